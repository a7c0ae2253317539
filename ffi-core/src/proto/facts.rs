//! Facts about a type's place in protobuf, which generated code may ask for even if the type has
//! none: see `ffi-core/src/facts.rs`.

use std::marker::PhantomData;
use std::mem::MaybeUninit;

use super::error::DecodeError;
use super::field::{ProtoType, member_len};
use super::releaser::Releaser;
use super::wire::{Reader, Writer};
use super::wire_type::WireType;

/// The functions of [`ProtoType`], for a type that has the trait.
#[derive(Debug)]
pub struct ProtoFacts<T: ?Sized>(PhantomData<T>);

#[allow(missing_docs, reason = "the documentation of each is that of the trait's")]
impl<T: ProtoType> ProtoFacts<T> {
    pub const HAS_REFS: bool = T::HAS_REFS;

    pub const WIRE: WireType = T::WIRE;

    #[inline(always)]
    pub fn accepts(wire_type: WireType) -> bool {
        T::accepts(wire_type)
    }

    #[inline(always)]
    pub fn state() -> T::State {
        T::State::default()
    }

    #[inline(always)]
    pub fn init(slot: &mut MaybeUninit<T>) {
        T::init(slot);
    }

    #[inline(always)]
    pub fn is_default(value: &T) -> bool {
        value.is_default()
    }

    #[inline(always)]
    pub fn field_len(value: &T, tag: u32) -> usize {
        value.field_len(tag)
    }

    #[inline(always)]
    pub fn write_field(value: &T, tag: u32, out: &mut Writer<'_>) {
        value.write_field(tag, out);
    }

    /// # Errors
    ///
    /// Those of [`ProtoType::read_field`].
    #[inline(always)]
    pub fn read_field(
        value: &mut T,
        state: &mut T::State,
        wire_type: WireType,
        input: &mut Reader<'_>,
    ) -> Result<(), DecodeError> {
        value.read_field(state, wire_type, input)
    }

    #[inline(always)]
    pub fn member_len(value: &T, tag: u32) -> usize {
        member_len(value, tag)
    }

    #[inline(always)]
    pub fn write_element(value: &T, tag: u32, out: &mut Writer<'_>) {
        value.write_element(tag, out);
    }

    /// # Errors
    ///
    /// Those of [`ProtoType::read_element`].
    #[inline(always)]
    pub fn read_element(value: &mut T, input: &mut Reader<'_>) -> Result<(), DecodeError> {
        value.read_element(input)
    }

    #[inline(always)]
    pub fn release(value: &mut T, by: Releaser) {
        value.release(by);
    }
}

/// Answers for types without the trait; rustc has refused them by then.
#[allow(missing_docs, reason = "the documentation of each is that of the trait's")]
pub trait NoProtoFacts {
    const HAS_REFS: bool = false;
    const WIRE: WireType = WireType::LengthDelimited;

    fn accepts(_: WireType) -> bool {
        true
    }

    fn state() {}

    fn init<T>(_: &mut MaybeUninit<T>) {}

    fn is_default<T>(_: &T) -> bool {
        true
    }

    fn field_len<T>(_: &T, _: u32) -> usize {
        0
    }

    fn write_field<T>(_: &T, _: u32, _: &mut Writer<'_>) {}

    /// # Errors
    ///
    /// None.
    fn read_field<T>(_: &mut T, _: &mut (), _: WireType, _: &mut Reader<'_>) -> Result<(), DecodeError> {
        Ok(())
    }

    fn member_len<T>(_: &T, _: u32) -> usize {
        0
    }

    fn write_element<T>(_: &T, _: u32, _: &mut Writer<'_>) {}

    /// # Errors
    ///
    /// None.
    fn read_element<T>(_: &mut T, _: &mut Reader<'_>) -> Result<(), DecodeError> {
        Ok(())
    }

    fn release<T>(_: &mut T, _: Releaser) {}
}

impl<T: ?Sized> NoProtoFacts for ProtoFacts<T> {}
