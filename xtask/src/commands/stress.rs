//! `cargo xtask stress`.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::stress;

/// The arguments of `cargo xtask stress`.
#[derive(Debug, clap::Args)]
pub struct Stress {
    /// How many messages; there are never fewer than the first 36, each of its own kind.
    #[arg(long, default_value_t = stress::MESSAGES)]
    messages: usize,
    /// The Rust file to write.
    #[arg(long)]
    out: PathBuf,
}

impl Stress {
    /// Writes the stress schema. What is committed of it, `cargo xtask bless` writes.
    ///
    /// # Errors
    ///
    /// When the file can't be written.
    pub fn run(self) -> Result<()> {
        fs::write(&self.out, stress::schema(self.messages))
            .with_context(|| format!("cannot write {}", self.out.display()))
    }
}
