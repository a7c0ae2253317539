//! Every input of the corpus, once: what a fuzzer starts from, and each input that once failed.

use std::fs;
use std::path::{Path, PathBuf};

use ffi_fuzz::{TARGETS, target};

/// A corpus is read by people, and each input must be there for a reason.
const LARGEST: u64 = 16 * 1024;

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut entries: Vec<_> = entries.map(|entry| entry.expect("it can be read").path()).collect();
    entries.sort();
    entries
}

fn run(name: &str) {
    let target = target(name).expect("it is a target");
    let inputs = entries(&corpus().join(name));
    assert!(!inputs.is_empty());
    for input in inputs {
        // The test's name and this line lead to the input of a panic.
        println!("{}", input.display());
        (target.run)(&fs::read(&input).expect("it can be read"));
    }
}

#[test]
fn records() {
    run("records");
}

#[test]
fn library() {
    run("library");
}

#[test]
fn json() {
    run("json");
}

#[test]
fn proto() {
    run("proto");
}

#[test]
fn wire() {
    run("wire");
}

#[test]
fn arguments() {
    run("arguments");
}

#[test]
fn arenas() {
    run("arenas");
}

#[test]
fn each_target_has_a_small_corpus() {
    let folders = entries(&corpus());
    let names: Vec<_> = folders.iter().filter_map(|it| it.file_name()?.to_str()).collect();
    let mut expected = TARGETS.map(|target| target.name);
    expected.sort_unstable();
    assert_eq!(names, expected);
    for folder in folders {
        let bytes: u64 = entries(&folder).iter().map(|it| it.metadata().expect("it is a file").len()).sum();
        assert!(bytes <= LARGEST, "{} has {bytes} bytes", folder.display());
    }
}
