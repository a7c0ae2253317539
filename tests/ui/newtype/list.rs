use ffi_core::{FfiNewtype, FfiVec};

#[derive(FfiNewtype)]
#[repr(transparent)]
struct Numbers(FfiVec<u32, 8>);

fn main() {}
