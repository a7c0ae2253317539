//! Says what got slower since another run.
//!
//! A ratio is slower if its median is worse by more than noise:
//!
//! - with three runs or more on both sides, if it is worse by more than 10 %, and every new value
//!   is worse than every old one. If nothing has changed, three values of each side lie apart in
//!   this way once in twenty times; the 10 % are what a loop gains or loses by where the compiler
//!   happens to put it.
//! - with fewer runs, if it is worse by more than 25 %, what single ratios of this repository went
//!   up and down while other work ran.
//!
//! Values have two decimals, so a difference of 0.01 is rounding, whatever part of the value it is.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::{Measured, Results};

/// Runs of each side from which on their values tell the noise.
const RUNS: usize = 3;

/// Part by which a ratio of several runs is worse if it isn't noise.
const SEVERAL: f64 = 0.10;

/// Part by which a ratio of a single run is worse if it isn't noise.
const SINGLE: f64 = 0.25;

/// Largest difference that rounding makes.
const ROUNDING: f64 = 0.01;

/// A ratio that has changed by more than noise.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Benchmark and name of the ratio.
    pub name: String,
    /// Median before.
    pub old: f64,
    /// Median now.
    pub new: f64,
    /// Percent by which it is worse; negative if it is better.
    pub worse: f64,
}

/// Differences between two runs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Comparison {
    /// Ratios that got slower, the worst first.
    pub slower: Vec<Change>,
    /// Ratios that got faster, the best first.
    pub faster: Vec<Change>,
    /// Number of ratios that differ by no more than noise.
    pub same: usize,
    /// Ratios that only the old run has, of benchmarks that both have.
    pub gone: Vec<String>,
    /// Facts of the machines that differ.
    pub machines: Vec<String>,
}

impl Comparison {
    /// Compares two runs.
    #[must_use]
    pub fn of(old: &Results, new: &Results) -> Self {
        let ratios = |it: &Results| -> BTreeMap<String, Measured> {
            let benchmarks = it.benchmarks.iter();
            let named = benchmarks.flat_map(|benchmark| {
                benchmark.ratios().map(|it| (format!("{} {}", benchmark.name, it.name), it.clone()))
            });
            named.collect()
        };
        let ran: BTreeSet<_> = new.benchmarks.iter().map(|it| it.name.as_str()).collect();
        let (before, now) = (ratios(old), ratios(new));
        let mut comparison = Self { machines: old.machine.differences(&new.machine), ..Self::default() };
        for (name, old) in before {
            let Some(new) = now.get(&name) else {
                if name.split(' ').next().is_some_and(|it| ran.contains(it)) {
                    comparison.gone.push(name);
                }
                continue;
            };
            let worse = worse(old.value(), new.value(), new.at_most);
            let change = Change { name, old: old.value(), new: new.value(), worse: worse * 100.0 };
            match beyond_noise(&old, new) {
                None => comparison.same += 1,
                Some(Direction::Slower) => comparison.slower.push(change),
                Some(Direction::Faster) => comparison.faster.push(change),
            }
        }
        comparison.slower.sort_by(|one, other| other.worse.total_cmp(&one.worse));
        comparison.faster.sort_by(|one, other| one.worse.total_cmp(&other.worse));
        comparison
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    Slower,
    Faster,
}

/// Returns how the median has changed, or none if that may be noise.
fn beyond_noise(old: &Measured, new: &Measured) -> Option<Direction> {
    let (before, now) = (old.value(), new.value());
    // Half a digit more, as decimal fractions are not exact.
    if (before - now).abs() < ROUNDING * 1.5 {
        return None;
    }
    let knows_noise = old.values.len() >= RUNS && new.values.len() >= RUNS;
    let limit = if knows_noise { SEVERAL } else { SINGLE };
    let worse = worse(before, now, new.at_most);
    if worse.abs() <= limit {
        return None;
    }
    let low = old.values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = old.values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let are_apart = new.values.iter().all(|&it| it > high) || new.values.iter().all(|&it| it < low);
    if knows_noise && !are_apart {
        return None;
    }
    Some(if worse > 0.0 { Direction::Slower } else { Direction::Faster })
}

/// Returns the part by which `new` is worse than `old`: of a time, how much longer it is; of a
/// speed, how much longer its time would be.
fn worse(old: f64, new: f64, at_most: bool) -> f64 {
    let (before, now) = if at_most { (old, new) } else { (new, old) };
    // The printed value of what is below half a hundredth is 0.
    now.max(ROUNDING / 2.0) / before.max(ROUNDING / 2.0) - 1.0
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for fact in &self.machines {
            writeln!(f, "the machines differ in {fact}")?;
        }
        for (title, changes) in [("slower", &self.slower), ("faster", &self.faster)] {
            if !changes.is_empty() {
                writeln!(f, "\n{:62}    old    new", format!("{title} beyond noise"))?;
            }
            for Change { name, old, new, worse } in changes {
                writeln!(f, "  {name:60} {old:6.2} {new:6.2}  {worse:+.0} %")?;
            }
        }
        for name in &self.gone {
            writeln!(f, "gone: {name}")?;
        }
        let Self { slower, faster, same, .. } = self;
        write!(f, "\n{} slower, {} faster, {same} the same within noise", slower.len(), faster.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::{Benchmark, Machine, Part};

    fn results(ratios: &[(&str, &[f64], bool)]) -> Results {
        let ratios = ratios.iter().map(|(name, values, at_most)| Measured {
            name: (*name).to_owned(),
            values: values.to_vec(),
            limit: 1.0,
            at_most: *at_most,
        });
        let parts = vec![Part { ratios: ratios.collect(), ..Part::default() }];
        let benchmark = Benchmark { name: "calls".to_owned(), seconds: 1, parts };
        Results { machine: Machine::example(), benchmarks: vec![benchmark] }
    }

    /// Returns what one ratio has become: `-1` slower, `1` faster, `0` the same.
    fn verdict(old: &[f64], new: &[f64], at_most: bool) -> i32 {
        let found = Comparison::of(&results(&[("a", old, at_most)]), &results(&[("a", new, at_most)]));
        assert_eq!(found.slower.len() + found.faster.len() + found.same, 1);
        i32::try_from(found.faster.len()).unwrap() - i32::try_from(found.slower.len()).unwrap()
    }

    #[test]
    fn single_runs_differ_by_a_quarter() {
        assert_eq!(verdict(&[1.0], &[1.25], true), 0);
        assert_eq!(verdict(&[1.0], &[1.26], true), -1);
        assert_eq!(verdict(&[1.26], &[1.0], true), 0);
        assert_eq!(verdict(&[1.40], &[1.0], true), 1);
        assert_eq!(verdict(&[2.0], &[1.5], false), -1);
        assert_eq!(verdict(&[1.5], &[2.5], false), 1);
    }

    #[test]
    fn values_of_three_runs_must_lie_apart() {
        assert_eq!(verdict(&[1.0, 1.0, 1.02], &[1.12, 1.13, 1.14], true), -1);
        assert_eq!(verdict(&[1.0, 1.0, 1.13], &[1.12, 1.13, 1.14], true), 0);
        assert_eq!(verdict(&[1.0, 1.0, 1.02], &[1.05, 1.06, 1.07], true), 0);
        assert_eq!(verdict(&[1.12, 1.13, 1.14], &[0.9, 1.0, 0.95], true), 1);
        // One side knows its noise, the other one does not.
        assert_eq!(verdict(&[1.0, 1.0, 1.02], &[1.2], true), 0);
    }

    #[test]
    fn the_last_digit_is_rounding() {
        assert_eq!(verdict(&[0.02], &[0.03], true), 0);
        assert_eq!(verdict(&[0.02], &[0.04], true), -1);
        assert_eq!(verdict(&[0.0], &[0.01], true), 0);
        assert_eq!(verdict(&[0.0], &[0.02], true), -1);
    }

    #[test]
    fn what_changed_is_printed_and_what_is_missing_named() {
        let old =
            results(&[("a", &[1.0], true), ("b", &[1.0], true), ("c", &[9.0], false), ("d", &[1.0], true)]);
        let mut new =
            results(&[("a", &[1.5], true), ("b", &[3.0], true), ("c", &[18.0], false), ("e", &[1.0], true)]);
        new.machine.cores = 4;
        let text = Comparison::of(&old, &new).to_string();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines[0], "the machines differ in cores: 2, then 4");
        assert!(lines[2].starts_with("slower beyond noise"), "{text}");
        assert!(lines[3].trim().starts_with("calls b") && lines[3].ends_with("+200 %"), "{text}");
        assert!(
            lines[4].trim().starts_with("calls a") && lines[4].ends_with("  1.00   1.50  +50 %"),
            "{text}"
        );
        assert!(lines[7].trim().starts_with("calls c") && lines[7].ends_with("-50 %"), "{text}");
        assert_eq!(lines[8], "gone: calls d");
        assert_eq!(lines[10], "2 slower, 1 faster, 0 the same within noise");
        new.benchmarks[0].name = "pools".to_owned();
        assert!(Comparison::of(&old, &new).gone.is_empty());
    }
}
