//! Functions of Dart that a call gets: how their arguments and results cross.

use crate::model::{DartFunction, ListenerIndex, ListenerMethod, Model, Returns, Value};

use super::layout;
use super::names::Names;
use super::newtype;
use super::outcome::{Outcome, taken};
use super::types::{self, Place};

/// Returns the Dart type of the function.
pub fn public(names: &Names<'_>, model: &Model, it: &DartFunction) -> String {
    let arguments: Vec<_> =
        it.arguments.iter().map(|it| Outcome::of(names, model, Some(*it)).public).collect();
    let answer = answer(names, model, it);
    let answer = if it.kept { format!("$.FutureOr<{answer}>") } else { answer };
    format!("{answer} Function({})", arguments.join(", "))
}

fn answer(names: &Names<'_>, model: &Model, it: &DartFunction) -> String {
    Outcome::of(names, model, it.answer).public
}

/// Returns the member of the client that has what is lent as the parameter `name` of the function
/// `of`.
pub fn lender(of: &str, name: &str) -> String {
    // No parameter has a `$`, as Rust has no such names.
    format!("_{of}${name}$lent")
}

/// Returns the declaration of the member [`lender`]. C calls a function of the parameter's own, so
/// that Dart calls what is lent without a function between.
pub fn lent(names: &Names<'_>, model: &Model, of: &str, name: &str, it: &DartFunction) -> String {
    let place = |index: usize| match it.arguments.len() {
        1 => "argument$".to_owned(),
        _ => format!("$.argumentAt(argument$, {index})"),
    };
    let call = format!("lent$[context$]({})", arguments(names, model, it, place));
    let body = match it.answer {
        None => format!("{call};"),
        Some(answer) => {
            let write = write(names, model, answer, &format!("the result of {name}"));
            format!("final answer$ = {call};\n      {write}")
        }
    };
    let (member, ty) = (lender(of, name), public(names, model, it));
    format!(
        "  late final {member} = $.LentFunctions<{ty}>(_memory, (lent$) => (context$, argument$, result$, error$) {{\n    \
         final depth$ = lent$.begin();\n    try {{\n      {body}\n      return lent$.end(depth$);\n    \
         }} on $.Object catch (thrown$) {{\n      return lent$.threw(depth$, thrown$, error$);\n    }}\n  }});"
    )
}

/// Returns the expression that keeps the function `name` for Rust, and is its number.
pub fn kept(names: &Names<'_>, model: &Model, name: &str, it: &DartFunction) -> String {
    format!("_memory.mailbox.keep([\n      {},\n    ])", method(names, model, name, it))
}

/// Returns the expression that keeps the object `name` for Rust, and is its number.
pub fn object(names: &Names<'_>, model: &Model, name: &str, of: ListenerIndex) -> String {
    let methods = model.listener(of).methods.iter().zip(&names.listener(of).methods);
    let methods = methods.map(|(it, (own, _))| method(names, model, &format!("{name}.{own}"), &it.function));
    format!("_memory.mailbox.keep([\n      {},\n    ])", methods.collect::<Vec<_>>().join(",\n      "))
}

/// Returns the function `callee` as Rust calls it.
fn method(names: &Names<'_>, model: &Model, callee: &str, it: &DartFunction) -> String {
    let ty = answer(names, model, it);
    let call =
        format!("{callee}({})", arguments(names, model, it, |index| format!("arguments$.at({index})")));
    let write = it.answer.map_or_else(
        || "null".to_owned(),
        |answer| {
            let write = write(names, model, answer, &format!("the result of {callee}"));
            format!("(answer$, result$) {{\n        {write}\n      }}")
        },
    );
    format!("$.KeptFunction<{ty}>((arguments$) => {call}, {write})")
}

/// Returns the declaration of a method of an interface.
pub fn declared(
    names: &Names<'_>,
    model: &Model,
    it: &ListenerMethod,
    name: &str,
    params: &[String],
) -> String {
    let types = it.function.arguments.iter().map(|it| Outcome::of(names, model, Some(*it)).public);
    let params = types.zip(params).map(|(ty, name)| format!("{ty} {name}"));
    let answer = answer(names, model, &it.function);
    let answer = if it.asks { format!("$.FutureOr<{answer}>") } else { answer };
    let head = layout::method(&answer, name, &layout::Parameters::positional(params));
    format!("{};", head.trim_end_matches(" {"))
}

/// Returns the expressions that read the arguments, whose addresses `place` returns.
fn arguments(names: &Names<'_>, model: &Model, it: &DartFunction, place: impl Fn(usize) -> String) -> String {
    let read = |(index, argument): (usize, &Returns)| {
        let own = format!("arguments$.own({index})");
        match *argument {
            Returns::Value(value) => read(names, model, value, &place(index)),
            Returns::Text => format!("_memory.takeString({own}.owned)"),
            Returns::Vec(value) => taken(names, model, value, &format!("{own}.owned")),
            Returns::Pool(message) => {
                let class = types::native(model, names, Value::Message(message));
                format!("{class}Pool._taken({own}.resource<{class}>())")
            }
            Returns::Object(of) => {
                format!("{}._(this, {own}.cast<$.Uint64>().value)", names.object(of).client)
            }
            Returns::Columns(_) | Returns::Arena(_) => {
                let class = Outcome::of(names, model, Some(*argument)).public;
                format!("{class}._taken({own}.resource<$.Void>())")
            }
        }
    };
    it.arguments.iter().enumerate().map(read).collect::<Vec<_>>().join(", ")
}

/// Returns the element of the class of `dart:ffi` at the address `place`, which is aligned. No
/// pointer is made: in a function with `try`, the compilers allocate each.
fn element(class: &str, size: u64, place: &str) -> String {
    let name = class.trim_start_matches("$.").to_lowercase();
    match size.trailing_zeros() {
        0 => format!("$.{name}s[{place}]"),
        shift => format!("$.{name}s[{place} >> {shift}]"),
    }
}

/// Returns the expression that reads the value at the address `place` in the memory of Rust.
fn read(names: &Names<'_>, model: &Model, value: Value, place: &str) -> String {
    let class = types::native(model, names, value);
    let raw = if model.is_struct(value) {
        let size = types::size(model, value);
        format!("$.Struct.create<{class}>($.copyAt({place}, {size}))")
    } else {
        element(class, types::size(model, value), place)
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
pub fn write(names: &Names<'_>, model: &Model, answer: Returns, what: &str) -> String {
    let literal = layout::string(what);
    let Returns::Value(value) = answer else {
        return format!("_memory.writeText(answer$, result$, {literal});");
    };
    let class = types::native(model, names, value);
    let place = if model.is_struct(value) {
        format!("$.Pointer<{class}>.fromAddress(result$).ref")
    } else {
        element(class, types::size(model, value), "result$")
    };
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
