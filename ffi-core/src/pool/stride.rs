//! From a pointer to the index of its slot, with one multiplication and one comparison.
//!
//! A division takes 20 to 40 cycles, a tenth of an allocation. An exact one, by a number known to
//! the compiler, is a multiplication by the inverse modulo 2^64 of the divisor's odd part, and a
//! rotation by its power of two (Granlund and Montgomery, "Division by invariant integers using
//! multiplication", 1994, section 9). Multiples of the stride become the numbers from 0 on. All
//! other offsets, and those below the base, become numbers that are larger than any index, so a
//! comparison with the capacity refuses pointers that are foreign or inside of a slot.
//!
//! `tests/properties.rs` tries strides against the division itself.

/// The bytes from one slot to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stride {
    /// Inverse of the odd part, modulo the size of the address space.
    inverse: usize,
    /// Exponent of the power of two.
    shift: u32,
}

impl Stride {
    /// The stride of so many bytes, at least one.
    pub(super) const fn new(bytes: usize) -> Self {
        let shift = bytes.trailing_zeros();
        Self { inverse: inverse(bytes >> shift), shift }
    }

    /// Returns `offset` in strides, or a number that is no slot's if it is not a multiple.
    #[inline(always)]
    pub(super) const fn index(self, offset: usize) -> usize {
        offset.wrapping_mul(self.inverse).rotate_right(self.shift)
    }
}

/// The inverse of an odd number, modulo the size of the address space.
const fn inverse(odd: usize) -> usize {
    // An odd number is its own inverse modulo 8; each step of Newton's doubles the bits that are
    // right.
    let mut inverse = odd;
    let mut step = 0;
    while step < 5 {
        inverse = inverse.wrapping_mul(2_usize.wrapping_sub(odd.wrapping_mul(inverse)));
        step += 1;
    }
    inverse
}
