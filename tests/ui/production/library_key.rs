fn start() {}

ffi_core::library!(start = start);

fn main() {}
