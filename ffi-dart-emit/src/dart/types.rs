//! Dart types for the types of Rust, and the code that reads and writes them.
//!
//! Every type has a *place*: the member of a `Struct`, `Union` or inline array that holds it. The
//! place of a number is a number, that of an enum as well, and that of a message or oneof is its
//! class. All other types have a private class, written by `container.rs`, with the members `read`,
//! `write`, `toData`, `setData` and `setFrom`; so they nest in each other, and none of them depends
//! on what it holds. As fields share them, each gets the name that exceptions use for the place:
//! that of the field, and in a list the element's index.
//!
//! A type has two faces: its *view* shares memory, its *value* is a Dart copy. When they are
//! written, types without messages and oneofs in them accept either.

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::model::{
    Composite, DartType, EnumIndex, Message, Model, Newtype, NewtypeIndex, Scalar, Type, TypeId, Value,
};

use super::layout;
use super::lead::Lead;
use super::names::Names;
use super::throws::Throws;

/// The Dart side of a scalar.
pub struct ScalarTypes {
    /// Type in `dart:ffi`.
    pub native: &'static str,
    /// Type in Dart.
    pub dart: &'static str,
    /// Array class of the runtime.
    pub array: &'static str,
    /// List class for an inline array.
    pub list: &'static str,
    /// List class for an `FfiVec`.
    pub vec: &'static str,
    /// List class for one field of all messages in an array; none for `bool`.
    pub field: Option<&'static str>,
}

/// Returns the Dart side of `scalar`.
pub fn scalar(scalar: Scalar) -> ScalarTypes {
    let [native, dart, array, list, vec] = match scalar {
        Scalar::Bool => ["$.Bool", "bool", "$.BoolArray", "$.List<bool>", "$.FfiVec<bool>"],
        Scalar::I8 => ["$.Int8", "int", "$.Int8Array", "$.Int8List", "$.Int8Vec"],
        Scalar::I16 => ["$.Int16", "int", "$.Int16Array", "$.Int16List", "$.Int16Vec"],
        Scalar::I32 => ["$.Int32", "int", "$.Int32Array", "$.Int32List", "$.Int32Vec"],
        Scalar::I64 => ["$.Int64", "int", "$.Int64Array", "$.Int64List", "$.Int64Vec"],
        Scalar::U8 => ["$.Uint8", "int", "$.Uint8Array", "$.Uint8List", "$.Uint8Vec"],
        Scalar::U16 => ["$.Uint16", "int", "$.Uint16Array", "$.Uint16List", "$.Uint16Vec"],
        Scalar::U32 => ["$.Uint32", "int", "$.Uint32Array", "$.Uint32List", "$.Uint32Vec"],
        Scalar::U64 => ["$.Uint64", "int", "$.Uint64Array", "$.Uint64List", "$.Uint64Vec"],
        Scalar::F32 => ["$.Float", "double", "$.Float32Array", "$.Float32List", "$.Float32Vec"],
        Scalar::F64 => ["$.Double", "double", "$.Float64Array", "$.Float64List", "$.Float64Vec"],
    };
    let field = match scalar {
        Scalar::Bool => None,
        Scalar::I8 => Some("$.Int8Field"),
        Scalar::I16 => Some("$.Int16Field"),
        Scalar::I32 => Some("$.Int32Field"),
        Scalar::I64 => Some("$.Int64Field"),
        Scalar::U8 => Some("$.Uint8Field"),
        Scalar::U16 => Some("$.Uint16Field"),
        Scalar::U32 => Some("$.Uint32Field"),
        Scalar::U64 => Some("$.Uint64Field"),
        Scalar::F32 => Some("$.Float32Field"),
        Scalar::F64 => Some("$.Float64Field"),
    };
    ScalarTypes { native, dart, array, list, vec, field }
}

/// Returns the function of the runtime that makes an array of memory which a function returned.
pub fn taken(of: Scalar) -> String {
    let name = scalar(of).array.trim_start_matches("$.");
    let (first, rest) = name.split_at(1);
    format!("$.{}{rest}Taken", first.to_ascii_lowercase())
}

/// Returns the size in bytes that a value has in Rust.
pub fn size(model: &Model, value: Value) -> u64 {
    match value {
        Value::Scalar(it) => it.size(),
        Value::Enum(index) | Value::Open(index) => model.enumeration(index).repr.size(),
        Value::Message(index) => model.message(index).size,
        Value::Oneof(index) => model.oneof(index).size,
        Value::Newtype(index) => model.layout(&model.newtype(index).ty).size,
        Value::Logical(it) => model.layout(it.ty()).size,
    }
}

/// Returns the function of the runtime that checks an `int` to be a number of `scalar`, or `None`
/// if every `int` is one or Dart uses another type.
pub fn check(scalar: Scalar) -> Option<&'static str> {
    match scalar {
        Scalar::I8 => Some("$.checkInt8"),
        Scalar::I16 => Some("$.checkInt16"),
        Scalar::I32 => Some("$.checkInt32"),
        Scalar::U8 => Some("$.checkUint8"),
        Scalar::U16 => Some("$.checkUint16"),
        Scalar::U32 => Some("$.checkUint32"),
        Scalar::Bool | Scalar::I64 | Scalar::U64 | Scalar::F32 | Scalar::F64 => None,
    }
}

/// Returns true if some `int` is out of the range of `scalar`, so that `dart:ffi` would cut it.
pub fn is_narrow(scalar: Scalar) -> bool {
    check(scalar).is_some()
}

/// Dart expressions for the name of a place in exceptions: the name of its field, and the index of
/// the element if the place is one.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    /// The name of the field.
    pub name: &'a str,
    /// The index, which may be null in Dart; none for the field itself.
    pub index: Option<&'a str>,
}

impl<'a> Place<'a> {
    /// The parameters of a private class's method.
    pub const PARAMETERS: Self = Self { name: "name", index: Some("index") };

    /// The field whose name is the expression `name`.
    pub fn field(name: &'a str) -> Self {
        Self { name, index: None }
    }

    /// The last arguments of a function of the runtime.
    pub fn arguments(self) -> Vec<String> {
        [self.name].into_iter().chain(self.index).map(str::to_owned).collect()
    }

    /// `arguments`, and behind them those of a private class's method.
    fn behind(self, arguments: &[&str]) -> Vec<String> {
        let own = [self.name, self.index.unwrap_or("null")];
        arguments.iter().copied().chain(own).map(str::to_owned).collect()
    }

    /// The call of `method`, one of a private class.
    pub fn call(self, method: &str, arguments: &[&str]) -> String {
        format!("{method}({})", self.behind(arguments).join(", "))
    }
}

/// Returns the expression `value` with a check that it is a number of `scalar`; exceptions use the
/// expression `name` for it.
pub fn checked(scalar: Scalar, value: &str, name: &str) -> String {
    match check(scalar) {
        Some(callee) => format!("{callee}({value}, {name})"),
        None => value.to_owned(),
    }
}

/// Returns the list `values` for `place` with a check that it holds numbers of `scalar`, and
/// `count` of them if given.
pub fn checked_all(scalar: Scalar, values: &str, place: Place<'_>, count: Option<u64>) -> String {
    let Place { name, index } = place;
    match (check(scalar), count, index) {
        (Some(callee), None, None) => format!("{callee}s({values}, {name})"),
        (Some(callee), None, Some(index)) => format!("{callee}s({values}, {name}, null, {index})"),
        (Some(callee), Some(count), None) => format!("{callee}s({values}, {name}, {count})"),
        (Some(callee), Some(count), Some(index)) => format!("{callee}s({values}, {name}, {count}, {index})"),
        (None, Some(count), _) => checked_length(values, place, count),
        (None, None, _) => values.to_owned(),
    }
}

/// The list `values` for `place`, checked to have `count` elements.
pub fn checked_length(values: &str, place: Place<'_>, count: u64) -> String {
    format!("$.checkLength({values}, {count}, {})", place.arguments().join(", "))
}

/// Returns the positions of `u64` in a value of `ty`, as the parameter `unsigned` of the runtime,
/// or `None` if there are none to print. Messages and oneofs print themselves.
pub fn unsigned(ty: &Type) -> Option<String> {
    match ty {
        Type::Scalar(Scalar::U64) => Some("u".to_owned()),
        Type::Array { of, .. }
        | Type::Vec { of, .. }
        | Type::Option { of }
        | Type::ArenaVec { of }
        | Type::ArenaBox { of }
        | Type::Newtype { of, .. } => unsigned(of),
        Type::Map { key, value, .. } | Type::ArenaMap { key, value } => {
            let [key, value] = [unsigned(key), unsigned(value)];
            let part = |part: &Option<String>| part.clone().unwrap_or_else(|| "-".to_owned());
            (key.is_some() || value.is_some()).then(|| format!("m{}{}", part(&key), part(&value)))
        }
        _ => None,
    }
}

/// The members beside one that has `u64`, with its unsigned numbers.
#[derive(Clone, Copy)]
pub struct Unsigned {
    /// Type of the numbers.
    pub ty: &'static str,
    /// Function that makes them.
    pub from: &'static str,
    /// Function that makes an `int` of one, if one can be assigned.
    pub to: Option<&'static str>,
}

/// Returns the members with unsigned numbers of a type that has `u64`.
pub fn big(ty: &Type) -> Option<Unsigned> {
    const LIST: Unsigned = Unsigned { ty: "$.List<$.BigInt>", from: "$.BigList", to: None };
    let is_u64 = |ty: &Type| *ty == Type::Scalar(Scalar::U64);
    match ty {
        ty if is_u64(ty) => {
            Some(Unsigned { ty: "$.BigInt", from: "$.bigFromBits", to: Some("$.bitsFromBig") })
        }
        Type::Option { of } if is_u64(of) => {
            Some(Unsigned { ty: "$.BigInt?", from: "$.bigOrNull", to: Some("$.bitsOrNull") })
        }
        Type::Array { .. } if is_u64(flattened(ty).0) => Some(LIST),
        Type::Vec { of, .. } if is_u64(of) => Some(LIST),
        _ => None,
    }
}

/// Returns the `dart:ffi` type of `value`.
pub fn native<'a>(model: &Model, names: &'a Names<'_>, value: Value) -> &'a str {
    match model.physical(value) {
        Value::Scalar(it) => scalar(it).native,
        Value::Enum(index) | Value::Open(index) => scalar(model.enumeration(index).repr).native,
        Value::Message(index) => &names.of(&model.message(index).id).name,
        Value::Oneof(index) => &names.of(&model.oneof(index).id).name,
        Value::Logical(it) => it.class,
        Value::Newtype(_) => unreachable!("a physical value is in no newtype"),
    }
}

/// Returns the Dart type of `value` as it crosses the boundary; an enum crosses as an `int`.
pub fn raw<'a>(names: &'a Names<'_>, model: &Model, value: Value) -> &'a str {
    match model.physical(value) {
        Value::Scalar(it) => scalar(it).dart,
        Value::Enum(_) | Value::Open(_) => "int",
        Value::Message(_) | Value::Oneof(_) | Value::Logical(_) | Value::Newtype(_) => {
            native(model, names, value)
        }
    }
}

/// Returns the Dart type of `value` as users see it.
pub fn public(names: &Names<'_>, model: &Model, value: Value) -> String {
    match value {
        Value::Enum(index) => names.of(&model.enumeration(index).id).name.clone(),
        Value::Open(index) => format!("$.FfiOpen<{}>", names.of(&model.enumeration(index).id).name),
        Value::Newtype(index) => newtype(names, model.newtype(index)),
        Value::Logical(it) => it.dart.to_owned(),
        other => raw(names, model, other).to_owned(),
    }
}

/// Returns the class of an array of `value`.
pub fn array(names: &Names<'_>, model: &Model, value: Value) -> String {
    match value {
        Value::Scalar(it) => scalar(it).array.to_owned(),
        Value::Open(index) => array(names, model, Value::Enum(index)),
        Value::Newtype(index) => format!("{}Array", names.of(&model.newtype(index).id).name),
        Value::Logical(it) => it.array(),
        other => format!("{}Array", public(names, model, other)),
    }
}

/// Returns the class of an object whose memory a function borrows as `&T` or `&mut T`: a box, or
/// for numbers and enums an array, which has its value as the first element.
pub fn lent(names: &Names<'_>, model: &Model, value: Value) -> String {
    match value {
        Value::Message(_) | Value::Oneof(_) => format!("{}Box", native(model, names, value)),
        Value::Scalar(_) | Value::Enum(_) | Value::Open(_) | Value::Newtype(_) | Value::Logical(_) => {
            array(names, model, value)
        }
    }
}

/// Returns the element type of an array of any depth, and the number of its elements.
pub fn flattened(ty: &Type) -> (&Type, u64) {
    match ty {
        Type::Array { of, len } => {
            let (element, inner) = flattened(of);
            (element, inner * len)
        }
        other => (other, 1),
    }
}

/// Returns true if views and values of `ty` are written by the same code, as it has no message or
/// oneof in place.
pub fn plain(ty: &Type) -> bool {
    let mut plain = true;
    ty.walk(&mut |part| plain &= !matches!(part, Type::Message(_) | Type::Oneof(_)));
    plain
}

/// Returns the message or oneof in an option of one, which can be made in place.
pub fn in_place(ty: &Type) -> Option<&Type> {
    match ty {
        Type::Option { of } => Some(&**of).filter(|it| matches!(it, Type::Message(_) | Type::Oneof(_))),
        _ => None,
    }
}

/// Returns true if a column of the type has an array class.
pub fn has_array(ty: &Type) -> bool {
    matches!(flattened(ty).0, Type::Scalar(_) | Type::Enum(_) | Type::Message(_) | Type::Oneof(_))
}

/// Returns true if the members of a field of the type are in the message itself, where reading them
/// is fastest.
pub fn flat(ty: &Type) -> bool {
    match ty {
        Type::Scalar(_) | Type::Enum(_) | Type::Open(_) => true,
        Type::Str { .. } | Type::Bytes { .. } | Type::Secret { .. } => true,
        Type::Message(_) | Type::Oneof(_) => true,
        Type::Array { .. } => matches!(flattened(ty).0, Type::Scalar(_) | Type::Enum(_)),
        Type::Option { of } => matches!(**of, Type::Scalar(_) | Type::Enum(_) | Type::Open(_)),
        Type::Vec { .. }
        | Type::Map { .. }
        | Type::Ref(_)
        | Type::Newtype { .. }
        | Type::Logical(_)
        | Type::ArenaStr
        | Type::ArenaBytes
        | Type::ArenaVec { .. }
        | Type::ArenaMap { .. }
        | Type::ArenaBox { .. } => false,
    }
}

/// Returns the expression for a copy of the list, map or option `value` that nobody can change, or
/// `None` if a value of the type can't be changed. Exceptions use the expression `name` for it.
pub fn frozen(types: &Types<'_>, ty: &Type, value: &str, name: &str) -> Option<String> {
    let frozen = |of: &Type, part: &str| frozen(types, of, part, name);
    let inner = |of: &Type, part: &str| Some(format!("(it) => {}", frozen(of, part)?));
    Some(match ty {
        Type::Bytes { .. } | Type::ArenaBytes => format!("$.bytesFrozen({value})"),
        Type::Array { .. } | Type::Vec { .. } | Type::ArenaVec { .. } => match inner(element(ty), "it") {
            None => format!("$.frozen({value})"),
            Some(inner) => format!("$.frozenEach({value}, {inner})"),
        },
        Type::Map { value: of, .. } | Type::ArenaMap { value: of, .. } => match inner(of, "it") {
            None => format!("$.frozenMap({value}, {name})"),
            Some(inner) => format!("$.frozenValues({value}, {name}, {inner})"),
        },
        Type::Option { of } | Type::ArenaBox { of } => {
            let nested = matches!(**of, Type::Option { .. } | Type::ArenaBox { .. });
            let inner =
                if nested { format!("(it) => ({},)", frozen(of, "it.$1")?) } else { inner(of, "it")? };
            format!("$.frozenOrNull({value}, {inner})")
        }
        Type::Newtype { index, of } if types.listed(ty).is_some() => {
            // `x as T` binds less tightly than a member.
            let value = if value.contains(' ') { format!("({value})") } else { value.to_owned() };
            let inner = frozen(of, &format!("{value}.value"))?;
            wrap(types.names, types.model, *index, &inner, Place::field(name))
        }
        _ => return None,
    })
}

/// Returns the number of newtypes around the type that memory has.
pub fn newtypes_around(ty: &Type) -> usize {
    match ty {
        Type::Newtype { of, .. } => 1 + newtypes_around(of),
        _ => 0,
    }
}

/// Returns the type of a list's elements.
fn element(list: &Type) -> &Type {
    match list {
        Type::Vec { of, .. } | Type::ArenaVec { of } => of,
        array => flattened(array).0,
    }
}

/// Way in which Dart compares the values of a type.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// With `==`.
    Plain,
    /// As a list, whose elements are compared with `==`, by this function of the runtime.
    List(&'static str),
    /// As lists, maps and options in each other.
    Deep,
}

impl Comparison {
    pub fn of(types: &Types<'_>, ty: &Type) -> Self {
        let of = |ty| Self::of(types, ty);
        match ty {
            Type::Bytes { .. } | Type::ArenaBytes => Self::List("equalInts"),
            Type::Array { .. } | Type::Vec { .. } | Type::ArenaVec { .. }
                if of(element(ty)) == Self::Plain =>
            {
                // A loop over `List<T>` calls the `==` of each element, also of numbers.
                Self::List(match element(ty) {
                    Type::Scalar(it) if scalar(*it).dart == "int" => "equalInts",
                    Type::Scalar(it) if scalar(*it).dart == "double" => "equalDoubles",
                    _ => "equalLists",
                })
            }
            Type::Array { .. }
            | Type::Vec { .. }
            | Type::Map { .. }
            | Type::ArenaVec { .. }
            | Type::ArenaMap { .. } => Self::Deep,
            Type::Option { of: inner } | Type::ArenaBox { of: inner } if of(inner) != Self::Plain => {
                Self::Deep
            }
            Type::Newtype { .. } => types.listed(ty).map_or(Self::Plain, of),
            _ => Self::Plain,
        }
    }
}

/// Returns the exceptions of the type itself, without those of what it holds.
pub fn throws(model: &Model, ty: &Type) -> Throws {
    let none = Throws::default();
    match ty {
        Type::Scalar(it) => Throws { range: is_narrow(*it), ..none },
        Type::Enum(_) => Throws { unknown: true, ..none },
        Type::Open(index) => Throws { range: is_narrow(model.enumeration(*index).repr), ..none },
        Type::Newtype { index, .. } => Throws { converts: model.newtype(*index).dart.is_some(), ..none },
        Type::Logical(it) => Throws { invalid: it.invalid, range: it.range, ..none },
        Type::Str { .. } => Throws { invalid: true, capacity: true, unicode: true, ..none },
        // Values leave it out.
        Type::Secret { .. } => none,
        Type::Bytes { .. } => Throws { invalid: true, capacity: true, range: true, ..none },
        Type::Array { .. } => Throws { length: true, ..none },
        Type::Vec { .. } | Type::Map { .. } => Throws { invalid: true, capacity: true, ..none },
        Type::Option { .. } => Throws { invalid: true, ..none },
        Type::Message(_) | Type::Oneof(_) | Type::Ref(_) => none,
        // Messages that live in an arena have docs of their own.
        Type::ArenaStr
        | Type::ArenaBytes
        | Type::ArenaVec { .. }
        | Type::ArenaMap { .. }
        | Type::ArenaBox { .. } => none,
    }
}

/// Returns the type of an option of `of`, whose type is `inner`. An option in an option is in a
/// Dart record, as Dart has one `null`.
fn optional(of: &Type, inner: String) -> String {
    match of {
        Type::Option { .. } | Type::ArenaBox { .. } => format!("({inner},)?"),
        _ => format!("{inner}?"),
    }
}

/// Returns the library prefix of a type of the user's.
pub fn prefix(names: &Names<'_>, dart: &DartType) -> String {
    match &dart.import {
        Some(import) => {
            let place = names.imports.iter().position(|it| it == import);
            format!("$lib{}.", place.expect("all were collected"))
        }
        None if matches!(&*dart.name, "String" | "bool" | "double" | "int") => String::new(),
        None => "$.".to_owned(),
    }
}

/// Returns the Dart type of a newtype.
pub fn newtype(names: &Names<'_>, newtype: &Newtype) -> String {
    match &newtype.dart {
        Some(dart) => format!("{}{}", prefix(names, dart), dart.name),
        None => names.of(&newtype.id).name.clone(),
    }
}

/// Returns the newtype with `inner`, the Dart value in it; exceptions call it `named`.
pub fn wrap(names: &Names<'_>, model: &Model, index: NewtypeIndex, inner: &str, named: Place<'_>) -> String {
    let newtype = model.newtype(index);
    let name = &names.of(&newtype.id).name;
    match &newtype.dart {
        Some(_) => format!("_from{name}({inner}, {})", named.arguments().join(", ")),
        None => format!("{name}({inner})"),
    }
}

/// Returns the Dart value in the newtype `value`; exceptions call it `named`.
pub fn unwrap(
    names: &Names<'_>,
    model: &Model,
    index: NewtypeIndex,
    value: &str,
    named: Place<'_>,
) -> String {
    let newtype = model.newtype(index);
    match &newtype.dart {
        Some(_) => {
            format!("_to{}({value}, {})", names.of(&newtype.id).name, named.arguments().join(", "))
        }
        None => format!("{value}.value"),
    }
}

/// Check that a Dart value can be written, before anything is: for values that may not fit their
/// place, and that aren't copied first, which would find it.
pub struct Check {
    /// Class of the variable `place`, which the statement writes to, if it needs one.
    pub place: Option<String>,
    /// Statement that throws if the value doesn't fit.
    pub statement: String,
}

/// Size in bytes from which a type is copied by what is used. It is an estimate: Dart copies as
/// much at once in about the time that it takes to make the two lists for a part, some 50 ns.
const ROOMY: u64 = 4096;

/// Dart types of a model.
pub struct Types<'a> {
    pub model: &'a Model,
    pub names: &'a Names<'a>,
    /// Types with a class of their own, each after those in it.
    pub containers: Vec<&'a Type>,
    /// Positions in the list of them.
    numbers: HashMap<&'a Type, usize>,
    alignments: HashMap<&'a TypeId, u64>,
    /// Docs of the fields of each message, which its view and its value share: made at the first
    /// use, as both are written at once.
    leads: HashMap<&'a TypeId, OnceLock<Vec<Lead>>>,
}

impl<'a> Types<'a> {
    /// Collects the types of `model`.
    pub fn new(model: &'a Model, names: &'a Names<'_>) -> Self {
        let mut types = Self {
            model,
            names,
            containers: Vec::new(),
            numbers: HashMap::new(),
            alignments: HashMap::new(),
            leads: model.messages.iter().map(|it| (&it.id, OnceLock::new())).collect(),
        };
        for composite in model.by_dependency() {
            let (id, least) = match composite {
                Composite::Message(it) => (&it.id, 1),
                Composite::Oneof(it) => (&it.id, 4),
            };
            let align = composite.types().map(|ty| types.alignment(ty)).fold(least, u64::max);
            types.alignments.insert(id, align);
            // They are views of another kind, without structs.
            if composite.in_arena() {
                continue;
            }
            let columns = matches!(composite, Composite::Message(it) if it.columns.is_some());
            for ty in composite.types() {
                if matches!(composite, Composite::Oneof(_)) || !flat(ty) || columns && !has_array(ty) {
                    types.collect(ty);
                }
            }
        }
        for ty in model.errors.iter().flat_map(|error| error.values()) {
            types.collect(ty);
        }
        types
    }

    /// Returns docs and annotations of the fields of `message`, in order.
    pub fn leads(&self, message: &Message) -> impl Iterator<Item = Lead> {
        let lead = |field| Lead::of_ruled(self.names, &message.item.name, field);
        let leads = self.leads[&message.id].get_or_init(|| message.fields.iter().map(lead).collect());
        leads.iter().cloned()
    }

    fn collect(&mut self, ty: &'a Type) {
        if self.numbers.contains_key(ty) {
            return;
        }
        match ty {
            Type::Scalar(_)
            | Type::Enum(_)
            | Type::Open(_)
            | Type::Message(_)
            | Type::Oneof(_)
            | Type::ArenaStr
            | Type::ArenaBytes
            | Type::ArenaVec { .. }
            | Type::ArenaMap { .. }
            | Type::ArenaBox { .. }
            | Type::Logical(_) => return,
            Type::Newtype { of, .. } => return self.collect(of),
            Type::Str { .. } | Type::Bytes { .. } | Type::Secret { .. } | Type::Ref(_) => {}
            Type::Array { .. } => self.collect_element(flattened(ty).0),
            Type::Vec { of, .. } => self.collect_element(of),
            Type::Option { of } => self.collect(of),
            Type::Map { key, value, .. } => {
                self.collect(key);
                self.collect(value);
            }
        }
        self.numbers.insert(ty, self.containers.len());
        self.containers.push(ty);
    }

    /// Collects the type of elements, but that of texts, which have no class: see `container.rs`.
    fn collect_element(&mut self, of: &'a Type) {
        if !matches!(of.physical(), Type::Str { .. }) {
            self.collect(of);
        }
    }

    /// Returns the alignment that Dart gives to `ty`: that of the C ABI, without `align(N)`.
    pub fn alignment(&self, ty: &Type) -> u64 {
        match ty {
            Type::Scalar(it) => it.size(),
            Type::Enum(index) | Type::Open(index) => self.model.enumeration(*index).repr.size(),
            Type::Array { of, .. } | Type::Option { of } => self.alignment(of),
            Type::Message(index) => self.alignments[&self.model.message(*index).id],
            Type::Oneof(index) => self.alignments[&self.model.oneof(*index).id],
            Type::Str { .. }
            | Type::Bytes { .. }
            | Type::Secret { .. }
            | Type::Ref(_)
            | Type::ArenaStr
            | Type::ArenaBytes
            | Type::ArenaVec { .. }
            | Type::ArenaMap { .. }
            | Type::ArenaBox { .. } => 4,
            Type::Newtype { of, .. } => self.alignment(of),
            Type::Logical(it) => it.alignment(),
            Type::Vec { of, .. } => self.alignment(of).max(4),
            Type::Map { key, value, .. } => self.alignment(key).max(self.alignment(value)).max(4),
        }
    }

    /// Returns true if a value of `ty` may leave so much of its memory unused that a copy of what
    /// is used takes less time than one of all.
    pub fn roomy(&self, ty: &Type) -> bool {
        match ty {
            Type::Str { .. }
            | Type::Bytes { .. }
            | Type::Secret { .. }
            | Type::Vec { .. }
            | Type::Map { .. } => self.model.layout(ty).size >= ROOMY,
            Type::Message(index) => self.roomy_message(self.model.message(*index)),
            _ => false,
        }
    }

    /// Returns true if a field of `message` is [`roomy`](Self::roomy).
    pub fn roomy_message(&self, message: &Message) -> bool {
        message.fields.iter().any(|field| self.roomy(&field.ty))
    }

    /// Returns the integer type of an enum.
    pub fn repr(&self, index: EnumIndex) -> Scalar {
        self.model.enumeration(index).repr
    }

    /// Returns the class of a place.
    pub fn class(&self, ty: &Type) -> String {
        let kind = match ty {
            Type::Scalar(it) => return scalar(*it).dart.to_owned(),
            Type::Enum(_) | Type::Open(_) => return "int".to_owned(),
            Type::Message(_) | Type::Oneof(_) => return self.element(ty),
            Type::ArenaStr
            | Type::ArenaBytes
            | Type::ArenaVec { .. }
            | Type::ArenaMap { .. }
            | Type::ArenaBox { .. } => unreachable!("a handle of an arena is no place"),
            Type::Str { cap } => return format!("_Str{cap}"),
            Type::Bytes { cap } => return format!("_Bytes{cap}"),
            Type::Secret { cap } => return format!("_Secret{cap}"),
            Type::Newtype { of, .. } => return self.class(of),
            Type::Logical(it) => return it.class.to_owned(),
            Type::Array { .. } => "Array",
            Type::Vec { .. } => "Vec",
            Type::Option { .. } => "Option",
            Type::Map { .. } => "Map",
            Type::Ref(_) => "Ref",
        };
        format!("_{kind}{}", self.numbers[ty])
    }

    /// Returns the `dart:ffi` type of a place, as an inline array of it names it.
    pub fn native_class(&self, ty: &Type) -> String {
        match ty.physical() {
            Type::Scalar(it) => scalar(*it).native.to_owned(),
            Type::Enum(index) | Type::Open(index) => {
                scalar(self.model.enumeration(*index).repr).native.to_owned()
            }
            _ => self.class(ty),
        }
    }

    /// Returns the declaration of a place called `name`.
    pub fn place(&self, ty: &Type, name: &str) -> String {
        let class = self.class(ty);
        match ty.physical() {
            Type::Scalar(_) | Type::Enum(_) | Type::Open(_) => {
                format!("  @{}() external {class} {name};", self.native_class(ty))
            }
            _ => format!("  external {class} {name};"),
        }
    }

    /// Returns the declaration of an inline array.
    pub fn places(&self, of: &Type, count: u64, name: &str) -> String {
        format!("  @$.Array({count}) external $.Array<{}> {name};", self.native_class(of))
    }

    /// Returns the Dart type of a view, as an element or a parameter.
    pub fn element(&self, ty: &Type) -> String {
        match ty {
            Type::Scalar(it) => scalar(*it).dart.to_owned(),
            Type::Enum(index) => self.names.of(&self.model.enumeration(*index).id).name.clone(),
            Type::Open(index) => format!("$.FfiOpen<{}>", self.element(&Type::Enum(*index))),
            Type::Message(index) => self.names.of(&self.model.message(*index).id).name.clone(),
            Type::Oneof(index) => self.names.of(&self.model.oneof(*index).id).name.clone(),
            Type::Str { .. } => "String".to_owned(),
            Type::Bytes { .. } | Type::Secret { .. } => "$.Uint8List".to_owned(),
            Type::Array { .. } => format!("$.List<{}>", self.element(flattened(ty).0)),
            Type::Vec { of, .. } => format!("$.List<{}>", self.element(of)),
            Type::Option { of } | Type::ArenaBox { of } => optional(of, self.element(of)),
            Type::ArenaStr => "String".to_owned(),
            Type::ArenaBytes => "$.Uint8List".to_owned(),
            Type::ArenaVec { of } => format!("$.List<{}>", self.element(of)),
            Type::Map { key, value, .. } | Type::ArenaMap { key, value } => {
                format!("$.Map<{}, {}>", self.element(key), self.element(value))
            }
            Type::Newtype { index, .. } => newtype(self.names, self.model.newtype(*index)),
            Type::Logical(it) => it.dart.to_owned(),
            Type::Ref(index) => {
                format!("$.FfiRef<{}Data>", self.names.of(&self.model.message(*index).id).name)
            }
        }
    }

    /// Returns the Dart type of a view, as a getter returns it.
    pub fn view(&self, ty: &Type) -> String {
        match ty {
            Type::Vec { of, .. } => match &**of {
                Type::Scalar(it) => scalar(*it).vec.to_owned(),
                Type::Enum(_) => format!("$.EnumVec<{}>", self.element(of)),
                other => format!("$.FfiVec<{}>", self.element(other)),
            },
            Type::Map { key, value, .. } => {
                format!("$.FfiMap<{}, {}>", self.element(key), self.element(value))
            }
            _ => self.element(ty),
        }
    }

    /// Returns the Dart type of a setter's parameter.
    pub fn parameter(&self, ty: &Type) -> String {
        if matches!(ty, Type::Bytes { .. } | Type::Secret { .. }) {
            "$.List<int>".to_owned()
        } else {
            self.element(ty)
        }
    }

    /// Returns the Dart type of a value.
    pub fn value(&self, ty: &Type) -> String {
        match ty {
            Type::Message(_) | Type::Oneof(_) => format!("{}Data", self.element(ty)),
            Type::Array { .. } => format!("$.List<{}>", self.value(flattened(ty).0)),
            Type::Vec { of, .. } | Type::ArenaVec { of } => format!("$.List<{}>", self.value(of)),
            Type::Option { of } | Type::ArenaBox { of } => optional(of, self.value(of)),
            Type::Map { key, value, .. } | Type::ArenaMap { key, value } => {
                format!("$.Map<{}, {}>", self.value(key), self.value(value))
            }
            _ => self.element(ty),
        }
    }

    /// The view of what is at `place`, which exceptions call `named`.
    pub fn read(&self, ty: &Type, place: &str, named: Place<'_>) -> String {
        match ty {
            Type::Scalar(_) | Type::Message(_) | Type::Oneof(_) => place.to_owned(),
            Type::Enum(_) => {
                format!("{}.fromValue({place}, {})", self.element(ty), named.arguments().join(", "))
            }
            Type::Open(index) => {
                format!("{}.openFromValue({place})", self.element(&Type::Enum(*index)))
            }
            Type::Ref(_) => format!("{place}.read()"),
            Type::Newtype { index, of } => {
                wrap(self.names, self.model, *index, &self.read(of, place, named), named)
            }
            _ => named.call(&format!("{place}.read"), &[]),
        }
    }

    /// A statement that writes the view `value` to `place`, which exceptions call `named`.
    pub fn write(&self, indent: usize, ty: &Type, place: &str, value: &str, named: Place<'_>) -> String {
        match ty {
            Type::Scalar(it) => layout::assign(indent, place, &checked(*it, value, named.name)),
            Type::Enum(_) => layout::assign(indent, place, &format!("{value}.value")),
            Type::Open(index) => {
                let number = checked(self.repr(*index), &format!("{value}.number"), named.name);
                layout::assign(indent, place, &number)
            }
            Type::Message(_) | Type::Oneof(_) => {
                layout::call(indent, "", &format!("{place}.setFrom"), &[value.to_owned()], ";")
            }
            Type::Ref(_) => layout::call(indent, "", &format!("{place}.write"), &[value.to_owned()], ";"),
            Type::Newtype { index, of } => {
                let value = unwrap(self.names, self.model, *index, value, named);
                self.write(indent, of, place, &value, named)
            }
            _ => layout::call(indent, "", &format!("{place}.write"), &named.behind(&[value]), ";"),
        }
    }

    /// The value of what is at `place`, which exceptions call `named`.
    pub fn read_value(&self, ty: &Type, place: &str, named: Place<'_>) -> String {
        match ty {
            Type::Scalar(_)
            | Type::Enum(_)
            | Type::Open(_)
            | Type::Str { .. }
            | Type::Ref(_)
            | Type::Logical(_) => self.read(ty, place, named),
            Type::Newtype { index, of } if self.listed(ty).is_some() => {
                wrap(self.names, self.model, *index, &self.read_value(of, place, named), named)
            }
            Type::Newtype { .. } => self.read(ty, place, named),
            Type::Message(_) | Type::Oneof(_) => format!("{place}.toData()"),
            _ => named.call(&format!("{place}.toData"), &[]),
        }
    }

    /// A statement that writes the value `value` to `place`, which exceptions call `named`.
    pub fn write_value(
        &self,
        indent: usize,
        ty: &Type,
        place: &str,
        value: &str,
        named: Place<'_>,
    ) -> String {
        match ty {
            Type::Message(_) | Type::Oneof(_) => {
                layout::call(indent, "", &format!("{value}.writeTo"), &[place.to_owned()], ";")
            }
            _ if plain(ty) => self.write(indent, ty, place, value, named),
            _ => layout::call(indent, "", &format!("{place}.setData"), &named.behind(&[value]), ";"),
        }
    }

    /// Returns the array in a newtype that Dart sees as a list: no conversion of the user's is
    /// between the two.
    pub fn listed<'t>(&self, ty: &'t Type) -> Option<&'t Type> {
        match ty {
            Type::Newtype { index, of } if self.model.newtype(*index).dart.is_none() => match **of {
                Type::Array { .. } => Some(of),
                _ => self.listed(of),
            },
            _ => None,
        }
    }

    /// Returns true if a conversion of the user's is between the type and what is in memory.
    pub fn converts(&self, ty: &Type) -> bool {
        match ty {
            Type::Newtype { index, of } => self.model.newtype(*index).dart.is_some() || self.converts(of),
            _ => false,
        }
    }

    /// Returns the check of the view `value` for a place that exceptions call `named`, or `None` if
    /// every value fits, or [`detach`](Self::detach) finds out.
    pub fn check(&self, ty: &Type, value: &str, named: Place<'_>) -> Option<Check> {
        let simple = |statement| Some(Check { place: None, statement });
        match ty {
            Type::Scalar(it) if is_narrow(*it) => simple(format!("{};", checked(*it, value, named.name))),
            Type::Open(index) if is_narrow(self.repr(*index)) => {
                simple(format!("{};", checked(self.repr(*index), &format!("{value}.number"), named.name)))
            }
            Type::Str { cap } => {
                simple(format!("{};", named.call("$.checkText", &[value, &cap.to_string()])))
            }
            Type::Newtype { index, of } => {
                if self.detach(ty, value, named).is_some() {
                    return None;
                }
                if matches!(ty.physical(), Type::Array { .. }) {
                    return self.write_to_check(ty, value, named);
                }
                let converts = self.model.newtype(*index).dart.is_some();
                let inner = unwrap(self.names, self.model, *index, value, named);
                self.check(of, &inner, named).or_else(|| converts.then(|| simple(format!("{inner};")))?)
            }
            Type::Option { of } => {
                if self.detach(ty, value, named).is_some() || self.check(of, value, named).is_none() {
                    return None;
                }
                self.write_to_check(ty, value, named)
            }
            Type::Logical(it) if it.range => self.write_to_check(ty, value, named),
            _ => None,
        }
    }

    /// Returns the check of a value that only writing it tells to fit.
    fn write_to_check(&self, ty: &Type, value: &str, named: Place<'_>) -> Option<Check> {
        let statement = self.write(0, ty, "place", value, named);
        Some(Check { place: Some(self.class(ty)), statement })
    }

    /// Returns statements that return a copy of the view `element`, which exceptions call `named`,
    /// or `None` if the view doesn't change with the memory.
    pub fn detach(&self, ty: &Type, element: &str, named: Place<'_>) -> Option<String> {
        match ty {
            Type::Scalar(_)
            | Type::Enum(_)
            | Type::Open(_)
            | Type::Str { .. }
            | Type::Ref(_)
            | Type::Logical(_) => None,
            Type::Newtype { .. } if self.listed(ty).is_none() => None,
            Type::Option { of } if self.detach(of, element, named).is_none() => None,
            Type::Message(_) | Type::Oneof(_) => {
                Some(format!("return $.Struct.create<{}>()..setFrom({element});", self.class(ty)))
            }
            _ => {
                let write = self.write(4, ty, "copy", element, named);
                let read = self.read(ty, "copy", named);
                let class = self.class(ty);
                Some(format!("final copy = $.Struct.create<{class}>();\n{write}\n    return {read};"))
            }
        }
    }
}
