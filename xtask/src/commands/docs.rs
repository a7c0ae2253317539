//! `cargo xtask docs`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use clap::Parser as _;
use ffi_dart_emit::cli;

use crate::browser::Browser;
use crate::dart_sdk::Sdk;
use crate::installed;
use crate::pages::{self, Counts, GUIDE, Page, Programs};
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
    /// with the layouts of the libraries. Installs mdBook into `.mdbook/` if it isn't there.
    ///
    /// # Errors
    ///
    /// Returns an error if a link leads nowhere, a program fails, or the book can't be made.
    pub fn run(self) -> Result<()> {
        let links = pages::links(root(), &Page::all(root())?);
        ensure!(links.broken.is_empty(), "links lead nowhere:\n{}", links.broken.join("\n"));
        println!("{} links to files and headings", links.count);
        let mut guide = Page::guide(root())?;
        refresh(&mut guide)?;
        println!("{} blocks show parts of files", pages::excerpts(root(), &guide)?);
        let folder = target().join("pages");
        let sdk = Sdk::find_or_install()?;
        let (programs, built) = (Programs::of(&guide)?, target().join("apart"));
        let Counts { rust, dart, outputs } = programs.run(&sdk, &folder, &built)?;
        println!("{rust} blocks of Rust and {dart} of Dart compiled and ran, {outputs} outputs compared");
        if !self.check {
            let out = root().join("target/book");
            run(Command::new(installed::mdbook()?)
                .arg("build")
                .arg(root().join("docs"))
                .arg("--dest-dir")
                .arg(&out))?;
            layouts(&programs.libraries(&built), &out.join("layouts"))?;
            println!("{}", out.join("index.html").display());
        }
        Ok(())
    }
}

/// Draws the layouts of libraries, a page for each in `folder`, and looks at the pages if there is
/// a browser.
fn layouts(libraries: &[(String, PathBuf)], folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    let browser = Browser::find();
    for (name, library) in libraries {
        let page = folder.join(format!("{name}.html"));
        let command = ["ffi-dart-emit".as_ref(), "inspect".as_ref(), library.as_os_str()];
        let command = command.into_iter().chain(["--html".as_ref(), page.as_os_str()]);
        cli::run(cli::Cli::try_parse_from(command)?)?;
        if let Some(browser) = &browser {
            browser.check(&page)?;
        }
    }
    match browser {
        Some(_) => println!("{} pages of layouts checked in light and dark", libraries.len()),
        None => println!("the pages of layouts were not looked at\nhint: `apt-get install chromium`"),
    }
    Ok(())
}

/// Writes the figures of the benchmarks to the pages of the guide that name them.
fn refresh(guide: &mut [Page]) -> Result<()> {
    let file = root().join("benches/README.md");
    let benches = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
    for page in guide.iter_mut().filter(|page| page.file.starts_with(GUIDE)) {
        let name = page.file.display().to_string();
        let text = pages::figures(&page.text, &benches).with_context(|| name.clone())?;
        if text != page.text {
            fs::write(root().join(&page.file), &text).with_context(|| name.clone())?;
            println!("{name} has new figures");
            page.text = text;
        }
    }
    Ok(())
}
