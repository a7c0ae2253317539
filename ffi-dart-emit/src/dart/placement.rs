//! Folder of the runtime that a package depends on.
//!
//! `pub` refuses one name from two folders, so all packages of a workspace name one copy: the one
//! that the package itself names, else the one that the user asks for, else the one that another
//! package of the workspace names. Without any, the package gets a copy of its own, in its folder.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::{fs, io};

use crate::input;
use crate::model::{Problem, Problems};
use crate::output::Origin;

use super::runtime;

/// Place of a package's runtime.
#[derive(Debug, PartialEq, Eq)]
pub struct Placement {
    /// The folder, as the package names it: relative to the package if possible.
    pub named: String,
    /// The folder to write the runtime to; none if another project owns it, or it comes from a
    /// package server.
    pub write_to: Option<PathBuf>,
}

/// Finds the runtime of the package in the folder `out`, which need not exist; `asked` is the
/// folder that the caller wants.
///
/// # Errors
///
/// Returns an error if the package names another folder than `asked`, or no runtime; if the
/// packages of the workspace name several folders; or if the runtime in the folder has another
/// version than [`runtime::VERSION`], and isn't a copy that may be written again.
pub fn place(out: &Path, asked: Option<&Path>) -> Result<Placement, Problems> {
    let out = &absolute(out)?;
    let file = out.join("pubspec.yaml");
    let Some(text) = read(&file)? else { return placed(out, &chosen(out, asked)?) };
    match dependency(&text, "dependencies") {
        Some(Dependency::Folder(path)) => {
            let folder = normalized(&out.join(&path));
            if let Some(asked) = asked {
                let asked = absolute(asked)?;
                if asked != folder {
                    return Err(problem(
                        &file,
                        format!("it names the runtime in {path}, not that in {}", asked.display()),
                        format!(
                            "let it depend on `{}: {{path: {}}}`, or leave out --runtime",
                            runtime::PACKAGE,
                            relative(out, &asked)
                        ),
                    ));
                }
            }
            placed(out, &folder)
        }
        Some(Dependency::Server) => match asked {
            None => Ok(Placement { named: String::new(), write_to: None }),
            Some(_) => Err(problem(
                &file,
                "it has the runtime from a package server, or from git",
                "leave out --runtime, or give the dependency a `path`",
            )),
        },
        None => {
            let folder = chosen(out, asked)?;
            Err(problem(
                &file,
                format!("it does not depend on `{}`, which generated code imports", runtime::PACKAGE),
                format!(
                    "add `{}: {{path: {}}}` to its dependencies",
                    runtime::PACKAGE,
                    relative(out, &folder)
                ),
            ))
        }
    }
}

/// Returns the folder of the runtime that the package or app in `folder` depends on; none if it
/// names no folder.
#[must_use]
pub fn runtime_of(folder: &Path) -> Option<PathBuf> {
    named_in(&["pubspec.yaml"], "dependencies", folder)
}

/// Returns the folder of the runtime that the app in `folder` has all its packages take; none if it
/// names none.
#[must_use]
pub fn runtime_for_all(folder: &Path) -> Option<PathBuf> {
    named_in(&["pubspec_overrides.yaml", "pubspec.yaml"], "dependency_overrides", folder)
}

/// Returns the folder of the runtime that the first of `files` names in its `section`.
fn named_in(files: &[&str], section: &str, folder: &Path) -> Option<PathBuf> {
    let texts = files.iter().filter_map(|it| read(&folder.join(it)).ok().flatten());
    match texts.filter_map(|it| dependency(&it, section)).next()? {
        Dependency::Folder(path) => Some(normalized(&absolute(folder).ok()?.join(path))),
        Dependency::Server => None,
    }
}

/// Returns the path of `to` relative to the folder `from`, with `/` on every host.
///
/// # Errors
///
/// Returns an error if one of them has no absolute path.
pub fn between(from: &Path, to: &Path) -> Result<String, Problems> {
    Ok(relative(&absolute(from)?, &absolute(to)?))
}

/// Returns the folder for a package that names none.
fn chosen(out: &Path, asked: Option<&Path>) -> Result<PathBuf, Problems> {
    match asked {
        Some(folder) => absolute(folder),
        None => Ok(of_workspace(out)?.unwrap_or_else(|| out.join(runtime::PACKAGE))),
    }
}

/// Returns the placement of the runtime in `folder`, for the package in `out`.
fn placed(out: &Path, folder: &Path) -> Result<Placement, Problems> {
    let named = relative(out, folder);
    let Some(pubspec) = read(&folder.join("pubspec.yaml"))? else {
        return Ok(Placement { named, write_to: Some(folder.to_owned()) });
    };
    let file = folder.join(runtime::VERSION_FILE);
    let found = read(&file)?.as_deref().and_then(runtime::version);
    let ours = Origin::of(&pubspec) != Origin::Foreign;
    match found {
        Some(found) if found > runtime::VERSION => Err(problem(
            folder,
            format!("the runtime there has version {found}, this ffi-dart-emit writes {}", runtime::VERSION),
            "use the ffi-dart-emit that wrote it, or a newer one",
        )),
        _ if ours => Ok(Placement { named, write_to: Some(folder.to_owned()) }),
        Some(found) if found == runtime::VERSION => Ok(Placement { named, write_to: None }),
        Some(found) => Err(problem(
            folder,
            format!("the runtime there has version {found}, this ffi-dart-emit needs {}", runtime::VERSION),
            "bring it up to date: it is no copy that ffi-dart-emit wrote",
        )),
        None => Err(problem(
            folder,
            format!("there is a package, and it is not the runtime `{}`", runtime::PACKAGE),
            "name another folder with --runtime",
        )),
    }
}

/// Returns the runtime that other packages of the workspace around `out` name.
fn of_workspace(out: &Path) -> Result<Option<PathBuf>, Problems> {
    let Some(root) = out.ancestors().skip(1).find(|it| it.join(".git").exists()) else { return Ok(None) };
    let mut found = BTreeMap::new();
    collect(root, 0, &mut found);
    if found.len() > 1 {
        let all: Vec<_> =
            found.iter().map(|(folder, by)| format!("{} (in {})", folder.display(), by.display())).collect();
        return Err(problem(
            out,
            format!("packages around it name several copies of the runtime: {}", all.join(", ")),
            "name the one for this package with --runtime FOLDER",
        ));
    }
    Ok(found.into_keys().next())
}

/// Depth to which a workspace is searched for packages.
const DEPTH: usize = 6;

/// Adds the runtimes that packages in `folder` name, each with the first of those packages.
fn collect(folder: &Path, depth: usize, found: &mut BTreeMap<PathBuf, PathBuf>) {
    if let Ok(Some(text)) = read(&folder.join("pubspec.yaml"))
        && let Some(Dependency::Folder(path)) = dependency(&text, "dependencies")
    {
        let runtime = normalized(&folder.join(path));
        if runtime.join("pubspec.yaml").exists() {
            found.entry(runtime).or_insert_with(|| folder.to_owned());
        }
    }
    let Ok(entries) = folder.read_dir() else { return };
    if depth == DEPTH {
        return;
    }
    let mut folders: Vec<_> = entries
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|it| it.is_dir()))
        .filter(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            !name.starts_with('.') && !["build", "node_modules", "target"].contains(&&*name)
        })
        .map(|entry| entry.path())
        .collect();
    folders.sort();
    for folder in folders {
        collect(&folder, depth + 1, found);
    }
}

/// Source of a package's runtime.
#[derive(Debug, PartialEq, Eq)]
enum Dependency {
    /// A folder, relative to the package.
    Folder(String),
    /// A package server, or git.
    Server,
}

/// Returns the dependency on the runtime in a `section` of a `pubspec.yaml` with this text: nested
/// blocks, or `{path: ..}` on one line.
fn dependency(text: &str, section: &str) -> Option<Dependency> {
    let mut within = false;
    let mut found: Option<usize> = None;
    for line in text.lines() {
        let content = line.trim_start();
        let indent = line.len() - content.len();
        let Some((key, value)) = entry(content) else { continue };
        if indent == 0 {
            within = key == section;
            continue;
        }
        match found {
            Some(own) if indent <= own => return Some(Dependency::Server),
            Some(_) if key == "path" => return Some(Dependency::Folder(value.to_owned())),
            Some(_) if ["git", "hosted"].contains(&key) => return Some(Dependency::Server),
            Some(_) => {}
            None if within && key == runtime::PACKAGE => {
                let inline = value.strip_prefix('{').and_then(|it| it.strip_suffix('}'));
                let mut parts =
                    inline.into_iter().flat_map(|it| it.split(',')).filter_map(|it| entry(it.trim()));
                match parts.find(|(key, _)| *key == "path") {
                    Some((_, path)) => return Some(Dependency::Folder(path.to_owned())),
                    None if value.is_empty() => found = Some(indent),
                    None => return Some(Dependency::Server),
                }
            }
            None => {}
        }
    }
    found.map(|_| Dependency::Server)
}

/// Splits `key: value  # comment` of a `pubspec.yaml`, both without quotes.
pub fn entry(content: &str) -> Option<(&str, &str)> {
    let quotes = ['"', '\''];
    let content = match content.split_once('#') {
        Some((before, _)) if before.is_empty() || before.ends_with([' ', '\t']) => before,
        _ => content,
    };
    let (key, value) = content.split_once(':')?;
    Some((key.trim().trim_matches(quotes), value.trim().trim_matches(quotes)))
}

/// Returns the text of a file, or none if there is no file.
fn read(file: &Path) -> Result<Option<String>, Problems> {
    match input::text(file) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if [io::ErrorKind::NotFound, io::ErrorKind::NotADirectory].contains(&error.kind()) => {
            Ok(None)
        }
        Err(error) => Err(problem(file, format!("it can't be read: {error}"), "make it readable")),
    }
}

fn problem(path: &Path, what: impl Into<String>, fix: impl Into<String>) -> Problems {
    let item = format!("file {}", crate::cargo::relative(path).display());
    Problems(vec![Problem { item, what: what.into(), fix: fix.into() }])
}

/// Returns `path` without links if it exists, so that two names of one folder are equal.
fn absolute(path: &Path) -> Result<PathBuf, Problems> {
    let path = std::path::absolute(path).map_err(|error| {
        problem(path, format!("it has no absolute path: {error}"), "choose another folder")
    })?;
    Ok(normalized(&path))
}

/// Returns the absolute `path` without `..`, and without links as far as it exists.
fn normalized(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(out.pop()),
            Component::CurDir => {}
            part => out.push(part),
        }
        if let Ok(real) = fs::canonicalize(&out) {
            out = real;
        }
    }
    out
}

/// Returns `to` relative to the folder `from`, both absolute, with `/` on every host.
fn relative(from: &Path, to: &Path) -> String {
    let common = from.components().zip(to.components()).take_while(|(from, to)| from == to).count();
    let up = from.components().skip(common).map(|_| "..".to_owned());
    let down = to.components().skip(common).map(|it| it.as_os_str().to_string_lossy().into_owned());
    let parts: Vec<_> = up.chain(down).collect();
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::Plan;

    fn package(folder: &Path, dependencies: &str) {
        fs::create_dir_all(folder).unwrap();
        fs::write(folder.join("pubspec.yaml"), format!("name: x\n{dependencies}")).unwrap();
    }

    fn copy(folder: &Path) {
        Plan::new(folder, runtime::package(), None).write().unwrap();
    }

    fn root() -> (tempfile::TempDir, PathBuf) {
        let root = tempfile::tempdir().unwrap();
        let path = fs::canonicalize(root.path()).unwrap();
        fs::create_dir(path.join(".git")).unwrap();
        (root, path)
    }

    #[test]
    fn a_dependency_is_read_in_every_form() {
        let folder = |path: &str| Some(Dependency::Folder(path.to_owned()));
        for (text, expected) in [
            ("dependencies:\n  ffi_core:\n    path: ../core # near\n", folder("../core")),
            ("dependencies:\n  ffi_core: {path: '../core'}\n", folder("../core")),
            ("dependencies:\n  ffi: any\n  \"ffi_core\":\n      path: a b\n  z: any\n", folder("a b")),
            ("dependencies:\n  ffi_core: ^1.0.0\n", Some(Dependency::Server)),
            ("dependencies:\n  ffi_core:\n  other:\n    path: x\n", Some(Dependency::Server)),
            ("dependencies:\n  ffi_core:\n    git:\n      path: x\n", Some(Dependency::Server)),
            ("dev_dependencies:\n  ffi_core: any\n", None),
            ("dependencies:\n  # ffi_core: any\n  other: any\n", None),
            ("", None),
        ] {
            assert_eq!(dependency(text, "dependencies"), expected, "{text}");
        }
    }

    #[test]
    fn a_package_alone_gets_a_copy_in_its_folder() {
        let (_keep, root) = root();
        let out = root.join("app/dart");
        let expected = Placement { named: "ffi_core".into(), write_to: Some(out.join("ffi_core")) };
        assert_eq!(place(&out, None).unwrap(), expected);
    }

    #[test]
    fn the_copy_that_is_asked_for_is_named_relatively() {
        let (_keep, root) = root();
        let placement = place(&root.join("a/dart"), Some(&root.join("b/core"))).unwrap();
        assert_eq!(placement.named, "../../b/core");
        assert_eq!(placement.write_to, Some(root.join("b/core")));
    }

    #[test]
    fn the_copy_of_another_package_of_the_workspace_is_found() {
        let (_keep, root) = root();
        copy(&root.join("shared"));
        package(&root.join("a/dart"), "dependencies:\n  ffi_core: {path: ../../shared}\n");
        let placement = place(&root.join("deep/er/b"), None).unwrap();
        assert_eq!(placement.named, "../../../shared");
        assert_eq!(placement.write_to, Some(root.join("shared")));
        copy(&root.join("second"));
        package(&root.join("c"), "dependencies:\n  ffi_core: {path: ../second}\n");
        let problems = place(&root.join("b"), None).unwrap_err().to_string();
        assert!(problems.contains("several copies of the runtime"), "{problems}");
        assert!(problems.contains("--runtime FOLDER"), "{problems}");
        assert_eq!(place(&root.join("b"), Some(&root.join("second"))).unwrap().named, "../second");
    }

    #[test]
    fn a_package_that_names_no_runtime_or_another_is_told_so() {
        let (_keep, root) = root();
        package(&root.join("old"), "");
        let problems = place(&root.join("old"), None).unwrap_err().to_string();
        assert!(problems.contains("add `ffi_core: {path: ffi_core}` to its dependencies"), "{problems}");
        package(&root.join("a"), "dependencies:\n  ffi_core: {path: ../x}\n");
        let problems = place(&root.join("a"), Some(&root.join("y"))).unwrap_err().to_string();
        assert!(problems.contains("it names the runtime in ../x"), "{problems}");
        package(&root.join("served"), "dependencies:\n  ffi_core: any\n");
        assert_eq!(place(&root.join("served"), None).unwrap().write_to, None);
        assert!(place(&root.join("served"), Some(&root.join("y"))).is_err());
    }

    #[test]
    fn a_newer_runtime_is_not_replaced_and_a_foreign_one_not_written() {
        let (_keep, root) = root();
        let (core, out) = (root.join("core"), root.join("a"));
        copy(&core);
        let version = core.join(runtime::VERSION_FILE);
        let text = fs::read_to_string(&version).unwrap();
        let ours = format!("const runtimeVersion = {};", runtime::VERSION);
        fs::write(&version, text.replace(&ours, "const runtimeVersion = 999;")).unwrap();
        let problems = place(&out, Some(&core)).unwrap_err().to_string();
        assert!(problems.contains("the runtime there has version 999"), "{problems}");
        // The folder is no copy of this runtime: it is used, and not written.
        package(&core, "");
        fs::write(&version, &text).unwrap();
        assert_eq!(place(&out, Some(&core)).unwrap(), Placement { named: "../core".into(), write_to: None });
        fs::write(&version, text.replace(&ours, "const runtimeVersion = 0;")).unwrap();
        assert!(place(&out, Some(&core)).is_err());
        fs::remove_file(&version).unwrap();
        let problems = place(&out, Some(&core)).unwrap_err().to_string();
        assert!(problems.contains("not the runtime"), "{problems}");
    }
}
