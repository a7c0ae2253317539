//! Finds the source files of a folder.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Returns the files below `folder` that have one of the extensions, sorted by path.
///
/// Build output and hidden folders are skipped.
///
/// # Errors
///
/// Returns an error if a folder cannot be read.
pub fn find(folder: &Path, extensions: &[&str]) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    visit(folder, extensions, &mut found)?;
    found.sort();
    Ok(found)
}

fn visit(folder: &Path, extensions: &[&str], found: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() {
            if name != "target" && !name.starts_with('.') {
                visit(&path, extensions, found)?;
            }
        } else if path.extension().and_then(|it| it.to_str()).is_some_and(|it| extensions.contains(&it)) {
            found.push(path);
        }
    }
    Ok(())
}
