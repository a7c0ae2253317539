//! Test of the memory of arenas that are built one after another. It has a process of its own, as
//! the allocator remembers which blocks were freed before.

#![cfg(all(target_os = "linux", target_env = "gnu", not(miri)))]
#![allow(missing_docs)]

use std::mem::MaybeUninit;

use ffi_core::FfiMessage;
use ffi_core::arena::{ArenaVec, FfiArena};

ffi_core::library!();

#[derive(FfiMessage)]
#[repr(C)]
struct Numbers {
    all: ArenaVec<u64>,
}

/// Returns the number of pages that the system had to find for this thread.
fn faults() -> i64 {
    // SAFETY: zeros are such a struct.
    let mut usage: libc::rusage = unsafe { MaybeUninit::zeroed().assume_init() };
    // SAFETY: the struct may be written.
    assert_eq!(unsafe { libc::getrusage(libc::RUSAGE_THREAD, &raw mut usage) }, 0);
    usage.ru_minflt
}

/// Tests that memory of an arena that is freed is used for the next one, and not given back to the
/// system in between: all of it would be pages that have to be found again.
#[test]
fn arenas_that_are_built_one_after_another_use_the_same_memory() {
    const NUMBERS: u64 = 40_000;
    const PAGES: i64 = NUMBERS as i64 * 8 / 4096;
    let numbers: Vec<_> = (0..NUMBERS).collect();
    let build = || {
        let mut arena = FfiArena::<Numbers>::new();
        arena.edit().all(0).extend_from_slice(&numbers);
        assert_eq!(arena.root().all().as_slice(), numbers);
    };
    (0..4).for_each(|_| build());
    let before = faults();
    (0..20).for_each(|_| build());
    let found = faults() - before;
    assert!(found < 5 * PAGES, "{found} page faults for 20 arenas of {PAGES} pages each");
}
