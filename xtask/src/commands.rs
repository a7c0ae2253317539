//! The command line. A new command is a module with a `clap::Args` struct that has a `run` method,
//! one variant in [`Command`] and one arm in [`Cli::run`].

pub mod audit;
pub mod bench;
pub mod bless;
pub mod chromium;
pub mod conformance;
pub mod coverage;
pub mod dart_sdk;
pub mod demo;
pub mod docs;
pub mod features;
pub mod flutter;
pub mod load;
pub mod platforms;
pub mod promtool;
pub mod proto_tools;
pub mod protoc;
pub mod protos;
pub mod release;
pub mod sanitize;
pub mod stress;
pub mod test;
pub mod timed;
pub mod words;

use clap::{Parser, Subcommand};

/// Developer commands of the workspace.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
pub struct Cli {
    /// Command to run.
    #[command(subcommand)]
    pub command: Command,
}

/// Every `cargo xtask` command.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Find a Dart SDK, or install one into `.dart-sdk/`, and print its bin folder.
    DartSdk(dart_sdk::DartSdk),
    /// Find Flutter's engine, or install one into `.flutter/`; with an app, run its tests.
    Flutter(flutter::Flutter),
    /// Find what judges exported .proto files, or install it, and print the paths.
    ProtoTools(proto_tools::ProtoTools),
    /// Find protobuf's compiler, or install one into `.protoc/`, and print its path.
    Protoc(protoc::Protoc),
    /// Find a headless Chromium, or install one into `.chromium/`, and print its file and version.
    Chromium(chromium::Chromium),
    /// Build the first example, emit its Dart package, and run its Dart program in JIT and AOT
    /// mode.
    Demo(demo::Demo),
    /// Check the pages that people read, run their programs, and make the guide's book.
    Docs(docs::Docs),
    /// Check everything that CI checks.
    Test(test::Test),
    /// Run a program and append its time to a file. `cargo xtask test` runs each test binary this
    /// way.
    #[command(hide = true)]
    Timed(timed::Timed),
    /// Rewrite all committed files that are generated.
    Bless(bless::Bless),
    /// Write the stress schema with a given number of messages.
    Stress(stress::Stress),
    /// Run loom, valgrind, sanitizers, Miri and fuzzers, and print a line for each.
    Sanitize(sanitize::Sanitize),
    /// Run protobuf's conformance suite, and compare what it finds with a list.
    Conformance(conformance::Conformance),
    /// Count which lines tests run, and compare that with the goals.
    Coverage(coverage::Coverage),
    /// Count the comments that break the rules of plain English.
    Words(words::Words),
    /// Import .proto files of other teams, build them, and send values through: prints a table.
    Protos(protos::Protos),
    /// Build libraries for other platforms, and read their schemas.
    Platforms(platforms::Platforms),
    /// Check licences, sources and advisories of all dependencies.
    Audit(audit::Audit),
    /// Check what a release needs, and name the commands that publish it.
    Release(release::Release),
    /// Compile the crate and what macros write with few features, which may say nothing.
    Features(features::Features),
    /// Call the service example for some time, and print the percentiles of its times.
    Load(load::Load),
    /// Have Prometheus' own tool check the numbers of the service example.
    Promtool(promtool::Promtool),
    /// Run a benchmark, or list them all.
    Bench(bench::Bench),
}

impl Cli {
    /// Runs the chosen command.
    ///
    /// # Errors
    ///
    /// Returns the errors of the command.
    pub fn run(self) -> anyhow::Result<()> {
        match self.command {
            Command::DartSdk(args) => args.run(),
            Command::Flutter(args) => args.run(),
            Command::ProtoTools(args) => args.run(),
            Command::Protoc(args) => args.run(),
            Command::Chromium(args) => args.run(),
            Command::Demo(args) => args.run(),
            Command::Docs(args) => args.run(),
            Command::Test(args) => args.run(),
            Command::Timed(args) => args.run(),
            Command::Bless(args) => args.run(),
            Command::Stress(args) => args.run(),
            Command::Sanitize(args) => args.run(),
            Command::Conformance(args) => args.run(),
            Command::Coverage(args) => args.run(),
            Command::Words(args) => args.run(),
            Command::Protos(args) => args.run(),
            Command::Platforms(args) => args.run(),
            Command::Audit(args) => args.run(),
            Command::Release(args) => args.run(),
            Command::Features(args) => args.run(),
            Command::Load(args) => args.run(),
            Command::Promtool(args) => args.run(),
            Command::Bench(args) => args.run(),
        }
    }
}
