//! Tests pools and queues from a C program, through the generated header.

use std::env;
use std::path::Path;
use std::process::Command;

use ffi_tests::Fixture;
use xtask::generated::Generated;
use xtask::workspace::{capture, on_path, root};

#[test]
fn every_wrong_pointer_has_its_code_in_c() {
    if on_path("gcc").is_none() {
        assert!(env::var_os("FFI_REQUIRE_DART").is_none(), "gcc is needed to check everything");
        return eprintln!("left out: no gcc on PATH");
    }
    let fixture = Generated::fixture("pools");
    let library = Fixture::build(&fixture.package, "dev");
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pools");
    capture(
        Command::new("gcc")
            .args(["-std=c11", "-Wall", "-Wextra", "-pedantic", "-Werror", "-pthread", "-I"])
            .arg(fixture.golden.expect("it is a fixture"))
            .arg(root().join("tests/c/pools.c"))
            .arg(library.cdylib())
            .arg("-o")
            .arg(&program),
    )
    .unwrap();
    capture(&mut Command::new(&program)).unwrap();
}
