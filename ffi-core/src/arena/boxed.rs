//! `ArenaBox<T>`.

use std::fmt;
use std::marker::PhantomData;

use bytemuck::Zeroable;

use super::check::ArenaCheck;
use super::copy::copy_values;
use super::held::compared_as_options;
use super::memory::ArenaFull;
use super::place::{ArenaPlace, refused};
use super::reach::Reached;
use super::region::ArenaRef;
use super::value::ArenaType;
use crate::schema::encode::{Fragment, Piece};
use crate::schema::fingerprint;
use crate::types::{FfiType, InvalidValue, Itself};

/// A value that may be there, elsewhere in the arena of its message. Zeros are none. A message may
/// have a box of its own type.
///
/// # Examples
///
/// ```
/// use ffi_core::FfiMessage;
/// use ffi_core::arena::{ArenaBox, ArenaStr, FfiArena};
///
/// #[derive(FfiMessage)]
/// #[repr(C)]
/// struct Comment {
///     text: ArenaStr,
///     reply: ArenaBox<Comment>,
/// }
///
/// let mut arena = FfiArena::<Comment>::new();
/// let mut comment = arena.edit();
/// comment.set_text("first!");
/// comment.reply().get_or_insert().set_text("second");
/// let reply = arena.root().reply().unwrap();
/// assert_eq!(reply.text(), "second");
/// assert!(reply.reply().is_none());
/// ```
#[repr(C)]
pub struct ArenaBox<T> {
    /// Offset of the value in the lists, or 0.
    at: u32,
    of: PhantomData<fn() -> T>,
}

impl<T> ArenaBox<T> {
    /// Handle of no value.
    pub const NONE: Self = Self::at(0);

    const fn at(at: u32) -> Self {
        Self { at, of: PhantomData }
    }

    /// Returns the value, if there is one.
    ///
    /// # Safety
    ///
    /// It is a handle of that arena.
    #[inline(always)]
    pub(crate) unsafe fn get<'a>(&self, arena: ArenaRef<'a>) -> Option<&'a T> {
        if self.at == 0 {
            return None;
        }
        // SAFETY: it is a handle of that arena, by this function's contract, and not 0.
        Some(unsafe { arena.value::<T>(self.at) })
    }
}

// SAFETY: zeros are no value.
unsafe impl<T> Zeroable for ArenaBox<T> {}

// SAFETY: a number, for which any bits are valid. The value is only read through the view of an
// arena. The record names the type, whose layout may hold the box in turn.
unsafe impl<T: ArenaType> FfiType for ArenaBox<T> {
    type Form = Itself;
    const TYPE: Fragment =
        &[Piece::Text("{\"arena_box\":{\"of\":"), Piece::Nested(T::TYPE), Piece::Text("}}")];
    const FINGERPRINT: u64 = fingerprint::mix(&[fingerprint::ARENA_BOX, T::IDENTITY]);
    const ANY_BITS: bool = true;
    const ARENA: bool = true;

    #[inline]
    unsafe fn check(_: *const Self) -> Result<(), InvalidValue> {
        Ok(())
    }
}

// SAFETY: the check covers the value that the handle refers to; what is stored is an empty handle,
// without padding, and the copy has a value of its own.
unsafe impl<T: ArenaType> ArenaType for ArenaBox<T> {
    type InArena = Itself;
    type View<'a> = Option<T::View<'a>>;
    type Value<'v> = Option<T::Value<'v>>;
    type Edit<'a> = ArenaPlace<'a, Self>;

    #[inline(always)]
    unsafe fn view<'a>(arena: ArenaRef<'a>, value: &'a Self) -> Self::View<'a> {
        // SAFETY: it is a handle of that arena, by this function's contract.
        let value = unsafe { value.get(arena) }?;
        // SAFETY: the value is in the arena.
        Some(unsafe { T::view(arena, value) })
    }

    #[inline(always)]
    fn edit(place: ArenaPlace<'_, Self>) -> ArenaPlace<'_, Self> {
        place
    }

    fn put(mut place: ArenaPlace<'_, Self>, value: Self::Value<'_>) -> Result<(), ArenaFull> {
        let Some(value) = value else {
            place.clear();
            return Ok(());
        };
        let is_new = place.at == 0;
        let stored = T::put(place.inner()?, value);
        if stored.is_err() && is_new {
            place.clear();
        }
        stored
    }

    #[inline(always)]
    unsafe fn check_in(value: *const Self, check: &mut ArenaCheck<'_>) -> Result<(), InvalidValue> {
        // SAFETY: by this function's contract the handle is aligned and initialised; any bits are
        // one.
        let Self { at, .. } = unsafe { value.read() };
        check.boxed::<T>(at)
    }

    #[inline(always)]
    unsafe fn store(_: *const Self, place: *mut Self) {
        // SAFETY: the place is aligned and writable, by this function's contract.
        unsafe { place.write(Self::NONE) };
    }

    #[inline(always)]
    unsafe fn copy_in(
        value: &Self,
        mut place: ArenaPlace<'_, Self>,
        from: ArenaRef<'_>,
    ) -> Result<(), ArenaFull> {
        if value.at == 0 {
            return Ok(());
        }
        // SAFETY: it is a handle of the arena that is copied, by this function's contract.
        let value = unsafe { from.value::<T>(value.at) };
        // SAFETY: the value is in the arena that is copied.
        let at = unsafe { copy_values(from, std::slice::from_ref(value), &mut place) }?;
        // SAFETY: the place is aligned and writable; a copy of the value is at that offset.
        unsafe { place.pointer().write(Self::at(at)) };
        Ok(())
    }

    compared_as_options!(T);

    fn reach(reached: &mut Reached) {
        T::reach(reached);
    }
}

impl<T: ArenaType> ArenaPlace<'_, ArenaBox<T>> {
    /// Returns true if there is a value.
    #[must_use]
    pub fn is_some(&self) -> bool {
        self.at != 0
    }

    /// Returns the editor of the value, if there is one.
    #[inline]
    pub fn get(&mut self) -> Option<T::Edit<'_>> {
        let at = self.at;
        // SAFETY: a valid value is there, as the handle isn't empty.
        (at != 0).then(|| T::edit(unsafe { self.referred(at) }))
    }

    /// Returns the editor of the value, which is zeros if there was none.
    ///
    /// # Panics
    ///
    /// Panics if the arena can't hold it: see [`try_get_or_insert`](Self::try_get_or_insert).
    #[inline]
    #[track_caller]
    pub fn get_or_insert(&mut self) -> T::Edit<'_> {
        self.try_get_or_insert().unwrap_or_else(|full| refused(full))
    }

    /// Returns the editor of the value, which is zeros if there was none.
    ///
    /// # Errors
    ///
    /// Returns an error if the arena can't hold it.
    #[inline]
    pub fn try_get_or_insert(&mut self) -> Result<T::Edit<'_>, ArenaFull> {
        self.inner().map(T::edit)
    }

    /// Returns the place of the value, which is zeros if there was none.
    #[inline(always)]
    pub(crate) fn inner(&mut self) -> Result<ArenaPlace<'_, T>, ArenaFull> {
        let at = self.value_at()?;
        // SAFETY: a value is there, as `value_at` says.
        Ok(unsafe { self.referred(at) })
    }

    /// Removes the value. It stays in the arena as waste.
    #[inline]
    pub fn clear(&mut self) {
        self.store(&ArenaBox::NONE);
    }

    /// Returns the offset of the value, which is zeros if there was none.
    #[inline(always)]
    fn value_at(&mut self) -> Result<u32, ArenaFull> {
        if self.at == 0 {
            let at = self.alloc::<T>(1)?.offset();
            // SAFETY: the place is aligned and writable; zeros, which are a valid value, have just
            // been added at that offset.
            unsafe { self.pointer().write(ArenaBox::at(at)) };
        }
        Ok(self.at)
    }
}

impl<T> fmt::Debug for ArenaBox<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ArenaBox({})", self.at)
    }
}
