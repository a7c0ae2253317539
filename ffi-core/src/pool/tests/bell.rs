//! A consumer that waits for a push into a ring, under loom, in all orders that the memory model
//! allows, with up to two preemptions.
//!
//! Each control lacks what the protocol relies on. Loom has to find its fault.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;

use loom::sync::Arc;
use loom::sync::atomic::{AtomicU32, AtomicU64};
use loom::thread;

use crate::pool::ring::{NoRoom, NoValue, Ring};

/// Way in which a consumer waits.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// As in `mailbox/queue.rs`.
    Sound,
    /// Pushes read a flag of its own.
    Flag,
    /// The consumer doesn't look again once it has armed the ring.
    LooksOnce,
    /// The consumer answers once it has looked.
    AnswersLast,
    /// The consumer waits to be told of a push that is under way.
    TrustsBusy,
}

/// A ring, the events that wait for its consumer, and what it has taken.
struct Waited {
    way: Way,
    ring: Ring<2, AtomicU64>,
    flag: AtomicU32,
    told: AtomicU32,
    events: AtomicU32,
    taken: AtomicU32,
}

impl Waited {
    fn tell(&self) {
        if self.told.swap(1, Ordering::AcqRel) == 0 {
            self.events.fetch_add(1, Ordering::AcqRel);
        }
    }

    fn ring(&self, armed: bool) {
        match self.way {
            Way::Flag if self.flag.load(Ordering::Relaxed) == 1 => self.tell(),
            Way::Flag => {}
            _ if armed && self.ring.disarm() => self.tell(),
            _ => {}
        }
    }

    /// Returns true if the ring was not closed.
    fn push(&self, value: u64) -> bool {
        let pushed = self.ring.push(value);
        assert_ne!(pushed, Err(NoRoom::Full));
        self.ring(pushed == Ok(true));
        pushed.is_ok()
    }

    fn close(&self) {
        let armed = self.ring.close();
        self.ring(armed);
    }

    fn arm(&self) -> bool {
        if self.way == Way::Flag {
            self.flag.store(1, Ordering::Release);
            return self.ring.is_closed();
        }
        self.ring.arm()
    }

    /// Takes values if an event waits; returns true at the end.
    fn turn(&self) -> bool {
        if self.events.load(Ordering::Acquire) == 0 {
            return false;
        }
        self.events.fetch_sub(1, Ordering::AcqRel);
        let busy = || {
            self.told.swap(0, Ordering::AcqRel);
            if self.way != Way::TrustsBusy {
                self.tell();
            }
            false
        };
        loop {
            match self.ring.pop_within(0) {
                Ok(_) => {
                    self.taken.fetch_add(1, Ordering::Relaxed);
                    continue;
                }
                Err(NoValue::Busy) => return busy(),
                Err(NoValue::Empty) => {}
            }
            if self.way != Way::AnswersLast {
                self.told.swap(0, Ordering::AcqRel);
            }
            let closed = self.arm();
            if self.way == Way::LooksOnce {
                return closed;
            }
            match self.ring.pop_within(0) {
                Ok(_) => {
                    self.taken.fetch_add(1, Ordering::Relaxed);
                }
                Err(NoValue::Busy) => return busy(),
                Err(NoValue::Empty) => {
                    if self.way == Way::AnswersLast {
                        self.told.swap(0, Ordering::AcqRel);
                    }
                    return closed;
                }
            }
        }
    }
}

/// Every push comes to the consumer, and then the end.
fn no_push_is_missed(way: Way) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(2);
    builder.check(move || {
        let waited = Arc::new(Waited {
            way,
            ring: Ring::of(|| AtomicU64::new(0)),
            flag: AtomicU32::new(0),
            told: AtomicU32::new(1),
            events: AtomicU32::new(1),
            taken: AtomicU32::new(0),
        });
        // The first push of all tells something else.
        assert_eq!((waited.ring.push(0), waited.ring.pop()), (Ok(true), Ok(0)));
        let pusher = Arc::clone(&waited);
        let pusher = thread::spawn(move || u32::from(pusher.push(1)));
        let closer = Arc::clone(&waited);
        let closer = thread::spawn(move || {
            let pushed = u32::from(closer.push(2));
            closer.close();
            pushed
        });
        let mut ended = waited.turn();
        let pushed = pusher.join().unwrap() + closer.join().unwrap();
        // A ring that comes late finds nobody.
        while !ended && waited.events.load(Ordering::Acquire) > 0 {
            ended = waited.turn();
        }
        assert!(ended, "a value or the end waits, and no event does");
        assert_eq!(waited.taken.load(Ordering::Relaxed), pushed);
    });
}

#[test]
fn loom_no_push_is_missed() {
    no_push_is_missed(Way::Sound);
}

/// Fails unless loom finds a fault.
fn refuted(way: Way) {
    let found = catch_unwind(AssertUnwindSafe(|| no_push_is_missed(way)));
    assert!(found.is_err(), "loom finds no fault");
}

#[test]
fn loom_finds_a_flag_that_pushes_read() {
    refuted(Way::Flag);
}

#[test]
fn loom_finds_a_consumer_that_looks_once() {
    refuted(Way::LooksOnce);
}

#[test]
fn loom_finds_an_answer_that_comes_last() {
    refuted(Way::AnswersLast);
}

#[test]
fn loom_finds_a_push_under_way_that_is_trusted() {
    refuted(Way::TrustsBusy);
}
