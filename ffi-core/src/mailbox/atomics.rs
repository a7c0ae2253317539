//! Atomic memory of the mailbox, which loom replaces by its own, and the orderings of its accesses.

use std::sync::atomic::{AtomicPtr, AtomicU32, Ordering};

/// Kind of atomic memory, with the orderings of the accesses to it. [`Machine`] is the right one;
/// tests show that loom finds fault with others.
pub(crate) trait Atomics: 'static {
    /// A number.
    type Word: Word;
    /// A pointer.
    type Link<N>: Link<N>;

    /// Linking a node to the one before it pairs with the load in `pop`: the popper sees the value.
    const LINK: Ordering = Ordering::Release;
    /// Ringing and answering are in one total order, as both change the same word. Each pairs with
    /// the other: the popper that answers sees what was pushed before the ring that it answers.
    const RING: Ordering = Ordering::AcqRel;
    /// Leaving pairs with the leaving of others and with the close: the thread that sweeps sees
    /// all that was pushed.
    const LEAVE: Ordering = Ordering::AcqRel;
    /// True if the popper answers before it pops, so that what comes later rings again.
    const ANSWERS_FIRST: bool = true;
    /// True if the last push that is under way while the mailbox is closed sweeps it.
    const LAST_SWEEPS: bool = true;
    /// True if the end of a call is decided by one compare-exchange.
    const DECIDES_AT_ONCE: bool = true;
    /// True if a producer without credit says so by one compare-exchange.
    const STALLS_AT_ONCE: bool = true;
    /// True if Rust asks whether an isolate has ended before it looks for its last item.
    const ASKS_FIRST: bool = true;
}

/// Atomic number of 32 bits.
pub(crate) trait Word: Sized {
    fn new(value: u32) -> Self;
    fn load(&self, order: Ordering) -> u32;
    fn store(&self, value: u32, order: Ordering);
    fn swap(&self, value: u32, order: Ordering) -> u32;
    fn fetch_add(&self, number: u32, order: Ordering) -> u32;
    fn fetch_sub(&self, number: u32, order: Ordering) -> u32;
    fn fetch_or(&self, bits: u32, order: Ordering) -> u32;
    fn compare_exchange(&self, from: u32, to: u32, ok: Ordering, err: Ordering) -> Result<u32, u32>;
}

/// Atomic pointer.
pub(crate) trait Link<N>: Sized {
    fn new(pointer: *mut N) -> Self;
    fn load(&self, order: Ordering) -> *mut N;
    fn store(&self, pointer: *mut N, order: Ordering);
    fn swap(&self, pointer: *mut N, order: Ordering) -> *mut N;
}

/// Implements the traits for atomic types, of the machine or of loom.
macro_rules! atomic {
    ($word:ty, $link:ident) => {
        impl Word for $word {
            fn new(value: u32) -> Self {
                Self::new(value)
            }

            fn load(&self, order: Ordering) -> u32 {
                self.load(order)
            }

            fn store(&self, value: u32, order: Ordering) {
                self.store(value, order);
            }

            fn swap(&self, value: u32, order: Ordering) -> u32 {
                self.swap(value, order)
            }

            fn fetch_add(&self, number: u32, order: Ordering) -> u32 {
                self.fetch_add(number, order)
            }

            fn fetch_sub(&self, number: u32, order: Ordering) -> u32 {
                self.fetch_sub(number, order)
            }

            fn fetch_or(&self, bits: u32, order: Ordering) -> u32 {
                self.fetch_or(bits, order)
            }

            fn compare_exchange(&self, from: u32, to: u32, ok: Ordering, err: Ordering) -> Result<u32, u32> {
                self.compare_exchange(from, to, ok, err)
            }
        }

        impl<N> Link<N> for $link<N> {
            fn new(pointer: *mut N) -> Self {
                Self::new(pointer)
            }

            fn load(&self, order: Ordering) -> *mut N {
                self.load(order)
            }

            fn store(&self, pointer: *mut N, order: Ordering) {
                self.store(pointer, order);
            }

            fn swap(&self, pointer: *mut N, order: Ordering) -> *mut N {
                self.swap(pointer, order)
            }
        }
    };
}
#[cfg(test)]
pub(crate) use atomic;

atomic!(AtomicU32, AtomicPtr);

/// Atomic memory of the machine.
#[derive(Debug)]
pub(crate) struct Machine;

impl Atomics for Machine {
    type Word = AtomicU32;
    type Link<N> = AtomicPtr<N>;
}
