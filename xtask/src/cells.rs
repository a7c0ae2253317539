//! A table of what was tried on which platform, and what came of it.

use std::fmt;
use std::time::{Duration, Instant};

use anyhow::{Error, Result};

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

/// The cells that were tried, displayed as a table of Markdown.
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

impl fmt::Display for Cells {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| platform | what | result |\n|---|---|---|")?;
        self.0.iter().try_for_each(|it| writeln!(f, "| {} | {} | {} |", it.platform, it.what, it.outcome))
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
            cells.to_string(),
            "| platform | what | result |\n|---|---|---|\n| a | builds | ok |\n| b | runs | not here: wine |\n\
             | c | runs | failed |\n"
        );
        assert_eq!(cells.failures(), 1);
    }
}
