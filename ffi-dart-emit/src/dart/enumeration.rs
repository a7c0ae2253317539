//! Classes of an enum: the enum, and the array if a function takes a slice of it.

use std::collections::HashSet;

use askama::Template;

use crate::model::{Enum, Model, Param, Passing, Scalar, Type, TypeId, Value};

use super::columns;
use super::composite::{array_constructor, list_returned, sublist_view, taken_constructor, view_constructor};
use super::layout::{self, Parameters, Statement};
use super::names::Names;
use super::types;

/// The file with all enums.
#[derive(Template)]
#[template(path = "dart/enums.dart.jinja", escape = "none")]
pub struct EnumsFile {
    package: String,
    /// Classes of the enums.
    pub enums: Vec<EnumClasses>,
}

/// Classes of one enum.
pub struct EnumClasses {
    name: String,
    /// Docs and annotations.
    lead: String,
    variants: Vec<String>,
    cases: Vec<String>,
    /// True if numbers without a variant are also read.
    open: bool,
    /// True if the numbers are `u64`, for which Dart uses `int`.
    unsigned: bool,
    /// True if a function returns a list of it.
    returned: bool,
    /// Types of the number, if the enum has an array.
    array: Option<types::ScalarTypes>,
}

impl EnumsFile {
    /// Returns the file for `model`.
    pub fn new(model: &Model, names: &Names<'_>) -> Self {
        let is_it = |id: &TypeId, value| matches!(value, Value::Enum(index) | Value::Open(index) if model.enumeration(index).id == *id);
        let returned = |id: &TypeId| list_returned(model, |value| is_it(id, value));
        let sliced = |id: &TypeId| {
            model.functions.iter().any(|it| {
                let passed =
                    |param: &Param| matches!(param.passing, Passing::Slice { of, .. } if is_it(id, of));
                it.params.iter().any(passed)
            }) || returned(id)
                || columns::types(model).any(
                    |ty| matches!(ty.innermost(), Type::Enum(index) if model.enumeration(*index).id == *id),
                )
        };
        let open = opened(model);
        let classes = |it: &Enum| EnumClasses {
            returned: returned(&it.id),
            ..EnumClasses::new(names, it, open.contains(&it.id), sliced(&it.id))
        };
        Self { package: names.package.clone(), enums: model.enums.iter().map(classes).collect() }
    }
}

/// Returns the enums that are used in an `FfiOpen`.
fn opened(model: &Model) -> HashSet<&TypeId> {
    let mut open = HashSet::new();
    for composite in model.by_dependency() {
        for ty in composite.types() {
            ty.walk(&mut |part| {
                if let Type::Open(index) = part {
                    open.insert(&model.enumeration(*index).id);
                }
            });
        }
    }
    for ty in model.errors.iter().flat_map(|error| error.values()) {
        ty.walk(&mut |part| {
            if let Type::Open(index) = part {
                open.insert(&model.enumeration(*index).id);
            }
        });
    }
    for function in &model.functions {
        for value in function.values() {
            if let Value::Open(index) = value {
                open.insert(&model.enumeration(index).id);
            }
        }
    }
    open
}

impl EnumClasses {
    fn new(names: &Names<'_>, it: &Enum, open: bool, sliced: bool) -> Self {
        let own = names.of(&it.id);
        let named = || it.variants.iter().zip(&own.members);
        Self {
            name: own.name.clone(),
            lead: super::lead(0, &it.item, &format!("The enum `{}`.", it.item.name), ""),
            variants: named()
                .map(|(variant, name)| {
                    let default = format!("`{}` in Rust.", variant.item.name);
                    format!("{}  {name}({})", super::lead(2, &variant.item, &default, ""), variant.value)
                })
                .collect(),
            cases: named().map(|(variant, name)| layout::case(&variant.value.to_string(), name)).collect(),
            open,
            unsigned: it.repr == Scalar::U64,
            returned: false,
            array: sliced.then(|| types::scalar(it.repr)),
        }
    }
}

/// Functions that the template calls.
impl EnumClasses {
    fn class(&self) -> String {
        layout::class(&format!("enum {}", self.name), "implements $.FfiEnum")
    }

    fn decoder(&self) -> String {
        let value = ["int value".to_owned()];
        let parameters =
            Parameters { required: &value, optional: Some(('[', "String? name, int? index", ']')) };
        layout::method(&format!("static {}", self.name), "fromValue", parameters)
    }

    fn opener(&self) -> String {
        let returns = format!("static $.FfiOpen<{}>", self.name);
        layout::method(&returns, "openFromValue", Parameters::new(&["int value".into()]))
    }

    fn unknown(&self) -> String {
        let arguments =
            [layout::string(&self.name), "value".to_owned(), "$.placeName(name, index)".to_owned()];
        let exception = if self.unsigned {
            "$.UnknownEnumValueException.unsigned"
        } else {
            "$.UnknownEnumValueException"
        };
        layout::call(6, "_ => throw ", exception, &arguments, ",")
    }

    fn array_class(&self, native: &str) -> String {
        let Self { name, .. } = self;
        layout::class(&format!("final class {name}Array"), &format!("extends $.EnumArray<{native}, {name}>"))
    }

    fn element_size(&self, native: &str) -> String {
        layout::getter("int", "elementSize", &Statement::Return(&format!("$.sizeOf<{native}>()")))
    }

    fn constructor(&self) -> String {
        layout::call(2, "const ", &self.name, &["this.value".to_owned()], ";")
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

    fn method(&self, before: &str, name: &str, parameters: &[&str]) -> String {
        let parameters: Vec<_> = parameters.iter().map(|it| it.replace('#', &self.name)).collect();
        layout::method(&before.replace('#', &self.name), name, Parameters::new(&parameters))
    }

    fn decode(&self) -> String {
        let callee = format!("{}.fromValue", self.name);
        layout::call(4, "return ", &callee, &["pointer[checkIndex(index)]".to_owned()], ";")
    }

    fn sublist_view(&self) -> String {
        sublist_view(&format!("{}Array", self.name))
    }
}
