//! Arithmetic on slices of numbers at the speed of memory.
//!
//! ```
//! use ffi_core::simd;
//!
//! let mut heights = vec![431.5_f32, 440.0, 452.25, f32::NAN];
//! assert_eq!(simd::max(&heights), Some(452.25));
//! simd::clamp(&mut heights, 432.0, 450.0);
//! assert_eq!(simd::sum(&heights[..3]), 1322.0);
//! ```
//!
//! # One result everywhere
//!
//! The compiler can't vectorise `iter().sum::<f32>()`, as it may not change the order of additions.
//! [`sum`] and [`dot`] add in another order, which is equal on every machine and level: lane `i %
//! N` gets element `i`, in turn, starting from `+0.0`, with as many lanes as fill 256 bytes (`N` is
//! 64 for `f32`, 32 for `f64`); then the upper half of the lanes is added to the lower half until
//! one is left, as in pairwise summation (Higham, "The Accuracy of Floating Point Summation", SIAM
//! Journal on Scientific Computing 14(4), 1993). Products are rounded before they are added: there
//! is no fused multiply-add. So results have the same bits on a server with AVX-512 and on a phone
//! with NEON. They differ from those of the loop; they are closer to the exact sum, as each lane
//! adds fewer numbers. All NaN results are one NaN.
//!
//! Operations on single elements have the bits of the plain loop, except for those of NaN.
//!
//! # Rules
//!
//! - **Length and alignment**: any. Nothing is allocated. Slices that begin at a multiple of 64
//!   bytes are fastest.
//! - **NaN**: [`min`] and [`max`] ignore it; [`clamp`] keeps it; arithmetic propagates it.
//! - **Zeros**: [`min`] and [`max`] treat `-0.0` and `0.0` as equal, and return `0.0`.
//! - **Integers**: sums are wide enough ([`Scalar::Sum`]); [`add`], [`sub`], [`mul`], [`scale`] and
//!   [`axpy`] wrap around, and [`saturating_add`] and [`saturating_sub`] saturate.
//!
//! # Levels
//!
//! The first call finds the strongest instructions of the machine. [`level`] returns them and
//! [`set_level`] caps them: to exclude them when something is wrong, and to test weaker machines.
//!
//! # How it is made
//!
//! ```text
//! functions here ─▶ dispatch.rs ─▶ kernels/    any level, vectors of 64 bytes
//!   lengths, docs     a level   └▶ scalar.rs   plain loops: fallback, and what tests compare with
//! ```
//!
//! `operation.rs` has the operations on one element, `element.rs` the types of elements, and
//! `numbers.rs` the kernel of each type. The instructions come from `fearless_simd`, whose level is
//! proof that the machine has them, so kernels need no `unsafe`; `strided.rs`, `batch.rs`, `raw.rs`
//! and `abi.rs`, which read through pointers, do. What was given up for it: a separate level for
//! each kernel, and masked loads, which only matter below 16 elements. Tests are in `tests.rs`,
//! benchmarks in `benches/simd`.

#[doc(hidden)]
pub mod abi;
#[doc(hidden)]
pub mod batch;
mod code;
mod dispatch;
mod element;
mod indexed;
mod kernels;
mod level;
mod numbers;
mod operation;
mod raw;
pub mod records;
mod scalar;
mod strided;
#[cfg(test)]
mod tests;

use std::fmt::Debug;

#[doc(inline)]
pub use batch::{FfiBatch, FfiSimd, Field};
use element::{Element, FloatElement, SHORT};
use level::Backend;
pub use level::Level;
use operation::{
    Add, Axpy, Clamp, Fill, Greatest, Least, Lerp, Mul, SaturatingAdd, SaturatingSub, Scale, Sub,
};

/// A number in slices: an integer of 8 to 64 bits, `f32` or `f64`. It cannot be implemented for
/// other types.
pub trait Scalar: Element<Sum = <Self as Scalar>::Sum, Mean = <Self as Scalar>::Mean> {
    /// Type of the sum of a slice. For floats it is the float; for integers up to 32 bits it is
    /// `i64` or `u64`, for those of 64 bits `i128` or `u128`, so that no slice below 16 GiB can
    /// have a sum that doesn't fit.
    type Sum: Copy + PartialEq + Debug + Send + Sync + 'static;
    /// Type of the mean of a slice: for floats the float, for integers `f64`.
    type Mean: Copy + PartialEq + Debug + Send + Sync + 'static;
}

/// A [`Scalar`] that is `f32` or `f64`.
pub trait Float: Scalar<Sum = Self, Mean = Self> + FloatElement {}

/// A [`Scalar`] that is an integer.
pub trait Integer: Scalar {}

macro_rules! scalars {
    ($kind:ident: $($scalar:ident, $sum:ident, $mean:ident;)*) => { $(
        impl Scalar for $scalar {
            type Sum = $sum;
            type Mean = $mean;
        }
        impl $kind for $scalar {}
    )* };
}

scalars! { Float:
    f32, f32, f32;
    f64, f64, f64;
}
scalars! { Integer:
    i8, i64, f64;
    u8, u64, f64;
    i16, i64, f64;
    u16, u64, f64;
    i32, i64, f64;
    u32, u64, f64;
    i64, i128, f64;
    u64, u128, f64;
}

/// Returns the level in use: the strongest that this machine has and the cap allows.
#[must_use]
pub fn level() -> Level {
    Backend::current().level()
}

/// Caps the level in use, or removes the cap with `None`, and returns the new [`level`].
///
/// The cap applies to the whole process. It may be set at any time: calls in progress are not
/// affected, and results don't depend on it.
///
/// # Examples
///
/// ```
/// use ffi_core::simd::{self, Level};
///
/// let strongest = simd::level();
/// assert_eq!(simd::set_level(Some(Level::Fallback)), Level::Fallback);
/// assert_eq!(simd::sum(&[1.0, 2.0]), 3.0);
/// assert_eq!(simd::set_level(None), strongest);
/// ```
pub fn set_level(cap: Option<Level>) -> Level {
    level::set_cap(cap);
    level()
}

/// Returns the sum of `values`; zero if there are none.
///
/// Floats are added in the order that the [module](self) defines, so the result is equal on every
/// machine. Integers are added in [`Scalar::Sum`].
///
/// # Examples
///
/// ```
/// use ffi_core::simd::sum;
///
/// assert_eq!(sum(&[0.5_f32, 0.25]), 0.75);
/// assert_eq!(sum(&[i32::MAX, 1]), 2_147_483_648_i64);
/// assert_eq!(sum::<u8>(&[]), 0);
/// ```
#[must_use]
#[inline]
pub fn sum<T: Scalar>(values: &[T]) -> <T as Scalar>::Sum {
    T::sum_short(values).unwrap_or_else(|| dispatch::sum(Backend::current(), values))
}

/// Returns the mean of `values`, or `None` if there are none.
///
/// It is [`sum`] divided by the count, computed in `f64`.
///
/// # Examples
///
/// ```
/// use ffi_core::simd::mean;
///
/// assert_eq!(mean(&[1_u8, 2]), Some(1.5));
/// assert_eq!(mean::<f32>(&[]), None);
/// ```
#[must_use]
#[inline]
pub fn mean<T: Scalar>(values: &[T]) -> Option<<T as Scalar>::Mean> {
    T::mean(sum(values), values.len())
}

/// Returns the smallest of `values`, ignoring NaN, or `None` if there is no number among them.
///
/// A zero is returned as `0.0`, also if there was only `-0.0`.
///
/// # Examples
///
/// ```
/// use ffi_core::simd::min;
///
/// assert_eq!(min(&[3.0, f32::NAN, -1.0]), Some(-1.0));
/// assert_eq!(min(&[f32::NAN]), None);
/// assert_eq!(min::<i64>(&[]), None);
/// ```
#[must_use]
#[inline]
pub fn min<T: Scalar>(values: &[T]) -> Option<T> {
    dispatch::choose(for_slice(values), values, Least)
}

/// Returns the largest of `values`, ignoring NaN, or `None` if there is no number among them.
///
/// A zero is returned as `0.0`, also if there was only `-0.0`.
///
/// # Examples
///
/// ```
/// use ffi_core::simd::max;
///
/// assert_eq!(max(&[3, 9, -1]), Some(9));
/// assert_eq!(max(&[f64::NEG_INFINITY, f64::NAN]), Some(f64::NEG_INFINITY));
/// ```
#[must_use]
#[inline]
pub fn max<T: Scalar>(values: &[T]) -> Option<T> {
    dispatch::choose(for_slice(values), values, Greatest)
}

/// Returns the sum of the products of `values` and `other`; zero if there are none.
///
/// For floats, each product is rounded, then added as in [`sum`]. Integers are multiplied and added
/// in [`Scalar::Sum`], in which they wrap around: products of up to 16 bits can't in practice, two
/// products of 32 bits can.
///
/// # Panics
///
/// Panics if the lengths differ.
///
/// # Examples
///
/// ```
/// use ffi_core::simd::dot;
///
/// assert_eq!(dot(&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0]), 32.0);
/// assert_eq!(dot(&[255_u8, 255], &[255, 255]), 130_050);
/// ```
#[must_use]
#[inline]
#[track_caller]
pub fn dot<T: Scalar>(values: &[T], other: &[T]) -> <T as Scalar>::Sum {
    same_length(values, other);
    T::dot_short(values, other).unwrap_or_else(|| dispatch::dot(Backend::current(), values, other))
}

/// Adds `other` to `values`, element by element. Integers wrap around.
///
/// # Panics
///
/// Panics if the lengths differ.
///
/// # Examples
///
/// ```
/// let mut values = [1.0, 2.0];
/// ffi_core::simd::add(&mut values, &[0.5, 0.25]);
/// assert_eq!(values, [1.5, 2.25]);
/// ```
#[inline]
#[track_caller]
pub fn add<T: Scalar>(values: &mut [T], other: &[T]) {
    same_length(values, other);
    dispatch::zip(for_slice(values), values, other, Add);
}

/// Subtracts `other` from `values`, element by element. Integers wrap around.
///
/// # Panics
///
/// Panics if the lengths differ.
///
/// # Examples
///
/// ```
/// let mut values = [1_u8, 2];
/// ffi_core::simd::sub(&mut values, &[2, 1]);
/// assert_eq!(values, [255, 1]);
/// ```
#[inline]
#[track_caller]
pub fn sub<T: Scalar>(values: &mut [T], other: &[T]) {
    same_length(values, other);
    dispatch::zip(for_slice(values), values, other, Sub);
}

/// Multiplies `values` by `other`, element by element. Integers wrap around.
///
/// # Panics
///
/// Panics if the lengths differ.
///
/// # Examples
///
/// ```
/// let mut values = [1.5, 2.0];
/// ffi_core::simd::mul(&mut values, &[2.0, 2.0]);
/// assert_eq!(values, [3.0, 4.0]);
/// ```
#[inline]
#[track_caller]
pub fn mul<T: Scalar>(values: &mut [T], other: &[T]) {
    same_length(values, other);
    dispatch::zip(for_slice(values), values, other, Mul);
}

/// Multiplies all `values` by `factor`. Integers wrap around.
///
/// # Examples
///
/// ```
/// let mut values = [1.5, 2.0];
/// ffi_core::simd::scale(&mut values, 2.0);
/// assert_eq!(values, [3.0, 4.0]);
/// ```
#[inline]
pub fn scale<T: Scalar>(values: &mut [T], factor: T) {
    dispatch::map(for_slice(values), values, Scale(factor));
}

/// Computes `y = y + a * x`, element by element. The product is rounded, then the sum. Integers
/// wrap around.
///
/// # Panics
///
/// Panics if the lengths differ.
///
/// # Examples
///
/// ```
/// let mut positions = [0.0, 10.0];
/// ffi_core::simd::axpy(0.5, &[2.0, 4.0], &mut positions);
/// assert_eq!(positions, [1.0, 12.0]);
/// ```
#[inline]
#[track_caller]
pub fn axpy<T: Scalar>(a: T, x: &[T], y: &mut [T]) {
    same_length(y, x);
    dispatch::zip(for_slice(y), y, x, Axpy(a));
}

/// Moves `values` towards `other`: `value + (other - value) * t`, element by element, rounded after
/// each step. With a `t` of 0 a finite value is unchanged; with 1 it becomes the other up to
/// rounding. A `t` outside of that range extrapolates.
///
/// # Panics
///
/// Panics if the lengths differ.
///
/// # Examples
///
/// ```
/// let mut values = [0.0, 10.0];
/// ffi_core::simd::lerp(&mut values, &[2.0, 20.0], 0.25);
/// assert_eq!(values, [0.5, 12.5]);
/// ```
#[inline]
#[track_caller]
pub fn lerp<T: Float>(values: &mut [T], other: &[T], t: T) {
    same_length(values, other);
    dispatch::zip(for_slice(values), values, other, Lerp(t));
}

/// Raises `values` below `low` to it, and lowers those above `high` to that. NaN stays, as in
/// [`f32::clamp`].
///
/// # Panics
///
/// Panics if `low > high`, or one of them is NaN.
///
/// # Examples
///
/// ```
/// let mut values = [-5, 50, 500];
/// ffi_core::simd::clamp(&mut values, 0, 99);
/// assert_eq!(values, [0, 50, 99]);
/// ```
#[inline]
#[track_caller]
pub fn clamp<T: Scalar>(values: &mut [T], low: T, high: T) {
    assert_range(low, high);
    dispatch::map(for_slice(values), values, Clamp(low, high));
}

/// Sets all `values` to `value`.
///
/// # Examples
///
/// ```
/// let mut values = [0; 3];
/// ffi_core::simd::fill(&mut values, 7);
/// assert_eq!(values, [7; 3]);
/// ```
#[inline]
pub fn fill<T: Scalar>(values: &mut [T], value: T) {
    dispatch::map(for_slice(values), values, Fill(value));
}

/// Adds `other` to `values`, element by element, and saturates at the limits of the type.
///
/// # Panics
///
/// Panics if the lengths differ.
///
/// # Examples
///
/// ```
/// let mut pixels = [250_u8, 100];
/// ffi_core::simd::saturating_add(&mut pixels, &[10, 10]);
/// assert_eq!(pixels, [255, 110]);
/// ```
#[inline]
#[track_caller]
pub fn saturating_add<T: Integer>(values: &mut [T], other: &[T]) {
    same_length(values, other);
    dispatch::zip(for_slice(values), values, other, SaturatingAdd);
}

/// Subtracts `other` from `values`, element by element, and saturates at the limits of the type.
///
/// # Panics
///
/// Panics if the lengths differ.
///
/// # Examples
///
/// ```
/// let mut pixels = [5_u8, 100];
/// ffi_core::simd::saturating_sub(&mut pixels, &[10, 10]);
/// assert_eq!(pixels, [0, 90]);
/// ```
#[inline]
#[track_caller]
pub fn saturating_sub<T: Integer>(values: &mut [T], other: &[T]) {
    same_length(values, other);
    dispatch::zip(for_slice(values), values, other, SaturatingSub);
}

/// Returns the backend in use; for few elements always the plain loop, which is then the fastest.
#[inline(always)]
fn for_slice<T>(values: &[T]) -> Backend {
    if values.len() <= SHORT { Backend::Scalar } else { Backend::current() }
}

#[inline]
#[track_caller]
fn assert_range<T: Scalar>(low: T, high: T) {
    assert!(
        low <= high,
        "the bounds {low} and {high} are no range\nhint: the lower one comes first, and neither is NaN"
    );
}

#[inline]
#[track_caller]
fn same_length<T>(values: &[T], other: &[T]) {
    if values.len() != other.len() {
        differ(values.len(), other.len());
    }
}

#[cold]
#[track_caller]
fn differ(length: usize, other: usize) -> ! {
    panic!("slices of {length} and {other} elements\nhint: each element needs a partner; cut the longer one");
}
