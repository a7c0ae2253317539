use ffi_core::ffi_export;

#[ffi_export(leaf, leaf)]
fn sample() {}

fn main() {}
