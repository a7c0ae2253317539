//! Runs a file of Dart tests.
//!
//! Where [`Sdk::pub_get`] took the shim for `package:test`, an entry file is generated under `.dart_tool/` that hands
//! the test file's `main` to the shim's runner. Elsewhere `dart test` does it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use super::Sdk;
use crate::workspace::{Captured, capture};

/// How Dart code is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Compiled as it runs, as in development, with assertions on.
    Jit,
    /// Compiled to an executable first, as users get it: without assertions. Compiling takes a second or more.
    Aot,
}

impl Mode {
    /// All modes, for tests that go through them.
    pub const ALL: [Self; 2] = [Self::Jit, Self::Aot];
}

impl Sdk {
    /// Runs the `package:test` style file `test_file`, relative to `package_dir`, after [`Sdk::pub_get`]. The working
    /// folder is `package_dir`, as under `dart test`. One file is not to be run twice at once in the same mode.
    ///
    /// # Errors
    ///
    /// When a test fails, there is none in the file, or it does not compile; the message holds the output.
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

    fn run_with_shim(&self, package_dir: &Path, test_file: &Path, mode: Mode) -> Result<Captured> {
        let entry = Entry::write(package_dir, test_file)?;
        match mode {
            // The compiler inside the VM is itself only compiled as it runs, and takes five times as long.
            Mode::Jit => {
                let mut compile = self.command();
                compile.args(["compile", "kernel", "--no-link-platform"]);
                capture(compile.arg(&entry.source).arg("-o").arg(&entry.kernel))?;
                self.run(&entry.kernel, &[], package_dir)
            }
            Mode::Aot => {
                self.compile_exe(&entry.source, &entry.program)?;
                capture(self.program(&entry.program).current_dir(package_dir))
            }
        }
    }
}

/// The generated program for one test file.
struct Entry {
    source: PathBuf,
    kernel: PathBuf,
    program: PathBuf,
}

impl Entry {
    fn write(package_dir: &Path, test_file: &Path) -> Result<Self> {
        let folder = package_dir.join(".dart_tool").join("xtask");
        fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
        let uri = test_file.to_string_lossy().replace('\\', "/");
        let name = uri.replace('/', "__");
        let entry = Self {
            source: folder.join(&name),
            kernel: folder.join(&name).with_extension("dill"),
            program: folder.join(name).with_extension("exe"),
        };
        let text = format!(
            "import 'package:test/runner.dart';\n\
             \n\
             import '../../{uri}' as tests;\n\
             \n\
             Future<void> main() => runTests(tests.main);\n"
        );
        // Untouched if right, for a process that compiles it just now.
        if fs::read_to_string(&entry.source).ok().as_ref() != Some(&text) {
            fs::write(&entry.source, text)
                .with_context(|| format!("cannot write {}", entry.source.display()))?;
        }
        Ok(entry)
    }
}
