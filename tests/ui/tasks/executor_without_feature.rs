ffi_core::library!(executor = ());

fn main() {}
