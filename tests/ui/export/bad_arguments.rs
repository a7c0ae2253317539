use ffi_core::ffi_export;

#[ffi_export(leaf = true)]
fn sample() {}

fn main() {}
