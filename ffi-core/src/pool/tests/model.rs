//! The core of the pools under loom: each test runs in all orders that the memory model allows, up to a number of
//! preemptions. A cell per slot stands for its contents; loom fails when two threads use it without order between them.
//!
//! For each property there are controls, which weaken what it rests on, and which loom has to find.

use std::sync::atomic::Ordering;

use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::sync::atomic::AtomicU64;
use loom::thread;

use super::super::primitive::{Protocol, Sound, Word};
use super::super::slots::{Hint, LENT, Refused, Slots};

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
}

/// A control: what the last owner did isn't published by freeing.
struct RelaxedFree;
impl Protocol for RelaxedFree {
    const FREE: Ordering = Ordering::Relaxed;
}

/// A control: the next owner doesn't ask for it.
struct RelaxedClaim;
impl Protocol for RelaxedClaim {
    const CLAIM: Ordering = Ordering::Relaxed;
}

/// A control: what the lender did isn't published.
struct RelaxedLend;
impl Protocol for RelaxedLend {
    const LEND: Ordering = Ordering::Relaxed;
}

/// A control: the taker doesn't ask for it.
struct RelaxedTake;
impl Protocol for RelaxedTake {
    const TAKE: Ordering = Ordering::Relaxed;
}

/// A control: claims look first and set afterwards.
struct TornClaim;
impl Protocol for TornClaim {
    fn claim<W: Word>(live: &W, bits: u64) -> u64 {
        let before = live.load(Ordering::Acquire);
        live.store(before | bits, Ordering::Release);
        before
    }
}

/// A control: frees look first and clear afterwards.
struct TornFree;
impl Protocol for TornFree {
    fn release<W: Word>(live: &W, bits: u64) -> u64 {
        let before = live.load(Ordering::Acquire);
        live.store(before & !bits, Ordering::Release);
        before
    }
}

/// A control: takes look first and mark afterwards.
struct TornTake;
impl Protocol for TornTake {
    fn take<W: Word>(word: &W, lent: u64, taken: u64) -> bool {
        let same = word.load(Ordering::Acquire) == lent;
        if same {
            word.store(taken, Ordering::Release);
        }
        same
    }
}

struct Model<P: 'static> {
    slots: Slots<'static, AtomicU64, P>,
    contents: Vec<UnsafeCell<u64>>,
}

// SAFETY: the cells are only used by a slot's owner, which is what loom checks.
unsafe impl<P> Sync for Model<P> {}

// SAFETY: as above.
unsafe impl<P> Send for Model<P> {}

impl<P: Protocol> Model<P> {
    fn new(capacity: usize) -> Arc<Self> {
        let zeros = |count: usize| (0..count).map(|_| AtomicU64::new(0)).collect::<Vec<_>>().leak();
        let hint =
            || Hint { candidates: AtomicU64::new(0), group: AtomicU64::new(0), refills: AtomicU64::new(0) };
        let slots = Slots::new(zeros(1), zeros(capacity), vec![hint(), hint()].leak());
        Arc::new(Self { slots, contents: (0..capacity).map(|_| UnsafeCell::new(0)).collect() })
    }

    fn claim(&self, thread: usize) -> Option<usize> {
        self.slots.claim(thread, |_| {})
    }

    /// Uses the slot as an owner does: reads what the last one left, and writes.
    fn touch(&self, index: usize) {
        self.contents[index].with_mut(|contents| {
            // SAFETY: the owner is alone, which loom checks.
            unsafe { *contents += 1 };
        });
    }
}

/// All orders with up to two preemptions: enough to find what the controls do wrong, and done in seconds.
fn explore(model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(2);
    builder.check(model);
}

/// More claims than slots, by threads with one hint or with two: each slot has one owner, and none is left over.
fn claims<P: Protocol>(entry: usize) {
    explore(move || {
        let model = Model::<P>::new(2);
        let claim = |model: &Model<P>, entry| {
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

/// A batch and single claims don't get the same slot.
#[test]
fn loom_batches_are_exclusive() {
    explore(|| {
        let model = Model::<Sound>::new(3);
        let other = {
            let model = Arc::clone(&model);
            thread::spawn(move || Vec::from_iter(model.claim(0)))
        };
        let mut batch = 0;
        let got = model.slots.claim_many(1, 2, |_, bits| batch |= bits, |_| {});
        assert_eq!(got as u32, batch.count_ones());
        for index in other.join().unwrap() {
            assert_eq!(batch & 1 << index, 0, "slot {index} was claimed twice");
            batch |= 1 << index;
        }
        // Others never took more than one, so two were free at all times.
        assert_eq!(batch.count_ones() as usize, model.slots.count());
        assert!(got >= 1);
    });
}

/// The next owner sees what the last one did.
fn contents<P: Protocol>() {
    explore(|| {
        let model = Model::<P>::new(1);
        let threads = [0, 1].map(|entry| {
            let model = Arc::clone(&model);
            thread::spawn(move || {
                if let Some(index) = model.claim(entry) {
                    model.touch(index);
                    model.slots.lend(index);
                    model.slots.free(index, || {}).unwrap();
                }
            })
        });
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        let index = model.claim(0).expect("all were freed");
        model.touch(index);
        model.slots.free_owned(index);
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

/// Of two frees of one slot exactly one works, and it is counted once.
fn double_free<P: Protocol>() {
    explore(|| {
        let model = Model::<P>::new(1);
        let index = model.claim(0).unwrap();
        model.slots.lend(index);
        let other = {
            let model = Arc::clone(&model);
            thread::spawn(move || model.slots.free(index, || {}))
        };
        let results = [model.slots.free(index, || {}), other.join().unwrap()];
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "{results:?}");
        assert_eq!((model.slots.count(), model.slots.peek(index)), (0, 1));
    });
}

#[test]
fn loom_one_of_two_frees_works() {
    double_free::<Sound>();
}

#[test]
#[should_panic = "assertion"]
fn loom_finds_frees_that_look_first() {
    double_free::<TornFree>();
}

/// Of two takers exactly one gets the slot, and sees what the lender did. The handle comes to them without any order.
fn takes<P: Protocol>() {
    explore(|| {
        let model = Model::<P>::new(1);
        let threads = [0, 1].map(|_| {
            let model = Arc::clone(&model);
            thread::spawn(move || {
                let taken = model.slots.take(0, Some(0)).is_ok();
                if taken {
                    model.touch(0);
                }
                taken
            })
        });
        let index = model.claim(0).unwrap();
        model.touch(index);
        assert_eq!(model.slots.lend(index), 0);
        let taken = threads.map(|thread| thread.join().unwrap());
        let lent = model.slots.peek(0) & LENT != 0;
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

/// No handle, not even one that guesses the next generation, gets at a slot that its owner never lends.
#[test]
fn loom_what_is_not_lent_is_not_taken() {
    explore(|| {
        let model = Model::<Sound>::new(1);
        let thief = {
            let model = Arc::clone(&model);
            thread::spawn(move || {
                assert!(model.slots.take(0, Some(0)).is_err());
                assert!(model.slots.take(0, Some(1)).is_err());
                assert!(model.slots.take(0, None).is_err());
                assert_ne!(model.slots.free(0, || {}), Ok(()));
            })
        };
        for _ in 0..2 {
            let index = model.claim(0).unwrap();
            model.touch(index);
            model.slots.free_owned(index);
        }
        thief.join().unwrap();
        assert_eq!(model.slots.peek(0), 2);
    });
}

/// Once a slot was freed its handle doesn't resolve, whoever has it then.
#[test]
fn loom_a_freed_handle_is_stale() {
    explore(|| {
        let model = Model::<Sound>::new(1);
        let index = model.claim(0).unwrap();
        assert!(model.slots.resolves(index, 0));
        let next = {
            let model = Arc::clone(&model);
            thread::spawn(move || {
                if model.claim(1).is_some() {
                    assert!(!model.slots.resolves(0, 0), "the last owner's handle");
                    assert!(model.slots.resolves(0, 1), "the owner's own handle");
                }
            })
        };
        model.slots.free_owned(index);
        assert!(!model.slots.resolves(index, 0));
        next.join().unwrap();
        assert_eq!(model.slots.take(index, Some(0)), Err(Refused::NotLive));
    });
}
