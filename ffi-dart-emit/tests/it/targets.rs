//! Tests libraries for machines that Dart doesn't run on: they are read, shown and written as
//! .proto and C, and the Dart package is refused with the reason.

use std::fs;
use std::path::Path;
use std::process::Command;

use ffi_core::schema::read::{Record, Scalar, Type};
use ffi_dart_emit::library_file::{Absence, ReadError, open, read};
use ffi_dart_emit::model::{Machine, WideAlign, resolve};
use object::{Architecture, BinaryFormat, Endianness};

use crate::files::{archive, dll, elf, module, object, object_of};
use crate::schema::{demo, enumeration, id, library, message, oneof, seal, section, sorted};

/// Returns records of a library for i686, which aligns 64-bit numbers, and all types with such
/// numbers, to 4.
fn i686() -> Vec<Record> {
    let u64 = || Type::Scalar(Scalar::U64);
    seal(vec![
        Record::Library(library()),
        Record::Enum(enumeration("Mask", Scalar::U64, &[("None", 0), ("All", -1)])),
        Record::Oneof(oneof("Choice", 12, 4, 4, &[("Number", Some(u64()))])),
        Record::Message(message(
            "Wide",
            96,
            4,
            &[
                ("tiny", 0, Type::Scalar(Scalar::U8)),
                ("id", 4, u64()),
                ("ratio", 12, Type::Scalar(Scalar::F64)),
                ("mask", 20, Type::Enum(id("Mask"))),
                ("choice", 28, Type::Oneof(id("Choice"))),
                ("list", 40, Type::Vec { of: Box::new(u64()), cap: 2 }),
                ("maybe", 60, Type::Option { of: Box::new(u64()) }),
                ("row", 72, Type::Array { of: Box::new(u64()), len: 3 }),
            ],
        )),
    ])
}

struct Ran {
    succeeded: bool,
    text: String,
}

/// Runs `ffi-dart-emit` with a library of these bytes.
fn run(library: &[u8], arguments: &[&str]) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("libdemo"), library).unwrap();
    run_in(folder.path(), arguments)
}

fn run_in(folder: &Path, arguments: &[&str]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ffi-dart-emit"));
    let output = command.args(arguments).current_dir(folder).output().unwrap();
    let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    Ran { succeeded: output.status.success(), text }
}

/// Checks that the library serves everything except Dart, which is refused for `reason`.
#[track_caller]
fn refused(library: &[u8], target: &str, reason: &str) {
    let dart = run(library, &["dart", "libdemo", "--out", "dart"]);
    assert!(!dart.succeeded, "{}", dart.text);
    let expected = format!("target {target}: not supported: {reason}");
    assert!(dart.text.contains(&expected), "{}\nhas not: {expected}", dart.text);
    assert!(!dart.text.contains("damaged"), "{}", dart.text);
    for arguments in [
        &["inspect", "libdemo"][..],
        &["inspect", "libdemo", "--json"],
        &["diff", "libdemo", "libdemo"],
        &["proto", "libdemo", "--out", "demo.proto"],
        &["c", "libdemo", "--out", "demo.h"],
    ] {
        let other = run(library, arguments);
        assert!(other.succeeded, "{arguments:?}: {}", other.text);
    }
}

#[test]
fn x86_with_32_bits() {
    let elf = object(BinaryFormat::Elf, Architecture::I386, &[&section(&i686())]);
    refused(&elf, "i386", "its 64-bit numbers are aligned to 4, and there is no Dart for 32-bit x86");
    let archive = archive(&[("a.o", elf)]);
    refused(&archive, "i386", "its 64-bit numbers are aligned to 4");
    // Windows aligns them to 8, and Dart doesn't run on 32-bit Windows either.
    let windows = section(&demo());
    refused(&dll(false, &windows), "i386", "there is no Dart for 32-bit x86");
    let coff = object(BinaryFormat::Coff, Architecture::I386, &[&windows]);
    refused(&coff, "i386", "there is no Dart for 32-bit x86");
}

#[test]
fn big_endian_machines() {
    for (architecture, name) in [(Architecture::S390x, "s390x"), (Architecture::Aarch64, "aarch64")] {
        let elf = object_of(BinaryFormat::Elf, architecture, Endianness::Big, &[&section(&demo())]);
        refused(&elf, name, "it is big endian, and there is no Dart for big-endian machines");
    }
}

#[test]
fn machines_without_dart() {
    let elf = object(BinaryFormat::Elf, Architecture::LoongArch64, &[&section(&demo())]);
    refused(&elf, "loongarch64", "there is no Dart for this machine");
}

#[test]
fn machines_with_dart() {
    use Architecture::{Aarch64, Arm, Riscv64, X86_64};
    for architecture in [Aarch64, Arm, Riscv64, X86_64] {
        let elf = object(BinaryFormat::Elf, architecture, &[&section(&demo())]);
        let dart = run(&elf, &["dart", "libdemo", "--out", "dart"]);
        assert!(dart.succeeded, "{architecture:?}: {}", dart.text);
    }
}

#[test]
fn web_assembly() {
    let records = demo();
    let wasm = module(&[("producers", b"rustc"), (".ffimeta", &section(&records))]);
    assert_eq!(read(&wasm).unwrap(), sorted(&records));
    assert_eq!(open(&wasm).unwrap().targets[0].machine, Machine::WebAssembly);
    refused(&wasm, "wasm32", "dart:ffi can't call WebAssembly");
    refused(&archive(&[("a.o", wasm.clone())]), "wasm32", "dart:ffi can't call WebAssembly");

    let empty = module(&[("producers", b"rustc")]);
    assert_eq!(read(&empty), Err(ReadError::NoRecords(Absence::WebAssembly)));
    let text = read(&empty).unwrap_err().to_string();
    assert!(text.contains("WebAssembly module without a schema record"), "{text}");
    assert!(!text.contains("pass the cdylib"), "{text}");

    // Every prefix of it is refused or read, and so is an invalid length.
    for len in 8..wasm.len() {
        let _ = read(&wasm[..len]);
    }
    let endless = [&wasm[..8], &[0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]].concat();
    assert!(matches!(read(&endless), Err(ReadError::Damaged { .. })));
}

/// All types of a library must agree on the alignment of 64-bit numbers.
#[test]
fn alignments_do_not_mix() {
    let records = i686();
    assert_eq!(resolve(records.clone()).unwrap().wide_align, WideAlign::Four);
    assert_eq!(resolve(demo()).unwrap().wide_align, WideAlign::Size);
    let natural = message(
        "Other",
        16,
        8,
        &[("tiny", 0, Type::Scalar(Scalar::U8)), ("id", 8, Type::Scalar(Scalar::U64))],
    );
    let mixed = seal([records, vec![Record::Message(natural)]].concat());
    assert!(resolve(mixed).is_err());
}

/// Without a file there is no machine, and the output of `inspect --json` is compared like any
/// other schema.
#[test]
fn records_without_a_file_have_no_machine() {
    let folder = tempfile::tempdir().unwrap();
    let elf_file = object(BinaryFormat::Elf, Architecture::I386, &[&section(&i686())]);
    fs::write(folder.path().join("libdemo"), elf_file).unwrap();
    let json = run_in(folder.path(), &["inspect", "libdemo", "--json"]);
    fs::write(folder.path().join("old.json"), json.text).unwrap();
    let diff = run_in(folder.path(), &["diff", "old.json", "libdemo"]);
    assert!(diff.succeeded, "{}", diff.text);
    assert_eq!(open(&elf(&section(&demo()))).unwrap().targets.len(), 1);
}
