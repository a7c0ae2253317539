//! Isolates that listen to queues, each a thread of the test.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use ffi_core::{FfiMessage, FfiPooled as _, FfiQueue};

use super::calls::Isolate;
use crate::boundary::StatusCode;
use crate::executor::shutdown;
use crate::mailbox::event::READY;
use crate::mailbox::post::FfiMailbox;
use crate::mailbox::queue_stream;
use crate::pool::ExportedQueue;

/// A message in a pool, which each test has a queue of.
#[derive(FfiMessage)]
#[repr(C)]
#[ffi(pool = 64)]
struct Heard {
    number: u64,
}

type Queue = FfiQueue<Heard, 8>;

fn listen(isolate: &mut Isolate, queue: &'static Queue) -> u64 {
    let id = isolate.id();
    let status = &raw mut isolate.status;
    // SAFETY: the mailbox and the status are those of this isolate.
    let code = unsafe { queue_stream(queue, Arc::as_ptr(&isolate.mailbox), id, status) };
    assert_eq!(code, 1);
    id
}

/// Pushes a message, and waits while the queue is full.
fn push(queue: &Queue, number: u64) {
    let mut message = loop {
        match Heard::pool().try_alloc_with(|message| message.number = number) {
            Ok(message) => break message,
            Err(_) => thread::yield_now(),
        }
    };
    while let Err(refused) = queue.try_push(message) {
        message = refused.into_value();
        thread::yield_now();
    }
}

/// Takes a message; returns its number, or the code.
fn take(isolate: &mut Isolate, id: u64) -> Result<u64, isize> {
    let mut slot: *mut Heard = std::ptr::null_mut();
    let (out, status) = ((&raw mut slot).cast(), &raw mut isolate.status);
    // SAFETY: there is room for a pointer, and the status is that of this isolate.
    match unsafe { isolate.mailbox.take_items(id, out, 1, status) } {
        // SAFETY: the slot is lent until the next call.
        1 => Ok(unsafe { (*slot).number }),
        code => Err(code),
    }
}

/// Returns true if an event waits, all of which are that there are messages.
fn told(mailbox: &FfiMailbox) -> bool {
    let mut events = [std::mem::MaybeUninit::<crate::mailbox::FfiEvent>::uninit(); 4];
    // SAFETY: there is room for four events.
    let count = unsafe { mailbox.drain(events.as_mut_ptr().cast(), 4) };
    // SAFETY: as many events were written.
    events[..count].iter().for_each(|event| assert_eq!(unsafe { event.assume_init() }.code, READY));
    count > 0
}

fn live() -> u64 {
    Heard::pool().stats().live
}

#[test]
fn messages_come_in_order_and_then_the_end() {
    static QUEUE: Queue = FfiQueue::new();
    let mut isolate = Isolate::new();
    let live = live();
    push(&QUEUE, 0);
    let id = listen(&mut isolate, &QUEUE);
    assert!(told(&isolate.mailbox), "for what was there before");
    assert_eq!((take(&mut isolate, id), take(&mut isolate, id)), (Ok(0), Err(0)));
    let pusher = thread::spawn(|| {
        (1..20_000).for_each(|number| push(&QUEUE, number));
        QUEUE.close();
    });
    let mut expected = 1;
    loop {
        match take(&mut isolate, id) {
            Ok(number) => {
                assert_eq!(number, expected);
                expected += 1;
            }
            Err(0) => while !told(&isolate.mailbox) {},
            Err(code) => {
                assert_eq!(code, -2);
                break;
            }
        }
    }
    pusher.join().unwrap();
    assert_eq!((expected, take(&mut isolate, id)), (20_000, Err(0)));
    assert_eq!(Heard::pool().stats().live, live);
    let late = listen(&mut isolate, &QUEUE);
    assert_eq!(take(&mut isolate, late), Err(-2), "a queue that was closed before");
}

#[test]
fn a_push_tells_once_and_nobody_when_nobody_waits() {
    static QUEUE: Queue = FfiQueue::new();
    let mut isolate = Isolate::new();
    let id = listen(&mut isolate, &QUEUE);
    assert!(told(&isolate.mailbox));
    push(&QUEUE, 1);
    assert!(!told(&isolate.mailbox), "it has not looked yet");
    assert_eq!((take(&mut isolate, id), take(&mut isolate, id)), (Ok(1), Err(0)));
    assert!(!told(&isolate.mailbox));
    (2..5).for_each(|number| push(&QUEUE, number));
    assert!(told(&isolate.mailbox) && !told(&isolate.mailbox), "once for three");
    assert!(!isolate.mailbox.cancel(id), "it is over at once");
    push(&QUEUE, 5);
    assert!(!told(&isolate.mailbox));
    assert_eq!(take(&mut isolate, id), Err(0));
    let rest: Vec<_> = std::iter::from_fn(|| QUEUE.try_pop().ok()).map(|message| message.number).collect();
    assert_eq!(rest, [2, 3, 4, 5], "what was not taken stays in the queue");
}

#[test]
fn each_message_goes_to_one_of_those_that_listen() {
    static QUEUE: Queue = FfiQueue::new();
    static SUM: AtomicU64 = AtomicU64::new(0);
    let mut isolate = Isolate::new();
    let live = live();
    let ids = [listen(&mut isolate, &QUEUE), listen(&mut isolate, &QUEUE)];
    let popper = thread::spawn(|| {
        while !(QUEUE.is_closed() && QUEUE.is_empty()) {
            if let Ok(message) = QUEUE.try_pop() {
                SUM.fetch_add(message.number, Ordering::Relaxed);
            }
        }
    });
    let pushers = [0, 1]
        .map(|thread| thread::spawn(move || (0..5_000).for_each(|number| push(&QUEUE, 2 * number + thread))));
    let closer = thread::spawn(|| {
        pushers.into_iter().for_each(|pusher| pusher.join().unwrap());
        QUEUE.close();
    });
    let mut ended = [false; 2];
    while ended != [true; 2] {
        for (id, ended) in ids.into_iter().zip(&mut ended) {
            match take(&mut isolate, id) {
                Ok(number) => drop(SUM.fetch_add(number, Ordering::Relaxed)),
                Err(code) => *ended |= code == -2,
            }
        }
    }
    closer.join().unwrap();
    popper.join().unwrap();
    assert_eq!(SUM.load(Ordering::Relaxed), (0..10_000).sum::<u64>());
    assert_eq!(Heard::pool().stats().live, live);
}

#[test]
fn what_an_isolate_has_is_given_back_with_it() {
    static QUEUE: Queue = FfiQueue::new();
    let mut isolate = Isolate::new();
    let live = live();
    (0..3).for_each(|number| push(&QUEUE, number));
    let owners = Arc::strong_count(&isolate.mailbox);
    let id = listen(&mut isolate, &QUEUE);
    assert_eq!(take(&mut isolate, id), Ok(0));
    assert_eq!(Heard::pool().stats().live, live + 3);
    isolate.mailbox.close();
    assert_eq!(Heard::pool().stats().live, live + 2);
    assert_eq!(Arc::strong_count(&isolate.mailbox), owners, "the queue has forgotten it");
    // Nobody listens any more.
    push(&QUEUE, 3);
    let rest: Vec<_> = std::iter::from_fn(|| QUEUE.try_pop().ok()).map(|message| message.number).collect();
    assert_eq!(rest, [1, 2, 3]);
}

#[test]
fn a_shutdown_ends_what_listens() {
    static QUEUE: Queue = FfiQueue::new();
    let mut isolate = Isolate::new();
    let id = listen(&mut isolate, &QUEUE);
    assert_eq!(take(&mut isolate, id), Err(0));
    shutdown();
    let last = isolate.drain().pop().expect("there is one");
    assert_eq!((last.call, last.code), (id, StatusCode::Closed as i32));
    assert_eq!(take(&mut isolate, id), Err(0));
    let status = &raw mut isolate.status;
    // SAFETY: the mailbox and the status are those of this isolate.
    let refused = unsafe { queue_stream(&QUEUE, Arc::as_ptr(&isolate.mailbox), 9, status) };
    assert_eq!((refused, isolate.failure().0), (0, StatusCode::Closed as i32));
}

#[test]
fn a_message_is_kept_by_the_isolate() {
    static QUEUE: Queue = FfiQueue::new();
    let mut isolate = Isolate::new();
    let live = live();
    (0..2).for_each(|number| push(&QUEUE, number));
    let id = listen(&mut isolate, &QUEUE);
    let mut slot: *mut Heard = std::ptr::null_mut();
    let (out, status) = ((&raw mut slot).cast(), &raw mut isolate.status);
    // SAFETY: there is room for a pointer, and the status is that of this isolate.
    assert_eq!(unsafe { isolate.mailbox.take_items(id, out, 256, status) }, 1, "one at a time");
    // SAFETY: the status is that of this isolate.
    unsafe { isolate.mailbox.keep_item(id, 0, status) };
    assert_eq!(take(&mut isolate, id), Ok(1));
    assert_eq!(Heard::pool().stats().live, live + 2);
    // SAFETY: the slot is the isolate's, which uses it no more.
    assert_eq!(unsafe { ffi_core::__private::pool_free(slot) }, 0);
    assert!(!isolate.mailbox.cancel(id));
    assert_eq!(Heard::pool().stats().live, live);
    assert!(ExportedQueue::is_closed(&QUEUE) || QUEUE.is_empty());
}
