//! Streams: the task that polls one, and the items that wait for Dart.
//!
//! A stream is a call that has many results. Its task polls the stream of Rust while it has credit,
//! and puts each item into a [`Window`]; an event of the mailbox says once that there are some.
//! Dart takes up to 256 of them in one leaf call. What an item owns stays here until Dart comes for
//! the next batch: a slot is lent until then, and Dart moves what it keeps to the note in the
//! isolate's status, by one call. So nothing is lost with an isolate that is killed.
//!
//! The credit of items that Dart has taken is granted when it is half of the window, or when no
//! item is left. Each grant may wake the task, and each wake costs as much as fifty items (chosen
//! by `stream_16B_events_times_copied_typed_data`).
//!
//! The task ends the call as any other does: by the end of the stream, a panic, a cancellation or
//! the shutdown. The stream is dropped before it says so.

use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use futures_core::Stream;
use pin_project_lite::pin_project;

use super::atomics::Machine;
use super::counts::Alive;
use super::current::{Source, within};
use super::items::{ENDED, FAILED, Items, Lent, Taken, most_lent};
use super::outcome::Stage;
use super::post::Call;
use super::task::dropped;
use super::window::{Idle, Window};
use crate::boundary::{Failure, FfiOutput, FfiStatus, caught};

/// Number of items after which a task lets others run.
const TURN: usize = 256;

/// Items that a task makes.
pub(crate) struct Made<O: FfiOutput> {
    window: Window<Result<O::Abi, Failure>, Machine>,
    batch: Mutex<Batch>,
}

#[derive(Default)]
struct Batch {
    lent: Lent,
    /// Credits that were not granted again; 0 once no item was left.
    credit: u32,
}

// SAFETY: results and failures own what they point to, and any thread may free it: slots,
// containers and memory of the global allocator.
unsafe impl<O: FfiOutput> Send for Made<O> {}
// SAFETY: the task puts, and the holder of the mutex takes.
unsafe impl<O: FfiOutput> Sync for Made<O> {}

impl<O: FfiOutput> Made<O> {
    pub(crate) fn new(window: u32) -> Arc<Self> {
        Arc::new(Self { window: Window::new(window), batch: Mutex::default() })
    }

    /// Grants the credits of a batch; returns true if the task waits for them.
    fn grant(&self, batch: &mut Batch) -> bool {
        let credit = mem::take(&mut batch.credit);
        credit > 0 && self.window.grant(credit)
    }
}

impl<O: FfiOutput> Items for Made<O> {
    unsafe fn take(&self, out: *mut u8, most: usize, status: *mut FfiStatus) -> Taken {
        let mut batch = self.batch.lock().unwrap_or_else(PoisonError::into_inner);
        batch.lent.give_back();
        let mut wakes = batch.credit >= self.window.half() && self.grant(&mut batch);
        let (out, most) = (out.cast::<O::Abi>(), if O::PENDING.is_some() { most_lent(most) } else { most });
        let mut count = 0;
        loop {
            while count < most {
                // SAFETY: only the holder of the mutex takes.
                let Some(Ok(item)) = (unsafe { self.window.pop_if(Result::is_ok) }) else { break };
                if let Some(pending) = O::PENDING {
                    batch.lent.push(pending(&item));
                }
                // SAFETY: fewer than `most` items were written, and there is room for as many.
                let place = unsafe { out.add(count) };
                // SAFETY: the caller has room for an item there, of this C type.
                unsafe { place.write(item) };
                count += 1;
            }
            if count > 0 || most == 0 {
                batch.credit += count as u32;
                return Taken { code: count as isize, wakes };
            }
            // SAFETY: only the holder of the mutex takes.
            if let Some(Err(failure)) = unsafe { self.window.pop_if(Result::is_err) } {
                batch.credit += 1;
                // SAFETY: the status is null or that of the isolate, by this function's contract.
                if let Some(status) = unsafe { status.as_mut() } {
                    status.store(failure);
                }
                return Taken { code: FAILED, wakes };
            }
            // Dart doesn't come again until there are more.
            wakes |= self.grant(&mut batch);
            // SAFETY: only the holder of the mutex takes.
            let code = match unsafe { self.window.idle() } {
                Idle::Item => continue,
                Idle::Nothing => 0,
                Idle::End => ENDED,
            };
            return Taken { code, wakes };
        }
    }

    unsafe fn keep(&self, index: usize, status: *mut FfiStatus) {
        let mut batch = self.batch.lock().unwrap_or_else(PoisonError::into_inner);
        // SAFETY: the status is null or that of the isolate, by this function's contract.
        unsafe { batch.lent.keep(index, status) };
    }
}

impl<O: FfiOutput> Drop for Made<O> {
    fn drop(&mut self) {
        // SAFETY: the items are borrowed mutably, so no other thread takes.
        while let Some(item) = unsafe { self.window.pop_if(|_| true) } {
            if let (Some(pending), Ok(item)) = (O::PENDING, item) {
                pending(&item).give_back();
            }
        }
    }
}

pin_project! {
    /// The task of a stream: polls it while there is credit.
    pub(crate) struct Pump<S: Stream, O: FfiOutput> {
        #[pin]
        stream: Option<S>,
        convert: fn(S::Item) -> Result<O::Abi, Failure>,
        call: Arc<Call>,
        credit: u32,
        // None once the task has said how it ended.
        running: Option<Running<O>>,
    }

    impl<S: Stream, O: FfiOutput> PinnedDrop for Pump<S, O> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            // The executor has given it up.
            if this.running.is_some() {
                dropped(|| this.stream.set(None));
                *this.running = None;
                this.call.abandon();
            }
        }
    }
}

/// State of a task until it has said how it ended. The items that it holds are given up before it
/// stops counting as alive.
struct Running<O: FfiOutput> {
    made: Arc<Made<O>>,
    alive: Alive,
}

impl<S: Stream, O: FfiOutput> Pump<S, O> {
    pub(crate) fn new(
        stream: S,
        convert: fn(S::Item) -> Result<O::Abi, Failure>,
        made: Arc<Made<O>>,
        call: Arc<Call>,
    ) -> Self {
        let running = Some(Running { made, alive: Alive::new() });
        Self { stream: Some(stream), convert, call, credit: 0, running }
    }
}

impl<S: Stream, O: FfiOutput> Future for Pump<S, O> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        let convert = *this.convert;
        // A grant and a cancellation from now on wake the task; those before are seen.
        this.call.waker.register(context.waker());
        for _ in 0..TURN {
            if this.call.outcome.stage() != Stage::Running {
                dropped(|| this.stream.set(None));
                if this.running.take().is_some() {
                    this.call.abandon();
                }
                return Poll::Ready(());
            }
            let Some(Running { made, .. }) = this.running else { return Poll::Ready(()) };
            if *this.credit == 0 {
                *this.credit = made.window.collect();
                if *this.credit == 0 {
                    return Poll::Pending;
                }
            }
            let Some(stream) = this.stream.as_mut().as_pin_mut() else { return Poll::Ready(()) };
            let poll = || stream.poll_next(context).map(|item| item.map(convert));
            let last = match caught(|| within(&Source::Started(this.call), poll)) {
                Ok(Poll::Pending) => return Poll::Pending,
                Ok(Poll::Ready(Some(item))) => {
                    *this.credit -= 1;
                    // SAFETY: only this task puts, and it had a credit.
                    if unsafe { made.window.put(item) } {
                        this.call.tell_ready();
                    }
                    continue;
                }
                Ok(Poll::Ready(None)) => None,
                Err(panic) => Some(panic),
            };
            dropped(|| this.stream.set(None));
            let Some(Running { made, alive }) = this.running.take() else { return Poll::Ready(()) };
            drop(alive);
            this.call.end(|| {
                // SAFETY: only this task puts, and it is the last item.
                let first = last.is_some_and(|panic| unsafe { made.window.put(Err(panic)) });
                made.window.end() || first
            });
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }
}
