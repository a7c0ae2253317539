//! Numbers at a fixed distance in bytes: a field of records, or a slice that isn't aligned.
//!
//! They are read and written one at a time, as gathers are slower, in the order of `scalar.rs`:
//! sums have the bits of those of a slice.
//!
//! No reference to a number is ever made. A reference would claim its memory, and two columns of
//! one array of records interleave: `Records` turns the borrow of an array into one raw pointer,
//! from which all columns are derived. (A second `as_mut_ptr()` would borrow the array again, which
//! invalidates every earlier pointer; Miri finds it, see `tests/aliasing.rs`.)

use std::marker::PhantomData;

use super::indexed::Indexed;
use super::operation::Choose;
use super::{Scalar, dispatch};

/// A view of `count` numbers from `first` on, `stride` bytes apart, to be read. They need not be
/// aligned, and change between two reads if a [`StridedMut`] has the same memory.
#[derive(Clone, Copy, Debug)]
pub struct Strided<'a, T> {
    first: *const T,
    count: usize,
    stride: usize,
    memory: PhantomData<&'a T>,
}

// SAFETY: `new` demands that each of `count` numbers can be read for as long as `'a`; neither field
// changes.
unsafe impl<T: Scalar> Indexed for Strided<'_, T> {
    type Item = T;

    #[inline(always)]
    fn count(self) -> usize {
        self.count
    }

    #[inline(always)]
    unsafe fn read(self, index: usize) -> T {
        let at = self.first.wrapping_byte_add(index * self.stride);
        // SAFETY: the index is below the count, so by the contract of `new` a number can be read
        // there; any bits are valid, and any address is allowed.
        unsafe { at.read_unaligned() }
    }
}

impl<'a, T: Scalar> Strided<'a, T> {
    /// Returns the numbers at `first`, `first + stride`, .. (in bytes).
    ///
    /// # Safety
    ///
    /// Each of the `count` numbers can be read for as long as `'a`, and no other thread writes to
    /// it.
    #[inline(always)]
    pub unsafe fn new(first: *const T, count: usize, stride: usize) -> Self {
        Self { first, count, stride, memory: PhantomData }
    }

    /// Returns one field of records of `fields` numbers, without an incomplete record.
    #[inline]
    pub fn of_flat(flat: &'a [T], fields: usize, field: usize) -> Self {
        assert!(field < fields, "there is no field {field} among {fields}");
        let (first, count) = (flat.as_ptr().wrapping_add(field), flat.len() / fields);
        // SAFETY: `count` whole records are in the slice, each has that field, and the slice is
        // borrowed for as long as `'a`.
        unsafe { Self::new(first, count, fields * size_of::<T>()) }
    }

    #[inline]
    pub fn sum(self) -> <T as Scalar>::Sum {
        T::sum_each(self)
    }

    #[inline]
    pub fn mean(self) -> Option<<T as Scalar>::Mean> {
        T::mean(self.sum(), self.count)
    }

    /// Returns the sum of the products with the numbers of `other`, up to the shorter length.
    #[inline]
    pub fn dot(self, other: Self) -> <T as Scalar>::Sum {
        T::dot_each(Pairs { values: self, other })
    }

    /// Chooses in several lanes at once, as each choice waits for the one before.
    #[inline]
    pub fn choose<C: Choose<T>>(self, operation: C) -> Option<T> {
        let bests = self.fold_lanes::<8, T>(
            C::IDENTITY,
            #[inline(always)]
            |best, value| operation.scalar(value, best),
        );
        let best = bests.into_iter().fold(C::IDENTITY, |best, value| operation.scalar(value, best));
        dispatch::chosen_of(best, C::IDENTITY, || self.iter().any(|value| value.is_number()))
    }
}

/// Numbers and their partners.
#[derive(Clone, Copy)]
struct Pairs<'a, T> {
    values: Strided<'a, T>,
    other: Strided<'a, T>,
}

// SAFETY: the count is the smaller one, so an index below it is below that of both.
unsafe impl<T: Scalar> Indexed for Pairs<'_, T> {
    type Item = [T; 2];

    #[inline(always)]
    fn count(self) -> usize {
        self.values.count.min(self.other.count)
    }

    #[inline(always)]
    unsafe fn read(self, index: usize) -> [T; 2] {
        // SAFETY: the index is below the count of `values`, which is no less than that of the
        // pairs.
        let value = unsafe { self.values.read(index) };
        // SAFETY: the index is below the count of `other`, which is no less than that of the pairs.
        let other = unsafe { self.other.read(index) };
        [value, other]
    }
}

/// A view of `count` numbers from `first` on, `stride` bytes apart, to be read and written. They
/// need not be aligned, and may be those of another `StridedMut` or a [`Strided`], as for a
/// `&Cell<T>`.
#[derive(Clone, Copy, Debug)]
pub struct StridedMut<'a, T> {
    first: *mut T,
    count: usize,
    stride: usize,
    memory: PhantomData<&'a mut T>,
}

impl<'a, T: Scalar> StridedMut<'a, T> {
    /// Returns the numbers at `first`, `first + stride`, .. (in bytes).
    ///
    /// # Safety
    ///
    /// Each of the `count` numbers can be read and written for as long as `'a`: no reference to it
    /// is used meanwhile, and no other thread accesses it.
    #[inline(always)]
    pub unsafe fn new(first: *mut T, count: usize, stride: usize) -> Self {
        Self { first, count, stride, memory: PhantomData }
    }

    /// Returns the same numbers for reading.
    #[inline(always)]
    pub fn shared(self) -> Strided<'a, T> {
        // SAFETY: numbers that can be read and written can be read; the other conditions are also
        // those of this value's `new`.
        unsafe { Strided::new(self.first, self.count, self.stride) }
    }

    /// # Safety
    ///
    /// `index` is below the count.
    #[inline(always)]
    unsafe fn write(self, index: usize, value: T) {
        let at = self.first.wrapping_byte_add(index * self.stride);
        // SAFETY: the index is below the count, so by the contract of `new` a number can be written
        // there; any address is allowed.
        unsafe { at.write_unaligned(value) };
    }

    /// Changes each in place.
    #[inline]
    pub fn map(self, operation: impl Fn(T) -> T) {
        for (index, value) in self.shared().iter().enumerate() {
            // SAFETY: there are as many indices as numbers.
            unsafe { self.write(index, operation(value)) };
        }
    }

    /// Changes each number in place, in order, as long as it has a partner in `other`, which may be
    /// the same numbers.
    #[inline]
    pub fn zip(self, other: Strided<'_, T>, operation: impl Fn(T, T) -> T) {
        let pairs = Pairs { values: self.shared(), other };
        for (index, [value, other]) in pairs.iter().enumerate() {
            // SAFETY: there are no more indices than numbers here.
            unsafe { self.write(index, operation(value, other)) };
        }
    }
}

/// Records that are changed in place: one pointer, from which all columns are derived.
#[derive(Debug)]
pub struct Records<'a, M> {
    first: *mut M,
    count: usize,
    memory: PhantomData<&'a mut [M]>,
}

impl<M> Clone for Records<'_, M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M> Copy for Records<'_, M> {}

impl<'a, M> Records<'a, M> {
    /// Borrows the records for as long as any of their columns is used.
    #[inline(always)]
    pub fn new(records: &'a mut [M]) -> Self {
        Self { first: records.as_mut_ptr(), count: records.len(), memory: PhantomData }
    }

    /// Returns the numbers at `offset` bytes in each record.
    ///
    /// # Safety
    ///
    /// There is a `T` in each record, and any number in its place makes a valid record.
    #[inline(always)]
    pub unsafe fn column<T: Scalar>(self, offset: usize) -> StridedMut<'a, T> {
        let first = self.first.cast::<T>().wrapping_byte_add(offset);
        // SAFETY: each record has a number there, by this function's contract; the records are
        // borrowed exclusively for as long as `'a`, and only through this pointer.
        unsafe { StridedMut::new(first, self.count, size_of::<M>()) }
    }
}
