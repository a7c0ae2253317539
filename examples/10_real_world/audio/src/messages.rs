//! The messages, which Rust and Dart read and write in place.

use ffi_core::{FfiEnum, FfiMessage};

/// Samples per second.
pub const RATE: u32 = 48_000;

/// Number of samples in a block: the time of a period is 5.3 milliseconds.
pub const FRAMES: usize = 256;

/// Number of blocks that all players of a process share.
pub const BLOCKS: u32 = 64;

/// Number of tones of a synthesizer.
pub const TONES: usize = 4;

/// Largest gain.
pub const MOST_GAIN: f32 = 4.0;

/// A period of sound in a slot of a pool. With `cache = "none"` threads keep no slots for
/// themselves, so allocating and freeing is lock-free in the strict sense.
#[derive(FfiMessage)]
#[repr(C)]
#[ffi(pool(capacity = 64, cache = "none", reset = "keep"))]
pub struct AudioBlock {
    /// Number of the block of the synthesizer, from 0 on.
    pub number: u64,
    /// Number of the period in which it was played, from 0 on.
    pub period: u64,
    /// Largest absolute value of a sample.
    pub peak: f32,
    /// Samples from -1 to 1, times the gain.
    pub samples: [f32; FRAMES],
}

/// Sound of a player, and its thread.
#[derive(FfiMessage, Clone, Copy, Debug, PartialEq)]
#[repr(C)]
pub struct PlayerOptions {
    /// Oscillations per second of each tone; 0 for none.
    pub hertz: [f32; TONES],
    /// Number of periods until it stops by itself; 0 for no end.
    pub periods: u64,
    /// Priority of the real-time thread, from 1 to 99; 0 for an ordinary thread.
    pub priority: u32,
}

/// Scheduling of the device's thread.
#[derive(FfiEnum, Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Scheduling {
    /// As any other thread: nothing else was asked for, or the player hasn't started.
    Ordinary = 0,
    /// First in, first out, before all ordinary threads: `SCHED_FIFO`.
    RealTime = 1,
    /// The process may not have a real-time priority: `scheduling_error` says why.
    Refused = 2,
    /// This system has no such priorities, or this program doesn't know how to ask for them.
    Unsupported = 3,
}

/// Counts of a player. `played + underruns` is `periods`, and `recorded + unrecorded` is `played`.
#[derive(FfiMessage, Clone, Copy, Debug, PartialEq)]
#[repr(C)]
pub struct PlayerStats {
    /// Number of periods since the start.
    pub periods: u64,
    /// Number of periods with sound.
    pub played: u64,
    /// Number of periods with silence, as no block was ready.
    pub underruns: u64,
    /// Number of blocks that were passed on to be read by `recording`.
    pub recorded: u64,
    /// Number of blocks that were played and not passed on, as the pool was empty or nobody reads.
    pub unrecorded: u64,
    /// Number of times that the synthesizer found the pool empty.
    pub starved: u64,
    /// Number of periods that the device has missed, as its thread ran too late.
    pub missed: u64,
    /// Number of times that the clock went back.
    pub clock_steps: u64,
    /// Longest time of a period's work in nanoseconds.
    pub longest: u64,
    /// Scheduling of the device's thread.
    pub scheduling: Scheduling,
    /// The system's number for the reason of a refusal; 0 if there is none.
    pub scheduling_error: i32,
    /// True if the device runs.
    pub is_running: bool,
}
