//! Methods of async and blocking functions and of streams: each starts a call in Rust, and returns
//! its future, or a stream that starts it.

use crate::model::{Function, Mode, Model, Passing, Returns, Scalar, Value};

use super::binding::Signature;
use super::crossing::Crossing;
use super::layout;
use super::names::{FunctionNames, Names};
use super::types;

/// Types of what a C function that starts a call takes behind the arguments: the mailbox, the
/// number of the call, the place for an event, and the status.
pub const MORE: [(&str, &str); 4] = [
    ("$.Pointer<$.Void>", ""),
    ("$.Uint64", "int"),
    ("$.Pointer<$.Void>", ""),
    ("$.Pointer<$.FfiStatus>", ""),
];

/// The values of [`MORE`] but the status.
const VALUES: [&str; 3] = ["mailbox$.handle", "mailbox$.next", "mailbox$.now"];

/// Size in bytes of the largest result that is in its event; see `ffi-core/src/mailbox/event.rs`.
const INLINE: u64 = 16;

/// Returns the types of the C function.
pub fn signature(crossing: &Crossing) -> Signature {
    let types: Vec<_> = [("$.Int32", "int")].into_iter().chain(crossing.types()).chain(MORE).collect();
    Signature::new(&types)
}

/// Returns the Dart type of the method's result, for a result or item `public`.
pub fn returned(mode: Mode, public: &str) -> String {
    match mode {
        Mode::Sync => public.to_owned(),
        Mode::Async | Mode::Blocking => format!("$.FfiFuture<{public}>"),
        Mode::Stream => format!("$.Stream<{public}>"),
    }
}

/// The call of a C function that starts something.
pub struct Start<'a> {
    /// The field with the function.
    pub binding: &'a str,
    /// The status as it is passed.
    pub begun: &'a str,
    /// The values of its arguments.
    pub values: &'a [String],
    /// Statements before the call.
    pub before: Vec<String>,
    /// Statements behind the call.
    pub after: &'a [String],
    /// Function that reads the error's fields, if it has any.
    pub error: &'a str,
}

/// Returns the statements of the method.
pub fn body(model: &Model, it: &Function, own: &FunctionNames, start: Start<'_>) -> Vec<String> {
    let Start { binding, begun, values, before, after, error } = start;
    let values: Vec<_> = values.iter().cloned().chain(VALUES.map(str::to_owned)).collect();
    let values = [values, vec![begun.to_owned()]].concat();
    let mailbox = "    final mailbox$ = _memory.mailbox;".to_owned();
    let mut arguments = vec![decoder(it, own)];
    if it.mode == Mode::Stream {
        arguments.push(item_size(model, it).to_string());
    }
    if !error.is_empty() {
        arguments.push(error.to_owned());
    }
    if it.mode == Mode::Stream {
        // Statements of a function in the method, which are one step further in.
        let mut inside = before;
        inside.push(layout::call(4, "final started$ = ", binding, &values, ";"));
        inside.extend(after.iter().cloned());
        inside.push("    return started$;".to_owned());
        let inside = inside.join("\n").replace('\n', "\n  ");
        return vec![
            mailbox,
            format!("    return mailbox$.stream(() {{\n  {inside}\n    }}, {});", arguments.join(", ")),
        ];
    }
    let mut lines = before;
    lines.push(mailbox);
    lines.push(layout::call(4, "final started$ = ", binding, &values, ";"));
    lines.extend(after.iter().cloned());
    arguments.insert(0, "started$".to_owned());
    lines.push(layout::call(4, "return ", "mailbox$.started", &arguments, ";"));
    lines
}

/// Returns the size in bytes of an item in its batch, for Dart.
fn item_size(model: &Model, it: &Function) -> String {
    match it.returns {
        None => "0".to_owned(),
        Some(Returns::Value(value)) => types::size(model, value).to_string(),
        Some(Returns::Object(_)) => "8".to_owned(),
        Some(
            Returns::Text | Returns::Vec(_) | Returns::Pool(_) | Returns::Columns(_) | Returns::Arena(_),
        ) => "$.sizeOf<$.Pointer<$.Void>>()".to_owned(),
    }
}

/// Returns the name of the method that reads the result, or an item.
fn decoder(it: &Function, own: &FunctionNames) -> String {
    match (it.mode, it.returns) {
        (Mode::Stream, None) => "$.readNoItem".to_owned(),
        (Mode::Stream, Some(_)) => format!("_{}Item", own.base()),
        (_, None) => "$.readNothing".to_owned(),
        (_, Some(_)) => format!("_{}Result", own.base()),
    }
}

/// Returns the method that reads the result from its event, or an item from its batch, if there is
/// one to read.
pub fn result(
    names: &Names<'_>,
    model: &Model,
    it: &Function,
    own: &FunctionNames,
    crossing: &Crossing,
) -> Option<String> {
    let returns = it.returns?;
    let outcome = &crossing.outcome;
    let is_stream = it.mode == Mode::Stream;
    let read = match returns {
        Returns::Value(value) if model.is_struct(value) && is_stream => {
            format!("$.Struct.create<{}>(stream.bytes, at)", types::native(model, names, value))
        }
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
    let parameters = if is_stream {
        layout::Parameters::positional(["$.NativeStream<$.Object?> stream", "int at"])
    } else {
        layout::Parameters::positional(["$.EventValue value"])
    };
    let head = layout::method(&outcome.public, &decoder(it, own), &parameters);
    if let (Mode::Stream, Returns::Pool(message)) = (it.mode, returns) {
        let class = types::native(model, names, Value::Message(message));
        let slot = format!("stream.value(at).resource<{class}>()");
        return Some(format!("{head}\n    return {class}Pool._lent(stream, {slot});\n  }}"));
    }
    let value = match returns {
        Returns::Value(value) if is_stream && model.is_struct(value) => None,
        _ if !is_stream => None,
        // It was the mailbox's until now.
        Returns::Text | Returns::Vec(_) | Returns::Columns(_) | Returns::Arena(_) | Returns::Object(_) => {
            Some("    stream.own();\n    final value = stream.value(at);\n")
        }
        _ => Some("    final value = stream.value(at);\n"),
    };
    let value = value.unwrap_or_default();
    let body = match &outcome.conversion {
        Some(conversion) => {
            format!("{}\n{}", layout::assign(4, "final result", &read), conversion.statement())
        }
        None => format!("    return {read};"),
    };
    Some(format!("{head}\n{value}{body}\n  }}"))
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
            let when = match it.mode {
                Mode::Stream => "when the stream is listened to",
                _ => "before the method returns",
            };
            out.push_str(&format!("\n[{name}] is **copied** {when}."));
        }
    }
    if it.mode == Mode::Stream {
        out.push_str(&format!(
            "\nStarts when it is listened to, once. At most {} items wait, also while the\n\
             subscription is paused: Rust makes no more then. `cancel()` of the subscription drops\n\
             the stream in Rust, as a `break` in `await for` does, and completes when it is gone.",
            it.window
        ));
        if matches!(it.returns, Some(Returns::Pool(_))) {
            out.push_str(
                "\nAn event is a box of a slot that is **borrowed** until the next event; `keep()` has the\n\
                 box **own** it.",
            );
        }
        return out;
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

/// Returns the words for the result whose ownership docs tell; `None` for an event that is lent,
/// which has its own sentence.
pub fn result_in_docs(it: &Function) -> Option<&'static str> {
    match (it.mode, it.returns) {
        (Mode::Stream, Some(Returns::Pool(_))) => None,
        (Mode::Stream, _) => Some("An item"),
        _ => Some("The result"),
    }
}

/// Returns the body of the method whose result is unsigned, if the result is a `u64`.
pub fn unsigned(it: &Function) -> Option<(&'static str, &'static str)> {
    (it.returns == Some(Returns::Value(Value::Scalar(Scalar::U64)))).then_some(match (it.mode, it.optional) {
        (Mode::Stream, true) => ("$.Stream<$.BigInt?>", "$.bigStreamOrNull"),
        (Mode::Stream, false) => ("$.Stream<$.BigInt>", "$.bigStream"),
        (_, true) => ("$.FfiFuture<$.BigInt?>", "$.bigFutureOrNull"),
        (_, false) => ("$.FfiFuture<$.BigInt>", "$.bigFuture"),
    })
}
