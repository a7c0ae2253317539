//! Finds or installs Flutter's engine, and runs tests in it without a display.
//!
//! There is no `flutter` command in it, and no need of one: [`Flutter::pub_get`] finds Flutter's
//! packages, the front end compiles ([`Flutter::compile_tests`], [`Flutter::compile`]), and
//! `flutter_tester` is the engine with software rendering. It runs no hooks, so an environment
//! variable names the library of a package ([`Flutter::with_env`]).

mod install;
mod run;

pub use self::run::Goldens;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::dart_sdk::Sdk;
use crate::tool;
use crate::workspace::{Captured, capture};

/// Environment variable that, if `1`, makes tests that need Flutter fail when there is none,
/// instead of being skipped.
const REQUIRE_VARIABLE: &str = "FFI_REQUIRE_FLUTTER";

/// Flutter's engine and packages, and the Dart that they are for.
#[derive(Clone, Debug)]
pub struct Flutter {
    sdk: Sdk,
    /// Folder of the installation.
    folder: PathBuf,
}

impl Flutter {
    /// Returns the Flutter of this machine, if there is one. Says on stderr why it skips one.
    #[must_use]
    pub fn find() -> Option<Self> {
        tool::found(Self::search())
    }

    /// Returns the Flutter of this machine. When there is none, installs one into `.flutter/` at
    /// the workspace root, and Dart into `.dart-sdk/`.
    ///
    /// Installing takes no root rights. It needs a machine with Debian's package tools and the
    /// network.
    ///
    /// # Errors
    ///
    /// Returns an error if none is found and none can be installed.
    pub fn find_or_install() -> Result<Self> {
        if let Some(flutter) = Self::find() {
            return Ok(flutter);
        }
        let sdk = Sdk::install()?;
        install::install(&install::dir())?;
        Self::at(sdk, install::dir())
    }

    /// Returns true if [`Flutter::find_or_install`] can install it on this machine.
    #[must_use]
    pub fn is_installable() -> bool {
        install::check_machine().is_ok()
    }

    /// Returns the Flutter for a Rust test, or `None` when the test is to be skipped because there
    /// is none; then a note on stderr says so.
    ///
    /// # Panics
    ///
    /// Panics if there is no Flutter and the environment has `FFI_REQUIRE_FLUTTER=1`, as on a CI
    /// machine.
    #[must_use]
    pub fn for_tests() -> Option<Self> {
        let fix = "run `cargo xtask flutter`, on Debian";
        tool::for_tests(Self::find(), "Flutter engine", fix, REQUIRE_VARIABLE)
    }

    fn search() -> Result<Option<Self>> {
        let folder = install::dir();
        if !folder.exists() {
            return Ok(None);
        }
        match Sdk::installed()? {
            Some(sdk) => Self::at(sdk, folder).map(Some),
            None => Ok(None),
        }
    }

    fn at(sdk: Sdk, folder: PathBuf) -> Result<Self> {
        let sdk = sdk.with_packages(install::packages(&folder)).with_env("FLUTTER_TEST", "true");
        let flutter = Self { sdk, folder };
        // Fails if the workspace has moved.
        capture(flutter.sdk.program(&flutter.tester()).arg("--help"))?;
        Ok(flutter)
    }

    /// Returns the Dart that the engine is for, which knows Flutter's packages: it analyzes and
    /// formats apps.
    #[must_use]
    pub fn sdk(&self) -> &Sdk {
        &self.sdk
    }

    /// Returns the folder of the engine.
    #[must_use]
    pub fn engine(&self) -> PathBuf {
        self.folder.join("engine")
    }

    /// Adds an environment variable for all programs that are started.
    #[must_use]
    pub fn with_env(mut self, key: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.sdk = self.sdk.with_env(key, value);
        self
    }

    /// Gets the dependencies of `app`: see [`Sdk::pub_get`].
    ///
    /// # Errors
    ///
    /// As [`Sdk::pub_get`].
    pub fn pub_get(&self, app: &Path) -> Result<Captured> {
        self.sdk.pub_get(app)
    }

    fn tester(&self) -> PathBuf {
        self.engine().join("flutter_tester")
    }

    /// Returns a command for the engine, with what every program in it needs. The caller adds
    /// options and, at last, the compiled program.
    ///
    /// # Errors
    ///
    /// Returns an error if `app` has no packages: [`Flutter::pub_get`] gets them.
    pub fn command(&self, app: &Path) -> Result<Command> {
        let packages = std::path::absolute(app)?.join(".dart_tool/package_config.json");
        packages.metadata().with_context(|| format!("{} is not there", packages.display()))?;
        let mut command = self.sdk.program(&self.tester());
        command.args([
            "--enable-checked-mode",
            "--verify-entry-points",
            "--enable-software-rendering",
            "--skia-deterministic-rendering",
            "--non-interactive",
            "--use-test-fonts",
        ]);
        command.arg(format!("--packages={}", packages.display())).current_dir(app);
        Ok(command)
    }
}
