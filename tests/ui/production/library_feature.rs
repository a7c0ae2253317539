fn start() {}

ffi_core::library!(init = start);

fn main() {}
