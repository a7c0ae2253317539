//! Reads what a benchmark prints.

use anyhow::{Context, Result, ensure};

use super::{Measured, Part, Row};
use crate::ratio::Ratio;

/// End of the line above the times of contenders, as `benches/src/lib.rs` and
/// `benches/dart/lib/comparison.dart` print it. More columns may follow.
const COLUMNS: &str = "median   fastest 9 of 10 <";

/// The parts of a benchmark that were printed so far.
#[derive(Clone, Debug, Default)]
pub struct Printed {
    parts: Vec<Part>,
    /// Mode of the program of Dart whose lines come, `JIT` or `AOT`: tables of both have one title.
    mode: Option<String>,
    /// Columns of the table whose rows come next.
    table: Option<Columns>,
}

/// Numbers of a table's columns beside the name and the three times.
#[derive(Clone, Copy, Debug)]
struct Columns {
    before: usize,
    after: usize,
}

impl Printed {
    /// Begins with the lines of another program.
    pub fn program(&mut self) {
        (self.mode, self.table) = (None, None);
    }

    /// Reads a line. Other lines than those of tables and ratios are passed over. Returns the ratio
    /// if the line has one.
    ///
    /// # Errors
    ///
    /// Returns an error if a ratio is not as [`crate::ratio`] has it, or no finite number.
    pub fn line(&mut self, line: &str) -> Result<Option<Ratio>> {
        if let Some((head, after)) = line.split_once(COLUMNS) {
            let (title, before) = head.trim_end().split_once("  ").unwrap_or((head.trim_end(), ""));
            let (title, unit) = title.rsplit_once(", ").with_context(|| format!("`{line}` has no unit"))?;
            let title = match &self.mode {
                Some(mode) => format!("{title} ({mode})"),
                None => title.to_owned(),
            };
            self.parts.push(Part { title, unit: unit.to_owned(), ..Part::default() });
            let after = after.split("  ").filter(|it| !it.is_empty()).count();
            self.table = Some(Columns { before: before.split_whitespace().count(), after });
            return Ok(None);
        }
        if line.starts_with("ratio ") {
            self.table = None;
            let ratio: Ratio = line.parse()?;
            ensure!(ratio.value.is_finite(), "{} is no number", ratio.name);
            if self.parts.is_empty() {
                self.parts.push(Part::default());
            }
            let part = self.parts.last_mut().context("one was added")?;
            part.ratios.push(Measured::from(ratio.clone()));
            return Ok(Some(ratio));
        }
        if let Some((_, mode @ ("JIT" | "AOT"))) =
            line.strip_prefix("Dart ").and_then(|it| it.rsplit_once(", "))
        {
            self.mode = Some(mode.to_owned());
        }
        match self.table.and_then(|columns| columns.row(line)) {
            Some(row) => self.parts.last_mut().context("a table has a part")?.rows.push(row),
            None => self.table = None,
        }
        Ok(None)
    }

    /// Returns the value of the ratio with this name, if it was printed.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<f64> {
        self.parts.iter().flat_map(|part| &part.ratios).find(|it| it.name == name).map(Measured::value)
    }

    /// Ends the run, and returns its parts: tables, each with the ratios behind it.
    #[must_use]
    pub fn parts(self) -> Vec<Part> {
        self.parts
    }
}

impl Columns {
    /// Reads a row: two blanks, a name, and numbers behind it.
    fn row(self, line: &str) -> Option<Row> {
        let mut rest = line.strip_prefix("  ")?.trim_end();
        let mut last = || {
            let (before, number) = rest.rsplit_once(' ')?;
            rest = before.trim_end();
            number.parse::<f64>().ok()
        };
        for _ in 0..self.after {
            last()?;
        }
        let (ninetieth, fastest, median) = (last()?, last()?, last()?);
        for _ in 0..self.before {
            last()?;
        }
        let name = rest.trim().to_owned();
        (!name.is_empty()).then_some(Row { name, median, fastest, ninetieth })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Text of two programs, with lines of cargo between the tables.
    const TEXT: &str = "\
pinned to core 0, with all threads of a program

Dart 3.13.4 (stable) (Tue) on \"linux_x64\", JIT

leaf call, ns                                           median   fastest 9 of 10 <
  generated                                               3.10      3.00      3.30
  by hand, version 2                                      2.90      2.80   1200
ratio jit_leaf_call_vs_hand_written: 1.05 (target <= 1.10) ok
ratio jit_calls: 0.50 (target >= 1.00) MISS
  3 4 5 is no row

a picture of 1920 x 1080, us              copies  MB    median   fastest 9 of 10 <   of ours
  imageFromPixels                              1   8.3       900       850       990      1.00
  a list                                       2  16.6      4000      3900      4100      4.44
ratio image_vs_dart_list: 0.24 (target <= 0.80) ok
";

    #[test]
    fn tables_have_the_ratios_behind_them() {
        let mut printed = Printed::default();
        let (dart, engine) = TEXT.split_at(TEXT.find("\na picture").unwrap());
        let mut read = |text: &str| {
            printed.program();
            text.lines().filter_map(|line| printed.line(line).unwrap()).count()
        };
        assert_eq!((read(dart), read(engine)), (2, 1));
        let parts = printed.parts();
        let row = |name: &str, [median, fastest, ninetieth]: [f64; 3]| Row {
            name: name.to_owned(),
            median,
            fastest,
            ninetieth,
        };
        assert_eq!(parts.len(), 2);
        assert_eq!((&*parts[0].title, &*parts[0].unit), ("leaf call (JIT)", "ns"));
        let expected = [row("generated", [3.1, 3.0, 3.3]), row("by hand, version 2", [2.9, 2.8, 1200.0])];
        assert_eq!(parts[0].rows, expected);
        let names: Vec<_> = parts[0].ratios.iter().map(|it| (&*it.name, it.ratio().is_met())).collect();
        assert_eq!(names, [("jit_leaf_call_vs_hand_written", true), ("jit_calls", false)]);
        assert_eq!((&*parts[1].title, &*parts[1].unit), ("a picture of 1920 x 1080", "us"));
        let expected =
            [row("imageFromPixels", [900.0, 850.0, 990.0]), row("a list", [4000.0, 3900.0, 4100.0])];
        assert_eq!(parts[1].rows, expected);
    }

    #[test]
    fn ratios_need_no_table_and_wrong_ones_are_refused() {
        let mut printed = Printed::default();
        assert!(printed.line("ratio a: 1.25 (target <= 1.10) ok").is_err());
        let error = printed.line("ratio a: NaN (target <= 1.10) MISS").unwrap_err().to_string();
        assert_eq!(error, "a is no number");
        printed.line("ratio a: 1.25 (target <= 1.10) MISS").unwrap();
        let parts = printed.parts();
        assert_eq!((parts.len(), &*parts[0].title, parts[0].ratios.len()), (1, "", 1));
    }
}
