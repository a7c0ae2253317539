//! Numbers and `bool`.

use super::{FfiType, InvalidValue, Itself, Lanes, check_each};
use crate::scalars::for_each_number;
use crate::schema::encode::{Fragment, Piece};
use crate::schema::fingerprint;

macro_rules! any_bits {
    ($($scalar:ident $variant:ident $kind:literal,)*) => {$(
        // SAFETY: a primitive number: no destructor, no pointer, and any bits are a value.
        unsafe impl FfiType for $scalar {
            type Form = Itself;
            const TYPE: Fragment = &[Piece::Text(concat!("\"", stringify!($scalar), "\""))];
            const FINGERPRINT: u64 = fingerprint::scalar(stringify!($scalar));
            const ANY_BITS: bool = true;
            const LANES: Lanes = Lanes::one($kind);

            unsafe fn check(_: *const Self) -> Result<(), InvalidValue> {
                Ok(())
            }
        }
    )*};
}

for_each_number!(any_bits);

// SAFETY: one byte without destructor or pointer; only 0 and 1 pass the check, and they are valid.
unsafe impl FfiType for bool {
    type Form = Itself;
    const TYPE: Fragment = &[Piece::Text("\"bool\"")];
    const FINGERPRINT: u64 = fingerprint::scalar("bool");
    const ANY_BITS: bool = false;

    unsafe fn check(value: *const Self) -> Result<(), InvalidValue> {
        // SAFETY: by this function's contract `value` points to one initialised byte; `u8` has
        // alignment 1.
        match unsafe { value.cast::<u8>().read() } {
            0 | 1 => Ok(()),
            byte => Err(InvalidValue::new(format_args!("{byte} is not a bool"))),
        }
    }

    unsafe fn check_all(first: *const Self, len: usize) -> Result<(), InvalidValue> {
        // SAFETY: by this function's contract there are `len` initialised bytes that no thread
        // writes to; `u8` has alignment 1.
        let bytes = unsafe { std::slice::from_raw_parts(first.cast::<u8>(), len) };
        if bytes.iter().fold(0, |all, byte| all | byte) <= 1 {
            return Ok(());
        }
        // SAFETY: the callee has the same contract; it finds the first wrong byte.
        unsafe { check_each(first, len) }
    }
}
