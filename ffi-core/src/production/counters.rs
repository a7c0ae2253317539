//! Numbers of calls, one set per thread.
//!
//! A locked instruction takes about 5 ns, and a call needs two counts: one when it begins, one when
//! it ends. So each thread has numbers of its own, which no other thread writes: a count is a load
//! and a store. A reader adds up those of all threads.
//!
//! A set that its thread has left goes to the next thread that needs one, which counts on from
//! there, so no count is lost and memory is bounded by the largest number of threads at once. A
//! thread that is ending, and a function with a number that the sets have no room for, count in the
//! [`Spare`] of the function, with locked instructions.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::bytes::Bytes;

/// Number of functions that a set has room for.
const MOST: usize = 1024;

/// Counts of one function.
#[derive(Debug)]
pub(super) struct Counts {
    begun: AtomicU64,
    ended: AtomicU64,
    /// Bytes of arguments.
    #[cfg(feature = "metrics")]
    request: AtomicU64,
    /// Bytes of results.
    #[cfg(feature = "metrics")]
    result: AtomicU64,
}

impl Counts {
    pub(super) const fn new() -> Self {
        Self {
            begun: AtomicU64::new(0),
            ended: AtomicU64::new(0),
            #[cfg(feature = "metrics")]
            request: AtomicU64::new(0),
            #[cfg(feature = "metrics")]
            result: AtomicU64::new(0),
        }
    }
}

/// Counts that any thread may add to.
#[derive(Debug)]
pub(super) struct Spare(Counts);

impl Spare {
    pub(super) const fn new() -> Self {
        Self(Counts::new())
    }
}

/// Counts of all functions by one thread.
#[derive(Debug)]
pub(super) struct Set([Counts; MOST]);

/// Sets of all threads, those that no thread has among them.
struct Sets {
    all: Vec<&'static Set>,
    free: Vec<&'static Set>,
}

static SETS: Mutex<Sets> = Mutex::new(Sets { all: Vec::new(), free: Vec::new() });

/// No code panics while it holds the lock.
fn sets() -> MutexGuard<'static, Sets> {
    SETS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Gives a thread's set back when the thread ends.
struct Lease(Cell<Option<&'static Set>>);

impl Drop for Lease {
    fn drop(&mut self) {
        let _ = MINE.try_with(|mine| mine.set(None));
        if let Some(set) = self.0.take() {
            sets().free.push(set);
        }
    }
}

thread_local! {
    // Without a destructor, so that reading it is one call.
    static MINE: Cell<Option<&'static Set>> = const { Cell::new(None) };
    static LEASE: Lease = const { Lease(Cell::new(None)) };
}

/// Returns the set of this thread; none while the thread ends.
#[inline]
fn mine() -> Option<&'static Set> {
    MINE.with(Cell::get).or_else(obtain)
}

#[cold]
fn obtain() -> Option<&'static Set> {
    LEASE
        .try_with(|lease| {
            let mut sets = sets();
            let set = sets.free.pop().unwrap_or_else(|| {
                let set: &'static Set = Box::leak(Box::new(Set([const { Counts::new() }; MOST])));
                sets.all.push(set);
                set
            });
            drop(sets);
            lease.0.set(Some(set));
            MINE.with(|mine| mine.set(Some(set)));
            set
        })
        .ok()
}

/// A count that has begun.
#[derive(Clone, Copy, Debug)]
pub(super) struct Begun {
    /// Counts of this thread; none if it was counted in the spare ones.
    counts: Option<&'static Counts>,
    /// Number of calls of the function that this thread has counted before.
    #[cfg(feature = "metrics")]
    pub(super) before: u64,
}

/// Counts that a call of the function `number` begins.
#[inline]
pub(super) fn begin(number: usize, spare: &Spare) -> Begun {
    let Some(counts) = mine().and_then(|set| set.0.get(number)) else { return begin_spare(spare) };
    let before = counts.begun.load(Ordering::Relaxed);
    // Only this thread writes it.
    counts.begun.store(before + 1, Ordering::Relaxed);
    Begun {
        counts: Some(counts),
        #[cfg(feature = "metrics")]
        before,
    }
}

#[cold]
fn begin_spare(Spare(counts): &Spare) -> Begun {
    let _before = counts.begun.fetch_add(1, Ordering::Relaxed);
    Begun {
        counts: None,
        #[cfg(feature = "metrics")]
        before: _before,
    }
}

/// Counts that a call ends, on the thread on which it began, and its bytes.
#[inline]
pub(super) fn end(begun: Begun, spare: &Spare, bytes: Bytes) {
    match begun.counts {
        Some(counts) => {
            add(counts, bytes);
            // Release: pairs with the load in `total`, so that a reader that sees the end sees the
            // begin. Only this thread writes it.
            counts.ended.store(counts.ended.load(Ordering::Relaxed) + 1, Ordering::Release);
        }
        None => end_spare(spare, bytes),
    }
}

/// Adds the bytes of a call to the counts of this thread.
#[inline]
fn add(_counts: &Counts, _bytes: Bytes) {
    #[cfg(feature = "metrics")]
    for (count, bytes) in [(&_counts.request, _bytes.request), (&_counts.result, _bytes.result)] {
        // For most functions rustc knows that there are none.
        if bytes > 0 {
            // Only this thread writes it.
            count.store(count.load(Ordering::Relaxed) + bytes, Ordering::Relaxed);
        }
    }
}

#[cold]
fn end_spare(spare: &Spare, bytes: Bytes) {
    add_spare(spare, bytes);
    // Release: pairs with the load in `total`, so that a reader that sees the end sees the begin.
    spare.0.ended.fetch_add(1, Ordering::Release);
}

fn add_spare(Spare(_counts): &Spare, _bytes: Bytes) {
    #[cfg(feature = "metrics")]
    {
        _counts.request.fetch_add(_bytes.request, Ordering::Relaxed);
        _counts.result.fetch_add(_bytes.result, Ordering::Relaxed);
    }
}

/// Counts that a call of the function `number` ends, which may have begun on another thread.
#[cfg(feature = "async")]
pub(super) fn end_here(number: usize, spare: &Spare, bytes: Bytes) {
    let counts = mine().and_then(|set| set.0.get(number));
    let begun = Begun {
        counts,
        #[cfg(feature = "metrics")]
        before: 0,
    };
    end(begun, spare, bytes);
}

/// Adds the bytes of an item to the counts of the function `number`, whose call has ended.
#[cfg(all(feature = "async", feature = "metrics"))]
pub(super) fn add_here(number: usize, spare: &Spare, bytes: Bytes) {
    match mine().and_then(|set| set.0.get(number)) {
        Some(counts) => add(counts, bytes),
        None => add_spare(spare, bytes),
    }
}

/// Numbers of calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Total {
    pub(super) begun: u64,
    pub(super) ended: u64,
    pub(super) bytes: Bytes,
}

impl Total {
    /// Returns the calls that have begun and not ended.
    pub(super) fn running(self) -> u64 {
        self.begun.saturating_sub(self.ended)
    }
}

/// Adds up the counts of the function `number`.
///
/// The ends are read first: a call that ends meanwhile counts as running, never the other way
/// round.
pub(super) fn total(number: usize, Spare(spare): &Spare) -> Total {
    let sets = sets();
    let counts = || sets.all.iter().filter_map(|set| set.0.get(number)).chain([spare]);
    // Acquire: pairs with the stores of `end` and `end_spare`.
    let ended = counts().map(|it| it.ended.load(Ordering::Acquire)).sum();
    let begun = counts().map(|it| it.begun.load(Ordering::Relaxed)).sum();
    let bytes = Bytes {
        #[cfg(feature = "metrics")]
        request: counts().map(|it| it.request.load(Ordering::Relaxed)).sum(),
        #[cfg(feature = "metrics")]
        result: counts().map(|it| it.result.load(Ordering::Relaxed)).sum(),
    };
    Total { begun, ended, bytes }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_threads_that_ended_stay() {
        static SPARE: Spare = Spare::new();
        let count = || {
            for _ in 0..100 {
                end(begin(1000, &SPARE), &SPARE, Bytes::default());
            }
        };
        for _ in 0..3 {
            let threads: Vec<_> = (0..8).map(|_| std::thread::spawn(count)).collect();
            threads.into_iter().for_each(|thread| thread.join().unwrap());
        }
        let running = begin(1000, &SPARE);
        let total = total(1000, &SPARE);
        assert_eq!((total.begun, total.running()), (2401, 1));
        end(running, &SPARE, Bytes::default());
    }

    #[test]
    fn a_function_without_a_place_in_the_sets_is_counted() {
        static SPARE: Spare = Spare::new();
        let begun = begin(MOST, &SPARE);
        assert_eq!(total(MOST, &SPARE), Total { begun: 1, ..Total::default() });
        let mut bytes = Bytes::default();
        bytes.got(|| [(3, 4), (1, 1)]);
        bytes.returned(|| 5);
        end(begun, &SPARE, bytes);
        assert_eq!(total(MOST, &SPARE), Total { begun: 1, ended: 1, bytes });
    }

    #[cfg(all(feature = "async", feature = "metrics"))]
    #[test]
    fn bytes_of_all_threads_are_added_up() {
        static SPARE: Spare = Spare::new();
        let some = || Bytes { request: 3, result: 1 << 40 };
        let count = move || {
            end(begin(1002, &SPARE), &SPARE, some());
            add_here(1002, &SPARE, Bytes { request: 0, result: 7 });
        };
        let threads: Vec<_> = (0..8).map(|_| std::thread::spawn(count)).collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        add_here(MOST, &SPARE, Bytes { request: 0, result: 1 });
        assert_eq!(total(1002, &SPARE).bytes, Bytes { request: 24, result: (8 << 40) + 57 });
    }

    #[test]
    fn sets_are_used_again() {
        static SPARE: Spare = Spare::new();
        let count = || end(begin(1001, &SPARE), &SPARE, Bytes::default());
        for _ in 0..1000 {
            std::thread::spawn(count).join().unwrap();
        }
        assert_eq!(total(1001, &SPARE).begun, 1000);
        assert!(sets().all.len() < 500, "{}", sets().all.len());
    }
}
