//! Runs a file of Dart tests.
//!
//! If [`Sdk::pub_get`] took the shim for `package:test`, a program is generated under `.dart_tool/`
//! that passes the `main` of a test file to the shim's runner. The program holds all test files of
//! the folder, so that their shared code, most of it, is compiled once. Each file still runs in a
//! process of its own. Without the shim, `dart test` runs the file.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    sync::Mutex,
};

use anyhow::{Context, Result, anyhow, ensure};

use super::Sdk;
use crate::workspace::{Captured, capture};

/// Way to run Dart code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
    /// Compiled while it runs, as in development, with assertions on.
    Jit,
    /// Compiled to an executable first, as users get it, without assertions. Compiling takes a
    /// second or more.
    Aot,
}

impl Mode {
    /// All modes, for tests that go through them.
    pub const ALL: [Self; 2] = [Self::Jit, Self::Aot];
}

impl Sdk {
    /// Runs the `package:test` style file `test_file`, relative to `package_dir`, after
    /// [`Sdk::pub_get`]. The working folder is `package_dir`, as under `dart test`. With the shim,
    /// a process compiles the tests of a folder once per mode, and doesn't see later changes of the
    /// files.
    ///
    /// # Errors
    ///
    /// Returns an error if a test fails, the file has none, or it does not compile; the message
    /// holds the output.
    pub fn run_tests(&self, package_dir: &Path, test_file: &Path, mode: Mode) -> Result<Captured> {
        let package_dir = &std::path::absolute(package_dir)?;
        let ran = if self.packages_dir().is_some() {
            self.run_with_shim(package_dir, test_file, mode)
        } else {
            let mut command = self.command();
            command.args(["test", "--reporter=expanded"]);
            if mode == Mode::Aot {
                command.arg("--compiler=exe");
            }
            capture(command.arg(test_file).current_dir(package_dir))
        };
        ran.with_context(|| format!("the tests of {} failed", package_dir.join(test_file).display()))
    }

    /// Writes a program that has all tests in the folder `tests` of a package after
    /// [`Sdk::pub_get`], and returns its file. Its argument names the file of tests to run, such as
    /// `test/a_test.dart`.
    ///
    /// # Errors
    ///
    /// Returns an error if there is no shim for `package:test`, or no tests.
    pub fn write_tests(&self, package_dir: &Path, tests: &Path) -> Result<PathBuf> {
        ensure!(self.packages_dir().is_some(), "tests are compiled as one program only with Debian's Dart");
        write_tests(package_dir, tests)
    }

    fn run_with_shim(&self, package_dir: &Path, test_file: &Path, mode: Mode) -> Result<Captured> {
        let program = self.program_of_tests(package_dir, test_file, mode)?;
        let file = uri(test_file);
        match mode {
            Mode::Jit => self.run(&program, &[&file], package_dir),
            Mode::Aot => capture(self.program(&program).arg(file).current_dir(package_dir)),
        }
    }

    /// Returns the compiled program of all tests in the folder of `test_file`.
    fn program_of_tests(&self, package_dir: &Path, test_file: &Path, mode: Mode) -> Result<PathBuf> {
        static PROGRAMS: Mutex<BTreeMap<(PathBuf, Mode), Result<PathBuf, String>>> =
            Mutex::new(BTreeMap::new());
        let tests = test_file.parent().context("a test file lies in a folder")?;
        // Held during the compilation. A thread that panicked has inserted nothing.
        let mut programs = PROGRAMS.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let program = programs
            .entry((package_dir.join(tests), mode))
            .or_insert_with(|| self.compile(package_dir, tests, mode).map_err(|error| format!("{error:#}")));
        program.clone().map_err(|error| anyhow!(error))
    }

    fn compile(&self, package_dir: &Path, tests: &Path, mode: Mode) -> Result<PathBuf> {
        let source = write_tests(package_dir, tests)?;
        let program = source.with_extension(match mode {
            Mode::Jit => "dill",
            Mode::Aot => "exe",
        });
        match mode {
            Mode::Jit => self.compile_kernel(&source, &program),
            Mode::Aot => self.compile_exe(&source, &program),
        }?;
        Ok(program)
    }
}

/// Writes a program that has all tests of a folder, and returns its file.
fn write_tests(package_dir: &Path, tests: &Path) -> Result<PathBuf> {
    let folder = package_dir.join(".dart_tool").join("xtask");
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let source = folder.join("all_tests.dart");
    let text = source_of_tests(package_dir, tests)?;
    // A file with the right text stays untouched, as another mode may be compiled from it at this
    // moment.
    if fs::read_to_string(&source).ok().as_ref() != Some(&text) {
        fs::write(&source, text).with_context(|| format!("cannot write {}", source.display()))?;
    }
    Ok(source)
}

/// Returns a program that runs the tests of the file that its argument names.
fn source_of_tests(package_dir: &Path, tests: &Path) -> Result<String> {
    let folder = package_dir.join(tests);
    let mut files = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let file = entry?.file_name().to_string_lossy().into_owned();
        if file.ends_with("_test.dart") {
            files.push(uri(&tests.join(file)));
        }
    }
    files.sort();
    ensure!(!files.is_empty(), "there is no `*_test.dart` in {}", folder.display());
    let mut imports = "import 'package:test/runner.dart';\n\n".to_owned();
    let mut cases = String::new();
    for (index, file) in files.iter().enumerate() {
        // Writing to a `String` never fails.
        let _ = writeln!(imports, "import '../../{file}' as tests{index};");
        let _ = writeln!(cases, "  '{file}' => tests{index}.main,");
    }
    Ok(format!(
        "{imports}\nFuture<void> main(List<String> args) => runTests(switch (args.single) {{\n\
         {cases}  final file => throw ArgumentError('no tests in $file'),\n}});\n"
    ))
}

/// Returns `file` as Dart names it.
fn uri(file: &Path) -> String {
    file.to_string_lossy().replace('\\', "/")
}
