//! `cargo xtask timed`.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, exit};

use anyhow::Result;

use crate::failures::Failures;
use crate::{times, workspace};

/// The arguments of `cargo xtask timed`.
#[derive(Debug, clap::Args)]
pub struct Timed {
    /// File to append to
    file: PathBuf,
    /// Program and its arguments
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    command: Vec<OsString>,
}

impl Timed {
    /// Runs the program. If it fails with a code, this process exits with that code. What it says
    /// of tests that failed is appended to the file with the extension `failures` as well.
    ///
    /// # Errors
    ///
    /// Returns an error if the program can't be started, or a signal ends it, or the file can't be
    /// written.
    pub fn run(self) -> Result<()> {
        let program = &self.command[0];
        let mut command = Command::new(program);
        command.args(&self.command[1..]);
        let name = name(Path::new(program));
        let mut failures = Failures::default();
        let run = || workspace::pass_on(&mut command, |line| failures.look(line));
        let status = times::append(&self.file, &name, run)?;
        workspace::append(&self.file.with_extension("failures"), &failures.shortened(&name))?;
        match status.code() {
            Some(0) => Ok(()),
            Some(code) => exit(code),
            None => anyhow::bail!("`{}` failed: {status}", program.display()),
        }
    }
}

/// Returns the package that cargo tests, and the target that `program` is named after:
/// `target-0123456789abcdef`.
fn name(program: &Path) -> String {
    let file = program.file_stem().unwrap_or_default().to_string_lossy();
    let target = file.rsplit_once('-').map_or(&*file, |(target, _)| target);
    match env::var("CARGO_PKG_NAME") {
        Ok(package) => format!("{package}: {target}"),
        Err(_) => target.to_owned(),
    }
}
