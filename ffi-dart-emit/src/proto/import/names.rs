//! Chooses the names of types in Rust.

use std::collections::{HashMap, HashSet};

use ffi_core::schema::read::{Type, TypeId};
use heck::{ToSnakeCase, ToUpperCamelCase};
use prost_reflect::FileDescriptor;

use super::forms::{Form, is_export};
use super::items::Wide;
use super::options::{Found, is_error};
use super::{Importer, NO_TYPE};
use crate::logical::Logical;
use crate::model::{MAX_NEWTYPES, NOT_WRAPPED, Problem};
use crate::proto::names::type_name;
use crate::proto::rust::{self, Body};

/// Returns the name in Rust of a type: those of the messages around it, and its own.
pub(super) fn rust_name(full: &str, package: &str) -> String {
    let own = full.strip_prefix(package).map_or(full, |rest| rest.trim_start_matches('.'));
    own.split('.').map(type_name).collect()
}

/// Names with another meaning as the type of a field: types of the derives, and of Rust itself.
const TYPES: &[&str] = &[
    "ArenaBox",
    "ArenaBytes",
    "ArenaMap",
    "ArenaStr",
    "ArenaVec",
    "FfiArena",
    "FfiBytes",
    "FfiEnum",
    "FfiError",
    "FfiInput",
    "FfiMap",
    "FfiMessage",
    "FfiNewtype",
    "FfiOpen",
    "FfiOption",
    "FfiRef",
    "FfiStr",
    "FfiVec",
    "bool",
    "char",
    "f32",
    "f64",
    "i128",
    "i16",
    "i32",
    "i64",
    "i8",
    "isize",
    "str",
    "u128",
    "u16",
    "u32",
    "u64",
    "u8",
    "usize",
];

/// Returns true if a type can have this name.
pub(super) fn is_type_name(name: &str) -> bool {
    is_variant_name(name) && !TYPES.contains(&name) && Logical::of_rust(name).is_none()
}

/// Returns true if a variant or case can have this name. The derives take ASCII.
pub(super) fn is_variant_name(name: &str) -> bool {
    is_identifier(name) && name != "Self" && !KEYWORDS.contains(&name)
}

pub(super) fn is_identifier(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.chars().all(|next| next.is_ascii_alphanumeric() || next == '_')
        && name != "_"
}

const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro",
    "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "static", "struct", "trait",
    "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Returns the name of a field, as a raw identifier if it is a keyword.
pub(super) fn member_name(name: &str) -> Option<String> {
    match name {
        "self" | "super" | "crate" => Some(format!("{name}_")),
        name if KEYWORDS.contains(&name) => Some(format!("r#{name}")),
        name if is_identifier(name) => Some(name.to_owned()),
        _ => None,
    }
}

/// Returns the first free name: `wanted`, with the ending, or with a number.
pub(super) fn near(wanted: &str, ending: &str, is_free: impl Fn(&str) -> bool) -> String {
    let numbered = (2..).map(|number| format!("{wanted}{number}"));
    let mut names = [wanted.to_owned(), format!("{wanted}{ending}")].into_iter().chain(numbered);
    names.find(|name| is_free(name)).expect("one of the numbers is free")
}

/// Returns the name of a package as an identifier.
fn package_name(package: &str) -> String {
    match package.replace('.', "_").to_snake_case() {
        name if name.is_empty() => "no_package".to_owned(),
        name if KEYWORDS.contains(&&*name) || matches!(&*name, "self" | "super" | "crate") => {
            format!("{name}_")
        }
        name => name,
    }
}

/// Names that types have.
#[derive(Default)]
pub(super) struct Taken {
    /// Names among all modules -> full name in protobuf.
    rust: HashMap<String, String>,
    /// Names in symbols without a prefix.
    symbols: HashSet<String>,
    /// Modules, and names in symbols.
    in_modules: HashSet<(String, String)>,
    /// Names in Dart.
    dart: HashSet<String>,
    /// Names among all modules of messages that may live in arenas, whose derive adds two types.
    in_arenas: HashSet<String>,
}

/// Name of a type.
pub(super) struct TypeName {
    pub(super) module: String,
    pub(super) name: String,
    pub(super) prefix: Option<String>,
    pub(super) rename: Option<String>,
}

/// Endings of the types that the derive adds for a message that lives in an arena.
const ADDED: [&str; 2] = ["View", "Edit"];

impl Importer<'_> {
    /// Returns the module of the types of a package.
    pub(super) fn module(&self, package: &str) -> String {
        if package == self.root {
            return String::new();
        }
        package_name(package)
    }

    /// Returns the type that a text in Rust's notation names, in a file of this package.
    pub(super) fn named(&self, package: &str, name: &str) -> Option<Type> {
        let module = self.module(package);
        self.types.get(&rust::key(&module, name)).or_else(|| self.types.get(name)).cloned()
    }

    /// Returns the name of a type that the options or the caller give, if they do.
    pub(super) fn given(&mut self, full: &str, option: Option<String>) -> Option<String> {
        let renamed = self.options.rename.get(full).cloned();
        if renamed.is_some() {
            self.renamed.insert(full.to_owned());
        }
        renamed.or(option)
    }

    /// Reports new names for types that aren't there.
    pub(super) fn unknown_renames(&mut self) {
        for full in self.options.rename.keys().filter(|full| !self.renamed.contains(*full)) {
            let item = format!("--rename {full}");
            let what = "there is no type of that name in what is imported".to_owned();
            let fix = "write the full name, with its package and the messages around it".to_owned();
            let place = (String::new(), 0, 0, self.problems.len());
            self.problems.insert(place, Problem { item, what, fix });
        }
    }

    /// Chooses the name of a type: the given one, or one near `wanted` that Rust can have.
    pub(super) fn type_name(
        &mut self,
        (file, path, full): (&FileDescriptor, &[i32], &str),
        given: Option<String>,
        wanted: String,
        kind: &str,
    ) -> TypeName {
        const FIX: &str = "give it another name in Rust with `--rename`, or with the option `(ffi.rust_name)` or \
                           `(ffi.enum_rust_name)`";
        let module = self.module(file.package_name());
        let is_export = is_export(file);
        if let Some(name) = given {
            if !is_type_name(&name) {
                self.problem(file, path, format!("`{full}` can't be called `{name}` in Rust"), FIX);
            }
            if let Some(other) = self.taken.rust.get(&rust::key(&module, &name)) {
                let what = format!("`{full}` would be called `{name}` in Rust, as `{other}`");
                self.problem(file, path, what, FIX);
            }
            return self.claim(module, full, name, None);
        }
        let taken = &self.taken;
        let is_free = |name: &str| {
            let added = |ending: &&str| {
                let stem = name.strip_suffix(*ending);
                stem.is_some_and(|stem| taken.in_arenas.contains(&rust::key(&module, stem)))
            };
            is_type_name(name)
                && !taken.rust.contains_key(&rust::key(&module, name))
                && !taken.in_modules.contains(&(module.clone(), name.to_snake_case()))
                && (is_export || !ADDED.iter().any(added))
        };
        let name = near(&wanted, kind, is_free);
        // What only Rust can't have keeps its name in Dart.
        let rename = (name != wanted && !taken.dart.contains(&wanted)).then(|| wanted.clone());
        self.claim(module, full, name, rename)
    }

    /// Notes the name of a type, and chooses those in symbols and in Dart.
    fn claim(&mut self, module: String, full: &str, name: String, rename: Option<String>) -> TypeName {
        let taken = &mut self.taken;
        let symbol = name.to_snake_case();
        // The root has its package, as its module has no name.
        let own = if module.is_empty() { package_name(&self.root) } else { module.clone() };
        let prefix = taken.symbols.contains(&symbol).then_some(own);
        let mut rename = rename;
        if let Some(prefix) = &prefix
            && taken.dart.contains(rename.as_ref().unwrap_or(&name))
        {
            rename = Some(format!("{}{name}", prefix.to_upper_camel_case()));
        }
        taken.dart.insert(rename.clone().unwrap_or_else(|| name.clone()));
        taken.in_modules.insert((module.clone(), symbol.clone()));
        taken.symbols.insert(symbol);
        taken.rust.insert(rust::key(&module, &name), full.to_owned());
        TypeName { module, name, prefix, rename }
    }

    /// Gives each type its name.
    pub(super) fn name(&mut self, mains: &[FileDescriptor]) {
        for it in &self.messages {
            if self.options.form == Form::Arena && !self.is_oneof(it) {
                let name = rust_name(it.full_name(), it.package_name());
                self.taken.in_arenas.insert(rust::key(&self.module(it.package_name()), &name));
            }
        }
        for source in self.wide.iter().map(|it| &it.source).chain(&self.newtypes) {
            let symbol = source.name.to_snake_case();
            self.taken.rust.insert(source.key(), source.name.clone());
            self.taken.in_modules.insert((source.module.clone(), symbol.clone()));
            self.taken.symbols.insert(symbol);
            self.taken.dart.insert(source.rename.clone().unwrap_or_else(|| source.name.clone()));
        }
        // Traits and errors name these of Rust, which a type of the module would hide.
        for main in mains.iter().filter(|it| it.services().len() > 0 || it.messages().any(|it| is_error(&it)))
        {
            let module = self.module(main.package_name());
            let names = ["Option", "Result", "Stream", "String", "Unimplemented", "Vec"];
            let names = names.map(|name| (rust::key(&module, name), format!("`{name}` of Rust")));
            self.taken.rust.extend(names);
        }
        for it in self.enums.clone() {
            let options = Found::new(&it.options());
            let file = it.parent_file();
            let given = self.given(it.full_name(), options.text("enum_rust_name"));
            let wanted = rust_name(it.full_name(), it.package_name());
            let name = self.type_name((&file, it.path(), it.full_name()), given, wanted, "Enum");
            let repr = self.repr_of(&it, &options);
            self.reprs.insert(TypeId(rust::key(&name.module, &name.name)), (repr, false));
            self.add_name(&file, it.path(), it.full_name(), name, Type::Enum);
        }
        for it in self.messages.clone() {
            let options = Found::new(&it.options());
            let file = it.parent_file();
            let given = self.given(it.full_name(), options.text("rust_name"));
            let wanted = rust_name(it.full_name(), it.package_name());
            let name = self.type_name((&file, it.path(), it.full_name()), given, wanted, "Message");
            let ty = if self.is_oneof(&it) { Type::Oneof } else { Type::Message };
            self.add_name(&file, it.path(), it.full_name(), name, ty);
        }
        for it in self.messages.clone() {
            for oneof in self.flattened(&it) {
                let (file, full) = (it.parent_file(), oneof.full_name());
                let given = self.given(full, Found::new(&oneof.options()).text("oneof_rust_name"));
                let wanted = rust_name(full, it.package_name());
                let name = self.type_name((&file, oneof.path(), full), given, wanted, "Oneof");
                self.add_name(&file, oneof.path(), full, name, Type::Oneof);
            }
        }
        for Wide { source, repr } in &self.wide {
            let id = TypeId(source.key());
            self.reprs.insert(id.clone(), (*repr, true));
            self.types.insert(source.key(), Type::Enum(id));
        }
        for source in &self.newtypes {
            self.types.insert(source.key(), Type::Newtype(TypeId(source.key())));
        }
        for main in mains {
            self.wrapped_types(main);
        }
    }

    fn add_name(
        &mut self,
        file: &FileDescriptor,
        path: &[i32],
        full: &str,
        name: TypeName,
        ty: fn(TypeId) -> Type,
    ) {
        let key = rust::key(&name.module, &name.name);
        self.origins.insert((key.clone(), None), (file.clone(), path.to_vec()));
        self.types.insert(key.clone(), ty(TypeId(key.clone())));
        self.names.insert(full.to_owned(), key);
        self.type_names.insert(full.to_owned(), name);
    }

    /// Reads the types in the newtypes, which may be other newtypes.
    fn wrapped_types(&mut self, main: &FileDescriptor) {
        const FIX: &str = "mend the option `(ffi.newtype)`";
        let module = self.module(main.package_name());
        let texts = self.newtype_types.remove(main.name()).unwrap_or_default();
        for (name, text) in &texts {
            let ty = match rust::parse(text, &|name| self.named(main.package_name(), name)) {
                Ok(ty) => ty,
                Err(why) => {
                    let text = text.escape_debug();
                    let what = format!("newtype `{name}`: its type `{text}` can't be read: {why}");
                    self.problem(main, &[8], what, FIX);
                    NO_TYPE
                }
            };
            self.wrapped.insert(TypeId(rust::key(&module, name)), ty);
        }
        // What is wrong here would be followed without end by all that looks into newtypes.
        for (name, _) in texts {
            let id = TypeId(rust::key(&module, &name));
            if let Some(why) = self.not_wrapped(&id) {
                self.problem(main, &[8], format!("newtype `{name}`: {why}"), FIX);
                self.wrapped.insert(id, NO_TYPE);
            }
        }
        for source in self.newtypes.iter_mut().filter(|it| it.module == module) {
            let id = TypeId(source.key());
            if let Body::Newtype { value, .. } = &mut source.body {
                let ty = self.wrapped.get(&id).cloned().unwrap_or(NO_TYPE);
                value.iter_mut().for_each(|part| part.ty = Some(ty.clone()));
            }
        }
    }

    /// Returns the reason why the type in a newtype can't be there, if it can't.
    fn not_wrapped(&self, name: &TypeId) -> Option<String> {
        let mut ty = &self.wrapped[name];
        let mut left = MAX_NEWTYPES;
        loop {
            match ty {
                Type::Array { of, .. } => ty = of,
                Type::Newtype(inner) if left > 0 => (ty, left) = (&self.wrapped[inner], left - 1),
                Type::Newtype(_) => {
                    return Some(format!(
                        "it holds itself, or more than {MAX_NEWTYPES} newtypes in each other"
                    ));
                }
                Type::Scalar(_) | Type::Enum(_) | Type::Str { .. } | Type::Logical(_) => return None,
                _ => return Some(NOT_WRAPPED.to_owned()),
            }
        }
    }
}
