//! `ArenaBytes`.

use bytemuck::Zeroable;

use super::check::ArenaCheck;
use super::held::compared_as_views;
use super::memory::ArenaFull;
use super::place::ArenaPlace;
use super::region::ArenaRef;
use super::value::ArenaType;
use super::vec::ArenaVec;
use crate::schema::encode::{Fragment, Piece};
use crate::schema::fingerprint;
use crate::types::{FfiType, InvalidValue, Itself};

/// Bytes of any number, elsewhere in the arena of their message. Zeros are no bytes.
#[derive(Debug)]
#[repr(transparent)]
pub struct ArenaBytes(ArenaVec<u8>);

impl ArenaBytes {
    /// Handle of no bytes.
    pub const EMPTY: Self = Self(ArenaVec::EMPTY);
}

// SAFETY: zeros are no bytes.
unsafe impl Zeroable for ArenaBytes {}

// SAFETY: a handle of a list, for which any bits are valid.
unsafe impl FfiType for ArenaBytes {
    type Form = Itself;
    const TYPE: Fragment = &[Piece::Text("{\"arena_bytes\":{}}")];
    const FINGERPRINT: u64 = fingerprint::mix(&[fingerprint::ARENA_BYTES]);
    const ANY_BITS: bool = true;
    const ARENA: bool = true;

    #[inline]
    unsafe fn check(_: *const Self) -> Result<(), InvalidValue> {
        Ok(())
    }
}

// SAFETY: it is laid out as its list, whose functions do what the trait asks.
unsafe impl ArenaType for ArenaBytes {
    type InArena = Itself;
    type View<'a> = &'a [u8];
    type Value<'v> = &'v [u8];
    type Edit<'a> = ArenaPlace<'a, Self>;

    #[inline(always)]
    unsafe fn view<'a>(arena: ArenaRef<'a>, value: &'a Self) -> &'a [u8] {
        // SAFETY: it is a handle of that arena, by this function's contract.
        unsafe { value.0.slice(arena) }
    }

    #[inline(always)]
    fn edit(place: ArenaPlace<'_, Self>) -> ArenaPlace<'_, Self> {
        place
    }

    #[inline(always)]
    fn put(mut place: ArenaPlace<'_, Self>, value: &[u8]) -> Result<(), ArenaFull> {
        // SAFETY: it is laid out as its list.
        let list = unsafe { place.part::<ArenaVec<u8>>(0) };
        ArenaVec::write(list, value)
    }

    #[inline(always)]
    unsafe fn check_in(value: *const Self, check: &mut ArenaCheck<'_>) -> Result<(), InvalidValue> {
        // SAFETY: it is laid out as its list; the contract is the same: aligned and initialised, in
        // the arena under check.
        unsafe { ArenaVec::<u8>::check_in(value.cast(), check) }
    }

    #[inline(always)]
    unsafe fn store(_: *const Self, place: *mut Self) {
        // SAFETY: the place is aligned and writable, by this function's contract.
        unsafe { place.write(Self::EMPTY) };
    }

    #[inline(always)]
    unsafe fn copy_in(
        value: &Self,
        mut place: ArenaPlace<'_, Self>,
        from: ArenaRef<'_>,
    ) -> Result<(), ArenaFull> {
        // SAFETY: it is laid out as its list.
        let list = unsafe { place.part::<ArenaVec<u8>>(0) };
        // SAFETY: the list is in the arena that is copied, and its bytes were, by this function's
        // contract.
        unsafe { ArenaVec::copy_in(&value.0, list, from) }
    }

    compared_as_views!();
}

impl ArenaPlace<'_, ArenaBytes> {
    /// Removes the bytes.
    pub fn clear(&mut self) {
        self.set(&[]);
    }
}
