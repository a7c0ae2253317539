//! `FfiMap<K, V, N>`.

use std::borrow::Borrow;
use std::fmt;
use std::hash::Hash;
use std::iter::FusedIterator;
use std::ops::Index;
use std::slice;

use bytemuck::Zeroable;

use super::buffer::{Buffer, capacity_fits};
use super::keys::{FEW, KeyIndex, KeyTable};
use super::{CapacityError, FfiType, InvalidValue, Itself};
use crate::schema::encode::{Fragment, Piece};
use crate::schema::fingerprint;

/// Up to `N` entries in place: a `u32` length, then memory for `N` entries, each a `repr(C)` struct
/// of key and value.
///
/// It has the methods of [`HashMap`](std::collections::HashMap) that need no allocation, and its
/// keys need the same traits: [`Eq`] and [`Hash`]. It is a list, however: [`get`](Self::get),
/// [`try_insert`](Self::try_insert) and [`remove`](Self::remove) compare one key after the other,
/// which suits dozens of entries, not thousands. For more, [`try_extend`](Self::try_extend) fills a
/// map, [`indexed`](Self::indexed) finds many keys, and `==` compares two maps, each in time linear
/// in the number of entries. New entries come last; when one is removed, the last moves to its
/// place.
///
/// Memory after the length is unused: see [`FfiVec`](super::FfiVec) about its bytes.
///
/// Checking untrusted bytes takes time linear in the number of entries; a map of more than 16
/// allocates 8 to 16 bytes for each while it is checked, to find keys that occur twice.
///
/// # Examples
///
/// ```
/// use ffi_core::{FfiMap, FfiStr};
///
/// let mut stock = FfiMap::<FfiStr<16>, u32, 8>::new();
/// stock.try_insert("apples".parse()?, 5)?;
/// assert_eq!(stock.try_insert("apples".parse()?, 7)?, Some(5));
/// assert_eq!(stock.get("apples"), Some(&7));
/// assert_eq!(stock.get("pears"), None);
/// stock.try_extend([("pears".parse()?, 2), ("plums".parse()?, 40)])?;
/// assert_eq!(stock.values().sum::<u32>(), 49);
/// assert_eq!(stock.remove("apples"), Some(7));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[repr(transparent)]
pub struct FfiMap<K, V, const N: usize>(pub(crate) Buffer<Entry<K, V>, N>);

#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct Entry<K, V> {
    pub(crate) key: K,
    pub(crate) value: V,
}

impl<K: FfiType + Eq + Hash, V: FfiType, const N: usize> FfiMap<K, V, N> {
    /// Returns a map without entries, all of whose bytes are zero.
    #[must_use]
    #[inline]
    pub const fn new() -> Self {
        Self(Buffer::new())
    }

    /// Returns the number of entries.
    #[must_use]
    #[inline]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns the capacity `N`.
    #[must_use]
    #[inline]
    pub const fn capacity(&self) -> usize {
        N
    }

    /// Returns true if there are no entries.
    #[must_use]
    #[inline]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns true if the map is full.
    #[must_use]
    #[inline]
    pub const fn is_full(&self) -> bool {
        self.0.is_full()
    }

    fn position<Q: Eq + ?Sized>(&self, key: &Q) -> Option<usize>
    where
        K: Borrow<Q>,
    {
        self.0.as_slice().iter().position(|entry| entry.key.borrow() == key)
    }

    /// Returns the value of a key.
    #[must_use]
    #[inline]
    pub fn get<Q: Eq + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.position(key).map(|index| &self.0.as_slice()[index].value)
    }

    /// Returns the value of a key.
    #[must_use]
    #[inline]
    pub fn get_mut<Q: Eq + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        self.position(key).map(|index| &mut self.0.as_mut_slice()[index].value)
    }

    /// Returns true if there is an entry of that key.
    #[must_use]
    #[inline]
    pub fn contains_key<Q: Eq + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.position(key).is_some()
    }

    /// Sets the value of a key, and returns the one before. An existing key is not replaced, as in
    /// a `HashMap`.
    ///
    /// # Errors
    ///
    /// Returns an error if the key isn't there and the map is full; the error holds key and value.
    pub fn try_insert(&mut self, key: K, value: V) -> Result<Option<V>, CapacityError<(K, V)>> {
        if let Some(there) = self.get_mut(&key) {
            return Ok(Some(std::mem::replace(there, value)));
        }
        let refused = |error: CapacityError<Entry<K, V>>| {
            let (needed, capacity) = (error.needed(), error.capacity());
            let Entry { key, value } = error.into_value();
            CapacityError::new(needed, capacity, (key, value))
        };
        self.0.push(Entry { key, value }).map(|()| None).map_err(refused)
    }

    /// Removes an entry and returns its value. The last entry moves to its place.
    pub fn remove<Q: Eq + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        self.remove_entry(key).map(|(_, value)| value)
    }

    /// Removes an entry and returns it. The last entry moves to its place.
    pub fn remove_entry<Q: Eq + ?Sized>(&mut self, key: &Q) -> Option<(K, V)>
    where
        K: Borrow<Q>,
    {
        let Entry { key, value } = self.0.swap_remove(self.position(key)?);
        Some((key, value))
    }

    /// Sets the value of each key, as [`Extend`] would, but may run out of capacity.
    ///
    /// It takes time linear in the number of entries: to find the keys of a map of more than 16, it
    /// allocates 8 to 16 bytes for each while it runs.
    ///
    /// # Errors
    ///
    /// Returns an error at the first key that is new when the map is full. The entries before it
    /// have been stored.
    pub fn try_extend(&mut self, entries: impl IntoIterator<Item = (K, V)>) -> Result<(), CapacityError> {
        let mut index = KeyIndex::default();
        entries.into_iter().try_for_each(|(key, value)| {
            match index.find(self.0.as_slice(), |entry| &entry.key, &key) {
                Some(there) => {
                    self.0.as_mut_slice()[there].value = value;
                    Ok(())
                }
                None => self.0.push(Entry { key, value }).map_err(CapacityError::without_value),
            }
        })
    }

    /// Returns the entries with a table of their keys, which finds each in constant time.
    ///
    /// Making the table takes about as long as 16 calls of [`get`](Self::get), and 8 to 16 bytes
    /// for each entry.
    ///
    /// # Examples
    ///
    /// ```
    /// use ffi_core::{FfiMap, FfiMessage, FfiStr};
    ///
    /// #[derive(FfiMessage)]
    /// #[repr(C)]
    /// struct Prices {
    ///     cents: FfiMap<FfiStr<12>, u32, 10_000>,
    /// }
    ///
    /// let mut prices = Prices::new_zeroed_box();
    /// let all = (0..10_000).map(|number| (format!("part {number}").parse().unwrap(), number * 3));
    /// prices.cents.try_extend(all)?;
    ///
    /// let cents = prices.cents.indexed();
    /// let order = ["part 7", "part 9999", "part 40"];
    /// let sum: u32 = order.iter().filter_map(|part| cents.get(*part)).sum();
    /// assert_eq!(sum, 21 + 29_997 + 120);
    /// # Ok::<(), ffi_core::CapacityError>(())
    /// ```
    #[must_use]
    pub fn indexed(&self) -> FfiMapIndex<'_, K, V> {
        let entries = self.0.as_slice();
        let mut table = KeyTable::with_capacity(entries.len());
        for (index, entry) in entries.iter().enumerate() {
            // The keys of a map are distinct.
            if let Err(place) = table.find(&entry.key, |_| false) {
                table.add(place, index);
            }
        }
        FfiMapIndex { entries, table }
    }

    /// Keeps the entries for which `keep` holds, in their order.
    pub fn retain(&mut self, mut keep: impl FnMut(&K, &mut V) -> bool) {
        self.0.retain(|entry| keep(&entry.key, &mut entry.value));
    }

    /// Removes all entries. Their bytes stay.
    #[inline]
    pub const fn clear(&mut self) {
        self.0.truncate(0);
    }

    /// Writes zeros to the memory that isn't used, which may hold bytes of earlier entries.
    pub fn zero_unused(&mut self) {
        self.0.zero_unused();
    }

    /// Returns all keys and their values, in the order of memory.
    #[inline]
    pub fn iter(&self) -> FfiMapIter<'_, K, V> {
        FfiMapIter(self.0.as_slice().iter())
    }

    /// Returns all keys and their values, which may be changed, in the order of memory.
    #[inline]
    pub fn iter_mut(&mut self) -> FfiMapIterMut<'_, K, V> {
        FfiMapIterMut(self.0.as_mut_slice().iter_mut())
    }

    /// Returns all keys, in the order of memory.
    #[inline]
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &K> + DoubleEndedIterator + Clone {
        self.iter().map(|(key, _)| key)
    }

    /// Returns all values, in the order of memory.
    #[inline]
    pub fn values(&self) -> impl ExactSizeIterator<Item = &V> + DoubleEndedIterator + Clone {
        self.iter().map(|(_, value)| value)
    }

    /// Returns all values, which may be changed, in the order of memory.
    #[inline]
    pub fn values_mut(&mut self) -> impl ExactSizeIterator<Item = &mut V> + DoubleEndedIterator {
        self.iter_mut().map(|(_, value)| value)
    }
}

/// A type that can be the key of a map: every [`FfiType`] whose values are compared and hashed.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be the key of an `FfiMap`",
    label = "not a key",
    note = "what can is an integer, a `bool`, an `FfiStr` or `FfiBytes`, or a type with `#[derive(FfiMessage)]` or \
            `#[derive(FfiEnum)]`, and `#[derive(PartialEq, Eq, Hash)]`"
)]
pub trait MapKey: FfiType + Eq + Hash {}

// rustc would report each of the three bounds.
#[diagnostic::do_not_recommend]
impl<K: FfiType + Eq + Hash> MapKey for K {}

// SAFETY: a map of zeros has no entries.
unsafe impl<K, V, const N: usize> Zeroable for FfiMap<K, V, N> {}

// SAFETY: a length and entries in place, all `repr(C)`: no destructor or pointer if key and value
// have none. The check verifies the length and each entry in use, and the others need no value.
unsafe impl<K: MapKey, V: FfiType, const N: usize> FfiType for FfiMap<K, V, N> {
    type Form = Itself;
    const TYPE: Fragment = &[
        Piece::Text("{\"map\":{\"key\":"),
        Piece::Nested(K::TYPE),
        Piece::Text(",\"value\":"),
        Piece::Nested(V::TYPE),
        Piece::Text(",\"cap\":"),
        Piece::Number(N as u64),
        Piece::Text("}}"),
    ];
    const FINGERPRINT: u64 = fingerprint::mix(&[fingerprint::MAP, K::FINGERPRINT, V::FINGERPRINT, N as u64]);
    const ANY_BITS: bool = false;
    const CAPACITIES_FIT: bool = capacity_fits(N) && K::CAPACITIES_FIT && V::CAPACITIES_FIT;
    const SECRET: bool = V::SECRET;
    const ARENA: bool = {
        assert!(
            !K::ARENA && !V::ARENA,
            "an `FfiMap` can't hold what lives in an arena; hint: use an `ArenaMap<K, V>`"
        );
        false
    };

    unsafe fn check(value: *const Self) -> Result<(), InvalidValue> {
        let buffer = value.cast::<Buffer<Entry<K, V>, N>>();
        // SAFETY: a map is laid out as its buffer, which by this function's contract is aligned and
        // initialised, and no thread writes to it.
        let len = unsafe { Buffer::check_len(buffer) }?;
        // SAFETY: aligned and initialised memory of a buffer's size, by this function's contract.
        let first = unsafe { Buffer::items(buffer) };
        for index in 0..len {
            // SAFETY: `index < len <= N`, so the entry lies inside the map.
            let entry = unsafe { first.add(index) };
            // SAFETY: the entry lies inside the map, for which this function's contract holds.
            unsafe { check_entry(entry) }.map_err(|invalid| invalid.at_index(index))?;
        }
        // SAFETY: the first `len` entries have been found valid, and no thread writes to them
        // meanwhile.
        check_keys(unsafe { slice::from_raw_parts(first, len) })
    }
}

impl<K: MapKey, V: FfiType, const N: usize> FfiMap<K, V, N> {
    /// Writes a map to memory of an arena, as `Buffer::store` does.
    ///
    /// # Safety
    ///
    /// `value` is valid, and `place` is writable memory for a map that doesn't overlap it; the
    /// functions write a valid key and a valid value to memory for one.
    pub(crate) unsafe fn store_entries(
        value: *const Self,
        place: *mut Self,
        store_key: unsafe fn(*const K, *mut K),
        store_value: unsafe fn(*const V, *mut V),
    ) {
        // SAFETY: the place is writable, by this function's contract.
        unsafe { place.write_bytes(0, 1) };
        // SAFETY: the value is valid, by this function's contract.
        let entries = unsafe { &*value }.0.as_slice();
        let buffer = place.cast::<Buffer<Entry<K, V>, N>>();
        // SAFETY: a map is laid out as its buffer, so the items are in the place.
        let first = unsafe { buffer.cast::<u8>().add(Buffer::<Entry<K, V>, N>::ITEMS) };
        let first = first.cast::<Entry<K, V>>();
        for (index, entry) in entries.iter().enumerate() {
            // SAFETY: a map has no more entries than its capacity, as does the place.
            let target = unsafe { first.add(index) };
            // SAFETY: the target is memory for an entry, so the key is in it.
            let key = unsafe { &raw mut (*target).key };
            // SAFETY: the key is valid, and its target is memory for one.
            unsafe { store_key(&entry.key, key) };
            // SAFETY: the target is memory for an entry, so the value is in it.
            let value = unsafe { &raw mut (*target).value };
            // SAFETY: the value is valid, and its target is memory for one.
            unsafe { store_value(&entry.value, value) };
        }
        // SAFETY: a buffer begins with its length, a `u32`, and the place is writable.
        unsafe { buffer.cast::<u32>().write(entries.len() as u32) };
    }
}

/// # Safety
///
/// The conditions of [`FfiType::check`].
#[inline]
unsafe fn check_entry<K: FfiType, V: FfiType>(entry: *const Entry<K, V>) -> Result<(), InvalidValue> {
    if !K::ANY_BITS {
        // SAFETY: the key lies inside the entry, which is there by this function's contract.
        let key = unsafe { &raw const (*entry).key };
        // SAFETY: the key lies inside the entry, for which this function's contract holds.
        unsafe { K::check(key) }.map_err(|invalid| invalid.in_field("key"))?;
    }
    if !V::ANY_BITS {
        // SAFETY: the value lies inside the entry, which is there by this function's contract.
        let value = unsafe { &raw const (*entry).value };
        // SAFETY: the value lies inside the entry, for which this function's contract holds.
        unsafe { V::check(value) }.map_err(|invalid| invalid.in_field("value"))?;
    }
    Ok(())
}

/// Refuses keys that occur twice.
fn check_keys<K: Eq + Hash, V>(entries: &[Entry<K, V>]) -> Result<(), InvalidValue> {
    if entries.len() > FEW {
        return check_many_keys(entries);
    }
    for (index, entry) in entries.iter().enumerate() {
        if let Some(earlier) = entries[..index].iter().position(|earlier| earlier.key == entry.key) {
            return Err(same_key(index, earlier));
        }
    }
    Ok(())
}

fn check_many_keys<K: Eq + Hash, V>(entries: &[Entry<K, V>]) -> Result<(), InvalidValue> {
    let mut table = KeyTable::with_capacity(entries.len());
    for (index, entry) in entries.iter().enumerate() {
        match table.find(&entry.key, |earlier| entries[earlier].key == entry.key) {
            Ok(earlier) => return Err(same_key(index, earlier)),
            Err(place) => table.add(place, index),
        }
    }
    Ok(())
}

#[cold]
#[inline(never)]
fn same_key(index: usize, earlier: usize) -> InvalidValue {
    InvalidValue::new(format_args!("its key is that of [{earlier}]")).at_index(index)
}

/// Entries of an [`FfiMap`] with a table of their keys: the result of [`FfiMap::indexed`].
pub struct FfiMapIndex<'a, K, V> {
    entries: &'a [Entry<K, V>],
    table: KeyTable,
}

impl<'a, K: Hash, V> FfiMapIndex<'a, K, V> {
    /// Returns the value of a key.
    #[must_use]
    #[inline]
    pub fn get<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> Option<&'a V>
    where
        K: Borrow<Q>,
    {
        let found = self.table.find(key, |index| self.entries[index].key.borrow() == key);
        found.ok().map(|index| &self.entries[index].value)
    }

    /// Returns true if there is an entry of that key.
    #[must_use]
    #[inline]
    pub fn contains_key<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.get(key).is_some()
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for FfiMapIndex<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(FfiMapIter(self.entries.iter())).finish()
    }
}

/// Iterator over keys and values of an [`FfiMap`], in the order of memory.
pub struct FfiMapIter<'a, K, V>(slice::Iter<'a, Entry<K, V>>);

/// Iterator over keys and mutable values of an [`FfiMap`], in the order of memory.
pub struct FfiMapIterMut<'a, K, V>(slice::IterMut<'a, Entry<K, V>>);

macro_rules! iterate {
    ($Iter:ident, $Value:ty, $borrow:expr) => {
        impl<'a, K, V> Iterator for $Iter<'a, K, V> {
            type Item = (&'a K, $Value);

            #[inline]
            fn next(&mut self) -> Option<Self::Item> {
                self.0.next().map($borrow)
            }

            #[inline]
            fn size_hint(&self) -> (usize, Option<usize>) {
                self.0.size_hint()
            }
        }

        impl<K, V> DoubleEndedIterator for $Iter<'_, K, V> {
            #[inline]
            fn next_back(&mut self) -> Option<Self::Item> {
                self.0.next_back().map($borrow)
            }
        }

        impl<K, V> ExactSizeIterator for $Iter<'_, K, V> {}

        impl<K, V> FusedIterator for $Iter<'_, K, V> {}
    };
}

iterate!(FfiMapIter, &'a V, |entry| (&entry.key, &entry.value));
iterate!(FfiMapIterMut, &'a mut V, |entry| (&entry.key, &mut entry.value));

impl<K, V> Clone for FfiMapIter<'_, K, V> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for FfiMapIter<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for FfiMapIterMut<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        FfiMapIter(self.0.as_slice().iter()).fmt(f)
    }
}

impl<'a, K: FfiType + Eq + Hash, V: FfiType, const N: usize> IntoIterator for &'a FfiMap<K, V, N> {
    type Item = (&'a K, &'a V);
    type IntoIter = FfiMapIter<'a, K, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'a, K: FfiType + Eq + Hash, V: FfiType, const N: usize> IntoIterator for &'a mut FfiMap<K, V, N> {
    type Item = (&'a K, &'a mut V);
    type IntoIter = FfiMapIterMut<'a, K, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}

/// The last of several equal keys counts.
impl<K: FfiType + Eq + Hash, V: FfiType, const N: usize, const M: usize> TryFrom<[(K, V); M]>
    for FfiMap<K, V, N>
{
    type Error = CapacityError;

    fn try_from(entries: [(K, V); M]) -> Result<Self, CapacityError> {
        let mut map = Self::new();
        map.try_extend(entries)?;
        Ok(map)
    }
}

/// Panics if no entry has that key.
impl<K: FfiType + Eq + Hash + Borrow<Q>, Q: Eq + ?Sized, V: FfiType, const N: usize> Index<&Q>
    for FfiMap<K, V, N>
{
    type Output = V;

    #[track_caller]
    fn index(&self, key: &Q) -> &V {
        self.get(key).expect("no entry found for key")
    }
}

impl<K: FfiType + Eq + Hash, V: FfiType, const N: usize> Default for FfiMap<K, V, N> {
    fn default() -> Self {
        Self::new()
    }
}

/// Copies the entries in use; unused memory of the clone is zero.
impl<K: FfiType + Clone, V: FfiType + Clone, const N: usize> Clone for FfiMap<K, V, N> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K: FfiType + Copy, V: FfiType + Copy, const N: usize> Copy for FfiMap<K, V, N> {}

impl<K: FfiType + Eq + Hash + fmt::Debug, V: FfiType + fmt::Debug, const N: usize> fmt::Debug
    for FfiMap<K, V, N>
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}

/// Maps are equal if they have equal entries, in any order. To compare two of more than 16 entries
/// in different orders allocates 8 to 16 bytes for each.
impl<K: FfiType + Eq + Hash, V: FfiType + PartialEq, const N: usize, const M: usize>
    PartialEq<FfiMap<K, V, M>> for FfiMap<K, V, N>
{
    fn eq(&self, other: &FfiMap<K, V, M>) -> bool {
        let (entries, others) = (self.0.as_slice(), other.0.as_slice());
        let mut index = KeyIndex::default();
        entries.len() == others.len()
            && entries.iter().zip(others).all(|(entry, beside)| {
                // Maps that were filled alike have their entries in one order.
                if entry.key == beside.key {
                    return entry.value == beside.value;
                }
                let same = index.find(others, |entry| &entry.key, &entry.key);
                same.is_some_and(|same| others[same].value == entry.value)
            })
    }
}

impl<K: FfiType + Eq + Hash, V: FfiType + Eq, const N: usize> Eq for FfiMap<K, V, N> {}
