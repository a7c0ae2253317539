//! The command line: what to read, what to make of it, where to put it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::{Args, Parser, Subcommand};

use crate::cargo::{BuildOptions, Crate, relative};
use crate::dart::placement;
use crate::library_file::Contents;
use crate::model::{Model, PanicStrategy, Problems, resolve};
use crate::output::{Leftovers, OutputFile, Plan};
use crate::proto::ImportOptions;
use crate::{c, dart, diff, foreign, input, inspect, library_file, proto};

/// Generated Dart files that this run no longer makes are removed from here.
const DART_LEFTOVERS: Leftovers<'_> = Leftovers { folder: "lib/src", suffix: ".g.dart" };

/// As [`DART_LEFTOVERS`], of a copy of the runtime.
const RUNTIME_LEFTOVERS: Leftovers<'_> = Leftovers { folder: "lib/src", suffix: ".dart" };

/// Writes a Dart package from the schema inside a compiled ffi-core library.
///
/// Without a command: builds the one cdylib of this workspace that uses ffi-core, and writes its package into
/// the folder `dart` beside its Cargo.toml.
#[derive(Debug, Parser)]
#[command(version)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write a Dart package
    Dart {
        #[command(flatten)]
        source: Source,
        /// The package's folder [default: `dart` beside the crate's Cargo.toml]
        #[arg(long, value_name = "FOLDER")]
        out: Option<PathBuf>,
        /// The package's name [default: the crate's]
        #[arg(long, value_name = "NAME")]
        package: Option<String>,
        /// The folder of the runtime, the Dart package `ffi_core`, which is written there [default: that which the package
        /// or another one of this repository names, else `ffi_core` in the package's folder]
        #[arg(long, value_name = "FOLDER")]
        runtime: Option<PathBuf>,
        /// Write nothing; show what would change, and fail if anything would
        #[arg(long)]
        check: bool,
    },
    /// Write a C header
    C {
        #[command(flatten)]
        source: Source,
        /// The header
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// What the names of all types begin with, for a program that includes headers of several libraries
        #[arg(long, value_name = "NAME")]
        prefix: Option<String>,
        /// Write nothing; show what would change, and fail if anything would
        #[arg(long)]
        check: bool,
    },
    /// Write a .proto file, and beside it the options that it imports
    Proto {
        #[command(flatten)]
        source: Source,
        /// The .proto file
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// The package of protobuf [default: the library's name]
        #[arg(long, value_name = "NAME")]
        package: Option<String>,
        /// Write nothing; show what would change, and fail if anything would
        #[arg(long)]
        check: bool,
    },
    /// Write Rust source with the derives from a .proto file
    Import {
        /// The .proto file
        file: PathBuf,
        /// A folder in which imports are looked for; may be given several times [default: the file's]
        #[arg(short = 'I', value_name = "FOLDER")]
        include: Vec<PathBuf>,
        /// The Rust file
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// The bound of everything that has none in its options
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
        default_max_count: Option<u32>,
        /// The slots of the pool of a message that holds itself, where its options don't say
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..i64::from(u32::MAX)))]
        default_pool_size: Option<u32>,
        /// Make a oneof beside other fields as many optional fields
        #[arg(long)]
        split_oneofs: bool,
        /// Write nothing; show what would change, and fail if anything would
        #[arg(long)]
        check: bool,
    },
    /// Show what changed between two schemas, and what that breaks; fails if it breaks anything
    Diff {
        /// A library, or what `inspect --json` printed of it
        old: PathBuf,
        /// A library, or what `inspect --json` printed of it
        new: PathBuf,
        /// Fail only for what breaks this
        #[arg(long, value_name = "KIND")]
        only: Option<diff::Kind>,
        /// Print the changes as JSON
        #[arg(long)]
        json: bool,
    },
    /// Show sizes, offsets, padding, values and symbols
    Inspect {
        #[command(flatten)]
        source: Source,
        /// Print the records as JSON
        #[arg(long)]
        json: bool,
    },
}

/// The library to read.
#[derive(Debug, Default, Args)]
struct Source {
    /// A cdylib, staticlib or rlib of any target [default: build the workspace's]
    #[arg(value_name = "LIB")]
    file: Option<PathBuf>,
    /// Build this package, and read its library
    #[arg(long = "crate", value_name = "NAME", conflicts_with = "file")]
    name: Option<String>,
    #[command(flatten)]
    build: BuildOptions,
}

/// A library found, and the crate it was built from, if it was.
struct Found {
    file: PathBuf,
    built: Option<Crate>,
}

impl Source {
    fn find(&self) -> Result<Found> {
        if let Some(file) = &self.file {
            if self.build != BuildOptions::default() {
                bail!(
                    "--release, --profile, --target and --target-dir say how to build, and a LIB is built already: \
                     leave one out"
                );
            }
            return Ok(Found { file: file.clone(), built: None });
        }
        let package = match &self.name {
            Some(name) => Crate::named(name)?,
            None => Crate::only()?,
        };
        Ok(Found { file: package.build(&self.build)?, built: Some(package) })
    }
}

impl Found {
    fn contents(&self) -> Result<Contents> {
        let shown = relative(&self.file).display().to_string();
        let (bytes, _) =
            input::library_or_json(&self.file).with_context(|| format!("{shown} can't be read"))?;
        library_file::open(&bytes).context(shown)
    }

    fn model(&self) -> Result<Model> {
        self.resolve(self.contents()?)
    }

    fn resolve(&self, Contents { records, targets }: Contents) -> Result<Model> {
        let mut model = resolve(records).map_err(|problems| self.explain(&problems))?;
        model.targets = targets;
        if model.library.panic == PanicStrategy::Abort {
            warn(&format!(
                "{} is built with panic = \"abort\": a panic in the library ends the process instead of \
                 becoming an exception",
                model.library.name
            ));
        }
        Ok(model)
    }

    /// Problems of the schema, under the file they are in.
    fn explain(&self, problems: &Problems) -> anyhow::Error {
        let count = problems.0.len();
        let noun = if count == 1 { "problem" } else { "problems" };
        anyhow::anyhow!("{}: {count} {noun} in its schema\n\n{problems}", relative(&self.file).display())
    }
}

/// Does what the command line says.
///
/// # Errors
///
/// Anything that keeps it from being done, and with `--check` output that is out of date.
pub fn run(cli: Cli) -> Result<()> {
    let command = cli.command.unwrap_or_else(|| Command::Dart {
        source: Source::default(),
        out: None,
        package: None,
        runtime: None,
        check: false,
    });
    match command {
        Command::Dart { source, out, package, runtime, check } => {
            let found = source.find()?;
            let folder = out
                .or_else(|| found.built.as_ref().map(|package| relative(&package.dart_folder())))
                .context("pass --out FOLDER: there is no crate whose folder could hold the package")?;
            let model = found.model()?;
            let placement = placement::place(&folder, runtime.as_deref())
                .map_err(|problems| anyhow::anyhow!("the runtime of {}:\n\n{problems}", folder.display()))?;
            let options = dart::Options { package, runtime: Some(placement.named) };
            let files = dart::package(&model, &options).map_err(|it| found.explain(&it))?;
            let package = Plan::new(&folder, &files, Some(DART_LEFTOVERS));
            match placement.write_to.map(|it| relative(&it)) {
                Some(copy) => {
                    let runtime = Plan::new(&copy, &dart::runtime::package(), Some(RUNTIME_LEFTOVERS));
                    finish_all(vec![(&*copy, runtime), (&*folder, package)], check)
                }
                None => finish(&folder, package, check),
            }
        }
        Command::C { source, out, prefix, check } => {
            let found = source.find()?;
            let name = out.file_name().context("--out must name a file")?;
            let mut model = found.model()?;
            if let Some(prefix) = &prefix {
                model = c::with_prefix(&model, prefix).map_err(|it| found.explain(&it))?;
            }
            let body = c::header(&model).map_err(|it| found.explain(&it))?;
            let folder = out.parent().unwrap_or(Path::new(""));
            finish(&out, Plan::new(folder, &[OutputFile::generated(name, &body)], None), check)
        }
        Command::Proto { source, out, package, check } => {
            let found = source.find()?;
            let name = out.file_name().and_then(OsStr::to_str).context("--out must name a file")?;
            if name == proto::OPTIONS_FILE {
                bail!("--out {name} is what the file of the options is called: choose another name");
            }
            let model = found.model()?;
            let files = proto::files(&model, name, package.as_deref()).map_err(|it| found.explain(&it))?;
            let folder = out.parent().unwrap_or(Path::new(""));
            finish(&out, Plan::new(folder, &files, None), check)
        }
        Command::Import { file, include, out, default_max_count, default_pool_size, split_oneofs, check } => {
            let options = ImportOptions { include, default_max_count, default_pool_size, split_oneofs };
            let imported = proto::import(&file, &options).map_err(|problems| {
                let count = problems.0.len();
                let noun = if count == 1 { "problem" } else { "problems" };
                anyhow::anyhow!("{}: {count} {noun}\n\n{problems}", relative(&file).display())
            })?;
            for warning in &imported.warnings {
                warn(warning);
            }
            let name = out.file_name().context("--out must name a file")?;
            let folder = out.parent().unwrap_or(Path::new(""));
            finish(&out, Plan::new(folder, &[OutputFile::generated(name, &imported.source)], None), check)
        }
        Command::Diff { old, new, only, json } => {
            let changes = diff::diff(&read(&old)?, &read(&new)?);
            if json { print_json(&diff::json(&changes)) } else { print(&diff::text(&changes)) }?;
            let kinds = only.map_or(vec![diff::Kind::Memory, diff::Kind::Wire], |only| vec![only]);
            let count = changes.iter().filter(|it| kinds.iter().any(|kind| it.breaks(*kind))).count();
            match count {
                0 => Ok(()),
                1 => bail!("1 change breaks what was there"),
                several => bail!("{several} changes break what was there"),
            }
        }
        Command::Inspect { source, json: true } => {
            print_json(&inspect::json(&source.find()?.contents()?.records))
        }
        Command::Inspect { source, json: false } => print(&inspect::text(&source.find()?.model()?)),
    }
}

/// The schema in a library, or in what `inspect --json` printed.
fn read(file: &Path) -> Result<Model> {
    let found = Found { file: file.to_owned(), built: None };
    let shown = relative(file).display().to_string();
    let (bytes, is_json) = input::library_or_json(file).with_context(|| format!("{shown} can't be read"))?;
    if !is_json {
        return found.resolve(library_file::open(&bytes).context(shown)?);
    }
    let records = serde_json::from_slice(&bytes).map_err(|error| {
        let why = foreign::one_line(&error.to_string());
        anyhow::anyhow!(
            "{shown} is neither a library nor what `ffi-dart-emit inspect --json` of this version prints: {why}"
        )
    })?;
    resolve(records).map_err(|problems| found.explain(&problems))
}

/// Finishes several plans: nothing is written unless all can be.
fn finish_all(plans: Vec<(&Path, Plan)>, check: bool) -> Result<()> {
    if !check && let Some((out, plan)) = plans.iter().find(|(_, plan)| !plan.problems().is_empty()) {
        bail!("{} can't be written:\n\n{}", out.display(), Problems(plan.problems().to_vec()));
    }
    let mut done = Ok(());
    for (out, plan) in plans {
        let finished = finish(out, plan, check);
        done = done.and(finished);
    }
    done
}

fn finish(out: &Path, plan: Plan, check: bool) -> Result<()> {
    let out = out.display();
    if check {
        if plan.is_current() {
            return print(&format!("{out}: up to date\n"));
        }
        print(&plan.diff())?;
        if plan.problems().is_empty() {
            bail!("{out} is out of date: run the same command without --check");
        }
        bail!("{out} is out of date, and can't be written:\n\n{}", Problems(plan.problems().to_vec()));
    }
    let summary =
        plan.write().map_err(|problems| anyhow::anyhow!("{out} can't be written:\n\n{problems}"))?;
    print(&format!("{out}: {summary}\n"))
}

/// Writes a warning to stderr, without what a terminal takes for more than text.
fn warn(text: &str) {
    eprintln!("warning: {}", foreign::one_line(text));
}

/// Writes to stdout, without what a terminal takes for more than text.
fn print(text: &str) -> Result<()> {
    write_out(&foreign::terminal(text))
}

/// Writes to stdout what other programs read.
fn print_json(json: &str) -> Result<()> {
    write_out(&foreign::json(json))
}

/// Writes to stdout. A reader that has seen enough, such as `head`, is no error.
fn write_out(text: &str) -> Result<()> {
    use std::io::{ErrorKind, Write, stdout};
    match stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error).context("stdout can't be written"),
        _ => Ok(()),
    }
}
