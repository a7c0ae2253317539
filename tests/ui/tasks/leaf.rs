use ffi_core::ffi_export;

#[ffi_export(leaf)]
pub async fn sample() {}

fn main() {}
