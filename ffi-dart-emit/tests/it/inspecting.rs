//! Tests the output of `inspect`.

use ffi_core::schema::read::{Record, Scalar};
use ffi_dart_emit::{html, inspect, library_file, model};

use crate::files::{assert_golden, elf};
use crate::schema::{array, containers, demo, library, message, scalar, seal, section, sorted};

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

#[test]
fn the_page_is_as_committed() {
    let page = html::page(&model::resolve(demo()).unwrap(), None);
    assert_golden("inspect.html", &page);
}

/// Returns the number of bytes that are drawn between two parts of a page.
fn drawn(page: &str, from: &str, to: &str) -> u64 {
    let part = page.split_once(from).unwrap().1.split_once(to).unwrap().0;
    let bytes =
        part.split("--count: ").skip(1).map(|it| it.split_once('"').unwrap().0.parse::<u64>().unwrap());
    bytes.sum()
}

/// Tests that a message is drawn to scale: whole lines, in which each byte has one place.
#[test]
fn every_byte_is_drawn() {
    let model = model::resolve([demo(), containers().split_off(1)].concat()).unwrap();
    let page = html::page(&model, None);
    for message in &model.messages {
        let name = message.id.0.rsplit("::").next().unwrap();
        let lines = message.size.div_ceil(64).max(1);
        let width = lines.div_ceil(16) * 64;
        let bytes = drawn(&page, &format!("<h3 id=\"message-{name}\">"), "<table");
        assert_eq!(bytes, message.size.div_ceil(width) * width, "{name}");
    }
}

/// A drawing has sixteen lines at most, however large a message is.
#[test]
fn the_largest_message_is_drawn() {
    let size = i64::MAX as u64 - 7;
    let fields = [("bytes", 0, array(scalar(Scalar::U8), size - 8)), ("last", size - 8, scalar(Scalar::U64))];
    let huge = Record::Message(message("Huge", size, 8, &fields));
    let model = model::resolve(seal(vec![Record::Library(library()), huge])).unwrap();
    let page = html::page(&model, None);
    assert_eq!(page.matches("<div class=\"line\">").count(), 16);
}

#[test]
fn changes_are_side_by_side() {
    let new = model::resolve(demo()).unwrap();
    let mut records = demo();
    for record in &mut records {
        if let Record::Message(it) = record {
            it.fields[0].item.name = "before".to_owned();
        }
    }
    let old = model::resolve(seal(records)).unwrap();
    let page = html::page(&new, Some(&old));
    assert!(page.contains("<h2>Changes since demo "), "{page}");
    assert!(page.contains("Particle, before and now"), "{page}");
    assert!(page.contains("breaks memory"), "{page}");
    assert!(!html::page(&new, Some(&new)).contains("before and now"));
}
