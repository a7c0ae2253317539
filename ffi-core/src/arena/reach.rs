//! The types that a root reaches.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::schema::encode::{Fragment, write_pieces};
use crate::schema::fingerprint;

/// Types that a message reaches, also through handles, by their ids.
#[derive(Debug, Default)]
pub struct Reached {
    /// Fingerprints of the messages that live in arenas.
    layouts: BTreeMap<&'static str, u64>,
    /// Records of all types, cut to what their bytes mean.
    records: BTreeMap<&'static str, Fragment>,
}

impl Reached {
    /// Notes a message that lives in arenas; returns true if it is new.
    pub fn enter(&mut self, id: &'static str, fingerprint: u64, record: Fragment) -> bool {
        self.note(id, record) && self.layouts.insert(id, fingerprint).is_none()
    }

    /// Notes any other type; returns true if it is new.
    pub fn note(&mut self, id: &'static str, record: Fragment) -> bool {
        self.records.insert(id, record).is_none()
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
            write_pieces(record, &mut json);
            json += if index + 1 < records.len() { ",\n" } else { "\n" };
        }
        json + "]\n"
    }
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
