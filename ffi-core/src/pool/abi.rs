//! What the exported functions of a pool or queue call. None panics, none takes a lock, and any thread may call each.

use std::ffi::c_void;

use super::{FfiPoolStats, FfiPooled, FfiQueue, FreeCode, PoolBox, PushError};
use crate::types::{FfiRef, FfiType, Invalid};

/// `.._pool_alloc`: null when there is none.
#[inline(always)]
pub fn pool_alloc<T: FfiPooled>() -> *mut T {
    match T::pool().alloc_lent() {
        Some(slot) => slot.as_ptr(),
        None => std::ptr::null_mut(),
    }
}

/// `.._pool_alloc_many`: how many were allocated.
///
/// # Safety
///
/// `out` takes `count` pointers, or the count is 0.
#[inline]
pub unsafe fn pool_alloc_many<T: FfiPooled>(out: *mut *mut T, count: usize) -> usize {
    // SAFETY: the caller keeps the callee's contract.
    unsafe { T::pool().alloc_many_lent(out, count) }
}

/// `.._pool_free`: the number of a [`FreeCode`].
///
/// # Safety
///
/// Nobody uses the slot any more, if it is one.
#[inline(always)]
pub unsafe fn pool_free<T: FfiPooled>(slot: *mut T) -> i32 {
    T::pool().free_lent(slot) as i32
}

/// `.._pool_free_many`: how many were freed; their entries are null then.
///
/// # Safety
///
/// `slots` are `count` pointers that nobody else reads or writes, or the count is 0; nobody uses what they point to.
#[inline]
pub unsafe fn pool_free_many<T: FfiPooled>(slots: *mut *mut T, count: usize) -> usize {
    // SAFETY: the caller keeps the callee's contract.
    unsafe { T::pool().free_many_lent(slots, count) }
}

/// `.._pool_release`: frees the slot of a reference, for finalizers. The token is the reference in one pointer, as
/// [`Token`](super::token::Token) packs it; null is none.
///
/// A token that comes late does nothing: the slot was freed, Rust owns it, or it has its next message. Only that is counted.
///
/// # Safety
///
/// Nobody uses the slot any more, if the token's reference still means it.
#[inline]
pub unsafe fn pool_release<T: FfiPooled>(token: *mut c_void) {
    T::pool().release(token);
}

/// `.._pool_stats`.
///
/// # Safety
///
/// `out` may be written.
#[inline]
pub unsafe fn pool_stats<T: FfiPooled>(out: *mut FfiPoolStats) {
    // SAFETY: by this function's contract.
    unsafe { out.write(T::pool().stats().into()) };
}

/// `.._pool_resolve`: null when the handle is stale or none.
#[inline]
pub fn pool_resolve<T: FfiPooled>(index_plus_one: u32, generation: u32) -> *mut T {
    match T::pool().resolve(FfiRef::from_parts(index_plus_one, generation)) {
        Some(slot) => slot.as_ptr(),
        None => std::ptr::null_mut(),
    }
}

/// `.._pool_reference`: the handle of a live slot, its index plus one in the low half; else 0.
#[inline]
pub fn pool_reference<T: FfiPooled>(slot: *const T) -> u64 {
    T::pool().reference(slot).to_bits()
}

/// Whether [`pool_adopt`] would take a pointer. Nothing changes, so all arguments of a call can be looked at first.
#[inline]
pub fn pool_examine<T: FfiPooled>(slot: *const T) -> FreeCode {
    T::pool().examine(slot)
}

/// Makes a lent slot Rust's.
///
/// # Errors
///
/// Why it can't be.
///
/// # Safety
///
/// The slot, if it is one, holds a value of `T`, and its pointer isn't used any more.
#[inline]
pub unsafe fn pool_adopt<T: FfiPooled>(slot: *const T) -> Result<PoolBox<T>, FreeCode> {
    // SAFETY: the caller keeps the callee's contract.
    unsafe { T::pool().adopt(slot) }
}

/// Why [`pool_claim`] left a slot to its owner.
#[derive(Debug)]
pub enum Unclaimed {
    /// The pointer is not that of a lent slot.
    Pointer(FreeCode),
    /// The slot's bytes are no value of its type.
    Value(Invalid),
}

/// Makes a lent slot Rust's, once its pointer and the bytes in it have been found good.
///
/// # Errors
///
/// Why not; the slot is still the caller's.
///
/// # Safety
///
/// When `slot` is that of a slot the caller owns, nobody writes to it meanwhile, and nobody uses it once it is Rust's.
#[inline]
pub unsafe fn pool_claim<T: FfiPooled>(slot: *mut T) -> Result<PoolBox<T>, Unclaimed> {
    let code = pool_examine(slot);
    if !code.is_ok() {
        return Err(Unclaimed::Pointer(code));
    }
    // SAFETY: a lent slot is aligned and initialised; the caller vouches that nobody writes to it.
    unsafe { <T as FfiType>::check(slot) }.map_err(Unclaimed::Value)?;
    // SAFETY: the value was found valid; the caller vouches that its pointer isn't used any more.
    unsafe { pool_adopt(slot) }.map_err(Unclaimed::Pointer)
}

/// Code of `.._push`: the queue is full.
pub const QUEUE_FULL: i32 = 7;

/// Code of `.._push`: the queue is closed.
pub const QUEUE_CLOSED: i32 = 8;

/// Code of `.._push`: the slot's bytes are no value of its type.
pub const QUEUE_INVALID: i32 = 9;

/// `.._push`: 0, the number of a [`FreeCode`], or one of the codes above; unless it is 0 the slot is still the caller's.
///
/// # Safety
///
/// Nobody writes to the slot meanwhile, if it is one, and nobody uses it once it was pushed.
pub unsafe fn queue_push<T: FfiPooled, const N: usize>(queue: &FfiQueue<T, N>, slot: *mut T) -> i32 {
    // SAFETY: the caller keeps the callee's contract.
    let slot = match unsafe { pool_claim(slot) } {
        Ok(slot) => slot,
        Err(Unclaimed::Pointer(code)) => return code as i32,
        Err(Unclaimed::Value(_)) => return QUEUE_INVALID,
    };
    match queue.push(slot) {
        Ok(()) => 0,
        Err(refused) => {
            let code = match &refused {
                PushError::Full(_) => QUEUE_FULL,
                PushError::Closed(_) => QUEUE_CLOSED,
            };
            let _ = refused.into_inner().into_raw();
            code
        }
    }
}

/// `.._pop`: null when the queue is empty.
pub fn queue_pop<T: FfiPooled, const N: usize>(queue: &FfiQueue<T, N>) -> *mut T {
    queue.pop().map_or(std::ptr::null_mut(), |slot| slot.into_raw().as_ptr())
}

/// `.._pop_many`: how many were popped.
///
/// # Safety
///
/// `out` takes `count` pointers, or the count is 0.
pub unsafe fn queue_pop_many<T: FfiPooled, const N: usize>(
    queue: &FfiQueue<T, N>,
    out: *mut *mut T,
    count: usize,
) -> usize {
    for popped in 0..count {
        let Some(slot) = queue.pop() else { return popped };
        // SAFETY: below the count.
        let entry = unsafe { out.add(popped) };
        // SAFETY: as above.
        unsafe { entry.write(slot.into_raw().as_ptr()) };
    }
    count
}

/// `.._len`.
pub fn queue_len<T: FfiPooled, const N: usize>(queue: &FfiQueue<T, N>) -> usize {
    queue.len()
}

/// `.._close`.
pub fn queue_close<T: FfiPooled, const N: usize>(queue: &FfiQueue<T, N>) {
    queue.close();
}

/// `.._is_closed`: 1 if it is.
pub fn queue_is_closed<T: FfiPooled, const N: usize>(queue: &FfiQueue<T, N>) -> u8 {
    queue.is_closed().into()
}
