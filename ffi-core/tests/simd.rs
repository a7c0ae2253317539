//! Tests `#[ffi(simd)]` on messages of all shapes, and the tables for C and Dart, against plain
//! loops.

#![expect(clippy::multiple_unsafe_ops_per_block, reason = "all calls of a test have the same pointers")]

use ffi_core::FfiMessage;
use ffi_core::simd::abi::{KERNELS, KernelCode, RecordKernels, RecordTable, VERSION};
use ffi_core::simd::batch::Numbers;
use ffi_core::simd::{self, FfiBatch, FfiSimd, Level};

/// Result of a table's function that did its work.
const OK: i32 = 0;

type Metres = f32;
type Vector = [Metres; 2];

/// A message of numbers of one type, behind an alias, in an array of arrays and in a message.
#[derive(FfiMessage, Clone, Copy, Debug, PartialEq)]
#[repr(C)]
#[ffi(simd)]
struct Body {
    position: Vector,
    velocity: Point,
    mass: f32,
    tensor: [[f32; 2]; 1],
}

#[derive(FfiMessage, Clone, Copy, Debug, PartialEq)]
#[repr(C)]
struct Point {
    x: f32,
    y: f32,
}

#[derive(FfiMessage, Clone, Copy, Debug, PartialEq)]
#[repr(C)]
#[ffi(simd)]
struct Sample {
    live: bool,
    at: u64,
    level: i16,
    channels: [i16; 3],
    spot: Point,
}

#[derive(FfiMessage, Clone, Copy, Debug)]
#[repr(C)]
#[ffi(simd)]
struct Row {
    cells: [i32; 100],
}

/// A message with numbers of one type, and padding because of another field's type.
#[derive(FfiMessage, Clone, Copy)]
#[repr(C)]
#[ffi(simd)]
struct Padded {
    wide: f64,
    single: f32,
}

/// Names that could collide with those in the expansion.
mod names {
    #[derive(ffi_core::FfiMessage, Clone, Copy)]
    #[repr(C)]
    pub struct Fields {
        pub value: f64,
    }

    #[derive(ffi_core::FfiMessage, Clone, Copy)]
    #[repr(C)]
    #[ffi(simd)]
    pub struct Numbers {
        pub simd: Fields,
        pub r#type: f64,
    }
}

fn number(index: usize, salt: usize) -> f32 {
    let bits = (index * 8 + salt).wrapping_mul(0x9e37_79b9) >> 7 & 0xffff;
    if bits.is_multiple_of(31) { f32::NAN } else { bits as f32 / 7.0 - 3_000.0 }
}

fn bodies(count: usize) -> Vec<Body> {
    let body = |i| Body {
        position: [number(i, 0), number(i, 1)],
        velocity: Point { x: number(i, 2), y: number(i, 3) },
        mass: number(i, 4),
        tensor: [[number(i, 5), number(i, 6)]],
    };
    (0..count).map(body).collect()
}

fn flat(bodies: &[Body]) -> Vec<[f32; 7]> {
    bodies
        .iter()
        .map(|b| {
            let [[e, f]] = b.tensor;
            [b.position[0], b.position[1], b.velocity.x, b.velocity.y, b.mass, e, f]
        })
        .collect()
}

fn copy(bodies: &[Body]) -> Vec<Body> {
    bodies.to_vec()
}

/// Returns the numbers of one field.
fn column(flat: &[[f32; 7]], field: usize) -> Vec<f32> {
    flat.iter().map(|record| record[field]).collect()
}

fn bits(values: impl IntoIterator<Item = f32>) -> Vec<u32> {
    values.into_iter().map(|value| if value.is_nan() { u32::MAX } else { value.to_bits() }).collect()
}

fn optional(values: impl IntoIterator<Item = Option<f32>>) -> Vec<Option<u32>> {
    values.into_iter().map(|value| value.map(f32::to_bits)).collect()
}

#[test]
fn whole_records_are_as_their_fields_alone() {
    for count in 0..130 {
        let bodies = bodies(count);
        let flat = flat(&bodies);
        let columns: [Vec<f32>; 7] = std::array::from_fn(|field| column(&flat, field));
        assert_eq!(bits(bodies.sums()), bits(columns.each_ref().map(|it| simd::sum(it))), "{count}");
        assert_eq!(optional(bodies.mins()), optional(columns.each_ref().map(|it| simd::min(it))), "{count}");
        assert_eq!(optional(bodies.maxs()), optional(columns.each_ref().map(|it| simd::max(it))), "{count}");
        let means = columns.each_ref().map(|it| simd::mean(it));
        assert_eq!(bodies.means().map(|it| it.map(|it| bits([it]))), means.map(|it| it.map(|it| bits([it]))));

        let fields = Body::FIELDS;
        assert_eq!(bits(fields.position.sums(&bodies)), bits(bodies.sums()[..2].iter().copied()));
        assert_eq!(bits(fields.velocity.sums(&bodies)), bits(bodies.sums()[2..4].iter().copied()));
        assert_eq!(bits([fields.mass.sum(&bodies)]), bits([simd::sum(&columns[4])]), "{count}");
        assert_eq!(optional([fields.mass.min(&bodies)]), optional([simd::min(&columns[4])]), "{count}");
        assert_eq!(optional([fields.mass.max(&bodies)]), optional([simd::max(&columns[4])]), "{count}");
        assert_eq!(
            optional(fields.tensor.mins(&bodies)),
            optional(columns[5..].iter().map(|it| simd::min(it)))
        );
        let mut copy = vec![0.0; 2 * count];
        fields.tensor.copy_to(&bodies, &mut copy);
        assert_eq!(bits(copy), bits(flat.iter().flat_map(|record| [record[5], record[6]])));
    }
}

/// Checks that `batch` changes bodies as `plain` changes each number, given its index in the
/// record.
fn changes(batch: impl Fn(&mut [Body]), plain: impl Fn(&mut [f32; 7])) {
    for count in 0..70 {
        let mut bodies = bodies(count);
        let mut expected = flat(&bodies);
        batch(&mut bodies);
        expected.iter_mut().for_each(&plain);
        assert_eq!(bits(flat(&bodies).concat()), bits(expected.concat()), "{count}");
    }
}

#[test]
fn records_are_changed_as_their_numbers_are() {
    let record = bodies(3)[1];
    let operand = flat(&[record])[0];
    let each = |plain: fn(f32, f32) -> f32| {
        move |numbers: &mut [f32; 7]| {
            for (number, operand) in numbers.iter_mut().zip(operand) {
                *number = plain(*number, operand);
            }
        }
    };
    changes(|bodies| bodies.add_record(&record), each(|a, b| a + b));
    changes(|bodies| bodies.sub_record(&record), each(|a, b| a - b));
    changes(|bodies| bodies.mul_record(&record), each(|a, b| a * b));
    changes(|bodies| bodies.fill_record(&record), each(|_, b| b));
    changes(|bodies| bodies.scale(1.5), each(|a, _| a * 1.5));
    changes(|bodies| bodies.add_assign(&copy(bodies)), each(|a, _| a + a));
    changes(|bodies| bodies.sub_assign(&copy(bodies)), each(|a, _| a - a));
    changes(|bodies| bodies.mul_assign(&copy(bodies)), each(|a, _| a * a));
    changes(|bodies| bodies.axpy(0.5, &copy(bodies)), each(|a, _| a + 0.5 * a));
    changes(|bodies| bodies.lerp(&vec![record; bodies.len()], 0.25), each(|a, b| a + (b - a) * 0.25));
    let low = Body { mass: -10.0, ..<Body as ffi_core::bytemuck::Zeroable>::zeroed() };
    let high = Body { mass: 10.0, ..low };
    let clamped = |numbers: &mut [f32; 7]| {
        for (index, number) in numbers.iter_mut().enumerate() {
            *number = if index == 4 { number.clamp(-10.0, 10.0) } else { number.clamp(0.0, 0.0) };
        }
    };
    changes(|bodies| bodies.clamp_record(&low, &Body { mass: 10.0, ..high }), clamped);

    let step = |numbers: &mut [f32; 7]| {
        numbers[0] += 0.25 * numbers[2];
        numbers[1] += 0.25 * numbers[3];
    };
    let fields = Body::FIELDS;
    // The field `velocity` is a message and `position` an array: both are two numbers.
    changes(|bodies| bodies.axpy_fields(0.25, fields.velocity, fields.position), step);
    changes(|bodies| fields.position.axpy(bodies, 0.25, fields.velocity), step);
    changes(|bodies| fields.mass.scale(bodies, 3.0), |numbers| numbers[4] *= 3.0);
    changes(|bodies| fields.mass.add(bodies, 3.0), |numbers| numbers[4] += 3.0);
    changes(|bodies| fields.mass.sub(bodies, 3.0), |numbers| numbers[4] -= 3.0);
    changes(
        |bodies| fields.mass.clamp(bodies, -1.0, 2.0),
        |numbers| numbers[4] = numbers[4].clamp(-1.0, 2.0),
    );
    changes(|bodies| fields.tensor.fill(bodies, 9.0), |numbers| numbers[5..].fill(9.0));
}

#[test]
fn records_are_vectors() {
    let mut bodies = bodies(20);
    for body in &mut bodies {
        for number in std::slice::from_mut(body).numbers_mut() {
            if number.is_nan() {
                *number = 0.0;
            }
        }
    }
    bodies[3] = ffi_core::bytemuck::Zeroable::zeroed();
    let (mut dots, mut lengths) = ([0.0; 20], [0.0; 20]);
    bodies.dots(&bodies.clone(), &mut dots);
    bodies.lengths(&mut lengths);
    let records = flat(&bodies);
    for ((record, dot), length) in records.iter().zip(dots).zip(lengths) {
        assert_eq!(dot, simd::dot(record, record));
        assert_eq!(length, dot.sqrt());
    }
    bodies.normalize();
    for (index, ((old, new), length)) in records.iter().zip(flat(&bodies)).zip(lengths).enumerate() {
        let expected = if index == 3 { [0.0; 7] } else { old.map(|number| number / length) };
        assert_eq!(new, expected);
    }
}

#[test]
fn mixed_messages_have_their_numeric_fields() {
    let sample = |i: u64| Sample {
        live: true,
        at: u64::MAX - i,
        level: -300 + i as i16,
        channels: [1, 2, i as i16],
        spot: Point { x: i as f32, y: 0.5 },
    };
    let mut samples: Vec<_> = (0..9).map(sample).collect();
    let fields = Sample::FIELDS;
    assert_eq!(fields.at.sum(&samples), u128::from(u64::MAX) * 9 - 36);
    assert_eq!(fields.level.sum(&samples), -300 * 9 + 36);
    assert_eq!(fields.channels.sums(&samples), [9, 18, 36]);
    assert_eq!(fields.channels.maxs(&samples), [Some(1), Some(2), Some(8)]);
    assert_eq!(fields.spot.means(&samples), [Some(4.0), Some(0.5)]);
    fields.channels.scale(&mut samples, i16::MIN);
    assert_eq!(samples[1].channels, [i16::MIN, 0, i16::MIN]);
    assert!(samples.iter().all(|it| it.live));
    assert_eq!(fields.level.min(&[]), None);
    let _ = fields.live;

    let padded = [Padded { wide: 1.0, single: 2.0 }; 5];
    assert_eq!((Padded::FIELDS.wide.sum(&padded), Padded::FIELDS.single.sum(&padded)), (5.0, 10.0));
}

#[test]
fn wide_records_are_done_row_by_row() {
    let mut rows: Vec<_> =
        (0..5).map(|row| Row { cells: std::array::from_fn(|cell| row * 1_000 + cell as i32) }).collect();
    assert_eq!(rows.sums()[99], 10_000 + 5 * 99);
    assert_eq!(rows.mins()[7], Some(7));
    let one = Row { cells: [1; 100] };
    rows.add_record(&one);
    rows.axpy(2, &[one; 5]);
    assert_eq!(rows[4].cells[99], 4_102);
    assert_eq!(Row::FIELDS.cells.maxs(&rows)[0], Some(4_003));
}

#[test]
fn names_of_the_expansion_are_its_own() {
    let all = [names::Numbers { simd: names::Fields { value: 1.0 }, r#type: 2.0 }; 3];
    assert_eq!(all.sums(), [3.0, 6.0]);
    assert_eq!(names::Numbers::FIELDS.r#type.sum(&all), 6.0);
}

#[test]
#[should_panic(expected = "each element needs a partner")]
fn lengths_that_differ_are_refused() {
    bodies(3).add_assign(&bodies(2));
}

#[test]
#[should_panic(expected = "are no range")]
fn ranges_that_are_none_are_refused() {
    let low = <Body as ffi_core::bytemuck::Zeroable>::zeroed();
    bodies(3).clamp_record(&low, &Body { mass: -1.0, ..low });
}

#[test]
fn the_table_counts_its_pointers() {
    assert_eq!(KERNELS.version, VERSION);
    assert_eq!(KERNELS.len, 2 + 10 * 27);
    assert_eq!((KERNELS.level)(), simd::level() as u32);
    assert_eq!((KERNELS.set_level)(u32::MAX), simd::set_level(None) as u32);
    assert_eq!((KERNELS.set_level)(Level::Fallback as u32), Level::Fallback as u32);
    assert_eq!((KERNELS.set_level)(300), simd::level() as u32);
    assert!(KERNELS.f32.saturating_add.is_none() && KERNELS.i32.lerp.is_none());
}

/// Returns bytes in which numbers of any size may begin at `offset`.
fn unaligned(values: &[f32], offset: usize) -> Vec<u8> {
    let mut bytes = vec![0; offset];
    bytes.extend(values.iter().flat_map(|value| value.to_ne_bytes()));
    bytes
}

#[test]
fn kernels_of_the_table_take_any_pointer() {
    let table = &KERNELS.f32;
    for len in 0..130 {
        let values: Vec<f32> = (0..len).map(|i| number(i, 1)).collect();
        let others: Vec<f32> = (0..len).map(|i| number(i, 2)).collect();
        for offset in 0..4 {
            let mut bytes = unaligned(&values, offset);
            let others_bytes = unaligned(&others, 4 - offset);
            let first = bytes.as_mut_ptr().wrapping_add(offset).cast::<f32>();
            let other = others_bytes.as_ptr().wrapping_add(4 - offset).cast::<f32>();
            let mut out = 0.0_f32;
            // SAFETY: `len` numbers from both pointers on, and one at `out`.
            unsafe {
                (table.sum.unwrap())(first, len, &raw mut out);
                assert_eq!(bits([out]), bits([simd::sum(&values)]), "sum of {len} at {offset}");
                (table.dot.unwrap())(first, other, len, &raw mut out);
                assert_eq!(bits([out]), bits([simd::dot(&values, &others)]), "dot of {len} at {offset}");
                let found = (table.min.unwrap())(first, len, &raw mut out);
                assert_eq!((found == OK).then_some(out), simd::min(&values), "min of {len} at {offset}");
                let found = (table.max.unwrap())(first, len, &raw mut out);
                assert_eq!((found == OK).then_some(out), simd::max(&values), "max of {len} at {offset}");
                let found = (table.mean.unwrap())(first, len, &raw mut out);
                let mean = simd::mean(&values).map(|mean| bits([mean]));
                assert_eq!((found == OK).then(|| bits([out])), mean, "mean of {len} at {offset}");

                let mut expected = values.clone();
                (table.axpy.unwrap())(0.5, other, first, len);
                simd::axpy(0.5, &others, &mut expected);
                (table.add.unwrap())(first, other, len);
                simd::add(&mut expected, &others);
                (table.lerp.expect("floats have it"))(first, other, len, 0.25);
                simd::lerp(&mut expected, &others, 0.25);
                (table.scale.unwrap())(first, len, 3.0);
                simd::scale(&mut expected, 3.0);
                assert_eq!((table.clamp.unwrap())(first, len, 1.0, -1.0), KernelCode::Range as i32);
                assert_eq!((table.clamp.unwrap())(first, len, -1e3, 1e4), OK);
                simd::clamp(&mut expected, -1e3, 1e4);
                // Both arguments are one slice.
                (table.mul.unwrap())(first, first, len);
                simd::mul(&mut expected.clone(), &expected);
                let squares = expected.iter().map(|value| value * value);
                let found = (0..len).map(|index| first.wrapping_add(index).read_unaligned());
                assert_eq!(bits(found), bits(squares), "{len} at {offset}");
            }
        }
    }
}

#[test]
fn wide_sums_are_words_of_64_bits() {
    let mut words = [0_u64; 2];
    let values = [u64::MAX, u64::MAX, 3];
    // SAFETY: three numbers, and space for a number of 128 bits.
    unsafe { (KERNELS.u64.sum.unwrap())(values.as_ptr(), 3, words.as_mut_ptr().cast()) };
    let [low, high] = if cfg!(target_endian = "little") { words } else { [words[1], words[0]] };
    assert_eq!(u128::from(high) << 64 | u128::from(low), u128::from(u64::MAX) * 2 + 3);
}

#[test]
fn fields_of_the_table_are_those_of_rust() {
    let mut bodies = bodies(50);
    let mut expected = bodies.clone();
    let (stride, table) = (size_of::<Body>(), &KERNELS.f32);
    let first = bodies.as_mut_ptr().cast::<f32>();
    let tensor = first.wrapping_add(5);
    let (mut out, mut present) = ([0.0_f32; 2], [0_u8; 2]);
    // SAFETY: the last two of seven numbers of 50 records, and space for two results.
    unsafe {
        (table.field_sum.unwrap())(tensor, 50, stride, 2, out.as_mut_ptr());
        assert_eq!(bits(out), bits(Body::FIELDS.tensor.sums(&expected)));
        (table.field_min.unwrap())(tensor, 50, stride, 2, out.as_mut_ptr(), present.as_mut_ptr());
        assert_eq!((out.map(Some), present), (Body::FIELDS.tensor.mins(&expected), [1, 1]));
        (table.field_max.unwrap())(tensor, 0, stride, 2, out.as_mut_ptr(), present.as_mut_ptr());
        assert_eq!(present, [0, 0]);
        assert_eq!(
            (table.field_mean.unwrap())(tensor, 0, stride, 2, out.as_mut_ptr()),
            KernelCode::None as i32
        );
        (table.field_add.unwrap())(tensor, 50, stride, 2, 1.0);
        Body::FIELDS.tensor.add(&mut expected, 1.0);
        (table.field_scale.unwrap())(tensor, 50, stride, 2, 2.0);
        Body::FIELDS.tensor.scale(&mut expected, 2.0);
        assert_eq!((table.field_clamp.unwrap())(tensor, 50, stride, 2, 5.0, 500.0), OK);
        Body::FIELDS.tensor.clamp(&mut expected, 5.0, 500.0);
        (table.field_fill.unwrap())(first.wrapping_add(4), 50, stride, 1, 7.0);
        Body::FIELDS.mass.fill(&mut expected, 7.0);
        (table.field_axpy.unwrap())(0.5, first.wrapping_add(2), first, 50, stride, 2);
        Body::FIELDS.position.axpy(&mut expected, 0.5, Body::FIELDS.velocity);
    }
    assert_eq!(bits(bodies.numbers().iter().copied()), bits(expected.numbers().iter().copied()));
}

/// Each call passes numbers with one mistake in another argument.
#[test]
fn kernels_of_the_table_refuse_what_can_be_checked() {
    let table = &KERNELS.f64;
    let (null, one) = (std::ptr::null_mut::<f64>(), std::ptr::NonNull::<f64>::dangling().as_ptr());
    let mut values = [1.0, 2.0, 3.0, 4.0];
    let first = values.as_mut_ptr();
    let mut present = [9_u8; 4];
    let bytes = present.as_mut_ptr();
    let mut out = [7.0; 4];
    let result = out.as_mut_ptr();
    // More bytes than the address space has, in slices and in fields.
    let long = isize::MAX as usize / 8 + 1;
    let (lerp, dots) = (table.lerp.unwrap(), table.record_dot.unwrap());
    let (lengths, normalize) = (table.record_length.unwrap(), table.record_normalize.unwrap());
    // SAFETY: the counts match the memory, unless a kernel must refuse the call before it reads
    // any.
    unsafe {
        for (code, values, len) in [
            (KernelCode::Null as i32, null, 1),
            (KernelCode::Size as i32, first, long),
            (KernelCode::Size as i32, first, usize::MAX / 8 + 2),
            (KernelCode::Size as i32, first.with_addr(usize::MAX - 15), 4),
        ] {
            assert_eq!((table.sum.unwrap())(values, len, result), code);
            assert_eq!((table.mean.unwrap())(values, len, result), code);
            assert_eq!((table.min.unwrap())(values, len, result), code);
            assert_eq!((table.max.unwrap())(values, len, result), code);
            for zip in [table.add, table.sub, table.mul].map(Option::unwrap) {
                assert_eq!(zip(values, first, len), code);
                assert_eq!(zip(first, values, len), code);
            }
            for (values, other) in [(values, first), (first, values)] {
                assert_eq!((table.dot.unwrap())(values, other, len, result), code);
                assert_eq!((table.axpy.unwrap())(1.0, values, other, len), code);
                assert_eq!(lerp(values, other, len, 0.5), code);
                assert_eq!(dots(values, other, len, 1, result), code);
                assert_eq!((table.field_axpy.unwrap())(1.0, values, other, len, 8, 1), code);
            }
            assert_eq!((table.scale.unwrap())(values, len, 2.0), code);
            assert_eq!((table.clamp.unwrap())(values, len, 0.0, 1.0), code);
            assert_eq!((table.fill.unwrap())(values, len, 2.0), code);
            assert_eq!((table.field_sum.unwrap())(values, len, 8, 1, result), code);
            assert_eq!((table.field_mean.unwrap())(values, len, 8, 1, result), code);
            assert_eq!((table.field_min.unwrap())(values, len, 8, 1, result, bytes), code);
            assert_eq!((table.field_max.unwrap())(values, len, 8, 1, result, bytes), code);
            assert_eq!((table.field_add.unwrap())(values, len, 8, 1, 1.0), code);
            assert_eq!((table.field_scale.unwrap())(values, len, 8, 1, 1.0), code);
            assert_eq!((table.field_clamp.unwrap())(values, len, 8, 1, 0.0, 1.0), code);
            assert_eq!((table.field_fill.unwrap())(values, len, 8, 1, 1.0), code);
            assert_eq!(lengths(values, len, 1, result), code);
            assert_eq!(normalize(values, len, 1), code);
        }
        // Products that overflow, although each factor is small enough.
        assert_eq!((table.field_sum.unwrap())(first, 3, usize::MAX / 2, 1, result), KernelCode::Size as i32);
        assert_eq!((table.field_fill.unwrap())(first, 2, 8, usize::MAX / 4, 1.0), KernelCode::Size as i32);
        assert_eq!(dots(first, first, usize::MAX / 2, 4, result), KernelCode::Size as i32);
        assert_eq!(normalize(first, usize::MAX / 2, 4), KernelCode::Size as i32);
        // The pointer for the result is null.
        assert_eq!((table.sum.unwrap())(first, 4, null), KernelCode::Null as i32);
        assert_eq!((table.dot.unwrap())(first, first, 4, null), KernelCode::Null as i32);
        assert_eq!((table.field_max.unwrap())(first, 4, 8, 1, null, bytes), KernelCode::Null as i32);
        assert_eq!((table.field_max.unwrap())(first, 4, 8, 1, result, null.cast()), KernelCode::Null as i32);
        assert_eq!(lengths(first, 4, 1, null), KernelCode::Null as i32);
        // Several results that overlap the input are refused; a single one is written after all is
        // read.
        let mut own = values;
        let last = own.as_mut_ptr().wrapping_add(3);
        assert_eq!(((table.sum.unwrap())(own.as_ptr(), 4, last), last.read()), (OK, 10.0));
        assert_eq!((table.dot.unwrap())(one, one, 0, result), OK);
        assert_eq!(
            (table.field_sum.unwrap())(first, 2, 16, 2, first.wrapping_add(2)),
            KernelCode::Overlap as i32
        );
        assert_eq!(
            (table.field_min.unwrap())(first, 2, 16, 1, result, first.cast()),
            KernelCode::Overlap as i32
        );
        assert_eq!(
            (table.field_min.unwrap())(first, 2, 16, 1, result, result.cast()),
            KernelCode::Overlap as i32
        );
        assert_eq!(dots(first, first, 2, 2, first.wrapping_add(3)), KernelCode::Overlap as i32);
        assert_eq!(lengths(first, 2, 2, first.wrapping_add(3)), KernelCode::Overlap as i32);
        // A pointer to no numbers may have any value.
        assert_eq!((table.sum.unwrap())(null, 0, result), OK);
        assert_eq!((table.min.unwrap())(null, 0, result), KernelCode::None as i32);
        assert_eq!((table.mean.unwrap())(one.wrapping_byte_add(1), 0, result), KernelCode::None as i32);
        assert_eq!((table.add.unwrap())(null, null, 0), OK);
        assert_eq!((table.field_fill.unwrap())(null, 0, 8, 1, 1.0), OK);
        assert_eq!(normalize(null, 0, 2), OK);
        // Kernels of no elements return at once, whatever the other count is.
        assert_eq!(normalize(null, usize::MAX, 0), OK);
        assert_eq!((table.field_fill.unwrap())(null, 0, 8, usize::MAX, 1.0), OK);
    }
    assert_eq!((values, present, out[1..] == [7.0; 3]), ([1.0, 2.0, 3.0, 4.0], [9; 4], true));
}

#[test]
fn kernels_of_a_message_refuse_what_can_be_checked() {
    let table = <Numbers<f32, 7> as RecordTable>::TABLE;
    let mut bodies = bodies(3);
    let data = bodies.as_mut_ptr().cast::<u8>();
    let (mut out, mut present) = ([0.0_f32; 7], [9_u8; 7]);
    let (result, bytes) = (out.as_mut_ptr().cast::<u8>(), present.as_mut_ptr());
    let ones = [1.0_f32; 7];
    let one = ones.as_ptr().cast::<u8>();
    // SAFETY: the count matches the memory, unless a kernel must refuse the call before it reads
    // any.
    unsafe {
        for (code, data, records) in [
            (KernelCode::Null as i32, std::ptr::null_mut(), 1),
            (KernelCode::Misaligned as i32, data.wrapping_add(1), 2),
            (KernelCode::Misaligned as i32, data.wrapping_add(2), 2),
            (KernelCode::Size as i32, data, usize::MAX / 7 + 1),
            (KernelCode::Size as i32, data, isize::MAX as usize / 28 + 1),
        ] {
            assert_eq!(table.sum.unwrap()(data, records, result), code);
            assert_eq!(table.mean.unwrap()(data, records, result), code);
            assert_eq!(table.min.unwrap()(data, records, result, bytes), code);
            assert_eq!(table.max.unwrap()(data, records, result, bytes), code);
            for change in [table.add, table.sub, table.mul, table.fill] {
                assert_eq!(change.unwrap()(data, records, one), code);
            }
            assert_eq!(table.clamp.unwrap()(data, records, one, one), code);
            assert_eq!(table.axpy_fields.unwrap()(data, records, one, 0, 2, 2), code);
        }
        let null = std::ptr::null_mut();
        assert_eq!(table.sum.unwrap()(data, 3, null), KernelCode::Null as i32);
        assert_eq!(table.max.unwrap()(data, 3, result, null), KernelCode::Null as i32);
        assert_eq!(table.add.unwrap()(data, 3, null), KernelCode::Null as i32);
        assert_eq!(table.clamp.unwrap()(data, 3, one, null), KernelCode::Null as i32);
        assert_eq!(table.axpy_fields.unwrap()(data, 3, null, 0, 2, 2), KernelCode::Null as i32);
        assert_eq!(table.sum.unwrap()(data, 3, data.wrapping_add(28)), KernelCode::Overlap as i32);
        assert_eq!(table.max.unwrap()(data, 3, result, result), KernelCode::Overlap as i32);
        assert_eq!(table.max.unwrap()(data, 3, result, data), KernelCode::Overlap as i32);
        for (from, to, count) in [(0, 1, 2), (6, 0, 2), (0, 6, 2), (usize::MAX, 0, 2)] {
            assert_eq!(table.axpy_fields.unwrap()(data, 3, one, from, to, count), KernelCode::Range as i32);
        }
        assert_eq!(table.mean.unwrap()(null, 0, result), KernelCode::None as i32);
        assert_eq!(table.sum.unwrap()(null, 0, result), OK);
        // An operand may be one of the messages, and unaligned.
        assert_eq!(table.sub.unwrap()(data, 3, data), OK);
        let unaligned = unaligned(&[1.0; 7], 1);
        assert_eq!(table.fill.unwrap()(data, 3, unaligned.as_ptr().add(1)), OK);
    }
    assert_eq!(bits(bodies.numbers().iter().copied()), bits([1.0; 21]));
    assert_eq!(present, [9; 7]);
}

/// A message that names operations.
#[derive(FfiMessage, Clone, Copy)]
#[repr(C)]
#[ffi(simd(sum, scale, saturating_add))]
struct Named {
    x: f32,
    y: f32,
}

/// A message that names operations, with fields of several types.
#[derive(FfiMessage, Clone, Copy)]
#[repr(C)]
#[ffi(simd(max))]
struct NamedMixed {
    wide: f64,
    count: u32,
    live: bool,
}

unsafe extern "C" {
    safe fn simd_ffi_named_simd() -> &'static RecordKernels;
    safe fn simd_ffi_named_mixed_simd() -> &'static RecordKernels;
    safe fn simd_ffi_body_simd() -> &'static RecordKernels;
}

/// Tests that the table of a message that names operations has these, for the types of its numbers,
/// and that the others are null, so that nothing refers to their code.
#[test]
fn tables_have_the_operations_that_are_named() {
    let named = simd_ffi_named_simd();
    assert!(named.sum.is_some() && named.add.is_none() && named.clamp.is_none());
    let kernels = named.kernels;
    assert_eq!((kernels.version, kernels.len), (VERSION, KERNELS.len));
    let floats = &kernels.f32;
    assert!(floats.sum.is_some() && floats.field_sum.is_some() && floats.scale.is_some());
    assert!(floats.mul.is_none() && floats.field_max.is_none() && floats.lerp.is_none());
    assert!(floats.saturating_add.is_none(), "floats have none");
    assert!(kernels.f64.sum.is_none() && kernels.i32.saturating_add.is_none());
    // Safe code has all operations in any case.
    let points = [Named { x: 1.0, y: 2.0 }; 3];
    assert_eq!(points.sums(), [3.0, 6.0]);
    let mut sums = [0.0_f32; 2];
    // SAFETY: the pointers are to three messages, and to a result for each of their numbers.
    let code = unsafe { (named.sum.unwrap())(points.as_ptr().cast(), 3, sums.as_mut_ptr().cast()) };
    assert_eq!((code, sums), (OK, [3.0, 6.0]));

    let mixed = simd_ffi_named_mixed_simd();
    assert!(mixed.max.is_none(), "it is mixed");
    assert!(mixed.kernels.f64.field_max.is_some() && mixed.kernels.u32.field_max.is_some());
    assert!(mixed.kernels.f64.field_min.is_none() && mixed.kernels.f32.field_max.is_none());

    let all = simd_ffi_body_simd();
    assert!(std::ptr::eq(all.kernels, &raw const KERNELS) && all.axpy_fields.is_some());
}
