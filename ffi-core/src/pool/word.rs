//! The word of a slot: its state, and how often it was freed.
//!
//! ```text
//! 63    62    61          49 48    46  45       44     0
//! LENT  HELD  entry        period     EXPOSED  frees       lent, while a thread may free it with a plain store
//! LENT  HELD  guests       0          EXPOSED  frees       lent, with so many readers
//! 0     HELD  CLAIMED ..   0          EXPOSED  frees       claimed for a moment; the lowest of the guests: REMEMBERED
//! 0     HELD  0            0          0        frees       owned by a `PoolBox`
//! 0     0     guests       0          0        frees       freed, and free once its last reader leaves
//! 0     0     entry        period     0        frees       freed by a thread that may not wait, and free once another looks
//! 0     0     0            0          0        frees       free
//! ```
//!
//! The low half of the frees is the generation of a handle.
//!
//! **Exposed** means that code outside of Rust has, or had, the slot's pointer since the slot last
//! was Rust's. A call of an exported function can have references into exposed slots only, because
//! its arguments are pointers that came from outside. So safe code takes and reads slots that are
//! not exposed, and no call has to mark anything. A biased slot is always exposed: only the C ABI
//! lends with a bias.
//!
//! **Claimed for a moment** is a slot that is on its way to Rust and may still go back, because a
//! later argument is refused or a queue is full; and a slot that code outside of Rust pushed, until
//! it is popped. A release in that moment is remembered: if the slot goes back, it is freed.

/// Bits of an entry of a bias.
pub(super) const ENTRY_BITS: u32 = 13;

/// Bit: the slot is lent to whoever has its pointer or handle.
const LENT: u64 = 1 << 63;

/// Bit: the slot is handed out.
const HELD: u64 = 1 << 62;

/// Bit: code outside of Rust has, or had, the slot's pointer.
const EXPOSED: u64 = 1 << (BIAS_SHIFT - 1);

/// The bits that count the frees.
const FREES: u64 = EXPOSED - 1;

/// The lowest bit of the bias.
const BIAS_SHIFT: u32 = 46;

/// Bits of a bias's period; what is 0 there is no bias.
const PERIOD_BITS: u32 = 3;

/// The lowest bit of a bias's entry.
const ENTRY_SHIFT: u32 = BIAS_SHIFT + PERIOD_BITS;

/// One reader, in the place of an entry.
const READER: u64 = 1 << ENTRY_SHIFT;

/// Bit in the place of an entry: the slot is claimed for a moment.
const CLAIMED: u64 = 1 << (ENTRY_SHIFT + ENTRY_BITS - 1);

/// Bit of a slot that is claimed for a moment: it was released meanwhile.
const REMEMBERED: u64 = READER;

/// The bits that count readers.
const READERS: u64 = CLAIMED - READER;

/// The bits of entry and period.
const BIAS: u64 = (1 << (ENTRY_SHIFT + ENTRY_BITS)) - (1 << BIAS_SHIFT);

const _: () = assert!(LENT | HELD | BIAS | EXPOSED | FREES == u64::MAX);

/// Why a slot was not freed, taken or read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// It was freed, or is of another generation.
    NotLive,
    /// A `PoolBox` owns it.
    Owned,
    /// Code outside of Rust may have its pointer.
    Exposed,
    /// It is being read, or claimed for a moment, or it would have to be waited for by a thread
    /// that may not wait.
    Busy,
}

/// What is done with slots that are exposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exposure {
    /// They are refused.
    Refuse,
    /// They are accepted: the caller vouches that nobody uses their pointers.
    Accept,
}

/// What the word of a lent slot is, beside the frees: [`Mark::SHARED`], or a bias of one entry's
/// owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark(u64);

impl Mark {
    /// Lent by the C ABI without a bias: every thread frees it with a compare-exchange.
    pub(super) const SHARED: Self = Self(LENT | HELD | EXPOSED);

    /// Like the word of no slot, as what is lent is held. Instead of a bias, between periods.
    pub(super) const NONE: Self = Self(LENT);

    /// Periods that a bias tells apart. One less than fit, so that not all bits of a bias are set:
    /// see [`State::freed_by`].
    pub(super) const PERIODS: u64 = (1 << PERIOD_BITS) - 2;

    /// The bias of an entry's owner in a period from 1 on.
    pub(super) const fn biased(entry: usize, period: u64) -> Self {
        Self(Self::SHARED.0 | (entry as u64) << ENTRY_SHIFT | period << BIAS_SHIFT)
    }

    #[inline(always)]
    pub(super) const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    #[inline(always)]
    pub(super) const fn bits(self) -> u64 {
        self.0
    }
}

/// The state that a slot's word says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct State(pub(super) u64);

impl State {
    #[inline(always)]
    pub(super) fn generation(self) -> u32 {
        self.0 as u32
    }

    #[inline(always)]
    pub(super) fn frees(self) -> u64 {
        self.0 & FREES
    }

    /// Returns true if the slot is handed out.
    #[inline(always)]
    pub(super) fn is_held(self) -> bool {
        self.0 & HELD != 0
    }

    #[inline(always)]
    pub(super) fn is_lent(self) -> bool {
        self.0 & LENT != 0
    }

    /// Returns true if a handle of this generation means the slot.
    #[inline(always)]
    pub(super) fn is_meant(self, generation: u32) -> bool {
        self.is_held() && self.generation() == generation
    }

    #[inline(always)]
    pub(super) fn is_exposed(self) -> bool {
        self.0 & EXPOSED != 0
    }

    /// Returns true if nobody has the slot, readers included.
    #[inline(always)]
    pub(super) fn is_free(self) -> bool {
        self.0 & !FREES == 0
    }

    /// The period in which the slot was lent; 0 if it has no bias.
    #[inline(always)]
    fn period(self) -> u64 {
        self.0 >> BIAS_SHIFT & ((1 << PERIOD_BITS) - 1)
    }

    /// The entry and period of the bias.
    pub(super) fn bias(self) -> Option<(usize, u64)> {
        match self.period() {
            0 => None,
            period => Some(((self.0 >> ENTRY_SHIFT) as usize & ((1 << ENTRY_BITS) - 1), period)),
        }
    }

    /// What the word is beside the frees.
    pub(super) fn mark(self) -> Mark {
        Mark(self.0 & !FREES)
    }

    pub(super) fn is_claimed(self) -> bool {
        self.is_held() && !self.is_lent() && self.0 & CLAIMED != 0
    }

    /// Returns true if a `PoolBox` has the slot.
    #[inline(always)]
    pub(super) fn is_owned(self) -> bool {
        self.is_held() && !self.is_lent() && !self.is_claimed()
    }

    /// Returns true if code outside of Rust may have the slot's pointer: it is lent, and has no
    /// readers but those that know that it is exposed. So a call never has as `&mut` what a
    /// `PoolBox` or a safe reader has.
    #[inline(always)]
    pub(super) fn may_be_exposed(self) -> bool {
        self.is_lent() && (self.is_exposed() || self.readers() == 0)
    }

    /// The readers, as bits; 0 for one with a bias, as that has none.
    fn readers(self) -> u64 {
        if self.period() == 0 && (self.is_lent() || !self.is_held()) { self.0 & READERS } else { 0 }
    }

    /// The state once the thread with this bias has freed the slot; not free if it can't do so with
    /// a plain store.
    ///
    /// Lent by that thread, which is alone with it: nothing but the frees differs. Their overflow
    /// is left to the slow path. Not all bits differ, which would overflow to 0: what isn't lent
    /// has no bias, and no bias has all bits.
    #[inline(always)]
    pub(super) fn freed_by(self, bias: Mark) -> Self {
        Self((self.0 ^ bias.0).wrapping_add(1))
    }

    /// Freed by a thread that may not wait until the owner of its bias is not about to do so: no
    /// handle means it any more, and it is free once another thread has
    /// [`finished`](Self::finished) that. Nothing of a slot without a bias.
    pub(super) fn deferred(self, release: bool) -> Result<Self, Refused> {
        let bias = self.0 & BIAS;
        self.given_back(release).map(|freed| Self(freed.0 | bias))
    }

    /// Free, if that was deferred.
    pub(super) fn finished(self) -> Option<Self> {
        (!self.is_held() && self.period() != 0).then_some(Self(self.frees()))
    }

    /// Claimed, by an owner that keeps it.
    #[inline(always)]
    pub(super) fn held(self) -> Self {
        Self(self.0 | HELD)
    }

    /// Claimed, by an owner that lends it.
    #[inline(always)]
    pub(super) fn lent_as(self, mark: Mark) -> Self {
        Self(self.0 | mark.0)
    }

    /// Lent by its owner by its handle.
    #[inline(always)]
    pub(super) fn lent(self) -> Self {
        Self(self.0 | LENT)
    }

    /// Exposed.
    pub(super) fn exposed(self) -> Self {
        Self(self.0 | EXPOSED)
    }

    /// Never handed out, after all.
    pub(super) fn not_handed_out(self) -> Self {
        Self(self.frees())
    }

    /// Freed by its owner.
    #[inline(always)]
    pub(super) fn freed(self) -> Self {
        Self(self.0.wrapping_add(1) & FREES)
    }

    /// Owned by a `PoolBox`, and not exposed.
    #[inline(always)]
    pub(super) fn owned(self) -> Self {
        Self(self.frees() | HELD)
    }

    /// Lent by its owner to code outside of Rust.
    #[inline(always)]
    pub(super) fn lent_out(self) -> Self {
        Self(self.frees() | Mark::SHARED.0)
    }

    /// Given back by code that it was lent to. It isn't free yet while it has readers.
    ///
    /// Nor while it is claimed: a `release`, whose caller has nothing but a handle, is remembered
    /// then; a free by the pointer is refused, as its caller learns of it.
    pub(super) fn given_back(self, release: bool) -> Result<Self, Refused> {
        if self.is_lent() {
            Ok(Self(self.freed().0 | self.readers()))
        } else if self.is_claimed() && !release {
            Err(Refused::Busy)
        } else if self.is_claimed() && self.0 & REMEMBERED == 0 {
            Ok(Self(self.0 | REMEMBERED))
        } else if self.is_owned() {
            Err(Refused::Owned)
        } else {
            Err(Refused::NotLive)
        }
    }

    /// Lent, and neither read nor, if that matters, exposed.
    fn to_be_taken(self, exposure: Exposure) -> Result<(), Refused> {
        self.lent_and(exposure)?;
        if self.readers() != 0 { Err(Refused::Busy) } else { Ok(()) }
    }

    fn lent_and(self, exposure: Exposure) -> Result<(), Refused> {
        match () {
            () if self.is_claimed() => Err(Refused::Busy),
            () if !self.is_held() => Err(Refused::NotLive),
            () if !self.is_lent() => Err(Refused::Owned),
            () if self.is_exposed() && exposure == Exposure::Refuse => Err(Refused::Exposed),
            () => Ok(()),
        }
    }

    /// Taken from whoever it was lent to.
    pub(super) fn taken(self, exposure: Exposure) -> Result<Self, Refused> {
        self.to_be_taken(exposure).map(|()| self.owned())
    }

    /// Claimed for a moment from whoever it was lent to.
    pub(super) fn claimed(self, exposure: Exposure) -> Result<Self, Refused> {
        self.to_be_taken(exposure)?;
        Ok(Self(self.owned().0 | self.0 & EXPOSED | CLAIMED))
    }

    /// No longer claimed: lent again, or freed if it was released meanwhile. Exposed in any case,
    /// which is never wrong.
    pub(super) fn unclaimed(self) -> Self {
        if self.0 & REMEMBERED != 0 { self.freed() } else { self.lent_out() }
    }

    /// With one more reader.
    pub(super) fn entered(self, exposure: Exposure) -> Result<Self, Refused> {
        self.lent_and(exposure)?;
        match self.readers() {
            READERS => Err(Refused::Busy),
            readers => Ok(Self(self.0 & !BIAS | (readers + READER))),
        }
    }

    /// With one reader less.
    pub(super) fn left(self) -> Self {
        Self(self.0 - READER)
    }
}
