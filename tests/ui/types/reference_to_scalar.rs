use ffi_core::{FfiMessage, FfiRef};

#[derive(FfiMessage)]
#[repr(C)]
struct Sample {
    first: u32,
    second: FfiRef<u32>,
}

fn main() {}
