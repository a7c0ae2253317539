//! Facts about a type's place in protobuf, which generated code may ask for even if the type has
//! none: see `ffi-core/src/facts.rs`.

use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::ptr::{from_mut, from_ref};

use super::error::DecodeError;
use super::field::{ProtoType, member_len};
use super::parts::{ProtoParts, read_fields};
use super::releaser::Releaser;
use super::wire::{Reader, Writer};
use super::wire_type::WireType;
use crate::schema::piece::Member;

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

/// The functions of [`ProtoType`] of a message, if each of its fields has a place in protobuf.
#[allow(missing_docs, reason = "the documentation of each is that of the trait's")]
impl<F: ProtoParts> ProtoFacts<F> {
    pub const FIELDS_HAVE_REFS: bool = F::HAS_REFS;

    /// # Safety
    ///
    /// The members are those of all fields of the message, which have the types of this list.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub unsafe fn init_fields<'a, M>(slot: &'a mut MaybeUninit<M>, members: &'static [Member]) -> &'a mut M {
        // SAFETY: the slot is memory for the message, and the fields are in there.
        unsafe { F::init(slot.as_mut_ptr().cast(), members) };
        // SAFETY: each field is a value now.
        unsafe { slot.assume_init_mut() }
    }

    /// # Safety
    ///
    /// The contract of [`init_fields`](Self::init_fields).
    #[inline(always)]
    pub unsafe fn fields_are_default<M>(message: &M, members: &'static [Member]) -> bool {
        // SAFETY: the message is valid, and these are its fields, by this function's contract.
        unsafe { F::is_default(from_ref(message).cast(), members) }
    }

    /// # Safety
    ///
    /// The contract of [`init_fields`](Self::init_fields).
    #[inline(always)]
    pub unsafe fn fields_len<M>(message: &M, members: &'static [Member]) -> usize {
        // SAFETY: the message is valid, and these are its fields, by this function's contract.
        unsafe { F::len(from_ref(message).cast(), members) }
    }

    /// # Safety
    ///
    /// The contract of [`init_fields`](Self::init_fields).
    #[inline(always)]
    pub unsafe fn write_fields<M>(message: &M, members: &'static [Member], out: &mut Writer<'_>) {
        // SAFETY: the message is valid, and these are its fields, by this function's contract.
        unsafe { F::write(from_ref(message).cast(), members, out) };
    }

    /// # Errors
    ///
    /// Those of [`ProtoType::read_value`].
    ///
    /// # Safety
    ///
    /// The contract of [`init_fields`](Self::init_fields).
    #[inline(always)]
    pub unsafe fn read_fields<M>(
        message: &mut M,
        members: &'static [Member],
        input: &mut Reader<'_>,
    ) -> Result<(), DecodeError> {
        // SAFETY: the message is valid and borrowed mutably, and these are its fields, by this
        // function's contract.
        unsafe { read_fields::<F>(from_mut(message).cast(), members, input) }
    }

    /// # Safety
    ///
    /// The contract of [`init_fields`](Self::init_fields).
    #[inline(always)]
    pub unsafe fn release_fields<M>(message: &mut M, members: &'static [Member], by: Releaser) {
        if F::HAS_REFS {
            // SAFETY: the message is valid and borrowed mutably, and these are its fields, by this
            // function's contract.
            unsafe { F::release(from_mut(message).cast(), members, by) };
        }
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

    const FIELDS_HAVE_REFS: bool = false;

    /// # Panics
    ///
    /// Panics always, but no program calls it.
    ///
    /// # Safety
    ///
    /// None is needed.
    unsafe fn init_fields<'a, M>(_: &'a mut MaybeUninit<M>, _: &'static [Member]) -> &'a mut M {
        unreachable!("rustc has refused the message")
    }

    /// # Safety
    ///
    /// None is needed.
    unsafe fn fields_are_default<M>(_: &M, _: &'static [Member]) -> bool {
        true
    }

    /// # Safety
    ///
    /// None is needed.
    unsafe fn fields_len<M>(_: &M, _: &'static [Member]) -> usize {
        0
    }

    /// # Safety
    ///
    /// None is needed.
    unsafe fn write_fields<M>(_: &M, _: &'static [Member], _: &mut Writer<'_>) {}

    /// # Errors
    ///
    /// None.
    ///
    /// # Safety
    ///
    /// None is needed.
    unsafe fn read_fields<M>(_: &mut M, _: &'static [Member], _: &mut Reader<'_>) -> Result<(), DecodeError> {
        Ok(())
    }

    /// # Safety
    ///
    /// None is needed.
    unsafe fn release_fields<M>(_: &mut M, _: &'static [Member], _: Releaser) {}
}

impl<T: ?Sized> NoProtoFacts for ProtoFacts<T> {}
