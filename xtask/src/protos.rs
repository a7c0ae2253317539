//! Takes .proto files of other teams through the import, rustc, the Dart writer and Dart's
//! analyzer, and random messages through the library that comes out.
//!
//! [`check`] returns one row of the table that `cargo xtask protos` prints. The expected values
//! come from `prost-reflect`, and from protobuf's own Python, which only know the .proto files.
//!
//! A project is one crate, or several if it has many files. One that fails is halved until each
//! crate compiles or has one file, which then has the fault.

mod exported;
mod library;
mod part;
mod peer;
mod project;
mod random;
mod schema;

use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use ffi_dart_emit::proto::{import, import_all};

use self::part::Part;
pub use self::peer::Outcome;
pub use self::project::{Project, Tools};

/// Results of a project.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// Name of the project.
    pub name: String,
    /// Number of its .proto files.
    pub files: usize,
    /// Number of those that are proto3.
    pub proto3: usize,
    /// Number of those that are imported one by one.
    pub imported: usize,
    /// Number of those that rustc compiles.
    pub compiled: usize,
    /// Number of those with a Dart package that the analyzer accepts.
    pub emitted: usize,
    /// Number of those whose messages all came back as they were, and are exported unchanged.
    pub came_back: usize,
    /// Number of messages whose values go through a library.
    pub messages: usize,
    /// Number of values that came back as they were.
    pub right: u64,
    /// Number of values.
    pub values: u64,
    /// Values that protobuf's own Python sent, if there is one.
    pub peer: Outcome,
    /// Time to import all files at once, which were imported one by one; none if that fails.
    pub at_once: Option<Duration>,
    /// Failures, each with its file or message and the reason.
    pub failures: Vec<String>,
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, files, proto3, imported, compiled, emitted, came_back, messages, .. } = self;
        let values = self.values + self.peer.values;
        let right = self.right + self.peer.values - self.peer.wrong;
        write!(
            f,
            "| {name} | {files} | {proto3} | {imported} | {compiled} | {emitted} | {came_back} | {messages} | \
             {right} of {values} |"
        )
    }
}

/// First lines of the table.
pub const HEAD: &str = "| project | files | proto3 | import | compile | emit | come back | messages | values |\n\
                        |---|---|---|---|---|---|---|---|---|";

/// Checks a project, with crates in `folder`.
///
/// # Errors
///
/// Returns an error if files can't be read or written; what is wrong with the project is in the
/// row.
pub fn check(project: &Project, folder: &Path, tools: &Tools<'_>) -> Result<Row> {
    let mut row = Row { name: project.name.clone(), ..Row::default() };
    let options = project.options();
    let mut taken = Vec::new();
    for file in protos(&project.folder)? {
        row.files += 1;
        row.proto3 += usize::from(is_proto3(&file)?);
        match import(&file, &options) {
            Ok(_) => taken.push(file),
            Err(problems) => row.failures.push(format!("{}: {problems}", file.display())),
        }
    }
    row.imported = taken.len();
    let start = Instant::now();
    match import_all(&taken, &options) {
        Ok(_) => row.at_once = Some(start.elapsed()),
        Err(problems) => row.failures.push(format!("all at once: {problems}")),
    }
    let mut todo: VecDeque<_> = taken.chunks(project.part.max(1)).map(<[PathBuf]>::to_vec).collect();
    let mut tested = HashSet::new();
    for number in 1.. {
        let Some(files) = todo.pop_front() else { break };
        let name = format!("{}_{number}", project.name);
        let part = Part::check(project, &name, &files, folder, tools, &mut tested)?;
        if !part.emits && files.len() > 1 {
            let (first, second) = files.split_at(files.len() / 2);
            todo.push_front(second.to_owned());
            todo.push_front(first.to_owned());
            continue;
        }
        row.add(part, files.len());
    }
    Ok(row)
}

impl Row {
    /// Adds the results of a crate that was made of so many files.
    fn add(&mut self, part: Part, files: usize) {
        self.compiled += if part.compiles { files } else { 0 };
        self.emitted += if part.emits { files } else { 0 };
        self.came_back += part.came_back;
        self.messages += part.messages;
        self.right += part.right;
        self.values += part.values;
        self.peer.add(&part.peer);
        self.failures.extend(part.failures);
    }
}

/// Returns the .proto files in a folder and below it, sorted.
fn protos(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut todo = vec![folder.to_owned()];
    while let Some(folder) = todo.pop() {
        let entries = fs::read_dir(&folder).with_context(|| format!("{} can't be read", folder.display()))?;
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                todo.push(path);
            } else if path.extension().is_some_and(|it| it == "proto") {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

fn is_proto3(file: &Path) -> Result<bool> {
    let text = fs::read(file).with_context(|| format!("{} can't be read", file.display()))?;
    let text = String::from_utf8_lossy(&text);
    Ok(text.lines().any(|line| line.trim_start().starts_with("syntax") && line.contains("proto3")))
}
