//! Tests that the Dart SDK does all that is asked of it, and that the runner in
//! `tests/dart/test_shim` tells good tests from bad.
//!
//! Skipped with a note when there is no Dart; see [`Sdk::for_tests`].

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use xtask::{
    dart_sdk::{Mode, Sdk},
    workspace::{self, capture},
};

/// Returns true if the runner is that of the shim, whose exact words are known.
fn has_shim(sdk: &Sdk) -> bool {
    sdk.packages_dir().is_some()
}

fn selftest() -> PathBuf {
    workspace::root().join("tests/dart/runner_selftest")
}

/// Runs a file of [`selftest`], and returns its output and true if it succeeded.
fn outcome(sdk: &Sdk, file: &str, mode: Mode) -> (bool, String) {
    sdk.pub_get(&selftest()).unwrap();
    match sdk.run_tests(&selftest(), Path::new(file), mode) {
        Ok(captured) => (true, captured.to_string()),
        Err(error) => (false, format!("{error:#}")),
    }
}

fn outcomes(sdk: &Sdk, file: &str) -> [(bool, String); 2] {
    Mode::ALL.map(|mode| outcome(sdk, file, mode))
}

#[track_caller]
fn assert_has(output: &str, parts: &[&str]) {
    for part in parts {
        assert!(output.contains(part), "no {part:?} in\n{output}");
    }
}

#[test]
fn passing_tests_pass() {
    let Some(sdk) = Sdk::for_tests() else { return };
    for (succeeded, output) in outcomes(&sdk, "test/passing_test.dart") {
        assert!(succeeded, "{output}");
        assert_has(&output, &["group runs every set up, outer first", "printed"]);
        if has_shim(&sdk) {
            let expected = "ok   synchronous\n\
                            ok   group runs every set up, outer first\n\
                            printed\n\
                            ok   group asynchronous\n\
                            skip skipped: not yet\n\
                            3 passed, 0 failed, 1 skipped\n";
            assert_eq!(output, expected);
        }
    }
}

#[test]
fn failing_tests_fail() {
    let Some(sdk) = Sdk::for_tests() else { return };
    for (succeeded, output) in outcomes(&sdk, "test/failing_test.dart") {
        assert!(!succeeded, "{output}");
        assert_has(
            &output,
            &["Expected: <3>", "Actual: <2>", "arithmetic", "Bad state: thrown", "failing_test.dart"],
        );
        if has_shim(&sdk) {
            assert_has(
                &output,
                &["ok   good\n", "FAIL bad\n", "FAIL bad later\n", "1 passed, 2 failed", "exit status: 1"],
            );
        }
    }
}

#[test]
fn errors_outside_of_a_test_fail() {
    let Some(sdk) = Sdk::for_tests() else { return };
    for (succeeded, output) in outcomes(&sdk, "test/late_test.dart") {
        assert!(!succeeded, "{output}");
        assert!(!output.contains("ran\n"), "{output}");
        assert_has(&output, &["Bad state: late", "Bad state: set up"]);
    }
}

#[test]
fn a_file_without_tests_fails() {
    let Some(sdk) = Sdk::for_tests() else { return };
    for (succeeded, output) in outcomes(&sdk, "test/empty_test.dart") {
        assert!(!succeeded, "{output}");
        if has_shim(&sdk) {
            assert_has(&output, &["exit status: 1", "0 passed, 0 failed"]);
        }
    }
}

#[test]
fn a_file_that_throws_fails() {
    let Some(sdk) = Sdk::for_tests() else { return };
    for (succeeded, output) in outcomes(&sdk, "test/broken_test.dart") {
        assert!(!succeeded, "{output}");
        assert_has(&output, &["Bad state: before any test"]);
    }
}

/// `dart test` ends such a program silently.
#[test]
fn a_program_that_does_not_end_is_reported() {
    let Some(sdk) = Sdk::for_tests().filter(has_shim) else {
        return;
    };
    let sdk = sdk.with_env("FFI_TEST_PATIENCE", "1");
    let (succeeded, output) = outcome(&sdk, "test/open_test.dart", Mode::Jit);
    assert!(!succeeded, "{output}");
    assert_has(&output, &["1 passed, 0 failed\n", "the program does not end"]);
}

#[test]
fn the_dart_code_here_is_clean() {
    let Some(sdk) = Sdk::for_tests() else { return };
    for package in ["test_shim", "runner_selftest"] {
        let folder = workspace::root().join("tests/dart").join(package);
        sdk.pub_get(&folder).unwrap();
        sdk.analyze(&folder).unwrap();
        sdk.format_check(&folder).unwrap();
    }
}

/// Runs every command on a package of one file, so that a smaller installation is seen to be
/// complete.
#[test]
fn every_command_works() {
    let Some(sdk) = Sdk::for_tests() else { return };
    let sdk = sdk.with_env("GREETING", "hello");
    let temp = tempfile::tempdir().unwrap();
    let folder = temp.path();
    let source = folder.join("main.dart");
    fs::write(folder.join("pubspec.yaml"), "name: sample\nenvironment:\n  sdk: ^3.7.0\n").unwrap();
    let good = "import 'dart:io';\n\nvoid main(List<String> args) {\n  \
                print('${Platform.environment['GREETING']} ${args.join()}');\n}\n";
    fs::write(&source, good).unwrap();

    sdk.pub_get(folder).unwrap();
    assert_eq!(sdk.run(&source, &["you"], folder).unwrap().stdout, "hello you\n");
    sdk.analyze(folder).unwrap();
    sdk.format_check(folder).unwrap();

    let program = folder.join("main.exe");
    sdk.compile_exe(&source, &program).unwrap();
    let ran = capture(Command::new(&program).arg("you").env("GREETING", "bye")).unwrap();
    assert_eq!(ran.stdout, "bye you\n");

    let snapshot = folder.join("main.aot");
    capture(sdk.command().args(["compile", "aot-snapshot"]).arg(&source).arg("-o").arg(&snapshot)).unwrap();
    assert!(snapshot.exists());

    fs::write(&source, "void main(){ int unused = 1; }").unwrap();
    assert_has(&sdk.analyze(folder).unwrap_err().to_string(), &["unused_local_variable"]);
    assert_has(&sdk.format_check(folder).unwrap_err().to_string(), &["main.dart"]);
    fs::write(&source, "void main() => x;").unwrap();
    assert_has(&sdk.run(&source, &[], folder).unwrap_err().to_string(), &["Undefined name 'x'"]);
    assert_has(&sdk.compile_exe(&source, &program).unwrap_err().to_string(), &["Undefined name 'x'"]);
}
