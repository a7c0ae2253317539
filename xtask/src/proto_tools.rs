//! Finds or installs what judges exported .proto files beside protobuf's compiler: `buf`, which
//! lints them, and `protoc-gen-go`, which makes Go of them.
//!
//! Each is on `PATH`, or in a folder at the workspace root: `.buf/` has the package `buf-bin` of
//! Python's registry, and `.protoc-gen-go/` Debian's package of that name.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::debian::{self, Apt, keep_only};
use crate::progress;
use crate::tool;
use crate::workspace::{capture, on_path, root};

/// Environment variable that, if `1`, makes tests that need these programs fail when there is none,
/// instead of being skipped.
const REQUIRE_VARIABLE: &str = "FFI_REQUIRE_PROTO_TOOLS";

/// Version of buf that `tests/golden/buf.yaml` is written for.
const BUF: &str = "buf-bin==1.75.0";

/// A program that judges .proto files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProtoTool {
    /// `buf`.
    Buf,
    /// `protoc-gen-go`.
    GenGo,
}

impl ProtoTool {
    /// Both programs.
    pub const ALL: [Self; 2] = [Self::Buf, Self::GenGo];

    fn name(self) -> &'static str {
        match self {
            Self::Buf => "buf",
            Self::GenGo => "protoc-gen-go",
        }
    }

    fn dir(self) -> PathBuf {
        root().join(format!(".{}", self.name()))
    }

    /// Returns true if this machine has what installs both.
    #[must_use]
    pub fn are_installable() -> bool {
        debian::has_tools() && on_path("python3").is_some()
    }

    /// Returns the program, if it is there.
    #[must_use]
    pub fn find(self) -> Option<PathBuf> {
        let installed = self.dir().join("bin").join(self.name());
        on_path(self.name()).or_else(|| installed.is_file().then_some(installed))
    }

    /// Returns the program, and installs it when there is none.
    ///
    /// # Errors
    ///
    /// Returns an error if there is none, and none can be installed on this machine.
    pub fn find_or_install(self) -> Result<PathBuf> {
        if let Some(found) = self.find() {
            return Ok(found);
        }
        let by_hand = format!("hint: put `{}` on PATH", self.name());
        if !Self::are_installable() {
            bail!(
                "{} is installed by this command only where there are Debian's apt and Python\n{by_hand}",
                self.name()
            );
        }
        let dir = self.dir();
        let program = dir.join("bin").join(self.name());
        let build = |part: &Path| match self {
            Self::Buf => build_buf(part),
            Self::GenGo => build_gen_go(part),
        };
        debian::replace(&dir, || program.is_file(), build)
            .with_context(|| format!("cannot install {}\n{by_hand}", self.name()))?;
        Ok(program)
    }

    /// Returns the program for a Rust test, or `None` when the test is to be skipped because there
    /// is none; then a note on stderr says so.
    ///
    /// # Panics
    ///
    /// Panics if there is none and the environment has `FFI_REQUIRE_PROTO_TOOLS=1`, as on a CI
    /// machine.
    #[must_use]
    pub fn for_tests(self) -> Option<PathBuf> {
        let fix = "run `cargo xtask proto-tools`, or put it on PATH";
        tool::for_tests(self.find(), self.name(), fix, REQUIRE_VARIABLE)
    }
}

fn build_buf(part: &Path) -> Result<()> {
    let python = on_path("python3").context("there is no `python3` on PATH")?;
    let mut pip = Command::new(python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", BUF]);
    progress::busy("installing buf", || capture(pip.arg("--target").arg(part)))?;
    keep_only(part, &["bin"])
}

fn build_gen_go(part: &Path) -> Result<()> {
    let (root, debs) = (part.join("root"), part.join("debs"));
    let apt = Apt::of_machine(&part.join("apt"))?;
    // Programs in Go need nothing but the C library.
    apt.download(&["protoc-gen-go".to_owned()].into(), &debs)?;
    debian::unpack(&debs, &root)?;
    std::fs::create_dir(part.join("bin"))?;
    std::fs::rename(root.join("usr/bin/protoc-gen-go"), part.join("bin/protoc-gen-go"))
        .context("the package protoc-gen-go has no usr/bin/protoc-gen-go")?;
    keep_only(part, &["bin"])
}
