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
//! counts its frees, the low half of which is the generation in a handle ([`FfiRef`](crate::FfiRef)). A slot belongs to a [`PoolBox`], or
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
//! # Storeys
//!
//! No file uses one that is further down in this table; `tests/storeys.rs` reads them.
//!
//! | file | what |
//! |---|---|
//! | `primitive.rs` | atomic words, orderings, the one way to wait |
//! | `word.rs`, `stride.rs` | the word of a slot; from a pointer to an index |
//! | `live.rs` | the live bits, and which of them a thread claims |
//! | `cache/` | what threads keep: magazines, thread identity, the fence |
//! | `slots.rs` | ownership: what may be freed, taken and read |
//! | `reserve.rs`, `error.rs`, `stats.rs`, `token.rs`, `debug.rs` | memory; what is said |
//! | `raw.rs` | a pool without its message: opening and closing |
//! | `pooled.rs`, `typed.rs`, `boxed.rs`, `read.rs`, `claim.rs` | `Pool<T>` and what it hands out, which are types of each other |
//! | `queue.rs` | queues |
//! | `abi.rs` | what C calls |
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
mod boxed;
mod cache;
pub(crate) mod claim;
#[cfg(feature = "pool-debug")]
mod debug;
mod error;
mod live;
mod pooled;
mod primitive;
mod queue;
mod raw;
mod read;
mod reserve;
mod slots;
mod stats;
mod stride;
#[cfg(test)]
mod tests;
mod token;
mod typed;
mod word;

pub use boxed::PoolBox;
pub use error::{FreeCode, PoolError, PoolErrorKind, RefusedHandle};
pub use pooled::{FfiPooled, Reset};
pub use queue::{ExportedQueue, FfiQueue, PushError};
pub use raw::shutdown;
pub use read::PoolRead;
pub use stats::{FfiPoolStats, PoolState, PoolStats};
pub use typed::Pool;
#[cfg(feature = "proto")]
pub(crate) use word::Exposure;
