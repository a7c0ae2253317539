use ffi_core::ffi_export;

#[ffi_export]
fn größe() {}

fn main() {}
