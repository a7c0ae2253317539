//! `cargo xtask conformance`.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use ffi_dart_emit::proto::{self, ImportOptions};

use crate::conformance::Suite;
use crate::progress;
use crate::workspace::{capture, cargo, root, run, target};

/// The arguments of `cargo xtask conformance`.
#[derive(Debug, clap::Args)]
pub struct Conformance {}

/// Files of the suite that the tested program is made of.
const MESSAGES: [&str; 2] = ["conformance.proto", "test_messages_proto3.proto"];

/// Failures that the suite may find, each with a reason.
const FAILURES: &str = "tests/conformance/failures.txt";

const MANIFEST: &str = "\
[package]
name = \"conformance-testee\"
version = \"0.1.0\"
edition = \"2024\"

[dependencies]
ffi-core = { path = \"PATH\", features = [\"json\"] }

[workspace]
";

impl Conformance {
    /// Runs protobuf's conformance suite, and compares what it finds with the committed list. The
    /// suite is installed, and the tested program built, when they are not there.
    ///
    /// # Errors
    ///
    /// Returns an error if the suite finds more or less than the list has, or can't be installed.
    pub fn run(self) -> Result<()> {
        let suite = Suite::find_or_install()?;
        let testee = build(&suite)?;
        let found = target().join("conformance");
        let mut command = suite.command();
        command.arg("--enforce_recommended").arg("--failure_list").arg(root().join(FAILURES));
        command.arg("--output_dir").arg(&found).arg(testee);
        let ran = run(&mut command);
        ensure!(
            ran.is_ok(),
            "the suite finds something else than {FAILURES} lists\nhint: see {}",
            found.display()
        );
        Ok(())
    }
}

/// Builds the tested program from the suite's files, and returns its path.
fn build(suite: &Suite) -> Result<PathBuf> {
    let folder = target().join("conformance/testee");
    let source = folder.join("src");
    fs::create_dir_all(&source)?;
    let files = MESSAGES.map(|name| suite.proto(name));
    // The suite sends unknown fields, and some of its messages are large.
    let options = ImportOptions { keep_unknown: Some(1 << 20), ..ImportOptions::default() };
    let imported = proto::import_all(&files, &options)
        .map_err(|problems| anyhow::anyhow!("{problems}"))
        .context("protobuf's own test messages can't be imported")?;
    fs::write(source.join("schema.rs"), imported.source)?;
    for (name, text) in &imported.modules {
        let file = source.join("schema").join(format!("{name}.rs"));
        fs::create_dir_all(file.parent().context("a module is in a folder")?)?;
        fs::write(file, text)?;
    }
    fs::copy(root().join("tests/conformance/testee.rs"), source.join("main.rs"))?;
    fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock"))?;
    let core = root().join("ffi-core");
    let core = core.to_str().context("the workspace's path is not UTF-8")?;
    fs::write(folder.join("Cargo.toml"), MANIFEST.replace("PATH", core))?;
    let built = target().join("fixtures");
    let mut build = cargo();
    build.args(["build", "--offline", "--target-dir"]).arg(&built).current_dir(&folder);
    progress::busy("building the tested program", || capture(&mut build))?;
    Ok(built.join("debug/conformance-testee"))
}
