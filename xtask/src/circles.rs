//! Finds circles among the files of a crate: files that import from each other, directly or through
//! others.
//!
//! A `use` line counts as an import of the file that defines the item, so a `mod.rs` that only
//! re-exports the items of its files is not part of a circle. Paths that are written out in code
//! don't count, nor do tests. Files that import each other in a circle are the strongly connected
//! components of that graph (Tarjan, "Depth-First Search and Linear Graph Algorithms", SIAM Journal
//! on Computing 1(2), 1972).

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// Path of a module in its crate, such as `["pool", "typed"]`; empty for the root.
type Module = Vec<String>;

/// Imports and re-exports of one file.
#[derive(Debug, Default)]
struct File {
    /// Imported items, each with the module that it is imported from.
    imports: Vec<(Module, String)>,
    /// Re-exported items by their name here, each with the module that it comes from.
    handed_on: BTreeMap<String, (Module, String)>,
}

/// Returns the circles among the files below `source`, each as the sorted paths of its modules,
/// such as `pool/typed`.
///
/// # Errors
///
/// Returns an error if a file can't be read.
pub fn circles(source: &Path) -> Result<Vec<Vec<String>>> {
    let mut texts = BTreeMap::new();
    read(source, &mut Vec::new(), &mut texts)?;
    Ok(circles_of(&texts))
}

/// Reads all files of a folder, whose module is `module`.
fn read(folder: &Path, module: &mut Module, texts: &mut BTreeMap<Module, String>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if name == "tests" {
            continue;
        }
        let is_root = matches!(name.as_str(), "mod" | "lib" | "main");
        if !is_root {
            module.push(name);
        }
        if path.is_dir() {
            read(&path, module, texts)?;
        } else if path.extension().is_some_and(|it| it == "rs") {
            let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
            // A program and a library of one crate have one root.
            *texts.entry(module.clone()).or_default() += &text;
        }
        if !is_root {
            module.pop();
        }
    }
    Ok(())
}

fn circles_of(texts: &BTreeMap<Module, String>) -> Vec<Vec<String>> {
    let files: BTreeMap<&Module, File> =
        texts.iter().map(|(module, text)| (module, file(module, text, texts))).collect();
    let edges: BTreeMap<&Module, BTreeSet<&Module>> = files
        .iter()
        .map(|(&module, file)| {
            let used = file.imports.iter().map(|(from, item)| definition(&files, from, item));
            let used = used.filter_map(|it| files.get_key_value(&it).map(|(&key, _)| key));
            (module, used.filter(|&it| it != module).collect())
        })
        .collect();
    // The graph is small, so the modules that each one reaches are simply listed.
    let reached: BTreeMap<&Module, BTreeSet<&Module>> =
        edges.keys().map(|&module| (module, reachable(&edges, module))).collect();
    let mut found = BTreeSet::new();
    for (&module, all) in &reached {
        if all.contains(module) {
            let circle = all.iter().filter(|&&it| reached[it].contains(module));
            found.insert(circle.map(|it| it.join("/")).collect::<Vec<_>>());
        }
    }
    found.into_iter().collect()
}

/// Returns all modules that a module leads to in one step or more.
fn reachable<'m>(edges: &BTreeMap<&'m Module, BTreeSet<&'m Module>>, from: &Module) -> BTreeSet<&'m Module> {
    let mut all = BTreeSet::new();
    let mut todo: Vec<_> = edges[from].iter().copied().collect();
    while let Some(next) = todo.pop() {
        if all.insert(next) {
            todo.extend(&edges[next]);
        }
    }
    all
}

/// Returns the module that defines an item, which other modules may re-export.
fn definition(files: &BTreeMap<&Module, File>, from: &Module, item: &str) -> Module {
    let (mut module, mut item) = (from.clone(), item.to_owned());
    // At most as many steps as there are files: a crate may re-export in circles.
    for _ in 0..files.len() {
        match files.get(&module).and_then(|file| file.handed_on.get(&item)) {
            Some((next, name)) => (module, item) = (next.clone(), name.clone()),
            None => break,
        }
    }
    module
}

fn file(module: &Module, text: &str, texts: &BTreeMap<Module, String>) -> File {
    let mut file = File::default();
    let code: String = text
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .take_while(|line| !line.starts_with("mod tests {"))
        .flat_map(|line| [line, "\n"])
        .collect();
    for (at, _) in code.match_indices("use ") {
        let line = code[..at].rsplit('\n').next().unwrap_or_default().trim_start();
        let hands_on = line.starts_with("pub");
        if !(line.is_empty() || hands_on) {
            continue;
        }
        let Some((tree, _)) = code[at + "use ".len()..].split_once(';') else { continue };
        for path in paths("", &tree.replace('\n', " ")) {
            let (path, name) = path.split_once(" as ").unwrap_or((&path, ""));
            let steps: Vec<&str> = path.split("::").map(str::trim).collect();
            let Some((from, item)) = resolved(module, &steps, texts) else { continue };
            if hands_on {
                let name = if name.is_empty() { item.clone() } else { name.trim().to_owned() };
                file.handed_on.insert(name, (from, item));
            } else {
                file.imports.push((from, item));
            }
        }
    }
    file
}

/// Returns the paths of a `use` tree, with their braces opened.
fn paths(prefix: &str, tree: &str) -> Vec<String> {
    let tree = tree.trim();
    let Some((head, rest)) = tree.split_once('{') else { return vec![format!("{prefix}{tree}")] };
    let prefix = format!("{prefix}{}", head.trim());
    let (mut depth, mut start, mut found) = (0_usize, 0, Vec::new());
    let end = rest.rfind('}').unwrap_or(rest.len());
    for (at, char) in rest[..end].char_indices().chain([(end, ',')]) {
        match char {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                if !rest[start..at].trim().is_empty() {
                    found.extend(paths(&prefix, &rest[start..at]));
                }
                start = at + 1;
            }
            _ => {}
        }
    }
    found
}

/// Returns the module of a path and the item in it, if it is in this crate.
fn resolved(module: &Module, path: &[&str], texts: &BTreeMap<Module, String>) -> Option<(Module, String)> {
    let (first, mut rest) = path.split_first()?;
    let mut from = match *first {
        "crate" => Module::new(),
        "self" => module.clone(),
        "super" => module[..module.len().checked_sub(1)?].to_vec(),
        name => {
            rest = path;
            let inner: Module = module.iter().cloned().chain([name.to_owned()]).collect();
            if !texts.contains_key(&inner) {
                return None;
            }
            module.clone()
        }
    };
    while let [name, after @ ..] = rest {
        let inner: Module = from.iter().cloned().chain([(*name).to_owned()]).collect();
        match *name {
            "super" => drop(from.pop()),
            _ if texts.contains_key(&inner) => from = inner,
            _ => return Some((from, (*name).to_owned())),
        }
        rest = after;
    }
    Some((from, "self".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(files: &[(&str, &str)]) -> Vec<Vec<String>> {
        let module = |path: &str| path.split('/').filter(|it| !it.is_empty()).map(str::to_owned).collect();
        circles_of(&files.iter().map(|(path, text)| (module(path), (*text).to_owned())).collect())
    }

    #[test]
    fn a_circle_is_found_through_a_module_that_hands_on() {
        let files = [
            ("", "pub mod one; pub mod two;"),
            ("one", "mod inner;\npub use inner::{One as First, other::*};\n"),
            ("one/inner", "use crate::two::Two;\n// use super::nothing;\n"),
            ("two", "use std::fmt;\nuse crate::{one::First, two::Two};\n"),
        ];
        assert_eq!(found(&files), [["one/inner", "two"]]);
    }

    #[test]
    fn what_is_only_handed_on_and_tests_are_no_circle() {
        let files = [
            ("one", "pub(crate) use inner::One;\npub struct Base;\n"),
            ("one/inner", "use super::Base;\n#[cfg(test)]\nmod tests {\n    use crate::two::Two;\n}\n"),
            ("two", "use crate::one::{\n    Base,\n    One,\n};\n"),
        ];
        assert_eq!(found(&files), Vec::<Vec<String>>::new());
    }

    /// Accepted circles, by crate, each with a reason.
    const KNOWN: &[(&str, &[&str])] = &[
        // The types name each other: `FfiPooled::pool` returns a `Pool`, which returns boxes,
        // guards and references of an `FfiPooled`.
        (
            "ffi-core",
            &[
                "pool/boxed",
                "pool/claim",
                "pool/pooled",
                "pool/read",
                "pool/token",
                "pool/typed",
                "pool/untyped",
                "types/reference",
            ],
        ),
        // The names of an item are checked with the members that its types bring; docs of fields,
        // which types keep, link names.
        ("ffi-dart-emit", &["dart/lead", "dart/names", "dart/types"]),
        // A type of the model may be an entry of the table, which has layouts of the model.
        ("ffi-dart-emit", &["logical", "model"]),
        // Each file has methods of `Importer`, which is in the first.
        (
            "ffi-dart-emit",
            &[
                "proto/import",
                "proto/import/collect",
                "proto/import/forms",
                "proto/import/items",
                "proto/import/names",
                "proto/import/report",
                "proto/import/sources",
                "proto/import/types",
            ],
        ),
    ];

    #[test]
    fn the_workspace_has_no_other_circles() {
        for krate in ["ffi-core", "ffi-derive", "ffi-dart-emit", "xtask"] {
            let found = circles(&crate::workspace::root().join(krate).join("src")).unwrap();
            let known: Vec<_> =
                KNOWN.iter().filter(|(of, _)| *of == krate).map(|(_, circle)| circle.to_vec()).collect();
            assert_eq!(found, known, "{krate}: files import each other in a circle");
        }
    }
}
