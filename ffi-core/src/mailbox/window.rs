//! Items of a stream on their way to an isolate: a ring with one producer and one consumer, and the
//! credit of the producer.
//!
//! # Problem
//!
//! A stream of Rust may make items faster than Dart takes them. The items that wait must be few,
//! although neither side may wait for the other: the producer is a task, and the consumer runs in
//! leaf calls, which hold up the collector of all isolates.
//!
//! # Idea
//!
//! The producer spends a credit for each item. It starts with as many as the window is long, and
//! the consumer grants those of a batch again when it comes for another one, so no more items
//! exist than the window says, those that Dart has in its hands included. A producer without credit
//! leaves a mark in the word of the credit, by one compare-exchange with zero: a grant either comes
//! before it, and the exchange fails, or finds the mark, and wakes the producer.
//!
//! A doorbell works as that of the inbox: the producer rings once, and the consumer answers only
//! when it has found nothing, and then looks again. A consumer that is paused doesn't answer, so it
//! isn't told of more.
//!
//! It is Lamport's ring of one producer and one consumer (L. Lamport, "Specifying concurrent
//! program modules", 1983). Its models are in `tests/model.rs`.

use std::cell::{Cell, UnsafeCell};
use std::sync::atomic::Ordering;

use super::atomics::{Atomics, Word as _};

/// Bit of the credit: the producer waits for a grant.
const STALLED: u32 = 1 << 31;

/// Largest number of items that may wait.
pub(crate) const MOST: u32 = 1 << 20;

/// Ring of the items that wait, with the credit for more.
pub(crate) struct Window<T, A: Atomics> {
    /// One more than the window is long: a panic needs no credit.
    cells: Box<[UnsafeCell<Option<T>>]>,
    /// Number of items that were put, wrapping.
    made: A::Word,
    /// Credits that the producer has not collected, and [`STALLED`].
    credit: A::Word,
    /// 1 from a ring until the consumer answers.
    rung: A::Word,
    /// 1 when no item comes any more.
    ended: A::Word,
    /// Position of the next item that is put; only the producer uses it.
    head: Cell<usize>,
    /// Number of items that were popped, wrapping, and the position of the next; only the consumer
    /// uses them.
    popped: Cell<u32>,
    tail: Cell<usize>,
}

// SAFETY: the window owns its items, which may go to other threads.
unsafe impl<T: Send, A: Atomics> Send for Window<T, A> where A::Word: Send {}
// SAFETY: only the producer, of which there is one at a time, uses `head` and the cells behind the
// items; only the consumer, of which there is one at a time, uses `popped`, `tail` and the cells
// of items that were put. `made` and the credit pass cells from one to the other.
unsafe impl<T: Send, A: Atomics> Sync for Window<T, A> where A::Word: Sync {}

/// Result of [`Window::idle`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Idle {
    /// An item has come.
    Item,
    /// The producer rings when there is one.
    Nothing,
    /// No item comes any more.
    End,
}

impl<T, A: Atomics> Window<T, A> {
    /// Makes an empty ring with `window` credits, from 1 to [`MOST`].
    pub(crate) fn new(window: u32) -> Self {
        let window = window.clamp(1, MOST);
        Self {
            cells: (0..=window).map(|_| UnsafeCell::new(None)).collect(),
            made: A::Word::new(0),
            credit: A::Word::new(window),
            rung: A::Word::new(0),
            ended: A::Word::new(0),
            head: Cell::new(0),
            popped: Cell::new(0),
            tail: Cell::new(0),
        }
    }

    /// Collects all credit; for none, the next grant says that the producer waits.
    pub(crate) fn collect(&self) -> u32 {
        // AcqRel: pairs with `grant`, so the cells of the items that are granted again are read.
        loop {
            let credit = self.credit.swap(0, Ordering::AcqRel) & !STALLED;
            if credit > 0 {
                return credit;
            }
            if !A::STALLS_AT_ONCE {
                self.credit.store(STALLED, Ordering::Release);
                return 0;
            }
            let (ok, err) = (Ordering::AcqRel, Ordering::Acquire);
            if self.credit.compare_exchange(0, STALLED, ok, err).is_ok() {
                return 0;
            }
        }
    }

    /// Returns half of the credits that the window began with, at least 1.
    pub(crate) fn half(&self) -> u32 {
        (self.cells.len() / 2) as u32
    }

    /// Gives `count` credits back; returns true if the producer waits for them.
    pub(crate) fn grant(&self, count: u32) -> bool {
        self.credit.fetch_add(count, Ordering::AcqRel) & STALLED != 0
    }

    /// Adds an item, for a credit; returns true if the consumer has to be told.
    ///
    /// # Safety
    ///
    /// No other thread puts meanwhile. The producer had a credit for the item, or it is the last
    /// one.
    pub(crate) unsafe fn put(&self, item: T) -> bool {
        let head = self.head.get();
        // SAFETY: there are no more items than credits and the last one, so the consumer has
        // popped what was in the cell, and its grant comes before the producer's credit.
        unsafe { *self.cells[head].get() = Some(item) };
        // Only the producer counts, so the ring is the one locked instruction.
        self.pass(self.after(head), self.made.load(Ordering::Relaxed).wrapping_add(1))
    }

    /// Adds items, as [`put`](Self::put) does each, and rings once; returns true if the consumer
    /// has to be told.
    ///
    /// # Safety
    ///
    /// No other thread puts meanwhile. The producer had a credit for each item.
    pub(crate) unsafe fn put_all(&self, items: impl IntoIterator<Item = T>) -> bool {
        let mut head = self.head.get();
        let mut made = self.made.load(Ordering::Relaxed);
        for item in items {
            // SAFETY: there are no more items than credits and the last one, so the consumer has
            // popped what was in the cell, and its grant comes before the producer's credit.
            unsafe { *self.cells[head].get() = Some(item) };
            head = self.after(head);
            made = made.wrapping_add(1);
        }
        self.pass(head, made)
    }

    /// Passes all items that were put to the consumer, and rings.
    #[inline(always)]
    fn pass(&self, head: usize, made: u32) -> bool {
        self.head.set(head);
        // Release: the consumer that counts the items sees them.
        self.made.store(made, A::LINK);
        self.ring()
    }

    /// Returns the position behind another.
    #[inline(always)]
    fn after(&self, position: usize) -> usize {
        if position + 1 == self.cells.len() { 0 } else { position + 1 }
    }

    /// Says that no item comes any more; returns true if the consumer has to be told.
    pub(crate) fn end(&self) -> bool {
        self.ended.store(1, Ordering::Release);
        self.ring()
    }

    fn ring(&self) -> bool {
        self.rung.swap(1, A::RING) == 0
    }

    /// Takes the next item, if it is there and `wanted`: one that came after another look isn't
    /// taken in place of what was seen.
    ///
    /// # Safety
    ///
    /// No other thread calls this or [`idle`](Self::idle) meanwhile.
    pub(crate) unsafe fn pop_if(&self, wanted: impl FnOnce(&T) -> bool) -> Option<T> {
        if self.made.load(Ordering::Acquire) == self.popped.get() {
            return None;
        }
        let tail = self.tail.get();
        // SAFETY: the item was put, by the count, and the producer doesn't use its cell until it
        // gets the credit again.
        let item = unsafe { &mut *self.cells[tail].get() }.take_if(|item| wanted(item))?;
        self.popped.set(self.popped.get().wrapping_add(1));
        self.tail.set(self.after(tail));
        Some(item)
    }

    /// Answers the doorbell, and looks again.
    ///
    /// # Safety
    ///
    /// The conditions of [`pop_if`](Self::pop_if).
    pub(crate) unsafe fn idle(&self) -> Idle {
        if A::ANSWERS_FIRST {
            self.rung.swap(0, A::RING);
        }
        // Before the look: the end comes behind the last item.
        let ended = self.ended.load(Ordering::Acquire) != 0;
        let idle = match self.made.load(Ordering::Acquire) == self.popped.get() {
            false => {
                // The consumer is here, and need not be told.
                self.rung.swap(1, A::RING);
                return Idle::Item;
            }
            true if ended => Idle::End,
            true => Idle::Nothing,
        };
        if !A::ANSWERS_FIRST {
            self.rung.swap(0, A::RING);
        }
        idle
    }
}
