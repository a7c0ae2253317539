//! Tests the compiler's messages for each mistake that a user can make: `ui/<rule>/<mistake>.rs`
//! beside its `.stderr`.
//!
//! `TRYBUILD=overwrite cargo test -p ffi-tests --test ui` rewrites the messages; read the
//! difference as a user would.

use std::fs;
use std::path::Path;

/// Folders of the package `ffi-ui`: trybuild builds those cases, each with a cargo of its own. The
/// others are only checked, and one cargo checks them all, as long as none is to pass.
const BUILT: [&str; 4] = ["executor", "futures", "pass", "symbol"];

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

/// Cases with another number of mistakes than one.
const MISTAKES: &[(&str, usize)] = &[
    ("arena/one_block", 4),
    ("arena/swapped", 2),
    ("attribute/crate_local", 4),
    ("callbacks/arenas", 4),
    ("callbacks/arguments", 2),
    ("callbacks/kept", 5),
    ("callbacks/listener", 8),
    ("callbacks/types", 11),
    ("enumeration/align", 6),
    ("enumeration/data", 2),
    ("enumeration/empty", 2),
    ("enumeration/generics", 2),
    ("executor/callback_types", 2),
    ("executor/large", 2),
    ("executor/not_send", 2),
    ("export/lifetime", 2),
    ("export/param_moved", 2),
    ("export/pattern", 2),
    ("export/return_elsewhere", 4),
    ("export/rewritten_lifetime", 2),
    ("export/rewritten_parameter", 2),
    ("field/sequences", 3),
    ("inputs/item", 5),
    ("inputs/sync", 2),
    ("inputs/window", 2),
    ("limits/guard", 2),
    ("limits/key", 4),
    ("limits/keys", 6),
    ("limits/result", 4),
    ("newtype/array", 2),
    ("newtype/array_empty", 2),
    ("newtype/dart_conversions", 4),
    ("newtype/dart_missing", 2),
    ("newtype/lifetime", 2),
    ("newtype/not_transparent", 2),
    ("object/getter", 3),
    ("object/not_sync", 3),
    ("object/receiver", 2),
    ("once/fields", 8),
    ("once/functions", 12),
    ("queue/rewritten", 2),
    ("rules/messages", 3),
    ("rules/types", 3),
    ("rules/values", 9),
    ("secrets/by_value", 3),
    ("secrets/held", 5),
    ("service/not_send", 2),
    ("several/enumeration", 6),
    ("several/function", 6),
    ("several/message", 7),
    ("several/strings", 5),
    ("several/tags", 5),
    ("shape/lifetime", 2),
    ("simd/operation", 3),
    ("streams/item", 2),
    ("streams/keys", 3),
    ("streams/window", 3),
    ("types/capacity_zero", 4),
    ("types/element", 4),
    ("types/oneof_discriminant", 2),
    ("types/oneof_keys", 2),
    ("types/oneof_repr", 3),
    ("types/oneof_several_values", 3),
    ("types/oneof_string", 2),
    ("types/oneof_tags", 4),
];

/// Cases in which rustc says more of its own accord: all of a type with infinite size, all that an
/// attribute below the derive has changed, the impl of a sealed trait and each use, the method of a
/// type that can't be, a message inside that isn't protobuf either, a type without an encoding.
const NOT_COUNTED: [&str; 11] = [
    "arena/inside",
    "columns/without_columns",
    "encoding/keys_of_list",
    "encoding/text",
    "export/associated",
    "export/return_implemented",
    "field/recursive",
    "newtype/string",
    "types/oneof_recursive",
    "types/recursive_option",
    "tokens/",
];

/// The errors of each case are as many as its mistakes. What trybuild compares holds each error
/// once, however often rustc reports it.
#[test]
fn each_mistake_has_one_error() {
    let ui = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui");
    let list = |folder: &Path| {
        let entries = fs::read_dir(folder).expect("the folder is there");
        entries.map(|entry| entry.expect("it can be read").path()).collect::<Vec<_>>()
    };
    let mut wrong = Vec::new();
    for path in list(&ui).iter().filter(|path| path.is_dir()).flat_map(|rule| list(rule)) {
        if path.extension().is_none_or(|extension| extension != "stderr") {
            continue;
        }
        let case = path.strip_prefix(&ui).expect("it is inside").with_extension("");
        let case = case.to_str().expect("it is ASCII").replace('\\', "/");
        if NOT_COUNTED.iter().any(|name| case == *name || name.ends_with('/') && case.starts_with(name)) {
            continue;
        }
        let text = fs::read_to_string(&path).expect("it can be read");
        let errors = text.lines().filter(|line| line.starts_with("error")).count();
        let mistakes = MISTAKES.iter().find(|(name, _)| *name == case).map_or(1, |(_, mistakes)| *mistakes);
        if errors != mistakes {
            wrong.push(format!("{case}: {mistakes} mistakes, {errors} errors"));
        }
    }
    wrong.sort();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
