//! Slots of pools that cross the boundary with their ownership.

use std::ffi::c_void;

use super::output::{FfiOutput, FfiSome};
use super::pending::FfiPending;
use super::status::Failure;
use crate::pool::abi::{Unclaimed, pool_claim, pool_free};
pub use crate::pool::claim::Claim;
use crate::pool::{FfiPooled, PoolBox};
use crate::schema::encode::{Fragment, Piece};
use crate::schema::fingerprint;
use crate::types::FfiType;

/// The slot of a claim, which is the function's from now on.
#[must_use]
pub fn take<T: FfiPooled>(claim: Claim<T>) -> PoolBox<T> {
    claim.complete()
}

/// [`take`] for an optional argument.
#[must_use]
pub fn take_some<T: FfiPooled>(claim: Option<Claim<T>>) -> Option<PoolBox<T>> {
    claim.map(take)
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
    // SAFETY: the caller of this function keeps the contract of `pool_claim`.
    match unsafe { pool_claim(pointer) } {
        Ok(claim) => Ok(claim),
        Err(Unclaimed::Value(invalid)) => Err(invalid.in_field(name).into()),
        Err(Unclaimed::Pointer(code)) => {
            let problem = format_args!("{code} (a `{}` of the pool was to change hands)", T::NAME);
            Err(Failure::invalid_argument(name, problem).with_detail(code as u32))
        }
    }
}

/// Gives a slot back that nobody took.
///
/// # Safety
///
/// Nobody uses the slot.
unsafe extern "C" fn release<T: FfiPooled>(slot: *mut c_void) {
    // SAFETY: by this function's contract. A pool that was closed meanwhile refuses it, and the slot is lost with the rest.
    let _ = unsafe { pool_free::<T>(slot.cast()) };
}

/// A slot, which the caller then owns.
impl<T: FfiPooled> FfiOutput for PoolBox<T> {
    type Abi = *mut T;
    const RETURNS: Fragment = &[Piece::Text("{\"pool\":\""), Piece::Text(T::ID), Piece::Text("\"}")];
    const FINGERPRINT: u64 = fingerprint::mix(&[fingerprint::POOL_BOX, <T as FfiType>::FINGERPRINT]);
    const PENDING: Option<fn(&Self::Abi) -> FfiPending> = Some(|slot| FfiPending::new(*slot, release::<T>));

    #[inline]
    fn into_abi(self) -> Result<*mut T, Failure> {
        Ok(self.into_raw().as_ptr())
    }
}

impl<T: FfiPooled> FfiSome for PoolBox<T> {}

/// Fails to compile, with a readable message, when `T` has no pool.
pub const fn assert_pooled<T: FfiPooled>() {}
