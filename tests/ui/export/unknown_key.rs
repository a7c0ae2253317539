use ffi_core::ffi_export;

#[ffi_export(laef)]
fn sample() {}

fn main() {}
