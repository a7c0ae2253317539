//! The numbers in a handle.
//!
//! | bits | what |
//! |---|---|
//! | 0 to 5 | number of the class; those of the 63rd class and all later ones are 63 |
//! | 6 to 29 | index of the entry, never 0 |
//! | 30 to 47 | generation of the entry, counted from 1 |
//! | 48 to 61 | number of the library, never 0 |
//! | 62, 63 | 0: on 64-bit machines Dart has such a number in a pointer, and makes an object of a larger one for each call |
//!
//! The index is where a multiplication by the 64 bytes of an entry would put it.

use std::sync::atomic::AtomicU8;

/// Number of bits of a class.
const KIND_BITS: u32 = 6;
/// Position of the index.
pub(super) const INDEX_SHIFT: u32 = KIND_BITS;
/// Number of bits of an index.
const INDEX_BITS: u32 = 24;
const GENERATION_SHIFT: u32 = INDEX_SHIFT + INDEX_BITS;
const LIBRARY_SHIFT: u32 = 48;
const LIBRARY_BITS: u32 = 14;

/// Largest index.
pub(super) const LAST_INDEX: u32 = (1 << INDEX_BITS) - 1;

/// Largest generation of an entry.
pub(super) const LAST_GENERATION: u32 = (1 << (LIBRARY_SHIFT - GENERATION_SHIFT)) - 1;

/// Largest number of a class.
pub(super) const LAST_KIND: u32 = (1 << KIND_BITS) - 1;

/// Returns a handle.
pub(super) fn pack(index: u32, generation: u32, kind: u32) -> u64 {
    u64::from(kind)
        | u64::from(index) << INDEX_SHIFT
        | u64::from(generation) << GENERATION_SHIFT
        | u64::from(own_library()) << LIBRARY_SHIFT
}

/// Returns the index of the entry.
#[inline(always)]
pub(super) fn index(handle: u64) -> u32 {
    (handle >> INDEX_SHIFT) as u32 & LAST_INDEX
}

/// Returns the generation of the entry.
pub(super) fn generation(handle: u64) -> u32 {
    (handle >> GENERATION_SHIFT) as u32 & LAST_GENERATION
}

/// Returns the number of the class.
pub(super) fn kind(handle: u64) -> u32 {
    handle as u32 & LAST_KIND
}

/// Returns the number of the library.
pub(super) fn library(handle: u64) -> u16 {
    (handle >> LIBRARY_SHIFT) as u16
}

/// Returns the number of this library: a hash of an address in it, as no two libraries of a process
/// are at one address. Two of 16,383 may be alike; then the generations and classes tell them
/// apart.
pub(super) fn own_library() -> u16 {
    // Not merged with other data, as it can be written to.
    static ANCHOR: AtomicU8 = AtomicU8::new(0);
    let address = (&raw const ANCHOR).addr() as u64;
    // Fibonacci hashing (Knuth, The Art of Computer Programming 3, 6.4).
    let hash = (address >> 4).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - LIBRARY_BITS);
    (hash as u16).max(1)
}
