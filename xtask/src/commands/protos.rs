//! `cargo xtask protos`.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::progress::{self, Progress};
use crate::protoc::Protoc;
use crate::protos::{HEAD, Project, check};
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
    /// Failures to print for each project
    #[arg(long, value_name = "COUNT", default_value_t = 10)]
    failures: usize,
}

impl Protos {
    /// Prints a table: which files are imported, and what compiles, emits and comes back.
    ///
    /// # Errors
    ///
    /// Returns an error if files can't be read or written.
    pub fn run(self) -> Result<()> {
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
            let project = Project { name, folder: folder.clone(), include, values: self.values };
            let target = root().join("target/protos");
            let python = self.python_values.map(|count| anyhow::Ok((self.python(&target)?, count)));
            let build = |folder: &Path| build(folder, &project.name, &target.join("target"));
            let row = check(&project, &target.join(&project.name), build, python.transpose()?)?;
            progress::print(|| {
                println!("{row}");
                if let Some(peer) = &row.peer {
                    print!("{}", peer.said);
                }
                row.failures.iter().take(self.failures).for_each(|failure| eprintln!("{failure}"));
            });
        }
        Ok(())
    }

    /// Returns a command that starts the Python.
    fn python(&self, modules: &Path) -> Result<Command> {
        match &self.python {
            Some(program) => Ok(Command::new(program)),
            None => Protoc::find_or_install()?.python(modules),
        }
    }
}

/// Builds the package in a folder, and returns its library.
fn build(folder: &Path, name: &str, target: &Path) -> Result<PathBuf> {
    let status = Command::new("cargo")
        .args(["build", "--quiet", "--offline"])
        .arg("--target-dir")
        .arg(target)
        .current_dir(folder)
        .status()?;
    ensure!(status.success(), "it doesn't compile");
    let (prefix, suffix) = (std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    Ok(target.join("debug").join(format!("{prefix}{name}{suffix}")))
}
