//! The result set as prost's structs.

use bench_arenas::data;

#[derive(Clone, PartialEq, prost::Message)]
pub struct Note {
    #[prost(int64, tag = "1")]
    pub at: i64,
    #[prost(string, tag = "2")]
    pub author: String,
    #[prost(string, tag = "3")]
    pub body: String,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct Row {
    #[prost(uint64, tag = "1")]
    pub id: u64,
    #[prost(int64, tag = "2")]
    pub created: i64,
    #[prost(double, optional, tag = "3")]
    pub score: Option<f64>,
    #[prost(string, tag = "4")]
    pub name: String,
    #[prost(string, repeated, tag = "5")]
    pub tags: Vec<String>,
    #[prost(message, optional, tag = "6")]
    pub note: Option<Note>,
    #[prost(int32, tag = "7")]
    pub status: i32,
    #[prost(uint32, tag = "8")]
    pub version: u32,
    #[prost(bool, tag = "9")]
    pub paid: bool,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct ResultSet {
    #[prost(uint64, optional, tag = "1")]
    pub next: Option<u64>,
    #[prost(message, repeated, tag = "2")]
    pub rows: Vec<Row>,
}

/// Builds the set.
pub fn build(rows: &[data::Row]) -> ResultSet {
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
    ResultSet { next: Some(rows.len() as u64), rows: rows.iter().map(row).collect() }
}

/// Reads every field.
#[inline(never)]
pub fn sum(set: &ResultSet) -> u64 {
    let mut sum = set.next.unwrap_or(0);
    for row in &set.rows {
        sum = sum.wrapping_add(row.id + row.created as u64 + row.status as u64 + u64::from(row.version));
        sum = sum.wrapping_add(u64::from(row.paid) + row.score.unwrap_or(0.0) as u64);
        sum = sum.wrapping_add(row.name.len() as u64);
        for tag in &row.tags {
            sum = sum.wrapping_add(tag.len() as u64 + u64::from(tag.as_bytes()[0]));
        }
        if let Some(note) = &row.note {
            sum = sum.wrapping_add(note.at as u64 + (note.author.len() + note.body.len()) as u64);
        }
    }
    sum
}
