//! Mailboxes and the calls of their isolates.

use std::ffi::c_void;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use atomic_waker::AtomicWaker;

use super::asks::{Asked, Asks};
use super::atomics::Machine;
use super::counts::count_late;
use super::deadline::Deadline;
use super::event::{ASKED, Entry, FfiEvent, GONE, READY, RELEASED, WANTS};
use super::inbox::{Closed, Inbox};
use super::intake::{self, Input};
use super::items::{ENDED, Items};
use super::outcome::{Outcome, Stage};
use crate::boundary::{Failure, FfiStatus, StatusCode, post};

/// Events for one isolate of Dart.
pub struct FfiMailbox {
    /// Its number, which no other mailbox of the process ever has: the token of the finalizer.
    number: u64,
    port: i64,
    post: fn(i64) -> bool,
    inbox: Inbox<Entry, Machine>,
    /// True once a post failed, as the isolate is gone.
    dead: AtomicBool,
    isolate: Mutex<Isolate>,
    /// Calls of functions of Dart that wait for an answer.
    asks: Mutex<Asks>,
}

/// Part of a mailbox that its isolate uses, and the thread that sweeps it.
#[derive(Default)]
struct Isolate {
    /// Calls by their index, until Dart has drained their last event.
    calls: Vec<Option<Arc<Call>>>,
    /// Events of the last drain, with what they own until Dart has taken it.
    batch: Vec<Entry>,
}

/// Items that cross during a call.
enum Flow {
    None,
    /// To the isolate, of a stream of Rust.
    Out(Arc<dyn Items>),
    /// From the isolate, to an input of Rust.
    In(Arc<dyn Input>),
}

/// A call that was started, until its task is gone.
pub(crate) struct Call {
    /// Index in the table of the isolate (low half), and generation.
    pub(crate) id: u64,
    pub(crate) outcome: Outcome<Machine>,
    pub(crate) waker: AtomicWaker,
    pub(super) deadline: Deadline,
    flow: Flow,
    mailbox: Arc<FfiMailbox>,
}

/// The mailboxes whose isolate, or its memory, is not gone yet.
static ALL: Mutex<Vec<Arc<FfiMailbox>>> = Mutex::new(Vec::new());

/// True from [`shut_down`] until [`open_again`].
static SHUT: AtomicBool = AtomicBool::new(false);

fn all() -> Vec<Arc<FfiMailbox>> {
    lock(&ALL).clone()
}

/// No code panics while it holds a lock of this module.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl FfiMailbox {
    /// Makes the mailbox of an isolate, which is told through `post` to its port. Closes those of
    /// isolates that are gone.
    pub(crate) fn open(port: i64, post: fn(i64) -> bool) -> Arc<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        for other in all() {
            if !other.inbox.is_closed() && !(other.post)(other.port) {
                other.close();
            }
        }
        let new = Arc::new(Self {
            number: NEXT.fetch_add(1, Ordering::Relaxed),
            port,
            post,
            inbox: Inbox::new(),
            dead: AtomicBool::new(false),
            isolate: Mutex::default(),
            asks: Mutex::default(),
        });
        lock(&ALL).push(Arc::clone(&new));
        new
    }

    /// Makes the mailbox of an isolate of Dart, as [`open`](Self::open) does.
    pub(crate) fn of_dart(port: i64) -> Arc<Self> {
        Self::open(port, |port| post(port, 0))
    }

    /// Returns the token with which [`close_by`] and [`release_by`] find it.
    pub(crate) fn token(&self) -> *mut c_void {
        ptr::without_provenance_mut(self.number as usize)
    }

    /// Returns an error if no call can be started.
    pub(crate) fn check_open(&self) -> Result<(), Failure> {
        if SHUT.load(Ordering::SeqCst) || self.inbox.is_closed() { Err(closed()) } else { Ok(()) }
    }

    /// Makes a call, which has not been started.
    pub(super) fn make(self: &Arc<Self>, id: u64) -> Arc<Call> {
        self.make_with(id, Flow::None)
    }

    /// Makes the call of a stream, which has not been started.
    pub(super) fn make_stream(self: &Arc<Self>, id: u64, items: Arc<dyn Items>) -> Arc<Call> {
        self.make_with(id, Flow::Out(items))
    }

    /// Makes the call of an input, which has not been started.
    pub(super) fn make_input(self: &Arc<Self>, id: u64, input: Arc<dyn Input>) -> Arc<Call> {
        self.make_with(id, Flow::In(input))
    }

    fn make_with(self: &Arc<Self>, id: u64, flow: Flow) -> Arc<Call> {
        Arc::new(Call {
            id,
            outcome: Outcome::new(),
            waker: AtomicWaker::new(),
            deadline: Deadline::new(),
            flow,
            mailbox: Arc::clone(self),
        })
    }

    /// Notes a call that starts.
    pub(crate) fn begin(&self, call: Arc<Call>) -> Arc<Call> {
        let index = call.id as u32 as usize;
        let mut isolate = lock(&self.isolate);
        if index >= isolate.calls.len() {
            isolate.calls.resize_with(index + 1, || None);
        }
        let before = isolate.calls[index].replace(Arc::clone(&call));
        drop(isolate);
        drop(before);
        call
    }

    /// Notes a call that starts and has no task: after a shutdown, nothing else would end it.
    pub(super) fn begin_without_task(&self, call: Arc<Call>) {
        let call = self.begin(call);
        // The shutdown has either found it among the calls, or was before that.
        if SHUT.load(Ordering::SeqCst) {
            call.abandon();
        }
    }

    /// Returns the call with that number, unless its last event was drained.
    fn call(&self, id: u64) -> Option<Arc<Call>> {
        let call = lock(&self.isolate).calls.get(id as u32 as usize)?.clone()?;
        (call.id == id).then_some(call)
    }

    /// Forgets a stream, of which Dart takes nothing any more.
    fn forget(&self, id: u64) {
        let place =
            |isolate: &mut Isolate| isolate.calls.get_mut(id as u32 as usize)?.take_if(|it| it.id == id);
        let call = place(&mut lock(&self.isolate));
        drop(call);
    }

    /// Cancels a call; returns false if it has ended, so its event comes. A stream that has ended
    /// is forgotten, with the items that were not taken, as is one without a task.
    pub(crate) fn cancel(&self, id: u64) -> bool {
        let Some(call) = self.call(id) else { return false };
        let cancelled = call.cancel();
        match &call.flow {
            Flow::Out(items) if !cancelled || !items.has_task() => {
                self.forget(id);
                false
            }
            _ => cancelled,
        }
    }

    /// Takes items of a stream; see [`Items::take`]. A stream that has ended is forgotten. There
    /// are none of one whose last event was drained, which says how it ended.
    ///
    /// # Safety
    ///
    /// The conditions of [`Items::take`].
    pub(crate) unsafe fn take_items(
        &self,
        id: u64,
        out: *mut u8,
        most: usize,
        status: *mut FfiStatus,
    ) -> isize {
        let Some(call) = self.call(id) else { return 0 };
        let Flow::Out(items) = &call.flow else { return 0 };
        // SAFETY: by this function's contract there is room, and the status is that of the isolate.
        let taken = unsafe { items.take(out, most, status) };
        if taken.wakes {
            call.waker.wake();
        }
        if taken.code == ENDED {
            self.forget(id);
        }
        taken.code
    }

    /// Passes an item of a stream to the isolate; see [`Items::keep`].
    ///
    /// # Safety
    ///
    /// The conditions of [`Items::keep`].
    pub(crate) unsafe fn keep_item(&self, id: u64, index: usize, status: *mut FfiStatus) {
        let Some(call) = self.call(id) else { return };
        if let Flow::Out(items) = &call.flow {
            // SAFETY: the status is null or that of the isolate, by this function's contract.
            unsafe { items.keep(index, status) };
        }
    }

    /// Puts something into an input; see [`Input::put`]. An input that has ended is forgotten.
    ///
    /// # Safety
    ///
    /// The conditions of [`Input::put`]. `status` is null, or that of the isolate that runs this.
    pub(super) unsafe fn put_input(
        &self,
        id: u64,
        kind: u32,
        data: *const u8,
        len: usize,
        status: *mut FfiStatus,
    ) -> isize {
        // The lock makes this the only put, and saves the count of the call that a clone takes.
        let isolate = lock(&self.isolate);
        let call = isolate.calls.get(id as u32 as usize).and_then(Option::as_ref);
        let Some(call) = call.filter(|it| it.id == id) else { return intake::GONE };
        let Flow::In(input) = &call.flow else { return intake::GONE };
        // SAFETY: the data is as the callee asks, by this function's contract, and the holder of
        // the lock is the only one that puts.
        let put = match unsafe { input.put(kind, data, len) } {
            Ok(put) => put,
            Err(failure) => {
                drop(isolate);
                // SAFETY: the status is null or that of the isolate, by this function's contract.
                if let Some(status) = unsafe { status.as_mut() } {
                    status.store(failure);
                }
                return intake::REFUSED;
            }
        };
        if !put.ended && !put.wakes {
            return put.code;
        }
        let call = Arc::clone(call);
        drop(isolate);
        if put.ended {
            // Behind its end, which Rust then finds first.
            call.outcome.decide(Stage::Ended);
            self.forget(id);
        }
        if put.wakes {
            call.waker.wake();
        }
        put.code
    }

    /// Sets the deadline of a call to `left` from now, if it has not ended.
    pub(crate) fn limit(&self, id: u64, left: Duration) {
        if let Some(call) = self.call(id) {
            call.deadline.set(left);
        }
    }

    /// Says that a stream has items.
    pub(super) fn tell_ready(&self, id: u64) {
        self.push(Entry::bare(id, READY));
    }

    /// Returns a mark of the last event, which stays the same on the thread of the isolate until
    /// another event comes or it drains.
    pub(super) fn last_event(&self) -> *const () {
        self.inbox.last()
    }

    fn push(&self, entry: Entry) {
        if !self.try_push(entry) {
            count_late();
        }
    }

    /// Adds an event; returns false if the mailbox is closed.
    fn try_push(&self, entry: Entry) -> bool {
        let pushed = self.inbox.push(entry, || self.ring());
        if pushed.sweep {
            self.sweep();
        }
        if self.dead.load(Ordering::Relaxed) {
            self.close();
        }
        pushed.refused.is_none()
    }

    /// Calls a function of Dart: `event` makes the event, given the number of the call. Returns
    /// that number, or none if the isolate is gone or the library was shut down.
    pub(super) fn ask(&self, asked: Arc<dyn Asked>, event: impl FnOnce(u64) -> Entry) -> Option<u64> {
        // The shutdown sets the mark before it looks for calls that wait.
        let ask = lock(&self.asks).add(asked, || SHUT.load(Ordering::SeqCst))?;
        if self.try_push(event(ask)) {
            return Some(ask);
        }
        self.forget_ask(ask);
        None
    }

    /// Calls a function of Dart whose answer nobody waits for; returns false if the isolate is gone
    /// or the library was shut down.
    pub(super) fn notify(&self, event: Entry) -> bool {
        !SHUT.load(Ordering::SeqCst) && self.try_push(event)
    }

    /// Says that a function of Dart was dropped.
    pub(super) fn release(&self, function: u64) {
        self.try_push(Entry::released(function));
    }

    /// Returns a call of Dart that waits for its answer, and forgets it.
    pub(super) fn answered(&self, ask: u64) -> Option<Arc<dyn Asked>> {
        lock(&self.asks).remove(ask)
    }

    /// Forgets a call of Dart, whose answer nobody waits for any more.
    pub(super) fn forget_ask(&self, ask: u64) {
        drop(self.answered(ask));
    }

    fn ring(&self) {
        if !(self.post)(self.port) {
            // Relaxed: only the thread that reads it back acts upon it, or a later push.
            self.dead.store(true, Ordering::Relaxed);
        }
    }

    /// Moves up to `most` events to `out`, and returns their number. What they own stays here until
    /// [`hand_over`](Self::hand_over).
    ///
    /// # Safety
    ///
    /// `out` has room for `most` events.
    pub(crate) unsafe fn drain(&self, out: *mut FfiEvent, most: usize) -> usize {
        let mut guard = lock(&self.isolate);
        let Isolate { calls, batch } = &mut *guard;
        batch.clear();
        let take = |entry: Entry| {
            let event = entry.event;
            if !matches!(event.code, READY | WANTS | ASKED | RELEASED)
                && let Some(call) = calls.get_mut(event.call as u32 as usize)
            {
                call.take_if(|call| call.id == event.call);
            }
            // SAFETY: fewer than `most` events were written, and there is room for as many.
            let place = unsafe { out.add(batch.len()) };
            // SAFETY: the caller has room for an event there.
            unsafe { place.write(event) };
            batch.push(entry);
        };
        // SAFETY: only the holder of the lock pops.
        let more = unsafe { self.inbox.drain(most, take) };
        let count = batch.len();
        drop(guard);
        if more {
            self.ring();
        }
        count
    }

    /// Passes what the event at `index` of the last drain owns to the isolate; see
    /// [`Entry::hand_over`].
    ///
    /// # Safety
    ///
    /// The conditions of [`Entry::hand_over`].
    pub(crate) unsafe fn hand_over(&self, index: usize, status: *mut FfiStatus) {
        if let Some(entry) = lock(&self.isolate).batch.get_mut(index) {
            // SAFETY: by this function's contract the status is null, or that of the isolate.
            unsafe { entry.hand_over(status) };
        }
    }

    /// Passes what an argument of the event at `index` of the last drain owns to the isolate; see
    /// [`Entry::hand_over_argument`].
    ///
    /// # Safety
    ///
    /// The conditions of [`Entry::hand_over_argument`].
    pub(super) unsafe fn hand_over_argument(&self, index: usize, argument: usize, status: *mut FfiStatus) {
        if let Some(entry) = lock(&self.isolate).batch.get_mut(index) {
            // SAFETY: by this function's contract the status is null, or that of the isolate.
            unsafe { entry.hand_over_argument(argument, status) };
        }
    }

    /// Ends the mailbox, as its isolate is gone: cancels its calls, and drops what it has not
    /// taken. Waits for no thread.
    pub(crate) fn close(&self) {
        let closed = self.inbox.close();
        if closed == Closed::Before {
            return;
        }
        let calls = std::mem::take(&mut lock(&self.isolate).calls);
        for call in calls.into_iter().flatten() {
            call.cancel();
        }
        let asks = lock(&self.asks).close();
        asks.iter().for_each(|asked| asked.gone());
        if closed == Closed::Sweep {
            self.sweep();
        }
    }

    fn sweep(&self) {
        let mut left = Vec::new();
        let mut isolate = lock(&self.isolate);
        left.append(&mut isolate.batch);
        // SAFETY: only the holder of the lock pops.
        unsafe { self.inbox.sweep(|entry| left.push(entry)) };
    }
}

impl Call {
    /// Cancels the call, whose future is dropped at its next poll; returns false if it has ended.
    fn cancel(&self) -> bool {
        let cancelled = self.outcome.decide(Stage::Cancelled);
        if cancelled {
            self.waker.wake();
        }
        cancelled
    }

    /// Pushes the result; drops it if the call has ended before.
    pub(crate) fn complete(&self, entry: Entry) {
        if self.outcome.decide(Stage::Ended) {
            self.mailbox.push(entry);
        } else {
            count_late();
            drop(entry);
            self.tell_gone();
        }
    }

    /// Says that a stream has items.
    pub(crate) fn tell_ready(&self) {
        self.tell(READY);
    }

    /// Pushes an event with that code and nothing else.
    pub(super) fn tell(&self, code: i32) {
        self.mailbox.push(Entry::bare(self.id, code));
    }

    /// Ends a stream: `end` says so behind its items, and returns true if Dart has to be told.
    pub(crate) fn end(&self, end: impl FnOnce() -> bool) {
        if !self.outcome.decide(Stage::Ended) {
            self.tell_gone();
        } else if end() {
            self.tell_ready();
        }
    }

    /// Says that the future of a call is gone that ended without a result.
    pub(crate) fn abandon(&self) {
        if self.outcome.decide(Stage::Ended) {
            self.mailbox.push(Entry::failed(self.id, closed()));
        } else {
            self.tell_gone();
        }
    }

    fn tell_gone(&self) {
        if self.outcome.stage() == Stage::Cancelled {
            self.tell(GONE);
        }
    }
}

/// Closes the mailbox of a token, if it exists.
pub(crate) fn close_by(token: *mut c_void) {
    let found = all().into_iter().find(|it| it.token() == token);
    if let Some(mailbox) = found {
        mailbox.close();
    }
}

/// Closes the mailbox of a token, and gives up its memory.
pub(crate) fn release_by(token: *mut c_void) {
    close_by(token);
    lock(&ALL).retain(|it| it.token() != token);
}

/// Returns the number of mailboxes that are open.
pub(crate) fn open_mailboxes() -> u64 {
    lock(&ALL).iter().filter(|it| !it.inbox.is_closed()).count() as u64
}

/// Returns the number of streams that have not ended, in either direction.
#[cfg(feature = "metrics")]
pub(crate) fn open_streams() -> u64 {
    let is_stream = |call: &&Arc<Call>| !matches!(call.flow, Flow::None);
    let streams =
        |mailbox: Arc<FfiMailbox>| lock(&mailbox.isolate).calls.iter().flatten().filter(is_stream).count();
    all().into_iter().map(|mailbox| streams(mailbox) as u64).sum()
}

/// Ends all calls: each that waits gets the event that the library was shut down. Later starts are
/// refused.
pub(crate) fn shut_down() {
    SHUT.store(true, Ordering::SeqCst);
    for mailbox in all() {
        let calls: Vec<_> = lock(&mailbox.isolate).calls.iter().flatten().cloned().collect();
        for call in calls {
            if call.outcome.decide(Stage::Ended) {
                call.waker.wake();
                mailbox.push(Entry::failed(call.id, closed()));
            }
        }
        let asks = lock(&mailbox.asks).take();
        asks.iter().for_each(|asked| asked.gone());
    }
}

/// Lets calls start again.
pub(crate) fn open_again() {
    SHUT.store(false, Ordering::SeqCst);
}

fn closed() -> Failure {
    Failure::new(StatusCode::Closed, "the library was shut down")
}
