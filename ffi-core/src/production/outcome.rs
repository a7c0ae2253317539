//! Results of functions that the library calls by itself.

use std::fmt;

/// Result of a function for the start, the end or the health of a library: nothing, or a `Result`
/// whose error is displayed in Dart.
///
/// # Examples
///
/// ```
/// use ffi_core::production::Outcome;
///
/// assert_eq!(().into_outcome(), Ok(()));
/// let parsed = "x".parse::<u8>().map(drop);
/// assert_eq!(parsed.into_outcome(), Err("invalid digit found in string".to_owned()));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the result of a function for the start, the end or the health of a library",
    label = "this is neither `()` nor a `Result`",
    note = "hint: return nothing, or `Result<(), E>` where `E` implements `Display`"
)]
pub trait Outcome {
    /// Returns the text of the error.
    ///
    /// # Errors
    ///
    /// Returns the text of an error that the function returned.
    fn into_outcome(self) -> Result<(), String>;
}

impl Outcome for () {
    fn into_outcome(self) -> Result<(), String> {
        Ok(())
    }
}

impl<E: fmt::Display> Outcome for Result<(), E> {
    fn into_outcome(self) -> Result<(), String> {
        self.map_err(|error| error.to_string())
    }
}
