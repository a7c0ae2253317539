//! Facts about newtypes that records and .proto files are checked for, and checks of the Dart that
//! stands for one. It is text from the library's file and becomes part of generated code, so only
//! names pass.

use super::DartType;

/// Largest number of newtypes that hold each other.
pub const MAX_NEWTYPES: usize = 16;

/// Description of a newtype whose value isn't one that [may be
/// wrapped](super::Type::may_be_wrapped).
pub const NOT_WRAPPED: &str = "its value is no number, `bool`, enum, text, logical type, or array of these";

/// Returns the mistakes in `dart`, each with its fix.
pub fn check_dart(dart: &DartType) -> Vec<(String, &'static str)> {
    let DartType { name, import, from, to } = dart;
    let member = to.strip_prefix('.').map(|member| member.strip_suffix("()").unwrap_or(member));
    let to_holds = member.map_or_else(|| is_path(to), is_name);
    let import_holds = import.as_ref().is_none_or(|import| is_uri(import));
    let mut mistakes = Vec::new();
    let mut check = |holds: bool, what: &str, text: &str, fix| {
        if !holds {
            mistakes.push((format!("`{}` is not {what} in Dart", text.escape_debug()), fix));
        }
    };
    check(is_name(name), "the name of a type", name, "take a name without type arguments");
    if import.is_none() && is_name(name) {
        let fix = "name the library that declares it with `import = \"package:..\"`";
        check(CORE.contains(&&**name), "a type of `dart:core` that needs no import", name, fix);
    }
    let library = import.as_deref().unwrap_or_default();
    check(import_holds, "a library", library, "take `package:name/file.dart`, or `dart:name`");
    check(is_path(from), "a function", from, "take a constructor or function, such as `Color.fromInt`");
    check(to_holds, "a function or member", to, "take a function, or `.getter`, or `.method()`");
    mistakes
}

/// Types of `dart:core` that a newtype can have without an import, as the derive has them.
const CORE: [&str; 8] = ["BigInt", "DateTime", "Duration", "String", "Uri", "bool", "double", "int"];

fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.chars().all(|next| next == '_' || next.is_ascii_alphanumeric())
}

/// Returns true for `name` and `name.name`.
fn is_path(path: &str) -> bool {
    path.split('.').count() <= 2 && path.split('.').all(is_name)
}

/// Returns true for `package:name/path.dart` and `dart:name`.
fn is_uri(uri: &str) -> bool {
    let is_part =
        |part: &str| !part.is_empty() && part.chars().all(|next| next == '_' || next.is_ascii_alphanumeric());
    match uri.split_once(':') {
        Some(("package", path)) => {
            path.contains('/') && path.ends_with(".dart") && path.split(['/', '.']).all(is_part)
        }
        Some(("dart", name)) => is_name(name),
        _ => false,
    }
}
