//! Calls from their start to their events, with an isolate that is a thread of the test.

use std::future::{pending, poll_fn};
use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::thread;
use std::time::{Duration, Instant};

use bytemuck::Zeroable as _;

use crate::boundary::{Failure, FfiOutput, FfiOwned, FfiStatus, StatusCode, clear, owned_free};
use crate::executor::{CallStats, FfiExecutor, Threads, open_calls, shutdown, stats};
use crate::mailbox::abi::{READY, REFUSED, STARTED};
use crate::mailbox::event::{FfiEvent, GONE};
use crate::mailbox::post::{FfiMailbox, release_by};
use crate::mailbox::{FfiContext, context, start_async, start_blocking, start_inline};

/// Lets one test at a time use the counts and the executor of the process.
static ALONE: Mutex<()> = Mutex::new(());

/// True while posts to the port [`DEAD`] succeed.
static LIVES: AtomicBool = AtomicBool::new(true);
const DEAD: i64 = 7;

/// An isolate: its mailbox and status.
pub(super) struct Isolate {
    pub(super) mailbox: Arc<FfiMailbox>,
    pub(super) status: FfiStatus,
    next: u64,
    _alone: MutexGuard<'static, ()>,
}

impl Isolate {
    pub(super) fn new() -> Self {
        Self::at(1)
    }

    fn at(port: i64) -> Self {
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        open_calls("test", Some(|| Box::new(Threads::new(2))));
        LIVES.store(true, Ordering::SeqCst);
        let post = |port| port != DEAD || LIVES.load(Ordering::SeqCst);
        let mailbox = FfiMailbox::open(port, post);
        Self { mailbox, status: FfiStatus::zeroed(), next: 0, _alone: alone }
    }

    pub(super) fn id(&mut self) -> u64 {
        self.next += 1;
        1 << 32 | self.next
    }

    fn start<O, F>(&mut self, future: F) -> u64
    where
        O: FfiOutput + 'static,
        F: Future<Output = O> + Send + 'static,
    {
        let id = self.id();
        let status = &raw mut self.status;
        // SAFETY: the mailbox and the status are those of this isolate.
        let code = unsafe {
            start_async::<O, F>(Arc::as_ptr(&self.mailbox), id, status, || Ok(future), FfiOutput::into_abi)
        };
        assert_eq!(code, STARTED);
        id
    }

    /// Waits for events, and returns them.
    pub(super) fn drain(&self) -> Vec<FfiEvent> {
        loop {
            let mut events = [MaybeUninit::<FfiEvent>::uninit(); 4];
            // SAFETY: there is room for four events.
            let count = unsafe { self.mailbox.drain(events.as_mut_ptr().cast(), 4) };
            if count > 0 {
                // SAFETY: as many events were written.
                return events[..count].iter().map(|event| unsafe { event.assume_init() }).collect();
            }
            std::thread::yield_now();
        }
    }

    /// Waits for one event, and takes what it owns.
    fn take(&mut self) -> FfiEvent {
        let events = self.drain();
        let [event] = events[..] else { panic!("{} events", events.len()) };
        // SAFETY: the status is that of this isolate.
        unsafe { self.mailbox.hand_over(0, &raw mut self.status) };
        event
    }

    /// Returns the code and the message of the status, and clears it.
    pub(super) fn failure(&mut self) -> (i32, String) {
        let FfiStatus { code, message, message_len, .. } = self.status;
        let mut text = String::new();
        if !message.is_null() {
            // SAFETY: the library wrote the message, and nobody has freed it.
            let bytes = unsafe { std::slice::from_raw_parts(message, message_len) };
            text = String::from_utf8_lossy(bytes).into_owned();
        }
        // SAFETY: the library wrote the status, and only this isolate uses it.
        unsafe { clear(&raw mut self.status) };
        (code, text)
    }
}

impl Drop for Isolate {
    fn drop(&mut self) {
        release_by(self.mailbox.token());
    }
}

/// Waits until `done` holds for the counts.
pub(super) fn wait_for(done: impl Fn(CallStats) -> bool) {
    while !done(stats()) {
        std::thread::yield_now();
    }
}

/// A value that says that it was dropped.
pub(super) struct Guard(pub(super) Sender<()>);

impl Drop for Guard {
    fn drop(&mut self) {
        // The receiver may be gone.
        let _ = self.0.send(());
    }
}

fn value<T: Copy>(event: &FfiEvent) -> T {
    // SAFETY: the tests ask for the type of the result.
    unsafe { event.value().cast::<T>().read_unaligned() }
}

#[test]
fn results_are_in_their_events() {
    let mut isolate = Isolate::new();
    let id = isolate.start(async { 7_u64 });
    let event = isolate.take();
    assert_eq!((event.call, event.code, value::<u64>(&event)), (id, 0, 7));

    isolate.start(async { String::from("text") });
    let event = isolate.take();
    let owned: *mut FfiOwned = value(&event);
    // SAFETY: the event had a text, which this test owns now.
    assert_eq!(unsafe { (*owned).len }, 4);
    // SAFETY: the event had a text, which nobody uses any more.
    unsafe { owned_free(owned) };

    isolate.start(async { None::<u32> });
    assert_eq!(isolate.take().code, StatusCode::NoValue as i32);
    wait_for(|stats| stats.tasks == 0);
}

#[test]
fn panics_and_errors_are_in_the_status() {
    let mut isolate = Isolate::new();
    isolate.start(async { if true { panic!("in a task") } else { 0_u32 } });
    assert_eq!(isolate.take().code, StatusCode::Panic as i32);
    assert_eq!(isolate.failure(), (StatusCode::Panic as i32, "in a task".to_owned()));

    let id = isolate.id();
    let work = |_: &FfiContext| Err::<u64, _>(Failure::new(StatusCode::Error, "no luck"));
    let status = &raw mut isolate.status;
    // SAFETY: the mailbox and the status are those of this isolate.
    let code = unsafe { start_blocking::<u64, _>(Arc::as_ptr(&isolate.mailbox), id, status, || Ok(work)) };
    assert_eq!((code, isolate.take().code), (STARTED, StatusCode::Error as i32));
    assert_eq!(isolate.failure(), (StatusCode::Error as i32, "no luck".to_owned()));
}

#[test]
fn a_cancelled_future_is_dropped_before_it_is_gone() {
    let mut isolate = Isolate::new();
    let (sender, dropped) = mpsc::channel();
    let guard = Guard(sender);
    let id = isolate.start(async move {
        let _guard = guard;
        pending::<u64>().await
    });
    assert!(isolate.mailbox.cancel(id));
    assert!(!isolate.mailbox.cancel(id), "it was cancelled before");
    assert!(!isolate.mailbox.cancel(id + 1), "there is no such call");
    let event = isolate.take();
    assert_eq!((event.call, event.code), (id, GONE));
    dropped.try_recv().expect("the future was dropped before the event came");
    assert!(!isolate.mailbox.cancel(id), "it is over");
}

#[test]
fn a_drop_that_panics_is_counted() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("in a drop");
        }
    }

    let mut isolate = Isolate::new();
    let before = stats().drop_panics;
    let bomb = Bomb;
    let id = isolate.start(async move {
        let _bomb = bomb;
        pending::<u64>().await
    });
    assert!(isolate.mailbox.cancel(id));
    assert_eq!(isolate.take().code, GONE);
    assert_eq!(stats().drop_panics, before + 1);
}

#[test]
fn a_blocking_function_can_ask() {
    let mut isolate = Isolate::new();
    let id = isolate.id();
    let began = Arc::new(AtomicBool::new(false));
    let tell = Arc::clone(&began);
    let work = move |context: &FfiContext| {
        tell.store(true, Ordering::SeqCst);
        while !context.is_cancelled() {
            std::thread::yield_now();
        }
        Ok(1)
    };
    let status = &raw mut isolate.status;
    // SAFETY: the mailbox and the status are those of this isolate.
    unsafe { start_blocking::<u64, _>(Arc::as_ptr(&isolate.mailbox), id, status, || Ok(work)) };
    while !began.load(Ordering::SeqCst) {
        std::thread::yield_now();
    }
    let late = stats().late;
    assert!(isolate.mailbox.cancel(id));
    assert_eq!(isolate.take().code, GONE);
    assert_eq!(stats().late, late + 1, "its result came too late");
}

const HOUR: Duration = Duration::from_secs(3600);

/// Returns true once the call that is polled has a deadline within an hour.
fn has_deadline(context: &FfiContext) -> bool {
    context.deadline().is_some_and(|it| it > Instant::now() && it <= Instant::now() + HOUR)
}

#[test]
fn a_future_knows_its_deadline() {
    assert!(context().deadline().is_none(), "this thread works for no call");
    let mut isolate = Isolate::new();
    let id = isolate.start(poll_fn(|waker| {
        if has_deadline(&context()) {
            return Poll::Ready(context().is_cancelled());
        }
        waker.waker().wake_by_ref();
        Poll::Pending
    }));
    isolate.mailbox.limit(id + 1, HOUR);
    isolate.mailbox.limit(id, HOUR);
    let event = isolate.take();
    assert_eq!((event.call, event.code, value::<bool>(&event)), (id, 0, false));
    isolate.mailbox.limit(id, HOUR);

    isolate.start(async { context().deadline().is_none() });
    assert!(value::<bool>(&isolate.take()), "the next call has none");
    let (sender, receiver) = mpsc::channel();
    crate::spawn(async move { sender.send(context().deadline()).unwrap() });
    assert_eq!(receiver.recv(), Ok(None), "a task of the library has no call");
}

#[test]
fn the_earliest_deadline_counts() {
    let mut isolate = Isolate::new();
    let (sender, contexts) = mpsc::channel();
    let id = isolate.start(async move {
        sender.send(context()).unwrap();
        pending::<u64>().await
    });
    let context = contexts.recv().unwrap();
    assert_eq!(context.deadline(), None);
    isolate.mailbox.limit(id, Duration::MAX);
    assert_eq!(context.deadline(), None, "no clock gets there");
    isolate.mailbox.limit(id, HOUR);
    let first = context.deadline();
    assert!(has_deadline(&context));
    isolate.mailbox.limit(id, HOUR * 2);
    assert_eq!(context.deadline(), first);
    isolate.mailbox.limit(id, Duration::ZERO);
    assert!(context.deadline().unwrap() <= Instant::now());
    assert!(format!("{context:?}").contains("is_cancelled: false, deadline: Some("), "{context:?}");
    assert!(isolate.mailbox.cancel(id));
    assert!(context.is_cancelled());
    assert_eq!(isolate.take().code, GONE);
}

#[test]
fn a_blocking_function_knows_its_deadline() {
    let mut isolate = Isolate::new();
    let id = isolate.id();
    let work = |given: &FfiContext| {
        while !has_deadline(given) {
            thread::yield_now();
        }
        has_deadline(&context()).into_abi()
    };
    let status = &raw mut isolate.status;
    // SAFETY: the mailbox and the status are those of this isolate.
    unsafe { start_blocking::<bool, _>(Arc::as_ptr(&isolate.mailbox), id, status, || Ok(work)) };
    isolate.mailbox.limit(id, HOUR);
    assert!(value::<bool>(&isolate.take()));
}

/// The context is taken in the first poll, before there is a call.
#[test]
fn an_inline_future_keeps_its_context() {
    let mut isolate = Isolate::new();
    let id = isolate.id();
    let mut taken = None;
    let future = poll_fn(move |waker| {
        waker.waker().wake_by_ref();
        if has_deadline(taken.get_or_insert_with(context)) { Poll::Ready(true) } else { Poll::Pending }
    });
    let (mailbox, status) = (Arc::as_ptr(&isolate.mailbox), &raw mut isolate.status);
    let mut now = MaybeUninit::uninit();
    // SAFETY: the mailbox and the status are those of this isolate, and there is room for an event.
    let started = unsafe {
        start_inline::<bool, _>(mailbox, id, now.as_mut_ptr(), status, || Ok(future), FfiOutput::into_abi)
    };
    assert_eq!(started, STARTED);
    isolate.mailbox.limit(id, HOUR);
    assert!(value::<bool>(&isolate.take()));
    assert!(context().deadline().is_none());
}

#[test]
fn an_inline_future_is_polled_once() {
    let mut isolate = Isolate::new();
    let start = |isolate: &mut Isolate, polls: u64, now: &mut MaybeUninit<FfiEvent>| {
        let id = isolate.id();
        let left = AtomicU64::new(polls);
        let future = poll_fn(move |context| {
            context.waker().wake_by_ref();
            if left.fetch_sub(1, Ordering::SeqCst) == 1 { Poll::Ready(polls) } else { Poll::Pending }
        });
        let (mailbox, status) = (Arc::as_ptr(&isolate.mailbox), &raw mut isolate.status);
        // SAFETY: the mailbox and the status are those of this isolate, and there is room for an
        // event.
        unsafe {
            start_inline::<u64, _>(mailbox, id, now.as_mut_ptr(), status, || Ok(future), FfiOutput::into_abi)
        }
    };
    let mut now = MaybeUninit::uninit();
    assert_eq!(start(&mut isolate, 1, &mut now), READY);
    // SAFETY: the call was ready.
    assert_eq!(value::<u64>(unsafe { now.assume_init_ref() }), 1);
    assert_eq!(start(&mut isolate, 3, &mut now), STARTED);
    assert_eq!(value::<u64>(&isolate.take()), 3);
}

/// The result of a call comes behind what the call has sent, also if it is ready at once.
#[test]
fn an_inline_result_waits_for_what_was_sent_before() {
    let mut isolate = Isolate::new();
    let other = isolate.id();
    isolate.mailbox.tell_ready(other);
    let id = isolate.id();
    let sender = Arc::clone(&isolate.mailbox);
    let (mailbox, status) = (Arc::as_ptr(&isolate.mailbox), &raw mut isolate.status);
    let mut now = MaybeUninit::uninit();
    let mut start = |sends: bool| {
        let sender = Arc::clone(&sender);
        let future = async move {
            if sends {
                sender.tell_ready(other);
            }
            true
        };
        // SAFETY: the mailbox and the status are those of this isolate, and there is room for an
        // event.
        unsafe {
            let body = || Ok(future);
            start_inline::<bool, _>(mailbox, id, now.as_mut_ptr(), status, body, FfiOutput::into_abi)
        }
    };
    // An event of before is no reason to wait.
    assert_eq!(start(false), READY);
    assert_eq!(start(true), STARTED);
    let events = isolate.drain();
    assert_eq!(events.iter().map(|it| it.call).collect::<Vec<_>>(), [other, other, id]);
    assert!(value::<bool>(&events[2]));
}

#[test]
fn what_was_not_taken_goes_with_the_isolate() {
    let mut isolate = Isolate::at(DEAD);
    for _ in 0..3 {
        isolate.start(async { String::from("lost without a sweep, as valgrind and Miri would find") });
    }
    isolate.drain();
    let (sender, dropped) = mpsc::channel();
    let guard = Guard(sender);
    isolate.start(async move {
        let _guard = guard;
        pending::<u64>().await
    });
    assert_eq!(stats().mailboxes, 1);
    LIVES.store(false, Ordering::SeqCst);
    let other = FfiMailbox::open(2, |_| true);
    dropped.recv().expect("opening another mailbox closes this one, which cancels its call");
    assert_eq!(stats().mailboxes, 1);
    release_by(other.token());
    wait_for(|stats| stats.tasks == 0);
}

#[test]
fn a_post_that_fails_closes_the_mailbox() {
    let mut isolate = Isolate::at(DEAD);
    LIVES.store(false, Ordering::SeqCst);
    isolate.start(async { 1_u64 });
    wait_for(|stats| stats.mailboxes == 0 && stats.tasks == 0);
    let id = isolate.id();
    let status = &raw mut isolate.status;
    // SAFETY: the mailbox and the status are those of this isolate.
    let code = unsafe {
        start_async::<u64, _>(
            Arc::as_ptr(&isolate.mailbox),
            id,
            status,
            || Ok(async { 1_u64 }),
            FfiOutput::into_abi,
        )
    };
    assert_eq!((code, isolate.failure().0), (REFUSED, StatusCode::Closed as i32));
}

#[test]
fn a_shutdown_ends_what_waits() {
    let mut isolate = Isolate::new();
    let (sender, dropped) = mpsc::channel();
    let ids = [(); 3].map(|()| {
        let guard = Guard(sender.clone());
        isolate.start(async move {
            let _guard = guard;
            pending::<u64>().await
        })
    });
    drop(sender);
    shutdown();
    let events = isolate.drain();
    let seen: Vec<_> = events.iter().map(|event| (event.call, event.code)).collect();
    assert_eq!(seen, ids.map(|id| (id, StatusCode::Closed as i32)));
    assert_eq!(dropped.iter().count(), 3);
    crate::spawn(async { unreachable!("it is dropped") });
    wait_for(|stats| stats.tasks == 0);
    open_calls("test", None);
    isolate.start(async { 5_u64 });
    assert_eq!(isolate.take().code, 0, "calls start again");
}

#[test]
fn an_executor_that_gives_a_task_up_closes_its_call() {
    struct Drops;
    impl FfiExecutor for Drops {
        fn spawn(&self, task: crate::executor::FfiTask) {
            drop(task);
        }

        fn spawn_blocking(&self, work: crate::executor::FfiWork) {
            drop(work);
        }
    }

    let mut isolate = Isolate::new();
    shutdown();
    open_calls("test", Some(|| Box::new(Drops)));
    isolate.start(async { 1_u64 });
    assert_eq!(isolate.take().code, StatusCode::Closed as i32);
    assert_eq!(isolate.failure().1, "the library was shut down");
    shutdown();
}

/// Random calls and cancellations: each has one outcome, and nothing is left.
#[test]
fn every_call_has_one_outcome() {
    // Slow tools set the variable; Miri, the slowest, reads none.
    let calls: u64 = match std::env::var_os("FFI_RANDOM_CASES") {
        _ if cfg!(miri) => 60,
        Some(_) => 400,
        None => 20_000,
    };
    let mut isolate = Isolate::new();
    let (mut results, mut gone, mut panics) = (0, 0, 0);
    let mut random = 1_u32;
    for round in 0..calls / 20 {
        let mut ids = Vec::new();
        for call in 0..20 {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let (yields, panics) = (random >> 30, random >> 25 & 15 == 0);
            let mut left = yields;
            let id = isolate.start(async move {
                poll_fn(|context| {
                    if left == 0 {
                        return Poll::Ready(());
                    }
                    left -= 1;
                    context.waker().wake_by_ref();
                    Poll::Pending
                })
                .await;
                assert!(!panics, "{round}, {call}");
                String::from("a result")
            });
            ids.push(id);
            if random >> 20 & 3 == 0 {
                isolate.mailbox.cancel(ids[random as usize % ids.len()]);
            }
        }
        let mut left = 20;
        while left > 0 {
            for event in isolate.drain() {
                left -= 1;
                match event.code {
                    0 => results += 1,
                    GONE => gone += 1,
                    _ => panics += 1,
                }
            }
        }
    }
    assert_eq!(results + gone + panics, calls);
    assert!(results > 0 && gone > 0 && panics > 0, "{results}, {gone}, {panics}");
    wait_for(|stats| stats.tasks == 0);
}

#[test]
fn threads_run_blocking_work_beside_tasks() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    open_calls("test", Some(|| Box::new(Threads::new(1))));
    let (sender, receiver) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    crate::spawn_blocking(move || released.recv().unwrap());
    crate::spawn(async { panic!("ends only the task") });
    crate::spawn_blocking(|| panic!("ends only the work"));
    crate::spawn(async move { sender.send(()).unwrap() });
    receiver.recv_timeout(Duration::from_secs(60)).expect("blocking work doesn't hold tasks up");
    release.send(()).unwrap();
    wait_for(|stats| stats.tasks == 0);
    shutdown();
    open_calls("test", None);
}
