//! An asymmetric fence: one that costs only the thread that asks for it.
//!
//! A thread that stores to one place and then loads from another needs a fence in between if
//! another thread does the same the other way round and one of them has to see the other's store
//! (Dekker's problem). If one of them does it all the time and the other hardly ever, the operating
//! system can run the fence on behalf of the first: [`light`] only keeps the compiler from
//! reordering, and [`heavy`] makes each thread of the process that runs pass a fence:
//! `membarrier(2)`, with `MEMBARRIER_CMD_PRIVATE_EXPEDITED`. A thread that doesn't run passes one
//! when it is switched to.
//!
//! Nothing else is a proof, so a process that has no such fence has no magazines. It is asked for
//! at run time, because a sandbox may refuse the call, and it may come down later: a fence that is
//! refused then is lost for good ([`is_there`] says so), and what had relied on it waits for the
//! owner instead.
//!
//! Windows has `FlushProcessWriteBuffers`, which would do as well. It is not used: a process there
//! ends all other threads wherever they are and then runs the destructors of the last one, which
//! would wait for ever for one that was inside, or the closer.

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
