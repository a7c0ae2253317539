//! Functions of Dart that an exported function calls while Dart waits for it.
//!
//! A parameter `&dyn Fn(A, ..) -> Result<R, DartError>` is a function pointer and a context in C.
//! Arguments and the result cross as memory of their types; what Dart throws comes back as text.
//! The result is checked like any argument.

use std::ffi::c_void;
use std::fmt;
use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::ptr;

use super::answer::{FfiAnswer, FfiCallbackText};
use super::output::FfiValue;
use super::signature::{FfiSignature, for_each_arity};
use super::status::Failure;

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

    /// Makes an error with the text that Dart has written.
    pub(crate) fn of_text(text: &[u8]) -> Self {
        match text {
            [] => Self::new("the function gave no reason"),
            text => Self::new(String::from_utf8_lossy(text)),
        }
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

/// A function of the caller: gets the context, the arguments, the place for the result, and that of
/// an error. Returns 0 if it has written a result, 1 if it has written an error, and another number
/// if it could not run.
///
/// The arguments are a pointer to the only one, or to an array of pointers to each of several.
pub type FfiCallback = unsafe extern "C" fn(
    context: *mut c_void,
    arguments: *const c_void,
    result: *mut c_void,
    error: *mut FfiCallbackError,
) -> u8;

/// A parameter `&dyn Fn(A, ..) -> Result<R, DartError>`, for the time of the call; `F` is
/// `fn(A, ..) -> R`.
#[derive(Debug)]
pub struct Callback<F> {
    function: FfiCallback,
    context: *mut c_void,
    name: &'static str,
    types: PhantomData<F>,
}

impl<F: FfiSignature> Callback<F> {
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

    /// Calls the function with `arguments`, which are as its type says.
    #[inline]
    fn run<R: FfiAnswer>(&self, arguments: *const c_void) -> Result<R, DartError> {
        let mut result = MaybeUninit::<R::Raw>::zeroed();
        let mut error = FfiCallbackError { message: ptr::null(), message_len: 0 };
        let to = result.as_mut_ptr().cast();
        // SAFETY: the function may be called with the context, by the contract of `new`; the
        // arguments, the result and the error are of the types that it expects, and outlive the
        // call.
        let code = unsafe { (self.function)(self.context, arguments, to, &raw mut error) };
        if code != 0 {
            return Err(self.failed(code, &error));
        }
        // SAFETY: the bytes are zeros, or what the function wrote over them; its text stays until
        // it runs again.
        unsafe { R::read(result.as_ptr()) }
            .map_err(|invalid| DartError::new(invalid.in_field(self.name).to_string()))
    }

    #[cold]
    fn failed(&self, code: u8, error: &FfiCallbackError) -> DartError {
        if code != 1 {
            return DartError::new(format!("`{}` could not run, as its isolate ends", self.name));
        }
        let text = FfiCallbackText { data: error.message, len: error.message_len };
        // SAFETY: the function has written the address and the size of text that it owns, which
        // stays until it runs again.
        DartError::of_text(unsafe { text.bytes() })
    }
}

/// Returns what the function gets for arguments at these places.
#[inline]
fn passed<const COUNT: usize>(places: &[*const c_void; COUNT]) -> *const c_void {
    match places.as_slice() {
        [only] => *only,
        several => several.as_ptr().cast(),
    }
}

macro_rules! call {
    ($($type:ident $argument:ident),*) => {
        impl<$($type: FfiValue + 'static,)* R: FfiAnswer + 'static> Callback<fn($($type),*) -> R> {
            /// Calls the function.
            ///
            /// # Errors
            ///
            /// Returns what it threw, and an error if its result is no value of the type.
            #[inline]
            pub fn call(&self, $($argument: $type),*) -> Result<R, DartError> {
                self.run(passed(&[$((&raw const $argument).cast()),*]))
            }
        }
    };
}

for_each_arity!(call);

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
        let numbers = unsafe { Callback::<fn(u32) -> u8>::new(Some(half), context, "half") }.unwrap();
        assert_eq!(numbers.call(8), Ok(4));
        assert_eq!(numbers.call(3), Err(DartError::new("odd")));
        assert!(numbers.call(7).unwrap_err().message().contains("`half` could not run"));
        // SAFETY: the function takes the count.
        let flags = unsafe { Callback::<fn(u32) -> bool>::new(Some(half), context, "half") }.unwrap();
        assert_eq!(flags.call(2), Ok(true));
        assert_eq!(flags.call(4), Err(DartError::new("half: 2 is not a bool")));
        assert_eq!(count, 5);
        // SAFETY: null is refused.
        let null = unsafe { Callback::<fn(u32) -> u8>::new(None, context, "half") };
        assert!(format!("{:?}", null.unwrap_err()).contains("`half` is null"));
    }

    /// Adds its arguments to a text that the context has.
    unsafe extern "C" fn join(
        context: *mut c_void,
        arguments: *const c_void,
        result: *mut c_void,
        _: *mut FfiCallbackError,
    ) -> u8 {
        // SAFETY: the test passes a text as the context.
        let text = unsafe { &mut *context.cast::<String>() };
        // SAFETY: there are two arguments.
        let [first, second] = unsafe { arguments.cast::<[*const c_void; 2]>().read() };
        // SAFETY: the first one is a byte.
        let byte = unsafe { first.cast::<u8>().read() };
        // SAFETY: the second one is a number.
        let number = unsafe { second.cast::<u64>().read() };
        text.push_str(&format!("{byte} {number};"));
        let written = FfiCallbackText { data: text.as_ptr(), len: text.len() };
        // SAFETY: it is the place of a text.
        unsafe { result.cast::<FfiCallbackText>().write(written) };
        0
    }

    #[test]
    fn several_arguments_and_text() {
        let mut text = String::new();
        let context = (&raw mut text).cast();
        // SAFETY: the function takes the text.
        let both = unsafe { Callback::<fn(u8, u64) -> String>::new(Some(join), context, "join") }.unwrap();
        assert_eq!(both.call(1, 2), Ok("1 2;".to_owned()));
        assert_eq!(both.call(3, u64::MAX), Ok(format!("1 2;3 {};", u64::MAX)));
    }
}
