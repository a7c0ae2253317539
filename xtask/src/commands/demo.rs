//! `cargo xtask demo`.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::Result;
use ffi_dart_emit::cargo::BuildOptions;

use crate::dart_sdk::{Mode, Sdk};
use crate::example::Example;
use crate::flutter::{Flutter, Goldens};
use crate::generated::{self, Generated};
use crate::progress::{self, Progress};
use crate::workspace;

/// The arguments of `cargo xtask demo`.
#[derive(Debug, clap::Args)]
pub struct Demo {
    /// Folder of the example in `examples/`
    #[arg(default_value = "01_particles", conflicts_with = "all")]
    pub example: String,
    /// Run all examples, one after the other
    #[arg(long)]
    pub all: bool,
    /// Features of the example's library, such as `av1,h264`
    #[arg(long, value_delimiter = ',', conflicts_with = "all")]
    pub features: Vec<String>,
    /// Arguments of the example's program, behind `--`
    #[arg(last = true, default_value = WHOLE, conflicts_with = "all")]
    pub arguments: Vec<String>,
}

/// Argument for a program that has a longer form than tests run. Others ignore it.
const WHOLE: &str = "--whole";

impl Demo {
    /// Builds an example's library, writes its Dart package, and runs its Dart program in both
    /// modes; or does so with all examples, and runs the tests of those that are apps.
    ///
    /// # Errors
    ///
    /// Returns an error if a step fails, a program prints other text than its `expected.txt`, or no
    /// Dart SDK is found or can be installed.
    pub fn run(self) -> Result<()> {
        let sdk = Sdk::find_or_install()?;
        if self.all {
            return all(&sdk);
        }
        let mut progress = Progress::steps(1 + Mode::ALL.len());
        progress.step(format!("building {}", self.example));
        let example = build(&self.example, self.features)?.with_arguments(self.arguments);
        for mode in Mode::ALL {
            progress.step(format!("running its Dart program, {mode:?}"));
            let printed = example.run(&sdk, mode)?;
            progress::print(|| print!("{printed}"));
        }
        Ok(())
    }
}

/// Builds an example's library with some features, and writes its Dart package.
fn build(folder: &str, features: Vec<String>) -> Result<Example> {
    let release = BuildOptions { release: true, features, ..BuildOptions::default() };
    let example = progress::pass(|| Example::build(folder, &release))?;
    progress::print(|| eprintln!("writing its Dart package to {}", example.generated().dart.display()));
    example.write_package()?;
    Ok(example)
}

/// An example that is built.
enum Built {
    /// A program in Dart.
    Program(Example),
    /// An app for Flutter in a folder, and Flutter with its library.
    App(Flutter, PathBuf),
}

impl Built {
    /// Builds the example in `examples/{folder}`. Returns none for an app on a machine on which
    /// Flutter can't be installed.
    fn new(folder: &str) -> Result<Option<Self>> {
        let app = workspace::root().join("examples").join(folder).join("app");
        if !app.is_dir() {
            return build(folder, Vec::new()).map(|example| Some(Self::Program(example)));
        }
        if !Flutter::is_installable() {
            return Ok(None);
        }
        let generated = Generated::example(folder);
        let variable = workspace::library_variable(&generated.package);
        let flutter = Flutter::find_or_install()?.with_env(variable, generated.library("release")?);
        Ok(Some(Self::App(flutter, app)))
    }

    /// Runs the program in both modes and prints its output, or runs the app's tests.
    fn run(&self, sdk: &Sdk) -> Result<()> {
        match self {
            Self::Program(example) => {
                for mode in Mode::ALL {
                    progress::print(|| eprintln!("running its Dart program, {mode:?}"));
                    let printed = example.run_as_expected(sdk, mode)?;
                    if mode == Mode::Aot {
                        progress::print(|| print!("{printed}"));
                    }
                }
            }
            Self::App(flutter, app) => {
                flutter.pub_get(app)?;
                let tests = flutter.compile_tests(app)?;
                for file in tests.files() {
                    progress::print(|| eprintln!("running {file} in Flutter's engine"));
                    let printed = tests.run(file, Goldens::Compare)?.stdout;
                    progress::print(|| print!("{printed}"));
                }
            }
        }
        Ok(())
    }
}

/// Builds all examples, then runs them.
fn all(sdk: &Sdk) -> Result<()> {
    let folders = generated::examples()?;
    let count = folders.len();
    let mut progress = Progress::steps(2 * count);
    let mut built = Vec::new();
    for folder in &folders {
        progress.step(format!("building {folder}"));
        built.push(Built::new(folder)?);
    }
    let start = Instant::now();
    for (folder, built) in folders.iter().zip(&built) {
        progress.step(format!("running {folder}"));
        match built {
            Some(built) => built.run(sdk)?,
            None => progress::print(|| eprintln!("left out: Flutter's engine can't be installed here")),
        }
    }
    drop(progress);
    eprintln!("\nall {count} examples ran in {} s", start.elapsed().as_secs());
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_map_has_each_example() {
        let map = fs::read_to_string(workspace::root().join("examples/README.md")).unwrap();
        let folders = generated::examples().unwrap();
        let rows = map.lines().filter(|line| line.starts_with("| ["));
        let rows: Vec<_> = rows.collect();
        assert_eq!(rows.len(), folders.len());
        for folder in folders {
            assert!(rows.iter().any(|row| row.contains(&format!("[{folder}]({folder})"))), "{folder}");
        }
    }
}
