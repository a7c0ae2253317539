use ffi_core::ffi_export;

#[ffi_export(pod)]
fn sample() {}

fn main() {}
