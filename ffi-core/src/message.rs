//! Messages: structs that Rust and Dart both see.

use std::mem::MaybeUninit;

use bytemuck::{AnyBitPattern, Zeroable};

use crate::schema::fingerprint;
use crate::schema::piece::{Fragment, Member, PartList, Piece};
use crate::types::{FfiType, InvalidValue, Lanes, TypeForm};

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
pub unsafe trait FfiMessage: FfiType + Derived {
    /// Name of the struct in Rust.
    const NAME: &'static str = Self::ABOUT.name;

    /// Id of the message in schema records: the crate's name or prefix, `::`, and the name.
    const ID: &'static str = Self::ABOUT.id;

    /// Hash of [`ID`](Self::ID).
    #[doc(hidden)]
    const ID_HASH: u64 = Self::ABOUT.id_hash;

    /// Returns a message on the heap with all bytes zero, never made on the stack, whatever its
    /// size.
    #[must_use]
    fn new_zeroed_box() -> Box<Self> {
        bytemuck::zeroed_box()
    }
}

/// A message, as the derive writes it: its fields, once. The items of [`FfiType`] and of the other
/// traits that messages have are made of them here and in `arena/message.rs`.
///
/// # Safety
///
/// An implementation promises that the type is a `repr(C)` struct without a destructor, whose
/// fields have the types that the derive writes beside it, if all of these are [`FfiType`]s, and
/// the names and offsets that are in [`ABOUT`](Self::ABOUT), in the same order; that
/// [`PARTS`](Self::PARTS) are those of these types; and that
/// [`check_message`](Self::check_message) is what [`FfiType::check`] has to be.
pub unsafe trait Derived: Zeroable + Send + Sync + 'static {
    /// All that no type of a field has a say in, so that a field may refer to its own message.
    const ABOUT: About;

    /// Facts about the types of the fields.
    const PARTS: &'static PartList;

    /// Checks the fields.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`FfiType::check`].
    ///
    /// # Safety
    ///
    /// The contract of [`FfiType::check`].
    unsafe fn check_message(message: *const Self) -> Result<(), InvalidValue>;
}

/// Facts about a message that the derive knows, and the offsets of its fields.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// [`FfiMessage::NAME`].
    pub name: &'static str,
    /// Hash of the name.
    pub hash: u64,
    /// [`FfiMessage::ID`].
    pub id: &'static str,
    /// [`FfiMessage::ID_HASH`].
    pub id_hash: u64,
    /// Its fields.
    pub members: &'static [Member],
    /// True if it has a pool.
    pub pooled: bool,
    /// True if it lives in an arena.
    pub in_arena: bool,
    /// True if a field has a rule, so that not any bytes are a value.
    pub ruled: bool,
}

impl About {
    /// Facts about a message with mistakes, of which the derive knows nothing.
    pub const NONE: Self = Self {
        name: "",
        hash: 0,
        id: "",
        id_hash: 0,
        members: &[],
        pooled: false,
        in_arena: false,
        ruled: false,
    };
}

/// Returns [`FfiType::FINGERPRINT`] of a message.
#[must_use]
pub const fn fingerprint_of<T: Derived>() -> u64 {
    let About { hash, members, pooled, .. } = T::ABOUT;
    fingerprint::message(hash, size_of::<T>(), align_of::<T>(), members, T::PARTS, pooled)
}

/// Form of messages, whose items follow from their fields.
#[derive(Debug)]
pub struct FromFields;

// SAFETY: the message is a `repr(C)` struct of `FfiType`s without a destructor, by the promise of
// `Derived`; type, fingerprint and check cover every field.
unsafe impl<T: FfiType + Derived> TypeForm<T> for FromFields {
    const TYPE: Fragment = &[Piece::Text("{\"message\":\""), Piece::Text(T::ABOUT.id), Piece::Text("\"}")];
    const ANY_BITS: bool = !T::ABOUT.ruled && T::PARTS.any_bits();
    const ARENA: bool = T::ABOUT.in_arena;
    const SECRET: bool = T::PARTS.secret();
    const LANES: Lanes = T::PARTS.lanes(size_of::<T>());

    #[inline]
    unsafe fn check(message: *const T) -> Result<(), InvalidValue> {
        // SAFETY: the callee has the same contract.
        unsafe { T::check_message(message) }
    }
}

/// Returns the padding of a message, in bytes.
#[must_use]
pub const fn padding<T: Derived>() -> usize {
    // Without parts rustc has reported a field.
    if T::PARTS.is_empty() { 0 } else { size_of::<T>() - T::PARTS.size() }
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
