//! A fence between threads that costs only the one that asks for it.
//!
//! A thread that stores to one place and then loads from another needs a fence in between, if another does the same the
//! other way round and one of them has to see the other's store. Where one of them does it all the time and the other
//! hardly ever, the operating system can run the fence on behalf of the former: [`light`] only keeps the compiler from
//! reordering, and [`heavy`] makes each thread of the process that runs pass a fence.

use std::sync::atomic::{Ordering, compiler_fence};

/// The side that runs all the time.
#[inline(always)]
pub(super) fn light() {
    compiler_fence(Ordering::SeqCst);
}

/// Whether there is such a fence. Asks the operating system for it, which has to be done once before [`heavy`].
#[cfg(all(target_os = "linux", not(miri)))]
pub(super) fn available() -> bool {
    membarrier(libc::MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED)
}

/// The side that runs hardly ever: a microsecond or a few.
#[cfg(all(target_os = "linux", not(miri)))]
pub(super) fn heavy() {
    if membarrier(libc::MEMBARRIER_CMD_PRIVATE_EXPEDITED) {
        return;
    }
    // It can't fail once the process is registered, unless a sandbox came down since. Then what is left is to wait many
    // times as long as a processor holds a store back.
    std::thread::sleep(std::time::Duration::from_millis(10));
}

#[cfg(all(target_os = "linux", not(miri)))]
fn membarrier(command: libc::c_int) -> bool {
    // SAFETY: it takes numbers, and touches no memory of the process.
    unsafe { libc::syscall(libc::SYS_membarrier, command, 0, 0) == 0 }
}

#[cfg(not(all(target_os = "linux", not(miri))))]
pub(super) fn available() -> bool {
    false
}

#[cfg(not(all(target_os = "linux", not(miri))))]
pub(super) fn heavy() {
    std::sync::atomic::fence(Ordering::SeqCst);
}
