use ffi_core::FfiNewtype;

#[derive(FfiNewtype)]
#[repr(transparent)]
#[ffi(pool = 7)]
struct UserId(u64);

fn main() {}
