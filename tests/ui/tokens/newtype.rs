use ffi_core::FfiNewtype;
use fixture_rewrite::rewrite;

#[derive(FfiNewtype)]
#[rewrite(u8 => bool)]
#[repr(transparent)]
struct Active(u8);

fn main() {}
