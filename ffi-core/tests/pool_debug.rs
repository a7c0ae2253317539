//! Tests of the feature `pool-debug`. The output of a child process is read.

use std::collections::VecDeque;
use std::process::Command;

use ffi_core::__private::{pool_alloc, pool_free, pool_free_many};
use ffi_core::{FfiMessage, FfiPooled, FreeCode, Pool, Reset, pool};

macro_rules! pooled {
    ($name:ident, $reset:ident) => {
        #[derive(FfiMessage)]
        #[repr(C)]
        struct $name {
            bytes: [u8; 1_000],
        }

        // SAFETY: the pool is a static of the type\'s own, which is plain data.

        unsafe impl FfiPooled for $name {
            const RESET: Reset = Reset::$reset;

            fn pool() -> &'static Pool<Self> {
                static POOL: Pool<$name> = Pool::new(stringify!($name), 10);
                &POOL
            }
        }
    };
}

pooled!(Watched, Zero);
pooled!(Kept, Keep);

#[inline(never)]
fn allocates_here() -> *mut Watched {
    pool_alloc()
}

#[inline(never)]
fn frees_here(slot: *mut Watched) {
    // SAFETY: allocated by the caller, which only compares the pointer afterwards.
    assert_eq!(unsafe { pool_free(slot) }, 0);
}

#[inline(never)]
fn frees_again_here(slot: *mut Watched) {
    // SAFETY: the slot is not live, so the call is refused without an access.
    assert_eq!(unsafe { pool_free(slot) }, FreeCode::NotLive as i32);
}

/// Frees the neighbours of the only slot that was ever allocated, of which one is in the pool.
fn frees_what_never_was(slot: *mut Watched) {
    // SAFETY: neither is live, so the calls are refused without an access.
    let codes = [1, -1].map(|at| unsafe { pool_free(slot.wrapping_offset(at)) });
    assert!(codes.contains(&(FreeCode::NotLive as i32)), "{codes:?}");
}

#[inline(never)]
fn leaks_here() {
    let _ = Watched::pool().alloc().expect("there are ten").leak();
}

const CHILD: &str = "FFI_POOL_DEBUG_CHILD";

#[test]
fn double_frees_and_leaks_are_reported_with_their_sites() {
    if std::env::var_os(CHILD).is_some() {
        let slot = allocates_here();
        frees_here(slot);
        frees_again_here(slot);
        frees_what_never_was(slot);
        leaks_here();
        assert_eq!(pool::shutdown(), 1);
        return;
    }
    let output = Command::new(std::env::current_exe().expect("it runs"))
        .args(["--exact", "double_frees_and_leaks_are_reported_with_their_sites", "--nocapture"])
        .env(CHILD, "1")
        .output()
        .expect("it can be started");
    assert!(output.status.success());
    let text = String::from_utf8_lossy(&output.stderr);
    let mut rest = text.as_ref();
    for part in [
        "ffi-core: slot ",
        " of the pool of `Watched` is freed again here:",
        "frees_again_here",
        "it was freed before here:",
        "frees_here",
        "it was allocated here:",
        "allocates_here",
        "it was never allocated",
        "ffi-core: 1 messages of the pool of `Watched` were never freed",
        "leaks_here",
    ] {
        let at =
            rest.find(part).unwrap_or_else(|| panic!("`{part}` is not there, or not in this order:\n{text}"));
        rest = &rest[at + part.len()..];
    }
}

/// A pointer that is freed again is refused although others were allocated meanwhile.
#[test]
fn what_is_freed_is_not_handed_out_at_once() {
    pooled!(Late, Zero);
    let slot = pool_alloc::<Late>();
    // SAFETY: allocated just now.
    assert_eq!(unsafe { pool_free(slot) }, 0);
    let others: Vec<_> = (0..5).map(|_| pool_alloc::<Late>()).collect();
    assert!(!others.contains(&slot));
    // SAFETY: the slot is not live, so the call is refused without an access.
    assert_eq!(unsafe { pool_free(slot) }, FreeCode::NotLive as i32);
    // It is allocated again once there is no other slot.
    let rest: Vec<_> = (0..5).map(|_| pool_alloc::<Late>()).collect();
    assert!(rest.contains(&slot) && pool_alloc::<Late>().is_null());
}

/// Slots that are freed together wait as well.
#[test]
fn what_is_freed_at_once_waits_as_well() {
    pooled!(Flock, Zero);
    assert_eq!(Pool::<Flock>::new("Flock", 10).capacity(), Flock::pool().capacity());
    let mut slots = [(); 3].map(|()| pool_alloc::<Flock>());
    let freed = slots;
    // SAFETY: pointers of this test, to slots that it doesn't use any more.
    assert_eq!(unsafe { pool_free_many(slots.as_mut_ptr(), 3) }, 3);
    let others: Vec<_> = (0..7).map(|_| pool_alloc::<Flock>()).collect();
    assert!(others.iter().all(|slot| !slot.is_null() && !freed.contains(slot)));
    assert_eq!(Flock::pool().stats().live, 7);
}

/// Half of ten slots are in quarantine, so each is handed out again after five others were freed.
#[test]
fn a_slot_waits_until_half_of_all_were_freed() {
    pooled!(Waiting, Zero);
    let (mut live, mut freed, mut random) = (Vec::new(), VecDeque::new(), 1_u32);
    for _ in 0..1_000 {
        if live.len() == 5 {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let slot = live.swap_remove((random >> 16) as usize % live.len());
            // SAFETY: a live slot, whose pointer isn't used to access it any more.
            assert_eq!(unsafe { pool_free::<Waiting>(slot) }, 0);
            freed.push_back(slot);
        }
        if freed.len() > 5 {
            freed.pop_front();
        }
        let slot = pool_alloc::<Waiting>();
        assert!(!slot.is_null() && !freed.contains(&slot), "{slot:p} was freed a moment ago: {freed:?}");
        live.push(slot);
    }
}

#[test]
fn freed_slots_are_filled_where_they_will_be_zeroed() {
    let mut kept = Kept::pool().alloc().expect("there are ten");
    kept.bytes.fill(7);
    let slot = kept.as_ptr();
    drop(kept);
    // SAFETY: a pool's memory stays readable, and no test uses that pool meanwhile.
    assert_eq!(unsafe { slot.cast::<u8>().read() }, 7);

    pooled!(Filled, Zero);
    let mut filled = Filled::pool().try_alloc_many(10).expect("there are ten");
    filled[3].bytes.fill(7);
    let slot = filled[3].as_ptr();
    drop(filled);
    // SAFETY: a pool's memory stays readable, and no other test uses this pool.
    let bytes = unsafe { std::slice::from_raw_parts(slot.cast::<u8>(), 1_000) };
    assert!(bytes.iter().all(|&byte| byte == 0xDD));
    let again = Filled::pool().try_alloc_many(10).expect("all were freed");
    assert!(again.iter().all(|filled| filled.bytes == [0; 1_000]));
}
