//! Types without handles, which have a protobuf of their own: it is read into a copy, as code
//! outside of arenas may leave padding without a value.

use std::hash::Hash;

use bytemuck::zeroed_box;

use super::super::error::DecodeError;
use super::super::field::ProtoType;
use crate::arena::{ArenaPlace, ArenaType};
use crate::enumeration::FfiEnum;
use crate::scalars::for_each_number;
use crate::types::logical::{FfiDecimal, FfiDuration, FfiTimestamp, FfiUuid};
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

/// Stores a byte, if the type is `u8` or a newtype of it.
#[inline]
pub fn read_plain_byte<T: ProtoType + ArenaType>(mut place: ArenaPlace<'_, T>, byte: u8) {
    let mut value = T::zeroed();
    if let Some(first) = T::as_bytes_mut(std::slice::from_mut(&mut value)).first_mut() {
        *first = byte;
    }
    place.store(&value);
}

/// Implements `ArenaProto` of a type without handles by its `ProtoType`.
#[doc(hidden)]
#[macro_export]
macro_rules! __arena_proto {
    ([$($generics:tt)*] $Type:ty, where [$($bounds:tt)*]) => {
        #[automatically_derived]
        impl<$($generics)*> $crate::__private::proto::ArenaProto for $Type
        where
            $($bounds)*
        {
            const WIRE: $crate::__private::proto::WireType =
                <$Type as $crate::__private::proto::ProtoType>::WIRE;
            const NESTED: $crate::__private::core::primitive::bool =
                <$Type as $crate::__private::proto::ProtoType>::NESTED;
            const BYTE: $crate::__private::core::primitive::bool =
                <$Type as $crate::__private::proto::ProtoType>::BYTE;
            type State = <$Type as $crate::__private::proto::ProtoType>::State;

            #[inline]
            fn accepts(
                wire_type: $crate::__private::proto::WireType,
            ) -> $crate::__private::core::primitive::bool {
                <$Type as $crate::__private::proto::ProtoType>::accepts(wire_type)
            }

            #[inline]
            fn is_default(
                view: <Self as $crate::__private::ArenaType>::View<'_>,
            ) -> $crate::__private::core::primitive::bool {
                let value: &$Type = $crate::__private::core::borrow::Borrow::borrow(&view);
                <$Type as $crate::__private::proto::ProtoType>::is_default(value)
            }

            #[inline]
            fn value_len(
                view: <Self as $crate::__private::ArenaType>::View<'_>,
            ) -> $crate::__private::core::primitive::usize {
                let value: &$Type = $crate::__private::core::borrow::Borrow::borrow(&view);
                <$Type as $crate::__private::proto::ProtoType>::value_len(value)
            }

            #[inline]
            fn write_value(
                view: <Self as $crate::__private::ArenaType>::View<'_>,
                out: &mut $crate::__private::proto::Writer<'_>,
            ) {
                let value: &$Type = $crate::__private::core::borrow::Borrow::borrow(&view);
                <$Type as $crate::__private::proto::ProtoType>::write_value(value, out);
            }

            #[inline]
            fn read_value(
                place: $crate::__private::ArenaPlace<'_, Self>,
                input: &mut $crate::__private::proto::Reader<'_>,
            ) -> $crate::__private::core::result::Result<(), $crate::__private::proto::DecodeError> {
                $crate::__private::proto::read_plain(place, |value: &mut $Type| {
                    <$Type as $crate::__private::proto::ProtoType>::read_value(value, input)
                })
            }

            #[inline]
            fn field_len(
                view: <Self as $crate::__private::ArenaType>::View<'_>,
                tag: $crate::__private::core::primitive::u32,
            ) -> $crate::__private::core::primitive::usize {
                let value: &$Type = $crate::__private::core::borrow::Borrow::borrow(&view);
                <$Type as $crate::__private::proto::ProtoType>::field_len(value, tag)
            }

            #[inline]
            fn write_field(
                view: <Self as $crate::__private::ArenaType>::View<'_>,
                tag: $crate::__private::core::primitive::u32,
                out: &mut $crate::__private::proto::Writer<'_>,
            ) {
                let value: &$Type = $crate::__private::core::borrow::Borrow::borrow(&view);
                <$Type as $crate::__private::proto::ProtoType>::write_field(value, tag, out);
            }

            #[inline]
            fn read_field(
                place: $crate::__private::ArenaPlace<'_, Self>,
                state: &mut Self::State,
                _: $crate::__private::core::primitive::u32,
                wire_type: $crate::__private::proto::WireType,
                input: &mut $crate::__private::proto::Reader<'_>,
            ) -> $crate::__private::core::result::Result<(), $crate::__private::proto::DecodeError> {
                $crate::__private::proto::read_plain(place, |value: &mut $Type| {
                    <$Type as $crate::__private::proto::ProtoType>::read_field(value, state, wire_type, input)
                })
            }

            #[inline]
            fn byte(
                view: <Self as $crate::__private::ArenaType>::View<'_>,
            ) -> $crate::__private::core::primitive::u8 {
                let value: &$Type = $crate::__private::core::borrow::Borrow::borrow(&view);
                let bytes = <$Type as $crate::__private::proto::ProtoType>::as_bytes(
                    $crate::__private::core::slice::from_ref(value),
                );
                bytes.first().copied().unwrap_or_default()
            }

            #[inline]
            fn put_byte(
                place: $crate::__private::ArenaPlace<'_, Self>,
                byte: $crate::__private::core::primitive::u8,
            ) {
                $crate::__private::proto::read_plain_byte(place, byte);
            }
        }
    };
}

macro_rules! numbers {
    ($($scalar:ident $variant:ident $kind:literal,)*) => {$(
        __arena_proto!([] $scalar, where []);
    )*};
}

for_each_number!(numbers);
__arena_proto!([] bool, where []);
__arena_proto!([] FfiTimestamp, where []);
__arena_proto!([] FfiDuration, where []);
__arena_proto!([] FfiUuid, where []);
__arena_proto!([] FfiDecimal, where []);
__arena_proto!([const N: usize] FfiStr<N>, where []);
__arena_proto!([const N: usize] FfiBytes<N>, where []);
__arena_proto!([E: FfiEnum<Repr: ProtoType> + ArenaType] FfiOpen<E>, where []);
__arena_proto!(
    [K: ProtoType + ArenaType + Eq + Hash, V: ProtoType + ArenaType, const N: usize] FfiMap<K, V, N>,
    where []
);
