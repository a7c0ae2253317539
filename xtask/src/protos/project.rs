//! Projects to check, and the programs that check them.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;
use ffi_dart_emit::proto::ImportOptions;

use crate::dart_sdk::Sdk;
use crate::protoc::Protoc;

/// A folder with the .proto files of a project.
#[derive(Clone, Debug)]
pub struct Project {
    /// Name of the crates that are made of it, each with a number behind it.
    pub name: String,
    /// Folder with the files.
    pub folder: PathBuf,
    /// Folders to search for imports.
    pub include: Vec<PathBuf>,
    /// Number of random values of each message.
    pub values: u32,
    /// Largest number of files in a crate.
    pub part: usize,
}

impl Project {
    pub(super) fn options(&self) -> ImportOptions {
        ImportOptions { include: self.include.clone(), ..ImportOptions::default() }
    }
}

/// Programs of a check. A step whose program isn't there is left out.
pub struct Tools<'a> {
    /// Builds the package with this name in a folder, and returns its library.
    pub build: &'a dyn Fn(&Path, &str) -> Result<PathBuf>,
    /// Protobuf's own compiler, from which Python has its descriptors; without it, from the import.
    pub protoc: Option<&'a Protoc>,
    /// Starts a Python that has protobuf; number of values of each message that it sends.
    pub python: Option<(&'a dyn Fn() -> Result<Command>, u32)>,
    /// Dart, which analyzes the packages.
    pub dart: Option<&'a Sdk>,
}
