//! The inbox and the outcome of a call under loom, in all orders that the memory model allows, with
//! up to two preemptions.
//!
//! Each property has a control: a variant that lacks what the property relies on. Loom has to find
//! its fault.

use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;

use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::sync::atomic::{AtomicPtr, AtomicU32};
use loom::thread;

use crate::mailbox::atomics::{Atomics, Link, Word, atomic};
use crate::mailbox::inbox::{Closed, Inbox};
use crate::mailbox::input::{Next, next};
use crate::mailbox::outcome::{Outcome, Stage};
use crate::mailbox::window::{Idle, Window};

atomic!(AtomicU32, AtomicPtr);

/// Declares a variant of the protocol.
macro_rules! variant {
    ($name:ident { $($constants:tt)* }) => {
        struct $name;

        impl Atomics for $name {
            type Word = AtomicU32;
            type Link<N> = AtomicPtr<N>;
            $($constants)*
        }
    };
}

variant!(Sound {});
variant!(RelaxedLink { const LINK: Ordering = Ordering::Relaxed; });
variant!(AnswersLast { const ANSWERS_FIRST: bool = false; });
variant!(NobodySweeps { const LAST_SWEEPS: bool = false; });
variant!(StallsInSteps { const STALLS_AT_ONCE: bool = false; });
variant!(AsksLast { const ASKS_FIRST: bool = false; });
variant!(DecidesInSteps { const DECIDES_AT_ONCE: bool = false; });

/// Runs all orders with up to two preemptions: enough to find the faults of the controls.
fn explore(model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(2);
    builder.check(model);
}

/// Fails unless loom finds a fault in `model`.
fn refuted(model: fn()) {
    let found = catch_unwind(AssertUnwindSafe(model));
    assert!(found.is_err(), "loom finds no fault");
}

/// Value whose contents loom watches.
struct Watched(Arc<UnsafeCell<u32>>);

// SAFETY: loom fails the test if two threads use the cell without order.
unsafe impl Send for Watched {}

impl Watched {
    fn new(value: u32) -> Self {
        let cell = Arc::new(UnsafeCell::new(0));
        // SAFETY: no other thread has the cell yet.
        cell.with_mut(|it| unsafe { *it = value });
        Self(cell)
    }

    fn read(&self) -> u32 {
        // SAFETY: the pusher doesn't use the cell any more.
        self.0.with(|it| unsafe { *it })
    }
}

/// An inbox, the posts that wait at its port, and how many values were refused or swept.
struct Port<A: Atomics> {
    inbox: Inbox<Watched, A>,
    posts: AtomicU32,
    dropped: AtomicU32,
    /// Taken while a thread pops, as the mutex of the mailbox is.
    popping: loom::sync::Mutex<()>,
}

// SAFETY: the inbox of the right types is `Sync`; here, loom checks the accesses.
unsafe impl<A: Atomics> Sync for Port<A> {}
// SAFETY: its values may go to other threads.
unsafe impl<A: Atomics> Send for Port<A> {}

impl<A: Atomics> Port<A> {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            inbox: Inbox::new(),
            posts: AtomicU32::new(0),
            dropped: AtomicU32::new(0),
            popping: loom::sync::Mutex::new(()),
        })
    }

    fn push(&self, value: u32) {
        let post = || {
            self.posts.fetch_add(1, Ordering::AcqRel);
        };
        let pushed = self.inbox.push(Watched::new(value), post);
        if pushed.refused.is_some() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
        if pushed.sweep {
            self.sweep();
        }
    }

    /// Drains up to `most` values if a post waits; returns their number.
    fn wake(&self, most: usize) -> u32 {
        if self.posts.load(Ordering::Acquire) == 0 {
            return 0;
        }
        self.posts.fetch_sub(1, Ordering::AcqRel);
        let _popping = self.popping.lock().unwrap();
        let mut count = 0;
        let take = |value: Watched| {
            assert!(value.read() > 0, "the value isn't there yet");
            count += 1;
        };
        // SAFETY: the lock is held.
        if unsafe { self.inbox.drain(most, take) } {
            self.posts.fetch_add(1, Ordering::AcqRel);
        }
        count
    }

    fn sweep(&self) {
        let _popping = self.popping.lock().unwrap();
        let take = |value: Watched| {
            assert!(value.read() > 0, "the value isn't there yet");
            self.dropped.fetch_add(1, Ordering::Relaxed);
        };
        // SAFETY: the lock is held.
        unsafe { self.inbox.sweep(take) };
    }

    fn close(&self) {
        if self.inbox.close() == Closed::Sweep {
            self.sweep();
        }
    }
}

fn pushers<A: Atomics>(inbox: &Arc<Port<A>>) -> Vec<thread::JoinHandle<()>> {
    let push = |value| {
        let inbox = Arc::clone(inbox);
        thread::spawn(move || inbox.push(value))
    };
    [1, 2].map(push).into()
}

/// Each value is popped after one post or another.
fn no_wake_up_is_lost<A: Atomics>(most: usize) {
    explore(move || {
        let inbox = Port::<A>::new();
        let pushers = pushers(&inbox);
        let mut count = inbox.wake(most);
        for pusher in pushers {
            pusher.join().unwrap();
        }
        while inbox.posts.load(Ordering::Acquire) > 0 {
            count += inbox.wake(most);
        }
        assert_eq!(count, 2, "a value waits and no post does");
    });
}

#[test]
fn loom_no_wake_up_is_lost() {
    no_wake_up_is_lost::<Sound>(256);
    no_wake_up_is_lost::<Sound>(1);
}

#[test]
fn loom_finds_an_answer_that_comes_last() {
    refuted(|| no_wake_up_is_lost::<AnswersLast>(256));
}

#[test]
fn loom_finds_a_value_that_is_read_too_early() {
    refuted(|| no_wake_up_is_lost::<RelaxedLink>(256));
}

/// Each value is popped, refused or swept, once.
fn nothing_is_left_after_the_end<A: Atomics>() {
    explore(|| {
        let inbox = Port::<A>::new();
        let pushers = pushers(&inbox);
        let count = inbox.wake(256);
        inbox.close();
        for pusher in pushers {
            pusher.join().unwrap();
        }
        assert_eq!(count + inbox.dropped.load(Ordering::Relaxed), 2);
    });
}

#[test]
fn loom_nothing_is_left_after_the_end() {
    nothing_is_left_after_the_end::<Sound>();
}

#[test]
fn loom_finds_that_nobody_sweeps() {
    refuted(nothing_is_left_after_the_end::<NobodySweeps>);
}

/// The result, a cancellation and the shutdown race: one of them decides.
fn a_call_has_one_outcome<A: Atomics>()
where
    A::Word: Send + Sync,
{
    explore(|| {
        let outcome = Arc::new(Outcome::<A>::new());
        let decide = |stage| {
            let outcome = Arc::clone(&outcome);
            thread::spawn(move || u32::from(outcome.decide(stage)))
        };
        let others = [Stage::Ended, Stage::Cancelled].map(decide);
        let mut decided = u32::from(outcome.decide(Stage::Cancelled));
        for other in others {
            decided += other.join().unwrap();
        }
        assert_eq!(decided, 1);
        assert_ne!(outcome.stage(), Stage::Running);
    });
}

#[test]
fn loom_a_call_has_one_outcome() {
    a_call_has_one_outcome::<Sound>();
}

#[test]
fn loom_finds_two_outcomes() {
    refuted(a_call_has_one_outcome::<DecidesInSteps>);
}

/// A stream: its window, the events that wait at the port, and the wake-ups of its task.
struct Listened<A: Atomics> {
    window: Window<Watched, A>,
    events: AtomicU32,
    wakes: AtomicU32,
    taken: AtomicU32,
    /// True if all items for which there is credit are put together.
    together: bool,
    /// True if credit is granted only when no item is left.
    holds: bool,
}

// SAFETY: one thread makes and another listens; here, loom checks the accesses.
unsafe impl<A: Atomics> Sync for Listened<A> {}
// SAFETY: its items may go to other threads.
unsafe impl<A: Atomics> Send for Listened<A> {}

/// Number of items of the stream.
const ITEMS: u32 = 2;

impl<A: Atomics> Listened<A> {
    /// Makes items until there is no credit or none are left; returns the number of the last.
    fn make(&self, mut made: u32) -> u32 {
        let mut credit = 0;
        while made < ITEMS {
            if credit == 0 {
                credit = self.window.collect();
                if credit == 0 {
                    return made;
                }
            }
            let count = if self.together { credit.min(ITEMS - made) } else { 1 };
            credit -= count;
            let items = (1..=count).map(|next| Watched::new(made + next));
            // SAFETY: only one thread makes, with credits.
            self.tell(unsafe { self.window.put_all(items) });
            made += count;
        }
        self.tell(self.window.end());
        made
    }

    fn tell(&self, told: bool) {
        if told {
            self.events.fetch_add(1, Ordering::AcqRel);
        }
    }

    /// Takes items if an event waits, as Dart does; returns true at the end.
    fn listen(&self) -> bool {
        if self.events.load(Ordering::Acquire) == 0 {
            return false;
        }
        self.events.fetch_sub(1, Ordering::AcqRel);
        let mut credit = 0;
        loop {
            let mut batch = 0;
            // SAFETY: only one thread listens.
            while let Some(item) = unsafe { self.window.pop_if(|_| true) } {
                let number = self.taken.fetch_add(1, Ordering::Relaxed) + 1;
                assert_eq!(item.read(), number, "an item is lost, or isn't there yet");
                batch += 1;
            }
            credit += batch;
            if credit > 0 && (batch == 0 || !self.holds) && self.window.grant(mem::take(&mut credit)) {
                self.wakes.fetch_add(1, Ordering::AcqRel);
            }
            if batch > 0 {
                continue;
            }
            // SAFETY: only one thread listens.
            match unsafe { self.window.idle() } {
                Idle::Item => {}
                Idle::Nothing => return false,
                Idle::End => return true,
            }
        }
    }
}

/// All items come, and then the end.
fn no_item_is_lost<A: Atomics>(window: u32, together: bool, holds: bool) {
    explore(move || {
        let stream = Arc::new(Listened::<A> {
            window: Window::new(window),
            events: AtomicU32::new(0),
            wakes: AtomicU32::new(0),
            taken: AtomicU32::new(0),
            together,
            holds,
        });
        let task = Arc::clone(&stream);
        let task = thread::spawn(move || task.make(0));
        let mut ended = stream.listen();
        let mut made = task.join().unwrap();
        loop {
            if stream.events.load(Ordering::Acquire) > 0 {
                ended |= stream.listen();
            } else if stream.wakes.load(Ordering::Acquire) > 0 {
                stream.wakes.fetch_sub(1, Ordering::AcqRel);
                made = stream.make(made);
            } else {
                break;
            }
        }
        assert!(ended, "an item waits and no event does, or credit and no task");
        assert_eq!(stream.taken.load(Ordering::Relaxed), ITEMS);
    });
}

#[test]
fn loom_no_item_is_lost() {
    for (together, holds) in [(false, false), (true, false), (false, true), (true, true)] {
        no_item_is_lost::<Sound>(1, together, holds);
        no_item_is_lost::<Sound>(2, together, holds);
    }
}

#[test]
fn loom_finds_an_answer_to_a_stream_that_comes_last() {
    refuted(|| no_item_is_lost::<AnswersLast>(2, true, false));
}

#[test]
fn loom_finds_an_item_that_is_read_too_early() {
    refuted(|| no_item_is_lost::<RelaxedLink>(2, false, false));
}

#[test]
fn loom_finds_credit_that_is_lost() {
    refuted(|| no_item_is_lost::<StallsInSteps>(1, false, false));
}

/// An input: its window, the end of its isolate, and the wake-ups of its task.
struct Opened<A: Atomics> {
    window: Window<Watched, A>,
    outcome: Outcome<A>,
    wakes: AtomicU32,
    taken: AtomicU32,
}

// SAFETY: one thread puts and another takes; here, loom checks the accesses.
unsafe impl<A: Atomics> Sync for Opened<A> {}
// SAFETY: its items may go to other threads.
unsafe impl<A: Atomics> Send for Opened<A> {}

impl<A: Atomics> Opened<A> {
    fn wake(&self, wakes: bool) {
        if wakes {
            self.wakes.fetch_add(1, Ordering::AcqRel);
        }
    }

    /// Puts two items, and ends as an isolate does that is killed.
    fn put_and_end(&self) {
        for number in 1..=ITEMS {
            assert!(number > 1 || self.window.collect() == 2);
            // SAFETY: only one thread puts, with a credit.
            self.wake(unsafe { self.window.put(Watched::new(number)) });
        }
        self.outcome.decide(Stage::Cancelled);
        self.wake(true);
    }

    /// Takes items until there are none; returns true at the end.
    fn take(&self) -> bool {
        loop {
            // SAFETY: only one thread takes.
            match unsafe { next(&self.window, &self.outcome) } {
                Next::Item(item) => {
                    let number = self.taken.fetch_add(1, Ordering::Relaxed) + 1;
                    assert_eq!(item.read(), number, "an item is lost, or isn't there yet");
                }
                Next::Nothing => return false,
                Next::End | Next::Gone => return true,
            }
        }
    }
}

/// All items come that an isolate has put before its end, and then that it is gone.
fn no_last_item_is_lost<A: Atomics>() {
    explore(|| {
        let input = Arc::new(Opened::<A> {
            window: Window::new(2),
            outcome: Outcome::new(),
            wakes: AtomicU32::new(0),
            taken: AtomicU32::new(0),
        });
        let isolate = Arc::clone(&input);
        let isolate = thread::spawn(move || isolate.put_and_end());
        let mut ended = input.take();
        isolate.join().unwrap();
        while !ended && input.wakes.load(Ordering::Acquire) > 0 {
            input.wakes.fetch_sub(1, Ordering::AcqRel);
            ended = input.take();
        }
        assert!(ended, "the end waits, and the task isn't woken");
        assert_eq!(input.taken.load(Ordering::Relaxed), ITEMS);
    });
}

#[test]
fn loom_no_last_item_is_lost() {
    no_last_item_is_lost::<Sound>();
}

#[test]
fn loom_finds_an_end_that_hides_an_item() {
    refuted(no_last_item_is_lost::<AsksLast>);
}
