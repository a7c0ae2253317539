//! Names that an editor offers to a user of a generated package.
//!
//! They are read from the text of the package and its runtime, as `dart format` or the templates
//! have written it: a declaration starts at the first column, a member at the third.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::workspace;

/// Returns the names after the import of the package in the folder `package`, and the members after
/// `library.`, one a line.
///
/// # Errors
///
/// Returns an error if a file can't be read.
pub fn of(package: &Path) -> Result<String> {
    let main = main_file(package)?;
    let exported = exported(&main)?;
    let own: BTreeSet<_> = declared(&main)?.into_iter().collect();
    let common: Vec<_> = exported.iter().filter(|name| !own.contains(*name)).cloned().collect();
    let library = fs::read_to_string(package.join("lib/src/library.g.dart"))?;
    let own: Vec<_> = own.into_iter().collect();
    Ok(format!(
        "# after the import: of the package\n{}\n\n# after the import: of the runtime\n{}\n\n# after `library.`\n{}\n",
        own.join("\n"),
        common.join("\n"),
        members(&library).join("\n")
    ))
}

/// Returns the file that users of the package in the folder `package` import.
fn main_file(package: &Path) -> Result<PathBuf> {
    let lib = package.join("lib");
    for entry in fs::read_dir(&lib).with_context(|| format!("cannot read {}", lib.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|it| it == "dart") {
            return Ok(path);
        }
    }
    anyhow::bail!("{} has no library", lib.display())
}

/// Returns the names that an import of the library at `file` brings.
fn exported(file: &Path) -> Result<BTreeSet<String>> {
    let text = read(file)?;
    let mut names: BTreeSet<_> = declared(file)?.into_iter().collect();
    for directive in text.split(";\n").filter_map(|it| it.rsplit_once("export '").map(|it| it.1)) {
        let (uri, rest) = directive.split_once('\'').context("a URI ends")?;
        match rest.trim().strip_prefix("show") {
            Some(shown) => names.extend(shown.split(',').map(|it| it.trim().to_owned())),
            None => names.extend(exported(&resolved(file, uri))?),
        }
    }
    names.remove("");
    Ok(names)
}

/// Returns the path of `uri` as it stands in `file`.
fn resolved(file: &Path, uri: &str) -> PathBuf {
    match uri.strip_prefix("package:ffi_core/") {
        Some(path) => workspace::root().join("ffi-dart-emit/dart/ffi_core/lib").join(path),
        None => file.with_file_name(uri),
    }
}

/// Returns the public names that the library at `file` declares, with its parts.
fn declared(file: &Path) -> Result<Vec<String>> {
    let text = read(file)?;
    let mut names = names(&text);
    for part in text.lines().filter_map(|line| line.strip_prefix("part '")) {
        let uri = part.split('\'').next().unwrap_or_default();
        names.extend(self::names(&read(&resolved(file, uri))?));
    }
    Ok(names)
}

fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
}

/// Returns the public names that are declared in `text`.
fn names(text: &str) -> Vec<String> {
    const DIRECTIVES: &[&str] = &["import ", "export ", "part ", "library;"];
    let lines = text
        .lines()
        .filter(|line| line.starts_with(|first: char| first.is_ascii_alphabetic() || first == '$'));
    let declarations = lines.filter(|line| !DIRECTIVES.iter().any(|it| line.starts_with(it)));
    declarations
        .filter_map(|line| declaration(line).filter(|it| !it.starts_with('_')))
        .map(str::to_owned)
        .collect()
}

/// Returns the name of the declaration that starts with `line`.
fn declaration(line: &str) -> Option<&str> {
    const KINDS: &[&str] =
        &["class ", "enum ", "extension type const ", "extension type ", "extension ", "mixin ", "typedef "];
    for kind in KINDS {
        if let Some((_, after)) = line.split_once(kind) {
            return after.split(|c: char| !is_word(c)).next();
        }
    }
    member(line)
}

/// Returns the name of the function, getter or field that starts with `line`.
fn member(line: &str) -> Option<&str> {
    if let Some((_, after)) = line.split_once(" get ") {
        return after.split(|c: char| !is_word(c)).next();
    }
    let head = line.split_once('(').map_or_else(|| line.split([';', '=']).next(), |it| Some(it.0))?;
    let head = head.trim_end();
    // A generic function has its parameters behind its name.
    let head = if head.ends_with('>') { head.rsplit_once('<')?.0 } else { head };
    head.rsplit(|c: char| !is_word(c)).next().filter(|it| !it.is_empty())
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '$'
}

/// Returns the members of the library's class, and of the extension on it, in the file `text`.
fn members(text: &str) -> Vec<String> {
    let mut names = BTreeSet::new();
    let mut inside = false;
    for line in text.lines() {
        if line.starts_with("abstract interface class ") || line.starts_with("extension ") {
            inside = !line.starts_with("extension type ");
        } else if line.starts_with('}') {
            inside = false;
        }
        let Some(code) = line.strip_prefix("  ").filter(|_| inside) else { continue };
        if code.starts_with(|first: char| first.is_ascii_alphabetic() || first == '$')
            && !code.starts_with("static ")
        {
            names.extend(member(code).filter(|name| !name.starts_with('_')).map(str::to_owned));
        }
    }
    names.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_public_declarations() {
        let text = "import 'a.dart';\n\nabstract interface class A {\n  int x();\n}\n\nfinal class _B {}\n\
                    sealed class C<T> extends D {}\nextension type E._(int x) {}\nextension F on A {\n}\n\
                    typedef G = int;\nint h(int x) => x;\nList<T> i<T>(T x) => [x];\nint get j => 1;\nenum K { a }\n\
                    const l = 3;\n";
        assert_eq!(names(text), ["A", "C", "E", "F", "G", "h", "i", "j", "K", "l"]);
    }

    #[test]
    fn members_are_those_of_the_interface_and_its_extension() {
        let text = "abstract interface class A {\n  static A open() => x;\n  /// Doc (x).\n  int get pool;\n  \
                    $.Int8Array f(int a);\n  int? g(\n    int a,\n  );\n}\n\nextension B on A {\n  C get _c => 1;\n  \
                    String get path => '';\n}\n\nfinal class _A implements A {\n  int h() => 1;\n}\n";
        assert_eq!(members(text), ["f", "g", "path", "pool"]);
    }
}
