//! Reason why a row was refused.

use std::{error, fmt};

/// The container can't take more rows.
///
/// # Examples
///
/// ```
/// use ffi_core::{ColumnsError, FfiMessage};
///
/// #[derive(FfiMessage)]
/// #[repr(C)]
/// #[ffi(columns)]
/// struct Sample {
///     value: f32,
/// }
///
/// let mut samples = SampleColumns::fixed(1);
/// samples.push(Sample { value: 1.0 });
/// assert_eq!(samples.try_push(Sample { value: 2.0 }), Err(ColumnsError::Full { capacity: 1 }));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ColumnsError {
    /// The capacity is fixed, and too small for that many rows.
    Full {
        /// Capacity in rows.
        capacity: usize,
    },
    /// There is no memory for that many rows.
    Memory {
        /// Number of rows that were asked for; `usize::MAX` for more than that.
        rows: usize,
    },
}

impl fmt::Display for ColumnsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full { capacity } => write!(
                f,
                "the columns are full: their capacity is fixed at {capacity} rows; \
                 hint: remove rows first, or make them with `with_capacity`, which lets them grow"
            ),
            Self::Memory { rows } => {
                write!(f, "there is no memory for columns of {rows} rows; hint: process the rows in batches")
            }
        }
    }
}

impl error::Error for ColumnsError {}
