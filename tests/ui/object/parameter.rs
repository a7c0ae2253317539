use ffi_core::{FfiObject, ffi_export};

#[ffi_export]
pub fn sample(value: FfiObject<u32>) {}

fn main() {}
