//! Compares parts of files that pages show with the files.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::{Block, Page};

/// Returns the number of blocks in `pages` that show parts of files: those whose first line is a
/// comment with the path of a file in the workspace `root`. A line `// ..` stands for lines that
/// are left out.
///
/// # Errors
///
/// Returns an error if a file doesn't exist, or doesn't have the lines of a block.
pub fn excerpts(root: &Path, pages: &[Page]) -> Result<usize> {
    let mut count = 0;
    for block in pages.iter().flat_map(Page::blocks) {
        let Some(path) = path(&block) else { continue };
        let text = fs::read_to_string(root.join(path)).with_context(|| format!("{}: {path}", block.place))?;
        let (_, shown) = block.text.split_once('\n').unwrap_or_default();
        let mut rest = &*text;
        for part in parts(shown) {
            let at = rest.find(&part);
            ensure!(at.is_some(), "{}: {path} has no such lines, or not in this order:\n{part}", block.place);
            rest = &rest[at.unwrap_or_default() + part.len()..];
        }
        count += 1;
    }
    Ok(count)
}

/// Returns the path in the first line of a block that shows a part of a file.
pub(super) fn path(block: &Block) -> Option<&str> {
    let line = block.text.lines().next()?;
    let path = line.strip_prefix("// ").or_else(|| line.strip_prefix("# "))?;
    (path.contains('/') && !path.contains(' ')).then_some(path)
}

/// Returns the lines between those that say that lines are left out.
fn parts(shown: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    for line in shown.lines() {
        if line.trim() == "// .." {
            parts.push(String::new());
        } else if let Some(part) = parts.last_mut() {
            *part += line;
            part.push('\n');
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_lines_are_found() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("src")).unwrap();
        std::fs::write(root.path().join("src/a.rs"), "fn a() {\n    b();\n    c();\n}\n").unwrap();
        let check = |code: &str| {
            let text = format!("```rust\n{code}```\n");
            excerpts(root.path(), &[Page { file: "a.md".into(), text }])
        };
        assert_eq!(check("// src/a.rs\nfn a() {\n    // ..\n}\n").unwrap(), 1);
        assert_eq!(check("// a comment\nfn b() {}\n").unwrap(), 0);
        for code in ["    c();\n    b();\n", "    c();\n    // ..\n    b();\n", "fn b() {}\n"] {
            let error = check(&format!("// src/a.rs\n{code}")).unwrap_err().to_string();
            assert!(error.starts_with("a.md:2: src/a.rs has no such lines"), "{error}");
        }
        let error = check("// src/b.rs\n").unwrap_err().to_string();
        assert_eq!(error, "a.md:2: src/b.rs");
    }
}
