//! Types of fields. What is public here is exported by the crate's root.

mod array;
pub(crate) mod buffer;
mod bytes;
mod capacity;
pub(crate) mod form;
mod invalid;
pub(crate) mod keys;
pub(crate) mod lanes;
pub(crate) mod logical;
mod map;
pub(crate) mod newtype;
mod open;
mod option;
pub(crate) mod parts;
mod reference;
mod scalar;
#[cfg(feature = "secret")]
mod secret;
#[cfg(feature = "serde")]
mod serde;
mod str;
#[cfg(test)]
mod tests;
mod vec;

pub(crate) use array::{check_each, check_elements};
pub(crate) use buffer::Buffer;
use bytemuck::Zeroable;
pub use bytes::FfiBytes;
pub use capacity::CapacityError;
pub(crate) use form::{Itself, TypeForm};
pub(crate) use invalid::Broken;
pub use invalid::{InvalidValue, PathStep};
pub(crate) use lanes::Lanes;
#[cfg(feature = "proto")]
pub(crate) use map::Entry;
pub(crate) use map::MapKey;
pub use map::{FfiMap, FfiMapIndex, FfiMapIter, FfiMapIterMut};
pub(crate) use newtype::FfiWrapped;
pub use open::FfiOpen;
pub use option::FfiOption;
pub use reference::FfiRef;
#[cfg(feature = "secret")]
pub use secret::FfiSecret;
pub use str::FfiStr;
pub(crate) use str::utf8;
pub use vec::FfiVec;

use crate::schema::encode::type_text;
use crate::schema::piece::{Fragment, Part};

/// A type with the same bytes in Rust and in Dart, which a field of a message may have.
///
/// | Rust | bytes | invalid bit patterns |
/// |---|---|---|
/// | `i8` to `i64`, `u8` to `u64`, `f32`, `f64` | itself | none |
/// | `bool` | 1 | all but 0 and 1 |
/// | `[T; N]`, `N > 0` | `N` times `T` | those of its elements |
/// | a message ([`FfiMessage`](crate::FfiMessage)) | its fields and padding | those of its fields |
/// | a C-like enum ([`FfiEnum`](crate::FfiEnum)) | its repr | all but its discriminants |
/// | [`FfiOpen<E>`](FfiOpen), `E` a C-like enum | its repr | none |
/// | a oneof, an enum with data ([`FfiOneof`](crate::FfiOneof)) | discriminant and union | discriminant, active case |
/// | [`FfiStr<N>`](FfiStr) | `u32` length, `N` bytes | length over `N`, UTF-8 |
/// | [`FfiBytes<N>`](FfiBytes) | `u32` length, `N` bytes | length over `N` |
/// | `FfiSecret<N>`, with the feature `secret` | `u32` length, `N` bytes | length over `N` |
/// | [`FfiVec<T, N>`](FfiVec) | `u32` length, `N` times `T` | length over `N`, used elements |
/// | [`FfiOption<T>`](FfiOption) | `T`, presence byte | presence byte, value if present |
/// | [`FfiMap<K, V, N>`](FfiMap) | a vec of entries | as a vec; equal keys |
/// | [`FfiRef<T>`](FfiRef) | slot index and generation | none: a stale reference resolves to nothing |
/// | [`ArenaStr`](crate::arena::ArenaStr) and the other handles of arenas | one or two `u32` | none: the check of the arena covers what they refer to |
/// | [`FfiTimestamp`](crate::FfiTimestamp), [`FfiDuration`](crate::FfiDuration) | `i64` seconds, `i32` nanoseconds | those out of the range of protobuf |
/// | [`FfiUuid`](crate::FfiUuid) | 16 | none |
/// | [`FfiEmpty`](crate::FfiEmpty) | 1 | none |
/// | [`FfiDecimal`](crate::FfiDecimal) | two halves of an `i128`, `u32` scale | scales over 38 |
/// | a newtype ([`FfiNewtype`](macro@crate::FfiNewtype)) | those of the type in it | those of the type in it |
///
/// `usize` and `isize` are left out because they differ between targets, `char` and wider integers
/// because Dart has no such field.
///
/// # Safety
///
/// An implementation promises that
///
/// - the type has no destructor, holds no pointer, reference or handle of an
///   [arena](crate::arena), and nothing changes through a shared reference to it;
/// - a copy of the bytes of a value is a value, also when the type isn't `Copy`: Dart and the
///   containers of this crate copy them;
/// - [`TYPE`](Self::TYPE) describes its layout and [`FINGERPRINT`](Self::FINGERPRINT) hashes it;
/// - if [`ANY_BITS`](Self::ANY_BITS) holds, any initialised bytes are a valid value;
/// - [`check`](Self::check) returns `Ok` only for bytes that are a valid value, each time it sees
///   these bytes, and neither writes to them nor keeps the pointer;
/// - no hidden item of the trait is overridden.
///
/// # Examples
///
/// ```
/// use ffi_core::FfiType;
///
/// let bytes = [1_u8, 7];
/// // SAFETY: both point to initialised bytes; `bool` has no alignment.
/// assert!(unsafe { bool::check(bytes.as_ptr().cast()) }.is_ok());
/// // SAFETY: it points to two initialised bytes; an array of `bool` has no alignment.
/// let error = unsafe { <[bool; 2]>::check(bytes.as_ptr().cast()) }.unwrap_err();
/// assert_eq!(error.to_string(), "[1]: 7 is not a bool");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be in memory that Rust and Dart share",
    label = "not the same bytes in Rust and Dart",
    note = "what can is a number of fixed size (`i8` to `i64`, `u8` to `u64`, `f32`, `f64`), a `bool`, an array, \
            a type with `#[derive(FfiMessage)]`, `#[derive(FfiEnum)]` or `#[derive(FfiNewtype)]`, \
            or an `FfiStr` (instead of a `String`), `FfiBytes`, `FfiVec`, `FfiOption`, `FfiMap`, `FfiRef` or `FfiOpen`"
)]
pub unsafe trait FfiType: Zeroable + Send + Sync + 'static {
    /// Gives the items that the type doesn't give itself; [`Itself`] if it gives all.
    #[doc(hidden)]
    type Form: TypeForm<Self>;

    /// The type in the form of schema records.
    const TYPE: Fragment = Self::Form::TYPE;

    /// Hash of the layout; see [`fingerprint`](crate::schema::fingerprint).
    const FINGERPRINT: u64;

    /// True if every bit pattern is a valid value, so that nothing needs a check.
    const ANY_BITS: bool = Self::Form::ANY_BITS;

    /// True if each capacity inside is valid, so that the derive can report an invalid one at its
    /// field.
    #[doc(hidden)]
    const CAPACITIES_FIT: bool = true;

    /// True if the type is a handle of an arena, or holds one in place: such values live in arenas
    /// only.
    #[doc(hidden)]
    const ARENA: bool = Self::Form::ARENA;

    /// True if the type is an [`FfiSecret`](crate::FfiSecret), or holds one in place: its memory is
    /// zeroed when it goes back.
    #[doc(hidden)]
    const SECRET: bool = Self::Form::SECRET;

    /// The numbers that a value consists of, if kernels can use it as such.
    #[doc(hidden)]
    const LANES: Lanes = Self::Form::LANES;

    /// The constants above, and the layout.
    #[doc(hidden)]
    const PART: Part = Part {
        size: size_of::<Self>(),
        align: align_of::<Self>(),
        ty: Self::TYPE,
        text: type_text(Self::TYPE),
        fingerprint: Self::FINGERPRINT,
        any_bits: Self::ANY_BITS,
        capacities_fit: Self::CAPACITIES_FIT,
        arena: Self::ARENA,
        secret: Self::SECRET,
        lanes: Self::LANES,
    };

    /// Checks that untrusted bytes are a valid value, before anything makes a reference to them.
    ///
    /// # Errors
    ///
    /// Returns the path to the first invalid field, and the mistake.
    ///
    /// # Safety
    ///
    /// `value` is aligned for `Self` and points to `size_of::<Self>()` initialised bytes that no
    /// thread writes to meanwhile. They need not be a valid `Self`.
    #[inline]
    unsafe fn check(value: *const Self) -> Result<(), InvalidValue> {
        // SAFETY: the callee has the same contract.
        unsafe { Self::Form::check(value) }
    }

    /// Checks `len` consecutive values, as [`check`](Self::check) does for each of them.
    ///
    /// Types whose check is a comparison override it with a loop without branches, which the
    /// compiler turns into SIMD.
    ///
    /// # Errors
    ///
    /// Returns the path to the first invalid element, and the mistake.
    ///
    /// # Safety
    ///
    /// The conditions of [`check`](Self::check), for each of `len` values from `first` on.
    #[doc(hidden)]
    #[inline]
    unsafe fn check_all(first: *const Self, len: usize) -> Result<(), InvalidValue> {
        // SAFETY: the callee has the same contract.
        unsafe { check_each(first, len) }
    }
}
