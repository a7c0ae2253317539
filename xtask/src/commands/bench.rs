//! `cargo xtask bench`.

use std::fs;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process;
use std::time::Instant;

use anyhow::{Context, Error, Result, bail, ensure};
use clap::{Args, Subcommand};
use ffi_dart_emit::cargo::{BuildOptions, Crate};

use crate::browser::Browser;
use crate::dart_sdk::Sdk;
use crate::flutter::Flutter;
use crate::pages::{self, Page};
use crate::pinned::Pinned;
use crate::progress::{self, Progress};
use crate::ratio::{Ratio, Target};
use crate::results::{self, Comparison, Machine, Printed, Readme, Results};
use crate::size;
use crate::workspace;

/// A benchmark: a folder in `benches/`, and the function that runs it.
struct Benchmark {
    name: &'static str,
    about: &'static str,
    run: fn(&mut Tally) -> Result<()>,
    /// Writes reports of a benchmark without ratios into a folder.
    report: Option<fn(&Path) -> Result<()>>,
}

const BENCHMARKS: &[Benchmark] = &[
    Benchmark {
        name: "arenas",
        about: "messages without bounds, against prost, rkyv and flatbuffers in Rust, against bounds and protobuf in Dart",
        run: arenas,
        report: None,
    },
    Benchmark {
        name: "calls",
        about: "calls from Dart, fields and batches, against dart:ffi by hand and against Dart (JIT and AOT)",
        run: calls,
        report: None,
    },
    Benchmark {
        name: "database",
        about: "the database example from Dart, against SQLite's C functions and protobuf (JIT and AOT)",
        run: database,
        report: None,
    },
    Benchmark {
        name: "emit",
        about: "time of the emitter, and compile time of the derive against serde's",
        run: emit,
        report: None,
    },
    Benchmark {
        name: "everyday",
        about: "maps, lists, text, values and large messages, against Dart, dart:ffi by hand, std and prost (JIT and AOT)",
        run: everyday,
        report: None,
    },
    Benchmark {
        name: "flutter",
        about: "a picture's way to the screen, in Flutter's engine (JIT), against lists of Dart and serialized bytes, and pipelines against the time of a frame",
        run: flutter,
        report: None,
    },
    Benchmark {
        name: "market",
        about: "the market data example from Dart, against the same in lists and loops of Dart (JIT and AOT)",
        run: market,
        report: None,
    },
    Benchmark {
        name: "pools",
        about: "the pool from C, Rust and Dart, against allocators, free lists and object pools",
        run: pools,
        report: Some(report_pools),
    },
    Benchmark {
        name: "production",
        about: "what counts, times and spans of calls cost, against calls without them",
        run: production,
        report: None,
    },
    Benchmark {
        name: "images",
        about: "image kernels against memory, plain Rust and public crates, and a frame from Dart (AOT)",
        run: images,
        report: None,
    },
    Benchmark {
        name: "simd",
        about: "SIMD kernels on slices and records against memory, plain Rust, AVX2 by hand and pulp",
        run: simd,
        report: None,
    },
    Benchmark {
        name: "size",
        about: "bytes of libraries: the smallest one, and what each feature and message adds",
        run: size,
        report: None,
    },
    Benchmark {
        name: "proto",
        about: "messages to protobuf and back, against prost",
        run: proto,
        report: None,
    },
    Benchmark {
        name: "services",
        about: "async calls, objects and services from Dart, against ports, flutter_rust_bridge, boxes and protobuf (JIT and AOT)",
        run: services,
        report: None,
    },
    Benchmark {
        name: "stress",
        about: "messages of each kind made, used and disposed of from Dart, and how that scales (JIT and AOT)",
        run: stress,
        report: None,
    },
    Benchmark {
        name: "types",
        about: "field types from Dart against dart:ffi by hand, a result set against protobuf in Dart and Rust",
        run: types,
        report: None,
    },
    Benchmark {
        name: "video",
        about: "a frame's way to Dart, against a copy and flutter_rust_bridge (JIT and AOT), and work on frames at 60 per second",
        run: video,
        report: None,
    },
];

/// Size of the static TLS block. glibc reserves too little for a library that is opened at run time
/// and holds allocators, as that of `pools` does.
const TLS: [(&str, &str); 1] = [("GLIBC_TUNABLES", "glibc.rtld.optional_static_tls=8192")];

/// Arguments of `cargo xtask bench`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Bench {
    #[command(subcommand)]
    command: Option<Command>,
    /// Benchmark to run, or `all`. Without it, the benchmarks are listed
    name: Option<String>,
    /// Have criterion write its reports instead of the rounds and ratios; only `pools` has them
    #[arg(long, requires = "name")]
    report: bool,
    /// Runs of each benchmark; with three, `compare` knows their noise
    #[arg(long, requires = "name", default_value_t = NonZero::<usize>::MIN, value_name = "COUNT")]
    runs: NonZero<usize>,
    /// Draw all tables as a page, `target/bench/results.html`, and write what was measured as
    /// JSON beside it
    #[arg(long, requires = "name", conflicts_with = "report")]
    html: bool,
    /// Write the ratios into the tables of `benches/README.md`, with machine and date
    #[arg(long, requires = "name", conflicts_with = "report")]
    write: bool,
    /// Take one sample of everything: it shows that all parts run to their ends, and its numbers
    /// say nothing
    #[arg(long, requires = "name", conflicts_with_all = ["report", "html", "write"])]
    short: bool,
}

/// Commands that run no benchmark.
#[derive(Debug, Subcommand)]
enum Command {
    /// Say what got slower between two runs, beyond noise; fails if anything did
    Compare {
        /// The JSON of `--html`, of the run before
        old: PathBuf,
        /// That of the run now
        new: PathBuf,
    },
}

impl Bench {
    /// Runs benchmarks, which print tables and ratios, and counts the ratios. A missed target is no
    /// failure, because machines are noisy.
    ///
    /// # Errors
    ///
    /// Returns an error if there is no such benchmark, something doesn't build, or a contender
    /// computes a wrong result. The other benchmarks run all the same, and what they have measured
    /// is written. `compare` fails if a ratio is slower beyond noise.
    pub fn run(self) -> Result<()> {
        if let Some(Command::Compare { old, new }) = self.command {
            let comparison = Comparison::of(&Results::read(&old)?, &Results::read(&new)?);
            println!("{comparison}");
            let slower = comparison.slower.len();
            ensure!(slower == 0, "slower beyond noise: {slower}");
            return Ok(());
        }
        let Some(name) = &self.name else {
            for Benchmark { name, about, .. } in BENCHMARKS {
                println!("{name:10}{about}");
            }
            return Ok(());
        };
        let chosen: Vec<_> = BENCHMARKS.iter().filter(|it| name == "all" || name == it.name).collect();
        if chosen.is_empty() {
            let names: Vec<_> = BENCHMARKS.iter().map(|it| it.name).collect();
            bail!("there is no benchmark `{name}`: all, {}", names.join(", "));
        }
        if self.report {
            let reports: Vec<_> = chosen.iter().filter_map(|it| Some((it.name, it.report?))).collect();
            if reports.is_empty() {
                bail!("benchmark `{name}` has no reports");
            }
            for (name, report) in reports {
                report(&scratch(name)?.join("report")).with_context(|| format!("reports of {name}"))?;
            }
            return Ok(());
        }
        // Before the first build, which is a load of its own.
        let machine = Machine::this()?;
        let (benchmarks, failed) = measure(&chosen, self.runs.get(), self.short);
        let results = Results { machine, benchmarks };
        let met = results.ratios().filter(|it| it.ratio().is_met()).count();
        println!("\n{met} ratios ok, {} missed", results.ratios().count() - met);
        if self.html {
            draw(&results)?;
        }
        if self.write {
            write_tables(&results)?;
        }
        match failed.len() {
            0 => Ok(()),
            1 => Err(failed.into_iter().next().context("there is one")?),
            count => bail!(
                "{count} benchmarks failed: {}",
                failed.iter().map(|it| format!("\n{it:#}")).collect::<String>()
            ),
        }
    }
}

/// Runs benchmarks, each `runs` times. Returns what they have measured, and the errors of
/// those that failed.
fn measure(chosen: &[&Benchmark], runs: usize, is_short: bool) -> (Vec<results::Benchmark>, Vec<Error>) {
    let (mut measured, mut failed) = (Vec::new(), Vec::new());
    let mut progress = Progress::steps(chosen.len() * runs);
    for benchmark in chosen {
        let (name, start) = (benchmark.name, Instant::now());
        let mut parts = Vec::new();
        for run in 1..=runs {
            progress.step(if runs == 1 { name.to_owned() } else { format!("{name}, run {run} of {runs}") });
            let mut tally = Tally { is_short, ..Tally::default() };
            if let Err(error) = (benchmark.run)(&mut tally) {
                let error = error.context(format!("benchmark {name}"));
                progress::print(|| eprintln!("{error:#}"));
                failed.push(error);
                // Runs that failed once fail again.
                progress.skip(runs - run);
                break;
            }
            parts.push(tally.printed.parts());
        }
        if !parts.is_empty() {
            let (name, seconds) = (name.to_owned(), start.elapsed().as_secs());
            measured.push(results::Benchmark { name, seconds, parts: results::Benchmark::merge(parts) });
        }
    }
    (measured, failed)
}

/// Writes the page of results and their JSON, and looks at the page if there is a browser.
fn draw(results: &Results) -> Result<()> {
    let folder = workspace::root().join("target/bench");
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    let (page, json) = (folder.join("results.html"), folder.join("results.json"));
    fs::write(&page, results::page(results)).with_context(|| format!("cannot write {}", page.display()))?;
    results.write(&json)?;
    println!("{}\n{}", page.display(), json.display());
    match Browser::find() {
        Some(browser) => browser.check(&page),
        None => {
            println!("the page was not looked at\nhint: `cargo xtask chromium`");
            Ok(())
        }
    }
}

/// Writes the ratios into the tables of `benches/README.md`, and from there into the pages that
/// name them.
fn write_tables(results: &Results) -> Result<()> {
    let file = workspace::root().join("benches/README.md");
    let text = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
    let Readme { text, cells, homeless } = Readme::with(&text, results);
    fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))?;
    println!("{cells} cells of {} written", file.display());
    for name in pages::refresh(workspace::root(), &mut Page::guide(workspace::root())?)? {
        println!("{name} has new figures");
    }
    for name in homeless {
        println!("no cell is for {name}");
    }
    Ok(())
}

/// Tables and ratios that a run of a benchmark has printed.
#[derive(Default)]
struct Tally {
    printed: Printed,
    /// True if programs are to take one sample of everything.
    is_short: bool,
}

impl Tally {
    /// Runs `command`, passes on what it prints, and reads it.
    fn run(&mut self, command: &mut process::Command) -> Result<()> {
        if self.is_short {
            command.env("FFI_BENCH_SHORT", "1");
        }
        self.printed.program();
        let mut read = Ok(());
        workspace::stream(command, |line| {
            if read.is_ok() {
                read = self.printed.line(line).map(drop);
            }
        })?;
        read
    }

    /// Prints a ratio of this program's own.
    fn print(&mut self, ratio: &Ratio) -> Result<()> {
        let line = ratio.to_string();
        progress::print(|| println!("{line}"));
        self.printed.line(&line).map(drop)
    }
}

fn calls(tally: &mut Tally) -> Result<()> {
    dart(tally, "calls")
}

/// Runs the Dart half, then the Rust half.
fn arenas(tally: &mut Tally) -> Result<()> {
    dart(tally, "arenas")?;
    let mut program = workspace::cargo();
    tally.run(program.args(["run", "--quiet", "--release", "--package", "bench-arenas"]))
}

/// Builds the library of the database example as well.
fn database(tally: &mut Tally) -> Result<()> {
    let engine = package("database_engine", &scratch("database/engine")?)?;
    dart_with(tally, "database", &[&engine], Cores::All)
}

/// Runs the Dart half, then the Rust half.
fn everyday(tally: &mut Tally) -> Result<()> {
    dart(tally, "everyday")?;
    let mut program = workspace::cargo();
    tally.run(program.args(["run", "--quiet", "--release", "--package", "bench-everyday"]))
}

/// The library is that of the stress example.
fn stress(tally: &mut Tally) -> Result<()> {
    let library = package("stress", &scratch("stress")?)?;
    run_dart(tally, "stress", &library, &[], Cores::One)
}

/// The library is that of the market data example.
fn market(tally: &mut Tally) -> Result<()> {
    let library = package("market_data", &scratch("market")?)?;
    run_dart(tally, "market", &library, &[], Cores::All)
}

fn proto(tally: &mut Tally) -> Result<()> {
    let mut program = workspace::cargo();
    tally.run(program.args(["run", "--quiet", "--release", "--package", "bench-proto"]))
}

/// Builds flutter_rust_bridge's library as well. The programs run on one core.
fn services(tally: &mut Tally) -> Result<()> {
    dart_with(tally, "services", &[&bridge()?], Cores::One)
}

/// Builds the library of the video example and flutter_rust_bridge's as well. Then runs the Rust
/// half.
fn video(tally: &mut Tally) -> Result<()> {
    let camera = package("video_streaming", &scratch("video/camera")?)?;
    dart_with(tally, "video", &[&camera, &bridge()?], Cores::All)?;
    let mut program = workspace::cargo();
    tally.run(program.args(["run", "--quiet", "--release", "--package", "bench-video"]))
}

/// Builds flutter_rust_bridge's library, in a workspace of its own, and returns its path.
fn bridge() -> Result<PathBuf> {
    let folder = workspace::root().join("benches/services/frb");
    let target = workspace::target().join("frb");
    let mut build = workspace::cargo();
    build.args(["build", "--quiet", "--release", "--target-dir"]).arg(&target);
    workspace::run(build.current_dir(folder))?;
    use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
    Ok(target.join("release").join(format!("{DLL_PREFIX}bench_services_frb{DLL_SUFFIX}")))
}

/// Runs the Dart half, then the Rust half.
fn types(tally: &mut Tally) -> Result<()> {
    dart(tally, "types")?;
    let mut program = workspace::cargo();
    tally.run(program.args(["run", "--quiet", "--release", "--package", "bench-types"]))
}

/// Runs the program in C and in process, then the one in Dart.
fn pools(tally: &mut Tally) -> Result<()> {
    tally.run(native_pools().arg(library("bench-pools")?))?;
    dart(tally, "pools")
}

fn report_pools(folder: &Path) -> Result<()> {
    workspace::run(native_pools().arg(library("bench-pools")?).arg(folder))
}

/// Feature of `bench-pools` for a peer that takes long to build.
const PEERS: &str = "jemalloc";

/// Runs the program without the features of production, and with each. The price of a span is what
/// a call takes more with `tracing` than with `production`.
fn production(tally: &mut Tally) -> Result<()> {
    for features in ["", "production", "metrics", "tracing"] {
        println!("\nfeatures: {features}");
        let mut program = workspace::cargo();
        program.args([
            "run",
            "--quiet",
            "--release",
            "--package",
            "bench-production",
            "--features",
            features,
        ]);
        tally.run(&mut program)?;
    }
    let value = |name: &str| tally.printed.value(name).with_context(|| format!("{name} is missing"));
    let value = value("call_counted_with_span_more_ns")? - value("call_counted_more_ns")?;
    let name = "span_without_subscriber_ns".to_owned();
    tally.print(&Ratio { name, value, target: Target::AtMost(5.0) })
}

/// Returns a command for the program whose loops are in C.
fn native_pools() -> process::Command {
    let mut program = workspace::cargo();
    program.args(["run", "--quiet", "--release", "--package", "bench-pools", "--features", PEERS, "--"]);
    program.envs(TLS);
    program
}

/// Builds the library of the crate `name`.
fn library(name: &str) -> Result<PathBuf> {
    let features = if name == "bench-pools" { vec![PEERS.to_owned()] } else { Vec::new() };
    let release = BuildOptions { release: true, features, ..BuildOptions::default() };
    progress::pass(|| Crate::named(name)?.build(&release))
}

/// Runs the Rust half, then the Dart half, which starts the Rust program for the same frame.
fn images(tally: &mut Tally) -> Result<()> {
    let mut build = workspace::cargo();
    let build = build.args(["build", "--quiet", "--release", "--package", "bench-images"]);
    let name = format!("bench-images{}", std::env::consts::EXE_SUFFIX);
    workspace::run(build)?;

    let sdk = Sdk::find_or_install()?;
    let folder = workspace::root().join("benches/images/dart");
    let scratch = scratch("images")?;
    let library = package("image_processing", &scratch)?;
    let rust = library.with_file_name(name);
    tally.run(&mut process::Command::new(&rust))?;

    sdk.pub_get(&folder)?;
    let compiled = scratch.join("images.exe");
    sdk.compile_exe(&folder.join("bin/images.dart"), &compiled)?;
    tally.run(sdk.program(&compiled).arg("aot").arg(&library).arg(&rust))
}

/// Builds the library of the crate `name`, writes its Dart package into `scratch`, and returns the
/// path of the library.
fn package(name: &str, scratch: &Path) -> Result<PathBuf> {
    let library = library(name)?;
    let mut emitter = workspace::cargo();
    emitter.args(["run", "--quiet", "--package", "ffi-dart-emit", "--", "dart"]);
    let package = scratch.join("package");
    // What an earlier version wrote may name no runtime, or another one. It need not exist.
    let _ = fs::remove_dir_all(&package);
    workspace::run(emitter.arg(&library).arg("--out").arg(package))?;
    Ok(library)
}

/// Builds the library of the gallery as well, compiles the app for Flutter's engine, and runs it
/// there.
fn flutter(tally: &mut Tally) -> Result<()> {
    let flutter = Flutter::find_or_install()?;
    let app = workspace::root().join("benches/flutter/app");
    let scratch = scratch("flutter")?;
    let frames = package("bench-flutter", &scratch)?;
    let gallery = library("flutter_gallery")?;
    flutter.pub_get(&app)?;
    let compiled = scratch.join("flutter.dill");
    flutter.compile(&app, &app.join("lib/main.dart"), &compiled)?;
    let flutter =
        flutter.with_env("BENCH_FLUTTER_LIBRARY", frames).with_env("FLUTTER_GALLERY_LIBRARY", gallery);
    let mut engine = flutter.command(&app)?;
    tally.run(engine.arg("--disable-vm-service").arg(compiled))
}

fn simd(tally: &mut Tally) -> Result<()> {
    let mut program = workspace::cargo();
    tally.run(program.args(["run", "--quiet", "--release", "--package", "bench-simd"]))
}

/// Builds a benchmark's library, writes its Dart package, and runs the Dart program that compares
/// it.
fn dart(tally: &mut Tally, benchmark: &str) -> Result<()> {
    dart_with(tally, benchmark, &[], Cores::All)
}

/// Cores on which a benchmark runs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cores {
    All,
    /// One, if the system can do it: see [`Pinned`].
    One,
}

/// Runs a benchmark as [`dart`] does, whose program takes `more` arguments.
fn dart_with(tally: &mut Tally, benchmark: &str, more: &[&Path], cores: Cores) -> Result<()> {
    let library = package(&format!("bench-{benchmark}"), &scratch(benchmark)?)?;
    run_dart(tally, benchmark, &library, more, cores)
}

/// Runs the Dart program of a benchmark with a library, in both modes.
fn run_dart(tally: &mut Tally, benchmark: &str, library: &Path, more: &[&Path], cores: Cores) -> Result<()> {
    let sdk = Sdk::find_or_install()?;
    let folder = workspace::root().join("benches").join(benchmark).join("dart");
    let scratch = scratch(benchmark)?;
    sdk.pub_get(&folder)?;

    let program = Path::new("bin").join(format!("{benchmark}.dart"));
    let compiled = scratch.join(format!("{benchmark}.exe"));
    sdk.compile_exe(&folder.join(&program), &compiled)?;
    // `Sdk::run` would turn assertions on.
    let mut jit = sdk.command();
    jit.arg("run").arg(&program).arg("jit").arg(library).args(more);
    let _pinned = match cores {
        Cores::All => None,
        Cores::One => {
            let pinned = Pinned::new();
            match &pinned {
                Some(pinned) => println!("pinned to core {}, with all threads of a program", pinned.core()),
                None => println!("not pinned to a core: this system or its kernel refuses it"),
            }
            pinned
        }
    };
    tally.run(jit.current_dir(&folder).envs(TLS))?;
    tally.run(sdk.program(&compiled).arg("aot").arg(library).args(more).envs(TLS))
}

/// Builds libraries, and prints their sizes.
fn size(tally: &mut Tally) -> Result<()> {
    size::measure(&scratch("size")?)?.iter().try_for_each(|ratio| tally.print(ratio))
}

/// Builds the emitter and runs the program that times it and the derive.
fn emit(tally: &mut Tally) -> Result<()> {
    let build = ["build", "--release", "--package", "ffi-dart-emit", "--package", "ffi-benches"];
    workspace::run(workspace::cargo().args(build))?;
    let mut program = workspace::cargo();
    program.args(["run", "--quiet", "--release", "--package", "ffi-benches", "--bin", "bench-emit"]);
    tally.run(program.arg(scratch("emit")?))
}

/// Returns the folder for generated packages of a benchmark. It does not follow `CARGO_TARGET_DIR`,
/// so that the Dart programs find their packages at a fixed path.
fn scratch(benchmark: &str) -> Result<PathBuf> {
    let folder = workspace::root().join("target/bench").join(benchmark);
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_benchmark_has_a_folder_and_a_table() {
        let benches = workspace::root().join("benches");
        let readme = fs::read_to_string(benches.join("README.md")).unwrap();
        for Benchmark { name, .. } in BENCHMARKS {
            assert!(benches.join(name).is_dir(), "{name}");
            assert!(readme.contains(&format!("## {name}\n")), "{name}");
        }
    }

    #[test]
    fn every_folder_with_a_benchmark_is_run() {
        let known: Vec<_> = BENCHMARKS.iter().map(|it| it.name).collect();
        for entry in fs::read_dir(workspace::root().join("benches")).unwrap() {
            let folder = entry.unwrap().path();
            let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
            let has_program = ["Cargo.toml", "main.rs", "dart/bin"].iter().any(|it| folder.join(it).exists());
            assert!(!has_program || known.contains(&&*name), "`cargo xtask bench` doesn't know {name}");
        }
    }
}
