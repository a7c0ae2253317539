use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
struct Sample {
    id: u32,
    #[ffi(flatten, json("body"))]
    body: Body,
}

#[derive(FfiMessage)]
#[repr(C, u32)]
enum Body {
    Unset,
    #[ffi(tag = 2)]
    Count(u32),
}

fn main() {}
