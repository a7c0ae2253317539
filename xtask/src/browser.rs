//! Looks at pages of HTML in a headless Chromium.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::workspace::{capture, on_path};

/// Script that checks a page of `ffi-dart-emit inspect --html`.
const SCRIPT: &str = include_str!("browser.js");

/// Colour schemes, each with the setting that has Chromium prefer it.
const SCHEMES: [(&str, &str); 2] = [("light", "preferredColorScheme=1"), ("dark", "preferredColorScheme=0")];

/// A Chromium.
#[derive(Clone, Debug)]
pub struct Browser(PathBuf);

impl Browser {
    /// Returns the Chromium on `PATH`, if there is one.
    #[must_use]
    pub fn find() -> Option<Self> {
        ["chromium", "chromium-browser", "google-chrome"].into_iter().find_map(on_path).map(Self)
    }

    /// Checks a page of `ffi-dart-emit inspect --html` in light and dark: contrast, names of
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
        let mut command = Command::new(&self.0);
        command.args(["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]);
        command.args(["--window-size=1100,1400", &format!("--blink-settings={scheme}")]);
        let address = format!("file://{}", std::path::absolute(page)?.display());
        Ok(capture(command.args(arguments).arg(address))?.stdout)
    }
}
