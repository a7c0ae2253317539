//! Tests `ffi-dart-emit dart --watch` with a crate that is edited, broken and mended.

#![cfg(unix)]

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use xtask::generated::emitter;
use xtask::workspace;

/// Longest time for a build.
const PATIENCE: Duration = Duration::from_secs(300);

/// A running watcher, and the lines that it prints.
struct Watcher {
    child: Child,
    stdout: Receiver<String>,
    stderr: Receiver<String>,
}

/// Sends the lines of `from`.
fn lines(from: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, lines) = channel();
    thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    lines
}

impl Watcher {
    fn start(folder: &Path) -> Self {
        let mut command = emitter().unwrap();
        command.args(["dart", "--watch", "--target-dir"]).arg(workspace::libraries());
        command.args(["--runtime", "dart/ffi_core"]);
        command.current_dir(folder).env("CARGO_NET_OFFLINE", "true");
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let stdout = lines(child.stdout.take().unwrap());
        let stderr = lines(child.stderr.take().unwrap());
        Self { child, stdout, stderr }
    }

    /// Returns the line of the next run that succeeds, which says what was written.
    fn written(&self) -> String {
        self.stdout.recv_timeout(PATIENCE).unwrap_or_else(|error| {
            let said: Vec<_> = self.stderr.try_iter().collect();
            panic!("{error}: {said:#?}")
        })
    }

    /// Returns what is said up to a line that starts with `error: `, the line of a run that fails.
    fn failed(&self) -> Vec<String> {
        let mut said = Vec::new();
        while !said.last().is_some_and(|line: &String| line.starts_with("error: `cargo")) {
            said.push(
                self.stderr.recv_timeout(PATIENCE).unwrap_or_else(|error| panic!("{error}: {said:#?}")),
            );
        }
        said
    }

    fn interrupt(&mut self) {
        let killed = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status().unwrap();
        assert!(killed.success());
        let start = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(start.elapsed() < PATIENCE, "it still runs");
            thread::sleep(Duration::from_millis(10));
        };
        assert!(status.success(), "{status}: {:#?}", self.stderr.try_iter().collect::<Vec<_>>());
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        // It has ended unless the test failed.
        let _ = self.child.kill();
    }
}

/// Writes a crate with one message, and returns its folder and its source.
fn crate_with(field: &str) -> (PathBuf, PathBuf) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("watch");
    // It need not exist. What was built stays.
    let _ = fs::remove_dir_all(folder.join("dart"));
    let source = folder.join("src/lib.rs");
    fs::create_dir_all(folder.join("src")).unwrap();
    let core = workspace::root().join("ffi-core");
    let manifest = format!(
        "[package]\nname = \"watched\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
         [lib]\ncrate-type = [\"cdylib\"]\n\n[dependencies]\nffi-core = {{ path = {core:?} }}\n\n[workspace]\n"
    );
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    fs::copy(workspace::root().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    fs::write(&source, library(field)).unwrap();
    (folder, source)
}

fn library(field: &str) -> String {
    format!(
        "ffi_core::library!();\n\n#[derive(ffi_core::FfiMessage, Clone, Copy)]\n#[repr(C)]\n\
         pub struct Point {{\n    pub {field}: f32,\n}}\n"
    )
}

#[test]
fn a_crate_is_built_and_written_again_when_it_changes() {
    let (folder, source) = crate_with("first");
    let messages = || fs::read_to_string(folder.join("dart/lib/src/messages.g.dart")).unwrap();
    let mut watcher = Watcher::start(&folder);
    let line = watcher.written();
    assert!(line.starts_with("dart/ffi_core: ") && line.contains(", dart: "), "{line}");
    assert!(line.contains(" written ("), "{line}");
    assert!(messages().contains("external double first;"));

    fs::write(&source, library("second")).unwrap();
    let line = watcher.written();
    // Only of what was written.
    assert!(line.starts_with("dart: ") && line.contains(" written ("), "{line}");
    assert!(messages().contains("external double second;"));

    fs::write(&source, library("third").replace("f32", "f33")).unwrap();
    let said = watcher.failed().join("\n");
    assert!(said.contains("error[E0425]") || said.contains("error[E0412]"), "rustc's words: {said}");
    assert!(said.contains("src/lib.rs:6:") && said.contains("failed; its messages are above"), "{said}");
    assert!(watcher.child.try_wait().unwrap().is_none(), "it waits for a change");
    assert!(messages().contains("external double second;"), "nothing is written");

    // In several steps, as an editor saves: one run.
    let mended = library("third");
    let temporary = folder.join("src/.lib.rs.new");
    fs::write(&source, &mended[..20]).unwrap();
    fs::write(&temporary, &mended).unwrap();
    fs::rename(&temporary, &source).unwrap();
    let line = watcher.written();
    assert!(line.contains(" written ("), "{line}");
    assert!(messages().contains("external double third;"));

    watcher.interrupt();
    assert_eq!(watcher.stdout.iter().count(), 0, "each run has one line");
    let entries = fs::read_dir(folder.join("dart/lib/src")).unwrap();
    let names: Vec<_> = entries.map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
    assert!(names.iter().all(|it| it.ends_with(".g.dart")), "{names:?}");
}
