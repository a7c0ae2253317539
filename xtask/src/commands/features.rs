//! `cargo xtask features`.

use anyhow::Result;
use clap::Args;

use crate::features;

/// Arguments of `cargo xtask features`: none.
#[derive(Debug, Args)]
pub struct Features {}

impl Features {
    /// Compiles `ffi-core`, and items of each kind that macros write code for, with few features.
    ///
    /// # Errors
    ///
    /// Returns an error with what rustc said if it had anything to say.
    pub fn run(self) -> Result<()> {
        features::check()?;
        features::check_items()
    }
}
