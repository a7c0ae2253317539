//! Functions that generated code and Dart call.

use std::cell::OnceCell;
use std::ffi::c_void;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use futures_core::Stream;

use super::current::{Source, within};
use super::event::{Entry, FfiEvent};
use super::items::Items;
use super::post::{Call, FfiMailbox, close_by, release_by};
use super::stream::{Made, Pump};
use super::task::{FfiContext, Job, Task};
use crate::boundary::{
    DartHandle, Failure, FfiCallbackText, FfiOutput, FfiStatus, StatusCode, attach, call, caught,
};
use crate::executor;

/// Result of a start: the call was refused, and the status says why.
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
    /// Number of bytes of this table, as in [`FfiDartCalls`](crate::boundary::FfiDartCalls).
    size: usize,
    open: unsafe extern "C" fn(DartHandle, i64) -> *mut c_void,
    close: unsafe extern "C" fn(*mut c_void),
    drain: unsafe extern "C" fn(*const FfiMailbox, *mut FfiEvent, usize) -> usize,
    take: unsafe extern "C" fn(*const FfiMailbox, usize, *mut FfiStatus),
    cancel: unsafe extern "C" fn(*const FfiMailbox, u64) -> u8,
    limit: unsafe extern "C" fn(*const FfiMailbox, u64, u64),
    take_items: unsafe extern "C" fn(*const FfiMailbox, u64, *mut u8, usize, *mut FfiStatus) -> isize,
    keep_item: unsafe extern "C" fn(*const FfiMailbox, u64, usize, *mut FfiStatus),
    take_argument: unsafe extern "C" fn(*const FfiMailbox, usize, usize, *mut FfiStatus),
    answer: unsafe extern "C" fn(*const FfiMailbox, u64, i32, *const u8, usize),
    put_input: unsafe extern "C" fn(*const FfiMailbox, u64, u32, *const u8, usize, *mut FfiStatus) -> isize,
}

/// Returns the functions of mailboxes.
#[must_use]
pub fn mailbox_calls() -> *const FfiMailboxCalls {
    static CALLS: FfiMailboxCalls = FfiMailboxCalls {
        size: size_of::<FfiMailboxCalls>(),
        open,
        close,
        drain,
        take,
        cancel,
        limit,
        take_items,
        keep_item,
        take_argument,
        answer,
        put_input,
    };
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
/// comes or came, or if it is a stream that has ended: then nothing of it can be taken any more.
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

/// Takes up to `most` items of a stream to `out`. Returns their number, 0 if an event says when
/// there are more, -1 if the next item is the failure in `status`, -2 if no item comes any more.
/// What the items own stays the mailbox's until the next call; a slot is lent until then.
///
/// # Safety
///
/// The mailbox and the status are those of the isolate that runs this. `out` has room for `most`
/// items of the stream, and is aligned for them.
unsafe extern "C" fn take_items(
    mailbox: *const FfiMailbox,
    stream: u64,
    out: *mut u8,
    most: usize,
    status: *mut FfiStatus,
) -> isize {
    // SAFETY: an object of the isolate keeps the mailbox, which is only used by shared references.
    let mailbox = unsafe { &*mailbox };
    // SAFETY: there is room, and the status is that of the isolate, by this function's contract.
    unsafe { mailbox.take_items(stream, out, most, status) }
}

/// Passes what the item at `index` of the last batch of a stream owns to the isolate: it is noted
/// in `status` until it is attached.
///
/// # Safety
///
/// The mailbox and the status are those of the isolate that runs this.
unsafe extern "C" fn keep_item(
    mailbox: *const FfiMailbox,
    stream: u64,
    index: usize,
    status: *mut FfiStatus,
) {
    // SAFETY: an object of the isolate keeps the mailbox, which is only used by shared references.
    let mailbox = unsafe { &*mailbox };
    // SAFETY: the status is that of the isolate, by this function's contract.
    unsafe { mailbox.keep_item(stream, index, status) };
}

/// Passes what an argument of the event at `index` of the last drain owns to the isolate: it is
/// noted in `status` until it is attached.
///
/// # Safety
///
/// The mailbox and the status are those of the isolate that runs this.
unsafe extern "C" fn take_argument(
    mailbox: *const FfiMailbox,
    index: usize,
    argument: usize,
    status: *mut FfiStatus,
) {
    // SAFETY: an object of the isolate keeps the mailbox, which is only used by shared references.
    let mailbox = unsafe { &*mailbox };
    // SAFETY: the status is that of the isolate, by this function's contract.
    unsafe { mailbox.hand_over_argument(index, argument, status) };
}

/// Ends the call of a function of Dart with that number: for the code 0 with the result at `data`,
/// for 1 with `len` bytes of text of what it threw. Does nothing if nobody waits for it any more.
///
/// # Safety
///
/// The mailbox is that of the isolate that runs this. `data` is null, or that of a result of the
/// function's type, or of the text; both stay until this returns.
unsafe extern "C" fn answer(mailbox: *const FfiMailbox, ask: u64, code: i32, data: *const u8, len: usize) {
    // SAFETY: an object of the isolate keeps the mailbox, which is only used by shared references.
    let mailbox = unsafe { &*mailbox };
    let Some(asked) = mailbox.answered(ask) else { return };
    match code {
        // SAFETY: the data is that of a result of the type, by this function's contract.
        0 => unsafe { asked.answer(data) },
        1 => {
            let text = FfiCallbackText { data, len };
            // SAFETY: the data is null or that of as much text, by this function's contract.
            asked.fail(unsafe { text.bytes() });
        }
        _ => asked.gone(),
    }
}

/// Puts an item into an input (`kind` 0), an error (1), the end (2), both (3), nothing (4) or many
/// values (5). Returns the number of items that may follow, 0 if an event says when; -1 if the item
/// is refused, as the status says; -2 if Rust takes nothing any more; -3 if there is no credit for
/// it. A value of many that is refused is an error in its place.
///
/// # Safety
///
/// The mailbox and the status are those of the isolate that runs this. `data` and `len` are those
/// of an item of the input, or of as many bytes of values, or, for an error, of UTF-8.
unsafe extern "C" fn put_input(
    mailbox: *const FfiMailbox,
    input: u64,
    kind: u32,
    data: *const u8,
    len: usize,
    status: *mut FfiStatus,
) -> isize {
    // SAFETY: an object of the isolate keeps the mailbox, which is only used by shared references.
    let mailbox = unsafe { &*mailbox };
    // SAFETY: the data is that of an item or text, and the status is that of the isolate, by this
    // function's contract.
    unsafe { mailbox.put_input(input, kind, data, len, status) }
}

/// Returns a mailbox at which calls can be started.
///
/// # Safety
///
/// `mailbox` is null, or that of the isolate that runs this.
pub(super) unsafe fn opened(mailbox: *const FfiMailbox) -> Result<Arc<FfiMailbox>, Failure> {
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
/// it is ready: the event is at `now`, and `status` has its failure, or notes its result. If the
/// function has sent something to Dart, its result is behind that in the mailbox.
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
        let last = mailbox.last_event();
        executor::enter(&mut || {
            let poll = || poll_once(&mut future, |output| Entry::of::<O>(id, convert(output)), id);
            ready = within(&source, poll);
        });
        let begin = || mailbox.begin(made.into_inner().unwrap_or_else(|| mailbox.make(id)));
        if let Some(future) = future {
            // Polled again by the executor: the waker of the first poll wakes nothing.
            spawn_call::<O, Pin<Box<F>>>(begin(), future, convert);
            return Ok(STARTED);
        }
        let Some(entry) = ready.take_if(|_| mailbox.last_event() != last) else { return Ok(READY) };
        begin().complete(entry);
        Ok(STARTED)
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

/// Starts a stream, of which up to `window` items wait for Dart: `body` checks the arguments and
/// makes it. Returns 1, or 0 with a status.
///
/// # Safety
///
/// The conditions of [`start_async`].
pub unsafe fn start_stream<O, S>(
    mailbox: *const FfiMailbox,
    id: u64,
    status: *mut FfiStatus,
    window: u32,
    body: impl FnOnce() -> Result<S, Failure>,
    convert: fn(S::Item) -> Result<O::Abi, Failure>,
) -> i32
where
    O: FfiOutput + 'static,
    S: Stream + Send + 'static,
    S::Item: 'static,
{
    let start = || {
        // SAFETY: the mailbox is null or that of the isolate, by this function's contract.
        let mailbox = unsafe { opened(mailbox) }?;
        // Timers and IO that the function makes find their driver.
        let (mut body, mut stream) = (Some(body), None);
        executor::enter(&mut || stream = body.take().map(|body| body()));
        let Some(stream) = stream.transpose()? else { return Ok(REFUSED) };
        let made = Made::<O>::new(window);
        let items = Arc::clone(&made) as Arc<dyn Items>;
        let call = mailbox.begin(mailbox.make_stream(id, items));
        executor::run(Pump::<S, O>::new(stream, convert, made, call));
        Ok(STARTED)
    };
    // SAFETY: the status is null or valid, and no other code uses it, by this function's contract.
    unsafe { call(status, start) }
}
