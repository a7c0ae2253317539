//! Tests the compiler's messages for each mistake that a user can make: `ui/<rule>/<mistake>.rs`
//! beside its `.stderr`.
//!
//! `TRYBUILD=overwrite cargo test -p ffi-tests --test ui` rewrites the messages; read the
//! difference as a user would.

use std::fs;
use std::path::Path;

/// Folders of the package `ffi-ui`: trybuild builds those cases, each with a cargo of its own. The
/// others are only checked, and one cargo checks them all, as long as none is to pass.
const BUILT: [&str; 2] = ["pass", "symbol"];

#[test]
fn every_mistake_has_its_message() {
    let cases = trybuild::TestCases::new();
    let mut rules: Vec<_> = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("ui"))
        .expect("the folder is there")
        .map(|entry| entry.expect("it can be read"))
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().into_string().expect("it is ASCII"))
        .filter(|rule| !BUILT.contains(&&**rule))
        .collect();
    rules.sort();
    for rule in rules {
        cases.compile_fail(format!("ui/{rule}/*.rs"));
    }
}
