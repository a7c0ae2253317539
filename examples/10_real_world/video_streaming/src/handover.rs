//! A queue from one thread to the next, with a policy for when it is full.

use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use ffi_core::{FfiPooled, FfiQueue, PoolBox, PopError, PushError};
use futures_util::task::AtomicWaker;

use crate::counters::{Count, locked};
use crate::error::VideoError;
use crate::messages::DropPolicy;

/// Number of messages between two threads: more would only make what is shown older.
pub(crate) const LENGTH: usize = 4;

/// A queue with one thread or task at each end. Only slots go through it.
#[derive(Debug)]
pub(crate) struct Handover<T: FfiPooled> {
    queue: FfiQueue<T, LENGTH>,
    policy: DropPolicy,
    reader: AtomicWaker,
    /// Woken when there is room, which only [`DropPolicy::Wait`] waits for.
    writer: AtomicWaker,
    /// Last item of the reader, if the writer has failed.
    failure: Mutex<Option<VideoError>>,
}

/// The reader takes no more.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Closed;

impl<T: FfiPooled> Handover<T> {
    pub(crate) const fn new(policy: DropPolicy) -> Self {
        Self {
            queue: FfiQueue::new(),
            policy,
            reader: AtomicWaker::new(),
            writer: AtomicWaker::new(),
            failure: Mutex::new(None),
        }
    }

    /// Puts a message, as the policy says. Returns how many messages were lost for it, or by it.
    ///
    /// # Errors
    ///
    /// Returns an error, and frees the message, if the reader takes no more.
    pub(crate) fn put(&self, message: PoolBox<T>) -> Result<u64, Closed> {
        let mut lost = 0;
        let mut next = Some(message);
        let result = wait(|context| {
            let mut registered = false;
            while let Some(message) = next.take() {
                match self.queue.try_push(message) {
                    Ok(()) => break,
                    Err(PushError::Full(_)) if self.policy == DropPolicy::Newest => lost += 1,
                    Err(PushError::Full(message)) => {
                        next = Some(message);
                        if self.policy == DropPolicy::Oldest {
                            lost += u64::from(self.queue.try_pop().is_ok());
                        } else if registered {
                            return Poll::Pending;
                        } else {
                            // Tried once more, as there may be room since.
                            self.writer.register(context.waker());
                            registered = true;
                        }
                    }
                    Err(_) => return Poll::Ready(Err(Closed)),
                }
            }
            Poll::Ready(Ok(()))
        });
        self.reader.wake();
        result.map(|()| lost)
    }

    /// Ends the queue: the reader gets what is in it, and then nothing.
    pub(crate) fn close(&self) {
        self.queue.close();
        self.reader.wake();
        self.writer.wake();
    }

    /// Ends the queue: the reader gets what is in it, and then the error.
    pub(crate) fn fail(&self, error: VideoError) {
        *locked(&self.failure) = Some(error);
        self.close();
    }

    /// Ends the queue for both sides. Each message that is left is counted before it is freed, so a
    /// frame that is no longer in the pool is in the counts.
    pub(crate) fn abandon(&self, abandoned: &Count) {
        self.close();
        loop {
            match self.queue.try_pop() {
                Ok(message) => {
                    abandoned.add(1);
                    drop(message);
                }
                // The other side is in the middle of its last push.
                Err(PopError::Busy) => {}
                Err(_) => return,
            }
        }
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.queue.is_closed()
    }

    /// Takes the next message. There is none any more after the end, or after the error.
    pub(crate) fn poll_next(
        &self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<PoolBox<T>, VideoError>>> {
        let mut registered = false;
        loop {
            // Before the pop: a queue that was closed and is empty stays so.
            let closed = self.queue.is_closed();
            match self.queue.try_pop() {
                Ok(message) => {
                    self.writer.wake();
                    return Poll::Ready(Some(Ok(message)));
                }
                Err(PopError::Busy) => {}
                Err(_) if closed => return Poll::Ready(locked(&self.failure).take().map(Err)),
                Err(_) if registered => return Poll::Pending,
                Err(_) => {
                    self.reader.register(context.waker());
                    registered = true;
                }
            }
        }
    }

    /// Takes the next message, on a thread that may wait.
    pub(crate) fn next(&self) -> Option<Result<PoolBox<T>, VideoError>> {
        wait(|context| self.poll_next(context))
    }
}

/// Calls `poll` until it is ready, and parks the thread in between.
fn wait<R>(mut poll: impl FnMut(&mut Context<'_>) -> Poll<R>) -> R {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(result) = poll(&mut context) {
            return result;
        }
        thread::park();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering, fence};

    use ffi_core::FfiMessage;

    use super::*;

    #[derive(FfiMessage)]
    #[repr(C)]
    #[ffi(pool = 64)]
    struct Item {
        number: u64,
    }

    fn item(number: u64) -> PoolBox<Item> {
        Item::pool().try_alloc_with(|item| item.number = number).unwrap()
    }

    fn numbers(queue: &Handover<Item>) -> Vec<u64> {
        std::iter::from_fn(|| queue.next()).map(|item| item.unwrap().number).collect()
    }

    #[test]
    fn a_full_queue_loses_the_oldest_or_the_newest() {
        for (policy, kept) in [(DropPolicy::Oldest, [7, 8, 9, 10]), (DropPolicy::Newest, [1, 2, 3, 4])] {
            let queue = Handover::new(policy);
            let lost: u64 = (1..=10).map(|number| queue.put(item(number)).unwrap()).sum();
            assert_eq!(lost, 6);
            queue.close();
            assert_eq!(numbers(&queue), kept);
            assert_eq!(queue.put(item(11)), Err(Closed));
        }
    }

    #[test]
    fn a_writer_waits_for_room_and_a_reader_for_messages() {
        let queue = Handover::new(DropPolicy::Wait);
        thread::scope(|scope| {
            scope.spawn(|| {
                for number in 0..10_000 {
                    assert_eq!(queue.put(item(number)), Ok(0));
                }
                queue.close();
            });
            assert_eq!(numbers(&queue), (0..10_000).collect::<Vec<_>>());
        });
    }

    #[test]
    fn a_writer_that_waits_ends_with_its_reader() {
        let queue = Handover::new(DropPolicy::Wait);
        thread::scope(|scope| {
            let writer = scope.spawn(|| (0..).find(|&number| queue.put(item(number)).is_err()));
            assert_eq!(queue.next().unwrap().unwrap().number, 0);
            let left = Count::default();
            queue.abandon(&left);
            // One was taken, the others were in the queue.
            assert_eq!(writer.join().unwrap(), Some(1 + left.get()));
        });
    }

    #[derive(FfiMessage)]
    #[repr(C)]
    #[ffi(pool = 8)]
    struct Left {
        number: u64,
    }

    #[test]
    fn a_message_that_is_no_longer_in_the_pool_is_counted() {
        const ROUNDS: u64 = 200;
        let abandoned = Count::default();
        let (begun, seen) = (AtomicU64::new(0), AtomicU64::new(0));
        thread::scope(|scope| {
            scope.spawn(|| {
                for round in 1..=ROUNDS {
                    let queue = Handover::<Left>::new(DropPolicy::Wait);
                    for number in 0..4 {
                        let left = Left::pool().try_alloc_with(|left| left.number = number);
                        assert_eq!(queue.put(left.unwrap()), Ok(0));
                    }
                    begun.store(round, Ordering::Release);
                    queue.abandon(&abandoned);
                    while seen.load(Ordering::Acquire) < round {
                        thread::yield_now();
                    }
                }
            });
            for round in 1..=ROUNDS {
                while begun.load(Ordering::Acquire) < round || Left::pool().stats().live > 0 {
                    thread::yield_now();
                }
                fence(Ordering::Acquire);
                let count = abandoned.get();
                seen.store(round, Ordering::Release);
                assert_eq!(count, 4 * round);
            }
        });
    }

    #[test]
    fn a_failure_is_the_last_item() {
        let queue = Handover::new(DropPolicy::Wait);
        queue.put(item(1)).unwrap();
        let error = VideoError::CoderFailed { number: 2, message: String::new() };
        queue.fail(error.clone());
        assert_eq!(queue.next().unwrap().unwrap().number, 1);
        assert_eq!(queue.next().unwrap().err(), Some(error));
        assert!(queue.next().is_none());
    }
}
