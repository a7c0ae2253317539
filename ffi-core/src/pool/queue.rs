//! `FfiQueue<T, N>`.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{error, fmt};

use crossbeam_queue::ArrayQueue;

use super::boxed::PoolBox;
use super::claim::Claim;
use super::pooled::FfiPooled;

/// A queue of up to `N` messages of a pool, for any number of threads at both ends; a `static` with `#[ffi_export]`.
///
/// Only pointers go through it: a frame that Rust pushes and Dart pops is never copied. What is in the queue is owned by the
/// queue. No method waits.
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
/// static EVENTS: FfiQueue<Event, 8> = FfiQueue::new();
///
/// let event = Event::pool().alloc_with(|event| event.code = 7)?;
/// assert!(EVENTS.push(event).is_ok());
/// EVENTS.close();
/// assert_eq!(EVENTS.pop().map(|event| event.code), Some(7));
/// assert!(EVENTS.pop().is_none() && EVENTS.is_closed());
/// # Ok::<(), ffi_core::PoolError>(())
/// ```
pub struct FfiQueue<T: FfiPooled, const N: usize> {
    messages: OnceLock<ArrayQueue<PoolBox<T>>>,
    /// [`CLOSED`], and the number of pushes that are under way.
    state: AtomicUsize,
}

/// What `#[ffi_export]` asks of the type of a static: [`FfiQueue`] implements it, and nothing else can. No unsafe code relies on
/// it: the static is an [`FfiQueue`] of that message and capacity, or the code that the attribute writes has a type error.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be exported",
    label = "not a queue",
    note = "`static FRAMES: FfiQueue<Frame, 8> = FfiQueue::new();`"
)]
pub trait ExportedQueue: sealed::Sealed {
    /// What it holds.
    type Message: FfiPooled;
    /// How many it holds at most.
    const CAPACITY: usize;
}

mod sealed {
    pub trait Sealed {}
    impl<T: crate::FfiPooled, const N: usize> Sealed for crate::FfiQueue<T, N> {}
}

impl<T: FfiPooled, const N: usize> ExportedQueue for FfiQueue<T, N> {
    type Message = T;
    const CAPACITY: usize = N;
}

const CLOSED: usize = 1 << (usize::BITS - 1);

/// Why a message was not pushed; it comes back in the error.
pub enum PushError<T> {
    /// The queue has no room now.
    Full(T),
    /// [`FfiQueue::close`] was called.
    Closed(T),
}

impl<T: FfiPooled, const N: usize> FfiQueue<T, N> {
    /// An empty queue. Its memory is allocated when something is first pushed. A queue without room does not compile.
    #[must_use]
    pub const fn new() -> Self {
        const { assert!(N > 0, "a queue has room for at least one message") };
        Self { messages: OnceLock::new(), state: AtomicUsize::new(0) }
    }

    /// Puts a message at the end.
    ///
    /// # Errors
    ///
    /// When the queue is full or closed; the message is in the error.
    pub fn push(&self, message: PoolBox<T>) -> Result<(), PushError<PoolBox<T>>> {
        let mut state = self.state.load(Ordering::Relaxed);
        loop {
            // The count never rises once it is closed, so that who sees `CLOSED` alone knows that nothing comes any more.
            if state & CLOSED != 0 {
                return Err(PushError::Closed(message));
            }
            match self.state.compare_exchange_weak(state, state + 1, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => break,
                Err(now) => state = now,
            }
        }
        let pushed = self.messages.get_or_init(|| ArrayQueue::new(N)).push(message);
        // Pairs with `is_closed`: who sees the count without this push finds the message.
        self.state.fetch_sub(1, Ordering::Release);
        pushed.map_err(PushError::Full)
    }

    /// Puts a message at the end whose slot is claimed for a moment; when it is refused it is in the error.
    pub(super) fn push_claim(&self, claim: Claim<T>) -> Result<(), PushError<Claim<T>>> {
        let slot = claim.forget();
        // The slot stays claimed until it is in the queue, so that a release meanwhile isn't lost if it is refused.
        // SAFETY: the claim had it, and claims that are not dropped hold a value; it is completed below, or by `pop`.
        match self.push(unsafe { PoolBox::new(slot) }) {
            Ok(()) => {
                T::pool().complete_handed_on(slot);
                Ok(())
            }
            Err(refused) => Err(refused.map(|message| {
                // SAFETY: still claimed, as it was not handed on.
                unsafe { Claim::new(message.forget()) }
            })),
        }
    }

    /// Takes the message at the front; none when the queue is empty. A closed queue gives what is still in it.
    #[must_use = "what is popped and not used is freed"]
    pub fn pop(&self) -> Option<PoolBox<T>> {
        let message = self.messages.get()?.pop()?;
        // Its pusher may not have come to that yet.
        T::pool().complete_handed_on(message.slot());
        Some(message)
    }

    /// Takes up to `max` messages, in order, and hands them to `each`; how many there were.
    pub fn pop_many(&self, max: usize, mut each: impl FnMut(PoolBox<T>)) -> usize {
        for popped in 0..max {
            match self.pop() {
                Some(message) => each(message),
                None => return popped,
            }
        }
        max
    }

    /// How many messages are in it, as seen now.
    #[must_use]
    pub fn len(&self) -> usize {
        self.messages.get().map_or(0, ArrayQueue::len)
    }

    /// Whether there is none in it, as seen now.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many messages there is room for.
    #[must_use]
    pub const fn capacity(&self) -> usize {
        N
    }

    /// Refuses every push from now on; for good.
    pub fn close(&self) {
        self.state.fetch_or(CLOSED, Ordering::Relaxed);
    }

    /// Whether it is closed, and no push from before is under way any more: what is in it is all that will ever come, and
    /// once [`pop`](Self::pop) returns none after this is true, it is drained.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        // Pairs with the end of `push`.
        self.state.load(Ordering::Acquire) == CLOSED
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

    /// The message that was refused.
    #[must_use]
    pub fn into_inner(self) -> T {
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
