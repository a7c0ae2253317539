//! Generated packages under a real Dart: analyzed, formatted, and run against the compiled libraries.

use std::path::Path;

use ffi_dart_emit::cargo::{BuildOptions, Crate};
use xtask::dart_sdk::{Mode, Sdk};
use xtask::example::Example;
use xtask::generated::Generated;
use xtask::workspace;

#[test]
fn packages_are_clean_and_formatted() {
    let Some(sdk) = Sdk::for_tests() else { return };
    for generated in Generated::all().unwrap() {
        let run = || {
            sdk.pub_get(&generated.dart)?;
            sdk.analyze(&generated.dart)?;
            sdk.format_check(&generated.dart)
        };
        run().unwrap_or_else(|error| panic!("{}: {error:#}", generated.package));
    }
}

#[test]
fn examples_run() {
    let Some(sdk) = Sdk::for_tests() else { return };
    for folder in Example::folders() {
        let example = Example::build(&folder, &BuildOptions::default()).unwrap();
        for mode in Mode::ALL {
            example.run(&sdk, mode).unwrap_or_else(|error| panic!("{folder}, {mode:?}: {error:#}"));
        }
    }
}

/// Runs `tests/dart/end_to_end/test/{fixture}_test.dart` against the fixture of that name.
fn end_to_end(fixture: &str) {
    let Some(sdk) = Sdk::for_tests() else { return };
    let package = Generated::fixture(fixture).package;
    let library = Crate::named(&package).unwrap().build(&BuildOptions::default()).unwrap();
    let sdk = sdk.with_env(format!("FIXTURE_{}_LIBRARY", fixture.to_uppercase()), library);
    let tests = workspace::root().join("tests/dart/end_to_end");
    sdk.pub_get(&tests).unwrap();
    for mode in Mode::ALL {
        let file = Path::new("test").join(format!("{fixture}_test.dart"));
        let output = sdk.run_tests(&tests, &file, mode).unwrap_or_else(|error| panic!("{mode:?}: {error:#}"));
        println!("{mode:?}\n{output}");
    }
}

#[test]
fn calls() {
    end_to_end("calls");
}

#[test]
fn layout() {
    end_to_end("layout");
}
