//! Element types of a slice, one at a time and as vectors.
//!
//! Kernels see a vector of 64 bytes on every machine: [`Element::Wide`]. It is one register of
//! AVX-512, two of AVX2, four of SSE and NEON. The fixed width makes float sums equal everywhere;
//! it costs nothing, as narrower machines need the loop unrolled anyway.

use fearless_simd::{Simd, SimdBase, SimdCombine, SimdElement, SimdFrom, SimdSplit};

use super::indexed::Indexed;

/// A vector of elements `T`.
pub trait Vector<S: Simd, T>: SimdBase<S, Element = T> {
    /// Returns the smaller of both; for NaN in `self`, the element of `other`, which must not hold
    /// NaN.
    fn lesser(self, other: Self) -> Self;
    /// Returns the larger of both; for NaN in `self`, the element of `other`, which must not hold
    /// NaN.
    fn greater(self, other: Self) -> Self;
    /// Returns `low` for elements below it, and `high` for elements above that. NaN stays.
    fn clamped(self, low: Self, high: Self) -> Self;
    /// Returns the sum, saturated at the limits of the type.
    fn saturating_sum(self, other: Self) -> Self;
    /// Returns the difference, saturated at the limits of the type.
    fn saturating_difference(self, other: Self) -> Self;
}

/// A number that kernels know.
pub trait Element: SimdElement + Send + Sync + 'static {
    /// Vector of 64 bytes.
    type Wide<S: Simd>: Vector<S, Self> + SimdSplit<S, Split = Self::Half<S>>;
    /// Vector of 32 bytes.
    type Half<S: Simd>: Vector<S, Self>
        + SimdSplit<S, Split = Self::Quarter<S>>
        + SimdCombine<S, Combined = Self::Wide<S>>;
    /// Vector of 16 bytes.
    type Quarter<S: Simd>: Vector<S, Self> + SimdCombine<S, Combined = Self::Half<S>>;
    /// Type of a sum of many elements.
    type Sum: Copy + PartialEq + std::fmt::Debug + Send + Sync + 'static;
    /// Type of a mean.
    type Mean: Copy + PartialEq + std::fmt::Debug + Send + Sync + 'static;

    /// Number of elements in 64 bytes.
    const WIDE: usize = 64 / size_of::<Self>();
    /// Number of elements in 16 bytes: fewer than these never reach a vector.
    const QUARTER: usize = 16 / size_of::<Self>();
    /// A number that is not above any other.
    const LOWEST: Self;
    /// A number that is not below any other.
    const HIGHEST: Self;

    fn sum(self, other: Self) -> Self;
    fn difference(self, other: Self) -> Self;
    fn product(self, other: Self) -> Self;
    fn lesser(self, other: Self) -> Self;
    fn greater(self, other: Self) -> Self;
    fn clamped(self, low: Self, high: Self) -> Self;
    fn saturating_sum(self, other: Self) -> Self;
    fn saturating_difference(self, other: Self) -> Self;
    /// Returns true if it is not NaN.
    fn is_number(self) -> bool;
    /// Returns positive zero for both zeros, as the result of a minimum or maximum.
    fn one_zero(self) -> Self;

    /// Returns the sum of a slice too short for vectors, or `None` for a longer one.
    fn sum_short(values: &[Self]) -> Option<Self::Sum>;
    fn sum_scalar(values: &[Self]) -> Self::Sum;
    fn sum_vector<S: Simd>(simd: S, values: &[Self]) -> Self::Sum;
    /// Returns the sum of products of slices too short for vectors, or `None` for longer ones.
    fn dot_short(values: &[Self], other: &[Self]) -> Option<Self::Sum>;
    fn dot_scalar(values: &[Self], other: &[Self]) -> Self::Sum;
    fn dot_vector<S: Simd>(simd: S, values: &[Self], other: &[Self]) -> Self::Sum;
    fn record_sum_scalar<const F: usize>(flat: &[Self]) -> [Self::Sum; F];
    fn record_sum_vector<const F: usize, S: Simd>(simd: S, flat: &[Self]) -> [Self::Sum; F];
    /// Returns the sum of one field of each record.
    fn sum_by<R>(records: &[R], field: impl Fn(&R) -> Self) -> Self::Sum;
    /// Returns the sum of numbers that are no slice.
    fn sum_each(numbers: impl Indexed<Item = Self>) -> Self::Sum;
    /// Returns the sum of the products of pairs that are no slices.
    fn dot_each(pairs: impl Indexed<Item = [Self; 2]>) -> Self::Sum;
    /// Returns the mean, or `None` if `count` is 0.
    fn mean(sum: Self::Sum, count: usize) -> Option<Self::Mean>;
}

/// `f32` or `f64`.
pub trait FloatElement: Element {
    /// Number of sums that run side by side: four vectors of 64 bytes.
    const LANES: usize = 4 * Self::WIDE;
    const ZERO: Self;
    /// Returns the square root, rounded as IEEE 754 requires, so that it is equal everywhere.
    fn square_root(self) -> Self;
    fn quotient(self, other: Self) -> Self;
    /// Returns one NaN for every NaN.
    fn one_nan(self) -> Self;
}

/// Largest number of elements that don't go to a kernel.
pub const SHORT: usize = 4;

/// Returns a vector with `value` in every lane.
#[inline(always)]
pub fn splat<S: Simd, T, V: Vector<S, T>>(simd: S, value: T) -> V {
    <V as SimdFrom<T, S>>::simd_from(simd, value)
}
