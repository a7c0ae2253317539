//! Handles.

use super::super::error::DecodeError;
use super::super::text::not_utf8;
use super::super::wire::{Reader, Writer};
use super::super::wire_type::WireType;
use super::containers::{items_len, read_items, write_items};
use super::{ArenaProto, full, member_len, read_item, write_member};
use crate::arena::{
    ArenaBox, ArenaBytes, ArenaKey, ArenaMap, ArenaMapView, ArenaPlace, ArenaStr, ArenaType, ArenaVec,
};
use crate::types::utf8;
use prost::encoding::{encoded_len_varint, key_len};

/// Numbers of the fields of a map's entry, as protobuf defines them.
const KEY: u32 = 1;
const VALUE: u32 = 2;

impl ArenaProto for ArenaStr {
    const WIRE: WireType = WireType::LengthDelimited;
    const NESTED: bool = false;
    type State = ();

    #[inline]
    fn is_default(view: &str) -> bool {
        view.is_empty()
    }

    #[inline]
    fn value_len(view: &str) -> usize {
        view.len()
    }

    #[inline]
    fn write_value(view: &str, out: &mut Writer<'_>) {
        out.put(view.as_bytes());
    }

    #[inline]
    fn read_value(mut place: ArenaPlace<'_, Self>, input: &mut Reader<'_>) -> Result<(), DecodeError> {
        let bytes = input.rest();
        let text = utf8(bytes).map_err(|_| invalid(bytes))?;
        place.try_set(text).map_err(full)
    }
}

#[cold]
#[inline(never)]
fn invalid(bytes: &[u8]) -> DecodeError {
    not_utf8(str::from_utf8(bytes).expect_err("it was found invalid"))
}

impl ArenaProto for ArenaBytes {
    const WIRE: WireType = WireType::LengthDelimited;
    const NESTED: bool = false;
    type State = ();

    #[inline]
    fn is_default(view: &[u8]) -> bool {
        view.is_empty()
    }

    #[inline]
    fn value_len(view: &[u8]) -> usize {
        view.len()
    }

    #[inline]
    fn write_value(view: &[u8], out: &mut Writer<'_>) {
        out.put(view);
    }

    #[inline]
    fn read_value(mut place: ArenaPlace<'_, Self>, input: &mut Reader<'_>) -> Result<(), DecodeError> {
        place.try_set(input.rest()).map_err(full)
    }
}

impl<T: ArenaProto> ArenaProto for ArenaBox<T> {
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
        read_item(place.inner().map_err(full)?, input)
    }

    #[inline]
    fn settle(mut place: ArenaPlace<'_, Self>) {
        if T::ARENA && place.is_some() {
            T::settle(place.inner().expect("the value is there"));
        }
    }
}

/// Returns the number of bytes of a box as the case of a oneof, which is as its value; none is one
/// of zeros.
#[inline]
pub fn case_len<T: ArenaProto>(view: Option<T::View<'_>>, tag: u32) -> usize {
    match view {
        Some(value) => member_len::<T>(value, tag),
        None => key_len(tag) + zeros(T::WIRE),
    }
}

/// Writes a box as the case of a oneof.
#[inline]
pub fn write_case<T: ArenaProto>(view: Option<T::View<'_>>, tag: u32, out: &mut Writer<'_>) {
    match view {
        Some(value) => write_member::<T>(value, tag, out),
        None => {
            out.key(tag, T::WIRE);
            out.put(&[0; 8][..zeros(T::WIRE)]);
        }
    }
}

/// Reads a box as the case of a oneof, after its key, whose wire type is that of the value.
///
/// # Errors
///
/// Returns the mistake, with the path from here.
#[inline]
pub fn read_case<T: ArenaProto>(
    mut place: ArenaPlace<'_, ArenaBox<T>>,
    input: &mut Reader<'_>,
) -> Result<(), DecodeError> {
    read_item(place.inner().map_err(full)?, input)
}

/// Returns the size of a value of zeros, or of the length of nothing.
fn zeros(wire: WireType) -> usize {
    match wire {
        WireType::ThirtyTwoBit => 4,
        WireType::SixtyFourBit => 8,
        _ => 1,
    }
}

impl<T: ArenaProto> ArenaProto for ArenaVec<T> {
    const WIRE: WireType = WireType::LengthDelimited;
    type State = ();

    #[inline]
    fn accepts(wire_type: WireType) -> bool {
        wire_type == T::WIRE || wire_type == WireType::LengthDelimited
    }

    #[inline]
    fn is_default(view: Self::View<'_>) -> bool {
        view.is_empty()
    }

    #[inline]
    fn field_len(view: Self::View<'_>, tag: u32) -> usize {
        items_len::<T>(view, tag)
    }

    #[inline]
    fn write_field(view: Self::View<'_>, tag: u32, out: &mut Writer<'_>) {
        write_items::<T>(view, tag, out);
    }

    #[inline]
    fn read_field(
        place: ArenaPlace<'_, Self>,
        (): &mut (),
        tag: u32,
        wire_type: WireType,
        input: &mut Reader<'_>,
    ) -> Result<(), DecodeError> {
        if wire_type == T::WIRE {
            let more = input.run(tag, wire_type);
            return read_items(place, tag, more, input, read_item);
        }
        let mut packed = input.delimited()?;
        let mut list = place.extended(packed.count(T::WIRE)).map_err(full)?;
        while !packed.is_empty() {
            let index = list.len();
            let read = T::read_value(list.grow().map_err(full)?, &mut packed);
            read.map_err(|error| error.at_index(index))?;
        }
        Ok(())
    }

    fn settle(place: ArenaPlace<'_, Self>) {
        if !T::ARENA {
            return;
        }
        let mut list = ArenaVec::edit(place);
        for index in 0..list.len() {
            T::settle(list.place_of(index).expect("the index is below the length"));
        }
    }
}

impl<K: ArenaProto + ArenaKey, V: ArenaProto> ArenaProto for ArenaMap<K, V> {
    const WIRE: WireType = WireType::LengthDelimited;
    type State = ();

    #[inline]
    fn is_default(view: ArenaMapView<'_, K, V>) -> bool {
        view.is_empty()
    }

    fn field_len(view: ArenaMapView<'_, K, V>, tag: u32) -> usize {
        let entries = view.iter().map(|(key, value)| {
            let len = member_len::<K>(key, KEY) + member_len::<V>(value, VALUE);
            encoded_len_varint(len as u64) + len
        });
        key_len(tag) * view.len() + entries.sum::<usize>()
    }

    fn write_field(view: ArenaMapView<'_, K, V>, tag: u32, out: &mut Writer<'_>) {
        for (key, value) in view {
            out.key(tag, WireType::LengthDelimited);
            out.nested(|out| {
                write_member::<K>(key, KEY, out);
                write_member::<V>(value, VALUE, out);
            });
        }
    }

    fn read_field(
        mut place: ArenaPlace<'_, Self>,
        (): &mut (),
        tag: u32,
        wire_type: WireType,
        input: &mut Reader<'_>,
    ) -> Result<(), DecodeError> {
        let more = input.run(tag, wire_type);
        read_items(place.loose(), tag, more, input, |mut entry, input| {
            let mut fields = input.nested()?;
            while let Some((tag, wire_type)) = fields.key()? {
                match tag {
                    KEY if wire_type == K::WIRE => {
                        read_item(entry.key(), &mut fields).map_err(|error| error.in_field("key"))?
                    }
                    VALUE if wire_type == V::WIRE => {
                        read_item(entry.value(), &mut fields).map_err(|error| error.in_field("value"))?
                    }
                    _ => fields.skip(tag, wire_type)?,
                }
            }
            Ok(())
        })
    }

    fn settle(mut place: ArenaPlace<'_, Self>) {
        place.sort();
        if !V::ARENA {
            return;
        }
        let mut entries = ArenaVec::edit(place.entries());
        for index in 0..entries.len() {
            V::settle(entries.place_of(index).expect("the index is below the length").value());
        }
    }
}
