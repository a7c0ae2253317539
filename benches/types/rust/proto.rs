//! The result set as prost has it: what its code generator would write for
//!
//! ```proto
//! message ResultSet { optional uint64 next = 1; repeated Row rows = 2; }
//! ```
//!
//! and so on.

use bench_types::{ROWS, Status as OurStatus};

/// Where an account is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, prost::Enumeration)]
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
#[derive(Clone, PartialEq, prost::Message)]
pub struct Row {
    /// Which one it is.
    #[prost(uint64, tag = "1")]
    pub id: u64,
    /// What people call it.
    #[prost(string, tag = "2")]
    pub name: String,
    /// Where it is in its life.
    #[prost(enumeration = "Status", tag = "3")]
    pub status: i32,
    /// Better than others, if known.
    #[prost(double, optional, tag = "4")]
    pub score: Option<f64>,
    /// Microseconds since 1970.
    #[prost(int64, tag = "5")]
    pub created: i64,
    /// How often it was changed.
    #[prost(uint32, tag = "6")]
    pub version: u32,
    /// True if it is paid for.
    #[prost(bool, tag = "7")]
    pub paid: bool,
}

/// A result set.
#[derive(Clone, PartialEq, prost::Message)]
pub struct ResultSet {
    /// Where to go on.
    #[prost(uint64, optional, tag = "1")]
    pub next: Option<u64>,
    /// The rows.
    #[prost(message, repeated, tag = "2")]
    pub rows: Vec<Row>,
}

/// Returns a copy.
pub fn of(set: &bench_types::ResultSet) -> ResultSet {
    let row = |row: &bench_types::Row| Row {
        id: row.id,
        name: row.name.to_string(),
        status: match row.status {
            OurStatus::Unknown => Status::Unknown,
            OurStatus::Active => Status::Active,
            OurStatus::Suspended => Status::Suspended,
            OurStatus::Closed => Status::Closed,
        }
        .into(),
        score: row.score.get(),
        created: row.created,
        version: row.version,
        paid: row.paid,
    };
    ResultSet { next: set.next.get(), rows: set.rows.iter().map(row).collect() }
}

/// Returns what `bench_types::fill_from` writes.
pub fn filled(names: &[&str; 8]) -> ResultSet {
    let row = |index: usize| Row {
        id: index as u64 * 7,
        name: names[index % 8].to_owned(),
        status: [Status::Unknown, Status::Active, Status::Suspended, Status::Closed][index % 4].into(),
        score: (!index.is_multiple_of(3)).then_some(index as f64 / 4.0),
        created: 1_700_000_000_000_000 + index as i64 * 1_000_000,
        version: index as u32,
        paid: index.is_multiple_of(2),
    };
    ResultSet { next: Some(ROWS as u64), rows: (0..ROWS).map(row).collect() }
}
