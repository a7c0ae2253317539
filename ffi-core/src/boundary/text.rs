//! Text that the library owns while C and Dart read it.

use std::ptr;

/// Returns the bytes of `text`, which are freed by [`free_text`].
pub(super) fn leak_text(text: String) -> (*mut u8, usize) {
    let bytes = Box::leak(text.into_bytes().into_boxed_slice());
    (bytes.as_mut_ptr(), bytes.len())
}

/// Frees text; does nothing for null.
///
/// # Safety
///
/// `text` is null, or it and `len` came from [`leak_text`], were not freed before, and aren't used
/// any more.
pub(super) unsafe fn free_text(text: *mut u8, len: usize) {
    if !text.is_null() {
        // SAFETY: `leak_text` leaked a box of that length, which the caller gives up.
        drop(unsafe { Box::from_raw(ptr::slice_from_raw_parts_mut(text, len)) });
    }
}
