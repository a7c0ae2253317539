//! A length and memory for `N` elements: the inside of `FfiVec`, `FfiStr`, `FfiBytes` and `FfiMap`.
//!
//! All their unsafe code is here. The memory after the used elements is never read: a copy need not
//! preserve the padding inside an element, so not even its bytes are known to be initialised.

use std::mem::MaybeUninit;
use std::slice;

use bytemuck::Zeroable;

use super::{CapacityError, InvalidValue};

/// Returns true if `N` may be a capacity: at least 1, and in the range of a `u32`.
pub(super) const fn capacity_fits(capacity: usize) -> bool {
    capacity >= 1 && capacity as u64 <= u32::MAX as u64
}

/// Fails const evaluation if a capacity is out of range.
#[track_caller]
pub const fn assert_capacities(fit: bool) {
    assert!(fit, "a capacity is a number from 1 to 4294967295, as the length is a `u32`");
}

/// Memory of up to `N` elements. Invariant: `len <= N`, and the first `len` items are valid. `T`
/// has no destructor.
#[repr(C)]
pub(crate) struct Buffer<T, const N: usize> {
    len: u32,
    items: [MaybeUninit<T>; N],
}

impl<T, const N: usize> Buffer<T, N> {
    /// The capacity `N`. All functions of a buffer name it, so that a wrong capacity doesn't
    /// compile.
    pub(super) const CAPACITY: u32 = {
        assert_capacities(capacity_fits(N));
        N as u32
    };

    /// Offset of the items in bytes.
    pub(crate) const ITEMS: usize = std::mem::offset_of!(Self, items);

    /// Writes a buffer to memory of an arena: zeros, so that none of it is left to chance, then the
    /// length and the used items, each with `store_item`.
    ///
    /// # Safety
    ///
    /// `value` is valid, and `place` is writable memory for a buffer that doesn't overlap it;
    /// `store_item` writes a valid item to memory for one.
    pub(crate) unsafe fn store(
        value: *const Self,
        place: *mut Self,
        store_item: unsafe fn(*const T, *mut T),
    ) {
        // SAFETY: the place is writable, by this function's contract.
        unsafe { place.write_bytes(0, 1) };
        // SAFETY: the value is valid, by this function's contract.
        let items = unsafe { &*value }.as_slice();
        // SAFETY: the place is memory for a buffer, so the items are in it.
        let first = unsafe { &raw mut (*place).items }.cast::<T>();
        for (index, item) in items.iter().enumerate() {
            // SAFETY: a buffer has no more items than its capacity, as does the place.
            let target = unsafe { first.add(index) };
            // SAFETY: the item is valid, and the target is memory for one.
            unsafe { store_item(item, target) };
        }
        // SAFETY: the place is memory for a buffer, so the length is in it.
        let len = unsafe { &raw mut (*place).len };
        // SAFETY: the length is in the place, which the caller says is writable.
        unsafe { len.write(items.len() as u32) };
    }

    /// Returns a buffer of zeros.
    #[inline]
    pub(super) const fn new() -> Self {
        let _ = Self::CAPACITY;
        // SAFETY: length 0 and items that need no value.
        unsafe { MaybeUninit::zeroed().assume_init() }
    }

    #[inline]
    pub(super) const fn len(&self) -> usize {
        self.len as usize
    }

    #[inline]
    pub(super) const fn is_full(&self) -> bool {
        self.len == Self::CAPACITY
    }

    /// Returns the used items.
    #[inline]
    pub(crate) const fn as_slice(&self) -> &[T] {
        // SAFETY: `len <= N` items are valid, and a `MaybeUninit<T>` has the layout of a `T`.
        unsafe { slice::from_raw_parts(self.items.as_ptr().cast::<T>(), self.len as usize) }
    }

    /// Returns the used items.
    #[inline]
    pub(crate) const fn as_mut_slice(&mut self) -> &mut [T] {
        // SAFETY: `len <= N` items are valid, and a `MaybeUninit<T>` has the layout of a `T`.
        unsafe { slice::from_raw_parts_mut(self.items.as_mut_ptr().cast::<T>(), self.len as usize) }
    }

    /// Keeps the first `len` items, if there are more.
    #[inline]
    pub(crate) const fn truncate(&mut self, len: usize) {
        if len < self.len as usize {
            self.len = len as u32;
        }
    }

    #[inline]
    pub(super) fn push(&mut self, value: T) -> Result<(), CapacityError<T>> {
        let _ = Self::CAPACITY;
        match self.items.get_mut(self.len as usize) {
            Some(room) => {
                room.write(value);
                self.len += 1;
                Ok(())
            }
            None => Err(CapacityError::new(N + 1, N, value)),
        }
    }

    #[inline]
    pub(super) fn pop(&mut self) -> Option<T> {
        self.len = self.len.checked_sub(1)?;
        // SAFETY: the item was used until now, so it is valid; after this it is beyond the length,
        // so it is never read again.
        Some(unsafe { self.items[self.len as usize].assume_init_read() })
    }

    /// Panics if `index` is greater than the length.
    #[inline]
    #[track_caller]
    pub(super) fn insert(&mut self, index: usize, value: T) -> Result<(), CapacityError<T>> {
        assert!(index <= self.len(), "insertion index (is {index}) should be <= len (is {})", self.len());
        self.push(value)?;
        self.as_mut_slice()[index..].rotate_right(1);
        Ok(())
    }

    /// Panics if there is no item at `index`.
    #[inline]
    #[track_caller]
    pub(super) fn remove(&mut self, index: usize) -> T {
        assert!(index < self.len(), "removal index (is {index}) should be < len (is {})", self.len());
        self.as_mut_slice()[index..].rotate_left(1);
        self.pop().expect("there is one at `index`")
    }

    /// Panics if there is no item at `index`.
    #[inline]
    #[track_caller]
    pub(super) fn swap_remove(&mut self, index: usize) -> T {
        assert!(index < self.len(), "swap_remove index (is {index}) should be < len (is {})", self.len());
        let last = self.len() - 1;
        self.as_mut_slice().swap(index, last);
        self.pop().expect("there is one at `index`")
    }

    /// Keeps the items for which `keep` holds, in their order.
    #[inline]
    pub(super) fn retain(&mut self, mut keep: impl FnMut(&mut T) -> bool) {
        let items = self.as_mut_slice();
        let mut kept = 0;
        for index in 0..items.len() {
            // If this panics, items have only changed places.
            if keep(&mut items[index]) {
                items.swap(kept, index);
                kept += 1;
            }
        }
        self.truncate(kept);
    }

    /// Appends all of `values`, or nothing.
    #[inline]
    pub(super) fn extend_from_slice(&mut self, values: &[T]) -> Result<(), CapacityError>
    where
        T: Clone,
    {
        let _ = Self::CAPACITY;
        let len = self.len();
        let room = self.items[len..].get_mut(..values.len());
        let room = room.ok_or_else(|| CapacityError::new(len + values.len(), N, ()))?;
        room.write_clone_of_slice(values);
        self.len += values.len() as u32;
        Ok(())
    }

    /// Appends all of `values`, or nothing.
    #[inline]
    pub(super) fn extend(&mut self, values: impl IntoIterator<Item = T>) -> Result<(), CapacityError> {
        let len = self.len();
        values.into_iter().try_for_each(|value| self.push(value)).map_err(|error| {
            self.truncate(len);
            error.without_value()
        })
    }

    /// Writes zeros to the memory that isn't used.
    pub(super) fn zero_unused(&mut self) {
        let room = &mut self.items[self.len as usize..];
        // SAFETY: the slice is writable for its length, and zeros are a `MaybeUninit`.
        unsafe { room.as_mut_ptr().write_bytes(0, room.len()) };
    }

    /// Returns the length of untrusted bytes, if it is valid.
    ///
    /// # Safety
    ///
    /// The conditions of [`FfiType::check`](super::FfiType::check).
    #[inline]
    pub(super) unsafe fn check_len(buffer: *const Self) -> Result<usize, InvalidValue> {
        // SAFETY: `buffer` points to memory of its size, by this function's contract, so the length
        // is in it.
        let len = unsafe { &raw const (*buffer).len };
        // SAFETY: aligned and initialised, by this function's contract; any bits are a `u32`.
        let len = unsafe { len.read() };
        if len <= Self::CAPACITY { Ok(len as usize) } else { Err(too_long(len, Self::CAPACITY)) }
    }

    /// Returns a pointer to the items of untrusted bytes.
    ///
    /// # Safety
    ///
    /// The conditions of [`FfiType::check`](super::FfiType::check).
    #[inline]
    pub(super) unsafe fn items(buffer: *const Self) -> *const T {
        // SAFETY: `buffer` points to memory of its size, by this function's contract, so the items
        // are in it.
        unsafe { &raw const (*buffer).items }.cast()
    }
}

/// Functions that make items in place, for decoders: an item may be too large for the stack.
#[cfg(feature = "proto")]
impl<T, const N: usize> Buffer<T, N> {
    /// Makes memory a buffer without items. Memory for items is not written.
    #[inline]
    pub(crate) fn init(slot: &mut MaybeUninit<Self>) -> &mut Self {
        let _ = Self::CAPACITY;
        // SAFETY: the slot is memory for a buffer, so the length is in it.
        let len = unsafe { &raw mut (*slot.as_mut_ptr()).len };
        // SAFETY: aligned and writable, as the slot is.
        unsafe { len.write(0) };
        // SAFETY: length 0 and items that need no value.
        unsafe { slot.assume_init_mut() }
    }

    /// Returns the memory for the next item, or `None` if the buffer is full.
    #[inline]
    pub(crate) fn next(&mut self) -> Option<&mut MaybeUninit<T>> {
        self.items.get_mut(self.len as usize)
    }

    /// Makes the item in the memory for the next item the last item.
    ///
    /// # Safety
    ///
    /// [`next`](Self::next) returned this memory, and it holds a valid item.
    #[inline]
    pub(crate) unsafe fn grow(&mut self) {
        self.len += 1;
    }
}

#[cold]
#[inline(never)]
fn too_long(len: u32, capacity: u32) -> InvalidValue {
    InvalidValue::new(CapacityError::new(len as usize, capacity as usize, ()))
}

impl<T: Clone, const N: usize> Clone for Buffer<T, N> {
    fn clone(&self) -> Self {
        let mut clone = Self::new();
        clone.extend_from_slice(self.as_slice()).expect("it is of the same capacity");
        clone
    }
}

impl<T: Copy, const N: usize> Copy for Buffer<T, N> {}

// SAFETY: length 0 and items that need no value.
unsafe impl<T, const N: usize> Zeroable for Buffer<T, N> {}
