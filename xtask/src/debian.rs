//! Installs Debian's packages without root: the machine's own apt downloads them, and they are
//! unpacked into folders of the workspace.
//!
//! apt runs with private lists, cache and status, so the machine's own state is neither read nor
//! changed. Packages come from the repositories that the machine is set up with, checked against
//! the keys it trusts.
//!
//! A folder is built under another name and renamed when complete ([`replace`]), so it is never
//! half an installation. A file lock, which the system drops when its process dies, keeps two
//! installations apart.

use std::{
    collections::BTreeSet,
    ffi::OsStr,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail, ensure};

use crate::progress::{self, Progress};
use crate::workspace::{capture, on_path};

/// Returns true if Debian's package tools are on `PATH`.
pub(crate) fn has_tools() -> bool {
    ["apt-get", "apt-cache", "dpkg"].iter().all(|tool| on_path(tool).is_some())
}

/// Replaces `dir` with the folder that `build` fills, unless `is_there` finds that another process
/// has done so.
///
/// # Errors
///
/// Returns the errors of `build`, and of the file system.
pub(crate) fn replace(
    dir: &Path,
    is_there: impl Fn() -> bool,
    build: impl Fn(&Path) -> Result<()>,
) -> Result<()> {
    let lock = File::create(dir.with_extension("lock"))?;
    lock.lock()?;
    if is_there() {
        return Ok(()); // installed by the process that held the lock
    }
    let part = dir.with_extension("part");
    remove(&part)?;
    fs::create_dir_all(&part)?;
    if let Err(error) = build(&part) {
        remove(&part)?;
        return Err(error);
    }
    remove(dir)?;
    fs::rename(&part, dir)?;
    Ok(())
}

/// Unpacks all packages in the folder `debs` into `root`.
///
/// # Errors
///
/// Returns an error if a package is damaged.
pub(crate) fn unpack(debs: &Path, root: &Path) -> Result<()> {
    fs::create_dir_all(root)?;
    let debs = entries(debs)?;
    let mut progress = Progress::parts("unpacking packages", debs.len());
    for deb in debs {
        capture(Command::new("dpkg").arg("-x").arg(&deb).arg(root))?;
        progress.advance();
    }
    Ok(())
}

/// A file that apt would download from one of the machine's repositories.
#[derive(Debug)]
pub(crate) struct Target {
    base: String,
    kind: String,
    origin: String,
    release: String,
}

impl Target {
    /// Returns the targets of the machine. apt also tells the origin of files that `apt-get update`
    /// fetched; `--no-release-info` lists everything that its sources name, also if no update
    /// ever ran.
    ///
    /// # Errors
    ///
    /// Returns an error if apt fails.
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

    /// Returns 0 if this is surely Debian's main archive, higher ranks for likely ones, and `None`
    /// if it is another archive.
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

/// Returns the distinct base addresses to try, the surest first.
fn debian_bases(targets: &[Target]) -> Vec<&str> {
    let mut ranked: Vec<_> =
        targets.iter().filter_map(|target| Some((target.rank()?, target.base.as_str()))).collect();
    ranked.sort_by_key(|&(rank, _)| rank);
    let mut seen = BTreeSet::new();
    ranked.into_iter().map(|(_, base)| base).filter(|base| seen.insert(*base)).collect()
}

/// Returns what `attempt` gets from the first repository of the machine that has it. `attempt` has
/// the address of one, and `private` for apt's state. `what` is looked for.
///
/// # Errors
///
/// Returns the errors of all repositories, or that apt knows none.
pub(crate) fn from_any<T>(
    what: &str,
    private: &Path,
    attempt: impl Fn(&str, &[Target]) -> Result<T>,
) -> Result<T> {
    let targets = Target::all()?;
    let bases = debian_bases(&targets);
    ensure!(!bases.is_empty(), "apt has no repository of packages: see `apt-get indextargets`");
    let mut failures = String::new();
    for base in bases {
        remove(private)?;
        match attempt(base, &targets) {
            Ok(found) => return Ok(found),
            Err(error) => failures.push_str(&format!("\n{base}: {error:#}")),
        }
    }
    bail!("no repository that apt is set up with gives {what}{failures}")
}

/// An apt with lists, cache and status of its own. It reads the machine's settings and changes
/// nothing.
pub(crate) struct Apt {
    config: PathBuf,
}

impl Apt {
    /// Creates an apt that knows the repositories of the machine, for packages of its own release.
    /// `private` is the folder of its state.
    ///
    /// # Errors
    ///
    /// Returns an error if the lists of packages cannot be downloaded.
    pub(crate) fn of_machine(private: &Path) -> Result<Self> {
        Self::new(private, &state(private, &Target::all()?))
    }

    /// Creates an apt that only knows Debian unstable at one address, for this machine and the
    /// architectures `foreign`. `private` is the folder of its state.
    ///
    /// # Errors
    ///
    /// Returns an error if the list of packages cannot be downloaded.
    pub(crate) fn of_unstable(
        private: &Path,
        base: &str,
        targets: &[Target],
        foreign: &[&str],
    ) -> Result<Self> {
        let architecture = capture(Command::new("dpkg").arg("--print-architecture"))?;
        let all: Vec<_> = [architecture.stdout.trim()].into_iter().chain(foreign.iter().copied()).collect();
        let kind = format!("deb [arch={}]", all.join(","));
        Self::of_suite(private, &kind, base, "unstable", targets, &architectures(&all))
    }

    /// Creates an apt that only knows the source packages of the Debian release `suite` at one
    /// address. `private` is the folder of its state.
    ///
    /// # Errors
    ///
    /// Returns an error if the list of packages cannot be downloaded.
    pub(crate) fn of_sources(private: &Path, base: &str, suite: &str, targets: &[Target]) -> Result<Self> {
        Self::of_suite(private, "deb-src", base, suite, targets, "")
    }

    /// Creates an apt with the settings `more`.
    fn of_suite(
        private: &Path,
        kind: &str,
        base: &str,
        suite: &str,
        targets: &[Target],
        more: &str,
    ) -> Result<Self> {
        fs::create_dir_all(private.join("trusted"))?;
        fs::write(private.join("sources.list"), format!("{kind} {base} {suite} main\n"))?;
        copy_keys(&private.join("trusted"))?;
        Self::new(private, &(state(private, targets) + &only(private, suite) + more))
    }

    fn new(private: &Path, configuration: &str) -> Result<Self> {
        for folder in ["lists/partial", "cache/archives/partial"] {
            fs::create_dir_all(private.join(folder))?;
        }
        fs::write(private.join("none"), "")?;
        let config = private.join("apt.conf");
        fs::write(&config, configuration)?;
        let apt = Self { config };
        progress::busy("reading the lists of packages", || {
            capture(apt.command("apt-get").args(["-qq", "update"]))
        })?;
        Ok(apt)
    }

    /// Downloads packages, without what they depend on, into the folder `debs`.
    ///
    /// # Errors
    ///
    /// Returns an error if a package cannot be downloaded.
    pub(crate) fn download(&self, names: &BTreeSet<String>, debs: &Path) -> Result<()> {
        fs::create_dir_all(debs)?;
        let mut download = self.command("apt-get");
        download.args(["-qq", "download"]).args(names).current_dir(debs);
        self.show(&format!("downloading {} packages", names.len()), download, debs)
    }

    /// Downloads a source package, without Debian's own changes, and unpacks it into the folder
    /// `sources`: all of it, or what matches the patterns `used`.
    ///
    /// # Errors
    ///
    /// Returns an error if its archive cannot be downloaded, or has nothing that matches one of the
    /// patterns.
    pub(crate) fn source(&self, name: &str, used: &[&str], sources: &Path) -> Result<()> {
        let files = self.config.with_file_name("archive");
        fs::create_dir_all(&files)?;
        let mut download = self.command("apt-get");
        download.args(["-qq", "source", "--download-only", "--tar-only"]).arg(name).current_dir(&files);
        self.show(&format!("downloading the sources of {name}"), download, &files)?;

        let is_archive = |file: &PathBuf| {
            file.file_name().is_some_and(|name| name.to_string_lossy().contains(".orig.tar"))
        };
        let archive = entries(&files)?.into_iter().find(is_archive);
        let archive = archive.with_context(|| format!("the source package {name} has no archive"))?;
        fs::create_dir_all(sources)?;
        let mut unpack = Command::new("tar");
        unpack.arg("-xf").arg(&archive).arg("-C").arg(sources).arg("--strip-components=1");
        // All lies in a folder whose name tells the version.
        unpack.arg("--wildcards").args(used.iter().map(|it| format!("*/{it}")));
        progress::busy(&format!("unpacking the sources of {name}"), || capture(&mut unpack))?;
        remove(&files)
    }

    /// Runs a download into `folder`, and shows how far it is.
    fn show(&self, what: &str, mut download: Command, folder: &Path) -> Result<()> {
        let mut listed = self.command("apt-get");
        listed.args(download.get_args().skip(2)).arg("--print-uris").current_dir(folder);
        let total = bytes(&capture(&mut listed)?.stdout);
        progress::download(what, folder, total, || capture(&mut download))?;
        Ok(())
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.arg("--config-file").arg(&self.config);
        command
    }

    /// Returns the packages `wanted` and all they depend on.
    ///
    /// # Errors
    ///
    /// Returns an error if one of them is unknown.
    pub(crate) fn dependencies(&self, wanted: &[&str]) -> Result<BTreeSet<String>> {
        let printed = capture(
            self.command("apt-cache")
                .args(["depends", "--recurse", "--no-recommends", "--no-suggests", "--no-enhances"])
                .args(["--no-conflicts", "--no-breaks", "--no-replaces"])
                .args(wanted),
        )?;
        Ok(package_names(&printed.stdout))
    }
}

/// Returns settings that replace the machine's sources with those in `private`, of a release of
/// Debian.
fn only(private: &Path, suite: &str) -> String {
    let at = |name: &str| private.join(name).display().to_string();
    [
        ("Dir::Etc::sourcelist", at("sources.list")),
        ("Dir::Etc::sourceparts", "-".to_owned()),
        ("Dir::Etc::trustedparts", at("trusted/")),
        // The machine's pins must not choose the versions.
        ("Dir::Etc::preferences", at("none")),
        ("Dir::Etc::preferencesparts", "-".to_owned()),
        ("APT::Default-Release", suite.to_owned()),
        // A mirror that is some days old is good enough.
        ("Acquire::Check-Valid-Until", "false".to_owned()),
    ]
    .iter()
    .map(|(key, value)| setting(key, value))
    .collect()
}

/// Returns settings by which apt knows the packages of these architectures, the machine's first.
fn architectures(all: &[&str]) -> String {
    let each = all.iter().map(|it| setting("APT::Architectures::", it));
    ["#clear APT::Architectures;\n".to_owned()].into_iter().chain(each).collect()
}

fn setting(key: &str, value: &str) -> String {
    format!("{key} \"{value}\";\n")
}

/// Returns the settings of an apt whose state is in `private`. apt reads them after the machine's
/// own, which may name a proxy.
fn state(private: &Path, targets: &[Target]) -> String {
    let at = |name: &str| private.join(name).display().to_string();
    let mut text = String::new();
    let mut set = |key: &str, value: &str| text.push_str(&setting(key, value));
    // Packages that are installed must not choose the versions.
    set("Dir::State::status", &at("none"));
    set("Dir::State::Lists", &at("lists"));
    set("Dir::Cache", &at("cache"));
    set("Acquire::Languages", "none");
    set("Acquire::Retries", "3");
    // Otherwise a list that cannot be downloaded is only a warning.
    set("APT::Update::Error-Mode", "any");
    // As root, apt would switch to a user that may not write to the folder.
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

/// Returns the bytes of all files in the output of `apt-get --print-uris`: on each line an address
/// in quotes, a name, the bytes and a hash.
fn bytes(printed: &str) -> u64 {
    let sizes = printed.lines().filter_map(|line| line.split(' ').nth(2)?.parse::<u64>().ok());
    sizes.sum()
}

/// Returns the packages in the output of `apt-cache depends --recurse`: each at the start of a
/// line, its relations indented, virtual packages in angle brackets.
fn package_names(printed: &str) -> BTreeSet<String> {
    printed
        .lines()
        .filter(|line| !line.starts_with([' ', '<', '|']) && !line.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Collects the keys that apt trusts for any repository, and those of Debian's archive, which newer
/// releases only name in the description of each repository.
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

/// Removes everything in `folder` except the entries called `names`.
pub(crate) fn keep_only(folder: &Path, names: &[&str]) -> Result<()> {
    for entry in entries(folder)? {
        if !names.iter().any(|name| entry.file_name() == Some(OsStr::new(name))) {
            remove(&entry)?;
        }
    }
    Ok(())
}

/// Removes a file or a folder, if it exists.
pub(crate) fn remove(path: &Path) -> Result<()> {
    let removed = match path.symlink_metadata() {
        Err(_) => return Ok(()),
        Ok(meta) if meta.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
    };
    removed.with_context(|| format!("cannot remove {}", path.display()))
}

/// Returns the full paths in `folder`, sorted.
pub(crate) fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
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
    fn other_architectures_follow_that_of_the_machine() {
        assert_eq!(
            architectures(&["amd64", "arm64"]),
            "#clear APT::Architectures;\nAPT::Architectures:: \"amd64\";\nAPT::Architectures:: \"arm64\";\n"
        );
    }

    #[test]
    fn bytes_to_download_are_summed() {
        let printed = "'http://h/a_1_amd64.deb' a_1_amd64.deb 300 SHA256:00\n\
                       Need to get 1 kB\n'http://h/b.deb' b.deb 42 SHA256:00\n";
        assert_eq!(bytes(printed), 342);
        assert_eq!(bytes(""), 0);
    }

    #[test]
    fn a_failed_installation_leaves_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("tool");
        let write = |part: &Path| Ok(fs::write(part.join("a"), "1")?);
        replace(&dir, || false, write).unwrap();
        let failed = replace(
            &dir,
            || false,
            |part| {
                fs::write(part.join("b"), "2")?;
                anyhow::bail!("no network")
            },
        );
        assert_eq!(failed.unwrap_err().to_string(), "no network");
        assert_eq!(entries(&dir).unwrap(), [dir.join("a")]);
        assert!(!dir.with_extension("part").exists());
        replace(&dir, || true, |_| unreachable!("it is there")).unwrap();
    }
}
