//! Descriptions of messages: which names, numbers and kinds their fields have, where they are in
//! memory, and what writes them.
//!
//! They are constants. What a type is as JSON follows from what it is as protobuf, so a type has
//! one [`Shape`], and a message one [`Table`] of its fields' shapes; the code that walks them is
//! compiled once for all messages. Tables refer to each other by functions, as messages may hold
//! themselves.

use std::marker::PhantomData;

use super::print::{Printer, Written, no_json};
use crate::proto::{DecodeError, ProtoType, WireType};
use crate::types::FfiType;

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

    /// Returns true if it is a number, a `bool` or an enum, which share one key in a list.
    pub(super) fn is_number(self) -> bool {
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

    /// Returns true if a value of this kind is text in JSON, whatever it is.
    const fn is_quoted(self) -> bool {
        matches!(
            self,
            Self::Int64 | Self::Uint64 | Self::Sint64 | Self::Fixed64 | Self::Sfixed64 | Self::Text
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

    /// Returns the JSON of a value that is zero or empty.
    pub(super) fn zero(&self) -> &'static [u8] {
        match self {
            Self::One(kind) | Self::Maybe(kind) => match kind {
                kind if kind.is_number() && kind.is_quoted() => b"\"0\"",
                Kind::Float | Kind::Double => b"0.0",
                Kind::Bool => b"false",
                Kind::Enum(table) if table().is_null => b"null",
                Kind::Message(_) | Kind::Wrapper(_) => b"{}",
                kind if kind.is_number() => b"0",
                _ => b"\"\"",
            },
            Self::List(_) | Self::Array(_) | Self::Entries(..) => b"[]",
            Self::Map(..) => b"{}",
        }
    }

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
    /// Name in JSON as it is written: `,"name":`.
    pub json: &'static str,
    /// Name in .proto, in the same form.
    pub original: &'static str,
    /// Further names that are read.
    pub aliases: &'static [&'static str],
    /// Number in .proto.
    pub number: u32,
    /// Form.
    pub shape: Shape,
    /// Its place in memory; `None` in a message that is only read.
    pub place: Option<Place>,
}

impl Member {
    /// Returns the field of a message around one value.
    pub(super) const fn value(shape: Shape) -> Self {
        Self { name: "value", json: VALUE, original: VALUE, aliases: &[], number: 1, shape, place: None }
    }

    /// Returns the name in JSON in quotes, with a colon behind it.
    #[inline]
    pub(super) fn quoted_json(&self) -> &'static [u8] {
        self.json.as_bytes().get(1..).unwrap_or_default()
    }

    /// Returns the name in JSON, without quotes.
    pub(super) fn bare_json(&self) -> &'static [u8] {
        bare(self.json)
    }

    /// Returns true if it is called `name` in JSON.
    pub(super) fn is_called(&self, name: &[u8]) -> bool {
        bare(self.json) == name
            || bare(self.original) == name
            || self.aliases.iter().any(|alias| alias.as_bytes() == name)
    }
}

/// Name in JSON of the field of a wrapper.
const VALUE: &str = ",\"value\":";

/// Returns the name in `,"name":`.
#[inline]
fn bare(name: &'static str) -> &'static [u8] {
    name.as_bytes().get(2..name.len() - 2).unwrap_or_default()
}

/// Appends the JSON of the field form of a value, at that address.
///
/// # Safety
///
/// There is a valid value of the type that the function is of, to which no thread writes. If it has
/// handles, they are those of the arena of the printer.
pub type Write = unsafe fn(*const u8, &mut Printer<'_>) -> Result<Written, DecodeError>;

/// Appends the JSON of a case without a value: a message without fields.
pub const UNIT: Write = unit;

/// # Safety
///
/// None.
unsafe fn unit(_: *const u8, out: &mut Printer<'_>) -> Result<Written, DecodeError> {
    out.put(b"{}");
    Ok(Written::Value)
}

/// A field in the memory of its message, or the value of a case in that of its oneof.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// Offset of a field in bytes; discriminant of a case.
    pub at: usize,
    /// Function that writes it.
    pub write: Write,
}

/// A flattened oneof.
#[derive(Debug)]
pub struct Flat {
    /// Name of the field in Rust.
    pub name: &'static str,
    /// Offset of the field in bytes.
    pub offset: usize,
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
    /// Offset of the value of every case, if it is a oneof.
    pub payload: Option<usize>,
    /// Meaning of its own in JSON.
    pub known: Known,
}

impl Table {
    /// A message without fields.
    pub const EMPTY: Self = Self::named("FfiEmpty");

    /// Returns a message of that name without fields.
    pub(super) const fn named(name: &'static str) -> Self {
        Self { name, members: &[], flat: &[], payload: None, known: Known::No }
    }
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
///
/// As in protobuf it has a form as a field, which may be absent, and one as a value. The value form
/// of a type that isn't single is a *wrapper*, an object around the field form.
///
/// # Safety
///
/// An implementation promises that [`BYTE`](Self::BYTE) is only true for a type with the layout of
/// a `u8`, all of whose bits are initialised.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no place in JSON",
    label = "not a field of .proto",
    note = "what has is each type of `ffi_core`, and one with `#[derive(FfiMessage)]` or `#[derive(FfiEnum)]`"
)]
pub unsafe trait JsonType: FfiType {
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

    /// Appends the field form.
    ///
    /// # Errors
    ///
    /// Returns the value that has no JSON, with the path from here.
    ///
    /// # Safety
    ///
    /// If the value has handles, they are those of the arena of the printer.
    unsafe fn write_field(&self, out: &mut Printer<'_>) -> Result<Written, DecodeError>;

    /// Appends the value form.
    ///
    /// # Errors
    ///
    /// Returns the value that has no JSON, with the path from here.
    ///
    /// # Safety
    ///
    /// If the value has handles, they are those of the arena of the printer.
    unsafe fn write_value(&self, out: &mut Printer<'_>) -> Result<(), DecodeError> {
        // SAFETY: the caller's value has no handles but of the printer's arena.
        unsafe { write_wrapper(self, out) }
    }

    /// Appends it as an element of a list, or as the case of a oneof; false if it is left out.
    ///
    /// # Errors
    ///
    /// Returns the value that has no JSON, with the path from here.
    ///
    /// # Safety
    ///
    /// If the value has handles, they are those of the arena of the printer.
    #[inline(always)]
    unsafe fn write_element(&self, out: &mut Printer<'_>) -> Result<bool, DecodeError> {
        // SAFETY: the caller's value has no handles but of the printer's arena.
        unsafe { self.write_value(out) }.map(|()| true)
    }

    /// Appends it as its elements in an array, each with a comma behind it. `index` is that of the
    /// first one, and counts them.
    ///
    /// # Errors
    ///
    /// Returns the value that has no JSON, with the path from the array.
    ///
    /// # Safety
    ///
    /// If the value has handles, they are those of the arena of the printer.
    #[inline(always)]
    unsafe fn write_items(&self, index: &mut usize, out: &mut Printer<'_>) -> Result<(), DecodeError> {
        // SAFETY: the caller's value has no handles but of the printer's arena.
        if unsafe { self.write_element(out) }.map_err(|error| error.at_index(*index))? {
            out.push(b',');
        }
        *index += 1;
        Ok(())
    }

    /// Appends it as the key of a map, if its kind is that of one: in quotes.
    ///
    /// # Errors
    ///
    /// Returns the value that has no JSON, with the path from here.
    ///
    /// # Safety
    ///
    /// If the value has handles, they are those of the arena of the printer.
    unsafe fn write_key(&self, out: &mut Printer<'_>) -> Result<(), DecodeError> {
        if Self::KIND.is_quoted() {
            // SAFETY: the caller's value has no handles but of the printer's arena.
            return unsafe { self.write_value(out) };
        }
        out.push(b'"');
        // SAFETY: the caller's value has no handles but of the printer's arena.
        unsafe { self.write_value(out) }?;
        out.push(b'"');
        Ok(())
    }
}

/// Appends the value form of a type that isn't single.
///
/// # Errors
///
/// Returns the value that has no JSON, with the path from here.
///
/// # Safety
///
/// If the value has handles, they are those of the arena of the printer.
pub(super) unsafe fn write_wrapper<T: JsonType>(value: &T, out: &mut Printer<'_>) -> Result<(), DecodeError> {
    out.enter()?;
    let start = out.len();
    out.name(VALUE);
    // SAFETY: the caller's value has no handles but of the printer's arena.
    let written = unsafe { value.write_field(out) }.map_err(|error| error.in_field("value"))?;
    if written != Written::Value {
        out.truncate(start);
    }
    out.object(start);
    out.leave();
    Ok(())
}

/// A message or oneof.
///
/// # Safety
///
/// An implementation promises that each [`Place`] of the [`TABLE`](Self::TABLE) is that of a field
/// of the message, or of the case with that discriminant of the oneof, and that its function is of
/// the type that is there.
pub unsafe trait JsonMessage: JsonType {
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
    pub const FIELD: Write = Self::field;
    pub const CASE: Write = Self::case;

    /// # Safety
    ///
    /// The contract of [`Write`].
    unsafe fn field(value: *const u8, out: &mut Printer<'_>) -> Result<Written, DecodeError> {
        // SAFETY: there is a valid `T`, by this function's contract.
        let value = unsafe { &*value.cast::<T>() };
        // SAFETY: its handles are those of the arena, by this function's contract.
        unsafe { value.write_field(out) }
    }

    /// # Safety
    ///
    /// The contract of [`Write`].
    unsafe fn case(value: *const u8, out: &mut Printer<'_>) -> Result<Written, DecodeError> {
        // SAFETY: there is a valid `T`, by this function's contract.
        let value = unsafe { &*value.cast::<T>() };
        // SAFETY: its handles are those of the arena, by this function's contract.
        let is_there = unsafe { value.write_element(out) }?;
        Ok(if is_there { Written::Value } else { Written::Absent })
    }
}

impl<T: ProtoType> JsonFacts<T> {
    /// Fails to compile, with a readable message, if `T` has a place in protobuf and none in JSON.
    pub fn assert_json()
    where
        T: JsonType,
    {
    }
}

#[allow(missing_docs, reason = "the documentation is that of the trait's")]
impl<T: JsonMessage> JsonFacts<T> {
    pub const TABLE: fn() -> &'static Table = T::table;
}

/// Answers for types without the trait: those of a message without fields that is never written.
/// Rustc has refused the types by then: some as they have no place in protobuf, and others by
/// [`JsonFacts::assert_json`].
#[allow(missing_docs, reason = "the documentation of each is that of the trait's")]
pub trait NoJsonFacts {
    const SHAPE: Shape = Shape::EMPTY;
    const ELEMENT: Shape = Shape::EMPTY;
    const FIELD: Write = refuse;
    const CASE: Write = refuse;
    const BOXED: Write = refuse;
    const TABLE: fn() -> &'static Table = || &Table::EMPTY;

    fn assert_json() {}
}

/// # Safety
///
/// None.
unsafe fn refuse(_: *const u8, _: &mut Printer<'_>) -> Result<Written, DecodeError> {
    Err(no_json("a type without a place in JSON; hint: a type of `ffi_core`, or one with a derive of it"))
}

impl<T: ?Sized> NoJsonFacts for JsonFacts<T> {}
