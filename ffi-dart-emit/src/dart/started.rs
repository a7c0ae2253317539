//! Methods of async and blocking functions: each starts a call in Rust, and returns its future.

use crate::model::{Function, Mode, Model, Passing, Returns, Scalar, Value};

use super::binding::Signature;
use super::crossing::Crossing;
use super::layout;
use super::names::{FunctionNames, Names};
use super::types;

/// Types of what a C function that starts a call takes behind the arguments: the mailbox, the
/// number of the call, the place for an event, and the status.
const MORE: [(&str, &str); 4] = [
    ("$.Pointer<$.Void>", ""),
    ("$.Uint64", "int"),
    ("$.Pointer<$.Void>", ""),
    ("$.Pointer<$.FfiStatus>", ""),
];

/// The values of [`MORE`].
const VALUES: [&str; 4] = ["mailbox$.handle", "mailbox$.next", "mailbox$.now", "_status"];

/// Size in bytes of the largest result that is in its event; see `ffi-core/src/mailbox/event.rs`.
const INLINE: u64 = 16;

/// Returns the types of the C function.
pub fn signature(crossing: &Crossing) -> Signature {
    let types: Vec<_> = [("$.Int32", "int")].into_iter().chain(crossing.types()).chain(MORE).collect();
    Signature::new(&types)
}

/// Returns the Dart type of the method's result, for a result `public`.
pub fn future(public: &str) -> String {
    format!("$.FfiFuture<{public}>")
}

/// Returns the statements that start a call, with `values` for its arguments, and those that come
/// between the call and the return.
pub fn start(
    it: &Function,
    own: &FunctionNames,
    binding: &str,
    values: &[String],
    after: &[String],
    error: &str,
) -> Vec<String> {
    let mut lines = vec!["    final mailbox$ = _memory.mailbox;".to_owned()];
    let values: Vec<_> = values.iter().cloned().chain(VALUES.map(str::to_owned)).collect();
    lines.push(layout::call(4, "final started$ = ", binding, &values, ";"));
    lines.extend(after.iter().cloned());
    let mut arguments = vec!["started$".to_owned(), decoder(it, own)];
    if !error.is_empty() {
        arguments.push(error.to_owned());
    }
    lines.push(layout::call(4, "return ", "mailbox$.started", &arguments, ";"));
    lines
}

/// Returns the name of the method that reads the result.
fn decoder(it: &Function, own: &FunctionNames) -> String {
    if it.returns.is_some() { format!("_{}Result", own.base()) } else { "$.readNothing".to_owned() }
}

/// Returns the method that reads the result from its event, if there is one to read.
pub fn result(
    names: &Names<'_>,
    model: &Model,
    it: &Function,
    own: &FunctionNames,
    crossing: &Crossing,
) -> Option<String> {
    let returns = it.returns?;
    let outcome = &crossing.outcome;
    let read = match returns {
        Returns::Value(value) if model.is_struct(value) => {
            let (class, size) = (types::native(model, names, value), types::size(model, value));
            if size <= INLINE {
                format!("$.Struct.create<{class}>($.copyOf(value, {size}))")
            } else {
                format!("$.Struct.create<{class}>(_memory.takeBytes(value.owned))")
            }
        }
        Returns::Text | Returns::Vec(_) => "value.owned".to_owned(),
        Returns::Value(_) | Returns::Object(_) => format!("value.cast<{}>().value", outcome.ty.0),
        Returns::Pool(_) | Returns::Columns(_) | Returns::Arena(_) => {
            // The pointer's type is that of the conversion's parameter.
            format!("value.resource<{}>()", pointee(&outcome.ty.0))
        }
    };
    let parameters = layout::Parameters::positional(["$.EventValue value"]);
    let head = layout::method(&outcome.public, &decoder(it, own), &parameters);
    let body = match &outcome.conversion {
        Some(conversion) => {
            format!("{}\n{}", layout::assign(4, "final result", &read), conversion.statement())
        }
        None => format!("    return {read};"),
    };
    Some(format!("{head}\n{body}\n  }}"))
}

/// Returns `T` of `$.Pointer<T>`.
fn pointee(pointer: &str) -> &str {
    pointer.strip_prefix("$.Pointer<").and_then(|rest| rest.strip_suffix('>')).unwrap_or(pointer)
}

/// Returns the sentences that a caller needs: that copies are made at the start, and what a
/// cancellation does.
pub fn contract(it: &Function, own: &FunctionNames) -> String {
    let mut out = String::new();
    for (param, name) in it.params.iter().zip(&own.params) {
        if matches!(param.passing, Passing::Slice { .. }) {
            out.push_str(&format!("\n[{name}] is **copied** before the method returns."));
        }
    }
    out.push_str(match it.mode {
        Mode::Blocking => {
            "\nRuns on a thread of the library's. `cancel()` of the result asks the function to end,\n\
             and completes when it has."
        }
        _ => "\n`cancel()` of the result drops the task in Rust, and completes when it is gone.",
    });
    out
}

/// Returns the body of the method whose result is unsigned, if the result is a `u64`.
pub fn unsigned(it: &Function) -> Option<(&'static str, &'static str)> {
    (it.returns == Some(Returns::Value(Value::Scalar(Scalar::U64)))).then_some(if it.optional {
        ("$.FfiFuture<$.BigInt?>", "$.bigFutureOrNull")
    } else {
        ("$.FfiFuture<$.BigInt>", "$.bigFuture")
    })
}
