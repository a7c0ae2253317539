//! Element types of a slice, one at a time and as vectors.
//!
//! Kernels see a vector of 64 bytes on every machine: [`Element::Wide`]. It is one register of
//! AVX-512, two of AVX2, four of SSE and NEON. The fixed width makes float sums equal everywhere;
//! it costs nothing, as narrower machines need the loop unrolled anyway.

#[cfg(not(target_arch = "x86_64"))]
use fearless_simd::Select;
use fearless_simd::{Simd, SimdBase, SimdCombine, SimdElement, SimdFrom, SimdInt, SimdSplit};

use super::strided::Indexed;
use super::{kernels, scalar};

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

macro_rules! float {
    ($element:ident, $bits:literal, $wide:ident, $half:ident, $quarter:ident) => {
        impl Element for $element {
            type Wide<S: Simd> = fearless_simd::$wide<S>;
            type Half<S: Simd> = fearless_simd::$half<S>;
            type Quarter<S: Simd> = fearless_simd::$quarter<S>;
            type Sum = Self;
            type Mean = Self;
            const LOWEST: Self = Self::NEG_INFINITY;
            const HIGHEST: Self = Self::INFINITY;

            #[inline(always)]
            fn sum(self, other: Self) -> Self {
                self + other
            }
            #[inline(always)]
            fn difference(self, other: Self) -> Self {
                self - other
            }
            #[inline(always)]
            fn product(self, other: Self) -> Self {
                self * other
            }
            #[inline(always)]
            fn lesser(self, other: Self) -> Self {
                if self < other { self } else { other }
            }
            #[inline(always)]
            fn greater(self, other: Self) -> Self {
                if self > other { self } else { other }
            }
            #[inline(always)]
            fn clamped(self, low: Self, high: Self) -> Self {
                let raised = if self < low { low } else { self };
                if raised > high { high } else { raised }
            }
            #[inline(always)]
            fn saturating_sum(self, other: Self) -> Self {
                self + other
            }
            #[inline(always)]
            fn saturating_difference(self, other: Self) -> Self {
                self - other
            }
            #[inline(always)]
            fn is_number(self) -> bool {
                !self.is_nan()
            }
            #[inline(always)]
            fn one_zero(self) -> Self {
                self + 0.0
            }
            #[inline(always)]
            fn sum_short(values: &[Self]) -> Option<Self> {
                scalar::short_float_sum(values)
            }
            fn sum_scalar(values: &[Self]) -> Self {
                scalar::float_sum::<Self, { 256 / ($bits / 8) }>(values)
            }
            #[inline(always)]
            fn sum_vector<S: Simd>(simd: S, values: &[Self]) -> Self {
                kernels::reduce::float_sum(simd, values)
            }
            #[inline(always)]
            fn dot_short(values: &[Self], other: &[Self]) -> Option<Self> {
                scalar::short_float_dot(values, other)
            }
            fn dot_scalar(values: &[Self], other: &[Self]) -> Self {
                scalar::float_dot::<Self, { 256 / ($bits / 8) }>(values, other)
            }
            #[inline(always)]
            fn dot_vector<S: Simd>(simd: S, values: &[Self], other: &[Self]) -> Self {
                kernels::reduce::float_dot(simd, values, other)
            }
            fn record_sum_scalar<const F: usize>(flat: &[Self]) -> [Self; F] {
                scalar::record_float_sum::<F, Self, { 256 / ($bits / 8) }>(flat)
            }
            #[inline(always)]
            fn record_sum_vector<const F: usize, S: Simd>(simd: S, flat: &[Self]) -> [Self; F] {
                kernels::records::float_sum(simd, flat)
            }
            #[inline(always)]
            fn sum_by<R>(records: &[R], field: impl Fn(&R) -> Self) -> Self {
                scalar::float_sum_by::<R, Self, { 256 / ($bits / 8) }>(records, field)
            }
            #[inline(always)]
            fn sum_each(numbers: impl Indexed<Item = Self>) -> Self {
                scalar::float_sum_each::<_, Self, { 256 / ($bits / 8) }>(numbers, |value| value)
            }
            #[inline(always)]
            fn dot_each(pairs: impl Indexed<Item = [Self; 2]>) -> Self {
                scalar::float_sum_each::<_, Self, { 256 / ($bits / 8) }>(pairs, |[value, other]| value * other)
            }
            #[inline]
            fn mean(sum: Self, count: usize) -> Option<Self> {
                // Rounded once for f64 and twice for f32, which is more exact than a count that is
                // rounded to f32.
                (count > 0).then(|| (f64::from(sum) / count as f64) as Self)
            }
        }

        impl FloatElement for $element {
            const ZERO: Self = 0.0;

            #[inline(always)]
            fn square_root(self) -> Self {
                self.sqrt()
            }
            #[inline(always)]
            fn quotient(self, other: Self) -> Self {
                self / other
            }
            #[inline(always)]
            fn one_nan(self) -> Self {
                if self.is_nan() { Self::NAN } else { self }
            }
        }

        float!(vector $element, $wide);
        float!(vector $element, $half);
        float!(vector $element, $quarter);
    };
    (vector $element:ident, $vector:ident) => {
        impl<S: Simd> Vector<S, $element> for fearless_simd::$vector<S> {
            // The instructions of x86 return the second operand if one is NaN, so only the order of
            // the operands matters. fearless_simd only promises that for its precise forms, which
            // do more; the tests of every level check it.
            #[inline(always)]
            fn lesser(self, other: Self) -> Self {
                if cfg!(target_arch = "x86_64") { self.min(other) } else { self.min_precise(other) }
            }
            #[inline(always)]
            fn greater(self, other: Self) -> Self {
                if cfg!(target_arch = "x86_64") { self.max(other) } else { self.max_precise(other) }
            }
            #[inline(always)]
            fn clamped(self, low: Self, high: Self) -> Self {
                // For the same reason NaN is returned, and for two zeros the element.
                #[cfg(target_arch = "x86_64")]
                return high.min(low.max(self));
                #[cfg(not(target_arch = "x86_64"))]
                {
                    let raised = self.simd_lt(low).select(low, self);
                    raised.simd_gt(high).select(high, raised)
                }
            }
            #[inline(always)]
            fn saturating_sum(self, other: Self) -> Self {
                self + other
            }
            #[inline(always)]
            fn saturating_difference(self, other: Self) -> Self {
                self - other
            }
        }
    };
}

macro_rules! integer {
    ($element:ident, $sum:ident, $kernel:ident, $wide:ident, $half:ident, $quarter:ident) => {
        impl Element for $element {
            type Wide<S: Simd> = fearless_simd::$wide<S>;
            type Half<S: Simd> = fearless_simd::$half<S>;
            type Quarter<S: Simd> = fearless_simd::$quarter<S>;
            type Sum = $sum;
            type Mean = f64;
            const LOWEST: Self = Self::MIN;
            const HIGHEST: Self = Self::MAX;

            #[inline(always)]
            fn sum(self, other: Self) -> Self {
                self.wrapping_add(other)
            }
            #[inline(always)]
            fn difference(self, other: Self) -> Self {
                self.wrapping_sub(other)
            }
            #[inline(always)]
            fn product(self, other: Self) -> Self {
                self.wrapping_mul(other)
            }
            #[inline(always)]
            fn lesser(self, other: Self) -> Self {
                self.min(other)
            }
            #[inline(always)]
            fn greater(self, other: Self) -> Self {
                self.max(other)
            }
            #[inline(always)]
            fn clamped(self, low: Self, high: Self) -> Self {
                self.max(low).min(high)
            }
            #[inline(always)]
            fn saturating_sum(self, other: Self) -> Self {
                self.saturating_add(other)
            }
            #[inline(always)]
            fn saturating_difference(self, other: Self) -> Self {
                self.saturating_sub(other)
            }
            #[inline(always)]
            fn is_number(self) -> bool {
                true
            }
            #[inline(always)]
            fn one_zero(self) -> Self {
                self
            }
            #[inline(always)]
            fn sum_short(values: &[Self]) -> Option<$sum> {
                (values.len() <= SHORT).then(#[inline(always)] || Self::sum_scalar(values))
            }
            #[inline]
            fn sum_scalar(values: &[Self]) -> $sum {
                values.iter().fold(0, |sum, &value| sum.wrapping_add($sum::from(value)))
            }
            #[inline(always)]
            fn sum_vector<S: Simd>(simd: S, values: &[Self]) -> $sum {
                kernels::integer::$kernel(simd, values)
            }
            #[inline(always)]
            fn dot_short(values: &[Self], other: &[Self]) -> Option<$sum> {
                (values.len() <= SHORT).then(#[inline(always)] || Self::dot_scalar(values, other))
            }
            #[inline]
            fn dot_scalar(values: &[Self], other: &[Self]) -> $sum {
                let products = values.iter().zip(other).map(|(&a, &b)| $sum::from(a).wrapping_mul($sum::from(b)));
                products.fold(0, $sum::wrapping_add)
            }
            #[inline(always)]
            fn dot_vector<S: Simd>(_: S, values: &[Self], other: &[Self]) -> $sum {
                // A loop of its own: inlined here, the compiler sees wider vectors.
                let mut sum: $sum = 0;
                for (&a, &b) in values.iter().zip(other) {
                    sum = sum.wrapping_add($sum::from(a).wrapping_mul($sum::from(b)));
                }
                sum
            }
            fn record_sum_scalar<const F: usize>(flat: &[Self]) -> [$sum; F] {
                let mut sums = [0; F];
                for record in flat.as_chunks::<F>().0 {
                    for (sum, &value) in sums.iter_mut().zip(record) {
                        *sum += $sum::from(value);
                    }
                }
                sums
            }
            fn record_sum_vector<const F: usize, S: Simd>(_: S, flat: &[Self]) -> [$sum; F] {
                // Each is a widened sum of its own, which no vectors fit.
                Self::record_sum_scalar(flat)
            }
            #[inline(always)]
            fn sum_by<R>(records: &[R], field: impl Fn(&R) -> Self) -> $sum {
                records.iter().map(|record| $sum::from(field(record))).sum()
            }
            #[inline(always)]
            fn sum_each(numbers: impl Indexed<Item = Self>) -> $sum {
                numbers.iter().fold(0, |sum: $sum, value| sum.wrapping_add($sum::from(value)))
            }
            #[inline(always)]
            fn dot_each(pairs: impl Indexed<Item = [Self; 2]>) -> $sum {
                pairs.iter().fold(0, |sum: $sum, [value, other]| {
                    sum.wrapping_add($sum::from(value).wrapping_mul($sum::from(other)))
                })
            }
            #[inline]
            fn mean(sum: $sum, count: usize) -> Option<f64> {
                (count > 0).then(|| sum as f64 / count as f64)
            }
        }

        integer!(vector $element, $wide);
        integer!(vector $element, $half);
        integer!(vector $element, $quarter);
    };
    (vector $element:ident, $vector:ident) => {
        impl<S: Simd> Vector<S, $element> for fearless_simd::$vector<S> {
            #[inline(always)]
            fn lesser(self, other: Self) -> Self {
                self.min(other)
            }
            #[inline(always)]
            fn greater(self, other: Self) -> Self {
                self.max(other)
            }
            #[inline(always)]
            fn clamped(self, low: Self, high: Self) -> Self {
                self.max(low).min(high)
            }
            #[inline(always)]
            fn saturating_sum(self, other: Self) -> Self {
                self.saturating_add(other)
            }
            #[inline(always)]
            fn saturating_difference(self, other: Self) -> Self {
                self.saturating_sub(other)
            }
        }
    };
}

float!(f32, 32, f32x16, f32x8, f32x4);
float!(f64, 64, f64x8, f64x4, f64x2);
integer!(i8, i64, sum_i8, i8x64, i8x32, i8x16);
integer!(u8, u64, sum_u8, u8x64, u8x32, u8x16);
integer!(i16, i64, sum_i16, i16x32, i16x16, i16x8);
integer!(u16, u64, sum_u16, u16x32, u16x16, u16x8);
integer!(i32, i64, sum_i32, i32x16, i32x8, i32x4);
integer!(u32, u64, sum_u32, u32x16, u32x8, u32x4);
integer!(i64, i128, sum_i64, i64x8, i64x4, i64x2);
integer!(u64, u128, sum_u64, u64x8, u64x4, u64x2);

/// Largest number of elements that don't go to a kernel.
pub const SHORT: usize = 4;

/// Returns a vector with `value` in every lane.
#[inline(always)]
pub fn splat<S: Simd, T, V: Vector<S, T>>(simd: S, value: T) -> V {
    <V as SimdFrom<T, S>>::simd_from(simd, value)
}
