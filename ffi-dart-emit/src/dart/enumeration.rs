//! Classes of an enum: the enum, which is a value, and the array if a function takes a slice of it.

use std::collections::HashSet;

use askama::Template;

use crate::model::{Enum, Model, Passing, Scalar, Type, TypeId, Value};

use super::columns;
use super::lead::Lead;
use super::names::Names;
use super::owners::list_returned;
use super::types;

/// Part of `values.dart` with all enums.
#[derive(Template)]
#[template(path = "dart/enums.dart.jinja", escape = "none")]
pub struct EnumsFile<'a> {
    enums: Vec<EnumClass<'a>>,
}

/// Part of the package's library with the arrays of enums.
#[derive(Template)]
#[template(path = "dart/arrays.dart.jinja", escape = "none")]
pub struct ArraysFile<'a> {
    package: &'a str,
    arrays: Vec<EnumArray<'a>>,
}

/// Class of an enum.
struct EnumClass<'a> {
    name: &'a str,
    doc: String,
    notes: String,
    variants: Vec<VariantMember<'a>>,
    /// True if numbers without a variant are also read.
    open: bool,
    /// True if the numbers are `u64`, for which Dart uses `int`.
    unsigned: bool,
}

/// A value of an enum.
struct VariantMember<'a> {
    name: &'a str,
    doc: String,
    notes: String,
    /// Its number, as an expression and as a pattern.
    number: String,
    pattern: String,
}

/// Class of an array of an enum.
struct EnumArray<'a> {
    name: &'a str,
    /// Types of the number.
    types: types::ScalarTypes,
    /// True if a function returns a list of it.
    returned: bool,
}

impl<'a> EnumsFile<'a> {
    /// Returns the file for `model`.
    pub fn new(model: &'a Model, names: &'a Names<'_>) -> Self {
        let open = opened(model);
        let class = |it: &'a Enum| EnumClass::new(names, it, open.contains(&it.id));
        Self { enums: model.enums.iter().map(class).collect() }
    }
}

impl<'a> ArraysFile<'a> {
    /// Returns the file for `model`, or `None` if no enum has an array.
    pub fn new(model: &'a Model, names: &'a Names<'_>) -> Option<Self> {
        let is_it = |id: &TypeId, value| matches!(model.physical(value), Value::Enum(index) | Value::Open(index) if model.enumeration(index).id == *id);
        let passed = |id: &TypeId| {
            model.functions.iter().any(|it| {
                it.params.iter().any(|param| match param.passing {
                    Passing::Slice { of, .. } | Passing::Moved(of) => is_it(id, of),
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
                name: &names.of(&it.id).name,
                types: types::scalar(it.repr),
                returned,
            })
        };
        let arrays: Vec<_> = model.enums.iter().filter_map(array).collect();
        (!arrays.is_empty()).then(|| Self { package: &names.package, arrays })
    }
}

/// Returns the enums that are used in an `FfiOpen`.
fn opened(model: &Model) -> HashSet<&TypeId> {
    let mut open = HashSet::new();
    for composite in model.by_dependency() {
        for ty in composite.types() {
            ty.walk_all(&mut |part| {
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
    let functions = model.functions.iter().flat_map(|it| it.values());
    for value in functions.chain(model.methods().flat_map(|it| it.values())) {
        if let Value::Open(index) = value {
            open.insert(&model.enumeration(index).id);
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

impl<'a> EnumClass<'a> {
    fn new(names: &'a Names<'_>, it: &'a Enum, open: bool) -> Self {
        let own = names.of(&it.id);
        let Lead { doc, notes } =
            Lead::new(names, 0, &it.item.name, &it.item, &format!("The enum `{}`.", it.item.name));
        let variants = it.variants.iter().zip(&own.members).map(|(variant, name)| {
            let Lead { doc, notes } = Lead::new(
                names,
                2,
                &it.item.name,
                &variant.item,
                &format!("`{}` in Rust.", variant.item.name),
            );
            let number = literal(variant.value);
            let pattern = if number.contains(' ') { format!("const ({number})") } else { number.clone() };
            VariantMember { name, doc, notes, number, pattern }
        });
        Self {
            name: &own.name,
            doc,
            notes,
            variants: variants.collect(),
            open,
            unsigned: it.repr == Scalar::U64,
        }
    }
}
