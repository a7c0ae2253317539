//! No cache: a claim and a free are one locked instruction each, in the live bits.

use std::ptr::NonNull;
use std::sync::atomic::AtomicU64;

use super::thread::Caller;
use super::{Cache, Engaged, Got, Inside};
use crate::pool::live::{Bits, Live, Seat};
use crate::pool::primitive::{Protocol, Sound, Word};
use crate::pool::word::{Mark, State};

/// Live bits without magazines.
#[derive(Debug)]
pub(crate) struct Uncached<'a, W: Word, P: Protocol>(pub(in crate::pool) Live<'a, W, P>);

/// Uninhabited: there is no magazine to enter.
#[derive(Debug)]
pub(in crate::pool) enum Nowhere {}

impl Inside for Nowhere {
    fn bias(&self) -> Mark {
        match *self {}
    }

    fn leave(self) {
        match self {}
    }
}

impl<W: Word, P: Protocol> Cache for Uncached<'_, W, P> {
    type Word = W;
    type Protocol = P;
    type Inside<'c>
        = Nowhere
    where
        Self: 'c;

    #[inline(always)]
    fn live(&self) -> &Live<'_, W, P> {
        &self.0
    }

    #[inline(always)]
    fn claim_kept(&self, _caller: Caller) -> Option<Got> {
        None
    }

    #[inline(always)]
    fn claim(&self, caller: Caller, refilled: impl FnMut(u64)) -> Option<Got> {
        self.0.claim(caller.seat(), refilled).map(Got::shared)
    }

    fn claim_many(
        &self,
        _caller: Caller,
        seat: Seat,
        count: usize,
        mut claimed: impl FnMut(Bits, Mark),
    ) -> usize {
        let mut left = count;
        self.0.claim_many(seat, &mut left, |bits| claimed(bits, Mark::SHARED));
        count - left
    }

    #[inline(always)]
    fn put(&self, _caller: Caller, index: usize) {
        self.0.release_one(index);
    }

    fn keep_inside(inside: &Nowhere, _index: usize) -> bool {
        match *inside {}
    }

    fn packed_inside(inside: &Nowhere, _index: usize) -> Option<u64> {
        match *inside {}
    }

    fn pack_inside(inside: &Nowhere, _packed: u64) {
        match *inside {}
    }

    fn put_inside(&self, inside: Nowhere, _index: usize) {
        match inside {}
    }

    #[inline(always)]
    fn enter_near(&self, _caller: Caller) -> Option<Nowhere> {
        None
    }

    #[inline(always)]
    fn enter(&self, _caller: Caller) -> Option<Nowhere> {
        None
    }

    #[inline(always)]
    fn settle(&self, _caller: Caller, _lent: State) -> Result<(), Engaged> {
        Ok(())
    }

    fn is_engaged(&self, _caller: Caller) -> bool {
        false
    }

    fn resign(&self, _caller: Caller) {}

    fn kept(&self) -> usize {
        0
    }
}

#[cfg_attr(test, allow(dead_code, reason = "used on targets without magazines"))]
impl Uncached<'static, AtomicU64, Sound> {
    /// Returns the number of bytes that [`in_memory`](Self::in_memory) takes.
    pub(in crate::pool) const fn bytes(_capacity: usize) -> usize {
        0
    }

    /// Returns the live bits.
    ///
    /// # Safety
    ///
    /// None: the function is unsafe because that of magazines is.
    pub(in crate::pool) unsafe fn in_memory(
        _start: NonNull<u8>,
        live: Live<'static, AtomicU64, Sound>,
        _wanted: bool,
    ) -> Self {
        Self(live)
    }

    /// Does nothing, as no thread keeps anything to give back.
    pub(in crate::pool) fn enlist(&'static self) {}
}
