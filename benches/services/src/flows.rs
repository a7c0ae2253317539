//! Streams of Dart that Rust reads, and a queue that Dart listens to.

use std::thread;
use std::time::{Duration, Instant};

use crossbeam_queue::ArrayQueue;
use ffi_core::{DartError, FfiInput, FfiQueue, PoolBox, ffi_export};

use crate::streams::{Block, Event};

/// Number of messages that the queue has room for.
const ROOM: usize = 1024;

/// Blocks for Dart.
#[ffi_export]
pub static QUEUED: FfiQueue<Block, ROOM> = FfiQueue::new();

/// A queue that nobody listens to.
static ALONE: FfiQueue<Block, ROOM> = FfiQueue::new();

/// Reads a stream of events, and returns their number.
///
/// # Errors
///
/// Returns what the stream throws.
#[ffi_export]
pub async fn read_events(mut events: FfiInput<Event>) -> Result<u64, DartError> {
    let mut count = 0;
    while let Some(event) = events.next().await {
        count += u64::from(event?.number == count);
    }
    Ok(count)
}

/// Pushes `count` blocks from a thread of its own.
#[ffi_export]
pub fn push_blocks(count: u64) {
    thread::spawn(move || {
        for number in 0..count {
            let mut block = loop {
                match Block::numbered(number) {
                    Some(block) => break block,
                    None => thread::yield_now(),
                }
            };
            // A loop without a pause takes the lines of the queue from its consumer all the time.
            // Dart needs half a millisecond for what is in it.
            while let Err(refused) = QUEUED.try_push(block) {
                block = refused.into_value();
                thread::sleep(Duration::from_micros(50));
            }
        }
    });
}

/// Returns the picoseconds of a push and a pop of a queue that nobody listens to.
///
/// # Panics
///
/// Panics if the pool is exhausted.
#[ffi_export]
pub fn queue_pair(count: u64) -> u64 {
    let mut block = Block::numbered(7).expect("a slot is left");
    let start = Instant::now();
    for _ in 0..count {
        ALONE.try_push(block).expect("it is empty");
        block = ALONE.try_pop().expect("it is not empty");
    }
    let time = start.elapsed();
    assert_eq!(block.number, 7);
    time.as_nanos() as u64 * 1000 / count
}

/// Returns the picoseconds of a push and a pop of `crossbeam`'s queue.
///
/// # Panics
///
/// Panics if the pool is exhausted.
#[ffi_export]
pub fn crossbeam_pair(count: u64) -> u64 {
    let queue = ArrayQueue::<PoolBox<Block>>::new(ROOM);
    let mut block = Block::numbered(7).expect("a slot is left");
    let start = Instant::now();
    for _ in 0..count {
        queue.push(block).expect("it is empty");
        block = queue.pop().expect("it is not empty");
    }
    let time = start.elapsed();
    assert_eq!(block.number, 7);
    time.as_nanos() as u64 * 1000 / count
}
