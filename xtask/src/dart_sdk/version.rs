//! Versions of Dart.

use std::{fmt, str::FromStr};

use anyhow::{Context, Error, Result};

/// Oldest Dart that the generated code and the tests run on: the first with the "tall" formatting
/// style.
pub const MIN_VERSION: Version = Version { major: 3, minor: 7, patch: 0 };

/// A version of Dart, without pre-release suffix. Parses the output of `dart --version`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// Major version, raised with breaking changes.
    pub major: u32,
    /// Minor version, raised with new features.
    pub minor: u32,
    /// Patch version, raised with fixes.
    pub patch: u32,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

impl FromStr for Version {
    type Err = Error;

    fn from_str(printed: &str) -> Result<Self> {
        parse(printed).with_context(|| format!("no Dart version in {printed:?}"))
    }
}

/// Parses `Dart SDK version: 3.13.4 (stable) (..) on "linux_x64"`. Wrappers may print lines before
/// it.
fn parse(printed: &str) -> Option<Version> {
    let (_, after) = printed.split_once("Dart SDK version:")?;
    let number = after.split_whitespace().next()?;
    let number = number.split(['-', '+']).next()?;
    let mut parts = number.split('.').map(str::parse);
    let mut part = || parts.next()?.ok();
    Some(Version { major: part()?, minor: part()?, patch: part()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_what_dart_prints() {
        let version = |text: &str| text.parse::<Version>().map(|v| v.to_string());
        assert_eq!(version("Dart SDK version: 3.13.4 (stable) on \"linux_x64\"\n").unwrap(), "3.13.4");
        assert_eq!(version("Updating..\nDart SDK version: 3.8.0-12.0.dev (dev)").unwrap(), "3.8.0");
        assert!(version("dart: not found").is_err());
        assert!(version("Dart SDK version: 3.x").is_err());
    }

    #[test]
    fn versions_are_ordered_by_number() {
        let old: Version = "Dart SDK version: 3.6.9".parse().unwrap();
        let new: Version = "Dart SDK version: 3.13.0".parse().unwrap();
        assert!(old < MIN_VERSION && MIN_VERSION < new);
    }
}
