//! Classes of an enum: the enum, which is a value, and the array if a function takes a slice of it.

use std::collections::HashSet;

use askama::Template;

use crate::model::{Enum, Model, Passing, Scalar, Type, TypeId, Value};

use super::columns;
use super::composite::{array_constructor, list_returned, sublist_view, taken_constructor, view_constructor};
use super::layout::{self, Parameters, Statement};
use super::names::Names;
use super::types;

/// Part of `values.dart` with all enums.
#[derive(Template)]
#[template(path = "dart/enums.dart.jinja", escape = "none")]
pub struct EnumsFile {
    enums: Vec<EnumClass>,
}

/// Part of the package's library with the arrays of enums.
#[derive(Template)]
#[template(path = "dart/arrays.dart.jinja", escape = "none")]
pub struct ArraysFile {
    package: String,
    arrays: Vec<EnumArray>,
}

/// Class of an enum.
struct EnumClass {
    name: String,
    /// Docs and annotations.
    lead: String,
    variants: Vec<String>,
    cases: Vec<String>,
    /// True if numbers without a variant are also read.
    open: bool,
    /// True if the numbers are `u64`, for which Dart uses `int`.
    unsigned: bool,
}

/// Class of an array of an enum.
struct EnumArray {
    name: String,
    /// Types of the number.
    types: types::ScalarTypes,
    /// True if a function returns a list of it.
    returned: bool,
}

impl EnumsFile {
    /// Returns the file for `model`.
    pub fn new(model: &Model, names: &Names<'_>) -> Self {
        let open = opened(model);
        let class = |it: &Enum| EnumClass::new(names, it, open.contains(&it.id));
        Self { enums: model.enums.iter().map(class).collect() }
    }
}

impl ArraysFile {
    /// Returns the file for `model`, or `None` if no enum has an array.
    pub fn new(model: &Model, names: &Names<'_>) -> Option<Self> {
        let is_it = |id: &TypeId, value| matches!(model.physical(value), Value::Enum(index) | Value::Open(index) if model.enumeration(index).id == *id);
        let passed = |id: &TypeId| {
            model.functions.iter().any(|it| {
                it.params.iter().any(|param| match param.passing {
                    Passing::Slice { of, .. } => is_it(id, of),
                    // An enum by reference is the first element of an array.
                    Passing::Reference { to, .. } => is_it(id, to),
                    _ => false,
                })
            }) || columns::types(model)
                .any(|ty| matches!(ty.innermost().physical(), Type::Enum(index) if model.enumeration(*index).id == *id))
        };
        let array = |it: &Enum| {
            let returned = list_returned(model, |value| is_it(&it.id, value));
            (returned || passed(&it.id)).then(|| EnumArray {
                name: names.of(&it.id).name.clone(),
                types: types::scalar(it.repr),
                returned,
            })
        };
        let arrays: Vec<_> = model.enums.iter().filter_map(array).collect();
        (!arrays.is_empty()).then(|| Self { package: names.package.clone(), arrays })
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

/// Largest number that is exact in JavaScript.
const MOST_IN_JAVASCRIPT: u64 = 1 << 53;

/// Returns a constant expression for `value`, each of whose literals is exact in JavaScript: its
/// compiler refuses others.
fn literal(value: i64) -> String {
    if value.unsigned_abs() <= MOST_IN_JAVASCRIPT {
        return value.to_string();
    }
    format!("{} * 0x100000000 + {}", value >> 32, value & 0xffff_ffff)
}

impl EnumClass {
    fn new(names: &Names<'_>, it: &Enum, open: bool) -> Self {
        let own = names.of(&it.id);
        let named = || it.variants.iter().zip(&own.members);
        Self {
            name: own.name.clone(),
            lead: super::lead(0, &it.item, &format!("The enum `{}`.", it.item.name), ""),
            variants: named()
                .map(|(variant, name)| {
                    let default = format!("`{}` in Rust.", variant.item.name);
                    let lead = super::lead(2, &variant.item, &default, "");
                    format!("{lead}  {name}({})", literal(variant.value))
                })
                .collect(),
            cases: named()
                .map(|(variant, name)| {
                    let value = literal(variant.value);
                    let pattern = if value.contains(' ') { format!("const ({value})") } else { value };
                    layout::case(&pattern, name)
                })
                .collect(),
            open,
            unsigned: it.repr == Scalar::U64,
        }
    }
}

/// Functions that the template calls.
impl EnumClass {
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

    fn constructor(&self) -> String {
        layout::call(2, "const ", &self.name, &["this.value".to_owned()], ";")
    }
}

/// Functions that the template calls.
impl EnumArray {
    fn class(&self) -> String {
        let Self { name, types, .. } = self;
        let base = format!("extends $.EnumArray<{}, {name}>", types.native);
        layout::class(&format!("final class {name}Array"), &base)
    }

    fn element_size(&self) -> String {
        layout::getter(
            "int",
            "elementSize",
            &Statement::Return(&format!("$.sizeOf<{}>()", self.types.native)),
        )
    }

    fn constructor(&self) -> String {
        array_constructor(&format!("{}Array", self.name))
    }

    fn taken(&self) -> String {
        taken_constructor(&format!("{}Array", self.name))
    }

    fn view(&self) -> String {
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
