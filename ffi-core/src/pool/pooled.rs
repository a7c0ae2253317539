//! `FfiPooled`: a message with a pool.

use super::typed::Pool;
use crate::message::FfiMessage;

/// A message with a pool. Implemented by `#[derive(FfiMessage)]` with `#[ffi(pool = N)]`, which
/// keeps the contract below.
///
/// # Safety
///
/// - [`pool`](Self::pool) always returns the same pool, on all threads, and no other type's `pool`
///   returns it: there is one per type   and process. It is a `static` that was made for exactly
///   this type, with its size and alignment.
/// - A value of the type may be copied and forgotten bytewise, has no destructor, and all-zero
///   bytes are one, as   [`FfiMessage`] says; slots are zeroed, and handed from one owner to the
///   next as bytes.
/// - A value may be used by any thread: `Send` and `Sync` hold. Slots are allocated, read and freed
///   by any thread.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no pool",
    note = "add `#[ffi(pool = N)]` to it, with the number of slots it shall have"
)]
pub unsafe trait FfiPooled: FfiMessage + Send + Sync {
    /// Treatment of a slot's old bytes when it is allocated.
    const RESET: Reset = Reset::Zero;

    /// Kind of cache that threads have.
    const CACHE: PoolCache = PoolCache::Threads;

    /// Returns the pool of the type; always the same.
    fn pool() -> &'static Pool<Self>;
}

/// Treatment of the bytes that the last owner left in a slot, when it is allocated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Reset {
    /// Zeroes the slot.
    #[default]
    Zero,
    /// Leaves the bytes: for large messages that are filled anyway, such as frames.
    Keep,
}

/// Cache of slots that each thread keeps for its own next allocations; the [module](super) says
/// what each kind promises.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PoolCache {
    /// Each thread keeps up to 18 slots, and an eighth of them at most, but at least one; and up to
    /// 64 more while threads would keep an eighth of the slots at most together. That is so on
    /// systems that have the fence that takes them back.
    #[default]
    Threads,
    /// Threads keep nothing: every allocation and free is lock-free, and slower by its locked
    /// instructions.
    None,
}
