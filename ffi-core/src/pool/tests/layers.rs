//! Direction of uses: the files of `pool/` use only those of lower layers.

use std::fs;
use std::path::{Path, PathBuf};

/// Layers from the ground up. The files of a layer may use each other if its flag is true.
const LAYERS: &[(&[&str], bool)] = &[
    (&["primitive", "list"], false),
    (&["word", "stride", "ring", "bell", "debug"], false),
    (&["live"], false),
    (&["cache"], true),
    (&["slots"], false),
    (&["reserve", "error", "stats", "token"], false),
    (&["known"], false),
    (&["raw"], false),
    (&["untyped"], false),
    (&["pooled", "typed", "boxed", "read", "claim"], true),
    (&["queue"], false),
    (&["abi"], false),
];

fn layer(file: &str) -> Option<usize> {
    LAYERS.iter().position(|(files, _)| files.contains(&file))
}

/// Returns the files of `pool/`, and the name that each has in [`LAYERS`].
fn files() -> Vec<(PathBuf, String)> {
    let pool = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/pool");
    let list = |folder: &Path| fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()).collect::<Vec<_>>();
    let mut files = Vec::new();
    for path in list(&pool) {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        match path.is_dir() {
            true if name == "tests" => {}
            true => files.extend(list(&path).into_iter().map(|file| (file, name.clone()))),
            false if name == "mod" => {}
            false => files.push((path, name)),
        }
    }
    files
}

/// Returns the names that follow `prefix` in a file's code: one, or several in braces.
fn names_after<'t>(text: &'t str, prefix: &str) -> Vec<&'t str> {
    let mut names = Vec::new();
    for (at, _) in text.match_indices(prefix) {
        let rest = &text[at + prefix.len()..];
        let list = rest.strip_prefix('{').map_or(rest, |list| &list[..list.find('}').unwrap()]);
        let parts = if rest.starts_with('{') { list.split(',').collect() } else { vec![list] };
        names.extend(parts.into_iter().map(|part| {
            let part = part.trim();
            &part[..part.find(|it: char| !it.is_alphanumeric() && it != '_').unwrap_or(part.len())]
        }));
    }
    names
}

#[test]
fn no_file_uses_one_of_a_layer_above() {
    let files = files();
    assert!(files.len() > 15, "{files:?}");
    for (path, name) in files {
        let text = fs::read_to_string(&path).unwrap();
        let code: String = text
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
            .map(|it| format!("{it}\n"))
            .collect();
        let own = layer(&name).unwrap_or_else(|| panic!("{} has no layer", path.display()));
        // A file in a folder says `super` for the folder.
        let nested = path.parent().unwrap().file_name().unwrap() != "pool";
        let is_root = !nested || path.file_stem().unwrap() == "mod";
        let used = names_after(&code, if is_root { "super::" } else { "super::super::" });
        for used in used.into_iter().chain(names_after(&code, "crate::pool::")).filter(|it| !it.is_empty()) {
            let Some(other) = layer(used) else {
                panic!("{} uses `{used}`, which is no file of a layer", path.display());
            };
            let within = other == own && (LAYERS[own].1 || used == name);
            assert!(other < own || within, "{} uses `{used}`, which is above it", path.display());
        }
    }
}
