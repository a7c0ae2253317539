//! Calls every function of the fixture `calls` through C as Dart does, with valid and invalid
//! arguments.

use std::sync::LazyLock;

use bytemuck::Zeroable;
use ffi_core::boundary::{ABI_VERSION, FfiOwned, FfiStatus, StatusCode};
use ffi_core::schema::read::Record;
use ffi_tests::{Fixture, records};
use fixture_calls::{Lamp, Switch, Vector};
use libloading::Library;
use object::Object;
use object::read::NameOrOrdinal;

static LIBRARY: LazyLock<Library> = LazyLock::new(|| {
    let fixture = Fixture::build("fixture-calls", "dev");
    // SAFETY: the fixture has no code that runs when it is loaded.
    unsafe { Library::new(fixture.cdylib()) }.expect("it loads")
});

/// Failure of a call: code and message.
#[derive(Debug, PartialEq)]
struct Failed(StatusCode, String);

fn failed<T>(code: StatusCode, message: &str) -> Result<T, Failed> {
    Err(Failed(code, message.to_owned()))
}

/// Reads and clears a status.
fn finish(mut status: FfiStatus) -> Result<(), Failed> {
    assert_eq!(status.detail, 0);
    let code = match status.code {
        0 => {
            assert!(status.message.is_null() && status.message_len == 0);
            return Ok(());
        }
        1 => StatusCode::Error,
        2 => StatusCode::Panic,
        3 => StatusCode::InvalidArgument,
        4 => StatusCode::InvalidValue,
        -1 => {
            assert!(status.message.is_null() && status.message_len == 0);
            return failed(StatusCode::NoValue, "");
        }
        other => panic!("{other} is not a status code"),
    };
    // SAFETY: a failed call leaves a message of that length.
    let message = unsafe { std::slice::from_raw_parts(status.message, status.message_len) };
    let message = str::from_utf8(message).expect("messages are UTF-8").to_owned();
    type Clear = unsafe extern "C" fn(*mut FfiStatus);
    // SAFETY: `library!` exports the function with the type `Clear`.
    let clear = unsafe { LIBRARY.get::<Clear>("fixture_calls_ffi0_status_clear") }.expect("it is exported");
    for _ in 0..2 {
        // SAFETY: the status was written by the library, or is zeroed.
        unsafe { clear(&mut status) };
        assert_eq!((status.code, status.message_len, status.message.is_null()), (0, 0, true));
    }
    Err(Failed(code, message))
}

/// Calls a function of the library. After a failure, `zeros` checks that the result is zero.
macro_rules! call {
    ($name:ident($($argument:expr => $ty:ty),* $(,)?) -> $output:ty) => {
        call!($name($($argument => $ty),*) -> $output, "fixture_calls")
    };
    ($name:ident($($argument:expr => $ty:ty),* $(,)?) -> $output:ty, $prefix:literal) => {{
        type Function = unsafe extern "C" fn($($ty,)* *mut FfiStatus) -> $output;
        let symbol = concat!($prefix, "_ffi_", stringify!($name));
        // SAFETY: the callers below write the type that the function's documentation says.
        let function = unsafe { LIBRARY.get::<Function>(symbol) }.expect("it is exported");
        let mut status = FfiStatus::zeroed();
        // SAFETY: every pointer is null, or points to initialised memory that the test owns; the
        // function must find any other mistake.
        let output = unsafe { function($($argument,)* &mut status) };
        let failure = finish(status);
        if failure.is_err() {
            assert_eq!(output, <$output>::zeroed(), "a failed call returns zeros");
        }
        failure.map(|()| output)
    }};
}

use StatusCode::{Error, InvalidArgument, InvalidValue, Panic};

#[test]
fn scalars_pass_in_order() {
    assert_eq!(call!(add(7 => i32, i32::MAX => i32) -> i32), Ok(i32::MIN + 6));
    assert_eq!(call!(add_leaf(-7 => i32, 3 => i32) -> i32), Ok(-4));
    assert_eq!(call!(ratio(1.0 => f64, 4.0 => f64) -> f64), Ok(0.25));
    assert_eq!(call!(volume(2.0 => f64, 3.0 => f64, 4.0 => f64) -> f64), Ok(24.0));
    let largest = call!(count_largest(
        1 => u8, i8::MAX => i8, i16::MAX => i16, i32::MAX => i32, i64::MAX => i64,
        u8::MAX => u8, u16::MAX => u16, u32::MAX => u32, u64::MAX => u64, f32::MAX => f32, f64::MAX => f64,
    ) -> u32);
    assert_eq!(largest, Ok(11));
    let smallest = call!(count_largest(
        0 => u8, i8::MIN => i8, i16::MIN => i16, i32::MIN => i32, i64::MIN => i64,
        0 => u8, 0 => u16, 0 => u32, 0 => u64, f32::NAN => f32, f64::INFINITY => f64,
    ) -> u32);
    assert_eq!(smallest, Ok(0));
}

/// C passes each integer in its own type, so all of its bits arrive.
#[test]
fn integers_come_back_as_they_were() {
    for value in [0, 1, 44, u8::MAX] {
        assert_eq!(call!(echo_small(value => u8) -> u8), Ok(value));
    }
    for value in [i16::MIN, -1, 0, i16::MAX] {
        assert_eq!(call!(echo_option(value => i16, 1 => u8) -> i16), Ok(value));
        assert_eq!(call!(echo_option(value => i16, 0 => u8) -> i16), failed(StatusCode::NoValue, ""));
    }
    for value in [1, 1 << 63, u64::MAX] {
        assert_eq!(call!(echo_wide(value => u64) -> u64), Ok(value));
        assert_eq!(call!(echo_mask(value => u64) -> u64), Ok(value));
        assert_eq!(call!(not_zero(value => u64) -> u64), Ok(value));
        let owned = call!(count_down(value => u64) -> *mut FfiOwned).unwrap();
        // SAFETY: the function returned it, and it was not freed yet.
        let FfiOwned { data, len, .. } = unsafe { &*owned };
        // SAFETY: the elements of an owned vector of `u64`.
        assert_eq!(unsafe { std::slice::from_raw_parts(data.cast::<u64>(), *len) }, [value, value - 1]);
        type Free = unsafe extern "C" fn(*mut FfiOwned);
        // SAFETY: `library!` exports the function with the type `Clear`.
        let free = unsafe { LIBRARY.get::<Free>("fixture_calls_ffi0_owned_free") }.expect("it is exported");
        // SAFETY: the library returned it, and no other code uses it any more.
        unsafe { free(owned) };
    }
    assert_eq!(call!(not_zero(0 => u64) -> u64), failed(StatusCode::NoValue, ""));
}

#[test]
fn bools_and_enums_are_checked_by_value() {
    assert_eq!(call!(negate(0 => u8) -> u8), Ok(1));
    assert_eq!(call!(negate(1 => u8) -> u8), Ok(0));
    for byte in 2..=u8::MAX {
        let message = format!("flag: {byte} is not a bool");
        assert_eq!(call!(negate(byte => u8) -> u8), failed(InvalidValue, &message));
    }
    assert_eq!(call!(toggle(0 => u8) -> u8), Ok(1));
    assert_eq!(call!(toggle(1 => u8) -> u8), Ok(0));
    for byte in 2..=u8::MAX {
        let message = format!("switch: {byte} is not a Switch");
        assert_eq!(call!(toggle(byte => u8) -> u8), failed(InvalidValue, &message));
    }
}

#[test]
fn messages_pass_by_value() {
    let vector = Vector { x: 1.5, y: -2.0 };
    assert_eq!(call!(scaled(&vector => *const Vector, 2.0 => f64) -> Vector), Ok(Vector { x: 3.0, y: -4.0 }));
}

#[test]
fn messages_by_value_are_checked() {
    for (null, address) in [("is null", 0), ("is at 0x14, which is not a multiple of 8", 20)] {
        let pointer = std::ptr::without_provenance(address);
        let message = format!("`vector` {null}");
        let scaled = call!(scaled(pointer => *const Vector, 2.0 => f64) -> Vector);
        assert_eq!(scaled, failed(InvalidArgument, &message));
    }
    let switch = |lamp: &[u32; 2]| call!(switch_of(lamp.as_ptr() => *const u32) -> u8);
    assert_eq!(switch(&lamp(5, 1, 0)), Ok(1));
    assert_eq!(switch(&lamp(5, 2, 0)), failed(InvalidValue, "lamp.switch: 2 is not a Switch"));
    assert_eq!(switch(&lamp(5, 0, 7)), failed(InvalidValue, "lamp.broken: 7 is not a bool"));
}

/// An argument by value is a copy, so it may be the memory that the function writes to.
#[test]
fn messages_by_value_conflict_with_nothing() {
    let mut vector = Vector { x: 1.0, y: -3.0 };
    let it: *mut Vector = &mut vector;
    let add = |more: *const Vector, present: u8| call!(add_vector(it => *mut Vector, it => *const Vector, more => *const Vector, present => u8) -> ());
    assert_eq!(add(it, 1), Ok(()));
    // SAFETY: it is the vector above, which no other code uses now.
    assert_eq!(unsafe { *it }, Vector { x: 3.0, y: -9.0 });
    // Without a value, the pointer is not read.
    assert_eq!(add(std::ptr::without_provenance(1), 0), Ok(()));
    assert_eq!(vector, Vector { x: 6.0, y: -18.0 });
}

/// Returns the memory of a [`Lamp`], with any bytes.
fn lamp(brightness: u32, switch: u8, broken: u8) -> [u32; 2] {
    let mut lamp = [brightness, 0];
    let bytes: &mut [u8] = bytemuck::cast_slice_mut(&mut lamp);
    bytes[std::mem::offset_of!(Lamp, switch)] = switch;
    bytes[std::mem::offset_of!(Lamp, broken)] = broken;
    lamp
}

#[test]
fn references_are_checked() {
    let mut good = lamp(5, 0, 1);
    assert_eq!(call!(turn_on(good.as_mut_ptr() => *mut u32) -> u8), Ok(Switch::Off as u8));
    assert_eq!(good, lamp(5, 1, 1));

    let null = std::ptr::null_mut();
    assert_eq!(call!(turn_on(null => *mut u32) -> u8), failed(InvalidArgument, "`lamp` is null"));

    let mut two = [0_u32; 4];
    let misaligned = two.as_mut_ptr().wrapping_byte_add(2);
    let message = format!("`lamp` is at {:#x}, which is not a multiple of 4", misaligned.addr());
    assert_eq!(call!(turn_on(misaligned => *mut u32) -> u8), failed(InvalidArgument, &message));

    for (mut bad, message) in
        [(lamp(5, 2, 0), "lamp.switch: 2 is not a Switch"), (lamp(5, 0, 7), "lamp.broken: 7 is not a bool")]
    {
        let before = bad;
        assert_eq!(call!(turn_on(bad.as_mut_ptr() => *mut u32) -> u8), failed(InvalidValue, message));
        assert_eq!(bad, before);
    }

    let mut value = i64::MIN / 2;
    assert_eq!(call!(double_in_place(&raw mut value => *mut i64) -> ()), Ok(()));
    assert_eq!(value, i64::MIN);
}

#[test]
fn slices_are_checked() {
    let lamps = [lamp(5, 1, 0), lamp(6, 0, 0), lamp(7, 1, 1), lamp(8, 1, 0)];
    let first: *const u32 = lamps.as_ptr().cast();
    assert_eq!(call!(brightness(first => *const u32, 4 => usize) -> u64), Ok(13));
    assert_eq!(call!(brightness(first => *const u32, 1 => usize) -> u64), Ok(5));
    let bad = [lamp(5, 1, 0), lamp(6, 0, 0), lamp(7, 1, 9)];
    assert_eq!(
        call!(brightness(bad.as_ptr().cast() => *const u32, 3 => usize) -> u64),
        failed(InvalidValue, "lamps[2].broken: 9 is not a bool")
    );
    // An empty slice may lie anywhere.
    for address in [0, 1, usize::MAX] {
        let anywhere = std::ptr::without_provenance(address);
        assert_eq!(call!(brightness(anywhere => *const u32, 0 => usize) -> u64), Ok(0));
    }
    assert_eq!(
        call!(brightness(std::ptr::null() => *const u32, 1 => usize) -> u64),
        failed(InvalidArgument, "`lamps` is null")
    );
    let misaligned = first.wrapping_byte_add(1);
    let message = format!("`lamps` is at {:#x}, which is not a multiple of 4", misaligned.addr());
    assert_eq!(
        call!(brightness(misaligned => *const u32, 1 => usize) -> u64),
        failed(InvalidArgument, &message)
    );
    for len in [usize::MAX, usize::MAX / 8 + 1, isize::MAX as usize / 8 + 1] {
        let message = format!("`lamps` has {len} elements of 8 bytes: more than the address space");
        let result = call!(brightness(first => *const u32, len => usize) -> u64);
        assert_eq!(result, failed(InvalidArgument, &message));
    }

    assert_eq!(call!(count_on([1_u8, 0, 1].as_ptr() => *const u8, 3 => usize) -> u32), Ok(2));
    assert_eq!(
        call!(count_on([1_u8, 0, 2].as_ptr() => *const u8, 3 => usize) -> u32),
        failed(InvalidValue, "switches[2]: 2 is not a Switch")
    );
    assert_eq!(call!(count_true([1_u8, 1, 1].as_ptr() => *const u8, 3 => usize) -> u32), Ok(3));
    assert_eq!(
        call!(count_true([255_u8].as_ptr() => *const u8, 1 => usize) -> u32),
        failed(InvalidValue, "flags[0]: 255 is not a bool")
    );
}

#[test]
fn memory_that_is_written_is_behind_one_argument_alone() {
    let mut memory = [1_f32, 2.0, 3.0, 4.0, 5.0, 6.0];
    let base = memory.as_mut_ptr();
    let accumulate = |into: usize, into_len: usize, from: usize, from_len: usize| {
        let (into, from) = (base.wrapping_add(into), base.wrapping_add(from).cast_const());
        call!(accumulate(into => *mut f32, into_len => usize, from => *const f32, from_len => usize) -> ())
    };
    assert_eq!(accumulate(0, 3, 3, 3), Ok(()));
    assert_eq!(accumulate(3, 3, 0, 3), Ok(()));
    assert_eq!(accumulate(0, 0, 0, 0), Ok(()));
    let overlap = "`into` and `from` overlap, and the function writes to one of them: pass a copy";
    for [into, from] in [[0, 0], [0, 2], [2, 0], [1, 3]] {
        assert_eq!(accumulate(into, 3, from, 3), failed(InvalidArgument, overlap), "{into} {from}");
    }
    assert_eq!(memory, [5.0, 7.0, 9.0, 9.0, 12.0, 15.0]);
}

#[test]
fn an_err_is_its_display_text() {
    assert_eq!(call!(divide(7 => i32, 2 => i32) -> i32), Ok(3));
    assert_eq!(call!(divide(7 => i32, 0 => i32) -> i32), failed(Error, "7 can't be divided by 0"));
    let mut into = [0_f32; 2];
    let from = [1_f32; 3];
    assert_eq!(
        call!(accumulate(
            into.as_mut_ptr() => *mut f32, 2 => usize, from.as_ptr() => *const f32, 3 => usize,
        ) -> ()),
        failed(Error, "3 elements can't be added to 2 — schade")
    );
}

#[test]
fn panics_end_at_the_boundary() {
    for _ in 0..3 {
        assert_eq!(call!(panics() -> u32), failed(Panic, "the roof is on fire at 451 degrees"));
        assert_eq!(call!(panics_without_text() -> ()), failed(Panic, "the panic's payload is not text"));
        assert_eq!(call!(panics_with_bomb() -> ()), failed(Panic, "the panic's payload is not text"));
        assert_eq!(call!(fails_unprintably() -> u8), failed(Panic, "words fail"));
    }
    let values = [10_u32, 20, 30];
    let nth = |index: u32| call!(nth(values.as_ptr() => *const u32, 3 => usize, index => u32) -> u32);
    assert_eq!(nth(2), Ok(30));
    assert_eq!(nth(3), failed(Panic, "index out of bounds: the len is 3 but the index is 3"));
}

#[test]
fn panics_end_at_the_boundary_of_an_optimised_library() {
    type Function = unsafe extern "C" fn(*mut FfiStatus);
    let fixture = Fixture::build("fixture-calls", "release");
    // SAFETY: the fixture has no code that runs when it is loaded.
    let library = unsafe { Library::new(fixture.cdylib()) }.expect("it loads");
    // SAFETY: that is the type of both functions.
    let panics =
        unsafe { library.get::<Function>("fixture_calls_ffi_panics_with_bomb") }.expect("it is exported");
    // SAFETY: it takes a status, and returns nothing.
    let clear =
        unsafe { library.get::<Function>("fixture_calls_ffi0_status_clear") }.expect("it is exported");
    let mut status = FfiStatus::zeroed();
    // SAFETY: the status is zeroed and belongs to this test.
    unsafe { panics(&mut status) };
    assert_eq!(status.code, Panic as i32);
    // SAFETY: the library wrote it.
    unsafe { clear(&mut status) };
}

#[test]
fn a_status_serves_many_calls_and_may_be_null() {
    type Divide = unsafe extern "C" fn(i32, i32, *mut FfiStatus) -> i32;
    // SAFETY: that is its type.
    let divide = unsafe { LIBRARY.get::<Divide>("fixture_calls_ffi_divide") }.expect("it is exported");
    // SAFETY: a status may be null.
    assert_eq!(unsafe { divide(1, 0, std::ptr::null_mut()) }, 0);
    let mut status = FfiStatus::zeroed();
    for dividend in 0..100 {
        // SAFETY: the status is zeroed, or was written by the library.
        assert_eq!(unsafe { divide(dividend, 0, &mut status) }, 0);
    }
    // SAFETY: the library wrote the status, and it belongs to this test.
    assert_eq!(unsafe { divide(8, 2, &mut status) }, 4);
    // A call that succeeds leaves the status of the failure before it unchanged.
    assert_eq!(finish(status), failed(Error, "99 can't be divided by 0"));
}

#[test]
fn threads_fail_apart() {
    std::thread::scope(|scope| {
        for thread in 0..4 {
            scope.spawn(move || {
                for round in 0..50 {
                    let dividend = thread * 1_000 + round;
                    let message = format!("{dividend} can't be divided by 0");
                    assert_eq!(call!(divide(dividend => i32, 0 => i32) -> i32), failed(Error, &message));
                }
            });
        }
    });
}

/// The symbol of a user's function is never that of the runtime or of libc, whatever the names of
/// crate and function are.
#[test]
fn no_name_of_a_function_takes_over_a_symbol() {
    assert_eq!(call!(status_clear() -> u32), Ok(1));
    assert_eq!(call!(alloc() -> u32), Ok(2));
    assert_eq!(call!(abi_version() -> u32), Ok(3));
    assert_eq!(call!(gettime() -> u32, "clock"), Ok(4));
    let exported = |symbol: &str| {
        let fixture = Fixture::build("fixture-calls", "dev");
        let object = std::fs::read(fixture.cdylib()).expect("it can be read");
        let file = object::File::parse(&*object).expect("it is an object file");
        file.exports()
            .expect("it has exports")
            .map(|it| it.expect("it can be read").into_name())
            .any(|name| matches!(name, NameOrOrdinal::Name(name) if *name == *symbol.as_bytes()))
    };
    assert!(exported("clock_ffi_gettime"));
    for symbol in
        ["clock_gettime", "fixture_calls_alloc", "fixture_calls_status_clear", "fixture_calls_ffi_free"]
    {
        assert!(!exported(symbol), "{symbol}");
    }
}

#[test]
fn the_library_has_its_own_functions() {
    type Version = unsafe extern "C" fn() -> u32;
    type Alloc = unsafe extern "C" fn(usize, usize) -> *mut u8;
    type Free = unsafe extern "C" fn(*mut u8);
    // SAFETY: these are their types, as `library!` says.
    let version =
        unsafe { LIBRARY.get::<Version>("fixture_calls_ffi0_abi_version") }.expect("it is exported");
    // SAFETY: `library!` says that it takes size and alignment, and returns memory.
    let alloc = unsafe { LIBRARY.get::<Alloc>("fixture_calls_ffi0_alloc") }.expect("it is exported");
    // SAFETY: `library!` says that it takes memory, and returns nothing.
    let free = unsafe { LIBRARY.get::<Free>("fixture_calls_ffi0_free") }.expect("it is exported");
    // SAFETY: the function has no requirements.
    assert_eq!(unsafe { version() }, ABI_VERSION);
    for (size, align) in [(0, 1), (1, 1), (100, 64), (1 << 20, 4096)] {
        // SAFETY: any size and alignment may be asked for.
        let memory = unsafe { alloc(size, align) };
        assert!(memory.addr().is_multiple_of(align));
        // SAFETY: the memory has `size` zeroed bytes, and belongs to this test.
        assert!(unsafe { std::slice::from_raw_parts(memory, size) }.iter().all(|byte| *byte == 0));
        // SAFETY: it came from `alloc`.
        unsafe { free(memory) };
    }
    // SAFETY: any alignment may be asked for.
    assert!(unsafe { alloc(8, 3) }.is_null());
    // SAFETY: null is allowed.
    unsafe { free(std::ptr::null_mut()) };
}

#[test]
fn every_function_is_called_here() {
    let source = include_str!("calls.rs");
    for record in records(Fixture::build("fixture-calls", "dev").cdylib()).unwrap() {
        if let Record::Function(function) = record {
            assert!(source.contains(&format!("call!({}(", function.item.name)), "{}", function.item.name);
        }
    }
}
