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

const fn only(name: &'static str, shape: Shape) -> Member {
    Member { name, json: name, original: name, aliases: &[], number: ONLY, shape }
}

const fn table(name: &'static str, members: &'static [Member], known: Known) -> Table {
    Table { name, members, flat: &[], is_oneof: false, known }
}

macro_rules! wrappers {
    ($($table:ident of $kind:ident;)*) => {$(
        static $table: Table = {
            const MEMBERS: &[Member] = &[only("value", Shape::One(Kind::$kind))];
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

/// Appends a path of a `FieldMask` as JSON has it, `a.bC` of `a.b_c`; false if there is no way
/// back.
pub(super) fn camel_path(path: &[u8], out: &mut Vec<u8>) -> bool {
    let mut bytes = path.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'_' => match bytes.next() {
                Some(next) if next.is_ascii_lowercase() => out.push(next.to_ascii_uppercase()),
                _ => return false,
            },
            byte if byte.is_ascii_uppercase() => return false,
            byte => out.push(*byte),
        }
    }
    true
}

/// Appends a path of a `FieldMask` as .proto has it, `a.b_c` of `a.bC`; false if it isn't one.
pub(super) fn snake_path(path: &[u8], out: &mut Vec<u8>) -> bool {
    for byte in path {
        match byte {
            b'_' => return false,
            byte if byte.is_ascii_uppercase() => out.extend([b'_', byte.to_ascii_lowercase()]),
            byte => out.push(*byte),
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_go_both_ways_or_not_at_all() {
        for (proto, json) in [("a", "a"), ("foo_bar.b_c2", "fooBar.bC2"), ("a.b", "a.b")] {
            let (mut there, mut back) = (Vec::new(), Vec::new());
            assert!(camel_path(proto.as_bytes(), &mut there));
            assert_eq!(there, json.as_bytes());
            assert!(snake_path(&there, &mut back));
            assert_eq!(back, proto.as_bytes());
        }
        for path in ["fooBar", "foo_3", "foo__bar", "foo_", "foo_Bar"] {
            assert!(!camel_path(path.as_bytes(), &mut Vec::new()), "{path}");
        }
        assert!(!snake_path(b"foo_bar", &mut Vec::new()));
    }
}
