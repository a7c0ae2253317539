//! The error of all logical types.

use std::{error, fmt};

/// Reason why a logical type has no such value.
///
/// # Examples
///
/// ```
/// use ffi_core::FfiTimestamp;
///
/// let error = FfiTimestamp::new(0, 1_000_000_000).unwrap_err();
/// let said = error.to_string();
/// assert!(said.ends_with("nanoseconds go from 0 to 999999999"), "{said}");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogicalError(String);

impl LogicalError {
    pub(super) fn new(problem: fmt::Arguments<'_>) -> Self {
        Self(problem.to_string())
    }
}

impl fmt::Display for LogicalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl error::Error for LogicalError {}
