//! Finds or installs `protoc`, protobuf's compiler, and protobuf for Python.
//!
//! [`Protoc::find`] looks at three places, in this order:
//!
//! 1. the program named by the environment variable `PROTOC`;
//! 2. `protoc` on `PATH`;
//! 3. `.protoc/` at the workspace root, in which [`Protoc::find_or_install`] puts Debian's, of the
//!    machine's own release:
//!
//! ```text
//! .protoc/bin/protoc         the compiler
//! .protoc/lib/               the libraries it runs with, but the C library
//! .protoc/include/           what .proto files import from `google/protobuf/`
//! .protoc/python/            the package `google.protobuf`, for the Python of the machine
//! ```

use std::{
    env,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, anyhow, bail};

use crate::debian::{self, Apt, entries, keep_only, remove};
use crate::tool::{self, note};
use crate::workspace::{self, capture};

/// Environment variable with the program to use, before any other.
const VARIABLE: &str = "PROTOC";

/// Environment variable that, if `1`, makes tests that need protoc fail when there is none, instead
/// of being skipped.
const REQUIRE_VARIABLE: &str = "FFI_REQUIRE_PROTOC";

const BY_HAND: &str = "install protoc by hand and put it on PATH, or name it in PROTOC\n  \
     macOS: `brew install protobuf`\n  \
     Windows: `winget install protobuf`\n  \
     Linux: your distribution's `protobuf-compiler`";

/// Prefixes of the packages that must come from the machine, as they go with its loader and C
/// library.
const OF_THE_MACHINE: [&str; 4] = ["gcc-", "libc6", "libgcc", "libcrypt"];

/// A protoc that runs on this machine.
#[derive(Clone, Debug)]
pub struct Protoc {
    program: PathBuf,
    /// Folder of the installation, if [`Protoc::find_or_install`] made it.
    installed: Option<PathBuf>,
}

impl Protoc {
    /// Returns the protoc of this machine, if there is one. Says on stderr why it skips one.
    #[must_use]
    pub fn find() -> Option<Self> {
        tool::found(Self::search())
    }

    /// Returns the protoc of this machine. When there is none, installs one into `.protoc/` at the
    /// workspace root.
    ///
    /// Installing takes no root rights. It needs a machine with Debian's package tools and the
    /// network.
    ///
    /// # Errors
    ///
    /// Returns an error if `PROTOC` is set and does not run, or none is found and none can be
    /// installed. The message says how to install it by hand.
    pub fn find_or_install() -> Result<Self> {
        match Self::search()? {
            Some(protoc) => Ok(protoc),
            None => Self::install(),
        }
    }

    /// Returns the protoc in `.protoc/`, with headers and libraries of the same version beside it.
    /// When there is none, installs it.
    ///
    /// # Errors
    ///
    /// Returns an error if none can be installed.
    pub(crate) fn install() -> Result<Self> {
        if let Ok(protoc) = Self::installed(&dir()) {
            return Ok(protoc);
        }
        if !debian::has_tools() {
            bail!(
                "protoc is installed by this command only where there are Debian's apt and dpkg\nhint: {BY_HAND}"
            );
        }
        let dir = dir();
        debian::replace(&dir, || Self::installed(&dir).is_ok(), build)
            .map_err(|error| anyhow!("cannot install Debian's protoc: {error:#}\nhint: {BY_HAND}"))?;
        Self::installed(&dir).context("the protoc just installed does not run")
    }

    /// Returns the protoc for a Rust test, or `None` when the test is to be skipped because there
    /// is none; then a note on stderr says so.
    ///
    /// # Panics
    ///
    /// Panics if there is no protoc and the environment has `FFI_REQUIRE_PROTOC=1`, as on a CI
    /// machine.
    #[must_use]
    pub fn for_tests() -> Option<Self> {
        tool::for_tests(
            Self::find(),
            "protoc",
            "run `cargo xtask protoc`, or put `protoc` on PATH",
            REQUIRE_VARIABLE,
        )
    }

    fn search() -> Result<Option<Self>> {
        if let Some(program) = env::var_os(VARIABLE) {
            let protoc = Self::new(PathBuf::from(program), None);
            return protoc.map(Some).with_context(|| format!("{VARIABLE} must name protobuf's compiler"));
        }
        if let Some(program) = workspace::on_path("protoc") {
            match Self::new(program, None) {
                Ok(protoc) => return Ok(Some(protoc)),
                Err(error) => note(&format!("passed over: {error:#}")),
            }
        }
        let dir = dir();
        if dir.exists() {
            match Self::installed(&dir) {
                Ok(protoc) => return Ok(Some(protoc)),
                Err(error) => note(&format!("passed over: {error:#}")),
            }
        }
        Ok(None)
    }

    fn installed(dir: &Path) -> Result<Self> {
        Self::new(dir.join("bin/protoc"), Some(dir.to_owned()))
    }

    fn new(program: PathBuf, installed: Option<PathBuf>) -> Result<Self> {
        // A relative path would not do, as the program is started in other folders.
        let program = std::path::absolute(program)?;
        let protoc = Self { program, installed };
        capture(protoc.start().arg("--version"))?;
        Ok(protoc)
    }

    /// Returns the path of the compiler.
    #[must_use]
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// Returns the folder of the installation, if [`Protoc::find_or_install`] made it.
    pub(crate) fn folder(&self) -> Option<&Path> {
        self.installed.as_deref()
    }

    fn start(&self) -> Command {
        let mut command = Command::new(&self.program);
        if let Some(dir) = &self.installed {
            command.env("LD_LIBRARY_PATH", dir.join("lib"));
        }
        command
    }

    /// Returns a command for the compiler that knows protobuf's own files. The caller adds the
    /// files to compile.
    #[must_use]
    pub fn command(&self) -> Command {
        let mut command = self.start();
        if let Some(dir) = &self.installed {
            command.arg("-I").arg(dir.join("include"));
        }
        command
    }

    /// Returns a command for a Python that has `google.protobuf`, and the modules in the folder
    /// `modules`.
    ///
    /// # Errors
    ///
    /// Returns an error if there is no Python, or it has no `google.protobuf` and
    /// [`Protoc::find_or_install`] put none beside protoc.
    pub fn python(&self, modules: &Path) -> Result<Command> {
        let python = workspace::on_path("python3").context("there is no `python3` on PATH")?;
        let mut command = Command::new(&python);
        let mut path = vec![modules.to_owned()];
        if let Some(dir) = &self.installed {
            path.push(dir.join("python"));
            // The compiled half only fits Debian's Python.
            command.env("PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION", "python");
        }
        path.extend(env::split_paths(&env::var_os("PYTHONPATH").unwrap_or_default()));
        command.env("PYTHONPATH", env::join_paths(path)?).env("PYTHONDONTWRITEBYTECODE", "1");
        let mut probe = Command::new(&python);
        probe.envs(command.get_envs().filter_map(|(key, value)| Some((key, value?))));
        capture(probe.args(["-c", "import google.protobuf"])).context(
            "`python3` has no protobuf: `pip install protobuf`, or your distribution's `python3-protobuf`",
        )?;
        Ok(command)
    }
}

/// Returns the folder of the installation.
fn dir() -> PathBuf {
    workspace::root().join(".protoc")
}

fn build(part: &Path) -> Result<()> {
    let (root, debs) = (part.join("root"), part.join("debs"));
    let apt = Apt::of_machine(&part.join("apt"))?;
    let mut names = apt.dependencies(&["protobuf-compiler"])?;
    names.retain(|name| !OF_THE_MACHINE.iter().any(|start| name.starts_with(start)));
    // The .proto files, which `protobuf-compiler` only recommends, and the package for the
    // machine's Python.
    names.extend(["libprotobuf-dev", "python3-protobuf"].map(str::to_owned));
    apt.download(&names, &debs)?;
    debian::unpack(&debs, &root)?;

    let usr = root.join("usr");
    let lib = part.join("lib");
    fs::create_dir_all(&lib)?;
    for folder in [root.join("lib"), usr.join("lib")] {
        for machine in entries(&folder).unwrap_or_default().iter().filter(|path| path.is_dir()) {
            for file in entries(machine)? {
                let name = file.file_name().map(OsStr::to_string_lossy).unwrap_or_default();
                if name.contains(".so.") {
                    fs::rename(&file, lib.join(&*name))?;
                }
            }
        }
    }
    fs::rename(usr.join("bin"), part.join("bin")).context("the package protobuf-compiler has no usr/bin")?;
    fs::rename(usr.join("include"), part.join("include"))
        .context("the package libprotobuf-dev has no usr/include")?;
    fs::rename(usr.join("lib/python3/dist-packages"), part.join("python"))
        .context("the package python3-protobuf has no usr/lib/python3/dist-packages")?;
    remove(&part.join("python/google/protobuf/pyext"))?;
    keep_only(part, &["bin", "lib", "include", "python"])
}
