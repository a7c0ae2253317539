//! Values that are lent to an exported function by reference.

use std::ffi::c_void;

use super::output::{FfiOutput, FfiSome, FfiValue};
use super::pending::FfiPending;
use super::status::{Failure, StatusCode};
use crate::columns::{FfiColumnar, FfiColumns, abi};
use crate::schema::encode::{Fragment, Piece};
use crate::schema::fingerprint;
use crate::types::{FfiType, InvalidValue};

/// A type that exported functions take by reference: any [`FfiValue`], [`FfiColumns`], and
/// [`FfiArena`](crate::arena::FfiArena).
///
/// # Safety
///
/// An implementation promises that
///
/// - [`TYPE`](Self::TYPE) describes the layout of the type and [`FINGERPRINT`](Self::FINGERPRINT)
///   hashes it;
/// - [`check_lent`](Self::check_lent) only accepts valid values, and neither writes to the value
///   nor keeps the pointer;
/// - [`memory`](Self::memory) returns all memory that a value owns elsewhere, and
///   [`OWNS_MEMORY`](Self::OWNS_MEMORY) holds if a value can own some.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be a parameter or result of `#[ffi_export]`",
    label = "not a scalar, an enum or a message",
    note = "what can is a number of fixed size, a `bool`, or a type with `#[derive(FfiMessage)]` or `#[derive(FfiEnum)]`, \
            and, as a parameter, a reference to or slice of one, or a reference to the columns of a message; \
            put an array into a message; a message that lives in an arena is passed as `&FfiArena<T>`"
)]
pub unsafe trait FfiLent: 'static {
    /// The type in the form of schema records.
    const TYPE: Fragment;

    /// Hash of the type.
    const FINGERPRINT: u64;

    /// True if a value owns memory elsewhere.
    const OWNS_MEMORY: bool = false;

    /// Checks that an untrusted value is valid.
    ///
    /// # Errors
    ///
    /// Returns the path to the first invalid field, and the mistake.
    ///
    /// # Safety
    ///
    /// The conditions of [`FfiType::check`], also for the memory that the value owns.
    unsafe fn check_lent(value: *const Self) -> Result<(), InvalidValue>;

    /// Checks that an untrusted value is valid, and that it can be changed.
    ///
    /// # Errors
    ///
    /// Returns the path to the first invalid field, and the mistake.
    ///
    /// # Safety
    ///
    /// The conditions of [`check_lent`](Self::check_lent), and no other code uses the value.
    unsafe fn check_lent_mut(value: *mut Self) -> Result<(), InvalidValue> {
        // SAFETY: the caller vouches for more than `check_lent` requires.
        unsafe { Self::check_lent(value) }
    }

    /// Returns the address and the number of bytes of each piece of memory that a value owns
    /// elsewhere.
    ///
    /// # Safety
    ///
    /// The conditions of [`check_lent`](Self::check_lent).
    unsafe fn memory(_: *const Self) -> [(usize, usize); 2] {
        [(0, 0); 2]
    }

    /// Returns the number of bytes for the count of a library with metrics.
    #[doc(hidden)]
    #[inline]
    fn bytes(&self) -> usize {
        size_of_val(self)
    }
}

// SAFETY: the check is that of the type, which has no pointer to other memory.
unsafe impl<T: FfiValue> FfiLent for T {
    const TYPE: Fragment = <T as FfiType>::TYPE;
    const FINGERPRINT: u64 = <T as FfiType>::FINGERPRINT;

    #[inline]
    unsafe fn check_lent(value: *const Self) -> Result<(), InvalidValue> {
        // SAFETY: by this function's contract `value` is aligned and initialised, and no thread
        // writes to it; it owns no memory.
        unsafe { T::check(value) }
    }
}

// SAFETY: the check covers every value in every column, and `memory` returns all of them.
unsafe impl<T: FfiColumnar> FfiLent for FfiColumns<T> {
    const TYPE: Fragment = &[Piece::Text("{\"columns\":\""), Piece::Text(T::ID), Piece::Text("\"}")];
    const FINGERPRINT: u64 = fingerprint::columns(<T as FfiType>::FINGERPRINT);
    const OWNS_MEMORY: bool = true;

    unsafe fn check_lent(value: *const Self) -> Result<(), InvalidValue> {
        // SAFETY: the value is aligned and came from this library, and no thread writes to it or to
        // its columns.
        unsafe { Self::check(value) }
    }

    unsafe fn memory(value: *const Self) -> [(usize, usize); 2] {
        // SAFETY: the value is aligned and came from this library, and no thread writes to it.
        [unsafe { Self::memory(value) }, (0, 0)]
    }

    fn bytes(&self) -> usize {
        // As the rows are messages, which have padding that columns have not.
        self.len() * size_of::<T>()
    }
}

/// Frees a container that no caller took.
///
/// # Safety
///
/// `columns` came from [`abi::give`], and no code uses it.
unsafe extern "C" fn release<T: FfiColumnar>(columns: *mut c_void) {
    // SAFETY: by this function's contract the container came from `give`, as every result does, and
    // no code uses it any more.
    let _ = unsafe { abi::columns_free::<T>(columns.cast()) };
}

/// A container, which the caller then owns, and frees with `.._columns_free`.
impl<T: FfiColumnar> FfiOutput for FfiColumns<T> {
    type Abi = *mut Self;
    const RETURNS: Fragment = <Self as FfiLent>::TYPE;
    const FINGERPRINT: u64 = <Self as FfiLent>::FINGERPRINT;
    const PENDING: Option<fn(&Self::Abi) -> FfiPending> =
        Some(|columns| FfiPending::new(*columns, release::<T>));

    fn bytes(&self) -> usize {
        FfiLent::bytes(self)
    }

    fn into_abi(self) -> Result<*mut Self, Failure> {
        let columns = abi::give(self);
        if columns.is_null() {
            return Err(Failure::new(StatusCode::Error, "there is no memory for the result"));
        }
        Ok(columns)
    }
}

impl<T: FfiColumnar> FfiSome for FfiColumns<T> {}

/// Fails to compile, with a readable message, when `T` is nothing that crosses by reference.
pub const fn assert_lent<T: FfiLent>() {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FfiMessage;

    #[derive(FfiMessage, Clone, Copy)]
    #[repr(C)]
    #[ffi(columns)]
    struct Pixel {
        colour: u32,
        depth: u8,
    }

    #[test]
    fn the_bytes_of_columns_are_those_of_their_rows() {
        let columns: FfiColumns<Pixel> = (0..3).map(|depth| Pixel { colour: 7, depth }).collect();
        assert_eq!(FfiOutput::bytes(&columns), 3 * size_of::<Pixel>());
        assert_eq!(FfiLent::bytes(&columns), FfiOutput::bytes(&columns));
    }
}
