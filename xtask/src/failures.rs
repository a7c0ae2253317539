//! Output of tests that failed, repeated where it is found: behind the output of all others.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, BufRead, Write};
use std::path::Path;

use anyhow::{Context, Result};

/// Number of lines of a test that are repeated. The last ones say most.
const LINES: usize = 30;

/// Copies the output of a test binary from `from` to `to`, and returns what it says of the tests
/// that failed.
///
/// # Errors
///
/// Returns an error if the output can't be read or written.
pub fn pass_on(mut from: impl BufRead, mut to: impl Write) -> io::Result<String> {
    let (mut failures, mut line, mut failed) = (String::new(), Vec::new(), false);
    while from.read_until(b'\n', &mut line)? > 0 {
        to.write_all(&line)?;
        to.flush()?;
        failed |= line.trim_ascii_end() == b"failures:";
        if failed {
            failures += &String::from_utf8_lossy(&line);
        }
        line.clear();
    }
    Ok(failures)
}

/// Returns the last lines of each test in the `failures` of the binary `name`, as [`pass_on`] has
/// them.
#[must_use]
pub fn shorten(name: &str, failures: &str) -> String {
    // The names of all of them follow.
    let outputs = failures.rsplit_once("\nfailures:\n").map_or(failures, |(outputs, _)| outputs);
    let mut shortened = String::new();
    for test in outputs.split("\n---- ").skip(1) {
        let (title, output) = test.split_once('\n').unwrap_or((test, ""));
        let lines: Vec<_> = output.trim_end().lines().collect();
        let title = title.trim_end_matches('-').trim_end().trim_end_matches(" stdout");
        _ = writeln!(shortened, "{name}: {title}");
        for line in &lines[lines.len().saturating_sub(LINES)..] {
            _ = writeln!(shortened, "    {line}");
        }
    }
    shortened
}

/// Appends the `failures` of the binary `name` to `file`, which a test run prints at its end.
///
/// # Errors
///
/// Returns an error if the file can't be written.
pub fn append(file: &Path, name: &str, failures: &str) -> Result<()> {
    let opened = fs::OpenOptions::new().append(true).create(true).open(file);
    let written = opened.and_then(|mut file| file.write_all(shorten(name, failures).as_bytes()));
    written.with_context(|| format!("cannot write {}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str = "running 2 tests\ntest a ... FAILED\ntest b ... FAILED\n\nfailures:\n\n\
                          ---- a stdout ----\nwhat a says\n\n---- b stdout ----\nwhat b says\nand why\n\n\n\
                          failures:\n    a\n    b\n\ntest result: FAILED. 0 passed; 2 failed\n\n";

    #[test]
    fn all_is_passed_on_and_failures_are_kept() {
        let mut passed = Vec::new();
        let failures = pass_on(OUTPUT.as_bytes(), &mut passed).unwrap();
        assert_eq!(passed, OUTPUT.as_bytes());
        assert_eq!(
            shorten("xtask: it", &failures),
            "xtask: it: a\n    what a says\nxtask: it: b\n    what b says\n    and why\n"
        );
    }

    #[test]
    fn nothing_is_kept_of_tests_that_pass() {
        let output = "running 1 test\ntest a ... ok\n\n\ntest result: ok. 1 passed\n";
        assert_eq!(pass_on(output.as_bytes(), io::sink()).unwrap(), "");
    }

    #[test]
    fn the_last_lines_of_a_long_output_are_kept() {
        let mut output = "failures:\n\n---- a stdout ----\n".to_owned();
        (0..100).for_each(|number| _ = writeln!(output, "line {number}"));
        let kept = shorten("it", &output);
        assert_eq!(kept.lines().count(), LINES + 1);
        assert!(kept.ends_with("    line 99\n"), "{kept}");
    }
}
