/** demo 1.2.3 */

#ifndef FFI_DEMO_H
#define FFI_DEMO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifndef FFI_STATUS_DEFINED
#define FFI_STATUS_DEFINED

#ifdef __cplusplus
#define FFI_STATIC_ASSERT static_assert
#define FFI_ALIGNOF alignof
#define FFI_ALIGNAS alignas
#else
#define FFI_STATIC_ASSERT _Static_assert
#define FFI_ALIGNOF _Alignof
#define FFI_ALIGNAS _Alignas
#endif

/** The call succeeded, and its result is none. */
#define FFI_STATUS_NO_VALUE (-1)
/** The call succeeded. */
#define FFI_STATUS_OK 0
/** The function returned an error; `message` says which. */
#define FFI_STATUS_ERROR 1
/** The function panicked. */
#define FFI_STATUS_PANIC 2
/** An argument was null, misaligned, too long, or overlaps another. */
#define FFI_STATUS_INVALID_ARGUMENT 3
/** An argument holds bytes that are no value of its type. */
#define FFI_STATUS_INVALID_VALUE 4
/** A pool has no slot left, or no memory, or is closed; `detail` is an `FFI_POOL_..`. */
#define FFI_STATUS_POOL_EXHAUSTED 5
/** No implementor of the service was installed. */
#define FFI_STATUS_NOT_INITIALIZED 7
/** The codes from here to 15 are reserved, but for 7: limit exceeded, rate limited, too many at once, deadline, closed, cancelled, internal, unauthorized, free. */
#define FFI_STATUS_RESERVED 6

/** Text or a list that a function returned and that the caller owns: free it once, with the library's `.._ffi0_owned_free`. */
typedef struct FfiOwned {
    void *data;
    /** Elements; for text, bytes of UTF-8. */
    size_t len;
    size_t capacity_;
    size_t align_;
} FfiOwned;

/** Text or elements in the payload of an error: the first byte is at `data + offset`. */
typedef struct FfiSpan {
    uint32_t offset;
    /** Bytes of UTF-8, or elements. */
    uint32_t len;
} FfiSpan;

/** Place of a panic; the library frees it with the status. Text is UTF-8 without a terminator. */
typedef struct FfiPlace {
    const uint8_t *file;
    size_t file_len;
    uint32_t line;
    uint32_t column;
    /** Null unless backtraces were asked for. */
    const uint8_t *backtrace;
    size_t backtrace_len;
} FfiPlace;

/** How a call went. Zero it before its first use. */
typedef struct FfiStatus {
    int32_t code;
    /** Of an error with variants, the number of its variant. */
    uint32_t detail;
    /** UTF-8 without a terminator, or null; the library frees it. */
    uint8_t *message;
    size_t message_len;
    /**
     * Fields of an error that has variants or fields, or null: `data` begins with the struct of the variant. The library frees it
     * with the status; a caller that keeps it writes null here, and frees it with the library's `.._ffi0_owned_free`.
     */
    FfiOwned *payload;
    /** Place of a panic, or null if it is not known. */
    FfiPlace *place;
    /** Null: the library's own, for Dart. */
    void *pending_;
} FfiStatus;

/** The slot was given back, or the message is in the queue. */
#define FFI_FREE_OK 0
/** The pointer is null. */
#define FFI_FREE_NULL 1
/** The pointer is to memory outside of the pool. */
#define FFI_FREE_FOREIGN 2
/** The pointer is into a slot, and not to its start. */
#define FFI_FREE_INTERIOR 3
/** The slot was given back before. */
#define FFI_FREE_DOUBLE 4
/** The slot is the library's: it was passed to it. */
#define FFI_FREE_OWNED 5
/** The library has been shut down. */
#define FFI_FREE_CLOSED 6
/** The queue is full. */
#define FFI_PUSH_FULL 7
/** The queue has been closed. */
#define FFI_PUSH_CLOSED 8
/** The slot's bytes are no value of its type. */
#define FFI_PUSH_INVALID 9
/** The queue is empty, and if it was closed, for good. */
#define FFI_POP_EMPTY 10
/** The slot that is next in the queue is still being pushed. */
#define FFI_POP_BUSY 11

/** The number is no handle. */
#define FFI_OBJECT_UNKNOWN 16
/** The handle is of another library. */
#define FFI_OBJECT_FOREIGN 17
/** The handle is of an object of another type. */
#define FFI_OBJECT_KIND 18
/** The object is gone: the handle was ended, or the token redeemed. */
#define FFI_OBJECT_STALE 19
/** There are as many objects as a library can have. */
#define FFI_OBJECT_FULL 20

/** All slots are in use. */
#define FFI_POOL_OPEN 0
/** The memory could not be reserved. */
#define FFI_POOL_UNRESERVED 1
/** The library has been shut down. */
#define FFI_POOL_CLOSED 2

/** The columns changed, or their rows were copied. */
#define FFI_COLUMNS_OK 0
/** A pointer is null or misaligned. */
#define FFI_COLUMNS_NULL 1
/** There are no such rows. */
#define FFI_COLUMNS_RANGE 2
/** The capacity is fixed, and not enough. */
#define FFI_COLUMNS_FULL 3
/** There is no memory. */
#define FFI_COLUMNS_MEMORY 4
/** Something has written to the header, or it is that of another message. Nothing was done. */
#define FFI_COLUMNS_DAMAGED 5

/** What a pool has seen. */
typedef struct FfiPoolStats {
    /** Slots. */
    uint64_t capacity;
    /** Bytes of a slot. */
    uint64_t stride;
    /** Slots in use. */
    uint64_t live;
    /** The most slots in use, of the moments at which somebody looked. */
    uint64_t high_water;
    /** Slots handed out so far. */
    uint64_t allocs;
    /** Slots given back so far. */
    uint64_t frees;
    /** Times there was no slot. */
    uint64_t failed_allocs;
    /** Pointers refused, by their code. */
    uint64_t bad_null;
    uint64_t bad_foreign;
    uint64_t bad_interior;
    uint64_t bad_double;
    uint64_t bad_owned;
    uint64_t bad_closed;
    /** References that referred to nothing any more. */
    uint64_t stale;
    /** `FFI_POOL_..` */
    uint64_t state;
    /** Slots that were in use when the pool was last opened again, and may have no owner any more. */
    uint64_t lost;
} FfiPoolStats;

#endif

/* A constant in a DLL has to be imported; define DEMO_STATIC when linking the static library. */
#if defined(_WIN32) && !defined(DEMO_STATIC)
#define DEMO_DATA __declspec(dllimport)
#else
#define DEMO_DATA
#endif

#ifdef __cplusplus
extern "C" {
#endif

#ifndef FFI_TYPE_Color
#define FFI_TYPE_Color 0x57c31f7b42ac79c3u
typedef uint8_t Color;
#define Color_Red ((Color)0)
#define Color_Green ((Color)1)
#define Color_Blue ((Color)200)
#elif FFI_TYPE_Color != 0x57c31f7b42ac79c3u
#error "two libraries have a type Color: write the header of one of them with --prefix"
#endif

#ifndef FFI_TYPE_Deep
#define FFI_TYPE_Deep 0xaeab7caa714e0e68u
typedef int64_t Deep;
#define Deep_Zero ((Deep)INT64_C(0))
#define Deep_Least ((Deep)(-INT64_C(9223372036854775807) - 1))
#define Deep_Most ((Deep)INT64_C(9223372036854775807))
#elif FFI_TYPE_Deep != 0xaeab7caa714e0e68u
#error "two libraries have a type Deep: write the header of one of them with --prefix"
#endif

#ifndef FFI_TYPE_Wide
#define FFI_TYPE_Wide 0x9cf6012c7d297f5au
typedef uint64_t Wide;
#define Wide_None ((Wide)UINT64_C(0))
#define Wide_All ((Wide)UINT64_C(18446744073709551615))
#elif FFI_TYPE_Wide != 0x9cf6012c7d297f5au
#error "two libraries have a type Wide: write the header of one of them with --prefix"
#endif

#ifndef FFI_TYPE_Vec3
#define FFI_TYPE_Vec3 0x2aea9953bdbe52d5u
typedef struct Vec3 {
    float x;
    float y;
    float z;
} Vec3;
FFI_STATIC_ASSERT(sizeof(Vec3) == 12, "size of Vec3");
FFI_STATIC_ASSERT(FFI_ALIGNOF(Vec3) == 4, "alignment of Vec3");
FFI_STATIC_ASSERT(offsetof(Vec3, x) == 0, "offset of Vec3.x");
FFI_STATIC_ASSERT(offsetof(Vec3, y) == 4, "offset of Vec3.y");
FFI_STATIC_ASSERT(offsetof(Vec3, z) == 8, "offset of Vec3.z");
#elif FFI_TYPE_Vec3 != 0x2aea9953bdbe52d5u
#error "two libraries have a type Vec3: write the header of one of them with --prefix"
#endif

#ifndef FFI_TYPE_Particle
#define FFI_TYPE_Particle 0x5135685f8f3287e3u
/** A point with a mass. */
typedef struct Particle {
    Vec3 position;
    bool alive;
    Color color;
    /** In kilograms. */
    double mass;
    Vec3 trail[3][2];
    uint8_t int_;
} Particle;
FFI_STATIC_ASSERT(sizeof(Particle) == 104, "size of Particle");
FFI_STATIC_ASSERT(FFI_ALIGNOF(Particle) == 8, "alignment of Particle");
FFI_STATIC_ASSERT(offsetof(Particle, position) == 0, "offset of Particle.position");
FFI_STATIC_ASSERT(offsetof(Particle, alive) == 12, "offset of Particle.alive");
FFI_STATIC_ASSERT(offsetof(Particle, color) == 13, "offset of Particle.color");
FFI_STATIC_ASSERT(offsetof(Particle, mass) == 16, "offset of Particle.mass");
FFI_STATIC_ASSERT(offsetof(Particle, trail) == 24, "offset of Particle.trail");
FFI_STATIC_ASSERT(offsetof(Particle, int_) == 96, "offset of Particle.int_");
#elif FFI_TYPE_Particle != 0x5135685f8f3287e3u
#error "two libraries have a type Particle: write the header of one of them with --prefix"
#endif

/* The layout of each type and the signature of each function, as the library has them. Where one isn't what
   this header expects, the library is of another build: don't call it. */

extern DEMO_DATA const uint64_t demo_ffi_particle_fingerprint;
#define demo_ffi_particle_fingerprint_EXPECTED UINT64_C(0x5135685f8f3287e3)
extern DEMO_DATA const uint64_t demo_ffi_vec3_fingerprint;
#define demo_ffi_vec3_fingerprint_EXPECTED UINT64_C(0x2aea9953bdbe52d5)
extern DEMO_DATA const uint64_t demo_ffi_color_fingerprint;
#define demo_ffi_color_fingerprint_EXPECTED UINT64_C(0x57c31f7b42ac79c3)
extern DEMO_DATA const uint64_t demo_ffi_deep_fingerprint;
#define demo_ffi_deep_fingerprint_EXPECTED UINT64_C(0xaeab7caa714e0e68)
extern DEMO_DATA const uint64_t demo_ffi_wide_fingerprint;
#define demo_ffi_wide_fingerprint_EXPECTED UINT64_C(0x9cf6012c7d297f5a)
extern DEMO_DATA const uint64_t demo_ffi_advance_fingerprint;
#define demo_ffi_advance_fingerprint_EXPECTED UINT64_C(0x706282bd83f7ff88)
extern DEMO_DATA const uint64_t demo_ffi_mix_fingerprint;
#define demo_ffi_mix_fingerprint_EXPECTED UINT64_C(0x357d01a739b4e3cc)
extern DEMO_DATA const uint64_t demo_ffi_origin_fingerprint;
#define demo_ffi_origin_fingerprint_EXPECTED UINT64_C(0x00d0b44b40df9574)
extern DEMO_DATA const uint64_t demo_ffi_tick_fingerprint;
#define demo_ffi_tick_fingerprint_EXPECTED UINT64_C(0xc464dacee8ec19bb)

/** The version of the calling convention; this header is for 2. Panics from then on have a place. */
uint32_t demo_ffi0_abi_version(void);

/** Frees the message, the payload and the place of a status, and zeroes it. */
void demo_ffi0_status_clear(FfiStatus *status);

/** Zeroed memory, or null where there is none. */
uint8_t *demo_ffi0_alloc(size_t size, size_t align);

/** Frees what `demo_ffi0_alloc` returned. */
void demo_ffi0_free(uint8_t *memory);

/** Frees what a function returned; null is allowed. */
void demo_ffi0_owned_free(FfiOwned *owned);

/** For Dart only, which has the table that it takes. */
int32_t demo_ffi0_dart_init(const void *table);

/** For Dart only: functions that want objects of Dart's. */
const void *demo_ffi0_dart_calls(void);

/**
 * Closes all pools: nothing is handed out or taken back from then on, until Dart opens the library again. Returns how many slots
 * are still in use.
 */
uint64_t demo_ffi0_shutdown(void);

/**
 * Moves every particle.
 *
 * Returns how many are alive.
 */
uint32_t demo_ffi_advance(Particle *particles, size_t particles_len, float step, FfiStatus *status);

Color demo_ffi_mix(const Particle *one, Color status_, const double *weights, size_t weights_len, Particle *into, const Vec3 *at, bool exact, FfiStatus *status);

Vec3 demo_ffi_origin(FfiStatus *status);

/** Deprecated: use `advance` */
void demo_ffi_tick(FfiStatus *status);

#ifdef __cplusplus
}
#endif

#endif