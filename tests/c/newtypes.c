/* Newtypes through the header: they are the types in them, and logical types are structs. */
#include "check.h"
#include "fixture-newtypes.h"

#include <string.h>

static void values(void) {
    FfiStatus status = {0};
    uint64_t number = 7;
    UserId next = fixture_newtypes_ffi_next_user(number, &status);
    EXPECT(next == 8 && status.code == 0);
    UserId users[2] = {40, 2};
    EXPECT(fixture_newtypes_ffi_sum_users(users, 2, &status) == 42);
    Port ports[1] = {9}, first = 1;
    fixture_newtypes_ffi_raise(ports, 1, &first, &status);
    EXPECT(ports[0] == 10 && first == 2);
    EXPECT(fixture_newtypes_ffi_other(Level_Guest, 1, &status) == Level_Member);
    fixture_newtypes_ffi_other(3, 1, &status);
    EXPECT(status.code != 0);
    fixture_newtypes_ffi0_status_clear(&status);
}

static void times(void) {
    FfiStatus status = {0};
    FfiTimestamp time = {100, 999999999};
    FfiDuration span = {0, 1};
    FfiTimestamp later = fixture_newtypes_ffi_later(&time, &span, &status);
    EXPECT(status.code == 0 && later.seconds == 101 && later.nanos == 0);
    time.nanos = 1000000000;
    fixture_newtypes_ffi_later(&time, &span, &status);
    const char *says = "time: a timestamp of 100 seconds and 1000000000 nanoseconds";
    EXPECT(status.code == FFI_STATUS_INVALID_VALUE && status.message_len > strlen(says));
    EXPECT(memcmp(status.message, says, strlen(says)) == 0);
    fixture_newtypes_ffi0_status_clear(&status);
    FfiUuid key = {{1, 2, 3}};
    key = fixture_newtypes_ffi_turned(&key, &status);
    EXPECT(key.bytes[15] == 1 && key.bytes[13] == 3);
}

static void fields(void) {
    FfiStatus status = {0};
    Account account;
    memset(&account, 0, sizeof account);
    fixture_newtypes_ffi_write_account(&account, &status);
    EXPECT(account.id == UINT64_MAX && account.port == 65535 && account.colour == 0xFF102030);
    EXPECT(account.created.seconds == 1000000000 && account.created.nanos == 123456000);
    EXPECT(account.email.len == 15 && memcmp(account.email.bytes, "ada@", 4) == 0);
    EXPECT(fixture_newtypes_ffi_is_account_from_dart(&account, &status));
    account.admin++;
    EXPECT(!fixture_newtypes_ffi_is_account_from_dart(&account, &status));
}

static void arrays(void) {
    FfiStatus status = {0};
    Seal seal;
    memset(&seal, 0, sizeof seal);
    fixture_newtypes_ffi_write_seal(&seal, &status);
    Key key = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
    EXPECT(sizeof key == 16 && memcmp(seal.key, key, sizeof key) == 0);
    EXPECT(seal.owner[0] == 250 && seal.turn[3] == 0.25f && seal.matrix[1][0] == 3.0f);
    EXPECT(seal.counters[0] == UINT64_MAX && seal.lines[0].len == 3);
    EXPECT(seal.podium[1] == Level_Guest && seal.pair[1][0] == 10 && seal.tint[3] == 3);
    EXPECT(seal.keys[1][15] == 18 && seal.recent.items[1][0] == 5 && seal.maybe.value[0] == 6);
    EXPECT(seal.by_user.entries[0].value[0] == 7);
    EXPECT(fixture_newtypes_ffi_is_seal_from_dart(&seal, &status));
    seal.recent.items[0][3]++;
    EXPECT(!fixture_newtypes_ffi_is_seal_from_dart(&seal, &status));
}

int main(void) {
    values();
    arrays();
    times();
    fields();
    return failures != 0;
}
