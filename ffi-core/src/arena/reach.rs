//! The layouts that a root reaches.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::schema::fingerprint;

/// Messages that handles reach, by their ids, with their fingerprints.
#[derive(Debug, Default)]
pub struct Reached(BTreeMap<&'static str, u64>);

impl Reached {
    /// Notes a message; returns true if it is new.
    pub fn enter(&mut self, id: &'static str, fingerprint: u64) -> bool {
        self.0.insert(id, fingerprint).is_none()
    }

    /// Returns the hash of all of them, in the order of their ids.
    #[must_use]
    pub fn layout(&self) -> u64 {
        let facts: Vec<_> =
            self.0.iter().flat_map(|(id, layout)| [fingerprint::hash_name(id), *layout]).collect();
        fingerprint::mix(&facts)
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
