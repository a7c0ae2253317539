//! Which thread this is, without a call.
//!
//! Thread-local storage is a call in a library that is loaded at run time. What that call starts from is in a register: the
//! thread pointer, which no two threads have at once. One that starts later may have that of one that ended.

/// The thread that uses a pool.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caller {
    /// What no other thread has now; 0 where that can't be had.
    pub(super) thread: u64,
    /// A number that others may have, too, in the lower [`BITS`].
    pub(super) number: usize,
}

/// Bits of a [`Caller`]'s number.
pub(super) const BITS: u32 = 12;

impl Caller {
    /// The thread that runs this.
    #[inline(always)]
    pub(super) fn current() -> Self {
        let thread = if KNOWN { pointer() } else { 0 };
        let place = if KNOWN { thread } else { stack() };
        // Fibonacci hashing: the upper bits of the product depend on all of the address.
        let number = place.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (u64::BITS - BITS);
        Self { thread, number: number as usize }
    }
}

/// Whether no thread of the process has this thread pointer, as nothing is mapped there. False where that isn't known.
#[cfg(all(target_os = "linux", not(miri)))]
pub(super) fn is_gone(thread: u64) -> bool {
    // SAFETY: it returns a number.
    let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    let Ok(page) = usize::try_from(page) else { return false };
    if !page.is_power_of_two() {
        return false;
    }
    let start = std::ptr::without_provenance_mut(thread as usize & !(page - 1));
    let mut resident = 0;
    // SAFETY: it looks at one page and writes one byte, for which there is room; it touches no memory of that page.
    let answer = unsafe { libc::mincore(start, 1, &mut resident) };
    answer != 0 && std::io::Error::last_os_error().raw_os_error() == Some(libc::ENOMEM)
}

#[cfg(not(all(target_os = "linux", not(miri))))]
pub(super) fn is_gone(_thread: u64) -> bool {
    false
}

/// Where the thread's stack is, more or less.
#[inline(always)]
fn stack() -> u64 {
    let here = 0_u8;
    (&raw const here).addr() as u64 >> 16
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
    // Not `pure`, as above.
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
