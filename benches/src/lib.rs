//! Helpers that the Rust benchmarks share: contenders in rounds, and a table of their times.
//!
//! `benches/dart/lib/comparison.dart` does the same in Dart.

use std::fmt;
use std::time::Duration;

use anyhow::{Context, Result};
use xtask::ratio::{Ratio, Target};

/// One way to do the work.
pub struct Contender<'a> {
    name: String,
    sample: Box<dyn FnMut() -> Result<Duration> + 'a>,
}

impl<'a> Contender<'a> {
    /// Returns a contender whose `sample` does the work once, checks the result, and returns the
    /// time of the work only.
    pub fn new(name: impl Into<String>, sample: impl FnMut() -> Result<Duration> + 'a) -> Self {
        Self { name: name.into(), sample: Box::new(sample) }
    }
}

/// Times of a contender, one sample per round.
#[derive(Debug)]
pub struct Samples {
    name: String,
    sorted: Vec<Duration>,
    /// Samples in the order of the rounds.
    rounds: Vec<Duration>,
}

impl Samples {
    /// Returns the median in milliseconds.
    #[must_use]
    pub fn median(&self) -> f64 {
        self.at(0.5)
    }

    /// Returns the median of the ratios to `other` in each round. As a machine that is busy for a
    /// while slows both, it says more than the ratio of their medians.
    #[must_use]
    pub fn ratio_to(&self, other: &Self) -> f64 {
        let both = self.rounds.iter().zip(&other.rounds);
        let mut ratios: Vec<_> =
            both.map(|(ours, theirs)| ours.as_secs_f64() / theirs.as_secs_f64()).collect();
        ratios.sort_by(f64::total_cmp);
        ratios[ratios.len() / 2]
    }

    fn at(&self, part: f64) -> f64 {
        let last = self.sorted.len() - 1;
        // At most `last`, which is small.
        let index = (last as f64 * part).round() as usize;
        self.sorted[index].as_secs_f64() * 1e3
    }
}

impl fmt::Display for Samples {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (median, fastest, ninetieth) = (self.median(), self.at(0.0), self.at(0.9));
        let decimals = if median < 0.1 { 5 } else { 2 };
        write!(f, "  {:50}{median:10.decimals$}{fastest:10.decimals$}{ninetieth:10.decimals$}", self.name)
    }
}

/// Takes samples of all contenders in rounds: A B C, B C A, C A B, ..; a first round isn't counted.
/// Prints a table and returns its rows in the order of the contenders.
///
/// # Errors
///
/// Returns the first error of a contender.
pub fn compare<const N: usize>(
    title: &str,
    rounds: usize,
    contenders: [Contender<'_>; N],
) -> Result<[Samples; N]> {
    let samples = compare_all(title, rounds, contenders.into())?;
    Ok(samples.try_into().expect("as many as contenders"))
}

/// Does the work of [`compare`] for contenders that are counted at run time.
///
/// # Errors
///
/// Returns the first error of a contender.
pub fn compare_all(title: &str, rounds: usize, mut contenders: Vec<Contender<'_>>) -> Result<Vec<Samples>> {
    let count = contenders.len();
    let rounds = if is_short() { 1 } else { rounds };
    let mut samples = vec![Vec::new(); count];
    for round in 0..=rounds {
        for turn in 0..count {
            let index = (round + turn) % count;
            let contender = &mut contenders[index];
            let sample = (contender.sample)().with_context(|| format!("{title}, {}", contender.name))?;
            if round > 0 {
                samples[index].push(sample);
            }
        }
    }
    println!("\n{:52}    median   fastest 9 of 10 <", format!("{title}, ms"));
    let all = contenders.into_iter().zip(samples).map(|(contender, rounds)| {
        let mut sorted = rounds.clone();
        sorted.sort();
        let samples = Samples { name: contender.name, sorted, rounds };
        println!("{samples}");
        samples
    });
    Ok(all.collect())
}

/// Returns true if one sample of everything is to be taken: `cargo xtask bench NAME --short`.
#[must_use]
pub fn is_short() -> bool {
    std::env::var_os("FFI_BENCH_SHORT").is_some()
}

/// Prints a ratio that should be at most `limit`.
pub fn print_ratio(name: &str, value: f64, limit: f64) {
    println!("{}", Ratio { name: name.to_owned(), value, target: Target::AtMost(limit) });
}

/// Prints a ratio that should be at least `limit`.
pub fn print_minimum(name: &str, value: f64, limit: f64) {
    println!("{}", Ratio { name: name.to_owned(), value, target: Target::AtLeast(limit) });
}
