use ffi_core::{FfiMessage, FfiStr};

const NOTHING: usize = 0;

#[derive(FfiMessage)]
#[repr(C)]
struct Sample {
    first: u32,
    second: FfiStr<NOTHING>,
}

fn main() {}
