//! A result as prost's code generator would write it for
//!
//! ```proto
//! message Value {
//!   oneof kind { int64 integer = 1; double real = 2; string text = 3; bytes blob = 4; }
//! }
//! message Row { repeated Value values = 1; }
//! message ResultSet { repeated Row rows = 1; }
//! ```

/// A value; nothing for null.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Value {
    #[prost(oneof = "Kind", tags = "1, 2, 3, 4")]
    pub(crate) kind: Option<Kind>,
}

/// Content of a value.
#[derive(Clone, PartialEq, prost::Oneof)]
pub(crate) enum Kind {
    #[prost(int64, tag = "1")]
    Integer(i64),
    #[prost(double, tag = "2")]
    Real(f64),
    #[prost(string, tag = "3")]
    Text(String),
    #[prost(bytes, tag = "4")]
    Blob(Vec<u8>),
}

/// A row.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Row {
    #[prost(message, repeated, tag = "1")]
    pub(crate) values: Vec<Value>,
}

/// All rows.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct ResultSet {
    #[prost(message, repeated, tag = "1")]
    pub(crate) rows: Vec<Row>,
}
