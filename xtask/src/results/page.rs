//! Draws results as one page of HTML that needs nothing else.
//!
//! Each table of contenders has bars from zero to the median, with a line from the fastest sample
//! to the time that nine of ten stay below. Each ratio has a bar up to its value, with a mark at
//! its limit. Bars are for the eye: the numbers beside them say the same to a screen reader.

use askama::Template;

use super::{Benchmark, Measured, Part, Results, Row};

/// Width of a drawing, in units of its own.
const WIDTH: f64 = 200.0;

/// Part of the width up to the limit of a ratio. What is more than twice as far is cut off.
const LIMIT: f64 = 0.5;

/// Returns the page of `results`.
///
/// # Panics
///
/// Never: a template that only writes to memory doesn't fail.
#[must_use]
pub fn page(results: &Results) -> String {
    let ratios = || results.ratios().map(Measured::ratio);
    let page = Page {
        machine: results.machine.to_string(),
        load: results.machine.load.map(|load| format!("{load:.2}")),
        met: ratios().filter(crate::ratio::Ratio::is_met).count(),
        missed: ratios().filter(|it| !it.is_met()).count(),
        benchmarks: results.benchmarks.iter().map(Drawn::of).collect(),
    };
    page.render().expect("it writes to memory")
}

/// The whole page.
#[derive(Template)]
#[template(path = "bench.html.jinja", escape = "html")]
struct Page {
    machine: String,
    load: Option<String>,
    met: usize,
    missed: usize,
    benchmarks: Vec<Drawn>,
}

/// A benchmark.
struct Drawn {
    name: String,
    facts: String,
    tables: Vec<Table>,
}

/// A table of contenders with its ratios.
struct Table {
    title: String,
    unit: String,
    rows: Vec<Time>,
    ratios: Vec<Quotient>,
}

/// A contender.
struct Time {
    name: String,
    cells: [String; 3],
    /// Length of the bar, and the ends of the line.
    bar: String,
    fastest: String,
    ninetieth: String,
}

/// A ratio.
struct Quotient {
    name: String,
    value: String,
    /// Smallest and largest value of several runs.
    range: String,
    target: String,
    is_met: bool,
    bar: String,
    limit: String,
}

impl Drawn {
    fn of(benchmark: &Benchmark) -> Self {
        let count = benchmark.ratios().count();
        let missed = benchmark.ratios().filter(|it| !it.ratio().is_met()).count();
        let runs = benchmark.ratios().map(|it| it.values.len()).max().unwrap_or(1);
        let noun = if runs == 1 { "run" } else { "runs" };
        let facts = format!("{count} ratios, {missed} missed; {runs} {noun} in {} s", benchmark.seconds);
        let tables = benchmark.parts.iter().map(|part| Table::of(part, &benchmark.name)).collect();
        Self { name: benchmark.name.clone(), facts, tables }
    }
}

impl Table {
    fn of(part: &Part, benchmark: &str) -> Self {
        // One slow sample of a contender must not make all bars short.
        let longest = part.rows.iter().map(|row| row.ninetieth.min(row.median * 2.0)).fold(0.0, f64::max);
        let title = if part.title.is_empty() { format!("{benchmark}: ratios") } else { part.title.clone() };
        Self {
            title,
            unit: part.unit.clone(),
            rows: part.rows.iter().map(|row| Time::of(row, longest)).collect(),
            ratios: part.ratios.iter().map(Quotient::of).collect(),
        }
    }
}

impl Time {
    fn of(row: &Row, longest: f64) -> Self {
        let length = |time: f64| at(if longest > 0.0 { time / longest } else { 0.0 });
        Self {
            name: row.name.clone(),
            cells: [row.median, row.fastest, row.ninetieth].map(number),
            bar: length(row.median),
            fastest: length(row.fastest),
            ninetieth: length(row.ninetieth),
        }
    }
}

impl Quotient {
    fn of(measured: &Measured) -> Self {
        let ratio = measured.ratio();
        let (low, high) = measured
            .values
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &it| (low.min(it), high.max(it)));
        let sign = if measured.at_most { "≤" } else { "≥" };
        let part = if measured.limit > 0.0 { ratio.value / measured.limit } else { ratio.value };
        Self {
            value: format!("{:.2}", ratio.value),
            range: if low < high { format!("{low:.2} to {high:.2}") } else { String::new() },
            target: format!("{sign} {:.2}", measured.limit),
            is_met: ratio.is_met(),
            bar: at(part * LIMIT),
            limit: at(LIMIT),
            name: ratio.name,
        }
    }
}

/// Returns the place of a part of the width.
fn at(part: f64) -> String {
    format!("{:.1}", part.clamp(0.0, 1.0) * WIDTH)
}

/// Returns a time with three digits at least.
fn number(value: f64) -> String {
    let decimals = if value < 0.1 {
        5
    } else if value < 1000.0 {
        2
    } else {
        0
    };
    format!("{value:.decimals$}")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::browser::Browser;
    use crate::results::Machine;

    fn results() -> Results {
        let row = |name: &str, median: f64| Row {
            name: name.to_owned(),
            median,
            fastest: median * 0.9,
            ninetieth: median * 1.3,
        };
        let ratio = |name: &str, values: &[f64], at_most| Measured {
            name: name.to_owned(),
            values: values.to_vec(),
            limit: 1.1,
            at_most,
        };
        let calls = Part {
            title: "leaf call <of> C".to_owned(),
            unit: "ns".to_owned(),
            rows: vec![row("generated", 3.1), row("by hand", 2.95), row("port", 1234.4)],
            ratios: vec![
                ratio("jit_leaf_call_vs_hand_written", &[1.05, 1.04, 1.07], true),
                ratio("jit_calls_per_second", &[0.5], false),
            ],
        };
        let size = Part { ratios: vec![ratio("size_kb", &[0.3], true)], ..Part::default() };
        let benchmark =
            |name: &str, part| Benchmark { name: name.to_owned(), seconds: 61, parts: vec![part] };
        Results {
            machine: Machine::example(),
            benchmarks: vec![benchmark("calls", calls), benchmark("size", size)],
        }
    }

    #[test]
    fn a_page_has_every_table_value_and_limit() {
        let page = page(&results());
        for text in [
            "2026-11-29, AMD EPYC with 2 cores, Linux, rustc 1.95.0, Dart 3.13.4",
            "2 ratios met, 1 missed",
            "leaf call &#60;of&#62; C",
            "<td class=\"number\">3.10</td><td class=\"number\">2.79</td><td class=\"number\">4.03</td>",
            "<td class=\"number\">1234</td>",
            "<td>jit_leaf_call_vs_hand_written</td>",
            "<td class=\"number\">1.05</td><td class=\"number\">1.04 to 1.07</td><td class=\"number\">≤ 1.10</td><td>met</td>",
            "<td class=\"number\">≥ 1.10</td><td class=\"missed\">missed</td>",
            "cargo xtask bench size",
        ] {
            assert!(page.contains(text), "{text}:\n{page}");
        }
        for outside in ["http://", "https://", "<link", "src="] {
            assert!(!page.contains(outside), "{outside}");
        }
    }

    #[test]
    fn a_browser_finds_nothing_wrong() {
        let Some(browser) = Browser::for_tests() else { return };
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("bench.html");
        fs::write(&file, page(&results())).unwrap();
        browser.check(&file).unwrap();
        let broken = page(&results()).replace("--text: #1b1b1f", "--text: #dddddd");
        fs::write(&file, broken).unwrap();
        let error = browser.check(&file).unwrap_err().to_string();
        assert!(error.contains("light: contrast "), "{error}");
    }
}
