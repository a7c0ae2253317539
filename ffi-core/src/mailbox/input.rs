//! Streams of Dart that Rust reads.
//!
//! An input is the way back of a stream (`stream.rs`): the isolate puts items into a [`Window`], by
//! one leaf call for each, or for many values, and Rust takes them wherever it has moved the input
//! to. The isolate spends a credit for each item. Rust gives credit back when it has taken half a
//! window, or finds nothing; the isolate pauses its subscription while it has none, and an event
//! says once that there is some again.
//!
//! An input is a call without a task, so it ends with its mailbox and with the library: whichever
//! ends it wakes Rust. Items that Dart has put before that are taken first.

use std::cell::Cell;
use std::future::poll_fn;
use std::mem::{self, MaybeUninit};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::{fmt, ptr};

use futures_core::Stream;

use super::abi::opened;
use super::atomics::{Atomics, Machine};
use super::event::{DROPPED, WANTS};
use super::intake::{GONE, Input, Put, TOO_MANY};
use super::outcome::{Outcome, Stage};
use super::post::{Call, FfiMailbox};
use super::window::{Idle, MOST, Window};
use crate::arena::{ArenaMessage, FfiArena};
use crate::boundary::{self, DartError, Failure, FfiValue};
use crate::pool::{FfiPooled, PoolBox};

/// Kind of what Dart puts: an item.
const ITEM: u32 = 0;
/// Kind of what Dart puts: the text of an error.
const ERROR: u32 = 1;
/// Kind of what Dart puts: the end.
const END: u32 = 2;
/// Kind of what Dart puts: the text of an error, and the end.
const LAST_ERROR: u32 = 3;
/// Kind of what Dart puts: any number of values. One that is refused is an error in its place.
const ITEMS: u32 = 5;
// Any other kind puts nothing, and asks for room.

/// Seals the items of inputs: the isolate passes them as this module says.
mod sealed {
    use crate::arena::{ArenaMessage, FfiArena};
    use crate::boundary::FfiValue;
    use crate::pool::{FfiPooled, PoolBox};

    pub trait Item {}

    impl<T: FfiValue> Item for T {}
    impl Item for String {}
    impl<T: FfiValue> Item for Vec<T> {}
    impl<T: FfiPooled> Item for PoolBox<T> {}
    impl<T: ArenaMessage> Item for FfiArena<T> {}
}

/// Item of an [`FfiInput`]: an [`FfiValue`], a `String`, a `Vec<T: FfiValue>`, a [`PoolBox`] or an
/// [`FfiArena`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be the item of an `FfiInput`",
    label = "not an item that Rust can take from Dart",
    note = "an item is a number of fixed size, a `bool`, a type with `#[derive(FfiMessage)]` or `#[derive(FfiEnum)]`, a `String`, \
            a `Vec` of what is passed by value, a `PoolBox` or an `FfiArena`"
)]
pub trait FfiInputItem: sealed::Item + Send + Sized + 'static {
    /// Size in bytes of an item that is a value; 0 for others, which come one by one.
    #[doc(hidden)]
    const SIZE: usize = 0;

    /// Checks and takes an item. If it is refused, it is still the caller's.
    ///
    /// # Errors
    ///
    /// Returns an error if the bytes are no value, or the slot isn't the caller's.
    ///
    /// # Safety
    ///
    /// `data` is null, or points to the item: a value of `len` bytes; `len` bytes of text; `len`
    /// elements of a list; a slot, or an arena with its chunks, that no other code uses if it
    /// becomes Rust's. No thread writes to the bytes meanwhile.
    #[doc(hidden)]
    unsafe fn read(data: *const u8, len: usize, name: &'static str) -> Result<Self, Failure>;
}

impl<T: FfiValue + Send + 'static> FfiInputItem for T {
    const SIZE: usize = size_of::<Self>();

    unsafe fn read(data: *const u8, len: usize, name: &'static str) -> Result<Self, Failure> {
        if data.is_null() || len != size_of::<T>() {
            return Err(Failure::invalid_argument(name, "is no item of its type"));
        }
        let mut value = MaybeUninit::<T>::zeroed();
        // SAFETY: the item has as many bytes, which no thread writes to; they are copied to a
        // local, so there is no overlap, and bytes need no alignment.
        unsafe { ptr::copy_nonoverlapping(data, value.as_mut_ptr().cast(), len) };
        // SAFETY: the bytes of the local are initialised.
        unsafe { T::check(value.as_ptr()) }.map_err(|invalid| invalid.in_field(name))?;
        // SAFETY: the check has found a value.
        Ok(unsafe { value.assume_init() })
    }
}

impl FfiInputItem for String {
    unsafe fn read(data: *const u8, len: usize, name: &'static str) -> Result<Self, Failure> {
        // SAFETY: the data is null or as many bytes, which no thread writes to.
        unsafe { boundary::text(data, len, name) }.map(str::to_owned)
    }
}

impl<T: FfiValue + Clone + Send + 'static> FfiInputItem for Vec<T> {
    unsafe fn read(data: *const u8, len: usize, name: &'static str) -> Result<Self, Failure> {
        // SAFETY: the data is null or as many elements, which no thread writes to.
        unsafe { boundary::slice(data.cast::<T>(), len, name) }.map(<[T]>::to_vec)
    }
}

impl<T: FfiPooled + Send + 'static> FfiInputItem for PoolBox<T> {
    unsafe fn read(data: *const u8, _: usize, name: &'static str) -> Result<Self, Failure> {
        // SAFETY: no other code uses the slot if it becomes Rust's, by this function's contract.
        unsafe { boundary::claim::<T>(data.cast_mut().cast(), name) }.map(boundary::take)
    }
}

impl<T: ArenaMessage + Send + 'static> FfiInputItem for FfiArena<T> {
    unsafe fn read(data: *const u8, _: usize, name: &'static str) -> Result<Self, Failure> {
        // SAFETY: a pointer that isn't refused is that of an arena of this library's, which no
        // other code uses if it becomes Rust's, by this function's contract.
        unsafe { boundary::given::<T>(data.cast_mut().cast(), name) }.map(boundary::take_arena)
    }
}

/// Result of [`next`].
pub(super) enum Next<T> {
    Item(T),
    /// No item comes any more.
    End,
    /// The isolate or the library has ended.
    Gone,
    Nothing,
}

/// Takes the next item.
///
/// # Safety
///
/// The conditions of [`Window::pop_if`].
pub(super) unsafe fn next<T, A: Atomics>(window: &Window<T, A>, outcome: &Outcome<A>) -> Next<T> {
    let gone = || outcome.stage() != Stage::Running;
    loop {
        // SAFETY: no other thread takes, by this function's contract.
        if let Some(item) = unsafe { window.pop_if(|_| true) } {
            return Next::Item(item);
        }
        // Before the look, so that what the isolate has put before its end is found.
        let ended = A::ASKS_FIRST && gone();
        // SAFETY: no other thread takes, by this function's contract.
        return match unsafe { window.idle() } {
            Idle::Item => continue,
            Idle::End => Next::End,
            Idle::Nothing if ended || !A::ASKS_FIRST && gone() => Next::Gone,
            Idle::Nothing => Next::Nothing,
        };
    }
}

/// Items on their way to Rust.
struct Incoming<T> {
    window: Window<Result<T, DartError>, Machine>,
    /// Name of the parameter.
    name: &'static str,
    /// Credits that the isolate has collected; only puts use it.
    credit: Cell<u32>,
    /// True once nothing is put any more: after the end, and when Rust has dropped the input. A put
    /// that comes at the same time as the drop leaves its item in the window, which goes with the
    /// call when the isolate hears of the drop.
    dropped: AtomicBool,
}

// SAFETY: one thread at a time puts, no other uses the credit, and the only `FfiInput` of it
// takes; items may go to other threads.
unsafe impl<T: Send> Sync for Incoming<T> {}

impl<T> Incoming<T> {
    fn new(window: u32, name: &'static str) -> Self {
        let dropped = AtomicBool::new(false);
        Self { window: Window::new(window), name, credit: Cell::new(0), dropped }
    }
}

impl<T: FfiInputItem> Input for Incoming<T> {
    unsafe fn put(&self, kind: u32, data: *const u8, len: usize) -> Result<Put, Failure> {
        // Relaxed: it guards no other memory.
        if self.dropped.load(Ordering::Relaxed) {
            return Ok(Put { code: GONE, wakes: false, ended: false });
        }
        let mut credit = self.credit.get();
        let text = || {
            let text: &[u8] = match data.is_null() {
                true => &[],
                // SAFETY: the data is as many bytes of text, by this function's contract.
                false => unsafe { std::slice::from_raw_parts(data, len) },
            };
            Err(DartError::new(String::from_utf8_lossy(text)))
        };
        let mut wakes = false;
        let count = match kind {
            ITEM | ERROR => 1,
            ITEMS if T::SIZE == 0 || data.is_null() || !len.is_multiple_of(T::SIZE) => {
                return Err(Failure::invalid_argument(self.name, "gets no such items by value"));
            }
            ITEMS => len / T::SIZE,
            _ => 0,
        };
        if count > 0 && credit == 0 {
            credit = self.window.collect();
            self.credit.set(credit);
        }
        if count > credit as usize {
            return Ok(Put { code: TOO_MANY, wakes: false, ended: false });
        }
        credit -= count as u32;
        if kind == ITEMS {
            let items = (0..count).map(|index| {
                // SAFETY: the data is as many bytes, by this function's contract.
                let item = unsafe { data.add(index * T::SIZE) };
                // SAFETY: the data is that of an item, by this function's contract.
                let read = unsafe { T::read(item, T::SIZE, self.name) };
                read.map_err(|failure| DartError::new(failure.message()))
            });
            // SAFETY: no other thread puts, by this function's contract, and there were as many
            // credits.
            wakes = unsafe { self.window.put_all(items) };
        } else if matches!(kind, ITEM | ERROR) {
            let item = match kind {
                // SAFETY: the data is that of an item, by this function's contract.
                ITEM => Ok(unsafe { T::read(data, len, self.name) }?),
                _ => text(),
            };
            // SAFETY: no other thread puts, by this function's contract, and there was a credit.
            wakes = unsafe { self.window.put(item) };
        }
        let ended = matches!(kind, END | LAST_ERROR);
        if kind == LAST_ERROR {
            // SAFETY: no other thread puts, by this function's contract, and it is the last item.
            wakes = unsafe { self.window.put(text()) };
        }
        if ended {
            self.dropped.store(true, Ordering::Relaxed);
            wakes |= self.window.end();
        } else if credit == 0 {
            // None: from now on the next grant is an event. There may be several for one wait, so
            // Dart asks after each.
            credit = self.window.collect();
        }
        self.credit.set(credit);
        Ok(Put { code: credit as isize, wakes, ended })
    }
}

/// A stream of Dart, as a parameter of an async function: a `Stream` of
/// `Result<T, DartError>`.
///
/// In Dart the parameter is a `Stream<T>`. It is listened to once the function has started, and
/// paused while as many items wait as the function's `#[ffi(window = N)]` says, 1024 without it.
/// What the stream throws, or an item that can't be passed, is an `Err`, after which the stream
/// goes on. Its end is the end of the input. If the isolate ends before, or the library is shut
/// down, the last item is an `Err` whose [`is_gone`](DartError::is_gone) is true. Dropping the
/// input cancels Dart's subscription, so it may be moved to another task, and outlive the call.
///
/// An item is an [`FfiValue`], a `String` or a `Vec` of values, which are copied, or a
/// [`PoolBox`] or [`FfiArena`], whose object in Dart is empty afterwards. Values that come in one
/// turn of Dart's event loop are passed together, at its end or earlier.
///
/// In a function with `#[ffi_export(blocking)]`, wait for items with an executor for one future,
/// such as `block_on` of the crate `futures`.
///
/// # Examples
///
/// ```
/// use ffi_core::{DartError, FfiInput, ffi_export};
///
/// /// Returns the sum of the numbers of a stream of Dart, or what that has thrown.
/// #[ffi_export]
/// #[ffi(window = 64)]
/// pub async fn sum(mut numbers: FfiInput<u32>) -> Result<u64, DartError> {
///     let mut sum = 0;
///     while let Some(number) = numbers.next().await {
///         sum += u64::from(number?);
///     }
///     Ok(sum)
/// }
/// ```
pub struct FfiInput<T: FfiInputItem> {
    incoming: Arc<Incoming<T>>,
    /// The call that ends with the isolate; none of an input without one.
    call: Option<Arc<Call>>,
    /// Credits of items that were taken, up to half a window.
    owed: u32,
    half: u32,
    ended: bool,
}

impl<T: FfiInputItem> FfiInput<T> {
    /// Makes an input of these items, to call a function from Rust.
    ///
    /// # Examples
    ///
    /// ```
    /// # use ffi_core::{DartError, FfiInput};
    /// let mut input = FfiInput::of([Ok(1_u8), Err(DartError::new("lost"))]);
    /// # let _ = &mut input;
    /// ```
    #[must_use]
    pub fn of(items: impl IntoIterator<Item = Result<T, DartError>>) -> Self {
        let items: Vec<_> = items.into_iter().collect();
        let window = u32::try_from(items.len()).unwrap_or(MOST).clamp(1, MOST);
        let incoming = Incoming::new(window, "input");
        for item in items.into_iter().take(window as usize) {
            // SAFETY: no other thread has the window, and it has room for as many.
            unsafe { incoming.window.put(item) };
        }
        incoming.window.end();
        Self { incoming: Arc::new(incoming), call: None, owed: 0, half: u32::MAX, ended: false }
    }

    /// Returns the next item, as `next` of `StreamExt` does.
    pub async fn next(&mut self) -> Option<Result<T, DartError>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// Gives credit back for the items that were taken.
    fn grant(&mut self) {
        let owed = mem::take(&mut self.owed);
        if owed > 0
            && self.incoming.window.grant(owed)
            && let Some(call) = &self.call
        {
            call.tell(WANTS);
        }
    }

    fn took(&mut self, item: Result<T, DartError>) -> Poll<Option<Result<T, DartError>>> {
        self.owed += 1;
        if self.owed >= self.half {
            self.grant();
        }
        Poll::Ready(Some(item))
    }
}

impl<T: FfiInputItem> Stream for FfiInput<T> {
    type Item = Result<T, DartError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if this.ended {
            return Poll::Ready(None);
        }
        // SAFETY: the input is borrowed mutably, and only it takes.
        if let Some(item) = unsafe { this.incoming.window.pop_if(|_| true) } {
            return this.took(item);
        }
        let next = match &this.call {
            Some(call) => {
                // What is put from now on wakes the task; what was put before is found.
                call.waker.register(context.waker());
                // SAFETY: the input is borrowed mutably, and only it takes.
                unsafe { next(&this.incoming.window, &call.outcome) }
            }
            None => Next::End,
        };
        match next {
            Next::Item(item) => this.took(item),
            Next::End => {
                this.ended = true;
                Poll::Ready(None)
            }
            Next::Gone => {
                this.ended = true;
                Poll::Ready(Some(Err(DartError::gone())))
            }
            Next::Nothing => {
                this.grant();
                Poll::Pending
            }
        }
    }
}

impl<T: FfiInputItem> Drop for FfiInput<T> {
    fn drop(&mut self) {
        self.incoming.dropped.store(true, Ordering::Relaxed);
        // SAFETY: the input is borrowed mutably, and only it takes.
        while unsafe { self.incoming.window.pop_if(|_| true) }.is_some() {}
        if let Some(call) = &self.call
            && call.outcome.decide(Stage::Ended)
        {
            call.tell(DROPPED);
        }
    }
}

impl<T: FfiInputItem> fmt::Debug for FfiInput<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FfiInput").field("ended", &self.ended).finish_non_exhaustive()
    }
}

/// Opens the input with that number, of which up to `window` items wait for Rust.
///
/// # Errors
///
/// Returns an error if no call can be started.
///
/// # Safety
///
/// `mailbox` is null, or that of the isolate that runs this.
pub unsafe fn open_input<T: FfiInputItem>(
    mailbox: *const FfiMailbox,
    id: u64,
    window: u32,
    name: &'static str,
) -> Result<FfiInput<T>, Failure> {
    // SAFETY: the mailbox is null or that of the isolate, by this function's contract.
    let mailbox = unsafe { opened(mailbox) }?;
    let incoming = Arc::new(Incoming::new(window, name));
    let call = mailbox.make_input(id, Arc::clone(&incoming) as Arc<dyn Input>);
    mailbox.begin_without_task(Arc::clone(&call));
    Ok(FfiInput { incoming, call: Some(call), owed: 0, half: (window / 2).max(1), ended: false })
}
