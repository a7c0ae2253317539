//! `cargo xtask demo`.

use anyhow::Result;
use ffi_dart_emit::cargo::BuildOptions;

use crate::dart_sdk::{Mode, Sdk};
use crate::example::Example;
use crate::generated::Action;

/// The arguments of `cargo xtask demo`.
#[derive(Debug, clap::Args)]
pub struct Demo {
    /// Folder of the example in `examples/`
    #[arg(default_value = "01_particles")]
    pub example: String,
}

impl Demo {
    /// Builds an example's library, writes its Dart package, and runs its Dart program in both
    /// modes.
    ///
    /// # Errors
    ///
    /// Returns an error if a step fails, or no Dart SDK is found or can be installed.
    pub fn run(self) -> Result<()> {
        let sdk = Sdk::find_or_install()?;
        eprintln!("building {}", self.example);
        let example =
            Example::build(&self.example, &BuildOptions { release: true, ..BuildOptions::default() })?;
        eprintln!("writing its Dart package to {}", example.generated().dart.display());
        example.generated().apply(Action::Write)?;
        for (mode, name) in [(Mode::Jit, "JIT"), (Mode::Aot, "AOT")] {
            eprintln!("running its Dart program, {name}");
            print!("{}", example.run(&sdk, mode)?);
        }
        Ok(())
    }
}
