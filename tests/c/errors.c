/* Errors with fields as a C program has them: read in the status, taken out of it, freed once. */
#include "check.h"
#include "fixture-errors.h"

#include <string.h>

static int is_text(const FfiOwned *payload, FfiSpan span, const char *text) {
    return span.len == strlen(text) && memcmp((const char *)payload->data + span.offset, text, span.len) == 0;
}

static void a_variant_has_fields(void) {
    FfiStatus status = {0};
    EXPECT(fixture_errors_ffi_fail(1, &status) == 0);
    EXPECT(status.code == FFI_STATUS_ERROR && status.detail == DbError_NotFound);
    EXPECT(status.payload->len == sizeof(DbErrorNotFound) && status.place == NULL);
    const DbErrorNotFound *missing = status.payload->data;
    EXPECT(missing->id == UINT64_MAX - 1 && missing->causes.len == 0);

    fixture_errors_ffi_fail(4, &status);
    const DbErrorQuery *query = status.payload->data;
    EXPECT(status.detail == DbError_Query && is_text(status.payload, query->sql, "s\xc3\xa9lect"));
    const FfiSpan *words = (const FfiSpan *)((const char *)status.payload->data + query->expected.offset);
    EXPECT(query->expected.len == 2 && is_text(status.payload, words[0], "select") && words[1].len == 0);
    EXPECT(query->hint.present == 0);

    fixture_errors_ffi_fail(5, &status);
    const DbErrorEverything *all = status.payload->data;
    EXPECT(all->wide == UINT64_MAX && all->health == Health_Failing && all->position.line == 1);
    EXPECT(all->reason.tag == Reason_Full && all->reason.payload.full == 12 && all->matrix[1][0] == 3.0f);
    const Position *positions = (const Position *)((const char *)status.payload->data + all->all.offset);
    EXPECT((uintptr_t)positions % FFI_ALIGNOF(Position) == 0);
    EXPECT(all->all.len == 2 && positions[1].line == 3 && all->at.present == 1 && all->at.value.line == 5);
    fixture_errors_ffi0_status_clear(&status);
    EXPECT(status.payload == NULL && status.message == NULL);
}

static void causes_come_with_it(void) {
    FfiStatus status = {0};
    fixture_errors_ffi_fail(3, &status);
    const DbErrorIo *io = status.payload->data;
    const FfiSpan *causes = (const FfiSpan *)((const char *)status.payload->data + io->causes.offset);
    EXPECT(io->causes.len == 2 && is_text(status.payload, causes[1], "the cable is out"));
    fixture_errors_ffi0_status_clear(&status);
}

static void a_payload_can_be_kept(void) {
    FfiStatus status = {0};
    fixture_errors_ffi_wait(5, (const uint8_t *)"db", 2, &status);
    EXPECT(status.code == FFI_STATUS_ERROR && status.detail == 0);
    FfiOwned *kept = status.payload;
    status.payload = NULL;
    fixture_errors_ffi0_status_clear(&status);
    const TimeoutException *timeout = kept->data;
    EXPECT(timeout->after == 5 && is_text(kept, timeout->service, "db"));
    fixture_errors_ffi0_owned_free(kept);
}

static void a_panic_has_a_place(void) {
    FfiStatus status = {0};
    EXPECT(fixture_errors_ffi0_abi_version() == 2);
    fixture_errors_ffi_panics((const uint8_t *)"no luck", 7, &status);
    EXPECT(status.code == FFI_STATUS_PANIC && status.payload == NULL && status.place != NULL);
    const char *name = "lib.rs";
    EXPECT(status.place->file_len > strlen(name) && status.place->line > 0 && status.place->column == 5);
    EXPECT(memcmp(status.place->file + status.place->file_len - strlen(name), name, strlen(name)) == 0);
    fixture_errors_ffi0_status_clear(&status);
    EXPECT(status.place == NULL);
}

int main(void) {
    /* What the library allocates once is not counted. */
    a_variant_has_fields();
    a_panic_has_a_place();
    FfiStatus status = {0};
    uint64_t before = fixture_errors_ffi_live_allocations(&status);
    for (int round = 0; round < 100; round++) {
        a_variant_has_fields();
        causes_come_with_it();
        a_payload_can_be_kept();
        a_panic_has_a_place();
    }
    EXPECT(fixture_errors_ffi_live_allocations(&status) == before);
    return failures > 0;
}
