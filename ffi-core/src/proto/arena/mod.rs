//! Protobuf of messages that live in arenas.
//!
//! # Idea
//!
//! The forms of fields are those of other messages, and the handles are what .proto has without
//! bounds:
//!
//! | field | .proto | written |
//! |---|---|---|
//! | `ArenaStr`, `ArenaBytes` | `string`, `bytes` | unless empty |
//! | `ArenaVec<T>` | `repeated` value form of `T`, numbers packed | unless empty |
//! | `ArenaMap<K, V>` | `map<K, value form of V>`, in the order of the keys | unless empty |
//! | `ArenaBox<T>` | `optional` value form of `T` | if there is a value |
//! | `ArenaBox<T>` as the case of a oneof | value form of `T` | the case says that there is one |
//!
//! Writing takes two passes over the views, as for other messages: one adds up the length, one
//! writes. Reading takes one pass, which writes to places of the arena.
//!
//! # Hostile bytes
//!
//! What is read is valid whatever the bytes are, or they are refused with a path. Time is linear in
//! the number of bytes, but for the keys of maps, which are sorted at last. Memory is linear as
//! well: an element of a list takes two bytes of input or more, and its size in memory; text and
//! packed numbers take eight times their bytes or less. Both chunks end at 4 GiB, and lists and
//! boxes at 64 levels.
//!
//! # What was given up
//!
//! Fields of one list that aren't side by side leave waste when the list has to move; so do fields
//! that occur twice, of which the last one counts. [`FfiArena::compact`] removes it.
//!
//! Tests: `tests/tests/arena_proto.rs`.

mod abi;
mod containers;
mod handles;
mod plain;

pub use abi::{decode_arena, encode_arena};
pub use containers::ArenaUnpacked;
pub use handles::{case_len, read_case, write_case};
pub use plain::{PlainProto, read_plain};
use prost::encoding::{encoded_len_varint, key_len};

use super::error::{DecodeError, DecodeErrorKind};
use super::wire::{Reader, Writer};
use super::wire_type::WireType;
use crate::arena::{ArenaFull, ArenaMessage, ArenaPlace, ArenaType, FfiArena};

/// Number of the only field of a wrapper message.
const WRAPPED: u32 = 1;

/// A type that can be a field in protobuf, in an arena: [`ProtoType`](super::ProtoType), but that
/// it is written from views and read into places.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no place in protobuf, in an arena",
    label = "not a field of .proto",
    note = "what has is each type of `ffi_core` that can be in an arena, and one with `#[derive(FfiMessage)]` or \
            `#[derive(FfiEnum)]`"
)]
pub trait ArenaProto: ArenaType {
    /// Wire type of the value form. It is a packed element if this isn't a length and bytes.
    const WIRE: WireType;

    /// True if the value form is a message, and so a level of nesting.
    const NESTED: bool = true;

    /// True if it is `u8`, of which an array is bytes.
    const BYTE: bool = false;

    /// Number of elements that it is in an array, as an array of arrays is flat.
    const ITEMS: usize = 1;

    /// Wire type of each of these elements.
    const ITEM_WIRE: WireType = Self::WIRE;

    /// State of this field between its occurrences while a message is read.
    type State: Default;

    /// Returns true if a field of this type can have that wire type; with any other it is a field
    /// that isn't known, as for other readers.
    #[inline]
    fn accepts(wire_type: WireType) -> bool {
        wire_type == Self::WIRE
    }

    /// Returns true if a field of this value is not written.
    fn is_default(view: Self::View<'_>) -> bool;

    /// Returns the number of bytes that [`write_value`](Self::write_value) writes.
    #[inline]
    fn value_len(view: Self::View<'_>) -> usize {
        Self::field_len(view, WRAPPED)
    }

    /// Writes the value form, without a length before it.
    #[inline]
    fn write_value(view: Self::View<'_>, out: &mut Writer<'_>) {
        Self::write_field(view, WRAPPED, out);
    }

    /// Reads the value form; the caller has read the length and set the end of the input.
    ///
    /// # Errors
    ///
    /// Returns the mistake, with the path from here.
    #[inline]
    fn read_value(mut place: ArenaPlace<'_, Self>, input: &mut Reader<'_>) -> Result<(), DecodeError> {
        let mut state = Self::State::default();
        while let Some((tag, wire_type)) = input.key()? {
            match tag {
                WRAPPED if Self::accepts(wire_type) => {
                    Self::read_field(place.reborrow(), &mut state, tag, wire_type, input)?;
                }
                _ => input.skip(tag, wire_type)?,
            }
        }
        Ok(())
    }

    /// Returns the number of bytes that [`write_field`](Self::write_field) writes.
    #[inline]
    fn field_len(view: Self::View<'_>, tag: u32) -> usize {
        if Self::is_default(view) { 0 } else { member_len::<Self>(view, tag) }
    }

    /// Writes the field form.
    #[inline]
    fn write_field(view: Self::View<'_>, tag: u32, out: &mut Writer<'_>) {
        if !Self::is_default(view) {
            write_member::<Self>(view, tag, out);
        }
    }

    /// Reads an occurrence of the field form, after its key, whose wire type it accepts; a list
    /// reads those behind it as well.
    ///
    /// # Errors
    ///
    /// Returns the mistake, with the path from here.
    #[inline]
    fn read_field(
        place: ArenaPlace<'_, Self>,
        _state: &mut Self::State,
        _tag: u32,
        _wire_type: WireType,
        input: &mut Reader<'_>,
    ) -> Result<(), DecodeError> {
        read_item(place, input)
    }

    /// Returns the number of bytes that [`write_items`](Self::write_items) writes, given those of a
    /// key.
    #[inline]
    fn items_len(view: Self::View<'_>, key_len: usize) -> usize {
        key_len + item_len::<Self>(view)
    }

    /// Writes it as its elements in an array, each with a key if there is one.
    #[inline]
    fn write_items(view: Self::View<'_>, key: Option<u32>, out: &mut Writer<'_>) {
        if let Some(tag) = key {
            out.key(tag, Self::WIRE);
        }
        write_item::<Self>(view, out);
    }

    /// Reads its element with that index.
    ///
    /// # Errors
    ///
    /// Returns the mistake, with the path from here.
    #[inline]
    fn read_nth_item(
        place: ArenaPlace<'_, Self>,
        _index: usize,
        input: &mut Reader<'_>,
    ) -> Result<(), DecodeError> {
        read_item(place, input)
    }

    /// Returns the byte, if the type is `u8`.
    #[inline]
    fn byte(_view: Self::View<'_>) -> u8 {
        0
    }

    /// Stores a byte, if the type is `u8`.
    #[inline]
    fn put_byte(_place: ArenaPlace<'_, Self>, _byte: u8) {}

    /// Sorts the maps in the value.
    #[inline]
    fn settle(_place: ArenaPlace<'_, Self>) {}
}

/// A oneof whose cases can be fields of the message that holds it:
/// [`ProtoOneof`](super::ProtoOneof), in an arena.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be flattened",
    label = "not a oneof",
    note = "`flatten` is for a field whose type is an enum with `#[derive(FfiMessage)]`, or `FfiEmpty`"
)]
pub trait ArenaOneof: ArenaProto {
    /// Numbers of its cases.
    const TAGS: &'static [u32];

    /// Reads a case after its key, and returns true; false if there is none with that number and
    /// wire type.
    ///
    /// # Errors
    ///
    /// Returns the mistake, with the path from here.
    fn read_case(
        place: ArenaPlace<'_, Self>,
        tag: u32,
        wire_type: WireType,
        input: &mut Reader<'_>,
    ) -> Result<bool, DecodeError>;
}

impl<T: ArenaMessage + ArenaProto> FfiArena<T> {
    /// Returns the root, with all that it refers to, as protobuf.
    ///
    /// One arena is always the same bytes: fields in the order of their numbers, maps in that of
    /// their keys. A oneof whose case is a box that is empty is written with an empty message,
    /// which is a box with zeros when it is read.
    #[must_use]
    pub fn to_proto(&self) -> Vec<u8> {
        let len = T::value_len(self.root());
        let mut bytes = Vec::new();
        let written = super::encode_to_vec(len, &mut bytes, Vec::reserve_exact, |room| {
            let mut out = Writer::new(room);
            T::write_value(self.root(), &mut out);
            out.finish()
        });
        written.expect("only references can be exposed");
        bytes
    }

    /// Returns an arena with the message in the bytes, which may be anything.
    ///
    /// # Errors
    ///
    /// Returns an error if the bytes are not such a message, or it is larger or deeper than an
    /// arena; see [`DecodeErrorKind`].
    ///
    /// # Examples
    ///
    /// ```
    /// use ffi_core::FfiMessage;
    /// use ffi_core::arena::{ArenaBox, ArenaStr, ArenaVec, FfiArena};
    ///
    /// // message Person { string name = 1; repeated string emails = 2; optional Person boss = 3; }
    /// #[derive(FfiMessage)]
    /// #[repr(C)]
    /// struct Person {
    ///     name: ArenaStr,
    ///     emails: ArenaVec<ArenaStr>,
    ///     boss: ArenaBox<Person>,
    /// }
    ///
    /// let bytes = b"\x0A\x03Ada\x12\x01a\x12\x02bb\x1A\x05\x0A\x03Eve";
    /// let arena = FfiArena::<Person>::from_proto(bytes)?;
    /// let person = arena.root();
    /// assert_eq!((person.name(), person.emails().len()), ("Ada", 2));
    /// assert_eq!(person.boss().unwrap().name(), "Eve");
    /// assert_eq!(arena.to_proto(), bytes);
    ///
    /// let error = FfiArena::<Person>::from_proto(b"\x1A\x03\x0A\x01\xFF").unwrap_err();
    /// assert!(error.to_string().starts_with("boss.name: invalid UTF-8 at byte 0"));
    /// # Ok::<(), ffi_core::proto::DecodeError>(())
    /// ```
    pub fn from_proto(bytes: &[u8]) -> Result<Self, DecodeError> {
        Self::decoded(bytes.len(), |root| T::read_value(root, &mut Reader::new(bytes)), T::settle)
    }

    /// Returns an arena with the message in the bytes that `read` passes on, piece by piece. There
    /// will be about `len` of them.
    #[cfg(feature = "json")]
    pub(crate) fn merged_proto(
        len: usize,
        read: impl FnOnce(&mut dyn FnMut(&[u8]) -> Result<(), DecodeError>) -> Result<(), DecodeError>,
    ) -> Result<Self, DecodeError> {
        let fill = |mut root: ArenaPlace<'_, T>| {
            read(&mut |bytes| T::read_value(root.reborrow(), &mut Reader::new(bytes)))
        };
        Self::decoded(len, fill, T::settle)
    }
}

/// Returns the number of bytes of the value form, with its length if it has one.
#[inline]
fn item_len<T: ArenaProto>(view: T::View<'_>) -> usize {
    let len = T::value_len(view);
    if T::WIRE == WireType::LengthDelimited { encoded_len_varint(len as u64) + len } else { len }
}

/// Writes the value form, with its length if it has one.
#[inline]
fn write_item<T: ArenaProto>(view: T::View<'_>, out: &mut Writer<'_>) {
    if T::WIRE != WireType::LengthDelimited {
        T::write_value(view, out);
    } else if T::NESTED {
        out.nested(|out| T::write_value(view, out));
    } else {
        out.varint(T::value_len(view) as u64);
        T::write_value(view, out);
    }
}

/// Returns the number of bytes of a field that is always written.
#[inline]
pub fn member_len<T: ArenaProto>(view: T::View<'_>, tag: u32) -> usize {
    key_len(tag) + item_len::<T>(view)
}

/// Writes a field, whatever its value.
#[inline]
pub fn write_member<T: ArenaProto>(view: T::View<'_>, tag: u32, out: &mut Writer<'_>) {
    out.key(tag, T::WIRE);
    write_item::<T>(view, out);
}

/// Reads the value form, after its key, whose wire type is [`ArenaProto::WIRE`].
///
/// # Errors
///
/// Returns the mistake, with the path from here.
#[inline]
pub fn read_item<T: ArenaProto>(place: ArenaPlace<'_, T>, input: &mut Reader<'_>) -> Result<(), DecodeError> {
    if T::WIRE != WireType::LengthDelimited {
        T::read_value(place, input)
    } else if T::NESTED {
        T::read_value(place, &mut input.nested()?)
    } else {
        T::read_value(place, &mut input.delimited()?)
    }
}

/// Returns the error about an arena that can't hold what is read.
#[cold]
#[inline(never)]
pub(super) fn full(full: ArenaFull) -> DecodeError {
    let kind = match full {
        ArenaFull::TooLarge => DecodeErrorKind::TooMany,
        ArenaFull::TooDeep => DecodeErrorKind::TooDeep,
    };
    DecodeError::new(
        kind,
        format_args!("{full}; hint: the bytes are damaged or hostile, or of several arenas"),
    )
}
