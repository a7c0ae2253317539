//! Tests columns of the fixture `columns`: against a `Vec` of the same messages, and through C with
//! damaged headers and bytes.

use std::sync::LazyLock;

use bytemuck::Zeroable;
use ffi_core::boundary::{FfiStatus, StatusCode};
use ffi_core::{
    ColumnsCode, ColumnsError, FfiColumnar, FfiColumns, FfiMap, FfiOpen, FfiOption, FfiStr, FfiVec,
};
use ffi_tests::Fixture;
use fixture_columns::{
    Fill, Flag, FlagColumns, Mode, Pair, Particle, ParticleColumns, ParticleColumnsMut, ParticleColumnsRef,
    Point, Shape, ShapeColumns,
};
use libloading::Library;
use proptest::prelude::*;

fn particle(number: u32) -> Particle {
    Particle {
        x: number as f32,
        y: -(number as f32),
        vx: 0.5,
        vy: f32::NAN.copysign(-1.0).min(number as f32),
        id: u64::from(number) << 33 | 7,
        mode: [Mode::Bounce, Mode::Wrap, Mode::Stop][number as usize % 3],
        visible: number % 2 == 1,
        colour: number.to_be_bytes(),
    }
}

fn shape(number: u32) -> Shape {
    let point = |number: u32| Point { x: f64::from(number), y: 0.25 };
    Shape {
        len: number as u8,
        capacity: number as u16,
        pointer: -i64::from(number),
        outline: [point(number), point(number + 1), point(number + 2)],
        name: FfiStr::try_from(&*(number % 100_000).to_string()).expect("five digits"),
        weights: FfiVec::try_from(&[number as u16; 3][..number as usize % 4]).expect("three at most"),
        centre: if number.is_multiple_of(2) { FfiOption::some(point(number)) } else { FfiOption::none() },
        modes: [[Mode::Stop, Mode::Wrap], [Mode::Bounce, particle(number).mode]],
        state: FfiOpen::from_raw(number as u8),
        fill: [Fill::Unset, Fill::Colour(number), Fill::Pattern(FfiStr::try_from("abc").expect("it fits"))]
            [number as usize % 3]
            .clone(),
        tags: FfiMap::try_from([(number as u8, 1)]).expect("there is room for two"),
    }
}

/// Every column starts at a multiple of 64, and none reaches into another.
fn assert_apart(columns: &ParticleColumns) {
    let capacity = columns.capacity();
    let ParticleColumnsRef { x, y, vx, vy, id, mode, visible, colour } = columns.columns();
    let starts = [
        (x.as_ptr().addr(), 4),
        (y.as_ptr().addr(), 4),
        (vx.as_ptr().addr(), 4),
        (vy.as_ptr().addr(), 4),
        (id.as_ptr().addr(), 8),
        (mode.as_ptr().addr(), 1),
        (visible.as_ptr().addr(), 1),
        (colour.as_ptr().addr(), 4),
    ];
    for (index, (start, size)) in starts.into_iter().enumerate() {
        assert!(start > 0 && start.is_multiple_of(64), "column {index} of {capacity} at {start:#x}");
        if let Some((next, _)) = starts.get(index + 1) {
            assert!(start + size * capacity <= *next, "column {index} of {capacity}");
        }
    }
}

#[derive(Clone, Debug)]
enum Operation {
    Push(u32),
    Pop,
    SwapRemove(usize),
    Set(usize, u32),
    Get(usize),
    Resize(usize),
    Truncate(usize),
    Clear,
    Extend(Vec<u32>),
    Reserve(usize),
    Clone,
    Write(usize, f32),
}

fn operation() -> impl Strategy<Value = Operation> {
    let index = 0..40_usize;
    prop_oneof![
        6 => any::<u32>().prop_map(Operation::Push),
        2 => Just(Operation::Pop),
        2 => index.clone().prop_map(Operation::SwapRemove),
        2 => (index.clone(), any::<u32>()).prop_map(|(row, number)| Operation::Set(row, number)),
        2 => index.clone().prop_map(Operation::Get),
        2 => index.clone().prop_map(Operation::Resize),
        1 => index.clone().prop_map(Operation::Truncate),
        1 => Just(Operation::Clear),
        2 => prop::collection::vec(any::<u32>(), 0..30).prop_map(Operation::Extend),
        1 => index.clone().prop_map(Operation::Reserve),
        1 => Just(Operation::Clone),
        2 => (index, -1e9..1e9_f32).prop_map(|(row, value)| Operation::Write(row, value)),
    ]
}

/// Returns rows as bits, because NaN is not equal to itself.
fn bits(messages: impl IntoIterator<Item = Particle>) -> Vec<String> {
    let words = |it: &Particle| [it.x, it.y, it.vx, it.vy].map(f32::to_bits);
    messages.into_iter().map(|it| format!("{:?} {it:?}", words(&it))).collect()
}

proptest! {
    #[test]
    fn columns_do_what_a_vec_does(
        operations in prop::collection::vec(operation(), 1..60),
        fixed in prop::option::of(0..30_usize),
    ) {
        let mut columns = fixed.map_or_else(ParticleColumns::new, ParticleColumns::fixed);
        let mut model: Vec<Particle> = Vec::new();
        for operation in operations {
            // Returns true if that many more rows are refused.
            let full = |model: &[Particle], more: usize| fixed.filter(|capacity| model.len() + more > *capacity);
            let refused = |capacity: usize| Err(ColumnsError::Full { capacity });
            match operation {
                Operation::Push(number) => match full(&model, 1) {
                    Some(capacity) => prop_assert_eq!(columns.try_push(particle(number)), refused(capacity)),
                    None => {
                        columns.push(particle(number));
                        model.push(particle(number));
                    }
                },
                Operation::Pop => prop_assert_eq!(bits(columns.pop()), bits(model.pop())),
                Operation::SwapRemove(row) if row < model.len() => {
                    prop_assert_eq!(bits([columns.swap_remove(row)]), bits([model.swap_remove(row)]));
                }
                Operation::Set(row, number) if row < model.len() => {
                    columns.set(row, &particle(number));
                    model[row] = particle(number);
                }
                Operation::Get(row) => prop_assert_eq!(bits(columns.get(row)), bits(model.get(row).copied())),
                Operation::Resize(len) => match full(&model, len.saturating_sub(model.len())) {
                    Some(capacity) => prop_assert_eq!(columns.try_resize_zeroed(len), refused(capacity)),
                    None => {
                        columns.resize_zeroed(len);
                        model.resize(len, Particle::zeroed());
                    }
                },
                Operation::Truncate(len) => {
                    columns.truncate(len);
                    model.truncate(len);
                }
                Operation::Clear => {
                    columns.clear();
                    model.clear();
                }
                Operation::Extend(numbers) => {
                    let more: Vec<_> = numbers.into_iter().map(particle).collect();
                    match full(&model, more.len()) {
                        Some(capacity) => {
                            prop_assert_eq!(columns.try_extend_from_records(&more), refused(capacity));
                        }
                        None => {
                            columns.extend_from_records(&more);
                            model.extend(more);
                        }
                    }
                }
                Operation::Reserve(more) => {
                    let reserved = columns.try_reserve(more);
                    match full(&model, more) {
                        Some(capacity) => prop_assert_eq!(reserved, refused(capacity)),
                        None => prop_assert!(reserved.is_ok() && columns.capacity() >= model.len() + more),
                    }
                }
                Operation::Clone => columns = columns.clone(),
                Operation::Write(row, value) => {
                    let ParticleColumnsMut { x, vy, .. } = columns.columns_mut();
                    if let (Some(x), Some(vy)) = (x.get_mut(row), vy.get_mut(row)) {
                        (*x, *vy) = (value, -value);
                        (model[row].x, model[row].vy) = (value, -value);
                    }
                }
                Operation::SwapRemove(_) | Operation::Set(..) => {}
            }
            prop_assert_eq!(columns.len(), model.len());
            prop_assert_eq!(columns.is_empty(), model.is_empty());
            prop_assert!(columns.capacity() >= columns.len());
            prop_assert!(fixed.is_none_or(|capacity| capacity == columns.capacity()));
            prop_assert_eq!(bits(columns.iter()), bits(model.iter().copied()));
            assert_apart(&columns);
        }
        prop_assert_eq!(bits(columns.to_records()), bits(model.iter().copied()));
        let mut written = vec![particle(9); model.len()];
        columns.write_records(&mut written);
        prop_assert_eq!(bits(written), bits(model));
    }

    /// Also across blocks, which are smaller for larger messages.
    #[test]
    fn shapes_go_in_and_come_out(numbers in prop::collection::vec(any::<u32>(), 0..400)) {
        let shapes: Vec<_> = numbers.into_iter().map(|number| shape(number >> 2)).collect();
        let columns = ShapeColumns::from(&shapes[..]);
        prop_assert_eq!(&columns.to_records(), &shapes);
        prop_assert!(columns.iter().eq(shapes.iter().cloned()));
        for (row, shape) in shapes.iter().enumerate() {
            let it = columns.columns();
            prop_assert_eq!((it.len[row], it.capacity[row], it.pointer[row]), (shape.len, shape.capacity, shape.pointer));
            prop_assert_eq!((&it.outline[row], &it.name[row]), (&shape.outline, &shape.name));
            prop_assert_eq!((&it.weights[row], &it.centre[row]), (&shape.weights, &shape.centre));
            prop_assert_eq!(&it.modes[row], &shape.modes);
        }
    }
}

#[test]
fn every_column_is_aligned_at_every_capacity() {
    for capacity in (0..300).chain([1_000, 4_095, 4_096, 65_537]) {
        let columns = ParticleColumns::with_capacity(capacity);
        assert_eq!((columns.capacity(), columns.len(), columns.is_fixed()), (capacity, 0, false));
        assert_apart(&columns);
        let fixed = ParticleColumns::fixed(capacity);
        assert_eq!((fixed.capacity(), fixed.is_fixed()), (capacity, true));
        assert_apart(&fixed);
    }
}

#[test]
fn growing_keeps_the_rows_and_happens_rarely() {
    let mut columns = ParticleColumns::new();
    let mut moves = 0;
    for number in 0..100_000 {
        let before = columns.capacity();
        columns.push(particle(number));
        moves += u32::from(columns.capacity() != before);
    }
    assert!(
        columns.iter().zip(0..).all(|(it, number)| it.id == particle(number).id && it.x == number as f32)
    );
    assert!(moves < 20, "{moves}");
}

#[test]
fn what_there_is_no_memory_for_is_an_error() {
    for rows in [usize::MAX, usize::MAX / 2, usize::MAX / 35, isize::MAX as usize / 30] {
        assert_eq!(ParticleColumns::try_with_capacity(rows).map(drop), Err(ColumnsError::Memory { rows }));
        assert_eq!(ParticleColumns::try_fixed(rows).map(drop), Err(ColumnsError::Memory { rows }));
        let mut columns: ParticleColumns = (0..3).map(particle).collect();
        assert!(matches!(columns.try_reserve(rows), Err(ColumnsError::Memory { .. })));
        assert!(matches!(columns.try_resize_zeroed(rows), Err(ColumnsError::Memory { .. })));
        assert_eq!(columns.len(), 3);
        assert_eq!(columns.get(2).map(|it| it.id), Some(particle(2).id));
    }
    let error = ParticleColumns::try_fixed(usize::MAX).unwrap_err().to_string();
    assert!(
        error.starts_with("there is no memory for columns of 18446744073709551615 rows; hint:"),
        "{error}"
    );
}

#[test]
fn rows_that_are_not_there_panic() {
    fn panics(body: impl FnOnce(&mut FlagColumns) + std::panic::UnwindSafe) -> String {
        let mut flags = FlagColumns::fixed(1);
        flags.push(Flag { on: true });
        let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| body(&mut flags))).unwrap_err();
        assert_eq!(flags.to_records(), [Flag { on: true }]);
        panic.downcast_ref::<String>().expect("it is formatted").clone()
    }
    assert_eq!(panics(|it| _ = it.swap_remove(1)), "there is no row 1 among 1");
    assert_eq!(panics(|it| it.set(7, &Flag { on: false })), "there is no row 7 among 1");
    assert_eq!(panics(|it| it.write_records(&mut [])), "1 rows don't go into 0 messages");
    assert!(panics(|it| it.push(Flag { on: false })).starts_with("the columns are full: "));
    assert!(panics(|it| it.reserve(1)).contains("fixed at 1 rows"));
}

#[test]
fn rows_are_sorted_and_reordered_with_all_their_columns() {
    let numbers = [7, 2, 9, 2, 0, 31, 4];
    let mut shapes: ShapeColumns = numbers.into_iter().map(shape).collect();
    let start = shapes.columns().name.as_ptr();
    shapes.sort_by(|shapes, a, b| shapes.len[a].cmp(&shapes.len[b]));
    let sorted: Vec<_> = [0, 2, 2, 4, 7, 9, 31].map(shape).into();
    assert_eq!(shapes.to_records(), sorted);
    assert_eq!(shapes.columns().name.as_ptr(), start, "the columns have not moved");

    // Equal rows keep their order: by parity, 1 3 5 stay in front of 0 2 4.
    let mut particles: ParticleColumns = (0..6).map(particle).collect();
    particles.sort_by(|particles, a, b| particles.visible[b].cmp(&particles.visible[a]));
    assert_eq!(particles.columns().x, [1.0, 3.0, 5.0, 0.0, 2.0, 4.0]);

    particles.reorder(&[5, 3, 1, 0, 2, 4]);
    assert_eq!(particles.columns().x, [4.0, 0.0, 3.0, 1.0, 5.0, 2.0]);
    let ids: Vec<_> = particles.iter().map(|it| it.id >> 33).collect();
    assert_eq!(ids, [4, 0, 3, 1, 5, 2]);

    ParticleColumns::new().reorder(&[]);
    ParticleColumns::new().sort_by(|_, _, _| unreachable!("there are no rows"));
}

#[test]
fn an_order_has_each_row_once() {
    for (order, message) in [
        (&[0, 1][..], "an order of 2 numbers for 3 rows"),
        (&[0, 1, 3], "there is no row 3 among 3"),
        (&[0, 1, 0], "row 0 is twice in the order"),
    ] {
        let mut particles: ParticleColumns = (0..3).map(particle).collect();
        let before = bits(particles.iter());
        let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| particles.reorder(order)));
        assert_eq!(*panic.unwrap_err().downcast::<String>().unwrap(), message);
        assert_eq!(bits(particles.iter()), before, "nothing has moved");
    }
}

#[test]
fn debug_shows_the_rows() {
    let flags: FlagColumns = [Flag { on: true }, Flag { on: false }].into_iter().collect();
    assert_eq!(format!("{flags:?}"), "[Flag { on: true }, Flag { on: false }]");
}

static LIBRARY: LazyLock<Library> = LazyLock::new(|| {
    let fixture = Fixture::build("fixture-columns", "dev");
    // SAFETY: the fixture has no code that runs when it is loaded.
    unsafe { Library::new(fixture.cdylib()) }.expect("it loads")
});

/// Calls a function of the library.
macro_rules! c {
    (concat $message:literal, $name:literal($($argument:expr => $ty:ty),* $(,)?) $(-> $output:ty)?) => {
        c!(@ concat!("fixture_columns_", $message, $name), ($($argument => $ty),*) $(-> $output)?)
    };
    ($name:literal($($argument:expr => $ty:ty),* $(,)?) $(-> $output:ty)?) => {
        c!(@ concat!("fixture_columns_", $name), ($($argument => $ty),*) $(-> $output)?)
    };
    (@ $name:expr, ($($argument:expr => $ty:ty),*) $(-> $output:ty)?) => {{
        type Function = unsafe extern "C" fn($($ty),*) $(-> $output)?;
        // SAFETY: the tests write the type that the header says.
        let function = unsafe { LIBRARY.get::<Function>($name) }.expect("it is exported");
        // SAFETY: pointers are null, or to the type that the function expects; the function must
        // find any other mistake.
        unsafe { function($($argument),*) }
    }};
}

/// The header, as C has it.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(C)]
struct Header<const N: usize> {
    len: u64,
    capacity: u64,
    columns: [*mut u8; N],
    fixed: u64,
    seal: u64,
}

const _: () = assert!(size_of::<Header<8>>() == size_of::<ParticleColumns>());

type Particles = *mut Header<8>;
type Shapes = *mut Header<11>;
type Pairs = *mut Header<2>;
type Flags = *mut Header<1>;

fn particles(capacity: usize, fixed: u8) -> Particles {
    c!("ffi_particle_columns_new"(capacity => usize, fixed => u8) -> Particles)
}

fn append(columns: Particles, messages: &[Particle]) -> i32 {
    c!("ffi_particle_columns_append"(columns => Particles, messages.as_ptr() => *const Particle, messages.len() => usize) -> i32)
}

fn free(columns: Particles) {
    assert_eq!(c!("ffi_particle_columns_free"(columns => Particles) -> i32), OK);
}

fn header<const N: usize>(columns: *const Header<N>) -> Header<N> {
    // SAFETY: the tests pass containers that exist.
    unsafe { columns.read() }
}

const OK: i32 = 0;
const NULL: i32 = ColumnsCode::Null as i32;
const RANGE: i32 = ColumnsCode::Range as i32;
const FULL: i32 = ColumnsCode::Full as i32;
const MEMORY: i32 = ColumnsCode::Memory as i32;
const DAMAGED: i32 = ColumnsCode::Damaged as i32;

/// Calls a function that takes a status last, and returns code and message.
macro_rules! call {
    ($name:literal($($argument:expr => $ty:ty),* $(,)?) -> $output:ty) => {{
        let mut status = FfiStatus::zeroed();
        let output = c!($name($($argument => $ty,)* &mut status => *mut FfiStatus) -> $output);
        let code = status.code;
        if code == 0 {
            Ok(output)
        } else {
            // SAFETY: a failed call leaves a message of that length, or null and 0.
            let message = (!status.message.is_null()).then(|| unsafe { std::slice::from_raw_parts(status.message, status.message_len) });
            let message = String::from_utf8(message.unwrap_or_default().to_vec()).expect("messages are UTF-8");
            c!("ffi0_status_clear"(&mut status => *mut FfiStatus));
            Err((status_code(code, &message), message))
        }
    }};
}

fn status_code(code: i32, message: &str) -> StatusCode {
    let all = [StatusCode::NoValue, StatusCode::Error, StatusCode::InvalidArgument, StatusCode::InvalidValue];
    *all.iter().find(|it| **it as i32 == code).unwrap_or_else(|| panic!("{code}: {message}"))
}

#[test]
fn c_adds_reads_writes_and_removes_rows() {
    let columns = particles(0, 0);
    let records: Vec<_> = (0..50).map(particle).collect();
    assert_eq!(append(columns, &records), OK);
    assert_eq!(append(columns, &[]), OK);
    let Header { len, capacity, columns: starts, fixed, .. } = header(columns);
    assert_eq!((len, fixed), (50, 0));
    assert!(capacity >= 50);
    assert!(starts.iter().all(|start| start.addr().is_multiple_of(64)));
    // SAFETY: the first column is `x`, with 50 rows.
    let x = unsafe { std::slice::from_raw_parts(starts[0].cast::<f32>(), 50) };
    assert!(x.iter().zip(&records).all(|(x, record)| *x == record.x));

    let mut read = [particle(99); 10];
    let code = c!("ffi_particle_columns_read"(
        columns => Particles, 40 => usize, read.as_mut_ptr() => *mut Particle, 10 => usize,
    ) -> i32);
    assert_eq!((code, bits(read)), (OK, bits(records[40..].iter().copied())));
    let code = c!("ffi_particle_columns_write"(
        columns => Particles, 0 => usize, read.as_ptr() => *const Particle, 10 => usize,
    ) -> i32);
    assert_eq!(code, OK);
    let mut removed = particle(99);
    let code = c!("ffi_particle_columns_swap_remove"(
        columns => Particles, 3 => usize, &mut removed => *mut Particle,
    ) -> i32);
    assert_eq!((code, header(columns).len, bits([removed])), (OK, 49, bits([particle(43)])));
    let code = c!("ffi_particle_columns_read"(
        columns => Particles, 3 => usize, &mut removed => *mut Particle, 1 => usize,
    ) -> i32);
    assert_eq!((code, bits([removed])), (OK, bits([particle(49)])));
    let null = std::ptr::null_mut();
    let last = 48;
    let code = c!("ffi_particle_columns_swap_remove"(columns => Particles, last => usize, null => *mut Particle) -> i32);
    assert_eq!((code, header(columns).len), (OK, 48));

    assert_eq!(c!("ffi_particle_columns_resize"(columns => Particles, 200 => usize) -> i32), OK);
    let code = c!("ffi_particle_columns_read"(
        columns => Particles, 199 => usize, &mut removed => *mut Particle, 1 => usize,
    ) -> i32);
    assert_eq!((code, bits([removed])), (OK, bits([Particle::zeroed()])));
    assert_eq!(c!("ffi_particle_columns_reserve"(columns => Particles, 1_000 => usize) -> i32), OK);
    assert!(header(columns).capacity >= 1_200);
    free(columns);
    free(std::ptr::null_mut());
}

#[test]
fn c_is_told_what_was_wrong_and_nothing_changes() {
    let columns = particles(2, 1);
    let (none, one) = (std::ptr::null_mut::<Particle>(), particle(1));
    assert_eq!(append(std::ptr::null_mut(), &[one]), NULL);
    assert_eq!(append(columns.wrapping_byte_add(4), &[one]), NULL);
    assert_eq!(append(columns, &[one, one]), OK);
    let before = header(columns);
    assert_eq!(append(columns, &[one]), FULL);
    assert_eq!(
        c!("ffi_particle_columns_append"(columns => Particles, none => *const Particle, 1 => usize) -> i32),
        NULL
    );
    assert_eq!(c!("ffi_particle_columns_reserve"(columns => Particles, usize::MAX => usize) -> i32), FULL);
    assert_eq!(c!("ffi_particle_columns_resize"(columns => Particles, 3 => usize) -> i32), FULL);
    for (first, count) in [(2, 1), (0, 3), (usize::MAX, 1), (1, usize::MAX), (3, 0)] {
        assert_eq!(
            c!("ffi_particle_columns_read"(columns => Particles, first => usize, none => *mut Particle, count => usize) -> i32),
            RANGE
        );
        assert_eq!(
            c!("ffi_particle_columns_write"(columns => Particles, first => usize, none => *const Particle, count => usize) -> i32),
            RANGE
        );
    }
    assert_eq!(
        c!("ffi_particle_columns_read"(columns => Particles, 2 => usize, none => *mut Particle, 0 => usize) -> i32),
        OK
    );
    assert_eq!(
        c!("ffi_particle_columns_read"(columns => Particles, 0 => usize, none => *mut Particle, 1 => usize) -> i32),
        NULL
    );
    assert_eq!(
        c!("ffi_particle_columns_write"(columns => Particles, 0 => usize, none => *const Particle, 1 => usize) -> i32),
        NULL
    );
    assert_eq!(
        c!("ffi_particle_columns_swap_remove"(columns => Particles, 2 => usize, none => *mut Particle) -> i32),
        RANGE
    );
    assert_eq!(header(columns), before);
    free(columns);

    for capacity in [usize::MAX, usize::MAX / 8, isize::MAX as usize / 16] {
        assert!(particles(capacity, 0).is_null());
        assert!(particles(capacity, 1).is_null());
        let columns = particles(0, 0);
        assert_eq!(append(columns, &[one]), OK);
        let before = header(columns);
        assert_eq!(
            c!("ffi_particle_columns_reserve"(columns => Particles, capacity => usize) -> i32),
            MEMORY
        );
        assert_eq!(c!("ffi_particle_columns_resize"(columns => Particles, capacity => usize) -> i32), MEMORY);
        assert_eq!(header(columns), before);
        free(columns);
    }
}

/// Returns the codes for a header of every function of the columns of one message, and of one that
/// takes them.
macro_rules! codes {
    ($message:ident, $name:literal, $header:ty, $taken_by:literal -> $output:ty, $columns:expr) => {{
        let columns: *mut $header = $columns;
        let mut row = $message::zeroed();
        let (out, count) = (&raw mut row, 1);
        // Before the container is freed, which is last.
        let taken = call!($taken_by(columns => *mut $header) -> $output).map(|_| ()).map_err(|it| it.1);
        let codes = [
            c!(concat $name, "_columns_reserve"(columns => *mut $header, count => usize) -> i32),
            c!(concat $name, "_columns_resize"(columns => *mut $header, count => usize) -> i32),
            c!(concat $name, "_columns_append"(columns => *mut $header, out => *mut $message, count => usize) -> i32),
            c!(concat $name, "_columns_read"(columns => *mut $header, 0 => usize, out => *mut $message, count => usize) -> i32),
            c!(concat $name, "_columns_write"(columns => *mut $header, 0 => usize, out => *mut $message, count => usize) -> i32),
            c!(concat $name, "_columns_swap_remove"(columns => *mut $header, 0 => usize, out => *mut $message) -> i32),
            c!(concat $name, "_columns_free"(columns => *mut $header) -> i32),
        ];
        (codes, taken)
    }};
}

/// Checks that every function refuses all headers that `damage` makes, and accepts the good one
/// afterwards.
macro_rules! damaged {
    ($message:ident, $name:literal, $header:ty, $taken_by:literal -> $output:ty, $columns:expr) => {{
        let columns: *mut $header = $columns;
        let good = header(columns);
        for (index, bad) in damage(good).into_iter().enumerate() {
            // SAFETY: the memory is that of a header.
            unsafe { columns.write(bad) };
            let (codes, taken) = codes!($message, $name, $header, $taken_by -> $output, columns);
            assert_eq!(codes, [DAMAGED; 7], "{index}: {bad:?} instead of {good:?}");
            let message = taken.unwrap_err();
            assert!(message.ends_with(": its header was written to, which only the library may"), "{message}");
            assert_eq!(header(columns), bad, "nothing was written");
        }
        for nowhere in [columns.wrapping_byte_add(4), columns.wrapping_byte_add(1)] {
            let (codes, taken) = codes!($message, $name, $header, $taken_by -> $output, nowhere);
            assert_eq!(codes, [NULL; 7]);
            assert!(taken.unwrap_err().ends_with("is not a multiple of 8"));
        }
        let (codes, taken) = codes!($message, $name, $header, $taken_by -> $output, std::ptr::null_mut());
        assert_eq!(codes, [NULL, NULL, NULL, NULL, NULL, NULL, OK]);
        assert!(taken.unwrap_err().ends_with("is null"));
        // SAFETY: the memory is that of a header.
        unsafe { columns.write(good) };
        let (codes, _) = codes!($message, $name, $header, $taken_by -> $output, columns);
        assert_eq!(codes, [OK; 7]);
    }};
}

/// Returns the header with each bit of each word flipped, and with several words changed at once.
fn damage<const N: usize>(good: Header<N>) -> Vec<Header<N>> {
    let null = std::ptr::null_mut();
    let mut all = vec![
        Header { len: u64::MAX, capacity: u64::MAX, ..good },
        Header { len: 0, ..good },
        Header { len: good.len + 1, ..good },
        Header { len: good.capacity, ..good },
        Header { len: good.capacity + 1, ..good },
        Header { capacity: good.len, ..good },
        Header { capacity: 200, ..good },
        Header { capacity: 0, len: 0, ..good },
        Header { columns: [null; N], ..good },
        Header { columns: [null; N], len: 0, capacity: 0, ..good },
        Header { columns: good.columns.map(|it| it.wrapping_add(4)), ..good },
        Header { columns: good.columns.map(|it| it.wrapping_add(64)), ..good },
        Header { columns: good.columns.map(|_| (&raw const good).cast_mut().cast()), ..good },
        Header { len: 0, capacity: 0, columns: [null; N], fixed: 0, seal: 0 },
        Header { len: !0, capacity: !0, columns: [null.wrapping_sub(1); N], fixed: !0, seal: !0 },
    ];
    if N > 1 {
        all.push(Header { columns: std::array::from_fn(|index| good.columns[N - 1 - index]), ..good });
        all.push(Header { columns: [good.columns[0]; N], ..good });
    }
    for bit in 0..64 {
        let bit = 1_u64 << bit;
        all.push(Header { len: good.len ^ bit, ..good });
        all.push(Header { capacity: good.capacity ^ bit, ..good });
        all.push(Header { fixed: good.fixed ^ bit, ..good });
        all.push(Header { seal: good.seal ^ bit, ..good });
        for index in 0..N {
            let mut bad = good;
            bad.columns[index] = good.columns[index].map_addr(|it| it ^ bit as usize);
            all.push(bad);
        }
    }
    all
}

#[test]
fn a_damaged_header_is_refused_by_everything() {
    for (capacity, fixed) in [(0, 0), (8, 0), (40, 1)] {
        // Containers of 8, of 11, of 2 columns, and of one.
        let columns = particles(capacity, fixed);
        let rows = if fixed == 1 { 38 } else { 5 };
        assert_eq!(append(columns, &vec![particle(1); rows]), OK);
        damaged!(Particle, "ffi_particle", Header<8>, "ffi_mean_x" -> f32, columns);

        let shapes = c!("ffi_shape_columns_new"(capacity => usize, fixed => u8) -> Shapes);
        assert_eq!(c!("ffi_shape_columns_resize"(shapes => Shapes, rows => usize) -> i32), OK);
        damaged!(Shape, "ffi_shape", Header<11>, "ffi_names" -> *mut u8, shapes);

        let pairs = c!("ffi_pair_columns_new"(capacity => usize, fixed => u8) -> Pairs);
        assert_eq!(c!("ffi_pair_columns_resize"(pairs => Pairs, rows => usize) -> i32), OK);
        damaged!(Pair, "ffi_pair", Header<2>, "ffi_products" -> u64, pairs);

        let flags = c!("ffi_flag_columns_new"(capacity => usize, fixed => u8) -> Flags);
        assert_eq!(c!("ffi_flag_columns_resize"(flags => Flags, rows => usize) -> i32), OK);
        damaged!(Flag, "ffi_flag", Header<1>, "ffi_lit" -> u64, flags);
    }
}

/// A container of another message is refused: the seal begins with the message's fingerprint.
#[test]
fn the_columns_of_another_message_are_refused() {
    let pairs = c!("ffi_pair_columns_new"(4 => usize, 0 => u8) -> Pairs);
    let flags = pairs.cast::<Header<1>>();
    assert_eq!(c!("ffi_flag_columns_free"(flags => Flags) -> i32), DAMAGED);
    assert_eq!(c!("ffi_flag_columns_resize"(flags => Flags, 1 => usize) -> i32), DAMAGED);
    assert_eq!(c!("ffi_pair_columns_free"(pairs => Pairs) -> i32), OK);
}

/// A container that isn't freed is counted.
#[test]
fn a_leak_is_counted() {
    let leaked = |columns: *mut FlagColumns| {
        let before = ffi_core::columns::leaked();
        // SAFETY: this test made the container, and doesn't use it any more.
        let code = unsafe { ffi_core::__private::columns_free(columns) };
        (code, ffi_core::columns::leaked() - before)
    };
    let columns = ffi_core::__private::columns_new::<Flag>(3, 0);
    let header = columns.cast::<Header<1>>();
    // SAFETY: a header, which has that layout.
    unsafe { (*header).capacity += 1 };
    assert_eq!(leaked(columns), (DAMAGED, 1));
    // SAFETY: a header, which has that layout.
    unsafe { (*header).capacity -= 1 };
    assert_eq!(leaked(columns), (OK, 0));
    assert_eq!(leaked(std::ptr::null_mut()), (OK, 0));
}

#[test]
fn functions_take_columns() {
    let columns = particles(0, 0);
    let mean = |columns: Particles| call!("ffi_mean_x"(columns => Particles) -> f32);
    assert_eq!(mean(columns), Err((StatusCode::Error, "there are no particles".to_owned())));
    assert_eq!(call!("ffi_spawn"(columns => Particles, 101 => u32) -> ()), Ok(()));
    assert_eq!(header(columns).len, 101);
    assert_eq!(mean(columns), Ok(50.0));
    assert_eq!(call!("ffi_step"(columns => Particles, 2.0 => f32) -> ()), Ok(()));
    assert_eq!(mean(columns), Ok(52.0));
    let null = std::ptr::null_mut();
    assert_eq!(mean(null), Err((StatusCode::InvalidArgument, "`particles` is null".to_owned())));
    let (code, message) = mean(columns.wrapping_byte_add(4)).unwrap_err();
    assert!(code == StatusCode::InvalidArgument && message.ends_with("is not a multiple of 8"), "{message}");

    let count = |others: Particles, present: u8| call!("ffi_count_mode"(columns => Particles, others => Particles, present => u8, 5 => u8) -> u64);
    assert_eq!(count(columns, 1), Ok(66));
    assert_eq!(count(std::ptr::without_provenance_mut(12), 0), Ok(33));
    assert_eq!(count(null, 1).unwrap_err().1, "`others` is null");
    free(columns);
}

#[test]
fn functions_return_columns() {
    let none = call!("ffi_new_particles"(0 => u32) -> Particles);
    assert_eq!(none, Err((StatusCode::NoValue, String::new())));
    let columns = call!("ffi_new_particles"(1_000 => u32) -> Particles).unwrap();
    assert_eq!(header(columns).len, 1_000);
    assert_eq!(call!("ffi_mean_x"(columns => Particles) -> f32), Ok(499.5));
    free(columns);
}

#[test]
fn bytes_that_are_no_value_are_refused_with_their_path() {
    let columns = particles(0, 0);
    assert_eq!(append(columns, &[particle(0); 40]), OK);
    let lookup =
        |columns: Particles| call!("ffi_mean_x"(columns => Particles) -> f32).map(|_| ()).map_err(|it| it.1);
    for (column, row, byte, message) in [
        (5, 3, 2, "particles.mode[3]: 2 is not a Mode"),
        (5, 39, 255, "particles.mode[39]: 255 is not a Mode"),
        (6, 0, 9, "particles.visible[0]: 9 is not a bool"),
    ] {
        let at = header(columns).columns[column].wrapping_add(row);
        // SAFETY: inside the column.
        unsafe { at.write(byte) };
        assert_eq!(lookup(columns), Err(message.to_owned()));
        // SAFETY: inside the column.
        unsafe { at.write(0) };
        assert_eq!(lookup(columns), Ok(()));
    }
    // Bytes after the last row are not read.
    assert_eq!(c!("ffi_particle_columns_reserve"(columns => Particles, 1 => usize) -> i32), OK);
    // SAFETY: inside the column, which has room for more rows.
    let byte = unsafe { header(columns).columns[5].add(40) };
    // SAFETY: the column has memory for more rows, which are not read.
    unsafe { byte.write(77) };
    assert_eq!(lookup(columns), Ok(()));
    free(columns);

    let shapes = c!("ffi_shape_columns_new"(0 => usize, 0 => u8) -> Shapes);
    let all: Vec<_> = (0..5).map(shape).collect();
    let code =
        c!("ffi_shape_columns_append"(shapes => Shapes, all.as_ptr() => *const Shape, 5 => usize) -> i32);
    assert_eq!(code, OK);
    let names = |shapes: Shapes| call!("ffi_names"(shapes => Shapes) -> *mut u8).map_err(|it| it.1);
    let owned = names(shapes).unwrap();
    c!("ffi0_owned_free"(owned => *mut u8));
    for (column, offset, message) in [
        (4, 2 * 12 + 3, "shapes.name[2]: "),
        (7, 4 + 1, "shapes.modes[1][0][1]: 250 is not a Mode"),
        (6, 3 * 24 + 16, "shapes.centre[3]: "),
    ] {
        let at = header(shapes).columns[column].wrapping_add(offset);
        // SAFETY: inside the column.
        let before = unsafe { at.replace(250) };
        let error = names(shapes).unwrap_err();
        assert!(error.starts_with(message), "{error}");
        // SAFETY: inside the column.
        unsafe { at.write(before) };
    }
    assert_eq!(c!("ffi_shape_columns_free"(shapes => Shapes) -> i32), OK);
}

#[test]
fn memory_behind_two_arguments_is_refused() {
    let columns = particles(0, 0);
    assert_eq!(append(columns, &[particle(0); 40]), OK);
    let shift =
        |by: *mut u8, count| call!("ffi_shift"(columns => Particles, by => *mut u8, count => usize) -> ());
    let mut apart = [1.0_f32; 4];
    assert_eq!(shift(apart.as_mut_ptr().cast(), 4), Ok(()));
    for column in header(columns).columns {
        let (code, message) = shift(column, 1).unwrap_err();
        assert_eq!(code, StatusCode::InvalidArgument);
        assert!(message.contains("overlap"), "{message}");
    }
    assert!(shift(columns.cast(), 1).unwrap_err().1.contains("overlap"));

    let other = particles(0, 0);
    let transfer = |from, to| call!("ffi_transfer"(from => Particles, to => Particles) -> ());
    assert!(transfer(columns, columns).unwrap_err().1.contains("overlap"));
    assert_eq!(transfer(std::ptr::null_mut(), columns).unwrap_err().1, "`from` is null");
    assert_eq!(transfer(columns, other), Ok(()));
    assert_eq!((header(columns).len, header(other).len), (0, 40));
    free(columns);
    free(other);
}

#[test]
fn one_byte_a_row_is_enough() {
    let flags = c!("ffi_flag_columns_new"(3 => usize, 1 => u8) -> Flags);
    let all = [Flag { on: true }, Flag { on: false }, Flag { on: true }];
    assert_eq!(
        c!("ffi_flag_columns_append"(flags => Flags, all.as_ptr() => *const Flag, 3 => usize) -> i32),
        OK
    );
    assert_eq!(call!("ffi_lit"(flags => Flags) -> u64), Ok(2));
    assert_eq!(c!("ffi_flag_columns_free"(flags => Flags) -> i32), OK);
}

/// The header has the layout that Dart and C expect.
#[test]
fn the_header_is_as_documented() {
    fn assert_threads<T: Send + Sync>() {}
    assert_threads::<ParticleColumns>();
    let columns: FfiColumns<Particle> = (0..3).map(particle).collect();
    // SAFETY: a reference to a header, which has that layout.
    let header = unsafe { (&raw const columns).cast::<Header<8>>().read() };
    assert_eq!((header.len, header.capacity, header.fixed), (3, columns.capacity() as u64, 0));
    assert_eq!(header.columns[4].cast_const().cast(), columns.columns().id.as_ptr());
    assert_eq!(<Particle as FfiColumnar>::COLUMNS.len(), 8);
}
