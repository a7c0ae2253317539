//! Limits of exported functions: calls at once, calls per second, sizes.
//!
//! # Calls per second
//!
//! The algorithm is GCRA, the generic cell rate algorithm (ITU-T I.371, annex A), which is a leaky
//! bucket in one number: the time at which the bucket would be full again if no more calls came.
//! A call that finds this time too far ahead is refused, and knows when it would not be; one that
//! passes moves the time by one interval, with a compare-and-swap. So there is no thread that
//! refills buckets, and two threads never pass on one token. The crate `governor` does the same,
//! but makes its buckets at run time, can't change their rate, and has no bound for keys.
//!
//! # Keys
//!
//! A rate by key has a bucket for each of a fixed number of keys. A key that finds all of them in
//! use takes that of a key whose bucket is full again, as such a bucket says nothing. If there is
//! none, the key shares one bucket with all other keys without one. So memory is bounded whatever
//! the callers send, and the calls of a stranger with a million keys are those of one key.
//!
//! # Cost
//!
//! A refusal allocates nothing: its numbers are in a [`Failure`] of the thread that is used again.
//! Functions without limits have no code of this.
//!
//! Tests: below, and `tests/dart/end_to_end/test/production_test.dart`.

use std::collections::HashMap;
#[cfg(feature = "async")]
use std::future::Future;
use std::hash::{BuildHasher, RandomState};
#[cfg(feature = "async")]
use std::pin::Pin;
use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{LazyLock, Mutex, PoisonError};
#[cfg(feature = "async")]
use std::task::{Context, Poll, ready};
#[cfg(feature = "async")]
use std::time::Duration;
use std::time::Instant;

#[cfg(feature = "async")]
use futures_core::Stream;
#[cfg(feature = "async")]
use pin_project_lite::pin_project;

#[cfg(feature = "async")]
use super::alarm::Alarm;
use super::guard::Key;
#[cfg(feature = "async")]
use crate::FfiContext;
use crate::boundary::{Failure, StatusCode};

/// Limits of one or more exported functions: `#[ffi_export(limit = NAME)]` names a static of this
/// type, and `#[ffi_export(limit(at_once = 4))]` makes one for the function.
///
/// A call over a limit is refused before its arguments are read, but for their sizes. Dart has an
/// exception for each limit: `SizeLimitException`, `RateLimitException`, `TooManyCallsException`.
/// Functions with one static share its limits. Each limit can be changed at any time, and holds for
/// the calls that begin from then on.
///
/// Needs the feature `production`.
///
/// # Examples
///
/// ```
/// use ffi_core::ffi_export;
/// use ffi_core::production::Limits;
///
/// static SEARCHES: Limits = Limits::new().per_second(100).at_once(4).request(64 << 10);
///
/// /// Returns the words of `text` that begin with `start`.
/// #[ffi_export(limit = SEARCHES)]
/// pub fn search(text: &str, start: &str) -> String {
///     text.split(' ').filter(|word| word.starts_with(start)).collect()
/// }
///
/// // While the app is in the background:
/// SEARCHES.set_per_second(Some(5));
/// ```
#[derive(Debug)]
pub struct Limits {
    /// Most bytes of arguments; [`NONE`] for any number.
    request: AtomicUsize,
    /// Most bytes of a result; [`NONE`] for any number.
    result: AtomicUsize,
    /// Most calls that run at one time; [`NONE`] for any number.
    at_once: AtomicUsize,
    running: AtomicUsize,
    /// Milliseconds that a call may take; 0 for any time.
    deadline: AtomicU32,
    /// Calls per second; 0 for any number.
    rate: AtomicU64,
    bucket: AtomicU64,
    /// Most keys with a bucket of their own.
    keys: usize,
    by_key: Mutex<Option<Keyed>>,
}

/// A limit that is not set.
const NONE: usize = usize::MAX;

const SECOND: u64 = 1_000_000_000;

impl Default for Limits {
    fn default() -> Self {
        Self::new()
    }
}

impl Limits {
    /// Returns limits that refuse nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            request: AtomicUsize::new(NONE),
            result: AtomicUsize::new(NONE),
            at_once: AtomicUsize::new(NONE),
            running: AtomicUsize::new(0),
            deadline: AtomicU32::new(0),
            rate: AtomicU64::new(0),
            bucket: AtomicU64::new(0),
            keys: 1024,
            by_key: Mutex::new(None),
        }
    }

    /// Lets `calls` begin per second: so many at one moment if none came before, and then one in
    /// each `calls`th part of a second.
    ///
    /// # Panics
    ///
    /// Panics if `calls` is 0.
    #[must_use]
    pub const fn per_second(mut self, calls: u32) -> Self {
        assert!(calls > 0, "a limit of no calls refuses all: don't export the function");
        self.rate = AtomicU64::new(calls as u64);
        self
    }

    /// Gives each of `keys` keys a rate of its own, if a parameter has `#[ffi(key)]`; all others
    /// share one. 1024 without a call of this.
    ///
    /// # Panics
    ///
    /// Panics if `keys` is 0.
    #[must_use]
    pub const fn keys(mut self, keys: usize) -> Self {
        assert!(keys > 0, "a rate by key needs a key");
        self.keys = keys;
        self
    }

    /// Lets `calls` run at one time. An async function runs until its future is ready or dropped, a
    /// stream until it ends.
    ///
    /// # Panics
    ///
    /// Panics if `calls` is 0.
    #[must_use]
    pub const fn at_once(mut self, calls: usize) -> Self {
        assert!(calls > 0, "a limit of no calls refuses all: don't export the function");
        self.at_once = AtomicUsize::new(calls);
        self
    }

    /// Ends an async function after so many milliseconds: its future is dropped, as by a
    /// cancellation. A blocking function can't be ended, but sees the time in its
    /// [`FfiContext`](crate::FfiContext), and a result that comes later is dropped. The call fails
    /// with a `DeadlineException` in Dart. Dart waits for a sync function, and listens to a stream
    /// as long as it likes: these have no deadline.
    ///
    /// # Panics
    ///
    /// Panics if `milliseconds` is 0.
    #[must_use]
    pub const fn deadline(mut self, milliseconds: u32) -> Self {
        assert!(milliseconds > 0, "a call takes some time");
        self.deadline = AtomicU32::new(milliseconds);
        self
    }

    /// Refuses a call whose arguments have more than `bytes` bytes: those of text and lists, and
    /// the sizes of numbers and messages.
    #[must_use]
    pub const fn request(mut self, bytes: usize) -> Self {
        self.request = AtomicUsize::new(bytes);
        self
    }

    /// Drops a result of more than `bytes` bytes, which the call then fails for: a `String` or a
    /// `Vec`, also in an `Option` or a `Result`.
    #[must_use]
    pub const fn result(mut self, bytes: usize) -> Self {
        self.result = AtomicUsize::new(bytes);
        self
    }

    /// Sets the calls per second, or none for any number; 0 is taken as 1. Buckets stay as full as
    /// they are.
    pub fn set_per_second(&self, calls: Option<u32>) {
        // Relaxed: the limit guards no other memory. So do those below.
        self.rate.store(calls.map_or(0, |calls| calls.max(1).into()), Ordering::Relaxed);
    }

    /// Sets the number of calls that may run at one time, or none for any number. Calls that run
    /// go on.
    pub fn set_at_once(&self, calls: Option<usize>) {
        self.at_once.store(calls.unwrap_or(NONE), Ordering::Relaxed);
    }

    /// Sets the largest number of bytes of arguments, or none for any number.
    pub fn set_request(&self, bytes: Option<usize>) {
        self.request.store(bytes.unwrap_or(NONE), Ordering::Relaxed);
    }

    /// Sets the largest number of bytes of a result, or none for any number.
    pub fn set_result(&self, bytes: Option<usize>) {
        self.result.store(bytes.unwrap_or(NONE), Ordering::Relaxed);
    }

    /// Sets the number of milliseconds that a call may take, or none for any time; 0 is taken as 1.
    pub fn set_deadline(&self, milliseconds: Option<u32>) {
        self.deadline.store(milliseconds.map_or(0, |it| it.max(1)), Ordering::Relaxed);
    }

    /// Returns the number of calls that run now.
    #[must_use]
    pub fn running(&self) -> usize {
        self.running.load(Ordering::Relaxed)
    }

    /// Begins a call with so many bytes of arguments, unless a limit refuses it. Its rate is
    /// [`rate_of`](Self::rate_of) if it has a key.
    ///
    /// # Errors
    ///
    /// Returns the refusal.
    #[doc(hidden)]
    pub fn enter(&'static self, bytes: usize, has_key: bool) -> Result<Permit, Failure> {
        let most = self.request.load(Ordering::Relaxed);
        if bytes > most {
            return Err(Failure::refused(StatusCode::LimitExceeded, most as u64, REQUEST));
        }
        // The permit is counted first, so that a call which finds no room takes no token.
        let at_once = self.at_once.load(Ordering::Relaxed);
        // Relaxed: the count guards no other memory, and each addition sees all before it.
        let before = self.running.fetch_add(1, Ordering::Relaxed);
        let permit = Permit {
            limits: self,
            #[cfg(feature = "async")]
            deadline: Deadline::new(self.deadline.load(Ordering::Relaxed)),
        };
        if before >= at_once {
            return Err(Failure::refused(StatusCode::TooManyCalls, at_once as u64, 0));
        }
        if !has_key {
            self.take(now(), None)?;
        }
        Ok(permit)
    }

    /// Takes a token of the bucket of a key, or of the shared one.
    ///
    /// # Errors
    ///
    /// Returns the refusal.
    #[doc(hidden)]
    pub fn rate_of(&self, key: Option<Key<'_>>) -> Result<(), Failure> {
        self.take(now(), key)
    }

    /// Checks the size of a result.
    ///
    /// # Errors
    ///
    /// Returns the refusal.
    #[doc(hidden)]
    pub fn fits<R: FfiSized>(&self, result: R) -> Result<R, Failure> {
        let most = self.result.load(Ordering::Relaxed);
        match result.bytes() <= most {
            true => Ok(result),
            false => Err(Failure::refused(StatusCode::LimitExceeded, most as u64, RESULT)),
        }
    }

    /// Takes a token at the time `now`, in nanoseconds.
    fn take(&self, now: u64, key: Option<Key<'_>>) -> Result<(), Failure> {
        let rate = self.rate.load(Ordering::Relaxed);
        if rate == 0 {
            return Ok(());
        }
        let taken = match key {
            None => take_from(&self.bucket, now, rate),
            Some(key) => {
                let mut by_key = self.by_key.lock().unwrap_or_else(PoisonError::into_inner);
                let keyed = by_key.get_or_insert_with(|| Keyed::new(self.keys));
                match keyed.bucket(&key, now) {
                    Some(bucket) => conforms(*bucket, now, rate).map(|full| *bucket = full),
                    None => take_from(&self.bucket, now, rate),
                }
            }
        };
        taken.map_err(|wait| {
            // Rounded up, so that a call after the wait passes.
            Failure::refused(StatusCode::RateLimited, rate, wait.div_ceil(1000))
        })
    }
}

/// Numbers that a refusal for its size has in the place of a time to wait.
const REQUEST: u64 = 0;
const RESULT: u64 = 1;

/// Returns when a bucket will be full once a call at `now` has taken a token of it, or the time to
/// wait for a token: `full` is when it would be full without the call.
fn conforms(full: u64, now: u64, rate: u64) -> Result<u64, u64> {
    let interval = SECOND.div_ceil(rate);
    // A bucket with all its tokens is full in the past; one without a token, in so long.
    let earliest = full.saturating_sub(interval * (rate - 1));
    if now < earliest { Err(earliest - now) } else { Ok(full.max(now) + interval) }
}

/// Takes a token of a bucket that threads share.
fn take_from(bucket: &AtomicU64, now: u64, rate: u64) -> Result<(), u64> {
    // Relaxed: the bucket guards no other memory, and the exchange sees the newest time.
    let mut full = bucket.load(Ordering::Relaxed);
    loop {
        let next = conforms(full, now, rate)?;
        match bucket.compare_exchange_weak(full, next, Ordering::Relaxed, Ordering::Relaxed) {
            Ok(_) => return Ok(()),
            Err(newer) => full = newer,
        }
    }
}

/// Buckets of keys.
#[derive(Debug)]
struct Keyed {
    most: usize,
    /// By the hash of the key, with which a stranger can't make two keys one.
    buckets: HashMap<u64, u64>,
    hasher: RandomState,
    /// Time until which no bucket of a key is full again, at the least: there is no sense in a
    /// search for one before.
    none_free_before: u64,
}

impl Keyed {
    fn new(most: usize) -> Self {
        // All of the memory at once, as callers hold a lock while it grows.
        let buckets = HashMap::with_capacity(most);
        Self { most, buckets, hasher: RandomState::new(), none_free_before: 0 }
    }

    /// Returns the bucket of a key; none if it has to share one.
    fn bucket(&mut self, key: &Key<'_>, now: u64) -> Option<&mut u64> {
        let hash = self.hasher.hash_one(key);
        if self.buckets.len() >= self.most && !self.buckets.contains_key(&hash) {
            if now < self.none_free_before {
                return None;
            }
            self.buckets.retain(|_, full| *full > now);
            if self.buckets.len() >= self.most {
                self.none_free_before = self.buckets.values().copied().min().unwrap_or(now);
                return None;
            }
        }
        Some(self.buckets.entry(hash).or_insert(0))
    }
}

/// Returns the time in nanoseconds since the first call of this.
fn now() -> u64 {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    u64::try_from(START.elapsed().as_nanos()).unwrap_or(u64::MAX)
}

/// A call that runs under limits; it ends when this is dropped.
#[doc(hidden)]
#[derive(Debug)]
pub struct Permit {
    limits: &'static Limits,
    /// Only functions that are async or blocking have one.
    #[cfg(feature = "async")]
    deadline: Option<Deadline>,
}

/// Time until which a call may run.
#[cfg(feature = "async")]
#[derive(Clone, Copy, Debug)]
struct Deadline {
    milliseconds: u32,
    at: Instant,
}

#[cfg(feature = "async")]
impl Deadline {
    /// Returns the deadline of a call that begins; none for 0 milliseconds.
    fn new(milliseconds: u32) -> Option<Self> {
        let at = || Instant::now() + Duration::from_millis(milliseconds.into());
        (milliseconds > 0).then(|| Self { milliseconds, at: at() })
    }

    fn is_over(&self) -> bool {
        Instant::now() >= self.at
    }

    fn refused(&self) -> Failure {
        Failure::refused(StatusCode::Deadline, self.milliseconds.into(), 0)
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        // Relaxed: the count guards no other memory.
        self.limits.running.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(feature = "async")]
impl Permit {
    /// Returns a future or stream that holds the permit until it has ended or is dropped.
    pub fn held_by<F>(self, running: F) -> Limited<F> {
        Limited { running, permit: Some(self), alarm: None }
    }

    /// Has the function of a call see its deadline.
    pub fn tell(&self, context: &FfiContext) {
        if let Some(deadline) = &self.deadline {
            context.limit(deadline.at);
        }
    }

    /// Returns the result of a blocking function unless it is late.
    ///
    /// # Errors
    ///
    /// Returns the refusal.
    pub fn in_time<R>(&self, result: R) -> Result<R, Failure> {
        match self.deadline.filter(Deadline::is_over) {
            None => Ok(result),
            Some(deadline) => Err(deadline.refused()),
        }
    }
}

#[cfg(feature = "async")]
pin_project! {
    /// A future or stream with the permit of its call. The output of the future is a refusal if the
    /// deadline is over.
    #[doc(hidden)]
    #[derive(Debug)]
    pub struct Limited<F> {
        #[pin]
        running: F,
        // None once it has ended.
        permit: Option<Permit>,
        // Some while the future waits and has a deadline.
        alarm: Option<Alarm>,
    }
}

#[cfg(feature = "async")]
impl<F: Future> Future for Limited<F> {
    type Output = Result<F::Output, Failure>;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let deadline = this.permit.as_ref().and_then(|permit| permit.deadline);
        let output = match deadline {
            None => Poll::Ready(Ok(ready!(this.running.poll(context)))),
            Some(deadline) => until(deadline, this.alarm, this.running, context),
        };
        if output.is_ready() {
            (*this.permit, *this.alarm) = (None, None);
        }
        output
    }
}

/// Polls a future that has a deadline.
#[cfg(feature = "async")]
fn until<F: Future>(
    deadline: Deadline,
    alarm: &mut Option<Alarm>,
    running: Pin<&mut F>,
    context: &mut Context<'_>,
) -> Poll<Result<F::Output, Failure>> {
    if deadline.is_over() {
        return Poll::Ready(Err(deadline.refused()));
    }
    if alarm.is_none() {
        crate::context().limit(deadline.at);
    }
    if alarm.as_ref().is_none_or(|alarm| !alarm.is_of(context.waker())) {
        *alarm = Some(Alarm::new(deadline.at, context.waker()));
    }
    running.poll(context).map(Ok)
}

#[cfg(feature = "async")]
impl<S: Stream> Stream for Limited<S> {
    type Item = S::Item;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let this = self.project();
        let item = ready!(this.running.poll_next(context));
        if item.is_none() {
            *this.permit = None;
        }
        Poll::Ready(item)
    }
}

/// A result whose size a limit can check.
#[diagnostic::on_unimplemented(
    message = "a limit can't tell the size of `{Self}`",
    label = "not a text or a list",
    note = "remove `result`: a limit of the result is for a `String` or a `Vec`, also in an `Option` or a `Result`"
)]
pub trait FfiSized {
    /// Returns the number of bytes that go to the caller.
    fn bytes(&self) -> usize;
}

impl FfiSized for String {
    fn bytes(&self) -> usize {
        self.len()
    }
}

impl<T> FfiSized for Vec<T> {
    fn bytes(&self) -> usize {
        size_of_val(self.as_slice())
    }
}

impl<T: FfiSized> FfiSized for Option<T> {
    fn bytes(&self) -> usize {
        self.as_ref().map_or(0, FfiSized::bytes)
    }
}

impl<T: FfiSized, E> FfiSized for Result<T, E> {
    fn bytes(&self) -> usize {
        self.as_ref().map_or(0, FfiSized::bytes)
    }
}

/// Returns the bytes of arguments: pairs of a number and the size of one.
#[doc(hidden)]
#[must_use]
pub fn request(parts: &[(usize, usize)]) -> usize {
    parts.iter().fold(0, |sum, (count, size)| sum.saturating_add(count.saturating_mul(*size)))
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    const MILLISECOND: u64 = 1_000_000;

    /// Number of calls of `all` that pass.
    fn passed(all: impl Iterator<Item = bool>) -> usize {
        all.filter(|passes| *passes).count()
    }

    #[test]
    fn a_second_has_so_many_calls_and_the_refusal_says_when_the_next_one_is() {
        let limits = Limits::new().per_second(4);
        let start = 7 * SECOND;
        assert_eq!(passed((0..10).map(|_| limits.take(start, None).is_ok())), 4);
        let refused = limits.take(start + 100 * MILLISECOND, None).unwrap_err();
        assert_eq!(refused, Failure::refused(StatusCode::RateLimited, 4, 150_000));
        assert!(limits.take(start + 250 * MILLISECOND, None).is_ok());
        assert!(limits.take(start + 250 * MILLISECOND, None).is_err());
        // An hour without calls saves up no more than one second of them.
        assert_eq!(passed((0..10).map(|_| limits.take(start + 3600 * SECOND, None).is_ok())), 4);
        limits.set_per_second(None);
        assert!(limits.take(start, None).is_ok());
    }

    #[test]
    fn eight_threads_get_no_token_twice() {
        static LIMITS: Limits = Limits::new().per_second(1000);
        static CLOCK: AtomicU64 = AtomicU64::new(0);
        static PASSED: AtomicU32 = AtomicU32::new(0);
        // Each thread moves the clock, so that tokens come while others take some.
        let threads = (0..8).map(|_| {
            thread::spawn(|| {
                for _ in 0..5_000 {
                    let now = CLOCK.fetch_add(10_000, Ordering::Relaxed);
                    PASSED.fetch_add(LIMITS.take(now, None).is_ok().into(), Ordering::Relaxed);
                }
            })
        });
        threads.collect::<Vec<_>>().into_iter().for_each(|it| it.join().unwrap());
        let elapsed = CLOCK.load(Ordering::Relaxed);
        let most = 1000 + elapsed / MILLISECOND;
        let passed = u64::from(PASSED.load(Ordering::Relaxed));
        assert!(passed <= most, "{passed} of {most}");
        assert!(passed >= 1000, "{passed}");
    }

    #[test]
    fn each_limit_is_changed_while_calls_run() {
        static LIMITS: Limits = Limits::new();
        let enter = |bytes| LIMITS.enter(bytes, false);
        let first = enter(1000).unwrap();
        LIMITS.set_request(Some(10));
        LIMITS.set_at_once(Some(2));
        LIMITS.set_result(Some(3));
        assert_eq!(enter(11).unwrap_err(), Failure::refused(StatusCode::LimitExceeded, 10, REQUEST));
        assert_eq!(
            LIMITS.fits("four".to_owned()).unwrap_err(),
            Failure::refused(StatusCode::LimitExceeded, 3, RESULT)
        );
        // The call that began before counts.
        let second = enter(10).unwrap();
        assert_eq!(enter(10).unwrap_err(), Failure::refused(StatusCode::TooManyCalls, 2, 0));
        LIMITS.set_request(None);
        LIMITS.set_at_once(None);
        LIMITS.set_result(None);
        assert!(enter(usize::MAX - 1).is_ok() && LIMITS.fits("four".to_owned()).is_ok());
        drop((first, second));
        assert_eq!(LIMITS.running(), 0);
    }

    #[test]
    fn many_keys_have_the_rate_of_one_more_than_there_are_buckets() {
        let limits = Limits::new().per_second(3).keys(10);
        let take = |key: u64, now| limits.take(now, Some(Key::Number(key))).is_ok();
        assert_eq!(passed((0..100_000).map(|key| take(key, 0))), 10 + 3);
        assert_eq!(passed((0..10).map(|_| take(4, 0))), 2, "a key with a bucket has the rest of it");
        assert_eq!(limits.by_key.lock().unwrap().as_ref().unwrap().buckets.len(), 10);
        // All buckets are full again, and others get them.
        assert_eq!(passed((100..200).map(|key| take(key, 2 * SECOND))), 10 + 3);
    }

    #[test]
    fn keys_are_apart() {
        let limits = Limits::new().per_second(1);
        let take = |key| limits.take(5, Some(key)).is_ok();
        let keys = [Key::Text("a"), Key::Text("b"), Key::Number(1), Key::Bytes(b"a")];
        assert_eq!(passed(keys.into_iter().map(take)), 4);
        assert_eq!(passed(keys.into_iter().map(take)), 0);
    }

    #[test]
    fn calls_at_once_end_with_their_permits() {
        static LIMITS: Limits = Limits::new().at_once(2).per_second(3).request(8);
        let enter = |bytes| LIMITS.enter(bytes, false);
        assert_eq!(enter(9).unwrap_err(), Failure::refused(StatusCode::LimitExceeded, 8, REQUEST));
        let (one, two) = (enter(8).unwrap(), enter(0).unwrap());
        for _ in 0..10 {
            // These take no token: the third is left.
            assert_eq!(enter(0).unwrap_err(), Failure::refused(StatusCode::TooManyCalls, 2, 0));
        }
        drop((one, two));
        assert_eq!(LIMITS.running(), 0);
        drop(enter(0).unwrap());
        assert_eq!(enter(0).unwrap_err().code(), StatusCode::RateLimited as i32);
        assert_eq!(LIMITS.running(), 0);
    }

    /// A task that counts how often it is woken.
    #[cfg(feature = "async")]
    struct Woken(Mutex<u32>, std::sync::Condvar);

    #[cfg(feature = "async")]
    impl std::task::Wake for Woken {
        fn wake(self: std::sync::Arc<Self>) {
            *self.0.lock().unwrap() += 1;
            self.1.notify_all();
        }
    }

    #[cfg(feature = "async")]
    #[test]
    fn a_future_is_woken_and_dropped_at_its_deadline() {
        static LIMITS: Limits = Limits::new().deadline(20);
        let woken = std::sync::Arc::new(Woken(Mutex::new(0), std::sync::Condvar::new()));
        let waker = std::task::Waker::from(std::sync::Arc::clone(&woken));
        let mut context = Context::from_waker(&waker);
        let permit = LIMITS.enter(0, false).unwrap();
        let mut future = std::pin::pin!(permit.held_by(std::future::pending::<u32>()));
        let before = Instant::now();
        let output = loop {
            if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
                break output;
            }
            let count = woken.0.lock().unwrap();
            drop(woken.1.wait_while(count, |count| std::mem::take(count) == 0).unwrap());
        };
        assert_eq!(output, Err(Failure::refused(StatusCode::Deadline, 20, 0)));
        assert!(before.elapsed() >= Duration::from_millis(20));
        assert_eq!(LIMITS.running(), 0);
        LIMITS.set_deadline(None);
        let permit = LIMITS.enter(0, false).unwrap();
        assert_eq!(permit.in_time(3), Ok(3));
    }

    #[test]
    fn a_result_is_as_large_as_what_the_caller_gets() {
        let limits = Limits::new().result(4);
        assert!(limits.fits("four".to_owned()).is_ok());
        assert!(limits.fits(Ok::<_, ()>(Some(vec![0_u16; 2]))).is_ok());
        let refused = limits.fits(vec![0_u16; 3]).unwrap_err();
        assert_eq!(refused, Failure::refused(StatusCode::LimitExceeded, 4, RESULT));
        assert!(limits.fits(Err::<String, _>("a text that is longer")).is_ok());
    }
}
