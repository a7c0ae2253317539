//! `Chunk`: memory of an arena that grows.
//!
//! A chunk is aligned to a cache line, but its allocation is not: allocators have memory that is
//! zeros already, and memory that grows where it is, but only for the alignment that they give
//! anyway. So an allocation has some bytes more, and the chunk starts at the first multiple of 64.

use std::alloc::{Layout, alloc, alloc_zeroed, dealloc, handle_alloc_error, realloc};
use std::hint::black_box;
use std::ptr::NonNull;
use std::slice;
use std::sync::Once;

/// Alignment of a chunk in bytes, that of a cache line; no type needs more.
pub(super) const ALIGN: usize = 64;

/// Largest size of a chunk in bytes: offsets are `u32`, and allocations at most `isize::MAX`.
pub(super) const LARGEST: usize =
    if usize::BITS == 32 { isize::MAX as usize - ALIGN + 1 } else { u32::MAX as usize - ALIGN + 1 };

/// Alignment in bytes of an allocation, that of `malloc` on targets of 64 bits.
const ALLOCATED: usize = 16;

/// Capacity in bytes from which on a chunk grows where it is, if it can. Allocators move the pages
/// of such memory instead of copying it; smaller memory would often be the last of the heap, which
/// glibc gives back to the system each time that it is freed (chosen by
/// `rust_arena_build_vs_prost`).
const LARGE: usize = 1 << 17;

/// Capacity in bytes from which on a chunk is worth [`keep_free_memory`].
const KEPT_FROM: usize = 1 << 15;

/// Size in bytes of the block that [`keep_free_memory`] frees: glibc then keeps twice as much, that
/// is the chunks of an arena of 1 MiB with those that it has grown out of (chosen by
/// `arena_build_vs_protobuf`).
const KEPT: usize = 1 << 20;

/// Bytes that an allocation has more than its chunk.
const SLACK: usize = ALIGN - ALLOCATED;

/// Memory of one allocation, or none. Invariant: the first `len` bytes are initialised, and `len`
/// is at most `capacity`; or they are borrowed, and nothing writes to them.
#[derive(Debug)]
pub(super) struct Chunk {
    /// First byte, `start_of(base)`.
    start: NonNull<u8>,
    /// The allocation, of the layout that `capacity` has.
    base: NonNull<u8>,
    /// Number of bytes; 0 if there is no allocation, or the bytes are borrowed.
    capacity: usize,
    len: usize,
    /// True if all bytes are initialised, those that are not in use included.
    initialised: bool,
}

// SAFETY: it owns its memory, which is plain bytes.
unsafe impl Send for Chunk {}

// SAFETY: nothing is written through a shared reference.
unsafe impl Sync for Chunk {}

impl Chunk {
    /// Chunk without memory.
    pub(super) const NONE: Self = Self {
        start: NonNull::dangling(),
        base: NonNull::dangling(),
        capacity: 0,
        len: 0,
        initialised: true,
    };

    /// Returns a chunk of bytes that something else owns, and that is only read.
    ///
    /// # Safety
    ///
    /// So many initialised bytes are there as long as the chunk lives.
    pub(super) unsafe fn borrowed(start: NonNull<u8>, len: usize) -> Self {
        Self { start, base: start, capacity: 0, len, initialised: true }
    }

    /// Returns a chunk of zeros for at least so many bytes, or `None` if there is no memory. None
    /// is in use.
    pub(super) fn try_new(capacity: usize) -> Option<Self> {
        match capacity.min(LARGEST).next_multiple_of(ALIGN) {
            0 => Some(Self::NONE),
            capacity => Self::allocated(capacity, true),
        }
    }

    /// Returns a chunk of that capacity, whose bytes are zeros if `zeroed`, or else not
    /// initialised.
    fn allocated(capacity: usize, zeroed: bool) -> Option<Self> {
        if capacity >= KEPT_FROM {
            keep_free_memory();
        }
        let layout = layout(capacity);
        // SAFETY: the size is not zero.
        let base = if zeroed { unsafe { alloc_zeroed(layout) } } else { unsafe { alloc(layout) } };
        let base = NonNull::new(base)?;
        // SAFETY: the allocation has the layout of a chunk.
        let start = unsafe { start_of(base) };
        Some(Self { start, base, capacity, len: 0, initialised: zeroed })
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
        unsafe { copy(bytes, end.as_ptr()) };
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

    /// Has all bytes initialised, those that are not in use included.
    pub(super) fn initialise(&mut self) {
        if !self.initialised {
            self.zero_from(self.len);
            self.initialised = true;
        }
    }

    /// Makes the chunk larger, to at least twice its size; its memory may move. New bytes are zeros
    /// if `zeroed`.
    ///
    /// # Panics
    ///
    /// Panics if more is asked for than [`LARGEST`].
    pub(super) fn grow(&mut self, capacity: usize, zeroed: bool) {
        let larger = self.grown(capacity);
        if self.capacity < LARGE {
            let Some(mut chunk) = Self::allocated(larger, false) else { handle_alloc_error(layout(larger)) };
            // SAFETY: the new chunk has room for more than this one has.
            unsafe { chunk.push(self.bytes()) };
            if zeroed {
                chunk.initialise();
            }
            *self = chunk;
            return;
        }
        let before = self.start.addr().get() - self.base.addr().get();
        // SAFETY: the memory was allocated with that layout; the new size is that of another one.
        let base = unsafe { realloc(self.base.as_ptr(), layout(self.capacity), layout(larger).size()) };
        let Some(base) = NonNull::new(base) else { handle_alloc_error(layout(larger)) };
        // SAFETY: the allocation has the layout of a chunk.
        let start = unsafe { start_of(base) };
        // SAFETY: the bytes of the old allocation are there, and the chunk began at that one.
        let moved = unsafe { base.add(before) };
        if start != moved {
            // SAFETY: both are ranges of as many bytes as the old chunk had, in the new allocation,
            // as neither begins behind `SLACK`.
            unsafe { start.copy_from(moved, self.capacity) };
        }
        let old = std::mem::replace(&mut self.capacity, larger);
        (self.base, self.start) = (base, start);
        if zeroed {
            self.zero_from(old);
        }
        self.initialised &= zeroed;
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
            unsafe { dealloc(self.base.as_ptr(), layout(self.capacity)) };
        }
    }
}

/// Copies bytes. Few of them, as most texts have, are two loads and two stores, which overlap: that
/// is less than a call of `memcpy` does before it copies (chosen by `rust_arena_build_vs_prost`).
///
/// # Safety
///
/// There is room for the bytes at `to`, in other memory.
#[inline(always)]
unsafe fn copy(bytes: &[u8], to: *mut u8) {
    match bytes.len() {
        // SAFETY: there is room for so many bytes in other memory, by this function's contract.
        33.. => unsafe { to.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) },
        // SAFETY: there is room for the bytes, by this function's contract, and so many are there.
        16.. => unsafe { copy_ends::<16>(bytes, to) },
        // SAFETY: there is room for the bytes, by this function's contract, and so many are there.
        8.. => unsafe { copy_ends::<8>(bytes, to) },
        // SAFETY: there is room for the bytes, by this function's contract, and so many are there.
        4.. => unsafe { copy_ends::<4>(bytes, to) },
        // SAFETY: there is room for the bytes, by this function's contract, and so many are there.
        2.. => unsafe { copy_ends::<2>(bytes, to) },
        // SAFETY: there is room for the byte, by this function's contract.
        1 => unsafe { to.write(bytes[0]) },
        0 => {}
    }
}

/// Copies `N` to `2 * N` bytes: the first `N` and the last `N` of them.
///
/// # Safety
///
/// There are so many bytes, and room for them at `to`, in other memory.
#[inline(always)]
unsafe fn copy_ends<const N: usize>(bytes: &[u8], to: *mut u8) {
    let from = bytes.as_ptr();
    let last = bytes.len() - N;
    // SAFETY: there are `N` bytes at least, by this function's contract.
    let head = unsafe { from.cast::<[u8; N]>().read() };
    // SAFETY: the offset is less than the length.
    let from = unsafe { from.add(last) };
    // SAFETY: `N` bytes are there before the end of the slice.
    let tail = unsafe { from.cast::<[u8; N]>().read() };
    // SAFETY: there is room for all bytes, so for the first `N`.
    unsafe { to.cast::<[u8; N]>().write(head) };
    // SAFETY: there is room for all bytes, so for the last `N`.
    let end = unsafe { to.add(last) };
    // SAFETY: there is room for `N` bytes, the last ones, in other memory.
    unsafe { end.cast::<[u8; N]>().write(tail) };
}

/// Has glibc keep free memory for the next arena.
///
/// By default it gives the end of its heap back to the system once 128 KiB of it are free. An arena
/// that is built, used and freed gave back nearly all of its memory, and the next one had a page
/// fault for each page, which took longer than all the rest. glibc raises that limit by itself to
/// twice the size of the largest block that it had mapped and was freed, so one is freed here, of
/// which no page is touched.
fn keep_free_memory() {
    static DONE: Once = Once::new();
    if cfg!(all(target_env = "gnu", not(miri))) {
        // Nobody uses it, so the compiler would leave it out.
        DONE.call_once(|| drop(black_box(Vec::<u8>::with_capacity(KEPT))));
    }
}

/// Returns the layout of the allocation of a chunk of that capacity.
fn layout(capacity: usize) -> Layout {
    Layout::from_size_align(capacity + SLACK, ALLOCATED).expect("a capacity is at most `LARGEST`")
}

/// Returns the first byte of the chunk in an allocation.
///
/// # Safety
///
/// The allocation has the layout of a chunk.
unsafe fn start_of(base: NonNull<u8>) -> NonNull<u8> {
    // At most `SLACK`, as the address is a multiple of `ALLOCATED`.
    let before = base.addr().get().wrapping_neg() % ALIGN;
    // SAFETY: the allocation has `SLACK` bytes more than its chunk, by this function's contract.
    unsafe { base.add(before) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(count: usize) -> Vec<u8> {
        (0..count).map(|number| number as u8).collect()
    }

    #[test]
    fn a_chunk_keeps_its_bytes_and_its_alignment_as_it_grows() {
        for zeroed in [false, true] {
            let mut chunk = Chunk::NONE;
            // They are between the chunk and what is free, so it moves.
            let mut others = Vec::new();
            for len in [1, 100, 5_000, LARGE - 1, LARGE + 1, 3 * LARGE + 77, 20 * LARGE] {
                chunk.grow(len, zeroed);
                others.push((Chunk::new(len), vec![1_u8; len % 999]));
                assert!(chunk.capacity() >= len && chunk.start().addr().get().is_multiple_of(ALIGN));
                let more = numbers(len).split_off(chunk.len());
                // SAFETY: the capacity is at least the sum of the lengths.
                unsafe { chunk.push(&more) };
                chunk.initialise();
                // SAFETY: the capacity is at least the length.
                let rest = unsafe { chunk.start().add(len) };
                // SAFETY: all bytes of the chunk are initialised.
                let rest = unsafe { slice::from_raw_parts(rest.as_ptr(), chunk.capacity() - len) };
                assert!(chunk.bytes() == numbers(len) && rest.iter().all(|byte| *byte == 0), "{len}");
            }
        }
    }

    #[test]
    fn bytes_are_copied_whatever_their_number() {
        let from = numbers(100);
        for len in 0..=100 {
            let mut chunk = Chunk::new(2 * len + 1);
            for bytes in [&from[..len], &[0xEE], &from[100 - len..]] {
                // SAFETY: the capacity is at least the sum of the lengths.
                unsafe { chunk.push(bytes) };
            }
            assert_eq!(chunk.bytes(), [&from[..len], &[0xEE], &from[100 - len..]].concat());
            // SAFETY: all bytes of a new chunk are initialised.
            let all = unsafe { slice::from_raw_parts(chunk.start().as_ptr(), chunk.capacity()) };
            assert!(all[2 * len + 1..].iter().all(|byte| *byte == 0), "{len}: nothing behind is written");
        }
    }

    #[test]
    fn a_new_chunk_is_zeros() {
        for capacity in [1, 64, 4_000, LARGE, 9 * LARGE] {
            let mut chunk = Chunk::new(capacity);
            let all = chunk.capacity();
            // SAFETY: so many bytes are allocated, and those of a new chunk are initialised.
            unsafe { chunk.set_len(all) };
            assert!(chunk.bytes().iter().all(|byte| *byte == 0), "{capacity}");
        }
    }
}
