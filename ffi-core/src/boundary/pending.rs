//! Notes of results that Dart has not taken yet, so that none is lost with an isolate that is
//! killed.
//!
//! An isolate can be killed after a function returned and before Dart has attached its result to an
//! object, or copied it. So the status block of an isolate has a place for the one pending result.
//! The wrapper of a function notes a result that owns a resource there before it returns, and the
//! call from Dart that takes the result removes the note. The block is attached to an object of the
//! isolate, like any memory of Dart: when the isolate is gone, it frees the result that is still
//! noted, and the message of a failure that was not read.
//!
//! One place is enough. Dart takes each result right after its call, so a result is only still
//! noted at the next call if Dart could not take it, as it had no memory: then it is freed. A
//! function that calls back to Dart notes its result when it returns, after Dart took those of the
//! calls inside.
//!
//! Callers from C own the result of a function, and pass statuses without a place: nothing is
//! noted.

use std::ffi::c_void;
use std::ptr;

use super::owned::{FfiOwned, owned_free};

/// Frees a resource, on any thread; does not call Dart, and does nothing for null.
pub(super) type Release = unsafe extern "C" fn(*mut c_void);

/// A pending result, and the function that frees it.
#[derive(Debug)]
#[repr(C)]
pub struct FfiPending {
    /// The result; null for none. Dart removes the note of a slot by writing null.
    pub(super) resource: *mut c_void,
    release: Option<Release>,
}

impl FfiPending {
    /// No result.
    pub(super) const NONE: Self = Self { resource: ptr::null_mut(), release: None };

    /// Returns the note about a result that `release` frees.
    pub(super) fn new<T>(resource: *mut T, release: Release) -> Self {
        Self { resource: resource.cast(), release: Some(release) }
    }

    /// Returns the note about a string or vector.
    pub(crate) fn owned(owned: &*mut FfiOwned) -> Self {
        unsafe extern "C" fn release(owned: *mut c_void) {
            // SAFETY: the noted pointer came from `FfiOwned::new`, and belongs to the note.
            unsafe { owned_free(owned.cast()) };
        }
        Self::new(*owned, release)
    }

    /// Frees the result, if there is one.
    pub(crate) fn give_back(self) {
        if let Self { resource, release: Some(release) } = self
            && !resource.is_null()
        {
            // SAFETY: the note owns `resource` and has the function that frees it, and ends here.
            unsafe { release(resource) };
        }
    }
}
