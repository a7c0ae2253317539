//! An exchange that isn't one: a random walk of prices, the same for each seed on each machine, and
//! a network that disturbs it.

use std::collections::VecDeque;

use crate::messages::{Faults, FeedOptions, Tick};

/// Number of ticks by which a swapped one comes late.
const LATE_BY: usize = 3;

/// Microseconds by which the clock is set, in turns.
const CLOCK_STEPS: [i64; 2] = [-5_000_000, 86_400_000_000];

/// Ticks as they come over the network.
pub(crate) struct Exchange {
    random: SplitMix,
    faults: Faults,
    count: u64,
    next: u64,
    time: i64,
    price: i64,
    /// Microseconds by which the exchange's clock is wrong.
    offset: i64,
    /// Number of times that the clock was set.
    set: usize,
    /// A tick that comes late, and how many come before it.
    held: Option<(usize, Tick)>,
    ready: VecDeque<Tick>,
}

impl Exchange {
    pub(crate) fn new(options: &FeedOptions) -> Self {
        Self {
            random: SplitMix(options.seed),
            faults: options.faults,
            count: options.ticks.into(),
            next: 0,
            time: 0,
            price: 10_000,
            offset: 0,
            set: 0,
            held: None,
            ready: VecDeque::new(),
        }
    }

    /// Returns the next trade, as it happens.
    fn trade(&mut self) -> Tick {
        let random = self.random.next();
        self.time += 500 + (random % 1_001) as i64;
        // The price goes up as often as down, by up to 5 cents, and never below a dollar.
        self.price = (self.price + (random >> 16) as i64 % 11 - 5).max(100);
        let volume = 1 + (random >> 32) % 100;
        let sequence = self.next;
        self.next += 1;
        // Whole numbers below 2^53, which an `f64` holds.
        Tick { sequence, time: self.time + self.offset, price: self.price as f64, volume: volume as f64 }
    }

    /// Sends a trade, or does to it what the faults say.
    fn send(&mut self, tick: Tick) {
        let Faults { swapped, repeated, lost, .. } = self.faults;
        if happens(lost, tick.sequence) {
            return;
        }
        if happens(swapped, tick.sequence) && self.held.is_none() {
            self.held = Some((LATE_BY, tick));
            return;
        }
        self.ready.push_back(tick);
        if happens(repeated, tick.sequence) {
            self.ready.push_back(tick);
        }
        if let Some((before, late)) = &mut self.held {
            *before -= 1;
            if *before == 0 {
                self.ready.push_back(*late);
                self.held = None;
            }
        }
    }
}

impl Iterator for Exchange {
    type Item = Tick;

    fn next(&mut self) -> Option<Tick> {
        if self.faults == Faults::default() {
            return (self.next < self.count).then(|| self.trade());
        }
        while self.ready.is_empty() && self.next < self.count {
            if happens(self.faults.clock_set, self.next) {
                self.offset += CLOCK_STEPS[self.set % CLOCK_STEPS.len()];
                self.set += 1;
            }
            let tick = self.trade();
            self.send(tick);
        }
        self.ready.pop_front().or_else(|| self.held.take().map(|(_, late)| late))
    }
}

/// Returns true for every so manyth tick, but not for the first.
fn happens(every: u32, sequence: u64) -> bool {
    every > 0 && sequence > 0 && sequence.is_multiple_of(every.into())
}

/// SplitMix64, the generator of Steele, Lea and Flood, "Fast Splittable Pseudorandom Number
/// Generators", OOPSLA 2014.
struct SplitMix(u64);

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    }
}
