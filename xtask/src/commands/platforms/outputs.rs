//! Outputs of libraries of another platform: generated files, programs in C, tests in Dart.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::emulators::{DartEmulator, Emulator, Started};
use crate::cells::IN_PART;
use crate::dart_sdk::Sdk;
use crate::generated::{self, Generated, emitter};
use crate::signatures::Signatures;
use crate::workspace::{capture, root};

/// Builds the library of a package with features, and returns its file.
pub(super) type Build<'a> = dyn Fn(&str, &[&str]) -> Result<PathBuf> + 'a;

/// Name of the fixture whose programs are drawn at random.
const SIGNATURES: &str = "signatures";

/// Name of the fixture with a pool that is larger than memory of 32 bits. Comments in its package
/// tell how many slots it has, which are fewer there.
const HUGE: &str = "pools";

/// Tests in Dart that can't run in an emulator: they start the Dart of this machine.
const NOT_EMULATED: [&str; 1] = ["reload"];

/// The fixtures that are built, by name.
pub(super) struct Fixtures {
    names: Vec<String>,
    /// True if these are all.
    whole: bool,
}

impl Fixtures {
    /// Returns the fixtures `only`, or all that have generated files or drawn programs if it is
    /// empty.
    ///
    /// # Errors
    ///
    /// Returns an error if there is no such fixture.
    pub(super) fn new(only: &[String]) -> Result<Self> {
        let mut names = generated::folders("tests/golden")?;
        names.retain(|name| name != "expand");
        names.push(SIGNATURES.to_owned());
        for name in only {
            ensure!(names.contains(name), "there is no fixture `{name}`: {}", names.join(", "));
        }
        names.retain(|name| only.is_empty() || only.contains(name));
        Ok(Self { names, whole: only.is_empty() })
    }

    /// Returns what the names of cells end in: nothing, or the fixtures that are tried.
    pub(super) fn part(&self) -> String {
        let names = || self.names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        if self.whole { String::new() } else { IN_PART.to_owned() + &names() }
    }

    fn has(&self, name: &str) -> bool {
        self.names.iter().any(|it| it == name)
    }

    /// Returns those whose generated files are committed.
    fn committed(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str).filter(|it| *it != SIGNATURES)
    }
}

/// Compares the files that are generated from the libraries of all fixtures with the committed
/// ones, byte for byte: but for [`HUGE`] if sizes have 32 bits.
///
/// # Errors
///
/// Returns an error if a library doesn't build, or a file differs; the message holds the
/// difference.
pub(super) fn compare(fixtures: &Fixtures, build: &Build, has_short_sizes: bool) -> Result<()> {
    for name in fixtures.committed().filter(|name| !has_short_sizes || *name != HUGE) {
        let fixture = Generated::fixture(name);
        let library = build(&fixture.package, &[])?;
        fixture.check(&library).with_context(|| format!("{} differs", library.display()))?;
    }
    Ok(())
}

/// Compiles each program in `tests/c` with its header, and the one that calls all signatures, links
/// it with its library and runs it. `folder` is for all that is written.
///
/// # Errors
///
/// Returns an error if a program doesn't compile or fails; the message holds its output.
pub(super) fn run_c<E: Emulator>(
    emulator: &E,
    fixtures: &Fixtures,
    build: &Build,
    folder: &Path,
) -> Result<()> {
    let mut programs = 0;
    let sources = root().join("tests/c");
    for name in fixtures.committed() {
        let source = sources.join(format!("{name}.c"));
        if source.is_file() {
            let fixture = Generated::fixture(name);
            let headers = fixture.golden.context("a fixture has a header")?;
            run_one(emulator, &build(&fixture.package, &[])?, &headers, &source, &folder.join(name))?;
            programs += 1;
        }
    }
    ensure!(programs >= 9 || !fixtures.whole, "only {programs} programs in {}", sources.display());
    if !fixtures.has(SIGNATURES) {
        return Ok(());
    }
    let fixture = Generated::fixture(SIGNATURES);
    let (library, folder) = (build(&fixture.package, &[])?, folder.join(SIGNATURES));
    fs::create_dir_all(&folder)?;
    let header = folder.join(format!("{}.h", fixture.package));
    capture(emitter()?.arg("c").arg(&library).arg("--out").arg(header))?;
    let source = folder.join("signatures.c");
    fs::write(&source, Signatures::draw().c())?;
    run_one(emulator, &library, &folder, &source, &folder)
}

fn run_one<E: Emulator>(
    emulator: &E,
    library: &Path,
    headers: &Path,
    source: &Path,
    folder: &Path,
) -> Result<()> {
    fs::create_dir_all(folder)?;
    let program = folder.join(format!("program{}", E::ENDING));
    // Windows looks for it there. The file that is linked gives the name that the program asks for.
    let beside = folder.join(library.file_name().context("a library has a name")?);
    fs::copy(library, &beside)?;
    let mut gcc = emulator.compiler();
    gcc.args(["-std=c11", "-Wall", "-Wextra", "-pedantic", "-Werror", "-I"]).arg(headers);
    capture(gcc.arg(source).arg(&beside).args(E::LIBRARIES).arg("-o").arg(&program))?;
    capture(&mut emulator.run(&program)?)?;
    Ok(())
}

/// Runs the tests in `tests/dart/end_to_end` with the libraries of another platform, compiled on
/// this machine, and the program that calls all signatures. `folder` is for all that is written.
///
/// # Errors
///
/// Returns an error if a test fails; the message holds its output.
pub(super) fn run_dart<E: DartEmulator>(
    emulator: &E,
    sdk: &Sdk,
    fixtures: &Fixtures,
    build: &Build,
    folder: &Path,
) -> Result<()> {
    let libraries = Libraries::build(fixtures, build, folder, E::LIBRARY)?;
    let package = root().join("tests/dart/end_to_end");
    sdk.pub_get(&package)?;
    let program = folder.join("tests").with_extension(E::ENDING);
    emulator.compile(sdk, &package, &sdk.write_tests(&package, Path::new("test"))?, &program)?;
    let mut failures = Vec::new();
    let mut ran = 0;
    for file in generated::files(&package.join("test"))? {
        let Some(name) = file
            .strip_suffix("_test.dart")
            .filter(|it| !NOT_EMULATED.contains(it) && !E::NOT_RUN.contains(it))
        else {
            continue;
        };
        let text = fs::read_to_string(package.join("test").join(&file))?;
        if !used(&text).all(|it| fixtures.has(&it)) {
            ensure!(!fixtures.whole, "{file} needs a fixture that isn't built");
            continue;
        }
        let (program, package, environment) = (&program, &package, &libraries.environment(name)?);
        let arguments = &[format!("test/{file}")];
        let mut dart = emulator.start(&Started { program, arguments, folder, package, environment })?;
        match capture(&mut dart) {
            Ok(said) => eprintln!("{name}: {}", said.stdout.lines().last().unwrap_or_default()),
            Err(error) => failures.push(format!("{name}: {error:#}")),
        }
        ran += 1;
    }
    ensure!(
        failures.is_empty(),
        "{} of {ran} files of tests failed\n{}",
        failures.len(),
        failures.join("\n\n")
    );
    ensure!(ran > 30 || !fixtures.whole, "only {ran} files of tests in {}", package.display());
    if fixtures.has(SIGNATURES) { call_signatures(emulator, sdk, &libraries, folder) } else { Ok(()) }
}

/// Returns the fixtures whose packages a program in Dart imports, or whose libraries it opens by
/// their variables.
fn used(text: &str) -> impl Iterator<Item = String> {
    let between = |start, end| {
        let parts = text.split(start).skip(1);
        parts.filter_map(move |it: &str| Some(it.split_once(end)?.0.to_lowercase()))
    };
    let named = between("FIXTURE_", "_LIBRARY'").filter(|it| it != "changed");
    between("package:fixture_", "/").chain(named)
}

/// Runs the program in Dart that calls all signatures.
fn call_signatures<E: DartEmulator>(
    emulator: &E,
    sdk: &Sdk,
    libraries: &Libraries,
    folder: &Path,
) -> Result<()> {
    let package = &folder.join("signatures_package");
    let library = libraries.file(SIGNATURES, "");
    capture(emitter()?.arg("dart").arg(library).arg("--out").arg(package))?;
    sdk.pub_get(package)?;
    fs::create_dir_all(package.join("bin"))?;
    let source = package.join("bin/signatures.dart");
    fs::write(&source, Signatures::draw().dart())?;
    let program = &folder.join("signatures").with_extension(E::ENDING);
    emulator.compile(sdk, package, &source, program)?;
    let environment = &libraries.environment(SIGNATURES)?;
    capture(&mut emulator.start(&Started { program, arguments: &[], folder, package, environment })?)?;
    Ok(())
}

/// Libraries of fixtures in one folder, those with features in folders below it.
struct Libraries<'a> {
    fixtures: &'a Fixtures,
    folder: PathBuf,
    /// Prefix and suffix of a library's file name.
    name: (&'static str, &'static str),
}

/// Fixtures that tests also have with a feature.
const WITH_FEATURES: [(&str, &str); 2] = [("calls", "changed"), ("streams", "pool-debug")];

impl<'a> Libraries<'a> {
    fn build(
        fixtures: &'a Fixtures,
        build: &Build,
        folder: &Path,
        name: (&'static str, &'static str),
    ) -> Result<Self> {
        let libraries = Self { fixtures, folder: folder.join("libraries"), name };
        for name in &fixtures.names {
            libraries.copy(&build(&format!("fixture-{name}"), &[])?, name, "")?;
        }
        for (name, feature) in WITH_FEATURES.into_iter().filter(|(name, _)| fixtures.has(name)) {
            libraries.copy(&build(&format!("fixture-{name}"), &[feature])?, name, feature)?;
        }
        Ok(libraries)
    }

    /// Copies a library, as the next build writes to the same file.
    fn copy(&self, library: &Path, name: &str, feature: &str) -> Result<()> {
        let to = self.file(name, feature);
        fs::create_dir_all(to.parent().context("a file lies in a folder")?)?;
        fs::copy(library, &to).with_context(|| format!("{} can't be copied", library.display()))?;
        Ok(())
    }

    fn file(&self, name: &str, feature: &str) -> PathBuf {
        let (prefix, suffix) = self.name;
        self.folder.join(feature).join(format!("{prefix}fixture_{name}{suffix}"))
    }

    /// Returns the environment of a file of tests: the libraries, freed memory that is overwritten,
    /// and a script and a folder that start empty.
    fn environment(&self, test: &str) -> Result<Vec<(String, PathBuf)>> {
        let mut environment = Vec::new();
        if test == "opening_in_process" {
            // The system loads it before the program, as an app on iOS is; no variable names it.
            environment.push(("LD_PRELOAD".to_owned(), self.file("calls", "changed")));
            return Ok(environment);
        }
        for name in &self.fixtures.names {
            let feature = if test == "streams_lent" && name == "streams" { "pool-debug" } else { "" };
            let variable = format!("FIXTURE_{}_LIBRARY", name.to_uppercase());
            environment.push((variable, self.file(name, feature)));
        }
        environment.push(("FIXTURE_CHANGED_LIBRARY".to_owned(), self.file("calls", "changed")));
        // An isolate that is killed leaves memory that nobody may read.
        if !test.ends_with("_shutdown") {
            environment.push(("GLIBC_TUNABLES".to_owned(), "glibc.malloc.perturb=165".into()));
        }
        // Times that are enough for a processor are not for an emulated one.
        environment.push(("FFI_TEST_PATIENCE".to_owned(), "20".into()));
        let (script, logs) = (self.folder.join("script.txt"), self.folder.join("logs"));
        fs::write(&script, "")?;
        crate::debian::remove(&logs)?;
        environment.push(("FIXTURE_PRODUCTION_SCRIPT".to_owned(), script));
        environment.push(("FIXTURE_PRODUCTION_LOGS".to_owned(), logs));
        Ok(environment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_test_in_dart_needs_fixtures_that_are_built() {
        let text = "import 'package:fixture_pools/fixture_pools.dart';\nimport 'package:test/test.dart';\n\
                    import 'package:fixture_types/values.dart';\n\
                    final other = Platform.environment['FIXTURE_LAYOUT_LIBRARY']!;\n\
                    final changed = Platform.environment['FIXTURE_CHANGED_LIBRARY']!;\n";
        assert_eq!(used(text).collect::<Vec<_>>(), ["pools", "types", "layout"]);

        let whole = Fixtures::new(&[]).unwrap();
        let tests = root().join("tests/dart/end_to_end/test");
        for file in generated::files(&tests).unwrap() {
            let text = fs::read_to_string(tests.join(&file)).unwrap();
            let missing: Vec<_> = used(&text).filter(|it| !whole.has(it)).collect();
            assert!(missing.is_empty(), "{file} needs {missing:?}");
        }
    }

    #[test]
    fn a_fixture_that_is_not_there_is_named() {
        let chosen = Fixtures::new(&["pools".to_owned()]).unwrap();
        assert!(chosen.has("pools") && !chosen.has("types") && !chosen.whole);
        assert_eq!(chosen.part(), ", in part: `pools`");
        assert_eq!(Fixtures::new(&[]).unwrap().part(), "");
        let error = Fixtures::new(&["pool".to_owned()]).err().unwrap().to_string();
        assert!(error.starts_with("there is no fixture `pool`: arenas, "), "{error}");
    }
}
