//! Measures the way from a library with many messages to a Dart package, and to a .proto file, on
//! the disk.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use ffi_dart_emit::output::OutputFile;
use ffi_dart_emit::{dart, library_file, model};
use xtask::workspace::capture;

use crate::generated::{LIBRARIES, STRESS, Workspace, library, struct_name};
use ffi_benches::{Contender, compare, print_ratio};

const ROUNDS: usize = 15;

/// Number of messages that are imported.
const IMPORTED: usize = 5_000;

/// A library, and the package that is written from it.
struct Input<'a> {
    emitter: &'a Path,
    library: &'a Path,
    package: &'a Path,
    /// The runtime's folder, as the program finds it for the package.
    runtime: String,
    messages: usize,
}

/// Builds the libraries and times the program `emitter`, which writes into `folder`, and its
/// library.
pub fn run(workspace: &Workspace, emitter: &Path, folder: &Path) -> Result<()> {
    let mut paths = Vec::new();
    for count in LIBRARIES {
        workspace.build(&library(count), "dev")?;
        paths.push((workspace.library(&library(count), "dev"), folder.join(library(count)), count));
    }
    let inputs = paths.iter().map(|(library, package, messages)| {
        let runtime = dart::placement::place(package, None)?.named;
        Ok(Input { emitter, library, package, runtime, messages: *messages })
    });
    let inputs = inputs.collect::<Result<Vec<_>>>()?;
    let [small, large] = inputs.as_slice() else { unreachable!("there are two libraries") };
    for input in &inputs {
        input.check()?;
    }

    let [process_small, inside_small, process_large, inside_large] = compare(
        "emit a Dart package",
        ROUNDS,
        [
            Contender::new("200 messages, the program", || small.run_program()),
            Contender::new("200 messages, in process, nothing written", || small.run_inside()),
            Contender::new("1,000 messages, the program", || large.run_program()),
            Contender::new("1,000 messages, in process, nothing written", || large.run_inside()),
        ],
    )?
    .map(|samples| samples.median());
    let stress = run_stress(workspace, emitter, &folder.join(STRESS))?;
    let proto = run_proto(workspace, emitter, &folder.join("proto"))?;
    run_import(emitter, &folder.join("import"))?;
    for (name, value, limit) in [
        ("emit_1000_messages_of_every_kind", stress, 150.0),
        ("export_1000_messages_of_every_kind_to_proto", proto, 300.0),
        ("emit_200_messages", process_small, 100.0),
        ("emit_200_messages_in_process", inside_small, 100.0),
        ("emit_1000_messages", process_large, 500.0),
        ("emit_1000_messages_in_process", inside_large, 500.0),
    ] {
        print_ratio(name, value / limit, 1.0);
    }
    Ok(())
}

/// Times the program on the stress schema.
fn run_stress(workspace: &Workspace, emitter: &Path, package: &Path) -> Result<f64> {
    workspace.build(STRESS, "dev")?;
    let library = workspace.library(STRESS, "dev");
    let run = || {
        if package.exists() {
            fs::remove_dir_all(package)?;
        }
        let start = Instant::now();
        capture(Command::new(emitter).arg("dart").arg(&library).arg("--out").arg(package))?;
        let took = start.elapsed();
        let written = fs::read_to_string(package.join("lib/src/messages.g.dart"))?;
        // Each message has an array of its own, and so have oneofs.
        let classes = written.matches(" extends $.MessageArray<").count();
        ensure!(classes >= LIBRARIES[1], "{classes} classes were written");
        Ok(took)
    };
    let title = "emit a Dart package of every field type";
    let [samples] = compare(title, ROUNDS, [Contender::new("1,000 messages, the program", run)])?;
    Ok(samples.median())
}

/// Times the program on the stress schema, writing .proto.
fn run_proto(workspace: &Workspace, emitter: &Path, folder: &Path) -> Result<f64> {
    let library = workspace.library(STRESS, "dev");
    let file = folder.join("stress.proto");
    let run = || {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        let start = Instant::now();
        capture(Command::new(emitter).arg("proto").arg(&library).arg("--out").arg(&file))?;
        let took = start.elapsed();
        let messages = fs::read_to_string(&file)?.matches("\nmessage ").count();
        ensure!(messages >= LIBRARIES[1], "{messages} messages were written");
        Ok(took)
    };
    let title = "emit a .proto file of every field type";
    let [samples] = compare(title, ROUNDS, [Contender::new("1,000 messages, the program", run)])?;
    Ok(samples.median())
}

/// Times the import of a large .proto file, with an option for each field and without.
fn run_import(emitter: &Path, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    let [proto, options] = ["large.proto", "large.options"].map(|name| folder.join(name));
    let (mut messages, mut bounds) = (String::from("syntax = \"proto3\";\npackage acme;\n"), String::new());
    for index in 0..IMPORTED {
        let name = struct_name(index);
        writeln!(messages, "message {name} {{\n  string name = 1;\n  repeated int32 codes = 2;\n}}")?;
        writeln!(bounds, "acme.{name}.name max_length:40\nacme.{name}.codes max_count:8")?;
    }
    fs::write(&proto, messages)?;
    fs::write(&options, bounds)?;
    let import = |with: Option<&Path>| {
        let out = folder.join("large.rs");
        if out.exists() {
            fs::remove_file(&out)?;
        }
        let mut command = Command::new(emitter);
        command.arg("import").arg(&proto).arg("--bounded").arg("--out").arg(&out);
        match with {
            Some(options) => command.arg("--options").arg(options),
            None => command.args(["--default-max-count", "16"]),
        };
        let start = Instant::now();
        capture(&mut command)?;
        let took = start.elapsed();
        let written = fs::read_to_string(&out)?;
        let found = (written.matches("pub struct Record").count(), written.contains("FfiStr<40>"));
        ensure!(found == (IMPORTED, with.is_some()), "{found:?}: structs, and whether options count");
        Ok(took)
    };
    let [with, without] = compare(
        "import a .proto file",
        ROUNDS,
        [
            Contender::new("5,000 messages, an option for each field", || import(Some(&options))),
            Contender::new("5,000 messages", || import(None)),
        ],
    )?
    .map(|samples| samples.median());
    print_ratio("import_5000_with_options_vs_without", with / without, 2.0);
    Ok(())
}

impl Input<'_> {
    /// Runs the program, as a user does, into a folder that doesn't exist.
    fn run_program(&self) -> Result<Duration> {
        if self.package.exists() {
            fs::remove_dir_all(self.package)?;
        }
        let start = Instant::now();
        capture(Command::new(self.emitter).arg("dart").arg(self.library).arg("--out").arg(self.package))?;
        let took = start.elapsed();
        let classes = self.classes(&fs::read_to_string(self.package.join("lib/src/messages.g.dart"))?);
        ensure!(classes == self.messages, "{classes} classes were written");
        Ok(took)
    }

    /// Does the same work without a process and without files.
    fn run_inside(&self) -> Result<Duration> {
        let start = Instant::now();
        let files = self.emit()?;
        let took = start.elapsed();
        let classes: usize = files.iter().map(|file| self.classes(&file.contents)).sum();
        ensure!(classes == self.messages, "{classes} classes were made");
        Ok(took)
    }

    fn emit(&self) -> Result<Vec<OutputFile>> {
        let records = library_file::read(&fs::read(self.library)?)?;
        let model = model::resolve(records)?;
        let runtime = Some(self.runtime.clone());
        Ok(dart::package(&model, &dart::Options { runtime, ..dart::Options::default() })?)
    }

    /// Returns the number of the library's messages that have a class in `text`.
    fn classes(&self, text: &str) -> usize {
        (0..self.messages)
            .filter(|index| {
                // What follows the name is the template's business.
                text.contains(&format!("final class {} ", struct_name(*index)))
            })
            .count()
    }

    /// Checks that both ways write equal files.
    fn check(&self) -> Result<()> {
        self.run_program()?;
        for file in self.emit()? {
            let path = self.package.join(&file.path);
            let written = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
            ensure!(written == file.contents, "{} is not what was made in process", path.display());
        }
        Ok(())
    }
}
