use ffi_core::ffi_health;

#[ffi_health]
fn disk(path: &str) {}

fn main() {}
