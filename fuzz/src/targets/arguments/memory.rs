//! Memory that arguments point to.

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::marker::PhantomData;

use crate::bytes::Bytes;

/// A heap allocation of so many values, of any initialised bytes, and not a byte more: the
/// AddressSanitizer sees each access beyond.
#[derive(Debug)]
pub(super) struct Memory<T> {
    start: *mut u8,
    layout: Layout,
    count: usize,
    values: PhantomData<T>,
}

impl<T> Memory<T> {
    /// Allocates `count` values and takes their bytes from the input.
    pub(super) fn new(count: usize, input: &mut Bytes<'_>) -> Self {
        let layout = Layout::array::<T>(count).expect("a few values");
        if layout.size() == 0 {
            let start = std::ptr::without_provenance_mut(layout.align());
            return Self { start, layout, count, values: PhantomData };
        }
        // SAFETY: the size isn't 0.
        let start = unsafe { alloc(layout) };
        if start.is_null() {
            handle_alloc_error(layout);
        }
        // SAFETY: it was just allocated with that size, and zeros initialise it.
        unsafe { start.write_bytes(0, layout.size()) };
        // SAFETY: it was just allocated with that size and initialised, and nothing else uses it.
        let room = unsafe { std::slice::from_raw_parts_mut(start, layout.size()) };
        // Large messages need not be spelled out: what follows the first kilobyte is zeros.
        let len = room.len().min(1024);
        input.fill(&mut room[..len]);
        Self { start, layout, count, values: PhantomData }
    }

    /// Allocates up to 8 values.
    pub(super) fn some(input: &mut Bytes<'_>) -> Self {
        let count = input.below(9);
        Self::new(count, input)
    }

    /// Returns how many values there are.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Returns the pointer to the first value.
    pub(super) fn start(&self) -> *mut T {
        self.start.cast()
    }

    /// Chooses the pointer, or one that a function must refuse: null or misaligned.
    pub(super) fn pointer(&self, input: &mut Bytes<'_>) -> *mut T {
        match input.byte() {
            0 => std::ptr::null_mut(),
            1 if align_of::<T>() > 1 => self.start.wrapping_add(1).cast(),
            _ => self.start.cast(),
        }
    }

    /// Chooses a pointer and a length: those of the memory or a part of it, or some that a function
    /// must refuse.
    pub(super) fn slice(&self, input: &mut Bytes<'_>) -> (*mut T, usize) {
        let pointer = self.pointer(input);
        let refused = pointer != self.start();
        let endless = usize::MAX / size_of::<T>();
        match input.byte() {
            0 => (pointer, 0),
            // Too long for the address space, wherever it starts.
            1 if size_of::<T>() > 1 => (pointer, endless),
            2 => (pointer, usize::MAX),
            3 if refused => (pointer, self.count + 1),
            4 => (pointer, self.count / 2),
            _ => (pointer, self.count),
        }
    }
}

impl<T> Drop for Memory<T> {
    fn drop(&mut self) {
        if self.layout.size() > 0 {
            // SAFETY: it was allocated with this layout, and nothing uses it any more.
            unsafe { dealloc(self.start, self.layout) };
        }
    }
}
