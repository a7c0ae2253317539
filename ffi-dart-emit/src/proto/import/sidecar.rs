//! Options in files of their own beside the .proto files, in the syntax of nanopb's `.options`:
//!
//! ```text
//! # a full name, or a pattern with `*`, then options
//! acme.fleet.Vehicle.name   max_length:40
//! acme.fleet.*.tags         max_count:8 max_length:16
//! acme.fleet.Vehicle        pool_size:500
//! ```

use std::collections::HashMap;
use std::path::Path;

use prost_reflect::{DynamicMessage, Value};

use super::options::number;
use crate::input;
use crate::model::Problem;

/// The options of all files. What a later line says replaces what an earlier one says.
#[derive(Default)]
pub(super) struct Sidecar {
    /// Lines whose pattern is a full name, by that name.
    exact: HashMap<String, Vec<usize>>,
    /// Lines whose pattern has a `*`.
    patterns: Vec<usize>,
    lines: Vec<Line>,
}

struct Line {
    /// File and number of the line.
    place: String,
    pattern: String,
    options: Vec<(String, String)>,
    used: bool,
}

/// Options for one message or field, as nanopb has them.
#[derive(Default)]
pub(super) struct Said(HashMap<String, String>);

impl Sidecar {
    /// Reads the files.
    pub(super) fn read(files: &[impl AsRef<Path>]) -> Result<Self, Problem> {
        let mut sidecar = Self::default();
        for file in files {
            let file = file.as_ref();
            let problem = |item: String, what: String, fix: &str| Problem { item, what, fix: fix.to_owned() };
            let text = input::text(file).map_err(|error| {
                problem(
                    file.display().to_string(),
                    format!("it can't be read: {error}"),
                    "name a file of options",
                )
            })?;
            for (number, line) in (1..).zip(String::from_utf8_lossy(&text).lines()) {
                let line = line.split(['#']).next().unwrap_or_default();
                let line = line.split("//").next().unwrap_or_default();
                let mut words = line.split_whitespace();
                let Some(pattern) = words.next() else { continue };
                let place = format!("{}:{number}", file.display());
                let options = words.map(|word| match word.split_once(':') {
                    Some((name, value)) if !value.is_empty() => Ok((name.to_owned(), value.to_owned())),
                    _ => {
                        let what = format!("`{}` is no option", word.escape_debug());
                        Err(problem(place.clone(), what, "write `name:value`, without spaces inside"))
                    }
                });
                let options = options.collect::<Result<_, _>>()?;
                let pattern = pattern.trim_start_matches('.').to_owned();
                let at = sidecar.lines.len();
                if pattern.contains('*') {
                    sidecar.patterns.push(at);
                } else {
                    sidecar.exact.entry(pattern.clone()).or_default().push(at);
                }
                sidecar.lines.push(Line { place, pattern, options, used: false });
            }
        }
        Ok(sidecar)
    }

    /// Returns what the files say about a message or field.
    pub(super) fn of(&mut self, full: &str) -> Said {
        let exact = self.exact.get(full).into_iter().flatten().copied();
        let patterns = self.patterns.iter().copied().filter(|at| matches(&self.lines[*at].pattern, full));
        let mut all: Vec<usize> = exact.chain(patterns).collect();
        all.sort_unstable();
        let mut said = HashMap::new();
        for at in all {
            let line = &mut self.lines[at];
            line.used = true;
            said.extend(line.options.iter().cloned());
        }
        Said(said)
    }

    /// Returns a warning for each line that was about nothing, and for options that mean nothing
    /// here.
    pub(super) fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        for Line { place, pattern, options, used } in &self.lines {
            if !used {
                warnings.push(format!("{place}: nothing that is imported is called `{pattern}`"));
            }
            for (name, _) in options.iter().filter(|(name, _)| !READ.contains(&name.as_str())) {
                warnings.push(format!("{place}: the option `{name}` is not read"));
            }
        }
        warnings
    }
}

/// Options that are read.
const READ: [&str; 10] = [
    "max_size",
    "max_length",
    "max_len",
    "max_key_len",
    "max_count",
    "fixed_count",
    "fixed_length",
    "pool_size",
    "simd",
    "columns",
];

impl Said {
    /// Returns what nanopb's own option of a field says: `[(nanopb).max_size = 40]`.
    pub(super) fn of_nanopb(options: &DynamicMessage) -> Option<Self> {
        let mut extensions = options.extensions();
        let (_, value) = extensions.find(|(option, _)| option.full_name() == "nanopb")?;
        let text = |value: &Value| match value {
            Value::Bool(it) => Some(it.to_string()),
            other => number(other).map(|it| it.to_string()),
        };
        let said = value.as_message()?.fields();
        Some(Self(said.filter_map(|(field, value)| Some((field.name().to_owned(), text(value)?))).collect()))
    }

    fn number(&self, name: &str) -> Option<u64> {
        self.0.get(name)?.parse().ok()
    }

    fn flag(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|text| text == "true")
    }

    /// Returns the largest length of a text or of bytes. Nanopb's `max_size` of a text counts the
    /// zero behind it.
    pub(super) fn max_len(&self, is_text: bool) -> Option<u64> {
        let size = self.number("max_size").map(|size| if is_text { size.saturating_sub(1) } else { size });
        self.number("max_len").or_else(|| self.number("max_length")).or(size)
    }

    /// Adds the options of a message or field to those in the .proto file, which they replace.
    pub(super) fn add_to(&self, found: &mut HashMap<String, Value>, is_text: bool) {
        let mut set = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                found.insert(name.to_owned(), value);
            }
        };
        let count = self.number("max_count");
        let max_len = self.max_len(is_text);
        if self.flag("fixed_count") || self.flag("fixed_length") {
            let fixed = if self.flag("fixed_count") { count } else { max_len };
            set("fixed_count", fixed.map(|it| Value::List(vec![Value::U64(it)])));
        }
        set("max_count", count.filter(|_| !self.flag("fixed_count")).map(Value::U64));
        set("max_len", max_len.filter(|_| !self.flag("fixed_length")).map(Value::U64));
        set("max_key_len", self.number("max_key_len").map(Value::U64));
        set("pool_size", self.number("pool_size").map(Value::U64));
        for flag in ["simd", "columns"] {
            set(flag, self.0.get(flag).map(|text| Value::Bool(text == "true")));
        }
    }
}

/// Returns true if `name` is one that the pattern means; a `*` stands for any characters.
fn matches(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else { return false };
    let mut parts: Vec<_> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_stands_for_any_characters() {
        for (pattern, name, is) in [
            ("a.B.c", "a.B.c", true),
            ("a.B.c", "a.B.cd", false),
            ("a.*.c", "a.B.D.c", true),
            ("a.*.c", "a.c", false),
            ("*", "a.B.c", true),
            ("*.name", "a.B.name", true),
            ("a.*B*.c", "a.xBx.c", true),
            ("a*a", "a", false),
        ] {
            assert_eq!(matches(pattern, name), is, "{pattern} {name}");
        }
    }
}
