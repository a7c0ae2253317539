//! Committed generated files are what the emitter writes now.

use xtask::generated::{Action, Generated};

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
