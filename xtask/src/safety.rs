//! Finds `SAFETY` comments that only refer to another comment.
//!
//! Such a comment proves nothing: the other one may move, and it is about another operation. A
//! comment is a reference if it has one of the phrases below, and fewer than two other words with a
//! meaning. Comments in the examples of docs and in code that macros write count as well.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::sources;

/// A `SAFETY` comment that consists of a reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Path of the file, relative to the folder that was searched.
    pub file: PathBuf,
    /// Line number of the comment's first line, from 1 on.
    pub line: usize,
    /// Text of the comment, in one line.
    pub text: String,
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file.display(), self.line, self.text)
    }
}

/// Returns all references in the Rust files of a folder, in the order of their paths.
///
/// # Errors
///
/// Returns an error if a folder or file can't be read.
pub fn references(folder: &Path) -> Result<Vec<Reference>> {
    let mut found = Vec::new();
    for path in sources::find(folder, &["rs"])? {
        let source = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        let file = path.strip_prefix(folder).unwrap_or(&path);
        found.extend(
            comments(&source)
                .into_iter()
                .filter(|(_, text)| is_reference(text))
                .map(|(line, text)| Reference { file: file.to_owned(), line, text }),
        );
    }
    Ok(found)
}

/// Returns the `SAFETY` comments of a file: the line that each begins in, and its text in one line.
fn comments(source: &str) -> Vec<(usize, String)> {
    let mut comments: Vec<(usize, String)> = Vec::new();
    let mut open = false;
    for (index, line) in source.lines().enumerate() {
        let line = line.trim_start();
        let code = line.strip_prefix("///").or_else(|| line.strip_prefix("//!")).unwrap_or(line).trim_start();
        let comment = code.strip_prefix("//").map(str::trim);
        match (comment, comment.and_then(|comment| comment.strip_prefix("SAFETY"))) {
            (_, Some(start)) => {
                let text = start.split_once(':').map_or(start, |(_, text)| text);
                comments.push((index + 1, text.trim().to_owned()));
                open = true;
            }
            (Some(more), None) if open => {
                let (_, text) = comments.last_mut().expect("one is open");
                text.push(' ');
                text.push_str(more);
            }
            _ => open = false,
        }
    }
    comments
}

/// Number of words with a meaning that make a reason.
const REASON: usize = 2;

/// Words of a reference. `*` is any word, and a phrase that ends with it ends its clause.
const PHRASES: [&str; 33] = [
    "as above",
    "as below",
    "as before",
    "see above",
    "see below",
    "the same as above",
    "same as above",
    "likewise",
    "ditto",
    "as the *",
    "as in *",
    "as in the *",
    "as of *",
    "by the contract",
    "by the contract of *",
    "by the contract of the *",
    "by the callee's contract",
    "by the caller's contract",
    "by the callers' contract",
    "by this function's contract",
    "by this method's contract",
    "this function's contract",
    "this function's contract is the callee's",
    "this function's contract is that of *",
    "this method's contract is the callee's",
    "the contract is the callee's",
    "the rest is this function's contract",
    "which is that of *",
    "which is that of the *",
    "the caller keeps the contract",
    "the caller keeps the callee's contract",
    "the caller of this function keeps the callee's contract",
    "the caller vouches for what the callee asks for",
];

/// Words without a meaning of their own.
const FILLERS: [&str; 22] = [
    "a", "again", "all", "also", "and", "are", "both", "but", "for", "here", "is", "it", "just", "of",
    "rest", "so", "that", "the", "they", "this", "too", "which",
];

/// Returns true if the text of a `SAFETY` comment refers to something and says too little besides.
fn is_reference(text: &str) -> bool {
    let text = text.to_lowercase();
    let mut referred = false;
    let mut reasons = 0;
    for clause in text.split([';', ',', ':']).flat_map(|part| part.split(". ")) {
        let clause = clause.trim().trim_end_matches('.');
        let mut words = clause.split_whitespace().collect::<Vec<_>>();
        // The longest first, as some phrases are part of others.
        while let Some((start, len)) = phrase(&words) {
            referred = true;
            words.drain(start..start + len);
        }
        reasons += words.iter().filter(|word| !FILLERS.contains(word)).count();
    }
    referred && reasons < REASON
}

/// Returns the position of the longest phrase among the words of a clause, and its number of words.
fn phrase(words: &[&str]) -> Option<(usize, usize)> {
    let matches = PHRASES.iter().filter_map(|phrase| {
        let phrase: Vec<_> = phrase.split(' ').collect();
        let fits = |window: &[&str]| {
            window.iter().zip(&phrase).all(|(word, wanted)| *wanted == "*" || word == wanted)
        };
        let start = words.windows(phrase.len()).position(fits)?;
        let ends = phrase.last() != Some(&"*") || start + phrase.len() == words.len();
        ends.then_some((start, phrase.len()))
    });
    matches.max_by_key(|(_, len)| *len)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_found() {
        for text in [
            "as above.",
            "As above, and valid.",
            "as above; it is aligned.",
            "as the key.",
            "as in `check`.",
            "by this function's contract.",
            "by this function's contract, as in the others.",
            "by the contract of the module.",
            "by this function's contract, which is that of the module.",
            "this function's contract is the callee's.",
            "the caller keeps the callee's contract.",
            "the caller of this function keeps the callee's contract.",
            "the caller vouches for what the callee asks for.",
        ] {
            assert!(is_reference(text), "{text}");
        }
    }

    #[test]
    fn reasons_are_none() {
        for text in [
            "null is allowed.",
            "every field was written, with a valid value.",
            "as above, and every element has been found valid; the size in bytes fits `isize`.",
            "by this function's contract the field lies inside the message's memory.",
            "by the contract of `new`, as the index is below the count.",
            "by the contract of `FfiSimd` each message is `N` numbers in a row.",
            "neither null nor misaligned; the rest is this function's contract.",
            "aligned and initialised, by this function's contract; any bits are a `u32`.",
            "the key lies inside the entry, for which this function's contract holds.",
            "as the index is below the count, there is such an element.",
        ] {
            assert!(!is_reference(text), "{text}");
        }
    }

    #[test]
    fn comments_are_read_wherever_they_stand() {
        let source = "\
            // SAFETY: the first,\n// in two lines.\nunsafe {}\n// Another.\n\
            \x20   /// // SAFETY: of an example.\n    /// unsafe {}\n\
            quote! {\n// SAFETY, for what is written: as above.\n// SAFETY: next.\n}";
        let expected =
            [(1, "the first, in two lines."), (5, "of an example."), (8, "as above."), (9, "next.")];
        assert_eq!(comments(source), expected.map(|(line, text)| (line, text.to_owned())));
    }

    #[test]
    fn the_workspace_has_none() {
        let found = references(crate::workspace::root()).unwrap();
        let found: Vec<_> = found.iter().map(ToString::to_string).collect();
        assert!(found.is_empty(), "SAFETY comments that are no reason:\n{}", found.join("\n"));
    }
}
