//! Programs that cargo installs for the workspace, each into a hidden folder of its own.

use std::env::consts::EXE_SUFFIX;
use std::fs;
use std::path::PathBuf;

use anyhow::Result;

use crate::workspace::{cargo, root, run};

/// Version of mdBook that `docs/book.toml` is written for.
const MDBOOK: &str = "0.5.4";

/// Version of cargo-deny that `deny.toml` is written for.
const CARGO_DENY: &str = "0.20.2";

/// Returns mdBook, which makes a book of the guide's pages.
///
/// # Errors
///
/// Returns an error if it isn't there and cargo can't install it.
pub(crate) fn mdbook() -> Result<PathBuf> {
    find_or_install("mdbook", MDBOOK, &["--no-default-features", "--features", "search"])
}

/// Returns cargo-deny, which checks dependencies.
///
/// # Errors
///
/// Returns an error if it isn't there and cargo can't install it.
pub(crate) fn cargo_deny() -> Result<PathBuf> {
    find_or_install("cargo-deny", CARGO_DENY, &["--no-default-features"])
}

/// Returns a program in the folder `.{name}` at the workspace root. Installs it if it isn't there
/// in that version.
fn find_or_install(name: &str, version: &str, features: &[&str]) -> Result<PathBuf> {
    let folder = root().join(format!(".{name}"));
    let program = folder.join(format!("bin/{name}{EXE_SUFFIX}"));
    // The list that cargo keeps of what it has installed.
    let installed = fs::read_to_string(folder.join(".crates.toml")).unwrap_or_default();
    if !program.exists() || !installed.contains(&format!("\"{name} {version} ")) {
        let mut install = cargo();
        install.args(["install", name, "--locked", "--version", version]).args(features);
        run(install.arg("--root").arg(&folder))?;
    }
    Ok(program)
}
