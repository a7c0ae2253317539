use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
struct Sample {
    #[ffi(tag = 1)]
    first: u32,
    #[ffi(tag = 4294967296)]
    second: u32,
}

fn main() {}
