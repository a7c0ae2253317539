//! `PoolRead<T>`.

use std::fmt;
use std::ops::Deref;
use std::ptr::NonNull;

use super::pooled::FfiPooled;

/// A message of a pool that is being read, by [`Pool::read`](super::Pool::read). Any number of
/// threads may read it at once.
///
/// Nobody can take the message meanwhile. It can be freed: then its handle is stale at once, and
/// the slot is free when the last reader is dropped. A reader that is never dropped keeps the slot
/// for ever.
pub struct PoolRead<T: FfiPooled> {
    slot: NonNull<T>,
}

// SAFETY: it is a shared reference to a `T`, which is `Sync`, and may be dropped by any thread.
unsafe impl<T: FfiPooled> Send for PoolRead<T> {}

// SAFETY: a shared reference to it gives only shared access to its `T`, which is `Sync`.
unsafe impl<T: FfiPooled> Sync for PoolRead<T> {}

impl<T: FfiPooled> PoolRead<T> {
    /// # Safety
    ///
    /// The slot is one of the type's pool, holds a value, and the caller counts among its readers.
    /// While this lives, nobody writes to it.
    pub(super) unsafe fn new(slot: NonNull<T>) -> Self {
        Self { slot }
    }
}

impl<T: FfiPooled> Drop for PoolRead<T> {
    #[inline]
    fn drop(&mut self) {
        let (pool, slot) = (T::pool().untyped(), self.slot.cast());
        if T::SECRET {
            // SAFETY: this was one of the slot's readers, and nobody uses it after this.
            unsafe { pool.leave_reading::<true>(slot) };
        } else {
            // SAFETY: this was one of the slot's readers, and nobody uses it after this.
            unsafe { pool.leave_reading::<false>(slot) };
        }
    }
}

impl<T: FfiPooled> Deref for PoolRead<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: by the contract of `new` the slot holds a value that nobody writes to while this
        // lives.
        unsafe { self.slot.as_ref() }
    }
}

impl<T: FfiPooled + fmt::Debug> fmt::Debug for PoolRead<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PoolRead").field(&**self).finish()
    }
}
