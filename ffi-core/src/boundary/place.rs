//! Place of a panic, as C and Dart read it.

use std::ptr;

use super::text::{free_text, leak_text};
use crate::panic::Place;

/// Place of a panic. The library frees it with the status.
#[derive(Debug)]
#[repr(C)]
pub struct FfiPlace {
    /// Path of the source file, as rustc was given it: UTF-8 without a terminator.
    pub file: *mut u8,
    /// Size in bytes of [`file`](Self::file).
    pub file_len: usize,
    /// Line, counted from 1.
    pub line: u32,
    /// Column in characters, counted from 1.
    pub column: u32,
    /// Backtrace, UTF-8 without a terminator; null if none was asked for.
    pub backtrace: *mut u8,
    /// Size in bytes of [`backtrace`](Self::backtrace).
    pub backtrace_len: usize,
}

impl FfiPlace {
    /// Returns `place` in memory that [`place_free`] frees; null for none.
    pub(super) fn leak(place: Option<Place>) -> *mut Self {
        let Some(place) = place else { return ptr::null_mut() };
        let (file, file_len) = leak_text(place.file);
        let (backtrace, backtrace_len) = place.backtrace.map_or((ptr::null_mut(), 0), leak_text);
        let Place { line, column, .. } = place;
        Box::into_raw(Box::new(Self { file, file_len, line, column, backtrace, backtrace_len }))
    }
}

/// Frees the result of [`FfiPlace::leak`]; does nothing for null.
///
/// # Safety
///
/// `place` is null, or came from [`FfiPlace::leak`], was not freed before, and isn't used any more.
/// Its fields are unchanged.
pub(super) unsafe fn place_free(place: *mut FfiPlace) {
    if place.is_null() {
        return;
    }
    // SAFETY: `leak` made it from a box, which the caller gives up.
    let place = unsafe { Box::from_raw(place) };
    // SAFETY: `leak` had the text from `leak_text`, and its only user ends here.
    unsafe { free_text(place.file, place.file_len) };
    // SAFETY: it is null, or `leak` had it from `leak_text`, and its only user ends here.
    unsafe { free_text(place.backtrace, place.backtrace_len) };
}
