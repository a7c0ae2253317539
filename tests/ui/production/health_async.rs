use ffi_core::ffi_health;

#[ffi_health]
async fn disk() {}

fn main() {}
