//! A message to its classes: the view, the array, the box.

use askama::Template;

use crate::model::{Field, Message, Model, Problem, Type, scalar_name};

use super::layout::{self, Parameters, Statement};
use super::names::Names;
use super::types::{self, alignment, flattened};

/// The file with all messages.
#[derive(Template)]
#[template(path = "dart/messages.dart.jinja", escape = "none")]
pub struct MessagesFile {
    /// Whether a field is an array of numbers.
    pub typed_data: bool,
    /// Whether a field is an enum.
    pub enums: bool,
    /// The messages.
    pub messages: Vec<MessageClasses>,
}

/// The classes of a message.
pub struct MessageClasses {
    name: String,
    /// Docs and annotations of the view.
    lead: String,
    members: Vec<String>,
    /// Statements that copy each field from `other`.
    copies: Vec<String>,
}

impl MessagesFile {
    /// The file for `model`.
    pub fn new(model: &Model, names: &Names<'_>) -> Self {
        let types: Vec<_> = model.messages.iter().flat_map(|it| &it.fields).map(|field| &field.ty).collect();
        Self {
            typed_data: types.iter().any(|ty| {
                matches!((ty, ty.innermost()), (Type::Array { .. }, Type::Scalar(it)) if types::scalar(*it).dart != "bool")
            }),
            enums: types.iter().any(|ty| matches!(ty.innermost(), Type::Enum(_))),
            messages: model.messages.iter().map(|it| MessageClasses::new(model, names, it)).collect(),
        }
    }
}

impl MessageClasses {
    fn new(model: &Model, names: &Names<'_>, message: &Message) -> Self {
        let own = names.of(&message.id);
        let mut classes = Self {
            name: own.name.clone(),
            lead: String::new(),
            members: Vec::new(),
            copies: Vec::new(),
        };
        let facts = format!(
            "\n\n{} bytes, aligned to {}. **borrowed**: a view of memory that it was read from; \
             **copied** where a function returned it.",
            message.size, message.align
        );
        classes.lead = super::lead(0, &message.item, &format!("The message `{}`.", message.item.name), &facts);
        let mut end = 0;
        for (field, name) in message.fields.iter().zip(&own.members) {
            classes.padding(end, field.offset, alignment(model, &field.ty));
            end = field.offset + field.size;
            classes.field(model, names, field, name);
        }
        let align = message.fields.iter().map(|field| alignment(model, &field.ty)).max().unwrap_or(1);
        classes.padding(end, message.size, align);
        classes
    }

    /// Bytes from `end` to `next` that Dart, which knows no `align(N)`, would not leave free by itself.
    fn padding(&mut self, end: u64, next: u64, align: u64) {
        if end.next_multiple_of(align) < next {
            let bytes = next - end;
            self.members.push(format!("  @Array({bytes})\n  // ignore: unused_field\n  external Array<Uint8> _padding{end};"));
        }
    }

    fn field(&mut self, model: &Model, names: &Names<'_>, field: &Field, name: &str) {
        let default = format!("The field `{}`.", field.item.name);
        let lead = |more: &str| super::lead(2, &field.item, &default, more);
        let derived = |text: &str| super::derived_lead(2, &field.item, text);
        let (element, count) = flattened(&field.ty);
        let shape = shape(&field.ty);
        if !matches!(field.ty, Type::Array { .. }) {
            match element {
                Type::Scalar(it) => {
                    let types::ScalarTypes { native, dart, .. } = types::scalar(*it);
                    let unsigned = scalar_name(*it) == "u64";
                    let more = if unsigned {
                        format!("\n\nThe 64 bits as an `int`, negative from 2^63 on; see [{name}Big].")
                    } else {
                        String::new()
                    };
                    self.members.push(format!("{}  @{native}()\n  external {dart} {name};", lead(&more)));
                    if unsigned {
                        self.unsigned(name, &derived(&format!("[{name}] as the unsigned number it is in Rust.")));
                    }
                    self.copies.push(layout::assign(4, name, &format!("other.{name}")));
                }
                Type::Enum(index) => {
                    let it = model.enumeration(*index);
                    let raw = format!("{name}Raw");
                    let native = types::scalar(it.repr).native;
                    let doc = derived(&format!("The number of [{name}], whatever it is."));
                    self.members.push(format!("{doc}  @{native}()\n  external int {raw};"));
                    let class = &names.of(&it.id).name;
                    let more = "\n\nThrows an [UnknownEnumValueException] when it is no value.";
                    let from = format!("{class}.fromValue");
                    self.accessors(
                        &lead(more),
                        layout::getter(class, name, &Statement::ReturnCall(&from, &[&raw])),
                        layout::setter(name, format!("{class} value"), &Statement::Assign(&raw, "value.value")),
                    );
                    self.copies.push(layout::assign(4, &raw, &format!("other.{raw}")));
                }
                Type::Message(index) => {
                    let class = &names.of(&model.message(*index).id).name;
                    let more = "\n\n**borrowed** from this message; assigning copies.";
                    self.members.push(format!("{}  external {class} {name};", lead(more)));
                    self.copies.push(layout::assign(4, name, &format!("other.{name}")));
                }
                Type::Array { .. } => unreachable!("an element is no array"),
            }
            return;
        }

        let elements = format!("_{name}.elements");
        let checked = format!("checkLength(values, {count})");
        let borrowed = format!("\n\n{shape} **borrowed** from this message; assigning copies.");
        let native = match element {
            Type::Scalar(it) => types::scalar(*it).native,
            Type::Enum(index) => types::scalar(model.enumeration(*index).repr).native,
            Type::Message(index) => &names.of(&model.message(*index).id).name,
            Type::Array { .. } => unreachable!("an element is no array"),
        };
        self.members.push(format!("  @Array({count})\n  external Array<{native}> _{name};"));
        match element {
            Type::Scalar(it) => {
                let types::ScalarTypes { dart, list, .. } = types::scalar(*it);
                let set_all = format!("{elements}.setAll");
                self.accessors(
                    &lead(&borrowed),
                    layout::getter(list, name, &Statement::Return(&elements)),
                    layout::setter(name, format!("List<{dart}> values"), &Statement::Call(&set_all, &["0", &checked])),
                );
            }
            Type::Enum(index) => {
                let it = model.enumeration(*index);
                let class = &names.of(&it.id).name;
                let raw = format!("{name}Raw");
                let doc = derived(&format!("The numbers of [{name}], whatever they are."));
                let get = layout::getter("List<int>", &raw, &Statement::Return(&elements));
                self.members.push(format!("{doc}{get}"));
                let set_all = format!("{name}.setAll");
                let from = format!("{class}.fromValue");
                self.accessors(
                    &lead(&borrowed),
                    layout::getter(
                        &format!("List<{class}>"),
                        name,
                        &Statement::ReturnCall("EnumList", &[&elements, &from]),
                    ),
                    layout::setter(name, format!("List<{class}> values"), &Statement::Call(&set_all, &["0", &checked])),
                );
            }
            _ => {
                let set_from = layout::call(6, "", &format!("_{name}[i].setFrom"), &["values[i]".into()], ";");
                let values = [format!("List<{native}> values")];
                let head = layout::method("set", name, Parameters::new(&values));
                self.accessors(
                    &lead(&borrowed),
                    layout::getter(&format!("List<{native}>"), name, &Statement::Return(&elements)),
                    format!(
                        "{head}\n    {checked};\n    for (var i = 0; i < {count}; i++) {{\n{set_from}\n    }}\n  }}"
                    ),
                );
                let copy =
                    layout::call(6, "", &format!("_{name}[i].setFrom"), &[format!("other._{name}[i]")], ";");
                self.copies.push(format!("    for (var i = 0; i < {count}; i++) {{\n{copy}\n    }}"));
                return;
            }
        }
        let arguments = ["0".to_owned(), format!("other.{elements}")];
        self.copies.push(layout::call(4, "", &format!("{elements}.setAll"), &arguments, ";"));
    }

    fn unsigned(&mut self, name: &str, lead: &str) {
        // The parameter must not hide the field that is assigned to.
        let value = if name == "value" { "number" } else { "value" };
        let big = format!("{name}Big");
        let bits = format!("bitsFromBig({value})");
        self.accessors(
            lead,
            layout::getter("BigInt", &big, &Statement::ReturnCall("bigFromBits", &[name])),
            layout::setter(&big, format!("BigInt {value}"), &Statement::Assign(name, &bits)),
        );
    }

    fn accessors(&mut self, lead: &str, getter: String, setter: String) {
        self.members.push(format!("{lead}{getter}"));
        // The analyzer takes the getter's docs for the pair's; an annotation belongs to each.
        let annotation = lead.find("  @Deprecated(").map_or("", |at| &lead[at..]);
        self.members.push(format!("{annotation}{setter}"));
    }
}

/// What the view of an array shows.
fn shape(ty: &Type) -> String {
    let mut lengths = Vec::new();
    let mut inner = ty;
    while let Type::Array { of, len } = inner {
        lengths.push(len.to_string());
        inner = of;
    }
    match lengths.as_slice() {
        [length] => format!("{length} elements,"),
        several => format!("{} elements, row by row,", several.join(" x ")),
    }
}

/// What Dart can't have of a message.
pub fn check(model: &Model, message: &Message, problems: &mut Vec<Problem>) {
    for field in &message.fields {
        let align = alignment(model, &field.ty);
        if !field.offset.is_multiple_of(align) {
            problems.push(Problem {
                item: format!("message {}, field {}", message.id, field.item.name),
                what: format!("offset {} is no multiple of {align}, as Dart wants it", field.offset),
                fix: "use `#[repr(C)]` without `packed`, and a 64-bit target".to_owned(),
            });
        }
    }
}

/// Helpers of the template.
impl MessageClasses {
    fn class(&self, suffix: &str, base: &str) -> String {
        layout::class(&format!("final class {}{suffix}", self.name), &base.replace("#", &self.name))
    }

    fn element_size(&self) -> String {
        layout::getter("int", "elementSize", &Statement::Return(&format!("sizeOf<{}>()", self.name)))
    }

    fn array_view(&self) -> String {
        view_constructor(&format!("{}Array", self.name), &["super.pointer", "super.length"])
    }

    fn box_view(&self) -> String {
        view_constructor(&format!("{}Box", self.name), &["super.pointer"])
    }

    fn method(&self, before: &str, name: &str, parameters: &[&str]) -> String {
        let parameters: Vec<_> = parameters.iter().map(|it| it.replace('#', &self.name)).collect();
        layout::method(&before.replace('#', &self.name), name, Parameters::new(&parameters))
    }

    fn return_call(&self, callee: &str, arguments: &[&str]) -> String {
        let arguments: Vec<_> = arguments.iter().map(|&it| it.to_owned()).collect();
        layout::call(4, "return ", &callee.replace('#', &self.name), &arguments, ";")
    }

    fn sublist_view(&self) -> String {
        sublist_view(&format!("{}Array", self.name))
    }

    fn ref_getter(&self) -> String {
        let create = format!("Struct.create<{}>", self.name);
        layout::getter(&self.name, "ref", &Statement::ReturnCall(&create, &["bytes"]))
    }

    fn ref_setter(&self) -> String {
        layout::setter("ref", format!("{} value", self.name), &Statement::Assign("pointer.ref", "value"))
    }
}

/// The constructor of a borrowed `class`.
pub fn view_constructor(class: &str, required: &[&str]) -> String {
    let required: Vec<_> = required.iter().map(|&it| it.to_owned()).collect();
    let parameters = Parameters { required: &required, optional: Some(('{', "super.owner", '}')) };
    layout::forwarding_constructor(&format!("{class}.view"), parameters, "super.view()")
}

/// The method of the array `class` that returns a part of it.
pub fn sublist_view(class: &str) -> String {
    let start = ["int start".to_owned()];
    let parameters = Parameters { required: &start, optional: Some(('[', "int? end", ']')) };
    let head = layout::method(class, "sublistView", parameters);
    let arguments = ["pointer + start", "stop - start", "owner: this"].map(str::to_owned);
    let view = layout::call(4, "return ", &format!("{class}.view"), &arguments, ";");
    format!("{head}\n    final stop = RangeError.checkValidRange(start, end, length);\n{view}\n  }}")
}
