use ffi_core::ffi_export;

#[ffi_export]
async fn sample() {}

fn main() {}
