use ffi_core::FfiMessage;
use fixture_rewrite::rewrite;

#[derive(FfiMessage)]
#[rewrite(repr(C) => repr(C, packed))]
#[repr(C)]
struct Sample {
    first: u8,
    second: u64,
}

fn main() {}
