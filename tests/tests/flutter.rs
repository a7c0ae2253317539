//! Tests Flutter apps in the real engine, without a display.

#![cfg(unix)]

use std::path::{Path, PathBuf};
use std::sync::Once;
use std::time::{Duration, Instant};
use std::{fmt, fs};

use tempfile::TempDir;
use xtask::flutter::{Flutter, Goldens};
use xtask::generated::{Generated, emitter};
use xtask::workspace;

/// Runs the emitter with `arguments` in `folder`.
fn emit(folder: &Path, arguments: &[&str]) {
    let mut command = emitter().unwrap();
    command.args(arguments).current_dir(folder);
    command.env("CARGO_NET_OFFLINE", "true").env("CARGO_TARGET_DIR", workspace::libraries());
    workspace::capture(&mut command).unwrap();
}

fn replace(file: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(file).unwrap();
    assert!(text.contains(from), "{from} in {}", file.display());
    fs::write(file, text.replace(from, to)).unwrap();
}

/// Commands that a user types, with the time that the machine needs for each.
#[derive(Default)]
struct Steps(Vec<(&'static str, Duration)>);

impl Steps {
    fn run<T>(&mut self, command: &'static str, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = work();
        self.0.push((command, start.elapsed()));
        result
    }
}

impl fmt::Display for Steps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (command, time) in &self.0 {
            writeln!(f, "{:5.1} s  {command}", time.as_secs_f64())?;
        }
        let all: Duration = self.0.iter().map(|(_, time)| time).sum();
        write!(f, "{:5.1} s  in all, {} commands", all.as_secs_f64(), self.0.len())
    }
}

/// A new app gets a field that keeps half of its balls where they are: the picture that its widget
/// test compares differs in that half. Prints the commands that a user needs for that, with their
/// times.
#[test]
fn a_changed_field_shows_in_a_new_app() {
    let Some(flutter) = Flutter::for_tests() else { return };
    // flutter_tester runs no hooks, so the variable names what the emitter has built.
    let library = workspace::libraries().join("debug").join("libballs_native.so");
    let flutter = flutter.with_env("BALLS_NATIVE_LIBRARY", library);
    let scratch = TempDir::with_prefix("neue app ü ").unwrap();
    let mut steps = Steps::default();
    steps.run("ffi-dart-emit new balls --flutter", || {
        emit(scratch.path(), &["new", "balls", "--flutter"]);
    });
    let app = &scratch.path().join("balls");
    flutter.pub_get(app).unwrap();
    analyze(&flutter, app);
    for folder in ["lib", "test"] {
        flutter.sdk().format_check(&app.join(folder)).unwrap();
    }
    let where_ = workspace::root().join("tests/dart/flutter/where_test.dart");
    fs::copy(where_, app.join("test/where_test.dart")).unwrap();

    // Compiled once, and counted as part of the run that makes the picture.
    let (tests, compiling) = {
        let start = Instant::now();
        (flutter.compile_tests(app).unwrap(), start.elapsed())
    };
    let without = tests.run("widget_test.dart", Goldens::Compare).unwrap();
    assert!(without.stdout.contains("3 passed, 0 failed, 1 skipped"), "there is no picture: {without}");
    let made = steps
        .run("flutter test --update-goldens", || tests.run("widget_test.dart", Goldens::Update).unwrap());
    steps.0.last_mut().unwrap().1 += compiling;
    assert!(made.stdout.contains("4 passed, 0 failed"), "{made}");
    tests.run("widget_test.dart", Goldens::Compare).unwrap();

    let source = app.join("rust/src/lib.rs");
    let field = "    pub vy: f32,\n    /// True if it stays where it is.\n    pub is_pinned: bool,\n";
    replace(&source, "    pub vy: f32,\n", field);
    replace(&source, "for ball in balls {", "for ball in balls.iter_mut().filter(|it| !it.is_pinned) {");
    let start = "..vy = 0.02 * index";
    let pinned = format!("{start}\n        ..isPinned = index < widget.count ~/ 2");
    replace(&app.join("lib/main.dart"), start, &pinned);
    steps.run("ffi-dart-emit", || emit(app, &[]));

    let (tests, differs) = steps.run("flutter test", || {
        let tests = flutter.compile_tests(app).unwrap();
        let differs = tests.run("widget_test.dart", Goldens::Compare).unwrap_err();
        (tests, differs)
    });
    assert!(format!("{differs:#}").contains("balls.png"), "{differs:#}");
    println!("{steps}");
    assert!(steps.0.len() < 6, "{steps}");
    let place = tests.run("where_test.dart", Goldens::Compare).unwrap();
    assert!(place.stdout.contains("pixels differ"), "{place}");
    tests.run("widget_test.dart", Goldens::Update).unwrap();
    tests.run("widget_test.dart", Goldens::Compare).unwrap();
}

/// Analyzes a new app, the gallery and the helpers of apps: in one run, as most of its time goes
/// into Flutter.
fn analyze(flutter: &Flutter, app: &Path) {
    resolve(flutter);
    let mut analyzer = flutter.sdk().command();
    analyzer.args(["analyze", "--fatal-infos", "--fatal-warnings"]).arg(app).args([gallery_app(), helpers()]);
    workspace::capture(&mut analyzer).unwrap();
}

/// Gets the dependencies of the gallery's app and of the helpers, once for all tests.
fn resolve(flutter: &Flutter) {
    static RESOLVED: Once = Once::new();
    RESOLVED.call_once(|| {
        for package in [gallery_app(), helpers()] {
            flutter.pub_get(&package).unwrap();
        }
    });
}

/// Returns the folder of the gallery's app.
fn gallery_app() -> PathBuf {
    workspace::root().join("examples/12_flutter_gallery/app")
}

/// Returns the folder of the package with helpers of apps.
fn helpers() -> PathBuf {
    workspace::root().join("ffi-dart-emit/dart/ffi_flutter")
}

/// Returns Flutter with the library of the gallery, and the folder of its app.
fn gallery() -> Option<(Flutter, PathBuf)> {
    let flutter = Flutter::for_tests()?;
    let library = Generated::example("12_flutter_gallery").library("dev").unwrap();
    let app = gallery_app();
    let flutter = flutter.with_env("FLUTTER_GALLERY_LIBRARY", library);
    resolve(&flutter);
    Some((flutter, app))
}

/// `cargo xtask flutter examples/12_flutter_gallery/app --update-goldens` writes the pictures, with
/// the variable `FLUTTER_GALLERY_LIBRARY`.
#[test]
fn the_gallery_looks_as_in_its_pictures() {
    let Some((flutter, app)) = gallery() else { return };
    for package in [&app, &helpers()] {
        flutter.sdk().format_check(package).unwrap();
    }
    let tests = flutter.compile_tests(&app).unwrap();
    for file in tests.files() {
        println!("{}", tests.run(file, Goldens::Compare).unwrap());
    }
}

/// The engine restarts the gallery several times, which each time holds more than a quarter of its
/// pool, has views of it, and waits for calls: all is back when the next one begins.
#[test]
fn a_hot_restart_loses_no_slot() {
    const RESTARTS: usize = 3;
    let Some((flutter, app)) = gallery() else { return };
    let program = app.join(".dart_tool/restarted.dill");
    flutter.compile(&app, &app.join("tool/restarted.dart"), &program).unwrap();
    let engine = flutter.command(&app).unwrap();
    let program = program.display().to_string();
    let mut arguments =
        vec![RESTARTS.to_string(), program.clone(), engine.get_program().display().to_string()];
    arguments.extend(engine.get_args().map(|it| it.display().to_string()));
    arguments.extend(["--run-forever", "--disable-service-auth-codes"].map(str::to_owned));
    arguments.push(program);
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let folder = workspace::root().join("tests/dart/flutter");
    let printed = flutter.sdk().run(Path::new("hot_restart.dart"), &arguments, &folder).unwrap().stdout;
    let left: Vec<_> = printed.lines().filter_map(|it| it.strip_prefix("left: ")).collect();
    assert_eq!(left, vec!["0 live, 0 lost, 0 refused, 0 tasks"; RESTARTS + 1], "{printed}");
    let running: Vec<_> = printed.lines().filter_map(|it| it.strip_prefix("running: ")).collect();
    assert_eq!(running.len(), RESTARTS + 1, "{printed}");
    assert!(running.iter().all(|it| *it != "0 live"), "each holds slots: {printed}");
}
