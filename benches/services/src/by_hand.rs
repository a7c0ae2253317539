//! The contenders by hand.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::future::poll_fn;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock};
use std::task::{Poll, Waker};

use crate::streams::Block;
use crate::{at_gate, runtime};

/// Results by the index of their call, for Dart to read when it was told.
static RESULTS: [AtomicU64; 4096] = [const { AtomicU64::new(0) }; 4096];

type Post = unsafe extern "C" fn(i64, i64) -> bool;
type Listener = unsafe extern "C" fn(i64, i64);

/// `Dart_PostCObject`.
type PostObject = unsafe extern "C" fn(i64, *mut Object) -> bool;

static POST: OnceLock<Post> = OnceLock::new();
static POST_OBJECT: OnceLock<PostObject> = OnceLock::new();

/// `Dart_CObject` that is typed data of bytes.
#[repr(C)]
struct Object {
    kind: c_int,
    value: Bytes,
}

#[repr(C)]
struct Bytes {
    kind: c_int,
    len: isize,
    bytes: *const u8,
    /// Room for the largest member of the union.
    rest: [usize; 2],
}

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

/// Finds `Dart_PostInteger` and `Dart_PostCObject` in the table of Dart's API.
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
        if unsafe { CStr::from_ptr(*name) } == c"Dart_PostCObject" {
            // SAFETY: Dart's function of that name has this type.
            POST_OBJECT
                .get_or_init(|| unsafe { std::mem::transmute::<*const c_void, PostObject>(*function) });
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

/// Posts `count` events of `size` bytes, without a limit; Dart gets a copy of each.
#[unsafe(no_mangle)]
pub extern "C" fn bench_services_feed_copies(port: i64, size: usize, count: u64) {
    const TYPED_DATA: c_int = 7;
    const UINT8: c_int = 2;
    let post = POST_OBJECT.get().expect("the table was passed");
    std::thread::spawn(move || {
        let mut bytes = vec![0; size];
        for number in 0..count {
            bytes.fill(number as u8);
            bytes[..8].copy_from_slice(&number.to_ne_bytes());
            let value = Bytes { kind: UINT8, len: size as isize, bytes: bytes.as_ptr(), rest: [0; 2] };
            let mut object = Object { kind: TYPED_DATA, value };
            // SAFETY: the object is typed data of that many bytes, which are copied.
            unsafe { post(port, &raw mut object) };
        }
    });
}

/// Posts `count` slots, each as the number of its address; waits for one while all are in use.
#[unsafe(no_mangle)]
pub extern "C" fn bench_services_feed_slots(port: i64, count: u64) {
    let post = POST.get().expect("the table was passed");
    std::thread::spawn(move || {
        for number in 0..count {
            let block = loop {
                match Block::numbered(number) {
                    Some(block) => break block,
                    None => std::thread::yield_now(),
                }
            };
            let address = block.into_raw().as_ptr().addr();
            // SAFETY: the function takes any numbers, on any thread.
            unsafe { post(port, address as i64) };
        }
    });
}

type Callee = unsafe extern "C" fn(u64) -> u64;

/// Calls a function with the numbers below `count`, and adds what it returns.
///
/// # Safety
///
/// The function is one of the isolate that runs this.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bench_services_call_each(each: Callee, count: u64) -> u64 {
    // SAFETY: the function may be called, by this function's contract.
    (0..count).map(|number| unsafe { each(number) }).sum()
}

/// An answer of Dart's, or the task that waits for it.
static ANSWER: Mutex<(Option<u64>, Option<Waker>)> = Mutex::new((None, None));

/// Starts a task that posts each number below `count`, waits for its answer, and adds them. At the
/// end it posts -1, and the sum is the first result.
#[unsafe(no_mangle)]
pub extern "C" fn bench_services_ask(port: i64, count: u64) {
    drop(runtime().spawn(async move {
        let post = POST.get().expect("the table was passed");
        let mut sum = 0;
        for number in 0..count {
            // SAFETY: the function takes any numbers, on any thread.
            unsafe { post(port, number as i64) };
            sum += poll_fn(|context| {
                let mut answer = ANSWER.lock().expect("no thread panics");
                match answer.0.take() {
                    Some(value) => Poll::Ready(value),
                    None => {
                        answer.1 = Some(context.waker().clone());
                        Poll::Pending
                    }
                }
            })
            .await;
        }
        RESULTS[0].store(sum, Ordering::Release);
        // SAFETY: the function takes any numbers, on any thread.
        unsafe { post(port, -1) };
    }));
}

/// Answers the number that was posted last.
#[unsafe(no_mangle)]
pub extern "C" fn bench_services_answer(value: u64) {
    let mut answer = ANSWER.lock().expect("no thread panics");
    answer.0 = Some(value);
    let waker = answer.1.take();
    drop(answer);
    if let Some(waker) = waker {
        waker.wake();
    }
}
