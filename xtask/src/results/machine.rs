//! The machine on which something was measured.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::dart_sdk::Sdk;
use crate::workspace::{self, capture};

/// Facts that a figure depends on. Displayed as the line above a table of `benches/README.md`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Machine {
    /// Day of the run in UTC, such as `2026-11-29`.
    pub date: String,
    /// Name of the processor.
    pub processor: String,
    /// Number of cores that programs may use.
    pub cores: usize,
    /// Operating system.
    pub system: String,
    /// Version of rustc.
    pub rustc: String,
    /// Version of Dart, if there is one.
    pub dart: Option<String>,
    /// Processes that were running or waiting for a core before the run, on average over a minute;
    /// none on systems that don't say it.
    pub load: Option<f64>,
}

impl Machine {
    /// Returns the facts of this machine.
    ///
    /// # Errors
    ///
    /// Returns an error if the system doesn't tell the date, or there is no rustc.
    pub fn this() -> Result<Self> {
        let rustc = capture(Command::new("rustc").arg("--version").current_dir(workspace::root()))?.stdout;
        Ok(Self {
            date: today()?,
            processor: processor(&fs::read_to_string("/proc/cpuinfo").unwrap_or_default()),
            cores: thread::available_parallelism().map_or(1, usize::from),
            system: system().to_owned(),
            rustc: rustc.split(' ').nth(1).unwrap_or("unknown").to_owned(),
            dart: Sdk::find().map(|it| it.version().to_string()),
            load: fs::read_to_string("/proc/loadavg")
                .ok()
                .and_then(|text| text.split(' ').next()?.parse().ok()),
        })
    }

    /// Returns a machine for tests.
    #[cfg(test)]
    pub(super) fn example() -> Self {
        Self {
            date: "2026-11-29".to_owned(),
            processor: "AMD EPYC".to_owned(),
            cores: 2,
            system: "Linux".to_owned(),
            rustc: "1.95.0".to_owned(),
            dart: Some("3.13.4".to_owned()),
            load: Some(0.05),
        }
    }

    /// Returns each fact that differs from that of `other`, with both values. Date and load do not
    /// count.
    #[must_use]
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let facts = |it: &Self| {
            let dart = it.dart.clone().unwrap_or_else(|| "none".to_owned());
            BTreeMap::from([
                ("Dart", dart),
                ("cores", it.cores.to_string()),
                ("processor", it.processor.clone()),
                ("rustc", it.rustc.clone()),
                ("system", it.system.clone()),
            ])
        };
        let pairs = facts(self).into_iter().zip(facts(other).into_values());
        let differ = pairs.filter(|((_, one), other)| one != other);
        differ.map(|((what, one), other)| format!("{what}: {one}, then {other}")).collect()
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let noun = if self.cores == 1 { "core" } else { "cores" };
        write!(f, "{}, {} with {} {noun}", self.date, self.processor, self.cores)?;
        write!(f, ", {}, rustc {}", self.system, self.rustc)?;
        if let Some(dart) = &self.dart {
            write!(f, ", Dart {dart}")?;
        }
        Ok(())
    }
}

/// Returns the date of today.
///
/// # Errors
///
/// Returns an error if the system doesn't tell it.
pub fn today() -> Result<String> {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let days = now.context("the clock is before 1970")?.as_secs() / 86_400;
    Ok(date(i64::try_from(days)?))
}

/// Returns the date of a day that is counted from 1970 on: `civil_from_days` of Howard Hinnant's
/// "chrono-compatible low-level date algorithms". The era of 400 years begins in March, so that a
/// leap day is the last of its year.
fn date(days: i64) -> String {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_of_year = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_of_year + 2) / 5 + 1;
    let month = if month_of_year < 10 { month_of_year + 3 } else { month_of_year - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// Returns the name of the processor in Linux's description of all, without marks of its maker.
fn processor(cpuinfo: &str) -> String {
    let name = cpuinfo.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let name = name.map_or(std::env::consts::ARCH, |(_, name)| name);
    name.replace("(R)", "").replace("(TM)", "").trim().to_owned()
}

/// Returns the name of the system.
fn system() -> &'static str {
    match std::env::consts::OS {
        "linux" if Path::new("/proc").exists() => "Linux",
        "macos" => "macOS",
        "windows" => "Windows",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_dates() {
        for (days, expected) in [
            (0, "1970-01-01"),
            (11_016, "2000-02-29"),
            (11_017, "2000-03-01"),
            (20_786, "2026-11-29"),
            (47_540, "2100-02-28"),
            (47_541, "2100-03-01"),
        ] {
            assert_eq!(date(days), expected);
        }
    }

    #[test]
    fn a_processor_has_the_name_that_linux_gives_it() {
        let text = "processor\t: 0\nmodel name\t: Intel(R) Xeon(R) @ 2 GHz\nmodel name\t: other\n";
        assert_eq!(processor(text), "Intel Xeon @ 2 GHz");
        assert_eq!(processor(""), std::env::consts::ARCH);
    }

    #[test]
    fn facts_that_differ_are_named() {
        let one = Machine::example();
        assert_eq!(one.to_string(), "2026-11-29, AMD EPYC with 2 cores, Linux, rustc 1.95.0, Dart 3.13.4");
        let other =
            Machine { dart: None, load: None, date: "2026-12-01".to_owned(), cores: 4, ..one.clone() };
        assert_eq!(one.differences(&other), ["Dart: 3.13.4, then none", "cores: 2, then 4"]);
        assert!(one.differences(&one).is_empty());
    }
}
