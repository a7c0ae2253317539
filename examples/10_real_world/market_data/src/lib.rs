//! A market feed: a million ticks as a stream that waits for its consumer or counts what it drops,
//! then columns, candles and moving averages of them.
//!
//! ```text
//! exchange.rs ─▶ sequencer.rs ─▶ feed.rs ─▶ Dart: columns ─▶ analysis.rs ─▶ candles, averages
//!   any order      in order       blocks       of its own        kernels
//! ```

mod analysis;
mod error;
mod exchange;
mod feed;
mod messages;
mod sequencer;

pub use analysis::{append, candles, moving_average};
pub use error::MarketError;
pub use feed::Feed;
pub use messages::*;

ffi_core::library!();
