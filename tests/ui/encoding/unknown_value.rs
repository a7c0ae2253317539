use ffi_core::{FfiBytes, FfiMessage};

#[derive(FfiMessage)]
#[repr(C)]
struct Sample {
    #[ffi(unknown = 0)]
    rest: FfiBytes<64>,
}

fn main() {}
