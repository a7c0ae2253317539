//! Wakes tasks at a time, for executors without timers.
//!
//! One thread waits for the earliest alarm. It is started by the first alarm, and ends when there
//! was none for a second, so a library whose calls have no deadline has no thread for this.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::thread;
use std::time::{Duration, Instant};

/// Time for which the thread waits for another alarm once there is none.
const IDLE: Duration = Duration::from_secs(1);

struct Alarms {
    /// By time, and a number that tells those of one time apart.
    waiting: BTreeMap<(Instant, u64), Waker>,
    next: u64,
    has_thread: bool,
}

static ALARMS: Mutex<Alarms> = Mutex::new(Alarms { waiting: BTreeMap::new(), next: 0, has_thread: false });

/// Tells the thread that another alarm is the earliest.
static CHANGED: Condvar = Condvar::new();

/// No code panics while it holds the lock: wakers, which are others' code, are cloned, woken and
/// dropped without it.
fn alarms() -> MutexGuard<'static, Alarms> {
    ALARMS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An alarm, which is taken back when this is dropped.
#[derive(Debug)]
pub(super) struct Alarm {
    key: (Instant, u64),
    waker: Waker,
}

impl Alarm {
    /// Wakes the task of `waker` at `at`, or soon if that is past.
    pub(super) fn new(at: Instant, waker: &Waker) -> Self {
        let (waker, kept) = (waker.clone(), waker.clone());
        let mut alarms = alarms();
        let key = (at, alarms.next);
        alarms.next += 1;
        alarms.waiting.insert(key, kept);
        if !alarms.has_thread {
            // Without a thread the call has no deadline, but is a call.
            let started = thread::Builder::new().name("ffi-deadlines".to_owned()).spawn(run);
            alarms.has_thread = started.is_ok();
        } else if alarms.waiting.keys().next() == Some(&key) {
            CHANGED.notify_one();
        }
        Self { key, waker }
    }

    /// Returns true if it wakes the task of `waker`.
    pub(super) fn is_of(&self, waker: &Waker) -> bool {
        self.waker.will_wake(waker)
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        let removed = alarms().waiting.remove(&self.key);
        drop(removed);
    }
}

/// Wakes tasks until there was no alarm for a while.
fn run() {
    let mut alarms = alarms();
    loop {
        let now = Instant::now();
        let later = alarms.waiting.split_off(&(now, u64::MAX));
        let due = std::mem::replace(&mut alarms.waiting, later);
        if !due.is_empty() {
            drop(alarms);
            due.into_values().for_each(Waker::wake);
            alarms = self::alarms();
            continue;
        }
        let wait = alarms.waiting.keys().next().map_or(IDLE, |(at, _)| at.saturating_duration_since(now));
        let (woken, waited) = CHANGED.wait_timeout(alarms, wait).unwrap_or_else(PoisonError::into_inner);
        alarms = woken;
        if waited.timed_out() && wait == IDLE && alarms.waiting.is_empty() {
            alarms.has_thread = false;
            return;
        }
    }
}
