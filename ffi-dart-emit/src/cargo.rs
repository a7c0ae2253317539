//! Finds a crate's compiled library through cargo.
//!
//! Cargo says where things are: `cargo metadata` finds the package, and the messages of `cargo
//! build` name the file, so target folders, cross compilation and renamed libraries need no care
//! here.

use std::collections::HashSet;
use std::env;
use std::ffi::OsString;
use std::fmt::Write;
use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use cargo_metadata::{CrateType, DependencyKind, Message, Metadata, MetadataCommand, Package};

use crate::watch::Sources;

/// Options of a build.
#[derive(Clone, Debug, Default, PartialEq, Eq, clap::Args)]
pub struct BuildOptions {
    /// Build with the release profile
    #[arg(long, conflicts_with = "profile")]
    pub release: bool,
    /// Build with this profile
    #[arg(long)]
    pub profile: Option<String>,
    /// Build for this target
    #[arg(long, value_name = "TRIPLE")]
    pub target: Option<String>,
    /// Build with these features of the crate, separated by commas
    #[arg(long, value_name = "FEATURES", value_delimiter = ',')]
    pub features: Vec<String>,
    /// Build in this folder, as cargo's option of that name
    #[arg(long, value_name = "FOLDER")]
    pub target_dir: Option<PathBuf>,
    /// Show only what the compiler says, and on a terminal how far it is
    #[arg(skip)]
    pub quiet: bool,
}

/// A package of the workspace that cargo was called in.
#[derive(Clone, Debug)]
pub struct Crate {
    package: Package,
    /// Folder of cargo's builds.
    builds: PathBuf,
}

impl Crate {
    /// Returns the package called `name`; `-` and `_` count as equal.
    ///
    /// # Errors
    ///
    /// Returns an error if there is no workspace here, or no such package in it.
    pub fn named(name: &str) -> Result<Self> {
        Self::pick(&metadata()?, name)
    }

    /// Returns the one package with a cdylib that uses `ffi-core`.
    ///
    /// # Errors
    ///
    /// Returns an error if there is no workspace here, or no such package in it, or several; then
    /// the error lists the command for each.
    pub fn only() -> Result<Self> {
        Self::pick_only(&metadata()?)
    }

    /// Returns the package whose Cargo.toml is in `folder`.
    ///
    /// # Errors
    ///
    /// Returns an error if cargo can't read it.
    pub fn in_folder(folder: &Path) -> Result<Self> {
        let manifest = std::path::absolute(folder.join("Cargo.toml"))?;
        let metadata = ask(MetadataCommand::new().manifest_path(&manifest).no_deps())?
            .with_context(|| format!("cargo can't read {}", manifest.display()))?;
        // Cargo tells the path without `..` and as it was asked, with the links that are in it.
        let real = manifest.canonicalize()?;
        let is_it = |it: &Package| it.manifest_path.canonicalize().is_ok_and(|path| path == real);
        let package = metadata.packages.into_iter().find(is_it);
        let package = package.with_context(|| {
            format!("{} is that of a workspace; hint: name the folder of a package in it", manifest.display())
        })?;
        Ok(Self { package, builds: metadata.target_directory.into() })
    }

    fn of(metadata: &Metadata, package: &Package) -> Self {
        Self { package: package.clone(), builds: metadata.target_directory.clone().into() }
    }

    fn pick(metadata: &Metadata, name: &str) -> Result<Self> {
        let packages = metadata.workspace_packages();
        let same = |package: &&&Package| package.name.replace('-', "_") == name.replace('-', "_");
        if let Some(package) = packages.iter().find(same) {
            return Ok(Self::of(metadata, package));
        }
        let mut names: Vec<_> = packages.iter().map(|package| package.name.as_str()).collect();
        names.sort_unstable();
        bail!("there is no package `{name}` in this workspace, which has {}", names.join(", "))
    }

    fn pick_only(metadata: &Metadata) -> Result<Self> {
        let mut found: Vec<_> = metadata
            .workspace_packages()
            .into_iter()
            .filter(|package| has_cdylib(package) && uses_ffi_core(package))
            .map(|package| Self::of(metadata, package))
            .collect();
        found.sort_by(|a, b| a.package.name.cmp(&b.package.name));
        match found.len() {
            0 => bail!(
                "no package of this workspace is a cdylib that uses ffi-core. Add to the Cargo.toml of the one to \
                 read:\n\n  [lib]\n  crate-type = [\"cdylib\"]\n\n  [dependencies]\n  ffi-core = \"{}\"\n\n\
                 or pass the path of a compiled library: ffi-dart-emit dart LIB --out FOLDER",
                env!("CARGO_PKG_VERSION")
            ),
            1 => Ok(found.remove(0)),
            _ => {
                let mut text = "several packages of this workspace use ffi-core; choose one:\n".to_owned();
                for each in &found {
                    let out = relative(&each.dart_folder());
                    write!(
                        text,
                        "\n  {} dart --crate {} --out {}",
                        this_program(metadata),
                        each.package.name,
                        shown(&out)
                    )?;
                }
                bail!(text)
            }
        }
    }

    /// Returns its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.package.name
    }

    /// Returns the default folder of the Dart package: `dart`, beside the Cargo.toml.
    #[must_use]
    pub fn dart_folder(&self) -> PathBuf {
        self.package.manifest_path.with_file_name("dart").into()
    }

    /// Returns the folder of its Cargo.toml.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        self.package.manifest_path.parent().map(|it| it.as_std_path().to_owned()).unwrap_or_default()
    }

    /// Returns the folder of cargo's builds, unless an option names another.
    #[must_use]
    pub fn builds(&self) -> &Path {
        &self.builds
    }

    /// Returns the name of its library, without what systems put around it.
    ///
    /// # Errors
    ///
    /// Returns an error if it has no library.
    pub fn library(&self) -> Result<String> {
        let library =
            |it: &&cargo_metadata::Target| it.is_lib() || it.crate_types.contains(&CrateType::CDyLib);
        let target = self.package.targets.iter().filter(|it| !it.is_example()).find(library);
        let target = target.with_context(|| no_library(&self.package.name))?;
        Ok(target.name.replace('-', "_"))
    }

    /// Returns the folders with the sources of the package and of those on this machine that it
    /// depends on. If cargo can't say which these are, as with a manifest that is being edited,
    /// there are only those of the package.
    #[must_use]
    pub fn sources(&self) -> Vec<Sources> {
        let graph = MetadataCommand::new()
            .cargo_path(cargo())
            .manifest_path(&self.package.manifest_path)
            .other_options(["--offline".to_owned()])
            .exec();
        let mut packages = vec![self.package.clone()];
        if let Ok(Metadata { packages: all, resolve: Some(resolve), .. }) = graph {
            let mut todo = vec![self.package.id.clone()];
            let mut seen = HashSet::new();
            while let Some(id) = todo.pop() {
                if !seen.insert(id.clone()) {
                    continue;
                }
                todo.extend(
                    resolve.nodes.iter().filter(|it| it.id == id).flat_map(|it| it.dependencies.clone()),
                );
                // One from a registry doesn't change.
                packages.extend(all.iter().find(|it| it.id == id && it.source.is_none()).cloned());
            }
        }
        packages.iter().flat_map(sources_of).collect()
    }

    /// Builds the library and returns its file: the cdylib, or the staticlib, or the rlib.
    ///
    /// Cargo's progress and the compiler's diagnostics go to stderr.
    ///
    /// # Errors
    ///
    /// Returns an error if cargo can't be run, or the build fails, or makes no library.
    pub fn build(&self, options: &BuildOptions) -> Result<PathBuf> {
        let name = &self.package.name;
        let mut command = Command::new(cargo());
        command
            .args(["build", "--lib", "--message-format=json-render-diagnostics", "--manifest-path"])
            .arg(&self.package.manifest_path)
            .args(["--package", name.as_str()])
            .stdout(Stdio::piped());
        if options.release {
            command.arg("--release");
        }
        if options.quiet {
            command.arg("--quiet");
            show_bar(&mut command);
        }
        for (flag, value) in [("--profile", &options.profile), ("--target", &options.target)] {
            if let Some(value) = value {
                command.args([flag, value]);
            }
        }
        if !options.features.is_empty() {
            command.arg("--features").arg(options.features.join(","));
        }
        if let Some(folder) = &options.target_dir {
            command.arg("--target-dir").arg(folder);
        }
        let mut child = command.spawn().map_err(|error| not_run(&error))?;
        let messages = child.stdout.take().context("cargo has no stdout")?;
        let mut files = Vec::new();
        for message in Message::parse_stream(std::io::BufReader::new(messages)) {
            if let Message::CompilerArtifact(artifact) = message.context("cargo's output can't be read")?
                && artifact.package_id == self.package.id
                && !artifact.target.is_custom_build()
            {
                files.extend(artifact.filenames.into_iter().map(PathBuf::from));
            }
        }
        let status = child.wait().context("cargo can't be waited for")?;
        ensure!(status.success(), "`cargo build --package {name}` failed; its messages are above");
        best(&files).with_context(|| no_library(name))
    }
}

/// Has a quiet cargo draw its bar on a terminal, as a build may take minutes. What the user has set
/// stays.
fn show_bar(command: &mut Command) {
    let set = |name: &str| env::var_os(name).is_some();
    if io::stderr().is_terminal() && !set("CARGO_TERM_PROGRESS_WHEN") && !set("CARGO_TERM_PROGRESS_WIDTH") {
        // One that is always drawn needs a width.
        command.env("CARGO_TERM_PROGRESS_WHEN", "always").env("CARGO_TERM_PROGRESS_WIDTH", "80");
    }
}

fn no_library(name: &str) -> String {
    format!("package `{name}` makes no library: add `crate-type = [\"cdylib\"]` to [lib] in its Cargo.toml")
}

/// Returns the file with the most records. A cdylib is linked, so it has the records of all crates;
/// an rlib has those of one.
fn best(files: &[PathBuf]) -> Option<PathBuf> {
    const EXTENSIONS: [&[&str]; 3] = [&["so", "dylib", "dll", "wasm"], &["a", "lib"], &["rlib"]];
    let with = |extensions: &[&str]| {
        let has = |file: &&PathBuf| {
            file.extension().and_then(|it| it.to_str()).is_some_and(|it| extensions.contains(&it))
        };
        files.iter().find(has).cloned()
    };
    EXTENSIONS.into_iter().find_map(with)
}

/// Returns the folders of the manifest and of the sources of a package.
fn sources_of(package: &Package) -> Vec<Sources> {
    let root = package.manifest_path.parent().map(|it| it.as_std_path().to_owned()).unwrap_or_default();
    let is_built =
        |it: &&cargo_metadata::Target| !(it.is_test() || it.is_bench() || it.is_example() || it.is_bin());
    let folders = package.targets.iter().filter(is_built).filter_map(|it| it.src_path.parent());
    let mut all = vec![Sources { folder: root.clone(), deep: false }];
    // The folder of the manifest holds a `build.rs`, and also `target`.
    all.extend(
        folders
            .filter(|it| *it != root)
            .map(|it| Sources { folder: it.as_std_path().to_owned(), deep: true }),
    );
    all
}

fn has_cdylib(package: &Package) -> bool {
    package
        .targets
        .iter()
        .any(|target| target.crate_types.contains(&CrateType::CDyLib) && !target.is_example())
}

fn uses_ffi_core(package: &Package) -> bool {
    package.dependencies.iter().any(|it| it.name == "ffi-core" && it.kind == DependencyKind::Normal)
}

fn metadata() -> Result<Metadata> {
    ask(MetadataCommand::new().no_deps())?
        .context("`cargo metadata` failed: run this inside a cargo workspace, or pass the path of a library")
}

/// Returns the cargo that runs this program, or `cargo` if none does.
fn cargo() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// Runs `cargo metadata`. The outer error says that there is no cargo to run.
fn ask(command: &mut MetadataCommand) -> Result<Result<Metadata, cargo_metadata::Error>> {
    match command.cargo_path(cargo()).exec() {
        Err(cargo_metadata::Error::Io(error)) => Err(not_run(&error)),
        asked => Ok(asked),
    }
}

/// Returns the error that cargo can't be run.
fn not_run(error: &io::Error) -> anyhow::Error {
    anyhow::anyhow!(
        "{} can't be run ({error}), and it builds the library; hint: install Rust (rustup), or name a cargo in the \
         variable CARGO",
        Path::new(&cargo()).display()
    )
}

/// Returns the command by which the user runs this program. In its own workspace it need not be
/// installed.
fn this_program(metadata: &Metadata) -> &'static str {
    let own = metadata.workspace_packages().iter().any(|package| package.name == env!("CARGO_PKG_NAME"));
    if own { "cargo run -p ffi-dart-emit --" } else { "ffi-dart-emit" }
}

/// Returns `path` relative to the current folder, if it is below that.
pub(crate) fn relative(path: &Path) -> PathBuf {
    let current = env::current_dir().unwrap_or_default();
    path.strip_prefix(current).unwrap_or(path).to_owned()
}

/// Returns `path` quoted for a shell.
fn shown(path: &Path) -> String {
    let path = path.display().to_string();
    if path.contains(char::is_whitespace) { format!("\"{path}\"") } else { path }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the output of `cargo metadata` for a workspace of these packages: name, crate type,
    /// dependency.
    fn workspace(packages: &[(&str, &str, &str)]) -> Metadata {
        let id = |name: &str| format!("path+file:///w/{name}#0.1.0");
        let package = |(name, crate_type, dependency): &(&str, &str, &str)| {
            serde_json::json!({
                "name": name, "version": "0.1.0", "id": id(name), "features": {},
                "manifest_path": format!("/w/{name}/Cargo.toml"),
                "dependencies": [{
                    "name": dependency, "req": "*", "kind": null, "optional": false,
                    "uses_default_features": true, "features": [], "target": null,
                }],
                "targets": [{
                    "name": name, "kind": [crate_type], "crate_types": [crate_type],
                    "src_path": format!("/w/{name}/src/lib.rs"),
                }],
            })
        };
        let members: Vec<_> = packages.iter().map(|(name, ..)| id(name)).collect();
        let packages: Vec<_> = packages.iter().map(package).collect();
        serde_json::from_value(serde_json::json!({
            "packages": packages, "workspace_members": members, "workspace_root": "/w",
            "target_directory": "/w/target", "version": 1, "resolve": null,
        }))
        .unwrap()
    }

    #[test]
    fn a_package_is_found_by_either_spelling() {
        let metadata = workspace(&[("my-app", "cdylib", "ffi-core"), ("other", "lib", "serde")]);
        for name in ["my-app", "my_app"] {
            assert_eq!(Crate::pick(&metadata, name).unwrap().package.name, "my-app");
        }
        assert_eq!(
            Crate::pick(&metadata, "mine").unwrap_err().to_string(),
            "there is no package `mine` in this workspace, which has my-app, other"
        );
    }

    #[test]
    fn a_package_is_found_by_any_path_of_its_folder() {
        let own = Path::new(env!("CARGO_MANIFEST_DIR"));
        for folder in [own.to_owned(), own.join("../ffi-dart-emit"), own.join("src/..")] {
            assert_eq!(Crate::in_folder(&folder).unwrap().package.name, "ffi-dart-emit");
        }
        let error = Crate::in_folder(&own.join("src")).unwrap_err().to_string();
        assert!(error.contains("Cargo.toml"), "{error}");
    }

    #[test]
    fn the_only_user_of_ffi_core_is_found() {
        let metadata = workspace(&[
            ("plain", "cdylib", "serde"),
            ("app", "cdylib", "ffi-core"),
            ("shared", "lib", "ffi-core"),
        ]);
        let found = Crate::pick_only(&metadata).unwrap();
        assert_eq!(found.package.name, "app");
        assert_eq!(found.dart_folder(), Path::new("/w/app/dart"));
    }

    #[test]
    fn several_are_listed_with_their_commands() {
        let mut packages = vec![("b", "cdylib", "ffi-core"), ("a", "cdylib", "ffi-core")];
        let error = Crate::pick_only(&workspace(&packages)).unwrap_err().to_string();
        assert!(
            error.ends_with(
                "\n  ffi-dart-emit dart --crate a --out /w/a/dart\n  ffi-dart-emit dart --crate b --out /w/b/dart"
            ),
            "{error}"
        );
        packages.push(("ffi-dart-emit", "lib", "serde"));
        let error = Crate::pick_only(&workspace(&packages)).unwrap_err().to_string();
        assert!(
            error.contains("\n  cargo run -p ffi-dart-emit -- dart --crate a --out /w/a/dart\n"),
            "{error}"
        );
    }

    #[test]
    fn none_says_what_to_add() {
        let error = Crate::pick_only(&workspace(&[("a", "lib", "ffi-core")])).unwrap_err().to_string();
        assert!(error.contains("crate-type = [\"cdylib\"]"), "{error}");
        assert!(error.contains("ffi-core = \""), "{error}");
    }

    #[test]
    fn a_linked_library_is_preferred() {
        let pick = |files: &[&str]| best(&files.iter().map(PathBuf::from).collect::<Vec<_>>());
        assert_eq!(pick(&["liba.rlib", "liba.a", "liba.so"]), Some("liba.so".into()));
        assert_eq!(pick(&["a.dll.lib", "a.pdb", "a.dll"]), Some("a.dll".into()));
        assert_eq!(pick(&["liba.rmeta", "liba.rlib", "liba.a"]), Some("liba.a".into()));
        assert_eq!(pick(&["liba.rlib", "liba.rmeta"]), Some("liba.rlib".into()));
        assert_eq!(pick(&["liba.rlib", "a.wasm"]), Some("a.wasm".into()));
        assert_eq!(pick(&["a.d", "liba.rmeta"]), None);
    }
}
