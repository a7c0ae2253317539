//! Many threads on one pool. Each thread writes its number into the slots that it holds, so a slot
//! that two threads hold is detected.

use std::sync::Barrier;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use super::pooled;
use crate::pool::abi::{pool_alloc, pool_alloc_many, pool_free, pool_free_many};
use crate::{FfiPooled, FfiRef, PoolBox};

/// Linear congruential generator, which needs no shared state.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

pooled!(Tagged { owner: u64, guard: [u64; 4] }, 3_000, Zero);

enum Held {
    Lent(*mut Tagged),
    Owned(PoolBox<Tagged>),
}

impl Held {
    fn message(&mut self) -> &mut Tagged {
        match self {
            // SAFETY: a live slot that this thread holds.
            Self::Lent(slot) => unsafe { &mut **slot },
            Self::Owned(slot) => slot,
        }
    }
}

/// Allocates, marks, checks and frees messages in all ways that there are. Returns how many it
/// allocated.
fn hold(owner: u64, rounds: usize) -> u64 {
    let mut random = Random(owner);
    let mut allocated = 0;
    for _ in 0..rounds {
        let mut held = Vec::new();
        let count = random.below(5) as usize;
        match random.below(3) {
            0 => {
                let mut slots = [std::ptr::null_mut::<Tagged>(); 8];
                // SAFETY: there is room.
                let got = unsafe { pool_alloc_many(slots.as_mut_ptr(), count) };
                held.extend(slots[..got].iter().map(|&slot| Held::Lent(slot)));
            }
            1 => held.extend(
                (0..count).map(|_| pool_alloc::<Tagged>()).filter(|slot| !slot.is_null()).map(Held::Lent),
            ),
            _ => held.extend((0..count).filter_map(|_| Tagged::pool().alloc()).map(Held::Owned)),
        }
        allocated += held.len() as u64;
        for held in &mut held {
            let message = held.message();
            assert_eq!((message.owner, message.guard), (0, [0; 4]), "handed out to two");
            (message.owner, message.guard) = (owner, [owner; 4]);
        }
        if random.below(4) == 0 {
            thread::yield_now();
        }
        let mut many = Vec::new();
        for mut held in held {
            let message = held.message();
            assert_eq!((message.owner, message.guard), (owner, [owner; 4]), "written by two");
            match (held, random.below(2)) {
                // SAFETY: held by this thread, which is done with it.
                (Held::Lent(slot), 0) => assert_eq!(unsafe { pool_free(slot) }, 0),
                (Held::Lent(slot), _) => many.push(slot),
                (Held::Owned(slot), 0) => drop(slot),
                (Held::Owned(slot), _) => drop(slot.into_ref().take().expect("nobody else has the handle")),
            }
        }
        // SAFETY: held by this thread, which is done with them.
        assert_eq!(unsafe { pool_free_many(many.as_mut_ptr(), many.len()) }, many.len());
    }
    allocated
}

#[test]
fn two_thousand_threads_through_exhaustion_lose_nothing() {
    // Fewer under sanitizers, for which each thread is expensive.
    let threads =
        std::env::var("FFI_POOL_THREADS").map_or(2_000, |threads| threads.parse().expect("a number"));
    let start = Barrier::new(threads);
    let allocated = AtomicU64::new(0);
    // The threads hold so much all the time that together they exhaust the pool.
    let keep = 3_000 - (threads / 40).max(3);
    let kept = Tagged::pool().try_alloc_many(keep).unwrap();
    thread::scope(|scope| {
        for owner in 1..=threads as u64 {
            let (start, allocated) = (&start, &allocated);
            thread::Builder::new()
                .stack_size(128 << 10)
                .spawn_scoped(scope, move || {
                    start.wait();
                    allocated.fetch_add(hold(owner, 100), Ordering::Relaxed);
                })
                .expect("so many threads can be had");
        }
    });
    drop(kept);
    let stats = Tagged::pool().stats();
    let allocated = allocated.into_inner() + keep as u64;
    assert_eq!((stats.live, stats.allocs, stats.frees), (0, allocated, allocated));
    assert!(stats.failed_allocs > 0, "the threads never exhausted it");
    let all = Tagged::pool().try_alloc_many(3_000).expect("each slot is back");
    assert!(Tagged::pool().alloc().is_none());
    assert_eq!(Tagged::pool().stats().high_water, 3_000);
    drop(all);
}

#[test]
fn slots_freed_by_other_threads_are_found() {
    pooled!(Relay { owner: u64 }, 100, Zero);
    let (send, receive) = std::sync::mpsc::sync_channel::<FfiRef<Relay>>(64);
    let sent = thread::scope(|scope| {
        let consumer =
            scope.spawn(move || receive.iter().filter_map(FfiRef::take).map(|slot| slot.owner).sum());
        let mut sent = 0_u64;
        for owner in 1..=20_000 {
            // The consumer holds at most what is in the channel, and one.
            let mut slot = Relay::pool().alloc().expect("there are more slots than the channel holds");
            slot.owner = owner;
            send.send(slot.into_ref()).unwrap();
            sent += owner;
        }
        drop(send);
        let received: u64 = consumer.join().unwrap();
        assert_eq!(received, sent);
        sent
    });
    assert_eq!(sent, 20_000 * 20_001 / 2);
    assert_eq!((Relay::pool().stats().live, Relay::pool().stats().frees), (0, 20_000));
}

#[test]
fn of_frees_that_race_one_works() {
    pooled!(Prey { x: u64 }, 64, Zero);
    pooled!(Herd { x: u64 }, 2_048, Zero);
    race::<Prey>();
    race::<Herd>();
}

fn race<T: FfiPooled>() {
    for _ in 0..200 {
        let slot = pool_alloc::<T>().expose_provenance();
        let start = Barrier::new(4);
        let freed: usize = thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|_| {
                    scope.spawn(|| {
                        start.wait();
                        // SAFETY: nobody uses it; only one of the frees works.
                        usize::from(
                            unsafe { pool_free::<T>(std::ptr::with_exposed_provenance_mut(slot)) } == 0,
                        )
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(freed, 1);
    }
    let stats = T::pool().stats();
    assert_eq!((stats.live, stats.frees), (0, 200));
    assert_eq!(stats.bad_double, 600);
}

/// Tests frees by the lender and by another thread over more periods than a bias tells apart:
/// exactly one works each time, and no slot is had twice.
#[test]
fn lenders_and_others_race_in_all_periods() {
    pooled!(Hare { owner: u64 }, 4_096, Zero);
    const ROUNDS: usize = 8_000;
    const BATCH: usize = 4;
    let slots: [AtomicU64; BATCH] = [const { AtomicU64::new(0) }; BATCH];
    let freed = AtomicU64::new(0);
    let start = Barrier::new(2);
    let free_all = || {
        for slot in &slots {
            let slot = std::ptr::with_exposed_provenance_mut(slot.load(Ordering::Relaxed) as usize);
            // SAFETY: nobody uses it; only one of the frees works.
            freed.fetch_add(u64::from(unsafe { pool_free::<Hare>(slot) } == 0), Ordering::Relaxed);
        }
    };
    thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..ROUNDS {
                start.wait();
                free_all();
                start.wait();
            }
        });
        for round in 0..ROUNDS {
            // The slots go through magazines, so that periods begin.
            let many: Vec<_> = (0..64).map(|_| pool_alloc::<Hare>()).collect();
            for &slot in &many {
                // SAFETY: a live slot that this thread holds.
                let owner = unsafe { &mut (*slot).owner };
                assert_eq!(std::mem::replace(owner, round as u64 + 1), 0, "handed out to two");
            }
            for slot in many {
                // SAFETY: held by this thread, which is done with it.
                assert_eq!(unsafe { pool_free(slot) }, 0);
            }
            for slot in &slots {
                slot.store(pool_alloc::<Hare>().expose_provenance() as u64, Ordering::Relaxed);
            }
            start.wait();
            free_all();
            start.wait();
        }
    });
    assert_eq!(freed.into_inner(), (ROUNDS * BATCH) as u64);
    let stats = Hare::pool().stats();
    assert_eq!((stats.live, stats.frees), (0, (ROUNDS * (64 + BATCH)) as u64));
    assert_eq!(stats.bad_double, (ROUNDS * BATCH) as u64);
    assert_eq!(Hare::pool().try_alloc_many(4_096).unwrap().len(), 4_096);
}

/// Tests that other threads get the slots that idle and ended threads keep.
#[test]
fn nothing_is_lost_to_threads_that_idle() {
    pooled!(Hoard { x: u64 }, 2_000, Zero);
    let pause = Barrier::new(21);
    thread::scope(|scope| {
        for _ in 0..20 {
            scope.spawn(|| {
                let held: Vec<_> = (0..30).map(|_| Hoard::pool().alloc().unwrap()).collect();
                drop(held);
                pause.wait();
                pause.wait();
            });
        }
        pause.wait();
        let one_by_one: Vec<_> = (0..2_000).map_while(|_| Hoard::pool().alloc()).collect();
        assert_eq!(one_by_one.len(), 2_000);
        assert!(Hoard::pool().alloc().is_none());
        drop(one_by_one);
        pause.wait();
    });
    assert_eq!(Hoard::pool().try_alloc_many(2_000).unwrap().len(), 2_000);
}

#[test]
fn pools_that_are_opened_at_once_are_one() {
    pooled!(Rush { x: u64 }, 1_000, Zero);
    let start = Barrier::new(16);
    let slots: usize = thread::scope(|scope| {
        let threads: Vec<_> = (0..16)
            .map(|_| {
                scope.spawn(|| {
                    start.wait();
                    (0..100).filter_map(|_| Rush::pool().alloc()).map(PoolBox::into_raw).count()
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    // No thread frees a slot, so each thread failed only once all were live.
    assert_eq!((slots, Rush::pool().stats().live), (1_000, 1_000));
}

/// Tests that other threads get the slots of a thread when it ends, and also its magazine.
#[test]
#[cfg(magazines)]
fn threads_that_end_leave_nothing_behind() {
    pooled!(Legacy { number: u64 }, 20_000, Zero);

    let magazines = |raw: &crate::pool::raw::RawPool| raw.kept().map(|arena| arena.slots.cache().in_use());
    let raw = Legacy::pool().raw();
    for _ in 0..3 {
        // More threads than there are entries, one after the other.
        for _ in 0..2_000 {
            let used = thread::spawn(move || {
                for _ in 0..3 {
                    drop(Legacy::pool().alloc().unwrap());
                }
                magazines(raw)
            });
            assert_eq!(used.join().unwrap(), Some((1, 1)), "one is the thread's, and open");
            assert_eq!(magazines(raw), Some((0, 0)));
        }
    }
    assert_eq!(Legacy::pool().stats().live, 0);
}

/// Tests that slots are free that a thread frees while it ends, after it has given back its
/// magazine.
#[test]
fn what_a_thread_allocates_in_the_end_comes_back() {
    pooled!(Last { number: u64 }, 2_000, Zero);

    struct AtTheEnd(Option<PoolBox<Last>>);

    impl Drop for AtTheEnd {
        fn drop(&mut self) {
            for _ in 0..100 {
                drop(Last::pool().alloc().unwrap());
            }
            drop(self.0.take());
        }
    }

    thread_local! {
        static BEFORE: std::cell::RefCell<AtTheEnd> = const { std::cell::RefCell::new(AtTheEnd(None)) };
        static AFTER: std::cell::RefCell<AtTheEnd> = const { std::cell::RefCell::new(AtTheEnd(None)) };
    }

    for _ in 0..20 {
        thread::spawn(|| {
            // Thread-local values are dropped in some order: one is dropped before and one after
            // the pool's own.
            BEFORE.with_borrow_mut(|slot| slot.0 = None);
            let first = Last::pool().alloc();
            AFTER.with_borrow_mut(|slot| slot.0 = Last::pool().alloc());
            BEFORE.with_borrow_mut(|slot| slot.0 = first);
        })
        .join()
        .unwrap();
    }
    assert_eq!(Last::pool().stats().live, 0);
    assert_eq!(Last::pool().try_alloc_many(2_000).unwrap().len(), 2_000);
}

/// Tests that nearly all threads find a place, whether their stacks lie side by side or anywhere.
#[test]
#[cfg(magazines)]
fn thousands_of_threads_have_magazines() {
    use std::sync::atomic::AtomicU32;

    use crate::pool::cache::magazine::{ITEMS, Magazine};
    use crate::pool::cache::magazines::{Counts, MOST_ENTRIES, Magazines};
    use crate::pool::cache::thread::Caller;
    use crate::pool::live::{Hint, Live};
    use crate::pool::primitive::Sound;

    let zeros = |count: usize| (0..count).map(|_| AtomicU64::new(0)).collect::<Vec<_>>();
    let hints =
        [Hint { candidates: AtomicU64::new(0), group: AtomicU64::new(0), refills: AtomicU64::new(0) }];
    let without = |entries: usize, threads: usize, pointer: &mut dyn FnMut() -> u64| {
        let entries: Vec<Magazine<AtomicU64>> = (0..entries)
            .map(|_| Magazine {
                owner: AtomicU64::new(0),
                bias: AtomicU64::new(0),
                mark: AtomicU64::new(0),
                limit: AtomicU64::new(0),
                turns: AtomicU64::new(0),
                packed: AtomicU64::new(0),
                group: AtomicU32::new(0),
                len: AtomicU32::new(0),
                items: [const { AtomicU32::new(0) }; ITEMS],
            })
            .collect();
        let (open, settled) = (zeros(entries.len().div_ceil(64)), zeros(entries.len()));
        let live = Live::<AtomicU64, Sound>::new(&[], &hints, 0);
        let magazines =
            Magazines::new(live, &entries, &open, &settled, Counts::new(AtomicU64::default), ITEMS);
        (0..threads).filter(|_| magazines.bind(Caller { thread: pointer() }).is_none()).count()
    };
    for stride in [256 << 10, 1 << 20, (2 << 20) + 4_096, 8 << 20] {
        let mut pointer = 0x7F12_3456_76C0;
        let mut next = || {
            pointer -= stride;
            pointer
        };
        assert_eq!(without(MOST_ENTRIES, 2_000, &mut next), 0, "stacks of {stride} bytes");
        // The fewest entries, for as many threads as work at once on a small machine.
        assert_eq!(without(8, 3, &mut next), 0, "stacks of {stride} bytes");
    }
    let mut random = Random(1);
    let mut anywhere = || 0x7F00_0000_06C0 + (random.below(1 << 27) << 12);
    assert!((0..10).map(|_| without(MOST_ENTRIES, 2_000, &mut anywhere)).sum::<usize>() < 10 * 8);
}
