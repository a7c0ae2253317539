//! `ArenaMap<K, V>`.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use bytemuck::Zeroable;

use super::check::ArenaCheck;
use super::copy::copy_field_in;
#[cfg(feature = "serde")]
use super::held::Written;
use super::held::compared_as_views;
use super::memory::ArenaFull;
use super::place::{ArenaPlace, refused};
use super::reach::Reached;
use super::region::ArenaRef;
use super::stored::store_field;
use super::str::ArenaStr;
use super::value::ArenaType;
use super::vec::{ArenaVec, ArenaVecEdit};
use super::view::{ArenaIter, ArenaList};
use super::visit::check_field_in;
use crate::schema::encode::{Fragment, Piece};
use crate::schema::fingerprint;
use crate::types::{FfiStr, FfiType, InvalidValue, Itself};

/// Key of an [`ArenaMap`]: an integer, a `bool`, an enum, an [`ArenaStr`] or an [`FfiStr`].
///
/// A map is sorted; its check relies on the order for distinct keys, and nothing relies on it for
/// memory.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be the key of an `ArenaMap`",
    label = "not a key",
    note = "what can is an integer, a `bool`, a type with `#[derive(FfiEnum)]`, an `ArenaStr` or an `FfiStr`"
)]
pub trait ArenaKey: ArenaType {
    /// Compares two keys of a map.
    fn order(a: Self::View<'_>, b: Self::View<'_>) -> Ordering;

    /// Compares a key of a map to another one.
    fn order_value(key: Self::View<'_>, value: &Self::Value<'_>) -> Ordering;
}

macro_rules! keys {
    ($($Key:ty)*) => {$(
        impl ArenaKey for $Key {
            #[inline]
            fn order(a: $Key, b: $Key) -> Ordering {
                a.cmp(&b)
            }

            #[inline]
            fn order_value(key: $Key, value: &$Key) -> Ordering {
                key.cmp(value)
            }
        }
    )*};
}

keys!(i8 i16 i32 i64 u8 u16 u32 u64 bool);

impl ArenaKey for ArenaStr {
    #[inline]
    fn order(a: &str, b: &str) -> Ordering {
        a.cmp(b)
    }

    #[inline]
    fn order_value(key: &str, value: &&str) -> Ordering {
        key.cmp(value)
    }
}

impl<const N: usize> ArenaKey for FfiStr<N> {
    #[inline]
    fn order(a: &Self, b: &Self) -> Ordering {
        a.as_str().cmp(b)
    }

    #[inline]
    fn order_value(key: &Self, value: &Self) -> Ordering {
        key.as_str().cmp(value)
    }
}

/// An entry of a map.
#[repr(C)]
pub struct ArenaEntry<K, V> {
    pub(crate) key: K,
    pub(crate) value: V,
}

impl<K, V> fmt::Debug for ArenaEntry<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ArenaEntry(..)")
    }
}

impl<K, V> ArenaEntry<K, V> {
    /// Offset of the value in bytes.
    pub(super) const VALUE: usize = std::mem::offset_of!(Self, value);
}

// SAFETY: key and value are `Zeroable`.
unsafe impl<K: Zeroable, V: Zeroable> Zeroable for ArenaEntry<K, V> {}

// SAFETY: `repr(C)`, without destructor or pointer if key and value have none; each is checked.
unsafe impl<K: ArenaKey, V: ArenaType> FfiType for ArenaEntry<K, V> {
    type Form = Itself;
    const TYPE: Fragment = &[
        Piece::Text("{\"key\":"),
        Piece::Nested(K::TYPE),
        Piece::Text(",\"value\":"),
        Piece::Nested(V::TYPE),
        Piece::Text("}"),
    ];
    const FINGERPRINT: u64 = fingerprint::mix(&[K::FINGERPRINT, V::FINGERPRINT]);
    const ANY_BITS: bool = K::ANY_BITS && V::ANY_BITS;
    const ARENA: bool = K::ARENA || V::ARENA;

    unsafe fn check(entry: *const Self) -> Result<(), InvalidValue> {
        // SAFETY: the key is at the start of an entry, which is aligned and initialised, by this
        // function's contract.
        unsafe { K::check(entry.cast()) }.map_err(|invalid| invalid.in_field("key"))?;
        // SAFETY: the value is in the entry's memory.
        let value = unsafe { &raw const (*entry).value };
        // SAFETY: the value is part of the entry, for which this function's contract holds.
        unsafe { V::check(value) }.map_err(|invalid| invalid.in_field("value"))
    }
}

// SAFETY: check and copy cover key and value. What is stored is zeros, then both.
unsafe impl<K: ArenaKey, V: ArenaType> ArenaType for ArenaEntry<K, V> {
    type InArena = Itself;
    type View<'a> = (K::View<'a>, V::View<'a>);
    type Value<'v> = Self;
    type Edit<'a> = ArenaPlace<'a, Self>;
    const IDENTITY: u64 = fingerprint::mix(&[K::IDENTITY, V::IDENTITY]);

    #[inline(always)]
    unsafe fn view<'a>(arena: ArenaRef<'a>, value: &'a Self) -> Self::View<'a> {
        // SAFETY: the key is in the entry, which is in the arena.
        let key = unsafe { K::view(arena, &value.key) };
        // SAFETY: the value is in the entry, which is in the arena.
        (key, unsafe { V::view(arena, &value.value) })
    }

    fn edit(place: ArenaPlace<'_, Self>) -> ArenaPlace<'_, Self> {
        place
    }

    fn put(mut place: ArenaPlace<'_, Self>, value: Self) -> Result<(), ArenaFull> {
        place.store(&value);
        Ok(())
    }

    #[inline(always)]
    unsafe fn check_in(entry: *const Self, check: &mut ArenaCheck<'_>) -> Result<(), InvalidValue> {
        // SAFETY: an entry has a key at its start, and fulfils the contract, as this function's
        // does.
        unsafe { check_field_in::<K>(entry.cast(), 0, "key", check) }?;
        // SAFETY: an entry has a value there, and fulfils the contract, as this function's does.
        unsafe { check_field_in::<V>(entry.cast(), Self::VALUE, "value", check) }
    }

    unsafe fn store(value: *const Self, place: *mut Self) {
        // SAFETY: the place is writable, by this function's contract.
        unsafe { place.write_bytes(0, 1) };
        // SAFETY: both are entries, which have a key at their start.
        unsafe { store_field::<K, _>(value, place, 0) };
        // SAFETY: both are entries, which have a value there.
        unsafe { store_field::<V, _>(value, place, Self::VALUE) };
    }

    unsafe fn copy_in(
        value: &Self,
        mut place: ArenaPlace<'_, Self>,
        from: ArenaRef<'_>,
    ) -> Result<(), ArenaFull> {
        // SAFETY: an entry has a key at its start, and this function's contract holds for it.
        unsafe { copy_field_in(&value.key, 0, &mut place, from) }?;
        // SAFETY: an entry has a value there, and this function's contract holds for it.
        unsafe { copy_field_in(&value.value, Self::VALUE, &mut place, from) }
    }

    fn views_equal(a: Self::View<'_>, b: Self::View<'_>) -> bool {
        K::views_equal(a.0, b.0) && V::views_equal(a.1, b.1)
    }

    fn hash_view<H: Hasher>(view: Self::View<'_>, state: &mut H) {
        K::hash_view(view.0, state);
        V::hash_view(view.1, state);
    }

    #[cfg(feature = "serde")]
    fn serialize_view<S: serde::Serializer>(view: Self::View<'_>, serializer: S) -> Result<S::Ok, S::Error> {
        serde::Serialize::serialize(&(Written::<K>(view.0), Written::<V>(view.1)), serializer)
    }

    fn reach(reached: &mut Reached) {
        K::reach(reached);
        V::reach(reached);
    }
}

/// A map of any size, elsewhere in the arena of its message: a list of entries, sorted by their
/// keys, of which no two are equal. Zeros are the empty map.
///
/// # Examples
///
/// ```
/// use ffi_core::FfiMessage;
/// use ffi_core::arena::{ArenaMap, ArenaStr, FfiArena};
///
/// #[derive(FfiMessage)]
/// #[repr(C)]
/// struct Stock {
///     counts: ArenaMap<ArenaStr, u32>,
/// }
///
/// let mut arena = FfiArena::<Stock>::new();
/// let mut stock = arena.edit();
/// let mut counts = stock.counts(2);
/// counts.insert("pears").set(2);
/// counts.insert("apples").set(5);
/// let counts = arena.root().counts();
/// assert_eq!(counts.get("pears"), Some(2));
/// assert_eq!(counts.iter().next(), Some(("apples", 5)));
/// ```
#[repr(transparent)]
pub struct ArenaMap<K, V>(ArenaVec<ArenaEntry<K, V>>);

impl<K, V> ArenaMap<K, V> {
    /// Handle of the empty map.
    pub const EMPTY: Self = Self(ArenaVec::EMPTY);

    /// Returns the entries.
    ///
    /// # Safety
    ///
    /// It is a handle of that arena.
    #[cfg(feature = "json")]
    pub(crate) unsafe fn entries_in<'a>(&self, arena: ArenaRef<'a>) -> &'a [ArenaEntry<K, V>] {
        // SAFETY: it is a handle of that arena, by this function's contract.
        unsafe { self.0.slice(arena) }
    }
}

// SAFETY: zeros are the empty map.
unsafe impl<K, V> Zeroable for ArenaMap<K, V> {}

// SAFETY: a handle of a list, for which any bits are valid.
unsafe impl<K: ArenaKey, V: ArenaType> FfiType for ArenaMap<K, V> {
    type Form = Itself;
    const TYPE: Fragment = &[
        Piece::Text("{\"arena_map\":{\"key\":"),
        Piece::Nested(K::TYPE),
        Piece::Text(",\"value\":"),
        Piece::Nested(V::TYPE),
        Piece::Text("}}"),
    ];
    const FINGERPRINT: u64 = fingerprint::mix(&[fingerprint::ARENA_MAP, K::IDENTITY, V::IDENTITY]);
    const ANY_BITS: bool = true;
    const ARENA: bool = true;

    #[inline]
    unsafe fn check(_: *const Self) -> Result<(), InvalidValue> {
        Ok(())
    }
}

// SAFETY: it is laid out as its list, whose functions do what the trait asks.
unsafe impl<K: ArenaKey, V: ArenaType> ArenaType for ArenaMap<K, V> {
    type InArena = Itself;
    type View<'a> = ArenaMapView<'a, K, V>;
    /// Nothing but the empty map: entries come from the editor.
    type Value<'v> = Self;
    type Edit<'a> = ArenaMapEdit<'a, K, V>;

    #[inline(always)]
    unsafe fn view<'a>(arena: ArenaRef<'a>, value: &'a Self) -> ArenaMapView<'a, K, V> {
        // SAFETY: it is a handle of that arena, by this function's contract.
        ArenaMapView(unsafe { ArenaVec::view(arena, &value.0) })
    }

    #[inline(always)]
    fn edit(place: ArenaPlace<'_, Self>) -> ArenaMapEdit<'_, K, V> {
        // SAFETY: it is laid out as its list.
        ArenaMapEdit(ArenaVec::edit(unsafe { place.into_part(0) }))
    }

    #[inline(always)]
    fn put(mut place: ArenaPlace<'_, Self>, value: Self) -> Result<(), ArenaFull> {
        place.store(&value);
        Ok(())
    }

    unsafe fn check_in(value: *const Self, check: &mut ArenaCheck<'_>) -> Result<(), InvalidValue> {
        // SAFETY: by this function's contract the handle is aligned and initialised; any bits are
        // one.
        let Self(list) = unsafe { value.read() };
        // SAFETY: the handle is in the arena under check, by this function's contract.
        unsafe { list.check_sorted(check) }
    }

    #[inline(always)]
    unsafe fn store(_: *const Self, place: *mut Self) {
        // SAFETY: the place is aligned and writable, by this function's contract.
        unsafe { place.write(Self::EMPTY) };
    }

    unsafe fn copy_in(
        value: &Self,
        mut place: ArenaPlace<'_, Self>,
        from: ArenaRef<'_>,
    ) -> Result<(), ArenaFull> {
        // SAFETY: it is laid out as its list.
        let list = unsafe { place.part::<ArenaVec<ArenaEntry<K, V>>>(0) };
        // SAFETY: the list is in the arena that is copied, and its bytes were, by this function's
        // contract.
        unsafe { ArenaVec::copy_in(&value.0, list, from) }
    }

    compared_as_views!();

    fn reach(reached: &mut Reached) {
        ArenaEntry::<K, V>::reach(reached);
    }
}

impl<K: ArenaKey, V: ArenaType> ArenaVec<ArenaEntry<K, V>> {
    /// Checks the entries, and that their keys ascend.
    ///
    /// # Safety
    ///
    /// The handle is in the arena under check.
    unsafe fn check_sorted(&self, check: &mut ArenaCheck<'_>) -> Result<(), InvalidValue> {
        // SAFETY: the handle is aligned and initialised, and in the arena under check, by this
        // function's contract.
        unsafe { Self::check_in(self, check) }?;
        // SAFETY: the check has accepted what the handle refers to.
        let entries = unsafe { Self::view(check.arena(), self) };
        let keys = entries.iter().map(|(key, _)| key);
        let pairs = keys.clone().zip(keys.skip(1));
        match pairs.map(|(key, next)| K::order(key, next)).position(Ordering::is_ge) {
            Some(index) => Err(unsorted(index + 1)),
            None => Ok(()),
        }
    }
}

#[cold]
#[inline(never)]
fn unsorted(index: usize) -> InvalidValue {
    InvalidValue::new("its key is not above the one before").at_index(index)
}

/// A map as it is read.
pub struct ArenaMapView<'a, K, V>(ArenaList<'a, ArenaEntry<K, V>>);

impl<K, V> Clone for ArenaMapView<'_, K, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K, V> Copy for ArenaMapView<'_, K, V> {}

impl<'a, K: ArenaKey, V: ArenaType> ArenaMapView<'a, K, V> {
    /// Returns the number of entries.
    #[must_use]
    pub fn len(self) -> usize {
        self.0.len()
    }

    /// Returns true if there are no entries.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// Returns the value of a key. Takes time logarithmic in the number of entries.
    #[must_use]
    pub fn get(self, key: K::Value<'_>) -> Option<V::View<'a>> {
        let index = position(self.0, &key).ok()?;
        self.0.get(index).map(|(_, value)| value)
    }

    /// Returns all entries, in the order of their keys.
    #[must_use]
    pub fn iter(self) -> ArenaIter<'a, ArenaEntry<K, V>> {
        self.0.iter()
    }
}

impl<'a, K: ArenaKey, V: ArenaType> IntoIterator for ArenaMapView<'a, K, V> {
    type Item = (K::View<'a>, V::View<'a>);
    type IntoIter = ArenaIter<'a, ArenaEntry<K, V>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'a, K, V> fmt::Debug for ArenaMapView<'a, K, V>
where
    K: ArenaKey<View<'a>: fmt::Debug>,
    V: ArenaType<View<'a>: fmt::Debug>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<K: ArenaKey, V: ArenaType> PartialEq for ArenaMapView<'_, K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<K: ArenaKey, V: ArenaType> Eq for ArenaMapView<'_, K, V> {}

impl<K: ArenaKey, V: ArenaType> Hash for ArenaMapView<'_, K, V> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

#[cfg(feature = "serde")]
impl<K: ArenaKey, V: ArenaType> serde::Serialize for ArenaMapView<'_, K, V> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter().map(|(key, value)| (Written::<K>(key), Written::<V>(value))))
    }
}

/// Returns the index of a key, or where it would be.
fn position<K: ArenaKey, V: ArenaType>(
    entries: ArenaList<'_, ArenaEntry<K, V>>,
    key: &K::Value<'_>,
) -> Result<usize, usize> {
    let (mut low, mut high) = (0, entries.len());
    while low < high {
        let middle = low + (high - low) / 2;
        let (stored, _) = entries.get(middle).expect("it is below the length");
        match K::order_value(stored, key) {
            Ordering::Less => low = middle + 1,
            Ordering::Equal => return Ok(middle),
            Ordering::Greater => high = middle,
        }
    }
    Err(low)
}

/// Editor of a map.
#[derive(Debug)]
pub struct ArenaMapEdit<'a, K, V>(ArenaVecEdit<'a, ArenaEntry<K, V>>);

impl<K: ArenaKey, V: ArenaType> ArenaMapEdit<'_, K, V> {
    /// Returns the number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns true if there are no entries.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the map as it is read.
    #[must_use]
    pub fn view(&self) -> ArenaMapView<'_, K, V> {
        ArenaMapView(self.0.view())
    }

    /// Makes room for `more` entries, which then are added without moving the map.
    ///
    /// # Panics
    ///
    /// Panics if the arena can't hold them.
    #[track_caller]
    pub fn reserve(&mut self, more: usize) {
        self.0.reserve(more);
    }

    /// Makes room for `more` entries, which then are added without moving the map.
    ///
    /// # Errors
    ///
    /// Returns an error if the arena can't hold them.
    pub fn try_reserve(&mut self, more: usize) -> Result<(), ArenaFull> {
        self.0.try_reserve(more)
    }

    /// Returns the editor of the value of a key, which is zeros if the key is new. Entries behind a
    /// new key move, so it is fastest to insert keys in their order.
    ///
    /// # Panics
    ///
    /// Panics if the arena can't hold it: see [`try_insert`](Self::try_insert).
    #[track_caller]
    pub fn insert(&mut self, key: K::Value<'_>) -> V::Edit<'_> {
        self.try_insert(key).unwrap_or_else(|full| refused(full))
    }

    /// Returns the editor of the value of a key, which is zeros if the key is new.
    ///
    /// # Errors
    ///
    /// Returns an error if the arena can't hold it; then the map is as it was.
    pub fn try_insert(&mut self, key: K::Value<'_>) -> Result<V::Edit<'_>, ArenaFull> {
        self.value(key).map(V::edit)
    }

    /// Returns the place of the value of a key, which is zeros if the key is new.
    pub(super) fn value(&mut self, key: K::Value<'_>) -> Result<ArenaPlace<'_, V>, ArenaFull> {
        let index = match position(self.0.view(), &key) {
            Ok(index) => index,
            Err(index) => {
                let mut entry = self.0.insert_place(index)?;
                // SAFETY: an entry has a key at its start.
                let stored = K::put(unsafe { entry.part::<K>(0) }, key);
                if let Err(full) = stored {
                    self.0.remove(index);
                    return Err(full);
                }
                index
            }
        };
        let entry = self.0.place_of(index).expect("the key is there");
        // SAFETY: an entry has a value there.
        Ok(unsafe { entry.into_part::<V>(ArenaEntry::<K, V>::VALUE) })
    }

    /// Removes an entry; returns true if there was one.
    pub fn remove(&mut self, key: K::Value<'_>) -> bool {
        let found = position(self.0.view(), &key);
        if let Ok(index) = found {
            self.0.remove(index);
        }
        found.is_ok()
    }

    /// Removes all entries.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

impl<K, V> fmt::Debug for ArenaMap<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ArenaMap({:?})", self.0)
    }
}
