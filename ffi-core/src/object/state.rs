//! The word of an entry: which handle it belongs to, and what may be done with it.

use std::sync::atomic::{AtomicU64, Ordering};

use super::handle::INDEX_MASK;

/// Atomic number of 64 bits: the machine's, or loom's.
pub(crate) trait Word {
    fn new(value: u64) -> Self;
    fn load(&self, order: Ordering) -> u64;
    fn store(&self, value: u64, order: Ordering);
    fn compare_exchange(&self, from: u64, to: u64, ok: Ordering, err: Ordering) -> Result<u64, u64>;
}

/// Implements [`Word`] for an atomic type.
macro_rules! word {
    ($word:ty) => {
        impl Word for $word {
            fn new(value: u64) -> Self {
                Self::new(value)
            }

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
#[cfg(test)]
pub(crate) use word;

word!(AtomicU64);

/// Phase of an entry, in the bits that a handle has for the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// It holds an object that methods may be called on. The word is the stamp then, which is what
    /// each call compares.
    Live = 0,
    /// It holds nothing.
    Vacant = 1,
    /// It holds an object for the isolate that redeems its token.
    Token = 2,
    /// One thread empties it.
    Ending = 3,
}

/// The word of an entry.
#[derive(Debug)]
pub(crate) struct State<W>(W);

impl<W: Word> State<W> {
    /// Returns the state of an entry that holds nothing.
    pub(crate) fn vacant() -> Self {
        Self(W::new(Phase::Vacant as u64))
    }

    /// Sets a state that only the caller may set: that of an entry which it fills or empties.
    pub(crate) fn set(&self, stamp: u64, phase: Phase) {
        // Release: pairs with the loads of `is` and the exchange of `claim`, which see what the
        // entry holds.
        self.0.store(stamp | phase as u64, Ordering::Release);
    }

    /// Returns true if the entry belongs to the handle with that stamp, and is in that phase.
    #[inline(always)]
    pub(crate) fn is(&self, stamp: u64, phase: Phase) -> bool {
        // Acquire: pairs with `set`.
        self.0.load(Ordering::Acquire) == stamp | phase as u64
    }

    /// Begins to end an entry that is in the phase `from`; returns true for one caller.
    pub(crate) fn claim(&self, stamp: u64, from: Phase) -> bool {
        let (from, to) = (stamp | from as u64, stamp | Phase::Ending as u64);
        // AcqRel: pairs with `set`, so that the caller sees what the entry holds.
        self.0.compare_exchange(from, to, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }

    /// Returns the stamp and the bits of the phase.
    pub(crate) fn get(&self) -> (u64, u64) {
        let word = self.0.load(Ordering::Acquire);
        (word & !INDEX_MASK, word & INDEX_MASK)
    }
}
