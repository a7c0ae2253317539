{%- macro begin(name, fingerprint) -%}
#ifndef FFI_TYPE_{{ name }}
#define FFI_TYPE_{{ name }} {{ fingerprint }}u
{% endmacro -%}
{%- macro end(name, fingerprint) %}
#elif FFI_TYPE_{{ name }} != {{ fingerprint }}u
#error "two libraries have a type {{ name }}: write the header of one of them with --prefix"
#endif
{%- endmacro -%}
{{ title }}
#ifndef {{ guard }}
#define {{ guard }}

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

{% if callbacks -%}
/** Text that a function returns which is passed: its owner keeps it until the function runs again. UTF-8. */
typedef struct FfiCallbackText {
    const uint8_t *data;
    size_t len;
} FfiCallbackText;

/** Text of an error of such a function: its owner keeps it until the function runs again. It returns 0 with a result, and 1 with this. Several arguments come as an array of pointers to each. */
typedef struct FfiCallbackError {
    const uint8_t *message;
    size_t message_len;
} FfiCallbackError;

{% endif -%}
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
{%- if given %}

#ifndef FFI_GIVEN_DEFINED
#define FFI_GIVEN_DEFINED

/**
 * A list that is given to a function, which owns it when it runs: it changes the elements, and ends with `release(token)`, on
 * any thread. `release` is null once the list was taken; a call that refuses an argument leaves it.
 */
typedef struct FfiGiven {
    void *data;
    /** Elements. */
    size_t len;
    void *token;
    /** Null, or called when the list is taken: what it returns is the token of `release`. */
    void *(*take)(void *token);
    void (*release)(void *token);
} FfiGiven;

#endif
{%- endif %}
{%- if !simd.is_empty() %}

#ifndef FFI_SIMD_DEFINED
#define FFI_SIMD_DEFINED

/** The version of the tables below. */
#define FFI_SIMD_VERSION 2

/** The kernel did what it does. */
#define FFI_SIMD_OK 0
/** There are no numbers to have a result of. */
#define FFI_SIMD_NONE 1
/** The bounds are no range; or fields overlap, or aren't in the record. */
#define FFI_SIMD_RANGE 2
/** A pointer is null, and there are numbers or results to be there. */
#define FFI_SIMD_NULL 3
/** Records are not aligned as their numbers are. */
#define FFI_SIMD_MISALIGNED 4
/** There is no memory so long. */
#define FFI_SIMD_SIZE 5
/** Several results overlap the numbers, or each other. */
#define FFI_SIMD_OVERLAP 6

#define FFI_SIMD_FALLBACK 0
#define FFI_SIMD_NEON 1
#define FFI_SIMD_SSE2 2
#define FFI_SIMD_SSE4_2 3
#define FFI_SIMD_AVX2 4
#define FFI_SIMD_AVX512 5

/** An integer of 128 bits. */
typedef struct FfiInt128 {
    /** The low word first, on machines whose bytes are in that order. */
    uint64_t words[2];
} FfiInt128;

/*
 * The kernels of one type of number `T`. Pointers need not be aligned, and one to no numbers may be anything. Where two
 * slices overlap, numbers are done one at a time, in order. Float sums are added in one order on every machine; NaN is ignored by
 * `min` and `max`; integers wrap around but for sums, which are wide. All return `FFI_SIMD_..`; where that isn't
 * `FFI_SIMD_OK`, no number was written.
 *
 * A message with `#[ffi(simd(..))]` has the kernels that it names, for the types of its numbers; the others are null.
 *
 * A field is the first of its `lanes` numbers in the first of `records`, each `stride` bytes behind the one before;
 * there is a result for each lane.
 */
#define FFI_SIMD_KERNELS(NAME, T, SUM, MEAN)                                                                         \
    typedef struct NAME {                                                                                            \
        int32_t (*sum)(const T *values, size_t len, SUM *out);                                                       \
        int32_t (*mean)(const T *values, size_t len, MEAN *out);                                                     \
        int32_t (*min)(const T *values, size_t len, T *out);                                                         \
        int32_t (*max)(const T *values, size_t len, T *out);                                                         \
        int32_t (*dot)(const T *values, const T *other, size_t len, SUM *out);                                       \
        int32_t (*add)(T *values, const T *other, size_t len);                                                       \
        int32_t (*sub)(T *values, const T *other, size_t len);                                                       \
        int32_t (*mul)(T *values, const T *other, size_t len);                                                       \
        int32_t (*scale)(T *values, size_t len, T factor);                                                           \
        int32_t (*axpy)(T a, const T *x, T *y, size_t len);                                                          \
        int32_t (*clamp)(T *values, size_t len, T low, T high);                                                      \
        int32_t (*fill)(T *values, size_t len, T value);                                                             \
        int32_t (*field_sum)(const T *first, size_t records, size_t stride, size_t lanes, SUM *out);                 \
        int32_t (*field_mean)(const T *first, size_t records, size_t stride, size_t lanes, MEAN *out);               \
        int32_t (*field_min)(const T *first, size_t records, size_t stride, size_t lanes, T *out, uint8_t *present); \
        int32_t (*field_max)(const T *first, size_t records, size_t stride, size_t lanes, T *out, uint8_t *present); \
        int32_t (*field_add)(T *first, size_t records, size_t stride, size_t lanes, T value);                        \
        int32_t (*field_scale)(T *first, size_t records, size_t stride, size_t lanes, T factor);                     \
        int32_t (*field_clamp)(T *first, size_t records, size_t stride, size_t lanes, T low, T high);                \
        int32_t (*field_fill)(T *first, size_t records, size_t stride, size_t lanes, T value);                       \
        int32_t (*field_axpy)(T a, const T *x, T *y, size_t records, size_t stride, size_t lanes);                   \
        /* Of floats; null for integers. */                                                                          \
        int32_t (*lerp)(T *values, const T *other, size_t len, T t);                                                 \
        int32_t (*record_dot)(const T *values, const T *other, size_t records, size_t lanes, T *out);                \
        int32_t (*record_length)(const T *values, size_t records, size_t lanes, T *out);                             \
        int32_t (*record_normalize)(T *values, size_t records, size_t lanes);                                        \
        /* Of integers; null for floats. */                                                                          \
        int32_t (*saturating_add)(T *values, const T *other, size_t len);                                            \
        int32_t (*saturating_sub)(T *values, const T *other, size_t len);                                            \
    } NAME

FFI_SIMD_KERNELS(FfiSimdI8, int8_t, int64_t, double);
FFI_SIMD_KERNELS(FfiSimdU8, uint8_t, uint64_t, double);
FFI_SIMD_KERNELS(FfiSimdI16, int16_t, int64_t, double);
FFI_SIMD_KERNELS(FfiSimdU16, uint16_t, uint64_t, double);
FFI_SIMD_KERNELS(FfiSimdI32, int32_t, int64_t, double);
FFI_SIMD_KERNELS(FfiSimdU32, uint32_t, uint64_t, double);
FFI_SIMD_KERNELS(FfiSimdI64, int64_t, FfiInt128, double);
FFI_SIMD_KERNELS(FfiSimdU64, uint64_t, FfiInt128, double);
FFI_SIMD_KERNELS(FfiSimdF32, float, float, float);
FFI_SIMD_KERNELS(FfiSimdF64, double, double, double);

/** All kernels that don't depend on a message. */
typedef struct FfiSimdKernels {
    uint32_t version;
    /** How many pointers follow. */
    uint32_t len;
    /** The level in use: `FFI_SIMD_..`. */
    uint32_t (*level)(void);
    /** Caps the level, or with a number above all of them doesn't; the level in use from now on. */
    uint32_t (*set_level)(uint32_t cap);
    FfiSimdI8 i8;
    FfiSimdU8 u8;
    FfiSimdI16 i16;
    FfiSimdU16 u16;
    FfiSimdI32 i32;
    FfiSimdU32 u32;
    FfiSimdI64 i64;
    FfiSimdU64 u64;
    FfiSimdF32 f32;
    FfiSimdF64 f64;
} FfiSimdKernels;

/**
 * The kernels on arrays of one message that is numbers of one type: `record` and the results have one for each. `data` must be
 * aligned as the message is; all return `FFI_SIMD_..`. Of another message all but `kernels` are null.
 */
typedef struct FfiSimdRecords {
    const FfiSimdKernels *kernels;
    int32_t (*sum)(const void *data, size_t records, void *out);
    int32_t (*mean)(const void *data, size_t records, void *out);
    int32_t (*min)(const void *data, size_t records, void *out, uint8_t *present);
    int32_t (*max)(const void *data, size_t records, void *out, uint8_t *present);
    int32_t (*add)(void *data, size_t records, const void *record);
    int32_t (*sub)(void *data, size_t records, const void *record);
    int32_t (*mul)(void *data, size_t records, const void *record);
    int32_t (*clamp)(void *data, size_t records, const void *low, const void *high);
    int32_t (*fill)(void *data, size_t records, const void *record);
    /** Adds to `count` numbers at `to` of each record `a` times those at `from`. */
    int32_t (*axpy_fields)(void *data, size_t records, const void *a, size_t from, size_t to, size_t count);
} FfiSimdRecords;

#endif
{%- endif %}

/* A constant in a DLL has to be imported; define {{ upper }}_STATIC when linking the static library. */
#if defined(_WIN32) && !defined({{ upper }}_STATIC)
#define {{ upper }}_DATA __declspec(dllimport)
#else
#define {{ upper }}_DATA
#endif

#ifdef __cplusplus
extern "C" {
#endif
{% for it in enums %}
{% call begin(it.name, it.fingerprint) %}{% endcall %}{{ it.doc }}typedef {{ it.repr }} {{ it.name }};
{%- for constant in it.constants %}
{{ constant.doc }}#define {{ constant.name }} (({{ it.name }}){{ constant.value }})
{%- endfor %}
{%- call end(it.name, it.fingerprint) %}{% endcall %}
{% endfor %}
{%- for it in structs %}
{% match it.fingerprint %}
{%- when Some(fingerprint) %}{% call begin(it.name, fingerprint) %}{% endcall %}
{%- when None -%}
#ifndef FFI_DEFINED_{{ it.name }}
#define FFI_DEFINED_{{ it.name }}
{% endmatch -%}
{{ it.doc }}
{%- match it.alias %}
{%- when Some(alias) %}typedef {{ alias }};
{%- when None %}typedef struct {{ it.name }} {
{%- for member in it.members %}
{{ member.doc }}    {{ member.declaration }};
{%- endfor %}
} {{ it.name }};
{%- endmatch %}
{%- for constant in it.constants %}
{{ constant.doc }}#define {{ constant.name }} UINT32_C({{ constant.value }})
{%- endfor %}
FFI_STATIC_ASSERT(sizeof({{ it.name }}) == {{ it.size }}, "size of {{ it.name }}");
FFI_STATIC_ASSERT(FFI_ALIGNOF({{ it.name }}) == {{ it.align }}, "alignment of {{ it.name }}");
{%- for member in it.members %}
FFI_STATIC_ASSERT(offsetof({{ it.name }}, {{ member.name }}) == {{ member.offset }}, "offset of {{ it.name }}.{{ member.name }}");
{%- endfor %}
{%- match it.fingerprint %}
{%- when Some(fingerprint) %}{% call end(it.name, fingerprint) %}{% endcall %}
{%- when None %}
#endif
{%- endmatch %}
{% endfor %}
{%- for it in columns %}
{% call begin(it.name, it.fingerprint) %}{% endcall %}/**
 * Columns of {{ it.message }}: each field in an array of its own, aligned to 64 bytes. Write to the first `len` elements of
 * each, and never to the header. The columns move when they grow.
 */
typedef struct {{ it.name }} {
    /** Rows. */
    uint64_t len;
    /** Rows that there is memory for. */
    uint64_t capacity;
{%- for member in it.members %}
{{ member.doc }}    {{ member.declaration }};
{%- endfor %}
    uint64_t fixed_;
    uint64_t seal_;
} {{ it.name }};
{%- for member in it.members %}
FFI_STATIC_ASSERT(offsetof({{ it.name }}, {{ member.name }}) == 16 + {{ member.offset }} * sizeof(void *), "offset of {{ it.name }}.{{ member.name }}");
{%- endfor %}
{%- call end(it.name, it.fingerprint) %}{% endcall %}
{% endfor %}
{%- if !arenas.is_empty() %}
#ifndef FFI_ARENA_DEFINED
#define FFI_ARENA_DEFINED

/**
 * The chunks of an arena. Offsets of handles count from their starts: those of text from `text`, all others from `lists`. All
 * bytes up to the capacities may be written; what is behind the lengths is used once `.._arena_resize` says so. `lists` begins
 * with 64 bytes for a header, which are 0, and the root.
 */
typedef struct FfiArenaParts {
    uint8_t *lists;
    size_t lists_len;
    size_t lists_capacity;
    uint8_t *text;
    size_t text_len;
    size_t text_capacity;
    /** 1 if the arena is frozen or a mapped file: writing to it ends the process. */
    size_t read_only;
} FfiArenaParts;

/** What is at an offset of the lists. */
static inline const void *ffi_arena_at(const FfiArenaParts *arena, uint32_t at) { return arena->lists + at; }

/** What is at an offset of the text. */
static inline const uint8_t *ffi_arena_text(const FfiArenaParts *arena, uint32_t at) { return arena->text + at; }

#endif
{% endif %}
{%- for it in arenas %}
{% call begin(it.name, it.fingerprint) %}{% endcall %}/**
 * An arena whose root is a {{ it.message }}. Ask for its chunks with `{{ it.symbols.parts }}`, again after each function that may
 * change it. The functions below follow handles without a check: only those of an arena that was checked.
 */
typedef struct {{ it.name }} {{ it.name }};

/** The root. */
static inline const {{ it.message }} *{{ it.message }}_root(const FfiArenaParts *arena) {
    return (const {{ it.message }} *)ffi_arena_at(arena, 64);
}
{% for getter in it.getters %}
{%- if getter.single %}
/** {{ getter.doc }} of `{{ getter.field }}`, or null if there is none. */
{%- else %}
/** {{ getter.doc }} of `{{ getter.field }}`, of `{{ getter.field }}.len`. */
{%- endif %}
static inline {{ getter.returns }}{{ getter.name }}(const FfiArenaParts *arena, const {{ it.message }} *message) {
{%- if getter.single %}
    return message->{{ getter.field }}.at == 0 ? NULL : ({{ getter.returns }})ffi_arena_at(arena, message->{{ getter.field }}.at);
{%- else %}
    return ({{ getter.returns }})(arena->{{ getter.chunk }} + (message->{{ getter.field }}.len == 0 ? 0 : message->{{ getter.field }}.at));
{%- endif %}
}
{% endfor %}
{%- call end(it.name, it.fingerprint) %}{% endcall %}
{% endfor %}
{%- for it in cases %}
#ifndef FFI_CASES_{{ it.oneof }}
#define FFI_CASES_{{ it.oneof }}
{%- for getter in it.getters %}
{%- if getter.single %}
/** {{ getter.doc }} of the case `{{ getter.field }}`, or null if there is none, or another case is active. */
{%- else %}
/** {{ getter.doc }} of the case `{{ getter.field }}`, of `payload.{{ getter.field }}.len`, or null if another case is active. */
{%- endif %}
static inline {{ getter.returns }}{{ getter.name }}(const FfiArenaParts *arena, const {{ it.oneof }} *oneof) {
{%- if getter.single %}
    if (oneof->tag != {{ getter.tag }} || oneof->payload.{{ getter.field }}.at == 0) return NULL;
    return ({{ getter.returns }})ffi_arena_at(arena, oneof->payload.{{ getter.field }}.at);
{%- else %}
    if (oneof->tag != {{ getter.tag }}) return NULL;
    return ({{ getter.returns }})(arena->{{ getter.chunk }} + (oneof->payload.{{ getter.field }}.len == 0 ? 0 : oneof->payload.{{ getter.field }}.at));
{%- endif %}
}
{%- endfor %}
#endif
{% endfor %}
{%- for it in objects %}
{% call begin(it.name, it.fingerprint) %}{% endcall %}{{ it.doc }}typedef uint64_t {{ it.name }};
{%- call end(it.name, it.fingerprint) %}{% endcall %}
{% endfor %}
/* The layout of each type and the signature of each function, as the library has them. Where one isn't what
   this header expects, the library is of another build: don't call it. */
{% for it in fingerprints %}
extern {{ upper }}_DATA const uint64_t {{ it.symbol }};
#define {{ it.symbol }}_EXPECTED UINT64_C({{ it.value }})
{%- endfor %}

/** The version of the calling convention; this header is for {{ abi }}. Panics from then on have a place. */
uint32_t {{ symbols.abi_version }}(void);

/** Frees the message, the payload and the place of a status, and zeroes it. */
void {{ symbols.status_clear }}(FfiStatus *status);

/** Zeroed memory, or null where there is none. */
uint8_t *{{ symbols.alloc }}(size_t size, size_t align);

/** Frees what `{{ symbols.alloc }}` returned. */
void {{ symbols.free }}(uint8_t *memory);

/** Frees what a function returned; null is allowed. */
void {{ symbols.owned_free }}(FfiOwned *owned);

/** For Dart only, which has the table that it takes. */
int32_t {{ symbols.dart_init }}(const void *table);

/** For Dart only: functions that want objects of Dart's. */
const void *{{ symbols.dart_calls }}(void);

/**
 * Closes all pools: nothing is handed out or taken back from then on, until Dart opens the library again. Returns how many slots
 * are still in use.
 */
uint64_t {{ symbols.shutdown }}(void);
{% for it in pools %}
/* The pool of {{ it.message }}: {{ it.capacity }} slots. Any thread may call these. */

/** A slot that the caller owns, or null: the stats say why. */
{{ it.message }} *{{ it.symbols.alloc }}(void);
/** Fills `slots` as far as there are slots, and returns how many those are. */
size_t {{ it.symbols.alloc_many }}({{ it.message }} **slots, size_t count);
/** Gives a slot back: `FFI_FREE_..`. */
int32_t {{ it.symbols.free }}({{ it.message }} *slot);
/** Gives slots back, makes their pointers null, and returns how many those are; refused pointers stay. */
size_t {{ it.symbols.free_many }}({{ it.message }} **slots, size_t count);
/** Gives back the slot of a reference, as a destructor wants it: does nothing when that was given back, or Rust owns it.
    The pointer is the number that `{{ it.symbols.reference }}` returns; where pointers have 32 bits, the generation
    begins at bit {{ it.index_bits }}, and its upper bits are cut off. */
void {{ it.symbols.release }}(void *token);
/** Reads a word of each slot. */
void {{ it.symbols.stats }}(FfiPoolStats *stats);
{%- if let Some(live) = it.symbols.live %}
/** Slots in use. Reads a bit of each slot. */
size_t {{ live }}(void);
{%- endif %}
/** What a reference refers to, or null when that was given back, Rust owns it, or Rust reads it just now. */
{{ it.message }} *{{ it.symbols.resolve }}(uint32_t index_plus_one, uint32_t generation);
/** The reference to a slot in use: the index plus one in the low half, the generation in the high half; else 0. */
uint64_t {{ it.symbols.reference }}(const {{ it.message }} *slot);
{% endfor %}
{%- for it in columns %}
/* Columns of {{ it.message }}. One thread at a time may use a container. Those that return a number return `FFI_COLUMNS_..`. */

/** A container without rows that the caller owns, or null where there is no memory; one that is `fixed` never grows. */
{{ it.name }} *{{ it.symbols.new }}(size_t capacity, uint8_t fixed);
/** Frees a container and its columns; null is allowed. One whose header was written to is left as it is: it leaks. */
int32_t {{ it.symbols.free }}({{ it.name }} *columns);
/** Makes room for more rows. */
int32_t {{ it.symbols.reserve }}({{ it.name }} *columns, size_t additional);
/** Makes it `len` rows; new ones are zero. */
int32_t {{ it.symbols.resize }}({{ it.name }} *columns, size_t len);
/** Adds rows, all or none. */
int32_t {{ it.symbols.append }}({{ it.name }} *columns, const {{ it.message }} *messages, size_t count);
/** Copies rows to `messages`. */
int32_t {{ it.symbols.read }}({{ it.name }} *columns, size_t first, {{ it.message }} *messages, size_t count);
/** Overwrites rows. */
int32_t {{ it.symbols.write }}({{ it.name }} *columns, size_t first, const {{ it.message }} *messages, size_t count);
/** Removes a row, which is copied to `removed` unless that is null, and puts the last one into its place. */
int32_t {{ it.symbols.swap_remove }}({{ it.name }} *columns, size_t row, {{ it.message }} *removed);
{% endfor %}
{%- for it in arenas %}
/* Arenas of {{ it.message }}. One thread at a time may use an arena; several may read one. */

/** An arena that the caller owns, whose root is zeros, with room for so many bytes of lists and 2 to the power of `text` bytes of text, none for 0; null where there is no memory. */
{{ it.name }} *{{ it.symbols.new }}(size_t lists, uint8_t text);
/** Frees an arena with its chunks. */
int32_t {{ it.symbols.free }}({{ it.name }} *arena);
/** Writes where the chunks are; 0, or 1 for a null pointer. */
int32_t {{ it.symbols.parts }}(const {{ it.name }} *arena, FfiArenaParts *parts);
/** From now on so many bytes of the chunks are in use; 0, 1 for a null pointer, or 2 if the chunks are smaller. */
int32_t {{ it.symbols.resize }}({{ it.name }} *arena, size_t lists, size_t text);
/** Moves the arena to another object, the result. The first one keeps the chunks that were used before: free it as well. */
{{ it.name }} *{{ it.symbols.renew }}({{ it.name }} *arena, FfiStatus *status);
/** A copy without waste, which the caller owns; null and a status for an arena that isn't valid. */
{{ it.name }} *{{ it.symbols.compact }}(const {{ it.name }} *arena, FfiStatus *status);
/** How many bytes nothing refers to. */
size_t {{ it.symbols.wasted }}(const {{ it.name }} *arena, FfiStatus *status);
/** The arena in the file whose path is `len` bytes of UTF-8, mapped and only read, which the caller owns; null and a status if there is none. Nobody may change the file meanwhile. */
{{ it.name }} *{{ it.symbols.map }}(const uint8_t *path, size_t len, FfiStatus *status);
/** Checks all that the root reaches, and if it is `exclusive`, that no two lists overlap. */
void {{ it.symbols.check }}({{ it.name }} *arena, uint8_t exclusive, FfiStatus *status);
/** An arena that nobody can write to, which the caller owns: a checked copy, or of one that is read-only another object with the same memory, for another thread. Null and a status for an arena that isn't valid. */
{{ it.name }} *{{ it.symbols.freeze }}(const {{ it.name }} *arena, FfiStatus *status);
/** The layouts of all that the root reaches, as JSON, which the caller owns. */
FfiOwned *{{ it.symbols.schema }}(FfiStatus *status);
/** A status that names the first difference, if `len` bytes are not what `{{ it.symbols.schema }}` returns. */
void {{ it.symbols.compare }}(const uint8_t *schema, size_t len, FfiStatus *status);
{% endfor %}
{%- for it in simd %}
{%- if let Some((count, kind)) = it.numbers %}
/** The kernels of {{ it.message }}, {{ count }} numbers of type `{{ kind }}`. */
{%- else %}
/** The kernels of {{ it.message }}: of its numeric fields, one at a time. */
{%- endif %}
const FfiSimdRecords *{{ it.symbol }}(void);
{% endfor %}
{%- for it in queues %}
{{ it.doc }}/* A queue of at most {{ it.capacity }} {{ it.message }}. Any thread may call these. */

/** Puts a slot into the queue, which then owns it: `FFI_FREE_..` or `FFI_PUSH_..`; the caller still owns one that is refused. */
int32_t {{ it.symbols.push }}({{ it.message }} *slot);
/**
 * The slot that has been in the queue longest, now the caller's; `code`, unless it is null, becomes 0. Or null, and `code` becomes
 * `FFI_POP_EMPTY`, or, if that slot was still being pushed after a millisecond, `FFI_POP_BUSY`: try again.
 */
{{ it.message }} *{{ it.symbols.pop }}(int32_t *code);
/** Fills `slots` in order until a pop has none, and returns how many those are. */
size_t {{ it.symbols.pop_many }}({{ it.message }} **slots, size_t count);
size_t {{ it.symbols.len }}(void);
/** Refuses what is pushed from now on; what is in the queue can still be popped, until a pop is `FFI_POP_EMPTY`. */
void {{ it.symbols.close }}(void);
uint8_t {{ it.symbols.is_closed }}(void);
{%- if let Some(stream) = it.symbols.stream %}
/* `{{ stream }}` is for Dart only: it has an isolate listen. A push that an isolate waits for takes a lock. */
{%- endif %}
{% endfor %}
{%- for it in objects %}
/** Ends a handle, once: 0 or `FFI_OBJECT_STALE`. The object goes with its last handle, unless the library keeps it. */
int32_t {{ it.symbols.free }}({{ it.name }} handle);
/** A token of the object, with which another thread gets a handle of its own, once. */
uint64_t {{ it.symbols.share }}({{ it.name }} handle, FfiStatus *status);
/** A handle of the object of a token, for the first caller. */
{{ it.name }} {{ it.symbols.redeem }}(uint64_t token, FfiStatus *status);
/** For Dart only: functions that want objects of Dart's. */
const void *{{ it.symbols.calls }}(void);
{%- if let Some(installed) = it.symbols.installed %}
/** A handle of the implementor that was installed. */
{{ it.name }} {{ installed }}(FfiStatus *status);
{%- endif %}
{% endfor %}
{%- for it in protos %}
{%- if let Some(arena) = it.arena %}
/** The root of an arena, with all that it refers to, as protobuf, `data` of `len` bytes, which the caller owns. */
FfiOwned *{{ it.symbols.encode }}(const {{ arena }} *arena, FfiStatus *status);
/** An arena that the caller owns, whose root is the message that the bytes are as protobuf; null and a status when they are none. */
{{ arena }} *{{ it.symbols.decode }}(const uint8_t *bytes, size_t len, FfiStatus *status);
{%- else %}
/** The message as protobuf, `data` of `len` bytes, which the caller owns. What it refers to is written too. */
FfiOwned *{{ it.symbols.encode }}(const {{ it.message }} *message, FfiStatus *status);
/** Makes `message`, whatever it holds, the one that the bytes are as protobuf; when they are none, it is zero. */
void {{ it.symbols.decode }}(const uint8_t *bytes, size_t len, {{ it.message }} *message, FfiStatus *status);
{%- if let Some(release) = it.release %}
/** Frees all messages that it refers to, which decoding took from their pools; its references are none then. */
void {{ release }}({{ it.message }} *message, FfiStatus *status);
{%- endif %}
{%- endif %}
{%- if let Some(json) = it.json %}
{%- if let Some(arena) = it.arena %}
/** The root of an arena as JSON, as protobuf maps it, UTF-8 without a zero at its end, which the caller owns. Options are bits: 2 writes default values, 4 the names of .proto. */
FfiOwned *{{ json.encode }}(const {{ arena }} *arena, uint32_t options, FfiStatus *status);
/** An arena that the caller owns, whose root is the message that the bytes are as JSON; null and a status when they are none. Option 1 reads over unknown fields. */
{{ arena }} *{{ json.decode }}(const uint8_t *bytes, size_t len, uint32_t options, FfiStatus *status);
{%- else %}
/** The message as JSON, as protobuf maps it, UTF-8 without a zero at its end, which the caller owns. Options are bits: 2 writes default values, 4 the names of .proto. */
FfiOwned *{{ json.encode }}(const {{ it.message }} *message, uint32_t options, FfiStatus *status);
/** Makes `message`, whatever it holds, the one that the bytes are as JSON; when they are none, it is zero. Option 1 reads over unknown fields. */
void {{ json.decode }}(const uint8_t *bytes, size_t len, uint32_t options, {{ it.message }} *message, FfiStatus *status);
{%- endif %}
{%- endif %}
{% endfor %}{% for it in functions %}
{{ it.doc }}{{ it.returns }} {{ it.symbol }}({{ it.params }});
{% endfor %}{% for it in started %}
/* `{{ it }}` is for Dart only: its result comes to a mailbox, which C has none of. */
{% endfor %}{% for it in keeping %}
/* `{{ it }}` is for Dart only: it keeps what it calls by a mailbox, which C has none of. */
{% endfor %}
#ifdef __cplusplus
}
#endif

#endif
