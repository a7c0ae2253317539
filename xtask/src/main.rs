//! `cargo xtask <command>`; see [`xtask::commands`].

use clap::Parser;

fn main() -> anyhow::Result<()> {
    xtask::commands::Cli::parse().run()
}
