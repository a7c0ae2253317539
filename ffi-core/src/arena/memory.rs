//! Memory of an arena that is built, and proofs of what lies in it.

use std::marker::PhantomData;
use std::ptr::NonNull;
use std::sync::Arc;
use std::{error, fmt};

use super::MAX_DEPTH;
use super::chunk::{ALIGN, Chunk, LARGEST};
use super::format::HEADER_LEN;
use super::pages::Pages;
use super::region::ArenaRef;
use crate::types::{FfiType, InvalidValue};

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
///
/// It holds for each that safe code has. One that C or Dart has is only lists and text of
/// initialised bytes, and what is made of it is a reference to one that was checked.
pub(super) struct Memory {
    lists: Chunk,
    text: Chunk,
    /// Old chunks that C or Dart may still read.
    retired: Vec<Chunk>,
    /// True if C or Dart has pointers to the chunks, which then neither move nor are freed as long
    /// as this lives.
    shared: bool,
    /// Pages that the chunks are in, if they are only read. Such memory is never changed: no code
    /// has it but behind a shared reference.
    pages: Option<Arc<Pages>>,
    /// State of the decoder that fills the arena.
    #[cfg(feature = "proto")]
    pub(super) decoding: Option<Box<super::decode::Decoding>>,
}

impl Memory {
    /// Returns memory with a root of zeros of that size, and room for `lists` and `text` bytes.
    pub(super) fn new(root: usize, lists: usize, text: usize) -> Self {
        let lists = Chunk::new(lists.clamp(HEADER_LEN + root, LARGEST));
        Self::of(lists, Chunk::new(text), root)
    }

    /// Returns memory as [`new`](Self::new) does, or `None` if there is none.
    pub(super) fn try_new(root: usize, lists: usize, text: usize) -> Option<Self> {
        let lists = Chunk::try_new(lists.clamp(HEADER_LEN + root, LARGEST))?;
        Some(Self::of(lists, Chunk::try_new(text)?, root))
    }

    /// Returns memory of two chunks of zeros; the lists have room for header and root.
    fn of(mut lists: Chunk, text: Chunk, root: usize) -> Self {
        // SAFETY: the chunk has room for header and root, and consists of zeros.
        unsafe { lists.set_len(HEADER_LEN + root) };
        Self::with(lists, text, None)
    }

    fn with(lists: Chunk, text: Chunk, pages: Option<Arc<Pages>>) -> Self {
        Self {
            lists,
            text,
            retired: Vec::new(),
            shared: false,
            pages,
            #[cfg(feature = "proto")]
            decoding: None,
        }
    }

    /// Returns the two chunks in pages, which have so many bytes.
    ///
    /// # Panics
    ///
    /// Panics if they have less.
    pub(super) fn of_pages(pages: Arc<Pages>, lists: usize, text: usize) -> Self {
        let bytes = pages.bytes();
        let (first, rest) = (&bytes[..lists], &bytes[lists..][..text]);
        // SAFETY: pages are initialised memory, and are kept beside the chunks.
        let lists = unsafe { Chunk::borrowed(NonNull::from(first).cast(), lists) };
        // SAFETY: pages are initialised memory, and are kept beside the chunks.
        let text = unsafe { Chunk::borrowed(NonNull::from(rest).cast(), text) };
        Self::with(lists, text, Some(pages))
    }

    /// Returns the pages that the chunks are in, if they are only read.
    pub(super) fn pages(&self) -> Option<&Arc<Pages>> {
        self.pages.as_ref()
    }

    /// Returns a copy of two chunks, which is memory of an arena only if they are one.
    ///
    /// # Errors
    ///
    /// Returns an error if one of them is too large, or the lists are less than a header.
    pub(super) fn copy_of(lists: &[u8], text: &[u8]) -> Result<Self, InvalidValue> {
        if lists.len() < HEADER_LEN || lists.len() > LARGEST || text.len() > LARGEST {
            return Err(InvalidValue::new("the size of the lists or of the text is not that of an arena"));
        }
        let (mut own_lists, mut own_text) = (Chunk::new(lists.len()), Chunk::new(text.len()));
        // SAFETY: the chunk was made with room for so many bytes, and none is in use.
        unsafe { own_lists.push(lists) };
        // SAFETY: the chunk was made with room for so many bytes, and none is in use.
        unsafe { own_text.push(text) };
        Ok(Self::with(own_lists, own_text, None))
    }

    /// Returns the lists; their header is zeros, or that of the bytes they were copied from.
    #[inline(always)]
    pub(super) fn lists(&self) -> &[u8] {
        self.lists.bytes()
    }

    /// Returns the bytes of the text.
    #[inline(always)]
    pub(super) fn text(&self) -> &[u8] {
        self.text.bytes()
    }

    /// Returns the chunks, whose addresses C and Dart get.
    pub(super) fn chunks(&self) -> [&Chunk; 2] {
        [&self.lists, &self.text]
    }

    #[inline(always)]
    pub(super) fn arena(&self) -> ArenaRef<'_> {
        // SAFETY: by the invariant every handle refers to valid values, and nothing writes to them
        // while `self` is borrowed.
        unsafe { ArenaRef::new(self.lists.start().as_ptr(), self.text.start().as_ptr()) }
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
        unsafe { self.lists.start().add(at.offset as usize) }.cast().as_ptr()
    }

    /// Adds zeros for `count` values, for which zeros are valid; returns the place of the first.
    ///
    /// # Errors
    ///
    /// Returns an error if the lists would be too large.
    #[inline(always)]
    pub(super) fn alloc<T: FfiType>(&mut self, count: u32) -> Result<At<T>, ArenaFull> {
        let () = const { assert!(align_of::<T>() <= ALIGN) };
        let at = self.lists.len().next_multiple_of(align_of::<T>());
        self.use_up(at, count, size_of::<T>())?;
        Ok(At { offset: at as u32, of: PhantomData })
    }

    /// Makes a block that ends at `end` longer by `count` values without moving it, if nothing was
    /// added after it.
    ///
    /// # Errors
    ///
    /// Returns an error if the lists would be too large.
    pub(super) fn extend<T: FfiType>(&mut self, end: u64, count: u32) -> Result<bool, ArenaFull> {
        let len = self.lists.len();
        if end != len as u64 {
            return Ok(false);
        }
        self.use_up(len, count, size_of::<T>())?;
        Ok(true)
    }

    /// Uses the lists up to the end of `count` values of `size` bytes from `at` on.
    #[inline(always)]
    fn use_up(&mut self, at: usize, count: u32, size: usize) -> Result<(), ArenaFull> {
        let end = at as u64 + u64::from(count) * size as u64;
        if end > self.lists.capacity() as u64 {
            self.grow_lists(end)?;
        }
        // SAFETY: the capacity is at least `end`, and all bytes of the lists are initialised, as
        // those that are not in use are zeros.
        unsafe { self.lists.set_len(end as usize) };
        Ok(())
    }

    #[cold]
    #[inline(never)]
    fn grow_lists(&mut self, end: u64) -> Result<(), ArenaFull> {
        if end > LARGEST as u64 {
            return Err(ArenaFull::TooLarge);
        }
        if self.shared {
            let larger = self.lists.copied(end as usize);
            self.retired.push(std::mem::replace(&mut self.lists, larger));
        } else {
            self.lists.grow(end as usize, true);
        }
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
        if text.len() > self.text.capacity() - at {
            self.grow_text(text.len())?;
        }
        // SAFETY: there is room for so many bytes now.
        unsafe { self.text.push(text.as_bytes()) };
        Ok((at as u32, text.len() as u32))
    }

    #[cold]
    #[inline(never)]
    fn grow_text(&mut self, more: usize) -> Result<(), ArenaFull> {
        if more > LARGEST - self.text.len() {
            return Err(ArenaFull::TooLarge);
        }
        let capacity = self.text.len() + more;
        if self.shared {
            let larger = self.text.copied(capacity);
            self.retired.push(std::mem::replace(&mut self.text, larger));
        } else {
            self.text.grow(capacity, false);
        }
        Ok(())
    }

    /// Removes all but a root of that size, which it fills with zeros.
    pub(super) fn clear(&mut self, root: usize) {
        self.lists.zero_from(0);
        // SAFETY: lists have room for header and root, by the invariant, and consist of zeros now.
        unsafe { self.lists.set_len(HEADER_LEN + root) };
        // SAFETY: no byte is in use.
        unsafe { self.text.set_len(0) };
    }

    /// Replaces the chunks by those of other memory. Old ones stay as long as this lives, if C or
    /// Dart may read them.
    pub(super) fn replace(&mut self, mut other: Self) {
        std::mem::swap(&mut self.lists, &mut other.lists);
        std::mem::swap(&mut self.text, &mut other.text);
        if self.shared {
            self.share();
            let Self { lists, text, .. } = other;
            self.retired.extend([lists, text]);
        }
    }

    /// Prepares the chunks for C and Dart, which get pointers to them: all of their bytes are
    /// initialised from now on.
    pub(super) fn share(&mut self) {
        if self.pages.is_some() {
            return;
        }
        self.text.initialise();
        self.shared = true;
    }

    /// Takes the chunks, of which C and Dart have no pointers any more. What is left owns nothing
    /// but what was retired.
    pub(super) fn take(&mut self) -> Self {
        let lists = std::mem::replace(&mut self.lists, Chunk::NONE);
        let text = std::mem::replace(&mut self.text, Chunk::NONE);
        Self::with(lists, text, self.pages.take())
    }

    /// Returns true if the chunks were taken.
    pub(super) fn is_taken(&self) -> bool {
        self.lists.len() == 0
    }

    /// Makes what C or Dart may have written behind the lists zeros again.
    pub(super) fn clear_unused(&mut self) {
        self.lists.zero_from(self.lists.len());
    }

    /// Changes how many bytes of the chunks are in use. Returns false, and changes nothing, if that
    /// is more than there are, or less than a header.
    ///
    /// # Safety
    ///
    /// All bytes of the chunks are initialised, as those of shared ones are.
    pub(super) unsafe fn resize(&mut self, lists: usize, text: usize) -> bool {
        if lists < HEADER_LEN || lists > self.lists.capacity() || text > self.text.capacity() {
            return false;
        }
        // SAFETY: it is at most the capacity, and the bytes are initialised, by this function's
        // contract.
        unsafe { self.lists.set_len(lists) };
        // SAFETY: it is at most the capacity, and the bytes are initialised, by this function's
        // contract.
        unsafe { self.text.set_len(text) };
        true
    }
}
