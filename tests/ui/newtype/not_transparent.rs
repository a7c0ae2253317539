use ffi_core::FfiNewtype;

#[derive(FfiNewtype)]
struct UserId(u64);

#[derive(FfiNewtype)]
#[repr(C)]
struct OrderId(u64);

fn main() {}
