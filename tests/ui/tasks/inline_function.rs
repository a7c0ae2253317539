use ffi_core::ffi_export;

#[ffi_export]
#[ffi(inline)]
pub fn sample() {}

fn main() {}
