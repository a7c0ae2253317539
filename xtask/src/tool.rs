//! Finds programs that a machine may lack, such as Dart and protoc.

use std::env;
use std::io::{self, Write};

use anyhow::Result;

/// Returns the result of a search. If the search failed, returns `None` and prints the reason to
/// stderr.
pub(crate) fn found<T>(searched: Result<Option<T>>) -> Option<T> {
    searched.unwrap_or_else(|error| {
        note(&format!("{error:#}"));
        None
    })
}

/// Returns the result of a search for a test. If it is `None`, the test is to be skipped, and
/// stderr says so and how to install the program.
///
/// # Panics
///
/// Panics if `found` is `None` and the environment variable `required` is `1`, as on a CI machine.
pub(crate) fn for_tests<T>(found: Option<T>, what: &str, fix: &str, required: &str) -> Option<T> {
    if found.is_none() {
        let fails = env::var_os(required).is_some_and(|value| value == "1");
        assert!(!fails, "no {what} found, and {required}=1: {fix}");
        let test = std::thread::current().name().unwrap_or("test").to_owned();
        note(&format!("{test} skipped: no {what} found; {fix}"));
    }
    found
}

/// Prints a note to stderr.
pub(crate) fn note(text: &str) {
    // Nothing useful can be done when stderr is closed.
    let _ = writeln!(io::stderr(), "note: {text}");
}
