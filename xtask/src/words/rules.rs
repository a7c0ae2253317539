//! The rules. Each looks at the words of a comment, or at the length of its lines.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::{Comment, Hit, Source};

/// Columns of the longest line of a comment.
const COLUMNS: usize = 100;

/// First words of a doc comment that neither name a thing nor say what a function does.
const FIRST_WORDS: [&str; 12] = [
    "how", "however", "what", "whatever", "where", "wherever", "whether", "which", "who", "whoever", "whose",
    "why",
];

/// Words for people, where a comment means a thread, a program or a caller.
const PERSONS: [&str; 4] = ["who", "whoever", "whom", "whomever"];

/// Words in front of `alone` that make it more than "only".
const BEFORE_ALONE: [&str; 9] =
    ["leave", "leaves", "leaving", "left", "let", "lets", "stand", "stands", "standing"];

/// Beginnings of a condition that is meant as "if" or "when". `.` begins a sentence; a heading
/// or a cell of a table begins with `#`, and may be "where".
const CONDITIONS: [&str; 18] = [
    ". where",
    "only where",
    "even where",
    "except where",
    "but where",
    "also where",
    "and where no",
    "where there is",
    "where there are",
    "where there was",
    "where there isn't",
    "where there aren't",
    "where it isn't",
    "where it has",
    "where it hasn't",
    "where it can't",
    "where nothing",
    "where no",
];

/// The words of a comment, in lower case, each with its line. Punctuation that ends a phrase is a
/// word; code in backticks is the word "`".
struct Words(Vec<(usize, String)>);

/// All rules, with the words that the glossary rules out.
#[derive(Debug)]
pub struct Rules {
    /// Phrases that the glossary names, each with the word to write instead.
    glossary: Vec<(Vec<String>, String)>,
    /// The phrases of [`CONDITIONS`].
    conditions: Vec<Vec<String>>,
}

impl Rules {
    /// Names of the rules.
    pub const NAMES: [&'static str; 7] =
        ["first-word", "columns", "who", "too", "alone", "where", "glossary"];

    /// Reads the glossary of ARCHITECTURE.md in the folder `root`.
    ///
    /// # Errors
    ///
    /// Returns an error if the file has no glossary, or one that names no word to avoid.
    pub fn read(root: &Path) -> Result<Self> {
        let file = root.join("ARCHITECTURE.md");
        let text = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
        let glossary = glossary(&text);
        ensure!(
            !glossary.is_empty(),
            "ARCHITECTURE.md has no glossary\nhint: add a section \"Glossary\" with a table of three columns"
        );
        Ok(Self::new(glossary))
    }

    fn new(glossary: Vec<(Vec<String>, String)>) -> Self {
        Self { glossary, conditions: CONDITIONS.map(split).into() }
    }

    /// Returns all hits in one file, in the order of the rules in each comment.
    #[must_use]
    pub fn check(&self, source: &Source) -> Vec<Hit> {
        let mut hits = Vec::new();
        for comment in &source.comments {
            let mut hit = |rule, line, text| {
                hits.push(Hit { rule, file: source.file.clone(), line, text });
            };
            let words = Words::of(comment);
            if comment.is_doc()
                && let Some((line, word)) = words.first(&FIRST_WORDS)
            {
                hit("first-word", line, format!("`{word}`: begin with a verb or a noun"));
            }
            if !source.generated && !comment.marker.is_empty() {
                for line in &comment.lines {
                    if line.columns > COLUMNS && !may_be_long(&line.text) {
                        hit("columns", line.number, format!("{} columns", line.columns));
                    }
                }
            }
            for (line, word) in words.any(&PERSONS) {
                hit("who", line, format!("`{word}`: name the thread, caller or user"));
            }
            for line in words.trailing("too") {
                hit("too", line, "trailing `too`: write `also`, or nothing".to_owned());
            }
            for line in words.alone() {
                hit("alone", line, "`alone`: write `only`".to_owned());
            }
            for phrase in &self.conditions {
                for line in words.phrase(phrase) {
                    hit("where", line, format!("`{}`: write `if` or `when`", phrase.join(" ")));
                }
            }
            for (phrase, instead) in &self.glossary {
                for line in words.phrase(phrase) {
                    hit("glossary", line, format!("`{}`: write `{instead}`", phrase.join(" ")));
                }
            }
        }
        hits
    }
}

/// Reads the rows `| word | meaning | phrases to avoid, in backticks |` of the section "Glossary".
/// A phrase stands for its plural as well.
fn glossary(text: &str) -> Vec<(Vec<String>, String)> {
    let section = text.split("\n## ").find_map(|section| section.strip_prefix("Glossary\n"));
    let rows = section.unwrap_or_default().lines().filter_map(|line| {
        let mut cells = line.strip_prefix("| ")?.strip_suffix(" |")?.split(" | ");
        let (word, _, avoided) = (cells.next()?, cells.next()?, cells.next()?);
        Some((word, avoided))
    });
    let mut phrases = Vec::new();
    for (word, avoided) in rows {
        for phrase in avoided.split('`').skip(1).step_by(2) {
            phrases.push((split(phrase), word.to_owned()));
            phrases.push((split(&format!("{phrase}s")), word.to_owned()));
        }
    }
    phrases
}

fn split(phrase: &str) -> Vec<String> {
    phrase.split(' ').map(str::to_owned).collect()
}

/// Returns true if a line may be long: an address, a row of a table or a definition of a link.
fn may_be_long(text: &str) -> bool {
    let text = text.trim_start();
    text.contains("://") || text.starts_with('|') || text.starts_with('[') && text.contains("]: ")
}

impl Words {
    fn of(comment: &Comment) -> Self {
        let mut words = vec![(0, ".".to_owned())];
        let mut quoted = false;
        for line in comment.lines.iter().filter(|line| !line.code) {
            let text = line.text.trim_start();
            let begins = text.is_empty() || ['-', '*', '#', '|', '>'].iter().any(|it| text.starts_with(*it));
            if begins {
                let heading = text.starts_with(['#', '|']);
                words.push((line.number, if heading { "#" } else { "." }.to_owned()));
                quoted = false;
            }
            let mut word = String::new();
            for char in without_references(text).chars().chain([' ']) {
                if char == '`' {
                    if !quoted {
                        words.push((line.number, "`".to_owned()));
                    }
                    quoted = !quoted;
                } else if quoted {
                } else if char.is_alphanumeric() || char == '\'' || char == '_' {
                    word.extend(char.to_lowercase());
                } else {
                    if !word.is_empty() {
                        words.push((line.number, std::mem::take(&mut word)));
                    }
                    match char {
                        '.' | '?' | '!' => words.push((line.number, ".".to_owned())),
                        '|' => words.push((line.number, "#".to_owned())),
                        ',' | ';' | ':' | ')' | '(' | '-' => words.push((line.number, char.to_string())),
                        _ => {}
                    }
                }
            }
        }
        words.push((words.last().map_or(0, |(line, _)| *line), ".".to_owned()));
        Self(words)
    }

    /// Returns the first word of the comment, if it is one of `words`.
    fn first(&self, words: &[&str]) -> Option<(usize, &str)> {
        let (line, word) = self.0.iter().find(|(_, word)| word != "." && word != "#")?;
        words.contains(&word.as_str()).then_some((*line, word))
    }

    fn any(&self, words: &[&str]) -> impl Iterator<Item = (usize, &str)> {
        self.0.iter().filter(|(_, it)| words.contains(&it.as_str())).map(|(line, it)| (*line, it.as_str()))
    }

    /// Returns the lines in which `wanted` is the last word of a phrase.
    fn trailing(&self, wanted: &str) -> impl Iterator<Item = usize> {
        let pairs = self.0.windows(2);
        pairs.filter(move |pair| pair[0].1 == wanted && is_end(&pair[1].1)).map(|pair| pair[0].0)
    }

    fn alone(&self) -> impl Iterator<Item = usize> {
        self.0.iter().enumerate().filter_map(|(at, (line, word))| {
            let mut before = self.0[at.saturating_sub(4)..at].iter();
            let idiom = before.any(|(_, word)| BEFORE_ALONE.contains(&word.as_str()));
            (word == "alone" && !idiom).then_some(*line)
        })
    }

    /// Returns the lines in which `phrase` ends.
    fn phrase(&self, phrase: &[String]) -> impl Iterator<Item = usize> {
        let windows = self.0.windows(phrase.len());
        let fits = move |words: &&[(usize, String)]| words.iter().map(|(_, word)| word).eq(phrase);
        windows.filter(fits).map(|words| words.last().map_or(0, |(line, _)| *line))
    }
}

/// Replaces each reference of Dart's docs, such as `[tag]`, by code in backticks.
fn without_references(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[') {
        let name = after.len() - after.trim_start_matches(|it: char| it.is_alphanumeric() || it == '_').len();
        let is_reference = name > 0 && after[name..].starts_with(']') && !after[name..].starts_with("](");
        out.push_str(before);
        out.push_str(if is_reference { "``" } else { "[" });
        rest = if is_reference { &after[name + 1..] } else { after };
    }
    out + rest
}

fn is_end(word: &str) -> bool {
    [".", "#", ",", ";", ":", ")"].contains(&word)
}

#[cfg(test)]
mod tests {
    use super::super::comments;
    use super::*;

    fn rules() -> Rules {
        let text = "# A\n\n## Glossary\n\n| word | meaning | not |\n|---|---|---|\n\
            | number | of a field | `tag` |\n| consecutive | without gaps | `in a row`, `in rows` |\n\n\
            ## Next\n\n| a | b | `c` |\n";
        Rules::new(glossary(text))
    }

    fn found(text: &str) -> Vec<(&'static str, usize)> {
        let source = Source { file: "a.rs".into(), comments: comments::of_rust(text), generated: false };
        rules().check(&source).into_iter().map(|hit| (hit.rule, hit.line)).collect()
    }

    #[test]
    fn each_rule_finds_its_mistakes() {
        let long = "word ".repeat(22);
        for (text, rule, line) in [
            ("/// Whether it is one.", "first-word", 1),
            ("//!\n//! What it does.", "first-word", 2),
            (&*format!("// {long}"), "columns", 1),
            (&format!("/// A.\n/// - {long}"), "columns", 2),
            ("let a = 1; // Left to whoever\n", "who", 1),
            ("// The thread that waits,\n// and who has it.", "who", 2),
            ("// It is one, too.", "too", 1),
            ("// It is one too; that is all.", "too", 1),
            ("// A header too", "too", 1),
            ("// Read by the owner alone.", "alone", 1),
            ("// None. Where one is full, another begins.", "where", 1),
            ("/// The size, where\n/// there is one.", "where", 2),
            ("// Its tag.", "glossary", 1),
            ("// All tags.", "glossary", 1),
            ("// Two numbers in\n// a row.", "glossary", 2),
        ] {
            assert_eq!(found(text), [(rule, line)], "{text}");
        }
    }

    #[test]
    fn other_words_are_none() {
        for text in [
            "/// Returns what is there, and whether it is one.",
            "// Whether this is fast depends on the machine.",
            "let a = \"// who\";",
            "/// ```\n/// let who = tag;\n/// ```",
            "// The field `tag`, and `who` wrote `a\n// tag`.",
            "// It is too large, and left alone; leave the file alone.",
            "/// Returns the folder where the workspace is.",
            "// A stage, or a vintage.",
            "/// The [tag] of a oneof.",
            "/// | a table | may be as wide as it wants to be, as a row of one cannot be broken into two rows |",
            "// See https://example.com/a/very/long/address/that/cannot/be/broken/into/two/lines/at/any/place",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }
}
