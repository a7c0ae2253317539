//! Pools: a fixed number of slots per message type, shared by all threads of Rust and Dart.
//!
//! `malloc` from Dart costs two calls into the C library, and whoever frees twice or frees the wrong thing corrupts the
//! heap. A pool has slots of one size that never move: allocating and freeing take no lock, any thread may do
//! either (finalizer threads, too), exhaustion is an answer, and a pointer that is null, foreign, interior or freed
//! before is refused and counted.
//!
//! The slots are claimed through a map of live bits. In pools of 1,024 slots or more each thread claims some at once and
//! keeps those that it frees, up to 21, so that most pairs need no locked instruction; whoever finds nothing free takes back
//! what idle threads keep, so none is lost. That needs a fence that runs on behalf of other threads (`membarrier` of Linux,
//! on x86-64 and aarch64), and elsewhere threads keep nothing. Each slot has a word that says whether it is handed out, and
//! counts its frees, the low half of which is the generation in a handle ([`FfiRef`]). A slot belongs to a [`PoolBox`], or
//! is lent to code that has its pointer or handle. Handles are read in place ([`Pool::read`]), by any number of threads, and
//! what is freed meanwhile is free when its last reader is done. A slot whose pointer code outside of Rust has, or had, is
//! **exposed**: a call of an exported function may have a reference to it, so safe code neither takes nor reads it
//! ([`Pool::try_take`] says more).
//!
//! What is given up: memory is never returned to the system, the pool doesn't grow, and that an allocation fails means that
//! each slot was taken when it was looked at, not that all were at one moment. Who finds nothing free, and who frees what
//! another thread allocated (a few times per pair of pool and thread), may wait for a thread that is in the middle of an
//! allocation or a free: for as long as it takes to run again, if it was stopped there. A signal handler that
//! interrupted one may use a pool; a process that was forked while another thread was in the middle of one may not.
//!
//! The feature `pool-debug` fills what is freed with `0xDD` in pools that zero, keeps a backtrace of each slot's last
//! allocation and free, and writes double frees and, at [`shutdown`], leaks to the standard error.
//!
//! # Examples
//!
//! ```
//! use ffi_core::{FfiMessage, FfiPooled};
//!
//! #[derive(FfiMessage)]
//! #[repr(C)]
//! #[ffi(pool = 1_000)]
//! struct Particle {
//!     position: [f32; 2],
//! }
//!
//! let mut particle = Particle::pool().try_alloc()?;
//! particle.position = [1.0, 2.0];
//! let handle = particle.handle();
//! assert!(handle.resolve().is_some());
//! drop(particle);
//! assert!(handle.resolve().is_none(), "the slot was freed, whoever has it now");
//! # Ok::<(), ffi_core::PoolError>(())
//! ```

pub(crate) mod abi;
mod barrier;
mod boxed;
pub(crate) mod claim;
#[cfg(feature = "pool-debug")]
mod debug;
mod error;
mod magazine;
mod primitive;
mod queue;
mod raw;
mod read;
mod reserve;
mod slots;
mod stats;
#[cfg(test)]
mod tests;
mod thread;
mod token;
mod typed;
mod word;

pub use boxed::PoolBox;
pub use error::{FreeCode, PoolError, PoolErrorKind, RefusedHandle};
pub use queue::{ExportedQueue, FfiQueue, PushError};
pub use raw::shutdown;
pub use read::PoolRead;
pub use stats::{FfiPoolStats, PoolState, PoolStats};
pub use typed::Pool;
#[cfg(feature = "proto")]
pub(crate) use word::Exposure;

use crate::message::FfiMessage;
#[cfg(doc)]
use crate::types::FfiRef;

/// A message with a pool. Implemented by `#[derive(FfiMessage)]` with `#[ffi(pool = N)]`, which keeps the contract below.
///
/// # Safety
///
/// - [`pool`](Self::pool) always returns the same pool, on all threads, and no other type's `pool` returns it: there is one per type
///   and process. It is a `static` that was made for exactly this type, with its size and alignment.
/// - A value of the type may be copied and forgotten bytewise, has no destructor, and all-zero bytes are one, as
///   [`FfiMessage`] says; slots are zeroed, and handed from one owner to the next as bytes.
/// - A value may be used by any thread: `Send` and `Sync` hold. Slots are allocated, read and freed by any thread.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no pool",
    note = "add `#[ffi(pool = N)]` to it, with the number of slots it shall have"
)]
pub unsafe trait FfiPooled: FfiMessage + Wire + Send + Sync {
    /// What allocating does with what a slot's last owner left.
    const RESET: Reset = Reset::Zero;

    /// The pool of the type; always the same.
    fn pool() -> &'static Pool<Self>;
}

#[cfg(not(feature = "proto"))]
use private::Wire;

#[cfg(feature = "proto")]
use crate::proto::FfiProto as Wire;

/// What protobuf asks of a message in a pool: without it, nothing.
#[cfg(not(feature = "proto"))]
mod private {
    pub trait Wire {}
    impl<T> Wire for T {}
}

/// What allocating does with what the last owner left in a slot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Reset {
    /// Makes it zeros.
    #[default]
    Zero,
    /// Leaves it: for large messages that are filled anyway, such as frames.
    Keep,
}
