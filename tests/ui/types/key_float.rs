use ffi_core::{FfiMap, FfiMessage};

#[derive(FfiMessage)]
#[repr(C)]
struct Sample {
    first: u32,
    second: FfiMap<f64, u32, 4>,
}

fn main() {}
