//! Choices of a caller, and the messages that an `Any` may hold.

use std::fmt;

use super::print::{AnyTypes, Printer};
use super::secret::Encoded;
use super::shape::{JsonMessage, Table};
use super::write::write_in_any;
use crate::arena::{ArenaMessage, ArenaRef, FfiArena};
use crate::proto::{ArenaProto, DecodeError, FfiProto, Followed, MAX_DEPTH};

/// Choices about JSON that is written or read.
///
/// # Examples
///
/// ```
/// use ffi_core::json::JsonOptions;
/// use ffi_core::{FfiJson, FfiMessage, FfiStr};
///
/// #[derive(FfiMessage)]
/// #[repr(C)]
/// struct Order {
///     unit_price: u32,
///     note: FfiStr<16>,
/// }
///
/// let order = Order::decode_json(br#"{"unitPrice": 12}"#)?;
/// assert_eq!(order.encode_json()?, r#"{"unitPrice":12}"#);
///
/// let options = JsonOptions::new().print_default_values(true).print_original_names(true);
/// assert_eq!(order.encode_json_with(&options)?, r#"{"unit_price":12,"note":""}"#);
///
/// let newer = br#"{"unitPrice": 12, "discount": 3}"#;
/// assert!(Order::decode_json(newer).is_err());
/// let options = JsonOptions::new().ignore_unknown_fields(true);
/// assert_eq!(Order::decode_json_with(newer, &options)?.unit_price, 12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct JsonOptions {
    pub(super) ignore_unknown_fields: bool,
    pub(super) print_default_values: bool,
    pub(super) print_original_names: bool,
    pub(super) max_depth: u32,
    pub(super) max_len: usize,
    any: Vec<AnyType>,
}

/// A message that an `Any` may hold.
#[derive(Clone)]
pub(super) struct AnyType {
    name: String,
    pub(super) table: fn() -> &'static Table,
    /// Decodes the message, and encodes it again as this crate does: bytes of other writers may
    /// have their fields in any order.
    pub(super) normalize: fn(&[u8]) -> Result<Encoded, DecodeError>,
    /// Decodes the message, and appends what it is inside of an `Any`.
    write: fn(&[u8], &mut Printer<'_>) -> Result<(), DecodeError>,
}

impl fmt::Debug for AnyType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl Default for JsonOptions {
    fn default() -> Self {
        Self::new()
    }
}

impl JsonOptions {
    /// Returns the choices that protobuf's specification has as defaults.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            ignore_unknown_fields: false,
            print_default_values: false,
            print_original_names: false,
            max_depth: MAX_DEPTH,
            max_len: i32::MAX as usize,
            any: Vec::new(),
        }
    }

    /// Reads over fields that the message doesn't have, and values that are unknown names of an
    /// enum. By default they are errors.
    #[must_use]
    pub const fn ignore_unknown_fields(mut self, ignore: bool) -> Self {
        self.ignore_unknown_fields = ignore;
        self
    }

    /// Writes numbers that are zero, and empty text, lists and maps. By default they are left out.
    /// What may be absent is left out if it is.
    #[must_use]
    pub const fn print_default_values(mut self, print: bool) -> Self {
        self.print_default_values = print;
        self
    }

    /// Writes the names of .proto, `unit_price`, instead of `unitPrice`. Both are always read.
    #[must_use]
    pub const fn print_original_names(mut self, print: bool) -> Self {
        self.print_original_names = print;
        self
    }

    /// Sets the largest number of objects and lists in each other that are read: 100 by default,
    /// and at most, as in protobuf.
    #[must_use]
    pub const fn max_depth(mut self, levels: u32) -> Self {
        self.max_depth = if levels < MAX_DEPTH { levels } else { MAX_DEPTH };
        self
    }

    /// Sets the largest number of bytes of JSON that are read: 2 GiB by default, as in protobuf.
    #[must_use]
    pub const fn max_len(mut self, bytes: usize) -> Self {
        self.max_len = bytes;
        self
    }

    /// Makes a message known by its full name in .proto, such as `shop.v1.Order`, so that a
    /// `google.protobuf.Any` may hold it. Those of `google.protobuf` are known.
    #[must_use]
    pub fn any<M: FfiProto + JsonMessage>(self, name: impl Into<String>) -> Self {
        let normalize = |bytes: &[u8]| {
            let mut message = M::decode_proto(bytes)?;
            let bytes = Encoded::new(message.encode_proto(), M::WRITES_SECRETS);
            forget(&mut *message);
            Ok(bytes)
        };
        let write = |bytes: &[u8], out: &mut Printer<'_>| {
            let mut message = M::decode_proto(bytes).map_err(|error| error.in_field("value"))?;
            // SAFETY: a message outside of arenas has no handles.
            let written = unsafe { write_in_any(&*message, &mut out.inside(ArenaRef::NONE)) };
            forget(&mut *message);
            written
        };
        self.known(AnyType { name: name.into(), table: M::table, normalize, write })
    }

    /// Makes a message that lives in arenas known by its full name in .proto, like
    /// [`any`](Self::any).
    #[must_use]
    pub fn any_arena<T: ArenaMessage + ArenaProto + JsonMessage>(self, name: impl Into<String>) -> Self {
        // No arena holds a secret.
        let normalize = |bytes: &[u8]| Ok(Encoded::new(FfiArena::<T>::from_proto(bytes)?.to_proto(), false));
        let write = |bytes: &[u8], out: &mut Printer<'_>| {
            let arena = FfiArena::<T>::from_proto(bytes).map_err(|error| error.in_field("value"))?;
            let (arena, root) = arena.in_place();
            // SAFETY: the root is in the arena.
            unsafe { write_in_any(root, &mut out.inside(arena)) }
        };
        self.known(AnyType { name: name.into(), table: T::table, normalize, write })
    }

    fn known(mut self, it: AnyType) -> Self {
        self.any.push(it);
        self
    }

    /// Returns the message with that full name, if it is known.
    pub(super) fn any_type(&self, name: &str) -> Option<&AnyType> {
        self.any.iter().rfind(|it| it.name == name)
    }

    /// Returns what appends JSON by these options.
    pub(super) fn printer<'a>(
        &'a self,
        out: &'a mut Vec<u8>,
        arena: ArenaRef<'a>,
        followed: Followed,
    ) -> Printer<'a> {
        let mut printer = Printer::new(out, arena, self, followed);
        printer.original_names = self.print_original_names;
        printer.defaults = self.print_default_values;
        printer
    }

    /// Returns the options of which C passes the bits.
    pub(super) const fn from_bits(bits: u32) -> Self {
        Self::new()
            .ignore_unknown_fields(bits & 1 != 0)
            .print_default_values(bits & 2 != 0)
            .print_original_names(bits & 4 != 0)
    }
}

/// Frees the messages that a decoded one refers to, and zeroes the secrets in it.
fn forget<M: FfiProto>(message: &mut M) {
    message.release_proto();
    message.decode_proto_into(&[]).expect("no bytes are a message");
}

impl AnyTypes for JsonOptions {
    fn write_any(&self, name: &str, bytes: &[u8], out: &mut Printer<'_>) -> Option<Result<(), DecodeError>> {
        self.any_type(name).map(|it| (it.write)(bytes, out))
    }
}
