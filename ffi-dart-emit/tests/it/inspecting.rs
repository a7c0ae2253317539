//! Tests the output of `inspect`.

use ffi_core::schema::read::Record;
use ffi_dart_emit::{inspect, library_file, model};

use crate::files::{assert_golden, elf};
use crate::schema::{containers, demo, section, sorted};

#[test]
fn the_tables_are_as_committed() {
    let text = inspect::text(&model::resolve(demo()).unwrap());
    assert_golden("inspect.txt", &text);
    let text = inspect::text(&model::resolve(containers()).unwrap());
    assert_golden("inspect_containers.txt", &text);
}

#[test]
fn the_order_of_the_linker_does_not_show() {
    let mut other = demo();
    other.rotate_left(3);
    let text = |records| inspect::text(&model::resolve(records).unwrap());
    assert_eq!(text(demo()), text(other.clone()));
    let json = |records: &[Record]| inspect::json(&library_file::read(&elf(&section(records))).unwrap());
    assert_eq!(json(&demo()), json(&other));
}

#[test]
fn the_json_reads_back() {
    let json = inspect::json(&library_file::read(&elf(&section(&demo()))).unwrap());
    let back: Vec<Record> = serde_json::from_str(&json).unwrap();
    assert_eq!(back, sorted(&demo()));
}
