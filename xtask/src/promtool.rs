//! Finds or installs `promtool`, the tool of Prometheus that checks what it would read.
//!
//! It is on `PATH`, or in `.promtool/` at the workspace root, in which [`find_or_install`] puts
//! Debian's, of the machine's own release.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use crate::debian::{self, Apt, keep_only};
use crate::workspace;

/// Returns the program, if it is there.
#[must_use]
pub fn find() -> Option<PathBuf> {
    let installed = dir().join("promtool");
    workspace::on_path("promtool").or_else(|| installed.is_file().then_some(installed))
}

/// Returns the program, and installs it when there is none.
///
/// # Errors
///
/// Returns an error if there is none, and none can be installed on this machine.
pub fn find_or_install() -> Result<PathBuf> {
    if let Some(found) = find() {
        return Ok(found);
    }
    if !debian::has_tools() {
        bail!(
            "promtool is installed by this command only where there are Debian's apt and dpkg\n\
             hint: it comes with Prometheus; put it on PATH"
        );
    }
    let dir = dir();
    debian::replace(&dir, || dir.join("promtool").is_file(), build)
        .context("cannot install Debian's promtool\nhint: it comes with Prometheus; put it on PATH")?;
    Ok(dir.join("promtool"))
}

/// Has the program check numbers in the text format of Prometheus.
///
/// # Errors
///
/// Returns an error with what it says if it finds a mistake, or anything to say.
pub fn check(promtool: &Path, numbers: &Path) -> Result<()> {
    let mut command = Command::new(promtool);
    command.args(["check", "metrics"]).stdin(Stdio::from(fs::File::open(numbers)?));
    let output = command.output().with_context(|| format!("{} does not run", promtool.display()))?;
    let said = [output.stdout, output.stderr].map(|it| String::from_utf8_lossy(&it).into_owned()).concat();
    ensure!(output.status.success() && said.is_empty(), "promtool says of {}:\n{said}", numbers.display());
    Ok(())
}

fn dir() -> PathBuf {
    workspace::root().join(".promtool")
}

fn build(part: &Path) -> Result<()> {
    let (root, debs) = (part.join("root"), part.join("debs"));
    let apt = Apt::of_machine(&part.join("apt"))?;
    // The program needs nothing but the C library, so its package comes without what that asks for.
    apt.download(&["prometheus".to_owned()].into(), &debs)?;
    debian::unpack(&debs, &root)?;
    fs::rename(root.join("usr/bin/promtool"), part.join("promtool"))
        .context("the package prometheus has no usr/bin/promtool")?;
    keep_only(part, &["promtool"])
}
