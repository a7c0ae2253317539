//! Positions and comments of the .proto files, and the problems and warnings that name them.

use std::collections::HashMap;

use prost_reflect::{FieldDescriptor, FileDescriptor};

use super::Importer;
use crate::model::Problem;
use crate::proto::check::{self, CRATE};
use crate::proto::rust::Source;

/// Position for sorting: file, line, column, and index of the problem.
pub(super) type Place = (String, i32, i32, usize);

/// Lines, columns and comments of one file.
#[derive(Default)]
pub(super) struct Places(HashMap<Vec<i32>, (i32, i32, String)>);

impl Places {
    pub(super) fn new(file: &FileDescriptor) -> Self {
        let info = file.file_descriptor_proto().source_code_info.as_ref();
        let locations = info.map(|info| info.location.as_slice()).unwrap_or_default();
        let mut places = HashMap::new();
        for location in locations {
            let [line, column, ..] = location.span[..] else { continue };
            let lines = location
                .leading_comments()
                .lines()
                .map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end());
            let doc = lines.collect::<Vec<_>>().join("\n").trim_end().to_owned();
            places.entry(location.path.clone()).or_insert((line, column, doc));
        }
        Self(places)
    }
}

impl Importer<'_> {
    pub(super) fn place(&mut self, file: &FileDescriptor, path: &[i32]) -> (i32, i32) {
        let places = self.places.entry(file.name().to_owned()).or_insert_with(|| Places::new(file));
        // An item without a position has that of the item around it.
        let mut path = path;
        loop {
            if let Some((line, column, _)) = places.0.get(path) {
                return (*line, *column);
            }
            let Some((_, outer)) = path.split_last() else { return (0, 0) };
            path = outer;
        }
    }

    pub(super) fn doc(&mut self, file: &FileDescriptor, path: &[i32]) -> String {
        self.places.entry(file.name().to_owned()).or_insert_with(|| Places::new(file));
        let found = self.places[file.name()].0.get(path);
        found.map_or_else(String::new, |(_, _, doc)| doc.clone())
    }

    pub(super) fn problem(
        &mut self,
        file: &FileDescriptor,
        path: &[i32],
        what: impl Into<String>,
        fix: impl Into<String>,
    ) {
        let (line, column) = self.place(file, path);
        let item = format!("{}:{}:{}", file.name(), line + 1, column + 1);
        let problem = Problem { item, what: what.into(), fix: fix.into() };
        if !self.reported.insert((problem.item.clone(), problem.what.clone())) {
            return;
        }
        let place = (file.name().to_owned(), line, column, self.problems.len());
        self.problems.insert(place, problem);
    }

    pub(super) fn field_problem(
        &mut self,
        field: &FieldDescriptor,
        what: impl Into<String>,
        fix: impl Into<String>,
    ) {
        let what = format!("field `{}`: {}", field.full_name(), what.into());
        self.problem(&field.parent_file(), field.path(), what, fix);
    }

    pub(super) fn warning(&mut self, file: &FileDescriptor, path: &[i32], what: &str) {
        let (line, column) = self.place(file, path);
        self.warnings.push(format!("{}:{}:{}: {what}", file.name(), line + 1, column + 1));
    }

    /// Records the position of the member `name` of a type.
    pub(super) fn origin(&mut self, of: &str, name: &str, file: &FileDescriptor, path: &[i32]) {
        let member = Some(name.trim_start_matches("r#").to_owned());
        self.origins.insert((self.names[of].clone(), member), (file.clone(), path.to_vec()));
    }

    /// Reports the reasons for which the Rust source would be refused, at the positions that it
    /// comes from.
    pub(super) fn check(&mut self, items: &[Source]) {
        let (problems, depth) = check::check(items);
        if depth > check::DEPTH {
            self.warnings.push(format!(
                "messages hold each other {depth} deep, for which rustc needs `#![recursion_limit = \"{}\"]` in the root of the crate",
                2 * depth
            ));
        }
        for Problem { item, what, fix } in problems {
            let crate_name = format!("{CRATE}::");
            let word = |text: &str| {
                let end = text.find(|next: char| next != '_' && !next.is_alphanumeric());
                text[..end.unwrap_or(text.len())].to_owned()
            };
            let (before, behind) = item.split_once(&crate_name).unwrap_or((&item, ""));
            let (name, is_enum) = (word(behind), before.ends_with("enum "));
            let kinds = ["field", "case", "variant"];
            let member =
                kinds.iter().find_map(|kind| behind[name.len()..].strip_prefix(&format!(", {kind} ")));
            let member = member.map(word);
            let option = match (is_enum, &member) {
                (true, Some(_)) => "value_",
                (true, None) => "enum_",
                (false, Some(_)) => "field_",
                (false, None) => "",
            };
            let fix = if what.starts_with("it shares the symbol") {
                format!("give one of the two another name in Rust with the option `(ffi.{option}rust_name)`")
            } else if fix.contains("#[ffi(rename") {
                format!("give it another name in Dart with the option `(ffi.{option}dart_name)`")
            } else if fix.contains("rebuild") {
                "mend it in the .proto file".to_owned()
            } else {
                fix
            };
            let what = format!("{}: {}", item.replace(&crate_name, ""), what.replace(&crate_name, ""));
            let keys = [(name.clone(), member), (name, None)];
            match keys.iter().find_map(|key| self.origins.get(key)).cloned() {
                Some((file, path)) => self.problem(&file, &path, what, fix),
                None => {
                    let place = (String::new(), 0, 0, self.problems.len());
                    self.problems.insert(place, Problem { item: "schema".to_owned(), what, fix });
                }
            }
        }
    }
}
