//! Steps of packaging, as data.

use std::fmt;
use std::path::{Path, PathBuf};

use super::check::Rules;

/// A call of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tool {
    /// Name, or path.
    pub program: String,
    /// Arguments.
    pub arguments: Vec<String>,
    /// Environment variables that are set.
    pub environment: Vec<(String, String)>,
    /// Source of the program, for a machine without it.
    pub origin: &'static str,
}

impl Tool {
    /// Returns a call of `program`, which `origin` brings, without arguments.
    #[must_use]
    pub fn new(program: impl Into<String>, origin: &'static str) -> Self {
        Self { program: program.into(), arguments: Vec::new(), environment: Vec::new(), origin }
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<I: Into<String>>(mut self, arguments: impl IntoIterator<Item = I>) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    /// Adds a path as an argument.
    #[must_use]
    pub fn path(self, path: &Path) -> Self {
        self.args([path.display().to_string()])
    }

    /// Adds an environment variable.
    #[must_use]
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }
}

/// One step of packaging.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Runs a program.
    Run(Tool),
    /// Copies a file; folders are made.
    Copy {
        /// File that is there.
        from: PathBuf,
        /// File that is made, or replaced.
        to: PathBuf,
    },
    /// Writes a file; folders are made.
    Write {
        /// File that is made, or replaced.
        file: PathBuf,
        /// Its contents.
        text: String,
    },
    /// Removes a file or folder, if it is there.
    Remove(PathBuf),
    /// Compares a library with rules.
    Check {
        /// File of the library.
        file: PathBuf,
        /// Properties that it must have.
        rules: Rules,
    },
}

impl fmt::Display for Step {
    /// Writes the step as a line of a shell, but for checks.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |path: &Path| quoted(&path.display().to_string());
        match self {
            Self::Run(tool) => {
                for (name, value) in &tool.environment {
                    write!(f, "{name}={} ", quoted(value))?;
                }
                f.write_str(&quoted(&tool.program))?;
                tool.arguments.iter().try_for_each(|it| write!(f, " {}", quoted(it)))
            }
            Self::Copy { from, to } => {
                write!(f, "mkdir -p {} && cp {} {}", shown(folder(to)), shown(from), shown(to))
            }
            Self::Write { file, text } => {
                writeln!(f, "mkdir -p {} && cat > {} <<'END'", shown(folder(file)), shown(file))?;
                write!(f, "{text}END")
            }
            Self::Remove(path) => write!(f, "rm -rf {}", shown(path)),
            Self::Check { file, rules } => {
                write!(f, "# check {}: {}", shown(file), rules.processors.join(" and "))?;
                if let Some(oldest) = rules.oldest {
                    write!(f, ", {} {oldest}", rules.system)?;
                }
                rules.page.map_or(Ok(()), |it| write!(f, ", pages of {it} bytes"))?;
                rules.budget.map_or(Ok(()), |it| write!(f, ", at most {it} bytes"))
            }
        }
    }
}

/// Returns the folder of a file.
pub(super) fn folder(file: &Path) -> &Path {
    file.parent().filter(|it| *it != Path::new("")).unwrap_or(Path::new("."))
}

/// Folder of Android's NDK on a machine without one: a variable of the shell.
pub const NDK: &str = "$ANDROID_NDK_HOME";

/// Returns `word` as a POSIX shell reads it.
fn quoted(argument: &str) -> String {
    match argument.strip_prefix(NDK) {
        Some(rest) => format!("\"{NDK}\"{}", word(rest)),
        None => word(argument),
    }
}

/// Returns `word` as a shell reads it: with quotes, if it needs some.
#[must_use]
pub fn word(word: &str) -> String {
    let is_plain = |it: char| it.is_ascii_alphanumeric() || "-_./=:,+@%".contains(it);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_a_line_of_a_shell() {
        let tool = Tool::new("cargo", "Rust").env("A", "b c").args(["build", "it's"]).path(Path::new("a b"));
        assert_eq!(Step::Run(tool).to_string(), r"A='b c' cargo build 'it'\''s' 'a b'");
        assert_eq!(quoted("$ANDROID_NDK_HOME/a b"), "\"$ANDROID_NDK_HOME\"'/a b'");
    }
}
