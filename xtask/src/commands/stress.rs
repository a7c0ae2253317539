//! `cargo xtask stress`.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::stress;

/// The arguments of `cargo xtask stress`.
#[derive(Debug, clap::Args)]
pub struct Stress {
    /// Number of messages; at least the 36 that are each of their own kind
    #[arg(long, default_value_t = stress::MESSAGES)]
    messages: usize,
    /// Rust file to write
    #[arg(long)]
    out: PathBuf,
}

impl Stress {
    /// Writes the stress schema. `cargo xtask bless` writes the committed one.
    ///
    /// # Errors
    ///
    /// Returns an error if the file can't be written.
    pub fn run(self) -> Result<()> {
        fs::write(&self.out, stress::schema(self.messages))
            .with_context(|| format!("cannot write {}", self.out.display()))
    }
}
