//! Finds the comments of a file.

/// Consecutive lines of one kind of comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Marker of its lines: `///`, `//!` or `//`, and nothing in a text file.
    pub marker: &'static str,
    /// Its lines, without the marker.
    pub lines: Vec<Line>,
}

/// One line of a comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Line number in the file, from 1 on.
    pub number: usize,
    /// Columns of the whole line, code in front of the comment included.
    pub columns: usize,
    /// The text after the marker.
    pub text: String,
    /// True in a code block of Markdown, whose words are code.
    pub code: bool,
}

impl Comment {
    /// Returns true if the comment is documentation.
    #[must_use]
    pub fn is_doc(&self) -> bool {
        self.marker.len() == 3
    }

    /// Returns the text of the comment, one line per line.
    #[must_use]
    pub fn text(&self) -> String {
        let lines: Vec<_> = self.lines.iter().map(|line| &*line.text).collect();
        lines.join("\n")
    }
}

/// Collects lines into comments.
#[derive(Default)]
struct Collector {
    comments: Vec<Comment>,
    /// Line number, and columns before the marker, of the last line if it was a comment only.
    last: Option<(usize, usize)>,
}

impl Collector {
    /// Adds the comment that begins at `start` in a line.
    fn add(&mut self, number: usize, line: &str, start: usize) {
        let text = &line[start..];
        let marker = ["///", "//!"].into_iter().find(|it| text.starts_with(it)).unwrap_or("//");
        let columns = line.chars().count();
        let own_line = line[..start].trim().is_empty();
        let text = text[marker.len()..].strip_prefix(' ').unwrap_or(&text[marker.len()..]).to_owned();
        let line = Line { number, columns, text, code: false };
        let follows = own_line && self.last == Some((number.wrapping_sub(1), start));
        match self.comments.last_mut() {
            Some(comment) if follows && comment.marker == marker => comment.lines.push(line),
            _ => self.comments.push(Comment { marker, lines: vec![line] }),
        }
        self.last = own_line.then_some((number, start));
    }

    fn finish(mut self) -> Vec<Comment> {
        for comment in &mut self.comments {
            if comment.is_doc() {
                mark_code(&mut comment.lines);
            }
        }
        self.comments
    }
}

/// Marks the lines of code blocks, and their fences.
fn mark_code(lines: &mut [Line]) {
    let mut inside = false;
    for line in lines {
        let fence = line.text.trim_start().starts_with("```");
        line.code = inside || fence;
        inside ^= fence;
    }
}

/// Returns the comments of a Rust file. What only looks like one, inside a string, is none.
pub fn of_rust(source: &str) -> Vec<Comment> {
    let mut collector = Collector::default();
    let mut lexer = Lexer::Code;
    for (index, line) in source.lines().enumerate() {
        if let Some(start) = lexer.comment(line) {
            collector.add(index + 1, line, start);
        }
    }
    collector.finish()
}

/// Returns the comments of a file in another language: lines that hold nothing else.
pub fn of_lines(source: &str) -> Vec<Comment> {
    let mut collector = Collector::default();
    for (index, line) in source.lines().enumerate() {
        let start = line.len() - line.trim_start().len();
        if line[start..].starts_with("//") {
            collector.add(index + 1, line, start);
        }
    }
    collector.finish()
}

/// Returns the paragraphs of a Markdown file.
pub fn of_markdown(source: &str) -> Vec<Comment> {
    let mut lines: Vec<_> = source
        .lines()
        .enumerate()
        .map(|(index, line)| Line {
            number: index + 1,
            columns: line.chars().count(),
            text: line.to_owned(),
            code: false,
        })
        .collect();
    mark_code(&mut lines);
    lines
        .split(|line| line.text.trim().is_empty())
        .filter(|lines| !lines.is_empty())
        .map(|lines| Comment { marker: "", lines: lines.to_vec() })
        .collect()
}

/// State of a line's first character, for the literals of Rust that may hold `//`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lexer {
    Code,
    /// Inside `"`, with escapes.
    Text,
    /// Inside a raw string that ends with so many `#`.
    Raw(usize),
    /// Inside so many `/*`.
    Block(usize),
}

impl Lexer {
    /// Reads a line, and returns the position of the comment that ends it.
    fn comment(&mut self, line: &str) -> Option<usize> {
        let bytes = line.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            let rest = &bytes[at..];
            at += match *self {
                Self::Code if rest.starts_with(b"//") => return Some(at),
                Self::Code => self.code(bytes, at),
                Self::Text if rest[0] == b'\\' => 2,
                Self::Text => {
                    if rest[0] == b'"' {
                        *self = Self::Code;
                    }
                    1
                }
                Self::Raw(hashes) => {
                    let ends = rest[0] == b'"' && hashes_at(&rest[1..]) >= hashes;
                    if ends {
                        *self = Self::Code;
                    }
                    1 + if ends { hashes } else { 0 }
                }
                Self::Block(depth) => match rest {
                    [b'*', b'/', ..] => {
                        *self = if depth == 1 { Self::Code } else { Self::Block(depth - 1) };
                        2
                    }
                    [b'/', b'*', ..] => {
                        *self = Self::Block(depth + 1);
                        2
                    }
                    _ => 1,
                },
            };
        }
        None
    }

    /// Reads what begins at `at` in code, and returns its length.
    fn code(&mut self, bytes: &[u8], at: usize) -> usize {
        match &bytes[at..] {
            [b'/', b'*', ..] => {
                *self = Self::Block(1);
                2
            }
            [b'"', ..] => {
                *self = Self::Text;
                1
            }
            [b'r', rest @ ..] if rest.get(hashes_at(rest)) == Some(&b'"') && starts_raw(bytes, at) => {
                *self = Self::Raw(hashes_at(rest));
                2 + hashes_at(rest)
            }
            // A character, if a quote ends it; or else a lifetime.
            [b'\'', b'\\', _, rest @ ..] => {
                3 + rest.iter().position(|byte| *byte == b'\'').map_or(0, |end| end + 1)
            }
            [b'\'', _, b'\'', ..] => 3,
            _ => 1,
        }
    }
}

/// Returns the number of `#` that `bytes` start with.
fn hashes_at(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| **byte == b'#').count()
}

/// Returns true if the `r` at `at` is not the end of a name, but for the prefixes `b` and `c`.
fn starts_raw(bytes: &[u8], at: usize) -> bool {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let name = bytes[..at].iter().rev().take_while(|byte| is_name(byte)).count();
    matches!(&bytes[at - name..at], b"" | b"b" | b"c")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(comments: Vec<Comment>) -> Vec<(&'static str, usize, String)> {
        comments.into_iter().map(|it| (it.marker, it.lines[0].number, it.text())).collect()
    }

    #[test]
    fn comments_of_one_kind_belong_together() {
        let source = "//! Module,\n//! of two lines.\n\n/// Docs.\n// More.\nfn f() {} // End.\n    // In.\n";
        let expected = [
            ("//!", 1, "Module,\nof two lines."),
            ("///", 4, "Docs."),
            ("//", 5, "More."),
            ("//", 6, "End."),
            ("//", 7, "In."),
        ];
        assert_eq!(found(of_rust(source)), expected.map(|(marker, line, text)| (marker, line, text.into())));
    }

    #[test]
    fn literals_hold_no_comments() {
        let source = "let a = \"// a\\\" // b\";\nlet b = r#\"\n// c\"\n\"#; // d\n\
            let c = '\"'; // e\nfn f<'a>() {} // f\nlet d = '\\''; // g\n\
            /* // h\n/* */ */ // i\nlet e = \"\n// j\n\"; // k\nlet for_r = b\"\\\\\"; // l";
        let texts: Vec<_> = of_rust(source).iter().map(Comment::text).collect();
        assert_eq!(texts, ["d", "e", "f", "g", "i", "k", "l"]);
    }

    #[test]
    fn code_blocks_are_marked() {
        let comments = of_rust("/// Docs.\n/// ```\n/// let whether = 1;\n/// ```\n/// More.\n");
        let code: Vec<_> = comments[0].lines.iter().map(|line| line.code).collect();
        assert_eq!(code, [false, true, true, true, false]);
    }
}
