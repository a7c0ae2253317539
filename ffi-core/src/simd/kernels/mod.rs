//! The loops over vectors, each for every level at once.
//!
//! All are `inline(always)`: only inside the function that [`fearless_simd::dispatch!`] makes for a level are that
//! level's instructions to be had.
//!
//! How the last elements are done, those that don't fill a vector, decides what short slices cost. Where seeing an element
//! twice does no harm, the last vector ends where the slice ends and overlaps the one before it. Where the slice is
//! written in place, that vector is computed before anything is written, and written last. Slices shorter than a vector
//! do the same with half a vector, then a quarter. Sums can't see an element twice: they add a vector filled up with zeros.

pub mod elementwise;
pub mod integer;
pub mod records;
pub mod reduce;
