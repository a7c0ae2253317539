//! A Dart package.

use crate::model::{Model, Problems};
use crate::output::OutputFile;

/// What the user may choose.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The package's name; the library's where there is none.
    pub package: Option<String>,
}

/// The files of the package.
///
/// # Errors
///
/// What can't be said in Dart.
pub fn package(_model: &Model, _options: &Options) -> Result<Vec<OutputFile>, Problems> {
    Ok(Vec::new())
}
