//! Installs Debian's headless Chromium into `.chromium/` without root, for the machine's own
//! release.
//!
//! ```text
//! .chromium/usr/lib/chromium/          the program, with what it reads
//! .chromium/usr/lib/<machine>/         the libraries it needs
//! .chromium/usr/share/fonts/           fonts, as a bare machine has none
//! .chromium/fonts.conf                 makes it find them
//! ```
//!
//! The program runs with the machine's C library, as both are of one release.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::Browser;
use crate::debian::{self, Apt, entries, remove};
use crate::workspace;

/// Packages to install, each with all it depends on. The fonts are what pages are looked at with:
/// a bare machine has none.
const WANTED: [&str; 2] = ["chromium-headless-shell", "fonts-dejavu-core"];

/// The C library is the machine's: a program has one, and it comes with the loader.
const OF_MACHINE: [&str; 1] = ["libc6"];

/// Drivers of graphics cards and documentation, half of what is unpacked. Chromium draws without
/// a card.
const UNUSED: [&str; 5] = ["dri", "libLLVM*", "libz3*", "libgallium*", "vdpau"];

/// Names the folder of fonts, and which one each family is: those of CSS, and those that Chromium
/// takes for them. Debian's own settings have links to absolute paths.
const FONTS: &str = r#"<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">usr/share/fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
  <alias binding="same"><family>system-ui</family><prefer><family>DejaVu Sans</family></prefer></alias>
  <alias binding="same"><family>sans-serif</family><prefer><family>DejaVu Sans</family></prefer></alias>
  <alias binding="same"><family>Arial</family><prefer><family>DejaVu Sans</family></prefer></alias>
  <alias binding="same"><family>Helvetica</family><prefer><family>DejaVu Sans</family></prefer></alias>
  <alias binding="same"><family>ui-monospace</family><prefer><family>DejaVu Sans Mono</family></prefer></alias>
  <alias binding="same"><family>monospace</family><prefer><family>DejaVu Sans Mono</family></prefer></alias>
  <alias binding="same"><family>Courier New</family><prefer><family>DejaVu Sans Mono</family></prefer></alias>
  <match target="pattern">
    <edit name="family" mode="append_last"><string>DejaVu Sans</string></edit>
  </match>
</fontconfig>
"#;

const BY_HAND: &str = "install Chromium by hand, and put `chromium` on PATH";

/// Returns the folder of the installation.
pub(super) fn dir() -> PathBuf {
    workspace::root().join(".chromium")
}

/// Returns the installed browser, if it is there.
pub(super) fn find() -> Option<Browser> {
    at(&dir())
}

/// Installs the browser, and returns it.
pub(super) fn install() -> Result<Browser> {
    if !debian::has_tools() {
        bail!(
            "Chromium is installed by this command only where there are Debian's apt and dpkg\nhint: {BY_HAND}"
        );
    }
    let dir = dir();
    let runs = |folder: &Path| at(folder).is_some_and(|it| it.version().is_ok());
    debian::replace(&dir, || runs(&dir), build)
        .with_context(|| format!("cannot install Debian's Chromium\nhint: {BY_HAND}"))?;
    let browser = find().context("the packages have no usr/lib/chromium/chromium-headless-shell")?;
    browser.version().context("the Chromium just installed does not run")?;
    Ok(browser)
}

fn build(part: &Path) -> Result<()> {
    let (private, debs) = (part.join("apt"), part.join("debs"));
    let apt = Apt::of_machine(&private)?;
    let mut packages = apt.dependencies(&WANTED)?;
    packages.retain(|it| !OF_MACHINE.contains(&it.as_str()));
    apt.download(&packages, &debs)?;
    debian::unpack(&debs, part)?;
    remove(&private)?;
    remove(&debs)?;
    remove(&part.join("usr/share/doc"))?;
    for file in entries(&libraries(part)?)? {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let is_unused =
            |it: &&str| it.strip_suffix('*').map_or(**it == name, |start| name.starts_with(start));
        if UNUSED.iter().any(is_unused) {
            remove(&file)?;
        }
    }
    fs::write(part.join("fonts.conf"), FONTS)?;
    Ok(())
}

/// Returns the folder of the libraries below `root`, whose name is that of the machine.
fn libraries(root: &Path) -> Result<PathBuf> {
    entries(&root.join("usr/lib"))?
        .into_iter()
        .find(|folder| folder.join("libnss3.so").exists())
        .context("the package libnss3 has no usr/lib/<machine>/libnss3.so")
}

/// Returns the browser in a folder, if it is there.
fn at(root: &Path) -> Option<Browser> {
    let program = root.join("usr/lib/chromium/chromium-headless-shell");
    if !program.is_file() {
        return None;
    }
    let usr = libraries(root).ok()?;
    let name: &OsStr = usr.file_name()?;
    let folders = [usr.join("pulseaudio"), root.join("lib").join(name)];
    let path: OsString = std::env::join_paths(std::iter::once(usr).chain(folders)).ok()?;
    let env = vec![
        (OsString::from("LD_LIBRARY_PATH"), path),
        (OsString::from("FONTCONFIG_FILE"), root.join("fonts.conf").into_os_string()),
        (OsString::from("XDG_CACHE_HOME"), root.join("cache").into_os_string()),
    ];
    Some(Browser { program, env })
}
