//! The schema of a library, resolved and checked: the only input of the writers.
//!
//! Records name their types; here every name is an index that exists, every layout has been
//! checked, and impossible things (an array by value, two libraries) have no representation. All
//! lists are sorted by id or symbol, whatever order the linker left the records in, so output is
//! equal for every build.

mod newtype;
mod reached;
mod resolve;
mod target;

use std::fmt;

use ffi_core::schema::read;
pub use ffi_core::schema::read::{
    Arena, ArenaSymbols, Arguments, Columns, ColumnsSymbols, DartType, Encoding, Fingerprint, Flag, Health,
    Item, JsonSymbols, Library, Mode, ObjectSymbols, PanicStrategy, Pool, PoolSymbols, ProtoSymbols,
    QueueSymbols, Reset, Role, Rules, Scalar, Simd, TypeId, Wire,
};
pub(crate) use newtype::{MAX_NEWTYPES, NOT_WRAPPED};
pub use reached::arena_layout;
pub use resolve::{resolve, resolve_unsealed};
pub use target::{Machine, Target};

use crate::foreign::one_line;
use crate::holder::{self, Held, Holding};
pub use crate::layout::{Layout, WideAlign};
use crate::logical::Logical;

/// Schema of a whole library.
#[derive(Clone, Debug)]
pub struct Model {
    /// The library itself.
    pub library: Library,
    /// Messages, in the order of their ids.
    pub messages: Vec<Message>,
    /// Messages, in the order of their ids.
    pub enums: Vec<Enum>,
    /// Messages, in the order of their ids.
    pub oneofs: Vec<Oneof>,
    /// Newtypes, in the order of their ids.
    pub newtypes: Vec<Newtype>,
    /// Functions, in the order of their symbols.
    pub functions: Vec<Function>,
    /// Queues, in the order of the symbols of their fingerprints.
    pub queues: Vec<Queue>,
    /// Errors with fields, in the order of their ids.
    pub errors: Vec<ErrorType>,
    /// Types of objects and services, in the order of their ids.
    pub objects: Vec<Object>,
    /// Traits whose implementors are objects of Dart, sorted by id.
    pub listeners: Vec<Listener>,
    /// Switches, in the order of their names.
    pub flags: Vec<Flag>,
    /// Health checks, in the order of their names.
    pub health: Vec<Health>,
    /// Alignment of 64-bit numbers.
    pub wide_align: WideAlign,
    /// Machines that the file is for; empty if records came without a file.
    pub targets: Vec<Target>,
}

/// A message of [`Model::messages`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageIndex(usize);

/// An enum of [`Model::enums`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EnumIndex(usize);

/// A oneof of [`Model::oneofs`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OneofIndex(usize);

/// A newtype of [`Model::newtypes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NewtypeIndex(usize);

/// An error of [`Model::errors`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ErrorIndex(usize);

impl ErrorIndex {
    /// Returns its position in [`Model::errors`].
    #[must_use]
    pub fn position(self) -> usize {
        self.0
    }
}

/// A type of objects of [`Model::objects`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectIndex(usize);

impl ObjectIndex {
    /// Returns its position in [`Model::objects`].
    #[must_use]
    pub fn position(self) -> usize {
        self.0
    }
}

/// A `repr(C)` struct.
#[derive(Clone, Debug)]
pub struct Message {
    /// Unique id.
    pub id: TypeId,
    /// Name, docs, deprecation.
    pub item: Item,
    /// Size in bytes.
    pub size: u64,
    /// Alignment in bytes, a power of two.
    pub align: u64,
    /// Layout hash.
    pub fingerprint: Fingerprint,
    /// Symbol of the `static u64` that holds the hash in the library.
    pub fingerprint_symbol: String,
    /// Fields, in the order of the source, which is that of the offsets.
    pub fields: Vec<Field>,
    /// Numbers, first and last, that no field may have.
    pub reserved: Vec<(u32, u32)>,
    /// Its pool, if it has one.
    pub pool: Option<Pool>,
    /// Its columns, if it has columns.
    pub columns: Option<Box<Columns>>,
    /// Functions of arenas with this root, if it lives in one.
    pub arena: Option<Box<Arena>>,
    /// Its kernels, if it has kernels.
    pub simd: Option<Simd>,
    /// Type and count of its numbers, if it consists only of consecutive numbers of one type.
    pub numbers: Option<(Scalar, u64)>,
    /// Functions that write and read it as protobuf, if the library has them.
    pub proto: Option<ProtoSymbols>,
    /// Functions that write and read it as JSON, if the library has them.
    pub json: Option<JsonSymbols>,
}

/// A field of a [`Message`].
#[derive(Clone, Debug)]
pub struct Field {
    /// Name, docs, deprecation.
    pub item: Item,
    /// Offset in bytes from the start of the message.
    pub offset: u64,
    /// Size in bytes.
    pub size: u64,
    /// Padding after it, in bytes.
    pub padding: u64,
    /// Its type.
    pub ty: Type,
    /// Number in .proto.
    pub tag: u32,
    /// Form in .proto.
    pub wire: Wire,
    /// Rules that its value keeps.
    pub rules: Rules,
}

/// The type of a field or an element.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// A number or `bool`.
    Scalar(Scalar),
    /// `[T; N]`.
    Array {
        /// `T`.
        of: Box<Type>,
        /// `N`.
        len: u64,
    },
    /// A message, in place.
    Message(MessageIndex),
    /// A C-like enum.
    Enum(EnumIndex),
    /// `FfiOpen<E>`: the integer of a C-like enum, with any value.
    Open(EnumIndex),
    /// A data-carrying enum, in place.
    Oneof(OneofIndex),
    /// `FfiStr<N>`: `{ u32 len; u8 bytes[N]; }`.
    Str {
        /// `N`.
        cap: u64,
    },
    /// `FfiBytes<N>`: `{ u32 len; u8 bytes[N]; }`.
    Bytes {
        /// `N`.
        cap: u64,
    },
    /// `FfiSecret<N>`: `{ u32 len; u8 bytes[N]; }`, a field of a message and nothing else.
    Secret {
        /// `N`.
        cap: u64,
    },
    /// `FfiVec<T, N>`: `{ u32 len; T items[N]; }`.
    Vec {
        /// `T`.
        of: Box<Type>,
        /// `N`.
        cap: u64,
    },
    /// `FfiOption<T>`: `{ T value; u8 present; }`.
    Option {
        /// `T`.
        of: Box<Type>,
    },
    /// `FfiMap<K, V, N>`: `{ u32 len; struct { K key; V value; } entries[N]; }`, keys distinct.
    Map {
        /// `K`.
        key: Box<Type>,
        /// `V`.
        value: Box<Type>,
        /// `N`.
        cap: u64,
    },
    /// `FfiRef<T>`: `{ u32 index_plus_one; u32 generation; }`; all zero is none. `T` has a pool.
    Ref(MessageIndex),
    /// `ArenaStr`: `{ u32 at; u32 len; }`, a text elsewhere in the arena.
    ArenaStr,
    /// `ArenaBytes`: `{ u32 at; u32 len; }`, bytes elsewhere in the arena.
    ArenaBytes,
    /// `ArenaVec<T>`: `{ u32 at; u32 len; }`, elements elsewhere in the arena.
    ArenaVec {
        /// `T`.
        of: Box<Type>,
    },
    /// `ArenaMap<K, V>`: `{ u32 at; u32 len; }`, entries elsewhere in the arena, sorted by key.
    ArenaMap {
        /// `K`.
        key: Box<Type>,
        /// `V`.
        value: Box<Type>,
    },
    /// `ArenaBox<T>`: `{ u32 at; }`, a value elsewhere in the arena; 0 is none.
    ArenaBox {
        /// `T`.
        of: Box<Type>,
    },
    /// A newtype, which has the layout of the type in it.
    Newtype {
        /// The newtype.
        index: NewtypeIndex,
        /// Type of its value, which [may be wrapped](Type::may_be_wrapped).
        of: Box<Type>,
    },
    /// A logical type of `ffi-core`.
    Logical(&'static Logical),
}

/// A data-carrying enum: `{ u32 tag; union payload; }`.
#[derive(Clone, Debug)]
pub struct Oneof {
    /// Unique id.
    pub id: TypeId,
    /// Name, docs, deprecation.
    pub item: Item,
    /// Size in bytes.
    pub size: u64,
    /// Alignment in bytes, a power of two.
    pub align: u64,
    /// Offset of the union in bytes.
    pub payload: u64,
    /// Layout hash.
    pub fingerprint: Fingerprint,
    /// Symbol of the `static u64` that holds the hash in the library.
    pub fingerprint_symbol: String,
    /// True if it lives in arenas.
    pub in_arena: bool,
    /// Cases by their discriminants; the first holds nothing and means unset.
    pub cases: Vec<Case>,
}

/// A case of a [`Oneof`].
#[derive(Clone, Debug)]
pub struct Case {
    /// Name, docs, deprecation.
    pub item: Item,
    /// Type of its data, if it has any.
    pub ty: Option<Type>,
    /// Number in .proto.
    pub tag: u32,
    /// Form in .proto.
    pub wire: Wire,
}

/// A C-like enum.
#[derive(Clone, Debug)]
pub struct Enum {
    /// Unique id.
    pub id: TypeId,
    /// Name, docs, deprecation.
    pub item: Item,
    /// Integer type: neither `bool` nor a float.
    pub repr: Scalar,
    /// Layout hash.
    pub fingerprint: Fingerprint,
    /// Symbol of the `static u64` that holds the hash in the library.
    pub fingerprint_symbol: String,
    /// Variants, in the order of the source; values are distinct and one is zero.
    pub variants: Vec<Variant>,
}

/// A variant of an [`Enum`].
#[derive(Clone, Debug)]
pub struct Variant {
    /// Name, docs, deprecation.
    pub item: Item,
    /// Discriminant; that of a `u64` enum as the `i64` of the same bits.
    pub value: i64,
}

/// A `repr(transparent)` struct.
#[derive(Clone, Debug)]
pub struct Newtype {
    /// Unique id.
    pub id: TypeId,
    /// Name, docs, deprecation.
    pub item: Item,
    /// Type of its value.
    pub ty: Type,
    /// Layout hash, that of the type of its value.
    pub fingerprint: Fingerprint,
    /// Symbol of the `static u64` that holds the hash in the library.
    pub fingerprint_symbol: String,
    /// Type that stands for it in Dart, if it has no type of its own there.
    pub dart: Option<DartType>,
}

/// An exported function.
#[derive(Clone, Debug)]
pub struct Function {
    /// Name, docs, deprecation.
    pub item: Item,
    /// Symbol to call.
    pub symbol: String,
    /// Hash of the signature.
    pub fingerprint: Fingerprint,
    /// Symbol of the `static u64` that holds the hash in the library.
    pub fingerprint_symbol: String,
    /// Relation to a type of objects, if the function belongs to one.
    pub member: Option<Member>,
    /// True if calls are short, bounded and non-blocking.
    pub leaf: bool,
    /// Way in which it is called.
    pub mode: Mode,
    /// Number of items of a stream that may wait for Dart; 0 for other functions.
    pub window: u32,
    /// The way in which a call in Dart writes its arguments, if the user chose one.
    pub arguments: Option<Arguments>,
    /// Parameters in order.
    pub params: Vec<Param>,
    /// Type of a successful result; `None` for `()`.
    pub returns: Option<Returns>,
    /// True if the result is an `Option`.
    pub optional: bool,
    /// True if it returns a `Result`.
    pub fallible: bool,
    /// Its error, if that has fields.
    pub error: Option<ErrorIndex>,
}

/// Relation of a function to a type of objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    /// The type.
    pub of: ObjectIndex,
    /// Part that the function has in it.
    pub role: Role,
}

/// A type of objects: a struct or enum of Rust, or a service.
#[derive(Clone, Debug)]
pub struct Object {
    /// Unique id.
    pub id: TypeId,
    /// Name, docs, deprecation.
    pub item: Item,
    /// True for a service, whose objects are any implementors of a trait.
    pub is_service: bool,
    /// Hash of the name.
    pub fingerprint: Fingerprint,
    /// Symbols that the library exports for it.
    pub symbols: ObjectSymbols,
}

/// Index of a [`Listener`] in its model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ListenerIndex(usize);

impl ListenerIndex {
    /// Returns the position in [`Model::listeners`].
    #[must_use]
    pub fn position(self) -> usize {
        self.0
    }
}

/// A trait whose implementors are objects of Dart.
#[derive(Clone, Debug)]
pub struct Listener {
    /// Unique id.
    pub id: TypeId,
    /// Name, docs, deprecation.
    pub item: Item,
    /// Hash of the methods.
    pub fingerprint: Fingerprint,
    /// Symbol of the `static u64` that holds the hash in the library.
    pub fingerprint_symbol: String,
    /// Methods, in the order of the source.
    pub methods: Vec<ListenerMethod>,
}

/// A method of a [`Listener`].
#[derive(Clone, Debug)]
pub struct ListenerMethod {
    /// Name, docs, deprecation.
    pub item: Item,
    /// Names of the parameters.
    pub params: Vec<String>,
    /// Types of the parameters and of the result.
    pub function: DartFunction,
    /// True if Rust may wait for the result.
    pub asks: bool,
}

/// A parameter of a [`Function`].
#[derive(Clone, Debug)]
pub struct Param {
    /// Name in the Rust source.
    pub name: String,
    /// Form in which it crosses the boundary.
    pub passing: Passing,
    /// True if it is an `Option`: then a byte follows that is 1 if there is a value.
    pub optional: bool,
    /// Rules that its value keeps.
    pub rules: Rules,
}

/// The result of a [`Function`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Returns {
    /// `T`, by value.
    Value(Value),
    /// `String`: an `FfiOwned *`.
    Text,
    /// `Vec<T>`: an `FfiOwned *`.
    Vec(Value),
    /// `PoolBox<T>`: a pointer to a slot of the message's pool, which the caller then owns.
    Pool(MessageIndex),
    /// `FfiColumns<T>`: a pointer to a container, which the caller then owns.
    Columns(MessageIndex),
    /// `FfiArena<T>`: a pointer to an arena, which the caller then owns.
    Arena(MessageIndex),
    /// `FfiObject<T>`: a handle, which the caller then has.
    Object(ObjectIndex),
}

/// Form in which a parameter crosses the boundary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Passing {
    /// `T`, copied.
    Value(Value),
    /// `&T` or `&mut T`: a pointer.
    Reference {
        /// `T`.
        to: Value,
        /// True if it is `&mut`.
        mutable: bool,
    },
    /// `&[T]` or `&mut [T]`: a pointer and a length.
    Slice {
        /// `T`.
        of: Value,
        /// True if it is `&mut`.
        mutable: bool,
    },
    /// `&str`: a pointer to UTF-8 and a length.
    Text,
    /// `&CStr`: a pointer to text that ends with a NUL.
    CText,
    /// `PoolBox<T>`: a pointer to a slot of the message's pool, which the library then owns.
    Pool(MessageIndex),
    /// `&FfiColumns<T>` or `&mut FfiColumns<T>`: a pointer to a container.
    Columns {
        /// `T`.
        of: MessageIndex,
        /// True if it is `&mut`.
        mutable: bool,
    },
    /// `FfiObject<T>`: a handle, which the caller keeps.
    Object(ObjectIndex),
    /// `FfiMoved<[T]>`: a pointer to a list, which the library then owns.
    Moved(Value),
    /// A function of the caller: a pointer to it and its context; a mailbox and a number if it is
    /// kept.
    Callback(DartFunction),
    /// `Arc<dyn Trait>`: an object of Dart, as a mailbox and a number.
    Listener(ListenerIndex),
    /// `FfiArena<T>`, `&FfiArena<T>` or `&mut FfiArena<T>`: a pointer to an arena.
    Arena {
        /// `T`.
        of: MessageIndex,
        /// Use that the function makes of it.
        lending: Lending,
    },
    /// `FfiInput<T>`, a stream of Dart: a number.
    Input(InputItem),
}

/// Item of a stream of Dart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputItem {
    /// `T`, by value.
    Value(Value),
    /// `String`: UTF-8 and its length.
    Text,
    /// `Vec<T>`: elements and their number.
    Vec(Value),
    /// `PoolBox<T>`: a slot of the message's pool, which the library then owns.
    Pool(MessageIndex),
    /// `FfiArena<T>`: a pointer to an arena, in which there is nothing then.
    Arena(MessageIndex),
}

impl InputItem {
    /// Returns the result of a function with the same type.
    #[must_use]
    pub fn returns(self) -> Returns {
        match self {
            Self::Value(value) => Returns::Value(value),
            Self::Text => Returns::Text,
            Self::Vec(of) => Returns::Vec(of),
            Self::Pool(message) => Returns::Pool(message),
            Self::Arena(message) => Returns::Arena(message),
        }
    }

    /// Returns the type of the value, of the elements, or of the message in the slot.
    #[must_use]
    pub fn value(self) -> Option<Value> {
        self.returns().value()
    }
}

/// A function of Dart: `&dyn Fn(A, ..) -> Result<R, DartError>`, or `DartFn<fn(A, ..) -> R>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DartFunction {
    /// Types of the arguments; values only, if it isn't kept.
    pub arguments: Vec<Returns>,
    /// Type of the result, a value or text; `None` for `()`.
    pub answer: Option<Returns>,
    /// True if it is a `DartFn`, which Rust keeps.
    pub kept: bool,
}

impl DartFunction {
    /// Returns the values in its types.
    pub fn values(&self) -> impl Iterator<Item = Value> {
        self.arguments.iter().chain(&self.answer).filter_map(|it| it.value())
    }
}

/// Use that a function makes of an arena.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lending {
    /// `&FfiArena<T>`.
    Shared,
    /// `&mut FfiArena<T>`.
    Mutable,
    /// `FfiArena<T>`: the function gets what is in it.
    Given,
    /// `FrozenArena<T>`: the function shares its pages.
    Frozen,
}

/// An error with fields: an enum, or a struct.
#[derive(Clone, Debug)]
pub struct ErrorType {
    /// Unique id.
    pub id: TypeId,
    /// Name, docs, deprecation.
    pub item: Item,
    /// Hash of the variants.
    pub fingerprint: Fingerprint,
    /// Symbol of the `static u64` that holds the hash in the library.
    pub fingerprint_symbol: String,
    /// True if it is a struct, with one variant.
    pub is_struct: bool,
    /// Variants, in the order of the source; never empty.
    pub variants: Vec<ErrorVariant>,
}

/// A variant of an [`ErrorType`].
#[derive(Clone, Debug)]
pub struct ErrorVariant {
    /// Name, docs, deprecation.
    pub item: Item,
    /// Number in the status: 0 for that of a struct.
    pub number: u32,
    /// True if text and fields stay in Rust.
    pub internal: bool,
    /// Layout of the struct at the start of the payload.
    pub layout: Layout,
    /// Fields, in the order of the source, which is that of the offsets.
    pub fields: Vec<ErrorField>,
}

/// A field of an [`ErrorVariant`].
#[derive(Clone, Debug)]
pub struct ErrorField {
    /// Name, docs, deprecation.
    pub item: Item,
    /// Offset in bytes from the start of the payload.
    pub offset: u64,
    /// Its type.
    pub ty: ErrorFieldType,
}

/// Type of a field of an error, as
/// [`read::ErrorFieldType`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ErrorFieldType {
    /// `T`, in place.
    Value(Type),
    /// Text, behind the struct.
    Text,
    /// Elements, behind the struct.
    Vec(Box<ErrorFieldType>),
    /// A value, and a byte that is 1 if it is present.
    Option(Box<ErrorFieldType>),
}

/// Offset in the payload of the number of an internal error, behind the span of the causes.
pub const INTERNAL_ID: u64 = 8;

/// An exported queue.
#[derive(Clone, Debug)]
pub struct Queue {
    /// Name, docs, deprecation.
    pub item: Item,
    /// Message that the queue holds, which has a pool.
    pub message: MessageIndex,
    /// Largest number of messages that it holds.
    pub capacity: u64,
    /// Hash of name, message and capacity.
    pub fingerprint: Fingerprint,
    /// Symbols that the library exports for it.
    pub symbols: QueueSymbols,
}

/// A type that functions take and return: any with a name of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// A number or `bool`.
    Scalar(Scalar),
    /// A C-like enum, as its integer.
    Enum(EnumIndex),
    /// The integer of a C-like enum, with any value.
    Open(EnumIndex),
    /// A message, as the C struct.
    Message(MessageIndex),
    /// A data-carrying enum, as the C struct.
    Oneof(OneofIndex),
    /// A newtype, as the value in it.
    Newtype(NewtypeIndex),
    /// A logical type, as the C struct.
    Logical(&'static Logical),
}

/// A type with a name that holds other types.
#[derive(Clone, Copy, Debug)]
pub enum Composite<'a> {
    /// A message.
    Message(&'a Message),
    /// A data-carrying enum.
    Oneof(&'a Oneof),
}

impl Composite<'_> {
    /// Returns true if it lives in arenas.
    #[must_use]
    pub fn in_arena(&self) -> bool {
        match self {
            Self::Message(it) => it.arena.is_some(),
            Self::Oneof(it) => it.in_arena,
        }
    }
}

impl Model {
    /// Returns the message at `index`, which came from this model.
    #[must_use]
    pub fn message(&self, index: MessageIndex) -> &Message {
        &self.messages[index.0]
    }

    /// Returns the enum at `index`, which came from this model.
    #[must_use]
    pub fn enumeration(&self, index: EnumIndex) -> &Enum {
        &self.enums[index.0]
    }

    /// Returns the oneof at `index`, which came from this model.
    #[must_use]
    pub fn oneof(&self, index: OneofIndex) -> &Oneof {
        &self.oneofs[index.0]
    }

    /// Returns the newtype at `index`, which came from this model.
    #[must_use]
    pub fn newtype(&self, index: NewtypeIndex) -> &Newtype {
        &self.newtypes[index.0]
    }

    /// Returns the trait of Dart's objects at `index`, which came from this model.
    #[must_use]
    pub fn listener(&self, index: ListenerIndex) -> &Listener {
        &self.listeners[index.0]
    }

    /// Returns the indices of the traits of Dart's objects.
    pub fn listener_indices(&self) -> impl Iterator<Item = ListenerIndex> + use<> {
        (0..self.listeners.len()).map(ListenerIndex)
    }

    /// Returns the functions of Dart that are methods.
    pub fn methods(&self) -> impl Iterator<Item = &DartFunction> {
        self.listeners.iter().flat_map(|it| &it.methods).map(|method| &method.function)
    }

    /// Returns the types that Dart gets from Rust: results, and arguments of what Rust keeps.
    pub fn received(&self) -> impl Iterator<Item = Returns> {
        let results = self.functions.iter().flat_map(Function::received);
        results.chain(self.methods().flat_map(|it| it.arguments.iter().copied()))
    }

    /// Returns the value that C and Rust's memory have for `value`: that of a newtype is the value
    /// in it.
    #[must_use]
    pub fn physical(&self, value: Value) -> Value {
        let Value::Newtype(index) = value else { return value };
        self.newtype(index).ty.physical().value().unwrap_or(value)
    }

    /// Returns true if C gets a pointer to the value that is passed, and not the value.
    #[must_use]
    pub fn is_struct(&self, value: Value) -> bool {
        matches!(self.physical(value), Value::Message(_) | Value::Oneof(_) | Value::Logical(_))
    }

    /// Returns the type and count of the numbers in `ty`, if it consists only of consecutive
    /// numbers of one type.
    #[must_use]
    pub fn numbers(&self, ty: &Type) -> Option<(Scalar, u64)> {
        match ty {
            Type::Scalar(Scalar::Bool) => None,
            Type::Scalar(kind) => Some((*kind, 1)),
            Type::Array { of, len } => {
                self.numbers(of).and_then(|(kind, count)| Some((kind, count.checked_mul(*len)?)))
            }
            Type::Message(index) => self.message(*index).numbers,
            Type::Newtype { of, .. } => self.numbers(of),
            _ => None,
        }
    }

    /// Returns the layout of `ty`.
    #[must_use]
    pub fn layout(&self, ty: &Type) -> Layout {
        const POSSIBLE: &str = "every type of a model has a layout";
        match ty {
            Type::Scalar(scalar) => Layout::of_scalar(*scalar, self.wide_align),
            Type::Enum(index) | Type::Open(index) => {
                Layout::of_scalar(self.enumeration(*index).repr, self.wide_align)
            }
            Type::Array { of, len } => self.layout(of).times(*len).expect(POSSIBLE),
            Type::Message(index) => {
                let Message { size, align, .. } = *self.message(*index);
                Layout { size, align }
            }
            Type::Oneof(index) => {
                let Oneof { size, align, .. } = *self.oneof(*index);
                Layout { size, align }
            }
            Type::Ref(_) => Layout { size: 8, align: 4 },
            Type::Newtype { of, .. } => self.layout(of),
            Type::Logical(it) => it.layout(self.wide_align).0,
            holder => {
                let held = holder.held().expect("all other types hold something");
                held.layout(|part| Some(self.layout(part))).expect(POSSIBLE).0
            }
        }
    }

    /// Returns the error at `index`, which came from this model.
    #[must_use]
    pub fn error(&self, index: ErrorIndex) -> &ErrorType {
        &self.errors[index.0]
    }

    /// Returns the type of objects at `index`, which came from this model.
    #[must_use]
    pub fn object(&self, index: ObjectIndex) -> &Object {
        &self.objects[index.0]
    }

    /// Returns the functions of a type of objects, each with its position in
    /// [`functions`](Self::functions).
    pub fn members(&self, of: ObjectIndex) -> impl Iterator<Item = (usize, &Function, Role)> {
        let all = self.functions.iter().enumerate();
        all.filter_map(move |(at, it)| {
            let member = it.member.filter(|member| member.of == of)?;
            Some((at, it, member.role))
        })
    }

    /// Returns the indices of [`objects`](Self::objects), in their order.
    pub fn object_indices(&self) -> impl Iterator<Item = ObjectIndex> + use<> {
        (0..self.objects.len()).map(ObjectIndex)
    }

    /// Returns the layout of a field of an error.
    #[must_use]
    pub fn error_layout(&self, ty: &ErrorFieldType) -> Layout {
        match ty {
            ErrorFieldType::Value(ty) => self.layout(ty),
            ErrorFieldType::Text | ErrorFieldType::Vec(_) => Layout::of_span(),
            ErrorFieldType::Option(of) => {
                let layout = self.error_layout(of).and(Layout::of_byte());
                layout.expect("every type of a model has a layout").0
            }
        }
    }

    /// Returns true if a message holds an `FfiSecret`, in place.
    #[must_use]
    pub fn is_secret(&self, message: &Message) -> bool {
        message.fields.iter().any(|field| self.is_secret_in(&field.ty))
    }

    /// Returns true if the type is an `FfiSecret`, or holds one in place.
    #[must_use]
    pub fn is_secret_in(&self, ty: &Type) -> bool {
        self.holds(ty, &|part| matches!(part, Type::Secret { .. }))
    }

    /// Returns true if a message holds references, in place.
    #[must_use]
    pub fn refers(&self, message: &Message) -> bool {
        message.fields.iter().any(|field| self.refers_in(&field.ty))
    }

    fn refers_in(&self, ty: &Type) -> bool {
        self.holds(ty, &|part| matches!(part, Type::Ref(_)))
    }

    /// Returns true if the type is one that is `wanted`, or holds one in place.
    fn holds(&self, ty: &Type, wanted: &dyn Fn(&Type) -> bool) -> bool {
        let mut found = false;
        ty.walk(&mut |part| {
            found |= match part {
                Type::Message(index) => {
                    self.message(*index).fields.iter().any(|field| self.holds(&field.ty, wanted))
                }
                Type::Oneof(index) => {
                    let cases = self.oneof(*index).cases.iter().filter_map(|case| case.ty.as_ref());
                    cases.into_iter().any(|ty| self.holds(ty, wanted))
                }
                other => wanted(other),
            };
        });
        found
    }

    /// Returns the messages and oneofs in an order in which each comes after those it holds, as C
    /// wants them.
    #[must_use]
    pub fn by_dependency(&self) -> Vec<Composite<'_>> {
        let messages = (0..self.messages.len()).map(|it| Type::Message(MessageIndex(it)));
        let oneofs = (0..self.oneofs.len()).map(|it| Type::Oneof(OneofIndex(it)));
        let mut order = Vec::with_capacity(self.messages.len() + self.oneofs.len());
        let mut seen_messages = vec![false; self.messages.len()];
        let mut seen_oneofs = vec![false; self.oneofs.len()];
        // A list, not recursion, as nesting may be deeper than the stack. Each is visited twice:
        // first to push those it holds, then to be added.
        let mut todo: Vec<_> = messages.chain(oneofs).rev().map(|it| (it, false)).collect();
        while let Some((ty, held_are_placed)) = todo.pop() {
            let (composite, seen) = match ty {
                Type::Message(index) => {
                    (Composite::Message(self.message(index)), &mut seen_messages[index.0])
                }
                Type::Oneof(index) => (Composite::Oneof(self.oneof(index)), &mut seen_oneofs[index.0]),
                _ => continue,
            };
            if held_are_placed {
                order.push(composite);
            } else if !std::mem::replace(seen, true) {
                todo.push((ty, true));
                let mut held = Vec::new();
                for inner in composite.types() {
                    inner.walk(&mut |part| {
                        if matches!(part, Type::Message(_) | Type::Oneof(_)) {
                            held.push((part.clone(), false));
                        }
                    });
                }
                todo.extend(held.into_iter().rev());
            }
        }
        order
    }
}

impl<'a> Composite<'a> {
    /// Returns the types of its fields or cases, in order.
    pub fn types(self) -> impl Iterator<Item = &'a Type> {
        let (fields, cases): (&[Field], &[Case]) = match self {
            Self::Message(it) => (&it.fields, &[]),
            Self::Oneof(it) => (&[], &it.cases),
        };
        fields.iter().map(|field| &field.ty).chain(cases.iter().filter_map(|case| case.ty.as_ref()))
    }
}

impl ErrorType {
    /// Returns the types of values in its fields.
    pub fn values(&self) -> impl Iterator<Item = &Type> {
        self.variants.iter().flat_map(|it| &it.fields).filter_map(|field| field.ty.value())
    }
}

impl ErrorFieldType {
    /// Returns the type of the value in it, if it isn't text.
    #[must_use]
    pub fn value(&self) -> Option<&Type> {
        match self {
            Self::Value(ty) => Some(ty),
            Self::Text => None,
            Self::Vec(of) | Self::Option(of) => of.value(),
        }
    }
}

impl Enum {
    /// Returns the discriminant of one of its variants, as the number in Rust.
    #[must_use]
    pub fn discriminant(&self, variant: &Variant) -> i128 {
        match self.repr {
            Scalar::U64 => variant.value.cast_unsigned().into(),
            _ => variant.value.into(),
        }
    }
}

impl Returns {
    /// Returns the type of the value, of the elements, or of the message in the slot; `None` for
    /// text, columns and objects.
    #[must_use]
    pub fn value(self) -> Option<Value> {
        match self {
            Self::Value(value) | Self::Vec(value) => Some(value),
            Self::Pool(message) => Some(Value::Message(message)),
            Self::Text | Self::Columns(_) | Self::Arena(_) | Self::Object(_) => None,
        }
    }
}

/// Number of parameters from which on a call in Dart names its arguments.
const NAMED_FROM: usize = 3;

impl Function {
    /// Returns, for each parameter, true if a call in Dart names its argument: those of three or
    /// more parameters, and each `bool`, unless the user chose another way. (A newtype of a `bool`
    /// says by its own name what it means.)
    #[must_use]
    pub fn named(&self) -> Vec<bool> {
        let rule = |param: &Param| match self.arguments {
            Some(arguments) => arguments == Arguments::Named,
            None => {
                self.params.len() >= NAMED_FROM
                    || param.passing == Passing::Value(Value::Scalar(Scalar::Bool))
            }
        };
        self.params.iter().map(rule).collect()
    }

    /// Returns the types that Dart names when it calls the function: of values, of elements, of the
    /// result.
    pub fn values(&self) -> impl Iterator<Item = Value> {
        let passed = self.params.iter().flat_map(|param| match &param.passing {
            Passing::Value(value) => vec![*value],
            Passing::Slice { of, .. } | Passing::Moved(of) => vec![*of],
            Passing::Pool(message) => vec![Value::Message(*message)],
            Passing::Callback(function) => function.values().collect(),
            Passing::Input(item) => item.value().into_iter().collect(),
            Passing::Reference { .. }
            | Passing::Columns { .. }
            | Passing::Arena { .. }
            | Passing::Text
            | Passing::CText
            | Passing::Listener(_)
            | Passing::Object(_) => Vec::new(),
        });
        passed.chain(self.returns.and_then(Returns::value))
    }

    /// Returns the types that Dart gets from Rust: the result, and arguments of functions that are
    /// kept.
    pub fn received(&self) -> impl Iterator<Item = Returns> {
        let kept = self.params.iter().filter_map(|param| match &param.passing {
            Passing::Callback(it) if it.kept => Some(&it.arguments),
            _ => None,
        });
        self.returns.into_iter().chain(kept.flatten().copied())
    }

    /// Returns true if only Dart can call it, as it needs the mailbox of an isolate.
    #[must_use]
    pub fn needs_mailbox(&self) -> bool {
        let keeps = |param: &Param| match &param.passing {
            Passing::Callback(it) => it.kept,
            Passing::Listener(_) => true,
            _ => false,
        };
        !self.mode.is_sync() || self.params.iter().any(keeps)
    }

    /// Returns the type of the object that the function takes first, if it takes one.
    #[must_use]
    pub fn receiver(&self) -> Option<ObjectIndex> {
        self.member.filter(|member| member.role.has_receiver()).map(|member| member.of)
    }
}

holder::holding!(Type);

impl Type {
    /// Returns the type in a newtype, also in one that holds another, or the type itself.
    #[must_use]
    pub fn physical(&self) -> &Type {
        match self {
            Self::Newtype { of, .. } => of.physical(),
            _ => self,
        }
    }

    /// Returns it as the type of a parameter or result, if it can be one.
    #[must_use]
    pub fn value(&self) -> Option<Value> {
        match self {
            Self::Scalar(it) => Some(Value::Scalar(*it)),
            Self::Enum(index) => Some(Value::Enum(*index)),
            Self::Open(index) => Some(Value::Open(*index)),
            Self::Message(index) => Some(Value::Message(*index)),
            Self::Oneof(index) => Some(Value::Oneof(*index)),
            Self::Logical(it) => Some(Value::Logical(it)),
            // That of text isn't one either.
            Self::Newtype { index, of } => of.value().map(|_| Value::Newtype(*index)),
            _ => None,
        }
    }

    /// Returns the element type of an array of any depth, or the type itself.
    #[must_use]
    pub fn innermost(&self) -> &Type {
        match self {
            Self::Array { of, .. } => of.innermost(),
            _ => self,
        }
    }

    /// Returns true if a newtype may hold a value of the type: a number, `bool`, enum, `FfiStr`,
    /// logical type or newtype, or an array of these.
    #[must_use]
    pub fn may_be_wrapped(&self) -> bool {
        match self {
            Self::Array { of, .. } | Self::Newtype { of, .. } => of.may_be_wrapped(),
            Self::Scalar(_) | Self::Enum(_) | Self::Str { .. } | Self::Logical(_) => true,
            _ => false,
        }
    }

    /// Calls `visit` with each type that is in place in this one, inner ones first, itself last.
    pub fn walk<'a>(&'a self, visit: &mut impl FnMut(&'a Type)) {
        match self {
            Self::Array { of, .. } | Self::Newtype { of, .. } => of.walk(visit),
            _ => {
                let held = self.held().filter(|it| !it.holder.elsewhere);
                held.iter().flat_map(Held::parts).for_each(|part| part.walk(visit));
            }
        }
        visit(self);
    }

    /// Calls `visit` as [`walk`](Self::walk) does, also with the types that a handle of an arena
    /// refers to.
    pub fn walk_all<'a>(&'a self, visit: &mut impl FnMut(&'a Type)) {
        self.walk(&mut |part| {
            let held = part.held().filter(|it| it.holder.elsewhere);
            held.iter().flat_map(Held::parts).for_each(|it| it.walk_all(&mut *visit));
            visit(part);
        });
    }

    /// Returns the type in the form of records.
    #[must_use]
    pub fn record(&self, model: &Model) -> read::Type {
        match self {
            Self::Scalar(it) => read::Type::Scalar(*it),
            Self::Array { of, len } => read::Type::Array { of: Box::new(of.record(model)), len: *len },
            Self::Message(index) => read::Type::Message(model.message(*index).id.clone()),
            Self::Enum(index) => read::Type::Enum(model.enumeration(*index).id.clone()),
            Self::Open(index) => read::Type::Open(model.enumeration(*index).id.clone()),
            Self::Oneof(index) => read::Type::Oneof(model.oneof(*index).id.clone()),
            Self::Ref(index) => read::Type::Ref(model.message(*index).id.clone()),
            Self::Newtype { index, .. } => read::Type::Newtype(model.newtype(*index).id.clone()),
            Self::Logical(it) => read::Type::Logical(it.name.to_owned()),
            holder => {
                let held = holder.held().expect("all other types hold something");
                holder::map(&held, |part| part.record(model))
            }
        }
    }
}

/// A mistake in a schema: what it is, its item, and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Name of the item, such as `message particles::Particle`, with `, field x` for a field.
    pub item: String,
    /// Description of the mistake.
    pub what: String,
    /// Description of the fix.
    pub fix: String,
}

/// All mistakes in a schema; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { item, what, fix } = self;
        write!(f, "{}: {}\n  fix: {}", one_line(item), one_line(what), one_line(fix))
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}
