//! A pool with its message as data: one copy of the code for all messages.
//!
//! The derive writes eight functions for C per pool. With generic bodies rustc would compile a
//! whole pool for each message, which took 40 ms and 300 KB of a debug build. So all that happens
//! to slots is here, in terms of bytes and a [`SlotKind`]; [`Pool`](super::typed::Pool) adds the
//! type, and the checks of values.
//!
//! In optimized builds the fast paths are inlined where the message is known. The size of a slot is
//! a constant there, so they are the instructions that generic code would be.
//!
//! Code that frees slots is there twice: slots of secrets are zeroed, and other pools have no
//! instruction for that, not even one that asks. Which of the two a message calls is decided by the
//! constant `SECRET` of its type, and the linker keeps what a library calls.

use std::ffi::c_void;
use std::ops::Range;
use std::ptr::{self, NonNull};

use super::cache::thread::Caller;
use super::cache::{Cache, Native};
use super::error::{FreeCode, PoolErrorKind};
use super::primitive::{prefetch, start_at_line};
use super::raw::{self, RawPool};
use super::reserve::Arena;
use super::slots::{Claimed, Placement, Slot, Words};
use super::stride::Stride;
use super::token::Token;
use super::word::Exposure;
use crate::wipe::wipe;

/// A thread that is inside its magazine.
type Inside<'a> = <Native as Cache>::Inside<'a>;

/// Number of slots that are freed at once at most, as other threads may wait for the caller: it
/// takes a microsecond.
const RUN: usize = 256;

/// Size in bytes up to which zeroing a slot is faster than finding out whether it is still zero.
const SMALL: usize = 256;

/// Facts about a message that its pool needs: a constant for each message.
#[derive(Debug)]
pub(super) struct SlotKind {
    /// Size of a slot in bytes.
    size: usize,
    stride: Stride,
    /// Number of slots in a cache line, but at least 1.
    per_line: usize,
    placement: Placement,
    /// True if slots are zeroed when they are allocated.
    zeroed: bool,
    /// Returns the only pool of the message.
    pool: fn() -> &'static RawPool,
}

impl SlotKind {
    pub(super) const fn new(
        size: usize,
        placement: Placement,
        zeroed: bool,
        pool: fn() -> &'static RawPool,
    ) -> Self {
        let per_line = if size < 64 { 64 / size } else { 1 };
        Self { size, stride: Stride::new(size), per_line, placement, zeroed, pool }
    }
}

/// A pool without the type of its message.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub(super) struct Untyped<'a> {
    pub(super) raw: &'a RawPool,
    pub(super) kind: &'static SlotKind,
}

impl Untyped<'_> {
    #[inline(always)]
    pub(super) fn place(self, base: NonNull<u8>, slot: Slot<'_>) -> NonNull<u8> {
        // SAFETY: a slot's index is below the capacity, so its place is inside of the reservation.
        unsafe { base.add(slot.index() * self.kind.size) }
    }

    #[inline(always)]
    pub(super) fn at(self, arena: &Arena, slot: *const u8) -> Option<Slot<'static>> {
        self.at_of(arena.base, arena.slots.words(), slot)
    }

    /// Does the same with the arena's parts.
    #[inline(always)]
    fn at_of(self, base: NonNull<u8>, words: Words<'static>, slot: *const u8) -> Option<Slot<'static>> {
        words.at(self.kind.stride.index(slot.addr().wrapping_sub(base.addr().get())))
    }

    /// Returns the slot that starts at `slot`, without a comparison.
    ///
    /// # Safety
    ///
    /// One does.
    #[inline(always)]
    unsafe fn at_unchecked(self, arena: &Arena, slot: NonNull<u8>) -> Slot<'static> {
        let offset = slot.addr().get().wrapping_sub(arena.base.addr().get());
        // SAFETY: the offset is a multiple of the stride, the index of a slot times it.
        unsafe { arena.slots.words().at_unchecked(self.kind.stride.index(offset)) }
    }

    /// Returns the slot with the index of a handle, whatever its generation; none if the handle is
    /// none. A handle of no slot is counted.
    #[inline(always)]
    pub(super) fn find(
        self,
        arena: Option<&'static Arena>,
        index: Option<usize>,
    ) -> Option<(&'static Arena, Slot<'static>)> {
        let index = index?;
        let found = arena.and_then(|arena| Some((arena, arena.slots.words().at(index)?)));
        if found.is_none() {
            self.raw.stale();
        }
        found
    }

    /// Returns a claimed slot, zeroed if the message's pool zeroes.
    #[inline(always)]
    fn prepare(self, base: NonNull<u8>, slot: Slot<'_>) -> NonNull<u8> {
        let place = self.journalled(base, slot);
        // A slot that was never freed was never written.
        if self.kind.zeroed && (self.kind.size <= SMALL || slot.state().frees() != 0) {
            // SAFETY: the slot was just claimed, so nobody else uses its bytes.
            unsafe { zero(place, self.kind.size) };
        }
        place
    }

    /// Returns the place of a claimed slot, which the journal notes with the feature `pool-debug`.
    #[inline(always)]
    fn journalled(self, base: NonNull<u8>, slot: Slot<'_>) -> NonNull<u8> {
        #[cfg(feature = "pool-debug")]
        self.raw.journal.allocated(slot.index());
        self.place(base, slot)
    }

    /// Zeroes a slot of secrets that is about to be free, and looks at it with the feature
    /// `pool-debug`.
    #[inline(always)]
    fn retired<const SECRET: bool>(self, arena: &Arena, slot: Slot<'_>) {
        if SECRET {
            // SAFETY: the thread that frees a slot no longer uses it, and no thread can claim it
            // yet.
            unsafe { wipe(self.place(arena.base, slot).as_ptr(), self.kind.size) };
        }
        #[cfg(feature = "pool-debug")]
        {
            self.raw.journal.freed(slot.index());
            if self.kind.zeroed {
                // SAFETY: the thread that frees a slot no longer uses it, and no thread can claim
                // it yet; the bytes of a slot are read only after it was zeroed by a claim, or by
                // code that uses it after its free.
                unsafe { self.place(arena.base, slot).write_bytes(super::debug::FREED, self.kind.size) };
            }
        }
    }

    #[inline(always)]
    fn claim(self, arena: &Arena) -> Option<Claimed<'static>> {
        let sample = |refills| self.raw.sample(arena, refills, 1);
        let claimed = arena.slots.claim(self.kind.placement, Caller::current(), sample)?;
        arena.slots.prefetch(claimed);
        // Two of 32 bytes are on one line; of large ones the first line is enough.
        let first = self.place(arena.base, claimed.slot);
        for next in (0..claimed.more).step_by(self.kind.per_line) {
            prefetch(first.as_ptr().wrapping_add(next * self.kind.size));
        }
        Some(claimed)
    }

    /// Claims `count` slots or fewer, and returns how many it claimed. Calls `claimed` with each
    /// and its place, zeroed if the message's pool zeroes.
    #[inline]
    fn claim_many(
        self,
        arena: &Arena,
        count: usize,
        mut claimed: impl FnMut(Claimed<'static>, NonNull<u8>),
    ) -> usize {
        let (base, kind) = (arena.base, self.kind);
        let sample = |refills| self.raw.sample(arena, refills, 0);
        let at_once = kind.zeroed && kind.size <= SMALL;
        let run = |indices: Range<usize>| {
            if at_once {
                // SAFETY: the first slot of the run begins inside of the reservation.
                let first = unsafe { base.add(indices.start * kind.size) };
                // SAFETY: the slots of the run are consecutive and were just claimed, so nobody
                // else uses their bytes.
                unsafe { first.write_bytes(0, indices.len() * kind.size) };
            }
        };
        let claimed = |it: Claimed<'static>| {
            let place = if at_once { self.journalled(base, it.slot) } else { self.prepare(base, it.slot) };
            claimed(it, place);
        };
        arena.slots.claim_many(kind.placement, Caller::current(), count, run, claimed, sample)
    }

    /// Returns a slot that is kept for this thread, if there is one: the fast path.
    #[inline(always)]
    fn claim_kept(self) -> Option<(&'static Arena, Claimed<'static>)> {
        if self.kind.placement != Placement::Kept {
            return None;
        }
        let arena = self.raw.arena()?;
        Some((arena, arena.slots.claim_kept(Caller::current())?))
    }

    /// Returns the place of a claimed slot, which is held from now on.
    #[inline(always)]
    fn held(self, arena: &Arena, claimed: Claimed<'_>) -> NonNull<u8> {
        let place = self.prepare(arena.base, claimed.slot);
        arena.slots.hold(claimed.slot);
        place
    }

    #[inline(always)]
    fn lent(self, arena: &Arena, claimed: Claimed<'_>) -> NonNull<u8> {
        let slot = self.prepare(arena.base, claimed.slot);
        arena.slots.lend(claimed);
        slot
    }

    /// Frees for the C ABI: returns 0, or the number of a [`FreeCode`].
    #[inline(always)]
    pub(super) fn free_lent<const SECRET: bool>(self, slot: *const u8) -> i32 {
        if let Some(arena) = self.raw.arena()
            && let Some(at) = self.at(arena, slot)
        {
            let last = || self.retired::<SECRET>(arena, at);
            match self.kind.placement {
                Placement::Kept => match arena.slots.free_kept(Caller::current(), at, last) {
                    Ok(()) => return 0,
                    Err(Some(inside)) if SECRET => {
                        // SAFETY: one starts there, as was just found out.
                        return unsafe { Self::free_secret_inside(slot, inside, self) };
                    }
                    // SAFETY: one starts there, as was just found out.
                    Err(Some(inside)) => return unsafe { Self::free_lent_inside(slot, inside, self) },
                    Err(None) => {}
                },
                Placement::Spread | Placement::Lowest if arena.slots.free_shared(at, last) => return 0,
                Placement::Spread | Placement::Lowest => {}
            }
        }
        start_at_line();
        if SECRET { Self::free_secret_slowly(slot, self) } else { Self::free_lent_slowly(slot, self) }
    }

    /// Frees the slot that a finalizer's token refers to. A token that comes late is only counted.
    #[cfg_attr(small, inline(never))]
    pub(super) fn release(self, token: *mut c_void) {
        self.release_of::<false>(token);
    }

    /// Does the same with a slot of secrets.
    pub(super) fn release_secret(self, token: *mut c_void) {
        self.release_of::<true>(token);
    }

    #[inline(always)]
    fn release_of<const SECRET: bool>(self, token: *mut c_void) {
        let (token, capacity) = (Token::from_pointer(token), self.raw.capacity());
        let Some(index) = token.index(capacity) else { return };
        let freed = self.raw.arena().is_some_and(|arena| {
            arena.slots.words().at(index).is_some_and(|slot| {
                let generation = slot.state().generation();
                token.means(capacity, generation)
                    && arena
                        .slots
                        .free(Caller::current(), slot, Some(generation), || {
                            self.retired::<SECRET>(arena, slot);
                        })
                        .is_ok()
            })
        });
        if !freed {
            self.raw.stale();
        }
    }

    /// Frees as [`free_lent`](Self::free_lent) does. It has the C ABI, which can't unwind, so that
    /// the exported function needs no frame when it calls this slow path. The slot comes first, as
    /// it does there, so that the fast path moves it to no other register.
    #[inline(never)]
    extern "C" fn free_lent_slowly(slot: *const u8, pool: Self) -> i32 {
        pool.free_slowly::<false>(slot)
    }

    /// Does the same with a slot of secrets.
    #[inline(never)]
    extern "C" fn free_secret_slowly(slot: *const u8, pool: Self) -> i32 {
        pool.free_slowly::<true>(slot)
    }

    #[inline(always)]
    fn free_slowly<const SECRET: bool>(self, slot: *const u8) -> i32 {
        let Some(arena) = self.raw.arena() else { return self.raw.misfit(slot, true) as i32 };
        let Some(slot) = self.at(arena, slot) else { return self.raw.misfit(slot, true) as i32 };
        self.free_at::<SECRET>(arena, slot)
    }

    /// Goes on with the free of a slot by a thread that is inside its magazine. The slot comes
    /// first, as in [`free_lent_slowly`](Self::free_lent_slowly).
    ///
    /// # Safety
    ///
    /// A slot of this pool starts there.
    #[inline(never)]
    unsafe extern "C" fn free_lent_inside(slot: *const u8, inside: Inside<'static>, pool: Self) -> i32 {
        // SAFETY: the callee has the same contract.
        unsafe { pool.free_inside::<false>(slot, inside) }
    }

    /// Does the same with a slot of secrets.
    ///
    /// # Safety
    ///
    /// The condition of [`free_lent_inside`](Self::free_lent_inside).
    #[inline(never)]
    unsafe extern "C" fn free_secret_inside(slot: *const u8, inside: Inside<'static>, pool: Self) -> i32 {
        // SAFETY: the callee has the same contract.
        unsafe { pool.free_inside::<true>(slot, inside) }
    }

    /// # Safety
    ///
    /// The condition of [`free_lent_inside`](Self::free_lent_inside).
    #[inline(always)]
    unsafe fn free_inside<const SECRET: bool>(self, slot: *const u8, inside: Inside<'static>) -> i32 {
        // SAFETY: by this function's contract a slot is there, and none is at the address 0.
        let slot = unsafe { NonNull::new_unchecked(slot.cast_mut()) };
        // SAFETY: by this function's contract a slot of this pool starts there.
        let (arena, slot) = unsafe { self.owned(slot) };
        if arena.slots.free_inside(inside, slot, || self.retired::<SECRET>(arena, slot)) {
            return 0;
        }
        self.free_at::<SECRET>(arena, slot)
    }

    #[inline(never)]
    fn free_at<const SECRET: bool>(self, arena: &'static Arena, slot: Slot<'static>) -> i32 {
        let last = || self.retired::<SECRET>(arena, slot);
        match arena.slots.free(Caller::current(), slot, None, last) {
            Ok(()) => 0,
            Err(refused) => self.raw.refused(slot.index(), refused) as i32,
        }
    }

    /// # Safety
    ///
    /// `slots` are `count` pointers that nobody else reads or writes.
    #[cfg_attr(small, inline(never))]
    pub(super) unsafe fn free_many_lent(self, slots: *mut *mut u8, count: usize) -> usize {
        // SAFETY: the callee has the same contract.
        unsafe { self.free_many_of::<false>(slots, count) }
    }

    /// Frees slots of secrets.
    ///
    /// # Safety
    ///
    /// The condition of [`free_many_lent`](Self::free_many_lent).
    pub(super) unsafe fn free_many_secret(self, slots: *mut *mut u8, count: usize) -> usize {
        // SAFETY: the callee has the same contract.
        unsafe { self.free_many_of::<true>(slots, count) }
    }

    /// # Safety
    ///
    /// The condition of [`free_many_lent`](Self::free_many_lent).
    #[inline(always)]
    unsafe fn free_many_of<const SECRET: bool>(self, slots: *mut *mut u8, count: usize) -> usize {
        let Some(arena) = self.raw.arena() else { return 0 };
        let (base, words) = (arena.base, arena.slots.words());
        let caller = Caller::current();
        let mut freeing = arena.slots.freeing(caller);
        let (mut at, mut freed) = (0, 0);
        while at < count {
            // SAFETY: `at` is below the count, and so inside of the array.
            let entry = unsafe { slots.add(at) };
            // A run is freed without a look at its slots, which those of secrets need.
            if self.kind.placement == Placement::Kept && !SECRET {
                let most = (count - at).min(RUN);
                // SAFETY: so many entries follow, initialised, by this function's contract, and
                // nobody writes to them.
                let run = unsafe { std::slice::from_raw_parts(entry, most) };
                let run = run.iter().map_while(|&pointer| self.at_of(base, words, pointer));
                let kept = arena.slots.free_kept_run(caller, run);
                if kept > 0 {
                    // SAFETY: no more entries than the run has, which may be written by this
                    // function's contract.
                    unsafe { entry.write_bytes(0, kept) };
                    at += kept;
                    freed += kept;
                    continue;
                }
            }
            at += 1;
            // SAFETY: an entry of the array, which may be read by this function's contract.
            let pointer = unsafe { entry.read() };
            let Some(slot) = self.at(arena, pointer) else {
                if !pointer.is_null() {
                    let _counted = self.raw.misfit(pointer, true);
                }
                continue;
            };
            match freeing.free(slot, || self.retired::<SECRET>(arena, slot)) {
                Ok(()) => {
                    freed += 1;
                    // SAFETY: an entry of the array, which may be written by this function's
                    // contract.
                    unsafe { entry.write(ptr::null_mut()) };
                }
                Err(why) => {
                    let _counted = self.raw.refused(slot.index(), why);
                }
            }
        }
        freed
    }

    /// Returns the reason why [`adopt`](Self::adopt) would refuse the pointer, if there is one.
    pub(super) fn examine(self, slot: *const u8) -> Result<(), FreeCode> {
        let Some(arena) = self.raw.arena() else { return Err(self.raw.misfit(slot, false)) };
        let Some(slot) = self.at(arena, slot) else { return Err(self.raw.misfit(slot, false)) };
        slot.state().taken(Exposure::Accept).map(drop).map_err(raw::code)
    }

    /// Takes a lent slot into Rust's ownership, and returns its place.
    pub(super) fn adopt(self, slot: *const u8) -> Result<NonNull<u8>, FreeCode> {
        let Some(arena) = self.raw.arena() else { return Err(self.raw.misfit(slot, false)) };
        let Some(slot) = self.at(arena, slot) else { return Err(self.raw.misfit(slot, false)) };
        arena.slots.take(Caller::current(), slot, None, Exposure::Accept).map_err(raw::code)?;
        Ok(self.place(arena.base, slot))
    }

    /// Claims a lent slot for a moment, and returns its place:
    /// [`complete`](Self::complete) or [`unclaim`](Self::unclaim) has to follow.
    pub(super) fn begin_claim(self, slot: *const u8) -> Result<NonNull<u8>, FreeCode> {
        let misfit = || self.raw.misfit(slot, false);
        let arena = self.raw.arena().ok_or_else(misfit)?;
        let slot = self.at(arena, slot).ok_or_else(misfit)?;
        arena.slots.begin_claim(Caller::current(), slot, None, Exposure::Accept).map_err(raw::code)?;
        Ok(self.place(arena.base, slot))
    }

    /// Makes a slot owned that the caller claimed, or already owns.
    ///
    /// # Safety
    ///
    /// The slot is claimed or owned by the caller.
    #[inline]
    pub(super) unsafe fn complete(self, slot: NonNull<u8>) {
        // SAFETY: a slot that is claimed or owned is one of this pool's.
        let (arena, slot) = unsafe { self.owned(slot) };
        arena.slots.keep_claim(slot);
    }

    /// Gives a claimed slot back to its lender, or frees it if the lender released it meanwhile.
    ///
    /// # Safety
    ///
    /// The slot is claimed by the caller, which doesn't use it any more.
    pub(super) unsafe fn unclaim(self, slot: NonNull<u8>) {
        // SAFETY: the callee has the same contract.
        unsafe { self.unclaim_of::<false>(slot) };
    }

    /// Does the same with a slot of secrets.
    ///
    /// # Safety
    ///
    /// The condition of [`unclaim`](Self::unclaim).
    pub(super) unsafe fn unclaim_secret(self, slot: NonNull<u8>) {
        // SAFETY: the callee has the same contract.
        unsafe { self.unclaim_of::<true>(slot) };
    }

    /// # Safety
    ///
    /// The condition of [`unclaim`](Self::unclaim).
    #[inline(always)]
    unsafe fn unclaim_of<const SECRET: bool>(self, slot: NonNull<u8>) {
        // SAFETY: a slot that is claimed is one of this pool's.
        let (arena, slot) = unsafe { self.owned(slot) };
        arena.slots.end_claim(Caller::current(), slot, || self.retired::<SECRET>(arena, slot));
    }

    /// Ends reading a slot.
    ///
    /// # Safety
    ///
    /// The caller is one of the slot's readers, and doesn't use it any more.
    #[inline]
    pub(super) unsafe fn leave_reading<const SECRET: bool>(self, slot: NonNull<u8>) {
        // SAFETY: a slot that has readers is one of this pool's.
        let (arena, slot) = unsafe { self.owned(slot) };
        arena.slots.end_read(Caller::current(), slot, || self.retired::<SECRET>(arena, slot));
    }

    /// Exposes the slot that a handle refers to, and returns its place for code outside of Rust.
    pub(super) fn resolve_exposed(self, index: Option<usize>, generation: u32) -> Option<NonNull<u8>> {
        let (arena, slot) = self.find(self.raw.kept(), index)?;
        if arena.slots.expose(slot, generation) {
            return Some(self.place(arena.base, slot));
        }
        self.raw.stale();
        None
    }

    /// Returns index and generation of a slot that is held; none of any other pointer.
    pub(super) fn reference(self, slot: *const u8) -> Option<(usize, u32)> {
        let slot = self.raw.kept().and_then(|arena| self.at(arena, slot))?;
        let state = slot.state();
        state.is_held().then(|| (slot.index(), state.generation()))
    }

    /// Returns the first slot.
    ///
    /// # Safety
    ///
    /// The pool has given a slot to a caller.
    #[inline(always)]
    pub(super) unsafe fn base(self) -> NonNull<u8> {
        // SAFETY: by this function's contract the pool has an arena, which it keeps.
        unsafe { self.raw.kept().unwrap_unchecked() }.base
    }

    /// Returns the arena and the slot of a box, a claim or a reader.
    ///
    /// # Safety
    ///
    /// A slot of this pool, which is the only one of its message, is at `slot`.
    #[inline(always)]
    pub(super) unsafe fn owned(self, slot: NonNull<u8>) -> (&'static Arena, Slot<'static>) {
        // SAFETY: by this function's contract the pool has a slot, and so an arena, which it keeps.
        let arena = unsafe { self.raw.kept().unwrap_unchecked() };
        // SAFETY: by this function's contract a slot of this pool starts there.
        (arena, unsafe { self.at_unchecked(arena, slot) })
    }

    /// # Safety
    ///
    /// The slot is one of this pool, owned by the caller, and not used any more.
    #[inline(always)]
    pub(super) unsafe fn free_owned<const SECRET: bool>(self, slot: NonNull<u8>) {
        if let Some(arena) = self.raw.arena() {
            // SAFETY: by this function's contract a slot of this pool starts there.
            let slot = unsafe { self.at_unchecked(arena, slot) };
            self.retired::<SECRET>(arena, slot);
            arena.slots.free_owned(Caller::current(), slot);
        }
    }
}

/// Allocations, which open the pool at its first use: only a pool that lives for ever can be.
impl Untyped<'static> {
    #[inline(always)]
    fn arena(self) -> Result<&'static Arena, PoolErrorKind> {
        match self.raw.arena() {
            Some(arena) => Ok(arena),
            None => self.open(),
        }
    }

    #[cold]
    fn open(self) -> Result<&'static Arena, PoolErrorKind> {
        // A box frees its slot in the pool of its type. The memory of any other pool is never
        // reserved, so no box comes out of it.
        assert!(
            ptr::eq(self.raw, (self.kind.pool)()),
            "the pool of `{}` is not the one of its type",
            self.raw.name()
        );
        self.raw.open(self.kind.placement == Placement::Kept)
    }

    /// Returns a held slot that was kept for this thread, if it has one.
    #[inline(always)]
    pub(super) fn own_kept(self) -> Option<NonNull<u8>> {
        let (arena, claimed) = self.claim_kept()?;
        Some(self.held(arena, claimed))
    }

    /// Returns a held slot.
    #[inline(never)]
    pub(super) fn own_slowly(self) -> Result<NonNull<u8>, PoolErrorKind> {
        let arena = self.arena().map_err(|kind| self.raw.failed(kind))?;
        let claimed = self.claim(arena).ok_or_else(|| self.raw.failed(PoolErrorKind::Exhausted))?;
        Ok(self.held(arena, claimed))
    }

    /// Returns `count` held slots, or none.
    pub(super) fn own_many(self, count: usize) -> Result<Vec<NonNull<u8>>, PoolErrorKind> {
        let arena = self.arena().map_err(|kind| self.raw.failed(kind))?;
        if count > arena.slots.capacity() {
            return Err(self.raw.failed(PoolErrorKind::Exhausted));
        }
        let mut places = Vec::with_capacity(count);
        let got = self.claim_many(arena, count, |claimed, place| {
            arena.slots.hold(claimed.slot);
            places.push(place);
        });
        if got < count {
            for slot in places.into_iter().filter_map(|place| self.at(arena, place.as_ptr())) {
                // They were never handed out, and must not count as frees.
                arena.slots.not_handed_out(slot);
            }
            return Err(self.raw.failed(PoolErrorKind::Exhausted));
        }
        Ok(places)
    }

    /// Allocates for the C ABI: null if there is no slot.
    #[inline(always)]
    pub(super) fn alloc_lent(self) -> *mut u8 {
        match self.claim_kept() {
            Some((arena, claimed)) => self.lent(arena, claimed).as_ptr(),
            None => {
                start_at_line();
                self.alloc_lent_slowly()
            }
        }
    }

    /// Allocates for the C ABI, which can't unwind, so that the exported function needs no frame
    /// when it calls this slow path.
    #[inline(never)]
    extern "C" fn alloc_lent_slowly(self) -> *mut u8 {
        let arena = match self.arena() {
            Ok(arena) => arena,
            Err(kind) => {
                self.raw.failed(kind);
                return ptr::null_mut();
            }
        };
        let Some(claimed) = self.claim(arena) else {
            self.raw.failed(PoolErrorKind::Exhausted);
            return ptr::null_mut();
        };
        self.lent(arena, claimed).as_ptr()
    }

    /// # Safety
    ///
    /// `out` takes `count` pointers.
    #[cfg_attr(small, inline(never))]
    pub(super) unsafe fn alloc_many_lent(self, out: *mut *mut u8, count: usize) -> usize {
        let arena = match self.arena() {
            Ok(arena) => arena,
            Err(kind) => {
                self.raw.failed(kind);
                return 0;
            }
        };
        let mut next = out;
        let got = self.claim_many(arena, count, |claimed, slot| {
            arena.slots.lend(claimed);
            // SAFETY: no more than `count` are claimed, for which there is room.
            unsafe { next.write(slot.as_ptr()) };
            // SAFETY: there was room for one, so this is at most the end.
            next = unsafe { next.add(1) };
        });
        if got < count {
            self.raw.failed(PoolErrorKind::Exhausted);
        }
        got
    }
}

/// Zeroes `size` bytes. Small sizes are compared with constants, as a call of `memset` takes longer
/// than claiming the slot; with a constant size nothing is compared.
///
/// # Safety
///
/// No other code uses the bytes.
#[inline(always)]
unsafe fn zero(place: NonNull<u8>, size: usize) {
    macro_rules! sized {
        ($($bytes:literal)*) => {
            match size {
                $(
                    // SAFETY: that many bytes, which no other code uses by this function's
                    // contract.
                    $bytes => unsafe { place.cast::<[u8; $bytes]>().write_bytes(0, 1) },
                )*
                // SAFETY: no other code uses these bytes, by this function's contract.
                _ => unsafe { place.write_bytes(0, size) },
            }
        };
    }
    sized!(8 16 24 32 40 48 56 64);
}
