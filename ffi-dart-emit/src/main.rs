//! The program `ffi-dart-emit`; its code is in the library.

use std::process::ExitCode;

use clap::Parser;
use ffi_dart_emit::cli::{Cli, run};
use ffi_dart_emit::foreign::terminal;

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", terminal(&format!("{error:#}")));
            ExitCode::FAILURE
        }
    }
}
