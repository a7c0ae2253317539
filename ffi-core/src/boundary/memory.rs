//! Memory for callers: zeroed, aligned, freed only by its pointer.
//!
//! A `NativeFinalizer` in Dart passes its callback one pointer and nothing else, while Rust's
//! allocator needs size and alignment. So each block starts one alignment unit before the memory of
//! the caller, and its layout is stored just before that memory:
//!
//! ```text
//! block ─▶ ┌ unused ┬ Layout ┐◀─ memory handed out: size bytes
//!          └─── alignment ───┘
//! ```

use std::alloc::{Layout, alloc_zeroed, dealloc};

/// Smallest alignment in bytes: a cache line, which also suits every SIMD load.
const MIN_ALIGN: usize = 64;

const _: () = assert!(size_of::<Layout>() <= MIN_ALIGN && align_of::<Layout>() <= MIN_ALIGN);

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
    let before = align.max(MIN_ALIGN);
    let layout = size.checked_add(before).and_then(|total| Layout::from_size_align(total, before).ok());
    let Some(layout) = layout else {
        return std::ptr::null_mut();
    };
    // SAFETY: the size is not zero: it is `before` at least.
    let block = unsafe { alloc_zeroed(layout) };
    if block.is_null() {
        return block;
    }
    // SAFETY: the block is `before + size` bytes long.
    let memory = unsafe { block.add(before) };
    // SAFETY: there are `before` bytes in front of `memory`, which a `Layout` fits into.
    let header = unsafe { memory.cast::<Layout>().sub(1) };
    // SAFETY: inside the block; `memory` is aligned to 64, and the size of a `Layout` is a multiple
    // of its alignment.
    unsafe { header.write(layout) };
    memory
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
    let header = unsafe { memory.cast::<Layout>().sub(1) };
    // SAFETY: `alloc` wrote it, and no other code writes before the memory.
    let layout = unsafe { header.read() };
    // SAFETY: the block starts one alignment unit before the memory.
    let block = unsafe { memory.sub(layout.align()) };
    // SAFETY: `alloc` got the block with this layout; the caller vouches that it is freed once.
    unsafe { dealloc(block, layout) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_zeroed_aligned_and_freed() {
        for size in [0, 1, 63, 64, 65, 1 << 20] {
            for align in [1, 8, 64, 128, 4096] {
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
