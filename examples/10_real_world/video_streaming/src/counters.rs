//! Counts and times of a camera.

use std::sync::atomic::{AtomicU64, Ordering, fence};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use ffi_core::FfiPooled;

use crate::messages::{Frame, Packet, Percentiles, Stats};

/// Number of times that are kept for percentiles: a minute at 60 frames per second.
const KEPT: usize = 3_600;

/// Counts of a camera, which any thread may raise.
#[derive(Debug)]
pub(crate) struct Counters {
    begin: Instant,
    pub(crate) captured: Count,
    pub(crate) delivered: Count,
    pub(crate) dropped: Count,
    pub(crate) late: Count,
    pub(crate) failed: Count,
    pub(crate) abandoned: Count,
    pub(crate) no_slot: Count,
    pub(crate) clock_jumps: Count,
    running: AtomicU64,
    shown: Mutex<Shown>,
}

/// A number of events.
#[derive(Debug, Default)]
pub(crate) struct Count(AtomicU64);

impl Count {
    pub(crate) fn add(&self, events: u64) {
        // Relaxed: a count orders nothing.
        self.0.fetch_add(events, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Times of the frames that were shown, in microseconds.
#[derive(Debug, Default)]
struct Shown {
    /// Timestamp of the last frame, and when it was shown.
    last: Option<(i64, i64)>,
    latency: Times,
    jitter: Times,
}

/// The last [`KEPT`] times.
#[derive(Debug, Default)]
struct Times {
    kept: Vec<u32>,
    /// Place of the oldest, once it is full.
    oldest: usize,
}

impl Times {
    fn add(&mut self, time: i64) {
        let time = u32::try_from(time).unwrap_or(if time < 0 { 0 } else { u32::MAX });
        if self.kept.len() < KEPT {
            self.kept.push(time);
        } else {
            self.kept[self.oldest] = time;
            self.oldest = (self.oldest + 1) % KEPT;
        }
    }

    fn percentiles(&self) -> Percentiles {
        let mut sorted = self.kept.clone();
        sorted.sort_unstable();
        let Some(last) = sorted.len().checked_sub(1) else { return Percentiles::default() };
        // The smallest that so many of 100 don't exceed.
        let at = |percent: usize| sorted[(sorted.len() * percent).div_ceil(100) - 1];
        Percentiles { p50: at(50), p95: at(95), p99: at(99), most: sorted[last] }
    }
}

impl Counters {
    pub(crate) fn new() -> Self {
        Self {
            begin: Instant::now(),
            captured: Count::default(),
            delivered: Count::default(),
            dropped: Count::default(),
            late: Count::default(),
            failed: Count::default(),
            abandoned: Count::default(),
            no_slot: Count::default(),
            clock_jumps: Count::default(),
            running: AtomicU64::new(0),
            shown: Mutex::default(),
        }
    }

    /// Returns the microseconds since the camera was opened.
    pub(crate) fn now(&self) -> i64 {
        i64::try_from(self.begin.elapsed().as_micros()).unwrap_or(i64::MAX)
    }

    /// Counts a frame that was shown at `now`.
    pub(crate) fn shown(&self, timestamp: i64, captured: i64, now: i64) {
        let mut shown = locked(&self.shown);
        shown.latency.add(now.saturating_sub(captured));
        if let Some((last, at)) = shown.last.replace((timestamp, now)) {
            let expected = timestamp.saturating_sub(last);
            shown.jitter.add(now.saturating_sub(at).saturating_sub(expected).saturating_abs());
        }
    }

    /// Counts a thread, until what it returns is dropped.
    pub(crate) fn run(self: &Arc<Self>) -> Running {
        self.running.fetch_add(1, Ordering::Relaxed);
        Running(Arc::clone(self))
    }

    pub(crate) fn stats(&self) -> Stats {
        // First, as the counts of a thread are final once it has ended. Acquire: pairs with the
        // release of `Running`.
        let running = self.running.load(Ordering::Acquire);
        // Before the counts, as each frame is counted before it is freed. Acquire: pairs with the
        // release of the slots, whose words were read.
        let (frames, packets) = (Frame::pool().stats().live, Packet::pool().stats().live);
        fence(Ordering::Acquire);
        let shown = locked(&self.shown);
        Stats {
            captured: self.captured.get(),
            delivered: self.delivered.get(),
            dropped: self.dropped.get(),
            late: self.late.get(),
            failed: self.failed.get(),
            abandoned: self.abandoned.get(),
            no_slot: self.no_slot.get(),
            clock_jumps: self.clock_jumps.get(),
            running,
            frames,
            packets,
            latency: shown.latency.percentiles(),
            jitter: shown.jitter.percentiles(),
        }
    }
}

/// A thread that works for a stream.
pub(crate) struct Running(Arc<Counters>);

impl Drop for Running {
    fn drop(&mut self) {
        // Release: a thread that reads the new number sees what this one has counted.
        self.0.running.fetch_sub(1, Ordering::Release);
    }
}

/// Locks a mutex. What it guards is valid after each statement, so a panic leaves it whole.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_those_of_the_last_times() {
        let mut times = Times::default();
        assert_eq!(times.percentiles(), Percentiles::default());
        times.add(7);
        assert_eq!(times.percentiles(), Percentiles { p50: 7, p95: 7, p99: 7, most: 7 });
        for time in 0..KEPT as i64 {
            times.add(1_000_000 - time);
        }
        for time in (1..=100).rev().cycle().take(KEPT) {
            times.add(time);
        }
        assert_eq!(times.percentiles(), Percentiles { p50: 50, p95: 95, p99: 99, most: 100 });
        times.add(-1);
        times.add(i64::MAX);
        assert_eq!(times.percentiles().most, u32::MAX);
    }

    #[test]
    fn jitter_is_what_the_screen_adds() {
        let counters = Counters::new();
        for (timestamp, now) in [(0, 100), (10, 110), (20, 125), (30, 130), (i64::MIN, i64::MAX)] {
            counters.shown(timestamp, timestamp, now);
        }
        let Stats { latency, jitter, .. } = counters.stats();
        assert_eq!((latency.p50, latency.most), (100, u32::MAX));
        // 0, 5, 5, and a jump.
        assert_eq!((jitter.p50, jitter.most), (5, u32::MAX));
    }
}
