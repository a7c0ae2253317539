//! Files of a project that uses a Rust library from Dart or Flutter: a whole one, or what an
//! existing one lacks.
//!
//! All are starter files: they are the user's from the moment they are written, and none is written
//! over one that is there.

pub mod doctor;
mod name;
pub mod start;

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use askama::Template;

use crate::input;
use crate::output::OutputFile;
use crate::template::render;

/// Folder of the crate, unless the user names another.
pub const CRATE_FOLDER: &str = "rust";

/// File in the folder of a project, or of the crate of an app, until all of it is written and
/// built: what an interrupted run leaves goes on with the next one.
const UNFINISHED: &str = ".ffi-dart-emit-unfinished";

/// Kind of an app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A program for the command line.
    Dart,
    /// A Flutter app.
    Flutter,
}

/// A project, as its files name things.
#[derive(Clone, Debug)]
pub struct Project {
    /// Name of the app.
    name: String,
    kind: Kind,
    /// Folder of the crate, relative to the app.
    folder: String,
    /// Value of the crate's dependency on ffi-core, in TOML.
    ffi_core: String,
}

impl Project {
    /// Returns the project of a new app.
    ///
    /// # Errors
    ///
    /// Returns an error if `name` is none for a Dart package and for a crate.
    pub fn new(name: &str, kind: Kind, ffi_core: Option<&Path>) -> Result<Self> {
        name::check(name)?;
        let ffi_core = dependency(ffi_core)?;
        Ok(Self { name: name.to_owned(), kind, folder: CRATE_FOLDER.to_owned(), ffi_core })
    }

    /// Returns the project of the app in the folder `app`, whose crate gets the folder `folder`.
    ///
    /// # Errors
    ///
    /// Returns an error if there is no app, or something is in the folder of the crate.
    pub fn around(app: &Path, folder: &str, ffi_core: Option<&Path>) -> Result<Self> {
        let file = app.join("pubspec.yaml");
        let Ok(pubspec) = input::text(&file) else {
            bail!(
                "{} can't be read, so there is no app to give a library to; hint: name the app's folder, or start one \
                 with `ffi-dart-emit new NAME`",
                file.display()
            )
        };
        let pubspec = String::from_utf8_lossy(&pubspec);
        let value = |key: &str| pubspec.lines().find_map(|it| Some(it.strip_prefix(key)?.trim().to_owned()));
        let Some(name) = value("name:") else { bail!("{} has no `name`", file.display()) };
        name::check(&name)?;
        if app.join(folder).exists() && !is_unfinished(&app.join(folder)) {
            bail!(
                "{} is there already; hint: choose another folder for the crate with --folder",
                app.join(folder).display()
            );
        }
        let is_flutter =
            pubspec.lines().any(|it| it.trim_start().starts_with("flutter:") && it.starts_with(' '));
        let kind = if is_flutter { Kind::Flutter } else { Kind::Dart };
        Ok(Self { name, kind, folder: folder.to_owned(), ffi_core: dependency(ffi_core)? })
    }

    /// Returns the name of the crate, which is also that of the Dart package.
    #[must_use]
    pub fn package(&self) -> String {
        format!("{}_native", self.name)
    }

    /// Returns the kind of the app.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Returns the folder of the crate, relative to the app.
    #[must_use]
    pub fn crate_folder(&self) -> &Path {
        Path::new(&self.folder)
    }

    /// Returns the folder of the generated package, relative to the app.
    #[must_use]
    pub fn dart_folder(&self) -> PathBuf {
        self.crate_folder().join("dart")
    }

    /// Returns all files of a new project but the generated package, relative to it.
    #[must_use]
    pub fn files(&self) -> Vec<OutputFile> {
        let words = self.words(false);
        let mut files = self.crate_files(&words);
        files.extend([
            OutputFile::starter("Cargo.toml", render(&Workspace { it: &words })),
            OutputFile::starter(".gitignore", include_str!("../../templates/project/gitignore")),
            OutputFile::starter("README.md", render(&Readme { it: &words })),
            OutputFile::starter(".github/workflows/ci.yml", render(&Ci { it: &words })),
            OutputFile::starter(".github/workflows/release.yml", render(&Release { it: &words })),
            OutputFile::starter("pubspec.yaml", render(&Pubspec { it: &words })),
            OutputFile::starter(
                "analysis_options.yaml",
                include_str!("../../templates/project/analysis_options.yaml"),
            ),
        ]);
        // A Flutter app has a screen, which a container has not.
        if self.kind == Kind::Dart {
            files.push(OutputFile::starter("Dockerfile", render(&Container { it: &words })));
            files.push(OutputFile::starter(
                ".dockerignore",
                include_str!("../../templates/project/dockerignore"),
            ));
        }
        files.extend([
            match self.kind {
                Kind::Dart => {
                    OutputFile::starter(format!("bin/{}.dart", self.name), render(&DartMain { it: &words }))
                }
                Kind::Flutter => OutputFile::starter("lib/main.dart", render(&FlutterMain { it: &words })),
            },
            match self.kind {
                Kind::Dart => OutputFile::starter(
                    format!("test/{}_test.dart", self.name),
                    render(&DartTest { it: &words }),
                ),
                Kind::Flutter => {
                    OutputFile::starter("test/widget_test.dart", render(&FlutterTest { it: &words }))
                }
            },
        ]);
        files
    }

    /// Returns the files that an existing app lacks: those of the crate, relative to the app. The
    /// crate is a workspace of its own, so that it fits below any folder.
    #[must_use]
    pub fn files_of_crate(&self) -> Vec<OutputFile> {
        let mut files = self.crate_files(&self.words(true));
        files.push(OutputFile::starter(self.crate_folder().join(".gitignore"), "/target/\n"));
        files
    }

    fn crate_files(&self, words: &Words<'_>) -> Vec<OutputFile> {
        let folder = self.crate_folder();
        vec![
            OutputFile::starter(folder.join("Cargo.toml"), render(&CrateManifest { it: words })),
            OutputFile::starter(
                folder.join("src/lib.rs"),
                include_str!("../../templates/project/rust/lib.rs"),
            ),
        ]
    }

    fn words(&self, alone: bool) -> Words<'_> {
        let package = self.package();
        let library = heck::AsUpperCamelCase(&package).to_string() + "Library";
        Words {
            name: &self.name,
            folder: &self.folder,
            ffi_core: &self.ffi_core,
            tool: if self.kind == Kind::Flutter { "flutter" } else { "dart" },
            flutter: self.kind == Kind::Flutter,
            version: env!("CARGO_PKG_VERSION"),
            package,
            library,
            alone,
        }
    }
}

/// Returns true if an interrupted run has left `folder`.
fn is_unfinished(folder: &Path) -> bool {
    folder.join(UNFINISHED).is_file()
}

/// Returns the value of a dependency on ffi-core: the crate in the folder `asked`, else the one
/// beside the source that this program was built from if that is there, else the release of this
/// program.
fn dependency(asked: Option<&Path>) -> Result<String> {
    let features = "features = [\"async\", \"tokio\"]";
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("ffi-core");
    let folder = match asked {
        Some(folder) => {
            if !folder.join("Cargo.toml").is_file() {
                bail!("{} is no crate: it has no Cargo.toml", folder.display());
            }
            Some(std::path::absolute(folder)?)
        }
        None => beside.join("Cargo.toml").is_file().then_some(beside),
    };
    Ok(match folder {
        // A literal string of TOML has no escapes, as paths of Windows need.
        Some(folder) => format!("{{ path = '{}', {features} }}", folder.display()),
        None => format!("{{ version = \"{}\", {features} }}", env!("CARGO_PKG_VERSION")),
    })
}

/// Words that the templates have in common.
struct Words<'a> {
    name: &'a str,
    /// Folder of the crate.
    folder: &'a str,
    ffi_core: &'a str,
    /// Name of the crate and of its Dart package.
    package: String,
    /// Class of the library in Dart.
    library: String,
    /// Program that runs tests and the app.
    tool: &'a str,
    flutter: bool,
    /// Version of this program.
    version: &'static str,
    /// True if the crate is a workspace of its own.
    alone: bool,
}

macro_rules! templates {
    ($($name:ident = $path:literal,)*) => {$(
        #[derive(Template)]
        #[template(path = $path, escape = "none")]
        struct $name<'a> {
            it: &'a Words<'a>,
        }
    )*};
}

templates! {
    Workspace = "project/Cargo.toml.jinja",
    Readme = "project/README.md.jinja",
    Ci = "project/ci.yml.jinja",
    Release = "project/release.yml.jinja",
    Container = "project/Dockerfile.jinja",
    Pubspec = "project/pubspec.yaml.jinja",
    CrateManifest = "project/rust/Cargo.toml.jinja",
    DartMain = "project/main.dart.jinja",
    DartTest = "project/test.dart.jinja",
    FlutterMain = "project/flutter_main.dart.jinja",
    FlutterTest = "project/flutter_test.dart.jinja",
}
