//! Live bits: the map of the slots that may be claimed, and the order in which a thread claims
//! them.
//!
//! A claim is one `fetch_or` that decides by the bit's old value. So it needs no free list (R. K.
//! Treiber, "Systems Programming: Coping with Parallelism", IBM RJ 5118, 1986), whose head could be
//! popped while it changes, and no counter against that (the ABA problem). The other half of the
//! work is placement: threads that claim bits of one word contend for its cache line, so each is
//! sent to a group of its own while enough is free.
//!
//! ```text
//! bits   [slots 0..64][64..128] ..          spare bits at the end are set for good
//! hints  [{group, candidates}; 8..256]      one cache line each: the next claims of some threads
//! ```
//!
//! A hint may be stale, torn or shared by two threads; at worst a claim fails and looks again.
//! Nothing in this file waits, so claims and frees of a pool without magazines are lock-free: an
//! attempt fails only because another one succeeded.
//!
//! A claim and a free of such a pool are three locked instructions: the claim, the exchange in the
//! slot's word that lets one of several frees win, and the release of the bit.
//!
//! Rows of `cargo xtask bench pools` chose the constants; each constant names its row.

use std::marker::PhantomData;
use std::ops::Range;
use std::sync::atomic::Ordering;

use super::primitive::{Protocol, Word};

/// Number of slots per word of bits.
pub(super) const GROUP: usize = 64;

/// Number of words of bits per cache line.
pub(super) const LINE: usize = 8;

/// Largest number of entries of the hint table; row "a million pairs, 50 threads".
const MOST_HINTS: usize = 256;

/// Smallest number of entries of the hint table.
const FEWEST_HINTS: usize = 8;

/// Returns the number of entries of a pool's hint table, a power of two: one for each four slots,
/// as threads with hints of their own meet in the words of bits of a small pool all the same.
pub(super) const fn hints_of(capacity: usize) -> usize {
    if capacity > 4 * MOST_HINTS {
        MOST_HINTS
    } else if capacity < 4 * FEWEST_HINTS {
        FEWEST_HINTS
    } else {
        (capacity / 4).next_power_of_two()
    }
}

/// Number of free slots from which a group is preferred to closer ones that have fewer; rows of
/// churn.
const PLENTY: u32 = 16;

/// Number of free slots in a group near home from which threads go back to it; rows "a million
/// freed elsewhere".
const ROOMY: u32 = 48;

/// Number of near lines: they are searched for such groups before any free slot will do; rows of
/// churn.
const NEAR: usize = 4;

/// A sixteenth of a pool is little: a look at each bit is worth it once a thread may have claimed
/// that much since the last one; rows "a million freed elsewhere".
pub(super) const LITTLE: u64 = 16;

/// Place at which the threads of one entry claim next.
#[repr(C, align(64))]
#[derive(Debug)]
pub(crate) struct Hint<W> {
    /// Bits of the slots that were free when the group was looked at.
    pub(super) candidates: W,
    pub(super) group: W,
    /// Number of times that the candidates ran out.
    pub(super) refills: W,
}

/// Set of slots of one group.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bits {
    pub(super) group: usize,
    pub(super) bits: u64,
}

impl Bits {
    /// No slots.
    pub(super) const NONE: Self = Self { group: 0, bits: 0 };

    /// Adds a slot. If it is of another group, `release` gets those from before, and only this one
    /// is left.
    #[inline(always)]
    pub(super) fn add(&mut self, index: usize, release: impl FnOnce(Self)) {
        let group = index / GROUP;
        if group != self.group {
            release(*self);
            *self = Self { group, bits: 0 };
        }
        self.bits |= 1 << (index % GROUP);
    }

    /// Returns the index of the lowest slot, if there is one.
    #[inline(always)]
    pub(super) fn first(self) -> Option<usize> {
        (self.bits != 0).then(|| self.group * GROUP + self.bits.trailing_zeros() as usize)
    }

    /// Returns the set without its lowest slot.
    #[inline(always)]
    pub(super) fn without_first(self) -> Self {
        Self { bits: self.bits & self.bits.wrapping_sub(1), ..self }
    }

    /// Removes the lowest slot and those that follow it without a gap, and returns their indices.
    #[inline(always)]
    pub(super) fn pop_run(&mut self) -> Option<Range<usize>> {
        if self.bits == 0 {
            return None;
        }
        let first = self.bits.trailing_zeros();
        let count = (self.bits >> first).trailing_ones();
        // The carry goes through the run, and sets the bit above it, or none.
        self.bits &= self.bits.wrapping_add(1 << first);
        let first = self.group * GROUP + first as usize;
        Some(first..first + count as usize)
    }
}

/// Place that a thread starts from, by a hash of its thread pointer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seat(pub(super) usize);

/// Live bits of a pool.
#[derive(Debug)]
pub(crate) struct Live<'a, W, P> {
    /// Words of bits, a multiple of [`LINE`]; the bits from the capacity on are always set.
    bits: &'a [W],
    /// As many as [`hints_of`] says, or fewer in a model: a power of two. Each `group` is below
    /// `bits.len()`.
    hints: &'a [Hint<W>],
    capacity: usize,
    /// Number of groups that have slots.
    groups: usize,
    /// True if the near lines are a little part of the pool.
    is_near_little: bool,
    protocol: PhantomData<P>,
}

impl<'a, W: Word, P: Protocol> Live<'a, W, P> {
    /// Makes the live bits of fresh, zeroed arrays.
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
        let is_near_little = bits.len() as u64 >= LITTLE * (NEAR * LINE) as u64;
        Self { bits, hints, capacity, groups, is_near_little, protocol: PhantomData }
    }

    /// Takes the near lines as a little part of the pool.
    #[cfg(test)]
    pub(super) fn with_little_near(self) -> Self {
        Self { is_near_little: true, ..self }
    }

    #[inline(always)]
    pub(super) fn capacity(&self) -> usize {
        self.capacity
    }

    /// Number of groups that have slots.
    pub(super) fn groups(&self) -> usize {
        self.groups
    }

    #[inline(always)]
    fn hint_index(&self, seat: Seat) -> usize {
        // The length is a power of two.
        seat.0 & (self.hints.len() - 1)
    }

    #[inline(always)]
    fn hint(&self, seat: Seat) -> &'a Hint<W> {
        // SAFETY: `new` asserts that their number is a power of two, and so the index is below it.
        unsafe { self.hints.get_unchecked(self.hint_index(seat)) }
    }

    /// Returns the group in which a seat's threads claim first: the groups are dealt out among the
    /// hints.
    fn home(&self, seat: Seat) -> usize {
        // A shift, as their number is a power of two: a division takes longer than the rest.
        (self.hint_index(seat) * self.groups) >> self.hints.len().trailing_zeros()
    }

    /// Claims some bits of a group. Returns those that were clear, which are the caller's now.
    #[inline(always)]
    pub(super) fn claim_bits(&self, wanted: Bits) -> Bits {
        Bits { bits: wanted.bits & !P::claim(&self.bits[wanted.group], wanted.bits), ..wanted }
    }

    /// Claims the next candidate of the seat's hint: one locked instruction.
    #[inline(always)]
    pub(super) fn claim_hinted(&self, seat: Seat) -> Option<usize> {
        let hint = self.hint(seat);
        // The claim checks everything that the hint says, so nothing has to be ordered with it.
        let candidates = hint.candidates.load(Ordering::Relaxed);
        if candidates == 0 {
            return None;
        }
        let group = hint.group.load(Ordering::Relaxed) as usize;
        let slot = candidates.trailing_zeros();
        hint.candidates.store(candidates & (candidates - 1), Ordering::Relaxed);
        // With a shift, this is one instruction on machines that can test and set a bit.
        let live = self.bits.get(group)?;
        (P::claim(live, 1 << slot) & 1 << slot == 0).then_some(group * GROUP + slot as usize)
    }

    /// Claims a slot near others of the seat's; returns none when all are live.
    ///
    /// `take` claims some of a group's candidates, and returns those that it tried and the one that
    /// it got. `refilled` is called with the number of times that the hint's candidates had run out
    /// before, and seldom while there are free slots nearby, if that is a little part of the pool:
    /// so its seat's threads can't have claimed much.
    pub(super) fn claim_near(
        &self,
        seat: Seat,
        refilled: &mut impl FnMut(u64),
        mut take: impl FnMut(Bits) -> (u64, Option<usize>),
    ) -> Option<usize> {
        let hint = self.hint(seat);
        let group = hint.group.load(Ordering::Relaxed) as usize;
        let left = hint.candidates.load(Ordering::Relaxed);
        if left != 0
            && let Some(index) = self.claim_in(hint, group, left, &mut take)
        {
            return Some(index);
        }
        let refills = self.refill(seat);
        let home = self.home(seat);
        let nearby = self.find_near(home);
        if nearby.is_none() || !self.is_near_little {
            refilled(refills);
        } else if refills.is_multiple_of(LITTLE) {
            refilled(refills / LITTLE);
        }
        let mut found = nearby.or_else(|| self.find(if refills == 0 { home } else { group }, home))?;
        loop {
            if let Some(index) = self.claim_in(hint, found.group, found.bits, &mut take) {
                return Some(index);
            }
            found = self.find_near(home).or_else(|| self.find(found.group, home))?;
        }
    }

    /// Claims all that is free of a group near home, if there is plenty and nothing else to do: the
    /// fast path of [`claim_near`](Self::claim_near) for a thread that keeps the rest.
    pub(super) fn claim_group(&self, seat: Seat) -> Option<Bits> {
        let hint = self.hint(seat);
        let refills = hint.refills.load(Ordering::Relaxed);
        let is_more_to_do = hint.candidates.load(Ordering::Relaxed) != 0 || refills.is_multiple_of(LITTLE);
        if is_more_to_do || !self.is_near_little {
            return None;
        }
        let got = self.claim_bits(self.find_near(self.home(seat))?);
        hint.group.store(got.group as u64, Ordering::Relaxed);
        hint.refills.store(refills.wrapping_add(1), Ordering::Relaxed);
        Some(got)
    }

    /// Counts a refill, and returns how many there were before.
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
        // Without a look at first: the claim looks, and the cache line would come twice, to be
        // read and then to be written.
        while candidates != 0 {
            let (tried, got) = take(Bits { group, bits: candidates });
            candidates &= !tried;
            if got.is_some() {
                hint.group.store(group as u64, Ordering::Relaxed);
                hint.candidates.store(candidates, Ordering::Relaxed);
                return got;
            }
            candidates &= !self.bits[group].load(Ordering::Relaxed);
        }
        None
    }

    /// Claims a free slot; returns none when all are live.
    #[inline(always)]
    pub(super) fn claim(&self, seat: Seat, refilled: impl FnMut(u64)) -> Option<usize> {
        self.claim_hinted(seat).or_else(|| self.claim_slowly(seat, refilled))
    }

    #[cold]
    #[inline(never)]
    fn claim_slowly(&self, seat: Seat, mut refilled: impl FnMut(u64)) -> Option<usize> {
        self.claim_near(seat, &mut refilled, |candidates| self.take_one(candidates))
    }

    /// Takes the lowest candidate, as the `take` of [`claim_near`](Self::claim_near) when threads
    /// keep nothing.
    pub(super) fn take_one(&self, candidates: Bits) -> (u64, Option<usize>) {
        let wanted = Bits { bits: lowest(candidates.bits, 1), ..candidates };
        (wanted.bits, self.claim_bits(wanted).first())
    }

    /// Returns the free slots of a group near home of which most are free, if there is one, so that
    /// threads that met in one group part again, and a thread whose slots are freed elsewhere uses
    /// the same slots again.
    fn find_near(&self, home: usize) -> Option<Bits> {
        let mut nearby = (0..NEAR.min(self.lines())).map(|step| self.most_in(home / LINE + step, home));
        nearby.find(|best| best.0 >= ROOMY).map(|best| best.1)
    }

    /// Returns the free slots of a group.
    ///
    /// The search goes on from the group that the seat last had, and not from home, which has few
    /// free slots when much is live: it takes the first line nearby that has plenty, or else any
    /// slot.
    fn find(&self, current: usize, home: usize) -> Option<Bits> {
        let mut best = (0, Bits::NONE);
        for step in 0..self.lines() {
            let line = self.most_in(current / LINE + step, home);
            if line.0 > best.0 {
                best = line;
            }
            if best.0 >= PLENTY || (best.0 > 0 && step + 1 >= NEAR) {
                break;
            }
        }
        (best.0 > 0).then_some(best.1)
    }

    fn lines(&self) -> usize {
        self.bits.len().div_ceil(LINE)
    }

    /// Returns the emptiest group of a line: the number of its free slots, and those. After the
    /// last line comes the first one. Threads that share a line start at different groups of it.
    #[inline]
    fn most_in(&self, line: usize, home: usize) -> (u32, Bits) {
        let line = if line < self.lines() { line } else { line - self.lines() };
        let first = line * LINE;
        let groups = &self.bits[first..self.bits.len().min(first + LINE)];
        let mut best = (0, Bits { group: first, bits: 0 });
        // Most lines of a nearly exhausted pool have no free slot, and this finds out fastest.
        if groups.iter().fold(u64::MAX, |all, live| all & live.load(Ordering::Relaxed)) == u64::MAX {
            return best;
        }
        let start = home % LINE;
        // From `start` on, and then those before. Without a division, which takes longer than all
        // else here.
        let (before, from) = groups.split_at(start.min(groups.len()));
        for (live, group) in from.iter().zip(first + start..).chain(before.iter().zip(first..)) {
            let bits = !live.load(Ordering::Relaxed);
            let count = ones(bits);
            if count > best.0 {
                best = (count, Bits { group, bits });
            }
            if count == GROUP as u32 {
                break;
            }
        }
        best
    }

    /// Claims the free slot with the lowest index, so that a pool of large slots reuses touched
    /// memory.
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

    /// Claims up to `left` slots, whole groups at once, from the seat's home on, and counts `left`
    /// down.
    pub(super) fn claim_many(&self, seat: Seat, left: &mut usize, mut claimed: impl FnMut(Bits)) {
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
            let got = self.claim_bits(Bits { group, bits: lowest(free, *left) });
            *left -= got.bits.count_ones() as usize;
            claimed(got);
        }
    }

    /// Counts a batch as a refill, and returns how many there were before.
    pub(super) fn batch(&self, seat: Seat) -> u64 {
        self.refill(seat)
    }

    /// Clears live bits of a group, if there are any.
    #[inline(always)]
    pub(super) fn release(&self, freed: Bits) {
        if freed.bits != 0 {
            P::release(&self.bits[freed.group], freed.bits);
        }
    }

    /// Clears the live bit of a slot.
    #[inline(always)]
    pub(super) fn release_one(&self, index: usize) {
        self.release(Bits { group: index / GROUP, bits: 1 << (index % GROUP) });
    }

    /// Clears the live bits of several slots: consecutive ones of one group at once.
    pub(super) fn release_all(&self, indices: impl Iterator<Item = usize>) {
        let mut freed = Bits::NONE;
        indices.for_each(|index| freed.add(index, |others| self.release(others)));
        self.release(freed);
    }

    /// Returns roughly how many slots have their bit set: they are handed out, or kept by a thread.
    pub(super) fn count(&self) -> usize {
        set_bits(self.bits) - self.spare()
    }

    /// Returns the same, a million slots in some microseconds. It asks for the processor's
    /// instructions, which is code that [`count`](Self::count), of every pool, doesn't link.
    pub(super) fn count_fast(&self) -> usize {
        set_bits_fast(self.bits) - self.spare()
    }

    /// Number of bits that no slot has.
    fn spare(&self) -> usize {
        self.bits.len() * GROUP - self.capacity
    }
}

/// Returns the number of bits that are set.
#[inline(always)]
fn set_bits<W: Word>(words: &[W]) -> usize {
    words.iter().map(|word| ones(word.load(Ordering::Relaxed)) as usize).sum()
}

/// Returns the number of bits that are set. Most words have all or none, and counting takes a
/// dozen instructions on the baseline of x86-64.
#[inline(always)]
fn ones(word: u64) -> u32 {
    match word {
        0 => 0,
        u64::MAX => u64::BITS,
        some => some.count_ones(),
    }
}

/// Returns the number of bits that are set, by the instruction for it if there is one.
fn set_bits_fast<W: Word>(words: &[W]) -> usize {
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    {
        /// Has an instruction for each word, where the baseline of x86-64 has ten.
        #[target_feature(enable = "popcnt")]
        fn counted<W: Word>(words: &[W]) -> usize {
            set_bits(words)
        }
        if std::arch::is_x86_feature_detected!("popcnt") {
            // SAFETY: the processor has that instruction, as was just found out.
            return unsafe { counted(words) };
        }
    }
    set_bits(words)
}

/// Returns those of `bits` whose slots' words fill a whole cache line, or all if there are none.
/// Threads that use slots of different lines don't slow each other down.
pub(super) fn undivided(bits: u64) -> u64 {
    let full = bits.to_le_bytes().map(|line| if line == u8::MAX { line } else { 0 });
    match u64::from_le_bytes(full) {
        0 => bits,
        full => full,
    }
}

/// Returns the lowest `count` of some bits, or all if they are fewer.
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
