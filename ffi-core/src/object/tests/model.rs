//! The word of an entry under loom, in all orders that the memory model allows.
//!
//! Each property has a control, a variant that lacks what the property relies on: loom has to find
//! its fault.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;

use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::sync::atomic::AtomicU64;
use loom::thread;

use crate::object::state::{Phase, State, Word, word};

word!(AtomicU64);

/// A word whose exchanges order nothing.
struct Unordered(AtomicU64);

impl From<u64> for Unordered {
    fn from(value: u64) -> Self {
        Self(AtomicU64::new(value))
    }
}

impl Word for Unordered {
    fn load(&self, _: Ordering) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    fn store(&self, value: u64, _: Ordering) {
        self.0.store(value, Ordering::Relaxed);
    }

    fn compare_exchange(&self, from: u64, to: u64, _: Ordering, _: Ordering) -> Result<u64, u64> {
        self.0.compare_exchange(from, to, Ordering::Relaxed, Ordering::Relaxed)
    }
}

/// A word whose exchange is a load and a store.
struct InSteps(AtomicU64);

impl From<u64> for InSteps {
    fn from(value: u64) -> Self {
        Self(AtomicU64::new(value))
    }
}

impl Word for InSteps {
    fn load(&self, order: Ordering) -> u64 {
        self.0.load(order)
    }

    fn store(&self, value: u64, order: Ordering) {
        self.0.store(value, order);
    }

    fn compare_exchange(&self, from: u64, to: u64, _: Ordering, _: Ordering) -> Result<u64, u64> {
        let found = self.0.load(Ordering::Acquire);
        if found != from {
            return Err(found);
        }
        self.0.store(to, Ordering::Release);
        Ok(found)
    }
}

/// A handle: the entry at the index 1, in its first generation, of the library 1.
const HANDLE: u64 = 1 << 6 | 1 << 30 | 1 << 48;

/// An entry with contents that loom watches.
struct Watched<W> {
    state: State<W>,
    contents: UnsafeCell<u32>,
}

// SAFETY: loom fails the test if two threads use the cell without order.
unsafe impl<W> Sync for Watched<W> {}
// SAFETY: it is a number.
unsafe impl<W> Send for Watched<W> {}

impl<W: Word + From<u64> + 'static> Watched<W> {
    fn vacant() -> Arc<Self> {
        Arc::new(Self { state: State::of(W::from(0)), contents: UnsafeCell::new(0) })
    }

    /// Fills the entry, as `fill` does.
    fn fill(&self, value: u32, phase: Phase) {
        // SAFETY: the entry is vacant, so only this thread uses the contents.
        self.contents.with_mut(|it| unsafe { *it = value });
        self.state.set(HANDLE, phase);
    }

    /// Takes the contents, if this thread is the one that may.
    fn take(&self, from: Phase) -> Option<u32> {
        if !self.state.claim(HANDLE, from) {
            return None;
        }
        // SAFETY: this thread has claimed the entry.
        let value = self.contents.with_mut(|it| unsafe { std::mem::replace(&mut *it, 0) });
        self.state.set(HANDLE, Phase::Vacant);
        Some(value)
    }
}

fn one_taker_of_a_token<W: Word + From<u64> + 'static>() {
    loom::model(|| {
        let entry = Watched::<W>::vacant();
        entry.fill(7, Phase::Token);
        let others: Vec<_> = (0..2)
            .map(|_| {
                let entry = Arc::clone(&entry);
                thread::spawn(move || entry.take(Phase::Token))
            })
            .collect();
        // The shutdown.
        let own = entry.take(Phase::Token);
        let taken = others.into_iter().map(|it| it.join().unwrap()).chain([own]).flatten();
        assert_eq!(taken.collect::<Vec<_>>(), [7]);
    });
}

fn a_reader_sees_what_was_filled<W: Word + From<u64> + 'static>() {
    loom::model(|| {
        let entry = Watched::<W>::vacant();
        let filler = {
            let entry = Arc::clone(&entry);
            thread::spawn(move || entry.fill(7, Phase::Live))
        };
        if entry.state.is(HANDLE, Phase::Live) {
            // SAFETY: the entry is live, so nobody writes to the contents.
            assert_eq!(entry.contents.with(|it| unsafe { *it }), 7);
        }
        filler.join().unwrap();
    });
}

fn an_entry_is_filled_again<W: Word + From<u64> + 'static>() {
    loom::model(|| {
        let entry = Watched::<W>::vacant();
        entry.fill(7, Phase::Token);
        let taker = {
            let entry = Arc::clone(&entry);
            thread::spawn(move || entry.take(Phase::Token))
        };
        // The list of vacant entries orders the taker before the next filler; here the word does.
        while !entry.state.is(HANDLE, Phase::Vacant) {
            thread::yield_now();
        }
        entry.fill(8, Phase::Live);
        assert_eq!(taker.join().unwrap(), Some(7));
    });
}

/// Fails unless loom finds a fault in `model`.
fn refuted(model: fn()) {
    let found = catch_unwind(AssertUnwindSafe(model));
    assert!(found.is_err(), "loom finds no fault");
}

#[test]
fn loom_a_token_is_taken_once() {
    one_taker_of_a_token::<AtomicU64>();
    refuted(one_taker_of_a_token::<InSteps>);
}

#[test]
fn loom_a_reader_sees_what_was_filled() {
    a_reader_sees_what_was_filled::<AtomicU64>();
    refuted(a_reader_sees_what_was_filled::<Unordered>);
}

#[test]
fn loom_an_entry_is_filled_again() {
    an_entry_is_filled_again::<AtomicU64>();
    refuted(an_entry_is_filled_again::<Unordered>);
}
