//! Records of the mailbox, as Dart reads them, and what they own until Dart has taken it.

use std::ffi::c_void;
use std::mem::MaybeUninit;
use std::ptr;

use super::arguments::Arguments;
use crate::boundary::{Failure, FfiOutput, FfiOwned, FfiPending, FfiStatus, note};

/// Code of an event: a stream has items. It may come any number of times.
pub(crate) const READY: i32 = 16;

/// Code of an event: Rust calls a function of Dart.
pub(crate) const ASKED: i32 = 18;

/// Code of an event: Rust has dropped a function of Dart.
pub(crate) const RELEASED: i32 = 19;

/// Code of an event: a cancelled task is gone.
pub(crate) const GONE: i32 = 20;

/// Code of an event: an input has credit again. It may come any number of times.
pub(crate) const WANTS: i32 = 21;

/// Code of an event: Rust has dropped an input.
pub(crate) const DROPPED: i32 = 22;

/// Size in bytes of the largest result that is in its event; a larger one is in an [`FfiOwned`].
const INLINE: usize = 16;

/// Event of a mailbox.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct FfiEvent {
    /// The call, or the function of Dart, that the event is about.
    pub(crate) call: u64,
    /// A [`StatusCode`](crate::boundary::StatusCode), or a constant of this module.
    pub(crate) code: i32,
    /// 1 if the event owns something, which Dart has to take; of [`ASKED`] the number of the
    /// method.
    owns: u32,
    /// The result, as its C type; a pointer to an [`FfiOwned`] of one if it has more bytes. Of
    /// [`ASKED`] an [`Asking`].
    value: [MaybeUninit<u64>; 2],
}

const _: () = assert!(size_of::<FfiEvent>() == 32, "Dart reads records of 32 bytes");

impl FfiEvent {
    fn new(call: u64, code: i32) -> Self {
        Self { call, code, owns: 0, value: [MaybeUninit::zeroed(); 2] }
    }

    /// Returns the address of the result.
    #[cfg(test)]
    pub(super) fn value(&self) -> *const u8 {
        (&raw const self.value).cast()
    }

    /// Writes the C type of a result, up to [`INLINE`] bytes of it.
    fn write<A>(&mut self, result: A) {
        let result = MaybeUninit::new(result);
        let bytes = size_of::<A>().min(INLINE);
        let from = result.as_ptr().cast::<MaybeUninit<u8>>();
        // SAFETY: the source is a local of at least `bytes` bytes, and the value has as many;
        // they don't overlap, and bytes need no alignment.
        unsafe { ptr::copy_nonoverlapping(from, (&raw mut self.value).cast(), bytes) };
    }
}

/// Value of an event that calls a function of Dart.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(8))]
pub(super) struct Asking {
    /// Addresses of the arguments, which stay until the next drain.
    pub(super) places: *const *const c_void,
    /// Number for the answer; 0 if nobody waits for one.
    pub(super) ask: u64,
}

const _: () = assert!(size_of::<Asking>() == INLINE, "Dart reads the number behind 8 bytes");

/// Resource of an event.
#[derive(Debug)]
enum Owns {
    /// Result that owns memory, a slot or a container.
    Result(FfiPending),
    /// Failure with its texts.
    Failure(Failure),
    /// Arguments of a function of Dart.
    Arguments(Arguments),
}

/// An event, with what it owns. Dropping it gives that back.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) event: FfiEvent,
    owns: Option<Owns>,
}

// SAFETY: results, failures and arguments own what they point to, and any thread may free it:
// slots, containers and memory of the global allocator.
unsafe impl Send for Entry {}

impl Entry {
    fn owning(event: FfiEvent, owns: Option<Owns>) -> Self {
        Self { event: FfiEvent { owns: owns.is_some().into(), ..event }, owns }
    }

    /// Returns the event with the result of a call.
    pub(crate) fn of<O: FfiOutput>(call: u64, result: Result<O::Abi, Failure>) -> Self {
        let result = match result {
            Ok(result) => result,
            Err(failure) => return Self::failed(call, failure),
        };
        let mut event = FfiEvent::new(call, 0);
        let owned = if const { size_of::<O::Abi>() <= INLINE } {
            let owned = O::PENDING.map(|note| note(&result));
            event.write(result);
            owned
        } else {
            let owned = FfiOwned::one(result);
            event.write(owned);
            Some(FfiPending::owned(&owned))
        };
        Self::owning(event, owned.map(Owns::Result))
    }

    /// Returns the event of a call that failed or has no value.
    pub(crate) fn failed(call: u64, failure: Failure) -> Self {
        Self::owning(FfiEvent::new(call, failure.code()), Some(Owns::Failure(failure)))
    }

    /// Returns the event with that code, which owns nothing.
    pub(crate) fn bare(call: u64, code: i32) -> Self {
        Self::owning(FfiEvent::new(call, code), None)
    }

    /// Returns the event that Rust calls a method of a function or object of Dart.
    pub(crate) fn asked(function: u64, method: u32, ask: u64, arguments: Arguments) -> Self {
        let mut event = FfiEvent { owns: method, ..FfiEvent::new(function, ASKED) };
        event.write(Asking { places: arguments.places(), ask });
        Self { event, owns: Some(Owns::Arguments(arguments)) }
    }

    /// Returns the event that Rust has dropped a function or object of Dart.
    pub(crate) fn released(function: u64) -> Self {
        Self { event: FfiEvent::new(function, RELEASED), owns: None }
    }

    /// Passes what an argument of the event owns to an isolate; see [`Arguments::hand_over`].
    ///
    /// # Safety
    ///
    /// The conditions of [`Arguments::hand_over`].
    pub(crate) unsafe fn hand_over_argument(&mut self, index: usize, status: *mut FfiStatus) {
        if let Some(Owns::Arguments(arguments)) = &mut self.owns {
            // SAFETY: the status is null or that of the isolate, by this function's contract.
            unsafe { arguments.hand_over(index, status) };
        }
    }

    /// Passes what the event owns to an isolate: a result is noted in its status until Dart has
    /// attached it, a failure is written there.
    ///
    /// # Safety
    ///
    /// `status` is null, or that of the isolate that runs this.
    pub(crate) unsafe fn hand_over(&mut self, status: *mut FfiStatus) {
        match self.owns.take() {
            // SAFETY: the status is null or valid, and no other code uses it, by this function's
            // contract.
            Some(Owns::Result(pending)) => unsafe { note(status, pending) },
            Some(Owns::Failure(failure)) => {
                // SAFETY: the status is null or valid, and no other code uses it, by this
                // function's contract.
                if let Some(status) = unsafe { status.as_mut() } {
                    status.store(failure);
                }
            }
            // They go one by one.
            arguments @ Some(Owns::Arguments(_)) => self.owns = arguments,
            None => {}
        }
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        if let Some(Owns::Result(pending)) = self.owns.take() {
            pending.give_back();
        }
    }
}
