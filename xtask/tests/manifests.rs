//! Checks the manifests of the crates that are published.

use std::process::Command;

use cargo_metadata::semver::Version;
use cargo_metadata::{Metadata, MetadataCommand, Package};

/// Crates that are published, in an order in which that is possible.
const PUBLISHED: [&str; 3] = ["ffi-derive", "ffi-core", "ffi-dart-emit"];

/// Returns all packages of the lock file that this machine builds.
fn metadata() -> Metadata {
    let rustc = Command::new("rustc").arg("-vV").output().expect("rustc is there");
    let text = String::from_utf8(rustc.stdout).expect("rustc writes UTF-8");
    let host = text.lines().find_map(|line| line.strip_prefix("host: ")).expect("it names the host");
    let options = ["--offline", "--locked", "--filter-platform", host].map(str::to_owned);
    MetadataCommand::new()
        .current_dir(xtask::workspace::root())
        .other_options(options)
        .exec()
        .expect("cargo reads the workspace")
}

fn package<'m>(metadata: &'m Metadata, name: &str) -> &'m Package {
    metadata.packages.iter().find(|it| it.name == name).expect("it is a member")
}

/// A lower `rust-version` would promise a compiler that can't build the lock file's crates; a
/// higher one would refuse compilers that can.
#[test]
fn the_rust_version_is_the_highest_that_a_locked_crate_declares() {
    let metadata = metadata();
    let members = metadata.workspace_members.clone();
    let locked = metadata.packages.iter().filter(|it| !members.contains(&it.id));
    let highest = locked.filter_map(|it| it.rust_version.clone()).max().expect("most declare one");
    for name in PUBLISHED {
        let own: Option<Version> = package(&metadata, name).rust_version.clone();
        assert_eq!(own, Some(highest.clone()), "{name}");
    }
}

#[test]
fn published_crates_say_what_they_are() {
    let metadata = metadata();
    for name in PUBLISHED {
        let it = package(&metadata, name);
        assert!(it.description.is_some() && it.license.is_some() && it.readme.is_some(), "{name}");
        assert!(!it.keywords.is_empty() && it.keywords.len() <= 5 && !it.categories.is_empty(), "{name}");
    }
}

/// Generated code calls items that are no part of the public face of `ffi-core`.
#[test]
fn ffi_core_takes_one_version_of_its_derive() {
    let metadata = metadata();
    let core = package(&metadata, "ffi-core");
    let derive = core.dependencies.iter().find(|it| it.name == "ffi-derive").expect("it is optional");
    assert_eq!(derive.req.to_string(), format!("={}", package(&metadata, "ffi-derive").version));
    assert!(package(&metadata, "ffi-derive").features.is_empty(), "what it writes is decided in ffi-core");
}

/// A link to a folder of one machine is broken on all others. Without git, as in an archive, there
/// is no list of links.
#[test]
fn links_stay_in_the_tree() {
    let root = xtask::workspace::root();
    let Ok(files) = Command::new("git").current_dir(root).args(["ls-files", "-s"]).output() else { return };
    let files = String::from_utf8(files.stdout).expect("paths are UTF-8");
    let links = files.lines().filter(|line| line.starts_with("120000 "));
    for path in links.filter_map(|line| line.split_once('\t')).map(|(_, path)| root.join(path)) {
        let target = path.read_link().expect("it is a link");
        let there = path.canonicalize().unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert!(
            target.is_relative() && there.starts_with(root),
            "{} -> {}",
            path.display(),
            target.display()
        );
    }
}
