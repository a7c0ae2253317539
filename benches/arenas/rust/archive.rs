//! The result set as an archive of rkyv.

use anyhow::Result;
use rkyv::rancor::Error;
use rkyv::util::AlignedVec;
use rkyv::{Archive, Serialize};

use bench_arenas::data;

#[derive(Archive, Serialize)]
pub struct Note {
    pub at: i64,
    pub author: String,
    pub body: String,
}

#[derive(Archive, Serialize)]
pub struct Row {
    pub id: u64,
    pub created: i64,
    pub score: Option<f64>,
    pub name: String,
    pub tags: Vec<String>,
    pub note: Option<Note>,
    pub status: i32,
    pub version: u32,
    pub paid: bool,
}

#[derive(Archive, Serialize)]
pub struct ResultSet {
    pub next: Option<u64>,
    pub rows: Vec<Row>,
}

/// Builds the set and its archive.
pub fn build(rows: &[data::Row]) -> Result<AlignedVec> {
    let note = |note: &data::Note| Note { at: note.at, author: note.author.clone(), body: note.body.clone() };
    let row = |row: &data::Row| Row {
        id: row.id,
        created: row.created,
        score: row.score,
        name: row.name.clone(),
        tags: row.tags.clone(),
        note: row.note.as_ref().map(note),
        status: row.status,
        version: row.version,
        paid: row.paid,
    };
    let set = ResultSet { next: Some(rows.len() as u64), rows: rows.iter().map(row).collect() };
    Ok(rkyv::to_bytes::<Error>(&set)?)
}

/// Checks an archive.
pub fn open(bytes: &[u8]) -> Result<&ArchivedResultSet> {
    Ok(rkyv::access::<ArchivedResultSet, Error>(bytes)?)
}

/// Reads every field.
#[inline(never)]
pub fn sum(set: &ArchivedResultSet) -> u64 {
    let mut sum = set.next.as_ref().map_or(0, |next| next.to_native());
    for row in set.rows.iter() {
        let numbers = row.id.to_native() + row.created.to_native() as u64 + row.status.to_native() as u64;
        sum = sum.wrapping_add(numbers + u64::from(row.version.to_native()));
        sum = sum
            .wrapping_add(u64::from(row.paid) + row.score.as_ref().map_or(0.0, |it| it.to_native()) as u64);
        sum = sum.wrapping_add(row.name.len() as u64);
        for tag in row.tags.iter() {
            sum = sum.wrapping_add(tag.len() as u64 + u64::from(tag.as_bytes()[0]));
        }
        if let Some(note) = row.note.as_ref() {
            sum = sum.wrapping_add(note.at.to_native() as u64 + (note.author.len() + note.body.len()) as u64);
        }
    }
    sum
}
