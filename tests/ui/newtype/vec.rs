use ffi_core::FfiNewtype;

#[derive(FfiNewtype)]
#[repr(transparent)]
struct Numbers(Vec<u32>);

fn main() {}
