//! Files with all messages and oneofs.

use askama::Template;

use crate::model::Model;

use super::container::{self, Container};
use super::message::MessageClasses;
use super::oneof::{OneofClasses, OneofValues};
use super::throws::AllThrows;
use super::types::Types;
use super::value::ValueClass;

/// The file with all messages and oneofs.
#[derive(Template)]
#[template(path = "dart/messages.dart.jinja", escape = "none")]
pub struct MessagesFile<'a> {
    package: &'a str,
    messages: Vec<MessageClasses<'a>>,
    oneofs: Vec<OneofClasses<'a>>,
    /// Classes of the containers, which have no name in Rust.
    containers: Vec<Container>,
}

impl<'a> MessagesFile<'a> {
    /// Returns the file for the model of `types`.
    pub fn new(types: &Types<'a>) -> Self {
        let Model { messages, oneofs, .. } = types.model;
        let throws = AllThrows::new(types.model);
        Self {
            package: &types.names.package,
            messages: messages
                .iter()
                .filter(|it| it.arena.is_none())
                .map(|it| MessageClasses::new(types, &throws, it))
                .collect(),
            oneofs: oneofs.iter().map(|it| OneofClasses::new(types, &throws, it)).collect(),
            containers: container::all(types),
        }
    }
}

/// Part of `values.dart` with the values of all messages and oneofs.
#[derive(Template)]
#[template(path = "dart/values.dart.jinja", escape = "none")]
pub struct ValuesFile<'a> {
    messages: Vec<ValueClass<'a>>,
    oneofs: Vec<OneofValues<'a>>,
}

impl<'a> ValuesFile<'a> {
    /// Returns the file for the model of `types`.
    pub fn new(types: &Types<'a>) -> Self {
        let Model { messages, oneofs, .. } = types.model;
        Self {
            messages: messages.iter().map(|it| ValueClass::of_message(types, it)).collect(),
            oneofs: oneofs.iter().map(|it| OneofValues::new(types, it)).collect(),
        }
    }
}
