//! Selects the kernel for a backend; no other module knows both.

use fearless_simd::dispatch;

use super::element::Element;
use super::level::Backend;
use super::operation::{Choose, Map, RecordMap, RecordZip, Zip};
use super::{kernels, scalar};
use std::ops::Range;

#[inline]
pub fn sum<T: Element>(backend: Backend, values: &[T]) -> T::Sum {
    match backend {
        Backend::Scalar => T::sum_scalar(values),
        Backend::Vector(level) => dispatch!(level, simd => T::sum_vector(simd, values)),
    }
}

/// Returns the sum of products of two slices of one length.
#[inline]
pub fn dot<T: Element>(backend: Backend, values: &[T], other: &[T]) -> T::Sum {
    match backend {
        Backend::Scalar => T::dot_scalar(values, other),
        Backend::Vector(level) => dispatch!(level, simd => T::dot_vector(simd, values, other)),
    }
}

#[inline]
pub fn choose<T: Element, C: Choose<T>>(backend: Backend, values: &[T], operation: C) -> Option<T> {
    let best = match backend {
        Backend::Scalar => scalar::choose(values, operation),
        Backend::Vector(level) => dispatch!(level, simd => kernels::reduce::choose(simd, values, operation)),
    };
    chosen(values, best, C::IDENTITY)
}

#[inline(always)]
fn chosen<T: Element>(values: &[T], best: T, identity: T) -> Option<T> {
    chosen_of(best, identity, || values.iter().any(|value| value.is_number()))
}

/// Returns the result of a minimum or maximum with the value `best`, or `None` if it is the
/// identity and there was no number.
#[inline(always)]
pub fn chosen_of<T: Element>(best: T, identity: T, any: impl FnOnce() -> bool) -> Option<T> {
    if best == identity && !any() { None } else { Some(best.one_zero()) }
}

#[inline]
pub fn map<T: Element>(backend: Backend, values: &mut [T], operation: impl Map<T>) {
    match backend {
        Backend::Scalar => scalar::map(values, operation),
        Backend::Vector(level) => {
            dispatch!(level, simd => kernels::elementwise::map(simd, values, operation))
        }
    }
}

/// Changes `values` by `other`, which has the same length.
#[inline]
pub fn zip<T: Element>(backend: Backend, values: &mut [T], other: &[T], operation: impl Zip<T>) {
    match backend {
        Backend::Scalar => scalar::zip(values, other, operation),
        Backend::Vector(level) => {
            dispatch!(level, simd => kernels::elementwise::zip(simd, values, other, operation));
        }
    }
}

// Kernels of records: the flat slices are whole records, and of one length.

pub fn record_sum<const F: usize, T: Element>(backend: Backend, flat: &[T]) -> [T::Sum; F] {
    match backend {
        Backend::Scalar => T::record_sum_scalar(flat),
        Backend::Vector(level) => dispatch!(level, simd => T::record_sum_vector(simd, flat)),
    }
}

pub fn record_choose<const F: usize, T: Element, C: Choose<T>>(
    backend: Backend,
    flat: &[T],
    operation: C,
) -> [Option<T>; F] {
    let best: [T; F] = match backend {
        Backend::Scalar => scalar::record_choose(flat, operation),
        Backend::Vector(level) => dispatch!(level, simd => kernels::records::choose(simd, flat, operation)),
    };
    std::array::from_fn(|field| {
        let none = || !flat.iter().skip(field).step_by(F).any(|value| value.is_number());
        if best[field] == C::IDENTITY && none() { None } else { Some(best[field].one_zero()) }
    })
}

pub fn record_map<const F: usize, T: Element>(
    backend: Backend,
    flat: &mut [T],
    operands: [&[T; F]; 2],
    operation: impl RecordMap<T>,
) {
    match backend {
        Backend::Scalar => scalar::record_map(flat, operands, operation),
        Backend::Vector(level) => {
            dispatch!(level, simd => kernels::records::map(simd, flat, operands, operation));
        }
    }
}

pub fn record_zip<const F: usize, T: Element>(
    backend: Backend,
    flat: &mut [T],
    other: &[T],
    operand: &[T; F],
    operation: impl RecordZip<T>,
) {
    match backend {
        Backend::Scalar => scalar::record_zip(flat, other, operand, operation),
        Backend::Vector(level) => {
            dispatch!(level, simd => kernels::records::zip(simd, flat, other, operand, operation));
        }
    }
}

/// Adds fields to others; the fields are in the record, and don't overlap.
pub fn axpy_fields<const F: usize, T: Element>(
    backend: Backend,
    a: T,
    from: Range<usize>,
    to: usize,
    flat: &mut [T],
) {
    match backend {
        Backend::Scalar => scalar::axpy_fields::<F, T>(a, from, to, flat),
        Backend::Vector(level) => {
            dispatch!(level, simd => kernels::records::axpy_fields::<F, _, T>(simd, a, from.clone(), to, flat));
        }
    }
}
