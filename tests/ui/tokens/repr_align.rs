use ffi_core::FfiMessage;
use fixture_rewrite::rewrite;

#[derive(FfiMessage)]
#[rewrite(repr(C) => repr(C, align(16)))]
#[repr(C)]
struct Sample {
    first: u64,
}

fn main() {}
