//! The types that a root reaches.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::OnceLock;

use crate::message::Derived;
use crate::schema::encode::{Fragment, Piece, write_pieces};
use crate::schema::fingerprint;
use crate::types::FfiType;

/// Types that a message reaches, also through handles, by their ids.
#[derive(Debug, Default)]
pub struct Reached {
    /// Fingerprints of the messages that live in arenas.
    layouts: BTreeMap<&'static str, u64>,
    /// Records of all types, cut to what their bytes mean.
    records: BTreeMap<&'static str, String>,
}

impl Reached {
    /// Notes a message that lives in arenas; returns true if it is new.
    pub fn enter(&mut self, id: &'static str, fingerprint: u64, record: Fragment) -> bool {
        self.note(id, record) && self.layouts.insert(id, fingerprint).is_none()
    }

    /// Notes any other type; returns true if it is new.
    pub fn note(&mut self, id: &'static str, record: Fragment) -> bool {
        self.note_json(id, |json| write_pieces(record, json))
    }

    /// Notes a message, whether it lives in arenas or not; returns true if it is new.
    pub fn note_message<T: Derived + FfiType>(&mut self) -> bool {
        let id = T::ABOUT.id;
        self.note_json(id, write_message::<T>)
            && (!T::ABOUT.in_arena || self.layouts.insert(id, T::FINGERPRINT).is_none())
    }

    fn note_json(&mut self, id: &'static str, write: impl FnOnce(&mut String)) -> bool {
        let Entry::Vacant(record) = self.records.entry(id) else { return false };
        write(record.insert(String::new()));
        true
    }

    /// Returns the hash of the layouts of all messages that live in arenas, in the order of their
    /// ids. They include those of the other types.
    #[must_use]
    pub fn layout(&self) -> u64 {
        let facts: Vec<_> =
            self.layouts.iter().flat_map(|(id, layout)| [fingerprint::hash_name(id), *layout]).collect();
        fingerprint::mix(&facts)
    }

    /// Returns the records as JSON, that of the root first, then in the order of their ids. Each is
    /// a line, and so is each of its fields, cases or variants.
    #[must_use]
    pub fn schema(&self, root: &str) -> String {
        let others = self.records.iter().filter(|(id, _)| **id != root).map(|(_, record)| record);
        let records: Vec<_> = self.records.get(root).into_iter().chain(others).collect();
        let mut json = "[\n".to_owned();
        for (index, record) in records.iter().enumerate() {
            json += record;
            json += if index + 1 < records.len() { ",\n" } else { "\n" };
        }
        json + "]\n"
    }
}

/// Writes the record of a message, cut to what its bytes mean. `schema.rs` compares records by
/// lines, so each field is one.
fn write_message<T: Derived + FfiType>(json: &mut String) {
    let (about, parts) = (T::ABOUT, T::PARTS);
    let head = [
        Piece::Text("{\"kind\":\"message\",\"id\":\""),
        Piece::Text(about.id),
        Piece::Text("\",\"name\":\""),
        Piece::Text(about.name),
        Piece::Text("\",\"size\":"),
        Piece::size(size_of::<T>()),
        Piece::Text(",\"align\":"),
        Piece::size(align_of::<T>()),
        Piece::Text(",\"fingerprint\":"),
        Piece::Fingerprint(T::FINGERPRINT),
        Piece::Text(if about.in_arena { ",\"in_arena\":true,\"fields\":[\n" } else { ",\"fields\":[\n" }),
    ];
    write_pieces(&head, json);
    for (index, member) in about.members.iter().enumerate() {
        let field = [
            Piece::Text(if index > 0 { ",\n{\"name\":\"" } else { "{\"name\":\"" }),
            Piece::Text(member.name),
            Piece::Text("\",\"tag\":"),
            Piece::Number(member.number.into()),
            Piece::Text(",\"offset\":"),
            Piece::Field(member.offset, parts.get(index).ty),
            Piece::Text("}"),
        ];
        write_pieces(&field, json);
    }
    json.push_str("\n]}");
}

/// Returns the hash of the layouts that a root reaches, as its function notes them; it is computed
/// once.
pub fn message_layout(once: &OnceLock<u64>, reach: fn(&mut Reached)) -> u64 {
    *once.get_or_init(|| {
        let mut reached = Reached::default();
        reach(&mut reached);
        reached.layout()
    })
}
