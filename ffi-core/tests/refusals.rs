//! A call that a limit or a guard refuses allocates nothing.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use ffi_core::boundary::{FfiStatus, clear};
use ffi_core::bytemuck::Zeroable;
use ffi_core::production::{GuardedCall, Limits, Verdict};
use ffi_core::{FfiObject, ffi_export, ffi_service};

struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: every call is the system allocator's; counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller asks for a layout whose size is not 0.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: the caller passes memory of `alloc`, which came from the system, with its layout.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Lets nothing pass once its first call has.
static LIMITS: Limits = Limits::new().per_second(1).request(5);

#[ffi_export(limit = LIMITS)]
fn limited(_text: String) {}

#[ffi_export(limit(per_second = 1, keys = 2))]
fn keyed(#[ffi(key)] key: u64) -> u64 {
    key
}

fn refuse(_: &GuardedCall<'_>) -> Verdict {
    Verdict::Refuse
}

#[ffi_service(guard = refuse)]
trait Notes {
    fn write(&self, #[ffi(key)] user: u64) -> u64;
}

struct Paper;

impl Notes for Paper {
    fn write(&self, user: u64) -> u64 {
        user
    }
}

#[ffi_export]
fn notes() -> FfiObject<dyn Notes> {
    FfiObject::new(Paper)
}

unsafe extern "C" {
    fn refusals_ffi_limited(text: *const u8, len: usize, status: *mut FfiStatus);
    fn refusals_ffi_keyed(key: u64, status: *mut FfiStatus) -> u64;
    fn refusals_ffi_notes(status: *mut FfiStatus) -> u64;
    fn refusals_ffi_notes_write(handle: u64, user: u64, status: *mut FfiStatus) -> u64;
}

/// Returns the code, the detail and the second number with which `call` fails, once it has failed
/// without an allocation.
fn refusal(call: impl Fn(*mut FfiStatus)) -> (i32, u32, usize) {
    let mut status = FfiStatus::zeroed();
    // The first refusal of a thread takes the memory that the others have.
    for _ in 0..3 {
        // SAFETY: the status is zeroed, or was written by the library, and ours.
        unsafe { clear(&raw mut status) };
        call(&raw mut status);
    }
    // SAFETY: the status was written by the library, and is ours.
    unsafe { clear(&raw mut status) };
    let before = ALLOCATIONS.get();
    call(&raw mut status);
    assert_eq!(ALLOCATIONS.get() - before, 0);
    assert!(status.message.is_null() && status.payload.is_null());
    let numbers = (status.code, status.detail, status.message_len);
    // SAFETY: the status was written by the library, and is ours.
    unsafe { clear(&raw mut status) };
    assert_eq!((status.code, status.message_len), (0, 0));
    numbers
}

#[test]
fn refusals_allocate_nothing() {
    let text = "long text";
    let limited = |len, status| {
        // SAFETY: the text has so many bytes; the status is ours.
        unsafe { refusals_ffi_limited(text.as_ptr(), len, status) };
    };
    assert_eq!(refusal(|status| limited(9, status)), (6, 5, 0));
    let (code, rate, wait) = refusal(|status| limited(4, status));
    assert_eq!((code, rate), (8, 1));
    assert!((1..=1_000_000).contains(&wait), "{wait}");
    let keyed = |status| {
        // SAFETY: any number may be passed; the status is ours.
        let _ = unsafe { refusals_ffi_keyed(7, status) };
    };
    let (code, ..) = refusal(keyed);
    assert_eq!(code, 8);
    // SAFETY: null is allowed.
    let handle = unsafe { refusals_ffi_notes(std::ptr::null_mut()) };
    let write = |status| {
        // SAFETY: the handle is ours, and so is the status.
        assert_eq!(unsafe { refusals_ffi_notes_write(handle, 7, status) }, 0);
    };
    assert_eq!(refusal(write), (14, 0, 0));
}
