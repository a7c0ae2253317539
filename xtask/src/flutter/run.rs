//! Compiles tests for Flutter, and runs them in its engine.
//!
//! The framework is most of a program, and takes ten seconds to compile. So it is compiled once,
//! into a base from which the compiler starts for each app, as `flutter test` has it.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::Flutter;
use crate::workspace::{self, Captured, capture};

/// Choice between comparing golden pictures and writing them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goldens {
    /// They are compared: a test fails whose picture differs.
    Compare,
    /// They are written.
    Update,
}

/// Environment variable with the test file to run, for the program of all tests of a folder.
const FILE_VARIABLE: &str = "XTASK_TEST_FILE";

/// Environment variable that has a program of tests update golden pictures.
const UPDATE_VARIABLE: &str = "XTASK_UPDATE_GOLDENS";

/// A program that uses what most apps use.
const BASE: &str = "import 'package:flutter/material.dart';\nimport 'package:flutter/rendering.dart';\n\
                    import 'package:flutter_test/flutter_test.dart';\n\
                    void main() => test('', () => runApp(MaterialApp(home: RenderErrorBox().runtimeType as Widget)));\n";

impl Flutter {
    /// Compiles all tests in the folder `test` of `app`, after [`Flutter::pub_get`].
    ///
    /// # Errors
    ///
    /// Returns an error if there are none, or they don't compile; the message holds the compiler's.
    pub fn compile_tests(&self, app: &Path) -> Result<Tests> {
        let app = std::path::absolute(app)?;
        let files = test_files(&app.join("test"))?;
        let folder = app.join(".dart_tool/xtask");
        fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
        let source = folder.join("flutter_tests.dart");
        fs::write(&source, source_of_tests(&files))
            .with_context(|| format!("cannot write {}", source.display()))?;
        let program = source.with_extension("dill");
        self.compile(&app, &source, &program)?;
        Ok(Tests { app, files, program, flutter: self.clone() })
    }

    /// Compiles `file`, a program of `app`, to `out`, after [`Flutter::pub_get`].
    ///
    /// # Errors
    ///
    /// Returns an error if it doesn't compile; the message holds the compiler's.
    pub fn compile(&self, app: &Path, file: &Path, out: &Path) -> Result<()> {
        let base = self.base()?;
        self.front_end(app, file, out, Some(&base))
    }

    /// Returns the framework as the compiler's base, compiled by the first caller.
    fn base(&self) -> Result<PathBuf> {
        let folder = self.folder.join("base");
        let base = folder.join("base.dill");
        fs::create_dir_all(&folder)?;
        let lock = File::create(folder.join("lock"))?;
        lock.lock()?;
        if !base.exists() {
            let pubspec = "name: base\nenvironment: {sdk: '>=3.10.0 <4.0.0'}\n\
                           dependencies:\n  flutter: {sdk: flutter}\n  flutter_test: {sdk: flutter}\n";
            fs::write(folder.join("pubspec.yaml"), pubspec)?;
            let source = folder.join("base.dart");
            fs::write(&source, BASE)?;
            self.pub_get(&folder)?;
            let part = folder.join("base.part");
            self.front_end(&folder, &source, &part, None).context(
                "Flutter can't be compiled\nhint: if its Dart is another than that in .dart-sdk, remove both \
                 .flutter and .dart-sdk: they are installed again",
            )?;
            fs::rename(part, &base)?;
        }
        Ok(base)
    }

    fn front_end(&self, app: &Path, file: &Path, out: &Path, base: Option<&Path>) -> Result<()> {
        let engine = self.engine();
        let mut command = self.sdk.program(&self.sdk.bin_dir().join("dartaotruntime"));
        command.arg(engine.join("frontend_server_aot.dart.snapshot"));
        let packages = app.join(".dart_tool/package_config.json");
        for (option, path) in [
            ("sdk-root", engine.join("flutter_patched_sdk/").as_path()),
            ("packages", &packages),
            ("output-dill", out),
        ] {
            command.arg(format!("--{option}={}", path.display()));
        }
        command.args(["--target=flutter", "--enable-asserts", "--no-print-incremental-dependencies"]);
        if let Some(base) = base {
            command.arg("--incremental").arg(format!("--initialize-from-dill={}", base.display()));
        }
        capture(command.arg(file).current_dir(app))?;
        Ok(())
    }
}

/// Compiled tests of an app.
#[derive(Clone, Debug)]
pub struct Tests {
    flutter: Flutter,
    app: PathBuf,
    files: Vec<String>,
    program: PathBuf,
}

impl Tests {
    /// Returns the names of the test files, sorted.
    #[must_use]
    pub fn files(&self) -> &[String] {
        &self.files
    }

    /// Runs the tests of one file. The working folder is that of the app, as under `flutter test`.
    ///
    /// # Errors
    ///
    /// Returns an error if a test fails, or the file has none; the message holds the output.
    pub fn run(&self, file: &str, goldens: Goldens) -> Result<Captured> {
        let mut command = self.flutter.command(&self.app)?;
        command.env(FILE_VARIABLE, file);
        if goldens == Goldens::Update {
            command.env(UPDATE_VARIABLE, "1");
        }
        capture(command.arg("--disable-vm-service").arg(&self.program))
            .with_context(|| format!("the tests of {} failed", self.app.join("test").join(file).display()))
    }
}

/// Returns the names of the test files in a folder.
fn test_files(folder: &Path) -> Result<Vec<String>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.ends_with("_test.dart") {
            files.push(name);
        }
    }
    files.sort();
    ensure!(!files.is_empty(), "there is no `*_test.dart` in {}", folder.display());
    Ok(files)
}

/// Returns a program that runs the tests of the file that a variable names.
///
/// The engine ends with code 0 as soon as no port is open, also if a test waits for a picture. So
/// the program keeps one open until all tests have ended.
fn source_of_tests(files: &[String]) -> String {
    let runner = uri(&workspace::root().join("tests/dart/test_shim/lib/runner.dart"));
    let mut imports = format!(
        "import 'dart:io';\nimport 'dart:isolate';\n\nimport 'package:flutter_test/flutter_test.dart';\n\
         import '{runner}';\n\n"
    );
    let mut cases = String::new();
    for (index, file) in files.iter().enumerate() {
        // Writing to a `String` never fails.
        let _ = writeln!(imports, "import '../../test/{file}' as tests{index};");
        let _ = writeln!(cases, "    '{file}' => tests{index}.main,");
    }
    format!(
        "{imports}\nFuture<void> main() async {{\n  final open = ReceivePort();\n  \
         final file = Platform.environment['{FILE_VARIABLE}']!;\n  \
         goldenFileComparator = LocalFileComparator(Directory.current.uri.resolve('test/$file'));\n  \
         autoUpdateGoldenFiles = Platform.environment['{UPDATE_VARIABLE}'] == '1';\n  \
         await runTests(switch (file) {{\n{cases}    _ => throw ArgumentError('no tests in $file'),\n  }});\n  \
         open.close();\n  exit(exitCode);\n}}\n"
    )
}

/// Returns the URI of an absolute path.
fn uri(file: &Path) -> String {
    let path = file.to_string_lossy().replace('\\', "/");
    let mut uri = "file://".to_owned();
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            uri.push(byte.into());
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_becomes_a_uri() {
        assert_eq!(uri(Path::new("/a b/ü-1.dart")), "file:///a%20b/%C3%BC-1.dart");
    }
}
