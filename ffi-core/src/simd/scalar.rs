//! Every kernel as a plain loop: what runs where there are no vectors, and what the tests compare all others with.

use super::element::{Element, FloatElement};
use super::operation::{Choose, Map, Zip};

/// Element `i` is added to lane `i % LANES`; then the upper half of the lanes is added to the lower half, until one is
/// left. This is what defines the sum.
pub fn float_sum<T: FloatElement, const LANES: usize>(values: &[T]) -> T {
    let mut lanes = [T::ZERO; LANES];
    for block in values.chunks(LANES) {
        for (lane, &value) in lanes.iter_mut().zip(block) {
            *lane = lane.sum(value);
        }
    }
    fold_halves(&mut lanes)
}

/// The sum of the products.
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

/// The few elements for which no vector is worth its while, at once: the same as [`float_sum`].
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

/// The same as [`float_dot`].
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
    // Zeros in the lanes that have no product change no sum of others.
    short_float_sum(&products)
}
