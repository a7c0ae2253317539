//! `cargo xtask flutter`.

use std::path::PathBuf;

use clap::Args;

use crate::flutter::{self, Goldens};
use crate::progress::{self, Progress};

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
    /// Runs the tests of an app, each file in a process of its own; or prints only the folder of
    /// the engine on stdout. Progress goes to stderr.
    ///
    /// # Errors
    ///
    /// Returns an error if no engine is found and none can be installed on this machine, or a test
    /// fails.
    pub fn run(self) -> anyhow::Result<()> {
        let flutter = flutter::Flutter::find_or_install()?;
        let Some(app) = self.app else {
            println!("{}", flutter.engine().display());
            return Ok(());
        };
        flutter.pub_get(&app)?;
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
