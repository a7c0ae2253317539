//! `[T; N]` and `FfiVec`: repeated fields. Numbers are written packed; both forms are read.

use std::mem::MaybeUninit;

use prost::encoding::{encoded_len_varint, key_len};

use super::error::DecodeError;
use super::field::{ProtoType, item_len, member_len, read_item, write_item, write_member};
use super::releaser::Releaser;
use super::wire::{Reader, Writer};
use super::wire_type::WireType;
use crate::types::{Buffer, FfiVec};

/// Implements [`ProtoType::init`] for a list.
///
/// # Safety
///
/// `L` is `repr(transparent)` around a `Buffer<T, N>`, maybe in several steps, and a buffer without
/// items makes a valid one.
#[inline]
pub(super) unsafe fn init_list<L, T, const N: usize>(slot: &mut MaybeUninit<L>) -> &mut L {
    // SAFETY: both have one layout, by this function's contract, and need no value.
    Buffer::init(unsafe { &mut *std::ptr::from_mut(slot).cast::<MaybeUninit<Buffer<T, N>>>() });
    // SAFETY: it now holds a buffer without items, which makes a valid list, by this function's
    // contract.
    unsafe { slot.assume_init_mut() }
}

/// Appends an item of all zeros that `read` then fills.
#[inline]
fn push<T: ProtoType, const N: usize>(
    buffer: &mut Buffer<T, N>,
    read: impl FnOnce(&mut T) -> Result<(), DecodeError>,
) -> Result<(), DecodeError> {
    let index = buffer.as_slice().len();
    let slot = buffer.next().ok_or_else(|| DecodeError::too_many("elements", N))?;
    let item = T::init(slot);
    read(item).map_err(|error| {
        item.release(Releaser::DECODED);
        error.at_index(index)
    })?;
    // SAFETY: there was memory for it, and `init` made it an item, which no safe code makes
    // invalid.
    unsafe { buffer.grow() };
    Ok(())
}

/// A list whose numbers can be written with a key each: `#[ffi(packed = false)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is never packed",
    label = "not a list",
    note = "`packed = false` is for an `FfiVec`, an `ArenaVec` or an array of numbers"
)]
pub trait Unpacked: ProtoType {
    /// Returns the number of bytes that [`write_unpacked`](Self::write_unpacked) writes.
    fn unpacked_len(&self, tag: u32) -> usize;

    /// Writes the field form, with a key before each element.
    fn write_unpacked(&self, tag: u32, out: &mut Writer<'_>);
}

impl<T: ProtoType, const N: usize> Unpacked for FfiVec<T, N> {
    #[inline]
    fn unpacked_len(&self, tag: u32) -> usize {
        key_len(tag) * self.len() + self.iter().map(item_len).sum::<usize>()
    }

    #[inline]
    fn write_unpacked(&self, tag: u32, out: &mut Writer<'_>) {
        self.iter().for_each(|value| value.write_element(tag, out));
    }
}

impl<T: ProtoType, const N: usize> Unpacked for [T; N]
where
    [T; N]: bytemuck::Zeroable,
{
    #[inline]
    fn unpacked_len(&self, tag: u32) -> usize {
        self.items_len(key_len(tag))
    }

    #[inline]
    fn write_unpacked(&self, tag: u32, out: &mut Writer<'_>) {
        self.write_items(Some(tag), out);
    }
}

// SAFETY: `init` writes the length 0.
unsafe impl<T: ProtoType, const N: usize> ProtoType for FfiVec<T, N> {
    const WIRE: WireType = WireType::LengthDelimited;
    const HAS_REFS: bool = T::HAS_REFS;
    type State = ();

    #[inline]
    fn init(slot: &mut MaybeUninit<Self>) -> &mut Self {
        // SAFETY: a vec is `repr(transparent)` around a buffer, and one without items is valid.
        unsafe { init_list::<Self, T, N>(slot) }
    }

    #[inline]
    fn accepts(wire_type: WireType) -> bool {
        wire_type == T::WIRE || wire_type == WireType::LengthDelimited
    }

    #[inline]
    fn is_default(&self) -> bool {
        self.is_empty()
    }

    #[inline]
    fn field_len(&self, tag: u32) -> usize {
        if self.is_empty() {
            0
        } else if T::WIRE == WireType::LengthDelimited {
            self.unpacked_len(tag)
        } else {
            let len: usize = self.iter().map(T::value_len).sum();
            key_len(tag) + encoded_len_varint(len as u64) + len
        }
    }

    #[inline]
    fn write_field(&self, tag: u32, out: &mut Writer<'_>) {
        if self.is_empty() {
        } else if T::WIRE == WireType::LengthDelimited {
            self.write_unpacked(tag, out);
        } else {
            out.key(tag, WireType::LengthDelimited);
            out.delimited(|out| self.iter().for_each(|value| value.write_value(out)));
        }
    }

    #[inline]
    fn read_field(
        &mut self,
        (): &mut (),
        wire_type: WireType,
        input: &mut Reader<'_>,
    ) -> Result<(), DecodeError> {
        if wire_type == T::WIRE {
            return push(&mut self.0, |value| value.read_element(input));
        }
        let mut packed = input.delimited()?;
        while !packed.is_empty() {
            push(&mut self.0, |value| value.read_value(&mut packed))?;
        }
        Ok(())
    }

    #[inline]
    fn release(&mut self, by: Releaser) {
        if T::HAS_REFS {
            self.iter_mut().for_each(|it| it.release(by));
        }
    }
}

// SAFETY: `init` makes each element a value.
unsafe impl<T: ProtoType, const N: usize> ProtoType for [T; N]
where
    [T; N]: bytemuck::Zeroable,
{
    const WIRE: WireType = WireType::LengthDelimited;
    const NESTED: bool = !T::BYTE;
    const ITEMS: usize = if T::BYTE { 1 } else { N * T::ITEMS };
    const ITEM_WIRE: WireType = if T::BYTE { Self::WIRE } else { T::ITEM_WIRE };
    const HAS_REFS: bool = T::HAS_REFS;
    /// Number of elements read so far.
    type State = usize;

    #[inline]
    fn init(slot: &mut MaybeUninit<Self>) -> &mut Self {
        let elements = slot.as_mut_ptr().cast::<MaybeUninit<T>>();
        // SAFETY: an array's elements are consecutive from its address, and a `MaybeUninit` needs
        // no value.
        let elements = unsafe { std::slice::from_raw_parts_mut(elements, N) };
        for element in elements {
            T::init(element);
        }
        // SAFETY: every element is a value now.
        unsafe { slot.assume_init_mut() }
    }

    #[inline]
    fn accepts(wire_type: WireType) -> bool {
        wire_type == Self::ITEM_WIRE || wire_type == WireType::LengthDelimited
    }

    /// Returns false: an array always has elements, so it is always written.
    #[inline]
    fn is_default(&self) -> bool {
        false
    }

    #[inline]
    fn value_len(&self) -> usize {
        if T::BYTE { N } else { self.field_len(1) }
    }

    #[inline]
    fn write_value(&self, out: &mut Writer<'_>) {
        if T::BYTE { out.put(T::as_bytes(self)) } else { self.write_field(1, out) }
    }

    #[inline]
    fn read_value(&mut self, input: &mut Reader<'_>) -> Result<(), DecodeError> {
        if T::BYTE {
            return read_bytes(T::as_bytes_mut(self), input.rest());
        }
        let mut state = 0;
        while let Some((tag, wire_type)) = input.key()? {
            match tag {
                1 if Self::accepts(wire_type) => self.read_field(&mut state, wire_type, input)?,
                _ => input.skip(tag, wire_type)?,
            }
        }
        Ok(())
    }

    #[inline]
    fn field_len(&self, tag: u32) -> usize {
        if T::BYTE {
            member_len(self, tag)
        } else if Self::ITEM_WIRE == WireType::LengthDelimited {
            self.items_len(key_len(tag))
        } else {
            let len = self.items_len(0);
            key_len(tag) + encoded_len_varint(len as u64) + len
        }
    }

    #[inline]
    fn write_field(&self, tag: u32, out: &mut Writer<'_>) {
        if T::BYTE {
            write_member(self, tag, out);
        } else if Self::ITEM_WIRE == WireType::LengthDelimited {
            self.write_items(Some(tag), out);
        } else {
            out.key(tag, WireType::LengthDelimited);
            out.delimited(|out| self.write_items(None, out));
        }
    }

    #[inline]
    fn read_field(
        &mut self,
        seen: &mut usize,
        wire_type: WireType,
        input: &mut Reader<'_>,
    ) -> Result<(), DecodeError> {
        if T::BYTE {
            return read_item(self, input);
        }
        let mut read_next = |input: &mut Reader<'_>| {
            if *seen == Self::ITEMS {
                return Err(DecodeError::too_many("elements", Self::ITEMS));
            }
            self.read_nth_item(*seen, input)?;
            *seen += 1;
            Ok(())
        };
        if wire_type == Self::ITEM_WIRE {
            return read_next(input);
        }
        let mut packed = input.delimited()?;
        while !packed.is_empty() {
            read_next(&mut packed)?;
        }
        Ok(())
    }

    #[inline]
    fn items_len(&self, key_len: usize) -> usize {
        if T::BYTE {
            key_len + item_len(self)
        } else {
            self.iter().map(|element| element.items_len(key_len)).sum()
        }
    }

    #[inline]
    fn write_items(&self, key: Option<u32>, out: &mut Writer<'_>) {
        if !T::BYTE {
            return self.iter().for_each(|element| element.write_items(key, out));
        }
        if let Some(tag) = key {
            out.key(tag, Self::WIRE);
        }
        write_item(self, out);
    }

    #[inline]
    fn read_nth_item(&mut self, index: usize, input: &mut Reader<'_>) -> Result<(), DecodeError> {
        if T::BYTE {
            return read_item(self, input);
        }
        let (outer, inner) = (index / T::ITEMS, index % T::ITEMS);
        self[outer].read_nth_item(inner, input).map_err(|error| error.at_index(outer))
    }

    #[inline]
    fn release(&mut self, by: Releaser) {
        if T::HAS_REFS {
            self.iter_mut().for_each(|it| it.release(by));
        }
    }
}

/// Reads bytes into an array; missing ones are zero.
#[inline]
fn read_bytes(array: &mut [u8], bytes: &[u8]) -> Result<(), DecodeError> {
    let capacity = array.len();
    let Some((there, rest)) = array.split_at_mut_checked(bytes.len()) else {
        let larger = "a longer array here, or fewer bytes there";
        return Err(DecodeError::too_long("bytes", bytes.len(), capacity, larger));
    };
    there.copy_from_slice(bytes);
    rest.fill(0);
    Ok(())
}
