//! Installs Debian's Dart into `.dart-sdk/`, whatever release the machine runs, without root.
//!
//! Debian unstable packages the SDK and the Dart packages the tests use. Its binaries need unstable's C library, so
//! that is unpacked beside them, and their program interpreter and library path are rewritten to it:
//!
//! ```text
//! .dart-sdk/sdk/bin/dart                      the SDK
//! .dart-sdk/root/usr/lib/<machine>/           the libraries it runs with
//! .dart-sdk/root/usr/share/dart/packages/     ffi, matcher, test_api and what they need
//! ```
//!
//! The packages come from the repository the machine's own apt is set up with, checked against the keys it trusts.
//! apt runs with private lists, cache and status, so the machine's own state is neither read nor changed.
//!
//! The folder is built as `.dart-sdk.part` and renamed when complete: a `.dart-sdk` is never half an installation.
//! A file lock, which the system drops when its holder dies, keeps two installations apart.
//!
//! What was given up: the paths written into the binaries are absolute, because `dart compile exe` copies one of them
//! to wherever its output goes. After the workspace moved, the SDK no longer starts and is installed again.

use std::{
    collections::BTreeSet,
    ffi::OsStr,
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, anyhow, bail};

use super::{Sdk, note};
use crate::workspace::{self, capture, on_path};

/// What is installed, each with all it depends on. `patchelf` is only used to install.
const WANTED: [&str; 7] =
    ["dart-sdk", "dart-ffi", "dart-fixnum", "dart-matcher", "dart-protobuf", "dart-test-api", "patchelf"];

/// What makes up 60 % of the SDK and only serves the web, sanitizers, debuggers, IDEs and documentation. A trailing
/// `*` matches any ending.
const UNUSED: [&str; 15] = [
    "bin/*.sym",
    "bin/dartaotruntime_*",
    "bin/resources/dartdoc/*",
    "bin/snapshots/analysis_server.dart.snapshot", // the `_aot` one is what runs
    "bin/snapshots/dart2*",
    "bin/snapshots/dart_tooling_daemon*",
    "bin/snapshots/dartdevc*",
    "bin/snapshots/dds*",
    "bin/snapshots/kernel_worker*",
    "bin/utils/*.sym",
    "bin/utils/wasm-opt",
    "include/*",
    "lib/_internal/dart2*",
    "lib/_internal/ddc_*",
    "lib/dev_compiler/*",
];

const BY_HAND: &str = "install Dart by hand and put `dart` on PATH, or name its folder in FFI_DART_SDK\n  \
     macOS: `brew install dart-lang/dart/dart`\n  \
     Windows: `winget install Google.DartSDK` or `choco install dart-sdk`\n  \
     Linux: the archive from Dart's download page, your distribution's `dart` package, or a Flutter SDK";

/// Where the SDK is installed, with its libraries and packages.
pub(super) fn dir() -> PathBuf {
    workspace::root().join(".dart-sdk")
}

/// The SDK itself in [`dir`].
pub(super) fn sdk_dir() -> PathBuf {
    dir().join("sdk")
}

/// Installs into `dir`, replacing what does not run there.
pub(super) fn install(dir: &Path) -> Result<()> {
    check_machine()?;
    let lock = File::create(dir.with_extension("lock"))?;
    lock.lock()?;
    let sdk = dir.join("sdk");
    if Sdk::at(&sdk).is_ok() {
        return Ok(()); // installed by the process that held the lock
    }
    let part = dir.with_extension("part");
    remove(&part)?;
    if let Err(error) = build(&part, dir) {
        remove(&part)?;
        bail!("cannot install Debian's Dart: {error:#}\nhint: {BY_HAND}");
    }
    remove(dir)?;
    fs::rename(&part, dir)?;
    Sdk::at(&sdk).context("the Dart just installed does not run")?;
    Ok(())
}

fn check_machine() -> Result<()> {
    if ["apt-get", "apt-cache", "dpkg"].iter().any(|tool| on_path(tool).is_none()) {
        bail!(
            "Dart is installed by this command only where there are Debian's apt and dpkg\nhint: {BY_HAND}"
        );
    }
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    if is_ubuntu(&release) {
        bail!("Ubuntu's repositories have no Dart, which only Debian unstable packages\nhint: {BY_HAND}");
    }
    Ok(())
}

/// Whether `/etc/os-release` is that of Ubuntu or a system made from it.
fn is_ubuntu(release: &str) -> bool {
    release.lines().any(|line| {
        let value = line.strip_prefix("ID=").or_else(|| line.strip_prefix("ID_LIKE="));
        value.is_some_and(|value| value.trim_matches('"').split(' ').any(|id| id == "ubuntu"))
    })
}

/// Builds in `part` what will run in `dir`.
fn build(part: &Path, dir: &Path) -> Result<()> {
    let root = part.join("root");
    let debs = part.join("debs");
    for folder in [&root, &debs] {
        fs::create_dir_all(folder)?;
    }
    download(&part.join("apt"), &debs)?;

    eprintln!("unpacking");
    for deb in entries(&debs)? {
        capture(Command::new("dpkg").arg("-x").arg(&deb).arg(&root))?;
    }
    let sdk = part.join("sdk");
    fs::rename(root.join("usr/lib/dart"), &sdk).context("the package dart-sdk has no usr/lib/dart")?;
    for pattern in UNUSED {
        remove_matching(&sdk, pattern)?;
    }

    let libraries = Libraries::find(&root)?;
    for program in programs(&sdk)? {
        libraries.adopt(&program, part, dir)?;
    }

    keep_only(part, &["sdk", "root"])?;
    keep_only(&root, &["usr"])?;
    keep_only(&root.join("usr"), &["lib", "share"])?;
    keep_only(&root.join("usr/lib"), &[libraries.machine()?])?;
    remove(&libraries.folder.join("gconv"))?; // other character sets than Dart's
    keep_only(&root.join("usr/share"), &["dart"])
}

/// Downloads [`WANTED`] and all it depends on into `debs`, with `private` for apt's state.
fn download(private: &Path, debs: &Path) -> Result<()> {
    let targets = Target::all()?;
    let bases = debian_bases(&targets);
    if bases.is_empty() {
        bail!("apt has no repository of packages: see `apt-get indextargets`");
    }
    let mut failures = String::new();
    for base in bases {
        eprintln!("reading Debian unstable's list of packages");
        remove(private)?;
        let tried = Apt::new(private, base, &targets).and_then(|apt| {
            let names = apt.dependencies()?;
            eprintln!("downloading {} packages", names.len());
            capture(apt.command("apt-get").args(["-qq", "download"]).args(&names).current_dir(debs))
        });
        match tried {
            Ok(_) => return Ok(()),
            Err(error) => failures.push_str(&format!("\n{base}: {error:#}")),
        }
    }
    bail!("no repository that apt is set up with gives Debian unstable{failures}")
}

/// A file apt would download from one of the machine's repositories.
#[derive(Debug)]
struct Target {
    base: String,
    kind: String,
    origin: String,
    release: String,
}

impl Target {
    /// Those of the machine. Of files that `apt-get update` fetched apt also tells the origin; `--no-release-info`
    /// lists all that its sources name, for a machine where it never ran.
    fn all() -> Result<Vec<Self>> {
        let mut targets = Vec::new();
        for fetched in [true, false] {
            let mut command = Command::new("apt-get");
            command.args(["indextargets", "--format", "$(REPO_URI)\t$(CREATED_BY)\t$(ORIGIN)\t$(RELEASE)"]);
            if !fetched {
                command.arg("--no-release-info");
            }
            targets.extend(capture(&mut command)?.stdout.lines().filter_map(Self::parse));
        }
        Ok(targets)
    }

    fn parse(line: &str) -> Option<Self> {
        let mut fields = line.split('\t').map(str::to_owned);
        Some(Self {
            base: fields.next()?,
            kind: fields.next()?,
            origin: fields.next()?,
            release: fields.next()?,
        })
    }

    /// How surely this is Debian's main archive, smaller being surer; `None` when it is not.
    fn rank(&self) -> Option<u8> {
        let main = |text: &str| !text.contains("security");
        if self.kind != "Packages" || !main(&self.base) || !main(&self.release) {
            return None;
        }
        Some(match self.origin.as_str() {
            "Debian" => 0,
            _ if self.base.trim_end_matches('/').ends_with("/debian") => 1,
            _ => 2,
        })
    }
}

/// The distinct base addresses to try, the surest first.
fn debian_bases(targets: &[Target]) -> Vec<&str> {
    let mut ranked: Vec<_> =
        targets.iter().filter_map(|target| Some((target.rank()?, target.base.as_str()))).collect();
    ranked.sort_by_key(|&(rank, _)| rank);
    let mut seen = BTreeSet::new();
    ranked.into_iter().map(|(_, base)| base).filter(|base| seen.insert(*base)).collect()
}

/// An apt that knows nothing but Debian unstable at one address.
struct Apt {
    config: PathBuf,
}

impl Apt {
    /// Sets up the folder `private` and reads the list of packages.
    fn new(private: &Path, base: &str, targets: &[Target]) -> Result<Self> {
        for folder in ["lists/partial", "cache/archives/partial", "trusted"] {
            fs::create_dir_all(private.join(folder))?;
        }
        let architecture = capture(Command::new("dpkg").arg("--print-architecture"))?;
        let source = format!("deb [arch={}] {base} unstable main\n", architecture.stdout.trim());
        fs::write(private.join("sources.list"), source)?;
        fs::write(private.join("none"), "")?;
        copy_keys(&private.join("trusted"))?;

        let config = private.join("apt.conf");
        fs::write(&config, configuration(private, targets))?;
        let apt = Self { config };
        capture(apt.command("apt-get").args(["-qq", "update"]))?;
        Ok(apt)
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.arg("--config-file").arg(&self.config);
        command
    }

    /// [`WANTED`] and all it depends on.
    fn dependencies(&self) -> Result<BTreeSet<String>> {
        let printed = capture(
            self.command("apt-cache")
                .args(["depends", "--recurse", "--no-recommends", "--no-suggests", "--no-enhances"])
                .args(["--no-conflicts", "--no-breaks", "--no-replaces"])
                .args(WANTED),
        )?;
        Ok(package_names(&printed.stdout))
    }
}

/// The settings of an apt whose state is in `private`. apt reads them after the machine's own, which may hold a proxy.
fn configuration(private: &Path, targets: &[Target]) -> String {
    let at = |name: &str| private.join(name).display().to_string();
    let mut text = String::new();
    let mut set = |key: &str, value: &str| text.push_str(&format!("{key} \"{value}\";\n"));
    set("Dir::Etc::sourcelist", &at("sources.list"));
    set("Dir::Etc::sourceparts", "-");
    set("Dir::Etc::trustedparts", &at("trusted/"));
    // The machine's pins and installed packages must not choose the versions.
    set("Dir::Etc::preferences", &at("none"));
    set("Dir::Etc::preferencesparts", "-");
    set("Dir::State::status", &at("none"));
    set("APT::Default-Release", "unstable");
    set("Dir::State::Lists", &at("lists"));
    set("Dir::Cache", &at("cache"));
    // A mirror that stands still at some day is as good.
    set("Acquire::Check-Valid-Until", "false");
    set("Acquire::Languages", "none");
    set("Acquire::Retries", "3");
    // Otherwise a list that could not be had is but a warning.
    set("APT::Update::Error-Mode", "any");
    // As root, apt would switch to a user that may not write here.
    set("APT::Sandbox::User", "root");
    let kinds: BTreeSet<_> = targets.iter().map(|target| target.kind.as_str()).collect();
    for kind in kinds.into_iter().filter(|kind| *kind != "Packages") {
        set(&format!("Acquire::IndexTargets::deb::{kind}::DefaultEnabled"), "false");
    }
    // The machine's hooks are for its own lists.
    for hook in ["Pre-Invoke", "Post-Invoke", "Post-Invoke-Success"] {
        text.push_str(&format!("#clear APT::Update::{hook};\n"));
    }
    text
}

/// The packages in what `apt-cache depends --recurse` prints: each at the start of a line, its relations indented,
/// virtual packages in angle brackets.
fn package_names(printed: &str) -> BTreeSet<String> {
    printed
        .lines()
        .filter(|line| !line.starts_with([' ', '<', '|']) && !line.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Collects the keys apt trusts for any repository, and those of Debian's archive, which newer releases only name in
/// the description of each repository.
fn copy_keys(trusted: &Path) -> Result<()> {
    let archive = ["gpg", "pgp"]
        .map(|kind| PathBuf::from(format!("/usr/share/keyrings/debian-archive-keyring.{kind}")));
    let anywhere = entries(Path::new("/etc/apt/trusted.gpg.d")).unwrap_or_default();
    for key in anywhere.iter().chain(&archive).filter(|key| key.is_file()) {
        let mut name = PathBuf::from(key.file_name().unwrap_or_default());
        if name.extension() == Some(OsStr::new("pgp")) {
            name.set_extension("gpg"); // the one name that every apt reads
        }
        let to = trusted.join(name);
        fs::copy(key, &to).with_context(|| format!("cannot copy {}", key.display()))?;
    }
    Ok(())
}

/// The unpacked libraries, with the loader that starts a program with them.
struct Libraries {
    folder: PathBuf,
    loader: PathBuf,
    patchelf: PathBuf,
}

impl Libraries {
    fn find(root: &Path) -> Result<Self> {
        let folder = entries(&root.join("usr/lib"))?
            .into_iter()
            .find(|folder| folder.join("libc.so.6").exists())
            .context("the package libc6 has no usr/lib/<machine>/libc.so.6")?;
        let loader = entries(&folder)?
            .into_iter()
            .find(|file| file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("ld-linux")))
            .with_context(|| format!("the package libc6 has no loader in {}", folder.display()))?;
        Ok(Self { folder, loader, patchelf: root.join("usr/bin/patchelf") })
    }

    /// The name of the folder, as `x86_64-linux-gnu`.
    fn machine(&self) -> Result<&str> {
        let name = self.folder.file_name().and_then(OsStr::to_str);
        name.ok_or_else(|| anyhow!("{} has no name", self.folder.display()))
    }

    /// Makes `program` start with these libraries once `part` is called `dir`.
    ///
    /// The unpacked patchelf is itself a program of Debian unstable: the unpacked loader runs it.
    fn adopt(&self, program: &Path, part: &Path, dir: &Path) -> Result<()> {
        let finally = |path: &Path| -> Result<PathBuf> { Ok(dir.join(path.strip_prefix(part)?)) };
        capture(
            Command::new(&self.loader)
                .arg("--library-path")
                .arg(&self.folder)
                .arg(&self.patchelf)
                .arg("--set-interpreter")
                .arg(finally(&self.loader)?)
                .arg("--force-rpath")
                .arg("--set-rpath")
                .arg(finally(&self.folder)?)
                .arg(program),
        )?;
        Ok(())
    }
}

/// The SDK's executables.
fn programs(sdk: &Path) -> Result<Vec<PathBuf>> {
    let mut programs = Vec::new();
    for folder in ["bin", "bin/utils"] {
        for file in entries(&sdk.join(folder))? {
            if file.is_file() && is_elf(&file)? {
                programs.push(file);
            }
        }
    }
    Ok(programs)
}

fn is_elf(file: &Path) -> Result<bool> {
    let mut start = Vec::new();
    File::open(file)?.take(4).read_to_end(&mut start)?;
    Ok(start == b"\x7fELF")
}

/// Removes what `pattern`, one of [`UNUSED`], matches below `sdk`. One that matches nothing is reported, so that a new
/// SDK's growth is noticed.
fn remove_matching(sdk: &Path, pattern: &str) -> Result<()> {
    let (folder, name) = pattern.rsplit_once('/').context("a pattern is `folder/name`")?;
    let (start, end) = name.split_once('*').unwrap_or((name, ""));
    let mut any = false;
    for file in entries(&sdk.join(folder)).unwrap_or_default() {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let matches = if pattern.contains('*') {
            name.starts_with(start) && name.ends_with(end)
        } else {
            name == start
        };
        if matches {
            remove(&file)?;
            any = true;
        }
    }
    if !any {
        note(&format!("this Dart SDK has no {pattern}"));
    }
    Ok(())
}

/// Removes all in `folder` but the entries called `names`.
fn keep_only(folder: &Path, names: &[&str]) -> Result<()> {
    for entry in entries(folder)? {
        if !names.iter().any(|name| entry.file_name() == Some(OsStr::new(name))) {
            remove(&entry)?;
        }
    }
    Ok(())
}

/// Removes a file or a folder, if it is there.
fn remove(path: &Path) -> Result<()> {
    let removed = match path.symlink_metadata() {
        Err(_) => return Ok(()),
        Ok(meta) if meta.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
    };
    removed.with_context(|| format!("cannot remove {}", path.display()))
}

/// The full paths in `folder`, sorted.
fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let list =
        || -> io::Result<Vec<PathBuf>> { fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect() };
    let mut paths = list().with_context(|| format!("cannot list {}", folder.display()))?;
    paths.sort();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bases(printed: &str) -> Vec<String> {
        let targets: Vec<_> = printed.lines().filter_map(Target::parse).collect();
        debian_bases(&targets).into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn the_main_archive_comes_first() {
        let printed = "http://h/tool/\tPackages\tTool\tstable\n\
                       http://h/debian-security/\tPackages\tDebian\tx-security\n\
                       http://h/mirror/\tPackages\tDebian\tx\n\
                       http://h/mirror/\tDEP-11\tDebian\tx\n\
                       http://h/mirror/\tPackages\tDebian\tx-updates\n";
        assert_eq!(bases(printed), ["http://h/mirror/", "http://h/tool/"]);
    }

    #[test]
    fn without_an_update_the_name_decides() {
        let printed = "http://h/tool/\tPackages\t$(ORIGIN)\tstable\n\
                       http://h/debian/\tPackages\t$(ORIGIN)\tx\n\
                       http://h/debian/\tPackages\t$(ORIGIN)\tx-security\n";
        assert_eq!(bases(printed), ["http://h/debian/", "http://h/tool/"]);
    }

    #[test]
    fn dependencies_are_read() {
        let printed = "dart-sdk\n  Depends: libc6\n |Depends: a\n  Depends: <b>\nlibc6\n<b>\n    c\n";
        assert_eq!(package_names(printed).into_iter().collect::<Vec<_>>(), ["dart-sdk", "libc6"]);
    }

    #[test]
    fn ubuntu_is_recognised() {
        assert!(is_ubuntu("NAME=x\nID=ubuntu\nID_LIKE=debian\n"));
        assert!(is_ubuntu("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n"));
        assert!(!is_ubuntu("ID=debian\nNAME=\"not ubuntu\"\n"));
    }
}
