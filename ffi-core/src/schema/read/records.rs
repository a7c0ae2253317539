//! The records of a library's schema, as their JSON has them.

use std::fmt;
use std::mem::take;

use serde::de::value::MapAccessDeserializer;
use serde::de::{self, IntoDeserializer, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::scalars::for_each_number;

/// One item of a library's schema.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[expect(clippy::large_enum_variant, reason = "most records are messages, the largest of them")]
pub enum Record {
    /// `ffi_core::library!()`.
    Library(Library),
    /// `#[derive(FfiMessage)]`.
    Message(Message),
    /// `#[derive(FfiEnum)]`.
    Enum(Enum),
    /// `#[derive(FfiMessage)]` on an enum that holds data.
    Oneof(Oneof),
    /// `#[derive(FfiNewtype)]`.
    Newtype(Newtype),
    /// `#[ffi_export]` on a function.
    Function(Function),
    /// `#[ffi_export]` on a static [`FfiQueue`](crate::FfiQueue).
    Queue(Queue),
    /// `#[derive(FfiError)]`.
    Error(ErrorType),
    /// `#[derive(FfiObject)]`.
    Object(Object),
    /// `#[ffi_service]`.
    Service(Object),
    /// `#[ffi_callback]`.
    Callback(Listener),
    /// `#[ffi_flag]`.
    Flag(Flag),
    /// `#[ffi_health]`.
    Health(Health),
}

/// Kind of a [`Record`].
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Library,
    Message,
    Enum,
    Oneof,
    Newtype,
    Function,
    Queue,
    Error,
    Object,
    Service,
    Callback,
    Flag,
    Health,
}

impl Record {
    /// Reads the entries of a record of that kind.
    fn of_kind<'de, D: Deserializer<'de>>(kind: Kind, entries: D) -> Result<Self, D::Error> {
        Ok(match kind {
            Kind::Library => Self::Library(Library::deserialize(entries)?),
            Kind::Message => Self::Message(Message::deserialize(entries)?),
            Kind::Enum => Self::Enum(Enum::deserialize(entries)?),
            Kind::Oneof => Self::Oneof(Oneof::deserialize(entries)?),
            Kind::Newtype => Self::Newtype(Newtype::deserialize(entries)?),
            Kind::Function => Self::Function(Function::deserialize(entries)?),
            Kind::Queue => Self::Queue(Queue::deserialize(entries)?),
            Kind::Error => Self::Error(ErrorType::deserialize(entries)?),
            Kind::Object => Self::Object(Object::deserialize(entries)?),
            Kind::Service => Self::Service(Object::deserialize(entries)?),
            Kind::Callback => Self::Callback(Listener::deserialize(entries)?),
            Kind::Flag => Self::Flag(Flag::deserialize(entries)?),
            Kind::Health => Self::Health(Health::deserialize(entries)?),
        })
    }

    /// Returns the kind as records have it, and the id or name behind it: what the JSON of a record
    /// begins with.
    #[must_use]
    pub fn head(&self) -> (&'static str, &str) {
        match self {
            Self::Library(it) => ("library", &it.name),
            Self::Message(it) => ("message", &it.id.0),
            Self::Enum(it) => ("enum", &it.id.0),
            Self::Oneof(it) => ("oneof", &it.id.0),
            Self::Newtype(it) => ("newtype", &it.id.0),
            Self::Function(it) => ("function", &it.item.name),
            Self::Queue(it) => ("queue", &it.item.name),
            Self::Error(it) => ("error", &it.id.0),
            Self::Object(it) => ("object", &it.id.0),
            Self::Service(it) => ("service", &it.id.0),
            Self::Callback(it) => ("callback", &it.id.0),
            Self::Flag(it) => ("flag", &it.item.name),
            Self::Health(it) => ("health", &it.item.name),
        }
    }
}

/// The kind is the first key of each record that the derive writes, so what follows is read in
/// place. With `#[serde(tag = "kind")]` all of it is collected first, and read from there: half of
/// the time of a record.
impl<'de> Deserialize<'de> for Record {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct RecordVisitor;

        impl<'de> Visitor<'de> for RecordVisitor {
            type Value = Record;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a record")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Record, A::Error> {
                let first: Option<String> = map.next_key()?;
                if first.as_deref() == Some(KIND) {
                    let kind = map.next_value()?;
                    return Record::of_kind(kind, MapAccessDeserializer::new(map));
                }
                // Another program may have sorted the keys.
                let mut entries = serde_json::Map::new();
                let mut next = first;
                while let Some(key) = next {
                    entries.insert(key, map.next_value()?);
                    next = map.next_key()?;
                }
                let kind = entries.remove(KIND).ok_or_else(|| de::Error::missing_field(KIND))?;
                let kind = Kind::deserialize(kind).map_err(de::Error::custom)?;
                Record::of_kind(kind, serde_json::Value::Object(entries)).map_err(de::Error::custom)
            }
        }

        deserializer.deserialize_map(RecordVisitor)
    }
}

/// Key of the kind of a record.
const KIND: &str = "kind";

/// Id of a type in one library: the crate's name (or prefix), `::`, the type's Rust name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TypeId(pub String);

impl fmt::Display for TypeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A fingerprint; `"0x0123456789abcdef"` in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint(pub u64);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#018x}", self.0)
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.strip_prefix("0x")
            .filter(|digits| digits.len() == 16)
            .and_then(|digits| u64::from_str_radix(digits, 16).ok())
            .map(Self)
            .ok_or_else(|| de::Error::custom(format!("`{text}` is not a fingerprint")))
    }
}

/// Facts that every named item has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Name in the Rust source.
    pub name: String,
    /// Name in Dart, from `#[ffi(rename = "..")]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rename: Option<String>,
    /// Doc comment, without markers and the blank each line starts with.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub doc: String,
    /// Note of `#[deprecated]`, empty if it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deprecated: Option<String>,
    /// Names of a field, case or variant, from `#[ffi(json(..))]`: in JSON, in .proto if it has
    /// another one there, and further ones that are read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub json_names: Vec<String>,
    /// Name in .proto of a message, oneof or enum, from `#[ffi(proto(..))]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proto_name: Option<ProtoName>,
}

/// Name in .proto of a message, oneof or enum, as far as it isn't made of the name in Rust.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ProtoName {
    /// Package, if it isn't that of the export: `acme.orders.v1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
    /// Name behind the package, with the messages around it: `Order.Line`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Name of the `oneof` that an enum with data is in its message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oneof: Option<String>,
}

/// The library itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Library {
    /// Name of the crate, and prefix of the symbols below.
    pub name: String,
    /// Version of the crate.
    pub version: String,
    /// Version of the calling convention, [`ABI_VERSION`](crate::boundary::ABI_VERSION) of its
    /// `ffi-core`.
    pub abi: u32,
    /// Effect of a panic.
    pub panic: PanicStrategy,
    /// Exported functions that every library has.
    pub symbols: LibrarySymbols,
}

/// Effect of a panic in the library.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PanicStrategy {
    /// It becomes a status, and an exception in Dart.
    Unwind,
    /// It ends the process.
    Abort,
}

/// Exported functions that every library has; see [`library!`](crate::library).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LibrarySymbols {
    /// `fn() -> u32`: the version of the calling convention.
    pub abi_version: String,
    /// `fn(*mut FfiStatus)`: frees the message of a status and zeroes it.
    pub status_clear: String,
    /// `fn(size: usize, align: usize) -> *mut u8`: zeroed memory, or null if there is none.
    pub alloc: String,
    /// `fn(*mut u8)`: frees memory of `alloc`.
    pub free: String,
    /// `fn(*mut FfiOwned)`: frees a `String` or `Vec` that a function returned.
    pub owned_free: String,
    /// `fn(*const c_void) -> i32`: for Dart only; takes the table of Dart's C API.
    pub dart_init: String,
    /// `fn() -> *const FfiDartCalls`: for Dart only; the functions that attach memory to Dart
    /// objects.
    pub dart_calls: String,
    /// `fn() -> u64`: closes the pools, and returns the number of slots in use.
    pub shutdown: String,
    /// `fn() -> *mut FfiOwned`: for Dart only; facts about the build, as JSON. Libraries of before
    /// don't have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub info: Option<String>,
    /// `fn(operation: u32, *const u8, usize, *mut FfiStatus) -> *mut FfiOwned`: for Dart only;
    /// start, end and state of the library, if `ffi-core` has the feature `production`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub production: Option<String>,
    /// `fn() -> *const FfiMailboxCalls`: for Dart only; the functions of mailboxes, if `ffi-core`
    /// has the feature `async`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mailbox: Option<String>,
}

impl LibrarySymbols {
    /// Returns all symbols.
    #[must_use]
    pub fn all(&self) -> Vec<&String> {
        let Self {
            abi_version,
            status_clear,
            alloc,
            free,
            owned_free,
            dart_init,
            dart_calls,
            shutdown,
            info,
            production,
            mailbox,
        } = self;
        let always = [abi_version, status_clear, alloc, free, owned_free, dart_init, dart_calls, shutdown];
        always.into_iter().chain(info).chain(production).chain(mailbox).collect()
    }
}

/// A message: a `repr(C)` struct.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "MessageKeys")]
pub struct Message {
    /// Id of the message.
    pub id: TypeId,
    /// Name, docs, deprecation.
    #[serde(flatten)]
    pub item: Item,
    /// Size in bytes.
    pub size: u64,
    /// Alignment in bytes, a power of two.
    pub align: u64,
    /// Layout hash.
    pub fingerprint: Fingerprint,
    /// Symbols that the library exports for it.
    pub symbols: TypeSymbols,
    /// Fields, in the order of the source, which is that of the offsets.
    pub fields: Vec<Field>,
    /// Numbers, first and last, that no field may have.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reserved: Vec<(u32, u32)>,
    /// Pool, from `#[ffi(pool = N)]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<Pool>,
    /// Container, from `#[ffi(columns)]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<Box<Columns>>,
    /// Arenas with this root, if the message lives in one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arena: Option<Box<Arena>>,
    /// Kernels, from `#[ffi(simd)]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub simd: Option<Simd>,
    /// Functions that write and read it as protobuf, if `ffi-core` has the feature `proto`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proto: Option<ProtoSymbols>,
    /// Functions that write and read it as JSON, if `ffi-core` has the feature `json`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json: Option<JsonSymbols>,
}

/// Declares a struct with the keys of an [`Item`] and further ones side by side.
///
/// serde's `flatten` collects the entries that a struct doesn't know, and reads them again.
/// Messages and fields are most of a library, so they are read from structs with all keys.
macro_rules! beside_item {
    ($(#[$of:meta])* struct $keys:ident { $($(#[$attribute:meta])* $key:ident: $ty:ty,)* }) => {
        $(#[$of])*
        #[derive(Deserialize)]
        struct $keys {
            name: String,
            #[serde(default)]
            rename: Option<String>,
            #[serde(default)]
            doc: String,
            #[serde(default)]
            deprecated: Option<String>,
            #[serde(default)]
            json_names: Vec<String>,
            #[serde(default)]
            proto_name: Option<ProtoName>,
            $($(#[$attribute])* $key: $ty,)*
        }

        impl $keys {
            /// Takes the keys of the item.
            fn item(&mut self) -> Item {
                let Self { name, rename, doc, deprecated, json_names, proto_name, .. } = self;
                Item {
                    name: take(name),
                    rename: take(rename),
                    doc: take(doc),
                    deprecated: take(deprecated),
                    json_names: take(json_names),
                    proto_name: take(proto_name),
                }
            }
        }
    };
}

beside_item! {
    /// The keys of a [`Message`] side by side.
    struct MessageKeys {
        id: TypeId,
        size: u64,
        align: u64,
        fingerprint: Fingerprint,
        symbols: TypeSymbols,
        fields: Vec<Field>,
        #[serde(default)]
        reserved: Vec<(u32, u32)>,
        #[serde(default)]
        pool: Option<Pool>,
        #[serde(default)]
        columns: Option<Box<Columns>>,
        #[serde(default)]
        arena: Option<Box<Arena>>,
        #[serde(default)]
        simd: Option<Simd>,
        #[serde(default)]
        proto: Option<ProtoSymbols>,
        #[serde(default)]
        json: Option<JsonSymbols>,
    }
}

impl From<MessageKeys> for Message {
    fn from(mut keys: MessageKeys) -> Self {
        let item = keys.item();
        let MessageKeys { id, size, align, fingerprint, symbols, fields, reserved, .. } = keys;
        let MessageKeys { pool, columns, arena, simd, proto, json, .. } = keys;
        Self {
            id,
            item,
            size,
            align,
            fingerprint,
            symbols,
            fields,
            reserved,
            pool,
            columns,
            arena,
            simd,
            proto,
            json,
        }
    }
}

/// The columns of a message: [`FfiColumns`](crate::FfiColumns).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Columns {
    /// Symbols that the library exports for them.
    pub symbols: ColumnsSymbols,
}

/// Exported functions of the columns `C` of a message `T`. All are leaf functions; those without a
/// described result return 0 or a [`ColumnsCode`](crate::ColumnsCode).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnsSymbols {
    /// `fn(capacity: usize, fixed: u8) -> *mut C`: a container without rows, or null if there is no
    /// memory.
    pub new: String,
    /// `fn(*mut C) -> i32`: frees it, unless its header is damaged.
    pub free: String,
    /// `fn(*mut C, additional: usize) -> i32`: reserves memory for more rows.
    pub reserve: String,
    /// `fn(*mut C, len: usize) -> i32`: removes the last rows, or adds zeros.
    pub resize: String,
    /// `fn(*mut C, *const T, count: usize) -> i32`: adds rows.
    pub append: String,
    /// `fn(*mut C, first: usize, *mut T, count: usize) -> i32`: copies rows.
    pub read: String,
    /// `fn(*mut C, first: usize, *const T, count: usize) -> i32`: overwrites rows.
    pub write: String,
    /// `fn(*mut C, row: usize, *mut T) -> i32`: removes a row, and moves the last one to its place;
    /// it is copied unless the pointer is null.
    pub swap_remove: String,
}

impl ColumnsSymbols {
    /// Returns all symbols.
    #[must_use]
    pub fn all(&self) -> [&String; 8] {
        let Self { new, free, reserve, resize, append, read, write, swap_remove } = self;
        [new, free, reserve, resize, append, read, write, swap_remove]
    }
}

/// The arenas whose root is a message: [`FfiArena`](crate::arena::FfiArena).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arena {
    /// Symbols that the library exports for them.
    pub symbols: ArenaSymbols,
}

/// Exported functions of arenas `A` with one root. All are leaf functions; those that return an
/// `i32` return 0 on success.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArenaSymbols {
    /// `fn(lists: usize, text: u8) -> *mut A`: an arena whose root is zeros, with room for so many
    /// bytes of lists, and 2 to the power of `text` bytes of text; null if there is no memory.
    pub new: String,
    /// `fn(*mut A) -> i32`: frees it.
    pub free: String,
    /// `fn(*const A, *mut FfiArenaParts) -> i32`: writes where its chunks are.
    pub parts: String,
    /// `fn(*mut A, lists: usize, text: usize) -> i32`: says how many bytes of the chunks are in
    /// use.
    pub resize: String,
    /// `fn(*mut A, *mut FfiStatus) -> *mut A`: moves it to another object; the first one keeps
    /// chunks that were used before.
    pub renew: String,
    /// `fn(*const A, *mut FfiStatus) -> *mut A`: a copy without waste.
    pub compact: String,
    /// `fn(*const A, *mut FfiStatus) -> usize`: number of bytes that nothing refers to.
    pub wasted: String,
    /// `fn(path: *const u8, len: usize, *mut FfiStatus) -> *mut A`: maps the arena in a file, which
    /// is only read.
    pub map: String,
    /// `fn(*mut A, exclusive: u8, *mut FfiStatus)`: checks all of it.
    pub check: String,
    /// `fn(*const A, *mut FfiStatus) -> *mut A`: an arena whose pages nobody can write to: a copy,
    /// or another object with the same pages.
    pub freeze: String,
    /// `fn(*mut FfiStatus) -> *mut FfiOwned`: the layouts of all types that the root reaches, as
    /// JSON.
    pub schema: String,
    /// `fn(schema: *const u8, len: usize, *mut FfiStatus)`: fails with the first difference between
    /// a schema and that of this library.
    pub compare: String,
}

impl ArenaSymbols {
    /// Returns all symbols.
    #[must_use]
    pub fn all(&self) -> [&String; 12] {
        let Self { new, free, parts, resize, renew, compact, wasted, map, check, freeze, schema, compare } =
            self;
        [new, free, parts, resize, renew, compact, wasted, map, check, freeze, schema, compare]
    }
}

/// The kernels of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Simd {
    /// `fn() -> *const RecordKernels`: its table; see `simd::abi`.
    pub symbol: String,
    /// Number of numbers in the message, if it consists only of consecutive numbers of one type;
    /// otherwise 0.
    pub lanes: u64,
}

/// The pool of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pool {
    /// Number of slots.
    pub capacity: u32,
    /// Contents of an allocated slot.
    pub reset: Reset,
    /// Symbols that the library exports for it.
    pub symbols: PoolSymbols,
}

/// Contents of a slot that a pool allocates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reset {
    /// Zeros.
    Zero,
    /// The bytes that its last owner wrote, zeros at first.
    Keep,
}

/// The exported functions of a pool of `T`. All are leaf functions, and any thread may call them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoolSymbols {
    /// `fn() -> *mut T`: a slot, or null if there is none.
    pub alloc: String,
    /// `fn(*mut *mut T, usize) -> usize`: allocates up to that many slots, and returns their
    /// number.
    pub alloc_many: String,
    /// `fn(*mut T) -> i32`: frees a slot; returns 0 or a [`FreeCode`](crate::pool::FreeCode).
    pub free: String,
    /// `fn(*mut *mut T, usize) -> usize`: frees slots and makes their pointers null; returns their
    /// number.
    pub free_many: String,
    /// `fn(*mut c_void)`: frees the slot of a reference, for finalizers. The pointer is the
    /// reference: its index plus one, and above that its generation, from bit 32 on or, if pointers
    /// have 32 bits, from the bit length of the capacity on.
    pub release: String,
    /// `fn(*mut PoolStats)`.
    pub stats: String,
    /// `fn() -> usize`: the number of slots that are handed out; none in a library whose ffi-core
    /// has no such function, where `stats` say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub live: Option<String>,
    /// `fn(u32, u32) -> *mut T`: the slot that the index plus one and the generation of an `FfiRef`
    /// refer to, or null.
    pub resolve: String,
    /// `fn(*const T) -> u64`: the index plus one (low half) and the generation (high half) of a
    /// slot, or 0 if it is none.
    pub reference: String,
}

impl PoolSymbols {
    /// Returns all symbols.
    #[must_use]
    pub fn all(&self) -> Vec<&String> {
        let Self { alloc, alloc_many, free, free_many, release, stats, live, resolve, reference } = self;
        let all = [alloc, alloc_many, free, free_many, release, stats, resolve, reference];
        all.into_iter().chain(live).collect()
    }
}

/// Symbols that the library exports for a message that is written as protobuf.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProtoSymbols {
    /// `fn(*const T, *mut FfiStatus) -> *mut FfiOwned`: the bytes, which the caller owns.
    pub encode: String,
    /// `fn(bytes: *const u8, len: usize, *mut T, *mut FfiStatus)`: writes the whole message.
    pub decode: String,
    /// `fn(*mut T, *mut FfiStatus)`: frees all messages that it refers to; none for a message that
    /// lives in an arena, and so refers to none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
}

/// Symbols that the library exports for a message that is written as JSON. The options are bits: 1
/// reads over unknown fields, 2 writes default values, 4 writes the names of .proto.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JsonSymbols {
    /// `fn(*const T, options: u32, *mut FfiStatus) -> *mut FfiOwned`: UTF-8, which the caller owns.
    pub encode: String,
    /// `fn(bytes: *const u8, len: usize, options: u32, *mut T, *mut FfiStatus)`: writes the whole
    /// message.
    pub decode: String,
}

/// Symbols that the library exports for a message or an enum.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypeSymbols {
    /// `static u64`: the layout hash.
    pub fingerprint: String,
}

/// A field of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "FieldKeys")]
pub struct Field {
    /// Name, docs, deprecation.
    #[serde(flatten)]
    pub item: Item,
    /// Offset in bytes from the start of the message.
    pub offset: u64,
    /// Type of the field.
    #[serde(rename = "type")]
    pub ty: Type,
    /// Number in .proto: that of `#[ffi(tag = N)]`, or the smallest free one from 1 on.
    pub tag: u32,
    /// Form in .proto.
    #[serde(flatten)]
    pub wire: Wire,
    /// Rules that its value keeps.
    #[serde(default, skip_serializing_if = "Rules::is_empty")]
    pub rules: Rules,
}

beside_item! {
    /// The keys of a [`Field`] side by side.
    struct FieldKeys {
        offset: u64,
        #[serde(rename = "type")]
        ty: Type,
        tag: u32,
        #[serde(default)]
        encoding: Option<Encoding>,
        #[serde(default)]
        key_encoding: Option<Encoding>,
        #[serde(default)]
        unpacked: bool,
        #[serde(default)]
        flat: bool,
        #[serde(default)]
        unknown: Option<u32>,
        #[serde(default)]
        rules: Rules,
    }
}

impl From<FieldKeys> for Field {
    fn from(mut keys: FieldKeys) -> Self {
        let item = keys.item();
        let FieldKeys { offset, ty, tag, rules, .. } = keys;
        let FieldKeys { encoding, key_encoding, unpacked, flat, unknown, .. } = keys;
        let wire = Wire { encoding, key_encoding, unpacked, flat, unknown };
        Self { item, offset, ty, tag, wire, rules }
    }
}

/// Form in protobuf of a field or case, if it isn't the usual one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wire {
    /// Encoding of the value, of the elements of a list, or of the values of a map.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoding: Option<Encoding>,
    /// Encoding of the keys of a map.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_encoding: Option<Encoding>,
    /// True if each number of a list has a key: `packed = false`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unpacked: bool,
    /// True if the cases of a oneof are fields of the message that holds it: `flatten`. Its field
    /// has the number 0.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub flat: bool,
    /// Set if the field keeps unknown fields: the largest number of their bytes, or 0 for as many
    /// as the field has room for. It has the number 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown: Option<u32>,
}

impl Wire {
    /// Returns true if protobuf has a field with a number for it.
    #[must_use]
    pub fn is_numbered(&self) -> bool {
        !self.flat && self.unknown.is_none()
    }
}

/// Encoding of a value in protobuf that isn't that of its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Encoding {
    /// `sint32` and `sint64`.
    ZigZag,
    /// `fixed32`, `fixed64`, `sfixed32` and `sfixed64`.
    Fixed,
    /// `google.protobuf.StringValue` and its kin.
    Wrapper,
}

impl Encoding {
    /// Returns its name in attributes and records.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ZigZag => "zigzag",
            Self::Fixed => "fixed",
            Self::Wrapper => "wrapper",
        }
    }
}

/// Rules of the value of a field or parameter, which the library checks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    /// Least number, in decimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<String>,
    /// Largest number, in decimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<String>,
    /// True if there is at least one character or element.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub non_empty: bool,
    /// Largest number of characters or elements.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_len: Option<u32>,
    /// Regular expression that a part of the text matches, in the syntax of `regex-lite`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
}

impl Rules {
    /// Returns true if there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Rules {
    /// Returns the arguments of `#[ffi(..)]`, in Rust's notation.
    #[must_use]
    pub fn arguments(&self) -> Vec<String> {
        let Self { min, max, non_empty, max_len, pattern } = self;
        let range = (min.is_some() || max.is_some()).then(|| {
            let equals = if max.is_some() { "=" } else { "" };
            format!("range = {}..{equals}{}", min.as_deref().unwrap_or(""), max.as_deref().unwrap_or(""))
        });
        let all = [
            range,
            non_empty.then(|| "non_empty".to_owned()),
            max_len.map(|most| format!("max_len = {most}")),
            pattern.as_ref().map(|pattern| format!("pattern = {pattern:?}")),
        ];
        all.into_iter().flatten().collect()
    }
}

/// As `#[ffi(..)]` has them.
impl fmt::Display for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.arguments().join(", "))
    }
}

/// The type of a field, an element, a parameter or a result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
// The derived functions aren't the traits', which have scalars on their own.
#[serde(remote = "Self", rename_all = "snake_case")]
pub enum Type {
    /// `[T; N]`.
    Array {
        /// `T`.
        of: Box<Type>,
        /// `N`.
        len: u64,
    },
    /// A message.
    Message(TypeId),
    /// A C-like enum.
    Enum(TypeId),
    /// `FfiOpen<E>`: the integer of a C-like enum, with any value. Holds the id of the enum.
    Open(TypeId),
    /// A data-carrying enum.
    Oneof(TypeId),
    /// `FfiStr<N>`: a `u32` length and `N` bytes of UTF-8.
    Str {
        /// `N`.
        cap: u64,
    },
    /// `FfiBytes<N>`: a `u32` length and `N` bytes.
    Bytes {
        /// `N`.
        cap: u64,
    },
    /// `FfiSecret<N>`: a `u32` length and `N` bytes, which are zeroed when their memory goes back.
    Secret {
        /// `N`.
        cap: u64,
    },
    /// `FfiVec<T, N>`: a `u32` length and `N` elements.
    Vec {
        /// `T`.
        of: Box<Type>,
        /// `N`.
        cap: u64,
    },
    /// `FfiOption<T>`: the value and a byte that is 1 if it is present.
    Option {
        /// `T`.
        of: Box<Type>,
    },
    /// `FfiMap<K, V, N>`: a `u32` length and `N` entries, each a key and a value.
    Map {
        /// `K`.
        key: Box<Type>,
        /// `V`.
        value: Box<Type>,
        /// `N`.
        cap: u64,
    },
    /// `FfiRef<T>`: a `u32` slot index plus one and a `u32` generation. Holds the id of the
    /// message.
    Ref(TypeId),
    /// `ArenaStr`: the offset and the length of a text, two `u32`.
    ArenaStr {},
    /// `ArenaBytes`: the offset and the length of bytes, two `u32`.
    ArenaBytes {},
    /// `ArenaVec<T>`: the offset and the number of elements, two `u32`.
    ArenaVec {
        /// `T`.
        of: Box<Type>,
    },
    /// `ArenaMap<K, V>`: the offset and the number of entries, two `u32`.
    ArenaMap {
        /// `K`.
        key: Box<Type>,
        /// `V`.
        value: Box<Type>,
    },
    /// `ArenaBox<T>`: the offset of a value, a `u32`; 0 for none.
    ArenaBox {
        /// `T`.
        of: Box<Type>,
    },
    /// The columns of a message, in a reference.
    Columns(TypeId),
    /// An arena with that root, in a reference or by value.
    Arena(TypeId),
    /// A newtype, which has the layout of the type in it.
    Newtype(TypeId),
    /// A logical type of `ffi-core`, by its name: `"timestamp"`, ..
    Logical(String),
    /// An object or a service, as a parameter: a handle.
    Object(TypeId),
    /// A number or `bool`.
    #[serde(skip)]
    Scalar(Scalar),
}

/// A scalar is its name, every other type an object.
///
/// `#[serde(untagged)]` has the same JSON, but reads each scalar as one of the others first; making
/// the error for that took a third of the time of a record.
impl Serialize for Type {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Scalar(scalar) => scalar.serialize(serializer),
            other => Self::serialize(other, serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Type {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TypeVisitor;

        impl<'de> Visitor<'de> for TypeVisitor {
            type Value = Type;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a scalar, or an object with one type")
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<Type, E> {
                Scalar::deserialize(name.into_deserializer()).map(Type::Scalar)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Type, A::Error> {
                Type::deserialize(MapAccessDeserializer::new(map))
            }
        }

        deserializer.deserialize_any(TypeVisitor)
    }
}

macro_rules! scalars {
    ($($number:ident $variant:ident $kind:literal,)*) => {
        /// A number or `bool`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[expect(missing_docs, reason = "each is the Rust type of that name")]
        pub enum Scalar {
            Bool,
            $($variant,)*
        }

        impl Scalar {
            /// Returns the name of the type in Rust, which is that in records.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    Self::Bool => "bool",
                    $(Self::$variant => stringify!($number),)*
                }
            }

            /// Returns the size of the type in bytes.
            #[must_use]
            pub const fn size(self) -> u64 {
                (match self {
                    Self::Bool => size_of::<bool>(),
                    $(Self::$variant => size_of::<$number>(),)*
                }) as u64
            }
        }
    };
}

for_each_number!(scalars);

/// A C-like enum.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enum {
    /// Id of the enum.
    pub id: TypeId,
    /// Name, docs, deprecation.
    #[serde(flatten)]
    pub item: Item,
    /// Integer of its `#[repr(..)]`.
    pub repr: Scalar,
    /// Layout hash.
    pub fingerprint: Fingerprint,
    /// Symbols that the library exports for it.
    pub symbols: TypeSymbols,
    /// Variants, in the order of the source.
    pub variants: Vec<Variant>,
}

/// A variant of a C-like enum.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variant {
    /// Name, docs, deprecation.
    #[serde(flatten)]
    pub item: Item,
    /// Discriminant; that of a `u64` enum as the `i64` of the same bits, as in Dart.
    pub value: i64,
}

/// A newtype: a `repr(transparent)` struct with a value of another type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Newtype {
    /// Id of the newtype.
    pub id: TypeId,
    /// Name, docs, deprecation.
    #[serde(flatten)]
    pub item: Item,
    /// Type of its value.
    #[serde(rename = "type")]
    pub ty: Type,
    /// Layout hash, which is that of the type of its value.
    pub fingerprint: Fingerprint,
    /// Symbols that the library exports for it.
    pub symbols: TypeSymbols,
    /// Type that stands for it in Dart, from `#[ffi(dart(..))]`; without it, a type of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dart: Option<DartType>,
}

/// A type of Dart that stands for a newtype, and how the two are converted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DartType {
    /// Name of the type.
    #[serde(rename = "type")]
    pub name: String,
    /// Uri of the library that declares it and the functions below; `None` for `dart:core`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub import: Option<String>,
    /// Function or constructor that makes a value of the type from that of the newtype.
    pub from: String,
    /// Function that makes the value of the newtype from one of the type.
    pub to: String,
}

/// An enum with data: a `u32` discriminant and a union of the values of its cases.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Oneof {
    /// Id of the oneof.
    pub id: TypeId,
    /// Name, docs, deprecation.
    #[serde(flatten)]
    pub item: Item,
    /// Size in bytes.
    pub size: u64,
    /// Alignment in bytes, a power of two.
    pub align: u64,
    /// Offset of the union in bytes.
    pub payload: u64,
    /// Layout hash.
    pub fingerprint: Fingerprint,
    /// Symbols that the library exports for it.
    pub symbols: TypeSymbols,
    /// True if it lives in an arena, as a case has a handle, directly or inside.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_arena: bool,
    /// Cases, in the order of the source: discriminant 0, which has no value and means unset, then
    /// 1, 2, ..
    pub cases: Vec<Case>,
}

/// A case of a oneof. Its position is its discriminant in memory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// Name, docs, deprecation.
    #[serde(flatten)]
    pub item: Item,
    /// Type of its value; `None` for a case without data.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub ty: Option<Type>,
    /// Number in .proto, like that of a field; 0 for the first case, for which no field is written.
    pub tag: u32,
    /// Form in .proto.
    #[serde(flatten)]
    pub wire: Wire,
}

/// An exported function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Function {
    /// Name, docs, deprecation.
    #[serde(flatten)]
    pub item: Item,
    /// Symbol to call.
    pub symbol: String,
    /// Hash of the signature.
    pub fingerprint: Fingerprint,
    /// Symbol of the `static u64` that holds the hash in the library.
    pub fingerprint_symbol: String,
    /// Relation to a type of objects, if the function belongs to one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<Member>,
    /// True if calls are short, bounded and non-blocking, as `#[ffi_export(leaf)]` says.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub leaf: bool,
    /// Way in which the function is called.
    #[serde(default, skip_serializing_if = "Mode::is_sync")]
    pub mode: Mode,
    /// Number of items of each stream that may wait: of the result for Dart, of parameters for
    /// Rust; 0 for functions without one.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub window: u32,
    /// The way in which a call in Dart writes its arguments, if the user chose one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arguments: Option<Arguments>,
    /// Parameters in order; a slice is one parameter here and two, pointer and length, in C.
    pub params: Vec<Param>,
    /// Type of a successful result, or of an item of a stream; `None` for `()`.
    pub returns: Option<Returns>,
    /// True if the result is an `Option`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
    /// True if it returns a `Result`.
    pub fallible: bool,
    /// Id of its error, if that derives [`FfiError`](crate::FfiError).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<TypeId>,
}

/// Relation of a function to a type of objects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The type, a [`Type::Object`].
    pub of: Type,
    /// Part that the function has in it.
    pub role: Role,
}

/// Part that a function has in a type of objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// It makes an object of the type.
    Constructor,
    /// It has no receiver, and makes none.
    Associated,
    /// Its first argument in C is the handle of the object.
    Method,
    /// A method without parameters, a property in Dart.
    Getter,
}

impl Role {
    /// Returns true if the first argument in C is the handle of an object.
    #[must_use]
    pub fn has_receiver(self) -> bool {
        matches!(self, Self::Method | Self::Getter)
    }
}

/// Way in which a call in Dart writes the arguments of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Arguments {
    /// With their names.
    Named,
    /// In order.
    Positional,
}

/// Way in which an exported function is called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// The caller waits for the result.
    #[default]
    Sync,
    /// An async function: the C function starts a task, whose result comes to the mailbox of the
    /// isolate.
    Async,
    /// A function that blocks a thread of the library's: called as an async function is.
    Blocking,
    /// A function that returns a stream: the C function starts it, and its items are taken from the
    /// mailbox of the isolate.
    Stream,
}

impl Mode {
    /// Returns true if the caller waits for the result.
    #[must_use]
    pub fn is_sync(&self) -> bool {
        *self == Self::Sync
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// The result of an exported function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Returns {
    /// `T`, by value.
    Value(Type),
    /// `String`.
    #[serde(rename = "string")]
    Text,
    /// `Vec<T>`.
    Vec(Type),
    /// `PoolBox<T>`: a pointer to a slot that the caller owns. Holds the id of the message.
    Pool(TypeId),
    /// `FfiColumns<T>`: a pointer to a container that the caller owns. Holds the id of the message.
    Columns(TypeId),
    /// `FfiArena<T>`: a pointer to an arena that the caller owns. Holds the id of the root.
    Arena(TypeId),
    /// `FfiObject<T>`: a handle that the caller has. Holds the id of the object or service.
    Object(TypeId),
}

/// A parameter of an exported function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Param {
    /// Name in the Rust source.
    pub name: String,
    /// Form in which it crosses the boundary.
    pub pass: Pass,
    /// True if it is an `Option`: a `uint8_t` follows it in C that is 1 if there is a value.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
    /// Type of the value, of the elements of a slice, or of the target of a reference; `u8` for a
    /// function of Dart.
    #[serde(rename = "type", default = "byte")]
    pub ty: Type,
    /// Types of a function of Dart; `None` for other parameters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function: Option<DartFunction>,
    /// Trait of an object of Dart; `None` for other parameters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listener: Option<TypeId>,
    /// Rules that its value keeps.
    #[serde(default, skip_serializing_if = "Rules::is_empty")]
    pub rules: Rules,
}

fn byte() -> Type {
    Type::Scalar(Scalar::U8)
}

/// Types of a function of Dart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DartFunction {
    /// Types of the arguments.
    pub arguments: Vec<Returns>,
    /// Type of the result: a value or text; `None` for `()`.
    pub answer: Option<Returns>,
}

/// Form in which a parameter crosses the boundary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pass {
    /// `T`; an arena is a pointer.
    Value,
    /// `&T`: a pointer.
    Ref,
    /// `&mut T`: a pointer.
    Mut,
    /// `&[T]`, and `Vec<T>`, which is copied: a pointer and a length.
    Slice,
    /// `&mut [T]`: a pointer and a length.
    SliceMut,
    /// `&str`, and `String`, which is copied: a pointer and a length; the type is `u8`.
    Str,
    /// `&CStr`: a pointer to text that ends with a NUL; the type is `u8`.
    CStr,
    /// `PoolBox<T>`: a pointer to a slot, which the library then owns.
    Pool,
    /// `FfiObject<T>`: a handle, which the caller keeps.
    Object,
    /// `FfiMoved<[T]>`: a pointer to a list, which the library then owns.
    Moved,
    /// `FrozenArena<T>`: a pointer to an arena that is only read, which the caller keeps.
    Frozen,
    /// `&dyn Fn(A, ..) -> Result<R, DartError>`: a pointer to a function, and its context.
    Callback,
    /// `DartFn<fn(A, ..) -> R>`: a mailbox, and the number of a function there.
    DartFn,
    /// `Arc<dyn Trait>`: a mailbox, and the number of an object there.
    Listener,
    /// `FfiInput<T>`, a stream of Dart, for Dart only: a number. The type is `T`.
    InputValue,
    /// `FfiInput<String>`; the type is `u8`.
    InputStr,
    /// `FfiInput<Vec<T>>`; the type is `T`.
    InputSlice,
    /// `FfiInput<PoolBox<T>>`; the type is `T`.
    InputPool,
    /// `FfiInput<FfiArena<T>>`; the type is the arena.
    InputArena,
}

impl Pass {
    /// Returns true for a stream of Dart.
    #[must_use]
    pub fn is_input(self) -> bool {
        matches!(
            self,
            Self::InputValue | Self::InputStr | Self::InputSlice | Self::InputPool | Self::InputArena
        )
    }
}

/// An error with fields: an enum, or a struct.
///
/// A failed call passes the fields of one variant in a payload, whose offsets are those of a
/// `repr(C)` struct behind 8 bytes for the causes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorType {
    /// Id of the error.
    pub id: TypeId,
    /// Name, docs, deprecation.
    #[serde(flatten)]
    pub item: Item,
    /// Hash of the variants.
    pub fingerprint: Fingerprint,
    /// Symbols that the library exports for it.
    pub symbols: TypeSymbols,
    /// True if it is a struct: its only variant has its name, and the number 0.
    #[serde(rename = "struct", default, skip_serializing_if = "std::ops::Not::not")]
    pub is_struct: bool,
    /// Variants, in the order of the source; those of an enum have the numbers 1, 2, ..
    pub variants: Vec<ErrorVariant>,
}

/// A variant of an error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorVariant {
    /// Name, docs, deprecation.
    #[serde(flatten)]
    pub item: Item,
    /// True if text and fields stay in Rust: the payload has a `u64` that stands for the error.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub internal: bool,
    /// Size in bytes of the struct at the start of the payload.
    pub size: u64,
    /// Alignment in bytes of that struct, a power of two.
    pub align: u64,
    /// Fields, in the order of the source.
    pub fields: Vec<ErrorField>,
}

/// A field of a variant of an error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorField {
    /// Name, docs, deprecation.
    #[serde(flatten)]
    pub item: Item,
    /// Offset in bytes from the start of the payload.
    pub offset: u64,
    /// Type of the field.
    #[serde(rename = "type")]
    pub ty: ErrorFieldType,
}

/// Type of a field of an error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorFieldType {
    /// `T`, in place.
    Value(Type),
    /// Text: the `u32` offset in the payload and the `u32` number of its bytes.
    #[serde(rename = "string")]
    Text,
    /// `Vec<T>`: the `u32` offset in the payload of the first element, and the `u32` number of
    /// elements.
    Vec(Box<ErrorFieldType>),
    /// `Option<T>`: the value, and a byte that is 1 if it is present.
    Option(Box<ErrorFieldType>),
}

/// A type of objects: a struct or enum, or a service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Object {
    /// Id of the type or trait.
    pub id: TypeId,
    /// Name, docs, deprecation.
    #[serde(flatten)]
    pub item: Item,
    /// Hash of its name.
    pub fingerprint: Fingerprint,
    /// Symbols that the library exports for it.
    pub symbols: ObjectSymbols,
}

/// Symbols that the library exports for a type of objects. Its functions are records of their own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectSymbols {
    /// Symbol of the `static u64` that holds the hash in the library.
    pub fingerprint: String,
    /// `fn(handle: u64) -> i32`: ends a handle; returns 0, or 19 if it was ended before.
    pub free: String,
    /// `fn(handle: u64, *mut FfiStatus) -> u64`: a token, which another thread or isolate can
    /// redeem once.
    pub share: String,
    /// `fn(token: u64, *mut FfiStatus) -> u64`: a handle of the object of a token.
    pub redeem: String,
    /// `fn() -> *const FfiObjectCalls`: for Dart only; the functions that attach handles to Dart
    /// objects.
    pub calls: String,
    /// `fn(*mut FfiStatus) -> u64`: a handle of the installed implementor, for a service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub installed: Option<String>,
}

impl ObjectSymbols {
    /// Returns all symbols.
    #[must_use]
    pub fn all(&self) -> Vec<&String> {
        let Self { fingerprint, free, share, redeem, calls, installed } = self;
        [fingerprint, free, share, redeem, calls].into_iter().chain(installed).collect()
    }
}

/// A trait whose implementors are objects of Dart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listener {
    /// Id of the trait.
    pub id: TypeId,
    /// Name, docs, deprecation.
    #[serde(flatten)]
    pub item: Item,
    /// Hash of the methods.
    pub fingerprint: Fingerprint,
    /// Symbol of the `static u64` that holds the hash in the library.
    pub fingerprint_symbol: String,
    /// Methods, in the order of the source.
    pub methods: Vec<ListenerMethod>,
}

/// A method of a [`Listener`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListenerMethod {
    /// Name, docs, deprecation.
    #[serde(flatten)]
    pub item: Item,
    /// Names of the parameters.
    pub params: Vec<String>,
    /// Types of the parameters and of the result.
    pub function: DartFunction,
    /// True if Rust may wait for the result.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub asks: bool,
}

/// An exported queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Queue {
    /// Name, docs, deprecation.
    #[serde(flatten)]
    pub item: Item,
    /// Message that the queue holds, which has a pool.
    pub message: TypeId,
    /// Largest number of messages that it holds.
    pub capacity: u64,
    /// Hash of name, message and capacity.
    pub fingerprint: Fingerprint,
    /// Symbols that the library exports for it.
    pub symbols: QueueSymbols,
}

/// A switch: [`Flag`](crate::Flag).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flag {
    /// Name, docs, deprecation.
    #[serde(flatten)]
    pub item: Item,
    /// True if it is on until it is set.
    pub on: bool,
    /// Hash of the name.
    pub fingerprint: Fingerprint,
    /// `call`, a leaf function: `fn(set: i32) -> i32` sets it to 0 or 1, or nothing for -1, and
    /// returns what it was.
    pub symbols: ProbeSymbols,
}

/// A health check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// Name, docs, deprecation.
    #[serde(flatten)]
    pub item: Item,
    /// Time in milliseconds that it may take.
    pub deadline: u32,
    /// Hash of the name.
    pub fingerprint: Fingerprint,
    /// `call`: `fn(start: i32) -> *mut FfiOwned` starts it for 1, and returns its result for 0, as
    /// JSON; null while there is none.
    pub symbols: ProbeSymbols,
}

/// Symbols that the library exports for a flag or a health check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProbeSymbols {
    /// Symbol of the `static u64` that holds the hash in the library.
    pub fingerprint: String,
    /// The function that reads and sets it, or starts it.
    pub call: String,
}

impl ProbeSymbols {
    /// Returns all symbols.
    #[must_use]
    pub fn all(&self) -> [&String; 2] {
        let Self { fingerprint, call } = self;
        [fingerprint, call]
    }
}

/// Symbols that the library exports for a queue of `T`. The functions are leaf functions, and any
/// thread may call them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueSymbols {
    /// Symbol of the `static u64` that holds the hash in the library.
    pub fingerprint: String,
    /// `fn(*mut T) -> i32`: pushes a slot; returns 0, a [`FreeCode`](crate::pool::FreeCode), 7 if
    /// it is full, 8 if it is closed, 9 for bytes that are no `T`.
    pub push: String,
    /// `fn() -> *mut T`: the slot that was pushed first, or null if there is none.
    pub pop: String,
    /// `fn(*mut *mut T, usize) -> usize`: pops up to that many slots in order, and returns their
    /// number.
    pub pop_many: String,
    /// `fn() -> usize`: the number of messages in the queue.
    pub len: String,
    /// `fn()`: closes the queue, which then refuses messages.
    pub close: String,
    /// `fn() -> u8`: 1 if it is closed.
    pub is_closed: String,
    /// `fn(mailbox, u64, *mut FfiEvent, *mut FfiStatus) -> i32`, for Dart only, with the feature
    /// `async`: has an isolate listen to the queue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream: Option<String>,
}

impl QueueSymbols {
    /// Returns all symbols.
    #[must_use]
    pub fn all(&self) -> Vec<&String> {
        let Self { fingerprint, push, pop, pop_many, len, close, is_closed, stream } = self;
        [fingerprint, push, pop, pop_many, len, close, is_closed].into_iter().chain(stream).collect()
    }
}
