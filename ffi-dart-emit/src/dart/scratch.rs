//! Memory for arguments that are passed by value.
//!
//! C gets a pointer for a message or oneof that Rust takes by value, because Dart's VM passes a
//! struct of integers wrongly behind eight floats. For each such type, a library has as many places
//! as one call needs. Rust copies them before any code of the user runs, so every call can reuse
//! them, also a call within a callback.

use askama::Template;

use crate::model::{Message, Model, Param, Scalar, Type, Value};

use super::layout;
use super::names::{Names, beside};
use super::newtype;
use super::types::{self, Place};

/// Places of a library.
#[derive(Default)]
pub struct Scratch {
    places: Vec<(Value, usize)>,
}

impl Scratch {
    /// Returns the field with the place of the argument `name`, and the statement that copies it
    /// there if it is not null. `before` is the number of arguments of its type before it in the
    /// call.
    pub fn place(
        &mut self,
        names: &Names<'_>,
        model: &Model,
        param: &Param,
        value: Value,
        before: usize,
        name: &str,
    ) -> (String, String) {
        let field = format!("_scratch{}", self.index(value, before));
        let indent = if param.optional { 6 } else { 4 };
        let copy = if let Some(ty) = newtype::type_of(model, value) {
            let literal = layout::string(name);
            let place = format!("{field}.ref");
            let copy = newtype::to_struct(names, model, &ty, &place, name, Place::field(&literal));
            format!("{:indent$}{copy}", "")
        } else if fields(names, model, value).is_some() {
            let callee = format!("_copy{}", self.index(value, 0));
            layout::call(indent, "", &callee, &[field.clone(), name.to_owned()], ";")
        } else {
            layout::assign(indent, &format!("{field}.ref"), name)
        };
        let copy = if param.optional { format!("    if ({name} != null) {{\n{copy}\n    }}") } else { copy };
        (field, copy)
    }

    fn index(&mut self, value: Value, before: usize) -> usize {
        let place = (value, before);
        self.places.iter().position(|it| *it == place).unwrap_or_else(|| {
            self.places.push(place);
            self.places.len() - 1
        })
    }

    /// Returns the class of each place and its size in Rust, in the order of the fields.
    pub fn classes<'a>(&self, names: &'a Names<'_>, model: &Model) -> Vec<(&'a str, u64)> {
        let place =
            |&(value, _): &(Value, usize)| (types::native(model, names, value), types::size(model, value));
        self.places.iter().map(place).collect()
    }

    /// Returns the functions that the statements of [`place`](Self::place) call.
    pub fn functions(&self, names: &Names<'_>, model: &Model) -> Vec<String> {
        let first = self.places.iter().enumerate().filter(|(_, (_, before))| *before == 0);
        first.filter_map(|(index, (value, _))| function(names, model, *value, index)).collect()
    }
}

/// Largest number of fields that are copied one by one: about as many as the VM moves in the time
/// it takes to start a copy of bytes.
const MOST_FIELDS: usize = 16;

/// A field that is copied: the getter, and the setter, which skips the check, as a field of the
/// same type held the value.
struct Copied {
    from: String,
    to: String,
    float: bool,
}

/// Returns the fields of a message that is copied field by field, or `None` if a field isn't a
/// number.
fn fields(names: &Names<'_>, model: &Model, value: Value) -> Option<Vec<Copied>> {
    let Value::Message(index) = value else { return None };
    let mut out = Vec::new();
    collect(names, model, model.message(index), "", &mut out)?;
    (out.len() <= MOST_FIELDS).then_some(out)
}

fn collect(
    names: &Names<'_>,
    model: &Model,
    message: &Message,
    path: &str,
    out: &mut Vec<Copied>,
) -> Option<()> {
    for (field, name) in message.fields.iter().zip(&names.of(&message.id).members) {
        match &field.ty {
            // Rust must see a byte that is no `bool`, to refuse it.
            Type::Scalar(Scalar::Bool) => return None,
            Type::Scalar(it) => {
                let from = format!("{path}{name}");
                let narrow = types::is_narrow(*it);
                let to = if narrow { format!("{path}{}", beside(name, "Unchecked")) } else { from.clone() };
                out.push(Copied { from, to, float: *it == Scalar::F32 });
            }
            Type::Enum(_) | Type::Open(_) => {
                let raw = format!("{path}{}", beside(name, "Raw"));
                out.push(Copied { from: raw.clone(), to: raw, float: false });
            }
            Type::Message(index) => {
                collect(names, model, model.message(*index), &format!("{path}{name}."), out)?;
            }
            _ => return None,
        }
    }
    Some(())
}

/// Function that copies a value to its place. Copying fields is as fast as passing the struct;
/// copying bytes takes as long as another call.
#[derive(Template)]
#[template(path = "dart/scratch_copy.dart.jinja", escape = "none")]
struct CopyFunction<'a> {
    index: usize,
    class: &'a str,
    fields: Vec<Copied>,
    /// Sum of the floats, empty if there are none.
    sum: String,
}

fn function(names: &Names<'_>, model: &Model, value: Value, index: usize) -> Option<String> {
    let fields = fields(names, model, value)?;
    let floats = fields.iter().enumerate().filter(|(_, it)| it.float).map(|(index, _)| format!("v{index}"));
    let sum = floats.collect::<Vec<_>>().join(" + ");
    let function = CopyFunction { index, class: types::native(model, names, value), fields, sum };
    Some(function.to_string())
}
