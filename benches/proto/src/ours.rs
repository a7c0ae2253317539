//! The messages as a user of ffi-core has them.

use ffi_core::{FfiEnum, FfiMessage, FfiOption, FfiStr, FfiVec};

use crate::{NAMES, POINTS, ROWS};

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

/// Numbers and strings.
#[derive(FfiMessage, Clone, Debug, PartialEq)]
#[repr(C)]
pub struct Account {
    /// Number of the account.
    pub id: u64,
    /// Name of its owner.
    pub name: FfiStr<40>,
    /// Mail address.
    pub mail: FfiStr<60>,
    /// State of the account.
    pub status: Status,
    /// Score, if known.
    pub score: FfiOption<f64>,
    /// Microseconds since 1970.
    pub created: i64,
    /// Number of changes.
    pub version: u32,
    /// Cents.
    pub balance: i32,
    /// From 0 to 1.
    pub risk: f32,
    /// True if it is paid for.
    pub paid: bool,
    /// Remarks.
    pub note: FfiStr<120>,
}

/// Many accounts.
#[derive(FfiMessage, Clone, Debug, PartialEq)]
#[repr(C)]
pub struct Accounts {
    /// The rows.
    pub rows: FfiVec<Account, ROWS>,
}

/// A message that only has numbers.
#[derive(FfiMessage, Clone, Debug, PartialEq)]
#[repr(C)]
pub struct Track {
    /// Metres above the sea.
    pub heights: FfiVec<f32, POINTS>,
    /// Milliseconds since the point before.
    pub times: FfiVec<u32, POINTS>,
}

/// Returns the account at `index`.
pub fn account(index: usize) -> Account {
    let id = index as u64;
    Account {
        id: id * 7_919,
        name: NAMES[index % NAMES.len()].parse().expect("it fits"),
        mail: format!("someone{index}@example.org").parse().expect("it fits"),
        status: [Status::Unknown, Status::Active, Status::Suspended, Status::Closed][index % 4],
        score: (!index.is_multiple_of(3)).then_some(index as f64 / 4.0).into(),
        created: 1_700_000_000_000_000 + id as i64 * 1_000_000,
        version: index as u32 % 300,
        balance: 12_500 - index as i32 * 30,
        risk: index as f32 / ROWS as f32,
        paid: index.is_multiple_of(2),
        note: if index.is_multiple_of(5) { "called twice, call again" } else { "" }.parse().expect("it fits"),
    }
}

/// Returns all accounts.
pub fn accounts() -> Box<Accounts> {
    let mut accounts = Accounts::new_zeroed_box();
    accounts.rows.try_extend((0..ROWS).map(account)).expect("they fit");
    accounts
}

/// Returns a track.
pub fn track() -> Box<Track> {
    let mut track = Track::new_zeroed_box();
    track.heights.try_extend((0..POINTS).map(|index| 400.0 + (index % 97) as f32 / 8.0)).expect("they fit");
    track.times.try_extend((0..POINTS).map(|index| 900 + index as u32 % 211)).expect("they fit");
    track
}
