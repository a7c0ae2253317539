//! The contenders by hand.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::{at_gate, runtime};

/// Results by the index of their call, for Dart to read when it was told.
static RESULTS: [AtomicU64; 4096] = [const { AtomicU64::new(0) }; 4096];

type Post = unsafe extern "C" fn(i64, i64) -> bool;
type Listener = unsafe extern "C" fn(i64, i64);

static POST: OnceLock<Post> = OnceLock::new();

#[repr(C)]
struct Entry {
    name: *const c_char,
    function: *const c_void,
}

#[repr(C)]
struct Table {
    major: c_int,
    minor: c_int,
    entries: *const Entry,
}

/// Finds `Dart_PostInteger` in the table of Dart's API.
///
/// # Safety
///
/// `table` is the value of `NativeApi.initializeApiDLData` in Dart.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bench_services_init(table: *const c_void) {
    // SAFETY: it is the table of Dart.
    let mut entry = unsafe { &*table.cast::<Table>() }.entries;
    loop {
        // SAFETY: the entries end with one without a name, which was not reached before.
        let Entry { name, function } = unsafe { &*entry };
        if name.is_null() {
            return;
        }
        // SAFETY: the name of an entry is a C string.
        if unsafe { CStr::from_ptr(*name) } == c"Dart_PostInteger" {
            // SAFETY: Dart's function of that name has this type.
            POST.get_or_init(|| unsafe { std::mem::transmute::<*const c_void, Post>(*function) });
        }
        // SAFETY: the entry had a name, so another one follows.
        entry = unsafe { entry.add(1) };
    }
}

/// Returns the place of the results.
#[unsafe(no_mangle)]
pub extern "C" fn bench_services_results() -> *const AtomicU64 {
    RESULTS.as_ptr()
}

fn post(port: i64, index: u64, value: u64) {
    RESULTS[index as usize].store(value + 1, Ordering::Release);
    let post = POST.get().expect("the table was passed");
    // SAFETY: the function takes any numbers, on any thread.
    unsafe { post(port, index as i64) };
}

/// Starts a task that posts the index of its result.
#[unsafe(no_mangle)]
pub extern "C" fn bench_services_post(port: i64, index: u64, value: u64) {
    drop(runtime().spawn(async move { post(port, index, value) }));
}

/// Starts a task that calls a listener with its result.
///
/// # Safety
///
/// `listener` is the function of a `NativeCallable.listener` that is not closed before it was
/// called.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bench_services_listen(listener: Listener, index: u64, value: u64) {
    drop(runtime().spawn(async move {
        // SAFETY: the listener is open, by this function's contract.
        unsafe { listener(index as i64, (value + 1) as i64) };
    }));
}

/// Starts a task as [`bench_services_listen`] does, which waits for the gate.
///
/// # Safety
///
/// The conditions of [`bench_services_listen`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bench_services_listen_gated(listener: Listener, index: u64, value: u64) {
    drop(runtime().spawn(async move {
        at_gate().await;
        // SAFETY: the listener is open, by this function's contract.
        unsafe { listener(index as i64, (value + 1) as i64) };
    }));
}
