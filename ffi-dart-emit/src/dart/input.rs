//! Streams of Dart that a call gets: how their items cross.

use crate::model::{InputItem, Model, Returns, Value};

use super::argument::Argument;
use super::callback;
use super::names::Names;
use super::outcome;
use super::types;

/// Returns the argument for the parameter `name`. Its statement before the call comes last, as
/// nothing may throw between it and the call.
pub fn argument(names: &Names<'_>, model: &Model, name: &str, item: InputItem) -> Argument {
    let public = match item {
        InputItem::Value(value) => types::public(names, model, value),
        InputItem::Text => "String".to_owned(),
        InputItem::Vec(of) => types::array(names, model, of),
        InputItem::Pool(message) => types::lent(names, model, Value::Message(message)),
        InputItem::Arena(message) => outcome::arena(names, model, message),
    };
    let pass = match item {
        InputItem::Value(value) => {
            let write = callback::write(names, model, Returns::Value(value), &format!("an item of {name}"));
            let size = types::size(model, value);
            format!(
                "(input$, answer$) {{\n      final result$ = input$.place({size});\n      {write}\n      \
                 return input$.added();\n    }}"
            )
        }
        InputItem::Text => "$.putText".to_owned(),
        InputItem::Vec(_) => "(input$, item$) => input$.put(item$.pointer, item$.length)".to_owned(),
        InputItem::Pool(_) => "$.putBox".to_owned(),
        InputItem::Arena(_) => "$.putArena".to_owned(),
    };
    let input = local(name);
    let opened = format!("    final {input} = _memory.mailbox.input<{public}>({name}, {pass});");
    let ownership = match item {
        InputItem::Pool(_) => {
            "listened to once the call has started, and paused when Rust falls\nbehind; each box is given to the library, which empties it"
        }
        InputItem::Arena(_) => {
            "listened to once the call has started, and paused when Rust falls\nbehind; each arena is given to the library, and empty then"
        }
        _ => {
            "listened to once the call has started, and paused when Rust falls\nbehind; its items are copied"
        }
    };
    Argument {
        public: format!("$.Stream<{public}>"),
        types: vec![("$.Uint64".to_owned(), "int")],
        values: vec![format!("{input}.id")],
        raw: None,
        before: Some(opened),
        given: false,
        kept: None,
        member: None,
        after: Some(format!("    {input}.start(started$);")),
        ownership: Some(ownership),
    }
}

/// Returns the variable with the input of the parameter `name`.
fn local(name: &str) -> String {
    // No parameter has a `$`, as Rust has no such names.
    format!("{name}$input")
}
