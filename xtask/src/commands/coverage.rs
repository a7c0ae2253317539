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

use super::test;
use crate::progress::Progress;
use crate::times::Times;
use crate::toolchain::programs;
use crate::workspace::{capture, cargo, root, run, target};

/// The arguments of `cargo xtask coverage`.
#[derive(Debug, clap::Args)]
pub struct Coverage {
    /// Count nothing: print the last counts again.
    #[arg(long)]
    report: bool,
    /// Keep the counts of earlier runs and add to them. A run can be made in parts so, or tests be
    /// run that are new; what has changed since has the counts of this run only.
    #[arg(long, conflicts_with = "report")]
    add: bool,
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

/// Packages whose tests run the lines of [`CRATES`]: those crates, what spans them, the corpus of
/// the fuzz targets, and the fixture that has tests of its own. Tests of examples are of the
/// examples, those of this crate of its commands, and those of `ffi-ui` run few lines that no other
/// one runs.
const PACKAGES: [&str; 6] =
    ["ffi-core", "ffi-derive", "ffi-dart-emit", "ffi-tests", "ffi-fuzz", "fixture-production"];

/// Features of `ffi-core` for its own tests, all but the slow one, which others must not get.
const FEATURES: &str = "ffi-core/async,ffi-core/chrono,ffi-core/derive,ffi-core/json,ffi-core/metadata,\
    ffi-core/metrics,ffi-core/observe,ffi-core/pattern,ffi-core/production,ffi-core/proto,ffi-core/rayon,\
    ffi-core/read,ffi-core/secret,ffi-core/serde,ffi-core/simd,ffi-core/time,ffi-core/tokio,ffi-core/tracing";

/// Tests that take minutes to build the programs of the examples and of pages, which are of the
/// same kinds as the fixtures.
const LEFT_OUT: [&str; 3] =
    ["examples_run", "programs_in_pages_run", "the_service_of_the_example_is_fit_for_production"];

/// Returns the arguments of `cargo test` that build all tests, and those of the tests.
fn all() -> (Vec<&'static str>, Vec<&'static str>) {
    let packages = PACKAGES.iter().flat_map(|name| ["--package", name]);
    let left_out = LEFT_OUT.iter().flat_map(|name| ["--skip", name]);
    let build = packages.chain(["--features", FEATURES, "--tests", "--no-fail-fast"]).collect();
    (build, ["--"].into_iter().chain(left_out).collect())
}

impl Coverage {
    /// Runs the tests with counters, and prints the lines of each folder and which goals are
    /// missed.
    ///
    /// Takes about twice the time of `cargo test --workspace`, and a target folder of its own,
    /// which is kept. Installs rustup's component `llvm-tools`, Dart and protoc when they are
    /// missing. Needs `bash`.
    ///
    /// # Errors
    ///
    /// Returns an error if a test fails, a goal is missed, or a listed line is covered or gone.
    pub fn run(self) -> Result<()> {
        let folder = target().join("coverage");
        let tools = Tools::find_or_install()?;
        let mut times = Times::since_build("build of xtask");
        let tested = if self.report { Ok(()) } else { self.count(&folder, &mut times) };
        let mut progress = Progress::steps(2);
        progress.step("adding up the counters");
        let merged = times.part("merge of the counters", || tools.merge(&folder))?;
        progress.step("reading the lines");
        let lines = times.part("export of the lines", || tools.export(&merged, &objects(&folder)?))?;
        let report = Report::of(lines, root())?;
        drop(progress);
        println!("\n{times}");
        let listed =
            fs::read_to_string(root().join(LISTED)).with_context(|| format!("cannot read {LISTED}"))?;
        let missed = report.print(&Listed::parse(&listed)?);
        tested?;
        ensure!(missed == 0, "{missed} goals are missed");
        Ok(())
    }

    /// Runs the tests. Afterwards their counters are in `folder/profiles`, and the names of the
    /// programs and libraries that they ran in `folder/objects.txt`.
    fn count(&self, folder: &Path, times: &mut Times) -> Result<()> {
        mark(folder)?;
        let profiles = folder.join("profiles");
        let documented = folder.join("documented");
        for folder in [&profiles, &documented] {
            if folder.exists() && !self.add {
                fs::remove_dir_all(folder)?;
            }
            fs::create_dir_all(folder)?;
        }
        let list = folder.join("objects.txt");
        let before = if self.add { fs::read_to_string(&list).unwrap_or_default() } else { String::new() };
        let tools = test::Tools::find_or_install_few()?;
        let wrapper = write_wrapper(folder)?;
        let counting = || {
            let mut cargo = cargo();
            tools.require(
                cargo
                    .arg("test")
                    .env("RUSTC_WRAPPER", &wrapper)
                    .env("CARGO_TARGET_DIR", folder)
                    .env("CARGO_INCREMENTAL", "0")
                    // Four files for each program, into which its processes add their counters.
                    .env("LLVM_PROFILE_FILE", profiles.join("%4m.profraw")),
            );
            cargo
        };
        let (arguments, of_tests) = match &*self.tests {
            [] => all(),
            arguments => {
                let mut arguments = arguments.iter().map(String::as_str);
                let build = arguments.by_ref().take_while(|it| *it != "--").collect();
                let of_tests: Vec<_> = arguments.collect();
                let separator = if of_tests.is_empty() { None } else { Some("--") };
                (build, separator.into_iter().chain(of_tests).collect())
            }
        };
        let mut progress = Progress::steps(if self.tests.is_empty() { 4 } else { 2 });
        progress.step("building the tests");
        let mut built = times.part("build of the tests", || built(counting().args(&arguments)))?;
        let write = |built: &[String]| fs::write(&list, format!("{before}\n{}", built.join("\n")));
        write(&built)?;
        progress.step("running the tests");
        let tested = times.part("tests", || run(counting().args(&arguments).args(&of_tests)));
        if !self.tests.is_empty() {
            return tested;
        }
        // A feature that others in the workspace must not get, and what examples of docs run.
        progress.step("pool-debug");
        let debugged = times.part("pool-debug", || {
            let debugged = ["-p", "ffi-core", "--features", "pool-debug", "--test", "pool_debug"];
            built.extend(self::built(counting().args(debugged))?);
            run(counting().args(debugged))
        });
        progress.step("examples of docs");
        let rustdoc = write_rustdoc(folder, &documented)?;
        let examples = times.part("examples of docs", || {
            run(counting().args(["-p", "ffi-core", "--doc", "--all-features"]).env("RUSTDOC", rustdoc))
        });
        // Examples that are one program have their sources beside it.
        let programs = files(&documented)?.into_iter().filter(|file| file.extension().is_none());
        built.extend(programs.map(|file| file.to_string_lossy().into_owned()));
        write(&built)?;
        tested.and(debugged).and(examples)
    }
}

/// Makes a target folder, with the file that cargo puts only into one that it makes itself. Tests
/// look for it: what they build has a folder beneath the one that has it.
fn mark(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    let text = "Signature: 8a477f597d28d172789f06886806bc55\n# This is a target folder of cargo.\n";
    fs::write(folder.join("CACHEDIR.TAG"), text)?;
    Ok(())
}

/// Writes a program that cargo runs in place of rustc: it adds the counters to crates of this
/// workspace, those of packages included that tests write.
fn write_wrapper(folder: &Path) -> Result<PathBuf> {
    let script = format!(
        "#!/usr/bin/env bash\ncase $CARGO_MANIFEST_DIR in\n'{}'/*) exec \"$@\" -Cinstrument-coverage ;;\n*) exec \"$@\" ;;\nesac\n",
        root().display()
    );
    write_script(&folder.join("rustc.sh"), &script)
}

/// Writes a program that cargo runs in place of rustdoc: it adds the counters to the examples of
/// docs, and keeps the programs that are made of them in `documented`, as they say which lines the
/// counters are of. That option is no stable one.
fn write_rustdoc(folder: &Path, documented: &Path) -> Result<PathBuf> {
    let script = format!(
        "#!/usr/bin/env bash\nRUSTC_BOOTSTRAP=1 exec rustdoc \"$@\" -Cinstrument-coverage -Zunstable-options --persist-doctests '{}'\n",
        documented.display()
    );
    write_script(&folder.join("rustdoc.sh"), &script)
}

/// Writes a program for `bash`, and returns its path. Other shells don't pass variables on whose
/// names no shell can have, such as `CARGO_BIN_EXE_ffi-dart-emit`.
fn write_script(path: &Path, script: &str) -> Result<PathBuf> {
    use std::io::Write as _;
    // Not written again, so that cargo doesn't take it for another compiler.
    if fs::read_to_string(path).is_ok_and(|there| there == script) {
        return Ok(path.to_owned());
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o755);
    options.open(path)?.write_all(script.as_bytes())?;
    Ok(path.to_owned())
}

/// Returns all files in a folder and those below it.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    Ok(found)
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

/// Returns all programs and shared libraries of the last run: those that cargo has built, and the
/// libraries that tests have built beneath the target folder.
fn objects(folder: &Path) -> Result<BTreeSet<PathBuf>> {
    let text = fs::read_to_string(folder.join("objects.txt"))
        .context("nothing was counted yet; hint: run it without `--report`")?;
    let mut objects: BTreeSet<_> = text.lines().filter(|it| !it.is_empty()).map(PathBuf::from).collect();
    // `fixtures/debug/libfixture.so`; what cargo has built is in the list.
    for built in fs::read_dir(folder).into_iter().flatten() {
        let built = built?.path();
        if built.join("CACHEDIR.TAG").is_file() {
            for profile in fs::read_dir(built)? {
                let files = fs::read_dir(profile?.path()).into_iter().flatten();
                for file in files {
                    let file = file?.path();
                    if file.extension().is_some_and(|it| it == "so") {
                        objects.insert(file);
                    }
                }
            }
        }
    }
    // A test may have been taken out since. Objects without counters do no harm.
    objects.retain(|object| object.exists());
    Ok(objects)
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

/// Counts of lines: those of tests, comments and lines without a word are left out.
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
                let is_code = text.contains(char::is_alphanumeric) && !text.starts_with("//");
                if tests.contains(&line) || !is_code {
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

    /// Returns the lines of a folder that don't run and aren't listed, and how many are listed. A
    /// text that is listed less often than it doesn't run is not listed, as nobody knows which of
    /// its lines the reason is of.
    fn uncovered(&self, folder: &str, listed: &Listed) -> (Vec<String>, usize) {
        let (mut unlisted, mut known) = (Vec::new(), 0);
        for (name, lines) in self.files.iter().filter(|(name, _)| name.starts_with(folder)) {
            for (number, Count { text, .. }) in lines.iter().filter(|(_, it)| !it.covered) {
                if listed.count(name, text) < self.count(name, text, false) {
                    unlisted.push(format!("{name}:{number}: {text}"));
                } else {
                    known += 1;
                }
            }
        }
        (unlisted, known)
    }

    /// Returns the number of lines of a file with this text that don't run, or of all of them.
    fn count(&self, file: &str, text: &str, all: bool) -> usize {
        let lines = self.files.get(file).into_iter().flat_map(BTreeMap::values);
        lines.filter(|it| (all || !it.covered) && it.text == text).count()
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

/// Start of the reason for lines that run only when threads meet, which no test can arrange.
const AT_TIMES: &str = "at times: ";

/// Lines that no test reaches: file and text, so that it stays right when lines move, and how often
/// a file has that text among them.
#[derive(Debug, Default)]
struct Listed {
    lines: BTreeMap<(String, String), usize>,
    /// Those of them that may run.
    at_times: BTreeSet<(String, String)>,
}

impl Listed {
    /// Reads groups: a line with a file and a reason, and beneath it lines of the file, indented.
    /// Lines with a `#` in front are comments.
    fn parse(text: &str) -> Result<Self> {
        let mut listed = Self::default();
        let mut file = None;
        for line in text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
            if line.starts_with(' ') {
                let (file, at_times): &(String, bool) =
                    file.as_ref().with_context(|| format!("`{line}` is of no file"))?;
                let line = (file.clone(), line.trim().to_owned());
                if *at_times {
                    listed.at_times.insert(line.clone());
                }
                *listed.lines.entry(line).or_default() += 1;
            } else {
                let (name, reason) = line.split_once(": ").context("a file needs a reason")?;
                let rest = reason.strip_prefix(AT_TIMES);
                ensure!(rest.unwrap_or(reason).len() > 10, "`{reason}` is no reason");
                file = Some((name.to_owned(), rest.is_some()));
            }
        }
        Ok(listed)
    }

    fn count(&self, file: &str, text: &str) -> usize {
        self.lines.get(&(file.to_owned(), text.to_owned())).copied().unwrap_or(0)
    }

    /// Returns the lines that are run after all, or aren't there.
    fn stale(&self, report: &Report) -> Vec<String> {
        let is_stale = |line: &(String, String), count: usize| {
            let (file, text) = line;
            count > report.count(file, text, self.at_times.contains(line))
        };
        let stale = self.lines.iter().filter(|(line, count)| is_stale(line, **count));
        stale.map(|((file, text), _)| format!("{file}: {text}")).collect()
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

    #[test]
    #[cfg(unix)]
    fn the_wrapper_passes_on_what_it_is_given() {
        let folder = tempfile::tempdir().unwrap();
        let wrapper = write_wrapper(folder.path()).unwrap();
        let wrapped = |manifest: &Path| {
            // Not started itself, as other tests may have just now forked with the file open.
            let mut command = Command::new("bash");
            command.arg(&wrapper).args(["bash", "-c", "env; echo $0 $@", "a b"]);
            command.env("CARGO_MANIFEST_DIR", manifest);
            capture(command.env("CARGO_BIN_EXE_ffi-dart-emit", "there")).unwrap().stdout
        };
        let own = wrapped(&root().join("ffi-core"));
        assert!(own.contains("CARGO_BIN_EXE_ffi-dart-emit=there\n"), "{own}");
        assert!(own.ends_with("a b -Cinstrument-coverage\n"), "{own}");
        let other = wrapped(Path::new("/elsewhere"));
        assert!(other.ends_with("a b\n"), "{other}");
    }

    #[test]
    fn the_tests_that_are_left_out_are_there() {
        let tests = fs::read_to_string(root().join("tests/tests/dart.rs")).unwrap();
        for name in LEFT_OUT {
            assert!(tests.contains(&format!("fn {name}()")), "{name}");
        }
    }

    /// A feature that is added counts from then on, unless it is known to be slow.
    #[test]
    fn all_features_but_the_slow_one_are_counted() {
        let manifest = fs::read_to_string(root().join("ffi-core/Cargo.toml")).unwrap();
        let (_, features) = manifest.split_once("[features]\n").unwrap();
        let (features, _) = features.split_once("\n\n").unwrap();
        let names = features.lines().filter_map(|line| Some(line.split_once(" = ")?.0));
        let expected: BTreeSet<_> = names.filter(|name| !["default", "pool-debug"].contains(name)).collect();
        let counted: BTreeSet<_> =
            FEATURES.split(',').filter_map(|it| it.strip_prefix("ffi-core/")).collect();
        assert_eq!(counted, expected);
    }

    #[test]
    fn counts_are_read_and_compared_with_the_list() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ffi-core/src/pool/a.rs");
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, "one();\ntwo();\nthree();\n}\n// Why.\nfour();\nfour();\n").unwrap();
        let lcov = format!("SF:{}\nDA:1,5\nDA:2,0\nDA:3,0\nDA:4,0\nDA:5,0\nDA:6,0\nDA:7,0\n", file.display());
        let report = Report::of(lcov, folder.path()).unwrap();
        let listed = |lines: &str| {
            Listed::parse(&format!("# why\nffi-core/src/pool/a.rs: it is never called\n{lines}")).unwrap()
        };
        let uncovered = |lines| report.uncovered("ffi-core/src/pool", &listed(lines));
        let line = |number: usize, text| format!("ffi-core/src/pool/a.rs:{number}: {text}");
        // As often as there are lines with that text.
        let fours = [line(6, "four();"), line(7, "four();")];
        assert_eq!(uncovered("    two();\n    three();\n    four();\n"), (fours.to_vec(), 2));
        let all = "    two();\n    four();\n    four();\n";
        assert_eq!(uncovered(all), (vec![line(3, "three();")], 3));
        assert!(listed(all).stale(&report).is_empty());
        let stale = |lines| listed(lines).stale(&report).join(", ");
        assert_eq!(stale("    two();\n    one();\n"), "ffi-core/src/pool/a.rs: one();");
        assert_eq!(stale("    two();\n    two();\n"), "ffi-core/src/pool/a.rs: two();");
        assert_eq!(stale("    gone();\n"), "ffi-core/src/pool/a.rs: gone();");
        let at_times = "ffi-core/src/pool/a.rs: at times: two threads meet\n    one();\n    gone();\n";
        assert_eq!(stale(at_times), "ffi-core/src/pool/a.rs: gone();", "it may run, but is to be there");
        assert!(Listed::parse("a.rs: at times: no").is_err());
        assert!(Listed::parse("    two();").is_err() && Listed::parse("a.rs: no").is_err());
    }

    #[test]
    fn listed_lines_are_there() {
        let listed = Listed::parse(&fs::read_to_string(root().join(LISTED)).unwrap()).unwrap();
        for ((file, text), count) in &listed.lines {
            let source = fs::read_to_string(root().join(file)).unwrap_or_else(|_| panic!("{file} is gone"));
            let there = source.lines().filter(|line| line.trim() == text).count();
            assert!(there >= *count, "{file} has `{text}` {there} times");
            assert!(WHOLE.iter().any(|folder| file.starts_with(folder)), "{file} needs no list");
        }
    }
}
