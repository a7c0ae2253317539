//! Streams that the benchmark listens to, and a function that calls Dart.

use std::pin::Pin;
use std::task::{Context, Poll};

use ffi_core::{AskError, DartError, DartFn, FfiMessage, FfiPooled, PoolBox, Stream, ffi_export};

/// An event in its batch.
#[derive(FfiMessage, Clone, Copy, Debug)]
#[repr(C)]
pub struct Event {
    /// Number of the event.
    pub number: u64,
    /// A value.
    pub value: f64,
}

/// An event in a pool.
#[derive(FfiMessage, Debug)]
#[repr(C)]
#[ffi(pool(capacity = 4096, reset = "keep"))]
pub struct Block {
    /// Number of the event.
    pub number: u64,
    /// Contents.
    pub bytes: [u8; 4088],
}

impl Block {
    /// Returns the block with that number, if a slot is left.
    pub(crate) fn numbered(number: u64) -> Option<PoolBox<Self>> {
        let mut block = Self::pool().alloc()?;
        block.number = number;
        block.bytes.fill(number as u8);
        Some(block)
    }
}

/// Items that are always ready.
struct Ready<F> {
    next: u64,
    count: u64,
    make: F,
}

impl<T, F: FnMut(u64) -> T + Unpin> Stream for Ready<F> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<T>> {
        let number = self.next;
        self.next += 1;
        Poll::Ready((number < self.count).then(|| (self.make)(number)))
    }
}

/// The first `count` events.
#[ffi_export]
pub fn events(count: u64) -> impl Stream<Item = Event> {
    Ready { next: 0, count, make: |number| Event { number, value: number as f64 } }
}

/// The first `count` blocks.
///
/// # Panics
///
/// Panics if no slot is left.
#[ffi_export]
pub fn blocks(count: u64) -> impl Stream<Item = PoolBox<Block>> {
    Ready {
        next: 0,
        count,
        make: |number| Block::numbered(number).expect("the window is shorter than the pool"),
    }
}

/// Calls `each` with the numbers below `count`, and adds what it returns.
///
/// # Errors
///
/// Returns what it throws.
#[ffi_export]
pub fn call_each(count: u64, each: &dyn Fn(u64) -> Result<u64, DartError>) -> Result<u64, DartError> {
    (0..count).try_fold(0, |sum, number| Ok(sum + each(number)?))
}

/// Asks `each` for the numbers below `count`, and adds what it answers.
///
/// # Errors
///
/// Returns what it throws.
#[ffi_export]
pub async fn ask_each(count: u64, each: DartFn<fn(u64) -> u64>) -> Result<u64, AskError> {
    let mut sum = 0;
    for number in 0..count {
        sum += each.call(number).await?;
    }
    Ok(sum)
}
