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

    fixture_callbacks_ffi_count(1, NULL, NULL, &status);
    EXPECT(status.code == FFI_STATUS_INVALID_ARGUMENT && has(&status, "`each` is null"));
    fixture_callbacks_ffi0_status_clear(&status);
    return failures > 0;
}
