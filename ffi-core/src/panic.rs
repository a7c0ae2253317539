//! Places and backtraces of panics in exported functions.
//!
//! A panic of an exported function becomes a status, with the panic's message, and with the file,
//! line and column at which it began. Rust tells them only to a panic hook. So a library has one,
//! which notes the place for its thread and then calls the hook that was there before: what that
//! prints stays as it is.
//!
//! The hook is set when Dart opens the library, or C calls its `.._ffi0_abi_version`; by
//! [`backtraces`]; and after the first panic that crosses the boundary, which has no place if the
//! hook was not set before. A hook that the program sets later takes its place; to keep the places,
//! it calls the one that [`take_hook`](std::panic::take_hook) returns.
//!
//! The hook sees the payload of a panic before it moves to a box, so the note has what stays: the
//! type of the payload, and if it is text, the address of that. A panic that user code caught
//! leaves a note behind; a payload that is resumed afterwards, which no hook sees, does not get its
//! place, even if the texts are equal. Two payloads can't be told apart if they are literals that
//! the linker has made one, or of one type that isn't text.
//!
//! With `panic = "abort"` a panic ends the process, after the hooks ran: no status has its place.
//!
//! Tests: `tests/errors.rs` of the package `ffi-tests`, and below.

use std::any::{Any, TypeId};
use std::backtrace::{Backtrace, BacktraceStatus};
use std::cell::RefCell;
use std::panic::PanicHookInfo;
use std::sync::Once;
use std::sync::atomic::{AtomicU8, Ordering};

/// Place of a panic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) file: String,
    pub(crate) line: u32,
    pub(crate) column: u32,
    pub(crate) backtrace: Option<String>,
}

/// The last panic of a thread.
struct Last {
    payload: Payload,
    file: String,
    line: u32,
    column: u32,
    backtrace: Option<Backtrace>,
}

/// Facts about a payload that stay as they are when it moves.
#[derive(Debug, PartialEq, Eq)]
struct Payload {
    type_id: TypeId,
    /// Address and contents, if it is text. The contents are compared as well, as the address of a
    /// text that was freed may be that of another one.
    text: Option<(*const u8, String)>,
}

impl Payload {
    fn of(payload: &(dyn Any + Send)) -> Self {
        let text = text(payload).map(|text| (text.as_ptr(), text.to_owned()));
        Self { type_id: payload.type_id(), text }
    }
}

/// Returns the text of a payload, if it is text.
pub(crate) fn text(payload: &(dyn Any + Send)) -> Option<&str> {
    payload.downcast_ref::<&str>().copied().or_else(|| payload.downcast_ref::<String>().map(String::as_str))
}

thread_local! {
    static LAST: RefCell<Option<Last>> = const { RefCell::new(None) };
}

/// Argument of the last call of [`backtraces`].
static BACKTRACES: AtomicU8 = AtomicU8::new(NOT_CALLED);

const NOT_CALLED: u8 = 0;
const ON: u8 = 1;
const OFF: u8 = 2;

/// Turns backtraces of panics on or off, for all threads. Without a call they are taken if the
/// environment variable `RUST_BACKTRACE` or `RUST_LIB_BACKTRACE` asks for them.
///
/// A backtrace costs milliseconds for each panic, and names files of the machine that compiled the
/// library.
///
/// # Examples
///
/// ```
/// // In the function that sets up the library.
/// ffi_core::panic::backtraces(cfg!(debug_assertions));
/// ```
pub fn backtraces(on: bool) {
    // Relaxed: the flag guards no other memory.
    BACKTRACES.store(if on { ON } else { OFF }, Ordering::Relaxed);
    install();
}

/// Sets the hook, once. Does nothing on a thread that panics, which can't set a hook: the next
/// panic that crosses the boundary, when the thread no longer unwinds, sets it.
#[doc(hidden)]
pub fn install() {
    static INSTALLED: Once = Once::new();
    if std::thread::panicking() {
        return;
    }
    INSTALLED.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            #[cfg(feature = "production")]
            crate::production::crash::report(info, text(info.payload()));
            note(info);
            before(info);
        }));
    });
}

fn note(info: &PanicHookInfo<'_>) {
    let Some(location) = info.location() else { return };
    let backtrace = match BACKTRACES.load(Ordering::Relaxed) {
        ON => Backtrace::force_capture(),
        OFF => Backtrace::disabled(),
        _ => Backtrace::capture(),
    };
    let last = Last {
        payload: Payload::of(info.payload()),
        file: location.file().to_owned(),
        line: location.line(),
        column: location.column(),
        backtrace: Some(backtrace).filter(|it| it.status() == BacktraceStatus::Captured),
    };
    // It can't be borrowed: no user code runs while it is. The thread may be at its end, though.
    let _ = LAST.try_with(|it| it.replace(Some(last)));
}

/// Takes the place of the thread's last panic, whose payload must be `payload`. A panic that was
/// resumed, after it began on another thread or long ago, has no place: no hook saw it.
#[cold]
pub(crate) fn take_place(payload: &(dyn Any + Send)) -> Option<Place> {
    let last = LAST.try_with(RefCell::take).ok().flatten()?;
    let Last { payload: noted, file, line, column, backtrace } = last;
    if noted != Payload::of(payload) {
        return None;
    }
    Some(Place { file, line, column, backtrace: backtrace.map(|it| it.to_string()) })
}

#[cfg(test)]
mod tests {
    use std::hint::black_box;
    use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

    use super::*;

    #[test]
    fn the_place_is_that_of_the_panic_and_is_taken_once() {
        install();
        let payload = catch_unwind(|| panic!("first")).unwrap_err();
        assert!(take_place(&*payload).is_some(), "a literal has one");
        let payload = catch_unwind(|| panic!("number {}", black_box(1))).unwrap_err();
        let line = line!() - 1;
        let place = take_place(&*payload).unwrap();
        assert!(place.file.ends_with("panic.rs"), "{}", place.file);
        assert_eq!((place.line, take_place(&*payload)), (line, None));
    }

    #[test]
    fn a_panic_that_was_resumed_has_no_place_of_another() {
        install();
        catch_unwind(|| panic!("caught by its own code")).unwrap_err();
        let payload = catch_unwind(|| resume_unwind(Box::new("resumed"))).unwrap_err();
        assert_eq!(take_place(&*payload), None);
        let payload = catch_unwind(|| std::panic::panic_any(7)).unwrap_err();
        assert!(take_place(&*payload).is_some(), "a panic without text has a place as well");
        catch_unwind(|| std::panic::panic_any(7)).unwrap_err();
        let payload = catch_unwind(|| resume_unwind(Box::new(7_u8))).unwrap_err();
        assert_eq!(take_place(&*payload), None, "the type is another one");
    }

    #[test]
    fn a_panic_that_was_resumed_has_no_place_of_another_with_the_same_text() {
        install();
        let elsewhere = std::thread::spawn(|| panic!("row {}", black_box(7))).join().unwrap_err();
        let _caught = catch_unwind(|| panic!("row {}", black_box(7))).unwrap_err();
        let resumed = catch_unwind(AssertUnwindSafe(|| resume_unwind(elsewhere))).unwrap_err();
        assert_eq!((text(&*resumed), take_place(&*resumed)), (Some("row 7"), None));
        let own = catch_unwind(|| panic!("row {}", black_box(7))).unwrap_err();
        let again = catch_unwind(AssertUnwindSafe(|| resume_unwind(own))).unwrap_err();
        assert!(take_place(&*again).is_some(), "it began here");
    }
}
