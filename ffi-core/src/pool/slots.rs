//! Ownership of slots: which of the users of a slot may free, take or read it. This file knows no
//! memory and no message.
//!
//! ```text
//! words  [state and frees of slot 0][slot 1] ..     see word.rs
//! cache  live bits, and what threads keep           see live.rs and cache/
//! ```
//!
//! # Owners
//!
//! A slot that is claimed is owned: by a `PoolBox`, or by an allocation that is about to hand it
//! out, or it is kept for a thread in the cache. Its owner frees it, or lends it to code that has
//! its pointer or a handle. What is lent can be freed by the pointer, and taken or read by the
//! handle, and a slot that is owned or free can't, because only its owner lends it. So no pointer
//! that is freed twice and no handle, forged or not, gets at the slot of a `PoolBox`.
//!
//! The word of a slot that is owned is written only by its owner, and it is never exposed. That of
//! a lent one is changed by exactly one of the threads that free, take or read it: by the thread
//! that lent it with a plain store, while its bias says so, or else with a compare-exchange.
//!
//! # Readers
//!
//! A reader counts itself in the word with the same compare-exchange that checks the generation, so
//! it never reads a byte of a slot that was freed. A slot that is freed meanwhile has no owner at
//! once, and its last reader makes it free. No reader waits and nothing waits for one.
//!
//! # Deferred frees
//!
//! A thread that may not wait (see [`Engaged`](super::cache::Engaged)) can free a slot that another
//! lent with a bias all the same: it says so in the word, where the bias stays. Its handles are
//! stale from then on. The owner of the bias, if it is just about to free that slot with a plain
//! store, overwrites it with the same; if not, the next thread that finds no free slot ends the
//! period and makes the slot free.
//!
//! # Frees
//!
//! | | whose slot | how |
//! |---|---|---|
//! | [`free_kept`](Slots::free_kept) | lent by the C ABI to any thread | into the caller's magazine: the fast path |
//! | [`free_inside`](Slots::free_inside) | lent by the C ABI to another thread | the same, if it takes more than a bit |
//! | [`free_shared`](Slots::free_shared) | the same | to all threads: the fast path of pools of which threads keep nothing |
//! | [`free`](Slots::free) | lent by any thread | any way |
//! | [`free_kept_run`](Slots::free_kept_run), [`freeing`](Slots::freeing) | several of these | one locked instruction for those of a group |
//! | [`free_owned`](Slots::free_owned) | a box's | |
//! | [`not_handed_out`](Slots::not_handed_out) | claimed for nothing | doesn't count as a free |
//! | [`end_claim`](Slots::end_claim), [`end_read`](Slots::end_read) | lent, and freed meanwhile | if this was the last to use it |
//!
//! The tests are in `tests/`: `model.rs` has loom try every order, and shows that it finds fault
//! with weaker ones.

use std::ops::Range;
use std::ptr;
use std::sync::atomic::Ordering;

use super::cache::thread::Caller;
use super::cache::{Cache, Got, Inside, Native};
use super::live::{Bits, Seat};
use super::primitive::{Protocol, Word, prefetch};
use super::word::{Exposure, Mark, Refused, State};

/// Order in which a pool hands out slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Placement {
    /// First the slots that the thread keeps, then those near others of the thread.
    Kept,
    /// Slots near others of the thread; threads keep none.
    Spread,
    /// The lowest slots: those that were used before, so that fewer are ever touched.
    Lowest,
}

/// Words of a pool's slots, above its cache. What the fast paths read comes first.
#[repr(C)]
#[derive(Debug)]
pub(crate) struct Slots<'a, C: Cache = Native> {
    words: Words<'a, C::Word>,
    cache: C,
    /// Number of deferred frees.
    deferred: C::Word,
    #[cfg(feature = "pool-debug")]
    quarantine: super::debug::Quarantine,
}

/// The words of all slots, one for each. A loop that writes to them has a copy of this: it would
/// read the field of the pool again after each store.
#[derive(Debug)]
pub(crate) struct Words<'a, W = std::sync::atomic::AtomicU64>(&'a [W]);

impl<W> Clone for Words<'_, W> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}

impl<W> Copy for Words<'_, W> {}

impl<'a, W> Words<'a, W> {
    /// Returns the slot with an index, if there is one.
    #[inline(always)]
    pub(crate) fn at(self, index: usize) -> Option<Slot<'a, W>> {
        self.0.get(index).map(|word| Slot { index, word })
    }

    /// Returns the slot with an index, without a comparison.
    ///
    /// # Safety
    ///
    /// The index is below the number of words.
    #[inline(always)]
    pub(crate) unsafe fn at_unchecked(self, index: usize) -> Slot<'a, W> {
        // SAFETY: the caller knows that the index is below the length.
        Slot { index, word: unsafe { self.0.get_unchecked(index) } }
    }

    /// # Safety
    ///
    /// The cache above as many live bits returned `got`.
    #[inline(always)]
    unsafe fn claimed(self, got: Got) -> Claimed<'a, W> {
        // SAFETY: the contract of `Cache` says that indices which it returns are below the number
        // of its live bits.
        let slot = unsafe { self.at_unchecked(got.index) };
        Claimed { slot, mark: got.mark, more: got.more }
    }
}

/// A slot of the pool: only [`Words`] makes it.
#[repr(C)]
#[derive(Debug)]
pub(crate) struct Slot<'a, W = std::sync::atomic::AtomicU64> {
    index: usize,
    word: &'a W,
}

impl<W> Clone for Slot<'_, W> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}

impl<W> Copy for Slot<'_, W> {}

impl<W: Word> Slot<'_, W> {
    /// Index, below the pool's capacity.
    #[inline(always)]
    pub(crate) fn index(self) -> usize {
        self.index
    }

    /// Returns the current state.
    #[inline(always)]
    pub(crate) fn state(self) -> State {
        State(self.word.load(Ordering::Relaxed))
    }

    /// Stores the state of a slot that is owned, or that only the caller may change with a plain
    /// store.
    #[inline(always)]
    fn set(self, state: State, order: Ordering) {
        self.word.store(state.0, order);
    }

    /// Changes the state if it is still `from`; returns true if it was.
    #[inline(always)]
    fn exchange<P: Protocol>(self, from: State, to: State, order: Ordering) -> bool {
        P::exchange(self.word, from.0, to.0, order)
    }
}

/// A slot that was claimed: [`hold`](Slots::hold) or [`lend`](Slots::lend) has to follow.
#[derive(Debug)]
pub(crate) struct Claimed<'a, W = std::sync::atomic::AtomicU64> {
    pub(super) slot: Slot<'a, W>,
    /// Mark that the slot's word gets when the C ABI lends it.
    mark: Mark,
    /// Slots that the caller claims next, as a rule: those that follow this one.
    pub(super) more: usize,
}

impl<W> Clone for Claimed<'_, W> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}

impl<W> Copy for Claimed<'_, W> {}

impl<'a, C: Cache> Slots<'a, C> {
    /// Makes the slots of a fresh, zeroed array of words, one for each slot of the cache.
    pub(crate) fn new(words: &'a [C::Word], cache: C, deferred: C::Word) -> Self {
        assert_eq!(words.len(), cache.live().capacity());
        Self {
            words: Words(words),
            cache,
            deferred,
            #[cfg(feature = "pool-debug")]
            quarantine: super::debug::Quarantine::new(words.len()),
        }
    }

    #[inline(always)]
    pub(crate) fn words(&self) -> Words<'a, C::Word> {
        self.words
    }

    #[inline(always)]
    pub(crate) fn capacity(&self) -> usize {
        self.words.0.len()
    }

    pub(super) fn cache(&self) -> &C {
        &self.cache
    }

    // Claims.

    #[inline(always)]
    fn claimed(&self, got: Got) -> Claimed<'a, C::Word> {
        // SAFETY: `new` asserts that the cache is above as many live bits as there are words.
        unsafe { self.words.claimed(got) }
    }

    /// Claims a slot that is kept for the caller, if there is one: the fast path of
    /// [`claim`](Self::claim).
    #[inline(always)]
    pub(crate) fn claim_kept(&self, caller: Caller) -> Option<Claimed<'a, C::Word>> {
        self.cache.claim_kept(caller).map(|got| self.claimed(got))
    }

    /// Claims a free slot; returns none when all are live. `refilled` is called with the number of
    /// times that the thread's candidates had run out before.
    #[inline(always)]
    pub(crate) fn claim(
        &self,
        placement: Placement,
        caller: Caller,
        mut refilled: impl FnMut(u64),
    ) -> Option<Claimed<'a, C::Word>> {
        loop {
            let got = match placement {
                Placement::Kept => self.cache.claim(caller, &mut refilled),
                Placement::Spread => self.cache.live().claim(caller.seat(), &mut refilled).map(Got::shared),
                Placement::Lowest => self.cache.live().claim_lowest().map(Got::shared),
            };
            match got {
                Some(got) => return Some(self.claimed(got)),
                None if self.finish(caller) => {}
                None => return None,
            }
        }
    }

    /// Asks for the words of the slots that the caller claims next, which others may have freed: so
    /// their cache lines come at once, not one by one.
    #[inline(always)]
    pub(crate) fn prefetch(&self, claimed: Claimed<'a, C::Word>) {
        for next in (0..claimed.more).step_by(8) {
            prefetch(ptr::from_ref(claimed.slot.word).wrapping_add(next).cast());
        }
    }

    /// Claims up to `count` slots, whole groups at once. Returns how many it claimed. Calls `run`
    /// with the indices of consecutive ones, then `claimed` with each of them.
    pub(crate) fn claim_many(
        &self,
        placement: Placement,
        caller: Caller,
        count: usize,
        mut run: impl FnMut(Range<usize>),
        mut claimed: impl FnMut(Claimed<'a, C::Word>),
        refilled: impl FnOnce(u64),
    ) -> usize {
        // The lowest slots are where the first seat begins.
        let seat = if placement == Placement::Lowest { Seat(0) } else { caller.seat() };
        let refills = self.cache.live().batch(seat);
        let words = self.words;
        let mut got = 0;
        loop {
            let left = count - got;
            let group = |mut bits: Bits, mark| {
                while let Some(indices) = bits.pop_run() {
                    run(indices.clone());
                    for index in indices {
                        // SAFETY: `new` asserts that the cache is above as many live bits as there
                        // are words.
                        claimed(unsafe { words.claimed(Got { index, mark, more: 0 }) });
                    }
                }
            };
            got += match placement {
                Placement::Kept => self.cache.claim_many(caller, seat, left, group),
                Placement::Spread | Placement::Lowest => {
                    let (mut rest, mut group) = (left, group);
                    self.cache.live().claim_many(seat, &mut rest, |bits| group(bits, Mark::SHARED));
                    left - rest
                }
            };
            if got == count || !self.finish(caller) {
                break;
            }
        }
        refilled(refills);
        got
    }

    /// Makes slots free whose frees were deferred, or that are in quarantine; returns true if there
    /// were any.
    #[inline(always)]
    fn finish(&self, caller: Caller) -> bool {
        #[cfg(feature = "pool-debug")]
        if let Some(index) = self.quarantine.take() {
            self.cache.live().release_one(index);
            return true;
        }
        self.deferred.load(Ordering::Relaxed) != 0 && self.finish_all(caller)
    }

    #[cold]
    #[inline(never)]
    fn finish_all(&self, caller: Caller) -> bool {
        if self.cache.is_engaged(caller) {
            return false;
        }
        // This thread takes over all frees that are counted; later ones are left to the next
        // thread. Pairs with the addition in `defer`: the words say what is counted.
        let counted = self.deferred.load(Ordering::Relaxed);
        let counted = self.deferred.compare_exchange(counted, 0, Ordering::Acquire, Ordering::Relaxed);
        if counted.is_err() {
            // Another thread has taken them over, or one more was counted: another look decides.
            return true;
        }
        let mut any = false;
        let mut left = 0;
        for (index, word) in self.words.0.iter().enumerate() {
            let slot = Slot { index, word };
            let state = slot.state();
            // The owner of the bias may be about to free it with a plain store, but not once its
            // period is over.
            let Some(free) = state.finished() else { continue };
            if self.cache.settle(caller, state).is_err() {
                left += 1;
            } else if slot.exchange::<C::Protocol>(state, free, C::Protocol::DONE) {
                self.cache.live().release_one(index);
                any = true;
            }
        }
        if left > 0 {
            self.deferred.fetch_add(left, Ordering::Release);
        }
        any
    }

    /// Holds a claimed slot, on behalf of its owner.
    #[inline(always)]
    pub(crate) fn hold(&self, slot: Slot<'_, C::Word>) {
        // No other thread writes the word of an owned slot.
        slot.set(slot.state().held(), Ordering::Relaxed);
    }

    /// Lends a claimed slot, on behalf of its owner, so that it can be freed by its pointer and
    /// taken by its handle.
    #[inline(always)]
    pub(crate) fn lend(&self, claimed: Claimed<'_, C::Word>) {
        // No other thread writes the word of an owned slot.
        claimed.slot.set(claimed.slot.state().lent_as(claimed.mark), C::Protocol::LEND);
    }

    /// Lends a held slot by its handle, on behalf of its owner. Returns its generation.
    #[inline(always)]
    pub(crate) fn lend_by_handle(&self, slot: Slot<'_, C::Word>) -> u32 {
        // No other thread writes the word of an owned slot.
        let state = slot.state();
        slot.set(state.lent(), C::Protocol::LEND);
        state.generation()
    }

    /// Lends a held slot by its pointer, on behalf of its owner.
    #[inline(always)]
    pub(crate) fn lend_by_pointer(&self, slot: Slot<'_, C::Word>) {
        // No other thread writes the word of an owned slot.
        slot.set(slot.state().lent_out(), C::Protocol::LEND);
    }

    // Frees.

    /// Frees a slot that is lent with the caller's bias, or without one and readers, after a `last`
    /// look at it, if the caller's magazine has room: the fast path of [`free`](Self::free). If it
    /// didn't, the caller is still inside its magazine, if it has one:
    /// [`free_inside`](Self::free_inside) has to follow.
    #[inline(always)]
    pub(crate) fn free_kept(
        &self,
        caller: Caller,
        slot: Slot<'_, C::Word>,
        last: impl FnOnce(),
    ) -> Result<(), Option<C::Inside<'_>>> {
        let Some(inside) = self.cache.enter_near(caller) else { return Err(None) };
        let state = slot.state();
        let freed = state.freed_by(inside.bias());
        if freed.is_free() {
            // Only the caller may free it, with a plain store.
            if !C::keep_inside(&inside, slot.index) {
                return Err(Some(inside));
            }
            last();
            // The slot's next owner sees it with the slot, as leaving comes after it.
            slot.set(freed, Ordering::Relaxed);
        } else {
            // Another thread lent it, as a rule.
            let freed = state.freed_by(Mark::SHARED);
            let packed = C::packed_inside(&inside, slot.index);
            let (true, Some(packed)) = (freed.is_free(), packed) else { return Err(Some(inside)) };
            if !slot.exchange::<C::Protocol>(state, freed, C::Protocol::DONE) {
                return Err(Some(inside));
            }
            last();
            C::pack_inside(&inside, packed);
        }
        inside.leave();
        Ok(())
    }

    /// Frees a slot that is lent and has neither bias nor readers, after a `last` look at it: most
    /// of those that another thread lent. Leaves the magazine, and returns true if it did free it.
    #[inline(always)]
    pub(crate) fn free_inside(
        &self,
        inside: C::Inside<'_>,
        slot: Slot<'_, C::Word>,
        last: impl FnOnce(),
    ) -> bool {
        let state = slot.state();
        let freed = state.mark() == Mark::SHARED
            && slot.exchange::<C::Protocol>(state, state.freed(), C::Protocol::DONE);
        if freed {
            last();
            self.cache.put_inside(inside, slot.index);
        } else {
            inside.leave();
        }
        freed
    }

    /// Frees a slot that is lent and has neither bias nor readers, after a `last` look at it: the
    /// fast path of [`free`](Self::free) in pools of which threads keep nothing. Returns true if it
    /// did.
    #[inline(always)]
    pub(crate) fn free_shared(&self, slot: Slot<'_, C::Word>, last: impl FnOnce()) -> bool {
        let state = slot.state();
        let freed = state.mark() == Mark::SHARED
            && slot.exchange::<C::Protocol>(state, state.freed(), C::Protocol::DONE);
        if freed {
            last();
            #[cfg(feature = "pool-debug")]
            let Some(index) = self.quarantine.put(slot.index) else { return true };
            #[cfg(not(feature = "pool-debug"))]
            let index = slot.index;
            self.cache.live().release_one(index);
        }
        freed
    }

    /// Frees a lent slot of the `wanted` generation, after a `last` look at it. Of several threads
    /// that try at once exactly one succeeds. While the slot has readers, the free is remembered.
    /// While it is claimed for a moment, a release, which has a `wanted` generation, is also
    /// remembered, but a free by the pointer is refused, as its caller gets the error.
    pub(crate) fn free(
        &self,
        caller: Caller,
        slot: Slot<'a, C::Word>,
        wanted: Option<u32>,
        last: impl FnOnce(),
    ) -> Result<(), Refused> {
        if self.give_back(caller, slot, wanted)? {
            last();
            self.put(caller, slot.index);
        }
        Ok(())
    }

    /// Notes the free in the slot's word. Returns true if the caller has to make the slot free now.
    fn give_back(
        &self,
        caller: Caller,
        slot: Slot<'a, C::Word>,
        wanted: Option<u32>,
    ) -> Result<bool, Refused> {
        let to = |state: State| state.given_back(wanted.is_some());
        match self.change(caller, slot, wanted, C::Protocol::DONE, to) {
            Ok(state) => Ok(state.is_free()),
            Err(Unchanged::Refused(refused)) => Err(refused),
            Err(Unchanged::Engaged) => self.defer(slot, wanted),
        }
    }

    /// Makes free a slot whose word says that it is.
    #[inline(always)]
    fn put(&self, caller: Caller, index: usize) {
        #[cfg(feature = "pool-debug")]
        let Some(index) = self.quarantine.put(index) else { return };
        self.cache.put(caller, index);
    }

    /// Frees a slot for a caller that may not wait for the owner of its bias. Returns true if the
    /// slot has no bias meanwhile, and the caller has to make it free now.
    #[cold]
    fn defer(&self, slot: Slot<'_, C::Word>, wanted: Option<u32>) -> Result<bool, Refused> {
        loop {
            let state = slot.state();
            if wanted.is_some_and(|wanted| wanted != state.generation()) {
                return Err(Refused::NotLive);
            }
            let next = state.deferred(wanted.is_some())?;
            if slot.exchange::<C::Protocol>(state, next, C::Protocol::DONE) {
                // Pairs with the exchange in `finish_all`.
                self.deferred.fetch_add(1, Ordering::Release);
                return Ok(next.is_free());
            }
        }
    }

    /// Frees lent slots that only the caller may free with plain stores, in order, up to the first
    /// that is not such a slot: the fast path of [`freeing`](Self::freeing). Returns how many it
    /// freed.
    ///
    /// The caller is inside until all are free, so they should not be too many.
    #[inline(always)]
    pub(crate) fn free_kept_run(
        &self,
        caller: Caller,
        slots: impl Iterator<Item = Slot<'a, C::Word>>,
    ) -> usize {
        let Some(inside) = self.cache.enter_near(caller) else { return 0 };
        // A thread that ends the bias from this point on waits until the caller has left.
        let bias = inside.bias();
        let (mut freed, mut count) = (Bits::NONE, 0);
        for slot in slots {
            let state = slot.state().freed_by(bias);
            if !state.is_free() {
                break;
            }
            // The slot's next owner sees it with the slot, as clearing its bit comes after it.
            slot.set(state, Ordering::Relaxed);
            freed.add(slot.index, |others| self.cache.live().release(others));
            count += 1;
        }
        self.cache.live().release(freed);
        inside.leave();
        count
    }

    /// Begins to free several slots.
    pub(crate) fn freeing(&self, caller: Caller) -> Freeing<'_, 'a, C> {
        Freeing { slots: self, caller, freed: Bits::NONE }
    }

    /// Frees an owned slot.
    #[inline(always)]
    pub(crate) fn free_owned(&self, caller: Caller, slot: Slot<'_, C::Word>) {
        let state = slot.state();
        debug_assert!(!state.is_lent(), "slot {} is freed by an owner that lent it", slot.index);
        // The slot is not lent until it is claimed again: no handle, not even a forged one, takes
        // it before the next line.
        slot.set(state.freed(), Ordering::Relaxed);
        self.put(caller, slot.index);
    }

    /// Makes a held slot free again that was never handed out; it doesn't count as a free.
    pub(crate) fn not_handed_out(&self, slot: Slot<'_, C::Word>) {
        // No other thread writes the word of an owned slot.
        slot.set(slot.state().not_handed_out(), Ordering::Relaxed);
        self.cache.live().release_one(slot.index);
    }

    // What is lent changes hands.

    /// Takes a lent slot into Rust's ownership, if it has the wanted generation. Of several threads
    /// that try at once exactly one succeeds. The slot is no longer exposed.
    #[inline]
    pub(crate) fn take(
        &self,
        caller: Caller,
        slot: Slot<'a, C::Word>,
        wanted: Option<u32>,
        exposure: Exposure,
    ) -> Result<(), Refused> {
        self.change(caller, slot, wanted, C::Protocol::TAKE, |state| state.taken(exposure))?;
        Ok(())
    }

    /// Claims a lent slot for a moment, if it has the wanted generation:
    /// [`keep_claim`](Self::keep_claim) or [`end_claim`](Self::end_claim) has to follow.
    #[inline]
    pub(crate) fn begin_claim(
        &self,
        caller: Caller,
        slot: Slot<'a, C::Word>,
        wanted: Option<u32>,
        exposure: Exposure,
    ) -> Result<(), Refused> {
        self.change(caller, slot, wanted, C::Protocol::TAKE, |state| state.claimed(exposure))?;
        Ok(())
    }

    /// Makes a slot owned that the caller has claimed, or already owns. A release that came
    /// meanwhile is forgotten.
    #[inline]
    pub(crate) fn keep_claim(&self, slot: Slot<'_, C::Word>) {
        // Other threads write the word of a claimed slot only to release it.
        slot.set(slot.state().owned(), Ordering::Relaxed);
    }

    /// Lends a slot again that the caller has claimed. If it was released meanwhile, it is freed
    /// instead, after a `last` look at it.
    pub(crate) fn end_claim(&self, caller: Caller, slot: Slot<'_, C::Word>, last: impl FnOnce()) {
        self.end(caller, slot, State::unclaimed, C::Protocol::LEND, last);
    }

    /// Begins to read a lent slot, if it has the wanted generation: [`end_read`](Self::end_read)
    /// has to follow.
    #[inline]
    pub(crate) fn begin_read(
        &self,
        caller: Caller,
        slot: Slot<'a, C::Word>,
        wanted: u32,
        exposure: Exposure,
    ) -> Result<(), Refused> {
        self.change(caller, slot, Some(wanted), C::Protocol::READ, |state| state.entered(exposure))?;
        Ok(())
    }

    /// Ends reading a slot. The last reader frees it, after a `last` look at it, if it was released
    /// meanwhile.
    #[inline]
    pub(crate) fn end_read(&self, caller: Caller, slot: Slot<'_, C::Word>, last: impl FnOnce()) {
        self.end(caller, slot, State::left, C::Protocol::DONE, last);
    }

    /// Ends the caller's use of a slot, and makes it free if that was the last use of a freed slot.
    #[inline(always)]
    fn end(
        &self,
        caller: Caller,
        slot: Slot<'_, C::Word>,
        to: impl Fn(State) -> State,
        order: Ordering,
        last: impl FnOnce(),
    ) {
        loop {
            let state = slot.state();
            let next = to(state);
            if slot.exchange::<C::Protocol>(state, next, order) {
                if next.is_free() {
                    last();
                    self.put(caller, slot.index);
                }
                return;
            }
        }
    }

    /// Exposes a slot of the wanted generation; returns false if there is none, or it may not be
    /// exposed.
    #[inline]
    pub(crate) fn expose(&self, slot: Slot<'_, C::Word>, wanted: u32) -> bool {
        loop {
            let state = slot.state();
            if !state.is_meant(wanted) || !state.may_be_exposed() {
                return false;
            }
            // A slot that isn't exposed has no bias, so only its owner ever changes its word with a
            // plain store. Pairs with the exchange by which the last reader left, so that nothing
            // is written before that reader has read.
            if state.is_exposed() || slot.exchange::<C::Protocol>(state, state.exposed(), Ordering::Acquire) {
                return true;
            }
        }
    }

    /// Changes the word of a slot, if it has the wanted generation. Returns the new state.
    fn change(
        &self,
        caller: Caller,
        slot: Slot<'a, C::Word>,
        wanted: Option<u32>,
        order: Ordering,
        to: impl Fn(State) -> Result<State, Refused>,
    ) -> Result<State, Unchanged> {
        let to = |state: State| match wanted {
            Some(wanted) if wanted != state.generation() => Err(Refused::NotLive),
            _ => to(state),
        };
        if slot.state().bias().is_some()
            && let Some(inside) = self.cache.enter(caller)
        {
            let state = slot.state();
            // The caller lent it, so no other thread changes its word.
            let kept = (state.mark() == inside.bias()).then(|| to(state));
            if let Some(Ok(next)) = kept {
                // Other threads may read it next, or take it.
                slot.set(next, C::Protocol::LEND);
            }
            inside.leave();
            if let Some(done) = kept {
                return Ok(done?);
            }
        }
        loop {
            let state = slot.state();
            let next = to(state)?;
            if self.cache.settle(caller, state).is_err() {
                return Err(Unchanged::Engaged);
            }
            if slot.exchange::<C::Protocol>(state, next, order) {
                return Ok(next);
            }
        }
    }

    /// Gives back the slots that are kept for the caller, whose thread ends.
    #[cfg(test)]
    pub(crate) fn resign(&self, caller: Caller) {
        self.cache.resign(caller);
    }

    /// Returns how many slots are handed out, without looking at each: exact if no thread allocates
    /// or frees meanwhile.
    pub(crate) fn count(&self) -> usize {
        self.without_kept(self.cache.live().count())
    }

    /// Returns the same; see [`Live::count_fast`](super::live::Live::count_fast).
    pub(crate) fn count_fast(&self) -> usize {
        self.without_kept(self.cache.live().count_fast())
    }

    /// Returns how many of `set` live bits are those of slots that are handed out.
    fn without_kept(&self, set: usize) -> usize {
        #[cfg(feature = "pool-debug")]
        let kept = self.cache.kept() + self.quarantine.len();
        #[cfg(not(feature = "pool-debug"))]
        let kept = self.cache.kept();
        set.saturating_sub(kept)
    }

    /// Returns how many slots are handed out, and how many frees there were. It reads each word, so
    /// pages of words that were never written cost time, but no memory. The result is exact if no
    /// thread allocates or frees meanwhile.
    pub(crate) fn totals(&self) -> (u64, u64) {
        let states = self.words.0.iter().map(|word| State(word.load(Ordering::Relaxed)));
        states.fold((0, 0), |(held, frees), it| (held + u64::from(it.is_held()), frees + it.frees()))
    }
}

/// Reason why a slot's word was not changed.
#[derive(Debug)]
enum Unchanged {
    /// The state doesn't allow it.
    Refused(Refused),
    /// The caller may not wait.
    Engaged,
}

impl From<Refused> for Unchanged {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl From<Unchanged> for Refused {
    fn from(unchanged: Unchanged) -> Self {
        match unchanged {
            Unchanged::Refused(refused) => refused,
            Unchanged::Engaged => Self::Busy,
        }
    }
}

/// Several slots that are being freed: the live bits of consecutive slots of one group are cleared
/// at once.
#[derive(Debug)]
pub(crate) struct Freeing<'s, 'a, C: Cache> {
    slots: &'s Slots<'a, C>,
    caller: Caller,
    freed: Bits,
}

impl<'a, C: Cache> Freeing<'_, 'a, C> {
    /// Frees one slot, after a `last` look at it, as [`Slots::free`] does.
    pub(crate) fn free(&mut self, slot: Slot<'a, C::Word>, last: impl FnOnce()) -> Result<(), Refused> {
        if !self.slots.give_back(self.caller, slot, None)? {
            return Ok(());
        }
        last();
        if cfg!(feature = "pool-debug") {
            self.slots.put(self.caller, slot.index);
            return Ok(());
        }
        self.freed.add(slot.index, |others| self.slots.cache.live().release(others));
        Ok(())
    }
}

impl<C: Cache> Drop for Freeing<'_, '_, C> {
    fn drop(&mut self) {
        // Those of the last group.
        self.slots.cache.live().release(self.freed);
    }
}
