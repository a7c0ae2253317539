//! Arguments on their way to a function of Dart, as C types in memory of Rust's.

use std::ffi::c_void;
use std::mem::MaybeUninit;
use std::ptr;

use crate::boundary::{DartError, Failure, FfiPending, FfiSome, FfiStatus, for_each_arity, note};

/// Arguments of a call, each at a place of its own. Dropping them gives back what they own.
#[derive(Debug, Default)]
pub struct Arguments {
    /// Address of each argument, which Dart reads.
    places: Vec<*const c_void>,
    held: Vec<Held>,
}

/// An argument.
#[derive(Debug)]
struct Held {
    place: *mut c_void,
    free: unsafe fn(*mut c_void),
    /// Resource of the argument, until Dart has it.
    pending: Option<FfiPending>,
}

// SAFETY: arguments are made of values that are `Send`; what they own, any thread may free.
unsafe impl Send for Arguments {}

impl Arguments {
    fn made(count: usize, push: impl FnOnce(&mut Self) -> Result<(), Failure>) -> Result<Self, DartError> {
        let mut all = Self { places: Vec::with_capacity(count), held: Vec::with_capacity(count) };
        match push(&mut all) {
            Ok(()) => Ok(all),
            Err(failure) => Err(DartError::new(failure.message())),
        }
    }

    fn push<T: FfiSome + Send>(&mut self, argument: T) -> Result<(), Failure> {
        /// # Safety
        ///
        /// `place` came from a box of that type, which the caller gives up.
        unsafe fn free<T>(place: *mut c_void) {
            // SAFETY: the place came from such a box, by this function's contract.
            drop(unsafe { Box::from_raw(place.cast::<MaybeUninit<T>>()) });
        }

        let raw = argument.into_abi()?;
        let pending = T::PENDING.map(|pending| pending(&raw));
        let place: *mut c_void = Box::into_raw(Box::new(MaybeUninit::new(raw))).cast();
        self.places.push(place);
        self.held.push(Held { place, free: free::<T::Abi>, pending });
        Ok(())
    }

    /// Returns the address of the addresses of the arguments.
    pub(super) fn places(&self) -> *const *const c_void {
        self.places.as_ptr()
    }

    /// Passes what the argument at `index` owns to an isolate: it is noted in its status.
    ///
    /// # Safety
    ///
    /// `status` is null, or that of the isolate that runs this.
    pub(super) unsafe fn hand_over(&mut self, index: usize, status: *mut FfiStatus) {
        if let Some(pending) = self.held.get_mut(index).and_then(|held| held.pending.take()) {
            // SAFETY: the status is null or that of the isolate, by this function's contract.
            unsafe { note(status, pending) };
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(pending) = self.pending.take() {
            pending.give_back();
        }
        // SAFETY: `push` made the place and this function for it, and nobody uses the place any
        // more.
        unsafe { (self.free)(self.place) };
        self.place = ptr::null_mut();
    }
}

/// Seals the arguments of functions of Dart.
mod sealed {
    pub trait Tuple {}
}

/// Arguments of a function of Dart: a tuple of up to six values.
pub trait FfiArguments: sealed::Tuple {
    /// Converts them to their C types.
    ///
    /// # Errors
    ///
    /// Returns an error if one can't be passed.
    fn into_arguments(self) -> Result<Arguments, DartError>;
}

macro_rules! arguments {
    ($($type:ident $argument:ident),*) => {
        impl<$($type: FfiSome + Send),*> sealed::Tuple for ($($type,)*) {}

        impl<$($type: FfiSome + Send),*> FfiArguments for ($($type,)*) {
            fn into_arguments(self) -> Result<Arguments, DartError> {
                const NAMES: &[&str] = &[$(stringify!($type)),*];
                let ($($argument,)*) = self;
                Arguments::made(NAMES.len(), |all| {
                    $(all.push($argument)?;)*
                    let _all = all;
                    Ok(())
                })
            }
        }
    };
}

for_each_arity!(arguments);
