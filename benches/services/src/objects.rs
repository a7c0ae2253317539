//! Objects and a service that the benchmark calls from Dart, and the same as functions, a box by
//! hand, and protobuf's bytes.

use ffi_core::{FfiMessage, FfiObject, ffi_export, ffi_service};
use prost::Message;

/// A number as an object.
#[derive(FfiObject)]
pub struct Step(u64);

#[ffi_export]
impl Step {
    /// Makes a step of one.
    pub fn new() -> Self {
        Self(1)
    }

    /// Returns `value` and the step.
    #[ffi(leaf)]
    pub fn next_leaf(&self, value: u64) -> u64 {
        value + self.0
    }

    /// Returns `value` and the step.
    pub fn next(&self, value: u64) -> u64 {
        value + self.0
    }
}

/// Returns `value + 1`.
#[ffi_export(leaf)]
pub fn next_leaf(value: u64) -> u64 {
    value + 1
}

/// Returns `value + 1`.
#[ffi_export]
pub fn next(value: u64) -> u64 {
    value + 1
}

/// Returns `value + step`: a function that is passed as much as a method.
#[ffi_export]
pub fn next_by(step: u64, value: u64) -> u64 {
    value + step
}

/// Returns a box with a step of one.
#[unsafe(no_mangle)]
pub extern "C" fn bench_services_box_new() -> *mut u64 {
    Box::into_raw(Box::new(1))
}

/// Returns `value` and the step in a box.
///
/// # Safety
///
/// `step` came from [`bench_services_box_new`] and is not freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bench_services_box_next(step: *const u64, value: u64) -> u64 {
    // SAFETY: the box is there, by this function's contract.
    value + unsafe { *step }
}

/// Frees a box.
///
/// # Safety
///
/// `step` came from [`bench_services_box_new`] and isn't used any more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bench_services_box_free(step: *mut u64) {
    // SAFETY: the box is freed once, by this function's contract.
    drop(unsafe { Box::from_raw(step) });
}

macro_rules! sixteen {
    ($($whole:ident $number:literal, $part:ident $other:literal;)*) => {
        /// Sixteen fields.
        #[derive(FfiMessage, Clone, Copy)]
        #[repr(C)]
        pub struct Sixteen {
            $(pub $part: f64,)*
            $(pub $whole: u32,)*
        }

        impl Sixteen {
            fn raised(&self) -> Self {
                Self { $($part: self.$part + 1.0,)* $($whole: self.$whole + 1,)* }
            }
        }

        /// The same in protobuf.
        #[derive(Clone, PartialEq, Message)]
        struct PbSixteen {
            $(
                #[prost(uint32, tag = $number)]
                $whole: u32,
                #[prost(double, tag = $other)]
                $part: f64,
            )*
        }

        impl PbSixteen {
            fn raised(self) -> Self {
                Self { $($whole: self.$whole + 1, $part: self.$part + 1.0,)* }
            }
        }
    };
}

sixteen! {
    f0 "1", g0 "9";
    f1 "2", g1 "10";
    f2 "3", g2 "11";
    f3 "4", g3 "12";
    f4 "5", g4 "13";
    f5 "6", g5 "14";
    f6 "7", g6 "15";
    f7 "8", g7 "16";
}

/// Rows in protobuf.
#[derive(Clone, PartialEq, Message)]
struct PbRows {
    #[prost(message, repeated, tag = "1")]
    rows: Vec<PbSixteen>,
}

/// Adds one to each field.
#[ffi_service]
pub trait Raise {
    /// Of one message.
    fn one(&self, row: &Sixteen) -> Sixteen;
    /// Of all.
    fn all(&self, rows: &[Sixteen]) -> Vec<Sixteen>;
}

struct InPlace;

impl Raise for InPlace {
    fn one(&self, row: &Sixteen) -> Sixteen {
        row.raised()
    }

    fn all(&self, rows: &[Sixteen]) -> Vec<Sixteen> {
        rows.iter().map(Sixteen::raised).collect()
    }
}

/// Opens the service.
#[ffi_export]
pub fn open_raise() -> FfiObject<dyn Raise> {
    FfiObject::new(InPlace)
}

/// As [`Raise::one`], with bytes of protobuf.
#[ffi_export]
pub fn raise_bytes(request: &[u8]) -> Result<Vec<u8>, String> {
    PbSixteen::decode(request).map(|row| row.raised().encode_to_vec()).map_err(|error| error.to_string())
}

/// As [`Raise::all`], with bytes of protobuf.
#[ffi_export]
pub fn raise_all_bytes(request: &[u8]) -> Result<Vec<u8>, String> {
    let PbRows { rows } = PbRows::decode(request).map_err(|error| error.to_string())?;
    Ok(PbRows { rows: rows.into_iter().map(PbSixteen::raised).collect() }.encode_to_vec())
}
