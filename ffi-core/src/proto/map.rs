//! `FfiMap`: a repeated field of entries, each a message of key and value.

use std::hash::Hash;
use std::mem::MaybeUninit;

use bytemuck::zeroed_box;
use prost::encoding::{encoded_len_varint, key_len};

use super::error::DecodeError;
use super::field::{ProtoType, clear, member_len, read_item, write_member};
use super::list::init_list;
use super::releaser::Releaser;
use super::wire::{Reader, Writer};
use super::wire_type::WireType;
use crate::types::keys::KeyIndex;
use crate::types::{Entry, FfiMap};

/// Numbers of an entry's fields, as protobuf defines them.
const KEY: u32 = 1;
const VALUE: u32 = 2;

// SAFETY: `init` writes the length 0.
unsafe impl<K: ProtoType + Eq + Hash, V: ProtoType, const N: usize> ProtoType for FfiMap<K, V, N> {
    const WIRE: WireType = WireType::LengthDelimited;
    const HAS_REFS: bool = K::HAS_REFS || V::HAS_REFS;
    type State = KeyIndex;

    #[inline]
    fn init(slot: &mut MaybeUninit<Self>) -> &mut Self {
        // SAFETY: a map is `repr(transparent)` around a buffer, and one without entries is valid.
        unsafe { init_list::<Self, Entry<K, V>, N>(slot) }
    }

    #[inline]
    fn is_default(&self) -> bool {
        self.is_empty()
    }

    fn field_len(&self, tag: u32) -> usize {
        let entries = self.iter().map(|(key, value)| {
            let len = member_len(key, KEY) + member_len(value, VALUE);
            encoded_len_varint(len as u64) + len
        });
        key_len(tag) * self.len() + entries.sum::<usize>()
    }

    fn write_field(&self, tag: u32, out: &mut Writer<'_>) {
        for (key, value) in self {
            out.key(tag, WireType::LengthDelimited);
            out.nested(|out| {
                write_member(key, KEY, out);
                write_member(value, VALUE, out);
            });
        }
    }

    fn read_field(
        &mut self,
        index: &mut KeyIndex,
        _: WireType,
        input: &mut Reader<'_>,
    ) -> Result<(), DecodeError> {
        let mut entry = input.nested()?;
        let len = self.len();
        let read = match self.0.next() {
            Some(slot) => {
                let new = init_entry(slot);
                let read = read_entry(&mut entry, Some(&mut new.key), Some(&mut new.value));
                if read.is_err() {
                    release_entry(new, Releaser::DECODED);
                }
                read.map(|()| {
                    // SAFETY: there was memory for it, and it holds a valid key and a valid value.
                    unsafe { self.0.grow() };
                    let (last, earlier) = self.0.as_mut_slice().split_last_mut().expect("it was pushed");
                    if let Some(same) = index.find(earlier, |entry| &entry.key, &last.key) {
                        std::mem::swap(&mut earlier[same].value, &mut last.value);
                        release_entry(last, Releaser::DECODED);
                        self.0.truncate(len);
                    }
                })
            }
            // The map is full, so the entry can't be read in place, but its key may exist already.
            None => {
                // Keys may be too large for the stack.
                let mut key = zeroed_box::<K>();
                let read = read_entry::<K, V>(&mut entry.clone(), Some(&mut key), None).and_then(|()| {
                    let entries = self.0.as_mut_slice();
                    let same = index.find(entries, |entry| &entry.key, &*key);
                    let same = same.ok_or_else(|| DecodeError::too_many("entries", N))?;
                    let value = &mut entries[same].value;
                    value.release(Releaser::DECODED);
                    read_entry::<K, V>(&mut entry, None, Some(clear(value)))
                });
                key.release(Releaser::DECODED);
                read
            }
        };
        read.map_err(|error| error.at_index(len))
    }

    fn release(&mut self, by: Releaser) {
        if Self::HAS_REFS {
            self.0.as_mut_slice().iter_mut().for_each(|entry| release_entry(entry, by));
        }
    }
}

/// Frees the messages of an entry that is not kept.
#[inline]
fn release_entry<K: ProtoType, V: ProtoType>(entry: &mut Entry<K, V>, by: Releaser) {
    entry.key.release(by);
    entry.value.release(by);
}

/// Makes memory an entry whose key and value are all zeros.
#[inline]
fn init_entry<K: ProtoType, V: ProtoType>(slot: &mut MaybeUninit<Entry<K, V>>) -> &mut Entry<K, V> {
    let entry = slot.as_mut_ptr();
    // SAFETY: the slot is memory for an entry, so the key is in it.
    let key = unsafe { &raw mut (*entry).key };
    // SAFETY: the slot is memory for an entry, so the value is in it.
    let value = unsafe { &raw mut (*entry).value };
    // SAFETY: aligned, inside the slot, to which this is the only reference, and a `MaybeUninit`
    // needs no value.
    K::init(unsafe { &mut *key.cast() });
    // SAFETY: aligned, inside the slot, to which this is the only reference, and apart from the
    // key; a `MaybeUninit` needs no value.
    V::init(unsafe { &mut *value.cast() });
    // SAFETY: both are valid now.
    unsafe { slot.assume_init_mut() }
}

/// Reads key, value or both; a missing one is not changed.
fn read_entry<K: ProtoType, V: ProtoType>(
    input: &mut Reader<'_>,
    mut key: Option<&mut K>,
    mut value: Option<&mut V>,
) -> Result<(), DecodeError> {
    while let Some((tag, wire_type)) = input.key()? {
        match (tag, &mut key, &mut value) {
            (KEY, Some(key), _) if wire_type == K::WIRE => {
                read_item(*key, input).map_err(|error| error.in_field("key"))?;
            }
            (VALUE, _, Some(value)) if wire_type == V::WIRE => {
                read_item(*value, input).map_err(|error| error.in_field("value"))?;
            }
            _ => input.skip(tag, wire_type)?,
        }
    }
    Ok(())
}
