//! The function with which Dart asks a library for what is not a call of the user's.
//!
//! None of it is on the way of a call, so one C function serves all: an operation's number and text
//! in, JSON out.

use std::ptr;
use std::time::Duration;

use super::crash;
use super::json::Object;
use super::lifecycle::{self, Hooks};
use super::request;
use crate::boundary::{Failure, FfiOutput, FfiOwned, FfiStatus, StatusCode, call_output, text};

/// Starts the library, unless it runs.
const START: u32 = 0;
/// Ends the library; the text is the deadline, as a number of microseconds.
const STOP: u32 = 1;
/// Runs what warms the library up.
const WARM_UP: u32 = 2;

/// Returns how long the library runs, in microseconds.
const UPTIME: u32 = 3;
/// Caps the level of vector instructions at the one that the text names, or at none for an empty
/// text; returns the level in use.
const CAP: u32 = 4;

/// Returns the numbers about the library, with the feature `metrics`.
const METRICS: u32 = 5;
/// Returns the same in the text format of Prometheus.
const PROMETHEUS: u32 = 6;

/// Has reports of panics written to a folder: the text is the largest number of files, a space, and
/// the path.
const KEEP: u32 = 7;
/// Keeps the text for the report of the next panic.
const NOTE: u32 = 8;
/// Returns the number of reports that were not written.
const LOST: u32 = 9;

/// Tells the id of the request for the next call of this thread. It returns null, as it is asked
/// before each call that has one.
const REQUEST: u32 = 20;

/// Has a port told of new log records, as the operations below with the feature `observe`.
const LISTEN: u32 = 21;
/// Tells a port of no more log records.
const LEAVE: u32 = 22;
/// Returns log records.
const RECORDS: u32 = 23;

/// Answers an operation of Dart's runtime: JSON, which the caller owns; null if it has no answer,
/// and with a status if it fails.
///
/// # Safety
///
/// `data` is null or points to `len` bytes that no other code changes meanwhile. `status` is null,
/// or zeroed or last written by this library, and no other code uses it.
pub unsafe fn production(
    hooks: &Hooks,
    operation: u32,
    data: *const u8,
    len: usize,
    status: *mut FfiStatus,
) -> *mut FfiOwned {
    let body = || {
        // SAFETY: the bytes are readable and nobody changes them, by this function's contract.
        let text = unsafe { text(data, len, "text") }?;
        if operation == REQUEST {
            return request::tell(text).map(|()| ptr::null_mut());
        }
        FfiOutput::into_abi(answer(hooks, operation, text)?)
    };
    // SAFETY: the status is null or valid, and no other code uses it, by this function's contract.
    unsafe { call_output::<String>(status, body) }
}

/// Ends the library as C does, which waits up to two seconds; returns the number of slots in use.
#[must_use]
pub fn stop(hooks: &Hooks) -> u64 {
    lifecycle::stop(hooks, Duration::from_secs(2)).slots
}

#[cfg(feature = "simd")]
fn cap(level: &str) -> Result<&'static str, Failure> {
    use crate::simd::{Level, set_level};

    let cap = match level {
        "" => None,
        name => Some(Level::ALL.into_iter().find(|it| it.name() == name).ok_or_else(|| {
            let names: Vec<_> = Level::ALL.iter().map(|it| it.name()).collect();
            Failure::invalid_argument(
                "level",
                format_args!("is no level: `{name}`\nhint: {}", names.join(", ")),
            )
        })?),
    };
    Ok(set_level(cap).name())
}

#[cfg(not(feature = "simd"))]
fn cap(_level: &str) -> Result<&'static str, Failure> {
    Err(Failure::invalid_argument(
        "level",
        "can't be set: the library has no kernels\nhint: the feature `simd` has",
    ))
}

fn answer(hooks: &Hooks, operation: u32, text: &str) -> Result<String, Failure> {
    let nothing = || "{}".to_owned();
    match operation {
        START => lifecycle::start(hooks).map(|()| nothing()),
        STOP => {
            let limit = text.parse().map(Duration::from_micros).map_err(|_| {
                Failure::invalid_argument("deadline", format_args!("is no number of microseconds: `{text}`"))
            })?;
            Ok(lifecycle::stop(hooks, limit).json())
        }
        WARM_UP => lifecycle::warm_up(hooks).map(|()| nothing()),
        UPTIME => {
            let uptime = lifecycle::uptime().unwrap_or_default();
            Ok(Object::new().number("microseconds", uptime.as_micros() as u64).end())
        }
        CAP => cap(text).map(|level| Object::new().text("level", level).end()),
        KEEP => {
            let (most, folder) = text.split_once(' ').unwrap_or_default();
            let most =
                most.parse().map_err(|_| Failure::invalid_argument("most", "is no number of files"))?;
            let kept = crash::keep(hooks.name, folder, most);
            kept.map(|()| nothing()).map_err(|error| {
                Failure::new(StatusCode::Error, format!("no reports of crashes in `{folder}`: {error}"))
            })
        }
        NOTE => {
            crash::note(text);
            Ok(nothing())
        }
        LOST => Ok(Object::new().number("lost", crash::lost()).end()),
        #[cfg(feature = "observe")]
        LISTEN => crate::observe::abi::listen(text),
        #[cfg(feature = "observe")]
        LEAVE => crate::observe::abi::leave(text),
        #[cfg(feature = "observe")]
        RECORDS => crate::observe::abi::take(text),
        #[cfg(not(feature = "observe"))]
        LISTEN | LEAVE | RECORDS => Err(Failure::new(
            StatusCode::InvalidArgument,
            "the library keeps no log records\nhint: `ffi-core = { version = \"..\", features = [\"observe\"] }`",
        )),
        #[cfg(feature = "metrics")]
        METRICS => Ok(super::metrics::metrics().json()),
        #[cfg(feature = "metrics")]
        PROMETHEUS => Ok(Object::new().text("text", &super::metrics::metrics().prometheus(hooks.name)).end()),
        #[cfg(not(feature = "metrics"))]
        METRICS | PROMETHEUS => Err(Failure::new(
            StatusCode::InvalidArgument,
            "the library has no metrics\nhint: `ffi-core = { version = \"..\", features = [\"metrics\"] }`",
        )),
        _ => Err(Failure::new(
            StatusCode::InvalidArgument,
            format!(
                "operation {operation} is unknown\nhint: the package is newer than the library: rebuild it"
            ),
        )),
    }
}
