//! Pools: a fixed number of slots per message type, shared by all threads of Rust and Dart.
//!
//! `malloc` from Dart costs two calls into the C library, and a program that frees twice, or frees
//! the wrong pointer, corrupts the heap. A pool has slots of one size that never move. Allocating
//! and freeing take no lock, and any thread may do either, finalizer threads included. An exhausted
//! pool returns an error, and a pointer that is null, foreign, interior or already freed is refused
//! and counted.
//!
//! The slots are claimed through a map of live bits. Each thread claims some at once and keeps
//! those that it frees, a number that [`PoolCache`] says, so that most pairs need no locked
//! instruction. A thread that finds nothing free takes back the slots that idle
//! threads keep, so none is lost. That needs a fence that runs on behalf of other threads
//! (`membarrier` of Linux, on x86-64 and aarch64); on other systems threads keep nothing. Each slot
//! has a word that says whether it is handed out, and counts its frees. The low half of that count
//! is the generation in a handle ([`FfiRef`](crate::FfiRef)). A slot belongs to a [`PoolBox`], or
//! is lent to code that has its pointer or handle. Handles are read in place ([`Pool::read`]), by
//! any number of threads, and a slot that is freed meanwhile is free when its last reader is done.
//! A slot whose pointer code outside of Rust has, or had, is **exposed**: a call of an exported
//! function may have a reference to it, so safe code neither takes nor reads it ([`Pool::try_take`]
//! says more).
//!
//! The design gives up three things: memory is never returned to the system, the pool doesn't grow,
//! and a failed allocation means that each slot was taken when it was looked at, not that all were
//! taken at one moment.
//!
//! # Progress
//!
//! | pool | allocate, free what this thread allocated | free, take or read what another thread allocated | at exhaustion |
//! |---|---|---|---|
//! | `cache = "none"`, slots of 16 KiB or more, `pool-debug`, or any but Linux and Android on x86-64 and aarch64 | lock-free, with three locked instructions for both | lock-free | lock-free |
//! | others | lock-free, and without locked instructions as a rule | waits for that thread a few times, if it is in the middle of an allocation or a free | waits for each thread that is in the middle of one |
//!
//! **Lock-free** is an operation whose attempt fails only because another one succeeded, whatever
//! the system does to the other threads (a slot has 4,095 readers at most, and each may make a
//! reader or an exposure try again). A wait spins, yields and then sleeps, so a thread of a
//! real-time priority lets the other finish; how long that takes is up to the system, and a pool
//! with `cache = "none"` ([`PoolCache`]) never waits. [`Pool::stats`], [`Pool::live`] and opening a
//! pool look at all slots or call the system. An [`FfiQueue`] waits for a millisecond at most;
//! [`FfiQueue::try_push_now`] and [`FfiQueue::try_pop_now`] never do.
//!
//! A signal handler may use a pool whatever it interrupted, and never waits then: it claims a slot
//! that is free in the map of bits, and the slots of other threads that it frees are handed out
//! once a thread finds nothing else. A thread whose handlers use a pool has to use that pool once
//! outside of them. A process that was forked while another thread was in the middle of an
//! allocation or a free may not use the pool.
//!
//! A sandbox may refuse `membarrier`, so the process asks for it at run time: without it threads
//! keep nothing. If a sandbox comes down while they keep slots, no slot is handed out twice, but
//! other threads get a thread's slots only once that thread allocates again, or ends.
//!
//! # Debugging
//!
//! A freed pointer that is freed again is refused until its slot is handed out: from then on it is
//! the new owner's. Handles ([`FfiRef`](crate::FfiRef)) and finalizers don't have that problem. The
//! feature `pool-debug` puts freed slots into quarantine, up to half of all slots, so that they are
//! handed out much later. It also fills freed slots with `0xDD` in pools that zero, keeps a
//! backtrace of each slot's last allocation and free, and writes double frees and, at [`shutdown`],
//! leaks to the standard error.
//!
//! # Layers
//!
//! No file uses one that is further down in this table; `tests/layers.rs` checks it.
//!
//! | file | what |
//! |---|---|
//! | `primitive.rs` | atomic words, orderings, the one way to wait |
//! | `word.rs`, `stride.rs`, `ring.rs`, `bell.rs`, `debug.rs` | the word of a slot; from a pointer to an index; a bounded queue of numbers; the isolates that listen to a queue; the feature `pool-debug` |
//! | `live.rs` | the live bits, and which of them a thread claims |
//! | `cache/` | what threads keep: magazines, thread identity, the fence |
//! | `slots.rs` | ownership: what may be freed, taken and read |
//! | `reserve.rs`, `error.rs`, `stats.rs`, `token.rs` | memory; what is answered |
//! | `known.rs` | the exported queues that were used |
//! | `raw.rs` | a pool without its message: opening and closing |
//! | `untyped.rs` | what happens to slots, with the message as data |
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
#[cfg(feature = "async")]
pub(crate) mod bell;
mod boxed;
#[cfg_attr(not(magazines), allow(dead_code, reason = "only magazines use all of it"))]
mod cache;
pub(crate) mod claim;
#[cfg(feature = "pool-debug")]
mod debug;
mod error;
pub(crate) mod known;
mod list;
#[cfg_attr(not(magazines), allow(dead_code, reason = "only magazines use all of it"))]
mod live;
mod pooled;
#[cfg_attr(not(magazines), allow(dead_code, reason = "only magazines use all of it"))]
mod primitive;
mod queue;
mod raw;
mod read;
mod reserve;
mod ring;
mod slots;
mod stats;
mod stride;
#[cfg(test)]
mod tests;
mod token;
mod typed;
mod untyped;
#[cfg_attr(not(magazines), allow(dead_code, reason = "only magazines use all of it"))]
mod word;

#[doc(hidden)]
pub use abi::ExportedQueue;
pub use boxed::PoolBox;
#[doc(hidden)]
pub use error::FreeCode;
pub use error::{PoolError, PoolErrorKind, RefusedHandle};
#[doc(hidden)]
pub use known::QueueEntry;
pub use pooled::{FfiPooled, PoolCache, Reset};
pub use queue::{FfiQueue, PopError, PushError};
#[cfg(feature = "metrics")]
pub(crate) use raw::all_stats;
pub use raw::{reopen, shutdown};
pub use read::PoolRead;
pub use stats::{PoolState, PoolStats, QueueStats};
pub use typed::Pool;
#[cfg(feature = "proto")]
pub(crate) use word::Exposure;
