//! The messages, which Rust and Dart read and write in place.

use ffi_core::{FfiEnum, FfiMessage, FfiVec};

/// Number of ticks in a full [`TickBlock`].
pub const BLOCK: usize = 4_096;

/// Number of blocks that all feeds of a process share.
pub const BLOCKS: u32 = 32;

/// A trade.
#[derive(FfiMessage, Clone, Copy, Debug, PartialEq)]
#[repr(C)]
#[ffi(columns)]
pub struct Tick {
    /// Number of the trade at its exchange, from 0 on.
    pub sequence: u64,
    /// Microseconds since the session has begun.
    pub time: i64,
    /// Price in cents. It is a whole number, so sums are exact in any order: kernels, loops in Rust
    /// and loops in Dart have the same bits.
    pub price: f64,
    /// Number of shares, a whole number.
    pub volume: f64,
}

/// Ticks in the order of their numbers, in a slot of a pool. What its slot had is overwritten, so
/// the pool doesn't clear it.
#[derive(FfiMessage)]
#[repr(C)]
#[ffi(pool(capacity = 32, reset = "keep"))]
pub struct TickBlock {
    /// Number of ticks that were dropped between the block before and this one.
    pub dropped: u64,
    /// The ticks.
    pub ticks: FfiVec<Tick, BLOCK>,
}

/// Trades of a span of time.
#[derive(FfiMessage, Clone, Copy, Debug, PartialEq)]
#[repr(C)]
#[ffi(columns)]
pub struct Candle {
    /// Start of the span, in microseconds since the session has begun.
    pub start: i64,
    /// First price, in cents.
    pub open: f64,
    /// Highest price.
    pub high: f64,
    /// Lowest price.
    pub low: f64,
    /// Last price.
    pub close: f64,
    /// Number of shares.
    pub volume: f64,
    /// Sum of price times volume; divided by the volume it is the mean price of a share.
    pub turnover: f64,
    /// Number of trades.
    pub trades: u64,
}

/// Conduct of a feed while its consumer is behind.
#[derive(FfiEnum, Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Policy {
    /// It waits, and loses nothing: a recorded session.
    Wait = 0,
    /// It drops the newest block and counts its ticks: a session that goes on by itself.
    Drop = 1,
}

/// Faults of the simulated exchange and the network behind it. Each happens to every so manyth
/// tick, and never for 0.
#[derive(FfiMessage, Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Faults {
    /// The tick comes after the three behind it.
    pub swapped: u32,
    /// The tick comes twice.
    pub repeated: u32,
    /// The tick doesn't come.
    pub lost: u32,
    /// The clock of the exchange is set: back by 5 seconds, or a day ahead, in turns.
    pub clock_set: u32,
}

/// A session to play.
#[derive(FfiMessage, Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct FeedOptions {
    /// Number of ticks.
    pub ticks: u32,
    /// Start of the pseudo-random numbers: one session for each.
    pub seed: u64,
    /// Conduct of the feed while its consumer is behind.
    pub policy: Policy,
    /// Faults on the way.
    pub faults: Faults,
}

/// Counts of a feed, over all of its streams. Once the feed has ended,
/// `delivered + dropped_full + dropped_no_slot + missing` ticks are those of the exchange.
#[derive(FfiMessage, Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct FeedStats {
    /// Number of streams that run.
    pub running: u64,
    /// Number of ticks in blocks that were handed over.
    pub delivered: u64,
    /// Number of ticks that were dropped as the consumer was behind.
    pub dropped_full: u64,
    /// Number of ticks that were dropped as all slots of the pool were in use.
    pub dropped_no_slot: u64,
    /// Number of ticks that came too early and were put in their places.
    pub reordered: u64,
    /// Number of ticks that came twice, or after their place was given up.
    pub late: u64,
    /// Number of ticks that never came, or too late.
    pub missing: u64,
    /// Number of times that the clock of the exchange was set.
    pub clock_steps: u64,
}
