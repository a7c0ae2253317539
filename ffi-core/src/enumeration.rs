//! C-like enums.

use std::fmt::Display;
use std::hash::Hash;

use bytemuck::Pod;

use crate::boundary::Failure;
use crate::types::{FfiType, InvalidValue, check_each};

/// A C-like enum that Rust and Dart share. Implemented by `#[derive(FfiEnum)]`.
///
/// It has an integer `repr` and a variant with value 0, because zeroed memory must be valid.
///
/// # Safety
///
/// An implementation promises, besides what [`FfiType`] asks, that the type has the layout of
/// [`Repr`](Self::Repr), which is an integer, that a value's bytes are its discriminant, and that
/// [`from_repr`](Self::from_repr) gives `Some` only for discriminants, each time it is asked.
///
/// # Examples
///
/// ```
/// use ffi_core::FfiEnum;
///
/// #[derive(FfiEnum, Clone, Copy, Debug, PartialEq)]
/// #[repr(u8)]
/// enum Colour {
///     Unknown = 0,
///     Red = 3,
/// }
///
/// assert_eq!(Colour::from_repr(3), Some(Colour::Red));
/// assert_eq!(Colour::from_repr(1), None);
/// assert_eq!(Colour::Red.to_repr(), 3);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a shared enum",
    note = "add `#[derive(FfiEnum, Clone, Copy)]` and `#[repr(u8)]` (or another integer) to it"
)]
pub unsafe trait FfiEnum: FfiType + Copy {
    /// Integer type that it is stored as.
    type Repr: FfiType + Pod + Eq + Hash + Display;

    /// Name of the enum in Rust.
    const NAME: &'static str;

    /// Id of the enum in schema records: the crate's name or prefix, `::`, and the name.
    const ID: &'static str;

    /// Returns the variant with that discriminant, if there is one.
    fn from_repr(repr: Self::Repr) -> Option<Self>;

    /// Returns the variant's discriminant.
    fn to_repr(self) -> Self::Repr;
}

/// Checks an enum for [`FfiType::check`].
///
/// # Safety
///
/// The conditions of [`FfiType::check`].
pub unsafe fn check_enum<E: FfiEnum>(value: *const E) -> Result<(), InvalidValue> {
    // SAFETY: `E` has the layout of its repr, so by this function's contract the read is aligned
    // and of initialised bytes; a repr is an integer, for which any bits are valid.
    let repr = unsafe { value.cast::<E::Repr>().read() };
    variant::<E>(repr).map(drop)
}

/// Checks consecutive enums for [`FfiType::check_all`].
///
/// The comparison has no branch: rustc makes one of the range of discriminants without gaps, and
/// SIMD of the loop.
///
/// # Errors
///
/// Returns the index of the first number without a variant.
///
/// # Safety
///
/// The conditions of [`FfiType::check_all`].
pub unsafe fn check_enums<E: FfiEnum>(first: *const E, len: usize) -> Result<(), InvalidValue> {
    // SAFETY: `E` has the layout of its repr, so by this function's contract there are `len`
    // aligned and initialised ones that no thread writes to; any bits are an integer.
    let numbers = unsafe { std::slice::from_raw_parts(first.cast::<E::Repr>(), len) };
    if numbers.iter().fold(true, |valid, number| valid & E::from_repr(*number).is_some()) {
        return Ok(());
    }
    // SAFETY: the callee has the same contract; it finds the first wrong number.
    unsafe { check_each(first, len) }
}

/// Implements [`FfiValue::from_param`](crate::boundary::FfiValue::from_param) for an enum.
///
/// # Errors
///
/// Returns an error if no variant has that value.
pub fn enum_from_param<E: FfiEnum>(repr: E::Repr, name: &'static str) -> Result<E, Failure> {
    variant(repr).map_err(|invalid| invalid.in_field(name).into())
}

/// Returns the variant of an enum that has the value `repr`.
///
/// # Errors
///
/// Returns an error if no variant has that value.
fn variant<E: FfiEnum>(repr: E::Repr) -> Result<E, InvalidValue> {
    E::from_repr(repr).ok_or_else(|| InvalidValue::new(format_args!("{repr} is not a {}", E::NAME)))
}

/// Asserts that an enum has the size and alignment of its repr.
///
/// # Panics
///
/// Panics if it hasn't; in const evaluation that is a compile error.
#[track_caller]
pub const fn assert_repr<E, Repr>() {
    assert!(
        size_of::<E>() == size_of::<Repr>() && align_of::<E>() == align_of::<Repr>(),
        "the enum is not laid out as its repr; hint: put an attribute macro that changes the item above `#[derive(FfiEnum)]`"
    );
}

/// Returns the bits of a variant, as its repr.
///
/// # Panics
///
/// Panics if the enum isn't of the size and alignment of its repr; in const evaluation that is a
/// compile error.
///
/// # Safety
///
/// The variant has no padding.
#[track_caller]
pub const unsafe fn bits<E, Repr: Pod>(variant: &E) -> Repr {
    assert_repr::<E, Repr>();
    // SAFETY: both have one size and alignment, by the assertion; the variant's bytes are all
    // initialised, as none is padding, and any bits are a `Pod`.
    unsafe { std::ptr::from_ref(variant).cast::<Repr>().read() }
}

/// Asserts that the bits of a variant are its discriminant, and that the repr has that number.
///
/// # Panics
///
/// Panics if they aren't; in const evaluation that is a compile error.
#[track_caller]
pub const fn assert_variant(is_discriminant: bool) {
    assert!(
        is_discriminant,
        "a variant is not stored as its number; hint: put an attribute macro that changes the item above `#[derive(FfiEnum)]`"
    );
}

/// Fails const evaluation if no discriminant is zero.
#[track_caller]
pub const fn assert_has_zero(discriminants: &[i64], message: &str) {
    let mut i = 0;
    while i < discriminants.len() {
        if discriminants[i] == 0 {
            return;
        }
        i += 1;
    }
    panic!("{}", message);
}
