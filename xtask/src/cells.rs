//! A table of what was tried on which platform, and what came of it.
//!
//! A run may try only some cells, as all of them take hours: a page keeps the rows of earlier runs.

use std::fmt;
use std::time::{Duration, Instant};

use anyhow::{Context, Error, Result};

use crate::progress;

/// Error of a cell that this machine can't try.
#[derive(Debug)]
pub struct NotHere(pub String);

impl fmt::Display for NotHere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NotHere {}

/// Result of one cell.
#[derive(Debug)]
enum Outcome {
    Ok,
    Failed(Error),
    NotHere(String),
}

/// One thing that was tried on one platform.
#[derive(Debug)]
struct Cell {
    platform: String,
    what: String,
    outcome: Outcome,
    time: Duration,
}

/// First lines of the table.
const HEAD: &str = "| platform | what | result | on |\n|---|---|---|---|\n";

/// Text between the name of a cell and the parts that were tried of it.
pub const IN_PART: &str = ", in part: ";

/// The cells that were tried.
#[derive(Debug, Default)]
pub struct Cells(Vec<Cell>);

impl Cells {
    /// Tries `work`, and prints a line with what came of it: `ok`, `failed`, or `not here` if its
    /// error is a [`NotHere`].
    pub fn add(&mut self, platform: &str, what: &str, work: impl FnOnce() -> Result<()>) {
        let start = Instant::now();
        let outcome = match work() {
            Ok(()) => Outcome::Ok,
            Err(error) => match error.downcast::<NotHere>() {
                Ok(NotHere(reason)) => Outcome::NotHere(reason),
                Err(error) => Outcome::Failed(error),
            },
        };
        let cell =
            Cell { platform: platform.to_owned(), what: what.to_owned(), outcome, time: start.elapsed() };
        if let Outcome::Failed(error) = &cell.outcome {
            progress::print(|| eprintln!("{error:#}"));
        }
        let line = format!(
            "{:28} {}: {} ({:.0} s)",
            cell.platform,
            cell.what,
            cell.outcome,
            cell.time.as_secs_f64()
        );
        progress::print(|| println!("{line}"));
        self.0.push(cell);
    }

    /// Returns a table of Markdown, whose rows have the date `on`.
    #[must_use]
    pub fn table(&self, on: &str) -> String {
        HEAD.to_owned() + &self.0.iter().map(|it| it.row(on)).collect::<String>()
    }

    /// Returns the text of a page whose table has the rows of these cells, with the date `on`, in
    /// place of its own rows for them. A cell that was tried as a whole also replaces its parts.
    ///
    /// # Errors
    ///
    /// Returns an error if the page has no such table.
    pub fn merged(&self, on: &str, page: &str) -> Result<String> {
        let (before, after) = page.split_once(HEAD).context("the page has no table of cells")?;
        let end = after.find("\n\n").map_or(after.len(), |it| it + 1);
        let (rows, after) = after.split_at(end);
        let mut rows: Vec<_> = rows.lines().map(|line| format!("{line}\n")).collect();
        for cell in &self.0 {
            let (same, part) = (cell.start() + " |", cell.start() + IN_PART);
            rows.retain(|row| !row.starts_with(&part));
            let own = rows.iter().position(|row| row.starts_with(&same));
            let last = || Some(rows.iter().rposition(|row| row.starts_with(&cell.platform()))? + 1);
            match own {
                Some(own) => rows[own] = cell.row(on),
                None => rows.insert(last().unwrap_or(rows.len()), cell.row(on)),
            }
        }
        Ok(format!("{before}{HEAD}{}{after}", rows.concat()))
    }

    /// Returns the number of cells that have failed.
    #[must_use]
    pub fn failures(&self) -> usize {
        self.0.iter().filter(|it| matches!(it.outcome, Outcome::Failed(_))).count()
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ok => f.write_str("ok"),
            Self::Failed(_) => f.write_str("failed"),
            Self::NotHere(reason) => write!(f, "not here: {reason}"),
        }
    }
}

impl Cell {
    /// Returns the start of each row of its platform.
    fn platform(&self) -> String {
        format!("| {} |", self.platform)
    }

    /// Returns the start of its row: its platform and its name.
    fn start(&self) -> String {
        format!("{} {}", self.platform(), self.what)
    }

    fn row(&self, on: &str) -> String {
        format!("{} | {} | {on} |\n", self.start(), self.outcome)
    }
}

#[cfg(test)]
mod tests {
    use anyhow::bail;

    use super::*;

    #[test]
    fn each_cell_is_a_line_of_the_table() {
        let mut cells = Cells::default();
        cells.add("a", "builds", || Ok(()));
        cells.add("b", "runs", || Err(NotHere("wine".to_owned()).into()));
        cells.add("c", "runs", || bail!("exit code 1"));
        assert_eq!(
            cells.table("today"),
            "| platform | what | result | on |\n|---|---|---|---|\n| a | builds | ok | today |\n\
             | b | runs | not here: wine | today |\n| c | runs | failed | today |\n"
        );
        assert_eq!(cells.failures(), 1);
    }

    #[test]
    fn a_page_keeps_the_rows_of_earlier_runs() {
        let page = format!(
            "# A\n\n{HEAD}| a | builds | failed | 1 |\n| a | runs{IN_PART}`x` | ok | 1 |\n| b | runs | ok | 1 |\n\n## B\n"
        );
        let mut cells = Cells::default();
        cells.add("a", "builds", || Ok(()));
        cells.add("a", &format!("runs{IN_PART}`y`"), || Ok(()));
        let page = cells.merged("2", &page).unwrap();
        let rows = |page: &str| {
            page.lines().filter(|it| it.starts_with("| ")).skip(1).map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(
            rows(&page),
            [
                "| a | builds | ok | 2 |",
                "| a | runs, in part: `x` | ok | 1 |",
                "| a | runs, in part: `y` | ok | 2 |",
                "| b | runs | ok | 1 |"
            ]
        );
        assert!(page.starts_with("# A\n\n| platform") && page.ends_with("| 1 |\n\n## B\n"), "{page}");
        let mut whole = Cells::default();
        whole.add("a", "runs", || Ok(()));
        whole.add("c", "runs", || Ok(()));
        let page = whole.merged("3", &page).unwrap();
        assert_eq!(
            rows(&page),
            [
                "| a | builds | ok | 2 |",
                "| a | runs | ok | 3 |",
                "| b | runs | ok | 1 |",
                "| c | runs | ok | 3 |"
            ]
        );
        assert!(whole.merged("3", "# A\n").is_err());
    }
}
