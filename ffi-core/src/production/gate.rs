//! The gate that each call passes, which a shutdown closes.

use std::sync::atomic::{AtomicBool, Ordering};

#[cfg(feature = "production")]
use crate::boundary::{Failure, StatusCode};

/// True while a shutdown waits for calls, and after it until the library is opened again.
static CLOSED: AtomicBool = AtomicBool::new(false);

/// Returns true once the library is shutting down: long work looks now and then, and returns what
/// it has.
///
/// The call goes on until the deadline of the shutdown; after it, the shutdown goes on as well.
/// [`FfiContext::is_cancelled`](crate::FfiContext::is_cancelled) says the same about a blocking or
/// async function. Always false without the feature `production`.
///
/// # Examples
///
/// ```
/// let mut checked = 0;
/// for row in 0..1000 {
///     if ffi_core::production::is_stopping() {
///         break;
///     }
///     checked += row % 2;
/// }
/// assert_eq!(checked, 500);
/// ```
#[must_use]
#[inline]
pub fn is_stopping() -> bool {
    // Relaxed: the flag guards no other memory.
    CLOSED.load(Ordering::Relaxed)
}

/// Refuses the calls that come from now on, or lets them pass again.
#[cfg(feature = "production")]
pub(super) fn close(closed: bool) {
    CLOSED.store(closed, Ordering::SeqCst);
}

/// Returns an error if no call may start.
#[cfg(feature = "production")]
#[inline]
pub(super) fn check() -> Result<(), Failure> {
    if is_stopping() { Err(refused()) } else { Ok(()) }
}

#[cfg(feature = "production")]
#[cold]
fn refused() -> Failure {
    Failure::new(StatusCode::Closed, "the library was shut down")
}
