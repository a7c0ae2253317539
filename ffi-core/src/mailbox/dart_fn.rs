//! Functions and objects of Dart that Rust keeps, and calls from any thread.
//!
//! A call is an event in the mailbox of the isolate that passed the function ([`ASKED`]), and
//! Dart's answer a call of the library, which finds the future that waits by a number (`asks.rs`).
//! Arguments are in memory of Rust's until the isolate comes for its next events, so nothing is
//! copied for a number or a message, and nothing lost with an isolate that is killed.
//!
//! The isolate keeps the function until the last clone in Rust is dropped, which is an event as
//! well ([`RELEASED`]). When the mailbox closes, all calls that wait end with [`DartGone`]; so do
//! those that come later, at once.
//!
//! [`ASKED`]: super::event::ASKED
//! [`RELEASED`]: super::event::RELEASED

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use super::arguments::FfiArguments;
use super::asks::Asked;
use super::event::Entry;
use super::post::FfiMailbox;
use crate::boundary::{
    DartError, Failure, FfiAnswer, FfiSignature, FfiSome, StatusCode, for_each_arity, in_isolate,
};

/// Reason why a function of Dart can't be called any more: its isolate has ended, or the library
/// was shut down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DartGone;

impl fmt::Display for DartGone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the isolate of the function is gone, or the library was shut down")
    }
}

impl std::error::Error for DartGone {}

/// Reason why a call of a function of Dart has no result.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AskError {
    /// There is no isolate any more that could answer.
    Gone,
    /// The function threw, its result is no value of the type, or an argument could not be passed.
    Dart(DartError),
    /// The thread would have waited for itself: see [`DartFn::call_blocking`].
    WouldBlock,
}

impl fmt::Display for AskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gone => DartGone.fmt(f),
            Self::Dart(error) => error.fmt(f),
            Self::WouldBlock => f.write_str(
                "the thread of an isolate can't wait for Dart, as the isolate waits for it; hint: `.call(..).await`, \
                 or `#[ffi(blocking)]` on the function that Dart has called",
            ),
        }
    }
}

impl std::error::Error for AskError {}

impl From<DartGone> for AskError {
    fn from(_: DartGone) -> Self {
        Self::Gone
    }
}

/// For functions whose error is that of functions that are lent.
impl From<AskError> for DartError {
    fn from(error: AskError) -> Self {
        match error {
            AskError::Dart(error) => error,
            other => Self::new(other.to_string()),
        }
    }
}

/// State of a call.
struct Waiting<R> {
    result: Option<Result<R, AskError>>,
    waker: Option<Waker>,
}

/// A call that both sides have: Rust's future, and the mailbox until it is answered.
struct Shared<R>(Mutex<Waiting<R>>);

impl<R> Shared<R> {
    fn lock(&self) -> MutexGuard<'_, Waiting<R>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn end(&self, result: Result<R, AskError>) {
        let mut waiting = self.lock();
        waiting.result.get_or_insert(result);
        let waker = waiting.waker.take();
        drop(waiting);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl<R: FfiAnswer + Send> Asked for Shared<R> {
    unsafe fn answer(&self, place: *const u8) {
        if place.is_null() && size_of::<R::Raw>() > 0 {
            return self.fail(b"the function has written no result");
        }
        // SAFETY: the place is that of a result of this type, and its text stays until this
        // returns, by this function's contract.
        let read = unsafe { R::read(place.cast()) };
        self.end(read.map_err(|invalid| AskError::Dart(DartError::new(invalid.to_string()))));
    }

    fn fail(&self, text: &[u8]) {
        self.end(Err(AskError::Dart(DartError::of_text(text))));
    }

    fn gone(&self) {
        self.end(Err(AskError::Gone));
    }
}

/// A call of a function of Dart under way: the future of its result.
///
/// The call was made when this was; dropping this forgets the result.
///
/// # Errors
///
/// The output is an error if the function throws, or if the isolate is gone before it answers.
#[must_use = "the result is known when this was awaited; hint: `notify` if there is none to wait for"]
pub struct Ask<R> {
    shared: Arc<Shared<R>>,
    /// The mailbox and the number of the call, until it is answered.
    at: Option<(Arc<FfiMailbox>, u64)>,
}

impl<R> Ask<R> {
    /// Returns a call that has ended, for a function of Rust in the place of one of Dart.
    pub fn ready(result: Result<R, AskError>) -> Self {
        Self { shared: Arc::new(Shared(Mutex::new(Waiting { result: Some(result), waker: None }))), at: None }
    }

    /// Waits on this thread.
    fn wait(self) -> Result<R, AskError> {
        /// Wakes a thread.
        struct Unpark(Thread);

        impl Wake for Unpark {
            fn wake(self: Arc<Self>) {
                self.0.unpark();
            }
        }

        let waker = Waker::from(Arc::new(Unpark(thread::current())));
        let mut context = Context::from_waker(&waker);
        let mut ask = pin!(self);
        loop {
            match ask.as_mut().poll(&mut context) {
                Poll::Ready(result) => return result,
                Poll::Pending => thread::park(),
            }
        }
    }
}

impl<R> Future for Ask<R> {
    type Output = Result<R, AskError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut waiting = self.shared.lock();
        let Some(result) = waiting.result.take() else {
            match &mut waiting.waker {
                Some(waker) => waker.clone_from(context.waker()),
                none => *none = Some(context.waker().clone()),
            }
            return Poll::Pending;
        };
        drop(waiting);
        self.at = None;
        Poll::Ready(result)
    }
}

impl<R> Drop for Ask<R> {
    fn drop(&mut self) {
        if let Some((mailbox, ask)) = self.at.take() {
            mailbox.forget_ask(ask);
        }
    }
}

impl<R> fmt::Debug for Ask<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ask").finish_non_exhaustive()
    }
}

/// An object of Dart with methods that Rust calls; a function is one with a single method. The
/// isolate keeps it until the last clone is dropped.
#[doc(hidden)]
#[derive(Clone)]
pub struct DartObject(Arc<Kept>);

struct Kept {
    mailbox: Arc<FfiMailbox>,
    /// Its number in the isolate.
    number: u64,
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.mailbox.release(self.number);
    }
}

impl DartObject {
    /// Takes an object that Dart passes.
    ///
    /// # Errors
    ///
    /// Returns invalid argument if the mailbox is null, as callers in C have none.
    ///
    /// # Safety
    ///
    /// `mailbox` is null or that of the isolate that runs this, which keeps an object with that
    /// number for this call.
    pub unsafe fn adopt(mailbox: *const FfiMailbox, number: u64, name: &str) -> Result<Self, Failure> {
        if mailbox.is_null() {
            let text = format!("`{name}` has no mailbox, as only Dart has one");
            return Err(Failure::new(StatusCode::InvalidArgument, text));
        }
        // SAFETY: the mailbox is in an `Arc`, which an object of the isolate keeps.
        unsafe { Arc::increment_strong_count(mailbox) };
        // SAFETY: it is the pointer of an `Arc`, and the count that this one gives up was added
        // above.
        let mailbox = unsafe { Arc::from_raw(mailbox) };
        Ok(Self(Arc::new(Kept { mailbox, number })))
    }

    /// Calls a method.
    pub fn ask<A, R>(&self, method: u32, arguments: A) -> Ask<R>
    where
        A: FfiArguments,
        R: FfiAnswer + Send + 'static,
    {
        let arguments = match arguments.into_arguments() {
            Ok(arguments) => arguments,
            Err(error) => return Ask::ready(Err(AskError::Dart(error))),
        };
        let Kept { mailbox, number } = &*self.0;
        let shared = Arc::new(Shared(Mutex::new(Waiting { result: None, waker: None })));
        let asked: Arc<dyn Asked> = Arc::<Shared<R>>::clone(&shared);
        let ask = mailbox.ask(asked, |ask| Entry::asked(*number, method, ask, arguments));
        match ask {
            Some(ask) => Ask { shared, at: Some((Arc::clone(mailbox), ask)) },
            None => Ask::ready(Err(AskError::Gone)),
        }
    }

    /// Calls a method, and waits for the result.
    ///
    /// # Errors
    ///
    /// Returns those of [`ask`](Self::ask), and [`AskError::WouldBlock`] on the thread of an
    /// isolate.
    pub fn ask_blocking<A, R>(&self, method: u32, arguments: A) -> Result<R, AskError>
    where
        A: FfiArguments,
        R: FfiAnswer + Send + 'static,
    {
        if in_isolate() { Err(AskError::WouldBlock) } else { self.ask(method, arguments).wait() }
    }

    /// Calls a method whose result nobody waits for.
    ///
    /// # Errors
    ///
    /// Returns an error if the isolate is gone.
    pub fn notify<A: FfiArguments>(&self, method: u32, arguments: A) -> Result<(), DartGone> {
        let Kept { mailbox, number } = &*self.0;
        // An argument that can't be passed is a message that is lost, as one that throws is.
        let Ok(arguments) = arguments.into_arguments() else { return Ok(()) };
        if mailbox.notify(Entry::asked(*number, method, 0, arguments)) { Ok(()) } else { Err(DartGone) }
    }
}

impl fmt::Debug for DartObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("DartObject").field(&self.0.number).finish()
    }
}

/// A function of Dart that Rust keeps, and calls from any thread: a parameter of exported
/// functions, methods and services. `F` is `fn(A, ..) -> R`, with up to six arguments.
///
/// Arguments are what exported functions return: numbers, enums and messages by value, `String`,
/// `Vec<T>`, `PoolBox<T>`, `FfiObject<T>`; the result is `()`, a value or a `String`. In Dart it is
/// a function that returns `R` or a `Future<R>`, and runs on the event loop of its isolate.
///
/// The isolate keeps the function until the last clone is dropped, on any thread. It doesn't keep
/// the isolate alive: a program that waits for nothing else ends.
///
/// # Examples
///
/// ```
/// use ffi_core::{AskError, DartFn, ffi_export};
///
/// /// Copies files; asks before it overwrites one.
/// #[ffi_export]
/// pub async fn copy(
///     files: u32,
///     overwrite: DartFn<fn(u32) -> bool>,
///     progress: DartFn<fn(u32, u32)>,
/// ) -> Result<u32, AskError> {
///     let mut copied = 0;
///     for file in 0..files {
///         copied += u32::from(overwrite.call(file).await?);
///         progress.notify(file + 1, files)?;
///     }
///     Ok(copied)
/// }
/// ```
pub struct DartFn<F> {
    object: DartObject,
    signature: PhantomData<fn() -> F>,
}

impl<F: FfiSignature> DartFn<F> {
    /// Takes a function that Dart passes.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`DartObject::adopt`].
    ///
    /// # Safety
    ///
    /// The conditions of [`DartObject::adopt`]; the function has the type `F`.
    #[doc(hidden)]
    pub unsafe fn adopt(mailbox: *const FfiMailbox, number: u64, name: &str) -> Result<Self, Failure> {
        // SAFETY: the mailbox and the number are as the callee asks, by this function's contract.
        let object = unsafe { DartObject::adopt(mailbox, number, name) }?;
        Ok(Self { object, signature: PhantomData })
    }
}

macro_rules! call {
    ($($type:ident $argument:ident),*) => {
        impl<$($type: FfiSome + Send + 'static,)* R: FfiAnswer + Send + 'static> DartFn<fn($($type),*) -> R> {
            /// Calls the function, on the event loop of its isolate. The call is made at once, and
            /// the future is that of the result.
            ///
            /// # Errors
            ///
            /// The future's output is an error if the function throws, or if its isolate is gone.
            pub fn call(&self, $($argument: $type),*) -> Ask<R> {
                self.object.ask(0, ($($argument,)*))
            }

            /// Calls the function, and waits for the result: on a thread of your own, in a blocking
            /// function or in `ffi_core::spawn_blocking`.
            ///
            /// # Errors
            ///
            /// Returns an error if the function throws, or if its isolate is gone, and
            /// [`AskError::WouldBlock`] on the thread of an isolate, which is in a call of this
            /// library, so Dart would never answer.
            pub fn call_blocking(&self, $($argument: $type),*) -> Result<R, AskError> {
                self.object.ask_blocking(0, ($($argument,)*))
            }

            /// Calls the function, whose result nobody waits for. What it throws is an uncaught
            /// error of its zone in Dart.
            ///
            /// # Errors
            ///
            /// Returns an error if the isolate is gone.
            pub fn notify(&self, $($argument: $type),*) -> Result<(), DartGone> {
                self.object.notify(0, ($($argument,)*))
            }
        }
    };
}

for_each_arity!(call);

impl<F> Clone for DartFn<F> {
    fn clone(&self) -> Self {
        Self { object: self.object.clone(), signature: PhantomData }
    }
}

impl<F> fmt::Debug for DartFn<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("DartFn").field(&self.object.0.number).finish()
    }
}
