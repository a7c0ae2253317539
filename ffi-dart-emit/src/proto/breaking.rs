//! Compares two versions of .proto files, and says what the changes break.
//!
//! Files, descriptor sets and the exports of libraries are compared in the terms of protobuf: a
//! field is its number, and a type is its full name, without the package if each side has one
//! package. The levels are those of `buf breaking`; `ffi-dart-emit/tests/it/changes.txt` has a
//! verdict of ours and one of buf's for each kind of change, and a reason where they differ.
//!
//! Two readers count. **Backward**: the new schema reads bytes that were written by the old one.
//! **Forward**: programs that have the old schema read bytes that are written by the new one. Only
//! the first decides the level, as for libraries.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use prost_reflect::{
    Cardinality, EnumDescriptor, FieldDescriptor, FileDescriptor, Kind, MessageDescriptor, MethodDescriptor,
    ServiceDescriptor, Syntax,
};

use super::OPTIONS_FILE;
use super::export::exported;
use super::import;
use super::import::Found;
use super::wire::{is_packable, is_packed};
use crate::diff::{Change, Level};
use crate::model::{Model, Problems};

/// Compiled .proto files.
#[derive(Clone, Debug)]
pub struct Files {
    files: Vec<FileDescriptor>,
    /// False for an export, which has no file of its own.
    has_names: bool,
}

impl Files {
    /// Compiles a .proto file, or all in a folder. `include` are the folders to search for imports;
    /// if there are none, that of the file.
    ///
    /// # Errors
    ///
    /// Returns a problem for each mistake in the files.
    pub fn compile(input: &Path, include: &[PathBuf]) -> Result<Self, Problems> {
        let mut files = import::files(input, include)?;
        // The options beside an export are no part of what it is compared with.
        if files.len() > 1 {
            files.retain(|it| !it.name().ends_with(OPTIONS_FILE));
        }
        Ok(Self { files, has_names: true })
    }

    /// Reads a descriptor set.
    ///
    /// # Errors
    ///
    /// Returns a problem if it is none, or is damaged.
    pub fn of_set(set: &Path) -> Result<Self, Problems> {
        Ok(Self { files: import::files_of_set(set)?, has_names: true })
    }

    /// Exports a library, and compiles that.
    ///
    /// # Errors
    ///
    /// Returns a problem for everything in the model that has no name in protobuf.
    pub fn of_model(model: &Model) -> Result<Self, Problems> {
        Ok(Self { files: exported(model)?, has_names: false })
    }
}

/// Returns all changes from `old` to `new`, in the order of their items.
#[must_use]
pub fn diff(old: &Files, new: &Files) -> Vec<Change> {
    let (old, new) = (Side::new(old), Side::new(new));
    let mut diff = Diff { old, new, changes: Vec::new() };
    diff.files();
    diff.messages();
    diff.enums();
    diff.services();
    diff.changes
}

/// One of the two versions.
struct Side<'a> {
    files: &'a Files,
    /// The package whose types are named without it.
    package: String,
    messages: BTreeMap<String, MessageDescriptor>,
    enums: BTreeMap<String, EnumDescriptor>,
    services: BTreeMap<String, ServiceDescriptor>,
}

impl<'a> Side<'a> {
    fn new(files: &'a Files) -> Self {
        let packages: BTreeSet<_> = files.files.iter().map(FileDescriptor::package_name).collect();
        let package = match packages.len() {
            1 => packages.into_iter().next().unwrap_or_default().to_owned(),
            _ => String::new(),
        };
        let mut side = Self {
            files,
            package,
            messages: BTreeMap::new(),
            enums: BTreeMap::new(),
            services: BTreeMap::new(),
        };
        for file in &files.files {
            let mut todo: Vec<_> = file.messages().collect();
            for it in file.enums() {
                side.enums.insert(side.own(it.full_name()), it);
            }
            for it in file.services() {
                side.services.insert(side.own(it.full_name()), it);
            }
            while let Some(it) = todo.pop() {
                for inner in it.child_enums() {
                    side.enums.insert(side.own(inner.full_name()), inner);
                }
                todo.extend(it.child_messages().filter(|inner| !inner.is_map_entry()));
                side.messages.insert(side.own(it.full_name()), it);
            }
        }
        side
    }

    /// Returns the name of a type without the package of this side.
    fn own(&self, full_name: &str) -> String {
        let own = full_name.strip_prefix(&self.package).and_then(|rest| rest.strip_prefix('.'));
        own.unwrap_or(full_name).to_owned()
    }

    /// Returns the name of a field's type.
    fn ty(&self, kind: &Kind) -> String {
        match kind {
            Kind::Message(it) => self.own(it.full_name()),
            Kind::Enum(it) => self.own(it.full_name()),
            scalar => format!("{scalar:?}").to_ascii_lowercase(),
        }
    }
}

/// The number of values that a field has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Count {
    /// One, which is zero if it isn't there.
    Implicit,
    /// One or none.
    Optional,
    /// One, without which bytes are refused.
    Required,
    /// Any number.
    Repeated,
    /// Any number, by keys.
    Map,
}

impl Count {
    fn of(field: &FieldDescriptor) -> Self {
        match field.cardinality() {
            Cardinality::Repeated if field.is_map() => Self::Map,
            Cardinality::Repeated => Self::Repeated,
            Cardinality::Required => Self::Required,
            Cardinality::Optional if field.supports_presence() => Self::Optional,
            Cardinality::Optional => Self::Implicit,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Implicit => "a value",
            Self::Optional => "`optional`",
            Self::Required => "`required`",
            Self::Repeated => "`repeated`",
            Self::Map => "a map",
        }
    }

    fn is_one(self) -> bool {
        !matches!(self, Self::Repeated | Self::Map)
    }
}

/// Group of types whose bytes other types of the group read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoded {
    Varint,
    ZigZag,
    Fixed32,
    Fixed64,
    Float,
    Double,
    Text,
    Bytes,
    Message,
}

fn bytes(kind: &Kind) -> Encoded {
    match kind {
        Kind::Int32 | Kind::Int64 | Kind::Uint32 | Kind::Uint64 | Kind::Bool | Kind::Enum(_) => {
            Encoded::Varint
        }
        Kind::Sint32 | Kind::Sint64 => Encoded::ZigZag,
        Kind::Fixed32 | Kind::Sfixed32 => Encoded::Fixed32,
        Kind::Fixed64 | Kind::Sfixed64 => Encoded::Fixed64,
        Kind::Float => Encoded::Float,
        Kind::Double => Encoded::Double,
        Kind::String => Encoded::Text,
        Kind::Bytes => Encoded::Bytes,
        Kind::Message(_) => Encoded::Message,
    }
}

/// Returns the form of a value in JSON.
fn json(kind: &Kind) -> &'static str {
    match kind {
        Kind::Int32 | Kind::Uint32 | Kind::Sint32 | Kind::Fixed32 | Kind::Sfixed32 => "a number",
        Kind::Int64 | Kind::Uint64 | Kind::Sint64 | Kind::Fixed64 | Kind::Sfixed64 => "a number in quotes",
        Kind::Float | Kind::Double => "a number with a fraction",
        Kind::Bool => "true or false",
        Kind::String => "text",
        Kind::Bytes => "base64",
        Kind::Enum(_) => "a name",
        Kind::Message(_) => "an object",
    }
}

/// Returns the smallest and the largest number of an integer type; `None` for a closed enum, which
/// has only its own.
fn range(kind: &Kind) -> Option<(i128, i128)> {
    Some(match kind {
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => (i32::MIN.into(), i32::MAX.into()),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => (i64::MIN.into(), i64::MAX.into()),
        Kind::Uint32 | Kind::Fixed32 => (0, u32::MAX.into()),
        Kind::Uint64 | Kind::Fixed64 => (0, u64::MAX.into()),
        Kind::Bool => (0, 1),
        Kind::Enum(it) if is_open(it) => (i32::MIN.into(), i32::MAX.into()),
        _ => return None,
    })
}

/// Returns true if fields of an enum keep numbers that it doesn't have.
fn is_open(it: &EnumDescriptor) -> bool {
    it.parent_file().syntax() != Syntax::Proto2
}

/// Returns the reason why not all values of type `from` are read as the same values by type `to`.
fn misread(from: (&Side<'_>, &Kind), to: (&Side<'_>, &Kind)) -> Option<String> {
    let ((from_side, from), (to_side, to)) = (from, to);
    if let (Kind::Message(_), Kind::Message(_)) | (Kind::Enum(_), Kind::Enum(_)) = (from, to) {
        let same = from_side.ty(from) == to_side.ty(to);
        return (!same).then(|| "the bytes are read as those of another type".to_owned());
    }
    match (bytes(from), bytes(to)) {
        (Encoded::Text, Encoded::Bytes) => None,
        (Encoded::Bytes, Encoded::Text) => Some("bytes that are not UTF-8 are refused".to_owned()),
        (Encoded::Message, Encoded::Bytes) => None,
        (Encoded::Bytes, Encoded::Message) => Some("bytes that are no such message are refused".to_owned()),
        (one, other) if one != other => Some("it is encoded in another way".to_owned()),
        _ => match (range(from), range(to)) {
            (Some(_), None) if matches!(to, Kind::Enum(_)) => {
                Some("numbers that are no value are unknown".to_owned())
            }
            (Some((least, most)), Some((new_least, new_most))) => match to {
                Kind::Bool if most > 1 => Some("numbers are read as true".to_owned()),
                _ if most > new_most => Some(format!("numbers above {new_most} are read as others")),
                _ if least < new_least => Some(format!("numbers below {new_least} are read as others")),
                _ => None,
            },
            _ => None,
        },
    }
}

struct Diff<'a> {
    old: Side<'a>,
    new: Side<'a>,
    changes: Vec<Change>,
}

/// Programs that a change breaks.
#[derive(Default)]
struct Breaks {
    wire: Option<String>,
    forward: Option<String>,
    level: Option<Level>,
}

impl Breaks {
    fn wire(why: impl Into<String>) -> Self {
        Self { wire: Some(why.into()), ..Self::default() }
    }

    fn level(level: Level) -> Self {
        Self { level: Some(level), ..Self::default() }
    }
}

const GONE: &str = "nothing decodes the bytes of old ones";

impl Diff<'_> {
    fn add(&mut self, item: impl Into<String>, what: impl Into<String>, breaks: Breaks) {
        let Breaks { wire, forward, level } = breaks;
        let proto = level.max(wire.is_some().then_some(Level::Wire));
        self.changes.push(Change {
            item: item.into(),
            what: what.into(),
            memory: None,
            wire,
            forward,
            proto,
        });
    }

    fn files(&mut self) {
        let (old, new) = (self.old.package.clone(), self.new.package.clone());
        if old != new && self.old.files.has_names && self.new.files.has_names {
            let what = format!("was `{old}`, is `{new}`");
            self.add("package", what, Breaks::level(Level::Package));
        }
        if !self.old.files.has_names || !self.new.files.has_names {
            return;
        }
        let named = |side: &Side<'_>| -> BTreeMap<String, FileDescriptor> {
            side.files.files.iter().map(|it| (it.name().to_owned(), it.clone())).collect()
        };
        let (old, new) = (named(&self.old), named(&self.new));
        // The name of a single file says nothing: it may be a copy.
        let single = old.len() == 1 && new.len() == 1;
        let pairs: Vec<_> = match single {
            true => old.values().cloned().zip(new.values().cloned()).collect(),
            false => old.iter().filter_map(|(name, it)| Some((it.clone(), new.get(name)?.clone()))).collect(),
        };
        for name in old.keys().filter(|name| !single && !new.contains_key(*name)) {
            self.add(format!("file {name}"), "removed", Breaks::level(Level::File));
        }
        for (old, new) in pairs {
            let item = format!("file {}", new.name());
            if old.syntax() != new.syntax() {
                let what = format!("its syntax was {:?}, is {:?}", old.syntax(), new.syntax());
                self.add(&item, what.to_ascii_lowercase(), Breaks::level(Level::Package));
            }
            let [old, new] = [&old, &new].map(|it| options(it.options()));
            for name in old.keys().chain(new.keys()).collect::<BTreeSet<_>>() {
                let [was, is] = [&old, &new].map(|it| it.get(name).map_or("nothing", String::as_str));
                if was != is && name != "deprecated" {
                    let what = format!("its option `{name}` was {was}, is {is}");
                    self.add(&item, what, Breaks::level(Level::Package));
                }
            }
        }
    }

    /// Returns the names that are on both sides; reports those on one side only.
    fn pairs<T>(
        &mut self,
        kind: &str,
        old: &BTreeMap<String, T>,
        new: &BTreeMap<String, T>,
        gone: impl Fn() -> Breaks,
    ) -> Vec<String> {
        for name in old.keys().filter(|name| !new.contains_key(*name)) {
            self.add(format!("{kind} {name}"), "removed", gone());
        }
        for name in new.keys().filter(|name| !old.contains_key(*name)) {
            self.add(format!("{kind} {name}"), "added", Breaks::default());
        }
        old.keys().filter(|name| new.contains_key(*name)).cloned().collect()
    }

    /// Reports a type in another file.
    fn moved(&mut self, item: &str, old: &FileDescriptor, new: &FileDescriptor) {
        let sides = [&self.old, &self.new];
        let several = sides.iter().any(|side| side.files.files.len() > 1);
        if several && sides.iter().all(|side| side.files.has_names) && old.name() != new.name() {
            let what = format!("moved from {} to {}", old.name(), new.name());
            self.add(item, what, Breaks::level(Level::File));
        }
    }

    fn deprecated(&mut self, item: &str, old: bool, new: bool) {
        if old != new {
            let what = if new { "is deprecated now" } else { "is no longer deprecated" };
            self.add(item, what, Breaks::default());
        }
    }
}

impl Diff<'_> {
    fn messages(&mut self) {
        let (old, new) = (self.old.messages.clone(), self.new.messages.clone());
        for name in self.pairs("message", &old, &new, || Breaks::wire(GONE)) {
            let (old, new) = (&old[&name], &new[&name]);
            let item = format!("message {name}");
            self.moved(&item, &old.parent_file(), &new.parent_file());
            let [was, is] = [old, new]
                .map(|it| it.descriptor_proto().options.as_ref().is_some_and(|options| options.deprecated()));
            self.deprecated(&item, was, is);
            for before in old.fields() {
                let field = format!("{item}, field {}", before.name());
                match new.get_field(before.number()) {
                    Some(after) => self.field(&field, &before, &after),
                    None => self.gone(&field, &before, new),
                }
            }
            for field in new.fields().filter(|it| old.get_field(it.number()).is_none()) {
                // One of the same name was reported with its number.
                if old.get_field_by_name(field.name()).is_none() {
                    self.added(&item, &field, old);
                }
            }
            self.oneofs(&item, old, new);
            for range in old.reserved_ranges() {
                let kept = |number: &u32| {
                    new.reserved_ranges().any(|it| it.contains(number)) || new.get_field(*number).is_some()
                };
                // Ranges may have half a billion numbers. The first one that isn't kept is that of
                // the range itself, or comes behind a range or a field of the new ones.
                let behind = new.reserved_ranges().map(|it| it.end);
                let behind = behind.chain(new.fields().map(|it| it.number() + 1));
                let mut starts = [range.start].into_iter().chain(behind.filter(|it| range.contains(it)));
                if starts.any(|number| !kept(&number)) {
                    let what = format!("{} to {} are no longer all reserved", range.start, range.end - 1);
                    self.add(&item, what, Breaks::default());
                }
            }
        }
    }

    fn oneofs(&mut self, item: &str, old: &MessageDescriptor, new: &MessageDescriptor) {
        for oneof in old.oneofs().filter(|it| !it.is_synthetic()) {
            let name = oneof.name();
            if new.oneofs().all(|it| it.name() != name) {
                self.add(format!("{item}, oneof {name}"), "removed", Breaks::level(Level::Package));
            }
        }
    }

    /// Reports a field whose number no other one has.
    fn gone(&mut self, item: &str, old: &FieldDescriptor, new: &MessageDescriptor) {
        let number = old.number();
        if let Some(moved) = new.get_field_by_name(old.name()) {
            let what = format!("its number was {number}, is {}", moved.number());
            let why = format!("old bytes have number {number}, which no field has");
            let forward = Some(format!("new bytes have number {}, which is skipped", moved.number()));
            self.add(item, what, Breaks { forward, ..Breaks::wire(why) });
            return;
        }
        let number_kept = new.reserved_ranges().any(|range| range.contains(&number));
        let name_kept = new.reserved_names().any(|name| name == old.name());
        let mut breaks = match (number_kept, name_kept) {
            (false, _) => Breaks::wire(format!(
                "its value in old bytes is skipped, and number {number} can come to mean something else: keep it \
                 with `reserved {number};`"
            )),
            (true, false) => Breaks::level(Level::WireJson),
            (true, true) => Breaks::level(Level::Package),
        };
        if Count::of(old) == Count::Required {
            breaks.forward = Some("bytes without the field are refused".to_owned());
        }
        self.add(item, "removed", breaks);
    }

    fn added(&mut self, message: &str, new: &FieldDescriptor, old: &MessageDescriptor) {
        let number = new.number();
        let why = if Count::of(new) == Count::Required {
            Some("old bytes, which are without the field, are refused".to_owned())
        } else if old.reserved_ranges().any(|range| range.contains(&number)) {
            Some(format!("its number {number} was reserved: older bytes may have it for something else"))
        } else {
            None
        };
        let breaks = Breaks { wire: why, ..Breaks::default() };
        self.add(format!("{message}, field {}", new.name()), "added", breaks);
    }

    fn field(&mut self, item: &str, old: &FieldDescriptor, new: &FieldDescriptor) {
        if old.name() != new.name() {
            // A number that has come to another field that was there is reported as its.
            if new.parent_message().get_field_by_name(old.name()).is_some() {
                let what = format!("its number {} is that of `{}` now", old.number(), new.name());
                let wire = format!("its values in old bytes are read as those of `{}`", new.name());
                let forward = format!("values of `{}` in new bytes are read as its own", new.name());
                self.add(item, what, Breaks { forward: Some(forward), ..Breaks::wire(wire) });
            } else {
                let what = format!("renamed to `{}`", new.name());
                self.add(item, what, Breaks::level(Level::WireJson));
            }
        } else if old.json_name() != new.json_name() {
            let what = format!("its name in JSON was `{}`, is `{}`", old.json_name(), new.json_name());
            self.add(item, what, Breaks::level(Level::WireJson));
        }
        let [was, is] = [old, new].map(|it| {
            it.field_descriptor_proto().options.as_ref().is_some_and(|options| options.deprecated())
        });
        self.deprecated(item, was, is);
        let (old_count, new_count) = (Count::of(old), Count::of(new));
        if is_packable(old) && is_packable(new) && is_packed(old) != is_packed(new) {
            let what = if is_packed(new) { "is packed now" } else { "is no longer packed" };
            self.add(item, format!("{what}; both forms are read"), Breaks::default());
        }
        if old_count == Count::Map && new_count == Count::Map {
            self.entries(item, old, new);
        } else {
            self.count(item, old_count, new_count, new);
            self.ty(item, &old.kind(), &new.kind());
        }
        self.membership(item, old, new);
        if old.parent_file().syntax() == Syntax::Proto2 && old.default_value() != new.default_value() {
            let breaks = Breaks::wire("a value that is not in the bytes is read as the new one");
            self.add(item, "its default is another", breaks);
        }
        self.bounds(item, old, new);
    }

    fn entries(&mut self, item: &str, old: &FieldDescriptor, new: &FieldDescriptor) {
        let (Kind::Message(old), Kind::Message(new)) = (old.kind(), new.kind()) else { return };
        self.ty(
            &format!("{item}, key"),
            &old.map_entry_key_field().kind(),
            &new.map_entry_key_field().kind(),
        );
        let [old, new] = [old, new].map(|it| it.map_entry_value_field().kind());
        self.ty(&format!("{item}, value"), &old, &new);
    }

    fn count(&mut self, item: &str, old: Count, new: Count, new_field: &FieldDescriptor) {
        if old == new {
            return;
        }
        let mut what = format!("was {}, is {}", old.name(), new.name());
        let mut breaks = Breaks::level(Level::Package);
        const ZERO: &str = "an absent value is read as zero";
        const ABSENT: &str = "bytes without the field are refused";
        match (old, new) {
            (Count::Implicit, Count::Optional) => {
                what += "; a value of zero, which was not written, is read as absent";
                breaks.forward = Some(ZERO.to_owned());
            }
            (Count::Optional, Count::Implicit) => breaks.wire = Some(ZERO.to_owned()),
            (_, Count::Required) => breaks.wire = Some(ABSENT.to_owned()),
            (Count::Required, _) => breaks.forward = Some(ABSENT.to_owned()),
            (old, Count::Repeated) if old.is_one() => {
                breaks.level = Some(Level::WireJson);
                breaks.wire = (old == Count::Implicit).then(|| "a value of zero is read as none".to_owned());
                let why = if is_packed(new_field) {
                    "several numbers share one key, and are skipped"
                } else {
                    "the last one counts"
                };
                breaks.forward = Some(why.to_owned());
            }
            (Count::Repeated, new) if new.is_one() => {
                breaks.wire = Some("of several values the last one counts".to_owned());
            }
            (Count::Map, Count::Repeated) | (Count::Repeated, Count::Map) => {
                breaks.level = Some(Level::WireJson);
            }
            _ => breaks.wire = Some("it is encoded in another way".to_owned()),
        }
        self.add(item, what, breaks);
    }

    fn ty(&mut self, item: &str, old: &Kind, new: &Kind) {
        let is_entry = |kind: &Kind| matches!(kind, Kind::Message(it) if it.is_map_entry());
        let (old_name, new_name) = (self.old.ty(old), self.new.ty(new));
        if old_name == new_name || is_entry(old) || is_entry(new) {
            return;
        }
        let wire = misread((&self.old, old), (&self.new, new));
        let forward = misread((&self.new, new), (&self.old, old));
        let level = if json(old) == json(new) { Level::Package } else { Level::WireJson };
        let what = format!("its type was `{old_name}`, is `{new_name}`");
        self.add(item, what, Breaks { wire, forward, level: Some(level) });
    }

    /// Reports a field that came into a oneof, or left one.
    fn membership(&mut self, item: &str, old: &FieldDescriptor, new: &FieldDescriptor) {
        let of = |field: &FieldDescriptor| field.containing_oneof().filter(|it| !it.is_synthetic());
        let (before, after) = (of(old), of(new));
        let name = |it: &Option<prost_reflect::OneofDescriptor>| it.as_ref().map(|it| it.name().to_owned());
        if name(&before) == name(&after) {
            return;
        }
        // Fields that were not in one oneof can be set together.
        let meets = |own: &FieldDescriptor,
                     oneof: &Option<prost_reflect::OneofDescriptor>,
                     other: &FieldDescriptor| {
            let others = oneof.iter().flat_map(|it| it.fields().collect::<Vec<_>>());
            others.filter(|it| it.number() != own.number()).any(|it| {
                other
                    .parent_message()
                    .get_field(it.number())
                    .is_some_and(|there| of(&there).is_none() || name(&of(&there)) != name(&of(other)))
            })
        };
        let wire = meets(new, &after, old).then(|| "of several that are set the last one counts".to_owned());
        let forward =
            meets(old, &before, new).then(|| "of several that are set the last one counts".to_owned());
        let said = |it: Option<String>| it.map_or("none".to_owned(), |it| format!("`{it}`"));
        let what = format!("its oneof was {}, is {}", said(name(&before)), said(name(&after)));
        self.add(item, what, Breaks { wire, forward, level: Some(Level::Package) });
    }

    /// Reports bounds of ours, which the library of the new schema checks.
    fn bounds(&mut self, item: &str, old: &FieldDescriptor, new: &FieldDescriptor) {
        let (old, new) = (Found::new(&old.options()), Found::new(&new.options()));
        for (name, what) in
            [("max_count", "elements"), ("max_len", "bytes"), ("max_key_len", "bytes in a key")]
        {
            let (was, is) = (old.number(name), new.number(name));
            if was == is {
                continue;
            }
            let said = |it: Option<u64>| it.map_or("none".to_owned(), |it| it.to_string());
            let fewer = |most: Option<u64>, than: Option<u64>| {
                let less = most.is_some_and(|most| than.is_none_or(|than| most < than));
                less.then(|| format!("more {what} than {} are refused", said(most)))
            };
            let breaks = Breaks { wire: fewer(is, was), forward: fewer(was, is), level: None };
            self.add(item, format!("its bound `{name}` was {}, is {}", said(was), said(is)), breaks);
        }
        let refused = || Some("numbers that are no value are refused".to_owned());
        match (old.flag("closed"), new.flag("closed")) {
            (false, true) => {
                let breaks = Breaks { wire: refused(), ..Breaks::default() };
                self.add(item, "its enum is closed now", breaks);
            }
            (true, false) => {
                let breaks = Breaks { forward: refused(), ..Breaks::default() };
                self.add(item, "its enum is no longer closed", breaks);
            }
            _ => {}
        }
    }
}

impl Diff<'_> {
    fn enums(&mut self) {
        let (old, new) = (self.old.enums.clone(), self.new.enums.clone());
        for name in self.pairs("enum", &old, &new, || Breaks::level(Level::Package)) {
            let (old, new) = (&old[&name], &new[&name]);
            let item = format!("enum {name}");
            self.moved(&item, &old.parent_file(), &new.parent_file());
            if is_open(old) != is_open(new) {
                let unknown = || Some("numbers that are no value are unknown".to_owned());
                let (what, breaks) = match is_open(new) {
                    true => ("is open now", Breaks { forward: unknown(), ..Breaks::default() }),
                    false => ("is closed now", Breaks { wire: unknown(), ..Breaks::default() }),
                };
                self.add(&item, what, Breaks { level: Some(Level::Package), ..breaks });
            }
            for value in old.values() {
                let item = format!("{item}, value {}", value.name());
                let number = value.number();
                let now = new.get_value_by_name(value.name());
                if now.as_ref().is_some_and(|it| it.number() == number) {
                    continue;
                }
                if let Some(now) = now {
                    let what = format!("its number was {number}, is {}", now.number());
                    let why = match new.get_value(number) {
                        Some(other) => format!("{number} is read as `{}`", other.name()),
                        None => format!("{number} is unknown"),
                    };
                    let forward = match old.get_value(now.number()) {
                        Some(other) => format!("{} is read as `{}`", now.number(), other.name()),
                        None => format!("{} is unknown", now.number()),
                    };
                    self.add(item, what, Breaks { forward: Some(forward), ..Breaks::wire(why) });
                    continue;
                }
                if let Some(other) = new.get_value(number) {
                    let breaks = Breaks::level(Level::WireJson);
                    self.add(item, format!("renamed to `{}`", other.name()), breaks);
                    continue;
                }
                let number_kept = new.reserved_ranges().any(|range| range.contains(&number));
                let name_kept = new.reserved_names().any(|it| it == value.name());
                let breaks = match (is_open(new) && number_kept, name_kept) {
                    _ if !is_open(new) => {
                        Breaks::wire(format!("{number} is unknown, and its field is read as absent"))
                    }
                    (false, _) => Breaks::wire(format!(
                        "{number} is unknown, and can come to mean something else: keep it with `reserved {number};`"
                    )),
                    (true, false) => Breaks::level(Level::WireJson),
                    (true, true) => Breaks::level(Level::Package),
                };
                self.add(item, "removed", breaks);
            }
            for value in new.values() {
                let known =
                    old.get_value(value.number()).is_some() || old.get_value_by_name(value.name()).is_some();
                if !known {
                    let unknown =
                        || format!("{} is unknown, and its field is read as absent", value.number());
                    let breaks = Breaks { forward: (!is_open(old)).then(unknown), ..Breaks::default() };
                    self.add(format!("{item}, value {}", value.name()), "added", breaks);
                }
            }
        }
    }

    fn services(&mut self) {
        let (old, new) = (self.old.services.clone(), self.new.services.clone());
        for name in self.pairs("service", &old, &new, || Breaks::level(Level::Package)) {
            let (old, new) = (&old[&name], &new[&name]);
            let item = format!("service {name}");
            self.moved(&item, &old.parent_file(), &new.parent_file());
            let methods = |it: &ServiceDescriptor| -> BTreeMap<String, MethodDescriptor> {
                it.methods().map(|it| (it.name().to_owned(), it)).collect()
            };
            let (old, new) = (methods(old), methods(new));
            for method in self.pairs(&format!("{item}, method"), &old, &new, || Breaks::level(Level::Package))
            {
                self.method(&format!("{item}, method {method}"), &old[&method], &new[&method]);
            }
        }
    }

    fn method(&mut self, item: &str, old: &MethodDescriptor, new: &MethodDescriptor) {
        let types = |side: &Side<'_>, it: &MethodDescriptor| {
            [("request", it.input()), ("response", it.output())]
                .map(|(what, it)| (what, side.own(it.full_name())))
        };
        let (olds, news) = (types(&self.old, old), types(&self.new, new));
        for ((what, was), (_, is)) in olds.into_iter().zip(news) {
            if was != is {
                let why = "its bytes are read as those of another type";
                let breaks = Breaks { forward: Some(why.to_owned()), ..Breaks::wire(why) };
                self.add(item, format!("its {what} was `{was}`, is `{is}`"), breaks);
            }
        }
        let streams = |it: &MethodDescriptor| {
            [("requests", it.is_client_streaming()), ("responses", it.is_server_streaming())]
        };
        for ((what, was), (_, is)) in streams(old).into_iter().zip(streams(new)) {
            if was != is {
                let one = |stream: bool| if stream { "a stream" } else { "one message" };
                let why = "a peer waits for another number of messages";
                let breaks = Breaks { forward: Some(why.to_owned()), ..Breaks::wire(why) };
                self.add(item, format!("its {what} were {}, are {}", one(was), one(is)), breaks);
            }
        }
        let level = |it: &MethodDescriptor| {
            it.method_descriptor_proto()
                .options
                .as_ref()
                .map_or(0, |it| it.idempotency_level.unwrap_or_default())
        };
        if level(old) != level(new) {
            self.add(item, "its `idempotency_level` is another", Breaks::level(Level::Package));
        }
    }
}

/// Returns the options of a file that are protobuf's own, as text.
fn options(it: prost_reflect::DynamicMessage) -> BTreeMap<String, String> {
    it.fields().map(|(field, value)| (field.name().to_owned(), value.to_string())).collect()
}
