//! Types that exported functions take by value and return.

use std::any::Any;
use std::fmt::Display;

use bytemuck::Zeroable;

use super::owned::FfiOwned;
use super::pending::FfiPending;
use super::status::{Failure, StatusCode};
use crate::pool::PoolError;
use crate::scalars::for_each_number;
use crate::schema::encode::{Fragment, Piece};
use crate::schema::fingerprint;
use crate::types::form::own;
use crate::types::{FfiType, Itself};

/// Size in bytes of the largest message that is passed or returned by value; larger ones are passed
/// by reference.
pub const MAX_BY_VALUE: usize = 4096;

/// A type that exported functions take and return: a scalar, an enum, open or not, a message or a
/// oneof.
///
/// # Safety
///
/// An implementation promises that C may pass [`Param`](Self::Param) and receive [`Abi`](Self::Abi)
/// for a `Self`, that any bits are an [`Abi`](Self::Abi), and that [`from_param`](Self::from_param)
/// only returns valid values.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be a parameter or result of `#[ffi_export]`",
    label = "not a scalar, an enum or a message",
    note = "what can is a number of fixed size, a `bool`, or a type with `#[derive(FfiMessage)]` or `#[derive(FfiEnum)]`, \
            and, as a parameter, a reference to or slice of one; put an array into a message"
)]
pub unsafe trait FfiValue: FfiType {
    /// C type of a result.
    type Abi: Zeroable;

    /// C type of a parameter, for which any bits are allowed: the integer or float of a scalar or
    /// an enum, and a pointer to a message or oneof, which is copied. No struct is passed by value:
    /// Dart's VM passes one of integers wrongly behind eight floats.
    type Param: Copy;

    /// Gives the functions that the type doesn't give itself; [`Itself`] if it gives both.
    #[doc(hidden)]
    type Crossing: ValueForm<Self>;

    /// Converts it to its C type.
    #[inline]
    fn into_abi(self) -> Self::Abi {
        Self::Crossing::into_abi(self)
    }

    /// Converts a C value of the parameter `name`. The caller's memory is not used after it has
    /// returned.
    ///
    /// # Errors
    ///
    /// Returns invalid argument if a pointer is null or misaligned, invalid value if the bits are
    /// not a value.
    ///
    /// # Safety
    ///
    /// A pointer that is neither null nor misaligned points to `size_of::<Self>()` bytes that no
    /// thread writes to meanwhile, and that are initialised except for padding.
    #[inline]
    unsafe fn from_param(param: Self::Param, name: &'static str) -> Result<Self, Failure> {
        // SAFETY: the callee has the same contract.
        unsafe { Self::Crossing::from_param(param, name) }
    }
}

/// Functions of [`FfiValue`] that a type doesn't give itself; see `types/form.rs`.
///
/// # Safety
///
/// An implementation promises what [`FfiValue`] asks.
pub unsafe trait ValueForm<T: FfiValue> {
    /// Does what [`FfiValue::into_abi`] does.
    fn into_abi(_: T) -> T::Abi {
        own()
    }

    /// Does what [`FfiValue::from_param`] does.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`FfiValue::from_param`].
    ///
    /// # Safety
    ///
    /// The contract of [`FfiValue::from_param`].
    unsafe fn from_param(_: T::Param, _: &'static str) -> Result<T, Failure> {
        own()
    }
}

// SAFETY: a function of it that is called panics.
unsafe impl<T: FfiValue> ValueForm<T> for Itself {}

macro_rules! as_itself {
    ($($number:ident $variant:ident $kind:literal,)*) => {$(
        // SAFETY: a number is its own C type, and any bits are a value.
        unsafe impl FfiValue for $number {
            type Abi = Self;
            type Param = Self;
            type Crossing = Itself;

            #[inline]
            fn into_abi(self) -> Self {
                self
            }

            #[inline]
            unsafe fn from_param(param: Self, _: &'static str) -> Result<Self, Failure> {
                Ok(param)
            }
        }
    )*};
}

for_each_number!(as_itself);

// SAFETY: a `bool` is passed as a byte of the same size and class, and only 0 and 1 are accepted.
unsafe impl FfiValue for bool {
    type Abi = u8;
    type Param = u8;
    type Crossing = Itself;

    #[inline]
    fn into_abi(self) -> u8 {
        self.into()
    }

    #[inline]
    unsafe fn from_param(param: u8, name: &'static str) -> Result<Self, Failure> {
        // SAFETY: the pointer is to an initialised byte, and `bool` has the same size and
        // alignment.
        unsafe { Self::check((&raw const param).cast()) }.map_err(|invalid| invalid.in_field(name))?;
        Ok(param != 0)
    }
}

/// Seals the traits of results. Wrappers pass their results to C, and Dart reads them by these
/// traits, so other crates can't implement them.
mod sealed {
    use std::fmt::Display;

    use super::{FfiOutput, FfiValue};
    use crate::arena::{ArenaMessage, FfiArena, FrozenArena};
    use crate::columns::{FfiColumnar, FfiColumns};
    use crate::object::{FfiClass, FfiObject};
    use crate::pool::{FfiPooled, PoolBox};

    pub trait Output {}

    impl Output for () {}
    impl<T: FfiValue> Output for T {}
    impl Output for String {}
    impl<T: FfiValue> Output for Vec<T> {}
    impl<T: FfiColumnar> Output for FfiColumns<T> {}
    impl<T: ArenaMessage> Output for FfiArena<T> {}
    impl<T: ArenaMessage> Output for FrozenArena<T> {}
    impl<T: FfiPooled> Output for PoolBox<T> {}
    impl<T: FfiClass + ?Sized> Output for FfiObject<T> {}
    impl<T: super::FfiSome> Output for Option<T> {}

    pub trait Return {}

    impl<T: FfiOutput> Return for T {}
    impl<T: FfiOutput, E: Display + 'static> Return for Result<T, E> {}
}

/// Successful result of an exported function: an [`FfiValue`], `()`, a `String`, a `Vec<T:
/// FfiValue>`, a [`PoolBox`](crate::PoolBox), [`FfiColumns`](crate::FfiColumns),
/// [`FfiArena`](crate::arena::FfiArena), [`FrozenArena`](crate::arena::FrozenArena), or an
/// `Option` of one of these. It can't be implemented for other types: a type that crosses as
/// itself is an [`FfiValue`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be returned from `#[ffi_export]`",
    label = "not a result that Dart can have",
    note = "return a number of fixed size, a `bool`, a type with `#[derive(FfiMessage)]` or `#[derive(FfiEnum)]`, a `String`, \
            a `Vec` of these, or an `Option` of any of these"
)]
pub trait FfiOutput: sealed::Output {
    /// C type of the result.
    type Abi: Zeroable;
    /// The type in the form of schema records, `null` for `()`.
    const RETURNS: Fragment;
    /// Hash of the type, [`NOTHING`](fingerprint::NOTHING) for `()`.
    const FINGERPRINT: u64;
    /// True if there may be no value.
    const OPTIONAL: bool = false;
    /// True if it crosses by value and holds secrets, which is refused.
    #[doc(hidden)]
    const SECRET: bool = false;
    /// Returns the note about a result that owns a resource, which is kept until Dart has taken the
    /// result; `None` if it owns nothing.
    const PENDING: Option<fn(&Self::Abi) -> FfiPending> = None;

    /// Returns the number of bytes for the count of a library with metrics: those of memory that
    /// goes to the caller, and of no value that crosses as itself.
    #[doc(hidden)]
    #[inline]
    fn bytes(&self) -> usize {
        0
    }

    /// Converts it to its C type.
    ///
    /// # Errors
    ///
    /// Returns [`Failure::no_value`] if there is no value.
    fn into_abi(self) -> Result<Self::Abi, Failure>;
}

impl FfiOutput for () {
    type Abi = ();
    const RETURNS: Fragment = &[Piece::Text("null")];
    const FINGERPRINT: u64 = fingerprint::NOTHING;

    #[inline]
    fn into_abi(self) -> Result<(), Failure> {
        Ok(())
    }
}

impl<T: FfiValue> FfiOutput for T {
    type Abi = <T as FfiValue>::Abi;
    const RETURNS: Fragment =
        &[Piece::Text("{\"value\":"), Piece::Nested(<T as FfiType>::TYPE), Piece::Text("}")];
    const FINGERPRINT: u64 = <T as FfiType>::FINGERPRINT;
    const SECRET: bool = <T as FfiType>::SECRET;

    #[inline]
    fn into_abi(self) -> Result<Self::Abi, Failure> {
        Ok(FfiValue::into_abi(self))
    }
}

impl FfiOutput for String {
    type Abi = *mut FfiOwned;
    const RETURNS: Fragment = &[Piece::Text("\"string\"")];
    const FINGERPRINT: u64 = fingerprint::mix(&[fingerprint::OWNED_STRING]);
    const PENDING: Option<fn(&Self::Abi) -> FfiPending> = Some(FfiPending::owned);

    #[inline]
    fn bytes(&self) -> usize {
        self.len()
    }

    fn into_abi(self) -> Result<*mut FfiOwned, Failure> {
        Ok(FfiOwned::new(self.into_bytes()))
    }
}

impl<T: FfiValue> FfiOutput for Vec<T> {
    type Abi = *mut FfiOwned;
    const RETURNS: Fragment =
        &[Piece::Text("{\"vec\":"), Piece::Nested(<T as FfiType>::TYPE), Piece::Text("}")];
    const FINGERPRINT: u64 = fingerprint::mix(&[fingerprint::OWNED_VEC, <T as FfiType>::FINGERPRINT]);
    const PENDING: Option<fn(&Self::Abi) -> FfiPending> = Some(FfiPending::owned);

    #[inline]
    fn bytes(&self) -> usize {
        size_of_val(self.as_slice())
    }

    fn into_abi(self) -> Result<*mut FfiOwned, Failure> {
        Ok(FfiOwned::new(self))
    }
}

/// A type that may be in an `Option` as a result: Dart has one `null`, and can't tell `()` from it.
#[diagnostic::on_unimplemented(
    message = "an `Option` of `{Self}` can't be returned from `#[ffi_export]`",
    label = "Dart has one `null`",
    note = "for an `Option` of an `Option`, return a oneof; for one of `()`, a `bool`"
)]
pub trait FfiSome: FfiOutput {}

impl<T: FfiValue> FfiSome for T {}
impl FfiSome for String {}
impl<T: FfiValue> FfiSome for Vec<T> {}

impl<T: FfiSome> FfiOutput for Option<T> {
    type Abi = T::Abi;
    const RETURNS: Fragment = T::RETURNS;
    const FINGERPRINT: u64 = T::FINGERPRINT;
    const OPTIONAL: bool = true;
    const SECRET: bool = T::SECRET;
    const PENDING: Option<fn(&Self::Abi) -> FfiPending> = T::PENDING;

    #[inline]
    fn bytes(&self) -> usize {
        self.as_ref().map_or(0, FfiOutput::bytes)
    }

    #[inline]
    fn into_abi(self) -> Result<T::Abi, Failure> {
        self.map_or_else(|| Err(Failure::no_value()), T::into_abi)
    }
}

/// Result of an exported function: an [`FfiOutput`], or a `Result` of one with an error that
/// implements `Display`. It can't be implemented for other types.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be returned from `#[ffi_export]`",
    label = "not a result that Dart can have",
    note = "return a number of fixed size, a `bool`, a type with `#[derive(FfiMessage)]` or `#[derive(FfiEnum)]`, a `String`, \
            a `Vec` of these, or an `Option` of any of these; \
            or a `Result` of any of these whose error implements `Display`"
)]
pub trait FfiReturn: sealed::Return {
    /// Type of the successful result.
    type Output: FfiOutput;
    /// True if it can be an error.
    const FALLIBLE: bool;

    /// Returns the bytes of the successful result.
    #[doc(hidden)]
    fn bytes(&self) -> usize;

    /// Converts it to its C type.
    ///
    /// # Errors
    ///
    /// Returns an error if it is an error itself, or there is no value.
    fn into_abi(self) -> Result<<Self::Output as FfiOutput>::Abi, Failure>;
}

impl<T: FfiOutput> FfiReturn for T {
    type Output = T;
    const FALLIBLE: bool = false;

    #[inline]
    fn bytes(&self) -> usize {
        FfiOutput::bytes(self)
    }

    #[inline]
    fn into_abi(self) -> Result<T::Abi, Failure> {
        FfiOutput::into_abi(self)
    }
}

impl<T: FfiOutput, E: Display + 'static> FfiReturn for Result<T, E> {
    type Output = T;
    const FALLIBLE: bool = true;

    #[inline]
    fn bytes(&self) -> usize {
        self.as_ref().map_or(0, FfiOutput::bytes)
    }

    #[inline]
    fn into_abi(self) -> Result<T::Abi, Failure> {
        match self {
            Ok(value) => value.into_abi(),
            Err(error) => Err(failure(&error)),
        }
    }
}

#[cold]
fn failure<E: Display + 'static>(error: &E) -> Failure {
    match (error as &dyn Any).downcast_ref::<PoolError>() {
        Some(pool) => {
            Failure::new(StatusCode::PoolExhausted, pool.to_string()).with_detail(pool.kind() as u32)
        }
        None => Failure::new(StatusCode::Error, error.to_string()),
    }
}

/// Fails const evaluation if `size`, that of a parameter, is too large to pass by value.
#[track_caller]
pub const fn assert_by_value(size: usize, secret: bool) {
    assert!(
        !secret,
        "a message with an `FfiSecret` does not cross by value, as values in Dart leave secrets out; \
         hint: use `&T`, `&mut T`, or `PoolBox<T>`"
    );
    assert!(
        size <= MAX_BY_VALUE,
        "a message of more than 4096 bytes is not passed by value; hint: use `&T` or `&mut T`"
    );
}

/// Fails const evaluation if `size`, that of an argument or result of a function of Dart, is too
/// large to cross by value.
#[track_caller]
pub const fn assert_called_by_value(size: usize, secret: bool) {
    assert!(
        !secret,
        "a message with an `FfiSecret` does not cross by value, as values in Dart leave secrets out; \
         hint: the argument of a `DartFn` may be a `PoolBox<T>`"
    );
    assert!(
        size <= MAX_BY_VALUE,
        "a message of more than 4096 bytes does not cross to or from a function of Dart by value; \
         hint: the argument of a `DartFn` may be a `PoolBox<T>`"
    );
}

/// Fails const evaluation if `size`, that of an item of a stream of Dart, is too large to pass by
/// value.
#[track_caller]
pub const fn assert_item_by_value(size: usize, secret: bool) {
    assert!(
        !secret,
        "a message with an `FfiSecret` does not cross by value, as values in Dart leave secrets out; \
         hint: `FfiInput<PoolBox<T>>`"
    );
    assert!(
        size <= MAX_BY_VALUE,
        "a message of more than 4096 bytes is not an item by value; hint: `FfiInput<PoolBox<T>>`"
    );
}

/// Fails const evaluation if `size`, that of a result, is too large to return by value.
#[track_caller]
pub const fn assert_returned_by_value(size: usize, secret: bool) {
    assert!(
        !secret,
        "a message with an `FfiSecret` does not cross by value, as values in Dart leave secrets out; \
         hint: write it into a `&mut T` parameter, or return a `PoolBox<T>`"
    );
    assert!(
        size <= MAX_BY_VALUE,
        "a message of more than 4096 bytes is not returned by value; hint: write it into a `&mut T` parameter, \
         or return a `PoolBox<T>`"
    );
}

/// Fails to compile, with a readable message, when `T` is nothing that crosses by value.
pub const fn assert_value<T: FfiValue>() {}

/// Fails to compile, with a readable message, when `T` can't be a result.
pub const fn assert_returned<T: FfiReturn>() {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_of_a_vector_are_those_of_its_elements() {
        assert_eq!(FfiOutput::bytes(&vec![1_u64, 2]), 16);
    }

    /// Tests what the compiler reports for parameters, results and items.
    #[test]
    fn large_messages_and_secrets_do_not_cross_by_value() {
        type Assertion = fn(usize, bool);
        let assertions = [
            (assert_by_value as Assertion, "is not passed by value", "use `&T`, `&mut T`, or `PoolBox<T>`"),
            (assert_called_by_value, "does not cross to or from a function of Dart", "may be a `PoolBox<T>`"),
            (assert_item_by_value, "is not an item by value", "`FfiInput<PoolBox<T>>`"),
            (assert_returned_by_value, "is not returned by value", "return a `PoolBox<T>`"),
        ];
        for (assertion, large, secret) in assertions {
            let refusal = |size, secret| {
                let panic = std::panic::catch_unwind(|| assertion(size, secret)).err()?;
                panic.downcast_ref::<&str>().map(|text| (*text).to_owned())
            };
            assert_eq!(refusal(MAX_BY_VALUE, false), None);
            let message = refusal(MAX_BY_VALUE + 1, false).unwrap();
            assert!(message.contains(large), "{message}");
            let message = refusal(1, true).unwrap();
            assert!(message.contains("leave secrets out") && message.ends_with(secret), "{message}");
        }
    }
}
