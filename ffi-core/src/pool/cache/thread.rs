//! Identity of the current thread, without a call.
//!
//! Thread-local storage is a call in a library that is loaded at run time. The base that this call
//! starts from is in a register: the thread pointer, which no two threads have at once. A thread
//! that starts later may have the pointer of one that ended.

use crate::pool::live::Seat;
use crate::pool::word::ENTRY_BITS;

/// The thread that uses a pool.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caller {
    /// The thread pointer: no other thread has it now. It is 0 and unused on targets without
    /// magazines.
    pub(in crate::pool) thread: u64,
    /// Two hashes of the thread pointer, of [`ENTRY_BITS`] each. Other threads may have the same.
    pub(in crate::pool) hashes: [u32; 2],
}

impl Caller {
    /// Returns the thread that runs this.
    #[inline(always)]
    pub(in crate::pool) fn current() -> Self {
        #[cfg(magazines)]
        {
            Self::with_pointer(pointer())
        }
        #[cfg(not(magazines))]
        {
            Self { thread: 0, ..Self::with_pointer(stack()) }
        }
    }

    /// Returns the thread with this thread pointer.
    #[inline(always)]
    pub(in crate::pool) fn with_pointer(pointer: u64) -> Self {
        // Multiplicative hashing, with the primes PRIME32_1 and PRIME32_2 of xxHash. All thread
        // pointers have the same offset in a page, so the page's number is hashed. The upper bits
        // of the products depend on all of its bits but the uppermost of an address.
        let page = (pointer >> 12) as u32;
        let hashes = [0x9E37_79B1_u32, 0x85EB_CA77]
            .map(|factor| page.wrapping_mul(factor) >> (u32::BITS - ENTRY_BITS));
        Self { thread: pointer, hashes }
    }

    /// Returns the seat of the thread: the place in the live bits that it starts from.
    #[inline(always)]
    pub(in crate::pool) fn seat(self) -> Seat {
        Seat(self.hashes[0] as usize)
    }
}

/// Returns the thread pointer.
#[cfg(magazines)]
#[inline(always)]
fn pointer() -> u64 {
    let pointer;
    // It is not `pure`: code that moves to another thread between two allocations asks again.
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

/// Returns an address in the thread's stack.
#[cfg(not(magazines))]
#[inline(always)]
fn stack() -> u64 {
    let here = 0_u8;
    (&raw const here).addr() as u64 >> 4
}
