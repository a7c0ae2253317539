//! Random messages of protobuf's own Python, through a library and back: `peer.py` makes and judges
//! them, and knows only the descriptors.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use ffi_core::schema::read::{Message, Record};
use prost_reflect::prost::Message as _;
use prost_reflect::prost_types::FileDescriptorSet;

use super::library::symbols;
use crate::workspace::capture;

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
    /// Text of the program, with the first of these.
    pub said: String,
}

/// Sends `count` random values of each message through the library. `python` starts a Python that
/// has protobuf.
pub(super) fn run<'a>(
    mut python: Command,
    folder: &Path,
    library: &Path,
    set: &FileDescriptorSet,
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
    fs::write(&descriptors, set.encode_to_vec())?;
    fs::write(&names, table)?;
    python.arg(&program).arg(library).arg(&descriptors).arg(&names);
    let said = capture(python.args([count.to_string(), SEED.to_string()]))?.stdout;
    // "12 messages, 240 values, 0 wrong"
    let last = said.lines().next_back().unwrap_or_default();
    let mut numbers = last.split(' ').filter_map(|word| word.parse::<u64>().ok()).skip(1);
    let number = "the program ends with its counts";
    let (values, wrong) = (numbers.next().context(number)?, numbers.next().context(number)?);
    Ok(Outcome { values, wrong, said })
}
