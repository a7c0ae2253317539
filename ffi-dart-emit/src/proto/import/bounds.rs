//! Bounds of fields: from options of the .proto file, from files beside it, from rules of
//! validation, and from defaults.

use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, Value};

use super::Importer;
use super::forms::Form;
use super::options::{Found, number};
use super::sidecar::Said;
use crate::proto::shape::{Bounds, Declared, Plain};
use ffi_core::schema::read::Type;

/// Bounds of what has none, in messages of fixed size. Those that aren't given are `all`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Defaults {
    /// Bound of everything that has none of its own here.
    pub all: Option<u32>,
    /// Bytes of a text.
    pub text: Option<u32>,
    /// Bytes of a `bytes` field.
    pub bytes: Option<u32>,
    /// Elements of a list.
    pub list: Option<u32>,
    /// Entries of a map.
    pub map: Option<u32>,
    /// Elements of a list of references.
    pub references: Option<u32>,
}

impl Importer<'_> {
    /// Returns the options of a message, with those of files beside the .proto file.
    pub(super) fn message_options(&mut self, it: &MessageDescriptor) -> Found {
        let mut found = Found::new(&it.options());
        self.sidecar.of(it.full_name()).add_to(&mut found.0, false);
        found
    }

    /// Returns the options of a field, with those of files beside the .proto file.
    pub(super) fn field_options(&mut self, field: &FieldDescriptor) -> Found {
        let options = field.options();
        let mut found = Found::new(&options);
        let is_text = |kind: Kind| matches!(kind, Kind::String);
        if let Some(said) = Said::of_nanopb(&options) {
            said.add_to(&mut found.0, is_text(super::types::element(field)));
        }
        for (names, ours) in [(&LENGTHS[..], "max_len"), (&COUNTS[..], "max_count")] {
            let said = names.iter().find_map(|name| found.number(name));
            if let Some(bound) = said.filter(|_| !found.0.contains_key(ours)) {
                found.0.insert(ours.to_owned(), Value::U64(bound));
            }
        }
        let said = self.sidecar.of(field.full_name());
        said.add_to(&mut found.0, is_text(super::types::element(field)));
        // Nanopb names the parts of a map's entry.
        if let Kind::Message(entry) = field.kind()
            && field.is_map()
        {
            let (key, value) = (entry.map_entry_key_field(), entry.map_entry_value_field());
            let of_key = self.sidecar.of(key.full_name()).max_len(is_text(key.kind()));
            let of_value = self.sidecar.of(value.full_name()).max_len(is_text(value.kind()));
            for (name, bound) in [("max_key_len", of_key), ("max_len", of_value)] {
                if let Some(bound) = bound {
                    found.0.insert(name.to_owned(), Value::U64(bound));
                }
            }
        }
        found
    }

    /// Warns of options of a field that look like bounds, and aren't read.
    pub(super) fn unread_bounds(&mut self, field: &FieldDescriptor) {
        let options = field.options();
        let read = |name: &str| BOUNDS.iter().chain(&LENGTHS).chain(&COUNTS).any(|it| *it == name);
        let is_bound = |name: &str| {
            let name = name.to_ascii_lowercase();
            let of = ["len", "size", "count", "items", "bytes", "elements", "pairs", "entries"];
            name.contains("max") && of.iter().any(|it| name.contains(it)) && !read(&name)
        };
        let mut unread: Vec<_> = options
            .extensions()
            .filter(|(option, value)| is_bound(option.name()) && number(value).is_some())
            .map(|(option, _)| option.full_name().to_owned())
            .collect();
        unread.sort();
        for name in unread {
            let what = format!(
                "the option `({name})` of `{}` is not read: a bound is `(ffi.max_len)`, `(ffi.max_count)` or in a file of \
                 `--options`",
                field.full_name()
            );
            self.warning(&field.parent_file(), field.path(), &what);
        }
    }

    /// Returns the bounds of a field: its own, and in a message of fixed size also those of rules
    /// and defaults.
    pub(super) fn bounds(&self, field: &FieldDescriptor, found: &Found, declared: &Declared) -> Bounds {
        let mut bounds = Bounds {
            max_count: found.number("max_count"),
            max_len: found.number("max_len"),
            max_key_len: found.number("max_key_len"),
            fixed_count: found.numbers("fixed_count"),
            closed: found.flag("closed"),
        };
        let one = matches!(declared, Declared::One(_) | Declared::Optional(_));
        if one && bounds.max_len.is_none() {
            // Otherwise one name is enough for both bounds.
            bounds.max_len = bounds.max_count;
        }
        if self.form(field.parent_message()) == Form::Arena || !bounds.fixed_count.is_empty() {
            return bounds;
        }
        let rules = Rules::of(field);
        let Defaults { all, text, bytes, list, map, references } = self.options.defaults;
        let or_all = |bound: Option<u32>| bound.or(all).map(u64::from);
        let of_elements = |plain: &Plain| match plain {
            Plain::Bytes => or_all(bytes),
            _ => or_all(text),
        };
        let (count, element) = match declared {
            Declared::One(plain) | Declared::Optional(plain) => (None, plain),
            Declared::Many(plain @ Plain::Other(Type::Ref(_))) => (or_all(references), plain),
            Declared::Many(plain) => (or_all(list), plain),
            Declared::Map(_, plain) => (or_all(map), plain),
        };
        bounds.max_count = bounds.max_count.or(rules.count).or(count);
        bounds.max_len = bounds.max_len.or(rules.len).or(of_elements(element));
        bounds.max_key_len = bounds.max_key_len.or(rules.key_len).or(or_all(text));
        bounds
    }
}

/// Names of options of other teams, in any package, for a number of bytes.
const LENGTHS: [&str; 4] = ["max_length", "max_bytes", "max_byte_length", "max_size"];

/// The same for a number of elements.
const COUNTS: [&str; 4] = ["max_items", "max_elements", "max_pairs", "max_entries"];

/// Our own.
const BOUNDS: [&str; 3] = ["max_len", "max_count", "max_key_len"];

/// Bounds in rules of `buf.validate` or `validate`, its predecessor.
#[derive(Default)]
struct Rules {
    count: Option<u64>,
    len: Option<u64>,
    key_len: Option<u64>,
}

/// Largest number of bytes of a character in UTF-8.
const CHARACTER: u64 = 4;

impl Rules {
    fn of(field: &FieldDescriptor) -> Self {
        let Some(rules) = rules_of(field) else { return Self::default() };
        match (inner(&rules, "repeated"), inner(&rules, "map")) {
            (Some(list), _) => {
                let len = inner(&list, "items").and_then(|items| length(&items));
                Self { count: bound(&list, "max_items"), len, key_len: None }
            }
            (None, Some(map)) => Self {
                count: bound(&map, "max_pairs"),
                len: inner(&map, "values").and_then(|values| length(&values)),
                key_len: inner(&map, "keys").and_then(|keys| length(&keys)),
            },
            (None, None) => Self { len: length(&rules), ..Self::default() },
        }
    }
}

/// Returns the rules of `buf.validate` or `validate` of a field, if there are some.
pub(super) fn rules_of(field: &FieldDescriptor) -> Option<DynamicMessage> {
    let options = field.options();
    let mut rules = options
        .extensions()
        .filter(|(option, _)| matches!(option.full_name(), "buf.validate.field" | "validate.rules"));
    rules.next()?.1.as_message().cloned()
}

/// Returns the largest number of bytes that rules of one value allow.
fn length(rules: &DynamicMessage) -> Option<u64> {
    if let Some(bytes) = inner(rules, "bytes") {
        return bound(&bytes, "max_len").or(bound(&bytes, "len"));
    }
    let text = inner(rules, "string")?;
    let characters = bound(&text, "max_len").or(bound(&text, "len"));
    let bytes = bound(&text, "max_bytes").or(bound(&text, "len_bytes"));
    bytes.or(characters.map(|count| count.saturating_mul(CHARACTER)))
}

pub(super) fn inner(rules: &DynamicMessage, name: &str) -> Option<DynamicMessage> {
    rules.has_field_by_name(name).then(|| rules.get_field_by_name(name)?.as_message().cloned())?
}

pub(super) fn bound(rules: &DynamicMessage, name: &str) -> Option<u64> {
    rules.has_field_by_name(name).then(|| number(&*rules.get_field_by_name(name)?))?
}
