//! Tests every kernel at every level of the machine against the plain loops.
//!
//! Kernels get their level as an argument, as the cap applies to the whole process and tests run in
//! parallel. One test covers what the public functions add, the cap and the panics.

use std::fmt::Debug;

use proptest::prelude::*;

use super::element::Element;
use super::level::{Backend, backends};
use super::operation::{
    Add, Axpy, Choose, Clamp, Fill, Greatest, Least, Lerp, Map, Mul, SaturatingAdd, SaturatingSub, Scale,
    Sub, Zip,
};
use super::operation::{
    RecordAdd, RecordAxpy, RecordClamp, RecordLerp, RecordMap, RecordScale, RecordSub, RecordZip,
};
use super::{Level, dispatch, records};

/// Elements for tests: edge cases and random ones.
trait Sample: Element {
    const EDGES: &[Self];

    fn from_random(bits: u64) -> Self;

    /// Tells `-0.0` from `0.0`, but not one NaN from another.
    fn key(self) -> u64;
}

macro_rules! integers {
    ($($element:ident)*) => { $(
        impl Sample for $element {
            const EDGES: &[Self] = &[Self::MIN, Self::MIN + 1, 0, 1, Self::MAX - 1, Self::MAX, (0 as Self).wrapping_sub(1)];

            fn from_random(bits: u64) -> Self {
                bits as Self
            }

            fn key(self) -> u64 {
                self as u64
            }
        }
    )* };
}

integers!(i8 u8 i16 u16 i32 u32 i64 u64);

macro_rules! floats {
    ($($element:ident $bits:ident)*) => { $(
        impl Sample for $element {
            const EDGES: &[Self] = &[
                0.0,
                -0.0,
                1.0,
                -1.5,
                Self::MAX,
                Self::MIN,
                Self::MIN_POSITIVE,
                Self::from_bits(1),
                -Self::MIN_POSITIVE / 4.0,
                Self::INFINITY,
                Self::NEG_INFINITY,
                Self::NAN,
                -Self::NAN,
            ];

            /// Returns numbers of about one size, so that sums round often.
            fn from_random(bits: u64) -> Self {
                (bits as i32) as Self / 65_537.0
            }

            fn key(self) -> u64 {
                if self.is_nan() { u64::MAX } else { u64::from(self.to_bits()) }
            }
        }
    )* };
}

floats!(f32 u32 f64 u64);

/// Pseudo-random numbers, equal in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Returns `count` elements of which about one in `edges` is an edge case; none for 0.
    fn elements<T: Sample>(&mut self, count: usize, edges: u64) -> Vec<T> {
        let mut one = || {
            let bits = self.next();
            if edges > 0 && bits.is_multiple_of(edges) {
                T::EDGES[(bits >> 32) as usize % T::EDGES.len()]
            } else {
                T::from_random(bits >> 7)
            }
        };
        (0..count).map(|_| one()).collect()
    }
}

fn keys<T: Sample>(values: &[T]) -> Vec<u64> {
    values.iter().map(|value| value.key()).collect()
}

/// Returns a value in a form that can be compared: for floats the shortest decimal that is exact.
fn shown<T: Debug>(value: T) -> String {
    format!("{value:?}")
}

#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Line([u8; 64]);

/// Runs `check` with slices of `elements` that begin `offset` elements after a multiple of 64
/// bytes.
fn at_offset<T: Sample + bytemuck::Pod>(elements: &[T], offset: usize, check: impl FnOnce(&mut [T], usize)) {
    let lines = ((offset + elements.len()) * size_of::<T>()).div_ceil(64) + 1;
    let mut room = vec![Line([0xa5; 64]); lines];
    let first: *mut u8 = room.as_mut_ptr().cast();
    // SAFETY: the lines are consecutive, are borrowed for as long as the slice lives, and have no
    // padding.
    let bytes = unsafe { std::slice::from_raw_parts_mut(first, lines * 64) };
    let all: &mut [T] = bytemuck::cast_slice_mut(bytes);
    all[offset..][..elements.len()].copy_from_slice(elements);
    check(all, offset);
}

fn compare_map<T: Sample + bytemuck::Pod>(
    level: Level,
    backend: Backend,
    values: &[T],
    offset: usize,
    map: impl Map<T> + Debug,
) {
    at_offset(values, offset, |all, from| {
        let mut expected = all.to_vec();
        dispatch::map(Backend::Scalar, &mut expected[from..][..values.len()], map);
        dispatch::map(backend, &mut all[from..][..values.len()], map);
        assert_eq!(keys(all), keys(&expected), "{map:?} at {level}, {values:?} at {offset}");
    });
}

fn compare_zip<T: Sample + bytemuck::Pod>(
    level: Level,
    backend: Backend,
    (values, other): (&[T], &[T]),
    offset: usize,
    zip: impl Zip<T> + Debug,
) {
    at_offset(values, offset, |all, from| {
        let mut expected = all.to_vec();
        dispatch::zip(Backend::Scalar, &mut expected[from..][..values.len()], other, zip);
        // The other slice has another distance from a multiple of 64 bytes.
        at_offset(other, values.len() % 3, |others, start| {
            let other = &others[start..][..other.len()];
            dispatch::zip(backend, &mut all[from..][..values.len()], other, zip);
        });
        assert_eq!(keys(all), keys(&expected), "{zip:?} at {level}, {values:?} and {other:?} at {offset}");
    });
}

fn compare_choose<T: Sample>(level: Level, backend: Backend, values: &[T], choose: impl Choose<T> + Debug) {
    let expected = dispatch::choose(Backend::Scalar, values, choose);
    let found = dispatch::choose(backend, values, choose);
    assert_eq!(found.map(T::key), expected.map(T::key), "{choose:?} at {level}, {values:?}");
}

/// Compares every kernel of all elements, at one level.
fn compare_all<T: Sample + bytemuck::Pod>(
    (level, backend): (Level, Backend),
    values: &[T],
    other: &[T],
    offset: usize,
    random: &mut Random,
) {
    at_offset(values, offset, |all, from| {
        let values = &all[from..][..values.len()];
        let expected = shown(dispatch::sum(Backend::Scalar, values));
        assert_eq!(shown(dispatch::sum(backend, values)), expected, "sum at {level}, {values:?} at {offset}");
        let expected = shown(dispatch::dot(Backend::Scalar, values, other));
        assert_eq!(
            shown(dispatch::dot(backend, values, other)),
            expected,
            "dot at {level}, {values:?}, {other:?}"
        );
        compare_choose(level, backend, values, Least);
        compare_choose(level, backend, values, Greatest);
    });
    let operand = random.elements::<T>(1, 3)[0];
    let (low, high) = if operand.is_number() {
        (operand.lesser(T::EDGES[2]), operand.greater(T::EDGES[2]))
    } else {
        (T::EDGES[0], T::EDGES[0])
    };
    compare_map(level, backend, values, offset, Scale(operand));
    compare_map(level, backend, values, offset, Fill(operand));
    compare_map(level, backend, values, offset, Clamp(low, high));
    let both = (values, other);
    compare_zip(level, backend, both, offset, Add);
    compare_zip(level, backend, both, offset, Sub);
    compare_zip(level, backend, both, offset, Mul);
    compare_zip(level, backend, both, offset, Axpy(operand));
    compare_zip(level, backend, both, offset, Lerp(operand));
    compare_zip(level, backend, both, offset, SaturatingAdd);
    compare_zip(level, backend, both, offset, SaturatingSub);
}

/// Compares all lengths to 257, each at some offset; lengths around the steps of kernels at all
/// offsets; a large one.
fn sweep<T: Sample + bytemuck::Pod>() {
    let offsets = 64 / size_of::<T>();
    let mut random = Random(size_of::<T>() as u64);
    for backend in backends() {
        for length in 0..=257 {
            for edges in [0, 9] {
                let (values, other) = (random.elements(length, edges), random.elements(length, edges));
                compare_all::<T>(backend, &values, &other, length % offsets, &mut random);
            }
        }
        for length in [1, T::QUARTER, T::WIDE / 2 + 1, T::WIDE - 1, T::WIDE + 1, 4 * T::WIDE, 5 * T::WIDE + 3]
        {
            for offset in 0..offsets {
                let (values, other) = (random.elements(length, 20), random.elements(length, 20));
                compare_all::<T>(backend, &values, &other, offset, &mut random);
            }
        }
        for edges in [0, 5000] {
            let (values, other) = (random.elements(20_011, edges), random.elements(20_011, edges));
            compare_all::<T>(backend, &values, &other, 1, &mut random);
        }
    }
}

macro_rules! sweeps {
    ($($element:ident)*) => { $(
        #[test]
        fn $element() {
            sweep::<std::primitive::$element>();
        }
    )* };
}

mod every_level_computes_what_the_plain_loop_does {
    use super::sweep;

    sweeps!(f32 f64 i8 u8 i16 u16 i32 u32 i64 u64);
}

/// Checks slices of one value, whose sums are the largest possible.
fn sums_of_one<T: Sample>(value: T, count: usize, expected: &str) {
    let values = vec![value; count];
    for (level, backend) in backends() {
        assert_eq!(shown(dispatch::sum(backend, &values)), expected, "{count} times {value:?} at {level}");
    }
}

#[test]
fn integer_sums_do_not_overflow() {
    sums_of_one(u8::MAX, 100_000, "25500000");
    sums_of_one(i8::MIN, 100_000, "-12800000");
    sums_of_one(i8::MAX, 100_000, "12700000");
    sums_of_one(u16::MAX, 1_100_000, "72088500000");
    sums_of_one(i16::MIN, 1_100_000, "-36044800000");
    sums_of_one(i32::MIN, 1000, "-2147483648000");
    sums_of_one(u32::MAX, 1000, "4294967295000");
    sums_of_one(i64::MIN, 1000, "-9223372036854775808000");
    sums_of_one(i64::MAX, 1000, "9223372036854775807000");
    sums_of_one(-1_i64, 1000, "-1000");
    sums_of_one(u64::MAX, 1000, "18446744073709551615000");
}

/// Compares the scalar kernels with a third formulation of the documented order.
#[test]
fn the_order_of_a_float_sum_is_the_documented_one() {
    let all: Vec<f32> = Random(1).elements(1000, 0);
    for values in (0..=300).chain([1000]).map(|length| &all[..length]) {
        let mut lanes = vec![0.0_f32; 64];
        for (i, value) in values.iter().enumerate() {
            lanes[i % 64] += value;
        }
        while lanes.len() > 1 {
            let upper = lanes.split_off(lanes.len() / 2);
            for (lane, other) in lanes.iter_mut().zip(upper) {
                *lane += other;
            }
        }
        assert_eq!(super::sum(values).to_bits(), lanes[0].to_bits(), "{values:?}");
        let ones = vec![1.0; values.len()];
        assert_eq!(super::dot(values, &ones).to_bits(), lanes[0].to_bits(), "{values:?}");
    }
    assert_ne!(super::sum(&all), all.iter().sum::<f32>(), "the order makes a difference");
}

#[test]
fn zeros_and_numbers_that_are_none() {
    for (level, backend) in backends() {
        for length in [1, 3, 7, 15, 16, 40, 64, 100] {
            let nans = vec![f32::NAN; length];
            assert_eq!(dispatch::choose(backend, &nans, Least), None, "{level}");
            let mut one = nans.clone();
            for (value, expected) in [(f32::INFINITY, f32::INFINITY), (2.0, 2.0), (-0.0, 0.0)] {
                one[length / 2] = value;
                let least = dispatch::choose(backend, &one, Least).map(f32::to_bits);
                assert_eq!(least, Some(expected.to_bits()), "{value} of {length} at {level}");
                let greatest = dispatch::choose(backend, &one, Greatest).map(f32::to_bits);
                assert_eq!(greatest, Some(expected.to_bits()), "{value} of {length} at {level}");
            }
            assert_eq!(dispatch::sum(backend, &vec![-0.0_f64; length]).to_bits(), 0, "{level}");
            assert_eq!(dispatch::sum(backend, &nans).to_bits(), f32::NAN.to_bits(), "{level}");
        }
        // Few elements take a separate path.
        for length in 1..6 {
            assert_eq!(super::sum(&vec![-0.0_f32; length]).to_bits(), 0);
            assert_eq!(super::dot(&vec![-0.0; length], &vec![1.0_f64; length]).to_bits(), 0);
            assert_eq!(super::sum(&vec![-f32::NAN; length]).to_bits(), f32::NAN.to_bits());
        }
        assert_eq!(dispatch::choose::<u8, _>(backend, &[], Greatest), None);
        assert_eq!(dispatch::sum::<f32>(backend, &[]).to_bits(), 0);
    }
}

proptest! {
    #[test]
    fn any_floats(values in prop::collection::vec((any::<f32>(), any::<f32>()), 0..300), offset in 0_usize..16, seed: u64) {
        let (values, other): (Vec<_>, Vec<_>) = values.into_iter().unzip();
        for backend in backends() {
            compare_all(backend, &values, &other, offset, &mut Random(seed));
        }
    }

    #[test]
    fn any_bytes(values in prop::collection::vec((any::<u8>(), any::<u8>()), 0..600), offset in 0_usize..64, seed: u64) {
        let (values, other): (Vec<_>, Vec<_>) = values.into_iter().unzip();
        for backend in backends() {
            compare_all(backend, &values, &other, offset, &mut Random(seed));
        }
    }

    #[test]
    fn a_sum_is_near_the_exact_one(values in prop::collection::vec(-1e6_f32..1e6, 0..2000)) {
        let exact: f64 = values.iter().map(|&value| f64::from(value)).sum();
        let size: f64 = values.iter().map(|&value| f64::from(value.abs())).sum();
        prop_assert!((f64::from(super::sum(&values)) - exact).abs() <= size * 1e-5);
    }
}

/// Sets the cap, and is the only test that does. Others don't depend on it: results are equal at
/// every level.
#[test]
fn the_cap_holds_for_the_public_functions() {
    let strongest = super::level();
    let available: Vec<_> = Level::ALL.into_iter().filter(|level| level.is_available()).collect();
    assert_eq!(available.last(), Some(&strongest));
    assert_eq!(available[0], Level::Fallback);
    for cap in Level::ALL {
        let expected = available.iter().copied().filter(|&level| level <= cap).max().unwrap();
        assert_eq!(super::set_level(Some(cap)), expected, "{cap}");
        assert_eq!(super::level(), expected);
        assert_eq!(super::sum(&[1.0_f32; 100]), 100.0);
    }
    assert_eq!(super::set_level(None), strongest);
    for level in Level::ALL {
        assert_eq!(Level::from_u8(level as u8), Some(level));
    }
    assert_eq!(Level::from_u8(6), None);
}

#[test]
fn means() {
    assert_eq!(super::mean(&[0.5_f64, 1.0]), Some(0.75));
    assert_eq!(super::mean(&[i64::MAX, i64::MAX]), Some(i64::MAX as f64));
    // As an f32 the count would be 2^24.
    assert_eq!(
        <f32 as Element>::mean(16_777_217.0 * 3.0, 16_777_217),
        Some(((16_777_217.0_f32 * 3.0) as f64 / 16_777_217.0) as f32)
    );
    assert_eq!(super::mean::<u8>(&[]), None);
}

fn message_of(panics: impl FnOnce() + std::panic::UnwindSafe) -> String {
    let payload = std::panic::catch_unwind(panics).expect_err("it panics");
    payload.downcast_ref::<String>().cloned().expect("the message is formatted")
}

#[test]
fn mistakes_are_named() {
    let both = "slices of 2 and 3 elements\nhint: each element needs a partner; cut the longer one";
    assert_eq!(message_of(|| super::add(&mut [1, 2], &[1, 2, 3])), both);
    assert_eq!(message_of(|| super::axpy(1.0, &[1.0; 3], &mut [1.0; 2])), both);
    assert_eq!(message_of(|| drop(shown(super::dot(&[1_u8; 2], &[1; 3])))), both);
    assert!(
        message_of(|| super::clamp(&mut [1.0], 2.0, 1.0))
            .starts_with("the bounds 2 and 1 are no range\nhint: ")
    );
    assert!(
        message_of(|| super::clamp(&mut [1.0], f32::NAN, 1.0))
            .starts_with("the bounds NaN and 1 are no range")
    );
}

fn compare_record_map<const F: usize, T: Sample>(
    (level, backend): (Level, Backend),
    flat: &[T],
    operands: [&[T; F]; 2],
    map: impl RecordMap<T> + Debug,
) {
    let (mut expected, mut found) = (flat.to_vec(), flat.to_vec());
    dispatch::record_map(Backend::Scalar, &mut expected, operands, map);
    dispatch::record_map(backend, &mut found, operands, map);
    assert_eq!(keys(&found), keys(&expected), "{map:?} at {level}, {flat:?}, {operands:?}");
}

fn compare_record_zip<const F: usize, T: Sample>(
    (level, backend): (Level, Backend),
    flat: &[T],
    other: &[T],
    operand: &[T; F],
    zip: impl RecordZip<T> + Debug,
) {
    let (mut expected, mut found) = (flat.to_vec(), flat.to_vec());
    dispatch::record_zip(Backend::Scalar, &mut expected, other, operand, zip);
    dispatch::record_zip(backend, &mut found, other, operand, zip);
    assert_eq!(keys(&found), keys(&expected), "{zip:?} at {level}, {flat:?}, {other:?}, {operand:?}");
}

/// Compares every kernel of records of `F` fields, at every level, with numbers of records around
/// all steps of kernels.
fn sweep_records<const F: usize, T: Sample + super::Scalar>() {
    let mut random = Random(F as u64);
    for backend in backends() {
        for count in (0..=T::WIDE * 2 + 1).chain([4 * T::WIDE - 1, 4 * T::WIDE, 9 * T::WIDE + 5, 1000]) {
            for edges in [0, 15] {
                let room: Vec<T> = random.elements(count * F + 1, edges);
                // From 1 on: not aligned for vectors.
                let flat = &room[1..];
                let other: Vec<T> = random.elements(count * F, edges);
                let a: [T; F] = random.elements(F, 5).try_into().unwrap();
                let numbers = a.map(|value| if value.is_number() { value } else { T::default() });
                let low = numbers.map(|value| value.lesser(T::default()));
                let high = numbers.map(|value| value.greater(T::default()));

                let level = backend.0;
                let expected = shown(dispatch::record_sum::<F, T>(Backend::Scalar, flat));
                assert_eq!(
                    shown(dispatch::record_sum::<F, T>(backend.1, flat)),
                    expected,
                    "sum at {level}, {flat:?}"
                );
                compare_record_choose::<F, T>(backend, flat, Least);
                compare_record_choose::<F, T>(backend, flat, Greatest);
                compare_record_map(backend, flat, [&a, &a], RecordAdd);
                compare_record_map(backend, flat, [&a, &a], RecordSub);
                compare_record_map(backend, flat, [&a, &a], RecordScale);
                compare_record_map(backend, flat, [&low, &high], RecordClamp);
                compare_record_zip(backend, flat, &other, &a, RecordAxpy);
                compare_record_zip(backend, flat, &other, &a, RecordLerp);
                for (from, to) in [(F / 2..F, 0), (0..F / 2, F / 2), (F - 1..F, 0), (0..1, F - 1)] {
                    let (mut expected, mut found) = (flat.to_vec(), flat.to_vec());
                    dispatch::axpy_fields::<F, T>(Backend::Scalar, a[0], from.clone(), to, &mut expected);
                    dispatch::axpy_fields::<F, T>(backend.1, a[0], from.clone(), to, &mut found);
                    assert_eq!(keys(&found), keys(&expected), "{from:?} to {to} at {level}, {flat:?}");
                }
            }
        }
    }
}

fn compare_record_choose<const F: usize, T: Sample>(
    (level, backend): (Level, Backend),
    flat: &[T],
    choose: impl Choose<T> + Debug,
) {
    let expected = dispatch::record_choose::<F, T, _>(Backend::Scalar, flat, choose);
    let found = dispatch::record_choose::<F, T, _>(backend, flat, choose);
    let keys = |best: [Option<T>; F]| best.map(|best| best.map(T::key));
    assert_eq!(keys(found), keys(expected), "{choose:?} at {level}, {flat:?}");
}

#[test]
fn records_at_every_level() {
    sweep_records::<3, f32>();
    sweep_records::<6, f32>();
    sweep_records::<7, f64>();
    sweep_records::<5, u8>();
    sweep_records::<2, i64>();
}

/// Compares fields of records with the same numbers in slices of their own.
#[test]
fn a_field_has_the_results_of_its_column() {
    for count in [0, 1, 5, 63, 64, 65, 1000] {
        let flat: Vec<f32> = Random(7).elements(count * 6, 0);
        let column = |field| flat.iter().skip(field).step_by(6).copied().collect::<Vec<_>>();
        let (sums, means) = (records::sum::<6, _>(&flat), records::mean::<6, _>(&flat));
        let (least, greatest) = (records::min::<6, _>(&flat), records::max::<6, _>(&flat));
        for field in 0..6 {
            let column = column(field);
            assert_eq!(sums[field].to_bits(), super::sum(&column).to_bits(), "{count}");
            assert_eq!(means[field], super::mean(&column));
            assert_eq!(least[field], super::min(&column));
            assert_eq!(greatest[field], super::max(&column));
            let all = flat.as_chunks::<6>().0;
            assert_eq!(records::sum_by(all, |record| record[field]).to_bits(), super::sum(&column).to_bits());
            assert_eq!(records::mean_by(all, |record| record[field]), super::mean(&column));
            assert_eq!(records::min_by(all, |record| record[field]), super::min(&column));
            assert_eq!(records::max_by(all, |record| record[field]), super::max(&column));
        }
    }
    assert_eq!(records::min_by(&[f32::NAN; 9], |value| *value), None);
    assert_eq!(records::max_by(&[-0.0_f32; 9], |value| *value).map(f32::to_bits), Some(0));
    assert_eq!(records::sum_by(&[u8::MAX; 1000], |value| *value), 255_000);
}

#[test]
fn the_public_functions_of_records() {
    let mut flat = [1.0, 2.0, 3.0, 4.0];
    records::add(&mut flat, &[1.0, -1.0]);
    assert_eq!(flat, [2.0, 1.0, 4.0, 3.0]);
    records::sub(&mut flat, &[1.0, -1.0]);
    records::scale(&mut flat, &[2.0, 3.0]);
    assert_eq!(flat, [2.0, 6.0, 6.0, 12.0]);
    records::clamp(&mut flat, &[3.0, 0.0], &[9.0, 10.0]);
    assert_eq!(flat, [3.0, 6.0, 6.0, 10.0]);
    records::axpy(&[1.0, 0.5], &[1.0, 2.0, 3.0, 4.0], &mut flat);
    assert_eq!(flat, [4.0, 7.0, 9.0, 12.0]);
    records::lerp(&mut flat, &[8.0, 7.0, 9.0, 14.0], &[0.25, 0.5]);
    assert_eq!(flat, [5.0, 7.0, 9.0, 13.0]);
    records::axpy_fields::<2, _>(2.0, 1..2, 0, &mut flat);
    assert_eq!(flat, [19.0, 7.0, 35.0, 13.0]);
    records::axpy_fields::<2, _>(1.0, 0..0, 2, &mut flat);
    assert_eq!(flat, [19.0, 7.0, 35.0, 13.0]);
}

#[test]
fn mistakes_with_records_are_named() {
    assert_eq!(message_of(|| drop(shown(records::min::<2, _>(&[1, 2, 3])))), "3 numbers are no records of 2");
    let message = message_of(|| records::axpy_fields::<4, _>(1.0, 0..2, 3, &mut [0.0; 4]));
    assert_eq!(message, "there are no 2 fields at 0 and 3 of 4");
    let message = message_of(|| records::axpy_fields::<4, _>(1.0, 0..2, 1, &mut [0.0; 4]));
    assert!(message.starts_with("2 fields at 0 overlap those at 1\nhint: "), "{message}");
    assert!(
        message_of(|| records::clamp(&mut [0], &[2], &[1])).starts_with("the bounds 2 and 1 are no range")
    );
}
