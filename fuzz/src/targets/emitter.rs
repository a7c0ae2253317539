//! Inputs of the emitter: a library's file, its schema section, and its schema as JSON.

use ffi_core::schema::read::{Record, decode_section};
use ffi_dart_emit::model::{self, Model, Problems};
use ffi_dart_emit::{c, dart, diff, inspect, library_file, proto};

/// Reads a schema section and writes all that the emitter can write of it.
pub(crate) fn records(section: &[u8]) {
    match decode_section(section) {
        Ok(records) => write(records),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// Reads a library file and writes all that the emitter can write of it.
pub(crate) fn library(file: &[u8]) {
    match library_file::open(file) {
        Ok(contents) => write(contents.records),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// Reads what `inspect --json` printed and writes all that the emitter can write of it.
pub(crate) fn json(text: &[u8]) {
    if let Ok(records) = serde_json::from_slice::<Vec<Record>>(text) {
        write(records);
    }
}

/// Writes the records in every form. Fingerprints are checked in one pass, and in another pass they
/// are not: a change by chance never makes the right ones, so nothing behind them would be reached.
fn write(records: Vec<Record>) {
    let text = inspect::json(&records);
    let again: Vec<Record> = serde_json::from_str(&text).expect("what is printed can be read");
    assert_eq!(again, records);
    if let Err(problems) = model::resolve(records.clone()) {
        assert_explained(&problems);
    }
    match model::resolve_unsealed(records) {
        Ok(model) => write_model(&model),
        Err(problems) => assert_explained(&problems),
    }
}

fn write_model(model: &Model) {
    assert!(!inspect::text(model).is_empty());
    assert!(diff::diff(model, model).is_empty(), "a schema differs from itself");
    let written = [
        dart::package(model, &dart::Options::default()).map(drop),
        c::header(model).map(drop),
        proto::files(model, "fuzz", None).map(drop),
    ];
    written.iter().filter_map(|it| it.as_ref().err()).for_each(assert_explained);
}

fn assert_explained(problems: &Problems) {
    assert!(!problems.0.is_empty() && !problems.to_string().is_empty());
}
