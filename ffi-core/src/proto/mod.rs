//! The wire format of protobuf: messages to bytes and back, by the .proto that `ffi-dart-emit
//! proto` writes. Varints, keys and wire types are those of the specification (protobuf.dev,
//! "Encoding").
//!
//! # Problem
//!
//! Other programs send and receive a message as protobuf, compiled from the exported .proto. The
//! bytes must have one meaning on both sides; they may come from anywhere, and a message may be 16
//! MiB of memory that is never on the stack and owns no heap.
//!
//! # Idea
//!
//! A message is written from its memory and read into its memory, without copies between. Each type
//! of a field is a [`ProtoType`] with two forms: its *field form* is its encoding as a field of a
//! message, its *value form* is that of one value where .proto has one: in a list, a map, an
//! option, a oneof.
//!
//! A type is *single* if one field of .proto holds one value of it, and then its value form is that
//! value. Protobuf has no lists of lists, nor optional ones: the value form of all other types is a
//! *wrapper*, a message whose field 1, `value`, is the type's field form.
//!
//! | single type | .proto | wire |
//! |---|---|---|
//! | `i8` `i16` `i32`; `i64` | `int32`; `int64` | varint |
//! | `u8` `u16` `u32`; `u64` | `uint32`; `uint64` | varint |
//! | `f32`; `f64` | `float`; `double` | 4; 8 bytes |
//! | `bool` | `bool` | varint |
//! | C-like enum, `FfiOpen` of one | enum; the integer of its repr where a value doesn't fit an `int32` | varint of the number |
//! | `FfiStr` | `string` | length, UTF-8 |
//! | `FfiBytes`, `[u8; N]` | `bytes` | length, bytes |
//! | message | message | length, fields |
//! | `FfiTimestamp`, `FfiDuration` | `google.protobuf.Timestamp`, `Duration` | length, fields |
//! | `FfiUuid` | `bytes` | length, 16 bytes |
//! | `FfiDecimal` | `string` | length, digits |
//! | `FfiEmpty` | `google.protobuf.Empty` | length, nothing |
//! | newtype | that of the type in it | that of the type in it |
//! | oneof | message with `oneof value` inside | length, the field of the active case |
//!
//! | field | .proto | written |
//! |---|---|---|
//! | number, `bool`, enum, `FfiStr`, `FfiBytes` | `T` | unless zero or empty; -0.0 is not zero |
//! | message, oneof, `FfiTimestamp`, `FfiDuration`, `FfiEmpty` | `M` | unless nothing is written inside |
//! | `FfiUuid` | `bytes` | unless all zeros |
//! | `[u8; N]` | `bytes` | always, all of it |
//! | `FfiOption<T>` | `optional` value form of `T` | when present |
//! | `FfiVec<T, N>` | `repeated` value form of `T`, numbers packed | unless empty |
//! | `[T; N]` | `repeated` value form of `T`, numbers packed | always, all of it |
//! | `[[T; M]; N]` and deeper, but for bytes | as `[T; N * M]` | always, all of it |
//! | `FfiMap<K, V, N>` | `map<K, value form of V>`, in the order of memory | unless empty; in an entry key and value always |
//! | `FfiVec<FfiRef<T>, N>` | `repeated T` | those that are not absent |
//! | `FfiRef<T>` | `T`, which may be absent, and so is not single in other containers | unless absent; see below |
//!
//! - The active case of a oneof is written whatever its value, and holds the value form of its
//!   type; an `FfiRef<T>` is a `T`, and the oneof is unset if it is absent. A case without data is
//!   `google.protobuf.Empty`; unset is a message without fields.
//! - Keys that protobuf doesn't allow are allowed here, because on the wire a map is a list of
//!   entries, messages of key (1) and value (2): enums are `int32`, and for other keys .proto has a
//!   `repeated` entry.
//! - `FfiVec<u8, N>` is `repeated uint32`; `FfiBytes` is for bytes.
//! - `#[ffi(flatten)]` makes the cases of a oneof fields of the message that holds it. They are
//!   written after the other fields. A flattened `FfiEmpty` is no field: as the only one it
//!   makes a message without fields.
//! - `#[ffi(encoding = "zigzag")]` and `"fixed"` make the integers of a field `sint32`, `fixed32`
//!   and their kin: see the table in `proto/coding.rs`. `"wrapper"` makes a value a
//!   `google.protobuf.StringValue` or one of its kin. `#[ffi(packed = false)]` writes each number
//!   of a list with a key.
//! - Fields and cases have the numbers of their record: `#[ffi(tag = N)]`, or the smallest free
//!   one.
//!
//! # Reading
//!
//! Bytes are treated as hostile. Any bytes are read or refused with a [`DecodeError`], which names
//! the field: there is no panic, and no memory is used but the message itself (a map of more than
//! 16 entries allocates 8 to 16 bytes for each, to find equal keys, and a full one allocates the
//! size of a key). Text and lists that don't fit are refused and never cut, and so are numbers that
//! don't fit, times that protobuf's own types don't have, unknown numbers of an enum (`FfiOpen`
//! keeps them), and more than [`MAX_DEPTH`] levels.
//!
//! Missing values are zero, also those at the end of an array; unknown fields are skipped, as are
//! known numbers with another wire type, unless a field with `#[ffi(unknown)]` keeps them; numbers
//! are read packed or not, varints of ten bytes are cut to 64 bits, and a field that occurs twice
//! is merged, as in other implementations: the last value counts, messages and the active case of a
//! oneof merge, lists continue. An array starts again with each occurrence of the message that
//! holds it.
//!
//! Time is linear in the bytes and the size of the message, with one exception that hostile bytes
//! can reach: if a oneof has a case that holds a large array, each change to that case zeroes the
//! array, for two bytes of input.
//!
//! # References
//!
//! The message of an [`FfiRef`](crate::FfiRef) is part of the message on the wire. Writing reads it
//! in place, and any number of threads may do so at once; a message that is freed meanwhile is free
//! once it is written. A reference is *absent*, like one to nothing, if its message was freed, is
//! owned by a `PoolBox` or changing owners, is being written already by this call (so a `parent`
//! isn't written inside of the parent), holds bytes that are no value, or lies deeper than
//! [`MAX_DEPTH`] levels or after 2 GiB of bytes. Two references to one message are two messages on
//! the wire.
//!
//! A message that C or Dart allocated, or looked at, is [exposed](crate::Pool::try_take): a call
//! may have it as `&mut`. [`try_encode_proto`](FfiProto::try_encode_proto) returns an
//! [`EncodeError`] for one, and the other safe functions panic;
//! [`encode_proto_exposed`](FfiProto::encode_proto_exposed) reads it, as the exported functions do.
//!
//! Reading allocates a slot of the pool for each reference; if it fails, they are all freed. If it
//! succeeds, the owner of the message owns them: dropping the message frees none of them, nor does
//! reading over it. [`release_proto`](FfiProto::release_proto) frees them all.
//!
//! # What was given up
//!
//! Unknown fields are kept only by a message with a field for them, `#[ffi(unknown)]`: their bytes,
//! in the order of arrival, are written behind all other fields. Those of a oneof, a wrapper or an
//! entry of a map are dropped. What a program puts into that field is written as it is.
//!
//! An absent reference in a list is left out, and those after it move up.
//!
//! Keys, varints and lengths are prost's, but prost's `Message` is not implemented: it can neither
//! read into memory in place nor say which element of a list it refuses. Lengths of messages inside
//! are not computed before they are written: see [`Writer::delimited`].
//!
//! Tests are in `tests/tests/proto_wire.rs`, against prost and hand-made bytes; the benchmark is
//! `cargo xtask bench proto`.

mod abi;
mod arena;
mod coding;
mod error;
mod facts;
mod field;
mod followed;
mod list;
mod logical;
mod map;
mod oneof;
mod option;
mod parts;
mod reference;
mod releaser;
mod scalar;
mod text;
mod unknown;
mod wire;
mod wire_type;
mod wrapper;

use std::mem::MaybeUninit;

#[cfg(feature = "json")]
pub(crate) use abi::{Erased, Of, checked};
#[doc(hidden)]
pub use abi::{decode, encode, release};
#[doc(hidden)]
pub use arena::{
    ArenaOneof, ArenaProto, ArenaUnpacked, PlainProto, case_len, decode_arena, encode_arena,
    member_len as arena_member_len, read_case, read_item as read_arena_item, read_plain, write_case,
    write_member as write_arena_member,
};
use bytemuck::zeroed_box;
#[doc(hidden)]
pub use coding::{
    Coded, Coding, Fixed, Integer, Recode, RecodeKey, ZigZag, recoded, recoded_mut, recoded_view,
};
#[doc(hidden)]
pub use error::in_field;
pub use error::{DecodeError, DecodeErrorKind, EncodeError};
#[doc(hidden)]
pub use facts::{NoProtoFacts, ProtoFacts};
#[doc(hidden)]
pub use field::ProtoType;
use field::clear;
#[doc(hidden)]
pub use field::{init_field, read_item, write_member};
#[doc(hidden)]
pub use followed::Followed;
#[doc(hidden)]
pub use list::Unpacked;
#[cfg(feature = "json")]
pub(crate) use logical::Digits;
#[doc(hidden)]
pub use oneof::{
    ProtoOneof, activate_unit, active_case, assert_own_numbers, read_unit, set_unit, unit_len, write_unit,
};
#[doc(hidden)]
pub use reference::begin;
#[doc(hidden)]
pub use releaser::Releaser;
#[doc(hidden)]
pub use scalar::{enum_is_default, enum_len, read_enum, write_enum};
#[doc(hidden)]
pub use unknown::{ArenaKeepsUnknown, KeepsUnknown};
pub use wire::MAX_DEPTH;
#[cfg(feature = "json")]
pub(crate) use wire::MAX_LEN;
#[doc(hidden)]
pub use wire::{Reader, Writer};
#[doc(hidden)]
pub use wire_type::WireType;
#[doc(hidden)]
pub use wrapper::{Wrapped, Wrapper};

use crate::wipe::{reserve, wipe_rest};

/// A message or oneof that is written as protobuf, and read from it. Implemented by
/// `#[derive(FfiMessage)]` with the feature `proto`.
///
/// # Examples
///
/// ```
/// use ffi_core::{FfiMessage, FfiProto, FfiStr, FfiVec};
///
/// // message Track { string name = 1; repeated float heights = 2; }
/// #[derive(FfiMessage, Debug, PartialEq)]
/// #[repr(C)]
/// struct Track {
///     name: FfiStr<16>,
///     heights: FfiVec<f32, 1024>,
/// }
///
/// let mut track = Track::new_zeroed_box();
/// track.name.try_push_str("ridge")?;
/// track.heights.try_push(1.0)?;
///
/// let bytes = track.encode_proto();
/// assert_eq!(bytes, b"\x0A\x05ridge\x12\x04\0\0\x80\x3F");
/// assert_eq!(Track::decode_proto(&bytes)?, track);
///
/// let error = Track::decode_proto(b"\x0A\x11seventeen letters").unwrap_err();
/// assert!(error.to_string().starts_with("name: text of 17 bytes, and the capacity is 16"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not written as protobuf on its own",
    label = "neither a message nor a oneof",
    note = "add `#[derive(FfiMessage)]` to it, or put it into a message"
)]
pub trait FfiProto: ProtoType {
    /// True if its bytes may hold secrets: its own, or those of messages that it refers to, which
    /// are not known here.
    #[doc(hidden)]
    const WRITES_SECRETS: bool = Self::SECRET || (cfg!(feature = "secret") && Self::HAS_REFS);

    /// Returns the number of bytes of the message as protobuf. With references in it, this takes
    /// about as long as writing it.
    ///
    /// # Panics
    ///
    /// Panics if a reference leads to a message that is exposed; see
    /// [`try_encode_proto`](Self::try_encode_proto).
    #[must_use]
    fn encoded_len(&self) -> usize {
        or_panic(encoded_len(self))
    }

    /// Returns the message as protobuf.
    ///
    /// One message is always the same bytes: fields in the order of their numbers, maps in the
    /// order of memory.
    ///
    /// # Panics
    ///
    /// Panics if a reference leads to a message that is exposed; see
    /// [`try_encode_proto`](Self::try_encode_proto).
    #[must_use]
    fn encode_proto(&self) -> Vec<u8> {
        or_panic(self.try_encode_proto())
    }

    /// Returns the message as protobuf: [`encode_proto`](Self::encode_proto) for messages with
    /// references that code outside of Rust may have seen.
    ///
    /// # Errors
    ///
    /// Returns an error if a reference leads to a message that is [exposed](crate::Pool::try_take),
    /// because a call may have it as `&mut`. The error names its type.
    /// [`encode_proto_exposed`](Self::encode_proto_exposed) reads it.
    ///
    /// # Examples
    ///
    /// ```
    /// use ffi_core::{FfiMessage, FfiPooled, FfiProto, FfiRef};
    ///
    /// #[derive(FfiMessage)]
    /// #[repr(C)]
    /// #[ffi(pool = 4)]
    /// struct Node {
    ///     id: u32,
    ///     next: FfiRef<Node>,
    /// }
    ///
    /// let below = Node::pool().try_alloc_with(|it| it.id = 2)?;
    /// let mut above = Node { id: 1, next: below.into_ref() };
    /// assert_eq!(above.try_encode_proto()?, [8, 1, 18, 2, 8, 2]);
    ///
    /// let outside = Node::pool().try_alloc()?;
    /// above.next = outside.handle();
    /// let pointer = outside.into_raw();
    /// let error = above.try_encode_proto().unwrap_err().to_string();
    /// assert!(error.starts_with("a `Node` that is to be written as protobuf is exposed"));
    /// # let _ = pointer;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    fn try_encode_proto(&self) -> Result<Vec<u8>, EncodeError> {
        let mut bytes = Vec::new();
        encode_to_vec(encoded_len(self)?, &mut bytes, Vec::reserve_exact, |room| {
            write(self, Writer::new(room))
        })?;
        Ok(bytes)
    }

    /// Returns the message as protobuf, including referenced messages that are
    /// [exposed](crate::Pool::try_take), which C or Dart allocated or looked at. Without such
    /// references it is [`encode_proto`](Self::encode_proto).
    ///
    /// # Safety
    ///
    /// Meanwhile no code in any language writes to messages that it refers to, and no call of an
    /// exported function has a `&mut` to one or into one, including the call that this is used in.
    #[must_use]
    unsafe fn encode_proto_exposed(&self) -> Vec<u8> {
        // With references in it, writing it without memory finds the length.
        let len = if Self::HAS_REFS { 0 } else { self.value_len() };
        // SAFETY: the caller of this function keeps the contract of the callee.
        unsafe { encode_exposed(len, |writer| write(self, writer)) }
    }

    /// Appends the message as protobuf.
    ///
    /// # Panics
    ///
    /// Panics if a reference leads to a message that is exposed; see
    /// [`try_encode_proto`](Self::try_encode_proto).
    ///
    /// # Examples
    ///
    /// ```
    /// use ffi_core::{FfiMessage, FfiProto};
    ///
    /// #[derive(FfiMessage)]
    /// #[repr(C)]
    /// struct Ping {
    ///     number: u32,
    /// }
    ///
    /// let mut stream = Vec::new();
    /// for number in [0, 1, 300] {
    ///     let ping = Ping { number };
    ///     stream.push(u8::try_from(ping.encoded_len())?);
    ///     ping.encode_proto_into(&mut stream);
    /// }
    /// assert_eq!(stream, [0, 2, 8, 1, 3, 8, 0xAC, 2]);
    /// # Ok::<(), std::num::TryFromIntError>(())
    /// ```
    fn encode_proto_into(&self, out: &mut Vec<u8>) {
        // More than is needed, so that messages can be appended one by one.
        let grow: fn(&mut Vec<u8>, usize) = if Self::WRITES_SECRETS { reserve } else { Vec::reserve };
        or_panic(encode_to_vec(self.encoded_len(), out, grow, |room| write(self, Writer::new(room))));
    }

    /// Returns the message of the bytes, made on the heap and never on the stack, whatever its
    /// size.
    ///
    /// # Errors
    ///
    /// Returns an error if the bytes are not such a message, or don't fit; see [`DecodeErrorKind`].
    fn decode_proto(bytes: &[u8]) -> Result<Box<Self>, DecodeError> {
        let mut message = zeroed_box::<Self>();
        match message.read_value(&mut Reader::new(bytes)) {
            Ok(()) => Ok(message),
            Err(error) => {
                message.release(Releaser::DECODED);
                if Self::SECRET {
                    clear(&mut *message);
                }
                Err(error)
            }
        }
    }

    /// Overwrites a message with the one in the bytes. Messages that it referred to are not freed.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`decode_proto`](Self::decode_proto); then the message is empty.
    ///
    /// # Examples
    ///
    /// ```
    /// use ffi_core::{FfiMessage, FfiProto};
    ///
    /// #[derive(FfiMessage)]
    /// #[repr(C)]
    /// struct Frame {
    ///     width: u32,
    ///     height: u32,
    /// }
    ///
    /// let mut frame = Frame { width: 1, height: 2 };
    /// frame.decode_proto_into(&[8, 7])?;
    /// assert_eq!((frame.width, frame.height), (7, 0));
    /// assert!(frame.decode_proto_into(&[8, 9, 8]).is_err());
    /// assert_eq!((frame.width, frame.height), (0, 0));
    /// # Ok::<(), ffi_core::proto::DecodeError>(())
    /// ```
    fn decode_proto_into(&mut self, bytes: &[u8]) -> Result<(), DecodeError> {
        let result = clear(self).read_value(&mut Reader::new(bytes));
        if result.is_err() {
            self.release(Releaser::DECODED);
            clear(self);
        }
        result
    }

    /// Reads more bytes into a message, as if they followed those that it was read from; what it
    /// refers to stays if that fails.
    #[doc(hidden)]
    fn merge_proto(&mut self, bytes: &[u8]) -> Result<(), DecodeError> {
        self.read_value(&mut Reader::new(bytes))
    }

    /// Frees all messages that this one refers to, directly or through others, and makes its
    /// references none: what decoding it has taken from pools is given back.
    ///
    /// Messages that a [`PoolBox`](crate::PoolBox) owns, that are being read, or that are
    /// [exposed](crate::Pool::try_take) are not freed, nor those deeper than [`MAX_DEPTH`].
    ///
    /// # Examples
    ///
    /// ```
    /// use ffi_core::{FfiMessage, FfiPooled, FfiProto, FfiRef};
    ///
    /// #[derive(FfiMessage)]
    /// #[repr(C)]
    /// #[ffi(pool = 4)]
    /// struct Node {
    ///     id: u32,
    ///     next: FfiRef<Node>,
    /// }
    ///
    /// let mut node = Node::decode_proto(&[8, 1, 18, 6, 8, 2, 18, 2, 8, 3])?;
    /// assert_eq!(Node::pool().stats().live, 2);
    /// node.release_proto();
    /// assert_eq!(Node::pool().stats().live, 0);
    /// assert!(node.next.is_none());
    /// # Ok::<(), ffi_core::proto::DecodeError>(())
    /// ```
    fn release_proto(&mut self) {
        self.release(Releaser::DECODED);
    }
}

/// Returns the number of bytes of a message as protobuf.
fn encoded_len<M: FfiProto>(message: &M) -> Result<usize, EncodeError> {
    if M::HAS_REFS { write(message, Writer::new(&mut [])) } else { Ok(message.value_len()) }
}

/// Appends a message of about `len` bytes, for which `grow` makes room. `write` writes it with one
/// writer, and returns what [`Writer::finish`] says.
fn encode_to_vec(
    mut len: usize,
    bytes: &mut Vec<u8>,
    grow: fn(&mut Vec<u8>, usize),
    write: impl Fn(&mut [MaybeUninit<u8>]) -> Result<usize, EncodeError>,
) -> Result<(), EncodeError> {
    loop {
        grow(bytes, len);
        let room = bytes.spare_capacity_mut();
        let capacity = room.len();
        let written = write(room);
        if let Ok(written) = written
            && written <= capacity
        {
            let end = written + bytes.len();
            // SAFETY: that many bytes have been written after the existing ones, into the vector's
            // own capacity, as each `write` above and in `arena` returns what its writer says.
            unsafe { bytes.set_len(end) };
            return Ok(());
        }
        // A part of a message, which may hold a secret.
        wipe_rest(bytes);
        // A referenced message has changed meanwhile.
        len = written?;
    }
}

/// Returns a message of about `len` bytes that `write` writes, and no message is refused.
///
/// # Safety
///
/// The contract of [`FfiProto::encode_proto_exposed`] for the messages that it refers to.
unsafe fn encode_exposed(len: usize, write: impl Fn(Writer<'_>) -> Result<usize, EncodeError>) -> Vec<u8> {
    let mut bytes = Vec::new();
    // This writer refuses no message.
    or_panic(encode_to_vec(len, &mut bytes, Vec::reserve_exact, |room| {
        // SAFETY: the caller of this function keeps the contract of `Writer::exposed`.
        write(unsafe { Writer::exposed(room) })
    }));
    bytes
}

/// Writes a message, and returns its number of bytes, also if they don't fit.
fn write<M: FfiProto>(message: &M, mut writer: Writer<'_>) -> Result<usize, EncodeError> {
    message.begin(&mut writer.followed);
    message.write_value(&mut writer);
    writer.finish()
}

#[track_caller]
fn or_panic<T>(result: Result<T, EncodeError>) -> T {
    result.unwrap_or_else(|error| panic!("{error}"))
}
