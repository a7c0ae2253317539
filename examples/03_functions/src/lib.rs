//! Functions of every kind that Dart can call, in the order of what a call costs.

use std::time::Duration;

use ffi_core::pool::{PoolBox, PoolError};
use ffi_core::{
    AskError, DartError, DartFn, FfiContext, FfiEnum, FfiError, FfiInput, FfiMessage, FfiMoved, FfiPooled,
    Stream, ffi_export,
};
use futures_util::stream::{self, StreamExt as _};

ffi_core::library!();

/// Unit of a temperature.
#[derive(FfiEnum, Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Unit {
    /// Degrees from the freezing point of water.
    Celsius = 0,
    /// Degrees from absolute zero.
    Kelvin = 1,
}

/// A measurement.
#[derive(FfiMessage, Clone, Copy, Debug, PartialEq)]
#[repr(C)]
#[ffi(pool(capacity = 1024))]
pub struct Reading {
    /// Seconds since the start.
    pub seconds: f64,
    /// Degrees, in the unit `unit`.
    pub degrees: f64,
    /// Number of the sensor.
    pub sensor: u32,
    /// Unit of `degrees`.
    pub unit: Unit,
}

/// Reason why there is no mean.
#[derive(FfiError, Clone, Copy, Debug, PartialEq, Eq)]
pub enum MeanError {
    /// There are no readings.
    Empty,
    /// A reading has another unit than the first.
    Mixed {
        /// Index of that reading.
        index: u64,
    },
}

impl std::fmt::Display for MeanError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Empty => f.write_str("there are no readings"),
            Self::Mixed { index } => write!(f, "reading {index} has another unit than the first"),
        }
    }
}

impl std::error::Error for MeanError {}

/// Converts degrees. A *leaf* call: Dart stays in its own state, so it has to be short, and its
/// arguments are numbers, enums, or memory that doesn't move.
#[ffi_export(leaf)]
pub fn kelvin(degrees: f64, unit: Unit) -> f64 {
    match unit {
        Unit::Celsius => degrees + 273.15,
        Unit::Kelvin => degrees,
    }
}

/// Returns a reading in kelvins: a message by value, there and back.
#[ffi_export]
pub fn to_kelvin(reading: Reading) -> Reading {
    Reading { degrees: kelvin(reading.degrees, reading.unit), unit: Unit::Kelvin, ..reading }
}

/// Corrects a reading where it is: a message by reference.
#[ffi_export]
pub fn calibrate(reading: &mut Reading, offset: f64) {
    reading.degrees += offset;
}

/// Returns the mean of the degrees: a slice, and an error that has fields.
///
/// # Errors
///
/// Returns an error if there are no readings, or of several units.
#[ffi_export]
pub fn mean(readings: &[Reading]) -> Result<f64, MeanError> {
    let first = readings.first().ok_or(MeanError::Empty)?;
    if let Some(index) = readings.iter().position(|it| it.unit != first.unit) {
        return Err(MeanError::Mixed { index: index as u64 });
    }
    Ok(readings.iter().map(|it| it.degrees).sum::<f64>() / readings.len() as f64)
}

/// Returns the hottest reading, if there is one: an option.
#[ffi_export]
pub fn hottest(readings: &[Reading]) -> Option<Reading> {
    readings.iter().copied().max_by(|a, b| a.degrees.total_cmp(&b.degrees))
}

/// Returns the readings above `degrees`: a vector, whose memory Dart takes over.
#[ffi_export]
pub fn above(readings: &[Reading], degrees: f64) -> Vec<Reading> {
    readings.iter().copied().filter(|it| it.degrees > degrees).collect()
}

/// Returns the median of the degrees: a list that Dart gives away, so that it is sorted in place.
#[ffi_export]
pub fn median(mut readings: FfiMoved<[Reading]>) -> Option<f64> {
    readings.sort_by(|a, b| a.degrees.total_cmp(&b.degrees));
    readings.get(readings.len() / 2).map(|it| it.degrees)
}

/// Describes a reading of the sensor called `name`: text, there and back.
#[ffi_export]
pub fn describe(reading: &Reading, name: &str) -> String {
    let unit = match reading.unit {
        Unit::Celsius => "°C",
        Unit::Kelvin => "K",
    };
    format!("{name} {}: {:.1} {unit} at {:.0} s", reading.sensor, reading.degrees, reading.seconds)
}

/// Puts a reading into the pool: a slot that goes back when Dart is done with it.
///
/// # Errors
///
/// Returns an error if the pool is exhausted.
#[ffi_export]
pub fn record(reading: &Reading) -> Result<PoolBox<Reading>, PoolError> {
    Reading::pool().try_alloc_with(|slot| *slot = *reading)
}

/// Takes a reading out of its slot, which is free afterwards: Dart's box is empty then.
#[ffi_export]
pub fn take(slot: PoolBox<Reading>) -> Reading {
    *slot
}

/// Returns the reading at `index`.
///
/// # Panics
///
/// Panics if there is none. A panic is an exception in Dart, with its place.
#[ffi_export]
pub fn pick(readings: &[Reading], index: u32) -> Reading {
    readings[index as usize]
}

/// Corrects each reading by what `correction` says: a function of Dart's, lent for the time of the
/// call. What it throws is an error here.
///
/// # Errors
///
/// Returns what `correction` has thrown; the readings before it are corrected.
#[ffi_export]
pub fn correct(
    readings: &mut [Reading],
    correction: &dyn Fn(f64) -> Result<f64, DartError>,
) -> Result<(), DartError> {
    for reading in readings {
        reading.degrees += correction(reading.degrees)?;
    }
    Ok(())
}

/// Waits for the next reading: a future in Dart, a task in Rust.
#[ffi_export]
pub async fn next_reading(sensor: u32, milliseconds: u32) -> Reading {
    tokio::time::sleep(Duration::from_millis(milliseconds.into())).await;
    Reading { seconds: 1.0, degrees: 20.0, sensor, unit: Unit::Celsius }
}

/// Simulates readings on a thread that may be busy for long, until it is done or cancelled.
#[ffi_export]
#[ffi(blocking)]
pub fn simulate(count: u32, context: &FfiContext) -> Vec<Reading> {
    let reading = |number: u32| {
        let seconds = f64::from(number);
        // The mean of a hundred instants: a caller that cancels late finds no gigabytes.
        let instants = (0..100).map(|part| (seconds + f64::from(part) / 100.0) / 60.0);
        let degrees = 20.0 + instants.map(f64::sin).sum::<f64>() / 100.0;
        Reading { seconds, degrees, sensor: 1, unit: Unit::Celsius }
    };
    (0..count).take_while(|_| !context.is_cancelled()).map(reading).collect()
}

/// Asks `limit` how hot it may be, until a reading is too hot, and returns that one: a function of
/// Dart's that Rust keeps, and calls from any thread.
///
/// # Errors
///
/// Returns an error if `limit` throws, or its isolate is gone.
#[ffi_export]
pub async fn too_hot(
    readings: Vec<Reading>,
    limit: DartFn<fn(u32) -> f64>,
) -> Result<Option<Reading>, AskError> {
    for reading in readings {
        if reading.degrees > limit.call(reading.sensor).await? {
            return Ok(Some(reading));
        }
    }
    Ok(None)
}

/// Yields readings as they come: a stream in Dart, which is paused while Dart doesn't read.
#[ffi_export]
pub fn readings(sensor: u32, count: u32) -> impl Stream<Item = Reading> {
    stream::iter(0..count).map(move |number| {
        let seconds = f64::from(number);
        Reading { seconds, degrees: 20.0, sensor, unit: Unit::Celsius }
    })
}

/// Returns the sum of what Dart streams, or what its stream has thrown.
///
/// # Errors
///
/// Returns the error of the stream.
#[ffi_export]
pub async fn total(mut degrees: FfiInput<f64>) -> Result<f64, DartError> {
    let mut sum = 0.0;
    while let Some(degrees) = degrees.next().await {
        sum += degrees?;
    }
    Ok(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn readings_of(degrees: &[f64]) -> Vec<Reading> {
        let reading = |&degrees| Reading { seconds: 0.0, degrees, sensor: 7, unit: Unit::Celsius };
        degrees.iter().map(reading).collect()
    }

    #[test]
    fn readings_have_a_mean_in_one_unit() {
        let mut all = readings_of(&[10.0, 20.0]);
        assert_eq!(mean(&all), Ok(15.0));
        assert_eq!(mean(&[]), Err(MeanError::Empty));
        all[1] = to_kelvin(all[1]);
        assert_eq!(mean(&all), Err(MeanError::Mixed { index: 1 }));
    }

    #[test]
    fn the_hottest_is_found() {
        assert_eq!(hottest(&readings_of(&[1.0, 3.0, 2.0])).map(|it| it.degrees), Some(3.0));
        assert_eq!(hottest(&[]), None);
        assert_eq!(above(&readings_of(&[1.0, 3.0, 2.0]), 1.5).len(), 2);
    }

    #[test]
    fn readings_are_corrected_up_to_an_error() {
        let mut all = readings_of(&[1.0, 2.0, 3.0]);
        let once = std::cell::Cell::new(true);
        let correction = |degrees: f64| {
            if degrees > 2.5 && once.take() {
                return Err(DartError::new("too hot"));
            }
            Ok(0.5)
        };
        assert!(correct(&mut all, &correction).is_err());
        assert_eq!([all[0].degrees, all[1].degrees, all[2].degrees], [1.5, 2.5, 3.0]);
        assert!(correct(&mut all, &correction).is_ok());
        assert_eq!(all[2].degrees, 3.5);
    }

    #[test]
    fn slots_go_back() {
        let slot = record(&readings_of(&[5.0])[0]).unwrap();
        assert_eq!(take(slot).degrees, 5.0);
        assert_eq!(Reading::pool().live().count(), 0);
    }
}
