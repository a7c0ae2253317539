use ffi_core::FfiNewtype;

const NONE: usize = 0;

#[derive(FfiNewtype)]
#[repr(transparent)]
struct Key([u8; 0]);

#[derive(FfiNewtype)]
#[repr(transparent)]
struct Named([u8; NONE]);

fn main() {}
