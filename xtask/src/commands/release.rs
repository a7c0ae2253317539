//! `cargo xtask release`.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use cargo_metadata::MetadataCommand;

use crate::progress::Progress;
use crate::workspace::{capture, cargo, root, run};

/// Crates that are published, in an order in which that is possible.
const CRATES: [&str; 3] = ["ffi-derive", "ffi-core", "ffi-dart-emit"];

/// Dart packages that are part of `ffi-dart-emit`, which writes them beside the packages that it
/// generates.
const PACKAGES: [&str; 2] = ["ffi-dart-emit/dart/ffi_core", "ffi-dart-emit/dart/ffi_flutter"];

/// Heading of the changes that no release has yet.
const UNRELEASED: &str = "## Unreleased\n";

/// The arguments of `cargo xtask release`.
#[derive(Debug, clap::Args)]
pub struct Release {
    /// Write nothing but cargo's packages; show what would be done
    #[arg(long)]
    dry_run: bool,
    /// Also compile each package, as cargo does before it publishes
    #[arg(long)]
    verify: bool,
}

impl Release {
    /// Checks what a release needs: one version everywhere, a changelog, a clean tree, and crates
    /// that cargo can package. Gives the unreleased part of the changelog the version and the date,
    /// and prints the commands that publish it, which it doesn't run.
    ///
    /// # Errors
    ///
    /// Returns an error if a check fails, or a file can't be read or written.
    pub fn run(self) -> Result<()> {
        let version = version()?;
        println!("version {version}: {} and {}", CRATES.join(", "), PACKAGES.join(", "));
        let file = root().join("CHANGELOG.md");
        let text = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
        let date = capture(Command::new("git").current_dir(root()).args(["log", "-1", "--format=%cs"]))?;
        let (dated, notes) = dated(&text, &version, date.stdout.trim())?;
        println!("\nchangelog, under the date of the last commit:\n\n{}", summary(&notes));
        let changed =
            capture(Command::new("git").current_dir(root()).args(["status", "--porcelain"]))?.stdout;
        ensure!(
            self.dry_run || changed.is_empty(),
            "files are not committed:\n{changed}hint: commit them, or look with --dry-run"
        );
        let mut package = cargo();
        package.args(["package", "--allow-dirty", "--offline"]);
        if !self.verify {
            package.arg("--no-verify");
        }
        let mut progress = Progress::steps(1);
        progress.step(if self.verify { "packing and compiling the crates" } else { "packing the crates" });
        run(package.args(CRATES.iter().flat_map(|name| ["--package", name])))?;
        drop(progress);
        if !self.dry_run {
            fs::write(&file, dated).with_context(|| format!("cannot write {}", file.display()))?;
        }
        println!("\nnext, by hand:\n");
        println!("git commit -am \"release {version}\" && git tag v{version}");
        for name in CRATES {
            println!("cargo publish -p {name}");
        }
        println!("\nThe Dart packages are in ffi-dart-emit: there is nothing to publish for them.");
        Ok(())
    }
}

/// Returns the version that all crates and Dart packages have.
fn version() -> Result<String> {
    let metadata = MetadataCommand::new().current_dir(root()).no_deps().exec()?;
    let mut versions = Vec::new();
    for name in CRATES {
        let package = metadata.packages.iter().find(|it| it.name == name);
        let package = package.with_context(|| format!("there is no crate {name}"))?;
        versions.push((name.to_owned(), package.version.to_string()));
    }
    for folder in PACKAGES {
        let text = fs::read_to_string(root().join(folder).join("pubspec.yaml")).context(folder)?;
        let version = text.lines().find_map(|line| line.strip_prefix("version: "));
        versions.push((folder.to_owned(), version.context(folder)?.trim().to_owned()));
    }
    one_version(&versions)
}

/// Returns the only version of a list, or an error that names them all.
fn one_version(versions: &[(String, String)]) -> Result<String> {
    let (_, first) = versions.first().context("nothing has a version")?;
    if versions.iter().all(|(_, version)| version == first) {
        return Ok(first.clone());
    }
    let all: Vec<_> = versions.iter().map(|(name, version)| format!("{name} {version}")).collect();
    bail!("the versions differ: {}\nhint: give all of them one", all.join(", "))
}

/// Returns a changelog whose unreleased part has a version and a date, and that part.
fn dated(text: &str, version: &str, date: &str) -> Result<(String, String)> {
    let (before, after) = text
        .split_once(UNRELEASED)
        .context("CHANGELOG.md has no part `## Unreleased`\nhint: add it above the last release")?;
    let notes = after.split("\n## ").next().unwrap_or_default().trim();
    ensure!(notes.contains("\n- "), "`## Unreleased` of CHANGELOG.md has no changes");
    let headings: Vec<_> = notes.lines().filter(|line| line.starts_with("### ")).collect();
    ensure!(
        headings.iter().position(|it| *it == "### Breaking").is_none_or(|at| at == 0),
        "breaking changes are not the first of CHANGELOG.md: {}",
        headings.join(", ")
    );
    ensure!(
        !text.contains(&format!("\n## {version} ")),
        "CHANGELOG.md has {version} already\nhint: raise the version in Cargo.toml"
    );
    let dated = format!("{before}{UNRELEASED}\n## {version} - {date}\n{after}");
    Ok((dated, notes.to_owned()))
}

/// Returns the headings of a part of the changelog, each with its number of changes.
fn summary(notes: &str) -> String {
    let mut lines = String::new();
    let parts = notes.split("### ").filter(|part| !part.is_empty());
    for part in parts {
        let name = part.lines().next().unwrap_or_default();
        let changes = part.lines().filter(|line| line.starts_with("- ")).count();
        lines += &format!("{name}: {changes} changes\n");
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# Changelog\n\n## Unreleased\n\n### Breaking\n\n- One.\n- Two.\n\n### New\n\n- Three.\n\n## 0.1.0 - 2026-01-01\n\n- Old.\n";

    #[test]
    fn the_changelog_gets_a_date() {
        let (text, notes) = dated(TEXT, "0.2.0", "2026-02-03").unwrap();
        assert!(text.contains("## Unreleased\n\n## 0.2.0 - 2026-02-03\n\n### Breaking\n"), "{text}");
        assert_eq!(summary(&notes), "Breaking: 2 changes\nNew: 1 changes\n");
        for (text, version, reason) in [
            (TEXT, "0.1.0", "has 0.1.0 already"),
            ("# Changelog\n", "0.2.0", "has no part `## Unreleased`"),
            ("## Unreleased\n\n## 0.1.0\n\n- Old.\n", "0.2.0", "has no changes"),
            ("## Unreleased\n\n### New\n\n- A.\n\n### Breaking\n\n- B.\n", "0.2.0", "are not the first"),
        ] {
            let error = dated(text, version, "2026-02-03").unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
        }
    }

    #[test]
    fn versions_that_differ_are_named() {
        let versions =
            |other: &str| [("a".to_owned(), "1.0.0".to_owned()), ("b".to_owned(), other.to_owned())];
        assert_eq!(one_version(&versions("1.0.0")).unwrap(), "1.0.0");
        let error = one_version(&versions("1.0.1")).unwrap_err().to_string();
        assert!(error.starts_with("the versions differ: a 1.0.0, b 1.0.1\nhint: "), "{error}");
    }

    #[test]
    fn this_repository_could_be_released() {
        let version = version().unwrap();
        let text = fs::read_to_string(root().join("CHANGELOG.md")).unwrap();
        dated(&text, &version, "2026-02-03").unwrap();
    }
}
