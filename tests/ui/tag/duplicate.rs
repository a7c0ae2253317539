use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
struct Sample {
    #[ffi(tag = 7)]
    first: u32,
    #[ffi(tag = 7)]
    second: u32,
}

fn main() {}
