//! `cargo xtask <command>`; see [`xtask::commands`].

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match xtask::commands::Cli::parse().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // `Debug` would print a backtrace of this program, which says nothing about the
            // mistake.
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
