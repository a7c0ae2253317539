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

/// Severity of an entry of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, prost::Enumeration)]
#[repr(i32)]
pub enum Severity {
    /// Not known.
    Unspecified = 0,
    /// For developers.
    Debug = 1,
    /// For all.
    Info = 2,
    /// Something may be wrong.
    Warning = 3,
    /// Something is wrong.
    Error = 4,
}

/// `log.proto` as prost's code generator writes it.
#[derive(Clone, PartialEq, prost::Message)]
pub struct LogEntry {
    /// Number of the entry.
    #[prost(uint64, optional, tag = "1")]
    pub id: Option<u64>,
    /// Time of the event.
    #[prost(message, optional, tag = "2")]
    pub at: Option<Timestamp>,
    /// Severity.
    #[prost(enumeration = "Severity", optional, tag = "3")]
    pub severity: Option<i32>,
    /// Text for people.
    #[prost(string, optional, tag = "4")]
    pub body: Option<String>,
    /// Program that wrote it.
    #[prost(message, optional, tag = "5")]
    pub source: Option<Source>,
    /// Facts about it.
    #[prost(message, repeated, tag = "6")]
    pub attributes: Vec<Attribute>,
    /// Number of the trace.
    #[prost(bytes = "vec", optional, tag = "7")]
    pub trace_id: Option<Vec<u8>>,
    /// Number of the span.
    #[prost(bytes = "vec", optional, tag = "8")]
    pub span_id: Option<Vec<u8>>,
    /// Flags.
    #[prost(fixed32, optional, tag = "9")]
    pub flags: Option<u32>,
    /// Words to find it by.
    #[prost(string, repeated, tag = "10")]
    pub tags: Vec<String>,
    /// Call in which it happened.
    #[prost(message, optional, tag = "11")]
    pub request: Option<Request>,
}

/// `google.protobuf.Timestamp`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, prost::Message)]
pub struct Timestamp {
    /// Seconds since 1970.
    #[prost(int64, tag = "1")]
    pub seconds: i64,
    /// Nanoseconds.
    #[prost(int32, tag = "2")]
    pub nanos: i32,
}

/// Program that wrote an entry.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message)]
pub struct Source {
    /// Host.
    #[prost(string, optional, tag = "1")]
    pub host: Option<String>,
    /// Service.
    #[prost(string, optional, tag = "2")]
    pub service: Option<String>,
    /// Version.
    #[prost(string, optional, tag = "3")]
    pub version: Option<String>,
    /// Number of the process.
    #[prost(uint32, optional, tag = "4")]
    pub process: Option<u32>,
    /// Thread.
    #[prost(string, optional, tag = "5")]
    pub thread: Option<String>,
    /// File.
    #[prost(string, optional, tag = "6")]
    pub file: Option<String>,
    /// Line.
    #[prost(uint32, optional, tag = "7")]
    pub line: Option<u32>,
}

/// A name and a value.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Attribute {
    /// Name.
    #[prost(string, tag = "1")]
    pub key: String,
    /// Value.
    #[prost(oneof = "AttributeValue", tags = "2, 3, 4, 5")]
    pub value: Option<AttributeValue>,
}

/// Value of an attribute.
#[derive(Clone, PartialEq, prost::Oneof)]
pub enum AttributeValue {
    /// A text.
    #[prost(string, tag = "2")]
    Text(String),
    /// A whole number.
    #[prost(int64, tag = "3")]
    Number(i64),
    /// A number.
    #[prost(double, tag = "4")]
    Real(f64),
    /// Yes or no.
    #[prost(bool, tag = "5")]
    Flag(bool),
}

/// Call in which it happened.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Request {
    /// Method.
    #[prost(string, optional, tag = "1")]
    pub method: Option<String>,
    /// Address.
    #[prost(string, optional, tag = "2")]
    pub url: Option<String>,
    /// Status.
    #[prost(uint32, optional, tag = "3")]
    pub status: Option<u32>,
    /// Bytes of the answer.
    #[prost(uint64, optional, tag = "4")]
    pub bytes: Option<u64>,
    /// Time that it took.
    #[prost(double, optional, tag = "5")]
    pub seconds: Option<f64>,
    /// Name of the caller.
    #[prost(string, optional, tag = "6")]
    pub peer: Option<String>,
}

/// Returns an entry of a log: what is zero or empty in it is present all the same.
pub fn log_entry() -> LogEntry {
    let text = |text: &str| Some(text.to_owned());
    let attribute = |key: &str, value: AttributeValue| Attribute { key: key.to_owned(), value: Some(value) };
    let named = |key: &str, value: &str| attribute(key, AttributeValue::Text(value.to_owned()));
    LogEntry {
        id: Some(9_081_726_354),
        at: Some(Timestamp { seconds: 1_700_000_000, nanos: 123_456_789 }),
        severity: Some(Severity::Warning.into()),
        body: text(
            "payment of order 48213 was refused by the bank, it is tried again in 30 seconds; after \
             the third time the customer gets a letter, and the order waits.",
        ),
        source: Some(Source {
            host: text("node-17.eu-central.example.org"),
            service: text("payments"),
            version: text("2.14.0-rc.3"),
            process: Some(41_207),
            thread: text("tokio-runtime-worker"),
            file: text("src/gateway/retry.rs"),
            line: Some(318),
        }),
        attributes: vec![
            named("order", "48213"),
            named("customer", "Barbara Liskov"),
            named("bank", "Bank für Gemeinwohl"),
            attribute("amount", AttributeValue::Real(129.95)),
            attribute("attempt", AttributeValue::Number(0)),
            attribute("is_final", AttributeValue::Flag(false)),
            named("reason", "insufficient funds"),
        ],
        trace_id: Some((1..=16).collect()),
        span_id: Some((1..=8).collect()),
        flags: Some(0),
        tags: ["payments", "retry", "eu"].map(str::to_owned).into(),
        request: Some(Request {
            method: text("POST"),
            url: text("https://pay.example.org/v2/orders/48213/payments?attempt=1&locale=de-AT"),
            status: Some(402),
            bytes: Some(0),
            seconds: Some(0.182),
            peer: text(""),
        }),
    }
}
