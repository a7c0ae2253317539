use ffi_core::{FfiMessage, FfiOpen};

#[derive(FfiMessage)]
#[repr(C)]
struct Sample {
    first: u32,
    second: FfiOpen<u32>,
}

fn main() {}
