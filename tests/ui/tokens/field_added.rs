use ffi_core::FfiMessage;
use fixture_rewrite::rewrite;

// It has no size, so the layout is unchanged.
#[derive(FfiMessage)]
#[rewrite(u64 => u64, second: [&'static u64; 0])]
#[repr(C)]
struct Sample {
    first: u64
}

fn main() {}
