//! Results of benchmarks, and all that is made of them.
//!
//! | Module | Holds |
//! |---|---|
//! | [`Printed`] | reads what a benchmark prints: tables of contenders, and ratios |
//! | [`Machine`] | on what it was measured |
//! | [`page`] | draws the tables as a page of HTML |
//! | [`Comparison`] | says what got slower since another run |
//! | [`Readme`] | writes the ratios into the tables of `benches/README.md` |
//!
//! A file of results is JSON, so that other programs can draw it:
//!
//! ```json
//! {
//!   "machine": { "date": "2026-11-29", "processor": "AMD EPYC", "cores": 2, .. },
//!   "benchmarks": [{ "name": "calls", "seconds": 61, "parts": [{
//!     "title": "leaf call", "unit": "ns",
//!     "rows": [{ "name": "generated", "median": 3.1, "fastest": 3.0, "ninetieth": 3.3 }],
//!     "ratios": [{
//!       "name": "jit_leaf_call_vs_hand_written", "values": [1.05], "limit": 1.1, "at_most": true
//!     }]
//!   }] }]
//! }
//! ```

mod compare;
mod machine;
mod page;
mod printed;
mod readme;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::ratio::{Ratio, Target};

pub use compare::{Change, Comparison};
pub use machine::{Machine, today};
pub use page::page;
pub use printed::Printed;
pub use readme::Readme;

/// Results of one or several benchmarks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Results {
    /// Machine of the run.
    pub machine: Machine,
    /// The benchmarks in the order in which they ran.
    pub benchmarks: Vec<Benchmark>,
}

/// Results of one benchmark.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Benchmark {
    /// Name of the benchmark: `cargo xtask bench {name}` runs it.
    pub name: String,
    /// Seconds that it took, with its build, all runs together.
    pub seconds: u64,
    /// Its tables, each with the ratios that were printed behind it.
    pub parts: Vec<Part>,
}

/// A table of contenders and the ratios of them. Without a table, the title is empty.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// The work that the contenders do.
    pub title: String,
    /// Unit of the times: `ns`, `us` or `ms`.
    pub unit: String,
    /// The contenders.
    pub rows: Vec<Row>,
    /// The ratios.
    pub ratios: Vec<Measured>,
}

/// Times of a contender. Of several runs, the medians of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Name of the contender.
    pub name: String,
    /// Median of all samples.
    pub median: f64,
    /// Fastest sample.
    pub fastest: f64,
    /// Time that nine of ten samples stay below.
    pub ninetieth: f64,
}

/// A ratio, with its value in each run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// Name of the ratio.
    pub name: String,
    /// Its values, one for each run; never empty.
    pub values: Vec<f64>,
    /// Value to reach.
    pub limit: f64,
    /// True if `limit` is an upper bound, false if it is a lower one.
    pub at_most: bool,
}

impl Measured {
    /// Returns the median of the values.
    #[must_use]
    pub fn value(&self) -> f64 {
        median(self.values.clone())
    }

    /// Returns the median as a ratio that knows if it reaches its target.
    #[must_use]
    pub fn ratio(&self) -> Ratio {
        let target = if self.at_most { Target::AtMost(self.limit) } else { Target::AtLeast(self.limit) };
        Ratio { name: self.name.clone(), value: self.value(), target }
    }
}

impl From<Ratio> for Measured {
    fn from(ratio: Ratio) -> Self {
        let (limit, at_most) = match ratio.target {
            Target::AtMost(limit) => (limit, true),
            Target::AtLeast(limit) => (limit, false),
        };
        Self { name: ratio.name, values: vec![ratio.value], limit, at_most }
    }
}

impl Results {
    /// Reads a file that [`Results::write`] has written.
    ///
    /// # Errors
    ///
    /// Returns an error if it can't be read, or isn't such a file.
    pub fn read(file: &Path) -> Result<Self> {
        let shown = file.display();
        let text = fs::read_to_string(file).with_context(|| format!("cannot read {shown}"))?;
        let results: Self = serde_json::from_str(&text).with_context(|| {
            format!("{shown} has no results\nhint: `cargo xtask bench NAME --html` writes such a file")
        })?;
        let empty = results.ratios().find(|it| it.values.is_empty());
        anyhow::ensure!(empty.is_none(), "{shown}: {} has no values", empty.map_or("", |it| &it.name));
        Ok(results)
    }

    /// Writes a file of results.
    ///
    /// # Errors
    ///
    /// Returns an error if it can't be written.
    pub fn write(&self, file: &Path) -> Result<()> {
        let text = serde_json::to_string_pretty(self)? + "\n";
        fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))
    }

    /// Returns all ratios.
    pub fn ratios(&self) -> impl Iterator<Item = &Measured> {
        self.benchmarks.iter().flat_map(Benchmark::ratios)
    }
}

impl Benchmark {
    /// Returns the ratios of all parts.
    pub fn ratios(&self) -> impl Iterator<Item = &Measured> {
        self.parts.iter().flat_map(|part| &part.ratios)
    }

    /// Returns the benchmark of several runs: each ratio with the values of all, each contender
    /// with the medians. Parts, rows and ratios that a run lacks are those of the others.
    #[must_use]
    pub fn merge(runs: Vec<Vec<Part>>) -> Vec<Part> {
        let mut merged: Vec<(Part, Vec<Vec<Row>>)> = Vec::new();
        for part in runs.into_iter().flatten() {
            let same = |it: &&mut (Part, _)| it.0.title == part.title && shares_ratios(&it.0, &part);
            let Some((known, rows)) = merged.iter_mut().find(same) else {
                let rows = part.rows.iter().map(|row| vec![row.clone()]).collect();
                merged.push((part, rows));
                continue;
            };
            for row in part.rows {
                match rows.iter_mut().find(|all| all[0].name == row.name) {
                    Some(all) => all.push(row),
                    None => rows.push(vec![row]),
                }
            }
            for ratio in part.ratios {
                match known.ratios.iter_mut().find(|it| it.name == ratio.name) {
                    Some(it) => it.values.extend(ratio.values),
                    None => known.ratios.push(ratio),
                }
            }
        }
        let parts = merged.into_iter().map(|(part, rows)| Part {
            rows: rows.into_iter().map(|all| Row::median(&all)).collect(),
            ..part
        });
        parts.collect()
    }
}

/// Returns true if two parts of one title are the same part of two runs. In JIT and AOT programs
/// print tables of one title, with ratios of other names behind them.
fn shares_ratios(one: &Part, other: &Part) -> bool {
    let named = |it: &Part| it.ratios.first().map(|ratio| ratio.name.clone());
    named(one) == named(other)
}

impl Row {
    /// Returns the medians of the same row of several runs.
    fn median(all: &[Self]) -> Self {
        let of = |time: fn(&Self) -> f64| median(all.iter().map(time).collect());
        Self {
            name: all[0].name.clone(),
            median: of(|it| it.median),
            fastest: of(|it| it.fastest),
            ninetieth: of(|it| it.ninetieth),
        }
    }
}

/// Returns the median of values, of which there is at least one; of an even number the upper one.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(title: &str, median: f64, name: &str, value: f64) -> Part {
        Part {
            title: title.to_owned(),
            unit: "ns".to_owned(),
            rows: vec![Row { name: "ours".to_owned(), median, fastest: median, ninetieth: median }],
            ratios: vec![Ratio { name: name.to_owned(), value, target: Target::AtMost(1.0) }.into()],
        }
    }

    #[test]
    fn runs_are_merged_by_name() {
        let run = |value: f64| vec![part("a", value, "jit_a", value), part("a", 7.0, "aot_a", 7.0)];
        let merged = Benchmark::merge(vec![run(3.0), run(1.0), run(2.0)]);
        assert_eq!(merged.len(), 2);
        assert_eq!(merged[0].ratios[0].values, [3.0, 1.0, 2.0]);
        assert_eq!((merged[0].ratios[0].value(), merged[0].rows[0].median), (2.0, 2.0));
        assert_eq!((merged[1].ratios[0].value(), merged[1].rows.len()), (7.0, 1));
    }

    #[test]
    fn a_file_is_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.json");
        let parts = vec![part("a", 1.5, "a_vs_b", 0.5)];
        let benchmarks = vec![Benchmark { name: "calls".to_owned(), seconds: 3, parts }];
        let results = Results { machine: Machine::example(), benchmarks };
        results.write(&file).unwrap();
        assert_eq!(Results::read(&file).unwrap(), results);
        fs::write(&file, "{}").unwrap();
        let error = format!("{:#}", Results::read(&file).unwrap_err());
        assert!(error.contains("a.json has no results\nhint: "), "{error}");
        fs::write(&file, serde_json::to_string(&results).unwrap().replace("[0.5]", "[]")).unwrap();
        let error = Results::read(&file).unwrap_err().to_string();
        assert!(error.ends_with("a.json: a_vs_b has no values"), "{error}");
    }
}
