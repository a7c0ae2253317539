//! Schemas in the language of protobuf, for teams that have no Rust: out, and in.
//!
//! | module | what it holds |
//! |---|---|
//! | [`shape`] | what a type of Rust's is there, and back |
//! | `names` | identifiers, in the styles of the two |
//! | `export` | a [`Model`] to a .proto file |
//! | `import` | a .proto file to Rust source |
//! | `check` | what that source would be refused for |
//! | `graph` | which types reach which |
//! | `rust` | the text of that source |
//!
//! What protobuf can't say is in options of the file [`OPTIONS_FILE`], which is written beside each export.

mod check;
mod export;
mod graph;
mod import;
mod names;
mod rust;
pub mod shape;

pub use export::export;
pub use import::{ImportOptions, Imported, import};

use crate::model::{Model, Problems};
use crate::output::OutputFile;

/// The name of the file that declares the options.
pub const OPTIONS_FILE: &str = "ffi_options.proto";

/// The file that declares the options.
pub const OPTIONS: &str = include_str!("../../proto/ffi_options.proto");

/// The .proto file of `model`, called `name`, and the options that it imports.
///
/// # Errors
///
/// Everything in the model that has no name in protobuf.
pub fn files(model: &Model, name: &str, package: Option<&str>) -> Result<Vec<OutputFile>, Problems> {
    let body = export(model, package)?;
    Ok(vec![OutputFile::generated(name, &body), OutputFile::generated(OPTIONS_FILE, OPTIONS)])
}
