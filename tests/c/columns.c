/* Columns as a C program has them: read and written in place, changed through the library, passed to functions. */
#include "check.h"
#include "fixture-columns.h"

#include <string.h>

static Particle particle(uint64_t id) {
    Particle it = {0};
    it.x = (float)id;
    it.vx = 2.0f;
    it.id = id;
    it.mode = id % 2 ? Mode_Stop : Mode_Wrap;
    it.colour[3] = (uint8_t)id;
    return it;
}

static void rows_are_columns(void) {
    ParticleColumns *columns = fixture_columns_ffi_particle_columns_new(0, 0);
    FfiStatus status = {0};
    EXPECT(columns != NULL && columns->len == 0);
    for (uint64_t id = 0; id < 100; id++) {
        Particle one = particle(id);
        EXPECT(fixture_columns_ffi_particle_columns_append(columns, &one, 1) == FFI_COLUMNS_OK);
    }
    EXPECT(columns->len == 100 && columns->capacity >= 100);
    EXPECT((uintptr_t)columns->x % 64 == 0 && (uintptr_t)columns->mode % 64 == 0);
    for (uint64_t id = 0; id < columns->len; id++) {
        EXPECT(columns->x[id] == (float)id && columns->id[id] == id && columns->colour[id][3] == id);
        columns->vx[id] = 4.0f;
    }
    fixture_columns_ffi_step(columns, 0.5f, &status);
    EXPECT(status.code == FFI_STATUS_OK && columns->x[99] == 101.0f);
    EXPECT(fixture_columns_ffi_count_mode(columns, NULL, 0, Mode_Stop, &status) == 50);
    EXPECT(fixture_columns_ffi_count_mode(columns, columns, 1, Mode_Stop, &status) == 100);

    columns->mode[7] = 3;
    fixture_columns_ffi_mean_x(columns, &status);
    EXPECT(status.code == FFI_STATUS_INVALID_VALUE);
    EXPECT(status.message_len == strlen("particles.mode[7]: 3 is not a Mode"));
    EXPECT(memcmp(status.message, "particles.mode[7]: 3 is not a Mode", status.message_len) == 0);
    fixture_columns_ffi0_status_clear(&status);
    fixture_columns_ffi_particle_columns_free(columns);
}

static void records_come_and_go(void) {
    ParticleColumns *columns = fixture_columns_ffi_particle_columns_new(3, 1);
    Particle all[3] = {particle(5), particle(6), particle(7)}, back[3], removed;
    EXPECT(fixture_columns_ffi_particle_columns_append(columns, all, 3) == FFI_COLUMNS_OK);
    EXPECT(fixture_columns_ffi_particle_columns_append(columns, all, 1) == FFI_COLUMNS_FULL);
    memset(back, 0, sizeof back);
    EXPECT(fixture_columns_ffi_particle_columns_read(columns, 0, back, 3) == FFI_COLUMNS_OK);
    EXPECT(back[2].id == 7 && back[2].mode == Mode_Stop);
    EXPECT(fixture_columns_ffi_particle_columns_read(columns, 1, back, 3) == FFI_COLUMNS_RANGE);
    EXPECT(fixture_columns_ffi_particle_columns_write(columns, 2, all, 1) == FFI_COLUMNS_OK);
    EXPECT(fixture_columns_ffi_particle_columns_swap_remove(columns, 0, &removed) == FFI_COLUMNS_OK);
    EXPECT(removed.id == 5 && columns->len == 2 && columns->id[0] == 5 && columns->id[1] == 6);
    EXPECT(fixture_columns_ffi_particle_columns_resize(columns, 0) == FFI_COLUMNS_OK && columns->len == 0);
    EXPECT(fixture_columns_ffi_particle_columns_append(NULL, all, 1) == FFI_COLUMNS_NULL);
    EXPECT(fixture_columns_ffi_particle_columns_new(SIZE_MAX, 0) == NULL);
    EXPECT(fixture_columns_ffi_particle_columns_free(columns) == FFI_COLUMNS_OK);
    EXPECT(fixture_columns_ffi_particle_columns_free(NULL) == FFI_COLUMNS_OK);
}

static void every_type_has_its_pointer(void) {
    ShapeColumns *shapes = fixture_columns_ffi_shape_columns_new(2, 0);
    FfiStatus status = {0};
    FfiOwned *names;
    EXPECT(fixture_columns_ffi_shape_columns_resize(shapes, 2) == FFI_COLUMNS_OK);
    EXPECT(shapes->len_[1] == 0 && shapes->capacity_[1] == 0);
    shapes->outline[1][2].y = 1.5;
    shapes->name[1].len = 2;
    memcpy(shapes->name[1].bytes, "ab", 2);
    shapes->modes[1][1][0] = Mode_Stop;
    names = fixture_columns_ffi_names(shapes, &status);
    EXPECT(status.code == FFI_STATUS_OK && names->len == 3 && memcmp(names->data, ",ab", 3) == 0);
    fixture_columns_ffi0_owned_free(names);
    fixture_columns_ffi_shape_columns_free(shapes);
}

/* Every word of a header, written to: all functions say so, and the program lives. */
static void damage_is_found(void) {
    FlagColumns *flags = fixture_columns_ffi_flag_columns_new(4, 0);
    Flag all[4] = {{true}, {false}, {true}, {true}}, back;
    FfiStatus status = {0};
    EXPECT(fixture_columns_ffi_flag_columns_append(flags, all, 3) == FFI_COLUMNS_OK);
    for (size_t word = 0; word < sizeof *flags / sizeof(uint64_t); word++) {
        for (int bit = 0; bit < 64; bit++) {
            uint64_t *at = (uint64_t *)(void *)flags + word;
            size_t byte = word * sizeof(uint64_t) + (size_t)bit / 8;
            /* Pointers of 32 bits are followed by padding, which is nobody's. */
            if (byte >= offsetof(FlagColumns, on) + sizeof(bool *) && byte < offsetof(FlagColumns, fixed_)) {
                continue;
            }
            *at ^= UINT64_C(1) << bit;
            EXPECT(fixture_columns_ffi_flag_columns_reserve(flags, 1) == FFI_COLUMNS_DAMAGED);
            EXPECT(fixture_columns_ffi_flag_columns_resize(flags, 1) == FFI_COLUMNS_DAMAGED);
            EXPECT(fixture_columns_ffi_flag_columns_append(flags, all, 1) == FFI_COLUMNS_DAMAGED);
            EXPECT(fixture_columns_ffi_flag_columns_read(flags, 0, &back, 1) == FFI_COLUMNS_DAMAGED);
            EXPECT(fixture_columns_ffi_flag_columns_write(flags, 0, all, 1) == FFI_COLUMNS_DAMAGED);
            EXPECT(fixture_columns_ffi_flag_columns_swap_remove(flags, 0, &back) == FFI_COLUMNS_DAMAGED);
            EXPECT(fixture_columns_ffi_flag_columns_free(flags) == FFI_COLUMNS_DAMAGED);
            fixture_columns_ffi_lit(flags, &status);
            EXPECT(status.code == FFI_STATUS_INVALID_VALUE);
            fixture_columns_ffi0_status_clear(&status);
            *at ^= UINT64_C(1) << bit;
        }
    }
    EXPECT(fixture_columns_ffi_lit(flags, &status) == 2 && status.code == FFI_STATUS_OK);
    EXPECT(fixture_columns_ffi_flag_columns_free((FlagColumns *)(void *)((char *)flags + 4)) == FFI_COLUMNS_NULL);
    EXPECT(fixture_columns_ffi_flag_columns_free(flags) == FFI_COLUMNS_OK);
}

int main(void) {
    rows_are_columns();
    records_come_and_go();
    every_type_has_its_pointer();
    damage_is_found();
    return failures > 0;
}
