//! `cargo xtask coverage`.
//!
//! rustc counts how often each line runs (`-Cinstrument-coverage`), in tests, in the libraries and
//! programs that these start, and in the compiler when it expands a macro of `ffi-derive`. Each
//! process writes its counters at its end; LLVM's tools of the same toolchain merge and read them.
//!
//! What no count can tell: a line that ran need not be tested. The goals are for lines that no test
//! reaches at all.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use cargo_metadata::Message;

use crate::progress::Progress;
use crate::toolchain::programs;
use crate::workspace::{capture, cargo, root, run, target};

/// The arguments of `cargo xtask coverage`.
#[derive(Debug, clap::Args)]
pub struct Coverage {
    /// Count nothing: print the last counts again.
    #[arg(long)]
    report: bool,
    /// Arguments of `cargo test`, instead of all tests: `-- -p ffi-core --lib`. The goals are those
    /// of a whole run.
    #[arg(last = true)]
    tests: Vec<String>,
}

/// Crates whose lines are counted: those that users have.
const CRATES: [&str; 3] = ["ffi-core/src", "ffi-derive/src", "ffi-dart-emit/src"];

/// Percentage of all lines.
const GOAL: f64 = 80.0;

/// Folders of which each line is to run, or is listed.
const WHOLE: [&str; 3] = ["ffi-core/src/boundary", "ffi-core/src/pool", "ffi-core/src/types"];

/// Lines of [`WHOLE`] that no test reaches, and why.
const LISTED: &str = "xtask/uncovered.txt";

/// Tests of everything but benchmarks, which have none.
const ALL: [&str; 7] =
    ["--workspace", "--exclude", "ffi-benches", "--exclude", "bench-*", "--tests", "--no-fail-fast"];

impl Coverage {
    /// Runs the tests with counters, and prints the lines of each folder and which goals are
    /// missed.
    ///
    /// Takes about twice the time of `cargo test --workspace`, and a target folder of its own,
    /// which is kept. Installs rustup's component `llvm-tools` when it is missing. Needs a Unix
    /// shell.
    ///
    /// # Errors
    ///
    /// Returns an error if a test fails, a goal is missed, or a listed line is covered or gone.
    pub fn run(self) -> Result<()> {
        let folder = target().join("coverage");
        let tools = Tools::find_or_install()?;
        let tested = if self.report { Ok(()) } else { self.count(&folder) };
        let mut progress = Progress::steps(2);
        progress.step("adding up the counters");
        let merged = tools.merge(&folder)?;
        progress.step("reading the lines");
        let report = Report::of(tools.export(&merged, &objects(&folder)?)?, root())?;
        drop(progress);
        let listed =
            fs::read_to_string(root().join(LISTED)).with_context(|| format!("cannot read {LISTED}"))?;
        let missed = report.print(&Listed::parse(&listed)?);
        tested?;
        ensure!(missed == 0, "{missed} goals are missed");
        Ok(())
    }

    /// Runs the tests. Afterwards their counters are in `folder/profiles`, and the names of the
    /// programs and libraries that they ran in `folder/objects.txt`.
    fn count(&self, folder: &Path) -> Result<()> {
        let profiles = folder.join("profiles");
        if profiles.exists() {
            fs::remove_dir_all(&profiles)?;
        }
        fs::create_dir_all(&profiles)?;
        let wrapper = write_wrapper(folder)?;
        let counting = || {
            let mut cargo = cargo();
            cargo
                .arg("test")
                .env("RUSTC_WRAPPER", &wrapper)
                .env("CARGO_TARGET_DIR", folder)
                .env("CARGO_INCREMENTAL", "0")
                // Four files for each program, into which its processes add their counters.
                .env("LLVM_PROFILE_FILE", profiles.join("%4m.profraw"));
            cargo
        };
        let arguments: Vec<&str> = match &*self.tests {
            [] => ALL.to_vec(),
            arguments => arguments.iter().map(String::as_str).collect(),
        };
        let mut progress = Progress::steps(if self.tests.is_empty() { 4 } else { 2 });
        progress.step("building the tests");
        let built = built(counting().args(&arguments))?;
        fs::write(folder.join("objects.txt"), built.join("\n"))?;
        progress.step("running the tests");
        let tested = run(counting().args(&arguments));
        if !self.tests.is_empty() {
            return tested;
        }
        // A feature that others in the workspace must not get, and what examples of docs run.
        progress.step("pool-debug");
        let debugged = ["-p", "ffi-core", "--features", "pool-debug", "--test", "pool_debug"];
        let built = self::built(counting().args(debugged))?;
        let objects = fs::read_to_string(folder.join("objects.txt"))?;
        fs::write(folder.join("objects.txt"), objects + "\n" + &built.join("\n"))?;
        let debugged = run(counting().args(debugged));
        progress.step("examples of docs");
        let documented = run(counting()
            .args(["-p", "ffi-core", "--doc", "--all-features"])
            .env("RUSTDOCFLAGS", "-Cinstrument-coverage"));
        tested.and(debugged).and(documented)
    }
}

/// Writes a program that cargo runs in place of rustc: it adds the counters to crates of this
/// workspace, those of packages included that tests write.
fn write_wrapper(folder: &Path) -> Result<PathBuf> {
    use std::io::Write as _;
    let path = folder.join("rustc.sh");
    let script = format!(
        "#!/bin/sh\ncase $CARGO_MANIFEST_DIR in\n'{}'/*) exec \"$@\" -Cinstrument-coverage ;;\n*) exec \"$@\" ;;\nesac\n",
        root().display()
    );
    // Not written again, so that cargo doesn't take it for another compiler.
    if fs::read_to_string(&path).is_ok_and(|there| there == script) {
        return Ok(path);
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o755);
    options.open(&path)?.write_all(script.as_bytes())?;
    Ok(path)
}

/// Builds tests; returns the paths of all programs and shared libraries.
fn built(test: &mut Command) -> Result<Vec<String>> {
    test.args(["--no-run", "--message-format", "json-render-diagnostics"]);
    let mut child = test.stdout(Stdio::piped()).spawn().context("cargo cannot be started")?;
    let output = child.stdout.take().expect("it is piped");
    let mut paths = Vec::new();
    for message in Message::parse_stream(BufReader::new(output)) {
        if let Message::CompilerArtifact(artifact) = message? {
            let shared = artifact.filenames.into_iter().filter(|it| it.extension() == Some("so"));
            paths.extend(artifact.executable.into_iter().chain(shared).map(String::from));
        }
    }
    ensure!(child.wait()?.success(), "the tests do not build");
    Ok(paths)
}

/// Returns all programs and shared libraries of the last run that have counters: those that cargo
/// has built, and the libraries that tests have built beneath the target folder.
fn objects(folder: &Path) -> Result<BTreeSet<PathBuf>> {
    let text = fs::read_to_string(folder.join("objects.txt"))
        .context("nothing was counted yet; hint: run it without `--report`")?;
    let mut objects: BTreeSet<_> = text.lines().map(PathBuf::from).collect();
    let fixtures = folder.join("fixtures");
    for profile in fs::read_dir(fixtures).into_iter().flatten() {
        let files = fs::read_dir(profile?.path()).into_iter().flatten();
        for file in files {
            let file = file?.path();
            if file.extension().is_some_and(|it| it == "so") {
                objects.insert(file);
            }
        }
    }
    objects.retain(|object| has_counters(object));
    Ok(objects)
}

/// Returns true if a file has the section that says which lines the counters are of. Its name is in
/// the table near the file's end.
fn has_counters(file: &Path) -> bool {
    let Ok(bytes) = fs::read(file) else { return false };
    let end = &bytes[bytes.len().saturating_sub(1 << 20)..];
    end.windows(14).any(|window| window == b"__llvm_covmap\0")
}

/// LLVM's tools, of the toolchain that compiles.
struct Tools {
    folder: PathBuf,
}

impl Tools {
    fn find_or_install() -> Result<Self> {
        let folder = programs()?;
        if !folder.join("llvm-cov").exists() {
            run(Command::new("rustup").args(["component", "add", "llvm-tools"]))?;
        }
        Ok(Self { folder })
    }

    /// Merges the counters of all processes.
    fn merge(&self, folder: &Path) -> Result<PathBuf> {
        let merged = folder.join("merged.profdata");
        let mut command = Command::new(self.folder.join("llvm-profdata"));
        // A process that was killed leaves half a file.
        command.args(["merge", "--sparse", "--failure-mode=all", "--output"]).arg(&merged);
        run(command.arg(folder.join("profiles")))?;
        Ok(merged)
    }

    /// Returns the counts in lcov's format.
    fn export(&self, merged: &Path, objects: &BTreeSet<PathBuf>) -> Result<String> {
        let mut command = Command::new(self.folder.join("llvm-cov"));
        command.args(["export", "--format=lcov", "--instr-profile"]).arg(merged);
        for object in objects {
            command.arg("--object").arg(object);
        }
        command.arg("--sources").args(CRATES.map(|folder| root().join(folder)));
        Ok(capture(&mut command)?.stdout)
    }
}

/// Counts of lines: those of tests and those without a word are left out.
#[derive(Debug, Default)]
struct Report {
    files: BTreeMap<String, BTreeMap<usize, Count>>,
}

#[derive(Debug, PartialEq, Eq)]
struct Count {
    text: String,
    covered: bool,
}

impl Report {
    /// Reads what `llvm-cov export` wrote of files beneath `root`.
    fn of(lcov: String, root: &Path) -> Result<Self> {
        let mut report = Self::default();
        let mut current: Option<(String, Vec<String>, BTreeSet<usize>)> = None;
        for line in lcov.lines() {
            if let Some(path) = line.strip_prefix("SF:") {
                current = None;
                let Ok(name) = Path::new(path).strip_prefix(root) else { continue };
                let name = name.to_string_lossy().replace('\\', "/");
                if CRATES.iter().any(|it| name.starts_with(it)) && !is_of_tests(&name) {
                    let source = fs::read_to_string(path).with_context(|| format!("cannot read {path}"))?;
                    let tests = test_lines(&source);
                    current = Some((name, source.lines().map(|it| it.trim().to_owned()).collect(), tests));
                }
            } else if let (Some(counts), Some((name, source, tests))) = (line.strip_prefix("DA:"), &current) {
                let mut numbers = counts.split(',').map(str::parse::<usize>);
                let (Some(Ok(line)), Some(Ok(count))) = (numbers.next(), numbers.next()) else {
                    bail!("llvm-cov wrote `{counts}`");
                };
                let Some(text) = source.get(line - 1) else { continue };
                if tests.contains(&line) || !text.contains(char::is_alphanumeric) {
                    continue;
                }
                let lines = report.files.entry(name.clone()).or_default();
                let entry = lines.entry(line).or_insert_with(|| Count { text: text.clone(), covered: false });
                entry.covered |= count > 0;
            }
        }
        ensure!(!report.files.is_empty(), "no line was counted");
        Ok(report)
    }

    /// Prints the table and what is missed; returns how many goals that are.
    fn print(&self, listed: &Listed) -> usize {
        let mut folders: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
        for (name, lines) in &self.files {
            let covered = lines.values().filter(|it| it.covered).count();
            let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
            for folder in [folder, "all"] {
                let sums = folders.entry(folder).or_default();
                *sums = [sums[0] + covered, sums[1] + lines.len()];
            }
        }
        println!("\n{:32} {:>7} {:>7} {:>7}", "folder", "lines", "run", "%");
        for (folder, [covered, lines]) in &folders {
            println!("{folder:32} {lines:>7} {covered:>7} {:>7.1}", percent(*covered, *lines));
        }
        let mut missed = 0;
        let [covered, lines] = folders["all"];
        if percent(covered, lines) < GOAL {
            println!("missed: {GOAL} % of all lines");
            missed += 1;
        }
        for folder in WHOLE {
            let (unlisted, known) = self.uncovered(folder, listed);
            println!("{folder}: {} lines are not run and not listed, {known} are listed", unlisted.len());
            unlisted.iter().for_each(|line| println!("  {line}"));
            missed += usize::from(!unlisted.is_empty());
        }
        let stale = listed.stale(self);
        stale.iter().for_each(|line| println!("{LISTED}: covered or gone: {line}"));
        missed + usize::from(!stale.is_empty())
    }

    /// Returns the lines of a folder that don't run and aren't listed, and how many are listed.
    fn uncovered(&self, folder: &str, listed: &Listed) -> (Vec<String>, usize) {
        let (mut unlisted, mut known) = (Vec::new(), 0);
        for (name, lines) in self.files.iter().filter(|(name, _)| name.starts_with(folder)) {
            for (number, Count { text, .. }) in lines.iter().filter(|(_, it)| !it.covered) {
                if listed.has(name, text) {
                    known += 1;
                } else {
                    unlisted.push(format!("{name}:{number}: {text}"));
                }
            }
        }
        (unlisted, known)
    }
}

fn percent(part: usize, whole: usize) -> f64 {
    if whole == 0 { 100.0 } else { 100.0 * part as f64 / whole as f64 }
}

/// Returns true if a file holds nothing but tests.
fn is_of_tests(name: &str) -> bool {
    name.contains("/tests/") || name.ends_with("/tests.rs")
}

/// Returns the numbers of the lines of modules that only tests have: from `#[cfg(test)]` to the
/// brace that closes the module, both at the start of a line.
fn test_lines(source: &str) -> BTreeSet<usize> {
    let mut inside = false;
    let mut lines = BTreeSet::new();
    for (index, line) in source.lines().enumerate() {
        inside |= line.starts_with("#[cfg(test)]");
        if inside {
            lines.insert(index + 1);
        }
        // `mod tests;`, `use ..;` or the end of `mod tests {`.
        inside &= line != "}" && !line.ends_with(';') || line.starts_with(' ');
    }
    lines
}

/// Lines that no test reaches: file and text, so that it stays right when lines move.
#[derive(Debug, Default)]
struct Listed(BTreeSet<(String, String)>);

impl Listed {
    /// Reads groups: a line with a file and a reason, and beneath it lines of the file, indented.
    /// Lines with a `#` in front are comments.
    fn parse(text: &str) -> Result<Self> {
        let mut listed = Self::default();
        let mut file = None;
        for line in text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
            if line.starts_with(' ') {
                let file: &String = file.as_ref().with_context(|| format!("`{line}` is of no file"))?;
                listed.0.insert((file.clone(), line.trim().to_owned()));
            } else {
                let (name, reason) = line.split_once(": ").context("a file needs a reason")?;
                ensure!(reason.len() > 10, "`{reason}` is no reason");
                file = Some(name.to_owned());
            }
        }
        Ok(listed)
    }

    fn has(&self, file: &str, text: &str) -> bool {
        self.0.contains(&(file.to_owned(), text.to_owned()))
    }

    /// Returns the lines that are run after all, or aren't there.
    fn stale(&self, report: &Report) -> Vec<String> {
        let uncovered = |file: &str, text: &str| {
            let lines = report.files.get(file).into_iter().flat_map(BTreeMap::values);
            lines.into_iter().any(|it| !it.covered && it.text == text)
        };
        let stale = self.0.iter().filter(|(file, text)| !uncovered(file, text));
        stale.map(|(file, text)| format!("{file}: {text}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_tests_and_braces_do_not_count() {
        let source = "fn f() {\n    g();\n}\n\n#[cfg(test)]\nuse x::y;\n\nfn h() {}\n\n#[cfg(test)]\nmod tests {\n    \
                      fn t() {\n    }\n}\nfn i() {}\n";
        assert_eq!(test_lines(source).into_iter().collect::<Vec<_>>(), [5, 6, 10, 11, 12, 13, 14]);
        assert!(is_of_tests("ffi-core/src/pool/tests/model.rs") && is_of_tests("ffi-core/src/simd/tests.rs"));
        assert!(!is_of_tests("ffi-core/src/pool/slots.rs"));
    }

    /// Benchmarks have no tests, and what they are compared with takes minutes to build.
    #[test]
    fn benchmarks_are_left_out() {
        for folder in fs::read_dir(root().join("benches")).unwrap() {
            let manifest = fs::read_to_string(folder.unwrap().path().join("Cargo.toml")).unwrap_or_default();
            if let Some(name) = manifest.lines().find(|line| line.starts_with("name = ")) {
                assert!(name.starts_with("name = \"bench-"), "{name} is not left out by {ALL:?}");
            }
        }
    }

    #[test]
    fn counts_are_read_and_compared_with_the_list() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ffi-core/src/pool/a.rs");
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, "one();\ntwo();\nthree();\n}\n").unwrap();
        let lcov = format!("SF:{}\nDA:1,5\nDA:2,0\nDA:3,0\nDA:4,0\nend_of_record\n", file.display());
        let report = Report::of(lcov, folder.path()).unwrap();
        let listed =
            Listed::parse("# why\nffi-core/src/pool/a.rs: it is never called\n    two();\n    one();\n");
        let listed = listed.unwrap();
        let (unlisted, known) = report.uncovered("ffi-core/src/pool", &listed);
        assert_eq!((&*unlisted, known), (&["ffi-core/src/pool/a.rs:3: three();".to_owned()][..], 1));
        assert_eq!(listed.stale(&report), ["ffi-core/src/pool/a.rs: one();"]);
        assert!(Listed::parse("    two();").is_err() && Listed::parse("a.rs: no").is_err());
    }

    #[test]
    fn listed_lines_are_there() {
        let listed = Listed::parse(&fs::read_to_string(root().join(LISTED)).unwrap()).unwrap();
        for (file, text) in &listed.0 {
            let source = fs::read_to_string(root().join(file)).unwrap_or_else(|_| panic!("{file} is gone"));
            assert!(source.lines().any(|line| line.trim() == text), "{file} has no line `{text}`");
            assert!(WHOLE.iter().any(|folder| file.starts_with(folder)), "{file} needs no list");
        }
    }
}
