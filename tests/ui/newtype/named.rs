use ffi_core::FfiNewtype;

#[derive(FfiNewtype)]
#[repr(transparent)]
struct UserId {
    number: u64,
}

fn main() {}
