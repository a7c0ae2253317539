use ffi_core::{FfiMessage, FfiVec};

#[derive(FfiMessage)]
#[repr(C)]
struct Sample {
    first: u32,
    second: FfiVec<u8, 4_294_967_296>,
}

fn main() {}
