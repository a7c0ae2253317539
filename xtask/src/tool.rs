//! Programs that aren't Rust's, such as Dart and protoc, which a machine may have or not.

use std::env;
use std::io::{self, Write};

use anyhow::Result;

/// What was found; where that failed, nothing, and stderr says why.
pub(crate) fn found<T>(searched: Result<Option<T>>) -> Option<T> {
    searched.unwrap_or_else(|error| {
        note(&format!("{error:#}"));
        None
    })
}

/// What was found, for a test, which is to be skipped where that is nothing; then stderr says so, and what to do.
///
/// # Panics
///
/// When there is nothing, and the environment variable `required` is `1`, as on a CI machine.
pub(crate) fn for_tests<T>(found: Option<T>, what: &str, fix: &str, required: &str) -> Option<T> {
    if found.is_none() {
        let fails = env::var_os(required).is_some_and(|value| value == "1");
        assert!(!fails, "no {what} found, and {required}=1: {fix}");
        let test = std::thread::current().name().unwrap_or("test").to_owned();
        note(&format!("{test} skipped: no {what} found; {fix}"));
    }
    found
}

/// Says something on stderr.
pub(crate) fn note(text: &str) {
    // Nothing useful can be done when stderr is closed.
    let _ = writeln!(io::stderr(), "note: {text}");
}
