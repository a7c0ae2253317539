//! Forms: what gives a type the items that its own impls leave out.
//!
//! # Problem
//!
//! Rustc works through each function and constant of each impl: type check, borrow check, MIR. A
//! message has five impls with twenty items that only call what is the same for all messages, and
//! they were a third of what it costs to compile.
//!
//! # Idea
//!
//! A provided item of a trait costs nothing for a type that doesn't override it. So each item of
//! [`FfiType`] that a message would give is provided, and asks the form of the type, which is
//! [`FromFields`](crate::message::FromFields) for every message. A type whose items are its own has
//! the form [`Itself`], which is never asked. `FfiValue` and `ArenaType` have forms of their own.
//!
//! `impl<T: Derived> FfiType for T` would need no form. But then rustc knows two impls that may be
//! meant for `FfiVec<String, 4>`, looks into neither, and reports the list instead of the `String`.

use super::{FfiType, InvalidValue, Lanes};
use crate::schema::piece::Fragment;

/// Items of [`FfiType`] that a type doesn't give itself. The fingerprint is none of them: that of a
/// message asks for those of its fields, and rustc limits the depth of such queries.
///
/// # Safety
///
/// An implementation promises what [`FfiType`] asks.
pub unsafe trait TypeForm<T: FfiType> {
    /// [`FfiType::TYPE`].
    const TYPE: Fragment = own();
    /// [`FfiType::ANY_BITS`].
    const ANY_BITS: bool = own();
    /// [`FfiType::ARENA`].
    const ARENA: bool = false;
    /// [`FfiType::SECRET`].
    const SECRET: bool = false;
    /// [`FfiType::LANES`].
    const LANES: Lanes = Lanes::MIXED;

    /// Does what [`FfiType::check`] does.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`FfiType::check`].
    ///
    /// # Safety
    ///
    /// The contract of [`FfiType::check`].
    #[inline]
    unsafe fn check(_: *const T) -> Result<(), InvalidValue> {
        own()
    }
}

/// Panics; for a constant that is a compile error.
pub(crate) const fn own<T>() -> T {
    panic!("a type of the form `Itself` gives each item itself")
}

/// Form of types that give all items themselves.
#[derive(Debug)]
pub struct Itself;

// SAFETY: a constant of it that is used fails to compile, and a function that is called panics.
unsafe impl<T: FfiType> TypeForm<T> for Itself {}
