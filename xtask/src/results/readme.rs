//! Writes ratios into the tables of `benches/README.md`.
//!
//! The part `## NAME` of a benchmark has tables whose first column is the name of a ratio, and
//! whose last one is its target. Each column between the description and the target has a heading,
//! and the cell gets the ratio whose name has that heading in it:
//!
//! | name in the table | column | ratio |
//! |---|---|---|
//! | `call_vs_c` | `JIT` | `jit_call_vs_c` |
//! | `arena_bytes` | `ASCII` | `arena_bytes_ascii` |
//! | `sum_*_of_read` | `1 MP` | `sum_1mp_of_read` |
//! | `call_vs_c` | `value` | `call_vs_c` |
//!
//! A table whose first column is called as one of the tables that the benchmark prints has the
//! names of its contenders there. Its columns `median`, `fastest` and `9 of 10`, which may have the
//! unit behind a comma, get their times.
//!
//! A cell without such a ratio or time stays as it is. The paragraph that begins with a date says
//! where the values are from; it is written again, and only such a paragraph is.

use std::collections::BTreeMap;

use super::{Benchmark, Measured, Part, Results, Row};

/// A page with tables of benchmarks.
#[derive(Clone, Debug, PartialEq)]
pub struct Readme {
    /// Its text.
    pub text: String,
    /// Number of cells that were written.
    pub cells: usize,
    /// Ratios that no cell is for, each with the name of its benchmark.
    pub homeless: Vec<String>,
}

impl Readme {
    /// Returns `text` with the ratios of `results`, and with their machine and date.
    #[must_use]
    pub fn with(text: &str, results: &Results) -> Self {
        let mut written = Self { text: String::with_capacity(text.len()), cells: 0, homeless: Vec::new() };
        let mut lines = text.lines().peekable();
        while let Some(line) = lines.next() {
            written.line(line);
            let Some(name) = line.strip_prefix("## ") else { continue };
            let Some(benchmark) = results.benchmarks.iter().find(|it| it.name == name) else { continue };
            let mut part = Vec::new();
            while let Some(line) = lines.next_if(|line| !line.starts_with("## ")) {
                part.push(line);
            }
            written.part(&part, benchmark, &results.machine.to_string(), results.machine.load);
        }
        written
    }

    /// Writes the part of a benchmark.
    fn part(&mut self, lines: &[&str], benchmark: &Benchmark, machine: &str, load: Option<f64>) {
        let mut ratios: BTreeMap<&str, &Measured> = benchmark.ratios().map(|it| (&*it.name, it)).collect();
        let runs = benchmark.ratios().map(|it| it.values.len()).max().unwrap_or(1);
        let dated = from(&benchmark.name, machine, load, runs);
        let is_dated = lines.iter().any(|line| is_date(line));
        let mut is_written = false;
        let mut columns: Vec<String> = Vec::new();
        let mut printed: Option<&Part> = None;
        let mut lines = lines.iter().peekable();
        while let Some(&line) = lines.next() {
            if is_date(line) {
                while lines.next_if(|line| !line.is_empty()).is_some() {}
                // One paragraph is for all tables of the benchmark: they are of one run.
                if !std::mem::replace(&mut is_written, true) {
                    self.line(&dated);
                } else if lines.peek().is_some_and(|line| line.is_empty()) {
                    lines.next();
                }
                continue;
            }
            let cells = cells(line);
            let title = cells.first();
            if line.is_empty() {
                printed = None;
            } else if let Some(part) = benchmark.parts.iter().find(|it| Some(&&*it.title) == title) {
                printed = Some(part);
                columns = cells.iter().map(|it| (*it).to_owned()).collect();
            }
            if let Some((row, count)) = printed.and_then(|it| times(&cells, &columns, it)) {
                self.cells += count;
                self.line(&row);
                continue;
            }
            if matches!(cells.first(), Some(&"ratio" | &"number")) && cells.last() == Some(&"target") {
                if !is_dated && !std::mem::replace(&mut is_written, true) {
                    self.line(&dated);
                    self.line("");
                }
                columns = cells.iter().map(|it| it.to_lowercase().replace(' ', "")).collect();
            }
            match row(&cells, &columns, &mut ratios) {
                Some((row, count)) => {
                    self.cells += count;
                    self.line(&row);
                }
                None => self.line(line),
            }
        }
        self.homeless.extend(ratios.keys().map(|it| format!("{} {it}", benchmark.name)));
    }

    fn line(&mut self, line: &str) {
        self.text += line;
        self.text.push('\n');
    }
}

/// Returns the row with the values of its ratios, which are taken out of `ratios`, and the number
/// of its cells that were written.
fn row(
    cells: &[&str],
    columns: &[String],
    ratios: &mut BTreeMap<&str, &Measured>,
) -> Option<(String, usize)> {
    let name = cells.first()?.strip_prefix('`')?.strip_suffix('`')?;
    if cells.len() != columns.len() || cells.len() < 4 {
        return None;
    }
    let mut written: Vec<String> = cells.iter().map(|it| (*it).to_owned()).collect();
    let mut count = 0;
    for index in 2..cells.len() - 1 {
        let found = names(name, &columns[index]).into_iter().find_map(|name| ratios.remove(&*name));
        if let Some(found) = found {
            written[index] = format!("{:.2}", found.value());
            count += 1;
        }
    }
    (count > 0).then(|| (joined(&written), count))
}

/// Returns the row with the times of its contender in `part`, and the number of its cells that were
/// written.
fn times(cells: &[&str], columns: &[String], part: &Part) -> Option<(String, usize)> {
    let Row { median, fastest, ninetieth, .. } =
        part.rows.iter().find(|it| Some(&&*it.name) == cells.first())?;
    let mut written: Vec<String> = cells.iter().map(|it| (*it).to_owned()).collect();
    let mut count = 0;
    for (cell, column) in written.iter_mut().zip(columns) {
        let time = match column.split(',').next()? {
            "median" => median,
            "fastest" => fastest,
            "9 of 10" => ninetieth,
            _ => continue,
        };
        *cell = if *time < 100.0 { format!("{time:.2}") } else { grouped(*time) };
        count += 1;
    }
    (count > 0).then(|| (joined(&written), count))
}

/// Returns `time` without decimals, with a comma before each three digits.
fn grouped(time: f64) -> String {
    let digits = format!("{time:.0}");
    let groups = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy);
    groups.collect::<Vec<_>>().join(",")
}

/// Returns the row with these cells.
fn joined(cells: &[String]) -> String {
    let cells = cells.iter().map(|it| if it.is_empty() { " |".to_owned() } else { format!(" {it} |") });
    format!("|{}", cells.collect::<String>())
}

/// Returns the names that the ratio of a cell may have.
fn names(row: &str, column: &str) -> Vec<String> {
    if row.contains('*') {
        vec![row.replace('*', column)]
    } else {
        vec![format!("{column}_{row}"), format!("{row}_{column}"), row.to_owned()]
            .into_iter()
            // A row without the name of its column is for the only column, or all would have it.
            .filter(|it| it != row || column == "value" || row.starts_with(&format!("{column}_")))
            .collect()
    }
}

/// Returns the paragraph that says where values are from.
fn from(benchmark: &str, machine: &str, load: Option<f64>, runs: usize) -> String {
    let runs = if runs == 1 { String::new() } else { format!("median of {runs} runs of ") };
    let load = load.map_or_else(String::new, |load| format!(", load {load:.1} before"));
    format!("{machine}, {runs}`cargo xtask bench {benchmark}`{load}")
}

/// Returns true if a line begins with a date.
fn is_date(line: &str) -> bool {
    let mut parts = line.get(..10).unwrap_or_default().split('-');
    let mut is_number = |digits: usize| {
        parts.next().is_some_and(|it| it.len() == digits && it.bytes().all(|it| it.is_ascii_digit()))
    };
    is_number(4) && is_number(2) && is_number(2)
}

/// Returns the cells of a row; none if the line is none.
fn cells(line: &str) -> Vec<&str> {
    let inner = line.strip_prefix("| ").and_then(|it| it.strip_suffix(" |"));
    inner.map(|inner| inner.split('|').map(str::trim).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::results::{Machine, Part};
    use crate::workspace;

    fn results(name: &str, ratios: &[(&str, &[f64])]) -> Results {
        let ratios = ratios.iter().map(|(name, values)| Measured {
            name: (*name).to_owned(),
            values: values.to_vec(),
            limit: 1.0,
            at_most: true,
        });
        let parts = vec![Part { ratios: ratios.collect(), ..Part::default() }];
        let benchmark = Benchmark { name: name.to_owned(), seconds: 1, parts };
        Results { machine: Machine::example(), benchmarks: vec![benchmark] }
    }

    const TEXT: &str = "\
## calls

What it costs.

2026-01-01, another machine,
on two lines

| ratio | what | JIT | AOT | target |
|---|---|---|---|---|
| `call_vs_c` | a call, in 2 forms | 9.99 | – | <= 1.10 JIT, <= 1.20 AOT |
| `other` | not measured | 0.50 | | <= 1.00 |

| ratio | what | 1 MP | target |
|---|---|---|---|
| `sum_*_of_read` | a sum | | <= 1.00 |

2026-01-01, this paragraph was for one table

| ratio | what | value | target |
|---|---|---|---|
| `plain` | a value | – | <= 1.00 |

| option | what |
|---|---|
| `plain` | is no ratio |

## pools

2026-01-01, stays
";

    #[test]
    fn cells_get_the_ratio_of_their_row_and_column() {
        let results = results(
            "calls",
            &[
                ("jit_call_vs_c", &[1.06, 1.04, 1.05]),
                ("aot_call_vs_c", &[0.8444, 0.8, 0.9]),
                ("sum_1mp_of_read", &[0.3, 0.3, 0.3]),
                ("plain", &[0.0, 0.0, 0.0]),
                ("new", &[1.0, 1.0, 1.0]),
            ],
        );
        let written = Readme::with(TEXT, &results);
        let machine = "2026-11-29, AMD EPYC with 2 cores, Linux, rustc 1.95.0, Dart 3.13.4";
        let expected = TEXT
            .replace(
                "2026-01-01, another machine,\non two lines",
                &format!("{machine}, median of 3 runs of `cargo xtask bench calls`, load 0.1 before"),
            )
            .replace("2026-01-01, this paragraph was for one table\n\n", "")
            .replace("| 9.99 | – |", "| 1.05 | 0.84 |")
            .replace("| a sum | |", "| a sum | 0.30 |")
            .replace("| a value | – |", "| a value | 0.00 |");
        assert_eq!(written.text, expected);
        assert_eq!((written.cells, &*written.homeless), (4, &["calls new".to_owned()][..]));
        assert_eq!(Readme::with(&written.text, &results).text, written.text);
    }

    #[test]
    fn times_get_into_the_table_with_their_title() {
        let text = "\
## flutter

| a picture | copies | median, us | 9 of 10, us |
|---|---|---|---|
| of a slot | 1 | | 9 |
| not run | 2 | 3 | 4 |

| another table | median, us |
|---|---|
| of a slot | stays |
";
        let mut results = results("flutter", &[]);
        let row =
            |name: &str, median| Row { name: name.to_owned(), median, fastest: 1.0, ninetieth: 1234567.4 };
        let rows = vec![row("of a slot", 12.345), row("of a list", 5.0)];
        results.benchmarks[0].parts[0] =
            Part { title: "a picture".to_owned(), unit: "us".to_owned(), rows, ratios: Vec::new() };
        let written = Readme::with(text, &results);
        let expected = text.replace("| of a slot | 1 | | 9 |", "| of a slot | 1 | 12.35 | 1,234,567 |");
        assert_eq!((written.text, written.cells), (expected, 2));
        assert_eq!((grouped(100.4), grouped(1000.0)), ("100".to_owned(), "1,000".to_owned()));
    }

    #[test]
    fn a_part_without_a_date_gets_one() {
        let text =
            "## calls\n\n| ratio | what | value | target |\n|---|---|---|---|\n| `a` | b | | <= 1.00 |\n";
        let written = Readme::with(text, &results("calls", &[("a", &[1.0])])).text;
        assert!(written.starts_with("## calls\n\n2026-11-29, AMD EPYC"), "{written}");
        assert!(written.contains("`cargo xtask bench calls`, load 0.1 before\n\n| ratio |"), "{written}");
        assert!(written.ends_with("| `a` | b | 1.00 | <= 1.00 |\n"), "{written}");
    }

    #[test]
    fn other_benchmarks_change_nothing() {
        let text = fs::read_to_string(workspace::root().join("benches/README.md")).unwrap();
        assert_eq!(Readme::with(&text, &results("no such", &[("a", &[1.0])])).text, text);
    }
}
