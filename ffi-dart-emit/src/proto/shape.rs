//! Forms of Rust types in protobuf, and the Rust types that protobuf's types imply.
//!
//! | Rust | .proto |
//! |---|---|
//! | `i8 i16 i32`, `i64` | `int32`, `int64` |
//! | `u8 u16 u32`, `u64` | `uint32`, `uint64` |
//! | integers with `encoding = "zigzag"` | `sint32`, `sint64` |
//! | integers with `encoding = "fixed"` | `fixed32`, `fixed64`, `sfixed32`, `sfixed64` |
//! | values with `encoding = "wrapper"` | `google.protobuf.StringValue` and its kin |
//! | `f32`, `f64`, `bool` | `float`, `double`, `bool` |
//! | `FfiStr<N>`, `FfiBytes<N>` | `string`, `bytes` |
//! | `FfiSecret<N>` | `bytes`, with the type in an option |
//! | `[u8; N]` | `bytes` |
//! | `[T; N]`, `[[T; M]; N]`, `FfiVec<T, N>` | `repeated T` |
//! | `FfiOption<T>`, `FfiRef<T>` | `optional T` |
//! | `FfiVec<FfiRef<T>, N>` | `repeated T` |
//! | `FfiMap<K, V, N>` | `map<K, V>`; entries in a `repeated` message where protobuf has no such key |
//! | an enum, a message, a oneof | an `enum`, a `message`, a `message` that holds `oneof value` |
//! | an enum with a number that 32 bits can't hold | its integer |
//! | `ArenaStr`, `ArenaBytes`, `ArenaVec<T>`, `ArenaMap<K, V>`, `ArenaBox<T>` | `string`, `bytes`, `repeated T`, `map<K, V>`, `optional T` |
//! | a newtype | the type in it |
//! | `FfiTimestamp`, `FfiDuration` | `google.protobuf.Timestamp`, `google.protobuf.Duration` |
//! | `FfiUuid` | `bytes` |
//!
//! Protobuf has no container directly inside another, so the inner one is field 1 of a message of
//! its own.
//!
//! The wire format is in the module `proto` of `ffi-core`, which must agree.

use ffi_core::schema::read::{Encoding, Scalar, Type, TypeId, Wire};

use crate::holder::{self, Holding};
use crate::logical::Logical;

/// Facts about the types that have a name.
pub trait Types {
    /// Returns the integer of an enum.
    fn repr(&self, id: &TypeId) -> Scalar;
    /// Returns true if an enum has a number that protobuf's enums can't have.
    fn is_wide(&self, id: &TypeId) -> bool;
    /// Returns the type in a newtype.
    fn newtype(&self, id: &TypeId) -> Type;
}

/// Returns the type with those in newtypes in the place of these; `newtype` returns the type in
/// one.
pub fn physical(ty: &Type, newtype: &dyn Fn(&TypeId) -> Type) -> Type {
    let part = |ty: &Type| physical(ty, newtype);
    match ty {
        Type::Newtype(id) => part(&newtype(id)),
        Type::Array { of, len } => Type::Array { of: Box::new(part(of)), len: *len },
        other => other.held().map_or_else(|| other.clone(), |held| holder::map(&held, part)),
    }
}

/// A field in protobuf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Label before the type.
    pub label: Label,
    /// Type; for a map, that of its values.
    pub of: Element,
}

impl Shape {
    /// Returns the shape with the names that protobuf has for integers of another encoding.
    #[must_use]
    pub fn encoded(self, wire: Wire) -> Self {
        let label = match self.label {
            Label::Map(key) => Label::Map(encoded(key, wire.key_encoding)),
            label => label,
        };
        let inner = Wire { encoding: wire.encoding, ..Wire::default() };
        let of = match self.of {
            Element::Keyword(keyword) => Element::Keyword(encoded(keyword, wire.encoding)),
            Element::Wrapper(shape) => Element::Wrapper(Box::new(shape.encoded(inner))),
            // Its key is of a type that has no encodings.
            Element::Entry(entry) => {
                let [key, value] = *entry;
                Element::Entry(Box::new([key, value.encoded(inner)]))
            }
            named @ Element::Named(_) => named,
        };
        Self { label, of }
    }
}

/// Returns the file of protobuf that declares what a keyword names, if it is no built-in type.
pub fn file(keyword: &str) -> Option<&'static str> {
    if WRAPPERS.iter().any(|(_, wrapper)| *wrapper == keyword) {
        return Some("google/protobuf/wrappers.proto");
    }
    Logical::of_proto(keyword.strip_prefix('.')?)?.proto_file
}

/// Built-in types of protobuf, and the messages around one value of each.
const WRAPPERS: [(&str, &str); 9] = [
    ("int32", ".google.protobuf.Int32Value"),
    ("uint32", ".google.protobuf.UInt32Value"),
    ("int64", ".google.protobuf.Int64Value"),
    ("uint64", ".google.protobuf.UInt64Value"),
    ("float", ".google.protobuf.FloatValue"),
    ("double", ".google.protobuf.DoubleValue"),
    ("bool", ".google.protobuf.BoolValue"),
    ("string", ".google.protobuf.StringValue"),
    ("bytes", ".google.protobuf.BytesValue"),
];

/// Returns the built-in type in a wrapper, given the full name of a message.
pub fn wrapped(message: &str) -> Option<&'static str> {
    let is_it = |wrapper: &str| wrapper.strip_prefix('.') == Some(message);
    WRAPPERS.iter().find(|(_, wrapper)| is_it(wrapper)).map(|(of, _)| *of)
}

/// Returns the name of a built-in type with an encoding; others than these have none.
fn encoded(keyword: &'static str, encoding: Option<Encoding>) -> &'static str {
    match (keyword, encoding) {
        ("int32", Some(Encoding::ZigZag)) => "sint32",
        ("int64", Some(Encoding::ZigZag)) => "sint64",
        ("int32", Some(Encoding::Fixed)) => "sfixed32",
        ("int64", Some(Encoding::Fixed)) => "sfixed64",
        ("uint32", Some(Encoding::Fixed)) => "fixed32",
        ("uint64", Some(Encoding::Fixed)) => "fixed64",
        (keyword, Some(Encoding::Wrapper)) => {
            WRAPPERS.iter().find(|(of, _)| *of == keyword).map_or(keyword, |(_, wrapper)| wrapper)
        }
        (keyword, _) => keyword,
    }
}

/// Label of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label {
    /// No label: always present, and not written when zero.
    Plain,
    /// `optional`.
    Optional,
    /// `repeated`.
    Repeated,
    /// `map<..>` with keys of this type.
    Map(&'static str),
}

/// Type of one element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Element {
    /// A built-in type of protobuf.
    Keyword(&'static str),
    /// A message, enum or oneof.
    Named(TypeId),
    /// A message with this as field 1.
    Wrapper(Box<Shape>),
    /// The entry of a map whose key protobuf doesn't accept, written like an entry of a map.
    Entry(Box<[Shape; 2]>),
}

/// Returns the form of `ty` as a field.
pub fn shape(ty: &Type, types: &impl Types) -> Shape {
    field(&physical(ty, &|id| types.newtype(id)), types)
}

/// Returns the form of a type without newtypes in it.
fn field(ty: &Type, types: &impl Types) -> Shape {
    let plain = |of| Shape { label: Label::Plain, of };
    match ty {
        Type::Scalar(it) => plain(Element::Keyword(keyword(*it))),
        Type::Str { .. } | Type::ArenaStr {} => plain(Element::Keyword("string")),
        Type::Bytes { .. } | Type::Secret { .. } | Type::ArenaBytes {} => plain(Element::Keyword("bytes")),
        Type::Enum(id) | Type::Open(id) if types.is_wide(id) => {
            plain(Element::Keyword(keyword(types.repr(id))))
        }
        Type::Enum(id) | Type::Open(id) | Type::Message(id) | Type::Oneof(id) => {
            plain(Element::Named(id.clone()))
        }
        // The types of parameters, not of fields.
        Type::Arena(id) => plain(Element::Named(id.clone())),
        Type::Object(id) => plain(Element::Named(id.clone())),
        Type::Columns(id) => Shape { label: Label::Repeated, of: Element::Named(id.clone()) },
        // A reference may be empty.
        Type::Ref(id) => Shape { label: Label::Optional, of: Element::Named(id.clone()) },
        Type::Array { of, .. } if is_byte(of) => plain(Element::Keyword("bytes")),
        Type::Array { of, .. } => Shape { label: Label::Repeated, of: element(innermost(of), types) },
        // Empty references are left out.
        Type::Vec { of, .. } if matches!(**of, Type::Ref(_)) => {
            Shape { label: Label::Repeated, of: field(of, types).of }
        }
        Type::Vec { of, .. } | Type::ArenaVec { of } => {
            Shape { label: Label::Repeated, of: element(of, types) }
        }
        Type::Map { key, value, .. } | Type::ArenaMap { key, value } => match map_key(key, types) {
            Some(keyword) => Shape { label: Label::Map(keyword), of: element(value, types) },
            None => {
                // Both are always written.
                let entry = [key, value].map(|it| Shape { label: Label::Optional, of: element(it, types) });
                Shape { label: Label::Repeated, of: Element::Entry(Box::new(entry)) }
            }
        },
        Type::Option { of } | Type::ArenaBox { of } => {
            Shape { label: Label::Optional, of: element(of, types) }
        }
        Type::Logical(name) => plain(Element::Keyword(Logical::named(name).map_or("bytes", |it| it.proto))),
        Type::Newtype(id) => field(&types.newtype(id), types),
    }
}

/// Returns the form of `ty` as the case of a oneof.
pub fn case(ty: &Type, types: &impl Types) -> Shape {
    let ty = &physical(ty, &|id| types.newtype(id));
    match ty {
        // An empty reference leaves the oneof unset.
        Type::Ref(_) => Shape { label: Label::Plain, of: shape(ty, types).of },
        // The case says that there is a value.
        Type::ArenaBox { of } => single(of, types),
        _ => single(ty, types),
    }
}

/// Returns the form of `ty` as a field with one value, with a wrapper if it has several.
pub fn single(ty: &Type, types: &impl Types) -> Shape {
    Shape { label: Label::Plain, of: element(&physical(ty, &|id| types.newtype(id)), types) }
}

/// Returns the form of `ty` after a label.
fn element(ty: &Type, types: &impl Types) -> Element {
    let inner = field(ty, types);
    match inner.label {
        Label::Plain => inner.of,
        _ => Element::Wrapper(Box::new(inner)),
    }
}

/// Returns the element of an array of any depth, or the type itself. An array of bytes counts as an
/// element.
fn innermost(ty: &Type) -> &Type {
    match ty {
        Type::Array { of, .. } if !is_byte(of) => innermost(of),
        _ => ty,
    }
}

/// Returns the type that a container holds, for a map that of the values, or `ty` itself.
pub fn inside(ty: &Type) -> &Type {
    match ty {
        Type::Array { .. } => innermost(ty),
        Type::Vec { of, .. } | Type::Option { of } | Type::ArenaVec { of } | Type::ArenaBox { of } => of,
        Type::Map { value, .. } | Type::ArenaMap { value, .. } => value,
        _ => ty,
    }
}

fn is_byte(ty: &Type) -> bool {
    *ty == Type::Scalar(Scalar::U8)
}

/// Returns the type of a map's keys, if protobuf accepts it as a key. Enums are keys by their
/// numbers.
fn map_key(key: &Type, types: &impl Types) -> Option<&'static str> {
    match key {
        Type::Scalar(Scalar::F32 | Scalar::F64) => None,
        Type::Scalar(it) => Some(keyword(*it)),
        Type::Str { .. } | Type::ArenaStr {} => Some("string"),
        Type::Enum(id) | Type::Open(id) if types.is_wide(id) => Some(keyword(types.repr(id))),
        Type::Enum(_) | Type::Open(_) => Some("int32"),
        _ => None,
    }
}

/// Returns protobuf's name of a scalar.
pub fn keyword(scalar: Scalar) -> &'static str {
    match scalar {
        Scalar::Bool => "bool",
        Scalar::I8 | Scalar::I16 | Scalar::I32 => "int32",
        Scalar::I64 => "int64",
        Scalar::U8 | Scalar::U16 | Scalar::U32 => "uint32",
        Scalar::U64 => "uint64",
        Scalar::F32 => "float",
        Scalar::F64 => "double",
    }
}

/// The bounds of a field, as its options have them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// `max_count`.
    pub max_count: Option<u64>,
    /// `max_len`.
    pub max_len: Option<u64>,
    /// `max_key_len`.
    pub max_key_len: Option<u64>,
    /// `fixed_count`.
    pub fixed_count: Vec<u64>,
    /// `closed`.
    pub closed: bool,
}

impl Bounds {
    /// Returns the bounds of a field of type `ty`. Those of containers in containers are in the
    /// message between the two.
    pub fn of(ty: &Type) -> Self {
        let mut bounds = Self::default();
        bounds.container(ty);
        bounds
    }

    fn container(&mut self, ty: &Type) {
        match ty {
            Type::Array { .. } => {
                let mut inner = ty;
                while let Type::Array { of, len } = inner {
                    self.fixed_count.push(*len);
                    inner = of;
                }
                self.element(inner);
            }
            Type::Vec { of, cap } => {
                self.max_count = Some(*cap);
                self.element(of);
            }
            Type::Map { key, value, cap } => {
                self.max_count = Some(*cap);
                self.element(value);
                match **key {
                    Type::Str { cap } => self.max_key_len = Some(cap),
                    Type::Enum(_) => self.closed = true,
                    _ => {}
                }
            }
            Type::Option { of } => self.element(of),
            other => self.element(other),
        }
    }

    fn element(&mut self, ty: &Type) {
        match ty {
            Type::Str { cap } | Type::Bytes { cap } | Type::Secret { cap } => self.max_len = Some(*cap),
            Type::Array { of, len } if is_byte(of) => self.fixed_count.push(*len),
            Type::Enum(_) => self.closed = true,
            _ => {}
        }
    }
}

/// A type in a .proto file that a field can have here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Plain {
    /// A number or `bool`.
    Scalar(Scalar),
    /// `string`.
    Text,
    /// `bytes`.
    Bytes,
    /// An enum.
    Enum(TypeId),
    /// A message; a oneof is one as well.
    Other(Type),
}

/// Declaration of a field in a .proto file: its label, and the types after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Declared {
    /// No label.
    One(Plain),
    /// `optional`, or a message.
    Optional(Plain),
    /// `repeated`.
    Many(Plain),
    /// `map<..>`.
    Map(Plain, Plain),
}

/// A bound that a type needs and the options don't give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// `max_count`.
    Count,
    /// `max_len`.
    Len,
    /// `max_key_len`.
    KeyLen,
}

/// Returns the Rust type of a field that has no `rust_type`.
///
/// # Errors
///
/// Returns each bound that is missing.
pub fn implied(declared: &Declared, bounds: &Bounds) -> Result<Type, Vec<Missing>> {
    let boxed = Box::new;
    let none: &[u64] = &[];
    let array = |of: Type, dims: &[u64]| {
        dims.iter().rev().fold(of, |of, len| Type::Array { of: boxed(of), len: *len })
    };
    let one = |plain: &Plain, dims: &[u64], missing: &mut Vec<Missing>| match plain {
        Plain::Scalar(it) => Type::Scalar(*it),
        Plain::Text => Type::Str { cap: require(bounds.max_len, Missing::Len, missing) },
        Plain::Bytes if !dims.is_empty() => array(Type::Scalar(Scalar::U8), dims),
        Plain::Bytes => Type::Bytes { cap: require(bounds.max_len, Missing::Len, missing) },
        Plain::Enum(id) if bounds.closed => Type::Enum(id.clone()),
        Plain::Enum(id) => Type::Open(id.clone()),
        Plain::Other(ty) => ty.clone(),
    };
    let mut missing = Vec::new();
    let ty = match declared {
        Declared::One(plain) => one(plain, &bounds.fixed_count, &mut missing),
        Declared::Optional(plain) => {
            Type::Option { of: boxed(one(plain, &bounds.fixed_count, &mut missing)) }
        }
        Declared::Many(plain) if bounds.max_count.is_none() && !bounds.fixed_count.is_empty() => {
            let of = match plain {
                Plain::Bytes if bounds.max_len.is_none() => Type::Scalar(Scalar::U8),
                _ => one(plain, none, &mut missing),
            };
            array(of, &bounds.fixed_count)
        }
        Declared::Many(plain) => {
            let of = one(plain, &bounds.fixed_count, &mut missing);
            Type::Vec { of: boxed(of), cap: require(bounds.max_count, Missing::Count, &mut missing) }
        }
        Declared::Map(key, value) => {
            let key = match key {
                Plain::Text => Type::Str { cap: require(bounds.max_key_len, Missing::KeyLen, &mut missing) },
                other => one(other, none, &mut missing),
            };
            let value = one(value, none, &mut missing);
            let cap = require(bounds.max_count, Missing::Count, &mut missing);
            Type::Map { key: boxed(key), value: boxed(value), cap }
        }
    };
    if missing.is_empty() { Ok(ty) } else { Err(missing) }
}

fn require(bound: Option<u64>, what: Missing, missing: &mut Vec<Missing>) -> u64 {
    bound.unwrap_or_else(|| {
        missing.push(what);
        0
    })
}

/// Returns the declaration for [`implied`] of a field of this shape, or `None` if options could not
/// express it all.
pub fn declared(shape: &Shape, is_enum: impl Fn(&TypeId) -> bool, named: &Type) -> Option<Declared> {
    let of = match &shape.of {
        Element::Keyword(keyword) => plain(keyword)?,
        Element::Named(id) if is_enum(id) => Plain::Enum(id.clone()),
        Element::Named(_) => Plain::Other(named.clone()),
        Element::Wrapper(_) | Element::Entry(_) => return None,
    };
    Some(match shape.label {
        Label::Plain => Declared::One(of),
        Label::Optional => Declared::Optional(of),
        Label::Repeated => Declared::Many(of),
        Label::Map(key) => Declared::Map(plain(key)?, of),
    })
}

/// Returns the type that a keyword of protobuf implies without further options.
pub fn plain(keyword: &str) -> Option<Plain> {
    if let Some(of) = keyword.strip_prefix('.').and_then(wrapped) {
        return plain(of);
    }
    if let Some(it) = keyword.strip_prefix('.').and_then(Logical::of_proto) {
        return Some(Plain::Other(Type::Logical(it.name.to_owned())));
    }
    Some(match keyword {
        "int32" | "sint32" | "sfixed32" => Plain::Scalar(Scalar::I32),
        "int64" | "sint64" | "sfixed64" => Plain::Scalar(Scalar::I64),
        "uint32" | "fixed32" => Plain::Scalar(Scalar::U32),
        "uint64" | "fixed64" => Plain::Scalar(Scalar::U64),
        "float" => Plain::Scalar(Scalar::F32),
        "double" => Plain::Scalar(Scalar::F64),
        "bool" => Plain::Scalar(Scalar::Bool),
        "string" => Plain::Text,
        "bytes" => Plain::Bytes,
        _ => return None,
    })
}

/// Returns the type in Rust's notation.
pub fn rust(ty: &Type) -> String {
    notation(ty, &|id| rust_name(id).to_owned())
}

/// Returns the type in Rust's notation, with the names that `name` returns.
pub fn notation(ty: &Type, name: &dyn Fn(&TypeId) -> String) -> String {
    match ty {
        Type::Scalar(it) => it.name().to_owned(),
        Type::Array { of, len } => format!("[{}; {len}]", notation(of, name)),
        Type::Message(id) | Type::Enum(id) | Type::Oneof(id) | Type::Newtype(id) => name(id),
        Type::Logical(name) => Logical::named(name).map_or(name.as_str(), |it| it.rust).to_owned(),
        Type::Open(id) => format!("FfiOpen<{}>", name(id)),
        Type::Ref(id) => format!("FfiRef<{}>", name(id)),
        Type::Object(id) => format!("FfiObject<{}>", name(id)),
        Type::Columns(id) => format!("FfiColumns<{}>", name(id)),
        Type::Arena(id) => format!("FfiArena<{}>", name(id)),
        holder => {
            let held = holder.held().expect("all other types hold something");
            held.notation(|part| notation(part, name))
        }
    }
}

/// Returns the name of a type without its crate.
pub fn rust_name(id: &TypeId) -> &str {
    id.0.rsplit_once("::").map_or(&id.0, |(_, name)| name)
}
