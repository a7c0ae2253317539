use ffi_core::FfiMessage;
use fixture_rewrite::rewrite;

#[derive(FfiMessage)]
#[rewrite(repr(C) => allow(dead_code))]
#[repr(C)]
struct Sample {
    first: u8,
    second: u64,
    third: u16,
}

fn main() {}
