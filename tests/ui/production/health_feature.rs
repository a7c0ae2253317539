use ffi_core::ffi_health;

#[ffi_health]
fn disk() {}

fn main() {}
