//! Kernels on arrays of records: lane `j` of `F` consecutive vectors belongs to field `j % F`.

use std::ops::Range;

use fearless_simd::{Select, Simd, SimdBase};

use crate::simd::element::{Element, FloatElement, splat};
use crate::simd::operation::{Choose, RecordMap, RecordZip};
use crate::simd::{kernels, scalar};

/// Number of vectors for each field that are summed side by side: as many as make the order that of
/// [`float_sum`](kernels::reduce::float_sum).
const ACCUMULATORS: usize = 4;

/// Returns `F` vectors that hold `record` repeatedly.
#[inline(always)]
fn repeated<const F: usize, S: Simd, T: Element>(simd: S, record: &[T; F]) -> [T::Wide<S>; F] {
    std::array::from_fn(
        #[inline(always)]
        |vector| {
            T::Wide::from_fn(
                simd,
                #[inline(always)]
                |lane| record[(vector * T::WIDE + lane) % F],
            )
        },
    )
}

/// Returns the sums in the order of [`scalar::record_float_sum`].
#[inline(always)]
pub fn float_sum<const F: usize, S: Simd, T: FloatElement>(simd: S, flat: &[T]) -> [T; F] {
    let mut sums = [[splat::<S, T, T::Wide<S>>(simd, T::ZERO); F]; ACCUMULATORS];
    let mut blocks = flat.chunks_exact(F * T::LANES);
    for block in &mut blocks {
        for (sums, part) in sums.iter_mut().zip(block.chunks_exact(F * T::WIDE)) {
            for (sum, slice) in sums.iter_mut().zip(part.chunks_exact(T::WIDE)) {
                *sum += T::Wide::from_slice(simd, slice);
            }
        }
    }
    for (sum, slice) in sums.as_flattened_mut().iter_mut().zip(blocks.remainder().chunks(T::WIDE)) {
        *sum += kernels::reduce::padded(simd, slice);
    }

    // F vectors hold at most sixteen records.
    let mut lanes = [[T::ZERO; F]; 16];
    let [a, b, c, d] = sums;
    for (vector, lanes) in lanes.as_flattened_mut().chunks_exact_mut(T::WIDE).take(F).enumerate() {
        ((a[vector] + c[vector]) + (b[vector] + d[vector])).store_slice(lanes);
    }
    let mut lanes = &mut lanes[..T::WIDE];
    while lanes.len() > 1 {
        let (lower, upper) = lanes.split_at_mut(lanes.len() / 2);
        for (lane, &other) in lower.as_flattened_mut().iter_mut().zip(upper.as_flattened()) {
            *lane = lane.sum(other);
        }
        lanes = lower;
    }
    lanes[0].map(
        #[inline(always)]
        |sum| sum.one_nan(),
    )
}

#[inline(always)]
pub fn choose<const F: usize, S: Simd, T: Element, C: Choose<T>>(
    simd: S,
    flat: &[T],
    operation: C,
) -> [T; F] {
    if flat.len() < F * T::WIDE {
        return scalar::record_choose(flat, operation);
    }
    let mut bests = [splat::<S, T, T::Wide<S>>(simd, C::IDENTITY); F];
    let mut blocks = flat.chunks_exact(F * T::WIDE);
    for block in &mut blocks {
        for (best, slice) in bests.iter_mut().zip(block.chunks_exact(T::WIDE)) {
            *best = operation.vector(T::Wide::from_slice(simd, slice), *best);
        }
    }
    let mut best = scalar::record_choose(blocks.remainder(), operation);
    for (vector, lanes) in bests.iter().enumerate() {
        for (lane, &value) in lanes.as_slice().iter().enumerate() {
            let best = &mut best[(vector * T::WIDE + lane) % F];
            *best = operation.scalar(value, *best);
        }
    }
    best
}

#[inline(always)]
pub fn map<const F: usize, S: Simd, T: Element>(
    simd: S,
    flat: &mut [T],
    operands: [&[T; F]; 2],
    operation: impl RecordMap<T>,
) {
    if flat.len() < F * T::WIDE {
        return scalar::record_map(flat, operands, operation);
    }
    let [first, second] = operands.map(
        #[inline(always)]
        |record| repeated::<F, S, T>(simd, record),
    );
    let mut blocks = flat.chunks_exact_mut(F * T::WIDE);
    for block in &mut blocks {
        for (index, slice) in block.chunks_exact_mut(T::WIDE).enumerate() {
            let value = T::Wide::from_slice(simd, slice);
            operation.vector(value, [first[index], second[index]]).store_slice(slice);
        }
    }
    scalar::record_map(blocks.into_remainder(), operands, operation);
}

/// Changes records by others; the slices are of one length.
#[inline(always)]
pub fn zip<const F: usize, S: Simd, T: Element>(
    simd: S,
    flat: &mut [T],
    other: &[T],
    operand: &[T; F],
    operation: impl RecordZip<T>,
) {
    if flat.len() < F * T::WIDE {
        return scalar::record_zip(flat, other, operand, operation);
    }
    let operands = repeated::<F, S, T>(simd, operand);
    let mut blocks = flat.chunks_exact_mut(F * T::WIDE);
    let mut others = other.chunks_exact(F * T::WIDE);
    for (block, other) in (&mut blocks).zip(&mut others) {
        let slices = block.chunks_exact_mut(T::WIDE).zip(other.chunks_exact(T::WIDE));
        for ((slice, other), operand) in slices.zip(operands) {
            let (value, other) = (T::Wide::from_slice(simd, slice), T::Wide::from_slice(simd, other));
            operation.vector(value, other, operand).store_slice(slice);
        }
    }
    scalar::record_zip(blocks.into_remainder(), others.remainder(), operand, operation);
}

/// Adds fields to others. The fields that are read lie a few elements beside those that are
/// written, so vectors are loaded a few elements beside; lanes of other fields are stored
/// unchanged. The fields are in the record and don't overlap.
#[inline(always)]
pub fn axpy_fields<const F: usize, S: Simd, T: Element>(
    simd: S,
    a: T,
    from: Range<usize>,
    to: usize,
    flat: &mut [T],
) {
    let block = F * T::WIDE;
    let blocks = flat.len() / block;
    if blocks < 2 {
        return scalar::axpy_fields::<F, T>(a, from, to, flat);
    }
    let factors = splat::<S, T, T::Wide<S>>(simd, a);
    let zeros = splat::<S, T, T::Wide<S>>(simd, T::default());
    let written: [T; F] = std::array::from_fn(
        #[inline(always)]
        |field| T::from((to..to + from.len()).contains(&field)),
    );
    let written = repeated::<F, S, T>(simd, &written).map(
        #[inline(always)]
        |flags| flags.simd_gt(zeros),
    );

    // The vector beside the first or the last one is not all in the slice: that block is left over.
    // The direction is such that nothing is loaded that has just been stored, which would make the
    // load wait.
    if from.start > to {
        let ahead = from.start - to;
        let end = (blocks - 1) * block;
        for start in (0..end).step_by(block) {
            for (vector, &written) in written.iter().enumerate() {
                let at = start + vector * T::WIDE;
                axpy_vector::<S, T>(simd, flat, [at, at + ahead], factors, written);
            }
        }
        scalar::axpy_fields::<F, T>(a, from, to, &mut flat[end..]);
    } else {
        let behind = to - from.start;
        for start in (block..blocks * block).step_by(block).rev() {
            for (vector, &written) in written.iter().enumerate().rev() {
                let at = start + vector * T::WIDE;
                axpy_vector::<S, T>(simd, flat, [at, at - behind], factors, written);
            }
        }
        scalar::axpy_fields::<F, T>(a, from.clone(), to, &mut flat[..block]);
        scalar::axpy_fields::<F, T>(a, from, to, &mut flat[blocks * block..]);
    }
}

/// Updates the lanes `written` of the vector at `value` from that at `other`.
#[inline(always)]
fn axpy_vector<S: Simd, T: Element>(
    simd: S,
    flat: &mut [T],
    [value, other]: [usize; 2],
    factors: T::Wide<S>,
    written: <T::Wide<S> as SimdBase<S>>::Mask,
) {
    let other = T::Wide::from_slice(simd, &flat[other..][..T::WIDE]);
    let slice = &mut flat[value..][..T::WIDE];
    let value = T::Wide::from_slice(simd, slice);
    written.select(value + factors * other, value).store_slice(slice);
}
