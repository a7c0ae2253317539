//! The result set as prost's code generator would write it for
//!
//! ```proto
//! message ResultSet { optional uint64 next = 1; repeated Row rows = 2; }
//! ```
//!
//! and so on.

use bench_types::{ROWS, Status as OurStatus};

/// State of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, prost::Enumeration)]
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
#[derive(Clone, PartialEq, prost::Message)]
pub struct Row {
    /// Number of the account.
    #[prost(uint64, tag = "1")]
    pub id: u64,
    /// Name of its owner.
    #[prost(string, tag = "2")]
    pub name: String,
    /// State of the account.
    #[prost(enumeration = "Status", tag = "3")]
    pub status: i32,
    /// Score, if known.
    #[prost(double, optional, tag = "4")]
    pub score: Option<f64>,
    /// Microseconds since 1970.
    #[prost(int64, tag = "5")]
    pub created: i64,
    /// Number of changes.
    #[prost(uint32, tag = "6")]
    pub version: u32,
    /// True if it is paid for.
    #[prost(bool, tag = "7")]
    pub paid: bool,
}

/// A result set.
#[derive(Clone, PartialEq, prost::Message)]
pub struct ResultSet {
    /// Position of the next page.
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

/// Returns the result set that `bench_types::fill_from` writes.
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
