//! The line that a benchmark prints for each comparison:
//!
//! ```text
//! ratio NAME: VALUE (target <= LIMIT) ok
//! ratio NAME: VALUE (target >= LIMIT) MISS
//! ```
//!
//! Both numbers have two decimals, and the verdict is about the printed value, so a line never
//! contradicts itself. `benches/dart/lib/ratio.dart` prints the same format; `cargo xtask bench`
//! parses every line and prints it again to compare.

use std::fmt;
use std::str::FromStr;

use anyhow::{Context, Error, Result, bail};

/// A comparison, with the value it should reach.
#[derive(Clone, Debug, PartialEq)]
pub struct Ratio {
    /// Names of the two things compared, without blanks and colons.
    pub name: String,
    /// Quotient of ours and the alternative.
    pub value: f64,
    /// Value to reach.
    pub target: Target,
}

/// Bound for the value of a [`Ratio`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Target {
    /// Upper bound, for values such as times.
    AtMost(f64),
    /// Lower bound, for values such as calls per second.
    AtLeast(f64),
}

impl Ratio {
    /// Returns true if the value, rounded to two decimals, reaches its target.
    #[must_use]
    pub fn is_met(&self) -> bool {
        let printed: f64 = format!("{:.2}", self.value).parse().expect("it was printed as a number");
        match self.target {
            Target::AtMost(limit) => printed <= limit,
            Target::AtLeast(limit) => printed >= limit,
        }
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, limit) = match self.target {
            Target::AtMost(limit) => ("<=", limit),
            Target::AtLeast(limit) => (">=", limit),
        };
        let verdict = if self.is_met() { "ok" } else { "MISS" };
        write!(f, "ratio {}: {:.2} (target {sign} {limit:.2}) {verdict}", self.name, self.value)
    }
}

impl FromStr for Ratio {
    type Err = Error;

    fn from_str(line: &str) -> Result<Self> {
        let ratio = parse(line).with_context(|| format!("`{line}` is not a ratio line"))?;
        let expected = ratio.to_string();
        if line != expected {
            bail!("`{line}` should read `{expected}`");
        }
        Ok(ratio)
    }
}

fn parse(line: &str) -> Option<Ratio> {
    let (name, rest) = line.strip_prefix("ratio ")?.split_once(": ")?;
    let (value, rest) = rest.split_once(" (target ")?;
    let (target, _verdict) = rest.split_once(") ")?;
    let (sign, limit) = target.split_once(' ')?;
    let limit = limit.parse().ok()?;
    let target = match sign {
        "<=" => Target::AtMost(limit),
        ">=" => Target::AtLeast(limit),
        _ => return None,
    };
    Some(Ratio { name: name.to_owned(), value: value.parse().ok()?, target })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratio(value: f64, target: Target) -> Ratio {
        Ratio { name: "a_vs_b".into(), value, target }
    }

    #[test]
    fn the_verdict_is_about_what_is_printed() {
        for (value, target, line) in [
            (1.104, Target::AtMost(1.1), "ratio a_vs_b: 1.10 (target <= 1.10) ok"),
            (1.106, Target::AtMost(1.1), "ratio a_vs_b: 1.11 (target <= 1.10) MISS"),
            (0.996, Target::AtLeast(1.0), "ratio a_vs_b: 1.00 (target >= 1.00) ok"),
            (0.5, Target::AtLeast(1.0), "ratio a_vs_b: 0.50 (target >= 1.00) MISS"),
            (f64::NAN, Target::AtMost(1.0), "ratio a_vs_b: NaN (target <= 1.00) MISS"),
        ] {
            assert_eq!(ratio(value, target).to_string(), line);
        }
    }

    #[test]
    fn a_line_is_read_back() {
        let line = "ratio a_vs_b: 1.25 (target <= 1.10) MISS";
        let parsed: Ratio = line.parse().unwrap();
        assert_eq!((parsed.to_string().as_str(), parsed.is_met()), (line, false));
    }

    #[test]
    fn a_line_that_is_wrong_is_refused() {
        for (line, problem) in [
            ("ratio a: 1.25", "is not a ratio line"),
            ("ratio a: 1.25 (target < 1.10) MISS", "is not a ratio line"),
            ("ratio a: 1.25 (target <= 1.10) ok", "should read `ratio a: 1.25 (target <= 1.10) MISS`"),
            ("ratio a: 1.2 (target <= 1.10) MISS", "should read `ratio a: 1.20 (target <= 1.10) MISS`"),
        ] {
            let error = line.parse::<Ratio>().unwrap_err().to_string();
            assert!(error.contains(problem), "{error}");
        }
    }
}
