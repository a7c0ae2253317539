//! Streams from their start to their last item, with an isolate that is a thread of the test.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;
use std::task::{Context, Poll};

use ffi_core::{FfiMessage, FfiPooled as _, PoolBox};
use futures_core::Stream;

use super::calls::{Guard, Isolate, wait_for};
use crate::boundary::{Failure, FfiOutput, StatusCode};
use crate::executor::{shutdown, stats};
use crate::mailbox::event::{GONE, READY};
use crate::mailbox::start_stream;

/// A message in a pool.
#[derive(FfiMessage)]
#[repr(C)]
#[ffi(pool = 64)]
struct Streamed {
    number: u64,
}

/// A stream of what a function returns.
struct Polled<F>(F);

impl<T, F: FnMut(&mut Context<'_>) -> Poll<Option<T>> + Unpin> Stream for Polled<F> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        (self.0)(context)
    }
}

/// A stream of the numbers below `to`.
fn numbers(to: u64) -> impl Stream<Item = u64> + Send + 'static {
    let mut next = 0;
    Polled(move |_: &mut Context<'_>| {
        next += 1;
        Poll::Ready((next <= to).then(|| next - 1))
    })
}

fn start<O, S>(isolate: &mut Isolate, window: u32, stream: S) -> u64
where
    O: FfiOutput + 'static,
    S: Stream<Item = Result<O, Failure>> + Send + 'static,
{
    let id = isolate.id();
    let status = &raw mut isolate.status;
    let mailbox = Arc::as_ptr(&isolate.mailbox);
    // SAFETY: the mailbox and the status are those of this isolate.
    let code = unsafe {
        start_stream::<O, S>(mailbox, id, status, window, || Ok(stream), |item| item.and_then(O::into_abi))
    };
    assert_eq!(code, 1);
    id
}

fn fine<T: Send + 'static>(
    stream: impl Stream<Item = T> + Send + 'static,
) -> impl Stream<Item = Result<T, Failure>> + Send + 'static {
    let mut stream = Box::pin(stream);
    Polled(move |context: &mut Context<'_>| stream.as_mut().poll_next(context).map(|item| item.map(Ok)))
}

/// Takes a batch of up to 16 items; returns its code.
fn take<T: Copy + Default>(isolate: &mut Isolate, id: u64) -> Result<Vec<T>, isize> {
    let mut items = [T::default(); 16];
    let (out, status) = (items.as_mut_ptr().cast(), &raw mut isolate.status);
    // SAFETY: there is room for 16 items, and the status is that of this isolate.
    let code = unsafe { isolate.mailbox.take_items(id, out, 16, status) };
    usize::try_from(code).map(|count| items[..count].to_vec()).map_err(|_| code)
}

/// Waits for items and takes a batch.
fn some(isolate: &mut Isolate, id: u64) -> Vec<usize> {
    loop {
        match take(isolate, id).expect("no item fails") {
            batch if batch.is_empty() => drop(isolate.drain()),
            batch => return batch,
        }
    }
}

/// Takes items until the last one, and waits for events whenever there are none.
fn all(isolate: &mut Isolate, id: u64) -> Vec<Result<u64, (i32, String)>> {
    let mut items = Vec::new();
    loop {
        match take::<u64>(isolate, id) {
            Ok(batch) if batch.is_empty() => {
                let events = isolate.drain();
                assert!(events.iter().all(|event| (event.call, event.code) == (id, READY)));
            }
            Ok(batch) => items.extend(batch.into_iter().map(Ok)),
            Err(-1) => items.push(Err(isolate.failure())),
            Err(code) => {
                assert_eq!(code, -2);
                return items;
            }
        }
    }
}

#[test]
fn items_come_in_order_and_all() {
    let mut isolate = Isolate::new();
    for (window, to) in [(1, 100), (3, 100), (64, 500_000), (1024, 0)] {
        let id = start(&mut isolate, window, fine(numbers(to)));
        let expected: Vec<_> = (0..to).map(Ok).collect();
        assert_eq!(all(&mut isolate, id), expected);
        assert_eq!(take::<u64>(&mut isolate, id), Ok(vec![]), "it is forgotten");
    }
}

#[test]
fn no_more_items_exist_than_the_window_has() {
    let mut isolate = Isolate::new();
    let granted = Arc::new(AtomicU32::new(5));
    let seen = Arc::clone(&granted);
    let mut made = 0;
    let id = start::<u64, _>(
        &mut isolate,
        5,
        Polled(move |_: &mut Context<'_>| {
            made += 1;
            assert!(made <= seen.load(Ordering::SeqCst), "{made} items");
            Poll::Ready((made <= 1000).then(|| Ok(u64::from(made))))
        }),
    );
    let (mut count, mut last) = (0, 0);
    while count < 1000 {
        // Taking gives credit for the batch before.
        granted.fetch_add(last, Ordering::SeqCst);
        let batch = take::<u64>(&mut isolate, id).expect("no item panics");
        last = batch.len() as u32;
        count += last;
        if last == 0 && count < 1000 {
            isolate.drain();
        }
    }
    granted.fetch_add(last + 1, Ordering::SeqCst);
    assert!(all(&mut isolate, id).is_empty());
}

#[test]
fn a_failure_is_an_item_and_a_panic_the_last() {
    let mut isolate = Isolate::new();
    let mut next = 0_u64;
    let stream = Polled(move |_: &mut Context<'_>| {
        next += 1;
        Poll::Ready(Some(match next {
            2 => Err(Failure::new(StatusCode::Error, "second")),
            3 => Err(Failure::no_value()),
            5 => panic!("fifth"),
            _ => Ok(next),
        }))
    });
    let id = start(&mut isolate, 4, stream);
    let expected = vec![
        Ok(1),
        Err((1, "second".to_owned())),
        Err((-1, String::new())),
        Ok(4),
        Err((2, "fifth".to_owned())),
    ];
    assert_eq!(all(&mut isolate, id), expected);
}

#[test]
fn a_cancelled_stream_is_dropped_before_its_event() {
    let mut isolate = Isolate::new();
    let (sender, dropped) = mpsc::channel();
    let guard = Guard(sender);
    let stream = Polled(move |_: &mut Context<'_>| {
        let _ = &guard;
        Poll::Ready(Some(Ok(1_u64)))
    });
    let id = start(&mut isolate, 4, stream);
    // Full: nothing was taken.
    assert!(isolate.mailbox.cancel(id));
    let last = loop {
        let events = isolate.drain();
        if let Some(event) = events.iter().find(|event| event.code != READY) {
            break *event;
        }
    };
    assert_eq!((last.call, last.code), (id, GONE));
    dropped.try_recv().expect("it was dropped before");
    assert_eq!(take::<u64>(&mut isolate, id), Ok(vec![]));
    assert!(!isolate.mailbox.cancel(id));
}

#[test]
fn a_stream_that_has_ended_is_forgotten_when_it_is_cancelled() {
    let mut isolate = Isolate::new();
    let pages = numbers(10);
    let live = Streamed::pool().stats().live;
    let id = start(&mut isolate, 64, boxes(pages));
    wait_for(|stats| stats.tasks == 0);
    assert_eq!(Streamed::pool().stats().live, live + 10);
    assert!(!isolate.mailbox.cancel(id));
    assert_eq!(Streamed::pool().stats().live, live);
    assert_eq!(take::<u64>(&mut isolate, id), Ok(vec![]));
}

fn boxes(
    numbers: impl Stream<Item = u64> + Send + 'static,
) -> impl Stream<Item = Result<PoolBox<Streamed>, Failure>> + Send + 'static {
    let mut numbers = Box::pin(numbers);
    Polled(move |context: &mut Context<'_>| {
        numbers.as_mut().poll_next(context).map(|number| {
            let number = number?;
            let page = Streamed::pool().try_alloc_with(|page| page.number = number);
            Some(page.map_err(|error| Failure::new(StatusCode::PoolExhausted, error.to_string())))
        })
    })
}

#[test]
fn slots_are_lent_until_the_next_batch() {
    let mut isolate = Isolate::new();
    let live = Streamed::pool().stats().live;
    let id = start(&mut isolate, 8, boxes(numbers(20)));
    let first = some(&mut isolate, id);
    assert!(first.len() <= if cfg!(feature = "pool-debug") { 1 } else { 8 });
    let kept = first[0] as *mut Streamed;
    // SAFETY: the status is that of this isolate.
    unsafe { isolate.mailbox.keep_item(id, 0, &raw mut isolate.status) };
    // SAFETY: the slot is the test's, and nothing writes to it.
    assert_eq!(unsafe { (*kept).number }, 0);
    let mut count = first.len();
    loop {
        match take::<usize>(&mut isolate, id) {
            Ok(batch) if batch.is_empty() => drop(isolate.drain()),
            Ok(batch) => count += batch.len(),
            Err(_) => break,
        }
    }
    assert_eq!(count, 20);
    assert_eq!(Streamed::pool().stats().live, live + 1, "only what was kept is left");
    // SAFETY: the test owns the slot, and doesn't use it any more.
    assert_eq!(unsafe { ffi_core::__private::pool_free(kept) }, 0);
}

#[test]
fn items_go_with_the_isolate() {
    let mut isolate = Isolate::new();
    let live = Streamed::pool().stats().live;
    let id = start(&mut isolate, 8, boxes(numbers(1 << 40)));
    some(&mut isolate, id);
    wait_for(|_| Streamed::pool().stats().live >= live + 8);
    isolate.mailbox.close();
    wait_for(|stats| stats.tasks == 0);
    // The executor may still hold the task that has ended, and its items.
    wait_for(|_| Streamed::pool().stats().live == live);
}

#[test]
fn a_shutdown_ends_streams() {
    let mut isolate = Isolate::new();
    let full = start(&mut isolate, 4, fine(numbers(1 << 40)));
    let pending = start::<u64, _>(&mut isolate, 4, Polled(|_: &mut Context<'_>| Poll::Pending));
    shutdown();
    let mut closed = Vec::new();
    while closed.len() < 2 {
        for event in isolate.drain() {
            if event.code != READY {
                assert_eq!(event.code, StatusCode::Closed as i32);
                closed.push(event.call);
            }
        }
    }
    assert!(closed.contains(&full) && closed.contains(&pending));
    wait_for(|stats| stats.tasks == 0);
}

#[test]
fn a_drop_that_panics_is_counted_once() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("in a drop");
        }
    }
    let mut isolate = Isolate::new();
    let before = stats().drop_panics;
    let bomb = Bomb;
    let stream = Polled(move |_: &mut Context<'_>| {
        let _ = &bomb;
        Poll::Ready(None::<Result<u64, Failure>>)
    });
    let id = start(&mut isolate, 4, stream);
    assert!(all(&mut isolate, id).is_empty());
    assert_eq!(stats().drop_panics, before + 1);
}
