//! Slots that are kept back for a thread, which takes and returns them with plain loads and stores.
//!
//! A locked instruction costs as much as two calls, or five times that, depending on the processor, and a claim and a free
//! were one each. A magazine is used by one thread only, its owner: the thread with the thread pointer that is in there. It
//! is filled with several slots by one locked instruction, and emptied likewise.
//!
//! ```text
//! entries  [{owner, bias, limit, len, items}; 8192]         two lines each, found by two hashes of the thread pointer
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
//! owner has left, for a few instructions of it. A closed magazine is opened again by its owner, once plenty is free. The more
//! are open the less each may have, so that thousands of threads keep back no more than a part of the slots.
//!
//! An entry belongs to the first thread that hashes to it, until that thread ends, and gives back the slots and then the
//! entry: any other could not take it from one that was stopped just after it saw that the entry is its own. Where that is
//! another's, the thread has the next of four; there it is found, too, but by a call. Of 2,000 threads with stacks anywhere two
//! have none.
//!
//! # Bias
//!
//! Two threads that free the same slot must not both put it into their magazines. So a slot's word says which entry's owner
//! it was lent by, and in which period, and that thread alone may change the word with a plain store, while the entry's
//! `bias` says the same. Any other ends the period first: clears `bias`, and waits until the owner has left. What is lent
//! in a period that is `settled`, before that or since, is freed with a compare-exchange, by all threads. After a while the
//! owner starts the next one; after the last of [`PERIODS`] there is none, so threads that free each other's slots wait for
//! that few times only.

use std::hint;
use std::sync::atomic::{AtomicU64, Ordering};

use super::primitive::{Half, Protocol, Word};
use super::thread::Caller;
use super::word::{BIAS_SHIFT, ENTRY_SHIFT, LENT, PERIOD_BITS, State, UNBIASED};

/// Slots in a magazine.
pub(super) const ITEMS: usize = 21;

/// Bit of an entry's owner: it is in there. Thread pointers are even, so it can be added.
const INSIDE: u64 = 1;

/// How often a thread may start to free what it lends with plain stores. Not all bits are 1: see `Slots::free_kept`.
const PERIODS: u64 = (1 << PERIOD_BITS) - 2;

/// Instead of a bias, between periods: what is lent is held, so no word is like this.
const SHARED: u64 = LENT;

/// Refills in which a period may be settled and the next started.
const RENEWAL: u64 = 256;

/// The magazine of a thread.
#[repr(C, align(128))]
#[derive(Debug)]
pub(crate) struct Magazine<W: Word> {
    /// Its owner's thread pointer, or 0 if it has none; and [`INSIDE`].
    pub(super) owner: W,
    /// What is in the words of slots that only the owner changes, beside the frees; [`SHARED`] between periods.
    pub(super) bias: W,
    /// What the word of a slot gets that the owner lends.
    pub(super) mark: W,
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
    /// [`Word::ENTRIES`] of them; all are nobody's where there are to be none.
    entries: &'a [Magazine<W>],
    open: &'a [W],
    settled: &'a [W],
    counts: Counts<W>,
    /// Items that one may have where few are open.
    pub(super) limit: usize,
    /// Items that all together should have at most.
    pub(super) budget: usize,
}

/// What happened to magazines. On a line of its own: all else of a pool that is in one place with it is only read.
#[repr(align(64))]
#[derive(Debug)]
pub(crate) struct Counts<W: Word> {
    /// How many are open.
    pub(super) opened: W,
    /// How often one was closed.
    pub(super) closings: W,
}

/// What is in a magazine.
pub(super) type Items<'a> = &'a mut dyn Iterator<Item = usize>;

/// The owner is in its magazine.
#[derive(Debug)]
pub(crate) struct Inside<'a, W: Word> {
    magazine: &'a Magazine<W>,
    owner: u64,
}

impl Counts<AtomicU64> {
    pub(super) fn new() -> Self {
        Self { opened: AtomicU64::new(0), closings: AtomicU64::new(0) }
    }
}

impl<W: Word> Magazine<W> {
    /// Once it is the caller's it stays so.
    fn is_of(&self, caller: Caller) -> bool {
        self.owner.load(Ordering::Relaxed) & !INSIDE == caller.thread
    }

    /// Whether it is the caller's, which isn't in there.
    #[inline(always)]
    fn is_left_by(&self, caller: Caller) -> bool {
        // Once it is the caller's, only that writes it.
        self.owner.load(Ordering::Relaxed) == caller.thread
    }

    /// Its owner enters it.
    #[inline(always)]
    fn entered<P: Protocol>(&self, owner: Caller) -> Inside<'_, W> {
        self.owner.store(owner.thread.wrapping_add(INSIDE), Ordering::Relaxed);
        // Pairs with the heavy side in `settle` and `close_some`: who is there sees that the owner is in here, or the owner
        // sees what was stored before.
        P::light::<W>();
        Inside { magazine: self, owner: owner.thread }
    }

    /// Whether the caller is in there: a signal interrupted it.
    fn is_inside(&self, caller: Caller) -> bool {
        self.owner.load(Ordering::Relaxed) == caller.thread | INSIDE
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

    /// What the word of a slot gets that the owner lends.
    #[inline(always)]
    pub(super) fn mark(&self) -> u64 {
        self.magazine.mark.load(Ordering::Relaxed)
    }

    /// How many items it may have: 0 while it is closed.
    pub(super) fn limit(&self) -> usize {
        self.magazine.limit.load(Ordering::Relaxed) as usize
    }

    #[inline(always)]
    pub(super) fn pop(&self) -> Option<usize> {
        let last = self.magazine.len.load(Ordering::Relaxed).wrapping_sub(1);
        // One comparison for one that is empty and one that is closed.
        if u64::from(last) >= self.magazine.limit.load(Ordering::Relaxed) {
            return None;
        }
        // SAFETY: it is below the limit, which `open` alone sets, to no more than `Magazines::limit`, and `Magazines::new` asserts
        // that this is at most `ITEMS`.
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
        // SAFETY: it is below the limit, which `open` alone sets, to no more than `Magazines::limit`, and `Magazines::new` asserts
        // that this is at most `ITEMS`.
        let item = unsafe { self.magazine.items.get_unchecked(len as usize) };
        item.store(index as u32, Ordering::Relaxed);
        self.magazine.len.store(len + 1, Ordering::Relaxed);
        true
    }
}

impl<'a, W: Word> Magazines<'a, W> {
    const MASK: usize = W::ENTRIES - 1;

    /// The magazines of fresh, zeroed arrays: `open` has a bit, and `settled` a word for each entry, or both are empty where
    /// there are to be no magazines. The counts are 0.
    pub(super) fn new(
        entries: &'a [Magazine<W>],
        open: &'a [W],
        settled: &'a [W],
        counts: Counts<W>,
        limit: usize,
        budget: usize,
    ) -> Self {
        assert!(entries.len() == W::ENTRIES && W::ENTRIES.is_power_of_two());
        assert!(open.is_empty() || open.len() * 64 >= entries.len() && settled.len() == entries.len());
        assert!((2..=ITEMS).contains(&limit));
        Self { entries, open, settled, counts, limit, budget }
    }

    /// Whether there are any.
    pub(super) fn exist(&self) -> bool {
        !self.open.is_empty()
    }

    /// Enters the caller's magazine, if it has one, and has not entered it already, before a signal interrupted it. It has to
    /// [`leave`](Inside::leave).
    pub(super) fn enter<P: Protocol>(&self, caller: Caller) -> Option<Inside<'a, W>> {
        if !self.exist() {
            return None;
        }
        let mut places = self.places(caller).into_iter().map(|entry| self.at(entry));
        let magazine = places.find(|magazine| magazine.is_left_by(caller))?;
        Some(magazine.entered::<P>(caller))
    }

    /// The same where the caller has the first or second of its places, as most have.
    #[inline(always)]
    pub(super) fn enter_near<P: Protocol>(&self, caller: Caller) -> Option<Inside<'a, W>> {
        let [first, second] = self.near_places(caller);
        let mut magazine = self.at(first);
        if !magazine.is_left_by(caller) {
            hint::cold_path();
            magazine = self.at(second);
            if !magazine.is_left_by(caller) {
                return None;
            }
        }
        Some(magazine.entered::<P>(caller))
    }

    /// The entry with an index, of which the bits beyond the mask don't count.
    #[inline(always)]
    fn at(&self, entry: usize) -> &'a Magazine<W> {
        // SAFETY: the mask is one less than `W::ENTRIES`, a power of two, and `new` asserts that there are that many entries.
        unsafe { self.entries.get_unchecked(entry & Self::MASK) }
    }

    /// The entries of which one may be the caller's.
    fn places(&self, caller: Caller) -> [usize; 4] {
        let [first, second] = self.near_places(caller);
        [first, second, first ^ 1 & Self::MASK, second ^ 1 & Self::MASK]
    }

    /// The first two.
    #[inline(always)]
    fn near_places(&self, caller: Caller) -> [usize; 2] {
        caller.hashes.map(|hash| hash as usize & Self::MASK)
    }

    /// The caller's entry, if it has one.
    pub(super) fn entry(&self, caller: Caller) -> Option<usize> {
        self.places(caller).into_iter().find(|&entry| self.at(entry).is_of(caller))
    }

    /// Whether the caller's magazine is closed, or it has none and can't get one: all its places are others', or there are
    /// no magazines.
    #[inline(always)]
    pub(super) fn is_closed_to(&self, caller: Caller) -> bool {
        if !self.exist() {
            return true;
        }
        match self.entry(caller) {
            Some(entry) => self.limit_of(entry) == 0,
            None => {
                self.places(caller).into_iter().all(|entry| self.at(entry).owner.load(Ordering::Relaxed) != 0)
            }
        }
    }

    /// The caller's entry, if it has one, or one of its places was nobody's.
    pub(super) fn bind(&self, caller: Caller) -> Option<usize> {
        self.entry(caller).or_else(|| {
            // Whoever has one gives it up in the end.
            if !W::is_attended() {
                return None;
            }
            self.places(caller).into_iter().find(|&entry| self.bind_one(caller, entry))
        })
    }

    fn bind_one(&self, caller: Caller, entry: usize) -> bool {
        let owner = &self.at(entry).owner;
        if owner.load(Ordering::Relaxed) != 0 {
            return false;
        }
        // Pairs with the store in `resign`, if another had it before: then its period goes on.
        match owner.compare_exchange(0, caller.thread | INSIDE, Ordering::Acquire, Ordering::Relaxed) {
            Ok(_) => {
                let turns = &self.at(entry).turns;
                match turns.load(Ordering::Relaxed) >> 32 {
                    0 => self.start(entry, 1),
                    period => turns.store(period << 32, Ordering::Relaxed),
                }
                owner.store(caller.thread, Ordering::Release);
                true
            }
            // Maybe it is the caller's meanwhile: of what interrupted it.
            Err(owner) => owner & !INSIDE == caller.thread,
        }
    }

    /// Gives up the caller's entry, for it ends: what is in the magazine is handed to `give_back`.
    pub(super) fn resign(&self, caller: Caller, mut give_back: impl FnMut(Items<'_>)) {
        let Some(entry) = self.entry(caller) else { return };
        // It is in there no more, and won't be again. Unless another closes it, who then does the rest.
        if self.shut(entry) {
            self.empty(entry, &mut give_back);
        }
        // Pairs with the exchange in `bind_one`: the next owner sees what this one did in there.
        self.at(entry).owner.store(0, Ordering::Release);
    }

    /// Starts a period of the caller, whose entry it is.
    fn start(&self, entry: usize, period: u64) {
        let magazine = self.at(entry);
        magazine.turns.store(period << 32, Ordering::Relaxed);
        let bias = UNBIASED | (entry as u64) << ENTRY_SHIFT | period << BIAS_SHIFT;
        magazine.mark.store(bias, Ordering::Relaxed);
        magazine.bias.store(bias, Ordering::Relaxed);
    }

    /// Counts the refills of the caller, whose entry it is: how many there were in this period. Starts the next if it is
    /// time to.
    pub(super) fn turn(&self, entry: usize) -> u64 {
        let magazine = self.at(entry);
        let turns = magazine.turns.load(Ordering::Relaxed);
        let (period, count) = (turns >> 32, turns & 0xFFFF_FFFF);
        magazine.turns.store(period << 32 | (count + 1) & 0xFFFF_FFFF, Ordering::Relaxed);
        // Only what was settled is over. Whoever clears the bias clears that of the period that it settles.
        if self.settled[entry].load(Ordering::Relaxed) == period {
            if (count + 1).is_multiple_of(RENEWAL) && period < PERIODS {
                self.start(entry, period + 1);
            } else {
                // So that nobody has to find out that it is settled.
                magazine.mark.store(UNBIASED, Ordering::Relaxed);
            }
        }
        count
    }

    /// What the word of a slot gets that the owner of the entry lends.
    pub(super) fn mark(&self, entry: usize) -> u64 {
        self.at(entry).mark.load(Ordering::Relaxed)
    }

    /// How many items it may have: 0 while it is closed.
    pub(super) fn limit_of(&self, entry: usize) -> usize {
        self.at(entry).limit.load(Ordering::Relaxed) as usize
    }

    /// Opens the magazine of the caller, whose entry it is, or lets it have more items than before.
    pub(super) fn open<P: Protocol>(&self, entry: usize, limit: usize) {
        let magazine = self.at(entry);
        let before = magazine.limit.load(Ordering::Relaxed);
        let open = &self.open[entry / 64];
        if before != 0 {
            // Unless it is being closed.
            let _ = magazine.limit.compare_exchange(
                before,
                before.max(limit as u64),
                Ordering::Relaxed,
                Ordering::Relaxed,
            );
            return;
        }
        // Pairs with the release in `close`: who closed it has written what it had to.
        if open.load(Ordering::Acquire) & 1 << (entry % 64) == 0 {
            self.counts.opened.fetch_add(1, Ordering::Relaxed);
            magazine.limit.store(limit as u64, P::OPEN);
            // Pairs with the load in `close`: who sees the bit sees the limit.
            open.fetch_or(1 << (entry % 64), Ordering::Release);
        }
    }

    /// How many have an owner.
    #[cfg(test)]
    pub(super) fn owned(&self) -> usize {
        self.entries.iter().filter(|entry| entry.owner.load(Ordering::Relaxed) != 0).count()
    }

    /// How many are open.
    pub(super) fn opened(&self) -> usize {
        // Pairs with the release in `empty`.
        self.counts.opened.load(Ordering::Acquire) as usize
    }

    /// Closes all magazines, and hands what is in them to `give_back`; whether there were any that were open.
    pub(super) fn close<P: Protocol>(&self, caller: Caller, mut give_back: impl FnMut(Items<'_>)) -> bool {
        // As with the bits: who sees that slots were claimed for one sees that it is open.
        if self.opened() == 0 {
            return false;
        }
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

    /// Closes the magazines of `open`, bits of a word.
    fn close_some<P: Protocol>(
        &self,
        caller: Caller,
        word: usize,
        open: u64,
        give_back: &mut impl FnMut(Items<'_>),
    ) -> bool {
        let entry = |bit: u64| word * 64 + bit.trailing_zeros() as usize;
        let mut mine = 0;
        for bit in bits(open) {
            // It wouldn't leave while this waits.
            if !self.at(entry(bit)).is_inside(caller) && self.shut(entry(bit)) {
                mine |= bit;
            }
        }
        if mine != 0 {
            // Pairs with the light side in `enter`, and with the store in `open`, of all of them.
            W::heavy();
        }
        let mut any = mine != 0;
        for bit in bits(open) {
            let magazine = self.at(entry(bit));
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
            self.empty(entry(bit), give_back);
        }
        any
    }

    /// Says that a magazine is closed: of those who do so at once, one has to [`empty`](Self::empty) it.
    fn shut(&self, entry: usize) -> bool {
        let limit = &self.at(entry).limit;
        let before = limit.load(Ordering::Relaxed);
        before != 0 && limit.compare_exchange(before, 0, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    /// Hands what is in a magazine to `give_back`, that the caller has closed, and whose owner is not in there.
    fn empty(&self, entry: usize, give_back: &mut impl FnMut(Items<'_>)) {
        let magazine = self.at(entry);
        // The owner doesn't look at them while it is closed.
        let len = magazine.len.load(Ordering::Relaxed) as usize;
        give_back(&mut magazine.items[..len].iter().map(|item| item.load(Ordering::Relaxed) as usize));
        magazine.len.store(0, Ordering::Relaxed);
        // Published by the next line: who doesn't see the bit any more, sees this.
        self.counts.closings.fetch_add(1, Ordering::Release);
        // Pairs with the loads in `open` and `close`.
        self.open[entry / 64].fetch_and(!(1 << (entry % 64)), Ordering::Release);
        // Whoever sees this, and looks no further, sees what was given back.
        self.counts.opened.fetch_add(1_u64.wrapping_neg(), Ordering::Release);
    }

    /// Ends the period that a slot with such a word was lent in, so that whoever changes its word does so with a compare-exchange.
    pub(super) fn settle<P: Protocol>(&self, caller: Caller, lent: State) {
        let Some((entry, period)) = lent.bias() else { return };
        let entry = entry & Self::MASK;
        let settled = &self.settled[entry];
        // Pairs with the exchange below: the owner has left.
        if settled.load(Ordering::Acquire) >= period {
            return;
        }
        let magazine = &self.entries[entry];
        // Where there is a bias, it is beside the frees all that the word is.
        let bias = lent.0 ^ lent.frees();
        // The owner itself is at no plain store now.
        if magazine.is_of(caller) {
            return;
        }
        // Where it is another period's, or cleared already, there is only to wait.
        let _ = magazine.bias.compare_exchange(bias, SHARED, Ordering::Relaxed, Ordering::Relaxed);
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
        self.counts.closings.load(Ordering::Acquire)
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

/// The bits of a word, each for itself.
fn bits(mut word: u64) -> impl Iterator<Item = u64> {
    std::iter::from_fn(move || {
        let bit = word & word.wrapping_neg();
        word ^= bit;
        (bit != 0).then_some(bit)
    })
}
