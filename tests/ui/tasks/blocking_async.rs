use ffi_core::ffi_export;

#[ffi_export(blocking)]
pub async fn sample() {}

fn main() {}
