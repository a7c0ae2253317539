//! Numbers that are a fixed number of bytes apart: a field of records, or a slice that isn't aligned.
//!
//! They are read and written one at a time, as gathers are slower, in the order of `scalar.rs`: sums have the bits
//! of those of a slice.

use super::operation::Choose;
use super::{Scalar, dispatch};

/// `count` numbers from `first` on, `stride` bytes apart. They need not be aligned.
#[derive(Clone, Copy, Debug)]
pub struct Strided<T> {
    first: *mut T,
    count: usize,
    stride: usize,
}

impl<T: Scalar> Strided<T> {
    /// # Safety
    ///
    /// The numbers can be read as long as the value is used; whoever calls [`map`](Self::map) or [`zip`](Self::zip)
    /// vouches that they can be written, too.
    pub unsafe fn new(first: *const T, count: usize, stride: usize) -> Self {
        Self { first: first.cast_mut(), count, stride }
    }

    /// A slice of any alignment.
    ///
    /// # Safety
    ///
    /// As of [`new`](Self::new).
    pub unsafe fn unaligned(first: *const T, count: usize) -> Self {
        Self { first: first.cast_mut(), count, stride: size_of::<T>() }
    }

    #[inline(always)]
    fn at(self, index: usize) -> *mut T {
        debug_assert!(index < self.count);
        self.first.wrapping_byte_add(index * self.stride)
    }

    #[inline(always)]
    pub fn get(self, index: usize) -> T {
        // SAFETY: by the contract of `new`, as the index is below the count.
        unsafe { self.at(index).read_unaligned() }
    }

    #[inline(always)]
    fn set(self, index: usize, value: T) {
        // SAFETY: by the contract of `new`, as the index is below the count.
        unsafe { self.at(index).write_unaligned(value) };
    }

    #[inline]
    pub fn sum(self) -> <T as Scalar>::Sum {
        T::sum_at(
            self.count,
            #[inline(always)]
            |index| self.get(index),
        )
    }

    #[inline]
    pub fn mean(self) -> Option<<T as Scalar>::Mean> {
        T::mean(self.sum(), self.count)
    }

    /// There are as many in `other`.
    #[inline]
    pub fn dot(self, other: Self) -> <T as Scalar>::Sum {
        T::dot_at(
            self.count,
            #[inline(always)]
            |index| [self.get(index), other.get(index)],
        )
    }

    /// Several at once, as each waits for the one before.
    #[inline]
    pub fn choose<C: Choose<T>>(self, operation: C) -> Option<T> {
        let mut bests = [C::IDENTITY; 8];
        let whole = self.count - self.count % bests.len();
        for start in (0..whole).step_by(bests.len()) {
            for (offset, best) in bests.iter_mut().enumerate() {
                *best = operation.scalar(self.get(start + offset), *best);
            }
        }
        for (best, index) in bests.iter_mut().zip(whole..self.count) {
            *best = operation.scalar(self.get(index), *best);
        }
        let best = bests.into_iter().fold(C::IDENTITY, |best, value| operation.scalar(value, best));
        dispatch::chosen_of(best, C::IDENTITY, || (0..self.count).any(|index| self.get(index).is_number()))
    }

    /// Changes each in place.
    #[inline]
    pub fn map(self, operation: impl Fn(T) -> T) {
        for index in 0..self.count {
            self.set(index, operation(self.get(index)));
        }
    }

    /// Changes each in place, in order; there are as many in `other`, which may be the same.
    #[inline]
    pub fn zip(self, other: Self, operation: impl Fn(T, T) -> T) {
        for index in 0..self.count {
            self.set(index, operation(self.get(index), other.get(index)));
        }
    }
}
