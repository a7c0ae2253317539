//! `cargo xtask protos`.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::dart_sdk::Sdk;
use crate::progress::{self, Progress};
use crate::protoc::Protoc;
use crate::protos::{HEAD, Project, Tools, check};
use crate::workspace::root;

/// The arguments of `cargo xtask protos`.
#[derive(Debug, clap::Args)]
pub struct Protos {
    /// Folders with .proto files, each of a project
    #[arg(required = true)]
    folders: Vec<PathBuf>,
    /// Folder to search for imports; may be given several times [default: that of the project]
    #[arg(short = 'I', value_name = "FOLDER")]
    include: Vec<PathBuf>,
    /// Random values of each message
    #[arg(long, value_name = "COUNT", default_value_t = 20)]
    values: u32,
    /// Random values of each message that protobuf's own Python makes and judges; none by default
    #[arg(long, value_name = "COUNT")]
    python_values: Option<u32>,
    /// Python with protobuf [default: `python3`, with the protobuf of `cargo xtask protoc`]
    #[arg(long, value_name = "PROGRAM")]
    python: Option<PathBuf>,
    /// Largest number of files in a crate; one that fails is halved
    #[arg(long, value_name = "COUNT", default_value_t = 250)]
    part: usize,
    /// Jobs of cargo [default: one for each core]
    #[arg(short, long, value_name = "COUNT")]
    jobs: Option<usize>,
    /// Failures to print for each project
    #[arg(long, value_name = "COUNT", default_value_t = 10)]
    failures: usize,
}

impl Protos {
    /// Prints a table: how many files are imported, compile, have a Dart package and come back.
    ///
    /// # Errors
    ///
    /// Returns an error if files can't be read or written.
    pub fn run(self) -> Result<()> {
        let (protoc, dart) = (Protoc::find(), Sdk::find());
        let target = root().join("target/protos");
        println!("{HEAD}");
        let mut progress = Progress::steps(self.folders.len());
        for folder in &self.folders {
            let name = folder.file_name().context("it has a name")?.to_string_lossy().to_lowercase();
            let name = name.replace(|next: char| !next.is_ascii_alphanumeric(), "_");
            progress.step(&name);
            let mut include = self.include.clone();
            if include.is_empty() {
                include.push(folder.clone());
            }
            let (folder, values, part) = (folder.clone(), self.values, self.part);
            let project = Project { name: name.clone(), folder, include, values, part };
            let build = |folder: &Path, name: &str| self.build(folder, name, &target.join("target"));
            let python = || self.python(&target);
            let python = self.python_values.map(|count| (&python as &dyn Fn() -> Result<Command>, count));
            let tools = Tools { build: &build, protoc: protoc.as_ref(), python, dart: dart.as_ref() };
            let row = check(&project, &target.join(&name), &tools)?;
            progress::print(|| {
                println!("{row}");
                if let Some(time) = row.at_once {
                    eprintln!(
                        "{name}: {} files imported at once in {:.1} s",
                        row.imported,
                        time.as_secs_f64()
                    );
                }
                row.failures.iter().take(self.failures).for_each(|failure| eprintln!("{failure}"));
            });
        }
        Ok(())
    }

    /// Builds the package with this name in a folder, and returns its library.
    fn build(&self, folder: &Path, name: &str, target: &Path) -> Result<PathBuf> {
        let mut cargo = Command::new("cargo");
        cargo.args(["build", "--quiet", "--offline", "--target-dir"]).arg(target);
        if let Some(jobs) = self.jobs {
            cargo.arg("--jobs").arg(jobs.to_string());
        }
        ensure!(cargo.current_dir(folder).status()?.success(), "it doesn't compile");
        let (prefix, suffix) = (std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
        Ok(target.join("debug").join(format!("{prefix}{name}{suffix}")))
    }

    /// Returns a command that starts the Python.
    fn python(&self, modules: &Path) -> Result<Command> {
        match &self.python {
            Some(program) => Ok(Command::new(program)),
            None => Protoc::find_or_install()?.python(modules),
        }
    }
}
