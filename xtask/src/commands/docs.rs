//! `cargo xtask docs`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use clap::Parser as _;
use ffi_dart_emit::cli;

use crate::browser::Browser;
use crate::dart_sdk::Sdk;
use crate::generated::{self, Generated};
use crate::installed;
use crate::pages::{self, Counts, Page, Programs};
use crate::progress::{self, Progress};
use crate::tool::note;
use crate::workspace::{root, run, target};

/// The arguments of `cargo xtask docs`.
#[derive(Debug, clap::Args)]
pub struct Docs {
    /// Check the pages without making the book
    #[arg(long)]
    check: bool,
}

impl Docs {
    /// Checks the links of all pages, copies the figures of `benches/README.md` to the guide, runs
    /// the programs in the README and the guide, and makes the guide's book in `target/book`,
    /// with the layouts of their libraries and of the examples. Installs mdBook into `.mdbook/` and
    /// Chromium into `.chromium/` if they aren't there.
    ///
    /// # Errors
    ///
    /// Returns an error if a link leads nowhere, a program fails, or the book can't be made.
    pub fn run(self) -> Result<()> {
        let mut progress = Progress::steps(if self.check { 2 } else { 4 });
        progress.step("links and parts of files");
        let links = pages::links(root(), &Page::all(root())?);
        ensure!(links.broken.is_empty(), "links lead nowhere:\n{}", links.broken.join("\n"));
        let mut guide = Page::guide(root())?;
        for name in pages::refresh(root(), &mut guide)? {
            progress::print(|| println!("{name} has new figures"));
        }
        let excerpts = pages::excerpts(root(), &guide)?;
        progress.step("programs in the pages");
        let folder = target().join("pages");
        let sdk = Sdk::find_or_install()?;
        let (programs, built) = (Programs::of(&guide)?, target().join("apart"));
        let Counts { rust, dart, outputs } = programs.run(&sdk, &folder, &built)?;
        let counts =
            format!("{rust} blocks of Rust and {dart} of Dart compiled and ran, {outputs} outputs compared");
        if !self.check {
            let out = root().join("target/book");
            progress.step("the book");
            run(Command::new(installed::mdbook()?)
                .arg("build")
                .arg(root().join("docs"))
                .arg("--dest-dir")
                .arg(&out))?;
            progress.step("pages of layouts");
            layouts(&programs.libraries(&built), &out.join("layouts"))?;
            progress::print(|| println!("{}", out.join("index.html").display()));
        }
        drop(progress);
        println!("{} links, {excerpts} parts of files; {counts}", links.count);
        Ok(())
    }
}

/// Draws the layouts of the guide's libraries and of those of the examples, a page for each in
/// `folder`, and looks at the pages in a browser. Installs Chromium if it isn't there; where that
/// is not possible, only says that nobody looked.
fn layouts(guide: &[(String, PathBuf)], folder: &Path) -> Result<()> {
    let browser = Browser::find_or_install();
    if let Err(error) = &browser {
        note(&format!("the pages of layouts are not looked at: {error:#}"));
    }
    let examples = generated::examples()?;
    let mut progress = Progress::parts("pages of layouts", guide.len() + examples.len() + 1);
    let mut draw = |name: &str, library: &Path, since: Option<&Path>| -> Result<()> {
        let page = folder.join(format!("{name}.html"));
        let parent = page.parent().context("a page is in a folder")?;
        fs::create_dir_all(parent).with_context(|| parent.display().to_string())?;
        let command = ["ffi-dart-emit".as_ref(), "inspect".as_ref(), library.as_os_str()];
        let command = command.into_iter().chain(["--html".as_ref(), page.as_os_str()]);
        let since = since.map(|old| ["--since".as_ref(), old.as_os_str()]);
        let command = command.chain(since.into_iter().flatten());
        let command = cli::Cli::try_parse_from(command)?;
        progress::print(|| cli::run(command))?;
        if let Ok(browser) = &browser {
            browser.check(&page)?;
        }
        progress.advance();
        Ok(())
    };
    for (name, library) in guide {
        draw(name, library, None)?;
    }
    // A page that shows what has changed, of two libraries that have little in common.
    if let [(_, old), .., (_, new)] = guide {
        draw("changes", new, Some(old))?;
    }
    for example in &examples {
        let generated = Generated::example(example);
        let library = progress::pass(|| generated.library("dev"))?;
        draw(example, &library, None).with_context(|| format!("layouts of {example}"))?;
    }
    drop(progress);
    if browser.is_ok() {
        println!("{} pages of layouts checked in light and dark", guide.len() + examples.len() + 1);
    }
    Ok(())
}
