//! Peers of the pool: allocators, the free lists one would write, and object pools from the
//! registry.
//!
//! None of them zeroes its messages, and only the allocators find some bad pointers or double
//! frees: they do less than the pool.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::UnsafeCell;
use std::ffi::CStr;
use std::mem::MaybeUninit;
use std::ptr::NonNull;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use crossbeam_queue::{ArrayQueue, SegQueue};
use crossbeam_utils::{Backoff, CachePadded};
use lockfree_object_pool::{LinearObjectPool, LinearReusable};
use sharded_slab::Clear;

use crate::{CAPACITY, Functions, Kind, Particle, PeerEntry};

/// An allocator of messages.
pub trait Peer {
    /// Name in the tables.
    const NAME: &'static CStr;

    /// True if it has exactly [`CAPACITY`] slots.
    const BOUNDED: bool = false;

    /// The functions of C to call instead of those below, if it is an allocator.
    const HEAP: Option<(*const (), *const ())> = None;

    /// Returns a message that only the caller uses. Its bytes may be anything.
    fn alloc() -> Option<NonNull<Particle>>;

    /// Frees a message.
    ///
    /// # Safety
    ///
    /// It is from [`alloc`](Self::alloc), and no code uses it any more.
    unsafe fn free(slot: NonNull<Particle>);
}

extern "C" fn alloc<P: Peer>() -> Option<NonNull<Particle>> {
    P::alloc()
}

unsafe extern "C" fn free<P: Peer>(slot: Option<NonNull<Particle>>) -> i32 {
    let Some(slot) = slot else { return 1 };
    // SAFETY: the caller passes null or a slot of `alloc`, which it doesn't use any more, and null
    // was excluded above.
    unsafe { P::free(slot) };
    0
}

const fn entry_of<P: Peer>() -> PeerEntry {
    let functions = match P::HEAP {
        Some((alloc, free)) => Functions { kind: Kind::Heap, alloc, free },
        None => Functions { kind: Kind::Pool, alloc: alloc::<P> as *const (), free: free::<P> as *const () },
    };
    PeerEntry { name: P::NAME.as_ptr(), bounded: P::BOUNDED, functions }
}

/// Returns the peer with this index, as C calls it.
pub(crate) fn entry(index: usize) -> Option<PeerEntry> {
    let entries = [
        entry_of::<Glibc>(),
        entry_of::<Mimalloc>(),
        #[cfg(feature = "jemalloc")]
        entry_of::<Jemalloc>(),
        entry_of::<StdMutex>(),
        entry_of::<ParkingLot>(),
        entry_of::<CrossbeamArray>(),
        entry_of::<CrossbeamSeg>(),
        entry_of::<TaggedStack>(),
        entry_of::<ObjectPool>(),
        entry_of::<LockfreeObjectPool>(),
        entry_of::<ShardedSlab>(),
    ];
    entries.get(index).copied()
}

/// The C library's `malloc`.
#[derive(Debug)]
pub struct Glibc;

impl Peer for Glibc {
    const NAME: &'static CStr = c"glibc malloc";
    const HEAP: Option<(*const (), *const ())> = Some((libc::malloc as *const (), libc::free as *const ()));

    #[inline(always)]
    fn alloc() -> Option<NonNull<Particle>> {
        // SAFETY: a message has a size other than zero.
        NonNull::new(unsafe { System.alloc(Layout::new::<Particle>()) }.cast())
    }

    #[inline(always)]
    unsafe fn free(slot: NonNull<Particle>) {
        // SAFETY: by this function's contract the slot is from `alloc`, with the same layout.
        unsafe { System.dealloc(slot.as_ptr().cast(), Layout::new::<Particle>()) };
    }
}

/// Microsoft's allocator.
#[derive(Debug)]
pub struct Mimalloc;

impl Peer for Mimalloc {
    const NAME: &'static CStr = c"mimalloc";
    const HEAP: Option<(*const (), *const ())> =
        Some((libmimalloc_sys::mi_malloc as *const (), libmimalloc_sys::mi_free as *const ()));

    #[inline(always)]
    fn alloc() -> Option<NonNull<Particle>> {
        // SAFETY: any size may be asked for.
        NonNull::new(unsafe { libmimalloc_sys::mi_malloc(size_of::<Particle>()) }.cast())
    }

    #[inline(always)]
    unsafe fn free(slot: NonNull<Particle>) {
        // SAFETY: by this function's contract the slot is from `alloc`, which calls mimalloc.
        unsafe { libmimalloc_sys::mi_free(slot.as_ptr().cast()) };
    }
}

/// The allocator of FreeBSD, Firefox and others.
#[cfg(feature = "jemalloc")]
#[derive(Debug)]
pub struct Jemalloc;

#[cfg(feature = "jemalloc")]
impl Peer for Jemalloc {
    const NAME: &'static CStr = c"jemalloc";
    const HEAP: Option<(*const (), *const ())> =
        Some((tikv_jemalloc_sys::malloc as *const (), tikv_jemalloc_sys::free as *const ()));

    #[inline(always)]
    fn alloc() -> Option<NonNull<Particle>> {
        // SAFETY: any size may be asked for.
        NonNull::new(unsafe { tikv_jemalloc_sys::malloc(size_of::<Particle>()) }.cast())
    }

    #[inline(always)]
    unsafe fn free(slot: NonNull<Particle>) {
        // SAFETY: by this function's contract the slot is from `alloc`, which calls jemalloc.
        unsafe { tikv_jemalloc_sys::free(slot.as_ptr().cast()) };
    }
}

/// A list of the free slots.
trait List: Send + Sync {
    /// Returns a list of all slots.
    fn full() -> Self;
    fn pop(&self) -> Option<u32>;
    fn push(&self, index: u32);
}

fn indices() -> std::ops::Range<u32> {
    0..CAPACITY as u32
}

/// [`CAPACITY`] slots beside a list.
struct FreeList<L> {
    slots: Box<[UnsafeCell<Particle>]>,
    list: L,
}

// SAFETY: a slot is used by the one thread that has its index from the list.
unsafe impl<L: Sync> Sync for FreeList<L> {}

impl<L: List> FreeList<L> {
    fn new() -> Self {
        Self { slots: (0..CAPACITY).map(|_| UnsafeCell::default()).collect(), list: L::full() }
    }

    #[inline(always)]
    fn alloc(&self) -> Option<NonNull<Particle>> {
        let index = self.list.pop()?;
        NonNull::new(self.slots[index as usize].get())
    }

    #[inline(always)]
    fn free(&self, slot: NonNull<Particle>) {
        let offset = slot.addr().get() - self.slots.as_ptr().addr();
        self.list.push((offset / size_of::<Particle>()) as u32);
    }
}

macro_rules! free_list {
    ($(#[$doc:meta])* $peer:ident, $name:literal, $list:ty) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $peer;

        const _: () = {
            static SLOTS: LazyLock<FreeList<$list>> = LazyLock::new(FreeList::new);

            impl Peer for $peer {
                const NAME: &'static CStr = $name;
                const BOUNDED: bool = true;

                #[inline(always)]
                fn alloc() -> Option<NonNull<Particle>> {
                    SLOTS.alloc()
                }

                #[inline(always)]
                unsafe fn free(slot: NonNull<Particle>) {
                    SLOTS.free(slot);
                }
            }
        };
    };
}

free_list! {
    /// The simplest free list: a vector behind a mutex of the standard library.
    StdMutex, c"Mutex<Vec>", std::sync::Mutex<Vec<u32>>
}

impl List for std::sync::Mutex<Vec<u32>> {
    fn full() -> Self {
        Self::new(indices().rev().collect())
    }

    #[inline(always)]
    fn pop(&self) -> Option<u32> {
        self.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).pop()
    }

    #[inline(always)]
    fn push(&self, index: u32) {
        self.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push(index);
    }
}

free_list! {
    /// The same list with a smaller lock.
    ParkingLot, c"parking_lot::Mutex<Vec>", parking_lot::Mutex<Vec<u32>>
}

impl List for parking_lot::Mutex<Vec<u32>> {
    fn full() -> Self {
        Self::new(indices().rev().collect())
    }

    #[inline(always)]
    fn pop(&self) -> Option<u32> {
        self.lock().pop()
    }

    #[inline(always)]
    fn push(&self, index: u32) {
        self.lock().push(index);
    }
}

free_list! {
    /// A queue with a fixed number of places.
    CrossbeamArray, c"crossbeam ArrayQueue", ArrayQueue<u32>
}

impl List for ArrayQueue<u32> {
    fn full() -> Self {
        let queue = Self::new(CAPACITY);
        for index in indices() {
            List::push(&queue, index);
        }
        queue
    }

    #[inline(always)]
    fn pop(&self) -> Option<u32> {
        ArrayQueue::pop(self)
    }

    #[inline(always)]
    fn push(&self, index: u32) {
        let pushed = ArrayQueue::push(self, index);
        debug_assert!(pushed.is_ok(), "more slots come back than there are");
    }
}

free_list! {
    /// A queue that grows.
    CrossbeamSeg, c"crossbeam SegQueue", SegQueue<u32>
}

impl List for SegQueue<u32> {
    fn full() -> Self {
        let queue = Self::new();
        for index in indices() {
            SegQueue::push(&queue, index);
        }
        queue
    }

    #[inline(always)]
    fn pop(&self) -> Option<u32> {
        SegQueue::pop(self)
    }

    #[inline(always)]
    fn push(&self, index: u32) {
        SegQueue::push(self, index);
    }
}

free_list! {
    /// A Treiber stack (Treiber, "Systems Programming: Coping with Parallelism", IBM Research
    /// Report RJ 5118, 1986).
    TaggedStack, c"tagged Treiber stack", Treiber
}

/// A stack of indices. The low half of the head is the index plus one of the uppermost; the high
/// half is a count that each change raises, so that a head that was popped and pushed again differs
/// (the ABA problem).
struct Treiber {
    head: CachePadded<AtomicU64>,
    /// Index plus one of the next below.
    next: Box<[AtomicU32]>,
}

impl List for Treiber {
    fn full() -> Self {
        let next =
            indices().map(|index| AtomicU32::new(if index + 1 < CAPACITY as u32 { index + 2 } else { 0 }));
        Self { head: CachePadded::new(AtomicU64::new(1)), next: next.collect() }
    }

    #[inline(always)]
    fn pop(&self) -> Option<u32> {
        let backoff = Backoff::new();
        // Acquire pairs with the exchange in `push`, so `next` is read as it was stored.
        let mut head = self.head.load(Ordering::Acquire);
        loop {
            let index = (head as u32).checked_sub(1)?;
            let next = self.next[index as usize].load(Ordering::Relaxed);
            let changed = (head >> 32).wrapping_add(1) << 32 | u64::from(next);
            // Acquire: the accesses of the slot's last owner are done.
            match self.head.compare_exchange_weak(head, changed, Ordering::Acquire, Ordering::Acquire) {
                Ok(_) => return Some(index),
                Err(now) => head = now,
            }
            backoff.spin();
        }
    }

    #[inline(always)]
    fn push(&self, index: u32) {
        let backoff = Backoff::new();
        let mut head = self.head.load(Ordering::Relaxed);
        loop {
            self.next[index as usize].store(head as u32, Ordering::Relaxed);
            let changed = (head >> 32).wrapping_add(1) << 32 | u64::from(index + 1);
            // Release publishes `next` and the accesses to the slot.
            match self.head.compare_exchange_weak(head, changed, Ordering::Release, Ordering::Relaxed) {
                Ok(_) => return,
                Err(now) => head = now,
            }
            backoff.spin();
        }
    }
}

/// Crate `object-pool`.
#[derive(Debug)]
pub struct ObjectPool;

static OBJECT_POOL: LazyLock<object_pool::Pool<Box<Particle>>> =
    LazyLock::new(|| object_pool::Pool::new(CAPACITY, Box::default));

impl Peer for ObjectPool {
    const NAME: &'static CStr = c"crate object-pool";
    const BOUNDED: bool = true;

    #[inline(always)]
    fn alloc() -> Option<NonNull<Particle>> {
        let (_, particle) = OBJECT_POOL.try_pull()?.detach();
        Some(NonNull::from(Box::leak(particle)))
    }

    #[inline(always)]
    unsafe fn free(slot: NonNull<Particle>) {
        // SAFETY: leaked above, and no code uses it any more.
        OBJECT_POOL.attach(unsafe { Box::from_raw(slot.as_ptr()) });
    }
}

/// Crate `lockfree-object-pool`: the fastest of its pools.
#[derive(Debug)]
pub struct LockfreeObjectPool;

/// A message with the guard that frees it, as C only gets a pointer.
#[repr(C)]
struct Guarded {
    particle: Particle,
    guard: MaybeUninit<LinearReusable<'static, Self>>,
}

// SAFETY: the guard is a pointer to its pool, and only the message's owner uses it.
unsafe impl Send for Guarded {}
// SAFETY: a shared reference to it is only used to read the message.
unsafe impl Sync for Guarded {}

static LINEAR: LazyLock<LinearObjectPool<Guarded>> = LazyLock::new(|| {
    LinearObjectPool::new(|| Guarded { particle: Particle::default(), guard: MaybeUninit::uninit() }, |_| {})
});

impl Peer for LockfreeObjectPool {
    const NAME: &'static CStr = c"crate lockfree-object-pool (Linear)";

    #[inline(always)]
    fn alloc() -> Option<NonNull<Particle>> {
        let mut guard = LINEAR.pull();
        let guarded: NonNull<Guarded> = NonNull::from(&mut *guard);
        // SAFETY: the guard says that this code owns the message.
        let place = unsafe { &raw mut (*guarded.as_ptr()).guard };
        // SAFETY: the guard says that this code owns the message; a `MaybeUninit` needs no value
        // before.
        unsafe { place.write(MaybeUninit::new(guard)) };
        Some(guarded.cast())
    }

    #[inline(always)]
    unsafe fn free(slot: NonNull<Particle>) {
        // SAFETY: a message is the first field of a `Guarded`.
        let place = unsafe { &raw mut (*slot.cast::<Guarded>().as_ptr()).guard };
        // SAFETY: the guard was written there, and is read once.
        let guard = unsafe { place.read() };
        // SAFETY: `alloc` wrote a guard there.
        drop(unsafe { guard.assume_init() });
    }
}

/// Crate `sharded-slab`.
#[derive(Debug)]
pub struct ShardedSlab;

/// A message with its key, as C only gets a pointer.
#[derive(Default)]
#[repr(C)]
struct Keyed {
    particle: Particle,
    key: usize,
}

impl Clear for Keyed {
    fn clear(&mut self) {}
}

static SHARDED: LazyLock<sharded_slab::Pool<Keyed>> = LazyLock::new(sharded_slab::Pool::new);

impl Peer for ShardedSlab {
    const NAME: &'static CStr = c"crate sharded-slab";

    #[inline(always)]
    fn alloc() -> Option<NonNull<Particle>> {
        let mut keyed = SHARDED.create()?;
        keyed.key = keyed.key();
        Some(NonNull::from(&mut *keyed).cast())
    }

    #[inline(always)]
    unsafe fn free(slot: NonNull<Particle>) {
        // SAFETY: a message is the first field of a `Keyed`.
        let key = unsafe { (*slot.cast::<Keyed>().as_ptr()).key };
        SHARDED.clear(key);
    }
}
