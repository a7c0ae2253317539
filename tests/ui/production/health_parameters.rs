use ffi_core::ffi_health;

#[ffi_health]
fn disk(_path: &str) {}

fn main() {}
