//! The records of a library's schema, as their JSON has them.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::scalars::for_each_number;

/// One item of a library's schema.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Record {
    /// `ffi_core::library!()`.
    Library(Library),
    /// `#[derive(FfiMessage)]`.
    Message(Message),
    /// `#[derive(FfiEnum)]`.
    Enum(Enum),
    /// `#[derive(FfiMessage)]` on an enum that holds data.
    Oneof(Oneof),
    /// `#[ffi_export]` on a function.
    Function(Function),
    /// `#[ffi_export]` on a static [`FfiQueue`](crate::FfiQueue).
    Queue(Queue),
}

/// Identifies a type in one library: the crate's name (or prefix), `::`, the type's Rust name.
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
            .ok_or_else(|| serde::de::Error::custom(format!("`{text}` is not a fingerprint")))
    }
}

/// What every named item has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// The name in the Rust source.
    pub name: String,
    /// The name that `#[ffi(rename = "..")]` gives it in Dart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rename: Option<String>,
    /// The doc comment, without markers and the blank each line starts with.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub doc: String,
    /// The note of `#[deprecated]`, empty where it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deprecated: Option<String>,
}

/// The library itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Library {
    /// The crate's name, and the prefix of the symbols below.
    pub name: String,
    /// The crate's version.
    pub version: String,
    /// Version of the calling convention, [`ABI_VERSION`](crate::boundary::ABI_VERSION) of its `ffi-core`.
    pub abi: u32,
    /// What a panic does.
    pub panic: PanicStrategy,
    /// The exported functions every library has.
    pub symbols: LibrarySymbols,
}

/// What a panic in the library does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PanicStrategy {
    /// It becomes a status, and an exception in Dart.
    Unwind,
    /// It ends the process.
    Abort,
}

/// The exported functions every library has; see [`library!`](crate::library).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LibrarySymbols {
    /// `fn() -> u32`: the version of the calling convention.
    pub abi_version: String,
    /// `fn(*mut FfiStatus)`: frees the message of a status and zeroes it.
    pub status_clear: String,
    /// `fn(size: usize, align: usize) -> *mut u8`: zeroed memory, null where there is none.
    pub alloc: String,
    /// `fn(*mut u8)`: frees what `alloc` returned.
    pub free: String,
    /// `fn(*mut FfiOwned)`: frees a `String` or `Vec` that a function returned.
    pub owned_free: String,
    /// `fn(*const c_void) -> i32`: for Dart only; takes the table of Dart's C API.
    pub dart_init: String,
    /// `fn() -> *const FfiDartCalls`: for Dart only; the functions that attach memory to Dart objects.
    pub dart_calls: String,
    /// `fn() -> u64`: closes the pools; how many slots were not given back.
    pub shutdown: String,
}

impl LibrarySymbols {
    /// All of them.
    #[must_use]
    pub fn all(&self) -> [&String; 8] {
        let Self { abi_version, status_clear, alloc, free, owned_free, dart_init, dart_calls, shutdown } =
            self;
        [abi_version, status_clear, alloc, free, owned_free, dart_init, dart_calls, shutdown]
    }
}

/// A message: a `repr(C)` struct.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Identifies the message.
    pub id: TypeId,
    /// Name, docs, deprecation.
    #[serde(flatten)]
    pub item: Item,
    /// Bytes.
    pub size: u64,
    /// Bytes, a power of two.
    pub align: u64,
    /// The layout hash.
    pub fingerprint: Fingerprint,
    /// What the library exports for it.
    pub symbols: TypeSymbols,
    /// In the order of the source, which is that of the offsets.
    pub fields: Vec<Field>,
    /// Tags, first and last, that no field may take.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reserved: Vec<(u32, u32)>,
    /// The pool that `#[ffi(pool = N)]` gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<Pool>,
    /// The container that `#[ffi(columns)]` gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<Box<Columns>>,
    /// The kernels that `#[ffi(simd)]` gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub simd: Option<Simd>,
    /// The functions that write and read it as protobuf, where `ffi-core` has the feature `proto`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proto: Option<ProtoSymbols>,
}

/// The columns of a message: [`FfiColumns`](crate::FfiColumns).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Columns {
    /// What the library exports for them.
    pub symbols: ColumnsSymbols,
}

/// The exported functions of the columns `C` of a message `T`. All are leaf functions; those without a result said return a
/// [`ColumnsCode`](crate::ColumnsCode).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnsSymbols {
    /// `fn(capacity: usize, fixed: u8) -> *mut C`: a container without rows, null where there is no memory.
    pub new: String,
    /// `fn(*mut C) -> i32`: frees it, unless its header was written to.
    pub free: String,
    /// `fn(*mut C, additional: usize) -> i32`: makes room.
    pub reserve: String,
    /// `fn(*mut C, len: usize) -> i32`: removes the last rows, or adds zeros.
    pub resize: String,
    /// `fn(*mut C, *const T, count: usize) -> i32`: adds rows.
    pub append: String,
    /// `fn(*mut C, first: usize, *mut T, count: usize) -> i32`: copies rows.
    pub read: String,
    /// `fn(*mut C, first: usize, *const T, count: usize) -> i32`: overwrites rows.
    pub write: String,
    /// `fn(*mut C, row: usize, *mut T) -> i32`: removes a row, and moves the last one there; it is copied unless the pointer
    /// is null.
    pub swap_remove: String,
}

impl ColumnsSymbols {
    /// All of them.
    #[must_use]
    pub fn all(&self) -> [&String; 8] {
        let Self { new, free, reserve, resize, append, read, write, swap_remove } = self;
        [new, free, reserve, resize, append, read, write, swap_remove]
    }
}

/// The kernels of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Simd {
    /// `fn() -> *const RecordKernels`: its table; see `simd::abi`.
    pub symbol: String,
    /// How many numbers of one type the message is, with nothing between them; 0 where it is not that.
    pub lanes: u64,
}

/// The pool of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pool {
    /// Slots.
    pub capacity: u32,
    /// What is in a slot that is handed out.
    pub reset: Reset,
    /// What the library exports for it.
    pub symbols: PoolSymbols,
}

/// What is in a slot that a pool hands out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reset {
    /// Zeros.
    Zero,
    /// What its last owner left, zeros at first.
    Keep,
}

/// The exported functions of a pool of `T`. All are leaf functions, and any thread may call them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoolSymbols {
    /// `fn() -> *mut T`: a slot, null where there is none.
    pub alloc: String,
    /// `fn(*mut *mut T, usize) -> usize`: slots, as many as there are; how many.
    pub alloc_many: String,
    /// `fn(*mut T) -> i32`: gives a slot back; a [`FreeCode`](crate::pool::FreeCode).
    pub free: String,
    /// `fn(*mut *mut T, usize) -> usize`: gives slots back and makes their pointers null; how many.
    pub free_many: String,
    /// `fn(*mut c_void)`: gives back the slot of a reference, for finalizers. The pointer is the reference: its index plus one, and
    /// above that its generation, from bit 32 on or, where pointers have 32 bits, from the bit length of the capacity on.
    pub release: String,
    /// `fn(*mut PoolStats)`.
    pub stats: String,
    /// `fn(u32, u32) -> *mut T`: the slot that the index plus one and the generation of an `FfiRef` refer to, or null.
    pub resolve: String,
    /// `fn(*const T) -> u64`: the index plus one (low half) and the generation (high half) of a slot, 0 where it is none.
    pub reference: String,
}

impl PoolSymbols {
    /// All of them.
    #[must_use]
    pub fn all(&self) -> [&String; 8] {
        let Self { alloc, alloc_many, free, free_many, release, stats, resolve, reference } = self;
        [alloc, alloc_many, free, free_many, release, stats, resolve, reference]
    }
}

/// What a library exports for a message that is written as protobuf.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProtoSymbols {
    /// `fn(*const T, *mut FfiStatus) -> *mut FfiOwned`: the bytes, which the caller owns.
    pub encode: String,
    /// `fn(bytes: *const u8, len: usize, *mut T, *mut FfiStatus)`: writes the whole message.
    pub decode: String,
}

/// What a library exports for a message or an enum.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypeSymbols {
    /// `static u64`: the layout hash.
    pub fingerprint: String,
}

/// A field of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// Name, docs, deprecation.
    #[serde(flatten)]
    pub item: Item,
    /// Bytes from the start of the message.
    pub offset: u64,
    /// The field's type.
    #[serde(rename = "type")]
    pub ty: Type,
    /// Its number in .proto: the one that `#[ffi(tag = N)]` gives it, else the smallest from 1 that is free.
    pub tag: u32,
}

/// The type of a field, an element, a parameter or a result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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
    /// `FfiOpen<E>`: the integer of a C-like enum, which need not be one of its values; the enum.
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
    /// `FfiVec<T, N>`: a `u32` length and `N` elements.
    Vec {
        /// `T`.
        of: Box<Type>,
        /// `N`.
        cap: u64,
    },
    /// `FfiOption<T>`: the value and a byte that says whether it is there.
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
    /// `FfiRef<T>`: a `u32` slot index plus one and a `u32` generation; the message it refers to.
    Ref(TypeId),
    /// The columns of a message, behind a reference.
    Columns(TypeId),
    /// A number or `bool`.
    #[serde(untagged)]
    Scalar(Scalar),
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
    /// Identifies the enum.
    pub id: TypeId,
    /// Name, docs, deprecation.
    #[serde(flatten)]
    pub item: Item,
    /// The integer of its `#[repr(..)]`.
    pub repr: Scalar,
    /// The layout hash.
    pub fingerprint: Fingerprint,
    /// What the library exports for it.
    pub symbols: TypeSymbols,
    /// In the order of the source.
    pub variants: Vec<Variant>,
}

/// A variant of a C-like enum.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variant {
    /// Name, docs, deprecation.
    #[serde(flatten)]
    pub item: Item,
    /// Its discriminant; that of a `u64` enum as the `i64` of the same bits, as Dart has it.
    pub value: i64,
}

/// A data-carrying enum: a `u32` tag and a union of what its cases hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Oneof {
    /// Identifies the oneof.
    pub id: TypeId,
    /// Name, docs, deprecation.
    #[serde(flatten)]
    pub item: Item,
    /// Bytes.
    pub size: u64,
    /// Bytes, a power of two.
    pub align: u64,
    /// Bytes from its start to the union.
    pub payload: u64,
    /// The layout hash.
    pub fingerprint: Fingerprint,
    /// What the library exports for it.
    pub symbols: TypeSymbols,
    /// In the order of the source: tag 0, which holds nothing and means unset, then 1, 2, ..
    pub cases: Vec<Case>,
}

/// A case of a oneof. Its position is its tag in memory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// Name, docs, deprecation.
    #[serde(flatten)]
    pub item: Item,
    /// What it holds; nothing for a case without data.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub ty: Option<Type>,
    /// Its number in .proto, as a field's; 0 for the first case, which is that no field is there.
    pub tag: u32,
}

/// An exported function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Function {
    /// Name, docs, deprecation.
    #[serde(flatten)]
    pub item: Item,
    /// The symbol to call.
    pub symbol: String,
    /// Hash of the signature.
    pub fingerprint: Fingerprint,
    /// `static u64`: the hash, as the library has it.
    pub fingerprint_symbol: String,
    /// Short, bounded and non-blocking, as `#[ffi_export(leaf)]` says.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub leaf: bool,
    /// In order; a slice is one parameter here and two, pointer and length, in C.
    pub params: Vec<Param>,
    /// The (successful) result; none for `()`.
    pub returns: Option<Returns>,
    /// Whether the result is an `Option`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
    /// Whether it returns a `Result`.
    pub fallible: bool,
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
    /// `PoolBox<T>`: a pointer to a slot that the caller owns; the message.
    Pool(TypeId),
    /// `FfiColumns<T>`: a pointer to a container that the caller owns; the message.
    Columns(TypeId),
}

/// A parameter of an exported function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Param {
    /// The name in the Rust source.
    pub name: String,
    /// How it crosses the boundary.
    pub pass: Pass,
    /// Whether it is an `Option`: a `uint8_t` follows it in C that says whether there is a value.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
    /// The type behind the reference or slice, or the value's.
    #[serde(rename = "type")]
    pub ty: Type,
}

/// How a parameter crosses the boundary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pass {
    /// `T`.
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
    /// `PoolBox<T>`: a pointer to a slot, which the library owns from then on.
    Pool,
}

/// An exported queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Queue {
    /// Name, docs, deprecation.
    #[serde(flatten)]
    pub item: Item,
    /// The message it holds, which has a pool.
    pub message: TypeId,
    /// How many messages it holds at most.
    pub capacity: u64,
    /// Hash of name, message and capacity.
    pub fingerprint: Fingerprint,
    /// What the library exports for it.
    pub symbols: QueueSymbols,
}

/// What the library exports for a queue of `T`. The functions are leaf functions, and any thread may call them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueSymbols {
    /// `static u64`: the hash, as the library has it.
    pub fingerprint: String,
    /// `fn(*mut T) -> i32`: puts a slot in; 0, a [`FreeCode`](crate::pool::FreeCode), 7 when it is full, 8 closed, 9 for bytes that are no `T`.
    pub push: String,
    /// `fn() -> *mut T`: the slot that has been there longest, null where there is none.
    pub pop: String,
    /// `fn(*mut *mut T, usize) -> usize`: slots in order, as many as there are; how many.
    pub pop_many: String,
    /// `fn() -> usize`: how many messages wait.
    pub len: String,
    /// `fn()`: refuses what is pushed from then on.
    pub close: String,
    /// `fn() -> u8`: 1 when it is closed.
    pub is_closed: String,
}

impl QueueSymbols {
    /// All of them.
    #[must_use]
    pub fn all(&self) -> [&String; 7] {
        let Self { fingerprint, push, pop, pop_many, len, close, is_closed } = self;
        [fingerprint, push, pop, pop_many, len, close, is_closed]
    }
}
