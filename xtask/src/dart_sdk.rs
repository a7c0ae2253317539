//! Finds or installs a Dart SDK and drives it.
//!
//! [`Sdk::find`] looks at three places, in this order:
//!
//! 1. the folder named by the environment variable `FFI_DART_SDK`, which holds `bin/dart`;
//! 2. `dart` on `PATH`, from version [`MIN_VERSION`] on;
//! 3. `.dart-sdk/` at the workspace root, where [`Sdk::find_or_install`] puts one on Debian.
//!
//! # Packages without the network
//!
//! A Debian Dart comes with the packages `ffi`, `matcher`, `test_api` and others in one folder,
//! [`Sdk::packages_dir`], and nothing else: no `package:test`. With such a Dart, [`Sdk::pub_get`]
//! overrides every hosted dependency with its folder and `test` with the shim in
//! `tests/dart/test_shim`, and [`Sdk::run_tests`] runs the shim's small runner. Any other Dart
//! resolves its dependencies as usual and runs `dart test`. Both run the same test files.

mod documenter;
mod install;
mod packages;
mod test_run;
mod version;

pub use self::{
    test_run::Mode,
    version::{MIN_VERSION, Version},
};

use std::{
    env,
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use crate::tool::{self, note};
use crate::workspace::{self, Captured, capture};

/// Environment variable with the folder of the SDK to use, before any other.
const SDK_VARIABLE: &str = "FFI_DART_SDK";

/// Environment variable that, if `1`, makes tests that need Dart fail when there is none, instead
/// of being skipped.
const REQUIRE_VARIABLE: &str = "FFI_REQUIRE_DART";

/// A Dart SDK that runs on this machine.
#[derive(Clone, Debug)]
pub struct Sdk {
    dart: PathBuf,
    version: Version,
    /// Folders of packages, for [`Sdk::pub_get`].
    packages: Vec<PathBuf>,
    env: Vec<(OsString, OsString)>,
}

impl Sdk {
    /// Returns the SDK of this machine, if there is one. Says on stderr why it skips one.
    ///
    /// An SDK named by `FFI_DART_SDK` that does not run counts as none, as a fallback would hide
    /// the mistake.
    #[must_use]
    pub fn find() -> Option<Self> {
        tool::found(Self::search())
    }

    /// Returns the SDK of this machine. When there is none, installs one into `.dart-sdk/` at the
    /// workspace root, also in the place of one that was installed without its compiler for
    /// JavaScript.
    ///
    /// Installing takes no root rights. It needs a machine with Debian's package tools and the
    /// network.
    ///
    /// # Errors
    ///
    /// Returns an error if `FFI_DART_SDK` is set and its SDK does not run, or none is found and
    /// none can be installed. The message says how to install Dart by hand.
    pub fn find_or_install() -> Result<Self> {
        if let Some(sdk) = Self::search()?
            && (sdk.has_js_compiler() || sdk.folder() != install::sdk_dir())
        {
            return Ok(sdk);
        }
        Self::install()
    }

    /// Returns the SDK for a Rust test, or `None` when the test is to be skipped because there is
    /// no Dart; then a note on stderr says so.
    ///
    /// # Panics
    ///
    /// Panics if there is no Dart and the environment has `FFI_REQUIRE_DART=1`, as on a CI machine.
    #[must_use]
    pub fn for_tests() -> Option<Self> {
        tool::for_tests(
            Self::find(),
            "Dart SDK",
            "run `cargo xtask dart-sdk`, or put `dart` on PATH",
            REQUIRE_VARIABLE,
        )
        // Which records of the log there are is up to the library: empty is as good as not set.
        .map(|sdk| sdk.with_env("RUST_LOG", ""))
    }

    /// Returns the SDK in `.dart-sdk/`, if it is there and runs.
    pub(crate) fn installed() -> Result<Option<Self>> {
        let folder = install::sdk_dir();
        if folder.exists() { Self::at(&folder).map(Some) } else { Ok(None) }
    }

    /// Returns the SDK in `.dart-sdk/`; installs it if it isn't there or doesn't run.
    pub(crate) fn install() -> Result<Self> {
        install::install(&install::dir())?;
        Self::at(&install::sdk_dir())
    }

    fn search() -> Result<Option<Self>> {
        if let Some(folder) = env::var_os(SDK_VARIABLE) {
            let sdk = Self::at(Path::new(&folder)).with_context(|| {
                format!(
                    "{SDK_VARIABLE} must name a folder that holds bin/dart, version {MIN_VERSION} or later"
                )
            })?;
            return Ok(Some(sdk));
        }
        let installed = install::sdk_dir();
        let candidates = [workspace::on_path("dart"), installed.exists().then(|| dart_in(&installed))];
        for dart in candidates.into_iter().flatten() {
            match Self::new(dart) {
                Ok(sdk) => return Ok(Some(sdk)),
                Err(error) => note(&format!("passed over: {error:#}")),
            }
        }
        Ok(None)
    }

    /// Returns the SDK in `folder`, which holds `bin/dart`.
    fn at(folder: &Path) -> Result<Self> {
        Self::new(dart_in(folder))
    }

    fn new(dart: PathBuf) -> Result<Self> {
        // A relative path would not do, as the program is started in other folders.
        let dart = std::path::absolute(dart)?;
        let output = capture(Command::new(&dart).arg("--version"))?;
        // Versions before 2.15 wrote their version to stderr.
        let version: Version = output.to_string().parse()?;
        if version < MIN_VERSION {
            bail!("{} is Dart {version}, but {MIN_VERSION} or later is needed", dart.display());
        }
        let packages = packages::beside(&dart).into_iter().collect();
        Ok(Self { dart, version, packages, env: Vec::new() })
    }

    /// Adds an environment variable for all programs that the SDK starts: `dart` itself and
    /// compiled programs.
    #[must_use]
    pub fn with_env(mut self, key: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.env.push((key.as_ref().to_owned(), value.as_ref().to_owned()));
        self
    }

    /// Returns the `dart` executable.
    #[must_use]
    pub fn dart(&self) -> &Path {
        &self.dart
    }

    /// Returns the folder of [`Sdk::dart`].
    #[must_use]
    pub fn bin_dir(&self) -> &Path {
        self.dart.parent().unwrap_or(Path::new("."))
    }

    /// Returns the SDK's version.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }

    /// Returns a command for `dart` that sends no analytics. The caller adds the subcommand and its
    /// arguments.
    #[must_use]
    pub fn command(&self) -> Command {
        let mut command = self.program(&self.dart);
        command.arg("--suppress-analytics");
        command
    }

    /// Runs `dart run file args..` in the folder `dir`, to which `file` is relative, with
    /// assertions on.
    ///
    /// # Errors
    ///
    /// Returns an error if the program fails; the message holds its output.
    pub fn run(&self, file: &Path, args: &[&str], dir: &Path) -> Result<Captured> {
        capture(self.command().args(["run", "--enable-asserts"]).arg(file).args(args).current_dir(dir))
    }

    /// Runs `dart compile kernel file -o out`, which makes a program for [`Sdk::run`]. Given the
    /// source, `dart run` compiles inside the VM, where the compiler itself runs in JIT mode and
    /// takes five times as long.
    ///
    /// # Errors
    ///
    /// Returns an error if the program does not compile; the message holds the compiler's.
    pub fn compile_kernel(&self, file: &Path, out: &Path) -> Result<Captured> {
        let mut compile = self.command();
        capture(compile.args(["compile", "kernel", "--no-link-platform"]).arg(file).arg("-o").arg(out))
    }

    /// Returns the compiler that makes a program of such a kernel as
    /// [`Sdk::compile_kernel_ahead_of_time`] writes, for this machine's processor.
    #[must_use]
    pub fn gen_snapshot(&self) -> PathBuf {
        self.bin_dir().join("utils/gen_snapshot")
    }

    /// Compiles `file` of a package, after [`Sdk::pub_get`], to the kernel from which
    /// `gen_snapshot` makes a program for the system `os`.
    ///
    /// # Errors
    ///
    /// Returns an error if the program does not compile; the message holds the compiler's.
    pub fn compile_kernel_ahead_of_time(
        &self,
        package_dir: &Path,
        file: &Path,
        os: &str,
        out: &Path,
    ) -> Result<Captured> {
        let bin = self.bin_dir();
        let mut compile = self.program(&bin.join("dartaotruntime"));
        compile.arg(bin.join("snapshots/gen_kernel_aot.dart.snapshot"));
        compile.arg("--platform").arg(bin.join("../lib/_internal/vm_platform_product.dill"));
        compile.args(["--aot", "--target-os", os, "-Ddart.vm.product=true", "--packages"]);
        compile.arg(package_dir.join(".dart_tool/package_config.json"));
        capture(compile.arg("--output").arg(out).arg(file))
    }

    /// Runs `dart compile exe file -o out`.
    ///
    /// # Errors
    ///
    /// Returns an error if the program does not compile; the message holds the compiler's.
    pub fn compile_exe(&self, file: &Path, out: &Path) -> Result<Captured> {
        capture(self.command().args(["compile", "exe"]).arg(file).arg("-o").arg(out))
    }

    /// Returns true if the SDK has the compiler for JavaScript.
    #[must_use]
    pub fn has_js_compiler(&self) -> bool {
        ["dart2js_aot.dart.snapshot", "dart2js.dart.snapshot"]
            .iter()
            .any(|name| self.bin_dir().join("snapshots").join(name).exists())
    }

    /// Runs `dart compile js file -o out`; returns `None` when the SDK has no compiler for
    /// JavaScript, and a note on stderr says so.
    ///
    /// # Errors
    ///
    /// Returns an error if the program does not compile; the message holds the compiler's.
    ///
    /// # Panics
    ///
    /// Panics if there is no such compiler and the environment has `FFI_REQUIRE_DART=1`.
    pub fn compile_js(&self, file: &Path, out: &Path) -> Result<Option<Captured>> {
        let compiler = self.has_js_compiler().then(|| self.command());
        let Some(mut compile) = tool::for_tests(
            compiler,
            "compiler of Dart for JavaScript",
            "run `cargo xtask dart-sdk` without FFI_DART_SDK, or put the `dart` of a whole SDK on PATH",
            REQUIRE_VARIABLE,
        ) else {
            return Ok(None);
        };
        capture(compile.args(["compile", "js", "-o"]).arg(out).arg(file)).map(Some)
    }

    /// Runs `dart analyze` on the package in `dir`; infos and warnings count as errors.
    ///
    /// # Errors
    ///
    /// Returns an error if the analyzer reports anything; the message holds its report.
    pub fn analyze(&self, dir: &Path) -> Result<Captured> {
        capture(self.command().args(["analyze", "--fatal-infos", "--fatal-warnings", "."]).current_dir(dir))
    }

    /// Makes the docs of the package in `dir` without writing them, and returns the warnings.
    ///
    /// # Errors
    ///
    /// Returns an error if the docs can't be made.
    pub fn doc_warnings(&self, dir: &Path) -> Result<Vec<String>> {
        let mut doc = Command::new(documenter::dart(self)?);
        let said =
            capture(doc.envs(self.env.iter().cloned()).args(["doc", "--dry-run", "."]).current_dir(dir))?;
        let lines = said.stdout.lines().chain(said.stderr.lines());
        Ok(lines.filter(|line| line.trim_start().starts_with("warning:")).map(str::to_owned).collect())
    }

    /// Checks that `dart format` would change nothing below `dir`.
    ///
    /// # Errors
    ///
    /// Returns an error if a file would change; the message names all of them.
    pub fn format_check(&self, dir: &Path) -> Result<Captured> {
        capture(
            self.command().args(["format", "--output=none", "--set-exit-if-changed", "."]).current_dir(dir),
        )
    }

    /// Returns the folder of the SDK, which holds `bin/dart`. `FFI_DART_SDK` names such a folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.bin_dir().parent().unwrap_or(Path::new("."))
    }

    /// Returns a command for any program, such as a compiled one, with the variables of
    /// [`Sdk::with_env`].
    #[must_use]
    pub fn program(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.envs(self.env.iter().map(|(key, value)| (key, value)));
        command
    }
}

fn dart_in(sdk: &Path) -> PathBuf {
    sdk.join("bin").join(format!("dart{}", env::consts::EXE_SUFFIX))
}
