//! The kernels as C and Dart call them: tables of functions, which a message with `#[ffi(simd)]` hands out.
//!
//! There is no symbol for each operation, so libraries without such a message link none of this. [`Kernels`] has, for each type of
//! number, the functions on slices and on fields of records; [`RecordKernels`] those on whole records of one message.
//! None panics, none allocates, none keeps anything: they are leaf functions, and any thread may call each.
//!
//! Slices are a pointer and a count of numbers. Nothing need be aligned (what is, is faster); a pointer to no
//! numbers may be anything. Where two slices are the same or overlap, numbers are done one at a time, in order. The caller has
//! compared the lengths of two slices.
//!
//! A sum goes where `out` points, as some don't fit a register: that of 64-bit integers is a 128-bit integer, two words of
//! 64 bits as the machine has them (the low one first on all that Dart knows). What may be missing is said by the result: 1 when
//! `out` was written, 0 when there was nothing to write.

use super::batch::{Mixed, Numbers};
use super::element::Element;
use super::operation::{
    Add, Axpy, Choose, Clamp, Fill, Greatest, Least, Lerp, Map, Mul, SaturatingAdd, SaturatingSub, Scale,
    Sub, Zip,
};
use super::strided::Strided;
use super::{Level, Scalar, dispatch, for_slice, records};

/// The version of the tables: it changes with any change that is not at the end.
pub const VERSION: u32 = 1;

type Sum<T> = <T as Scalar>::Sum;
type Mean<T> = <T as Scalar>::Mean;

macro_rules! table {
    (
        $(#[$meta:meta])*
        $name:ident<$scalar:ident> {
            $( $(#[$doc:meta])* $function:ident: fn($($param:ident: $ty:ty),*) $(-> $result:ty)?; )*
        }
        only {
            $( $(#[$only_doc:meta])* $only:ident: fn($($only_param:ident: $only_ty:ty),*); )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug)]
        #[repr(C)]
        pub struct $name<$scalar: Scalar> {
            $( $(#[$doc])* pub $function: unsafe extern "C" fn($($param: $ty),*) $(-> $result)?, )*
            $( $(#[$only_doc])* pub $only: Option<unsafe extern "C" fn($($only_param: $only_ty),*)>, )*
        }

        impl<$scalar: Scalar> $name<$scalar> {
            /// The number of functions.
            pub const LEN: usize = size_of::<Self>() / size_of::<usize>();

            const fn new() -> Self {
                Self { $($function: $function::<$scalar>,)* $($only: None,)* }
            }
        }
    };
}

table! {
    /// The kernels of one type of number.
    ///
    /// Fields are given by a pointer to the first number of the first record, the count of records, the bytes from one record
    /// to the next, and how many numbers the field has, for each of which there is a result, one behind the other.
    ScalarKernels<T> {
        /// [`simd::sum`](super::sum).
        sum: fn(values: *const T, len: usize, out: *mut Sum<T>);
        /// [`simd::mean`](super::mean).
        mean: fn(values: *const T, len: usize, out: *mut Mean<T>) -> u8;
        /// [`simd::min`](super::min).
        min: fn(values: *const T, len: usize, out: *mut T) -> u8;
        /// [`simd::max`](super::max).
        max: fn(values: *const T, len: usize, out: *mut T) -> u8;
        /// [`simd::dot`](super::dot).
        dot: fn(values: *const T, other: *const T, len: usize, out: *mut Sum<T>);
        /// [`simd::add`](super::add).
        add: fn(values: *mut T, other: *const T, len: usize);
        /// [`simd::sub`](super::sub).
        sub: fn(values: *mut T, other: *const T, len: usize);
        /// [`simd::mul`](super::mul).
        mul: fn(values: *mut T, other: *const T, len: usize);
        /// [`simd::scale`](super::scale).
        scale: fn(values: *mut T, len: usize, factor: T);
        /// [`simd::axpy`](super::axpy).
        axpy: fn(a: T, x: *const T, y: *mut T, len: usize);
        /// [`simd::clamp`](super::clamp); 0, and nothing is done, when the bounds are no range.
        clamp: fn(values: *mut T, len: usize, low: T, high: T) -> u8;
        /// [`simd::fill`](super::fill).
        fill: fn(values: *mut T, len: usize, value: T);
        /// [`Field::sums`](super::Field::sums).
        field_sum: fn(first: *const T, records: usize, stride: usize, lanes: usize, out: *mut Sum<T>);
        /// [`Field::means`](super::Field::means).
        field_mean: fn(first: *const T, records: usize, stride: usize, lanes: usize, out: *mut Mean<T>) -> u8;
        /// [`Field::mins`](super::Field::mins); `present` has a byte for each.
        field_min: fn(first: *const T, records: usize, stride: usize, lanes: usize, out: *mut T, present: *mut u8);
        /// [`Field::maxs`](super::Field::maxs); `present` has a byte for each.
        field_max: fn(first: *const T, records: usize, stride: usize, lanes: usize, out: *mut T, present: *mut u8);
        /// [`Field::add`](super::Field::add).
        field_add: fn(first: *mut T, records: usize, stride: usize, lanes: usize, value: T);
        /// [`Field::scale`](super::Field::scale).
        field_scale: fn(first: *mut T, records: usize, stride: usize, lanes: usize, factor: T);
        /// [`Field::clamp`](super::Field::clamp); 0, and nothing is done, when the bounds are no range.
        field_clamp: fn(first: *mut T, records: usize, stride: usize, lanes: usize, low: T, high: T) -> u8;
        /// [`Field::fill`](super::Field::fill).
        field_fill: fn(first: *mut T, records: usize, stride: usize, lanes: usize, value: T);
        /// [`Field::axpy`](super::Field::axpy).
        field_axpy: fn(a: T, x: *const T, y: *mut T, records: usize, stride: usize, lanes: usize);
    }
    only {
        /// [`simd::lerp`](super::lerp); null for integers.
        lerp: fn(values: *mut T, other: *const T, len: usize, t: T);
        /// [`records::dots`]; null for integers.
        record_dot: fn(values: *const T, other: *const T, records: usize, lanes: usize, out: *mut T);
        /// [`records::lengths`]; null for integers.
        record_length: fn(values: *const T, records: usize, lanes: usize, out: *mut T);
        /// [`records::normalize`]; null for integers.
        record_normalize: fn(values: *mut T, records: usize, lanes: usize);
        /// [`simd::saturating_add`](super::saturating_add); null for floats.
        saturating_add: fn(values: *mut T, other: *const T, len: usize);
        /// [`simd::saturating_sub`](super::saturating_sub); null for floats.
        saturating_sub: fn(values: *mut T, other: *const T, len: usize);
    }
}

impl<T: super::Float> ScalarKernels<T> {
    const fn float() -> Self {
        Self {
            lerp: Some(lerp::<T>),
            record_dot: Some(record_dot::<T>),
            record_length: Some(record_length::<T>),
            record_normalize: Some(record_normalize::<T>),
            ..Self::new()
        }
    }
}

impl<T: super::Integer> ScalarKernels<T> {
    const fn integer() -> Self {
        Self {
            saturating_add: Some(saturating_add::<T>),
            saturating_sub: Some(saturating_sub::<T>),
            ..Self::new()
        }
    }
}

/// All kernels that don't depend on a message.
#[derive(Debug)]
#[repr(C)]
pub struct Kernels {
    /// [`VERSION`].
    pub version: u32,
    /// The number of pointers that follow.
    pub len: u32,
    /// The number of the level in use; see [`Level`].
    pub level: extern "C" fn() -> u32,
    /// [`simd::set_level`](super::set_level) with the number of a level; with a number above all of them, no cap. The level in
    /// use.
    pub set_level: extern "C" fn(cap: u32) -> u32,
    /// `i8`.
    pub i8: ScalarKernels<i8>,
    /// `u8`.
    pub u8: ScalarKernels<u8>,
    /// `i16`.
    pub i16: ScalarKernels<i16>,
    /// `u16`.
    pub u16: ScalarKernels<u16>,
    /// `i32`.
    pub i32: ScalarKernels<i32>,
    /// `u32`.
    pub u32: ScalarKernels<u32>,
    /// `i64`.
    pub i64: ScalarKernels<i64>,
    /// `u64`.
    pub u64: ScalarKernels<u64>,
    /// `f32`.
    pub f32: ScalarKernels<f32>,
    /// `f64`.
    pub f64: ScalarKernels<f64>,
}

/// The one table of its kind.
pub static KERNELS: Kernels = Kernels {
    version: VERSION,
    len: ((size_of::<Kernels>() - 8) / size_of::<usize>()) as u32,
    level,
    set_level,
    i8: ScalarKernels::integer(),
    u8: ScalarKernels::integer(),
    i16: ScalarKernels::integer(),
    u16: ScalarKernels::integer(),
    i32: ScalarKernels::integer(),
    u32: ScalarKernels::integer(),
    i64: ScalarKernels::integer(),
    u64: ScalarKernels::integer(),
    f32: ScalarKernels::float(),
    f64: ScalarKernels::float(),
};

/// The kernels on arrays of one message: what its exported `.._simd` returns.
///
/// All but the first are null where the message is mixed. `data` is aligned as the message is, others are pointers to
/// numbers of its type: `record` to one for each field, results likewise.
#[derive(Debug)]
#[repr(C)]
pub struct RecordKernels {
    /// Those that don't depend on the message.
    pub kernels: &'static Kernels,
    /// [`FfiBatch::sums`](super::FfiBatch::sums).
    pub sum: Option<unsafe extern "C" fn(data: *const u8, records: usize, out: *mut u8)>,
    /// [`FfiBatch::means`](super::FfiBatch::means).
    pub mean: Option<unsafe extern "C" fn(data: *const u8, records: usize, out: *mut u8) -> u8>,
    /// [`FfiBatch::mins`](super::FfiBatch::mins); `present` has a byte for each.
    pub min: Option<unsafe extern "C" fn(data: *const u8, records: usize, out: *mut u8, present: *mut u8)>,
    /// [`FfiBatch::maxs`](super::FfiBatch::maxs); `present` has a byte for each.
    pub max: Option<unsafe extern "C" fn(data: *const u8, records: usize, out: *mut u8, present: *mut u8)>,
    /// [`FfiBatch::add_record`](super::FfiBatch::add_record).
    pub add: Option<unsafe extern "C" fn(data: *mut u8, records: usize, record: *const u8)>,
    /// [`FfiBatch::sub_record`](super::FfiBatch::sub_record).
    pub sub: Option<unsafe extern "C" fn(data: *mut u8, records: usize, record: *const u8)>,
    /// [`FfiBatch::mul_record`](super::FfiBatch::mul_record).
    pub mul: Option<unsafe extern "C" fn(data: *mut u8, records: usize, record: *const u8)>,
    /// [`FfiBatch::clamp_record`](super::FfiBatch::clamp_record); 0, and nothing is done, when the bounds of a field are no range.
    pub clamp:
        Option<unsafe extern "C" fn(data: *mut u8, records: usize, low: *const u8, high: *const u8) -> u8>,
    /// [`FfiBatch::fill_record`](super::FfiBatch::fill_record).
    pub fill: Option<unsafe extern "C" fn(data: *mut u8, records: usize, record: *const u8)>,
    /// [`FfiBatch::axpy_fields`](super::FfiBatch::axpy_fields): `a` times `count` numbers at `from` are added to those at `to`; 0,
    /// and nothing is done, when they overlap or are not all in the record.
    pub axpy_fields: Option<
        unsafe extern "C" fn(
            data: *mut u8,
            records: usize,
            a: *const u8,
            from: usize,
            to: usize,
            count: usize,
        ) -> u8,
    >,
}

/// From the numbers of a message to its table.
#[doc(hidden)]
pub trait RecordTable {
    const TABLE: RecordKernels;
}

impl<T: Scalar, const N: usize> RecordTable for Numbers<T, N> {
    const TABLE: RecordKernels = RecordKernels {
        kernels: &KERNELS,
        sum: Some(record_sum::<T, N>),
        mean: Some(record_mean::<T, N>),
        min: Some(record_choose::<T, N, Least>),
        max: Some(record_choose::<T, N, Greatest>),
        add: Some(record_add::<T, N>),
        sub: Some(record_sub::<T, N>),
        mul: Some(record_mul::<T, N>),
        clamp: Some(record_clamp::<T, N>),
        fill: Some(record_fill::<T, N>),
        axpy_fields: Some(record_axpy_fields::<T, N>),
    };
}

impl RecordTable for Numbers<Mixed, 0> {
    const TABLE: RecordKernels = RecordKernels {
        kernels: &KERNELS,
        sum: None,
        mean: None,
        min: None,
        max: None,
        add: None,
        sub: None,
        mul: None,
        clamp: None,
        fill: None,
        axpy_fields: None,
    };
}

extern "C" fn level() -> u32 {
    u32::from(super::level() as u8)
}

extern "C" fn set_level(cap: u32) -> u32 {
    let cap = u8::try_from(cap).ok().and_then(Level::from_u8);
    u32::from(super::set_level(cap) as u8)
}

// The contract of all functions below is that of the module: pointers to as many numbers as is said, which nobody else writes
// to, nor reads where they are written. Each writes what it does not need aligned with `write_unaligned`.

/// The numbers as a slice, where they are one.
#[inline(always)]
unsafe fn slice<'a, T>(values: *const T, len: usize) -> Option<&'a [T]> {
    if len == 0 {
        return Some(&[]);
    }
    // SAFETY: by the contract of the module there are as many, and they are aligned.
    values.is_aligned().then(|| unsafe { std::slice::from_raw_parts(values, len) })
}

#[inline(always)]
unsafe fn slice_mut<'a, T>(values: *mut T, len: usize) -> Option<&'a mut [T]> {
    if len == 0 {
        return Some(&mut []);
    }
    // SAFETY: as above, and nobody else uses them.
    values.is_aligned().then(|| unsafe { std::slice::from_raw_parts_mut(values, len) })
}

/// Two slices, where they are some and don't overlap.
#[inline(always)]
unsafe fn slices<'a, T>(values: *mut T, other: *const T, len: usize) -> Option<(&'a mut [T], &'a [T])> {
    if values.addr().abs_diff(other.addr()) < len * size_of::<T>() {
        return None;
    }
    // SAFETY: by this function's contract, which is that of the module; they don't overlap.
    let values = unsafe { slice_mut(values, len) }?;
    // SAFETY: as above.
    Some((values, unsafe { slice(other, len) }?))
}

/// Two slices that may not be aligned, and may overlap.
unsafe fn unaligned<T: Scalar>(values: *const T, other: *const T, len: usize) -> [Strided<T>; 2] {
    [values, other].map(|first| {
        // SAFETY: by this function's contract, which is that of the module.
        unsafe { Strided::unaligned(first, len) }
    })
}

/// Writes what is there, and returns whether it was.
unsafe fn put<T>(out: *mut T, value: Option<T>) -> u8 {
    let present = value.is_some();
    if let Some(value) = value {
        // SAFETY: by the contract of the module.
        unsafe { out.write_unaligned(value) };
    }
    present.into()
}

#[inline(always)]
unsafe fn map<T: Scalar>(values: *mut T, len: usize, operation: impl Map<T>) {
    // SAFETY: by the contract of the module.
    match unsafe { slice_mut(values, len) } {
        Some(values) => dispatch::map(for_slice(values), values, operation),
        // SAFETY: as above.
        None => unsafe { Strided::unaligned(values, len) }.map(|value| operation.scalar(value)),
    }
}

#[inline(always)]
unsafe fn zip<T: Scalar>(values: *mut T, other: *const T, len: usize, operation: impl Zip<T>) {
    // SAFETY: by the contract of the module.
    if let Some((values, other)) = unsafe { slices(values, other, len) } {
        return dispatch::zip(for_slice(values), values, other, operation);
    }
    // SAFETY: as above.
    let [values, other] = unsafe { unaligned(values, other, len) };
    values.zip(other, |value, other| operation.scalar(value, other));
}

unsafe fn choose<T: Scalar>(values: *const T, len: usize, operation: impl Choose<T>) -> Option<T> {
    // SAFETY: by the contract of the module.
    match unsafe { slice(values, len) } {
        Some(values) => dispatch::choose(for_slice(values), values, operation),
        // SAFETY: as above.
        None => unsafe { Strided::unaligned(values, len) }.choose(operation),
    }
}

unsafe fn sum_of<T: Scalar>(values: *const T, len: usize) -> Sum<T> {
    // SAFETY: by the contract of the module.
    match unsafe { slice(values, len) } {
        Some(values) => super::sum(values),
        // SAFETY: as above.
        None => unsafe { Strided::unaligned(values, len) }.sum(),
    }
}

unsafe extern "C" fn sum<T: Scalar>(values: *const T, len: usize, out: *mut Sum<T>) {
    // SAFETY: by the contract of the module.
    let sum = unsafe { sum_of(values, len) };
    // SAFETY: as above.
    unsafe { out.write_unaligned(sum) };
}

unsafe extern "C" fn mean<T: Scalar>(values: *const T, len: usize, out: *mut Mean<T>) -> u8 {
    // SAFETY: by the contract of the module.
    let sum = unsafe { sum_of(values, len) };
    // SAFETY: as above.
    unsafe { put(out, T::mean(sum, len)) }
}

unsafe extern "C" fn min<T: Scalar>(values: *const T, len: usize, out: *mut T) -> u8 {
    // SAFETY: by the contract of the module.
    let least = unsafe { choose(values, len, Least) };
    // SAFETY: as above.
    unsafe { put(out, least) }
}

unsafe extern "C" fn max<T: Scalar>(values: *const T, len: usize, out: *mut T) -> u8 {
    // SAFETY: by the contract of the module.
    let greatest = unsafe { choose(values, len, Greatest) };
    // SAFETY: as above.
    unsafe { put(out, greatest) }
}

unsafe extern "C" fn dot<T: Scalar>(values: *const T, other: *const T, len: usize, out: *mut Sum<T>) {
    // SAFETY: by the contract of the module.
    let values_slice = unsafe { slice(values, len) };
    // SAFETY: as above.
    let other_slice = unsafe { slice(other, len) };
    let dot = if let (Some(values), Some(other)) = (values_slice, other_slice) {
        super::dot(values, other)
    } else {
        // SAFETY: as above.
        let [values, other] = unsafe { unaligned(values, other, len) };
        values.dot(other)
    };
    // SAFETY: as above.
    unsafe { out.write_unaligned(dot) };
}

unsafe extern "C" fn axpy<T: Scalar>(a: T, x: *const T, y: *mut T, len: usize) {
    // SAFETY: by the contract of the module.
    unsafe { zip(y, x, len, Axpy(a)) };
}

macro_rules! with_other {
    ($($name:ident<$bound:ident>: $operation:expr;)*) => { $(
        unsafe extern "C" fn $name<T: super::$bound>(values: *mut T, other: *const T, len: usize) {
            // SAFETY: by the contract of the module.
            unsafe { zip(values, other, len, $operation) };
        }
    )* };
}

with_other! {
    add<Scalar>: Add;
    sub<Scalar>: Sub;
    mul<Scalar>: Mul;
    saturating_add<Integer>: SaturatingAdd;
    saturating_sub<Integer>: SaturatingSub;
}

unsafe extern "C" fn lerp<T: super::Float>(values: *mut T, other: *const T, len: usize, t: T) {
    // SAFETY: by the contract of the module.
    unsafe { zip(values, other, len, Lerp(t)) };
}

unsafe extern "C" fn scale<T: Scalar>(values: *mut T, len: usize, factor: T) {
    // SAFETY: by the contract of the module.
    unsafe { map(values, len, Scale(factor)) };
}

unsafe extern "C" fn fill<T: Scalar>(values: *mut T, len: usize, value: T) {
    // SAFETY: by the contract of the module.
    unsafe { map(values, len, Fill(value)) };
}

unsafe extern "C" fn clamp<T: Scalar>(values: *mut T, len: usize, low: T, high: T) -> u8 {
    let range = low <= high;
    if range {
        // SAFETY: by the contract of the module.
        unsafe { map(values, len, Clamp(low, high)) };
    }
    range.into()
}

/// Each number of a field, with its index: the same of all records.
unsafe fn columns<T: Scalar>(
    first: *const T,
    records: usize,
    stride: usize,
    lanes: usize,
) -> impl Iterator<Item = (usize, Strided<T>)> {
    (0..lanes).map(move |lane| {
        // SAFETY: by the contract of the module each record has that number.
        (lane, unsafe { Strided::new(first.wrapping_add(lane), records, stride) })
    })
}

unsafe extern "C" fn field_sum<T: Scalar>(
    first: *const T,
    records: usize,
    stride: usize,
    lanes: usize,
    out: *mut Sum<T>,
) {
    // SAFETY: by the contract of the module.
    for (lane, column) in unsafe { columns(first, records, stride, lanes) } {
        // SAFETY: as above: there is room for a sum of each number.
        unsafe { out.wrapping_add(lane).write_unaligned(column.sum()) };
    }
}

unsafe extern "C" fn field_mean<T: Scalar>(
    first: *const T,
    records: usize,
    stride: usize,
    lanes: usize,
    out: *mut Mean<T>,
) -> u8 {
    // SAFETY: by the contract of the module.
    for (lane, column) in unsafe { columns(first, records, stride, lanes) } {
        // SAFETY: as above.
        unsafe { put(out.wrapping_add(lane), column.mean()) };
    }
    (records > 0).into()
}

unsafe fn field_choose<T: Scalar>(
    columns: impl Iterator<Item = (usize, Strided<T>)>,
    operation: impl Choose<T>,
    out: *mut T,
    present: *mut u8,
) {
    for (lane, column) in columns {
        // SAFETY: by the contract of the module.
        let found = unsafe { put(out.wrapping_add(lane), column.choose(operation)) };
        // SAFETY: as above.
        unsafe { present.wrapping_add(lane).write(found) };
    }
}

unsafe extern "C" fn field_min<T: Scalar>(
    first: *const T,
    records: usize,
    stride: usize,
    lanes: usize,
    out: *mut T,
    present: *mut u8,
) {
    // SAFETY: by the contract of the module.
    let columns = unsafe { columns(first, records, stride, lanes) };
    // SAFETY: as above.
    unsafe { field_choose(columns, Least, out, present) };
}

unsafe extern "C" fn field_max<T: Scalar>(
    first: *const T,
    records: usize,
    stride: usize,
    lanes: usize,
    out: *mut T,
    present: *mut u8,
) {
    // SAFETY: by the contract of the module.
    let columns = unsafe { columns(first, records, stride, lanes) };
    // SAFETY: as above.
    unsafe { field_choose(columns, Greatest, out, present) };
}

unsafe extern "C" fn field_add<T: Scalar>(
    first: *mut T,
    records: usize,
    stride: usize,
    lanes: usize,
    value: T,
) {
    // SAFETY: by the contract of the module.
    for (_, column) in unsafe { columns(first, records, stride, lanes) } {
        column.map(|number| Element::sum(number, value));
    }
}

unsafe extern "C" fn field_scale<T: Scalar>(
    first: *mut T,
    records: usize,
    stride: usize,
    lanes: usize,
    factor: T,
) {
    // SAFETY: by the contract of the module.
    for (_, column) in unsafe { columns(first, records, stride, lanes) } {
        column.map(|number| number.product(factor));
    }
}

unsafe extern "C" fn field_clamp<T: Scalar>(
    first: *mut T,
    records: usize,
    stride: usize,
    lanes: usize,
    low: T,
    high: T,
) -> u8 {
    let range = low <= high;
    if range {
        // SAFETY: by the contract of the module.
        for (_, column) in unsafe { columns(first, records, stride, lanes) } {
            column.map(|number| number.clamped(low, high));
        }
    }
    range.into()
}

unsafe extern "C" fn field_fill<T: Scalar>(
    first: *mut T,
    records: usize,
    stride: usize,
    lanes: usize,
    value: T,
) {
    // SAFETY: by the contract of the module.
    for (_, column) in unsafe { columns(first, records, stride, lanes) } {
        column.map(|_| value);
    }
}

unsafe extern "C" fn field_axpy<T: Scalar>(
    a: T,
    x: *const T,
    y: *mut T,
    records: usize,
    stride: usize,
    lanes: usize,
) {
    // SAFETY: by the contract of the module.
    let [x, y] = unsafe { [x, y.cast_const()].map(|first| columns(first, records, stride, lanes)) };
    for ((_, x), (_, y)) in x.zip(y) {
        y.zip(x, |y, x| Axpy(a).scalar(y, x));
    }
}

// Of whole records. They are a message's, so aligned; results and operands need not be.

unsafe extern "C" fn record_dot<T: super::Float>(
    values: *const T,
    other: *const T,
    records: usize,
    lanes: usize,
    out: *mut T,
) {
    for record in 0..records {
        let [values, other] = [values, other].map(|first| first.wrapping_add(record * lanes));
        // SAFETY: by the contract of the module.
        unsafe { dot(values, other, lanes, out.wrapping_add(record)) };
    }
}

unsafe extern "C" fn record_length<T: super::Float>(
    values: *const T,
    records: usize,
    lanes: usize,
    out: *mut T,
) {
    for record in 0..records {
        // SAFETY: by the contract of the module.
        let length = unsafe { length(values.wrapping_add(record * lanes), lanes) };
        // SAFETY: as above.
        unsafe { out.wrapping_add(record).write_unaligned(length) };
    }
}

unsafe fn length<T: super::Float>(record: *const T, lanes: usize) -> T {
    let mut product = T::ZERO;
    // SAFETY: by the contract of the module.
    unsafe { dot(record, record, lanes, &raw mut product) };
    product.square_root()
}

unsafe extern "C" fn record_normalize<T: super::Float>(values: *mut T, records: usize, lanes: usize) {
    for record in 0..records {
        let record = values.wrapping_add(record * lanes);
        // SAFETY: by the contract of the module.
        let length = unsafe { length(record, lanes) };
        if length != T::ZERO {
            // SAFETY: as above.
            unsafe { Strided::unaligned(record, lanes) }.map(|value| value.quotient(length));
        }
    }
}

/// The numbers of whole messages.
unsafe fn flat<'a, T, const N: usize>(data: *const u8, records: usize) -> &'a [T] {
    // SAFETY: by the contract of the table; the pointer is aligned.
    unsafe { slice(data.cast(), records * N) }.unwrap_or_default()
}

unsafe fn flat_mut<'a, T, const N: usize>(data: *mut u8, records: usize) -> &'a mut [T] {
    // SAFETY: by the contract of the table; the pointer is aligned.
    unsafe { slice_mut(data.cast(), records * N) }.unwrap_or_default()
}

unsafe fn put_each<T, const N: usize>(values: [Option<T>; N], out: *mut u8, present: *mut u8) {
    for (index, value) in values.into_iter().enumerate() {
        // SAFETY: by the contract of the table.
        let found = unsafe { put(out.cast::<T>().wrapping_add(index), value) };
        if !present.is_null() {
            // SAFETY: as above.
            unsafe { present.wrapping_add(index).write(found) };
        }
    }
}

unsafe extern "C" fn record_sum<T: Scalar, const N: usize>(data: *const u8, records: usize, out: *mut u8) {
    // SAFETY: by the contract of the table.
    let sums = records::sum::<N, T>(unsafe { flat::<T, N>(data, records) });
    // SAFETY: as above.
    unsafe { out.cast::<[Sum<T>; N]>().write_unaligned(sums) };
}

unsafe extern "C" fn record_mean<T: Scalar, const N: usize>(
    data: *const u8,
    records: usize,
    out: *mut u8,
) -> u8 {
    // SAFETY: by the contract of the table.
    let means = records::mean::<N, T>(unsafe { flat::<T, N>(data, records) });
    // SAFETY: as above.
    unsafe { put_each(means, out, std::ptr::null_mut()) };
    (records > 0).into()
}

unsafe extern "C" fn record_choose<T: Scalar, const N: usize, C: Choose<T> + Default>(
    data: *const u8,
    records: usize,
    out: *mut u8,
    present: *mut u8,
) {
    // SAFETY: by the contract of the table.
    let found = records::choose::<N, T>(unsafe { flat::<T, N>(data, records) }, C::default());
    // SAFETY: as above.
    unsafe { put_each(found, out, present) };
}

macro_rules! with_record {
    ($($name:ident: $operation:path;)*) => { $(
        unsafe extern "C" fn $name<T: Scalar, const N: usize>(data: *mut u8, records: usize, record: *const u8) {
            // SAFETY: by the contract of the table.
            let record = unsafe { record.cast::<[T; N]>().read_unaligned() };
            // SAFETY: as above.
            $operation(unsafe { flat_mut::<T, N>(data, records) }, &record);
        }
    )* };
}

with_record! {
    record_add: records::add;
    record_sub: records::sub;
    record_mul: records::scale;
    record_fill: records::fill;
}

unsafe extern "C" fn record_clamp<T: Scalar, const N: usize>(
    data: *mut u8,
    records: usize,
    low: *const u8,
    high: *const u8,
) -> u8 {
    // SAFETY: by the contract of the table.
    let [low, high] = unsafe { [low, high].map(|record| record.cast::<[T; N]>().read_unaligned()) };
    let ranges = low.iter().zip(&high).all(|(low, high)| low <= high);
    if ranges {
        // SAFETY: as above.
        records::clamp(unsafe { flat_mut::<T, N>(data, records) }, &low, &high);
    }
    ranges.into()
}

unsafe extern "C" fn record_axpy_fields<T: Scalar, const N: usize>(
    data: *mut u8,
    records: usize,
    a: *const u8,
    from: usize,
    to: usize,
    count: usize,
) -> u8 {
    let inside = [from, to].iter().all(|at| at.checked_add(count).is_some_and(|end| end <= N));
    let possible = inside && from.abs_diff(to) >= count;
    if possible {
        // SAFETY: by the contract of the table.
        let a = unsafe { a.cast::<T>().read_unaligned() };
        // SAFETY: as above.
        let flat = unsafe { flat_mut::<T, N>(data, records) };
        records::axpy_fields::<N, T>(a, from..from + count, to, flat);
    }
    possible.into()
}
