//! `FfiArenaFrom`: from ordinary values into an arena, and back.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, Hash};
use std::marker::PhantomData;

use super::boxed::ArenaBox;
use super::bytes::ArenaBytes;
use super::map::{ArenaKey, ArenaMap};
use super::memory::ArenaFull;
use super::owner::FfiArena;
use super::place::{ArenaPlace, refused};
use super::str::ArenaStr;
use super::value::{ArenaMessage, ArenaType};
use super::vec::ArenaVec;
use crate::scalars::for_each_number;
use crate::types::FfiOption;

/// An ordinary value that is written into an arena as an `M`, and read back from one.
///
/// | ordinary | in the arena |
/// |---|---|
/// | a number, a `bool` | itself |
/// | `String` | [`ArenaStr`] |
/// | `Vec<u8>` | [`ArenaBytes`], or an [`ArenaVec`] |
/// | `Vec<T>` | [`ArenaVec`] of what a `T` is |
/// | `Option<T>` | [`ArenaBox`] or [`FfiOption`] of what a `T` is |
/// | `Box<T>` | what a `T` is |
/// | `HashMap<K, V>`, `BTreeMap<K, V>` | [`ArenaMap`] of what the two are |
/// | a struct with `#[derive(FfiArenaFrom)]` | the message that its attribute names |
///
/// The values are written in the order of fields, and the entries of a map in that of their keys:
/// so the same values are the same bytes.
///
/// # Examples
///
/// ```
/// use ffi_core::arena::{ArenaBox, ArenaStr, ArenaVec, FfiArena, FfiArenaFrom};
/// use ffi_core::{FfiArenaFrom, FfiMessage};
///
/// #[derive(FfiMessage)]
/// #[repr(C)]
/// struct Person {
///     age: u32,
///     name: ArenaStr,
///     emails: ArenaVec<ArenaStr>,
///     partner: ArenaBox<Person>,
/// }
///
/// #[derive(Debug, PartialEq, FfiArenaFrom)]
/// #[ffi(message = "Person")]
/// struct User {
///     age: u32,
///     name: String,
///     emails: Vec<String>,
///     partner: Option<Box<User>>,
/// }
///
/// let emails = vec!["ada@example.org".to_owned()];
/// let ada = User { age: 36, name: "Ada".to_owned(), emails, partner: None };
/// let arena = FfiArena::<Person>::from(&ada);
/// assert_eq!(arena.root().name(), "Ada");
/// assert_eq!(User::read(arena.root()), ada);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be written into an arena as `{M}`",
    note = "a `String` is an `ArenaStr`, a `Vec` an `ArenaVec` or `ArenaBytes`, an `Option` an `ArenaBox` or `FfiOption`, \
            a map an `ArenaMap`, a number itself, and a struct of your own derives `FfiArenaFrom`"
)]
pub trait FfiArenaFrom<M: ArenaType>: Sized {
    /// Writes the value into the place of an `M` that is zeros.
    ///
    /// # Errors
    ///
    /// Returns an error if the arena can't hold it. Parts of it may have been written.
    fn write(&self, place: ArenaPlace<'_, M>) -> Result<(), ArenaFull>;

    /// Returns a copy of what is in an arena.
    fn read(view: M::View<'_>) -> Self;
}

macro_rules! itself {
    ($($scalar:ident $variant:ident $kind:literal,)*) => {$(
        impl FfiArenaFrom<$scalar> for $scalar {
            #[inline]
            fn write(&self, mut place: ArenaPlace<'_, $scalar>) -> Result<(), ArenaFull> {
                place.try_set(*self)
            }

            #[inline]
            fn read(view: $scalar) -> $scalar {
                view
            }
        }
    )*};
}

for_each_number!(itself);
itself!(bool Bool 0,);

impl FfiArenaFrom<ArenaStr> for String {
    #[inline]
    fn write(&self, mut place: ArenaPlace<'_, ArenaStr>) -> Result<(), ArenaFull> {
        place.try_set(self)
    }

    fn read(view: &str) -> Self {
        view.to_owned()
    }
}

impl FfiArenaFrom<ArenaBytes> for Vec<u8> {
    #[inline]
    fn write(&self, mut place: ArenaPlace<'_, ArenaBytes>) -> Result<(), ArenaFull> {
        place.try_set(self)
    }

    fn read(view: &[u8]) -> Self {
        view.to_owned()
    }
}

impl<T: FfiArenaFrom<M>, M: ArenaType> FfiArenaFrom<ArenaVec<M>> for Vec<T> {
    fn write(&self, place: ArenaPlace<'_, ArenaVec<M>>) -> Result<(), ArenaFull> {
        let mut list = ArenaVec::edit(place);
        list.try_reserve(self.len())?;
        self.iter().try_for_each(|value| value.write(list.grow()?))
    }

    fn read(view: <ArenaVec<M> as ArenaType>::View<'_>) -> Self {
        view.iter().map(T::read).collect()
    }
}

impl<T: FfiArenaFrom<M>, M: ArenaType> FfiArenaFrom<ArenaBox<M>> for Option<T> {
    fn write(&self, mut place: ArenaPlace<'_, ArenaBox<M>>) -> Result<(), ArenaFull> {
        self.as_ref().map_or(Ok(()), |value| value.write(place.inner()?))
    }

    fn read(view: Option<M::View<'_>>) -> Self {
        view.map(T::read)
    }
}

impl<T: FfiArenaFrom<M>, M: ArenaType> FfiArenaFrom<FfiOption<M>> for Option<T> {
    fn write(&self, mut place: ArenaPlace<'_, FfiOption<M>>) -> Result<(), ArenaFull> {
        self.as_ref().map_or(Ok(()), |value| value.write(place.inner()))
    }

    fn read(view: Option<M::View<'_>>) -> Self {
        view.map(T::read)
    }
}

impl<T: FfiArenaFrom<M>, M: ArenaType> FfiArenaFrom<M> for Box<T> {
    fn write(&self, place: ArenaPlace<'_, M>) -> Result<(), ArenaFull> {
        T::write(self, place)
    }

    fn read(view: M::View<'_>) -> Self {
        Self::new(T::read(view))
    }
}

/// Writes entries that are in the order of their keys.
fn write_entries<'e, K, V, A, B>(
    entries: impl ExactSizeIterator<Item = (&'e K, &'e V)>,
    place: ArenaPlace<'_, ArenaMap<A, B>>,
) -> Result<(), ArenaFull>
where
    K: AsKey<A> + 'e,
    V: FfiArenaFrom<B> + 'e,
    A: ArenaKey,
    B: ArenaType,
{
    let mut map = ArenaMap::edit(place);
    map.try_reserve(entries.len())?;
    for (key, value) in entries {
        value.write(map.value(key.as_key())?)?;
    }
    Ok(())
}

/// A key of an ordinary map, which orders as the key in the arena does.
pub trait AsKey<A: ArenaKey>: FfiArenaFrom<A> {
    /// Returns what is compared.
    fn as_key(&self) -> A::Value<'_>;
}

macro_rules! keys {
    ($($Key:ident)*) => {$(
        impl AsKey<$Key> for $Key {
            fn as_key(&self) -> $Key {
                *self
            }
        }
    )*};
}

keys!(i8 i16 i32 i64 u8 u16 u32 u64 bool);

impl AsKey<ArenaStr> for String {
    fn as_key(&self) -> &str {
        self
    }
}

impl<K, V, A, B> FfiArenaFrom<ArenaMap<A, B>> for BTreeMap<K, V>
where
    K: AsKey<A> + Ord,
    V: FfiArenaFrom<B>,
    A: ArenaKey,
    B: ArenaType,
{
    fn write(&self, place: ArenaPlace<'_, ArenaMap<A, B>>) -> Result<(), ArenaFull> {
        write_entries(self.iter(), place)
    }

    fn read(view: <ArenaMap<A, B> as ArenaType>::View<'_>) -> Self {
        view.iter().map(|(key, value)| (K::read(key), V::read(value))).collect()
    }
}

impl<K, V, S, A, B> FfiArenaFrom<ArenaMap<A, B>> for HashMap<K, V, S>
where
    K: AsKey<A> + Ord + Hash,
    V: FfiArenaFrom<B>,
    S: BuildHasher + Default,
    A: ArenaKey,
    B: ArenaType,
{
    fn write(&self, place: ArenaPlace<'_, ArenaMap<A, B>>) -> Result<(), ArenaFull> {
        let mut entries: Vec<_> = self.iter().collect();
        entries.sort_unstable_by_key(|(key, _)| *key);
        write_entries(entries.into_iter(), place)
    }

    fn read(view: <ArenaMap<A, B> as ArenaType>::View<'_>) -> Self {
        view.iter().map(|(key, value)| (K::read(key), V::read(value))).collect()
    }
}

impl<T: FfiArenaFrom<M>, M: ArenaMessage> From<&T> for FfiArena<M> {
    /// Writes a value into a new arena.
    ///
    /// # Panics
    ///
    /// Panics if it is too large or too deep for one.
    fn from(value: &T) -> Self {
        let mut arena = Self::new();
        match value.write(arena.root_place()) {
            Ok(()) => arena,
            Err(full) => refused(full),
        }
    }
}

/// A field of type `F` of a message, by its offset.
#[derive(Debug)]
pub struct PartOf<M, F> {
    offset: usize,
    field: PhantomData<fn(&M) -> &F>,
}

impl<M: ArenaType, F: ArenaType> PartOf<M, F> {
    /// Returns the field; the function only names it.
    ///
    /// # Safety
    ///
    /// The function returns the field at that offset.
    #[inline(always)]
    pub unsafe fn new(offset: usize, _: fn(&M) -> &F) -> Self {
        Self { offset, field: PhantomData }
    }

    /// Writes a value into the field.
    ///
    /// # Errors
    ///
    /// Returns an error if the arena can't hold it.
    #[inline(always)]
    pub fn write<T: FfiArenaFrom<F>>(
        self,
        value: &T,
        place: &mut ArenaPlace<'_, M>,
    ) -> Result<(), ArenaFull> {
        // SAFETY: the message has a field of that type at that offset.
        value.write(unsafe { place.part::<F>(self.offset) })
    }

    /// Returns a copy of the field, of which this is the view.
    #[inline(always)]
    pub fn read<T: FfiArenaFrom<F>>(self, view: F::View<'_>) -> T {
        T::read(view)
    }
}
