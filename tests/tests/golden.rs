//! Checks that committed generated files are current.

use xtask::generated::{Action, Generated, emitter};
use xtask::workspace::capture;
use xtask::{signatures, stress};

#[test]
fn committed_files_are_current() {
    let all = Generated::all().unwrap();
    assert!(all.iter().any(|generated| generated.package == "particles"), "examples are found");
    assert!(all.iter().any(|generated| generated.package == "fixture-calls"), "fixtures are found");
    let stale: Vec<_> = all
        .iter()
        .filter_map(|generated| generated.apply(Action::Check).err())
        .map(|error| format!("{error:#}"))
        .collect();
    assert!(stale.is_empty(), "{}", stale.join("\n\n"));
}

/// The smallest library (fat LTO, `opt-level = "z"`, stripped, `panic = "abort"`) has the same
/// schema as a debug build.
#[test]
fn the_smallest_library_gives_the_same_package() {
    let particles = Generated::example("01_particles");
    let mut check = emitter().unwrap();
    check.arg("dart").arg(particles.library("release-min").unwrap());
    check.args(["--check", "--out"]).arg(&particles.dart);
    let checked = capture(&mut check).unwrap();
    assert!(checked.stderr.contains("panic = \"abort\""), "the difference is said:\n{checked}");
}

#[test]
fn the_committed_stress_schema_is_current() {
    stress::apply(Action::Check).unwrap();
}

#[test]
fn the_committed_signatures_are_current() {
    signatures::apply(Action::Check).unwrap();
}
