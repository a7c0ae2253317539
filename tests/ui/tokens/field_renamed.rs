use ffi_core::FfiMessage;
use fixture_rewrite::rewrite;

#[derive(FfiMessage)]
#[rewrite(first => second)]
#[repr(C)]
struct Sample {
    first: u32,
}

fn main() {}
