//! The C ABI between Rust and its callers: arguments, results and failures of exported functions.
//!
//! ```text
//! C:  float particles_ffi_total_energy(const Particle *particles, size_t particles_len,
//!                                      FfiStatus *status);
//!
//! Dart ── raw arguments ──▶ wrapper ── checked arguments ──▶ user's function
//!      ◀── value, status ──         ◀── value, Err or panic ──
//! ```
//!
//! `#[ffi_export]` writes the wrapper, and it has no logic of its own: it passes each raw argument
//! through a function of `args.rs`, inside one `call_output`, which turns a refused argument, an
//! `Err` and a panic into a status. No `extern "C"` function of this crate or of a wrapper unwinds.
//!
//! | Rust | C |
//! |---|---|
//! | number | the same number |
//! | `bool`, enum by value | its integer; checked on the way in |
//! | `FfiOpen` by value | its integer |
//! | message or oneof by value, as a parameter | pointer as for `&T`; at most [`MAX_BY_VALUE`] bytes, copied before the function runs |
//! | message or oneof by value, as a result | the struct, at most [`MAX_BY_VALUE`] bytes |
//! | `&T`, `&mut T` | pointer: not null, aligned, value checked |
//! | `&FfiColumns<T>`, `&mut FfiColumns<T>` | pointer to the header; every value in every column checked |
//! | `&[T]`, `&mut [T]` | pointer and `size_t`; the pointer of an empty slice may have any value |
//! | `&str`, `String` | pointer and `size_t`: UTF-8, checked; copied for `String` |
//! | `&CStr` | pointer to `char` up to a NUL; the bytes before it may have any value |
//! | `Vec<T>` | pointer and `size_t`; copied |
//! | `FfiMoved<[T]>` | pointer to an `FfiGiven` with the elements and the function that frees them: checked, and owned by the function when it is called |
//! | `&dyn Fn(A) -> Result<R, DartError>` | pointer to a function, and its context: it gets a pointer to an `A` and one to the place for the `R` |
//! | `PoolBox<T>` as a parameter | pointer to a slot that the caller owns: checked, and owned by the function when it is called |
//! | `PoolBox<T>` as a result | pointer to a slot, which the caller then owns |
//! | `&self` of a method | `uint64_t`, the first argument: a handle that the caller has |
//! | `FfiObject<T>` as a parameter | `uint64_t`, a handle that the caller keeps |
//! | `FfiObject<T>` as a result | `uint64_t`, a handle that the caller ends with `.._object_free` |
//! | `FfiColumns<T>` as a result | pointer to the header, which the caller frees |
//! | `&dyn Fn(A) -> Result<R, DartError>` | a function pointer and its context; see [`FfiCallback`] |
//! | `DartFn<fn(A) -> R>` | for Dart only: its mailbox, and the number of the function there |
//! | `&FfiArena<T>`, `&mut FfiArena<T>` | pointer to the arena; all that its root reaches is checked |
//! | `FfiArena<T>` as a parameter | pointer to an arena, checked; its contents are the function's when it is called, and the caller frees the empty object |
//! | `FfiArena<T>`, `FrozenArena<T>` as a result | pointer to an arena, which the caller frees |
//! | `Option` of any of these as a parameter | the same type, and a `uint8_t`: 1 if there is a value, 0 for none |
//! | `String`, `Vec<T>` as a result | `FfiOwned *`, which the caller frees; not copied |
//! | `Option<T>` as a result | `T`; the status code [`NoValue`](StatusCode::NoValue) for none |
//! | `Result<T, E>` | `T`, and `E`'s `Display` text in the status; if `E` is an [`FfiError`](crate::FfiError), its variant and fields as well |
//! | last, always | `FfiStatus *`: zeroed by the caller, only written on failure; may be null |
//!
//! A function that failed or has no value returns zeros, except for padding, which may be anything.
//! `&mut` arguments that overlap another argument are refused.

mod answer;
mod arenas;
mod args;
mod argument;
mod attachment;
mod call;
mod callback;
mod dart_api;
mod lent;
mod memory;
mod moved;
mod objects;
mod output;
mod owned;
mod panic;
mod payload;
mod pending;
mod place;
mod pooled;
mod returned;
mod signature;
mod status;
mod text;

// For generated code.
#[doc(hidden)]
pub use answer::{FfiAnswer, FfiCallbackText, assert_answer};
#[doc(hidden)]
pub use arenas::{
    GivenArena, arena_check, arena_compact, arena_compare, arena_freeze, arena_map, arena_renew,
    arena_schema, arena_wasted, frozen, given, take_arena, take_some_arena,
};
#[doc(hidden)]
pub use args::{
    Copied, OwnedText, Region, assert_owned_text, c_text, c_text_bytes, copied, disjoint, disjoint_owned,
    optional, reference, reference_mut, slice, slice_mut, text,
};
#[doc(hidden)]
pub use argument::{FfiPassed, FfiSent, assert_passed, assert_sent};
#[doc(hidden)]
pub use attachment::{FfiDartCalls, dart_calls};
#[doc(hidden)]
pub use call::{call, call_output};
pub use callback::DartError;
#[doc(hidden)]
pub use callback::{Callback, FfiCallback, FfiCallbackError};
#[doc(hidden)]
pub use dart_api::{DartInit, dart_init};
#[doc(hidden)]
pub use lent::{FfiLent, assert_lent};
#[doc(hidden)]
pub use memory::{alloc, free};
pub use moved::FfiMoved;
#[doc(hidden)]
pub use moved::{FfiGiven, GivenList, given_list, given_region, take_list, take_some_list};
#[doc(hidden)]
pub use objects::{
    FfiObjectCalls, Receiver, far_receiver, near_receiver, object_argument, object_calls, object_free,
    object_installed, object_redeem, object_share, receiver,
};
#[doc(hidden)]
pub use output::{
    FfiSome, assert_by_value, assert_called_by_value, assert_item_by_value, assert_returned,
    assert_returned_by_value, assert_value,
};
#[doc(hidden)]
pub use owned::{FfiOwned, owned_free};
#[doc(hidden)]
pub use payload::{
    ErrorFacts, ErrorLayout, FfiErrorField, FfiSpan, NoErrorFacts, PayloadWriter, error_layout,
};
#[doc(hidden)]
pub use pending::FfiPending;
#[doc(hidden)]
pub use pooled::{Claim, assert_pooled, claim, take, take_some};
#[doc(hidden)]
pub use returned::{ErrorText, INTERNAL, NoTexts, Returned, Texts, Untyped, assert_error, displayed};
#[doc(hidden)]
pub use signature::FfiSignature;
#[doc(hidden)]
pub use status::{Failure, clear};

#[cfg(feature = "proto")]
pub(crate) use args::check_address;
#[cfg(feature = "async")]
pub(crate) use attachment::attach;
#[cfg(feature = "async")]
pub(crate) use call::note;
#[cfg(feature = "production")]
pub(crate) use dart_api::current_isolate;
#[cfg(any(feature = "async", feature = "observe"))]
pub(crate) use dart_api::post;
#[cfg(feature = "async")]
pub(crate) use dart_api::{DartHandle, in_isolate};
pub use output::{FfiOutput, FfiReturn, FfiValue, MAX_BY_VALUE};
#[cfg(any(feature = "async", feature = "production"))]
pub(crate) use panic::caught;
pub use place::FfiPlace;
#[cfg(feature = "async")]
pub(crate) use signature::for_each_arity;
pub use status::{FfiStatus, StatusCode};

/// Version of the calling convention: of the layout of [`FfiStatus`], its codes, and the table
/// above. The Dart package refuses a library with another one.
pub const ABI_VERSION: u32 = 2;
