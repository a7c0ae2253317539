//! `cargo xtask dart-sdk`.

use clap::Args;

use crate::dart_sdk::Sdk;

/// Arguments of `cargo xtask dart-sdk`: none.
#[derive(Debug, Args)]
pub struct DartSdk {}

impl DartSdk {
    /// Prints only the bin folder on stdout, so that `PATH=$(cargo xtask dart-sdk):$PATH` works;
    /// progress goes to stderr.
    ///
    /// # Errors
    ///
    /// Returns an error if no SDK is found and none can be installed on this machine.
    pub fn run(self) -> anyhow::Result<()> {
        let sdk = Sdk::find_or_install()?;
        eprintln!("dart {} at {}", sdk.version(), sdk.dart().display());
        println!("{}", sdk.bin_dir().display());
        Ok(())
    }
}
