//! Protobuf's own conformance suite.
//!
//! Debian has it as source only. Its runner is compiled with the headers and the library that come
//! with [`Protoc`], which is of the same release, into `.conformance/` at the workspace root:
//!
//! ```text
//! .conformance/runner                     sends requests to a program, and judges what it answers
//! .conformance/conformance.proto          the messages of requests and answers
//! .conformance/test_messages_proto3.proto the messages that are encoded and decoded
//! ```

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, anyhow, bail};

use crate::debian::{self, Apt, entries, keep_only};
use crate::progress;
use crate::protoc::Protoc;
use crate::workspace::{self, capture};

/// Sources of the runner, in the folder `conformance` of protobuf's.
const SOURCES: [&str; 6] = [
    "binary_json_conformance_suite.cc",
    "conformance_test.cc",
    "conformance_test_main.cc",
    "conformance_test_runner.cc",
    "text_format_conformance_suite.cc",
    "third_party/jsoncpp/jsoncpp.cpp",
];

/// Files from which protoc makes the rest of it, each with its folder in protobuf's sources.
const MESSAGES: [(&str, &str); 3] = [
    ("conformance", "conformance.proto"),
    ("src", "google/protobuf/test_messages_proto2.proto"),
    ("src", "google/protobuf/test_messages_proto3.proto"),
];

/// An installed suite.
#[derive(Clone, Debug)]
pub struct Suite {
    folder: PathBuf,
    libraries: PathBuf,
}

impl Suite {
    /// Returns true if this machine has what installs the suite.
    #[must_use]
    pub fn is_installable() -> bool {
        debian::has_tools() && workspace::on_path("g++").is_some()
    }

    /// Returns the suite in `.conformance/`. When there is none, installs it.
    ///
    /// # Errors
    ///
    /// Returns an error if the machine has no Debian tools, no `g++` or no network.
    pub fn find_or_install() -> Result<Self> {
        let protoc = Protoc::install()?;
        let libraries = protoc.folder().context("protoc was not installed by this command")?.join("lib");
        let folder = workspace::root().join(".conformance");
        let suite = Self { folder, libraries };
        let is_there = || suite.runner().exists();
        if !is_there() {
            if workspace::on_path("g++").is_none() {
                bail!(
                    "there is no `g++`, which compiles protobuf's conformance suite\nhint: apt-get install g++"
                );
            }
            debian::replace(&suite.folder, is_there, |part| build(part, &protoc))
                .map_err(|error| anyhow!("cannot install protobuf's conformance suite: {error:#}"))?;
        }
        Ok(suite)
    }

    fn runner(&self) -> PathBuf {
        self.folder.join("runner")
    }

    /// Returns the path of one of the suite's .proto files.
    #[must_use]
    pub fn proto(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Returns a command that tests a program, whose path the caller adds.
    #[must_use]
    pub fn command(&self) -> Command {
        let mut command = Command::new(self.runner());
        command.env("LD_LIBRARY_PATH", &self.libraries);
        command
    }
}

fn build(part: &Path, protoc: &Protoc) -> Result<()> {
    let sources = download(part)?;
    let (made, installed) = (part.join("made"), protoc.folder().context("protoc is the machine's own")?);
    fs::create_dir_all(&made)?;
    let mut compiler = Command::new("g++");
    // What is measured is not the runner's speed, and its warnings are others' to mend.
    compiler.args(["-O0", "-w", "-std=c++14"]);
    for folder in [&made, &sources.join("conformance"), &installed.join("include")] {
        compiler.arg("-I").arg(folder);
    }
    // Some headers of the library's own are not installed with it.
    compiler.arg("-idirafter").arg(sources.join("src"));
    compiler.args(SOURCES.map(|name| sources.join("conformance").join(name)));
    for (folder, name) in MESSAGES {
        let folder = sources.join(folder);
        let mut generate = protoc.command();
        generate.arg("-I").arg(&folder).arg("--cpp_out").arg(&made).arg(folder.join(name));
        capture(&mut generate)?;
        compiler.arg(made.join(name).with_extension("pb.cc"));
        let plain = Path::new(name).file_name().context("a message file has a name")?;
        fs::copy(folder.join(name), part.join(plain))?;
    }
    let library = entries(&installed.join("lib"))?
        .into_iter()
        .find(|file| {
            file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("libprotobuf.so"))
        })
        .context("the package protobuf-compiler came without libprotobuf")?;
    compiler.arg(library).args(["-lpthread", "-o"]).arg(part.join("runner"));
    progress::busy("compiling the conformance suite", || capture(&mut compiler))?;
    keep_only(part, &["runner", "conformance.proto", "test_messages_proto3.proto"])
}

/// Downloads and unpacks protobuf's sources. Returns their folder.
fn download(part: &Path) -> Result<PathBuf> {
    let release = fs::read_to_string("/etc/os-release").context("the machine doesn't name its release")?;
    let suite = release
        .lines()
        .find_map(|line| line.strip_prefix("VERSION_CODENAME="))
        .context("/etc/os-release has no VERSION_CODENAME")?;
    let (private, sources) = (part.join("apt"), part.join("sources"));
    debian::from_any("sources", &private, |base, targets| {
        Apt::of_sources(&private, base, suite, targets)?.source("protobuf", &[], &sources)
    })?;
    Ok(sources)
}
