//! Health checks: functions that say whether a part of the library works.
//!
//! A check runs on a thread of its own, so that one that hangs hangs nothing else: neither the
//! isolate that asks nor an executor. It has a deadline, after which it is reported as late and
//! goes on; it isn't started again until it has ended, so at most one thread of each check hangs.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::json::Object;
use crate::boundary::{FfiOwned, caught};

/// A function of `#[ffi_health]`.
#[derive(Debug)]
pub struct HealthCheck {
    name: &'static str,
    deadline: Duration,
    run: fn() -> Result<(), String>,
    state: Mutex<State>,
}

#[derive(Debug)]
enum State {
    /// It was not asked for.
    Idle,
    /// Its thread runs, since then.
    Running(Instant),
    /// It has ended, and nobody has asked for the result.
    Ended(Verdict, Duration),
}

#[derive(Debug)]
enum Verdict {
    Healthy,
    Failed(String),
    Panicked(String),
}

impl HealthCheck {
    /// Makes a check that takes up to `deadline` milliseconds.
    #[must_use]
    pub const fn new(name: &'static str, deadline: u32, run: fn() -> Result<(), String>) -> Self {
        Self { name, deadline: Duration::from_millis(deadline as u64), run, state: Mutex::new(State::Idle) }
    }

    /// No code panics while it holds the lock.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts the check, unless it runs.
    fn start(&'static self) {
        let mut state = self.state();
        if matches!(*state, State::Running(_)) {
            return;
        }
        let begin = Instant::now();
        let work = move || {
            let verdict = match caught(self.run) {
                Ok(Ok(())) => Verdict::Healthy,
                Ok(Err(reason)) => Verdict::Failed(reason),
                Err(panic) => Verdict::Panicked(panic.message().to_owned()),
            };
            *self.state() = State::Ended(verdict, begin.elapsed());
        };
        *state = State::Running(begin);
        drop(state);
        let spawned = thread::Builder::new().name(format!("health-{}", self.name)).spawn(work);
        if let Err(error) = spawned {
            let reason = format!("there is no thread for the check: {error}");
            *self.state() = State::Ended(Verdict::Failed(reason), begin.elapsed());
        }
    }

    /// Returns how the check ended, or that it is late, as JSON; none while there is time.
    fn poll(&self) -> Option<String> {
        let mut state = self.state();
        let (name, reason, took) = match std::mem::replace(&mut *state, State::Idle) {
            State::Idle => ("idle", String::new(), Duration::ZERO),
            State::Running(begin) => {
                *state = State::Running(begin);
                let took = begin.elapsed();
                if took < self.deadline {
                    return None;
                }
                let reason = format!("it still runs after {} ms", took.as_millis());
                ("late", reason, took)
            }
            State::Ended(verdict, took) => match verdict {
                Verdict::Healthy if took > self.deadline => {
                    ("late", format!("it took {} ms", took.as_millis()), took)
                }
                Verdict::Healthy => ("healthy", String::new(), took),
                Verdict::Failed(reason) => ("failed", reason, took),
                Verdict::Panicked(message) => ("panicked", message, took),
            },
        };
        drop(state);
        let json = Object::new().text("state", name).text("reason", &reason);
        Some(json.number("microseconds", took.as_micros() as u64).end())
    }
}

/// Starts a check for `start` 1, and returns null. Otherwise returns its result as JSON, which the
/// caller owns; null while there is time.
#[must_use]
pub fn health(check: &'static HealthCheck, start: i32) -> *mut FfiOwned {
    if start == 1 {
        check.start();
        return std::ptr::null_mut();
    }
    check.poll().map_or(std::ptr::null_mut(), |json| FfiOwned::new(json.into_bytes()))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    fn result(check: &'static HealthCheck) -> String {
        check.start();
        loop {
            if let Some(json) = check.poll() {
                return json;
            }
            thread::yield_now();
        }
    }

    #[test]
    fn a_check_says_how_it_ended() {
        static GOOD: HealthCheck = HealthCheck::new("good", 60_000, || Ok(()));
        static BAD: HealthCheck = HealthCheck::new("bad", 60_000, || Err("no disk".to_owned()));
        static BOMB: HealthCheck = HealthCheck::new("bomb", 60_000, || panic!("boom"));
        for (check, expected) in [
            (&GOOD, r#"{"state":"healthy","reason":"","#),
            (&BAD, r#"{"state":"failed","reason":"no disk","#),
            (&BOMB, r#"{"state":"panicked","reason":"boom","#),
        ] {
            assert!(result(check).starts_with(expected), "{}", result(check));
        }
        assert!(GOOD.poll().unwrap().contains("idle"), "a result is taken once");
    }

    #[test]
    fn a_late_check_runs_once() {
        static RUNS: AtomicU32 = AtomicU32::new(0);
        static GATE: Mutex<()> = Mutex::new(());
        static SLOW: HealthCheck = HealthCheck::new("slow", 0, || {
            RUNS.fetch_add(1, Ordering::SeqCst);
            drop(GATE.lock());
            Ok(())
        });
        let gate = GATE.lock();
        for _ in 0..3 {
            assert!(result(&SLOW).starts_with(r#"{"state":"late","reason":"it still runs after"#));
        }
        drop(gate);
        while matches!(*SLOW.state(), State::Running(_)) {
            thread::yield_now();
        }
        assert!(SLOW.poll().unwrap().contains("it took"), "it was later than its deadline");
        assert_eq!(RUNS.load(Ordering::SeqCst), 1);
    }
}
