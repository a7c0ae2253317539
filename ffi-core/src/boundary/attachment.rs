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
//! the result of a function is noted in the isolate's status (see `pending.rs`). Functions with a
//! handle as parameter call Dart's API, which leaf functions may not; the others may be called as
//! leaf functions.
//!
//! A finalizable handle costs more than all the rest of a slot. So the object that keeps a slot is
//! not the box but one that the box refers to, and when the box is disposed of, that object keeps
//! the slot of another box ([`refill_slot`]). Only a box that is left to the collector takes its
//! handle with it.

use std::ffi::c_void;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::call::{DartStatus, forget, note};
use super::dart_api::{self, DartHandle, FinalizableHandle};
use super::memory;
use super::owned::{FfiOwned, owned_free};
use super::pending::{FfiPending, Release};
use super::status::FfiStatus;
use crate::pool::FreeCode;

/// Functions that attach memory to Dart objects, only for Dart's generated code.
#[derive(Debug)]
#[repr(C)]
pub struct FfiDartCalls {
    /// Number of bytes of this table. A runtime of Dart refuses a library whose table ends before a
    /// function that it calls, so functions are only added at the end.
    size: usize,
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
    slot_pool: unsafe extern "C" fn(*const FfiSlotCalls) -> *const FfiSlotPool,
    attach_slot: unsafe extern "C" fn(
        DartHandle,
        *mut FfiStatus,
        *const FfiSlotPool,
        *mut c_void,
        Option<PopSlot>,
    ) -> *mut FfiAttachment,
    refill_slot:
        unsafe extern "C" fn(*mut FfiAttachment, *mut FfiStatus, *mut c_void, Option<PopSlot>) -> *mut c_void,
    free_slot: unsafe extern "C" fn(*mut FfiAttachment) -> i32,
    forget_slot: unsafe extern "C" fn(*mut FfiAttachment),
    drain_slot: unsafe extern "C" fn(*mut FfiDrain) -> *mut c_void,
    share: unsafe extern "C" fn(*mut FfiAttachment, DartHandle, usize) -> *mut FfiAttachment,
    detach: unsafe extern "C" fn(*mut FfiAttachment, DartHandle, u8),
    free_owned: unsafe extern "C" fn(*mut FfiStatus, *mut FfiOwned),
    take_hold: unsafe extern "C" fn(*mut c_void) -> *mut c_void,
    end_hold: unsafe extern "C" fn(*mut c_void),
    attach_secret: unsafe extern "C" fn(DartHandle, usize, usize) -> *mut FfiAttachment,
    alloc_pending: unsafe extern "C" fn(*mut FfiStatus, usize, usize) -> *mut c_void,
    attach_pending:
        unsafe extern "C" fn(DartHandle, *mut FfiStatus, *mut c_void, usize) -> *mut FfiAttachment,
}

/// Returns the functions that attach memory to Dart objects. They attach nothing until
/// [`dart_init`](super::dart_init) has succeeded.
#[must_use]
pub fn dart_calls() -> *const FfiDartCalls {
    static CALLS: FfiDartCalls = FfiDartCalls {
        size: size_of::<FfiDartCalls>(),
        attach_status,
        attach_owned,
        attach_alloc,
        attach_columns,
        slot_pool,
        attach_slot,
        refill_slot,
        free_slot,
        forget_slot,
        drain_slot,
        share,
        detach,
        free_owned,
        take_hold,
        end_hold,
        attach_secret,
        alloc_pending,
        attach_pending,
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
    Slot(&'static FfiSlotPool),
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
            // SAFETY: by this function's contract the token is the reference to a slot of the pool,
            // which this function frees, for the first time.
            Self::Slot(pool) => unsafe { (pool.calls.release)(token) },
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
    /// True if it is a slot that its pool counts as kept.
    counted: AtomicBool,
}

// SAFETY: the caller of `attach_to` promises that the resource may be freed on any thread.
unsafe impl Send for Resource {}
// SAFETY: threads that share one only read fields that aren't written; the flag lets one of them
// free the resource.
unsafe impl Sync for Resource {}

impl Resource {
    /// Returns a resource, and counts it if it is a slot.
    fn new(token: *mut c_void, free: Free) -> Self {
        let counted = match free {
            Free::Slot(pool) => {
                // Relaxed: the number guards no other memory.
                pool.kept.fetch_add(1, Ordering::Relaxed);
                true
            }
            Free::Resource(_) | Free::Columns(_) => false,
        };
        Self { token, free, given_back: AtomicBool::new(false), counted: AtomicBool::new(counted) }
    }

    /// Leaves the resource to the caller.
    fn leave(&self) {
        self.given_back.store(true, Ordering::Release);
        // Not a swap, as only the isolate of the object that owns the slot leaves it.
        if let Free::Slot(pool) = self.free
            && self.counted.load(Ordering::Relaxed)
        {
            self.counted.store(false, Ordering::Relaxed);
            pool.kept.fetch_sub(1, Ordering::Relaxed);
        }
    }

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
        if !*self.given_back.get_mut() {
            // SAFETY: `attach_to` was given the token with the function for it, and may call it
            // once, which is now; views keep an attachment, and no attachment is left.
            unsafe { self.free.call(self.token) };
        }
        if let Free::Slot(pool) = self.free
            && *self.counted.get_mut()
        {
            pool.kept.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

/// Hold of an attachment on its resource.
#[derive(Debug)]
enum Held {
    /// No other object keeps the resource.
    Own(Resource),
    /// Others keep it as well.
    Shared(Arc<Resource>),
    /// The resource is moved from the one to the other.
    Moving,
}

impl Held {
    fn resource(&self) -> &Resource {
        match self {
            Self::Own(resource) => resource,
            Self::Shared(resource) => resource,
            Self::Moving => unreachable!("a resource is only moved within `share`"),
        }
    }

    /// Lets other objects keep the resource as well.
    fn share(&mut self) -> Arc<Resource> {
        let shared = match std::mem::replace(self, Self::Moving) {
            Self::Own(resource) => Arc::new(resource),
            Self::Shared(resource) => resource,
            Self::Moving => unreachable!("a resource is only moved here"),
        };
        *self = Self::Shared(Arc::clone(&shared));
        shared
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
    /// Flag of the resource, which is true once that was freed or left to the caller; read by Dart,
    /// which also writes to it when it gives a slot to a call.
    given_back: *const AtomicBool,
    held: Held,
    /// Handle of the object; `None` if there is no object.
    handle: Option<FinalizableHandle>,
}

impl FfiAttachment {
    /// Returns the attachment of a resource to the object of no handle yet.
    fn new(memory: *mut c_void, held: Held) -> Box<Self> {
        let token = held.resource().token;
        let mut attachment = Box::new(Self { memory, token, given_back: ptr::null(), held, handle: None });
        attachment.note();
        attachment
    }

    /// Notes for Dart what the resource is, which has moved.
    fn note(&mut self) {
        let resource = self.held.resource();
        (self.token, self.given_back) = (resource.token, &raw const resource.given_back);
    }
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
unsafe fn keep(object: DartHandle, memory: *mut c_void, held: Held, bytes: usize) -> *mut FfiAttachment {
    let attachment = Box::into_raw(FfiAttachment::new(memory, held));
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
    // SAFETY: the caller is in a call from Dart that passed the object.
    unsafe { keep(object, memory, Held::Own(Resource::new(token, free)), bytes) }
}

/// Attaches memory to `object`, which `release` frees by its token; returns null if it can't, after
/// `release` was called. The pointer is to an attachment as Dart reads it.
///
/// # Safety
///
/// The conditions of [`attach_to`].
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

/// Has the object of `attachment` keep another resource, which `release` frees, in place of one
/// that was given back.
///
/// # Safety
///
/// `attachment` came from [`attach`], its object is alive and of the isolate that runs this, and
/// its resource was given back. The caller owns the new one: `release` may be called with it, once,
/// on any thread.
pub(super) unsafe fn refill(attachment: *mut c_void, resource: *mut c_void, release: Release) {
    // SAFETY: the attachment's object is alive, so no callback freed it; only the object's isolate
    // uses it, which is in this call.
    let attachment = unsafe { &mut *attachment.cast::<FfiAttachment>() };
    attachment.memory = resource;
    // What was held is free, so dropping it does nothing.
    attachment.held = Held::Own(Resource::new(resource, Free::Resource(release)));
    attachment.note();
}

/// Frees the resource of `attachment` now, unless it was freed before.
///
/// # Safety
///
/// `attachment` came from [`attach`], its object is alive, and no code uses the resource any more.
pub(super) unsafe fn give_back(attachment: *mut c_void) {
    // SAFETY: the attachment's object is alive, so no callback freed it; only the object's isolate
    // changes it, which is in this call.
    let attachment = unsafe { &*attachment.cast::<FfiAttachment>() };
    // SAFETY: no code uses the resource any more, by this function's contract.
    unsafe { attachment.held.resource().give_back() };
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
    // SAFETY: the caller is in a call from Dart that passed the object; `free_memory` frees memory.
    unsafe { attach_memory(object, size, align, free_memory) }
}

/// Frees memory of [`alloc`](memory::alloc).
///
/// # Safety
///
/// `memory` came from `alloc`, was not freed before, and isn't used any more.
unsafe extern "C" fn free_memory(memory: *mut c_void) {
    // SAFETY: by this function's contract it came from `alloc`, and is freed for the first time.
    unsafe { memory::free(memory.cast()) };
}

/// Allocates memory as [`alloc`](memory::alloc) does, and notes it in `status` until
/// [`attach_pending`] attaches it; null if there is none. It calls nothing of Dart's.
///
/// The caller makes the object that is to keep the memory of its address: bytes, which then need no
/// second keeper.
///
/// # Safety
///
/// `status` is that of the isolate that runs this.
unsafe extern "C" fn alloc_pending(status: *mut FfiStatus, size: usize, align: usize) -> *mut c_void {
    let memory: *mut c_void = memory::alloc(size, align).cast();
    // SAFETY: by this function's contract the status is valid, and of the isolate that runs this.
    unsafe { note(status, FfiPending::new(memory, free_memory)) };
    memory
}

/// Attaches memory of [`alloc_pending`] to `object`, and removes its note. If it can't be attached,
/// frees it and returns null.
///
/// # Safety
///
/// The calling thread is in a call from Dart that passed `object`, and `status` is that of its
/// isolate. `memory` is what the last call of `alloc_pending` with that status returned.
unsafe extern "C" fn attach_pending(
    object: DartHandle,
    status: *mut FfiStatus,
    memory: *mut c_void,
    bytes: usize,
) -> *mut FfiAttachment {
    // SAFETY: by this function's contract the status is valid, and of the isolate that runs this.
    unsafe { forget(status, memory) };
    // SAFETY: the caller is in a call from Dart that passed the object; `free_memory` frees the
    // memory, of which there is no note any more.
    unsafe { attach_to(object, memory, memory, Free::Resource(free_memory), bytes) }
}

/// Attaches zeroed memory for messages with secrets, which is zeroed again before it is freed, as
/// [`attach_alloc`] does.
///
/// # Safety
///
/// The calling thread is in a call from Dart that passed `object`.
unsafe extern "C" fn attach_secret(object: DartHandle, size: usize, align: usize) -> *mut FfiAttachment {
    unsafe extern "C" fn release(memory: *mut c_void) {
        // SAFETY: the memory came from `alloc` in `attach_memory`, which attaches none if that is
        // null, and is released once, when no code uses it any more.
        unsafe { memory::free_wiped(memory.cast()) };
    }

    // SAFETY: the caller is in a call from Dart that passed the object; `release` frees memory.
    unsafe { attach_memory(object, size, align, release) }
}

/// Attaches zeroed memory to `object`; returns null if there is none.
///
/// # Safety
///
/// The calling thread is in a call from Dart that passed `object`, and `release` frees memory of
/// [`alloc`](memory::alloc).
unsafe fn attach_memory(
    object: DartHandle,
    size: usize,
    align: usize,
    release: Release,
) -> *mut FfiAttachment {
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

/// Functions and facts of a pool, for Dart objects that keep its slots.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
struct FfiSlotCalls {
    /// Function `.._pool_alloc`.
    alloc: unsafe extern "C" fn() -> *mut c_void,
    /// Function `.._pool_free`.
    free: unsafe extern "C" fn(*mut c_void) -> i32,
    /// Function `.._pool_reference`.
    reference: unsafe extern "C" fn(*const c_void) -> u64,
    /// Function `.._pool_release`.
    release: Release,
    /// Size of a slot in bytes.
    stride: usize,
    /// Number of slots.
    capacity: usize,
    /// Position of the generation's lowest bit in a token of [`release`](Self::release).
    generation_shift: u32,
}

/// A pool whose slots Dart objects keep; it is there until the process ends, as objects of any
/// isolate may be collected until then.
#[derive(Debug)]
struct FfiSlotPool {
    calls: FfiSlotCalls,
    /// Number of slots that Dart objects keep, also garbage that was not collected yet.
    kept: AtomicUsize,
}

/// Number of bytes that the collector is told of for all slots of a pool. It runs once it was told
/// of four times the size of its space for new objects, which is 16 MiB at most.
const WEIGHT: usize = 128 << 20;

/// Part of a pool of which the collector is told no more than its size.
const LIGHT_PART: usize = 8;

impl FfiSlotPool {
    /// Returns the number of bytes that the collector is told of for one more slot.
    ///
    /// What is kept may be garbage, so the collector has to run before all slots are kept, even if
    /// they are small. But a run costs 0.1 ms, so it is not made to run until a part is kept.
    fn weight(&self) -> usize {
        let FfiSlotCalls { stride, capacity, .. } = self.calls;
        if self.kept.load(Ordering::Relaxed) < capacity / LIGHT_PART {
            return stride;
        }
        stride.max(WEIGHT / capacity.max(1))
    }

    fn token(&self, reference: u64) -> *mut c_void {
        let (index, generation) = (reference as u32 as usize, (reference >> 32) as usize);
        ptr::without_provenance_mut(index | generation << self.calls.generation_shift)
    }

    /// Returns the slot at `slot`; if that is null, the one that `pop` returns, or a new one if
    /// there is no `pop`; and its token. `None` if there is none, or `slot` isn't one in use.
    ///
    /// # Safety
    ///
    /// `status` is that of the isolate that runs this, `pop` that of a queue of the pool's message.
    unsafe fn obtain(
        &self,
        status: *mut FfiStatus,
        slot: *mut c_void,
        pop: Option<PopSlot>,
    ) -> Option<(*mut c_void, *mut c_void)> {
        // SAFETY: by this function's contract the status is valid, and of the isolate that runs
        // this.
        unsafe { forget(status, slot) };
        let slot = match pop {
            _ if !slot.is_null() => slot,
            // SAFETY: `.._pop` can be called with null in place of the address for its code.
            Some(pop) => unsafe { pop(ptr::null_mut()) },
            // SAFETY: `.._pool_alloc` can always be called.
            None => unsafe { (self.calls.alloc)() },
        };
        // SAFETY: `.._pool_reference` can be called with any pointer.
        let reference = unsafe { (self.calls.reference)(slot) };
        (reference != 0).then(|| (slot, self.token(reference)))
    }
}

/// Returns the pool that has these functions: the same one for all isolates.
///
/// # Safety
///
/// `calls` points to the functions and facts of a pool of this library.
unsafe extern "C" fn slot_pool(calls: *const FfiSlotCalls) -> *const FfiSlotPool {
    static POOLS: Mutex<Vec<&'static FfiSlotPool>> = Mutex::new(Vec::new());
    // SAFETY: by this function's contract `calls` is that of a pool, so it is aligned and
    // initialised, and no thread writes to it.
    let calls = unsafe { *calls };
    let mut pools = POOLS.lock().unwrap_or_else(PoisonError::into_inner);
    let known = pools.iter().find(|it| ptr::fn_addr_eq(it.calls.release, calls.release));
    *known.copied().get_or_insert_with(|| {
        let pool: &'static FfiSlotPool =
            Box::leak(Box::new(FfiSlotPool { calls, kept: AtomicUsize::new(0) }));
        pools.push(pool);
        pool
    })
}

/// Attaches the slot at `slot` to `object`; if that is null, the one that `pop` returns, or a new
/// one if there is no `pop`. The attachment has the reference of the slot, so it never frees
/// another message that has the slot later. Null if the pool or the queue has no slot, or `slot`
/// isn't one in use.
///
/// # Safety
///
/// The calling thread is in a call from Dart that passed `object`, and `status` is that of its
/// isolate. `pool` came from [`slot_pool`], and `pop` is that of a queue of its message. If it is a
/// slot, the caller owns it, and no other code frees it from now on.
unsafe extern "C" fn attach_slot(
    object: DartHandle,
    status: *mut FfiStatus,
    pool: *const FfiSlotPool,
    slot: *mut c_void,
    pop: Option<PopSlot>,
) -> *mut FfiAttachment {
    // SAFETY: by this function's contract it came from `slot_pool`, so it is never freed.
    let pool: &'static FfiSlotPool = unsafe { &*pool };
    // SAFETY: the caller passes the status of its isolate, and `pop` of a queue of the message.
    let Some((slot, token)) = (unsafe { pool.obtain(status, slot, pop) }) else {
        return ptr::null_mut();
    };
    let bytes = pool.weight();
    // SAFETY: the caller is in a call from Dart that passed the object, and owns the slot;
    // `release` of the pool takes its token.
    unsafe { attach_to(object, slot, token, Free::Slot(pool), bytes) }
}

/// Has the object of `attachment` keep a slot as [`attach_slot`] does, in place of one that was
/// freed or forgotten. Returns the slot; null if there is none, and then nothing has changed.
///
/// # Safety
///
/// `attachment` came from [`attach_slot`], its object is alive, and its slot was freed by
/// [`free_slot`] or left by [`forget_slot`]. `status` is that of the isolate that runs this, and
/// `pop` is that of a queue of the pool's message. If it is a slot, the caller owns it, and no
/// other code frees it from now on.
unsafe extern "C" fn refill_slot(
    attachment: *mut FfiAttachment,
    status: *mut FfiStatus,
    slot: *mut c_void,
    pop: Option<PopSlot>,
) -> *mut c_void {
    // SAFETY: the attachment's object is alive, so no callback freed it; only the object's isolate
    // uses it, which is in this call.
    let attachment = unsafe { &mut *attachment };
    let Free::Slot(pool) = attachment.held.resource().free else { return ptr::null_mut() };
    // SAFETY: the caller passes the status of its isolate, and `pop` of a queue of the message.
    let Some((slot, token)) = (unsafe { pool.obtain(status, slot, pop) }) else {
        return ptr::null_mut();
    };
    attachment.memory = slot;
    // What was held is free, or the caller's, so dropping it does nothing.
    attachment.held = Held::Own(Resource::new(token, Free::Slot(pool)));
    attachment.note();
    slot
}

/// Frees the slot of `attachment`, and returns the code of `.._pool_free`.
///
/// # Safety
///
/// `attachment` came from [`attach_slot`], its object is alive, and its slot isn't used any more.
unsafe extern "C" fn free_slot(attachment: *mut FfiAttachment) -> i32 {
    // SAFETY: the attachment's object is alive, so no callback freed it; only the object's isolate
    // changes it, which is in this call.
    let FfiAttachment { memory, token, held, .. } = unsafe { &*attachment };
    let resource = held.resource();
    let Free::Slot(pool) = resource.free else { return 0 };
    // SAFETY: `.._pool_reference` can be called with any pointer.
    let reference = unsafe { (pool.calls.reference)(*memory) };
    // Another message has the slot now, so that of the attachment was freed before.
    let moved = reference != 0 && pool.token(reference) != *token;
    // SAFETY: `.._pool_free` refuses what is no slot in use, and by this function's contract the
    // slot isn't used any more.
    let code = if moved { FreeCode::NotLive as i32 } else { unsafe { (pool.calls.free)(*memory) } };
    resource.leave();
    code
}

/// Leaves the slot of `attachment` to the caller, or to the call that it was given to.
///
/// # Safety
///
/// `attachment` came from [`attach_slot`], and its object is alive.
unsafe extern "C" fn forget_slot(attachment: *mut FfiAttachment) {
    // SAFETY: the attachment's object is alive, so no callback freed it; only the object's isolate
    // changes it, which is in this call.
    unsafe { &*attachment }.held.resource().leave();
}

/// Functions of a queue and its pool, and the message that is lent, for [`drain_slot`].
#[derive(Debug)]
#[repr(C)]
struct FfiDrain {
    /// Function `.._pop` of the queue.
    pop: PopSlot,
    /// Function `.._pool_free`.
    free: unsafe extern "C" fn(*mut c_void) -> i32,
    /// The slot of the message that is lent; null for none.
    current: *mut c_void,
}

/// Frees the slot of the message that was lent last, and returns that of the next one of the queue,
/// which is lent then. Null if there is none, and if the pool refused the last one, which stays
/// current then.
///
/// # Safety
///
/// `drain` has the functions of a queue and of its message's pool, and is used by no other code
/// meanwhile. The current message isn't used any more.
unsafe extern "C" fn drain_slot(drain: *mut FfiDrain) -> *mut c_void {
    // SAFETY: by this function's contract it is a valid block, which no other code uses.
    let drain = unsafe { &mut *drain };
    // SAFETY: `.._pool_free` refuses what is no slot in use, and by this function's contract the
    // message isn't used any more.
    if !drain.current.is_null() && unsafe { (drain.free)(drain.current) } != 0 {
        return ptr::null_mut();
    }
    // SAFETY: `.._pop` can be called with null in place of the address for its code.
    drain.current = unsafe { (drain.pop)(ptr::null_mut()) };
    drain.current
}

/// Has `object` also keep the resource of `attachment`, and tells the collector of `bytes`. Null if
/// it can't be attached.
///
/// # Safety
///
/// The calling thread is in a call from Dart that passed `object`. The object of `attachment` is
/// alive during the call, and the attachment was not detached.
unsafe extern "C" fn share(
    attachment: *mut FfiAttachment,
    object: DartHandle,
    bytes: usize,
) -> *mut FfiAttachment {
    // SAFETY: the attachment's object is alive, so no callback freed it; only the object's isolate
    // uses it, which is in this call.
    let attachment = unsafe { &mut *attachment };
    let shared = attachment.held.share();
    attachment.note();
    // SAFETY: the caller passed the object.
    unsafe { keep(object, attachment.memory, Held::Shared(shared), bytes) }
}

/// Has a list that was given to a function keep the resource of `attachment` as well, and returns
/// what [`end_hold`] takes: `take` and `release` of an [`FfiGiven`](super::FfiGiven).
///
/// # Safety
///
/// `attachment` is one whose object is alive and of the isolate that runs this, and that was not
/// detached.
unsafe extern "C" fn take_hold(attachment: *mut c_void) -> *mut c_void {
    // SAFETY: the attachment's object is alive, so no callback freed it; only the object's isolate
    // uses it, which is in this call.
    let attachment = unsafe { &mut *attachment.cast::<FfiAttachment>() };
    let shared = attachment.held.share();
    attachment.note();
    Arc::into_raw(shared).cast_mut().cast()
}

/// Ends the hold that [`take_hold`] returned: the resource is freed with the last one. Any thread
/// may call it.
///
/// # Safety
///
/// `hold` came from [`take_hold`], and was not ended before.
unsafe extern "C" fn end_hold(hold: *mut c_void) {
    // SAFETY: by this function's contract `take_hold` made the pointer of an `Arc`, whose count is
    // given up now.
    drop(unsafe { Arc::from_raw(hold.cast_const().cast::<Resource>()) });
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
    let FfiAttachment { held, handle, .. } = *unsafe { Box::from_raw(attachment) };
    if let Some(handle) = handle {
        // SAFETY: it is the handle of `object`, which the caller passed.
        unsafe { dart_api::delete_handle(handle, object) };
    }
    match how {
        FORGET => held.resource().leave(),
        // SAFETY: the caller promises that no code uses the resource any more.
        GIVE_BACK => unsafe { held.resource().give_back() },
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pool::abi::{pool_alloc, pool_free, pool_reference, pool_release};
    use crate::{FfiMessage, FfiPooled};

    /// A pool of one slot.
    #[derive(FfiMessage)]
    #[repr(C)]
    #[ffi(pool = 1)]
    struct Buoy {
        x: u32,
    }

    unsafe extern "C" fn alloc() -> *mut c_void {
        pool_alloc::<Buoy>().cast()
    }

    unsafe extern "C" fn free(slot: *mut c_void) -> i32 {
        // SAFETY: the test doesn't use a slot once it is freed.
        unsafe { pool_free::<Buoy>(slot.cast()) }
    }

    unsafe extern "C" fn reference(slot: *const c_void) -> u64 {
        pool_reference::<Buoy>(slot.cast())
    }

    unsafe extern "C" fn release(token: *mut c_void) {
        // SAFETY: the test doesn't use a slot once it is released.
        unsafe { pool_release::<Buoy>(token) };
    }

    /// Tests an attachment as a box in Dart uses it, but for its handle.
    #[test]
    fn an_attachment_keeps_another_slot_if_there_is_one() {
        let calls = FfiSlotCalls {
            alloc,
            free,
            reference,
            release,
            stride: size_of::<Buoy>(),
            capacity: 1,
            generation_shift: if usize::BITS < 64 { 1 } else { 32 },
        };
        // SAFETY: they are the functions of a pool.
        let pools = [(); 2].map(|()| unsafe { slot_pool(&raw const calls) });
        assert!(ptr::eq(pools[0], pools[1]), "one for all isolates");
        // SAFETY: `slot_pool` returned it, so it is never freed.
        let pool: &'static FfiSlotPool = unsafe { &*pools[0] };
        let live = || (Buoy::pool().stats().live, pool.kept.load(Ordering::Relaxed));
        let status = ptr::null_mut();
        // SAFETY: there is no status, and no queue.
        let (slot, token) = unsafe { pool.obtain(status, ptr::null_mut(), None) }.unwrap();
        let held = Held::Own(Resource::new(token, Free::Slot(pool)));
        let mut attachment = FfiAttachment::new(slot, held);
        let this = &raw mut *attachment;
        assert_eq!(live(), (1, 1));
        // SAFETY: the attachment is this test's, and its slot isn't used any more.
        assert_eq!(unsafe { free_slot(this) }, 0);
        assert_eq!(live(), (0, 0));
        let other = Buoy::pool().alloc().unwrap();
        // SAFETY: the attachment's slot was freed, and there is no status.
        let none = unsafe { refill_slot(this, status, ptr::null_mut(), None) };
        assert!(none.is_null(), "the pool is exhausted");
        assert_eq!(live(), (1, 0));
        drop(other);
        // SAFETY: the attachment's slot was freed, and there is no status.
        assert_eq!(unsafe { refill_slot(this, status, ptr::null_mut(), None) }, slot);
        assert_eq!(live(), (1, 1));
        drop(attachment);
        assert_eq!(live(), (0, 0), "it goes back with its object");
    }
}
