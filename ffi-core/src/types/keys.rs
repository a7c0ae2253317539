//! Tables that find a key among those of a large map.

use std::hash::{BuildHasher, Hash, RandomState};

/// Largest number of entries for which comparing with each key is faster than hashing.
pub(crate) const FEW: usize = 16;

/// Marks a place without an index. A length is a `u32`, so each index is less.
const FREE: u32 = u32::MAX;

/// An open hash table (linear probing) of the indexes of entries; the keys stay in the map.
///
/// It has 8 to 16 bytes for each entry. The hash is seeded at random, so the writer of untrusted
/// bytes can't aim for collisions.
#[derive(Debug)]
pub(crate) struct KeyTable {
    hashes: RandomState,
    places: Vec<u32>,
}

/// A free place of a table: where the index of a key belongs that the table doesn't have.
#[derive(Debug)]
pub(crate) struct FreePlace(usize);

impl KeyTable {
    /// Returns an empty table for up to `entries` indexes.
    pub(crate) fn with_capacity(entries: usize) -> Self {
        // At most half full, so that searches are short.
        Self { hashes: RandomState::new(), places: vec![FREE; (entries * 2).next_power_of_two()] }
    }

    /// Returns true if the table has room for `entries` indexes in all.
    #[inline]
    pub(crate) fn fits(&self, entries: usize) -> bool {
        entries * 2 <= self.places.len()
    }

    /// Returns the index whose key `is_same`, or the free place that ends the search for it.
    #[inline]
    pub(crate) fn find<K: Hash + ?Sized>(
        &self,
        key: &K,
        is_same: impl Fn(usize) -> bool,
    ) -> Result<usize, FreePlace> {
        let mask = self.places.len() - 1;
        let mut place = self.hashes.hash_one(key) as usize & mask;
        loop {
            match self.places[place] {
                FREE => return Err(FreePlace(place)),
                index if is_same(index as usize) => return Ok(index as usize),
                _ => place = (place + 1) & mask,
            }
        }
    }

    /// Stores the index of the key for which [`find`](Self::find) returned the place.
    #[inline]
    pub(crate) fn add(&mut self, place: FreePlace, index: usize) {
        self.places[place.0] = index as u32;
    }
}

/// Number of searches in a large map after which a table pays: making one takes about as long as
/// comparing with each key so often.
const SCANS: u32 = 16;

/// Index of the keys of a map for many searches, which it learns as the map grows.
///
/// It only finds entries that the map has had since the first search: a map that is searched by an
/// index gets entries at its end, and loses none.
#[derive(Debug, Default)]
pub struct KeyIndex {
    table: Option<KeyTable>,
    /// Number of entries in the table: the first ones of the map.
    known: usize,
    /// Number of searches without a table.
    scans: u32,
}

impl KeyIndex {
    /// Returns the index of the entry whose key, as `key_of` returns it, is `key`.
    pub(crate) fn find<E, K: Eq + Hash>(
        &mut self,
        entries: &[E],
        key_of: impl Fn(&E) -> &K,
        key: &K,
    ) -> Option<usize> {
        if entries.len() <= FEW || self.scans < SCANS {
            self.scans += u32::from(entries.len() > FEW);
            return entries.iter().position(|entry| key_of(entry) == key);
        }
        self.learn(entries, &key_of).find(key, |index| key_of(&entries[index]) == key).ok()
    }

    /// Adds the entries that are new, and returns the table.
    fn learn<E, K: Hash>(&mut self, entries: &[E], key_of: impl Fn(&E) -> &K) -> &KeyTable {
        let table = self.table.take().filter(|table| table.fits(entries.len())).unwrap_or_else(|| {
            self.known = 0;
            // One more than fits: the map grows, and the next table is twice as large.
            KeyTable::with_capacity(entries.len() + 1)
        });
        let table = self.table.insert(table);
        for (index, entry) in entries.iter().enumerate().skip(self.known) {
            // The keys of a map are distinct.
            if let Err(place) = table.find(key_of(entry), |_| false) {
                table.add(place, index);
            }
        }
        self.known = entries.len();
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A key that hashes as all others do.
    #[derive(PartialEq)]
    struct Colliding(u32);

    impl Hash for Colliding {
        fn hash<H: std::hash::Hasher>(&self, _state: &mut H) {}
    }

    #[test]
    fn keys_with_one_hash_are_told_apart() {
        let keys: Vec<_> = (0..100).map(Colliding).collect();
        let mut table = KeyTable::with_capacity(keys.len());
        for (index, key) in keys.iter().enumerate() {
            let place = table.find(key, |it| keys[it] == *key).unwrap_err();
            table.add(place, index);
        }
        for (index, key) in keys.iter().enumerate() {
            assert_eq!(table.find(key, |it| keys[it] == *key).unwrap(), index);
        }
        let absent = Colliding(100);
        assert!(table.find(&absent, |it| keys[it] == absent).is_err());
        assert!(table.fits(keys.len()) && !table.fits(129));
    }
}
