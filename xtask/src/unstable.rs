//! Programs of Debian unstable on any release of Debian.
//!
//! They need unstable's C library. That is unpacked beside them, and their program interpreter and
//! library path are rewritten to it. The paths are absolute, so a program no longer starts after
//! its folder has moved.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, anyhow, bail};

use crate::debian::{self, Apt, entries};
use crate::workspace::capture;

/// Fails if Debian unstable's packages can't be installed on this machine. `what` is to be
/// installed, and `by_hand` says how to get it otherwise.
pub(crate) fn check_machine(what: &str, by_hand: &str) -> Result<()> {
    if !debian::has_tools() {
        bail!(
            "{what} is installed by this command only where there are Debian's apt and dpkg\nhint: {by_hand}"
        );
    }
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    if is_ubuntu(&release) {
        bail!("Ubuntu's repositories have no {what}, which only Debian unstable packages\nhint: {by_hand}");
    }
    Ok(())
}

/// Returns true if `/etc/os-release` is that of Ubuntu or a system derived from it.
fn is_ubuntu(release: &str) -> bool {
    release.lines().any(|line| {
        let value = line.strip_prefix("ID=").or_else(|| line.strip_prefix("ID_LIKE="));
        value.is_some_and(|value| value.trim_matches('"').split(' ').any(|id| id == "ubuntu"))
    })
}

/// Downloads the packages `wanted` and all they depend on into `debs`, with `private` for apt's
/// state.
///
/// # Errors
///
/// Returns an error if no repository of the machine gives Debian unstable.
pub(crate) fn download(wanted: &[&str], private: &Path, debs: &Path) -> Result<()> {
    with_apt("Debian unstable", private, &[], |apt| apt.download(&apt.dependencies(wanted)?, debs))
}

/// Calls `work` with an apt that knows the packages of Debian unstable, also those of the
/// architectures `foreign`. `what` is looked for, and `private` is for apt's state.
///
/// # Errors
///
/// Returns an error if `work` fails with every repository of the machine.
pub(crate) fn with_apt<T>(
    what: &str,
    private: &Path,
    foreign: &[&str],
    work: impl Fn(&Apt) -> Result<T>,
) -> Result<T> {
    debian::from_any(what, private, |base, targets| work(&Apt::of_unstable(private, base, targets, foreign)?))
}

/// The unpacked libraries, with the loader that starts a program with them.
pub(crate) struct Libraries {
    /// Folder of the libraries, in `usr/lib`.
    pub(crate) folder: PathBuf,
    loader: PathBuf,
    patchelf: PathBuf,
}

impl Libraries {
    /// Returns the libraries below `root`, which were unpacked from packages, `patchelf` among
    /// them.
    ///
    /// # Errors
    ///
    /// Returns an error if there is no C library.
    pub(crate) fn find(root: &Path) -> Result<Self> {
        let folder = entries(&root.join("usr/lib"))?
            .into_iter()
            .find(|folder| folder.join("libc.so.6").exists())
            .context("the package libc6 has no usr/lib/<machine>/libc.so.6")?;
        let loader = entries(&folder)?
            .into_iter()
            .find(|file| file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("ld-linux")))
            .with_context(|| format!("the package libc6 has no loader in {}", folder.display()))?;
        Ok(Self { folder, loader, patchelf: root.join("usr/bin/patchelf") })
    }

    /// Returns the name of the folder, such as `x86_64-linux-gnu`.
    pub(crate) fn machine(&self) -> Result<&str> {
        let name = self.folder.file_name().and_then(OsStr::to_str);
        name.ok_or_else(|| anyhow!("{} has no name", self.folder.display()))
    }

    /// Makes `program` start with these libraries once `part` is renamed to `dir`.
    ///
    /// The unpacked patchelf is itself a program of Debian unstable, so the unpacked loader runs
    /// it.
    pub(crate) fn adopt(&self, program: &Path, part: &Path, dir: &Path) -> Result<()> {
        let finally = |path: &Path| -> Result<PathBuf> { Ok(dir.join(path.strip_prefix(part)?)) };
        capture(
            Command::new(&self.loader)
                .arg("--library-path")
                .arg(&self.folder)
                .arg(&self.patchelf)
                .arg("--set-interpreter")
                .arg(finally(&self.loader)?)
                .arg("--force-rpath")
                .arg("--set-rpath")
                .arg(finally(&self.folder)?)
                .arg(program),
        )?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ubuntu_is_recognised() {
        assert!(is_ubuntu("NAME=x\nID=ubuntu\nID_LIKE=debian\n"));
        assert!(is_ubuntu("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n"));
        assert!(!is_ubuntu("ID=debian\nNAME=\"not ubuntu\"\n"));
    }
}
