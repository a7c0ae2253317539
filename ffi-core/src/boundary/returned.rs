//! Results of exported functions, with the fields of their errors.

use std::error::Error;
use std::fmt::Display;
use std::marker::PhantomData;

use super::output::{FfiOutput, FfiReturn};
use super::payload::{ErrorLayout, FfiErrorField, PayloadWriter, error_layout};
use super::status::{Failure, StatusCode};
use crate::error::{FfiError, causes, log_internal};
use crate::production::bytes::Bytes;
use crate::schema::encode::{Fragment, Piece};
use crate::schema::fingerprint;

/// Conversion of the result `R` of an exported function.
///
/// An error that implements [`FfiError`] crosses with its fields, any other as its text. A trait
/// can't have an implementation for both, so the first are inherent items, and hide those that
/// [`Untyped`] has for every result; see [`Facts`](crate::facts::Facts).
#[derive(Debug)]
pub struct Returned<R>(PhantomData<R>);

impl<T: FfiOutput, E: FfiError> Returned<Result<T, E>> {
    /// Id of the error in schema records, quoted.
    pub const ERROR: Fragment = &[Piece::Text("\""), Piece::Text(E::ID), Piece::Text("\"")];
    /// Hash of the error.
    pub const ERROR_FINGERPRINT: u64 = E::FINGERPRINT;

    /// Converts it to its C type, and counts its bytes.
    ///
    /// # Errors
    ///
    /// Returns an error if it is an error itself, or there is no value.
    #[inline]
    pub fn into_abi(result: Result<T, E>, bytes: &mut Bytes) -> Result<T::Abi, Failure> {
        match result {
            Ok(value) => {
                bytes.returned(|| value.bytes());
                value.into_abi()
            }
            Err(error) => Err(failure(error)),
        }
    }
}

#[cold]
fn failure<E: FfiError>(error: E) -> Failure {
    error.into_failure()
}

/// Results whose error, if there is one, crosses as its text.
pub trait Untyped<R> {
    /// Says in schema records that the error has no type.
    const ERROR: Fragment = &[Piece::Text("null")];
    /// Hash of no type.
    const ERROR_FINGERPRINT: u64 = fingerprint::NOTHING;

    /// Calls [`FfiReturn::into_abi`], and counts the bytes of the result.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`FfiReturn::into_abi`].
    #[inline]
    fn into_abi(result: R, bytes: &mut Bytes) -> Result<<R::Output as FfiOutput>::Abi, Failure>
    where
        R: FfiReturn,
    {
        bytes.returned(|| result.bytes());
        result.into_abi()
    }
}

impl<R> Untyped<R> for Returned<R> {}

/// Text of an error, which is taken before its fields are.
#[derive(Debug)]
pub struct ErrorText {
    message: String,
    causes: Vec<String>,
}

impl ErrorText {
    /// The text of an error that stays in Rust.
    pub const NONE: Self = Self { message: String::new(), causes: Vec::new() };

    /// Returns the failure of the variant `number`, whose fields `write` writes to their places.
    #[must_use]
    pub fn failure<const N: usize>(
        self,
        number: u32,
        layout: &ErrorLayout<N>,
        write: impl FnOnce(&mut PayloadWriter),
    ) -> Failure {
        let mut writer = PayloadWriter::new(layout, self.causes);
        write(&mut writer);
        Failure::typed(number, self.message, writer.finish())
    }
}

/// Layout of a variant whose fields stay in Rust: the number that stands for the error.
pub const INTERNAL: ErrorLayout<1> = error_layout([(u64::SIZE, u64::ALIGN)]);

/// Texts of the error `E`, which generated code may ask for even if it is no [`Error`]; see
/// [`Facts`](crate::facts::Facts).
#[derive(Debug)]
pub struct Texts<E>(PhantomData<E>);

impl<E: Error + 'static> Texts<E> {
    /// Returns the `Display` text of `error`, and those of its sources.
    #[must_use]
    pub fn of(error: &E) -> ErrorText {
        ErrorText { message: error.to_string(), causes: causes(error) }
    }

    /// Logs an error, and returns the failure of the variant `number`, which has a number instead
    /// of text.
    #[must_use]
    pub fn internal(number: u32, error: &E) -> Failure {
        let id = log_internal(error);
        let text = ErrorText { message: format!("internal error {id}"), causes: Vec::new() };
        text.failure(number, &INTERNAL, |writer| id.write(writer, INTERNAL.offsets[0]))
    }
}

/// Texts of a type that is no error. They never reach a program, as an assertion has failed by
/// then.
pub trait NoTexts<E> {
    /// Returns no text.
    #[must_use]
    fn of(_: &E) -> ErrorText {
        ErrorText::NONE
    }

    /// Returns a failure without a number.
    #[must_use]
    fn internal(number: u32, _: &E) -> Failure {
        Failure::new(StatusCode::Error, number.to_string())
    }
}

impl<E> NoTexts<E> for Texts<E> {}

/// Fails to compile, with a readable message, when `E` is no error.
pub const fn assert_error<E: Error>() {}

/// Returns the text of a field with `#[ffi(display)]`.
#[must_use]
pub fn displayed<T: Display + ?Sized>(value: &T) -> String {
    value.to_string()
}
