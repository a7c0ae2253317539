//! Rings of queues: under loom, and with a thread that is stopped in the middle.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use loom::sync::Arc;
use loom::sync::atomic::AtomicU64 as LoomU64;
use loom::thread;
use proptest::prelude::*;

use crate::pool::ring::{NoRoom, NoValue, Ring};

type Model<const N: usize> = Arc<Ring<N, LoomU64>>;

fn ring<const N: usize>() -> Model<N> {
    Arc::new(Ring::of(|| LoomU64::new(0)))
}

fn explore(model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(2);
    builder.check(model);
}

/// Pops until a value is there; the pushes are under way.
fn pop<const N: usize>(ring: &Ring<N, LoomU64>) -> u64 {
    loop {
        match ring.pop() {
            Ok(value) => return value,
            Err(_) => thread::yield_now(),
        }
    }
}

/// Tests that each value comes out once, with two pushers and two poppers.
#[test]
fn loom_each_value_comes_out_once() {
    explore(|| {
        let ring = ring::<2>();
        let pushers = [1, 2].map(|value| {
            let ring = Arc::clone(&ring);
            thread::spawn(move || ring.push(value))
        });
        let first = pop(&ring);
        let mut all = vec![first];
        // The first of all is told.
        let told = pushers.map(|pusher| pusher.join().unwrap().unwrap());
        assert_eq!(told.iter().filter(|told| **told).count(), 1);
        all.push(ring.pop().unwrap());
        all.sort_unstable();
        assert_eq!((all, ring.pop()), (vec![1, 2], Err(NoValue::Empty)));
    });
}

/// Tests that one cell goes through several laps.
#[test]
fn loom_a_ring_of_one_hands_over_in_order() {
    explore(|| {
        let ring = ring::<1>();
        let pusher = {
            let ring = Arc::clone(&ring);
            thread::spawn(move || {
                for value in [1, 2] {
                    while ring.push(value) == Err(NoRoom::Full) {
                        thread::yield_now();
                    }
                }
            })
        };
        assert_eq!([pop(&ring), pop(&ring)], [1, 2]);
        pusher.join().unwrap();
        assert_eq!((ring.pop(), ring.len()), (Err(NoValue::Empty), 0));
    });
}

/// Tests that a push which races with the end is either in the ring or refused, and that an empty
/// ring stays empty.
#[test]
fn loom_closing_loses_nothing() {
    explore(|| {
        let ring = ring::<2>();
        let pusher = {
            let ring = Arc::clone(&ring);
            thread::spawn(move || ring.push(1))
        };
        ring.close();
        let popped = loop {
            match ring.pop() {
                Ok(value) => break Some(value),
                Err(NoValue::Empty) => break None,
                Err(NoValue::Busy) => thread::yield_now(),
            }
        };
        let pushed = pusher.join().unwrap();
        assert_eq!(popped.is_some(), pushed.is_ok(), "{popped:?} {pushed:?}");
        assert_eq!((ring.pop(), ring.push(2)), (Err(NoValue::Empty), Err(NoRoom::Closed)));
    });
}

/// Tests pops while a pusher is stopped between taking its place and writing there.
#[test]
fn a_stopped_pusher_is_waited_for_a_millisecond() {
    let ring = Ring::<4>::new();
    let told = "the first of all is told";
    assert_eq!((ring.push(1), ring.pop(), ring.pop()), (Ok(true), Ok(1), Err(NoValue::Empty)), "{told}");
    let finish = ring.begin_push();
    assert_eq!(ring.push(3), Ok(false));
    let start = Instant::now();
    assert_eq!((ring.pop(), ring.len()), (Err(NoValue::Busy), 2));
    let waited = start.elapsed();
    assert!((Duration::from_millis(1)..Duration::from_millis(200)).contains(&waited), "{waited:?}");
    finish(2);
    assert_eq!([ring.pop(), ring.pop(), ring.pop()], [Ok(2), Ok(3), Err(NoValue::Empty)]);
}

/// Tests operations that don't wait, while a pusher and a popper are stopped in the middle.
#[test]
fn an_operation_that_does_not_wait_says_at_once_that_it_cannot() {
    let ring = Ring::<1>::new();
    let finish = ring.begin_push();
    assert_eq!(ring.pop_within(8), Err(NoValue::Busy));
    assert_eq!(ring.push_within(2, 8), Err(NoRoom::Full));
    finish(1);
    let finish = ring.begin_pop();
    assert_eq!(ring.pop_within(8), Err(NoValue::Empty));
    assert_eq!(ring.push_within(2, 8), Err(NoRoom::Full), "its popper still reads");
    assert_eq!(finish(), 1);
    assert_eq!((ring.push_within(2, 8), ring.pop_within(8)), (Ok(false), Ok(2)));
}

proptest! {
    #[test]
    fn a_ring_is_a_queue(steps in prop::collection::vec(any::<bool>(), 0..300)) {
        let (ring, mut naive) = (Ring::<3>::new(), VecDeque::new());
        let (mut pushed, mut popped) = (0, 0);
        for (number, push) in steps.into_iter().enumerate() {
            let number = number as u64;
            if push {
                // The first of all is told.
                let expected = if naive.len() < 3 { Ok(pushed == 0) } else { Err(NoRoom::Full) };
                prop_assert_eq!(ring.push(number), expected);
                if expected.is_ok() {
                    naive.push_back(number);
                    pushed += 1;
                }
            } else {
                popped += u64::from(!naive.is_empty());
                prop_assert_eq!(ring.pop(), naive.pop_front().ok_or(NoValue::Empty));
            }
            prop_assert_eq!(ring.len(), naive.len());
            prop_assert_eq!(ring.totals(), (pushed, popped));
        }
    }
}
