//! What the benchmark reads and writes: one field of each type, and a result set of 1,000 rows as a database client has
//! it. Its Dart half is in `dart/`, its Rust half in `rust/`.

use ffi_core::{FfiEnum, FfiMessage, FfiOption, FfiStr, FfiVec, ffi_export};

ffi_core::library!();

/// How many rows there are.
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

/// What was measured.
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
    /// A number that may be there.
    pub limit: FfiOption<f64>,
    /// A oneof.
    pub reading: Reading,
    /// A message inside.
    pub point: Point,
}

/// Where an account is in its life.
#[derive(FfiEnum, Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum Status {
    /// Not known.
    Unknown = 0,
    /// In use.
    Active = 1,
    /// Not to be used at present.
    Suspended = 2,
    /// Not to be used any more.
    Closed = 3,
}

/// A row.
#[derive(FfiMessage, Clone, Copy, Debug, PartialEq)]
#[repr(C)]
pub struct Row {
    /// Which one it is.
    pub id: u64,
    /// What people call it.
    pub name: FfiStr<32>,
    /// Where it is in its life.
    pub status: Status,
    /// Better than others, if known.
    pub score: FfiOption<f64>,
    /// Microseconds since 1970.
    pub created: i64,
    /// How often it was changed.
    pub version: u32,
    /// True if it is paid for.
    pub paid: bool,
}

/// A result set.
#[derive(FfiMessage, Clone, Debug, PartialEq)]
#[repr(C)]
pub struct ResultSet {
    /// Where to go on.
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

/// Returns true if all rows are as [`fill`] writes them.
#[ffi_export]
pub fn is_filled(set: &ResultSet) -> bool {
    let mut expected = ResultSet::new_zeroed_box();
    fill(&mut expected);
    *set == *expected
}
