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

use crate::dart::placement;
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
    ffi_core: Core,
}

/// Source of ffi-core, on which the crate of a project depends.
#[derive(Clone, Debug)]
struct Core {
    /// Value of the dependency, in TOML.
    dependency: String,
    /// Folder of its crate, if that is the source.
    folder: Option<PathBuf>,
    /// True if it is a release.
    is_released: bool,
}

/// Features of ffi-core that the crate of a project uses.
const FEATURES: &str = "async,tokio";

impl Project {
    /// Returns the project of a new app. Its crate depends on the ffi-core in the folder or git
    /// repository `ffi_core`; without one, on that beside the source that this program was built
    /// from, else on the release of this program.
    ///
    /// # Errors
    ///
    /// Returns an error if `name` is none for a Dart package and for a crate, or `ffi_core` is a
    /// folder without a crate.
    pub fn new(name: &str, kind: Kind, ffi_core: Option<&str>) -> Result<Self> {
        name::check(name)?;
        let ffi_core = Core::find(ffi_core)?;
        Ok(Self { name: name.to_owned(), kind, folder: CRATE_FOLDER.to_owned(), ffi_core })
    }

    /// Returns the project of the app in the folder `app`, whose crate gets the folder `folder`;
    /// `ffi_core` is as in [`Project::new`].
    ///
    /// # Errors
    ///
    /// Returns an error if there is no app, or something is in the folder of the crate, or
    /// `ffi_core` is a folder without a crate.
    pub fn around(app: &Path, folder: &str, ffi_core: Option<&str>) -> Result<Self> {
        let file = app.join("pubspec.yaml");
        let Ok(pubspec) = input::text(&file) else {
            bail!(
                "{} can't be read, so there is no app to give a library to; hint: name the app's folder, or start one \
                 with `ffi-dart-emit new NAME`",
                file.display()
            )
        };
        let pubspec = String::from_utf8_lossy(&pubspec);
        let mut top = pubspec.lines().filter(|it| !it.starts_with(' ')).filter_map(placement::entry);
        let Some((_, name)) = top.find(|(key, _)| *key == "name") else {
            bail!("{} has no `name`", file.display())
        };
        name::check(name)?;
        if app.join(folder).exists() && !is_unfinished(&app.join(folder)) {
            bail!(
                "{} is there already; hint: choose another folder for the crate with --folder",
                app.join(folder).display()
            );
        }
        let is_flutter =
            pubspec.lines().any(|it| it.trim_start().starts_with("flutter:") && it.starts_with(' '));
        let kind = if is_flutter { Kind::Flutter } else { Kind::Dart };
        Ok(Self { name: name.to_owned(), kind, folder: folder.to_owned(), ffi_core: Core::find(ffi_core)? })
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

    /// Returns the folder of the ffi-core that the crate depends on, which other machines don't
    /// have; none if it comes from a server.
    #[must_use]
    pub fn core_folder(&self) -> Option<&Path> {
        self.ffi_core.folder.as_deref()
    }

    /// Returns the command that has the crate take ffi-core from a git repository, which other
    /// machines can reach.
    #[must_use]
    pub fn core_by_git(&self) -> String {
        format!("cargo add --package {} ffi-core --features {FEATURES} --git <URL>", self.package())
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
            ffi_core: &self.ffi_core.dependency,
            released: self.ffi_core.is_released,
            elsewhere: self.core_folder().map(|_| self.core_by_git()),
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

impl Core {
    /// Returns the source that the user asks for, else the folder beside the source that this
    /// program was built from if that is there, else the release of this program.
    fn find(asked: Option<&str>) -> Result<Self> {
        let list = format!("features = [\"{}\"]", FEATURES.replace(',', "\", \""));
        let beside = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("ffi-core");
        let folder = match asked {
            Some(url) if is_repository(url) => {
                let (url, revision) = url.split_once('#').map_or((url, None), |(url, it)| (url, Some(it)));
                let revision = revision.map_or_else(String::new, |it| format!("rev = {}, ", toml(it)));
                let dependency = format!("{{ git = {}, {revision}{list} }}", toml(url));
                return Ok(Self { dependency, folder: None, is_released: false });
            }
            Some(folder) => {
                if !Path::new(folder).join("Cargo.toml").is_file() {
                    bail!(
                        "{folder} is no crate: it has no Cargo.toml; hint: name the folder ffi-core in a clone, or \
                         the URL of a git repository"
                    );
                }
                Some(std::path::absolute(folder)?)
            }
            None => beside.join("Cargo.toml").is_file().then_some(beside),
        };
        let dependency = match &folder {
            Some(folder) => format!("{{ path = {}, {list} }}", toml(&folder.display().to_string())),
            None => format!("{{ version = \"{}\", {list} }}", env!("CARGO_PKG_VERSION")),
        };
        Ok(Self { dependency, is_released: folder.is_none(), folder })
    }
}

/// Returns true if `text` is the URL of a repository, and no folder.
fn is_repository(text: &str) -> bool {
    text.contains("://")
}

/// Returns `text` as a string of TOML: a literal one, which has no escapes, as paths of Windows
/// need; or else one with escapes.
fn toml(text: &str) -> String {
    if !text.contains(|it: char| it == '\'' || it.is_control()) {
        return format!("'{text}'");
    }
    let escaped = text.chars().map(|it| match it {
        '"' | '\\' => format!("\\{it}"),
        it if it.is_control() => format!("\\u{:04X}", u32::from(it)),
        it => it.to_string(),
    });
    format!("\"{}\"", escaped.collect::<String>())
}

/// Words that the templates have in common.
struct Words<'a> {
    name: &'a str,
    /// Folder of the crate.
    folder: &'a str,
    ffi_core: &'a str,
    /// Command that has the crate take ffi-core from where other machines reach it, if they don't.
    elsewhere: Option<String>,
    /// True if ffi-core and this program are releases.
    released: bool,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_of_toml_have_escapes_if_they_need_them() {
        for (text, expected) in [
            ("/a/b c/ü", "'/a/b c/ü'"),
            (r"C:\Users\new", r"'C:\Users\new'"),
            (r#"/o'neil/"x"\y"#, r#""/o'neil/\"x\"\\y""#),
            ("a\n\u{7f}", r#""a\u000A\u007F""#),
            ("", "''"),
        ] {
            assert_eq!(toml(text), expected);
        }
    }

    #[test]
    fn ffi_core_comes_from_a_folder_or_a_repository() {
        let dependency = |asked: &str| Core::find(Some(asked)).unwrap().dependency;
        let features = "features = [\"async\", \"tokio\"]";
        let git = dependency("https://git.example/core.git#abc123");
        assert_eq!(git, format!("{{ git = 'https://git.example/core.git', rev = 'abc123', {features} }}"));
        let git = dependency("ssh://git@git.example/core");
        assert_eq!(git, format!("{{ git = 'ssh://git@git.example/core', {features} }}"));
        let folder = tempfile::TempDir::with_prefix("o'neil ü ").unwrap();
        std::fs::write(folder.path().join("Cargo.toml"), "").unwrap();
        let path = folder.path().to_str().unwrap();
        assert_eq!(dependency(path), format!("{{ path = \"{path}\", {features} }}"));
        let refused = Core::find(Some("/nowhere")).unwrap_err().to_string();
        assert!(
            refused.contains("/nowhere is no crate") && refused.contains("hint: name the folder"),
            "{refused}"
        );
    }
}
