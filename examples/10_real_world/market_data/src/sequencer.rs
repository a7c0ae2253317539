//! Ticks in order, whatever the network and the clock of the exchange did.

use std::collections::BTreeMap;

use crate::messages::Tick;

/// Number of ticks that wait for one that is missing. With more it is given up.
const WAITING: usize = 16;

/// Microseconds between two trades above which the exchange's clock was set: an open market trades
/// more often than once a minute.
const LONGEST_GAP: i64 = 60_000_000;

/// Counts of what was put right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Repairs {
    pub(crate) reordered: u64,
    pub(crate) late: u64,
    pub(crate) missing: u64,
    pub(crate) clock_steps: u64,
}

/// Puts ticks in the order of their numbers, each once, with times that don't go back.
#[derive(Default)]
pub(crate) struct Sequencer {
    /// Number of the next tick.
    next: u64,
    /// Ticks that came too early, by their numbers.
    waiting: BTreeMap<u64, Tick>,
    clock: Clock,
    repairs: Repairs,
}

impl Sequencer {
    /// Takes a tick as it came, and passes on those whose turn it is.
    ///
    /// # Errors
    ///
    /// Returns the error of `emit`.
    pub(crate) fn put<E>(
        &mut self,
        tick: Tick,
        mut emit: impl FnMut(Tick) -> Result<(), E>,
    ) -> Result<(), E> {
        if tick.sequence == self.next && self.waiting.is_empty() {
            // The usual case.
            return self.pass(tick, &mut emit);
        }
        if tick.sequence < self.next {
            self.repairs.late += 1;
            return Ok(());
        }
        if tick.sequence > self.next {
            self.repairs.reordered += 1;
        }
        if self.waiting.insert(tick.sequence, tick).is_some() {
            self.repairs.late += 1;
            self.repairs.reordered -= 1;
        }
        self.pass_on(WAITING, &mut emit)
    }

    /// Passes on all that still wait: nothing more comes. The exchange has sent `count` ticks.
    ///
    /// # Errors
    ///
    /// Returns the error of `emit`.
    pub(crate) fn finish<E>(
        &mut self,
        count: u64,
        mut emit: impl FnMut(Tick) -> Result<(), E>,
    ) -> Result<(), E> {
        self.pass_on(0, &mut emit)?;
        self.repairs.missing += count.saturating_sub(self.next);
        Ok(())
    }

    /// Returns the counts so far.
    pub(crate) fn repairs(&self) -> Repairs {
        Repairs { clock_steps: self.clock.steps, ..self.repairs }
    }

    /// Passes on the ticks whose turn it is, and gives up missing ones until at most `most` wait.
    fn pass_on<E>(&mut self, most: usize, emit: &mut impl FnMut(Tick) -> Result<(), E>) -> Result<(), E> {
        while let Some(first) = self.waiting.first_entry() {
            let sequence = *first.key();
            if sequence > self.next && self.waiting.len() <= most {
                return Ok(());
            }
            self.repairs.missing += sequence - self.next;
            let tick = self.waiting.remove(&sequence).expect("it is the first");
            self.pass(tick, emit)?;
        }
        Ok(())
    }

    fn pass<E>(&mut self, tick: Tick, emit: &mut impl FnMut(Tick) -> Result<(), E>) -> Result<(), E> {
        self.next = tick.sequence.saturating_add(1);
        emit(Tick { time: self.clock.show(tick.time), ..tick })
    }
}

/// A clock that never goes back, and doesn't follow the exchange's when that is set.
#[derive(Default)]
struct Clock {
    /// The exchange's time of the last tick.
    theirs: Option<i64>,
    /// Our time of the last tick.
    ours: i64,
    steps: u64,
}

impl Clock {
    /// Returns our time of a tick that happened at `theirs`. A step of the exchange's clock takes
    /// no time.
    fn show(&mut self, theirs: i64) -> i64 {
        match self.theirs.replace(theirs) {
            None => self.ours = theirs,
            Some(before) => match theirs.checked_sub(before) {
                Some(passed @ 0..=LONGEST_GAP) => self.ours = self.ours.saturating_add(passed),
                _ => self.steps += 1,
            },
        }
        self.ours
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    fn tick(sequence: u64, time: i64) -> Tick {
        Tick { sequence, time, price: 1.0, volume: 1.0 }
    }

    /// Returns what comes out of a sequencer, as numbers and times, and what it counted.
    fn sequenced(ticks: &[Tick], count: u64) -> (Vec<(u64, i64)>, Repairs) {
        let mut sequencer = Sequencer::default();
        let mut out = Vec::new();
        let mut emit = |tick: Tick| {
            out.push((tick.sequence, tick.time));
            Ok::<_, Infallible>(())
        };
        for tick in ticks {
            let Ok(()) = sequencer.put(*tick, &mut emit);
        }
        let Ok(()) = sequencer.finish(count, &mut emit);
        (out, sequencer.repairs())
    }

    #[test]
    fn ticks_out_of_order_come_in_order_and_once() {
        let numbers = [0, 2, 1, 1, 5, 5, 3, 4, 2, 6];
        let ticks = numbers.map(|number| tick(number, number as i64 * 10));
        let (out, repairs) = sequenced(&ticks, 7);
        assert_eq!(out, (0..7).map(|number| (number, number as i64 * 10)).collect::<Vec<_>>());
        assert_eq!(repairs, Repairs { reordered: 2, late: 3, ..Repairs::default() });
    }

    #[test]
    fn a_tick_that_never_comes_is_given_up() {
        let last = WAITING as u64 + 10;
        let mut ticks: Vec<_> =
            (0..last).filter(|number| *number != 2).map(|number| tick(number, 0)).collect();
        // It comes after all, too late.
        ticks.push(tick(2, 0));
        let (out, repairs) = sequenced(&ticks, last + 3);
        let numbers: Vec<_> = out.iter().map(|it| it.0).collect();
        assert_eq!(numbers, (0..last).filter(|number| *number != 2).collect::<Vec<_>>());
        assert_eq!((repairs.missing, repairs.late), (1 + 3, 1));
    }

    #[test]
    fn a_clock_that_is_set_takes_no_time() {
        let times = [100, 110, 90, 95, i64::MAX, i64::MIN, i64::MIN + 5, 0];
        let ticks: Vec<_> = times.iter().zip(0..).map(|(time, number)| tick(number, *time)).collect();
        let (out, repairs) = sequenced(&ticks, times.len() as u64);
        let shown: Vec<_> = out.iter().map(|it| it.1).collect();
        assert_eq!(shown, [100, 110, 110, 115, 115, 115, 120, 120]);
        assert_eq!(repairs.clock_steps, 4);
    }

    #[test]
    fn numbers_at_the_end_of_their_range_are_ticks_like_others() {
        let (out, repairs) = sequenced(&[tick(u64::MAX, 0), tick(u64::MAX, 0)], 0);
        assert_eq!(out.len(), 1, "{out:?}");
        assert_eq!((repairs.missing, repairs.late), (u64::MAX, 1));
    }
}
