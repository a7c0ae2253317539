//! Dart's runtimes for other systems.
//!
//! A program that is compiled ahead of time needs one of the version of its compiler. Debian has
//! those of its own systems; others come with Sass, which is a program in Dart, from npm.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::cells::NotHere;
use crate::dart_sdk::Sdk;
use crate::debian::entries;
use crate::progress;
use crate::workspace::{capture, on_path};

/// A runtime in a package of npm.
#[derive(Debug)]
pub(super) struct Runtime {
    pub(super) package: &'static str,
    pub(super) file: &'static str,
    /// System that it is for.
    pub(super) system: &'static str,
}

/// Returns [`NotHere`] if this machine has no npm.
pub(super) fn check_machine() -> Result<()> {
    if on_path("npm").is_none() {
        bail!(NotHere("`npm`, by which Dart's runtimes for other systems are had".to_owned()));
    }
    Ok(())
}

impl Runtime {
    /// Downloads the runtime, and returns its bytes. `part` is for what is written meanwhile.
    ///
    /// # Errors
    ///
    /// Returns [`NotHere`] if it has another version than `sdk`, and an error if it can't be
    /// downloaded.
    pub(super) fn download(&self, sdk: &Sdk, part: &Path) -> Result<Vec<u8>> {
        let folder = part.join("npm");
        fs::create_dir_all(&folder)?;
        progress::busy(&format!("downloading Dart's runtime for {}", self.system), || {
            capture(Command::new("npm").args(["pack", "--silent", self.package]).current_dir(&folder))
        })?;
        let archive = entries(&folder)?.into_iter().next().context("npm has written no file")?;
        capture(Command::new("tar").arg("-xf").arg(&archive).arg("-C").arg(&folder).arg(self.file))?;
        let bytes = fs::read(folder.join(self.file))
            .with_context(|| format!("npm's package {} has no {}", self.package, self.file))?;
        ensure!(is_of(&bytes, &sdk.version().to_string()), self.not_here(sdk));
        Ok(bytes)
    }

    pub(super) fn not_here(&self, sdk: &Sdk) -> NotHere {
        NotHere(format!(
            "a runtime of Dart {} for {}, which npm has of other versions",
            sdk.version(),
            self.system
        ))
    }
}

/// Returns true if a runtime says that it has this version.
fn is_of(runtime: &[u8], version: &str) -> bool {
    let said = format!("\0{version} (");
    runtime.windows(said.len()).any(|it| it == said.as_bytes())
}

/// Compiles the file `source` of a package, after [`Sdk::pub_get`], to the program `program` for
/// the system `os` by a `gen_snapshot`.
pub(super) fn compile(
    sdk: &Sdk,
    gen_snapshot: &Path,
    os: &str,
    package: &Path,
    source: &Path,
    program: &Path,
) -> Result<()> {
    let kernel = program.with_extension("dill");
    sdk.compile_kernel_ahead_of_time(package, source, os, &kernel)?;
    let mut to = OsString::from("--elf=");
    to.push(program);
    capture(Command::new(gen_snapshot).arg("--snapshot-kind=app-aot-elf").arg(to).arg(kernel))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_runtime_is_known_by_its_version() {
        let runtime = b"code\x003.13.4 (stable) (a date) on \"linux_x64\"\0more";
        assert!(is_of(runtime, "3.13.4"));
        assert!(!is_of(runtime, "3.13.40") && !is_of(runtime, "13.4") && !is_of(b"", "3.13.4"));
    }
}
