//! Data of the benchmark: a result set as a message without bounds and as one with bounds, from
//! ordinary values. Its Dart half is in `dart/`, its Rust half in `rust/`.

pub mod bounded;
pub mod data;
pub mod ours;

use ffi_core::arena::FfiArena;
use ffi_core::ffi_export;

use self::bounded::BoundedSet;
use self::data::Text;
use self::ours::ResultSet;

ffi_core::library!();

/// Number of rows.
pub const ROWS: usize = 1000;

/// Returns the rows with ASCII text as an arena.
#[ffi_export]
#[must_use]
pub fn made() -> FfiArena<ResultSet> {
    ours::build(&data::rows(ROWS, Text::Ascii))
}

/// Writes the rows to a message with bounds.
#[ffi_export]
pub fn fill_bounded(set: &mut BoundedSet) {
    bounded::fill(set, &data::rows(ROWS, Text::Ascii));
}

/// Reads every field.
#[ffi_export]
#[must_use]
pub fn sum(set: &FfiArena<ResultSet>) -> u64 {
    ours::sum(set.root())
}

/// Reads every field.
#[ffi_export]
#[must_use]
pub fn sum_bounded(set: &BoundedSet) -> u64 {
    bounded::sum(set)
}

/// Writes a table of `rows` rows to the file at `path`; returns the size of the file.
///
/// # Errors
///
/// Returns an error if the file can't be written.
#[ffi_export]
pub fn write_table(path: &str, rows: u32) -> Result<u64, String> {
    let table = ours::table(rows as usize);
    table.write(path).map_err(|error| error.to_string())?;
    Ok(table.len() as u64)
}
