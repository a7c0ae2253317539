//! The place in an exported function that each of its calls passes.

#[cfg(feature = "async")]
use std::sync::Arc;
#[cfg(feature = "metrics")]
use std::sync::OnceLock;
#[cfg(feature = "metrics")]
use std::sync::atomic::AtomicU64;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
#[cfg(feature = "metrics")]
use std::time::Instant;

use super::bytes::Bytes;
use super::counters::{self, Begun, Spare, Total};
use super::gate;
use super::request::{self, Within};
use super::span::CallSpan;
#[cfg(feature = "metrics")]
use super::times::{TimeSummary, Times};
use crate::boundary::Failure;
#[cfg(any(feature = "async", feature = "metrics"))]
use crate::boundary::StatusCode;

/// Code of a call that ended without one: it panicked, or its future was dropped.
const PANICKED: i32 = 2;

/// The place in an exported function that each of its calls passes: the derive writes one.
#[derive(Debug)]
pub struct Site {
    name: &'static str,
    /// Number of the function plus one; 0 until its first call.
    number: AtomicUsize,
    spare: Spare,
    #[cfg(feature = "metrics")]
    measured: Measured,
}

/// Errors and times of the calls of a function.
#[cfg(feature = "metrics")]
#[derive(Debug)]
struct Measured {
    /// Numbers of calls that failed, by code; the last one has those of codes without a place.
    errors: [AtomicU64; CODES],
    /// Times of calls, once one was timed.
    times: OnceLock<Box<Times>>,
}

/// Number of places for codes with which calls fail: 0, the codes, and one for codes that are
/// unknown here.
#[cfg(feature = "metrics")]
pub(super) const CODES: usize = StatusCode::LAST as usize + 2;

/// One of so many calls of a function is timed, on each thread: a power of two.
#[cfg(feature = "metrics")]
const SAMPLE: u64 = 16;

/// Numbers of a function's calls at one moment.
#[cfg(feature = "metrics")]
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CallMetrics {
    /// Name of the function; `Type.name` for that of a type.
    pub name: &'static str,
    /// Number of calls that began.
    pub calls: u64,
    /// Number of calls that run now.
    pub running: u64,
    /// Bytes of the arguments of calls that have ended: of text, lists, messages by reference or
    /// in pools, columns and arenas, in memory.
    ///
    /// Numbers and messages by value, objects, arguments of functions of Dart and items of streams
    /// of Dart are not counted, nor calls whose arguments were refused.
    pub request_bytes: u64,
    /// Bytes of the results of calls, and of the items of streams: of text, lists, messages in
    /// pools, columns and arenas, in memory.
    ///
    /// Numbers and messages by value, objects, and errors are not counted.
    pub result_bytes: u64,
    /// Numbers of calls that failed, by code.
    pub(super) errors: [u64; CODES],
    /// Times of calls; none if none was timed.
    pub times: Option<TimeSummary>,
}

/// Returns the numbers of all functions that were called.
#[cfg(feature = "metrics")]
pub(super) fn calls() -> Vec<CallMetrics> {
    let of = |(site, total): (&'static Site, Total)| CallMetrics {
        name: site.name,
        calls: total.begun,
        running: total.running(),
        request_bytes: total.bytes.request,
        result_bytes: total.bytes.result,
        errors: site.measured.errors.each_ref().map(|count| count.load(Ordering::Relaxed)),
        times: site.measured.times.get().map(|times| times.summary()),
    };
    Site::totals().into_iter().map(of).collect()
}

/// The functions that were called, by their numbers.
static CALLED: Mutex<Vec<&'static Site>> = Mutex::new(Vec::new());

/// No code panics while it holds the lock.
fn called() -> MutexGuard<'static, Vec<&'static Site>> {
    CALLED.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Site {
    /// Makes the site of a function with this name.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self {
            name,
            number: AtomicUsize::new(0),
            spare: Spare::new(),
            #[cfg(feature = "metrics")]
            measured: Measured { errors: [const { AtomicU64::new(0) }; CODES], times: OnceLock::new() },
        }
    }

    /// Runs the body of a call on this thread.
    ///
    /// # Errors
    ///
    /// Returns the error of the body, or one of its own if the library is shutting down.
    #[inline]
    pub fn watch<T>(
        &'static self,
        body: impl FnOnce(&mut Bytes) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let request = request::take();
        self.admit()?;
        let _within = Within::new(request.as_ref());
        let span = CallSpan::new(self.name, request.as_deref());
        let _entered = span.enter();
        let begun = self.begin();
        let mut call = Here { begun, site: self, span: &span, code: PANICKED, bytes: Bytes::default() };
        let result = body(&mut call.bytes);
        call.code = code_of(&result);
        result
    }

    /// Begins a call that may end on another thread.
    ///
    /// # Errors
    ///
    /// Returns an error if the library is shutting down.
    #[cfg(feature = "async")]
    #[inline]
    pub fn enter(&'static self) -> Result<Watch, Failure> {
        let request = request::take();
        self.admit()?;
        let begun = self.begin();
        Ok(Watch {
            site: self,
            clock: begun.clock,
            span: CallSpan::new(self.name, request.as_deref()),
            request,
            code: StatusCode::Closed as i32,
            bytes: Bytes::default(),
        })
    }

    /// Runs the step that makes an item of a stream.
    ///
    /// # Errors
    ///
    /// Returns the error of the step.
    #[cfg(feature = "async")]
    #[inline]
    pub fn item<T>(&'static self, step: impl FnOnce(&mut Bytes) -> Result<T, Failure>) -> Result<T, Failure> {
        let mut bytes = Bytes::default();
        let result = step(&mut bytes);
        #[cfg(feature = "metrics")]
        if bytes != Bytes::default() {
            counters::add_here(self.number(), &self.spare, bytes);
        }
        result
    }

    /// Returns the number of the function.
    #[inline]
    fn number(&'static self) -> usize {
        // Relaxed: the number refers to no memory but counts, which exist from the start.
        match self.number.load(Ordering::Relaxed) {
            0 => self.enlist(),
            number => number - 1,
        }
    }

    #[cold]
    fn enlist(&'static self) -> usize {
        let mut called = called();
        let known = self.number.load(Ordering::Relaxed);
        if known != 0 {
            return known - 1;
        }
        called.push(self);
        self.number.store(called.len(), Ordering::Relaxed);
        called.len() - 1
    }

    /// Returns an error if no call may begin.
    #[inline]
    fn admit(&self) -> Result<(), Failure> {
        gate::check().inspect_err(|failure| self.failed(failure.code()))
    }

    /// Counts a call that begins.
    #[inline]
    fn begin(&'static self) -> Started {
        let count = counters::begin(self.number(), &self.spare);
        Started {
            count,
            #[cfg(feature = "metrics")]
            clock: count.before.is_multiple_of(SAMPLE).then(Instant::now),
            #[cfg(not(feature = "metrics"))]
            clock: (),
        }
    }

    /// Notes how a call ended.
    #[inline]
    fn ended(&self, span: &CallSpan, code: i32, _clock: Clock) {
        #[cfg(feature = "metrics")]
        if let Some(begin) = _clock {
            self.timed(begin);
        }
        if code > 0 {
            self.failed(code);
            span.failed(code);
        }
    }

    #[cfg(feature = "metrics")]
    #[cold]
    fn timed(&self, begin: Instant) {
        let time = begin.elapsed();
        self.measured.times.get_or_init(Times::new).add(time);
    }

    /// Counts a failure.
    #[cold]
    fn failed(&self, _code: i32) {
        #[cfg(feature = "metrics")]
        {
            let place = usize::try_from(_code).unwrap_or(CODES).min(CODES - 1);
            self.measured.errors[place].fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Returns the counts of all functions that were called.
    fn totals() -> Vec<(&'static Self, Total)> {
        let called = called().clone();
        called.into_iter().map(|site| (site, counters::total(site.number(), &site.spare))).collect()
    }
}

/// Returns the calls that run now.
pub(super) fn running() -> u64 {
    Site::totals().into_iter().map(|(_, total)| total.running()).sum()
}

/// Returns the names of the functions that run now, each with its number of calls.
pub(super) fn running_names() -> Vec<(&'static str, u64)> {
    let running = Site::totals().into_iter().map(|(site, total)| (site.name, total.running()));
    running.filter(|(_, count)| *count > 0).collect()
}

fn code_of<T>(result: &Result<T, Failure>) -> i32 {
    result.as_ref().err().map_or(0, Failure::code)
}

/// When a call began, if it is timed.
#[cfg(feature = "metrics")]
type Clock = Option<Instant>;
#[cfg(not(feature = "metrics"))]
type Clock = ();

/// A call that has begun.
#[derive(Clone, Copy)]
struct Started {
    count: Begun,
    clock: Clock,
}

/// A call that ends on the thread on which it began.
struct Here<'a> {
    site: &'static Site,
    begun: Started,
    span: &'a CallSpan,
    code: i32,
    bytes: Bytes,
}

impl Drop for Here<'_> {
    #[inline]
    fn drop(&mut self) {
        self.site.ended(self.span, self.code, self.begun.clock);
        counters::end(self.begun.count, &self.site.spare, self.bytes);
    }
}

/// A call that may end on another thread; it has ended when this is dropped.
#[cfg(feature = "async")]
#[derive(Debug)]
pub struct Watch {
    site: &'static Site,
    clock: Clock,
    span: CallSpan,
    /// Id of the request for which the call began.
    request: Option<Arc<str>>,
    code: i32,
    bytes: Bytes,
}

#[cfg(feature = "async")]
impl Watch {
    /// Returns the bytes of the call, to which its arguments are added.
    #[inline]
    pub fn bytes(&mut self) -> &mut Bytes {
        &mut self.bytes
    }

    /// Runs the last step of the call, which makes its result.
    ///
    /// # Errors
    ///
    /// Returns the error of the step.
    pub fn finish<T>(mut self, step: impl FnOnce(&mut Bytes) -> Result<T, Failure>) -> Result<T, Failure> {
        self.code = PANICKED;
        let mut bytes = self.bytes;
        let result = self.run(|| step(&mut bytes));
        self.bytes = bytes;
        self.code = code_of(&result);
        result
    }

    /// Runs a step of the call that is not its last one.
    pub(super) fn step<T>(&mut self, step: impl FnOnce() -> T) -> T {
        let before = std::mem::replace(&mut self.code, PANICKED);
        let made = self.run(step);
        self.code = before;
        made
    }

    /// Runs a step in the span of the call and with the id of its request, on any thread.
    pub fn run<T>(&self, step: impl FnOnce() -> T) -> T {
        let _within = Within::new(self.request.as_ref());
        let _entered = self.span.enter();
        step()
    }
}

#[cfg(feature = "async")]
impl Drop for Watch {
    fn drop(&mut self) {
        self.site.ended(&self.span, self.code, self.clock);
        counters::end_here(self.site.number(), &self.site.spare, self.bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::boundary::StatusCode;

    #[test]
    fn calls_that_panic_end_as_well() {
        static SITE: Site = Site::new("bomb");
        let total = || counters::total(SITE.number(), &SITE.spare);
        let panicked = crate::boundary::caught(|| SITE.watch(|_| -> Result<(), Failure> { panic!("boom") }));
        assert!(panicked.is_err());
        assert_eq!((total().begun, total().running()), (1, 0));
        let inside = SITE.watch(|_| Ok(total().running()));
        assert_eq!(inside, Ok(1));
        let refused: Result<(), _> = SITE.watch(|_| Err(Failure::new(StatusCode::Error, "no")));
        assert!(refused.is_err());
        assert_eq!((total().begun, total().running()), (3, 0));
    }
}
