//! Functions of Dart that are kept, with an isolate that is a thread of the test.

use std::future::Future as _;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll, Waker};
use std::thread;

use ffi_core::{FfiMessage, FfiPooled as _, PoolBox};

use super::calls::Isolate;
use crate::boundary::{DartError, FfiCallbackText};
use crate::executor::shutdown;
use crate::mailbox::event::{ASKED, Asking, FfiEvent, RELEASED};
use crate::mailbox::{Ask, AskError, DartFn, DartGone};

/// A message in a pool.
#[derive(FfiMessage)]
#[repr(C)]
#[ffi(pool = 64)]
struct Asked {
    number: u64,
}

const NUMBER: u64 = 1 << 32 | 7;

fn adopt<F: crate::boundary::FfiSignature>(isolate: &Isolate) -> DartFn<F> {
    // SAFETY: the mailbox is that of the test, which stands for an isolate with such a function.
    unsafe { DartFn::adopt(Arc::as_ptr(&isolate.mailbox), NUMBER, "function") }.unwrap()
}

/// Returns the value of an event that calls a function.
fn asking(event: &FfiEvent) -> Asking {
    assert_eq!((event.code, event.call), (ASKED, NUMBER));
    // SAFETY: the value of such an event is of that type.
    unsafe { event.value().cast::<Asking>().read() }
}

/// Returns the argument at `index` of an event that was drained last.
fn argument<T: Copy>(event: &FfiEvent, index: usize) -> T {
    // SAFETY: there are as many arguments.
    let place = unsafe { asking(event).places.add(index) };
    // SAFETY: the place has the address of the argument, which stays until the next drain.
    let argument = unsafe { place.read() };
    // SAFETY: the argument has this C type.
    unsafe { argument.cast::<T>().read() }
}

fn answer<T>(isolate: &Isolate, event: &FfiEvent, result: T) {
    let asked = isolate.mailbox.answered(asking(event).ask).expect("somebody waits");
    // SAFETY: it is the place of a result of the function's type.
    unsafe { asked.answer((&raw const result).cast()) };
}

fn poll<R>(ask: &mut Ask<R>) -> Poll<Result<R, AskError>> {
    std::pin::Pin::new(ask).poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn calls_are_answered_in_any_order() {
    let isolate = Isolate::new();
    let function = adopt::<fn(u64, bool) -> u16>(&isolate);
    let (mut first, mut second) = (function.call(1, true), function.call(2, false));
    let events = isolate.drain();
    assert_eq!(events.iter().map(|it| argument::<u64>(it, 0)).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(argument::<u8>(&events[0], 1), 1);
    answer(&isolate, &events[1], 20_u16);
    assert_eq!(poll(&mut first), Poll::Pending);
    assert_eq!(poll(&mut second), Poll::Ready(Ok(20)));
    answer(&isolate, &events[0], 10_u16);
    assert_eq!(poll(&mut first), Poll::Ready(Ok(10)));
    // The clone keeps the function.
    drop(function.clone());
    assert_eq!(function.notify(3, true), Ok(()));
    let events = isolate.drain();
    assert_eq!((argument::<u64>(&events[0], 0), asking(&events[0]).ask), (3, 0));
    thread::spawn(move || drop(function)).join().unwrap();
    let events = isolate.drain();
    assert_eq!((events[0].code, events[0].call), (RELEASED, NUMBER));
}

#[test]
fn text_exceptions_and_invalid_bytes() {
    let isolate = Isolate::new();
    let function = adopt::<fn() -> String>(&isolate);
    let mut ask = function.call();
    let text = "an answer";
    let written = FfiCallbackText { data: text.as_ptr(), len: text.len() };
    answer(&isolate, &isolate.drain()[0], written);
    assert_eq!(poll(&mut ask), Poll::Ready(Ok("an answer".to_owned())));
    let mut ask = function.call();
    let asked = isolate.mailbox.answered(asking(&isolate.drain()[0]).ask).unwrap();
    asked.fail(b"thrown");
    // The first result counts.
    asked.gone();
    assert_eq!(poll(&mut ask), Poll::Ready(Err(AskError::Dart(DartError::new("thrown")))));
    let flags = adopt::<fn() -> bool>(&isolate);
    let mut ask = flags.call();
    answer(&isolate, &isolate.drain()[0], 2_u8);
    assert_eq!(poll(&mut ask), Poll::Ready(Err(AskError::Dart(DartError::new("2 is not a bool")))));
    let mut ask = flags.call();
    let asked = isolate.mailbox.answered(asking(&isolate.drain()[0]).ask).unwrap();
    // SAFETY: null is refused.
    unsafe { asked.answer(ptr::null()) };
    assert!(matches!(poll(&mut ask), Poll::Ready(Err(AskError::Dart(_)))));
}

#[test]
fn an_answer_that_nobody_waits_for_is_forgotten() {
    let isolate = Isolate::new();
    let function = adopt::<fn() -> u8>(&isolate);
    drop(function.call());
    let ask = asking(&isolate.drain()[0]).ask;
    assert!(isolate.mailbox.answered(ask).is_none());
}

#[test]
fn the_end_of_the_isolate_ends_calls_at_once() {
    let isolate = Isolate::new();
    let function = adopt::<fn(PoolBox<Asked>) -> u8>(&isolate);
    let slot = || Asked::pool().alloc().unwrap();
    let before = Asked::pool().stats().live;
    let mut waiting = function.call(slot());
    assert_eq!(isolate.drain().len(), 1);
    let mut behind = function.call(slot());
    assert_eq!(function.notify(slot()), Ok(()));
    isolate.mailbox.close();
    assert_eq!(poll(&mut waiting), Poll::Ready(Err(AskError::Gone)));
    assert_eq!(poll(&mut behind), Poll::Ready(Err(AskError::Gone)));
    assert_eq!(poll(&mut function.call(slot())), Poll::Ready(Err(AskError::Gone)));
    assert_eq!(function.call_blocking(slot()), Err(AskError::Gone));
    assert_eq!(function.notify(slot()), Err(DartGone));
    drop(function);
    assert_eq!(Asked::pool().stats().live, before);
}

#[test]
fn a_shutdown_ends_calls_and_refuses_others() {
    let isolate = Isolate::new();
    let function = adopt::<fn() -> u8>(&isolate);
    let mut waiting = function.call();
    shutdown();
    assert_eq!(poll(&mut waiting), Poll::Ready(Err(AskError::Gone)));
    assert_eq!(poll(&mut function.call()), Poll::Ready(Err(AskError::Gone)));
    assert_eq!(function.notify(), Err(DartGone));
}

#[test]
fn eight_threads_ask_while_the_isolate_ends() {
    for round in 0..50 {
        let isolate = Isolate::new();
        let function = adopt::<fn(u32) -> u32>(&isolate);
        let gone = AtomicU32::new(0);
        thread::scope(|scope| {
            for _ in 0..8 {
                let (function, gone) = (function.clone(), &gone);
                scope.spawn(move || {
                    for number in 0.. {
                        match function.call_blocking(number) {
                            Ok(answer) => assert_eq!(answer, number + 1),
                            Err(error) => {
                                assert_eq!(error, AskError::Gone);
                                break;
                            }
                        }
                    }
                    gone.fetch_add(1, Ordering::SeqCst);
                });
            }
            for _ in 0..round {
                for event in isolate.drain() {
                    answer(&isolate, &event, argument::<u32>(&event, 0) + 1);
                }
            }
            isolate.mailbox.close();
        });
        assert_eq!(gone.load(Ordering::SeqCst), 8);
    }
}
