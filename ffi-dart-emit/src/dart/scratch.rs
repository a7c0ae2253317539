//! Memory for what is passed by value.
//!
//! C gets a pointer where Rust takes a message or oneof by value (Dart's VM passes a struct of integers wrongly behind eight
//! floats). A library has, for each such type, as many places as one call needs, and Rust copies them before any code of
//! the user's runs: so every call can use them again, one within a callback too.

use crate::model::{Message, Model, Param, Scalar, Type, Value};

use super::layout::{self, INLINED, Parameters};
use super::names::{Names, beside};
use super::types;

/// The places of a library.
#[derive(Default)]
pub struct Scratch {
    places: Vec<(Value, usize)>,
}

impl Scratch {
    /// The field that is the place of the argument `name`, of whose type a call has passed `before`, and the statement that
    /// copies it there if it is not null.
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
        let copy = if fields(names, model, value).is_some() {
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

    /// The class of each place, in the order of the fields.
    pub fn classes<'a>(&self, names: &'a Names<'_>, model: &Model) -> Vec<&'a str> {
        self.places.iter().map(|(value, _)| types::native(model, names, *value)).collect()
    }

    /// The functions that the statements of [`place`](Self::place) call.
    pub fn functions(&self, names: &Names<'_>, model: &Model) -> Vec<String> {
        let first = self.places.iter().enumerate().filter(|(_, (_, before))| *before == 0);
        first.filter_map(|(index, (value, _))| function(names, model, *value, index)).collect()
    }
}

/// The most fields that are copied one by one: about as many as the VM moves in the time it takes to start a copy of bytes.
const MOST_FIELDS: usize = 16;

/// A field that is copied: the getter, the setter, which need not check what a field of the same type held, and whether it
/// is a float.
struct Copied {
    from: String,
    to: String,
    float: bool,
}

/// The fields of a message that is copied one by one: none where one isn't a number.
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
            // A byte that is no `bool` is for Rust to refuse.
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

/// Copying fields is as fast as passing the struct, where copying bytes takes as long as another call.
fn function(names: &Names<'_>, model: &Model, value: Value, index: usize) -> Option<String> {
    let fields = fields(names, model, value)?;
    let class = types::native(model, names, value);
    let parameters = [format!("Pointer<{class}> to"), format!("{class} from")];
    let head = layout::method("void", &format!("_copy{index}"), Parameters::new(&parameters));
    let mut lines = vec![INLINED.to_owned() + &head];
    let read = |(index, field): (usize, &Copied)| {
        layout::assign(4, &format!("final v{index}"), &format!("from.{}", field.from))
    };
    lines.extend(fields.iter().enumerate().map(read));
    let floats: Vec<_> =
        fields.iter().enumerate().filter(|(_, it)| it.float).map(|(index, _)| format!("v{index}")).collect();
    if !floats.is_empty() {
        lines.push(layout::sum(4, "final sum", &floats));
        // As a `double`, a NaN would lose some of its bits. The sum of a NaN is one, so is that of both infinities.
        lines.push("    if (sum.isNaN) {\n      to.ref = from;\n      return;\n    }".to_owned());
    }
    lines.push("    final copy = to.ref;".to_owned());
    let assign = |(index, Copied { to, .. }): (usize, &Copied)| {
        layout::assign(4, &format!("copy.{to}"), &format!("v{index}"))
    };
    lines.extend(fields.iter().enumerate().map(assign));
    lines.push("  }".to_owned());
    Some(lines.join("\n"))
}
