//! Times of calls, in buckets whose width grows with the time.
//!
//! Each power of two has eight buckets, so a time is known to an eighth, and all times up to 18
//! minutes have 312 buckets: 2.5 KB for each function that was timed. It is the log-linear
//! histogram of HdrHistogram.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Number of the bits of a time that name a bucket of its power of two.
const BITS: u32 = 3;
/// Number of buckets of a power of two.
const STEPS: usize = 1 << BITS;
/// Power of two, in nanoseconds, from which times are in the last bucket.
const MOST: u32 = 40;
const BUCKETS: usize = (MOST - BITS) as usize * STEPS + STEPS;

/// Times of a function's calls.
#[derive(Debug)]
pub(super) struct Times {
    buckets: [AtomicU64; BUCKETS],
    sum: AtomicU64,
    most: AtomicU64,
}

/// Times of a function's calls at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TimeSummary {
    /// Number of calls that were timed: a sample of all.
    pub count: u64,
    /// Sum of the times.
    pub sum: Duration,
    /// Time that half of the calls didn't exceed, up to an eighth more.
    pub p50: Duration,
    /// Time that 95 of 100 calls didn't exceed, up to an eighth more.
    pub p95: Duration,
    /// Time that 99 of 100 calls didn't exceed, up to an eighth more.
    pub p99: Duration,
    /// The longest time.
    pub max: Duration,
}

/// Returns the bucket of a time.
fn bucket(nanoseconds: u64) -> usize {
    let power = 63 - (nanoseconds | 1).leading_zeros();
    if power < BITS {
        return nanoseconds as usize;
    }
    let step = (nanoseconds >> (power - BITS)) as usize & (STEPS - 1);
    (((power - BITS + 1) as usize) * STEPS + step).min(BUCKETS - 1)
}

/// Returns the longest time of a bucket.
fn end(bucket: usize) -> u64 {
    let (row, step) = (bucket / STEPS, (bucket % STEPS) as u64);
    if row == 0 {
        return step;
    }
    ((STEPS as u64 + step + 1) << (row - 1)) - 1
}

impl Times {
    pub(super) fn new() -> Box<Self> {
        Box::new(Self {
            buckets: [const { AtomicU64::new(0) }; BUCKETS],
            sum: AtomicU64::new(0),
            most: AtomicU64::new(0),
        })
    }

    pub(super) fn add(&self, time: Duration) {
        let nanoseconds = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        // Relaxed, as below: the numbers guard no other memory.
        self.buckets[bucket(nanoseconds)].fetch_add(1, Ordering::Relaxed);
        self.sum.fetch_add(nanoseconds, Ordering::Relaxed);
        self.most.fetch_max(nanoseconds, Ordering::Relaxed);
    }

    pub(super) fn summary(&self) -> TimeSummary {
        let counts: Vec<_> = self.buckets.iter().map(|it| it.load(Ordering::Relaxed)).collect();
        let count: u64 = counts.iter().sum();
        let most = self.most.load(Ordering::Relaxed);
        let quantile = |per_cent: u64| {
            let rank = (count * per_cent).div_ceil(100).max(1);
            let mut seen = 0;
            let found = counts.iter().position(|it| {
                seen += it;
                seen >= rank
            });
            Duration::from_nanos(found.map_or(0, end).min(most))
        };
        TimeSummary {
            count,
            sum: Duration::from_nanos(self.sum.load(Ordering::Relaxed)),
            p50: quantile(50),
            p95: quantile(95),
            p99: quantile(99),
            max: Duration::from_nanos(most),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_time_is_in_a_bucket_that_ends_within_an_eighth() {
        let mut last = None;
        for bucket in 0..BUCKETS - 1 {
            assert_eq!(super::bucket(end(bucket)), bucket);
            assert!(last < Some(end(bucket)), "buckets are in order");
            last = Some(end(bucket));
        }
        for power in 0..MOST {
            for offset in [0, 1, 12_345] {
                let time = (1_u64 << power) + offset;
                let end = end(bucket(time));
                assert!(end >= time && end - time <= time / 8, "{time} is in the bucket up to {end}");
            }
        }
        assert_eq!(bucket(u64::MAX), BUCKETS - 1);
    }

    #[test]
    fn quantiles_are_those_of_the_sorted_times() {
        let times = Times::new();
        assert_eq!(times.summary(), TimeSummary::default());
        let mut sorted = Vec::new();
        for i in 0..1000_u64 {
            let time = (i * 7919) % 1000 * 1000 + 17;
            sorted.push(time);
            times.add(Duration::from_nanos(time));
        }
        sorted.sort_unstable();
        let summary = times.summary();
        for (found, rank) in [(summary.p50, 500), (summary.p95, 950), (summary.p99, 990), (summary.max, 1000)]
        {
            let (found, exact) = (found.as_nanos() as u64, sorted[rank - 1]);
            assert!(found >= exact && found <= exact + exact / 8 + 1, "{found}, {exact}");
        }
        assert_eq!((summary.count, summary.sum.as_nanos() as u64), (1000, sorted.iter().sum()));
    }
}
