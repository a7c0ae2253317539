//! Messages that don't live in an arena, inside of those that do: they are read and stored as they
//! are.

use std::hash::Hasher;

use super::held::in_place;
use super::reach::Reached;
use super::stored::store_field;
use super::value::ArenaType;
use crate::message::{Derived, padding};
use crate::schema::piece::Member;
use crate::types::FfiType;
use crate::types::parts::{Both, for_each_tuple};

/// Types of the fields of a message that can be in an arena.
///
/// # Safety
///
/// An implementation promises that [`store`](Self::store) initialises each field of the place.
pub unsafe trait ArenaParts {
    /// Number of types.
    const COUNT: usize;

    /// Stores each field.
    ///
    /// # Safety
    ///
    /// Both messages have a field of each type at the offset of its member, and fulfil the contract
    /// of [`ArenaType::store`].
    unsafe fn store(message: *const u8, place: *mut u8, members: &[Member]);

    /// Returns true if two messages have equal fields.
    ///
    /// # Safety
    ///
    /// Both messages are valid, and have a field of each type at the offset of its member.
    unsafe fn equal(a: *const u8, b: *const u8, members: &[Member]) -> bool;

    /// Hashes each field.
    ///
    /// # Safety
    ///
    /// The message is valid, and has a field of each type at the offset of its member.
    unsafe fn hash(message: *const u8, members: &[Member], state: &mut impl Hasher);

    /// Serializes each field.
    ///
    /// # Errors
    ///
    /// Returns the serializer's error.
    ///
    /// # Safety
    ///
    /// The message is valid, and has a field of each type at the offset of its member.
    #[cfg(feature = "serde")]
    unsafe fn serialize<S: serde::ser::SerializeStruct>(
        message: *const u8,
        members: &[Member],
        to: &mut S,
    ) -> Result<(), S::Error>;

    /// Notes the types that the fields reach.
    fn reach(reached: &mut Reached);
}

// SAFETY: both lists store their fields, by their promises.
unsafe impl<A: ArenaParts, B: ArenaParts> ArenaParts for Both<A, B> {
    const COUNT: usize = A::COUNT + B::COUNT;

    #[inline]
    unsafe fn store(message: *const u8, place: *mut u8, members: &[Member]) {
        let (first, second) = members.split_at(A::COUNT);
        // SAFETY: by this function's contract these members are those of the first list's types.
        unsafe { A::store(message, place, first) };
        // SAFETY: by this function's contract these members are those of the second list's types.
        unsafe { B::store(message, place, second) };
    }

    #[inline]
    unsafe fn equal(a: *const u8, b: *const u8, members: &[Member]) -> bool {
        let (first, second) = members.split_at(A::COUNT);
        // SAFETY: by this function's contract these members are those of the first list's types.
        let equal = unsafe { A::equal(a, b, first) };
        // SAFETY: by this function's contract these members are those of the second list's types.
        equal && unsafe { B::equal(a, b, second) }
    }

    #[inline]
    unsafe fn hash(message: *const u8, members: &[Member], state: &mut impl Hasher) {
        let (first, second) = members.split_at(A::COUNT);
        // SAFETY: by this function's contract these members are those of the first list's types.
        unsafe { A::hash(message, first, state) };
        // SAFETY: by this function's contract these members are those of the second list's types.
        unsafe { B::hash(message, second, state) };
    }

    #[cfg(feature = "serde")]
    unsafe fn serialize<S: serde::ser::SerializeStruct>(
        message: *const u8,
        members: &[Member],
        to: &mut S,
    ) -> Result<(), S::Error> {
        let (first, second) = members.split_at(A::COUNT);
        // SAFETY: by this function's contract these members are those of the first list's types.
        unsafe { A::serialize(message, first, to) }?;
        // SAFETY: by this function's contract these members are those of the second list's types.
        unsafe { B::serialize(message, second, to) }
    }

    fn reach(reached: &mut Reached) {
        A::reach(reached);
        B::reach(reached);
    }
}

/// Returns a field of a message.
///
/// # Safety
///
/// The message is valid, and has an `F` at the offset of the member.
#[inline(always)]
unsafe fn field<'a, F: ArenaType>(message: *const u8, member: &Member) -> &'a F {
    // SAFETY: the message has a field there, by this function's contract.
    let field = unsafe { message.add(member.offset) };
    // SAFETY: the field of a valid message is valid and aligned; the caller keeps the message for
    // as long as the reference is used.
    unsafe { &*field.cast() }
}

/// Returns true if two messages have an equal field.
///
/// # Safety
///
/// Both messages are valid, and have an `F` at the offset of the member.
#[inline(always)]
unsafe fn fields_equal<F: ArenaType>(a: *const u8, b: *const u8, member: &Member) -> bool {
    // SAFETY: the message has a valid field there, by this function's contract.
    let a = unsafe { field::<F>(a, member) };
    // SAFETY: the message has a valid field there, by this function's contract.
    let b = unsafe { field::<F>(b, member) };
    F::views_equal(in_place(a), in_place(b))
}

macro_rules! arena_parts {
    ($($T:ident $index:tt,)*) => {
        // SAFETY: each field is stored.
        unsafe impl<$($T: ArenaType),*> ArenaParts for ($($T,)*) {
            const COUNT: usize = [$($index),*].len();

            #[inline(always)]
            unsafe fn store(message: *const u8, place: *mut u8, members: &[Member]) {
                $(
                    // SAFETY: by this function's contract both have a field of that type there.
                    unsafe { store_field::<$T, _>(message, place, members[$index].offset) };
                )*
            }

            #[inline]
            unsafe fn equal(a: *const u8, b: *const u8, members: &[Member]) -> bool {
                // SAFETY: by this function's contract the fields are there.
                $((unsafe { fields_equal::<$T>(a, b, &members[$index]) }))&&*
            }

            #[inline]
            unsafe fn hash(message: *const u8, members: &[Member], state: &mut impl Hasher) {
                $(
                    // SAFETY: by this function's contract the field is there.
                    let view = unsafe { field::<$T>(message, &members[$index]) };
                    $T::hash_view(in_place(view), state);
                )*
            }

            #[cfg(feature = "serde")]
            unsafe fn serialize<S: serde::ser::SerializeStruct>(
                message: *const u8,
                members: &[Member],
                to: &mut S,
            ) -> Result<(), S::Error> {
                $(
                    // SAFETY: by this function's contract the field is there.
                    let view = unsafe { field::<$T>(message, &members[$index]) };
                    to.serialize_field(members[$index].name, &super::held::Written::<$T>(in_place(view)))?;
                )*
                Ok(())
            }

            fn reach(reached: &mut Reached) {
                $($T::reach(reached);)*
            }
        }
    };
}

for_each_tuple!(arena_parts);

/// Body of [`ArenaType::store`] of a message.
///
/// # Safety
///
/// The contract of [`ArenaType::store`]; `F` are the types of the message's fields.
#[inline(always)]
pub unsafe fn store_message<T: Derived, F: ArenaParts>(message: *const T, place: *mut T) {
    if const { padding::<T>() } > 0 {
        // SAFETY: the place is writable, by this function's contract.
        unsafe { place.write_bytes(0, 1) };
    }
    // SAFETY: both are messages with these fields, and fulfil the same contract.
    unsafe { F::store(message.cast(), place.cast(), T::ABOUT.members) };
}

/// Body of [`ArenaType::views_equal`] of a message.
///
/// # Safety
///
/// `F` are the types of the message's fields.
#[inline(always)]
pub unsafe fn messages_equal<T: Derived, F: ArenaParts>(a: &T, b: &T) -> bool {
    let (a, b) = (&raw const *a, &raw const *b);
    // SAFETY: both are valid messages with these fields, by this function's contract.
    unsafe { F::equal(a.cast(), b.cast(), T::ABOUT.members) }
}

/// Body of [`ArenaType::hash_view`] of a message.
///
/// # Safety
///
/// `F` are the types of the message's fields.
#[inline(always)]
pub unsafe fn hash_message<T: Derived, F: ArenaParts, H: Hasher>(message: &T, state: &mut H) {
    let message = &raw const *message;
    // SAFETY: it is a valid message with these fields, by this function's contract.
    unsafe { F::hash(message.cast(), T::ABOUT.members, state) };
}

/// Body of [`ArenaType::serialize_view`] of a message that has no `Serialize`.
///
/// # Errors
///
/// Returns the serializer's error.
///
/// # Safety
///
/// `F` are the types of the message's fields.
#[cfg(feature = "serde")]
pub unsafe fn serialize_message<T: Derived, F: ArenaParts, S: serde::Serializer>(
    message: &T,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    use serde::ser::SerializeStruct as _;

    let members = T::ABOUT.members;
    let mut to = serializer.serialize_struct(T::ABOUT.name, members.len())?;
    // SAFETY: it is a valid message with these fields, by this function's contract.
    unsafe { F::serialize((&raw const *message).cast(), members, &mut to) }?;
    to.end()
}

/// Body of [`ArenaType::reach`] of a message.
pub fn reach_message<T: Derived + FfiType, F: ArenaParts>(reached: &mut Reached) {
    if reached.note_message::<T>() {
        F::reach(reached);
    }
}
