//! `Chunk`: memory of an arena that grows.

use std::alloc::{Layout, alloc_zeroed, dealloc, handle_alloc_error, realloc};
use std::ptr::NonNull;
use std::slice;

/// Alignment of a chunk in bytes, that of a cache line; no type needs more.
pub(super) const ALIGN: usize = 64;

/// Largest size of a chunk in bytes: offsets are `u32`, and allocations at most `isize::MAX`.
pub(super) const LARGEST: usize =
    if usize::BITS == 32 { isize::MAX as usize - ALIGN + 1 } else { u32::MAX as usize - ALIGN + 1 };

/// Memory of one allocation, or none. Invariant: the first `len` bytes are initialised, and `len`
/// is at most `capacity`; or they are borrowed, and nothing writes to them.
#[derive(Debug)]
pub(super) struct Chunk {
    start: NonNull<u8>,
    /// Size of the allocation; 0 if there is none, or the bytes are borrowed.
    capacity: usize,
    len: usize,
}

// SAFETY: it owns its memory, which is plain bytes.
unsafe impl Send for Chunk {}

// SAFETY: nothing is written through a shared reference.
unsafe impl Sync for Chunk {}

impl Chunk {
    /// Chunk without memory.
    pub(super) const NONE: Self = Self { start: NonNull::dangling(), capacity: 0, len: 0 };

    /// Returns a chunk of bytes that something else owns, and that is only read.
    ///
    /// # Safety
    ///
    /// So many initialised bytes are there as long as the chunk lives.
    pub(super) unsafe fn borrowed(start: NonNull<u8>, len: usize) -> Self {
        Self { start, capacity: 0, len }
    }

    /// Returns a chunk of zeros for at least so many bytes, or `None` if there is no memory. None
    /// is in use.
    pub(super) fn try_new(capacity: usize) -> Option<Self> {
        let capacity = capacity.min(LARGEST).next_multiple_of(ALIGN);
        if capacity == 0 {
            return Some(Self::NONE);
        }
        // SAFETY: the size is not zero.
        let start = NonNull::new(unsafe { alloc_zeroed(layout(capacity)) })?;
        Some(Self { start, capacity, len: 0 })
    }

    /// Returns a chunk of zeros for at least so many bytes, of which none is in use.
    pub(super) fn new(capacity: usize) -> Self {
        Self::try_new(capacity)
            .unwrap_or_else(|| handle_alloc_error(layout(capacity.next_multiple_of(ALIGN))))
    }

    #[inline(always)]
    pub(super) fn start(&self) -> NonNull<u8> {
        self.start
    }

    #[inline(always)]
    pub(super) fn capacity(&self) -> usize {
        self.capacity
    }

    #[inline(always)]
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Returns the bytes in use.
    #[inline(always)]
    pub(super) fn bytes(&self) -> &[u8] {
        // SAFETY: the first `len` bytes are allocated and initialised, by the invariant; nothing is
        // written through a shared reference.
        unsafe { slice::from_raw_parts(self.start.as_ptr(), self.len) }
    }

    /// Changes the number of bytes in use.
    ///
    /// # Safety
    ///
    /// It is at most the capacity, and so many bytes are initialised.
    #[inline(always)]
    pub(super) unsafe fn set_len(&mut self, len: usize) {
        self.len = len;
    }

    /// Adds bytes, for which there is room.
    ///
    /// # Safety
    ///
    /// The capacity is at least the sum of the lengths.
    #[inline(always)]
    pub(super) unsafe fn push(&mut self, bytes: &[u8]) {
        // SAFETY: the length is at most the capacity.
        let end = unsafe { self.start.add(self.len) };
        // SAFETY: there is room for the bytes, by this function's contract; the slice is other
        // memory, as this chunk is borrowed exclusively.
        unsafe { end.as_ptr().copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
        self.len += bytes.len();
    }

    /// Writes zeros to all bytes from an offset on.
    ///
    /// # Panics
    ///
    /// Panics if the offset is above the capacity.
    pub(super) fn zero_from(&mut self, offset: usize) {
        assert!(offset <= self.capacity, "the offset is inside of the chunk");
        // SAFETY: the offset is inside of the allocation, or at its end.
        let first = unsafe { self.start.add(offset) };
        // SAFETY: so many bytes are allocated from there on, and this chunk is borrowed
        // exclusively.
        unsafe { first.as_ptr().write_bytes(0, self.capacity - offset) };
    }

    /// Makes the chunk larger, to at least twice its size; its memory may move. New bytes are zeros
    /// if `zeroed`.
    ///
    /// # Panics
    ///
    /// Panics if more is asked for than [`LARGEST`].
    pub(super) fn grow(&mut self, capacity: usize, zeroed: bool) {
        let larger = self.grown(capacity);
        if self.capacity == 0 {
            *self = Self::new(larger);
            return;
        }
        // SAFETY: the memory was allocated with that layout; the new size is not zero, and at most
        // `LARGEST` rounded up to the alignment, which is below `isize::MAX`.
        let start = unsafe { realloc(self.start.as_ptr(), layout(self.capacity), larger) };
        let Some(start) = NonNull::new(start) else { handle_alloc_error(layout(larger)) };
        let old = std::mem::replace(&mut self.capacity, larger);
        self.start = start;
        if zeroed {
            self.zero_from(old);
        }
    }

    /// Returns a larger copy, whose other bytes are zeros.
    ///
    /// # Panics
    ///
    /// Panics if more is asked for than [`LARGEST`].
    pub(super) fn copied(&self, capacity: usize) -> Self {
        let mut copy = Self::new(self.grown(capacity));
        // SAFETY: the copy has room for more than this chunk has.
        unsafe { copy.push(self.bytes()) };
        copy
    }

    /// Returns the capacity to grow to for one of at least `capacity`.
    fn grown(&self, capacity: usize) -> usize {
        assert!(capacity <= LARGEST, "a chunk has at most `LARGEST` bytes");
        self.capacity.saturating_mul(2).clamp(capacity, LARGEST).next_multiple_of(ALIGN)
    }
}

impl Drop for Chunk {
    fn drop(&mut self) {
        if self.capacity > 0 {
            // SAFETY: the memory was allocated with that layout, and no code uses it any more.
            unsafe { dealloc(self.start.as_ptr(), layout(self.capacity)) };
        }
    }
}

fn layout(capacity: usize) -> Layout {
    Layout::from_size_align(capacity, ALIGN).expect("a capacity is at most `LARGEST`, rounded up")
}
