use ffi_core::FfiNewtype;

#[derive(FfiNewtype)]
#[repr(transparent)]
struct Email(String);

fn main() {}
