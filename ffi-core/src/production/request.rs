//! The id of the request that a call belongs to, which Dart sets and Rust reads.
//!
//! Calls carry no further argument: code of a zone with an id (`FfiProduction.withRequest`) tells
//! its thread the id right before each call, and the call takes it. So an id is that of one call,
//! whatever runs on the thread afterwards. An async call takes it along: its polls and its blocking
//! work have the id on any thread.
//!
//! An isolate that is killed between the two steps leaves an id behind, which is noted with the
//! isolate so that the next one on that thread doesn't take it.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::boundary::{Failure, current_isolate};

/// Size in bytes of the longest id.
const LONGEST: usize = 128;

/// True once an id was told: until then calls look for none.
static IS_USED: AtomicBool = AtomicBool::new(false);

thread_local! {
    /// The id for the next call, and the address of the isolate that makes it.
    static NEXT: RefCell<Option<(usize, Arc<str>)>> = const { RefCell::new(None) };
    /// The id of the call that runs.
    static CURRENT: RefCell<Option<Arc<str>>> = const { RefCell::new(None) };
}

/// Returns the id of the request for which this thread works, if Dart has set one: in an exported
/// function, and in the polls of an async one.
///
/// Work that the function starts by itself, such as `spawn`, doesn't inherit it.
///
/// # Examples
///
/// ```
/// use ffi_core::ffi_export;
///
/// /// Saves a row, and notes for which request.
/// #[ffi_export]
/// pub fn save(row: u64) {
///     if let Some(request) = ffi_core::production::request_id() {
///         println!("row {row} of request {request}");
///     }
/// }
/// ```
#[must_use]
pub fn request_id() -> Option<Arc<str>> {
    // A thread at its end has no id.
    CURRENT.try_with(|it| it.borrow().clone()).ok().flatten()
}

/// Sets the id for the next call that this thread's isolate makes.
pub(crate) fn tell(id: &str) -> Result<(), Failure> {
    if id.len() > LONGEST {
        return Err(Failure::invalid_argument(
            "request",
            format_args!("has {} bytes, more than {LONGEST}\nhint: pass an id, not the request", id.len()),
        ));
    }
    // Relaxed: the thread that tells the id is the one that takes it.
    IS_USED.store(true, Ordering::Relaxed);
    let _ = NEXT.try_with(|it| it.replace(Some((current_isolate(), id.into()))));
    Ok(())
}

/// Takes the id that was told for the call that begins.
#[inline]
pub(super) fn take() -> Option<Arc<str>> {
    if IS_USED.load(Ordering::Relaxed) { take_next() } else { None }
}

#[cold]
fn take_next() -> Option<Arc<str>> {
    let (isolate, id) = NEXT.try_with(RefCell::take).ok().flatten()?;
    (isolate == current_isolate()).then_some(id)
}

/// Time in which a thread works for a call.
pub(super) struct Within {
    /// The id of the call around it, which is put back; none if no id was ever told.
    before: Option<Option<Arc<str>>>,
}

impl Within {
    /// Begins the time of a call with `id`.
    #[inline]
    pub(super) fn new(id: Option<&Arc<str>>) -> Self {
        let is_used = IS_USED.load(Ordering::Relaxed);
        Self { before: is_used.then(|| replace(id.cloned())) }
    }
}

impl Drop for Within {
    #[inline]
    fn drop(&mut self) {
        if let Some(before) = self.before.take() {
            replace(before);
        }
    }
}

fn replace(id: Option<Arc<str>>) -> Option<Arc<str>> {
    CURRENT.try_with(|it| it.replace(id)).ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::__private::Site;
    use crate::boundary::caught;

    static SITE: Site = Site::new("request");

    fn call() -> Option<Arc<str>> {
        SITE.watch(|_| Ok(request_id())).unwrap()
    }

    #[test]
    fn an_id_is_that_of_one_call() {
        assert_eq!(call(), None);
        tell("r-1").unwrap();
        assert_eq!(request_id(), None, "no call runs");
        assert_eq!(std::thread::spawn(call).join().unwrap(), None, "another thread makes another call");
        assert_eq!(call().as_deref(), Some("r-1"));
        assert_eq!(call(), None);
    }

    #[test]
    fn a_call_in_a_call_has_its_own_id() {
        tell("outer").unwrap();
        let ids = SITE.watch(|_| {
            let without = call();
            tell("inner").unwrap();
            assert!(caught(|| SITE.watch(|_| -> Result<(), Failure> { panic!("boom") })).is_err());
            tell("inner").unwrap();
            Ok([without, call(), request_id()])
        });
        let ids = ids.unwrap();
        assert_eq!(ids.each_ref().map(Option::as_deref), [None, Some("inner"), Some("outer")]);
        assert_eq!(request_id(), None);
    }

    #[test]
    fn an_id_of_another_isolate_is_not_taken() {
        tell("r-2").unwrap();
        NEXT.with_borrow_mut(|it| it.as_mut().unwrap().0 += 8);
        assert_eq!(call(), None);
        assert_eq!(call(), None);
    }

    #[test]
    fn a_long_id_is_refused() {
        tell(&"é".repeat(64)).unwrap();
        assert_eq!(call().unwrap().len(), 128);
        let refused = tell(&"é".repeat(65)).unwrap_err();
        assert!(refused.message().contains("130 bytes"), "{}", refused.message());
    }
}
