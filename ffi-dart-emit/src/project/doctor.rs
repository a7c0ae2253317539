//! Looks for what a project needs on this machine.

use std::env;
use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::cargo;
use crate::dart::{placement, runtime};
use crate::input;
use crate::shipping::step::word;

/// State of one thing that a project needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// It is there.
    Found {
        /// Thing, with its version or place.
        what: String,
    },
    /// It is missing, too old, or doesn't fit.
    Missing {
        /// Thing, and what is wrong.
        what: String,
        /// Command or step that brings it.
        fix: String,
    },
}

impl Finding {
    /// Returns that `what` is there.
    pub fn found(what: impl Into<String>) -> Self {
        Self::Found { what: what.into() }
    }

    /// Returns that `what` is missing, and `fix` brings it.
    pub fn missing(what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::Missing { what: what.into(), fix: fix.into() }
    }

    /// Returns true if something is missing.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Missing { .. })
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Found { what } => write!(f, "ok       {what}"),
            Self::Missing { what, fix } => write!(f, "missing  {what}\n         hint: {fix}"),
        }
    }
}

/// Oldest Dart that runs hooks.
const DART: [u32; 2] = [3, 10];

/// Looks for the tools beside cargo that the app in `folder` needs: those of Rust and Dart, and
/// those of each platform that it has a folder for. `found` gets each at once.
///
/// # Errors
///
/// Returns the first error of `found`.
pub fn others(folder: &Path, found: &mut dyn FnMut(Finding) -> Result<()>) -> Result<()> {
    found(linker())?;
    let pubspec = input::text(&folder.join("pubspec.yaml")).unwrap_or_default();
    let flutter = String::from_utf8_lossy(&pubspec).contains("sdk: flutter");
    found(dart())?;
    if flutter {
        found(self::flutter(folder))?;
    }
    let has = |name: &str| folder.join(name).is_dir();
    if has("android") {
        let needed = ["aarch64-linux-android", "armv7-linux-androideabi", "x86_64-linux-android"];
        targets(&needed).into_iter().try_for_each(&mut *found)?;
        found(ndk())?;
    }
    if cfg!(target_os = "macos") {
        if has("ios") {
            targets(&["aarch64-apple-ios", "aarch64-apple-ios-sim"]).into_iter().try_for_each(&mut *found)?;
        }
        if has("macos") {
            targets(&["aarch64-apple-darwin", "x86_64-apple-darwin"])
                .into_iter()
                .try_for_each(&mut *found)?;
        }
        if has("ios") || has("macos") {
            found(xcode())?;
        }
    }
    Ok(())
}

/// Returns the folders of the generated packages that the app in `folder` depends on, each with
/// that of its crate, around it.
#[must_use]
pub fn packages(folder: &Path) -> Vec<(PathBuf, PathBuf)> {
    generated(folder)
        .into_iter()
        .filter_map(|package| Some((package.clone(), package.parent()?.to_owned())))
        .filter(|(_, around)| around.join("Cargo.toml").is_file())
        .collect()
}

/// Returns the folders of the generated packages that the app in `folder` depends on.
fn generated(folder: &Path) -> Vec<PathBuf> {
    let pubspec = input::text(&folder.join("pubspec.yaml")).unwrap_or_default();
    let pubspec = String::from_utf8_lossy(&pubspec);
    let paths = pubspec.lines().filter_map(|line| {
        let value = line.split_once("path:")?.1.split(['}', '#']).next()?;
        Some(value.trim().trim_matches(['"', '\'']).to_owned())
    });
    let mut all: Vec<_> = paths
        .map(|path| folder.join(path))
        .filter(|package| package.join("lib/src/library.g.dart").is_file())
        .collect();
    all.dedup();
    all
}

/// Looks for several copies of the runtime in the app in `folder`, which pub refuses; none if the
/// app has no generated package.
#[must_use]
pub fn one_runtime(folder: &Path) -> Option<Finding> {
    let packages = generated(folder);
    let mut copies: Vec<(PathBuf, &Path)> = Vec::new();
    for package in packages.iter().map(PathBuf::as_path).chain([folder]) {
        if let Some(copy) = placement::runtime_of(package)
            && copies.iter().all(|(other, _)| *other != copy)
        {
            copies.push((copy, package));
        }
    }
    let shown = |path: &Path| cargo::relative(path).display().to_string();
    let first = shown(&copies.first()?.0);
    if let Some(chosen) = placement::runtime_for_all(folder) {
        return Some(Finding::found(format!("runtime of all packages in {}", shown(&chosen))));
    }
    if copies.len() == 1 {
        return Some(Finding::found(format!("runtime of all packages in {first}")));
    }
    let all: Vec<_> = copies.iter().map(|(copy, by)| format!("{} (in {})", shown(copy), shown(by))).collect();
    let named = placement::between(folder, &copies[0].0).unwrap_or(first);
    Some(Finding::missing(
        format!("one runtime: packages name several copies of `{}`: {}", runtime::PACKAGE, all.join(", ")),
        format!(
            "name one for all in the app's pubspec.yaml: `dependency_overrides: {{{}: {{path: {named}}}}}`",
            runtime::PACKAGE
        ),
    ))
}

/// Runs a program, and returns its output if it succeeds.
fn output<S: AsRef<OsStr>>(program: &str, arguments: &[S]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Returns the numbers of the first version in `text`.
fn version(text: &str) -> Option<[u32; 2]> {
    let word = text.split_whitespace().find(|it| it.starts_with(|c: char| c.is_ascii_digit()))?;
    let mut parts = word.split('.').map(|it| it.parse().ok());
    Some([parts.next()??, parts.next()??])
}

/// Looks for cargo.
#[must_use]
pub fn cargo() -> Finding {
    let cargo = env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let needed = version(env!("CARGO_PKG_RUST_VERSION"));
    match output(&cargo, &["--version"]) {
        None => Finding::missing("Rust: there is no cargo on the PATH", "install it with rustup"),
        Some(text) if version(&text) < needed => Finding::missing(
            format!("Rust {}: {} is too old", env!("CARGO_PKG_RUST_VERSION"), text.trim()),
            "rustup update",
        ),
        Some(text) => Finding::found(text.trim()),
    }
}

fn linker() -> Finding {
    if cfg!(windows) {
        // As rustc does: the PATH has it only in a developer's prompt.
        let installer = env::var("ProgramFiles(x86)").unwrap_or_default();
        let vswhere = Path::new(&installer).join("Microsoft Visual Studio/Installer/vswhere.exe");
        let tools = "Microsoft.VisualStudio.Component.VC.Tools.x86.x64";
        let arguments = ["-products", "*", "-requires", tools, "-property", "installationPath"];
        return match output(&vswhere.to_string_lossy(), &arguments) {
            Some(path) if !path.trim().is_empty() => Finding::found(format!("linker in {}", path.trim())),
            _ => Finding::missing(
                "linker: the C++ tools of Visual Studio",
                "install \"Desktop development with C++\" with the Visual Studio Installer",
            ),
        };
    }
    match output("cc", &["--version"]) {
        Some(text) => Finding::found(format!("linker: {}", text.lines().next().unwrap_or("cc"))),
        None if cfg!(target_os = "macos") => {
            Finding::missing("linker: there is no cc", "xcode-select --install")
        }
        None => Finding::missing("linker: there is no cc", "install gcc or clang, as with `apt install gcc`"),
    }
}

fn dart() -> Finding {
    let [major, minor] = DART;
    match output("dart", &["--version"]) {
        None => Finding::missing("Dart: there is no dart on the PATH", bring_dart()),
        Some(text) if version(text.split_once(':').map_or(&*text, |it| it.1)) < Some(DART) => {
            Finding::missing(
                format!("Dart {major}.{minor}, which runs hooks: {} is too old", text.trim()),
                "flutter upgrade, or install a newer Dart SDK",
            )
        }
        Some(text) => Finding::found(text.trim()),
    }
}

/// Returns the ways to a Dart SDK.
fn bring_dart() -> String {
    let install = "install the Dart SDK, or Flutter, which has one; then add its `bin` to the PATH";
    match clone() {
        Some(clone) => format!(
            "{install}. On Debian also, without root: export PATH=\"$(cd {clone} && cargo xtask dart-sdk):$PATH\""
        ),
        None => install.to_owned(),
    }
}

fn flutter(folder: &Path) -> Finding {
    let install = "install Flutter, and add its `bin` to the PATH";
    let bring = || match (clone(), folder.canonicalize()) {
        (Some(clone), Ok(app)) => format!(
            "{install}. On Debian also, without root, to run the app's tests: (cd {clone} && cargo xtask flutter {})",
            word(&app.to_string_lossy())
        ),
        _ => install.to_owned(),
    };
    match output("flutter", &["--version"]) {
        Some(text) => Finding::found(text.lines().next().unwrap_or("flutter")),
        None => {
            Finding::missing("Flutter: there is no flutter on the PATH, and the app depends on it", bring())
        }
    }
}

/// Returns the clone that this program was built in, as a word of a shell, if its commands run on
/// this machine.
fn clone() -> Option<String> {
    let clone = Path::new(env!("CARGO_MANIFEST_DIR")).parent()?;
    let has_commands = clone.join("xtask").is_dir() && Path::new("/etc/debian_version").is_file();
    has_commands.then(|| word(&clone.to_string_lossy()))
}

/// Returns the target of this machine, as rustc says it; empty without rustc.
#[must_use]
pub fn host() -> String {
    let version = output("rustc", &["-vV"]).unwrap_or_default();
    version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default().to_owned()
}

/// Returns true if Rust has the standard library for a target.
#[must_use]
pub fn has_target(target: &str) -> bool {
    let sysroot = output("rustc", &["--print", "sysroot"]).unwrap_or_default();
    Path::new(sysroot.trim()).join("lib/rustlib").join(target).join("lib").is_dir()
}

/// Looks for the standard libraries of targets.
fn targets(needed: &[&str]) -> Vec<Finding> {
    let one = |target: &&str| {
        if has_target(target) {
            Finding::found(format!("Rust for {target}"))
        } else {
            Finding::missing(format!("Rust for {target}"), format!("rustup target add {target}"))
        }
    };
    needed.iter().map(one).collect()
}

/// Returns the folder of Android's NDK: that which a variable names, else the newest in the usual
/// folders.
#[must_use]
pub fn ndk_folder() -> Option<PathBuf> {
    let named = ["ANDROID_NDK_HOME", "ANDROID_NDK_ROOT", "ANDROID_NDK"].map(env::var_os);
    let named = named.into_iter().flatten().map(PathBuf::from).find(|it| it.is_dir());
    let home = env::var_os("HOME").map(PathBuf::from);
    let sdks = ["ANDROID_HOME", "ANDROID_SDK_ROOT"].map(env::var_os).into_iter().flatten().map(PathBuf::from);
    let usual =
        ["Android/Sdk", "Library/Android/sdk"].into_iter().filter_map(|it| Some(home.as_ref()?.join(it)));
    let newest = |sdk: PathBuf| {
        let mut all: Vec<_> = sdk.join("ndk").read_dir().ok()?.flatten().map(|it| it.path()).collect();
        all.sort();
        all.pop()
    };
    named.or_else(|| sdks.chain(usual).find_map(newest))
}

fn ndk() -> Finding {
    match ndk_folder() {
        Some(folder) => Finding::found(format!("Android NDK in {}", folder.display())),
        None => Finding::missing(
            "Android NDK",
            "sdkmanager --install \"ndk;28.2.13676358\", or in Android Studio under SDK Tools",
        ),
    }
}

fn xcode() -> Finding {
    match output("xcrun", &["--sdk", "iphoneos", "--show-sdk-version"]) {
        Some(text) => Finding::found(format!("Xcode with the SDK of iOS {}", text.trim())),
        None => Finding::missing(
            "Xcode: xcrun finds no SDK of iOS",
            "install Xcode, then: sudo xcode-select --switch /Applications/Xcode.app",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert_eq!(version("cargo 1.97.0 (abc 2026-01-01)"), Some([1, 97]));
        assert_eq!(version(" 3.13.4 (stable)"), Some([3, 13]));
        assert_eq!(version("1.95"), Some([1, 95]));
        assert!(version("3.9.2") < Some(DART));
        assert_eq!(version("none"), None);
    }

    #[test]
    fn a_platform_without_a_folder_asks_for_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let names = |folder: &Path| {
            let mut names = String::new();
            let mut add = |finding: Finding| {
                names += &format!("{finding}\n");
                Ok(())
            };
            others(folder, &mut add).unwrap();
            names
        };
        assert!(!names(folder.path()).contains("Android"));
        std::fs::create_dir(folder.path().join("android")).unwrap();
        let with = names(folder.path());
        assert!(with.contains("Android NDK") && with.contains("Rust for aarch64-linux-android"), "{with}");
    }

    #[test]
    fn two_copies_of_the_runtime_are_named_unless_the_app_chooses_one() {
        let folder = tempfile::tempdir().unwrap();
        let app = folder.path();
        let write = |file: &str, text: &str| {
            let file = app.join(file);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        };
        let shown = || one_runtime(app).map(|it| it.to_string());
        write("pubspec.yaml", "name: app\n");
        assert_eq!(shown(), None);
        let packages = "name: app\ndependencies:\n  a: {path: a/dart}\n  b: {path: b/dart}\n";
        write("pubspec.yaml", packages);
        for (name, runtime) in [("a", "ffi_core"), ("b", "../../a/dart/ffi_core")] {
            write(&format!("{name}/dart/lib/src/library.g.dart"), "");
            write(
                &format!("{name}/dart/pubspec.yaml"),
                &format!("name: {name}\ndependencies:\n  ffi_core: {{path: {runtime}}}\n"),
            );
        }
        let one = shown().unwrap();
        assert!(one.starts_with("ok       runtime of all packages in "), "{one}");
        write("b/dart/pubspec.yaml", "name: b\ndependencies:\n  ffi_core: {path: ffi_core}\n");
        let two = shown().unwrap();
        assert!(
            two.starts_with("missing  one runtime: packages name several copies of `ffi_core`: "),
            "{two}"
        );
        assert!(two.contains("a/dart/ffi_core (in ") && two.contains("b/dart/ffi_core (in "), "{two}");
        assert!(two.contains("hint: name one for all"), "{two}");
        assert!(two.ends_with("`dependency_overrides: {ffi_core: {path: a/dart/ffi_core}}`"), "{two}");
        for file in ["pubspec.yaml", "pubspec_overrides.yaml"] {
            write("pubspec.yaml", packages);
            let start = if file == "pubspec.yaml" { packages } else { "" };
            write(file, &format!("{start}dependency_overrides:\n  ffi_core: {{path: b/dart/ffi_core}}\n"));
            let chosen = shown().unwrap();
            assert!(chosen.starts_with("ok ") && chosen.ends_with("b/dart/ffi_core"), "{file}: {chosen}");
        }
    }
}
