//! Types without handles, which have a protobuf of their own: it is read into a copy, as code
//! outside of arenas may leave padding without a value.

use std::borrow::Borrow;
use std::hash::Hash;

use bytemuck::zeroed_box;

use super::super::error::DecodeError;
use super::super::field::ProtoType;
use super::super::wire::{Reader, Writer};
use super::super::wire_type::WireType;
use super::{ArenaOneof, ArenaProto};
use crate::arena::{ArenaPlace, ArenaType};
use crate::enumeration::FfiEnum;
use crate::scalars::for_each_number;
use crate::types::logical::{FfiDecimal, FfiDuration, FfiEmpty, FfiTimestamp, FfiUuid};
use crate::types::{FfiBytes, FfiMap, FfiOpen, FfiStr};

/// Largest size in bytes of a copy on the stack.
const ON_STACK: usize = 256;

/// Reads into a copy of the value at a place, and stores it there.
///
/// # Errors
///
/// Returns those of `read`.
#[inline]
pub fn read_plain<T: ProtoType + ArenaType, R>(
    mut place: ArenaPlace<'_, T>,
    read: impl FnOnce(&mut T) -> Result<R, DecodeError>,
) -> Result<R, DecodeError> {
    if size_of::<T>() <= ON_STACK {
        let mut value = T::zeroed();
        place.load(&mut value);
        let read = read(&mut value)?;
        place.store(&value);
        Ok(read)
    } else {
        let mut value = zeroed_box::<T>();
        place.load(&mut value);
        let read = read(&mut value)?;
        place.store(&value);
        Ok(read)
    }
}

/// A type without handles: in arenas it has the protobuf of its [`ProtoType`]. The derive
/// implements it, so that the functions are here once and not in each message.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no place in protobuf, in an arena",
    label = "not a field of .proto",
    note = "what has is each type of `ffi_core` that can be in an arena, and one with `#[derive(FfiMessage)]` or \
            `#[derive(FfiEnum)]`"
)]
pub trait PlainProto: ProtoType + ArenaType {}

impl<T: PlainProto> ArenaProto for T
where
    for<'a> T::View<'a>: Borrow<T>,
{
    const WIRE: WireType = <T as ProtoType>::WIRE;
    const NESTED: bool = <T as ProtoType>::NESTED;
    const BYTE: bool = <T as ProtoType>::BYTE;
    type State = <T as ProtoType>::State;

    #[inline]
    fn accepts(wire_type: WireType) -> bool {
        <T as ProtoType>::accepts(wire_type)
    }

    #[inline]
    fn is_default(view: T::View<'_>) -> bool {
        Borrow::<T>::borrow(&view).is_default()
    }

    #[inline]
    fn value_len(view: T::View<'_>) -> usize {
        Borrow::<T>::borrow(&view).value_len()
    }

    #[inline]
    fn write_value(view: T::View<'_>, out: &mut Writer<'_>) {
        Borrow::<T>::borrow(&view).write_value(out);
    }

    #[inline]
    fn read_value(place: ArenaPlace<'_, T>, input: &mut Reader<'_>) -> Result<(), DecodeError> {
        read_plain(place, |value| value.read_value(input))
    }

    #[inline]
    fn field_len(view: T::View<'_>, tag: u32) -> usize {
        Borrow::<T>::borrow(&view).field_len(tag)
    }

    #[inline]
    fn write_field(view: T::View<'_>, tag: u32, out: &mut Writer<'_>) {
        Borrow::<T>::borrow(&view).write_field(tag, out);
    }

    #[inline]
    fn read_field(
        place: ArenaPlace<'_, T>,
        state: &mut Self::State,
        _: u32,
        wire_type: WireType,
        input: &mut Reader<'_>,
    ) -> Result<(), DecodeError> {
        read_plain(place, |value| value.read_field(state, wire_type, input))
    }

    #[inline]
    fn byte(view: T::View<'_>) -> u8 {
        T::as_bytes(std::slice::from_ref(Borrow::<T>::borrow(&view))).first().copied().unwrap_or_default()
    }

    #[inline]
    fn put_byte(mut place: ArenaPlace<'_, T>, byte: u8) {
        let mut value = T::zeroed();
        if let Some(first) = T::as_bytes_mut(std::slice::from_mut(&mut value)).first_mut() {
            *first = byte;
        }
        place.store(&value);
    }
}

macro_rules! numbers {
    ($($scalar:ident $variant:ident $kind:literal,)*) => {$(
        impl PlainProto for $scalar {}
    )*};
}

for_each_number!(numbers);
impl PlainProto for bool {}
impl PlainProto for FfiTimestamp {}
impl PlainProto for FfiDuration {}
impl PlainProto for FfiUuid {}
impl PlainProto for FfiDecimal {}
impl PlainProto for FfiEmpty {}
impl<const N: usize> PlainProto for FfiStr<N> {}
impl<const N: usize> PlainProto for FfiBytes<N> {}
impl<E: FfiEnum<Repr: ProtoType> + ArenaType> PlainProto for FfiOpen<E> {}
impl<K: ProtoType + ArenaType + Eq + Hash, V: ProtoType + ArenaType, const N: usize> PlainProto
    for FfiMap<K, V, N>
{
}

/// No fields, so none is read.
impl ArenaOneof for FfiEmpty {
    const TAGS: &'static [u32] = &[];

    #[inline]
    fn read_case(
        _: ArenaPlace<'_, Self>,
        _: u32,
        _: WireType,
        _: &mut Reader<'_>,
    ) -> Result<bool, DecodeError> {
        Ok(false)
    }
}
