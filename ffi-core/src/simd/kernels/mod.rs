//! The loops over vectors, each for every level at once.
//!
//! All are `inline(always)`: the instructions of a level are only available inside the function
//! that [`fearless_simd::dispatch!`] makes for it.
//!
//! The method for the last elements, which don't fill a vector, decides the cost of short slices.
//! If seeing an element twice does no harm, the last vector ends where the slice ends and overlaps
//! the one before it. If the slice is written in place, that vector is computed before anything is
//! written, and written last. Slices shorter than a vector do the same with half a vector, then a
//! quarter. Sums can't see an element twice: they add a vector filled up with zeros.

pub mod elementwise;
pub mod integer;
pub mod records;
pub mod reduce;
