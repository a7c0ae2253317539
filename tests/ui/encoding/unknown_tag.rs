use ffi_core::{FfiBytes, FfiMessage};

#[derive(FfiMessage)]
#[repr(C)]
struct Sample {
    count: u32,
    #[ffi(tag = 4, unknown)]
    rest: FfiBytes<64>,
}

fn main() {}
