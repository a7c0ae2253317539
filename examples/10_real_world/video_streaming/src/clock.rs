//! Timestamps of frames, and the clock of the sound that is played.

use std::sync::Mutex;

use ffi_core::{FfiObject, ffi_export};

use crate::counters::locked;
use crate::messages::Action;

/// Microseconds in a second.
pub(crate) const SECOND: i64 = 1_000_000;

/// Microseconds from which on the difference of two readings is a jump of the clock, and no gap.
const JUMP: i64 = SECOND;

/// Makes timestamps of what a camera's clock says: they begin at 0 and never go back. When the
/// clock jumps, the next frame is one interval after the last, and the clock is right from there
/// on.
#[derive(Debug)]
pub struct Stamper {
    interval: i64,
    /// Difference between the clock and the timestamps.
    offset: i64,
    last: Option<i64>,
    jumps: u64,
}

impl Stamper {
    /// Returns a stamper of frames with `interval` microseconds between them.
    #[must_use]
    pub const fn new(interval: i64) -> Self {
        Self { interval, offset: 0, last: None, jumps: 0 }
    }

    /// Returns the timestamp of a frame that was made when the clock said `clock`, in microseconds.
    pub fn stamp(&mut self, clock: i64) -> i64 {
        let timestamp = match self.last {
            None => {
                self.offset = clock;
                0
            }
            Some(last) => {
                let timestamp = clock.wrapping_sub(self.offset);
                if timestamp > last && timestamp - last < JUMP {
                    timestamp
                } else {
                    self.jumps += 1;
                    let next = last + self.interval;
                    self.offset = clock.wrapping_sub(next);
                    next
                }
            }
        };
        self.last = Some(timestamp);
        timestamp
    }

    /// Returns how often the clock has jumped.
    #[must_use]
    pub const fn jumps(&self) -> u64 {
        self.jumps
    }
}

/// Microseconds that a frame may come before or after the sound and still be shown: sooner or later
/// is seen (ITU-R BT.1359: 45 ms early, 125 ms late; this is less than either).
const TOLERANCE: i64 = 40_000;

/// The clock of sound, which counts what the sound card has played. Video follows it, as a gap in
/// sound is heard while a frame more or less is not seen.
#[derive(Debug, FfiObject)]
pub struct AudioClock(Mutex<Played>);

#[derive(Debug)]
struct Played {
    rate: u32,
    samples: u64,
    /// Difference between timestamps and what was played.
    offset: i64,
    jumps: u64,
}

impl Played {
    /// Returns the length of what was played, in microseconds.
    fn length(&self) -> i64 {
        (i128::from(self.samples) * i128::from(SECOND) / i128::from(self.rate)) as i64
    }

    fn position(&self) -> i64 {
        self.length().wrapping_add(self.offset)
    }
}

#[ffi_export]
impl AudioClock {
    /// Makes a clock at 0, of sound with `rate` samples per second; 0 counts as 1.
    pub fn new(rate: u32) -> Self {
        Self(Mutex::new(Played { rate: rate.max(1), samples: 0, offset: 0, jumps: 0 }))
    }

    /// Counts samples that were played.
    pub fn play(&self, samples: u32) {
        locked(&self.0).samples += u64::from(samples);
    }

    /// Returns the time in the video that is heard, in microseconds.
    pub fn position(&self) -> i64 {
        locked(&self.0).position()
    }

    /// Returns what to do with a frame. If it is a second or more away from the sound, one of both
    /// has jumped: the clock follows the frame, which is shown.
    pub fn decide(&self, timestamp: i64) -> Action {
        let mut played = locked(&self.0);
        let early = timestamp.saturating_sub(played.position());
        if early.saturating_abs() >= JUMP {
            played.jumps += 1;
            played.offset = timestamp.wrapping_sub(played.length());
            return Action::Show;
        }
        match early {
            _ if early > TOLERANCE => Action::Wait,
            _ if early < -TOLERANCE => Action::Drop,
            _ => Action::Show,
        }
    }

    /// Returns how often the sound or the video has jumped.
    pub fn jumps(&self) -> u64 {
        locked(&self.0).jumps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_follow_the_clock() {
        let mut stamper = Stamper::new(100);
        let clock = [5_000, 5_101, 5_350, 5_351];
        assert_eq!(clock.map(|it| stamper.stamp(it)), [0, 101, 350, 351]);
        assert_eq!(stamper.jumps(), 0);
    }

    #[test]
    fn timestamps_never_go_back() {
        let mut stamper = Stamper::new(100);
        let clock = [0, 100, -7_000_000, -6_999_900, i64::MAX, 0, 100, 100];
        assert_eq!(clock.map(|it| stamper.stamp(it)), [0, 100, 200, 300, 400, 500, 600, 700]);
        // The last reading is the same twice, which is no time either.
        assert_eq!(stamper.jumps(), 4);
    }

    #[test]
    fn frames_wait_for_the_sound_or_are_dropped() {
        let clock = AudioClock::new(48_000);
        assert_eq!(clock.decide(40_000), Action::Show);
        assert_eq!(clock.decide(40_001), Action::Wait);
        clock.play(48_000);
        assert_eq!(clock.position(), SECOND);
        assert_eq!(clock.decide(960_000), Action::Show);
        assert_eq!(clock.decide(959_999), Action::Drop);
        assert_eq!(clock.jumps(), 0);
    }

    #[test]
    fn the_sound_follows_a_jump() {
        let clock = AudioClock::new(44_100);
        for timestamp in [60 * SECOND, 0, i64::MAX, i64::MIN, 0] {
            assert_eq!(clock.decide(timestamp), Action::Show);
            assert_eq!(clock.position(), timestamp);
        }
        assert_eq!(clock.jumps(), 5);
        clock.play(441);
        assert_eq!(clock.position(), 10_000);
        AudioClock::new(0).play(1);
    }
}
