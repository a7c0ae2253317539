//! An allocator that counts, so that a program sees what it has left behind.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicU64, Ordering};

use ffi_core::ffi_export;

/// Number of blocks that were allocated and not freed.
///
/// Relaxed, as it is a counter: nothing is published by it.
static BLOCKS: AtomicU64 = AtomicU64::new(0);

/// The system's allocator, which counts its blocks.
struct Counting;

// SAFETY: every call is the system allocator's, and counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        BLOCKS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller asks for a layout whose size is not 0.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        BLOCKS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller asks for a layout whose size is not 0.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller passes memory of this allocator, which came from the system, with its
        // layout, and a size that is not 0.
        unsafe { System.realloc(memory, layout, size) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        BLOCKS.fetch_sub(1, Ordering::Relaxed);
        // SAFETY: the caller passes memory of this allocator, which came from the system, with its
        // layout.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Returns the number of blocks of memory that the library has allocated and not freed: messages
/// of Dart, and what Rust needs for itself. Messages of 4 MiB and more are mappings, which are not
/// counted.
#[ffi_export(leaf)]
pub fn live_blocks() -> u64 {
    BLOCKS.load(Ordering::Relaxed)
}
