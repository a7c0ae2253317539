//! `ArenaType`: what arenas know of a type.

use std::hash::Hasher;

use super::check::ArenaCheck;
use super::memory::ArenaFull;
use super::place::ArenaPlace;
use super::reach::Reached;
use super::region::ArenaRef;
use crate::message::FfiMessage;
use crate::schema::piece::Member;
use crate::types::form::own;
use crate::types::{FfiType, InvalidValue, Itself};

/// A type that can be in an arena: every type of a field, and every message. The derives implement
/// it.
///
/// # Safety
///
/// An implementation promises that
///
/// - [`check_in`](Self::check_in) returns `Ok` only for bytes that are a valid value whose handles
///   all refer to valid values of the arena under check;
/// - [`store`](Self::store) initialises each byte of the place, leaves a valid value there, and
///   each handle in it empty;
/// - [`copy_in`](Self::copy_in), unless it fails, leaves each handle of the copy empty or with
///   contents of its own;
/// - `View` and `Edit` hold no more of the value than the argument that they are made of;
/// - `fields` is given, and returns the types of all fields, if `InArena` is `FromFields`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be in an arena",
    label = "not a type that arenas know",
    note = "what can is a number, a `bool`, an array, a type with `#[derive(FfiMessage)]` or `#[derive(FfiEnum)]`, \
            `ArenaStr`, `ArenaBytes`, `ArenaVec`, `ArenaMap`, `ArenaBox`, `FfiStr`, `FfiBytes`, `FfiVec`, `FfiOption` or \
            `FfiOpen`; an `FfiRef` means a slot of this process, which an arena may outlive"
)]
pub unsafe trait ArenaType: FfiType {
    /// A value as it is read.
    type View<'a>: Copy;

    /// A value that is stored.
    type Value<'v>;

    /// A value as it is edited.
    type Edit<'a>;

    /// Gives the functions that the type doesn't give itself; [`Itself`] if it gives all.
    #[doc(hidden)]
    type InArena: ArenaForm<Self>;

    /// Returns the types of the fields of a message whose form is
    /// [`FromFields`](crate::message::FromFields). It is a function, as an associated type can't
    /// consist of private types.
    #[doc(hidden)]
    #[inline]
    fn fields() -> impl ArenaParts {}

    /// Fingerprint in handles, which may be inside of the very type that they refer to: of a
    /// message the id.
    #[doc(hidden)]
    const IDENTITY: u64 = Self::FINGERPRINT;

    /// Returns the view of a value.
    ///
    /// # Safety
    ///
    /// The value is in the arena, or inside of a value that is.
    #[doc(hidden)]
    #[inline]
    unsafe fn view<'a>(arena: ArenaRef<'a>, value: &'a Self) -> Self::View<'a> {
        // SAFETY: the callee has the same contract.
        unsafe { Self::InArena::view(arena, value) }
    }

    /// Returns the editor of a place.
    #[doc(hidden)]
    #[inline]
    fn edit(place: ArenaPlace<'_, Self>) -> Self::Edit<'_> {
        Self::InArena::edit(place)
    }

    /// Stores a value in a place.
    ///
    /// # Errors
    ///
    /// Returns an error if the arena can't hold it; then the place is as it was.
    #[doc(hidden)]
    #[inline]
    fn put(place: ArenaPlace<'_, Self>, value: Self::Value<'_>) -> Result<(), ArenaFull> {
        Self::InArena::put(place, value)
    }

    /// Checks an untrusted value of an arena, and all that it refers to.
    ///
    /// # Errors
    ///
    /// Returns the path to the first invalid part, and the mistake.
    ///
    /// # Safety
    ///
    /// The contract of [`FfiType::check`]; the value is in the arena under check.
    #[doc(hidden)]
    #[inline(always)]
    unsafe fn check_in(value: *const Self, _: &mut ArenaCheck<'_>) -> Result<(), InvalidValue> {
        // SAFETY: by this function's contract the value is aligned and initialised, and no thread
        // writes to it.
        unsafe { Self::check(value) }
    }

    /// Writes a value that may have padding to initialised memory, and leaves it initialised.
    ///
    /// # Safety
    ///
    /// `value` points to a valid value, and `place` to aligned, initialised and writable memory for
    /// one; the two don't overlap.
    #[doc(hidden)]
    #[inline]
    unsafe fn store(value: *const Self, place: *mut Self) {
        // SAFETY: the callee has the same contract.
        unsafe { Self::InArena::store(value, place) };
    }

    /// Gives the handles of a copy contents of their own.
    ///
    /// # Errors
    ///
    /// Returns an error if the copy would be too large.
    ///
    /// # Safety
    ///
    /// `value` is in the arena that is copied, and the bytes at `place` are a copy of its bytes.
    #[doc(hidden)]
    #[inline(always)]
    unsafe fn copy_in(
        value: &Self,
        place: ArenaPlace<'_, Self>,
        from: ArenaRef<'_>,
    ) -> Result<(), ArenaFull> {
        let _ = (value, place, from);
        Ok(())
    }

    /// Returns true if two values hold the same: messages field by field, lists element by element.
    /// A NaN is equal to a NaN, so each value is equal to itself.
    #[doc(hidden)]
    #[inline]
    fn views_equal(a: Self::View<'_>, b: Self::View<'_>) -> bool {
        Self::InArena::views_equal(a, b)
    }

    /// Hashes a value, so that equal ones have equal hashes.
    #[doc(hidden)]
    #[inline]
    fn hash_view<H: Hasher>(view: Self::View<'_>, state: &mut H) {
        Self::InArena::hash_view(view, state);
    }

    /// Serializes a value: a type that has handles, or no `Serialize` of its own, by its parts.
    ///
    /// # Errors
    ///
    /// Returns the serializer's error.
    #[doc(hidden)]
    #[cfg(feature = "serde")]
    fn serialize_view<S: serde::Serializer>(view: Self::View<'_>, serializer: S) -> Result<S::Ok, S::Error>;

    /// Notes the types that the value reaches, also through handles.
    #[doc(hidden)]
    fn reach(reached: &mut Reached) {
        Self::InArena::reach(reached);
    }
}

/// Functions of [`ArenaType`] that a type doesn't give itself; see `types/form.rs`.
///
/// # Safety
///
/// An implementation promises what [`ArenaType`] asks.
pub unsafe trait ArenaForm<T: ArenaType> {
    /// Does what [`ArenaType::view`] does.
    ///
    /// # Safety
    ///
    /// The contract of [`ArenaType::view`].
    unsafe fn view<'a>(_: ArenaRef<'a>, _: &'a T) -> T::View<'a> {
        own()
    }

    /// Does what [`ArenaType::edit`] does.
    fn edit(_: ArenaPlace<'_, T>) -> T::Edit<'_> {
        own()
    }

    /// Does what [`ArenaType::put`] does.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`ArenaType::put`].
    fn put(_: ArenaPlace<'_, T>, _: T::Value<'_>) -> Result<(), ArenaFull> {
        own()
    }

    /// Does what [`ArenaType::store`] does.
    ///
    /// # Safety
    ///
    /// The contract of [`ArenaType::store`].
    unsafe fn store(_: *const T, _: *mut T) {
        own()
    }

    /// Does what [`ArenaType::views_equal`] does.
    fn views_equal(_: T::View<'_>, _: T::View<'_>) -> bool {
        own()
    }

    /// Does what [`ArenaType::hash_view`] does.
    fn hash_view<H: Hasher>(_: T::View<'_>, _: &mut H) {
        own()
    }

    /// Does what [`ArenaType::reach`] does.
    fn reach(_: &mut Reached) {}
}

// SAFETY: a function of it that is called panics, but for `reach`: most types reach none.
unsafe impl<T: ArenaType> ArenaForm<T> for Itself {}

/// Types of the fields of a message that can be in an arena: `PhantomData` of a list of them.
///
/// # Safety
///
/// An implementation promises that [`store`](Self::store) initialises each field of the place.
pub unsafe trait ArenaParts: Copy {
    /// Number of types.
    const COUNT: usize;

    /// Stores each field.
    ///
    /// # Safety
    ///
    /// Both messages have a field of each type at the offset of its member, and fulfil the contract
    /// of [`ArenaType::store`].
    unsafe fn store(self, message: *const u8, place: *mut u8, members: &[Member]);

    /// Returns true if two messages have equal fields.
    ///
    /// # Safety
    ///
    /// Both messages are valid, and have a field of each type at the offset of its member.
    unsafe fn equal(self, a: *const u8, b: *const u8, members: &[Member]) -> bool;

    /// Hashes each field.
    ///
    /// # Safety
    ///
    /// The message is valid, and has a field of each type at the offset of its member.
    unsafe fn hash(self, message: *const u8, members: &[Member], state: &mut impl Hasher);

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
        self,
        message: *const u8,
        members: &[Member],
        to: &mut S,
    ) -> Result<(), S::Error>;

    /// Notes the types that the fields reach.
    fn reach(self, reached: &mut Reached);
}

// SAFETY: there is nothing to store.
unsafe impl ArenaParts for () {
    const COUNT: usize = 0;

    unsafe fn store(self, _: *const u8, _: *mut u8, _: &[Member]) {}

    unsafe fn equal(self, _: *const u8, _: *const u8, _: &[Member]) -> bool {
        true
    }

    unsafe fn hash(self, _: *const u8, _: &[Member], _: &mut impl Hasher) {}

    #[cfg(feature = "serde")]
    unsafe fn serialize<S: serde::ser::SerializeStruct>(
        self,
        _: *const u8,
        _: &[Member],
        _: &mut S,
    ) -> Result<(), S::Error> {
        Ok(())
    }

    fn reach(self, _: &mut Reached) {}
}

/// A message that lives in an arena, as it has a handle directly or inside. Implemented by
/// `#[derive(FfiMessage)]`.
///
/// # Safety
///
/// An implementation promises that [`layout`](Self::layout) is the hash of all that
/// [`ArenaType::reach`] notes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the root of an arena",
    note = "a root is a message with a field of type `ArenaStr`, `ArenaBytes`, `ArenaVec`, `ArenaMap` or `ArenaBox`, \
            or with `#[ffi(arena)]`"
)]
pub unsafe trait ArenaMessage: FfiMessage + ArenaType {
    /// Returns the hash of the layouts of all messages that the root reaches.
    #[doc(hidden)]
    fn layout() -> u64;
}

/// Asserts that a field or case of an item that doesn't live in an arena doesn't, either.
///
/// # Panics
///
/// Panics if it does; in const evaluation that is a compile error.
#[track_caller]
pub const fn assert_in_place(arena: bool) {
    assert!(
        !arena,
        "this holds a message that lives in an arena; hint: add `#[ffi(arena)]` to the message or enum that holds it"
    );
}
