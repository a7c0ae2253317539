//! `cargo xtask load`.

use std::time::Duration;

use anyhow::{Context, Result};
use ffi_dart_emit::cargo::BuildOptions;

use crate::dart_sdk::Sdk;
use crate::example::Example;
use crate::progress::{self, Progress};
use crate::workspace;

/// The arguments of `cargo xtask load`.
#[derive(Debug, clap::Args)]
pub struct Load {
    /// Number of isolates that call the service at once
    #[arg(long, default_value_t = 4)]
    isolates: u32,
    /// Seconds for which they do
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
}

impl Load {
    /// Calls the service of `examples/08_services` for some time, built and compiled as it ships,
    /// and prints how many calls it takes and the percentiles of their times.
    ///
    /// # Errors
    ///
    /// Returns an error if a step fails, a call has a wrong result, or the service isn't healthy or
    /// leaves something behind.
    pub fn run(self) -> Result<()> {
        let seconds = Duration::try_from_secs_f64(self.seconds)
            .with_context(|| format!("{} is no number of seconds", self.seconds))?;
        let sdk = Sdk::find_or_install()?;
        let mut progress = Progress::steps(3);
        progress.step("building the service");
        let options = BuildOptions { release: true, ..BuildOptions::default() };
        let example = progress::pass(|| Example::build("08_services", &options))?;
        progress.step("compiling the program");
        let (sdk, program) = example.compile(&sdk, "load")?;
        let mut run = sdk.program(&program);
        run.args([self.isolates.to_string(), seconds.as_millis().to_string()]);
        progress.step(format!("calling it for {} s", self.seconds));
        workspace::run(&mut run)
    }
}
