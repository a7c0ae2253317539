/* Arenas as a C program has them: one of Rust's is read by the functions of the header, one of its own is built and checked. */
#include "check.h"
#include "fixture-arenas.h"

#include <string.h>

static FfiArenaParts parts_of(const ResultSetArena *arena) {
    FfiArenaParts parts = {0};
    EXPECT(fixture_arenas_ffi_result_set_arena_parts(arena, &parts) == 0);
    return parts;
}

static void an_arena_of_rust_is_read(void) {
    FfiStatus status = {0};
    ResultSetArena *arena = fixture_arenas_ffi_search(10, &status);
    EXPECT(arena != NULL && status.code == FFI_STATUS_OK);
    FfiArenaParts parts = parts_of(arena);
    const ResultSet *set = ResultSet_root(&parts);
    EXPECT(set->next.present == 1 && set->next.value == 10 && set->rows.len == 10);
    const Row *rows = ResultSet_rows(&parts, set);
    EXPECT(rows[3].id == 3 && rows[3].version == 3);
    EXPECT(rows[3].name.len == strlen("row 3 of zürich"));
    EXPECT(memcmp(Row_name(&parts, &rows[3]), "row 3 of zürich", rows[3].name.len) == 0);
    const ArenaStr *tags = Row_tags(&parts, &rows[3]);
    EXPECT(rows[3].tags.len == 3 && memcmp(ffi_arena_text(&parts, tags[2].at), "ccc", tags[2].len) == 0);
    EXPECT(Row_note(&parts, &rows[3])->at == 3 && Row_note(&parts, &rows[4]) == NULL);
    EXPECT(fixture_arenas_ffi_result_set_arena_wasted(arena, &status) < 64);
    EXPECT(fixture_arenas_ffi_result_set_arena_free(arena) == 0);
}

static void an_arena_of_c_is_checked(void) {
    FfiStatus status = {0};
    ResultSetArena *arena = fixture_arenas_ffi_result_set_arena_new(4096, 6);
    FfiArenaParts parts = parts_of(arena);
    EXPECT(parts.lists_len == 64 + sizeof(ResultSet) && parts.lists_capacity >= 4096 && parts.text_capacity == 64);
    ResultSet *set = (ResultSet *)(parts.lists + 64);
    uint32_t at = (uint32_t)((parts.lists_len + 7) / 8 * 8);
    Row *row = (Row *)(parts.lists + at);
    memcpy(parts.text, "hello", 5);
    row->name.len = 5;
    row->version = 7;
    set->rows.at = at;
    set->rows.len = 1;
    size_t lists = at + sizeof(Row);
    EXPECT(fixture_arenas_ffi_result_set_arena_resize(arena, lists, 5) == 0);
    EXPECT(fixture_arenas_ffi_result_set_arena_resize(arena, parts.lists_capacity + 1, 5) == 2);
    EXPECT(fixture_arenas_ffi_sum(arena, &status) == 12 && status.code == FFI_STATUS_OK);

    row->name.len = 6;
    EXPECT(fixture_arenas_ffi_sum(arena, &status) == 0 && status.code == FFI_STATUS_INVALID_VALUE);
    const char *problem = "set.rows[0].name: 6 bytes at 0 are outside of the text of 5 bytes";
    EXPECT(status.message_len == strlen(problem) && memcmp(status.message, problem, status.message_len) == 0);
    fixture_arenas_ffi0_status_clear(&status);

    row->name.len = 5;
    row->replies.at = at;
    row->replies.len = 1;
    fixture_arenas_ffi_result_set_arena_check(arena, 1, &status);
    EXPECT(status.code == FFI_STATUS_INVALID_VALUE);
    fixture_arenas_ffi0_status_clear(&status);
    row->replies.len = 0;

    /* What is given away stays as an empty object. */
    ResultSetArena *reversed = fixture_arenas_ffi_reversed(arena, &status);
    EXPECT(reversed != NULL && status.code == FFI_STATUS_OK);
    EXPECT(fixture_arenas_ffi_sum(arena, &status) == 0 && status.code == FFI_STATUS_INVALID_VALUE);
    fixture_arenas_ffi0_status_clear(&status);
    EXPECT(fixture_arenas_ffi_append(reversed, reversed, 1, &status) == 0);
    EXPECT(status.code == FFI_STATUS_INVALID_ARGUMENT);
    fixture_arenas_ffi0_status_clear(&status);
    EXPECT(fixture_arenas_ffi_result_set_arena_free(arena) == 0);
    EXPECT(fixture_arenas_ffi_result_set_arena_free(reversed) == 0);
    EXPECT(fixture_arenas_ffi_result_set_arena_free(NULL) == 1);
}

int main(void) {
    an_arena_of_rust_is_read();
    an_arena_of_c_is_checked();
    return 0;
}
