//! What a pool counts.

/// What happened in a pool so far; see [`Pool::stats`](super::Pool::stats).
///
/// Nothing is counted when all goes well: totals come from the slots, so numbers of a pool in use
/// are of slightly different moments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u64)]
pub enum PoolState {
    /// It can, or wasn't used yet.
    Open = 0,
    /// The operating system did not reserve the memory when it was last asked.
    ReservationFailed = 1,
    /// [`shutdown`](super::shutdown) was called.
    Closed = 2,
}

/// [`PoolStats`] as the C ABI has it: numbers of 64 bits, in the same order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct FfiPoolStats {
    /// See [`PoolStats::capacity`].
    pub capacity: u64,
    /// See [`PoolStats::stride`].
    pub stride: u64,
    /// See [`PoolStats::live`].
    pub live: u64,
    /// See [`PoolStats::high_water`].
    pub high_water: u64,
    /// See [`PoolStats::allocs`].
    pub allocs: u64,
    /// See [`PoolStats::frees`].
    pub frees: u64,
    /// See [`PoolStats::failed_allocs`].
    pub failed_allocs: u64,
    /// See [`PoolStats::bad_null`].
    pub bad_null: u64,
    /// See [`PoolStats::bad_foreign`].
    pub bad_foreign: u64,
    /// See [`PoolStats::bad_interior`].
    pub bad_interior: u64,
    /// See [`PoolStats::bad_double`].
    pub bad_double: u64,
    /// See [`PoolStats::bad_owned`].
    pub bad_owned: u64,
    /// See [`PoolStats::bad_closed`].
    pub bad_closed: u64,
    /// See [`PoolStats::stale`].
    pub stale: u64,
    /// The number of a [`PoolState`].
    pub state: u64,
    /// See [`PoolStats::lost`].
    pub lost: u64,
}

impl From<PoolStats> for FfiPoolStats {
    fn from(stats: PoolStats) -> Self {
        Self {
            capacity: stats.capacity,
            stride: stats.stride,
            live: stats.live,
            high_water: stats.high_water,
            allocs: stats.allocs,
            frees: stats.frees,
            failed_allocs: stats.failed_allocs,
            bad_null: stats.bad_null,
            bad_foreign: stats.bad_foreign,
            bad_interior: stats.bad_interior,
            bad_double: stats.bad_double,
            bad_owned: stats.bad_owned,
            bad_closed: stats.bad_closed,
            stale: stats.stale,
            state: stats.state as u64,
            lost: stats.lost,
        }
    }
}
