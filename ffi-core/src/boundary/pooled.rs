//! Slots of pools that cross the boundary with their ownership.

use std::mem::ManuallyDrop;

use super::output::{FfiOutput, FfiSome};
use super::status::Failure;
use crate::pool::{FfiPooled, PoolBox};
use crate::schema::encode::{Fragment, Piece};
use crate::schema::fingerprint;
use crate::types::FfiType;

/// A slot on its way from the caller to the function: the caller's again when it is dropped, as happens when a later argument
/// is refused.
#[derive(Debug)]
pub struct Claim<T: FfiPooled>(ManuallyDrop<PoolBox<T>>);

impl<T: FfiPooled> Claim<T> {
    /// The slot, which is the function's from now on.
    #[must_use]
    pub fn take(self) -> PoolBox<T> {
        let mut claim = ManuallyDrop::new(self);
        // SAFETY: the claim is never used again, nor dropped.
        unsafe { ManuallyDrop::take(&mut claim.0) }
    }
}

impl<T: FfiPooled> Drop for Claim<T> {
    fn drop(&mut self) {
        // SAFETY: nobody uses the field after this.
        let slot = unsafe { ManuallyDrop::take(&mut self.0) };
        PoolBox::leak(slot);
    }
}

/// Checks a pointer to a slot, and claims the slot.
///
/// # Errors
///
/// Invalid argument, with a [`FreeCode`](crate::pool::FreeCode) as detail, when `pointer` isn't that of a slot that the caller
/// owns; invalid value when the bytes there are not a `T`. The slot then stays the caller's.
///
/// # Safety
///
/// When `pointer` is that of a slot the caller owns, nobody else uses the slot from now on.
pub unsafe fn claim<T: FfiPooled>(pointer: *mut T, name: &'static str) -> Result<Claim<T>, Failure> {
    let slot = T::pool().adopt(pointer).map_err(|code| {
        Failure::invalid_argument(name, format_args!("{}", code.problem(T::NAME))).with_detail(code as u32)
    })?;
    // Before the check: a refused value goes back to the caller.
    let claim = Claim(ManuallyDrop::new(slot));
    // SAFETY: a slot is aligned and initialised, and the caller vouches that nobody writes to it.
    unsafe { T::check(pointer) }.map_err(|invalid| invalid.in_field(name))?;
    Ok(claim)
}

/// A slot, which the caller then owns.
impl<T: FfiPooled> FfiOutput for PoolBox<T> {
    type Abi = *mut T;
    const RETURNS: Fragment = &[Piece::Text("{\"pool\":\""), Piece::Text(T::ID), Piece::Text("\"}")];
    const FINGERPRINT: u64 = fingerprint::mix(&[fingerprint::POOL_BOX, <T as FfiType>::FINGERPRINT]);

    #[inline]
    fn into_abi(self) -> Result<*mut T, Failure> {
        Ok(Self::leak(self).as_ptr())
    }
}

impl<T: FfiPooled> FfiSome for PoolBox<T> {}
