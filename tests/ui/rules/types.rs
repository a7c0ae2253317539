use ffi_core::{FfiMessage, FfiStr, ffi_export};

#[derive(FfiMessage)]
#[repr(C)]
struct Order {
    #[ffi(range = 1..=100)]
    text: FfiStr<4>,
    #[ffi(non_empty)]
    number: u32,
}

#[ffi_export]
fn parameter(#[ffi(max_len = 3)] number: u32) -> u32 {
    number
}

fn main() {}
