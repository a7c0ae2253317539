/* The kernels through the header: every kind of call, with what a plain loop gives. */
#include "check.h"
#include "fixture-simd.h"

#include <string.h>

enum { COUNT = 37 };

static void slices(const FfiSimdKernels *kernels) {
    int32_t values[COUNT], others[COUNT], least = 0;
    int64_t sum = 0, expected = 0;
    double mean = 0;
    for (int i = 0; i < COUNT; i++) {
        values[i] = INT32_MAX - i;
        others[i] = 2 * i;
        expected += values[i];
    }
    kernels->i32.sum(values, COUNT, &sum);
    EXPECT(sum == expected);
    EXPECT(kernels->i32.mean(values, COUNT, &mean) && mean == (double)expected / COUNT);
    EXPECT(kernels->i32.min(values, COUNT, &least) && least == INT32_MAX - COUNT + 1);
    EXPECT(!kernels->i32.min(values, 0, &least) && !kernels->i32.mean(NULL, 0, &mean));
    kernels->i32.saturating_add(values, others, COUNT);
    EXPECT(values[COUNT - 1] == INT32_MAX && values[0] == INT32_MAX);
    EXPECT(!kernels->i32.clamp(values, COUNT, 1, 0) && values[0] == INT32_MAX);
    EXPECT(kernels->i32.clamp(values, COUNT, -5, 5) && values[7] == 5);
    EXPECT(kernels->i32.lerp == NULL && kernels->f64.saturating_add == NULL);

    /* Not aligned, and the same slice twice. */
    char bytes[COUNT * sizeof(float) + 1];
    float number = 1.5f, found = 0;
    for (int i = 0; i < COUNT; i++) memcpy(bytes + 1 + i * sizeof number, &number, sizeof number);
    float *unaligned = (float *)(void *)(bytes + 1);
    kernels->f32.add(unaligned, unaligned, COUNT);
    kernels->f32.axpy(0.5f, unaligned, unaligned, COUNT);
    kernels->f32.sum(unaligned, COUNT, &found);
    EXPECT(found == 4.5f * COUNT);

    uint64_t large[3] = {UINT64_MAX, UINT64_MAX, 3};
    FfiInt128 total;
    kernels->u64.sum(large, 3, &total);
    const uint16_t order = 1;
    const int low = *(const unsigned char *)&order == 1 ? 0 : 1;
    EXPECT(total.words[low] == 1 && total.words[1 - low] == 2);
}

static void records(void) {
    const FfiSimdRecords *table = fixture_simd_ffi_particle_simd();
    Particle particles[COUNT];
    memset(particles, 0, sizeof particles);
    for (int i = 0; i < COUNT; i++) {
        particles[i].mass = (float)i;
        particles[i].velocity.x = 2;
    }
    float sums[7], mins[7];
    uint8_t present[7];
    table->sum(particles, COUNT, sums);
    EXPECT(sums[4] == COUNT * (COUNT - 1) / 2 && sums[2] == 2 * COUNT && sums[0] == 0);
    table->min(particles, 0, mins, present);
    EXPECT(!present[0] && !present[6]);
    table->max(particles, COUNT, mins, present);
    EXPECT(mins[4] == COUNT - 1 && present[4]);
    const float half = 0.5f;
    EXPECT(table->axpy_fields(particles, COUNT, &half, 2, 0, 2) && particles[9].position[0] == 1);
    EXPECT(!table->axpy_fields(particles, COUNT, &half, 2, 1, 2) && !table->axpy_fields(particles, COUNT, &half, 6, 0, 2));
    Particle one = particles[COUNT - 1];
    table->sub(particles, COUNT, &one);
    EXPECT(particles[COUNT - 1].mass == 0 && particles[0].mass == 1 - COUNT);
    EXPECT(!table->clamp(particles, COUNT, &one, &particles[0]) && table->clamp(particles, COUNT, &one, &one));
    EXPECT(particles[3].mass == COUNT - 1);
    const FfiSimdF32 *floats = &table->kernels->f32;
    floats->field_fill(&particles[0].mass, COUNT, sizeof(Particle), 1, 3);
    floats->field_scale(&particles[0].tensor[0][0], COUNT, sizeof(Particle), 2, 0);
    floats->field_sum(&particles[0].mass, COUNT, sizeof(Particle), 1, sums);
    EXPECT(sums[0] == 3 * COUNT);

    const FfiSimdRecords *mixed = fixture_simd_ffi_sample_simd();
    EXPECT(mixed->kernels == table->kernels && mixed->sum == NULL && mixed->axpy_fields == NULL);
}

int main(void) {
    const FfiSimdKernels *kernels = fixture_simd_ffi_row_simd()->kernels;
    EXPECT(kernels->version == FFI_SIMD_VERSION);
    EXPECT(kernels->len * sizeof(void (*)(void)) + 8 == sizeof(FfiSimdKernels));
    const uint32_t level = kernels->level();
    slices(kernels);
    records();
    EXPECT(kernels->set_level(FFI_SIMD_FALLBACK) == FFI_SIMD_FALLBACK);
    slices(kernels);
    records();
    EXPECT(kernels->set_level(UINT32_MAX) == level);
    return failures != 0;
}
