//! The lock-free core: which slots are handed out, and how often each was freed. It knows no memory and no message.
//!
//! One live bit per slot is the only truth; everything else is a hint. A claim is one `fetch_or` that decides by the bit's
//! old value, a free is one `fetch_and` that does, so of two that race exactly one wins, and there is no list whose head
//! could be popped while it changes.
//!
//! ```text
//! live   [bits of slots 0..64][64..128] ..            the truth; spare bits at the end are set for good
//! words  [frees of slot 0 | LENT][slot 1] ..          the low half of the frees is the generation
//! hints  [{group, candidates}; 256], a line each      where the threads that hash to the entry claim next
//! ```
//!
//! A hint may be stale, torn or shared by two threads: the worst is a claim that fails and looks again. It is found by the
//! address of the stack, as thread-local storage is a call in a cdylib.
//!
//! # Owners
//!
//! A slot that is claimed is owned: by a `PoolBox`, or by an allocation that is about to hand it out. Its owner frees it, or
//! lends it to code that has its pointer or a handle: sets [`LENT`] in its word. What is lent can be freed by the pointer
//! and taken by the handle, which a compare-exchange decides, and a slot that is owned or free can't, because only its owner
//! sets the bit. So no pointer that is freed twice and no handle, forged or not, gets at the slot of a `PoolBox`.
//!
//! Otherwise a word is written by the slot's owner alone, so a plain load and store bump it, before the `fetch_and` that
//! publishes both. What is given up: who frees by the pointer while another frees or takes the same slot, and the slot is
//! handed out again within those few instructions, may free the next owner's. That is a use after free of the caller's.
//!
//! The tests are in `tests/`: `model.rs` has loom try every order, and shows that it finds fault with weaker ones.

use std::marker::PhantomData;
use std::sync::atomic::{AtomicU64, Ordering};

use super::primitive::{Protocol, Sound, Word};

/// Slots per live word.
pub(super) const GROUP: usize = 64;

/// Live words per cache line.
pub(super) const LINE: usize = 8;

/// Entries of the hint table.
pub(super) const HINTS: usize = 256;

/// Bit of a slot's word: the slot is live, and no `PoolBox` owns it.
pub(super) const LENT: u64 = 1 << 63;

/// Groups with this many free slots are taken before those closer by with fewer.
const PLENTY: u32 = 16;

/// Lines that are searched for such a group, before any free slot will do.
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
pub(crate) struct Slots<'a, W = AtomicU64, P = Sound> {
    /// `live.len()` is a multiple of [`LINE`]; the bits from `capacity` on are set for good.
    live: &'a [W],
    /// One per slot.
    words: &'a [W],
    /// [`HINTS`] of them, or a smaller power of two in a model; each `group` is below `live.len()`.
    hints: &'a [Hint<W>],
    /// Groups that have slots.
    groups: usize,
    protocol: PhantomData<P>,
}

/// Why a slot was not freed or taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    NotLive,
    Owned,
}

/// The generation in a slot's word: the low half, on purpose.
#[inline(always)]
pub(super) fn generation(word: u64) -> u32 {
    word as u32
}

impl<'a, W: Word, P: Protocol> Slots<'a, W, P> {
    /// The slots of fresh, zeroed arrays.
    pub(crate) fn new(live: &'a [W], words: &'a [W], hints: &'a [Hint<W>]) -> Self {
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
        Self { live, words, hints, groups, protocol: PhantomData }
    }

    #[inline(always)]
    pub(crate) fn capacity(&self) -> usize {
        self.words.len()
    }

    /// Live words that have slots.
    pub(super) fn groups(&self) -> usize {
        self.groups
    }

    /// Claims a slot that is free, near to others of the caller's `thread` (any number); none where all are live.
    ///
    /// `refilled` is told how often the thread's candidates ran out, when they do.
    #[inline(always)]
    pub(crate) fn claim(&self, thread: usize, refilled: impl FnOnce(u64)) -> Option<usize> {
        // SAFETY: the mask keeps it below the length, a power of two.
        let hint = unsafe { self.hints.get_unchecked(thread & (self.hints.len() - 1)) };
        // A hint: all that it says is checked by the claim, so nothing has to be ordered with it.
        let candidates = hint.candidates.load(Ordering::Relaxed);
        if candidates != 0 {
            let group = hint.group.load(Ordering::Relaxed) as usize;
            // SAFETY: only groups below the length are ever stored there.
            let live = unsafe { self.live.get_unchecked(group) };
            let slot = candidates.trailing_zeros();
            hint.candidates.store(candidates & (candidates - 1), Ordering::Relaxed);
            // Said with a shift, this is one instruction where the machine has one that tests and sets a bit.
            if P::claim(live, 1 << slot) & 1 << slot == 0 {
                return Some(group * GROUP + slot as usize);
            }
        }
        self.claim_slowly(hint, thread & (self.hints.len() - 1), refilled)
    }

    #[cold]
    #[inline(never)]
    fn claim_slowly(&self, hint: &Hint<W>, entry: usize, refilled: impl FnOnce(u64)) -> Option<usize> {
        let group = hint.group.load(Ordering::Relaxed) as usize;
        let left = hint.candidates.load(Ordering::Relaxed);
        if let Some(index) = self.claim_in(hint, group, left) {
            return Some(index);
        }
        let refills = hint.refills.load(Ordering::Relaxed);
        hint.refills.store(refills.wrapping_add(1), Ordering::Relaxed);
        refilled(refills);
        let home = entry * self.groups / self.hints.len();
        loop {
            let (group, free) = self.find(home)?;
            if let Some(index) = self.claim_in(hint, group, free) {
                return Some(index);
            }
        }
    }

    /// Claims one of `candidates` in `group`, and leaves the others as the hint.
    fn claim_in(&self, hint: &Hint<W>, group: usize, mut candidates: u64) -> Option<usize> {
        let live = &self.live[group];
        loop {
            candidates &= !live.load(Ordering::Relaxed);
            if candidates == 0 {
                return None;
            }
            let bit = candidates & candidates.wrapping_neg();
            if P::claim(live, bit) & bit == 0 {
                hint.group.store(group as u64, Ordering::Relaxed);
                hint.candidates.store(candidates ^ bit, Ordering::Relaxed);
                return Some(group * GROUP + bit.trailing_zeros() as usize);
            }
        }
    }

    /// A group with free slots, and which they are: the first from `home` on with plenty, if one is near, else any.
    fn find(&self, home: usize) -> Option<(usize, u64)> {
        let (before, from) = self.live.split_at(home / LINE * LINE);
        let lines = from.chunks(LINE).zip(home / LINE..).chain(before.chunks(LINE).zip(0..));
        let mut best = None;
        let mut most = 0;
        for (step, (line, number)) in lines.enumerate() {
            // Most lines of a pool that is nearly exhausted have nothing, and this sees it fastest.
            if line.iter().fold(u64::MAX, |all, live| all & live.load(Ordering::Relaxed)) == u64::MAX {
                continue;
            }
            for word in 0..line.len() {
                // Threads that share a line start at different groups of it.
                let word = (home + word) % line.len();
                let free = !line[word].load(Ordering::Relaxed);
                if free.count_ones() > most {
                    most = free.count_ones();
                    best = Some((number * LINE + word, free));
                    if most == GROUP as u32 {
                        return best;
                    }
                }
            }
            if most >= PLENTY || (most > 0 && step + 1 >= NEAR) {
                return best;
            }
        }
        best
    }

    /// Claims the free slot with the lowest index: where each slot is large, those touched before are used again.
    pub(crate) fn claim_lowest(&self) -> Option<usize> {
        for (group, live) in self.live.iter().enumerate() {
            loop {
                let free = !live.load(Ordering::Relaxed);
                let bit = free & free.wrapping_neg();
                if bit == 0 {
                    break;
                }
                if P::claim(live, bit) & bit == 0 {
                    return Some(group * GROUP + bit.trailing_zeros() as usize);
                }
            }
        }
        None
    }

    /// Claims up to `count` slots, whole groups at once, and tells `claimed` the group and bits; how many it got.
    pub(crate) fn claim_many(
        &self,
        thread: usize,
        count: usize,
        mut claimed: impl FnMut(usize, u64),
        refilled: impl FnOnce(u64),
    ) -> usize {
        let mut left = count;
        let entry = thread & (self.hints.len() - 1);
        let refills = self.hints[entry].refills.load(Ordering::Relaxed);
        self.hints[entry].refills.store(refills.wrapping_add(1), Ordering::Relaxed);
        let home = entry * self.groups / self.hints.len();
        let (before, from) = self.live.split_at(home);
        let groups = from.iter().zip(home..).chain(before.iter().zip(0..));
        for (live, group) in groups {
            if left == 0 {
                break;
            }
            let free = !live.load(Ordering::Relaxed);
            if free == 0 {
                continue;
            }
            let mut wanted = free;
            if free.count_ones() as usize > left {
                let mut rest = free;
                for _ in 0..left {
                    rest &= rest - 1;
                }
                wanted = free ^ rest;
            }
            let got = wanted & !P::claim(live, wanted);
            if got != 0 {
                left -= got.count_ones() as usize;
                claimed(group, got);
            }
        }
        refilled(refills);
        count - left
    }

    /// Makes claimed slots of a group free again that nobody was given: not a free that counts.
    pub(crate) fn unclaim(&self, group: usize, bits: u64) {
        P::release(&self.live[group], bits);
    }

    /// Frees a slot that is lent, after a `last` look at it. Of those who try at once exactly one does.
    #[inline(always)]
    pub(crate) fn free(&self, index: usize, last: impl FnOnce()) -> Result<(), Refused> {
        self.retire(index)?;
        last();
        let bit = 1 << (index % GROUP);
        if P::release(self.live_of(index), bit) & bit == 0 { Err(Refused::NotLive) } else { Ok(()) }
    }

    /// The first half of [`free`](Self::free), to free several slots of one group at once: checks that a slot is lent and
    /// bumps its word. [`release`](Self::release) has to follow.
    #[inline(always)]
    pub(crate) fn retire(&self, index: usize) -> Result<(), Refused> {
        let word = self.word(index);
        // The owner is alone, and what was here before it came with the slot. Of two frees that both get through here, which
        // store the same, the `fetch_and` decides.
        let frees = word.load(Ordering::Relaxed);
        if frees & LENT == 0 {
            return Err(self.not_lent(index));
        }
        word.store(frees.wrapping_add(1) & !LENT, Ordering::Relaxed);
        Ok(())
    }

    /// The second half: clears the live bits of a group's retired slots; which of them were live.
    #[inline(always)]
    pub(crate) fn release(&self, group: usize, bits: u64) -> u64 {
        P::release(&self.live[group], bits) & bits
    }

    /// Frees a slot that is owned.
    #[inline(always)]
    pub(crate) fn free_owned(&self, index: usize) {
        let word = self.word(index);
        let frees = word.load(Ordering::Relaxed);
        debug_assert!(frees & LENT == 0, "slot {index} is freed by an owner that lent it");
        // Never lent until it is claimed again: no handle, not even a forged one, takes it from under the next line.
        word.store(frees.wrapping_add(1) & !LENT, Ordering::Relaxed);
        P::release(self.live_of(index), 1 << (index % GROUP));
    }

    /// The owner of a slot lends it, so that it can be freed by its pointer and taken by its handle. Its generation.
    #[inline(always)]
    pub(crate) fn lend(&self, index: usize) -> u32 {
        let word = self.word(index);
        // The owner is alone.
        let frees = word.load(Ordering::Relaxed);
        word.store(frees | LENT, P::LEND);
        generation(frees)
    }

    /// Makes a lent slot owned, if it has the wanted generation: of those who try at once exactly one does.
    #[inline]
    pub(crate) fn take(&self, index: usize, wanted: Option<u32>) -> Result<(), Refused> {
        let word = self.word(index);
        let frees = word.load(Ordering::Relaxed);
        if wanted.is_some_and(|wanted| wanted != generation(frees)) {
            return Err(Refused::NotLive);
        }
        // Who is lent to is the owner of a live slot, so the live bit says nothing more.
        if frees & LENT == 0 {
            return Err(self.not_lent(index));
        }
        // A word that changed is one that another taker has, or a free.
        if P::take(word, frees, frees & !LENT) { Ok(()) } else { Err(self.not_lent(index)) }
    }

    #[cold]
    fn not_lent(&self, index: usize) -> Refused {
        if self.is_live(index, Ordering::Relaxed) { Refused::Owned } else { Refused::NotLive }
    }

    /// Whether a handle of this generation means the slot as it is now.
    #[inline]
    pub(crate) fn resolves(&self, index: usize, wanted: u32) -> bool {
        // Pairs with `FREE`, through claims since: the word is no older than the free before this life.
        self.is_live(index, Ordering::Acquire) && generation(self.peek(index)) == wanted
    }

    /// Whether a slot is handed out.
    #[inline(always)]
    pub(crate) fn is_live(&self, index: usize, order: Ordering) -> bool {
        self.live_of(index).load(order) & (1 << (index % GROUP)) != 0
    }

    /// A slot's word, as it is now.
    #[inline(always)]
    pub(crate) fn peek(&self, index: usize) -> u64 {
        self.word(index).load(Ordering::Relaxed)
    }

    /// How many slots are live. Exact where nobody allocates or frees meanwhile.
    pub(crate) fn count(&self) -> usize {
        let set: usize =
            self.live.iter().map(|live| live.load(Ordering::Relaxed).count_ones() as usize).sum();
        set - (self.live.len() * GROUP - self.capacity())
    }

    /// How many frees there were. It reads each word, so pages of words that were never written cost no memory, but time.
    pub(crate) fn frees(&self) -> u64 {
        self.words.iter().map(|word| word.load(Ordering::Relaxed) & !LENT).sum()
    }

    #[inline(always)]
    fn word(&self, index: usize) -> &'a W {
        debug_assert!(index < self.words.len());
        &self.words[index]
    }

    #[inline(always)]
    fn live_of(&self, index: usize) -> &'a W {
        &self.live[index / GROUP]
    }
}
