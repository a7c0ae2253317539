//! Schemas in the language of protobuf, for teams without Rust: export and import.
//!
//! | module | what it holds |
//! |---|---|
//! | [`shape`] | the form of a Rust type in protobuf, and back |
//! | `names` | identifiers, in the styles of the two |
//! | `export` | a [`Model`] to .proto files |
//! | `files` | which types are in which of these files |
//! | `service` | services, their requests, responses and errors, in a .proto file |
//! | `import` | a .proto file to Rust source |
//! | [`command`] | the command line of that |
//! | `check` | reasons for which that source would be refused |
//! | [`breaking`] | two versions of .proto files, to what the changes break |
//! | `graph` | which types reach which |
//! | `rust`, `traits` | the text of that source: types, services |
//! | `wire` | the form of a field's numbers in a .proto file |
//!
//! Facts that protobuf can't express are in options of the file [`OPTIONS_FILE`], which is written
//! beside each export.

pub mod breaking;
mod check;
pub mod command;
mod errors;
mod export;
mod files;
mod graph;
mod import;
mod names;
mod rust;
mod service;
pub mod shape;
mod traits;
mod wire;

pub use export::{ExportOptions, export};
pub use import::{Defaults, Form, ImportOptions, Imported, ImportedMessage, descriptors, import, import_all};

use crate::model::{Model, Problems};
use crate::output::OutputFile;

/// Name of the file that declares the options.
pub const OPTIONS_FILE: &str = "ffi_options.proto";

/// First number of the options, which all have one of the thousand from here on.
///
/// Numbers from 50000 to 99999 are for use inside of one organisation, whose own options may have
/// them already; ours are in the files of many. These are to be registered in protobuf's list of
/// global extensions, `docs/options.md` of its repository, before a release that promises them. An
/// import finds options by their names, so it reads exports with other numbers.
pub const FIRST_OPTION: u32 = 180_000;

/// Text of the file that declares the options.
pub const OPTIONS: &str = include_str!("../../proto/ffi_options.proto");

/// Path of the file with the rules of `buf.validate`, as .proto files import it. Protovalidate has
/// it, for other compilers.
pub const RULES_FILE: &str = "buf/validate/validate.proto";

/// Contents of [`RULES_FILE`], as far as they have a form in Rust.
pub const RULES: &str = include_str!("../../proto/validate.proto");

/// Returns the contents of a file that is known without a folder which has it.
fn published(name: &str) -> Option<&'static str> {
    match name {
        OPTIONS_FILE => Some(OPTIONS),
        RULES_FILE => Some(RULES),
        _ => None,
    }
}

/// Returns the .proto file of `model`, called `name`, those that it imports from other packages of
/// the model, and the options that all of them import.
///
/// # Errors
///
/// Returns a problem for everything in the model that has no name in protobuf.
pub fn files(model: &Model, name: &str, package: Option<&str>) -> Result<Vec<OutputFile>, Problems> {
    let package = package.map(str::to_owned);
    files_with(model, name, &ExportOptions { package, ..ExportOptions::default() })
}

/// Returns what [`files`] returns, with options.
///
/// # Errors
///
/// Returns a problem for everything in the model that has no name in protobuf, and for each option
/// that isn't one of files.
pub fn files_with(model: &Model, name: &str, options: &ExportOptions) -> Result<Vec<OutputFile>, Problems> {
    let texts = export::export_all(model, name, options)?;
    let own = texts.iter().map(|(name, text)| OutputFile::generated(name, text));
    Ok(own.chain([OutputFile::generated(OPTIONS_FILE, OPTIONS)]).collect())
}
