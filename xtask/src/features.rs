//! Compiles `ffi-core` with few of its features. The tests of the workspace ask for nearly all of
//! them, so code that only one feature uses would have warnings, or not compile, for users only.
//!
//! `cargo xtask test` compiles `ffi-core` with each feature by itself. `cargo xtask features` takes
//! longer: it compiles pairs as well, those whose code names both, and each with
//! `fixture-features`, which has items of each kind that macros write code for.

use std::collections::BTreeSet;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use cargo_metadata::MetadataCommand;

use crate::progress::Progress;
use crate::workspace::{capture, cargo, root};

/// The crate, and the one with items of macros.
const CORE: &str = "ffi-core";
const ITEMS: &str = "fixture-features";

/// Pairs of features whose code looks at both, or at one in the items that another one adds.
const PAIRS: [[&str; 2]; 14] = [
    ["async", "metrics"],
    ["async", "observe"],
    ["async", "production"],
    ["async", "proto"],
    ["async", "secret"],
    ["async", "tracing"],
    ["json", "secret"],
    ["metrics", "tracing"],
    ["pattern", "production"],
    ["production", "proto"],
    ["production", "tokio"],
    ["proto", "secret"],
    ["proto", "serde"],
    ["secret", "serde"],
];

/// Features that add nothing to the items of [`ITEMS`] and to code of macros.
const WITHOUT_ITEMS: [&str; 5] = ["chrono", "derive", "pool-debug", "read", "time"];

/// Compiles the crate without features, and with each.
///
/// # Errors
///
/// Returns an error with what rustc said if it had anything to say.
pub fn check() -> Result<()> {
    said_nothing(&mut compile(CORE, &[]))?;
    features()?.iter().try_for_each(|it| said_nothing(&mut compile(CORE, &[it])))
}

/// Compiles the items of macros without features, with each that changes them, and with pairs of
/// them; the crate itself with them.
///
/// # Errors
///
/// Returns an error with what rustc said if it had anything to say.
pub fn check_items() -> Result<()> {
    let features = features()?;
    let single = features.iter().map(|it| &**it).filter(|it| !WITHOUT_ITEMS.contains(it)).map(|it| vec![it]);
    let all: Vec<_> = [Vec::new()].into_iter().chain(single).chain(PAIRS.map(Vec::from)).collect();
    let mut progress = Progress::steps(all.len());
    for features in all {
        progress.step(if features.is_empty() { "no features".to_owned() } else { features.join(", ") });
        said_nothing(&mut compile(ITEMS, &features))?;
    }
    Ok(())
}

/// Returns the features of the crate. The default ones are no feature of their own.
fn features() -> Result<BTreeSet<String>> {
    let mut command = MetadataCommand::new();
    let metadata = command.current_dir(root()).no_deps().exec().context("cannot read the workspace")?;
    let core = metadata.packages.into_iter().find(|it| it.name == CORE).context("there is no ffi-core")?;
    Ok(core.features.into_keys().filter(|it| it != "default").collect())
}

/// Returns a command that compiles a crate with some features, without making code. It prints
/// nothing but what rustc says.
fn compile(name: &str, features: &[&str]) -> Command {
    let mut command = cargo();
    command.args(["check", "--quiet", "--package", name, "--lib", "--no-default-features", "--features"]);
    command.arg(features.join(","));
    command
}

/// Runs the command.
///
/// # Errors
///
/// Returns an error if it fails, or says anything.
fn said_nothing(command: &mut Command) -> Result<()> {
    let said = capture(command)?.stderr;
    ensure!(said.is_empty(), "{:?} says:\n{said}", command.get_args().collect::<Vec<_>>());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_and_items_name_features() {
        let features = features().unwrap();
        for feature in PAIRS.iter().flatten().chain(&WITHOUT_ITEMS) {
            assert!(features.contains(*feature), "{feature}");
        }
        assert!(PAIRS.is_sorted() && PAIRS.iter().all(|[one, other]| one < other));
    }

    #[test]
    fn a_warning_is_an_error() {
        let shell = |line: &str| said_nothing(Command::new("sh").args(["-c", line]));
        assert!(shell("echo fine").is_ok());
        let error = shell("echo 'warning: unused' >&2").unwrap_err().to_string();
        assert!(error.contains("warning: unused"), "{error}");
        assert!(shell("exit 1").is_err());
    }
}
