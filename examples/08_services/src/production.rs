//! Equips the service for an app that ships: a start and an end, a log, a switch, health.

use ffi_core::observe::{Logs, LogsError};
use ffi_core::{Flag, ffi_flag, ffi_health};

ffi_core::library!(init = start, shutdown = end);

/// Lets users log in: off, no password is right.
#[ffi_flag]
pub static LOGINS: Flag = Flag::on();

/// Keeps log records for Dart, which shows them or not.
fn start() -> Result<(), LogsError> {
    Logs::new().quiet().init()?;
    tracing::info!(logins = LOGINS.is_on(), "the service starts");
    Ok(())
}

fn end() {
    tracing::info!("the service ends");
}

/// Checks that the working folder can be read.
#[ffi_health(deadline = 500)]
fn folder() -> Result<(), std::io::Error> {
    std::fs::read_dir(".").map(drop)
}
