/* The third opinion on layouts: a C compiler reads what Rust wrote, writes what Rust expects of Dart, and calls with
 * messages by value. The header's static assertions have compared sizes and offsets by then. */
#include "check.h"
#include "fixture-layout.h"

#include <string.h>

static void expect_written_by_rust(const Nested *nested) {
    EXPECT(nested->colour == Colour_Red);
    EXPECT(nested->scalars.flag);
    EXPECT(nested->scalars.wide == -1.5e300);
    EXPECT(nested->scalars.tiny == INT8_MIN);
    EXPECT(nested->scalars.short_ == INT16_MIN);
    EXPECT(nested->scalars.byte == UINT8_MAX);
    EXPECT(nested->scalars.int_ == INT32_MIN);
    EXPECT(nested->scalars.word == UINT16_MAX);
    EXPECT(nested->scalars.long_ == INT64_MIN);
    EXPECT(nested->scalars.count == UINT32_MAX);
    EXPECT(nested->scalars.big == UINT64_MAX);
    EXPECT(nested->scalars.single == 0.25f);
    EXPECT(nested->part.kind == 7 && nested->part.serial == 1 && nested->part.spare);
    EXPECT(nested->level == Level_Cellar);
    for (int i = 0; i < 6; i++) EXPECT(nested->matrix[i / 3][i % 3] == (float)(i + 1));
    EXPECT(nested->parts[0].serial == 2 && nested->parts[1].serial == 3);
    EXPECT(nested->palette[0] == Colour_Blue && nested->palette[3] == Colour_Red);
    EXPECT(nested->flags[0] && !nested->flags[1] && nested->flags[2]);
    EXPECT(nested->mask == Mask_All);
    for (int i = 0; i < 20; i++) EXPECT(nested->digest[i] == 200 + i);
}

static Part part(uint64_t serial) {
    Part part;
    memset(&part, 0, sizeof part);
    part.kind = 9;
    part.serial = serial;
    return part;
}

/* What Rust's `written_by_dart` has. */
static Nested as_dart_writes(void) {
    Nested nested;
    memset(&nested, 0, sizeof nested);
    nested.colour = Colour_Blue;
    nested.scalars.wide = 6.25e-3;
    nested.scalars.tiny = -2;
    nested.scalars.short_ = -300;
    nested.scalars.byte = 5;
    nested.scalars.int_ = -70000;
    nested.scalars.word = 50000;
    nested.scalars.long_ = INT64_C(-5000000000);
    nested.scalars.count = UINT32_C(4000000000);
    nested.scalars.big = UINT64_C(1) << 63;
    nested.scalars.single = -8.5f;
    nested.part = part(UINT64_MAX);
    nested.level = Level_First;
    for (int i = 0; i < 6; i++) nested.matrix[i / 3][i % 3] = -(float)(i + 1);
    nested.parts[0] = part(4);
    nested.parts[1] = part(5);
    nested.palette[0] = nested.palette[2] = Colour_Red;
    nested.palette[1] = Colour_Blue;
    nested.flags[1] = nested.flags[2] = true;
    nested.mask = Mask_None;
    for (int i = 0; i < 20; i++) nested.digest[i] = (uint8_t)(100 - i);
    return nested;
}

int main(void) {
    FfiStatus status;
    Nested nested;
    Plain plain;
    Labels labels;
    memset(&status, 0, sizeof status);
    memset(&nested, 0, sizeof nested);
    memset(&plain, 0, sizeof plain);
    memset(&labels, 0, sizeof labels);

    fixture_layout_ffi_write_nested(&nested, &status);
    expect_written_by_rust(&nested);
    nested = fixture_layout_ffi_make_nested(&status);
    expect_written_by_rust(&nested);

    fixture_layout_ffi_write_others(&plain, &labels, &status);
    EXPECT(plain.id == UINT64_C(1) << 40 && plain.weights[0] == 0.5f && plain.weights[1] == -0.5f);

    nested = as_dart_writes();
    EXPECT(fixture_layout_ffi_is_from_dart(&nested, &status));
    EXPECT(fixture_layout_ffi_is_value_from_dart(&nested, &status));
    nested.parts[1].spare = true;
    EXPECT(!fixture_layout_ffi_is_from_dart(&nested, &status));
    EXPECT(status.code == FFI_STATUS_OK);

    EXPECT(!fixture_layout_ffi_is_from_dart(NULL, &status));
    EXPECT(status.code == FFI_STATUS_INVALID_ARGUMENT && status.message_len > 0);
    fixture_layout_ffi0_status_clear(&status);
    EXPECT(status.code == FFI_STATUS_OK && status.message == NULL);

    nested.palette[4] = 9;
    EXPECT(!fixture_layout_ffi_is_value_from_dart(&nested, &status));
    EXPECT(status.code == FFI_STATUS_INVALID_VALUE);
    EXPECT(strncmp((const char *)status.message, "nested.palette[4]: 9 is not a Colour", status.message_len) == 0);
    fixture_layout_ffi0_status_clear(&status);

    return failures == 0 ? 0 : 1;
}
