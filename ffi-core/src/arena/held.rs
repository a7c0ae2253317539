//! Comparing, hashing and serializing views, by what they hold.
//!
//! Messages may hold each other in circles, which bounds can't express: `RowView: PartialEq` if
//! `NoteView: PartialEq` if `RowView: PartialEq` is refused by rustc. So there are no bounds. Each
//! [`ArenaType`] has functions for its views, and the traits of views call those of their parts.

use std::hash::{Hash, Hasher};

use super::region::ArenaRef;
use super::value::ArenaType;

/// Writes the functions of an [`ArenaType`] whose views have the traits themselves.
macro_rules! compared_as_views {
    () => {
        fn views_equal(a: Self::View<'_>, b: Self::View<'_>) -> bool {
            a == b
        }

        fn hash_view<H: std::hash::Hasher>(view: Self::View<'_>, state: &mut H) {
            std::hash::Hash::hash(&view, state);
        }

        #[cfg(feature = "serde")]
        fn serialize_view<S: serde::Serializer>(
            view: Self::View<'_>,
            serializer: S,
        ) -> Result<S::Ok, S::Error> {
            serde::Serialize::serialize(&view, serializer)
        }
    };
}

/// Writes the functions of an [`ArenaType`] whose view is a value that may be there.
macro_rules! compared_as_options {
    ($of:ty) => {
        fn views_equal(a: Self::View<'_>, b: Self::View<'_>) -> bool {
            $crate::arena::held::options_equal::<$of>(a, b)
        }

        fn hash_view<H: std::hash::Hasher>(view: Self::View<'_>, state: &mut H) {
            $crate::arena::held::hash_option::<$of>(view, state);
        }

        #[cfg(feature = "serde")]
        fn serialize_view<S: serde::Serializer>(
            view: Self::View<'_>,
            serializer: S,
        ) -> Result<S::Ok, S::Error> {
            $crate::arena::held::serialize_option::<$of, S>(view, serializer)
        }
    };
}

pub(super) use {compared_as_options, compared_as_views};

/// Returns the view of a value that has no handles, of any memory.
///
/// # Panics
///
/// Doesn't compile for a type with handles.
#[inline(always)]
pub fn in_place<T: ArenaType>(value: &T) -> T::View<'_> {
    const { assert!(!T::ARENA, "this has handles, which are nothing without their arena") };
    // SAFETY: without handles nothing follows an offset, so any arena will do.
    unsafe { T::view(ArenaRef::NONE, value) }
}

/// Returns true if both have equal values, or none.
#[inline]
pub(super) fn options_equal<T: ArenaType>(a: Option<T::View<'_>>, b: Option<T::View<'_>>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => T::views_equal(a, b),
        (a, b) => a.is_none() && b.is_none(),
    }
}

/// Hashes a value that may be there.
#[inline]
pub(super) fn hash_option<T: ArenaType>(view: Option<T::View<'_>>, state: &mut impl Hasher) {
    view.is_some().hash(state);
    if let Some(view) = view {
        T::hash_view(view, state);
    }
}

#[cfg(feature = "serde")]
pub(super) use written::serialize_option;
#[cfg(feature = "serde")]
pub use written::{ByFields, Written, WrittenItself};

/// Serializing.
#[cfg(feature = "serde")]
mod written {
    use serde::{Serialize, Serializer};

    use super::ArenaType;

    /// The view of a `T`, as serde takes it.
    #[derive(Debug)]
    pub struct Written<'a, T: ArenaType>(pub T::View<'a>);

    impl<T: ArenaType> Serialize for Written<'_, T> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            T::serialize_view(self.0, serializer)
        }
    }

    /// Serializes a value that may be there.
    pub(in crate::arena) fn serialize_option<T: ArenaType, S: Serializer>(
        view: Option<T::View<'_>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        view.map(Written::<T>).serialize(serializer)
    }

    /// A value without handles on its way to serde: an inherent function, which calls its own
    /// `Serialize`, hides that of [`ByFields`], if it has one.
    #[derive(Debug)]
    pub struct WrittenItself<'a, T>(pub &'a T);

    impl<T: Serialize> WrittenItself<'_, T> {
        /// Serializes the value as its own `Serialize` does.
        ///
        /// # Errors
        ///
        /// Returns the serializer's error.
        pub fn write<S: Serializer>(
            &self,
            serializer: S,
            _: impl FnOnce(S) -> Result<S::Ok, S::Error>,
        ) -> Result<S::Ok, S::Error> {
            self.0.serialize(serializer)
        }
    }

    /// Stands for the `Serialize` of a type that has none.
    pub trait ByFields {
        /// Serializes the value field by field, as `fields` does.
        ///
        /// # Errors
        ///
        /// Returns the serializer's error.
        fn write<S: Serializer>(
            &self,
            serializer: S,
            fields: impl FnOnce(S) -> Result<S::Ok, S::Error>,
        ) -> Result<S::Ok, S::Error>;
    }

    impl<T> ByFields for WrittenItself<'_, T> {
        fn write<S: Serializer>(
            &self,
            serializer: S,
            fields: impl FnOnce(S) -> Result<S::Ok, S::Error>,
        ) -> Result<S::Ok, S::Error> {
            fields(serializer)
        }
    }
}
