//! `ArenaPlace`: where editors write.

use std::fmt;
use std::ops::Deref;

use super::MAX_DEPTH;
use super::memory::{ArenaFull, At, Memory};
use super::region::ArenaRef;
use crate::types::FfiType;

/// A value of an arena that is edited, with the exclusive borrow of that arena.
///
/// It derefs to the value, for reading; there is no `&mut` to it, as with two of those safe code
/// could swap handles of two arenas.
pub struct ArenaPlace<'a, T> {
    memory: &'a mut Memory,
    /// Invariant: a place in `memory`.
    at: At<T>,
    /// Number of lists and boxes around the value.
    depth: u32,
}

impl<'a, T> ArenaPlace<'a, T> {
    /// Returns the place of the root.
    #[inline(always)]
    pub(super) fn new(memory: &'a mut Memory, at: At<T>) -> Self {
        Self { memory, at, depth: 0 }
    }

    /// Returns the place, borrowed from this one.
    #[inline(always)]
    pub(crate) fn reborrow(&mut self) -> ArenaPlace<'_, T> {
        ArenaPlace { memory: self.memory, at: self.at, depth: self.depth }
    }

    /// Returns the place of a part.
    ///
    /// # Safety
    ///
    /// A `T` has an `F` that many bytes from its start, which is valid.
    #[doc(hidden)]
    #[inline(always)]
    pub unsafe fn part<F>(&mut self, offset: usize) -> ArenaPlace<'_, F> {
        // SAFETY: a `T` has an `F` there, by this function's contract.
        unsafe { self.reborrow().into_part(offset) }
    }

    /// Returns the place of a part.
    ///
    /// # Safety
    ///
    /// A `T` has an `F` that many bytes from its start, which is valid.
    #[inline(always)]
    pub(crate) unsafe fn into_part<F>(self, offset: usize) -> ArenaPlace<'a, F> {
        // SAFETY: a `T` has an `F` there, by this function's contract.
        let at = unsafe { self.at.part(offset) };
        ArenaPlace { memory: self.memory, at, depth: self.depth }
    }

    /// Returns the address, for writes.
    #[inline(always)]
    pub(super) fn pointer(&mut self) -> *mut T {
        self.memory.pointer(self.at)
    }

    #[inline(always)]
    pub(super) fn offset(&self) -> u32 {
        self.at.offset()
    }

    #[inline(always)]
    pub(super) fn arena(&self) -> ArenaRef<'_> {
        self.memory.arena()
    }

    #[inline(always)]
    pub(super) fn memory(&mut self) -> &mut Memory {
        self.memory
    }

    /// Returns the place of the value that many values on.
    ///
    /// # Safety
    ///
    /// There is one.
    #[inline(always)]
    pub(super) unsafe fn into_nth(self, index: u32) -> Self {
        // SAFETY: there is such a value, by this function's contract.
        Self { at: unsafe { self.at.nth(index) }, ..self }
    }

    /// Adds zeros for `count` values, which a handle at this place is to refer to; returns the
    /// place of the first.
    ///
    /// # Errors
    ///
    /// Returns an error if the arena would be too large or too deep.
    #[inline(always)]
    pub(super) fn alloc<U: FfiType>(&mut self, count: u32) -> Result<ArenaPlace<'_, U>, ArenaFull> {
        let depth = self.depth_of::<U>()?;
        let at = self.memory.alloc::<U>(count)?;
        Ok(ArenaPlace { memory: self.memory, at, depth })
    }

    /// Returns the place that a handle at this place refers to.
    ///
    /// # Safety
    ///
    /// A valid `U` is at that offset.
    #[inline(always)]
    pub(super) unsafe fn referred<U>(&mut self, at: u32) -> ArenaPlace<'_, U> {
        // SAFETY: a valid `U` is there, by this function's contract.
        let at = unsafe { At::new(at) };
        ArenaPlace { memory: self.memory, at, depth: self.depth + 1 }
    }

    /// Returns the depth of values that a handle at this place refers to. The check visits those
    /// whose bits may be invalid, and counts only their levels.
    #[inline(always)]
    fn depth_of<U: FfiType>(&self) -> Result<u32, ArenaFull> {
        if self.depth >= MAX_DEPTH && (U::ARENA || !U::ANY_BITS) {
            return Err(ArenaFull::TooDeep);
        }
        Ok(self.depth + 1)
    }
}

impl<T> Deref for ArenaPlace<'_, T> {
    type Target = T;

    #[inline(always)]
    fn deref(&self) -> &T {
        self.memory.get(self.at)
    }
}

impl<T> fmt::Debug for ArenaPlace<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ArenaPlace").field("at", &self.at).finish_non_exhaustive()
    }
}

/// Panics because an arena is full.
#[cold]
#[inline(never)]
#[track_caller]
pub(super) fn refused(full: ArenaFull) -> ! {
    panic!("{full}; hint: the functions that begin with `try_` return an error")
}
