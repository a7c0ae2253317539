//! Makes an SDK whose `dart doc` runs.
//!
//! dartdoc takes a folder for an SDK only if it has a header of the VM, and writes pages with
//! scripts and pictures of its own. Debian's SDK has neither. Only warnings are checked, so empty
//! files will do.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::Sdk;
use crate::workspace;

/// Files that dartdoc looks for, in the folder of the SDK.
const MISSING: &[&str] = &[
    "include/dart_version.h",
    "bin/resources/dartdoc/resources/docs.dart.js",
    "bin/resources/dartdoc/resources/docs.dart.js.map",
    "bin/resources/dartdoc/resources/favicon.png",
    "bin/resources/dartdoc/resources/github.css",
    "bin/resources/dartdoc/resources/highlight.pack.js",
    "bin/resources/dartdoc/resources/play_button.svg",
    "bin/resources/dartdoc/resources/readme.md",
    "bin/resources/dartdoc/resources/search.svg",
    "bin/resources/dartdoc/resources/search_dark.svg",
    "bin/resources/dartdoc/resources/styles.css",
];

/// Returns the `dart` of an SDK that can make docs: `sdk` itself, or a copy below the target folder
/// with the files that it lacks.
pub fn dart(sdk: &Sdk) -> Result<PathBuf> {
    let root = sdk.folder();
    if root.join(MISSING[0]).exists() {
        return Ok(sdk.dart().to_owned());
    }
    let copy = workspace::target().join("dart-doc-sdk").join(sdk.version().to_string());
    link_all(root, &copy)?;
    for file in MISSING {
        let file = copy.join(file);
        if !file.exists() {
            fs::create_dir_all(file.parent().context("a file has a folder")?)?;
            fs::write(&file, "")?;
        }
    }
    Ok(copy.join("bin/dart"))
}

/// Makes a folder with the files of another one, as links if possible.
fn link_all(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("cannot make {}", to.display()))?;
    for entry in fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let entry = entry?;
        // Not the type of the entry: an SDK's folders may be links.
        let (path, copy) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            link_all(&path, &copy)?;
        } else if !copy.exists() {
            link(&fs::canonicalize(&path)?, &copy)
                .with_context(|| format!("cannot copy {}", path.display()))?;
        }
    }
    Ok(())
}

fn link(file: &Path, to: &Path) -> io::Result<()> {
    fs::hard_link(file, to).or_else(|_| fs::copy(file, to).map(|_| ()))
}
