//! Sizes of libraries: what ships inside an application.
//!
//! Each library is the crate `benches/size` with other features, built with the profile
//! `release-min`, once as it is, with `panic = "abort"`, and once with unwinding. Sizes are those
//! of stripped files, so they repeat exactly on one machine with one compiler.

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::ratio::{Ratio, Target};
use crate::workspace::{cargo, run};

/// Number of messages that the feature `more` adds.
const MORE: u32 = 10;

/// Features, and texts for the table. The first is the smallest library, without which no other one
/// is.
const LIBRARIES: [(&str, &str); 7] = [
    ("minimal", "a message, a function"),
    ("pools", "a pool for each message"),
    ("simd", "kernels for each message"),
    ("simd-named", "two kernels for each message, by name"),
    ("proto", "protobuf for each message"),
    ("services", "a service for each message"),
    ("tokio", "an async function for each message, on tokio"),
];

/// Kilobytes that the smallest library may have more than one without ffi-core.
const LIMIT: f64 = 40.0;

/// Kilobytes that the pool of one more message may add.
const POOL_LIMIT: f64 = 1.0;

/// Strategies of panics, with their names in profiles.
const PANICS: [&str; 2] = ["abort", "unwind"];

/// Builds all libraries below `folder`, prints a table of what each adds to the one without it, and
/// returns the ratios: kilobytes that the smallest one has more than one that can only panic, and
/// those of one more pool, its record in the schema among them.
///
/// # Errors
///
/// Returns an error if a library doesn't build.
pub fn measure(folder: &Path) -> Result<Vec<Ratio>> {
    let mut ratios = Vec::new();
    println!("| library | panic | bytes | first, KB | each more, KB |\n|---|---|---|---|---|");
    for panic in PANICS {
        let empty = build(folder, panic, &[])?;
        println!("| nothing, but it can panic | {panic} | {empty} | | |");
        let mut without = empty;
        // Kilobytes of one more message that has only a function.
        let mut plain = 0.0;
        for (feature, about) in LIBRARIES {
            let one = build(folder, panic, &[feature])?;
            let many = build(folder, panic, &[feature, "more"])?;
            let first = kilobytes(without, one);
            let more = kilobytes(one, many) / f64::from(MORE);
            println!("| {about} | {panic} | {one} | {first:.1} | {more:.2} |");
            if without == empty {
                let name = format!("size_{feature}_kb_above_empty_{panic}");
                ratios.push(Ratio { name, value: first, target: Target::AtMost(LIMIT) });
                (without, plain) = (one, more);
            }
            if feature == "pools" {
                let name = format!("size_pool_kb_per_message_{panic}");
                ratios.push(Ratio { name, value: more - plain, target: Target::AtMost(POOL_LIMIT) });
            }
        }
    }
    println!();
    Ok(ratios)
}

/// Returns how many kilobytes `larger` has more.
fn kilobytes(smaller: u64, larger: u64) -> f64 {
    (larger as f64 - smaller as f64) / 1000.0
}

/// Builds the library with `features`, and returns its size in bytes.
fn build(folder: &Path, panic: &str, features: &[&str]) -> Result<u64> {
    let mut command = cargo();
    command.args(["build", "--quiet", "--package", "bench-size", "--profile", "release-min", "--target-dir"]);
    command.arg(folder.join(panic)).args(["--features", &features.join(",")]);
    command.arg("--config").arg(format!("profile.release-min.panic = {panic:?}"));
    run(&mut command)?;
    let name = format!("{DLL_PREFIX}bench_size{DLL_SUFFIX}");
    let file = folder.join(panic).join("release-min").join(name);
    let metadata = fs::metadata(&file).with_context(|| format!("{} is not there", file.display()))?;
    Ok(metadata.len())
}
