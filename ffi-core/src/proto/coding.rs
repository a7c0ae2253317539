//! Encodings of integers other than plain varints: zigzag, and a fixed number of bytes.
//!
//! # Idea
//!
//! `#[ffi(encoding = "zigzag")]` changes the bytes of a field on the wire, and neither its type nor
//! its memory. So the derive encodes and decodes such a field as another type of the same layout:
//! [`Recode`] maps a type to it, containers by what they hold, and a [`Coded`] integer is what is
//! at the end. Casting a reference is all that this costs.
//!
//! | encoding | integers | .proto |
//! |---|---|---|
//! | [`ZigZag`] | `i8` `i16` `i32`; `i64` | `sint32`; `sint64` |
//! | [`Fixed`] | `i8` `i16` `i32`; `i64` | `sfixed32`; `sfixed64` |
//! | [`Fixed`] | `u16` `u32`; `u64` | `fixed32`; `fixed64` |
//!
//! `u8` has neither, as an array of it is `bytes`.
//!
//! Tests are in `tests/tests/proto_random.rs` and `arena_proto.rs`, against other encoders.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::mem::MaybeUninit;

use bytemuck::Zeroable;
use prost::encoding::encoded_len_varint;

use super::arena::PlainProto;
use super::error::DecodeError;
use super::field::ProtoType;
use super::scalar::out_of_range;
use super::wire::{Reader, Writer};
use super::wire_type::WireType;
use crate::arena::{ArenaBox, ArenaFull, ArenaKey, ArenaMap, ArenaPlace, ArenaRef, ArenaType, ArenaVec};
use crate::schema::encode::Fragment;
use crate::types::{FfiMap, FfiOption, FfiType, FfiVec, InvalidValue, Itself};

/// An encoding of the integer type `T`.
#[diagnostic::on_unimplemented(
    message = "`{T}` has no such encoding in protobuf",
    label = "not an integer with this encoding",
    note = "\"zigzag\" is for `i8` to `i64`, and \"fixed\" for these and `u16` to `u64`"
)]
pub trait Coding<T>: Copy + Eq + Hash + Send + Sync + 'static {
    /// Wire type of a value.
    const WIRE: WireType;

    /// Returns the number of bytes of a value.
    fn len(value: T) -> usize;

    /// Writes a value.
    fn write(value: T, out: &mut Writer<'_>);

    /// Reads a value.
    ///
    /// # Errors
    ///
    /// Returns an error if the bytes end before, or the number doesn't fit.
    fn read(input: &mut Reader<'_>) -> Result<T, DecodeError>;
}

/// `"zigzag"`: a varint that is short for numbers near zero, whatever their sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ZigZag;

/// Returns the unsigned integer of a signed one: 0, -1, 1, -2 become 0, 1, 2, 3.
macro_rules! to_zigzag {
    ($wire:ident, $value:ident) => {{
        let wide = $wire::from($value);
        u64::from((wide << 1 ^ wide >> ($wire::BITS - 1)).cast_unsigned())
    }};
}

macro_rules! zigzag {
    ($($number:ident as $wire:ident of $bits:ident;)*) => {$(
        impl Coding<$number> for ZigZag {
            const WIRE: WireType = WireType::Varint;

            #[inline]
            fn len(value: $number) -> usize {
                encoded_len_varint(to_zigzag!($wire, value))
            }

            #[inline]
            fn write(value: $number, out: &mut Writer<'_>) {
                out.varint(to_zigzag!($wire, value));
            }

            #[inline]
            fn read(input: &mut Reader<'_>) -> Result<$number, DecodeError> {
                let bits = input.varint()? as $bits;
                let number = (bits >> 1).cast_signed() ^ -(bits & 1).cast_signed();
                $number::try_from(number).map_err(|_| out_of_range(number, stringify!($number)))
            }
        }
    )*};
}

zigzag! {
    i8 as i32 of u32;
    i16 as i32 of u32;
    i32 as i32 of u32;
    i64 as i64 of u64;
}

/// `"fixed"`: four or eight bytes, the lowest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fixed;

macro_rules! fixed {
    ($($number:ident as $wire:ident, $form:ident;)*) => {$(
        impl Coding<$number> for Fixed {
            const WIRE: WireType = WireType::$form;

            #[inline]
            fn len(_: $number) -> usize {
                size_of::<$wire>()
            }

            #[inline]
            fn write(value: $number, out: &mut Writer<'_>) {
                out.put(&$wire::from(value).to_le_bytes());
            }

            #[inline]
            fn read(input: &mut Reader<'_>) -> Result<$number, DecodeError> {
                let number = $wire::from_le_bytes(input.array()?);
                $number::try_from(number).map_err(|_| out_of_range(number, stringify!($number)))
            }
        }
    )*};
}

fixed! {
    i8 as i32, ThirtyTwoBit;
    i16 as i32, ThirtyTwoBit;
    i32 as i32, ThirtyTwoBit;
    i64 as i64, SixtyFourBit;
    u16 as u32, ThirtyTwoBit;
    u32 as u32, ThirtyTwoBit;
    u64 as u64, SixtyFourBit;
}

/// An integer that can have an encoding.
pub trait Integer: Copy + Ord + Hash + ArenaKey + for<'a> ArenaType<View<'a> = Self> {}

/// An integer whose encoding is `C`.
#[repr(transparent)]
pub struct Coded<T, C>(T, PhantomData<C>);

impl<T, C> Coded<T, C> {
    /// Returns the integer.
    #[cfg(feature = "json")]
    #[inline(always)]
    pub(crate) fn get(&self) -> &T {
        &self.0
    }
}

impl<T: Copy, C> Copy for Coded<T, C> {}

impl<T: Copy, C> Clone for Coded<T, C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: PartialEq, C> PartialEq for Coded<T, C> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<T: Eq, C> Eq for Coded<T, C> {}

impl<T: Hash, C> Hash for Coded<T, C> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<T: fmt::Debug, C> fmt::Debug for Coded<T, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

// SAFETY: it has the layout and the values of the integer in it.
unsafe impl<T: Zeroable, C> Zeroable for Coded<T, C> {}

// SAFETY: it has the layout and the values of the integer in it, whose constants and check these
// are.
unsafe impl<T: Integer, C: Coding<T>> FfiType for Coded<T, C> {
    type Form = Itself;
    const TYPE: Fragment = T::TYPE;
    const FINGERPRINT: u64 = T::FINGERPRINT;
    const ANY_BITS: bool = T::ANY_BITS;

    #[inline]
    unsafe fn check(value: *const Self) -> Result<(), InvalidValue> {
        // SAFETY: the integer is at the start, and this function's contract is that of the callee.
        unsafe { T::check(value.cast()) }
    }
}

// SAFETY: an integer: nothing is referred to, and no padding.
unsafe impl<T: Integer, C: Coding<T>> ArenaType for Coded<T, C> {
    type InArena = Itself;
    type View<'a> = Self;
    type Value<'v> = Self;
    type Edit<'a> = ArenaPlace<'a, Self>;
    const IDENTITY: u64 = T::IDENTITY;

    #[inline]
    unsafe fn view<'a>(_: ArenaRef<'a>, value: &'a Self) -> Self {
        *value
    }

    #[inline]
    fn edit(place: ArenaPlace<'_, Self>) -> ArenaPlace<'_, Self> {
        place
    }

    #[inline]
    fn put(mut place: ArenaPlace<'_, Self>, value: Self) -> Result<(), ArenaFull> {
        place.store(&value);
        Ok(())
    }

    #[inline]
    unsafe fn store(value: *const Self, place: *mut Self) {
        // SAFETY: both are aligned memory of a value, which don't overlap, by this function's
        // contract; an integer has no padding.
        unsafe { place.copy_from_nonoverlapping(value, 1) };
    }

    #[inline]
    fn views_equal(a: Self, b: Self) -> bool {
        a == b
    }

    #[inline]
    fn hash_view<H: Hasher>(view: Self, state: &mut H) {
        view.hash(state);
    }

    #[cfg(feature = "serde")]
    fn serialize_view<S: serde::Serializer>(view: Self, serializer: S) -> Result<S::Ok, S::Error> {
        T::serialize_view(view.0, serializer)
    }
}

impl<T: Integer, C: Coding<T>> ArenaKey for Coded<T, C> {
    #[inline]
    fn order(a: Self, b: Self) -> std::cmp::Ordering {
        a.0.cmp(&b.0)
    }

    #[inline]
    fn order_value(key: Self, value: &Self) -> std::cmp::Ordering {
        key.0.cmp(&value.0)
    }
}

// SAFETY: `init` writes the value.
unsafe impl<T: Integer, C: Coding<T>> ProtoType for Coded<T, C> {
    const WIRE: WireType = C::WIRE;
    type State = ();

    #[inline]
    fn init(slot: &mut MaybeUninit<Self>) -> &mut Self {
        slot.write(Self::zeroed())
    }

    #[inline]
    fn is_default(&self) -> bool {
        self.0 == T::zeroed()
    }

    #[inline]
    fn value_len(&self) -> usize {
        C::len(self.0)
    }

    #[inline]
    fn write_value(&self, out: &mut Writer<'_>) {
        C::write(self.0, out);
    }

    #[inline]
    fn read_value(&mut self, input: &mut Reader<'_>) -> Result<(), DecodeError> {
        self.0 = C::read(input)?;
        Ok(())
    }
}

impl<T: Integer, C: Coding<T>> PlainProto for Coded<T, C> {}

/// A type whose values can have the encoding `C`: elements of lists, values of maps. It is also
/// implemented for what can be in a [wrapper](super::Wrapper).
///
/// # Safety
///
/// An implementation promises that `As` has the layout of this type, and that each value of one is
/// a value of the other.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no `encoding`",
    label = "no value with this encoding, and no container of those",
    note = "\"zigzag\" and \"fixed\" are for integers, and \"wrapper\" for `i32`, `u32`, `i64`, `u64`, floats, `bool`, text \
            and bytes; newtypes and containers of these have them as well"
)]
pub unsafe trait Recode<C>: FfiType {
    /// The type with that encoding.
    type As: FfiType;
}

/// A map whose keys can have the encoding `C`.
///
/// # Safety
///
/// That of [`Recode`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no `key_encoding`",
    label = "not a map with integers as keys",
    note = "what has is an `FfiMap` or `ArenaMap` whose keys are `i8` to `i64` or `u16` to `u64`"
)]
pub unsafe trait RecodeKey<C>: FfiType {
    /// The type with that encoding.
    type As: FfiType;
}

macro_rules! integers {
    ($($number:ident)*) => {$(
        impl Integer for $number {}

        // SAFETY: `Coded` is `repr(transparent)` around the integer.
        unsafe impl<C: Coding<$number>> Recode<C> for $number {
            type As = Coded<$number, C>;
        }
    )*};
}

integers! { i8 i16 i32 i64 u16 u32 u64 }

// SAFETY: `FfiVec` is `repr(C)` with elements whose layout and values are the same.
unsafe impl<T: Recode<C>, C, const N: usize> Recode<C> for FfiVec<T, N> {
    type As = FfiVec<T::As, N>;
}

// SAFETY: an array has the layout and the values of its elements.
unsafe impl<T: Recode<C>, C, const N: usize> Recode<C> for [T; N]
where
    [T; N]: Zeroable,
    [T::As; N]: FfiType,
{
    type As = [T::As; N];
}

// SAFETY: `FfiOption` is `repr(C)` with a value whose layout and values are the same.
unsafe impl<T: Recode<C>, C> Recode<C> for FfiOption<T> {
    type As = FfiOption<T::As>;
}

// SAFETY: `FfiMap` is `repr(C)` with values whose layout and values are the same.
unsafe impl<K, V: Recode<C>, C, const N: usize> Recode<C> for FfiMap<K, V, N>
where
    Self: FfiType,
    FfiMap<K, V::As, N>: FfiType,
{
    type As = FfiMap<K, V::As, N>;
}

// SAFETY: `FfiMap` is `repr(C)` with keys whose layout, values, equality and hash are the same.
unsafe impl<K: Recode<C>, V, C, const N: usize> RecodeKey<C> for FfiMap<K, V, N>
where
    Self: FfiType,
    FfiMap<K::As, V, N>: FfiType,
{
    type As = FfiMap<K::As, V, N>;
}

// SAFETY: the handle has the same layout for all types, and refers to elements whose layout and
// values are the same.
unsafe impl<T: Recode<C, As: ArenaType> + ArenaType, C> Recode<C> for ArenaVec<T> {
    type As = ArenaVec<T::As>;
}

// SAFETY: the handle has the same layout for all types, and refers to a value whose layout and
// values are the same.
unsafe impl<T: Recode<C, As: ArenaType> + ArenaType, C> Recode<C> for ArenaBox<T> {
    type As = ArenaBox<T::As>;
}

// SAFETY: the handle has the same layout for all types, and refers to values whose layout and
// values are the same.
unsafe impl<K: ArenaKey, V: Recode<C, As: ArenaType> + ArenaType, C> Recode<C> for ArenaMap<K, V> {
    type As = ArenaMap<K, V::As>;
}

// SAFETY: the handle has the same layout for all types, and refers to keys whose layout, values and
// order are the same.
unsafe impl<K: Recode<C, As: ArenaKey> + ArenaKey, V: ArenaType, C> RecodeKey<C> for ArenaMap<K, V> {
    type As = ArenaMap<K::As, V>;
}

/// Returns a value as the type that protobuf has it as.
///
/// It has no bound, so that a type without that encoding is one error.
///
/// # Safety
///
/// `As` is that of [`Recode`] or [`RecodeKey`] for `T`, or that of one for that of the other.
#[inline(always)]
pub unsafe fn recoded<T, As>(value: &T) -> &As {
    // SAFETY: both have one layout, and each value of one is a value of the other, by the contracts
    // of the two traits.
    unsafe { &*std::ptr::from_ref(value).cast() }
}

/// Returns a mutable value as the type that protobuf has it as.
///
/// # Safety
///
/// That of [`recoded`].
#[inline(always)]
pub unsafe fn recoded_mut<T, As>(value: &mut T) -> &mut As {
    // SAFETY: both have one layout, and each value of one is a value of the other, by the contracts
    // of the two traits.
    unsafe { &mut *std::ptr::from_mut(value).cast() }
}

/// Returns the view of an integer in an arena, with the encoding `C`.
#[inline(always)]
pub fn recoded_view<C: Coding<T>, T: Integer>(view: T) -> Coded<T, C> {
    Coded(view, PhantomData)
}
