//! The kernels for C and Dart: tables of functions, which a message with `#[ffi(simd)]` exports.
//!
//! There is no symbol for each operation, so libraries without such a message link none of this,
//! and those whose messages name operations, as `#[ffi(simd(sum, scale))]` does, link the kernels
//! of these, for the types of numbers that the messages have. The other pointers are null.
//! [`Kernels`] has, for each type of number, the functions on slices and on fields of records;
//! [`RecordKernels`] has those on whole records of one message. None panics, allocates, or keeps
//! its arguments: they are leaf functions, and any thread may call them.
//!
//! Slices are a pointer and a count of numbers. They need not be aligned (aligned ones are faster);
//! a pointer to no numbers may have any value. If two slices are equal or overlap, numbers are
//! computed one at a time, in order. The caller has compared the lengths of two slices.
//!
//! A sum is written to `out`, as some don't fit a register: that of 64-bit integers is a 128-bit
//! integer, two words of 64 bits in the order of the machine (the low one first on all that Dart
//! knows).
//!
//! Every function returns 0 or a [`KernelCode`], and checks what can be checked: null, whole
//! records that are not aligned, a length beyond the address space, several results that overlap
//! the numbers. If the result isn't 0, nothing was written, except for the bytes that say which
//! results are missing.
//!
//! # Safety
//!
//! The caller of every function of the tables promises what can't be checked: each pointer that
//! isn't null is to as many numbers as the counts say, or to memory for as many results; no other
//! thread writes to them during the call, nor reads the memory that the function writes.

use super::batch::{Mixed, Numbers};
pub use super::code::KernelCode;
use super::element::Element;
use super::operation::{
    Add, Axpy, Choose, Clamp, Fill, Greatest, Least, Lerp, Map, Mul, SaturatingAdd, SaturatingSub, Scale,
    Sub, Zip,
};
use super::raw::{Fields, InPlace, Input, Output, Pair, apart, operand};
use super::strided::Strided;
use super::{Float, Integer, Level, Scalar, records};
use crate::types::FfiType;

/// Version of the tables; it changes with any change that is not at the end.
pub const VERSION: u32 = 2;

type Sum<T> = <T as Scalar>::Sum;
type Mean<T> = <T as Scalar>::Mean;

/// Sets of operations and types of numbers: the kernels of a message's table.
pub mod sets {
    /// All operations on all types.
    pub const ALL: u64 = u64::MAX;

    macro_rules! operations {
        ($($name:ident = $bit:literal)*) => {
            $(
                #[doc(hidden)]
                pub const $name: u64 = 1 << $bit;
            )*
        };
    }

    operations! {
        SUM = 0 MEAN = 1 MIN = 2 MAX = 3 DOT = 4 ADD = 5 SUB = 6 MUL = 7 SCALE = 8 AXPY = 9 CLAMP = 10
        FILL = 11 LERP = 12 LENGTH = 13 NORMALIZE = 14 SATURATING_ADD = 15 SATURATING_SUB = 16
    }

    /// Returns the set that has a type of numbers, by its [`Lanes::kind`](crate::types::Lanes).
    pub const fn kind(kind: u8) -> u64 {
        1 << (32 + kind)
    }

    /// Returns the set that has the types of numbers of a message's fields.
    pub const fn kinds(fields: &crate::schema::piece::PartList) -> u64 {
        let (mut set, mut i) = (0, 0);
        while i < fields.len() {
            let lanes = fields.get(i).lanes;
            if lanes.count > 0 {
                set |= kind(lanes.kind);
            }
            i += 1;
        }
        set
    }
}

/// Returns the function if the set has its operation.
macro_rules! in_set {
    ($set:expr, $operation:ident, $function:expr) => {
        if $set & sets::$operation != 0 { Some($function) } else { None }
    };
}

macro_rules! table {
    (
        $(#[$meta:meta])*
        $name:ident<$scalar:ident> {
            $( $(#[$doc:meta])* $function:ident [$operation:ident]: fn($($param:ident: $ty:ty),*); )*
        }
        only {
            $( $(#[$only_doc:meta])* $only:ident: fn($($only_param:ident: $only_ty:ty),*); )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug)]
        #[repr(C)]
        pub struct $name<$scalar: Scalar> {
            $( $(#[$doc])* pub $function: Option<unsafe extern "C" fn($($param: $ty),*) -> i32>, )*
            $( $(#[$only_doc])* pub $only: Option<unsafe extern "C" fn($($only_param: $only_ty),*) -> i32>, )*
        }

        impl<$scalar: Scalar> $name<$scalar> {
            /// Number of functions.
            pub const LEN: usize = size_of::<Self>() / size_of::<usize>();

            const fn new(set: u64) -> Self {
                Self { $($function: in_set!(set, $operation, $function::<$scalar>),)* $($only: None,)* }
            }
        }
    };
}

table! {
    /// Kernels of one type of number.
    ///
    /// Fields are given by a pointer to the first number of the first record, the count of records,
    /// the distance from one record to the next in bytes, and the count of numbers in the field.
    /// Each number has a result, and results are consecutive.
    ScalarKernels<T> {
        /// [`simd::sum`](super::sum).
        sum [SUM]: fn(values: *const T, len: usize, out: *mut Sum<T>);
        /// [`simd::mean`](super::mean).
        mean [MEAN]: fn(values: *const T, len: usize, out: *mut Mean<T>);
        /// [`simd::min`](super::min).
        min [MIN]: fn(values: *const T, len: usize, out: *mut T);
        /// [`simd::max`](super::max).
        max [MAX]: fn(values: *const T, len: usize, out: *mut T);
        /// [`simd::dot`](super::dot).
        dot [DOT]: fn(values: *const T, other: *const T, len: usize, out: *mut Sum<T>);
        /// [`simd::add`](super::add).
        add [ADD]: fn(values: *mut T, other: *const T, len: usize);
        /// [`simd::sub`](super::sub).
        sub [SUB]: fn(values: *mut T, other: *const T, len: usize);
        /// [`simd::mul`](super::mul).
        mul [MUL]: fn(values: *mut T, other: *const T, len: usize);
        /// [`simd::scale`](super::scale).
        scale [SCALE]: fn(values: *mut T, len: usize, factor: T);
        /// [`simd::axpy`](super::axpy).
        axpy [AXPY]: fn(a: T, x: *const T, y: *mut T, len: usize);
        /// [`simd::clamp`](super::clamp).
        clamp [CLAMP]: fn(values: *mut T, len: usize, low: T, high: T);
        /// [`simd::fill`](super::fill).
        fill [FILL]: fn(values: *mut T, len: usize, value: T);
        /// [`Field::sums`](super::Field::sums).
        field_sum [SUM]: fn(first: *const T, records: usize, stride: usize, lanes: usize, out: *mut Sum<T>);
        /// [`Field::means`](super::Field::means).
        field_mean [MEAN]: fn(first: *const T, records: usize, stride: usize, lanes: usize, out: *mut Mean<T>);
        /// [`Field::mins`](super::Field::mins); `present` has a byte for each.
        field_min [MIN]: fn(first: *const T, records: usize, stride: usize, lanes: usize, out: *mut T, present: *mut u8);
        /// [`Field::maxs`](super::Field::maxs); `present` has a byte for each.
        field_max [MAX]: fn(first: *const T, records: usize, stride: usize, lanes: usize, out: *mut T, present: *mut u8);
        /// [`Field::add`](super::Field::add).
        field_add [ADD]: fn(first: *mut T, records: usize, stride: usize, lanes: usize, value: T);
        /// [`Field::scale`](super::Field::scale).
        field_scale [SCALE]: fn(first: *mut T, records: usize, stride: usize, lanes: usize, factor: T);
        /// [`Field::clamp`](super::Field::clamp).
        field_clamp [CLAMP]: fn(first: *mut T, records: usize, stride: usize, lanes: usize, low: T, high: T);
        /// [`Field::fill`](super::Field::fill).
        field_fill [FILL]: fn(first: *mut T, records: usize, stride: usize, lanes: usize, value: T);
        /// [`Field::axpy`](super::Field::axpy).
        field_axpy [AXPY]: fn(a: T, x: *const T, y: *mut T, records: usize, stride: usize, lanes: usize);
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
    const fn float(set: u64) -> Self {
        Self {
            lerp: in_set!(set, LERP, lerp::<T>),
            record_dot: in_set!(set, DOT, record_dot::<T>),
            record_length: in_set!(set, LENGTH, record_length::<T>),
            record_normalize: in_set!(set, NORMALIZE, record_normalize::<T>),
            ..Self::new(set)
        }
    }
}

impl<T: super::Integer> ScalarKernels<T> {
    const fn integer(set: u64) -> Self {
        Self {
            saturating_add: in_set!(set, SATURATING_ADD, saturating_add::<T>),
            saturating_sub: in_set!(set, SATURATING_SUB, saturating_sub::<T>),
            ..Self::new(set)
        }
    }
}

/// All kernels that don't depend on a message.
#[derive(Debug)]
#[repr(C)]
pub struct Kernels {
    /// Version of the table, [`VERSION`].
    pub version: u32,
    /// Number of pointers that follow.
    pub len: u32,
    /// Returns the number of the level in use; see [`Level`].
    pub level: extern "C" fn() -> u32,
    /// Calls [`simd::set_level`](super::set_level) with the number of a level, or without a cap for
    /// a larger number, and returns the level in use.
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

/// The table of all kernels, which messages that name no operations share.
pub static KERNELS: Kernels = Kernels::of(sets::ALL);

impl Kernels {
    /// Returns a table with the kernels of a set.
    const fn of(set: u64) -> Self {
        /// Returns the operations of the set if it has this type of numbers.
        const fn on<T: FfiType>(set: u64) -> u64 {
            if set & sets::kind(T::LANES.kind) == 0 { 0 } else { set }
        }
        Self {
            version: VERSION,
            len: ((size_of::<Self>() - 8) / size_of::<usize>()) as u32,
            level,
            set_level,
            i8: ScalarKernels::integer(on::<i8>(set)),
            u8: ScalarKernels::integer(on::<u8>(set)),
            i16: ScalarKernels::integer(on::<i16>(set)),
            u16: ScalarKernels::integer(on::<u16>(set)),
            i32: ScalarKernels::integer(on::<i32>(set)),
            u32: ScalarKernels::integer(on::<u32>(set)),
            i64: ScalarKernels::integer(on::<i64>(set)),
            u64: ScalarKernels::integer(on::<u64>(set)),
            f32: ScalarKernels::float(on::<f32>(set)),
            f64: ScalarKernels::float(on::<f64>(set)),
        }
    }
}

/// Kernels on arrays of one message, which its exported `.._simd` returns.
///
/// All but the first are null if the message is mixed, and those whose operation the message
/// doesn't name if it names any. `data` is aligned like the message's numbers; the other pointers
/// are to numbers of its type, at any address: `record` to one for each field, and so are results.
#[derive(Debug)]
#[repr(C)]
pub struct RecordKernels {
    /// Kernels that don't depend on the message.
    pub kernels: &'static Kernels,
    /// [`FfiBatch::sums`](super::FfiBatch::sums).
    pub sum: Option<unsafe extern "C" fn(data: *const u8, records: usize, out: *mut u8) -> i32>,
    /// [`FfiBatch::means`](super::FfiBatch::means).
    pub mean: Option<unsafe extern "C" fn(data: *const u8, records: usize, out: *mut u8) -> i32>,
    /// [`FfiBatch::mins`](super::FfiBatch::mins); `present` has a byte for each.
    pub min:
        Option<unsafe extern "C" fn(data: *const u8, records: usize, out: *mut u8, present: *mut u8) -> i32>,
    /// [`FfiBatch::maxs`](super::FfiBatch::maxs); `present` has a byte for each.
    pub max:
        Option<unsafe extern "C" fn(data: *const u8, records: usize, out: *mut u8, present: *mut u8) -> i32>,
    /// [`FfiBatch::add_record`](super::FfiBatch::add_record).
    pub add: Option<unsafe extern "C" fn(data: *mut u8, records: usize, record: *const u8) -> i32>,
    /// [`FfiBatch::sub_record`](super::FfiBatch::sub_record).
    pub sub: Option<unsafe extern "C" fn(data: *mut u8, records: usize, record: *const u8) -> i32>,
    /// [`FfiBatch::mul_record`](super::FfiBatch::mul_record).
    pub mul: Option<unsafe extern "C" fn(data: *mut u8, records: usize, record: *const u8) -> i32>,
    /// [`FfiBatch::clamp_record`](super::FfiBatch::clamp_record).
    pub clamp:
        Option<unsafe extern "C" fn(data: *mut u8, records: usize, low: *const u8, high: *const u8) -> i32>,
    /// [`FfiBatch::fill_record`](super::FfiBatch::fill_record).
    pub fill: Option<unsafe extern "C" fn(data: *mut u8, records: usize, record: *const u8) -> i32>,
    /// [`FfiBatch::axpy_fields`](super::FfiBatch::axpy_fields): `a` times `count` numbers at `from`
    /// are added to those at `to`.
    pub axpy_fields: Option<
        unsafe extern "C" fn(
            data: *mut u8,
            records: usize,
            a: *const u8,
            from: usize,
            to: usize,
            count: usize,
        ) -> i32,
    >,
}

/// Type-level function from the numbers of a message, and the set of kernels that it names, to its
/// table.
#[doc(hidden)]
pub trait RecordTable<const SET: u64 = { sets::ALL }> {
    const TABLE: RecordKernels;
}

impl<T: Scalar, const N: usize, const SET: u64> RecordTable<SET> for Numbers<T, N> {
    const TABLE: RecordKernels = RecordKernels {
        kernels: kernels::<SET>(),
        sum: in_set!(SET, SUM, record_sum::<T, N>),
        mean: in_set!(SET, MEAN, record_mean::<T, N>),
        min: in_set!(SET, MIN, record_choose::<T, N, Least>),
        max: in_set!(SET, MAX, record_choose::<T, N, Greatest>),
        add: in_set!(SET, ADD, record_add::<T, N>),
        sub: in_set!(SET, SUB, record_sub::<T, N>),
        mul: in_set!(SET, MUL, record_mul::<T, N>),
        clamp: in_set!(SET, CLAMP, record_clamp::<T, N>),
        fill: in_set!(SET, FILL, record_fill::<T, N>),
        axpy_fields: in_set!(SET, AXPY, record_axpy_fields::<T, N>),
    };
}

impl<const SET: u64> RecordTable<SET> for Numbers<Mixed, 0> {
    const TABLE: RecordKernels = RecordKernels {
        kernels: kernels::<SET>(),
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

/// Returns the table of a set.
const fn kernels<const SET: u64>() -> &'static Kernels {
    if SET == sets::ALL { &KERNELS } else { const { &Kernels::of(SET) } }
}

extern "C" fn level() -> u32 {
    u32::from(super::level() as u8)
}

extern "C" fn set_level(cap: u32) -> u32 {
    let cap = u8::try_from(cap).ok().and_then(Level::from_u8);
    u32::from(super::set_level(cap) as u8)
}

/// Defines the functions of the tables, each of which is one call of a function below: its
/// arguments, and the call.
macro_rules! entries {
    ($(
        $name:ident<$scalar:ident: $bound:ident $(; const $count:ident)? $(; choose $choose:ident)?>
            ($($param:ident: $ty:ty),*) = $callee:ident$(<$of:ident>)?($($argument:expr),*);
    )*) => { $(
        unsafe extern "C" fn $name<$scalar: $bound $(, const $count: usize)? $(, $choose: Choose<$scalar> + Default)?>(
            $($param: $ty),*
        ) -> i32 {
            // SAFETY: the callee requires as many numbers, and memory for as many results, as the
            // counts say, which no other thread uses: the caller of any function of the tables
            // promises that.
            KernelCode::number(unsafe { $callee$(::<$scalar, $of>)?($($argument),*) })
        }
    )* };
}

type Done = Result<(), KernelCode>;

entries! {
    sum<T: Scalar>(values: *const T, len: usize, out: *mut Sum<T>) =
        reduce(values, len, out, |values| Some(values.sum()));
    mean<T: Scalar>(values: *const T, len: usize, out: *mut Mean<T>) =
        reduce(values, len, out, |values| T::mean(values.sum(), values.len()));
    min<T: Scalar>(values: *const T, len: usize, out: *mut T) =
        reduce(values, len, out, |values| values.choose(Least));
    max<T: Scalar>(values: *const T, len: usize, out: *mut T) =
        reduce(values, len, out, |values| values.choose(Greatest));
    dot<T: Scalar>(values: *const T, other: *const T, len: usize, out: *mut Sum<T>) =
        reduce_both(values, other, len, out);
    add<T: Scalar>(values: *mut T, other: *const T, len: usize) = zip(values, other, len, Add);
    sub<T: Scalar>(values: *mut T, other: *const T, len: usize) = zip(values, other, len, Sub);
    mul<T: Scalar>(values: *mut T, other: *const T, len: usize) = zip(values, other, len, Mul);
    scale<T: Scalar>(values: *mut T, len: usize, factor: T) = map(values, len, Scale(factor));
    axpy<T: Scalar>(a: T, x: *const T, y: *mut T, len: usize) = zip(y, x, len, Axpy(a));
    clamp<T: Scalar>(values: *mut T, len: usize, low: T, high: T) = map_in_range(values, len, low, high);
    fill<T: Scalar>(values: *mut T, len: usize, value: T) = map(values, len, Fill(value));
    lerp<T: Float>(values: *mut T, other: *const T, len: usize, t: T) = zip(values, other, len, Lerp(t));
    saturating_add<T: Integer>(values: *mut T, other: *const T, len: usize) =
        zip(values, other, len, SaturatingAdd);
    saturating_sub<T: Integer>(values: *mut T, other: *const T, len: usize) =
        zip(values, other, len, SaturatingSub);

    field_sum<T: Scalar>(first: *const T, records: usize, stride: usize, lanes: usize, out: *mut Sum<T>) =
        field_reduce(first, records, stride, lanes, out, |column| Some(column.sum()));
    field_mean<T: Scalar>(first: *const T, records: usize, stride: usize, lanes: usize, out: *mut Mean<T>) =
        field_mean_if_any(first, records, stride, lanes, out);
    field_min<T: Scalar>(
        first: *const T, records: usize, stride: usize, lanes: usize, out: *mut T, present: *mut u8
    ) = field_choose(first, records, stride, lanes, out, present, Least);
    field_max<T: Scalar>(
        first: *const T, records: usize, stride: usize, lanes: usize, out: *mut T, present: *mut u8
    ) = field_choose(first, records, stride, lanes, out, present, Greatest);
    field_add<T: Scalar>(first: *mut T, records: usize, stride: usize, lanes: usize, value: T) =
        field_map(first, records, stride, lanes, |number| Element::sum(number, value));
    field_scale<T: Scalar>(first: *mut T, records: usize, stride: usize, lanes: usize, factor: T) =
        field_map(first, records, stride, lanes, |number| number.product(factor));
    field_clamp<T: Scalar>(first: *mut T, records: usize, stride: usize, lanes: usize, low: T, high: T) =
        field_map_in_range(first, records, stride, lanes, low, high);
    field_fill<T: Scalar>(first: *mut T, records: usize, stride: usize, lanes: usize, value: T) =
        field_map(first, records, stride, lanes, |_| value);
    field_axpy<T: Scalar>(a: T, x: *const T, y: *mut T, records: usize, stride: usize, lanes: usize) =
        field_zip(x, y, records, stride, lanes, |y, x| Axpy(a).scalar(y, x));

    record_dot<T: Float>(values: *const T, other: *const T, records: usize, lanes: usize, out: *mut T) =
        dot_rows(values, other, records, lanes, out, |dot| dot);
    record_length<T: Float>(values: *const T, records: usize, lanes: usize, out: *mut T) =
        dot_rows(values, values, records, lanes, out, T::square_root);
    record_normalize<T: Float>(values: *mut T, records: usize, lanes: usize) =
        normalize_rows(values, records, lanes);

    record_sum<T: Scalar; const N>(data: *const u8, records: usize, out: *mut u8) =
        whole_reduce(data.cast::<T>(), records, out.cast(), |flat| records::sum::<N, T>(flat).map(Some));
    record_mean<T: Scalar; const N>(data: *const u8, records: usize, out: *mut u8) =
        whole_mean_if_any<N>(data.cast(), records, out.cast());
    record_choose<T: Scalar; const N; choose C>(
        data: *const u8, records: usize, out: *mut u8, present: *mut u8
    ) = whole_choose<N>(data.cast(), records, out.cast(), present, C::default());
    record_add<T: Scalar; const N>(data: *mut u8, records: usize, record: *const u8) =
        whole_map(data.cast(), records, record.cast(), records::add::<N, T>);
    record_sub<T: Scalar; const N>(data: *mut u8, records: usize, record: *const u8) =
        whole_map(data.cast(), records, record.cast(), records::sub::<N, T>);
    record_mul<T: Scalar; const N>(data: *mut u8, records: usize, record: *const u8) =
        whole_map(data.cast(), records, record.cast(), records::scale::<N, T>);
    record_fill<T: Scalar; const N>(data: *mut u8, records: usize, record: *const u8) =
        whole_map(data.cast(), records, record.cast(), |flat, record: &[T; N]| records::fill(flat, record));
    record_clamp<T: Scalar; const N>(data: *mut u8, records: usize, low: *const u8, high: *const u8) =
        whole_clamp<N>(data.cast(), records, low.cast(), high.cast());
    record_axpy_fields<T: Scalar; const N>(
        data: *mut u8, records: usize, a: *const u8, from: usize, to: usize, count: usize
    ) = whole_axpy_fields<N>(data.cast(), records, a.cast(), from, to, count);
}

/// # Safety
///
/// `values` is to `len` numbers that no thread writes to, and `out` to memory for a result that no
/// other code uses.
#[inline(always)]
unsafe fn reduce<T: Scalar, R>(
    values: *const T,
    len: usize,
    out: *mut R,
    reduce: impl FnOnce(Input<'_, T>) -> Option<R>,
) -> Done {
    // SAFETY: there are `len` numbers, which no thread writes to during the call.
    let values = unsafe { Input::new(values, len) }?;
    // SAFETY: there is memory for one result, which only this call uses.
    let mut out = unsafe { Output::new(out, 1) }?;
    // The result may overwrite one of the numbers, as all have been read.
    let result = reduce(values).ok_or(KernelCode::None)?;
    out.write([Some(result)]);
    Ok(())
}

/// # Safety
///
/// `values` and `other` are to `len` numbers that no thread writes to, and `out` to memory for a
/// result that no other code uses.
#[inline(always)]
unsafe fn reduce_both<T: Scalar>(values: *const T, other: *const T, len: usize, out: *mut Sum<T>) -> Done {
    // SAFETY: there are `len` numbers, which no thread writes to during the call.
    let values = unsafe { Input::new(values, len) }?;
    // SAFETY: there are `len` numbers, which no thread writes to during the call.
    let other = unsafe { Input::new(other, len) }?;
    // SAFETY: there is memory for one result, which only this call uses.
    let mut out = unsafe { Output::new(out, 1) }?;
    out.write([Some(values.dot(other))]);
    Ok(())
}

/// # Safety
///
/// `values` is to `len` numbers that no other code uses.
#[inline(always)]
unsafe fn map<T: Scalar>(values: *mut T, len: usize, operation: impl Map<T>) -> Done {
    // SAFETY: there are `len` numbers, which only this call uses.
    unsafe { InPlace::new(values, len) }?.map(operation);
    Ok(())
}

/// # Safety
///
/// `values` is to `len` numbers that no other code uses.
#[inline(always)]
unsafe fn map_in_range<T: Scalar>(values: *mut T, len: usize, low: T, high: T) -> Done {
    assert_range(low, high)?;
    // SAFETY: there are `len` numbers, which only this call uses.
    unsafe { map(values, len, Clamp(low, high)) }
}

#[inline(always)]
fn assert_range<T: PartialOrd>(low: T, high: T) -> Done {
    if low <= high { Ok(()) } else { Err(KernelCode::Range) }
}

/// # Safety
///
/// `values` is to `len` numbers that no other code uses, and `other`, which may overlap, to as many
/// that no other thread writes to.
#[inline(always)]
unsafe fn zip<T: Scalar>(values: *mut T, other: *const T, len: usize, operation: impl Zip<T>) -> Done {
    // SAFETY: both are to `len` numbers; only this call writes to them, and only it reads those at
    // `values`.
    unsafe { Pair::new(values, other, len) }?.zip(operation);
    Ok(())
}

/// # Safety
///
/// `first` and every address `stride` bytes further, for `records` records, is to `lanes` numbers
/// that no thread writes to; `out` is to memory for `lanes` results that no other code uses.
unsafe fn field_reduce<T: Scalar, R>(
    first: *const T,
    records: usize,
    stride: usize,
    lanes: usize,
    out: *mut R,
    reduce: impl Fn(Strided<'_, T>) -> Option<R>,
) -> Done {
    // SAFETY: each of the records has the `lanes` numbers, which no thread writes to during the
    // call.
    let fields = unsafe { Fields::new(first, records, stride, lanes) }?;
    // SAFETY: there is memory for `lanes` results, which only this call uses.
    let mut out = unsafe { Output::new(out, lanes) }?;
    apart(&fields.addresses()?, &out.addresses())?;
    out.write(fields.columns().map(reduce));
    Ok(())
}

/// # Safety
///
/// The conditions of [`field_reduce`].
unsafe fn field_mean_if_any<T: Scalar>(
    first: *const T,
    records: usize,
    stride: usize,
    lanes: usize,
    out: *mut Mean<T>,
) -> Done {
    // SAFETY: each of the records has the `lanes` numbers, and there is memory for as many means.
    unsafe { field_reduce(first, records, stride, lanes, out, |column| column.mean()) }?;
    if records > 0 { Ok(()) } else { Err(KernelCode::None) }
}

/// # Safety
///
/// The conditions of [`field_reduce`], and `present` is to memory for as many bytes.
unsafe fn field_choose<T: Scalar>(
    first: *const T,
    records: usize,
    stride: usize,
    lanes: usize,
    out: *mut T,
    present: *mut u8,
    operation: impl Choose<T>,
) -> Done {
    // SAFETY: each of the records has the `lanes` numbers, which no thread writes to during the
    // call.
    let fields = unsafe { Fields::new(first, records, stride, lanes) }?;
    // SAFETY: there is memory for `lanes` results, which only this call uses.
    let out = unsafe { Output::new(out, lanes) }?;
    // SAFETY: there is memory for `lanes` bytes, which only this call uses.
    let present = unsafe { Output::new(present, lanes) }?;
    let found = out.with(present, &fields.addresses()?)?;
    found.write(fields.columns().map(|column| column.choose(operation)));
    Ok(())
}

/// # Safety
///
/// `first` and every address `stride` bytes further, for `records` records, is to `lanes` numbers
/// that no other code uses.
unsafe fn field_map<T: Scalar>(
    first: *mut T,
    records: usize,
    stride: usize,
    lanes: usize,
    operation: impl Fn(T) -> T + Copy,
) -> Done {
    // SAFETY: each of the records has the `lanes` numbers, which only this call uses.
    unsafe { Fields::new_mut(first, records, stride, lanes) }?
        .columns()
        .for_each(|column| column.map(operation));
    Ok(())
}

/// # Safety
///
/// The conditions of [`field_map`].
unsafe fn field_map_in_range<T: Scalar>(
    first: *mut T,
    records: usize,
    stride: usize,
    lanes: usize,
    low: T,
    high: T,
) -> Done {
    assert_range(low, high)?;
    // SAFETY: each of the records has the `lanes` numbers, which only this call uses.
    unsafe { field_map(first, records, stride, lanes, |number| number.clamped(low, high)) }
}

/// # Safety
///
/// `x`, `y` and every address `stride` bytes further, for `records` records, are to `lanes` numbers
/// that no other code uses.
unsafe fn field_zip<T: Scalar>(
    x: *const T,
    y: *mut T,
    records: usize,
    stride: usize,
    lanes: usize,
    operation: impl Fn(T, T) -> T + Copy,
) -> Done {
    // SAFETY: each of the records has the `lanes` numbers, which only this call writes to.
    let x = unsafe { Fields::new(x, records, stride, lanes) }?;
    // SAFETY: each of the records has these `lanes` numbers, which only this call uses.
    let y = unsafe { Fields::new_mut(y, records, stride, lanes) }?;
    y.columns().zip(x.columns()).for_each(|(y, x)| y.zip(x, operation));
    Ok(())
}

/// # Safety
///
/// `values` and `other` are to `lanes` numbers for each of `records` records, which no thread
/// writes to; `out` is to memory for a result each that no other code uses.
unsafe fn dot_rows<T: Float>(
    values: *const T,
    other: *const T,
    records: usize,
    lanes: usize,
    out: *mut T,
    result: impl Fn(T) -> T,
) -> Done {
    let count = records.checked_mul(lanes).ok_or(KernelCode::Size)?;
    // SAFETY: there are `lanes` numbers for each record, which no thread writes to during the call.
    let values = unsafe { Input::new(values, count) }?;
    // SAFETY: there are as many numbers, which no thread writes to during the call.
    let other = unsafe { Input::new(other, count) }?;
    // SAFETY: there is memory for a result of each record, which only this call uses.
    let mut out = unsafe { Output::new(out, records) }?;
    apart(&values.addresses(), &out.addresses())?;
    apart(&other.addresses(), &out.addresses())?;
    if let (Ok(values), Ok(other), 1..) = (values.slice(), other.slice(), lanes) {
        let rows = values.chunks_exact(lanes).zip(other.chunks_exact(lanes));
        out.write(rows.map(|(values, other)| Some(result(super::dot(values, other)))));
        return Ok(());
    }
    let rows = values.rows(records, lanes).zip(other.rows(records, lanes));
    out.write(rows.map(|(values, other)| Some(result(values.dot(other)))));
    Ok(())
}

/// # Safety
///
/// `values` is to `lanes` numbers for each of `records` records, which no other code uses.
unsafe fn normalize_rows<T: Float>(values: *mut T, records: usize, lanes: usize) -> Done {
    let count = records.checked_mul(lanes).ok_or(KernelCode::Size)?;
    // SAFETY: there are `lanes` numbers for each record, which only this call uses.
    let numbers = unsafe { InPlace::new(values, count) }?;
    if lanes > 0 && numbers.is_aligned() {
        records::normalize(lanes, numbers.slice()?);
    } else {
        numbers.rows(lanes).for_each(InPlace::normalize);
    }
    Ok(())
}

/// Returns the numbers of whole messages.
///
/// # Safety
///
/// `data` is to `records` messages of `N` numbers, which no thread writes to for as long as `'a`.
unsafe fn whole<'a, T: Scalar, const N: usize>(
    data: *const T,
    records: usize,
) -> Result<Input<'a, T>, KernelCode> {
    let count = records.checked_mul(N).ok_or(KernelCode::Size)?;
    // SAFETY: `N` numbers of each message make `count`, and no thread writes to them.
    unsafe { Input::new(data, count) }
}

/// Returns the numbers of whole messages for changes.
///
/// # Safety
///
/// `data` is to `records` messages of `N` numbers, which no other code uses for as long as `'a`.
unsafe fn whole_mut<'a, T: Scalar, const N: usize>(
    data: *mut T,
    records: usize,
) -> Result<&'a mut [T], KernelCode> {
    let count = records.checked_mul(N).ok_or(KernelCode::Size)?;
    // SAFETY: `N` numbers of each message make `count`, and no other code uses them.
    unsafe { InPlace::new(data, count) }?.slice()
}

/// # Safety
///
/// `data` is to `records` messages of `N` numbers, which no thread writes to; `out` is to memory
/// for `N` results that no other code uses.
unsafe fn whole_reduce<T: Scalar, R, const N: usize>(
    data: *const T,
    records: usize,
    out: *mut R,
    reduce: impl FnOnce(&[T]) -> [Option<R>; N],
) -> Done {
    // SAFETY: there are as many messages, which no thread writes to during the call.
    let numbers = unsafe { whole::<T, N>(data, records) }?;
    // SAFETY: there is memory for `N` results, which only this call uses.
    let mut out = unsafe { Output::new(out, N) }?;
    apart(&numbers.addresses(), &out.addresses())?;
    out.write(reduce(numbers.slice()?));
    Ok(())
}

/// # Safety
///
/// The conditions of [`whole_reduce`].
unsafe fn whole_mean_if_any<T: Scalar, const N: usize>(
    data: *const T,
    records: usize,
    out: *mut Mean<T>,
) -> Done {
    // SAFETY: there are as many messages, and memory for `N` means.
    unsafe { whole_reduce(data, records, out, records::mean::<N, T>) }?;
    if records > 0 { Ok(()) } else { Err(KernelCode::None) }
}

/// # Safety
///
/// The conditions of [`whole_reduce`], and `present` is to memory for `N` bytes.
unsafe fn whole_choose<T: Scalar, const N: usize>(
    data: *const T,
    records: usize,
    out: *mut T,
    present: *mut u8,
    operation: impl Choose<T>,
) -> Done {
    // SAFETY: there are as many messages, which no thread writes to during the call.
    let numbers = unsafe { whole::<T, N>(data, records) }?;
    // SAFETY: there is memory for `N` results, which only this call uses.
    let out = unsafe { Output::new(out, N) }?;
    // SAFETY: there is memory for `N` bytes, which only this call uses.
    let present = unsafe { Output::new(present, N) }?;
    let found = out.with(present, &numbers.addresses())?;
    found.write(records::choose::<N, T>(numbers.slice()?, operation));
    Ok(())
}

/// # Safety
///
/// `data` is to `records` messages of `N` numbers, which no other code uses, and `record` to one
/// that no thread writes to.
unsafe fn whole_map<T: Scalar, const N: usize>(
    data: *mut T,
    records: usize,
    record: *const [T; N],
    change: impl FnOnce(&mut [T], &[T; N]),
) -> Done {
    // SAFETY: null, or to a message of `N` numbers, for which any bits are valid.
    let record = unsafe { operand(record) }?;
    // SAFETY: there are as many messages, which only this call uses; the operand is a copy.
    change(unsafe { whole_mut::<T, N>(data, records) }?, &record);
    Ok(())
}

/// # Safety
///
/// `data` is to `records` messages of `N` numbers, which no other code uses; `low` and `high` are
/// to one each that no thread writes to.
unsafe fn whole_clamp<T: Scalar, const N: usize>(
    data: *mut T,
    records: usize,
    low: *const [T; N],
    high: *const [T; N],
) -> Done {
    // SAFETY: null, or to a message of `N` numbers, for which any bits are valid.
    let low = unsafe { operand(low) }?;
    // SAFETY: null, or to another message of `N` numbers, for which any bits are valid.
    let high = unsafe { operand(high) }?;
    low.iter().zip(&high).try_for_each(|(low, high)| assert_range(low, high))?;
    // SAFETY: there are as many messages, which only this call uses; the operands are copies.
    records::clamp(unsafe { whole_mut::<T, N>(data, records) }?, &low, &high);
    Ok(())
}

/// # Safety
///
/// `data` is to `records` messages of `N` numbers, which no other code uses, and `a` to a number
/// that no thread writes to.
unsafe fn whole_axpy_fields<T: Scalar, const N: usize>(
    data: *mut T,
    records: usize,
    a: *const T,
    from: usize,
    to: usize,
    count: usize,
) -> Done {
    let inside = [from, to].iter().all(|at| at.checked_add(count).is_some_and(|end| end <= N));
    if !inside || from.abs_diff(to) < count {
        return Err(KernelCode::Range);
    }
    // SAFETY: null, or to a number, for which any bits are valid.
    let a = unsafe { operand(a) }?;
    // SAFETY: there are as many messages, which only this call uses; the operand is a copy.
    let flat = unsafe { whole_mut::<T, N>(data, records) }?;
    records::axpy_fields::<N, T>(a, from..from + count, to, flat);
    Ok(())
}
