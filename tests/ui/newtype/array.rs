use ffi_core::FfiNewtype;

#[derive(FfiNewtype)]
#[repr(transparent)]
struct Colour([u8; 4]);

fn main() {}
