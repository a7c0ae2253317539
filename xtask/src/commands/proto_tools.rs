//! `cargo xtask proto-tools`.

use clap::Args;

use crate::proto_tools::ProtoTool;

/// Arguments of `cargo xtask proto-tools`: none.
#[derive(Debug, Args)]
pub struct ProtoTools {}

impl ProtoTools {
    /// Prints only the paths of the programs on stdout; progress goes to stderr.
    ///
    /// # Errors
    ///
    /// Returns an error if one is missing and can't be installed on this machine.
    pub fn run(self) -> anyhow::Result<()> {
        for tool in ProtoTool::ALL {
            println!("{}", tool.find_or_install()?.display());
        }
        Ok(())
    }
}
