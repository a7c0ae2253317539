//! Functions of Dart that an exported function calls while Dart waits for it.
//!
//! A parameter `&dyn Fn(A) -> Result<R, DartError>` is a function pointer and a context in C. The
//! argument and the result cross as memory of their types; what Dart throws comes back as text. The
//! result is checked like any argument.

use std::ffi::c_void;
use std::fmt;
use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::ptr;

use super::output::FfiValue;
use super::status::Failure;
use crate::schema::encode::{Fragment, Piece};
use crate::schema::fingerprint;
use crate::types::{FfiType, InvalidValue};

/// Reason why a function of Dart gave no result: what it threw, as text.
///
/// # Examples
///
/// ```
/// use ffi_core::{DartError, ffi_export};
///
/// /// Calls `each` with the numbers below `limit`; ends with the first exception.
/// #[ffi_export]
/// pub fn count(limit: u32, each: &dyn Fn(u32) -> Result<(), DartError>) -> Result<(), DartError> {
///     (0..limit).try_for_each(each)
/// }
///
/// assert!(count(3, &|_| Ok(())).is_ok());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DartError {
    message: String,
    gone: bool,
}

impl DartError {
    /// Makes an error with that text, as a function of Rust in the place of one of Dart does.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), gone: false }
    }

    /// Makes the error of an isolate that is gone.
    #[cfg(feature = "async")]
    pub(crate) fn gone() -> Self {
        Self { message: "the isolate is gone, or the library was shut down".to_owned(), gone: true }
    }

    /// Returns true if nothing was thrown: the isolate has ended, or the library was shut down.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.gone
    }

    /// Returns the text of what was thrown.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for DartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for DartError {}

/// Text of an error, which the function owns: it is copied when the call returns.
#[derive(Debug)]
#[repr(C)]
pub struct FfiCallbackError {
    /// UTF-8; null if there is no text.
    pub message: *const u8,
    /// Size in bytes of [`message`](Self::message).
    pub message_len: usize,
}

/// A function of the caller: gets the context, an argument, the place for the result, and that of
/// an error. Returns 0 if it has written a result, 1 if it has written an error, and another number
/// if it could not run.
pub type FfiCallback = unsafe extern "C" fn(
    context: *mut c_void,
    argument: *const c_void,
    result: *mut c_void,
    error: *mut FfiCallbackError,
) -> u8;

/// Seals the results of callbacks: wrappers read them by this trait.
mod sealed {
    pub trait Answer {}

    impl Answer for () {}
    impl<T: super::FfiValue> Answer for T {}
}

/// Result of a function of Dart: `()`, or a type that crosses by value.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be the result of a function of Dart",
    label = "not a value that Rust can take",
    note = "a function of Dart returns `()`, a number of fixed size, a `bool`, an enum or a message"
)]
pub trait FfiAnswer: sealed::Answer + Sized {
    /// The type in the form of schema records, `null` for `()`.
    const ANSWER: Fragment;
    /// Hash of the type.
    const ANSWER_FINGERPRINT: u64;

    /// Checks and reads a result.
    ///
    /// # Errors
    ///
    /// Returns an error if the bytes are not a value.
    ///
    /// # Safety
    ///
    /// `place` is that of a `Self`, whose bytes are initialised.
    unsafe fn read(place: *const Self) -> Result<Self, InvalidValue>;
}

impl FfiAnswer for () {
    const ANSWER: Fragment = &[Piece::Text("null")];
    const ANSWER_FINGERPRINT: u64 = fingerprint::NOTHING;

    unsafe fn read(_: *const Self) -> Result<Self, InvalidValue> {
        Ok(())
    }
}

impl<T: FfiValue> FfiAnswer for T {
    const ANSWER: Fragment = <T as FfiType>::TYPE;
    const ANSWER_FINGERPRINT: u64 = <T as FfiType>::FINGERPRINT;

    unsafe fn read(place: *const Self) -> Result<Self, InvalidValue> {
        // SAFETY: the place is that of initialised bytes, by this function's contract.
        unsafe { T::check(place) }?;
        // SAFETY: the check has found a value, and an `FfiType` has no destructor.
        Ok(unsafe { place.read() })
    }
}

/// A parameter `&dyn Fn(A) -> Result<R, DartError>`, for the time of the call.
#[derive(Debug)]
pub struct Callback<A, R> {
    function: FfiCallback,
    context: *mut c_void,
    name: &'static str,
    types: PhantomData<fn(A) -> R>,
}

impl<A: FfiValue, R: FfiAnswer> Callback<A, R> {
    /// Takes a function of the caller.
    ///
    /// # Errors
    ///
    /// Returns invalid argument if the function is null.
    ///
    /// # Safety
    ///
    /// The function may be called on this thread with the context, for as long as this value
    /// exists.
    pub unsafe fn new(
        function: Option<FfiCallback>,
        context: *mut c_void,
        name: &'static str,
    ) -> Result<Self, Failure> {
        let function = function.ok_or_else(|| Failure::invalid_argument(name, "is null"))?;
        Ok(Self { function, context, name, types: PhantomData })
    }

    /// Calls the function.
    ///
    /// # Errors
    ///
    /// Returns what it threw, and an error if its result is no value of the type.
    pub fn call(&self, argument: A) -> Result<R, DartError> {
        let mut result = MaybeUninit::<R>::zeroed();
        let mut error = FfiCallbackError { message: ptr::null(), message_len: 0 };
        let (from, to) = ((&raw const argument).cast(), result.as_mut_ptr().cast());
        // SAFETY: the function may be called with the context, by the contract of `new`; the
        // argument, the result and the error are locals of the types that it expects.
        let code = unsafe { (self.function)(self.context, from, to, &raw mut error) };
        match code {
            // SAFETY: the bytes are zeros, or what the function wrote over them.
            0 => unsafe { R::read(result.as_ptr()) }
                .map_err(|invalid| DartError::new(invalid.in_field(self.name).to_string())),
            1 => Err(DartError::new(text(&error))),
            _ => Err(DartError::new(format!("`{}` could not run, as its isolate ends", self.name))),
        }
    }
}

fn text(error: &FfiCallbackError) -> String {
    if error.message.is_null() {
        return "the function gave no reason".to_owned();
    }
    // SAFETY: the function has written the address and the size of text that it owns, which stays
    // until the next call of it.
    let bytes = unsafe { std::slice::from_raw_parts(error.message, error.message_len) };
    String::from_utf8_lossy(bytes).into_owned()
}

/// Fails to compile, with a readable message, when `T` is no result of a function of Dart.
pub const fn assert_answer<T: FfiAnswer>() {}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns half of an even number, and an error for an odd one.
    unsafe extern "C" fn half(
        context: *mut c_void,
        argument: *const c_void,
        result: *mut c_void,
        error: *mut FfiCallbackError,
    ) -> u8 {
        // SAFETY: the tests pass a count as the context.
        unsafe { *context.cast::<u32>() += 1 };
        // SAFETY: the argument is a number.
        let number = unsafe { *argument.cast::<u32>() };
        match number {
            7 => 2,
            _ if number % 2 == 1 => {
                const TEXT: &str = "odd";
                let text = FfiCallbackError { message: TEXT.as_ptr(), message_len: TEXT.len() };
                // SAFETY: it is the place of an error.
                unsafe { error.write(text) };
                1
            }
            _ => {
                // SAFETY: it is the place of a byte.
                unsafe { result.cast::<u8>().write((number / 2) as u8) };
                0
            }
        }
    }

    #[test]
    fn results_errors_and_invalid_bytes() {
        let mut count = 0_u32;
        let context = (&raw mut count).cast();
        // SAFETY: the function takes the count.
        let numbers = unsafe { Callback::<u32, u8>::new(Some(half), context, "half") }.unwrap();
        assert_eq!(numbers.call(8), Ok(4));
        assert_eq!(numbers.call(3), Err(DartError::new("odd")));
        assert!(numbers.call(7).unwrap_err().message().contains("`half` could not run"));
        // SAFETY: the function takes the count.
        let flags = unsafe { Callback::<u32, bool>::new(Some(half), context, "half") }.unwrap();
        assert_eq!(flags.call(2), Ok(true));
        assert_eq!(flags.call(4), Err(DartError::new("half: 2 is not a bool")));
        assert_eq!(count, 5);
        // SAFETY: null is refused.
        let null = unsafe { Callback::<u32, u8>::new(None, context, "half") };
        assert!(format!("{:?}", null.unwrap_err()).contains("`half` is null"));
    }
}
