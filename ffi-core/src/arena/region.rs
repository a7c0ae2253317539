//! `ArenaRef`: the only place that follows a handle.

use std::marker::PhantomData;
use std::{ptr, slice};

/// The two chunks of an arena. Invariant: a check accepted them, or only editors wrote them; they
/// are initialised, and no code writes to them for as long as `'a`.
#[derive(Clone, Copy, Debug)]
pub struct ArenaRef<'a> {
    /// Start of the lists, aligned to 64; valid for all of them.
    lists: *const u8,
    /// Start of the text; valid for all of it.
    text: *const u8,
    memory: PhantomData<&'a [u8]>,
}

// SAFETY: it is what a `&[u8]` of each chunk is: nothing is written through it.
unsafe impl Send for ArenaRef<'_> {}

// SAFETY: it is what a `&[u8]` of each chunk is: nothing is written through it.
unsafe impl Sync for ArenaRef<'_> {}

impl<'a> ArenaRef<'a> {
    /// An arena of no bytes: nothing is in it.
    pub(crate) const NONE: Self = Self { lists: ptr::dangling(), text: ptr::dangling(), memory: PhantomData };

    /// Makes the claim that two chunks are an arena. A check makes it before it has looked, as all
    /// that it does with the result is to ask for pointers.
    ///
    /// # Safety
    ///
    /// The chunks fulfil the invariant of the type.
    #[inline(always)]
    pub(super) unsafe fn new(lists: *const u8, text: *const u8) -> Self {
        Self { lists, text, memory: PhantomData }
    }

    /// Returns the address of an offset in the lists.
    ///
    /// # Safety
    ///
    /// The offset lies in the lists, or at their end.
    #[inline(always)]
    pub(super) unsafe fn address<T>(self, at: u32) -> *const T {
        // SAFETY: the offset is inside the lists, by this function's contract, so the sum is in
        // bounds of their allocation.
        unsafe { self.lists.add(at as usize) }.cast()
    }

    /// Returns the values that a handle refers to.
    ///
    /// # Safety
    ///
    /// `at` and `len` are those of a handle to values of type `T` in this arena.
    #[inline(always)]
    pub(super) unsafe fn list<T>(self, at: u32, len: u32) -> &'a [T] {
        // The offset of an empty list is never checked. The start is aligned for any type.
        let at = if len == 0 { 0 } else { at };
        // SAFETY: the list is inside the lists, as the check or the editor found.
        let first = unsafe { self.address::<T>(at) };
        // SAFETY: the check or the editor found `len` valid values there, aligned and within the
        // lists, so their size fits `isize`; no code writes to them for as long as `'a`.
        unsafe { slice::from_raw_parts(first, len as usize) }
    }

    /// Returns the value that the handle of a box refers to.
    ///
    /// # Safety
    ///
    /// `at` is that of a handle to a value of type `T` in this arena, and not 0.
    #[inline(always)]
    pub(super) unsafe fn value<T>(self, at: u32) -> &'a T {
        // SAFETY: the value is inside the lists, as the check or the editor found.
        let value = unsafe { self.address::<T>(at) };
        // SAFETY: the check or the editor found a valid value there, aligned and within the lists;
        // no code writes to it for as long as `'a`.
        unsafe { &*value }
    }

    /// Returns the text that a handle refers to.
    ///
    /// # Safety
    ///
    /// `at` and `len` are those of a handle to text in this arena.
    #[inline(always)]
    pub(super) unsafe fn text(self, at: u32, len: u32) -> &'a str {
        let at = if len == 0 { 0 } else { at };
        // SAFETY: the text lies inside the chunk, as the check or the editor found.
        let first = unsafe { self.text.add(at as usize) };
        // SAFETY: `len` initialised bytes within the chunk, to which no code writes for as long as
        // `'a`.
        let bytes = unsafe { slice::from_raw_parts(first, len as usize) };
        // SAFETY: the chunk is UTF-8, and both ends are character boundaries, as the check or the
        // editor found; what is between two boundaries of UTF-8 is UTF-8.
        unsafe { str::from_utf8_unchecked(bytes) }
    }
}
