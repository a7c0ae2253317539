//! Functions of Dart that a call gets: how their argument and result cross.

use crate::model::{Model, Value};

use super::layout;
use super::names::Names;
use super::newtype;
use super::types::{self, Place};

/// Returns the Dart type of the function.
pub fn public(names: &Names<'_>, model: &Model, argument: Value, answer: Option<Value>) -> String {
    let answer = answer.map_or_else(|| "void".to_owned(), |it| types::public(names, model, it));
    format!("{answer} Function({})", types::public(names, model, argument))
}

/// Returns the expression that lends the function `name` to the call, whose context it is.
pub fn lent(names: &Names<'_>, model: &Model, name: &str, argument: Value, answer: Option<Value>) -> String {
    let call = format!("{name}({})", read(names, model, argument));
    let body = match answer {
        None => format!("{call};"),
        Some(answer) => {
            format!(
                "final answer$ = {call};\n        {}",
                write(names, model, answer, &format!("the result of {name}"))
            )
        }
    };
    format!("_memory.functions.lend((argument$, result$) {{\n        {body}\n      }})")
}

/// Returns the expression that reads the argument from the memory of Rust.
fn read(names: &Names<'_>, model: &Model, value: Value) -> String {
    let class = types::native(model, names, value);
    let raw = if model.is_struct(value) {
        let size = types::size(model, value);
        format!("$.Struct.create<{class}>($.copyOf($.EventValue(argument$), {size}))")
    } else {
        format!("argument$.cast<{class}>().value")
    };
    match value {
        Value::Enum(_) => format!("{}.fromValue({raw})", types::public(names, model, value)),
        Value::Open(index) => {
            format!("{}.openFromValue({raw})", types::public(names, model, Value::Enum(index)))
        }
        _ => match newtype::type_of(model, value) {
            Some(ty) => newtype::from_c(names, model, &ty, &raw, Place::field("'argument'")),
            None => raw,
        },
    }
}

/// Returns the statement that writes `answer$`, which errors call `what`, to `result$`, memory of
/// Rust.
pub fn write(names: &Names<'_>, model: &Model, value: Value, what: &str) -> String {
    let class = types::native(model, names, value);
    let literal = layout::string(what);
    let place = if model.is_struct(value) { "ref" } else { "value" };
    let place = format!("result$.cast<{class}>().{place}");
    let number = match value {
        Value::Scalar(it) => types::checked(it, "answer$", &literal),
        Value::Enum(_) => "answer$.value".to_owned(),
        Value::Open(index) => types::checked(model.enumeration(index).repr, "answer$.number", &literal),
        _ => match newtype::type_of(model, value) {
            Some(ty) if model.is_struct(value) => {
                return newtype::to_struct(names, model, &ty, &place, "answer$", Place::field(&literal));
            }
            Some(ty) => {
                let number = newtype::number(names, model, &ty, "answer$", Place::field(&literal));
                match model.physical(value) {
                    Value::Scalar(it) => types::checked(it, &number, &literal),
                    _ => number,
                }
            }
            None => "answer$".to_owned(),
        },
    };
    format!("{place} = {number};")
}
