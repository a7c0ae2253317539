//! The JSON of protobuf: messages to JSON and back, as protobuf's specification has it
//! (protobuf.dev, "ProtoJSON Format") for the .proto that `ffi-dart-emit proto` writes.
//!
//! # Problem
//!
//! Services speak protobuf and JSON side by side, by one mapping that all implementations share:
//! `int64` is text, bytes are base64, enums are names, and a `Timestamp` is
//! `"1972-01-01T10:00:20Z"`. A message has code for protobuf already. A second derive would double
//! that, and the time to compile it.
//!
//! # Idea
//!
//! Each message adds a constant, its [table](shape::Table): names, numbers and kinds of its fields,
//! their offsets in memory, and for each a function that writes its type. Walkers over these tables
//! are compiled once for all messages.
//!
//! Writing goes from memory to JSON in one pass, also in arenas and through references, and needs
//! no memory beside the JSON.
//!
//! Reading turns JSON into protobuf by the tables, and memory is written by the code that is there
//! for protobuf ([`proto`](crate::proto)): in place, with its bounds, its paths in errors, its
//! arenas, pools and references. It has no tree and no copy of the message. The protobuf of each
//! field goes to the message once 64 KiB of it are there, as protobuf in pieces is the protobuf of
//! one message. So beside the message there is one piece, or the largest field, element of a list
//! or map where that is larger.
//!
//! # Mapping
//!
//! | .proto | JSON |
//! |---|---|
//! | a message | an object; names in lowerCamelCase, and those of .proto are read as well |
//! | `int32`, `uint32` and their kin | a number; read from text as well, and from `1e3` and `5.0` |
//! | `int64`, `uint64` and their kin | text; read from a number as well |
//! | `float`, `double` | a number, or `"NaN"`, `"Infinity"`, `"-Infinity"`; read from text as well |
//! | `bool`, `string` | `true` or `false`, text |
//! | `bytes` | base64; read in both alphabets, with or without padding |
//! | an enum | its name, or its number if it has none; both are read |
//! | `repeated`, `map` | a list, an object |
//! | `optional`, a message, a oneof | left out when absent; `null` is read as absent everywhere |
//! | `Timestamp`, `Duration` | RFC 3339, `"1.5s"` |
//! | `FieldMask`, `Struct`, `Value`, `ListValue`, wrappers, `Any` | as the specification says |
//!
//! A type has the JSON of its type in .proto: `FfiUuid` is base64 and `FfiDecimal` text. A list in
//! a list is an object with `value`, as there, and a map whose keys protobuf doesn't allow is a
//! list of objects with `key` and `value`.
//!
//! Secrets (`FfiSecret`) are read as bytes, and left out when JSON is written. The JSON that they
//! are read from is the caller's to zero; the buffers in between are zeroed here.
//!
//! A name is that of .proto, which the export makes from that of Rust; `#[ffi(json("price",
//! "cost"))]` at a field, case or variant gives it others: the first is written, all are read. A
//! struct or enum that stands for a message of `google.protobuf` has `#[ffi(json =
//! "google.protobuf.Struct")]`. The import writes both where a .proto file asks for it.
//!
//! # Reading
//!
//! JSON is treated as hostile, like protobuf. It is read or refused with a [`DecodeError`] with the
//! path to the field and the position in the JSON. Refused are: what isn't JSON, unknown fields and
//! names of enums (unless [ignored](JsonOptions::ignore_unknown_fields)), fields, keys of maps and
//! cases of a oneof that are there twice, numbers that don't fit, halves of surrogates, more than
//! [`max_depth`](JsonOptions::max_depth) levels, and what the message has no room for.
//!
//! # What was given up
//!
//! The walkers find fields by tables at run time, where a derive of its own would have a `match`
//! and straight lines: one indirect call for each field that is written. The benchmark says what
//! that costs: `cargo xtask bench proto`. Tests are in `tests/tests/json.rs`, against
//! prost-reflect, and `cargo xtask conformance`.

mod abi;
mod any;
mod error;
mod kinds;
mod known;
mod mask;
mod number;
mod options;
mod print;
mod read;
mod scan;
mod secret;
#[doc(hidden)]
pub mod shape;
mod time;
mod write;

#[doc(hidden)]
pub use abi::{decode, decode_arena, encode, encode_arena};
use bytemuck::zeroed_box;
pub use error::EncodeJsonError;
#[doc(hidden)]
pub use kinds::{write_enum, write_enum_field, write_enum_key};
pub use options::JsonOptions;
#[doc(hidden)]
pub use print::{Printer, Written};
use shape::JsonMessage;
#[doc(hidden)]
pub use write::{write_message, write_message_field};

use crate::arena::{ArenaMessage, ArenaRef, FfiArena};
use crate::proto::{ArenaProto, DecodeError, FfiProto, Followed};

/// A message or oneof that is written as JSON, and read from it. Implemented by
/// `#[derive(FfiMessage)]` with the feature `json`.
///
/// # Examples
///
/// ```
/// use ffi_core::{FfiJson, FfiMessage, FfiStr, FfiTimestamp, FfiVec};
///
/// #[derive(FfiMessage, Debug, PartialEq)]
/// #[repr(C)]
/// struct Order {
///     order_id: u64,
///     at: FfiTimestamp,
///     items: FfiVec<Item, 8>,
/// }
///
/// #[derive(FfiMessage, Debug, PartialEq)]
/// #[repr(C)]
/// struct Item {
///     name: FfiStr<8>,
///     price: f64,
/// }
///
/// let json = r#"{"orderId":"7","at":"1970-01-01T00:00:01Z","items":[{"name":"a","price":1.5}]}"#;
/// let order = Order::decode_json(json)?;
/// assert_eq!(order.items[0].price, 1.5);
/// assert_eq!(order.encode_json()?, json);
///
/// let error = Order::decode_json(r#"{"items": [{}, {"price": "much"}]}"#).unwrap_err();
/// assert!(error.to_string().starts_with("items[1].price: `much` before byte"), "{error}");
/// let error = Order::decode_json(r#"{"items": [{"name": "a fountain pen"}]}"#).unwrap_err();
/// let expected = "items[0].name: text of 14 bytes, and the capacity is 8";
/// assert!(error.to_string().starts_with(expected), "{error}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not written as JSON on its own",
    label = "neither a message nor a oneof",
    note = "add `#[derive(FfiMessage)]` to it, or put it into a message"
)]
pub trait FfiJson: FfiProto + JsonMessage {
    /// Returns the message as JSON.
    ///
    /// # Errors
    ///
    /// Returns an error if a value has no JSON; see [`EncodeJsonError`].
    fn encode_json(&self) -> Result<String, EncodeJsonError> {
        self.encode_json_with(&JsonOptions::new())
    }

    /// Returns the message as JSON, by these options.
    ///
    /// # Errors
    ///
    /// Returns an error if a value has no JSON; see [`EncodeJsonError`].
    fn encode_json_with(&self, options: &JsonOptions) -> Result<String, EncodeJsonError> {
        text(size_of::<Self>(), |out| append(self, options, Followed::new(), out))
    }

    /// Appends the message as JSON, which is UTF-8.
    ///
    /// # Errors
    ///
    /// Returns an error if a value has no JSON; see [`EncodeJsonError`]. Then nothing is appended.
    fn encode_json_into(&self, options: &JsonOptions, out: &mut Vec<u8>) -> Result<(), EncodeJsonError> {
        append(self, options, Followed::new(), out)
    }

    /// Returns the message of the JSON, made on the heap and never on the stack, whatever its size.
    ///
    /// # Errors
    ///
    /// Returns an error if it is not JSON of such a message, or doesn't fit; see
    /// [`DecodeErrorKind`](crate::proto::DecodeErrorKind).
    fn decode_json(json: impl AsRef<[u8]>) -> Result<Box<Self>, DecodeError> {
        Self::decode_json_with(json, &JsonOptions::new())
    }

    /// Returns the message of the JSON, by these options, like [`decode_json`](Self::decode_json).
    ///
    /// # Errors
    ///
    /// Returns the errors of [`decode_json`](Self::decode_json).
    fn decode_json_with(json: impl AsRef<[u8]>, options: &JsonOptions) -> Result<Box<Self>, DecodeError> {
        let mut message = zeroed_box::<Self>();
        message.decode_json_into(json, options)?;
        Ok(message)
    }

    /// Overwrites a message with the one in the JSON. Messages that it referred to are not freed.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`decode_json`](Self::decode_json); then the message is empty.
    ///
    /// # Examples
    ///
    /// ```
    /// use ffi_core::json::JsonOptions;
    /// use ffi_core::{FfiJson, FfiMessage};
    ///
    /// #[derive(FfiMessage)]
    /// #[repr(C)]
    /// struct Frame {
    ///     width: u32,
    ///     height: u32,
    /// }
    ///
    /// let options = JsonOptions::new();
    /// let mut frame = Frame { width: 1, height: 2 };
    /// frame.decode_json_into(r#"{"width": 7}"#, &options)?;
    /// assert_eq!((frame.width, frame.height), (7, 0));
    /// assert!(frame.decode_json_into(r#"{"width": 9, "height": -1}"#, &options).is_err());
    /// assert_eq!((frame.width, frame.height), (0, 0));
    /// # Ok::<(), ffi_core::proto::DecodeError>(())
    /// ```
    fn decode_json_into(&mut self, json: impl AsRef<[u8]>, options: &JsonOptions) -> Result<(), DecodeError> {
        self.decode_proto_into(&[])?;
        let read = read::read(Self::table(), json.as_ref(), options, &mut |proto| self.merge_proto(proto));
        if read.is_err() {
            reset(self);
        }
        read
    }
}

/// Frees what was read into a message, and makes it empty.
fn reset<M: FfiProto>(message: &mut M) {
    message.release_proto();
    message.decode_proto_into(&[]).expect("no bytes are a message");
}

impl<T: ArenaMessage + ArenaProto + JsonMessage> FfiArena<T> {
    /// Returns the root, with all that it refers to, as JSON.
    ///
    /// # Errors
    ///
    /// Returns an error if a value has no JSON; see [`EncodeJsonError`].
    pub fn to_json(&self) -> Result<String, EncodeJsonError> {
        self.to_json_with(&JsonOptions::new())
    }

    /// Returns the root, with all that it refers to, as JSON, by these options.
    ///
    /// # Errors
    ///
    /// Returns an error if a value has no JSON; see [`EncodeJsonError`].
    pub fn to_json_with(&self, options: &JsonOptions) -> Result<String, EncodeJsonError> {
        text(self.len(), |out| append_arena(self, options, out))
    }

    /// Appends the root, with all that it refers to, as JSON, which is UTF-8.
    ///
    /// # Errors
    ///
    /// Returns an error if a value has no JSON; see [`EncodeJsonError`]. Then nothing is appended.
    pub fn to_json_into(&self, options: &JsonOptions, out: &mut Vec<u8>) -> Result<(), EncodeJsonError> {
        append_arena(self, options, out)
    }

    /// Returns an arena with the message in the JSON, which may be any bytes.
    ///
    /// # Errors
    ///
    /// Returns an error if it is not JSON of such a message, or is larger or deeper than an arena;
    /// see [`DecodeErrorKind`](crate::proto::DecodeErrorKind).
    ///
    /// # Examples
    ///
    /// ```
    /// use ffi_core::FfiMessage;
    /// use ffi_core::arena::{ArenaBox, ArenaMap, ArenaStr, ArenaVec, FfiArena};
    ///
    /// #[derive(FfiMessage)]
    /// #[repr(C)]
    /// struct Person {
    ///     full_name: ArenaStr,
    ///     emails: ArenaVec<ArenaStr>,
    ///     boss: ArenaBox<Person>,
    ///     scores: ArenaMap<ArenaStr, i64>,
    /// }
    ///
    /// let json =
    ///     r#"{"fullName":"Ada","emails":["a"],"boss":{"fullName":"Eve"},"scores":{"go":"12"}}"#;
    /// let arena = FfiArena::<Person>::from_json(json)?;
    /// assert_eq!(arena.root().boss().unwrap().full_name(), "Eve");
    /// assert_eq!(arena.to_json()?, json);
    ///
    /// let hostile = r#"{"boss": {"emails": ["\uD800"]}}"#;
    /// let error = FfiArena::<Person>::from_json(hostile).unwrap_err();
    /// let expected = "boss.emails[0]: half of a pair of surrogates";
    /// assert!(error.to_string().starts_with(expected), "{error}");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn from_json(json: impl AsRef<[u8]>) -> Result<Self, DecodeError> {
        Self::from_json_with(json, &JsonOptions::new())
    }

    /// Returns an arena with the message in the JSON, by these options, like
    /// [`from_json`](Self::from_json).
    ///
    /// # Errors
    ///
    /// Returns the errors of [`from_json`](Self::from_json).
    pub fn from_json_with(json: impl AsRef<[u8]>, options: &JsonOptions) -> Result<Self, DecodeError> {
        let json = json.as_ref();
        let len = json.len().min(options.max_len);
        Self::merged_proto(len, |merge| read::read(T::table(), json, options, merge))
    }
}

/// Appends a message, or nothing if it has no JSON.
fn append<M: FfiProto + JsonMessage>(
    message: &M,
    options: &JsonOptions,
    mut followed: Followed,
    out: &mut Vec<u8>,
) -> Result<(), EncodeJsonError> {
    message.begin(&mut followed);
    // SAFETY: a message outside of arenas has no handles.
    unsafe { append_in(message, ArenaRef::NONE, options, followed, out) }
}

/// Appends the root of an arena, or nothing if it has no JSON.
fn append_arena<T: ArenaMessage + JsonMessage>(
    arena: &FfiArena<T>,
    options: &JsonOptions,
    out: &mut Vec<u8>,
) -> Result<(), EncodeJsonError> {
    let (arena, root) = arena.in_place();
    // SAFETY: the root is in the arena.
    unsafe { append_in(root, arena, options, Followed::new(), out) }
}

/// Appends a message, or nothing if it has no JSON.
///
/// # Safety
///
/// If the message has handles, they are those of the arena.
unsafe fn append_in<M: JsonMessage>(
    message: &M,
    arena: ArenaRef<'_>,
    options: &JsonOptions,
    followed: Followed,
    out: &mut Vec<u8>,
) -> Result<(), EncodeJsonError> {
    let start = out.len();
    let mut printer = options.printer(out, arena, followed);
    // SAFETY: the caller's message has no handles but of `arena`, which the printer has.
    let written = unsafe { write_message(message, &mut printer) };
    let followed = printer.followed.finish();
    if written.is_err() || followed.is_err() {
        out.truncate(start);
    }
    followed?;
    Ok(written?)
}

/// Largest number of bytes that are reserved before anything is known of a message but its size.
const RESERVED: usize = 1 << 12;

/// Returns what `append` appends, for a message of about `len` bytes.
fn text(
    len: usize,
    append: impl FnOnce(&mut Vec<u8>) -> Result<(), EncodeJsonError>,
) -> Result<String, EncodeJsonError> {
    let mut out = Vec::with_capacity(len.min(RESERVED));
    append(&mut out)?;
    // SAFETY: what a `Printer` appends is UTF-8: names, digits and base64 are ASCII, and text has
    // been found to be UTF-8 where it came from.
    Ok(unsafe { String::from_utf8_unchecked(out) })
}
