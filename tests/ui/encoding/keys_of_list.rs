use ffi_core::{FfiMessage, FfiVec};

#[derive(FfiMessage)]
#[repr(C)]
struct Sample {
    #[ffi(key_encoding = "fixed")]
    counts: FfiVec<u32, 4>,
}

fn main() {}
