use ffi_core::FfiMessage;
use fixture_rewrite::rewrite;

#[derive(FfiMessage)]
#[rewrite(u8 => bool)]
#[repr(C)]
struct Sample {
    first: [u8; 4],
}

fn main() {}
