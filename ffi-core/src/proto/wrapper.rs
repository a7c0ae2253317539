//! Wrappers: `google.protobuf.StringValue` and its kin, around one value.
//!
//! # Idea
//!
//! `#[ffi(encoding = "wrapper")]` makes a value a message with the value as field 1, which is not
//! written when it is zero. With `FfiOption` or `ArenaBox` around it, that is a value that may be
//! absent, and the wrapper is only on the wire. As for other [encodings](super::Coding) the derive
//! encodes the field as another type of the same layout: [`Wrapped`]. What it writes is what
//! [`ProtoType`] and [`ArenaProto`] have for a message around one field.
//!
//! | type | .proto |
//! |---|---|
//! | `i32`, `u32`, `i64`, `u64` | `Int32Value`, `UInt32Value`, `Int64Value`, `UInt64Value` |
//! | `f32`, `f64`, `bool` | `FloatValue`, `DoubleValue`, `BoolValue` |
//! | `FfiStr<N>`, `ArenaStr` | `StringValue` |
//! | `FfiBytes<N>`, `ArenaBytes` | `BytesValue` |
//!
//! Tests are in `tests/tests/proto_random.rs` and `tests/tests/proto.rs`, against other encoders.

use std::hash::Hasher;
use std::mem::MaybeUninit;

use bytemuck::Zeroable;

use super::arena::ArenaProto;
use super::coding::Recode;
use super::error::DecodeError;
use super::field::ProtoType;
use super::releaser::Releaser;
use super::wire::{Reader, Writer};
use super::wire_type::WireType;
use crate::arena::{ArenaBytes, ArenaCheck, ArenaFull, ArenaPlace, ArenaRef, ArenaStr, ArenaType, Reached};
use crate::schema::encode::Fragment;
use crate::types::{FfiBytes, FfiStr, FfiType, InvalidValue, Itself};

/// `"wrapper"`: a message of `google.protobuf` around the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Wrapper;

/// A value that protobuf has as field 1 of a message.
#[derive(Debug)]
#[repr(transparent)]
pub struct Wrapped<T>(T);

/// Number of the field in a wrapper.
const VALUE: u32 = 1;

// SAFETY: it has the layout and the values of what is in it.
unsafe impl<T: Zeroable> Zeroable for Wrapped<T> {}

// SAFETY: it has the layout and the values of what is in it, whose constants and check these are.
unsafe impl<T: FfiType> FfiType for Wrapped<T> {
    type Form = Itself;
    const TYPE: Fragment = T::TYPE;
    const FINGERPRINT: u64 = T::FINGERPRINT;
    const ANY_BITS: bool = T::ANY_BITS;
    const ARENA: bool = T::ARENA;

    #[inline]
    unsafe fn check(value: *const Self) -> Result<(), InvalidValue> {
        // SAFETY: what is in it is at the start, and this function's contract is that of the
        // callee.
        unsafe { T::check(value.cast()) }
    }
}

impl<T> Wrapped<T> {
    /// Returns what is in it.
    #[cfg(feature = "json")]
    #[inline(always)]
    pub(crate) fn get(&self) -> &T {
        &self.0
    }

    /// Returns the place of what is in it.
    #[inline(always)]
    fn inner(place: ArenaPlace<'_, Self>) -> ArenaPlace<'_, T> {
        // SAFETY: it is `repr(transparent)` around a `T`, which is at its start.
        unsafe { place.into_part(0) }
    }
}

// SAFETY: all is what the type in it does, which has the same layout and values.
unsafe impl<T: ArenaType> ArenaType for Wrapped<T> {
    type InArena = Itself;
    type View<'a> = T::View<'a>;
    type Value<'v> = T::Value<'v>;
    type Edit<'a> = T::Edit<'a>;
    const IDENTITY: u64 = T::IDENTITY;

    #[inline(always)]
    unsafe fn view<'a>(arena: ArenaRef<'a>, value: &'a Self) -> Self::View<'a> {
        // SAFETY: the value is in the arena, or inside of a value that is, as the caller promises.
        unsafe { T::view(arena, &value.0) }
    }

    #[inline]
    fn edit(place: ArenaPlace<'_, Self>) -> Self::Edit<'_> {
        T::edit(Self::inner(place))
    }

    #[inline]
    fn put(place: ArenaPlace<'_, Self>, value: Self::Value<'_>) -> Result<(), ArenaFull> {
        T::put(Self::inner(place), value)
    }

    #[inline]
    unsafe fn check_in(value: *const Self, check: &mut ArenaCheck<'_>) -> Result<(), InvalidValue> {
        // SAFETY: what is in it is at the start, and this function's contract is that of the
        // callee.
        unsafe { T::check_in(value.cast(), check) }
    }

    #[inline]
    unsafe fn store(value: *const Self, place: *mut Self) {
        // SAFETY: what is in it is at the start, and this function's contract is that of the
        // callee.
        unsafe { T::store(value.cast(), place.cast()) };
    }

    #[inline]
    unsafe fn copy_in(
        value: &Self,
        place: ArenaPlace<'_, Self>,
        from: ArenaRef<'_>,
    ) -> Result<(), ArenaFull> {
        // SAFETY: this function's contract is that of the callee, for what is in both.
        unsafe { T::copy_in(&value.0, Self::inner(place), from) }
    }

    #[inline]
    fn views_equal(a: Self::View<'_>, b: Self::View<'_>) -> bool {
        T::views_equal(a, b)
    }

    #[inline]
    fn hash_view<H: Hasher>(view: Self::View<'_>, state: &mut H) {
        T::hash_view(view, state);
    }

    #[cfg(feature = "serde")]
    fn serialize_view<S: serde::Serializer>(view: Self::View<'_>, serializer: S) -> Result<S::Ok, S::Error> {
        T::serialize_view(view, serializer)
    }

    fn reach(reached: &mut Reached) {
        T::reach(reached);
    }
}

// SAFETY: `init` writes the value, as that of the type in it does.
unsafe impl<T: ProtoType> ProtoType for Wrapped<T> {
    const WIRE: WireType = WireType::LengthDelimited;
    const HAS_REFS: bool = T::HAS_REFS;
    type State = ();

    #[inline]
    fn init(slot: &mut MaybeUninit<Self>) -> &mut Self {
        // SAFETY: both have one layout, and what `init` leaves there is a value of both.
        let inner: &mut MaybeUninit<T> = unsafe { &mut *std::ptr::from_mut(slot).cast() };
        let inner = T::init(inner);
        // SAFETY: it is `repr(transparent)` around a `T`, and each value of one is one of both.
        unsafe { &mut *std::ptr::from_mut(inner).cast() }
    }

    #[inline]
    fn is_default(&self) -> bool {
        self.0.is_default()
    }

    #[inline]
    fn value_len(&self) -> usize {
        self.0.field_len(VALUE)
    }

    #[inline]
    fn write_value(&self, out: &mut Writer<'_>) {
        self.0.write_field(VALUE, out);
    }

    fn read_value(&mut self, input: &mut Reader<'_>) -> Result<(), DecodeError> {
        let mut state = T::State::default();
        while let Some((tag, wire_type)) = input.key()? {
            match tag {
                VALUE if T::accepts(wire_type) => self.0.read_field(&mut state, wire_type, input)?,
                _ => input.skip(tag, wire_type)?,
            }
        }
        Ok(())
    }

    #[inline]
    fn release(&mut self, by: Releaser) {
        self.0.release(by);
    }
}

impl<T: ArenaProto> ArenaProto for Wrapped<T> {
    const WIRE: WireType = WireType::LengthDelimited;
    type State = ();

    #[inline]
    fn is_default(view: Self::View<'_>) -> bool {
        T::is_default(view)
    }

    #[inline]
    fn value_len(view: Self::View<'_>) -> usize {
        T::field_len(view, VALUE)
    }

    #[inline]
    fn write_value(view: Self::View<'_>, out: &mut Writer<'_>) {
        T::write_field(view, VALUE, out);
    }

    fn read_value(place: ArenaPlace<'_, Self>, input: &mut Reader<'_>) -> Result<(), DecodeError> {
        let (mut place, mut state) = (Self::inner(place), T::State::default());
        while let Some((tag, wire_type)) = input.key()? {
            match tag {
                VALUE if T::accepts(wire_type) => {
                    T::read_field(place.reborrow(), &mut state, tag, wire_type, input)?;
                }
                _ => input.skip(tag, wire_type)?,
            }
        }
        Ok(())
    }

    #[inline]
    fn settle(place: ArenaPlace<'_, Self>) {
        T::settle(Self::inner(place));
    }
}

macro_rules! wrapped {
    ($($ty:ty)*) => {$(
        // SAFETY: `Wrapped` is `repr(transparent)` around the type.
        unsafe impl Recode<Wrapper> for $ty {
            type As = Wrapped<$ty>;
        }
    )*};
}

wrapped! { i32 u32 i64 u64 f32 f64 bool ArenaStr ArenaBytes }

// SAFETY: `Wrapped` is `repr(transparent)` around the type.
unsafe impl<const N: usize> Recode<Wrapper> for FfiStr<N> {
    type As = Wrapped<Self>;
}

// SAFETY: `Wrapped` is `repr(transparent)` around the type.
unsafe impl<const N: usize> Recode<Wrapper> for FfiBytes<N> {
    type As = Wrapped<Self>;
}
