//! What the slots are made of, so that loom can put its own in their place: the atomic word, and the orderings.

use std::fmt::Debug;
use std::sync::atomic::{self, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use super::{barrier, thread};

/// An atomic number of 64 bits: the machine's, or loom's, which tries every order the memory model allows.
pub(crate) trait Word: Debug {
    /// The same with half as many bits.
    type Half: Half;

    /// Magazines of a pool: a power of two.
    const ENTRIES: usize;

    fn load(&self, order: Ordering) -> u64;
    fn store(&self, value: u64, order: Ordering);
    fn fetch_or(&self, bits: u64, order: Ordering) -> u64;
    fn fetch_and(&self, bits: u64, order: Ordering) -> u64;
    fn fetch_add(&self, number: u64, order: Ordering) -> u64;
    fn compare_exchange(&self, from: u64, to: u64, ok: Ordering, err: Ordering) -> Result<u64, u64>;

    /// A fence.
    fn fence(order: Ordering);
    /// The cheap side of a [`barrier`].
    fn light();
    /// The other.
    fn heavy();
    /// Whether the end of this thread is attended to: see to it that it is.
    fn is_attended() -> bool;
    /// Lets other threads go on, in the `turn`th turn of a loop that waits for one.
    fn pause(turn: u32);
}

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
    type Half = AtomicU32;

    /// One that nobody ever has where threads can't be told apart.
    const ENTRIES: usize = if thread::KNOWN { 1 << thread::BITS } else { 1 };

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

    #[inline(always)]
    fn light() {
        barrier::light();
    }

    fn heavy() {
        barrier::heavy();
    }

    fn is_attended() -> bool {
        thread::is_attended()
    }

    fn pause(turn: u32) {
        match turn {
            0..64 => std::hint::spin_loop(),
            64..256 => std::thread::yield_now(),
            // It waits for its turn to run, maybe because of this thread's priority.
            _ => std::thread::sleep(Duration::from_micros(50)),
        }
    }
}

/// How the live bits and words are accessed. There is one that is right, [`Sound`]; the tests show that loom finds fault
/// with the others.
pub(crate) trait Protocol: 'static {
    /// Setting live bits pairs with [`FREE`](Self::FREE): the new owner sees what the last one did.
    const CLAIM: Ordering = Ordering::Acquire;
    /// Clearing live bits pairs with [`CLAIM`](Self::CLAIM).
    const FREE: Ordering = Ordering::Release;
    /// Taking a slot by its handle pairs with [`LEND`](Self::LEND): the taker sees what the owner did that lent it. It also
    /// pairs with [`DONE`](Self::DONE): readers have read before.
    const TAKE: Ordering = Ordering::Acquire;
    /// Lending a slot pairs with [`TAKE`](Self::TAKE) and [`READ`](Self::READ).
    const LEND: Ordering = Ordering::Release;
    /// Beginning to read a slot pairs with [`LEND`](Self::LEND): the reader sees what the owner did that lent it.
    const READ: Ordering = Ordering::Acquire;
    /// Of those who read a slot and who free it the last one gives it to its next owner, so each pairs with those before.
    const DONE: Ordering = Ordering::AcqRel;
    /// Leaving a magazine pairs with [`EMPTY`](Self::EMPTY): who takes the magazine sees what was done in it.
    const LEAVE: Ordering = Ordering::Release;
    /// Waiting for a magazine's owner to leave pairs with [`LEAVE`](Self::LEAVE).
    const EMPTY: Ordering = Ordering::Acquire;
    /// Opening a magazine pairs with the fence of who closes it next: that one sees that it was emptied before.
    const OPEN: Ordering = Ordering::Release;
    /// Whether who takes a magazine waits for its owner to leave.
    const WAITS: bool = true;

    /// The fence of a magazine's owner, between saying that it is in there and looking whether it may.
    #[inline(always)]
    fn light<W: Word>() {
        W::light();
    }

    /// Sets live bits; the bits before.
    #[inline(always)]
    fn claim<W: Word>(live: &W, bits: u64) -> u64 {
        live.fetch_or(bits, Self::CLAIM)
    }

    /// Clears live bits; the bits before.
    #[inline(always)]
    fn release<W: Word>(live: &W, bits: u64) -> u64 {
        live.fetch_and(!bits, Self::FREE)
    }

    /// Changes a slot's word that is still the same; returns true if it was.
    #[inline(always)]
    fn exchange<W: Word>(word: &W, from: u64, to: u64, order: Ordering) -> bool {
        word.compare_exchange(from, to, order, Ordering::Relaxed).is_ok()
    }
}

/// The orderings that are right.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sound;

impl Protocol for Sound {}
