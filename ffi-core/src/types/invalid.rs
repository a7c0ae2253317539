//! The error of a failed check.

use std::fmt::Write as _;
use std::{error, fmt};

/// Reason why bytes are not a valid value: the path to the first invalid field, and what is wrong
/// with it.
///
/// # Examples
///
/// ```
/// use ffi_core::{FfiType, PathStep};
///
/// let bytes = [1_u8, 7];
/// // SAFETY: both bytes are initialised, and an array of `bool` has no alignment.
/// let error = unsafe { <[bool; 2]>::check(bytes.as_ptr().cast()) }.unwrap_err();
/// assert_eq!(error.to_string(), "[1]: 7 is not a bool");
/// assert!(error.path().eq([PathStep::Index(1)]));
/// assert_eq!(error.problem(), "7 is not a bool");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidValue(Box<Report>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Report {
    /// Steps from the innermost outwards, as errors are returned.
    path: Vec<PathStep>,
    problem: String,
    broken: Option<Broken>,
}

/// Rule that a valid value breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Broken {
    /// The rule as it is written.
    pub(crate) rule: String,
    /// The value, or what of it is against the rule.
    pub(crate) value: String,
}

/// A step of the path to an invalid value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PathStep {
    /// The field, case or parameter of that name.
    Field(&'static str),
    /// The element or entry at that index.
    Index(usize),
}

impl InvalidValue {
    /// Returns the steps to the value, from the outermost on; none when it is the whole value.
    #[must_use]
    pub fn path(&self) -> impl ExactSizeIterator<Item = PathStep> + DoubleEndedIterator {
        self.0.path.iter().rev().copied()
    }

    /// Returns what is wrong, such as `7 is not a bool`.
    #[must_use]
    pub fn problem(&self) -> &str {
        &self.0.problem
    }

    /// Returns an error about the whole value, such as `7 is not a bool`.
    #[cold]
    #[must_use]
    pub fn new(problem: impl fmt::Display) -> Self {
        Self(Box::new(Report { path: Vec::new(), problem: problem.to_string(), broken: None }))
    }

    /// Returns an error about a value that breaks a rule of its field.
    #[cold]
    pub(crate) fn broken(rule: impl fmt::Display, value: impl fmt::Display) -> Self {
        let (rule, value) = (rule.to_string(), value.to_string());
        let problem = format!("{value} breaks `{rule}`");
        Self(Box::new(Report { path: Vec::new(), problem, broken: Some(Broken { rule, value }) }))
    }

    /// Takes the rule that the value breaks, if it is valid otherwise, with the path to it.
    pub(crate) fn take_broken(&mut self) -> Option<(String, Broken)> {
        let broken = self.0.broken.take()?;
        Some((self.shown_path(), broken))
    }

    fn shown_path(&self) -> String {
        let mut text = String::new();
        for step in self.path() {
            let dot = if text.is_empty() { "" } else { "." };
            // A `String` takes all.
            let _ = match step {
                PathStep::Field(name) => write!(text, "{dot}{name}"),
                PathStep::Index(index) => write!(text, "[{index}]"),
            };
        }
        text
    }

    /// Returns the error as seen from the value that holds it in field `name`.
    #[cold]
    #[must_use]
    pub fn in_field(mut self, name: &'static str) -> Self {
        self.0.path.push(PathStep::Field(name));
        self
    }

    /// Returns the error as seen from the array or slice that holds it at `index`.
    #[cold]
    #[must_use]
    pub fn at_index(mut self, index: usize) -> Self {
        self.0.path.push(PathStep::Index(index));
        self
    }
}

impl fmt::Display for InvalidValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown_path())?;
        let separator = if self.0.path.is_empty() { "" } else { ": " };
        write!(f, "{separator}{}", self.0.problem)
    }
}

impl error::Error for InvalidValue {}
