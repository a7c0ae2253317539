//! Outcome of a call: its result, a cancellation, or the end of its mailbox. The first of them
//! counts.

use std::sync::atomic::Ordering;

use super::atomics::{Atomics, Word as _};

/// State of a call. It changes once.
pub(crate) struct Outcome<A: Atomics>(A::Word);

/// State of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum Stage {
    /// The task runs, or waits to.
    Running = 0,
    /// Its result, or the shutdown, was or is about to be pushed.
    Ended = 1,
    /// Dart, or the end of its isolate, has cancelled it: its future is dropped at the next poll.
    Cancelled = 2,
}

impl<A: Atomics> Outcome<A> {
    pub(crate) fn new() -> Self {
        Self(A::Word::new(Stage::Running as u32))
    }

    /// Ends a running call as `stage`; returns false if it has ended before.
    pub(crate) fn decide(&self, stage: Stage) -> bool {
        // AcqRel, Acquire: the thread that comes second sees what the first one did before.
        let (ok, err) = (Ordering::AcqRel, Ordering::Acquire);
        if A::DECIDES_AT_ONCE {
            return self.0.compare_exchange(Stage::Running as u32, stage as u32, ok, err).is_ok();
        }
        let running = self.stage() == Stage::Running;
        if running {
            self.0.store(stage as u32, Ordering::Release);
        }
        running
    }

    pub(crate) fn stage(&self) -> Stage {
        match self.0.load(Ordering::Acquire) {
            0 => Stage::Running,
            1 => Stage::Ended,
            _ => Stage::Cancelled,
        }
    }
}
