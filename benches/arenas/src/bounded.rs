//! The result set as a message with bounds.

use ffi_core::{FfiMessage, FfiOption, FfiStr, FfiVec};

use crate::{ROWS, data};

/// A remark about a row.
#[derive(FfiMessage, Clone, Copy, Debug, PartialEq)]
#[repr(C)]
pub struct BoundedNote {
    /// When it was written.
    pub at: i64,
    /// Name of the author.
    pub author: FfiStr<32>,
    /// Its text.
    pub body: FfiStr<400>,
}

/// A row.
#[derive(FfiMessage, Clone, Copy, Debug, PartialEq)]
#[repr(C)]
pub struct BoundedRow {
    /// Number of the row.
    pub id: u64,
    /// Microseconds since 1970.
    pub created: i64,
    /// Score, if known.
    pub score: FfiOption<f64>,
    /// Some words.
    pub name: FfiStr<128>,
    /// Short texts.
    pub tags: FfiVec<FfiStr<16>, 8>,
    /// A remark, if there is one.
    pub note: FfiOption<BoundedNote>,
    /// A small number.
    pub status: i32,
    /// Number of changes.
    pub version: u32,
    /// True if it is paid for.
    pub paid: bool,
}

/// A result set.
#[derive(FfiMessage, Clone, Debug, PartialEq)]
#[repr(C)]
pub struct BoundedSet {
    /// Position of the next page.
    pub next: FfiOption<u64>,
    /// The rows.
    pub rows: FfiVec<BoundedRow, ROWS>,
}

/// Writes all rows.
///
/// # Panics
///
/// Panics if something doesn't fit.
pub fn fill(set: &mut BoundedSet, rows: &[data::Row]) {
    let note = |note: &data::Note| BoundedNote {
        at: note.at,
        author: note.author.parse().expect("it fits"),
        body: note.body.parse().expect("it fits"),
    };
    let row = |row: &data::Row| {
        let mut tags = FfiVec::default();
        tags.try_extend(row.tags.iter().map(|tag| tag.parse().expect("it fits"))).expect("they fit");
        BoundedRow {
            id: row.id,
            created: row.created,
            score: row.score.into(),
            name: row.name.parse().expect("it fits"),
            tags,
            note: row.note.as_ref().map(note).into(),
            status: row.status,
            version: row.version,
            paid: row.paid,
        }
    };
    set.next.set(Some(rows.len() as u64));
    set.rows.clear();
    set.rows.try_extend(rows.iter().map(row)).expect("they fit");
}

/// Reads every field.
#[inline(never)]
#[must_use]
pub fn sum(set: &BoundedSet) -> u64 {
    let mut sum = set.next.get().unwrap_or(0);
    for row in &*set.rows {
        sum = sum.wrapping_add(row.id + row.created as u64 + row.status as u64 + u64::from(row.version));
        sum = sum.wrapping_add(u64::from(row.paid) + row.score.get().unwrap_or(0.0) as u64);
        sum = sum.wrapping_add(row.name.len() as u64);
        for tag in &*row.tags {
            sum = sum.wrapping_add(tag.len() as u64 + u64::from(tag.as_bytes()[0]));
        }
        if let Some(note) = row.note.as_ref() {
            sum = sum.wrapping_add(note.at as u64 + (note.author.len() + note.body.len()) as u64);
        }
    }
    sum
}

/// Returns all texts.
#[must_use]
pub fn texts(set: &BoundedSet) -> Vec<&str> {
    let mut all: Vec<&str> = Vec::new();
    for row in &*set.rows {
        all.push(&row.name);
        all.extend(row.tags.iter().map(|tag| &**tag));
        if let Some(note) = row.note.as_ref() {
            all.extend([&*note.author, &*note.body]);
        }
    }
    all
}
