//! Measures the compile time of `#[derive(FfiMessage)]`, beside serde's two derives on the same
//! structs.
//!
//! Three crates with equal structs are built in turn, with all dependencies ready: without a
//! derive, with ours, with serde's. The time of the first one is that of cargo and of the structs
//! themselves, and is subtracted.
//!
//! Cold is a build without incremental compilation, as of a crate that is new or has changed
//! completely. Warm is a build whose source has a new time but the same text, which measures
//! expansion and lookup when nothing has changed.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use ffi_dart_emit::library_file;

use crate::generated::{
    ATTRIBUTES, Attributes, Derives, MANY, MANY_PACKAGE, STRUCTS, STRUCTS_LIBRARY, Workspace,
};
use ffi_benches::{Contender, compare, print_ratio};

const ROUNDS: usize = 7;

pub fn run(workspace: &Workspace) -> Result<()> {
    for (profile, kind) in [("cold", "cold"), ("dev", "warm")] {
        workspace.build("structs_check", profile)?;
        for derives in Derives::ALL {
            workspace.build(derives.package(), profile)?;
        }
        check_records(workspace, profile)?;

        let contenders = Derives::ALL.map(|derives| {
            let name = match derives {
                Derives::Nothing => "no derive",
                Derives::Ours => "FfiMessage",
                Derives::Serde => "Serialize, Deserialize",
            };
            Contender::new(name, move || rebuild(workspace, derives.package(), profile))
        });
        let title = format!("{kind} build of {STRUCTS} structs");
        let [plain, ours, serde] = compare(&title, ROUNDS, contenders)?.map(|samples| samples.median());

        let (ours, serde) = (ours - plain, serde - plain);
        let each = STRUCTS as f64;
        println!("  per struct: FfiMessage {:.2}, serde {:.2}", ours / each, serde / each);
        print_ratio(&format!("derive_{kind}_build_vs_serde"), ours / serde, 1.5);
    }
    run_attributes(workspace)?;
    run_many(workspace)
}

/// Times one debug build of messages of every kind: minutes, as rustc evaluates their records.
fn run_many(workspace: &Workspace) -> Result<()> {
    let output = workspace.output("cold").join(format!("lib{MANY_PACKAGE}.rlib"));
    if output.exists() {
        workspace.touch(MANY_PACKAGE)?;
    }
    let start = Instant::now();
    workspace.build(MANY_PACKAGE, "cold")?;
    let took = start.elapsed().as_secs_f64();
    let records = library_file::read(&std::fs::read(&output)?)?.len();
    ensure!(records > MANY, "{} holds {records} records", output.display());
    println!("one debug build of {MANY} messages of every kind: {took:.1} s");
    print_ratio("debug_build_seconds_of_5000_messages", took, 52.5);
    Ok(())
}

/// Times builds without incremental compilation of as many structs with a pool, and with every
/// attribute and protobuf.
fn run_attributes(workspace: &Workspace) -> Result<()> {
    for Attributes { package, .. } in ATTRIBUTES {
        workspace.build(package, "cold")?;
    }
    let contenders = ATTRIBUTES.map(|Attributes { package, .. }| {
        Contender::new(package, move || rebuild(workspace, package, "cold"))
    });
    let title = format!("cold build of {STRUCTS} structs with attributes");
    let [pool, all] = compare(&title, ROUNDS, contenders)?.map(|samples| samples.median());
    let seconds = |milliseconds: f64| milliseconds / 1_000.0;
    print_ratio("derive_pool_seconds_per_100_structs", seconds(pool), 2.0);
    print_ratio("derive_everything_seconds_per_100_structs", seconds(all), 5.0);

    workspace.build_debug(STRUCTS_LIBRARY)?;
    let size = workspace.library(STRUCTS_LIBRARY, "dev").metadata()?.len();
    println!("debug library of {} structs with every attribute: {size} bytes", 2 * STRUCTS);
    print_ratio("debug_library_mb_of_200_structs", size as f64 / 1e6, 43.0);
    Ok(())
}

/// Checks that the library has its records; the check crate only shows that the types implement the
/// traits.
fn check_records(workspace: &Workspace, profile: &str) -> Result<()> {
    let file = workspace.output(profile).join(format!("lib{}.rlib", Derives::Ours.package()));
    let records = library_file::read(&std::fs::read(&file)?)?.len();
    ensure!(records == STRUCTS, "{} holds {records} records, not {STRUCTS}", file.display());
    Ok(())
}

fn rebuild(workspace: &Workspace, package: &str, profile: &str) -> Result<Duration> {
    let output = workspace.output(profile).join(format!("lib{package}.rlib"));
    workspace.touch(package)?;
    let before = output.metadata()?.modified()?;
    let start = Instant::now();
    workspace.build(package, profile)?;
    let took = start.elapsed();
    ensure!(output.metadata()?.modified()? > before, "cargo has not built {package}");
    Ok(took)
}
