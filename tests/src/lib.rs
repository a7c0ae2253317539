//! Helpers of the tests: fixtures, built as a user would build them, and the schema sections of the
//! results.

// trybuild leaves out the dependencies: see Cargo.toml.
#![cfg(not(trybuild))]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use cargo_metadata::{Artifact, CrateType, Message};
use ffi_core::schema::read::Record;
use ffi_dart_emit::library_file::{self, ReadError};
use ffi_dart_emit::proto::{self, ImportOptions};
use xtask::workspace::libraries;

/// Libraries that cargo built from a fixture.
#[derive(Clone, Debug)]
pub struct Fixture(Artifact);

impl Fixture {
    /// Builds only the package `name`, with `profile`. Cargo does nothing if nothing has changed.
    ///
    /// # Panics
    ///
    /// Panics if it does not build; the compiler has reported the reason.
    #[must_use]
    pub fn build(name: &str, profile: &str) -> Self {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml");
        let (artifacts, success) = cargo_build(&manifest, name, profile, Stdio::inherit());
        assert!(success, "{name} does not build under {profile}");
        let is_library = |artifact: &Artifact| artifact.target.name == name.replace('-', "_");
        Self(artifacts.into_iter().find(is_library).expect("cargo reports what it has built"))
    }

    /// Returns the shared library.
    ///
    /// # Panics
    ///
    /// Panics if the fixture has none.
    #[must_use]
    pub fn cdylib(&self) -> &Path {
        self.file(&[".so", ".dylib", ".dll"])
    }

    /// Returns the static library.
    ///
    /// # Panics
    ///
    /// Panics if the fixture has none.
    #[must_use]
    pub fn staticlib(&self) -> &Path {
        self.file(&[".a", ".lib"])
    }

    /// Returns the library that other crates link.
    ///
    /// # Panics
    ///
    /// Panics if the fixture has none.
    #[must_use]
    pub fn rlib(&self) -> &Path {
        self.file(&[".rlib"])
    }

    fn file(&self, endings: &[&str]) -> &Path {
        let mut files = self.0.filenames.iter();
        let file = files.find(|file| endings.iter().any(|ending| file.as_str().ends_with(ending)));
        file.unwrap_or_else(|| panic!("none of {:?} ends in one of {endings:?}", self.0.filenames))
            .as_std_path()
    }
}

/// Builds one package, in a target folder that only tests use. Returns the libraries, and true if
/// the build succeeded.
///
/// # Panics
///
/// Panics if cargo can't be started.
#[must_use]
pub fn cargo_build(manifest: &Path, package: &str, profile: &str, errors: Stdio) -> (Vec<Artifact>, bool) {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["build", "--quiet", "--offline", "--message-format=json-render-diagnostics"])
        .args(["--package", package, "--profile", profile])
        .arg("--manifest-path")
        .arg(manifest)
        .arg("--target-dir")
        .arg(libraries())
        .stdout(Stdio::piped())
        .stderr(errors)
        .spawn()
        .expect("cargo runs this test, so it is there");
    let output = std::io::BufReader::new(cargo.stdout.take().expect("it is piped"));
    let artifacts = Message::parse_stream(output)
        .filter_map(|message| match message.expect("cargo writes JSON") {
            Message::CompilerArtifact(artifact) if is_library(&artifact) => Some(artifact),
            _ => None,
        })
        .collect();
    (artifacts, cargo.wait().expect("it was started").success())
}

/// Builds a package in a workspace of its own, and returns its shared library.
///
/// # Panics
///
/// Panics if it does not build; the compiler has reported the reason.
#[must_use]
pub fn build_package(manifest: &Path, package: &str) -> PathBuf {
    let (artifacts, success) = cargo_build(manifest, package, "dev", Stdio::inherit());
    assert!(success, "{package} does not build");
    let own = artifacts.into_iter().find(|artifact| artifact.target.name == package);
    Fixture(own.expect("cargo reports what it has built")).cdylib().to_owned()
}

/// Imports .proto files, each as the only module of a package of its own in the workspace `folder`,
/// checks that rustfmt would not change the source, and builds them. Returns their cdylibs.
///
/// # Panics
///
/// Panics if one can't be imported, isn't formatted, or doesn't build.
#[must_use]
pub fn import_and_build(folder: &Path, packages: &[(String, PathBuf)]) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let write = |file: &Path, text: &str| {
        fs::create_dir_all(file.parent().expect("it is in a folder")).expect("there is room");
        fs::write(file, text).expect("there is room");
    };
    let members: Vec<_> = packages.iter().map(|(package, _)| format!("{package:?}")).collect();
    let manifest = format!("[workspace]\nresolver = \"3\"\nmembers = [{}]\n", members.join(", "));
    write(&folder.join("Cargo.toml"), &manifest);
    // The settings of rustfmt itself, not those of this workspace.
    write(&folder.join("rustfmt.toml"), "");
    // The same versions as in the workspace; cargo drops those that aren't needed.
    write(&folder.join("Cargo.lock"), &fs::read_to_string(root.join("Cargo.lock")).expect("it is committed"));
    for (package, proto) in packages {
        let manifest = format!(
            "[package]\nname = {package:?}\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[lib]\ncrate-type = [\"cdylib\"]\n\n\
             [dependencies]\nffi-core = {{ path = {:?}, features = [\"async\", \"proto\", \"simd\"] }}\n",
            root.join("ffi-core")
        );
        let sources = folder.join(package).join("src");
        write(&folder.join(package).join("Cargo.toml"), &manifest);
        write(&sources.join("lib.rs"), "pub mod schema;\n\nffi_core::library!();\n");
        let imported = proto::import(proto, &ImportOptions::default())
            .unwrap_or_else(|problems| panic!("{}:\n{problems}", proto.display()));
        let is_stream = |warning: &String| warning.ends_with("is left out: a stream has no form in Rust");
        assert!(imported.warnings.iter().all(is_stream), "{:?}", imported.warnings);
        let schema = sources.join("schema.rs");
        write(&schema, &imported.source);
        let rustfmt = Command::new("rustfmt").args(["--edition", "2024", "--check"]).arg(&schema).output();
        let rustfmt = rustfmt.expect("it comes with Rust");
        assert!(rustfmt.status.success(), "{}", String::from_utf8_lossy(&rustfmt.stdout));
    }
    packages.iter().map(|(package, _)| build_package(&folder.join("Cargo.toml"), package)).collect()
}

fn is_library(artifact: &Artifact) -> bool {
    let kinds = [CrateType::CDyLib, CrateType::StaticLib, CrateType::RLib, CrateType::Lib];
    artifact.target.crate_types.iter().any(|kind| kinds.contains(kind))
}

/// Returns the records that the emitter reads from a library.
///
/// # Errors
///
/// Returns an error if the library has no record, or one that can't be read.
///
/// # Panics
///
/// Panics if there is no such file.
pub fn records(library: &Path) -> Result<Vec<Record>, ReadError> {
    library_file::read(&fs::read(library).expect("it was built"))
}
