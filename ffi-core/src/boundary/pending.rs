//! Results on their way to Dart, so that none is lost with an isolate that is killed.
//!
//! An isolate can be killed after a function returned and before Dart has attached its result to an object, or copied it. So
//! the status block of an isolate has a place for the one result that is on its way. The wrapper of a function notes a result
//! that owns something there before it returns, and the call from Dart that takes the result removes the note. The block is
//! attached to an object of the isolate, like any memory of Dart's: when the isolate is gone, it gives back what is still
//! noted, and the message of a failure that nobody read.
//!
//! One place is enough. Dart takes each result right after its call, so only a result that Dart could not take, as it had no
//! memory, is there when the next one comes: then it is given back. A function that calls back to Dart notes its result when it
//! returns, after Dart took those of the calls inside.
//!
//! Callers from C own what a function returns, and pass statuses without a place: nothing is noted there.

use std::ffi::c_void;
use std::ptr;

use super::owned::{FfiOwned, owned_free};

/// Gives a resource back, on any thread; calls nothing of Dart's, and does nothing for null.
pub(super) type Release = unsafe extern "C" fn(*mut c_void);

/// A result on its way to Dart, and the function that gives it back.
#[derive(Debug)]
#[repr(C)]
pub struct FfiPending {
    /// The result; null for none. Dart removes the note of a slot by a null here.
    pub(super) resource: *mut c_void,
    release: Option<Release>,
}

impl FfiPending {
    /// No result.
    pub(super) const NONE: Self = Self { resource: ptr::null_mut(), release: None };

    /// A result that `release` gives back.
    pub(super) fn new<T>(resource: *mut T, release: Release) -> Self {
        Self { resource: resource.cast(), release: Some(release) }
    }

    /// A string or vector.
    pub(super) fn owned(owned: &*mut FfiOwned) -> Self {
        unsafe extern "C" fn release(owned: *mut c_void) {
            // SAFETY: what is noted came from `FfiOwned::new`, and belongs to the note.
            unsafe { owned_free(owned.cast()) };
        }
        Self::new(*owned, release)
    }

    /// Gives the result back, if there is one.
    pub(super) fn give_back(self) {
        if let Self { resource, release: Some(release) } = self
            && !resource.is_null()
        {
            // SAFETY: `resource` belongs to the note, which says how it is given back, and ends here.
            unsafe { release(resource) };
        }
    }
}
