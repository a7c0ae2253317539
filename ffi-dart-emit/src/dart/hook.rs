//! Writes the hook that bundles the library with an app: Dart's "native assets".

use askama::Template;

use crate::output::OutputFile;

use super::binding::Form;
use super::layout;
use super::names::Names;

/// Path of the hook in a package; `dart` and `flutter` know it.
pub const FILE: &str = "hook/build.dart";

/// Code that a package bundles with the app that uses it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NativeAssets {
    /// Folder of the crate, relative to the package: the hook builds it. Without one, the hook that
    /// is there stays as it is.
    pub crate_folder: Option<String>,
    /// Form in which Dart reaches the functions of the library.
    pub bindings: Form,
}

impl NativeAssets {
    /// Returns the hook, if it is to be written.
    pub(super) fn hook(&self, names: &Names<'_>, file: &str) -> Option<OutputFile> {
        let crate_folder = layout::string(self.crate_folder.as_deref()?);
        let body = super::render(&HookFile { package: &names.package, file, crate_folder });
        Some(OutputFile::generated(FILE, body))
    }
}

#[derive(Template)]
#[template(path = "dart/hook.dart.jinja", escape = "none")]
struct HookFile<'a> {
    package: &'a str,
    file: &'a str,
    /// Folder of the crate, as a literal.
    crate_folder: String,
}
