//! Checks the pages that people read: their links, the programs in them, and the parts of files
//! that they show.
//!
//! A page is a file of Markdown. Its blocks of code are named by the word behind the three
//! backticks. Blocks of Rust and Dart are programs (`programs`) or parts of files
//! ([`excerpts`]); `text` is neither.

mod excerpts;
mod figures;
mod links;
mod programs;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::sources;

pub use excerpts::excerpts;
pub use figures::figures;
pub use links::{Links, links};
pub use programs::{Counts, Programs};

/// Folder of the guide's pages, in the workspace.
pub const GUIDE: &str = "docs/src";

/// A file of Markdown.
#[derive(Clone, Debug)]
pub struct Page {
    /// Path of the file, relative to the workspace.
    pub file: PathBuf,
    /// Text of the file.
    pub text: String,
}

/// Writes the figures of `benches/README.md` to the README and the pages of the guide that name
/// them, and to `guide`, which are these pages. Returns the names of those that have changed.
///
/// # Errors
///
/// Returns an error if a page names a ratio without a value, or a file can't be read or written.
pub fn refresh(root: &Path, guide: &mut [Page]) -> Result<Vec<String>> {
    let file = root.join("benches/README.md");
    let benches = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
    let mut changed = Vec::new();
    for page in guide {
        let name = page.file.display().to_string();
        let text = figures(&page.text, &benches).with_context(|| name.clone())?;
        if text != page.text {
            fs::write(root.join(&page.file), &text).with_context(|| name.clone())?;
            page.text = text;
            changed.push(name);
        }
    }
    Ok(changed)
}

/// A block of code in a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Page and line of the first line of code, such as `docs/src/errors.md:12`.
    pub place: String,
    /// Word behind the backticks; empty if there is none.
    pub language: String,
    /// The code, with the line break of its last line.
    pub text: String,
    /// The paragraph in front of the block.
    pub before: String,
}

impl Page {
    /// Reads all pages below `root` that people write.
    ///
    /// # Errors
    ///
    /// Returns an error if a folder or file cannot be read.
    pub fn all(root: &Path) -> Result<Vec<Self>> {
        let mut pages = Vec::new();
        for path in sources::find(root, &["md"])? {
            let file = path.strip_prefix(root).unwrap_or(&path).to_owned();
            // Pages of generated packages have the paths of users.
            if path.parent().is_some_and(|it| it.ends_with("dart") && it.join("pubspec.yaml").exists()) {
                continue;
            }
            let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
            pages.push(Self { file, text });
        }
        Ok(pages)
    }

    /// Reads the README and the pages of the guide, whose programs are run.
    ///
    /// # Errors
    ///
    /// Returns an error if a folder or file cannot be read.
    pub fn guide(root: &Path) -> Result<Vec<Self>> {
        let mut pages = Self::all(root)?;
        pages.retain(|page| page.file == Path::new("README.md") || page.file.starts_with(GUIDE));
        Ok(pages)
    }

    /// Returns the blocks of code in the page.
    #[must_use]
    pub fn blocks(&self) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut open: Option<Block> = None;
        let (mut before, mut is_last) = (String::new(), false);
        for (line, number) in self.text.lines().zip(1..) {
            let fence = line.strip_prefix("```");
            match (&mut open, fence) {
                (None, Some(language)) => {
                    open = Some(Block {
                        place: format!("{}:{}", self.file.display(), number + 1),
                        language: language.trim().to_owned(),
                        text: String::new(),
                        before: std::mem::take(&mut before),
                    });
                }
                (Some(_), Some(_)) => {
                    blocks.extend(open.take());
                    is_last = false;
                }
                (Some(block), None) => {
                    block.text += line;
                    block.text.push('\n');
                }
                (None, None) if line.is_empty() => is_last = true,
                (None, None) => {
                    if std::mem::take(&mut is_last) {
                        before.clear();
                    }
                    before += line;
                    before.push('\n');
                }
            }
        }
        blocks.extend(open);
        blocks
    }

    /// Returns the lines of the page outside of its blocks of code, each with its number.
    fn prose(&self) -> impl Iterator<Item = (usize, &str)> {
        let mut in_block = false;
        (1..).zip(self.text.lines()).filter(move |(_, line)| {
            let fence = line.starts_with("```");
            in_block ^= fence;
            !in_block && !fence
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_have_a_language_and_a_place() {
        let text =
            "# A\n\nIt\nprints:\n\n```text\none\n\ntwo\n```\n\nMore.\n\nLast.\n\n```\n```\n".to_owned();
        let page = Page { file: "a.md".into(), text };
        let block = |line: usize, language: &str, text: &str, before: &str| Block {
            place: format!("a.md:{line}"),
            language: language.to_owned(),
            text: text.to_owned(),
            before: before.to_owned(),
        };
        let expected = [block(7, "text", "one\n\ntwo\n", "It\nprints:\n"), block(17, "", "", "Last.\n")];
        assert_eq!(page.blocks(), expected);
        let prose: Vec<_> = page.prose().filter(|(_, line)| !line.is_empty()).collect();
        assert_eq!(prose, [(1, "# A"), (3, "It"), (4, "prints:"), (12, "More."), (14, "Last.")]);
    }
}
