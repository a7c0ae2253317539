//! Facts about the build of the open library.

use std::env::consts::{ARCH, OS};

use crate::boundary::FfiOwned;

/// Facts that only the crate of the library knows.
#[derive(Debug)]
pub struct Build {
    /// Name of the crate.
    pub name: &'static str,
    /// Version of the crate.
    pub version: &'static str,
    /// True if the crate has debug assertions.
    pub debug: bool,
    /// True if a panic ends the process.
    pub aborts: bool,
}

impl Build {
    /// Returns all facts as JSON, which the caller owns.
    #[must_use]
    pub fn info(&self) -> *mut FfiOwned {
        FfiOwned::new(self.json().into_bytes())
    }

    /// Returns the JSON. Nothing in it needs to be escaped: names of crates, versions and features
    /// have neither quotes nor backslashes. Code that escapes would be a twentieth of a small
    /// library.
    fn json(&self) -> String {
        let Self { name, version, debug, aborts } = *self;
        let mut json = String::new();
        for (key, value) in [
            ("{\"name\":\"", name),
            ("\",\"version\":\"", version),
            ("\",\"abi\":", ABI),
            (",\"target\":\"", OS),
            ("-", ARCH),
            ("\",\"simd\":\"", simd()),
            ("\",\"features\":", "["),
        ] {
            json.push_str(key);
            json.push_str(value);
        }
        for (index, feature) in FEATURES.iter().enumerate() {
            json.push_str(if index == 0 { "" } else { "," });
            json.push_str(feature);
        }
        for (key, value) in [
            ("],\"profile\":\"", if debug { "debug" } else { "release" }),
            ("\",\"panic\":\"", if aborts { "abort" } else { "unwind" }),
            ("\"", "}"),
        ] {
            json.push_str(key);
            json.push_str(value);
        }
        json
    }
}

/// [`ABI_VERSION`] in decimal.
const ABI: &str = "2";

/// Returns the level of vector instructions in use.
fn simd() -> &'static str {
    #[cfg(feature = "simd")]
    let level = crate::simd::level().name();
    #[cfg(not(feature = "simd"))]
    let level = "none";
    level
}

/// The features of this crate that are on, but for those that only tools need, as JSON.
const FEATURES: &[&str] = &[
    #[cfg(feature = "async")]
    "\"async\"",
    #[cfg(feature = "metrics")]
    "\"metrics\"",
    #[cfg(feature = "metadata")]
    "\"metadata\"",
    #[cfg(feature = "observe")]
    "\"observe\"",
    #[cfg(feature = "pool-debug")]
    "\"pool-debug\"",
    #[cfg(feature = "production")]
    "\"production\"",
    #[cfg(feature = "proto")]
    "\"proto\"",
    #[cfg(feature = "serde")]
    "\"serde\"",
    #[cfg(feature = "simd")]
    "\"simd\"",
    #[cfg(feature = "tokio")]
    "\"tokio\"",
    #[cfg(feature = "tracing")]
    "\"tracing\"",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::boundary::ABI_VERSION;

    #[test]
    fn the_facts_are_json() {
        let build = Build { name: "a_crate", version: "1.2.3-rc.1+5", debug: true, aborts: false };
        let json = build.json();
        let start = format!(
            "{{\"name\":\"a_crate\",\"version\":\"1.2.3-rc.1+5\",\"abi\":{ABI_VERSION},\"target\":\"{OS}-{ARCH}\",\
             \"simd\":\"{}\",\"features\":[",
            simd()
        );
        let rest = json.strip_prefix(&start).unwrap_or_else(|| panic!("{json}"));
        let end = "],\"profile\":\"debug\",\"panic\":\"unwind\"}";
        let features = rest.strip_suffix(end).unwrap_or_else(|| panic!("{json}"));
        assert_eq!(features, FEATURES.join(","));
        assert_eq!(features.contains("\"metadata\""), cfg!(feature = "metadata"), "{features}");
    }
}
