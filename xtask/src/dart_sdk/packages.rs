//! Resolves a package's dependencies from a folder of packages instead of the network.
//!
//! `pub` takes a dependency from a folder when `pubspec_overrides.yaml` says so, transitive ones
//! included. So all dependencies on a package server or an SDK are collected, through path
//! dependencies and through the packages found, and each is overridden. A package that is in no
//! folder gets no override: `pub` then looks into its cache, and names it when it fails.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

use super::Sdk;
use crate::workspace::{self, Captured, capture};

/// First line of the files written here. A file without it belongs to the user.
const HEADER: &str = "# Written by `cargo xtask`: dependencies from local folders. Not to be committed.\n";

/// Packages that a folder must have to serve the tests.
const NEEDED: [&str; 3] = ["ffi", "matcher", "test_api"];

/// Returns the folder of packages that belongs to the SDK of `dart`.
///
/// The SDK of Debian is `usr/lib/dart`, and its packages are in `usr/share/dart/packages`. Next to
/// an SDK that was moved out of its prefix, the rest of the prefix is `root`.
pub(super) fn beside(dart: &Path) -> Option<PathBuf> {
    let dart = dart.canonicalize().ok()?;
    let around = dart.parent()?.parent()?.parent()?;
    [around.join("root/usr"), around.parent()?.to_owned()]
        .map(|usr| usr.join("share/dart/packages"))
        .into_iter()
        .find(|folder| NEEDED.iter().all(|name| folder.join(name).is_dir()))
}

/// Returns the folder of the package that replaces `package:test`.
fn test_shim() -> PathBuf {
    workspace::root().join("tests/dart/test_shim")
}

impl Sdk {
    /// Returns the folder with `ffi`, `matcher`, `test_api` and their dependencies that came with a
    /// Debian SDK.
    #[must_use]
    pub fn packages_dir(&self) -> Option<&Path> {
        self.packages.first().map(PathBuf::as_path)
    }

    /// Has [`Sdk::pub_get`] also look for packages in `folder`.
    #[must_use]
    pub(crate) fn with_packages(mut self, folder: PathBuf) -> Self {
        self.packages.push(folder);
        self
    }

    /// Runs `dart pub get` in `package_dir`; offline and with overrides in `pubspec_overrides.yaml`
    /// when there is a [`Sdk::packages_dir`]. The file replaces the `dependency_overrides` of
    /// `pubspec.yaml`, as `pub` has it.
    ///
    /// Safe to call from several processes at once.
    ///
    /// # Errors
    ///
    /// Returns an error if `pubspec.yaml` cannot be read, `pubspec_overrides.yaml` is not ours, or
    /// `pub` fails.
    pub fn pub_get(&self, package_dir: &Path) -> Result<Captured> {
        let package_dir = &std::path::absolute(package_dir)?;
        let tool = package_dir.join(".dart_tool");
        fs::create_dir_all(&tool).with_context(|| format!("cannot create {}", tool.display()))?;
        let lock = File::create(tool.join("xtask.lock"))?;
        lock.lock()?;

        let overrides = match self.packages.as_slice() {
            [] => None,
            packages => Some(Resolver::new(packages).resolve(package_dir)?),
        };
        write_overrides(&package_dir.join("pubspec_overrides.yaml"), overrides.as_ref())?;
        let mut command = self.command();
        command.args(["pub", "get", "--no-example"]).current_dir(package_dir);
        if overrides.is_some() {
            command.arg("--offline");
        }
        capture(&mut command).with_context(|| match self.packages_dir() {
            Some(packages) => format!(
                "the dependencies of {} are not all in {} or in pub's cache",
                package_dir.display(),
                packages.display()
            ),
            None => format!("the dependencies of {} cannot be had", package_dir.display()),
        })
    }
}

/// Writes or removes `file`, but leaves one with the right text untouched, as `pub` compares its
/// time of change.
fn write_overrides(file: &Path, overrides: Option<&BTreeMap<String, PathBuf>>) -> Result<()> {
    let present = match fs::read_to_string(file) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", file.display())),
    };
    let wanted = overrides.filter(|overrides| !overrides.is_empty()).map(render);
    if present.as_ref().is_some_and(|text| !text.starts_with(HEADER)) {
        if overrides.is_some() {
            bail!("{} was not written by `cargo xtask`: move it away", file.display());
        }
        return Ok(());
    }
    match wanted {
        Some(text) if present.as_ref() != Some(&text) => fs::write(file, text),
        None if present.is_some() => fs::remove_file(file),
        _ => Ok(()),
    }
    .with_context(|| format!("cannot write {}", file.display()))
}

fn render(overrides: &BTreeMap<String, PathBuf>) -> String {
    let mut text = format!("{HEADER}dependency_overrides:\n");
    for (name, folder) in overrides {
        let folder = folder.display().to_string().replace('\'', "''");
        text.push_str(&format!("  {name}:\n    path: '{folder}'\n"));
    }
    text
}

/// Walks the dependencies of a package.
struct Resolver<'a> {
    packages: &'a [PathBuf],
    shim: PathBuf,
    overrides: BTreeMap<String, PathBuf>,
    /// Packages found by path, which shadow those in `packages`.
    by_path: BTreeMap<String, PathBuf>,
}

impl<'a> Resolver<'a> {
    fn new(packages: &'a [PathBuf]) -> Self {
        Self { packages, shim: test_shim(), overrides: BTreeMap::new(), by_path: BTreeMap::new() }
    }

    fn resolve(mut self, package_dir: &Path) -> Result<BTreeMap<String, PathBuf>> {
        let mut pubspec = Pubspec::read(package_dir)?;
        pubspec.dependencies.append(&mut pubspec.dev_dependencies);
        self.follow(package_dir, &pubspec)?;
        self.overrides.retain(|name, _| !self.by_path.contains_key(name));
        Ok(self.overrides)
    }

    /// Follows the dependencies of a package; `dev_dependencies` only count for the first one.
    fn follow(&mut self, package_dir: &Path, pubspec: &Pubspec) -> Result<()> {
        for (name, source) in &pubspec.dependencies {
            let (found, folder) = match source {
                Source::Path(path) => (&mut self.by_path, package_dir.join(path)),
                Source::Named if name == "test" => (&mut self.overrides, self.shim.clone()),
                Source::Named => {
                    let mut folders = self.packages.iter().map(|packages| packages.join(name));
                    let Some(folder) = folders.find(|folder| folder.is_dir()) else { continue };
                    (&mut self.overrides, folder)
                }
                Source::Git => continue,
            };
            if found.insert(name.clone(), folder.clone()).is_none() {
                self.follow(&folder, &Pubspec::read(&folder)?)?;
            }
        }
        Ok(())
    }
}

/// Origin of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Source {
    /// A package server, or an SDK such as Flutter's.
    Named,
    /// A folder, relative to the package that names it.
    Path(PathBuf),
    /// A git repository.
    Git,
}

/// Dependencies in a `pubspec.yaml`.
#[derive(Debug, Default, PartialEq, Eq)]
struct Pubspec {
    dependencies: Vec<(String, Source)>,
    dev_dependencies: Vec<(String, Source)>,
}

impl Pubspec {
    fn read(package_dir: &Path) -> Result<Self> {
        let file = package_dir.join("pubspec.yaml");
        let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        Ok(Self::parse(&text))
    }

    /// Reads the YAML that pubspecs are written in: nested block mappings, and `{path: ..}` for a
    /// dependency on one line.
    fn parse(text: &str) -> Self {
        let mut pubspec = Self::default();
        let mut section = "";
        let mut entry_indent = None;
        for line in text.lines() {
            let content = line.trim_start();
            let indent = line.len() - content.len();
            let Some((key, value)) = key_value(content) else {
                continue;
            };
            if indent == 0 {
                section = key;
                entry_indent = None;
                continue;
            }
            let list = match section {
                "dependencies" => &mut pubspec.dependencies,
                "dev_dependencies" => &mut pubspec.dev_dependencies,
                _ => continue,
            };
            if indent == *entry_indent.get_or_insert(indent) {
                let inline = value.strip_prefix('{').and_then(|value| value.strip_suffix('}'));
                let source = inline
                    .into_iter()
                    .flat_map(|value| value.split(','))
                    .filter_map(|part| key_value(part.trim()))
                    .find_map(|(key, value)| Source::parse(key, value));
                list.push((key.to_owned(), source.unwrap_or(Source::Named)));
            } else if let (Some((_, last)), Some(source)) = (list.last_mut(), Source::parse(key, value))
                && *last == Source::Named
            {
                *last = source;
            }
        }
        pubspec
    }
}

impl Source {
    /// Parses one line of a dependency's description. Deeper keys, such as the `path` in a git
    /// repository, come after the one that decides.
    fn parse(key: &str, value: &str) -> Option<Self> {
        match key {
            "path" => Some(Self::Path(value.into())),
            "git" => Some(Self::Git),
            "sdk" => Some(Self::Named),
            _ => None,
        }
    }
}

/// Splits `key: value  # comment`, and removes the quotes of both.
fn key_value(content: &str) -> Option<(&str, &str)> {
    let quotes = ['"', '\''];
    let content = match content.split_once('#') {
        Some((before, _)) if before.is_empty() || before.ends_with([' ', '\t']) => before,
        _ => content,
    };
    let (key, value) = content.split_once(':')?;
    Some((key.trim_matches(quotes), value.trim().trim_matches(quotes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PUBSPEC: &str = r#"
name: sample # path: no
environment:
  sdk: ^3.7.0

dependencies:
  # ffi: ^1.0.0
  ffi: ^2.1.0
  flutter:
    sdk: flutter
  near:
    path: ../near # beside
  "short": {path: '../short'}
  far:
    git:
      url: https://example.org/far
      path: inside
  served:
    hosted: https://example.org
    version: ^1.0.0

dev_dependencies:
    test: any
"#;

    #[test]
    fn a_pubspec_is_read() {
        let expected = [
            ("ffi", Source::Named),
            ("flutter", Source::Named),
            ("near", Source::Path("../near".into())),
            ("short", Source::Path("../short".into())),
            ("far", Source::Git),
            ("served", Source::Named),
        ];
        let pubspec = Pubspec::parse(PUBSPEC);
        assert_eq!(pubspec.dependencies, expected.map(|(name, source)| (name.to_owned(), source)));
        assert_eq!(pubspec.dev_dependencies, [("test".to_owned(), Source::Named)]);
    }

    /// Creates a package in a new folder.
    fn package(folder: &Path, dependencies: &str) {
        fs::create_dir_all(folder).unwrap();
        fs::write(folder.join("pubspec.yaml"), format!("name: x\n{dependencies}")).unwrap();
    }

    #[test]
    fn dependencies_are_followed() {
        let temp = tempfile::tempdir().unwrap();
        let packages = temp.path().join("packages");
        package(&packages.join("a"), "dependencies:\n  b: any\ndev_dependencies:\n  c: any\n");
        package(&packages.join("b"), "dependencies:\n  a: any\n");
        package(&packages.join("c"), "");
        package(&packages.join("d"), "");
        package(&temp.path().join("near"), "dependencies:\n  d: any\n");
        let start = temp.path().join("start");
        package(
            &start,
            "dependencies:\n  a: any\n  elsewhere: any\n  near:\n    path: ../near\ndev_dependencies:\n  test: any\n",
        );
        let folders = &[temp.path().join("none"), packages.clone()];
        let resolver = Resolver { shim: packages.join("c"), ..Resolver::new(folders) };
        let expected = [("a", "a"), ("b", "b"), ("d", "d"), ("test", "c")]
            .map(|(name, folder)| (name.to_owned(), packages.join(folder)));
        assert_eq!(resolver.resolve(&start).unwrap(), BTreeMap::from(expected));
    }

    #[test]
    fn overrides_are_written_once_and_removed() {
        let temp = tempfile::tempdir().unwrap();
        let file = temp.path().join("pubspec_overrides.yaml");
        let overrides = BTreeMap::from([("ffi".to_owned(), PathBuf::from("/it's"))]);
        write_overrides(&file, Some(&overrides)).unwrap();
        let written = fs::read_to_string(&file).unwrap();
        assert!(written.ends_with("dependency_overrides:\n  ffi:\n    path: '/it''s'\n"), "{written}");
        write_overrides(&file, None).unwrap();
        assert!(!file.exists());
    }

    #[test]
    fn overrides_of_others_are_kept() {
        let temp = tempfile::tempdir().unwrap();
        let file = temp.path().join("pubspec_overrides.yaml");
        fs::write(&file, "dependency_overrides:\n").unwrap();
        write_overrides(&file, None).unwrap();
        let error = write_overrides(&file, Some(&BTreeMap::new())).unwrap_err();
        assert!(error.to_string().ends_with("move it away"));
        assert!(file.exists());
    }
}
