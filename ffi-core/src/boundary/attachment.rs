//! Memory that Dart objects keep: freed when the object that it is attached to is collected.
//!
//! An attachment is a resource (a block of [`alloc`](super::alloc), the result of a function,
//! columns, a slot of a pool), the function that frees it, and the finalizable handle of a Dart
//! object that keeps it. The first such object is the owner, such as a box. Objects made from the
//! owner, the typed data of a view or a part of the memory, get attachments of their own by
//! [`share`]. The resource is freed with the last of them, in any isolate.
//!
//! Each function does all of its work in one call from Dart. An isolate can be killed before or
//! after that call, but not during it, so no resource is lost and none is freed twice: until then
//! the result of a function is noted in the isolate's status (see `pending.rs`). Only
//! [`free_owned`] may be called as a leaf function: the others call Dart's API, which leaf
//! functions may not.

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

/// Functions that attach memory to Dart objects, only for Dart's generated code.
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
        Option<PopSlot>,
    ) -> *mut FfiAttachment,
    share: unsafe extern "C" fn(*const FfiAttachment, DartHandle, usize) -> *mut FfiAttachment,
    detach: unsafe extern "C" fn(*mut FfiAttachment, DartHandle, u8),
    free_owned: unsafe extern "C" fn(*mut FfiStatus, *mut FfiOwned),
}

/// Returns the functions that attach memory to Dart objects. They attach nothing until
/// [`dart_init`](super::dart_init) has succeeded.
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

/// Type of `.._columns_new`.
type NewColumns = unsafe extern "C" fn(usize, u8) -> *mut c_void;

/// Type of `.._columns_free`.
type FreeColumns = unsafe extern "C" fn(*mut c_void) -> i32;

/// Function that frees a resource. A finalizer ignores its code.
#[derive(Clone, Copy, Debug)]
#[repr(u8)]
enum Free {
    Resource(Release),
    Columns(FreeColumns),
}

impl Free {
    /// Frees the resource of `token`.
    ///
    /// # Safety
    ///
    /// The function is that of the token's resource, which was not freed before and isn't used any
    /// more.
    unsafe fn call(self, token: *mut c_void) {
        match self {
            // SAFETY: by this function's contract the token is of a resource that this function
            // frees, for the first time.
            Self::Resource(release) => unsafe { release(token) },
            // SAFETY: by this function's contract the token is a container that this function
            // frees, for the first time.
            Self::Columns(free) => drop(unsafe { free(token) }),
        }
    }
}

/// A resource that Dart objects keep. It is freed with the last of them, unless it was freed
/// before.
#[derive(Debug)]
struct Resource {
    token: *mut c_void,
    free: Free,
    given_back: AtomicBool,
}

// SAFETY: the caller of `attach_to` promises that the resource may be freed on any thread.
unsafe impl Send for Resource {}
// SAFETY: threads that share one only read fields that aren't written; the flag lets one of them
// free the resource.
unsafe impl Sync for Resource {}

impl Resource {
    /// Frees the resource, unless it was freed before.
    ///
    /// # Safety
    ///
    /// No code uses the resource any more.
    unsafe fn give_back(&self) {
        if !self.given_back.swap(true, Ordering::AcqRel) {
            // SAFETY: `attach_to` was given the token with the function for it, and may call it
            // once, which is now; no code uses the resource, by this function's contract.
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
    /// Address of the resource; read by Dart.
    memory: *mut c_void,
    /// Argument of `free`: `memory`, or for a slot its reference; read by Dart.
    token: *mut c_void,
    /// Flag of `resource`, which is true once the resource was freed or left to the caller; read by
    /// Dart.
    given_back: *const AtomicBool,
    resource: Arc<Resource>,
    /// Handle of the object; `None` if there is no object.
    handle: Option<FinalizableHandle>,
}

/// Frees an attachment; it is the callback of every handle.
///
/// # Safety
///
/// `attachment` came from [`keep`], for an object that was collected; no code uses it any more.
unsafe extern "C" fn collected(_: *mut c_void, attachment: *mut c_void) {
    // SAFETY: `keep` made the attachment from a box; the object that it belonged to is gone, so no
    // other code frees it.
    drop(unsafe { Box::from_raw(attachment.cast::<FfiAttachment>()) });
}

/// Has `object` keep a resource. Returns null if it can't be attached.
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
    // SAFETY: by this function's contract the thread is in a call that passed the object;
    // `collected` takes an attachment, and is called once at most.
    let handle = unsafe { dart_api::new_handle(object, attachment.cast(), bytes, collected) };
    if handle.is_none() {
        // SAFETY: there is no handle, so no other code frees the attachment.
        unsafe { collected(ptr::null_mut(), attachment.cast()) };
        return ptr::null_mut();
    }
    // SAFETY: the object is alive during the call, so its callback did not free the attachment.
    unsafe { (*attachment).handle = handle };
    attachment
}

/// Attaches a resource to `object`. If it can't be attached, the resource is freed and the result
/// is null.
///
/// # Safety
///
/// The calling thread is in a call from Dart that passed `object`. The caller owns the resource:
/// `free` may be called with `token`, once, on any thread.
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

/// Attaches memory to `object`, which `release` frees by its token; returns null if it can't, after
/// `release` was called. The pointer is to an attachment as Dart reads it.
///
/// # Safety
///
/// The conditions of [`attach_to`].
#[cfg(feature = "async")]
pub(crate) unsafe fn attach(
    object: DartHandle,
    memory: *mut c_void,
    token: *mut c_void,
    release: Release,
    bytes: usize,
) -> *mut c_void {
    // SAFETY: by this function's contract the caller is in a call from Dart that passed the object,
    // and owns the resource, which `release` frees.
    unsafe { attach_to(object, memory, token, Free::Resource(release), bytes) }.cast()
}

/// Attaches a status to `object` that has a place for pending results; null if it can't.
///
/// # Safety
///
/// The calling thread is in a call from Dart that passed `object`.
unsafe extern "C" fn attach_status(object: DartHandle) -> *mut FfiAttachment {
    let block: *mut c_void = DartStatus::new().cast();
    // SAFETY: the caller is in a call from Dart that passed the object; the block was made just
    // now, and `release` frees it.
    unsafe { attach_to(object, block, block, Free::Resource(DartStatus::release), size_of::<DartStatus>()) }
}

/// Frees `owned` when `object` is collected. If it can't be attached, frees it now and returns
/// null.
///
/// # Safety
///
/// The calling thread is in a call from Dart that passed `object`, and `status` is that of its
/// isolate. The caller owns `owned`, and no other code frees it from now on.
unsafe extern "C" fn attach_owned(
    object: DartHandle,
    status: *mut FfiStatus,
    owned: *mut FfiOwned,
    bytes: usize,
) -> *mut FfiAttachment {
    unsafe extern "C" fn release(owned: *mut c_void) {
        // SAFETY: the caller of `attach_owned` owned it, and it is released once, when no code uses
        // it any more.
        unsafe { owned_free(owned.cast()) };
    }

    let resource: *mut c_void = owned.cast();
    // SAFETY: by this function's contract the status is valid, and of the isolate that runs this.
    unsafe { forget(status, resource) };
    // SAFETY: the caller is in a call from Dart that passed the object, and owns the resource,
    // which `release` frees.
    unsafe { attach_to(object, resource, resource, Free::Resource(release), bytes) }
}

/// Frees `owned`, which Dart has copied.
///
/// # Safety
///
/// `status` is that of the isolate that runs this. The caller owns `owned`, which isn't used any
/// more.
unsafe extern "C" fn free_owned(status: *mut FfiStatus, owned: *mut FfiOwned) {
    // SAFETY: by this function's contract the status is valid, and of the isolate that runs this.
    unsafe { forget(status, owned.cast()) };
    // SAFETY: the caller owns it and doesn't use it any more; nothing else frees it, as the note is
    // gone.
    unsafe { owned_free(owned) };
}

/// Allocates memory as [`alloc`](memory::alloc) does, attached to `object`; null if there is none.
///
/// # Safety
///
/// The calling thread is in a call from Dart that passed `object`.
unsafe extern "C" fn attach_alloc(object: DartHandle, size: usize, align: usize) -> *mut FfiAttachment {
    unsafe extern "C" fn release(memory: *mut c_void) {
        // SAFETY: the memory came from `alloc` below, and is released once, when no code uses it
        // any more.
        unsafe { memory::free(memory.cast()) };
    }

    let memory: *mut c_void = memory::alloc(size, align).cast();
    if memory.is_null() {
        return ptr::null_mut();
    }
    // SAFETY: the caller is in a call from Dart that passed the object; the memory was allocated
    // just now, and `release` frees it.
    unsafe { attach_to(object, memory, memory, Free::Resource(release), size) }
}

/// Attaches the container at `columns` to `object`, or the result of `new(capacity, fixed)` if that
/// is null; returns null if `new` does.
///
/// # Safety
///
/// The calling thread is in a call from Dart that passed `object`, and `status` is that of its
/// isolate. `new` and `free` are the `.._columns_new` and `.._columns_free` of one message of the
/// same library. A container at `columns` is one of that message, the caller owns it, and no other
/// code frees it from now on.
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
    // SAFETY: the caller is in a call from Dart that passed the object; the caller owns the
    // container, which `free` frees.
    unsafe { attach_to(object, columns, columns, Free::Columns(free), bytes) }
}

/// Type of `.._pop` of a queue.
type PopSlot = unsafe extern "C" fn(*mut i32) -> *mut c_void;

/// Functions and facts of a pool for [`attach_slot`].
#[derive(Clone, Copy, Debug)]
#[repr(C)]
struct FfiSlotCalls {
    /// Function `.._pool_alloc`.
    alloc: unsafe extern "C" fn() -> *mut c_void,
    /// Function `.._pool_reference`.
    reference: unsafe extern "C" fn(*const c_void) -> u64,
    /// Function `.._pool_release`.
    release: Release,
    /// Number of bytes that the collector is told of.
    bytes: usize,
    /// Position of the generation's lowest bit in a token of [`release`](Self::release).
    generation_shift: u32,
}

/// Attaches the slot at `slot` to `object`; if that is null, the one that `pop` returns, or a new
/// one if there is no `pop`. The attachment has the reference of the slot, so it never frees
/// another message that has the slot later. Null if the pool or the queue has no slot, or `slot`
/// isn't one in use.
///
/// # Safety
///
/// The calling thread is in a call from Dart that passed `object`, and `status` is that of its
/// isolate. `calls` are those of a pool of the same library, and `pop` is that of a queue of its
/// message. If it is a slot, the caller owns it, and no other code frees it from now on.
unsafe extern "C" fn attach_slot(
    object: DartHandle,
    status: *mut FfiStatus,
    calls: *const FfiSlotCalls,
    slot: *mut c_void,
    pop: Option<PopSlot>,
) -> *mut FfiAttachment {
    // SAFETY: by this function's contract `calls` is that of a pool, so it is aligned and
    // initialised, and no thread writes to it.
    let FfiSlotCalls { alloc, reference, release, bytes, generation_shift } = unsafe { *calls };
    // SAFETY: by this function's contract the status is valid, and of the isolate that runs this.
    unsafe { forget(status, slot) };
    let slot = match pop {
        _ if !slot.is_null() => slot,
        // SAFETY: `.._pop` can be called with null in place of the address for its code.
        Some(pop) => unsafe { pop(ptr::null_mut()) },
        // SAFETY: `.._pool_alloc` can always be called.
        None => unsafe { alloc() },
    };
    // SAFETY: `.._pool_reference` can be called with any pointer.
    let reference = unsafe { reference(slot) };
    if reference == 0 {
        return ptr::null_mut();
    }
    let (index, generation) = (reference as u32 as usize, (reference >> 32) as usize);
    let token = ptr::without_provenance_mut(index | generation << generation_shift);
    // SAFETY: the caller is in a call from Dart that passed the object, and owns the slot;
    // `release` takes its token.
    unsafe { attach_to(object, slot, token, Free::Resource(release), bytes) }
}

/// Has `object` also keep the resource of `attachment`, and tells the collector of `bytes`. Null if
/// it can't be attached.
///
/// # Safety
///
/// The calling thread is in a call from Dart that passed `object`. The object of `attachment` is
/// alive during the call, and the attachment was not detached.
unsafe extern "C" fn share(
    attachment: *const FfiAttachment,
    object: DartHandle,
    bytes: usize,
) -> *mut FfiAttachment {
    // SAFETY: the attachment's object is alive, so no callback freed it; it isn't changed after it
    // was made.
    let FfiAttachment { memory, resource, .. } = unsafe { &*attachment };
    // SAFETY: the caller passed the object.
    unsafe { keep(object, *memory, Arc::clone(resource), bytes) }
}

/// End of an attachment that leaves the resource to the caller.
const FORGET: u8 = 0;
/// End of an attachment that frees the resource now, although other objects keep it.
const GIVE_BACK: u8 = 1;

/// Ends the attachment. If `how` is 0, the caller owns the resource; if it is 1, the resource is
/// freed now; otherwise it is freed with the last of its attachments.
///
/// # Safety
///
/// The calling thread is in a call from Dart that passed `object`. `attachment` is that of the
/// object, and isn't used any more. If `how` is 1, no code uses the resource any more.
unsafe extern "C" fn detach(attachment: *mut FfiAttachment, object: DartHandle, how: u8) {
    // SAFETY: the object is alive during the call, so its callback did not free the attachment,
    // which `keep` made from a box.
    let FfiAttachment { resource, handle, .. } = *unsafe { Box::from_raw(attachment) };
    if let Some(handle) = handle {
        // SAFETY: it is the handle of `object`, which the caller passed.
        unsafe { dart_api::delete_handle(handle, object) };
    }
    match how {
        FORGET => resource.given_back.store(true, Ordering::Release),
        // SAFETY: the caller promises that no code uses the resource any more.
        GIVE_BACK => unsafe { resource.give_back() },
        _ => {}
    }
}
