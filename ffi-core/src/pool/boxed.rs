//! `PoolBox<T>`.

use std::fmt;
use std::mem::ManuallyDrop;
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;

use super::pooled::FfiPooled;
use crate::types::FfiRef;

/// A message in its pool that Rust owns. Dropping it frees the slot.
///
/// It is one pointer, so it goes into data structures and through channels at no cost. The slot
/// doesn't move while it lives, and no code outside of Rust can free or take it: see
/// [`into_ref`](Self::into_ref) and [`into_raw`](Self::into_raw) for handing it over. After
/// [`shutdown`](super::shutdown), dropping it does nothing.
#[repr(transparent)]
pub struct PoolBox<T: FfiPooled> {
    slot: NonNull<T>,
}

// SAFETY: it is the only owner of a `T`, like a `Box`, and that is `Send`.
unsafe impl<T: FfiPooled> Send for PoolBox<T> {}

// SAFETY: a shared box gives only shared access to its `T`, which is `Sync`.
unsafe impl<T: FfiPooled> Sync for PoolBox<T> {}

impl<T: FfiPooled> PoolBox<T> {
    /// # Safety
    ///
    /// The slot is one of the type's pool, claimed or taken, and holds a value before anybody else
    /// gets the box.
    #[inline(always)]
    pub(super) unsafe fn new(slot: NonNull<T>) -> Self {
        Self { slot }
    }

    #[inline(always)]
    pub(super) fn slot(&self) -> NonNull<T> {
        self.slot
    }

    /// Returns the slot, and doesn't free it.
    #[inline(always)]
    pub(super) fn forget(self) -> NonNull<T> {
        ManuallyDrop::new(self).slot
    }

    /// Gives up the message and returns its handle. It stays allocated until it is taken back with
    /// [`Pool::take`](super::Pool::take), or freed by its pointer.
    #[must_use = "nobody else knows where the message is"]
    #[inline]
    pub fn into_ref(self) -> FfiRef<T> {
        // SAFETY: the box owned the slot, and is gone.
        unsafe { T::pool().lend(self.forget()) }
    }

    /// Returns a handle that doesn't keep the message alive: it resolves to nothing once the box is
    /// dropped. Code outside of Rust can't resolve it while the box owns the message.
    #[must_use]
    #[inline]
    pub fn handle(&self) -> FfiRef<T> {
        // SAFETY: the box owns it.
        unsafe { T::pool().handle(self.slot) }
    }

    /// Gives up the message and returns its pointer, which [`from_raw`](Self::from_raw) or the C
    /// function `.._pool_free` frees. The message is exposed: see
    /// [`Pool::try_take`](super::Pool::try_take).
    #[must_use = "nobody else knows where the message is"]
    #[inline]
    pub fn into_raw(self) -> NonNull<T> {
        let slot = self.forget();
        // SAFETY: the box owned it.
        unsafe { T::pool().lend_out(slot) };
        slot
    }

    /// Gives up the message, as [`into_raw`](Self::into_raw) does: it is leaked unless its pointer
    /// is freed.
    #[must_use = "nobody else knows where the message is"]
    #[inline]
    pub fn leak(self) -> NonNull<T> {
        self.into_raw()
    }

    /// Takes a message back into Rust's ownership.
    ///
    /// # Panics
    ///
    /// Panics if the pointer is that of no live slot of the pool, if another box owns it, or after
    /// [`shutdown`](super::shutdown).
    ///
    /// # Safety
    ///
    /// The slot holds a value of `T`: what other code wrote into it has been checked. Nobody uses
    /// the pointer any more.
    #[must_use]
    #[inline]
    pub unsafe fn from_raw(slot: NonNull<T>) -> Self {
        // SAFETY: by this function's contract the slot holds a value, and nobody uses the pointer
        // any more.
        match unsafe { T::pool().adopt(slot.as_ptr()) } {
            Ok(taken) => taken,
            Err(code) => panic!("the pointer of a `{}` {code}", T::NAME),
        }
    }

    /// Returns the address of the message.
    #[must_use]
    #[inline]
    pub const fn as_ptr(&self) -> *mut T {
        self.slot.as_ptr()
    }
}

impl<T: FfiPooled> Drop for PoolBox<T> {
    #[inline]
    fn drop(&mut self) {
        let (pool, slot) = (T::pool().untyped(), self.slot.cast());
        if T::SECRET {
            // SAFETY: the box owned it.
            unsafe { pool.free_owned::<true>(slot) };
        } else {
            // SAFETY: the box owned it.
            unsafe { pool.free_owned::<false>(slot) };
        }
    }
}

impl<T: FfiPooled> Deref for PoolBox<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: the box owns the slot, which holds a value.
        unsafe { self.slot.as_ref() }
    }
}

impl<T: FfiPooled> DerefMut for PoolBox<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: the box owns the slot, which holds a value.
        unsafe { self.slot.as_mut() }
    }
}

impl<T: FfiPooled> AsRef<T> for PoolBox<T> {
    fn as_ref(&self) -> &T {
        self
    }
}

impl<T: FfiPooled> AsMut<T> for PoolBox<T> {
    fn as_mut(&mut self) -> &mut T {
        self
    }
}

impl<T: FfiPooled + fmt::Debug> fmt::Debug for PoolBox<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PoolBox").field(&**self).finish()
    }
}

impl<T: FfiPooled> fmt::Pointer for PoolBox<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Pointer::fmt(&self.slot, f)
    }
}
