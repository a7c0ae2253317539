//! Identity of the current thread, without a call.
//!
//! Thread-local storage is a call in a library that is loaded at run time. The base that this call
//! starts from is in a register: the thread pointer, which no two threads have at once. A thread
//! that starts later may have the pointer of one that ended.

use crate::pool::live::Seat;
use crate::pool::word::ENTRY_BITS;

/// The thread that uses a pool. It is one number, so it is passed in a register: a copy in memory
/// would wait for the stores before it, to slots whose cache lines other threads have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caller {
    /// The thread pointer: no other thread has it now. It is an address in the thread's stack, and
    /// only hashed, on targets without magazines.
    pub(in crate::pool) thread: u64,
}

impl Caller {
    /// Returns the thread that runs this.
    #[inline(always)]
    pub(in crate::pool) fn current() -> Self {
        #[cfg(magazines)]
        let thread = pointer();
        #[cfg(not(magazines))]
        let thread = stack();
        Self { thread }
    }

    /// Returns two hashes of the thread pointer, whose low [`ENTRY_BITS`] count. Other threads may
    /// have the same.
    #[inline(always)]
    pub(in crate::pool) fn hashes(self) -> [usize; 2] {
        self.hashes_times::<0>()
    }

    /// Returns the same times a power of two, plus less than that.
    #[inline(always)]
    pub(in crate::pool) fn hashes_times<const EXPONENT: u32>(self) -> [usize; 2] {
        // Multiplicative hashing of 32 bits of the pointer, with the primes PRIME32_1 and PRIME32_2
        // of xxHash. All thread pointers have the same offset in a page, so the page's number is
        // hashed: the upper bits of its 32-bit product depend on all of its bits but the uppermost
        // of an address. The factors' signs, without which they would be constants of 64 bits,
        // change only bits above those.
        const SHIFT: u32 = 12 + u32::BITS - ENTRY_BITS;
        [0x9E37_79B1_u32, 0x85EB_CA77].map(|factor| {
            let factor = i64::from(factor.cast_signed()).cast_unsigned();
            (self.thread.wrapping_mul(factor) >> (SHIFT - EXPONENT)) as usize
        })
    }

    /// Returns the seat of the thread: the place in the live bits that it starts from.
    #[inline(always)]
    pub(in crate::pool) fn seat(self) -> Seat {
        Seat(self.hashes()[0])
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
