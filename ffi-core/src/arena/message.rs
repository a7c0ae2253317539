//! Messages that don't live in an arena, inside of those that do: they are read and stored as they
//! are.

use std::hash::Hasher;
use std::marker::PhantomData;

use super::held::in_place;
use super::memory::ArenaFull;
use super::place::ArenaPlace;
use super::reach::Reached;
use super::region::ArenaRef;
use super::stored::store_field;
use super::value::{ArenaForm, ArenaParts, ArenaType};
use crate::message::{Derived, FromFields, padding};
use crate::schema::piece::Member;
use crate::types::parts::{Both, for_each_tuple};

// SAFETY: both lists store their fields, by their promises.
unsafe impl<A, B> ArenaParts for PhantomData<Both<A, B>>
where
    PhantomData<A>: ArenaParts,
    PhantomData<B>: ArenaParts,
{
    const COUNT: usize = PhantomData::<A>::COUNT + PhantomData::<B>::COUNT;

    #[inline]
    unsafe fn store(self, message: *const u8, place: *mut u8, members: &[Member]) {
        let (first, second) = members.split_at(PhantomData::<A>::COUNT);
        // SAFETY: by this function's contract these members are those of the first list's types.
        unsafe { PhantomData::<A>.store(message, place, first) };
        // SAFETY: by this function's contract these members are those of the second list's types.
        unsafe { PhantomData::<B>.store(message, place, second) };
    }

    #[inline]
    unsafe fn equal(self, a: *const u8, b: *const u8, members: &[Member]) -> bool {
        let (first, second) = members.split_at(PhantomData::<A>::COUNT);
        // SAFETY: by this function's contract these members are those of the first list's types.
        let equal = unsafe { PhantomData::<A>.equal(a, b, first) };
        // SAFETY: by this function's contract these members are those of the second list's types.
        equal && unsafe { PhantomData::<B>.equal(a, b, second) }
    }

    #[inline]
    unsafe fn hash(self, message: *const u8, members: &[Member], state: &mut impl Hasher) {
        let (first, second) = members.split_at(PhantomData::<A>::COUNT);
        // SAFETY: by this function's contract these members are those of the first list's types.
        unsafe { PhantomData::<A>.hash(message, first, state) };
        // SAFETY: by this function's contract these members are those of the second list's types.
        unsafe { PhantomData::<B>.hash(message, second, state) };
    }

    #[cfg(feature = "serde")]
    unsafe fn serialize<S: serde::ser::SerializeStruct>(
        self,
        message: *const u8,
        members: &[Member],
        to: &mut S,
    ) -> Result<(), S::Error> {
        let (first, second) = members.split_at(PhantomData::<A>::COUNT);
        // SAFETY: by this function's contract these members are those of the first list's types.
        unsafe { PhantomData::<A>.serialize(message, first, to) }?;
        // SAFETY: by this function's contract these members are those of the second list's types.
        unsafe { PhantomData::<B>.serialize(message, second, to) }
    }

    fn reach(self, reached: &mut Reached) {
        PhantomData::<A>.reach(reached);
        PhantomData::<B>.reach(reached);
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
        unsafe impl<$($T: ArenaType),*> ArenaParts for PhantomData<($($T,)*)> {
            const COUNT: usize = [$($index),*].len();

            #[inline(always)]
            unsafe fn store(self, message: *const u8, place: *mut u8, members: &[Member]) {
                $(
                    // SAFETY: by this function's contract both have a field of that type there.
                    unsafe { store_field::<$T, _>(message, place, members[$index].offset) };
                )*
            }

            #[inline]
            unsafe fn equal(self, a: *const u8, b: *const u8, members: &[Member]) -> bool {
                // SAFETY: by this function's contract the fields are there.
                $((unsafe { fields_equal::<$T>(a, b, &members[$index]) }))&&*
            }

            #[inline]
            unsafe fn hash(self, message: *const u8, members: &[Member], state: &mut impl Hasher) {
                $(
                    // SAFETY: by this function's contract the field is there.
                    let view = unsafe { field::<$T>(message, &members[$index]) };
                    $T::hash_view(in_place(view), state);
                )*
            }

            #[cfg(feature = "serde")]
            unsafe fn serialize<S: serde::ser::SerializeStruct>(
                self,
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

            fn reach(self, reached: &mut Reached) {
                $($T::reach(reached);)*
            }
        }
    };
}

for_each_tuple!(arena_parts);

// SAFETY: all fields are stored; view and editor hold the argument.
unsafe impl<T> ArenaForm<T> for FromFields
where
    T: Derived + for<'a> ArenaType<View<'a> = &'a T, Value<'a> = T, Edit<'a> = ArenaPlace<'a, T>>,
{
    #[inline]
    unsafe fn view<'a>(_: ArenaRef<'a>, message: &'a T) -> &'a T {
        message
    }

    #[inline]
    fn edit(place: ArenaPlace<'_, T>) -> ArenaPlace<'_, T> {
        place
    }

    #[inline]
    fn put(mut place: ArenaPlace<'_, T>, message: T) -> Result<(), ArenaFull> {
        place.store(&message);
        Ok(())
    }

    #[inline(always)]
    unsafe fn store(message: *const T, place: *mut T) {
        if const { padding::<T>() } > 0 {
            // SAFETY: the place is writable, by this function's contract.
            unsafe { place.write_bytes(0, 1) };
        }
        // SAFETY: both are messages with these fields, and fulfil the same contract.
        unsafe { T::fields().store(message.cast(), place.cast(), T::ABOUT.members) };
    }

    #[inline(always)]
    fn views_equal(a: &T, b: &T) -> bool {
        let (a, b) = (&raw const *a, &raw const *b);
        // SAFETY: both are valid messages with these fields.
        unsafe { T::fields().equal(a.cast(), b.cast(), T::ABOUT.members) }
    }

    #[inline(always)]
    fn hash_view<H: Hasher>(message: &T, state: &mut H) {
        let message = &raw const *message;
        // SAFETY: it is a valid message with these fields.
        unsafe { T::fields().hash(message.cast(), T::ABOUT.members, state) };
    }

    fn reach(reached: &mut Reached) {
        if reached.note_message::<T>() {
            T::fields().reach(reached);
        }
    }
}

/// Body of [`ArenaType::serialize_view`] of a message that has no `Serialize`.
///
/// # Errors
///
/// Returns the serializer's error.
#[cfg(feature = "serde")]
pub fn serialize_message<T: Derived + ArenaType, S: serde::Serializer>(
    message: &T,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    use serde::ser::SerializeStruct as _;

    let members = T::ABOUT.members;
    let mut to = serializer.serialize_struct(T::ABOUT.name, members.len())?;
    // SAFETY: it is a valid message with these fields.
    unsafe { T::fields().serialize((&raw const *message).cast(), members, &mut to) }?;
    to.end()
}
