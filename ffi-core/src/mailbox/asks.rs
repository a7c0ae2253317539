//! Calls of functions of Dart that wait for an answer, by their numbers.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

/// A call of a function of Dart. The first of the functions below counts.
pub(super) trait Asked: Send + Sync {
    /// Ends it with the result at `place`.
    ///
    /// # Safety
    ///
    /// `place` is that of a result of the function's type, as C writes it. Text in it stays until
    /// this returns.
    unsafe fn answer(&self, place: *const u8);

    /// Ends it with the text of what was thrown.
    fn fail(&self, text: &[u8]);

    /// Ends it, as the isolate is gone or the library was shut down.
    fn gone(&self);
}

/// Hash of the number of a call, which no stranger chooses: Fibonacci hashing (Knuth, The Art of
/// Computer Programming 3, 6.4).
#[derive(Default)]
struct Spread(u64);

impl Hasher for Spread {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(self.0 ^ u64::from(*byte));
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
}

/// Calls that wait.
#[derive(Default)]
pub(super) struct Asks {
    last: u64,
    waiting: HashMap<u64, Arc<dyn Asked>, BuildHasherDefault<Spread>>,
    closed: bool,
}

impl Asks {
    /// Adds a call, and returns its number, which no other call ever has; none if no answer can
    /// come. `shut` says that the library was shut down.
    pub(super) fn add(&mut self, asked: Arc<dyn Asked>, shut: impl FnOnce() -> bool) -> Option<u64> {
        if self.closed || shut() {
            return None;
        }
        self.last += 1;
        self.waiting.insert(self.last, asked);
        Some(self.last)
    }

    pub(super) fn remove(&mut self, ask: u64) -> Option<Arc<dyn Asked>> {
        self.waiting.remove(&ask)
    }

    /// Removes all calls.
    pub(super) fn take(&mut self) -> Vec<Arc<dyn Asked>> {
        self.waiting.drain().map(|(_, asked)| asked).collect()
    }

    /// Removes all calls, and refuses others from now on.
    pub(super) fn close(&mut self) -> Vec<Arc<dyn Asked>> {
        self.closed = true;
        self.take()
    }
}
