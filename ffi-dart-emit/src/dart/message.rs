//! A message to its classes: the view, the array, the box.

use askama::Template;

use crate::model::{Field, Item, Message, Model, Problem, Scalar, Type, Value};

use super::layout::{self, Parameters, Statement};
use super::names::{Names, beside};
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
    /// Bytes.
    size: u64,
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
                let number = matches!(ty.innermost(), Type::Scalar(it) if *it != Scalar::Bool);
                number && matches!(ty, Type::Array { .. })
            }),
            enums: types.iter().any(|ty| matches!(ty.innermost(), Type::Enum(_))),
            messages: model.messages.iter().map(|it| MessageClasses::new(model, names, it)).collect(),
        }
    }
}

impl MessageClasses {
    fn new(model: &Model, names: &Names<'_>, message: &Message) -> Self {
        let own = names.of(&message.id);
        let facts = format!(
            "\n\n{} bytes, aligned to {}.\n\
             **borrowed**: a view of the memory that it was read from;\n\
             **copied** where a function returned it.",
            message.size, message.align
        );
        let mut classes = Self {
            name: own.name.clone(),
            size: message.size,
            lead: super::lead(0, &message.item, &format!("The message `{}`.", message.item.name), &facts),
            members: Vec::new(),
            copies: Vec::new(),
        };
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
            self.members.push(format!(
                "  @Array({bytes})\n  // Padding that `align(N)` asks for.\n  // ignore: unused_field\n  \
                 external Array<Uint8> _{end};"
            ));
        }
    }

    fn field(&mut self, model: &Model, names: &Names<'_>, field: &Field, name: &str) {
        let named = Named { item: &field.item, name };
        match &field.ty {
            Type::Scalar(it) => self.scalar(&named, *it),
            Type::Enum(index) => {
                let it = model.enumeration(*index);
                self.enumeration(&named, types::scalar(it.repr).native, &names.of(&it.id).name);
            }
            Type::Message(index) => {
                let class = &names.of(&model.message(*index).id).name;
                let lead = named.lead("\n\n**borrowed** from this message; assigning copies.");
                self.members.push(format!("{lead}{}", external(class, name)));
                self.copies.push(layout::assign(4, name, &format!("other.{name}")));
            }
            Type::Array { .. } => self.array(model, names, &named, &field.ty),
            _ => unreachable!("check has refused it"),
        }
    }

    fn scalar(&mut self, named: &Named<'_>, scalar: Scalar) {
        let name = named.name;
        let types::ScalarTypes { native, dart, .. } = types::scalar(scalar);
        let unsigned = scalar == Scalar::U64;
        let big = beside(name, "Big");
        let more = format!("\n\nThe 64 bits as an `int`, negative from 2^63 on; see [{big}].");
        let lead = named.lead(if unsigned { &more } else { "" });
        self.members.push(format!("{lead}  @{native}()\n{}", external(dart, name)));
        self.copies.push(layout::assign(4, name, &format!("other.{name}")));
        if unsigned {
            // The parameter must not hide the field that is assigned to.
            let value = if name == "value" { "number" } else { "value" };
            let bits = format!("bitsFromBig({value})");
            self.accessors(
                named,
                &named.beside(&format!("[{name}] as the unsigned number it is in Rust.")),
                layout::getter("BigInt", &big, &Statement::ReturnCall("bigFromBits", &[name])),
                layout::setter(&big, format!("BigInt {value}"), &Statement::Assign(name, &bits)),
            );
        }
    }

    fn enumeration(&mut self, named: &Named<'_>, native: &str, class: &str) {
        let name = named.name;
        let raw = beside(name, "Raw");
        let from = format!("{class}.fromValue");
        let lead = named.beside(&format!("The number of [{name}], whatever it is."));
        self.members.push(format!("{lead}  @{native}()\n{}", external("int", &raw)));
        self.copies.push(layout::assign(4, &raw, &format!("other.{raw}")));
        self.accessors(
            named,
            &named.lead("\n\nThrows an [UnknownEnumValueException] when it is no value."),
            layout::getter(class, name, &Statement::ReturnCall(&from, &[&raw])),
            layout::setter(name, format!("{class} value"), &Statement::Assign(&raw, "value.value")),
        );
    }

    fn array(&mut self, model: &Model, names: &Names<'_>, named: &Named<'_>, ty: &Type) {
        let name = named.name;
        let (element, count) = flattened(ty);
        let elements = format!("_{name}.elements");
        let lead =
            named.lead(&format!("\n\n{}\n**borrowed** from this message; assigning copies.", shape(ty)));
        let native = types::native(model, names, element);
        let inline = external(&format!("Array<{native}>"), &format!("_{name}"));
        self.members.push(format!("  @Array({count})\n{inline}"));

        if let Value::Message(_) = element {
            let each = |from: String| {
                let set_from = layout::call(6, "", &format!("_{name}[i].setFrom"), &[from], ";");
                format!("    for (var i = 0; i < {count}; i++) {{\n{set_from}\n    }}")
            };
            let parameter = [format!("List<{native}> values")];
            let head = layout::method("set", name, Parameters::new(&parameter));
            let set = each("values[i]".to_owned());
            self.accessors(
                named,
                &lead,
                layout::getter(&format!("List<{native}>"), name, &Statement::Return(&elements)),
                format!("{head}\n    checkLength(values, {count});\n{set}\n  }}"),
            );
            self.copies.push(each(format!("other._{name}[i]")));
            return;
        }

        let class = types::public(names, model, element);
        let (getter, target) = match element {
            Value::Scalar(it) => {
                let list = types::scalar(it).list;
                (layout::getter(list, name, &Statement::Return(&elements)), elements.as_str())
            }
            _ => {
                let doc = named.beside(&format!("The numbers of [{name}], whatever they are."));
                let raw = layout::getter("List<int>", &beside(name, "Raw"), &Statement::Return(&elements));
                self.members.push(format!("{doc}{raw}"));
                let from = format!("{class}.fromValue");
                let list = Statement::ReturnCall("EnumList", &[&elements, &from]);
                (layout::getter(&format!("List<{class}>"), name, &list), name)
            }
        };
        let set_all = format!("{target}.setAll");
        let checked = format!("checkLength(values, {count})");
        let set = Statement::Call(&set_all, &["0", &checked]);
        self.accessors(named, &lead, getter, layout::setter(name, format!("List<{class}> values"), &set));
        let arguments = ["0".to_owned(), format!("other.{elements}")];
        self.copies.push(layout::call(4, "", &format!("{elements}.setAll"), &arguments, ";"));
    }

    /// A getter with docs and a setter, which shares them; an annotation belongs to each.
    fn accessors(&mut self, named: &Named<'_>, lead: &str, getter: String, setter: String) {
        self.members.push(format!("{lead}{getter}"));
        self.members.push(format!("{}{setter}", super::annotations(2, named.item)));
    }
}

/// A field and its Dart name.
struct Named<'a> {
    item: &'a Item,
    name: &'a str,
}

impl Named<'_> {
    /// Docs and annotations of the field itself.
    fn lead(&self, more: &str) -> String {
        super::lead(2, self.item, &format!("The field `{}`.", self.item.name), more)
    }

    /// Docs and annotations of what stands beside it.
    fn beside(&self, doc: &str) -> String {
        layout::doc(2, doc) + &super::annotations(2, self.item)
    }
}

/// A field that `dart:ffi` reads and writes.
fn external(ty: &str, name: &str) -> String {
    layout::declaration(2, &format!("external {ty}"), name, ";")
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
pub fn check(message: &Message, problems: &mut Vec<Problem>) {
    for field in &message.fields {
        let new = !matches!(field.ty.innermost(), Type::Scalar(_) | Type::Enum(_) | Type::Message(_));
        if new {
            problems.push(Problem {
                item: format!("message {}, field {}", message.id, field.item.name),
                what: "Dart has no view of its type".to_owned(),
                fix: "use another type".to_owned(),
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

    fn array_constructor(&self) -> String {
        layout::call(2, "", &format!("{}Array", self.name), &["super.length".to_owned()], ";")
    }

    fn array_taken(&self) -> String {
        taken_constructor(&format!("{}Array", self.name))
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

/// The constructor of an array `class` of what a function returned.
pub fn taken_constructor(class: &str) -> String {
    layout::forwarding_constructor(
        &format!("{class}.taken"),
        Parameters::new(&["super.owned".into()]),
        "super.taken()",
    )
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
