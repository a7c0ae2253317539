//! Slots that threads keep for their own next claims and frees, so that most of those need no
//! locked instruction.
//!
//! | file | what |
//! |---|---|
//! | `magazine.rs` | a magazine: some slots that a thread keeps |
//! | `magazines.rs` | those of a pool, which other threads empty when nothing else is free |
//! | `process.rs` | those of this process: their memory, and the end of a thread |
//! | `thread.rs` | which thread this is, without a call |
//! | `fence.rs` | the fence: `membarrier` of Linux |
//! | `uncached.rs` | no cache: only the live bits |
//!
//! A pool has one [`Cache`] above its live bits; which one is decided when it is compiled:
//! `cfg(magazines)` is set by `ffi-core/build.rs`, for targets that have what they need. Elsewhere
//! only `thread.rs` and `uncached.rs` are part of the library.

use std::fmt::Debug;

use super::live::{Bits, Live, Seat};
use super::primitive::{Protocol, Word};
use super::word::{Mark, State};

#[cfg(magazines)]
mod fence;
#[cfg(magazines)]
pub(super) mod magazine;
#[cfg(magazines)]
pub(super) mod magazines;
#[cfg(magazines)]
mod process;
pub(super) mod thread;
#[cfg(any(test, not(magazines)))]
pub(super) mod uncached;

use thread::Caller;

/// The cache of this target.
#[cfg(magazines)]
pub(crate) type Native = magazines::Magazines<'static, std::sync::atomic::AtomicU64, super::primitive::Sound>;

/// The cache of this target.
#[cfg(not(magazines))]
pub(crate) type Native = uncached::Uncached<'static, std::sync::atomic::AtomicU64, super::primitive::Sound>;

/// A slot that was claimed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Got {
    pub(super) index: usize,
    /// Mark for the slot's word when the C ABI lends the slot.
    pub(super) mark: Mark,
    /// Slots that are kept for the caller since the same claim: those that follow this one, as a
    /// rule.
    pub(super) more: usize,
}

impl Got {
    /// One that every thread frees with a compare-exchange.
    #[inline(always)]
    pub(super) fn shared(index: usize) -> Self {
        Self { index, mark: Mark::SHARED, more: 0 }
    }
}

/// The caller is in its magazine: no other thread empties it, or relies on its bias being cleared,
/// before it has left.
pub(super) trait Inside {
    /// Returns the bias of slots that only the caller changes.
    fn bias(&self) -> Mark;
    /// Leaves.
    fn leave(self);
}

/// A thread may not wait: it was interrupted inside of a magazine, or while it closed some.
#[derive(Debug)]
pub(super) struct Engaged;

/// Live bits, and what threads keep beside them. Indices that it returns are below the capacity.
pub(super) trait Cache: Debug {
    type Word: Word;
    type Protocol: Protocol;
    type Inside<'c>: Inside
    where
        Self: 'c;

    fn live(&self) -> &Live<'_, Self::Word, Self::Protocol>;

    /// Claims a slot that is kept for the caller, if there is one: the fast path of
    /// [`claim`](Self::claim).
    fn claim_kept(&self, caller: Caller) -> Option<Got>;

    /// Claims a slot that is free or kept for any thread; none when all are live. `refilled` is
    /// told how often the caller's candidates ran out, when they do.
    fn claim(&self, caller: Caller, refilled: impl FnMut(u64)) -> Option<Got>;

    /// Claims up to `count` slots, and tells `claimed` those of each group, with the mark that
    /// their words get when the C ABI lends them. Returns how many it got.
    fn claim_many(&self, caller: Caller, seat: Seat, count: usize, claimed: impl FnMut(Bits, Mark)) -> usize;

    /// Puts a slot back whose word says that it is free: it is kept for the caller, or its live bit
    /// is cleared.
    fn put(&self, caller: Caller, index: usize);

    /// Keeps a slot of its own that the caller frees inside; returns false if there is no room for
    /// it.
    fn keep_inside(inside: &Self::Inside<'_>, index: usize) -> bool;

    /// Returns what the caller has packed once it has also packed a slot that it frees inside; none
    /// if it can't pack that slot, or has to do more for it: see [`put_inside`](Self::put_inside).
    fn packed_inside(inside: &Self::Inside<'_>, index: usize) -> Option<u64>;

    /// Packs the slot for which [`packed_inside`](Self::packed_inside) returned `packed`.
    fn pack_inside(inside: &Self::Inside<'_>, packed: u64);

    /// Puts back a slot of another thread's that the caller freed inside, and leaves.
    fn put_inside(&self, inside: Self::Inside<'_>, index: usize);

    /// Enters the caller's magazine, if it has one where most have it.
    fn enter_near(&self, caller: Caller) -> Option<Self::Inside<'_>>;

    /// Enters the caller's magazine, if it has one and is not inside of it already, interrupted by
    /// a signal.
    fn enter(&self, caller: Caller) -> Option<Self::Inside<'_>>;

    /// Ends the period in which a slot with this word was lent, so that its word changes only by a
    /// compare-exchange.
    ///
    /// # Errors
    ///
    /// Returns an error if the caller may not wait for that, or the operating system runs no fence
    /// any more.
    fn settle(&self, caller: Caller, lent: State) -> Result<(), Engaged>;

    /// Returns true if the caller may not wait for other threads.
    fn is_engaged(&self, caller: Caller) -> bool;

    /// Gives back what is kept for the caller, whose thread ends.
    fn resign(&self, caller: Caller);

    /// Returns how many slots threads keep, more or less.
    fn kept(&self) -> usize;
}
