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

/* The cases of oneofs, among types that hold each other in circles. */
static void cases_are_followed(void) {
    FfiStatus status = {0};
    PersonArena *arena = fixture_arenas_ffi_people(&status);
    EXPECT(arena != NULL && status.code == FFI_STATUS_OK);
    FfiArenaParts parts = {0};
    EXPECT(fixture_arenas_ffi_person_arena_parts(arena, &parts) == 0);
    const Person *ada = Person_root(&parts);
    EXPECT(ada->said.tag == Said_Answers && ada->said.payload.answers.len == 2);
    EXPECT(Said_text(&parts, &ada->said) == NULL && Said_to(&parts, &ada->said) == NULL);
    const Said *answers = Said_answers(&parts, &ada->said);
    EXPECT(answers[0].payload.text.len == strlen("zürich"));
    EXPECT(memcmp(Said_text(&parts, &answers[0]), "zürich", strlen("zürich")) == 0);
    EXPECT(Said_answers(&parts, &answers[1])->payload.number == UINT64_MAX);
    const Company *company = Person_company(&parts, ada);
    const Person *mallory = Said_to(&parts, &Company_by_name(&parts, company)->value.said);
    EXPECT(memcmp(Person_name(&parts, mallory), "mallory", mallory->name.len) == 0);
    EXPECT(Said_to(&parts, &mallory->said) == NULL);

    /* Through protobuf and back. */
    FfiOwned *bytes = fixture_arenas_ffi_person_encode_proto(arena, &status);
    EXPECT(bytes != NULL && memcmp(bytes->data, "\x0A\x03" "ada", 5) == 0);
    PersonArena *back = fixture_arenas_ffi_person_decode_proto(bytes->data, bytes->len, &status);
    EXPECT(back != NULL && fixture_arenas_ffi_same_people(arena, back, &status) == 1);
    EXPECT(fixture_arenas_ffi_person_decode_proto(bytes->data, bytes->len - 1, &status) == NULL);
    EXPECT(status.code == FFI_STATUS_INVALID_VALUE);
    fixture_arenas_ffi0_status_clear(&status);
    EXPECT(fixture_arenas_ffi_person_encode_proto(NULL, &status) == NULL);
    EXPECT(status.code == FFI_STATUS_INVALID_ARGUMENT);
    fixture_arenas_ffi0_status_clear(&status);
    fixture_arenas_ffi0_owned_free(bytes);
    EXPECT(fixture_arenas_ffi_person_arena_free(back) == 0);
    EXPECT(fixture_arenas_ffi_person_arena_free(arena) == 0);
}

int main(void) {
    an_arena_of_rust_is_read();
    cases_are_followed();
    an_arena_of_c_is_checked();
    return 0;
}
