use ffi_core::FfiNewtype;

#[derive(FfiNewtype)]
#[repr(transparent)]
struct Nothing;

fn main() {}
