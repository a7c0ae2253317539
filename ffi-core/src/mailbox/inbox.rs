//! Values that threads push to an isolate: a list, its doorbell, and its end.
//!
//! A push adds its value, and rings if the doorbell was silent: the isolate gets one message for
//! any number of values. The isolate answers before it pops, so whatever it doesn't find rings
//! again.
//!
//! Closing waits for no push. A word counts the pushes that are under way; the close sets a bit in
//! it, and after that no push begins. The last of those that had begun sweeps what is left, or the
//! close does if there are none. So a finalizer, and with it the isolate's end, never waits for a
//! thread that was preempted.

use std::sync::atomic::Ordering;

use super::atomics::{Atomics, Word as _};
use super::list::List;

/// Bit of the state: no push begins any more. The bits below count the pushes under way.
const CLOSED: u32 = 1 << 31;

/// Values for an isolate.
pub(crate) struct Inbox<T, A: Atomics> {
    list: List<T, A>,
    state: A::Word,
    /// 1 from a ring until the isolate answers.
    rung: A::Word,
}

/// Result of [`Inbox::push`].
pub(crate) struct Pushed<T> {
    /// The value, if the inbox was closed.
    pub(crate) refused: Option<T>,
    /// True if the caller has to sweep: the inbox was closed during the push, and this was the
    /// last one.
    pub(crate) sweep: bool,
}

/// Result of [`Inbox::close`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Closed {
    /// It was closed before.
    Before,
    /// The caller has to sweep.
    Sweep,
    /// A push that is under way will sweep.
    Left,
}

impl<T, A: Atomics> Inbox<T, A> {
    pub(crate) fn new() -> Self {
        Self { list: List::new(), state: A::Word::new(0), rung: A::Word::new(0) }
    }

    /// Adds a value, and calls `post` if the isolate has to be told.
    pub(crate) fn push(&self, value: T, post: impl FnOnce()) -> Pushed<T> {
        // Acquire: nothing of the push comes before it is counted.
        if self.state.fetch_add(1, Ordering::Acquire) & CLOSED != 0 {
            return Pushed { refused: Some(value), sweep: self.leave() };
        }
        self.list.push(value);
        if self.ring() {
            post();
        }
        Pushed { refused: None, sweep: self.leave() }
    }

    /// Returns a mark of the last value; see [`List::last`].
    pub(crate) fn last(&self) -> *const () {
        self.list.last()
    }

    /// Returns true if the doorbell was silent.
    pub(crate) fn ring(&self) -> bool {
        self.rung.swap(1, A::RING) == 0
    }

    /// Ends a push; returns true if it was the last one of a closed inbox.
    fn leave(&self) -> bool {
        self.state.fetch_sub(1, A::LEAVE) == CLOSED | 1 && A::LAST_SWEEPS
    }

    /// Refuses all pushes from now on.
    pub(crate) fn close(&self) -> Closed {
        match self.state.fetch_or(CLOSED, A::LEAVE) {
            0 => Closed::Sweep,
            before if before & CLOSED != 0 => Closed::Before,
            _ => Closed::Left,
        }
    }

    /// Returns true once it was closed.
    pub(crate) fn is_closed(&self) -> bool {
        self.state.load(Ordering::Acquire) & CLOSED != 0
    }

    /// Pops up to `most` values, and passes each to `take`. Returns true if the caller has to post
    /// again, as there are more.
    ///
    /// # Safety
    ///
    /// No other thread pops meanwhile.
    pub(crate) unsafe fn drain(&self, most: usize, mut take: impl FnMut(T)) -> bool {
        if A::ANSWERS_FIRST {
            self.rung.swap(0, A::RING);
        }
        let mut left = most;
        while left > 0 {
            // SAFETY: no other thread pops, by this function's contract.
            let Some(value) = (unsafe { self.list.pop() }) else { break };
            take(value);
            left -= 1;
        }
        if !A::ANSWERS_FIRST {
            self.rung.swap(0, A::RING);
        }
        // SAFETY: no other thread pops, by this function's contract.
        left == 0 && !unsafe { self.list.is_empty() } && self.ring()
    }

    /// Passes all that is left to `take`.
    ///
    /// # Safety
    ///
    /// The conditions of [`drain`](Self::drain).
    pub(crate) unsafe fn sweep(&self, mut take: impl FnMut(T)) {
        // SAFETY: no other thread pops, by this function's contract.
        while let Some(value) = unsafe { self.list.pop() } {
            take(value);
        }
    }
}
