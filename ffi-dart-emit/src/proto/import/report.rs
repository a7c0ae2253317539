//! Positions and comments of the .proto files, and the problems and warnings that name them.

use std::collections::HashMap;

use heck::ToLowerCamelCase;
use prost_reflect::{FieldDescriptor, FileDescriptor};

use super::Importer;
use super::sources::Infos;
use crate::model::Problem;
use crate::proto::check::{self, CRATE, Checked};
use crate::proto::rust::{Body, Part, Source};

/// Position for sorting: file, line, column, and index of the problem.
pub(super) type Place = (String, i32, i32, usize);

/// Lines, columns and comments of one file.
#[derive(Default)]
pub(super) struct Places(HashMap<Vec<i32>, (i32, i32, String)>);

impl Places {
    pub(super) fn new(file: &FileDescriptor, infos: &Infos) -> Self {
        let own = || file.file_descriptor_proto().source_code_info.as_ref();
        let info = infos.get(file.name()).or_else(own);
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
        let new = || Places::new(file, &self.infos);
        let places = self.places.entry(file.name().to_owned()).or_insert_with(new);
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
        let new = || Places::new(file, &self.infos);
        self.places.entry(file.name().to_owned()).or_insert_with(new);
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

    /// Gives other names to what Dart would refuse by its name, and reports the other reasons for
    /// which the Rust source would be refused, at the positions that it comes from.
    pub(super) fn check(&mut self, items: &mut [Source]) {
        let ids: HashMap<_, _> = items.iter().map(check::id).zip(0..).collect();
        // A new name may be taken in turn.
        let mut left = RENAMES;
        let Checked { problems, depth, sizes } = loop {
            let checked = check::check(items);
            let is_last = left == 0 || !self.rename(items, &ids, &checked.problems);
            if is_last {
                break checked;
            }
            left -= 1;
        };
        self.sizes = sizes;
        if depth > check::DEPTH {
            self.warnings.push(format!(
                "messages hold each other {depth} deep, for which rustc needs `#![recursion_limit = \"{}\"]` in the root of the crate",
                2 * depth
            ));
        }
        if problems.is_empty() {
            self.too_large(items);
        }
        for problem in problems {
            self.refused(items, &ids, problem);
        }
    }

    /// Reports the messages in place that are larger than the limit.
    fn too_large(&mut self, items: &[Source]) {
        let limit = self.options.max_message_size.unwrap_or(MAX_MESSAGE_SIZE);
        for item in items {
            let size = self.sizes.get(&item.key()).copied().unwrap_or_default();
            let Some((file, path)) = self.origins.get(&(item.key(), None)).cloned() else { continue };
            if size > limit {
                let what = format!("`{}` has {size} bytes, and the limit is {limit}", item.name);
                let fix = "take smaller bounds, keep it in an arena (without `--bounded` and pools), or raise \
                           `--max-message-size`";
                self.problem(&file, &path, what, fix);
            }
        }
    }

    /// Gives names in Dart to the items of problems that ask for one. Returns false if there are
    /// none, as with names that options gave.
    fn rename(&mut self, items: &mut [Source], ids: &HashMap<String, usize>, problems: &[Problem]) -> bool {
        let mut any = false;
        for problem in problems.iter().filter(|it| it.fix.contains("#[ffi(rename")) {
            let named = Named::of(&problem.item);
            let Some(item) = named.id.and_then(|id| items.get_mut(*ids.get(id)?)) else { continue };
            let key = (item.key(), named.member.map(str::to_owned));
            let is_enum = matches!(item.body, Body::Enum { .. });
            let is_oneof = matches!(item.body, Body::Oneof(_));
            let (name, rename) = match named.member {
                None => {
                    let ending = if is_enum { "Enum" } else { "Message" };
                    (format!("{}{ending}", item.name), &mut item.rename)
                }
                Some(member) => {
                    let same = |part: &&mut Part| part.name.trim_start_matches("r#") == member;
                    let Some(part) = item.body.parts_mut().iter_mut().find(same) else { continue };
                    let ending = match (is_enum, is_oneof) {
                        (true, _) => "Value",
                        (_, true) => "Case",
                        _ => "Field",
                    };
                    (format!("{}{ending}", member.to_lower_camel_case()), &mut part.rename)
                }
            };
            let tries = self.dart_names.entry(key).or_insert(0);
            if rename.is_some() && *tries == 0 {
                continue; // an option gave it
            }
            *tries += 1;
            let number = if *tries > 1 { tries.to_string() } else { String::new() };
            *rename = Some(format!("{name}{number}"));
            any = true;
        }
        any
    }

    /// Reports a problem of the model at the position that its item comes from.
    fn refused(&mut self, items: &[Source], ids: &HashMap<String, usize>, problem: Problem) {
        let Problem { item, what, fix } = problem;
        let named = Named::of(&item);
        let option = match (named.is_enum, named.member) {
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
        let crate_name = format!("{CRATE}::");
        let what = format!("{}: {}", item.replace(&crate_name, ""), what.replace(&crate_name, ""));
        let key = named.id.and_then(|id| Some(items[*ids.get(id)?].key())).unwrap_or_default();
        let keys = [(key.clone(), named.member.map(str::to_owned)), (key, None)];
        match keys.iter().find_map(|key| self.origins.get(key)).cloned() {
            Some((file, path)) => self.problem(&file, &path, what, fix),
            None => {
                let place = (String::new(), 0, 0, self.problems.len());
                self.problems.insert(place, Problem { item: "schema".to_owned(), what, fix });
            }
        }
    }
}

/// Size in bytes that no message in place may have more of, unless the caller says: more than that
/// is hardly ever meant.
const MAX_MESSAGE_SIZE: u64 = 256 << 20;

/// Number of times that names in Dart are chosen again.
const RENAMES: u32 = 8;

/// The item of a problem of the model, as in "enum imported::Mode, variant Off".
struct Named<'a> {
    is_enum: bool,
    /// Id of the type.
    id: Option<&'a str>,
    /// Name of the field, case or variant, if it is one.
    member: Option<&'a str>,
}

impl<'a> Named<'a> {
    fn of(item: &'a str) -> Self {
        let end = |text: &str| text.find(|next: char| !matches!(next, '_' | ':') && !next.is_alphanumeric());
        let start = item.find("::").map(|at| item[..at].rfind(' ').map_or(0, |space| space + 1));
        let (before, behind) = item.split_at(start.unwrap_or(item.len()));
        let (id, rest) = behind.split_at(end(behind).unwrap_or(behind.len()));
        let kinds = [", field ", ", case ", ", variant "];
        let member = kinds.iter().find_map(|kind| rest.strip_prefix(kind));
        let member = member.map(|it| &it[..end(it).unwrap_or(it.len())]);
        Self {
            is_enum: before.ends_with("enum "),
            id: Some(id.trim_end_matches(':')).filter(|id| !id.is_empty()),
            member,
        }
    }
}
