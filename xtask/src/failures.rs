//! Output of tests that failed, repeated where it is found: behind the output of all others.

use std::fmt::Write as _;

/// Number of lines of a test that are repeated. The last ones say most.
const LINES: usize = 30;

/// Output of a test binary about the tests that failed.
#[derive(Debug, Default)]
pub struct Failures(String);

impl Failures {
    /// Takes a line of the output, which is kept from the first line about failures on.
    pub fn look(&mut self, line: &str) {
        if !self.0.is_empty() || line == "failures:" {
            self.0 += line;
            self.0 += "\n";
        }
    }

    /// Returns the last lines of each test of the binary `name`.
    #[must_use]
    pub fn shortened(&self, name: &str) -> String {
        // The names of all of them follow.
        let outputs = self.0.rsplit_once("\nfailures:\n").map_or(&*self.0, |(outputs, _)| outputs);
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
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str = "running 2 tests\ntest a ... FAILED\ntest b ... FAILED\n\nfailures:\n\n\
                          ---- a stdout ----\nwhat a says\n\n---- b stdout ----\nwhat b says\nand why\n\n\n\
                          failures:\n    a\n    b\n\ntest result: FAILED. 0 passed; 2 failed\n\n";

    fn kept(output: &str) -> String {
        let mut failures = Failures::default();
        output.lines().for_each(|line| failures.look(line));
        failures.shortened("xtask: it")
    }

    #[test]
    fn failures_are_kept() {
        assert_eq!(
            kept(OUTPUT),
            "xtask: it: a\n    what a says\nxtask: it: b\n    what b says\n    and why\n"
        );
    }

    #[test]
    fn nothing_is_kept_of_tests_that_pass() {
        assert_eq!(kept("running 1 test\ntest a ... ok\n\n\ntest result: ok. 1 passed\n"), "");
    }

    #[test]
    fn the_last_lines_of_a_long_output_are_kept() {
        let mut output = "failures:\n\n---- a stdout ----\n".to_owned();
        (0..100).for_each(|number| _ = writeln!(output, "line {number}"));
        let kept = kept(&output);
        assert_eq!(kept.lines().count(), LINES + 1);
        assert!(kept.ends_with("    line 99\n"), "{kept}");
    }
}
