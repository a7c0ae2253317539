use ffi_core::ffi_export;

#[ffi_export(limit(at_once = 2))]
fn limited() {}

fn main() {}
