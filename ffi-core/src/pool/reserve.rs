//! Memory of a pool: one reservation that the operating system commits page by page as it is
//! touched.
//!
//! ```text
//! Arena | hints | cache | live bits | slot words | slots, aligned to max(align, 64)
//! ```
//!
//! The memory is zero at first, which is the initial state of the arrays and the slots. It is never
//! given back: a pointer into a pool stays readable while the process runs. Windows counts the
//! whole size against its commit limit, but untouched pages take no memory on Windows either.
//!
//! Large slots have huge pages, where the system has them.

use std::ptr::NonNull;
use std::sync::atomic::AtomicU64;

use memmap2::MmapOptions;

use super::cache::Native;
use super::live::{GROUP, Hint, LINE, Live, hints_of};
use super::slots::Slots;
use crate::huge_pages::{self, LARGE};

/// Memory of a pool; the struct is at its start.
///
/// What the fast paths read is its first 48 bytes. A processor takes a load for one of a store's
/// bytes while the lower 12 bits of their addresses are the same, and then waits for the store: so
/// each field by itself would slow down the slots at one more place of a page, by 8 %.
#[repr(C)]
#[derive(Debug)]
pub(crate) struct Arena {
    /// The first slot.
    pub(super) base: NonNull<u8>,
    pub(super) slots: Slots<'static>,
}

/// Largest number of slots that have huge pages: each is two entries in the system's list of parts
/// of the address space, of which a process has 65,530 (`vm.max_map_count`).
const MOST_HUGE: usize = 1_024;

/// Offsets of the parts of a reservation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Plan {
    hints: usize,
    cache: usize,
    live: usize,
    words: usize,
    slots: usize,
    /// Number of bytes from one slot to the next.
    stride: usize,
    /// Size in bytes, including the padding that aligning the first slot may need.
    pub(super) bytes: usize,
}

impl Plan {
    /// Returns the plan of a pool, or none if the size overflows. `align` is a power of two.
    pub(super) const fn new(capacity: u32, stride: usize, align: usize) -> Option<Self> {
        let capacity = capacity as usize;
        let lines = capacity.div_ceil(GROUP * LINE);
        let hints = size_of::<Arena>().next_multiple_of(64);
        let cache = (hints + hints_of(capacity) * size_of::<Hint<AtomicU64>>()).next_multiple_of(128);
        let live = (cache + Native::bytes(capacity)).next_multiple_of(64);
        let words = live + lines * LINE * 8;
        let Some(word_bytes) = capacity.checked_mul(8) else { return None };
        let Some(end) = words.checked_add(word_bytes) else { return None };
        let align = if align > 64 { align } else { 64 };
        let Some(slots) = end.checked_next_multiple_of(align) else { return None };
        let Some(slot_bytes) = capacity.checked_mul(stride) else { return None };
        let Some(bytes) = slots.checked_add(slot_bytes) else { return None };
        let Some(bytes) = bytes.checked_add(align) else { return None };
        if bytes > isize::MAX as usize {
            return None;
        }
        Some(Self { hints, cache, live, words, slots, stride, bytes })
    }
}

/// Reserves the memory, and hands the arena to `publish`. The pool has a cache if it is `cached`.
/// The memory is given back if `publish` returns false. Returns true if there was memory.
pub(super) fn reserve(
    plan: Plan,
    capacity: u32,
    align: usize,
    cached: bool,
    publish: impl FnOnce(NonNull<Arena>) -> bool,
) -> bool {
    let mut options = MmapOptions::new();
    options.len(plan.bytes);
    // Without a reserve of swap: what is never touched is never needed. Miri knows no such mapping.
    if !cfg!(miri) {
        options.no_reserve_swap();
    }
    let Ok(mut memory) = options.map_anon() else { return false };
    let Some(start) = NonNull::new(memory.as_mut_ptr()) else { return false };
    let lines = (capacity as usize).div_ceil(GROUP * LINE);
    // SAFETY: the plan has room for that many hints there, aligned to their 64; zeros are hints.
    let hints = unsafe { array::<Hint<AtomicU64>>(start, plan.hints, hints_of(capacity as usize)) };
    // SAFETY: the plan has room for that many lines there.
    let live = unsafe { array::<AtomicU64>(start, plan.live, lines * LINE) };
    // SAFETY: the plan's offsets are inside of the mapping.
    let cache = unsafe { start.add(plan.cache) };
    let live = Live::new(live, hints, capacity as usize);
    // SAFETY: the plan has room for the cache there, aligned to its 128, and nothing else refers to
    // that memory, which is zeros. It is unmapped with the arena, if at all.
    let cache = unsafe { Native::in_memory(cache, live, cached) };
    // SAFETY: the plan has room for a word per slot there.
    let words = unsafe { array::<AtomicU64>(start, plan.words, capacity as usize) };
    // SAFETY: the plan's offsets are inside of the mapping.
    let base = unsafe { start.add(plan.slots) };
    // SAFETY: less than `align` more, which the plan has added to the bytes.
    let base = unsafe { base.add(base.align_offset(align)) };
    if plan.stride >= LARGE && capacity as usize <= MOST_HUGE {
        let first = base.addr().get() - start.addr().get();
        for slot in (first..).step_by(plan.stride).take(capacity as usize) {
            huge_pages::advise(&memory, slot..slot + plan.stride);
        }
    }
    let arena = start.cast::<Arena>();
    // SAFETY: the arena is the first thing in the mapping, which is aligned to a page.
    unsafe { arena.write(Arena { base, slots: Slots::new(words, cache, AtomicU64::new(0)) }) };
    if publish(arena) {
        std::mem::forget(memory);
    }
    true
}

/// Returns an array in a reservation.
///
/// # Safety
///
/// From `offset` on `count` of `T` lie inside of the mapping that begins at `start`, which is
/// aligned to a page, and `offset` is aligned for them. Zeros are a `T`, and nothing else refers to
/// the memory than shared references, which are not used once it is unmapped.
unsafe fn array<T>(start: NonNull<u8>, offset: usize, count: usize) -> &'static [T] {
    // SAFETY: by this function's contract the offset is inside of the mapping.
    let first = unsafe { start.add(offset) };
    // SAFETY: by this function's contract that many lie there, aligned; a fresh mapping is zeros,
    // which are a `T`, and nothing writes to them but through such references.
    unsafe { std::slice::from_raw_parts(first.cast::<T>().as_ptr(), count) }
}
