//! Writes the Rust source of services: a trait each, whose methods say that they are not
//! implemented.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::rust::{WIDTH, attribute_line, lead};
use crate::foreign::rust_string;

/// A service before it is written.
pub struct Trait {
    pub doc: String,
    pub deprecated: Option<String>,
    pub name: String,
    /// Module that it is in; empty for the root.
    pub module: String,
    /// Prefix of its symbols, if another module has a type of the same name.
    pub prefix: Option<String>,
    /// Name in Dart, if it differs.
    pub rename: Option<String>,
    /// Names of `ffi_core` in its methods.
    pub used: BTreeSet<&'static str>,
    pub methods: Vec<Method>,
}

/// A method of a [`Trait`].
pub struct Method {
    pub doc: String,
    pub deprecated: Option<String>,
    pub name: String,
    /// Name in the .proto file, with that of the service.
    pub full: String,
    pub is_async: bool,
    /// True if it returns a stream of results.
    pub is_stream: bool,
    /// Keys of `#[ffi(..)]`.
    pub keys: Vec<String>,
    /// Names and types of the parameters.
    pub params: Vec<(String, String)>,
    /// Type of the result.
    pub result: String,
    /// Type of the error; `None` if it only says that the method has no implementation.
    pub error: Option<String>,
}

/// Writes a service, and adds the names of `ffi_core` that it uses. Returns true if all of its
/// parts have docs.
pub fn write(out: &mut String, it: &Trait, used: &mut BTreeSet<&'static str>) -> bool {
    used.extend(["error::Unimplemented", "ffi_service"]);
    lead(out, "", &it.doc, it.deprecated.as_ref());
    used.extend(&it.used);
    let keys = [("rename", &it.rename), ("prefix", &it.prefix)];
    let keys = keys.into_iter().filter_map(|(key, text)| Some((key, text.as_ref()?)));
    let keys: Vec<_> = keys.map(|(key, text)| format!("{key} = {}", rust_string(text))).collect();
    *out += &match keys.as_slice() {
        [] => "#[ffi_service]\n".to_owned(),
        keys => attribute_line("", "ffi_service", keys),
    };
    let _ = writeln!(out, "pub trait {} {{", it.name);
    let mut documented = !it.doc.trim().is_empty();
    for (index, method) in it.methods.iter().enumerate() {
        documented &= !method.doc.trim().is_empty();
        *out += if index > 0 { "\n" } else { "" };
        lead(out, "    ", &method.doc, method.deprecated.as_ref());
        if !method.keys.is_empty() {
            *out += &attribute_line("    ", "ffi", &method.keys);
        }
        let keyword = if method.is_async { "async fn" } else { "fn" };
        let params = method.params.iter().map(|(name, ty)| format!("{name}: {ty}"));
        let params: Vec<_> = ["&self".to_owned()].into_iter().chain(params).collect();
        let error = method.error.as_deref().unwrap_or("Unimplemented");
        let mut result = format!("Result<{}, {error}>", method.result);
        if method.params.iter().any(|(_, ty)| ty.starts_with("FfiInput<")) {
            used.insert("FfiInput");
        }
        if method.is_stream {
            used.insert("Stream");
            result = format!("impl Stream<Item = {result}>");
        }
        let line = format!("    {keyword} {}({}) -> {result} {{", method.name, params.join(", "));
        if line.len() <= WIDTH {
            let _ = writeln!(out, "{line}");
        } else {
            let lines: String = params.iter().map(|param| format!("        {param},\n")).collect();
            let _ = writeln!(out, "    {keyword} {}(\n{lines}    ) -> {result} {{", method.name);
        }
        let names: Vec<_> = method.params.iter().map(|(name, _)| &**name).collect();
        match names.as_slice() {
            [] => {}
            [one] => _ = writeln!(out, "        let _ = {one};"),
            several => _ = writeln!(out, "        let _ = ({});", several.join(", ")),
        }
        let unimplemented = format!("Unimplemented::new({})", rust_string(&method.full));
        let body = match (method.is_stream, &method.error) {
            (true, _) => format!("{unimplemented}.stream()"),
            (false, Some(_)) => format!("Err({unimplemented}.into())"),
            (false, None) => format!("Err({unimplemented})"),
        };
        let _ = writeln!(out, "        {body}\n    }}");
    }
    *out += "}\n";
    documented
}
