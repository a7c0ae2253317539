//! Objects that cross the boundary as handles.

use std::ffi::c_void;
use std::ops::Deref;
use std::ptr;
use std::sync::Arc;

use super::attachment::{attach, give_back, refill};
use super::call::{call, call_output, forget};
use super::dart_api::DartHandle;
use super::output::{FfiOutput, FfiSome};
use super::panic::caught;
use super::pending::FfiPending;
use super::status::{Failure, FfiStatus, StatusCode};
use crate::object::{self, Class, Contents, Entry, FfiClass, FfiObject, Installed, ObjectCode, Pointer};
use crate::production::site::Site;
use crate::schema::encode::Fragment;
use crate::schema::fingerprint;

/// Returns the pointer of an `Arc`, whose count the caller owns then.
fn erase<T: ?Sized>(object: Arc<T>) -> Pointer {
    const { assert!(size_of::<*const T>() <= size_of::<Pointer>()) };
    let mut raw: Pointer = [ptr::null(); 2];
    let place = (&raw mut raw).cast::<*const T>();
    // SAFETY: the place is a local with room for the pointer, by the assertion, and aligned for
    // one.
    unsafe { place.write(Arc::into_raw(object)) };
    raw
}

/// Returns the pointer that [`erase`] was given.
///
/// # Safety
///
/// `raw` came from [`erase`] of an `Arc<T>`.
#[inline(always)]
unsafe fn pointer<T: ?Sized>(raw: &Pointer) -> *const T {
    // SAFETY: `erase` wrote a pointer of that type there.
    unsafe { ptr::from_ref(raw).cast::<*const T>().read() }
}

/// Drops an `Arc` that [`erase`] was given. A panic of the destructor is caught, and printed by the
/// panic hook.
///
/// # Safety
///
/// `raw` came from [`erase`] of an `Arc<T>`, whose count is given up.
unsafe fn drop_object<T: ?Sized>(raw: Pointer) {
    // SAFETY: by this function's contract it is the pointer of an `Arc<T>`.
    let pointer = unsafe { pointer::<T>(&raw) };
    // SAFETY: by this function's contract the count is given up.
    let object = unsafe { Arc::from_raw(pointer) };
    let _ = caught(|| drop(object));
}

/// Returns what an entry of the table has for an object.
fn contents<T: FfiClass + ?Sized>(object: Arc<T>) -> Contents {
    Contents { class: T::class(), object: erase(object), drop: drop_object::<T> }
}

fn refused(code: ObjectCode, name: &str, class: &str) -> Failure {
    let problem = format_args!("{code} (a `{class}` was expected)");
    Failure::invalid_argument(name, problem).with_detail(code as u32)
}

/// Returns the pointer of the `Arc` of a handle, under the name of an argument.
///
/// # Errors
///
/// Returns invalid argument, with the code of the reason as detail, if the handle is none of a `T`.
///
/// # Safety
///
/// The handle isn't ended before this returns.
#[inline(always)]
unsafe fn found<T: FfiClass + ?Sized>(handle: u64, name: &'static str) -> Result<*const T, Failure> {
    let class = T::class();
    // SAFETY: by this function's contract the handle isn't ended meanwhile.
    match unsafe { object::get(handle, class) } {
        // SAFETY: `get` has compared the class, so the entry holds an `Arc<T>`.
        Some(object) => Ok(unsafe { pointer::<T>(object) }),
        None => Err(refused_handle(handle, class, name)),
    }
}

/// Returns the failure of a handle that is refused. It doesn't unwind, as its ABI says, so a
/// method that can't panic has no landing pads.
#[cold]
#[allow(improper_ctypes_definitions, reason = "only Rust calls it")]
extern "C" fn refused_handle(handle: u64, class: &'static Class, name: &'static str) -> Failure {
    refused(object::reason(handle, class), name, class.name())
}

/// Object whose method a sync call is about to run.
pub struct Receiver<T: ?Sized>(*const T);

impl<T: ?Sized> Deref for Receiver<T> {
    type Target = T;

    #[inline(always)]
    fn deref(&self) -> &T {
        // SAFETY: it is the pointer of an `Arc`, of which the entry has a count until the handle is
        // ended, and by the contract of `receiver` that isn't while this is used.
        unsafe { &*self.0 }
    }
}

/// Returns the object of a handle for a sync call, without taking a count of its `Arc`.
///
/// # Errors
///
/// Returns invalid argument, with the code of the reason as detail, if the handle is none of a `T`.
///
/// # Safety
///
/// The handle isn't ended while the result is used: no other thread ends it, and the call runs no
/// code of the caller.
#[inline(always)]
pub unsafe fn receiver<T: FfiClass + ?Sized>(handle: u64) -> Result<Receiver<T>, Failure> {
    // SAFETY: by this function's contract the handle isn't ended meanwhile.
    unsafe { found(handle, "self") }.map(Receiver)
}

/// Returns the object of a handle as [`receiver`] does, if it is in the first segment of the table;
/// [`far_receiver`] goes on if not.
///
/// # Safety
///
/// The conditions of [`receiver`].
#[inline(always)]
pub unsafe fn near_receiver<T: FfiClass + ?Sized>(handle: u64) -> Option<Receiver<T>> {
    // SAFETY: by this function's contract the handle isn't ended meanwhile.
    let object = unsafe { object::get_near(handle, T::class()) }?;
    // SAFETY: `get_near` has compared the class, so the entry holds an `Arc<T>`.
    Some(Receiver(unsafe { pointer::<T>(object) }))
}

/// Runs a method whose object [`near_receiver`] doesn't find, or refuses the handle.
///
/// It is apart, runs the method instead of returning the object, and doesn't unwind, as its ABI
/// says: so a method that finds its object has nothing to keep over this call, saves no register,
/// and needs no frame. Each store to one would delay the locked instruction with which Dart ends a
/// call.
///
/// # Safety
///
/// The conditions of [`receiver`] and of [`call_output`].
#[cold]
#[inline(never)]
#[allow(improper_ctypes_definitions, reason = "only Rust calls it")]
pub unsafe extern "C" fn far_receiver<T: FfiClass + ?Sized, O: FfiOutput>(
    handle: u64,
    status: *mut FfiStatus,
    site: &'static Site,
    run: impl FnOnce(Receiver<T>) -> O::Abi,
) -> O::Abi {
    // SAFETY: by this function's contract the handle isn't ended meanwhile.
    match unsafe { receiver::<T>(handle) } {
        Ok(found) => run(found),
        // SAFETY: the status is null or valid, and no other code uses it, by this function's
        // contract.
        Err(failure) => unsafe { call_output::<O>(status, || site.watch(|_| Err(failure))) },
    }
}

/// Returns a clone of the object of a handle, under the name of an argument.
///
/// # Errors
///
/// Returns the errors of [`receiver`].
///
/// # Safety
///
/// No other thread ends the handle during the call.
pub unsafe fn object_argument<T: FfiClass + ?Sized>(
    handle: u64,
    name: &'static str,
) -> Result<FfiObject<T>, Failure> {
    // SAFETY: by this function's contract no other thread ends the handle meanwhile.
    let object = unsafe { found::<T>(handle, name) }?;
    // SAFETY: it is the pointer of an `Arc`, of which the entry has a count.
    unsafe { Arc::increment_strong_count(object) };
    // SAFETY: the count was added just now.
    Ok(FfiObject::from(unsafe { Arc::from_raw(object) }))
}

/// Ends the handle of an entry.
///
/// # Safety
///
/// `entry` came from `entry_of`, and its handle was not ended since.
unsafe extern "C" fn release(entry: *mut c_void) {
    // SAFETY: the caller of this function keeps the contract of `end_entry`.
    unsafe { object::end_entry(entry.cast::<Entry>()) };
}

/// A handle of the object, which the caller then has.
impl<T: FfiClass + ?Sized> FfiOutput for FfiObject<T> {
    type Abi = u64;
    const RETURNS: Fragment = T::TYPE;
    const FINGERPRINT: u64 = fingerprint::mix(&[fingerprint::OBJECT_RESULT, T::FINGERPRINT]);
    const PENDING: Option<fn(&Self::Abi) -> FfiPending> =
        Some(|handle| FfiPending::new(object::entry_of(*handle).cast_mut(), release));

    fn into_abi(self) -> Result<u64, Failure> {
        object::insert(contents(self.into_arc())).map_err(|code| refused(code, "result", T::class().name()))
    }
}

impl<T: FfiClass + ?Sized> FfiSome for FfiObject<T> {}

/// Functions that Dart calls for the objects of a type.
#[derive(Debug)]
#[repr(C)]
pub struct FfiObjectCalls {
    attach: unsafe extern "C" fn(DartHandle, *mut FfiStatus, u64) -> *mut c_void,
    refill: unsafe extern "C" fn(*mut c_void, *mut FfiStatus, u64),
    dispose: unsafe extern "C" fn(*mut c_void),
}

/// Returns the functions that Dart calls for objects. They attach nothing until
/// [`dart_init`](super::dart_init) has succeeded.
#[must_use]
pub fn object_calls() -> *const FfiObjectCalls {
    static CALLS: FfiObjectCalls =
        FfiObjectCalls { attach: attach_object, refill: refill_object, dispose: dispose_object };
    &raw const CALLS
}

/// Number of bytes that the collector is told of for an object. What is in it isn't known, so it is
/// the size of an entry and a small allocation.
const WEIGHT: usize = 128;

/// Has `object` keep a handle, which ends when `object` is collected. If it can't be attached, the
/// handle is ended and the result is null.
///
/// # Safety
///
/// The calling thread is in a call from Dart that passed `object`, and `status` is that of its
/// isolate. The caller has the handle, and no other code ends it from now on.
unsafe extern "C" fn attach_object(object: DartHandle, status: *mut FfiStatus, handle: u64) -> *mut c_void {
    let entry: *mut c_void = object::entry_of(handle).cast_mut().cast();
    if entry.is_null() {
        return ptr::null_mut();
    }
    // SAFETY: by this function's contract the status is valid, and of the isolate that runs this.
    unsafe { forget(status, entry) };
    // SAFETY: the caller is in a call from Dart that passed the object, and has the handle, which
    // `release` ends.
    unsafe { attach(object, entry, entry, release, WEIGHT) }
}

/// Has the object of `attachment` keep another handle, in the place of one that was disposed of.
///
/// # Safety
///
/// `attachment` came from [`attach_object`], its object is alive, and its handle was ended by
/// [`dispose_object`]. `status` is that of the isolate that runs this. The caller has the handle,
/// and no other code ends it from now on.
unsafe extern "C" fn refill_object(attachment: *mut c_void, status: *mut FfiStatus, handle: u64) {
    let entry: *mut c_void = object::entry_of(handle).cast_mut().cast();
    if entry.is_null() {
        return;
    }
    // SAFETY: by this function's contract the status is valid, and of the isolate that runs this.
    unsafe { forget(status, entry) };
    // SAFETY: the attachment's object is alive and its resource was given back; the caller has the
    // handle, which `release` ends.
    unsafe { refill(attachment, entry, release) };
}

/// Ends the handle of `attachment`, at most once.
///
/// # Safety
///
/// `attachment` came from [`attach_object`], and its object is alive.
unsafe extern "C" fn dispose_object(attachment: *mut c_void) {
    // SAFETY: the object is alive, so the attachment is; a call that uses the object keeps it.
    unsafe { give_back(attachment) };
}

/// Ends a handle, for callers in C; returns 0, or the code of the reason.
pub fn object_free(handle: u64) -> i32 {
    if object::end(handle) { 0 } else { ObjectCode::Stale as i32 }
}

/// Returns a token of an object, which another thread or isolate can redeem once.
///
/// # Safety
///
/// `status` is null, or zeroed or last written by this library, and no other code uses it
/// meanwhile. No other thread ends the handle during the call.
pub unsafe fn object_share<T: FfiClass + ?Sized>(handle: u64, status: *mut FfiStatus) -> u64 {
    let share = || {
        // SAFETY: by this function's contract no other thread ends the handle.
        let object = unsafe { object_argument::<T>(handle, "self") }?;
        let token = object::share(contents(object.into_arc()));
        token.map_err(|code| refused(code, "token", T::class().name()))
    };
    // SAFETY: the status is null or valid, and no other code uses it, by this function's contract.
    unsafe { call(status, share) }
}

/// Returns a handle of the object of a token, for the first caller.
///
/// # Safety
///
/// `status` is null, or zeroed or last written by this library, and no other code uses it
/// meanwhile.
pub unsafe fn object_redeem<T: FfiClass + ?Sized>(token: u64, status: *mut FfiStatus) -> u64 {
    let redeem = || {
        let class = T::class();
        let found = object::redeem(token, class).map_err(|code| refused(code, "token", class.name()))?;
        // SAFETY: `redeem` has compared the class, so it is the pointer of an `Arc<T>`.
        let object = unsafe { pointer::<T>(&found) };
        // SAFETY: the token had a count, which is this function's now.
        FfiObject::from(unsafe { Arc::from_raw(object) }).into_abi()
    };
    // SAFETY: the status is null or valid, and no other code uses it, by this function's contract.
    unsafe { call_output::<FfiObject<T>>(status, redeem) }
}

/// Returns a handle of the installed implementor of a service.
///
/// # Safety
///
/// `status` is null, or zeroed or last written by this library, and no other code uses it
/// meanwhile.
pub unsafe fn object_installed<T: FfiClass + ?Sized>(
    installed: &'static Installed<T>,
    status: *mut FfiStatus,
) -> u64 {
    let get = || match installed.get() {
        Some(object) => FfiObject::from(object).into_abi(),
        None => {
            let name = T::class().name();
            let text = format!("no `{name}` is installed; hint: `{name}Server::install(..)` in Rust, before");
            Err(Failure::new(StatusCode::NotInitialized, text))
        }
    };
    // SAFETY: the status is null or valid, and no other code uses it, by this function's contract.
    unsafe { call_output::<FfiObject<T>>(status, get) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_handle_is_attached_to_nothing() {
        // SAFETY: neither object nor status is looked at, as 0 is no handle.
        assert!(unsafe { attach_object(DartHandle::NONE, ptr::null_mut(), 0) }.is_null());
        // SAFETY: neither attachment nor status is looked at, as 0 is no handle.
        unsafe { refill_object(ptr::null_mut(), ptr::null_mut(), 0) };
    }
}
