use ffi_core::ffi_export;

#[ffi_export]
extern "C" fn sample() {}

fn main() {}
