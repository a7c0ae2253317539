//! Compiles and runs the programs in pages, as they are written.
//!
//! A block of Rust is a crate: a library, or a program if it has a `main`. A block of Dart is a
//! program for a library of its page, which it names in its import; the library is the block of
//! Rust in front of the first program that names it. A block of `proto` whose first line is
//! `// NAME.proto` is imported as the module `NAME` of the next crate. Tests are run as tests. What
//! a program prints is compared with a `text` block behind it, if the paragraph between them is
//! "It prints:".
//!
//! All crates are one workspace and all Dart programs one app, as the time that most of them take
//! is that of the tools.

use std::collections::BTreeSet;
use std::env::consts::{DLL_PREFIX, DLL_SUFFIX, EXE_SUFFIX};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use clap::Parser as _;
use ffi_dart_emit::{cli, proto};

use super::excerpts;
use super::{Block, Page};
use crate::dart_sdk::{Mode, Sdk};
use crate::progress::Progress;
use crate::workspace::{capture, cargo, library_variable, root};

/// Programs of pages.
#[derive(Debug, Default)]
pub struct Programs(Vec<Crate>);

/// Numbers of blocks that were run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Blocks of Rust.
    pub rust: usize,
    /// Blocks of Dart.
    pub dart: usize,
    /// Texts that were compared with what a program prints.
    pub outputs: usize,
}

/// A block of Rust, and what belongs to it.
#[derive(Debug)]
struct Crate {
    /// Name of the crate.
    name: String,
    /// True if a program in Dart has named it.
    is_named: bool,
    block: Block,
    /// Blocks of `proto`, each with the name of its module.
    protos: Vec<(String, Block)>,
    programs: Vec<Program>,
    prints: Option<Block>,
}

/// A block of Dart.
#[derive(Debug)]
struct Program {
    name: String,
    block: Block,
    prints: Option<Block>,
}

impl Crate {
    fn is_program(&self) -> bool {
        self.block.text.contains("\nfn main() ")
    }

    fn has_tests(&self) -> bool {
        self.block.text.contains("#[test]")
    }

    /// Returns the name of the package in Dart, if there is one.
    fn package(&self) -> Option<&str> {
        (!self.programs.is_empty()).then_some(&*self.name)
    }

    fn manifest(&self) -> String {
        let (name, core) = (&self.name, root().join("ffi-core").display().to_string());
        let library = if self.is_program() { "" } else { "[lib]\ncrate-type = [\"cdylib\"]\n" };
        format!(
            "[package]\nname = {name:?}\nversion = \"0.1.0\"\nedition = \"2024\"\n{library}\
             [dependencies]\n\
             ffi-core = {{ path = {core:?}, features = [\"json\", \"metrics\", \"observe\", \"proto\", \"simd\", \"tokio\"] }}\n\
             futures-util = {{ version = \"0.3\", default-features = false, features = [\"std\"] }}\n\
             thiserror = \"2\"\n\
             tokio = {{ version = \"1\", default-features = false, features = [\"rt\", \"time\"] }}\n\
             tracing = {{ version = \"0.1\", default-features = false }}\n"
        )
    }
}

impl Program {
    fn is_test(&self) -> bool {
        self.block.text.contains("import 'package:test/test.dart';")
    }

    fn file(&self) -> String {
        match self.is_test() {
            true => format!("test/{}_test.dart", self.name),
            false => format!("bin/{}.dart", self.name),
        }
    }
}

impl Programs {
    /// Finds the programs of `pages`.
    ///
    /// # Errors
    ///
    /// Returns an error if a program in Dart has no library, or two libraries have one name.
    pub fn of(pages: &[Page]) -> Result<Self> {
        let mut crates: Vec<Crate> = Vec::new();
        let mut names = BTreeSet::new();
        for page in pages {
            let stem = page.file.file_stem().unwrap_or_default().to_string_lossy().to_lowercase();
            let stem = stem.replace('-', "_");
            let first = crates.len();
            let mut protos = Vec::new();
            let mut last_is_dart = false;
            for block in page.blocks() {
                match block.language.as_str() {
                    _ if excerpts::path(&block).is_some() => {}
                    "proto" => {
                        let line = block.text.lines().next().unwrap_or_default();
                        if let Some(name) = line.strip_prefix("// ").and_then(|it| it.strip_suffix(".proto"))
                        {
                            protos.push((name.to_owned(), block));
                        }
                    }
                    "rust" => {
                        last_is_dart = false;
                        crates.push(Crate {
                            name: format!("{stem}_{}", crates.len() - first),
                            is_named: false,
                            block,
                            protos: std::mem::take(&mut protos),
                            programs: Vec::new(),
                            prints: None,
                        });
                    }
                    "dart" => {
                        last_is_dart = true;
                        let name = library(&block)?;
                        let of_page = &mut crates[first..];
                        let known = of_page.iter().position(|it| it.is_named && it.name == name);
                        let unnamed = || of_page.len().checked_sub(1).filter(|last| !of_page[*last].is_named);
                        let Some(at) = known.or_else(unnamed) else {
                            bail!("{}: no block of Rust is the library `{name}`", block.place);
                        };
                        let it = &mut of_page[at];
                        it.name = name.to_owned();
                        it.is_named = true;
                        let name = format!("{name}_{}", it.programs.len());
                        it.programs.push(Program { name, block, prints: None });
                    }
                    "text" if block.before == "It prints:\n" => {
                        let place = block.place.clone();
                        let last =
                            crates[first..].last_mut().with_context(|| format!("{place}: no program"))?;
                        let prints = match last.programs.last_mut() {
                            Some(program) if last_is_dart => &mut program.prints,
                            _ => &mut last.prints,
                        };
                        *prints = Some(block);
                    }
                    _ => {}
                }
            }
            for it in &crates[first..] {
                ensure!(names.insert(it.name.clone()), "{}: a second crate `{}`", it.block.place, it.name);
            }
        }
        Ok(Self(crates))
    }

    /// Compiles and runs all programs, with the crates and the app in `folder`, and cargo's output
    /// in `target`.
    ///
    /// # Errors
    ///
    /// Returns an error if a program doesn't compile or fails, has a warning, or prints another
    /// text than its page says.
    pub fn run(&self, sdk: &Sdk, folder: &Path, target: &Path) -> Result<Counts> {
        let names: Vec<_> = self.0.iter().map(|it| &it.name).collect();
        for it in &self.0 {
            let of_crate = folder.join("crates").join(&it.name);
            let file = if it.is_program() { "src/main.rs" } else { "src/lib.rs" };
            write(&of_crate.join("Cargo.toml"), &it.manifest())?;
            write(&of_crate.join(file), &it.block.text)?;
            for (module, block) in &it.protos {
                let file = folder.join("protos").join(format!("{module}.proto"));
                write(&file, &block.text)?;
                let imported = proto::import(&file, &proto::ImportOptions::default());
                let imported = imported.map_err(|problems| anyhow::anyhow!("{}: {problems}", block.place))?;
                write(&of_crate.join(format!("src/{module}.rs")), &imported.source)?;
            }
        }
        let members: Vec<_> = names.iter().map(|it| format!("crates/{it}")).collect();
        write(
            &folder.join("Cargo.toml"),
            &format!("[workspace]\nresolver = \"3\"\nmembers = {members:?}\n"),
        )?;
        fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock"))?;
        let cargo = |arguments: &[&str]| {
            let mut command = cargo();
            command.args(arguments).args(["--offline", "--target-dir"]).arg(target).current_dir(folder);
            capture(command.env("RUSTFLAGS", "-D warnings"))
        };
        let mut progress = Progress::steps(4);
        progress.step(format!("compiling {} crates", names.len()));
        cargo(&["build", "--workspace"])?;
        progress.step("running programs and tests of Rust");
        let mut outputs = 0;
        for it in self.0.iter().filter(|it| it.is_program()) {
            let program = target.join("debug").join(format!("{}{EXE_SUFFIX}", it.name));
            let ran = capture(&mut std::process::Command::new(program));
            outputs += compare(&ran.with_context(|| it.block.place.clone())?.stdout, it.prints.as_ref())?;
        }
        for it in self.0.iter().filter(|it| it.has_tests()) {
            cargo(&["test", "--package", &it.name]).with_context(|| it.block.place.clone())?;
        }
        outputs += self.run_dart(sdk, &folder.join("app"), &target.join("debug"), &mut progress)?;
        let dart = self.0.iter().map(|it| it.programs.len()).sum();
        Ok(Counts { rust: names.len(), dart, outputs })
    }

    /// Returns the libraries that [`Programs::run`] has built in `target`, each with its name.
    #[must_use]
    pub fn libraries(&self, target: &Path) -> Vec<(String, PathBuf)> {
        let packages = self.0.iter().filter_map(Crate::package);
        packages.map(|name| (name.to_owned(), library_file(&target.join("debug"), name))).collect()
    }

    /// Runs the programs in Dart in an app of all of them. Returns the number of outputs that were
    /// compared. It is two steps of `progress`.
    fn run_dart(&self, sdk: &Sdk, app: &Path, libraries: &Path, progress: &mut Progress) -> Result<usize> {
        progress.step("writing and analyzing packages and programs of Dart");
        let mut pubspec =
            "name: all_programs_of_pages\nenvironment:\n  sdk: '>=3.8.0 <4.0.0'\ndependencies:\n".to_owned();
        let mut sdk = sdk.clone();
        for (it, package) in self.0.iter().filter_map(|it| Some((it, it.package()?))) {
            let library = library_file(libraries, package);
            let folder = app.join("packages").join(package);
            let runtime = root().join("ffi-dart-emit/dart/ffi_core");
            let command = ["ffi-dart-emit".as_ref(), "dart".as_ref(), library.as_os_str(), "--out".as_ref()];
            let command =
                command.into_iter().chain([folder.as_os_str(), "--runtime".as_ref(), runtime.as_os_str()]);
            cli::run(cli::Cli::try_parse_from(command)?).with_context(|| it.block.place.clone())?;
            let _ = writeln!(pubspec, "  {package}: {{path: packages/{package}}}");
            sdk = sdk.with_env(library_variable(package), library);
        }
        pubspec += "dev_dependencies:\n  test: any\n";
        write(&app.join("pubspec.yaml"), &pubspec)?;
        for folder in ["bin", "test"] {
            // It need not exist; programs of earlier runs must not stay.
            let _ = fs::remove_dir_all(app.join(folder));
        }
        let programs: Vec<_> = self.0.iter().flat_map(|it| &it.programs).collect();
        for it in &programs {
            write(&app.join(it.file()), &it.block.text)?;
        }
        sdk.pub_get(app)?;
        for folder in ["bin", "test"].into_iter().filter(|it| app.join(it).exists()) {
            sdk.analyze(&app.join(folder)).with_context(|| self.places())?;
        }
        let (tests, programs): (Vec<_>, Vec<_>) = programs.into_iter().partition(|it| it.is_test());
        progress.step("compiling programs of Dart");
        let kernel = compile(&sdk, app, &programs)?;
        let mut outputs = 0;
        let mut parts = Progress::parts("running programs of Dart", programs.len() + tests.len());
        for it in programs {
            let ran = sdk.run(&kernel, &[&it.name], app);
            outputs += compare(&ran.with_context(|| it.block.place.clone())?.stdout, it.prints.as_ref())?;
            parts.advance();
        }
        for it in tests {
            let ran = sdk.run_tests(app, Path::new(&it.file()), Mode::Jit);
            ran.with_context(|| it.block.place.clone())?;
            parts.advance();
        }
        Ok(outputs)
    }

    /// Returns a line for each program in Dart: its file, and the page that has it.
    fn places(&self) -> String {
        let programs = self.0.iter().flat_map(|it| &it.programs);
        programs.map(|it| format!("{} is {}\n", it.file(), it.block.place)).collect()
    }
}

/// Returns the file of a library in the folder of cargo's output.
fn library_file(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{DLL_PREFIX}{name}{DLL_SUFFIX}"))
}

/// Compiles all programs into one, which runs the program that its argument names.
fn compile(sdk: &Sdk, app: &Path, programs: &[&Program]) -> Result<PathBuf> {
    let mut imports = String::new();
    let mut cases = String::new();
    for Program { name, .. } in programs {
        let _ = writeln!(imports, "import '../../bin/{name}.dart' as {name};");
        let _ = writeln!(cases, "    '{name}' => {name}.main,");
    }
    let source = format!(
        "{imports}\nFuture<void> main(List<String> arguments) async {{\n  final Function main = switch (arguments.single) {{\n\
         {cases}    final name => throw ArgumentError(name),\n  }};\n  await main();\n}}\n"
    );
    let file = app.join(".dart_tool/xtask/pages.dart");
    write(&file, &source)?;
    let kernel = file.with_extension("dill");
    sdk.compile_kernel(&file, &kernel)?;
    Ok(kernel)
}

/// Returns the package that a program in Dart imports first, other than `test`.
fn library(block: &Block) -> Result<&str> {
    let imports = block.text.split("import 'package:").skip(1).filter_map(|it| it.split_once('/'));
    let mut names = imports.map(|(name, _)| name).filter(|name| *name != "test");
    names.next().with_context(|| format!("{}: the program imports no library", block.place))
}

/// Compares the output of a program with the text in its page; returns 1 if there is one.
fn compare(printed: &str, text: Option<&Block>) -> Result<usize> {
    let Some(text) = text else { return Ok(0) };
    ensure!(printed == text.text, "{}: it prints another text:\n{printed}", text.place);
    Ok(1)
}

/// Writes a file, unless it has the text: cargo compiles again what is newer than its output.
fn write(file: &Path, text: &str) -> Result<()> {
    if fs::read_to_string(file).is_ok_and(|it| it == text) {
        return Ok(());
    }
    fs::create_dir_all(file.parent().unwrap_or(Path::new("")))
        .and_then(|()| fs::write(file, text))
        .with_context(|| format!("cannot write {}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn programs(text: &str) -> Result<Programs> {
        Programs::of(&[Page { file: "a-page.md".into(), text: text.to_owned() }])
    }

    fn block(language: &str, code: &str) -> String {
        format!("```{language}\n{code}\n```\n\n")
    }

    #[test]
    fn programs_belong_to_the_library_before_them() {
        let (one, other) = ("import 'package:one/one.dart';", "import 'package:other/other.dart';");
        let text = [
            block("rust", "//"),
            block("dart", one),
            "It prints:\n\n".to_owned(),
            block("text", "1"),
            block("proto", "// old.proto"),
            block("rust", "// examples/08_services/src/lib.rs"),
            block("rust", "//"),
            block("dart", other),
            block("dart", &format!("{one}\nimport 'package:test/test.dart';")),
            block("rust", "//\nfn main() {}"),
            "It prints:\n\n".to_owned(),
            block("text", "2"),
        ]
        .concat();
        let Programs(crates) = programs(&text).unwrap();
        let names: Vec<_> = crates.iter().map(|it| (&*it.name, it.protos.len(), it.is_program())).collect();
        assert_eq!(names, [("one", 0, false), ("other", 1, false), ("a_page_2", 0, true)]);
        let files: Vec<_> = crates[0].programs.iter().map(Program::file).collect();
        assert_eq!(files, ["bin/one_0.dart", "test/one_1_test.dart"]);
        assert_eq!(crates[0].programs[0].prints.as_ref().unwrap().text, "1\n");
        assert_eq!(crates[2].prints.as_ref().unwrap().text, "2\n");
    }

    #[test]
    fn a_program_without_a_library_is_named() {
        let dart = block("dart", "import 'package:one/one.dart';");
        let other = block("dart", "import 'package:other/other.dart';");
        let error = |text: &str| programs(text).unwrap_err().to_string();
        assert_eq!(error(&dart), "a-page.md:2: no block of Rust is the library `one`");
        let rust = block("rust", "//");
        assert_eq!(
            error(&[&*rust, &dart, &other].concat()),
            "a-page.md:10: no block of Rust is the library `other`"
        );
        assert_eq!(
            error(&[&*rust, &block("dart", "void main() {}")].concat()),
            "a-page.md:6: the program imports no library"
        );
    }

    #[test]
    fn other_output_is_named() {
        let text = Block {
            place: "a.md:3".to_owned(),
            language: "text".to_owned(),
            text: "1\n".to_owned(),
            before: String::new(),
        };
        assert_eq!(compare("1\n", Some(&text)).unwrap(), 1);
        assert_eq!(compare("2\n", None).unwrap(), 0);
        let error = compare("2\n", Some(&text)).unwrap_err().to_string();
        assert_eq!(error, "a.md:3: it prints another text:\n2\n");
    }
}
