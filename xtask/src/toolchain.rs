//! The Rust toolchains of this machine.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::workspace::{self, capture, run};

/// Returns `cargo` of the nightly toolchain. A stable cargo doesn't know `-Z`, and passes its own
/// toolchain on.
pub(crate) fn nightly() -> Command {
    let mut command = Command::new("rustup");
    command.current_dir(workspace::root()).args(["run", "nightly", "cargo"]).env_remove("CARGO");
    command
}

/// Returns true if there is a nightly toolchain with the source of the standard library.
pub(crate) fn nightly_with_source() -> bool {
    let sysroot = capture(Command::new("rustup").args(["run", "nightly", "rustc", "--print", "sysroot"]));
    sysroot
        .is_ok_and(|sysroot| Path::new(sysroot.stdout.trim()).join("lib/rustlib/src/rust/library").is_dir())
}

/// Adds components to the nightly toolchain, which is installed if there is none.
///
/// # Errors
///
/// Returns an error if rustup is missing or can't install them.
pub(crate) fn add_to_nightly(components: &[&str]) -> Result<()> {
    let mut rustup = Command::new("rustup");
    if capture(Command::new("rustup").args(["run", "nightly", "rustc", "--version"])).is_ok() {
        rustup.args(["component", "add", "--toolchain", "nightly"]).args(components);
    } else {
        rustup.args(["toolchain", "install", "nightly", "--profile", "minimal"]);
        rustup.args(components.iter().flat_map(|component| ["--component", component]));
    }
    run(rustup.current_dir(workspace::root()))
}

/// Returns the target triple of this machine.
pub(crate) fn host() -> Result<String> {
    let version = capture(Command::new("rustc").arg("-vV"))?.stdout;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).context("`rustc -vV` doesn't say the host")
}

/// Returns the folder of the programs that come with rustc: `rust-lld`, and `gcc-ld` with the names
/// that gcc calls it by.
pub(crate) fn programs() -> Result<PathBuf> {
    let sysroot = capture(Command::new("rustc").args(["--print", "sysroot"]))?.stdout;
    Ok(Path::new(sysroot.trim()).join("lib/rustlib").join(host()?).join("bin"))
}
