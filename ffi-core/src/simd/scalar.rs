//! Every kernel as a plain loop: the fallback for machines without vectors, and the reference that
//! the tests compare all others with.

use super::element::{Element, FloatElement};
use super::indexed::Indexed;
use super::operation::{Choose, Map, RecordMap, RecordZip, Zip};
use std::ops::Range;

/// Adds element `i` to lane `i % LANES`, then the upper half of the lanes to the lower half, until
/// one is left. This order defines the sum.
pub fn float_sum<T: FloatElement, const LANES: usize>(values: &[T]) -> T {
    let mut lanes = [T::ZERO; LANES];
    for block in values.chunks(LANES) {
        for (lane, &value) in lanes.iter_mut().zip(block) {
            *lane = lane.sum(value);
        }
    }
    fold_halves(&mut lanes)
}

/// Returns the sum of the products.
pub fn float_dot<T: FloatElement, const LANES: usize>(values: &[T], other: &[T]) -> T {
    let mut lanes = [T::ZERO; LANES];
    for (block, other) in values.chunks(LANES).zip(other.chunks(LANES)) {
        for (lane, (&value, &other)) in lanes.iter_mut().zip(block.iter().zip(other)) {
            *lane = lane.sum(value.product(other));
        }
    }
    fold_halves(&mut lanes)
}

fn fold_halves<T: FloatElement>(mut lanes: &mut [T]) -> T {
    while lanes.len() > 1 {
        let (lower, upper) = lanes.split_at_mut(lanes.len() / 2);
        for (lane, &other) in lower.iter_mut().zip(&*upper) {
            *lane = lane.sum(other);
        }
        lanes = lower;
    }
    lanes[0].one_nan()
}

pub fn map<T: Element>(values: &mut [T], operation: impl Map<T>) {
    for value in values {
        *value = operation.scalar(*value);
    }
}

pub fn zip<T: Element>(values: &mut [T], other: &[T], operation: impl Zip<T>) {
    for (value, &other) in values.iter_mut().zip(other) {
        *value = operation.scalar(*value, other);
    }
}

pub fn choose<T: Element, C: Choose<T>>(values: &[T], operation: C) -> T {
    values.iter().fold(C::IDENTITY, |best, &value| operation.scalar(value, best))
}

/// Returns the sum of at most as many elements as [`SHORT`](super::element::SHORT), with the bits
/// of [`float_sum`].
#[inline(always)]
pub fn short_float_sum<T: FloatElement>(lanes: &[T]) -> Option<T> {
    let sum = match *lanes {
        [] => T::ZERO,
        [a] => a,
        [a, b] => a.sum(b),
        [a, b, c] => a.sum(c).sum(b),
        [a, b, c, d] => a.sum(c).sum(b.sum(d)),
        _ => return None,
    };
    // Lanes begin with `+0.0`: a sum is never `-0.0`.
    Some(sum.sum(T::ZERO).one_nan())
}

/// Returns the sum of products of a short slice, with the bits of [`float_dot`].
#[inline(always)]
pub fn short_float_dot<T: FloatElement>(values: &[T], other: &[T]) -> Option<T> {
    let mut products = [T::ZERO; 4];
    if let (&[a, b, c, d], &[x, y, z, w]) = (values, other) {
        products = [a.product(x), b.product(y), c.product(z), d.product(w)];
    } else if values.len() < 4 {
        for (product, (&a, &b)) in products.iter_mut().zip(values.iter().zip(other)) {
            *product = a.product(b);
        }
    } else {
        return None;
    }
    // Zeros in the lanes without a product don't change the sum of the others.
    short_float_sum(&products)
}

/// Adds record `i` to lane `i % LANES`, then adds the lanes like those of [`float_sum`].
pub fn record_float_sum<const F: usize, T: FloatElement, const LANES: usize>(flat: &[T]) -> [T; F] {
    let mut lanes = [[T::ZERO; F]; LANES];
    for block in flat.chunks(F * LANES) {
        for (lane, &value) in lanes.as_flattened_mut().iter_mut().zip(block) {
            *lane = lane.sum(value);
        }
    }
    std::array::from_fn(|field| fold_halves(&mut lanes.map(|record| record[field])))
}

pub fn record_choose<const F: usize, T: Element, C: Choose<T>>(flat: &[T], operation: C) -> [T; F] {
    let mut best = [C::IDENTITY; F];
    for record in flat.as_chunks::<F>().0 {
        for (best, &value) in best.iter_mut().zip(record) {
            *best = operation.scalar(value, *best);
        }
    }
    best
}

pub fn record_map<const F: usize, T: Element>(
    flat: &mut [T],
    [first, second]: [&[T; F]; 2],
    operation: impl RecordMap<T>,
) {
    for record in flat.as_chunks_mut::<F>().0 {
        for (value, (&first, &second)) in record.iter_mut().zip(first.iter().zip(second)) {
            *value = operation.scalar(*value, [first, second]);
        }
    }
}

pub fn record_zip<const F: usize, T: Element>(
    flat: &mut [T],
    other: &[T],
    operand: &[T; F],
    operation: impl RecordZip<T>,
) {
    for (record, other) in flat.as_chunks_mut::<F>().0.iter_mut().zip(other.as_chunks::<F>().0) {
        for (value, (&other, &operand)) in record.iter_mut().zip(other.iter().zip(operand)) {
            *value = operation.scalar(*value, other, operand);
        }
    }
}

#[inline]
pub fn axpy_fields<const F: usize, T: Element>(a: T, from: Range<usize>, to: usize, flat: &mut [T]) {
    for record in flat.as_chunks_mut::<F>().0 {
        for (index, from) in from.clone().enumerate() {
            record[to + index] = record[to + index].sum(a.product(record[from]));
        }
    }
}

/// Returns [`float_sum`] of the results of `field` for each record.
#[inline(always)]
pub fn float_sum_by<R, T: FloatElement, const LANES: usize>(records: &[R], field: impl Fn(&R) -> T) -> T {
    let mut lanes = [T::ZERO; LANES];
    for block in records.chunks(LANES) {
        for (lane, record) in lanes.iter_mut().zip(block) {
            *lane = lane.sum(field(record));
        }
    }
    fold_halves(&mut lanes)
}

/// Returns [`float_sum`] of the results of `number` for each item.
#[inline(always)]
pub fn float_sum_each<I: Indexed, T: FloatElement, const LANES: usize>(
    items: I,
    number: impl Fn(I::Item) -> T,
) -> T {
    fold_halves(&mut items.fold_lanes::<LANES, T>(
        T::ZERO,
        #[inline(always)]
        |lane, item| lane.sum(number(item)),
    ))
}
