use ffi_core::FfiNewtype;

#[derive(FfiNewtype)]
enum UserId {
    Known(u64),
}

fn main() {}
