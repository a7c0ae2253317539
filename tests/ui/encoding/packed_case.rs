use ffi_core::{FfiMessage, FfiVec};

#[derive(FfiMessage)]
#[repr(C, u32)]
enum Sample {
    Unset,
    #[ffi(packed = false)]
    Counts(FfiVec<u32, 4>),
}

fn main() {}
