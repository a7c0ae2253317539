use ffi_core::{FfiMessage, FfiStr};

#[derive(FfiMessage)]
#[repr(C)]
struct Sample {
    #[ffi(encoding = "fixed")]
    name: FfiStr<8>,
}

fn main() {}
