//! Status of a call: the kind of a failure, its message, and what else it has.

use std::cell::Cell;
use std::ptr;

use bytemuck::Zeroable;

use super::owned::{FfiOwned, Payload, owned_free};
use super::payload::texts_payload;
use super::pending::FfiPending;
use super::place::{FfiPlace, place_free};
use super::text::{free_text, leak_text};
use crate::panic::Place;
use crate::types::{Broken, InvalidValue};

/// Kind of the failure of a call; each is an exception class of its own in Dart.
///
/// Codes 12 and 13 are reserved: no function of this version reports them, and a Dart package
/// that doesn't know one throws an `UnknownStatusException` with its number and meaning. Codes from
/// 16 up are events of the mailbox, not statuses.
///
/// | code | reserved for |
/// |---|---|
/// | 12 | cancelled |
/// | 13 | internal |
///
/// A refusal by a limit or a guard has no message, so that it allocates nothing. Its
/// [`detail`](FfiStatus::detail) is the limit, and its [`message_len`](FfiStatus::message_len)
/// another number; both are the largest that fits if they are larger.
///
/// | code | `detail` | `message_len` |
/// |---|---|---|
/// | 6 | number of bytes | 0 for the arguments, 1 for the result |
/// | 8 | calls per second | time until a call passes, in microseconds |
/// | 9 | calls at once | 0 |
/// | 10 | milliseconds | 0 |
/// | 14 | 0 | 0 |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
#[non_exhaustive]
pub enum StatusCode {
    /// No failure: the result is `None`.
    NoValue = -1,
    /// No failure.
    Ok = 0,
    /// The function returned `Err`; the message is the error's `Display` text.
    Error = 1,
    /// The function panicked; the message is the panic's.
    Panic = 2,
    /// An argument is null, misaligned, too long or overlaps another.
    InvalidArgument = 3,
    /// An argument's bytes are not a value of its type.
    InvalidValue = 4,
    /// The function returned a [`PoolError`](crate::PoolError) as its error; the detail is its
    /// [`PoolErrorKind`](crate::PoolErrorKind).
    PoolExhausted = 5,
    /// The arguments or the result have more bytes than a [limit](crate::production) allows.
    LimitExceeded = 6,
    /// A service has no implementor, as none was installed.
    NotInitialized = 7,
    /// More calls came in a second than a [limit](crate::production) allows.
    RateLimited = 8,
    /// As many calls run as a [limit](crate::production) allows.
    TooManyCalls = 9,
    /// The call took longer than a [limit](crate::production) allows.
    Deadline = 10,
    /// The library was shut down before the call ended, or started.
    Closed = 11,
    /// The guard of a service has refused the call.
    Unauthorized = 14,
    /// An argument, or a field of one, breaks a rule such as `#[ffi(range = 1..=100)]`.
    RuleBroken = 15,
}

impl StatusCode {
    /// The code with the largest number.
    #[cfg(feature = "metrics")]
    pub(crate) const LAST: Self = Self::RuleBroken;
}

/// Block to which an exported function writes its failure.
///
/// The caller owns the block and passes it zeroed. A call that succeeds doesn't write to it, so one
/// block serves any number of calls on one thread. After a failure the caller reads it and passes
/// it to the library's `.._ffi0_status_clear`, which frees the message, the payload and the place,
/// and zeroes the block except for [`pending`](Self::pending).
#[derive(Debug)]
#[repr(C)]
pub struct FfiStatus {
    /// The code, a [`StatusCode`].
    pub code: i32,
    /// Detail of some codes; zero for the others. For an [`Error`](StatusCode::Error) with
    /// variants, the number of the variant, counted from 1. For a refusal see [`StatusCode`].
    pub detail: u32,
    /// UTF-8 without a terminator, owned by the library; null if there is no message.
    pub message: *mut u8,
    /// Size in bytes of [`message`](Self::message), unless that is null: then a number that
    /// [`StatusCode`] explains.
    pub message_len: usize,
    /// Fields of an [`FfiError`](crate::FfiError), in the layout of its variant; null for every
    /// other failure. A caller that writes null here owns the payload, and frees it with the
    /// library's `.._ffi0_owned_free`.
    pub payload: *mut FfiOwned,
    /// Place of a panic; null if it is not known, and for every other failure.
    pub place: *mut FfiPlace,
    /// Place for the note about a result that Dart has not taken yet, which the library makes for
    /// each isolate. Null for every other caller.
    pub pending: *mut FfiPending,
}

// SAFETY: integers and pointers that may be null.
unsafe impl Zeroable for FfiStatus {}

/// A failure, or the lack of a value, that is returned to the caller.
///
/// It is no larger than a pointer, so that a `Result` of a scalar and this stays in registers in
/// calls that succeed.
#[derive(Debug)]
pub struct Failure(Option<Box<Parts>>);

#[derive(Debug)]
struct Parts {
    code: StatusCode,
    detail: u32,
    message: String,
    payload: Option<Payload>,
    place: Option<Place>,
    /// Second number of a refusal, which has no message.
    number: u64,
}

thread_local! {
    /// Memory of the last refusal of this thread, for the next one.
    static SPARE: Cell<Option<Box<Parts>>> = const { Cell::new(None) };
}

impl Parts {
    fn new(code: StatusCode, message: String) -> Self {
        Self { code, detail: 0, message, payload: None, place: None, number: 0 }
    }

    /// Returns true for a refusal by a limit or a guard.
    fn is_refusal(&self) -> bool {
        use StatusCode::{Deadline, LimitExceeded, RateLimited, TooManyCalls, Unauthorized};

        matches!(self.code, LimitExceeded | RateLimited | TooManyCalls | Deadline | Unauthorized)
    }
}

impl Failure {
    /// Returns a failure with a message for people, such as "`dt` must be positive".
    #[cold]
    #[must_use]
    pub fn new(code: StatusCode, message: impl Into<String>) -> Self {
        Self(Some(Box::new(Parts::new(code, message.into()))))
    }

    /// Returns the failure of an error with fields, the variant `number` of its type.
    #[cold]
    pub(super) fn typed(number: u32, message: String, payload: Payload) -> Self {
        let parts = Parts::new(StatusCode::Error, message);
        Self(Some(Box::new(Parts { detail: number, payload: Some(payload), ..parts })))
    }

    /// Returns the failure of a panic.
    #[cold]
    pub(super) fn panic(message: String, place: Option<Place>) -> Self {
        Self(Some(Box::new(Parts { place, ..Parts::new(StatusCode::Panic, message) })))
    }

    /// Returns the refusal of a call by a limit or a guard, with the numbers of the table at
    /// [`StatusCode`]. It allocates nothing but for the first one of a thread.
    #[cold]
    pub(crate) fn refused(code: StatusCode, limit: u64, number: u64) -> Self {
        let spare = SPARE.try_with(Cell::take).ok().flatten();
        let mut parts = spare.unwrap_or_else(|| Box::new(Parts::new(code, String::new())));
        (parts.code, parts.number) = (code, number);
        parts.detail = u32::try_from(limit).unwrap_or(u32::MAX);
        Self(Some(parts))
    }

    /// Returns the result `None`, which is not a failure. It needs no allocation.
    #[must_use]
    pub fn no_value() -> Self {
        Self(None)
    }

    /// Adds a detail to the failure.
    pub(super) fn with_detail(mut self, detail: u32) -> Self {
        if let Some(parts) = &mut self.0 {
            parts.detail = detail;
        }
        self
    }

    /// Returns the code with which it crosses the boundary.
    #[cfg(any(feature = "async", feature = "production"))]
    pub(crate) fn code(&self) -> i32 {
        self.0.as_ref().map_or(StatusCode::NoValue, |parts| parts.code) as i32
    }

    /// Returns the message for people; empty for a result `None`.
    #[cfg(any(feature = "async", feature = "production"))]
    pub(crate) fn message(&self) -> &str {
        self.0.as_ref().map_or("", |parts| &parts.message)
    }

    /// Returns the failure of an argument that is refused whatever its bytes.
    #[cold]
    pub(crate) fn invalid_argument(name: &str, problem: impl std::fmt::Display) -> Self {
        Self::new(StatusCode::InvalidArgument, format!("`{name}` {problem}"))
    }
}

/// Two failures with one text are equal to tests, whatever their payloads and places.
#[cfg(test)]
impl PartialEq for Failure {
    fn eq(&self, other: &Self) -> bool {
        let shown = |it: &Self| it.0.as_ref().map(|it| (it.code, it.detail, it.number, it.message.clone()));
        shown(self) == shown(other)
    }
}

/// An argument whose bytes are not a value of its type is an invalid value; one that breaks a rule
/// has a payload of the three texts that Dart's exception has: field, rule and value.
impl From<InvalidValue> for Failure {
    #[cold]
    fn from(mut invalid: InvalidValue) -> Self {
        let message = invalid.to_string();
        let Some((field, Broken { rule, value })) = invalid.take_broken() else {
            return Self::new(StatusCode::InvalidValue, message);
        };
        let parts = Parts::new(StatusCode::RuleBroken, message);
        Self(Some(Box::new(Parts { payload: Some(texts_payload([field, rule, value])), ..parts })))
    }
}

impl FfiStatus {
    /// Writes a failure, in place of the one that is there.
    pub(crate) fn store(&mut self, failure: Failure) {
        self.reset();
        let Some(parts) = failure.0 else {
            self.code = StatusCode::NoValue as i32;
            return;
        };
        if parts.is_refusal() {
            (self.code, self.detail) = (parts.code as i32, parts.detail);
            self.message_len = usize::try_from(parts.number).unwrap_or(usize::MAX);
            // A thread that ends has no place for it any more.
            let _ = SPARE.try_with(|spare| spare.set(Some(parts)));
            return;
        }
        let Parts { code, detail, message, payload, place, number: _ } = *parts;
        let (message, message_len) = leak_text(message);
        *self = Self {
            code: code as i32,
            detail,
            message,
            message_len,
            payload: payload.map_or(ptr::null_mut(), Payload::into_raw),
            place: FfiPlace::leak(place),
            pending: self.pending,
        };
    }

    /// Frees what the block owns, and zeroes it except for `pending`.
    fn reset(&mut self) {
        let Self { message, message_len, payload, place, pending, .. } = *self;
        *self = Self { pending, ..Self::zeroed() };
        // SAFETY: a message that isn't null came from `store`, as callers of `call` and `clear`
        // promise, and the block held its only pointer.
        unsafe { free_text(message, message_len) };
        // SAFETY: a payload that isn't null came from `store`, as callers of `call` and `clear`
        // promise; a caller that took it has written null.
        unsafe { owned_free(payload) };
        // SAFETY: a place that isn't null came from `store`, as callers of `call` and `clear`
        // promise, and the block held its only pointer.
        unsafe { place_free(place) };
    }
}

/// Frees the message, the payload and the place of a status, and zeroes it except for
/// [`pending`](FfiStatus::pending); does nothing for null.
///
/// # Safety
///
/// `status` is null, or points to an [`FfiStatus`] that is zeroed or was last written by this
/// library, and that no other code uses meanwhile.
pub unsafe fn clear(status: *mut FfiStatus) {
    // SAFETY: null is allowed here; otherwise the caller vouches for a valid block that no other
    // code uses.
    if let Some(status) = unsafe { status.as_mut() } {
        status.reset();
    }
}
