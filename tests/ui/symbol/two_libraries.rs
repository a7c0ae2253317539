ffi_core::library!();
ffi_core::library!();

fn main() {}
