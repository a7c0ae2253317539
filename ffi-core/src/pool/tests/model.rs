//! Core of the pools under loom: each test runs in all orders that the memory model allows, up to a
//! number of preemptions. A cell per slot stands for its contents; loom fails when two threads use
//! it without order between them.
//!
//! Each property has controls: variants that weaken an ordering that it relies on. Loom has to find
//! their fault.

use std::cell::Cell;
use std::sync::atomic::Ordering;
use std::time::Instant;

use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::sync::atomic::{AtomicU32, AtomicU64, fence};
use loom::thread;

use crate::pool::cache::magazine::{Magazine, Threads};
use crate::pool::cache::magazines::{Counts, Magazines};
use crate::pool::cache::thread::Caller;
use crate::pool::cache::uncached::Uncached;
use crate::pool::cache::{Cache, Inside as _};
use crate::pool::live::{Hint, Live};
use crate::pool::primitive::{Half, Protocol, Sound, Word};
use crate::pool::slots::{Placement, Slot, Slots};
use crate::pool::word::{Exposure, Refused, State};

std::thread_local! {
    /// False once the operating system refuses the fence. Loom runs all threads of a model on one
    /// system thread.
    static SERVED: Cell<bool> = const { Cell::new(true) };
}

impl Half for AtomicU32 {
    fn load(&self, order: Ordering) -> u32 {
        self.load(order)
    }

    fn store(&self, value: u32, order: Ordering) {
        self.store(value, order);
    }
}

impl Word for AtomicU64 {
    fn load(&self, order: Ordering) -> u64 {
        self.load(order)
    }

    fn store(&self, value: u64, order: Ordering) {
        self.store(value, order);
    }

    fn fetch_or(&self, bits: u64, order: Ordering) -> u64 {
        self.fetch_or(bits, order)
    }

    fn fetch_and(&self, bits: u64, order: Ordering) -> u64 {
        self.fetch_and(bits, order)
    }

    fn compare_exchange(&self, from: u64, to: u64, ok: Ordering, err: Ordering) -> Result<u64, u64> {
        self.compare_exchange(from, to, ok, err)
    }

    fn fetch_add(&self, number: u64, order: Ordering) -> u64 {
        self.fetch_add(number, order)
    }

    fn fence(order: Ordering) {
        fence(order);
    }

    fn pause(_turn: u32) {
        thread::yield_now();
    }

    fn pause_up_to(turn: u32, _since: &mut Option<Instant>) -> bool {
        thread::yield_now();
        turn < 1
    }
}

impl Threads for AtomicU64 {
    type Half = AtomicU32;

    // Does nothing, as the heavy side makes the light one a fence.
    fn light() {
        fence(Ordering::SeqCst);
    }

    fn heavy() -> bool {
        if SERVED.get() {
            fence(Ordering::SeqCst);
        }
        SERVED.get()
    }

    fn is_fenced() -> bool {
        SERVED.get()
    }

    fn is_attended() -> bool {
        true
    }

    fn is_engaged_elsewhere(_caller: Caller) -> bool {
        false
    }
}

/// Control: a free doesn't publish what the last owner did.
#[derive(Debug)]
struct RelaxedFree;
impl Protocol for RelaxedFree {
    const FREE: Ordering = Ordering::Relaxed;
}

/// Control: a claim doesn't acquire what the last owner did.
#[derive(Debug)]
struct RelaxedClaim;
impl Protocol for RelaxedClaim {
    const CLAIM: Ordering = Ordering::Relaxed;
}

/// Control: lending doesn't publish what the lender did.
#[derive(Debug)]
struct RelaxedLend;
impl Protocol for RelaxedLend {
    const LEND: Ordering = Ordering::Relaxed;
}

/// Control: a take doesn't acquire what the lender did.
#[derive(Debug)]
struct RelaxedTake;
impl Protocol for RelaxedTake {
    const TAKE: Ordering = Ordering::Relaxed;
}

/// Control: claims load first and store afterwards.
#[derive(Debug)]
struct TornClaim;
impl Protocol for TornClaim {
    fn claim<W: Word>(live: &W, bits: u64) -> u64 {
        let before = live.load(Ordering::Acquire);
        live.store(before | bits, Ordering::Release);
        before
    }
}

/// Control: frees load first and store afterwards.
#[derive(Debug)]
struct TornFree;
impl Protocol for TornFree {
    fn release<W: Word>(live: &W, bits: u64) -> u64 {
        let before = live.load(Ordering::Acquire);
        live.store(before & !bits, Ordering::Release);
        before
    }
}

/// Control: takes load first and store afterwards.
#[derive(Debug)]
struct TornTake;
impl Protocol for TornTake {
    fn exchange<W: Word>(word: &W, from: u64, to: u64, _order: Ordering) -> bool {
        let same = word.load(Ordering::Acquire) == from;
        if same {
            word.store(to, Ordering::Release);
        }
        same
    }
}

/// Control: a read doesn't acquire what the lender did.
#[derive(Debug)]
struct RelaxedRead;
impl Protocol for RelaxedRead {
    const READ: Ordering = Ordering::Relaxed;
}

/// Control: the end of a read is not published, and the thread that frees doesn't acquire it.
#[derive(Debug)]
struct RelaxedDone;
impl Protocol for RelaxedDone {
    const DONE: Ordering = Ordering::Relaxed;
}

/// Control: the owner of a magazine looks whether it may enter before it has said that it is
/// inside.
#[derive(Debug)]
struct NoFence;
impl Protocol for NoFence {
    const FENCED: bool = false;
}

/// Control: a thread that empties a magazine doesn't wait for its owner.
#[derive(Debug)]
struct NoWait;
impl Protocol for NoWait {
    const WAITS: bool = false;
}

/// Control: leaving a magazine doesn't publish what its owner did inside.
#[derive(Debug)]
struct RelaxedLeave;
impl Protocol for RelaxedLeave {
    const LEAVE: Ordering = Ordering::Relaxed;
}

/// Control: a thread that empties a magazine doesn't acquire what its owner did inside.
#[derive(Debug)]
struct RelaxedEmpty;
impl Protocol for RelaxedEmpty {
    const EMPTY: Ordering = Ordering::Relaxed;
}

/// Control: several threads at once close magazines.
#[derive(Debug)]
struct ManyClosers;
impl Protocol for ManyClosers {
    const EXCLUSIVE: bool = false;
}

struct Model<C: Modelled> {
    slots: Slots<'static, C>,
    contents: Vec<UnsafeCell<u64>>,
}

// SAFETY: only a slot's owner uses its cell, which loom checks.
unsafe impl<C: Modelled> Sync for Model<C> {}

// SAFETY: only a slot's owner uses its cell, which loom checks.
unsafe impl<C: Modelled> Send for Model<C> {}

/// Cache of the model.
trait Modelled: Cache<Word = AtomicU64> + Sized + 'static {
    fn above(live: Live<'static, AtomicU64, Self::Protocol>) -> Self;

    /// Frees a slot on the fast path of the C ABI; returns true if it did.
    fn free_fast(slots: &Slots<'static, Self>, caller: Caller, slot: Slot<'static, AtomicU64>) -> bool;
}

/// Two magazines, which get up to four slots at once, and which may both be open.
type With<P> = Magazines<'static, AtomicU64, P>;

/// Live bits without magazines.
type Without<P> = Uncached<'static, AtomicU64, P>;

impl<P: Protocol> Modelled for With<P> {
    fn above(live: Live<'static, AtomicU64, P>) -> Self {
        let entries = vec![magazine(), magazine()].leak();
        Magazines::new(live, entries, zeros(1), zeros(2), counts(), 4).with_budget(16)
    }

    fn free_fast(slots: &Slots<'static, Self>, caller: Caller, slot: Slot<'static, AtomicU64>) -> bool {
        match slots.free_kept(caller, slot, || {}) {
            Ok(()) => true,
            Err(inside) => inside.is_some_and(|inside| slots.free_inside(inside, slot, || {})),
        }
    }
}

impl<P: Protocol> Modelled for Without<P> {
    fn above(live: Live<'static, AtomicU64, P>) -> Self {
        Uncached(live)
    }

    fn free_fast(slots: &Slots<'static, Self>, _caller: Caller, slot: Slot<'static, AtomicU64>) -> bool {
        slots.free_shared(slot, || {})
    }
}

fn zeros(count: usize) -> &'static [AtomicU64] {
    (0..count).map(|_| zero()).collect::<Vec<_>>().leak()
}

fn zero() -> AtomicU64 {
    AtomicU64::new(0)
}

fn counts() -> Counts<AtomicU64> {
    Counts::new(zero)
}

fn magazine() -> Magazine<AtomicU64> {
    let half = || AtomicU32::new(0);
    Magazine {
        owner: zero(),
        bias: zero(),
        mark: zero(),
        limit: zero(),
        turns: zero(),
        packed: zero(),
        group: half(),
        len: half(),
        items: std::array::from_fn(|_| half()),
    }
}

/// Returns one of the threads. Two of them have a magazine each, if the model has magazines.
fn caller(number: usize) -> Caller {
    caller_at([number % 2; 2], number)
}

/// Returns the thread with this number among those whose places are these two entries.
fn caller_at(places: [usize; 2], number: usize) -> Caller {
    let threads = (1..).map(|page| Caller { thread: page << 12 });
    let mut there = threads.filter(|it| it.hashes().map(|hash| hash % 2) == places);
    there.nth(number).unwrap()
}

impl<P: Protocol> Model<With<P>> {
    /// Makes a model whose two magazines have `limit` items each, and pack the other slots of a
    /// refill, as in a large pool.
    fn packing(capacity: usize, limit: usize) -> Arc<Self> {
        Self::above(capacity, |live| {
            let entries = vec![magazine(), magazine()].leak();
            let live = live.with_little_near();
            Magazines::new(live, entries, zeros(1), zeros(2), counts(), limit).with_budget(1_000)
        })
    }
}

impl<C: Modelled> Model<C> {
    fn new(capacity: usize) -> Arc<Self> {
        Self::above(capacity, C::above)
    }

    fn above(capacity: usize, cache: impl FnOnce(Live<'static, AtomicU64, C::Protocol>) -> C) -> Arc<Self> {
        let hint = || Hint { candidates: zero(), group: zero(), refills: zero() };
        let live = Live::new(zeros(1), vec![hint(), hint()].leak(), capacity);
        let slots = Slots::new(zeros(capacity), cache(live), zero());
        Arc::new(Self { slots, contents: (0..capacity).map(|_| UnsafeCell::new(0)).collect() })
    }

    fn claim(&self, thread: usize) -> Option<usize> {
        let claimed = self.slots.claim(Placement::Kept, caller(thread), |_| {})?;
        self.slots.hold(claimed.slot);
        Some(claimed.slot.index())
    }

    /// Claims a slot, fills it, and lends it.
    fn lend(&self, thread: usize) -> Option<usize> {
        let claimed = self.slots.claim(Placement::Kept, caller(thread), |_| {})?;
        self.touch(claimed.slot.index());
        self.slots.lend(claimed);
        Some(claimed.slot.index())
    }

    fn at(&self, index: usize) -> Slot<'static, AtomicU64> {
        self.slots.words().at(index).unwrap()
    }

    fn state(&self, index: usize) -> State {
        self.at(index).state()
    }

    /// Frees a slot by its pointer, as the C ABI does.
    fn free(&self, thread: usize, index: usize) -> Result<(), Refused> {
        let (caller, slot) = (caller(thread), self.at(index));
        if C::free_fast(&self.slots, caller, slot) {
            return Ok(());
        }
        self.slots.free(caller, slot, None, || {})
    }

    /// Takes a slot by its handle, exposed or not.
    fn take(&self, thread: usize, index: usize, wanted: Option<u32>) -> Result<(), Refused> {
        self.slots.take(caller(thread), self.at(index), wanted, Exposure::Accept)
    }

    /// Reads a slot by its handle; returns true if it could.
    fn read(&self, thread: usize, index: usize, wanted: u32) -> bool {
        let slot = self.at(index);
        let began = self.slots.begin_read(caller(thread), slot, wanted, Exposure::Accept).is_ok();
        if began {
            self.contents[index].with(|contents| {
                // SAFETY: nobody writes while it is read, which loom checks.
                assert_ne!(unsafe { *contents }, 0, "what the lender wrote");
            });
            self.slots.end_read(caller(thread), slot, || {});
        }
        began
    }

    /// Uses the slot as an owner does: reads what the last one left, and writes.
    fn touch(&self, index: usize) {
        self.contents[index].with_mut(|contents| {
            // SAFETY: only the owner uses the cell, which loom checks.
            unsafe { *contents += 1 };
        });
    }
}

/// Runs all orders with up to two preemptions: enough to find the faults of the controls, and done
/// in seconds.
fn explore(model: impl Fn() + Sync + Send + 'static) {
    explore_up_to(2, model);
}

/// Runs all orders with up to `preemptions` preemptions.
fn explore_up_to(preemptions: usize, model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.check(model);
}

/// Tests that each slot has one owner, and none is left over, if threads with one hint or two claim
/// more than there are.
fn claims<P: Protocol>(entry: usize) {
    explore(move || {
        let model = Model::<Without<P>>::new(2);
        let claim = |model: &Model<Without<P>>, entry| {
            let claimed = model.claim(entry);
            claimed.inspect(|&index| model.touch(index));
            claimed
        };
        let other = {
            let model = Arc::clone(&model);
            thread::spawn(move || [claim(&model, 0), claim(&model, 0)])
        };
        let mine = claim(&model, entry);
        let mut claimed: Vec<_> = other.join().unwrap().into_iter().chain([mine]).flatten().collect();
        claimed.sort_unstable();
        assert_eq!(claimed, [0, 1]);
        assert_eq!(model.slots.count(), 2);
    });
}

#[test]
fn loom_claims_with_one_hint_are_exclusive() {
    claims::<Sound>(0);
}

#[test]
fn loom_claims_with_two_hints_are_exclusive() {
    claims::<Sound>(1);
}

#[test]
#[should_panic = "Causality violation"]
fn loom_finds_claims_that_look_first() {
    claims::<TornClaim>(0);
}

/// Tests that a batch and single claims don't get the same slot.
#[test]
fn loom_batches_are_exclusive() {
    explore(|| {
        let model = Model::<Without<Sound>>::new(3);
        let other = {
            let model = Arc::clone(&model);
            thread::spawn(move || Vec::from_iter(model.claim(0)))
        };
        let mut batch = 0;
        let got = model.slots.claim_many(
            Placement::Kept,
            caller(1),
            2,
            |_| {},
            |claimed| batch |= 1_u64 << claimed.slot.index(),
            |_| {},
        );
        assert_eq!(got as u32, batch.count_ones());
        for index in other.join().unwrap() {
            assert_eq!(batch & 1 << index, 0, "slot {index} was claimed twice");
            batch |= 1 << index;
        }
        // The other threads never took more than one slot, so two were free at all times.
        assert_eq!(batch.count_ones() as usize, model.slots.count());
        assert!(got >= 1);
    });
}

/// Tests that the next owner sees what the last one did.
fn contents<P: Protocol>() {
    explore(|| {
        let model = Model::<Without<P>>::new(1);
        let threads = [0, 1].map(|entry| {
            let model = Arc::clone(&model);
            thread::spawn(move || {
                if let Some(index) = model.claim(entry) {
                    model.touch(index);
                    model.slots.lend_by_handle(model.at(index));
                    model.free(0, index).unwrap();
                }
            })
        });
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        let index = model.claim(0).expect("all were freed");
        model.touch(index);
        model.slots.free_owned(caller(0), model.at(index));
        assert_eq!(model.slots.count(), 0);
    });
}

#[test]
fn loom_contents_are_visible_to_the_next_owner() {
    contents::<Sound>();
}

#[test]
#[should_panic = "Causality violation"]
fn loom_finds_a_relaxed_free() {
    contents::<RelaxedFree>();
}

#[test]
#[should_panic = "Causality violation"]
fn loom_finds_a_relaxed_claim() {
    contents::<RelaxedClaim>();
}

/// Tests that of two frees of one slot exactly one works, and is counted once.
fn double_free<P: Protocol>() {
    explore(|| {
        let model = Model::<Without<P>>::new(1);
        let index = model.claim(0).unwrap();
        model.slots.lend_by_handle(model.at(index));
        let other = {
            let model = Arc::clone(&model);
            thread::spawn(move || model.free(0, index))
        };
        let results = [model.free(0, index), other.join().unwrap()];
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "{results:?}");
        assert_eq!((model.slots.count(), model.state(index)), (0, State(1)));
    });
}

#[test]
fn loom_one_of_two_frees_works() {
    double_free::<Sound>();
}

#[test]
#[should_panic = "assertion"]
fn loom_finds_frees_that_look_first() {
    double_free::<TornTake>();
}

/// Tests that two slots of one group are free after both are freed at once.
fn frees_of_neighbours<P: Protocol>() {
    explore(|| {
        let model = Model::<Without<P>>::new(2);
        let [one, two] = [0, 1].map(|thread| model.lend(thread).unwrap());
        let other = {
            let model = Arc::clone(&model);
            thread::spawn(move || model.free(1, two))
        };
        assert_eq!((model.free(0, one), other.join().unwrap()), (Ok(()), Ok(())));
        assert_eq!(model.slots.count(), 0);
    });
}

#[test]
fn loom_neighbours_are_freed_at_once() {
    frees_of_neighbours::<Sound>();
}

#[test]
#[should_panic = "assertion"]
fn loom_finds_frees_that_are_torn() {
    frees_of_neighbours::<TornFree>();
}

/// Tests that of two takers exactly one gets the slot, and sees what the lender did. They get the
/// handle without any order.
fn takes<P: Protocol>() {
    explore(|| {
        let model = Model::<Without<P>>::new(1);
        let threads = [0, 1].map(|_| {
            let model = Arc::clone(&model);
            thread::spawn(move || {
                let taken = model.take(0, 0, Some(0)).is_ok();
                if taken {
                    model.touch(0);
                }
                taken
            })
        });
        let index = model.claim(0).unwrap();
        model.touch(index);
        assert_eq!(model.slots.lend_by_handle(model.at(index)), 0);
        let taken = threads.map(|thread| thread.join().unwrap());
        let lent = model.state(0).is_lent();
        let owners = usize::from(taken[0]) + usize::from(taken[1]) + usize::from(lent);
        assert_eq!(owners, 1, "taken by {taken:?}, lent: {lent}");
    });
}

#[test]
fn loom_one_taker_gets_it_with_its_contents() {
    takes::<Sound>();
}

#[test]
#[should_panic = "Causality violation"]
fn loom_finds_a_relaxed_lend() {
    takes::<RelaxedLend>();
}

#[test]
#[should_panic = "Causality violation"]
fn loom_finds_a_relaxed_take() {
    takes::<RelaxedTake>();
}

#[test]
#[should_panic = "Causality violation"]
fn loom_finds_takes_that_look_first() {
    takes::<TornTake>();
}

/// Tests that no handle, not even one that guesses the next generation, reaches a slot that its
/// owner never lends.
#[test]
fn loom_what_is_not_lent_is_not_taken() {
    explore(|| {
        let model = Model::<Without<Sound>>::new(1);
        let thief = {
            let model = Arc::clone(&model);
            thread::spawn(move || {
                assert!(model.take(0, 0, Some(0)).is_err());
                assert!(model.take(0, 0, Some(1)).is_err());
                assert!(model.take(0, 0, None).is_err());
                assert_ne!(model.free(0, 0), Ok(()));
            })
        };
        for _ in 0..2 {
            let index = model.claim(0).unwrap();
            model.touch(index);
            model.slots.free_owned(caller(0), model.at(index));
        }
        thief.join().unwrap();
        assert_eq!(model.state(0), State(2));
    });
}

/// Tests that the handle of a freed slot doesn't resolve, even if the slot has another owner.
#[test]
fn loom_a_freed_handle_is_stale() {
    explore(|| {
        let model = Model::<Without<Sound>>::new(1);
        let index = model.claim(0).unwrap();
        assert!(model.state(index).is_meant(0));
        let next = {
            let model = Arc::clone(&model);
            thread::spawn(move || {
                if model.claim(1).is_some() {
                    assert!(!model.state(0).is_meant(0), "the last owner's handle");
                    assert!(model.state(0).is_meant(1), "the owner's own handle");
                }
            })
        };
        model.slots.free_owned(caller(0), model.at(index));
        assert!(!model.state(index).is_meant(0));
        next.join().unwrap();
        assert_eq!(model.take(0, index, Some(0)), Err(Refused::NotLive));
    });
}

/// Tests that a thread that finds nothing free gets the slots that another thread keeps, while that
/// one takes and returns its own. Each thread has at most one of the two slots, so each gets one
/// whenever it asks.
fn taking_back<P: Protocol>() {
    // With two preemptions it takes over seven minutes; the controls fail with one.
    explore_up_to(1, || {
        let model = Model::<With<P>>::new(2);
        let first = model.lend(0).unwrap();
        let other = {
            let model = Arc::clone(&model);
            thread::spawn(move || model.lend(1).expect("the other thread has one only"))
        };
        model.touch(first);
        model.free(0, first).unwrap();
        let second = model.lend(0).expect("the other thread has one only");
        let other = other.join().unwrap();
        assert_ne!(second, other);
        model.touch(second);
        model.touch(other);
        assert_eq!(model.slots.totals(), (2, 1));
        assert!(model.claim(0).is_none() && model.claim(1).is_none());
    });
}

#[test]
fn loom_what_a_thread_keeps_back_is_had_by_others() {
    taking_back::<Sound>();
}

#[test]
#[should_panic]
fn loom_finds_an_owner_without_a_fence() {
    taking_back::<NoFence>();
}

#[test]
#[should_panic]
fn loom_finds_that_nobody_waits_for_the_owner() {
    taking_back::<NoWait>();
}

#[test]
#[should_panic = "Causality violation"]
fn loom_finds_that_leaving_publishes_nothing() {
    taking_back::<RelaxedLeave>();
}

#[test]
#[should_panic = "Causality violation"]
fn loom_finds_that_taking_back_asks_for_nothing() {
    taking_back::<RelaxedEmpty>();
}

/// Tests that a thread that finds nothing free gets a slot that another thread has packed, while
/// that one unpacks them.
fn taking_back_packed<P: Protocol>() {
    explore_up_to(1, || {
        let model = Model::<With<P>>::packing(4, 1);
        let mut all = [0, 0].map(|thread| model.lend(thread).unwrap()).to_vec();
        assert_eq!(model.slots.cache().kept(), 2, "there is no item, and two slots are packed");
        let other = {
            let model = Arc::clone(&model);
            thread::spawn(move || model.lend(1).expect("the other thread has three at most"))
        };
        all.push(model.lend(0).expect("the other thread has one"));
        all.push(other.join().unwrap());
        all.iter().for_each(|&index| model.touch(index));
        all.sort_unstable();
        assert_eq!(all, [0, 1, 2, 3]);
    });
}

#[test]
fn loom_what_a_thread_has_packed_is_had_by_others() {
    taking_back_packed::<Sound>();
}

#[test]
#[should_panic]
fn loom_finds_that_nobody_waits_for_a_thread_that_unpacks() {
    taking_back_packed::<NoWait>();
}

/// Tests that no slot is lost or had twice if one thread packs what another lent, while that one
/// takes it back.
fn packing<P: Protocol>() {
    explore_up_to(1, || {
        let model = Model::<With<P>>::packing(3, 2);
        let lent = [0; 3].map(|thread| model.lend(thread).unwrap());
        model.slots.cache().bind(caller(1));
        model.slots.cache().open(1, 2);
        assert!(lent[1..].iter().all(|&index| model.free(1, index).is_ok()));
        let other = {
            let model = Arc::clone(&model);
            thread::spawn(move || {
                model.touch(lent[0]);
                model.free(1, lent[0])
            })
        };
        let mut all = Vec::from_iter(model.lend(0));
        assert_eq!(other.join().unwrap(), Ok(()));
        while let Some(index) = model.lend(0) {
            all.push(index);
        }
        all.iter().for_each(|&index| model.touch(index));
        all.sort_unstable();
        assert_eq!(all, [0, 1, 2]);
    });
}

#[test]
fn loom_what_another_thread_packs_comes_back() {
    packing::<Sound>();
}

#[test]
#[should_panic]
fn loom_finds_that_nobody_waits_for_a_thread_that_packs() {
    packing::<NoWait>();
}

/// Tests that a thread that finds nothing free gets a slot that another thread has just got for its
/// magazine, by a refill after its first one.
fn taking_back_refilled<P: Protocol>(model: impl Fn() -> Arc<Model<With<P>>> + Sync + Send + 'static) {
    explore_up_to(1, move || {
        let model = model();
        let index = model.lend(0).unwrap();
        model.free(0, index).unwrap();
        // After this all are free, and none is kept.
        let cache = model.slots.cache();
        cache.reclaim(caller(1), 0);
        assert_eq!(cache.kept(), 0);
        cache.open(cache.bind(caller(0)).unwrap(), 4);
        let other = {
            let model = Arc::clone(&model);
            thread::spawn(move || model.lend(1).expect("the other thread has one only"))
        };
        let mine = model.lend(0).expect("the other thread has one only");
        let other = other.join().unwrap();
        assert_ne!(mine, other);
        model.touch(mine);
        model.touch(other);
    });
}

#[test]
fn loom_what_a_refill_packs_is_had_by_others() {
    taking_back_refilled(|| Model::<With<Sound>>::packing(64, 4));
}

#[test]
fn loom_the_items_of_a_refill_are_had_by_others() {
    taking_back_refilled(|| Model::<With<Sound>>::new(3));
}

#[test]
#[should_panic = "the other thread has one only"]
fn loom_finds_that_nobody_waits_for_a_refill() {
    taking_back_refilled(|| Model::<With<NoWait>>::packing(64, 4));
}

#[test]
#[should_panic = "the other thread has one only"]
fn loom_finds_that_nobody_waits_for_the_items_of_a_refill() {
    taking_back_refilled(|| Model::<With<NoWait>>::new(3));
}

/// Tests that nothing is lost if a magazine is closed while its owner refills it.
fn closing_a_refill<P: Protocol>(model: impl Fn() -> Arc<Model<With<P>>> + Sync + Send + 'static) {
    explore_up_to(2, move || {
        let model = model();
        let index = model.lend(0).unwrap();
        model.free(0, index).unwrap();
        let cache = model.slots.cache();
        cache.reclaim(caller(1), 0);
        cache.open(cache.bind(caller(0)).unwrap(), 4);
        let other = {
            let model = Arc::clone(&model);
            thread::spawn(move || model.slots.cache().reclaim(caller(1), 1))
        };
        let mine = model.lend(0).unwrap();
        other.join().unwrap();
        let theirs = [(); 2].map(|()| model.lend(1).expect("three slots are there"));
        assert!(theirs[0] != mine && theirs[1] != mine && theirs[0] != theirs[1]);
    });
}

#[test]
fn loom_the_items_of_a_refill_outlive_its_magazine() {
    closing_a_refill(|| Model::<With<Sound>>::new(3));
}

#[test]
fn loom_what_a_refill_packs_outlives_its_magazine() {
    closing_a_refill(|| Model::<With<Sound>>::packing(64, 4));
}

#[test]
#[should_panic = "three slots are there"]
fn loom_finds_that_nobody_waits_for_a_refill_to_end() {
    closing_a_refill(|| Model::<With<NoWait>>::new(3));
}

/// Tests that a refill loses nothing that a signal handler frees just before.
#[test]
fn loom_a_refill_adds_nothing_to_a_magazine_in_use() {
    explore(|| {
        let model = Model::<With<Sound>>::packing(3, 1);
        let lent = [0; 3].map(|thread| model.lend(thread).unwrap());
        // There is no magazine left for this thread.
        model.slots.cache().bind(caller(1));
        for index in &lent[1..] {
            model.free(2, *index).unwrap();
        }
        let refilled = |_| model.free(0, lent[0]).unwrap();
        let claimed = model.slots.claim(Placement::Kept, caller(0), refilled).unwrap();
        model.slots.lend(claimed);
        let mut all = vec![claimed.slot.index()];
        all.extend(std::iter::from_fn(|| model.lend(0)));
        all.sort_unstable();
        assert_eq!(all, [0, 1, 2]);
    });
}

/// Tests that two threads with a magazine each exhaust the pool at once, and take back each other's
/// slots.
#[test]
fn loom_threads_that_take_back_at_once_get_all() {
    explore(|| {
        let model = Model::<With<Sound>>::new(3);
        let first = model.lend(0).unwrap();
        model.free(0, first).unwrap();
        let other = {
            let model = Arc::clone(&model);
            thread::spawn(move || [model.lend(1), model.lend(1)])
        };
        let mine = model.lend(0);
        let mut all: Vec<_> = other.join().unwrap().into_iter().chain([mine]).flatten().collect();
        all.sort_unstable();
        assert_eq!(all, [0, 1, 2]);
        assert!(model.claim(0).is_none());
    });
}

/// Tests that of two threads that want the same entry one gets it, and the other its second one.
#[test]
fn loom_an_entry_is_one_threads() {
    explore(|| {
        let model = Model::<With<Sound>>::new(2);
        let bind = |model: &Model<With<Sound>>, number| {
            let magazines = model.slots.cache();
            let caller = caller_at([0, 1], number);
            let entry = magazines.bind(caller);
            assert_eq!(magazines.bind(caller), entry, "once it is a thread's, it stays so");
            entry.unwrap()
        };
        let other = {
            let model = Arc::clone(&model);
            thread::spawn(move || bind(&model, 0))
        };
        let mine = bind(&model, 1);
        assert_ne!(mine, other.join().unwrap());
    });
}

/// Makes a thread keep two slots, which are all there are.
fn keeping_back() -> Arc<Model<With<Sound>>> {
    let model = Model::<With<Sound>>::new(2);
    let index = model.lend(0).unwrap();
    model.touch(index);
    model.free(0, index).unwrap();
    model
}

/// Tests that a thread ends while another takes back the slots that are kept for it.
#[test]
fn loom_a_thread_that_ends_loses_nothing() {
    explore(|| {
        let model = keeping_back();
        let other = {
            let model = Arc::clone(&model);
            thread::spawn(move || [model.lend(1), model.lend(1), model.lend(1)])
        };
        model.slots.resign(caller(0));
        let mut all: Vec<_> = other.join().unwrap().into_iter().flatten().collect();
        all.iter().for_each(|&index| model.touch(index));
        all.sort_unstable();
        assert_eq!(all, [0, 1]);
    });
}

/// Tests that a thread gets the entry of one that ends, while another takes back the slots that are
/// kept for it.
fn passing_on() {
    explore(|| {
        let model = keeping_back();
        let other = {
            let model = Arc::clone(&model);
            thread::spawn(move || model.slots.cache().reclaim(caller(1), 0))
        };
        model.slots.resign(caller(0));
        let heir = caller_at([0, 0], 2);
        let mine = model.slots.claim(Placement::Kept, heir, |_| {}).expect("the other has none").slot.index();
        other.join().unwrap();
        let rest = [model.claim(1), model.claim(1)];
        assert_eq!(rest, [Some(1 - mine), None]);
    });
}

#[test]
fn loom_an_entry_is_passed_on() {
    passing_on();
}

/// Tests that of the frees of one slot by its lender and by another thread exactly one works, and
/// the slot is in one place.
fn biased_double_free<P: Protocol>(frees: [usize; 2]) {
    explore(move || {
        let model = Model::<With<P>>::new(2);
        let index = model.lend(0).unwrap();
        let other = {
            let model = Arc::clone(&model);
            thread::spawn(move || model.free(frees[0], index))
        };
        let results = [model.free(frees[1], index), other.join().unwrap()];
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "{results:?}");
        assert_eq!(model.slots.totals(), (0, 1));
        let mut all: Vec<_> = [0, 1, 0].into_iter().filter_map(|thread| model.lend(thread)).collect();
        all.sort_unstable();
        assert_eq!(all, [0, 1]);
    });
}

#[test]
fn loom_the_lender_or_another_frees() {
    biased_double_free::<Sound>([1, 0]);
}

#[test]
fn loom_one_of_two_others_frees() {
    biased_double_free::<Sound>([1, 3]);
}

/// A model whose one slot is lent without a bias, to two threads with an open magazine each.
fn shared<P: Protocol>() -> Arc<Model<With<P>>> {
    let model = Model::<With<P>>::new(1);
    let index = model.claim(0).unwrap();
    model.slots.lend_by_pointer(model.at(index));
    for thread in [0, 1] {
        let entry = model.slots.cache().bind(caller(thread)).unwrap();
        model.slots.cache().open(entry, 4);
    }
    model
}

/// Of the frees of a slot without a bias by two threads that each have a magazine, exactly one
/// works, and the slot is in one place.
fn shared_double_free<P: Protocol>() {
    explore(|| {
        let model = shared::<P>();
        let other = {
            let model = Arc::clone(&model);
            thread::spawn(move || model.free(0, 0))
        };
        let results = [model.free(1, 0), other.join().unwrap()];
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "{results:?}");
        assert_eq!(model.slots.totals(), (0, 1));
        let all = [model.claim(0), model.claim(1)];
        assert_eq!(all.iter().flatten().count(), 1, "{all:?}");
    });
}

#[test]
fn loom_one_of_two_owners_of_magazines_frees() {
    shared_double_free::<Sound>();
}

#[test]
#[should_panic = "assertion"]
fn loom_finds_owners_of_magazines_that_look_first() {
    shared_double_free::<TornTake>();
}

/// A slot without a bias is freed into a magazine while another thread takes back what is in there:
/// the other gets it now or later, with its contents.
fn shared_free_and_taking_back<P: Protocol>() {
    explore(|| {
        let model = shared::<P>();
        let other = {
            let model = Arc::clone(&model);
            thread::spawn(move || {
                model.touch(0);
                model.free(0, 0).unwrap();
            })
        };
        let got = model.claim(1).inspect(|&index| model.touch(index));
        other.join().unwrap();
        let later = model.claim(1).inspect(|&index| model.touch(index));
        assert!(got.is_some() != later.is_some(), "assertion: {got:?}, {later:?}");
    });
}

#[test]
fn loom_what_is_freed_into_a_magazine_is_had_by_others() {
    shared_free_and_taking_back::<Sound>();
}

#[test]
#[should_panic]
fn loom_finds_that_nobody_waits_for_a_free_into_a_magazine() {
    shared_free_and_taking_back::<NoWait>();
}

#[test]
#[should_panic = "assertion"]
fn loom_finds_a_lender_without_a_fence() {
    biased_double_free::<NoFence>([1, 0]);
}

#[test]
#[should_panic = "assertion"]
fn loom_finds_that_nobody_waits_for_the_lender() {
    biased_double_free::<NoWait>([1, 0]);
}

#[test]
#[should_panic = "assertion"]
fn loom_finds_others_that_look_first() {
    biased_double_free::<TornTake>([1, 3]);
}

/// Tests that either the lender frees a slot or another thread takes it by its handle.
fn biased_take<P: Protocol>() {
    explore(|| {
        let model = Model::<With<P>>::new(2);
        let index = model.lend(0).unwrap();
        let other = {
            let model = Arc::clone(&model);
            thread::spawn(move || {
                let taken = model.take(1, index, Some(0)).is_ok();
                if taken {
                    model.touch(index);
                }
                taken
            })
        };
        let freed = model.free(0, index).is_ok();
        let again = freed.then(|| model.lend(0).unwrap());
        assert_ne!(freed, other.join().unwrap());
        assert_eq!(model.slots.totals().0, 1, "{again:?}");
    });
}

#[test]
fn loom_the_lender_frees_or_another_takes() {
    biased_take::<Sound>();
}

#[test]
#[should_panic]
fn loom_finds_takers_that_do_not_wait() {
    biased_take::<NoWait>();
}

/// Tests that nobody has a lent slot, which two threads read and a third frees, before both are
/// done, and that it isn't lost.
fn reads<C: Modelled>(capacity: usize) {
    explore(move || {
        let model = Model::<C>::new(capacity);
        let index = model.lend(0).unwrap();
        let reader = {
            let model = Arc::clone(&model);
            thread::spawn(move || model.read(1, index, 0))
        };
        assert_eq!(model.free(0, index), Ok(()));
        // Claims it as the next owner, if it is already free.
        let next = model.lend(0);
        reader.join().unwrap();
        assert_eq!(model.slots.totals().1, 1);
        let mut all = Vec::from_iter(next);
        while let Some(rest) = model.lend(0) {
            all.push(rest);
        }
        all.sort_unstable();
        assert_eq!(all, (0..capacity).collect::<Vec<_>>(), "each slot is had once");
    });
}

#[test]
fn loom_what_is_read_is_free_when_the_last_reader_is_done() {
    reads::<Without<Sound>>(1);
}

#[test]
fn loom_what_is_read_is_free_when_the_last_reader_is_done_with_magazines() {
    reads::<With<Sound>>(2);
}

#[test]
#[should_panic = "Causality violation"]
fn loom_finds_readers_that_do_not_say_that_they_are_done() {
    reads::<Without<RelaxedDone>>(1);
}

#[test]
#[should_panic]
fn loom_finds_readers_that_look_first() {
    reads::<Without<TornTake>>(1);
}

#[test]
#[should_panic]
fn loom_finds_readers_that_do_not_wait_for_the_lender() {
    reads::<With<NoWait>>(2);
}

/// Tests that two readers both read, in whatever order they come, and so does a reader that got the
/// lender's handle without any order.
fn reads_at_once<P: Protocol>() {
    explore(|| {
        let model = Model::<Without<P>>::new(1);
        let reader = {
            let model = Arc::clone(&model);
            thread::spawn(move || model.read(1, 0, 0))
        };
        let index = model.claim(0).unwrap();
        model.touch(index);
        model.slots.lend_by_handle(model.at(index));
        assert!(model.read(0, index, 0), "others only read");
        reader.join().unwrap();
        assert!(model.take(0, index, Some(0)).is_ok(), "all are done");
        model.touch(index);
    });
}

#[test]
fn loom_readers_do_not_keep_each_other_out() {
    reads_at_once::<Sound>();
}

#[test]
#[should_panic = "Causality violation"]
fn loom_finds_readers_that_ask_for_nothing() {
    reads_at_once::<RelaxedRead>();
}

#[test]
#[should_panic]
fn loom_finds_readers_whose_count_is_torn() {
    reads_at_once::<TornTake>();
}

/// Tests that a slot that is claimed for a moment and goes back, while it is released, is freed
/// once.
fn unclaimed<C: Modelled>(capacity: usize) {
    explore(move || {
        let model = Model::<C>::new(capacity);
        let index = model.lend(0).unwrap();
        let releaser = {
            let model = Arc::clone(&model);
            thread::spawn(move || model.slots.free(caller(1), model.at(index), Some(0), || {}))
        };
        let slot = model.at(index);
        if model.slots.begin_claim(caller(0), slot, None, Exposure::Accept).is_ok() {
            model.touch(index);
            model.slots.end_claim(caller(0), slot, || {});
        }
        assert_eq!(releaser.join().unwrap(), Ok(()));
        assert_eq!(model.slots.totals(), (0, 1));
        let next = std::iter::from_fn(|| model.lend(0)).count();
        assert_eq!(next, capacity, "no slot is lost");
    });
}

#[test]
fn loom_a_release_while_a_slot_is_claimed_is_remembered() {
    unclaimed::<Without<Sound>>(1);
}

#[test]
fn loom_a_release_while_a_slot_is_claimed_is_remembered_with_magazines() {
    unclaimed::<With<Sound>>(2);
}

#[test]
#[should_panic]
fn loom_finds_releases_that_look_first() {
    unclaimed::<Without<TornTake>>(1);
}

/// Tests that a slot that is claimed and kept, while it is released, is its owner's, and that a
/// release that came too late changes nothing.
#[test]
fn loom_a_release_after_the_hand_over_is_nothing() {
    explore(|| {
        let model = Model::<Without<Sound>>::new(1);
        let index = model.lend(0).unwrap();
        let releaser = {
            let model = Arc::clone(&model);
            thread::spawn(move || model.slots.free(caller(1), model.at(index), Some(0), || {}))
        };
        let slot = model.at(index);
        let claimed = model.slots.begin_claim(caller(0), slot, None, Exposure::Accept).is_ok();
        if claimed {
            model.slots.keep_claim(slot);
            model.touch(index);
        }
        let released = releaser.join().unwrap();
        if claimed {
            assert!(model.state(index).is_held());
            model.touch(index);
            model.slots.free_owned(caller(0), slot);
        } else {
            assert_eq!(released, Ok(()));
        }
        assert_eq!(model.slots.totals(), (0, 1));
        assert!(model.claim(0).is_some() && model.claim(0).is_none());
    });
}

/// Tests that a thread that takes a slot which isn't exposed is the only one that can have it,
/// while code outside of Rust resolves the handle and its owner lends it.
fn exposed<P: Protocol>() {
    explore(|| {
        let model = Model::<Without<P>>::new(1);
        let index = model.claim(0).unwrap();
        let outside = {
            let model = Arc::clone(&model);
            thread::spawn(move || model.slots.expose(model.at(index), 0))
        };
        model.slots.lend_by_handle(model.at(index));
        let taken = model.slots.take(caller(0), model.at(index), Some(0), Exposure::Refuse);
        if taken.is_ok() {
            model.slots.lend_by_handle(model.at(index));
        }
        // It was not resolved while it was owned. If it was resolved, the pointer is outside now,
        // even if the take came first.
        let resolved = outside.join().unwrap();
        assert_eq!(model.state(index).is_exposed(), resolved);
        let again = model.slots.take(caller(0), model.at(index), Some(0), Exposure::Refuse);
        assert_eq!(again, if resolved { Err(Refused::Exposed) } else { Ok(()) });
    });
}

#[test]
fn loom_what_is_exposed_stays_so() {
    exposed::<Sound>();
}

#[test]
#[should_panic = "assertion"]
fn loom_finds_that_exposing_looks_first() {
    exposed::<TornTake>();
}

/// Tests that a magazine's bit, limit and count agree after it is opened while two threads close
/// it. Otherwise it would be closed for ever, and each thread that finds nothing free would wait
/// for that.
fn openings<P: Protocol>() {
    explore(|| {
        let model = Model::<With<P>>::new(2);
        let entry = model.slots.cache().bind(caller(0)).unwrap();
        model.slots.cache().open(entry, 4);
        let threads = [0, 1].map(|number| {
            let model = Arc::clone(&model);
            thread::spawn(move || {
                model.slots.cache().reclaim(caller(number), 0);
                if number == 0 {
                    model.slots.cache().open(entry, 4);
                }
            })
        });
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        model.slots.cache().check_at_rest();
        // Each thread has closed it at most once.
        for closings in 0..=2 {
            model.slots.cache().reclaim(caller(1), closings);
        }
        assert_eq!(model.slots.cache().in_use(), (1, 0), "assertion");
        model.slots.cache().open(entry, 4);
        assert_eq!(model.slots.cache().in_use(), (1, 1), "it is opened again");
    });
}

#[test]
fn loom_a_magazine_is_open_or_closed() {
    openings::<Sound>();
}

#[test]
#[should_panic = "assertion"]
fn loom_finds_several_closers() {
    openings::<ManyClosers>();
}

/// Tests that a signal handler in a thread that is inside claims, frees what the thread lent, and
/// reads, and waits for nothing, while another thread wants all slots.
fn handlers(thief: bool) {
    explore(move || {
        let model = Model::<With<Sound>>::new(2);
        let index = model.lend(0).unwrap();
        let other = {
            let model = Arc::clone(&model);
            thread::spawn(move || {
                if thief {
                    // Exactly one of the two frees works.
                    vec![model.free(1, index).map(|()| usize::MAX)]
                } else {
                    model.lend(1).into_iter().map(Ok).collect()
                }
            })
        };
        let inside = model.slots.cache().enter(caller(0)).unwrap();
        let claimed = model.claim(0);
        let refused = model.slots.take(caller(0), model.at(index), Some(1), Exposure::Accept);
        assert!(refused.is_err());
        let freed = model.free(0, index);
        if let Some(claimed) = claimed {
            model.slots.free_owned(caller(0), model.at(claimed));
        }
        inside.leave();
        let others = other.join().unwrap();
        let works = usize::from(freed.is_ok()) + others.iter().filter(|it| **it == Ok(usize::MAX)).count();
        assert_eq!(works, 1, "{freed:?} {others:?}");
        let mut all: Vec<_> = others.into_iter().flatten().filter(|&index| index < 2).collect();
        all.iter().for_each(|&index| model.touch(index));
        while let Some(rest) = model.lend(1) {
            all.push(rest);
        }
        all.sort_unstable();
        assert_eq!(all, [0, 1], "no slot is lost, and none had twice");
    });
}

#[test]
fn loom_a_signal_handler_waits_for_nothing() {
    handlers(false);
}

#[test]
fn loom_a_signal_handler_and_another_free() {
    handlers(true);
}

/// Tests that the owner of a bias and a handler of another thread, which may not wait, can free the
/// same slot at once.
#[test]
fn loom_what_is_deferred_is_freed_once() {
    explore(|| {
        let model = Model::<With<Sound>>::new(2);
        let index = model.lend(0).unwrap();
        let other = {
            let model = Arc::clone(&model);
            thread::spawn(move || {
                model.slots.cache().bind(caller(1));
                let inside = model.slots.cache().enter(caller(1)).unwrap();
                let freed = model.free(1, index);
                inside.leave();
                freed
            })
        };
        let mine = model.free(0, index);
        let other = other.join().unwrap();
        assert!(mine.is_ok() || other.is_ok());
        let mut all: Vec<_> = [1, 0, 1].into_iter().filter_map(|thread| model.lend(thread)).collect();
        all.sort_unstable();
        assert_eq!(all, [0, 1]);
    });
}

/// Tests that no slot is had twice once the fence is lost, and that others get the slots of a
/// thread once it comes by.
#[test]
fn loom_without_the_fence_owners_do_it_themselves() {
    explore(|| {
        SERVED.set(true);
        let model = Model::<With<Sound>>::new(2);
        // The other slot is kept.
        let index = model.lend(0).unwrap();
        assert!(model.state(index).bias().is_some());
        SERVED.set(false);
        let other = {
            let model = Arc::clone(&model);
            thread::spawn(move || model.free(1, index))
        };
        let mine = model.free(0, index);
        let freed = other.join().unwrap();
        model.slots.cache().reclaim(caller(1), 0);
        assert!(mine.is_ok() || freed.is_ok(), "{mine:?} {freed:?}");
        model.slots.resign(caller(0));
        let mut all: Vec<_> = std::iter::from_fn(|| model.lend(1)).collect();
        all.iter().for_each(|&index| model.touch(index));
        all.sort_unstable();
        assert_eq!(all, [0, 1]);
        SERVED.set(true);
    });
}

/// Tests that a thread which is inside, and so may not wait, is refused what it would wait for, and
/// that what it frees comes back once it is outside.
#[test]
fn loom_what_would_have_to_wait_is_refused() {
    explore(|| {
        let model = Model::<With<Sound>>::new(2);
        let lent = [model.lend(0).unwrap(), model.lend(0).unwrap()];
        assert!(lent.iter().all(|&index| model.state(index).bias().is_some()));
        let cache = model.slots.cache();
        cache.bind(caller(1));
        let inside = cache.enter(caller(1)).unwrap();
        let generation = model.state(lent[0]).generation();
        assert_eq!(model.take(1, lent[0], Some(generation)), Err(Refused::Busy));
        assert_eq!(model.free(1, lent[0]), Ok(()));
        assert_eq!(model.claim(1), None, "the free is deferred");
        inside.leave();
        assert_eq!(model.claim(1), Some(lent[0]));
        assert_eq!(model.claim(1), None);
    });
}

/// Tests that a thread which ends in a signal handler, while it is inside, leaves its magazine
/// alone.
#[test]
fn loom_a_thread_that_ends_inside_waits_for_nothing() {
    explore(|| {
        let model = Model::<With<Sound>>::new(2);
        let index = model.lend(0).unwrap();
        let cache = model.slots.cache();
        let inside = cache.enter(caller(0)).unwrap();
        model.slots.resign(caller(0));
        assert_eq!(cache.in_use().0, 1, "the entry is lost with the thread");
        inside.leave();
        model.free(0, index).unwrap();
        model.slots.resign(caller(0));
        assert_eq!(cache.in_use(), (0, 0));
        cache.check_at_rest();
    });
}

/// Tests that a pool without magazines, for the system runs no fence, hands out its slots.
#[test]
fn loom_a_pool_may_have_no_magazines() {
    explore(|| {
        let hint = || Hint { candidates: zero(), group: zero(), refills: zero() };
        let live = Live::new(zeros(1), vec![hint(), hint()].leak(), 2);
        let cache = Magazines::<_, Sound>::new(live, vec![magazine()].leak(), &[], &[], counts(), 1);
        let first = cache.claim(caller(0), |_| {}).unwrap();
        let second = cache.claim(caller(1), |_| {}).unwrap();
        assert_ne!(first.index, second.index);
        assert!(cache.claim(caller(0), |_| {}).is_none());
        assert_eq!((cache.bind(caller(0)), cache.kept()), (None, 0));
        cache.put(caller(0), first.index);
        assert_eq!(cache.claim(caller(1), |_| {}).map(|got| got.index), Some(first.index));
    });
}

/// Tests what targets without magazines have in their place.
#[test]
fn without_a_cache_nothing_is_kept() {
    use std::sync::atomic::AtomicU64 as Plain;

    let plain = |count| (0..count).map(|_| Plain::new(0)).collect::<Vec<_>>().leak();
    let zero = || Plain::new(0);
    let hint = || Hint { candidates: zero(), group: zero(), refills: zero() };
    let live = Live::new(plain(1), vec![hint()].leak(), 2);
    assert_eq!(Uncached::bytes(1_000), 0);
    // SAFETY: it has no condition.
    let cache = unsafe { Uncached::in_memory(std::ptr::NonNull::dangling(), live, true) };
    let cache: &'static Uncached<'_, _, Sound> = Box::leak(Box::new(cache));
    cache.enlist();
    let caller = caller(0);
    assert!(cache.claim_kept(caller).is_none(), "no thread keeps any");
    let got = cache.claim(caller, |_| {}).unwrap();
    cache.put(caller, got.index);
    assert_eq!((cache.live().count(), cache.kept()), (0, 0));
    assert!(cache.enter(caller).is_none() && cache.enter_near(caller).is_none());
    assert!(!cache.is_engaged(caller), "it waits for no thread");
    cache.resign(caller);
    let mut all = 0;
    assert_eq!(cache.claim_many(caller, caller.seat(), 5, |bits, _| all |= bits.bits), 2);
    assert_eq!(all, 0b11);
}
