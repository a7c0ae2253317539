//! Views: values of an arena as they are read.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::iter::FusedIterator;
use std::ops::Deref;
use std::slice;

use super::region::ArenaRef;
use super::value::ArenaType;

/// A message of an arena: what a derived `RowView` consists of. Invariant: the value is in the
/// arena.
#[derive(Debug)]
pub struct ArenaView<'a, T> {
    arena: ArenaRef<'a>,
    value: &'a T,
}

impl<T> Clone for ArenaView<'_, T> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for ArenaView<'_, T> {}

impl<'a, T> ArenaView<'a, T> {
    /// Returns the view of a value.
    ///
    /// # Safety
    ///
    /// The value is in the arena.
    #[inline(always)]
    pub unsafe fn new(arena: ArenaRef<'a>, value: &'a T) -> Self {
        Self { arena, value }
    }

    /// Returns the message itself, without a way to what its handles refer to.
    #[must_use]
    #[inline(always)]
    pub fn value(self) -> &'a T {
        self.value
    }

    /// Returns the view of a field.
    ///
    /// # Safety
    ///
    /// The field is inside of the message.
    #[inline(always)]
    pub unsafe fn field<F: ArenaType>(self, field: &'a F) -> F::View<'a> {
        // SAFETY: the message is in the arena, by the invariant, and the field is in the message.
        unsafe { F::view(self.arena, field) }
    }
}

impl<T> Deref for ArenaView<'_, T> {
    type Target = T;

    #[inline(always)]
    fn deref(&self) -> &T {
        self.value
    }
}

/// A list of an arena. Invariant: its elements are in the arena.
pub struct ArenaList<'a, T> {
    arena: ArenaRef<'a>,
    values: &'a [T],
}

impl<T> Clone for ArenaList<'_, T> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for ArenaList<'_, T> {}

impl<'a, T: ArenaType> ArenaList<'a, T> {
    /// Returns the view of a list.
    ///
    /// # Safety
    ///
    /// The values are in the arena.
    #[inline(always)]
    pub(super) unsafe fn new(arena: ArenaRef<'a>, values: &'a [T]) -> Self {
        Self { arena, values }
    }

    /// Returns the number of elements.
    #[must_use]
    #[inline(always)]
    pub fn len(self) -> usize {
        self.values.len()
    }

    /// Returns true if there are no elements.
    #[must_use]
    #[inline(always)]
    pub fn is_empty(self) -> bool {
        self.values.is_empty()
    }

    /// Returns the elements as a slice: of numbers, all there is to them; of messages, without a
    /// way to what their handles refer to.
    #[must_use]
    #[inline(always)]
    pub fn as_slice(self) -> &'a [T] {
        self.values
    }

    /// Returns the element at `index`, if there is one.
    #[must_use]
    #[inline(always)]
    pub fn get(self, index: usize) -> Option<T::View<'a>> {
        // SAFETY: the elements are in the arena, by the invariant.
        self.values.get(index).map(|value| unsafe { T::view(self.arena, value) })
    }

    /// Returns all elements.
    #[must_use]
    #[inline(always)]
    pub fn iter(self) -> ArenaIter<'a, T> {
        ArenaIter { arena: self.arena, values: self.values.iter() }
    }
}

impl<'a, T: ArenaType> IntoIterator for ArenaList<'a, T> {
    type Item = T::View<'a>;
    type IntoIter = ArenaIter<'a, T>;

    #[inline(always)]
    fn into_iter(self) -> ArenaIter<'a, T> {
        self.iter()
    }
}

impl<'a, T: ArenaType<View<'a>: fmt::Debug>> fmt::Debug for ArenaList<'a, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<T: ArenaType> PartialEq for ArenaList<'_, T> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().zip(*other).all(|(a, b)| T::views_equal(a, b))
    }
}

impl<T: ArenaType> Eq for ArenaList<'_, T> {}

impl<T: ArenaType> Hash for ArenaList<'_, T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.len().hash(state);
        self.iter().for_each(|value| T::hash_view(value, state));
    }
}

#[cfg(feature = "serde")]
impl<T: ArenaType> serde::Serialize for ArenaList<'_, T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(super::held::Written::<T>))
    }
}

/// Iterator over the elements of an [`ArenaList`].
#[derive(Debug)]
pub struct ArenaIter<'a, T> {
    arena: ArenaRef<'a>,
    values: slice::Iter<'a, T>,
}

impl<T> Clone for ArenaIter<'_, T> {
    fn clone(&self) -> Self {
        Self { arena: self.arena, values: self.values.clone() }
    }
}

impl<'a, T: ArenaType> Iterator for ArenaIter<'a, T> {
    type Item = T::View<'a>;

    #[inline(always)]
    fn next(&mut self) -> Option<T::View<'a>> {
        // SAFETY: the elements are in the arena, by the invariant of the list.
        self.values.next().map(|value| unsafe { T::view(self.arena, value) })
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.values.size_hint()
    }
}

impl<T: ArenaType> DoubleEndedIterator for ArenaIter<'_, T> {
    #[inline(always)]
    fn next_back(&mut self) -> Option<Self::Item> {
        // SAFETY: the elements are in the arena, by the invariant of the list.
        self.values.next_back().map(|value| unsafe { T::view(self.arena, value) })
    }
}

impl<T: ArenaType> ExactSizeIterator for ArenaIter<'_, T> {}

impl<T: ArenaType> FusedIterator for ArenaIter<'_, T> {}

/// A field's view on its way to the `Debug` of its message, which must exist whether or not that of
/// the field does: an inherent function hides that of [`NotShown`], if its bound holds.
#[derive(Debug)]
pub struct Shown<T>(pub T);

impl<T: fmt::Debug> Shown<T> {
    /// Returns the view.
    pub fn shown(&self) -> &dyn fmt::Debug {
        &self.0
    }
}

/// Stands for a view without `Debug`.
pub trait NotShown {
    /// Returns two dots.
    fn shown(&self) -> &dyn fmt::Debug;
}

impl<T> NotShown for Shown<T> {
    fn shown(&self) -> &dyn fmt::Debug {
        &".."
    }
}
