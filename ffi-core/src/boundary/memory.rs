//! Memory for callers: zeroed, aligned, freed only by its pointer.
//!
//! A `NativeFinalizer` in Dart passes its callback one pointer and nothing else, while Rust's
//! allocator needs the start and the size of a block. So both are stored just before the memory of
//! the caller:
//!
//! ```text
//! block ─▶ ┌ slack ┬ Header ┬ memory handed out: size bytes ┬ slack ┐
//!          └─ multiples of 16 ─┘ the first multiple of the alignment
//! ```
//!
//! The block itself has only the alignment that `malloc` gives anyway. Allocators have memory that
//! is zeros already, fresh from the system, but only for that alignment: for a larger one, Rust's
//! standard library fills the block with zeros itself, and so touches each page of it.
//!
//! A large block is a mapping of its own. An allocator would use memory again that it has to clear,
//! which takes milliseconds, also if the caller then writes to few of its pages. The mapping has
//! huge pages, but for its start.

use std::alloc::{Layout, alloc_zeroed, dealloc};

use memmap2::MmapMut;

use crate::huge_pages;
use crate::wipe::wipe;

/// Smallest alignment in bytes: a cache line, which also suits every SIMD load.
const MIN_ALIGN: usize = 64;

/// Size in bytes from which on a block is a mapping: clearing that much takes as long as the page
/// faults of a caller that writes to all of it.
const MAPPED: usize = 4 << 20;

/// Start and size of a block. The size is 0 for a mapping, whose `MmapMut` is at its start.
#[repr(C)]
struct Header {
    block: *mut u8,
    size: usize,
}

/// Alignment of a block in bytes, that of `malloc`: 16 on targets of 64 bits, 8 on those of 32.
const ALLOCATED: usize = size_of::<Header>();

const _: () = assert!(ALLOCATED.is_power_of_two() && align_of::<Header>() <= ALLOCATED);
const _: () = assert!(size_of::<MmapMut>() + size_of::<Header>() <= MIN_ALIGN);

/// Allocates `size` zeroed bytes, aligned to `align` and to 64. The caller owns them and frees them
/// with [`free`]. Returns null if `align` is not a power of two, if the size overflows, or if there
/// is no memory.
///
/// # Examples
///
/// ```
/// use ffi_core::boundary::{alloc, free};
///
/// let memory = alloc(1_000, 128);
/// assert!(memory.addr().is_multiple_of(128));
/// // SAFETY: it came from `alloc`, and nobody uses it any more.
/// unsafe { free(memory) };
/// ```
#[must_use]
pub fn alloc(size: usize, align: usize) -> *mut u8 {
    if !align.is_power_of_two() {
        return std::ptr::null_mut();
    }
    let align = align.max(MIN_ALIGN);
    let layout = size.checked_add(align).and_then(|size| Layout::from_size_align(size, ALLOCATED).ok());
    let Some(layout) = layout else {
        return std::ptr::null_mut();
    };
    let (block, size) = match mapping(layout.size()) {
        Some(block) => (block, 0),
        // SAFETY: the size is not zero: it is `align` at least.
        None => (unsafe { alloc_zeroed(layout) }, layout.size()),
    };
    if block.is_null() {
        return block;
    }
    // From `ALLOCATED` up to `align`: both are powers of two, and the address of the block is a
    // multiple of the smaller one. That of a mapping is one of a page's size: at least `MIN_ALIGN`.
    let before = align - block.addr() % align;
    // SAFETY: the block is `align + size` bytes long, and `before` is at most `align`.
    let memory = unsafe { block.add(before) };
    // SAFETY: there are `before` bytes in front of `memory`, which a header fits into.
    let header = unsafe { memory.cast::<Header>().sub(1) };
    // SAFETY: the header is inside of the block. `memory` is aligned to 64, and the size of a
    // header is a multiple of its alignment, so the header is aligned.
    unsafe { header.write(Header { block, size }) };
    memory
}

/// Returns the start of a new mapping of zeros that holds its own `MmapMut`, or `None` if so few
/// bytes need none, or the system has none.
fn mapping(size: usize) -> Option<*mut u8> {
    if size < MAPPED {
        return None;
    }
    let mut map = MmapMut::map_anon(size).ok()?;
    huge_pages::advise(&map, 0..size);
    let block = map.as_mut_ptr();
    // SAFETY: the mapping is larger than a `MmapMut`, and aligned to a page.
    unsafe { block.cast::<MmapMut>().write(map) };
    Some(block)
}

/// Frees memory of [`alloc`]; does nothing for null. Any thread may call it.
///
/// # Safety
///
/// `memory` is null, or came from [`alloc`] of the same library, was not freed before and is no
/// longer used.
pub unsafe fn free(memory: *mut u8) {
    if memory.is_null() {
        return;
    }
    // SAFETY: `alloc` left a header right before the memory.
    let header = unsafe { memory.cast::<Header>().sub(1) };
    // SAFETY: `alloc` wrote it, and no other code writes before the memory.
    let Header { block, size } = unsafe { header.read() };
    if size == 0 {
        // SAFETY: `mapping` wrote it to the start of the block, which is a mapping as its size is
        // 0, and the caller vouches that it is freed once.
        return drop(unsafe { block.cast::<MmapMut>().read() });
    }
    // SAFETY: `alloc` made a layout of that size and alignment.
    let layout = unsafe { Layout::from_size_align_unchecked(size, ALLOCATED) };
    // SAFETY: `alloc` got the block with this layout; the caller vouches that it is freed once.
    unsafe { dealloc(block, layout) };
}

/// Frees memory of [`alloc`] that held secrets, as [`free`] does, and zeroes it before. A mapping
/// goes back to the system, which zeroes its pages before anyone gets them.
///
/// # Safety
///
/// The conditions of [`free`]; the memory isn't null.
pub(super) unsafe fn free_wiped(memory: *mut u8) {
    // SAFETY: `alloc` left a header right before the memory.
    let header = unsafe { memory.cast::<Header>().sub(1) };
    // SAFETY: `alloc` wrote it, and no other code writes before the memory.
    let Header { block, size } = unsafe { header.read() };
    if size > 0 {
        let before = memory.addr() - block.addr();
        // SAFETY: the block of `size` bytes is in use from `memory` on, and no other code uses it
        // any more, by this function's contract.
        unsafe { wipe(memory, size - before) };
    }
    // SAFETY: by this function's contract `free` may free it.
    unsafe { free(memory) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_zeroed_aligned_and_freed() {
        for size in [0, 1, 63, 64, 65, 1 << 20, MAPPED] {
            for align in [1, 8, 64, 128, 4096, 1 << 16] {
                let memory = alloc(size, align);
                assert!(memory.addr().is_multiple_of(align.max(64)));
                // SAFETY: `alloc` returned `size` zeroed bytes.
                let bytes = unsafe { std::slice::from_raw_parts_mut(memory, size) };
                assert!(bytes.iter().all(|&byte| byte == 0));
                bytes.fill(0xA5);
                // SAFETY: it came from `alloc` just now.
                unsafe { free(memory) };
            }
        }
    }

    #[test]
    fn what_cannot_be_had_is_null() {
        assert!(alloc(usize::MAX, 8).is_null());
        assert!(alloc(isize::MAX as usize, 8).is_null());
        assert!(alloc(8, 3).is_null());
        assert!(alloc(8, 0).is_null());
        // SAFETY: null is allowed.
        unsafe { free(std::ptr::null_mut()) };
    }
}
