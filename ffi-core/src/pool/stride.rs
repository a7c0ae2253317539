//! Index of a slot from its pointer, with one multiplication and one comparison.
//!
//! A division takes 20 to 40 cycles, a tenth of an allocation. An exact division by a constant is a
//! multiplication by the inverse modulo 2^64 of the divisor's odd part, and a rotation by its power
//! of two (T. Granlund, P. L. Montgomery, "Division by Invariant Integers using Multiplication",
//! PLDI 1994, section 9). Multiples of the stride become the numbers from 0 on. All other offsets,
//! and those below the base, become numbers that are larger than any index, so a comparison with
//! the capacity refuses pointers that are foreign or inside of a slot.
//!
//! `tests/properties.rs` compares strides with the division itself.

/// Number of bytes from one slot to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stride {
    /// Inverse of the odd part, modulo the size of the address space.
    inverse: usize,
    /// Exponent of the power of two.
    shift: u32,
}

impl Stride {
    /// Returns the stride for a positive number of bytes.
    pub(super) const fn new(bytes: usize) -> Self {
        let shift = bytes.trailing_zeros();
        Self { inverse: inverse(bytes >> shift), shift }
    }

    /// Returns `offset` in strides, or a number that no slot has if it is not a multiple.
    #[inline(always)]
    pub(super) const fn index(self, offset: usize) -> usize {
        offset.wrapping_mul(self.inverse).rotate_right(self.shift)
    }
}

/// Returns the inverse of an odd number, modulo the size of the address space.
const fn inverse(odd: usize) -> usize {
    // An odd number is its own inverse modulo 8; each step of Newton's iteration doubles the number
    // of correct bits.
    let mut inverse = odd;
    let mut step = 0;
    while step < 5 {
        inverse = inverse.wrapping_mul(2_usize.wrapping_sub(odd.wrapping_mul(inverse)));
        step += 1;
    }
    inverse
}
