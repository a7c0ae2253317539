//! Descriptions of messages: which names, numbers and kinds their fields have.
//!
//! They are constants. What a type is as JSON follows from what it is as protobuf, so a type has
//! one [`Shape`], and a message one [`Table`] of its fields' shapes; the code that walks them is
//! compiled once for all messages. Tables refer to each other by functions, as messages may hold
//! themselves.

use std::marker::PhantomData;

use crate::proto::WireType;

/// Kind of one value in protobuf.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// `int32`.
    Int32,
    /// `int64`.
    Int64,
    /// `uint32`.
    Uint32,
    /// `uint64`.
    Uint64,
    /// `sint32`.
    Sint32,
    /// `sint64`.
    Sint64,
    /// `fixed32`.
    Fixed32,
    /// `fixed64`.
    Fixed64,
    /// `sfixed32`.
    Sfixed32,
    /// `sfixed64`.
    Sfixed64,
    /// `float`.
    Float,
    /// `double`.
    Double,
    /// `bool`.
    Bool,
    /// `string`.
    Text,
    /// `bytes`.
    Bytes,
    /// `bytes` of a secret, which are read and never written.
    Secret,
    /// An enum.
    Enum(fn() -> &'static EnumTable),
    /// A message.
    Message(fn() -> &'static Table),
    /// A message whose field 1, `value`, has a shape that no single value has.
    Wrapper(fn() -> &'static Shape),
    /// `google.protobuf.Timestamp`.
    Timestamp,
    /// `google.protobuf.Duration`.
    Duration,
}

impl Kind {
    /// Returns the wire type of a value.
    pub(super) const fn wire(self) -> WireType {
        match self {
            Self::Fixed32 | Self::Sfixed32 | Self::Float => WireType::ThirtyTwoBit,
            Self::Fixed64 | Self::Sfixed64 | Self::Double => WireType::SixtyFourBit,
            Self::Text
            | Self::Bytes
            | Self::Secret
            | Self::Message(_)
            | Self::Wrapper(_)
            | Self::Timestamp
            | Self::Duration => WireType::LengthDelimited,
            _ => WireType::Varint,
        }
    }

    /// Returns true if numbers of this kind share one key in a list.
    pub(super) fn is_packed(self) -> bool {
        self.wire() != WireType::LengthDelimited
    }

    /// Returns true if protobuf allows this kind as the key of a map.
    const fn is_key(self) -> bool {
        !matches!(
            self,
            Self::Float
                | Self::Double
                | Self::Bytes
                | Self::Secret
                | Self::Message(_)
                | Self::Wrapper(_)
                | Self::Timestamp
                | Self::Duration
        )
    }

    /// Returns true if `null` is a value of this kind, and not an absent one.
    pub(super) fn takes_null(self) -> bool {
        match self {
            Self::Enum(table) => table().is_null,
            Self::Message(table) => matches!(table().known, Known::Value),
            _ => false,
        }
    }

    /// Returns the kind of an enum: that of its integer if a value doesn't fit an enum of protobuf.
    #[must_use]
    pub const fn of_enum(table: &EnumTable, narrow: Self, integer: Self) -> Self {
        let mut index = 0;
        while index < table.values.len() {
            let number = table.values[index].1;
            if number < i32::MIN as i128 || number > i32::MAX as i128 {
                return integer;
            }
            index += 1;
        }
        narrow
    }
}

/// Form of a field.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// A value that is not written when it is zero or empty.
    One(Kind),
    /// A value that may be absent.
    Maybe(Kind),
    /// Values.
    List(Kind),
    /// As many values as the array in memory has.
    Array(Kind),
    /// A map with keys that protobuf allows.
    Map(Kind, Kind),
    /// A map with other keys: a list of entries.
    Entries(Kind, Kind),
}

impl Shape {
    /// Form of a case without a value: a message without fields.
    pub const EMPTY: Self = {
        static EMPTY: Table = Table::EMPTY;
        Self::One(Kind::Message(|| &EMPTY))
    };

    /// Returns the shape of a map.
    pub(super) const fn map(key: Kind, value: Kind) -> Self {
        match key {
            // Keys that are enums are `int32` in protobuf.
            Kind::Enum(_) => Self::Map(Kind::Int32, value),
            key if key.is_key() => Self::Map(key, value),
            key => Self::Entries(key, value),
        }
    }
}

/// An enum: its name in Rust, and the names of its numbers. If a number has several, the first one
/// is written.
#[derive(Debug)]
pub struct EnumTable {
    /// Name in Rust.
    pub name: &'static str,
    /// Names and numbers.
    pub values: &'static [(&'static str, i128)],
    /// True for `google.protobuf.NullValue`, which is `null`.
    pub is_null: bool,
}

/// A field of a message, or a case of a oneof.
#[derive(Debug)]
pub struct Member {
    /// Name in Rust, which paths in errors have.
    pub name: &'static str,
    /// Name in JSON.
    pub json: &'static str,
    /// Name in .proto.
    pub original: &'static str,
    /// Further names that are read.
    pub aliases: &'static [&'static str],
    /// Number in .proto.
    pub number: u32,
    /// Form.
    pub shape: Shape,
}

impl Member {
    /// Returns true if it is called `name` in JSON.
    pub(super) fn is_called(&self, name: &[u8]) -> bool {
        self.json.as_bytes() == name
            || self.original.as_bytes() == name
            || self.aliases.iter().any(|alias| alias.as_bytes() == name)
    }
}

/// A flattened oneof.
#[derive(Debug)]
pub struct Flat {
    /// Name of the field in Rust.
    pub name: &'static str,
    /// The oneof.
    pub table: fn() -> &'static Table,
}

/// A message, or a oneof as a message of its own.
#[derive(Debug)]
pub struct Table {
    /// Name in Rust.
    pub name: &'static str,
    /// Fields or cases by their numbers.
    pub members: &'static [Member],
    /// Flattened oneofs.
    pub flat: &'static [Flat],
    /// True if at most one of the members is there.
    pub is_oneof: bool,
    /// Meaning of its own in JSON.
    pub known: Known,
}

impl Table {
    /// A message without fields.
    pub const EMPTY: Self =
        Self { name: "FfiEmpty", members: &[], flat: &[], is_oneof: false, known: Known::No };
}

/// Messages of `google.protobuf` that JSON writes in a way of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// None of them.
    No,
    /// `BoolValue` and its kin: the value of the only field.
    Bare,
    /// `FieldMask`.
    FieldMask,
    /// `Struct`.
    Struct,
    /// `Value`.
    Value,
    /// `ListValue`.
    ListValue,
    /// `Any`.
    Any,
}

/// A type that can be a field in JSON: each one that can be a field in protobuf.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no place in JSON",
    label = "not a field of .proto",
    note = "what has is each type of `ffi_core`, and one with `#[derive(FfiMessage)]` or `#[derive(FfiEnum)]`"
)]
pub trait JsonType {
    /// Form of a field of this type.
    const SHAPE: Shape;

    /// True if it is `u8`, of which an array is bytes.
    const BYTE: bool = false;

    /// Kind of one value: of an option, of a map.
    const KIND: Kind = match Self::SHAPE {
        Shape::One(kind) => kind,
        _ => Kind::Wrapper(Self::shape),
    };

    /// Kind as an element of a list, or as the case of a oneof.
    const ELEMENT: Kind = Self::KIND;

    /// Kind of the elements of an array, as an array of arrays is flat.
    const ITEM: Kind = Self::ELEMENT;

    /// Returns the form.
    fn shape() -> &'static Shape {
        const { &Self::SHAPE }
    }
}

/// A message or oneof.
pub trait JsonMessage: JsonType {
    /// Its fields or cases.
    const TABLE: Table;

    /// Returns its fields or cases.
    fn table() -> &'static Table {
        const { &Self::TABLE }
    }
}

/// The constants of [`JsonType`], for a type that has the trait.
#[derive(Debug)]
pub struct JsonFacts<T: ?Sized>(PhantomData<T>);

#[allow(missing_docs, reason = "the documentation of each is that of the trait's")]
impl<T: JsonType> JsonFacts<T> {
    pub const SHAPE: Shape = T::SHAPE;
    pub const ELEMENT: Shape = Shape::One(T::ELEMENT);
}

#[allow(missing_docs, reason = "the documentation is that of the trait's")]
impl<T: JsonMessage> JsonFacts<T> {
    pub const TABLE: fn() -> &'static Table = T::table;
}

/// Answers for types without the trait, which rustc has refused as they have no place in protobuf.
#[allow(missing_docs, reason = "the documentation of each is that of the trait's")]
pub trait NoJsonFacts {
    const SHAPE: Shape = Shape::One(Kind::Bool);
    const ELEMENT: Shape = Shape::One(Kind::Bool);
    const TABLE: fn() -> &'static Table = || &Table::EMPTY;
}

impl<T: ?Sized> NoJsonFacts for JsonFacts<T> {}
