//! Results of each function, and the counts in the statistics.

use std::collections::HashSet;
use std::ptr::{self, NonNull};

use super::super::token::token;
use super::pooled;
use crate::pool::abi::{
    pool_adopt, pool_alloc, pool_alloc_many, pool_claim, pool_examine, pool_free, pool_free_many, pool_live,
    pool_reference, pool_release, pool_resolve, pool_stats,
};
use crate::{FfiPooled, FfiRef, FreeCode, Pool, PoolBox, PoolErrorKind, PoolState, PoolStats, RefusedHandle};

/// Calls [`pool_free`] with a pointer that nobody uses.
fn free<T: FfiPooled>(slot: *mut T) -> i32 {
    // SAFETY: the tests don't use a slot once they freed it.
    unsafe { pool_free(slot) }
}

#[test]
fn a_box_owns_its_slot_until_it_is_dropped() {
    pooled!(Point { x: f64, y: f64 }, 3, Zero);
    let mut point = Point::pool().alloc().unwrap();
    assert_eq!((point.x, point.y), (0.0, 0.0));
    point.x = 1.5;
    assert_eq!(size_of_val(&point), size_of::<usize>());
    let handle = point.handle();
    assert_eq!(handle.resolve().map(NonNull::as_ptr), Some(point.as_ptr()));
    // Rust owns the slot: neither its pointer nor its handle frees it.
    assert_eq!(free(point.as_ptr()), FreeCode::Owned as i32);
    assert!(handle.take().is_none());
    // SAFETY: nobody writes to it.
    assert_eq!(unsafe { handle.get() }.unwrap().x, 1.5);
    drop(point);
    assert!(handle.resolve().is_none());
    // SAFETY: nobody writes to it.
    assert!(unsafe { handle.get() }.is_none());
    let stats = Point::pool().stats();
    assert_eq!((stats.live, stats.allocs, stats.frees, stats.high_water), (0, 1, 1, 1));
    assert_eq!((stats.bad_owned, stats.stale), (1, 3));
}

#[test]
fn boxes_and_readers_show_their_message() {
    pooled!(Shown { x: u32 }, 2, Zero);
    let mut shown = Shown::pool().alloc().unwrap();
    shown.as_mut().x = 7;
    assert_eq!(shown.as_ref().x, 7);
    assert_eq!(format!("{shown:?}"), "PoolBox(Shown { x: 7 })");
    assert_eq!(format!("{shown:p}"), format!("{:p}", shown.as_ptr()));
    let handle = shown.into_ref();
    let read = Shown::pool().read(handle).unwrap();
    assert_eq!(format!("{read:?}"), "PoolRead(Shown { x: 7 })");
}

#[test]
fn refusals_say_what_is_wrong() {
    let codes = [
        (FreeCode::Null, "is null"),
        (FreeCode::Foreign, "is outside of the pool"),
        (FreeCode::Interior, "is inside of a slot, not its start"),
        (FreeCode::NotLive, "is not allocated: it was freed before"),
        (FreeCode::Owned, "is owned by Rust"),
        (FreeCode::Closed, "belongs to a pool that was shut down"),
    ];
    for (code, text) in codes {
        assert_eq!(code.to_string(), text);
    }
    let handles = [
        (RefusedHandle::Stale, "the handle is stale: its message was freed"),
        (RefusedHandle::Owned, "a `PoolBox` owns the handle's message"),
        (RefusedHandle::Busy, "the handle's message is being read, or is changing hands; hint: try again"),
        (RefusedHandle::Invalid, "the bytes of the handle's message are no value of its type"),
        (RefusedHandle::Closed, "the handle's pool was shut down"),
    ];
    for (refused, text) in handles {
        assert_eq!(refused.to_string(), text);
    }
    let exposed = RefusedHandle::Exposed.to_string();
    assert!(exposed.ends_with("use the unsafe `.._exposed` functions"), "{exposed}");
}

#[test]
fn exhaustion_says_what_to_do() {
    pooled!(Ball { x: u32 }, 2, Zero);
    assert!(Ball::pool().stats().state == PoolState::Open && Ball::pool().live().next().is_none());
    let mut held: Vec<_> = (0..2).map(|_| Ball::pool().try_alloc().unwrap()).collect();
    let error = Ball::pool().try_alloc().unwrap_err();
    assert_eq!(
        error.to_string(),
        "the pool of `Ball` is exhausted: fewer of its 2 slots are free than were asked for; \
         hint: free messages, or raise the number in `#[ffi(pool = 2)]`"
    );
    assert_eq!((error.kind(), error.pool(), error.capacity()), (PoolErrorKind::Exhausted, "Ball", 2));
    assert!(Ball::pool().alloc().is_none() && pool_alloc::<Ball>().is_null());
    assert_eq!(Ball::pool().live().count(), 2);
    held.pop();
    assert!(Ball::pool().alloc().is_some());
    let stats = Ball::pool().stats();
    assert_eq!((stats.failed_allocs, stats.high_water, stats.capacity, stats.stride), (3, 2, 2, 4));
}

#[test]
fn each_bad_pointer_has_its_code() {
    pooled!(Brick { x: [u64; 3] }, 4, Zero);
    pooled!(Stone { x: [u64; 3] }, 4, Zero);
    let mut own = [0_u64; 3];
    // A pool that was never used has no slots.
    assert_eq!(free(own.as_mut_ptr().cast::<Brick>()), FreeCode::Foreign as i32);
    assert_eq!(free(ptr::null_mut::<Brick>()), FreeCode::Null as i32);
    let slot = pool_alloc::<Brick>();
    let stone = pool_alloc::<Stone>();
    for (bad, code) in [
        (ptr::null_mut(), FreeCode::Null),
        (own.as_mut_ptr().cast(), FreeCode::Foreign),
        (stone.cast(), FreeCode::Foreign),
        (slot.wrapping_sub(4), FreeCode::Foreign),
        (slot.wrapping_add(4), FreeCode::Foreign),
        (slot.wrapping_byte_add(8), FreeCode::Interior),
        (slot.wrapping_byte_add(1), FreeCode::Interior),
    ] {
        assert_eq!(pool_examine(bad), Err(code));
        assert_eq!(free(bad), code as i32, "{bad:p} of {slot:p}");
        // SAFETY: it is refused, whatever it points to.
        assert_eq!(unsafe { pool_adopt(bad) }.unwrap_err(), code);
    }
    assert_eq!(pool_examine(slot), Ok(()));
    assert_eq!(free(slot), 0);
    assert_eq!((pool_examine(slot), free(slot)), (Err(FreeCode::NotLive), FreeCode::NotLive as i32));
    let stats = Brick::pool().stats();
    assert_eq!((stats.bad_null, stats.bad_foreign, stats.bad_interior, stats.bad_double), (2, 5, 2, 1));
    assert_eq!((stats.bad_owned, stats.bad_closed, stats.allocs, stats.frees), (0, 0, 1, 1));
    assert_eq!(free(stone), 0);
    let mut ffi = PoolStats::default();
    // SAFETY: it may be written.
    unsafe { pool_stats::<Brick>(&mut ffi) };
    assert_eq!(ffi, stats);
    assert_eq!(size_of::<PoolStats>(), 16 * 8);
}

/// Calls [`pool_release`] with the token of a reference.
fn release<T: FfiPooled>(reference: FfiRef<T>) {
    // SAFETY: the tests don't use a slot once they released it.
    unsafe { pool_release::<T>(token(reference, T::pool().capacity())) };
}

#[test]
fn a_release_that_comes_late_does_nothing() {
    pooled!(Late { x: u32 }, 2, Zero);
    let reference = |slot: *mut Late| FfiRef::<Late>::from_bits(pool_reference(slot));
    let live = || Late::pool().stats().live;
    let slot = pool_alloc::<Late>();
    let first = reference(slot);
    release(FfiRef::<Late>::none());
    release(FfiRef::<Late>::from_parts(3, 0));
    release(FfiRef::<Late>::from_parts(u32::MAX, 0));
    assert_eq!(live(), 1);
    release(first);
    release(first);
    assert_eq!(live(), 0);
    // The slot has its next message.
    let slots = [pool_alloc::<Late>(), pool_alloc()];
    release(first);
    assert_eq!(live(), 2);
    // Rust owns it, under the reference that the finalizer has.
    let second = slots.map(reference);
    // SAFETY: any bytes are a value, and the pointer isn't used while the box lives.
    let owned: PoolBox<Late> = unsafe { pool_adopt(slots[0]) }.unwrap();
    release(second[0]);
    assert_eq!((live(), owned.handle()), (2, second[0]));
    drop(owned);
    release(second[0]);
    release(second[1]);
    let stats = Late::pool().stats();
    assert_eq!((stats.live, stats.frees, stats.stale, stats.bad_double + stats.bad_owned), (0, 3, 6, 0));
}

#[test]
fn a_slot_is_adopted_once_and_given_back() {
    pooled!(Parcel { x: u32 }, 4, Zero);
    let slot = pool_alloc::<Parcel>();
    // SAFETY: any bytes are a value, and the pointer isn't used while the box lives.
    let adopted: PoolBox<Parcel> = unsafe { pool_adopt(slot) }.unwrap();
    assert_eq!(pool_examine(slot), Err(FreeCode::Owned));
    // SAFETY: it is refused.
    assert_eq!(unsafe { pool_adopt(slot) }.unwrap_err(), FreeCode::Owned);
    assert_eq!(adopted.into_raw().as_ptr(), slot);
    // SAFETY: any bytes are a value, and the pointer isn't used any more.
    drop(unsafe { PoolBox::from_raw(NonNull::new(slot).unwrap()) });
    assert_eq!(pool_examine(slot), Err(FreeCode::NotLive));
    let leaked = Parcel::pool().alloc().unwrap().leak();
    assert_eq!(free(leaked.as_ptr()), 0);
    assert_eq!(Parcel::pool().stats().live, 0);
}

#[test]
#[should_panic = "the pointer of a `Lost` is not allocated: it was freed before"]
fn a_freed_pointer_makes_no_box() {
    pooled!(Lost { x: u32 }, 1, Zero);
    let slot = pool_alloc::<Lost>();
    assert_eq!(free(slot), 0);
    // SAFETY: any bytes are a value; the test is about a pointer that is no slot.
    drop(unsafe { PoolBox::from_raw(NonNull::new(slot).unwrap()) });
}

#[test]
fn handles_are_taken_once_and_forged_ones_are_nothing() {
    pooled!(Leaf { x: u32 }, 70, Zero);
    // Nothing resolves before the pool's first use.
    assert!(FfiRef::<Leaf>::from_parts(1, 0).resolve().is_none());
    let handle = Leaf::pool().try_alloc_with(|leaf| leaf.x = 7).unwrap().into_ref();
    assert_eq!(FfiRef::from_bits(handle.to_bits()), handle);
    let slot = handle.resolve().unwrap().as_ptr();
    assert_eq!(pool_reference(slot), handle.to_bits());
    let plus_one = handle.to_bits() as u32;
    let taken = handle.take().unwrap();
    assert_eq!(taken.x, 7);
    assert!(pool_resolve::<Leaf>(plus_one, handle.generation()).is_null(), "it is Rust's");
    assert!(handle.take().is_none() && handle.resolve().is_some());
    drop(taken);
    // The slot is free: its next generation must not resolve either.
    for forged in [
        handle,
        FfiRef::from_parts(plus_one, handle.generation() + 1),
        FfiRef::from_parts(71, 0),
        FfiRef::from_parts(u32::MAX, 0),
        FfiRef::from_parts(70, 0),
    ] {
        assert!(forged.resolve().is_none() && forged.take().is_none(), "{forged:?}");
        assert!(pool_resolve::<Leaf>(forged.to_bits() as u32, forged.generation()).is_null());
    }
    let stale = Leaf::pool().stats().stale;
    assert!(pool_resolve::<Leaf>(0, 9).is_null() && FfiRef::<Leaf>::none().take().is_none());
    assert_eq!(Leaf::pool().stats().stale, stale, "none is not counted");
    assert_eq!((pool_reference(slot), pool_reference(ptr::null::<Leaf>())), (0, 0));
    assert_eq!(pool_reference(slot.wrapping_byte_add(1)), 0);
}

#[test]
fn slots_are_zeroed_whatever_their_size() {
    pooled!(Tiny { bytes: [u8; 3] }, 65, Zero);
    pooled!(Large { bytes: [u8; 5_000] }, 65, Zero);
    pooled!(Huge { bytes: [u8; 20_000] }, 65, Zero);
    fn check<T: FfiPooled>(bytes: usize) {
        for _ in 0..3 {
            let held = T::pool().try_alloc_many(65).unwrap();
            for slot in &held {
                // SAFETY: a live slot; messages without padding are bytes.
                let slot = unsafe { std::slice::from_raw_parts_mut(slot.as_ptr().cast::<u8>(), bytes) };
                assert!(slot.iter().all(|&byte| byte == 0));
                slot.fill(0xA5);
            }
            drop(held);
            let slot = pool_alloc::<T>();
            // SAFETY: a live slot; messages without padding are bytes.
            let zeros = unsafe { std::slice::from_raw_parts(slot.cast::<u8>(), bytes) };
            assert!(zeros.iter().all(|&byte| byte == 0));
            assert_eq!(free(slot), 0);
        }
    }
    check::<Tiny>(3);
    check::<Large>(5_000);
    check::<Huge>(20_000);
}

#[test]
fn what_is_kept_is_a_value_when_rust_gets_it() {
    pooled!(Flag { on: bool, count: u8 }, 1, Keep);
    let mut flag = Flag::pool().alloc().unwrap();
    flag.count = 9;
    drop(flag);
    let slot = pool_alloc::<Flag>();
    // SAFETY: a live slot of two bytes.
    let bytes = unsafe { &mut *slot.cast::<[u8; 2]>() };
    assert_eq!(*bytes, [0, 9]);
    bytes[0] = 2;
    // Bytes that are no value are not handed to Rust, and the slot stays with its owner.
    let handle = FfiRef::<Flag>::from_bits(pool_reference(slot));
    assert!(handle.resolve().is_some());
    // SAFETY: nobody uses it meanwhile.
    assert_eq!(unsafe { Flag::pool().take_exposed(handle) }.err(), Some(RefusedHandle::Invalid));
    // SAFETY: nobody writes to it.
    assert_eq!(unsafe { Flag::pool().read_exposed(handle) }.err(), Some(RefusedHandle::Invalid));
    // SAFETY: nobody writes to it.
    assert!(unsafe { handle.get() }.is_none());
    assert_eq!(free(slot), 0);
    let flag = Flag::pool().alloc().unwrap();
    assert_eq!((flag.on, flag.count), (false, 0));
}

#[test]
fn large_slots_that_were_used_are_used_again() {
    pooled!(Frame { pixels: [u32; 8_192] }, 100, Zero);
    let first = Frame::pool().alloc().unwrap();
    let second = Frame::pool().alloc().unwrap().as_ptr();
    for _ in 0..200 {
        assert_eq!(Frame::pool().alloc().unwrap().as_ptr(), second);
    }
    drop(first);
}

/// Tests a pool of large slots, which hands out the lowest free one, when no slot is free.
#[test]
fn large_slots_are_handed_out_up_to_the_last() {
    pooled!(Slab { pixels: [u32; 8_192] }, 65, Zero);
    let mut held: Vec<_> = std::iter::from_fn(|| Slab::pool().alloc()).collect();
    assert_eq!(held.len(), 65);
    assert!(held.is_sorted_by_key(|slab| slab.as_ptr()), "the lowest comes first");
    let last = held.pop().map(|slab| slab.as_ptr());
    assert_eq!(Slab::pool().alloc().map(|slab| slab.as_ptr()), last);
}

/// Tests that a message has as many readers as its word can count, and no more.
#[test]
fn readers_are_counted_up_to_a_limit() {
    pooled!(Poster { x: u32 }, 1, Zero);
    let pool = Poster::pool();
    let handle = pool.try_alloc_with(|poster| poster.x = 7).unwrap().into_ref();
    let mut readers: Vec<_> = std::iter::from_fn(|| pool.read(handle)).take(10_000).collect();
    assert_eq!(readers.len(), 4_095);
    assert_eq!(pool.try_read(handle).err(), Some(RefusedHandle::Busy));
    readers.pop();
    assert_eq!(pool.read(handle).unwrap().x, 7);
    drop(readers);
    assert!(pool.take(handle).is_some());
}

/// Tests each way in which a slot of secrets is freed.
#[test]
#[cfg(all(feature = "secret", not(feature = "pool-debug")))]
fn a_secret_is_gone_once_its_slot_is_free() {
    pooled!(Safe { code: crate::FfiSecret<12> }, 4, Zero);
    let pool = Safe::pool();
    let reference = |slot| FfiRef::<Safe>::from_bits(pool_reference(slot));
    // SAFETY: the memory of a slot is 16 initialised bytes, and stays.
    let is_wiped = |slot: *mut Safe| unsafe { slot.cast::<[u8; 16]>().read() } == [0; 16];
    let lend = || {
        let slot = pool_alloc::<Safe>();
        // SAFETY: a live slot, which no other code uses.
        unsafe { &mut *slot }.code.set(b"horse").unwrap();
        assert!(!is_wiped(slot));
        slot
    };
    for way in 0..7 {
        let slot = lend();
        match way {
            0 => assert_eq!(free(slot), 0),
            1 => {
                let address = slot.expose_provenance();
                let other = move || free(ptr::with_exposed_provenance_mut::<Safe>(address));
                assert_eq!(std::thread::spawn(other).join().unwrap(), 0);
            }
            // SAFETY: a pointer of the test's own, to a slot that nobody uses.
            2 => assert_eq!(unsafe { pool_free_many([slot].as_mut_ptr(), 1) }, 1),
            3 => release(reference(slot)),
            // SAFETY: the slot holds a value, and its pointer isn't used while the box lives.
            4 => drop::<PoolBox<Safe>>(unsafe { pool_adopt(slot) }.unwrap()),
            5 => {
                // SAFETY: nobody uses it meanwhile.
                let claim = unsafe { pool_claim(slot) }.unwrap();
                release(reference(slot));
                assert!(!is_wiped(slot), "it is claimed");
                drop(claim);
            }
            _ => {
                // SAFETY: nobody writes.
                let read = unsafe { pool.read_exposed(reference(slot)) }.unwrap();
                assert_eq!(free(slot), 0);
                assert_eq!(read.code, *b"horse");
                drop(read);
            }
        }
        assert!(is_wiped(slot), "{way}");
    }
    assert_eq!(pool.stats().live, 0);
}

#[test]
fn batches_are_all_or_nothing_in_rust_and_what_there_is_in_c() {
    pooled!(Drop { x: u64 }, 200, Zero);
    let pool = Drop::pool();
    assert!(pool.try_alloc_many(0).unwrap().is_empty());
    let held = pool.try_alloc_many(130).unwrap();
    assert_eq!(held.iter().map(PoolBox::as_ptr).collect::<HashSet<_>>().len(), 130);
    let before = pool.stats();
    assert_eq!(pool.try_alloc_many(71).unwrap_err().kind(), PoolErrorKind::Exhausted);
    assert_eq!(pool.try_alloc_many(usize::MAX).unwrap_err().kind(), PoolErrorKind::Exhausted);
    let after = pool.stats();
    assert_eq!((after.live, after.allocs, after.frees), (130, before.allocs, 0));
    assert_eq!(after.failed_allocs, before.failed_allocs + 2);

    let mut slots = [ptr::null_mut::<Drop>(); 100];
    // SAFETY: there is room for 100.
    assert_eq!(unsafe { pool_alloc_many(slots.as_mut_ptr(), 100) }, 70);
    assert!(slots[..70].iter().all(|slot| !slot.is_null()) && slots[70..].iter().all(|slot| slot.is_null()));

    // Bad pointers are left in the array, nulls are skipped, and a slot that occurs twice is freed
    // once.
    let interior = slots[3].wrapping_byte_add(1);
    let owned = held[0].as_ptr();
    slots[70] = interior;
    slots[71] = slots[5];
    slots[72] = owned;
    slots.swap(2, 70);
    slots.swap(20, 71);
    slots.swap(40, 72);
    // SAFETY: 100 pointers that nobody uses any more.
    assert_eq!(unsafe { pool_free_many(slots.as_mut_ptr(), 100) }, 70);
    let left: Vec<_> = slots.iter().filter(|slot| !slot.is_null()).copied().collect();
    assert_eq!(left.len(), 3, "{left:?}");
    assert_eq!(left.iter().map(|&slot| free(slot)).collect::<Vec<_>>(), [3, 4, 5]);
    let stats = pool.stats();
    assert_eq!((stats.live, stats.frees), (130, 70));
    assert_eq!((stats.bad_interior, stats.bad_double, stats.bad_owned), (2, 2, 2));
    // Twice the same slot, side by side in one group.
    let twice = pool_alloc::<Drop>();
    let mut slots = [twice, twice];
    // SAFETY: pointers of the test's own.
    assert_eq!(unsafe { pool_free_many(slots.as_mut_ptr(), 2) }, 1);
    assert_eq!((slots, pool.stats().bad_double), ([ptr::null_mut(), twice], 3));
    // SAFETY: the counts are 0.
    let nothing = unsafe { pool_alloc_many::<Drop>(ptr::null_mut(), 0) };
    assert_eq!(nothing, 0);
    // SAFETY: the count is 0.
    let nothing = unsafe { pool_free_many::<Drop>(ptr::null_mut(), 0) };
    assert_eq!(nothing, 0);
}

pooled!(Node { value: u64, children: [FfiRef<Node>; 3] }, 100_001, Zero);

#[test]
fn trees_are_freed_however_deep_and_tangled() {
    let visit = |node: &Node, visit: &mut dyn FnMut(FfiRef<Node>)| node.children.into_iter().for_each(visit);
    let pool = Node::pool();
    let mut chain = FfiRef::none();
    for _ in 0..100_000 {
        chain = pool.try_alloc_with(|node| node.children[0] = chain).unwrap().into_ref();
    }
    // A message that Rust owns is not freed, and neither is one that was freed before.
    let owned = pool.alloc().unwrap();
    let gone = FfiRef::from_parts(owned.handle().to_bits() as u32, owned.handle().generation() + 1);
    // SAFETY: nobody else uses the pool.
    let root = unsafe { pool.get_mut(chain) }.unwrap();
    let second = root.children[0];
    root.children = [second, owned.handle(), gone];
    // SAFETY: nobody else uses the pool.
    unsafe { pool.get_mut(second) }.unwrap().children[1] = chain;
    assert_eq!(pool.free_tree(chain, visit), 100_000);
    assert_eq!(pool.free_tree(chain, visit), 0);
    assert_eq!(pool.free_tree(FfiRef::none(), visit), 0);
    assert_eq!(pool.live().collect::<Vec<_>>(), [owned.handle()]);
}

// No pool that fits addresses of 32 bits is refused by every system.
#[cfg(target_pointer_width = "64")]
#[test]
fn what_the_system_does_not_reserve_is_an_error() {
    pooled!(Planet { bytes: [u8; 1 << 20] }, u32::MAX - 1, Zero);
    let error = Planet::pool().try_alloc().unwrap_err();
    assert_eq!(error.kind(), PoolErrorKind::Reservation);
    assert!(error.to_string().starts_with("the pool of `Planet` could not reserve 45036"), "{error}");
    assert!(pool_alloc::<Planet>().is_null());
    assert_eq!(Planet::pool().try_alloc_many(1).unwrap_err().kind(), PoolErrorKind::Reservation);
    let mut none = [ptr::null_mut::<Planet>()];
    // SAFETY: there is room for one.
    assert_eq!(unsafe { pool_alloc_many(none.as_mut_ptr(), 1) }, 0);
    assert_eq!(free(ptr::dangling_mut::<Planet>()), FreeCode::Foreign as i32);
    let stats = Planet::pool().stats();
    assert_eq!((stats.state, stats.failed_allocs), (PoolState::ReservationFailed, 4));
}

#[test]
fn the_first_slot_is_aligned_for_simd() {
    pooled!(Odd { x: u8 }, 3, Zero);
    let mut slots: Vec<_> =
        Odd::pool().try_alloc_many(3).unwrap().iter().map(|odd| odd.as_ptr().addr()).collect();
    slots.sort_unstable();
    assert!(slots[0].is_multiple_of(64));
    assert_eq!(slots[2] - slots[0], 2);
}

pooled!(Byte { x: u8 }, 1, Zero);

#[test]
fn a_pool_has_a_name_and_a_size() {
    let pool = Pool::<Byte>::new("Byte", 3);
    assert_eq!((pool.name(), pool.capacity()), ("Byte", 3));
    assert_eq!(pool.stats().state, PoolState::Open);
}

/// Tests facts that the compiler computes for each message.
#[test]
fn several_small_slots_share_a_cache_line() {
    use crate::pool::slots::Placement;
    use crate::pool::untyped::SlotKind;

    let per_line = |size| {
        let kind = SlotKind::new(size, Placement::Kept, true, || Byte::pool().raw());
        let text = format!("{kind:?}");
        text.split_once("per_line: ").unwrap().1.split_once(',').unwrap().0.parse::<usize>().unwrap()
    };
    assert_eq!([1, 24, 64, 200].map(per_line), [64, 2, 1, 1]);
}

/// Tests that a pool which one thread opens while another one does is opened once.
#[test]
fn a_pool_that_is_open_is_opened_again() {
    pooled!(Door { x: u32 }, 2, Zero);
    let raw = Door::pool().raw();
    let first = raw.open(true).unwrap();
    let again = raw.open(true).unwrap();
    assert!(ptr::eq(first, again) && ptr::eq(first, raw.arena().unwrap()));
    assert_eq!(Door::pool().try_alloc_many(2).unwrap().len(), 2);
}

#[test]
#[should_panic = "a pool has at least one slot"]
fn a_pool_has_a_slot() {
    let _ = Pool::<Byte>::new("Byte", 0);
}

#[test]
#[should_panic = "a pool has at most `u32::MAX - 1` slots"]
fn indices_plus_one_fit() {
    let _ = Pool::<Byte>::new("Byte", u32::MAX);
}

#[test]
#[should_panic = "the pool is larger than the address space"]
fn sizes_fit() {
    // Together they are as large as the address space.
    pooled!(Galaxy { bytes: [u8; 1 << (usize::BITS / 8 * 5)] }, 1, Zero);
    let _ = Pool::<Galaxy>::new("Galaxy", 1 << (usize::BITS / 8 * 3));
}

#[test]
fn a_plan_fits_the_address_space() {
    use crate::pool::reserve::Plan;

    assert!(Plan::new(3, 8, 8).is_some());
    assert!(Plan::new(3, isize::MAX as usize / 3, 8).is_none(), "with what stands before the slots");
    assert!(Plan::new(3, usize::MAX / 2, 8).is_none());
}

#[test]
#[should_panic = "the pool of `Impostor` is not the one of its type"]
fn only_the_pool_of_the_type_hands_out() {
    static OTHER: Pool<Byte> = Pool::new("Impostor", 1);
    let _ = OTHER.alloc();
}

pooled!(Ring { value: u64, next: FfiRef<Ring> }, 64, Zero);

/// Does what an exported function with `&mut Ring` does while C lends it a ring of one message.
fn second_owner(node: &mut Ring) -> Option<u64> {
    let mut fresh = node.next.take()?;
    fresh.value = 77;
    node.value = 1;
    Some(fresh.value)
}

#[test]
fn what_a_box_owns_is_not_resolved_outside() {
    pooled!(Kept { value: u64 }, 4, Zero);
    let resolve = |handle: FfiRef<Kept>| pool_resolve::<Kept>(handle.to_bits() as u32, handle.generation());
    let owned = Kept::pool().try_alloc().unwrap();
    let handle = owned.handle();
    // Otherwise a call could have it as `&mut` while the box has it.
    assert!(resolve(handle).is_null());
    assert_eq!(owned.into_ref(), handle);
    assert!(!resolve(handle).is_null());
    assert_eq!(Kept::pool().try_take(handle).err(), Some(RefusedHandle::Exposed));
    // SAFETY: any bytes are a value, and the pointer isn't used any more.
    let owned = unsafe { Kept::pool().take_exposed(handle) }.unwrap();
    assert!(resolve(handle).is_null());
    assert_eq!(owned.into_ref(), handle);
    release(handle);
    assert_eq!(Kept::pool().try_take(handle).err(), Some(RefusedHandle::Stale));
}

#[test]
fn what_rust_reads_is_not_resolved_outside_for_the_first_time() {
    pooled!(Known { value: u64 }, 4, Zero);
    let resolve = |handle: FfiRef<Known>| pool_resolve::<Known>(handle.to_bits() as u32, handle.generation());
    let handle = Known::pool().try_alloc_with(|known| known.value = 7).unwrap().into_ref();
    let read = Known::pool().read(handle).unwrap();
    // Otherwise a call could write to it while it is read.
    assert!(resolve(handle).is_null());
    assert_eq!(read.value, 7);
    drop(read);
    assert!(!resolve(handle).is_null());
    // SAFETY: nobody writes to it.
    let read = unsafe { Known::pool().read_exposed(handle) }.unwrap();
    assert!(!resolve(handle).is_null(), "the reader vouches that nobody writes");
    drop(read);
    release(handle);
}

#[test]
fn what_a_call_may_have_by_reference_is_not_taken() {
    let pool = Ring::pool();
    let slot = pool_alloc::<Ring>();
    let handle = FfiRef::<Ring>::from_bits(pool_reference(slot));
    // SAFETY: a live slot that nobody else uses; this is what the call has.
    let node = unsafe { &mut *slot };
    node.next = handle;
    assert_eq!(second_owner(node), None);
    assert_eq!(pool.try_take(handle).err(), Some(RefusedHandle::Exposed));
    assert_eq!(pool.try_read(handle).err(), Some(RefusedHandle::Exposed));
    assert!(pool.live().all(|it| it.take().is_none()), "nor by the handles of all");
    assert_eq!(pool.free_tree(handle, |it, visit| visit(it.next)), 0);
    // A message that Rust lent by its handle isn't exposed until code outside of Rust resolves it:
    // from then on a call may have a field of it.
    let inner = pool.try_alloc_with(|it| it.value = 5).unwrap().into_ref();
    assert_eq!(pool.read(inner).map(|it| it.value), Some(5));
    let place = pool_resolve::<Ring>(inner.to_bits() as u32, inner.generation());
    // SAFETY: a live slot; this is what the call has.
    let field = unsafe { &mut (*place).value };
    assert!(inner.take().is_none() && inner.read().is_none());
    *field += 1;
    // SAFETY: the pointers aren't used from here on.
    let freed = unsafe { pool.free_tree_exposed(handle, |it, visit| visit(it.next)) };
    // SAFETY: its pointers aren't used from here on.
    let inner = unsafe { pool.take_exposed(inner) }.unwrap();
    assert_eq!((freed, inner.value), (1, 6));
    // A message that Rust takes is no longer exposed; one that is a result, or comes from C, is.
    let handle = inner.into_ref();
    let taken = handle.take().unwrap();
    let slot = taken.into_raw();
    assert_eq!(pool.try_take(handle).err(), Some(RefusedHandle::Exposed));
    // SAFETY: any bytes are a value, and the pointer isn't used any more.
    let back: PoolBox<Ring> = unsafe { pool_adopt(slot.as_ptr()) }.unwrap();
    assert!(pool.take(back.into_ref()).is_some());
    assert_eq!(pool.stats().live, 0);
}

#[test]
fn what_is_freed_while_it_is_read_is_free_afterwards() {
    pooled!(Page { x: u64 }, 2, Zero);
    pooled!(Leaflet { x: u64 }, 2_048, Zero);
    fn check<T: FfiPooled>() {
        let pool = T::pool();
        let capacity = pool.capacity() as usize;
        for how in 0..4 {
            let before = pool.stats();
            let slot = pool_alloc::<T>();
            let handle = FfiRef::<T>::from_bits(pool_reference(slot));
            // SAFETY: nobody writes.
            let [one, two] = [(); 2].map(|()| unsafe { pool.read_exposed(handle) }.unwrap());
            // SAFETY: nobody uses the pointer.
            assert_eq!(unsafe { pool.take_exposed(handle) }.err(), Some(RefusedHandle::Busy));
            assert_eq!(pool_examine(slot), Err(FreeCode::Owned));
            let mut many = [slot];
            match how {
                0 => assert_eq!(free(slot), 0),
                1 => release(handle),
                // SAFETY: a pointer of the test's own.
                2 => assert_eq!(unsafe { pool_free_many(many.as_mut_ptr(), 1) }, 1),
                _ => drop((one, two)),
            }
            assert_eq!((handle.resolve().is_none(), free(slot) != 0), (how < 3, how < 3));
            // Either the reader has the slot or nobody has it.
            let rest = pool.try_alloc_many(capacity - 1).unwrap();
            assert_eq!(pool.alloc().is_some(), how == 3, "{how}");
            drop(rest);
            assert_eq!((pool.stats().live, pool.stats().frees > before.frees), (0, true));
        }
        assert!(pool.try_alloc_many(capacity).is_ok(), "no slot is lost");
    }
    check::<Page>();
    check::<Leaflet>();
}

#[test]
fn a_release_while_a_slot_is_claimed_is_not_lost() {
    pooled!(Baton { x: u32 }, 2, Zero);
    let live = || Baton::pool().stats().live;
    let lend = || {
        let slot = pool_alloc::<Baton>();
        (slot, FfiRef::<Baton>::from_bits(pool_reference(slot)))
    };
    // The claim is given back after a release: the slot is freed.
    let (slot, handle) = lend();
    // SAFETY: nobody uses it meanwhile.
    let claim = unsafe { pool_claim(slot) }.unwrap();
    assert_eq!((pool_examine(slot), handle.take().is_none()), (Err(FreeCode::Owned), true));
    // SAFETY: it is refused.
    assert_eq!(unsafe { pool_free(slot) }, FreeCode::Owned as i32, "its caller can free it later");
    release(handle);
    assert_eq!(live(), 1);
    release(handle);
    drop(claim);
    assert_eq!((live(), handle.resolve()), (0, None));
    // The claim is given back without a release: the slot is the lender's.
    let (slot, handle) = lend();
    // SAFETY: nobody uses it meanwhile.
    drop(unsafe { pool_claim(slot) }.unwrap());
    assert_eq!((handle.resolve().map(NonNull::as_ptr), pool_examine(slot)), (Some(slot), Ok(())));
    // The claim is completed: the release came too late.
    // SAFETY: nobody uses it meanwhile.
    let claim = unsafe { pool_claim(slot) }.unwrap();
    release(handle);
    let owned = claim.complete();
    release(handle);
    assert_eq!((live(), owned.handle()), (1, handle));
    drop(owned);
    assert_eq!(live(), 0);
}

#[test]
fn a_panic_while_a_slot_is_made_leaves_it_free() {
    pooled!(Fuse { x: u32 }, 2, Zero);
    let pool = Fuse::pool();
    for _ in 0..5 {
        let blown = std::panic::catch_unwind(|| pool.try_alloc_with(|_| panic!("in the closure")).map(drop));
        assert!(blown.is_err());
    }
    assert_eq!((pool.stats().live, pool.try_alloc_many(2).unwrap().len()), (0, 2));
}

/// Tests that a batch gets what is free between slots that are live, each zeroed, and no byte of
/// those.
#[test]
fn batches_are_zeroed_between_live_slots() {
    pooled!(Grain { x: [u32; 3] }, 200, Zero);
    let pool = Grain::pool();
    let mut all: Vec<_> = pool.try_alloc_many(200).unwrap();
    all.iter_mut().for_each(|it| it.x = [7; 3]);
    all.sort_by_key(|it| it.as_ptr());
    // Gaps of one slot, of two, and up to the end of a group and of the pool.
    let is_gap = |index: usize| index % 7 == 3 || index % 31 < 2 || (60..70).contains(&index) || index > 195;
    let mut index = 0..;
    all.retain(|_| !is_gap(index.next().unwrap()));
    let gaps = (0..200).filter(|&index| is_gap(index)).count();
    assert_eq!(pool.live_count(), 200 - gaps);
    let mut batch = vec![ptr::null_mut(); gaps + 1];
    // SAFETY: there is room for that many.
    assert_eq!(unsafe { pool_alloc_many::<Grain>(batch.as_mut_ptr(), batch.len()) }, gaps);
    batch.pop();
    assert_eq!(batch.iter().collect::<HashSet<_>>().len(), gaps);
    for &slot in &batch {
        assert!(all.iter().all(|it| it.as_ptr() != slot));
        // SAFETY: it was just allocated, and is written by no other thread.
        assert_eq!(unsafe { slot.read() }.x, [0; 3]);
    }
    assert!(all.iter().all(|it| it.x == [7; 3]), "live slots keep their bytes");
    assert_eq!((pool.live_count(), pool_live::<Grain>()), (200, 200));
    // SAFETY: the slots are this test's, which doesn't use them any more.
    assert_eq!(unsafe { pool_free_many(batch.as_mut_ptr(), gaps) }, gaps);
    drop(all);
    assert_eq!((pool.live_count(), pool.stats().live, pool_live::<Grain>()), (0, 0, 0));
}

/// Tests that a pool of any size keeps the slot of a pair for its thread, gives it to another
/// thread that finds nothing free, and has tables in proportion.
#[test]
#[cfg(all(magazines, not(feature = "pool-debug")))]
fn small_pools_have_magazines() {
    use crate::pool::cache::Cache as _;
    use crate::pool::reserve::Plan;

    pooled!(Only { x: u64 }, 1, Zero);
    pooled!(Few { x: u64 }, 40, Zero);
    drop(Only::pool().alloc());
    drop(Few::pool().alloc());
    let kept = |raw: &crate::pool::raw::RawPool| raw.arena().map(|arena| arena.slots.cache().kept());
    // Without the system's fence threads keep nothing.
    let is_fenced = kept(Only::pool().raw()) == Some(1);
    if is_fenced {
        // A magazine has five of forty slots; the claim takes one more, which the free adds to a
        // full magazine that gave half of its slots back.
        assert_eq!(kept(Few::pool().raw()), Some(4));
    }
    assert_eq!((Only::pool().live_count(), Few::pool().live_count()), (0, 0));
    std::thread::scope(|scope| {
        scope.spawn(|| assert!(Only::pool().alloc().is_some(), "the other thread keeps it, and is idle"));
    });
    let own = Only::pool().alloc().unwrap();
    assert_eq!((Only::pool().live_count(), Only::pool().stats().live), (1, 1));
    drop(own);

    let bytes = |capacity| Plan::new(capacity, 8, 8).unwrap().bytes;
    assert!(bytes(1) < 4 << 10, "{}", bytes(1));
    assert!(bytes(100) < 32 << 10, "{}", bytes(100));
    assert!(bytes(10_000) > 1 << 20, "{}", bytes(10_000));
}

/// Tests that a thread that frees slots in their order gives back whole groups: one locked
/// instruction for 64 slots.
#[test]
#[cfg(all(magazines, not(feature = "pool-debug")))]
fn a_thread_that_only_frees_gives_back_whole_groups() {
    use crate::pool::cache::Cache as _;
    use crate::pool::cache::magazine::ITEMS;
    use crate::pool::live::GROUP;

    pooled!(Passed { x: u64 }, 1_000, Zero);
    let pool = Passed::pool();
    let kept = || pool.raw().arena().map(|arena| arena.slots.cache().kept());
    // Opens the magazine.
    drop(pool.alloc());
    // Without the system's fence threads keep nothing.
    if kept() == Some(0) {
        return;
    }
    let claim = || (0..200).map(|_| pool.alloc().expect("a slot is free")).collect::<Vec<_>>();
    let passed = std::thread::spawn(claim).join().expect("it doesn't panic");
    let free_all = |slots: Vec<PoolBox<Passed>>| {
        let counts = slots.into_iter().map(|slot| {
            drop(slot);
            kept().expect("the pool is open")
        });
        counts.collect::<Vec<_>>()
    };
    let counts = free_all(passed);
    let fallen = |counts: &[usize]| counts.windows(2).filter(|two| two[1] < two[0]).count();
    // There are slots of five groups at most. Each is given back when the next one comes.
    assert!(fallen(&counts) <= 5, "{counts:?}");
    assert!(counts.iter().all(|&kept| kept <= GROUP + ITEMS), "{counts:?}");
    // Nor does a thread that claims as well give back more often.
    let counts = free_all(claim());
    assert!(fallen(&counts) <= 5, "{counts:?}");
    assert_eq!(pool.live_count(), 0);
}

/// Tests that a thread that frees slots that another thread lent gives back whole groups, and keeps
/// what it claimed itself.
#[test]
#[cfg(all(magazines, not(feature = "pool-debug")))]
fn a_thread_that_frees_what_others_lent_gives_back_whole_groups() {
    use crate::pool::cache::Cache as _;
    use crate::pool::cache::magazine::ITEMS;
    use crate::pool::live::GROUP;

    pooled!(Sent { x: u64 }, 1_000, Zero);
    let pool = Sent::pool();
    let kept = || pool.raw().arena().map_or(0, |arena| arena.slots.cache().kept());
    // Opens the magazine, which gets the rest of a group.
    drop(pool.alloc());
    // Without the system's fence threads keep nothing.
    if kept() == 0 {
        return;
    }
    let send = |count| {
        // Such a slot is lent without a bias.
        let lend = move || (0..count).map(|_| pool.alloc().unwrap().into_raw().expose_provenance().get());
        let sent = std::thread::spawn(move || lend().collect::<Vec<_>>()).join().unwrap();
        sent.into_iter().map(std::ptr::with_exposed_provenance_mut::<Sent>).collect::<Vec<_>>()
    };
    // SAFETY: it was lent to this test, which doesn't use it any more; another free is refused.
    let code = |slot| unsafe { pool_free::<Sent>(slot) };
    let free = |slot| assert_eq!(code(slot), 0);

    let own = pool.alloc();
    let before = kept();
    send(1).into_iter().for_each(free);
    assert_eq!(kept(), before + 1, "what was claimed is not given back for one slot of another group");
    drop(own);

    let mut counts = Vec::new();
    for slot in send(300) {
        free(slot);
        counts.push(kept());
    }
    let fallen = counts.windows(2).filter(|two| two[1] < two[0]).count();
    // What was kept before, and slots of at most seven groups.
    assert!(fallen <= 8, "{counts:?}");
    assert!(counts.iter().all(|&kept| kept <= GROUP + ITEMS), "{counts:?}");
    let again = send(1).into_iter().map(|slot| (code(slot), code(slot)));
    assert!(again.eq([(0, FreeCode::NotLive as i32)]));
    assert_eq!(pool.live_count(), 0);
}
