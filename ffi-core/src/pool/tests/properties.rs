//! Pools against a set of pointers, and the arithmetic of slots against division.

use std::collections::HashSet;
use std::ptr;

use proptest::prelude::*;
use proptest::sample::Index;

use super::pooled;
use crate::pool::abi::{
    pool_adopt, pool_alloc, pool_alloc_many, pool_free, pool_free_many, pool_reference, pool_resolve,
};
use crate::pool::stride::Stride;
use crate::{FfiPooled, FfiRef, FreeCode, PoolBox};

pooled!(Item { x: [u32; 5] }, 150, Zero);
pooled!(Many { x: [u32; 5] }, 1_200, Zero);

/// A message with a pool that has magazines, or one that has none.
trait Tested: FfiPooled {
    fn x(&mut self) -> &mut [u32; 5];

    fn capacity() -> usize {
        Self::pool().capacity() as usize
    }
}

impl Tested for Item {
    fn x(&mut self) -> &mut [u32; 5] {
        &mut self.x
    }
}

impl Tested for Many {
    fn x(&mut self) -> &mut [u32; 5] {
        &mut self.x
    }
}

#[derive(Clone, Debug)]
enum Step {
    Alloc,
    AllocMany(usize),
    Free(Index),
    FreeMany(Vec<Index>),
    FreeAgain(Index),
    Foreign(usize),
    Interior(Index, usize),
    Box,
    Drop(Index),
    FreeOwned(Index),
    IntoRef(Index),
    Take(Index),
    Adopt(Index),
    Stale(Index),
}

fn step() -> impl Strategy<Value = Step> {
    let at = any::<Index>;
    prop_oneof![
        4 => Just(Step::Alloc),
        1 => (0..200_usize).prop_map(Step::AllocMany),
        3 => at().prop_map(Step::Free),
        1 => prop::collection::vec(at(), 0..100).prop_map(Step::FreeMany),
        1 => at().prop_map(Step::FreeAgain),
        1 => any::<usize>().prop_map(Step::Foreign),
        1 => (at(), 1..20_usize).prop_map(|(at, offset)| Step::Interior(at, offset)),
        2 => Just(Step::Box),
        1 => at().prop_map(Step::Drop),
        1 => at().prop_map(Step::FreeOwned),
        1 => at().prop_map(Step::IntoRef),
        1 => at().prop_map(Step::Take),
        1 => at().prop_map(Step::Adopt),
        1 => at().prop_map(Step::Stale),
    ]
}

/// Naive model of a pool: sets.
struct Naive<T: Tested> {
    lent: Vec<*mut T>,
    owned: Vec<PoolBox<T>>,
    freed: Vec<(*mut T, FfiRef<T>)>,
}

impl<T: Tested> Naive<T> {
    fn live(&self) -> HashSet<*mut T> {
        self.lent.iter().copied().chain(self.owned.iter().map(PoolBox::as_ptr)).collect()
    }

    fn full(&self) -> bool {
        self.lent.len() + self.owned.len() == T::capacity()
    }
}

fn reference<T: Tested>(slot: *mut T) -> FfiRef<T> {
    FfiRef::from_bits(pool_reference(slot))
}

fn free<T: Tested>(slot: *mut T) -> i32 {
    // SAFETY: the model doesn't use a slot once it freed it.
    unsafe { pool_free(slot) }
}

fn remove<T>(from: &mut Vec<T>, at: Index) -> Option<T> {
    (!from.is_empty()).then(|| from.swap_remove(at.index(from.len())))
}

fn apply<T: Tested>(naive: &mut Naive<T>, step: Step) -> Result<(), TestCaseError> {
    match step {
        Step::Alloc => {
            let slot = pool_alloc::<T>();
            prop_assert_eq!(slot.is_null(), naive.full());
            if !slot.is_null() {
                prop_assert!(!naive.live().contains(&slot));
                // SAFETY: a live slot of the model's.
                let item = unsafe { &mut *slot };
                prop_assert_eq!(*item.x(), [0; 5]);
                *item.x() = [7; 5];
                naive.lent.push(slot);
            }
        }
        Step::AllocMany(count) => {
            let count = count * T::capacity() / 150;
            let mut slots = vec![ptr::null_mut(); count];
            // SAFETY: there is room.
            let got = unsafe { pool_alloc_many::<T>(slots.as_mut_ptr(), count) };
            prop_assert_eq!(got, count.min(T::capacity() - naive.live().len()));
            let live = naive.live();
            prop_assert!(slots[..got].iter().all(|slot| !live.contains(slot)));
            naive.lent.extend(&slots[..got]);
            prop_assert_eq!(naive.live().len(), live.len() + got);
        }
        Step::Free(at) => {
            if let Some(slot) = remove(&mut naive.lent, at) {
                let handle = reference(slot);
                prop_assert_eq!(free(slot), 0);
                naive.freed.push((slot, handle));
            }
        }
        Step::FreeMany(ats) => {
            let mut slots: Vec<_> = ats.iter().filter_map(|at| remove(&mut naive.lent, *at)).collect();
            let handles: Vec<_> = slots.iter().map(|&slot| (slot, reference(slot))).collect();
            let good = slots.len();
            slots.push(ptr::null_mut());
            slots.push(ptr::dangling_mut());
            slots.extend(naive.owned.first().map(PoolBox::as_ptr));
            // SAFETY: pointers of the test's own, which are not used any more.
            let freed = unsafe { pool_free_many(slots.as_mut_ptr(), slots.len()) };
            prop_assert_eq!(freed, good);
            prop_assert!(slots[..good].iter().all(|slot| slot.is_null()));
            prop_assert!(slots[good + 1..].iter().all(|slot| !slot.is_null()));
            naive.freed.extend(handles);
        }
        Step::FreeAgain(at) => {
            if let Some((slot, _)) = remove(&mut naive.freed, at)
                && !naive.live().contains(&slot)
            {
                prop_assert_eq!(free(slot), FreeCode::NotLive as i32);
            }
        }
        Step::Foreign(address) => {
            // The last sixteenth of the address space is the system's.
            let slot = ptr::without_provenance_mut::<T>(address | 0xf << (usize::BITS - 4));
            prop_assert_eq!(free(slot), FreeCode::Foreign as i32);
            prop_assert_eq!(pool_reference(slot), 0);
        }
        Step::Interior(at, offset) => {
            if !naive.lent.is_empty() {
                let slot = naive.lent[at.index(naive.lent.len())].wrapping_byte_add(offset);
                prop_assert_eq!(free(slot), FreeCode::Interior as i32);
            }
        }
        Step::Box => match T::pool().alloc() {
            None => prop_assert!(naive.full()),
            Some(mut item) => {
                prop_assert!(!naive.live().contains(&item.as_ptr()));
                prop_assert_eq!(*item.x(), [0; 5]);
                naive.owned.push(item);
            }
        },
        Step::Drop(at) => {
            if let Some(item) = remove(&mut naive.owned, at) {
                naive.freed.push((item.as_ptr(), item.handle()));
            }
        }
        Step::FreeOwned(at) => {
            if !naive.owned.is_empty() {
                let item = &naive.owned[at.index(naive.owned.len())];
                prop_assert_eq!(free(item.as_ptr()), FreeCode::Owned as i32);
                prop_assert!(item.handle().take().is_none());
            }
        }
        Step::IntoRef(at) => {
            if let Some(item) = remove(&mut naive.owned, at) {
                let slot = item.as_ptr();
                let handle = item.into_ref();
                prop_assert_eq!(handle, reference(slot));
                naive.lent.push(slot);
            }
        }
        Step::Take(at) => {
            if let Some(slot) = remove(&mut naive.lent, at) {
                // SAFETY: the model doesn't use the pointer by itself.
                let taken = unsafe { T::pool().take_exposed(reference(slot)) }.ok();
                prop_assert_eq!(taken.as_ref().map(PoolBox::as_ptr), Some(slot));
                naive.owned.extend(taken);
            }
        }
        Step::Adopt(at) => {
            if let Some(slot) = remove(&mut naive.lent, at) {
                // SAFETY: any bytes are a value; the model doesn't use the pointer by itself.
                naive.owned.push(unsafe { pool_adopt(slot) }.unwrap());
            }
        }
        Step::Stale(at) => {
            if !naive.freed.is_empty() {
                let (_, handle) = naive.freed[at.index(naive.freed.len())];
                prop_assert!(handle.resolve().is_none() && handle.take().is_none());
                prop_assert!(pool_resolve::<T>(handle.to_bits() as u32, handle.generation()).is_null());
            }
        }
    }
    Ok(())
}

fn check<T: Tested>(steps: Vec<Step>) -> Result<(), TestCaseError> {
    let before = T::pool().stats();
    prop_assert_eq!(before.live, 0);
    let mut naive = Naive { lent: Vec::new(), owned: Vec::new(), freed: Vec::new() };
    for step in steps {
        apply::<T>(&mut naive, step)?;
        let handles = T::pool().live().filter_map(|handle| handle.resolve());
        prop_assert_eq!(handles.map(|slot| slot.as_ptr()).collect::<HashSet<_>>(), naive.live());
    }
    let stats = T::pool().stats();
    prop_assert_eq!(stats.live as usize, naive.live().len());
    prop_assert_eq!(stats.allocs, stats.frees + stats.live);
    for slot in naive.lent.drain(..) {
        prop_assert_eq!(free(slot), 0);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn a_pool_is_a_set(steps in prop::collection::vec(step(), 0..300)) {
        check::<Item>(steps)?;
    }

}

proptest! {
    // Looks at all slots after each step.
    #![proptest_config(ProptestConfig::with_cases(20))]

    #[test]
    fn a_pool_with_magazines_is_a_set(steps in prop::collection::vec(step(), 0..300)) {
        check::<Many>(steps)?;
    }
}

proptest! {
    #[test]
    fn the_inverse_divides(stride in 1..100_000_usize, index in 0..1_000_000_usize, offset in any::<usize>()) {
        let divide = |offset: usize| Stride::new(stride).index(offset);
        if let Some(fits) = index.checked_mul(stride) {
            prop_assert_eq!(divide(fits), index);
        }
        if !offset.is_multiple_of(stride) {
            // Above each capacity that fits.
            prop_assert!(divide(offset) > usize::MAX / stride - 1, "{}", offset);
        }
    }
}
