//! Kernels on arrays of records: the derive calls them for messages, and they serve any `repr(C)`
//! struct of numbers.
//!
//! A record of `F` fields of one type is `F` consecutive numbers, and an array of them is a flat
//! slice. Its vectors are not shuffled: in `F` consecutive vectors each lane always belongs to one
//! field, so sums of lanes are sums of fields, and an operand with one number per field repeats
//! after `F` vectors. All fields are computed in one pass, as a pass over one of six fields would
//! read the same memory.
//!
//! ```
//! use ffi_core::simd::records;
//!
//! // x, y, vx, vy of two particles.
//! let mut flat = [0.0_f32, 1.0, 10.0, 20.0, 2.0, 3.0, 30.0, 40.0];
//! assert_eq!(records::sum::<4, _>(&flat), [2.0, 4.0, 40.0, 60.0]);
//! // x and y, which are at 0, by half of what is at 2.
//! records::axpy_fields::<4, _>(0.5, 2..4, 0, &mut flat);
//! assert_eq!(flat, [5.0, 11.0, 10.0, 20.0, 17.0, 23.0, 30.0, 40.0]);
//! ```
//!
//! The sum of a field has the bits of [`simd::sum`](super::sum) of that field copied into a slice.
//! The [rules](super) about NaN, zeros and integers apply.
//!
//! If fields have different types, there is no such pattern: [`sum_by`], [`min_by`] and [`max_by`]
//! walk over records and load one field, one number at a time. They never gather, which is slower.

use std::ops::Range;

use super::element::Element;
use super::level::Backend;
use super::operation::{
    Choose, Greatest, Least, RecordAdd, RecordAxpy, RecordClamp, RecordLerp, RecordMap, RecordScale,
    RecordSub, RecordZip,
};
use super::strided::Strided;
use super::{Float, Scalar, dispatch, scalar};

/// Returns the sum of each field of records of `F` fields.
///
/// # Panics
///
/// Panics if the length of `flat` is not a multiple of `F`.
#[must_use]
#[track_caller]
pub fn sum<const F: usize, T: Scalar>(flat: &[T]) -> [<T as Scalar>::Sum; F] {
    whole_records::<F>(flat.len());
    if const { F > WIDEST } {
        return std::array::from_fn(|field| Strided::of_flat(flat, F, field).sum());
    }
    dispatch::record_sum(Backend::current(), flat)
}

/// Returns the mean of each field of records of `F` fields, or `None` if there is no record.
///
/// # Panics
///
/// Panics if the length of `flat` is not a multiple of `F`.
#[must_use]
#[track_caller]
pub fn mean<const F: usize, T: Scalar>(flat: &[T]) -> [Option<<T as Scalar>::Mean>; F] {
    sum::<F, T>(flat).map(|sum| T::mean(sum, flat.len() / F))
}

/// Returns the smallest number of each field of records of `F` fields, or `None` if there is none.
///
/// # Panics
///
/// Panics if the length of `flat` is not a multiple of `F`.
#[must_use]
#[track_caller]
pub fn min<const F: usize, T: Scalar>(flat: &[T]) -> [Option<T>; F] {
    choose(flat, Least)
}

/// Returns the largest number of each field of records of `F` fields, or `None` if there is none.
///
/// # Panics
///
/// Panics if the length of `flat` is not a multiple of `F`.
#[must_use]
#[track_caller]
pub fn max<const F: usize, T: Scalar>(flat: &[T]) -> [Option<T>; F] {
    choose(flat, Greatest)
}

/// Adds `record` to every record.
///
/// # Panics
///
/// Panics if the length of `flat` is not a multiple of `F`.
#[track_caller]
pub fn add<const F: usize, T: Scalar>(flat: &mut [T], record: &[T; F]) {
    whole_records::<F>(flat.len());
    map(flat, [record, record], RecordAdd);
}

/// Subtracts `record` from every record.
///
/// # Panics
///
/// Panics if the length of `flat` is not a multiple of `F`.
#[track_caller]
pub fn sub<const F: usize, T: Scalar>(flat: &mut [T], record: &[T; F]) {
    whole_records::<F>(flat.len());
    map(flat, [record, record], RecordSub);
}

/// Multiplies each field of every record by its own factor.
///
/// # Panics
///
/// Panics if the length of `flat` is not a multiple of `F`.
#[track_caller]
pub fn scale<const F: usize, T: Scalar>(flat: &mut [T], factors: &[T; F]) {
    whole_records::<F>(flat.len());
    map(flat, [factors, factors], RecordScale);
}

/// Brings each field of every record into its own range, as [`simd::clamp`](super::clamp) does.
///
/// # Panics
///
/// Panics if the length of `flat` is not a multiple of `F`, or a lower bound is above the upper one
/// or one of them is NaN.
#[track_caller]
pub fn clamp<const F: usize, T: Scalar>(flat: &mut [T], low: &[T; F], high: &[T; F]) {
    whole_records::<F>(flat.len());
    for (low, high) in low.iter().zip(high) {
        super::assert_range(*low, *high);
    }
    map(flat, [low, high], RecordClamp);
}

/// Computes `y = y + a * x` for each field of every record, with a factor per field.
///
/// # Panics
///
/// Panics if the lengths differ, or are not a multiple of `F`.
#[track_caller]
pub fn axpy<const F: usize, T: Scalar>(a: &[T; F], x: &[T], y: &mut [T]) {
    whole_records::<F>(y.len());
    super::same_length(y, x);
    zip(y, x, a, RecordAxpy);
}

/// Computes `value + (other - value) * t` for each field of every record, with a `t` per field.
///
/// # Panics
///
/// Panics if the lengths differ, or are not a multiple of `F`.
#[track_caller]
pub fn lerp<const F: usize, T: Float>(flat: &mut [T], other: &[T], t: &[T; F]) {
    whole_records::<F>(flat.len());
    super::same_length(flat, other);
    zip(flat, other, t, RecordLerp);
}

/// Adds to fields of every record others of the same record times `a`: `position += velocity * dt`.
/// `from` are the fields to read; as many fields from `to` on are written.
///
/// # Panics
///
/// Panics if the length of `flat` is not a multiple of `F`, there are no such fields, or fields are
/// both read and written.
#[track_caller]
pub fn axpy_fields<const F: usize, T: Scalar>(a: T, from: Range<usize>, to: usize, flat: &mut [T]) {
    whole_records::<F>(flat.len());
    assert!(
        from.start <= from.end && from.end <= F && to + from.len() <= F,
        "there are no {} fields at {} and {to} of {F}",
        from.len(),
        from.start
    );
    assert!(
        from.is_empty() || to >= from.end || to + from.len() <= from.start,
        "{} fields at {} overlap those at {to}\nhint: what is read must not be written",
        from.len(),
        from.start
    );
    let backend = if const { F > WIDEST } { Backend::Scalar } else { Backend::current() };
    dispatch::axpy_fields::<F, T>(backend, a, from, to, flat);
}

/// Writes the sum of the products of the fields of each record and its partner to `dots`. A record
/// is added up like a slice by [`simd::dot`](super::dot).
///
/// # Panics
///
/// Panics if the lengths differ, or there are not `fields` numbers for each of `dots`.
///
/// # Examples
///
/// ```
/// let (mut dots, flat) = ([0.0; 2], [1.0, 2.0, 3.0, 4.0]);
/// ffi_core::simd::records::dots(2, &flat, &flat, &mut dots);
/// assert_eq!(dots, [5.0, 25.0]);
/// ```
#[track_caller]
pub fn dots<T: Float>(fields: usize, flat: &[T], other: &[T], dots: &mut [T]) {
    super::same_length(flat, other);
    one_each(fields, flat.len(), dots.len());
    let pairs = flat.chunks_exact(fields).zip(other.chunks_exact(fields));
    for (dot, (record, other)) in dots.iter_mut().zip(pairs) {
        *dot = super::dot(record, other);
    }
}

/// Writes the Euclidean length of each record as a vector to `lengths`: the square root of its
/// product with itself.
///
/// # Panics
///
/// Panics if there are not `fields` numbers for each of `lengths`.
///
/// # Examples
///
/// ```
/// let mut lengths = [0.0; 2];
/// ffi_core::simd::records::lengths(2, &[3.0, 4.0, 0.0, 0.0], &mut lengths);
/// assert_eq!(lengths, [5.0, 0.0]);
/// ```
#[track_caller]
pub fn lengths<T: Float>(fields: usize, flat: &[T], lengths: &mut [T]) {
    one_each(fields, flat.len(), lengths.len());
    for (length, record) in lengths.iter_mut().zip(flat.chunks_exact(fields)) {
        *length = super::dot(record, record).square_root();
    }
}

/// Divides each record by its length as a vector. A record of zeros is unchanged.
///
/// # Panics
///
/// Panics if there are not `fields` numbers for each record.
///
/// # Examples
///
/// ```
/// let mut flat = [3.0, 4.0, 0.0, 0.0];
/// ffi_core::simd::records::normalize(2, &mut flat);
/// assert_eq!(flat, [0.6, 0.8, 0.0, 0.0]);
/// ```
#[track_caller]
pub fn normalize<T: Float>(fields: usize, flat: &mut [T]) {
    one_each(fields, flat.len(), flat.len().checked_div(fields).unwrap_or(0));
    for record in flat.chunks_exact_mut(fields.max(1)) {
        let length = super::dot(record, record).square_root();
        if length != T::ZERO {
            for value in record {
                *value = value.quotient(length);
            }
        }
    }
}

/// Sets every record to `record`.
///
/// # Panics
///
/// Panics if the length of `flat` is not a multiple of that of `record`, which is not empty.
#[track_caller]
pub fn fill<T: Scalar>(flat: &mut [T], record: &[T]) {
    one_each(record.len(), flat.len(), flat.len().checked_div(record.len()).unwrap_or(0));
    for each in flat.chunks_exact_mut(record.len().max(1)) {
        each.copy_from_slice(record);
    }
}

/// Returns the sum of the results of `field` for each record, with the bits of
/// [`simd::sum`](super::sum).
///
/// # Examples
///
/// ```
/// struct Reading { celsius: f32, sensor: u8 }
/// let readings = [Reading { celsius: 20.5, sensor: 1 }, Reading { celsius: 21.0, sensor: 2 }];
///
/// assert_eq!(ffi_core::simd::records::sum_by(&readings, |reading| reading.celsius), 41.5);
/// assert_eq!(ffi_core::simd::records::sum_by(&readings, |reading| reading.sensor), 3);
/// ```
#[must_use]
#[inline]
pub fn sum_by<R, T: Scalar>(records: &[R], field: impl Fn(&R) -> T) -> <T as Scalar>::Sum {
    T::sum_by(records, field)
}

/// Returns the mean of the results of `field` for each record, or `None` if there is no record.
#[must_use]
#[inline]
pub fn mean_by<R, T: Scalar>(records: &[R], field: impl Fn(&R) -> T) -> Option<<T as Scalar>::Mean> {
    T::mean(T::sum_by(records, field), records.len())
}

/// Returns the smallest result of `field`, ignoring NaN, or `None` if there is no number.
#[must_use]
#[inline]
pub fn min_by<R, T: Scalar>(records: &[R], field: impl Fn(&R) -> T) -> Option<T> {
    choose_by(records, field, T::HIGHEST, Element::lesser)
}

/// Returns the largest result of `field`, ignoring NaN, or `None` if there is no number.
#[must_use]
#[inline]
pub fn max_by<R, T: Scalar>(records: &[R], field: impl Fn(&R) -> T) -> Option<T> {
    choose_by(records, field, T::LOWEST, Element::greater)
}

/// Chooses in several lanes at once, as each choice waits for the one before.
#[inline(always)]
fn choose_by<R, T: Scalar>(
    records: &[R],
    field: impl Fn(&R) -> T,
    identity: T,
    better: impl Fn(T, T) -> T,
) -> Option<T> {
    let mut bests = [identity; 8];
    for records in records.chunks(8) {
        for (best, record) in bests.iter_mut().zip(records) {
            *best = better(field(record), *best);
        }
    }
    let best = bests.into_iter().fold(identity, |best, value| better(value, best));
    if best == identity && !records.iter().any(|record| field(record).is_number()) {
        return None;
    }
    Some(best.one_zero())
}

/// Largest number of fields with vectors of their own: more would fill the stack, and a longer
/// record fills vectors by itself.
const WIDEST: usize = 64;

#[inline]
fn map<const F: usize, T: Scalar>(flat: &mut [T], operands: [&[T; F]; 2], operation: impl RecordMap<T>) {
    if const { F > WIDEST } {
        return scalar::record_map(flat, operands, operation);
    }
    dispatch::record_map(Backend::current(), flat, operands, operation);
}

#[inline]
fn zip<const F: usize, T: Scalar>(
    flat: &mut [T],
    other: &[T],
    operand: &[T; F],
    operation: impl RecordZip<T>,
) {
    if const { F > WIDEST } {
        return scalar::record_zip(flat, other, operand, operation);
    }
    dispatch::record_zip(Backend::current(), flat, other, operand, operation);
}

#[track_caller]
pub(super) fn choose<const F: usize, T: Scalar>(flat: &[T], operation: impl Choose<T>) -> [Option<T>; F] {
    whole_records::<F>(flat.len());
    if const { F > WIDEST } {
        return std::array::from_fn(|field| Strided::of_flat(flat, F, field).choose(operation));
    }
    dispatch::record_choose(Backend::current(), flat, operation)
}

#[track_caller]
fn one_each(fields: usize, length: usize, count: usize) {
    assert!(
        fields > 0 && fields.checked_mul(count) == Some(length),
        "{length} numbers are no {count} records of {fields}"
    );
}

#[track_caller]
fn whole_records<const F: usize>(length: usize) {
    const { assert!(F > 0, "a record has at least one field") };
    assert!(length.is_multiple_of(F), "{length} numbers are no records of {F}");
}
