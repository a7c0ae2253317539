//! Slots that are kept back for a thread, which takes and returns them with plain loads and stores.
//!
//! A locked instruction costs as much as two calls, or five times that, depending on the processor, and a claim and a free
//! were one each. A magazine is used by one thread only, its owner: the thread with the thread pointer that is in there. It
//! is filled with several slots by one locked instruction, and emptied likewise.
//!
//! ```text
//! entries  [{owner, bias, limit, len, items}; 4096]         two lines each, found by a hash of the thread pointer
//! open     [bits of entries 0..64][64..128] ..              which may have items
//! settled  [period of entry 0][1] ..                        see below
//! ```
//!
//! # Nothing is lost
//!
//! What is kept back for a thread that idles, or ended, isn't lost to the others: who finds nothing free closes all
//! magazines and gives back what is in them. The owner says that it is in there ([`INSIDE`]) and then looks whether it may
//! (`limit`, `bias`); who closes says that it may not and then looks whether it is. One of them sees the other's store, as
//! there is a fence on both sides: a [`barrier`](super::barrier), which costs the owner nothing. Who closes waits until the
//! owner has left, for a few instructions of it. A closed magazine is opened again by its owner, once plenty is free.
//!
//! An entry belongs to the first thread pointer that hashes to it, as long as that may have a thread: one that was stopped
//! just after it saw that the entry is its own mustn't say that it is in another's. Once nothing is mapped where it points,
//! another thread inherits the entry. A thread whose entry is another's has no magazine.
//!
//! # Bias
//!
//! Two threads that free the same slot must not both put it into their magazines. So a slot's word says which entry's owner
//! it was lent by, and in which period, and that thread alone may change the word with a plain store, while the entry's
//! `bias` says the same. Any other ends the period first: clears `bias`, and waits until the owner has left. What is lent
//! in a period that is `settled` is freed with a compare-exchange, by all threads. After a while the owner starts the next
//! one; after the last of [`PERIODS`] there is none, so threads that free each other's slots wait for that few times only.

use std::sync::atomic::Ordering;

use super::primitive::{Half, Protocol, Word};
use super::slots::{HELD, LENT};
use super::thread::{BITS, Caller};

/// Magazines of a pool.
pub(super) const ENTRIES: usize = 1 << BITS;

/// Slots in a magazine.
pub(super) const ITEMS: usize = 21;

/// The owner of an entry that no thread can have.
const NOBODY: u64 = !INSIDE;

/// Bit of an entry's owner: it is in there. Thread pointers are even.
const INSIDE: u64 = 1;

/// The lowest bit of the bias in a slot's word.
const BIAS_SHIFT: u32 = 47;

/// The lowest bit of the entry in a bias.
const ENTRY_SHIFT: u32 = BIAS_SHIFT + PERIOD_BITS;

const PERIOD_BITS: u32 = 3;

/// How often a thread may start to free what it lends with plain stores. Not all bits are 1: see `Slots::free_kept`.
const PERIODS: u64 = (1 << PERIOD_BITS) - 2;

/// The bits of a slot's word that count its frees.
pub(super) const FREES: u64 = (1 << BIAS_SHIFT) - 1;

/// The bits of a slot's word that are its bias: an entry, and a period from 1 on. They are 0 if it has none.
pub(super) const BIAS: u64 = (1 << (ENTRY_SHIFT + BITS)) - (1 << BIAS_SHIFT);

/// Instead of a bias, between periods: what is lent is held, so no word is like this.
const SHARED: u64 = LENT;

/// Refills in which a period may be settled and the next started.
const RENEWAL: u64 = 256;

/// The magazine of a thread.
#[repr(C, align(128))]
#[derive(Debug)]
pub(crate) struct Magazine<W: Word> {
    /// Its owner's thread pointer, or 0; and [`INSIDE`].
    pub(super) owner: W,
    /// What is in the words of slots that only the owner changes, beside the frees; [`SHARED`] between periods.
    pub(super) bias: W,
    /// Items that it may have: 0 while it is closed.
    pub(super) limit: W,
    /// What only the owner uses: refills, and above them the period.
    pub(super) turns: W,
    pub(super) len: W::Half,
    pub(super) items: [W::Half; ITEMS],
}

/// The magazines of a pool.
#[derive(Debug)]
pub(crate) struct Magazines<'a, W: Word> {
    /// A power of two of them: one that is [`NOBODY`]'s where there are none.
    entries: &'a [Magazine<W>],
    /// Their number without one.
    mask: usize,
    open: &'a [W],
    settled: &'a [W],
    /// How often one was closed.
    closings: W,
    /// Items that an open one may have.
    pub(super) limit: usize,
}

/// The owner is in its magazine.
#[derive(Debug)]
pub(super) struct Inside<'a, W: Word> {
    magazine: &'a Magazine<W>,
    owner: u64,
}

impl<W: Word> Magazine<W> {
    #[inline(always)]
    pub(super) fn is_of(&self, caller: Caller) -> bool {
        // Once it is the caller's it stays so.
        self.owner.load(Ordering::Relaxed) & !INSIDE == caller.thread
    }

    /// Whether the caller is in there: a signal interrupted it.
    fn is_inside(&self, caller: Caller) -> bool {
        self.owner.load(Ordering::Relaxed) == caller.thread | INSIDE
    }

    /// Enters the magazine, if it is the caller's and not entered already, by what a signal interrupted. It has to
    /// [`leave`](Inside::leave).
    #[inline(always)]
    pub(super) fn enter<P: Protocol>(&self, caller: Caller) -> Option<Inside<'_, W>> {
        // Once it is the caller's, only that writes it.
        if self.owner.load(Ordering::Relaxed) != caller.thread {
            return None;
        }
        self.owner.store(caller.thread | INSIDE, Ordering::Relaxed);
        // Pairs with the heavy side in `settle` and `close_some`: who is there sees that the owner is in here, or the owner
        // sees what was stored before.
        P::light::<W>();
        Some(Inside { magazine: self, owner: caller.thread })
    }

    pub(super) fn is_open(&self) -> bool {
        self.limit.load(Ordering::Relaxed) != 0
    }

    /// Waits until the owner has left who entered before it could see what the caller stored before a heavy fence.
    fn wait<P: Protocol>(&self) {
        let mut turn = 0;
        while P::WAITS && self.owner.load(P::EMPTY) & INSIDE != 0 {
            W::pause(turn);
            turn = turn.saturating_add(1);
        }
    }
}

impl<W: Word> Inside<'_, W> {
    #[inline(always)]
    pub(super) fn leave<P: Protocol>(self) {
        self.magazine.owner.store(self.owner, P::LEAVE);
    }

    /// What is in the words of slots that only the owner changes, beside the frees; like no word if there are none.
    #[inline(always)]
    pub(super) fn bias(&self) -> u64 {
        self.magazine.bias.load(Ordering::Relaxed)
    }

    /// Whether it is open.
    pub(super) fn is_open(&self) -> bool {
        self.magazine.is_open()
    }

    #[inline(always)]
    pub(super) fn pop(&self) -> Option<usize> {
        let last = self.magazine.len.load(Ordering::Relaxed).wrapping_sub(1);
        // One comparison for one that is empty and one that is closed.
        if u64::from(last) >= self.magazine.limit.load(Ordering::Relaxed) {
            return None;
        }
        // SAFETY: the limit is no more than the items.
        let item = unsafe { self.magazine.items.get_unchecked(last as usize) };
        self.magazine.len.store(last, Ordering::Relaxed);
        Some(item.load(Ordering::Relaxed) as usize)
    }

    /// Puts a slot in, unless the magazine is full or closed; whether it did.
    #[inline(always)]
    pub(super) fn push(&self, index: usize) -> bool {
        let len = self.magazine.len.load(Ordering::Relaxed);
        if u64::from(len) >= self.magazine.limit.load(Ordering::Relaxed) {
            return false;
        }
        // SAFETY: the limit is no more than the items.
        let item = unsafe { self.magazine.items.get_unchecked(len as usize) };
        item.store(index as u32, Ordering::Relaxed);
        self.magazine.len.store(len + 1, Ordering::Relaxed);
        true
    }
}

impl<'a, W: Word> Magazines<'a, W> {
    /// The magazines of fresh, zeroed arrays: `open` has a bit, and `settled` a word for each entry, or both are empty.
    /// `closings` is 0.
    pub(super) fn new(
        entries: &'a [Magazine<W>],
        open: &'a [W],
        settled: &'a [W],
        closings: W,
        limit: usize,
    ) -> Self {
        assert!(entries.len().is_power_of_two() && (2..=ITEMS).contains(&limit));
        if open.is_empty() {
            // Nobody else sees the arrays yet.
            entries.iter().for_each(|entry| entry.owner.store(NOBODY, Ordering::Relaxed));
        } else {
            assert!(open.len() * 64 >= entries.len() && settled.len() == entries.len());
        }
        Self { entries, mask: entries.len() - 1, open, settled, closings, limit }
    }

    /// Whether there are any.
    pub(super) fn exist(&self) -> bool {
        !self.open.is_empty()
    }

    /// The index of the caller's entry, which may be another's.
    #[inline(always)]
    pub(super) fn entry(&self, caller: Caller) -> usize {
        caller.number & self.mask
    }

    /// The caller's entry, which may be another's.
    #[inline(always)]
    pub(super) fn of(&self, caller: Caller) -> &Magazine<W> {
        // SAFETY: the mask keeps it below the length, a power of two.
        unsafe { self.entries.get_unchecked(self.entry(caller)) }
    }

    /// Makes the entry the caller's, if it is nobody's yet; whether it is the caller's.
    pub(super) fn bind(&self, caller: Caller) -> bool {
        if caller.thread == 0 {
            return false;
        }
        let magazine = self.of(caller);
        let owner = magazine.owner.load(Ordering::Relaxed);
        if owner == 0
            && magazine
                .owner
                .compare_exchange(0, caller.thread | INSIDE, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
        {
            self.start(caller, 1);
            // Nothing was done in there that anybody has to see.
            magazine.owner.store(caller.thread, Ordering::Relaxed);
            return true;
        }
        owner & !INSIDE == caller.thread
    }

    /// Makes the entry the caller's, with all that is in it, if its owner is no more; whether it did.
    pub(super) fn inherit(&self, caller: Caller) -> bool {
        let magazine = self.of(caller);
        let owner = magazine.owner.load(Ordering::Relaxed);
        if caller.thread == 0 || owner & INSIDE != 0 || !W::is_gone(owner) {
            return false;
        }
        // Pairs with leaving: what the owner did in there is seen.
        if magazine.owner.compare_exchange(owner, NOBODY, Ordering::Acquire, Ordering::Relaxed).is_err() {
            return false;
        }
        W::heavy();
        // A thread that began since the last look may have the same thread pointer, and may have seen that the entry is its
        // own, and be about to enter. Then it still runs, and is found; one that begins from now on sees what is there now.
        if W::is_gone(owner) {
            magazine.owner.store(caller.thread, Ordering::Relaxed);
            return true;
        }
        // Unless it has entered meanwhile: then that is undone already.
        let _ = magazine.owner.compare_exchange(NOBODY, owner, Ordering::Release, Ordering::Relaxed);
        false
    }

    /// Starts a period of the caller, whose entry it is.
    fn start(&self, caller: Caller, period: u64) {
        let magazine = self.of(caller);
        magazine.turns.store(period << 32, Ordering::Relaxed);
        let entry = self.entry(caller) as u64;
        let bias = LENT | HELD | entry << ENTRY_SHIFT | period << BIAS_SHIFT;
        magazine.bias.store(bias, Ordering::Relaxed);
    }

    /// Counts the refills of the caller, whose entry it is: how many there were in this period. Starts the next if it is
    /// time to.
    pub(super) fn turn(&self, caller: Caller) -> u64 {
        let magazine = self.of(caller);
        let turns = magazine.turns.load(Ordering::Relaxed);
        let (period, count) = (turns >> 32, turns & 0xFFFF_FFFF);
        magazine.turns.store(period << 32 | (count + 1) & 0xFFFF_FFFF, Ordering::Relaxed);
        if (count + 1).is_multiple_of(RENEWAL)
            && period < PERIODS
            // Only what was settled is over. Whoever clears the bias clears that of the period that it settles.
            && self.settled[self.entry(caller)].load(Ordering::Relaxed) == period
        {
            self.start(caller, period + 1);
        }
        count
    }

    /// Opens the magazine of the caller, whose entry it is, if it is closed.
    pub(super) fn open(&self, caller: Caller) {
        let magazine = self.of(caller);
        let entry = self.entry(caller);
        let open = &self.open[entry / 64];
        // Pairs with the release in `close`: who closed it has written what it had to.
        if open.load(Ordering::Acquire) & 1 << (entry % 64) == 0 {
            magazine.limit.store(self.limit as u64, Ordering::Relaxed);
            // Pairs with the load in `close`: who sees the bit sees the limit.
            open.fetch_or(1 << (entry % 64), Ordering::Release);
        }
    }

    /// How many are open; those of threads that ended, too.
    pub(super) fn opened(&self) -> usize {
        self.open.iter().map(|open| open.load(Ordering::Relaxed).count_ones() as usize).sum()
    }

    /// Closes all magazines, and hands what is in them to `give_back`; whether there were any that were open.
    pub(super) fn close<P: Protocol>(&self, caller: Caller, mut give_back: impl FnMut(usize)) -> bool {
        let mut any = false;
        for (index, word) in self.open.iter().enumerate() {
            // Pairs with the release in `open`, and with the one when others close it: that they did is seen, too.
            let open = word.load(Ordering::Acquire);
            if open == 0 {
                continue;
            }
            any |= self.close_some::<P>(caller, index, open, &mut give_back);
        }
        any
    }

    fn close_some<P: Protocol>(
        &self,
        caller: Caller,
        word: usize,
        open: u64,
        give_back: &mut impl FnMut(usize),
    ) -> bool {
        let entries = || {
            let mut left = open;
            std::iter::from_fn(move || {
                let bit = left & left.wrapping_neg();
                left ^= bit;
                (bit != 0).then_some(bit)
            })
        };
        let magazine = |bit: u64| &self.entries[word * 64 + bit.trailing_zeros() as usize];
        let mut mine = 0;
        for bit in entries() {
            let magazine = magazine(bit);
            // It wouldn't leave while this waits.
            if magazine.is_inside(caller) {
                continue;
            }
            let limit = magazine.limit.load(Ordering::Relaxed);
            // Of those who close it at once one does.
            if limit != 0
                && magazine.limit.compare_exchange(limit, 0, Ordering::Relaxed, Ordering::Relaxed).is_ok()
            {
                mine |= bit;
            }
        }
        if mine != 0 {
            // Pairs with the light side in `enter`, of all of them.
            W::heavy();
        }
        let mut any = mine != 0;
        for bit in entries() {
            let magazine = magazine(bit);
            if mine & bit == 0 {
                if magazine.is_inside(caller) {
                    continue;
                }
                // Another thread closes it: what was in there will be free.
                any = true;
                W::pause(64);
                continue;
            }
            magazine.wait::<P>();
            // The owner doesn't look at them while it is closed.
            let len = magazine.len.load(Ordering::Relaxed) as usize;
            for item in &magazine.items[..len] {
                give_back(item.load(Ordering::Relaxed) as usize);
            }
            magazine.len.store(0, Ordering::Relaxed);
            // Published by the next line: who doesn't see the bit any more, sees this.
            self.closings.fetch_add(1, Ordering::Release);
            // Pairs with the loads in `open` and `close`.
            self.open[word].fetch_and(!bit, Ordering::Release);
        }
        any
    }

    /// Ends the period that a slot with such a word was lent in, so that whoever changes its word does so with a compare-exchange.
    pub(super) fn settle<P: Protocol>(&self, caller: Caller, lent: u64) {
        let bias = lent & BIAS;
        if bias == 0 {
            return;
        }
        let entry = (bias >> ENTRY_SHIFT) as usize & self.mask;
        let period = bias >> BIAS_SHIFT & ((1 << PERIOD_BITS) - 1);
        let settled = &self.settled[entry];
        // Pairs with the exchange below: the owner has left.
        if settled.load(Ordering::Acquire) >= period {
            return;
        }
        let magazine = &self.entries[entry];
        // The owner itself is at no plain store now.
        if magazine.is_of(caller) {
            return;
        }
        // Where it is another period's, or cleared already, there is only to wait.
        let _ =
            magazine.bias.compare_exchange(LENT | HELD | bias, SHARED, Ordering::Relaxed, Ordering::Relaxed);
        // Pairs with the light side in `enter`.
        W::heavy();
        magazine.wait::<P>();
        let mut before = settled.load(Ordering::Relaxed);
        while before < period {
            match settled.compare_exchange(before, period, Ordering::Release, Ordering::Relaxed) {
                Ok(_) => break,
                Err(now) => before = now,
            }
        }
    }

    /// How often one was closed.
    pub(super) fn closings(&self) -> u64 {
        // Pairs with the release where one is closed: what was in there is free.
        self.closings.load(Ordering::Acquire)
    }

    /// Slots in magazines, if nobody uses them meanwhile.
    pub(super) fn count(&self) -> usize {
        let mut count = 0;
        for (index, word) in self.open.iter().enumerate() {
            let mut open = word.load(Ordering::Relaxed);
            while open != 0 {
                let entry = index * 64 + open.trailing_zeros() as usize;
                count += self.entries[entry].len.load(Ordering::Relaxed) as usize;
                open &= open - 1;
            }
        }
        count
    }
}
