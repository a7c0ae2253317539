//! Streams of Dart, with an isolate that is a thread of the test.

use std::pin::pin;
use std::sync::{Arc, mpsc};
use std::task::{Context, Poll, Waker};
use std::thread;

use ffi_core::{FfiMessage, FfiPooled as _, PoolBox};

use super::calls::{Isolate, wait_for};
use crate::DartError;
use crate::boundary::{FfiOutput, StatusCode};
use crate::executor::shutdown;
use crate::mailbox::event::{DROPPED, GONE, WANTS};
use crate::mailbox::{FfiInput, FfiInputItem, open_input, start_async};

/// A message in a pool.
#[derive(FfiMessage)]
#[repr(C)]
#[ffi(pool = 64)]
struct Read {
    number: u64,
}

const ITEM: u32 = 0;
const ERROR: u32 = 1;
const END: u32 = 2;
const LAST_ERROR: u32 = 3;
const ASK: u32 = 4;
const ITEMS: u32 = 5;

/// Starts a call whose input has that window; returns the numbers of the input and of the call.
fn start<T, O, F>(isolate: &mut Isolate, window: u32, body: impl FnOnce(FfiInput<T>) -> F) -> (u64, u64)
where
    T: FfiInputItem,
    O: FfiOutput + 'static,
    F: Future<Output = O> + Send + 'static,
{
    let (input, call) = (isolate.id(), isolate.id());
    let status = &raw mut isolate.status;
    let mailbox = Arc::as_ptr(&isolate.mailbox);
    // SAFETY: the mailbox is that of this isolate.
    let open = || unsafe { open_input(mailbox, input, window, "numbers") }.map(body);
    // SAFETY: the mailbox and the status are those of this isolate.
    let code = unsafe { start_async::<O, F>(mailbox, call, status, open, FfiOutput::into_abi) };
    assert_eq!(code, 1);
    (input, call)
}

fn put_bytes(isolate: &mut Isolate, input: u64, kind: u32, bytes: &[u8]) -> isize {
    let status = &raw mut isolate.status;
    // SAFETY: the data is that of an item, or text, and the status is that of this isolate.
    unsafe { isolate.mailbox.put_input(input, kind, bytes.as_ptr(), bytes.len(), status) }
}

fn put(isolate: &mut Isolate, input: u64, number: u64) -> isize {
    put_bytes(isolate, input, ITEM, &number.to_ne_bytes())
}

/// Waits for the end of a call, and for credit meanwhile; returns the number of events that there
/// is some, and the code of the call.
fn finish(isolate: &Isolate, call: u64) -> (usize, i32) {
    let mut wants = 0;
    loop {
        for event in isolate.drain() {
            match event.code {
                WANTS => wants += 1,
                code if event.call == call => return (wants, code),
                _ => {}
            }
        }
    }
}

/// Polls an input once on this thread.
fn poll<T: FfiInputItem>(input: &mut FfiInput<T>) -> Poll<Option<Result<T, DartError>>> {
    pin!(input.next()).poll(&mut Context::from_waker(Waker::noop()))
}

fn opened<T: FfiInputItem>(isolate: &mut Isolate, window: u32) -> (u64, FfiInput<T>) {
    let id = isolate.id();
    // SAFETY: the mailbox is that of this isolate.
    (id, unsafe { open_input(Arc::as_ptr(&isolate.mailbox), id, window, "numbers") }.unwrap())
}

/// Sends how many numbers have come, which are those from 0 on.
async fn count(mut input: FfiInput<u64>, sender: mpsc::Sender<u64>) {
    let mut expected = 0;
    while let Some(number) = input.next().await {
        assert_eq!(number, Ok(expected));
        expected += 1;
    }
    sender.send(expected).unwrap();
}

#[test]
fn items_come_in_order_and_all() {
    let mut isolate = Isolate::new();
    for window in [1, 2, 3, 64, 1024] {
        let (sender, results) = mpsc::channel();
        let (input, call) = start(&mut isolate, window, |input| count(input, sender));
        let mut room = 1;
        for number in 0..20_000 {
            // An event may be that of an earlier wait, so it asks for room.
            while room == 0 {
                assert!(isolate.drain().iter().all(|event| event.code == WANTS));
                room = put_bytes(&mut isolate, input, ASK, &[]);
            }
            room = put(&mut isolate, input, number);
            assert!((0..=window as isize).contains(&room), "{room}");
        }
        assert!(put_bytes(&mut isolate, input, END, &[]) >= 0);
        assert_eq!(finish(&isolate, call).1, 0);
        assert_eq!(results.recv(), Ok(20_000));
        assert_eq!(put(&mut isolate, input, 1), -2, "it is forgotten");
    }
}

/// Puts numbers together.
fn put_many(isolate: &mut Isolate, input: u64, numbers: impl IntoIterator<Item = u64>) -> isize {
    let bytes: Vec<_> = numbers.into_iter().flat_map(u64::to_ne_bytes).collect();
    put_bytes(isolate, input, ITEMS, &bytes)
}

/// Returns the items that are there.
fn taken<T: FfiInputItem>(input: &mut FfiInput<T>) -> Vec<Result<T, DartError>> {
    let next = || match poll(input) {
        Poll::Ready(item) => item,
        Poll::Pending => None,
    };
    std::iter::from_fn(next).collect()
}

#[test]
fn items_that_are_put_together_come_in_order_and_all() {
    let mut isolate = Isolate::new();
    for window in [1, 2, 3, 64, 1024] {
        let (sender, results) = mpsc::channel();
        let (input, call) = start(&mut isolate, window, |input| count(input, sender));
        let (mut room, mut next) = (1, 0);
        while next < 20_000 {
            while room == 0 {
                assert!(isolate.drain().iter().all(|event| event.code == WANTS));
                room = put_bytes(&mut isolate, input, ASK, &[]);
            }
            let count = (room as u64).min(256).min(20_000 - next);
            room = put_many(&mut isolate, input, next..next + count);
            assert!((0..=window as isize).contains(&room), "{room}");
            next += count;
        }
        assert!(put_bytes(&mut isolate, input, END, &[]) >= 0);
        assert_eq!(finish(&isolate, call).1, 0);
        assert_eq!(results.recv(), Ok(20_000));
        assert_eq!(put_many(&mut isolate, input, [1]), -2, "it is forgotten");
    }
}

#[test]
fn items_that_are_put_together_need_room_and_are_errors_in_their_places() {
    let mut isolate = Isolate::new();
    let (id, mut input) = opened::<bool>(&mut isolate, 4);
    assert_eq!(put_bytes(&mut isolate, id, ITEMS, &[1, 7, 0]), 1);
    assert_eq!(put_bytes(&mut isolate, id, ITEMS, &[1, 1]), -3, "none of both is put");
    assert_eq!(put_bytes(&mut isolate, id, ITEMS, &[]), 1);
    assert_eq!(taken(&mut input), [Ok(true), Err(DartError::new("numbers: 7 is not a bool")), Ok(false)]);
    let (id, mut input) = opened::<u64>(&mut isolate, 4);
    assert_eq!(put_bytes(&mut isolate, id, ITEMS, &[0; 12]), -1, "one and a half");
    assert_eq!(isolate.failure().0, StatusCode::InvalidArgument as i32);
    assert_eq!(put_many(&mut isolate, id, [5]), 3);
    assert_eq!(taken(&mut input), [Ok(5)]);
    let (id, input) = opened::<String>(&mut isolate, 4);
    assert_eq!(put_bytes(&mut isolate, id, ITEMS, b"text"), -1, "no values");
    assert_eq!(isolate.failure().0, StatusCode::InvalidArgument as i32);
    drop(input);
}

#[test]
fn no_more_items_exist_than_the_window_has() {
    let mut isolate = Isolate::new();
    let (id, mut input) = opened::<u64>(&mut isolate, 4);
    let rooms: Vec<_> = (0..4).map(|number| put(&mut isolate, id, number)).collect();
    assert_eq!(rooms, [3, 2, 1, 0]);
    assert_eq!(put(&mut isolate, id, 4), -3);
    // Half of the window is given back at once.
    assert_eq!((poll(&mut input), poll(&mut input)), (Poll::Ready(Some(Ok(0))), Poll::Ready(Some(Ok(1)))));
    assert_eq!(
        isolate.drain().iter().map(|event| (event.call, event.code)).collect::<Vec<_>>(),
        [(id, WANTS)]
    );
    assert_eq!(put_bytes(&mut isolate, id, ASK, &[]), 2);
    assert_eq!((put(&mut isolate, id, 4), put(&mut isolate, id, 5)), (1, 0));
    assert_eq!(put_bytes(&mut isolate, id, ASK, &[]), 0, "as after an event that came late");
    let rest: Vec<_> = std::iter::from_fn(|| match poll(&mut input) {
        Poll::Ready(item) => item,
        Poll::Pending => None,
    })
    .collect();
    assert_eq!(rest, [Ok(2), Ok(3), Ok(4), Ok(5)]);
    drop(input);
}

#[test]
fn errors_are_items_and_the_last_one_needs_no_room() {
    let mut isolate = Isolate::new();
    let (id, mut input) = opened::<bool>(&mut isolate, 3);
    assert_eq!(put_bytes(&mut isolate, id, ITEM, &[1]), 2);
    assert_eq!(put_bytes(&mut isolate, id, ITEM, &[2]), -1, "no bool");
    assert_eq!(isolate.failure(), (StatusCode::InvalidValue as i32, "numbers: 2 is not a bool".to_owned()));
    assert_eq!(put_bytes(&mut isolate, id, ITEM, &[1, 1]), -1, "too long");
    assert_eq!(isolate.failure().0, StatusCode::InvalidArgument as i32);
    assert_eq!(put_bytes(&mut isolate, id, ERROR, b"first \xff"), 1);
    assert_eq!(put_bytes(&mut isolate, id, ITEM, &[0]), 0);
    assert_eq!(put_bytes(&mut isolate, id, LAST_ERROR, b"last"), 0);
    let items: Vec<_> = std::iter::from_fn(|| match poll(&mut input) {
        Poll::Ready(item) => item,
        Poll::Pending => None,
    })
    .collect();
    let error = |text: &str| Err(DartError::new(text));
    assert_eq!(items, [Ok(true), error("first \u{fffd}"), Ok(false), error("last")]);
    assert_eq!(poll(&mut input), Poll::Ready(None));
    drop(input);
}

#[test]
fn an_input_that_is_dropped_gives_back_what_it_had() {
    let mut isolate = Isolate::new();
    let live = Read::pool().stats().live;
    let (id, input) = opened::<PoolBox<Read>>(&mut isolate, 8);
    let slot = |number| Read::pool().try_alloc_with(|it| it.number = number).unwrap().into_raw().as_ptr();
    let mut give = |slot: *mut Read| {
        let status = &raw mut isolate.status;
        // SAFETY: the slot is the isolate's, which doesn't use it any more, unless it is refused.
        unsafe { isolate.mailbox.put_input(id, ITEM, slot.cast(), 1, status) }
    };
    assert_eq!((give(slot(1)), give(slot(2))), (7, 6));
    let twice = slot(3);
    assert_eq!((give(twice), give(twice)), (5, -1), "it is Rust's");
    assert_eq!(Read::pool().stats().live, live + 3);
    drop(input);
    assert_eq!(Read::pool().stats().live, live);
    let late = slot(4);
    assert_eq!(give(late), -2);
    // SAFETY: the slot was refused, so it is still the isolate's, which uses it no more.
    assert_eq!(unsafe { ffi_core::__private::pool_free(late) }, 0);
    let events: Vec<_> = isolate.drain().iter().map(|event| (event.call, event.code)).collect();
    assert_eq!(events, [(id, DROPPED)]);
    isolate.failure();
}

#[test]
fn a_cancelled_call_drops_its_input() {
    let mut isolate = Isolate::new();
    let (input, call) = start(&mut isolate, 8, |input: FfiInput<u64>| async move {
        std::future::pending::<()>().await;
        drop(input);
    });
    assert_eq!(put(&mut isolate, input, 1), 7);
    assert!(isolate.mailbox.cancel(call));
    let mut events = Vec::new();
    while events.len() < 2 {
        events.extend(isolate.drain().iter().map(|event| (event.call, event.code)));
    }
    assert_eq!(events, [(input, DROPPED), (call, GONE)]);
}

#[test]
fn what_an_isolate_has_put_comes_before_its_end() {
    for _ in 0..200 {
        let mut isolate = Isolate::new();
        let (id, mut input) = opened::<u64>(&mut isolate, 64);
        let (sender, results) = mpsc::channel();
        // On a thread of its own, as the tasks of the isolate end with it.
        let reader = thread::spawn(move || {
            let mut context = Context::from_waker(Waker::noop());
            loop {
                let Poll::Ready(item) = pin!(input.next()).poll(&mut context) else { continue };
                let Some(item) = item else { return };
                sender.send(item).unwrap();
            }
        });
        for number in 0..9 {
            assert!(put(&mut isolate, id, number) > 0);
        }
        isolate.mailbox.close();
        reader.join().unwrap();
        let items: Vec<_> = results.iter().collect();
        let (last, items) = items.split_last().unwrap();
        assert_eq!(items, (0..9).map(Ok).collect::<Vec<_>>());
        assert!(last.as_ref().is_err_and(DartError::is_gone), "{last:?}");
    }
}

#[test]
fn a_shutdown_ends_inputs() {
    let mut isolate = Isolate::new();
    let (id, mut input) = opened::<u64>(&mut isolate, 4);
    assert_eq!(put(&mut isolate, id, 1), 3);
    shutdown();
    assert_eq!(poll(&mut input), Poll::Ready(Some(Ok(1))));
    assert!(matches!(poll(&mut input), Poll::Ready(Some(Err(error))) if error.is_gone()));
    assert_eq!(poll(&mut input), Poll::Ready(None));
    let events: Vec<_> = isolate.drain().iter().map(|event| (event.call, event.code)).collect();
    assert!(events.contains(&(id, StatusCode::Closed as i32)), "{events:?}");
    drop(input);
    wait_for(|stats| stats.tasks == 0);
}

#[test]
fn an_input_of_rust_has_its_items() {
    let mut input = FfiInput::of([Ok("one".to_owned()), Err(DartError::new("lost"))]);
    assert_eq!(poll(&mut input), Poll::Ready(Some(Ok("one".to_owned()))));
    assert_eq!(poll(&mut input), Poll::Ready(Some(Err(DartError::new("lost")))));
    assert_eq!(poll(&mut input), Poll::Ready(None));
    assert_eq!(poll(&mut FfiInput::<u8>::of([])), Poll::Ready(None));
}
