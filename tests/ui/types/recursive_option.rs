use ffi_core::{FfiMessage, FfiOption};

#[derive(FfiMessage)]
#[repr(C)]
struct Sample {
    first: u32,
    second: FfiOption<Sample>,
}

fn main() {}
