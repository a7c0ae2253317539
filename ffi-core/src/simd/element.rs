//! What the elements of a slice may be, one at a time and as vectors.
//!
//! Kernels see a vector of 64 bytes whatever the machine: [`Element::Wide`]. It is one register of AVX-512, two of AVX2,
//! four of SSE and NEON. That the width is fixed is what makes float sums the same everywhere; it costs
//! nothing, as narrower machines want the loop unrolled anyway.

use fearless_simd::{Simd, SimdBase, SimdCombine, SimdElement, SimdFrom, SimdSplit};

use super::indexed::Indexed;

/// A vector of elements `T`.
pub trait Vector<S: Simd, T>: SimdBase<S, Element = T> {
    /// The lesser of both; of a NaN in `self` and a number, the number. `other` must not hold a NaN.
    fn lesser(self, other: Self) -> Self;
    /// The greater of both; of a NaN in `self` and a number, the number. `other` must not hold a NaN.
    fn greater(self, other: Self) -> Self;
    /// `low` where an element is below it, `high` where it is above that. A NaN stays.
    fn clamped(self, low: Self, high: Self) -> Self;
    /// The sum, or the limit of the type that it goes beyond.
    fn saturating_sum(self, other: Self) -> Self;
    /// The difference, or the limit of the type that it goes beyond.
    fn saturating_difference(self, other: Self) -> Self;
}

/// A number that kernels know.
pub trait Element: SimdElement + Send + Sync + 'static {
    /// 64 bytes.
    type Wide<S: Simd>: Vector<S, Self> + SimdSplit<S, Split = Self::Half<S>>;
    /// 32 bytes.
    type Half<S: Simd>: Vector<S, Self>
        + SimdSplit<S, Split = Self::Quarter<S>>
        + SimdCombine<S, Combined = Self::Wide<S>>;
    /// 16 bytes.
    type Quarter<S: Simd>: Vector<S, Self> + SimdCombine<S, Combined = Self::Half<S>>;
    /// What holds a sum of many.
    type Sum: Copy + PartialEq + std::fmt::Debug + Send + Sync + 'static;
    /// What holds a mean.
    type Mean: Copy + PartialEq + std::fmt::Debug + Send + Sync + 'static;

    /// How many there are in 64 bytes.
    const WIDE: usize = 64 / size_of::<Self>();
    /// How many there are in 16 bytes: fewer than these never reach a vector.
    const QUARTER: usize = 16 / size_of::<Self>();
    /// Not above any number.
    const LOWEST: Self;
    /// Not below any number.
    const HIGHEST: Self;

    fn sum(self, other: Self) -> Self;
    fn difference(self, other: Self) -> Self;
    fn product(self, other: Self) -> Self;
    fn lesser(self, other: Self) -> Self;
    fn greater(self, other: Self) -> Self;
    fn clamped(self, low: Self, high: Self) -> Self;
    fn saturating_sum(self, other: Self) -> Self;
    fn saturating_difference(self, other: Self) -> Self;
    /// Whether it equals itself.
    fn is_number(self) -> bool;
    /// What a minimum or maximum gives back: of the two zeros, always the positive.
    fn one_zero(self) -> Self;

    /// The sum of so few that no vector is worth its while.
    fn sum_short(values: &[Self]) -> Option<Self::Sum>;
    fn sum_scalar(values: &[Self]) -> Self::Sum;
    fn sum_vector<S: Simd>(simd: S, values: &[Self]) -> Self::Sum;
    /// The sum of so few products that no vector is worth its while.
    fn dot_short(values: &[Self], other: &[Self]) -> Option<Self::Sum>;
    fn dot_scalar(values: &[Self], other: &[Self]) -> Self::Sum;
    fn dot_vector<S: Simd>(simd: S, values: &[Self], other: &[Self]) -> Self::Sum;
    fn record_sum_scalar<const F: usize>(flat: &[Self]) -> [Self::Sum; F];
    fn record_sum_vector<const F: usize, S: Simd>(simd: S, flat: &[Self]) -> [Self::Sum; F];
    /// One field of each record.
    fn sum_by<R>(records: &[R], field: impl Fn(&R) -> Self) -> Self::Sum;
    /// The sum of numbers that are no slice.
    fn sum_each(numbers: impl Indexed<Item = Self>) -> Self::Sum;
    /// The sum of the products of pairs that are no slices.
    fn dot_each(pairs: impl Indexed<Item = [Self; 2]>) -> Self::Sum;
    /// `None` of `count == 0`.
    fn mean(sum: Self::Sum, count: usize) -> Option<Self::Mean>;
}

/// `f32` or `f64`.
pub trait FloatElement: Element {
    /// How many sums run side by side: four vectors of 64 bytes.
    const LANES: usize = 4 * Self::WIDE;
    const ZERO: Self;
    /// Rounded as IEEE 754 asks, so the same everywhere.
    fn square_root(self) -> Self;
    fn quotient(self, other: Self) -> Self;
    /// Every NaN as the same one.
    fn one_nan(self) -> Self;
}

/// Up to so many elements don't go to a kernel.
pub const SHORT: usize = 4;

/// `value` in every lane.
#[inline(always)]
pub fn splat<S: Simd, T, V: Vector<S, T>>(simd: S, value: T) -> V {
    <V as SimdFrom<T, S>>::simd_from(simd, value)
}
