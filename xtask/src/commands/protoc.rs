//! `cargo xtask protoc`.

use clap::Args;

use crate::protoc;

/// Arguments of `cargo xtask protoc`: none.
#[derive(Debug, Args)]
pub struct Protoc {}

impl Protoc {
    /// Prints only the path of the compiler on stdout; progress goes to stderr.
    ///
    /// # Errors
    ///
    /// Returns an error if there is no protoc and none can be installed on this machine.
    pub fn run(self) -> anyhow::Result<()> {
        println!("{}", protoc::Protoc::find_or_install()?.program().display());
        Ok(())
    }
}
