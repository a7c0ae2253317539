//! Implementations for the numbers that are elements: the loop and the kernel of each.

#[cfg(not(target_arch = "x86_64"))]
use fearless_simd::Select;
use fearless_simd::{Simd, SimdBase, SimdInt};

use super::element::{Element, FloatElement, SHORT, Vector};
use super::indexed::Indexed;
use super::{kernels, scalar};

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
