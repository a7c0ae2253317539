use ffi_core::FfiMessage;
use ffi_core::layout::SameType;
use fixture_rewrite::rewrite;

#[derive(FfiMessage)]
#[repr(C)]
struct Inner {
    first: u64,
}

struct Other(&'static u64);

// It lacks `unsafe`.
impl SameType<Inner, Other> for () {}

#[derive(FfiMessage)]
#[rewrite(Inner => Other)]
#[repr(C)]
struct Sample {
    inner: Inner,
}

fn main() {}
