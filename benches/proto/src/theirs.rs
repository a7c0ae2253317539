//! Messages as prost's code generator writes them, from the .proto that is exported from `ours`.

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

/// Numbers and strings.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Account {
    /// Number of the account.
    #[prost(uint64, tag = "1")]
    pub id: u64,
    /// Name of its owner.
    #[prost(string, tag = "2")]
    pub name: String,
    /// Mail address.
    #[prost(string, tag = "3")]
    pub mail: String,
    /// State of the account.
    #[prost(enumeration = "Status", tag = "4")]
    pub status: i32,
    /// Score, if known.
    #[prost(double, optional, tag = "5")]
    pub score: Option<f64>,
    /// Microseconds since 1970.
    #[prost(int64, tag = "6")]
    pub created: i64,
    /// Number of changes.
    #[prost(uint32, tag = "7")]
    pub version: u32,
    /// Cents.
    #[prost(int32, tag = "8")]
    pub balance: i32,
    /// From 0 to 1.
    #[prost(float, tag = "9")]
    pub risk: f32,
    /// True if it is paid for.
    #[prost(bool, tag = "10")]
    pub paid: bool,
    /// Remarks.
    #[prost(string, tag = "11")]
    pub note: String,
}

/// Many accounts.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Accounts {
    /// The rows.
    #[prost(message, repeated, tag = "1")]
    pub rows: Vec<Account>,
}

/// A message that only has numbers.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Track {
    /// Metres above the sea.
    #[prost(float, repeated, tag = "1")]
    pub heights: Vec<f32>,
    /// Milliseconds since the point before.
    #[prost(uint32, repeated, tag = "2")]
    pub times: Vec<u32>,
}
