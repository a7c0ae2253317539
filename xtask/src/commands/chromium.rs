//! `cargo xtask chromium`.

use anyhow::Result;

use crate::browser::Browser;

/// The arguments of `cargo xtask chromium`: none.
#[derive(Debug, clap::Args)]
pub struct Chromium {}

impl Chromium {
    /// Finds or installs a headless Chromium, and prints its file and version.
    ///
    /// # Errors
    ///
    /// Returns an error if none is found and none can be installed.
    pub fn run(self) -> Result<()> {
        let browser = Browser::find_or_install()?;
        println!("{}", browser.program().display());
        println!("{}", browser.version()?);
        Ok(())
    }
}
