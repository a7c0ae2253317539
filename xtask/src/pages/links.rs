//! Finds links that lead nowhere.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use super::{GUIDE, Page};

/// Result of [`links`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Links {
    /// Number of links to files and headings.
    pub count: usize,
    /// Links that lead nowhere, as `file:line: link: reason`.
    pub broken: Vec<String>,
}

/// Checks the links of `pages` to files of the workspace `root` and to headings. Addresses on the
/// network are not asked.
///
/// mdBook turns each link to a file of Markdown into one to a page of the book, so pages of the
/// guide link to files of Markdown outside of it by their folders.
#[must_use]
pub fn links(root: &Path, pages: &[Page]) -> Links {
    let anchors: BTreeMap<&Path, BTreeSet<String>> =
        pages.iter().map(|page| (&*page.file, anchors(page))).collect();
    let mut found = Links::default();
    for page in pages {
        let folder = page.file.parent().unwrap_or(Path::new(""));
        let is_guide = page.file.starts_with(GUIDE);
        for (number, line) in page.prose() {
            for link in targets(line) {
                if link.contains("://") || link.starts_with("mailto:") {
                    continue;
                }
                found.count += 1;
                let mut broken = |reason: &str| {
                    found.broken.push(format!("{}:{number}: {link}: {reason}", page.file.display()));
                };
                let (path, anchor) = link.split_once('#').map_or((link, None), |(it, at)| (it, Some(at)));
                let file = if path.is_empty() { Some(page.file.clone()) } else { resolve(folder, path) };
                let Some(file) = file.filter(|file| root.join(source(file)).exists()) else {
                    broken("there is no such file");
                    continue;
                };
                let is_page = file.extension().is_some_and(|it| it == "md");
                if is_guide && is_page && !file.starts_with(GUIDE) {
                    broken("the book has no such page; hint: link to the folder of the file");
                }
                if let Some(anchor) = anchor
                    && !anchors.get(&*file).is_some_and(|known| known.contains(anchor))
                {
                    broken("the file has no such heading");
                }
            }
        }
    }
    found
}

/// Returns the file or folder of which `file` is made: `cargo xtask docs` draws the layouts of
/// `examples/{name}` in the book's page `layouts/{name}.html`. Others are made of themselves.
fn source(file: &Path) -> PathBuf {
    match file.strip_prefix(Path::new(GUIDE).join("layouts")) {
        Ok(page) if page.extension().is_some_and(|it| it == "html") => {
            Path::new("examples").join(page.with_extension("")).join("src")
        }
        _ => file.to_owned(),
    }
}

/// Returns `path` in `folder`, without `.` and `..`; none if it leads out of the workspace.
fn resolve(folder: &Path, path: &str) -> Option<PathBuf> {
    let mut resolved = folder.to_owned();
    for part in Path::new(path).components() {
        match part {
            Component::Normal(name) => resolved.push(name),
            Component::ParentDir => {
                if !resolved.pop() {
                    return None;
                }
            }
            Component::CurDir => {}
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(resolved)
}

/// Returns the targets of the links in a line, `[text](target)`, outside of code in backticks.
fn targets(line: &str) -> Vec<&str> {
    let mut targets = Vec::new();
    for (index, part) in line.split('`').enumerate() {
        if index % 2 == 1 {
            continue;
        }
        // The text of a link may be code, so its bracket may end right behind a backtick.
        targets.extend(part.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(it, _)| it));
    }
    targets
}

/// Returns the anchors of all headings: lower case, blanks as hyphens, without other punctuation,
/// and a number behind one that is taken.
fn anchors(page: &Page) -> BTreeSet<String> {
    let mut anchors = BTreeSet::new();
    for (_, line) in page.prose() {
        let heading = line.trim_start_matches('#');
        if heading.len() == line.len() || !heading.starts_with(' ') {
            continue;
        }
        let text: String = heading
            .trim()
            .to_lowercase()
            .chars()
            .filter_map(|it| match it {
                ' ' => Some('-'),
                _ if it.is_alphanumeric() || it == '-' || it == '_' => Some(it),
                _ => None,
            })
            .collect();
        let mut anchor = text.clone();
        for number in 1.. {
            if anchors.insert(anchor) {
                break;
            }
            anchor = format!("{text}-{number}");
        }
    }
    anchors
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(file: &str, text: &str) -> Page {
        Page { file: file.into(), text: text.to_owned() }
    }

    #[test]
    fn links_that_lead_nowhere_are_named() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(root.path().join("docs/src")).unwrap();
        std::fs::create_dir_all(root.path().join("src")).unwrap();
        for file in ["README.md", "docs/src/a.md", "docs/src/b.md"] {
            std::fs::write(root.path().join(file), "").unwrap();
        }
        let text = "# One `two`!\n# Same\n# Same\n[a](#one-two) [b](b.md#there) [`c`](#same-1) `[d](none)`\n\
                    ```text\n[e](none)\n```\n[f](https://none) [g](../../src)\n";
        let pages = [page("docs/src/a.md", text), page("docs/src/b.md", "## There\n"), page("README.md", "")];
        assert_eq!(links(root.path(), &pages), Links { count: 4, broken: vec![] });
        for (link, reason) in [
            ("none.md", "there is no such file"),
            ("../../../x", "there is no such file"),
            ("/etc", "there is no such file"),
            ("#none", "the file has no such heading"),
            ("b.md#none", "the file has no such heading"),
            ("../../README.md", "the book has no such page; hint: link to the folder of the file"),
        ] {
            let pages = [page("docs/src/a.md", &format!("[x]({link})")), pages[1].clone()];
            let broken = links(root.path(), &pages).broken;
            assert_eq!(broken, [format!("docs/src/a.md:1: {link}: {reason}")]);
        }
    }
}
