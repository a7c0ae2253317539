//! Memory of Rust that a caller then owns: results that are strings and vectors.
//!
//! A vector isn't copied. Its memory is leaked to the caller in an [`FfiOwned`], which keeps the
//! layout for Rust's allocator and is freed only by its own pointer, as a `NativeFinalizer` in Dart
//! requires.
//!
//! The bytes of an error's fields travel in the same way.

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::mem::{ManuallyDrop, MaybeUninit};
use std::ptr;

use crate::types::FfiType;
use crate::wipe::wipe;

/// A vector that the caller owns: read `len` elements at `data`, then pass the pointer to
/// `.._ffi0_owned_free`, once.
#[derive(Debug)]
#[repr(C)]
pub struct FfiOwned {
    /// Pointer to the elements; dangling if there are none.
    pub data: *mut u8,
    /// Number of elements.
    pub len: usize,
    /// Number of bytes that were allocated, 0 for none.
    capacity: usize,
    /// Alignment of the elements in bytes; for secrets with the bit [`SECRET`].
    align: usize,
}

/// Bit in an alignment of memory that is zeroed before it is freed. With it the alignment is none
/// that an allocator has, so other memory is freed without a look at the bit.
const SECRET: usize = 1 << (usize::BITS - 1);

impl FfiOwned {
    /// Passes `vec` to the caller.
    #[must_use]
    pub fn new<T: FfiType>(vec: Vec<T>) -> *mut Self {
        // An `FfiType` has no destructor, so the memory is all there is to free.
        let owned = Self::leak(vec);
        if T::SECRET {
            // SAFETY: `leak` made it just now, and no other code has the pointer.
            unsafe { Self::hide(owned) };
        }
        owned
    }

    /// Has the memory of `owned` zeroed before it is freed.
    ///
    /// # Safety
    ///
    /// It came from [`new`](Self::new), and no other code uses it.
    pub(crate) unsafe fn hide(owned: *mut Self) {
        // SAFETY: by this function's contract it is valid, and no other code uses it.
        unsafe { (*owned).align |= SECRET };
    }

    /// Passes the bytes of a value that has no destructor to the caller.
    #[cfg(feature = "async")]
    pub(crate) fn one<T>(value: T) -> *mut Self {
        const { assert!(!std::mem::needs_drop::<T>()) };
        let owned = Self::leak(vec![value]);
        // SAFETY: `leak` made it just now, and no other code has the pointer.
        unsafe { (*owned).len = size_of::<T>() };
        owned
    }

    /// Passes the memory of a vector to the caller, whose elements have no destructor.
    fn leak<T>(vec: Vec<T>) -> *mut Self {
        let mut vec = ManuallyDrop::new(vec);
        Box::into_raw(Box::new(Self {
            data: vec.as_mut_ptr().cast(),
            len: vec.len(),
            capacity: vec.capacity() * size_of::<T>(),
            align: align_of::<T>(),
        }))
    }
}

/// Bytes of an error's fields that were not passed to the caller yet.
#[derive(Debug)]
pub(super) struct Payload(*mut FfiOwned);

impl Payload {
    /// Copies `bytes` to memory that is aligned to `align`, a power of two.
    ///
    /// # Panics
    ///
    /// Panics if there are no bytes, or too many for an address space.
    pub(super) fn new(bytes: &[MaybeUninit<u8>], align: usize) -> Self {
        assert!(!bytes.is_empty(), "a payload begins with its causes");
        let layout = Layout::from_size_align(bytes.len(), align).expect("the error is too large");
        // SAFETY: the layout's size isn't zero, by the assertion above.
        let data = unsafe { alloc(layout) };
        if data.is_null() {
            handle_alloc_error(layout);
        }
        // SAFETY: `bytes` is readable for its length, and `data` was allocated just now with that
        // length, so it is writable and doesn't overlap; bytes need no alignment.
        unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), data.cast(), bytes.len()) };
        Self(Box::into_raw(Box::new(FfiOwned { data, len: bytes.len(), capacity: bytes.len(), align })))
    }

    /// Passes the bytes to the caller.
    pub(super) fn into_raw(self) -> *mut FfiOwned {
        ManuallyDrop::new(self).0
    }
}

impl Drop for Payload {
    fn drop(&mut self) {
        // SAFETY: `new` made the pointer, and `into_raw` passes it on only without this drop.
        unsafe { owned_free(self.0) };
    }
}

/// Frees the result of [`FfiOwned::new`]; does nothing for null. Any thread may call it.
///
/// # Safety
///
/// `owned` is null, or came from this library, was not freed before, and neither it nor its
/// elements are used any more. Its fields are unchanged.
pub unsafe fn owned_free(owned: *mut FfiOwned) {
    if owned.is_null() {
        return;
    }
    // SAFETY: `new` leaked a box of that type; the caller vouches that it is taken back once.
    let owned = unsafe { Box::from_raw(owned) };
    if owned.capacity == 0 {
        return;
    }
    let Ok(layout) = Layout::from_size_align(owned.capacity, owned.align) else {
        // SAFETY: an alignment that is none has the bit of secrets; the caller vouches that the
        // memory is freed once, and that no code uses the elements.
        return unsafe { free_wiped(owned.data, owned.capacity, owned.align & !SECRET) };
    };
    // SAFETY: the memory came from the global allocator with that layout: that of a vector's
    // elements, which `FfiOwned::new` took from the vector, or that of `Payload::new`.
    unsafe { dealloc(owned.data, layout) };
}

/// Zeroes memory of secrets, and frees it.
///
/// # Safety
///
/// The memory came from the global allocator with that size and alignment, is freed for the first
/// time, and no code uses it.
#[cold]
#[inline(never)]
unsafe fn free_wiped(data: *mut u8, size: usize, align: usize) {
    let layout = Layout::from_size_align(size, align).expect("the memory was allocated with it");
    // SAFETY: so many bytes were allocated, and no code uses them, by this function's contract.
    unsafe { wipe(data, size) };
    // SAFETY: the memory came from the global allocator with that layout, by this function's
    // contract.
    unsafe { dealloc(data, layout) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vector_is_handed_over_in_place() {
        let mut vec = Vec::with_capacity(10);
        vec.extend([1_u64, 2, 3]);
        let data = vec.as_ptr();
        let owned = FfiOwned::new(vec);
        // SAFETY: `new` returned it, and it was not freed yet.
        let FfiOwned { data: handed, len, .. } = unsafe { &*owned };
        assert_eq!((handed.cast_const().cast(), *len), (data, 3));
        // SAFETY: it came from `new`, and nobody uses it any more.
        unsafe { owned_free(owned) };
    }

    #[test]
    fn nothing_is_freed_of_an_empty_vector_and_of_null() {
        // SAFETY: it came from `new`, and nobody uses it any more.
        unsafe { owned_free(FfiOwned::new(Vec::<f64>::new())) };
        // SAFETY: null is allowed.
        unsafe { owned_free(std::ptr::null_mut()) };
    }
}
