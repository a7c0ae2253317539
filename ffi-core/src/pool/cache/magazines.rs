//! The magazines of a pool: which thread has which, and how slots come back from threads that don't
//! use them.
//!
//! ```text
//! entries  [{owner, bias, mark, limit, turns, packed, group, len, items}; 8..8192]
//! open     [bits of entries 0..64][64..128] ..     set: it may have slots
//! settled  [period of entry 0][1] ..               see "Bias"
//! closer   the thread that closes magazines, or 0
//! ```
//!
//! A thread finds its entry by two hashes of its thread pointer. A pool has as many entries as
//! slots, rounded up to a power of two, within the limits above; a magazine has an eighth of the
//! slots, and at most [`ITEMS`].
//!
//! # Nothing is lost
//!
//! Slots that are kept for an idle or ended thread are not lost to the others: a thread that finds
//! nothing free closes all magazines and gives back their slots. The owner says that it is inside
//! ([`INSIDE`]) and then looks whether it may be (`limit`, `bias`); the closer says that the owner
//! may not and then looks whether it is. One of them sees the other's store, as both pass a
//! [`fence`](super::fence), which costs the owner nothing. The closer waits until the owner has
//! left, which takes a few instructions. The owner opens a closed magazine again once plenty is
//! free. The more magazines are open, the fewer items each may have, so that thousands of threads
//! keep only a part of the slots.
//!
//! One thread closes at a time: `closer` is the only lock. So only its holder sets `limit` to 0 and
//! clears a bit of `open`, and a bit is set if and only if the limit isn't 0, except in the middle
//! of opening and emptying.
//!
//! An entry belongs to the first thread that hashes to it. When that thread ends, it gives back the
//! slots and then the entry. No other thread can take it earlier: the owner may have been stopped
//! just after it saw that the entry is its own. If the entry is another thread's, the caller tries
//! the next of four, which takes a call to find. With 2,000 threads whose stacks are anywhere, two
//! have no entry.
//!
//! # Bias
//!
//! Two threads that free the same slot must not both put it into their magazines. So a slot's word
//! names the entry whose owner lent it, and the period, and only that thread may change the word
//! with a plain store, while the entry's `bias` names the same period (biased locking: K.
//! Kawachiya, A. Koseki, T. Onodera, "Lock Reservation: Java Locks Can Mostly Do Without Atomic
//! Operations", OOPSLA 2002). Any other thread ends the period first: it clears `bias`, and waits
//! until the owner has left. A slot that was lent in a settled period, before or after it was
//! settled, is freed with a compare-exchange by all threads. After a while the owner starts the
//! next period; after the last of [`Mark::PERIODS`] there is none, so threads that free each
//! other's slots wait only that many times.
//!
//! # Waits
//!
//! A thread waits for an owner to leave, and for the closer to finish, by [`Word::pause`]. An owner
//! that is inside waits for nobody, and the closer only for owners, so no two threads wait for each
//! other. A signal handler would break that rule if it interrupted its own thread inside, or as the
//! closer: it is **engaged**. It enters nothing, claims through the live bits, closes nothing, and
//! ends no period: it gets an error, and [`slots`](super::super::slots) defers its frees.
//!
//! If the operating system refuses the fence later on, other threads close and settle nothing any
//! more. The owner itself, which needs no fence against itself, empties what was closed and settles
//! what was cleared, at its next claim or its end.

use std::hint;
use std::sync::atomic::Ordering;

use super::magazine::{HAS_PACKED, INSIDE, ITEMS, Inside, Magazine, REFILLS, Threads};
use super::thread::Caller;
use super::{Cache, Engaged, Got, Inside as _};
use crate::pool::list::Link;
use crate::pool::live::{Bits, GROUP, Live, Seat, lowest, undivided};
use crate::pool::primitive::{Half as _, Protocol, Word, wait_until};
use crate::pool::word::{ENTRY_BITS, Mark, State};

/// Largest number of entries of a pool: as many as a slot's word can name.
pub(in crate::pool) const MOST_ENTRIES: usize = 1 << ENTRY_BITS;

/// Number of slots from which a pool isn't small. Threads of a small one that find nothing free
/// wait longer until they keep slots again: see [`Magazines::patience`].
const MANY: usize = 1_024;

/// Exponent of the size of an entry.
const EXPONENT: u32 = 7;

/// Number of packed slots from which they are given back when a slot of another group is freed,
/// rather than once there are too many items; rows "a million freed elsewhere".
const MANY_PACKED: u32 = 16;

/// Number of refills after which a settled period may be followed by the next; the rows "a million
/// freed elsewhere" of `cargo xtask bench pools` chose it.
const RENEWAL: u64 = 256;

/// Number of refills between two looks for plenty of free slots, while a magazine is closed; the
/// rows "a million pairs" of many threads in `cargo xtask bench pools` chose it.
const PATIENCE: u64 = 64;

/// Number of refills between two such looks, while a magazine has fewer items than it could.
const MUCH_PATIENCE: u64 = 1_024;

/// Number of items of a magazine while many are open: enough for a thread that frees the slot it
/// just claimed.
const FEW: usize = 4;

/// Counts about magazines. Nothing that is only read shares a cache line with them: they lie apart
/// from it, rather than in a line of their own, which would move it to other lines.
#[repr(C)]
#[derive(Debug)]
pub(crate) struct Counts<W> {
    before: [u64; 7],
    /// Number of magazines that are open.
    opened: W,
    /// Number of times that a magazine was emptied.
    closings: W,
    /// The thread pointer of the closer, or 0.
    closer: W,
    after: [u64; 7],
}

impl<W> Counts<W> {
    pub(in crate::pool) fn new(zero: impl Fn() -> W) -> Self {
        Self { before: [0; 7], opened: zero(), closings: zero(), closer: zero(), after: [0; 7] }
    }
}

/// The magazines of a pool, above its live bits. What the fast paths read comes first.
#[repr(C)]
#[derive(Debug)]
pub(crate) struct Magazines<'a, W: Threads, P> {
    /// A power of two of magazines; none ever has an owner if the pool has no magazines.
    entries: &'a [Magazine<W>],
    /// The mask times the size of an entry, if that is `1 << EXPONENT`.
    offsets: usize,
    /// One less than the number of entries.
    mask: usize,
    live: Live<'a, W, P>,
    open: &'a [W],
    settled: &'a [W],
    counts: Counts<W>,
    /// Number of items that one may have while few are open.
    limit: usize,
    /// Number of items that all together should have at most.
    budget: usize,
    pub(super) link: Link<Self>,
}

/// Holds the lock of the closer until it is dropped.
struct Closing<'a, W: Word>(&'a W);

impl<W: Word> Drop for Closing<'_, W> {
    fn drop(&mut self) {
        // Pairs with the exchange in `try_lock`.
        self.0.store(0, Ordering::Release);
    }
}

impl<'a, W: Threads, P: Protocol> Magazines<'a, W, P> {
    /// Makes the magazines of fresh, zeroed arrays. `open` has a bit, and `settled` a word, for
    /// each entry, or both are empty if the pool has no magazines.
    pub(in crate::pool) fn new(
        live: Live<'a, W, P>,
        entries: &'a [Magazine<W>],
        open: &'a [W],
        settled: &'a [W],
        counts: Counts<W>,
        limit: usize,
    ) -> Self {
        assert!(entries.len().is_power_of_two() && entries.len() <= MOST_ENTRIES);
        assert!(open.is_empty() || open.len() * 64 >= entries.len() && settled.len() == entries.len());
        assert!((1..=ITEMS).contains(&limit));
        let budget = live.capacity() / 4;
        let mask = entries.len() - 1;
        let offsets = mask << EXPONENT;
        Self { live, entries, mask, offsets, open, settled, counts, limit, budget, link: Link::new() }
    }

    /// Allows this many items in all magazines together, instead of a fourth of the slots.
    #[cfg(test)]
    pub(in crate::pool) fn with_budget(self, budget: usize) -> Self {
        Self { budget, ..self }
    }

    /// Returns true if the pool has magazines.
    fn exist(&self) -> bool {
        !self.open.is_empty()
    }

    /// Returns the entry with an index, whose bits beyond the mask are ignored.
    #[inline(always)]
    fn at(&self, entry: usize) -> &'a Magazine<W> {
        // SAFETY: `new` asserts that the number of entries is a power of two, and the mask is one
        // less.
        unsafe { self.entries.get_unchecked(entry & self.mask) }
    }

    /// Returns the entry at an offset, whose bits beyond the mask and below an entry are ignored.
    /// With real words that takes an instruction less than [`at`](Self::at).
    #[inline(always)]
    fn at_offset(&self, offset: usize) -> &'a Magazine<W> {
        if size_of::<Magazine<W>>() != 1 << EXPONENT {
            return self.at(offset >> EXPONENT);
        }
        // SAFETY: `new` asserts that the number of entries is a power of two. The mask has the bits
        // of the offsets of all of them.
        let entry = unsafe { self.entries.as_ptr().byte_add(offset & self.offsets) };
        // SAFETY: that is one of the entries.
        unsafe { &*entry }
    }

    /// Returns the four entries of which one may be the caller's.
    fn places(&self, caller: Caller) -> [usize; 4] {
        let [first, second] = caller.hashes().map(|hash| hash & self.mask);
        [first, second, first ^ 1 & self.mask, second ^ 1 & self.mask]
    }

    /// Returns the caller's entry, if it has one.
    fn entry(&self, caller: Caller) -> Option<usize> {
        self.places(caller).into_iter().find(|&entry| self.at(entry).is_of(caller))
    }

    /// Returns true if the caller's magazine is closed, or the caller has none and can't get one,
    /// because its places belong to others or the pool has no magazines.
    #[inline(always)]
    fn is_closed_to(&self, caller: Caller) -> bool {
        if !self.exist() {
            return true;
        }
        match self.entry(caller) {
            Some(entry) => self.at(entry).limit.load(Ordering::Relaxed) == 0,
            None => {
                self.places(caller).into_iter().all(|entry| self.at(entry).owner.load(Ordering::Relaxed) != 0)
            }
        }
    }

    /// Returns the caller's entry. A caller without one gets one of its places, if one has no
    /// owner.
    pub(in crate::pool) fn bind(&self, caller: Caller) -> Option<usize> {
        self.entry(caller).or_else(|| {
            // A thread that has an entry gives it up when it ends.
            if !self.exist() || !W::is_fenced() || !W::is_attended() {
                return None;
            }
            self.places(caller).into_iter().find(|&entry| self.bind_one(caller, entry))
        })
    }

    fn bind_one(&self, caller: Caller, entry: usize) -> bool {
        let magazine = self.at(entry);
        if magazine.owner.load(Ordering::Relaxed) != 0 {
            return false;
        }
        // Pairs with the store in `resign`, if another thread had the entry before: its period goes
        // on.
        let bound =
            magazine.owner.compare_exchange(0, caller.thread | INSIDE, Ordering::Acquire, Ordering::Relaxed);
        match bound {
            Ok(_) => {
                match magazine.turns.load(Ordering::Relaxed) >> 32 {
                    0 => self.start(entry, 1),
                    period => magazine.turns.store(period << 32, Ordering::Relaxed),
                }
                magazine.owner.store(caller.thread, Ordering::Release);
                true
            }
            // The entry may be the caller's meanwhile, through a signal handler that ran in
            // between.
            Err(owner) => owner & !INSIDE == caller.thread,
        }
    }

    /// Starts a period of the caller, whose entry it is.
    fn start(&self, entry: usize, period: u64) {
        let magazine = self.at(entry);
        magazine.turns.store(period << 32, Ordering::Relaxed);
        let bias = Mark::biased(entry, period).bits();
        magazine.mark.store(bias, Ordering::Relaxed);
        magazine.bias.store(bias, Ordering::Relaxed);
    }

    /// Maintains the caller's magazine after a while: opens it if plenty is free, and starts the
    /// next period if it is time to. Returns the mark that a slot's word gets when the caller lends
    /// it.
    fn tend(&self, caller: Caller) -> Mark {
        let Some(entry) = self.bind(caller) else { return Mark::SHARED };
        // The caller is inside, so that no signal handler comes in between.
        let Some(inside) = self.enter(caller) else { return Mark::SHARED };
        let turn = self.turn(entry);
        self.recover(caller, entry);
        let limit = inside.limit();
        let patience = if limit == 0 { self.patience() } else { MUCH_PATIENCE };
        if limit < self.limit && turn.is_multiple_of(patience) && W::is_fenced() {
            let allotted = self.allotted();
            if allotted > limit {
                self.open(entry, allotted);
            }
        }
        let mark = inside.mark();
        inside.leave();
        mark
    }

    /// Returns the number of refills between two looks for plenty of free slots, while a magazine
    /// is closed. In a small pool it grows with the closings (exponential backoff would forget
    /// them): its threads find nothing free again and again, and each closing is a heavy fence.
    fn patience(&self) -> u64 {
        if self.live.capacity() >= MANY { PATIENCE } else { PATIENCE * self.closings().clamp(1, PATIENCE) }
    }

    /// Counts a refill of the caller, whose entry it is, and starts the next period if it is time
    /// to. Returns the number of refills in the period.
    fn turn(&self, entry: usize) -> u64 {
        let magazine = self.at(entry);
        let turns = magazine.turns.load(Ordering::Relaxed);
        let (period, count) = (turns >> 32, turns & REFILLS);
        magazine.turns.store(period << 32 | (count + 1) & REFILLS, Ordering::Relaxed);
        // Only a settled period is over. The thread that settles a period clears its bias.
        if self.settled[entry].load(Ordering::Relaxed) == period {
            if (count + 1).is_multiple_of(RENEWAL) && period < Mark::PERIODS && W::is_fenced() {
                self.start(entry, period + 1);
            } else {
                // No thread has to find out that the period is settled.
                magazine.mark.store(Mark::SHARED.bits(), Ordering::Relaxed);
            }
        }
        count
    }

    /// Finishes, for the caller's own entry, the closing and settling that other threads began and
    /// can't finish without a fence.
    fn recover(&self, caller: Caller, entry: usize) {
        if W::is_fenced() {
            return;
        }
        let magazine = self.at(entry);
        // From here on the caller changes no slot's word with a plain store.
        magazine.bias.store(Mark::NONE.bits(), Ordering::Relaxed);
        magazine.mark.store(Mark::SHARED.bits(), Ordering::Relaxed);
        self.settled_until(entry, magazine.turns.load(Ordering::Relaxed) >> 32);
        if self.is_open(entry)
            && let Some(closing) = self.try_lock(caller)
        {
            // The entry is the caller's own, and no other thread empties it.
            magazine.limit.store(0, Ordering::Relaxed);
            self.empty(entry);
            drop(closing);
        }
    }

    /// Returns how many items one more magazine may have. It is 0 unless so much is free, and so
    /// little kept, that the items would not be taken back soon. Taking items back from many
    /// threads means waiting for each that was stopped inside its magazine.
    fn allotted(&self) -> usize {
        let capacity = self.live.capacity();
        if capacity - self.live.count() < (capacity / 4).max(1) {
            return 0;
        }
        let opened = self.opened();
        if opened * self.limit <= self.budget / 2 {
            self.limit
        } else if opened * FEW <= self.budget {
            FEW.min(self.limit)
        } else {
            0
        }
    }

    /// Opens the magazine of the caller, whose entry it is, or raises its limit.
    pub(in crate::pool) fn open(&self, entry: usize, limit: usize) {
        let magazine = self.at(entry);
        let before = magazine.limit.load(Ordering::Relaxed);
        if before != 0 {
            // It fails if the magazine is being closed.
            let _ = magazine.limit.compare_exchange(
                before,
                before.max(limit as u64),
                Ordering::Relaxed,
                Ordering::Relaxed,
            );
        } else if !self.is_open(entry) {
            self.counts.opened.fetch_add(1, Ordering::Relaxed);
            magazine.limit.store(limit as u64, Ordering::Relaxed);
            // Pairs with the load in `close`: the thread that sees the bit sees the limit.
            self.open[entry / 64].fetch_or(1 << (entry % 64), Ordering::Release);
        }
    }

    /// Returns true if the entry's bit is set: its magazine is open, or being closed.
    fn is_open(&self, entry: usize) -> bool {
        // Pairs with the release in `empty`: the closer has finished its writes.
        self.open[entry / 64].load(Ordering::Acquire) & 1 << (entry % 64) != 0
    }

    /// Returns true if so few magazines are open that each may have packed slots.
    fn may_pack(&self) -> bool {
        self.opened() * (self.limit + GROUP) <= self.budget / 2
    }

    /// Number of magazines that are open.
    fn opened(&self) -> usize {
        // Pairs with the release in `empty`.
        self.counts.opened.load(Ordering::Acquire) as usize
    }

    /// Number of times that a magazine was emptied.
    fn closings(&self) -> u64 {
        // Pairs with the release in `empty`: the items are free.
        self.counts.closings.load(Ordering::Acquire)
    }

    fn try_lock(&self, caller: Caller) -> Option<Closing<'_, W>> {
        let closer = &self.counts.closer;
        // Pairs with the store in the drop of `Closing`.
        let locked = closer.compare_exchange(0, caller.thread, Ordering::Acquire, Ordering::Relaxed);
        (locked.is_ok() || !P::EXCLUSIVE).then(|| Closing(closer))
    }

    /// Makes the caller the closer, once no other thread is.
    fn lock(&self, caller: Caller) -> Closing<'_, W> {
        let mut closing = None;
        wait_until::<W>(|| {
            closing = self.try_lock(caller);
            closing.is_some()
        });
        closing.expect("it is waited for until there is one")
    }

    /// Takes back the items of magazines, for a thread that read `closings` before. Returns true if
    /// it's worth looking for free slots once more.
    pub(in crate::pool) fn reclaim(&self, caller: Caller, closings: u64) -> bool {
        // Pairs with the fence in `claim_near`: the thread that saw that a slot was claimed for a
        // magazine sees that it is open.
        W::fence(Ordering::Acquire);
        if self.opened() != 0 && !self.is_engaged(caller) {
            let closing = self.lock(caller);
            // It closes nothing if another thread did so meanwhile: the caller may have looked for
            // those slots too early.
            if self.closings() == closings {
                self.close();
            }
            drop(closing);
        }
        self.closings() != closings
    }

    /// Closes and empties all magazines. Only the closer calls it.
    fn close(&self) {
        for (index, word) in self.open.iter().enumerate() {
            let entry = |bit: u64| index * 64 + bit.trailing_zeros() as usize;
            // Pairs with the release in `open`.
            let shut = bits(word.load(Ordering::Acquire)).filter(|&bit| self.shut(entry(bit))).sum();
            if shut == 0 {
                continue;
            }
            // Pairs with the light side in `entered`, and with the store in `open`, of all entries.
            if !W::heavy() {
                // The magazines stay shut until their owners come by.
                return;
            }
            for bit in bits(shut) {
                self.at(entry(bit)).wait::<P>();
                self.empty(entry(bit));
            }
        }
    }

    /// Marks a magazine as closed; returns true if the caller, the closer, has to
    /// [`empty`](Self::empty) it.
    fn shut(&self, entry: usize) -> bool {
        // A load before it would hide it from loom, which looks at the last access only.
        self.at(entry).limit.fetch_and(0, Ordering::Relaxed) != 0
    }

    /// Frees the items of a magazine that is shut, and whose owner is not inside, or is the caller.
    fn empty(&self, entry: usize) {
        let magazine = self.at(entry);
        // The owner doesn't look at the items while the magazine is closed.
        let len = magazine.len.load(Ordering::Relaxed) as usize;
        self.live.release_all(magazine.items[..len].iter().map(|item| item.load(Ordering::Relaxed) as usize));
        self.live.release(magazine.packed());
        magazine.set_packed(Bits::NONE);
        magazine.len.store(0, Ordering::Relaxed);
        // The next line publishes it: a thread that no longer sees the bit sees this count.
        self.counts.closings.fetch_add(1, Ordering::Release);
        // Pairs with the loads in `is_open` and `close`.
        self.open[entry / 64].fetch_and(!(1 << (entry % 64)), Ordering::Release);
        // A thread that sees this count, and looks no further, sees the freed slots.
        self.counts.opened.fetch_add(1_u64.wrapping_neg(), Ordering::Release);
    }

    /// Notes that the periods of an entry are over, up to `period`.
    fn settled_until(&self, entry: usize, period: u64) {
        let settled = &self.settled[entry];
        let mut before = settled.load(Ordering::Relaxed);
        while before < period {
            // Pairs with the load in `settle`: that thread sees what the owner did inside.
            match settled.compare_exchange(before, period, Ordering::Release, Ordering::Relaxed) {
                Ok(_) => break,
                Err(now) => before = now,
            }
        }
    }

    /// Claims a slot near to others of the caller's, and packs all others that are free in its
    /// group: the fast path of [`claim_slowly`](Self::claim_slowly), for a magazine that has
    /// nothing in it. It, and how many are packed.
    fn refill(&self, inside: &Inside<'_, W, P>, caller: Caller) -> Option<(usize, usize)> {
        if inside.limit() != self.limit || !self.may_pack() || !W::is_fenced() {
            return None;
        }
        let entry = self.entry(caller)?;
        // Pairs with the fence in `reclaim`.
        W::fence(Ordering::Release);
        // The caller stays inside until the slots are packed, as in `claim_near`.
        let got = self.live.claim_group(caller.seat())?;
        let index = got.first()?;
        self.turn(entry);
        let rest = got.without_first();
        inside.magazine.set_packed(rest);
        Some((index, rest.bits.count_ones() as usize))
    }

    /// Claims a slot near to others of the caller's, or several, if it has an open magazine for the
    /// rest. It, and how many are the rest.
    fn claim_near(&self, caller: Caller, refilled: &mut impl FnMut(u64)) -> Option<(usize, usize)> {
        let mut more = 0;
        let index = self.live.claim_near(caller.seat(), refilled, |candidates| {
            // The caller stays inside until the slots are in the magazine: a thread that finds
            // nothing free meanwhile waits for them.
            let inside = self.enter(caller);
            // It isn't empty if a signal handler has just freed some.
            let limit = inside.as_ref().filter(|it| it.is_empty()).map_or(0, Inside::limit);
            if limit != 0 {
                // Pairs with the fence in `reclaim`.
                W::fence(Ordering::Release);
            }
            let crowded = (1..self.limit).contains(&limit);
            let near = if crowded { undivided(candidates.bits) } else { candidates.bits };
            // One for the caller, and the rest.
            let most = if limit == self.limit && self.may_pack() { GROUP } else { limit + 1 };
            let wanted = Bits { bits: lowest(near, most), ..candidates };
            let got = self.live.claim_bits(wanted);
            if let Some(inside) = inside {
                if limit != 0 {
                    let rest = got.without_first();
                    if most == GROUP {
                        inside.magazine.set_packed(rest);
                    } else {
                        inside.fill(rest);
                    }
                    more = rest.bits.count_ones() as usize;
                }
                inside.leave();
            }
            (wanted.bits, got.first())
        });
        Some((index?, more))
    }

    #[cold]
    #[inline(never)]
    fn claim_slowly(&self, caller: Caller, mut refilled: impl FnMut(u64)) -> Option<Got> {
        let mark = if self.exist() { self.tend(caller) } else { Mark::SHARED };
        loop {
            let closings = self.closings();
            if let Some((index, more)) = self.claim_near(caller, &mut refilled) {
                return Some(Got { index, mark, more });
            }
            if !self.reclaim(caller, closings) {
                return None;
            }
        }
    }

    #[cold]
    #[inline(never)]
    fn put_slowly(&self, caller: Caller, index: usize) {
        match self.enter(caller) {
            Some(inside) if inside.push(index) => inside.leave(),
            Some(inside) => self.put_packing(inside, index),
            None => self.live.release_one(index),
        }
    }

    /// Packs a slot that makes the packed ones whole, which gives them back, or that is the first
    /// one; returns true if it did.
    fn pack_group(&self, inside: &Inside<'_, W, P>, index: usize) -> bool {
        let bit = Bits { group: index / GROUP, bits: 1 << (index % GROUP) };
        let packed = inside.magazine.packed();
        if packed.bits != 0 && packed.group == bit.group {
            // The caller stays inside until the slots are free.
            self.live.release(Bits { bits: packed.bits | bit.bits, ..bit });
            inside.magazine.set_packed(Bits::NONE);
            return true;
        }
        // What a refill packed is not given back for one slot of another group.
        let is_freed = inside.magazine.turns.load(Ordering::Relaxed) & HAS_PACKED != 0;
        let first =
            (packed.bits == 0 || is_freed && packed.bits.count_ones() >= MANY_PACKED) && self.may_pack();
        if first {
            self.live.release(packed);
            inside.set_has_packed();
            inside.magazine.set_packed(bit);
        }
        first
    }

    /// Puts a slot into a magazine that is full or closed, and leaves it.
    #[cold]
    #[inline(never)]
    fn put_packing(&self, inside: Inside<'_, W, P>, index: usize) {
        // The caller stays inside until the slots are free: a thread that finds nothing free
        // meanwhile waits for them.
        if inside.limit() != 0 {
            inside.pack(self.may_pack(), |others| self.live.release(others));
        }
        if !inside.push(index) {
            // It is closed.
            self.live.release_one(index);
        }
        inside.leave();
    }

    /// Returns true if the caller is inside, or the closer, of this pool.
    pub(super) fn is_engaged_here(&self, caller: Caller) -> bool {
        self.counts.closer.load(Ordering::Relaxed) == caller.thread
            || self.places(caller).into_iter().any(|entry| self.at(entry).is_inside(caller))
    }

    /// Returns how many magazines have an owner, and how many are open.
    #[cfg(test)]
    pub(in crate::pool) fn in_use(&self) -> (usize, usize) {
        let owned = self.entries.iter().filter(|entry| entry.owner.load(Ordering::Relaxed) != 0).count();
        (owned, self.opened())
    }

    /// Panics unless bits, limits and their count agree, as they do while no thread is inside or
    /// closes any.
    #[cfg(test)]
    pub(in crate::pool) fn check_at_rest(&self) {
        let entries = || (0..self.entries.len()).filter(|_| self.exist());
        for entry in entries() {
            let limit = self.at(entry).limit.load(Ordering::Relaxed);
            assert_eq!(self.is_open(entry), limit != 0, "assertion: entry {entry} has the limit {limit}");
        }
        assert_eq!(entries().filter(|&entry| self.is_open(entry)).count(), self.opened(), "assertion");
    }
}

impl<W: Threads, P: Protocol> Cache for Magazines<'_, W, P> {
    type Word = W;
    type Protocol = P;
    type Inside<'c>
        = Inside<'c, W, P>
    where
        Self: 'c;

    #[inline(always)]
    fn live(&self) -> &Live<'_, W, P> {
        &self.live
    }

    #[inline(always)]
    fn claim_kept(&self, caller: Caller) -> Option<Got> {
        let inside = self.enter_near(caller)?;
        let mark = inside.mark();
        let index = inside.pop();
        inside.leave();
        Some(Got { index: index?, mark, more: 0 })
    }

    #[inline(always)]
    fn claim(&self, caller: Caller, refilled: impl FnMut(u64)) -> Option<Got> {
        if let Some(inside) = self.enter_near(caller).or_else(|| self.enter(caller)) {
            let mark = inside.mark();
            let kept = inside.pop().map(|index| (index, 0)).or_else(|| self.refill(&inside, caller));
            inside.leave();
            if let Some((index, more)) = kept {
                return Some(Got { index, mark, more });
            }
        }
        if self.is_closed_to(caller)
            && let Some(index) = self.live.claim_hinted(caller.seat())
        {
            return Some(Got::shared(index));
        }
        self.claim_slowly(caller, refilled)
    }

    fn claim_many(
        &self,
        caller: Caller,
        seat: Seat,
        count: usize,
        mut claimed: impl FnMut(Bits, Mark),
    ) -> usize {
        // A mark is read once: a slot that is lent in a period that is settled meanwhile is freed
        // with a compare-exchange.
        let mark = self
            .bind(caller)
            .map_or(Mark::SHARED, |entry| Mark::from_bits(self.at(entry).mark.load(Ordering::Relaxed)));
        let mut left = count;
        loop {
            let closings = self.closings();
            self.live.claim_many(seat, &mut left, |bits| claimed(bits, mark));
            if left == 0 || !self.reclaim(caller, closings) {
                return count - left;
            }
        }
    }

    #[inline(always)]
    fn put(&self, caller: Caller, index: usize) {
        if let Some(inside) = self.enter_near(caller) {
            let kept = inside.push(index);
            inside.leave();
            if kept {
                return;
            }
        }
        self.put_slowly(caller, index);
    }

    #[inline(always)]
    fn keep_inside(inside: &Inside<'_, W, P>, index: usize) -> bool {
        inside.push(index)
    }

    #[inline(always)]
    fn packed_inside(inside: &Inside<'_, W, P>, index: usize) -> Option<u64> {
        inside.packed_with(index)
    }

    #[inline(always)]
    fn pack_inside(inside: &Inside<'_, W, P>, packed: u64) {
        inside.magazine.packed.store(packed, Ordering::Relaxed);
    }

    fn put_inside(&self, inside: Inside<'_, W, P>, index: usize) {
        if let Some(packed) = inside.packed_with(index) {
            Self::pack_inside(&inside, packed);
        } else if inside.limit() == 0 || !self.pack_group(&inside, index) && !inside.push(index) {
            return self.put_packing(inside, index);
        }
        inside.leave();
    }

    #[inline(always)]
    fn enter_near(&self, caller: Caller) -> Option<Inside<'_, W, P>> {
        // The first two of the caller's places.
        let [first, second] = caller.hashes_times::<EXPONENT>();
        let mut magazine = self.at_offset(first);
        if !magazine.is_left_by(caller) {
            hint::cold_path();
            magazine = self.at_offset(second);
            if !magazine.is_left_by(caller) {
                return None;
            }
        }
        Some(magazine.entered::<P>(caller))
    }

    fn enter(&self, caller: Caller) -> Option<Inside<'_, W, P>> {
        if !self.exist() {
            return None;
        }
        let mut places = self.places(caller).into_iter().map(|entry| self.at(entry));
        let magazine = places.find(|magazine| magazine.is_left_by(caller))?;
        Some(magazine.entered::<P>(caller))
    }

    fn settle(&self, caller: Caller, lent: State) -> Result<(), Engaged> {
        let Some((entry, period)) = lent.bias() else { return Ok(()) };
        let entry = entry & self.mask;
        // Pairs with the exchange in `settled_until`: the owner has left.
        if self.settled[entry].load(Ordering::Acquire) >= period {
            return Ok(());
        }
        if self.is_engaged(caller) {
            return Err(Engaged);
        }
        let magazine = self.at(entry);
        // The owner itself is between plain stores now: it is not inside.
        if magazine.is_of(caller) {
            return Ok(());
        }
        // If the bias is another period's, or cleared already, waiting is all that is left.
        let (bias, none) = (lent.mark().bits(), Mark::NONE.bits());
        let _ = magazine.bias.compare_exchange(bias, none, Ordering::Relaxed, Ordering::Relaxed);
        // Pairs with the light side in `entered`.
        if !W::heavy() {
            return Err(Engaged);
        }
        magazine.wait::<P>();
        self.settled_until(entry, period);
        Ok(())
    }

    fn is_engaged(&self, caller: Caller) -> bool {
        self.is_engaged_here(caller) || W::is_engaged_elsewhere(caller)
    }

    fn resign(&self, caller: Caller) {
        let Some(entry) = self.entry(caller) else { return };
        if self.is_engaged(caller) {
            // The thread ends in a signal handler: the entry is lost with it.
            return;
        }
        self.recover(caller, entry);
        let closing = self.lock(caller);
        // The owner is not inside, and won't be again.
        self.shut(entry);
        if self.is_open(entry) {
            self.empty(entry);
        }
        drop(closing);
        // Pairs with the exchange in `bind_one`: the next owner sees what this one did inside.
        self.at(entry).owner.store(0, Ordering::Release);
    }

    fn kept(&self) -> usize {
        let mut count = 0;
        for (index, word) in self.open.iter().enumerate() {
            for bit in bits(word.load(Ordering::Relaxed)) {
                let entry = index * 64 + bit.trailing_zeros() as usize;
                let magazine = self.at(entry);
                count += magazine.len.load(Ordering::Relaxed) as usize;
                count += magazine.packed().bits.count_ones() as usize;
            }
        }
        count
    }
}

/// Returns an iterator over the bits that are set.
fn bits(mut word: u64) -> impl Iterator<Item = u64> {
    std::iter::from_fn(move || {
        let bit = word & word.wrapping_neg();
        word ^= bit;
        (bit != 0).then_some(bit)
    })
}
