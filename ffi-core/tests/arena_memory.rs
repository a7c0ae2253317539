//! Test of the memory of arenas that are built one after another. It has a process of its own, as
//! the allocator remembers which blocks were freed before.

#![cfg(all(target_os = "linux", target_env = "gnu", not(miri)))]
#![allow(missing_docs)]

use std::mem::MaybeUninit;

use ffi_core::FfiMessage;
use ffi_core::arena::{ArenaStr, ArenaVec, FfiArena};

ffi_core::library!();

#[derive(FfiMessage)]
#[repr(C)]
struct Numbers {
    all: ArenaVec<u64>,
    text: ArenaStr,
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
    // Both chunks are below the size from which on glibc maps memory, and together they are more
    // than it keeps by default.
    const SIZE: usize = 100_000;
    const PAGES: i64 = 2 * SIZE as i64 / 4096;
    let numbers: Vec<_> = (0..SIZE as u64 / 8).collect();
    let text = "x".repeat(SIZE);
    let build = || {
        let mut arena = FfiArena::<Numbers>::with_capacity(SIZE + 200, SIZE + 200);
        arena.edit().all(0).extend_from_slice(&numbers);
        arena.edit().set_text(&text);
        assert_eq!((arena.root().all().as_slice(), arena.root().text()), (&*numbers, &*text));
    };
    (0..4).for_each(|_| build());
    let before = faults();
    (0..20).for_each(|_| build());
    let found = faults() - before;
    assert!(found < 2 * PAGES, "{found} page faults for 20 arenas of {PAGES} pages each");
}
