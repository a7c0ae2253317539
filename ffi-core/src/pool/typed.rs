//! `Pool<T>`.

use std::ffi::c_void;
use std::marker::PhantomData;
use std::ptr::{self, NonNull};

use super::boxed::PoolBox;
use super::cache::thread::Caller;
use super::claim::{Claim, Unclaimed};
use super::error::{FreeCode, PoolError, PoolErrorKind, RefusedHandle};
use super::pooled::{FfiPooled, PoolCache, Reset};
use super::primitive::prefetch;
use super::raw::{self, RawPool};
use super::read::PoolRead;
use super::reserve::Arena;
use super::slots::{Claimed, Placement, Slot, Words};
use super::stats::PoolStats;
use super::stride::Stride;
use super::token::Token;
use super::word::Exposure;
use crate::message::FfiMessage;
use crate::types::FfiRef;

/// A fixed number of slots for messages of one type; a `static` that `#[ffi(pool = N)]` writes.
///
/// The [module](super) says when to use one, and has an example.
#[derive(Debug)]
pub struct Pool<T> {
    raw: RawPool,
    message: PhantomData<fn() -> T>,
}

/// Size in bytes from which slots that were used before are looked for first, so that fewer are
/// ever touched.
const LARGE: usize = 16 << 10;

/// Number of slots that are freed at once at most, as other threads may wait for the caller: it
/// takes a microsecond.
const RUN: usize = 256;

/// Size in bytes up to which zeroing a slot is faster than finding out whether it is still zero.
const SMALL: usize = 256;

impl<T: FfiMessage> Pool<T> {
    const STRIDE: Stride = Stride::new(size_of::<T>());

    /// Makes a pool of `capacity` slots. It reserves its memory when it is first used.
    ///
    /// # Panics
    ///
    /// Panics if the capacity is 0 or `u32::MAX`, or if its slots don't fit into the address space.
    /// In a `static` that is an error of compilation:
    ///
    /// ```compile_fail,E0080
    /// # use ffi_core::{FfiMessage, Pool};
    /// #[derive(FfiMessage)]
    /// #[repr(C)]
    /// struct Galaxy {
    ///     bytes: [u8; 1 << 40],
    /// }
    ///
    /// static GALAXIES: Pool<Galaxy> = Pool::new("Galaxy", 1 << 24);
    /// ```
    #[must_use]
    pub const fn new(name: &'static str, capacity: u32) -> Self {
        const {
            assert!(
                !T::ARENA,
                "a message that lives in an arena can't be in a pool, as its handles mean nothing there; hint: use \
                 the bounded `FfiStr`, `FfiBytes`, `FfiVec`, `FfiMap` and `FfiOption`"
            );
        }
        Self { raw: RawPool::new(name, capacity, size_of::<T>(), align_of::<T>()), message: PhantomData }
    }

    /// Returns the number of slots.
    #[must_use]
    pub const fn capacity(&self) -> u32 {
        self.raw.capacity()
    }

    /// Returns the name of the message.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.raw.name()
    }

    /// Returns the statistics of the pool. It reads the words of all slots, so its time grows with
    /// the capacity.
    #[must_use]
    pub fn stats(&self) -> PoolStats {
        self.raw.stats()
    }

    #[cfg(test)]
    pub(super) fn raw(&self) -> &RawPool {
        &self.raw
    }

    #[inline(always)]
    fn place(base: NonNull<u8>, slot: Slot<'_>) -> NonNull<T> {
        // SAFETY: a slot's index is below the capacity, so its place is inside of the reservation.
        unsafe { base.cast::<T>().add(slot.index()) }
    }

    #[inline(always)]
    pub(super) fn at(arena: &Arena, slot: *const T) -> Option<Slot<'static>> {
        Self::at_of(arena.base, arena.slots.words(), slot)
    }

    /// Does the same with the arena's parts.
    #[inline(always)]
    fn at_of(base: NonNull<u8>, words: Words<'static>, slot: *const T) -> Option<Slot<'static>> {
        words.at(Self::STRIDE.index(slot.addr().wrapping_sub(base.addr().get())))
    }

    /// Returns the slot that starts at `slot`, without a comparison.
    ///
    /// # Safety
    ///
    /// One does.
    #[inline(always)]
    unsafe fn at_unchecked(arena: &Arena, slot: NonNull<T>) -> Slot<'static> {
        let offset = slot.addr().get().wrapping_sub(arena.base.addr().get());
        // SAFETY: the offset is a multiple of the stride, the index of a slot times it.
        unsafe { arena.slots.words().at_unchecked(Self::STRIDE.index(offset)) }
    }
}

impl<T: FfiPooled> Pool<T> {
    const PLACEMENT: Placement = match T::CACHE {
        _ if size_of::<T>() >= LARGE => Placement::Lowest,
        // A slot that a thread keeps is handed out again at once, and the quarantine is there to
        // prevent that.
        _ if cfg!(feature = "pool-debug") => Placement::Spread,
        PoolCache::Threads if cfg!(magazines) => Placement::Kept,
        PoolCache::Threads | PoolCache::None => Placement::Spread,
    };

    /// Allocates a message: zeroed, or with [`Reset::Keep`] as the last owner left it, if that is a
    /// value of its type.
    ///
    /// Returns none when no slot is free; [`try_alloc`](Self::try_alloc) returns the reason.
    /// Dropping the box frees the slot.
    #[inline]
    pub fn alloc(&'static self) -> Option<PoolBox<T>> {
        match self.own_kept() {
            Some(slot) => Some(slot),
            None => self.own_slowly().ok(),
        }
    }

    /// Allocates a message as [`alloc`](Self::alloc) does.
    ///
    /// # Errors
    ///
    /// Returns an error if no slot is free, the memory could not be reserved, or the library was
    /// shut down.
    #[inline]
    pub fn try_alloc(&'static self) -> Result<PoolBox<T>, PoolError> {
        match self.own_kept() {
            Some(slot) => Ok(slot),
            None => self.own_slowly().map_err(|kind| self.raw.error(kind)),
        }
    }

    /// Allocates a message and lets `fill` fill it in place, so that a large one is never on the
    /// stack.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`try_alloc`](Self::try_alloc).
    #[inline]
    pub fn try_alloc_with(&'static self, fill: impl FnOnce(&mut T)) -> Result<PoolBox<T>, PoolError> {
        let mut slot = self.try_alloc()?;
        fill(&mut slot);
        Ok(slot)
    }

    /// Allocates `count` messages, or none. It is faster than allocating one by one, as slots are
    /// claimed up to 64 at once.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`try_alloc`](Self::try_alloc).
    pub fn try_alloc_many(&'static self, count: usize) -> Result<Vec<PoolBox<T>>, PoolError> {
        let arena = self.arena().map_err(|kind| self.raw.error(self.raw.failed(kind)))?;
        if count > arena.slots.capacity() {
            return Err(self.raw.error(self.raw.failed(PoolErrorKind::Exhausted)));
        }
        let mut boxes = Vec::with_capacity(count);
        // No code of the message runs in this function: a later panic finds all slots in boxes.
        let got = self.claim_many(arena, count, |claimed| {
            boxes.push(self.held(arena, claimed));
        });
        if got < count {
            for slot in boxes.into_iter().filter_map(|it| Self::at(arena, it.forget().as_ptr())) {
                // They were never handed out, and must not count as frees.
                arena.slots.not_handed_out(slot);
            }
            return Err(self.raw.error(self.raw.failed(PoolErrorKind::Exhausted)));
        }
        boxes.iter_mut().for_each(Self::make_valid);
        Ok(boxes)
    }

    /// Returns the address of the slot that the handle refers to; none if it was freed since, or
    /// the handle is none.
    ///
    /// The pointer may be dereferenced as long as nobody frees or takes the slot, with the care
    /// that memory shared with other code takes: nobody writes meanwhile, no call of an exported
    /// function has a `&mut` to it, and its bytes may be no value of `T` (see
    /// [`FfiType::check`](crate::FfiType::check)). [`read`](Self::read) asks for none of this.
    #[inline]
    pub fn resolve(&self, handle: FfiRef<T>) -> Option<NonNull<T>> {
        let (arena, slot) = self.find(self.raw.kept(), handle)?;
        if slot.state().is_meant(handle.generation()) {
            return Some(Self::place(arena.base, slot));
        }
        self.raw.stale();
        None
    }

    /// Returns the slot of a handle, whatever its generation; none if the handle is none. A handle
    /// of no slot is counted.
    #[inline(always)]
    fn find(
        &self,
        arena: Option<&'static Arena>,
        handle: FfiRef<T>,
    ) -> Option<(&'static Arena, Slot<'static>)> {
        let index = handle.index()?;
        let found = arena.and_then(|arena| Some((arena, arena.slots.words().at(index)?)));
        if found.is_none() {
            self.raw.stale();
        }
        found
    }

    /// Returns the message that the handle refers to; none if it was freed since, or its bytes are
    /// no value of `T`. [`read`](Self::read) is its safe form.
    ///
    /// # Safety
    ///
    /// While the reference lives, nobody frees or takes the slot or writes to it, and no call of an
    /// exported function has a `&mut` to it or into it.
    #[inline]
    pub unsafe fn get(&self, handle: FfiRef<T>) -> Option<&T> {
        let slot = Self::valid(self.resolve(handle)?)?;
        // SAFETY: a live slot is aligned, and was found to hold a value; by this function's
        // contract nobody frees it or writes to it while the reference lives.
        Some(unsafe { slot.as_ref() })
    }

    /// Returns the message that the handle refers to, to be written; none if it was freed since, or
    /// its bytes are no value of `T`.
    ///
    /// # Safety
    ///
    /// While the reference lives, nobody frees or takes the slot, reads it or writes to it, and no
    /// call of an exported function has a reference to it or into it.
    #[inline]
    #[expect(clippy::mut_from_ref, reason = "the reference is to a slot, not to the pool")]
    pub unsafe fn get_mut(&self, handle: FfiRef<T>) -> Option<&mut T> {
        let mut slot = Self::valid(self.resolve(handle)?)?;
        // SAFETY: a live slot is aligned, and was found to hold a value; by this function's
        // contract nobody else uses it while the reference lives.
        Some(unsafe { slot.as_mut() })
    }

    #[inline]
    fn valid(slot: NonNull<T>) -> Option<NonNull<T>> {
        // SAFETY: a slot is aligned and initialised; the callers' contract is that nobody writes to
        // it.
        (T::ANY_BITS || unsafe { T::check(slot.as_ptr()) }.is_ok()).then_some(slot)
    }

    /// Takes the message that the handle refers to back into Rust's ownership. Of several threads
    /// that try at once exactly one gets it.
    ///
    /// Returns none if the message can't be taken; [`try_take`](Self::try_take) returns the reason.
    /// Other holders of the handle find the message owned from then on.
    #[inline]
    pub fn take(&self, handle: FfiRef<T>) -> Option<PoolBox<T>> {
        self.try_take(handle).ok()
    }

    /// Takes a message as [`take`](Self::take) does.
    ///
    /// This is for messages that are lent by their handle, with [`into_ref`](PoolBox::into_ref). A
    /// message whose pointer C or Dart has, or had, is **exposed**: a call of an exported function
    /// may have a reference to it, so only [`take_exposed`](Self::take_exposed) takes it. A message
    /// becomes exposed when C or Dart allocates it, resolves its handle, or gets it as a result or
    /// from a queue, and by [`into_raw`](PoolBox::into_raw). It is no longer exposed when it is
    /// freed, or passed to Rust as a [`PoolBox`].
    ///
    /// # Errors
    ///
    /// Returns an error if the message was freed or taken since, is owned by a [`PoolBox`],
    /// exposed, being read, or no value of `T`, or after [`shutdown`](super::shutdown). Its owner
    /// stays the same then.
    #[inline]
    pub fn try_take(&self, handle: FfiRef<T>) -> Result<PoolBox<T>, RefusedHandle> {
        // SAFETY: a slot that is not exposed has no pointer outside of Rust, so no call has a
        // reference to it.
        unsafe { self.take_with(handle, Exposure::Refuse) }
    }

    /// Takes the message that the handle refers to as [`try_take`](Self::try_take) does, also if it
    /// is exposed: C or Dart allocated it, or resolved its handle.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`try_take`](Self::try_take), except [`RefusedHandle::Exposed`].
    ///
    /// # Safety
    ///
    /// No call of an exported function that has not returned yet has a reference to the message or
    /// into it, but for what is never used again, and nobody uses a pointer to it from now on, in
    /// any language.
    #[inline]
    pub unsafe fn take_exposed(&self, handle: FfiRef<T>) -> Result<PoolBox<T>, RefusedHandle> {
        // SAFETY: by this function's contract no call has a reference to the slot, and nobody uses
        // its pointer.
        unsafe { self.take_with(handle, Exposure::Accept) }
    }

    /// # Safety
    ///
    /// If the slot is exposed, and that is accepted, no call has a reference to it or into it, and
    /// nobody uses its pointer.
    #[inline]
    unsafe fn take_with(&self, handle: FfiRef<T>, exposure: Exposure) -> Result<PoolBox<T>, RefusedHandle> {
        let arena = self.raw.arena();
        if arena.is_none() && self.raw.kept().is_some() {
            return Err(RefusedHandle::Closed);
        }
        let (arena, slot) = self.find(arena, handle).ok_or(RefusedHandle::Stale)?;
        if let Err(refused) =
            arena.slots.begin_claim(Caller::current(), slot, Some(handle.generation()), exposure)
        {
            self.raw.stale();
            return Err(refused.into());
        }
        // SAFETY: claimed just now; it is dropped below unless it holds a value.
        let claim = unsafe { Claim::new(Self::place(arena.base, slot)) };
        match Self::valid(Self::place(arena.base, slot)) {
            Some(_) => Ok(claim.complete()),
            None => Err(RefusedHandle::Invalid),
        }
    }

    /// Reads the message that the handle refers to. Up to 4,095 readers may read it at the same
    /// time. It can be freed meanwhile: the slot is then free when its last reader is dropped.
    ///
    /// Returns none if the message can't be read; [`try_read`](Self::try_read) returns the reason.
    ///
    /// # Examples
    ///
    /// ```
    /// use ffi_core::{FfiMessage, FfiPooled};
    ///
    /// #[derive(FfiMessage)]
    /// #[repr(C)]
    /// #[ffi(pool = 4)]
    /// struct Ball {
    ///     x: f32,
    /// }
    ///
    /// let handle = Ball::pool().try_alloc_with(|ball| ball.x = 1.5)?.into_ref();
    /// let (one, other) = (Ball::pool().read(handle), Ball::pool().read(handle));
    /// assert_eq!(one.map(|ball| ball.x), other.map(|ball| ball.x));
    /// assert!(Ball::pool().take(handle).is_some());
    /// # Ok::<(), ffi_core::PoolError>(())
    /// ```
    #[inline]
    pub fn read(&self, handle: FfiRef<T>) -> Option<PoolRead<T>> {
        self.try_read(handle).ok()
    }

    /// Reads a message as [`read`](Self::read) does.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`try_take`](Self::try_take), which explains "exposed", and
    /// [`RefusedHandle::Busy`] if the message is changing hands, or has 4,095 readers.
    #[inline]
    pub fn try_read(&self, handle: FfiRef<T>) -> Result<PoolRead<T>, RefusedHandle> {
        // SAFETY: a slot that is not exposed has no pointer outside of Rust, so no call has a
        // reference to it, and nobody writes to a slot that is lent only by its handle.
        unsafe { self.read_with(handle, Exposure::Refuse) }
    }

    /// Reads the message that the handle refers to as [`try_read`](Self::try_read) does, also if it
    /// is exposed.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`try_read`](Self::try_read), except [`RefusedHandle::Exposed`].
    ///
    /// # Safety
    ///
    /// While it is read, nobody writes to the message by a pointer, in any language, and no call of
    /// an exported function has a `&mut` to it or into it.
    #[inline]
    pub unsafe fn read_exposed(&self, handle: FfiRef<T>) -> Result<PoolRead<T>, RefusedHandle> {
        // SAFETY: by this function's contract nobody writes to the slot while it is read, and no
        // call has a `&mut` to it.
        unsafe { self.read_with(handle, Exposure::Accept) }
    }

    /// # Safety
    ///
    /// If the slot is exposed, and that is accepted, then while it is read nobody writes to it by
    /// its pointer, and no call has a `&mut` to it or into it.
    #[inline]
    pub(crate) unsafe fn read_with(
        &self,
        handle: FfiRef<T>,
        exposure: Exposure,
    ) -> Result<PoolRead<T>, RefusedHandle> {
        let (arena, slot) = self.find(self.raw.kept(), handle).ok_or(RefusedHandle::Stale)?;
        if let Err(refused) = arena.slots.begin_read(Caller::current(), slot, handle.generation(), exposure) {
            self.raw.stale();
            return Err(refused.into());
        }
        // SAFETY: the caller counts among its readers since just now; it is dropped below unless
        // the slot holds a value. By this function's contract nobody writes to it.
        let read = unsafe { PoolRead::new(Self::place(arena.base, slot)) };
        match Self::valid(Self::place(arena.base, slot)) {
            Some(_) => Ok(read),
            None => Err(RefusedHandle::Invalid),
        }
    }

    /// Frees `root` and all messages that are reachable from it. Returns how many it freed.
    ///
    /// `children` passes the handles in a message to its second argument. Handles that are none,
    /// stale or reached before are skipped, so shared and circular references do no harm. Messages
    /// that [`try_take`](Self::try_take) refuses are also skipped: those that a [`PoolBox`] owns,
    /// that are being read, or that are exposed ([`free_tree_exposed`](Self::free_tree_exposed)
    /// frees the exposed ones). The depth is not limited by the stack.
    ///
    /// # Examples
    ///
    /// ```
    /// use ffi_core::{FfiMessage, FfiPooled, FfiRef};
    ///
    /// #[derive(FfiMessage)]
    /// #[repr(C)]
    /// #[ffi(pool = 16)]
    /// struct Node {
    ///     children: [FfiRef<Node>; 2],
    /// }
    ///
    /// let leaf = Node::pool().try_alloc()?.into_ref();
    /// let root = Node::pool().try_alloc_with(|node| node.children[1] = leaf)?.into_ref();
    /// let freed = Node::pool().free_tree(root, |node, visit| {
    ///     node.children.into_iter().for_each(visit)
    /// });
    /// assert_eq!(freed, 2);
    /// # Ok::<(), ffi_core::PoolError>(())
    /// ```
    pub fn free_tree(&self, root: FfiRef<T>, children: impl FnMut(&T, &mut dyn FnMut(FfiRef<T>))) -> usize {
        Self::free_all(root, children, |handle| self.take(handle))
    }

    /// Frees `root` and all messages that are reachable from it as [`free_tree`](Self::free_tree)
    /// does, exposed messages included, such as a tree that C or Dart built.
    ///
    /// # Safety
    ///
    /// That of [`take_exposed`](Self::take_exposed), for each message that is reached.
    pub unsafe fn free_tree_exposed(
        &self,
        root: FfiRef<T>,
        children: impl FnMut(&T, &mut dyn FnMut(FfiRef<T>)),
    ) -> usize {
        Self::free_all(root, children, |handle| {
            // SAFETY: the handle is of a message that is reached, for which the caller keeps the
            // callee's contract.
            unsafe { self.take_exposed(handle) }.ok()
        })
    }

    fn free_all(
        root: FfiRef<T>,
        mut children: impl FnMut(&T, &mut dyn FnMut(FfiRef<T>)),
        take: impl Fn(FfiRef<T>) -> Option<PoolBox<T>>,
    ) -> usize {
        let mut pending = vec![root];
        let mut freed = 0;
        while let Some(handle) = pending.pop() {
            let Some(node) = take(handle) else { continue };
            children(&node, &mut |child| {
                if !child.is_none() {
                    pending.push(child);
                }
            });
            freed += 1;
        }
        freed
    }

    /// Returns handles of all slots that are live, for debugging. While other threads allocate and
    /// free, the handles are of no single moment.
    pub fn live(&self) -> impl Iterator<Item = FfiRef<T>> {
        let slots = self.raw.kept().map(|arena| &arena.slots);
        slots.into_iter().flat_map(|slots| {
            (0..slots.capacity())
                .filter_map(|index| Some((index, slots.words().at(index)?.state())))
                .filter(|(_, state)| state.is_held())
                .map(|(index, state)| FfiRef::new(index, state.generation()))
        })
    }

    /// Returns a claimed slot, zeroed if the type's [`Reset`] asks for it.
    #[inline(always)]
    fn prepare(&self, base: NonNull<u8>, slot: Slot<'_>) -> NonNull<T> {
        #[cfg(feature = "pool-debug")]
        self.raw.journal.allocated(slot.index());
        let place = Self::place(base, slot);
        // A slot that was never freed was never written.
        if T::RESET == Reset::Zero && (size_of::<T>() <= SMALL || slot.state().frees() != 0) {
            // SAFETY: the slot was just claimed, so nobody else uses it; zeros are a value of a
            // message.
            unsafe { place.write_bytes(0, 1) };
        }
        place
    }

    /// Looks at a slot that is about to be free, only with the feature `pool-debug`.
    #[inline(always)]
    #[cfg_attr(
        not(feature = "pool-debug"),
        expect(unused_variables, clippy::unused_self, reason = "only for debugging")
    )]
    fn retired(&self, arena: &Arena, slot: Slot<'_>) {
        #[cfg(feature = "pool-debug")]
        {
            self.raw.journal.freed(slot.index());
            if T::RESET == Reset::Zero {
                // SAFETY: the thread that frees a slot no longer uses it, and no thread can claim
                // it yet; the bytes of a slot are read only after it was zeroed by a claim, or by
                // code that uses it after its free.
                unsafe { Self::place(arena.base, slot).write_bytes(super::debug::FREED, 1) };
            }
        }
    }

    /// Zeroes a box's slot if the bytes that code in other languages left there are no value.
    #[inline(always)]
    fn make_valid(slot: &mut PoolBox<T>) {
        // SAFETY: the slot is aligned, initialised (zeros, or what was written since), and only the
        // box has it.
        if T::RESET == Reset::Keep && !T::ANY_BITS && unsafe { T::check(slot.as_ptr()) }.is_err() {
            // SAFETY: nobody but the box uses it; zeros are a value of a message.
            unsafe { slot.as_ptr().write_bytes(0, 1) };
        }
    }

    #[inline(always)]
    fn claim(&self, arena: &Arena) -> Option<Claimed<'static>> {
        let sample = |refills| self.raw.sample(arena, refills, 1);
        let claimed = arena.slots.claim(Self::PLACEMENT, Caller::current(), sample)?;
        arena.slots.prefetch(claimed);
        // Two of 32 bytes are on one line; of large ones the first line is enough.
        let first = Self::place(arena.base, claimed.slot);
        for next in (0..claimed.more).step_by((64 / size_of::<T>()).max(1)) {
            prefetch(first.as_ptr().wrapping_add(next).cast());
        }
        Some(claimed)
    }

    /// Claims `count` slots or fewer, and returns how many it claimed.
    #[inline]
    fn claim_many(&self, arena: &Arena, count: usize, claimed: impl FnMut(Claimed<'static>)) -> usize {
        let sample = |refills| self.raw.sample(arena, refills, 0);
        arena.slots.claim_many(Self::PLACEMENT, Caller::current(), count, claimed, sample)
    }

    #[inline(always)]
    fn arena(&'static self) -> Result<&'static Arena, PoolErrorKind> {
        match self.raw.arena() {
            Some(arena) => Ok(arena),
            None => self.open(),
        }
    }

    #[cold]
    fn open(&'static self) -> Result<&'static Arena, PoolErrorKind> {
        // A box frees its slot in the pool of its type. The memory of any other pool is never
        // reserved, so no box comes out of it.
        assert!(ptr::eq(self, T::pool()), "the pool of `{}` is not the one of its type", self.name());
        self.raw.open(Self::PLACEMENT == Placement::Kept)
    }

    /// Returns a slot that is kept for this thread, if there is one: the fast path.
    #[inline(always)]
    fn claim_kept(&self) -> Option<(&'static Arena, Claimed<'static>)> {
        if Self::PLACEMENT != Placement::Kept {
            return None;
        }
        let arena = self.raw.arena()?;
        Some((arena, arena.slots.claim_kept(Caller::current())?))
    }

    /// Returns a box of a slot that is kept for this thread, if it has one.
    #[inline(always)]
    fn own_kept(&'static self) -> Option<PoolBox<T>> {
        let (arena, claimed) = self.claim_kept()?;
        let mut slot = self.held(arena, claimed);
        // If this panics, the box frees the slot.
        Self::make_valid(&mut slot);
        Some(slot)
    }

    /// Returns the box of a claimed slot. The caller has to call [`make_valid`](Self::make_valid)
    /// before anybody else gets the box.
    #[inline(always)]
    fn held(&'static self, arena: &Arena, claimed: Claimed<'_>) -> PoolBox<T> {
        let place = self.prepare(arena.base, claimed.slot);
        arena.slots.hold(claimed.slot);
        // SAFETY: the slot was just claimed, and the caller makes its bytes a value.
        unsafe { PoolBox::new(place) }
    }

    #[inline(never)]
    fn own_slowly(&'static self) -> Result<PoolBox<T>, PoolErrorKind> {
        let arena = self.arena().map_err(|kind| self.raw.failed(kind))?;
        let claimed = self.claim(arena).ok_or_else(|| self.raw.failed(PoolErrorKind::Exhausted))?;
        let mut slot = self.held(arena, claimed);
        // If this panics, the box frees the slot.
        Self::make_valid(&mut slot);
        Ok(slot)
    }

    // What the C ABI is made of, and `PoolBox`.

    #[inline(always)]
    pub(super) fn alloc_lent(&'static self) -> Option<NonNull<T>> {
        match self.claim_kept() {
            Some((arena, claimed)) => Some(self.lent(arena, claimed)),
            None => self.alloc_lent_slowly(),
        }
    }

    #[inline(always)]
    fn lent(&self, arena: &Arena, claimed: Claimed<'_>) -> NonNull<T> {
        let slot = self.prepare(arena.base, claimed.slot);
        arena.slots.lend(claimed);
        slot
    }

    /// Allocates for the C ABI, which can't unwind, so that the exported function needs no frame
    /// when it calls this slow path.
    #[inline(never)]
    extern "C" fn alloc_lent_slowly(&'static self) -> Option<NonNull<T>> {
        let arena = match self.arena() {
            Ok(arena) => arena,
            Err(kind) => {
                self.raw.failed(kind);
                return None;
            }
        };
        let Some(claimed) = self.claim(arena) else {
            self.raw.failed(PoolErrorKind::Exhausted);
            return None;
        };
        Some(self.lent(arena, claimed))
    }

    /// # Safety
    ///
    /// `out` takes `count` pointers.
    pub(super) unsafe fn alloc_many_lent(&'static self, out: *mut *mut T, count: usize) -> usize {
        let arena = match self.arena() {
            Ok(arena) => arena,
            Err(kind) => {
                self.raw.failed(kind);
                return 0;
            }
        };
        let mut next = out;
        let base = arena.base;
        let got = self.claim_many(arena, count, |claimed| {
            let slot = self.prepare(base, claimed.slot);
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

    /// Frees for the C ABI: returns 0, or the number of a [`FreeCode`].
    #[inline(always)]
    pub(super) fn free_lent(&self, slot: *const T) -> i32 {
        if let Some(arena) = self.raw.arena()
            && let Some(slot) = Self::at(arena, slot)
        {
            let last = || self.retired(arena, slot);
            let freed = match Self::PLACEMENT {
                Placement::Kept => arena.slots.free_kept(Caller::current(), slot, last),
                Placement::Spread | Placement::Lowest => arena.slots.free_shared(slot, last),
            };
            if freed {
                return 0;
            }
        }
        self.free_lent_slowly(slot)
    }

    /// Frees the slot that a finalizer's token refers to. A token that comes late is only counted.
    pub(super) fn release(&self, token: *mut c_void) {
        let token = Token::from_pointer(token);
        let Some(index) = token.index(self.capacity()) else { return };
        let freed = self.raw.arena().is_some_and(|arena| {
            arena.slots.words().at(index).is_some_and(|slot| {
                let generation = slot.state().generation();
                token.means(self.capacity(), generation)
                    && arena
                        .slots
                        .free(Caller::current(), slot, Some(generation), || self.retired(arena, slot))
                        .is_ok()
            })
        });
        if !freed {
            self.raw.stale();
        }
    }

    /// Frees as [`free_lent`](Self::free_lent) does. It has the C ABI, which can't unwind, so that
    /// the exported function needs no frame when it calls this slow path.
    #[inline(never)]
    extern "C" fn free_lent_slowly(&self, slot: *const T) -> i32 {
        let Some(arena) = self.raw.arena() else { return self.raw.misfit(slot.cast(), true) as i32 };
        let Some(slot) = Self::at(arena, slot) else { return self.raw.misfit(slot.cast(), true) as i32 };
        let (caller, last) = (Caller::current(), || self.retired(arena, slot));
        if Self::PLACEMENT == Placement::Kept && arena.slots.free_kept_shared(caller, slot, last) {
            return 0;
        }
        match arena.slots.free(caller, slot, None, last) {
            Ok(()) => 0,
            Err(refused) => self.raw.refused(slot.index(), refused) as i32,
        }
    }

    /// # Safety
    ///
    /// `slots` are `count` pointers that nobody else reads or writes.
    pub(super) unsafe fn free_many_lent(&self, slots: *mut *mut T, count: usize) -> usize {
        let Some(arena) = self.raw.arena() else { return 0 };
        let (base, words) = (arena.base, arena.slots.words());
        let caller = Caller::current();
        let mut freeing = arena.slots.freeing(caller);
        let (mut at, mut freed) = (0, 0);
        while at < count {
            // SAFETY: `at` is below the count, and so inside of the array.
            let entry = unsafe { slots.add(at) };
            if Self::PLACEMENT == Placement::Kept {
                let most = (count - at).min(RUN);
                // SAFETY: so many entries follow, initialised, by this function's contract, and
                // nobody writes to them.
                let run = unsafe { std::slice::from_raw_parts(entry, most) };
                let run = run.iter().map_while(|&pointer| Self::at_of(base, words, pointer));
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
            let Some(slot) = Self::at(arena, pointer) else {
                if !pointer.is_null() {
                    let _counted = self.raw.misfit(pointer.cast(), true);
                }
                continue;
            };
            match freeing.free(slot, || self.retired(arena, slot)) {
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
    pub(super) fn examine(&self, slot: *const T) -> Result<(), FreeCode> {
        let Some(arena) = self.raw.arena() else { return Err(self.raw.misfit(slot.cast(), false)) };
        let Some(slot) = Self::at(arena, slot) else { return Err(self.raw.misfit(slot.cast(), false)) };
        slot.state().taken(Exposure::Accept).map(drop).map_err(raw::code)
    }

    /// # Safety
    ///
    /// The slot, if it is one, holds a value of `T`, and nobody uses it by its pointer any more.
    pub(super) unsafe fn adopt(&self, slot: *const T) -> Result<PoolBox<T>, FreeCode> {
        let Some(arena) = self.raw.arena() else { return Err(self.raw.misfit(slot.cast(), false)) };
        let Some(slot) = Self::at(arena, slot) else { return Err(self.raw.misfit(slot.cast(), false)) };
        arena.slots.take(Caller::current(), slot, None, Exposure::Accept).map_err(raw::code)?;
        // SAFETY: taken just now; by this function's contract it holds a value.
        Ok(unsafe { PoolBox::new(Self::place(arena.base, slot)) })
    }

    /// Claims a slot for a moment, if its bytes are a value; otherwise it is still its lender's.
    ///
    /// # Safety
    ///
    /// The slot, if it is one, is not used by its pointer any more, unless the claim is given back.
    pub(super) unsafe fn claim_lent(&self, slot: *const T) -> Result<Claim<T>, Unclaimed> {
        let misfit = || Unclaimed::Pointer(self.raw.misfit(slot.cast(), false));
        let arena = self.raw.arena().ok_or_else(misfit)?;
        let slot = Self::at(arena, slot).ok_or_else(misfit)?;
        arena
            .slots
            .begin_claim(Caller::current(), slot, None, Exposure::Accept)
            .map_err(|refused| Unclaimed::Pointer(raw::code(refused)))?;
        let place = Self::place(arena.base, slot);
        // SAFETY: claimed just now; it is dropped if the check finds that it holds no value.
        let claim = unsafe { Claim::new(place) };
        // SAFETY: a slot is aligned and initialised; by this function's contract nobody writes to
        // it.
        match unsafe { T::check(place.as_ptr()) } {
            Ok(()) => Ok(claim),
            Err(invalid) => Err(Unclaimed::Value(invalid)),
        }
    }

    /// Makes a slot owned that the caller claimed, or already owns.
    ///
    /// # Safety
    ///
    /// The slot is claimed or owned by the caller.
    #[inline]
    pub(super) unsafe fn complete(&self, slot: NonNull<T>) {
        let (arena, slot) = self.owned(slot);
        arena.slots.keep_claim(slot);
    }

    /// Gives a claimed slot back to its lender, or frees it if the lender released it meanwhile.
    ///
    /// # Safety
    ///
    /// The slot is claimed by the caller, which doesn't use it any more.
    pub(super) unsafe fn unclaim(&self, slot: NonNull<T>) {
        let (arena, slot) = self.owned(slot);
        arena.slots.end_claim(Caller::current(), slot, || self.retired(arena, slot));
    }

    /// Ends reading a slot.
    ///
    /// # Safety
    ///
    /// The caller is one of the slot's readers, and doesn't use it any more.
    #[inline]
    pub(super) unsafe fn leave_reading(&self, slot: NonNull<T>) {
        let (arena, slot) = self.owned(slot);
        arena.slots.end_read(Caller::current(), slot, || self.retired(arena, slot));
    }

    /// Exposes the slot that a handle refers to, and returns its pointer for code outside of Rust.
    pub(super) fn resolve_exposed(&self, handle: FfiRef<T>) -> Option<NonNull<T>> {
        let (arena, slot) = self.find(self.raw.kept(), handle)?;
        if arena.slots.expose(slot, handle.generation()) {
            return Some(Self::place(arena.base, slot));
        }
        self.raw.stale();
        None
    }

    pub(crate) fn reference(&self, slot: *const T) -> FfiRef<T> {
        let slot = self.raw.kept().and_then(|arena| Self::at(arena, slot));
        match slot.map(|slot| (slot.index(), slot.state())) {
            Some((index, state)) if state.is_held() => FfiRef::new(index, state.generation()),
            _ => FfiRef::none(),
        }
    }

    /// Returns the index of a box's slot.
    pub(super) fn index(&self, message: &PoolBox<T>) -> u64 {
        self.owned(message.slot()).1.index() as u64
    }

    /// Returns the slot with an index that [`index`](Self::index) returned.
    ///
    /// # Panics
    ///
    /// Panics if the pool has no such slot.
    pub(super) fn place_of(&self, index: u64) -> NonNull<T> {
        let found = self.raw.kept().and_then(|arena| Some((arena, arena.slots.words().at(index as usize)?)));
        let (arena, slot) = found.expect("the index is that of a box's slot");
        Self::place(arena.base, slot)
    }

    /// Returns the arena and the slot of a box, a claim or a reader.
    #[inline(always)]
    fn owned(&self, slot: NonNull<T>) -> (&'static Arena, Slot<'static>) {
        // SAFETY: by the contract of `FfiPooled` this is the one pool of the type, always the same
        // and never closed but for its `arena`. Boxes, claims and readers are only made, by unsafe
        // functions, of that pool's slots, which are in its reservation.
        let arena = unsafe { self.raw.kept().unwrap_unchecked() };
        // SAFETY: only slots of this pool become boxes, claims and readers.
        (arena, unsafe { Self::at_unchecked(arena, slot) })
    }

    /// # Safety
    ///
    /// The slot is owned by the caller, and not used any more.
    #[inline(always)]
    pub(super) unsafe fn free_owned(&self, slot: NonNull<T>) {
        if let Some(arena) = self.raw.arena() {
            // SAFETY: by this function's contract it is a slot of the pool that `FfiPooled::pool`
            // gives, always the same.
            let slot = unsafe { Self::at_unchecked(arena, slot) };
            self.retired(arena, slot);
            arena.slots.free_owned(Caller::current(), slot);
        }
    }

    /// # Safety
    ///
    /// The slot is owned by the caller, which doesn't use it as its own any more.
    #[inline(always)]
    pub(super) unsafe fn lend(&self, slot: NonNull<T>) -> FfiRef<T> {
        let (arena, slot) = self.owned(slot);
        FfiRef::new(slot.index(), arena.slots.lend_by_handle(slot))
    }

    /// # Safety
    ///
    /// The slot is owned by the caller, which doesn't use it as its own any more.
    #[inline(always)]
    pub(super) unsafe fn lend_out(&self, slot: NonNull<T>) {
        let (arena, slot) = self.owned(slot);
        arena.slots.lend_by_pointer(slot);
    }

    /// # Safety
    ///
    /// The slot is owned by the caller.
    #[inline(always)]
    pub(super) unsafe fn handle(&self, slot: NonNull<T>) -> FfiRef<T> {
        let (_, slot) = self.owned(slot);
        FfiRef::new(slot.index(), slot.state().generation())
    }
}
