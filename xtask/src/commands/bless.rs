//! `cargo xtask bless`.

use anyhow::Result;

use crate::generated::{Action, Generated};

/// The arguments of `cargo xtask bless`.
#[derive(Debug, clap::Args)]
pub struct Bless {}

impl Bless {
    /// Writes again every committed file that is generated. Read the diff before committing it.
    ///
    /// # Errors
    ///
    /// When a library doesn't build, or a file can't be written.
    pub fn run(self) -> Result<()> {
        for generated in Generated::all()? {
            eprintln!("{}", generated.package);
            generated.apply(Action::Write)?;
        }
        Ok(())
    }
}
