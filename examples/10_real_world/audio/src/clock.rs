//! When the device wants its next period, whatever the clock says.

use std::time::Duration;

use crate::messages::{FRAMES, RATE};

/// Time of a period.
pub(crate) const PERIOD: Duration = Duration::from_nanos(1_000_000_000 * FRAMES as u64 / RATE as u64);

/// The deadlines of a device, one each period.
#[derive(Debug)]
pub(crate) struct Deadlines {
    next: Duration,
    /// Number of periods that were left out, as the thread was late: the process was stopped, the
    /// machine slept, or others had the processor.
    pub(crate) missed: u64,
    /// Number of times that the clock went back.
    pub(crate) clock_steps: u64,
}

impl Deadlines {
    /// Starts at the time `now` of any clock.
    pub(crate) fn new(now: Duration) -> Self {
        Self { next: now + PERIOD, missed: 0, clock_steps: 0 }
    }

    /// Returns how long the thread may sleep from `now` on, until it is time for the next period.
    ///
    /// A thread that is late doesn't make up for it: a listener would hear all of it at once.
    pub(crate) fn wait(&mut self, now: Duration) -> Duration {
        let mut wait = self.next.checked_sub(now);
        if wait.is_some_and(|wait| wait > PERIOD) {
            // The clock went back.
            self.clock_steps += 1;
            self.next = now + PERIOD;
            wait = Some(PERIOD);
        }
        let wait = wait.unwrap_or_else(|| {
            let late = (now - self.next).as_nanos() / PERIOD.as_nanos();
            self.missed = self.missed.saturating_add(late as u64);
            if late > 0 {
                self.next = now;
            }
            Duration::ZERO
        });
        self.next += PERIOD;
        wait
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deadlines_are_a_period_apart() {
        let start = Duration::from_secs(100);
        let mut deadlines = Deadlines::new(start);
        assert_eq!(deadlines.wait(start), PERIOD);
        let late = PERIOD / 4;
        assert_eq!(deadlines.wait(start + PERIOD + late), PERIOD - late, "a late start is made up for");
        assert_eq!(deadlines.wait(start + 3 * PERIOD + late), Duration::ZERO);
        assert_eq!(deadlines.wait(start + 3 * PERIOD + late), PERIOD - late);
        assert_eq!((deadlines.missed, deadlines.clock_steps), (0, 0));
    }

    #[test]
    fn a_clock_that_jumps_ahead_makes_no_burst() {
        let mut deadlines = Deadlines::new(Duration::ZERO);
        let day = Duration::from_secs(86_400);
        assert_eq!(deadlines.wait(day), Duration::ZERO);
        assert_eq!(deadlines.missed, (day - PERIOD).as_nanos() as u64 / PERIOD.as_nanos() as u64);
        assert_eq!(deadlines.wait(day), PERIOD, "as if nothing had happened");
    }

    #[test]
    fn a_clock_that_jumps_back_stops_nothing() {
        let mut deadlines = Deadlines::new(Duration::from_secs(86_400));
        assert_eq!(deadlines.wait(Duration::ZERO), PERIOD);
        assert_eq!(deadlines.wait(PERIOD), PERIOD);
        assert_eq!((deadlines.missed, deadlines.clock_steps), (0, 1));
    }
}
