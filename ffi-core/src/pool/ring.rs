//! Bounded queue of numbers, for any number of threads at both ends.
//!
//! It is Vyukov's bounded queue (D. Vyukov, "Bounded MPMC queue", 1024cores.net): a ring of cells,
//! each with a number that says whose turn it is. A push takes the next place at the tail with one
//! compare-exchange, writes there, and passes the turn on; a pop does so at the head.
//!
//! ```text
//! tail   [CLOSED: 1 | ARMED: 1 | place of the next push: 62]
//! head   [place of the next pop]
//! cells  [{turn, value}; N]
//! ```
//!
//! Place `p` is cell `p % N`. Turn `2 * (p / N)` is the pusher's, and one more is the popper's.
//!
//! Vyukov's turns count places; these count laps, so that zeros are an empty ring and one cell is
//! enough.
//!
//! # What is given up
//!
//! A place is taken before it is written. If its pusher is preempted in between, the next pops have
//! to wait for it, and so does a push a lap later for a popper. They wait by [`Word::pause_up_to`],
//! for a millisecond, and then return an error: a pop returns [`Busy`](NoValue::Busy), not
//! [`Empty`](NoValue::Empty), and a push finds no room. So no thread waits without bound for
//! another that can't run, whatever their priorities.
//!
//! # Closing
//!
//! The closed bit is in the tail, so the exchange that takes a place decides: a push is before the
//! end or refused, and an empty ring stays empty once it is closed. Pushes need no count.
//!
//! # Telling a consumer that waits
//!
//! A consumer that has found nothing arms the ring, looks once more, and then waits. The bit is in
//! the tail as well, so the exchanges of the tail put each push before or behind it: a push behind
//! it sees the bit in the number that it exchanges, and tells the consumer once its value is there;
//! the place of a push before it is taken by then, and the second look finds it. There is no order
//! in which neither sees the other, as there is if the push reads a flag of its own (Dekker's
//! problem), and a push reads nothing more than without it.
//!
//! The second look may find a place whose value isn't there yet, and whose push saw no bit: it is
//! [`Busy`](NoValue::Busy) then, and the consumer comes again by itself.
//!
//! Tests under loom: `tests/ring.rs`.

use std::sync::atomic::{AtomicU64, Ordering};

use super::primitive::Word;

/// Bit of the tail: the queue is closed.
const CLOSED: u64 = 1 << 63;

/// Bit of the tail: a consumer waits to be told of the next push.
const ARMED: u64 = 1 << 62;

/// Bits of the tail that are no place.
const FLAGS: u64 = CLOSED | ARMED;

/// Reason why a value was not pushed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoRoom {
    Full,
    Closed,
}

/// Reason why no value was popped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoValue {
    Empty,
    Busy,
}

/// Cell of the ring: one place per lap.
#[derive(Debug)]
pub(super) struct Cell<W> {
    turn: W,
    value: W,
}

/// Word on cache lines of its own.
#[derive(Debug)]
#[repr(align(128))]
struct Line<W>(W);

/// Ring of `N` cells.
#[derive(Debug)]
pub(super) struct Ring<const N: usize, W = AtomicU64> {
    head: Line<W>,
    tail: Line<W>,
    cells: [Cell<W>; N],
}

impl<const N: usize> Ring<N> {
    pub(super) const fn new() -> Self {
        Self {
            head: Line(AtomicU64::new(0)),
            tail: Line(AtomicU64::new(0)),
            cells: [const { Cell { turn: AtomicU64::new(0), value: AtomicU64::new(0) } }; N],
        }
    }
}

impl<const N: usize, W: Word> Ring<N, W> {
    /// Returns a ring of words that are 0.
    #[cfg(test)]
    pub(super) fn of(zero: impl Fn() -> W) -> Self {
        let cell = || Cell { turn: zero(), value: zero() };
        Self { head: Line(zero()), tail: Line(zero()), cells: std::array::from_fn(|_| cell()) }
    }

    /// Takes the next place without writing to it, as a push that is preempted does; the closure
    /// that it returns writes the value.
    #[cfg(test)]
    pub(super) fn begin_push(&self) -> impl FnOnce(u64) {
        let (cell, turn) = self.cell(self.tail.0.fetch_add(1, Ordering::AcqRel));
        move |value| {
            cell.value.store(value, Ordering::Relaxed);
            cell.turn.store(turn + 1, Ordering::Release);
        }
    }

    /// Takes the place at the front without reading it, as a pop that is preempted does; the
    /// closure that it returns reads the value.
    #[cfg(test)]
    pub(super) fn begin_pop(&self) -> impl FnOnce() -> u64 {
        let (cell, turn) = self.cell(self.head.0.fetch_add(1, Ordering::AcqRel));
        move || {
            let value = cell.value.load(Ordering::Relaxed);
            cell.turn.store(turn + 2, Ordering::Release);
            value
        }
    }

    /// Returns the cell of a place, and the turn that its pusher waits for.
    #[inline]
    fn cell(&self, place: u64) -> (&Cell<W>, u64) {
        (&self.cells[(place % N as u64) as usize], place / N as u64 * 2)
    }

    /// Puts a value at the end. Returns true if the caller has to call
    /// [`disarm`](Self::disarm), as a consumer waits, and for the first value of all.
    #[inline]
    pub(super) fn push(&self, value: u64) -> Result<bool, NoRoom> {
        self.try_push(value).map_or_else(|| self.push_slowly(value), Ok)
    }

    /// Puts a value at the end, as [`push`](Self::push) does: there is no room if a popper of the
    /// last lap is still reading after so many turns.
    pub(super) fn push_within(&self, value: u64, turns: u32) -> Result<bool, NoRoom> {
        self.push_or(value, pause_within::<W>(turns))
    }

    // Apart from the first try: a caller that has to keep nothing in memory for the waits stores
    // nothing before the exchange, which would wait for each such store.
    #[cold]
    #[inline(never)]
    fn push_slowly(&self, value: u64) -> Result<bool, NoRoom> {
        let mut since = None;
        self.push_or(value, |turn| W::pause_up_to(turn, &mut since))
    }

    /// Puts a value at the end, if the next place is free and no other thread takes it at the same
    /// time.
    #[inline(always)]
    fn try_push(&self, value: u64) -> Option<bool> {
        // Relaxed: the place is only taken if the tail is still this.
        let tail = self.tail.0.load(Ordering::Relaxed);
        let (cell, turn) = self.cell(tail & !FLAGS);
        // Pairs with the store in `try_pop`: the popper of the last lap has read.
        if tail & CLOSED != 0 || cell.turn.load(Ordering::Acquire) != turn {
            return None;
        }
        // The place is taken if the tail is still this, which is not closed.
        self.tail.0.compare_exchange(tail, tail + 1, Ordering::AcqRel, Ordering::Relaxed).ok()?;
        cell.value.store(value, Ordering::Relaxed);
        // Pairs with the load in `try_pop`, which sees the value, and what the pusher did before.
        cell.turn.store(turn + 1, Ordering::Release);
        // True if `tail` is 0 or has the bit `ARMED`: 0 wraps around.
        Some(tail.wrapping_sub(1) >= ARMED - 1)
    }

    /// Puts a value at the end; `pause` waits for the popper of the last lap, or returns false.
    fn push_or(&self, value: u64, mut pause: impl FnMut(u32) -> bool) -> Result<bool, NoRoom> {
        let mut turns = 0;
        loop {
            if let Some(waits) = self.try_push(value) {
                return Ok(waits);
            }
            let tail = self.tail.0.load(Ordering::Acquire);
            if tail & CLOSED != 0 {
                return Err(NoRoom::Closed);
            }
            let (cell, turn) = self.cell(tail & !ARMED);
            if cell.turn.load(Ordering::Acquire) < turn {
                // The last lap's value is there, or its popper is just taking it. The head only
                // rises, so if it is a lap behind now, there was no room when it was read.
                if self.head.0.load(Ordering::Acquire) + N as u64 <= tail & !ARMED || !pause(turns) {
                    return Err(NoRoom::Full);
                }
                turns += 1;
            }
            // Otherwise another thread has pushed or popped here since.
        }
    }

    /// Takes the value at the front.
    #[inline]
    pub(super) fn pop(&self) -> Result<u64, NoValue> {
        self.try_pop().map_or_else(|| self.pop_slowly(), Ok)
    }

    /// Takes the value at the front, if it is there: it is [`Busy`](NoValue::Busy) if its pusher is
    /// still writing after so many turns.
    pub(super) fn pop_within(&self, turns: u32) -> Result<u64, NoValue> {
        self.pop_or(pause_within::<W>(turns))
    }

    // Apart from the first try, as `push_slowly`.
    #[cold]
    #[inline(never)]
    fn pop_slowly(&self) -> Result<u64, NoValue> {
        let mut since = None;
        self.pop_or(|turn| W::pause_up_to(turn, &mut since))
    }

    /// Takes the value at the front, if it is there and no other thread takes it at the same time.
    #[inline(always)]
    fn try_pop(&self) -> Option<u64> {
        // Relaxed: the place is only taken if the head is still this.
        let head = self.head.0.load(Ordering::Relaxed);
        let (cell, turn) = self.cell(head);
        // Pairs with the store in `try_push`.
        if cell.turn.load(Ordering::Acquire) != turn + 1 {
            return None;
        }
        self.head.0.compare_exchange(head, head + 1, Ordering::AcqRel, Ordering::Relaxed).ok()?;
        let value = cell.value.load(Ordering::Relaxed);
        // Pairs with the load in `try_push`, a lap later.
        cell.turn.store(turn + 2, Ordering::Release);
        Some(value)
    }

    /// Takes the value at the front; `pause` waits for its pusher, or returns false.
    fn pop_or(&self, mut pause: impl FnMut(u32) -> bool) -> Result<u64, NoValue> {
        let mut turns = 0;
        loop {
            if let Some(value) = self.try_pop() {
                return Ok(value);
            }
            let head = self.head.0.load(Ordering::Acquire);
            let (cell, turn) = self.cell(head);
            if cell.turn.load(Ordering::Acquire) <= turn {
                // The place is empty, or its pusher is just writing. The head only rises, and is
                // never above the tail, so if the tail is no further now, it was empty when the
                // head was read.
                if self.tail.0.load(Ordering::Acquire) & !FLAGS == head {
                    return Err(NoValue::Empty);
                }
                if !pause(turns) {
                    return Err(NoValue::Busy);
                }
                turns += 1;
            }
            // Otherwise another thread has pushed or popped here since.
        }
    }

    /// Returns how many values are in the ring, or are just being pushed, at the moment.
    pub(super) fn len(&self) -> usize {
        let head = self.head.0.load(Ordering::Acquire);
        let tail = self.tail.0.load(Ordering::Acquire) & !FLAGS;
        // The tail was read later: more than fit may have been pushed since the head was read.
        (tail - head).min(N as u64) as usize
    }

    /// Refuses every push from now on. Returns true if the caller has to call
    /// [`disarm`](Self::disarm), as a consumer waits.
    pub(super) fn close(&self) -> bool {
        self.tail.0.fetch_or(CLOSED, Ordering::AcqRel) & ARMED != 0
    }

    /// Has the next push, or the close, tell a consumer, which then looks once more. Returns true
    /// if the ring is closed.
    #[cfg(any(test, feature = "async"))]
    pub(super) fn arm(&self) -> bool {
        // AcqRel: pairs with the exchanges of pushes, which see what the consumer did before, and
        // with `disarm`, so the consumer sees the value of a push that has disarmed before.
        self.tail.0.fetch_or(ARMED, Ordering::AcqRel) & CLOSED != 0
    }

    /// Answers an armed ring. Returns true if it still was armed, so the caller tells the consumer.
    #[cfg(any(test, feature = "async"))]
    pub(super) fn disarm(&self) -> bool {
        self.tail.0.fetch_and(!ARMED, Ordering::AcqRel) & ARMED != 0
    }

    pub(super) fn is_closed(&self) -> bool {
        self.tail.0.load(Ordering::Acquire) & CLOSED != 0
    }

    /// Accepts pushes again after [`close`](Self::close).
    pub(super) fn open(&self) {
        self.tail.0.fetch_and(!CLOSED, Ordering::AcqRel);
    }

    /// Returns how many values were pushed and popped.
    pub(super) fn totals(&self) -> (u64, u64) {
        let popped = self.head.0.load(Ordering::Acquire);
        // Read later, so it isn't less.
        let pushed = self.tail.0.load(Ordering::Acquire) & !FLAGS;
        (pushed, popped)
    }
}

/// Returns a function that waits for so many turns, and then returns false.
fn pause_within<W: Word>(turns: u32) -> impl FnMut(u32) -> bool {
    move |turn| {
        let waits = turn < turns;
        if waits {
            W::pause(turn);
        }
        waits
    }
}
