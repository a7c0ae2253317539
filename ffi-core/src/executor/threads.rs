//! Executor of a few threads, made of the standard library.

use std::collections::VecDeque;
use std::fmt;
use std::future::Future as _;
use std::pin::Pin;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::{Duration, Instant};

use super::{FfiExecutor, FfiTask, FfiWork};

/// Executor of threads that start when they are needed: up to `count` for tasks, and up to 64 for
/// blocking work. A thread ends when it had nothing to do for ten seconds.
///
/// It has no timers and no IO: a task waits for other tasks and threads.
///
/// # Examples
///
/// ```
/// # mod library {
/// ffi_core::library!(executor = ffi_core::executor::Threads::new(4));
/// # }
/// ```
pub struct Threads {
    tasks: Arc<Workers>,
    blocking: Arc<Workers>,
}

/// Largest number of threads for blocking work.
const MOST_BLOCKING: usize = 64;

/// Time after which an idle thread ends.
const IDLE: Duration = Duration::from_secs(10);

impl Threads {
    /// An executor with up to `count` threads for tasks, at least one.
    #[must_use]
    pub fn new(count: usize) -> Self {
        Self::named(count, "ffi")
    }

    /// An executor whose threads have a name.
    pub(super) fn named(count: usize, name: &str) -> Self {
        Self { tasks: Workers::new(name, count.max(1)), blocking: Workers::new(name, MOST_BLOCKING) }
    }
}

impl fmt::Debug for Threads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Threads").field("most", &self.tasks.most).finish()
    }
}

impl FfiExecutor for Threads {
    fn spawn(&self, task: FfiTask) {
        let future = Mutex::new(Some(task));
        let task = Task { future, state: AtomicU8::new(QUEUED), workers: Arc::clone(&self.tasks) };
        self.tasks.add(Job::Poll(Arc::new(task)));
    }

    fn spawn_blocking(&self, work: FfiWork) {
        self.blocking.add(Job::Work(work));
    }

    fn shutdown(&self, limit: Duration) {
        let until = Instant::now() + limit;
        self.tasks.end(until);
        self.blocking.end(until);
    }
}

/// Work for a thread.
enum Job {
    Poll(Arc<Task>),
    Work(FfiWork),
}

/// Threads, and the jobs that wait for them.
struct Workers {
    name: String,
    /// Largest number of threads.
    most: usize,
    state: Mutex<State>,
    /// Signalled for each job, and when a thread ends.
    changed: Condvar,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    threads: usize,
    idle: usize,
    /// True once nothing is started any more.
    ended: bool,
}

/// No user code runs under a lock of this module.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Workers {
    fn new(name: &str, most: usize) -> Arc<Self> {
        let (state, changed) = (Mutex::default(), Condvar::new());
        Arc::new(Self { name: format!("{name}-ffi"), most, state, changed })
    }

    /// Adds a job, and starts a thread if none is idle; drops it after the end.
    fn add(self: &Arc<Self>, job: Job) {
        let mut state = lock(&self.state);
        if state.ended {
            drop(state);
            return job.give_up();
        }
        state.jobs.push_back(job);
        if state.idle >= state.jobs.len() {
            drop(state);
            return self.changed.notify_one();
        }
        if state.threads < self.most {
            let workers = Arc::clone(self);
            let work = move || workers.work();
            // Without a thread, the job waits for one that is busy.
            if thread::Builder::new().name(self.name.clone()).spawn(work).is_ok() {
                state.threads += 1;
            }
        }
    }

    /// Does jobs until there are none for a while.
    fn work(&self) {
        let mut state = lock(&self.state);
        loop {
            if let Some(job) = state.jobs.pop_front() {
                drop(state);
                job.run();
                state = lock(&self.state);
                continue;
            }
            if state.ended {
                break;
            }
            state.idle += 1;
            let (waited, timeout) =
                self.changed.wait_timeout(state, IDLE).unwrap_or_else(PoisonError::into_inner);
            state = waited;
            state.idle -= 1;
            if timeout.timed_out() && state.jobs.is_empty() {
                break;
            }
        }
        state.threads -= 1;
        drop(state);
        self.changed.notify_all();
    }

    /// Gives up what waits, and waits for the threads.
    fn end(&self, until: Instant) {
        let mut state = lock(&self.state);
        state.ended = true;
        let jobs = std::mem::take(&mut state.jobs);
        drop(state);
        self.changed.notify_all();
        jobs.into_iter().for_each(Job::give_up);
        let mut state = lock(&self.state);
        while state.threads > 0 {
            let Some(left) = until.checked_duration_since(Instant::now()) else { return };
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Job {
    fn run(self) {
        match self {
            Self::Poll(task) => task.run(),
            Self::Work(work) => work.run(),
        }
    }

    /// Drops what would run. Others may have the task, to wake it.
    fn give_up(self) {
        if let Self::Poll(task) = self {
            let future = lock(&task.future).take();
            drop(future);
        }
    }
}

/// A task, which its wakers share.
struct Task {
    /// The future, until it is ready; the thread that polls it has the lock.
    future: Mutex<Option<FfiTask>>,
    state: AtomicU8,
    workers: Arc<Workers>,
}

/// State of a task: it waits for a waker.
const WAITS: u8 = 0;
/// State of a task: it is in the queue.
const QUEUED: u8 = 1;
/// State of a task: a thread polls it.
const POLLED: u8 = 2;
/// State of a task: it was woken while a thread polls it.
const WOKEN: u8 = 3;

impl Task {
    fn run(self: Arc<Self>) {
        // AcqRel: pairs with `wake`, so that the poll sees what was done before.
        self.state.swap(POLLED, Ordering::AcqRel);
        let waker = Waker::from(Arc::clone(&self));
        let mut future = lock(&self.future).take();
        let polled = match &mut future {
            Some(future) => Pin::new(future).poll(&mut Context::from_waker(&waker)),
            None => Poll::Ready(()),
        };
        if polled.is_ready() {
            return drop(future);
        }
        *lock(&self.future) = future;
        if self.state.compare_exchange(POLLED, WAITS, Ordering::AcqRel, Ordering::Acquire).is_err() {
            self.state.store(QUEUED, Ordering::Release);
            let workers = Arc::clone(&self.workers);
            workers.add(Job::Poll(self));
        }
    }
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        let next = |state| match state {
            WAITS => Some(QUEUED),
            POLLED => Some(WOKEN),
            _ => None,
        };
        // AcqRel: pairs with the swap of `run`.
        let before = self.state.fetch_update(Ordering::AcqRel, Ordering::Acquire, next);
        if before == Ok(WAITS) {
            let workers = Arc::clone(&self.workers);
            workers.add(Job::Poll(self));
        }
    }
}
