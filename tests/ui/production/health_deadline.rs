use ffi_core::ffi_health;

#[ffi_health(deadline = 0)]
fn disk() {}

fn main() {}
