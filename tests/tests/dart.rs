//! Tests generated packages with a real Dart: analyzed, formatted, and run against the compiled
//! libraries.

mod exposition;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use ffi_dart_emit::cargo::{BuildOptions, Crate};
use ffi_tests::Fixture;
use xtask::dart_sdk::{Mode, Sdk};
use xtask::example::Example;
use xtask::generated::{Generated, emitter};
use xtask::pages::{Page, Programs};
use xtask::promtool;
use xtask::signatures::Signatures;
use xtask::workspace;

#[test]
fn packages_are_clean_and_formatted() {
    let Some(sdk) = Sdk::for_tests() else { return };
    for generated in Generated::all().unwrap() {
        assert_clean(&sdk, &generated.dart);
    }
}

/// Checks that `dart analyze` and `dart format` accept the package in `folder`.
fn assert_clean(sdk: &Sdk, folder: &Path) {
    let run = || {
        sdk.pub_get(folder)?;
        sdk.analyze(folder)?;
        sdk.format_check(folder)
    };
    run().unwrap_or_else(|error| panic!("{}: {error:#}", folder.display()));
}

/// Returns a folder for generated files that holds none of an earlier run.
fn fresh(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    // It need not exist.
    let _ = fs::remove_dir_all(&folder);
    folder
}

/// The target folder of libraries whose files have the names of others: of a fixture with other
/// features, of the programs in pages. They share what they depend on.
fn apart() -> PathBuf {
    workspace::target().join("apart")
}

/// The folder of the runtime, which all generated packages depend on.
fn runtime() -> PathBuf {
    workspace::root().join("ffi-dart-emit/dart/ffi_core")
}

#[test]
fn the_runtime_is_clean_and_its_tests_pass() {
    let Some(sdk) = Sdk::for_tests() else { return };
    let runtime = runtime();
    assert_clean(&sdk, &runtime);
    for mode in Mode::ALL {
        for entry in fs::read_dir(runtime.join("test")).unwrap() {
            let file = Path::new("test").join(entry.unwrap().file_name());
            let ran = sdk.run_tests(&runtime, &file, mode);
            println!("{}", ran.unwrap_or_else(|error| panic!("{mode:?}: {error:#}")));
        }
    }
}

/// Adds to `found` the Dart file `file` and those that it imports, exports or has as parts. Fails
/// if one imports a library that the web doesn't have, or holds a number that JavaScript can't.
fn check_for_web(package: &Path, file: &Path, found: &mut Vec<PathBuf>) {
    if found.iter().any(|it| it == file) {
        return;
    }
    found.push(file.to_owned());
    let text = fs::read_to_string(file).unwrap();
    let shown = file.display();
    for line in text.lines().map(|line| line.split("//").next().unwrap()) {
        let directive = ["import '", "export '", "part '"].iter().find_map(|it| line.strip_prefix(it));
        if let Some(uri) = directive.and_then(|it| it.split('\'').next()) {
            if let Some(library) = uri.strip_prefix("dart:") {
                assert!(
                    ["collection", "convert", "core", "math", "typed_data"].contains(&library),
                    "{shown} has `dart:{library}`"
                );
            } else if let Some(path) = uri.strip_prefix("package:ffi_core/") {
                check_for_web(package, &runtime().join("lib").join(path), found);
            } else if let Some(uri) = uri.strip_prefix("package:") {
                // A newtype's class in Dart, which the fixture has in its own package.
                let path = uri.split_once('/').expect("a file of the package").1;
                check_for_web(package, &package.join("lib").join(path), found);
            } else {
                check_for_web(package, &file.parent().unwrap().join(uri).canonicalize().unwrap(), found);
            }
        }
        for word in line.split(|c: char| !c.is_ascii_alphanumeric()) {
            let number =
                word.strip_prefix("0x").map_or_else(|| word.parse(), |it| u64::from_str_radix(it, 16));
            assert!(!number.is_ok_and(|it| it > 1 << 53), "{shown} has the number {word}");
        }
    }
}

/// Tests that `values.dart` of the runtime and of every generated package is for the web: those of
/// the fixtures with Dart's compiler, and all by their imports and numbers.
#[test]
fn values_are_for_the_web_as_well() {
    let Some(sdk) = Sdk::for_tests() else { return };
    let generated = Generated::all().unwrap().into_iter().map(|it| it.dart);
    for package in [runtime()].into_iter().chain(generated) {
        let mut found = Vec::new();
        check_for_web(&package, &package.join("lib/values.dart"), &mut found);
        assert!(found.len() > 5, "{found:?}");
    }
    let tests = resolved(&sdk);
    let pubspec = fs::read_to_string(tests.join("pubspec.yaml")).unwrap();
    let packages = pubspec.lines().filter_map(|line| {
        let name = line.strip_prefix("  ")?.strip_suffix(':')?;
        name.starts_with(char::is_alphabetic).then_some(name)
    });
    let imports: Vec<_> =
        packages.map(|it| format!("import 'package:{it}/values.dart' as {it};\n")).collect();
    assert!(imports.len() > 10, "{imports:?}");
    let program = tests.join(".dart_tool/web.dart");
    fs::write(&program, imports.concat() + "void main() => print(ffi_core.bigFromBits(1));\n").unwrap();
    sdk.compile_js(&program, &fresh("web").with_extension("js")).unwrap();
}

/// An application whose packages have a copy of the runtime each says which one it takes.
#[test]
fn packages_with_two_runtimes_need_an_override() {
    let Some(sdk) = Sdk::for_tests() else { return };
    let folder = fresh("two_runtimes");
    let mut sdk = sdk;
    for name in ["calls", "owned"] {
        let package = folder.join(name);
        let mut emit = Generated::fixture(name).emitter("dart").unwrap();
        emit.arg("--out").arg(&package).arg("--runtime").arg(package.join("ffi_core"));
        workspace::capture(&mut emit).unwrap();
        let (variable, library) = fixture(name);
        sdk = sdk.with_env(variable, library);
    }
    let app = folder.join("app");
    fs::create_dir_all(app.join("bin")).unwrap();
    let pubspec = "name: app\nenvironment:\n  sdk: '>=3.8.0 <4.0.0'\ndependencies:\n  \
                   fixture_calls: {path: ../calls}\n  fixture_owned: {path: ../owned}\n";
    let program = "import 'package:fixture_calls/fixture_calls.dart';\n\
                   import 'package:fixture_owned/fixture_owned.dart' as owned;\n\
                   void main() {\n  try {\n    owned.FixtureOwnedLibrary.open().failsWith('it is shared');\n  } on \
                   FfiException catch (error) {\n    print('${FixtureCallsLibrary.open().path.isNotEmpty} $error');\n  }\n}\n";
    fs::write(app.join("bin/app.dart"), program).unwrap();
    fs::write(app.join("pubspec.yaml"), pubspec).unwrap();
    let refused = sdk.pub_get(&app).unwrap_err();
    assert!(format!("{refused:#}").contains("ffi_core"), "{refused:#}");
    // The line that the README has.
    let readme = fs::read_to_string(runtime().join("README.md")).unwrap();
    let lines = readme.split("```yaml\n").nth(1).and_then(|it| it.split("```").next()).unwrap();
    let lines = lines.replace("<folder>", "../calls/ffi_core");
    fs::write(app.join("pubspec.yaml"), format!("{pubspec}{lines}")).unwrap();
    sdk.pub_get(&app).unwrap();
    let printed = sdk.run(Path::new("bin/app.dart"), &[], &app).unwrap().stdout;
    assert_eq!(printed, "true RustErrorException: it is shared\n");
}

/// Calls three hundred functions, with messages by value among floats and integers; see
/// `xtask/src/signatures.rs`.
#[test]
fn dart_passes_every_signature() {
    let Some(sdk) = Sdk::for_tests() else { return };
    let (variable, library) = fixture("signatures");
    let sdk = sdk.with_env(variable, library);
    let package = fresh("signatures_package");
    let mut emit = Generated::fixture("signatures").emitter("dart").unwrap();
    workspace::capture(emit.arg("--out").arg(&package)).unwrap();
    sdk.pub_get(&package).unwrap();
    let program = package.join("bin/signatures.dart");
    fs::create_dir_all(package.join("bin")).unwrap();
    fs::write(&program, Signatures::draw().dart()).unwrap();
    let (kernel, executable) = (package.join("signatures.dill"), package.join("signatures"));
    sdk.compile_kernel(&program, &kernel).unwrap();
    sdk.run(&kernel, &[], &package).unwrap();
    sdk.compile_exe(&program, &executable).unwrap();
    workspace::capture(&mut sdk.program(&executable)).unwrap();
}

/// Compiles and runs the programs of the README and the guide, in Rust and Dart, unchanged.
#[test]
fn programs_in_pages_run() {
    let Some(sdk) = Sdk::for_tests() else { return };
    let programs = Programs::of(&Page::guide(workspace::root()).unwrap()).unwrap();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pages");
    let counts = programs.run(&sdk, &folder, &apart()).unwrap_or_else(|error| panic!("{error:#}"));
    assert!(counts.rust >= 18 && counts.dart >= 18 && counts.outputs >= 14, "{counts:?}");
}

/// The guide shows the whole of an example, which is a screen in each language.
#[test]
fn the_guide_has_the_service_of_the_example() {
    let root = workspace::root();
    let page = fs::read_to_string(root.join("docs/src/service_in_full.md")).unwrap();
    for (language, file, most) in [("rust", "src/lib.rs", 60), ("dart", "dart/bin/services.dart", 40)] {
        let path = format!("examples/08_services/{file}");
        let program = fs::read_to_string(root.join(&path)).unwrap();
        assert!(program.lines().count() <= most, "{file} is no screen any more");
        assert!(page.contains(&format!("```{language}\n// {path}\n{program}```\n")), "{file} is another");
    }
}

/// Runs the program of the service example that uses all that an app needs in production, and puts
/// some load on the service. Its numbers are what Prometheus reads, and what the dashboard shows.
#[test]
fn the_service_of_the_example_is_fit_for_production() {
    let Some(sdk) = Sdk::for_tests() else { return };
    let folder = fresh("service");
    fs::create_dir_all(&folder).unwrap();
    let example = Example::build("08_services", &BuildOptions::default()).unwrap();
    let said = example.run_other(&sdk, "production", &[folder.to_str().unwrap()]).unwrap();
    let expected = workspace::root().join("examples/08_services");
    assert_eq!(said.stdout, fs::read_to_string(expected.join("expected_production.txt")).unwrap(), "{said}");

    let numbers = folder.join("metrics.txt");
    let families = exposition::families(&fs::read_to_string(&numbers).unwrap());
    let dashboard = fs::read_to_string(expected.join("dashboard.json")).unwrap();
    assert!(exposition::check_dashboard(&dashboard, &families) >= 21);
    // The tool of Prometheus reads them as well, if it is installed.
    if let Some(promtool) = promtool::find() {
        promtool::check(&promtool, &numbers).unwrap();
    }

    let load = example.run_other(&sdk, "load", &["2", "200"]).unwrap();
    assert!(load.stdout.contains("    p99") && load.stdout.contains("healthy: true, clean: true"), "{load}");
}

/// Analyzes every Dart program in the READMEs of generated packages, in one application that has
/// all of them.
#[test]
fn programs_in_generated_readmes_are_analyzed() {
    let Some(sdk) = Sdk::for_tests() else { return };
    let app = fresh("generated_readmes");
    fs::create_dir_all(app.join("bin")).unwrap();
    let mut pubspec = "name: app\nenvironment:\n  sdk: '>=3.8.0 <4.0.0'\ndependencies:\n".to_owned();
    let mut programs = 0;
    for Generated { dart, .. } in Generated::all().unwrap() {
        let readme = fs::read_to_string(dart.join("README.md")).unwrap();
        let name = readme.lines().next().and_then(|it| it.strip_prefix("# ")).unwrap().to_owned();
        pubspec += &format!("  {name}: {{path: {}}}\n", dart.display());
        for (index, block) in readme.split("\n```dart\n").skip(1).enumerate() {
            let (program, _) = block.split_once("```").expect("the block ends");
            fs::write(app.join(format!("bin/{name}_{index}.dart")), program).unwrap();
            programs += 1;
        }
    }
    assert!(programs >= 13, "{programs} programs");
    fs::write(app.join("pubspec.yaml"), pubspec).unwrap();
    sdk.pub_get(&app).unwrap();
    sdk.analyze(&app).unwrap();
}

/// Tests that `dart doc` has no warning about a package with every kind of item: each link in docs
/// names something that Dart has.
#[test]
fn docs_of_a_generated_package_have_no_warnings() {
    let Some(sdk) = Sdk::for_tests() else { return };
    let package = Generated::fixture("types").dart;
    sdk.pub_get(&package).unwrap();
    assert_eq!(sdk.doc_warnings(&package).unwrap(), Vec::<String>::new());
}

/// Tests that Dart which a template would write wrongly is found: with the file, by the analysis of
/// the committed packages.
#[test]
fn invalid_dart_in_a_generated_package_is_named() {
    let Some(sdk) = Sdk::for_tests() else { return };
    let package = fresh("invalid_dart");
    let mut emit = Generated::fixture("layout").emitter("dart").unwrap();
    workspace::capture(emit.arg("--out").arg(&package).arg("--runtime").arg(runtime())).unwrap();
    sdk.pub_get(&package).unwrap();
    sdk.analyze(&package).unwrap();
    let file = package.join("lib/src/messages.g.dart");
    for (right, wrong) in [("  void setFrom(", "  void setFrom(("), (" toData() =>", " toData() => 1 +")] {
        let text = fs::read_to_string(&file).unwrap();
        fs::write(&file, text.replacen(right, wrong, 1)).unwrap();
        let error = format!("{:#}", sdk.analyze(&package).unwrap_err());
        assert!(error.contains("messages.g.dart"), "{error}");
        fs::write(&file, text).unwrap();
    }
}

#[test]
fn examples_run() {
    let Some(sdk) = Sdk::for_tests() else { return };
    for folder in Example::folders() {
        let example = Example::build(&folder, &BuildOptions::default()).unwrap();
        for mode in Mode::ALL {
            let printed = example.run_as_expected(&sdk, mode);
            printed.unwrap_or_else(|error| panic!("{folder}, {mode:?}: {error:#}"));
        }
    }
}

/// Runs `tests/dart/end_to_end/test/{name}_test.dart` in both modes, with the libraries in its
/// environment.
fn end_to_end(name: &str, libraries: &[(&str, PathBuf)]) {
    let Some(sdk) = Sdk::for_tests() else { return };
    let sdk = libraries.iter().fold(sdk, |sdk, (variable, library)| sdk.with_env(variable, library));
    let tests = resolved(&sdk);
    for mode in Mode::ALL {
        let file = Path::new("test").join(format!("{name}_test.dart"));
        let output = sdk.run_tests(&tests, &file, mode).unwrap_or_else(|error| panic!("{mode:?}: {error:#}"));
        println!("{mode:?}\n{output}");
    }
}

/// Returns the package `tests/dart/end_to_end`, whose dependencies are found, and about which the
/// analyzer has nothing to say.
fn resolved(sdk: &Sdk) -> PathBuf {
    let tests = workspace::root().join("tests/dart/end_to_end");
    static PACKAGES: OnceLock<()> = OnceLock::new();
    PACKAGES.get_or_init(|| {
        sdk.pub_get(&tests).unwrap();
        sdk.analyze(&tests).unwrap();
    });
    tests
}

/// Returns the library of a fixture, and the environment variable that names it to its package.
fn fixture(name: &str) -> (&'static str, PathBuf) {
    let variable = match name {
        "arenas" => "FIXTURE_ARENAS_LIBRARY",
        "calls" => "FIXTURE_CALLS_LIBRARY",
        "callbacks" => "FIXTURE_CALLBACKS_LIBRARY",
        "columns" => "FIXTURE_COLUMNS_LIBRARY",
        "errors" => "FIXTURE_ERRORS_LIBRARY",
        "layout" => "FIXTURE_LAYOUT_LIBRARY",
        "newtypes" => "FIXTURE_NEWTYPES_LIBRARY",
        "owned" => "FIXTURE_OWNED_LIBRARY",
        "pools" => "FIXTURE_POOLS_LIBRARY",
        "production" => "FIXTURE_PRODUCTION_LIBRARY",
        "services" => "FIXTURE_SERVICES_LIBRARY",
        "signatures" => "FIXTURE_SIGNATURES_LIBRARY",
        "simd" => "FIXTURE_SIMD_LIBRARY",
        "streams" => "FIXTURE_STREAMS_LIBRARY",
        "tasks" => "FIXTURE_TASKS_LIBRARY",
        "types" => "FIXTURE_TYPES_LIBRARY",
        _ => panic!("no fixture `{name}` is tested from Dart"),
    };
    (variable, Fixture::build(&format!("fixture-{name}"), "dev").cdylib().to_owned())
}

/// Returns the library of the fixture `calls` with other definitions under the same names.
fn changed() -> PathBuf {
    let options = BuildOptions {
        features: vec!["changed".to_owned()],
        target_dir: Some(apart()),
        ..BuildOptions::default()
    };
    Crate::named("fixture-calls").unwrap().build(&options).unwrap()
}

/// Overwrites freed memory at once, so that typed data that lost its memory shows wrong values.
#[test]
fn arenas() {
    let overwrites = ("GLIBC_TUNABLES", PathBuf::from("glibc.malloc.perturb=165"));
    end_to_end("arenas", &[fixture("arenas"), overwrites.clone()]);
    end_to_end("arenas_moving", &[fixture("arenas"), overwrites.clone()]);
    end_to_end("arenas_frozen", &[fixture("arenas"), overwrites]);
}

#[test]
fn calls() {
    end_to_end("calls", &[fixture("calls")]);
}

/// Overwrites freed memory at once, so that text that was overwritten is noticed.
#[test]
fn callbacks() {
    let overwrites = ("GLIBC_TUNABLES", PathBuf::from("glibc.malloc.perturb=165"));
    end_to_end("callbacks", &[fixture("callbacks"), overwrites.clone()]);
    end_to_end("callbacks_kept", &[fixture("callbacks"), overwrites]);
    end_to_end("callbacks_shutdown", &[fixture("callbacks")]);
}

#[test]
fn columns() {
    end_to_end("columns", &[fixture("columns")]);
}

/// Overwrites freed memory at once, so that a call that lost its argument sees wrong values.
#[test]
fn dart_api() {
    let libraries = [fixture("calls"), fixture("owned"), fixture("pools")];
    let overwrites = ("GLIBC_TUNABLES", PathBuf::from("glibc.malloc.perturb=165"));
    end_to_end("dart_api", &[&libraries[..], &[overwrites]].concat());
}

#[test]
fn errors() {
    end_to_end("errors", &[fixture("errors")]);
}

/// Overwrites freed memory at once, so that a message that lost its memory shows wrong values.
#[test]
fn json() {
    let overwrites = ("GLIBC_TUNABLES", PathBuf::from("glibc.malloc.perturb=165"));
    end_to_end("json", &[fixture("types"), fixture("arenas"), overwrites]);
}

/// Overwrites freed memory at once, so that a view that lost its memory shows wrong values.
#[test]
fn isolates() {
    let libraries = [fixture("owned"), fixture("pools"), fixture("columns")];
    let overwrites = ("GLIBC_TUNABLES", PathBuf::from("glibc.malloc.perturb=165"));
    end_to_end("isolates", &[&libraries[..], &[overwrites]].concat());
}

#[test]
fn layout() {
    end_to_end("layout", &[fixture("layout")]);
}

#[test]
fn newtypes() {
    end_to_end("newtypes", &[fixture("newtypes")]);
}

/// Overwrites freed memory at once, so that a list that was freed shows wrong values.
#[test]
fn moved() {
    let overwrites = ("GLIBC_TUNABLES", PathBuf::from("glibc.malloc.perturb=165"));
    end_to_end("moved", &[fixture("owned"), overwrites]);
}

#[test]
fn owned() {
    end_to_end("owned", &[fixture("owned")]);
}

#[test]
fn pools() {
    end_to_end("pools", &[fixture("pools")]);
    end_to_end("pools_shutdown", &[fixture("pools")]);
}

/// The script says what the library's own functions do; it starts empty.
#[test]
fn production() {
    let folder = fresh("production");
    fs::create_dir_all(&folder).unwrap();
    let script = folder.join("script.txt");
    fs::write(&script, "").unwrap();
    let logs = folder.join("logs");
    let places = [("FIXTURE_PRODUCTION_SCRIPT", script), ("FIXTURE_PRODUCTION_LOGS", logs)];
    end_to_end("production", &[&[fixture("production")], &places[..]].concat());
}

/// Overwrites freed memory at once, so that an object that was dropped shows wrong values.
#[test]
fn services() {
    let overwrites = ("GLIBC_TUNABLES", PathBuf::from("glibc.malloc.perturb=165"));
    end_to_end("services", &[fixture("services"), overwrites]);
    end_to_end("services_shutdown", &[fixture("services")]);
}

#[test]
fn simd() {
    end_to_end("simd", &[fixture("simd")]);
}

/// Overwrites freed memory at once, so that an item that was given back shows wrong values.
#[test]
fn streams() {
    let overwrites = ("GLIBC_TUNABLES", PathBuf::from("glibc.malloc.perturb=165"));
    for name in ["streams", "streams_input", "streams_queue"] {
        end_to_end(name, &[fixture("streams"), overwrites.clone()]);
    }
    end_to_end("streams_shutdown", &[fixture("streams")]);
}

/// A slot that was lent is overwritten when it is given back.
#[test]
fn streams_lent() {
    // A target folder of its own: the file has the same name.
    let target = workspace::target().join("pool-debug");
    let options = BuildOptions {
        features: vec!["pool-debug".to_owned()],
        target_dir: Some(target),
        ..BuildOptions::default()
    };
    let library = Crate::named("fixture-streams").unwrap().build(&options).unwrap();
    end_to_end("streams_lent", &[("FIXTURE_STREAMS_LIBRARY", library)]);
}

/// Overwrites freed memory at once, so that a result that was freed shows wrong values.
#[test]
fn tasks() {
    let overwrites = ("GLIBC_TUNABLES", PathBuf::from("glibc.malloc.perturb=165"));
    end_to_end("tasks", &[fixture("tasks"), overwrites]);
    end_to_end("tasks_shutdown", &[fixture("tasks")]);
}

/// Programs that end while tasks run: none hangs or crashes, and one that waits for a call lives
/// until it ends. `FFI_STORMS=whole` runs each as often as `cargo xtask sanitize` does.
#[test]
fn programs_end_with_tasks() {
    let Some(sdk) = Sdk::for_tests() else { return };
    let (variable, library) = fixture("tasks");
    let sdk = sdk.with_env(variable, library);
    let tests = workspace::root().join("tests/dart/end_to_end");
    sdk.pub_get(&tests).unwrap();
    let folder = fresh("task_programs");
    fs::create_dir_all(&folder).unwrap();
    let (kernel, executable) = (folder.join("tasks.dill"), folder.join("tasks"));
    let source = tests.join("bin/tasks.dart");
    sdk.compile_kernel(&source, &kernel).unwrap();
    sdk.compile_exe(&source, &executable).unwrap();
    let times = if std::env::var_os("FFI_STORMS").is_some_and(|it| it == "whole") { 60 } else { 4 };
    for (way, code, printed) in [
        ("nothing", 0, "opened\n"),
        ("waits", 0, "waited\n"),
        ("flood", 0, ""),
        ("exit", 0, ""),
        ("exit_with", 3, ""),
        ("uncaught", 255, ""),
    ] {
        for round in 0..times {
            for mode in Mode::ALL {
                let mut program = match mode {
                    Mode::Jit => {
                        let mut dart = sdk.command();
                        dart.args(["run", "--enable-asserts"]).arg(&kernel);
                        dart
                    }
                    Mode::Aot => sdk.program(&executable),
                };
                let output = program.arg(way).output().unwrap();
                let shown = format!("{way}, {mode:?}, round {round}: {output:?}");
                assert_eq!(output.status.code(), Some(code), "{shown}");
                assert_eq!(String::from_utf8_lossy(&output.stdout), printed, "{shown}");
            }
        }
    }
}

/// Tests that a library which is built with `panic = "abort"` does what others do, until a function
/// panics: that ends the process with the panic's message, whichever way it was called, and leaves
/// a report, unless the disk is full.
#[test]
fn a_panic_that_aborts_ends_the_process() {
    let Some(sdk) = Sdk::for_tests() else { return };
    let folder = fresh("aborts");
    let core = workspace::root().join("ffi-core").display().to_string();
    let manifest = format!(
        "[package]\nname = \"aborts\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\
         [lib]\ncrate-type = [\"cdylib\"]\n\
         [dependencies]\nffi-core = {{ path = {core:?}, features = [\"async\", \"production\"] }}\n\
         [profile.dev]\npanic = \"abort\"\n[workspace]\n"
    );
    let source = "ffi_core::library!();\n\n\
                  fn check(number: u32) -> u32 {\n    assert!(number > 0, \"zero\");\n    number\n}\n\n\
                  #[ffi_core::ffi_export]\npub fn at_once(number: u32) -> u32 {\n    check(number)\n}\n\n\
                  #[ffi_core::ffi_export]\npub async fn later(number: u32) -> u32 {\n    check(number)\n}\n\n\
                  #[ffi_core::ffi_export(inline)]\npub async fn inlined(number: u32) -> u32 {\n    check(number)\n}\n\n\
                  #[ffi_core::ffi_export(blocking)]\npub fn aside(number: u32) -> u32 {\n    check(number)\n}\n";
    let program = "import 'package:aborts/aborts.dart';\n\n\
                   Future<void> main(List<String> arguments) async {\n  \
                   final library = AbortsLibrary.open();\n  \
                   library.production.keepCrashes(arguments.last);\n  \
                   print(library.atOnce(1) + await library.later(2) + await library.inlined(3) + await library.aside(4));\n  \
                   switch (arguments.first) {\n    \
                   case 'at_once':\n      library.atOnce(0);\n    \
                   case 'later':\n      await library.later(0);\n    \
                   case 'inlined':\n      await library.inlined(0);\n    \
                   case 'aside':\n      await library.aside(0);\n  \
                   }\n  print('not reached');\n}\n";
    fs::create_dir_all(folder.join("src")).unwrap();
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    fs::write(folder.join("src/lib.rs"), source).unwrap();
    fs::copy(workspace::root().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    let target = workspace::libraries();
    let mut build = workspace::cargo();
    build.args(["build", "--offline", "--target-dir"]).arg(&target).current_dir(&folder);
    workspace::capture(&mut build).unwrap();
    use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
    let library = target.join("debug").join(format!("{DLL_PREFIX}aborts{DLL_SUFFIX}"));
    let package = folder.join("dart");
    let mut emit = emitter().unwrap();
    emit.arg("dart").arg(&library).arg("--out").arg(&package).arg("--runtime").arg(runtime());
    let said = workspace::capture(&mut emit).unwrap();
    assert!(said.stderr.contains("panic = \"abort\""), "{said}");
    sdk.pub_get(&package).unwrap();
    fs::create_dir_all(package.join("bin")).unwrap();
    let (source, kernel) = (package.join("bin/aborts.dart"), package.join("aborts.dill"));
    fs::write(&source, program).unwrap();
    sdk.compile_kernel(&source, &kernel).unwrap();
    let sdk = sdk.with_env("ABORTS_LIBRARY", &library);
    for way in ["at_once", "later", "inlined", "aside", "full disk"] {
        let reports = folder.join(way);
        let mut run = sdk.command();
        let is_full = way == "full disk";
        if is_full {
            // The system cuts off what is written to a file behind 512 bytes, and says so.
            let dart = run.get_program().to_owned();
            let environment: Vec<_> =
                run.get_envs().map(|(key, value)| (key.to_owned(), value.map(ToOwned::to_owned))).collect();
            run = Command::new("sh");
            run.args(["-c", "trap '' XFSZ; ulimit -f 1; exec \"$0\" \"$@\""]).arg(dart);
            for (key, value) in environment {
                match value {
                    Some(value) => run.env(key, value),
                    None => run.env_remove(key),
                };
            }
        }
        run.arg("run").arg(&kernel).arg(if is_full { "at_once" } else { way }).arg(&reports);
        let output = run.output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{way}: {output:?}");
        assert_eq!(String::from_utf8_lossy(&output.stdout), "10\n", "{way}: {output:?}");
        assert!(stderr.contains("zero") && stderr.contains("lib.rs"), "{way}: {output:?}");
        let files: Vec<_> = fs::read_dir(&reports).unwrap().map(|it| it.unwrap().path()).collect();
        if is_full {
            assert_eq!(files, [""; 0].map(PathBuf::from), "nothing is left of a report without room");
            continue;
        }
        let [file] = &files[..] else { panic!("{way}: {files:?}") };
        let report: serde_json::Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
        assert_eq!((&report["message"], &report["library"]), (&"zero".into(), &"aborts".into()), "{report}");
        assert!(report["backtrace"].as_str().unwrap().contains("check"), "{report}");
    }
}

#[test]
fn types() {
    end_to_end("types", &[fixture("types")]);
    end_to_end("types_values", &[fixture("types")]);
}

#[test]
fn values_api() {
    end_to_end("values_api", &[fixture("types")]);
}

/// Reloads a program whose package has changed to that of another library.
#[test]
fn reload() {
    let Some(sdk) = Sdk::for_tests() else { return };
    let folder = fresh("reload");
    let package = |name: &str, library: &Path| {
        let package = folder.join(name);
        let mut emit = emitter().unwrap();
        emit.arg("dart").arg(library).arg("--out").arg(&package).arg("--runtime").arg(runtime());
        workspace::capture(&mut emit).unwrap();
        package
    };
    let (variable, library) = fixture("calls");
    package("app/package", &library);
    let [before, after] = [package("before", &library), package("after", &changed())];
    let app = folder.join("app");
    let pubspec = "name: app\nenvironment:\n  sdk: '>=3.8.0 <4.0.0'\ndependencies:\n  \
                   fixture_calls: {path: package}\n";
    fs::write(app.join("pubspec.yaml"), pubspec).unwrap();
    sdk.pub_get(&app).unwrap();
    let dart = sdk.dart().to_owned();
    let folders = [("RELOAD_APP", app), ("RELOAD_BEFORE", before), ("RELOAD_AFTER", after)];
    let environment = [&[(variable, library), ("RELOAD_DART", dart)], &folders[..]].concat();
    end_to_end("reload", &environment);
}

#[test]
fn one_app() {
    end_to_end("one_app", &[fixture("calls"), fixture("owned")]);
}

#[test]
fn proto() {
    end_to_end("proto", &[fixture("types"), fixture("pools")]);
}

#[test]
fn text() {
    end_to_end("text", &[fixture("owned"), fixture("types")]);
}

#[test]
fn numbers() {
    let all = ["calls", "columns", "layout", "pools", "simd", "types"];
    end_to_end("numbers", &all.map(fixture));
}

#[test]
fn opening() {
    end_to_end("opening", &[fixture("calls"), fixture("layout"), ("FIXTURE_CHANGED_LIBRARY", changed())]);
    end_to_end("opening_elsewhere", &[fixture("pools")]);
}

/// The loader puts the library into the process, and the tests are told that this is iOS.
#[cfg(target_os = "linux")]
#[test]
fn opening_in_process() {
    let (_, own) = fixture("calls");
    for (library, which) in [(own, "fits"), (changed(), "changed")] {
        let which = ("FIXTURE_CALLS_IN_PROCESS", PathBuf::from(which));
        end_to_end("opening_in_process", &[("LD_PRELOAD", library), which]);
    }
}
