//! Windows: a DLL for each processor, and the import library for programs that link it.

use super::check::{Rules, System};
use super::request::{Flags, Request, processor, variable};
use super::step::Step;

/// Returns the steps for Windows: with Microsoft's tools on Windows, and elsewhere with those of
/// gcc.
#[must_use]
pub fn steps(request: &Request) -> Vec<Step> {
    let usual =
        if request.host.contains("windows") { "x86_64-pc-windows-msvc" } else { "x86_64-pc-windows-gnu" };
    request.targets(&[usual]).iter().flat_map(|target| one(request, target)).collect()
}

fn one(request: &Request, target: &str) -> Vec<Step> {
    let file = format!("{}.dll", request.library);
    let microsoft = target.ends_with("-msvc");
    let import = if microsoft { format!("{file}.lib") } else { format!("lib{file}.a") };
    let mut flags = Flags::default();
    if microsoft {
        // Else each user has to install `vcruntime140.dll`.
        let value = "-Ctarget-feature=+crt-static".to_owned();
        flags.environment.push((variable(target, "RUSTFLAGS"), value));
    }
    if !microsoft && !request.host.contains("windows") {
        // As rustc does it by itself, so that a machine without it is told before. There is no gcc
        // for Windows on Arm.
        let compiler = if target.ends_with("-gnullvm") { "clang" } else { "gcc" };
        let processor = if processor(target) == "i386" { "i686" } else { processor(target) };
        let gcc = format!("{processor}-w64-mingw32-{compiler}");
        flags.environment.push((variable(target, "LINKER"), gcc));
    }
    let library = request.prebuilt(target, &file);
    let rules = Rules {
        processors: vec![processor(target)],
        name: None,
        system: System::Windows,
        oldest: request.oldest,
        page: None,
        budget: request.budget,
    };
    vec![
        request.build(target, &flags),
        request.copy(target, &file, &library),
        request.copy(target, &import, &request.prebuilt(target, &import)),
        Step::Check { file: library, rules },
    ]
}
