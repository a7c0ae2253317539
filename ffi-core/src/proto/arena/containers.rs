//! Containers in place, and what lists have in common.

use super::super::error::DecodeError;
use super::super::wire::{Reader, Writer};
use super::super::wire_type::WireType;
use super::{ArenaProto, full, item_len, member_len, read_item, write_item, write_member};
use crate::arena::{ArenaList, ArenaPlace, ArenaType, ArenaVec};
use crate::types::{FfiOption, FfiVec};
use prost::encoding::{encoded_len_varint, key_len};

/// A list whose numbers can be written with a key each: [`Unpacked`](super::super::Unpacked), in an
/// arena.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is never packed",
    label = "not a list",
    note = "`packed = false` is for an `FfiVec`, an `ArenaVec` or an array of numbers"
)]
pub trait ArenaUnpacked: ArenaProto {
    /// Returns the number of bytes that [`write_unpacked`](Self::write_unpacked) writes.
    fn unpacked_len(view: Self::View<'_>, tag: u32) -> usize;

    /// Writes the field form, with a key before each element.
    fn write_unpacked(view: Self::View<'_>, tag: u32, out: &mut Writer<'_>);
}

impl<T: ArenaProto> ArenaUnpacked for ArenaVec<T> {
    #[inline]
    fn unpacked_len(view: ArenaList<'_, T>, tag: u32) -> usize {
        unpacked_len::<T>(view, tag)
    }

    #[inline]
    fn write_unpacked(view: ArenaList<'_, T>, tag: u32, out: &mut Writer<'_>) {
        write_unpacked::<T>(view, tag, out);
    }
}

impl<T: ArenaProto, const N: usize> ArenaUnpacked for FfiVec<T, N> {
    #[inline]
    fn unpacked_len(view: ArenaList<'_, T>, tag: u32) -> usize {
        unpacked_len::<T>(view, tag)
    }

    #[inline]
    fn write_unpacked(view: ArenaList<'_, T>, tag: u32, out: &mut Writer<'_>) {
        write_unpacked::<T>(view, tag, out);
    }
}

impl<T: ArenaProto, const N: usize> ArenaUnpacked for [T; N]
where
    [T; N]: bytemuck::Zeroable,
{
    #[inline]
    fn unpacked_len(view: ArenaList<'_, T>, tag: u32) -> usize {
        Self::items_len(view, key_len(tag))
    }

    #[inline]
    fn write_unpacked(view: ArenaList<'_, T>, tag: u32, out: &mut Writer<'_>) {
        Self::write_items(view, Some(tag), out);
    }
}

/// Returns the number of bytes of a list with a key before each element.
#[inline]
fn unpacked_len<T: ArenaProto>(list: ArenaList<'_, T>, tag: u32) -> usize {
    key_len(tag) * list.len() + list.iter().map(item_len::<T>).sum::<usize>()
}

/// Writes a list with a key before each element.
#[inline]
fn write_unpacked<T: ArenaProto>(list: ArenaList<'_, T>, tag: u32, out: &mut Writer<'_>) {
    list.iter().for_each(|value| write_member::<T>(value, tag, out));
}

/// Returns the number of bytes of a list as a repeated field.
#[inline]
pub(super) fn items_len<T: ArenaProto>(list: ArenaList<'_, T>, tag: u32) -> usize {
    if list.is_empty() {
        0
    } else if T::WIRE == WireType::LengthDelimited {
        unpacked_len::<T>(list, tag)
    } else {
        let len: usize = list.iter().map(T::value_len).sum();
        key_len(tag) + encoded_len_varint(len as u64) + len
    }
}

/// Writes a list as a repeated field.
#[inline]
pub(super) fn write_items<T: ArenaProto>(list: ArenaList<'_, T>, tag: u32, out: &mut Writer<'_>) {
    if list.is_empty() {
    } else if T::WIRE == WireType::LengthDelimited {
        write_unpacked::<T>(list, tag, out);
    } else {
        out.key(tag, WireType::LengthDelimited);
        out.delimited(|out| list.iter().for_each(|value| T::write_value(value, out)));
    }
}

/// Reads an element after its key, and `more` of them that follow with theirs.
#[inline]
pub(super) fn read_items<T: ArenaType>(
    place: ArenaPlace<'_, ArenaVec<T>>,
    tag: u32,
    more: usize,
    input: &mut Reader<'_>,
    read: impl Fn(ArenaPlace<'_, T>, &mut Reader<'_>) -> Result<(), DecodeError>,
) -> Result<(), DecodeError> {
    let mut list = place.extended(1 + more).map_err(full)?;
    for element in 0..=more {
        if element > 0 {
            let key = input.key()?;
            debug_assert_eq!(key.map(|(key, _)| key), Some(tag));
        }
        let index = list.len();
        read(list.grow().map_err(full)?, input).map_err(|error| error.at_index(index))?;
    }
    Ok(())
}

impl<T: ArenaProto> ArenaProto for FfiOption<T> {
    const WIRE: WireType = WireType::LengthDelimited;
    type State = ();

    #[inline]
    fn accepts(wire_type: WireType) -> bool {
        wire_type == T::WIRE
    }

    #[inline]
    fn is_default(view: Option<T::View<'_>>) -> bool {
        view.is_none()
    }

    #[inline]
    fn field_len(view: Option<T::View<'_>>, tag: u32) -> usize {
        view.map_or(0, |value| member_len::<T>(value, tag))
    }

    #[inline]
    fn write_field(view: Option<T::View<'_>>, tag: u32, out: &mut Writer<'_>) {
        if let Some(value) = view {
            write_member::<T>(value, tag, out);
        }
    }

    #[inline]
    fn read_field(
        mut place: ArenaPlace<'_, Self>,
        (): &mut (),
        _: u32,
        _: WireType,
        input: &mut Reader<'_>,
    ) -> Result<(), DecodeError> {
        read_item(place.inner(), input)
    }

    #[inline]
    fn settle(mut place: ArenaPlace<'_, Self>) {
        if let Some(value) = place.present()
            && T::ARENA
        {
            T::settle(value);
        }
    }
}

impl<T: ArenaProto, const N: usize> ArenaProto for FfiVec<T, N> {
    const WIRE: WireType = WireType::LengthDelimited;
    type State = ();

    #[inline]
    fn accepts(wire_type: WireType) -> bool {
        wire_type == T::WIRE || wire_type == WireType::LengthDelimited
    }

    #[inline]
    fn is_default(view: ArenaList<'_, T>) -> bool {
        view.is_empty()
    }

    #[inline]
    fn field_len(view: ArenaList<'_, T>, tag: u32) -> usize {
        items_len::<T>(view, tag)
    }

    #[inline]
    fn write_field(view: ArenaList<'_, T>, tag: u32, out: &mut Writer<'_>) {
        write_items::<T>(view, tag, out);
    }

    #[inline]
    fn read_field(
        mut place: ArenaPlace<'_, Self>,
        (): &mut (),
        _: u32,
        wire_type: WireType,
        input: &mut Reader<'_>,
    ) -> Result<(), DecodeError> {
        let mut push = |read: &mut dyn FnMut(ArenaPlace<'_, T>) -> Result<(), DecodeError>| {
            let index = place.len();
            let element = place.push_place().ok_or_else(|| DecodeError::too_many("elements", N))?;
            read(element).map_err(|error| error.at_index(index))
        };
        if wire_type == T::WIRE {
            return push(&mut |element| read_item(element, input));
        }
        let mut packed = input.delimited()?;
        while !packed.is_empty() {
            push(&mut |element| T::read_value(element, &mut packed))?;
        }
        Ok(())
    }

    #[inline]
    fn settle(mut place: ArenaPlace<'_, Self>) {
        if T::ARENA {
            for index in 0..place.len() {
                T::settle(place.element(index).expect("the index is below the length"));
            }
        }
    }
}

impl<T: ArenaProto, const N: usize> ArenaProto for [T; N]
where
    [T; N]: bytemuck::Zeroable,
{
    const WIRE: WireType = WireType::LengthDelimited;
    const NESTED: bool = !T::BYTE;
    const ITEMS: usize = if T::BYTE { 1 } else { N * T::ITEMS };
    const ITEM_WIRE: WireType = if T::BYTE { Self::WIRE } else { T::ITEM_WIRE };
    /// Number of elements read so far.
    type State = usize;

    #[inline]
    fn accepts(wire_type: WireType) -> bool {
        wire_type == Self::ITEM_WIRE || wire_type == WireType::LengthDelimited
    }

    /// Returns false: an array always has elements, so it is always written.
    #[inline]
    fn is_default(_: ArenaList<'_, T>) -> bool {
        false
    }

    #[inline]
    fn value_len(view: ArenaList<'_, T>) -> usize {
        if T::BYTE { N } else { Self::field_len(view, 1) }
    }

    #[inline]
    fn write_value(view: ArenaList<'_, T>, out: &mut Writer<'_>) {
        if T::BYTE {
            view.iter().for_each(|value| out.put(&[T::byte(value)]));
        } else {
            Self::write_field(view, 1, out);
        }
    }

    #[inline]
    fn read_value(mut place: ArenaPlace<'_, Self>, input: &mut Reader<'_>) -> Result<(), DecodeError> {
        if T::BYTE {
            return read_bytes(place, input.rest());
        }
        let mut state = 0;
        while let Some((tag, wire_type)) = input.key()? {
            match tag {
                1 if Self::accepts(wire_type) => {
                    Self::read_field(place.reborrow(), &mut state, tag, wire_type, input)?;
                }
                _ => input.skip(tag, wire_type)?,
            }
        }
        Ok(())
    }

    #[inline]
    fn field_len(view: ArenaList<'_, T>, tag: u32) -> usize {
        if T::BYTE {
            member_len::<Self>(view, tag)
        } else if Self::ITEM_WIRE == WireType::LengthDelimited {
            Self::items_len(view, key_len(tag))
        } else {
            let len = Self::items_len(view, 0);
            key_len(tag) + encoded_len_varint(len as u64) + len
        }
    }

    #[inline]
    fn write_field(view: ArenaList<'_, T>, tag: u32, out: &mut Writer<'_>) {
        if T::BYTE {
            write_member::<Self>(view, tag, out);
        } else if Self::ITEM_WIRE == WireType::LengthDelimited {
            Self::write_items(view, Some(tag), out);
        } else {
            out.key(tag, WireType::LengthDelimited);
            out.delimited(|out| Self::write_items(view, None, out));
        }
    }

    #[inline]
    fn read_field(
        mut place: ArenaPlace<'_, Self>,
        seen: &mut usize,
        _: u32,
        wire_type: WireType,
        input: &mut Reader<'_>,
    ) -> Result<(), DecodeError> {
        if T::BYTE {
            return read_item(place, input);
        }
        let mut read_next = |input: &mut Reader<'_>| {
            if *seen == Self::ITEMS {
                return Err(DecodeError::too_many("elements", Self::ITEMS));
            }
            Self::read_nth_item(place.reborrow(), *seen, input)?;
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
    fn items_len(view: ArenaList<'_, T>, key_len: usize) -> usize {
        if T::BYTE {
            key_len + item_len::<Self>(view)
        } else {
            view.iter().map(|element| T::items_len(element, key_len)).sum()
        }
    }

    #[inline]
    fn write_items(view: ArenaList<'_, T>, key: Option<u32>, out: &mut Writer<'_>) {
        if !T::BYTE {
            return view.iter().for_each(|element| T::write_items(element, key, out));
        }
        if let Some(tag) = key {
            out.key(tag, Self::WIRE);
        }
        write_item::<Self>(view, out);
    }

    #[inline]
    fn read_nth_item(
        mut place: ArenaPlace<'_, Self>,
        index: usize,
        input: &mut Reader<'_>,
    ) -> Result<(), DecodeError> {
        if T::BYTE {
            return read_item(place, input);
        }
        let (outer, inner) = (index / T::ITEMS, index % T::ITEMS);
        let element = place.element(outer).expect("the index is below the number of elements");
        T::read_nth_item(element, inner, input).map_err(|error| error.at_index(outer))
    }

    #[inline]
    fn settle(mut place: ArenaPlace<'_, Self>) {
        if T::ARENA {
            for index in 0..N {
                T::settle(place.element(index).expect("the index is below the number of elements"));
            }
        }
    }
}

/// Reads bytes into an array; missing ones are zero.
fn read_bytes<T: ArenaProto, const N: usize>(
    mut place: ArenaPlace<'_, [T; N]>,
    bytes: &[u8],
) -> Result<(), DecodeError>
where
    [T; N]: bytemuck::Zeroable,
{
    if bytes.len() > N {
        let larger = "a longer array here, or fewer bytes there";
        return Err(DecodeError::too_long("bytes", bytes.len(), N, larger));
    }
    for index in 0..N {
        let element = place.element(index).expect("the index is below the number of elements");
        T::put_byte(element, bytes.get(index).copied().unwrap_or_default());
    }
    Ok(())
}
