//! Results of functions of Dart: the memory that they write, and how it is checked.

use std::{slice, str};

use super::output::FfiValue;
use crate::schema::encode::{Fragment, Piece};
use crate::schema::fingerprint;
use crate::types::{FfiType, InvalidValue};

/// Text that a function of Dart has written, which it owns until it runs again.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct FfiCallbackText {
    /// UTF-8; null for an empty text.
    pub data: *const u8,
    /// Size in bytes.
    pub len: usize,
}

/// Seals the results of functions: wrappers read them by this trait.
mod sealed {
    pub trait Answer {}

    impl Answer for () {}
    impl Answer for String {}
    impl<T: super::FfiValue> Answer for T {}
}

/// Result of a function of Dart: `()`, a type that crosses by value, or a `String`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be the result of a function of Dart",
    label = "not a value that Rust can take",
    note = "a function of Dart returns `()`, a number of fixed size, a `bool`, an enum, a message or a `String`"
)]
pub trait FfiAnswer: sealed::Answer + Sized {
    /// C type of the result.
    type Raw;
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
    /// `place` is that of a [`Raw`](Self::Raw), whose bytes are initialised. Text in it stays
    /// until this function returns.
    unsafe fn read(place: *const Self::Raw) -> Result<Self, InvalidValue>;
}

impl FfiAnswer for () {
    type Raw = ();
    const ANSWER: Fragment = &[Piece::Text("null")];
    const ANSWER_FINGERPRINT: u64 = fingerprint::NOTHING;

    unsafe fn read(_: *const ()) -> Result<Self, InvalidValue> {
        Ok(())
    }
}

impl<T: FfiValue> FfiAnswer for T {
    type Raw = T;
    const ANSWER: Fragment =
        &[Piece::Text("{\"value\":"), Piece::Nested(<T as FfiType>::TYPE), Piece::Text("}")];
    const ANSWER_FINGERPRINT: u64 = <T as FfiType>::FINGERPRINT;

    #[inline]
    unsafe fn read(place: *const Self) -> Result<Self, InvalidValue> {
        // SAFETY: the place is that of initialised bytes, by this function's contract.
        unsafe { T::check(place) }?;
        // SAFETY: the check has found a value, and an `FfiType` has no destructor.
        Ok(unsafe { place.read() })
    }
}

impl FfiAnswer for String {
    type Raw = FfiCallbackText;
    const ANSWER: Fragment = &[Piece::Text("\"string\"")];
    const ANSWER_FINGERPRINT: u64 = fingerprint::mix(&[fingerprint::OWNED_STRING]);

    unsafe fn read(place: *const FfiCallbackText) -> Result<Self, InvalidValue> {
        // SAFETY: the place is that of an initialised text, by this function's contract.
        let text = unsafe { place.read() };
        // SAFETY: the text stays until this function returns, by its contract.
        let bytes = unsafe { text.bytes() };
        match str::from_utf8(bytes) {
            Ok(text) => Ok(text.to_owned()),
            Err(error) => {
                Err(InvalidValue::new(format_args!("invalid UTF-8 at byte {}", error.valid_up_to())))
            }
        }
    }
}

impl FfiCallbackText {
    /// Returns the bytes of the text.
    ///
    /// # Safety
    ///
    /// The data is null, or that of as many initialised bytes, which no thread changes for as long
    /// as the result is used.
    pub(crate) unsafe fn bytes<'a>(&self) -> &'a [u8] {
        if self.data.is_null() {
            return &[];
        }
        // SAFETY: the data is that of as many bytes, which nobody changes, by this function's
        // contract.
        unsafe { slice::from_raw_parts(self.data, self.len) }
    }
}

/// Fails to compile, with a readable message, when `T` is no result of a function of Dart.
pub const fn assert_answer<T: FfiAnswer>() {}
