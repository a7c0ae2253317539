//! Translates doc comments of Rust into those of Dart.
//!
//! A doc comment is written for readers of Rust: its links are paths of Rust, absence is `None`,
//! failure is an `Err`, and the conditions for it are under `# Errors`. In Dart the links name
//! Dart's classes and members, absence is `null`, and a sentence says what is thrown. A link to
//! something that Dart has not becomes code, as `dart doc` would warn of it.
//!
//! What is translated is Markdown of strangers still: `foreign::markdown` makes it harmless
//! afterwards.

use std::collections::HashMap;

use crate::foreign::{self, Brackets};

/// Dart names of what docs may refer to, by path in Rust: `Type`, `Type::member`, `function`.
#[derive(Debug, Default)]
pub struct Links(HashMap<String, String>);

/// Place of a doc comment.
#[derive(Clone, Copy, Default)]
pub struct Scope<'a> {
    /// Type in Rust that `Self` means.
    pub own: Option<&'a str>,
    /// Names of the parameters, in Rust and in Dart.
    pub params: &'a [(&'a str, &'a str)],
    /// Exceptions of a function that returns an `Err`, with an article.
    pub error: Option<&'a str>,
}

/// Exception of a panic, with an article.
const PANIC: &str = "a [RustPanicException]";

impl Links {
    /// Adds the item at `path`, which Dart calls `dart`.
    pub fn add(&mut self, path: impl Into<String>, dart: impl Into<String>) {
        self.0.insert(path.into(), dart.into());
    }

    /// Returns `text` as docs of Dart, harmless Markdown.
    pub fn translate(&self, text: &str, scope: Scope<'_>) -> String {
        let text = Translation { links: self, scope, labels: labels(text) }.text(text);
        foreign::markdown(&text, Brackets::Names)
    }

    /// Returns the Dart name of the item at `path`.
    fn resolve(&self, path: &str, scope: Scope<'_>) -> Option<String> {
        // `struct@Name`, `fn@name`; `name()`.
        let path = path.split_once('@').map_or(path, |it| it.1).trim_matches('`');
        let path = path.strip_suffix("()").unwrap_or(path);
        if let Some((_, dart)) = scope.params.iter().find(|(rust, _)| *rust == path) {
            return Some((*dart).to_owned());
        }
        let mut parts = path.split("::").map(|it| it.split('<').next().unwrap_or(it)).collect::<Vec<_>>();
        if let (Some(first), Some(own)) = (parts.first_mut(), scope.own)
            && *first == "Self"
        {
            *first = own;
        }
        let last = *parts.last()?;
        if let [.., owner, _] = parts.as_slice()
            && let Some(dart) = self.0.get(&[owner, "::", last].concat())
        {
            return Some(dart.clone());
        }
        // A module may be before a type, but a type that isn't known has no members.
        let of_type =
            parts.len() > 1 && parts[parts.len() - 2].starts_with(|it: char| it.is_ascii_uppercase());
        self.0.get(last).filter(|_| !of_type).cloned()
    }
}

/// Returns the article that fits `name`.
pub fn article_of(name: &str) -> &'static str {
    let name = name.trim_start_matches('_').to_ascii_lowercase();
    // Some start with the sound of a "y" or a "w".
    let consonant = ["uni", "use", "usa", "usu", "uti", "ute", "ubi", "eu", "one", "once"];
    let exceptions = ["unin", "unim", "unid"];
    let is_consonant =
        consonant.iter().any(|it| name.starts_with(it)) && !exceptions.iter().any(|it| name.starts_with(it));
    if name.starts_with(['a', 'e', 'i', 'o', 'u']) && !is_consonant { "an" } else { "a" }
}

/// Returns the definitions of labels, `[label]: target`, outside of code.
fn labels(text: &str) -> HashMap<&str, &str> {
    let lines = text.lines().filter_map(definition);
    lines.collect()
}

/// Returns label and target of a line that defines a label.
fn definition(line: &str) -> Option<(&str, &str)> {
    let (label, target) = line.trim_start().strip_prefix('[')?.split_once("]:")?;
    (!label.is_empty() && !label.contains(['[', ']'])).then(|| (label, target.trim()))
}

/// Section of a doc comment.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    /// Text of any kind.
    Prose,
    /// Conditions under which the exception of an `Err` is thrown.
    Errors,
    /// Conditions under which a panic is thrown.
    Panics,
    /// Programs in Rust, which nobody runs in Dart.
    Examples,
}

impl Section {
    /// Returns the section that a heading starts, or `None` for a heading of the author's.
    fn of(heading: &str) -> Option<Self> {
        match heading.trim_start_matches('#').trim().to_ascii_lowercase().as_str() {
            "errors" | "error" => Some(Self::Errors),
            "panics" | "panic" => Some(Self::Panics),
            "example" | "examples" => Some(Self::Examples),
            "safety" => Some(Self::Prose),
            _ => None,
        }
    }
}

struct Translation<'a> {
    links: &'a Links,
    scope: Scope<'a>,
    labels: HashMap<&'a str, &'a str>,
}

impl Translation<'_> {
    fn text(&self, text: &str) -> String {
        let mut out: Vec<String> = Vec::new();
        let mut section = Section::Prose;
        // The next line is the first of a section.
        let mut starts = false;
        let mut fence: Option<&str> = None;
        for line in text.lines() {
            let content = line.trim_start();
            let marks = content.len() - content.trim_start_matches(['`', '~']).len();
            let is_fence = marks >= 3 && fence.is_none_or(|open| content.starts_with(open));
            if is_fence || fence.is_some() {
                if is_fence {
                    fence = if fence.is_some() { None } else { Some(&content[..marks]) };
                }
                if section != Section::Examples {
                    out.push(line.to_owned());
                }
            } else if content.starts_with('#') && content.trim_start_matches('#').starts_with(' ') {
                section = match Section::of(content) {
                    Some(section) => section,
                    None => {
                        out.push(self.inline(line));
                        Section::Prose
                    }
                };
                starts = true;
            } else if section == Section::Examples || definition(line).is_some() {
            } else if content.is_empty() {
                if out.last().is_some_and(|it| !it.is_empty()) {
                    out.push(String::new());
                }
            } else {
                out.push(self.prose(line, section, starts));
                starts = false;
            }
        }
        let mut text = out.join("\n");
        text.truncate(text.trim_end().len());
        text
    }

    /// Returns a line of prose; `starts` if it is the first of its section.
    fn prose(&self, line: &str, section: Section, starts: bool) -> String {
        let thrown = match section {
            Section::Errors => self.scope.error.unwrap_or("a [RustErrorException]"),
            Section::Panics => PANIC,
            Section::Prose | Section::Examples => return self.sentences(self.inline(line)),
        };
        let condition = condition(line);
        // Some sentences name the error: "Returns `Full` if ..".
        let named = condition.error.and_then(|path| self.resolve(path));
        let named = named.map(|dart| format!("{} [{dart}]", article_of(&dart)));
        let thrown = named.as_deref().unwrap_or(thrown);
        if let Some(rest) = condition.rest {
            return format!("Throws {thrown} {}", self.inline(&rest));
        }
        let shown = self.inline(line);
        if !starts {
            return shown;
        }
        match line.trim_start().strip_prefix("Returns ") {
            _ if shown.trim() == "Always." => format!("Always throws {thrown}."),
            _ if is_item(line) => format!("Throws {thrown} in these cases:\n\n{shown}"),
            Some(returned) => format!("Throws {thrown} for {}", self.inline(returned)),
            None => format!("Throws {thrown} in this case: {}", lowercase_first(shown.trim_start())),
        }
    }

    /// Returns `line` with sentences about panics and errors in the words of Dart.
    fn sentences(&self, mut line: String) -> String {
        if !line.contains(['P', 'R']) || !line.contains("Panics ") && !line.contains("Returns an error ") {
            return line;
        }
        for word in ["if", "when", "unless"] {
            line = line.replace(&format!("Panics {word} "), &format!("Throws {PANIC} {word} "));
            if let Some(error) = self.scope.error {
                line = line.replace(&format!("Returns an error {word} "), &format!("Throws {error} {word} "));
            }
        }
        line
    }

    fn resolve(&self, path: &str) -> Option<String> {
        self.links.resolve(path, self.scope)
    }

    /// Returns `line` with links and code in the words of Dart.
    fn inline(&self, line: &str) -> String {
        let mut out = String::with_capacity(line.len());
        let mut rest = line;
        while let Some(at) = rest.find(['[', '`', '\\']) {
            out.push_str(&rest[..at]);
            rest = &rest[at..];
            let taken = match rest.as_bytes()[0] {
                b'\\' => rest.chars().take(2).map(char::len_utf8).sum(),
                b'`' => match code(rest) {
                    Some((span, inner)) => {
                        out.push_str(&self.code(inner));
                        rest = &rest[span..];
                        continue;
                    }
                    None => 1,
                },
                _ => match self.link(rest) {
                    Some((span, text)) => {
                        out.push_str(&text);
                        rest = &rest[span..];
                        continue;
                    }
                    None => 1,
                },
            };
            out.push_str(&rest[..taken]);
            rest = &rest[taken..];
        }
        out + rest
    }

    /// Returns code of Rust, without its backticks, as a word of Dart.
    fn code(&self, code: &str) -> String {
        let is_param = self.scope.params.iter().any(|(rust, _)| *rust == code);
        if let Some(dart) = self.scope.own.and_then(|own| self.links.0.get(&[own, "::", code].concat())) {
            return ["[", dart, "]"].concat();
        }
        if (is_param || code.contains("::") || code.starts_with(|it: char| it.is_ascii_uppercase()))
            && let Some(dart) = self.resolve(code)
        {
            return format!("[{dart}]");
        }
        match code {
            "None" | "Option::None" => "null".to_owned(),
            "Err" => "an exception".to_owned(),
            "&str" | "String" => "`String`".to_owned(),
            _ => {
                let inner = ["Some(", "Ok("].iter().find_map(|it| code.strip_prefix(it)?.strip_suffix(')'));
                match inner {
                    Some(inner) if !inner.is_empty() => format!("`{inner}`"),
                    _ => ["`", code, "`"].concat(),
                }
            }
        }
    }

    /// Returns the length of the link that `text` starts with, and the words for it in Dart.
    fn link(&self, text: &str) -> Option<(usize, String)> {
        let end = text.find(']')?;
        let shown = &text[1..end];
        let behind = &text[end + 1..];
        if shown.is_empty() || shown.contains('[') {
            return None;
        }
        let (target, span) = if let Some(target) = behind.strip_prefix('(') {
            let close = target.find(')')?;
            (&target[..close], end + 1 + close + 2)
        } else if let Some((label, _)) = behind.strip_prefix('[').and_then(|it| it.split_once(']')) {
            (*self.labels.get(label).unwrap_or(&label), end + 1 + label.len() + 2)
        } else {
            (*self.labels.get(shown).unwrap_or(&shown), end + 1)
        };
        let is_code = shown.starts_with('`') && shown.ends_with('`') && shown.len() > 2;
        let words = if is_code { shown.to_owned() } else { self.inline(shown) };
        if target.contains("//") {
            return None;
        }
        let name = shown.trim_matches('`');
        let path = target.trim_matches('`');
        Some(match self.resolve(path) {
            // The words are those of the path, or its end.
            Some(dart) if path.ends_with(name) || is_code => (span, format!("[{dart}]")),
            Some(dart) => (span, format!("{words} ([{dart}])")),
            None if is_code => (span, self.code(name)),
            None if path == name => {
                let is_path = path.chars().all(|it| it.is_ascii_alphanumeric() || "_:@()".contains(it));
                if !is_path {
                    return None;
                }
                (span, self.code(name))
            }
            None => (span, words),
        })
    }
}

/// Returns the length of the code span in one backtick that `text` starts with, and what is in it.
fn code(text: &str) -> Option<(usize, &str)> {
    let inner = text.strip_prefix('`')?;
    let end = inner.find('`')?;
    (end > 0).then(|| (end + 2, &inner[..end]))
}

fn is_item(line: &str) -> bool {
    let line = line.trim_start();
    ["- ", "* ", "+ "].iter().any(|it| line.starts_with(it))
}

/// Condition under which something is thrown, as a line of `# Errors` or `# Panics` says.
struct Condition<'a> {
    /// Path of the error, if the line names it.
    error: Option<&'a str>,
    /// The condition from its conjunction on.
    rest: Option<String>,
}

const CONJUNCTIONS: [&str; 5] = ["if", "when", "unless", "for", "where"];

/// Finds the condition in `line`.
fn condition(line: &str) -> Condition<'_> {
    let line = line.trim();
    let starts_with_conjunction = |text: &str| {
        CONJUNCTIONS.iter().any(|it| text.strip_prefix(it).is_some_and(|it| it.starts_with(' ')))
    };
    let lower = lowercase_first(line);
    if starts_with_conjunction(&lower) {
        return Condition { error: None, rest: Some(lower) };
    }
    for verb in ["Returns ", "Return ", "Fails ", "Panics ", "Throws ", "An error ", "Errors "] {
        let Some(after) = line.strip_prefix(verb) else { continue };
        let after = after.strip_prefix("with ").unwrap_or(after);
        for error in ["an error ", "an `Err` ", "`Err` ", "[`Err`] ", "an error, "] {
            if let Some(rest) = after.strip_prefix(error).filter(|it| starts_with_conjunction(it)) {
                return Condition { error: None, rest: Some(rest.to_owned()) };
            }
        }
        if starts_with_conjunction(after) {
            return Condition { error: None, rest: Some(after.to_owned()) };
        }
        let path = after.split(' ').next().unwrap_or_default();
        let rest = after[path.len()..].trim_start();
        if path.contains('`') && starts_with_conjunction(rest) {
            let error = path.trim_matches(['[', ']', '`']);
            return Condition { error: Some(error), rest: Some(rest.to_owned()) };
        }
    }
    Condition { error: None, rest: None }
}

fn lowercase_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().collect::<String>() + chars.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links() -> Links {
        let all = [
            ("Bounds", "Bounds"),
            ("Bounds::min_x", "Bounds.minX"),
            ("Mode", "BoundaryMode"),
            ("Mode::Wrap", "BoundaryMode.wrap"),
            ("TransferError", "TransferException"),
            ("TransferError::UnknownAccount", "UnknownAccountException"),
            ("step_all", "ParticlesLibrary.stepAll"),
        ];
        Links(all.map(|(rust, dart)| (rust.to_owned(), dart.to_owned())).into())
    }

    #[track_caller]
    fn becomes(rust: &str, dart: &str) {
        let scope = Scope {
            own: Some("Bounds"),
            params: &[("frame_time", "frameTime"), ("mode", "mode_")],
            error: Some("a [TransferException]"),
        };
        assert_eq!(links().translate(rust, scope), dart, "of {rust:?}");
    }

    #[test]
    fn an_article_fits_its_noun() {
        for name in
            ["Account", "Event", "Image", "Order", "UnknownAccountException", "Update", "UnindexedRow"]
        {
            assert_eq!(article_of(name), "an", "{name}");
        }
        for name in ["User", "UnitKind", "UniqueId", "Euro", "OneShot", "Particle", "Hour"] {
            assert_eq!(article_of(name), "a", "{name}");
        }
    }

    #[test]
    fn links_name_classes_and_members() {
        becomes("At the edge of its [`Bounds`].", "At the edge of its [Bounds].");
        becomes(
            "[`Bounds::min_x`], [Self::min_x], [`crate::Mode::Wrap`]",
            "[Bounds.minX], [Bounds.minX], [BoundaryMode.wrap]",
        );
        becomes(
            "[`Mode`](crate::modes::Mode) and [step](step_all)",
            "[BoundaryMode] and step ([ParticlesLibrary.stepAll])",
        );
        becomes(
            "As [`step_all()`] and [`fn@step_all`].",
            "As [ParticlesLibrary.stepAll] and [ParticlesLibrary.stepAll].",
        );
        becomes("See [the box][b].\n\n[b]: Bounds", "See the box ([Bounds]).");
    }

    #[test]
    fn what_dart_has_not_is_code() {
        becomes("[`blur`], [MAX_RADIUS], [`std::vec::Vec`]", "`blur`, `MAX_RADIUS`, `std::vec::Vec`");
        becomes("[`Other::min_x`] and [words](crate::other)", "`Other::min_x` and words");
        becomes("a[i] [x y] \\[`Bounds`] `[a]`", "a`i` \\[x y\\] \\[[Bounds]\\] `[a]`");
        becomes("[a](https://a.b)", "\\[a\\](https:\\//a.b)");
    }

    #[test]
    fn words_are_those_of_dart() {
        becomes(
            "`None` if it is `Some(x)`; an `Ok(y)`, `u8`, `Ok(())`",
            "null if it is `x`; an `y`, `u8`, `()`",
        );
        becomes("`frame_time` of a `Mode`, and `mode`", "[frameTime] of a [BoundaryMode], and [mode_]");
        becomes("`&str` and `String`", "`String` and `String`");
    }

    #[test]
    fn errors_are_thrown() {
        let exception = "Throws a [TransferException]";
        for condition in ["Returns an error if", "Returns `Err` if", "Fails if", "If", "An error if"] {
            becomes(
                &format!("Moves it.\n\n# Errors\n\n{condition} it is full.\nThen waits."),
                &format!("Moves it.\n\n{exception} if it is full.\nThen waits."),
            );
        }
        becomes(
            "# Errors\n\nReturns [`TransferError::UnknownAccount`] if there is none.",
            "Throws an [UnknownAccountException] if there is none.",
        );
        becomes(
            "# Errors\n\nThe account is closed.",
            &format!("{exception} in this case: the account is closed."),
        );
        becomes(
            "# Errors\n\nReturns a timeout, unless it ends.",
            &format!("{exception} for a timeout, unless it ends."),
        );
        becomes("# Errors\n\n- `None`\n- no", &format!("{exception} in these cases:\n\n- null\n- no"));
        becomes("Returns an error if it is full.", &format!("{exception} if it is full."));
    }

    #[test]
    fn panics_are_thrown_and_examples_left_out() {
        becomes("# Panics\n\nPanics if `mode` is 0.", "Throws a [RustPanicException] if [mode_] is 0.");
        becomes("Panics when empty.", "Throws a [RustPanicException] when empty.");
        becomes(
            "Adds.\n\n# Examples\n\n```\n# hidden\nadd(1);\n```\n\n# Notes\n\nNone.",
            "Adds.\n\n# Notes\n\nNone.",
        );
        becomes("```\n[`Bounds`]\n# Errors\n```", "```text\n[`Bounds`]\n# Errors\n```");
    }
}
