//! `cargo xtask promtool`.

use std::fs;

use anyhow::{Context, Result};
use clap::Args;
use ffi_dart_emit::cargo::BuildOptions;

use crate::dart_sdk::Sdk;
use crate::example::Example;
use crate::progress::{self, Progress};
use crate::promtool;
use crate::workspace::target;

/// Arguments of `cargo xtask promtool`: none.
#[derive(Debug, Args)]
pub struct Promtool {}

impl Promtool {
    /// Runs the service of `examples/08_services` as an app does, and has Prometheus' own tool
    /// check the numbers that it writes.
    ///
    /// # Errors
    ///
    /// Returns an error if there is no promtool and none can be installed, the example fails, or
    /// promtool has anything to say about the numbers.
    pub fn run(self) -> Result<()> {
        let mut progress = Progress::steps(3);
        progress.step("promtool and Dart");
        let promtool = promtool::find_or_install()?;
        let sdk = Sdk::find_or_install()?;
        progress.step("building the service");
        let example = progress::pass(|| Example::build("08_services", &BuildOptions::default()))?;
        let folder = target().join("promtool");
        fs::create_dir_all(&folder)?;
        let path = folder.to_str().context("the target folder's path is not UTF-8")?;
        progress.step("running it, and checking its numbers");
        example.run_other(&sdk, "production", &[path])?;
        let numbers = folder.join("metrics.txt");
        promtool::check(&promtool, &numbers)?;
        let text = fs::read_to_string(&numbers)?;
        let families = text.lines().filter(|line| line.starts_with("# TYPE ")).count();
        drop(progress);
        println!("promtool check metrics: {families} metrics, nothing to say");
        Ok(())
    }
}
