//! Bodies of the exported functions of pools and queues. None panics, and any thread may call each.
//! None takes a lock, but a push into a queue that an isolate waits for.

use std::ffi::c_void;
use std::ptr::NonNull;
#[cfg(feature = "async")]
use std::sync::Arc;

#[cfg(feature = "async")]
use super::bell::Listener;
use super::boxed::PoolBox;
use super::claim::Claim;
pub use super::claim::Unclaimed;
use super::error::FreeCode;
use super::pooled::FfiPooled;
use super::queue::{FfiQueue, PopError, PushError};
use super::stats::PoolStats;
use super::untyped::Untyped;
use crate::types::FfiRef;

/// The C functions of the pool of `$message`: see `operations.rs`.
#[doc(hidden)]
#[macro_export]
macro_rules! __pool_operations {
    ($then:ident!, $prefix:literal, $message:ty) => {
        $crate::$then! { $prefix, where [],
            alloc: fn() -> *mut $message = __ffi::pool_alloc::<$message>();
            alloc_many: fn(slots: *mut *mut $message, count: __ffi::usize) -> __ffi::usize
                = __ffi::pool_alloc_many(slots, count);
            free: fn(slot: *mut $message) -> __ffi::i32 = __ffi::pool_free(slot);
            free_many: fn(slots: *mut *mut $message, count: __ffi::usize) -> __ffi::usize
                = __ffi::pool_free_many(slots, count);
            release: fn(token: *mut __ffi::core::ffi::c_void) -> () = __ffi::pool_release::<$message>(token);
            stats: fn(stats: *mut __ffi::PoolStats) -> () = __ffi::pool_stats::<$message>(stats);
            live: fn() -> __ffi::usize = __ffi::pool_live::<$message>();
            resolve: fn(index_plus_one: __ffi::u32, generation: __ffi::u32) -> *mut $message
                = __ffi::pool_resolve(index_plus_one, generation);
            reference: fn(slot: *const $message) -> __ffi::u64 = __ffi::pool_reference(slot);
        }
    };
}

/// Body of `.._pool_alloc`: a claimed slot, or null when there is none.
#[inline(always)]
pub fn pool_alloc<T: FfiPooled>() -> *mut T {
    alloc(T::pool().untyped()) as *mut T
}

/// Body of `.._pool_alloc_many`: returns how many slots were allocated.
///
/// # Safety
///
/// `out` takes `count` pointers, or the count is 0.
#[inline(always)]
pub unsafe fn pool_alloc_many<T: FfiPooled>(out: *mut *mut T, count: usize) -> usize {
    // SAFETY: by this function's contract `out` takes `count` pointers, as the callee asks.
    unsafe { T::pool().untyped().alloc_many_lent(out as *mut *mut u8, count) }
}

/// Body of `.._pool_free`: returns 0, or the number of a [`FreeCode`].
///
/// # Safety
///
/// Nobody uses the slot any more, if it is one.
#[inline(always)]
pub unsafe fn pool_free<T: FfiPooled>(slot: *mut T) -> i32 {
    let pool = T::pool().untyped();
    if T::SECRET { free_secret(pool, slot as *const u8) } else { free(pool, slot as *const u8) }
}

/// Body of `.._pool_free_many`: returns how many slots were freed, and writes null over their
/// pointers.
///
/// # Safety
///
/// `slots` are `count` pointers that nobody else reads or writes, or the count is 0; nobody uses
/// what they point to.
#[inline(always)]
pub unsafe fn pool_free_many<T: FfiPooled>(slots: *mut *mut T, count: usize) -> usize {
    let (pool, slots) = (T::pool().untyped(), slots as *mut *mut u8);
    if T::SECRET {
        // SAFETY: by this function's contract `slots` are `count` pointers of the caller's own, as
        // the callee asks.
        unsafe { pool.free_many_secret(slots, count) }
    } else {
        // SAFETY: by this function's contract `slots` are `count` pointers of the caller's own, as
        // the callee asks.
        unsafe { pool.free_many_lent(slots, count) }
    }
}

/// Body of `.._pool_release`: frees the slot of a reference, for finalizers. The token is the
/// reference in one pointer, as `pool/token.rs` packs it; null is none.
///
/// A token that comes late is only counted: the slot was freed, Rust owns it, or it holds its next
/// message.
///
/// # Safety
///
/// Nobody uses the slot any more, if the token's reference still means it.
#[inline(always)]
pub unsafe fn pool_release<T: FfiPooled>(token: *mut c_void) {
    let pool = T::pool().untyped();
    if T::SECRET { pool.release_secret(token) } else { pool.release(token) }
}

/// Body of `.._pool_stats`.
///
/// # Safety
///
/// `out` may be written.
#[inline(always)]
pub unsafe fn pool_stats<T: FfiPooled>(out: *mut PoolStats) {
    // SAFETY: by this function's contract `out` may be written.
    unsafe { stats(T::pool().untyped(), out) };
}

/// Body of `.._pool_live`: the number of slots that are handed out. It reads a bit of each slot,
/// and `.._pool_stats` a word.
#[inline(always)]
pub fn pool_live<T: FfiPooled>() -> usize {
    T::pool().live_count()
}

/// Body of `.._pool_resolve`: null if the handle is stale or none, if a [`PoolBox`] owns the
/// message, or while Rust reads a message that was never exposed, as no call may have it as `&mut`
/// then. The message is exposed from then on.
#[inline(always)]
pub fn pool_resolve<T: FfiPooled>(index_plus_one: u32, generation: u32) -> *mut T {
    resolve(T::pool().untyped(), index_plus_one, generation) as *mut T
}

/// Body of `.._pool_reference`: the handle of a live slot, with its index plus one in the low half;
/// 0 if the slot is not live.
#[inline(always)]
pub fn pool_reference<T: FfiPooled>(slot: *const T) -> u64 {
    reference(T::pool().untyped(), slot as *const u8)
}

// The bodies without a type. The two that programs call most are inlined where the size of a slot
// is a constant, but not in debug builds, in which each message would cost compile time for a copy,
// nor in those for size, in which it would cost 420 bytes.

#[cfg_attr(not(any(debug_assertions, small)), inline(always))]
#[cfg_attr(small, inline(never))]
fn alloc(pool: Untyped<'static>) -> *mut u8 {
    pool.alloc_lent()
}

#[cfg_attr(not(any(debug_assertions, small)), inline(always))]
#[cfg_attr(small, inline(never))]
fn free(pool: Untyped<'_>, slot: *const u8) -> i32 {
    pool.free_lent::<false>(slot)
}

#[cfg_attr(not(any(debug_assertions, small)), inline(always))]
#[cfg_attr(small, inline(never))]
fn free_secret(pool: Untyped<'_>, slot: *const u8) -> i32 {
    pool.free_lent::<true>(slot)
}

/// # Safety
///
/// `out` may be written.
#[inline(never)]
unsafe fn stats(pool: Untyped<'_>, out: *mut PoolStats) {
    // SAFETY: by this function's contract `out` may be written.
    unsafe { out.write(pool.raw.stats()) };
}

#[cfg_attr(small, inline(never))]
fn resolve(pool: Untyped<'_>, index_plus_one: u32, generation: u32) -> *mut u8 {
    let handle = FfiRef::<()>::from_parts(index_plus_one, generation);
    pool.resolve_exposed(handle.index(), generation).map_or(std::ptr::null_mut(), NonNull::as_ptr)
}

#[cfg_attr(small, inline(never))]
fn reference(pool: Untyped<'_>, slot: *const u8) -> u64 {
    let found = pool.reference(slot);
    found.map_or(0, |(index, generation)| FfiRef::<()>::new(index, generation).to_bits())
}

/// Looks at a pointer and changes nothing, so that a call can look at all its arguments first.
///
/// # Errors
///
/// Returns the reason why [`pool_adopt`] would refuse the pointer.
#[inline]
pub fn pool_examine<T: FfiPooled>(slot: *const T) -> Result<(), FreeCode> {
    T::pool().untyped().examine(slot as *const u8)
}

/// Takes a lent slot into Rust's ownership.
///
/// # Errors
///
/// Returns the reason why the slot can't be taken.
///
/// # Safety
///
/// The slot, if it is one, holds a value of `T`, and its pointer isn't used any more.
#[inline]
pub unsafe fn pool_adopt<T: FfiPooled>(slot: *const T) -> Result<PoolBox<T>, FreeCode> {
    // SAFETY: by this function's contract the slot, if it is one, holds a value, and its pointer
    // isn't used any more, as the callee asks.
    unsafe { T::pool().adopt(slot) }
}

/// Claims a lent slot for a moment, if its bytes are a value of the type. [`Claim::complete`] makes
/// it Rust's; dropping the claim gives it back to the lender.
///
/// # Errors
///
/// Returns the reason why the slot was not claimed; it is still the caller's.
///
/// # Safety
///
/// If the caller owns the slot, nobody writes to it meanwhile, and nobody uses it once it is
/// Rust's.
#[inline]
pub unsafe fn pool_claim<T: FfiPooled>(slot: *mut T) -> Result<Claim<T>, Unclaimed> {
    // SAFETY: by this function's contract nobody uses the slot, if it is one, until it is the
    // lender's again, as the callee asks.
    unsafe { T::pool().claim_lent(slot) }
}

/// Queue types that `#[ffi_export]` accepts as the type of a static. Only [`FfiQueue`] can
/// implement it. No unsafe code relies on it: the static is a queue of that message and capacity,
/// or the code that the attribute writes has a type error.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be exported",
    label = "not a queue",
    note = "`static FRAMES: FfiQueue<Frame, 8> = FfiQueue::new();`"
)]
pub trait ExportedQueue: sealed::Sealed + Sync {
    /// Type of the messages.
    type Message: FfiPooled;
    /// Number of messages that it holds at most.
    const CAPACITY: usize;

    #[doc(hidden)]
    fn push_claim(&self, claim: Claim<Self::Message>) -> Result<(), PushError<Claim<Self::Message>>>;
    #[doc(hidden)]
    fn try_pop(&self) -> Result<PoolBox<Self::Message>, PopError>;
    #[doc(hidden)]
    fn waiting(&self) -> usize;
    #[doc(hidden)]
    fn close(&self);
    #[doc(hidden)]
    fn is_closed(&self) -> bool;
    #[cfg(feature = "async")]
    #[doc(hidden)]
    fn pop_now(&self) -> Result<PoolBox<Self::Message>, PopError>;
    #[cfg(feature = "async")]
    #[doc(hidden)]
    fn arm(&self) -> bool;
    #[cfg(feature = "async")]
    #[doc(hidden)]
    fn listen(&self, listener: Arc<dyn Listener>);
    #[cfg(feature = "async")]
    #[doc(hidden)]
    fn leave(&self, listener: &Arc<dyn Listener>);
}

mod sealed {
    pub trait Sealed {}
    impl<T: crate::FfiPooled, const N: usize> Sealed for crate::FfiQueue<T, N> {}
}

impl<T: FfiPooled, const N: usize> ExportedQueue for FfiQueue<T, N> {
    type Message = T;
    const CAPACITY: usize = N;

    #[inline]
    fn push_claim(&self, claim: Claim<T>) -> Result<(), PushError<Claim<T>>> {
        self.push_claim(claim)
    }

    #[inline]
    fn try_pop(&self) -> Result<PoolBox<T>, PopError> {
        self.try_pop()
    }

    #[inline]
    fn waiting(&self) -> usize {
        self.len()
    }

    #[inline]
    fn close(&self) {
        self.close();
    }

    #[inline]
    fn is_closed(&self) -> bool {
        self.is_closed()
    }

    #[cfg(feature = "async")]
    fn pop_now(&self) -> Result<PoolBox<T>, PopError> {
        self.try_pop_now()
    }

    #[cfg(feature = "async")]
    fn arm(&self) -> bool {
        self.arm()
    }

    #[cfg(feature = "async")]
    fn listen(&self, listener: Arc<dyn Listener>) {
        self.bell().add(listener);
    }

    #[cfg(feature = "async")]
    fn leave(&self, listener: &Arc<dyn Listener>) {
        self.bell().remove(listener);
    }
}

/// Fails to compile, with a readable message, when `Q` isn't a queue.
pub const fn assert_queue<Q: ExportedQueue>() {}

/// The C functions of `$queue`, a reference to a queue of type `$type`: see `operations.rs`.
#[doc(hidden)]
#[macro_export]
macro_rules! __queue_operations {
    ($then:ident!, $prefix:literal, $queue:ident: $type:ty, where $bounds:tt) => {
        $crate::__queue_operations_of! { $then!, $prefix, $queue, where $bounds,
            push: fn(slot: *mut <$type as __ffi::ExportedQueue>::Message) -> __ffi::i32
                = __ffi::queue_push($queue, slot);
            pop: fn(code: *mut __ffi::i32) -> *mut <$type as __ffi::ExportedQueue>::Message
                = __ffi::queue_pop($queue, code);
            pop_many: fn(
                slots: *mut *mut <$type as __ffi::ExportedQueue>::Message,
                count: __ffi::usize
            ) -> __ffi::usize = __ffi::queue_pop_many($queue, slots, count);
            len: fn() -> __ffi::usize = __ffi::queue_len($queue);
            close: fn() -> () = __ffi::queue_close($queue);
            is_closed: fn() -> __ffi::u8 = __ffi::queue_is_closed($queue);
        }
    };
}

/// Adds the operation with which Dart listens to a queue.
#[cfg(feature = "async")]
#[doc(hidden)]
#[macro_export]
macro_rules! __queue_operations_of {
    ($then:ident!, $prefix:literal, $queue:ident, where $bounds:tt, $($operations:tt)*) => {
        $crate::$then! { $prefix, where $bounds,
            $($operations)*
            stream: fn(
                mailbox: *const __ffi::FfiMailbox,
                call: __ffi::u64,
                _now: *mut __ffi::FfiEvent,
                status: *mut __ffi::FfiStatus
            ) -> __ffi::i32 = __ffi::queue_stream($queue, mailbox, call, status);
        }
    };
}

/// Leaves the operations as they are: without mailboxes, Dart can't listen to a queue.
#[cfg(not(feature = "async"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __queue_operations_of {
    ($then:ident!, $prefix:literal, $queue:ident, where $bounds:tt, $($operations:tt)*) => {
        $crate::$then! { $prefix, where $bounds, $($operations)* }
    };
}

/// Code of `.._push`: the queue is full.
pub const QUEUE_FULL: i32 = 7;

/// Code of `.._push`: the queue is closed.
pub const QUEUE_CLOSED: i32 = 8;

/// Code of `.._push`: the slot's bytes are no value of its type.
pub const QUEUE_INVALID: i32 = 9;

/// Body of `.._push`: 0, the number of a [`FreeCode`], or one of the codes above. The slot is still
/// the caller's unless the result is 0.
///
/// # Safety
///
/// Nobody writes to the slot meanwhile, if it is one, and nobody uses it once it was pushed.
pub unsafe fn queue_push<Q: ExportedQueue>(queue: &Q, slot: *mut Q::Message) -> i32 {
    // SAFETY: by this function's contract nobody uses the slot, if it is one, until it is the
    // lender's again.
    let slot = match unsafe { pool_claim(slot) } {
        Ok(slot) => slot,
        Err(Unclaimed::Pointer(code)) => return code as i32,
        Err(Unclaimed::Value(_)) => return QUEUE_INVALID,
    };
    match queue.push_claim(slot) {
        Ok(()) => 0,
        Err(PushError::Full(_)) => QUEUE_FULL,
        Err(PushError::Closed(_)) => QUEUE_CLOSED,
    }
}

/// Code of `.._pop`: the queue is empty; if it is also closed, it stays empty.
pub const QUEUE_EMPTY: i32 = 10;

/// Code of `.._pop`: the message at the front was still being pushed after a millisecond.
pub const QUEUE_BUSY: i32 = 11;

/// Body of `.._pop`: the message at the front, or null. `code` may be null; otherwise it is set to
/// 0, or to one of the codes above if the result is null.
///
/// # Safety
///
/// `code` may be written, or is null.
pub unsafe fn queue_pop<Q: ExportedQueue>(queue: &Q, code: *mut i32) -> *mut Q::Message {
    let (slot, number) = match queue.try_pop() {
        Ok(slot) => (slot.into_raw().as_ptr(), 0),
        Err(PopError::Empty) => (std::ptr::null_mut(), QUEUE_EMPTY),
        Err(PopError::Busy) => (std::ptr::null_mut(), QUEUE_BUSY),
    };
    if !code.is_null() {
        // SAFETY: by this function's contract it may be written, as it is not null.
        unsafe { code.write(number) };
    }
    slot
}

/// Body of `.._pop_many`: returns how many messages were popped, in order. It stops when `.._pop`
/// would return null.
///
/// # Safety
///
/// `out` takes `count` pointers, or the count is 0.
pub unsafe fn queue_pop_many<Q: ExportedQueue>(queue: &Q, out: *mut *mut Q::Message, count: usize) -> usize {
    for popped in 0..count {
        let Ok(slot) = queue.try_pop() else { return popped };
        // SAFETY: `popped` is below the count, for which there is room by this function's contract.
        let entry = unsafe { out.add(popped) };
        // SAFETY: an entry that may be written by this function's contract.
        unsafe { entry.write(slot.into_raw().as_ptr()) };
    }
    count
}

/// Body of `.._len`.
pub fn queue_len<Q: ExportedQueue>(queue: &Q) -> usize {
    queue.waiting()
}

/// Body of `.._close`.
pub fn queue_close<Q: ExportedQueue>(queue: &Q) {
    queue.close();
}

/// Body of `.._is_closed`: 1 if the queue is closed, else 0.
pub fn queue_is_closed<Q: ExportedQueue>(queue: &Q) -> u8 {
    queue.is_closed().into()
}
