//! Kernels on single elements.

use fearless_simd::Simd;

use crate::simd::element::{Element, Vector};
use crate::simd::operation::{Map, Zip};

/// Number of vectors in one round of the loop: enough to keep all ports busy in the first-level
/// cache (`cargo xtask bench simd`).
const UNROLL: usize = 4;

#[inline(always)]
pub fn map<S: Simd, T: Element>(simd: S, values: &mut [T], operation: impl Map<T>) {
    if values.len() >= T::WIDE {
        map_by::<S, T, T::Wide<S>>(simd, values, operation);
    } else if values.len() >= T::WIDE / 2 {
        map_by::<S, T, T::Half<S>>(simd, values, operation);
    } else if values.len() >= T::QUARTER {
        map_by::<S, T, T::Quarter<S>>(simd, values, operation);
    } else {
        for value in values {
            *value = operation.scalar(*value);
        }
    }
}

/// Changes `values`, which fill at least one `V`.
#[inline(always)]
fn map_by<S: Simd, T: Element, V: Vector<S, T>>(simd: S, values: &mut [T], operation: impl Map<T>) {
    let last = values.len() - V::LEN;
    let result = operation.vector(simd, V::from_slice(simd, &values[last..]));
    let mut rounds = values.chunks_exact_mut(UNROLL * V::LEN);
    for round in &mut rounds {
        for slice in round.chunks_exact_mut(V::LEN) {
            operation.vector(simd, V::from_slice(simd, slice)).store_slice(slice);
        }
    }
    for slice in rounds.into_remainder().chunks_exact_mut(V::LEN) {
        operation.vector(simd, V::from_slice(simd, slice)).store_slice(slice);
    }
    result.store_slice(&mut values[last..]);
}

/// Changes `values` by `other`, which has the same length.
#[inline(always)]
pub fn zip<S: Simd, T: Element>(simd: S, values: &mut [T], other: &[T], operation: impl Zip<T>) {
    if values.len() >= T::WIDE {
        zip_by::<S, T, T::Wide<S>>(simd, values, other, operation);
    } else if values.len() >= T::WIDE / 2 {
        zip_by::<S, T, T::Half<S>>(simd, values, other, operation);
    } else if values.len() >= T::QUARTER {
        zip_by::<S, T, T::Quarter<S>>(simd, values, other, operation);
    } else {
        for (value, &other) in values.iter_mut().zip(other) {
            *value = operation.scalar(*value, other);
        }
    }
}

#[inline(always)]
fn zip_by<S: Simd, T: Element, V: Vector<S, T>>(
    simd: S,
    values: &mut [T],
    other: &[T],
    operation: impl Zip<T>,
) {
    let other = &other[..values.len()];
    let last = values.len() - V::LEN;
    let result =
        operation.vector(simd, V::from_slice(simd, &values[last..]), V::from_slice(simd, &other[last..]));
    let mut rounds = values.chunks_exact_mut(UNROLL * V::LEN);
    let mut others = other.chunks_exact(UNROLL * V::LEN);
    for (round, other) in (&mut rounds).zip(&mut others) {
        for (slice, other) in round.chunks_exact_mut(V::LEN).zip(other.chunks_exact(V::LEN)) {
            operation.vector(simd, V::from_slice(simd, slice), V::from_slice(simd, other)).store_slice(slice);
        }
    }
    let rest = rounds.into_remainder().chunks_exact_mut(V::LEN);
    for (slice, other) in rest.zip(others.remainder().chunks_exact(V::LEN)) {
        operation.vector(simd, V::from_slice(simd, slice), V::from_slice(simd, other)).store_slice(slice);
    }
    result.store_slice(&mut values[last..]);
}
