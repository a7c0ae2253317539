//! The result set as an arena.

use ffi_core::arena::{ArenaBox, ArenaStr, ArenaVec, FfiArena};
use ffi_core::{FfiMessage, FfiOption};

use crate::data::Text;
use crate::{ROWS, data};

/// A remark about a row.
#[derive(FfiMessage, Debug)]
#[repr(C)]
pub struct Note {
    /// When it was written.
    pub at: i64,
    /// Name of the author.
    pub author: ArenaStr,
    /// Its text.
    pub body: ArenaStr,
}

/// A row.
#[derive(FfiMessage, Debug)]
#[repr(C)]
pub struct Row {
    /// Number of the row.
    pub id: u64,
    /// Microseconds since 1970.
    pub created: i64,
    /// Score, if known.
    pub score: FfiOption<f64>,
    /// Some words.
    pub name: ArenaStr,
    /// Short texts.
    pub tags: ArenaVec<ArenaStr>,
    /// A remark, if there is one.
    pub note: ArenaBox<Note>,
    /// A small number.
    pub status: i32,
    /// Number of changes.
    pub version: u32,
    /// True if it is paid for.
    pub paid: bool,
}

/// A result set.
#[derive(FfiMessage, Debug)]
#[repr(C)]
pub struct ResultSet {
    /// Position of the next page.
    pub next: FfiOption<u64>,
    /// The rows.
    pub rows: ArenaVec<Row>,
}

/// Builds the set from 4 KiB on.
#[must_use]
pub fn build(rows: &[data::Row]) -> FfiArena<ResultSet> {
    let mut arena = FfiArena::<ResultSet>::with_capacity(4096, 4096);
    let mut set = arena.edit();
    set.set_next(Some(rows.len() as u64).into());
    let mut list = set.rows(rows.len());
    for from in rows {
        write(list.push(), from);
    }
    arena
}

/// Builds a set of so many rows with ASCII text: those of a result set, again and again, each with
/// its own version.
#[must_use]
pub fn table(rows: usize) -> FfiArena<ResultSet> {
    let from = data::rows(ROWS, Text::Ascii);
    let mut arena = FfiArena::<ResultSet>::new();
    let mut set = arena.edit();
    set.set_next(Some(rows as u64).into());
    let mut list = set.rows(rows);
    for index in 0..rows {
        let mut row = list.push();
        row.set_version(index as u32);
        write_all_but_version(row, &from[index % ROWS]);
    }
    arena
}

fn write(mut row: RowEdit<'_>, from: &data::Row) {
    row.set_version(from.version);
    write_all_but_version(row, from);
}

#[inline]
fn write_all_but_version(mut row: RowEdit<'_>, from: &data::Row) {
    row.set_id(from.id);
    row.set_created(from.created);
    row.set_score(from.score.into());
    row.set_name(&from.name);
    row.tags(from.tags.len()).extend(from.tags.iter().map(String::as_str));
    if let Some(from) = &from.note {
        let mut place = row.note();
        let mut note = place.get_or_insert();
        note.set_at(from.at);
        note.set_author(&from.author);
        note.set_body(&from.body);
    }
    row.set_status(from.status);
    row.set_paid(from.paid);
}

/// Reads every field.
#[inline(never)]
#[must_use]
pub fn sum(set: ResultSetView<'_>) -> u64 {
    let mut sum = set.next().unwrap_or(0);
    for row in set.rows() {
        sum = sum.wrapping_add(row.id + row.created as u64 + row.status as u64 + u64::from(row.version));
        sum = sum.wrapping_add(u64::from(row.paid) + row.score().unwrap_or(0.0) as u64);
        sum = sum.wrapping_add(row.name().len() as u64);
        for tag in row.tags() {
            sum = sum.wrapping_add(tag.len() as u64 + u64::from(tag.as_bytes()[0]));
        }
        if let Some(note) = row.note() {
            sum = sum.wrapping_add(note.at as u64 + (note.author().len() + note.body().len()) as u64);
        }
    }
    sum
}
