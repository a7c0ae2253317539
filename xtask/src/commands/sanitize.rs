//! `cargo xtask sanitize`.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use clap::ValueEnum;

use crate::progress::{self, Progress};
use crate::toolchain::{add_to_nightly, host, nightly, nightly_with_source};
use crate::workspace::{capture, cargo, on_path, root, run, stream, target};

/// The arguments of `cargo xtask sanitize`.
#[derive(Debug, clap::Args)]
pub struct Sanitize {
    /// The tools to run; all of them when none is named.
    tools: Vec<Tool>,
    /// Seconds for each fuzz target.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// The fuzz targets to run; all of them when none is named.
    #[arg(long)]
    target: Vec<String>,
    /// Number of changed arenas that `arenas` reads.
    #[arg(long, default_value_t = 10_000_000)]
    mutants: u64,
}

/// A tool that finds faults in code that passes its tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
enum Tool {
    /// The models of the pools and of the mailbox under loom, which tries every order of
    /// operations.
    Loom,
    /// The tests of `ffi-core` under valgrind's memcheck.
    Memcheck,
    /// The tests of `ffi-core` under the ThreadSanitizer.
    Threads,
    /// The tests of `ffi-core`, and those of its fixtures, under the AddressSanitizer.
    Addresses,
    /// Changed arenas between pages that can't be read, under the AddressSanitizer, and the tests
    /// of arenas as a program of 32 bits.
    Arenas,
    /// All but magazines, and the mailbox, under Miri, which knows the rules of references.
    Miri,
    /// Calls, streams and callbacks from Dart in their whole length; programs that end sixty times.
    Storms,
    /// Programs of Dart, Rust and C whose threads start late and wake late.
    Delays,
    /// The targets of `fuzz/`, under libFuzzer and the AddressSanitizer.
    Fuzz,
}

/// Features of `ffi-core`, all but the slow one.
const FEATURES: &str = "ffi-core/async,ffi-core/derive,ffi-core/metadata,ffi-core/proto,ffi-core/read,ffi-core/serde,ffi-core/simd";

/// Environment of slow runs: so many threads are enough for the pools, and so few cases. Backtraces
/// of the panics that tests cause take longer than the tests.
const SMALLER: [(&str, &str); 4] = [
    ("FFI_POOL_THREADS", "40"),
    ("PROPTEST_CASES", "5"),
    ("FFI_RANDOM_CASES", "10"),
    ("RUST_BACKTRACE", "0"),
];

/// Tests of `ffi-tests` that run generated code on memory of every kind.
const FIXTURES: [&str; 9] = [
    "bytes",
    "calls",
    "columns",
    "pools",
    "proto_refs",
    "proto_wire",
    "random_bytes",
    "types",
    "types_models",
];

/// Tests of `ffi-tests` whose programs have threads.
const DELAYED: [&str; 7] = ["c", "calls", "dart", "images", "pools", "pools_c", "watch"];

impl Sanitize {
    /// Runs the tools and prints a line for each: what it ran, or why it was left out.
    ///
    /// The AddressSanitizer is that of the stable toolchain, with `RUSTC_BOOTSTRAP=1` for its
    /// flags. Miri and the source of the standard library, which the ThreadSanitizer needs, are
    /// components of a nightly toolchain; rustup installs what is missing, as apt does valgrind on
    /// Debian. A tool that can't be had is left out.
    ///
    /// # Errors
    ///
    /// Returns an error if a test fails or a tool reports anything, after all tools have run.
    pub fn run(self) -> Result<()> {
        let chosen: BTreeSet<_> = match &*self.tools {
            [] => Tool::value_variants().iter().copied().collect(),
            tools => tools.iter().copied().collect(),
        };
        let host = host()?;
        let mut lines = Vec::new();
        let mut progress = Progress::steps(chosen.len());
        for tool in chosen {
            progress.step(format!("{tool:?}").to_lowercase());
            match tool {
                Tool::Loom => lines.push(Line::of("loom", loom)),
                Tool::Memcheck => lines.push(Line::of("memcheck", || memcheck(&host))),
                Tool::Threads => lines.push(Line::of("threads", || threads(&host))),
                Tool::Addresses => lines.push(Line::of("addresses", || addresses(&host))),
                Tool::Arenas => {
                    let mutants = self.mutants;
                    lines.push(Line::of("arenas", || arenas(&host, mutants)));
                    lines.push(Line::of("arenas, 32 bits", || arenas_of_32_bits(&host)));
                }
                Tool::Storms => lines.push(Line::of("storms", storms)),
                Tool::Delays => lines.push(Line::of("delays", || delays(&host))),
                Tool::Miri => lines.push(Line::of("miri", miri)),
                Tool::Fuzz => self.fuzz(&host, &mut lines)?,
            }
        }
        drop(progress);
        println!();
        lines.iter().for_each(|line| println!("{line}"));
        let failed = lines.iter().filter(|line| line.result.is_err()).count();
        ensure!(failed == 0, "{failed} of {} runs found something", lines.len());
        Ok(())
    }

    fn fuzz(&self, host: &str, lines: &mut Vec<Line>) -> Result<()> {
        let corpus = root().join("fuzz/corpus");
        let mut names: Vec<_> = fs::read_dir(&corpus)
            .with_context(|| format!("cannot read {}", corpus.display()))?
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .collect();
        names.sort();
        if let Some(unknown) = self.target.iter().find(|name| !names.contains(name)) {
            bail!("there is no fuzz target `{unknown}`; hint: {}", names.join(", "));
        }
        let built = build_fuzzer(host);
        names.retain(|name| self.target.is_empty() || self.target.contains(name));
        let mut progress = Progress::steps(names.len());
        for name in &names {
            progress.step(format!("fuzz {name}"));
            let fuzz = || match &built {
                Ok(program) => fuzz(program, &corpus, name, self.seconds),
                Err(error) => bail!("{error:#}"),
            };
            lines.push(Line::of(&format!("fuzz {name}"), fuzz));
        }
        Ok(())
    }
}

/// Result of one run.
struct Line {
    name: String,
    seconds: u64,
    result: Result<Report>,
}

/// A run without a finding.
enum Report {
    /// The run went through; the text says what it ran.
    Ran(String),
    /// The machine can't run it; the text says why, and what would help.
    LeftOut(String),
}

impl Line {
    fn of(name: &str, run: impl FnOnce() -> Result<Report>) -> Self {
        let started = Instant::now();
        let result = run();
        if let Err(error) = &result {
            progress::print(|| eprintln!("{name}: {error:#}"));
        }
        Self { name: name.to_owned(), seconds: started.elapsed().as_secs(), result }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, seconds, result } = self;
        match result {
            Ok(Report::Ran(what)) => write!(f, "{name:15} {seconds:5} s  {what}, nothing found"),
            Ok(Report::LeftOut(why)) => write!(f, "{name:15} {seconds:5} s  left out: {why}"),
            Err(error) => write!(f, "{name:15} {seconds:5} s  FAILED: {error:#}"),
        }
    }
}

/// Runs a `cargo test`; reports how many tests it ran.
fn tests(command: &mut Command) -> Result<Report> {
    Ok(Report::Ran(format!("{} tests", passed(command)?)))
}

/// Runs a `cargo test`; returns how many tests it ran.
fn passed(command: &mut Command) -> Result<u64> {
    let mut passed = 0;
    stream(command, |line| passed += tests_passed(line))?;
    ensure!(passed > 0, "no test was run");
    Ok(passed)
}

/// Returns how many tests passed, from the last line that a test program prints.
fn tests_passed(line: &str) -> u64 {
    let counts = line.strip_prefix("test result: ok. ");
    counts.and_then(|counts| counts.split_once(" passed")?.0.parse().ok()).unwrap_or(0)
}

fn loom() -> Result<Report> {
    tests(cargo().args(["test", "-p", "ffi-core", "--features", "async", "--lib", "loom"]))
}

fn storms() -> Result<Report> {
    let mut cargo = cargo();
    cargo.args(["test", "-p", "ffi-tests", "--test", "dart", "--"]).env("FFI_STORMS", "whole");
    cargo.args(["tasks", "streams", "callbacks", "production"]);
    // A storm panics ten thousand times, and the names of a backtrace take longer than the calls.
    cargo.env("RUST_BACKTRACE", "0");
    tests(&mut cargo)
}

/// Runs tests whose threads start and wake late. A fault of code that is right only because a
/// thread is fast shows on a busy machine once in a hundred runs, and here in most.
fn delays(host: &str) -> Result<Report> {
    if !host.ends_with("linux-gnu") {
        return Ok(Report::LeftOut(
            "only the loader of glibc puts functions before those of libc".to_owned(),
        ));
    }
    let folder = folder("delays");
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let (source, library) = (root().join("xtask/src/delays.c"), folder.join("libdelays.so"));
    run(Command::new("cc").args(["-O1", "-shared", "-fPIC", "-o"]).args([&library, &source]))?;
    let mut cargo = cargo();
    cargo.args(["test", "-p", "ffi-tests", "--no-fail-fast"]);
    cargo.args(DELAYED.iter().flat_map(|name| ["--test", name]));
    // The tests and what they start: cargo and rustc need not wait.
    cargo.env(runner(host), format!("env LD_PRELOAD={}", library.display()));
    tests(&mut cargo)
}

fn memcheck(host: &str) -> Result<Report> {
    if on_path("valgrind").is_none() {
        if on_path("apt-get").is_none() {
            return Ok(Report::LeftOut("no valgrind; hint: install it and put it on `PATH`".to_owned()));
        }
        run(Command::new("apt-get").args(["install", "--yes", "valgrind"]))?;
    }
    let valgrind = "valgrind --quiet --error-exitcode=9 --fair-sched=try";
    // loom's threads are coroutines, whose stacks valgrind doesn't know.
    tests(
        of_core(&mut cargo()).args(["--", "--skip", "loom", "--test-threads=1"]).env(runner(host), valgrind),
    )
}

/// The standard library is built as well, by a nightly toolchain: in one without the sanitizer, the
/// locks and channels order threads unseen, and each use of them looks like a race.
fn threads(host: &str) -> Result<Report> {
    if !nightly_with_source()
        && let Err(error) = add_to_nightly(&["rust-src"])
    {
        return Ok(Report::LeftOut(format!("no nightly Rust with its source: {error:#}")));
    }
    let mut cargo = nightly();
    instrument(&mut cargo, "threads", "-Zsanitizer=thread", host);
    of_core(&mut cargo).args(["-Zbuild-std", "--", "--skip", "loom"]);
    tests(cargo.env("TSAN_OPTIONS", "exitcode=66"))
}

/// Flags of rustc for the AddressSanitizer. Libraries that tests load look for its runtime in the
/// program, which shows what it has.
const ADDRESSES: &str = "-Zsanitizer=address -Clink-arg=-rdynamic";

fn addresses(host: &str) -> Result<Report> {
    let mut cargo = sanitizing("addresses", ADDRESSES, host);
    of_core(&mut cargo).args(["-p", "ffi-tests"]);
    cargo.args(FIXTURES.iter().flat_map(|name| ["--test", name]));
    // Reservations of pools are larger than the machine's memory, and one is larger than it may be.
    cargo.env("ASAN_OPTIONS", "allocator_may_return_null=1:detect_leaks=0");
    tests(cargo.args(["--", "--skip", "loom"]))
}

/// Reads and edits changed arenas, in a program that is fast and has the checks of debug builds.
fn arenas(host: &str, mutants: u64) -> Result<Report> {
    let mut cargo = sanitizing("addresses", ADDRESSES, host);
    cargo.args(["test", "--config", "profile.dev.package.ffi-core.opt-level=2", "-p", "ffi-core"]);
    cargo.args(["--features", FEATURES, "--test", "arena", "--", "--exact", CHANGED_ARENAS]);
    passed(cargo.env("FFI_ARENA_MUTANTS", mutants.to_string()))?;
    Ok(Report::Ran(format!("{mutants} changed arenas")))
}

/// The test that reads `FFI_ARENA_MUTANTS`.
const CHANGED_ARENAS: &str = "changed_arenas_are_refused_or_can_be_read_and_edited_whole";

/// The tests of arenas where addresses have 32 bits, and sums of offsets overflow. Programs for
/// `musl` need neither another linker nor other libraries than what comes with rustc.
fn arenas_of_32_bits(host: &str) -> Result<Report> {
    if host != "x86_64-unknown-linux-gnu" {
        return Ok(Report::LeftOut("only Linux on x86-64 runs programs for i686".to_owned()));
    }
    capture(Command::new("rustup").args(["target", "add", NARROW]).current_dir(root()))?;
    let mut cargo = cargo();
    cargo.args(["test", "-p", "ffi-core", "--features", FEATURES, "--target", NARROW]);
    cargo.args(["--test", "arena", "--test", "aliasing", "--test", "interpreted", "--no-fail-fast"]);
    cargo.env(format!("CARGO_TARGET_{}_LINKER", variable(NARROW)), "rust-lld");
    tests(cargo.env("CARGO_TARGET_DIR", folder("narrow")))
}

/// A target of 32 bits whose programs run on x86-64.
const NARROW: &str = "i686-unknown-linux-musl";

/// The tests of `ffi-core` itself.
fn of_core(cargo: &mut Command) -> &mut Command {
    cargo.args(["test", "-p", "ffi-core", "--features", FEATURES, "--lib"]);
    cargo.args(["--test", "pool_shutdown", "--test", "aliasing", "--test", "simd"]).envs(SMALLER)
}

/// Returns a cargo of the stable toolchain whose programs have a sanitizer in them.
fn sanitizing(name: &str, flags: &str, host: &str) -> Command {
    let mut cargo = cargo();
    // The standard library has no sanitizer, which rustc takes for an oversight.
    instrument(&mut cargo, name, &format!("{flags} -Cunsafe-allow-abi-mismatch=sanitizer"), host);
    cargo.env("RUSTC_BOOTSTRAP", "1");
    cargo
}

/// Has a cargo pass `flags` to rustc. Programs that take part in the build, such as macros, get
/// none, which needs a target, also in the builds that tests start.
fn instrument(cargo: &mut Command, name: &str, flags: &str, host: &str) {
    cargo.env("RUSTFLAGS", flags).env("CARGO_BUILD_TARGET", host).env("CARGO_TARGET_DIR", folder(name));
}

/// A target folder for other flags than those of all other builds.
fn folder(name: &str) -> PathBuf {
    target().join("sanitize").join(name)
}

/// A triple as it is in the names of cargo's environment variables.
fn variable(host: &str) -> String {
    host.to_uppercase().replace('-', "_")
}

/// Returns the variable of the command that runs programs for `host`.
fn runner(host: &str) -> String {
    format!("CARGO_TARGET_{}_RUNNER", variable(host))
}

fn miri() -> Result<Report> {
    if capture(nightly().args(["miri", "--version"])).is_err()
        && let Err(error) = add_to_nightly(&["miri", "rust-src"])
    {
        return Ok(Report::LeftOut(format!("no Miri: {error:#}")));
    }
    let miri = |tests: &[&str]| {
        let mut cargo = nightly();
        cargo.args(["miri", "test", "-p", "ffi-core", "--features", FEATURES]).args(tests);
        // The memory of a pool is never given back.
        cargo.env("MIRIFLAGS", "-Zmiri-ignore-leaks").env("CARGO_TARGET_DIR", folder("miri"));
        passed(cargo.envs(SMALLER))
    };
    let all = miri(&["--test", "aliasing", "--test", "arena", "--test", "interpreted"])?;
    // Of the tests in the crate only those of the mailbox that aren't loom's.
    let calls = miri(&["--lib", "mailbox::tests::calls"])?;
    Ok(Report::Ran(format!("{} tests", all + calls)))
}

/// Builds the program `fuzz` and returns its path.
fn build_fuzzer(host: &str) -> Result<PathBuf> {
    // What cargo-fuzz passes: counters for libFuzzer, and what is compared with what.
    let flags = "-Zsanitizer=address -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
                 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
                 -Cllvm-args=-sanitizer-coverage-pc-table \
                 -Cllvm-args=-sanitizer-coverage-trace-compares";
    let mut cargo = sanitizing("fuzz", flags, host);
    cargo.args(["build", "-p", "ffi-fuzz", "--features", "libfuzzer", "--bin", "fuzz"]);
    // Fast, and with the checks of a debug build.
    run(cargo.env("CARGO_PROFILE_DEV_OPT_LEVEL", "2"))?;
    Ok(folder("fuzz").join(host).join("debug/fuzz"))
}

/// Runs a target from its corpus on. New inputs are kept in the target folder, for the next run.
fn fuzz(program: &Path, corpus: &Path, name: &str, seconds: u64) -> Result<Report> {
    let kept = folder("fuzz").join("corpus").join(name);
    let faults = folder("fuzz").join("faults").join(name);
    for folder in [&kept, &faults] {
        fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    }
    let mut command = Command::new(program);
    command.arg(&kept).arg(corpus.join(name));
    if name == "library" {
        command.arg(root().join("ffi-dart-emit/tests/it/libraries"));
    }
    command
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-artifact_prefix={}/", faults.display()))
        .args(["-print_final_stats=1", "-timeout=20", "-rss_limit_mb=4096", "-max_len=65536", "-verbosity=0"])
        .env("FFI_FUZZ_TARGET", name)
        .env("ASAN_OPTIONS", "allocator_may_return_null=1:detect_leaks=0")
        .current_dir(root());
    let output = command.stderr(Stdio::piped()).output().context("the fuzzer cannot be started")?;
    let text = String::from_utf8_lossy(&output.stderr);
    let inputs = text.lines().find_map(|line| line.strip_prefix("stat::number_of_executed_units:"));
    if !output.status.success() {
        eprintln!("{text}");
        let input = text.lines().find_map(|line| line.split_once("Test unit written to ")).map(|it| it.1);
        bail!(
            "{}; hint: `FFI_FUZZ_TARGET={name} {} {}` runs it again; keep it in fuzz/corpus/{name}",
            output.status,
            program.display(),
            input.unwrap_or("INPUT")
        );
    }
    let inputs: u64 = inputs.and_then(|count| count.trim().parse().ok()).context("libFuzzer has no stats")?;
    Ok(Report::Ran(format!("{inputs} inputs")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passed_tests_are_counted() {
        let line = "test result: ok. 57 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out";
        assert_eq!(tests_passed(line), 57);
        assert_eq!(tests_passed("test result: FAILED. 57 passed; 1 failed"), 0);
        assert_eq!(tests_passed("test a_name ... ok"), 0);
    }

    #[test]
    fn a_line_says_what_was_found() {
        let line = |result| Line { name: "loom".to_owned(), seconds: 7, result }.to_string();
        assert!(line(Ok(Report::Ran("3 tests".to_owned()))).ends_with("7 s  3 tests, nothing found"));
        assert!(line(Ok(Report::LeftOut("no loom".to_owned()))).ends_with("left out: no loom"));
        assert!(line(Err(anyhow::anyhow!("a race"))).ends_with("FAILED: a race"));
    }

    #[test]
    fn the_tests_that_are_named_are_there() {
        for name in FIXTURES.into_iter().chain(DELAYED) {
            let tests = root().join("tests/tests");
            let file = tests.join(name).with_extension("rs");
            assert!(file.is_file() || tests.join(name).join("main.rs").is_file(), "{name}");
        }
        let arenas = fs::read_to_string(root().join("ffi-core/tests/arena.rs")).unwrap();
        assert!(arenas.contains(&format!("fn {CHANGED_ARENAS}()")), "{CHANGED_ARENAS}");
    }
}
