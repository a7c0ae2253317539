use ffi_core::ffi_flag;

#[ffi_flag]
static FAST: bool = true;

fn main() {}
