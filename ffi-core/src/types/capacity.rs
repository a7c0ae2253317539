//! The error of a value that doesn't fit.

use std::{error, fmt};

/// The capacity is too small for the value to store.
///
/// `T` is the type of the refused value, if it would be lost otherwise.
///
/// # Examples
///
/// ```
/// use ffi_core::{FfiStr, FfiVec};
///
/// let error = FfiStr::<4>::try_from("five!").unwrap_err();
/// assert_eq!((error.needed(), error.capacity()), (5, 4));
/// assert_eq!(error.to_string(), "length 5 exceeds 4");
///
/// let mut full = FfiVec::<u32, 1>::try_from([7])?;
/// assert_eq!(full.try_push(8).unwrap_err().into_value(), 8);
/// # Ok::<(), ffi_core::CapacityError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CapacityError<T = ()> {
    needed: usize,
    capacity: usize,
    value: T,
}

impl<T> CapacityError<T> {
    #[inline]
    pub(super) const fn new(needed: usize, capacity: usize, value: T) -> Self {
        Self { needed, capacity, value }
    }

    /// Returns the length that was needed: elements, or bytes of a string. For an iterator it is
    /// the length up to the first element too many, as the rest is not read.
    #[must_use]
    pub const fn needed(&self) -> usize {
        self.needed
    }

    /// Returns the largest length that fits.
    #[must_use]
    pub const fn capacity(&self) -> usize {
        self.capacity
    }

    /// Returns the value that was refused.
    #[must_use]
    pub fn into_value(self) -> T {
        self.value
    }

    /// Returns the same error without the value.
    #[must_use]
    pub fn without_value(self) -> CapacityError {
        CapacityError::new(self.needed, self.capacity, ())
    }
}

impl<T> fmt::Debug for CapacityError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CapacityError")
            .field("needed", &self.needed)
            .field("capacity", &self.capacity)
            .finish_non_exhaustive()
    }
}

impl<T> fmt::Display for CapacityError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "length {} exceeds {}", self.needed, self.capacity)
    }
}

impl<T> error::Error for CapacityError<T> {}
