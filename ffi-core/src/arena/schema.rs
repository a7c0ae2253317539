//! Differences between the layouts of two arenas, by their schemas.
//!
//! A schema is JSON ([`Reached::schema`](super::reach::Reached::schema)) with a line for each type,
//! field, case and variant, so this compares lines and needs no parser. The schema of a file may
//! hold anything: all that happens is that the difference is described badly, or not found.

use std::fmt::Write as _;

/// Largest number of characters that are shown of a name or type from a file.
const SHOWN: usize = 80;

/// Deepest nesting of a type that is shown.
const DEEPEST: u32 = 16;

/// A type of a schema.
struct Shape<'a> {
    /// Line up to the first part.
    head: &'a str,
    /// Lines of the fields, cases or variants.
    parts: Vec<&'a str>,
}

impl<'a> Shape<'a> {
    fn all(schema: &'a str) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        for line in schema.lines() {
            if line.starts_with("{\"kind\":") {
                all.push(Self { head: line, parts: Vec::new() });
            } else if let Some(last) = all.last_mut()
                && line.starts_with("{\"name\":")
            {
                last.parts.push(line);
            }
        }
        all
    }

    fn part(&self, name: &str) -> Option<&'a str> {
        self.parts.iter().copied().find(|part| text(part, "name") == Some(name))
    }
}

/// Returns the first difference between the layout of an arena and that of this library, in words
/// that name type, field and offset.
pub(super) fn first_difference(own: &str, other: &str) -> Option<String> {
    let others = Shape::all(other);
    let own = Shape::all(own);
    let [root, others_root] = [own.first()?, others.first()?].map(|it| text(it.head, "id"));
    if root != others_root {
        let [root, others_root] = [root, others_root].map(|id| shown(id.unwrap_or_default()));
        return Some(format!("the root is `{others_root}` there, and `{root}` here"));
    }
    own.iter().find_map(|shape| {
        let id = text(shape.head, "id")?;
        match others.iter().find(|it| text(it.head, "id") == Some(id)) {
            Some(other) => difference(shape, other),
            None => Some(format!("`{}` is only here", last(id))),
        }
    })
}

/// Returns the first difference between two types of one id.
fn difference(own: &Shape<'_>, other: &Shape<'_>) -> Option<String> {
    let holder = last(text(own.head, "id")?);
    for part in &own.parts {
        let name = text(part, "name")?;
        let Some(there) = other.part(name) else {
            return Some(format!("`{holder}.{name}` is only here: {}", described(part)));
        };
        let [here, there] = [part, there].map(described);
        if here != there {
            return Some(format!("`{holder}.{name}` is {there} there, and {here} here"));
        }
    }
    let more = other.parts.iter().find(|part| text(part, "name").is_none_or(|it| own.part(it).is_none()));
    if let Some(part) = more {
        let name = shown(text(part, "name").unwrap_or_default());
        return Some(format!("`{holder}.{name}` is only there: {}", described(part)));
    }
    let [here, there] = [own, other].map(|it| described(it.head));
    (here != there).then(|| format!("`{holder}` is {there} there, and {here} here"))
}

/// Returns what a line says of a type, field, case or variant, in words.
fn described(line: &str) -> String {
    let mut words = Vec::new();
    if let Some((_, json)) = line.split_once("\"type\":") {
        words.push(format!("`{}`", shown(&ty(json))));
    }
    for (key, word) in [
        ("value", ""),
        ("repr", ""),
        ("size", "of size "),
        ("align", "aligned to "),
        ("payload", "with data at "),
        ("offset", "at offset "),
    ] {
        if let Some(value) = number(line, key).or_else(|| text(line, key)) {
            words.push(format!("{word}{}", shown(value)));
        }
    }
    if words.is_empty() { "without data".to_owned() } else { words.join(" ") }
}

/// Returns the text that a line has for a key.
fn text<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    let (_, value) = line.split_once(&format!("\"{key}\":\""))?;
    value.split('"').next()
}

/// Returns the number that a line has for a key.
fn number<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    // The type of a field has numbers of its own.
    let line = line.split_once("\"type\":").map_or(line, |(before, _)| before);
    let (_, value) = line.split_once(&format!("\"{key}\":"))?;
    let digits = value.find(|it: char| !it.is_ascii_digit() && it != '-').unwrap_or(value.len());
    (digits > 0).then(|| &value[..digits])
}

/// Returns a name without the library that it belongs to.
fn last(id: &str) -> &str {
    id.rsplit("::").next().unwrap_or(id)
}

/// Returns text from a file so that it can be shown.
fn shown(text: &str) -> String {
    let mut shown: String = text.chars().take(SHOWN).flat_map(char::escape_debug).collect();
    if text.chars().nth(SHOWN).is_some() {
        shown += "..";
    }
    shown
}

/// Returns a type as Rust has it.
fn ty(json: &str) -> String {
    let mut rust = String::new();
    Type { rest: json }.write(&mut rust, DEEPEST);
    rust
}

/// JSON of a type, of which the rest has not been read.
struct Type<'a> {
    rest: &'a str,
}

impl<'a> Type<'a> {
    /// Reads over a character, if it is the next one.
    fn eat(&mut self, char: char) -> bool {
        let rest = self.rest.strip_prefix(char);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// Reads text without escapes.
    fn string(&mut self) -> Option<&'a str> {
        let (text, rest) = self.rest.strip_prefix('"')?.split_once('"')?;
        self.rest = rest;
        Some(text)
    }

    /// Writes the next value as Rust has it: `"f32"` as it is, `{"vec":{"of":"f32","cap":8}}` as
    /// `FfiVec<f32, 8>`.
    fn write(&mut self, out: &mut String, depth: u32) {
        if let Some(text) = self.string() {
            *out += last(text);
        } else if depth > 0 && self.eat('{') {
            if let Some(kind) = self.string()
                && self.eat(':')
            {
                self.named(kind, out, depth);
            }
            self.eat('}');
        } else {
            let end = self.rest.find(|it: char| !it.is_ascii_digit()).unwrap_or(self.rest.len());
            let (digits, rest) = self.rest.split_at(end);
            *out += digits;
            self.rest = rest;
        }
    }

    /// Writes the type of a kind, whose arguments are the next value.
    fn named(&mut self, kind: &str, out: &mut String, depth: u32) {
        let name = match kind {
            "message" | "enum" | "oneof" | "newtype" | "logical" => return self.write(out, depth - 1),
            "str" => "FfiStr",
            "bytes" => "FfiBytes",
            "vec" => "FfiVec",
            "option" => "FfiOption",
            "map" => "FfiMap",
            "open" => "FfiOpen",
            "arena_str" => "ArenaStr",
            "arena_bytes" => "ArenaBytes",
            "arena_vec" => "ArenaVec",
            "arena_map" => "ArenaMap",
            "arena_box" => "ArenaBox",
            other => other,
        };
        let [open, separator, close] = if kind == "array" { ["[", "; ", "]"] } else { ["<", ", ", ">"] };
        if kind != "array" {
            *out += name;
        }
        if !self.eat('{') {
            *out += open;
            self.write(out, depth - 1);
            *out += close;
            return;
        }
        let mut count = 0;
        while let Some(_key) = self.string()
            && self.eat(':')
        {
            let _ = write!(out, "{}", if count == 0 { open } else { separator });
            self.write(out, depth - 1);
            self.eat(',');
            count += 1;
        }
        if count > 0 {
            *out += close;
        }
        self.eat('}');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SET: &str = "{\"kind\":\"message\",\"id\":\"lib::Set\",\"name\":\"Set\",\"size\":24,\"align\":8,\"fields\":[\n\
        {\"name\":\"id\",\"tag\":1,\"offset\":0,\"type\":\"u64\"},\n\
        {\"name\":\"rows\",\"tag\":2,\"offset\":8,\"type\":{\"arena_vec\":{\"of\":{\"message\":\"lib::Row\"}}}},\n\
        {\"name\":\"code\",\"tag\":3,\"offset\":16,\"type\":{\"str\":{\"cap\":4}}}\n]}";

    fn compared(change: (&str, &str)) -> Option<String> {
        let other = SET.replace(change.0, change.1);
        assert_ne!(other, SET);
        first_difference(SET, &other)
    }

    #[test]
    fn each_difference_is_named() {
        assert_eq!(first_difference(SET, SET), None);
        for (change, difference) in [
            (("\"u64\"", "\"f32\""), "`Set.id` is `f32` at offset 0 there, and `u64` at offset 0 here"),
            (
                ("\"offset\":8", "\"offset\":12"),
                "`Set.rows` is `ArenaVec<Row>` at offset 12 there, and `ArenaVec<Row>` at offset 8 here",
            ),
            (
                ("{\"str\":{\"cap\":4}}", "{\"array\":{\"of\":{\"option\":{\"of\":\"u8\"}},\"len\":3}}"),
                "`Set.code` is `[FfiOption<u8>; 3]` at offset 16 there, and `FfiStr<4>` at offset 16 here",
            ),
            (("\"id\",\"tag\"", "\"ident\",\"tag\""), "`Set.id` is only here: `u64` at offset 0"),
            (
                ("\n]}", ",\n{\"name\":\"more\",\"tag\":4,\"offset\":20,\"type\":\"u8\"}\n]}"),
                "`Set.more` is only there: `u8` at offset 20",
            ),
            (
                ("\"size\":24", "\"size\":32"),
                "`Set` is of size 32 aligned to 8 there, and of size 24 aligned to 8 here",
            ),
            (("lib::Set", "other::Set"), "the root is `other::Set` there, and `lib::Set` here"),
        ] {
            assert_eq!(compared(change).as_deref(), Some(difference));
        }
        let more = format!(
            "{SET},\n{{\"kind\":\"enum\",\"id\":\"lib::Row\",\"name\":\"Row\",\"repr\":\"u8\",\"variants\":[\n]}}"
        );
        assert_eq!(first_difference(&more, SET).as_deref(), Some("`Row` is only here"));
        let wider = more.replace("\"u8\",\"var", "\"i16\",\"var");
        assert_eq!(first_difference(&more, &wider).as_deref(), Some("`Row` is i16 there, and u8 here"));
    }

    #[test]
    fn text_that_is_no_schema_is_compared_without_harm() {
        let deep = format!("\"type\":{}", "{\"vec\":{\"of\":".repeat(100_000));
        let control = "\"type\":\"\u{1b}[2J\"".to_owned();
        let long = format!("\"type\":\"{}\"", "x".repeat(10_000));
        for damaged in [
            "",
            "\"type\":",
            "\"type\":{",
            "\"type\":{\"vec\"",
            "\"type\":\"",
            "\"type\":{}",
            &deep,
            &control,
            &long,
        ] {
            let other = SET.replace("\"type\":\"u64\"", damaged);
            let text = first_difference(SET, &other).unwrap();
            assert!(text.len() < 400 && !text.contains('\u{1b}'), "{text}");
        }
        for end in 0..SET.len() {
            first_difference(SET, &SET[..end]);
        }
        assert_eq!(first_difference(SET, "nonsense"), None);
    }
}
