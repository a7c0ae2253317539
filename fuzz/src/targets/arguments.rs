//! Calls of exported functions, as C makes them, with every argument that their contract accepts:
//! any bytes behind a pointer that has as many, and pointers that are null, misaligned, foreign to
//! a pool or freed before. Arguments that the contract excludes are never passed, such as a pointer
//! to memory that isn't there.

mod memory;
mod pools;

use bytemuck::Zeroable;
use ffi_core::boundary::{FfiOwned, FfiStatus};
use fixture_calls::{Lamp, Vector};
use fixture_columns::ParticleColumns;
use fixture_owned::Point;
use fixture_types::{Lists, Maps, Oneofs, Opens, Options, Row, Shape, Texts};

use crate::bytes::Bytes;
use memory::Memory;

unsafe extern "C" {
    fn fixture_calls_ffi_toggle(switch: u8, status: *mut FfiStatus) -> u8;
    fn fixture_calls_ffi_negate(flag: u8, status: *mut FfiStatus) -> u8;
    fn fixture_calls_ffi_echo_option(value: i16, present: u8, status: *mut FfiStatus) -> i16;
    fn fixture_calls_ffi_switch_of(lamp: *const Lamp, status: *mut FfiStatus) -> u8;
    fn fixture_calls_ffi_turn_on(lamp: *mut Lamp, status: *mut FfiStatus) -> u8;
    fn fixture_calls_ffi_brightness(lamps: *const Lamp, len: usize, status: *mut FfiStatus) -> u64;
    fn fixture_calls_ffi_count_on(switches: *const u8, len: usize, status: *mut FfiStatus) -> u32;
    fn fixture_calls_ffi_nth(values: *const u32, len: usize, index: u32, status: *mut FfiStatus) -> u32;
    fn fixture_calls_ffi_accumulate(
        into: *mut f32,
        into_len: usize,
        from: *const f32,
        from_len: usize,
        status: *mut FfiStatus,
    );
    fn fixture_calls_ffi_add_vector(
        vector: *mut Vector,
        by: *const Vector,
        more: *const Vector,
        more_present: u8,
        status: *mut FfiStatus,
    );
    fn fixture_calls_ffi0_status_clear(status: *mut FfiStatus);

    fn fixture_owned_ffi_greet(name: *const u8, len: usize, status: *mut FfiStatus) -> *mut FfiOwned;
    fn fixture_owned_ffi_reversed(text: *const u8, len: usize, status: *mut FfiStatus) -> *mut FfiOwned;
    fn fixture_owned_ffi_before(
        text: *const u8,
        text_len: usize,
        separator: *const u8,
        separator_len: usize,
        status: *mut FfiStatus,
    ) -> *mut FfiOwned;
    fn fixture_owned_ffi_sorted(values: *const i64, len: usize, status: *mut FfiStatus) -> *mut FfiOwned;
    fn fixture_owned_ffi_presence(
        text: *const u8,
        text_len: usize,
        text_present: u8,
        numbers: *const u16,
        numbers_len: usize,
        numbers_present: u8,
        point: *mut Point,
        point_present: u8,
        size: u8,
        size_present: u8,
        status: *mut FfiStatus,
    ) -> u32;
    fn fixture_owned_ffi0_owned_free(owned: *mut FfiOwned);

    fn fixture_types_ffi_touch_texts(message: *const Texts, status: *mut FfiStatus) -> u64;
    fn fixture_types_ffi_touch_lists(message: *const Lists, status: *mut FfiStatus) -> u64;
    fn fixture_types_ffi_touch_options(message: *const Options, status: *mut FfiStatus) -> u64;
    fn fixture_types_ffi_touch_maps(message: *const Maps, status: *mut FfiStatus) -> u64;
    fn fixture_types_ffi_touch_oneofs(message: *const Oneofs, status: *mut FfiStatus) -> u64;
    fn fixture_types_ffi_touch_opens(message: *const Opens, status: *mut FfiStatus) -> u64;
    fn fixture_types_ffi_touch_shape(message: *const Shape, status: *mut FfiStatus) -> u64;
    fn fixture_types_ffi_touch_rows(rows: *const Row, len: usize, status: *mut FfiStatus) -> u64;
    fn fixture_types_ffi_lists_decode_proto(
        bytes: *const u8,
        len: usize,
        message: *mut Lists,
        status: *mut FfiStatus,
    );

    fn fixture_columns_ffi_particle_columns_new(capacity: usize, fixed: u8) -> *mut ParticleColumns;
    fn fixture_columns_ffi_particle_columns_free(columns: *mut ParticleColumns) -> i32;
    fn fixture_columns_ffi_particle_columns_append(
        columns: *mut ParticleColumns,
        messages: *const fixture_columns::Particle,
        count: usize,
    ) -> i32;
    fn fixture_columns_ffi_particle_columns_read(
        columns: *mut ParticleColumns,
        first: usize,
        messages: *mut fixture_columns::Particle,
        count: usize,
    ) -> i32;
    fn fixture_columns_ffi_particle_columns_resize(columns: *mut ParticleColumns, len: usize) -> i32;
    fn fixture_columns_ffi_particle_columns_swap_remove(
        columns: *mut ParticleColumns,
        row: usize,
        removed: *mut fixture_columns::Particle,
    ) -> i32;
    fn fixture_columns_ffi_count_mode(
        particles: *const ParticleColumns,
        others: *const ParticleColumns,
        others_present: u8,
        mode: u8,
        status: *mut FfiStatus,
    ) -> u64;
}

/// Makes one call after another, until the input ends.
pub(crate) fn run(input: &[u8]) {
    let mut input = Bytes(input);
    let mut pools = pools::Pools::default();
    while !input.is_empty() {
        match input.byte() % 24 {
            0..10 => call(&mut input),
            10 => columns(&mut input),
            _ => pools.step(&mut input),
        }
    }
    pools.end();
}

/// Calls a function and looks at its status.
///
/// The macro is for one `unsafe` block around all calls: a function only reads or writes behind a
/// pointer that is neither null nor misaligned, and each such pointer is that of a [`Memory`] with
/// as many values as the length says, all bytes of which are initialised.
macro_rules! call {
    ($function:ident($($argument:expr),* $(,)?)) => {{
        let mut status = FfiStatus::zeroed();
        // SAFETY: each pointer is null, misaligned, or that of memory that lives to the end of the
        // call, is initialised, and has as many values as the length says; lengths beyond the
        // address space are refused before anything is read.
        let result = unsafe { $function($($argument,)* &mut status) };
        finish(status);
        result
    }};
}

/// Checks a status and clears it.
fn finish(mut status: FfiStatus) {
    assert!((-1..=5).contains(&status.code), "status {}", status.code);
    if status.code > 0 {
        // SAFETY: a failed call leaves a message of that length, which lives until it is cleared.
        let message = unsafe { std::slice::from_raw_parts(status.message, status.message_len) };
        assert!(!message.is_empty() && str::from_utf8(message).is_ok());
    } else {
        assert!(status.message.is_null() && status.message_len == 0);
    }
    // SAFETY: a call has written the status, and nothing else uses it.
    unsafe { fixture_calls_ffi0_status_clear(&mut status) };
    assert!(status.code == 0 && status.message.is_null());
}

/// Calls one function that has no state.
fn call(input: &mut Bytes<'_>) {
    match input.byte() % 24 {
        0 => _ = call!(fixture_calls_ffi_toggle(input.byte())),
        1 => _ = call!(fixture_calls_ffi_negate(input.byte())),
        2 => {
            _ = call!(fixture_calls_ffi_echo_option(i16::from_le_bytes(input.take()), input.byte()));
        }
        3 => {
            let lamp = Memory::<Lamp>::new(1, input);
            call!(fixture_calls_ffi_switch_of(lamp.pointer(input)));
        }
        4 => {
            let lamp = Memory::<Lamp>::new(1, input);
            call!(fixture_calls_ffi_turn_on(lamp.pointer(input)));
        }
        5 => {
            let lamps = Memory::<Lamp>::some(input);
            let (pointer, len) = lamps.slice(input);
            call!(fixture_calls_ffi_brightness(pointer, len));
        }
        6 => {
            let switches = Memory::<u8>::some(input);
            let (pointer, len) = switches.slice(input);
            call!(fixture_calls_ffi_count_on(pointer, len));
        }
        7 => {
            let values = Memory::<u32>::some(input);
            let (pointer, len) = values.slice(input);
            call!(fixture_calls_ffi_nth(pointer, len, input.byte().into()));
        }
        8 => {
            let (into, other) = (Memory::<f32>::some(input), Memory::<f32>::some(input));
            let (into_pointer, into_len) = into.slice(input);
            // The same memory twice is refused.
            let from = if input.byte().is_multiple_of(4) { &into } else { &other };
            let (from_pointer, from_len) = from.slice(input);
            call!(fixture_calls_ffi_accumulate(into_pointer, into_len, from_pointer, from_len));
        }
        9 => {
            let (vector, other) = (Memory::<Vector>::new(1, input), Memory::<Vector>::new(1, input));
            let by = if input.byte().is_multiple_of(4) { &vector } else { &other };
            call!(fixture_calls_ffi_add_vector(
                vector.pointer(input),
                by.pointer(input),
                other.pointer(input),
                input.byte(),
            ));
        }
        10 => {
            let name = Memory::<u8>::some(input);
            let (pointer, len) = name.slice(input);
            free(call!(fixture_owned_ffi_greet(pointer, len)));
        }
        11 => {
            let text = Memory::<u8>::some(input);
            let (pointer, len) = text.slice(input);
            free(call!(fixture_owned_ffi_reversed(pointer, len)));
        }
        12 => {
            let (text, separator) = (Memory::<u8>::some(input), Memory::<u8>::some(input));
            let (text_pointer, text_len) = text.slice(input);
            let (pointer, len) = separator.slice(input);
            free(call!(fixture_owned_ffi_before(text_pointer, text_len, pointer, len)));
        }
        13 => {
            let values = Memory::<i64>::some(input);
            let (pointer, len) = values.slice(input);
            free(call!(fixture_owned_ffi_sorted(pointer, len)));
        }
        14 => presence(input),
        15 => {
            let message = Memory::<Texts>::new(1, input);
            call!(fixture_types_ffi_touch_texts(message.pointer(input)));
        }
        16 => {
            let message = Memory::<Lists>::new(1, input);
            call!(fixture_types_ffi_touch_lists(message.pointer(input)));
        }
        17 => {
            let message = Memory::<Options>::new(1, input);
            call!(fixture_types_ffi_touch_options(message.pointer(input)));
        }
        18 => {
            let message = Memory::<Maps>::new(1, input);
            call!(fixture_types_ffi_touch_maps(message.pointer(input)));
        }
        19 => {
            let message = Memory::<Oneofs>::new(1, input);
            call!(fixture_types_ffi_touch_oneofs(message.pointer(input)));
        }
        20 => {
            let message = Memory::<Opens>::new(1, input);
            call!(fixture_types_ffi_touch_opens(message.pointer(input)));
        }
        21 => {
            let message = Memory::<Shape>::new(1, input);
            call!(fixture_types_ffi_touch_shape(message.pointer(input)));
        }
        22 => {
            let rows = Memory::<Row>::some(input);
            let (pointer, len) = rows.slice(input);
            call!(fixture_types_ffi_touch_rows(pointer, len));
        }
        _ => {
            let (bytes, message) = (Memory::<u8>::some(input), Memory::<Lists>::new(1, input));
            let (pointer, len) = bytes.slice(input);
            call!(fixture_types_ffi_lists_decode_proto(pointer, len, message.pointer(input)));
        }
    }
}

/// Calls a function whose arguments may all be absent.
fn presence(input: &mut Bytes<'_>) {
    let (text, numbers) = (Memory::<u8>::some(input), Memory::<u16>::some(input));
    let point = Memory::<Point>::new(1, input);
    let (text, text_len) = text.slice(input);
    let (numbers, numbers_len) = numbers.slice(input);
    let [text_present, numbers_present, point_present, size, size_present] = input.take();
    // The function adds 1 to `x`: where that overflows, the boundary catches the panic.
    call!(fixture_owned_ffi_presence(
        text,
        text_len,
        text_present,
        numbers,
        numbers_len,
        numbers_present,
        point.pointer(input),
        point_present,
        size,
        size_present,
    ));
}

/// Frees a result, if there is one.
fn free(owned: *mut FfiOwned) {
    // SAFETY: a function of this library has just returned it, or it is null.
    unsafe { fixture_owned_ffi0_owned_free(owned) };
}

/// Fills columns, reads them, and passes them to a function that checks every byte.
fn columns(input: &mut Bytes<'_>) {
    // SAFETY: it has no conditions.
    let columns = unsafe { fixture_columns_ffi_particle_columns_new(input.below(9), input.byte() % 3) };
    let mut status = FfiStatus::zeroed();
    if columns.is_null() {
        return;
    }
    for _ in 0..input.below(6) {
        let messages = Memory::<fixture_columns::Particle>::some(input);
        let count = messages.count();
        let pointer = if input.byte().is_multiple_of(8) { std::ptr::null_mut() } else { messages.start() };
        let row = input.below(12);
        match input.byte() % 4 {
            // SAFETY: the container is this function's, and the pointer is null or to `count`
            // initialised messages.
            0 => _ = unsafe { fixture_columns_ffi_particle_columns_append(columns, pointer, count) },
            // SAFETY: the container is this function's, and the pointer is null or to memory for
            // `count` messages.
            1 => _ = unsafe { fixture_columns_ffi_particle_columns_read(columns, row, pointer, count) },
            // SAFETY: the container is this function's.
            2 => _ = unsafe { fixture_columns_ffi_particle_columns_resize(columns, row) },
            _ => {
                let removed = if count == 0 { std::ptr::null_mut() } else { pointer };
                // SAFETY: the container is this function's, and `removed` is null or to memory for
                // a message.
                _ = unsafe { fixture_columns_ffi_particle_columns_swap_remove(columns, row, removed) };
            }
        }
    }
    // SAFETY: both are the container, which the function only reads, and nothing else uses it.
    unsafe { fixture_columns_ffi_count_mode(columns, columns, input.byte(), input.byte(), &mut status) };
    finish(status);
    // SAFETY: it was made above, and isn't used from here on.
    assert_eq!(unsafe { fixture_columns_ffi_particle_columns_free(columns) }, 0);
}
