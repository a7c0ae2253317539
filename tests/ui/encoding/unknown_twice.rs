use ffi_core::{FfiBytes, FfiMessage};

#[derive(FfiMessage)]
#[repr(C)]
struct Sample {
    #[ffi(unknown)]
    rest: FfiBytes<64>,
    #[ffi(unknown = 8)]
    more: FfiBytes<64>,
}

fn main() {}
