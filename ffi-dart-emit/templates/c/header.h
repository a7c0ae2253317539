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

/** How a call went. Zero it before its first use. */
typedef struct FfiStatus {
    int32_t code;
    uint32_t detail;
    /** UTF-8 without a terminator, or null; the library frees it. */
    uint8_t *message;
    size_t message_len;
} FfiStatus;

/** Text or a list that a function returned and that the caller owns: free it once, with the library's `.._ffi_owned_free`. */
typedef struct FfiOwned {
    void *data;
    /** Elements; for text, bytes of UTF-8. */
    size_t len;
    size_t capacity_;
    size_t align_;
} FfiOwned;

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

/** All slots are in use. */
#define FFI_POOL_OPEN 0
/** The memory could not be reserved. */
#define FFI_POOL_UNRESERVED 1
/** The library has been shut down. */
#define FFI_POOL_CLOSED 2

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
} FfiPoolStats;

#endif

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
{{ it.doc }}typedef {{ it.repr }} {{ it.name }};
{%- for constant in it.constants %}
{{ constant.doc }}#define {{ constant.name }} (({{ it.name }}){{ constant.value }})
{%- endfor %}
{% endfor %}
{%- for it in structs %}
{%- if it.shared %}
#ifndef FFI_DEFINED_{{ it.name }}
#define FFI_DEFINED_{{ it.name }}
{%- endif %}
{{ it.doc }}typedef struct {{ it.name }} {
{%- for member in it.members %}
{{ member.doc }}    {{ member.declaration }};
{%- endfor %}
} {{ it.name }};
{%- for constant in it.constants %}
{{ constant.doc }}#define {{ constant.name }} UINT32_C({{ constant.value }})
{%- endfor %}
FFI_STATIC_ASSERT(sizeof({{ it.name }}) == {{ it.size }}, "size of {{ it.name }}");
FFI_STATIC_ASSERT(FFI_ALIGNOF({{ it.name }}) == {{ it.align }}, "alignment of {{ it.name }}");
{%- for member in it.members %}
FFI_STATIC_ASSERT(offsetof({{ it.name }}, {{ member.name }}) == {{ member.offset }}, "offset of {{ it.name }}.{{ member.name }}");
{%- endfor %}
{%- if it.shared %}
#endif
{%- endif %}
{% endfor %}
/* The layout of each type and the signature of each function, as the library has them. Where one isn't what
   this header expects, the library is of another build: don't call it. */
{% for it in fingerprints %}
extern {{ upper }}_DATA const uint64_t {{ it.symbol }};
#define {{ it.symbol }}_EXPECTED UINT64_C({{ it.value }})
{%- endfor %}

/** The version of the calling convention; this header is for {{ abi }}. */
uint32_t {{ symbols.abi_version }}(void);

/** Frees the message of a status and zeroes it. */
void {{ symbols.status_clear }}(FfiStatus *status);

/** Zeroed memory, or null where there is none. */
uint8_t *{{ symbols.alloc }}(size_t size, size_t align);

/** Frees what `{{ symbols.alloc }}` returned. */
void {{ symbols.free }}(uint8_t *memory);

/** Frees what a function returned; null is allowed. */
void {{ symbols.owned_free }}(FfiOwned *owned);

/** Closes all pools for good: nothing is handed out or taken back from then on. Returns how many slots are still in use. */
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
/** Gives a slot back, as a destructor wants it. */
void {{ it.symbols.release }}({{ it.message }} *slot);
void {{ it.symbols.stats }}(FfiPoolStats *stats);
/** What a reference refers to, or null when that was given back. */
{{ it.message }} *{{ it.symbols.resolve }}(uint32_t index_plus_one, uint32_t generation);
/** The reference to a slot in use: the index plus one in the low half, the generation in the high half; else 0. */
uint64_t {{ it.symbols.reference }}(const {{ it.message }} *slot);
{% endfor %}
{%- for it in queues %}
{{ it.doc }}/* A queue of at most {{ it.capacity }} {{ it.message }}. Any thread may call these. */

/** Puts a slot into the queue, which then owns it: `FFI_FREE_..` or `FFI_PUSH_..`; the caller still owns one that is refused. */
int32_t {{ it.symbols.push }}({{ it.message }} *slot);
/** The slot that has been in the queue longest, now the caller's, or null. */
{{ it.message }} *{{ it.symbols.pop }}(void);
/** Fills `slots` in order as far as the queue goes, and returns how many those are. */
size_t {{ it.symbols.pop_many }}({{ it.message }} **slots, size_t count);
size_t {{ it.symbols.len }}(void);
/** Refuses what is pushed from now on; what is in the queue can still be popped. */
void {{ it.symbols.close }}(void);
uint8_t {{ it.symbols.is_closed }}(void);
{% endfor %}
{%- for it in protos %}
/** The message as protobuf, `data` of `len` bytes, which the caller owns. What it refers to is written too. */
FfiOwned *{{ it.symbols.encode }}(const {{ it.message }} *message, FfiStatus *status);
/** Makes `message`, whatever it holds, the one that the bytes are as protobuf; when they are none, it is zero. */
void {{ it.symbols.decode }}(const uint8_t *bytes, size_t len, {{ it.message }} *message, FfiStatus *status);
{% endfor %}{% for it in functions %}
{{ it.doc }}{{ it.returns }} {{ it.symbol }}({{ it.params }});
{% endfor %}
#ifdef __cplusplus
}
#endif

#endif
