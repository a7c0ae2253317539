//! Memory of an arena that is built, and proofs of what lies in it.

use std::alloc::{Layout, alloc_zeroed, dealloc, handle_alloc_error, realloc};
use std::marker::PhantomData;
use std::ptr::NonNull;
use std::{error, fmt, slice};

use super::MAX_DEPTH;
use super::format::HEADER_LEN;
use super::region::ArenaRef;
use crate::types::{FfiType, InvalidValue};

/// Alignment of the lists in bytes, that of a cache line; no type needs more.
const ALIGN: usize = 64;

/// Largest size of a chunk in bytes: offsets are `u32`, and allocations at most `isize::MAX`.
pub(super) const LARGEST: usize =
    if usize::BITS == 32 { isize::MAX as usize - ALIGN + 1 } else { u32::MAX as usize - ALIGN + 1 };

/// Reason why an arena can't hold what was to be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ArenaFull {
    /// The lists, or the text, would exceed 4 GiB (2 GiB on targets of 32 bits), or a list 2^32
    /// elements.
    TooLarge,
    /// Lists and boxes would be nested deeper than 64 levels, which no check accepts.
    TooDeep,
}

impl fmt::Display for ArenaFull {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge => f.write_str("the arena would exceed 4 GiB of lists or of text"),
            Self::TooDeep => write!(f, "the arena would be nested deeper than {MAX_DEPTH} levels"),
        }
    }
}

impl error::Error for ArenaFull {}

/// Offset of a `T` in the lists. Invariant: it is aligned, and a valid `T` lies there, in the
/// memory that the offset is used with; its holder keeps both together.
pub(super) struct At<T> {
    offset: u32,
    of: PhantomData<fn() -> T>,
}

impl<T> Clone for At<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for At<T> {}

impl<T> fmt::Debug for At<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "At({})", self.offset)
    }
}

impl<T> At<T> {
    /// Makes the claim that a `T` lies at an offset.
    ///
    /// # Safety
    ///
    /// It does, in the memory that the result is used with.
    #[inline(always)]
    pub(super) unsafe fn new(offset: u32) -> Self {
        Self { offset, of: PhantomData }
    }

    /// Returns the offset.
    #[inline(always)]
    pub(super) fn offset(self) -> u32 {
        self.offset
    }

    /// Returns the place of a part.
    ///
    /// # Safety
    ///
    /// A `T` has an `F` that many bytes from its start.
    #[inline(always)]
    pub(super) unsafe fn part<F>(self, offset: usize) -> At<F> {
        // The sum is an offset in the lists, which a `u32` can hold.
        At { offset: self.offset + offset as u32, of: PhantomData }
    }

    /// Returns the place of the value that many values on.
    ///
    /// # Safety
    ///
    /// There is one.
    #[inline(always)]
    pub(super) unsafe fn nth(self, index: u32) -> Self {
        // The result is an offset in the lists, which a `u32` can hold.
        Self { offset: self.offset + index * size_of::<T>() as u32, of: PhantomData }
    }
}

/// The two chunks of an arena that is built. Invariant: the lists are initialised, begin with a
/// header and the root, and every handle in what the root reaches refers to valid values; the text
/// is UTF-8. Bytes of the lists from `len` on are 0.
pub(super) struct Memory {
    lists: NonNull<u8>,
    /// Size of the allocation.
    capacity: usize,
    /// Used bytes of the lists.
    len: usize,
    text: String,
}

// SAFETY: it owns its memory, which is plain bytes.
unsafe impl Send for Memory {}

// SAFETY: nothing is written through a shared reference.
unsafe impl Sync for Memory {}

impl Memory {
    /// Returns memory with a root of zeros of that size, and room for `lists` and `text` bytes.
    pub(super) fn new(root: usize, lists: usize, text: usize) -> Self {
        let len = HEADER_LEN + root;
        let capacity = lists.clamp(len, LARGEST).next_multiple_of(ALIGN);
        let layout = layout(capacity);
        // SAFETY: the layout's size is not zero, as it has room for a header.
        let lists = unsafe { alloc_zeroed(layout) };
        let Some(lists) = NonNull::new(lists) else { handle_alloc_error(layout) };
        Self { lists, capacity, len, text: String::with_capacity(text.min(LARGEST)) }
    }

    /// Returns a copy of two chunks, which is memory of an arena only if they are one.
    ///
    /// # Errors
    ///
    /// Returns an error if one of them is too large, or the lists are less than a header.
    pub(super) fn copy_of(lists: &[u8], text: &str) -> Result<Self, InvalidValue> {
        if lists.len() < HEADER_LEN || lists.len() > LARGEST || text.len() > LARGEST {
            return Err(InvalidValue::new("the size of the lists or of the text is not that of an arena"));
        }
        let mut memory = Self::new(lists.len() - HEADER_LEN, lists.len(), text.len());
        memory.text.push_str(text);
        // SAFETY: both are memory of that length, the copy's just allocated, so they don't overlap.
        unsafe { memory.lists.as_ptr().copy_from_nonoverlapping(lists.as_ptr(), lists.len()) };
        Ok(memory)
    }

    /// Returns the lists; their header is zeros, or that of the bytes they were copied from.
    pub(super) fn lists(&self) -> &[u8] {
        // SAFETY: the first `len` bytes are allocated and initialised, by the invariant; nothing is
        // written through a shared reference.
        unsafe { slice::from_raw_parts(self.lists.as_ptr(), self.len) }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    #[inline(always)]
    pub(super) fn arena(&self) -> ArenaRef<'_> {
        // SAFETY: by the invariant every handle refers to valid values, and nothing writes to them
        // while `self` is borrowed.
        unsafe { ArenaRef::new(self.lists.as_ptr(), self.text.as_ptr()) }
    }

    /// Returns the value at a place.
    #[inline(always)]
    pub(super) fn get<T>(&self, at: At<T>) -> &T {
        // SAFETY: a valid `T` lies there, by the invariant of `At`, and nothing writes to it while
        // `self` is borrowed.
        unsafe { self.arena().value(at.offset) }
    }

    /// Returns the address of a place, for writes.
    #[inline(always)]
    pub(super) fn pointer<T>(&mut self, at: At<T>) -> *mut T {
        // SAFETY: the offset is one of a `T` in the lists, by the invariant of `At`.
        unsafe { self.lists.add(at.offset as usize) }.cast().as_ptr()
    }

    /// Adds zeros for `count` values, for which zeros are valid; returns the place of the first.
    ///
    /// # Errors
    ///
    /// Returns an error if the lists would be too large.
    #[inline(always)]
    pub(super) fn alloc<T: FfiType>(&mut self, count: u32) -> Result<At<T>, ArenaFull> {
        let () = const { assert!(align_of::<T>() <= ALIGN) };
        let at = self.len.next_multiple_of(align_of::<T>());
        let end = self.end(at, count, size_of::<T>())?;
        self.len = end;
        Ok(At { offset: at as u32, of: PhantomData })
    }

    /// Makes a block that ends at `end` longer by `count` values without moving it, if nothing was
    /// added after it.
    ///
    /// # Errors
    ///
    /// Returns an error if the lists would be too large.
    pub(super) fn extend<T: FfiType>(&mut self, end: u64, count: u32) -> Result<bool, ArenaFull> {
        if end != self.len as u64 {
            return Ok(false);
        }
        self.len = self.end(self.len, count, size_of::<T>())?;
        Ok(true)
    }

    /// Makes sure that the memory has room for `count` values of `size` bytes from `at` on; returns
    /// the offset behind them.
    #[inline(always)]
    fn end(&mut self, at: usize, count: u32, size: usize) -> Result<usize, ArenaFull> {
        let end = at as u64 + u64::from(count) * size as u64;
        if end > self.capacity as u64 {
            self.grow(end)?;
        }
        Ok(end as usize)
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self, end: u64) -> Result<(), ArenaFull> {
        if end > LARGEST as u64 {
            return Err(ArenaFull::TooLarge);
        }
        let capacity = self.capacity.saturating_mul(2).clamp(end as usize, LARGEST).next_multiple_of(ALIGN);
        // SAFETY: the memory was allocated with that layout; the new size is not zero, and at most
        // `LARGEST` rounded up to the alignment, which is below `isize::MAX`.
        let lists = unsafe { realloc(self.lists.as_ptr(), layout(self.capacity), capacity) };
        let Some(lists) = NonNull::new(lists) else { handle_alloc_error(layout(capacity)) };
        self.lists = lists;
        // SAFETY: the old size is inside of the new one.
        let added = unsafe { lists.add(self.capacity) };
        // SAFETY: what `realloc` added is writable for as many bytes as the sizes differ.
        unsafe { added.as_ptr().write_bytes(0, capacity - self.capacity) };
        self.capacity = capacity;
        Ok(())
    }

    /// Adds text; returns its offset.
    ///
    /// # Errors
    ///
    /// Returns an error if all text would be too large.
    #[inline(always)]
    pub(super) fn put(&mut self, text: &str) -> Result<(u32, u32), ArenaFull> {
        let at = self.text.len();
        if text.len() > LARGEST - at {
            return Err(ArenaFull::TooLarge);
        }
        self.text.push_str(text);
        Ok((at as u32, text.len() as u32))
    }

    /// Removes all but a root of that size, which it fills with zeros.
    pub(super) fn clear(&mut self, root: usize) {
        // SAFETY: the first `len` bytes are allocated, and nobody else uses them.
        unsafe { self.lists.as_ptr().write_bytes(0, self.len) };
        self.len = HEADER_LEN + root;
        self.text.clear();
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        // SAFETY: the memory was allocated with that layout, and no code uses it any more.
        unsafe { dealloc(self.lists.as_ptr(), layout(self.capacity)) };
    }
}

fn layout(capacity: usize) -> Layout {
    Layout::from_size_align(capacity, ALIGN).expect("a capacity is at most `LARGEST`, rounded up")
}
