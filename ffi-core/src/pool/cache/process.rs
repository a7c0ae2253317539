//! The magazines of this process: their memory, the list of all, and the end of a thread.

use std::ptr::NonNull;
use std::slice;
use std::sync::atomic::{AtomicU32, AtomicU64};

use super::magazine::{ITEMS, Magazine, Threads};
use super::magazines::{Counts, MOST_ENTRIES, Magazines};
use super::thread::Caller;
use super::{Cache, fence};
use crate::pool::list::{Link, Linked, List};
use crate::pool::live::Live;
use crate::pool::primitive::Sound;

/// Smallest number of entries of a pool: so that the first threads find a place.
const FEWEST_ENTRIES: usize = 8;

/// The magazines of the pools that were used.
static ENLISTED: List<Magazines<'static, AtomicU64, Sound>> = List::new();

impl Magazines<'static, AtomicU64, Sound> {
    /// Returns the number of entries of a pool, a power of two: in a small one few threads can keep
    /// anything.
    const fn entries_of(capacity: usize) -> usize {
        if capacity > MOST_ENTRIES {
            MOST_ENTRIES
        } else if capacity < FEWEST_ENTRIES {
            FEWEST_ENTRIES
        } else {
            capacity.next_power_of_two()
        }
    }

    /// Returns the number of bytes that [`in_memory`](Self::in_memory) takes for a pool of
    /// `capacity` slots.
    pub(in crate::pool) const fn bytes(capacity: usize) -> usize {
        let entries = Self::entries_of(capacity);
        entries * size_of::<Magazine<AtomicU64>>() + (entries.div_ceil(64) + entries) * size_of::<AtomicU64>()
    }

    /// Makes magazines above these live bits, if they are wanted and the system has what they need;
    /// otherwise magazines without entries.
    ///
    /// # Safety
    ///
    /// From `start` on, which is aligned to 128, are as many zeros as [`bytes`](Self::bytes) says
    /// for the capacity of the live bits, which live for the rest of the process, or are unmapped
    /// once the magazines are not used any more, and that nothing else refers to.
    pub(in crate::pool) unsafe fn in_memory(
        start: NonNull<u8>,
        live: Live<'static, AtomicU64, Sound>,
        wanted: bool,
    ) -> Self {
        let capacity = live.capacity();
        let length = Self::entries_of(capacity);
        let count = if wanted && fence::is_there() { length } else { 0 };
        // SAFETY: by this function's contract zeros are there, aligned to 128, which are magazines.
        let entries = unsafe { slice::from_raw_parts(start.cast::<Magazine<AtomicU64>>().as_ptr(), length) };
        // SAFETY: the end of the magazines is inside of the bytes that this function's contract
        // asks for.
        let open = unsafe { start.cast::<Magazine<AtomicU64>>().add(length) };
        // SAFETY: the next so many bytes are zeros, which are words, and magazines are aligned to
        // more.
        let open = unsafe { slice::from_raw_parts(open.cast().as_ptr(), count.div_ceil(64)) };
        // SAFETY: the end of those words is inside of the bytes that this function's contract asks
        // for.
        let settled = unsafe { start.add(length * size_of::<Magazine<AtomicU64>>() + size_of_val(open)) };
        // SAFETY: the next so many bytes are zeros, which are words, and the offset is a multiple
        // of theirs.
        let settled = unsafe { slice::from_raw_parts(settled.cast().as_ptr(), count) };
        Self::new(
            live,
            entries,
            open,
            settled,
            Counts::new(AtomicU64::default),
            (capacity / 8).clamp(1, ITEMS),
        )
    }

    /// Registers the magazines, so that threads give back their slots when they end. It is called
    /// once.
    pub(in crate::pool) fn enlist(&'static self) {
        ENLISTED.add(self);
    }
}

impl Linked for Magazines<'static, AtomicU64, Sound> {
    fn link(&self) -> &Link<Self> {
        &self.link
    }
}

thread_local! {
    static END: End = const { End };
}

/// Guard that is dropped when the thread ends.
struct End;

impl Drop for End {
    fn drop(&mut self) {
        let caller = Caller::current();
        ENLISTED.iter().for_each(|magazines| magazines.resign(caller));
    }
}

impl Threads for AtomicU64 {
    type Half = AtomicU32;

    #[inline(always)]
    fn light() {
        fence::light();
    }

    fn heavy() -> bool {
        fence::heavy()
    }

    fn is_fenced() -> bool {
        fence::is_there()
    }

    // It runs once per thread and pool, so the cost of a thread-local variable doesn't matter.
    fn is_attended() -> bool {
        END.try_with(|_| ()).is_ok()
    }

    fn is_engaged_elsewhere(caller: Caller) -> bool {
        ENLISTED.iter().any(|magazines| magazines.is_engaged_here(caller))
    }
}
