//! Text of JSON objects that Dart reads.

use std::fmt::Write as _;

/// A JSON object under construction.
#[derive(Debug)]
pub(crate) struct Object(String);

impl Object {
    pub(crate) fn new() -> Self {
        Self("{".to_owned())
    }

    fn key(&mut self, key: &str) {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        string(&mut self.0, key);
        self.0.push(':');
    }

    pub(crate) fn text(mut self, key: &str, value: &str) -> Self {
        self.key(key);
        string(&mut self.0, value);
        self
    }

    pub(crate) fn number(mut self, key: &str, value: u64) -> Self {
        self.key(key);
        let _ = write!(self.0, "{value}");
        self
    }

    /// Adds a value that is JSON already.
    pub(crate) fn json(mut self, key: &str, value: &str) -> Self {
        self.key(key);
        self.0.push_str(value);
        self
    }

    pub(crate) fn end(mut self) -> String {
        self.0.push('}');
        self.0
    }
}

/// Returns a JSON array of strings.
pub(crate) fn strings<'a>(values: impl IntoIterator<Item = &'a str>) -> String {
    let values = values.into_iter().map(|value| {
        let mut out = String::new();
        string(&mut out, value);
        out
    });
    array(values)
}

/// Returns a JSON array of values that are JSON already.
pub(crate) fn array(values: impl IntoIterator<Item = String>) -> String {
    let values: Vec<_> = values.into_iter().collect();
    format!("[{}]", values.join(","))
}

/// Returns the start of `text` that fits in `most` bytes.
#[cfg(feature = "production")]
pub(crate) fn cut(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

fn string(out: &mut String, value: &str) {
    out.push('"');
    for char in value.chars() {
        match char {
            '"' | '\\' => out.extend(['\\', char]),
            control if control < ' ' => {
                let _ = write!(out, "\\u{:04x}", u32::from(control));
            }
            char => out.push(char),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped() {
        let object = Object::new().text("a\"b", "line\n\\é").number("n", u64::MAX).json("list", "[1]").end();
        assert_eq!(object, r#"{"a\"b":"line\u000a\\é","n":18446744073709551615,"list":[1]}"#);
        assert_eq!(strings(["x", "\""]), r#"["x","\""]"#);
        assert_eq!(Object::new().end(), "{}");
    }
}
