//! `FfiVec<T, N>`.

use std::borrow::{Borrow, BorrowMut};
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::{Deref, DerefMut};

use bytemuck::Zeroable;

use super::buffer::{Buffer, capacity_fits};
use super::{CapacityError, FfiType, InvalidValue, Itself, check_elements};
use crate::schema::encode::{Fragment, Piece};
use crate::schema::fingerprint;

/// Up to `N` elements in place: a `u32` length, then memory for `N` values of type `T`.
///
/// It derefs to a slice, and has the methods of [`Vec`] that need no allocation; those that could
/// overflow return an error. It has no [`Extend`], which can't return one, but
/// [`try_extend`](Self::try_extend). `N` goes from 1 to `u32::MAX`, and other capacities don't
/// compile.
///
/// Memory after the length holds no values: it is never compared, copied or checked. Removing
/// elements leaves their bytes in place, so that [`clear`](Self::clear) takes no time; if such
/// bytes must not leave the process, for example in a file of raw messages, call
/// [`zero_unused`](Self::zero_unused) first.
///
/// # Examples
///
/// ```
/// use ffi_core::{FfiMessage, FfiVec};
///
/// #[derive(FfiMessage)]
/// #[repr(C)]
/// struct Track {
///     /// Metres above the sea.
///     heights: FfiVec<f32, 1024>,
/// }
///
/// let mut track = Track::new_zeroed_box();
/// track.heights.try_push(431.5)?;
/// track.heights.try_extend([440.0, 452.25])?;
/// assert_eq!(track.heights, [431.5, 440.0, 452.25]);
/// assert_eq!(track.heights.iter().sum::<f32>(), 1323.75);
/// assert!(track.heights.try_extend_from_slice(&[0.0; 1022]).is_err());
/// assert_eq!(track.heights.len(), 3, "nothing of what doesn't fit is added");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[repr(transparent)]
pub struct FfiVec<T, const N: usize>(pub(crate) Buffer<T, N>);

impl<T: FfiType, const N: usize> FfiVec<T, N> {
    /// Returns a vec without elements, all of whose bytes are zero.
    ///
    /// It is made on the stack: a large one is better zeroed in place, by
    /// [`FfiMessage::new_zeroed_box`](crate::FfiMessage::new_zeroed_box) of the message that holds
    /// it.
    #[must_use]
    #[inline]
    pub const fn new() -> Self {
        Self(Buffer::new())
    }

    /// Returns the capacity `N`.
    #[must_use]
    #[inline]
    pub const fn capacity(&self) -> usize {
        N
    }

    /// Returns true if the vec is full.
    #[must_use]
    #[inline]
    pub const fn is_full(&self) -> bool {
        self.0.is_full()
    }

    /// Returns the elements.
    #[must_use]
    #[inline]
    pub const fn as_slice(&self) -> &[T] {
        self.0.as_slice()
    }

    /// Returns the elements.
    #[must_use]
    #[inline]
    pub const fn as_mut_slice(&mut self) -> &mut [T] {
        self.0.as_mut_slice()
    }

    /// Appends an element.
    ///
    /// # Errors
    ///
    /// Returns an error if the vec is full; the error holds the element.
    #[inline]
    pub fn try_push(&mut self, value: T) -> Result<(), CapacityError<T>> {
        self.0.push(value)
    }

    /// Inserts an element at `index`, and moves the elements after it.
    ///
    /// # Errors
    ///
    /// Returns an error if the vec is full; the error holds the element.
    ///
    /// # Panics
    ///
    /// Panics if `index > len`.
    #[inline]
    #[track_caller]
    pub fn try_insert(&mut self, index: usize, value: T) -> Result<(), CapacityError<T>> {
        self.0.insert(index, value)
    }

    /// Appends all of `values`, or none of them.
    ///
    /// # Errors
    ///
    /// Returns an error if not all of them fit.
    #[inline]
    pub fn try_extend_from_slice(&mut self, values: &[T]) -> Result<(), CapacityError>
    where
        T: Clone,
    {
        self.0.extend_from_slice(values)
    }

    /// Appends all of `values`, or none of them, as [`Extend`] would, but may run out of capacity.
    ///
    /// # Errors
    ///
    /// Returns an error if not all of them fit. The iterator has then yielded one value more than
    /// fits.
    #[inline]
    pub fn try_extend(&mut self, values: impl IntoIterator<Item = T>) -> Result<(), CapacityError> {
        self.0.extend(values)
    }

    /// Removes the last element and returns it.
    #[inline]
    pub fn pop(&mut self) -> Option<T> {
        self.0.pop()
    }

    /// Removes the element at `index` and returns it, and moves the elements after it.
    ///
    /// # Panics
    ///
    /// Panics if `index >= len`.
    #[inline]
    #[track_caller]
    pub fn remove(&mut self, index: usize) -> T {
        self.0.remove(index)
    }

    /// Removes the element at `index` and returns it, and moves the last one to its place.
    ///
    /// # Panics
    ///
    /// Panics if `index >= len`.
    #[inline]
    #[track_caller]
    pub fn swap_remove(&mut self, index: usize) -> T {
        self.0.swap_remove(index)
    }

    /// Keeps the elements for which `keep` holds, in their order.
    #[inline]
    pub fn retain(&mut self, mut keep: impl FnMut(&T) -> bool) {
        self.0.retain(|value| keep(value));
    }

    /// Keeps the elements for which `keep` holds, in their order; it may change them.
    #[inline]
    pub fn retain_mut(&mut self, keep: impl FnMut(&mut T) -> bool) {
        self.0.retain(keep);
    }

    /// Keeps the first `len` elements. Does nothing if there are fewer.
    #[inline]
    pub const fn truncate(&mut self, len: usize) {
        self.0.truncate(len);
    }

    /// Removes all elements. Their bytes stay.
    #[inline]
    pub const fn clear(&mut self) {
        self.0.truncate(0);
    }

    /// Writes zeros to the memory that isn't used, which may hold bytes of earlier elements.
    pub fn zero_unused(&mut self) {
        self.0.zero_unused();
    }
}

// SAFETY: a vec of zeros has no elements.
unsafe impl<T, const N: usize> Zeroable for FfiVec<T, N> {}

// SAFETY: a length and elements in place, `repr(C)`: no destructor or pointer if `T` has none. The
// check verifies the length and each element in use, and the others need no value.
unsafe impl<T: FfiType, const N: usize> FfiType for FfiVec<T, N> {
    type Form = Itself;
    const TYPE: Fragment = &[
        Piece::Text("{\"vec\":{\"of\":"),
        Piece::Nested(T::TYPE),
        Piece::Text(",\"cap\":"),
        Piece::Number(N as u64),
        Piece::Text("}}"),
    ];
    const FINGERPRINT: u64 = fingerprint::mix(&[fingerprint::VEC, T::FINGERPRINT, N as u64]);
    const ANY_BITS: bool = false;
    const CAPACITIES_FIT: bool = capacity_fits(N) && T::CAPACITIES_FIT;
    const ARENA: bool = T::ARENA;
    const SECRET: bool = T::SECRET;

    #[inline]
    unsafe fn check(value: *const Self) -> Result<(), InvalidValue> {
        let buffer = value.cast::<Buffer<T, N>>();
        // SAFETY: a vec is laid out as its buffer, which by this function's contract is aligned and
        // initialised, and no thread writes to it.
        let len = unsafe { Buffer::check_len(buffer) }?;
        // SAFETY: aligned and initialised memory of a buffer's size, by this function's contract.
        let first = unsafe { Buffer::items(buffer) };
        // SAFETY: the first `len <= N` items lie inside the vec, for which this function's contract
        // holds.
        unsafe { check_elements(first, len) }
    }
}

impl<T: FfiType, const N: usize> Deref for FfiVec<T, N> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        self.as_slice()
    }
}

impl<T: FfiType, const N: usize> DerefMut for FfiVec<T, N> {
    #[inline]
    fn deref_mut(&mut self) -> &mut [T] {
        self.as_mut_slice()
    }
}

impl<T: FfiType, const N: usize> AsRef<[T]> for FfiVec<T, N> {
    fn as_ref(&self) -> &[T] {
        self
    }
}

impl<T: FfiType, const N: usize> AsMut<[T]> for FfiVec<T, N> {
    fn as_mut(&mut self) -> &mut [T] {
        self
    }
}

// Hash, order and equality are those of the slice.
impl<T: FfiType, const N: usize> Borrow<[T]> for FfiVec<T, N> {
    fn borrow(&self) -> &[T] {
        self
    }
}

impl<T: FfiType, const N: usize> BorrowMut<[T]> for FfiVec<T, N> {
    fn borrow_mut(&mut self) -> &mut [T] {
        self
    }
}

impl<T: FfiType, const N: usize> Default for FfiVec<T, N> {
    fn default() -> Self {
        Self::new()
    }
}

/// Copies the elements in use; unused memory of the clone is zero.
impl<T: FfiType + Clone, const N: usize> Clone for FfiVec<T, N> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: FfiType + Copy, const N: usize> Copy for FfiVec<T, N> {}

impl<'a, T: FfiType, const N: usize> IntoIterator for &'a FfiVec<T, N> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'a, T: FfiType, const N: usize> IntoIterator for &'a mut FfiVec<T, N> {
    type Item = &'a mut T;
    type IntoIter = std::slice::IterMut<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}

impl<T: FfiType + Clone, const N: usize> TryFrom<&[T]> for FfiVec<T, N> {
    type Error = CapacityError;

    fn try_from(values: &[T]) -> Result<Self, CapacityError> {
        let mut vec = Self::new();
        vec.try_extend_from_slice(values)?;
        Ok(vec)
    }
}

impl<T: FfiType + Clone, const N: usize, const M: usize> TryFrom<&[T; M]> for FfiVec<T, N> {
    type Error = CapacityError;

    fn try_from(values: &[T; M]) -> Result<Self, CapacityError> {
        Self::try_from(&values[..])
    }
}

impl<T: FfiType, const N: usize, const M: usize> TryFrom<[T; M]> for FfiVec<T, N> {
    type Error = CapacityError;

    fn try_from(values: [T; M]) -> Result<Self, CapacityError> {
        let mut vec = Self::new();
        vec.try_extend(values)?;
        Ok(vec)
    }
}

impl<T: FfiType + fmt::Debug, const N: usize> fmt::Debug for FfiVec<T, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl<T: FfiType + PartialEq<U>, U: FfiType, const N: usize, const M: usize> PartialEq<FfiVec<U, M>>
    for FfiVec<T, N>
{
    fn eq(&self, other: &FfiVec<U, M>) -> bool {
        **self == **other
    }
}

impl<T: FfiType + PartialEq<U>, U, const N: usize> PartialEq<[U]> for FfiVec<T, N> {
    fn eq(&self, other: &[U]) -> bool {
        **self == *other
    }
}

impl<T: FfiType + PartialEq<U>, U, const N: usize> PartialEq<&[U]> for FfiVec<T, N> {
    fn eq(&self, other: &&[U]) -> bool {
        **self == **other
    }
}

impl<T: FfiType + PartialEq<U>, U, const N: usize, const M: usize> PartialEq<[U; M]> for FfiVec<T, N> {
    fn eq(&self, other: &[U; M]) -> bool {
        **self == *other
    }
}

impl<T: FfiType + Eq, const N: usize> Eq for FfiVec<T, N> {}

impl<T: FfiType + PartialOrd, const N: usize> PartialOrd for FfiVec<T, N> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        (**self).partial_cmp(&**other)
    }
}

impl<T: FfiType + Ord, const N: usize> Ord for FfiVec<T, N> {
    fn cmp(&self, other: &Self) -> Ordering {
        (**self).cmp(&**other)
    }
}

impl<T: FfiType + Hash, const N: usize> Hash for FfiVec<T, N> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}
