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
{% for it in functions %}
{{ it.doc }}{{ it.returns }} {{ it.symbol }}({{ it.params }});
{% endfor %}
#ifdef __cplusplus
}
#endif

#endif
