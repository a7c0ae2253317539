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

#ifndef FFI_TYPE_Broad
#define FFI_TYPE_Broad 0x61d6bdd112f2e94au
typedef struct Broad {
    FFI_ALIGNAS(64) uint8_t bytes[3];
} Broad;
FFI_STATIC_ASSERT(sizeof(Broad) == 64, "size of Broad");
FFI_STATIC_ASSERT(FFI_ALIGNOF(Broad) == 64, "alignment of Broad");
FFI_STATIC_ASSERT(offsetof(Broad, bytes) == 0, "offset of Broad.bytes");
#elif FFI_TYPE_Broad != 0x61d6bdd112f2e94au
#error "two libraries have a type Broad: write the header of one of them with --prefix"
#endif

#ifndef FFI_TYPE_Pair
#define FFI_TYPE_Pair 0xe2d8e4820463bf78u
typedef struct Pair {
    uint8_t a;
    uint8_t b;
} Pair;
FFI_STATIC_ASSERT(sizeof(Pair) == 2, "size of Pair");
FFI_STATIC_ASSERT(FFI_ALIGNOF(Pair) == 1, "alignment of Pair");
FFI_STATIC_ASSERT(offsetof(Pair, a) == 0, "offset of Pair.a");
FFI_STATIC_ASSERT(offsetof(Pair, b) == 1, "offset of Pair.b");
#elif FFI_TYPE_Pair != 0xe2d8e4820463bf78u
#error "two libraries have a type Pair: write the header of one of them with --prefix"
#endif

#ifndef FFI_DEFINED_FfiStr_5
#define FFI_DEFINED_FfiStr_5
typedef struct FfiStr_5 {
    uint32_t len;
    uint8_t bytes[5];
} FfiStr_5;
FFI_STATIC_ASSERT(sizeof(FfiStr_5) == 12, "size of FfiStr_5");
FFI_STATIC_ASSERT(FFI_ALIGNOF(FfiStr_5) == 4, "alignment of FfiStr_5");
FFI_STATIC_ASSERT(offsetof(FfiStr_5, len) == 0, "offset of FfiStr_5.len");
FFI_STATIC_ASSERT(offsetof(FfiStr_5, bytes) == 4, "offset of FfiStr_5.bytes");
#endif

#ifndef FFI_TYPE_Shape
#define FFI_TYPE_Shape 0x4b0aec10e4f8eee8u
/** What is drawn. */
typedef struct Shape {
    uint32_t tag;
    union {
        /** Its radius. */
        double circle;
        double bounding_box[4];
        FfiStr_5 label;
        Pair pair;
    } payload;
} Shape;
#define Shape_Unset UINT32_C(0)
/** Its radius. */
#define Shape_Circle UINT32_C(1)
#define Shape_BoundingBox UINT32_C(2)
#define Shape_Label UINT32_C(3)
#define Shape_Hidden UINT32_C(4)
#define Shape_pair UINT32_C(5)
FFI_STATIC_ASSERT(sizeof(Shape) == 40, "size of Shape");
FFI_STATIC_ASSERT(FFI_ALIGNOF(Shape) == 8, "alignment of Shape");
FFI_STATIC_ASSERT(offsetof(Shape, tag) == 0, "offset of Shape.tag");
FFI_STATIC_ASSERT(offsetof(Shape, payload) == 8, "offset of Shape.payload");
#elif FFI_TYPE_Shape != 0x4b0aec10e4f8eee8u
#error "two libraries have a type Shape: write the header of one of them with --prefix"
#endif

#ifndef FFI_DEFINED_FfiBytes_2
#define FFI_DEFINED_FfiBytes_2
typedef struct FfiBytes_2 {
    uint32_t len;
    uint8_t bytes[2];
} FfiBytes_2;
FFI_STATIC_ASSERT(sizeof(FfiBytes_2) == 8, "size of FfiBytes_2");
FFI_STATIC_ASSERT(FFI_ALIGNOF(FfiBytes_2) == 4, "alignment of FfiBytes_2");
FFI_STATIC_ASSERT(offsetof(FfiBytes_2, len) == 0, "offset of FfiBytes_2.len");
FFI_STATIC_ASSERT(offsetof(FfiBytes_2, bytes) == 4, "offset of FfiBytes_2.bytes");
#endif

#ifndef FFI_DEFINED_FfiVec_double_2
#define FFI_DEFINED_FfiVec_double_2
typedef struct FfiVec_double_2 {
    uint32_t len;
    double items[2];
} FfiVec_double_2;
FFI_STATIC_ASSERT(sizeof(FfiVec_double_2) == 24, "size of FfiVec_double_2");
FFI_STATIC_ASSERT(FFI_ALIGNOF(FfiVec_double_2) == 8, "alignment of FfiVec_double_2");
FFI_STATIC_ASSERT(offsetof(FfiVec_double_2, len) == 0, "offset of FfiVec_double_2.len");
FFI_STATIC_ASSERT(offsetof(FfiVec_double_2, items) == 8, "offset of FfiVec_double_2.items");
#endif

#ifndef FFI_DEFINED_FfiVec_Pair_3
#define FFI_DEFINED_FfiVec_Pair_3
typedef struct FfiVec_Pair_3 {
    uint32_t len;
    Pair items[3];
} FfiVec_Pair_3;
FFI_STATIC_ASSERT(sizeof(FfiVec_Pair_3) == 12, "size of FfiVec_Pair_3");
FFI_STATIC_ASSERT(FFI_ALIGNOF(FfiVec_Pair_3) == 4, "alignment of FfiVec_Pair_3");
FFI_STATIC_ASSERT(offsetof(FfiVec_Pair_3, len) == 0, "offset of FfiVec_Pair_3.len");
FFI_STATIC_ASSERT(offsetof(FfiVec_Pair_3, items) == 4, "offset of FfiVec_Pair_3.items");
#endif

#ifndef FFI_DEFINED_FfiOption_float
#define FFI_DEFINED_FfiOption_float
typedef struct FfiOption_float {
    float value;
    uint8_t present;
} FfiOption_float;
FFI_STATIC_ASSERT(sizeof(FfiOption_float) == 8, "size of FfiOption_float");
FFI_STATIC_ASSERT(FFI_ALIGNOF(FfiOption_float) == 4, "alignment of FfiOption_float");
FFI_STATIC_ASSERT(offsetof(FfiOption_float, value) == 0, "offset of FfiOption_float.value");
FFI_STATIC_ASSERT(offsetof(FfiOption_float, present) == 4, "offset of FfiOption_float.present");
#endif

#ifndef FFI_DEFINED_FfiOption_Shape
#define FFI_DEFINED_FfiOption_Shape
typedef struct FfiOption_Shape {
    Shape value;
    uint8_t present;
} FfiOption_Shape;
FFI_STATIC_ASSERT(sizeof(FfiOption_Shape) == 48, "size of FfiOption_Shape");
FFI_STATIC_ASSERT(FFI_ALIGNOF(FfiOption_Shape) == 8, "alignment of FfiOption_Shape");
FFI_STATIC_ASSERT(offsetof(FfiOption_Shape, value) == 0, "offset of FfiOption_Shape.value");
FFI_STATIC_ASSERT(offsetof(FfiOption_Shape, present) == 40, "offset of FfiOption_Shape.present");
#endif

#ifndef FFI_DEFINED_FfiVec_FfiOption_Shape_1
#define FFI_DEFINED_FfiVec_FfiOption_Shape_1
typedef struct FfiVec_FfiOption_Shape_1 {
    uint32_t len;
    FfiOption_Shape items[1];
} FfiVec_FfiOption_Shape_1;
FFI_STATIC_ASSERT(sizeof(FfiVec_FfiOption_Shape_1) == 56, "size of FfiVec_FfiOption_Shape_1");
FFI_STATIC_ASSERT(FFI_ALIGNOF(FfiVec_FfiOption_Shape_1) == 8, "alignment of FfiVec_FfiOption_Shape_1");
FFI_STATIC_ASSERT(offsetof(FfiVec_FfiOption_Shape_1, len) == 0, "offset of FfiVec_FfiOption_Shape_1.len");
FFI_STATIC_ASSERT(offsetof(FfiVec_FfiOption_Shape_1, items) == 8, "offset of FfiVec_FfiOption_Shape_1.items");
#endif

#ifndef FFI_DEFINED_FfiStr_3
#define FFI_DEFINED_FfiStr_3
typedef struct FfiStr_3 {
    uint32_t len;
    uint8_t bytes[3];
} FfiStr_3;
FFI_STATIC_ASSERT(sizeof(FfiStr_3) == 8, "size of FfiStr_3");
FFI_STATIC_ASSERT(FFI_ALIGNOF(FfiStr_3) == 4, "alignment of FfiStr_3");
FFI_STATIC_ASSERT(offsetof(FfiStr_3, len) == 0, "offset of FfiStr_3.len");
FFI_STATIC_ASSERT(offsetof(FfiStr_3, bytes) == 4, "offset of FfiStr_3.bytes");
#endif

#ifndef FFI_DEFINED_FfiVec_uint8_t_2
#define FFI_DEFINED_FfiVec_uint8_t_2
typedef struct FfiVec_uint8_t_2 {
    uint32_t len;
    uint8_t items[2];
} FfiVec_uint8_t_2;
FFI_STATIC_ASSERT(sizeof(FfiVec_uint8_t_2) == 8, "size of FfiVec_uint8_t_2");
FFI_STATIC_ASSERT(FFI_ALIGNOF(FfiVec_uint8_t_2) == 4, "alignment of FfiVec_uint8_t_2");
FFI_STATIC_ASSERT(offsetof(FfiVec_uint8_t_2, len) == 0, "offset of FfiVec_uint8_t_2.len");
FFI_STATIC_ASSERT(offsetof(FfiVec_uint8_t_2, items) == 4, "offset of FfiVec_uint8_t_2.items");
#endif

#ifndef FFI_DEFINED_FfiMap_FfiStr_3_FfiVec_uint8_t_2_2
#define FFI_DEFINED_FfiMap_FfiStr_3_FfiVec_uint8_t_2_2
typedef struct FfiMap_FfiStr_3_FfiVec_uint8_t_2_2 {
    uint32_t len;
    struct {
        FfiStr_3 key;
        FfiVec_uint8_t_2 value;
    } entries[2];
} FfiMap_FfiStr_3_FfiVec_uint8_t_2_2;
FFI_STATIC_ASSERT(sizeof(FfiMap_FfiStr_3_FfiVec_uint8_t_2_2) == 36, "size of FfiMap_FfiStr_3_FfiVec_uint8_t_2_2");
FFI_STATIC_ASSERT(FFI_ALIGNOF(FfiMap_FfiStr_3_FfiVec_uint8_t_2_2) == 4, "alignment of FfiMap_FfiStr_3_FfiVec_uint8_t_2_2");
FFI_STATIC_ASSERT(offsetof(FfiMap_FfiStr_3_FfiVec_uint8_t_2_2, len) == 0, "offset of FfiMap_FfiStr_3_FfiVec_uint8_t_2_2.len");
FFI_STATIC_ASSERT(offsetof(FfiMap_FfiStr_3_FfiVec_uint8_t_2_2, entries) == 4, "offset of FfiMap_FfiStr_3_FfiVec_uint8_t_2_2.entries");
#endif

#ifndef FFI_DEFINED_FfiRef
#define FFI_DEFINED_FfiRef
typedef struct FfiRef {
    uint32_t index_plus_one;
    uint32_t generation;
} FfiRef;
FFI_STATIC_ASSERT(sizeof(FfiRef) == 8, "size of FfiRef");
FFI_STATIC_ASSERT(FFI_ALIGNOF(FfiRef) == 4, "alignment of FfiRef");
FFI_STATIC_ASSERT(offsetof(FfiRef, index_plus_one) == 0, "offset of FfiRef.index_plus_one");
FFI_STATIC_ASSERT(offsetof(FfiRef, generation) == 4, "offset of FfiRef.generation");
#endif

#ifndef FFI_DEFINED_FfiVec_FfiRef_1
#define FFI_DEFINED_FfiVec_FfiRef_1
typedef struct FfiVec_FfiRef_1 {
    uint32_t len;
    FfiRef items[1];
} FfiVec_FfiRef_1;
FFI_STATIC_ASSERT(sizeof(FfiVec_FfiRef_1) == 12, "size of FfiVec_FfiRef_1");
FFI_STATIC_ASSERT(FFI_ALIGNOF(FfiVec_FfiRef_1) == 4, "alignment of FfiVec_FfiRef_1");
FFI_STATIC_ASSERT(offsetof(FfiVec_FfiRef_1, len) == 0, "offset of FfiVec_FfiRef_1.len");
FFI_STATIC_ASSERT(offsetof(FfiVec_FfiRef_1, items) == 4, "offset of FfiVec_FfiRef_1.items");
#endif

#ifndef FFI_DEFINED_FfiVec_int16_t_x3_2
#define FFI_DEFINED_FfiVec_int16_t_x3_2
typedef struct FfiVec_int16_t_x3_2 {
    uint32_t len;
    int16_t items[2][3];
} FfiVec_int16_t_x3_2;
FFI_STATIC_ASSERT(sizeof(FfiVec_int16_t_x3_2) == 16, "size of FfiVec_int16_t_x3_2");
FFI_STATIC_ASSERT(FFI_ALIGNOF(FfiVec_int16_t_x3_2) == 4, "alignment of FfiVec_int16_t_x3_2");
FFI_STATIC_ASSERT(offsetof(FfiVec_int16_t_x3_2, len) == 0, "offset of FfiVec_int16_t_x3_2.len");
FFI_STATIC_ASSERT(offsetof(FfiVec_int16_t_x3_2, items) == 4, "offset of FfiVec_int16_t_x3_2.items");
#endif

#ifndef FFI_DEFINED_FfiVec_FfiStr_5_1
#define FFI_DEFINED_FfiVec_FfiStr_5_1
typedef struct FfiVec_FfiStr_5_1 {
    uint32_t len;
    FfiStr_5 items[1];
} FfiVec_FfiStr_5_1;
FFI_STATIC_ASSERT(sizeof(FfiVec_FfiStr_5_1) == 16, "size of FfiVec_FfiStr_5_1");
FFI_STATIC_ASSERT(FFI_ALIGNOF(FfiVec_FfiStr_5_1) == 4, "alignment of FfiVec_FfiStr_5_1");
FFI_STATIC_ASSERT(offsetof(FfiVec_FfiStr_5_1, len) == 0, "offset of FfiVec_FfiStr_5_1.len");
FFI_STATIC_ASSERT(offsetof(FfiVec_FfiStr_5_1, items) == 4, "offset of FfiVec_FfiStr_5_1.items");
#endif

#ifndef FFI_DEFINED_FfiOption_Broad
#define FFI_DEFINED_FfiOption_Broad
typedef struct FfiOption_Broad {
    Broad value;
    uint8_t present;
} FfiOption_Broad;
FFI_STATIC_ASSERT(sizeof(FfiOption_Broad) == 128, "size of FfiOption_Broad");
FFI_STATIC_ASSERT(FFI_ALIGNOF(FfiOption_Broad) == 64, "alignment of FfiOption_Broad");
FFI_STATIC_ASSERT(offsetof(FfiOption_Broad, value) == 0, "offset of FfiOption_Broad.value");
FFI_STATIC_ASSERT(offsetof(FfiOption_Broad, present) == 64, "offset of FfiOption_Broad.present");
#endif

#ifndef FFI_DEFINED_FfiOption_bool
#define FFI_DEFINED_FfiOption_bool
typedef struct FfiOption_bool {
    bool value;
    uint8_t present;
} FfiOption_bool;
FFI_STATIC_ASSERT(sizeof(FfiOption_bool) == 2, "size of FfiOption_bool");
FFI_STATIC_ASSERT(FFI_ALIGNOF(FfiOption_bool) == 1, "alignment of FfiOption_bool");
FFI_STATIC_ASSERT(offsetof(FfiOption_bool, value) == 0, "offset of FfiOption_bool.value");
FFI_STATIC_ASSERT(offsetof(FfiOption_bool, present) == 1, "offset of FfiOption_bool.present");
#endif

#ifndef FFI_TYPE_Scene
#define FFI_TYPE_Scene 0x5e89b6e76078c124u
typedef struct Scene {
    FfiStr_5 name;
    FfiBytes_2 raw;
    FfiVec_double_2 numbers;
    FfiVec_Pair_3 pairs;
    FfiOption_float speed;
    Shape shape;
    FfiVec_FfiOption_Shape_1 shapes;
    FfiMap_FfiStr_3_FfiVec_uint8_t_2_2 tags;
    FfiRef next;
    FfiVec_FfiRef_1 links;
    FfiVec_int16_t_x3_2 grid[2];
    FfiVec_FfiStr_5_1 names;
    FfiOption_Broad wide;
    FfiOption_bool flag;
} Scene;
FFI_STATIC_ASSERT(sizeof(Scene) == 512, "size of Scene");
FFI_STATIC_ASSERT(FFI_ALIGNOF(Scene) == 64, "alignment of Scene");
FFI_STATIC_ASSERT(offsetof(Scene, name) == 0, "offset of Scene.name");
FFI_STATIC_ASSERT(offsetof(Scene, raw) == 12, "offset of Scene.raw");
FFI_STATIC_ASSERT(offsetof(Scene, numbers) == 24, "offset of Scene.numbers");
FFI_STATIC_ASSERT(offsetof(Scene, pairs) == 48, "offset of Scene.pairs");
FFI_STATIC_ASSERT(offsetof(Scene, speed) == 60, "offset of Scene.speed");
FFI_STATIC_ASSERT(offsetof(Scene, shape) == 72, "offset of Scene.shape");
FFI_STATIC_ASSERT(offsetof(Scene, shapes) == 112, "offset of Scene.shapes");
FFI_STATIC_ASSERT(offsetof(Scene, tags) == 168, "offset of Scene.tags");
FFI_STATIC_ASSERT(offsetof(Scene, next) == 204, "offset of Scene.next");
FFI_STATIC_ASSERT(offsetof(Scene, links) == 212, "offset of Scene.links");
FFI_STATIC_ASSERT(offsetof(Scene, grid) == 224, "offset of Scene.grid");
FFI_STATIC_ASSERT(offsetof(Scene, names) == 256, "offset of Scene.names");
FFI_STATIC_ASSERT(offsetof(Scene, wide) == 320, "offset of Scene.wide");
FFI_STATIC_ASSERT(offsetof(Scene, flag) == 448, "offset of Scene.flag");
#elif FFI_TYPE_Scene != 0x5e89b6e76078c124u
#error "two libraries have a type Scene: write the header of one of them with --prefix"
#endif

#ifndef FFI_TYPE_SceneErrorMissing
#define FFI_TYPE_SceneErrorMissing 0x1089895b8dd77f4fu
typedef struct SceneErrorMissing {
    /** Texts of the causes, outermost first: elements are `FfiSpan`. */
    FfiSpan causes;
    uint64_t id;
    Shape shape;
    /** Bytes of UTF-8. */
    FfiSpan message;
    /** Elements: `Pair`. */
    FfiSpan pairs;
    /** Elements: `struct { FfiSpan value; uint8_t present; }`. */
    struct { FfiSpan value; uint8_t present; } names;
    struct { uint8_t value; uint8_t present; } small_;
} SceneErrorMissing;
#define SceneError_Missing UINT32_C(1)
FFI_STATIC_ASSERT(sizeof(SceneErrorMissing) == 88, "size of SceneErrorMissing");
FFI_STATIC_ASSERT(FFI_ALIGNOF(SceneErrorMissing) == 8, "alignment of SceneErrorMissing");
FFI_STATIC_ASSERT(offsetof(SceneErrorMissing, causes) == 0, "offset of SceneErrorMissing.causes");
FFI_STATIC_ASSERT(offsetof(SceneErrorMissing, id) == 8, "offset of SceneErrorMissing.id");
FFI_STATIC_ASSERT(offsetof(SceneErrorMissing, shape) == 16, "offset of SceneErrorMissing.shape");
FFI_STATIC_ASSERT(offsetof(SceneErrorMissing, message) == 56, "offset of SceneErrorMissing.message");
FFI_STATIC_ASSERT(offsetof(SceneErrorMissing, pairs) == 64, "offset of SceneErrorMissing.pairs");
FFI_STATIC_ASSERT(offsetof(SceneErrorMissing, names) == 72, "offset of SceneErrorMissing.names");
FFI_STATIC_ASSERT(offsetof(SceneErrorMissing, small_) == 84, "offset of SceneErrorMissing.small_");
#elif FFI_TYPE_SceneErrorMissing != 0x1089895b8dd77f4fu
#error "two libraries have a type SceneErrorMissing: write the header of one of them with --prefix"
#endif

#ifndef FFI_TYPE_SceneErrorEmpty
#define FFI_TYPE_SceneErrorEmpty 0x1089895b8dd77f4fu
typedef struct SceneErrorEmpty {
    /** Texts of the causes, outermost first: elements are `FfiSpan`. */
    FfiSpan causes;
} SceneErrorEmpty;
#define SceneError_Empty UINT32_C(2)
FFI_STATIC_ASSERT(sizeof(SceneErrorEmpty) == 8, "size of SceneErrorEmpty");
FFI_STATIC_ASSERT(FFI_ALIGNOF(SceneErrorEmpty) == 4, "alignment of SceneErrorEmpty");
FFI_STATIC_ASSERT(offsetof(SceneErrorEmpty, causes) == 0, "offset of SceneErrorEmpty.causes");
#elif FFI_TYPE_SceneErrorEmpty != 0x1089895b8dd77f4fu
#error "two libraries have a type SceneErrorEmpty: write the header of one of them with --prefix"
#endif

#ifndef FFI_TYPE_SceneErrorSecret
#define FFI_TYPE_SceneErrorSecret 0x1089895b8dd77f4fu
typedef struct SceneErrorSecret {
    /** Texts of the causes, outermost first: elements are `FfiSpan`. */
    FfiSpan causes;
    uint64_t id;
} SceneErrorSecret;
#define SceneError_Secret UINT32_C(3)
FFI_STATIC_ASSERT(sizeof(SceneErrorSecret) == 16, "size of SceneErrorSecret");
FFI_STATIC_ASSERT(FFI_ALIGNOF(SceneErrorSecret) == 8, "alignment of SceneErrorSecret");
FFI_STATIC_ASSERT(offsetof(SceneErrorSecret, causes) == 0, "offset of SceneErrorSecret.causes");
FFI_STATIC_ASSERT(offsetof(SceneErrorSecret, id) == 8, "offset of SceneErrorSecret.id");
#elif FFI_TYPE_SceneErrorSecret != 0x1089895b8dd77f4fu
#error "two libraries have a type SceneErrorSecret: write the header of one of them with --prefix"
#endif

#ifndef FFI_TYPE_Weight
#define FFI_TYPE_Weight 0x440a7388bbcd9e8fu
typedef float Weight;
FFI_STATIC_ASSERT(sizeof(Weight) == 4, "size of Weight");
FFI_STATIC_ASSERT(FFI_ALIGNOF(Weight) == 4, "alignment of Weight");
#elif FFI_TYPE_Weight != 0x440a7388bbcd9e8fu
#error "two libraries have a type Weight: write the header of one of them with --prefix"
#endif

/* The layout of each type and the signature of each function, as the library has them. Where one isn't what
   this header expects, the library is of another build: don't call it. */

extern DEMO_DATA const uint64_t demo_ffi_broad_fingerprint;
#define demo_ffi_broad_fingerprint_EXPECTED UINT64_C(0x61d6bdd112f2e94a)
extern DEMO_DATA const uint64_t demo_ffi_pair_fingerprint;
#define demo_ffi_pair_fingerprint_EXPECTED UINT64_C(0xe2d8e4820463bf78)
extern DEMO_DATA const uint64_t demo_ffi_scene_fingerprint;
#define demo_ffi_scene_fingerprint_EXPECTED UINT64_C(0x5e89b6e76078c124)
extern DEMO_DATA const uint64_t demo_ffi_scene_error_fingerprint;
#define demo_ffi_scene_error_fingerprint_EXPECTED UINT64_C(0x1089895b8dd77f4f)
extern DEMO_DATA const uint64_t demo_ffi_shape_fingerprint;
#define demo_ffi_shape_fingerprint_EXPECTED UINT64_C(0x4b0aec10e4f8eee8)
extern DEMO_DATA const uint64_t demo_ffi_weight_fingerprint;
#define demo_ffi_weight_fingerprint_EXPECTED UINT64_C(0x440a7388bbcd9e8f)
extern DEMO_DATA const uint64_t demo_ffi_area_fingerprint;
#define demo_ffi_area_fingerprint_EXPECTED UINT64_C(0xec1829da37045c43)
extern DEMO_DATA const uint64_t demo_ffi_double_fingerprint;
#define demo_ffi_double_fingerprint_EXPECTED UINT64_C(0xff79f3b2474470dc)
extern DEMO_DATA const uint64_t demo_ffi_scenes_queue_fingerprint;
#define demo_ffi_scenes_queue_fingerprint_EXPECTED UINT64_C(0xdb4855f1fe0067b2)

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

/* The pool of Pair: 1000 slots. Any thread may call these. */

/** A slot that the caller owns, or null: the stats say why. */
Pair *demo_ffi_pair_pool_alloc(void);
/** Fills `slots` as far as there are slots, and returns how many those are. */
size_t demo_ffi_pair_pool_alloc_many(Pair **slots, size_t count);
/** Gives a slot back: `FFI_FREE_..`. */
int32_t demo_ffi_pair_pool_free(Pair *slot);
/** Gives slots back, makes their pointers null, and returns how many those are; refused pointers stay. */
size_t demo_ffi_pair_pool_free_many(Pair **slots, size_t count);
/** Gives back the slot of a reference, as a destructor wants it: does nothing when that was given back, or Rust owns it.
    The pointer is the number that `demo_ffi_pair_pool_reference` returns; where pointers have 32 bits, the generation
    begins at bit 10, and its upper bits are cut off. */
void demo_ffi_pair_pool_release(void *token);
/** Reads a word of each slot. */
void demo_ffi_pair_pool_stats(FfiPoolStats *stats);
/** Slots in use. Reads a bit of each slot. */
size_t demo_ffi_pair_pool_live(void);
/** What a reference refers to, or null when that was given back, Rust owns it, or Rust reads it just now. */
Pair *demo_ffi_pair_pool_resolve(uint32_t index_plus_one, uint32_t generation);
/** The reference to a slot in use: the index plus one in the low half, the generation in the high half; else 0. */
uint64_t demo_ffi_pair_pool_reference(const Pair *slot);

/* The pool of Scene: 1000 slots. Any thread may call these. */

/** A slot that the caller owns, or null: the stats say why. */
Scene *demo_ffi_scene_pool_alloc(void);
/** Fills `slots` as far as there are slots, and returns how many those are. */
size_t demo_ffi_scene_pool_alloc_many(Scene **slots, size_t count);
/** Gives a slot back: `FFI_FREE_..`. */
int32_t demo_ffi_scene_pool_free(Scene *slot);
/** Gives slots back, makes their pointers null, and returns how many those are; refused pointers stay. */
size_t demo_ffi_scene_pool_free_many(Scene **slots, size_t count);
/** Gives back the slot of a reference, as a destructor wants it: does nothing when that was given back, or Rust owns it.
    The pointer is the number that `demo_ffi_scene_pool_reference` returns; where pointers have 32 bits, the generation
    begins at bit 10, and its upper bits are cut off. */
void demo_ffi_scene_pool_release(void *token);
/** Reads a word of each slot. */
void demo_ffi_scene_pool_stats(FfiPoolStats *stats);
/** Slots in use. Reads a bit of each slot. */
size_t demo_ffi_scene_pool_live(void);
/** What a reference refers to, or null when that was given back, Rust owns it, or Rust reads it just now. */
Scene *demo_ffi_scene_pool_resolve(uint32_t index_plus_one, uint32_t generation);
/** The reference to a slot in use: the index plus one in the low half, the generation in the high half; else 0. */
uint64_t demo_ffi_scene_pool_reference(const Scene *slot);

/* A queue of at most 16 Scene. Any thread may call these. */

/** Puts a slot into the queue, which then owns it: `FFI_FREE_..` or `FFI_PUSH_..`; the caller still owns one that is refused. */
int32_t demo_ffi_scenes_push(Scene *slot);
/**
 * The slot that has been in the queue longest, now the caller's; `code`, unless it is null, becomes 0. Or null, and `code` becomes
 * `FFI_POP_EMPTY`, or, if that slot was still being pushed after a millisecond, `FFI_POP_BUSY`: try again.
 */
Scene *demo_ffi_scenes_pop(int32_t *code);
/** Fills `slots` in order until a pop has none, and returns how many those are. */
size_t demo_ffi_scenes_pop_many(Scene **slots, size_t count);
size_t demo_ffi_scenes_len(void);
/** Refuses what is pushed from now on; what is in the queue can still be popped, until a pop is `FFI_POP_EMPTY`. */
void demo_ffi_scenes_close(void);
uint8_t demo_ffi_scenes_is_closed(void);

/** `detail` of its error is a `SceneError_..`. */
double demo_ffi_area(const Shape *shape, const Shape *all, size_t all_len, FfiStatus *status);

Weight demo_ffi_double(Weight weight, FfiStatus *status);

#ifdef __cplusplus
}
#endif

#endif