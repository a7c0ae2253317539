//! `FfiQueue<T, N>`.

use std::marker::PhantomData;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::{error, fmt};

#[cfg(feature = "async")]
use super::bell::Bell;
use super::boxed::PoolBox;
use super::claim::Claim;
use super::known::{Known, QueueEntry};
use super::pooled::FfiPooled;
use super::ring::{NoRoom, NoValue, Ring};
use super::stats::QueueStats;

/// A queue of up to `N` messages of a pool, for any number of threads at both ends; a `static` with
/// `#[ffi_export]`.
///
/// Only the places of slots go through it: a frame that Rust pushes and Dart pops is never copied.
/// The queue owns its messages.
///
/// It is Vyukov's bounded queue ("Bounded MPMC queue", 1024cores.net): a push or pop is one
/// exchange, and takes no lock. A thread that is preempted in the middle of a push or pop holds up
/// the others, so they wait for it, but no longer than a millisecond: then a pop is
/// [`Busy`](PopError::Busy), and a push finds the queue full. No pushed message is lost by that.
/// [`try_push_now`](Self::try_push_now) and [`try_pop_now`](Self::try_pop_now), for threads with a
/// real-time priority, never wait.
///
/// With the feature `async`, Dart can listen to it as a stream, in several isolates: each message
/// goes to one of them, or to a thread that pops it. A push costs nothing more while nobody
/// listens. If an isolate waits for a message, the push that it waits for takes a lock and sends a
/// message to the isolate's port.
///
/// A shutdown of the library closes the exported queues, and opens them again when the library is
/// opened again; those that [`close`](Self::close) has closed stay so.
///
/// # Examples
///
/// ```
/// use ffi_core::{FfiMessage, FfiPooled, FfiQueue, PopError};
///
/// #[derive(FfiMessage)]
/// #[repr(C)]
/// #[ffi(pool = 16)]
/// struct Event {
///     code: u32,
/// }
///
/// static EVENTS: FfiQueue<Event, 8> = FfiQueue::new();
///
/// let event = Event::pool().try_alloc_with(|event| event.code = 7)?;
/// assert!(EVENTS.try_push(event).is_ok());
/// EVENTS.close();
/// assert_eq!(EVENTS.try_pop().map(|event| event.code), Ok(7));
/// assert_eq!(EVENTS.try_pop().err(), Some(PopError::Empty));
/// # Ok::<(), ffi_core::PoolError>(())
/// ```
pub struct FfiQueue<T: FfiPooled, const N: usize> {
    /// Places of the slots that the queue owns, each with the bit [`CLAIMED`].
    ring: Ring<N>,
    /// Isolates that listen.
    #[cfg(feature = "async")]
    bell: Bell,
    /// Entry among the queues that were used; none if the queue isn't exported.
    entry: Option<&'static QueueEntry>,
    /// True once `close` was called: a shutdown of the library also closes the ring.
    closed: AtomicBool,
    /// Number of pushes that found no room.
    full: AtomicU64,
    message: PhantomData<PoolBox<T>>,
}

/// Number of turns of an operation that doesn't wait. The other thread is in the middle of two
/// stores, unless it is preempted.
const MOMENT: u32 = 8;

/// Bit of a number in the ring: the slot was claimed, and the pop ends that. The bits above are its
/// distance in bytes from the first slot of the pool, which costs less to work out than its index.
const CLAIMED: u64 = 1;

/// Reason why a message was not pushed, with the message.
#[non_exhaustive]
pub enum PushError<T> {
    /// The queue has no room now.
    Full(T),
    /// [`FfiQueue::close`] was called.
    Closed(T),
}

/// Reason why no message was popped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PopError {
    /// The queue is empty.
    Empty,
    /// The message at the front was still being pushed by another thread after a millisecond.
    Busy,
}

impl fmt::Display for PopError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "the queue is empty",
            Self::Busy => "the message at the front is still being pushed; hint: try again",
        })
    }
}

impl error::Error for PopError {}

impl<T: FfiPooled, const N: usize> FfiQueue<T, N> {
    /// Makes an empty queue of `N` times 16 bytes. A queue without room does not compile.
    #[must_use]
    pub const fn new() -> Self {
        const { assert!(N > 0, "a queue has room for at least one message") };
        Self {
            ring: Ring::new(),
            #[cfg(feature = "async")]
            bell: Bell::new(),
            entry: None,
            closed: AtomicBool::new(false),
            full: AtomicU64::new(0),
            message: PhantomData,
        }
    }

    /// Gives the queue its entry, which `#[ffi_export]` writes.
    #[doc(hidden)]
    #[must_use]
    pub const fn known(mut self, entry: &'static QueueEntry) -> Self {
        self.entry = Some(entry);
        self
    }

    /// Puts a message at the end.
    ///
    /// # Errors
    ///
    /// Returns the message in an error if the queue is full or closed. It also counts as full if
    /// another thread was still taking a message from its next place after a millisecond.
    #[inline]
    pub fn try_push(&self, message: PoolBox<T>) -> Result<(), PushError<PoolBox<T>>> {
        self.push(message, 0)
    }

    /// Puts a message at the end as [`try_push`](Self::try_push) does, but never yields or sleeps:
    /// if another thread is still taking a message from the next place after some nanoseconds, the
    /// queue is full. It takes no lock, allocates nothing and calls no function of the system.
    ///
    /// That doesn't hold while Dart listens to the queue as a stream, as a push that an isolate
    /// waits for takes a lock. Have a thread without a deadline pop the messages instead.
    ///
    /// # Errors
    ///
    /// Returns the message in an error if the queue is full or closed.
    pub fn try_push_now(&self, message: PoolBox<T>) -> Result<(), PushError<PoolBox<T>>> {
        let number = Self::number(&message, 0);
        // From here on a number, so that it stays in a register.
        let slot = message.forget();
        self.pushed(slot, self.ring.push_within(number, MOMENT))
    }

    /// Takes the next place without writing to it, as a push that is preempted does; the closure
    /// that it returns writes the message.
    #[cfg(test)]
    pub(super) fn begin_push(&self, message: PoolBox<T>) -> impl FnOnce() {
        let number = Self::number(&message, 0);
        let finish = self.ring.begin_push();
        move || {
            message.forget();
            finish(number);
        }
    }

    #[inline]
    fn push(&self, message: PoolBox<T>, claimed: u64) -> Result<(), PushError<PoolBox<T>>> {
        let number = Self::number(&message, claimed);
        // From here on a number, so that it stays in a register.
        let slot = message.forget();
        self.pushed(slot, self.ring.push(number))
    }

    /// Returns the number that the ring has for a message.
    #[inline]
    fn number(message: &PoolBox<T>, claimed: u64) -> u64 {
        (T::pool().offset_of(message) as u64) << 1 | claimed
    }

    /// Gives away the message in `slot` that was pushed, or returns it.
    #[inline]
    fn pushed(&self, slot: NonNull<T>, pushed: Result<bool, NoRoom>) -> Result<(), PushError<PoolBox<T>>> {
        match pushed {
            // The queue owns it, or a thread that has popped it.
            Ok(false) => {}
            Ok(true) => self.tell(),
            Err(reason) => return Err(self.refused(slot, reason)),
        }
        Ok(())
    }

    #[cold]
    fn refused(&self, slot: NonNull<T>, reason: NoRoom) -> PushError<PoolBox<T>> {
        // SAFETY: the slot is that of a box that was forgotten, and was not pushed.
        let message = unsafe { PoolBox::new(slot) };
        match reason {
            NoRoom::Full => {
                // Relaxed: the count guards no other memory.
                self.full.fetch_add(1, Ordering::Relaxed);
                PushError::Full(message)
            }
            NoRoom::Closed => PushError::Closed(message),
        }
    }

    /// Puts a claimed message at the end, or returns it in the error.
    ///
    /// The slot stays claimed while it is in the queue. Only [`try_pop`](Self::try_pop) ends the
    /// claim, because only the thread that has the box knows that the claim is still this one:
    /// after the push another thread may pop the slot, lend it, and claim it.
    pub(super) fn push_claim(&self, claim: Claim<T>) -> Result<(), PushError<Claim<T>>> {
        // SAFETY: the claim had the slot, and claims that are not dropped hold a value; `try_pop`
        // or the drop of the box ends it.
        let message = unsafe { PoolBox::new(claim.forget()) };
        self.push(message, CLAIMED).map_err(|refused| {
            refused.map(|message| {
                // SAFETY: the slot is still claimed, as it was not handed on.
                unsafe { Claim::new(message.forget()) }
            })
        })
    }

    /// Takes the message at the front. A closed queue returns the messages that are still in it.
    ///
    /// # Errors
    ///
    /// Returns [`PopError::Empty`] if the queue is empty; after [`close`](Self::close) it stays so.
    /// Returns [`PopError::Busy`] if the message at the front was still being pushed after a
    /// millisecond: try again.
    #[inline]
    pub fn try_pop(&self) -> Result<PoolBox<T>, PopError> {
        self.popped(self.ring.pop())
    }

    /// Takes the message at the front as [`try_pop`](Self::try_pop) does, but never yields or
    /// sleeps: if the message is still being pushed after some nanoseconds, it is
    /// [`PopError::Busy`]. It takes no lock, allocates nothing and calls no function of the system.
    ///
    /// # Errors
    ///
    /// Returns [`PopError::Empty`] or [`PopError::Busy`].
    ///
    /// # Examples
    ///
    /// ```
    /// use ffi_core::{FfiMessage, FfiPooled, FfiQueue};
    ///
    /// #[derive(FfiMessage)]
    /// #[repr(C)]
    /// #[ffi(pool(capacity = 16, cache = "none"))]
    /// struct Samples {
    ///     left: [f32; 128],
    /// }
    ///
    /// static READY: FfiQueue<Samples, 4> = FfiQueue::new();
    ///
    /// let samples = Samples::pool().try_alloc_with(|samples| samples.left.fill(0.5))?;
    /// assert!(READY.try_push_now(samples).is_ok());
    /// // On the thread of the sound card: silence if there is nothing.
    /// let left = READY.try_pop_now().map_or([0.0; 128], |samples| samples.left);
    /// assert_eq!(left[127], 0.5);
    /// # Ok::<(), ffi_core::PoolError>(())
    /// ```
    pub fn try_pop_now(&self) -> Result<PoolBox<T>, PopError> {
        self.popped(self.ring.pop_within(MOMENT))
    }

    /// Returns the message of a pop.
    #[inline]
    fn popped(&self, number: Result<u64, NoValue>) -> Result<PoolBox<T>, PopError> {
        let number = number.map_err(|none| match none {
            NoValue::Empty => PopError::Empty,
            NoValue::Busy => PopError::Busy,
        })?;
        // SAFETY: the ring only has numbers of boxes, with the distances of their slots.
        let slot = unsafe { T::pool().at_offset((number >> 1) as usize) };
        // SAFETY: the queue owned the slot, as the ring only has numbers of boxes that were
        // forgotten, or claims that hold a value, and returns each once.
        let message = unsafe { PoolBox::new(slot) };
        if number & CLAIMED != 0 {
            // SAFETY: the caller has the slot's only box, and so the claim of `push_claim`.
            unsafe { T::pool().untyped().complete(slot.cast()) };
        }
        Ok(message)
    }

    /// Takes up to `max` messages, in order, and hands them to `each`, until
    /// [`try_pop`](Self::try_pop) fails. Returns how many it took.
    pub fn pop_many(&self, max: usize, mut each: impl FnMut(PoolBox<T>)) -> usize {
        for popped in 0..max {
            match self.try_pop() {
                Ok(message) => each(message),
                Err(_) => return popped,
            }
        }
        max
    }

    /// Returns how many messages are in the queue, or are just being pushed, at the moment.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ring.len()
    }

    /// Returns true if the queue is empty at the moment.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the number of messages that the queue has room for.
    #[must_use]
    pub const fn capacity(&self) -> usize {
        N
    }

    /// Refuses every push from now on, for good. A push is either before that or refused: once
    /// [`try_pop`](Self::try_pop) finds a closed queue empty, no message is lost.
    pub fn close(&self) {
        // Before the ring is closed, so that `open` sees it if it opens the ring after that.
        self.closed.store(true, Ordering::SeqCst);
        self.close_ring();
    }

    fn close_ring(&self) {
        if self.ring.close() {
            self.tell();
        }
    }

    /// Adds the queue to those that were used, if it is exported.
    #[inline]
    fn add(&self) {
        if let Some(entry) = self.entry {
            entry.add();
        }
    }

    /// Tells the isolates that listen that there is a message, or the end. The first message of all
    /// is told as well, and adds the queue to those that were used.
    #[cold]
    fn tell(&self) {
        self.add();
        #[cfg(feature = "async")]
        if self.ring.disarm() {
            self.bell.ring();
        }
    }

    /// Returns true if the queue was closed, by [`close`](Self::close) or by a shutdown of the
    /// library: a consumer that finds it closed, and then empty, has had all messages.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        // A consumer may come before the first message, and wait for the shutdown.
        self.add();
        self.ring.is_closed()
    }

    /// Returns the numbers of the queue, which count from the start of the process. Pushes and pops
    /// count nothing for it, but those that are refused; the numbers of a queue in use are of
    /// slightly different moments.
    ///
    /// # Examples
    ///
    /// ```
    /// use ffi_core::{FfiMessage, FfiPooled, FfiQueue};
    ///
    /// #[derive(FfiMessage)]
    /// #[repr(C)]
    /// #[ffi(pool = 16)]
    /// struct Event {
    ///     code: u32,
    /// }
    ///
    /// static EVENTS: FfiQueue<Event, 2> = FfiQueue::new();
    ///
    /// for _ in 0..3 {
    ///     // The third finds no room.
    ///     let _ = EVENTS.try_push(Event::pool().try_alloc()?);
    /// }
    /// assert!(EVENTS.try_pop().is_ok());
    /// let stats = EVENTS.stats();
    /// assert_eq!((stats.capacity, stats.len), (2, 1));
    /// assert_eq!((stats.pushed, stats.popped, stats.full), (2, 1, 1));
    /// # Ok::<(), ffi_core::PoolError>(())
    /// ```
    #[must_use]
    pub fn stats(&self) -> QueueStats {
        let (pushed, popped) = self.ring.totals();
        QueueStats {
            capacity: N as u64,
            // More than fit may have been pushed since the number of pops was read.
            len: (pushed - popped).min(N as u64),
            pushed,
            popped,
            full: self.full.load(Ordering::Relaxed),
            closed: self.ring.is_closed(),
        }
    }
}

impl<T: FfiPooled, const N: usize> Known for FfiQueue<T, N> {
    fn shut(&self) {
        self.close_ring();
    }

    fn open(&self) {
        self.ring.open();
        // A close that comes from now on closes the ring itself, and one before is seen here.
        if self.closed.load(Ordering::SeqCst) {
            self.close_ring();
        }
    }

    #[cfg(feature = "metrics")]
    fn stats(&self) -> QueueStats {
        self.stats()
    }
}

impl QueueEntry {
    /// Makes the entry of an exported queue with this name.
    #[doc(hidden)]
    #[must_use]
    pub const fn new<T: FfiPooled, const N: usize>(
        name: &'static str,
        queue: &'static FfiQueue<T, N>,
    ) -> Self {
        Self::of(name, queue)
    }
}

/// Operations for an isolate that listens.
#[cfg(feature = "async")]
impl<T: FfiPooled, const N: usize> FfiQueue<T, N> {
    /// Returns the isolates that listen.
    pub(super) fn bell(&self) -> &Bell {
        &self.bell
    }

    /// Has the next push, or the close, ring the bell. The caller looks for a message afterwards.
    /// Returns true if the queue is closed.
    pub(super) fn arm(&self) -> bool {
        self.add();
        self.ring.arm()
    }
}

impl<T: FfiPooled, const N: usize> Drop for FfiQueue<T, N> {
    fn drop(&mut self) {
        // No other thread has the queue: none is just pushing.
        while self.try_pop().is_ok() {}
    }
}

impl<T: FfiPooled, const N: usize> Default for FfiQueue<T, N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: FfiPooled, const N: usize> fmt::Debug for FfiQueue<T, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FfiQueue")
            .field("len", &self.len())
            .field("capacity", &N)
            .field("closed", &self.is_closed())
            .finish_non_exhaustive()
    }
}

impl<T> PushError<T> {
    fn map<U>(self, to: impl FnOnce(T) -> U) -> PushError<U> {
        match self {
            Self::Full(message) => PushError::Full(to(message)),
            Self::Closed(message) => PushError::Closed(to(message)),
        }
    }

    /// Returns the message that was refused.
    #[must_use]
    pub fn into_value(self) -> T {
        match self {
            Self::Full(message) | Self::Closed(message) => message,
        }
    }
}

impl<T> fmt::Debug for PushError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full(_) => "Full(..)",
            Self::Closed(_) => "Closed(..)",
        })
    }
}

impl<T> fmt::Display for PushError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full(_) => "the queue is full; hint: pop faster, or raise its capacity",
            Self::Closed(_) => "the queue is closed",
        })
    }
}

impl<T> error::Error for PushError<T> {}
