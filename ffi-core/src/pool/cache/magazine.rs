//! The magazine of a thread: slots that it takes and returns with plain loads and stores.
//!
//! A locked instruction costs as much as two calls, or five times that, depending on the processor,
//! and without magazines a claim and a free are one each. A magazine (J. Bonwick, J. Adams,
//! "Magazines and Vmem: Extending the Slab Allocator to Many CPUs and Arbitrary Resources", USENIX
//! ATC 2001) is used only by its owner: the thread whose thread pointer is in it. One locked
//! instruction fills it with several slots, and one empties it. [`magazines`](super::magazines)
//! says how other threads get at the slots all the same.
//!
//! # Packed slots
//!
//! A thread that allocates what others free, or frees what others allocated, passes whole groups
//! of the live bits. So a magazine also has **packed** slots: the bits of some slots of one group.
//! A refill claims all that is free in a group, and packs it; when there are no items, the lowest
//! packed slot is claimed. A slot that another thread lent is packed when it is freed, if it is of
//! the group, and otherwise becomes an item, as it may come back soon. When there are too many
//! items, they are packed, and the slots of a group are given back when it is whole, or when those
//! of another come. So one locked instruction claims up to 64 slots, and one gives them back.
//! Bonwick's depot, where threads exchange full magazines for empty ones, is the live bits here:
//! any thread finds a group that was given back. Magazines pack only while few are open; otherwise
//! a refill claims as many slots as there may be items.

use std::hint;
use std::sync::atomic::Ordering;

use super::thread::Caller;
use crate::pool::live::{Bits, GROUP};
use crate::pool::primitive::{Half, Protocol, Word, wait_until};
use crate::pool::word::Mark;

/// Number of items of a magazine, beside which it may have packed slots, so that it fills two cache
/// lines.
pub(in crate::pool) const ITEMS: usize = 18;

/// Bit of an entry's owner: the owner is inside. Thread pointers are even, so it can be added.
pub(super) const INSIDE: u64 = 1;

/// Bit of an entry's turns: the magazine packed items since its last refill.
pub(super) const HAS_PACKED: u64 = 1 << 31;

/// Bits of an entry's turns that count refills.
pub(super) const REFILLS: u64 = (1 << 31) - 1;

/// Threads and operating system, as magazines use them.
pub(crate) trait Threads: Word {
    /// A word of half the size.
    type Half: Half;

    /// Runs the cheap side of a [`fence`](super::fence).
    fn light();
    /// Runs the expensive side; returns false if there was no fence.
    fn heavy() -> bool;
    /// Returns true if there is a fence, as far as the process knows.
    fn is_fenced() -> bool;
    /// Makes this thread call [`Cache::resign`](super::Cache::resign) when it ends; returns false
    /// if it is already ending.
    fn is_attended() -> bool;
    /// Returns true if the caller is inside, or the closer, of any other pool.
    fn is_engaged_elsewhere(caller: Caller) -> bool;
}

/// The magazine of a thread.
#[repr(C, align(128))]
#[derive(Debug)]
pub(crate) struct Magazine<W: Threads> {
    /// Thread pointer of the owner, or 0 if there is none, plus [`INSIDE`].
    pub(in crate::pool) owner: W,
    /// Bias of the slots that only the owner changes; [`Mark::NONE`] between periods.
    pub(in crate::pool) bias: W,
    /// Mark that a slot's word gets when the owner lends it.
    pub(in crate::pool) mark: W,
    /// Number of items it may have: 0 while it is closed.
    pub(in crate::pool) limit: W,
    /// Refills, [`HAS_PACKED`], and above them the period. Only the owner uses it.
    pub(in crate::pool) turns: W,
    /// Bits of the packed slots.
    pub(in crate::pool) packed: W,
    /// Group of the packed slots.
    pub(in crate::pool) group: W::Half,
    pub(in crate::pool) len: W::Half,
    pub(in crate::pool) items: [W::Half; ITEMS],
}

/// Proof that the owner is in its magazine.
#[repr(C)]
#[derive(Debug)]
pub(in crate::pool) struct Inside<'a, W: Threads, P> {
    pub(super) magazine: &'a Magazine<W>,
    owner: u64,
    protocol: std::marker::PhantomData<P>,
}

impl<W: Threads> Magazine<W> {
    /// Returns true if the caller owns this magazine. It stays true once it is.
    pub(super) fn is_of(&self, caller: Caller) -> bool {
        self.owner.load(Ordering::Relaxed) & !INSIDE == caller.thread
    }

    /// Returns true if the caller owns this magazine and is not inside it.
    #[inline(always)]
    pub(super) fn is_left_by(&self, caller: Caller) -> bool {
        // Only the caller writes it, once it is the caller's.
        self.owner.load(Ordering::Relaxed) == caller.thread
    }

    /// Returns true if the caller is inside: a signal interrupted it.
    pub(super) fn is_inside(&self, caller: Caller) -> bool {
        self.owner.load(Ordering::Relaxed) == caller.thread | INSIDE
    }

    /// Enters the magazine, on behalf of its owner.
    #[inline(always)]
    pub(super) fn entered<P: Protocol>(&self, owner: Caller) -> Inside<'_, W, P> {
        // Only the owner writes it, and it is outside. Adding to memory would be one instruction
        // instead of two, but waits for the store by which the owner left: 4 % of a box's pair.
        self.owner.store(owner.thread.wrapping_add(INSIDE), Ordering::Relaxed);
        if P::FENCED {
            // Pairs with the heavy side in `settle` and `close`: the other thread sees that the
            // owner is inside, or the owner sees what was stored before.
            W::light();
        }
        Inside { magazine: self, owner: owner.thread, protocol: std::marker::PhantomData }
    }

    /// Returns the packed slots.
    pub(super) fn packed(&self) -> Bits {
        let group = self.group.load(Ordering::Relaxed) as usize;
        Bits { group, bits: self.packed.load(Ordering::Relaxed) }
    }

    pub(super) fn set_packed(&self, packed: Bits) {
        self.group.store(packed.group as u32, Ordering::Relaxed);
        self.packed.store(packed.bits, Ordering::Relaxed);
    }

    /// Waits until the owner leaves, if it entered before it could see the caller's store before a
    /// heavy fence.
    pub(super) fn wait<P: Protocol>(&self) {
        wait_until::<W>(|| !P::WAITS || self.owner.load(P::EMPTY) & INSIDE == 0);
    }
}

impl<W: Threads, P: Protocol> super::Inside for Inside<'_, W, P> {
    #[inline(always)]
    fn bias(&self) -> Mark {
        Mark::from_bits(self.magazine.bias.load(Ordering::Relaxed))
    }

    #[inline(always)]
    fn leave(self) {
        self.magazine.owner.store(self.owner, P::LEAVE);
    }
}

impl<W: Threads, P: Protocol> Inside<'_, W, P> {
    /// Mark that a slot's word gets when the owner lends it.
    #[inline(always)]
    pub(super) fn mark(&self) -> Mark {
        Mark::from_bits(self.magazine.mark.load(Ordering::Relaxed))
    }

    /// Returns the number of items it may have: 0 while it is closed.
    pub(super) fn limit(&self) -> usize {
        self.magazine.limit.load(Ordering::Relaxed) as usize
    }

    /// Returns how many items a full magazine packs: half of them, or all if it packed some since
    /// its last refill, as its owner frees more than it claims.
    fn surplus(&self) -> usize {
        if self.set_has_packed() { self.limit() } else { self.limit() / 2 }
    }

    /// Notes that it packed some; returns true if it had since its last refill.
    pub(super) fn set_has_packed(&self) -> bool {
        let turns = self.magazine.turns.load(Ordering::Relaxed);
        self.magazine.turns.store(turns | HAS_PACKED, Ordering::Relaxed);
        turns & HAS_PACKED != 0
    }

    /// Returns true if it has neither items nor packed slots.
    pub(super) fn is_empty(&self) -> bool {
        self.magazine.len.load(Ordering::Relaxed) == 0 && self.magazine.packed.load(Ordering::Relaxed) == 0
    }

    /// Packs the items on top. Those of one group stay in the magazine if `many` may; `release`
    /// gets the others.
    pub(super) fn pack(&self, many: bool, mut release: impl FnMut(Bits)) {
        let len = self.magazine.len.load(Ordering::Relaxed) as usize;
        let rest = len.saturating_sub(self.surplus());
        let mut packed = self.magazine.packed();
        for item in &self.magazine.items[rest..len] {
            packed.add(item.load(Ordering::Relaxed) as usize, &mut release);
        }
        if !many || packed.bits == u64::MAX {
            release(packed);
            packed = Bits::NONE;
        }
        self.magazine.set_packed(packed);
        self.magazine.len.store(rest as u32, Ordering::Relaxed);
    }

    /// Makes slots of a group items, in a magazine that has none. They are no more than there may
    /// be, or might have been: another thread may be about to close it, and finds them then. The
    /// lowest comes out first.
    pub(super) fn fill(&self, mut slots: Bits) {
        let count = slots.bits.count_ones() as usize;
        for item in self.magazine.items[..count].iter().rev() {
            let Some(index) = slots.first() else { break };
            item.store(index as u32, Ordering::Relaxed);
            slots = slots.without_first();
        }
        self.magazine.len.store(count as u32, Ordering::Relaxed);
    }

    /// Takes the item on top, or the lowest packed slot if there is no item.
    #[inline(always)]
    pub(super) fn pop(&self) -> Option<usize> {
        let last = self.magazine.len.load(Ordering::Relaxed).wrapping_sub(1);
        let limit = self.magazine.limit.load(Ordering::Relaxed);
        // One comparison covers a magazine without items and a closed one.
        if u64::from(last) >= limit {
            hint::cold_path();
            return if limit == 0 { None } else { self.pop_packed() };
        }
        // SAFETY: it is below the limit. Only `open` raises the limit, to no more than
        // `Magazines::limit`, and `Magazines::new` asserts that this is at most `ITEMS`.
        let item = unsafe { self.magazine.items.get_unchecked(last as usize) };
        self.magazine.len.store(last, Ordering::Relaxed);
        Some(item.load(Ordering::Relaxed) as usize)
    }

    /// Takes the lowest packed slot, if there is one. The magazine is open.
    #[inline(always)]
    pub(super) fn pop_packed(&self) -> Option<usize> {
        let packed = self.magazine.packed();
        let index = packed.first()?;
        self.magazine.packed.store(packed.without_first().bits, Ordering::Relaxed);
        Some(index)
    }

    /// Returns the packed slots with one more of their group; none if it is of another group, or
    /// makes theirs whole, or the magazine is closed.
    #[inline(always)]
    pub(super) fn packed_with(&self, index: usize) -> Option<u64> {
        // Groups are compared as halves, which takes an instruction less.
        if self.magazine.group.load(Ordering::Relaxed) != (index / GROUP) as u32 || self.limit() == 0 {
            return None;
        }
        let bits = self.magazine.packed.load(Ordering::Relaxed) | 1 << (index % GROUP);
        (bits != u64::MAX).then_some(bits)
    }

    /// Puts a slot in, unless the magazine is full or closed; returns true if it did.
    #[inline(always)]
    pub(super) fn push(&self, index: usize) -> bool {
        let len = self.magazine.len.load(Ordering::Relaxed);
        if u64::from(len) >= self.magazine.limit.load(Ordering::Relaxed) {
            return false;
        }
        // SAFETY: it is below the limit. Only `open` raises the limit, to no more than
        // `Magazines::limit`, and `Magazines::new` asserts that this is at most `ITEMS`.
        let item = unsafe { self.magazine.items.get_unchecked(len as usize) };
        item.store(index as u32, Ordering::Relaxed);
        self.magazine.len.store(len + 1, Ordering::Relaxed);
        true
    }
}
