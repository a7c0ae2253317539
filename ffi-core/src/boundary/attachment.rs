//! Memory that Dart objects keep: given back when the object that it is attached to is collected.
//!
//! An attachment is a resource (a block of [`alloc`](super::alloc), the result of a function, columns, a slot of a pool), the function
//! that gives it back, and the finalizable handle of a Dart object that keeps it. The first such object is the owner, such as
//! a box. What the owner gives out, the typed data of a view or a part of the memory, gets an attachment of its own by
//! [`share`]. The resource is given back with the last of them, in whatever isolate that one ends up.
//!
//! Each function does all of its work in one call from Dart. An isolate can be killed before or after that call, but not
//! within, so no resource is lost and none is given back twice: what a function returned is noted in the isolate's status
//! until then (see `pending.rs`). Only [`free_owned`] may be called as a leaf function: Dart's API isn't for those.

use std::ffi::c_void;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::call::{DartStatus, forget};
use super::dart_api::{self, DartHandle, FinalizableHandle};
use super::memory;
use super::owned::{FfiOwned, owned_free};
use super::pending::Release;
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
    share: unsafe extern "C" fn(*const FfiAttachment, DartHandle, usize) -> *mut FfiAttachment,
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
        share,
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

/// A resource that Dart objects keep, which is given back with the last of them unless that was done before.
#[derive(Debug)]
struct Resource {
    token: *mut c_void,
    free: Free,
    given_back: AtomicBool,
}

// SAFETY: `attach_to` is promised that the resource may be given back on any thread.
unsafe impl Send for Resource {}
// SAFETY: threads that share one read what isn't written to; the flag lets one of them give it back.
unsafe impl Sync for Resource {}

impl Resource {
    /// Gives the resource back, if nobody did.
    ///
    /// # Safety
    ///
    /// Nobody uses the resource any more.
    unsafe fn give_back(&self) {
        if !self.given_back.swap(true, Ordering::AcqRel) {
            // SAFETY: `attach_to` was given the token with the function for it, and may call it once, which is now; nobody
            // uses the resource, by this function's contract.
            unsafe { self.free.call(self.token) };
        }
    }
}

impl Drop for Resource {
    fn drop(&mut self) {
        // SAFETY: views keep an attachment, and no attachment is left.
        unsafe { self.give_back() };
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
    /// Whether the resource was given back, or left to the caller: that of `resource`; read by Dart.
    given_back: *const AtomicBool,
    resource: Arc<Resource>,
    /// The handle of the object; `None` when there is no object.
    handle: Option<FinalizableHandle>,
}

/// The callback of every handle.
///
/// # Safety
///
/// `attachment` came from [`keep`], for an object that was collected; nobody uses it any more.
unsafe extern "C" fn collected(_: *mut c_void, attachment: *mut c_void) {
    // SAFETY: `keep` made the attachment from a box; the object that it belonged to is gone, so nobody else takes it.
    drop(unsafe { Box::from_raw(attachment.cast::<FfiAttachment>()) });
}

/// Has `object` keep a resource. When it can't be attached, the result is null.
///
/// # Safety
///
/// The calling thread is in a call from Dart that passed `object`.
unsafe fn keep(
    object: DartHandle,
    memory: *mut c_void,
    resource: Arc<Resource>,
    bytes: usize,
) -> *mut FfiAttachment {
    let token = resource.token;
    let given_back = &raw const resource.given_back;
    let attachment = FfiAttachment { memory, token, given_back, resource, handle: None };
    let attachment = Box::into_raw(Box::new(attachment));
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
    let resource = Arc::new(Resource { token, free, given_back: AtomicBool::new(false) });
    // SAFETY: the caller is in a call from Dart that passed the object.
    unsafe { keep(object, memory, resource, bytes) }
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

/// Has `object`, too, keep what the object of `attachment` keeps, and tells the collector of `bytes`. Null when it can't be
/// attached.
///
/// # Safety
///
/// The calling thread is in a call from Dart that passed `object`. The object of `attachment` is alive during the call, and
/// the attachment was not detached.
unsafe extern "C" fn share(
    attachment: *const FfiAttachment,
    object: DartHandle,
    bytes: usize,
) -> *mut FfiAttachment {
    // SAFETY: the attachment's object is alive, so no callback freed it; it isn't changed after it was made.
    let FfiAttachment { memory, resource, .. } = unsafe { &*attachment };
    // SAFETY: the caller passed the object.
    unsafe { keep(object, *memory, Arc::clone(resource), bytes) }
}

/// How an attachment ends: the resource is the caller's.
const FORGET: u8 = 0;
/// How an attachment ends: the resource is given back now, whoever keeps it.
const GIVE_BACK: u8 = 1;

/// Ends the attachment. The resource is the caller's where `how` is 0, is given back now where it is 1, and with the last
/// of its attachments where it is anything else.
///
/// # Safety
///
/// The calling thread is in a call from Dart that passed `object`. `attachment` is that of the object, and isn't used
/// any more. Where `how` is 1, nobody uses the resource any more.
unsafe extern "C" fn detach(attachment: *mut FfiAttachment, object: DartHandle, how: u8) {
    // SAFETY: the object is alive during the call, so its callback did not free the attachment, which `keep` made from a
    // box.
    let FfiAttachment { resource, handle, .. } = *unsafe { Box::from_raw(attachment) };
    if let Some(handle) = handle {
        // SAFETY: it is the handle of `object`, which the caller passed.
        unsafe { dart_api::delete_handle(handle, object) };
    }
    match how {
        FORGET => resource.given_back.store(true, Ordering::Release),
        // SAFETY: the caller promises that nobody uses the resource any more.
        GIVE_BACK => unsafe { resource.give_back() },
        _ => {}
    }
}
