//! Executors: what runs async and blocking functions.
//!
//! | feature | executor |
//! |---|---|
//! | `tokio` | a runtime of tokio with one worker, built at the first use, with timers and IO |
//! | `async`, without `tokio` | [`Threads`] with one thread, without timers and IO |
//! | either, with `ffi_core::library!(executor = ..)` | the one that the expression returns: a handle of a tokio runtime of your own, or any [`FfiExecutor`] |
//!
//! One worker is the default, as a result then comes from the thread that has it: a call through
//! two workers takes half as long again (`cargo xtask bench services`).
//!
//! [`spawn`] runs a task of your own on it, from any thread: a function of the library, a `Drop`, a
//! callback.
//!
//! # Examples
//!
//! A runtime of your own, with two workers:
//!
//! ```ignore
//! fn runtime() -> tokio::runtime::Handle {
//!     static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
//!         Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
//!     });
//!     RUNTIME.handle().clone()
//! }
//!
//! ffi_core::library!(executor = runtime());
//! ```

mod threads;
#[cfg(feature = "tokio")]
mod tokio_runtime;

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, PoisonError, RwLock};
use std::task::{Context, Poll};
use std::time::Duration;

pub use threads::Threads;

use crate::boundary::caught;
use crate::mailbox::{Alive, counts, open_again, open_mailboxes, shut_down};

/// Runs tasks and blocking work.
///
/// An executor polls a task until it is ready, and then drops it. It may drop it before, as at its
/// shutdown: the call then fails in Dart.
pub trait FfiExecutor: Send + Sync + 'static {
    /// Runs a task; drops it if it has been shut down.
    fn spawn(&self, task: FfiTask);

    /// Runs work that blocks its thread, on a thread where that delays no task.
    fn spawn_blocking(&self, work: FfiWork);

    /// Calls `run` on this thread, as one of the executor's: what it polls finds timers and IO.
    fn enter(&self, run: &mut dyn FnMut()) {
        run();
    }

    /// Drops all tasks, and waits up to `limit` for what is running. Does nothing for an executor
    /// that goes on after the library was shut down.
    fn shutdown(&self, limit: Duration) {
        let _ = limit;
    }
}

/// A task: the future of a call, or of [`spawn`]. It doesn't panic.
pub struct FfiTask(Pin<Box<dyn Future<Output = ()> + Send>>);

impl FfiTask {
    fn new(future: impl Future<Output = ()> + Send + 'static) -> Self {
        Self(Box::pin(future))
    }
}

impl Future for FfiTask {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        self.0.as_mut().poll(context)
    }
}

impl fmt::Debug for FfiTask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FfiTask")
    }
}

/// Work that blocks its thread: a blocking function, or that of [`spawn_blocking`].
pub struct FfiWork(Box<dyn FnOnce() + Send>);

impl FfiWork {
    /// Does the work. It doesn't panic.
    pub fn run(self) {
        (self.0)();
    }
}

impl fmt::Debug for FfiWork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FfiWork")
    }
}

/// The executor of the library.
struct Chosen {
    /// Name of the library, which names threads.
    name: &'static str,
    /// Makes the executor of `library!(executor = ..)`.
    make: Option<fn() -> Box<dyn FfiExecutor>>,
    /// The executor, once it was used.
    running: Option<Arc<dyn FfiExecutor>>,
    /// True after a shutdown.
    shut: bool,
}

static CHOSEN: RwLock<Chosen> = RwLock::new(Chosen { name: "ffi", make: None, running: None, shut: false });

/// Says which executor the library has, and lets calls start. Each isolate that opens the library
/// calls it.
#[doc(hidden)]
pub fn open_calls(name: &'static str, make: Option<fn() -> Box<dyn FfiExecutor>>) {
    let mut chosen = CHOSEN.write().unwrap_or_else(PoisonError::into_inner);
    chosen.name = name;
    chosen.make = make;
    chosen.shut = false;
    drop(chosen);
    open_again();
}

/// Boxes the executor of `library!(executor = ..)`.
#[doc(hidden)]
#[must_use]
pub fn boxed(executor: impl FfiExecutor) -> Box<dyn FfiExecutor> {
    Box::new(executor)
}

/// Returns the executor, which is made when it is first used; none after a shutdown.
fn current() -> Option<Arc<dyn FfiExecutor>> {
    let chosen = CHOSEN.read().unwrap_or_else(PoisonError::into_inner);
    if let Some(running) = &chosen.running {
        return Some(Arc::clone(running));
    }
    drop(chosen);
    let mut chosen = CHOSEN.write().unwrap_or_else(PoisonError::into_inner);
    let Chosen { name, make, running, shut } = &mut *chosen;
    if *shut {
        return None;
    }
    let make = || make.map_or_else(|| default(name), |make| Arc::from(make()));
    Some(Arc::clone(running.get_or_insert_with(make)))
}

#[cfg(feature = "tokio")]
fn default(name: &str) -> Arc<dyn FfiExecutor> {
    Arc::new(tokio_runtime::Tokio::new(name))
}

#[cfg(not(feature = "tokio"))]
fn default(name: &str) -> Arc<dyn FfiExecutor> {
    Arc::new(Threads::named(1, name))
}

/// Lets calls start again after a shutdown.
#[cfg(feature = "production")]
pub(crate) fn reopen() {
    CHOSEN.write().unwrap_or_else(PoisonError::into_inner).shut = false;
    open_again();
}

/// Makes the executor now instead of with the first call.
#[cfg(feature = "production")]
pub(crate) fn warm_up() {
    drop(current());
}

/// Runs the task of a call, which says itself how it ended, also if it is only dropped.
pub(crate) fn run(task: impl Future<Output = ()> + Send + 'static) {
    if let Some(executor) = current() {
        executor.spawn(FfiTask::new(task));
    }
}

/// Runs the work of a call, which says itself how it ended, also if it is only dropped.
pub(crate) fn run_blocking(work: impl FnOnce() + Send + 'static) {
    if let Some(executor) = current() {
        executor.spawn_blocking(FfiWork(Box::new(work)));
    }
}

/// Calls `run` as on a thread of the executor.
pub(crate) fn enter(run: &mut dyn FnMut()) {
    match current() {
        Some(executor) => executor.enter(run),
        None => run(),
    }
}

/// Runs `future` on the executor of the library, from any thread, until it is ready or the library
/// is shut down. A panic ends only the task. After the shutdown the future is dropped.
///
/// # Examples
///
/// ```
/// use std::sync::mpsc;
///
/// let (sender, receiver) = mpsc::channel();
/// ffi_core::spawn(async move { sender.send(7).unwrap() });
/// assert_eq!(receiver.recv(), Ok(7));
/// ```
pub fn spawn(future: impl Future<Output = ()> + Send + 'static) {
    let (mut future, alive) = (Box::pin(future), Alive::new());
    run(poll_fn(move |context| {
        let _ = &alive;
        caught(|| future.as_mut().poll(context)).unwrap_or(Poll::Ready(()))
    }));
}

/// Runs `work` on a thread of the executor that it may block. A panic ends only the work. After the
/// shutdown of the library the work is dropped.
///
/// # Examples
///
/// ```
/// use std::sync::mpsc;
///
/// let (sender, receiver) = mpsc::channel();
/// ffi_core::spawn_blocking(move || sender.send(7).unwrap());
/// assert_eq!(receiver.recv(), Ok(7));
/// ```
pub fn spawn_blocking(work: impl FnOnce() + Send + 'static) {
    let alive = Alive::new();
    run_blocking(move || {
        // The panic hook has printed a panic.
        let _ = caught(work);
        drop(alive);
    });
}

/// Longest time for which [`shutdown`] waits for running functions.
const SHUTDOWN_LIMIT: Duration = Duration::from_secs(2);

/// Ends all calls and tasks: a call that waits fails in Dart with a `LibraryClosedException`, later
/// ones are refused with it. Waits up to two seconds for functions that are running; what they
/// return is dropped and counted.
///
/// An isolate that opens the library afterwards, as after a hot restart, lets calls start again.
#[doc(hidden)]
pub fn shutdown() {
    shutdown_within(SHUTDOWN_LIMIT);
}

/// Ends all calls and tasks as [`shutdown`] does, and waits up to `limit`.
pub(crate) fn shutdown_within(limit: Duration) {
    let mut chosen = CHOSEN.write().unwrap_or_else(PoisonError::into_inner);
    chosen.shut = true;
    let running = chosen.running.take();
    drop(chosen);
    shut_down();
    if let Some(executor) = running {
        executor.shutdown(limit);
    }
}

/// Counts of calls, of the whole process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallStats {
    /// Number of tasks that are not dropped yet, those of [`spawn`] among them.
    pub tasks: u64,
    /// Number of isolates that have started a call, and are not gone.
    pub mailboxes: u64,
    /// Number of results that were dropped since the start of the process, as they came after the
    /// end of their call.
    pub late: u64,
    /// Number of futures whose drop panicked.
    pub drop_panics: u64,
}

/// Returns the counts of calls.
///
/// # Examples
///
/// ```
/// assert_eq!(ffi_core::executor::stats().mailboxes, 0);
/// ```
#[must_use]
pub fn stats() -> CallStats {
    let [tasks, late, drop_panics] = counts();
    CallStats { tasks, mailboxes: open_mailboxes(), late, drop_panics }
}
