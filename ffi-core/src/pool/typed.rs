//! `Pool<T>`.

use std::marker::PhantomData;
use std::ptr::NonNull;

use super::boxed::PoolBox;
use super::cache::thread::Caller;
use super::claim::{Claim, Unclaimed};
use super::error::{FreeCode, PoolError, RefusedHandle};
use super::pooled::{FfiPooled, PoolCache, Reset};
use super::raw::RawPool;
use super::read::PoolRead;
use super::slots::Placement;
use super::stats::PoolStats;
use super::untyped::{SlotKind, Untyped};
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

impl<T: FfiMessage> Pool<T> {
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

    /// Returns the number of slots that are handed out, as [`PoolStats::live`] has it: some
    /// microseconds for a million slots, as it reads a bit of each. The result is exact if no
    /// thread allocates or frees meanwhile.
    ///
    /// # Examples
    ///
    /// ```
    /// # use ffi_core::{FfiMessage, FfiPooled};
    /// # ffi_core::library!();
    /// #[derive(FfiMessage)]
    /// #[repr(C)]
    /// #[ffi(pool = 100)]
    /// struct Particle {
    ///     x: f32,
    /// }
    ///
    /// let particle = Particle::pool().alloc();
    /// assert_eq!(Particle::pool().live_count(), 1);
    /// ```
    #[must_use]
    pub fn live_count(&self) -> usize {
        self.raw.live()
    }

    /// Returns the statistics of the pool. It reads the words of all slots, so its time grows with
    /// the capacity: 8 bytes for each slot. [`live_count`](Self::live_count) reads a bit of each.
    #[must_use]
    pub fn stats(&self) -> PoolStats {
        self.raw.stats()
    }

    #[cfg(test)]
    pub(super) fn raw(&self) -> &RawPool {
        &self.raw
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

    const KIND: &SlotKind =
        &SlotKind::new(size_of::<T>(), Self::PLACEMENT, matches!(T::RESET, Reset::Zero), || &T::pool().raw);

    /// Returns the pool as code sees it that serves all messages.
    #[inline(always)]
    pub(super) fn untyped(&self) -> Untyped<'_> {
        Untyped { raw: &self.raw, kind: Self::KIND }
    }

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
            None => self.own_slowly(),
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
        let places = self.untyped().own_many(count).map_err(|kind| self.raw.error(kind))?;
        // SAFETY: the slots were claimed for this call, and each becomes a value below.
        let boxes = places.into_iter().map(|place| unsafe { PoolBox::new(place.cast()) });
        // No code of the message has run so far: a later panic finds all slots in boxes.
        let mut boxes: Vec<_> = boxes.collect();
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
        let (arena, slot) = self.untyped().find(self.raw.kept(), handle.index())?;
        if slot.state().is_meant(handle.generation()) {
            return Some(self.untyped().place(arena.base, slot).cast());
        }
        self.raw.stale();
        None
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
        let (arena, slot) = self.untyped().find(arena, handle.index()).ok_or(RefusedHandle::Stale)?;
        if let Err(refused) =
            arena.slots.begin_claim(Caller::current(), slot, Some(handle.generation()), exposure)
        {
            self.raw.stale();
            return Err(refused.into());
        }
        let place = self.untyped().place(arena.base, slot).cast();
        // SAFETY: claimed just now; it is dropped below unless it holds a value.
        let claim = unsafe { Claim::new(place) };
        match Self::valid(place) {
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
        let found = self.untyped().find(self.raw.kept(), handle.index());
        let (arena, slot) = found.ok_or(RefusedHandle::Stale)?;
        if let Err(refused) = arena.slots.begin_read(Caller::current(), slot, handle.generation(), exposure) {
            self.raw.stale();
            return Err(refused.into());
        }
        let place = self.untyped().place(arena.base, slot).cast();
        // SAFETY: the caller counts among its readers since just now; it is dropped below unless
        // the slot holds a value. By this function's contract nobody writes to it.
        let read = unsafe { PoolRead::new(place) };
        match Self::valid(place) {
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

    /// Returns a box of a slot that is kept for this thread, if it has one.
    #[inline(always)]
    fn own_kept(&'static self) -> Option<PoolBox<T>> {
        // SAFETY: the slot was claimed just now.
        Some(unsafe { Self::boxed(self.untyped().own_kept()?) })
    }

    #[inline(never)]
    fn own_slowly(&'static self) -> Result<PoolBox<T>, PoolError> {
        let slot = self.untyped().own_slowly().map_err(|kind| self.raw.error(kind))?;
        // SAFETY: the slot was claimed just now.
        Ok(unsafe { Self::boxed(slot) })
    }

    /// Returns the box of a claimed slot.
    ///
    /// # Safety
    ///
    /// The slot is one of the type's pool, and was claimed for this call.
    #[inline(always)]
    unsafe fn boxed(slot: NonNull<u8>) -> PoolBox<T> {
        // SAFETY: by this function's contract the slot is claimed; its bytes become a value in the
        // next line.
        let mut slot = unsafe { PoolBox::new(slot.cast()) };
        // If this panics, the box frees the slot.
        Self::make_valid(&mut slot);
        slot
    }

    // What the C ABI is made of, and `PoolBox`.

    /// # Safety
    ///
    /// The slot, if it is one, holds a value of `T`, and nobody uses it by its pointer any more.
    pub(super) unsafe fn adopt(&self, slot: *const T) -> Result<PoolBox<T>, FreeCode> {
        let place = self.untyped().adopt(slot.cast())?;
        // SAFETY: taken just now; by this function's contract it holds a value.
        Ok(unsafe { PoolBox::new(place.cast()) })
    }

    /// Claims a slot for a moment, if its bytes are a value; otherwise it is still its lender's.
    ///
    /// # Safety
    ///
    /// The slot, if it is one, is not used by its pointer any more, unless the claim is given back.
    pub(super) unsafe fn claim_lent(&self, slot: *const T) -> Result<Claim<T>, Unclaimed> {
        let place = self.untyped().begin_claim(slot.cast()).map_err(Unclaimed::Pointer)?.cast::<T>();
        // SAFETY: claimed just now; it is dropped if the check finds that it holds no value.
        let claim = unsafe { Claim::new(place) };
        // SAFETY: a slot is aligned and initialised; by this function's contract nobody writes to
        // it.
        match unsafe { T::check(place.as_ptr()) } {
            Ok(()) => Ok(claim),
            Err(invalid) => Err(Unclaimed::Value(invalid)),
        }
    }

    #[cfg(feature = "proto")]
    pub(crate) fn reference(&self, slot: *const T) -> FfiRef<T> {
        match self.untyped().reference(slot.cast()) {
            Some((index, generation)) => FfiRef::new(index, generation),
            None => FfiRef::none(),
        }
    }

    /// Returns the distance in bytes from the first slot to that of a box.
    #[inline(always)]
    pub(super) fn offset_of(&self, message: &PoolBox<T>) -> usize {
        // SAFETY: by the contract of `FfiPooled` this is the one pool of the type, of which all
        // boxes are.
        let base = unsafe { self.untyped().base() };
        message.slot().addr().get() - base.addr().get()
    }

    /// Returns the slot at that distance from the first one.
    ///
    /// # Safety
    ///
    /// [`offset_of`](Self::offset_of) returned the distance.
    #[inline(always)]
    pub(super) unsafe fn at_offset(&self, offset: usize) -> NonNull<T> {
        // SAFETY: by this function's contract the pool has a slot.
        let base = unsafe { self.untyped().base() };
        // SAFETY: by this function's contract a slot is there, in the pool's reservation.
        unsafe { base.byte_add(offset) }.cast()
    }

    /// # Safety
    ///
    /// The slot is owned by the caller, which doesn't use it as its own any more.
    #[inline(always)]
    pub(super) unsafe fn lend(&self, slot: NonNull<T>) -> FfiRef<T> {
        // SAFETY: by this function's contract the slot is owned, so it is one of this pool's.
        let (arena, slot) = unsafe { self.untyped().owned(slot.cast()) };
        FfiRef::new(slot.index(), arena.slots.lend_by_handle(slot))
    }

    /// # Safety
    ///
    /// The slot is owned by the caller, which doesn't use it as its own any more.
    #[inline(always)]
    pub(super) unsafe fn lend_out(&self, slot: NonNull<T>) {
        // SAFETY: by this function's contract the slot is owned, so it is one of this pool's.
        let (arena, slot) = unsafe { self.untyped().owned(slot.cast()) };
        arena.slots.lend_by_pointer(slot);
    }

    /// # Safety
    ///
    /// The slot is owned by the caller.
    #[inline(always)]
    pub(super) unsafe fn handle(&self, slot: NonNull<T>) -> FfiRef<T> {
        // SAFETY: by this function's contract the slot is owned, so it is one of this pool's.
        let (_, slot) = unsafe { self.untyped().owned(slot.cast()) };
        FfiRef::new(slot.index(), slot.state().generation())
    }
}
