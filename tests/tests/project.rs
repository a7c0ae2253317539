//! Tests `ffi-dart-emit new`, `integrate` and `doctor`, and the hook that bundles a library, with
//! the real Dart.
//!
//! Whatever the machine has fetched before, all builds use the versions of the workspace's
//! Cargo.lock, and hooks have the same toolchain and settings as the emitter.

#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;
use xtask::dart_sdk::{Mode, Sdk};
use xtask::generated::emitter;
use xtask::workspace::{self, libraries};

/// Has the hook of `package` build for the app in `folder` as the emitter does here: without the
/// network, and in the folder that all libraries of tests share, so that nothing is compiled twice.
fn set(folder: &Path, package: &str) {
    let file = folder.join("pubspec.yaml");
    let text = fs::read_to_string(&file).unwrap();
    let (written, own) =
        (format!("    {package}: {{target_dir: target}}\n"), format!("    {package}: {}\n", defines()));
    // Instead of what `new` has written.
    let text = if text.contains("\nhooks:\n") {
        assert!(text.contains(&written), "{text}");
        text.replace(&written, &own)
    } else {
        format!("{text}\nhooks:\n  user_defines:\n{own}")
    };
    fs::write(&file, text).unwrap();
}

/// Variables that decide where cargo finds things and what it builds. Dart passes none of them on
/// to hooks.
const VARIABLES: [&str; 7] = [
    "CARGO_HOME",
    "RUSTUP_HOME",
    "RUSTUP_TOOLCHAIN",
    "RUSTFLAGS",
    "CARGO_INCREMENTAL",
    "CARGO_PROFILE_DEV_DEBUG",
    "CARGO_BUILD_JOBS",
];

/// Returns what [`set`] sets.
fn defines() -> Value {
    let variables = VARIABLES.into_iter().filter_map(|name| Some((name, std::env::var(name).ok()?)));
    let environment: BTreeMap<_, _> = variables.collect();
    json!({"profile": "dev", "offline": true, "target_dir": libraries(), "environment": environment})
}

/// Gives the workspace in `folder` the versions of this one: they are on this machine, which need
/// not be true of those that cargo would choose.
fn lock(folder: &Path) {
    fs::copy(workspace::root().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
}

/// A program that has ended.
struct Ran {
    /// Command line, with its folder and variables.
    command: String,
    output: Output,
}

/// Runs a program to its end.
#[track_caller]
fn ran(command: &mut Command) -> Ran {
    let line = format!("{command:?}");
    let output = command.output().unwrap_or_else(|error| panic!("{line} can't be started: {error}"));
    Ran { command: line, output }
}

impl Ran {
    /// Returns what it printed.
    fn said(&self) -> String {
        let Output { stdout, stderr, .. } = &self.output;
        String::from_utf8_lossy(stdout).into_owned() + &String::from_utf8_lossy(stderr)
    }

    /// Panics with all that is known.
    #[track_caller]
    fn wrong(&self, what: &str) -> ! {
        let Output { status, stdout, stderr } = &self.output;
        let [stdout, stderr] = [stdout, stderr].map(|it| String::from_utf8_lossy(it));
        panic!("{what}: {status}\n{}\n--- stdout\n{stdout}--- stderr\n{stderr}---", self.command)
    }
}

/// Runs the emitter with `arguments` in `folder`.
#[track_caller]
fn emit(folder: &Path, path: &str, arguments: &[&str]) -> Ran {
    let mut command = emitter().unwrap();
    command.args(arguments).current_dir(folder).env("PATH", path);
    ran(command.env("CARGO_NET_OFFLINE", "true").env("CARGO_TARGET_DIR", libraries()))
}

/// Returns the search path with the programs of `sdk`.
fn path_with(sdk: &Sdk) -> String {
    format!("{}:{}", sdk.bin_dir().display(), std::env::var("PATH").unwrap())
}

/// Returns what a program has printed that must succeed.
#[track_caller]
fn succeeds(ran: &Ran) -> String {
    if !ran.output.status.success() {
        ran.wrong("it failed");
    }
    ran.said()
}

/// Returns what a program has printed that must fail.
#[track_caller]
fn fails(ran: &Ran) -> String {
    if ran.output.status.success() {
        ran.wrong("it succeeded");
    }
    ran.said()
}

/// Returns all files below `folder` with their contents.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path)
            } else {
                _ = all.insert(path.clone(), fs::read(path).unwrap())
            }
        }
    }
    all
}

fn replace(file: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(file).unwrap();
    assert!(text.contains(from), "{from} in {}", file.display());
    fs::write(file, text.replace(from, to)).unwrap();
}

/// Runs `dart run` in `app`.
#[track_caller]
fn run(sdk: &Sdk, app: &Path) -> Ran {
    ran(sdk.command().arg("run").current_dir(app).env("CARGO_NET_OFFLINE", "true"))
}

#[test]
fn a_new_program_runs_and_changes() {
    let Some(sdk) = Sdk::for_tests() else { return };
    let path = path_with(&sdk);
    let scratch = TempDir::with_prefix("neues projekt #1 'ü' ").unwrap();
    let app = &scratch.path().join("demo");

    // Without cargo there is a step to take, and nothing stays.
    let mut lacking = emitter().unwrap();
    lacking.args(["new", "demo"]).current_dir(scratch.path()).env("CARGO", "/nowhere/cargo");
    let refused = fails(&ran(&mut lacking));
    assert!(refused.contains("/nowhere/cargo can't be run") && refused.contains("install Rust"), "{refused}");
    assert!(!app.exists());
    let mut doctor = emitter().unwrap();
    doctor.arg("doctor").current_dir(scratch.path()).env("CARGO", "/nowhere/cargo");
    let missing = fails(&ran(&mut doctor));
    assert!(missing.contains("no cargo on the PATH\n         hint: install it with rustup"), "{missing}");

    // A run that ends in its build leaves what the next one goes on with.
    interrupted(scratch.path(), &["new", "demo"]);
    fs::write(app.join("README.md"), "mine").unwrap();
    lock(app);
    succeeds(&emit(scratch.path(), &path, &["new", "demo"]));
    assert_eq!(fs::read_to_string(app.join("README.md")).unwrap(), "mine");
    assert!(!app.join(".ffi-dart-emit-unfinished").exists());

    let before = contents(app);
    let refused = fails(&emit(scratch.path(), &path, &["new", "demo"]));
    assert!(refused.contains("demo is there already") && refused.contains("integrate demo"), "{refused}");
    assert_eq!(contents(app), before);

    let pubspec = fs::read_to_string(app.join("pubspec.yaml")).unwrap();
    assert!(pubspec.contains("\n    demo_native: {target_dir: target}\n"), "cargo's own folder: {pubspec}");
    assert!(pubspec.ends_with("\ndev_dependencies:\n  test: any\n"), "deleted without a network: {pubspec}");
    set(app, "demo_native");
    sdk.pub_get(app).unwrap();
    sdk.analyze(app).unwrap();
    for folder in ["bin", "test"] {
        sdk.format_check(&app.join(folder)).unwrap();
    }
    let output = succeeds(&run(&sdk, app));
    assert!(output.contains("refused: -1 s is no step in time"), "{output}");
    assert!(output.contains("78498 primes below a million"), "{output}");
    assert!(output.contains("Ada has 5 points\ntick 1\ntick 2\ntick 3\n"), "{output}");

    // The compiled program has the library beside it, and needs neither the sources nor the folder.
    let bundle = scratch.path().join("out");
    let mut build = sdk.command();
    build.args(["build", "cli", "--target=bin/demo.dart", "--output"]).arg(&bundle).current_dir(app);
    succeeds(&ran(&mut build));
    let compiled = succeeds(&ran(Command::new(bundle.join("bundle/bin/demo")).current_dir("/")));
    assert!(compiled.contains("78498 primes"), "{compiled}");

    let tests = sdk.clone().with_env("DEMO_NATIVE_LIBRARY", bundle.join("bundle/lib/libdemo_native.so"));
    tests.run_tests(app, Path::new("test/demo_test.dart"), Mode::Jit).unwrap();
    let mut cargo = workspace::cargo();
    cargo.args(["test", "--offline", "--target-dir"]).arg(libraries()).current_dir(app);
    let tested = succeeds(&ran(&mut cargo));
    assert!(tested.contains("5 passed"), "{tested}");

    succeeds(&emit(app, &path, &["doctor"]));

    // Two hooks at once, for two systems in one folder of sources.
    two_hooks_at_once(&sdk, app);

    // Another layout: the old package refuses the library, and the new one works.
    let source = app.join("rust/src/lib.rs");
    replace(&source, "    pub vy: f32,\n", "    pub vy: f32,\n    /// Metres.\n    pub radius: f64,\n");
    let refused = fails(&run(&sdk, app));
    assert!(refused.contains("LayoutMismatchException") && refused.contains("message Ball"), "{refused}");
    let missing = fails(&emit(app, &path, &["doctor"]));
    assert!(missing.contains("package ./rust/dart: it is not that of its library"), "{missing}");
    // The hint is a line of a shell.
    let hint = missing.lines().find_map(|it| it.trim().strip_prefix("hint: cd ")).unwrap();
    let mut shell = Command::new("sh");
    let programs = emitter().unwrap();
    let programs = Path::new(programs.get_program()).parent().unwrap();
    shell
        .args(["-c", &format!("cd {hint}")])
        .current_dir(app)
        .env("PATH", format!("{}:{path}", programs.display()));
    succeeds(&ran(shell.env("CARGO_NET_OFFLINE", "true").env("CARGO_TARGET_DIR", libraries())));
    assert!(app.join("rust/dart/hook/build.dart").exists(), "a package that has a hook keeps it");
    let whole = succeeds(&emit(app, &path, &["doctor"]));
    assert!(whole.contains("package ./rust/dart is that of its library"), "{whole}");
    // A library that is older than the package.
    let mut older = sdk.command();
    older.arg("run").current_dir(app).env("DEMO_NATIVE_LIBRARY", bundle.join("bundle/lib/libdemo_native.so"));
    let refused = fails(&ran(&mut older));
    assert!(
        refused.contains("message Ball") && refused.contains("Build both from the same source"),
        "{refused}"
    );
    // The next command, with the path as a shell reads it.
    let command = format!("ffi-dart-emit dart \"{}/", bundle.display());
    assert!(refused.contains(&command) && refused.contains("\" --out <folder of package "), "{refused}");
    let output = succeeds(&run(&sdk, app));
    assert!(output.contains("78498 primes"), "{output}");

    // The same program, with functions that Dart resolves itself in what the hook bundles.
    succeeds(&emit(app, &path, &["dart", "--bindings", "native"]));
    let text = fs::read_to_string(app.join("rust/dart/lib/src/library.g.dart")).unwrap();
    assert!(text.contains("symbol: 'demo_native_ffi_step')\nexternal void _stepNative("), "{text}");
    sdk.analyze(app).unwrap();
    let output = succeeds(&run(&sdk, app));
    assert!(output.contains("78498 primes") && output.contains("points\ntick 1\ntick 2\n"), "{output}");

    // What the compiler says is shown as it is, and the library of before is left alone.
    replace(&source, "pub radius: f64", "pub radius: f65");
    let failed = fails(&run(&sdk, app));
    assert!(failed.contains("error[E0425]") || failed.contains("error[E0412]"), "{failed}");
    assert!(failed.contains("rust/src/lib.rs:") && failed.contains("failed (exit code 101)"), "{failed}");
    replace(&source, "pub radius: f65", "pub radius: f64");
    let output = succeeds(&run(&sdk, app));
    assert!(output.contains("78498 primes"), "{output}");
}

/// Returns a cargo that notes in the file `started` that it runs, and goes on for a minute.
fn endless_cargo(folder: &Path) -> PathBuf {
    let cargo = folder.join("endless cargo");
    let started = folder.join("started");
    script(&cargo, &format!("{HOST}: > '{}'\nexec sleep 60\n", started.display()));
    cargo
}

/// Part of a script that answers as cargo if it is asked for its host.
const HOST: &str = "[ \"$1\" = -Vv ] && echo 'host: x86_64-unknown-linux-gnu' && exit\n";

/// Writes a program of the shell. Another process writes it: a program that this one starts on
/// another thread in that moment would have the open file as well, and the system refuses to start
/// what is open to be written to ("Text file busy").
fn script(file: &Path, text: &str) {
    let write = "printf '%s' \"$2\" > \"$1\" && chmod +x \"$1\"";
    let mut shell = Command::new("sh");
    shell.args(["-c", write, "sh"]).arg(file).arg(format!("#!/bin/sh\n{text}"));
    succeeds(&ran(&mut shell));
}

/// Runs `command`, whose cargo is that of [`endless_cargo`], and ends both in the middle of the
/// build, as Ctrl-C does.
fn interrupt(command: &mut Command, folder: &Path) {
    // In a file, as a pipe that nobody reads could fill.
    let said = folder.join("said.txt");
    command.stdout(Stdio::null()).stderr(fs::File::create(&said).unwrap());
    let mut running = command.process_group(0).spawn().unwrap();
    let started = folder.join("started");
    while !started.exists() {
        let ended = running.try_wait().unwrap();
        let said = || fs::read_to_string(&said).unwrap_or_default();
        assert!(ended.is_none(), "{command:?} ended before the build: {ended:?}\n{}", said());
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    // The shell has its own `kill`, which not every machine has as a program.
    let kill = format!("kill -KILL -{}", running.id());
    succeeds(&ran(Command::new("sh").args(["-c", &kill])));
    running.wait().unwrap();
}

/// Runs the emitter with `arguments` in `folder`, and ends it while cargo runs.
fn interrupted(folder: &Path, arguments: &[&str]) {
    let tools = TempDir::new().unwrap();
    let mut command = emitter().unwrap();
    command.args(arguments).current_dir(folder).env("CARGO", endless_cargo(tools.path()));
    interrupt(&mut command, tools.path());
}

/// Runs the hook of `app` twice at the same time.
fn two_hooks_at_once(sdk: &Sdk, app: &Path) {
    let package = &app.join("rust/dart");
    let scratch = TempDir::new().unwrap();
    replace(&app.join("rust/src/lib.rs"), "const BOUNCE: f32 = 0.8;", "const BOUNCE: f32 = 0.7;");
    let hooks = ["a", "b"].map(|name| {
        let mut input = input(package, scratch.path(), "linux", std::env::consts::ARCH);
        input["out_file"] = json!(scratch.path().join(name));
        input["user_defines"] = json!({"workspace_pubspec": {"defines": defines()}});
        let mut hook = hook(sdk, package, &scratch.path().join(format!("{name}.json")), &input);
        let command = format!("{hook:?}");
        (command, hook.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
    });
    for ((command, hook), name) in hooks.into_iter().zip(["a", "b"]) {
        succeeds(&Ran { command, output: hook.wait_with_output().unwrap() });
        let answer: Value = serde_json::from_slice(&fs::read(scratch.path().join(name)).unwrap()).unwrap();
        let library = answer["assets"][0]["encoding"]["file"].as_str().unwrap();
        assert!(Path::new(library).exists(), "{library}: {answer}");
        let sources = answer["dependencies"].as_array().unwrap();
        // Each in one piece, though the folder's name has spaces.
        for source in sources {
            assert!(Path::new(source.as_str().unwrap()).is_file(), "{source}: {sources:?}");
        }
        for source in ["rust/src/lib.rs", "rust/Cargo.toml", "demo/Cargo.lock"] {
            assert!(sources.iter().any(|it| it.as_str().unwrap().ends_with(source)), "{source}: {sources:?}");
        }
    }
}

/// Tests that what another cargo is writing in the same folder is read when it is there as a whole.
#[test]
fn a_hook_waits_for_the_list_of_sources() {
    let Some(sdk) = Sdk::for_tests() else { return };
    let scratch = TempDir::with_prefix("zwei wörter ").unwrap();
    let scratch = scratch.path();
    let package = &scratch.join("package");
    let mut command = emitter().unwrap();
    command.args(["dart", "--crate", "particles", "--native-assets", "--target-dir"]);
    command.arg(libraries()).arg("--out").arg(package);
    succeeds(&ran(&mut command));

    // Cargo writes a backslash before a blank in a path.
    let library = scratch.join("libparticles.so").display().to_string();
    let listed = format!("C:{}: /sources/lib.rs", library.replace(' ', r"\ "));
    let cargo = &scratch.join("cargo");
    let built = scratch.join("libparticles").display().to_string();
    let ends = [
        format!(": > '{built}.d'"),
        format!("rm -f '{built}.d'"),
        format!("printf '%s' '{listed} /sources/ha' > '{built}.d'"),
    ];
    for end in ends {
        script(
            cargo,
            &format!(
                "{HOST}while [ \"$1\" != --manifest-path ]; do shift; done\n\
                 echo '{{\"reason\": \"compiler-artifact\", \"manifest_path\": \"'\"$2\"'\", \
                 \"filenames\": [\"{built}.so\"]}}'\n\
                 {end}\n\
                 (sleep 1; printf '%s\n' '{listed} /sources/wörter\\ im\\ Namen.rs' > '{built}.d') \
                 > '{built}.log' 2>&1 &\n"
            ),
        );
        let mut input = input(package, scratch, "linux", "x64");
        input["user_defines"] = json!({"workspace_pubspec": {"defines": {"cargo": cargo}}});
        succeeds(&ran(&mut hook(&sdk, package, &scratch.join("input.json"), &input)));
        let answer: Value = serde_json::from_slice(&fs::read(scratch.join("answer.json")).unwrap()).unwrap();
        let sources: Vec<_> = answer["dependencies"].as_array().unwrap().iter().collect();
        assert!(sources.contains(&&json!("/sources/wörter im Namen.rs")), "{end}: {sources:?}");
        // The file in front of the colon is none, also with a drive as on Windows.
        assert!(
            !sources.iter().any(|it| it.as_str().unwrap().contains("libparticles")),
            "{end}: {sources:?}"
        );
    }
}

#[test]
fn an_app_gets_a_crate() {
    let Some(sdk) = Sdk::for_tests() else { return };
    let path = path_with(&sdk);
    let app = TempDir::new().unwrap();
    let refused = fails(&emit(app.path(), &path, &["integrate"]));
    assert!(refused.contains("pubspec.yaml can't be read") && refused.contains("new NAME"), "{refused}");

    fs::write(
        app.path().join("pubspec.yaml"),
        "name: 'shop' # a shop\n\nenvironment:\n  sdk: '>=3.10.0 <4.0.0'\n",
    )
    .unwrap();
    fs::create_dir(app.path().join("rust")).unwrap();
    fs::write(app.path().join("rust/mine.txt"), "mine").unwrap();
    let before = contents(app.path());
    let refused = fails(&emit(app.path(), &path, &["integrate"]));
    assert!(refused.contains("rust is there already") && refused.contains("--folder"), "{refused}");
    let planned = succeeds(&emit(app.path(), &path, &["integrate", "--folder", "native", "--dry-run"]));
    assert!(planned.contains("would write ./native/src/lib.rs"), "{planned}");
    assert!(planned.contains("shop_native: {path: native/dart}"), "{planned}");
    assert!(
        planned.contains("hooks: {user_defines: {shop_native: {target_dir: native/target}}}"),
        "{planned}"
    );
    assert_eq!(contents(app.path()), before, "nothing is written");

    // An interrupted run leaves what it can go on with, and here nothing else.
    interrupted(app.path(), &["integrate", "--folder", "native"]);
    assert!(app.path().join("native/Cargo.toml").exists());
    assert!(before.iter().all(|(file, text)| contents(app.path())[file] == *text));
    fs::remove_dir_all(app.path().join("native")).unwrap();

    // A crate that can't be built leaves nothing.
    let empty = TempDir::new().unwrap();
    fs::write(empty.path().join("Cargo.toml"), "[package]\nname = \"ffi-core\"\nversion = \"0.1.0\"\n")
        .unwrap();
    let wrong = empty.path().to_str().unwrap();
    let failed = fails(&emit(app.path(), &path, &["integrate", "--folder", "native", "--ffi-core", wrong]));
    assert!(failed.contains("the new crate can't be built, so nothing was kept"), "{failed}");
    assert_eq!(contents(app.path()), before);

    interrupted(app.path(), &["integrate", "--folder", "native"]);
    lock(&app.path().join("native"));
    let next = succeeds(&emit(app.path(), &path, &["integrate", "--folder", "native"]));
    assert!(next.contains("import 'package:shop_native/shop_native.dart'"), "{next}");
    let after = contents(app.path());
    assert!(before.iter().all(|(file, text)| after[file] == *text), "what was there is as it was");
    replace(
        &app.path().join("pubspec.yaml"),
        "environment",
        "dependencies:\n  shop_native: {path: native/dart}\n\nenvironment",
    );
    fs::create_dir(app.path().join("bin")).unwrap();
    fs::write(
        app.path().join("bin/shop.dart"),
        "import 'package:shop_native/shop_native.dart';\n\n\
         void main() => print(ShopNativeLibrary.open().path);\n",
    )
    .unwrap();
    sdk.pub_get(app.path()).unwrap();
    set(app.path(), "shop_native");
    let output = succeeds(&run(&sdk, app.path()));
    assert!(output.contains("libshop_native.so"), "{output}");
}

/// Returns what Dart passes to the hook of `package`, with `scratch` for its files.
fn input(package: &Path, scratch: &Path, os: &str, architecture: &str) -> Value {
    let architecture = match architecture {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        other => other,
    };
    json!({
        "out_file": scratch.join("answer.json"),
        "out_dir_shared": format!("{}/", scratch.join("shared").display()),
        "package_name": "particles",
        "package_root": format!("{}/", package.display()),
        "config": {
            "build_asset_types": ["code_assets/code"],
            "linking_enabled": false,
            "extensions": {"code_assets": {
                "target_os": os, "target_architecture": architecture, "link_mode_preference": "dynamic",
            }},
        },
    })
}

/// Returns the command that runs the hook of `package` with `input`, which it writes to `file`.
fn hook(sdk: &Sdk, package: &Path, file: &Path, input: &Value) -> Command {
    fs::write(file, input.to_string()).unwrap();
    let mut command = sdk.program(sdk.dart());
    command.arg(compiled_hook(sdk, package)).arg(format!("--config={}", file.display()));
    command
}

/// Compiles the hook of `package`, if it has changed, beside the package, and returns the program.
/// Dart does the same: to compile a hook takes far longer than to run it.
fn compiled_hook(sdk: &Sdk, package: &Path) -> PathBuf {
    let (source, program) = (package.join("hook/build.dart"), package.with_extension("hook.dill"));
    let text = fs::read(&source).unwrap();
    let compiled = package.with_extension("hook.source");
    if fs::read(&compiled).ok().as_ref() != Some(&text) {
        let mut compile = sdk.command();
        compile.args(["compile", "kernel", "--output"]).arg(&program).arg(&source);
        succeeds(&ran(&mut compile));
        fs::write(compiled, text).unwrap();
    }
    program
}

#[test]
fn a_hook_says_what_it_lacks() {
    let Some(sdk) = Sdk::for_tests() else { return };
    let scratch = TempDir::new().unwrap();
    let scratch = scratch.path();
    let package = &scratch.join("package");
    let mut command = emitter().unwrap();
    command.args(["dart", "--crate", "particles", "--native-assets", "--target-dir"]);
    command.arg(libraries()).arg("--out").arg(package);
    succeeds(&ran(&mut command));

    let file = &scratch.join("input.json");
    let answer = &scratch.join("answer.json");
    let alone = |mut command: Command| {
        // Neither a cargo on the PATH nor one in the home folder.
        ran(command
            .env("PATH", sdk.bin_dir())
            .env("HOME", scratch)
            .env_remove("CARGO_HOME")
            .env_remove("RUSTUP_HOME"))
    };
    let linux = || input(package, scratch, "linux", "x64");
    let expect = |input: &Value, parts: &[&str]| {
        let failed = fails(&alone(hook(&sdk, package, file, input)));
        // Behind what cargo has said.
        let own = failed.find("particles: ").unwrap_or_else(|| panic!("{failed}"));
        assert!(failed[own..].contains("\nhint: "), "{failed}");
        for part in parts {
            assert!(failed.contains(part), "{part}: {failed}");
        }
        assert!(!answer.exists(), "there is no answer");
    };
    let with = |defines: Value| {
        let mut input = linux();
        let base = scratch.join("app/pubspec.yaml");
        input["user_defines"] = json!({"workspace_pubspec": {"base_path": base, "defines": defines}});
        input
    };

    expect(&linux(), &["cargo is neither on the PATH nor in", "install Rust", "`cargo`, `prebuilt`"]);
    expect(&with(json!({"cargo": "/nowhere/cargo"})), &["no cargo at /nowhere/cargo"]);
    expect(&input(package, scratch, "fuchsia", "x64"), &["not made for fuchsia on x64"]);
    expect(&json!({}), &["in a form that this one does not know", "Dart 3.10 to 3.13"]);
    // Of the version that it knows, and of another one, which differs in nothing else.
    let mut numbered = linux();
    numbered["version"] = json!("1.9.0");
    expect(&numbered, &["cargo is neither on the PATH nor in"]);
    numbered["version"] = json!("2.0.0");
    expect(
        &numbered,
        &["asks in version 2.0.0 of the hooks protocol", "version 1, which Dart 3.10 to 3.13 have"],
    );

    let no_argument = alone({
        let mut command = sdk.program(sdk.dart());
        command.arg(compiled_hook(&sdk, package));
        command
    });
    let refused = fails(&no_argument);
    assert!(refused.contains("there is no argument --config=<file>"), "{refused}");

    // For other assets there is nothing to do.
    let mut data = linux();
    data["config"]["build_asset_types"] = json!(["data_assets/data"]);
    succeeds(&alone(hook(&sdk, package, file, &data)));
    let read = || serde_json::from_slice::<Value>(&fs::read(answer).unwrap()).unwrap();
    assert_eq!((&read()["status"], &read()["assets"]), (&json!("success"), &json!([])));
    fs::remove_file(answer).unwrap();

    // What rustup says if a variable of the shell is missing.
    let fake = &scratch.join("cargo");
    script(fake, "echo 'no default toolchain' >&2\nexit 3\n");
    let refused = with(json!({"cargo": fake}));
    expect(&refused, &["fails (exit code 3): no default toolchain", "RUSTUP_HOME", "environment:"]);

    // The NDK comes from the caller.
    script(fake, "echo 'host: x86_64-unknown-linux-gnu'\n");
    let mut android = with(json!({"cargo": fake}));
    android["config"]["extensions"]["code_assets"]["target_os"] = json!("android");
    expect(&android, &["the Android NDK was not found", "x86_64-linux-android", "sdkmanager"]);
    // Without optimization while it is developed, unless the app says otherwise.
    let arguments = scratch.join("arguments");
    script(fake, &format!("{HOST}echo \"$@\" > '{}'\n", arguments.display()));
    for (defines, linked, profile) in [
        (json!({"cargo": fake}), false, "dev"),
        (json!({"cargo": fake}), true, "release"),
        (json!({"cargo": fake, "profile": "fast"}), false, "fast"),
        (json!({"cargo": fake, "profile": "fast"}), true, "fast"),
    ] {
        let mut input = with(defines);
        input["config"]["linking_enabled"] = json!(linked);
        expect(&input, &["makes no libparticles.so", "cdylib"]);
        let asked = fs::read_to_string(&arguments).unwrap();
        let words: Vec<_> = asked.split_whitespace().collect();
        assert!(words.windows(2).any(|it| it == ["--profile", profile]), "{linked}: {asked}");
    }

    // A cargo that runs and fails, as that of rustup does without its toolchains, says so itself.
    let rustup = scratch.join("tools/cargo/bin/cargo");
    fs::create_dir_all(rustup.parent().unwrap()).unwrap();
    let toolchains = scratch.join("tools/rustup");
    script(
        &rustup,
        &format!(
            "if [ \"$RUSTUP_HOME\" != '{}' ]; then echo 'error: no toolchain is configured' >&2; exit 1; fi\n{HOST}true\n",
            toolchains.display()
        ),
    );
    let named = || with(json!({"cargo": rustup}));
    expect(
        &named(),
        &["fails (exit code 1): error: no toolchain is configured", "RUSTUP_HOME and CARGO_HOME under"],
    );
    // They are found beside it: the build begins.
    fs::create_dir(&toolchains).unwrap();
    expect(&named(), &["makes no libparticles.so"]);
    // And on the PATH.
    let mut on_path = hook(&sdk, package, file, &linux());
    let path = format!("{}:{}", sdk.bin_dir().display(), rustup.parent().unwrap().display());
    on_path.env("PATH", path).env("HOME", scratch).env_remove("CARGO_HOME").env_remove("RUSTUP_HOME");
    let begun = fails(&ran(&mut on_path));
    assert!(begun.contains("makes no libparticles.so"), "{begun}");

    // A target without its standard library, in the words of rustc: the sysroot is an empty folder.
    let sysroot = ran(Command::new("rustc").args(["--print", "sysroot"]));
    let rustc = format!(
        "'{}/bin/rustc' --crate-type lib --emit metadata --sysroot '{}'",
        succeeds(&sysroot).trim(),
        scratch.join("empty").display()
    );
    let target = "riscv64gc-unknown-linux-gnu";
    let compile =
        format!("{HOST}echo '#![no_std]' | {rustc} --target {target} --out-dir '{}' -\n", scratch.display());
    script(fake, &compile);
    let mut riscv = with(json!({"cargo": fake}));
    riscv["config"]["extensions"]["code_assets"]["target_architecture"] = json!("riscv64");
    expect(&riscv, &["can't find crate for `core`", "hint: rustup target add riscv64gc-unknown-linux-gnu"]);

    // A build that is interrupted leaves no answer, and the next one is as if there had been none.
    let mut cut = with(json!({"cargo": endless_cargo(scratch)}));
    interrupt(hook(&sdk, package, file, &cut).stderr(Stdio::null()), scratch);
    let left: Vec<_> = fs::read_dir(scratch).unwrap().map(|it| it.unwrap().file_name()).collect();
    assert!(!left.iter().any(|it| it.to_string_lossy().starts_with("answer")), "{left:?}");
    cut["user_defines"]["workspace_pubspec"]["defines"] = json!({"prebuilt": "../libraries"});
    expect(&cut, &["is missing: there is no such folder"]);

    // Built before, with a checksum.
    let prebuilt = || with(json!({"prebuilt": "../libraries"}));
    expect(&prebuilt(), &["is missing: there is no such folder"]);
    let library = scratch.join("libraries/x86_64-unknown-linux-gnu/libparticles.so");
    fs::create_dir_all(scratch.join("libraries/wasm32-unknown-unknown")).unwrap();
    expect(&prebuilt(), &["is missing: it has wasm32-unknown-unknown"]);
    fs::create_dir_all(library.parent().unwrap()).unwrap();
    fs::write(&library, "abc").unwrap();
    let sums = scratch.join("libraries/SHA256SUMS");
    // The example of FIPS 180-4.
    let sum = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    fs::write(&sums, format!("{sum}  x86_64-unknown-linux-gnu/libparticles.so\n")).unwrap();
    expect(&prebuilt(), &["gives no checksum", "install `sha256sum`"]);
    succeeds(&ran(&mut hook(&sdk, package, file, &prebuilt())));
    let asset = &read()["assets"][0]["encoding"];
    assert_eq!(asset["id"], "package:particles/particles.dart");
    assert_eq!(fs::read(asset["file"].as_str().unwrap()).unwrap(), b"abc");
    fs::remove_file(answer).unwrap();
    fs::write(&library, "abd").unwrap();
    let changed = fails(&ran(&mut hook(&sdk, package, file, &prebuilt())));
    assert!(changed.contains("has the checksum") && changed.contains(sum), "{changed}");
    fs::write(&sums, "").unwrap();
    let unlisted = fails(&ran(&mut hook(&sdk, package, file, &prebuilt())));
    assert!(unlisted.contains("says nothing of it"), "{unlisted}");

    // A package in a folder that can't be written to, as the cache of pub may be: cargo can't write
    // the Cargo.lock that is missing.
    let locked = scratch.join("locked");
    fs::create_dir_all(locked.join("src")).unwrap();
    fs::write(locked.join("src/lib.rs"), "").unwrap();
    fs::write(locked.join("Cargo.toml"), "[package]\nname = \"particles\"\n\n[workspace]\n").unwrap();
    std::os::unix::fs::symlink("/proc/nowhere/Cargo.lock", locked.join("Cargo.lock")).unwrap();
    let hook_file = package.join("hook/build.dart");
    let text = fs::read_to_string(&hook_file).unwrap();
    let line = text.lines().find(|it| it.starts_with("const _crate = ")).unwrap();
    fs::write(&hook_file, text.replace(line, "const _crate = '../locked';")).unwrap();
    let unwritten = fails(&ran(&mut hook(&sdk, package, file, &with(json!({"offline": true})))));
    assert!(unwritten.contains("hint: publish the package with its Cargo.lock"), "{unwritten}");
    assert!(!answer.exists());
    // A package that was published without its crate.
    fs::write(&hook_file, text.replace(line, "const _crate = '../no crate';")).unwrap();
    expect(&linux(), &["neither the crate in", "nor a folder", "`prebuilt`"]);
    let own = package.join("prebuilt/x86_64-unknown-linux-gnu");
    fs::create_dir_all(&own).unwrap();
    fs::write(own.join("libparticles.so"), "own").unwrap();
    succeeds(&alone(hook(&sdk, package, file, &linux())));
    assert_eq!(fs::read(read()["assets"][0]["encoding"]["file"].as_str().unwrap()).unwrap(), b"own");
}

#[test]
fn a_hook_needs_a_crate() {
    let mut command = emitter().unwrap();
    let library = workspace::root().join("ffi-dart-emit/tests/it/libraries");
    let library = fs::read_dir(library).unwrap().next().unwrap().unwrap().path();
    let out = TempDir::new().unwrap();
    command.arg("dart").arg(library).args(["--native-assets", "--out"]).arg(out.path().join("p"));
    let refused = fails(&ran(&mut command));
    assert!(refused.contains("--native-assets makes a hook that builds the crate"), "{refused}");
    assert_eq!(fs::read_dir(out.path()).unwrap().count(), 0);
}

/// A package whose functions Dart resolves itself calls what the hook bundles, and no other file:
/// compiled while it runs and before.
#[test]
fn dart_resolves_functions_in_what_a_hook_bundles() {
    let Some(sdk) = Sdk::for_tests() else { return };
    let scratch = TempDir::new().unwrap();
    let package = &scratch.path().join("package");
    let built = libraries();
    let write = |more: &[&str]| {
        let mut command = emitter().unwrap();
        command.args(["dart", "--crate", "fixture-pools", "--target-dir"]).arg(&built);
        ran(command.arg("--out").arg(package).args(more))
    };
    let refused = fails(&write(&["--bindings", "native"]));
    assert!(refused.contains("has no hook; hint: add --native-assets"), "{refused}");
    assert!(!package.exists());
    succeeds(&write(&["--native-assets", "--bindings", "native"]));
    // A package keeps the form that it has.
    let current = succeeds(&write(&["--check"]));
    assert!(current.contains("up to date"), "{current}");
    let other_form = fails(&write(&["--check", "--bindings", "lookup"]));
    assert!(other_form.contains("-external "), "{other_form}");

    let target = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let library = scratch.path().join(format!("libraries/{target}/libfixture_pools.so"));
    fs::create_dir_all(library.parent().unwrap()).unwrap();
    fs::copy(built.join("debug/libfixture_pools.so"), &library).unwrap();
    let other = &scratch.path().join("other.so");
    fs::copy(&library, other).unwrap();

    let app = &scratch.path().join("app");
    fs::create_dir_all(app.join("bin")).unwrap();
    fs::write(
        app.join("pubspec.yaml"),
        "name: resolved\nenvironment: {sdk: '>=3.10.0 <4.0.0'}\n\
         dependencies: {fixture_pools: {path: ../package}}\n\
         hooks: {user_defines: {fixture_pools: {prebuilt: ../libraries}}}\n",
    )
    .unwrap();
    fs::copy(workspace::root().join("tests/dart/resolved/resolved.dart"), app.join("bin/resolved.dart"))
        .unwrap();
    for folder in [app, package] {
        sdk.pub_get(folder).unwrap();
    }
    // One run of the analyzer for both.
    let mut analyzer = sdk.command();
    analyzer.args(["analyze", "--fatal-infos", "--fatal-warnings"]).arg(app).arg(package);
    succeeds(&ran(&mut analyzer));

    let bundle = scratch.path().join("out");
    let mut build = sdk.command();
    build.args(["build", "cli", "--target=bin/resolved.dart", "--output"]).arg(&bundle).current_dir(app);
    succeeds(&ran(&mut build));
    let compiled = || Command::new(bundle.join("bundle/bin/resolved"));
    let interpreted = || {
        let mut command = sdk.command();
        command.args(["run", "bin/resolved.dart"]).current_dir(app);
        command
    };
    for program in [&compiled as &dyn Fn() -> Command, &|| interpreted()] {
        let output = succeeds(&ran(program().arg(other)));
        assert!(output.contains("event 0\ntoken 7, 0 live\nBUNDLED is open, so "), "{output}");
        // What the variable names is another file than the one that Dart calls.
        let refused = fails(&ran(program().arg(other).env("FIXTURE_POOLS_LIBRARY", other)));
        assert!(refused.contains("calls the library that its hook bundles"), "{refused}");
        let named = "other.so (set by FIXTURE_POOLS_LIBRARY) is another file; hint: name no file";
        assert!(refused.contains(named), "{refused}");
    }
}
