//! Runs the programs in `examples/`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use ffi_dart_emit::cargo::{BuildOptions, Crate};

use crate::dart_sdk::{Mode, Sdk};
use crate::generated::{self, Generated, emitter};
use crate::workspace::{Captured, capture, libraries, library_variable};

/// An example: a library in `examples/NN_name` or `examples/NN_group/name`, and the program
/// `dart/bin/name.dart` that uses it.
#[derive(Clone, Debug)]
pub struct Example {
    generated: Generated,
    library: PathBuf,
    arguments: Vec<String>,
}

impl Example {
    /// Builds the library of the example in `examples/{folder}`.
    ///
    /// # Errors
    ///
    /// Returns an error if there is no such example, or it doesn't build.
    pub fn build(folder: &str, options: &BuildOptions) -> Result<Self> {
        let generated = Generated::example(folder);
        let options = BuildOptions { target_dir: Some(libraries()), ..options.clone() };
        let library = Crate::named(&generated.package)
            .with_context(|| format!("no example `{folder}`; there are: {}", Self::folders().join(", ")))?
            .build(&options)?;
        Ok(Self { generated, library, arguments: Vec::new() })
    }

    /// Returns the folders of all examples that have a program in Dart; an app is none.
    #[must_use]
    pub fn folders() -> Vec<String> {
        let has_program = |folder: &String| Generated::example(folder).dart.join("bin").is_dir();
        generated::examples().unwrap_or_default().into_iter().filter(has_program).collect()
    }

    /// Returns the example with arguments for its program.
    #[must_use]
    pub fn with_arguments(self, arguments: Vec<String>) -> Self {
        Self { arguments, ..self }
    }

    /// Returns the example's generated package.
    #[must_use]
    pub fn generated(&self) -> &Generated {
        &self.generated
    }

    /// Returns the output of the program, if it prints the same text each time: its `expected.txt`.
    #[must_use]
    pub fn expected(&self) -> Option<String> {
        let folder = self.generated.dart.parent()?;
        fs::read_to_string(folder.join("expected.txt")).ok()
    }

    /// Writes the example's Dart package.
    ///
    /// # Errors
    ///
    /// Returns an error if the emitter fails.
    pub fn write_package(&self) -> Result<()> {
        let mut emit = emitter()?;
        emit.arg("dart").arg(&self.library).arg("--out").arg(&self.generated.dart);
        capture(&mut emit).map(drop)
    }

    /// Runs the Dart program as [`run`](Self::run) does, and compares what it printed with its
    /// `expected.txt`, if there is one.
    ///
    /// # Errors
    ///
    /// Returns an error as `run` does, or if the program printed something else.
    pub fn run_as_expected(&self, sdk: &Sdk, mode: Mode) -> Result<Captured> {
        let printed = self.run(sdk, mode)?;
        if let Some(expected) = self.expected() {
            let found = &printed.stdout;
            ensure!(*found == expected, "it printed:\n{found}instead of:\n{expected}");
        }
        Ok(printed)
    }

    /// Runs the Dart program and returns what it printed.
    ///
    /// # Errors
    ///
    /// Returns an error if the program doesn't compile, or fails; the message holds its output.
    pub fn run(&self, sdk: &Sdk, mode: Mode) -> Result<Captured> {
        let name = &self.generated.package;
        match mode {
            Mode::Jit => {
                let arguments: Vec<_> = self.arguments.iter().map(String::as_str).collect();
                self.run_other(sdk, name, &arguments)
            }
            Mode::Aot => {
                let (sdk, executable) = self.compile(sdk, name)?;
                capture(sdk.program(&executable).args(&self.arguments).current_dir(&self.generated.dart))
            }
        }
    }

    /// Runs the Dart program `dart/bin/{name}.dart` and returns what it printed.
    ///
    /// # Errors
    ///
    /// Returns an error if the program doesn't compile, or fails; the message holds its output.
    pub fn run_other(&self, sdk: &Sdk, name: &str, arguments: &[&str]) -> Result<Captured> {
        self.resolved(sdk)?.run(&program(name), arguments, &self.generated.dart)
    }

    /// Compiles the Dart program `dart/bin/{name}.dart`; returns it with what runs it.
    ///
    /// # Errors
    ///
    /// Returns an error if the program doesn't compile.
    pub fn compile(&self, sdk: &Sdk, name: &str) -> Result<(Sdk, PathBuf)> {
        let dart = &self.generated.dart;
        let sdk = self.resolved(sdk)?;
        let folder = dart.join(".dart_tool").join("xtask");
        fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
        let executable = folder.join(name).with_extension("exe");
        sdk.compile_exe(&dart.join(program(name)), &executable)?;
        Ok((sdk, executable))
    }

    /// Returns what runs programs of the example, whose dependencies are found.
    fn resolved(&self, sdk: &Sdk) -> Result<Sdk> {
        let name = &self.generated.package;
        let sdk = sdk.clone().with_env(library_variable(name), &self.library);
        sdk.pub_get(&self.generated.dart)?;
        Ok(sdk)
    }
}

/// Returns the path of a program in the example's package.
fn program(name: &str) -> PathBuf {
    Path::new("bin").join(format!("{name}.dart"))
}
