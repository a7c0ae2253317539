//! Tests the workflows and container files that `new` writes: a parser reads them, and they hold
//! what GitHub and Docker ask of them. The step that lists checksums is run.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use ffi_dart_emit::project::{Kind, Project};
use ffi_dart_emit::shipping::request::Request;
use ffi_dart_emit::shipping::step::Step;
use ffi_dart_emit::shipping::{android, apple, linux, windows};
use yaml_rust2::yaml::Hash;
use yaml_rust2::{Yaml, YamlLoader};

use crate::shipping::{LINUX, MAC, request};

const KINDS: [Kind; 2] = [Kind::Dart, Kind::Flutter];

/// Returns the text of a file of a new project.
fn file(kind: Kind, path: &str) -> String {
    of(&Project::new("shop", kind, None).unwrap(), path)
}

/// Returns the text of a file of `project`.
fn of(project: &Project, path: &str) -> String {
    let files = project.files();
    files.into_iter().find(|it| it.path == Path::new(path)).unwrap().contents
}

/// Workflow that a parser has read, with its place for messages.
struct Workflow {
    name: String,
    root: Yaml,
}

/// Returns the workflows of new projects.
fn workflows() -> Vec<Workflow> {
    let mut all = Vec::new();
    for kind in KINDS {
        for name in ["ci", "release"] {
            let text = file(kind, &format!(".github/workflows/{name}.yml"));
            // Refuses a key that is there twice.
            let mut documents = YamlLoader::load_from_str(&text).unwrap_or_else(|it| panic!("{name}: {it}"));
            assert_eq!(documents.len(), 1, "{name}");
            all.push(Workflow { name: format!("{name} of {kind:?}"), root: documents.remove(0) });
        }
    }
    all
}

fn map<'a>(yaml: &'a Yaml, what: &str) -> &'a Hash {
    yaml.as_hash().unwrap_or_else(|| panic!("{what} is no map: {yaml:?}"))
}

fn text<'a>(yaml: &'a Yaml, what: &str) -> &'a str {
    yaml.as_str().unwrap_or_else(|| panic!("{what} is no text: {yaml:?}"))
}

/// Returns the keys of a map, all of which must be `known`.
fn keys<'a>(map: &'a Hash, known: &[&str], what: &str) -> BTreeSet<&'a str> {
    let all: BTreeSet<_> = map.keys().map(|key| text(key, what)).collect();
    let unknown: Vec<_> = all.iter().filter(|it| !known.contains(it)).collect();
    assert!(unknown.is_empty(), "{what} has {unknown:?}");
    all
}

impl Workflow {
    fn jobs(&self) -> &Hash {
        map(&self.root["jobs"], &self.name)
    }

    /// Returns all jobs with their names.
    fn named_jobs(&self) -> impl Iterator<Item = (String, &Yaml)> {
        self.jobs().iter().map(|(key, job)| (format!("job {} in {}", text(key, "key"), self.name), job))
    }

    /// Returns all steps, each with its place.
    fn steps(&self) -> Vec<(String, &Yaml)> {
        let mut all = Vec::new();
        for (place, job) in self.named_jobs() {
            let steps = job["steps"].as_vec().unwrap_or_else(|| panic!("{place} has no steps"));
            all.extend(steps.iter().enumerate().map(|(at, step)| (format!("step {at} of {place}"), step)));
        }
        all
    }
}

/// Returns the machines of a matrix, each as what its keys stand for.
fn machines(job: &Yaml, place: &str) -> Vec<Vec<(String, String)>> {
    let matrix = &job["strategy"]["matrix"];
    if matrix.is_badvalue() {
        return vec![Vec::new()];
    }
    let pair = |key: &Yaml, value: &Yaml| (text(key, place).to_owned(), text(value, place).to_owned());
    let matrix = map(matrix, place);
    assert_eq!(matrix.len(), 1, "{place} has one list of machines");
    let (key, values) = matrix.iter().next().unwrap();
    let values = values.as_vec().unwrap_or_else(|| panic!("{place}: {values:?}"));
    let machine = |value: &Yaml| match text(key, place) {
        "include" => map(value, place).iter().map(|(key, value)| pair(key, value)).collect(),
        _ => vec![pair(key, value)],
    };
    values.iter().map(machine).collect()
}

/// Returns the text with each `${{ .. }}` replaced by what it stands for on a machine.
fn expanded(text: &str, machine: &[(String, String)], place: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${{") {
        let (expression, after) = after.split_once("}}").unwrap_or_else(|| panic!("{place}: {text}"));
        let expression = expression.trim();
        out += before;
        out += match expression.strip_prefix("matrix.") {
            Some(key) => {
                let found = machine.iter().find(|(name, _)| name == key);
                &found.unwrap_or_else(|| panic!("{place}: the matrix has no {key}")).1
            }
            None => {
                assert_eq!(expression, "github.token", "{place}");
                "token"
            }
        };
        rest = after;
    }
    out + rest
}

/// Calls `found` for each text in a value.
fn texts(yaml: &Yaml, found: &mut dyn FnMut(&str)) {
    match yaml {
        Yaml::String(text) => found(text),
        Yaml::Array(all) => all.iter().for_each(|it| texts(it, found)),
        Yaml::Hash(map) => map.values().for_each(|it| texts(it, found)),
        _ => {}
    }
}

#[test]
fn workflows_are_what_github_takes() {
    for workflow in workflows() {
        let name = &workflow.name;
        let top = keys(map(&workflow.root, name), &["name", "on", "jobs"], name);
        assert_eq!(top.len(), 3, "{name} has {top:?}");
        keys(map(&workflow.root["on"], name), &["push", "pull_request"], name);
        for (place, job) in workflow.named_jobs() {
            let known = ["strategy", "runs-on", "needs", "permissions", "steps"];
            let own = keys(map(job, &place), &known, &place);
            assert!(own.contains("runs-on") && own.contains("steps"), "{place} has {own:?}");
            if own.contains("needs") {
                assert!(workflow.jobs().contains_key(&job["needs"]), "{place}: {:?}", job["needs"]);
            }
            for machine in machines(job, &place) {
                texts(job, &mut |text| _ = expanded(text, &machine, &place));
                let runner = expanded(text(&job["runs-on"], &place), &machine, &place);
                let known =
                    ["ubuntu-latest", "ubuntu-22.04", "ubuntu-22.04-arm", "macos-latest", "windows-latest"];
                assert!(known.contains(&&*runner), "{place}: {runner}");
            }
        }
        for (place, step) in workflow.steps() {
            let known = ["name", "uses", "with", "run", "env", "shell", "working-directory"];
            let own = keys(map(step, &place), &known, &place);
            assert_ne!(own.contains("uses"), own.contains("run"), "{place} has {own:?}");
            assert!(!own.contains("with") || own.contains("uses"), "{place} has {own:?}");
            if own.contains("uses") {
                let action = text(&step["uses"], &place);
                let (repository, version) =
                    action.split_once('@').unwrap_or_else(|| panic!("{place}: {action}"));
                assert!(repository.split('/').count() == 2 && !version.is_empty(), "{place}: {action}");
            }
        }
    }
}

#[test]
fn workflows_run_on_three_systems_and_build_for_targets_of_rust() {
    let listed = Command::new("rustc").args(["--print", "target-list"]).output().unwrap();
    let known = String::from_utf8(listed.stdout).unwrap();
    let known: BTreeSet<_> = known.lines().collect();
    for workflow in workflows() {
        let mut systems = BTreeSet::new();
        let mut targets = BTreeSet::new();
        let mut uploaded = Vec::new();
        for (place, job) in workflow.named_jobs() {
            for machine in machines(job, &place) {
                let runner = expanded(text(&job["runs-on"], &place), &machine, &place);
                systems.insert(runner.split('-').next().unwrap().to_owned());
                let own = machine.iter().filter(|(key, _)| ["target", "targets"].contains(&&**key));
                targets.extend(own.flat_map(|(_, value)| value.split(',').map(str::to_owned)));
                for step in job["steps"].as_vec().unwrap() {
                    if step["uses"].as_str().is_some_and(|it| it.starts_with("actions/upload-artifact@")) {
                        uploaded.push(expanded(text(&step["with"]["name"], &place), &machine, &place));
                    }
                }
            }
        }
        let name = &workflow.name;
        assert_eq!(systems.into_iter().collect::<Vec<_>>(), ["macos", "ubuntu", "windows"], "{name}");
        assert!(targets.len() >= 5, "{name}: {targets:?}");
        let unknown: Vec<_> = targets.iter().filter(|it| !known.contains(&***it)).collect();
        assert!(unknown.is_empty(), "{name}: {unknown:?}");
        // A second artifact of one name fails.
        let names: BTreeSet<_> = uploaded.iter().collect();
        assert_eq!(names.len(), uploaded.len(), "{name}: {uploaded:?}");
    }
}

#[test]
#[cfg(unix)]
fn workflows_have_commands_that_a_shell_reads() {
    let mut read = 0;
    for workflow in workflows() {
        for (place, job) in workflow.named_jobs() {
            for machine in machines(job, &place) {
                for step in job["steps"].as_vec().unwrap() {
                    let Some(script) = step["run"].as_str() else { continue };
                    let script = expanded(script, &machine, &place);
                    let output = Command::new("sh").args(["-n", "-c", &script]).output().unwrap();
                    let said = String::from_utf8_lossy(&output.stderr);
                    assert!(output.status.success(), "{place}: {script}\n{said}");
                    read += 1;
                }
            }
        }
    }
    assert!(read > 20, "{read}");
}

/// A crate that depends on a folder of another machine can't be built by a runner, which says so
/// before it builds anything; one that gets ffi-core from a server is only built.
#[test]
#[cfg(unix)]
fn workflows_say_that_a_folder_of_another_machine_is_missing() {
    let machine = tempfile::TempDir::with_prefix("o'neil ü ").unwrap();
    let core = machine.path().join("ffi-core");
    fs::create_dir_all(core.join("src")).unwrap();
    fs::write(core.join("src/lib.rs"), "").unwrap();
    let manifest = "[package]\nname = \"ffi-core\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
                    [features]\nasync = []\ntokio = []\n";
    fs::write(core.join("Cargo.toml"), manifest).unwrap();
    for kind in KINDS {
        let project = Project::new("shop", kind, Some(core.to_str().unwrap())).unwrap();
        let runner = tempfile::tempdir().unwrap();
        for file in project.files() {
            let to = runner.path().join(&file.path);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            // The other dependencies are on a server.
            let lines =
                file.contents.lines().filter(|it| !it.starts_with("tokio =") && !it.starts_with("futures"));
            fs::write(to, lines.map(|it| format!("{it}\n")).collect::<String>()).unwrap();
        }
        let mut looks = 0;
        for name in ["ci", "release"] {
            let text = of(&project, &format!(".github/workflows/{name}.yml"));
            let root = YamlLoader::load_from_str(&text).unwrap().remove(0);
            for (place, step) in (Workflow { name: name.to_owned(), root }).steps() {
                if !step["name"].as_str().is_some_and(|it| it.starts_with("Look for ffi-core")) {
                    continue;
                }
                assert_eq!(step["shell"].as_str(), Some("bash"), "{place}");
                looks += 1;
                let script = step["run"].as_str().unwrap_or_else(|| panic!("{place}"));
                let look = || {
                    let mut bash = Command::new("bash");
                    bash.args(["-e", "-c", script])
                        .current_dir(runner.path())
                        .env("CARGO_NET_OFFLINE", "true");
                    bash.output().unwrap()
                };
                let found = look();
                assert!(found.status.success(), "{place}: {}", String::from_utf8_lossy(&found.stderr));
                fs::rename(&core, machine.path().join("away")).unwrap();
                let missing = look();
                fs::rename(machine.path().join("away"), &core).unwrap();
                assert_eq!(missing.status.code(), Some(1), "{place}");
                let said = String::from_utf8_lossy(&missing.stdout);
                let command = "cargo add --package shop_native ffi-core --features async,tokio --git <URL>";
                assert!(said.starts_with("::error::") && said.trim().ends_with(command), "{place}: {said}");
            }
        }
        assert_eq!(looks, 3, "{kind:?}");
        let by_git = Project::new("shop", kind, Some("https://git.example/core.git")).unwrap();
        for path in [".github/workflows/ci.yml", ".github/workflows/release.yml", "README.md"] {
            assert!(!of(&by_git, path).contains("cargo add"), "{path}");
        }
    }
}

/// A project whose ffi-core comes from a git repository releases with the ffi-dart-emit of the same
/// commit, which stands in the Cargo.lock.
#[test]
#[cfg(unix)]
fn a_release_takes_the_program_of_the_commit_of_ffi_core() {
    let project = Project::new("shop", Kind::Dart, Some("https://git.example/core.git#v1")).unwrap();
    let text = of(&project, ".github/workflows/release.yml");
    let root = YamlLoader::load_from_str(&text).unwrap().remove(0);
    let steps = Workflow { name: "release".to_owned(), root };
    let steps = steps.steps();
    let installs =
        |it: &&(String, &Yaml)| it.1["run"].as_str().is_some_and(|it| it.contains("cargo install"));
    let (place, step) = steps.iter().find(installs).unwrap();
    let runner = tempfile::tempdir().unwrap();
    fs::write(
        runner.path().join("Cargo.lock"),
        "[[package]]\nname = \"ffi-core-other\"\nsource = \"git+https://other#1\"\n\n\
         [[package]]\nname = \"ffi-core\"\nversion = \"0.1.0\"\n\
         source = \"git+https://git.example/core.git?rev=v1#0123abcd\"\ndependencies = [\n \"libc\",\n]\n\n\
         [[package]]\nname = \"libc\"\nsource = \"registry\"\n",
    )
    .unwrap();
    let script = format!("cargo() {{ echo \"$@\"; }}\n{}", self::text(&step["run"], place));
    let mut bash = Command::new("bash");
    bash.args(["-e", "-c", &script]).current_dir(runner.path());
    let said = String::from_utf8(bash.output().unwrap().stdout).unwrap();
    let expected = "install --locked ffi-dart-emit --git https://git.example/core.git --rev 0123abcd\n";
    assert_eq!(said, expected);
}

/// Files that `ffi-dart-emit package` leaves for all platforms are listed with checksums, under the
/// names that the hook of a package looks for.
#[test]
#[cfg(unix)]
fn checksums_name_the_libraries_as_the_hook_does() {
    let folder = tempfile::tempdir().unwrap();
    let dist = folder.path().join("dist");
    let at = |host: &str| Request { out: dist.clone(), ..request(host) };
    let mut prebuilt = BTreeSet::new();
    let windows_host = "x86_64-pc-windows-msvc";
    for steps in [
        linux::steps(&at(LINUX)),
        linux::steps(&at("aarch64-unknown-linux-gnu")),
        android::steps(&at(LINUX)),
        windows::steps(&at(windows_host)),
        apple::macos(&at(MAC)),
        apple::ios(&at(MAC)),
    ] {
        for step in steps {
            let (Step::Copy { to, .. } | Step::Write { file: to, .. }) = &step else { continue };
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::write(to, "library").unwrap();
            let name = to.strip_prefix(&dist).unwrap().to_owned();
            if name.components().count() == 2 && name.to_string_lossy().contains("-") {
                prebuilt.insert(name);
            }
        }
    }
    // Two of Linux, three of Android, Windows with its import library, two Macs with the universal
    // one, three of iOS.
    assert_eq!(prebuilt.len(), 13, "{prebuilt:?}");

    for kind in KINDS {
        let release = workflows().into_iter().find(|it| it.name == format!("release of {kind:?}")).unwrap();
        let steps = release.steps();
        let (place, step) = steps.iter().find(|(_, it)| it["working-directory"].as_str().is_some()).unwrap();
        assert_eq!(text(&step["working-directory"], place), "dist");
        let script = text(&step["run"], place);
        let output = Command::new("sh").args(["-e", "-c", script]).current_dir(&dist).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(folder.path().join("shop_native.tar.gz").exists());
        let sums = fs::read_to_string(dist.join("SHA256SUMS")).unwrap();
        let listed: BTreeSet<_> = sums
            .lines()
            .map(|line| {
                let (sum, name) = line.split_once("  ").unwrap_or_else(|| panic!("{line}"));
                assert!(sum.len() == 64 && sum.bytes().all(|it| it.is_ascii_hexdigit()), "{line}");
                PathBuf::from(name)
            })
            .collect();
        assert!(prebuilt.is_subset(&listed), "{listed:?}\n{prebuilt:?}");
        fs::remove_file(dist.join("SHA256SUMS")).unwrap();
    }
}

/// Instruction of a container file.
struct Instruction {
    name: String,
    rest: String,
}

/// Reads a container file: lines that end in `\` go on, and `#` begins a comment.
fn instructions(text: &str) -> Vec<Instruction> {
    let lines: Vec<_> = text.lines().filter(|it| !it.trim_start().starts_with('#')).collect();
    let joined = lines.join("\n").replace("\\\n", " ");
    let lines = joined.lines().map(str::trim).filter(|it| !it.is_empty());
    lines
        .map(|line| {
            let (name, rest) = line.split_once(' ').unwrap_or_else(|| panic!("{line}"));
            Instruction { name: name.to_owned(), rest: rest.trim().to_owned() }
        })
        .collect()
}

/// The container file of a new project, and that of the example of services.
#[test]
fn container_files_build_in_one_stage_and_run_in_another() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/08_services/Dockerfile");
    for text in [file(Kind::Dart, "Dockerfile"), fs::read_to_string(example).unwrap()] {
        let all = instructions(&text);
        assert_eq!(all[0].name, "FROM", "{text}");
        let known = ["FROM", "RUN", "ENV", "WORKDIR", "COPY", "USER", "ENTRYPOINT"];
        let mut stages = Vec::new();
        let mut copied = Vec::new();
        for Instruction { name, rest } in &all {
            assert!(known.contains(&&**name), "{name} {rest}");
            let words: Vec<_> = rest.split_whitespace().collect();
            match (&**name, &*words) {
                ("FROM", [_, "AS", stage]) => stages.push((*stage).to_owned()),
                ("FROM", [image]) => {
                    assert_eq!(*image, "debian:stable-slim", "what runs has neither Dart nor Rust");
                    copied.clear();
                }
                ("COPY", [from, _, to]) => {
                    let stage = from.strip_prefix("--from=").unwrap_or_else(|| panic!("{rest}"));
                    assert!(stages.iter().any(|it| it == stage), "{rest}");
                    copied.push((*to).to_owned());
                }
                ("COPY", [_, _]) | ("RUN" | "ENV" | "WORKDIR" | "USER" | "ENTRYPOINT", _) => {}
                _ => panic!("{name} {rest}"),
            }
        }
        assert_eq!(all.iter().filter(|it| it.name == "FROM").count(), 2, "{text}");
        let last = all.last().unwrap();
        assert_eq!(last.name, "ENTRYPOINT", "{text}");
        // Docker gives what is no list of JSON to a shell.
        let program: Vec<String> = serde_json::from_str(&last.rest).unwrap();
        assert!(copied.iter().any(|it| program[0].starts_with(&format!("{it}/"))), "{program:?} {copied:?}");
        #[cfg(unix)]
        for Instruction { rest, .. } in all.iter().filter(|it| it.name == "RUN") {
            assert!(Command::new("sh").args(["-n", "-c", rest]).status().unwrap().success(), "{rest}");
        }
    }
}
