//! The word of an entry: which handle it belongs to, and what may be done with it.
//!
//! The word of a live entry is its handle, so that a call compares one number. In any other phase
//! the index in it is that of a neighbour: no number that leads to the entry is equal to the word,
//! whatever its other bits are.

use std::sync::atomic::{AtomicU64, Ordering};

use super::handle::{self, INDEX_SHIFT};

/// Atomic number of 64 bits: the machine's, or loom's.
pub(crate) trait Word {
    fn load(&self, order: Ordering) -> u64;
    fn store(&self, value: u64, order: Ordering);
    fn compare_exchange(&self, from: u64, to: u64, ok: Ordering, err: Ordering) -> Result<u64, u64>;
}

/// Implements [`Word`] for an atomic type.
macro_rules! word {
    ($word:ty) => {
        impl Word for $word {
            #[inline(always)]
            fn load(&self, order: Ordering) -> u64 {
                self.load(order)
            }

            fn store(&self, value: u64, order: Ordering) {
                self.store(value, order);
            }

            fn compare_exchange(&self, from: u64, to: u64, ok: Ordering, err: Ordering) -> Result<u64, u64> {
                self.compare_exchange(from, to, ok, err)
            }
        }
    };
}
#[cfg(all(test, target_pointer_width = "64"))]
pub(crate) use word;

word!(AtomicU64);

/// Phase of an entry, by which the index in its word differs from its own (exclusive or).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// It holds an object that methods may be called on.
    Live = 0,
    /// It holds nothing.
    Vacant = 1,
    /// It holds an object for the isolate that redeems its token.
    Token = 2,
    /// One thread empties it.
    Ending = 3,
}

impl Phase {
    /// Returns the word of the entry of `handle` in this phase.
    #[inline(always)]
    fn of(self, handle: u64) -> u64 {
        handle ^ (self as u64) << INDEX_SHIFT
    }
}

/// The word of an entry; 0 until it is filled for the first time.
#[derive(Debug)]
pub(crate) struct State<W>(W);

impl<W> State<W> {
    /// Returns the state of an entry that holds nothing, of a word that is 0.
    pub(crate) const fn of(zero: W) -> Self {
        Self(zero)
    }
}

impl<W: Word> State<W> {
    /// Sets a state that only the caller may set: that of an entry which it fills or empties.
    pub(crate) fn set(&self, handle: u64, phase: Phase) {
        // Release: pairs with the loads of `is` and the exchange of `claim`, which see what the
        // entry holds.
        self.0.store(phase.of(handle), Ordering::Release);
    }

    /// Returns true if the entry belongs to the handle, which led to it, and is in that phase.
    #[inline(always)]
    pub(crate) fn is(&self, handle: u64, phase: Phase) -> bool {
        // Acquire: pairs with `set`.
        self.0.load(Ordering::Acquire) == phase.of(handle)
    }

    /// Begins to end an entry that is in the phase `from`; returns true for one caller.
    pub(crate) fn claim(&self, handle: u64, from: Phase) -> bool {
        let (from, to) = (from.of(handle), Phase::Ending.of(handle));
        // AcqRel: pairs with `set`, so that the caller sees what the entry holds.
        self.0.compare_exchange(from, to, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }

    /// Returns the generation of the last handle, 0 if there was none.
    pub(crate) fn generation(&self) -> u32 {
        handle::generation(self.0.load(Ordering::Acquire))
    }

    /// Returns the handle of the entry at `index`, if it is in that phase.
    pub(crate) fn handle(&self, index: u32, phase: Phase) -> Option<u64> {
        let handle = phase.of(self.0.load(Ordering::Acquire));
        // The word of an entry that was never filled is not that of any handle.
        (handle::index(handle) == index && handle::library(handle) != 0).then_some(handle)
    }
}
