//! Interfaces of objects of Dart that Rust calls.

use askama::Template;

use crate::model::Model;

use super::callback;
use super::lead::Lead;
use super::names::Names;

/// File with the interfaces.
#[derive(Template)]
#[template(path = "dart/listeners.dart.jinja", escape = "none")]
pub struct ListenersFile<'a> {
    package: &'a str,
    listeners: Vec<Interface<'a>>,
}

/// An interface.
struct Interface<'a> {
    lead: Lead,
    name: &'a str,
    methods: Vec<Declared>,
}

/// A method of an interface.
struct Declared {
    lead: Lead,
    text: String,
}

impl<'a> ListenersFile<'a> {
    /// Returns the file for `model`, or `None` if it has no such traits.
    pub fn new(model: &'a Model, names: &'a Names<'_>) -> Option<Self> {
        let interface = |index| {
            let (it, own) = (model.listener(index), names.listener(index));
            let methods = it.methods.iter().zip(&own.methods).map(|(method, (name, params))| {
                let default = match method.asks {
                    true => "Answers the library.",
                    false => "Is told by the library.",
                };
                let named: Vec<_> =
                    method.params.iter().map(|it| &**it).zip(params.iter().map(|it| &**it)).collect();
                Declared {
                    lead: Lead::of_method(names, &it.item.name, &method.item, &named, default),
                    text: callback::declared(names, model, method, name, params),
                }
            });
            let default = format!("The callback `{}`.", it.item.name);
            Interface {
                lead: Lead::new(names, 0, &it.item.name, &it.item, &default),
                name: &own.name,
                methods: methods.collect(),
            }
        };
        let listeners: Vec<_> = model.listener_indices().map(interface).collect();
        (!listeners.is_empty()).then_some(Self { package: &names.package, listeners })
    }
}
