use ffi_core::ffi_export;

#[ffi_export]
unsafe fn sample() {}

fn main() {}
