//! What a pool counts.

/// What happened in a pool so far; see [`Pool::stats`](super::Pool::stats).
///
/// Nothing is counted when all goes well: totals come from the slots, so numbers of a pool in use
/// are of slightly different moments.
///
/// The C ABI has the same struct: sixteen numbers of 64 bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
#[non_exhaustive]
pub struct PoolStats {
    /// Slots.
    pub capacity: u64,
    /// Bytes from one slot to the next.
    pub stride: u64,
    /// Slots that are handed out.
    pub live: u64,
    /// The highest number of live slots that was seen: now and then while allocating, at
    /// exhaustion, and by this call.
    pub high_water: u64,
    /// Messages that were allocated.
    pub allocs: u64,
    /// Messages that were freed. Of two frees of one slot that race, both may be counted here.
    pub frees: u64,
    /// Allocations that failed; several at once count as one.
    pub failed_allocs: u64,
    /// Frees of null.
    pub bad_null: u64,
    /// Frees of a pointer outside of the pool.
    pub bad_foreign: u64,
    /// Frees of a pointer inside of a slot, and not its start.
    pub bad_interior: u64,
    /// Frees of a slot that is not live.
    pub bad_double: u64,
    /// Frees of a slot that a [`PoolBox`](super::PoolBox) owns.
    pub bad_owned: u64,
    /// Frees after [`shutdown`](super::shutdown).
    pub bad_closed: u64,
    /// Handles that did not resolve, and tokens of finalizers that came late.
    pub stale: u64,
    /// Whether it can be used.
    pub state: PoolState,
    /// Slots that were live when the pool was last opened [again](super::reopen), and may have no
    /// owner any more.
    pub lost: u64,
}

/// Whether a pool can be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(u64)]
#[non_exhaustive]
pub enum PoolState {
    /// It can, or wasn't used yet.
    #[default]
    Open = 0,
    /// The operating system did not reserve the memory when it was last asked.
    ReservationFailed = 1,
    /// [`shutdown`](super::shutdown) was called.
    Closed = 2,
}
