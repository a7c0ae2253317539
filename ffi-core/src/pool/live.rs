//! The live bits: which slots may be claimed, and which of them a thread claims next.
//!
//! A claim is one `fetch_or` that decides by the bit's old value, so it needs no list whose head
//! could be popped while it changes, and no tag against that (the ABA problem of Treiber's stack).
//! The other half of the work is placement: threads that claim bits of one word fight for its cache
//! line, so each is sent to a group of its own while enough is free.
//!
//! ```text
//! bits   [slots 0..64][64..128] ..          spare bits at the end are set for good
//! hints  [{group, candidates}; 256]         a line each: where the threads that hash to the entry claim next
//! ```
//!
//! A hint may be stale, torn or shared by two threads: the worst is a claim that fails and looks
//! again. Nothing here waits, so a claim or a free of a pool without magazines is lock-free: an
//! attempt fails only because another one succeeded.
//!
//! The constants are judged by rows of `cargo xtask bench pools`, which each names.

use std::marker::PhantomData;
use std::sync::atomic::Ordering;

use super::primitive::{Protocol, Word};

/// Slots per word of bits.
pub(super) const GROUP: usize = 64;

/// Words of bits per cache line.
pub(super) const LINE: usize = 8;

/// Entries of the hint table: row "a million pairs, 50 threads".
pub(super) const HINTS: usize = 256;

/// Groups with this many free slots are taken before those closer by with fewer: rows of churn.
const PLENTY: u32 = 16;

/// With this many free slots in a group near home, threads go back to it: rows "a million freed
/// elsewhere".
const ROOMY: u32 = 48;

/// Lines that are near: searched for such groups before any free slot will do: rows of churn.
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

/// Bits of one group.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bits {
    pub(super) group: usize,
    pub(super) bits: u64,
}

impl Bits {
    /// The index of the lowest, if there is one.
    #[inline(always)]
    pub(super) fn first(self) -> Option<usize> {
        (self.bits != 0).then(|| self.group * GROUP + self.bits.trailing_zeros() as usize)
    }

    /// The rest.
    #[inline(always)]
    pub(super) fn without_first(self) -> Self {
        Self { bits: self.bits & self.bits.wrapping_sub(1), ..self }
    }

    /// Removes the highest, and returns its index.
    pub(super) fn pop_last(&mut self) -> Option<usize> {
        let last = (u64::BITS - 1).checked_sub(self.bits.leading_zeros())?;
        self.bits ^= 1 << last;
        Some(self.group * GROUP + last as usize)
    }
}

/// A place that threads start from, by a hash of theirs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seat(pub(super) usize);

/// The live bits of a pool.
#[derive(Debug)]
pub(crate) struct Live<'a, W, P> {
    /// A multiple of [`LINE`]; the bits from the capacity on are set for good.
    bits: &'a [W],
    /// [`HINTS`] of them, or a smaller power of two in a model; each `group` is below `bits.len()`.
    hints: &'a [Hint<W>],
    capacity: usize,
    /// Groups that have slots.
    groups: usize,
    protocol: PhantomData<P>,
}

impl<'a, W: Word, P: Protocol> Live<'a, W, P> {
    /// The bits of fresh, zeroed arrays.
    pub(crate) fn new(bits: &'a [W], hints: &'a [Hint<W>], capacity: usize) -> Self {
        let groups = capacity.div_ceil(GROUP);
        assert!(bits.len() >= groups && hints.len().is_power_of_two());
        for (group, word) in bits.iter().enumerate() {
            let used = capacity.saturating_sub(group * GROUP).min(GROUP);
            let spare = u64::MAX.checked_shl(used as u32).unwrap_or(0);
            if spare != 0 {
                // No other thread sees the arrays yet.
                word.store(spare, Ordering::Relaxed);
            }
        }
        Self { bits, hints, capacity, groups, protocol: PhantomData }
    }

    #[inline(always)]
    pub(super) fn capacity(&self) -> usize {
        self.capacity
    }

    /// Groups that have slots.
    pub(super) fn groups(&self) -> usize {
        self.groups
    }

    #[inline(always)]
    fn hint_index(&self, seat: Seat) -> usize {
        // A power of two.
        seat.0 & (self.hints.len() - 1)
    }

    #[inline(always)]
    fn hint(&self, seat: Seat) -> &'a Hint<W> {
        // SAFETY: `new` asserts that their number is a power of two, and so the index is below it.
        unsafe { self.hints.get_unchecked(self.hint_index(seat)) }
    }

    /// The group that a seat's threads claim in first: the groups are dealt out among the hints.
    fn home(&self, seat: Seat) -> usize {
        self.hint_index(seat) * self.groups / self.hints.len()
    }

    /// Claims some bits of a group; those that were clear, and so are the caller's now.
    #[inline(always)]
    pub(super) fn claim_bits(&self, wanted: Bits) -> Bits {
        Bits { bits: wanted.bits & !P::claim(&self.bits[wanted.group], wanted.bits), ..wanted }
    }

    /// Claims the next candidate of the seat's hint: one locked instruction.
    #[inline(always)]
    pub(super) fn claim_hinted(&self, seat: Seat) -> Option<usize> {
        let hint = self.hint(seat);
        // A hint: all that it says is checked by the claim, so nothing has to be ordered with it.
        let candidates = hint.candidates.load(Ordering::Relaxed);
        if candidates == 0 {
            return None;
        }
        let group = hint.group.load(Ordering::Relaxed) as usize;
        let slot = candidates.trailing_zeros();
        hint.candidates.store(candidates & (candidates - 1), Ordering::Relaxed);
        // Said with a shift, this is one instruction where the machine has one that tests and sets
        // a bit.
        let live = self.bits.get(group)?;
        (P::claim(live, 1 << slot) & 1 << slot == 0).then_some(group * GROUP + slot as usize)
    }

    /// Claims a slot near to others of the seat's; none when all are live.
    ///
    /// `take` claims some of a group's candidates: it returns those that it tried, and the one that
    /// it got. `refilled` is told how often the hint's candidates ran out, when they do.
    pub(super) fn claim_near(
        &self,
        seat: Seat,
        refilled: &mut impl FnMut(u64),
        mut take: impl FnMut(Bits) -> (u64, Option<usize>),
    ) -> Option<usize> {
        let hint = self.hint(seat);
        let group = hint.group.load(Ordering::Relaxed) as usize;
        let left = hint.candidates.load(Ordering::Relaxed);
        if let Some(index) = self.claim_in(hint, group, left, &mut take) {
            return Some(index);
        }
        let refills = self.refill(seat);
        refilled(refills);
        let home = self.home(seat);
        loop {
            let (group, free) = self.find(home, if refills == 0 { home } else { group })?;
            if let Some(index) = self.claim_in(hint, group, free, &mut take) {
                return Some(index);
            }
        }
    }

    /// Counts a refill; how many there were before.
    fn refill(&self, seat: Seat) -> u64 {
        let hint = self.hint(seat);
        let refills = hint.refills.load(Ordering::Relaxed);
        hint.refills.store(refills.wrapping_add(1), Ordering::Relaxed);
        refills
    }

    /// Claims one of `candidates` in `group`, and leaves those that were not tried as the hint.
    fn claim_in(
        &self,
        hint: &Hint<W>,
        group: usize,
        mut candidates: u64,
        take: &mut impl FnMut(Bits) -> (u64, Option<usize>),
    ) -> Option<usize> {
        let live = &self.bits[group];
        loop {
            candidates &= !live.load(Ordering::Relaxed);
            if candidates == 0 {
                return None;
            }
            let (tried, got) = take(Bits { group, bits: candidates });
            candidates &= !tried;
            if got.is_some() {
                hint.group.store(group as u64, Ordering::Relaxed);
                hint.candidates.store(candidates, Ordering::Relaxed);
                return got;
            }
        }
    }

    /// Claims a slot that is free; none when all are live.
    #[inline(always)]
    pub(super) fn claim(&self, seat: Seat, refilled: impl FnMut(u64)) -> Option<usize> {
        self.claim_hinted(seat).or_else(|| self.claim_slowly(seat, refilled))
    }

    #[cold]
    #[inline(never)]
    fn claim_slowly(&self, seat: Seat, mut refilled: impl FnMut(u64)) -> Option<usize> {
        self.claim_near(seat, &mut refilled, |candidates| self.take_one(candidates))
    }

    /// Takes the lowest candidate: what [`claim_near`](Self::claim_near) asks for where threads
    /// keep nothing.
    pub(super) fn take_one(&self, candidates: Bits) -> (u64, Option<usize>) {
        let wanted = Bits { bits: lowest(candidates.bits, 1), ..candidates };
        (wanted.bits, self.claim_bits(wanted).first())
    }

    /// A group with free slots, and which they are. `home` is the seat's own group, `current` the
    /// one it last had.
    ///
    /// Near home if it is nearly empty there, so that threads that came across each other part
    /// again, and one whose slots are freed elsewhere uses the same ones again. Else from the
    /// current line on, and not from home, whose holes are few where much is live: the first line
    /// that has plenty, if one is near, or else any slot.
    fn find(&self, home: usize, current: usize) -> Option<(usize, u64)> {
        let lines = self.bits.len().div_ceil(LINE);
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

    /// How many slots are free in the emptiest group of a line, which group that is, and which
    /// slots they are. Threads that share a line start at different groups of it.
    #[inline]
    fn most_in(&self, line: usize, start: usize) -> (u32, usize, u64) {
        let first = line * LINE;
        let groups = &self.bits[first..self.bits.len().min(first + LINE)];
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

    /// Claims the free slot with the lowest index: where each slot is large, those touched before
    /// are used again.
    pub(super) fn claim_lowest(&self) -> Option<usize> {
        for (group, live) in self.bits.iter().enumerate() {
            loop {
                let free = Bits { group, bits: !live.load(Ordering::Relaxed) };
                if free.bits == 0 {
                    break;
                }
                if let (_, Some(index)) = self.take_one(free) {
                    return Some(index);
                }
            }
        }
        None
    }

    /// Claims up to `left` slots, counting down, whole groups at once, from the seat's home on.
    pub(super) fn claim_many(&self, seat: Seat, left: &mut usize, mut claimed: impl FnMut(usize)) {
        let home = self.home(seat);
        let (before, from) = self.bits.split_at(home);
        let groups = from.iter().zip(home..).chain(before.iter().zip(0..));
        for (live, group) in groups {
            if *left == 0 {
                break;
            }
            let free = !live.load(Ordering::Relaxed);
            if free == 0 {
                continue;
            }
            let mut got = self.claim_bits(Bits { group, bits: lowest(free, *left) });
            *left -= got.bits.count_ones() as usize;
            while let Some(index) = got.first() {
                claimed(index);
                got = got.without_first();
            }
        }
    }

    /// Counts the refill that a batch is; how many there were before.
    pub(super) fn batch(&self, seat: Seat) -> u64 {
        self.refill(seat)
    }

    /// Clears live bits of a group.
    #[inline(always)]
    pub(super) fn release(&self, freed: Bits) {
        P::release(&self.bits[freed.group], freed.bits);
    }

    /// Clears the live bit of a slot.
    #[inline(always)]
    pub(super) fn release_one(&self, index: usize) {
        self.release(Bits { group: index / GROUP, bits: 1 << (index % GROUP) });
    }

    /// Clears the live bits of several slots: those of one group that follow each other at once.
    pub(super) fn release_all(&self, indices: impl Iterator<Item = usize>) {
        let mut freed = Bits { group: 0, bits: 0 };
        for index in indices {
            if index / GROUP != freed.group && freed.bits != 0 {
                self.release(freed);
                freed.bits = 0;
            }
            freed = Bits { group: index / GROUP, bits: freed.bits | 1 << (index % GROUP) };
        }
        if freed.bits != 0 {
            self.release(freed);
        }
    }

    /// How many slots have their bit set, more or less: they are handed out, or kept by a thread.
    pub(super) fn count(&self) -> usize {
        let set: usize =
            self.bits.iter().map(|live| live.load(Ordering::Relaxed).count_ones() as usize).sum();
        set - (self.bits.len() * GROUP - self.capacity)
    }
}

/// Those of some bits whose slots' words fill a cache line, if there are such: else all. What
/// threads use that come from different lines doesn't slow them down.
pub(super) fn undivided(bits: u64) -> u64 {
    let full = bits.to_le_bytes().map(|line| if line == u8::MAX { line } else { 0 });
    match u64::from_le_bytes(full) {
        0 => bits,
        full => full,
    }
}

/// The lowest `count` of some bits, or all if they are fewer.
pub(super) fn lowest(bits: u64, count: usize) -> u64 {
    if bits.count_ones() as usize <= count {
        return bits;
    }
    let mut rest = bits;
    for _ in 0..count {
        rest &= rest - 1;
    }
    bits ^ rest
}
