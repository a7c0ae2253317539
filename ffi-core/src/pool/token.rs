//! Tokens: references as the pointers that finalizers get.
//!
//! A finalizer gets one pointer and may run at any time, also after its slot was freed or given to
//! another owner. So the pointer is not the slot's address but a reference, which is stale by then.
//!
//! ```text
//! 64 bits   [generation: 32 | index plus one: 32]      as `FfiRef::to_bits`
//! 32 bits   [generation: 32 - n | index plus one: n]   n is the bit length of the capacity
//! ```
//!
//! With 32 bits the upper bits of the generation are cut off: in a pool of 1,000 slots a token can
//! mean a later message after its slot was freed 2^22 more times.

use std::ffi::c_void;

#[cfg(test)]
use crate::types::FfiRef;

/// Reference, or a part of one, in the bits of a pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token(usize);

impl Token {
    pub(super) fn from_pointer(pointer: *mut c_void) -> Self {
        Self(pointer.addr())
    }

    /// Returns the number of bits of the index plus one.
    fn index_bits(capacity: u32) -> u32 {
        if usize::BITS >= u64::BITS { u32::BITS } else { u32::BITS - capacity.leading_zeros() }
    }

    /// Returns the slot's index, or none for the null token.
    pub(super) fn index(self, capacity: u32) -> Option<usize> {
        let mask = u64::MAX >> (u64::BITS - Self::index_bits(capacity));
        (self.0 as u64 & mask).checked_sub(1).map(|index| index as usize)
    }

    /// Returns true if the token's bits of the generation are those of the slot's.
    pub(super) fn means(self, capacity: u32, generation: u32) -> bool {
        let bits = Self::index_bits(capacity);
        let known = u64::BITS.min(usize::BITS) - bits;
        let mask = u32::MAX.checked_shr(u32::BITS - known).unwrap_or(0);
        (self.0 as u64 >> bits) as u32 == generation & mask
    }
}

/// Returns the token of a reference into a pool of `capacity` slots.
#[cfg(test)]
pub(super) fn token<T>(reference: FfiRef<T>, capacity: u32) -> *mut c_void {
    let bits = Token::index_bits(capacity);
    let generation = (u64::from(reference.generation()) << bits) as usize;
    std::ptr::without_provenance_mut(generation | reference.to_bits() as u32 as usize)
}
