use ffi_core::FfiMessage;

#[derive(FfiMessage)]
#[repr(C)]
struct Sample {
    #[ffi(tag = 1)]
    first: u32,
    #[ffi(tag = 536870912)]
    second: u32,
}

fn main() {}
