//! The messages of `google.protobuf` that JSON writes in a way of their own.

use super::shape::{Kind, Known, Member, Shape, Table};

/// Numbers of the fields of `Value`.
pub(super) mod value {
    pub(in crate::json) const NULL: u32 = 1;
    pub(in crate::json) const NUMBER: u32 = 2;
    pub(in crate::json) const TEXT: u32 = 3;
    pub(in crate::json) const BOOL: u32 = 4;
    pub(in crate::json) const STRUCT: u32 = 5;
    pub(in crate::json) const LIST: u32 = 6;
}

/// Number of the only field of `Struct`, `ListValue`, `FieldMask` and of wrappers.
pub(super) const ONLY: u32 = 1;

/// Numbers of the fields of `Any`.
pub(super) const TYPE_URL: u32 = 1;
pub(super) const VALUE: u32 = 2;

const fn table(name: &'static str, members: &'static [Member], known: Known) -> Table {
    Table { members, known, ..Table::named(name) }
}

macro_rules! wrappers {
    ($($table:ident of $kind:ident;)*) => {$(
        static $table: Table = {
            const MEMBERS: &[Member] = &[Member::value(Shape::One(Kind::$kind))];
            table(stringify!($kind), MEMBERS, Known::Bare)
        };
    )*};
}

wrappers! {
    BOOL of Bool;
    BYTES of Bytes;
    DOUBLE of Double;
    FLOAT of Float;
    INT32 of Int32;
    INT64 of Int64;
    TEXT of Text;
    UINT32 of Uint32;
    UINT64 of Uint64;
}

pub(super) static EMPTY: Table = Table::EMPTY;
static FIELD_MASK: Table = table("FieldMask", &[], Known::FieldMask);
pub(super) static STRUCT: Table = table("Struct", &[], Known::Struct);
pub(super) static VALUES: Table = table("Value", &[], Known::Value);
pub(super) static LIST: Table = table("ListValue", &[], Known::ListValue);
static ANY: Table = table("Any", &[], Known::Any);

/// Returns the kind of a message of `google.protobuf`, by its full name.
pub(super) fn kind(name: &str) -> Option<Kind> {
    Some(match name.strip_prefix("google.protobuf.")? {
        "Timestamp" => Kind::Timestamp,
        "Duration" => Kind::Duration,
        "Empty" => Kind::Message(|| &EMPTY),
        "BoolValue" => Kind::Message(|| &BOOL),
        "BytesValue" => Kind::Message(|| &BYTES),
        "DoubleValue" => Kind::Message(|| &DOUBLE),
        "FloatValue" => Kind::Message(|| &FLOAT),
        "Int32Value" => Kind::Message(|| &INT32),
        "Int64Value" => Kind::Message(|| &INT64),
        "StringValue" => Kind::Message(|| &TEXT),
        "UInt32Value" => Kind::Message(|| &UINT32),
        "UInt64Value" => Kind::Message(|| &UINT64),
        "FieldMask" => Kind::Message(|| &FIELD_MASK),
        "Struct" => Kind::Message(|| &STRUCT),
        "Value" => Kind::Message(|| &VALUES),
        "ListValue" => Kind::Message(|| &LIST),
        "Any" => Kind::Message(|| &ANY),
        _ => return None,
    })
}
