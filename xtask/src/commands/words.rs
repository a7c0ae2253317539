//! `cargo xtask words`.

use anyhow::{Result, ensure};

use crate::words::{self, Rules};
use crate::workspace::root;

/// The arguments of `cargo xtask words`.
#[derive(Debug, clap::Args)]
pub struct Words {
    /// Print each place, as `file:line: rule: words`
    #[arg(long)]
    list: bool,
    /// Print so many comments, drawn at random, and check nothing
    #[arg(long, value_name = "COUNT")]
    sample: Option<usize>,
    /// Seed that draws the comments
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
}

impl Words {
    /// Prints how often comments break each rule of plain English.
    ///
    /// # Errors
    ///
    /// Returns an error if a count is over 0, or a file cannot be read.
    pub fn run(self) -> Result<()> {
        let sources = words::read(root())?;
        if let Some(count) = self.sample {
            for (source, comment) in words::sample(&sources, count, self.seed) {
                let line = comment.lines.first().map_or(0, |line| line.number);
                println!("{}:{line}\n{}\n", source.file.display(), comment.text());
            }
            return Ok(());
        }
        let hits = words::check(&Rules::read(root())?, &sources);
        if self.list {
            hits.iter().for_each(|hit| println!("{hit}"));
        }
        for (rule, count) in words::counts(&hits) {
            println!("words {rule}: {count}");
        }
        ensure!(
            hits.is_empty(),
            "{} places break the rules of plain English\nhint: `cargo xtask words --list` names them",
            hits.len()
        );
        Ok(())
    }
}
