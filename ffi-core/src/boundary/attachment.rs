//! Memory that Dart objects keep: given back when the object that it is attached to is collected.
//!
//! An attachment is a resource (a block of [`alloc`](super::alloc), the result of a function, columns, a slot of a pool), the function
//! that gives it back, and the finalizable handle of the one Dart object that keeps it. At first that object is the owner,
//! such as a box. When the owner gives out a view, [`reattach`] moves the attachment to the view's typed data, which every
//! further view refers to. So the memory is there for as long as any of them, in whatever isolate it ends up.
//!
//! Each function does all of its work in one call from Dart. An isolate can be killed before or after that call, but not
//! within, so no resource is lost and none is given back twice: what a function returned is noted in the isolate's status
//! until then (see `pending.rs`). Only [`free_owned`] may be called as a leaf function: Dart's API isn't for those.

use std::ffi::c_void;
use std::ptr;

use super::dart_api::{self, DartHandle, FinalizableHandle};
use super::memory;
use super::owned::{FfiOwned, owned_free};
use super::pending::{DartStatus, Release, forget};
use super::status::FfiStatus;

/// The functions that attach memory to Dart objects, for Dart's generated code alone.
#[derive(Debug)]
#[repr(C)]
pub struct FfiDartCalls {
    attach_status: unsafe extern "C" fn(DartHandle) -> *mut FfiAttachment,
    attach_owned:
        unsafe extern "C" fn(DartHandle, *mut FfiStatus, *mut FfiOwned, usize) -> *mut FfiAttachment,
    attach_alloc: unsafe extern "C" fn(DartHandle, usize, usize) -> *mut FfiAttachment,
    attach_columns: unsafe extern "C" fn(
        DartHandle,
        *mut FfiStatus,
        *mut c_void,
        NewColumns,
        usize,
        u8,
        FreeColumns,
        usize,
    ) -> *mut FfiAttachment,
    attach_slot: unsafe extern "C" fn(
        DartHandle,
        *mut FfiStatus,
        *const FfiSlotCalls,
        *mut c_void,
    ) -> *mut FfiAttachment,
    reattach: unsafe extern "C" fn(*mut FfiAttachment, DartHandle, DartHandle, usize) -> u8,
    detach: unsafe extern "C" fn(*mut FfiAttachment, DartHandle, u8),
    free_owned: unsafe extern "C" fn(*mut FfiStatus, *mut FfiOwned),
}

/// Returns the functions that attach memory to Dart objects. They attach nothing until [`dart_init`](super::dart_init) said
/// that it can be done.
#[must_use]
pub fn dart_calls() -> *const FfiDartCalls {
    static CALLS: FfiDartCalls = FfiDartCalls {
        attach_status,
        attach_owned,
        attach_alloc,
        attach_columns,
        attach_slot,
        reattach,
        detach,
        free_owned,
    };
    &raw const CALLS
}

/// `.._columns_new`.
type NewColumns = unsafe extern "C" fn(usize, u8) -> *mut c_void;

/// `.._columns_free`.
type FreeColumns = unsafe extern "C" fn(*mut c_void) -> i32;

/// The function that gives a resource back. A finalizer has no use for a code.
#[derive(Clone, Copy, Debug)]
#[repr(u8)]
enum Free {
    Resource(Release),
    Columns(FreeColumns),
}

impl Free {
    /// Gives the resource that `token` stands for back.
    ///
    /// # Safety
    ///
    /// The function is that of the token's resource, which was not given back before and isn't used any more.
    unsafe fn call(self, token: *mut c_void) {
        match self {
            // SAFETY: by this function's contract the token is of a resource that this function gives back, for the first time.
            Self::Resource(release) => unsafe { release(token) },
            // SAFETY: by this function's contract the token is a container that this function frees, for the first time.
            Self::Columns(free) => drop(unsafe { free(token) }),
        }
    }
}

/// A resource that a Dart object keeps.
#[derive(Debug)]
#[repr(C)]
struct FfiAttachment {
    /// Where the resource is; read by Dart.
    memory: *mut c_void,
    /// What `free` is called with: `memory`, or for a slot its reference; read by Dart.
    token: *mut c_void,
    free: Free,
    /// The handle of the object; `None` when there is no object.
    handle: Option<FinalizableHandle>,
}

/// The callback of every handle.
///
/// # Safety
///
/// `attachment` came from [`attach_to`], for an object that was collected; nobody uses it any more.
unsafe extern "C" fn collected(_: *mut c_void, attachment: *mut c_void) {
    // SAFETY: `attach_to` made the attachment from a box; the object that it belonged to is gone, so nobody else takes it.
    let FfiAttachment { token, free, .. } = *unsafe { Box::from_raw(attachment.cast::<FfiAttachment>()) };
    // SAFETY: the resource belonged to the attachment; no view of it is left, as views keep the object alive.
    unsafe { free.call(token) };
}

/// Attaches a resource to `object`. When it can't be attached, the resource is given back and the result is null.
///
/// # Safety
///
/// The calling thread is in a call from Dart that passed `object`. The resource is the caller's to give away: `free` may
/// be called with `token`, once, on any thread.
unsafe fn attach_to(
    object: DartHandle,
    memory: *mut c_void,
    token: *mut c_void,
    free: Free,
    bytes: usize,
) -> *mut FfiAttachment {
    let attachment = Box::into_raw(Box::new(FfiAttachment { memory, token, free, handle: None }));
    // SAFETY: by this function's contract; the callback gets what it wants, and is called once at most.
    let handle = unsafe { dart_api::new_handle(object, attachment.cast(), bytes, collected) };
    if handle.is_none() {
        // SAFETY: there is no handle, so nobody else takes the attachment.
        unsafe { collected(ptr::null_mut(), attachment.cast()) };
        return ptr::null_mut();
    }
    // SAFETY: the object is alive during the call, so its callback did not free the attachment.
    unsafe { (*attachment).handle = handle };
    attachment
}

/// Attaches a status to `object` that has a place for results on their way; null when that can't be.
///
/// # Safety
///
/// The calling thread is in a call from Dart that passed `object`.
unsafe extern "C" fn attach_status(object: DartHandle) -> *mut FfiAttachment {
    let block: *mut c_void = DartStatus::new().cast();
    // SAFETY: by this function's contract; the block was made just now, and `release` is what frees it.
    unsafe { attach_to(object, block, block, Free::Resource(DartStatus::release), size_of::<DartStatus>()) }
}

/// Frees `owned` when `object` is collected. Null, and `owned` is freed, when that can't be.
///
/// # Safety
///
/// The calling thread is in a call from Dart that passed `object`, and `status` is that of its isolate. `owned` is the
/// caller's, and nobody else frees it from now on.
unsafe extern "C" fn attach_owned(
    object: DartHandle,
    status: *mut FfiStatus,
    owned: *mut FfiOwned,
    bytes: usize,
) -> *mut FfiAttachment {
    unsafe extern "C" fn release(owned: *mut c_void) {
        // SAFETY: it was the caller's of `attach_owned`, and is released once, when nobody uses it any more.
        unsafe { owned_free(owned.cast()) };
    }

    let resource: *mut c_void = owned.cast();
    // SAFETY: by this function's contract the status is valid, and of the isolate that runs this.
    unsafe { forget(status, resource) };
    // SAFETY: by this function's contract; `release` is what frees the resource.
    unsafe { attach_to(object, resource, resource, Free::Resource(release), bytes) }
}

/// Frees `owned`, which Dart has copied.
///
/// # Safety
///
/// `status` is that of the isolate that runs this. `owned` is the caller's, and isn't used any more.
unsafe extern "C" fn free_owned(status: *mut FfiStatus, owned: *mut FfiOwned) {
    // SAFETY: by this function's contract the status is valid, and of the isolate that runs this.
    unsafe { forget(status, owned.cast()) };
    // SAFETY: by this function's contract; nothing else frees it, as the note is gone.
    unsafe { owned_free(owned) };
}

/// Allocates memory as [`alloc`](memory::alloc) does, attached to `object`; null where there is none.
///
/// # Safety
///
/// The calling thread is in a call from Dart that passed `object`.
unsafe extern "C" fn attach_alloc(object: DartHandle, size: usize, align: usize) -> *mut FfiAttachment {
    unsafe extern "C" fn release(memory: *mut c_void) {
        // SAFETY: the memory came from `alloc` below, and is released once, when nobody uses it any more.
        unsafe { memory::free(memory.cast()) };
    }

    let memory: *mut c_void = memory::alloc(size, align).cast();
    if memory.is_null() {
        return ptr::null_mut();
    }
    // SAFETY: by this function's contract; the memory was allocated just now, and `release` is what frees it.
    unsafe { attach_to(object, memory, memory, Free::Resource(release), size) }
}

/// Attaches the container at `columns`, or what `new(capacity, fixed)` returns where that is null, to `object`; null where
/// `new` returns null.
///
/// # Safety
///
/// The calling thread is in a call from Dart that passed `object`, and `status` is that of its isolate. `new` and `free` are the `.._columns_new` and
/// `.._columns_free` of one message of the same library. A container at `columns` is one of that message and the caller's,
/// and nobody else frees it from now on.
unsafe extern "C" fn attach_columns(
    object: DartHandle,
    status: *mut FfiStatus,
    columns: *mut c_void,
    new: NewColumns,
    capacity: usize,
    fixed: u8,
    free: FreeColumns,
    bytes: usize,
) -> *mut FfiAttachment {
    // SAFETY: by this function's contract the status is valid, and of the isolate that runs this.
    unsafe { forget(status, columns) };
    // SAFETY: `.._columns_new` can be called with any numbers.
    let columns = if columns.is_null() { unsafe { new(capacity, fixed) } } else { columns };
    if columns.is_null() {
        return ptr::null_mut();
    }
    // SAFETY: by this function's contract; the container is the caller's to give away, and `free` is what frees it.
    unsafe { attach_to(object, columns, columns, Free::Columns(free), bytes) }
}

/// What [`attach_slot`] needs of a pool.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
struct FfiSlotCalls {
    /// `.._pool_alloc`.
    alloc: unsafe extern "C" fn() -> *mut c_void,
    /// `.._pool_reference`.
    reference: unsafe extern "C" fn(*const c_void) -> u64,
    /// `.._pool_release`.
    release: Release,
    /// Bytes that the collector is told of.
    bytes: usize,
    /// Where the generation begins in a token of [`release`](Self::release).
    generation_shift: u32,
}

/// Attaches the slot at `slot`, or a new one where that is null, to `object`: by its reference, so whatever becomes of the
/// slot meanwhile, the attachment never gives back another message. Null where the pool has no slot, or `slot` isn't one
/// in use.
///
/// # Safety
///
/// The calling thread is in a call from Dart that passed `object`, and `status` is that of its isolate. `calls` are those of
/// a pool of the same library. The slot, if it is one, is the caller's, and nobody else gives it back from now on.
unsafe extern "C" fn attach_slot(
    object: DartHandle,
    status: *mut FfiStatus,
    calls: *const FfiSlotCalls,
    slot: *mut c_void,
) -> *mut FfiAttachment {
    // SAFETY: by this function's contract `calls` is that of a pool, so it is aligned and initialised, and nobody writes to it.
    let FfiSlotCalls { alloc, reference, release, bytes, generation_shift } = unsafe { *calls };
    // SAFETY: by this function's contract the status is valid, and of the isolate that runs this.
    unsafe { forget(status, slot) };
    // SAFETY: `.._pool_alloc` can always be called.
    let slot = if slot.is_null() { unsafe { alloc() } } else { slot };
    // SAFETY: `.._pool_reference` can be called with any pointer.
    let reference = unsafe { reference(slot) };
    if reference == 0 {
        return ptr::null_mut();
    }
    let (index, generation) = (reference as u32 as usize, (reference >> 32) as usize);
    let token = ptr::without_provenance_mut(index | generation << generation_shift);
    // SAFETY: by this function's contract; the token is the slot's, and `release` takes it.
    unsafe { attach_to(object, slot, token, Free::Resource(release), bytes) }
}

/// Moves the attachment from one object to another, and tells the collector of `bytes` that the other one
/// keeps. 1 when it was moved, else 0, and it stays with the first.
///
/// # Safety
///
/// The calling thread is in a call from Dart that passed both objects. `attachment` is that of `from`, and was not
/// detached.
unsafe extern "C" fn reattach(
    attachment: *mut FfiAttachment,
    from: DartHandle,
    to: DartHandle,
    bytes: usize,
) -> u8 {
    // SAFETY: by this function's contract; the attachment stays where it is, and one of the objects is alive.
    let Some(handle) = (unsafe { dart_api::new_handle(to, attachment.cast(), bytes, collected) }) else {
        return 0;
    };
    // SAFETY: both objects are alive during the call, so no callback freed the attachment, and no other thread uses it.
    let before = unsafe { (*attachment).handle.replace(handle) };
    if let Some(before) = before {
        // SAFETY: it was the handle of `from`, which the caller passed.
        unsafe { dart_api::delete_handle(before, from) };
    }
    1
}

/// Ends the attachment. Where `release` is not 0, the resource is given back, else it is the caller's.
///
/// # Safety
///
/// The calling thread is in a call from Dart that passed `object`. `attachment` is that of the object, and isn't used
/// any more. Where `release` is not 0, nobody uses the resource any more.
unsafe extern "C" fn detach(attachment: *mut FfiAttachment, object: DartHandle, release: u8) {
    // SAFETY: the object is alive during the call, so its callback did not free the attachment, which `attach_to` made
    // from a box.
    let attachment = unsafe { Box::from_raw(attachment) };
    if let Some(handle) = attachment.handle {
        // SAFETY: it is the handle of `object`, which the caller passed.
        unsafe { dart_api::delete_handle(handle, object) };
    }
    if release != 0 {
        // SAFETY: by this function's contract; the callback isn't called any more.
        unsafe { attachment.free.call(attachment.token) };
    }
}
