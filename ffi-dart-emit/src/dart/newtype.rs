//! Newtypes in Dart: an extension type each, or a type of the user's with two conversions.
//!
//! Memory has the type in the newtype, whose code reads and writes it; what is here goes around
//! that: `UserId(..)` and `.value`, or calls of the conversions. A newtype of an array is a list in
//! an extension type: a view of memory where an array would be one, and a copy in a value.

use std::collections::BTreeSet;

use askama::Template;

use crate::model::{Model, NewtypeIndex, Passing, Returns, Scalar, Type, Value};

use super::columns;
use super::layout;
use super::lead::Lead;
use super::names::Names;
use super::types::{self, Place, Types, Unsigned, frozen, prefix, unwrap, wrap};

/// Part of `values.dart` with all extension types.
#[derive(Template)]
#[template(path = "dart/newtypes.dart.jinja", escape = "none")]
pub struct NewtypesFile {
    types: Vec<ExtensionType>,
}

/// Part of the package's library with conversions and arrays.
#[derive(Template)]
#[template(path = "dart/newtype_arrays.dart.jinja", escape = "none")]
pub struct NewtypeArraysFile {
    package: String,
    conversions: Vec<Conversions>,
    arrays: Vec<NewtypeArray>,
}

struct ExtensionType {
    doc: String,
    notes: String,
    name: String,
    /// Type of the value.
    value: String,
    /// True if the value is an array.
    is_list: bool,
    /// The unsigned numbers, if the value has `u64`.
    big: Option<Unsigned>,
}

/// Functions from and to a type of the user's.
struct Conversions {
    name: String,
    dart: String,
    value: String,
    /// The value that `from` gets, which it may keep.
    given: String,
    from: String,
    /// Name of `from` in exceptions, quoted.
    from_name: String,
    to: String,
    to_name: String,
}

struct NewtypeArray {
    name: String,
    /// Class of the array of the values.
    array: String,
    /// Dart type of an element.
    element: String,
    read: String,
    write: String,
}

impl NewtypesFile {
    /// Returns the file for the model of `types`, or `None` if there are no extension types.
    pub fn new(types: &Types<'_>) -> Option<Self> {
        let own = types.model.newtypes.iter().filter(|it| it.dart.is_none());
        let all: Vec<_> = own
            .map(|it| {
                let default = format!("The newtype `{}`.", it.item.name);
                let Lead { doc, notes } = Lead::new(types.names, 0, &it.item.name, &it.item, &default);
                ExtensionType {
                    doc,
                    notes,
                    name: types.names.of(&it.id).name.clone(),
                    value: types.element(&it.ty),
                    is_list: matches!(it.ty, Type::Array { .. }),
                    big: types::big(&it.ty),
                }
            })
            .collect();
        (!all.is_empty()).then_some(Self { types: all })
    }
}

impl NewtypeArraysFile {
    /// Returns the file for the model of `types`, or `None` if there is nothing in it.
    pub fn new(types: &Types<'_>) -> Option<Self> {
        let Types { model, names, .. } = types;
        let conversions = model.newtypes.iter().filter_map(|it| Some((it, it.dart.as_ref()?)));
        let conversions = conversions.map(|(it, dart)| {
            let prefix = prefix(names, dart);
            let to = match dart.to.starts_with('.') {
                true => format!("(it) => it{}", dart.to),
                false => format!("{prefix}{}", dart.to),
            };
            Conversions {
                name: names.of(&it.id).name.clone(),
                dart: types::newtype(names, it),
                value: types.element(&it.ty),
                given: frozen(types, &it.ty, "value", "name").unwrap_or_else(|| "value".to_owned()),
                from: format!("{prefix}{}", dart.from),
                from_name: layout::string(&dart.from),
                to,
                to_name: layout::string(&dart.to),
            }
        });
        let conversions: Vec<_> = conversions.collect();
        let arrays = used_arrays(model).into_iter().map(|index| NewtypeArray::new(types, index));
        let arrays: Vec<_> = arrays.collect();
        let package = names.package.clone();
        let any = !conversions.is_empty() || !arrays.is_empty();
        any.then_some(Self { package, conversions, arrays })
    }
}

impl NewtypeArray {
    fn new(types: &Types<'_>, index: NewtypeIndex) -> Self {
        let Types { model, names, .. } = types;
        let newtype = model.newtype(index);
        let inner = newtype.ty.value().expect("only those with values have arrays");
        let place = match newtype.ty {
            Type::Scalar(it) if it != Scalar::Bool => "array.list[index]",
            _ => "array[index]",
        };
        let name = names.of(&newtype.id).name.clone();
        let literal = layout::string(&name);
        let named = Place { name: &literal, index: Some("index") };
        let value = unwrap(names, model, index, "value", named);
        let value = match newtype.ty {
            Type::Scalar(it) => types::checked(it, &value, &literal),
            _ => value,
        };
        Self {
            array: types::array(names, model, inner),
            element: types::newtype(names, newtype),
            read: wrap(names, model, index, place, named),
            write: format!("{place} = {value}"),
            name,
        }
    }
}

/// Returns the newtypes that have arrays: those of slices, lent values, lists and columns, and
/// those in these.
fn used_arrays(model: &Model) -> BTreeSet<NewtypeIndex> {
    let mut used = BTreeSet::new();
    let mut use_type = |ty: &Type| {
        ty.walk(&mut |part| {
            if let Type::Newtype { index, .. } = part
                && part.value().is_some()
            {
                used.insert(*index);
            }
        });
    };
    let mut values = Vec::new();
    for function in &model.functions {
        values.extend(function.params.iter().filter_map(|param| match param.passing {
            Passing::Slice { of, .. } | Passing::Moved(of) => Some(of),
            Passing::Reference { to, .. } => Some(to),
            _ => None,
        }));
    }
    values.extend(model.received().filter_map(|it| match it {
        Returns::Vec(value) => Some(value),
        _ => None,
    }));
    for value in values {
        if let Value::Newtype(index) = value {
            let of = Box::new(model.newtype(index).ty.clone());
            use_type(&Type::Newtype { index, of });
        }
    }
    columns::types(model).filter(|ty| matches!(ty, Type::Newtype { .. })).for_each(&mut use_type);
    used
}

/// Returns what C gets for the newtype `value`, a number; exceptions call it `named`.
pub fn number(names: &Names<'_>, model: &Model, ty: &Type, value: &str, named: Place<'_>) -> String {
    match ty {
        Type::Newtype { index, of } => {
            number(names, model, of, &unwrap(names, model, *index, value, named), named)
        }
        Type::Enum(_) => format!("{value}.value"),
        _ => value.to_owned(),
    }
}

/// Returns the Dart value of what C has as `value`, a number or struct; exceptions call it `named`.
pub fn from_c(names: &Names<'_>, model: &Model, ty: &Type, value: &str, named: Place<'_>) -> String {
    match ty {
        Type::Newtype { index, of } => {
            wrap(names, model, *index, &from_c(names, model, of, value, named), named)
        }
        Type::Enum(index) => {
            let class = types::public(names, model, Value::Enum(*index));
            format!("{class}.fromValue({value}, {})", named.arguments().join(", "))
        }
        Type::Logical(_) => named.call(&format!("{value}.read"), &[]),
        _ => value.to_owned(),
    }
}

/// Returns the statement that writes `value` to `place`, the struct of a logical type.
pub fn to_struct(
    names: &Names<'_>,
    model: &Model,
    ty: &Type,
    place: &str,
    value: &str,
    named: Place<'_>,
) -> String {
    match ty {
        Type::Newtype { index, of } => {
            let inner = unwrap(names, model, *index, value, named);
            to_struct(names, model, of, place, &inner, named)
        }
        _ => format!("{};", named.call(&format!("{place}.write"), &[value])),
    }
}

/// Returns the type of a newtype or logical type that is passed by value.
pub fn type_of(model: &Model, value: Value) -> Option<Type> {
    match value {
        Value::Newtype(index) => Some(Type::Newtype { index, of: Box::new(model.newtype(index).ty.clone()) }),
        Value::Logical(it) => Some(Type::Logical(it)),
        _ => None,
    }
}

/// Returns the other packages with types of the user's, sorted.
pub fn packages<'a>(names: &'a Names<'_>) -> Vec<&'a str> {
    let packages = names.imports.iter().filter_map(|it| it.strip_prefix("package:")?.split('/').next());
    packages.filter(|it| *it != names.package).collect::<BTreeSet<_>>().into_iter().collect()
}

/// Returns the indexes in [`Names::imports`] of those that values and exceptions name.
pub fn imported_by_values(names: &Names<'_>, model: &Model) -> Vec<usize> {
    let mut used = BTreeSet::new();
    let mut walk = |ty: &Type| {
        ty.walk_all(&mut |part| {
            if let Type::Newtype { index, .. } = part
                && let Some(import) = model.newtype(*index).dart.as_ref().and_then(|it| it.import.as_ref())
            {
                used.extend(names.imports.iter().position(|it| it == import));
            }
        });
    };
    let composites = model.by_dependency().into_iter().flat_map(|it| it.types());
    composites.for_each(&mut walk);
    model.errors.iter().flat_map(|error| error.values()).for_each(&mut walk);
    // An extension type around such a type names it.
    model.newtypes.iter().filter(|it| it.dart.is_none()).map(|it| &it.ty).for_each(&mut walk);
    used.into_iter().collect()
}
