//! What Dart calls the types that Rust has.

use crate::model::{Model, Scalar, Type, Value};

use super::names::Names;

/// The Dart side of a scalar.
pub struct ScalarTypes {
    /// The `dart:ffi` type.
    pub native: &'static str,
    /// The Dart type.
    pub dart: &'static str,
    /// The runtime's array class.
    pub array: &'static str,
    /// The list that an inline array of it is seen as.
    pub list: &'static str,
}

/// The Dart side of `scalar`.
pub fn scalar(scalar: Scalar) -> ScalarTypes {
    let [native, dart, array, list] = match scalar {
        Scalar::Bool => ["Bool", "bool", "BoolArray", "List<bool>"],
        Scalar::I8 => ["Int8", "int", "Int8Array", "Int8List"],
        Scalar::I16 => ["Int16", "int", "Int16Array", "Int16List"],
        Scalar::I32 => ["Int32", "int", "Int32Array", "Int32List"],
        Scalar::I64 => ["Int64", "int", "Int64Array", "Int64List"],
        Scalar::U8 => ["Uint8", "int", "Uint8Array", "Uint8List"],
        Scalar::U16 => ["Uint16", "int", "Uint16Array", "Uint16List"],
        Scalar::U32 => ["Uint32", "int", "Uint32Array", "Uint32List"],
        Scalar::U64 => ["Uint64", "int", "Uint64Array", "Uint64List"],
        Scalar::F32 => ["Float", "double", "Float32Array", "Float32List"],
        Scalar::F64 => ["Double", "double", "Float64Array", "Float64List"],
    };
    ScalarTypes { native, dart, array, list }
}

/// The `dart:ffi` type of `value`.
pub fn native<'a>(model: &Model, names: &'a Names<'_>, value: Value) -> &'a str {
    match value {
        Value::Scalar(it) => scalar(it).native,
        Value::Enum(index) => scalar(model.enumeration(index).repr).native,
        Value::Message(index) => &names.of(&model.message(index).id).name,
        Value::Oneof(index) => &names.of(&model.oneof(index).id).name,
    }
}

/// The Dart type of `value` as it crosses the boundary: an enum is an `int` there.
pub fn raw<'a>(names: &'a Names<'_>, model: &Model, value: Value) -> &'a str {
    match value {
        Value::Scalar(it) => scalar(it).dart,
        Value::Enum(_) => "int",
        Value::Message(index) => &names.of(&model.message(index).id).name,
        Value::Oneof(index) => &names.of(&model.oneof(index).id).name,
    }
}

/// The Dart type of `value` as users see it.
pub fn public<'a>(names: &'a Names<'_>, model: &Model, value: Value) -> &'a str {
    match value {
        Value::Enum(index) => &names.of(&model.enumeration(index).id).name,
        other => raw(names, model, other),
    }
}

/// The class of an array of `value`.
pub fn array(names: &Names<'_>, model: &Model, value: Value) -> String {
    match value {
        Value::Scalar(it) => scalar(it).array.to_owned(),
        other => format!("{}Array", public(names, model, other)),
    }
}

/// The element of an array of any depth, and how many there are in a row.
pub fn flattened(ty: &Type) -> (Value, u64) {
    match ty {
        Type::Array { of, len } => {
            let (element, inner) = flattened(of);
            (element, inner * len)
        }
        Type::Scalar(it) => (Value::Scalar(*it), 1),
        Type::Enum(index) => (Value::Enum(*index), 1),
        Type::Message(index) => (Value::Message(*index), 1),
        _ => unreachable!("check has refused it"),
    }
}

/// The alignment that Dart gives to `ty`: that of the C ABI, without `align(N)`.
pub fn alignment(model: &Model, ty: &Type) -> u64 {
    match ty {
        Type::Scalar(it) => crate::model::scalar_size(*it),
        Type::Enum(index) => crate::model::scalar_size(model.enumeration(*index).repr),
        Type::Array { of, .. } => alignment(model, of),
        Type::Message(index) => {
            let fields = &model.message(*index).fields;
            fields.iter().map(|field| alignment(model, &field.ty)).max().unwrap_or(1)
        }
        _ => unreachable!("check has refused it"),
    }
}
