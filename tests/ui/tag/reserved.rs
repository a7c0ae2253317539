use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
#[ffi(reserved(4, 7..=9))]
struct Sample {
    #[ffi(tag = 1)]
    first: u32,
    #[ffi(tag = 8)]
    second: u32,
}

fn main() {}
