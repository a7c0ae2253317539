use ffi_core::FfiMessage;
use fixture_rewrite::rewrite;

#[derive(FfiMessage)]
#[rewrite(u64 => &'static u64)]
#[repr(C)]
#[ffi(columns)]
struct Sample {
    first: u64,
}

fn main() {}
