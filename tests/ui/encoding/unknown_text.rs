use ffi_core::{FfiMessage, FfiStr};

#[derive(FfiMessage)]
#[repr(C)]
struct Sample {
    count: u32,
    #[ffi(unknown)]
    rest: FfiStr<64>,
}

fn main() {}
