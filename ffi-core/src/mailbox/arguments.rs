//! Arguments on their way to a function of Dart, as C types in memory of Rust's.

use std::ffi::c_void;
use std::fmt;
use std::mem::MaybeUninit;
use std::ptr::{self, NonNull};

use crate::boundary::{DartError, FfiPending, FfiSome, FfiStatus, for_each_arity, note};

/// Arguments of a call, in one block of memory. Dropping them gives back what they own.
pub struct Arguments(NonNull<dyn Passed>);

/// A block of arguments.
trait Passed {
    /// Returns the address of the addresses of the arguments.
    fn places(&self) -> *const *const c_void;

    /// Takes what the argument at `index` owns, once.
    fn take(&mut self, index: usize) -> Option<FfiPending>;
}

/// Resources of arguments, until Dart has them.
struct Owned<const N: usize> {
    all: [Option<FfiPending>; N],
    /// Number of arguments that were passed.
    count: usize,
}

impl<const N: usize> Owned<N> {
    const NONE: Self = Self { all: [const { None }; N], count: 0 };

    /// Returns the C type of the next argument, whose resource this owns from now on.
    fn pass<T: FfiSome>(&mut self, argument: T) -> Result<MaybeUninit<T::Abi>, DartError> {
        let raw = argument.into_abi().map_err(|failure| DartError::new(failure.message()))?;
        self.all[self.count] = T::PENDING.map(|pending| pending(&raw));
        self.count += 1;
        Ok(MaybeUninit::new(raw))
    }
}

impl<const N: usize> Drop for Owned<N> {
    fn drop(&mut self) {
        for pending in self.all.iter_mut().filter_map(Option::take) {
            pending.give_back();
        }
    }
}

/// The arguments as C types, a tuple of them, with the address of each, which Dart reads.
struct Block<R, const N: usize> {
    places: [*const c_void; N],
    owned: Owned<N>,
    raw: R,
}

impl<R, const N: usize> Passed for Block<R, N> {
    fn places(&self) -> *const *const c_void {
        self.places.as_ptr()
    }

    fn take(&mut self, index: usize) -> Option<FfiPending> {
        self.owned.all.get_mut(index)?.take()
    }
}

// SAFETY: arguments are made of values that are `Send`; what they own, any thread may free.
unsafe impl Send for Arguments {}

impl Arguments {
    /// Makes a block of arguments, of which `places` returns the addresses.
    fn new<R: 'static, const N: usize>(
        owned: Owned<N>,
        raw: R,
        places: impl FnOnce(&R) -> [*const c_void; N],
    ) -> Self {
        let block = Box::into_raw(Box::new(Block { places: [ptr::null(); N], owned, raw }));
        // SAFETY: the block was made just now, and nothing writes to this field of it.
        let raw = unsafe { &(*block).raw };
        let all = places(raw);
        // SAFETY: the block was made just now, and nobody refers to this field of it.
        unsafe { (*block).places = all };
        let block: *mut dyn Passed = block;
        // SAFETY: the pointer is that of a box.
        Self(unsafe { NonNull::new_unchecked(block) })
    }

    /// Returns the address of the addresses of the arguments.
    pub(super) fn places(&self) -> *const *const c_void {
        // SAFETY: the block lives as long as this does.
        unsafe { self.0.as_ref() }.places()
    }

    /// Passes what the argument at `index` owns to an isolate: it is noted in its status.
    ///
    /// # Safety
    ///
    /// `status` is null, or that of the isolate that runs this.
    pub(super) unsafe fn hand_over(&mut self, index: usize, status: *mut FfiStatus) {
        // SAFETY: the block lives as long as this does, which is borrowed mutably; code that reads
        // arguments by their addresses doesn't run meanwhile.
        if let Some(pending) = unsafe { self.0.as_mut() }.take(index) {
            // SAFETY: the status is null or that of the isolate, by this function's contract.
            unsafe { note(status, pending) };
        }
    }
}

impl Drop for Arguments {
    fn drop(&mut self) {
        // SAFETY: `new` made the block from a box, and nobody uses it any more.
        drop(unsafe { Box::from_raw(self.0.as_ptr()) });
    }
}

impl fmt::Debug for Arguments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Arguments").finish_non_exhaustive()
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
        impl<$($type: FfiSome + Send + 'static),*> sealed::Tuple for ($($type,)*) {}

        impl<$($type: FfiSome + Send + 'static),*> FfiArguments for ($($type,)*) {
            #[allow(unused_mut, reason = "there may be no argument to pass")]
            fn into_arguments(self) -> Result<Arguments, DartError> {
                const NAMES: &[&str] = &[$(stringify!($type)),*];
                let ($($argument,)*) = self;
                let mut owned = Owned::<{ NAMES.len() }>::NONE;
                let raw = ($(owned.pass($argument)?,)*);
                Ok(Arguments::new(owned, raw, |($($argument,)*)| [$($argument.as_ptr().cast()),*]))
            }
        }
    };
}

for_each_arity!(arguments);
