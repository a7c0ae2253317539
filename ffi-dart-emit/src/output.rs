//! Files to write, and writing them without harm.

use std::path::PathBuf;

/// A file that a writer made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputFile {
    /// Relative to the output folder.
    pub path: PathBuf,
    /// The whole file.
    pub contents: String,
    /// Whether a later run may change it.
    pub kind: FileKind,
}

/// Whether a later run may change a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// Rewritten by each run; starts with a marker, and a file without the marker is never overwritten.
    Generated,
    /// Written when absent, and the user's from then on.
    Starter,
}
