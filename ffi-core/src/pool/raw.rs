//! A pool without its message: opening, closing, counting, and all that is not on the fast path.

use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, Ordering};

use super::cache::Cache as _;
use super::error::{FreeCode, PoolError, PoolErrorKind};
use super::known;
use super::list::{Link, Linked, List};
use super::live::LITTLE;
use super::reserve::{self, Arena, Plan};
use super::stats::{PoolState, PoolStats};
use super::word::Refused;

/// The static part of a pool.
#[derive(Debug)]
pub(crate) struct RawPool {
    /// The arena, which the fast path reads first: null before the first use, and again once the
    /// pool is closed, so that the check for a closed pool costs the fast path nothing.
    arena: AtomicPtr<Arena>,
    /// The same arena, also after the pool was closed.
    kept: AtomicPtr<Arena>,
    link: Link<Self>,
    name: &'static str,
    capacity: u32,
    stride: usize,
    align: usize,
    reservation_failed: AtomicBool,
    counts: Counts,
    #[cfg(feature = "pool-debug")]
    pub(super) journal: super::debug::Journal,
}

/// Counts of failures, and the high-water mark. They have cache lines of their own, which a pool
/// without failures doesn't write.
#[derive(Debug)]
#[repr(align(64))]
struct Counts {
    high_water: AtomicU64,
    failed: AtomicU64,
    /// Refused pointers, by the number of their [`FreeCode`]; none has the number 0.
    bad: [AtomicU64; 7],
    stale: AtomicU64,
    lost: AtomicU64,
}

impl Linked for RawPool {
    fn link(&self) -> &Link<Self> {
        &self.link
    }
}

/// The pools that were used.
static OPENED: List<RawPool> = List::new();

/// True once [`shutdown`] was called.
static SHUT: AtomicBool = AtomicBool::new(false);

impl RawPool {
    pub(super) const fn new(name: &'static str, capacity: u32, stride: usize, align: usize) -> Self {
        assert!(capacity > 0, "a pool has at least one slot");
        assert!(capacity < u32::MAX, "a pool has at most `u32::MAX - 1` slots");
        assert!(stride > 0, "a message has at least one byte");
        assert!(Plan::new(capacity, stride, align).is_some(), "the pool is larger than the address space");
        Self {
            arena: AtomicPtr::new(ptr::null_mut()),
            kept: AtomicPtr::new(ptr::null_mut()),
            link: Link::new(),
            name,
            capacity,
            stride,
            align,
            reservation_failed: AtomicBool::new(false),
            counts: Counts {
                high_water: AtomicU64::new(0),
                failed: AtomicU64::new(0),
                bad: [const { AtomicU64::new(0) }; 7],
                stale: AtomicU64::new(0),
                lost: AtomicU64::new(0),
            },
            #[cfg(feature = "pool-debug")]
            journal: super::debug::Journal::new(),
        }
    }

    pub(super) const fn name(&self) -> &'static str {
        self.name
    }

    pub(super) const fn capacity(&self) -> u32 {
        self.capacity
    }

    /// Returns the arena, while the pool is open.
    #[inline(always)]
    pub(super) fn arena(&self) -> Option<&'static Arena> {
        // Pairs with the exchange in `open`.
        let arena = self.arena.load(Ordering::Acquire);
        // SAFETY: null, or an arena that `open` published, which is never written or unmapped.
        unsafe { arena.as_ref() }
    }

    /// Returns the arena, also after the pool was closed; none if the pool was never used.
    #[inline]
    pub(super) fn kept(&self) -> Option<&'static Arena> {
        // Pairs with the exchange in `open`.
        let arena = self.kept.load(Ordering::Acquire);
        // SAFETY: null, or an arena that `open` published, which is never written or unmapped.
        unsafe { arena.as_ref() }
    }

    /// Opens the pool at its first use. Threads keep slots of it if it is `cached`.
    #[cold]
    #[inline(never)]
    pub(super) fn open(&'static self, cached: bool) -> Result<&'static Arena, PoolErrorKind> {
        if SHUT.load(Ordering::SeqCst) {
            return Err(PoolErrorKind::Closed);
        }
        if let Some(arena) = self.kept() {
            // Another thread is also opening the pool and about to publish the same arena, or
            // `shutdown` or `reopen` came meanwhile.
            self.publish(arena);
            return Ok(arena);
        }
        let publish = |arena: NonNull<Arena>| {
            // The first of several threads wins. The exchange publishes the memory that the arena
            // refers to.
            let won = self
                .kept
                .compare_exchange(ptr::null_mut(), arena.as_ptr(), Ordering::AcqRel, Ordering::Acquire)
                .is_ok();
            if won {
                OPENED.add(self);
                if let Some(arena) = self.kept() {
                    arena.slots.cache().enlist();
                    self.publish(arena);
                }
            }
            won
        };
        let reserved = Plan::new(self.capacity, self.stride, self.align)
            .is_some_and(|plan| reserve::reserve(plan, self.capacity, self.align, cached, publish));
        self.reservation_failed.store(!reserved, Ordering::Relaxed);
        match self.kept() {
            Some(_) if SHUT.load(Ordering::SeqCst) => Err(PoolErrorKind::Closed),
            Some(arena) => Ok(arena),
            None => Err(PoolErrorKind::Reservation),
        }
    }

    /// Opens the pool, unless [`shutdown`] was called.
    fn publish(&self, arena: &'static Arena) {
        // It is in one total order with `shutdown`, which first sets the flag and then walks the
        // list: either it finds the arena here and takes it away, or the load sees the flag.
        self.arena.store(ptr::from_ref(arena).cast_mut(), Ordering::SeqCst);
        if SHUT.load(Ordering::SeqCst) {
            self.arena.store(ptr::null_mut(), Ordering::SeqCst);
        }
    }

    /// Counts what is wrong with a pointer that is no slot, or with the pool, and returns it.
    #[cold]
    #[inline(never)]
    pub(super) fn misfit(&self, slot: *const u8, counted: bool) -> FreeCode {
        let code = match self.kept() {
            _ if slot.is_null() => FreeCode::Null,
            None if SHUT.load(Ordering::SeqCst) => FreeCode::Closed,
            None => FreeCode::Foreign,
            Some(arena) => {
                let offset = slot.addr().wrapping_sub(arena.base.addr().get());
                if offset >= self.stride * self.capacity as usize {
                    FreeCode::Foreign
                } else if !offset.is_multiple_of(self.stride) {
                    FreeCode::Interior
                } else {
                    FreeCode::Closed
                }
            }
        };
        if counted { self.bad(code) } else { code }
    }

    /// Counts a refused free.
    #[cold]
    #[inline(never)]
    #[cfg_attr(
        not(feature = "pool-debug"),
        expect(unused_variables, reason = "only a journal has the slots' sites")
    )]
    pub(super) fn refused(&self, index: usize, refused: Refused) -> FreeCode {
        #[cfg(feature = "pool-debug")]
        if refused == Refused::NotLive {
            self.journal.double_free(self.name, index);
        }
        self.bad(code(refused))
    }

    fn bad(&self, code: FreeCode) -> FreeCode {
        self.counts.bad[code as usize].fetch_add(1, Ordering::Relaxed);
        code
    }

    /// Counts a handle that did not resolve.
    #[cold]
    #[inline(never)]
    pub(super) fn stale(&self) {
        self.counts.stale.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts an allocation that failed.
    #[cold]
    #[inline(never)]
    pub(super) fn failed(&self, kind: PoolErrorKind) -> PoolErrorKind {
        self.counts.failed.fetch_add(1, Ordering::Relaxed);
        if kind == PoolErrorKind::Exhausted {
            // No slot was free when it was looked at.
            self.counts.high_water.fetch_max(u64::from(self.capacity), Ordering::Relaxed);
        }
        kind
    }

    #[cold]
    pub(super) fn error(&self, kind: PoolErrorKind) -> PoolError {
        let bytes = Plan::new(self.capacity, self.stride, self.align).map_or(usize::MAX, |plan| plan.bytes);
        PoolError { pool: self.name, capacity: self.capacity, bytes, kind }
    }

    /// Updates the high-water mark when candidates ran out for the `refills`th time, and `more`
    /// slots are about to be claimed. It looks so rarely that it costs nothing.
    pub(super) fn sample(&self, arena: &Arena, refills: u64, more: usize) {
        let period = (arena.slots.cache().live().groups() as u64 / LITTLE).max(1);
        if refills.is_multiple_of(period) {
            self.saw((arena.slots.count() + more).min(arena.slots.capacity()) as u64);
        }
    }

    /// Raises the high-water mark to `live`.
    pub(super) fn saw(&self, live: u64) {
        if live > self.counts.high_water.load(Ordering::Relaxed) {
            self.counts.high_water.fetch_max(live, Ordering::Relaxed);
        }
    }

    /// Returns how many slots are handed out, and raises the high-water mark to that.
    pub(super) fn live(&self) -> usize {
        let live = self.kept().map_or(0, |arena| arena.slots.count_fast());
        self.saw(live as u64);
        live
    }

    pub(super) fn stats(&self) -> PoolStats {
        let (live, frees) = self.kept().map_or((0, 0), |arena| arena.slots.totals());
        self.saw(live);
        let state = if SHUT.load(Ordering::SeqCst) {
            PoolState::Closed
        } else if self.reservation_failed.load(Ordering::Relaxed) && self.kept().is_none() {
            PoolState::ReservationFailed
        } else {
            PoolState::Open
        };
        let bad = |code: FreeCode| self.counts.bad[code as usize].load(Ordering::Relaxed);
        PoolStats {
            capacity: u64::from(self.capacity),
            stride: self.stride as u64,
            live,
            high_water: self.counts.high_water.load(Ordering::Relaxed),
            allocs: frees + live,
            frees,
            failed_allocs: self.counts.failed.load(Ordering::Relaxed),
            bad_null: bad(FreeCode::Null),
            bad_foreign: bad(FreeCode::Foreign),
            bad_interior: bad(FreeCode::Interior),
            bad_double: bad(FreeCode::NotLive),
            bad_owned: bad(FreeCode::Owned),
            bad_closed: bad(FreeCode::Closed),
            stale: self.counts.stale.load(Ordering::Relaxed),
            state,
            lost: self.counts.lost.load(Ordering::Relaxed),
        }
    }
}

/// Returns the statistics of all pools that were opened, each with its name.
#[cfg(feature = "metrics")]
pub(crate) fn all_stats() -> Vec<(&'static str, PoolStats)> {
    OPENED.iter().map(|pool| (pool.name, pool.stats())).collect()
}

/// Returns the code of a refused free.
pub(super) fn code(refused: Refused) -> FreeCode {
    match refused {
        Refused::NotLive => FreeCode::NotLive,
        Refused::Owned | Refused::Exposed | Refused::Busy => FreeCode::Owned,
    }
}

/// Closes all pools and exported queues of the library, and returns how many slots were still live:
/// those that leaked.
///
/// Consumers of queues, in Rust and in Dart, get the messages that are left, and then see the end.
/// From then on nothing is allocated, frees are refused as [`FreeCode::Closed`], and dropping a
/// [`PoolBox`](super::boxed::PoolBox) does nothing. The slots stay in place and readable, so a
/// pointer that is still used does no harm. Operations of other threads that run at this moment may
/// still succeed. [`reopen`] opens them again.
///
/// # Examples
///
/// ```
/// # use ffi_core::pool;
/// assert_eq!(pool::shutdown(), 0);
/// ```
pub fn shutdown() -> u64 {
    known::shut();
    SHUT.store(true, Ordering::SeqCst);
    let mut live = 0;
    for pool in OPENED.iter() {
        pool.arena.store(ptr::null_mut(), Ordering::SeqCst);
        if let Some(arena) = pool.kept() {
            live += arena.slots.totals().0;
            #[cfg(feature = "pool-debug")]
            {
                let is_held =
                    |index: &usize| arena.slots.words().at(*index).is_some_and(|it| it.state().is_held());
                pool.journal.leaks(pool.name, (0..arena.slots.capacity()).filter(is_held));
            }
        }
    }
    live
}

/// Opens all pools and queues again after [`shutdown`], and returns how many slots were lost: live
/// ones, which may have no owner any more. A queue that was closed before stays closed.
///
/// A slot whose owner is left, such as a [`PoolBox`](super::boxed::PoolBox) in a `static`, is that
/// owner's as before. The others stay live for ever, so the pool is smaller by them;
/// [`PoolStats::lost`] says by how many. An isolate of Dart that opens the library opens its pools,
/// so a program goes on after a hot restart. Does nothing and returns 0 while the pools are open.
///
/// # Examples
///
/// ```
/// # use ffi_core::pool;
/// pool::shutdown();
/// assert_eq!(pool::reopen(), 0, "nothing was allocated");
/// ```
pub fn reopen() -> u64 {
    // Also if only the queues were closed.
    known::open();
    // It is in one total order with `shutdown`; of several threads that open the pools at once, the
    // first counts.
    if !SHUT.swap(false, Ordering::SeqCst) {
        return 0;
    }
    let mut lost = 0;
    for (pool, arena) in OPENED.iter().filter_map(|pool| Some((pool, pool.kept()?))) {
        let live = arena.slots.totals().0;
        pool.counts.lost.store(live, Ordering::Relaxed);
        lost += live;
        pool.publish(arena);
    }
    lost
}
