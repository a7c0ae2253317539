//! What a library says of itself, resolved and checked: the only thing the writers see.
//!
//! Records name their types; here every name is an index that exists, every layout has been checked, and
//! what can't be (an array by value, two libraries) can't be said. Everything is in the order of its id or
//! symbol, whatever order the linker left the records in, so output is the same for every build.

mod resolve;

use std::fmt;

pub use ffi_core::schema::read::{Fingerprint, Item, Library, PanicStrategy, Scalar, TypeId};
pub use resolve::resolve;

/// A whole library.
#[derive(Clone, Debug)]
pub struct Model {
    /// The library itself.
    pub library: Library,
    /// In the order of their ids.
    pub messages: Vec<Message>,
    /// In the order of their ids.
    pub enums: Vec<Enum>,
    /// In the order of their ids.
    pub oneofs: Vec<Oneof>,
    /// In the order of their symbols.
    pub functions: Vec<Function>,
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

/// A `repr(C)` struct.
#[derive(Clone, Debug)]
pub struct Message {
    /// Identifies it.
    pub id: TypeId,
    /// Name, docs, deprecation.
    pub item: Item,
    /// Bytes.
    pub size: u64,
    /// Bytes, a power of two.
    pub align: u64,
    /// The layout hash.
    pub fingerprint: Fingerprint,
    /// The `static u64` that holds it in the library.
    pub fingerprint_symbol: String,
    /// In the order of the source and of the offsets.
    pub fields: Vec<Field>,
    /// Tags, first and last, that no field may take.
    pub reserved: Vec<(u32, u32)>,
}

/// A field of a [`Message`].
#[derive(Clone, Debug)]
pub struct Field {
    /// Name, docs, deprecation.
    pub item: Item,
    /// Bytes from the start of the message.
    pub offset: u64,
    /// Bytes.
    pub size: u64,
    /// Bytes of padding behind it.
    pub padding: u64,
    /// Its type.
    pub ty: Type,
    /// Its explicit .proto tag.
    pub tag: Option<u32>,
}

/// The type of a field or an element.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// `FfiRef<T>`: `{ u32 index_plus_one; u32 generation; }`; all zero is none.
    Ref(MessageIndex),
}

/// A data-carrying enum: `{ u32 tag; union payload; }`.
#[derive(Clone, Debug)]
pub struct Oneof {
    /// Identifies it.
    pub id: TypeId,
    /// Name, docs, deprecation.
    pub item: Item,
    /// Bytes.
    pub size: u64,
    /// Bytes, a power of two.
    pub align: u64,
    /// Bytes from its start to the union.
    pub payload: u64,
    /// The layout hash.
    pub fingerprint: Fingerprint,
    /// The `static u64` that holds it in the library.
    pub fingerprint_symbol: String,
    /// Each by its tag in memory; the first holds nothing and means unset.
    pub cases: Vec<Case>,
}

/// A case of a [`Oneof`].
#[derive(Clone, Debug)]
pub struct Case {
    /// Name, docs, deprecation.
    pub item: Item,
    /// What it holds.
    pub ty: Option<Type>,
    /// Its explicit .proto tag.
    pub tag: Option<u32>,
}

/// A C-like enum.
#[derive(Clone, Debug)]
pub struct Enum {
    /// Identifies it.
    pub id: TypeId,
    /// Name, docs, deprecation.
    pub item: Item,
    /// Its integer: neither `bool` nor a float.
    pub repr: Scalar,
    /// The layout hash.
    pub fingerprint: Fingerprint,
    /// The `static u64` that holds it in the library.
    pub fingerprint_symbol: String,
    /// In the order of the source; values are distinct and one is zero.
    pub variants: Vec<Variant>,
}

/// A variant of an [`Enum`].
#[derive(Clone, Debug)]
pub struct Variant {
    /// Name, docs, deprecation.
    pub item: Item,
    /// Its discriminant; that of a `u64` enum as the `i64` of the same bits.
    pub value: i64,
}

/// An exported function.
#[derive(Clone, Debug)]
pub struct Function {
    /// Name, docs, deprecation.
    pub item: Item,
    /// The symbol to call.
    pub symbol: String,
    /// Hash of the signature.
    pub fingerprint: Fingerprint,
    /// The `static u64` that holds it in the library.
    pub fingerprint_symbol: String,
    /// Short, bounded and non-blocking.
    pub leaf: bool,
    /// In order.
    pub params: Vec<Param>,
    /// The (successful) result; none for `()`.
    pub returns: Option<Value>,
    /// Whether it returns a `Result`.
    pub fallible: bool,
}

/// A parameter of a [`Function`].
#[derive(Clone, Debug)]
pub struct Param {
    /// The name in the Rust source.
    pub name: String,
    /// What crosses the boundary.
    pub passing: Passing,
}

/// What crosses the boundary for a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Passing {
    /// `T`, copied.
    Value(Value),
    /// `&T` or `&mut T`: a pointer.
    Reference {
        /// `T`.
        to: Value,
        /// Whether it is `&mut`.
        mutable: bool,
    },
    /// `&[T]` or `&mut [T]`: a pointer and a length.
    Slice {
        /// `T`.
        of: Value,
        /// Whether it is `&mut`.
        mutable: bool,
    },
}

/// A type that functions take and return: any but an array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// A number or `bool`.
    Scalar(Scalar),
    /// A C-like enum, as its integer.
    Enum(EnumIndex),
    /// A message, as the C struct.
    Message(MessageIndex),
}

impl Model {
    /// The message at `index`, which came from this model.
    #[must_use]
    pub fn message(&self, index: MessageIndex) -> &Message {
        &self.messages[index.0]
    }

    /// The enum at `index`, which came from this model.
    #[must_use]
    pub fn enumeration(&self, index: EnumIndex) -> &Enum {
        &self.enums[index.0]
    }

    /// The messages in an order in which each comes after those it holds, as C wants them.
    #[must_use]
    pub fn messages_by_dependency(&self) -> Vec<&Message> {
        let mut order = Vec::with_capacity(self.messages.len());
        let mut seen = vec![false; self.messages.len()];
        // A list, not recursion: nesting may be deeper than the stack. A message comes up twice, first to put those
        // it holds in front of itself, then to take its place.
        let mut todo: Vec<_> = (0..self.messages.len()).rev().map(|it| (MessageIndex(it), false)).collect();
        while let Some((index, held_are_placed)) = todo.pop() {
            let message = self.message(index);
            if held_are_placed {
                order.push(message);
            } else if !std::mem::replace(&mut seen[index.0], true) {
                todo.push((index, true));
                todo.extend(message.fields.iter().rev().filter_map(|field| match field.ty.innermost() {
                    Type::Message(held) => Some((*held, false)),
                    _ => None,
                }));
            }
        }
        order
    }
}

impl Enum {
    /// The discriminant of one of its variants, as the number that Rust has.
    #[must_use]
    pub fn discriminant(&self, variant: &Variant) -> i128 {
        match self.repr {
            Scalar::U64 => variant.value.cast_unsigned().into(),
            _ => variant.value.into(),
        }
    }
}

impl Type {
    /// The element type of an array of any depth, else the type itself.
    #[must_use]
    pub fn innermost(&self) -> &Type {
        match self {
            Self::Array { of, .. } => of.innermost(),
            _ => self,
        }
    }
}

/// The size of a scalar in bytes.
#[must_use]
pub fn scalar_size(scalar: Scalar) -> u64 {
    match scalar {
        Scalar::Bool | Scalar::I8 | Scalar::U8 => 1,
        Scalar::I16 | Scalar::U16 => 2,
        Scalar::I32 | Scalar::U32 | Scalar::F32 => 4,
        Scalar::I64 | Scalar::U64 | Scalar::F64 => 8,
    }
}

/// The name of a scalar in Rust.
#[must_use]
pub fn scalar_name(scalar: Scalar) -> &'static str {
    match scalar {
        Scalar::Bool => "bool",
        Scalar::I8 => "i8",
        Scalar::I16 => "i16",
        Scalar::I32 => "i32",
        Scalar::I64 => "i64",
        Scalar::U8 => "u8",
        Scalar::U16 => "u16",
        Scalar::U32 => "u32",
        Scalar::U64 => "u64",
        Scalar::F32 => "f32",
        Scalar::F64 => "f64",
    }
}

/// Something wrong with a schema: what, where, and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The item, such as `message particles::Particle`, with `, field x` where one is at fault.
    pub item: String,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub fix: String,
}

/// Everything wrong with a schema; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}\n  fix: {}", self.item, self.what, self.fix)
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
