use ffi_core::{FfiMessage, FfiVec};

#[derive(FfiMessage)]
#[repr(C)]
struct Sample {
    #[ffi(packed = "no")]
    counts: FfiVec<u32, 4>,
}

fn main() {}
