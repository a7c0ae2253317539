//! Writes the Rust source of errors: an enum each, with a variant for what has no implementation
//! yet.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::rust::{attribute_line, lead};
use crate::foreign::rust_string;

/// An error before it is written.
pub struct ErrorEnum {
    pub doc: String,
    pub name: String,
    /// Module that it is in; empty for the root.
    pub module: String,
    /// Name in Dart, if it differs.
    pub rename: Option<String>,
    /// Names of `ffi_core` in its fields.
    pub used: BTreeSet<&'static str>,
    pub variants: Vec<Variant>,
}

/// A variant of an [`ErrorEnum`].
pub struct Variant {
    pub doc: String,
    pub name: String,
    /// Name in Dart, if it differs.
    pub rename: Option<String>,
    /// True if it stays in Rust, except for a number.
    pub internal: bool,
    pub fields: Vec<Field>,
}

/// A field of a [`Variant`].
pub struct Field {
    pub doc: String,
    pub name: String,
    /// Name in Dart, if it differs.
    pub rename: Option<String>,
    pub ty: String,
}

/// Variant of an imported error that says that a method has no implementation.
const UNIMPLEMENTED: &str = "Unimplemented";

impl ErrorEnum {
    /// Returns the name of the variant that says that a method has no implementation. An earlier
    /// import may have added it, and a variant with fields may have its name.
    fn unimplemented(&self) -> String {
        let mut name = UNIMPLEMENTED.to_owned();
        while self.variants.iter().any(|it| it.name == name && !it.internal) {
            name += "Method";
        }
        name
    }
}

/// Writes an error, and adds the names of `ffi_core` that it uses. Returns true if all of its parts
/// have docs.
pub fn write(out: &mut String, it: &ErrorEnum, used: &mut BTreeSet<&'static str>) -> bool {
    used.extend(["FfiError", "error::Unimplemented"]);
    used.extend(&it.used);
    lead(out, "", &it.doc, None);
    *out += "#[derive(Clone, Debug, PartialEq, FfiError)]\n";
    rename(out, "", it.rename.as_ref(), false);
    let _ = writeln!(out, "pub enum {} {{", it.name);
    let mut documented = !it.doc.trim().is_empty();
    let unimplemented = it.unimplemented();
    for variant in it.variants.iter().filter(|it| it.name != unimplemented) {
        documented &= !variant.doc.trim().is_empty();
        lead(out, "    ", &variant.doc, None);
        rename(out, "    ", variant.rename.as_ref(), variant.internal);
        if variant.fields.is_empty() {
            let _ = writeln!(out, "    {},", variant.name);
            continue;
        }
        let _ = writeln!(out, "    {} {{", variant.name);
        for field in &variant.fields {
            documented &= !field.doc.trim().is_empty();
            lead(out, "        ", &field.doc, None);
            rename(out, "        ", field.rename.as_ref(), false);
            let _ = writeln!(out, "        {}: {},", field.name, field.ty);
        }
        *out += "    },\n";
    }
    let name = &it.name;
    let _ = write!(
        out,
        "    /// The method has no implementation yet.\n    #[ffi(internal)]\n    {unimplemented}(Unimplemented),\n}}\n\n\
         impl std::fmt::Display for {name} {{\n    \
         fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {{\n        \
         write!(f, \"{{self:?}}\")\n    }}\n}}\n\n\
         impl std::error::Error for {name} {{}}\n\n\
         impl From<Unimplemented> for {name} {{\n    \
         fn from(error: Unimplemented) -> Self {{\n        Self::{unimplemented}(error)\n    }}\n}}\n"
    );
    documented
}

/// Writes the keys of a part.
fn rename(out: &mut String, pad: &str, name: Option<&String>, internal: bool) {
    let name = name.map(|name| format!("rename = {}", rust_string(name)));
    let keys: Vec<_> = name.into_iter().chain(internal.then(|| "internal".to_owned())).collect();
    if !keys.is_empty() {
        *out += &attribute_line(pad, "ffi", &keys);
    }
}
