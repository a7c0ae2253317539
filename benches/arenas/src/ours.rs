//! The result set as an arena.

use ffi_core::arena::{ArenaBox, ArenaStr, ArenaVec, FfiArena};
use ffi_core::{FfiMessage, FfiOption};

use crate::data;

#[derive(FfiMessage)]
#[repr(C)]
pub struct Note {
    pub at: i64,
    pub author: ArenaStr,
    pub body: ArenaStr,
}

#[derive(FfiMessage)]
#[repr(C)]
pub struct Row {
    pub id: u64,
    pub created: i64,
    pub score: FfiOption<f64>,
    pub name: ArenaStr,
    pub tags: ArenaVec<ArenaStr>,
    pub note: ArenaBox<Note>,
    pub status: i32,
    pub version: u32,
    pub paid: bool,
}

#[derive(FfiMessage)]
#[repr(C)]
pub struct ResultSet {
    pub next: FfiOption<u64>,
    pub rows: ArenaVec<Row>,
}

/// Builds the set from 4 KiB on.
pub fn build(rows: &[data::Row]) -> FfiArena<ResultSet> {
    let mut arena = FfiArena::<ResultSet>::with_capacity(4096, 4096);
    let mut set = arena.edit();
    set.set_next(Some(rows.len() as u64).into());
    let mut list = set.rows(rows.len());
    for from in rows {
        let mut row = list.push();
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
        row.set_version(from.version);
        row.set_paid(from.paid);
    }
    arena
}

/// Reads every field.
#[inline(never)]
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
