use ffi_core::FfiMessage;
use fixture_rewrite::rewrite;

#[derive(FfiMessage)]
#[rewrite(first: u32, second: u64 => second: u64, first: u32)]
#[repr(C)]
struct Sample {
    first: u32, second: u64
}

fn main() {}
