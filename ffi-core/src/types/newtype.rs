//! Types that a newtype may hold: `#[derive(FfiNewtype)]`.

use bytemuck::Zeroable;

use super::{FfiStr, FfiType};
use crate::enumeration::FfiEnum;
use crate::scalars::for_each_number;

/// A type that the only field of a `#[derive(FfiNewtype)]` may have: one that Dart has as a value,
/// or an array of such values, which Dart has as a list.
///
/// No unsafe code relies on it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be the value of a newtype",
    label = "neither a value of Dart nor an array of values",
    note = "what can is a number, a `bool`, a C-like enum, an `FfiStr`, a logical type such as `FfiTimestamp`, \
            another newtype, or an array of one of these",
    note = "hint: make it a message, with `#[derive(FfiMessage)]` and a named field"
)]
pub trait FfiWrapped: FfiType {}

macro_rules! wrapped {
    ($($number:ident $variant:ident $kind:literal,)*) => {$(
        impl FfiWrapped for $number {}
    )*};
}

for_each_number!(wrapped);
impl FfiWrapped for bool {}
impl<E: FfiEnum> FfiWrapped for E {}
impl<const N: usize> FfiWrapped for FfiStr<N> {}
impl<T: FfiWrapped, const N: usize> FfiWrapped for [T; N] where [T; N]: Zeroable {}

/// Fails to compile, with a readable message, if a newtype can't hold a `T`.
pub const fn assert_wrapped<T: FfiWrapped>() {}

/// Asserts that a newtype has the layout of the value that it holds, and at least one byte.
///
/// # Panics
///
/// Panics if it hasn't; in const evaluation that is a compile error.
#[track_caller]
pub const fn assert_transparent<Newtype, T>() {
    assert!(size_of::<T>() > 0, "a newtype needs at least one byte; hint: give the array an element");
    assert!(
        size_of::<Newtype>() == size_of::<T>() && align_of::<Newtype>() == align_of::<T>(),
        "the newtype has another layout than its value; hint: put an attribute macro that changes the item above \
         `#[derive(FfiNewtype)]`"
    );
}
