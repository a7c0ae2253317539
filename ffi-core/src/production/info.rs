//! Facts about the build of the open library.

use std::env::consts::{ARCH, OS};

use super::json::{Object, strings};
use crate::boundary::{ABI_VERSION, FfiOwned};

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

    fn json(&self) -> String {
        let Self { name, version, debug, aborts } = *self;
        Object::new()
            .text("name", name)
            .text("version", version)
            .number("abi", u64::from(ABI_VERSION))
            .text("target", &format!("{OS}-{ARCH}"))
            .text("simd", simd())
            .json("features", &strings(features()))
            .text("profile", if debug { "debug" } else { "release" })
            .text("panic", if aborts { "abort" } else { "unwind" })
            .end()
    }
}

/// Returns the level of vector instructions in use.
fn simd() -> &'static str {
    #[cfg(feature = "simd")]
    let level = crate::simd::level().name();
    #[cfg(not(feature = "simd"))]
    let level = "none";
    level
}

/// Returns the features of this crate that are on, but for those that only tools need.
fn features() -> impl Iterator<Item = &'static str> {
    let all = [
        ("async", cfg!(feature = "async")),
        ("metrics", cfg!(feature = "metrics")),
        ("metadata", cfg!(feature = "metadata")),
        ("observe", cfg!(feature = "observe")),
        ("pool-debug", cfg!(feature = "pool-debug")),
        ("production", cfg!(feature = "production")),
        ("proto", cfg!(feature = "proto")),
        ("serde", cfg!(feature = "serde")),
        ("simd", cfg!(feature = "simd")),
        ("tokio", cfg!(feature = "tokio")),
        ("tracing", cfg!(feature = "tracing")),
    ];
    all.into_iter().filter(|(_, on)| *on).map(|(name, _)| name)
}
