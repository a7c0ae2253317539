//! Asymmetric fence: it costs only the thread that asks for it (D. Goldblatt, "Asymmetric Fences",
//! C++ paper P1202R5, 2022; `membarrier(2)`).
//!
//! A thread that stores to one place and then loads from another needs a fence in between if
//! another thread does the same in the opposite order and one of the two must see the other's store
//! (as in Dekker's algorithm). If one thread does it all the time and the other rarely, the
//! operating system can run the fence on behalf of the first: [`light`] only keeps the compiler
//! from reordering, and [`heavy`] makes each running thread of the process pass a fence, by
//! `membarrier(2)` with `MEMBARRIER_CMD_PRIVATE_EXPEDITED`. A thread that doesn't run passes one
//! when it is switched to.
//!
//! No other construct guarantees this, so a process without such a fence has no magazines. The
//! process asks at run time, because a sandbox may refuse the call, even later on. A fence that was
//! refused once is lost for good ([`is_there`] returns false), and the code that relied on it waits
//! for the owner instead.

use std::sync::atomic::{AtomicU8, Ordering, compiler_fence};

const UNKNOWN: u8 = 0;
const THERE: u8 = 1;
const LOST: u8 = 2;

/// State of the fence, as far as the process knows it.
static STATE: AtomicU8 = AtomicU8::new(UNKNOWN);

/// Runs the cheap side: it only keeps the compiler from reordering.
#[inline(always)]
pub(super) fn light() {
    compiler_fence(Ordering::SeqCst);
}

/// Runs the expensive side, which takes a microsecond or a few. Returns false if there was no fence
/// and never will be.
#[must_use]
pub(super) fn heavy() -> bool {
    let done = membarrier(libc::MEMBARRIER_CMD_PRIVATE_EXPEDITED);
    if !done {
        STATE.store(LOST, Ordering::Relaxed);
    }
    done
}

/// Returns true if the operating system runs the fence. The first call registers the process for
/// it.
pub(super) fn is_there() -> bool {
    if STATE.load(Ordering::Relaxed) == UNKNOWN {
        let there = may_ask() && membarrier(libc::MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED);
        // Unless it was lost meanwhile. Both are only hints: `heavy` says itself what it did.
        let known = if there { THERE } else { LOST };
        let _ = STATE.compare_exchange(UNKNOWN, known, Ordering::Relaxed, Ordering::Relaxed);
    }
    STATE.load(Ordering::Relaxed) == THERE
}

/// Returns true if asking for the fence is safe.
#[cfg(not(target_os = "android"))]
fn may_ask() -> bool {
    true
}

/// Returns true if asking for the fence is safe. Before Android 10 the sandbox of apps may kill the
/// process for it, so Android's own runtime makes the same test
/// (`art/libartbase/base/membarrier.cc`).
#[cfg(target_os = "android")]
fn may_ask() -> bool {
    let mut text = [0_u8; libc::PROP_VALUE_MAX as usize];
    // SAFETY: the name ends with a zero, and the array takes the longest value that there is.
    let len =
        unsafe { libc::__system_property_get(c"ro.build.version.sdk".as_ptr(), text.as_mut_ptr().cast()) };
    let digits = text.get(..usize::try_from(len).unwrap_or(0)).unwrap_or_default();
    std::str::from_utf8(digits).ok().and_then(|it| it.parse().ok()).is_some_and(|level: u32| level >= 29)
}

fn membarrier(command: libc::c_int) -> bool {
    // SAFETY: it takes numbers, and touches no memory of the process.
    unsafe { libc::syscall(libc::SYS_membarrier, command, 0, 0) == 0 }
}
