//! `cargo xtask docs`.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, ensure};

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
    /// the programs in the README and the guide, and makes the guide's book in `target/book`.
    /// Installs mdBook into `.mdbook/` if it isn't there.
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
        let Counts { rust, dart, outputs } =
            Programs::of(&guide)?.run(&sdk, &folder, &target().join("apart"))?;
        println!("{rust} blocks of Rust and {dart} of Dart compiled and ran, {outputs} outputs compared");
        if !self.check {
            let out = root().join("target/book");
            run(Command::new(installed::mdbook()?)
                .arg("build")
                .arg(root().join("docs"))
                .arg("--dest-dir")
                .arg(&out))?;
            println!("{}", out.join("index.html").display());
        }
        Ok(())
    }
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
