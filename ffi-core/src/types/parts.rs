//! Lists of types: those of the fields of a message, in their order.
//!
//! # Problem
//!
//! Rustc works through each statement that a macro writes, for each message: parsing, name
//! resolution, type check, borrow check. A statement for each field, in each of twenty functions
//! and constants, is most of what a message costs to compile.
//!
//! # Idea
//!
//! The derive writes the types of the fields once, as a tuple, and code here does for any tuple
//! what has to be done for each field. It is compiled once, and machine code is made of it if a
//! program uses it, for the concrete types: the same as if it were written out. A message
//! with more fields than [a tuple](Parts) may have is a tree of tuples.

use super::{FfiType, InvalidValue};
use crate::schema::piece::{Member, PartList};

/// Types of the fields of a message: a tuple of up to 16 of them, or [`Both`] of two lists.
///
/// # Safety
///
/// An implementation promises that [`check`](Self::check) returns `Ok` only if each field is a
/// valid value of its type, and that [`PARTS`](Self::PARTS) are those of its types, in their order.
pub unsafe trait Parts {
    /// Facts about each type.
    const PARTS: &'static PartList;

    /// Number of types.
    const COUNT: usize;

    /// Checks the fields of a message, in their order, as [`FfiType::check`] does.
    ///
    /// # Errors
    ///
    /// Returns the path to the first invalid part, and the mistake.
    ///
    /// # Safety
    ///
    /// A field of each type is at the offset of its member, and there it fulfils the contract of
    /// [`FfiType::check`].
    unsafe fn check(message: *const u8, members: &'static [Member]) -> Result<(), InvalidValue>;
}

/// One list behind another.
#[derive(Debug)]
pub struct Both<A, B>(A, B);

// SAFETY: both lists check their fields and name their parts, by their promises.
unsafe impl<A: Parts, B: Parts> Parts for Both<A, B> {
    const PARTS: &'static PartList = &PartList::Both(A::PARTS, B::PARTS);
    const COUNT: usize = A::COUNT + B::COUNT;

    #[inline]
    unsafe fn check(message: *const u8, members: &'static [Member]) -> Result<(), InvalidValue> {
        let (first, second) = members.split_at(A::COUNT);
        // SAFETY: by this function's contract these members are those of the first list's types.
        unsafe { A::check(message, first) }?;
        // SAFETY: by this function's contract these members are those of the second list's types.
        unsafe { B::check(message, second) }
    }
}

/// Checks one field, unless any bytes are a value of its type.
///
/// # Errors
///
/// Returns the errors of [`FfiType::check`], with the name of the field.
///
/// # Safety
///
/// `message.add(member.offset)` fulfils the contract of [`FfiType::check`].
#[inline(always)]
unsafe fn check_part<T: FfiType>(message: *const u8, member: &'static Member) -> Result<(), InvalidValue> {
    if T::ANY_BITS {
        return Ok(());
    }
    // SAFETY: by this function's contract the field lies inside the message's memory.
    let field = unsafe { message.add(member.offset) };
    // SAFETY: by this function's contract the field is aligned and initialised, and no thread
    // writes to it.
    unsafe { T::check(field.cast()) }.map_err(|invalid| invalid.in_field(member.name))
}

/// Passes the parameters and indices of each tuple to a macro.
macro_rules! for_each_tuple {
    ($each:ident) => {
        for_each_tuple! { $each []
            A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12, N 13, O 14, P 15,
        }
    };
    ($each:ident [$($done:tt)*] $next:ident $index:tt, $($rest:tt)*) => {
        $each! { $($done)* $next $index, }
        for_each_tuple! { $each [$($done)* $next $index,] $($rest)* }
    };
    ($each:ident [$($done:tt)*]) => {};
}

pub(crate) use for_each_tuple;

macro_rules! parts {
    ($($T:ident $index:tt,)*) => {
        // SAFETY: each type is checked and named, in their order.
        unsafe impl<$($T: FfiType),*> Parts for ($($T,)*) {
            const PARTS: &'static PartList = &PartList::Few(&[$(&<$T as FfiType>::PART),*]);
            const COUNT: usize = [$($index),*].len();

            #[inline(always)]
            unsafe fn check(message: *const u8, members: &'static [Member]) -> Result<(), InvalidValue> {
                $(
                    // SAFETY: by this function's contract a field of that type is there.
                    unsafe { check_part::<$T>(message, &members[$index]) }?;
                )*
                Ok(())
            }
        }
    };
}

for_each_tuple!(parts);
