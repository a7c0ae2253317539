//! The error of all calls.

use ffi_core::FfiError;

/// Reason why a call failed. Each is an exception in Dart, with these fields.
#[derive(Debug, PartialEq, Eq, thiserror::Error, FfiError)]
pub enum MarketError {
    /// A candle has to last for some time.
    #[error("a candle of {width} microseconds isn't one\nhint: 1 or more")]
    Width {
        /// Microseconds of a candle.
        width: i64,
    },
    /// The times of the ticks don't ascend, so they are no candles.
    #[error(
        "the tick in row {row} is older than the one before it\nhint: append blocks of a feed in their order"
    )]
    Order {
        /// Row of the tick.
        row: u64,
    },
    /// A moving average needs as many values as its window has, and at least one.
    #[error("there is no average of {window} values among {values}\nhint: a window from 1 to {values}")]
    Window {
        /// Number of values of an average.
        window: u32,
        /// Number of values that there are.
        values: u64,
    },
    /// The columns can't grow.
    #[error("{message}")]
    Columns {
        /// Message of the columns.
        message: String,
    },
}
