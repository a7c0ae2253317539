//! Places for decoders, which fill an arena in the order of their input.
//!
//! Input may name one list or map in many pieces, with anything in between. So the arena remembers
//! how much room lists have beyond their length, by the offsets of their blocks, and a decoder that
//! comes back to one finds the room that was made for it: else hostile input would double a list
//! with each element.
//!
//! Entries of maps are added unsorted, and sorted at last: sorting with each entry, or each piece,
//! would take quadratic time.

use std::collections::HashMap;

use super::map::{ArenaEntry, ArenaKey, ArenaMap};
use super::memory::ArenaFull;
use super::owner::FfiArena;
use super::place::ArenaPlace;
use super::value::{ArenaMessage, ArenaType};
use super::vec::{ArenaVec, ArenaVecEdit};
use crate::types::{Buffer, FfiOption, FfiVec};

/// State of an arena that is decoded.
#[derive(Debug, Default)]
pub(super) struct Decoding {
    /// Room in elements of lists that have more than their length, by the offset of their elements.
    /// Invariant: so many elements are there, of which those behind the length are zeros.
    rooms: HashMap<u32, u32>,
    /// True if a map may be unsorted.
    has_loose_maps: bool,
}

impl<T: ArenaMessage> FfiArena<T> {
    /// Fills a new arena, and sorts its maps if there are some.
    pub(crate) fn decoded<E>(
        len: usize,
        read: impl FnOnce(ArenaPlace<'_, T>) -> Result<(), E>,
        settle: impl FnOnce(ArenaPlace<'_, T>),
    ) -> Result<Self, E> {
        let mut arena = Self::with_capacity(len, len);
        arena.memory.decoding = Some(Box::default());
        read(arena.root_place())?;
        let decoding = arena.memory.decoding.take();
        if decoding.is_some_and(|it| it.has_loose_maps) {
            settle(arena.root_place());
        }
        Ok(arena)
    }
}

impl<'a, T: ArenaType> ArenaPlace<'a, ArenaVec<T>> {
    /// Returns the editor of a list that gets `more` elements, for which there is room.
    pub(crate) fn extended(mut self, more: usize) -> Result<ArenaVecEdit<'a, T>, ArenaFull> {
        let (at, len) = self.handle();
        let rooms = self.memory().decoding.as_ref().map(|it| &it.rooms);
        let room = rooms.and_then(|rooms| rooms.get(&at)).map_or(len, |room| len.max(*room));
        // SAFETY: so much room is there, by the invariant of `rooms`.
        let mut list = unsafe { ArenaVecEdit::with_room(self, room) };
        let needed = u32::try_from(more).ok().and_then(|more| len.checked_add(more));
        let needed = needed.ok_or(ArenaFull::TooLarge)?;
        if needed > room {
            let room = needed.max(len.saturating_mul(2));
            list.try_reserve((room - len) as usize)?;
            if room > needed {
                let at = list.place().handle().0;
                let decoding = list.place().memory().decoding.get_or_insert_default();
                decoding.rooms.insert(at, room);
            }
        }
        Ok(list)
    }
}

impl<K: ArenaKey, V: ArenaType> ArenaPlace<'_, ArenaMap<K, V>> {
    /// Returns the place of the entries, which need not be sorted until the arena is decoded.
    pub(crate) fn loose(&mut self) -> ArenaPlace<'_, ArenaVec<ArenaEntry<K, V>>> {
        self.memory().decoding.get_or_insert_default().has_loose_maps = true;
        // SAFETY: a map is laid out as its list.
        unsafe { self.part(0) }
    }

    /// Returns the place of the entries.
    pub(crate) fn entries(&mut self) -> ArenaPlace<'_, ArenaVec<ArenaEntry<K, V>>> {
        // SAFETY: a map is laid out as its list.
        unsafe { self.part(0) }
    }

    /// Sorts the entries by their keys. Of those with equal keys, the last one stays.
    pub(crate) fn sort(&mut self) {
        let view = self.view();
        let keys: Vec<_> = view.iter().map(|(key, _)| key).collect();
        if keys.is_sorted_by(|a, b| K::order(*a, *b).is_lt()) {
            return;
        }
        let mut order: Vec<usize> = (0..keys.len()).collect();
        // A stable sort, so the last one with a key comes last.
        order.sort_by(|a, b| K::order(keys[*a], keys[*b]));
        let mut kept: Vec<usize> = Vec::with_capacity(order.len());
        for index in order {
            match kept.last_mut() {
                Some(last) if K::order(keys[*last], keys[index]).is_eq() => *last = index,
                _ => kept.push(index),
            }
        }
        drop(keys);
        ArenaVec::edit(self.entries()).select(&kept);
    }
}

impl<K: ArenaKey, V: ArenaType> ArenaPlace<'_, ArenaEntry<K, V>> {
    /// Returns the place of the key.
    pub(crate) fn key(&mut self) -> ArenaPlace<'_, K> {
        // SAFETY: an entry has a key at its start.
        unsafe { self.part(0) }
    }

    /// Returns the place of the value.
    pub(crate) fn value(&mut self) -> ArenaPlace<'_, V> {
        // SAFETY: an entry has a value there.
        unsafe { self.part(ArenaEntry::<K, V>::VALUE) }
    }
}

impl<T: ArenaType, const N: usize> ArenaPlace<'_, [T; N]>
where
    [T; N]: bytemuck::Zeroable,
{
    /// Returns the place of the element at `index`, if there is one.
    pub(crate) fn element(&mut self, index: usize) -> Option<ArenaPlace<'_, T>> {
        // SAFETY: there is an element at `index`, which is that far from the start.
        (index < N).then(|| unsafe { self.part::<T>(index * size_of::<T>()) })
    }
}

impl<T: ArenaType, const N: usize> ArenaPlace<'_, FfiVec<T, N>> {
    /// Returns the place of the element at `index`, if there is one.
    pub(crate) fn element(&mut self, index: usize) -> Option<ArenaPlace<'_, T>> {
        let offset = Buffer::<T, N>::ITEMS + index * size_of::<T>();
        // SAFETY: there is an element at `index`, which is that far from the start.
        (index < self.len()).then(|| unsafe { self.part::<T>(offset) })
    }
}

impl<T: ArenaType> ArenaPlace<'_, FfiOption<T>> {
    /// Returns the place of the value, if there is one.
    pub(crate) fn present(&mut self) -> Option<ArenaPlace<'_, T>> {
        // SAFETY: the value is at the start of an option, and valid if it is present.
        self.is_some().then(|| unsafe { self.part::<T>(0) })
    }
}
