//! Installs Debian's Flutter into `.flutter/` without root:
//!
//! ```text
//! .flutter/engine/                          the engine for tests, the compiler, dart:ui
//! .flutter/root/usr/lib/<machine>/          the libraries that the engine runs with
//! .flutter/root/usr/share/dart/packages/    flutter, flutter_test and what they need
//! ```
//!
//! The front end runs in the Dart of `.dart-sdk/`, whose version must be the same.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};

use crate::debian::{self, entries, keep_only};
use crate::unstable::{self, Libraries};
use crate::workspace;

/// Packages to install, each with all it depends on. `patchelf` is only used to install.
const WANTED: [&str; 7] = [
    "flutter",
    "flutter-engine-tools",
    "flutter-patched-sdk",
    "flutter-test",
    "flutter-tester",
    "patchelf",
    "sky-engine",
];

/// Files and folders of the engine that are used.
const USED: [&str; 3] = ["flutter_patched_sdk", "flutter_tester", "frontend_server_aot.dart.snapshot"];

const BY_HAND: &str = "elsewhere, run the tests of an app with `flutter test`";

/// Returns the folder of the installation.
pub(super) fn dir() -> PathBuf {
    workspace::root().join(".flutter")
}

/// Returns the folder of the Dart packages in the installation `dir`.
pub(super) fn packages(dir: &Path) -> PathBuf {
    dir.join("root/usr/share/dart/packages")
}

/// Fails if Flutter can't be installed on this machine.
pub(super) fn check_machine() -> Result<()> {
    unstable::check_machine("Flutter", BY_HAND)
}

/// Installs into `dir`, and replaces an installation that is there.
pub(super) fn install(dir: &Path) -> Result<()> {
    check_machine()?;
    debian::replace(dir, || super::Flutter::find().is_some(), |part| build(part, dir))
        .map_err(|error| anyhow!("cannot install Debian's Flutter: {error:#}\nhint: {BY_HAND}"))
}

/// Builds in `part` the installation that will run in `dir`.
fn build(part: &Path, dir: &Path) -> Result<()> {
    let (root, debs, engine) = (part.join("root"), part.join("debs"), part.join("engine"));
    unstable::download(&WANTED, &part.join("apt"), &debs)?;
    debian::unpack(&debs, &root)?;
    // Folders are named after kinds of builds.
    let found = entries(&root.join("usr/lib/flutter-engine"))?
        .into_iter()
        .find(|folder| USED.iter().all(|name| folder.join(name).exists()))
        .with_context(|| format!("no folder of usr/lib/flutter-engine has {}", USED.join(", ")))?;
    fs::rename(found, &engine)?;
    keep_only(&engine, &USED)?;

    let libraries = Libraries::find(&root)?;
    libraries.adopt(&engine.join("flutter_tester"), part, dir)?;

    keep_only(part, &["engine", "root"])?;
    keep_only(&root, &["usr"])?;
    keep_only(&root.join("usr"), &["lib", "share"])?;
    keep_only(&root.join("usr/lib"), &[libraries.machine()?])?;
    keep_only(&root.join("usr/share"), &["dart"])
}
