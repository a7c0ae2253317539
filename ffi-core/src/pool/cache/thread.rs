//! Which thread this is, without a call.
//!
//! Thread-local storage is a call in a library that is loaded at run time. What that call starts
//! from is in a register: the thread pointer, which no two threads have at once. One that starts
//! later may have that of one that ended.

use crate::pool::live::Seat;
use crate::pool::word::ENTRY_BITS;

/// The thread that uses a pool.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caller {
    /// The thread pointer: no other thread has it now. 0 on targets without magazines, where
    /// nothing asks for it.
    pub(in crate::pool) thread: u64,
    /// Two hashes of that, of [`ENTRY_BITS`], which other threads may have as well.
    pub(in crate::pool) hashes: [u32; 2],
}

impl Caller {
    /// The thread that runs this.
    #[inline(always)]
    pub(in crate::pool) fn current() -> Self {
        #[cfg(magazines)]
        return Self::with_pointer(pointer());
        #[cfg(not(magazines))]
        Self { thread: 0, ..Self::with_pointer(stack()) }
    }

    /// The thread with this thread pointer.
    #[inline(always)]
    pub(in crate::pool) fn with_pointer(pointer: u64) -> Self {
        // All threads' pointers are at the same place of a page. The upper bits of the products
        // depend on all of the page's number, but for the uppermost of an address.
        let page = (pointer >> 12) as u32;
        let hashes = [0x9E37_79B1_u32, 0x85EB_CA77]
            .map(|factor| page.wrapping_mul(factor) >> (u32::BITS - ENTRY_BITS));
        Self { thread: pointer, hashes }
    }

    /// The place in the live bits that the thread starts from.
    #[inline(always)]
    pub(in crate::pool) fn seat(self) -> Seat {
        Seat(self.hashes[0] as usize)
    }
}

/// The thread pointer.
#[cfg(magazines)]
#[inline(always)]
fn pointer() -> u64 {
    let pointer;
    // Not `pure`: code that moves to another thread between two allocations asks again.
    #[cfg(target_arch = "x86_64")]
    // SAFETY: by the ABI the first word of the thread's block is the block's address; it is read,
    // and nothing else happens.
    unsafe {
        std::arch::asm!("mov {}, fs:[0]", out(reg) pointer, options(nostack, preserves_flags, readonly));
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: it reads a register that any code may read.
    unsafe {
        std::arch::asm!("mrs {}, tpidr_el0", out(reg) pointer, options(nostack, preserves_flags, nomem));
    }
    pointer
}

/// An address in the thread's stack.
#[cfg(not(magazines))]
#[inline(always)]
fn stack() -> u64 {
    let here = 0_u8;
    (&raw const here).addr() as u64 >> 4
}
