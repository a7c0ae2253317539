//! `ArenaStr`.

use bytemuck::Zeroable;

use super::check::ArenaCheck;
use super::held::compared_as_views;
use super::memory::ArenaFull;
use super::place::ArenaPlace;
use super::region::ArenaRef;
use super::value::ArenaType;
use crate::schema::encode::{Fragment, Piece};
use crate::schema::fingerprint;
use crate::types::{FfiType, InvalidValue, Itself};

/// Text of any length, elsewhere in the arena of its message. Zeros are the empty text.
///
/// # Examples
///
/// ```
/// use ffi_core::FfiMessage;
/// use ffi_core::arena::{ArenaStr, FfiArena};
///
/// #[derive(FfiMessage)]
/// #[repr(C)]
/// struct City {
///     population: u32,
///     name: ArenaStr,
/// }
///
/// let mut arena = FfiArena::<City>::new();
/// arena.edit().set_name("Zürich");
/// assert_eq!(arena.root().name(), "Zürich");
/// ```
#[derive(Debug)]
#[repr(C)]
pub struct ArenaStr {
    at: u32,
    len: u32,
}

impl ArenaStr {
    /// Handle of the empty text.
    pub const EMPTY: Self = Self { at: 0, len: 0 };

    #[inline(always)]
    fn write(mut place: ArenaPlace<'_, Self>, text: &str) -> Result<(), ArenaFull> {
        let (at, len) = if text.is_empty() { (0, 0) } else { place.memory().put(text)? };
        // SAFETY: the place is aligned and writable; the handle has no padding, and refers to text
        // that has just been added.
        unsafe { place.pointer().write(Self { at, len }) };
        Ok(())
    }
}

// SAFETY: zeros are the empty text.
unsafe impl Zeroable for ArenaStr {}

// SAFETY: two numbers, for which any bits are valid. Text is only read through the view of an
// arena.
unsafe impl FfiType for ArenaStr {
    type Form = Itself;
    const TYPE: Fragment = &[Piece::Text("{\"arena_str\":{}}")];
    const FINGERPRINT: u64 = fingerprint::mix(&[fingerprint::ARENA_STR]);
    const ANY_BITS: bool = true;
    const ARENA: bool = true;

    #[inline]
    unsafe fn check(_: *const Self) -> Result<(), InvalidValue> {
        Ok(())
    }
}

// SAFETY: the check covers the text that the handle refers to; what is stored is an empty handle,
// without padding, and the copy has a text of its own.
unsafe impl ArenaType for ArenaStr {
    type InArena = Itself;
    type View<'a> = &'a str;
    type Value<'v> = &'v str;
    type Edit<'a> = ArenaPlace<'a, Self>;

    #[inline(always)]
    unsafe fn view<'a>(arena: ArenaRef<'a>, value: &'a Self) -> &'a str {
        // SAFETY: it is a handle of that arena, by this function's contract.
        unsafe { arena.text(value.at, value.len) }
    }

    #[inline(always)]
    fn edit(place: ArenaPlace<'_, Self>) -> ArenaPlace<'_, Self> {
        place
    }

    #[inline(always)]
    fn put(place: ArenaPlace<'_, Self>, value: &str) -> Result<(), ArenaFull> {
        Self::write(place, value)
    }

    #[inline(always)]
    unsafe fn check_in(value: *const Self, check: &mut ArenaCheck<'_>) -> Result<(), InvalidValue> {
        // SAFETY: by this function's contract the handle is aligned and initialised; any bits are
        // one.
        let Self { at, len } = unsafe { value.read() };
        check.text(at, len)
    }

    #[inline(always)]
    unsafe fn store(_: *const Self, place: *mut Self) {
        // SAFETY: the place is aligned and writable, by this function's contract.
        unsafe { place.write(Self::EMPTY) };
    }

    #[inline(always)]
    unsafe fn copy_in(
        value: &Self,
        place: ArenaPlace<'_, Self>,
        from: ArenaRef<'_>,
    ) -> Result<(), ArenaFull> {
        // SAFETY: it is a handle of the arena that is copied, by this function's contract.
        let text = unsafe { Self::view(from, value) };
        Self::write(place, text)
    }

    compared_as_views!();
}

impl ArenaPlace<'_, ArenaStr> {
    /// Removes the text.
    pub fn clear(&mut self) {
        self.set("");
    }
}
