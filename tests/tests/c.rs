//! Compares generated headers and the layouts of the fixtures with a C compiler.

use std::path::Path;
use std::process::Command;
use std::{env, fs};

use ffi_tests::Fixture;
use xtask::generated::Generated;
use xtask::signatures::Signatures;
use xtask::workspace::{capture, on_path, root};

/// Returns the C compiler. Without one the test is skipped with a note, unless the environment
/// requires everything to be checked.
fn compiler() -> Option<&'static str> {
    let found = on_path("gcc").is_some();
    assert!(found || env::var_os("FFI_REQUIRE_DART").is_none(), "gcc is needed to check everything");
    if !found {
        eprintln!("left out: no gcc on PATH");
    }
    found.then_some("gcc")
}

#[test]
fn c_reads_and_writes_what_rust_does() {
    run("layout");
}

#[test]
fn c_reads_and_builds_arenas() {
    run("arenas");
}

#[test]
fn c_uses_columns_in_place() {
    run("columns");
}

#[test]
fn c_reads_errors() {
    run("errors");
}

#[test]
fn c_has_the_types_in_newtypes() {
    run("newtypes");
}

#[test]
fn c_has_handles_of_objects() {
    run("services");
}

#[test]
fn c_passes_functions() {
    run("callbacks");
}

#[test]
fn c_calls_kernels() {
    run("simd");
}

/// Calls three hundred functions, with messages by value among floats and integers; see
/// `xtask/src/signatures.rs`.
#[test]
fn c_passes_every_signature() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("c_signatures");
    fs::create_dir_all(&folder).unwrap();
    let fixture = Generated::fixture("signatures");
    let header = folder.join(format!("{}.h", fixture.package));
    capture(fixture.emitter("c").unwrap().arg("--out").arg(header)).unwrap();
    let program = folder.join("signatures.c");
    fs::write(&program, Signatures::draw().c()).unwrap();
    compile_and_run("signatures", &fixture.package, &folder, &program);
}

/// Compiles `c/{name}.c` with the fixture's header, links it with its library, and runs it.
fn run(name: &str) {
    let fixture = Generated::fixture(name);
    let source = root().join(format!("tests/c/{name}.c"));
    compile_and_run(name, &fixture.package, &fixture.golden.expect("it is a fixture"), &source);
}

fn compile_and_run(name: &str, package: &str, headers: &Path, source: &Path) {
    let Some(gcc) = compiler() else { return };
    let library = Fixture::build(package, "dev");
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    capture(
        Command::new(gcc)
            .args(["-std=c11", "-Wall", "-Wextra", "-pedantic", "-Werror", "-I"])
            .arg(headers)
            .arg(source)
            .arg(library.cdylib())
            .arg("-o")
            .arg(&program),
    )
    .unwrap();
    capture(&mut Command::new(&program)).unwrap();
}

/// Compiles the static assertions of every generated header: size, alignment and each offset of
/// each type, as C computes them.
#[test]
fn c_agrees_with_every_layout() {
    let Some(gcc) = compiler() else { return };
    let fixtures = Generated::all().unwrap().into_iter().filter_map(|it| Some((it.golden?, it.package)));
    let mut assertions = 0;
    for (folder, package) in fixtures {
        let header = folder.join(format!("{package}.h"));
        capture(
            Command::new(gcc)
                .args(["-std=c11", "-Wall", "-Wextra", "-pedantic", "-Werror", "-fsyntax-only", "-x", "c"])
                .arg(&header),
        )
        .unwrap();
        assertions += std::fs::read_to_string(&header).unwrap().matches("FFI_STATIC_ASSERT(").count();
    }
    assert!(assertions > 200, "{assertions}");
}
