//! Reads real libraries of each platform, linked by the linkers that users have: `cargo xtask
//! platforms --write` makes them.

use std::fs;
use std::path::{Path, PathBuf};

use ffi_core::schema::read::Record;
use ffi_dart_emit::dart;
use ffi_dart_emit::library_file::open;
use ffi_dart_emit::model::{Machine, Target, resolve};

/// File, name of its machine, machine, and true for Windows.
const LIBRARIES: [(&str, &str, Machine, bool); 6] = [
    ("aarch64-apple-darwin.dylib", "aarch64", Machine::Aarch64, false),
    ("aarch64-unknown-linux-gnu.so", "aarch64", Machine::Aarch64, false),
    ("armv7-unknown-linux-gnueabihf.so", "arm", Machine::Arm, false),
    ("wasm32-unknown-unknown.wasm", "wasm32", Machine::WebAssembly, false),
    ("x86_64-pc-windows-gnu.dll", "x86_64", Machine::X86_64, true),
    ("x86_64-pc-windows-msvc.dll", "x86_64", Machine::X86_64, true),
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/libraries")
}

#[test]
fn each_platform_has_the_same_records() {
    let json = fs::read(folder().join("records.json")).unwrap();
    let expected: Vec<Record> = serde_json::from_slice(&json).unwrap();
    for (file, name, machine, windows) in LIBRARIES {
        let bytes = fs::read(folder().join(file)).unwrap();
        assert!(bytes.len() <= 100_000, "{file}: {} bytes", bytes.len());
        let contents = open(&bytes).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert_eq!(contents.records, expected, "{file}");
        let target = Target { name: name.to_owned(), machine, big_endian: false, windows };
        assert_eq!(contents.targets, [target], "{file}");
    }
}

#[test]
fn each_platform_that_dart_has_gets_the_same_package() {
    let mut packages = Vec::new();
    for (file, _, machine, _) in LIBRARIES {
        let contents = open(&fs::read(folder().join(file)).unwrap()).unwrap();
        let mut model = resolve(contents.records).unwrap();
        model.targets = contents.targets;
        match dart::package(&model, &dart::Options::default()) {
            Ok(package) => packages.push(format!("{package:?}")),
            Err(problems) => assert_eq!(machine, Machine::WebAssembly, "{file}: {problems}"),
        }
    }
    assert_eq!(packages.len(), LIBRARIES.len() - 1);
    packages.dedup();
    assert_eq!(packages.len(), 1);
}
