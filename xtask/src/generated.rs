//! Files that `ffi-dart-emit` has written into the repository.
//!
//! Generated Dart, headers, .proto files and layout tables are committed, so that a change of the
//! emitter shows as a diff and a reader sees what users get. The tests check that they are current;
//! `cargo xtask bless` rewrites them.
//!
//! The tree says which files exist: `examples/NN_name/dart` and `examples/NN_group/name/dart`
//! belong to the crate `name`, and `tests/golden/name` to the crate `fixture-name`. An example with
//! a folder `proto` has its .proto file in it, and `src/x.rs` is imported from `proto/x.proto`.

use std::env;
use std::fs::{self, FileType};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use anyhow::{Context, Result};
use ffi_dart_emit::cargo::{BuildOptions, Crate};
use ffi_dart_emit::output::FileKind;
use ffi_dart_emit::{dart, library_file, model};

use crate::completion;
use crate::workspace::{self, Captured, capture, cargo, libraries};

/// A crate whose generated files are committed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generated {
    /// Name of the cargo package, which has a cdylib.
    pub package: String,
    /// Folder of its Dart package.
    pub dart: PathBuf,
    /// Folder of the header, the .proto files and the layout table of a fixture.
    pub golden: Option<PathBuf>,
}

/// Choice between writing generated files and comparing them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Writes them.
    Write,
    /// Fails, with a diff, if one is out of date.
    Check,
}

impl Generated {
    /// Returns the example whose folder is `examples/{folder}`.
    #[must_use]
    pub fn example(folder: &str) -> Self {
        let folder_name = folder.rsplit('/').next().unwrap_or(folder);
        // The number orders the folders; the crate's name has none.
        let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let package = match folder_name.split_once('_') {
            Some((number, name)) if is_number(number) => name.to_owned(),
            _ => folder_name.to_owned(),
        };
        Self { package, dart: workspace::root().join("examples").join(folder).join("dart"), golden: None }
    }

    /// Returns the fixture whose folder is `tests/golden/{folder}`.
    #[must_use]
    pub fn fixture(folder: &str) -> Self {
        let golden = workspace::root().join("tests/golden").join(folder);
        Self { package: format!("fixture-{folder}"), dart: golden.join("dart"), golden: Some(golden) }
    }

    /// Returns all generated packages of the workspace, by folder name.
    ///
    /// # Errors
    ///
    /// Returns an error if a folder cannot be read.
    pub fn all() -> Result<Vec<Self>> {
        let examples = examples()?.into_iter().map(|name| Self::example(&name));
        // `expand` holds what the derive writes, of no library.
        let names = folders("tests/golden")?.into_iter().filter(|name| name != "expand");
        let fixtures = names.map(|name| Self::fixture(&name));
        Ok(examples.chain(fixtures).collect())
    }

    /// Builds the library, and writes or checks all files that are generated from it.
    ///
    /// # Errors
    ///
    /// Returns an error if the build or the emitter fails, or a file is out of date; the message
    /// holds the diff.
    pub fn apply(&self, action: Action) -> Result<()> {
        // First, because the library is compiled from it.
        for (proto, source) in self.imports()? {
            let mut import = emitter()?;
            // Messages with bounds, as the examples keep them in pools and show references.
            import.arg("import").arg(proto).arg("--implicit-presence");
            finish(import, &source, action)?;
        }
        self.outputs(&self.library("dev")?, action)
    }

    /// Checks all files that are generated from `library`, which may be one of another platform.
    ///
    /// # Errors
    ///
    /// Returns an error if the emitter fails, or a file differs; the message holds the diff.
    pub fn check(&self, library: &Path) -> Result<()> {
        self.outputs(library, Action::Check)
    }

    fn outputs(&self, library: &Path, action: Action) -> Result<()> {
        let emit = |command: &str, out: &Path| {
            let mut emitter = emitter()?;
            emitter.arg(command).arg(library);
            finish(emitter, out, action)
        };
        emit("dart", &self.dart)?;
        self.starters(library, action)?;
        if let Some(folder) = self.proto_folder() {
            emit("proto", &folder.join(self.proto_file()))?;
        }
        let Some(golden) = &self.golden else {
            return Ok(());
        };
        emit("c", &golden.join(format!("{}.h", self.package)))?;
        let table = capture(emitter()?.arg("inspect").arg(library))?.stdout;
        apply_text(&golden.join("inspect.txt"), &table, action)?;
        apply_text(&golden.join("completion.txt"), &completion::of(&self.dart)?, action)
    }

    /// Writes or checks the files that the emitter writes once and then leaves alone: README,
    /// pubspec and analysis options.
    fn starters(&self, library: &Path, action: Action) -> Result<()> {
        let records = library_file::read(&fs::read(library)?)?;
        let model = model::resolve(records)?;
        let runtime = Some(dart::placement::place(&self.dart, None)?.named);
        let files = dart::package(&model, &dart::Options { runtime, ..dart::Options::default() })?;
        for file in files.iter().filter(|it| it.kind == FileKind::Starter) {
            apply_text(&self.dart.join(&file.path), &file.contents, action)?;
        }
        Ok(())
    }

    /// Returns the folder of the .proto file: for an example, the folder `proto`, if it exists.
    #[must_use]
    pub fn proto_folder(&self) -> Option<PathBuf> {
        let example = || Some(self.dart.parent()?.join("proto")).filter(|folder| folder.is_dir());
        self.golden.clone().or_else(example)
    }

    /// Returns the .proto files that an example imports, each with the Rust file that is generated
    /// from it: `proto/x.proto` and `src/x.rs`.
    fn imports(&self) -> Result<Vec<(PathBuf, PathBuf)>> {
        let (None, Some(protos)) = (&self.golden, self.proto_folder()) else { return Ok(Vec::new()) };
        let mut imports = Vec::new();
        for entry in fs::read_dir(&protos).with_context(|| format!("cannot read {}", protos.display()))? {
            let proto = entry?.path();
            let name = proto.with_extension("rs");
            let source = protos.with_file_name("src").join(name.file_name().unwrap_or_default());
            if source.exists() {
                imports.push((proto, source));
            }
        }
        Ok(imports)
    }

    /// Returns the name of the .proto file.
    #[must_use]
    pub fn proto_file(&self) -> String {
        format!("{}.proto", self.package.replace('-', "_"))
    }

    /// Builds only this library, with `profile`.
    ///
    /// # Errors
    ///
    /// Returns an error if the library doesn't build.
    pub fn library(&self, profile: &str) -> Result<PathBuf> {
        let profile = Some(profile.to_owned());
        let target_dir = Some(libraries());
        Crate::named(&self.package)?.build(&BuildOptions { profile, target_dir, ..BuildOptions::default() })
    }

    /// Returns the command `ffi-dart-emit {command}` for this library, in the workspace root.
    ///
    /// # Errors
    ///
    /// Returns an error if the library or the emitter doesn't build.
    pub fn emitter(&self, command: &str) -> Result<Command> {
        let mut emitter = emitter()?;
        emitter.arg(command).arg(self.library("dev")?);
        Ok(emitter)
    }
}

/// Returns the command `ffi-dart-emit`, in the workspace root. The first call in a process builds
/// it.
///
/// # Errors
///
/// Returns an error if the emitter doesn't build.
pub fn emitter() -> Result<Command> {
    static BUILT: Mutex<bool> = Mutex::new(false);
    // Held during the build.
    let mut built = BUILT.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    if !*built {
        capture(
            cargo().args(["build", "--package", "ffi-dart-emit", "--target-dir"]).arg(workspace::target()),
        )?;
        *built = true;
    }
    let program = format!("ffi-dart-emit{}", env::consts::EXE_SUFFIX);
    let mut emitter = Command::new(workspace::target().join("debug").join(program));
    emitter.current_dir(workspace::root());
    Ok(emitter)
}

/// Writes `text` to `file`, or compares it with what is there.
fn apply_text(file: &Path, text: &str, action: Action) -> Result<()> {
    if action == Action::Write {
        return fs::write(file, text).with_context(|| format!("cannot write {}", file.display()));
    }
    let committed = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    anyhow::ensure!(
        committed == text,
        "{} is out of date: run `cargo xtask bless`\n--- committed\n{committed}--- now\n{text}",
        file.display()
    );
    Ok(())
}

fn finish(mut command: Command, out: &Path, action: Action) -> Result<Captured> {
    command.arg("--out").arg(out);
    if action == Action::Check {
        command.arg("--check");
    }
    capture(&mut command).with_context(|| format!("{}: run `cargo xtask bless`", out.display()))
}

/// Returns the folders of all examples, below `examples`: those with a package in Dart, and those
/// in a folder of several (`10_real_world/audio`).
///
/// # Errors
///
/// Returns an error if a folder cannot be read.
pub fn examples() -> Result<Vec<String>> {
    let mut found = Vec::new();
    for folder in folders("examples")? {
        let path = format!("examples/{folder}");
        if workspace::root().join(&path).join("dart").is_dir() {
            found.push(folder);
        } else {
            found.extend(folders(&path)?.into_iter().map(|name| format!("{folder}/{name}")));
        }
    }
    Ok(found)
}

/// Returns the names of the folders in `parent`, which is relative to the workspace root.
///
/// # Errors
///
/// Returns an error if `parent` cannot be read.
pub fn folders(parent: &str) -> Result<Vec<String>> {
    names(&workspace::root().join(parent), |kind| kind.is_dir())
}

/// Returns the names of the files in the folder `parent`.
///
/// # Errors
///
/// Returns an error if `parent` cannot be read.
pub(crate) fn files(parent: &Path) -> Result<Vec<String>> {
    names(parent, |kind| kind.is_file())
}

fn names(parent: &Path, is_one: impl Fn(FileType) -> bool) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(parent).with_context(|| format!("cannot read {}", parent.display()))? {
        let entry = entry?;
        if is_one(entry.file_type()?) {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}
