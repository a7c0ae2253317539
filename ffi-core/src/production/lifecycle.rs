//! Start and end of the library: what `library!(init = .., warm_up = .., shutdown = ..)` names.
//!
//! The library starts when the first isolate opens it, and ends with its shutdown. An isolate that
//! opens it meanwhile waits for the start and takes part in what it made; one that opens it after a
//! shutdown starts it again.
//!
//! A shutdown goes through these steps:
//!
//! 1. The gate is closed: each call that begins from now on is refused as
//!    [`Closed`](crate::boundary::StatusCode::Closed), and [`is_stopping`](super::is_stopping) is
//!    true.
//! 2. Calls that run may end, until the deadline.
//! 3. Exported queues are closed: their consumers see the end, behind the last message.
//! 4. What still runs asynchronously is cancelled: calls, streams, tasks.
//! 5. The library's own `shutdown` function runs, which may wait for consumers.
//! 6. Tokens that nobody has redeemed are dropped, and pools are closed.
//!
//! The report says what was left at the end of each step.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::json::{Object, array, strings};
use super::{gate, site};
use crate::boundary::{Failure, StatusCode, caught};
use crate::{object, pool};

/// Functions that the library has for its start and end.
#[derive(Debug)]
pub struct Hooks {
    /// Name of the library.
    pub name: &'static str,
    /// `library!(init = ..)`.
    pub init: Option<fn() -> Result<(), String>>,
    /// `library!(warm_up = ..)`.
    pub warm_up: Option<fn() -> Result<(), String>>,
    /// `library!(shutdown = ..)`.
    pub shutdown: Option<fn() -> Result<(), String>>,
}

/// When the library was started; none while it isn't. A thread that starts or ends the library
/// holds the lock until that is done.
static STARTED: Mutex<Option<Instant>> = Mutex::new(None);

/// No code panics while it holds the lock: user code is run by [`run`].
fn started() -> MutexGuard<'static, Option<Instant>> {
    STARTED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs a function of the user's, whose panic is its failure.
fn run(function: Option<fn() -> Result<(), String>>) -> Result<(), Failure> {
    let Some(function) = function else { return Ok(()) };
    caught(function)?.map_err(|message| Failure::new(StatusCode::Error, message))
}

/// Returns how long the library runs; none if it doesn't.
pub(super) fn uptime() -> Option<Duration> {
    started().map(|at| at.elapsed())
}

/// Starts the library, unless it runs. If that fails, no call passes, and the next isolate that
/// opens the library tries again.
pub(super) fn start(hooks: &Hooks) -> Result<(), Failure> {
    let mut started = started();
    if started.is_some() {
        return Ok(());
    }
    #[cfg(feature = "tracing")]
    super::span::of_library(hooks.name);
    #[cfg(feature = "async")]
    crate::executor::reopen();
    // Slots that were in use at a shutdown are lost, and counted in the pools' statistics.
    let _lost = pool::reopen();
    run(hooks.init).inspect_err(|_| gate::close(true))?;
    gate::close(false);
    *started = Some(Instant::now());
    Ok(())
}

/// Does once what first calls would do: runs the library's `warm_up` function.
pub(super) fn warm_up(hooks: &Hooks) -> Result<(), Failure> {
    gate::check()?;
    #[cfg(feature = "async")]
    crate::executor::warm_up();
    run(hooks.warm_up)
}

/// Findings of a shutdown, and leftovers.
#[derive(Debug, Default)]
pub(super) struct Report {
    /// Functions whose calls ran at the deadline, with the number of the calls.
    running: Vec<(&'static str, u64)>,
    /// Tasks that were left once all were cancelled.
    tasks: u64,
    /// Objects that isolates have.
    objects: u64,
    /// Slots of pools in use.
    pub(super) slots: u64,
    /// Text of the failure of the library's own function.
    failure: Option<String>,
    took: Duration,
}

impl Report {
    pub(super) fn json(&self) -> String {
        let running = self.running.iter();
        let running =
            running.map(|(name, calls)| Object::new().text("name", name).number("calls", *calls).end());
        Object::new()
            .json("running", &array(running))
            .number("tasks", self.tasks)
            .number("objects", self.objects)
            .number("slots", self.slots)
            .json("failures", &strings(self.failure.as_deref()))
            .number("microseconds", self.took.as_micros() as u64)
            .end()
    }
}

/// Time between two looks at the calls that run. The first look comes after it, so a call that
/// passed the gate while it closed is seen by then.
const LOOK: Duration = Duration::from_millis(1);

/// Time for results to reach their callers: a function that has returned isn't counted any more.
/// Tasks that go on, such as streams, are cancelled after it.
#[cfg(feature = "async")]
const RESULTS: Duration = Duration::from_millis(50);

/// Time for tasks that were cancelled, to be dropped, however late it is.
#[cfg(feature = "async")]
const CANCELLED: Duration = Duration::from_millis(250);

/// Waits until something is done, no longer than the limit.
fn wait(limit: Duration, is_done: impl Fn() -> bool) {
    let begin = Instant::now();
    loop {
        thread::sleep(LOOK.min(limit));
        if is_done() || begin.elapsed() >= limit {
            break;
        }
    }
}

/// Ends the library, in the steps above; does nothing if it doesn't run.
pub(super) fn stop(hooks: &Hooks, limit: Duration) -> Report {
    let mut started = started();
    if started.is_none() {
        return Report { slots: pool::shutdown(), ..Report::default() };
    }
    let begin = Instant::now();
    gate::close(true);
    wait(limit, || site::running() == 0);
    let running = site::running_names();
    #[cfg(feature = "async")]
    wait(RESULTS.min(limit.saturating_sub(begin.elapsed())), || crate::executor::stats().tasks == 0);
    pool::known::shut();
    #[cfg(feature = "async")]
    let tasks = {
        crate::executor::shutdown_within(limit.saturating_sub(begin.elapsed()).max(CANCELLED));
        crate::executor::stats().tasks
    };
    #[cfg(not(feature = "async"))]
    let tasks = 0;
    let failure = run(hooks.shutdown).err().map(|failure| failure.message().to_owned());
    object::drop_tokens();
    let objects = object::stats().live;
    let slots = pool::shutdown();
    *started = None;
    Report { running, tasks, objects, slots, failure, took: begin.elapsed() }
}
