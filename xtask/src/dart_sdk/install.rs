//! Installs Debian's Dart into `.dart-sdk/` without root, on any release of Debian.
//!
//! Debian unstable packages the SDK and the Dart packages the tests use. Its binaries need
//! unstable's C library, so that is unpacked beside them, and their program interpreter and library
//! path are rewritten to it:
//!
//! ```text
//! .dart-sdk/sdk/bin/dart                      the SDK
//! .dart-sdk/root/usr/lib/<machine>/           the libraries it runs with
//! .dart-sdk/root/usr/share/dart/packages/     ffi, matcher, test_api and what they need
//! ```
//!
//! [`crate::debian`] downloads and unpacks the packages.
//!
//! What was given up: the paths written into the binaries are absolute, because `dart compile exe`
//! copies one of them to the folder of its output. After the workspace has moved, the SDK no longer
//! starts and is installed again.

use std::{
    fs::{self, File},
    io::Read,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, anyhow};

use super::{Sdk, note};
use crate::debian::{self, entries, keep_only, remove};
use crate::unstable::{self, Libraries};
use crate::workspace;

/// Packages to install, each with all it depends on. `patchelf` is only used to install.
const WANTED: [&str; 7] =
    ["dart-sdk", "dart-ffi", "dart-fixnum", "dart-matcher", "dart-protobuf", "dart-test-api", "patchelf"];

/// Files of the SDK that only serve WebAssembly, sanitizers, debuggers, IDEs and documentation:
/// half of it. A trailing `*` matches any ending.
const UNUSED: [&str; 17] = [
    "bin/*.sym",
    "bin/dartaotruntime_*",
    "bin/resources/dartdoc/*",
    "bin/snapshots/analysis_server.dart.snapshot", // the `_aot` one is what runs
    "bin/snapshots/dart2bytecode*",
    "bin/snapshots/dart2wasm*",
    "bin/snapshots/dart_tooling_daemon*",
    "bin/snapshots/dartdevc*",
    "bin/snapshots/dds*",
    "bin/snapshots/kernel_worker*",
    "bin/utils/*.sym",
    "bin/utils/wasm-opt",
    "include/*",
    "lib/_internal/dart2js_server*",
    "lib/_internal/dart2wasm*",
    "lib/_internal/ddc_*",
    "lib/dev_compiler/*",
];

const BY_HAND: &str = "install Dart by hand and put `dart` on PATH, or name its folder in FFI_DART_SDK\n  \
     macOS: `brew install dart-lang/dart/dart`\n  \
     Windows: `winget install Google.DartSDK` or `choco install dart-sdk`\n  \
     Linux: the archive from Dart's download page, your distribution's `dart` package, or a Flutter SDK";

/// Returns the folder of the SDK with its libraries and packages.
pub(super) fn dir() -> PathBuf {
    workspace::root().join(".dart-sdk")
}

/// Returns the folder of the SDK itself, inside [`dir`].
pub(super) fn sdk_dir() -> PathBuf {
    dir().join("sdk")
}

/// Installs into `dir`, and replaces an installation that does not run.
pub(super) fn install(dir: &Path) -> Result<()> {
    unstable::check_machine("Dart", BY_HAND)?;
    let sdk = dir.join("sdk");
    let is_there = || Sdk::at(&sdk).is_ok_and(|sdk| sdk.has_js_compiler());
    debian::replace(dir, is_there, |part| build(part, dir))
        .map_err(|error| anyhow!("cannot install Debian's Dart: {error:#}\nhint: {BY_HAND}"))?;
    Sdk::at(&sdk).context("the Dart just installed does not run")?;
    Ok(())
}

/// Builds in `part` the installation that will run in `dir`.
fn build(part: &Path, dir: &Path) -> Result<()> {
    let root = part.join("root");
    let debs = part.join("debs");
    unstable::download(&WANTED, &part.join("apt"), &debs)?;
    debian::unpack(&debs, &root)?;
    let sdk = part.join("sdk");
    fs::rename(root.join("usr/lib/dart"), &sdk).context("the package dart-sdk has no usr/lib/dart")?;
    for pattern in UNUSED {
        remove_matching(&sdk, pattern)?;
    }

    let libraries = Libraries::find(&root)?;
    for program in programs(&sdk)? {
        libraries.adopt(&program, part, dir)?;
    }

    keep_only(part, &["sdk", "root"])?;
    keep_only(&root, &["usr"])?;
    keep_only(&root.join("usr"), &["lib", "share"])?;
    keep_only(&root.join("usr/lib"), &[libraries.machine()?])?;
    remove(&libraries.folder.join("gconv"))?; // other character sets than Dart's
    keep_only(&root.join("usr/share"), &["dart"])
}

/// Returns the executables of the SDK.
fn programs(sdk: &Path) -> Result<Vec<PathBuf>> {
    let mut programs = Vec::new();
    for folder in ["bin", "bin/utils"] {
        for file in entries(&sdk.join(folder))? {
            if file.is_file() && is_elf(&file)? {
                programs.push(file);
            }
        }
    }
    Ok(programs)
}

fn is_elf(file: &Path) -> Result<bool> {
    let mut start = Vec::new();
    File::open(file)?.take(4).read_to_end(&mut start)?;
    Ok(start == b"\x7fELF")
}

/// Removes the files below `sdk` that match `pattern`, one of [`UNUSED`]. Reports a pattern that
/// matches nothing, so that a new SDK's growth is noticed.
fn remove_matching(sdk: &Path, pattern: &str) -> Result<()> {
    let (folder, name) = pattern.rsplit_once('/').context("a pattern is `folder/name`")?;
    let (start, end) = name.split_once('*').unwrap_or((name, ""));
    let mut any = false;
    for file in entries(&sdk.join(folder)).unwrap_or_default() {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let matches = if pattern.contains('*') {
            name.starts_with(start) && name.ends_with(end)
        } else {
            name == start
        };
        if matches {
            remove(&file)?;
            any = true;
        }
    }
    if !any {
        note(&format!("this Dart SDK has no {pattern}"));
    }
    Ok(())
}
