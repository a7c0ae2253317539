//! Chooses every identifier of a .proto file, and the names in Rust that they imply.
//!
//! Names follow buf's style guide: messages and enums in PascalCase, fields in lower_snake_case,
//! the values of an enum in UPPER_SNAKE_CASE with the name of the enum as prefix, as protobuf has
//! them all in one scope. Names that `#[ffi(proto(..))]` and `#[ffi(json(..))]` give are taken as
//! they are. A name that is invalid, or taken, is a [`Problem`] whose fix is
//! `#[ffi(rename = "..")]`.

use std::collections::HashMap;

use ffi_core::schema::read::Item;
use heck::{ToShoutySnakeCase, ToSnakeCase, ToUpperCamelCase};

use super::shape::Types;
use crate::model::{Enum, Message, Model, Oneof, Problem, Problems, TypeId};

const RENAME: &str = "give it another name with `#[ffi(rename = \"..\")]`";

/// Package of the types that protobuf has itself, which are imported and not written.
pub const PROTOBUF: &str = "google.protobuf";

/// Names of a model.
pub struct Names<'a>(HashMap<&'a TypeId, TypeNames>);

/// Names of a message, an enum or a oneof.
pub struct TypeNames {
    /// Package that declares it.
    pub package: String,
    /// Name behind the package: those of the messages around it, and its own.
    pub path: String,
    /// Name of the `oneof` in the message of a oneof, if it is given.
    pub oneof: Option<String>,
    /// Names of its fields, variants or cases, in order.
    pub members: Vec<MemberName>,
}

/// Name of a field, variant or case.
#[derive(Default)]
pub struct MemberName {
    /// Name in .proto.
    pub name: String,
    /// Name in JSON, if it isn't the one that `name` implies.
    pub json: Option<String>,
    /// Further names of an enum's value.
    pub aliases: Vec<String>,
    /// True if `name` is given, not made of the name in Rust.
    given: bool,
}

impl TypeNames {
    /// Returns its own name, without those of the messages around it.
    pub fn name(&self) -> &str {
        self.path.rsplit('.').next().unwrap_or_default()
    }

    /// Returns the path of the message around it, if it is in one.
    pub fn around(&self) -> Option<&str> {
        Some(self.path.rsplit_once('.')?.0)
    }

    /// Returns the name in Rust that the path implies.
    pub fn implied(&self) -> String {
        self.path.split('.').map(type_name).collect()
    }
}

impl<'a> Names<'a> {
    /// Chooses a name for everything in `model`, or returns the reasons why it can't. Enums that
    /// `types` calls wide have no names, as they aren't declared.
    pub fn new(model: &'a Model, types: &impl Types, package: &'a str) -> Result<Self, Problems> {
        let mut namer = Namer { problems: Vec::new(), package, scopes: HashMap::new() };
        namer.package(package);
        let mut all = HashMap::new();
        for it in &model.messages {
            let names = namer.message(it);
            all.insert(&it.id, names);
        }
        for it in &model.oneofs {
            let names = namer.oneof(it);
            all.insert(&it.id, names);
        }
        for it in model.enums.iter().filter(|it| !types.is_wide(&it.id)) {
            let names = namer.enumeration(it);
            all.insert(&it.id, names);
        }
        for it in &model.enums {
            if let Some(around) = all.get(&it.id).map(|it| format!("{}.{}", it.package, it.path)) {
                namer.holds_nothing(it, &around);
            }
        }
        if namer.problems.is_empty() { Ok(Self(all)) } else { Err(Problems(namer.problems)) }
    }

    /// Returns the names of all types.
    pub fn types(&self) -> impl Iterator<Item = (&'a TypeId, &TypeNames)> {
        self.0.iter().map(|(id, names)| (*id, names))
    }

    /// Returns the names of the message, enum or oneof `id` of the model.
    pub fn of(&self, id: &TypeId) -> &TypeNames {
        &self.0[id]
    }
}

/// Names of one scope in the form that protobuf compares, with their owners.
type Scope = HashMap<String, String>;

struct Namer<'a> {
    problems: Vec<Problem>,
    /// Package of the export.
    package: &'a str,
    /// Packages and messages, with the types and values in them.
    scopes: HashMap<String, Scope>,
}

fn is_identifier(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.chars().all(|next| next.is_ascii_alphanumeric() || next == '_')
}

impl Namer<'_> {
    fn problem(&mut self, item: &str, what: String, fix: &str) {
        self.problems.push(Problem { item: item.to_owned(), what, fix: fix.to_owned() });
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

    /// Claims a name in a package or message.
    fn claim_in(&mut self, scope: &str, owner: &str, key: String, name: &str) {
        let scope = self.scopes.entry(scope.to_owned()).or_default();
        let other = scope.insert(key, owner.to_owned());
        self.claimed(other, owner, name);
    }

    fn claim(&mut self, scope: &mut Scope, owner: &str, key: String, name: &str) {
        let other = scope.insert(key, owner.to_owned());
        self.claimed(other, owner, name);
    }

    fn claimed(&mut self, other: Option<String>, owner: &str, name: &str) {
        if let Some(other) = other {
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

    /// Chooses the name of a type, whose members come later.
    fn type_name(&mut self, owner: &str, item: &Item) -> TypeNames {
        let given = item.proto_name.clone().unwrap_or_default();
        for name in [&given.package, &given.name, &given.oneof].into_iter().flatten() {
            if !name.split('.').all(is_identifier) {
                let what = format!("`{}` can't be a name in .proto", name.escape_debug());
                self.problem(owner, what, "give it another one with `#[ffi(proto(..))]`");
            }
        }
        let package = given.package.unwrap_or_else(|| self.package.to_owned());
        let path = given.name.unwrap_or_else(|| self.convert(owner, item, type_name));
        let names = TypeNames { package, path, oneof: given.oneof, members: Vec::new() };
        let full = format!("{}.{}", names.package, names.path);
        let (around, own) = full.rsplit_once('.').expect("a package is before it");
        self.claim_in(around, owner, own.to_owned(), &names.path);
        names
    }

    fn message(&mut self, it: &Message) -> TypeNames {
        let owner = format!("message {}", it.id);
        let names = self.type_name(&owner, &it.item);
        let fields =
            it.fields.iter().map(|field| (&field.item, format!("{owner}, field {}", field.item.name)));
        TypeNames { members: self.fields(fields), ..names }
    }

    fn oneof(&mut self, it: &Oneof) -> TypeNames {
        let owner = format!("oneof {}", it.id);
        let names = self.type_name(&owner, &it.item);
        // The first case is not a field.
        let cases = it.cases.iter().skip(1);
        let cases = cases.map(|case| (&case.item, format!("{owner}, case {}", case.item.name)));
        let mut members = vec![MemberName::default()];
        members.extend(self.fields(cases));
        TypeNames { members, ..names }
    }

    fn fields<'a>(&mut self, items: impl Iterator<Item = (&'a Item, String)>) -> Vec<MemberName> {
        let mut scope = Scope::new();
        let mut field = |(item, owner): (&Item, String)| {
            let member = self.field(item, &owner);
            // protoc refuses fields with equal names in JSON; some versions ignore case.
            let key = match &member.json {
                Some(json) => json.clone(),
                None if member.given => json_name(&member.name),
                None => member.name.replace('_', ""),
            };
            self.claim(&mut scope, &owner, key, &member.name);
            member
        };
        items.map(&mut field).collect()
    }

    fn field(&mut self, item: &Item, owner: &str) -> MemberName {
        let json = item.json_names.first();
        let given = item.json_names.get(1).or(json).filter(|name| is_identifier(name));
        let (name, given) = match given {
            Some(name) => (name.clone(), true),
            None => (self.convert(owner, item, |name| name.to_snake_case()), false),
        };
        let json = json.filter(|json| **json != json_name(&name)).cloned();
        if json.as_ref().is_some_and(|json| json.starts_with('[') && json.ends_with(']')) {
            let what = "protobuf keeps names in JSON with brackets around them for extensions";
            self.problem(owner, what.to_owned(), "take another name for `#[ffi(json(..))]`");
        }
        MemberName { name, json, aliases: Vec::new(), given }
    }

    fn enumeration(&mut self, it: &Enum) -> TypeNames {
        let owner = format!("enum {}", it.id);
        let names = self.type_name(&owner, &it.item);
        let around = match names.around() {
            Some(around) => format!("{}.{around}", names.package),
            None => names.package.clone(),
        };
        let own = type_name(it.item.rename.as_ref().unwrap_or(&it.item.name));
        let prefix = own.to_shouty_snake_case();
        let mut stripped = Scope::new();
        let mut members = Vec::with_capacity(it.variants.len());
        for variant in &it.variants {
            let owner = format!("{owner}, variant {}", variant.item.name);
            let member = self.value(&variant.item, &owner, &prefix);
            let before = self.problems.len();
            if !member.given {
                // protoc compares values without the name of the enum, case and underscores.
                let key = member.name[prefix.len()..].replace('_', "").to_lowercase();
                self.claim(&mut stripped, &owner, key, &member.name);
            }
            if self.problems.len() == before {
                for name in std::iter::once(&member.name).chain(&member.aliases) {
                    self.claim_in(&around, &owner, name.clone(), name);
                }
            }
            members.push(member);
        }
        TypeNames { members, ..names }
    }

    fn value(&mut self, item: &Item, owner: &str, prefix: &str) -> MemberName {
        let mut given = item.json_names.iter().filter(|name| is_identifier(name));
        let name = given.next();
        let aliases = given.cloned().collect();
        // What is no name in .proto is only read and written in JSON.
        let json = item.json_names.first().filter(|name| !is_identifier(name)).cloned();
        match name {
            Some(name) if json.is_none() => MemberName { name: name.clone(), json, aliases, given: true },
            _ => {
                let name = self.convert(owner, item, |name| format!("{prefix}_{}", shouty(name)));
                MemberName { name, json, aliases: Vec::new(), given: false }
            }
        }
    }

    /// Reports the types that are in an enum, where protobuf has none.
    fn holds_nothing(&mut self, it: &Enum, scope: &str) {
        for owner in self.scopes.remove(scope).into_iter().flat_map(Scope::into_values) {
            let what = format!("it would be in the enum {}, which holds no types", it.id);
            self.problem(&owner, what, "give it another name with `#[ffi(proto(name = \"..\"))]`");
        }
    }
}

/// Returns the name in JSON of a name in .proto, as protobuf has it: without underscores, and each
/// letter behind one is large.
pub fn json_name(name: &str) -> String {
    let mut after_underscore = false;
    let mut json = String::new();
    for letter in name.chars() {
        if letter == '_' {
            after_underscore = true;
        } else {
            json.push(if after_underscore { letter.to_ascii_uppercase() } else { letter });
            after_underscore = false;
        }
    }
    json
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
