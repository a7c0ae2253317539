//! Random messages of protobuf's own Python, through a library and back: `peer.py` makes and judges
//! them, and knows only the descriptors.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use super::library::symbols;
use crate::workspace::capture;
use anyhow::{Context, Result};
use ffi_core::schema::read::{Message, Record};

const PROGRAM: &str = include_str!("peer.py");

/// Number with which the random messages begin.
const SEED: u32 = 20;

/// Result of a run.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Number of values that were sent.
    pub values: u64,
    /// Number of those that came back as others, or were refused.
    pub wrong: u64,
    /// The first of these, each with its message.
    pub failures: Vec<String>,
    /// Full names of the messages of all of these.
    pub messages: Vec<String>,
}

impl Outcome {
    /// Adds the counts of another run.
    pub(super) fn add(&mut self, other: &Self) {
        self.values += other.values;
        self.wrong += other.wrong;
    }
}

/// Sends `count` random values of each message through the library. `python` starts a Python that
/// has protobuf.
pub(super) fn run<'a>(
    mut python: Command,
    folder: &Path,
    library: &Path,
    set: &[u8],
    records: &[Record],
    messages: impl Iterator<Item = (&'a str, &'a Message)>,
    count: u32,
) -> Result<Outcome> {
    let own = symbols(records)?;
    let mut table = format!("{} {}\n", own.owned_free, own.status_clear);
    for (name, message) in messages {
        let proto = message.proto.as_ref().context("it has functions for protobuf")?;
        let (size, free) = match &message.arena {
            Some(arena) => ("arena".to_owned(), arena.symbols.free.as_str()),
            None => (message.size.to_string(), "-"),
        };
        let (encode, decode, align) = (&proto.encode, &proto.decode, message.align);
        writeln!(table, "{name} {size} {align} {encode} {decode} {free}")?;
    }
    let [program, descriptors, names] = ["peer.py", "descriptors", "messages.txt"].map(|it| folder.join(it));
    fs::write(&program, PROGRAM)?;
    fs::write(&descriptors, set)?;
    fs::write(&names, table)?;
    python.arg(&program).arg(library).arg(&descriptors).arg(&names);
    let said = capture(python.args([count.to_string(), SEED.to_string()]))?.stdout;
    // Failures, "wrong: MESSAGE" for each message with one, "12 messages, 240 values, 0 wrong".
    let mut outcome = Outcome::default();
    let mut lines: Vec<_> = said.lines().collect();
    let mut numbers = lines.pop().unwrap_or_default().split(' ').filter_map(|word| word.parse().ok()).skip(1);
    let number = "the program ends with its counts";
    (outcome.values, outcome.wrong) = (numbers.next().context(number)?, numbers.next().context(number)?);
    for line in lines {
        match line.strip_prefix("wrong: ") {
            Some(message) => outcome.messages.push(message.to_owned()),
            None => outcome.failures.push(format!("Python: {line}")),
        }
    }
    Ok(outcome)
}
