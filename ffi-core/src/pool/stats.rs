//! Statistics of a pool.

/// Statistics of a pool since it was opened; see [`Pool::stats`](super::Pool::stats).
///
/// Successful allocations and frees update no counter: totals are added up from the slots, so the
/// numbers of a pool in use are of slightly different moments.
///
/// The C ABI has the same struct: sixteen numbers of 64 bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
#[non_exhaustive]
pub struct PoolStats {
    /// Number of slots.
    pub capacity: u64,
    /// Number of bytes from one slot to the next.
    pub stride: u64,
    /// Number of slots that are handed out.
    pub live: u64,
    /// The highest number of live slots that was seen: now and then while allocating, at
    /// exhaustion, and by this call.
    pub high_water: u64,
    /// Number of messages that were allocated.
    pub allocs: u64,
    /// Number of messages that were freed. Of two frees of one slot that race, both may be counted.
    pub frees: u64,
    /// Number of allocations that failed; several at once count as one.
    pub failed_allocs: u64,
    /// Number of frees of null.
    pub bad_null: u64,
    /// Number of frees of a pointer outside of the pool.
    pub bad_foreign: u64,
    /// Number of frees of a pointer inside of a slot, and not its start.
    pub bad_interior: u64,
    /// Number of frees of a slot that is not live.
    pub bad_double: u64,
    /// Number of frees of a slot that a [`PoolBox`](super::PoolBox) owns.
    pub bad_owned: u64,
    /// Number of frees after [`shutdown`](super::shutdown).
    pub bad_closed: u64,
    /// Number of handles that did not resolve, and of finalizer tokens that came late.
    pub stale: u64,
    /// State of the pool.
    pub state: PoolState,
    /// Number of slots that were live when the pool was last opened [again](super::reopen), and may
    /// have no owner any more.
    pub lost: u64,
}

/// Statistics of a queue; see [`FfiQueue::stats`](super::FfiQueue::stats).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct QueueStats {
    /// Number of messages that the queue has room for.
    pub capacity: u64,
    /// Number of messages in the queue.
    pub len: u64,
    /// Number of messages that were pushed.
    pub pushed: u64,
    /// Number of messages that were popped.
    pub popped: u64,
    /// Number of pushes that found no room; one that a program tries again counts again.
    pub full: u64,
    /// True if the queue is closed.
    pub closed: bool,
}

/// State of a pool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(u64)]
#[non_exhaustive]
pub enum PoolState {
    /// The pool can be used, or wasn't used yet.
    #[default]
    Open = 0,
    /// The operating system did not reserve the memory when it was last asked.
    ReservationFailed = 1,
    /// [`shutdown`](super::shutdown) was called.
    Closed = 2,
}
