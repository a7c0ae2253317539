//! Chooses the names of types in Rust.

use std::collections::HashMap;

use ffi_core::schema::read::{Type, TypeId};
use prost_reflect::FileDescriptor;

use super::items::Wide;
use super::options::Found;
use super::types::is_oneof;
use super::{Importer, NO_TYPE};
use crate::logical::Logical;
use crate::model::{MAX_NEWTYPES, NOT_WRAPPED};
use crate::proto::names::type_name;
use crate::proto::rust::{self, Body};

/// Returns the name in Rust of a type: those of the messages around it, and its own.
pub(super) fn rust_name(full: &str, package: &str) -> String {
    let own = full.strip_prefix(package).map_or(full, |rest| rest.trim_start_matches('.'));
    own.split('.').map(type_name).collect()
}

/// Names with another meaning as the type of a field: types of the derives, and of Rust itself.
const TYPES: &[&str] = &[
    "FfiBytes",
    "FfiEnum",
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

impl Importer<'_> {
    /// Gives each type its name.
    pub(super) fn name(&mut self, main: &FileDescriptor) {
        let mut owners: HashMap<String, String> = HashMap::new();
        let mut claim = |importer: &mut Self,
                         file: &FileDescriptor,
                         path: &[i32],
                         full: &str,
                         name: String,
                         ty: fn(TypeId) -> Type| {
            const FIX: &str =
                "give it another name in Rust with the option `(ffi.rust_name)`, or `(ffi.enum_rust_name)`";
            if !is_type_name(&name) {
                importer.problem(file, path, format!("`{full}` can't be called `{name}` in Rust"), FIX);
            }
            if let Some(other) = owners.insert(name.clone(), full.to_owned()) {
                let what = format!("`{full}` would be called `{name}` in Rust, as `{other}`");
                importer.problem(file, path, what, FIX);
            }
            importer.names.insert(full.to_owned(), name.clone());
            importer.origins.insert((name.clone(), None), (file.clone(), path.to_vec()));
            let id = TypeId(name.clone());
            importer.types.insert(name, ty(id));
        };
        for it in self.enums.clone() {
            let options = Found::new(&it.options());
            let name = options
                .text("enum_rust_name")
                .unwrap_or_else(|| rust_name(it.full_name(), it.package_name()));
            let repr = self.repr_of(&it, &options);
            self.reprs.insert(TypeId(name.clone()), (repr, false));
            claim(self, &it.parent_file(), it.path(), it.full_name(), name, Type::Enum);
        }
        for it in self.messages.clone() {
            let options = Found::new(&it.options());
            let name =
                options.text("rust_name").unwrap_or_else(|| rust_name(it.full_name(), it.package_name()));
            let ty = if is_oneof(&it) { Type::Oneof } else { Type::Message };
            claim(self, &it.parent_file(), it.path(), it.full_name(), name, ty);
        }
        for index in 0..self.wide.len() {
            let Wide { source, repr } = &self.wide[index];
            let (name, repr) = (source.name.clone(), *repr);
            self.reprs.insert(TypeId(name.clone()), (repr, true));
            self.types.insert(name.clone(), Type::Enum(TypeId(name)));
        }
        for source in &self.newtypes {
            self.types.insert(source.name.clone(), Type::Newtype(TypeId(source.name.clone())));
        }
        self.wrapped_types(main);
    }

    /// Reads the types in the newtypes, which may be other newtypes.
    fn wrapped_types(&mut self, main: &FileDescriptor) {
        const FIX: &str = "mend the option `(ffi.newtype)`";
        let texts = std::mem::take(&mut self.newtype_types);
        for (name, text) in &texts {
            let ty = match rust::parse(text, &|name| self.types.get(name).cloned()) {
                Ok(ty) => ty,
                Err(why) => {
                    let text = text.escape_debug();
                    let what = format!("newtype `{name}`: its type `{text}` can't be read: {why}");
                    self.problem(main, &[8], what, FIX);
                    NO_TYPE
                }
            };
            self.wrapped.insert(TypeId(name.clone()), ty);
        }
        // What is wrong here would be followed without end by all that looks into newtypes.
        for (name, _) in texts {
            if let Some(why) = self.not_wrapped(&TypeId(name.clone())) {
                self.problem(main, &[8], format!("newtype `{name}`: {why}"), FIX);
                self.wrapped.insert(TypeId(name), NO_TYPE);
            }
        }
        for source in &mut self.newtypes {
            if let Body::Newtype { value, .. } = &mut source.body {
                let ty = self.wrapped[&TypeId(source.name.clone())].clone();
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
