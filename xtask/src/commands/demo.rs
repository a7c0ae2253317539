//! `cargo xtask demo`.

use anyhow::Result;

use crate::dart_sdk::Sdk;
use crate::example::Example;
use crate::generated::{Action, Generated};
use crate::workspace;

/// The arguments of `cargo xtask demo`.
#[derive(Debug, clap::Args)]
pub struct Demo {
    /// The example's folder in `examples/`.
    #[arg(default_value = "01_particles")]
    pub example: String,
}
