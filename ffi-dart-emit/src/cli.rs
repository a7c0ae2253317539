//! Parses the command line and runs the command.

use std::ffi::OsStr;
use std::io::{IsTerminal as _, stderr};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use clap::{Args, Parser, Subcommand};

use crate::arena_file::{ArenaFile, is_arena};
use crate::cargo::{BuildOptions, Crate, relative};
use crate::dart::Form;
use crate::dart::hook::{self, NativeAssets};
use crate::dart::placement;
use crate::library_file::Contents;
use crate::model::{Model, PanicStrategy, Problems, resolve};
use crate::output::{Leftovers, Origin, OutputFile, Plan};
use crate::progress::{self, Meter};
use crate::project::doctor::{self, Finding};
use crate::project::{Kind, Project, start};
use crate::proto::ExportOptions;
use crate::proto::breaking::{self, Files};
use crate::proto::command::Import;
use crate::shipping::command::Package;
use crate::shipping::step::word;
use crate::watch::watch;
use crate::{c, dart, diff, foreign, html, input, inspect, library_file, project, proto};

/// Folder from which generated Dart files are removed that this run no longer makes.
const DART_LEFTOVERS: Leftovers<'_> = Leftovers { folder: "lib/src", suffix: ".g.dart" };

/// As [`DART_LEFTOVERS`], of a copy of the runtime.
const RUNTIME_LEFTOVERS: Leftovers<'_> = Leftovers { folder: "lib/src", suffix: ".dart" };

/// Writes a Dart package from the schema inside a compiled ffi-core library.
///
/// Without a command, builds the only cdylib of this workspace that uses ffi-core, and writes its
/// package into the folder `dart` beside its Cargo.toml.
#[derive(Debug, Parser)]
#[command(version)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write a Dart package
    Dart(DartPackage),
    /// Write a C header
    C {
        #[command(flatten)]
        source: Source,
        /// File to write
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// Prefix for the names of all types, for a program that includes headers of several
        /// libraries
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
        /// File to write
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// Package of protobuf [default: the library's name]
        #[arg(long, value_name = "NAME")]
        package: Option<String>,
        /// Option of the file, such as go_package=example.com/orders; may be given several times
        #[arg(long = "option", value_name = "NAME=VALUE", value_parser = file_option)]
        options: Vec<(String, String)>,
        /// Write nothing; show what would change, and fail if anything would
        #[arg(long)]
        check: bool,
    },
    /// Write Rust source with the derives from a .proto file
    Import(Import),
    /// Start a project: a Rust crate, its Dart package, and a program or app that uses both
    New {
        /// Name of the app; its folder is made here
        name: String,
        /// Make a Flutter app
        #[arg(long, conflicts_with = "dart")]
        flutter: bool,
        /// Make a program for the command line [default]
        #[arg(long)]
        dart: bool,
        #[command(flatten)]
        library: NewLibrary,
    },
    /// Give an existing Dart or Flutter app a Rust crate and its Dart package
    Integrate {
        /// Folder of the app
        #[arg(default_value = ".")]
        app: PathBuf,
        /// Folder of the crate, in that of the app
        #[arg(long, value_name = "NAME", default_value = project::CRATE_FOLDER)]
        folder: String,
        #[command(flatten)]
        library: NewLibrary,
    },
    /// Look for what an app needs on this machine, and compare its packages with their libraries
    Doctor {
        /// Folder of the app
        #[arg(default_value = ".")]
        app: PathBuf,
    },
    /// Package a library for a platform: build it for each processor, put the files where the
    /// platform's tools expect them, and check them
    Package(Package),
    /// Show the differences between two schemas, and what they break; fails if they break anything.
    /// If one is in .proto files, both are compared as those
    Diff {
        /// Library, output of `inspect --json` for it, .proto file or folder of some, or descriptor
        /// set
        old: PathBuf,
        /// Library, output of `inspect --json` for it, .proto file or folder of some, or descriptor
        /// set
        new: PathBuf,
        /// Folder to search for imports of .proto files; may be given several times [default: that
        /// of each file]
        #[arg(short = 'I', value_name = "FOLDER")]
        include: Vec<PathBuf>,
        /// Fail only if this breaks
        #[arg(long, value_name = "KIND")]
        only: Option<diff::Kind>,
        /// Print the changes as JSON
        #[arg(long)]
        json: bool,
    },
    /// Show sizes, offsets, padding, values and symbols of a library, or of the file of an arena
    Inspect {
        #[command(flatten)]
        source: Source,
        /// Print the records as JSON
        #[arg(long)]
        json: bool,
        /// Write a page with drawings of all messages to this file
        #[arg(long, value_name = "FILE", conflicts_with = "json")]
        html: Option<PathBuf>,
        /// Show in the page what has changed since this library, or output of `inspect --json` for
        /// it
        #[arg(long, value_name = "OLD", requires = "html")]
        since: Option<PathBuf>,
    },
}

/// Arguments that name the library to read.
#[derive(Debug, Default, Args)]
struct Source {
    /// Cdylib, staticlib or rlib of any target [default: build the workspace's]
    #[arg(value_name = "LIB")]
    file: Option<PathBuf>,
    /// Build this package, and read its library
    #[arg(long = "crate", value_name = "NAME", conflicts_with = "file")]
    name: Option<String>,
    #[command(flatten)]
    build: BuildOptions,
}

/// Arguments of `new` and `integrate`.
#[derive(Debug, Args)]
struct NewLibrary {
    /// Folder of ffi-core's source, or the URL of a git repository that has it, with `#` and a
    /// revision behind it, for a crate that doesn't use a release
    #[arg(long, value_name = "FOLDER|URL")]
    ffi_core: Option<String>,
    /// Write nothing; show the files that would be written
    #[arg(long)]
    dry_run: bool,
}

/// Arguments of `dart`.
#[derive(Debug, Default, Args)]
struct DartPackage {
    #[command(flatten)]
    source: Source,
    /// Folder of the package [default: `dart` beside the crate's Cargo.toml]
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Name of the package [default: the crate's]
    #[arg(long, value_name = "NAME")]
    package: Option<String>,
    /// The folder of the runtime, the Dart package `ffi_core`, which is written there [default:
    /// the one that the package or another one of this repository names, else `ffi_core` in the
    /// package's folder]
    #[arg(long, value_name = "FOLDER")]
    runtime: Option<PathBuf>,
    /// Write nothing; show what would change, and fail if anything would
    #[arg(long)]
    check: bool,
    /// Give the package a hook that builds the crate and bundles the library with each app that
    /// uses the package; a package that has the hook keeps it
    #[arg(long)]
    native_assets: bool,
    /// Form in which Dart reaches the functions of a package with a hook: they are looked up in any
    /// file that the app opens, or are those of what the hook bundles, by `@Native` [default: as
    /// the package has it, else lookup]
    #[arg(long, value_name = "FORM")]
    bindings: Option<Form>,
    /// Build and write again whenever the crate's sources change, until Ctrl-C
    #[arg(long, conflicts_with_all = ["check", "file"])]
    watch: bool,
}

/// A library, and the crate that was built for it, if any.
struct Found {
    file: PathBuf,
    built: Option<Crate>,
}

impl Source {
    /// Returns the crate to build.
    fn package(&self) -> Result<Crate> {
        match &self.name {
            Some(name) => Crate::named(name),
            None => Crate::only(),
        }
    }

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
        let package = self.package()?;
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

    /// Formats problems of the schema below the name of its file.
    fn explain(&self, problems: &Problems) -> anyhow::Error {
        let count = problems.0.len();
        let noun = if count == 1 { "problem" } else { "problems" };
        anyhow::anyhow!("{}: {count} {noun} in its schema\n\n{problems}", relative(&self.file).display())
    }
}

/// Runs the command.
///
/// # Errors
///
/// Returns the error of the command. With `--check`, output that is out of date is an error.
pub fn run(cli: Cli) -> Result<()> {
    match cli.command.unwrap_or_else(|| Command::Dart(DartPackage::default())) {
        Command::Dart(package) if package.watch => package.watch(),
        Command::Dart(package) => package.write(),
        Command::C { source, out, prefix, check } => {
            let found = source.find()?;
            let name = out.file_name().context("--out must name a file")?;
            let mut model = found.model()?;
            if let Some(prefix) = &prefix {
                model = c::with_prefix(&model, prefix).map_err(|it| found.explain(&it))?;
            }
            let body = c::header(&model).map_err(|it| found.explain(&it))?;
            let folder = out.parent().unwrap_or(Path::new(""));
            finish(&out, Plan::new(folder, vec![OutputFile::generated(name, body)], None), check)
        }
        Command::Proto { source, out, package, options, check } => {
            let found = source.find()?;
            let name = out.file_name().and_then(OsStr::to_str).context("--out must name a file")?;
            if name == proto::OPTIONS_FILE {
                bail!("--out {name} is what the file of the options is called: choose another name");
            }
            let model = found.model()?;
            let options = ExportOptions { package, file_options: options };
            let files = proto::files_with(&model, name, &options).map_err(|it| found.explain(&it))?;
            let folder = out.parent().unwrap_or(Path::new(""));
            finish(&out, Plan::new(folder, files, None), check)
        }
        Command::Import(import) => {
            let meter = Meter::default();
            let written = progress::show("importing files and messages", &meter, || import.run(&meter))?;
            written.warnings.iter().for_each(|warning| warn(warning));
            finish(&written.out, written.plan, import.check)?;
            if !import.check {
                let sizes = written.sizes.iter().map(|(name, size)| format!("  {name}: {size} bytes\n"));
                print(&sizes.collect::<String>())?;
            }
            Ok(())
        }
        Command::New { name, flutter, dart: _, library } => {
            let kind = if flutter { Kind::Flutter } else { Kind::Dart };
            let project = Project::new(&name, kind, library.ffi_core.as_deref())?;
            print(&start::new(&project, Path::new(&name), library.dry_run, write_first)?)
        }
        Command::Integrate { app, folder, library } => {
            let project = Project::around(&app, &folder, library.ffi_core.as_deref())?;
            print(&start::integrate(&project, &app, library.dry_run, write_first)?)
        }
        Command::Doctor { app } => examine(&app),
        Command::Package(package) => package.run(print),
        Command::Diff { old, new, include, only, json } => {
            let compare = || changes(&old, &new, &include);
            let changes = progress::show("comparing the schemas", &Meter::default(), compare)?;
            if json { print_json(&diff::json(&changes)) } else { print(&diff::text(&changes)) }?;
            let kinds = only.map_or(vec![diff::Kind::Memory, diff::Kind::Wire], |only| vec![only]);
            let count = changes.iter().filter(|it| kinds.iter().any(|kind| it.breaks(*kind))).count();
            match count {
                0 => Ok(()),
                1 => bail!("1 change breaks what was there"),
                several => bail!("{several} changes break what was there"),
            }
        }
        Command::Inspect { source, html: Some(html), since, .. } => {
            let old = since.map(|old| read(&old)).transpose()?;
            let model = source.find()?.model()?;
            let draw = || html::page(&model, old.as_ref());
            let page = progress::show("drawing the messages", &Meter::default(), draw);
            let shown = relative(&html).display().to_string();
            std::fs::write(&html, page).with_context(|| format!("{shown} can't be written"))?;
            print(&format!("{shown}: written\n"))
        }
        Command::Inspect { source: Source { file: Some(file), .. }, json, .. } if is_arena(&file) => {
            let shown = relative(&file).display().to_string();
            let arena = ArenaFile::read(&file).context(shown)?;
            if json { print_json(&inspect::arena_json(&arena)) } else { print(&inspect::arena(&arena)) }
        }
        Command::Inspect { source, json: true, .. } => {
            print_json(&inspect::json(&source.find()?.contents()?.records))
        }
        Command::Inspect { source, json: false, .. } => print(&inspect::text(&source.find()?.model()?)),
    }
}

/// Parses an option of a .proto file.
fn file_option(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// Builds the crate in a folder, and writes its package to the folder `out`.
fn write_first(crate_folder: &Path, out: &Path) -> Result<()> {
    let package = DartPackage { out: Some(out.to_owned()), native_assets: true, ..DartPackage::default() };
    finish_all(package.plans_of(Crate::in_folder(crate_folder)?, &BuildOptions::default())?, false)
}

/// Shows what the app in a folder lacks; fails if it lacks anything.
fn examine(app: &Path) -> Result<()> {
    let mut missing = 0;
    // Each as soon as it is known: some programs take seconds to say their version.
    let mut show = |finding: &Finding| {
        missing += usize::from(finding.is_missing());
        print(&format!("{finding}\n"))
    };
    let cargo = doctor::cargo();
    show(&cargo)?;
    doctor::others(app, &mut |finding| show(&finding))?;
    if let Some(finding) = doctor::one_runtime(app) {
        show(&finding)?;
    }
    // Without cargo no package can be compared.
    if !cargo.is_missing() {
        for (package, around) in doctor::packages(app) {
            show(&compare(&package, &around))?;
        }
    }
    match missing {
        0 => Ok(()),
        1 => bail!("1 thing is missing"),
        several => bail!("{several} things are missing"),
    }
}

/// Compares the package in `folder` with the library of the crate in the folder `around`.
fn compare(folder: &Path, around: &Path) -> Finding {
    let shown = folder.display();
    let package = DartPackage { out: Some(folder.to_owned()), ..DartPackage::default() };
    let options = BuildOptions { quiet: true, ..BuildOptions::default() };
    if !stderr().is_terminal() {
        eprintln!("building the library of {shown}");
    }
    let plans = Crate::in_folder(around).and_then(|built| {
        let name = built.name().to_owned();
        Ok((package.plans_of(built, &options)?, name))
    });
    match plans {
        Ok((plans, _)) if plans.iter().all(|(_, plan)| plan.is_current()) => {
            Finding::found(format!("package {shown} is that of its library"))
        }
        Ok((_, name)) => Finding::missing(
            format!("package {shown}: it is not that of its library"),
            format!(
                "cd {} && ffi-dart-emit dart --crate {name} --out {}",
                word(&around.display().to_string()),
                word(&folder.strip_prefix(around).unwrap_or(folder).display().to_string())
            ),
        ),
        Err(error) => Finding::missing(format!("package {shown}: {error:#}"), "see above"),
    }
}

impl DartPackage {
    /// Builds the library if none is named, and writes the package.
    fn write(&self) -> Result<()> {
        let found = self.source.find()?;
        finish_all(self.plans(&found)?, self.check)
    }

    /// Writes the package now and after each change of the sources. What fails is shown, and the
    /// next change is waited for.
    fn watch(&self) -> Result<()> {
        let package = self.source.package()?;
        let build = BuildOptions { quiet: true, ..self.source.build.clone() };
        let run = || -> Result<String> {
            let found = Found { file: package.build(&build)?, built: Some(package.clone()) };
            let plans = self.plans(&found)?;
            check_all(&plans)?;
            // A folder that stays as it is gets no words, unless all do: the last is the package.
            let last = plans.len() - 1;
            let changed = plans.iter().any(|(_, plan)| !plan.is_current());
            let told = plans.into_iter().enumerate().filter(|(at, (_, plan))| match changed {
                true => !plan.is_current(),
                false => *at == last,
            });
            let lines = told.map(|(_, (out, plan))| write(&out, plan));
            Ok(lines.collect::<Result<Vec<_>>>()?.join(", "))
        };
        watch(
            || package.sources(),
            || {
                let start = Instant::now();
                match run() {
                    Ok(line) => _ = print(&format!("{line} ({:.1} s)\n", start.elapsed().as_secs_f64())),
                    Err(error) => eprintln!("error: {}", foreign::terminal(&format!("{error:#}"))),
                }
            },
        )
    }

    /// Returns what the package in `folder` bundles with apps: the library, if the caller asks for
    /// it or if the hook is there.
    fn native_assets(&self, folder: &Path, found: &Found) -> Result<Option<NativeAssets>> {
        if !self.native_assets && !has_hook(folder) {
            if self.bindings == Some(Form::Native) {
                bail!(
                    "--bindings native has Dart call what the hook of the package bundles with an app, and {} has no \
                     hook; hint: add --native-assets",
                    folder.display()
                );
            }
            return Ok(None);
        }
        let crate_folder = match &found.built {
            Some(package) => {
                Some(placement::between(folder, &package.folder()).map_err(|problems| {
                    anyhow::anyhow!("the crate of {}:\n\n{problems}", folder.display())
                })?)
            }
            None if self.native_assets => bail!(
                "--native-assets makes a hook that builds the crate, and a LIB doesn't say where that is: leave LIB \
                 out, or name the crate with --crate"
            ),
            None => None,
        };
        let bindings = self.bindings.unwrap_or_else(|| bindings_of(folder));
        Ok(Some(NativeAssets { crate_folder, bindings }))
    }

    /// Builds a crate, and returns the files to write.
    fn plans_of(&self, built: Crate, options: &BuildOptions) -> Result<Vec<(PathBuf, Plan)>> {
        self.plans(&Found { file: built.build(options)?, built: Some(built) })
    }

    /// Returns the files to write, each folder with its plan: those of the runtime if it is
    /// written, and those of the package.
    fn plans(&self, found: &Found) -> Result<Vec<(PathBuf, Plan)>> {
        let beside = || found.built.as_ref().map(|package| relative(&package.dart_folder()));
        let folder = self
            .out
            .clone()
            .or_else(beside)
            .context("pass --out FOLDER: there is no crate whose folder could hold the package")?;
        let model = found.model()?;
        let placement = placement::place(&folder, self.runtime.as_deref())
            .map_err(|problems| anyhow::anyhow!("the runtime of {}:\n\n{problems}", folder.display()))?;
        let options = dart::Options {
            package: self.package.clone(),
            runtime: Some(placement.named),
            native_assets: self.native_assets(&folder, found)?,
            meter: Meter::default(),
        };
        let meter = options.meter.clone();
        let package = progress::show("writing classes", &meter, || {
            let files = dart::package(&model, &options).map_err(|it| found.explain(&it))?;
            anyhow::Ok(Plan::new(&folder, files, Some(DART_LEFTOVERS)))
        })?;
        let mut plans = Vec::new();
        if let Some(copy) = placement.write_to.map(|it| relative(&it)) {
            let runtime = Plan::new(&copy, dart::runtime::package(), Some(RUNTIME_LEFTOVERS));
            plans.push((copy, runtime));
        }
        plans.push((folder, package));
        Ok(plans)
    }
}

/// Returns true if the package in `folder` has a hook that this program wrote.
fn has_hook(folder: &Path) -> bool {
    input::text(&folder.join(hook::FILE))
        .is_ok_and(|text| Origin::of(&String::from_utf8_lossy(&text)) != Origin::Foreign)
}

/// Returns the form of the bindings of the package in `folder`, if there is one.
fn bindings_of(folder: &Path) -> Form {
    let text = input::text(&folder.join(dart::LIBRARY_FILE)).unwrap_or_default();
    Form::of(&String::from_utf8_lossy(&text))
}

/// Returns the schema of a library, or of the output of `inspect --json`.
/// Returns the changes between two schemas, in the terms of protobuf if one is in .proto files.
fn changes(old: &Path, new: &Path, include: &[PathBuf]) -> Result<Vec<diff::Change>> {
    let kinds = [old, new].map(input::kind);
    if kinds.iter().all(|kind| matches!(kind, Ok(input::Kind::Library))) {
        return Ok(diff::diff(&read(old)?, &read(new)?));
    }
    let files = |file: &Path, kind: std::io::Result<input::Kind>| -> Result<Files> {
        let shown = relative(file).display().to_string();
        let kind = kind.with_context(|| format!("{shown} can't be read"))?;
        let files = match kind {
            input::Kind::Proto => Files::compile(file, include),
            input::Kind::DescriptorSet => Files::of_set(file),
            input::Kind::Library => Files::of_model(&read(file)?),
        };
        files.map_err(|problems| anyhow::anyhow!("{shown} can't be compared:\n\n{problems}"))
    };
    let [old_kind, new_kind] = kinds;
    Ok(breaking::diff(&files(old, old_kind)?, &files(new, new_kind)?))
}

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

/// Fails if one of the plans can't be written.
fn check_all(plans: &[(PathBuf, Plan)]) -> Result<()> {
    if let Some((out, plan)) = plans.iter().find(|(_, plan)| !plan.problems().is_empty()) {
        bail!("{} can't be written:\n\n{}", out.display(), Problems(plan.problems().to_vec()));
    }
    Ok(())
}

/// Finishes several plans: nothing is written unless all can be.
fn finish_all(plans: Vec<(PathBuf, Plan)>, check: bool) -> Result<()> {
    if !check {
        check_all(&plans)?;
    }
    let mut done = Ok(());
    for (out, plan) in plans {
        let finished = finish(&out, plan, check);
        done = done.and(finished);
    }
    done
}

fn finish(out: &Path, plan: Plan, check: bool) -> Result<()> {
    if check {
        let out = out.display();
        if plan.is_current() {
            return print(&format!("{out}: up to date\n"));
        }
        print(&plan.diff())?;
        if plan.problems().is_empty() {
            bail!("{out} is out of date: run the same command without --check");
        }
        bail!("{out} is out of date, and can't be written:\n\n{}", Problems(plan.problems().to_vec()));
    }
    print(&format!("{}\n", write(out, plan)?))
}

/// Writes the files of a plan for the folder or file `out`; returns a line that says what it wrote.
fn write(out: &Path, plan: Plan) -> Result<String> {
    let out = out.display();
    let summary =
        plan.write().map_err(|problems| anyhow::anyhow!("{out} can't be written:\n\n{problems}"))?;
    Ok(format!("{out}: {summary}"))
}

/// Writes a warning to stderr, with control characters escaped.
fn warn(text: &str) {
    eprintln!("warning: {}", foreign::one_line(text));
}

/// Writes text to stdout, with control characters escaped.
fn print(text: &str) -> Result<()> {
    write_out(&foreign::terminal(text))
}

/// Writes JSON to stdout.
fn print_json(json: &str) -> Result<()> {
    write_out(&foreign::json(json))
}

/// Writes to stdout. It is no error if the reader closes the pipe early, as `head` does.
fn write_out(text: &str) -> Result<()> {
    use std::io::{ErrorKind, Write, stdout};
    match stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error).context("stdout can't be written"),
        _ => Ok(()),
    }
}
