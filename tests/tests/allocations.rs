//! A failed call leaves one allocation, the message, and clearing the status frees it; memory for
//! callers takes what is written to.
//!
//! The fixture is linked into this test, so its allocations are counted; `calls.rs` loads it as
//! Dart does.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use bytemuck::Zeroable;
use ffi_core::boundary::FfiStatus;
// Linked for its C functions.
use fixture_calls as _;

struct Counting;

thread_local! {
    static LIVE: Cell<isize> = const { Cell::new(0) };
}

fn count(change: isize) {
    LIVE.set(LIVE.get() + change);
}

// SAFETY: every call is the system allocator's; counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(1);
        // SAFETY: the caller asks for a layout whose size is not 0.
        unsafe { System.alloc(layout) }
    }

    // As it is provided, it would write to memory that is zeros already.
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(1);
        // SAFETY: the caller asks for a layout whose size is not 0.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        count(-1);
        // SAFETY: the caller passes memory of `alloc`, which came from the system, with its layout.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

unsafe extern "C" {
    fn fixture_calls_ffi_divide(a: i32, b: i32, status: *mut FfiStatus) -> i32;
    fn fixture_calls_ffi_negate(flag: u8, status: *mut FfiStatus) -> u8;
    fn fixture_calls_ffi_double_in_place(value: *mut i64, status: *mut FfiStatus);
    fn fixture_calls_ffi_panics(status: *mut FfiStatus) -> u32;
    fn fixture_calls_ffi_panics_without_text(status: *mut FfiStatus);
    fn fixture_calls_ffi_fails_unprintably(status: *mut FfiStatus) -> u8;
    fn fixture_calls_ffi0_status_clear(status: *mut FfiStatus);
    fn fixture_calls_ffi0_alloc(size: usize, align: usize) -> *mut u8;
    fn fixture_calls_ffi0_free(memory: *mut u8);
}

fn live() -> isize {
    LIVE.get()
}

#[test]
fn a_failure_holds_its_text_and_place_until_it_is_cleared() {
    // The test runner would keep the output of this thread's panics.
    let silent = std::thread::current().id();
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if std::thread::current().id() != silent {
            hook(info);
        }
    }));
    ffi_core::panic::backtraces(false);
    type Fail = fn(&mut FfiStatus);
    // Each status is zeroed or was written by the library, and ours.
    // A message is one allocation; the place of a panic is another, and its file's name a third.
    let failures: [(&str, isize, Fail); 6] = [
        // SAFETY: any two numbers may be passed.
        ("error", 1, |status| assert_eq!(unsafe { fixture_calls_ffi_divide(1, 0, status) }, 0)),
        // SAFETY: any byte may be passed.
        ("invalid value", 1, |status| assert_eq!(unsafe { fixture_calls_ffi_negate(7, status) }, 0)),
        // SAFETY: null is refused.
        ("null", 1, |status| unsafe { fixture_calls_ffi_double_in_place(std::ptr::null_mut(), status) }),
        // SAFETY: it takes nothing.
        ("panic", 3, |status| assert_eq!(unsafe { fixture_calls_ffi_panics(status) }, 0)),
        // SAFETY: it takes nothing.
        ("panic without text", 3, |status| unsafe { fixture_calls_ffi_panics_without_text(status) }),
        ("panic in Display", 3, |status| {
            // SAFETY: it takes nothing.
            assert_eq!(unsafe { fixture_calls_ffi_fails_unprintably(status) }, 0);
        }),
    ];
    for (name, held, fail) in failures {
        let mut status = FfiStatus::zeroed();
        // The thread keeps what its last panic was.
        fail(&mut status);
        // SAFETY: the library wrote the status, and it belongs to this test.
        unsafe { fixture_calls_ffi0_status_clear(&mut status) };
        let before = live();
        for _ in 0..3 {
            fail(&mut status);
            assert_ne!(status.code, 0);
            assert_eq!(live() - before, held, "{name}: a failure frees the message before it");
        }
        // SAFETY: the library wrote the status, and it belongs to this test.
        unsafe { fixture_calls_ffi0_status_clear(&mut status) };
        assert_eq!(live() - before, 0, "{name}");
    }
    let _ = std::panic::take_hook();
}

#[test]
fn a_success_allocates_nothing() {
    let mut status = FfiStatus::zeroed();
    let mut calls = || {
        let mut value = 21;
        // SAFETY: the status is zeroed or written by the library, and belongs to this test.
        let quotient = unsafe { fixture_calls_ffi_divide(8, 2, &mut status) };
        // SAFETY: as above; the value belongs to this test as well.
        unsafe { fixture_calls_ffi_double_in_place(&mut value, &mut status) };
        (quotient, value)
    };
    // The first call of a function, and of a thread, makes the numbers of calls, if a feature
    // counts them.
    calls();
    let before = live();
    assert_eq!((calls(), live() - before), ((4, 42), 0));
}

#[test]
fn what_alloc_returns_is_one_block() {
    let before = live();
    // SAFETY: any size and alignment may be asked for.
    let memory = unsafe { fixture_calls_ffi0_alloc(100, 8) };
    assert_eq!(live() - before, 1);
    // SAFETY: the memory came from `alloc`, and no other code uses it.
    unsafe { fixture_calls_ffi0_free(memory) };
    assert_eq!(live() - before, 0);
}

/// Tests that memory to which nobody has written takes none: a large message costs what its program
/// uses of it.
#[cfg(target_os = "linux")]
#[test]
fn untouched_pages_take_no_memory() {
    const SIZE: usize = 256 << 20;
    let before = resident();
    // SAFETY: any size and alignment may be asked for.
    let memory = unsafe { fixture_calls_ffi0_alloc(SIZE, 8) };
    let grown = resident().saturating_sub(before);
    assert!(!memory.is_null());
    // SAFETY: the memory came from `alloc`, and no other code uses it.
    unsafe { fixture_calls_ffi0_free(memory) };
    // The other tests allocate at the same time, little.
    assert!(grown < SIZE / 8, "{grown} bytes");
}

/// Returns the number of bytes of the process that are in memory.
#[cfg(target_os = "linux")]
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() << 10
}
