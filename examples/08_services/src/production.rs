//! Equips the service for an app that ships: a start and an end, a log, a switch, health; calls
//! that are refused and secrets are in [`keys`].

pub mod keys;

use ffi_core::observe::Logs;
use ffi_core::production::rayon_threads;
use ffi_core::{FfiPooled, Flag, PoolError, ffi_flag, ffi_health};

ffi_core::library!(init = start, warm_up = warm_up, shutdown = end);

/// Lets users log in: off, no password is right.
#[ffi_flag]
pub static LOGINS: Flag = Flag::on();

/// Sets up the log, which Dart shows or not, and threads for work on all cores. Errors that stay in
/// Rust are in the log under the numbers that Dart has.
fn start() -> Result<(), String> {
    Logs::new().quiet().init().map_err(|error| error.to_string())?;
    ffi_core::error::set_hook(|error| tracing::error!(id = error.id(), "{}", error.error()));
    rayon_threads("services", 2)?;
    tracing::info!(logins = LOGINS.is_on(), "the service starts");
    Ok(())
}

/// Has the slots of keys in memory before the first call needs one.
fn warm_up() -> Result<(), PoolError> {
    keys::ApiKey::pool().try_alloc_many(32).map(drop)
}

fn end() {
    tracing::info!("the service ends");
}

/// Checks that the working folder can be read.
#[ffi_health(deadline = 10_000)]
fn folder() -> Result<(), std::io::Error> {
    std::fs::read_dir(".").map(drop)
}
