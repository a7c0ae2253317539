//! Each mistake a user can make, and what the compiler says to it: `ui/<rule>/<mistake>.rs` beside its `.stderr`.
//!
//! `TRYBUILD=overwrite cargo test -p ffi-tests --test ui` rewrites the messages; read the difference as a user would.

use std::fs;
use std::path::Path;

#[test]
fn every_mistake_has_its_message() {
    let cases = trybuild::TestCases::new();
    // Where something is to pass, trybuild builds instead of checking: symbols defined twice are only found then.
    cases.pass("ui/pass/*.rs");
    let mut rules: Vec<_> = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("ui"))
        .expect("the folder is there")
        .map(|entry| entry.expect("it can be read").file_name().into_string().expect("it is ASCII"))
        .filter(|rule| rule != "pass")
        .collect();
    rules.sort();
    for rule in rules {
        cases.compile_fail(format!("ui/{rule}/*.rs"));
    }
}
