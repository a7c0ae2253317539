//! Lists of the types of a message's fields, as protobuf has them: in the order of their numbers.
//!
//! The [idea](crate::types::parts) is that of all lists of types: what is done for each field is
//! written once, here, and the derive writes the types and the members. A member has the number and
//! the place of its field. Messages whose fields have attributes about protobuf have their code
//! written out instead.
//!
//! In release builds all of it is inlined into the functions of the message, for which the numbers
//! and places are constants. In debug builds it isn't, so that messages whose fields have the same
//! types share it.

use std::mem::MaybeUninit;

use super::error::{DecodeError, in_field};
use super::field::{ProtoType, init_field};
use super::releaser::Releaser;
use super::wire::{Reader, Writer};
use super::wire_type::WireType;
use crate::schema::piece::Member;
use crate::types::parts::{Both, for_each_tuple};

/// Types of the fields of a message that have a place in protobuf.
///
/// # Safety
///
/// An implementation promises that [`init`](Self::init) makes each field a value, and that
/// functions that write use the [`Writer`] that they get, and don't replace it.
pub unsafe trait ProtoParts {
    /// Number of types.
    const COUNT: usize;

    /// True if one has [`ProtoType::HAS_REFS`].
    const HAS_REFS: bool;

    /// States of the fields while a message is read.
    type States;

    /// Returns the states before a message is read.
    fn states() -> Self::States;

    /// Makes each field the value of all zeros.
    ///
    /// # Safety
    ///
    /// The message has memory for each type at the offset of its member, and no other code uses it.
    unsafe fn init(message: *mut u8, members: &'static [Member]);

    /// Returns true if no field is written.
    ///
    /// # Safety
    ///
    /// The message is valid, and has a field of each type at the offset of its member.
    unsafe fn is_default(message: *const u8, members: &'static [Member]) -> bool;

    /// Returns the number of bytes that [`write`](Self::write) writes.
    ///
    /// # Safety
    ///
    /// The message is valid, and has a field of each type at the offset of its member.
    unsafe fn len(message: *const u8, members: &'static [Member]) -> usize;

    /// Writes each field.
    ///
    /// # Safety
    ///
    /// The message is valid, and has a field of each type at the offset of its member.
    unsafe fn write(message: *const u8, members: &'static [Member], out: &mut Writer<'_>);

    /// Reads the field with that number, after its key, and returns true; false if there is none
    /// with that number and wire type.
    ///
    /// # Errors
    ///
    /// Returns the mistake, with the path from the message.
    ///
    /// # Safety
    ///
    /// The message is valid, has a field of each type at the offset of its member, and no other
    /// code uses it.
    unsafe fn read(
        message: *mut u8,
        members: &'static [Member],
        states: &mut Self::States,
        key: (u32, WireType),
        input: &mut Reader<'_>,
    ) -> Result<bool, DecodeError>;

    /// Calls [`ProtoType::release`] of each field.
    ///
    /// # Safety
    ///
    /// The message is valid, has a field of each type at the offset of its member, and no other
    /// code uses it.
    unsafe fn release(message: *mut u8, members: &'static [Member], by: Releaser);
}

// SAFETY: both lists make their fields values, and write as they promise.
unsafe impl<A: ProtoParts, B: ProtoParts> ProtoParts for Both<A, B> {
    const COUNT: usize = A::COUNT + B::COUNT;
    const HAS_REFS: bool = A::HAS_REFS || B::HAS_REFS;
    type States = (A::States, B::States);

    #[inline]
    fn states() -> Self::States {
        (A::states(), B::states())
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    unsafe fn init(message: *mut u8, members: &'static [Member]) {
        let (first, second) = members.split_at(A::COUNT);
        // SAFETY: by this function's contract these members are those of the first list's types.
        unsafe { A::init(message, first) };
        // SAFETY: by this function's contract these members are those of the second list's types.
        unsafe { B::init(message, second) };
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    unsafe fn is_default(message: *const u8, members: &'static [Member]) -> bool {
        let (first, second) = members.split_at(A::COUNT);
        // SAFETY: by this function's contract these members are those of the first list's types.
        let default = unsafe { A::is_default(message, first) };
        // SAFETY: by this function's contract these members are those of the second list's types.
        default && unsafe { B::is_default(message, second) }
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    unsafe fn len(message: *const u8, members: &'static [Member]) -> usize {
        let (first, second) = members.split_at(A::COUNT);
        // SAFETY: by this function's contract these members are those of the first list's types.
        let len = unsafe { A::len(message, first) };
        // SAFETY: by this function's contract these members are those of the second list's types.
        len + unsafe { B::len(message, second) }
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    unsafe fn write(message: *const u8, members: &'static [Member], out: &mut Writer<'_>) {
        let (first, second) = members.split_at(A::COUNT);
        // SAFETY: by this function's contract these members are those of the first list's types.
        unsafe { A::write(message, first, out) };
        // SAFETY: by this function's contract these members are those of the second list's types.
        unsafe { B::write(message, second, out) };
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    unsafe fn read(
        message: *mut u8,
        members: &'static [Member],
        states: &mut Self::States,
        key: (u32, WireType),
        input: &mut Reader<'_>,
    ) -> Result<bool, DecodeError> {
        let (first, second) = members.split_at(A::COUNT);
        // SAFETY: by this function's contract these members are those of the first list's types.
        let read = unsafe { A::read(message, first, &mut states.0, key, input) }?;
        // SAFETY: by this function's contract these members are those of the second list's types.
        Ok(read || unsafe { B::read(message, second, &mut states.1, key, input) }?)
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    unsafe fn release(message: *mut u8, members: &'static [Member], by: Releaser) {
        let (first, second) = members.split_at(A::COUNT);
        // SAFETY: by this function's contract these members are those of the first list's types.
        unsafe { A::release(message, first, by) };
        // SAFETY: by this function's contract these members are those of the second list's types.
        unsafe { B::release(message, second, by) };
    }
}

/// Returns a field of a message.
///
/// # Safety
///
/// The message is valid, and has an `F` at the offset of the member.
#[inline(always)]
unsafe fn field<'a, F>(message: *const u8, member: &Member) -> &'a F {
    // SAFETY: the message has a field there, by this function's contract.
    let field = unsafe { message.add(member.offset) };
    // SAFETY: the field of a valid message is valid and aligned; the caller keeps the message for
    // as long as the reference is used.
    unsafe { &*field.cast() }
}

/// Returns a field of a message, to be changed.
///
/// # Safety
///
/// The message is valid, has an `F` at the offset of the member, and no other code uses it.
#[inline(always)]
unsafe fn field_mut<'a, F>(message: *mut u8, member: &Member) -> &'a mut F {
    // SAFETY: the message has a field there, by this function's contract.
    let field = unsafe { message.add(member.offset) };
    // SAFETY: the field of a valid message is valid and aligned; the caller keeps the message for
    // as long as the reference is used, and no other code uses it.
    unsafe { &mut *field.cast() }
}

macro_rules! proto_parts {
    ($($T:ident $index:tt,)*) => {
        // SAFETY: each field is made a value; the writer is passed on.
        unsafe impl<$($T: ProtoType),*> ProtoParts for ($($T,)*) {
            const COUNT: usize = [$($index),*].len();
            const HAS_REFS: bool = $($T::HAS_REFS)||*;
            type States = ($($T::State,)*);

            #[inline]
            fn states() -> Self::States {
                ($($T::State::default(),)*)
            }

            #[cfg_attr(not(debug_assertions), inline(always))]
            unsafe fn init(message: *mut u8, members: &'static [Member]) {
                $(
                    let init = |slot: &mut MaybeUninit<$T>| {
                        $T::init(slot);
                    };
                    // SAFETY: by this function's contract there is memory of that type.
                    unsafe { init_field(message, members[$index].offset, init) };
                )*
            }

            #[cfg_attr(not(debug_assertions), inline(always))]
            unsafe fn is_default(message: *const u8, members: &'static [Member]) -> bool {
                // SAFETY: by this function's contract the fields are there.
                $((unsafe { field::<$T>(message, &members[$index]) }.is_default()))&&*
            }

            #[cfg_attr(not(debug_assertions), inline(always))]
            unsafe fn len(message: *const u8, members: &'static [Member]) -> usize {
                let mut len = 0;
                $(
                    // SAFETY: by this function's contract the field is there.
                    len += unsafe { field::<$T>(message, &members[$index]) }.field_len(members[$index].number);
                )*
                len
            }

            #[cfg_attr(not(debug_assertions), inline(always))]
            unsafe fn write(message: *const u8, members: &'static [Member], out: &mut Writer<'_>) {
                $(
                    // SAFETY: by this function's contract the field is there.
                    unsafe { field::<$T>(message, &members[$index]) }
                        .write_field(members[$index].number, out);
                )*
            }

            #[cfg_attr(not(debug_assertions), inline(always))]
            unsafe fn read(
                message: *mut u8,
                members: &'static [Member],
                states: &mut Self::States,
                (number, wire_type): (u32, WireType),
                input: &mut Reader<'_>,
            ) -> Result<bool, DecodeError> {
                // Comparisons with constants become a table of jumps.
                $(
                    if number == members[$index].number && $T::accepts(wire_type) {
                        // SAFETY: by this function's contract the field is there.
                        let field = unsafe { field_mut::<$T>(message, &members[$index]) };
                        let read = field.read_field(&mut states.$index, wire_type, input);
                        return in_field(read, members[$index].name).map(|()| true);
                    }
                )*
                Ok(false)
            }

            #[cfg_attr(not(debug_assertions), inline(always))]
            unsafe fn release(message: *mut u8, members: &'static [Member], by: Releaser) {
                $(
                    // SAFETY: by this function's contract the field is there.
                    unsafe { field_mut::<$T>(message, &members[$index]) }.release(by);
                )*
            }
        }
    };
}

for_each_tuple!(proto_parts);

/// Body of [`ProtoType::read_value`] of a message.
///
/// # Errors
///
/// Returns the mistake, with the path from the message.
///
/// # Safety
///
/// The contract of [`ProtoParts::read`].
#[cfg_attr(not(debug_assertions), inline(always))]
pub(super) unsafe fn read_fields<F: ProtoParts>(
    message: *mut u8,
    members: &'static [Member],
    input: &mut Reader<'_>,
) -> Result<(), DecodeError> {
    let mut states = F::states();
    while let Some((number, wire_type)) = input.key()? {
        // SAFETY: the callee has the same contract.
        if !unsafe { F::read(message, members, &mut states, (number, wire_type), input) }? {
            input.skip(number, wire_type)?;
        }
    }
    Ok(())
}

/// Implements [`ProtoType`] for a message whose fields have no attributes about protobuf. `$fields`
/// are their types and `$members` the fields, both in the order of their numbers; `$($begin)*` is
/// what the implementation has besides.
#[doc(hidden)]
#[macro_export]
macro_rules! __proto_message {
    ($message:ident, $fields:ident, $members:ident, { $($begin:tt)* }) => {
        // SAFETY: types and members are those of all fields, as the derive writes them, so `init`
        // makes each a value; the writer is passed on.
        #[automatically_derived]
        unsafe impl __ffi::proto::ProtoType for $message {
            const WIRE: __ffi::proto::WireType = __ffi::proto::WireType::LengthDelimited;
            const HAS_REFS: __ffi::bool = __ffi::proto::ProtoFacts::<$fields>::FIELDS_HAVE_REFS;
            type State = ();

            fn init(slot: &mut __ffi::core::mem::MaybeUninit<$message>) -> &mut $message {
                // SAFETY: the slot is memory for the message and its fields.
                unsafe { __ffi::proto::ProtoFacts::<$fields>::init_fields(slot, $members) }
            }

            fn is_default(&self) -> __ffi::bool {
                // SAFETY: these are the types of its fields.
                unsafe { __ffi::proto::ProtoFacts::<$fields>::fields_are_default(self, $members) }
            }

            fn value_len(&self) -> __ffi::usize {
                // SAFETY: these are the types of its fields.
                unsafe { __ffi::proto::ProtoFacts::<$fields>::fields_len(self, $members) }
            }

            fn write_value(&self, out: &mut __ffi::proto::Writer<'_>) {
                // SAFETY: these are the types of its fields.
                unsafe { __ffi::proto::ProtoFacts::<$fields>::write_fields(self, $members, out) }
            }

            fn read_value(
                &mut self,
                input: &mut __ffi::proto::Reader<'_>,
            ) -> __ffi::Result<(), __ffi::proto::DecodeError> {
                // SAFETY: these are the types of its fields.
                unsafe { __ffi::proto::ProtoFacts::<$fields>::read_fields(self, $members, input) }
            }

            fn release(&mut self, by: __ffi::proto::Releaser) {
                // SAFETY: these are the types of its fields.
                unsafe { __ffi::proto::ProtoFacts::<$fields>::release_fields(self, $members, by) }
            }

            $($begin)*
        }
    };
}
