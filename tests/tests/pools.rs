//! Tests pools, boxes and queues of the fixture from Rust, where types rule out most mistakes that
//! C and Dart can make; and through the exported functions, with invalid pointers.

use std::ptr::{null_mut, with_exposed_provenance_mut};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use bytemuck::Zeroable;
use ffi_core::boundary::{FfiStatus, StatusCode};
use ffi_core::pool::{PoolStats, PushError};
use ffi_core::{FfiPooled, FfiRef, FreeCode, PoolBox, PoolErrorKind};
use ffi_tests::Fixture;
use fixture_pools::{Event, ORDERS, Particle, PlanNode, Token, Vast};
use libloading::Library;

/// Locks the pool of tokens, which is small and shared by the tests of one process.
fn tokens() -> MutexGuard<'static, ()> {
    static TOKENS: Mutex<()> = Mutex::new(());
    TOKENS.lock().unwrap_or_else(PoisonError::into_inner)
}

fn token(id: u32) -> PoolBox<Token> {
    fixture_pools::new_token(id).expect("there is room")
}

#[test]
fn an_empty_pool_says_so_and_counts() {
    let _alone = tokens();
    let before = Token::pool().stats();
    let all: Vec<_> = (0..3).map(token).collect();
    assert!(Token::pool().alloc().is_none());
    let error = fixture_pools::new_token(3).unwrap_err();
    assert_eq!((error.kind(), error.pool(), error.capacity()), (PoolErrorKind::Exhausted, "Token", 3));
    assert!(error.to_string().contains("hint: "), "{error}");
    assert!(Token::pool().try_alloc_many(1).is_err());
    drop(all);
    assert!(Token::pool().try_alloc_many(4).is_err(), "all or none");
    let PoolStats { live, failed_allocs, high_water, .. } = Token::pool().stats();
    assert_eq!((live, failed_allocs - before.failed_allocs, high_water), (0, 4, 3));

    let error = fixture_pools::new_vast().map(drop).unwrap_err();
    assert_eq!(error.kind(), PoolErrorKind::Reservation);
    assert!(Vast::pool().alloc().is_none());
}

#[test]
fn a_stale_handle_is_nobody_s() {
    let _alone = tokens();
    let mine = token(7);
    let handle = mine.handle();
    assert_eq!(Token::pool().resolve(handle).map(|it| it.as_ptr()), Some(mine.as_ptr()));
    assert!(Token::pool().take(handle).is_none(), "a box owns it");
    let lent = mine.into_ref();
    let mine = Token::pool().take(lent).expect("nobody else took it");
    assert_eq!(mine.id, 7);
    let before = Token::pool().stats().stale;
    drop(mine);
    let all: Vec<_> = (0..3).map(token).collect();
    let place = u32::try_from(handle.index().expect("it is one") + 1).expect("there are three");
    let forged = [FfiRef::from_parts(place, handle.generation() + 2), FfiRef::from_parts(4, 0)];
    for stale in [handle, lent].into_iter().chain(forged) {
        assert!(Token::pool().resolve(stale).is_none(), "{stale:?}");
        assert!(Token::pool().take(stale).is_none(), "{stale:?}");
    }
    assert_eq!(Token::pool().stats().stale - before, 8);
    drop(all);
}

#[test]
fn who_takes_a_box_frees_it() {
    let _alone = tokens();
    let before = Token::pool().stats();
    assert_eq!(fixture_pools::spend(token(4)), 4);
    let higher = fixture_pools::exchange(token(1), Some(token(2)));
    assert_eq!((higher.id, Token::pool().stats().live), (2, 1));
    assert!(fixture_pools::even_token(3).is_none());
    let lost = thread::spawn(|| fixture_pools::lose(token(9))).join();
    assert!(lost.is_err(), "it panics");
    drop(higher);
    let after = Token::pool().stats();
    assert_eq!((after.live, after.frees - before.frees), (0, after.allocs - before.allocs));
}

#[test]
fn a_queue_gives_back_what_it_refuses() {
    let event =
        |number| Event::pool().try_alloc_with(|it: &mut Event| it.number = number).expect("there is room");
    ORDERS.try_push(event(1)).expect("it is empty");
    ORDERS.try_push(event(2)).expect("there is room for two");
    let full = ORDERS.try_push(event(3)).unwrap_err();
    assert!(matches!(full, PushError::Full(_)));
    assert_eq!(full.into_value().number, 3);
    assert_eq!(fixture_pools::next_order(), Some(1));
    ORDERS.close();
    let closed = ORDERS.try_push(event(4)).unwrap_err();
    assert!(matches!(closed, PushError::Closed(_)));
    assert_eq!(closed.into_value().number, 4);
    assert_eq!((fixture_pools::next_order(), fixture_pools::next_order()), (Some(2), None));
    assert_eq!(Event::pool().stats().live, 0);
}

#[test]
fn a_plan_is_freed_as_a_tree() {
    let plan = fixture_pools::build_plan(3, 4).expect("the pool is large enough");
    let nodes = 1 + 4 + 16 + 64;
    assert_eq!(PlanNode::pool().stats().live, nodes);
    assert_eq!(fixture_pools::plan_cost(&plan), 3.0 + 4.0 * 2.0 + 16.0);
    let error = fixture_pools::build_plan(4, 16).map(drop).unwrap_err();
    assert_eq!(error.kind(), PoolErrorKind::Exhausted);
    assert_eq!(PlanNode::pool().stats().live, nodes, "half a plan is given back");
    assert_eq!(u64::from(fixture_pools::free_plan(plan)), nodes);
    assert_eq!(PlanNode::pool().stats().live, 0);
}

#[test]
fn threads_never_share_a_slot() {
    assert_eq!(fixture_pools::hammer(8, 20_000), 0);
    let PoolStats { live, allocs, frees, .. } = Particle::pool().stats();
    assert_eq!((live, allocs), (0, frees));
}

/// The cdylib has pools of its own, so nothing here meets the tests above.
#[test]
fn pointers_that_are_no_slots_are_told_apart() {
    type Take = unsafe extern "C" fn() -> *mut Token;
    type Give = unsafe extern "C" fn(*mut Token) -> i32;
    type Spend = unsafe extern "C" fn(*mut Token, *mut FfiStatus) -> u32;
    type Clear = unsafe extern "C" fn(*mut FfiStatus);
    let fixture = Fixture::build("fixture-pools", "dev");
    // SAFETY: the fixture has no code that runs when it is loaded.
    let library = unsafe { Library::new(fixture.cdylib()) }.expect("it loads");
    // SAFETY: that is the type of the pool's functions.
    let alloc = unsafe { library.get::<Take>("fixture_pools_ffi_token_pool_alloc") }.expect("it is exported");
    // SAFETY: it takes a slot, and returns a code.
    let free = unsafe { library.get::<Give>("fixture_pools_ffi_token_pool_free") }.expect("it is exported");
    // SAFETY: a message's pointer, then the status.
    let spend = unsafe { library.get::<Spend>("fixture_pools_ffi_spend") }.expect("it is exported");
    // SAFETY: that is its type, as `library!` says: it takes a status and returns nothing.
    let clear = unsafe { library.get::<Clear>("fixture_pools_ffi0_status_clear") }.expect("it is exported");
    // SAFETY: the function has no requirements.
    let [slot, freed] = [unsafe { alloc() }, unsafe { alloc() }];
    // SAFETY: no other code uses the slot.
    assert_eq!(unsafe { free(freed) }, 0);
    let mut foreign = Token { id: 0, valid: false };
    let bad = [
        (null_mut(), FreeCode::Null),
        (&raw mut foreign, FreeCode::Foreign),
        (with_exposed_provenance_mut(slot.expose_provenance() + 4), FreeCode::Interior),
        (freed, FreeCode::NotLive),
    ];
    for (pointer, code) in bad {
        // SAFETY: the pointer is to no slot in use.
        assert_eq!(unsafe { free(pointer) }, code as i32, "{code}");
        let mut status = FfiStatus::zeroed();
        // SAFETY: the pointer is to no slot in use, and the status is zeroed.
        assert_eq!(unsafe { spend(pointer, &mut status) }, 0);
        assert_eq!((status.code, status.detail), (StatusCode::InvalidArgument as i32, code as u32), "{code}");
        // SAFETY: the library wrote it.
        unsafe { clear(&mut status) };
    }
    // SAFETY: no other code uses the slot.
    assert_eq!(unsafe { free(slot) }, 0);
}
