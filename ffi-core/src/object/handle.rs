//! The numbers in a handle.
//!
//! | bits | what |
//! |---|---|
//! | 0 to 23 | index of the entry |
//! | 24 to 39 | generation of the entry, counted from 1 |
//! | 40 to 47 | number of the class; those of the 255th class and all later ones are 255 |
//! | 48 to 61 | number of the library, never 0, so that no handle is 0 |
//! | 62, 63 | 0: on 64-bit machines Dart has such a number in a pointer, and makes an object of a larger one for each call |

use std::sync::atomic::AtomicU8;

/// Number of bits of an index.
const INDEX_BITS: u32 = 24;
const GENERATION_SHIFT: u32 = INDEX_BITS;
const KIND_SHIFT: u32 = 40;
const LIBRARY_SHIFT: u32 = 48;
const LIBRARY_BITS: u32 = 14;

/// Bits of the index, which the stamp of an entry has for its phase.
pub(super) const INDEX_MASK: u64 = (1 << INDEX_BITS) - 1;

/// Largest generation of an entry.
pub(super) const LAST_GENERATION: u16 = u16::MAX;

/// Returns a handle.
pub(super) fn pack(index: u32, generation: u16, kind: u8) -> u64 {
    u64::from(index)
        | u64::from(generation) << GENERATION_SHIFT
        | u64::from(kind) << KIND_SHIFT
        | u64::from(own_library()) << LIBRARY_SHIFT
}

/// Returns the index of the entry.
pub(super) fn index(handle: u64) -> u32 {
    (handle & INDEX_MASK) as u32
}

/// Returns the handle without its index.
pub(super) fn stamp(handle: u64) -> u64 {
    handle & !INDEX_MASK
}

/// Returns the number of the class.
pub(super) fn kind(handle: u64) -> u8 {
    (handle >> KIND_SHIFT) as u8
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

/// Returns the generation of the entry.
pub(super) fn generation(handle: u64) -> u16 {
    (handle >> GENERATION_SHIFT) as u16
}
