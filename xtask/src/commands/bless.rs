//! `cargo xtask bless`.

use anyhow::{Context, Result};

use crate::generated::{Action, Generated};
use crate::progress::Progress;
use crate::public;
use crate::signatures;
use crate::stress;
use crate::workspace::{cargo, run, target};

/// The arguments of `cargo xtask bless`.
#[derive(Debug, clap::Args)]
pub struct Bless {
    /// Packages, such as `fixture-types`, of which the files are written; none for all.
    packages: Vec<String>,
}

impl Bless {
    /// Rewrites every committed file that is generated. Read the diff before committing it.
    ///
    /// # Errors
    ///
    /// Returns an error if a library doesn't build, or a file can't be written.
    pub fn run(self) -> Result<()> {
        if !self.packages.is_empty() {
            return self.some();
        }
        // Written first, because the libraries below are compiled from them.
        stress::apply(Action::Write)?;
        signatures::apply(Action::Write)?;
        let all = Generated::all()?;
        let mut progress = Progress::steps(all.len() + 3);
        for generated in all {
            progress.step(&generated.package);
            generated.apply(Action::Write)?;
        }
        progress.step("golden files of the emitter");
        // Golden files of the emitter's own tests, for schemas that no library has.
        run(cargo()
            .args(["test", "--quiet", "--package", "ffi-dart-emit", "--test", "it"])
            .env("FFI_BLESS", "1"))?;
        progress.step("public items");
        run(cargo().args(["doc", "--quiet", "--package", "ffi-core", "--all-features", "--no-deps"]))?;
        public::apply(&target().join("doc"), Action::Write)?;
        progress.step("what the derive writes");
        run(cargo().args(["test", "--quiet", "--package", "ffi-derive", "--lib"]).env("FFI_BLESS", "1"))
    }

    fn some(&self) -> Result<()> {
        let all = Generated::all()?;
        let mut progress = Progress::steps(self.packages.len());
        for name in &self.packages {
            progress.step(name);
            let generated = all.iter().find(|it| it.package == *name);
            generated.with_context(|| format!("{name} has no generated files"))?.apply(Action::Write)?;
        }
        Ok(())
    }
}
