//! `Pool<T>`.

use std::ffi::c_void;
use std::hint;
use std::marker::PhantomData;
use std::ptr::{self, NonNull};

use super::boxed::PoolBox;
use super::error::{FreeCode, PoolError, PoolErrorKind};
use super::raw::{self, RawPool};
use super::reserve::{Arena, LARGE};
use super::slots::{Claimed, GROUP, HELD, LENT, Refused, generation};
use super::stats::PoolStats;
use super::thread::Caller;
use super::token::Token;
use super::{FfiPooled, Reset};
use crate::message::FfiMessage;
use crate::types::FfiRef;

/// A fixed number of slots for messages of one type; a `static` that `#[ffi(pool = N)]` writes.
///
/// See the [module](super) for what it is good for and an example.
#[derive(Debug)]
pub struct Pool<T> {
    raw: RawPool,
    message: PhantomData<fn() -> T>,
}

/// Up to this size it is faster to zero a slot than to find out whether it is still zero.
const SMALL: usize = 256;

impl<T: FfiMessage> Pool<T> {
    /// The stride's power of two.
    const SHIFT: u32 = size_of::<T>().trailing_zeros();

    /// The inverse of the stride's odd part, modulo the size of the address space.
    const INVERSE: usize = inverse(size_of::<T>() >> Self::SHIFT);

    /// A pool of `capacity` slots. It reserves its memory when it is first used.
    ///
    /// # Panics
    ///
    /// When the capacity is 0 or `u32::MAX`, or when its slots don't fit into the address space. In a `static` that is an
    /// error of compilation:
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
        Self { raw: RawPool::new(name, capacity, size_of::<T>(), align_of::<T>()), message: PhantomData }
    }

    /// Slots of the pool.
    #[must_use]
    pub const fn capacity(&self) -> u32 {
        self.raw.capacity()
    }

    /// The name of the message.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.raw.name()
    }

    /// What happened so far. Looks at all slots' words, so it takes time that grows with the capacity.
    #[must_use]
    pub fn stats(&self) -> PoolStats {
        self.raw.stats()
    }

    #[cfg(test)]
    pub(super) fn raw(&self) -> &RawPool {
        &self.raw
    }

    #[inline(always)]
    fn slot(arena: &Arena, index: usize) -> NonNull<T> {
        // SAFETY: the index is below the capacity, so the slot lies inside of the reservation.
        unsafe { arena.base.cast::<T>().add(index) }
    }

    #[inline(always)]
    pub(super) fn index(arena: &Arena, slot: *const T) -> Option<usize> {
        RawPool::index(arena, slot.cast(), Self::INVERSE, Self::SHIFT)
    }
}

impl<T: FfiPooled> Pool<T> {
    /// Allocates a message: zeroed, or with [`Reset::Keep`] as the last owner left it, where that is a value of its type.
    ///
    /// None when no slot is free; [`try_alloc`](Self::try_alloc) says what to do about it. Dropping the box frees the slot.
    #[inline]
    pub fn alloc(&'static self) -> Option<PoolBox<T>> {
        self.own().ok()
    }

    /// Allocates a message as [`alloc`](Self::alloc) does.
    ///
    /// # Errors
    ///
    /// When no slot is free, the memory could not be reserved, or the library was shut down.
    #[inline]
    pub fn try_alloc(&'static self) -> Result<PoolBox<T>, PoolError> {
        self.own().map_err(|kind| self.raw.error(kind))
    }

    /// Allocates a message and lets `fill` fill it in place, so that a large one is never on the stack.
    ///
    /// # Errors
    ///
    /// Those of [`try_alloc`](Self::try_alloc).
    #[inline]
    pub fn alloc_with(&'static self, fill: impl FnOnce(&mut T)) -> Result<PoolBox<T>, PoolError> {
        let mut slot = self.try_alloc()?;
        fill(&mut slot);
        Ok(slot)
    }

    /// Allocates `count` messages, or none. It is faster than one by one: slots are claimed 64 at once.
    ///
    /// # Errors
    ///
    /// Those of [`try_alloc`](Self::try_alloc).
    pub fn alloc_many(&'static self, count: usize) -> Result<Vec<PoolBox<T>>, PoolError> {
        let arena = self.arena().map_err(|kind| self.raw.error(self.raw.failed(kind)))?;
        if count > arena.slots.capacity() {
            return Err(self.raw.error(self.raw.failed(PoolErrorKind::Exhausted)));
        }
        let mut boxes = Vec::with_capacity(count);
        let got = self.claim_many(arena, count, |claimed| {
            boxes.push(self.held(arena, claimed));
        });
        if got < count {
            // They were never handed out, so they are not freed: that would count.
            let indices = boxes.into_iter().filter_map(|slot| Self::index(arena, slot.forget().as_ptr()));
            RawPool::unclaim(arena, indices);
            return Err(self.raw.error(self.raw.failed(PoolErrorKind::Exhausted)));
        }
        Ok(boxes)
    }

    /// Where the slot is that the handle refers to; none when it was freed since, or is none.
    ///
    /// The pointer may be dereferenced as long as nobody frees the slot, with the care that memory shared with other code
    /// takes: nobody writes meanwhile, and its bytes may be no value of `T` (see [`FfiType::check`](crate::FfiType::check)).
    #[inline]
    pub fn resolve(&self, handle: FfiRef<T>) -> Option<NonNull<T>> {
        let index = handle.index()?;
        if let Some(arena) = self.raw.kept()
            && index < arena.slots.capacity()
            && arena.slots.resolves(index, handle.generation())
        {
            return Some(Self::slot(arena, index));
        }
        self.raw.stale();
        None
    }

    /// The message that the handle refers to; none when it was freed since, or when its bytes are no value of `T`.
    ///
    /// # Safety
    ///
    /// While the reference lives, nobody frees the slot or writes to it.
    #[inline]
    pub unsafe fn get(&self, handle: FfiRef<T>) -> Option<&T> {
        let slot = Self::valid(self.resolve(handle)?)?;
        // SAFETY: a live slot with a value in it; the caller vouches for the rest.
        Some(unsafe { slot.as_ref() })
    }

    /// The message that the handle refers to, to be written; none when it was freed since, or when its bytes are no value
    /// of `T`.
    ///
    /// # Safety
    ///
    /// While the reference lives, nobody frees the slot, reads it or writes to it.
    #[inline]
    #[expect(clippy::mut_from_ref, reason = "the reference is to a slot, not to the pool")]
    pub unsafe fn get_mut(&self, handle: FfiRef<T>) -> Option<&mut T> {
        let mut slot = Self::valid(self.resolve(handle)?)?;
        // SAFETY: a live slot with a value in it; the caller vouches for the rest.
        Some(unsafe { slot.as_mut() })
    }

    #[inline]
    fn valid(slot: NonNull<T>) -> Option<NonNull<T>> {
        // SAFETY: a slot is aligned and initialised; the callers' contract is that nobody writes to it.
        (T::ANY_BITS || unsafe { T::check(slot.as_ptr()) }.is_ok()).then_some(slot)
    }

    /// Takes what the handle refers to back into Rust's ownership. Of those who try at once exactly one gets it.
    ///
    /// None when it was freed or taken since, when a [`PoolBox`] owns it, when its bytes are no value of `T` (it is still
    /// allocated then), or after [`shutdown`](super::shutdown). Whoever else has the handle or a pointer must not use it any
    /// more.
    #[inline]
    pub fn take(&self, handle: FfiRef<T>) -> Option<PoolBox<T>> {
        let index = handle.index()?;
        if let Some(arena) = self.raw.arena()
            && index < arena.slots.capacity()
            && arena.slots.take(Caller::current(), index, Some(handle.generation())).is_ok()
        {
            let slot = Self::slot(arena, index);
            if Self::valid(slot).is_some() {
                // SAFETY: taken just now, and it holds a value.
                return Some(unsafe { PoolBox::new(slot) });
            }
            arena.slots.lend_held(index);
            return None;
        }
        self.raw.stale();
        None
    }

    /// Frees `root` and all that is to be reached from it; how many were freed.
    ///
    /// `children` hands the handles in a message to its second argument. Handles that are none, stale or reached before are
    /// skipped, so shared and circular references do no harm, and so are messages a [`PoolBox`] owns. The depth is not
    /// limited by the stack.
    ///
    /// # Examples
    ///
    /// ```
    /// # use ffi_core::{FfiMessage, FfiPooled, FfiRef, Pool};
    /// #[derive(FfiMessage)]
    /// #[repr(C)]
    /// struct Node {
    ///     children: [FfiRef<Node>; 2],
    /// }
    /// # impl FfiPooled for Node {
    /// #     fn pool() -> &'static Pool<Self> {
    /// #         static POOL: Pool<Node> = Pool::new("Node", 16);
    /// #         &POOL
    /// #     }
    /// # }
    ///
    /// let leaf = Node::pool().try_alloc()?.into_ref();
    /// let root = Node::pool().alloc_with(|node| node.children[1] = leaf)?.into_ref();
    /// let freed = Node::pool().free_tree(root, |node, visit| node.children.into_iter().for_each(visit));
    /// assert_eq!(freed, 2);
    /// # Ok::<(), ffi_core::PoolError>(())
    /// ```
    pub fn free_tree(
        &self,
        root: FfiRef<T>,
        mut children: impl FnMut(&T, &mut dyn FnMut(FfiRef<T>)),
    ) -> usize {
        let mut pending = vec![root];
        let mut freed = 0;
        while let Some(handle) = pending.pop() {
            let Some(node) = self.take(handle) else { continue };
            children(&node, &mut |child| {
                if !child.is_none() {
                    pending.push(child);
                }
            });
            freed += 1;
        }
        freed
    }

    /// Handles of all slots that are live, for debugging: while others allocate and free, it is of no single moment.
    pub fn live(&self) -> impl Iterator<Item = FfiRef<T>> {
        let slots = self.raw.kept().map(|arena| &arena.slots);
        slots.into_iter().flat_map(|slots| {
            (0..slots.capacity())
                .map(|index| (index, slots.peek(index)))
                .filter(|&(_, word)| word & HELD != 0)
                .map(|(index, word)| FfiRef::new(index, generation(word)))
        })
    }

    /// A claimed slot, as the reset wants it.
    #[inline(always)]
    fn prepare(&self, arena: &Arena, index: usize) -> NonNull<T> {
        #[cfg(feature = "pool-debug")]
        self.raw.journal.allocated(index);
        let slot = Self::slot(arena, index);
        // A slot that was never freed was never written.
        if T::RESET == Reset::Zero && (size_of::<T>() <= SMALL || arena.slots.peek(index) != 0) {
            // SAFETY: the slot was just claimed, so nobody else uses it; zeros are a value of a message.
            unsafe { slot.write_bytes(0, 1) };
        }
        slot
    }

    /// What is done with a slot that is about to be free: nothing, but for the feature `pool-debug`.
    #[inline(always)]
    #[cfg_attr(
        not(feature = "pool-debug"),
        expect(unused_variables, clippy::unused_self, reason = "only for debugging")
    )]
    fn retired(&self, arena: &Arena, index: usize) {
        #[cfg(feature = "pool-debug")]
        {
            self.raw.journal.freed(index);
            if T::RESET == Reset::Zero {
                // SAFETY: whoever frees a slot is done with it, and nobody can claim it yet; a slot is only read as what is
                // zeroed when it is claimed, or by those who use it after they freed it.
                unsafe { Self::slot(arena, index).write_bytes(super::debug::FREED, 1) };
            }
        }
    }

    /// A claimed slot that is to be a value of Rust's: what code in other languages left may be none.
    #[inline(always)]
    fn prepare_valid(&self, arena: &Arena, index: usize) -> NonNull<T> {
        let slot = self.prepare(arena, index);
        // SAFETY: aligned, initialised (zeros, or what was written since), and nobody else uses it.
        if T::RESET == Reset::Keep && !T::ANY_BITS && unsafe { T::check(slot.as_ptr()) }.is_err() {
            // SAFETY: nobody else uses it; zeros are a value of a message.
            unsafe { slot.write_bytes(0, 1) };
        }
        slot
    }

    #[inline(always)]
    fn claim(&self, arena: &Arena) -> Option<Claimed> {
        if size_of::<T>() >= LARGE {
            arena.slots.claim_lowest()
        } else {
            arena.slots.claim(Caller::current(), |refills| self.raw.sample(arena, refills, 1))
        }
    }

    /// Claims `count` slots or fewer; how many it got.
    #[inline]
    fn claim_many(&self, arena: &Arena, count: usize, claimed: impl FnMut(Claimed)) -> usize {
        let caller = Caller::current();
        // The lowest are where entry 0 begins.
        let caller = if size_of::<T>() >= LARGE { Caller { hashes: [0; 2], ..caller } } else { caller };
        arena.slots.claim_many(caller, count, claimed, |refills| self.raw.sample(arena, refills, 0))
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
        // A box frees its slot in that pool. The memory of any other is never reserved, so nothing comes out of it.
        assert!(ptr::eq(self, T::pool()), "the pool of `{}` is not the one of its type", self.name());
        self.raw.open()
    }

    /// A slot that is kept back for this thread, if it has one: what is left out of the fast paths is all the rest.
    #[inline(always)]
    fn claim_kept(&self) -> Option<(&'static Arena, Claimed)> {
        if size_of::<T>() >= LARGE {
            return None;
        }
        let arena = self.raw.arena()?;
        Some((arena, arena.slots.claim_kept(Caller::current())?))
    }

    #[inline(always)]
    fn own(&'static self) -> Result<PoolBox<T>, PoolErrorKind> {
        match self.claim_kept() {
            Some((arena, claimed)) => Ok(self.held(arena, claimed)),
            None => self.own_slowly(),
        }
    }

    #[inline(always)]
    fn held(&'static self, arena: &Arena, claimed: Claimed) -> PoolBox<T> {
        let slot = self.prepare_valid(arena, claimed.index);
        arena.slots.hold(claimed.index);
        // SAFETY: the slot was just claimed, and holds a value.
        unsafe { PoolBox::new(slot) }
    }

    #[inline(never)]
    fn own_slowly(&'static self) -> Result<PoolBox<T>, PoolErrorKind> {
        let arena = self.arena().map_err(|kind| self.raw.failed(kind))?;
        match self.claim(arena) {
            Some(claimed) => Ok(self.held(arena, claimed)),
            None => Err(self.raw.failed(PoolErrorKind::Exhausted)),
        }
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
    fn lent(&self, arena: &Arena, claimed: Claimed) -> NonNull<T> {
        let slot = self.prepare(arena, claimed.index);
        arena.slots.lend(claimed);
        slot
    }

    /// By the C ABI, which can't unwind, so that the exported function needs no frame to go on here.
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
        let got = self.claim_many(arena, count, |claimed| {
            let slot = self.lent(arena, claimed);
            // SAFETY: no more than `count` are claimed, for which there is room.
            unsafe { next.write(slot.as_ptr()) };
            // SAFETY: as above.
            next = unsafe { next.add(1) };
        });
        if got < count {
            self.raw.failed(PoolErrorKind::Exhausted);
        }
        got
    }

    #[inline(always)]
    pub(super) fn free_lent(&self, slot: *const T) -> FreeCode {
        if let Some(arena) = self.raw.arena()
            && let Some(index) = Self::index(arena, slot)
            && arena.slots.free_kept(Caller::current(), index, || self.retired(arena, index))
        {
            return FreeCode::Ok;
        }
        self.free_lent_slowly(slot)
    }

    /// Frees the slot that a finalizer's token refers to. One that comes late is counted, and does nothing else.
    pub(super) fn release(&self, token: *mut c_void) {
        let token = Token::from_pointer(token);
        let Some(index) = token.index(self.capacity()) else { return };
        if let Some(arena) = self.raw.arena()
            && index < arena.slots.capacity()
        {
            let generation = generation(arena.slots.peek(index));
            let caller = Caller::current();
            if token.means(self.capacity(), generation)
                && arena.slots.take(caller, index, Some(generation)).is_ok()
            {
                self.retired(arena, index);
                arena.slots.free_owned(caller, index);
                return;
            }
        }
        self.raw.stale();
    }

    /// By the C ABI, as above.
    #[inline(never)]
    extern "C" fn free_lent_slowly(&self, slot: *const T) -> FreeCode {
        let Some(arena) = self.raw.arena() else { return self.raw.misfit(slot.cast(), true) };
        let Some(index) = Self::index(arena, slot) else { return self.raw.misfit(slot.cast(), true) };
        match arena.slots.free(Caller::current(), index, || self.retired(arena, index)) {
            Ok(()) => FreeCode::Ok,
            Err(refused) => self.raw.refused(index, refused),
        }
    }

    /// # Safety
    ///
    /// `slots` are `count` pointers that nobody else reads or writes.
    pub(super) unsafe fn free_many_lent(&self, slots: *mut *mut T, count: usize) -> usize {
        let Some(arena) = self.raw.arena() else { return 0 };
        let caller = Caller::current();
        let mut freed = 0;
        let mut at = 0;
        while at < count {
            // The slots of one group that follow each other are freed at once.
            let start = at;
            let mut group = usize::MAX;
            let mut bits = 0;
            let mut refused = None;
            let mut inside = arena.slots.enter(caller);
            while at < count {
                // SAFETY: below the count.
                let entry = unsafe { slots.add(at) };
                // SAFETY: as above.
                let slot = unsafe { entry.read() };
                let Some(index) = Self::index(arena, slot) else {
                    if !slot.is_null() {
                        refused = Some(self.raw.misfit(slot.cast(), true));
                        break;
                    }
                    at += 1;
                    continue;
                };
                if group != index / GROUP {
                    if bits != 0 {
                        break;
                    }
                    group = index / GROUP;
                }
                if !inside.as_ref().is_some_and(|inside| arena.slots.retire_kept(inside, index)) {
                    arena.slots.leave(inside.take());
                    if let Err(why) = arena.slots.retire(caller, index) {
                        refused = Some(self.raw.refused(index, why));
                        break;
                    }
                }
                self.retired(arena, index);
                bits |= 1 << (index % GROUP);
                at += 1;
            }
            arena.slots.leave(inside);
            if bits != 0 {
                let released = arena.slots.release(group, bits);
                freed += released.count_ones() as usize;
                for entry in start..at {
                    // SAFETY: below the count.
                    let entry = unsafe { slots.add(entry) };
                    if released != bits {
                        // Another thread freed some of them meanwhile: those are left.
                        // SAFETY: as above.
                        let index = Self::index(arena, unsafe { entry.read() });
                        if let Some(index) = index
                            && released & (1 << (index % GROUP)) == 0
                        {
                            let _ = self.raw.refused(index, Refused::NotLive);
                            continue;
                        }
                    }
                    // SAFETY: as above.
                    unsafe { entry.write(ptr::null_mut()) };
                }
            }
            at += usize::from(refused.is_some());
        }
        freed
    }

    /// Whether [`adopt`](Self::adopt) would take a pointer.
    pub(super) fn examine(&self, slot: *const T) -> FreeCode {
        let Some(arena) = self.raw.arena() else { return self.raw.misfit(slot.cast(), false) };
        let Some(index) = Self::index(arena, slot) else { return self.raw.misfit(slot.cast(), false) };
        match arena.slots.peek(index) {
            word if word & LENT != 0 => FreeCode::Ok,
            word if word & HELD != 0 => FreeCode::Owned,
            _ => FreeCode::NotLive,
        }
    }

    /// # Safety
    ///
    /// The slot, if it is one, holds a value of `T`, and nobody uses it by its pointer any more.
    pub(super) unsafe fn adopt(&self, slot: *const T) -> Result<PoolBox<T>, FreeCode> {
        let Some(arena) = self.raw.arena() else { return Err(self.raw.misfit(slot.cast(), false)) };
        let Some(index) = Self::index(arena, slot) else { return Err(self.raw.misfit(slot.cast(), false)) };
        arena.slots.take(Caller::current(), index, None).map_err(raw::code)?;
        // SAFETY: taken just now; the caller vouches for its bytes.
        Ok(unsafe { PoolBox::new(Self::slot(arena, index)) })
    }

    pub(crate) fn reference(&self, slot: *const T) -> FfiRef<T> {
        let Some(arena) = self.raw.kept() else { return FfiRef::none() };
        match Self::index(arena, slot).map(|index| (index, arena.slots.peek(index))) {
            Some((index, word)) if word & HELD != 0 => FfiRef::new(index, generation(word)),
            _ => FfiRef::none(),
        }
    }

    /// The arena and index of a slot that is owned.
    #[inline(always)]
    fn owned(&self, slot: NonNull<T>) -> (&'static Arena, usize) {
        let place = self.raw.kept().and_then(|arena| Some((arena, Self::index(arena, slot.as_ptr())?)));
        // SAFETY: the callers have a box, which is only made of slots.
        unsafe { place.unwrap_unchecked() }
    }

    /// # Safety
    ///
    /// The slot is owned by the caller, and not used any more.
    #[inline(always)]
    pub(super) unsafe fn free_owned(&self, slot: NonNull<T>) {
        if let Some(arena) = self.raw.arena() {
            match Self::index(arena, slot.as_ptr()) {
                Some(index) => {
                    self.retired(arena, index);
                    arena.slots.free_owned(Caller::current(), index);
                }
                // SAFETY: by this function's contract it is a slot.
                None => unsafe { hint::unreachable_unchecked() },
            }
        }
    }

    /// # Safety
    ///
    /// The slot is owned by the caller, who doesn't use it as its own any more.
    #[inline(always)]
    pub(super) unsafe fn lend(&self, slot: NonNull<T>) -> FfiRef<T> {
        let (arena, index) = self.owned(slot);
        FfiRef::new(index, arena.slots.lend_held(index))
    }

    /// # Safety
    ///
    /// The slot is owned by the caller.
    #[inline(always)]
    pub(super) unsafe fn handle(&self, slot: NonNull<T>) -> FfiRef<T> {
        let (arena, index) = self.owned(slot);
        FfiRef::new(index, generation(arena.slots.peek(index)))
    }
}

/// The inverse of an odd number, modulo the size of the address space.
pub(super) const fn inverse(odd: usize) -> usize {
    // An odd number is its own inverse modulo 8; each step of Newton's doubles the bits that are right.
    let mut inverse = odd;
    let mut step = 0;
    while step < 5 {
        inverse = inverse.wrapping_mul(2_usize.wrapping_sub(odd.wrapping_mul(inverse)));
        step += 1;
    }
    inverse
}
