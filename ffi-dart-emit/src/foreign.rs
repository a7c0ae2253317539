//! Escapes foreign text for each place that it is written to.
//!
//! Docs, notes, names and paths come from .proto files and libraries that may be malicious. Every
//! writer and everything that prints passes such text through this module, whose functions leave
//! plain text as it is:
//!
//! | function | place | what can't happen there |
//! |---|---|---|
//! | [`markdown`] | docs that a tool renders | a code block that `cargo test` runs, HTML, links, broken references |
//! | [`rust_comment`], [`rust_code`], [`rust_string`] | Rust source | text that leaves its comment, name or string |
//! | [`dart_comment`], [`dart_string`] | Dart source | the same; directives of dartdoc (`{@tool}`, `@docImport`) |
//! | [`c_comment`] | C and C++ source | the same; lines joined by a backslash, trigraphs; commands and HTML of doxygen |
//! | [`proto_comment`], [`proto_string`] | .proto source | the same |
//! | [`terminal`], [`one_line`], [`json`] | a terminal | escape sequences, text that hides or reorders other text |
//!
//! In source, a character that can't be seen becomes U+FFFD in a comment and an escape in a string.
//! On a terminal, and in JSON, it becomes an escape.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Returns true for characters that a reader can't see or is misled by: control characters, and the
/// marks of Unicode that are invisible or change the direction of writing, of which rustc's lint
/// `text_direction_codepoint_in_comment` has a part. The two joiners of scripts and emoji (U+200C,
/// U+200D) are text.
fn is_hidden(char: char) -> bool {
    char.is_control()
        || matches!(char,
            '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0000}'..='\u{E007F}')
}

/// Returns the lines of `text`, without tabs, trailing spaces and characters that can't be seen.
fn lines(text: &str) -> Vec<Cow<'_, str>> {
    // `\r\n` is one line break.
    let ends_line = |line: &'_ str| line.ends_with('\r');
    let mut out = Vec::new();
    let mut rest = text.trim_end().split('\n').peekable();
    while let Some(line) = rest.next() {
        let line = if ends_line(line) && rest.peek().is_some() { &line[..line.len() - 1] } else { line };
        out.extend(line.split('\r').map(visible));
    }
    out
}

/// Returns `line` without tabs, trailing spaces and characters that can't be seen.
fn visible(line: &str) -> Cow<'_, str> {
    // Most lines are.
    if line.bytes().all(|it| matches!(it, b' '..=b'~')) {
        return Cow::Borrowed(line.trim_end());
    }
    let mut out = String::with_capacity(line.len());
    for next in line.chars() {
        match next {
            '\t' => out.push_str("    "),
            hidden if is_hidden(hidden) => out.push(char::REPLACEMENT_CHARACTER),
            plain => out.push(plain),
        }
    }
    out.truncate(out.trim_end().len());
    Cow::Owned(out)
}

/// Returns the lines with `lead` before each, and a space between the two if the line isn't empty.
fn prefixed<S: AsRef<str>>(lead: &str, lines: &[S]) -> String {
    let mut out = String::with_capacity(lines.iter().map(|it| lead.len() + it.as_ref().len() + 2).sum());
    for line in lines {
        let line = line.as_ref();
        out += lead;
        out += if line.is_empty() { "" } else { " " };
        out += line;
        out += "\n";
    }
    out
}

/// Meaning of square brackets in docs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Brackets {
    /// Plain text, as Rust refuses references to unknown names.
    Text,
    /// References to names, as in Dart, which ignores unknown ones. Links to addresses are text.
    Names,
}

/// Returns `text` as Markdown of a known structure, so that no tool runs, fetches or resolves
/// anything in it.
///
/// - A fenced code block (of any language, nested in lists and quotes, or never closed) and an
///   indented one become a fenced block of the language `text`.
/// - Of the rest, lists of one level, headings, emphasis and code in backticks stay; every other
///   line is a paragraph.
/// - HTML, links, addresses, tables and quotes are shown as they are written.
///
/// The function is idempotent, which matters when a schema goes from Rust to .proto and back.
#[must_use]
pub fn markdown(text: &str, brackets: Brackets) -> String {
    let mut out: Vec<String> = Vec::new();
    let mut after_blank = true;
    // Width of the marker of the list item that the paragraph is in.
    let mut hanging = 0;
    let all = lines(text);
    let mut rest = all.iter().map(AsRef::as_ref).peekable();
    while let Some(line) = rest.next() {
        let content = line.trim_start();
        if content.is_empty() {
            out.push(String::new());
            (after_blank, hanging) = (true, 0);
        } else if let Some(fence) = Fence::opens(line) {
            let block: Vec<_> = rest.by_ref().take_while(|line| !fence.closes(line)).collect();
            fenced(&mut out, &block);
            (after_blank, hanging) = (false, 0);
        } else if after_blank && line.starts_with("    ") {
            let mut block = vec![line];
            while let Some(next) = rest.next_if(|next| next.is_empty() || next.starts_with("    ")) {
                block.push(next);
            }
            let blanks = block.iter().rev().take_while(|line| line.is_empty()).count();
            block.truncate(block.len() - blanks);
            let block: Vec<_> = block.iter().map(|line| line.get(4..).unwrap_or_default()).collect();
            fenced(&mut out, &block);
            out.extend(std::iter::repeat_n(String::new(), blanks));
            (after_blank, hanging) = (blanks > 0, 0);
        } else {
            let marker = list_marker(content);
            if let Some(marker) = marker {
                hanging = marker.len() + 1;
                out.push(format!("{marker} {}", prose(content[marker.len()..].trim_start(), brackets)));
            } else if hanging > 0 {
                out.push(format!("{}{}", " ".repeat(hanging), prose(content, brackets)));
            } else {
                out.push(prose(content, brackets));
            }
            after_blank = false;
        }
    }
    // Most docs are a line.
    if out.len() == 1 {
        return out.remove(0);
    }
    let out = out.join("\n");
    out.trim_matches('\n').to_owned()
}

/// Beginning of a fenced code block.
struct Fence {
    char: char,
    len: usize,
}

impl Fence {
    /// Returns the fence that `line` opens, also inside quotes and lists.
    fn opens(line: &str) -> Option<Self> {
        let mut line = line.trim_start();
        loop {
            let quoted = line.strip_prefix('>');
            let listed = || list_marker(line).map(|marker| &line[marker.len()..]);
            match quoted.or_else(listed) {
                Some(inside) => line = inside.trim_start(),
                None => break,
            }
        }
        let char = line.chars().next().filter(|it| matches!(it, '`' | '~'))?;
        let info = line.trim_start_matches(char);
        let len = line.len() - info.len();
        (len >= 3 && !(char == '`' && info.contains('`'))).then_some(Self { char, len })
    }

    fn closes(&self, line: &str) -> bool {
        let line = line.trim_start_matches([' ', '>']);
        line.len() >= self.len && line.chars().all(|it| it == self.char)
    }
}

/// Returns the marker that makes `line` an item of a list with text in it.
fn list_marker(line: &str) -> Option<&str> {
    let digits = line.len() - line.trim_start_matches(|it: char| it.is_ascii_digit()).len();
    let ends: &[char] = if digits == 0 { &['-', '*', '+'] } else { &['.', ')'] };
    let is_marker = digits <= 9 && line[digits..].starts_with(ends) && line[digits + 1..].starts_with(' ');
    is_marker.then(|| &line[..=digits])
}

/// Adds a code block of the language `text`, behind a fence longer than any in it.
fn fenced(out: &mut Vec<String>, block: &[&str]) {
    if block.iter().all(|line| line.is_empty()) {
        return;
    }
    let runs = block.iter().flat_map(|line| line.split(|it| it != '`')).map(str::len);
    let fence = "`".repeat(runs.max().unwrap_or_default().max(2) + 1);
    out.push(format!("{fence}text"));
    out.extend(block.iter().map(|line| (*line).to_owned()));
    out.push(fence);
}

/// Returns a line of a paragraph, which starts no block and holds no link and no HTML.
fn prose(line: &str, brackets: Brackets) -> String {
    let mut out = String::with_capacity(line.len() + 8);
    let mut rest = line;
    loop {
        // Words need no look at each character.
        let word = rest.find(|it: char| !it.is_ascii_alphanumeric() && it != ' ').unwrap_or(rest.len());
        out.push_str(&rest[..word]);
        rest = &rest[word..];
        let Some(next) = rest.chars().next() else { break };
        let first = rest.len() == line.len();
        let behind = &rest[next.len_utf8()..];
        let ends_marker = behind.is_empty() || behind.starts_with(' ');
        let escape = match next {
            '\\' if behind.starts_with(|it: char| it.is_ascii_punctuation()) => {
                // An escape of the input stays as it is.
                out.push_str(&rest[..2]);
                rest = &rest[2..];
                continue;
            }
            '`' => {
                match code_span(rest) {
                    Ok(span) => {
                        out.push_str(span);
                        rest = &rest[span.len()..];
                    }
                    Err(run) => {
                        out.push_str(&"\\`".repeat(run));
                        rest = &rest[run..];
                    }
                }
                continue;
            }
            '[' if brackets == Brackets::Names => match reference(rest) {
                Some(name) => {
                    out.push_str(name);
                    rest = &rest[name.len()..];
                    continue;
                }
                None => true,
            },
            '[' | ']' => true,
            '<' => behind.starts_with(|it: char| it.is_ascii_alphabetic() || matches!(it, '/' | '!' | '?')),
            '&' => behind.starts_with(|it: char| it.is_ascii_alphanumeric() || it == '#'),
            '/' => out.ends_with(':') && behind.starts_with('/'),
            '=' | ':' | '|' | '>' | '~' => first,
            '-' | '*' | '+' => first && (ends_marker || next == '-'),
            '.' | ')' => {
                let before = &line[..line.len() - rest.len()];
                !first && before.bytes().all(|it| it.is_ascii_digit()) && ends_marker
            }
            _ => false,
        };
        if escape {
            out.push('\\');
        }
        out.push(next);
        rest = behind;
    }
    out
}

/// Returns the code in one or two backticks that `text` starts with, or else the number of its
/// backticks.
fn code_span(text: &str) -> Result<&str, usize> {
    let len = text.len() - text.trim_start_matches('`').len();
    if len > 2 {
        return Err(len);
    }
    let mut at = len;
    while let Some(found) = text[at..].find('`') {
        let start = at + found;
        let run = text[start..].len() - text[start..].trim_start_matches('`').len();
        at = start + run;
        if run == len {
            return Ok(&text[..at]);
        }
    }
    Err(len)
}

/// Returns the `[name]` that `text` starts with, if it is no link to an address.
fn reference(text: &str) -> Option<&str> {
    let end = text.find(']')? + 1;
    let name = text[1..end - 1].trim_matches('`');
    let is_name = name.starts_with(|it: char| it.is_ascii_alphabetic() || it == '_')
        && name.chars().all(|it| it.is_ascii_alphanumeric() || matches!(it, '_' | '.' | ':'));
    (is_name && !text[end..].starts_with(['(', '[', ':'])).then(|| &text[..end])
}

/// Returns foreign `text` as `///` lines of Rust, or an empty string if it is blank.
#[must_use]
pub fn rust_comment(pad: &str, text: &str) -> String {
    if text.trim().is_empty() {
        return String::new();
    }
    let text = markdown(text, Brackets::Text);
    prefixed(&format!("{pad}///"), &text.lines().collect::<Vec<_>>())
}

/// Returns a foreign name as code in the docs of Rust.
#[must_use]
pub fn rust_code(name: &str) -> String {
    format!("`{}`", lines(name).join(" ").replace('`', "'"))
}

/// Returns a string literal of Rust.
#[must_use]
pub fn rust_string(text: &str) -> String {
    format!("\"{}\"", text.escape_default())
}

/// Returns `text` as `///` lines of Dart. Foreign parts must have been through [`markdown`].
#[must_use]
pub fn dart_comment(pad: &str, text: &str) -> String {
    let all = lines(text);
    let lines: Vec<_> = all.iter().map(|line| without_directives(line)).collect();
    prefixed(&format!("{pad}///"), &lines)
}

/// Returns `line` without directives of dartdoc and the analyzer, which they also find inside code.
fn without_directives(line: &str) -> Cow<'_, str> {
    if !line.contains('@') {
        return Cow::Borrowed(line);
    }
    let mut out = String::with_capacity(line.len());
    for next in line.chars() {
        if next == '@' && (out.ends_with('{') || out.trim_start().is_empty()) {
            out.push('\\');
        }
        out.push(next);
    }
    Cow::Owned(out)
}

/// Returns a string literal of Dart.
#[must_use]
pub fn dart_string(text: &str) -> String {
    // Most are names.
    if text.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_') {
        return ["'", text, "'"].concat();
    }
    let mut out = String::from("'");
    for next in text.chars() {
        match next {
            '\'' | '\\' | '$' => out.extend(['\\', next]),
            '\n' => out.push_str("\\n"),
            hidden if is_hidden(hidden) => _ = write!(out, "\\u{{{:x}}}", u32::from(hidden)),
            plain => out.push(plain),
        }
    }
    out.push('\'');
    out
}

/// Returns `text` as a block comment of C that cannot be closed from inside, or an empty string if
/// it is blank.
///
/// A backslash at a line's end joins it with the next; but each line starts with ` * `, which
/// separates a `*` from a following `/`. The trigraph for a backslash is taken apart because
/// compilers warn about it. Commands of doxygen, such as `\include` or `@htmlonly`, and HTML are
/// escaped, so that doxygen shows the text.
#[must_use]
pub fn c_comment(pad: &str, text: &str) -> String {
    let text = text.trim();
    if text.is_empty() {
        return String::new();
    }
    let apart = |line: &Cow<'_, str>| {
        without_commands(line).replace("*/", "* /").replace("/*", "/ *").replace("??/", "?? /")
    };
    let lines: Vec<_> = lines(text).iter().map(apart).collect();
    match lines.as_slice() {
        [line] => format!("{pad}/** {line} */\n"),
        lines => format!("{pad}/**\n{}{pad} */\n", prefixed(&format!("{pad} *"), lines)),
    }
}

/// Returns `line` with doxygen's commands and HTML elements escaped, also inside code. Each of the
/// backslashes before one is escaped as well, so that they escape nothing else.
fn without_commands(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line.chars().peekable();
    let mut backslashes = 0;
    while let Some(next) = rest.next() {
        let names = rest.peek().is_some_and(|it| it.is_ascii_alphabetic());
        let is_command = match next {
            '\\' => false,
            '@' => names || matches!(rest.peek(), Some('{' | '}' | '~')),
            '<' => names || matches!(rest.peek(), Some('/' | '!')),
            '{' | '}' | '~' => backslashes > 0,
            _ => backslashes > 0 && next.is_ascii_alphabetic(),
        };
        if is_command {
            out.extend(std::iter::repeat_n('\\', backslashes));
            if matches!(next, '@' | '<') {
                out.push('\\');
            }
        }
        backslashes = if next == '\\' { backslashes + 1 } else { 0 };
        out.push(next);
    }
    out
}

/// Returns `text` as `//` lines of .proto, or an empty string if it is blank.
#[must_use]
pub fn proto_comment(pad: &str, text: &str) -> String {
    if text.trim().is_empty() { String::new() } else { prefixed(&format!("{pad}//"), &lines(text)) }
}

/// Returns a string literal of .proto.
#[must_use]
pub fn proto_string(text: &str) -> String {
    let mut out = String::from("\"");
    for next in text.chars() {
        match next {
            '"' | '\\' => out.extend(['\\', next]),
            '\n' => out += "\\n",
            '\r' => out += "\\r",
            '\t' => out += "\\t",
            hidden if is_hidden(hidden) => {
                // An octal escape, as a hexadecimal one would include following digits.
                for byte in hidden.encode_utf8(&mut [0; 4]).bytes() {
                    let _ = write!(out, "\\{byte:03o}");
                }
            }
            seen => out.push(seen),
        }
    }
    out + "\""
}

/// Returns `text` for a terminal: line breaks and tabs stay, any other character that can't be seen
/// is an escape such as `\u{1b}`.
#[must_use]
pub fn terminal(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for next in text.chars() {
        match next {
            '\n' | '\t' => out.push(next),
            '\r' => out += "\\r",
            hidden if is_hidden(hidden) => out.extend(hidden.escape_unicode()),
            plain => out.push(plain),
        }
    }
    out
}

/// Returns `text` for a terminal as a part of one line, which it can't end.
#[must_use]
pub fn one_line(text: &str) -> String {
    terminal(text).replace('\n', "\\n").replace('\t', "\\t")
}

/// Returns JSON for a terminal with the same values, in which only line breaks between values are
/// control characters.
#[must_use]
pub fn json(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for next in json.chars() {
        if next != '\n' && is_hidden(next) {
            for unit in next.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(next);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn becomes(text: &str, markdown: &str) {
        let out = super::markdown(text, Brackets::Text);
        assert_eq!(out, markdown, "of {text:?}");
        assert_eq!(super::markdown(&out, Brackets::Text), out, "again");
    }

    #[test]
    fn code_is_text() {
        becomes("```\nrun();\n```", "```text\nrun();\n```");
        becomes("a\n```rust,should_panic\nrun();\n```\nb", "a\n```text\nrun();\n```\nb");
        becomes("~~~rust\nrun();\n~~~~\nb", "```text\nrun();\n```\nb");
        becomes("````\n```\nrun();\n```\n````", "````text\n```\nrun();\n```\n````");
        becomes("```\nrun();", "```text\nrun();\n```");
        becomes("> - 1. ```rust\n> run();\n> ```", "```text\n> run();\n```");
        becomes("- x\n\n      run();\n  y", "- x\n\n```text\n  run();\n```\ny");
        becomes("a\n\n\trun();\n\n\t  b();\n\nc", "a\n\n```text\nrun();\n\n  b();\n```\n\nc");
        becomes("    run();\n", "```text\nrun();\n```");
        becomes("-     run();", "- run();");
        becomes("a\n    run();", "a\nrun();");
        becomes("a\n```", "a");
        becomes("    a\n    `````", "``````text\na\n`````\n``````");
    }

    #[test]
    fn blocks_are_paragraphs() {
        becomes("- a\n  b\n12) c\nd\n\ne", "- a\n  b\n12) c\n    d\n\ne");
        becomes("- - - a\n-\n1.", "- \\- - a\n  \\-\n  1\\.");
        becomes("a\n---\nb\n===", "a\n\\---\nb\n\\===");
        becomes("| a |\n|---|", "\\| a |\n\\|---|");
        becomes("> a\n# b\n:-:", "\\> a\n# b\n\\:-:");
        becomes("*a* **b** _c_ d_e -1 a-b (1)", "*a* **b** _c_ d_e -1 a-b (1)");
    }

    #[test]
    fn links_and_html_are_text() {
        becomes("[a](b) [`C`] [d]: e ![f](g)", "\\[a\\](b) \\[`C`\\] \\[d\\]: e !\\[f\\](g)");
        becomes("<script>x</script> <!-- --> a < b", "\\<script>x\\</script> \\<!-- --> a < b");
        becomes("https://a.b <https://a.b>", "https:\\//a.b \\<https:\\//a.b>");
        becomes("&lt; &#60; a & b", "\\&lt; \\&#60; a & b");
        becomes("`[a] <b>` ``c ` d`` ```e``` `f", "`[a] <b>` ``c ` d`` \\`\\`\\`e\\`\\`\\` \\`f");
        becomes("\\[a] \\`b` c\\", "\\[a\\] \\`b\\` c\\");
        let names = |text| super::markdown(text, Brackets::Names);
        assert_eq!(names("[A.b] [`C`] [d](e) [f]: g [x y]"), "[A.b] [`C`] \\[d\\](e) \\[f\\]: g \\[x y\\]");
    }

    #[test]
    fn nothing_is_hidden() {
        becomes("a\u{202e}b\r\nc\u{0}\u{feff}", "a\u{fffd}b\nc\u{fffd}\u{fffd}");
        assert_eq!(terminal("a\u{1b}[2Jb\u{202e}\u{9b}\r\n\t"), "a\\u{1b}[2Jb\\u{202e}\\u{9b}\\r\n\t");
        assert_eq!(one_line("a\nfix: b\t"), "a\\nfix: b\\t");
        let text = "\u{1b}\u{7f}\u{9b}\u{202e}\u{e0041} a";
        let shown = json(&serde_json::to_string(text).unwrap());
        assert!(shown.is_ascii());
        assert_eq!(serde_json::from_str::<String>(&shown).unwrap(), text);
    }

    #[test]
    fn comments_and_strings_stay_closed() {
        assert_eq!(rust_comment("  ", "a\r#![doc]\n\n*/"), "  /// a\n  /// #!\\[doc\\]\n  ///\n  /// */\n");
        assert_eq!(rust_code("a`\nb"), "`a' b`");
        assert_eq!(rust_string("\"\\\n\u{202e}"), r#""\"\\\n\u{202e}""#);
        assert_eq!(
            dart_comment("  ", "a\r\nb\rc\0\u{202e}  \n\n@docImport 'x';"),
            "  /// a\n  /// b\n  /// c\u{fffd}\u{fffd}\n  ///\n  /// \\@docImport 'x';\n"
        );
        assert_eq!(dart_comment("", "{@youtube x}"), "/// {\\@youtube x}\n");
        assert_eq!(dart_string("it's \\ $x ${y}\n\0\u{202e}ü"), r"'it\'s \\ \$x \${y}\n\u{0}\u{202e}ü'");
        assert_eq!(c_comment("", "*/ /*\\\n??/ *"), "/**\n * * / / *\\\n * ?? / *\n */\n");
        assert_eq!(proto_string("\"\\\u{1}9"), r#""\"\\\0019""#);
    }

    #[test]
    fn doxygen_shows_text() {
        let shows =
            |text: &str, written: &str| assert_eq!(c_comment("", text), format!("/** {written} */\n"));
        shows(r"\include /etc/passwd @htmlonly", r"\\include /etc/passwd \@htmlonly");
        // These are escapes already, and their last characters must not become commands.
        shows(r"\\include \\\include \@image", r"\\\\include \\\\\\include \\\@image");
        shows(r"@{ \} \~english \\{", r"\@{ \\} \\~english \\\\{");
        shows("<img src=x> </b> <!-- a@b.c", r"\<img src=x> \</b> \<!-- a\@b.c");
        shows(r"a < b, 2 @ 3, C:\ \ \. x\", r"a < b, 2 @ 3, C:\ \ \. x\");
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

        /// Checks for any text that the only fences are those of `markdown`, and that no line is
        /// indented as code.
        #[test]
        fn no_code_is_left(text in "(\\PC|[-`~> \\n\\t\\[\\]<\\\\1.):/*+=|&]){0,60}") {
            for brackets in [Brackets::Text, Brackets::Names] {
                let out = markdown(&text, brackets);
                prop_assert_eq!(&markdown(&out, brackets), &out);
                let mut lines = out.lines();
                while let Some(line) = lines.next() {
                    if let Some(fence) = line.strip_suffix("text").filter(|it| it.len() >= 3 && it.bytes().all(|it| it == b'`')) {
                        prop_assert!(lines.any(|line| line == fence));
                        continue;
                    }
                    prop_assert!(Fence::opens(line).is_none(), "{}", out);
                    // An item of a list may be indented as far as its marker.
                    let indent = line.len() - line.trim_start().len();
                    prop_assert!(indent <= 11, "{}", out);
                }
            }
        }
    }
}
