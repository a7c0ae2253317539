//! `cargo xtask sanitize`.

use std::process::Command;

use anyhow::{Result, bail};

use crate::toolchain::{host, nightly, nightly_with_source};
use crate::workspace::{capture, cargo, on_path, run};

/// The arguments of `cargo xtask sanitize`.
#[derive(Debug, clap::Args)]
pub struct Sanitize {}

/// Environment of the pools' tests: fewer threads and cases, as each is slow under these tools.
const SMALLER: [(&str, &str); 2] = [("FFI_POOL_THREADS", "40"), ("PROPTEST_CASES", "5")];

impl Sanitize {
    /// Runs the tests of the pools under tools that find faults a plain run survives: loom, which
    /// tries every order, valgrind's memcheck, and the ThreadSanitizer. Runs those of kernels and
    /// columns under Miri, which finds pointers that other ones have invalidated.
    ///
    /// Miri is a component of nightly toolchains; without it those tests are skipped with a note.
    /// Installs valgrind on Debian when it is missing. The ThreadSanitizer needs a nightly
    /// toolchain with the component `rust-src`, as the standard library has to be instrumented as
    /// well; without it, its tests are skipped with a note. Valgrind's helgrind and drd are no
    /// substitute: they know nothing of atomics, so each atomic access is a race to them.
    ///
    /// # Errors
    ///
    /// Returns an error if a test fails, a tool reports anything, or valgrind cannot be installed.
    pub fn run(self) -> Result<()> {
        run(cargo().args(["test", "-p", "ffi-core", "--lib", "loom"]))?;
        let host = host()?;
        memcheck(&host)?;
        if nightly_with_source() {
            thread_sanitizer(&host)?;
        } else {
            eprintln!(
                "left out: the ThreadSanitizer; hint: rustup toolchain install nightly --component rust-src"
            );
        }
        if capture(nightly().args(["miri", "--version"])).is_ok() {
            run(nightly().args([
                "miri",
                "test",
                "-p",
                "ffi-core",
                "--features",
                "simd",
                "--test",
                "aliasing",
            ]))?;
        } else {
            eprintln!("left out: Miri; hint: rustup toolchain install nightly --component miri,rust-src");
        }
        Ok(())
    }
}

fn memcheck(host: &str) -> Result<()> {
    if on_path("valgrind").is_none() {
        if on_path("apt-get").is_none() {
            bail!("valgrind is missing; hint: install it and put it on `PATH`");
        }
        run(Command::new("apt-get").args(["install", "--yes", "valgrind"]))?;
    }
    let runner = format!("CARGO_TARGET_{}_RUNNER", host.to_uppercase().replace('-', "_"));
    let valgrind = "valgrind --quiet --error-exitcode=9 --fair-sched=try";
    run(tests(&mut cargo())
        .args(["--", "--skip", "loom", "--test-threads=1"])
        .env(runner, valgrind)
        .envs(SMALLER))
}

fn thread_sanitizer(host: &str) -> Result<()> {
    run(tests(&mut nightly())
        .args(["-Zbuild-std", "--target", host, "--", "--skip", "loom"])
        .env("RUSTFLAGS", "-Zsanitizer=thread")
        .env("TSAN_OPTIONS", "exitcode=66")
        .envs(SMALLER))
}

/// Adds the arguments for the tests of the pools, without those that measure memory.
fn tests(cargo: &mut Command) -> &mut Command {
    cargo.args(["test", "-p", "ffi-core", "--lib", "--test", "pool_shutdown"])
}
