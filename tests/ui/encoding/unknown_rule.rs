use ffi_core::{FfiBytes, FfiMessage};

#[derive(FfiMessage)]
#[repr(C)]
struct Sample {
    #[ffi(unknown, non_empty)]
    rest: FfiBytes<64>,
}

fn main() {}
