//! Tests of the shutdown of exported queues, in a process of its own, as it closes all of them.

use std::thread;
use std::time::Duration;

use ffi_core::{FfiMessage, FfiPooled, FfiQueue, PopError, PushError, ffi_export, pool};

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(pool = 16)]
struct Job {
    number: u32,
}

/// A queue with messages.
#[ffi_export]
static JOBS: FfiQueue<Job, 4> = FfiQueue::new();

/// A queue whose consumer waits for the first message when the library ends.
#[ffi_export]
static RARE: FfiQueue<Job, 4> = FfiQueue::new();

/// A queue that nobody has touched when the library ends.
#[ffi_export]
static UNUSED: FfiQueue<Job, 4> = FfiQueue::new();

/// A queue that its producer closes.
#[ffi_export]
static FINISHED: FfiQueue<Job, 4> = FfiQueue::new();

fn push<const N: usize>(queue: &FfiQueue<Job, N>, number: u32) -> Result<(), PushError<u32>> {
    let job = Job::pool().try_alloc_with(|job| job.number = number).expect("a slot is free");
    queue.try_push(job).map_err(|refused| match refused {
        PushError::Closed(job) => PushError::Closed(job.number),
        refused => panic!("{refused}"),
    })
}

/// Pops until the queue has ended, and returns the sum of the numbers.
fn consume<const N: usize>(queue: &FfiQueue<Job, N>) -> u32 {
    let mut sum = 0;
    loop {
        // Before the pop: what was pushed before the end is there then.
        let is_closed = queue.is_closed();
        match queue.try_pop() {
            Ok(job) => sum += job.number,
            Err(PopError::Empty) if is_closed => return sum,
            Err(_) => thread::sleep(Duration::from_millis(1)),
        }
    }
}

#[test]
fn consumers_see_the_end_of_the_library_and_queues_open_again() {
    push(&FINISHED, 1).expect("it is open");
    FINISHED.close();
    push(&JOBS, 2).expect("it is open");
    let consumer = thread::spawn(|| consume(&RARE));
    while !RARE.is_empty() || JOBS.is_closed() {
        thread::yield_now();
    }
    // The consumer has asked, or does so after the shutdown: it is told in both cases.
    pool::shutdown();
    assert_eq!(consumer.join().expect("it doesn't panic"), 0);
    for queue in [&JOBS, &RARE, &UNUSED, &FINISHED] {
        assert!(queue.is_closed(), "{queue:?}");
    }
    assert_eq!(consume(&JOBS), 2, "what was pushed before is there");

    pool::reopen();
    for queue in [&JOBS, &RARE, &UNUSED] {
        assert!(!queue.is_closed(), "{queue:?}");
        push(queue, 3).expect("it is open again");
        queue.close();
        assert_eq!(consume(queue), 3);
    }
    assert!(FINISHED.is_closed(), "its producer has closed it");
    assert!(matches!(push(&FINISHED, 4), Err(PushError::Closed(4))));
    assert_eq!(consume(&FINISHED), 1);

    // A close during the shutdown holds after it.
    pool::shutdown();
    JOBS.close();
    pool::reopen();
    assert!(JOBS.is_closed());
}
