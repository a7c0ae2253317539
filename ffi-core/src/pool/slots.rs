//! The core: which slots are handed out, and how often each was freed. It knows no memory and no message.
//!
//! A live bit per slot says who may hand it out: while it is set, that is whoever set it. A claim is one `fetch_or` that
//! decides by the bit's old value, and there is no list whose head could be popped while it changes.
//!
//! ```text
//! live   [bits of slots 0..64][64..128] ..                     spare bits at the end are set for good
//! words  [state and frees of slot 0][slot 1] ..                see [`super::word`]
//! hints  [{group, candidates}; 256], a line each               where the threads that hash to the entry claim next
//! magazines                                                    see [`super::magazine`]
//! ```
//!
//! A hint may be stale, torn or shared by two threads: the worst is a claim that fails and looks again.
//!
//! # Owners
//!
//! A slot that is claimed is owned: by a `PoolBox`, or by an allocation that is about to hand it out, or it is kept back in
//! a thread's magazine. Its owner frees it, or lends it to code that has its pointer or a handle. What is lent can be freed by
//! the pointer, and taken or read by the handle, and a slot that is owned or free can't, because only its owner lends it. So
//! no pointer that is freed twice and no handle, forged or not, gets at the slot of a `PoolBox`.
//!
//! The word of a slot that is owned is written by its owner alone, and it is never exposed. That of a lent one is changed by
//! exactly one of those who free, take or read it: by the thread that lent it with a plain store, while its bias says so, or
//! else with a compare-exchange.
//!
//! # Readers
//!
//! A reader counts itself in the word with the same compare-exchange that checks the generation, so it never reads a byte of
//! a slot that was freed. A slot that is freed meanwhile is nobody's at once, and its last reader makes it free. No reader
//! waits and nobody waits for one.
//!
//! # Pools without magazines
//!
//! Small pools have none, and neither have those of large slots, nor any where the system has no such fence. There a claim
//! is one locked instruction and a free two: one decides, in the word, and one clears the live bit.
//!
//! The tests are in `tests/`: `model.rs` has loom try every order, and shows that it finds fault with weaker ones.

use std::marker::PhantomData;
use std::sync::atomic::{AtomicU64, Ordering};

use super::magazine::{Inside, Items, Magazines};
use super::primitive::{Protocol, Sound, Word};
use super::thread::Caller;
use super::word::{EXPOSED, Exposure, HELD, LENT, Refused, State, UNBIASED};

/// Slots per live word.
pub(super) const GROUP: usize = 64;

/// Live words per cache line.
pub(super) const LINE: usize = 8;

/// Entries of the hint table.
pub(super) const HINTS: usize = 256;

/// Groups with this many free slots are taken before those closer by with fewer.
const PLENTY: u32 = 16;

/// With this many free slots in a group near home, threads go back to it.
const ROOMY: u32 = 48;

/// Refills from one look whether there is plenty to the next, while a magazine is closed.
const PATIENCE: u64 = 64;

/// The same while it has less than it could.
const MUCH_PATIENCE: u64 = 1_024;

/// Items of a magazine where many are open: enough for a thread that frees what it just claimed.
const FEW: usize = 4;

/// Lines that are near: that are searched for such groups, before any free slot will do.
const NEAR: usize = 4;

/// Where the threads of one entry claim next.
#[repr(C, align(64))]
#[derive(Debug)]
pub(crate) struct Hint<W> {
    /// Slots of the group that were free when it was looked at.
    pub(super) candidates: W,
    pub(super) group: W,
    /// How often the candidates ran out.
    pub(super) refills: W,
}

/// A view of the arrays. See the [module's docs](self).
#[derive(Debug)]
pub(crate) struct Slots<'a, W: Word = AtomicU64, P = Sound> {
    /// `live.len()` is a multiple of [`LINE`]; the bits from `capacity` on are set for good.
    live: &'a [W],
    /// One per slot.
    words: &'a [W],
    /// [`HINTS`] of them, or a smaller power of two in a model; each `group` is below `live.len()`.
    hints: &'a [Hint<W>],
    magazines: Magazines<'a, W>,
    /// Groups that have slots.
    groups: usize,
    protocol: PhantomData<P>,
}

/// One of a pool's slots: only [`Slots::at`] makes it.
#[derive(Debug)]
pub(crate) struct Slot<'a, W = AtomicU64> {
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
    /// Below the pool's capacity.
    #[inline(always)]
    pub(crate) fn index(self) -> usize {
        self.index
    }

    /// The state as it is now.
    #[inline(always)]
    pub(crate) fn state(self) -> State {
        State(self.word.load(Ordering::Relaxed))
    }

    /// Stores the state of a slot that is owned, or that only the caller may change with a plain store.
    #[inline(always)]
    fn set(self, state: State, order: Ordering) {
        self.word.store(state.0, order);
    }
}

/// A slot that was claimed.
#[derive(Debug)]
pub(crate) struct Claimed<'a, W = AtomicU64> {
    pub(super) slot: Slot<'a, W>,
    /// What its word gets when it is lent.
    mark: u64,
}

impl<W> Clone for Claimed<'_, W> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}

impl<W> Copy for Claimed<'_, W> {}

impl<'a, W: Word, P: Protocol> Slots<'a, W, P> {
    /// The slots of fresh, zeroed arrays.
    pub(crate) fn new(
        live: &'a [W],
        words: &'a [W],
        hints: &'a [Hint<W>],
        magazines: Magazines<'a, W>,
    ) -> Self {
        let capacity = words.len();
        let groups = capacity.div_ceil(GROUP);
        assert!(live.len() >= groups && hints.len().is_power_of_two());
        for (group, word) in live.iter().enumerate() {
            let used = capacity.saturating_sub(group * GROUP).min(GROUP);
            let spare = u64::MAX.checked_shl(used as u32).unwrap_or(0);
            if spare != 0 {
                // Nobody else sees the arrays yet.
                word.store(spare, Ordering::Relaxed);
            }
        }
        Self { live, words, hints, magazines, groups, protocol: PhantomData }
    }

    /// The slot with an index, if there is one.
    #[inline(always)]
    pub(crate) fn at(&self, index: usize) -> Option<Slot<'a, W>> {
        self.words.get(index).map(|word| Slot { index, word })
    }

    #[inline(always)]
    pub(crate) fn capacity(&self) -> usize {
        self.words.len()
    }

    /// Live words that have slots.
    pub(super) fn groups(&self) -> usize {
        self.groups
    }

    /// Claims a slot that is kept back for the caller, if there is one: the fast path of [`claim`](Self::claim).
    #[inline(always)]
    pub(crate) fn claim_kept(&self, caller: Caller) -> Option<Claimed<'a, W>> {
        self.claim_inside(self.magazines.enter_near::<P>(caller)?)
    }

    #[inline(always)]
    fn claim_inside(&self, inside: Inside<'_, W>) -> Option<Claimed<'a, W>> {
        let mark = inside.mark();
        let index = inside.pop();
        inside.leave::<P>();
        Some(Claimed { slot: self.at(index?)?, mark })
    }

    /// Claims a slot that is free; none where all are live. [`hold`](Self::hold) or [`lend`](Self::lend) has to follow.
    ///
    /// `refilled` is told how often the thread's candidates ran out, when they do.
    #[inline(always)]
    pub(crate) fn claim(&self, caller: Caller, refilled: impl FnMut(u64)) -> Option<Claimed<'a, W>> {
        let inside = self.magazines.enter::<P>(caller);
        if let Some(claimed) = inside.and_then(|inside| self.claim_inside(inside)) {
            return Some(claimed);
        }
        if self.magazines.is_closed_to(caller) {
            let hint = self.hint(caller);
            // A hint: all that it says is checked by the claim, so nothing has to be ordered with it.
            let candidates = hint.candidates.load(Ordering::Relaxed);
            if candidates != 0 {
                let group = hint.group.load(Ordering::Relaxed) as usize;
                let slot = candidates.trailing_zeros();
                hint.candidates.store(candidates & (candidates - 1), Ordering::Relaxed);
                // Said with a shift, this is one instruction where the machine has one that tests and sets a bit.
                if let Some(live) = self.live.get(group)
                    && P::claim(live, 1 << slot) & 1 << slot == 0
                {
                    let slot = self.at(group * GROUP + slot as usize)?;
                    return Some(Claimed { slot, mark: UNBIASED });
                }
            }
        }
        self.claim_slowly(caller, refilled)
    }

    #[cold]
    #[inline(never)]
    fn claim_slowly(&self, caller: Caller, mut refilled: impl FnMut(u64)) -> Option<Claimed<'a, W>> {
        let entry = if self.magazines.exist() { self.seat(caller) } else { None };
        loop {
            let closings = self.magazines.closings();
            if let Some(index) = self.claim_near(caller, &mut refilled) {
                let mark = entry.map_or(UNBIASED, |entry| self.magazines.mark(entry));
                return Some(Claimed { slot: self.at(index)?, mark });
            }
            if !self.reclaim(caller, closings) {
                return None;
            }
        }
    }

    /// The entry of the caller, if there is one for it. Opens the magazine, where it may have one.
    fn seat(&self, caller: Caller) -> Option<usize> {
        let entry = self.magazines.bind(caller)?;
        let turn = self.magazines.turn(entry);
        let limit = self.magazines.limit_of(entry);
        let patience = if limit == 0 { PATIENCE } else { MUCH_PATIENCE };
        if limit < self.magazines.limit && turn.is_multiple_of(patience) {
            let allotted = self.allotted();
            if allotted > limit {
                self.magazines.open::<P>(entry, allotted);
            }
        }
        Some(entry)
    }

    #[inline(always)]
    fn hint(&self, caller: Caller) -> &'a Hint<W> {
        // SAFETY: `new` asserts that their number is a power of two, and so the index is below it.
        unsafe { self.hints.get_unchecked(self.hint_index(caller)) }
    }

    #[inline(always)]
    fn hint_index(&self, caller: Caller) -> usize {
        // A power of two.
        caller.hashes[0] as usize & (self.hints.len() - 1)
    }

    /// Claims a slot near to others of the caller's, or several, if it has a magazine for the rest.
    fn claim_near(&self, caller: Caller, refilled: &mut impl FnMut(u64)) -> Option<usize> {
        let hint = self.hint(caller);
        let group = hint.group.load(Ordering::Relaxed) as usize;
        let left = hint.candidates.load(Ordering::Relaxed);
        if let Some(index) = self.claim_in(caller, hint, group, left) {
            return Some(index);
        }
        let refills = hint.refills.load(Ordering::Relaxed);
        hint.refills.store(refills.wrapping_add(1), Ordering::Relaxed);
        refilled(refills);
        let home = self.home(caller);
        loop {
            let (group, free) = self.find(home, if refills == 0 { home } else { group })?;
            if let Some(index) = self.claim_in(caller, hint, group, free) {
                return Some(index);
            }
        }
    }

    /// Claims one of `candidates` in `group`, or several, if the caller has a magazine for the rest, and leaves the others
    /// as the hint.
    fn claim_in(&self, caller: Caller, hint: &Hint<W>, group: usize, mut candidates: u64) -> Option<usize> {
        let live = &self.live[group];
        loop {
            candidates &= !live.load(Ordering::Relaxed);
            if candidates == 0 {
                return None;
            }
            // It is in there until the slots are, too: who finds nothing free meanwhile waits for them.
            let inside = self.magazines.enter::<P>(caller);
            let limit = inside.as_ref().map_or(0, Inside::limit);
            if limit != 0 {
                // Pairs with the fence in `reclaim`.
                W::fence(Ordering::Release);
            }
            let crowded = (1..self.magazines.limit).contains(&limit);
            let near = if crowded { undivided(candidates) } else { candidates };
            let wanted = lowest(near, limit.max(1));
            let mut got = wanted & !P::claim(live, wanted);
            candidates ^= wanted;
            let first = got;
            got &= got.wrapping_sub(1);
            if let Some(inside) = inside {
                while got != 0 {
                    // The lowest comes out first.
                    let last = u64::BITS - 1 - got.leading_zeros();
                    if !inside.push(group * GROUP + last as usize) {
                        // It was closed just now.
                        P::release(live, got);
                        break;
                    }
                    got ^= 1 << last;
                }
                inside.leave::<P>();
            }
            if first != 0 {
                hint.group.store(group as u64, Ordering::Relaxed);
                hint.candidates.store(candidates, Ordering::Relaxed);
                return Some(group * GROUP + first.trailing_zeros() as usize);
            }
        }
    }

    /// Where a caller claims first: the groups are dealt out among the hints.
    fn home(&self, caller: Caller) -> usize {
        self.hint_index(caller) * self.groups / self.hints.len()
    }

    /// How many items one more magazine may have: none unless so much is free, and so little kept back, that they would not
    /// be taken from it soon. To take them from many threads is to wait for each that was stopped with its magazine in hand.
    fn allotted(&self) -> usize {
        let set: usize =
            self.live.iter().map(|live| live.load(Ordering::Relaxed).count_ones() as usize).sum();
        if self.live.len() * GROUP - set < (self.capacity() / 4).max(1) {
            return 0;
        }
        let opened = self.magazines.opened();
        let Magazines { limit, budget, .. } = self.magazines;
        if opened * limit <= budget / 2 {
            limit
        } else if opened * FEW <= budget {
            FEW.min(limit)
        } else {
            0
        }
    }

    /// Takes back what is in magazines; whether it's worth looking for free slots once more, by one who has counted the
    /// `closings` before.
    pub(super) fn reclaim(&self, caller: Caller, closings: u64) -> bool {
        // Pairs with the fence in `claim_in`: who saw that a slot was claimed for a magazine sees that the magazine is open.
        W::fence(Ordering::Acquire);
        let closed = self.magazines.close::<P>(caller, |items| self.make_all_free(items));
        // Or others did, whose slots this one may have looked for too early.
        closed || self.magazines.closings() != closings
    }

    /// A group with free slots, and which they are. `home` is the entry's own group, `current` the one it last had.
    ///
    /// Near home if it is nearly empty there, so that threads that came across each other part again, and one whose slots are
    /// freed elsewhere uses the same ones again. Else from the current line on, and not from home, whose holes are few where
    /// much is live: the first line that has plenty, if one is near, or else any slot.
    fn find(&self, home: usize, current: usize) -> Option<(usize, u64)> {
        let lines = self.live.len().div_ceil(LINE);
        let most_in = |line: usize| self.most_in(if line < lines { line } else { line - lines }, home % LINE);
        let mut nearby = (0..NEAR.min(lines)).map(|step| most_in(home / LINE + step));
        if let Some(best) = nearby.find(|best| best.0 >= ROOMY) {
            return Some((best.1, best.2));
        }
        let mut best = (0, 0, 0);
        for step in 0..lines {
            let line = most_in(current / LINE + step);
            if line.0 > best.0 {
                best = line;
            }
            if best.0 >= PLENTY || (best.0 > 0 && step + 1 >= NEAR) {
                break;
            }
        }
        (best.0 > 0).then_some((best.1, best.2))
    }

    /// How many slots are free in the emptiest group of a line, which group that is, and which slots they are. Threads that
    /// share a line start at different groups of it.
    #[inline]
    fn most_in(&self, line: usize, start: usize) -> (u32, usize, u64) {
        let first = line * LINE;
        let groups = &self.live[first..self.live.len().min(first + LINE)];
        // Most lines of a pool that is nearly exhausted have nothing, and this sees it fastest.
        if groups.iter().fold(u64::MAX, |all, live| all & live.load(Ordering::Relaxed)) == u64::MAX {
            return (0, first, 0);
        }
        let mut best = (0, first, 0);
        for step in 0..groups.len() {
            let group = (start + step) % groups.len();
            let free = !groups[group].load(Ordering::Relaxed);
            if free.count_ones() > best.0 {
                best = (free.count_ones(), first + group, free);
            }
            if best.0 == GROUP as u32 {
                break;
            }
        }
        best
    }

    /// Claims the free slot with the lowest index: where each slot is large, those touched before are used again.
    pub(crate) fn claim_lowest(&self) -> Option<Claimed<'a, W>> {
        for (group, live) in self.live.iter().enumerate() {
            loop {
                let free = !live.load(Ordering::Relaxed);
                let bit = free & free.wrapping_neg();
                if bit == 0 {
                    break;
                }
                if P::claim(live, bit) & bit == 0 {
                    let index = group * GROUP + bit.trailing_zeros() as usize;
                    return Some(Claimed { slot: self.at(index)?, mark: UNBIASED });
                }
            }
        }
        None
    }

    /// Claims up to `count` slots, whole groups at once, and tells `claimed` each; how many it got.
    pub(crate) fn claim_many(
        &self,
        caller: Caller,
        count: usize,
        mut claimed: impl FnMut(Claimed<'a, W>),
        refilled: impl FnOnce(u64),
    ) -> usize {
        let hint = self.hint(caller);
        let refills = hint.refills.load(Ordering::Relaxed);
        hint.refills.store(refills.wrapping_add(1), Ordering::Relaxed);
        let home = self.home(caller);
        let entry = if self.magazines.exist() { self.magazines.bind(caller) } else { None };
        let mark = entry.map_or(UNBIASED, |entry| self.magazines.mark(entry));
        let mut left = count;
        loop {
            let closings = self.magazines.closings();
            self.claim_from(home, &mut left, |group, mut bits| {
                while bits != 0 {
                    if let Some(slot) = self.at(group * GROUP + bits.trailing_zeros() as usize) {
                        claimed(Claimed { slot, mark });
                    }
                    bits &= bits - 1;
                }
            });
            if left == 0 || !self.reclaim(caller, closings) {
                break;
            }
        }
        refilled(refills);
        count - left
    }

    /// Claims up to `left` slots, counting down, in the groups from `home` on.
    fn claim_from(&self, home: usize, left: &mut usize, mut claimed: impl FnMut(usize, u64)) {
        let (before, from) = self.live.split_at(home);
        let groups = from.iter().zip(home..).chain(before.iter().zip(0..));
        for (live, group) in groups {
            if *left == 0 {
                break;
            }
            let free = !live.load(Ordering::Relaxed);
            if free == 0 {
                continue;
            }
            let wanted = lowest(free, *left);
            let got = wanted & !P::claim(live, wanted);
            if got != 0 {
                *left -= got.count_ones() as usize;
                claimed(group, got);
            }
        }
    }

    /// Makes a slot free again that is held and that nobody was given: not a free that counts.
    pub(crate) fn unclaim(&self, slot: Slot<'_, W>) {
        // The owner is alone.
        slot.set(State(slot.state().frees()), Ordering::Relaxed);
        self.make_free(slot.index);
    }

    /// Frees a slot that is lent and that only the caller may free with a plain store, after a `last` look at it: the fast
    /// path of [`free`](Self::free). Whether it did.
    #[inline(always)]
    pub(crate) fn free_kept(&self, caller: Caller, slot: Slot<'_, W>, last: impl FnOnce()) -> bool {
        self.magazines.enter_near::<P>(caller).is_some_and(|inside| self.free_inside(inside, slot, last))
    }

    #[inline(always)]
    fn free_inside(&self, inside: Inside<'_, W>, slot: Slot<'_, W>, last: impl FnOnce()) -> bool {
        let freed = freed_by(slot.state(), inside.bias());
        let kept = freed.is_free() && inside.push(slot.index);
        if kept {
            last();
            // Seen with the slot, by whoever gets it: leaving comes after it.
            slot.set(freed, Ordering::Relaxed);
        }
        inside.leave::<P>();
        kept
    }

    /// Frees a slot that is lent, and of the `wanted` generation, after a `last` look at it. Of those who try at once exactly
    /// one does. While it has readers that is remembered, and so is a release, which has a `wanted` generation, while the slot
    /// is claimed for a moment. A free by the pointer is refused then: its caller learns of it.
    pub(crate) fn free(
        &self,
        caller: Caller,
        slot: Slot<'a, W>,
        wanted: Option<u32>,
        mut last: impl FnMut(),
    ) -> Result<(), Refused> {
        if wanted.is_none()
            && let Some(inside) = self.enter_for(caller, slot.state())
            && self.free_inside(inside, slot, &mut last)
        {
            return Ok(());
        }
        if self.give_back(caller, slot, wanted)? {
            last();
            self.put_back(caller, slot.index);
        }
        Ok(())
    }

    /// Enters the caller's magazine, if it has one, to free several slots.
    #[inline(always)]
    pub(crate) fn enter(&self, caller: Caller) -> Option<Inside<'a, W>> {
        self.magazines.enter::<P>(caller)
    }

    /// Leaves it.
    #[inline(always)]
    pub(crate) fn leave(&self, inside: Option<Inside<'a, W>>) {
        if let Some(inside) = inside {
            inside.leave::<P>();
        }
    }

    /// The fast path of [`retire`](Self::retire), for one who has entered: whether it did. If not, that one has to leave
    /// first, for what follows may be to wait for another who has entered.
    #[inline(always)]
    pub(crate) fn retire_kept(&self, inside: &Inside<'_, W>, slot: Slot<'_, W>) -> bool {
        let freed = freed_by(slot.state(), inside.bias());
        if freed.is_free() {
            // Seen with the slot, by whoever gets it: releasing it comes after it.
            slot.set(freed, Ordering::Relaxed);
        }
        freed.is_free()
    }

    /// The first half of [`free`](Self::free), to free several slots of one group at once. [`release`](Self::release) has to
    /// follow if it returns true; if not, the slot is freed later.
    #[inline(always)]
    pub(crate) fn retire(&self, caller: Caller, slot: Slot<'a, W>) -> Result<bool, Refused> {
        self.give_back(caller, slot, None)
    }

    /// Returns true if the slot is to be made free now.
    fn give_back(&self, caller: Caller, slot: Slot<'a, W>, wanted: Option<u32>) -> Result<bool, Refused> {
        let to = |state: State| match wanted {
            None if state.is_claimed() => Err(Refused::Busy),
            _ => state.given_back(),
        };
        self.change(caller, slot, wanted, P::DONE, to).map(State::is_free)
    }

    /// The second half: clears the live bits of a group's retired slots.
    #[inline(always)]
    pub(crate) fn release(&self, group: usize, bits: u64) {
        P::release(&self.live[group], bits);
    }

    /// Frees a slot that is owned.
    #[inline(always)]
    pub(crate) fn free_owned(&self, caller: Caller, slot: Slot<'_, W>) {
        let state = slot.state();
        debug_assert!(!state.is_lent(), "slot {} is freed by an owner that lent it", slot.index);
        // Never lent until it is claimed again: no handle, not even a forged one, takes it from under the next line.
        slot.set(state.freed(), Ordering::Relaxed);
        if let Some(inside) = self.magazines.enter_near::<P>(caller) {
            let pushed = inside.push(slot.index);
            inside.leave::<P>();
            if pushed {
                return;
            }
        }
        self.put_back(caller, slot.index);
    }

    /// Makes a slot free whose word says that it is.
    #[inline(never)]
    fn put_back(&self, caller: Caller, index: usize) {
        if let Some(inside) = self.magazines.enter::<P>(caller) {
            // It is in there until the slots are free: who finds nothing free meanwhile waits for them.
            let kept = inside.push(index) || {
                self.overflow(&inside);
                inside.push(index)
            };
            inside.leave::<P>();
            if kept {
                return;
            }
        }
        self.make_free(index);
    }

    /// Clears the live bit of a slot whose word says that it is free.
    fn make_free(&self, index: usize) {
        P::release(self.live_of(index), 1 << (index % GROUP));
    }

    /// The same for several: those of one group that follow each other at once.
    fn make_all_free(&self, indices: Items<'_>) {
        let (mut group, mut bits) = (0, 0_u64);
        for index in indices {
            if index / GROUP != group && bits != 0 {
                P::release(&self.live[group], bits);
                bits = 0;
            }
            group = index / GROUP;
            bits |= 1 << (index % GROUP);
        }
        if bits != 0 {
            P::release(&self.live[group], bits);
        }
    }

    /// Gives half of a magazine back, unless it is closed.
    fn overflow(&self, inside: &Inside<'_, W>) {
        self.make_all_free(&mut (0..inside.limit() / 2).map_while(|_| inside.pop()));
    }

    /// Gives back what is kept back for the caller, which ends.
    pub(crate) fn resign(&self, caller: Caller) {
        self.magazines.resign(caller, |items| self.make_all_free(items));
    }

    /// The owner of a claimed slot keeps it for itself.
    #[inline(always)]
    pub(crate) fn hold(&self, slot: Slot<'_, W>) {
        // The owner is alone.
        slot.set(State(slot.state().0 | HELD), Ordering::Relaxed);
    }

    /// The owner of a claimed slot lends it, so that it can be freed by its pointer and taken by its handle.
    #[inline(always)]
    pub(crate) fn lend(&self, claimed: Claimed<'_, W>) {
        // The owner is alone.
        claimed.slot.set(State(claimed.slot.state().0 | claimed.mark), P::LEND);
    }

    /// The owner of a held slot lends it by its handle. Its generation.
    #[inline(always)]
    pub(crate) fn lend_held(&self, slot: Slot<'_, W>) -> u32 {
        // The owner is alone.
        let state = slot.state();
        slot.set(State(state.0 | LENT), P::LEND);
        state.generation()
    }

    /// The owner of a held slot lends it by its pointer.
    #[inline(always)]
    pub(crate) fn lend_out(&self, slot: Slot<'_, W>) {
        // The owner is alone.
        slot.set(slot.state().lent_out(), P::LEND);
    }

    /// Makes a lent slot owned, if it has the wanted generation: of those who try at once exactly one does. It is exposed no
    /// more.
    #[inline]
    pub(crate) fn take(
        &self,
        caller: Caller,
        slot: Slot<'a, W>,
        wanted: Option<u32>,
        exposure: Exposure,
    ) -> Result<(), Refused> {
        self.change(caller, slot, wanted, P::TAKE, |state| state.taken(exposure)).map(drop)
    }

    /// Claims a lent slot for a moment, if it has the wanted generation: [`complete`](Self::complete) or
    /// [`unclaim_lent`](Self::unclaim_lent) has to follow.
    #[inline]
    pub(crate) fn claim_lent(
        &self,
        caller: Caller,
        slot: Slot<'a, W>,
        wanted: Option<u32>,
        exposure: Exposure,
    ) -> Result<(), Refused> {
        self.change(caller, slot, wanted, P::TAKE, |state| state.claimed(exposure)).map(drop)
    }

    /// Makes a slot owned that the caller has claimed; one that is owned stays so. A release that came meanwhile is forgotten.
    #[inline]
    pub(crate) fn complete(&self, slot: Slot<'_, W>) {
        // The claimer is alone, but for releases.
        slot.set(slot.state().owned(), Ordering::Relaxed);
    }

    /// Lends a slot again that the caller has claimed, or frees it, after a `last` look, if it was released meanwhile.
    pub(crate) fn unclaim_lent(&self, caller: Caller, slot: Slot<'_, W>, last: impl FnOnce()) {
        loop {
            let state = slot.state();
            let next = state.unclaimed();
            if P::exchange(slot.word, state.0, next.0, P::LEND) {
                if next.is_free() {
                    last();
                    self.put_back(caller, slot.index);
                }
                return;
            }
        }
    }

    /// Begins to read a lent slot, if it has the wanted generation: [`leave_reading`](Self::leave_reading) has to follow.
    #[inline]
    pub(crate) fn begin_reading(
        &self,
        caller: Caller,
        slot: Slot<'a, W>,
        wanted: u32,
        exposure: Exposure,
    ) -> Result<(), Refused> {
        self.change(caller, slot, Some(wanted), P::READ, |state| state.entered(exposure)).map(drop)
    }

    /// Ends it. The last reader frees the slot, after a `last` look, if it was released meanwhile.
    #[inline]
    pub(crate) fn leave_reading(&self, caller: Caller, slot: Slot<'_, W>, last: impl FnOnce()) {
        loop {
            let state = slot.state();
            let next = state.left();
            if P::exchange(slot.word, state.0, next.0, P::DONE) {
                if next.is_free() {
                    last();
                    self.put_back(caller, slot.index);
                }
                return;
            }
        }
    }

    /// Exposes a slot of the wanted generation that may be exposed; returns true if it is such a slot.
    #[inline]
    pub(crate) fn expose(&self, slot: Slot<'_, W>, wanted: u32) -> bool {
        loop {
            let state = slot.state();
            if !state.is_meant(wanted) || !state.may_be_exposed() {
                return false;
            }
            // One that isn't exposed has no bias, so that its word is never changed by a plain store but its owner's. Pairs with
            // the exchange by which the last reader left: what it read is not written to before.
            if state.is_exposed() || P::exchange(slot.word, state.0, state.0 | EXPOSED, Ordering::Acquire) {
                return true;
            }
        }
    }

    /// Enters the caller's magazine, if it has one, and a slot's word may be one that only the caller changes.
    fn enter_for(&self, caller: Caller, state: State) -> Option<Inside<'a, W>> {
        state.bias().and_then(|_| self.magazines.enter::<P>(caller))
    }

    /// Changes the word of a slot, if it has the wanted generation; the state that it has then.
    fn change(
        &self,
        caller: Caller,
        slot: Slot<'a, W>,
        wanted: Option<u32>,
        order: Ordering,
        to: impl Fn(State) -> Result<State, Refused>,
    ) -> Result<State, Refused> {
        let to = |state: State| match wanted {
            Some(wanted) if wanted != state.generation() => Err(Refused::NotLive),
            _ => to(state),
        };
        if let Some(inside) = self.enter_for(caller, slot.state()) {
            let state = slot.state();
            // Lent by the caller, who is alone with it.
            let kept = state.is_biased_as(inside.bias()).then(|| to(state));
            if let Some(Ok(next)) = kept {
                // Others than the caller may read it next, or take it.
                slot.set(next, P::LEND);
            }
            inside.leave::<P>();
            if let Some(done) = kept {
                return done;
            }
        }
        loop {
            let state = slot.state();
            let next = to(state)?;
            self.magazines.settle::<P>(caller, state);
            if P::exchange(slot.word, state.0, next.0, order) {
                return Ok(next);
            }
        }
    }

    /// How many magazines have an owner, and how many are open.
    #[cfg(test)]
    pub(crate) fn magazines_in_use(&self) -> (usize, usize) {
        (self.magazines.owned(), self.magazines.opened())
    }

    /// How many slots are handed out, more or less: it doesn't look at each.
    pub(crate) fn count(&self) -> usize {
        let set: usize =
            self.live.iter().map(|live| live.load(Ordering::Relaxed).count_ones() as usize).sum();
        (set - (self.live.len() * GROUP - self.capacity())).saturating_sub(self.magazines.count())
    }

    /// How many slots are handed out, and how many frees there were. It reads each word, so pages of words that were never
    /// written cost no memory, but time. Exact where nobody allocates or frees meanwhile.
    pub(crate) fn totals(&self) -> (u64, u64) {
        let states = self.words.iter().map(|word| State(word.load(Ordering::Relaxed)));
        states.fold((0, 0), |(held, frees), it| (held + u64::from(it.is_held()), frees + it.frees()))
    }

    #[inline(always)]
    fn live_of(&self, index: usize) -> &'a W {
        &self.live[index / GROUP]
    }
}

/// The state of a slot once the thread has freed it whose magazine has the bias; not free if it can't do so with a plain store.
///
/// Lent by that thread, which is alone with it: nothing but the frees differs. Their overflow is left to the slow path. Not all
/// bits differ, which would overflow to 0: what isn't lent has no bias, and no bias has all bits.
#[inline(always)]
fn freed_by(lent: State, bias: u64) -> State {
    State((lent.0 ^ bias).wrapping_add(1))
}

/// Those of some bits whose slots' words fill a cache line, if there are such: else all. What threads use that come from
/// different lines doesn't slow them down.
fn undivided(bits: u64) -> u64 {
    let full = bits.to_le_bytes().map(|line| if line == u8::MAX { line } else { 0 });
    match u64::from_le_bytes(full) {
        0 => bits,
        full => full,
    }
}

/// The lowest `count` of some bits, or all if they are fewer.
fn lowest(bits: u64, count: usize) -> u64 {
    if bits.count_ones() as usize <= count {
        return bits;
    }
    let mut rest = bits;
    for _ in 0..count {
        rest &= rest - 1;
    }
    bits ^ rest
}
