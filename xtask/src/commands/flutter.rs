//! `cargo xtask flutter`.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use ffi_dart_emit::cargo::{BuildOptions, Crate};
use ffi_dart_emit::project::doctor;

use crate::flutter::{self, Goldens};
use crate::progress::{self, Progress};
use crate::workspace::library_variable;

/// Arguments of `cargo xtask flutter`.
#[derive(Debug, Args)]
pub struct Flutter {
    /// App whose tests are run. Without it, the folder of the engine is printed
    app: Option<PathBuf>,
    /// Write the golden pictures instead of comparing them
    #[arg(long, requires = "app")]
    update_goldens: bool,
}

impl Flutter {
    /// Builds the libraries of an app's packages and runs its tests, each file in a process of its
    /// own; or prints only the folder of the engine on stdout. Progress goes to stderr.
    ///
    /// # Errors
    ///
    /// Returns an error if no engine is found and none can be installed on this machine, or a
    /// library can't be built, or a test fails.
    pub fn run(self) -> Result<()> {
        let mut flutter = flutter::Flutter::find_or_install()?;
        let Some(app) = self.app else {
            println!("{}", flutter.engine().display());
            return Ok(());
        };
        flutter.pub_get(&app)?;
        for (variable, library) in libraries(&app)? {
            flutter = flutter.with_env(variable, library);
        }
        let tests = progress::busy("compiling the tests", || flutter.compile_tests(&app))?;
        let goldens = if self.update_goldens { Goldens::Update } else { Goldens::Compare };
        let mut progress = Progress::steps(tests.files().len());
        for file in tests.files() {
            progress.step(file);
            let ran = tests.run(file, goldens)?;
            progress::print(|| println!("{file}\n{}", ran.stdout));
        }
        Ok(())
    }
}

/// Builds the libraries of the packages that the app in `folder` depends on: the engine runs no
/// hooks. Returns the variable of each, by which its package finds it; those that are set stay.
fn libraries(folder: &Path) -> Result<Vec<(String, PathBuf)>> {
    let mut all = Vec::new();
    for (_, around) in doctor::packages(folder) {
        let built = Crate::in_folder(&around)?;
        let variable = library_variable(&built.library()?);
        if env::var_os(&variable).is_none() {
            all.push((variable, progress::pass(|| built.build(&BuildOptions::default()))?));
        }
    }
    Ok(all)
}
