//! `cargo xtask test`.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::conformance::Conformance;
use crate::conformance::Suite;
use crate::dart_sdk::Sdk;
use crate::features;
use crate::flutter::Flutter;
use crate::generated::Action;
use crate::proto_tools::ProtoTool;
use crate::protoc::Protoc;
use crate::public;
use crate::safety;
use crate::times::Times;
use crate::words::{self, Rules};
use crate::workspace::{cargo, root, run, target};

/// The arguments of `cargo xtask test`.
#[derive(Debug, clap::Args)]
pub struct Test {}

impl Test {
    /// Checks everything that CI checks. Installs a Dart SDK, protoc, what judges .proto files and
    /// Flutter's engine when the machine has none. Prints the time of each part at its end, also
    /// when a check has failed, and then what tests that failed have said.
    ///
    /// Checks that need Dart (packages are analyzed, formatted and run, and committed generated
    /// files are current), protoc or Flutter are part of `cargo test`, and fail if one of them is
    /// missing. Tests of Flutter are left out if it can't be installed, as there is no Debian.
    /// Protobuf's conformance suite is left out without Debian or `g++`.
    ///
    /// # Errors
    ///
    /// Returns an error if a check fails.
    pub fn run(self) -> Result<()> {
        // Those of the last run.
        _ = fs::remove_file(failures_file());
        let mut times = Times::since_build("build of xtask").with_progress(PARTS);
        let checked = check(&mut times);
        times.end_progress();
        println!("\n{times}");
        if checked.is_err() {
            // Only there if tests have run.
            print!("{}", fs::read_to_string(failures_file()).unwrap_or_default());
        }
        checked
    }
}

/// Programs that tests use, where the machine can have them.
pub(super) struct Tools {
    sdk: Sdk,
    protobuf: bool,
    flutter: bool,
}

impl Tools {
    /// Installs what is missing.
    ///
    /// # Errors
    ///
    /// Returns an error if a tool that this machine can have is neither there nor installable.
    pub(super) fn find_or_install() -> Result<Self> {
        let few = Self::find_or_install_few()?;
        let (protobuf, flutter) = (ProtoTool::are_installable(), Flutter::is_installable());
        if protobuf {
            ProtoTool::ALL.iter().try_for_each(|tool| tool.find_or_install().map(drop))?;
        }
        if flutter {
            Flutter::find_or_install()?;
        }
        Ok(Self { protobuf, flutter, ..few })
    }

    /// Installs Dart and protoc if they are missing; tests of the others may leave themselves out.
    ///
    /// # Errors
    ///
    /// Returns an error if one of them is neither there nor installable.
    pub(super) fn find_or_install_few() -> Result<Self> {
        Protoc::find_or_install()?;
        Ok(Self { sdk: Sdk::find_or_install()?, protobuf: false, flutter: false })
    }

    /// Has tests that need a tool fail without it, in place of leaving themselves out.
    pub(super) fn require(&self, tests: &mut Command) {
        let required = |there| if there { "1" } else { "0" };
        tests
            .env("FFI_REQUIRE_DART", "1")
            .env("FFI_REQUIRE_PROTOC", "1")
            .env("FFI_REQUIRE_PROTO_TOOLS", required(self.protobuf))
            .env("FFI_REQUIRE_FLUTTER", required(self.flutter))
            .env("FFI_DART_SDK", self.sdk.folder());
    }
}

/// Number of parts that [`check`] has.
const PARTS: usize = 10;

fn check(times: &mut Times) -> Result<()> {
    // Taken before cargo builds this program again, when its file becomes `xtask (deleted)`.
    let xtask = env::current_exe().context("this program doesn't know its file")?;
    let references = safety::references(root())?;
    for reference in &references {
        eprintln!("{reference}");
    }
    ensure!(
        references.is_empty(),
        "{} SAFETY comments only refer to others\nhint: say which condition of the callee holds, and why",
        references.len()
    );
    let places = words::check(&Rules::read(root())?, &words::read(root())?);
    for place in &places {
        eprintln!("{place}");
    }
    ensure!(
        places.is_empty(),
        "{} places break the rules of plain English\nhint: `cargo xtask words --list` names them",
        places.len()
    );
    times.part("format", || run(cargo().args(["fmt", "--all", "--check"])))?;
    times.part("clippy", || {
        run(cargo().args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))
    })?;
    times.part("few features", features::check)?;
    times.part("rustdoc", || {
        run(cargo().args(["doc", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings"))
    })?;
    // The tests of the workspace ask for all features of `ffi-core` that have public items.
    public::apply(&target().join("doc"), Action::Check)?;
    let tools = times.part("Dart SDK, protobuf's tools and Flutter", Tools::find_or_install)?;
    // Reports all failures, not only the first.
    let test = || {
        let mut test = cargo();
        tools.require(test.args(["test", "--workspace", "--no-fail-fast"]));
        test
    };
    times.part("build of all tests", || run(test().arg("--no-run")))?;
    let file = times_file();
    fs::write(&file, "").with_context(|| format!("cannot write {}", file.display()))?;
    let tested =
        times.part("cargo, between tests", || run(test().arg("--tests").args(runner(&xtask, &file))));
    times.split_last(&file)?;
    let documented = times.part("examples of docs", || run(test().arg("--doc")));
    // Built apart, as other crates of the workspace must not get this slow feature.
    let debugged = times.part("pool-debug", || {
        run(cargo().args(["test", "-p", "ffi-core", "--features", "pool-debug", "--test", "pool_debug"]))
    });
    let conforms = match Suite::is_installable() {
        true => times.part("protobuf's conformance suite", || Conformance {}.run()),
        false => Ok(()),
    };
    tested.and(documented).and(debugged).and(conforms)
}

/// The file to which test binaries append their times.
fn times_file() -> PathBuf {
    target().join("times.txt")
}

/// The file to which they append what tests that failed have said.
fn failures_file() -> PathBuf {
    times_file().with_extension("failures")
}

/// Has cargo run each test binary by `cargo xtask timed`, which appends its time to `file`.
fn runner(xtask: &Path, file: &Path) -> [String; 2] {
    // A Rust string is a TOML string, except for escapes that are rare in paths and fail in TOML.
    ["--config".to_owned(), format!("target.'cfg(all())'.runner = [{xtask:?}, \"timed\", {file:?}]")]
}
