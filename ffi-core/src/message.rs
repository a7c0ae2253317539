//! Messages: structs that Rust and Dart both see.

use std::mem::MaybeUninit;

use bytemuck::{AnyBitPattern, Zeroable};

use crate::schema::fingerprint::hash_name;
use crate::types::FfiType;

/// A `repr(C)` struct that Rust and Dart share in place. Implemented by `#[derive(FfiMessage)]`.
///
/// # Safety
///
/// An implementation promises, besides what [`FfiType`] asks, that the type is a `repr(C)` struct
/// of [`FfiType`] fields, and that no provided item of the trait is overridden.
///
/// # Examples
///
/// ```
/// use ffi_core::FfiMessage;
///
/// #[derive(FfiMessage)]
/// #[repr(C)]
/// struct Frame {
///     width: u32,
///     pixels: [u32; 4_000_000],
/// }
///
/// let mut frame = Frame::new_zeroed_box(); // 16 MB that were never on the stack
/// frame.width = 2_000;
/// assert_eq!(Frame::NAME, "Frame");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a message",
    note = "add `#[derive(FfiMessage)]` and `#[repr(C)]` to it"
)]
pub unsafe trait FfiMessage: FfiType {
    /// Name of the struct in Rust.
    const NAME: &'static str;

    /// Id of the message in schema records: the crate's name or prefix, `::`, and the name.
    const ID: &'static str;

    /// Hash of [`ID`](Self::ID). The derive sets it to a literal, as this default would hash byte
    /// by byte.
    #[doc(hidden)]
    const ID_HASH: u64 = hash_name(Self::ID);

    /// Returns a message on the heap with all bytes zero, never made on the stack, whatever its
    /// size.
    #[must_use]
    fn new_zeroed_box() -> Box<Self> {
        bytemuck::zeroed_box()
    }
}

/// Bytes of a `T` that may be invalid: [`bytemuck::CheckedBitPattern::Bits`] of a message.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct Bits<T: Copy>(MaybeUninit<T>);

// SAFETY: a `MaybeUninit` has no invalid bit patterns, so zeros are a value.
unsafe impl<T: Copy> Zeroable for Bits<T> {}

// SAFETY: a `MaybeUninit` has no invalid bit patterns, no pointer that is followed and no interior
// mutability; `Bits` is `Copy` and `'static`. The field is private, so each `Bits` was made of
// initialised bytes.
unsafe impl<T: Copy + 'static> AnyBitPattern for Bits<T> {}

impl<T: FfiType + Copy> Bits<T> {
    /// Returns true if the bytes are a valid `T`.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        // SAFETY: the reference is aligned for `T` and its bytes are initialised: a `Bits` is only
        // made through the two traits above, from zeros or from bytes that have been initialised.
        // The check doesn't read padding.
        unsafe { T::check(self.0.as_ptr()) }.is_ok()
    }
}
