//! Word of a slot: its state, and the number of times it was freed.
//!
//! ```text
//! 63    62    61          49 48    46  45       44     0
//! LENT  HELD  entry        period     EXPOSED  frees   lent with a bias
//! LENT  HELD  guests       0          EXPOSED  frees   lent, with this many readers
//! 0     HELD  CLAIMED ..   0          EXPOSED  frees   claimed for a moment
//! 0     HELD  0            0          0        frees   owned by a `PoolBox`
//! 0     0     guests       0          0        frees   freed; free once its last reader leaves
//! 0     0     entry        period     0        frees   freed by a thread that may not wait
//! 0     0     0            0          0        frees   free
//! ```
//!
//! With a bias, the thread of the entry may free the slot with a plain store. The lowest of the
//! guests' bits of a claimed slot is `REMEMBERED`. A slot that was freed by a thread that may not
//! wait is free once another thread has looked at it.
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

/// Number of bits of a bias's entry.
pub(super) const ENTRY_BITS: u32 = 13;

/// Bit: the slot is lent to code that has its pointer or handle.
const LENT: u64 = 1 << 63;

/// Bit: the slot is handed out.
const HELD: u64 = 1 << 62;

/// Bit: code outside of Rust has, or had, the slot's pointer.
const EXPOSED: u64 = 1 << (BIAS_SHIFT - 1);

/// Bits that count the frees.
const FREES: u64 = EXPOSED - 1;

/// Lowest bit of the bias.
const BIAS_SHIFT: u32 = 46;

/// Number of bits of a bias's period; a period of 0 means that there is no bias.
const PERIOD_BITS: u32 = 3;

/// Lowest bit of a bias's entry.
const ENTRY_SHIFT: u32 = BIAS_SHIFT + PERIOD_BITS;

/// One reader, counted in the bits of an entry.
const READER: u64 = 1 << ENTRY_SHIFT;

/// Bit among those of an entry: the slot is claimed for a moment.
const CLAIMED: u64 = 1 << (ENTRY_SHIFT + ENTRY_BITS - 1);

/// Bit of a slot that is claimed for a moment: the slot was released meanwhile.
const REMEMBERED: u64 = READER;

/// Bits that count readers.
const READERS: u64 = CLAIMED - READER;

/// Bits of entry and period.
const BIAS: u64 = (1 << (ENTRY_SHIFT + ENTRY_BITS)) - (1 << BIAS_SHIFT);

const _: () = assert!(LENT | HELD | BIAS | EXPOSED | FREES == u64::MAX);

/// Reason why a slot was not freed, taken or read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// The slot was freed, or is of another generation.
    NotLive,
    /// A `PoolBox` owns the slot.
    Owned,
    /// Code outside of Rust may have the slot's pointer.
    Exposed,
    /// The slot is being read, or claimed for a moment, or a thread that may not wait would have to
    /// wait for it.
    Busy,
}

/// Treatment of slots that are exposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exposure {
    /// Exposed slots are refused.
    Refuse,
    /// Exposed slots are accepted: the caller vouches that nobody uses their pointers.
    Accept,
}

/// Word of a lent slot without the frees: [`Mark::SHARED`], or a bias of one entry's owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark(u64);

impl Mark {
    /// Mark of a slot that the C ABI lends without a bias: every thread frees it with a
    /// compare-exchange.
    pub(super) const SHARED: Self = Self(LENT | HELD | EXPOSED);

    /// Mark that no slot's word has, as lent slots are held. It stands for the bias between
    /// periods.
    pub(super) const NONE: Self = Self(LENT);

    /// Number of periods that a bias tells apart. One more would fit, but then all bits of a bias
    /// could be set: see [`State::freed_by`].
    pub(super) const PERIODS: u64 = (1 << PERIOD_BITS) - 2;

    /// Returns the bias of an entry's owner in a period from 1 on.
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

/// State of a slot, as its word encodes it.
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

    /// Returns true if the slot is held and has this generation.
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

    /// Returns the period in which the slot was lent; 0 if it has no bias.
    #[inline(always)]
    fn period(self) -> u64 {
        self.0 >> BIAS_SHIFT & ((1 << PERIOD_BITS) - 1)
    }

    /// Returns the entry and period of the bias, if there is one.
    pub(super) fn bias(self) -> Option<(usize, u64)> {
        match self.period() {
            0 => None,
            period => Some(((self.0 >> ENTRY_SHIFT) as usize & ((1 << ENTRY_BITS) - 1), period)),
        }
    }

    /// Returns the word without the frees.
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

    /// Returns true if code outside of Rust may get the slot's pointer: it is lent, and all its
    /// readers, if any, know that it is exposed. So a call never has a `&mut` to a message that a
    /// `PoolBox` or a safe reader has.
    #[inline(always)]
    pub(super) fn may_be_exposed(self) -> bool {
        self.is_lent() && (self.is_exposed() || self.readers() == 0)
    }

    /// Returns the readers, as bits; 0 for a slot with a bias, which has no readers.
    fn readers(self) -> u64 {
        if self.period() == 0 && (self.is_lent() || !self.is_held()) { self.0 & READERS } else { 0 }
    }

    /// Returns the state once a slot with this mark is freed. The result is not free if the slot
    /// has another mark.
    ///
    /// If it has this mark, the word differs from it only in the frees. An overflow of the frees is
    /// left to the slow path. The difference never has all bits set, which would overflow to 0: the
    /// slot would not be lent, and have a period that doesn't exist, or a free that was deferred
    /// after 2^45 - 1 others.
    #[inline(always)]
    pub(super) fn freed_by(self, mark: Mark) -> Self {
        Self((self.0 ^ mark.0).wrapping_add(1))
    }

    /// Returns the state once a thread that may not wait has freed the slot, while the owner of its
    /// bias may also be about to free it. No handle means the slot any more, and it is free once
    /// another thread has [`finished`](Self::finished) the free. A slot without a bias is given
    /// back as usual.
    pub(super) fn deferred(self, release: bool) -> Result<Self, Refused> {
        let bias = self.0 & BIAS;
        self.given_back(release).map(|freed| Self(freed.0 | bias))
    }

    /// Returns the state once a deferred free is finished; none if no free was deferred.
    pub(super) fn finished(self) -> Option<Self> {
        (!self.is_held() && self.period() != 0).then_some(Self(self.frees()))
    }

    /// Returns the state once the owner of the claimed slot keeps it.
    #[inline(always)]
    pub(super) fn held(self) -> Self {
        Self(self.0 | HELD)
    }

    /// Returns the state once the owner of the claimed slot lends it.
    #[inline(always)]
    pub(super) fn lent_as(self, mark: Mark) -> Self {
        Self(self.0 | mark.0)
    }

    /// Returns the state once the owner lends the slot by its handle.
    #[inline(always)]
    pub(super) fn lent(self) -> Self {
        Self(self.0 | LENT)
    }

    /// Returns the exposed state.
    pub(super) fn exposed(self) -> Self {
        Self(self.0 | EXPOSED)
    }

    /// Returns the state once a claimed slot is given back without having been handed out.
    pub(super) fn not_handed_out(self) -> Self {
        Self(self.frees())
    }

    /// Returns the state once the owner has freed the slot.
    #[inline(always)]
    pub(super) fn freed(self) -> Self {
        Self(self.0.wrapping_add(1) & FREES)
    }

    /// Returns the state once a `PoolBox` owns the slot: it is not exposed.
    #[inline(always)]
    pub(super) fn owned(self) -> Self {
        Self(self.frees() | HELD)
    }

    /// Returns the state once the owner lends the slot to code outside of Rust.
    #[inline(always)]
    pub(super) fn lent_out(self) -> Self {
        Self(self.frees() | Mark::SHARED.0)
    }

    /// Returns the state once code that the slot was lent to gives it back. The slot isn't free yet
    /// while it has readers.
    ///
    /// It isn't free either while it is claimed: a `release`, whose caller has only a handle, is
    /// remembered then; a free by the pointer is refused, as its caller gets the error.
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

    /// Returns an error unless the slot is lent, not being read, and not exposed if that matters.
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

    /// Returns the state once a `PoolBox` has taken the lent slot.
    pub(super) fn taken(self, exposure: Exposure) -> Result<Self, Refused> {
        self.to_be_taken(exposure).map(|()| self.owned())
    }

    /// Returns the state once the lent slot is claimed for a moment.
    pub(super) fn claimed(self, exposure: Exposure) -> Result<Self, Refused> {
        self.to_be_taken(exposure)?;
        Ok(Self(self.owned().0 | self.0 & EXPOSED | CLAIMED))
    }

    /// Returns the state once the claim has ended: the slot is lent again, or freed if it was
    /// released meanwhile. It is exposed in any case, which is never wrong.
    pub(super) fn unclaimed(self) -> Self {
        if self.0 & REMEMBERED != 0 { self.freed() } else { self.lent_out() }
    }

    /// Returns the state with one more reader.
    pub(super) fn entered(self, exposure: Exposure) -> Result<Self, Refused> {
        self.lent_and(exposure)?;
        match self.readers() {
            READERS => Err(Refused::Busy),
            readers => Ok(Self(self.0 & !BIAS | (readers + READER))),
        }
    }

    /// Returns the state with one reader less.
    pub(super) fn left(self) -> Self {
        Self(self.0 - READER)
    }
}
