//! Reductions of many elements to one.

use fearless_simd::{Simd, SimdBase, SimdCombine, SimdSplit};

use crate::simd::element::{Element, FloatElement, Vector, splat};
use crate::simd::operation::Choose;

/// Number of vectors that are summed side by side: an addition takes up to four cycles, and two can
/// start in each.
const ACCUMULATORS: usize = 4;

/// Returns the sum in the order of [`scalar::float_sum`](crate::simd::scalar::float_sum).
#[inline(always)]
pub fn float_sum<S: Simd, T: FloatElement>(simd: S, values: &[T]) -> T {
    if values.len() <= T::WIDE {
        return fold_wide(padded(simd, values));
    }
    let mut sums = [splat::<S, T, T::Wide<S>>(simd, T::ZERO); ACCUMULATORS];
    let mut blocks = values.chunks_exact(T::LANES);
    for block in &mut blocks {
        for (sum, slice) in sums.iter_mut().zip(block.chunks_exact(T::WIDE)) {
            *sum += T::Wide::from_slice(simd, slice);
        }
    }
    let rest = blocks.remainder();
    add_rest(
        &mut sums,
        rest.len() / T::WIDE,
        #[inline(always)]
        |i| T::Wide::from_slice(simd, &rest[i * T::WIDE..][..T::WIDE]),
        #[inline(always)]
        |from| padded(simd, &rest[from * T::WIDE..]),
    );
    fold_sums(sums)
}

/// Returns the sum of products in the order of
/// [`scalar::float_dot`](crate::simd::scalar::float_dot). The slices are of one length.
#[inline(always)]
pub fn float_dot<S: Simd, T: FloatElement>(simd: S, values: &[T], other: &[T]) -> T {
    let other = &other[..values.len()];
    if values.len() <= T::WIDE {
        return fold_wide(padded::<S, T>(simd, values) * padded(simd, other));
    }
    let mut sums = [splat::<S, T, T::Wide<S>>(simd, T::ZERO); ACCUMULATORS];
    let mut blocks = values.chunks_exact(T::LANES);
    let mut others = other.chunks_exact(T::LANES);
    for (block, other) in (&mut blocks).zip(&mut others) {
        let vectors = block.chunks_exact(T::WIDE).zip(other.chunks_exact(T::WIDE));
        for (sum, (slice, other)) in sums.iter_mut().zip(vectors) {
            *sum += T::Wide::from_slice(simd, slice) * T::Wide::from_slice(simd, other);
        }
    }
    let (blocks, others) = (blocks.remainder(), others.remainder());
    add_rest(
        &mut sums,
        blocks.len() / T::WIDE,
        #[inline(always)]
        |i| {
            let other = T::Wide::from_slice(simd, &others[i * T::WIDE..][..T::WIDE]);
            T::Wide::from_slice(simd, &blocks[i * T::WIDE..][..T::WIDE]) * other
        },
        #[inline(always)]
        |from| padded::<S, T>(simd, &blocks[from * T::WIDE..]) * padded(simd, &others[from * T::WIDE..]),
    );
    fold_sums(sums)
}

/// Adds the rest that doesn't fill a block: `full` vectors, and then a part of one. It is unrolled
/// so that the sums stay in registers.
#[inline(always)]
fn add_rest<V: std::ops::AddAssign>(
    sums: &mut [V; ACCUMULATORS],
    full: usize,
    vector: impl Fn(usize) -> V,
    part: impl Fn(usize) -> V,
) {
    if full > 0 {
        sums[0] += vector(0);
    }
    if full > 1 {
        sums[1] += vector(1);
    }
    if full > 2 {
        sums[2] += vector(2);
    }
    let part = part(full);
    match full {
        0 => sums[0] += part,
        1 => sums[1] += part,
        2 => sums[2] += part,
        _ => sums[3] += part,
    }
}

/// Returns up to a vector of elements, filled up with zeros: those don't change a sum that began
/// with `+0.0`.
#[inline(always)]
pub fn padded<S: Simd, T: FloatElement>(simd: S, slice: &[T]) -> T::Wide<S> {
    let zeros = splat::<S, T, T::Half<S>>(simd, T::ZERO);
    if slice.is_empty() {
        return zeros.combine(zeros);
    }
    if slice.len() == T::WIDE {
        return T::Wide::from_slice(simd, slice);
    }
    match slice.split_at_checked(T::WIDE / 2) {
        Some((lower, upper)) => T::Half::from_slice(simd, lower).combine(padded_half::<S, T>(simd, upper)),
        None => padded_half::<S, T>(simd, slice).combine(zeros),
    }
}

#[inline(always)]
fn padded_half<S: Simd, T: FloatElement>(simd: S, slice: &[T]) -> T::Half<S> {
    let zeros = splat::<S, T, T::Quarter<S>>(simd, T::ZERO);
    match slice.split_at_checked(T::QUARTER) {
        Some((lower, upper)) => {
            T::Quarter::from_slice(simd, lower).combine(padded_quarter::<S, T>(simd, upper))
        }
        None => padded_quarter::<S, T>(simd, slice).combine(zeros),
    }
}

#[inline(always)]
fn padded_quarter<S: Simd, T: FloatElement>(simd: S, slice: &[T]) -> T::Quarter<S> {
    T::Quarter::from_fn(
        simd,
        #[inline(always)]
        |lane| slice.get(lane).copied().unwrap_or(T::ZERO),
    )
}

/// Adds the upper half of the lanes to the lower half, until one is left.
#[inline(always)]
fn fold_sums<S: Simd, T: FloatElement, V>(sums: [V; ACCUMULATORS]) -> T
where
    V: Vector<S, T> + SimdSplit<S, Split = T::Half<S>>,
{
    let [a, b, c, d] = sums;
    fold_wide((a + c) + (b + d))
}

#[inline(always)]
fn fold_wide<S: Simd, T: FloatElement, V>(sums: V) -> T
where
    V: Vector<S, T> + SimdSplit<S, Split = T::Half<S>>,
{
    let (lower, upper) = sums.split();
    let (lower, upper) = (lower + upper).split();
    let quarter = lower + upper;
    let sum = match *quarter.as_slice() {
        [a, b, c, d] => a.sum(c).sum(b.sum(d)),
        [a, b] => a.sum(b),
        _ => unreachable!("16 bytes are two or four floats"),
    };
    // Adds `+0.0`, with which no lane began.
    sum.sum(T::ZERO).one_nan()
}

/// Returns the best of all elements, or `C::IDENTITY` if there is none.
#[inline(always)]
pub fn choose<S: Simd, T: Element, C: Choose<T>>(simd: S, values: &[T], operation: C) -> T {
    if values.len() >= T::WIDE {
        let (lower, upper) = choose_by::<S, T, T::Wide<S>, C>(simd, values, operation).split();
        let (lower, upper) = operation.vector(lower, upper).split();
        choose_lane(operation.vector(lower, upper), operation)
    } else if values.len() >= T::WIDE / 2 {
        let (lower, upper) = choose_by::<S, T, T::Half<S>, C>(simd, values, operation).split();
        choose_lane(operation.vector(lower, upper), operation)
    } else if values.len() >= T::QUARTER {
        choose_lane(choose_by::<S, T, T::Quarter<S>, C>(simd, values, operation), operation)
    } else {
        values.iter().fold(
            C::IDENTITY,
            #[inline(always)]
            |best, &value| operation.scalar(value, best),
        )
    }
}

/// Returns the best of `values`, which fill at least one `V`.
#[inline(always)]
fn choose_by<S: Simd, T: Element, V: Vector<S, T>, C: Choose<T>>(simd: S, values: &[T], operation: C) -> V {
    let last = V::from_slice(simd, &values[values.len() - V::LEN..]);
    let mut best = operation.vector(last, splat::<S, T, V>(simd, C::IDENTITY));
    let mut rounds = values.chunks_exact(ACCUMULATORS * V::LEN);
    if rounds.len() > 0 {
        let mut bests = [best; ACCUMULATORS];
        for round in &mut rounds {
            for (best, slice) in bests.iter_mut().zip(round.chunks_exact(V::LEN)) {
                *best = operation.vector(V::from_slice(simd, slice), *best);
            }
        }
        let [a, b, c, d] = bests;
        best = operation.vector(operation.vector(a, c), operation.vector(b, d));
    }
    for slice in rounds.remainder().chunks_exact(V::LEN) {
        best = operation.vector(V::from_slice(simd, slice), best);
    }
    best
}

#[inline(always)]
fn choose_lane<S: Simd, T: Element, V: Vector<S, T>, C: Choose<T>>(vector: V, operation: C) -> T {
    let lanes = vector.as_slice().iter();
    lanes.fold(
        C::IDENTITY,
        #[inline(always)]
        |best, &value| operation.scalar(value, best),
    )
}
