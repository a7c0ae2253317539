//! Sums of integers, which don't depend on the order.
//!
//! Those of 32 bits and more are plain loops, which the compiler vectorises for the level; 64-bit
//! integers are summed in halves, as no processor has vectors of 128-bit integers. The compiler is
//! bad at shorter ones, so their vectors are explicit: two neighbours are added to an integer of
//! twice the bits, and these are summed as often as they can hold it. What is less than a vector is
//! added number by number: a copy into a vector took four times as long as the sum of 64.

use fearless_simd::{Simd, SimdBase, SimdIntWiden};

macro_rules! short {
    ($($name:ident: $element:ident -> $sum:ident, $vector:ident, $twice:ident, blocks $blocks:literal;)*) => { $(
        #[inline(always)]
        pub fn $name<S: Simd>(simd: S, values: &[$element]) -> $sum {
            type Vector<S> = fearless_simd::$vector<S>;
            type Twice<S> = fearless_simd::$twice<S>;

            let mut total = 0;
            for part in values.chunks($blocks * ACCUMULATORS * Vector::<S>::LEN) {
                let mut sums = [Twice::from_fn(simd, #[inline(always)] |_| 0); ACCUMULATORS];
                let mut rounds = part.chunks_exact(ACCUMULATORS * Vector::<S>::LEN);
                for round in &mut rounds {
                    for (sum, slice) in sums.iter_mut().zip(round.chunks_exact(Vector::<S>::LEN)) {
                        *sum += pairs(Vector::from_slice(simd, slice));
                    }
                }
                let mut vectors = rounds.remainder().chunks_exact(Vector::<S>::LEN);
                for (sum, slice) in sums.iter_mut().zip(&mut vectors) {
                    *sum += pairs(Vector::from_slice(simd, slice));
                }
                let [first, second, third, fourth] = sums;
                for &lane in ((first + second) + (third + fourth)).as_slice() {
                    total += $sum::from(lane);
                }
                for &value in vectors.remainder() {
                    total += $sum::from(value);
                }
            }
            total
        }
    )* };
}

const ACCUMULATORS: usize = 4;

// A block adds two extremes to a lane of each accumulator, and these are added: 4 * 32 * 2 * 255
// fit into 16 bits, and so on.
short! {
    sum_u8: u8 -> u64, u8x64, u16x32, blocks 32;
    sum_i8: i8 -> i64, i8x64, i16x32, blocks 32;
    sum_u16: u16 -> u64, u16x32, u32x16, blocks 8192;
    sum_i16: i16 -> i64, i16x32, i32x16, blocks 8192;
}

/// Adds neighbours in pairs, or elements that are half a vector apart, which is equal for a sum.
#[inline(always)]
fn pairs<S: Simd, V: SimdIntWiden<S>>(vector: V) -> V::Widened {
    // SSE2 has no instruction that adds neighbours of this size, and unpacks faster than it adds
    // lane by lane.
    if cfg!(target_arch = "x86_64") && !has_pairs(vector.token()) {
        let (lower, upper) = vector.widen();
        lower + upper
    } else {
        vector.pairwise_widening_add()
    }
}

#[inline(always)]
fn has_pairs<S: Simd>(simd: S) -> bool {
    #[cfg(target_arch = "x86_64")]
    return simd.level().as_sse4_2().is_some();
    #[cfg(not(target_arch = "x86_64"))]
    return {
        let _ = simd;
        true
    };
}

macro_rules! plain {
    ($($name:ident: $element:ident -> $sum:ident;)*) => { $(
        #[inline(always)]
        pub fn $name<S: Simd>(_: S, values: &[$element]) -> $sum {
            let mut sum = 0;
            for &value in values {
                sum += $sum::from(value);
            }
            sum
        }
    )* };
}

plain! {
    sum_i32: i32 -> i64;
    sum_u32: u32 -> u64;
}

/// Number of elements whose halves are summed before these are put together: 2^31 of 32 bits fit
/// into 63.
const HALVES: usize = 1 << 31;

macro_rules! halves {
    ($($name:ident: $element:ident -> $sum:ident;)*) => { $(
        #[inline(always)]
        pub fn $name<S: Simd>(_: S, values: &[$element]) -> $sum {
            let mut sum = 0;
            for part in values.chunks(HALVES) {
                let (mut low, mut high) = (0, 0);
                for &value in part {
                    low += value & 0xffff_ffff;
                    high += value >> 32;
                }
                sum += $sum::from(low) + ($sum::from(high) << 32);
            }
            sum
        }
    )* };
}

halves! {
    sum_i64: i64 -> i128;
    sum_u64: u64 -> u128;
}
