use ffi_core::ffi_export;

#[ffi_export]
fn sample<T>(value: T) {}

fn main() {}
