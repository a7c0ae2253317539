//! Looks at pages of HTML in a headless Chromium.
//!
//! It is on `PATH`, or in `.chromium/` at the workspace root, where [`Browser::find_or_install`]
//! puts Debian's.

mod install;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::tool;
use crate::workspace::{capture, on_path};

/// Script that checks a page of `ffi-dart-emit inspect --html` or `cargo xtask bench --html`.
const SCRIPT: &str = include_str!("browser.js");

/// Colour schemes, each with the setting that has Chromium prefer it.
const SCHEMES: [(&str, &str); 2] = [("light", "preferredColorScheme=1"), ("dark", "preferredColorScheme=0")];

/// A Chromium.
#[derive(Clone, Debug)]
pub struct Browser {
    program: PathBuf,
    env: Vec<(OsString, OsString)>,
}

impl Browser {
    /// Returns the Chromium of this machine, if there is one.
    #[must_use]
    pub fn find() -> Option<Self> {
        let names = ["chromium", "chromium-headless-shell", "chromium-browser", "google-chrome"];
        let found = names.into_iter().find_map(on_path);
        found.map(|program| Self { program, env: Vec::new() }).or_else(install::find)
    }

    /// Returns the Chromium of this machine. When there is none, installs Debian's into
    /// `.chromium/` at the workspace root, which takes no root rights.
    ///
    /// # Errors
    ///
    /// Returns an error if there is none, and none can be installed.
    pub fn find_or_install() -> Result<Self> {
        Self::find().map_or_else(install::install, Ok)
    }

    /// Returns the Chromium for a Rust test, or `None` when the test is to be skipped because there
    /// is none; then a note on stderr says so.
    ///
    /// # Panics
    ///
    /// Panics if there is no Chromium and the environment has `FFI_REQUIRE_CHROMIUM=1`.
    #[must_use]
    pub fn for_tests() -> Option<Self> {
        tool::for_tests(
            Self::find(),
            "Chromium",
            "run `cargo xtask chromium`, on Debian",
            "FFI_REQUIRE_CHROMIUM",
        )
    }

    /// Returns the program's file.
    #[must_use]
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// Returns what the program says of its version.
    ///
    /// # Errors
    ///
    /// Returns an error if it doesn't run.
    pub fn version(&self) -> Result<String> {
        Ok(capture(self.command().args(["--no-sandbox", "--version"]))?.stdout.trim().to_owned())
    }

    /// Checks a page with a search in light and dark: contrast, names of
    /// controls, the order of the tab key, links, tables and the search. Writes a picture of it
    /// beside it for each.
    ///
    /// # Errors
    ///
    /// Returns an error that says all that is wrong with the page.
    pub fn check(&self, page: &Path) -> Result<()> {
        let text = fs::read_to_string(page).with_context(|| page.display().to_string())?;
        let checked = page.with_extension("checked.html");
        fs::write(&checked, text.replace("</body>", &format!("<script>\n{SCRIPT}</script>\n</body>")))?;
        for (name, scheme) in SCHEMES {
            let picture = page.with_extension(format!("{name}.png"));
            self.run(scheme, &[&format!("--screenshot={}", picture.display())], page)?;
            let dom = self.run(scheme, &["--dump-dom"], &checked)?;
            let found = dom.split_once("data-checked=\"").and_then(|(_, rest)| rest.split_once('"'));
            let (found, _) = found.with_context(|| format!("{}: the script did not end", page.display()))?;
            ensure!(found == "ok", "{}, {name}: {found}", page.display());
        }
        fs::remove_file(&checked)?;
        Ok(())
    }

    /// Opens a page, and returns what Chromium prints.
    fn run(&self, scheme: &str, arguments: &[&str], page: &Path) -> Result<String> {
        let mut command = self.command();
        command.args(["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]);
        command.args(["--window-size=1100,1400", &format!("--blink-settings={scheme}")]);
        let address = format!("file://{}", std::path::absolute(page)?.display());
        Ok(capture(command.args(arguments).arg(address))?.stdout)
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.envs(self.env.iter().map(|(key, value)| (key, value)));
        command
    }
}
