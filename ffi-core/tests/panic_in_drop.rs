//! A panic before the library has its panic hook, in a process of its own, as the hook is set once.

use ffi_core::boundary::{FfiStatus, StatusCode, call, clear};
use ffi_core::bytemuck::Zeroable;

/// Makes a call that panics, and returns true if its status has a place.
fn failed_call_has_place() -> bool {
    let mut status = FfiStatus::zeroed();
    // SAFETY: the status is zeroed and belongs to this function.
    unsafe { call::<u8>(&raw mut status, || panic!("in the call")) };
    assert_eq!(status.code, StatusCode::Panic as i32);
    let has_place = !status.place.is_null();
    // SAFETY: `call` wrote the status, which belongs to this function.
    unsafe { clear(&raw mut status) };
    has_place
}

struct CallsWhenDropped;

impl Drop for CallsWhenDropped {
    fn drop(&mut self) {
        assert!(!failed_call_has_place(), "there is no hook yet");
    }
}

#[test]
fn a_call_that_fails_during_unwinding_leaves_the_hook_to_the_next_one() {
    let thread = std::thread::spawn(|| {
        let _calls = CallsWhenDropped;
        panic!("outer");
    });
    assert_eq!(thread.join().unwrap_err().downcast_ref(), Some(&"outer"));
    assert!(!failed_call_has_place(), "this panic came before the hook");
    assert!(failed_call_has_place());
}
