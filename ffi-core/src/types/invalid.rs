//! The error of a failed check.

use std::{error, fmt};

/// Reason why bytes are not a valid value: the path to the first invalid field, and the mistake.
///
/// ```text
/// particles[3].mode: 7 is not a BoundaryMode
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid(Box<Report>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Report {
    /// Steps from the innermost outwards, as errors are returned.
    path: Vec<Step>,
    problem: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Field(&'static str),
    Index(usize),
}

impl Invalid {
    /// Returns an error about the whole value, such as `7 is not a bool`.
    #[cold]
    #[must_use]
    pub fn new(problem: impl fmt::Display) -> Self {
        Self(Box::new(Report { path: Vec::new(), problem: problem.to_string() }))
    }

    /// Returns the error as seen from the value that holds it in field `name`.
    #[cold]
    #[must_use]
    pub fn in_field(mut self, name: &'static str) -> Self {
        self.0.path.push(Step::Field(name));
        self
    }

    /// Returns the error as seen from the array or slice that holds it at `index`.
    #[cold]
    #[must_use]
    pub fn at_index(mut self, index: usize) -> Self {
        self.0.path.push(Step::Index(index));
        self
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.path.iter().rev().enumerate() {
            match step {
                Step::Field(name) if position == 0 => f.write_str(name)?,
                Step::Field(name) => write!(f, ".{name}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        let separator = if self.0.path.is_empty() { "" } else { ": " };
        write!(f, "{separator}{}", self.0.problem)
    }
}

impl error::Error for Invalid {}
