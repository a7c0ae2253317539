//! Chooses every identifier of a .proto file, and the names in Rust that they imply.
//!
//! Names follow buf's style guide: messages and enums in PascalCase, fields in lower_snake_case,
//! the values of an enum in UPPER_SNAKE_CASE with the name of the enum as prefix, as protobuf has
//! them all in one scope. A name that is invalid, or taken, is a [`Problem`] whose fix is
//! `#[ffi(rename = "..")]`.

use std::collections::HashMap;

use ffi_core::schema::read::Item;
use heck::{ToShoutySnakeCase, ToSnakeCase, ToUpperCamelCase};

use super::shape::Types;
use crate::model::{Enum, Message, Model, Oneof, Problem, Problems, TypeId};

const RENAME: &str = "give it another name with `#[ffi(rename = \"..\")]`";

/// Names of a model.
pub struct Names<'a>(HashMap<&'a TypeId, TypeNames>);

/// Names of a message, an enum or a oneof.
pub struct TypeNames {
    /// Name of the type itself.
    pub name: String,
    /// Names of its fields, variants or cases, in order.
    pub members: Vec<String>,
}

impl<'a> Names<'a> {
    /// Chooses a name for everything in `model`, or returns the reasons why it can't. Enums that
    /// `types` calls wide have no names, as they aren't declared.
    pub fn new(model: &'a Model, types: &impl Types, package: &str) -> Result<Self, Problems> {
        let mut namer = Namer::default();
        namer.package(package);
        let mut all = HashMap::new();
        let mut top = HashMap::new();
        for it in &model.messages {
            let names = namer.message(&mut top, it);
            all.insert(&it.id, names);
        }
        for it in &model.oneofs {
            let names = namer.oneof(&mut top, it);
            all.insert(&it.id, names);
        }
        for it in model.enums.iter().filter(|it| !types.is_wide(&it.id)) {
            let names = namer.enumeration(&mut top, it);
            all.insert(&it.id, names);
        }
        if namer.0.is_empty() { Ok(Self(all)) } else { Err(Problems(namer.0)) }
    }

    /// Returns the names of all types.
    pub fn types(&self) -> impl Iterator<Item = &str> {
        self.0.values().map(|names| names.name.as_str())
    }

    /// Returns the names of the message, enum or oneof `id` of the model.
    pub fn of(&self, id: &TypeId) -> &TypeNames {
        &self.0[id]
    }
}

/// Names of one scope in the form that protobuf compares, with their owners.
type Scope = HashMap<String, String>;

#[derive(Default)]
struct Namer(Vec<Problem>);

impl Namer {
    fn problem(&mut self, item: &str, what: String, fix: &str) {
        self.0.push(Problem { item: item.to_owned(), what, fix: fix.to_owned() });
    }

    fn package(&mut self, name: &str) {
        let part = |part: &str| {
            part.starts_with(|first: char| first.is_ascii_lowercase())
                && part.chars().all(|next| next.is_ascii_lowercase() || next.is_ascii_digit() || next == '_')
        };
        if !name.split('.').all(part) {
            self.problem(
                "package",
                format!("`{}` can't be a package of protobuf", name.escape_debug()),
                "give it one with `--package NAME`: parts with a `.` between them, each of which starts with a small \
                 letter and goes on with small letters, digits and `_`",
            );
        }
    }

    fn claim(&mut self, scope: &mut Scope, owner: &str, key: String, name: &str) {
        if let Some(other) = scope.insert(key, owner.to_owned()) {
            let what = format!("its name in .proto, `{name}`, can't be told from that of {other}");
            self.problem(owner, what, RENAME);
        }
    }

    fn convert(&mut self, owner: &str, item: &Item, convert: impl Fn(&str) -> String) -> String {
        let name = convert(item.rename.as_ref().unwrap_or(&item.name));
        let valid = name.starts_with(|first: char| first.is_ascii_alphabetic())
            && name.chars().all(|next| next.is_ascii_alphanumeric() || next == '_');
        if !valid {
            let why = if name.is_ascii() {
                "there is no name for it in .proto"
            } else {
                "names in .proto are ASCII"
            };
            self.problem(owner, why.to_owned(), RENAME);
        }
        name
    }

    fn type_name(&mut self, top: &mut Scope, owner: &str, item: &Item) -> String {
        let name = self.convert(owner, item, type_name);
        self.claim(top, owner, name.clone(), &name);
        name
    }

    fn message(&mut self, top: &mut Scope, it: &Message) -> TypeNames {
        let owner = format!("message {}", it.id);
        let name = self.type_name(top, &owner, &it.item);
        let fields =
            it.fields.iter().map(|field| (&field.item, format!("{owner}, field {}", field.item.name)));
        TypeNames { name, members: self.fields(fields) }
    }

    fn oneof(&mut self, top: &mut Scope, it: &Oneof) -> TypeNames {
        let owner = format!("oneof {}", it.id);
        let name = self.type_name(top, &owner, &it.item);
        // The first case is not a field.
        let cases = it.cases.iter().skip(1);
        let cases = cases.map(|case| (&case.item, format!("{owner}, case {}", case.item.name)));
        let mut members = vec![String::new()];
        members.extend(self.fields(cases));
        TypeNames { name, members }
    }

    fn fields<'a>(&mut self, items: impl Iterator<Item = (&'a Item, String)>) -> Vec<String> {
        let mut scope = Scope::new();
        let mut field = |(item, owner): (&Item, String)| {
            let name = self.convert(&owner, item, |name| name.to_snake_case());
            // protoc refuses fields with equal names in JSON; some versions ignore case.
            self.claim(&mut scope, &owner, name.replace('_', ""), &name);
            name
        };
        items.map(&mut field).collect()
    }

    fn enumeration(&mut self, top: &mut Scope, it: &Enum) -> TypeNames {
        let owner = format!("enum {}", it.id);
        let name = self.type_name(top, &owner, &it.item);
        let prefix = name.to_shouty_snake_case();
        let mut stripped = Scope::new();
        let mut members = Vec::with_capacity(it.variants.len());
        for variant in &it.variants {
            let owner = format!("{owner}, variant {}", variant.item.name);
            let value = self.convert(&owner, &variant.item, |name| format!("{prefix}_{}", shouty(name)));
            let before = self.0.len();
            // protoc compares values without the name of the enum, case and underscores.
            let key = value[prefix.len()..].replace('_', "").to_lowercase();
            self.claim(&mut stripped, &owner, key, &value);
            if self.0.len() == before {
                self.claim(top, &owner, value.clone(), &value);
            }
            members.push(value);
        }
        TypeNames { name, members }
    }
}

/// Returns the name of a type, unchanged if it is in PascalCase.
pub fn type_name(name: &str) -> String {
    let keep = name.starts_with(|first: char| first.is_ascii_uppercase()) && !name.contains('_');
    if keep { name.to_owned() } else { name.to_upper_camel_case() }
}

fn shouty(name: &str) -> String {
    name.to_shouty_snake_case()
}

/// Returns the name of an enum's value, given the names of enum and variant.
pub fn value_name(enumeration: &str, variant: &str) -> String {
    format!("{}_{}", type_name(enumeration).to_shouty_snake_case(), shouty(variant))
}

/// Returns the name in Rust that an enum's value implies: without the name of the enum, if that
/// leaves a name.
pub fn variant_name(enumeration: &str, value: &str) -> String {
    let prefix = format!("{}_", enumeration.to_shouty_snake_case());
    let rest = value.strip_prefix(&prefix).unwrap_or(value);
    let rest = if rest.starts_with(|first: char| first.is_ascii_alphabetic()) { rest } else { value };
    rest.to_upper_camel_case()
}

/// Returns the name in Rust that a oneof's case implies.
pub fn case_name(field: &str) -> String {
    field.to_upper_camel_case()
}

/// Returns the name in Rust that a field implies.
pub fn field_name(field: &str) -> String {
    field.to_snake_case()
}
