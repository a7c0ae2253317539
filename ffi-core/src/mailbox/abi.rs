//! Functions that generated code and Dart call.

use std::cell::OnceCell;
use std::ffi::c_void;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use super::current::{Source, within};
use super::event::{Entry, FfiEvent};
use super::post::{Call, FfiMailbox, close_by, release_by};
use super::task::{FfiContext, Job, Task};
use crate::boundary::{DartHandle, Failure, FfiOutput, FfiStatus, StatusCode, attach, call, caught};
use crate::executor;

/// Result of a start: the call was refused, and the status says why.
#[cfg(test)]
pub(super) const REFUSED: i32 = 0;
/// Result of a start: an event comes.
pub(super) const STARTED: i32 = 1;
/// Result of a start: the call has ended, and its event was written.
pub(super) const READY: i32 = 2;

/// Functions of mailboxes, only for Dart's runtime. Those of an open mailbox take the pointer in
/// the attachment that `open` returned.
#[derive(Debug)]
#[repr(C)]
pub struct FfiMailboxCalls {
    open: unsafe extern "C" fn(DartHandle, i64) -> *mut c_void,
    close: unsafe extern "C" fn(*mut c_void),
    drain: unsafe extern "C" fn(*const FfiMailbox, *mut FfiEvent, usize) -> usize,
    take: unsafe extern "C" fn(*const FfiMailbox, usize, *mut FfiStatus),
    cancel: unsafe extern "C" fn(*const FfiMailbox, u64) -> u8,
    limit: unsafe extern "C" fn(*const FfiMailbox, u64, u64),
}

/// Returns the functions of mailboxes.
#[must_use]
pub fn mailbox_calls() -> *const FfiMailboxCalls {
    static CALLS: FfiMailboxCalls = FfiMailboxCalls { open, close, drain, take, cancel, limit };
    &raw const CALLS
}

/// Makes the mailbox of an isolate, whose memory `object` keeps; null if it can't be attached.
///
/// # Safety
///
/// The calling thread is in a call from Dart that passed `object`. `port` is one of its isolate.
unsafe extern "C" fn open(object: DartHandle, port: i64) -> *mut c_void {
    unsafe extern "C" fn release(token: *mut c_void) {
        release_by(token);
    }

    let mailbox = FfiMailbox::of_dart(port);
    let memory = Arc::as_ptr(&mailbox).cast_mut().cast();
    // SAFETY: the caller is in a call from Dart that passed the object; `release` takes any token,
    // and the list of all mailboxes keeps this one until then.
    unsafe { attach(object, memory, mailbox.token(), release, size_of::<FfiMailbox>()) }
}

/// Closes the mailbox of a token, for a finalizer.
///
/// # Safety
///
/// Any pointer may be passed, on any thread.
unsafe extern "C" fn close(token: *mut c_void) {
    close_by(token);
}

/// Moves up to `most` events to `out`, and returns their number.
///
/// # Safety
///
/// The mailbox is that of the isolate that runs this. `out` has room for `most` events.
unsafe extern "C" fn drain(mailbox: *const FfiMailbox, out: *mut FfiEvent, most: usize) -> usize {
    // SAFETY: an object of the isolate keeps the mailbox, which is only used by shared references.
    let mailbox = unsafe { &*mailbox };
    // SAFETY: the caller has room for the events.
    unsafe { mailbox.drain(out, most) }
}

/// Passes what the event at `index` of the last drain owns to the isolate: a result is noted in
/// `status` until it is attached, a failure is written there.
///
/// # Safety
///
/// The mailbox and the status are those of the isolate that runs this.
unsafe extern "C" fn take(mailbox: *const FfiMailbox, index: usize, status: *mut FfiStatus) {
    // SAFETY: an object of the isolate keeps the mailbox, which is only used by shared references.
    let mailbox = unsafe { &*mailbox };
    // SAFETY: the status is that of the isolate, by this function's contract.
    unsafe { mailbox.hand_over(index, status) };
}

/// Cancels a call. Returns 1 if its only event will be that it is gone, 0 if the event of its end
/// comes or came.
///
/// # Safety
///
/// The mailbox is that of the isolate that runs this.
unsafe extern "C" fn cancel(mailbox: *const FfiMailbox, call: u64) -> u8 {
    // SAFETY: an object of the isolate keeps the mailbox, which is only used by shared references.
    let mailbox = unsafe { &*mailbox };
    mailbox.cancel(call).into()
}

/// Sets the deadline of a call to so many microseconds from now.
///
/// # Safety
///
/// The mailbox is that of the isolate that runs this.
unsafe extern "C" fn limit(mailbox: *const FfiMailbox, call: u64, microseconds: u64) {
    // SAFETY: an object of the isolate keeps the mailbox, which is only used by shared references.
    let mailbox = unsafe { &*mailbox };
    mailbox.limit(call, Duration::from_micros(microseconds));
}

/// Returns a mailbox at which calls can be started.
///
/// # Safety
///
/// `mailbox` is null, or that of the isolate that runs this.
unsafe fn opened(mailbox: *const FfiMailbox) -> Result<Arc<FfiMailbox>, Failure> {
    if mailbox.is_null() {
        return Err(Failure::new(StatusCode::InvalidArgument, "the mailbox is null"));
    }
    // SAFETY: the mailbox is in an `Arc`, which an object of the isolate keeps.
    unsafe { Arc::increment_strong_count(mailbox) };
    // SAFETY: it is the pointer of an `Arc`, and the count that this one gives up was added above.
    let mailbox = unsafe { Arc::from_raw(mailbox) };
    mailbox.check_open()?;
    Ok(mailbox)
}

/// Starts an async function: `body` checks the arguments and makes its future. Returns 1, or 0 with
/// a status.
///
/// # Safety
///
/// `mailbox` is null, or that of the isolate that runs this. `status` is null, or zeroed or last
/// written by this library, and no other code uses it meanwhile.
pub unsafe fn start_async<O, F>(
    mailbox: *const FfiMailbox,
    id: u64,
    status: *mut FfiStatus,
    body: impl FnOnce() -> Result<F, Failure>,
    convert: fn(F::Output) -> Result<O::Abi, Failure>,
) -> i32
where
    O: FfiOutput + 'static,
    F: Future + Send + 'static,
    F::Output: 'static,
{
    let start = || {
        // SAFETY: the mailbox is null or that of the isolate, by this function's contract.
        let mailbox = unsafe { opened(mailbox) }?;
        let future = body()?;
        spawn_call::<O, F>(mailbox.begin(mailbox.make(id)), future, convert);
        Ok(STARTED)
    };
    // SAFETY: the status is null or valid, and no other code uses it, by this function's contract.
    unsafe { call(status, start) }
}

fn spawn_call<O, F>(call: Arc<Call>, future: F, convert: fn(F::Output) -> Result<O::Abi, Failure>)
where
    O: FfiOutput + 'static,
    F: Future + Send + 'static,
    F::Output: 'static,
{
    let finish = move |id, output| Entry::of::<O>(id, convert(output));
    executor::run(Task::new(future, finish, call));
}

/// Starts an async function as [`start_async`] does, and polls it once on this thread. Returns 2 if
/// it is ready: the event is at `now`, and `status` has its failure, or notes its result.
///
/// # Safety
///
/// The conditions of [`start_async`]. `now` has room for an event.
pub unsafe fn start_inline<O, F>(
    mailbox: *const FfiMailbox,
    id: u64,
    now: *mut FfiEvent,
    status: *mut FfiStatus,
    body: impl FnOnce() -> Result<F, Failure>,
    convert: fn(F::Output) -> Result<O::Abi, Failure>,
) -> i32
where
    O: FfiOutput + 'static,
    F: Future + Send + 'static,
    F::Output: 'static,
{
    let mut ready = None;
    let start = || {
        // SAFETY: the mailbox is null or that of the isolate, by this function's contract.
        let mailbox = unsafe { opened(mailbox) }?;
        let mut future = Some(Box::pin(body()?));
        let made = OnceCell::new();
        let source = Source::Inline { made: &made, mailbox: &mailbox, id };
        executor::enter(&mut || {
            let poll = || poll_once(&mut future, |output| Entry::of::<O>(id, convert(output)), id);
            ready = within(&source, poll);
        });
        if let Some(future) = future {
            let call = made.into_inner().unwrap_or_else(|| mailbox.make(id));
            // Polled again by the executor: the waker of the first poll wakes nothing.
            spawn_call::<O, Pin<Box<F>>>(mailbox.begin(call), future, convert);
            return Ok(STARTED);
        }
        Ok(READY)
    };
    // SAFETY: the status is null or valid, and no other code uses it, by this function's contract.
    let started = unsafe { call(status, start) };
    if let Some(mut entry) = ready {
        // SAFETY: the caller has room for an event there.
        unsafe { now.write(entry.event) };
        // SAFETY: the status is null or valid, and no other code uses it, by this function's
        // contract; the call is over.
        unsafe { entry.hand_over(status) };
    }
    started
}

/// Polls a future, and drops it if it is ready or has panicked.
fn poll_once<F: Future>(
    future: &mut Option<Pin<Box<F>>>,
    finish: impl FnOnce(F::Output) -> Entry,
    id: u64,
) -> Option<Entry> {
    let pinned = future.as_mut()?;
    let mut context = Context::from_waker(Waker::noop());
    let entry = match caught(|| pinned.as_mut().poll(&mut context).map(finish)) {
        Ok(Poll::Pending) => return None,
        Ok(Poll::Ready(entry)) => entry,
        Err(failure) => Entry::failed(id, failure),
    };
    super::task::dropped(|| *future = None);
    Some(entry)
}

/// Starts a blocking function: `body` checks the arguments and returns it, with them. Returns 1, or
/// 0 with a status.
///
/// # Safety
///
/// The conditions of [`start_async`].
pub unsafe fn start_blocking<O, W>(
    mailbox: *const FfiMailbox,
    id: u64,
    status: *mut FfiStatus,
    body: impl FnOnce() -> Result<W, Failure>,
) -> i32
where
    O: FfiOutput + 'static,
    W: FnOnce(&FfiContext) -> Result<O::Abi, Failure> + Send + 'static,
{
    let start = || {
        // SAFETY: the mailbox is null or that of the isolate, by this function's contract.
        let mailbox = unsafe { opened(mailbox) }?;
        let work = body()?;
        let finish = move |context: &FfiContext| Entry::of::<O>(id, work(context));
        let job = Job::new(finish, mailbox.begin(mailbox.make(id)));
        executor::run_blocking(move || job.run());
        Ok(STARTED)
    };
    // SAFETY: the status is null or valid, and no other code uses it, by this function's contract.
    unsafe { call(status, start) }
}
