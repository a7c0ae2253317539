//! Data of the benchmark: one field of each type, and a result set of 1,000 rows as a database
//! client gets it. Its Dart half is in `dart/`, its Rust half in `rust/`.

use ffi_core::{FfiEnum, FfiMessage, FfiOption, FfiStr, FfiVec, ffi_export};

ffi_core::library!();

/// Number of rows.
pub const ROWS: usize = 1000;

/// A place.
#[derive(FfiMessage, Clone, Copy, Debug, PartialEq)]
#[repr(C)]
pub struct Point {
    /// Metres.
    pub x: f64,
    /// Metres.
    pub y: f64,
}

/// A measurement.
#[derive(FfiMessage, Clone, Copy, Debug, PartialEq)]
#[repr(C, u32)]
pub enum Reading {
    /// Nothing.
    Unset,
    /// Degrees.
    Celsius(f64),
    /// Pieces.
    Count(i64),
}

/// A field of each type.
#[derive(FfiMessage, Clone, Debug, PartialEq)]
#[repr(C)]
pub struct Fields {
    /// 24 characters fit.
    pub name: FfiStr<24>,
    /// Numbers.
    pub numbers: FfiVec<u32, 1000>,
    /// An optional number.
    pub limit: FfiOption<f64>,
    /// A oneof.
    pub reading: Reading,
    /// A message inside.
    pub point: Point,
}

/// State of an account.
#[derive(FfiEnum, Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum Status {
    /// Not known.
    Unknown = 0,
    /// In use.
    Active = 1,
    /// Suspended.
    Suspended = 2,
    /// Closed.
    Closed = 3,
}

/// A row.
#[derive(FfiMessage, Clone, Copy, Debug, PartialEq)]
#[repr(C)]
pub struct Row {
    /// Number of the account.
    pub id: u64,
    /// Name of its owner.
    pub name: FfiStr<32>,
    /// State of the account.
    pub status: Status,
    /// Score, if known.
    pub score: FfiOption<f64>,
    /// Microseconds since 1970.
    pub created: i64,
    /// Number of changes.
    pub version: u32,
    /// True if it is paid for.
    pub paid: bool,
}

/// A result set.
#[derive(FfiMessage, Clone, Debug, PartialEq)]
#[repr(C)]
pub struct ResultSet {
    /// Position of the next page.
    pub next: FfiOption<u64>,
    /// The rows.
    pub rows: FfiVec<Row, ROWS>,
}

/// The names of people, in turn: 32 bytes at most.
pub const NAMES: [&str; 8] = [
    "Ada Lovelace",
    "Grace Brewster Murray Hopper",
    "Barbara Liskov",
    "Alan Mathison Turing",
    "Edsger Wybe Dijkstra",
    "Margaret Heafield Hamilton",
    "Donald Ervin Knuth",
    "Katherine Coleman Goble Johnson",
];

/// Returns the row at `index`.
///
/// # Panics
///
/// Panics if a name is too long.
#[inline]
#[must_use]
pub fn row(index: usize, names: &[&str; 8]) -> Row {
    let id = index as u64;
    Row {
        id: id * 7,
        name: names[index % 8].parse().expect("it fits"),
        status: [Status::Unknown, Status::Active, Status::Suspended, Status::Closed][index % 4],
        score: (!index.is_multiple_of(3)).then_some(index as f64 / 4.0).into(),
        created: 1_700_000_000_000_000 + id as i64 * 1_000_000,
        version: index as u32,
        paid: index.is_multiple_of(2),
    }
}

/// Writes all rows.
#[ffi_export]
pub fn fill(set: &mut ResultSet) {
    fill_from(set, &NAMES);
}

/// Writes all rows, with other names.
///
/// # Panics
///
/// Panics if a name is too long.
pub fn fill_from(set: &mut ResultSet, names: &[&str; 8]) {
    set.next.set(Some(ROWS as u64));
    set.rows.clear();
    set.rows.try_extend((0..ROWS).map(|index| row(index, names))).expect("they fit");
}

/// Returns true if all rows have the values that [`fill`] writes.
#[ffi_export]
pub fn is_filled(set: &ResultSet) -> bool {
    let mut expected = ResultSet::new_zeroed_box();
    fill(&mut expected);
    *set == *expected
}
