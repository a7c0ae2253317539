//! Tests of everything in `simd` and `columns` that makes several pointers to one piece of memory.
//! Run by itself it compares values; under Miri (`cargo xtask sanitize`) it also finds pointers
//! that other ones have invalidated.
//!
//! Miri interprets no vector instructions beyond SSE2, so the level is `Fallback` under Miri.

#![expect(clippy::multiple_unsafe_ops_per_block, reason = "all calls of a test have the same pointers")]

use ffi_core::simd::abi::KERNELS;
use ffi_core::simd::{self, FfiBatch, FfiSimd, Level};
use ffi_core::{FfiColumnar, FfiMessage};

#[derive(FfiMessage, Clone, Copy, Debug, PartialEq)]
#[repr(C)]
#[ffi(simd, columns)]
struct Body {
    position: [f32; 2],
    velocity: [f32; 2],
    mass: f32,
}

/// Fields of several types, so only `Field` has the operations.
#[derive(FfiMessage, Clone, Copy, Debug, PartialEq)]
#[repr(C)]
#[ffi(simd, columns)]
struct Mixed {
    live: bool,
    count: u32,
    total: u32,
    spot: [f64; 2],
    shift: [f64; 2],
}

fn bodies(count: usize) -> Vec<Body> {
    if cfg!(miri) {
        simd::set_level(Some(Level::Fallback));
    }
    let body = |index: usize| {
        let number = index as f32;
        Body { position: [number, -number], velocity: [1.0, number], mass: number + 1.0 }
    };
    (0..count).map(body).collect()
}

fn mixed(count: u32) -> Vec<Mixed> {
    let message = |number: u32| Mixed {
        live: number.is_multiple_of(2),
        count: number,
        total: 10 * number,
        spot: [f64::from(number), 0.5],
        shift: [2.0, f64::from(number)],
    };
    (0..count).map(message).collect()
}

#[test]
fn a_field_is_added_to_another_of_the_same_messages() {
    let fields = Mixed::FIELDS;
    for count in [0, 1, 2, 19] {
        let mut messages = mixed(count);
        fields.total.axpy(&mut messages, 3, fields.count);
        fields.spot.axpy(&mut messages, 0.5, fields.shift);
        for (message, number) in messages.iter().zip(0..count) {
            assert_eq!((message.count, message.total), (number, 13 * number));
            assert_eq!(message.spot, [f64::from(number) + 1.0, 0.5 + f64::from(number) / 2.0]);
            assert_eq!(message.shift, [2.0, f64::from(number)]);
        }
    }
}

#[test]
fn a_field_is_added_to_itself() {
    let fields = Mixed::FIELDS;
    let mut messages = mixed(7);
    fields.count.axpy(&mut messages, 2, fields.count);
    fields.shift.axpy(&mut messages, -1.0, fields.shift);
    assert!(messages.iter().zip(0..).all(|(it, number)| it.count == 3 * number && it.shift == [0.0; 2]));

    let mut bodies = bodies(5);
    Body::FIELDS.mass.axpy(&mut bodies, 1.0, Body::FIELDS.mass);
    assert_eq!(Body::FIELDS.mass.sum(&bodies), 30.0);
}

#[test]
fn a_field_is_read_and_changed() {
    let fields = Mixed::FIELDS;
    let mut messages = mixed(11);
    fields.count.add(&mut messages, 1);
    fields.count.scale(&mut messages, 2);
    fields.count.sub(&mut messages, 2);
    fields.total.fill(&mut messages, 4);
    fields.spot.clamp(&mut messages, 0.0, 3.0);
    assert_eq!((fields.count.sum(&messages), fields.count.max(&messages)), (110, Some(20)));
    assert_eq!((fields.total.mean(&messages), fields.total.min(&messages)), (Some(4.0), Some(4)));
    let mut numbers = [0.0; 22];
    fields.spot.copy_to(&messages, &mut numbers);
    assert_eq!(numbers[..6], [0.0, 0.5, 1.0, 0.5, 2.0, 0.5]);
    assert_eq!(numbers[20..], [3.0, 0.5]);
}

#[test]
fn whole_messages_are_changed() {
    let mut bodies = bodies(9);
    let others = bodies.clone();
    bodies.add_assign(&others);
    bodies.axpy_fields(0.5, Body::FIELDS.velocity, Body::FIELDS.position);
    assert_eq!(bodies[3].position, [7.0, -3.0]);
    bodies.normalize();
    let mut lengths = [0.0; 9];
    bodies.lengths(&mut lengths);
    assert!(lengths.iter().all(|length| (length - 1.0).abs() < 1e-6), "{lengths:?}");
}

#[test]
fn columns_are_changed_together() {
    let mut columns: MixedColumns = mixed(40).into_iter().collect();
    let MixedColumnsMut { live, count, total, spot, shift } = columns.columns_mut();
    for row in 0..40 {
        live[row] = !live[row];
        total[row] += count[row];
        spot[row][1] += shift[row][0];
    }
    columns.push(mixed(2)[1]);
    assert_eq!(columns.swap_remove(3).total, 33);
    columns.resize_zeroed(60);
    let clone = columns.clone();
    columns.set(0, &mixed(6)[5]);
    assert_eq!((columns.get(0), clone.get(0).map(|it| it.count)), (Some(mixed(6)[5]), Some(0)));
    assert_eq!(clone.to_records().len(), 60);
    let mut records = clone.to_records();
    columns.write_records(&mut records);
    assert_eq!(columns.pop(), records.pop());
    assert_eq!(<Mixed as FfiColumnar>::COLUMNS.len(), 5);
}

#[test]
fn kernels_of_the_table_take_one_slice_twice() {
    let table = &KERNELS.f32;
    let (add, axpy, sub) = (table.add.unwrap(), table.axpy.unwrap(), table.sub.unwrap());
    for len in [0, 1, 5, 33] {
        let mut values: Vec<f32> = bodies(len).iter().map(|body| body.mass).collect();
        let first = values.as_mut_ptr();
        // SAFETY: there are `len` numbers at the pointer, and one less behind the first; only these
        // calls use them.
        unsafe {
            add(first, first, len);
            axpy(0.5, first, first, len);
            sub(first, first.wrapping_add(1), len.saturating_sub(1));
        }
        let expected = (0..len).map(|index| if index + 1 < len { -3.0 } else { 3.0 * len as f32 });
        assert!(values.iter().copied().eq(expected), "{values:?}");
    }
}
