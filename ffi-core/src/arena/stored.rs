//! Places of arena types: they read, store, and give the editors of fields.

use super::memory::ArenaFull;
use super::place::{ArenaPlace, refused};
use super::value::ArenaType;

impl<T: ArenaType> ArenaPlace<'_, T> {
    /// Returns the value as it is read.
    #[must_use]
    #[inline]
    pub fn view(&self) -> T::View<'_> {
        // SAFETY: the value is in the arena, by the invariant of `at`.
        unsafe { T::view(self.arena(), self) }
    }

    /// Stores a value.
    ///
    /// # Panics
    ///
    /// Panics if the arena can't hold it: see [`try_set`](Self::try_set).
    #[inline]
    #[track_caller]
    pub fn set(&mut self, value: T::Value<'_>) {
        if let Err(full) = self.try_set(value) {
            refused(full);
        }
    }

    /// Stores a value. Contents that the place had before stay in the arena as waste.
    ///
    /// # Errors
    ///
    /// Returns an error if the arena can't hold it; then the place is as it was.
    #[inline]
    pub fn try_set(&mut self, value: T::Value<'_>) -> Result<(), ArenaFull> {
        T::put(self.reborrow(), value)
    }

    /// Returns the editor of a field.
    ///
    /// # Safety
    ///
    /// A `T` has an `F` that many bytes from its start.
    #[doc(hidden)]
    #[inline(always)]
    pub unsafe fn field<F: ArenaType>(&mut self, offset: usize) -> F::Edit<'_> {
        // SAFETY: a `T` has an `F` there, by this function's contract.
        F::edit(unsafe { self.part(offset) })
    }

    /// Copies a value without handles.
    #[cfg(feature = "proto")]
    #[inline]
    pub(crate) fn load(&self, target: &mut T) {
        // A copy of a handle would be one outside of its arena.
        let () = const { assert!(!T::ARENA) };
        let value: &T = self;
        // SAFETY: the value is valid, and the target is an initialised value in other memory, as
        // there is a `&mut` to it.
        unsafe { T::store(value, target) };
    }

    /// Stores a value that has no contents elsewhere, or whose handles shall be empty.
    #[doc(hidden)]
    #[inline(always)]
    pub fn store(&mut self, value: &T) {
        let place = self.pointer();
        // SAFETY: `value` is valid; the place is aligned, initialised and writable, and as no `&T`
        // to it can live while this is borrowed, it is other memory.
        unsafe { T::store(value, place) };
    }
}

/// Stores a field.
///
/// # Safety
///
/// Both messages have an `F` at `offset`, and fulfil the contract of [`ArenaType::store`].
#[inline(always)]
pub unsafe fn store_field<F: ArenaType, M>(message: *const M, place: *mut M, offset: usize) {
    // SAFETY: the message has a field there, by this function's contract.
    let field = unsafe { message.byte_add(offset) };
    // SAFETY: the place has a field there, by this function's contract.
    let place = unsafe { place.byte_add(offset) };
    // SAFETY: the field of a valid value is valid; that of a place for a message is a place for an
    // `F`.
    unsafe { F::store(field.cast(), place.cast()) };
}

/// Writes zeros to the place of a value that has padding.
///
/// # Safety
///
/// The place is writable memory for a `T`.
#[inline(always)]
pub unsafe fn zero<T>(place: *mut T) {
    // SAFETY: the place is writable, by this function's contract.
    unsafe { place.write_bytes(0, 1) };
}
