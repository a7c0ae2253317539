//! Changes bytes of a real library: the result is an error, or that of the original, but never a
//! panic.

use std::cell::RefCell;

use ffi_dart_emit::{c, dart, inspect, library_file, model};
use ffi_tests::Fixture;
use object::{Object, ObjectSection};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

/// One change to a file.
#[derive(Clone, Debug)]
enum Change {
    Set(usize, u8),
    Fill(usize, u8),
    Truncate(usize),
}

/// Writes everything that the emitter makes of a file.
fn emit(bytes: &[u8]) -> Result<String, String> {
    let records = library_file::read(bytes).map_err(|error| error.to_string())?;
    let model = model::resolve(records).map_err(|problems| problems.to_string())?;
    let package =
        dart::package(&model, &dart::Options::default()).map_err(|problems| problems.to_string())?;
    let header = c::header(&model).map_err(|problems| problems.to_string())?;
    let files: Vec<_> = package.into_iter().map(|file| file.contents).collect();
    Ok(format!("{}{header}{}", files.concat(), inspect::text(&model)))
}

#[test]
fn ten_thousand_changes_are_survived() {
    let bytes = std::fs::read(Fixture::build("fixture-layout", "dev").cdylib()).unwrap();
    let len = bytes.len();
    let file = object::File::parse(&*bytes).unwrap();
    let (start, size) = file.section_by_name(".ffimeta").unwrap().file_range().unwrap();
    let section = start as usize..(start + size) as usize;
    let untouched = emit(&bytes).unwrap();

    // Most changes hit the records, the others the file's headers (in ELF the section headers are
    // at the end) or any byte.
    let position = prop_oneof![
        6 => section.clone(),
        2 => 0..4096_usize,
        2 => len - 8192..len,
        1 => 0..len,
    ];
    let change = prop_oneof![
        6 => (position.clone(), any::<u8>()).prop_map(|(at, byte)| Change::Set(at, byte)),
        2 => (position.clone(), prop_oneof![Just(0), Just(0xFF), any::<u8>()]).prop_map(|(at, byte)| Change::Fill(at, byte)),
        1 => position.prop_map(Change::Truncate),
    ];
    let bytes = RefCell::new(bytes);
    let (accepted, refused) = (RefCell::new(0_u32), RefCell::new(0_u32));
    let config = Config { cases: 10_000, failure_persistence: None, ..Config::default() };
    TestRunner::new(config)
        .run(&proptest::collection::vec(change, 1..4), |changes| {
            let mut bytes = bytes.borrow_mut();
            let mut end = len;
            let mut undo = Vec::new();
            for change in &changes {
                let (at, count, byte) = match *change {
                    Change::Set(at, byte) => (at, 1, byte),
                    Change::Fill(at, byte) => (at, 4, byte),
                    Change::Truncate(at) => {
                        end = end.min(at);
                        continue;
                    }
                };
                let range = at..(at + count).min(len);
                undo.push((range.start, bytes[range.clone()].to_vec()));
                bytes[range].fill(byte);
            }
            let result = emit(&bytes[..end]);
            for (at, old) in undo.into_iter().rev() {
                bytes[at..at + old.len()].copy_from_slice(&old);
            }
            match result {
                Ok(_) => *accepted.borrow_mut() += 1,
                Err(error) => {
                    prop_assert!(!error.is_empty());
                    *refused.borrow_mut() += 1;
                }
            }
            Ok(())
        })
        .unwrap();
    assert_eq!(emit(&bytes.borrow()).unwrap(), untouched, "every change was undone");
    // Changes of docs, of code and of padding are accepted; most hit bytes that are checked.
    let (accepted, refused) = (accepted.into_inner(), refused.into_inner());
    println!("{accepted} accepted, {refused} refused");
    assert!(refused > 5_000, "{refused}");
}
