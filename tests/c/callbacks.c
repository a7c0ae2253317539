/* Passes functions of C where Dart passes its own. */
#include "check.h"
#include "fixture-callbacks.h"

#include <string.h>

static uint8_t add(void *context, const uint32_t *argument, void *result, FfiCallbackError *error) {
    (void)result;
    if (*argument == 5) {
        error->message = (const uint8_t *)"five";
        error->message_len = 4;
        return 1;
    }
    *(uint32_t *)context += *argument;
    return 0;
}

static uint8_t twice(void *context, const Point *argument, Point *result, FfiCallbackError *error) {
    (void)context;
    (void)error;
    result->x = argument->x * 2;
    result->y = argument->y + 1;
    return 0;
}

static uint8_t says_two(void *context, const int64_t *argument, bool *result, FfiCallbackError *error) {
    (void)context;
    (void)argument;
    (void)error;
    *(uint8_t *)result = 2;
    return 0;
}

static uint8_t cell(void *context, const void *const *arguments, int64_t *result, FfiCallbackError *error) {
    (void)context;
    (void)error;
    const Point *point = arguments[2];
    *result = *(const uint8_t *)arguments[0] * 100 + *(const uint16_t *)arguments[1] * 10 + (int64_t)(point->x + point->y);
    return 0;
}

static uint8_t next(void *context, const void *none, FfiCallbackText *result, FfiCallbackError *error) {
    static const char *const texts[] = {"ab", "\xff", ""};
    (void)none;
    (void)error;
    const char *text = texts[(*(int *)context)++];
    result->data = (const uint8_t *)text;
    result->len = strlen(text);
    return 0;
}

static int has(const FfiStatus *status, const char *text) {
    return status->message_len == strlen(text) && memcmp(status->message, text, status->message_len) == 0;
}

int main(void) {
    FfiStatus status = {0};
    uint32_t sum = 0;
    fixture_callbacks_ffi_count(5, add, &sum, &status);
    EXPECT(status.code == 0 && sum == 10);
    fixture_callbacks_ffi_count(9, add, &sum, &status);
    EXPECT(status.code == FFI_STATUS_ERROR && has(&status, "five") && sum == 20);
    fixture_callbacks_ffi0_status_clear(&status);

    Point from = {1, 0};
    Point end = fixture_callbacks_ffi_walk(&from, 3, twice, NULL, &status);
    EXPECT(status.code == 0 && end.x == 8 && end.y == 3);

    fixture_callbacks_ffi_asks(1, says_two, NULL, &status);
    EXPECT(status.code == FFI_STATUS_ERROR && has(&status, "is_even: 2 is not a bool"));
    fixture_callbacks_ffi0_status_clear(&status);

    int64_t all = fixture_callbacks_ffi_table(3, 2, cell, NULL, &status);
    EXPECT(status.code == 0 && all == 639);
    int at = 0;
    EXPECT(fixture_callbacks_ffi_collect(next, &at, &status) == NULL);
    EXPECT(status.code == FFI_STATUS_ERROR && has(&status, "next: invalid UTF-8 at byte 0"));
    fixture_callbacks_ffi0_status_clear(&status);
    at = 2;
    FfiOwned *text = fixture_callbacks_ffi_collect(next, &at, &status);
    EXPECT(status.code == 0 && text->len == 0);
    fixture_callbacks_ffi0_owned_free(text);

    fixture_callbacks_ffi_count(1, NULL, NULL, &status);
    EXPECT(status.code == FFI_STATUS_INVALID_ARGUMENT && has(&status, "`each` is null"));
    fixture_callbacks_ffi0_status_clear(&status);
    return failures > 0;
}
