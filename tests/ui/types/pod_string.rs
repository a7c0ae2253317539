use ffi_core::{FfiMessage, FfiStr};

#[derive(FfiMessage, Clone, Copy)]
#[repr(C)]
#[ffi(pod)]
struct Sample {
    first: u32,
    second: FfiStr<4>,
}

fn main() {}
