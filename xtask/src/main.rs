//! `cargo xtask <command>`; see [`xtask::commands`].

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match xtask::commands::Cli::parse().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Not through `Debug`: a backtrace of this program says nothing about what is wrong.
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
