//! The steps of a call: its result, its status, and the note about its result for Dart.

use std::ffi::c_void;
use std::ptr;

use bytemuck::Zeroable;

use super::output::FfiOutput;
use super::panic;
use super::pending::FfiPending;
use super::status::{Failure, FfiStatus, clear};

/// Runs the body of an exported function, and returns its result, or zeros and a status if it
/// failed or panicked.
///
/// # Safety
///
/// `status` is null (the failure is then lost), or points to an [`FfiStatus`] that is zeroed or was
/// last written by this library, and that no other code uses meanwhile.
///
/// # Examples
///
/// ```
/// use ffi_core::boundary::{FfiStatus, call, clear};
/// use ffi_core::bytemuck::Zeroable;
///
/// let mut status = FfiStatus::zeroed();
/// // SAFETY: the block is zeroed and ours.
/// let result: u32 = unsafe { call(&mut status, || panic!("no luck")) };
/// assert_eq!((result, status.code), (0, 2));
/// // SAFETY: the block was written by `call`.
/// unsafe { clear(&mut status) };
/// assert!(status.message.is_null());
/// ```
#[inline]
pub unsafe fn call<T: Zeroable>(status: *mut FfiStatus, body: impl FnOnce() -> Result<T, Failure>) -> T {
    match panic::catch(body) {
        Ok(value) => value,
        Err(failure) => {
            // SAFETY: by this function's contract `status` is null, or a block that is zeroed or
            // was written by this library, and that no other code uses.
            unsafe { report(status, failure) };
            T::zeroed()
        }
    }
}

/// # Safety
///
/// The conditions of [`call`].
#[cold]
unsafe fn report(status: *mut FfiStatus, failure: Failure) {
    // SAFETY: null is allowed here; otherwise the caller vouches for a valid block that no other
    // code uses.
    if let Some(status) = unsafe { status.as_mut() } {
        status.store(failure);
    }
}

/// The status block of an isolate.
#[derive(Debug)]
#[repr(C)]
pub(super) struct DartStatus {
    status: FfiStatus,
    pending: FfiPending,
}

impl DartStatus {
    /// Returns a block whose status has a place for results.
    pub(super) fn new() -> *mut Self {
        let block = Box::into_raw(Box::new(Self { status: FfiStatus::zeroed(), pending: FfiPending::NONE }));
        // SAFETY: the block was made just now.
        let pending = unsafe { &raw mut (*block).pending };
        // SAFETY: the block was made just now, and there is no reference to it.
        unsafe { (*block).status.pending = pending };
        block
    }

    /// Frees a block, the message in it, and a result that was not taken.
    ///
    /// # Safety
    ///
    /// `block` came from [`new`](Self::new), and isn't used any more.
    pub(super) unsafe extern "C" fn release(block: *mut c_void) {
        // SAFETY: `new` made it from a box, and the caller doesn't use it any more.
        let Self { mut status, pending } = *unsafe { Box::from_raw(block.cast::<Self>()) };
        // SAFETY: only this function uses the status now, and only functions of this library wrote
        // to it.
        unsafe { clear(&raw mut status) };
        pending.give_back();
    }
}

/// Runs the body of an exported function as [`call`] does. A result that owns a resource is noted
/// in a status that has a place for it.
///
/// # Safety
///
/// The conditions of [`call`].
#[inline]
pub unsafe fn call_output<O: FfiOutput>(
    status: *mut FfiStatus,
    body: impl FnOnce() -> Result<O::Abi, Failure>,
) -> O::Abi {
    // SAFETY: by this function's contract the status is null, or valid and used by no other code,
    // as the callee requires.
    let result = unsafe { call(status, body) };
    if let Some(pending) = const { O::PENDING } {
        // SAFETY: the status is null, or valid and used by no other code, by this function's
        // contract; the result is that of the call.
        unsafe { note(status, pending(&result)) };
    }
    result
}

/// Notes a result, if there is one and a place for it.
///
/// # Safety
///
/// The conditions of [`call`]. Dart has not taken the result yet.
#[inline]
pub(crate) unsafe fn note(status: *mut FfiStatus, pending: FfiPending) {
    // SAFETY: by this function's contract the status is null or valid, and no other code uses it.
    let Some(place) = (unsafe { place(status) }) else { return };
    if !pending.resource.is_null() {
        std::mem::replace(place, pending).give_back();
    }
}

/// Removes the note of a result, which the caller takes over; does nothing if another one or none
/// is noted.
///
/// # Safety
///
/// The conditions of [`call`].
pub(super) unsafe fn forget(status: *mut FfiStatus, resource: *mut c_void) {
    // SAFETY: by this function's contract the status is null or valid, and no other code uses it.
    if let Some(place) = unsafe { place(status) }
        && place.resource == resource
    {
        place.resource = ptr::null_mut();
    }
}

/// Returns the place for results of a status, if it has one.
///
/// # Safety
///
/// The conditions of [`call`], for as long as the place is used.
#[inline]
unsafe fn place<'a>(status: *mut FfiStatus) -> Option<&'a mut FfiPending> {
    // SAFETY: null is allowed here; otherwise the caller vouches for a valid block that no other
    // code uses.
    let status = unsafe { status.as_ref() }?;
    // SAFETY: a status has no place, or is that of a `DartStatus`, whose place lives as long and is
    // only used through it.
    unsafe { status.pending.as_mut() }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::boundary::owned::owned_free;
    use crate::boundary::status::StatusCode;

    fn message(status: &FfiStatus) -> &str {
        // SAFETY: the tests only read a status that `call` has written.
        let bytes = unsafe { std::slice::from_raw_parts(status.message, status.message_len) };
        str::from_utf8(bytes).unwrap()
    }

    #[test]
    fn success_leaves_the_status_alone() {
        let mut status = FfiStatus { code: 77, ..FfiStatus::zeroed() };
        // SAFETY: the block has no message and belongs to the test.
        assert_eq!(unsafe { call(&mut status, || Ok(5_u8)) }, 5);
        assert_eq!(status.code, 77);
    }

    #[test]
    fn a_second_failure_replaces_the_first() {
        let mut status = FfiStatus::zeroed();
        for text in ["first", "", "third"] {
            let failure = Failure::new(StatusCode::Error, text);
            // SAFETY: the block is zeroed or written by `call`, and belongs to the test.
            assert_eq!(unsafe { call(&mut status, || Err::<f64, _>(failure)) }, 0.0);
            assert_eq!((status.code, message(&status)), (1, text));
        }
        // SAFETY: `call` wrote the block, which belongs to the test.
        unsafe { clear(&mut status) };
        assert_eq!((status.code, status.message_len), (0, 0));
        assert!(status.message.is_null());
    }

    #[test]
    fn a_null_status_loses_the_failure_and_nothing_else() {
        let null = std::ptr::null_mut();
        // SAFETY: null is allowed.
        assert_eq!(unsafe { call(null, || Err::<u8, _>(Failure::new(StatusCode::Error, "x"))) }, 0);
        // SAFETY: null is allowed.
        unsafe { clear(null) };
    }

    /// Returns the status of a block, as Dart gets it.
    fn status_of(block: *mut DartStatus) -> *mut FfiStatus {
        block.cast()
    }

    fn release(block: *mut DartStatus) {
        // SAFETY: the tests release a block once, at their end.
        unsafe { DartStatus::release(block.cast()) };
    }

    fn noted(status: *mut FfiStatus) -> *mut c_void {
        // SAFETY: the status is that of a block of the test's own.
        unsafe { place(status) }.map_or(ptr::null_mut(), |place| place.resource)
    }

    /// A resource that counts how often it was freed.
    #[derive(Default)]
    struct Counted(AtomicUsize);

    impl Counted {
        fn pending(&self) -> FfiPending {
            unsafe extern "C" fn release(counted: *mut c_void) {
                // SAFETY: it is a `Counted` of the test, which is alive.
                unsafe { &*counted.cast::<Counted>() }.0.fetch_add(1, Ordering::Relaxed);
            }
            FfiPending::new(ptr::from_ref(self).cast_mut(), release)
        }

        fn pointer(&self) -> *mut c_void {
            ptr::from_ref(self).cast_mut().cast()
        }

        fn given_back(&self) -> usize {
            self.0.load(Ordering::Relaxed)
        }
    }

    #[test]
    fn a_result_that_nobody_took_goes_back_with_the_block() {
        let result = Counted::default();
        let block = DartStatus::new();
        // SAFETY: the block belongs to the test.
        unsafe { note(status_of(block), result.pending()) };
        assert_eq!(result.given_back(), 0);
        release(block);
        assert_eq!(result.given_back(), 1);
    }

    #[test]
    fn a_result_that_was_taken_stays() {
        let (result, other) = (Counted::default(), Counted::default());
        let block = DartStatus::new();
        // SAFETY: the block belongs to the test.
        unsafe { note(status_of(block), result.pending()) };
        // SAFETY: the block belongs to the test.
        unsafe { forget(status_of(block), other.pointer()) };
        assert_eq!(noted(status_of(block)), result.pointer(), "only what is taken is forgotten");
        // SAFETY: the block belongs to the test.
        unsafe { forget(status_of(block), result.pointer()) };
        release(block);
        assert_eq!((result.given_back(), other.given_back()), (0, 0));
    }

    #[test]
    fn the_next_result_gives_back_what_nobody_took() {
        let results = [Counted::default(), Counted::default(), Counted::default()];
        let block = DartStatus::new();
        for result in &results {
            // SAFETY: the block belongs to the test.
            unsafe { note(status_of(block), result.pending()) };
        }
        assert_eq!(results.each_ref().map(Counted::given_back), [1, 1, 0]);
        release(block);
        assert_eq!(results.each_ref().map(Counted::given_back), [1, 1, 1]);
    }

    #[test]
    fn calls_note_only_results_that_own_something() {
        let block = DartStatus::new();
        let status = status_of(block);
        // SAFETY: the block belongs to the test.
        let number = unsafe { call_output::<u64>(status, || Ok(7)) };
        assert_eq!((number, noted(status)), (7, ptr::null_mut()));
        // SAFETY: the block belongs to the test.
        let text = unsafe { call_output::<String>(status, || String::from("text").into_abi()) };
        assert_eq!(noted(status), text.cast());
        // SAFETY: the block belongs to the test. The text is freed.
        let numbers = unsafe { call_output::<Vec<u16>>(status, || FfiOutput::into_abi(vec![1_u16, 2])) };
        assert_eq!(noted(status), numbers.cast());
        release(block);
    }

    #[test]
    fn a_failure_and_no_value_note_nothing_and_the_status_serves_on() {
        let block = DartStatus::new();
        let status = status_of(block);
        for code in [StatusCode::Error, StatusCode::NoValue] {
            let failure = match code {
                StatusCode::Error => Failure::new(code, "no luck"),
                _ => Failure::no_value(),
            };
            // SAFETY: the block belongs to the test.
            let nothing = unsafe { call_output::<Option<String>>(status, || Err(failure)) };
            // SAFETY: the block belongs to the test.
            assert_eq!(unsafe { (*status).code }, code as i32);
            assert!(nothing.is_null() && noted(status).is_null());
            // SAFETY: the block belongs to the test.
            let text = unsafe { call_output::<Option<String>>(status, || Some(String::new()).into_abi()) };
            assert_eq!(noted(status), text.cast(), "a failure that was not read leaves the place");
            // SAFETY: the block belongs to the test.
            unsafe { clear(status) };
            assert_eq!(noted(status), text.cast(), "reading a failure leaves the place");
            // SAFETY: the block belongs to the test.
            unsafe { forget(status, text.cast()) };
            // SAFETY: no code uses the text, and its note is gone.
            unsafe { owned_free(text) };
        }
        // SAFETY: the block belongs to the test. This failure is not read: its message goes with
        // the block.
        unsafe { call_output::<u8>(status, || Err(Failure::new(StatusCode::Error, "unread"))) };
        release(block);
    }

    #[test]
    fn a_call_within_a_call_does_not_take_the_place_of_the_outer_one() {
        let block = DartStatus::new();
        let status = status_of(block);
        let body = || {
            // SAFETY: the outer call doesn't use the status until the body returns.
            let inner = unsafe { call_output::<String>(status, || String::from("inner").into_abi()) };
            // SAFETY: the status belongs to the test, and the outer call doesn't use it; Dart does
            // this when it has attached the text.
            unsafe { forget(status, inner.cast()) };
            // SAFETY: no code uses the text, and its note is gone.
            unsafe { owned_free(inner) };
            String::from("outer").into_abi()
        };
        // SAFETY: the block belongs to the test.
        let outer = unsafe { call_output::<String>(status, body) };
        assert_eq!(noted(status), outer.cast());
        release(block);
    }

    #[test]
    fn nothing_is_noted_for_callers_from_c() {
        let mut status = FfiStatus::zeroed();
        for status in [ptr::null_mut(), &raw mut status] {
            // SAFETY: the status is null, or zeroed and used by no other code.
            let text = unsafe { call_output::<String>(status, || String::from("text").into_abi()) };
            // SAFETY: the status is null, or zeroed and used by no other code.
            unsafe { forget(status, text.cast()) };
            // SAFETY: the status is null, or zeroed and used by no other code.
            unsafe { clear(status) };
            // SAFETY: the caller owns the text, which was not freed.
            unsafe { owned_free(text) };
        }
        assert!(status.pending.is_null());
    }
}
