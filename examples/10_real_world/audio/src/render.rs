//! Code of the real-time thread.
//!
//! A sound card wants a period of sound every few milliseconds, and what comes late is heard as a
//! click. So this code does nothing whose time depends on another thread or on the system: it
//! allocates no memory, takes no lock, and calls no function of the system.
//!
//! | it needs | it uses | if there is none |
//! |---|---|---|
//! | the next block | `FfiQueue::try_pop_now` | silence, an underrun |
//! | a slot for what it played | a pool with `cache = "none"` | the block isn't recorded |
//! | to pass that on | `FfiQueue::try_push_now`, to a queue to which no isolate listens | the block isn't recorded |
//! | the gain | an atomic number | |
//! | to tell what happened | atomic counters | |
//!
//! An isolate that listens to a queue is woken by the push that it waits for, which takes a lock of
//! the Dart VM. So a task without a deadline empties the queue instead (`player.rs`).
//!
//! `tests/real_time.rs` counts allocations on this thread, and has the kernel kill it at the first
//! system call.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use ffi_core::{FfiPooled, FfiQueue};

use crate::messages::{AudioBlock, FRAMES};

/// Number of blocks that wait for the device: 43 milliseconds of sound.
pub(crate) const AHEAD: usize = 8;

/// Number of blocks that wait for their reader.
const UNREAD: usize = 32;

/// Queues and counters that the threads of a player share.
#[derive(Debug)]
pub struct Studio {
    /// Blocks of the synthesizer.
    pub filled: FfiQueue<AudioBlock, AHEAD>,
    /// Copies of what was played, for the recording.
    pub played: FfiQueue<AudioBlock, UNREAD>,
    /// Bits of the gain.
    gain: AtomicU32,
    /// Counters with one writer, the real-time thread; nothing else is published by them, so all
    /// accesses are relaxed.
    pub(crate) periods: AtomicU64,
    pub(crate) sounding: AtomicU64,
    pub(crate) recorded: AtomicU64,
    /// True to end all threads.
    pub(crate) stop: AtomicBool,
}

impl Default for Studio {
    fn default() -> Self {
        Self {
            filled: FfiQueue::new(),
            played: FfiQueue::new(),
            gain: AtomicU32::new(1_f32.to_bits()),
            periods: AtomicU64::new(0),
            sounding: AtomicU64::new(0),
            recorded: AtomicU64::new(0),
            stop: AtomicBool::new(false),
        }
    }
}

impl Studio {
    /// Sets the gain, to which the next period fades.
    pub fn set_gain(&self, gain: f32) {
        self.gain.store(gain.to_bits(), Ordering::Relaxed);
    }

    /// Returns the numbers of periods, of those with sound, and of recorded blocks.
    #[must_use]
    pub fn counts(&self) -> (u64, u64, u64) {
        // In the opposite order of `render`, so that none of them is larger than the one before.
        let recorded = self.recorded.load(Ordering::Acquire);
        let sounding = self.sounding.load(Ordering::Acquire);
        (self.periods.load(Ordering::Relaxed), sounding, recorded)
    }
}

/// The state of the real-time thread.
#[derive(Debug)]
pub struct Renderer {
    /// Gain at the end of the last period.
    gain: f32,
}

impl Default for Renderer {
    fn default() -> Self {
        Self { gain: 1.0 }
    }
}

impl Renderer {
    /// Writes the next period of sound, or silence if no block is ready.
    pub fn render(&mut self, studio: &Studio, output: &mut [f32; FRAMES]) {
        let period = studio.periods.fetch_add(1, Ordering::Relaxed);
        let gain = f32::from_bits(studio.gain.load(Ordering::Relaxed));
        let before = std::mem::replace(&mut self.gain, gain);
        let Ok(block) = studio.filled.try_pop_now() else {
            output.fill(0.0);
            return;
        };
        // A step of the gain would click.
        let fade = (gain - before) * (1.0 / FRAMES as f32);
        for ((to, from), number) in output.iter_mut().zip(&block.samples).zip(1_u16..) {
            *to = from * (before + fade * f32::from(number));
        }
        // Release: pairs with the loads of `Studio::counts`, which sees the period as well.
        studio.sounding.fetch_add(1, Ordering::Release);
        let Some(mut copy) = AudioBlock::pool().alloc() else { return };
        copy.number = block.number;
        copy.period = period;
        copy.peak = output.iter().fold(0.0, |peak, sample| peak.max(sample.abs()));
        copy.samples = *output;
        if studio.played.try_push_now(copy).is_ok() {
            studio.recorded.fetch_add(1, Ordering::Release);
        }
    }
}
