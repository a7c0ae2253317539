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

/// Returns the slot of a claim, which the function then owns.
#[must_use]
pub fn take<T: FfiPooled>(claim: Claim<T>) -> PoolBox<T> {
    claim.complete()
}

/// Returns the slot of an optional claim, as [`take`] does.
#[must_use]
pub fn take_some<T: FfiPooled>(claim: Option<Claim<T>>) -> Option<PoolBox<T>> {
    claim.map(take)
}

/// Checks a pointer to a slot, and claims the slot.
///
/// # Errors
///
/// Returns invalid argument, with a [`FreeCode`](crate::pool::FreeCode) as detail, if `pointer`
/// isn't that of a slot that the caller owns, and invalid value if its bytes are not a `T`. Then
/// the caller still owns the slot.
///
/// # Safety
///
/// If `pointer` is that of a slot that the caller owns, no other code uses the slot from now on.
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

/// Frees a slot that no caller took.
///
/// # Safety
///
/// No code uses the slot.
unsafe extern "C" fn release<T: FfiPooled>(slot: *mut c_void) {
    #[cfg(feature = "pool-debug")]
    poison::<T>(slot.cast());
    // SAFETY: no code uses the slot, by this function's contract. A pool that was closed meanwhile
    // refuses it, and the slot is lost with the others.
    let _ = unsafe { pool_free::<T>(slot.cast()) };
}

/// Overwrites a slot that goes back, so that a late use of what was lent reads nonsense. A pool
/// whose slots keep their contents is left alone.
#[cfg(feature = "pool-debug")]
fn poison<T: FfiPooled>(slot: *mut T) {
    use crate::pool::Reset;
    use crate::pool::abi::pool_examine;

    if T::RESET == Reset::Zero && pool_examine(slot.cast_const()).is_ok() {
        // SAFETY: the slot is in use, and no code uses its bytes but this one, as it goes back.
        unsafe { slot.cast::<u8>().write_bytes(0xDE, size_of::<T>()) };
    }
}

/// A slot, which the caller then owns.
impl<T: FfiPooled> FfiOutput for PoolBox<T> {
    type Abi = *mut T;
    const RETURNS: Fragment = &[Piece::Text("{\"pool\":\""), Piece::Text(T::ID), Piece::Text("\"}")];
    const FINGERPRINT: u64 = fingerprint::mix(&[fingerprint::POOL_BOX, <T as FfiType>::FINGERPRINT]);
    const PENDING: Option<fn(&Self::Abi) -> FfiPending> = Some(|slot| FfiPending::new(*slot, release::<T>));

    #[inline]
    fn bytes(&self) -> usize {
        size_of::<T>()
    }

    #[inline]
    fn into_abi(self) -> Result<*mut T, Failure> {
        Ok(self.into_raw().as_ptr())
    }
}

impl<T: FfiPooled> FfiSome for PoolBox<T> {}

/// Fails to compile, with a readable message, when `T` has no pool.
pub const fn assert_pooled<T: FfiPooled>() {}
