//! From a backend to its kernel: the only place where both are known.

use fearless_simd::dispatch;

use super::element::Element;
use super::level::Backend;
use super::operation::{Choose, Map, Zip};
use super::{kernels, scalar};

#[inline]
pub fn sum<T: Element>(backend: Backend, values: &[T]) -> T::Sum {
    match backend {
        Backend::Scalar => T::sum_scalar(values),
        Backend::Vector(level) => dispatch!(level, simd => T::sum_vector(simd, values)),
    }
}

/// The slices are of the same length.
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
pub fn chosen<T: Element>(values: &[T], best: T, identity: T) -> Option<T> {
    // Only then it may be that there was none.
    if best == identity && !values.iter().any(|value| value.is_number()) {
        return None;
    }
    Some(best.one_zero())
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

/// The slices are of the same length.
#[inline]
pub fn zip<T: Element>(backend: Backend, values: &mut [T], other: &[T], operation: impl Zip<T>) {
    match backend {
        Backend::Scalar => scalar::zip(values, other, operation),
        Backend::Vector(level) => {
            dispatch!(level, simd => kernels::elementwise::zip(simd, values, other, operation));
        }
    }
}
