//! A sensor, whose readings are a stream: it stops while the widget that shows them is paused.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ffi_core::{FfiMessage, Stream, ffi_export};
use futures_util::stream::{self, StreamExt as _};

/// A reading of the sensor.
#[derive(FfiMessage, Clone, Copy, Debug, PartialEq)]
#[repr(C)]
pub struct Reading {
    /// Number, from 1 on.
    pub number: u64,
    /// Degrees Celsius.
    pub celsius: f32,
}

/// Number of readings that were made, by all streams.
static MADE: AtomicU64 = AtomicU64::new(0);

/// Reads the sensor every `period` microseconds, or as fast as Dart takes the readings if that is
/// 0. At most eight wait for Dart.
#[ffi_export]
#[ffi(window = 8)]
pub fn readings(period: u32) -> impl Stream<Item = Reading> {
    stream::iter(1..).then(move |number: u64| async move {
        if period > 0 {
            tokio::time::sleep(Duration::from_micros(period.into())).await;
        }
        // A counter of its own: no other memory depends on it.
        MADE.fetch_add(1, Ordering::Relaxed);
        Reading { number, celsius: 21.0 + (number as f32 / 10.0).sin() }
    })
}

/// Returns the number of readings that were made so far, also of those that wait for Dart.
#[ffi_export]
pub fn readings_made() -> u64 {
    MADE.load(Ordering::Relaxed)
}
