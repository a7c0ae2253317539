//! Classes that messages and oneofs share: the view, the array, the box, the value.

use askama::Template;

use crate::model::{Model, Returns, Value};

use super::container;
use super::layout::{self, Parameters, Statement};
use super::message;
use super::oneof;
use super::types::Types;

/// The file with all messages and oneofs.
#[derive(Template)]
#[template(path = "dart/messages.dart.jinja", escape = "none")]
pub struct MessagesFile {
    package: String,
    all: Vec<Classes>,
    /// Classes of the containers, which have no name in Rust.
    containers: Vec<String>,
}

/// Part of `values.dart` with the values of all messages and oneofs.
#[derive(Template)]
#[template(path = "dart/values.dart.jinja", escape = "none")]
pub struct ValuesFile {
    classes: Vec<String>,
}

impl ValuesFile {
    /// Returns the file for the model of `types`.
    pub fn new(types: &Types<'_>) -> Self {
        let Model { messages, oneofs, .. } = types.model;
        let mut classes: Vec<_> = messages.iter().map(|it| message::value(types, it)).collect();
        classes.extend(oneofs.iter().flat_map(|it| oneof::values(types, it)));
        Self { classes }
    }
}

/// The classes of a message or a oneof.
pub struct Classes {
    pub name: String,
    /// Size in bytes.
    pub size: u64,
    /// Alignment in bytes.
    pub align: u64,
    /// True if it has a pool.
    pub pooled: bool,
    /// True if a function returns an array of it.
    pub returned: bool,
    /// Getters of lists of the fields that are numbers.
    pub fields: Vec<String>,
    /// Members for protobuf, if the message has them.
    pub proto: Option<Proto>,
    /// Docs and annotations of the view.
    pub lead: String,
    pub members: Vec<String>,
    /// Statements that copy each part from `other`.
    pub copies: Vec<String>,
    /// Further classes: the places that the view is made of, and the extension that writes a value.
    pub more: Vec<String>,
}

/// Dart code of a message for protobuf.
pub struct Proto {
    /// Members of its box.
    pub members: String,
    /// Extension on pointers to it.
    pub extension: String,
}

impl MessagesFile {
    /// Returns the file for the model of `types`.
    pub fn new(types: &Types<'_>) -> Self {
        let Model { messages, oneofs, .. } = types.model;
        let mut all: Vec<_> = messages.iter().map(|it| message::classes(types, it)).collect();
        all.extend(oneofs.iter().map(|it| oneof::classes(types, it)));
        Self { package: types.names.package.clone(), all, containers: container::classes(types) }
    }
}

/// Functions that the template calls.
impl Classes {
    fn name_literal(&self) -> String {
        layout::string(&self.name)
    }

    fn class(&self, suffix: &str, base: &str) -> String {
        layout::class(&format!("final class {}{suffix}", self.name), &base.replace("#", &self.name))
    }

    fn element_size(&self) -> String {
        layout::getter("int", "elementSize", &Statement::Return(&layout::sized(&self.name, self.size)))
    }

    fn array_constructor(&self) -> String {
        array_constructor(&format!("{}Array", self.name))
    }

    fn array_taken(&self) -> String {
        taken_constructor(&format!("{}Array", self.name))
    }

    fn array_view(&self) -> String {
        view_constructor(&format!("{}Array", self.name), &["super.pointer", "super.length"])
    }

    fn box_constructor(&self) -> String {
        let name = format!("{}Box", self.name);
        layout::forwarding_constructor(&name, Parameters::new(&[]), "super(_libraryMemory)")
    }

    fn box_view(&self) -> String {
        view_constructor(&format!("{}Box", self.name), &["super.pointer"])
    }

    fn box_element(&self) -> String {
        self.box_constructor_of("element", &["super.array", "super.index"])
    }

    fn box_of_pool(&self) -> String {
        self.box_constructor_of("ofPool", &[])
    }

    fn box_lent(&self) -> String {
        self.box_constructor_of("lent", &["super.pointer", "super.pool", "super.reference"])
    }

    /// Returns a private constructor that passes its parameters to that of the same name.
    fn box_constructor_of(&self, name: &str, parameters: &[&str]) -> String {
        let parameters: Vec<_> = parameters.iter().map(|&it| it.to_owned()).collect();
        let own = format!("{}Box._{name}", self.name);
        layout::forwarding_constructor(&own, Parameters::new(&parameters), &format!("super.{name}()"))
    }

    fn box_at(&self) -> String {
        let head = self.method("#Box", "boxAt", &["int index"]);
        let body = self.return_call("#Box._element", &["this", "index"]);
        format!("{head}\n{body}\n  }}")
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
        let create = format!("$.Struct.create<{}>", self.name);
        layout::getter(&self.name, "ref", &Statement::ReturnCall(&create, &["bytes"]))
    }

    fn ref_setter(&self) -> String {
        layout::setter("ref", format!("{} value", self.name), &Statement::Assign("pointer.ref", "value"))
    }
}

/// Returns true if a function returns a list of values that `is_it` accepts.
pub fn list_returned(model: &Model, is_it: impl Fn(Value) -> bool) -> bool {
    model.functions.iter().any(|it| matches!(it.returns, Some(Returns::Vec(value)) if is_it(value)))
}

/// Returns the constructor of an array `class` with memory of its own.
pub fn array_constructor(class: &str) -> String {
    let length = ["int length".to_owned()];
    layout::forwarding_constructor(class, Parameters::new(&length), "super(length, _libraryMemory)")
}

/// Returns the constructor of a borrowed `class`.
pub fn view_constructor(class: &str, required: &[&str]) -> String {
    let required: Vec<_> = required.iter().map(|&it| it.to_owned()).collect();
    let parameters = Parameters { required: &required, optional: Some(('{', "super.owner", '}')) };
    layout::forwarding_constructor(&format!("{class}.raw"), parameters, "assert(_fits()), super.raw()")
}

/// Returns the constructor of an array `class` over memory that a function returned.
pub fn taken_constructor(class: &str) -> String {
    let parameters = ["super.owned", "super.memory"].map(str::to_owned);
    layout::forwarding_constructor(&format!("{class}._taken"), Parameters::new(&parameters), "super.taken()")
}

/// Returns the method of the array `class` that returns a part of it.
pub fn sublist_view(class: &str) -> String {
    let start = ["int start".to_owned()];
    let parameters = Parameters { required: &start, optional: Some(('[', "int? end", ']')) };
    let head = layout::method(class, "sublistView", parameters);
    let arguments = ["pointer + start", "stop - start", "owner: this"].map(str::to_owned);
    let view = layout::call(4, "return ", &format!("{class}.raw"), &arguments, ";");
    format!("{head}\n    final stop = $.RangeError.checkValidRange(start, end, length);\n{view}\n  }}")
}
