//! The library that is packaged, and its folders.

use std::path::{Path, PathBuf};

use super::facts::Version;
use super::step::{Step, Tool};

/// A library that is to be packaged.
#[derive(Clone, Debug)]
pub struct Request {
    /// Path of the crate's Cargo.toml.
    pub manifest: PathBuf,
    /// Name of the library, without what platforms put around it.
    pub library: String,
    /// Folder of cargo's builds.
    pub builds: PathBuf,
    /// Folder of what is made.
    pub out: PathBuf,
    /// Profile of cargo.
    pub profile: String,
    /// Targets, in Rust's words; empty for those that are usual for the platform.
    pub targets: Vec<String>,
    /// Oldest system that has to load the library.
    pub oldest: Option<Version>,
    /// Largest size of a library in bytes.
    pub budget: Option<u64>,
    /// Target of this machine.
    pub host: String,
    /// Folder of Android's NDK, if it is known.
    pub ndk: Option<PathBuf>,
    /// True if Android's libraries become an archive for Gradle.
    pub aar: bool,
    /// Name of the container image to make by the `Dockerfile` of the current folder, if one is.
    pub image: Option<String>,
    /// Prefix of the identifiers of Apple's bundles, and of Android's namespace: `com.example`.
    pub domain: String,
    /// Identity that signs for Apple.
    pub sign: Option<String>,
    /// Profile of the keychain with which Apple's notary is asked.
    pub notarize: Option<String>,
}

/// Flags of one build.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// Arguments of the linker.
    pub link: Vec<String>,
    /// Environment variables.
    pub environment: Vec<(String, String)>,
}

impl Request {
    /// Returns the targets: those that were asked for, else the `usual` ones.
    #[must_use]
    pub fn targets(&self, usual: &[&str]) -> Vec<String> {
        if self.targets.is_empty() {
            usual.iter().map(|it| (*it).to_owned()).collect()
        } else {
            self.targets.clone()
        }
    }

    /// Returns the step that builds the library for `target`, without names and debug information.
    #[must_use]
    pub fn build(&self, target: &str, flags: &Flags) -> Step {
        let mut cargo = Tool::new("cargo", "Rust: https://rustup.rs")
            .args(["rustc", "--lib", "--crate-type", "cdylib", "--manifest-path"])
            .path(&self.manifest)
            .args(["--profile", &self.profile, "--target", target, "--", "-Cstrip=symbols"])
            .args(flags.link.iter().map(|it| format!("-Clink-arg={it}")));
        cargo.environment.clone_from(&flags.environment);
        Step::Run(cargo)
    }

    /// Returns the path of the file that [`Request::build`] makes.
    #[must_use]
    pub fn built(&self, target: &str, file: &str) -> PathBuf {
        let folder = if self.profile == "dev" { "debug" } else { &self.profile };
        self.builds.join(target).join(folder).join(file)
    }

    /// Returns the path of a file for `target` in what is made: as the hook of a Dart package finds
    /// libraries that were built before.
    #[must_use]
    pub fn prebuilt(&self, target: &str, file: &str) -> PathBuf {
        self.out.join(target).join(file)
    }

    /// Returns the step that copies what was built to its place.
    #[must_use]
    pub fn copy(&self, target: &str, file: &str, to: &Path) -> Step {
        Step::Copy { from: self.built(target, file), to: to.to_owned() }
    }
}

/// Returns the name of the variable that tells cargo something about `target`.
#[must_use]
pub fn variable(target: &str, what: &str) -> String {
    format!("CARGO_TARGET_{}_{what}", target.to_uppercase().replace('-', "_"))
}

/// Returns the processor of a target, as files name it.
#[must_use]
pub fn processor(target: &str) -> &'static str {
    match target.split('-').next().unwrap_or_default() {
        "aarch64" => "aarch64",
        "armv7" | "thumbv7neon" | "arm" => "arm",
        "i686" => "i386",
        "riscv64gc" => "riscv64",
        _ => "x86_64",
    }
}
