//! Primitives of pools, which loom replaces by its own: the atomic word, the orderings, and the
//! only way to wait for another thread.

use std::fmt::Debug;
use std::sync::atomic::{self, AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Atomic number of 64 bits: the machine's, or loom's, which tries every order that the memory
/// model allows.
pub(crate) trait Word: Debug {
    fn load(&self, order: Ordering) -> u64;
    fn store(&self, value: u64, order: Ordering);
    fn fetch_or(&self, bits: u64, order: Ordering) -> u64;
    fn fetch_and(&self, bits: u64, order: Ordering) -> u64;
    fn fetch_add(&self, number: u64, order: Ordering) -> u64;
    fn compare_exchange(&self, from: u64, to: u64, ok: Ordering, err: Ordering) -> Result<u64, u64>;

    /// A fence.
    fn fence(order: Ordering);
    /// Waits for another thread, as [`pause`] does.
    fn pause(turn: u32);

    /// Waits as [`pause`](Self::pause) does, for up to [`PATIENCE`] from the first yield or sleep
    /// on; returns false once that is over. `since` starts as none.
    fn pause_up_to(turn: u32, since: &mut Option<Instant>) -> bool;
}

/// Longest wait of a thread that can return an error instead.
const PATIENCE: Duration = Duration::from_millis(1);

/// An atomic number of 32 bits.
pub(crate) trait Half: Debug {
    fn load(&self, order: Ordering) -> u32;
    fn store(&self, value: u32, order: Ordering);
}

impl Half for AtomicU32 {
    #[inline(always)]
    fn load(&self, order: Ordering) -> u32 {
        self.load(order)
    }

    #[inline(always)]
    fn store(&self, value: u32, order: Ordering) {
        self.store(value, order);
    }
}

impl Word for AtomicU64 {
    #[inline(always)]
    fn load(&self, order: Ordering) -> u64 {
        self.load(order)
    }

    #[inline(always)]
    fn store(&self, value: u64, order: Ordering) {
        self.store(value, order);
    }

    #[inline(always)]
    fn fetch_or(&self, bits: u64, order: Ordering) -> u64 {
        self.fetch_or(bits, order)
    }

    #[inline(always)]
    fn fetch_and(&self, bits: u64, order: Ordering) -> u64 {
        self.fetch_and(bits, order)
    }

    #[inline(always)]
    fn fetch_add(&self, number: u64, order: Ordering) -> u64 {
        self.fetch_add(number, order)
    }

    #[inline(always)]
    fn compare_exchange(&self, from: u64, to: u64, ok: Ordering, err: Ordering) -> Result<u64, u64> {
        self.compare_exchange(from, to, ok, err)
    }

    #[inline(always)]
    fn fence(order: Ordering) {
        atomic::fence(order);
    }

    fn pause(turn: u32) {
        pause(turn);
    }

    fn pause_up_to(turn: u32, since: &mut Option<Instant>) -> bool {
        if turn >= SPINS && since.get_or_insert_with(Instant::now).elapsed() >= PATIENCE {
            return false;
        }
        pause(turn);
        true
    }
}

/// Number of turns that spin: asking for the time takes no longer.
const SPINS: u32 = 64;

/// Lets another thread go on, in the `turn`th turn of a loop that waits for it.
///
/// Every wait of a pool or queue goes through this function. The other thread is in the middle of a
/// few instructions, so the first turns spin. If it was preempted, the next turns yield the
/// processor. A yield lets only threads of the same or a higher priority run (`sched_yield(2)`), so
/// later turns sleep, and a thread of a real-time priority lets any other finish.
pub(super) fn pause(turn: u32) {
    match turn {
        0..SPINS => std::hint::spin_loop(),
        SPINS..256 => std::thread::yield_now(),
        _ => std::thread::sleep(Duration::from_micros(50)),
    }
}

/// Waits until `done` returns true, by [`Word::pause`].
pub(super) fn wait_until<W: Word>(mut done: impl FnMut() -> bool) {
    let mut turn = 0;
    while !done() {
        W::pause(turn);
        turn = turn.saturating_add(1);
    }
}

/// Asks for the cache line of an address that is about to be written to. Any address will do.
#[inline(always)]
pub(super) fn prefetch(address: *const u8) {
    #[cfg(all(magazines, target_arch = "x86_64"))]
    // SAFETY: a hint, which accesses nothing.
    unsafe {
        std::arch::asm!("prefetchw [{}]", in(reg) address, options(nostack, preserves_flags, readonly));
    }
    #[cfg(all(magazines, target_arch = "aarch64"))]
    // SAFETY: a hint, which accesses nothing.
    unsafe {
        std::arch::asm!("prfm pstl1keep, [{}]", in(reg) address, options(nostack, preserves_flags, readonly));
    }
    // Nothing is claimed ahead.
    #[cfg(not(magazines))]
    let _ = address;
}

/// Has the function that this is inlined into start at a cache line. A pair of an allocation and a
/// free takes up to 12 % longer if its functions start at some other multiple of 16 bytes, where
/// the linker puts them otherwise.
#[inline(always)]
pub(super) fn start_at_line() {
    // The section, which has only this function, gets the largest alignment that is asked for in
    // it. Padding of at most one byte comes here.
    #[cfg(all(magazines, not(small), target_arch = "x86_64"))]
    // SAFETY: it has no instruction, but one that does nothing, as padding.
    unsafe {
        std::arch::asm!(".p2align 6,,1", options(nomem, nostack, preserves_flags));
    }
}

/// Orderings of the accesses to live bits and words. [`Sound`] is the right one; tests show that
/// loom finds fault with the others.
pub(crate) trait Protocol: Debug + 'static {
    /// Setting live bits pairs with [`FREE`](Self::FREE): the new owner sees what the last one did.
    const CLAIM: Ordering = Ordering::Acquire;
    /// Clearing live bits pairs with [`CLAIM`](Self::CLAIM).
    const FREE: Ordering = Ordering::Release;
    /// Taking a slot by its handle pairs with [`LEND`](Self::LEND): the taker sees what the owner
    /// did that lent it. It also pairs with [`DONE`](Self::DONE): readers have read before.
    const TAKE: Ordering = Ordering::Acquire;
    /// Lending a slot pairs with [`TAKE`](Self::TAKE) and [`READ`](Self::READ).
    const LEND: Ordering = Ordering::Release;
    /// Beginning to read a slot pairs with [`LEND`](Self::LEND): the reader sees what the owner did
    /// that lent it.
    const READ: Ordering = Ordering::Acquire;
    /// The last of a slot's readers and of the thread that frees it gives it to the next owner, so
    /// each pairs with those before.
    const DONE: Ordering = Ordering::AcqRel;
    /// Leaving a magazine pairs with [`EMPTY`](Self::EMPTY): the thread that empties it sees what
    /// was done in it.
    const LEAVE: Ordering = Ordering::Release;
    /// Waiting for a magazine's owner to leave pairs with [`LEAVE`](Self::LEAVE).
    const EMPTY: Ordering = Ordering::Acquire;
    /// True if a thread that empties a magazine waits for the owner to leave.
    const WAITS: bool = true;
    /// True if a magazine's owner passes the cheap fence between saying that it is inside and
    /// looking if it may.
    const FENCED: bool = true;
    /// True if one thread at a time closes magazines.
    const EXCLUSIVE: bool = true;

    /// Sets live bits, and returns the bits from before.
    #[inline(always)]
    fn claim<W: Word>(live: &W, bits: u64) -> u64 {
        live.fetch_or(bits, Self::CLAIM)
    }

    /// Clears live bits, and returns the bits from before.
    #[inline(always)]
    fn release<W: Word>(live: &W, bits: u64) -> u64 {
        live.fetch_and(!bits, Self::FREE)
    }

    /// Changes a slot's word if it is still `before`; returns true if it was.
    #[inline(always)]
    fn exchange<W: Word>(word: &W, from: u64, to: u64, order: Ordering) -> bool {
        word.compare_exchange(from, to, order, Ordering::Relaxed).is_ok()
    }
}

/// The orderings that are right.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sound;

impl Protocol for Sound {}
