//! Names that are one for a Dart package and for a crate.

use anyhow::{Result, bail};

/// Words that a name can't be: reserved in Dart or Rust, or the name of a package that the project
/// depends on.
const TAKEN: [&str; 75] = [
    "abstract",
    "as",
    "assert",
    "async",
    "await",
    "become",
    "box",
    "break",
    "case",
    "catch",
    "class",
    "const",
    "continue",
    "core",
    "crate",
    "default",
    "do",
    "dyn",
    "else",
    "enum",
    "export",
    "extends",
    "extern",
    "factory",
    "false",
    "ffi_core",
    "final",
    "finally",
    "flutter",
    "flutter_test",
    "fn",
    "for",
    "gen",
    "get",
    "if",
    "impl",
    "import",
    "in",
    "is",
    "let",
    "library",
    "loop",
    "macro",
    "match",
    "mod",
    "move",
    "mut",
    "new",
    "null",
    "override",
    "part",
    "priv",
    "pub",
    "ref",
    "return",
    "self",
    "set",
    "static",
    "std",
    "struct",
    "super",
    "switch",
    "test",
    "this",
    "throw",
    "trait",
    "true",
    "try",
    "type",
    "unsafe",
    "use",
    "var",
    "where",
    "while",
    "yield",
];

/// Checks that `name` can be the name of an app.
///
/// # Errors
///
/// Returns an error that says what is wrong with it, and proposes another if there is one.
pub fn check(name: &str) -> Result<()> {
    if TAKEN.contains(&name) {
        bail!("`{name}` can't be the name: it is a word of Dart or Rust, or of a package; hint: {name}_app");
    }
    let is_letter = |it: char| it.is_ascii_lowercase() || it == '_';
    if name.starts_with(is_letter) && name.chars().all(|it| is_letter(it) || it.is_ascii_digit()) {
        return Ok(());
    }
    let mut better = heck::AsSnakeCase(name).to_string();
    better.retain(|it| is_letter(it) || it.is_ascii_digit());
    let better = better.trim_start_matches(|it: char| !it.is_ascii_lowercase());
    let hint = if better.is_empty() || TAKEN.contains(&better) { "my_app" } else { better };
    bail!(
        "`{name}` can't be the name of a Dart package and a crate, which have lower case letters, digits and `_`; \
         hint: {hint}"
    )
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn names_of_packages_are_accepted() {
        for name in ["particles", "my_app2", "_x"] {
            check(name).unwrap();
        }
    }

    #[test]
    fn others_get_a_proposal() {
        for (name, hint) in [
            ("MyApp", "my_app"),
            ("my-app", "my_app"),
            ("2fast", "fast"),
            ("class", "class_app"),
            ("ffi_core", "ffi_core_app"),
            ("über app", "ber_app"),
            ("../up", "up"),
            ("", "my_app"),
            ("…", "my_app"),
        ] {
            let error = check(name).unwrap_err().to_string();
            assert!(error.ends_with(&format!("hint: {hint}")), "{name}: {error}");
        }
    }
}
