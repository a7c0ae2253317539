//! Numbers, `bool` and enums: values of one varint, or of four or eight bytes.

use std::mem::MaybeUninit;

use bytemuck::Zeroable;
use prost::encoding::encoded_len_varint;

use super::error::{DecodeError, DecodeErrorKind};
use super::field::ProtoType;
use super::wire::{Reader, Writer};
use super::wire_type::WireType;
use crate::enumeration::FfiEnum;
use crate::types::FfiOpen;

/// Implements the encoding of numbers as varints. `$wire` is the .proto type in which it travels:
/// int32 and uint32 are the low 32 bits of the varint, as in other implementations.
macro_rules! varints {
    ($($number:ident as $wire:ident through $wide:ident $(, $byte:ident)?;)*) => {$(
        // SAFETY: `init` writes the value.
        unsafe impl ProtoType for $number {
            const WIRE: WireType = WireType::Varint;
            $(const BYTE: bool = $byte;)?
            type State = ();

            #[inline]
            fn init(slot: &mut MaybeUninit<Self>) -> &mut Self {
                slot.write(0)
            }

            #[inline]
            fn is_default(&self) -> bool {
                *self == 0
            }

            #[inline]
            fn value_len(&self) -> usize {
                encoded_len_varint($wide::from(*self) as u64)
            }

            #[inline]
            fn write_value(&self, out: &mut Writer<'_>) {
                out.varint($wide::from(*self) as u64);
            }

            #[inline]
            fn read_value(&mut self, input: &mut Reader<'_>) -> Result<(), DecodeError> {
                let number = input.varint()? as $wire;
                *self = Self::try_from(number).map_err(|_| out_of_range(number, stringify!($number)))?;
                Ok(())
            }

            $(
                #[inline]
                fn as_bytes(values: &[Self]) -> &[u8] {
                    let _ = $byte;
                    values
                }

                #[inline]
                fn as_bytes_mut(values: &mut [Self]) -> &mut [u8] {
                    values
                }
            )?
        }
    )*};
}

varints! {
    i8 as i32 through i64;
    i16 as i32 through i64;
    i32 as i32 through i64;
    i64 as i64 through i64;
    u8 as u32 through u64, true;
    u16 as u32 through u64;
    u32 as u32 through u64;
    u64 as u64 through u64;
}

#[cold]
#[inline(never)]
pub(super) fn out_of_range(number: impl std::fmt::Display, ty: &str) -> DecodeError {
    DecodeError::new(
        DecodeErrorKind::OutOfRange,
        format_args!("{number} doesn't fit into {ty}; hint: a wider type here, or a smaller number there"),
    )
}

// SAFETY: `init` writes the value.
unsafe impl ProtoType for bool {
    const WIRE: WireType = WireType::Varint;
    type State = ();

    #[inline]
    fn init(slot: &mut MaybeUninit<Self>) -> &mut Self {
        slot.write(false)
    }

    #[inline]
    fn is_default(&self) -> bool {
        !self
    }

    #[inline]
    fn value_len(&self) -> usize {
        1
    }

    #[inline]
    fn write_value(&self, out: &mut Writer<'_>) {
        out.put(&[u8::from(*self)]);
    }

    #[inline]
    fn read_value(&mut self, input: &mut Reader<'_>) -> Result<(), DecodeError> {
        *self = input.varint()? != 0;
        Ok(())
    }
}

macro_rules! floats {
    ($($float:ident, $wire:ident;)*) => {$(
        // SAFETY: `init` writes the value.
        unsafe impl ProtoType for $float {
            const WIRE: WireType = WireType::$wire;
            type State = ();

            #[inline]
            fn init(slot: &mut MaybeUninit<Self>) -> &mut Self {
                slot.write(0.0)
            }

            // -0.0 is equal to zero, but is another value.
            #[inline]
            fn is_default(&self) -> bool {
                self.to_bits() == 0
            }

            #[inline]
            fn value_len(&self) -> usize {
                size_of::<Self>()
            }

            #[inline]
            fn write_value(&self, out: &mut Writer<'_>) {
                out.put(&self.to_le_bytes());
            }

            #[inline]
            fn read_value(&mut self, input: &mut Reader<'_>) -> Result<(), DecodeError> {
                *self = Self::from_le_bytes(input.array()?);
                Ok(())
            }
        }
    )*};
}

floats! {
    f32, ThirtyTwoBit;
    f64, SixtyFourBit;
}

/// Implements [`ProtoType::is_default`] for an enum: its first variant in .proto is the one with
/// number 0.
#[inline]
pub fn enum_is_default<E: FfiEnum<Repr: ProtoType>>(variant: E) -> bool {
    variant.to_repr().is_default()
}

/// Implements [`ProtoType::value_len`] for an enum: that of its number.
#[inline]
pub fn enum_len<E: FfiEnum<Repr: ProtoType>>(variant: E) -> usize {
    variant.to_repr().value_len()
}

/// Implements [`ProtoType::write_value`] for an enum: its number, which has one encoding as int32,
/// int64 and the enum type of .proto.
#[inline]
pub fn write_enum<E: FfiEnum<Repr: ProtoType>>(variant: E, out: &mut Writer<'_>) {
    variant.to_repr().write_value(out);
}

/// Implements [`ProtoType::read_value`] for an enum.
///
/// # Errors
///
/// Returns an error if no variant has the number.
#[inline]
pub fn read_enum<E: FfiEnum<Repr: ProtoType>>(input: &mut Reader<'_>) -> Result<E, DecodeError> {
    let mut number = E::Repr::zeroed();
    number.read_value(input)?;
    E::from_repr(number).ok_or_else(|| unknown_variant(number, E::NAME))
}

#[cold]
#[inline(never)]
fn unknown_variant(number: impl std::fmt::Display, name: &str) -> DecodeError {
    DecodeError::new(
        DecodeErrorKind::UnknownVariant,
        format_args!(
            "{number} is not a {name}; hint: `FfiOpen<{name}>` takes numbers that are not known yet"
        ),
    )
}

// SAFETY: `init` writes the value.
unsafe impl<E: FfiEnum<Repr: ProtoType>> ProtoType for FfiOpen<E> {
    const WIRE: WireType = WireType::Varint;
    type State = ();

    #[inline]
    fn init(slot: &mut MaybeUninit<Self>) -> &mut Self {
        slot.write(Self::zeroed())
    }

    #[inline]
    fn is_default(&self) -> bool {
        self.raw().is_default()
    }

    #[inline]
    fn value_len(&self) -> usize {
        self.raw().value_len()
    }

    #[inline]
    fn write_value(&self, out: &mut Writer<'_>) {
        self.raw().write_value(out);
    }

    #[inline]
    fn read_value(&mut self, input: &mut Reader<'_>) -> Result<(), DecodeError> {
        let mut number = E::Repr::zeroed();
        number.read_value(input)?;
        *self = Self::from_raw(number);
        Ok(())
    }
}
