use ffi_core::FfiMessage;
use fixture_rewrite::rewrite;

type Number = u64;

mod own {
    pub type Number = &'static u64;
}

// The derive sees one name, rustc another.
#[derive(FfiMessage)]
#[rewrite(Number => own::Number)]
#[repr(C)]
struct Sample {
    first: Number,
}

fn main() {}
