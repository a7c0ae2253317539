//! Oneofs: enums with data.

use crate::types::{FfiType, InvalidValue};

/// A data-carrying enum that Rust and Dart share in place. Implemented by `#[derive(FfiMessage)]`.
///
/// In memory it is a `u32` discriminant, then a union of the values of its cases. The first case
/// has no value and means unset, because zeroed memory must be valid; each other has one value, or
/// none. The position of a case is its discriminant.
///
/// # Safety
///
/// An implementation promises, besides what [`FfiType`] asks, that the type has `#[repr(C, u32)]`,
/// cases as described above, and its union at [`PAYLOAD`](Self::PAYLOAD): at least 4, and inside
/// the type.
///
/// # Examples
///
/// ```
/// use ffi_core::{FfiMessage, FfiOneof, FfiStr};
///
/// #[derive(FfiMessage)]
/// #[repr(C, u32)]
/// enum Reading {
///     Unset,
///     Celsius(f64),
///     Error(FfiStr<60>),
/// }
///
/// #[derive(FfiMessage)]
/// #[repr(C)]
/// struct Sensor {
///     reading: Reading,
/// }
///
/// let mut sensor = Sensor::new_zeroed_box();
/// assert!(matches!(sensor.reading, Reading::Unset));
/// sensor.reading = Reading::Celsius(21.5);
/// if let Reading::Celsius(degrees) = &mut sensor.reading {
///     *degrees += 0.5;
/// }
/// assert_eq!((size_of::<Reading>(), Reading::PAYLOAD), (72, 8));
/// ```
pub unsafe trait FfiOneof: FfiType {
    /// Name of the enum in Rust.
    const NAME: &'static str;

    /// Id of the oneof in schema records: the crate's name or prefix, `::`, and the name.
    const ID: &'static str;

    /// Offset in bytes of the value of every case.
    const PAYLOAD: usize;
}

/// Returns the discriminant of untrusted memory.
///
/// # Safety
///
/// The conditions of [`FfiType::check`].
#[inline]
pub unsafe fn oneof_tag<O: FfiOneof>(oneof: *const O) -> u32 {
    // SAFETY: a `repr(C, u32)` enum begins with a `u32`, aligned and initialised by this function's
    // contract.
    unsafe { oneof.cast::<u32>().read() }
}

/// Returns the error about a discriminant without a case.
#[cold]
#[inline(never)]
pub fn unknown_case<O: FfiOneof>(tag: u32) -> InvalidValue {
    InvalidValue::new(format_args!("{tag} is not a case of {}", O::NAME))
}

/// Asserts that a oneof has the layout that RFC 2195 gives it: that of a struct of a `u32` and a
/// union.
///
/// # Panics
///
/// Panics if it hasn't; in const evaluation that is a compile error.
#[track_caller]
pub const fn assert_oneof<O, Shadow>() {
    assert!(
        size_of::<O>() == size_of::<Shadow>() && align_of::<O>() == align_of::<Shadow>(),
        "the oneof is not laid out as `repr(C, u32)` lays it out"
    );
}

/// Asserts that memory of a oneof with the discriminant `tag` is the case `case` to rustc, and that
/// this case holds its value, if it has one, `payload` bytes from the start.
///
/// # Panics
///
/// Panics if it isn't; in const evaluation that is a compile error.
///
/// # Safety
///
/// `value` points into the memory of the oneof.
#[track_caller]
pub const unsafe fn assert_case<O>(
    tag: u32,
    oneof: *const O,
    (case, value): (u32, Option<*const u8>),
    payload: usize,
) {
    assert!(
        tag == case,
        "a case of the oneof has another tag than its position; hint: put an attribute macro that changes the item above `#[derive(FfiMessage)]`"
    );
    if let Some(value) = value {
        // SAFETY: both point into the memory of the oneof, by this function's contract, and bytes
        // have no gaps.
        let offset = unsafe { value.offset_from(oneof.cast::<u8>()) };
        assert!(
            offset == payload as isize,
            "a case of the oneof doesn't hold its value where `repr(C, u32)` has it; hint: put an attribute macro that changes the item above `#[derive(FfiMessage)]`"
        );
    }
}
