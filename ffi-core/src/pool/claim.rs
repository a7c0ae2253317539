//! `Claim<T>`.

use std::mem::ManuallyDrop;
use std::ptr::NonNull;

use super::boxed::PoolBox;
use super::error::FreeCode;
use super::pooled::FfiPooled;
use crate::types::InvalidValue;

/// A slot on its way to Rust. Dropping the claim gives the slot back to its lender, as happens when
/// a later argument is refused. A finalizer's release in between is remembered.
#[derive(Debug)]
pub struct Claim<T: FfiPooled> {
    slot: NonNull<T>,
}

impl<T: FfiPooled> Claim<T> {
    /// # Safety
    ///
    /// The slot is one of the type's pool, and claimed for a moment by the caller. The claim is
    /// dropped unless the slot holds a value.
    pub(super) unsafe fn new(slot: NonNull<T>) -> Self {
        Self { slot }
    }

    /// Returns the slot, and doesn't give it back.
    pub(super) fn forget(self) -> NonNull<T> {
        ManuallyDrop::new(self).slot
    }

    /// Completes the hand-over. A release that came meanwhile is forgotten.
    #[must_use]
    pub fn complete(self) -> PoolBox<T> {
        let slot = self.forget();
        // SAFETY: the claim was not dropped, so the slot was still claimed by it.
        unsafe { T::pool().untyped().complete(slot.cast()) };
        // SAFETY: the slot is the type's and is owned now; it holds a value, as `new` asks of
        // claims that are not dropped.
        unsafe { PoolBox::new(slot) }
    }
}

impl<T: FfiPooled> Drop for Claim<T> {
    fn drop(&mut self) {
        let (pool, slot) = (T::pool().untyped(), self.slot.cast());
        if T::SECRET {
            // SAFETY: the claim has the slot, and nobody uses the claim after this.
            unsafe { pool.unclaim_secret(slot) };
        } else {
            // SAFETY: the claim has the slot, and nobody uses the claim after this.
            unsafe { pool.unclaim(slot) };
        }
    }
}

/// Reason why a slot was not claimed, and is still its owner's.
#[derive(Debug)]
pub enum Unclaimed {
    /// The pointer is not that of a lent slot.
    Pointer(FreeCode),
    /// The slot's bytes are no value of its type.
    Value(InvalidValue),
}
