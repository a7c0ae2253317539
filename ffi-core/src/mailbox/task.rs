//! Tasks and jobs of calls: the first have the future of an async function, the others a blocking
//! function.
//!
//! Each says once how it ended: with a result, that it is gone after a cancellation, or that it was
//! given up. The future is dropped before that, so the locks that it held are free by then.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use pin_project_lite::pin_project;

use super::counts::{Alive, count_drop_panic};
use super::current::{Source, current, within};
use super::event::Entry;
use super::outcome::Stage;
use super::post::Call;
use crate::boundary::caught;
use crate::production::gate::is_stopping;

pin_project! {
    /// The future of an async function, with its call.
    pub(crate) struct Task<F, C> {
        #[pin]
        future: Option<F>,
        // Makes the event of the result.
        finish: C,
        call: Arc<Call>,
        // None once the task has said how it ended.
        alive: Option<Alive>,
    }

    impl<F, C> PinnedDrop for Task<F, C> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            // The executor has given it up.
            if let Some(alive) = this.alive.take() {
                dropped(|| this.future.set(None));
                drop(alive);
                this.call.abandon();
            }
        }
    }
}

/// Runs a drop, whose panic is only counted: the panic hook has printed it.
pub(super) fn dropped(drop: impl FnOnce()) {
    if caught(drop).is_err() {
        count_drop_panic();
    }
}

impl<F, C> Task<F, C> {
    pub(crate) fn new(future: F, finish: C, call: Arc<Call>) -> Self {
        Self { future: Some(future), finish, call, alive: Some(Alive::new()) }
    }
}

impl<F: Future, C: Fn(u64, F::Output) -> Entry> Future for Task<F, C> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        let id = this.call.id;
        let mut registered = false;
        while this.call.outcome.stage() == Stage::Running {
            // A cancellation from now on wakes the task; one before was seen.
            if registered {
                return Poll::Pending;
            }
            let Some(future) = this.future.as_mut().as_pin_mut() else { return Poll::Ready(()) };
            let finish = &*this.finish;
            let poll = || future.poll(context).map(|output| finish(id, output));
            let polled = caught(|| within(&Source::Started(this.call), poll));
            let entry = match polled {
                Ok(Poll::Pending) => {
                    this.call.waker.register(context.waker());
                    registered = true;
                    continue;
                }
                Ok(Poll::Ready(entry)) => entry,
                Err(failure) => Entry::failed(id, failure),
            };
            dropped(|| this.future.set(None));
            *this.alive = None;
            this.call.complete(entry);
            return Poll::Ready(());
        }
        dropped(|| this.future.set(None));
        if this.alive.take().is_some() {
            this.call.abandon();
        }
        Poll::Ready(())
    }
}

/// A blocking function, with its call.
pub(crate) struct Job<W> {
    work: Option<W>,
    call: Arc<Call>,
    alive: Option<Alive>,
}

impl<W: FnOnce(&FfiContext) -> Entry> Job<W> {
    pub(crate) fn new(work: W, call: Arc<Call>) -> Self {
        Self { work: Some(work), call, alive: Some(Alive::new()) }
    }

    /// Runs the function, unless its call has ended.
    pub(crate) fn run(mut self) {
        let Some(work) = self.work.take().filter(|_| self.call.outcome.stage() == Stage::Running) else {
            return;
        };
        let context = FfiContext(Some(Arc::clone(&self.call)));
        let entry = caught(|| within(&Source::Started(&self.call), || work(&context)));
        let entry = entry.unwrap_or_else(|failure| Entry::failed(self.call.id, failure));
        self.alive = None;
        self.call.complete(entry);
    }
}

impl<W> Drop for Job<W> {
    fn drop(&mut self) {
        if let Some(alive) = self.alive.take() {
            dropped(|| drop(self.work.take()));
            drop(alive);
            self.call.abandon();
        }
    }
}

/// Tells a function about its call: its deadline, and whether it was cancelled.
///
/// A blocking function takes it as a parameter `&FfiContext`, which is not visible in Dart; an
/// async function asks [`context`].
///
/// The default is the context of no call, which is never cancelled and has no deadline: to call
/// such a function from Rust.
///
/// # Examples
///
/// ```
/// use ffi_core::{FfiContext, ffi_export};
///
/// /// Returns the number of primes below `limit`.
/// #[ffi_export(blocking)]
/// pub fn primes(limit: u32, context: &FfiContext) -> u32 {
///     let is_prime = |n: u32| (2..n).take_while(|d| d * d <= n).all(|d| n % d != 0);
///     (2..limit).take_while(|_| !context.is_cancelled()).filter(|n| is_prime(*n)).count() as u32
/// }
///
/// assert_eq!(primes(20, &FfiContext::default()), 8);
/// ```
#[derive(Clone, Default)]
pub struct FfiContext(Option<Arc<Call>>);

impl FfiContext {
    /// Returns true once the result isn't wanted any more: Dart has cancelled the call, its isolate
    /// is gone, or the library is shutting down.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        let Some(call) = &self.0 else { return false };
        call.outcome.stage() != Stage::Running || is_stopping()
    }

    /// Returns the time until which Dart waits for the result: that of `timeout` or `deadline` of
    /// the `FfiFuture`, or of a [limit](crate::production) of the function, the earliest of
    /// several. Then the call is cancelled.
    ///
    /// Dart sets it right after the start, when the function may be running. So ask for it when
    /// it is needed, such as before each request to a server, instead of once at the beginning.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        self.0.as_ref()?.deadline.get()
    }

    /// Sets the deadline to `at`, unless it is earlier.
    #[cfg(feature = "production")]
    pub(crate) fn limit(&self, at: Instant) {
        if let Some(call) = &self.0 {
            call.deadline.set(at.saturating_duration_since(Instant::now()));
        }
    }
}

/// Returns the context of the call that this thread works for: the async function whose future it
/// polls, or the blocking function that it runs. Elsewhere, such as in a task of
/// [`spawn`](crate::spawn), the context of no call.
///
/// # Examples
///
/// ```
/// use std::time::{Duration, Instant};
///
/// use ffi_core::ffi_export;
///
/// /// Returns how many seconds are left for an answer: ten, if Dart has set no deadline.
/// #[ffi_export]
/// pub async fn seconds_left() -> u64 {
///     let default = Instant::now() + Duration::from_secs(10);
///     let deadline = ffi_core::context().deadline().unwrap_or(default);
///     deadline.saturating_duration_since(Instant::now()).as_secs()
/// }
/// ```
#[must_use]
pub fn context() -> FfiContext {
    FfiContext(current())
}

impl fmt::Debug for FfiContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FfiContext")
            .field("is_cancelled", &self.is_cancelled())
            .field("deadline", &self.deadline())
            .finish()
    }
}
