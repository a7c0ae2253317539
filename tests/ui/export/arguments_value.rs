use ffi_core::ffi_export;

#[ffi_export(arguments = "ordered")]
fn sample(_a: u32, _b: u32) {}

fn main() {}
