//! Logical types: plain memory with a meaning that Dart and protobuf have a type for.
//!
//! Each has a file of its own with its Rust type, and what it is in protobuf in
//! `ffi-core/src/proto/logical.rs`; its line in the table of `ffi-dart-emit` (`src/logical.rs`) is
//! all that the emitter knows.

mod decimal;
mod duration;
mod empty;
mod error;
mod timestamp;
mod uuid;

pub use decimal::FfiDecimal;
pub use duration::FfiDuration;
pub use empty::FfiEmpty;
pub use error::LogicalError;
pub use timestamp::FfiTimestamp;
pub use uuid::FfiUuid;

/// Implements the traits of a field type for a `repr(C)` struct of integers that is valid if its
/// function `check_parts` returns `Ok`.
macro_rules! logical {
    ($ty:ident, $name:literal, any_bits = $any_bits:literal) => {
        // SAFETY: all fields are integers, and zeros pass `check_parts`.
        unsafe impl bytemuck::Zeroable for $ty {}

        // SAFETY: a `repr(C)` struct of integers: no destructor, no pointer. Any initialised bytes
        // can be read as one, and the check accepts those that `check_parts` does.
        unsafe impl crate::types::FfiType for $ty {
            type Form = crate::types::Itself;
            const TYPE: crate::schema::encode::Fragment =
                &[crate::schema::encode::Piece::Text(concat!("{\"logical\":\"", $name, "\"}"))];
            const FINGERPRINT: u64 = crate::schema::fingerprint::logical(
                $name,
                size_of::<Self>() as u64,
                align_of::<Self>() as u64,
            );
            const ANY_BITS: bool = $any_bits;

            #[inline]
            unsafe fn check(value: *const Self) -> Result<(), crate::types::InvalidValue> {
                // SAFETY: by this function's contract the pointer is aligned and to initialised
                // bytes that no thread writes to, and any integers may be read.
                unsafe { value.read() }.check_parts()
            }
        }

        // SAFETY: a `MaybeUninit` has the ABI of what it holds, and `copied` checks.
        unsafe impl crate::boundary::FfiValue for $ty {
            type Abi = std::mem::MaybeUninit<Self>;
            type Param = *const Self;
            type Crossing = crate::types::Itself;

            #[inline]
            fn into_abi(self) -> Self::Abi {
                std::mem::MaybeUninit::new(self)
            }

            #[inline]
            unsafe fn from_param(
                param: *const Self,
                name: &'static str,
            ) -> Result<Self, crate::boundary::Failure> {
                // SAFETY: by this function's contract the bytes behind a pointer that isn't refused
                // are initialised, except for padding, and no thread writes to them meanwhile.
                unsafe { crate::boundary::copied(param, name) }
            }
        }

        impl crate::types::FfiWrapped for $ty {}
    };
}

use logical;
