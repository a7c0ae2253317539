//! Files with all messages and oneofs.

use askama::Template;

use crate::model::Model;
use crate::parallel::{Written, written};
use crate::progress::Meter;

use super::all_throws::AllThrows;
use super::container;
use super::message::MessageClasses;
use super::oneof::{OneofClasses, OneofValues};
use super::types::Types;
use super::value::ValueClass;

/// The file with all messages and oneofs.
#[derive(Template)]
#[template(path = "dart/messages.dart.jinja", escape = "none")]
pub struct MessagesFile<'a> {
    package: &'a str,
    messages: Written,
    oneofs: Written,
    /// Classes of the containers, which have no name in Rust.
    containers: Written,
}

impl<'a> MessagesFile<'a> {
    /// Returns the file for the model of `types`; `meter` counts its classes.
    pub fn new(types: &Types<'a>, meter: &Meter) -> Self {
        let Model { messages, oneofs, .. } = types.model;
        let throws = AllThrows::new(types.model);
        // What lives in arenas has views of another kind.
        let plain: Vec<_> = messages.iter().filter(|it| it.arena.is_none()).collect();
        let plain_oneofs: Vec<_> = oneofs.iter().filter(|it| !it.in_arena).collect();
        meter.expect(plain.len() + plain_oneofs.len());
        Self {
            package: &types.names.package,
            messages: written(&plain, |it| counted(meter, MessageClasses::new(types, &throws, it))),
            oneofs: written(&plain_oneofs, |it| counted(meter, OneofClasses::new(types, &throws, it))),
            containers: written(&types.containers, |ty| container::of(types, ty)),
        }
    }
}

/// Part of `values.dart` with the values of all messages and oneofs.
#[derive(Template)]
#[template(path = "dart/values.dart.jinja", escape = "none")]
pub struct ValuesFile {
    messages: Written,
    oneofs: Written,
}

impl ValuesFile {
    /// Returns the file for the model of `types`; `meter` counts its classes.
    pub fn new(types: &Types<'_>, meter: &Meter) -> Self {
        let Model { messages, oneofs, .. } = types.model;
        meter.expect(messages.len() + oneofs.len());
        Self {
            messages: written(messages, |it| counted(meter, ValueClass::of_message(types, it))),
            oneofs: written(oneofs, |it| counted(meter, OneofValues::new(types, it))),
        }
    }
}

/// Counts a class that was made.
fn counted<T>(meter: &Meter, class: T) -> T {
    meter.advance();
    class
}
