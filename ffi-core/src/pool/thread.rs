//! Which thread this is, without a call.
//!
//! Thread-local storage is a call in a library that is loaded at run time. What that call starts from is in a register: the
//! thread pointer, which no two threads have at once. One that starts later may have that of one that ended.

use super::raw;

/// The thread that uses a pool.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caller {
    /// What no other thread has now; [`UNKNOWN`] where that can't be had.
    pub(super) thread: u64,
    /// Two hashes of that, of [`BITS`], which others may have, too.
    pub(super) hashes: [u32; 2],
}

/// Bits of a [`Caller`]'s hashes.
pub(super) const BITS: u32 = 13;

/// Instead of a thread pointer: an address that nothing has.
const UNKNOWN: u64 = !1;

impl Caller {
    /// The thread that runs this.
    #[inline(always)]
    pub(super) fn current() -> Self {
        if KNOWN { Self::with_pointer(pointer()) } else { Self::new(UNKNOWN, stack()) }
    }

    /// The thread with this thread pointer.
    #[inline(always)]
    pub(super) fn with_pointer(pointer: u64) -> Self {
        Self::new(pointer, pointer)
    }

    #[inline(always)]
    fn new(thread: u64, place: u64) -> Self {
        // All threads' pointers are at the same place of a page. The upper bits of the products depend on all of the page's
        // number, but for the uppermost of an address.
        let page = (place >> 12) as u32;
        let hashes =
            [0x9E37_79B1_u32, 0x85EB_CA77].map(|factor| page.wrapping_mul(factor) >> (u32::BITS - BITS));
        Self { thread, hashes }
    }
}

thread_local! {
    static END: End = const { End };
}

/// Dropped when the thread ends.
struct End;

impl Drop for End {
    fn drop(&mut self) {
        raw::resign(Caller::current());
    }
}

/// Whether the end of this thread is attended to, which it is from now on, unless it ends already.
///
/// It is asked once per thread and pool, so what a thread-local variable costs doesn't matter.
pub(super) fn is_attended() -> bool {
    END.try_with(|_| ()).is_ok()
}

/// Where the thread's stack is, more or less.
#[inline(always)]
fn stack() -> u64 {
    let here = 0_u8;
    (&raw const here).addr() as u64 >> 4
}

/// Whether this says how to get the thread pointer of the target.
pub(super) const KNOWN: bool = cfg!(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64"),
    target_pointer_width = "64",
    not(miri)
));

#[cfg(all(target_os = "linux", target_arch = "x86_64", target_pointer_width = "64", not(miri)))]
#[inline(always)]
fn pointer() -> u64 {
    let pointer;
    // Not `pure`: code that moves to another thread between two allocations asks again.
    // SAFETY: by the ABI the first word of the thread's block is the block's address; it is read, and nothing else happens.
    unsafe {
        std::arch::asm!("mov {}, fs:[0]", out(reg) pointer, options(nostack, preserves_flags, readonly));
    }
    pointer
}

#[cfg(all(target_os = "linux", target_arch = "aarch64", target_pointer_width = "64", not(miri)))]
#[inline(always)]
fn pointer() -> u64 {
    let pointer;
    // Not `pure`: code that moves to another thread between two allocations asks again.
    // SAFETY: it reads a register that any code may read.
    unsafe {
        std::arch::asm!("mrs {}, tpidr_el0", out(reg) pointer, options(nostack, preserves_flags, nomem));
    }
    pointer
}

#[cfg(not(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64"),
    target_pointer_width = "64",
    not(miri)
)))]
#[inline(always)]
fn pointer() -> u64 {
    0
}
