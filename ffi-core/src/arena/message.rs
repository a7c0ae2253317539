//! Messages that don't live in an arena, inside of those that do: they are read and stored as they
//! are.

use std::hash::Hasher;

use super::held::in_place;
use super::memory::ArenaFull;
use super::place::ArenaPlace;
use super::reach::Reached;
use super::region::ArenaRef;
use super::stored::store_field;
use super::value::ArenaType;
#[cfg(feature = "serde")]
use crate::message::Derived;
use crate::message::{PlainMessage, padding};
use crate::schema::piece::Member;
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

// SAFETY: it refers to nothing, by the promise of `PlainMessage`; all fields are stored, behind
// zeros if there is padding.
unsafe impl<T: PlainMessage> ArenaType for T
where
    T::Fields: ArenaParts,
{
    type View<'a> = &'a T;
    type Value<'a> = T;
    type Edit<'a> = ArenaPlace<'a, T>;

    #[inline(always)]
    unsafe fn view<'a>(_: ArenaRef<'a>, value: &'a T) -> &'a T {
        value
    }

    #[inline(always)]
    fn edit(place: ArenaPlace<'_, T>) -> ArenaPlace<'_, T> {
        place
    }

    #[inline(always)]
    fn put(mut place: ArenaPlace<'_, T>, value: T) -> Result<(), ArenaFull> {
        place.store(&value);
        Ok(())
    }

    #[inline]
    unsafe fn store(value: *const T, place: *mut T) {
        if const { padding::<T>() } > 0 {
            // SAFETY: the place is writable, by this function's contract.
            unsafe { place.write_bytes(0, 1) };
        }
        // SAFETY: both are messages with these fields, by the promise of `Derived`, and fulfil the
        // same contract.
        unsafe { T::Fields::store(value.cast(), place.cast(), T::ABOUT.members) };
    }

    #[inline]
    fn views_equal(a: &T, b: &T) -> bool {
        let (a, b) = (&raw const *a, &raw const *b);
        // SAFETY: both are valid messages with these fields, by the promise of `Derived`.
        unsafe { T::Fields::equal(a.cast(), b.cast(), T::ABOUT.members) }
    }

    #[inline]
    fn hash_view<H: Hasher>(view: &T, state: &mut H) {
        let view = &raw const *view;
        // SAFETY: it is a valid message with these fields, by the promise of `Derived`.
        unsafe { T::Fields::hash(view.cast(), T::ABOUT.members, state) };
    }

    #[cfg(feature = "serde")]
    #[inline]
    fn serialize_view<S: serde::Serializer>(view: &T, serializer: S) -> Result<S::Ok, S::Error> {
        view.serialize_message(serializer)
    }

    fn reach(reached: &mut Reached) {
        if reached.note_message::<T>() {
            T::Fields::reach(reached);
        }
    }
}

/// Serializes a message without handles field by field: an inherent function, which hides that of
/// [`NoFields`] if each field can be in an arena.
#[cfg(feature = "serde")]
#[derive(Debug)]
pub struct Fields<T>(std::marker::PhantomData<T>);

#[cfg(feature = "serde")]
impl<T: ArenaParts> Fields<T> {
    /// Serializes the message field by field.
    ///
    /// # Errors
    ///
    /// Returns the serializer's error.
    pub fn serialize<M: Derived<Fields = T>, S: serde::Serializer>(
        message: &M,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct as _;

        let members = M::ABOUT.members;
        let mut to = serializer.serialize_struct(M::ABOUT.name, members.len())?;
        // SAFETY: it is a valid message with these fields, by the promise of `Derived`.
        unsafe { T::serialize((&raw const *message).cast(), members, &mut to) }?;
        to.end()
    }
}

/// Stands for the fields of a message that can't be in an arena.
#[cfg(feature = "serde")]
pub trait NoFields {
    /// Serializes nothing, as only arenas serialize messages in this way.
    ///
    /// # Errors
    ///
    /// None.
    ///
    /// # Panics
    ///
    /// Panics always.
    fn serialize<M, S: serde::Serializer>(_: &M, _: S) -> Result<S::Ok, S::Error> {
        unreachable!("the message can't be in an arena")
    }
}

#[cfg(feature = "serde")]
impl<T> NoFields for Fields<T> {}
