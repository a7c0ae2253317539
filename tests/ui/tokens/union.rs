use ffi_core::FfiMessage;
use fixture_rewrite::rewrite;

#[derive(FfiMessage)]
#[rewrite(struct => union)]
#[repr(C)]
struct Sample {
    first: u64,
}

fn main() {}
