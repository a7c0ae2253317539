//! A .proto file of another team.

use std::fs;
use std::path::PathBuf;

use ffi_dart_emit::proto::{Defaults, Form, ImportOptions, import};
use tempfile::TempDir;

thread_local! {
    /// An empty folder for the input, as imports are only looked for in that folder.
    static FOLDER: TempDir = TempDir::new().expect("there is room for temporary files");
}

/// Imports the bytes as a .proto file, with every option and with none.
pub(crate) fn run(text: &[u8]) {
    let file: PathBuf = FOLDER.with(|folder| folder.path().join("fuzz.proto"));
    fs::write(&file, text).expect("there is room for a file");
    let generous = ImportOptions {
        defaults: Defaults { all: Some(4), ..Defaults::default() },
        default_pool_size: Some(4),
        split_oneofs: true,
        ..ImportOptions::default()
    };
    let bounded = ImportOptions { form: Form::Bounded, ..generous.clone() };
    for options in [ImportOptions::default(), generous, bounded] {
        match import(&file, &options) {
            Ok(imported) => assert!(!imported.source.contains('\0')),
            Err(problems) => assert!(!problems.0.is_empty() && !problems.to_string().is_empty()),
        }
    }
}
