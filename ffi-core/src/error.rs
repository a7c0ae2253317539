//! Errors with variants and fields, which Dart catches as classes.
//!
//! # Problem
//!
//! The error of an exported function crosses as its `Display` text, so Dart can't tell one reason
//! from another without reading that text.
//!
//! # Idea
//!
//! [`FfiError`](macro@crate::FfiError) is derived for an error, with or without `thiserror`. Dart
//! has a sealed class for the enum and a final class for each variant, whose fields are plain Dart
//! values, copied when the exception is thrown: it owns nothing native, and can go to another
//! isolate. `message` is the error's `Display` text, `causes` those of its
//! [`source`](std::error::Error::source)s, outermost first.
//!
//! A variant with `#[ffi(internal)]` stays in Rust: Dart sees a number, which [`set_hook`] and
//! standard error have as well, beside the error itself.
//!
//! # Examples
//!
//! ```
//! use std::fmt;
//!
//! use ffi_core::{FfiError, ffi_export};
//!
//! #[derive(Debug, FfiError)]
//! pub enum DbError {
//!     /// There is no such row.
//!     NotFound { id: u64 },
//!     Busy,
//!     /// Dart has the text.
//!     Io(#[ffi(display)] std::io::Error),
//!     /// Dart has a number.
//!     #[ffi(internal)]
//!     Corrupt { page: usize },
//! }
//!
//! impl fmt::Display for DbError {
//!     fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
//!         match self {
//!             Self::NotFound { id } => write!(f, "no row {id}"),
//!             Self::Busy => f.write_str("the database is busy"),
//!             Self::Io(error) => write!(f, "disk: {error}"),
//!             Self::Corrupt { page } => write!(f, "page {page} is corrupt"),
//!         }
//!     }
//! }
//!
//! impl std::error::Error for DbError {
//!     fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
//!         match self {
//!             Self::Io(error) => Some(error),
//!             _ => None,
//!         }
//!     }
//! }
//!
//! #[ffi_export]
//! pub fn get(id: u64) -> Result<u64, DbError> {
//!     if id > 10 { Err(DbError::NotFound { id }) } else { Ok(id) }
//! }
//!
//! assert_eq!(get(11).unwrap_err().to_string(), "no row 11");
//! ```
//!
//! ```dart
//! try {
//!   library.get(11);
//! } on DbNotFoundException catch (error) {
//!   print(error.id);
//! }
//! ```

use std::error::Error;
use std::fmt::{self, Write as _};
use std::hash::{BuildHasher, RandomState};
use std::io::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use crate::boundary::Failure;
#[doc(inline)]
pub use crate::unimplemented::Unimplemented;

/// An error that Dart catches by its variant. Implemented by the derive of the same name, which
/// asserts that the type is an [`Error`]; see the [module](self).
///
/// # Safety
///
/// C reads the payload of a [`Failure`] by the layout in the schema record, so
/// [`into_failure`](Self::into_failure) must write that layout.
pub unsafe trait FfiError: Sized + 'static {
    /// Id of the error in schema records.
    #[doc(hidden)]
    const ID: &'static str;
    /// Hash of the variants and their fields.
    #[doc(hidden)]
    const FINGERPRINT: u64;

    /// Returns the failure that crosses the boundary.
    #[doc(hidden)]
    fn into_failure(self) -> Failure;
}

/// An error whose text stays in Rust, which a hook is called with.
#[derive(Clone, Copy)]
pub struct InternalError<'a> {
    id: u64,
    error: &'a (dyn Error + 'static),
}

impl fmt::Debug for InternalError<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InternalError").field("id", &self.id).field("error", &self.error).finish()
    }
}

impl InternalError<'_> {
    /// Returns the number that Dart has of it: another for each error, and hard to guess for those
    /// of other processes.
    #[must_use]
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Returns the error itself.
    #[must_use]
    pub fn error(&self) -> &(dyn Error + 'static) {
        self.error
    }
}

/// The number, the error's text, and those of its sources.
impl fmt::Display for InternalError<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "internal error {}: {}", self.id, self.error)?;
        for cause in causes(self.error) {
            write!(f, "\ncaused by: {cause}")?;
        }
        Ok(())
    }
}

type Hook = Arc<dyn Fn(InternalError<'_>) + Send + Sync>;

static HOOK: RwLock<Option<Hook>> = RwLock::new(None);

/// Sets the function that logs internal errors, in place of the one that was there. Without one
/// they are printed to standard error.
///
/// It runs on the thread of the call, before Dart has the exception; several threads may run it at
/// once, and one that has begun to may do so after another hook was set. If it panics, the call
/// fails with that panic. It may set another hook, and make calls that fail.
///
/// # Examples
///
/// ```
/// ffi_core::error::set_hook(|error| eprintln!("shop: {error}"));
/// ```
pub fn set_hook(hook: impl Fn(InternalError<'_>) + Send + Sync + 'static) {
    let hook: Hook = Arc::new(hook);
    // The lock is free again when the old hook, which is user code, is dropped.
    let before = HOOK.write().unwrap_or_else(PoisonError::into_inner).replace(hook);
    drop(before);
}

/// Logs an error, and returns the number that stands for it.
#[cold]
pub(crate) fn log_internal(error: &(dyn Error + 'static)) -> u64 {
    let internal = InternalError { id: next_id(), error };
    // A clone, so that the lock is free again when user code runs.
    let hook = HOOK.read().unwrap_or_else(PoisonError::into_inner).clone();
    match hook {
        Some(hook) => hook(internal),
        None => print(internal),
    }
    internal.id
}

/// Prints an error to standard error. Nothing is done about a failure: a program without a console
/// may have closed it, and `eprintln!` would make a panic of the error.
fn print(internal: InternalError<'_>) {
    // The text is made first, as no other code may run while standard error is locked.
    let mut text = String::new();
    let _ = writeln!(text, "{internal}");
    let _ = std::io::stderr().write_all(text.as_bytes());
}

/// Returns a number of 52 bits, which JavaScript and JSON have without loss: 32 that are random for
/// each process, and 20 that count.
fn next_id() -> u64 {
    static PROCESS: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one(0_u8) << 20);
    static COUNT: AtomicU64 = AtomicU64::new(0);
    // Relaxed: the number is the only thing that threads share here.
    PROCESS.wrapping_add(COUNT.fetch_add(1, Ordering::Relaxed)) & ((1 << 52) - 1)
}

/// Largest number of causes that are read, as a `source` may return the error itself.
const MOST_CAUSES: usize = 64;

/// Returns the texts of the sources of `error`, outermost first.
pub(crate) fn causes(error: &dyn Error) -> Vec<String> {
    std::iter::successors(error.source(), |&it| it.source())
        .take(MOST_CAUSES)
        .map(ToString::to_string)
        .collect()
}

#[cfg(test)]
mod tests {
    use std::sync::{Mutex, mpsc};
    use std::time::Duration;

    use super::*;

    #[derive(Debug)]
    struct Endless;

    impl fmt::Display for Endless {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("endless")
        }
    }

    impl Error for Endless {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(self)
        }
    }

    #[test]
    fn an_error_that_is_its_own_source_ends() {
        assert_eq!(causes(&Endless).len(), MOST_CAUSES);
    }

    #[test]
    fn numbers_differ_and_fit_a_double() {
        let ids: std::collections::HashSet<_> = (0..1000).map(|_| next_id()).collect();
        assert_eq!(ids.len(), 1000);
        assert!(ids.iter().all(|id| *id < 1 << 52));
    }

    #[cfg(all(target_os = "linux", not(miri)))]
    #[test]
    fn a_standard_error_that_is_full_is_no_panic() {
        const CHILD: &str = "FFI_TEST_FULL_STDERR";
        if std::env::var_os(CHILD).is_some() {
            log_internal(&Endless);
            return;
        }
        let name = "error::tests::a_standard_error_that_is_full_is_no_panic";
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", name, "--nocapture"])
            .env(CHILD, "")
            .stderr(full)
            .output()
            .unwrap();
        let output = String::from_utf8_lossy(&child.stdout);
        assert!(child.status.success() && output.contains("1 passed"), "{output}");
    }

    /// Lets one test at a time set the hook.
    static HOOKS: Mutex<()> = Mutex::new(());

    #[test]
    fn a_hook_may_set_another_and_log_an_error_itself() {
        let _alone = HOOKS.lock().unwrap_or_else(PoisonError::into_inner);
        let (sender, receiver) = mpsc::channel();
        set_hook(move |error| {
            let sender = sender.clone();
            sender.send(error.id()).unwrap();
            set_hook(move |error| sender.send(error.id()).unwrap());
            log_internal(error.error());
        });
        // On a thread of its own, so that the test fails if it waits for itself.
        std::thread::spawn(|| log_internal(&Endless));
        let ids = [(); 2].map(|()| receiver.recv_timeout(Duration::from_secs(10)).unwrap());
        assert_ne!(ids[0], ids[1]);
        set_hook(|_| ());
        assert!(receiver.recv_timeout(Duration::from_secs(10)).is_err(), "the old hooks are dropped");
    }

    #[test]
    fn a_hook_may_be_set_while_one_is_dropped() {
        struct SetsWhenDropped(mpsc::Sender<()>);
        impl Drop for SetsWhenDropped {
            fn drop(&mut self) {
                set_hook(|_| ());
                self.0.send(()).unwrap();
            }
        }
        let _alone = HOOKS.lock().unwrap_or_else(PoisonError::into_inner);
        let (sender, receiver) = mpsc::channel();
        let sets = SetsWhenDropped(sender);
        set_hook(move |_| {
            let _ = &sets;
        });
        std::thread::spawn(|| set_hook(|_| ()));
        receiver.recv_timeout(Duration::from_secs(10)).unwrap();
    }
}
